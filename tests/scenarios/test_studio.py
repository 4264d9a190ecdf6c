"""A photographer's studio, as its sources describe it: one scenario per fact of types and stages. Source: S3."""

from __future__ import annotations

from typing import Final, TypeAlias

import pytest

from funnelkit import STUDIO, Actor, Contact, Kind, Removal, Right, Role, Standing
from funnelkit.commands import (
    AddContact,
    Archive,
    Book,
    Cancel,
    Convert,
    Correct,
    Delete,
    Hide,
    MarkHeld,
    Record,
    Restore,
    Show,
    Tag,
    Untag,
)
from funnelkit.errors import NotFound
from funnelkit.policy import RemovalPolicy
from funnelkit.statuses.studio import READINGS, Happening, Studio
from funnelkit.table import BOOKED, Deed
from funnelkit.values.events import StatusChanged, Why
from tests.scenarios.world import (
    COACH,
    DAY,
    DESK,
    HOUR,
    NOON,
    OWNER,
    STAFF,
    SYSTEM,
    VIEWER,
    Crm,
    a_session,
    crm,
    itself,
    refusals,
    rules,
    someone,
)

S: Final = Studio
T: Final = Happening
Clients: TypeAlias = Crm[Studio, Right]
MOVES: Final = {
    (S.LEAD, S.CLIENT),
    (S.LEAD, S.PROSPECTIVE_CLIENT),
    (S.PROSPECTIVE_CLIENT, S.LEAD),
    (S.PROSPECTIVE_CLIENT, S.CLIENT),
}
"""The default set. Source: SC-A5."""


@pytest.fixture
def studio() -> Clients:
    """An empty studio."""
    return crm(STUDIO)


def notices(studio: Clients, contact: Contact, to: Studio) -> set[str]:
    """Give what is advised on a conversion."""
    return {notice.code for notice in studio.plan(Convert(contact=contact.id, to=to, by=COACH)).notices}


# ---- 4.1 types


def test_s3_has_three_types() -> None:
    """Lead, Prospective Client and Client, spelt as there. Source: S3."""
    assert ["Lead", "Prospective Client", "Client"] == [STUDIO.labels[status] for status in Studio]


