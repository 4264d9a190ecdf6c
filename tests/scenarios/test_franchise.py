"""A tutoring franchise: one scenario per fact of the lead statuses. Source: S2, BG1 to 6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest

from funnelkit import FRANCHISE, Actor, Category, Contact, Funnel, Invalid, Kind, Removal, Right, Role
from funnelkit.commands import (
    AddContact,
    Book,
    Cancel,
    Command,
    Convert,
    Correct,
    Delete,
    Edit,
    LiftDoNotContact,
    Record,
    Reschedule,
)
from funnelkit.decisions import Mark
from funnelkit.rules import removal
from funnelkit.statuses.franchise import READINGS, Franchise, Happening, Thinking
from funnelkit.table import Status
from funnelkit.values.events import TriggerRecorded
from tests.scenarios.world import (
    ADMIN,
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

S: Final = Franchise
T: Final = Happening
Leads: TypeAlias = Crm[Franchise, Right]

STEPS: Final = (S.FOLLOW_UP_1, S.FOLLOW_UP_2, S.FOLLOW_UP_3, S.FOLLOW_UP_4, S.FOLLOW_UP_5, S.FOLLOW_UP_6)
OPEN: Final = (
    S.NEW_LEAD, S.CONSULTATION_BOOKED, S.CONSULTATION_RESCHEDULED, S.CONSULTATION_CANCELLED, *STEPS, S.FOLLOW_UP_MOVED,
)  # fmt: skip
OUTCOMES: Final = (S.UNSERVICABLE, S.OUT_OF_AREA, S.DNC, S.NOT_SOLD)
CLOSED: Final = (*OUTCOMES, S.CANCELLED_AND_DNC, S.COLD, S.SOLD)
AUTOMATIC: Final = (S.NEW_LEAD, S.CONSULTATION_BOOKED, S.CONSULTATION_RESCHEDULED, S.CONSULTATION_CANCELLED, S.SOLD)


@pytest.fixture
def leads() -> Leads:
    """An empty franchise."""
    return crm(FRANCHISE)


def consultation(leads: Crm[Any, Right], *contacts: Contact, **more: object) -> str:
    """Given a consultation in the calendar; its id."""
    return a_session(leads, *contacts, kind=Kind.CONSULTATION, **more).id


def followed_up(leads: Crm[Any, Right], times: int) -> Contact:
    """Given a new lead that was followed up so often."""
    lead = someone(leads, S.NEW_LEAD)
    for step in STEPS[:times]:
        lead = leads.do(Convert(contact=lead.id, to=step, by=COACH))
    return lead


# ---- 3.1 the statuses


def test_s2_has_eighteen_statuses_with_the_labels_of_the_source() -> None:
    """Thirteen rows of the source, one of which is six statuses: eighteen, spelt as there. Source: S2."""
    expected = [
        "New Lead - No Action Yet",
        "Consultation Booked",
        "Consultation Rescheduled and Booked",
        "Consultation Cancelled",
        *(f"Follow up {number}" for number in range(1, 7)),
        "Move/Schedule Follow Up for",
        "Consultation Cancelled and DNC",
        "Unservicable Lead",
        "Out of Area",
        "DNC",
        "Cold lead",
        "Not Sold - Lost",
        "Sold",
    ]
    assert 18 == len(Franchise)
    assert expected == [FRANCHISE.labels[status] for status in Franchise]


def test_bg2_thinking_it_over_is_a_nineteenth_that_can_be_switched_on() -> None:
    """The older list has "Not Sold - Thinking it Over": a user sets it, and a consultation leaves it. Source: BG2."""
    thinking: Funnel[Status, Right] = READINGS["BG2 thinking it over"]
    older = crm(thinking)
    lead = someone(older, Thinking.NEW_LEAD)
    assert 19 == len(Thinking)
    assert "Not Sold - Thinking it Over" == thinking.labels[Thinking.THINKING_IT_OVER]
    moved = older.do(Convert(contact=lead.id, to=Thinking.THINKING_IT_OVER, by=COACH))
    assert Thinking.THINKING_IT_OVER is moved.status
    booked = older.do(
        Book(
            contacts=(lead.id,),
            coach=COACH.id,
            kind=Kind.CONSULTATION,
            start=older.clock.now() + HOUR,
            minutes=60,
            by=COACH,
        )
    )
    assert Thinking.CONSULTATION_BOOKED is older.contact(booked.attendees[0].contact).status


@pytest.mark.parametrize("by", STAFF, ids=lambda actor: actor.role.value)
def test_s2_new_lead_is_the_default_for_a_lead_added_by_hand(leads: Leads, by: Actor) -> None:
    """Who adds a lead chooses no status: the system gives New Lead. Source: S2."""
    lead = leads.do(AddContact(name="Ada", by=by))
    assert (S.NEW_LEAD, 0, None) == (lead.status, lead.attempt, lead.category)


def test_s2_new_lead_is_the_default_for_a_web_lead(leads: Leads) -> None:
    """A web lead is a New Lead. Source: S2."""
    assert S.NEW_LEAD is leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM)).status


@pytest.mark.parametrize("role", [Role.CLIENT, Role.VIEWER])
def test_s2_a_client_or_viewer_adds_no_lead(leads: Leads, role: Role) -> None:
    """Leads come in by staff, desk or system. Source: S2."""
    nobody = Actor(id="x-1", role=role)
    assert "conversion.recorder_may" in refusals(leads, AddContact(name="Ada", by=nobody))


def test_s2_a_consultation_in_the_calendar_makes_it_booked(leads: Leads) -> None:
    """Consultation Booked follows when a consultation is put in the calendar. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    consultation(leads, lead)
    assert S.CONSULTATION_BOOKED is leads.contact(lead.id).status