@pytest.mark.parametrize("by", STAFF, ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("status", Studio)
def test_s3_a_contact_is_created_as_any_type(studio: Clients, by: Actor, status: Studio) -> None:
    """Anybody can be any of the three from the start: a vendor is a Client, an inquiry a Lead. Source: S3."""
    assert status is studio.do(AddContact(name="Ada", status=status, by=by)).status


def test_s3_nobody_but_staff_creates_one(studio: Clients) -> None:
    """The client, a viewer, the desk and the system choose no type. Source: S3."""
    for role in (Role.CLIENT, Role.VIEWER, Role.SPECIAL_DESK, Role.SYSTEM):
        refused = refusals(studio, AddContact(name="Ada", status=S.LEAD, by=Actor(id="x-1", role=role)))
        assert "conversion.actor_may" in refused


def test_s3_prospects_are_marketed_to_as_a_group(studio: Clients) -> None:
    """Who becomes a Prospective Client: market as a group, tag for campaigns; advice, not a rule. Source: S3."""
    lead = someone(studio, S.LEAD)
    assert {"studio.as_a_group", "studio.single_work"} == notices(studio, lead, S.PROSPECTIVE_CLIENT)


def test_s3_leads_are_those_who_need_an_action(studio: Clients) -> None:
    """Who becomes a Lead needs a follow-up action; who is not interested now is a Prospective Client. Source: S3."""
    prospect = someone(studio, S.PROSPECTIVE_CLIENT)
    assert {"studio.needs_action", "studio.perhaps_later"} == notices(studio, prospect, S.LEAD)


def test_s3_tags_mark_prospects_for_campaigns(studio: Clients) -> None:
    """Tags are free, many, and no status. Source: S3."""
    prospect = someone(studio, S.PROSPECTIVE_CLIENT)
    tagged = studio.do(Tag(contact=prospect.id, tags=["wedding", "2026"], by=COACH))
    assert (["2026", "wedding"], prospect.status) == (sorted(tagged.tags), tagged.status)
    assert {"2026"} == studio.do(Untag(contact=prospect.id, tags=["wedding"], by=COACH)).tags


# ---- 4.2 stages


@pytest.mark.parametrize("status", Studio)
@pytest.mark.parametrize("standing", Standing)
def test_s3_each_type_can_be_in_each_stage(studio: Clients, status: Studio, standing: Standing) -> None:
    """Stage and type are two axes. Source: S3."""
    contact = someone(studio, status, standing=standing)
    assert (status, standing) == (contact.status, contact.standing)


@pytest.mark.parametrize("status", Studio)
def test_s3_a_contact_is_hidden_and_shown_again(studio: Clients, status: Studio) -> None:
    """A spouse or child who will not pay is hidden; the type stays what it is. Source: S3."""
    contact = someone(studio, status)
    hidden = studio.do(Hide(contact=contact.id, by=COACH))
    assert (Standing.HIDDEN, status) == (hidden.standing, hidden.status)
    assert Standing.ACTIVE is studio.do(Show(contact=contact.id, by=COACH)).standing


def test_sc4_hidden_at_creation_is_possible(studio: Clients) -> None:
    """A spouse made from a relationship is hidden from the start. Source: S3, SC4."""
    spouse = studio.do(AddContact(name="Ada", status=S.CLIENT, standing=Standing.HIDDEN, by=COACH))
    assert Standing.HIDDEN is spouse.standing


def test_sc4_archive_cannot_be_chosen_while_creating(studio: Clients) -> None:
    """An archived contact was once there. Source: SC4."""
    command = AddContact(name="Ada", status=S.CLIENT, standing=Standing.ARCHIVED, by=COACH)
    assert ["conversion.starts_in_sight"] == refusals(studio, command)


def test_sc4_archived_contacts_stay_reachable(studio: Clients) -> None:
    """An archived contact's data and history stay. Source: SC4."""
    client = someone(studio, S.CLIENT, phone="1234")
    session = a_session(studio, client)
    studio.do(Archive(contact=client.id, reason="moved away", by=COACH))
    assert "1234" == studio.person(client.id).phone
    assert (session,) == studio.appointments(client.id)
    assert "moved away" == studio.reason(studio.history(client.id)[-1])


def test_sc4_a_hidden_contact_stays_usable(studio: Clients) -> None:
    """What is hidden is out of the lists, not out of use: it can be booked and converted. Source: SC4."""
    child = someone(studio, S.LEAD, standing=Standing.HIDDEN)
    assert child.id == a_session(studio, child).attendees[0].contact
    assert S.CLIENT is studio.do(Convert(contact=child.id, to=S.CLIENT, by=COACH)).status


def test_s3_only_staff_changes_the_stage(studio: Clients) -> None:
    """Neither the contact nor a viewer hides, shows, archives or restores. Source: S3."""
    contact = someone(studio, S.CLIENT)
    for by in (itself(contact), VIEWER):
        for kind in (Hide, Show, Archive, Restore):
            assert ["editing.keeper_may"] == refusals(studio, kind(contact=contact.id, by=by))


# ---- 4.3 delete


@pytest.mark.parametrize("tie", ["session", "event", "appointment", "invoice", "payment"])
@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.HIDDEN])
def test_sc_a2_what_hangs_on_a_contact_turns_a_delete_into_archive(
    studio: Clients, tie: str, standing: Standing
) -> None:
    """A session, event, appointment, invoice or payment: archived instead, by itself. Source: S3, SC4, SC-A2."""
    contact = someone(studio, S.CLIENT, standing=standing)
    assert Removal.ARCHIVED is studio.do(Delete(contact=contact.id, by=COACH), facts={tie: True})
    assert (Standing.ARCHIVED, standing) == (
        studio.contact(contact.id).standing,
        studio.contact(contact.id).former,
    )


@pytest.mark.parametrize("how", ["booked", "cancelled", "held"])
def test_sc_a2_an_appointment_is_found_without_being_told(studio: Clients, how: str) -> None:
    """What funnelkit keeps it finds itself, whatever became of the appointment. Source: S3, SC-A2."""
    contact = someone(studio, S.CLIENT)
    session = a_session(studio, contact)
    if how == "cancelled":
        studio.do(Cancel(appointment=session.id, by=COACH))
    elif how == "held":
        studio.clock.advance(DAY)
        studio.do(MarkHeld(appointment=session.id, by=COACH))
    assert Removal.ARCHIVED is studio.do(Delete(contact=contact.id, by=COACH))
    assert session.id == studio.appointments(contact.id)[0].id