@pytest.mark.parametrize("kind", [Kind.SAMPLE, Kind.SESSION])
def test_s2_only_a_consultation_counts_as_one(leads: Leads, kind: Kind) -> None:
    """Another kind of appointment moves no lead. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    a_session(leads, lead, kind=kind)
    assert lead == leads.contact(lead.id)


def test_s2_moving_the_consultation_makes_it_rescheduled(leads: Leads) -> None:
    """Consultation Rescheduled and Booked follows when the consultation is moved, also a second time. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    booked = consultation(leads, lead)
    for days in (1, 2):
        leads.do(Reschedule(appointment=booked, start=leads.clock.now() + days * DAY, by=COACH))
        assert S.CONSULTATION_RESCHEDULED is leads.contact(lead.id).status


def test_s2_cancelling_the_consultation_makes_it_cancelled(leads: Leads) -> None:
    """Consultation Cancelled follows when the consultation is cancelled, moved before or not. Source: S2."""
    lead, other = someone(leads, S.NEW_LEAD), someone(leads, S.NEW_LEAD, email=None)
    booked, moved = consultation(leads, lead), consultation(leads, other, start=leads.clock.now() + DAY)
    leads.do(Reschedule(appointment=moved, start=leads.clock.now() + 2 * DAY, by=COACH))
    for appointment, contact in ((booked, lead), (moved, other)):
        leads.do(Cancel(appointment=appointment, by=COACH))
        assert S.CONSULTATION_CANCELLED is leads.contact(contact.id).status


@pytest.mark.parametrize("by", [*STAFF, DESK], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("to", [S.FOLLOW_UP_1, *OUTCOMES, S.COLD])
def test_s2_manual_statuses_are_set_by_a_user(leads: Leads, by: Actor, to: Franchise) -> None:
    """Follow-ups, outcomes and a cold lead are set by hand; the Care Center may, too. Source: S2, BG-A15."""
    lead = someone(leads, S.NEW_LEAD)
    assert to is leads.do(Convert(contact=lead.id, to=to, by=by)).status


@pytest.mark.parametrize("to", [S.FOLLOW_UP_1, *OUTCOMES, S.COLD, S.FOLLOW_UP_MOVED, S.CANCELLED_AND_DNC])
def test_s2_no_lead_and_no_viewer_sets_a_status(leads: Leads, to: Franchise) -> None:
    """The client never changes a status, a viewer only reads, and the system does not decide. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    for by in (itself(lead), VIEWER, SYSTEM):
        assert ["conversion.actor_may"] == refusals(leads, Convert(contact=lead.id, to=to, by=by))


@pytest.mark.parametrize("to", [S.FOLLOW_UP_MOVED, S.CANCELLED_AND_DNC])
def test_s2_two_statuses_are_for_the_care_center_only(leads: Leads, to: Franchise) -> None:
    """Move/Schedule Follow Up for, and Cancelled and DNC, are not for franchisees. Source: S2."""
    lead = someone(leads, S.CONSULTATION_BOOKED)
    for by in STAFF:
        assert ["conversion.actor_may"] == refusals(leads, Convert(contact=lead.id, to=to, by=by))
    assert to is leads.do(Convert(contact=lead.id, to=to, by=DESK)).status


def test_s2_an_enrollment_completed_in_the_system_makes_it_sold(leads: Leads) -> None:
    """Sold follows from the enrollment. Source: S2."""
    lead = someone(leads, S.CONSULTATION_BOOKED)
    sold = leads.do(Record(contact=lead.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", by=SYSTEM))
    assert (S.SOLD, ("e-1",)) == (sold.status, tuple(sold.enrollments))


def test_s2_a_cold_lead_follows_when_the_calls_are_used_up(leads: Leads) -> None:
    """Cold follows by itself after the sixth follow-up, and after no other. Source: S2, BG-A7."""
    for times in range(1, 7):
        lead = followed_up(leads, times)
        now = leads.do(Record(contact=lead.id, trigger=T.CALLS_EXHAUSTED, by=SYSTEM)).status
        assert (S.COLD if times == 6 else lead.status) is now


def test_s2_a_transfer_of_an_out_of_area_lead_is_not_there_yet(leads: Leads) -> None:
    """The transfer to the Care Center is announced, not present: nothing leaves Out of Area by hand. Source: S2."""
    lead = someone(leads, S.OUT_OF_AREA)
    for by in (*STAFF, DESK):
        assert [] == [option for option in leads.options(lead.id, by=by) if option.allowed]


# ---- 3.2 and 3.3 what can be told without a calendar of follow-ups


def test_bg_a5_follow_ups_go_strictly_in_order(leads: Leads) -> None:
    """Only the next one can be set: no jump, no way back. Source: BG-A5."""
    lead = someone(leads, S.NEW_LEAD)
    for done, step in enumerate(STEPS):
        for wrong in (other for other in STEPS if other not in (step, lead.status)):
            assert ["conversion.next_attempt"] == refusals(leads, Convert(contact=lead.id, to=wrong, by=COACH))
        lead = leads.do(Convert(contact=lead.id, to=step, by=COACH))
        assert (step, done + 1) == (lead.status, lead.attempt)


def test_bg_a5_jumping_and_going_back_by_policy() -> None:
    """Where the policy lets them, follow-ups jump and go back. Source: BG-A5."""
    free = crm(READINGS["BG-A5 jumping"])
    lead = someone(free, S.NEW_LEAD)
    for step in (S.FOLLOW_UP_4, S.FOLLOW_UP_2, S.FOLLOW_UP_6):
        assert step is free.do(Convert(contact=lead.id, to=step, by=COACH)).status


def test_bg_a6_notes_are_advised_and_not_required(leads: Leads) -> None:
    """Who sets a follow-up without a note is reminded, not refused. Source: S2, BG-A6."""
    lead = someone(leads, S.NEW_LEAD)
    plan = leads.plan(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH))
    assert plan.allowed
    assert ["franchise.write_notes"] == [notice.code for notice in plan.notices]


def test_s2_a_note_is_kept_with_the_follow_up(leads: Leads) -> None:
    """What is noted stands beside the event of the follow-up. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, reason="asks for maths", by=COACH))
    assert "asks for maths" == leads.reason(leads.history(lead.id)[-1])


@pytest.mark.parametrize("now", OPEN)
def test_bg_a8_cold_by_hand_before_six_is_allowed_with_a_notice(leads: Leads, now: Franchise) -> None:
    """The manual option is allowed early, with a word that the standard is six. Source: S2, BG-A8."""
    lead = someone(leads, now)
    plan = leads.plan(Convert(contact=lead.id, to=S.COLD, by=COACH))
    early = [] if now is S.FOLLOW_UP_6 else ["franchise.cold_is_early"]
    assert (True, early) == (plan.allowed, [notice.code for notice in plan.notices])


def test_bg_a8_after_six_follow_ups_nothing_is_early(leads: Leads) -> None:
    """Six are done, whatever has happened since: no notice. Source: S2, BG-A8."""
    lead = followed_up(leads, 6)
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    plan = leads.plan(Convert(contact=lead.id, to=S.COLD, by=COACH))
    assert (6, []) == (leads.contact(lead.id).attempt, [notice.code for notice in plan.notices])


def test_bg_a8_cold_by_hand_before_six_is_refused_by_policy() -> None:
    """A franchise may insist on the six. Source: BG-A8."""
    strict = crm(READINGS["BG-A8 six before cold"])
    lead = someone(strict, S.FOLLOW_UP_5)
    assert ["conversion.early_cold"] == refusals(strict, Convert(contact=lead.id, to=S.COLD, by=COACH))
    strict.do(Convert(contact=lead.id, to=S.FOLLOW_UP_6, by=COACH))
    assert S.COLD is strict.do(Convert(contact=lead.id, to=S.COLD, by=COACH)).status


def test_bg_a10_counting_goes_on_after_a_cancelled_consultation(leads: Leads) -> None:
    """Within one cycle the next number follows, whatever was booked between. Source: BG-A10."""
    lead = followed_up(leads, 2)
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    assert ["conversion.next_attempt"] == refusals(leads, Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH))
    assert 3 == leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_3, by=COACH)).attempt


def test_bg_a10_counting_restarts_by_policy() -> None:
    """A franchise may start again at 1 after a cancelled consultation. Source: BG-A10."""
    again = crm(READINGS["BG-A10 restart"])
    lead = followed_up(again, 2)
    again.do(Cancel(appointment=consultation(again, lead), by=COACH))
    assert 0 == again.contact(lead.id).attempt
    assert ["conversion.next_attempt"] == refusals(again, Convert(contact=lead.id, to=S.FOLLOW_UP_3, by=COACH))
    assert 1 == again.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH)).attempt