def test_sc_a2_what_ties_is_a_policy() -> None:
    """A studio that looks at invoices only deletes the rest, appointments and all. Source: SC-A2."""
    studio = crm(STUDIO.with_policy(removal=RemovalPolicy(ties=frozenset({"invoice"}))))
    booked, billed = someone(studio, S.CLIENT), someone(studio, S.CLIENT)
    session = a_session(studio, booked)
    assert Removal.DELETED is studio.do(Delete(contact=booked.id, by=COACH), facts={"payment": True})
    with pytest.raises(NotFound):
        studio.appointment(session.id)
    assert Removal.ARCHIVED is studio.do(Delete(contact=billed.id, by=COACH), facts={"invoice": True})


@pytest.mark.parametrize("standing", Standing)
def test_s3_a_contact_without_ties_is_deleted(studio: Clients, standing: Standing) -> None:
    """Nothing hangs on it: gone for good, the name with it, wherever it stood. Source: S3, SC-A4."""
    contact = someone(studio, S.LEAD, standing=standing)
    assert Removal.DELETED is studio.do(Delete(contact=contact.id, by=COACH), facts={"invoice": False})
    for question in (studio.contact, studio.person):
        with pytest.raises(NotFound):
            question(contact.id)


def test_sc_a3_deleting_an_archived_tied_contact_changes_nothing(studio: Clients) -> None:
    """No error and no change, reported as archived, as often as one likes. Source: SC-A3."""
    contact = someone(studio, S.CLIENT)
    a_session(studio, contact)
    studio.do(Delete(contact=contact.id, by=COACH))
    archived, told = studio.contact(contact.id), studio.history(contact.id)
    assert Removal.ARCHIVED is studio.do(Delete(contact=contact.id, by=COACH))
    assert (archived, told) == (studio.contact(contact.id), studio.history(contact.id))


def test_sc_a4_an_archived_contact_without_ties_is_deleted(studio: Clients) -> None:
    """Archived is no protection when nothing hangs on it. Source: SC-A4."""
    contact = someone(studio, S.CLIENT)
    studio.do(Archive(contact=contact.id, by=COACH))
    assert Removal.DELETED is studio.do(Delete(contact=contact.id, by=COACH))


def test_s3_neither_contact_nor_viewer_deletes(studio: Clients) -> None:
    """Deleting is for staff. Source: S3."""
    contact = someone(studio, S.CLIENT)
    for by in (itself(contact), VIEWER):
        assert ["removal.remover_may"] == refusals(studio, Delete(contact=contact.id, by=by))


# ---- 4.4 conversions


@pytest.mark.parametrize("now", Studio)
@pytest.mark.parametrize("to", Studio)
def test_sc_a5_the_default_set_of_conversions(studio: Clients, now: Studio, to: Studio) -> None:
    """Lead to Client or Prospective, Prospective to Lead or Client; nothing leaves Client. Source: S3, SC1, SC-A5."""
    contact = someone(studio, now)
    for by in STAFF:
        assert ((now, to) in MOVES) is studio.plan(Convert(contact=contact.id, to=to, by=by)).allowed
    for by in (itself(contact), VIEWER, SYSTEM, DESK):
        assert not studio.plan(Convert(contact=contact.id, to=to, by=by)).allowed


def test_s3_lead_and_prospect_go_both_ways(studio: Clients) -> None:
    """Not interested now, perhaps later, interested again: as often as it takes. Source: S3."""
    contact = someone(studio, S.LEAD)
    for to in (S.PROSPECTIVE_CLIENT, S.LEAD, S.PROSPECTIVE_CLIENT, S.LEAD):
        contact = studio.do(Convert(contact=contact.id, to=to, by=COACH))
    moves = [event for event in studio.history(contact.id) if isinstance(event, StatusChanged)]
    assert [Why.MOVE] * 4 == [event.why for event in moves]