def test_bg_a10_counting_restarts_by_policy_after_a_rebooked_consultation() -> None:
    """The same after one that was moved. Source: BG-A10."""
    again = crm(READINGS["BG-A10 restart"])
    lead = followed_up(again, 2)
    again.do(Reschedule(appointment=consultation(again, lead), start=again.clock.now() + DAY, by=COACH))
    assert 1 == again.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH)).attempt


def test_bg_a10_a_new_cycle_starts_at_one(leads: Leads) -> None:
    """A cold lead that books again is a new cycle. Source: BG-A10, BG-A11."""
    lead = followed_up(leads, 6)
    leads.do(Convert(contact=lead.id, to=S.COLD, by=COACH))
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    assert 1 == leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH)).attempt


def test_bg_a14_moving_the_schedule_is_no_follow_up(leads: Leads) -> None:
    """Move/Schedule Follow Up for does not count as one of six. Source: BG-A14."""
    lead = followed_up(leads, 3)
    assert 3 == leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_MOVED, by=DESK)).attempt
    assert 4 == leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_4, by=COACH)).attempt


# ---- 3.4 categories


def test_bg3_there_are_four_categories() -> None:
    """Lead, Client, Non-Client Lead, Pending. Source: BG3."""
    assert {"lead", "client", "non_client_lead", "pending"} == {category.value for category in Category}


def test_bg3_a_web_form_starts_in_pending(leads: Leads) -> None:
    """Contacts of a web form are Pending. Source: BG3, BG-A16."""
    assert Category.PENDING is leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM)).category


@pytest.mark.parametrize("by", [COACH, DESK], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("to", [Category.LEAD, Category.NON_CLIENT_LEAD])
def test_bg3_franchisee_or_care_center_sorts_pending(leads: Leads, by: Actor, to: Category) -> None:
    """Who really wants tutoring becomes Lead, spam becomes Non-Client Lead; the status stays. Source: BG3."""
    web = leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM))
    sorted_ = leads.do(Edit(contact=web.id, category=to, by=by))
    assert (to, web.status, web.since) == (sorted_.category, sorted_.status, sorted_.since)


def test_bg3_nobody_sorts_oneself(leads: Leads) -> None:
    """A lead does not sort itself. Source: BG3."""
    web = leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM))
    command = Edit(contact=web.id, category=Category.LEAD, by=itself(web))
    assert ["editing.keeper_may"] == refusals(leads, command)


def test_bg3_an_enrollment_moves_to_client_by_itself(leads: Leads) -> None:
    """Buying an enrollment gives the category Client, whatever it was. Source: BG3."""
    for category in (None, *Category):
        lead = someone(leads, S.NEW_LEAD, category=category)
        sold = leads.do(Record(contact=lead.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", by=SYSTEM))
        assert Category.CLIENT is sold.category


def test_bg_a16_status_and_category_meet_at_two_points_only(leads: Leads) -> None:
    """Web lead: New Lead and Pending. Enrollment: Sold and Client. Nothing else ties them. Source: BG-A16."""
    web = leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM))
    assert (S.NEW_LEAD, Category.PENDING) == (web.status, web.category)
    for to in (S.FOLLOW_UP_1, S.NOT_SOLD):
        assert Category.PENDING is leads.do(Convert(contact=web.id, to=to, by=COACH)).category
    other = someone(leads, S.CONSULTATION_BOOKED, category=Category.LEAD)
    sold = leads.do(Record(contact=other.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", by=SYSTEM))
    assert (S.SOLD, Category.CLIENT) == (sold.status, sold.category)


# ---- 3.5 decided readings


@pytest.mark.parametrize("by", [OWNER, ADMIN, COACH, DESK], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("to", AUTOMATIC)
def test_bg_a9_an_automatic_status_is_not_set_by_hand(leads: Leads, by: Actor, to: Franchise) -> None:
    """What follows from what happened is refused by hand, whoever asks. Source: BG-A9."""
    for now in OPEN:
        if now is not to and FRANCHISE.by_hand.get((now, to)):
            lead = someone(leads, now)
            assert ["conversion.set_by_hand"] == refusals(leads, Convert(contact=lead.id, to=to, by=by))


def test_bg_a9_except_cold(leads: Leads) -> None:
    """Cold lead is automatic and manual. Source: BG-A9."""
    lead = followed_up(leads, 6)
    options = {option.automatic: option.allowed for option in leads.options(lead.id, by=COACH) if option.to is S.COLD}
    assert {True: True, False: True} == options


def test_bg_a9_sold_only_with_an_enrollment(leads: Leads) -> None:
    """Sold needs an enrollment: without one recording it is refused, and says what is missing. Source: BG-A9."""
    lead = someone(leads, S.NEW_LEAD)
    plan = leads.plan(Record(contact=lead.id, trigger=T.ENROLLMENT_COMPLETED, by=SYSTEM))
    assert ["conversion.enrollment"] == rules(plan.decision)
    assert S.NEW_LEAD is leads.contact(lead.id).status


@pytest.mark.parametrize("now", CLOSED)
def test_bg_a11_no_follow_up_from_a_closed_status(leads: Leads, now: Franchise) -> None:
    """Nothing is scheduled from an end. Source: BG-A11."""
    lead = someone(leads, now)
    for to in (*STEPS, S.FOLLOW_UP_MOVED):
        assert "conversion.a_row_leads_there" in refusals(leads, Convert(contact=lead.id, to=to, by=DESK))


def test_bg_a11_a_booked_consultation_reopens_a_cold_lead(leads: Leads) -> None:
    """Cold is reopened by what happens, not by hand. Source: BG-A11, BG-A18."""
    lead = someone(leads, S.COLD)
    consultation(leads, lead)
    assert S.CONSULTATION_BOOKED is leads.contact(lead.id).status


@pytest.mark.parametrize("now", [status for status in CLOSED if status is not S.COLD])
def test_bg_a11_a_booked_consultation_reopens_no_other_end(leads: Leads, now: Franchise) -> None:
    """A consultation with somebody at another end is an appointment and no move. Source: BG-A11."""
    lead = someone(leads, now)
    consultation(leads, lead)
    assert now is leads.contact(lead.id).status


def test_bg_a13_booking_again_after_cancelling_is_booked(leads: Leads) -> None:
    """A new booking after a cancelled one gives Consultation Booked. Source: BG-A13."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    consultation(leads, lead)
    assert S.CONSULTATION_BOOKED is leads.contact(lead.id).status


def test_bg_a13_a_cancelled_one_cannot_be_moved(leads: Leads) -> None:
    """Only a standing consultation is moved; a cancelled one is booked anew. Source: BG-A13."""
    lead = someone(leads, S.NEW_LEAD)
    gone = consultation(leads, lead)
    leads.do(Cancel(appointment=gone, by=COACH))
    move = Reschedule(appointment=gone, start=leads.clock.now() + DAY, by=COACH)
    assert ["booking.still_possible"] == refusals(leads, move)
    assert S.CONSULTATION_CANCELLED is leads.contact(lead.id).status


@pytest.mark.parametrize("to", OUTCOMES)
def test_bg_a15_the_care_center_sets_the_franchisees_statuses(leads: Leads, to: Franchise) -> None:
    """The desk may set what the user may. Source: BG-A15."""
    lead = someone(leads, S.FOLLOW_UP_3)
    assert to is leads.do(Convert(contact=lead.id, to=to, by=DESK)).status


@pytest.mark.parametrize("to", [*OUTCOMES, S.COLD])
def test_bg_a17_an_outcome_is_set_from_any_open_status(leads: Leads, to: Franchise) -> None:
    """From each of the eleven open statuses, and from no closed one. Source: BG-A17."""
    for now in OPEN:
        assert leads.plan(Convert(contact=someone(leads, now).id, to=to, by=COACH)).allowed
    for now in CLOSED:
        if now is not to:
            command = Convert(contact=someone(leads, now).id, to=to, by=COACH)
            assert "conversion.a_row_leads_there" in refusals(leads, command)


@pytest.mark.parametrize("now", CLOSED)
def test_bg_a18_a_closed_status_is_left_by_a_correction(leads: Leads, now: Franchise) -> None:
    """By hand nothing leaves an end; a correction does, with a reason. Source: BG-A18, BG-A19."""
    lead = someone(leads, now)
    for by in (*STAFF, DESK):
        by_hand = [o for o in leads.options(lead.id, by=by) if not o.automatic and o.allowed]
        assert [] == by_hand
    wrong = Correct(contact=lead.id, to=S.FOLLOW_UP_2, by=COACH)
    assert ["conversion.reason"] == refusals(leads, wrong)
    right = leads.do(Correct(contact=lead.id, to=S.FOLLOW_UP_2, reason="mistyped", by=COACH))
    assert (S.FOLLOW_UP_2, 2) == (right.status, right.attempt)


def test_bg_a18_lifting_the_do_not_contact_gives_a_new_lead(leads: Leads) -> None:
    """DNC is left by lifting it, which gives New Lead and clears the axis. Source: BG-A11, BG-A18."""
    lead = followed_up(leads, 2)
    leads.do(Convert(contact=lead.id, to=S.DNC, by=COACH))
    lifted = leads.do(Record(contact=lead.id, trigger=T.DO_NOT_CONTACT_LIFTED, by=COACH))
    assert (S.NEW_LEAD, 0, False) == (lifted.status, lifted.attempt, leads.person(lead.id).do_not_contact)


def test_bg_a18_the_lead_does_not_lift_it(leads: Leads) -> None:
    """Lifting is an act of staff, desk or system. Source: BG-A18."""
    lead = someone(leads, S.DNC)
    command = Record(contact=lead.id, trigger=T.DO_NOT_CONTACT_LIFTED, by=itself(lead))
    assert ["conversion.recorder_may"] == refusals(leads, command)


def test_bg_a19_sold_is_left_by_a_correction_only(leads: Leads) -> None:
    """Whatever happens, Sold stays; a correction leaves it. Source: BG-A19."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Record(contact=lead.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", by=SYSTEM))
    for trigger in (T.CONSULTATION_BOOKED, T.CONSULTATION_CANCELLED, T.CALLS_EXHAUSTED, T.DO_NOT_CONTACT_LIFTED):
        assert S.SOLD is leads.do(Record(contact=lead.id, trigger=trigger, by=SYSTEM)).status
    corrected = leads.do(Correct(contact=lead.id, to=S.NOT_SOLD, reason="wrong lead", by=COACH))
    assert S.NOT_SOLD is corrected.status


@pytest.mark.parametrize(("to", "by"), [(S.DNC, COACH), (S.CANCELLED_AND_DNC, DESK)], ids=["dnc", "cancelled"])
def test_bg_a20_both_dnc_statuses_set_the_axis(leads: Leads, to: Franchise, by: Actor) -> None:
    """The status and do-not-contact are two things; reaching the one sets the other. Source: BG-A20."""
    lead = someone(leads, S.CONSULTATION_BOOKED)
    assert not leads.person(lead.id).do_not_contact
    leads.do(Convert(contact=lead.id, to=to, by=by))
    assert leads.person(lead.id).do_not_contact


@pytest.mark.parametrize("to", [S.DNC, S.CANCELLED_AND_DNC])
def test_bg_a20_a_correction_to_dnc_sets_the_axis_too(leads: Leads, to: Franchise) -> None:
    """Who was DNC all along is not to be contacted, however the status was put right. Source: BG-A20."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Convert(contact=lead.id, to=S.COLD, by=COACH))
    leads.do(Correct(contact=lead.id, to=to, reason="misheard", by=COACH))
    assert leads.person(lead.id).do_not_contact


@pytest.mark.parametrize("to", [S.DNC, S.CANCELLED_AND_DNC])
def test_bg_a20_one_who_is_adopted_as_dnc_is_not_contacted(leads: Leads, to: Franchise) -> None:
    """Who comes in with that status from elsewhere brings the axis along. Source: BG-A20."""
    assert leads.person(someone(leads, to).id).do_not_contact


def test_bg_a20_the_axis_stays_when_another_status_follows(leads: Leads) -> None:
    """Only lifting it clears it. Source: BG-A20, BG-A18."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Convert(contact=lead.id, to=S.CANCELLED_AND_DNC, by=DESK))
    leads.do(Correct(contact=lead.id, to=S.CONSULTATION_CANCELLED, reason="another lead", by=DESK))
    leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH))
    assert leads.person(lead.id).do_not_contact