@pytest.mark.parametrize("to", [S.LEAD, S.PROSPECTIVE_CLIENT])
def test_sc_a5_a_client_goes_back_by_policy_with_a_reason(to: Studio) -> None:
    """Where the account allows it, a client goes back: a regression, with a reason. Source: SC-A5."""
    both_ways = crm(READINGS["SC-A5 client goes back"])
    client = someone(both_ways, S.CLIENT)
    assert ["conversion.reason"] == refusals(both_ways, Convert(contact=client.id, to=to, by=COACH))
    back = both_ways.do(Convert(contact=client.id, to=to, reason="sold the camera", by=COACH))
    event = both_ways.history(client.id)[-1]
    assert isinstance(event, StatusChanged)
    assert (to, Why.REGRESSION) == (back.status, event.why)


def test_sc_a5_by_default_a_mistake_is_corrected(studio: Clients) -> None:
    """Who became a Client by mistake is put right by a correction. Source: SC-A5."""
    lead = someone(studio, S.LEAD)
    studio.do(Convert(contact=lead.id, to=S.CLIENT, by=COACH))
    assert S.LEAD is studio.do(Correct(contact=lead.id, to=S.LEAD, reason="mistyped", by=COACH)).status


def test_sc2_by_default_booking_converts_nobody(studio: Clients) -> None:
    """The conversion on booking is a choice of the calendar. Source: SC2."""
    lead = someone(studio, S.LEAD)
    a_session(studio, lead)
    assert S.LEAD is studio.contact(lead.id).status


def test_sc2_a_lead_converted_from_the_calendar(studio: Clients) -> None:
    """What the calendar says is recorded, and makes a Lead a Client; nobody else moves. Source: SC2."""
    for now in Studio:
        contact = someone(studio, now)
        said = studio.do(Record(contact=contact.id, trigger=T.BOOKED_FROM_CALENDAR, by=SYSTEM))
        assert (S.CLIENT if now is S.LEAD else now) is said.status


@pytest.mark.parametrize(("kind", "becomes"), [(Kind.SESSION, S.CLIENT), (Kind.CONSULTATION, S.LEAD)])
def test_sc2_booking_a_session_converts_by_reading(kind: Kind, becomes: Studio) -> None:
    """In that reading, booking a session makes the Lead a Client; a talk does not. Source: SC2."""
    booking = crm(READINGS["SC2 booking converts"])
    lead = someone(booking, S.LEAD)
    session = a_session(booking, lead, kind=kind)
    assert becomes is booking.contact(lead.id).status
    assert S.LEAD is session.attendees[0].status


@pytest.mark.parametrize(("kind", "becomes"), [(Kind.SESSION, S.LEAD), (Kind.SAMPLE, S.CLIENT)])
def test_what_booking_means_may_be_said_for_any_kind(kind: Kind, becomes: Studio) -> None:
    """A row without a kind holds for each kind that has no row of its own. Source: ours, after SC2."""
    of_any = Deed(BOOKED, None, T.BOOKED_FROM_CALENDAR, "house")
    session = Deed(BOOKED, Kind.SESSION, T.CREATED, "house")
    booking = crm(STUDIO.derive("any", deeds=(session, of_any)))
    lead = someone(booking, S.LEAD)
    a_session(booking, lead, kind=kind)
    assert becomes is booking.contact(lead.id).status


# ---- 4.7 decided readings


@pytest.mark.parametrize("before", [Standing.ACTIVE, Standing.HIDDEN])
def test_sc_a1_the_archive_gives_back_the_former_stage(studio: Clients, before: Standing) -> None:
    """One stage of three; un-archiving returns to the one before. Source: SC-A1."""
    contact = someone(studio, S.CLIENT, standing=before)
    assert Standing.ARCHIVED is studio.do(Archive(contact=contact.id, by=COACH)).standing
    assert before is studio.do(Restore(contact=contact.id, by=COACH)).standing


@pytest.mark.parametrize("before", [Standing.ACTIVE, Standing.HIDDEN])
def test_sc_a1_also_when_a_delete_archived_it(studio: Clients, before: Standing) -> None:
    """The stage before is remembered by a delete that archives, too. Source: SC-A1, S3."""
    contact = someone(studio, S.CLIENT, standing=before)
    studio.do(Delete(contact=contact.id, by=COACH), facts={"invoice": True})
    assert before is studio.do(Restore(contact=contact.id, by=COACH)).standing