# ---- what the source says nothing about


@pytest.mark.parametrize("status", Franchise)
def test_s2_is_silent_about_a_portal_and_so_it_is_refused(leads: Leads, status: Franchise) -> None:
    """No cell is guessed: log-in, self-booking and hours are refused, and say that the source is silent. Source: S2."""
    lead = someone(leads, status)
    decision = leads.may(lead.id, Right.LOG_IN)
    assert "access.status_grants" in rules(decision)
    assert "says nothing" in str(decision)
    own = Book(
        contacts=(lead.id,),
        coach=COACH.id,
        kind=Kind.SAMPLE,
        start=leads.clock.now() + HOUR,
        minutes=30,
        by=itself(lead),
    )
    assert "booking.status_may_book" in refusals(leads, own)


def test_s2_is_silent_about_hours_and_so_none_count(leads: Leads) -> None:
    """A session is held and does not count: certification is another product's. Source: S2."""
    lead = someone(leads, S.SOLD)
    a_session(leads, lead)
    leads.clock.advance(DAY)
    report = leads.certification()
    assert (0, 60) == (report.minutes, report.excluded)
    assert ["certification.status_counts"] == rules(report.not_counted[0].decision)


def test_s2_is_silent_about_deleting_and_so_it_is_refused(leads: Leads) -> None:
    """No source says what deleting a lead does: refused, and said so. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    assert ["removal.standing_allows"] == refusals(leads, Delete(contact=lead.id, by=OWNER))
    case = removal.Case(by=OWNER, contact=lead.id)
    assert Removal.REFUSED is removal.outcome(FRANCHISE, case)
    assert Mark.NO is removal.may_delete(FRANCHISE, case).findings[0].mark


def test_bg_a13_a_consultation_that_stands_is_not_undone_by_another_ones_end(leads: Leads) -> None:
    """Of two consultations one is cancelled: the other one stands, and moving it gives Rescheduled. Source: BG-A13."""
    lead = someone(leads, S.NEW_LEAD)
    first = consultation(leads, lead)
    second = consultation(leads, lead, start=leads.clock.now() + DAY)
    leads.do(Cancel(appointment=first, by=COACH))
    assert S.CONSULTATION_BOOKED is leads.contact(lead.id).status
    leads.do(Reschedule(appointment=second, start=leads.clock.now() + 2 * DAY, by=COACH))
    assert S.CONSULTATION_RESCHEDULED is leads.contact(lead.id).status
    leads.do(Cancel(appointment=second, by=COACH))
    assert S.CONSULTATION_CANCELLED is leads.contact(lead.id).status


def test_bg_a13_what_is_moved_to_where_it_was_is_not_moved(leads: Leads) -> None:
    """Only another time is one. Source: BG-A13."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Reschedule(appointment=(key := consultation(leads, lead)), start=leads.appointment(key).start, by=COACH))
    assert S.CONSULTATION_BOOKED is leads.contact(lead.id).status


@pytest.mark.parametrize("change", [Cancel, Reschedule])
def test_an_appointment_is_changed_after_it_was_booked(leads: Leads, change: type[Any]) -> None:
    """A time before the booking is refused, so that a lead and its calendar agree; the time of booking is none."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(days=1)
    booked = leads.clock.now()
    key = consultation(leads, lead, start=booked + 5 * DAY)
    leads.clock.advance(days=1)
    said = {"appointment": key, "by": COACH, **({"start": booked + 6 * DAY} if change is Reschedule else {})}
    with pytest.raises(Invalid, match="at: the appointment was not there then"):
        leads.do(change(**said, at=booked - timedelta(microseconds=1)))
    assert lead.id == leads.do(change(**said, at=booked)).attendees[0].contact
    assert S.CONSULTATION_BOOKED is not leads.contact(lead.id).status


# ---- told late: the order of telling does not matter


Step: TypeAlias = Callable[[datetime | None], Command[Any, Any]]


def booked(key: str, start: int) -> Step:
    """When a consultation is put in the calendar, so many days after the beginning."""
    return lambda at: Book(
        contacts=("lead",), id=key, coach=key, kind=Kind.CONSULTATION, start=NOON + start * DAY, minutes=60, at=at,
        by=COACH,
    )  # fmt: skip


def cancelled(key: str) -> Step:
    """When it is cancelled."""
    return lambda at: Cancel(appointment=key, at=at, by=COACH)


def moved(key: str, start: int) -> Step:
    """When it is moved."""
    return lambda at: Reschedule(appointment=key, start=NOON + start * DAY, at=at, by=COACH)


def called(at: datetime | None) -> Command[Any, Any]:
    """When the lead was called, and is to be called again."""
    return Convert(contact="lead", to=S.FOLLOW_UP_1, reason="nobody answered", at=at, by=COACH)


def not_to_be_called(at: datetime | None) -> Command[Any, Any]:
    """When the lead says that it is not to be called back."""
    return Convert(contact="lead", to=S.DNC, at=at, by=COACH)


def lifted(at: datetime | None) -> Command[Any, Any]:
    """When it may be called again."""
    return LiftDoNotContact(contact="lead", at=at, by=COACH)


LIVES: Final[dict[str, tuple[tuple[Step, ...], int, Franchise]]] = {
    #                                      what happened, day by day                   told last    it ends as
    "the old one is cancelled":     ((booked("p", 20), cancelled("p"), booked("q", 21)), 1, S.CONSULTATION_BOOKED),
    "the new one is booked":        ((booked("p", 20), booked("q", 21), cancelled("p")), 1, S.CONSULTATION_BOOKED),
    "the first one is booked":      ((booked("p", 20), booked("q", 21), cancelled("q")), 0, S.CONSULTATION_BOOKED),
    "the first one is cancelled":   ((booked("p", 20), booked("q", 21), cancelled("p"), cancelled("q")), 2,
                                     S.CONSULTATION_CANCELLED),
    "the one that stood is cancelled": ((booked("p", 20), booked("q", 21), cancelled("p"), cancelled("q"),
                                         booked("r", 22)), 3, S.CONSULTATION_BOOKED),
    "the other one is moved away":  ((booked("p", 20), booked("q", 3), moved("q", 21), cancelled("p")), 2,
                                     S.CONSULTATION_RESCHEDULED),
    "it was called in between":     ((booked("p", 20), called, booked("q", 21), cancelled("q")), 0,
                                     S.CONSULTATION_BOOKED),
    "the lead may be called again": ((not_to_be_called, lifted, booked("p", 20)), 1, S.CONSULTATION_BOOKED),
}  # fmt: skip


def lived(life: tuple[Step, ...], last: int | None) -> tuple[object, ...]:
    """Live it a day for each step, and tell one of them when all is over; what can be asked then."""
    leads = crm(FRANCHISE)
    leads.do(AddContact(name="Ada", id="lead", by=COACH))
    for place, step in enumerate(life):
        leads.clock.advance(days=1)
        if place != last:
            leads.do(step(None))
    leads.clock.advance(days=1)
    if last is not None:
        leads.do(life[last](NOON + (last + 1) * DAY))
    lead = leads.contact("lead")
    then = [leads.status_at("lead", NOON + place * DAY + HOUR) for place in range(len(life) + 1)]
    assert () == tuple(leads.drift())
    return lead.status, lead.since, lead.attempt, lead.follow_up, *then


@pytest.mark.parametrize("what", LIVES)
def test_a_consultation_that_is_told_late_ends_as_if_it_had_been_told_in_time(what: str) -> None:
    """What an appointment does is kept even if it moves nobody, and looked at again by what stood then. BG-A13."""
    life, last, ends = LIVES[what]
    in_order = lived(life, None)
    assert ends is in_order[0]
    assert in_order == lived(life, last)


def test_a_consultation_of_before_the_lead_came_takes_effect_when_it_came(leads: Leads) -> None:
    """By a booking as by what is recorded: in the calendar on Sunday, entered as a lead on Monday. Source: S2."""
    leads.do(AddContact(name="Ada", id="lead", by=COACH))
    leads.clock.advance(days=1)
    leads.do(booked("p", 20)(NOON - HOUR))
    lead = leads.contact("lead")
    assert (S.CONSULTATION_BOOKED, NOON) == (lead.status, lead.since)


def test_an_appointment_that_moves_nobody_says_so_in_the_history_alone(leads: Leads) -> None:
    """A consultation with who has bought is kept, and the plan has no notice: nobody recorded anything by hand."""
    lead = someone(leads, S.SOLD)
    known: dict[str, Any] = {"coach": "m-1", "start": NOON + DAY, "minutes": 60, "by": COACH}
    plan = leads.plan(Book(contacts=(lead.id,), kind=Kind.CONSULTATION, **known))
    assert [(T.CONSULTATION_BOOKED, False)] == [(e.on, e.moved) for e in plan.events if isinstance(e, TriggerRecorded)]
    assert ((), ()) == (plan.notices, plan.consequences)


@pytest.mark.parametrize("what", ["a consultation", "an enrollment"])
def test_bg_a18_a_correction_looks_again_at_what_happened_after_the_mistake(leads: Leads, what: str) -> None:
    """Never lost: so the consultation in the calendar, or the enrollment, says where the lead is. Source: BG-A16."""
    leads.do(AddContact(name="Ada", id="lead", by=COACH))
    leads.clock.advance(days=1)
    leads.do(Convert(contact="lead", to=S.NOT_SOLD, by=COACH))
    leads.clock.advance(days=1)
    enrolled = Record(contact="lead", trigger=T.ENROLLMENT_COMPLETED, item="2026", by=SYSTEM)
    leads.do(booked("p", 20)(None) if what == "a consultation" else enrolled)
    assert S.NOT_SOLD is leads.contact("lead").status
    leads.clock.advance(days=1)
    lead = leads.do(Correct(contact="lead", to=S.NEW_LEAD, reason="it was somebody else", by=COACH))
    assert (S.CONSULTATION_BOOKED if what == "a consultation" else S.SOLD, NOON + 2 * DAY) == (lead.status, lead.since)
    assert S.NEW_LEAD is leads.status_at("lead", NOON + DAY)
    assert () == tuple(leads.drift())


def test_bg_a18_a_correction_leaves_what_somebody_decided_after_the_mistake(leads: Leads) -> None:
    """No follow-up on Tuesday after all, but lost on Wednesday: a consultation after that moves nobody."""
    leads.do(AddContact(name="Ada", id="lead", by=COACH))
    leads.clock.advance(days=1)
    mistake = leads.plan(Convert(contact="lead", to=S.FOLLOW_UP_1, by=COACH))
    leads.apply(mistake)
    leads.clock.advance(days=1)
    leads.do(Convert(contact="lead", to=S.NOT_SOLD, by=COACH))
    leads.do(booked("p", 20)(None))
    wrong = Correct(contact="lead", to=S.FOLLOW_UP_MOVED, event=mistake.events[0].id, reason="it was moved", by=COACH)
    assert S.NOT_SOLD is leads.do(wrong).status