def test_sc_a1_a_second_archiving_does_not_forget_it(studio: Clients) -> None:
    """Archiving, hiding or showing what is archived changes nothing, and not what it goes back to. Source: SC-A1."""
    contact = someone(studio, S.CLIENT, standing=Standing.HIDDEN)
    studio.do(Archive(contact=contact.id, by=COACH))
    for again in (Archive, Hide, Show):
        assert Standing.ARCHIVED is studio.do(again(contact=contact.id, by=COACH)).standing
    assert Standing.HIDDEN is studio.do(Restore(contact=contact.id, by=COACH)).standing


@pytest.mark.parametrize(("later", "before"), [(Hide, Standing.ACTIVE), (Show, Standing.HIDDEN)])
@pytest.mark.parametrize("deleted", [True, False])
def test_sc_a1_an_archiving_that_is_told_late_stands(
    studio: Clients, later: type[Hide | Show], before: Standing, deleted: bool
) -> None:
    """Archived first, as is told last, hidden or shown in between: archived, as if told in time. Source: SC-A1."""
    contact = someone(studio, S.CLIENT, standing=before)
    studio.clock.advance(days=1)
    studio.do(later(contact=contact.id, by=COACH))
    studio.clock.advance(days=1)
    told = Delete(contact=contact.id, at=NOON, by=COACH) if deleted else Archive(contact=contact.id, at=NOON, by=COACH)
    studio.do(told, facts={"invoice": True})
    assert (Standing.ARCHIVED, before) == ((now := studio.contact(contact.id)).standing, now.former)
    assert before is studio.do(Restore(contact=contact.id, by=COACH)).standing
    assert () == studio.drift()


def test_sc_a1_who_was_restored_is_not_restored_again_by_a_later_word(studio: Clients) -> None:
    """Restored on Friday, as was told; on Tuesday, as is told late, and hidden on Wednesday: hidden. Source: SC-A1."""
    contact = someone(studio, S.CLIENT)
    studio.do(Archive(contact=contact.id, by=COACH))
    studio.clock.advance(days=4)
    studio.do(Restore(contact=contact.id, by=COACH))
    studio.do(Restore(contact=contact.id, at=NOON + DAY, by=COACH))
    assert Standing.HIDDEN is studio.do(Hide(contact=contact.id, at=NOON + 2 * DAY, by=COACH)).standing


def test_sc_a6_a_hidden_client_stays_hidden_with_an_advice(studio: Clients) -> None:
    """A hidden person who becomes a paying Client stays hidden; the studio is told. Source: SC-A6."""
    child = someone(studio, S.LEAD, standing=Standing.HIDDEN)
    assert {"studio.stays_hidden"} == notices(studio, child, S.CLIENT)
    assert Standing.HIDDEN is studio.do(Convert(contact=child.id, to=S.CLIENT, by=COACH)).standing
    assert set() == notices(studio, someone(studio, S.LEAD), S.CLIENT)


def test_sc_a9_a_prospect_who_needs_follow_up_is_advice_only(studio: Clients) -> None:
    """Single follow-up of a Prospective Client is advised against, never refused. Source: SC-A9."""
    lead = someone(studio, S.LEAD)
    plan = studio.plan(Convert(contact=lead.id, to=S.PROSPECTIVE_CLIENT, by=COACH))
    assert plan.allowed
    assert "studio.single_work" in {notice.code for notice in plan.notices}


# ---- what the source says nothing about


@pytest.mark.parametrize("status", Studio)
def test_s3_is_silent_about_a_portal_and_so_it_is_refused(studio: Clients, status: Studio) -> None:
    """No cell is guessed: log-in and self-booking are refused, and say that the source is silent. Source: S3."""
    contact = someone(studio, status)
    decision = studio.may(contact.id, Right.LOG_IN)
    assert "access.status_grants" in rules(decision)
    assert "says nothing" in str(decision)
    own = Book(
        contacts=(contact.id,),
        coach=COACH.id,
        kind=Kind.SAMPLE,
        start=studio.clock.now() + HOUR,
        minutes=30,
        by=itself(contact),
    )
    assert "booking.status_may_book" in refusals(studio, own)


@pytest.mark.parametrize("status", Studio)
def test_s3_is_silent_about_hours_and_so_none_count(studio: Clients, status: Studio) -> None:
    """A photographer's hours are not certified. Source: S3."""
    a_session(studio, someone(studio, status), by=OWNER)
    studio.clock.advance(DAY)
    assert 0 == studio.certification().minutes
