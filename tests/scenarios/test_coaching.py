"""A coach's practice, fact by fact: each scenario proves one row of `domain.md` section 1, through the shell."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, cast

import pytest
from attrs import evolve

from funnelkit import (
    AGENCY,
    COACHING,
    Appointment,
    Conflict,
    Contact,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Portal,
    Removal,
    Right,
    Role,
    Standing,
    UnknownRight,
    UnknownStatus,
    Where,
)
from funnelkit.commands import (
    AddContact,
    Adopt,
    Archive,
    AssignCredentials,
    Book,
    Cancel,
    Convert,
    Correct,
    Delete,
    Edit,
    Hide,
    JoinGroups,
    LeaveGroups,
    MarkHeld,
    MarkMissed,
    Permit,
    Record,
    Reschedule,
    Withdraw,
    WithdrawCredentials,
    vocabulary,
)
from funnelkit.funnel import Funnel
from funnelkit.planning import Command
from funnelkit.policy import CertificationPolicy, StatusWhen
from funnelkit.rules.certification import Report
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import READINGS, Coaching, Happening
from funnelkit.table import EMAIL, Move, Need, Status
from funnelkit.values.events import Event, StatusChanged, Why
from funnelkit.values.plan import Plan
from funnelkit.values.session import Session
from funnelkit.words import Activity
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
    mails,
    refusals,
    rules,
    someone,
)

Practice = Crm[Coaching, Right]
S: Final = Coaching
ITEMS: Final = (Right.PAGES, Right.FORMS, Right.DOCUMENTS)


def reading(title: str) -> Funnel[Coaching, Right]:
    """Another reading of the same source: one of those in the funnel's file."""
    return cast("Funnel[Coaching, Right]", READINGS[title])


@pytest.fixture
def practice() -> Practice:
    """An empty practice under the default readings."""
    return crm(COACHING)


def under(practice: Practice, name: str) -> FunnelService[Coaching, Right]:
    """The same practice, read under another policy; the reading is one of those in the funnel's file."""
    return FunnelService(reading(name), account="acme", storage=practice.storage, clock=practice.clock)


def coached(practice: Practice, *contacts: Contact, **more: Any) -> Appointment:
    """When a session of an hour is booked now, starts in an hour, and is over: three hours from now."""
    session = a_session(practice, *contacts, **more)
    practice.clock.advance(hours=3)
    return session


def with_credentials(practice: Practice, status: Coaching, **more: object) -> Contact:
    """Given a contact of this status who has a user name and a password."""
    return someone(practice, status, portal=Portal.ACTIVE, **more)


def becomes(practice: Practice, contact: Contact, to: Coaching, **more: Any) -> Contact:
    """When the coach edits "Status and Group"."""
    return practice.do(Convert(contact=contact.id, to=to, by=COACH, **more))


def reasons(report: Report) -> list[list[str]]:
    """Then these rules keep each uncounted appointment out of the report."""
    return [rules(line.decision) for line in report.not_counted]


# ---- 1.1 statuses


def test_s0_a_contact_has_one_of_five_statuses(practice: Practice) -> None:
    """Active Client, Inactive Client, Hot Lead, Prospect and Buyer are all there is. Source: S0."""
    labels = ("Active Client", "Inactive Client", "Hot Lead", "Prospect", "Buyer")
    found = vocabulary(COACHING, labels)
    assert set(Coaching) == set(found.values())
    assert list(labels) == [COACHING.labels[found[label]] for label in labels]


def test_s0_anybody_on_the_list_is_a_prospect(practice: Practice) -> None:
    """A friend, a relative, a referrer: whoever is put on the list without more is a Prospect. Source: S0."""
    aunt = practice.do(AddContact(name="Aunt May", by=COACH))
    assert S.PROSPECT is aunt.status


@pytest.mark.parametrize("status", list(Coaching))
def test_cc3_the_coach_may_enter_a_contact_in_any_status(practice: Practice, status: Coaching) -> None:
    """By hand, a contact comes in with any of the five statuses. Source: section 7, after CC3."""
    ada = practice.do(AddContact(name="Ada", status=status, by=COACH))
    assert status is practice.contact(ada.id).status
    assert status is practice.status_at(ada.id, NOON)


def test_s0_an_active_client_may_be_coached_for_free(practice: Practice) -> None:
    """Being coached for nothing makes no other client: the same rights, and the hours count. Source: S0."""
    free = with_credentials(practice, S.ACTIVE_CLIENT)
    coached(practice, free, paid=False)
    assert practice.may(free.id, Right.LOG_IN)
    assert Decimal(1) == practice.certification().hours


def test_s0_an_inactive_client_loses_the_access_and_keeps_the_data(practice: Practice) -> None:
    """When the agreement has run out, log-in goes; appointments, permissions and purchases stay. Source: S0, 1.5."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT, permitted=("doc-1",), owned=("book",), agreements=("2025",))
    coached(practice, ada)
    former = becomes(practice, ada, S.INACTIVE_CLIENT, reason="the agreement has run out")
    assert ["access.status_grants"] == rules(practice.may(ada.id, Right.LOG_IN))
    assert (Portal.ACTIVE, frozenset({"doc-1"}), frozenset({"book"}), frozenset({"2025"})) == (
        former.portal, former.permitted, former.owned, former.agreements,
    )  # fmt: skip
    assert 1 == len(practice.appointments(ada.id))
    assert Decimal(1) == practice.certification().hours


def test_s0_a_hot_lead_is_the_usual_status_around_a_sample_session(practice: Practice) -> None:
    """A Prospect becomes a Hot Lead when a sample session is arranged, and gets credentials for it. Source: S0, CC2."""
    ada = practice.do(AddContact(name="Ada", by=COACH))
    becomes(practice, ada, S.HOT_LEAD)
    practice.do(AssignCredentials(contact=ada.id, by=COACH))
    coached(practice, ada, kind=Kind.SAMPLE)
    assert practice.may(ada.id, Right.LOG_IN)
    assert Decimal(1) == practice.certification().hours


def test_s0_a_buyer_first_came_in_by_buying(practice: Practice) -> None:
    """Who is new and buys is a Buyer; who is known and buys is not. Source: S0, CC-A9."""
    new = practice.do(
        AddContact(name="Bo", email="bo@example.org", trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM)
    )
    known = practice.do(AddContact(name="Ada", by=COACH))
    practice.do(Record(contact=known.id, trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    assert (S.BUYER, S.PROSPECT) == (practice.contact(new.id).status, practice.contact(known.id).status)


def test_cc7_groups_stand_beside_the_status(practice: Practice) -> None:
    """Groups are freely made and many-valued; joining and leaving them changes no status. Source: CC7."""
    ada = someone(practice, S.HOT_LEAD)
    practice.do(JoinGroups(contact=ada.id, groups=("newsletter", "spring"), by=COACH))
    practice.do(LeaveGroups(contact=ada.id, groups=("spring",), by=COACH))
    now = practice.contact(ada.id)
    assert (S.HOT_LEAD, frozenset({"newsletter"})) == (now.status, now.groups)
    assert not any(isinstance(event, StatusChanged) for event in practice.history(ada.id))


def test_cc7_groups_survive_a_change_of_status(practice: Practice) -> None:
    """A status is one thing and groups are another: converting leaves them. Source: CC7."""
    ada = someone(practice, S.PROSPECT, groups=("newsletter",))
    assert frozenset({"newsletter"}) == becomes(practice, ada, S.ACTIVE_CLIENT).groups


def test_cc7_a_status_serves_as_a_filter(practice: Practice) -> None:
    """For a mailing or a report, contacts are picked by their status. Source: CC7."""
    ada, bo = someone(practice, S.HOT_LEAD), someone(practice, S.PROSPECT, name="Bo")
    becomes(practice, bo, S.HOT_LEAD)
    someone(practice, S.BUYER, name="Cy")
    assert [ada.id, bo.id] == [c.id for c in practice.contacts() if c.status is S.HOT_LEAD]


# ---- 1.2 what each status may do


@pytest.mark.parametrize(
    ("status", "refused_by"),
    [
        (S.ACTIVE_CLIENT, []),
        (S.HOT_LEAD, []),
        (S.BUYER, []),
        (S.PROSPECT, ["access.status_grants"]),
        (S.INACTIVE_CLIENT, ["access.status_grants"]),
    ],
)
def test_cc1_credentials_do_not_let_everybody_in(practice: Practice, status: Coaching, refused_by: list[str]) -> None:
    """Although credentials exist, a Prospect and an Inactive Client do not log in. Source: S0, CC1."""
    ada = with_credentials(practice, status)
    assert refused_by == rules(practice.may(ada.id, Right.LOG_IN))


@pytest.mark.parametrize("status", [S.ACTIVE_CLIENT, S.HOT_LEAD, S.BUYER])
def test_s0_the_coach_assigns_credentials(practice: Practice, status: Coaching) -> None:
    """An Active Client, a Hot Lead and a Buyer hold user name and password; with them they log in. Source: S0."""
    ada = someone(practice, status)
    practice.do(AssignCredentials(contact=ada.id, by=COACH))
    assert practice.may(ada.id, Right.LOG_IN)
    practice.do(WithdrawCredentials(contact=ada.id, by=COACH))
    assert ["access.credentials_exist"] == rules(practice.may(ada.id, Right.LOG_IN))


@pytest.mark.parametrize("status", [S.PROSPECT, S.INACTIVE_CLIENT])
def test_s0_of_credentials_for_others_the_source_is_silent(practice: Practice, status: Coaching) -> None:
    """Whether a Prospect or an Inactive Client is assigned credentials nobody says, so it is refused. Source: S0."""
    ada = someone(practice, status)
    assert ["editing.status_may_hold"] == refusals(practice, AssignCredentials(contact=ada.id, by=COACH))
    asked = practice.may(ada.id, Right.CREDENTIALS)
    assert ["access.status_grants"] == rules(asked)
    assert "says nothing" in str(asked)


@pytest.mark.parametrize("right", ITEMS)
@pytest.mark.parametrize("status", [S.ACTIVE_CLIENT, S.HOT_LEAD])
def test_s0_private_items_go_by_permission(practice: Practice, status: Coaching, right: Right) -> None:
    """Pages, forms and documents open one by one, where the coach permits it; and close again. Source: S0."""
    ada = with_credentials(practice, status)
    assert ["access.item_is_permitted"] == rules(practice.may(ada.id, right, item="intake"))
    practice.do(Permit(contact=ada.id, items=("intake",), by=COACH))
    assert practice.may(ada.id, right, item="intake")
    assert ["access.item_is_permitted"] == rules(practice.may(ada.id, right, item="another"))
    assert ["access.item_is_named"] == rules(practice.may(ada.id, right))
    practice.do(Withdraw(contact=ada.id, items=("intake",), by=COACH))
    assert ["access.item_is_permitted"] == rules(practice.may(ada.id, right, item="intake"))


@pytest.mark.parametrize("right", ITEMS)
@pytest.mark.parametrize("status", [S.PROSPECT, S.INACTIVE_CLIENT])
def test_s0_a_permission_opens_nothing_to_who_is_kept_out(practice: Practice, status: Coaching, right: Right) -> None:
    """A Prospect or an Inactive Client with an old permission sees no page, form or document. Source: S0."""
    ada = with_credentials(practice, status, permitted=("intake",))
    asked = practice.may(ada.id, right, item="intake")
    assert ["access.status_grants", "access.status_may_log_in"] == rules(asked)


def test_cc5_permissions_are_given_to_a_group_as_well(practice: Practice) -> None:
    """What a group is permitted its members are, as long as they are members. Source: CC5."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT, groups=("spring",))
    bo = with_credentials(practice, S.HOT_LEAD, name="Bo")
    practice.do(Permit(group="spring", items=("workbook",), by=COACH))
    assert practice.may(ada.id, Right.DOCUMENTS, item="workbook")
    assert not practice.may(bo.id, Right.DOCUMENTS, item="workbook")
    practice.do(JoinGroups(contact=bo.id, groups=("spring",), by=COACH))
    assert practice.may(bo.id, Right.DOCUMENTS, item="workbook")
    practice.do(LeaveGroups(contact=ada.id, groups=("spring",), by=COACH))
    assert ["access.item_is_permitted"] == rules(practice.may(ada.id, Right.DOCUMENTS, item="workbook"))


def test_cc5_a_permission_in_person_survives_the_group(practice: Practice) -> None:
    """Permission by group and permission in person are two things; losing one leaves the other. Source: CC5."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT, groups=("spring",))
    practice.do(Permit(group="spring", items=("workbook",), by=COACH))
    practice.do(Permit(contact=ada.id, items=("workbook",), by=COACH))
    practice.do(Withdraw(group="spring", items=("workbook",), by=COACH))
    assert practice.may(ada.id, Right.DOCUMENTS, item="workbook")


def test_s0_a_buyer_opens_what_was_bought(practice: Practice) -> None:
    """A Buyer logs in to reach the contents of the own products, and of no other. Source: S0."""
    bo = practice.do(AddContact(name="Bo", trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    assert practice.may(bo.id, Right.LOG_IN)
    assert practice.may(bo.id, Right.PRODUCTS, item="book")
    assert ["access.item_is_owned"] == rules(practice.may(bo.id, Right.PRODUCTS, item="course"))
    assert ["access.item_is_named"] == rules(practice.may(bo.id, Right.PRODUCTS))


@pytest.mark.parametrize(
    ("status", "sees"),
    [(S.ACTIVE_CLIENT, True), (S.HOT_LEAD, True), (S.INACTIVE_CLIENT, False), (S.PROSPECT, False), (S.BUYER, False)],
)
def test_cc5_who_sees_the_calendar_in_the_portal(practice: Practice, status: Coaching, sees: bool) -> None:
    """An Active Client and a Hot Lead do; of a Buyer the source is silent, so no. Source: CC5."""
    ada = with_credentials(practice, status)
    assert sees is practice.may(ada.id, Right.CALENDAR).allowed


def test_cc5_the_silence_about_a_buyers_calendar_is_told(practice: Practice) -> None:
    """A cell that the source leaves open refuses, and says that it is open rather than that it is a no. Source: CC5."""
    bo = with_credentials(practice, S.BUYER)
    assert "the source of coaching says nothing about calendar for buyer" in str(practice.may(bo.id, Right.CALENDAR))


@pytest.mark.parametrize("status", list(Coaching))
def test_cc11_anybody_may_be_sent_a_miscellaneous_invoice(practice: Practice, status: Coaching) -> None:
    """An invoice that is not for coaching needs no status, no log-in and no agreement. Source: CC5, CC11."""
    ada = someone(practice, status)
    assert practice.may(ada.id, Right.GENERAL_INVOICE)


@pytest.mark.parametrize("status", list(Coaching))
def test_cc11_billing_for_coaching_needs_an_agreement(practice: Practice, status: Coaching) -> None:
    """Whatever the status, coaching is billed only where an agreement exists. Source: CC5, CC11."""
    without, having = someone(practice, status), someone(practice, status, agreements=("2026",))
    assert ["access.agreement"] == rules(practice.may(without.id, Right.COACHING_INVOICE))
    assert practice.may(having.id, Right.COACHING_INVOICE)


def test_cc11_an_agreement_once_accepted_still_bills_a_former_client(practice: Practice) -> None:
    """An Inactive Client with an agreement on file can still be billed for coaching. Source: CC5, CC11."""
    ada = practice.do(AddContact(name="Ada", trigger=Happening.AGREEMENT_ACCEPTED, item="2025", by=SYSTEM))
    becomes(practice, ada, S.INACTIVE_CLIENT)
    assert practice.may(ada.id, Right.COACHING_INVOICE)


@pytest.mark.parametrize("status", [S.ACTIVE_CLIENT, S.HOT_LEAD, S.BUYER])
def test_cc8_who_is_logged_in_may_change_the_password(practice: Practice, status: Coaching) -> None:
    """The own password is theirs to change, once they can log in; without credentials there is none. Source: CC8."""
    ada = with_credentials(practice, status)
    assert practice.may(ada.id, Right.CHANGE_PASSWORD)
    practice.do(WithdrawCredentials(contact=ada.id, by=COACH))
    assert ["access.credentials_exist"] == rules(practice.may(ada.id, Right.CHANGE_PASSWORD))


@pytest.mark.parametrize("status", [S.PROSPECT, S.INACTIVE_CLIENT])
def test_cc8_who_cannot_log_in_changes_no_password(practice: Practice, status: Coaching) -> None:
    """The password is changed from inside, and these two do not get inside. Source: CC8, CC1."""
    ada = with_credentials(practice, status)
    assert "access.status_may_log_in" in rules(practice.may(ada.id, Right.CHANGE_PASSWORD))


def test_cc8_nobody_has_a_right_to_the_user_name(practice: Practice) -> None:
    """The user name is the coach's to change: no status has such a right, and a client assigns nothing. Source: CC8."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    with pytest.raises(UnknownRight):
        practice.may(ada.id, "change_user_name")  # type: ignore[arg-type]  # a word that is no right
    assert ["editing.keeper_may"] == refusals(practice, AssignCredentials(contact=ada.id, by=itself(ada)))


def test_cc6_a_visitor_books_on_the_public_calendar_without_an_account(practice: Practice) -> None:
    """The opt-in form makes a Prospect, who has the sample session and no log-in. Source: CC6."""
    visitor = practice.do(
        AddContact(
            name="Vi", email="vi@example.org", phone="030 1", trigger=Happening.BOOKED_IN_PUBLIC, coach="m-1", by=SYSTEM
        )
    )
    booked = a_session(practice, visitor, kind=Kind.SAMPLE, where=Where.PUBLIC, by=SYSTEM)
    assert S.PROSPECT is practice.contact(visitor.id).status
    assert S.PROSPECT is booked.attendees[0].status
    assert Where.PUBLIC is booked.where
    assert "access.credentials_exist" in rules(practice.may(visitor.id, Right.LOG_IN))


@pytest.mark.parametrize("status", [S.ACTIVE_CLIENT, S.HOT_LEAD, S.PROSPECT, S.BUYER])
def test_cc6_whom_we_know_books_a_sample_in_public_as_well(practice: Practice, status: Coaching) -> None:
    """Anyone may use the public calendar, and nobody's status changes by it. Source: CC6, CC-A8."""
    ada = someone(practice, status)
    a_session(practice, ada, kind=Kind.SAMPLE, where=Where.PUBLIC, by=itself(ada))
    assert status is practice.contact(ada.id).status


# ---- 1.3 the certification report


@pytest.mark.parametrize(
    ("status", "hours"),
    [(S.ACTIVE_CLIENT, 1), (S.INACTIVE_CLIENT, 1), (S.HOT_LEAD, 1), (S.PROSPECT, 0), (S.BUYER, 0)],
)
@pytest.mark.parametrize("kind", list(Kind))
def test_s0_whose_hours_count(practice: Practice, status: Coaching, hours: int, kind: Kind) -> None:
    """Those of Active and Inactive Clients and of Hot Leads count, whatever their kind; no Prospect's does.

    Source: S0.
    """
    ada = someone(practice, status)
    coached(practice, ada, kind=kind)
    report = practice.certification()
    assert (Decimal(hours), Decimal(1 - hours)) == (report.hours, report.excluded_hours)
    assert ([] if hours else [["certification.status_counts"]]) == reasons(report)


def test_s0_a_sample_session_with_a_prospect_is_not_counted(practice: Practice) -> None:
    """No appointment with a Prospect is counted, and the report says which rule leaves it out. Source: S0."""
    session = coached(practice, someone(practice, S.PROSPECT), kind=Kind.SAMPLE)
    (line,) = practice.certification().not_counted
    assert session.id == line.appointment.id
    assert "coaching does not count the hours of prospect" in str(line.decision)


def test_s0_paid_and_free_hours_are_told_apart(practice: Practice) -> None:
    """Clients are paying or free, so counted hours are of both sorts, or of a sort nobody said. Source: S0."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    coached(practice, ada, paid=True, minutes=60)
    coached(practice, ada, paid=False, minutes=30)
    coached(practice, ada, minutes=15)
    report = practice.certification()
    assert {("m-1", ada.id, True): 60, ("m-1", ada.id, False): 30, ("m-1", ada.id, None): 15} == dict(report.sums)
    assert Decimal("1.75") == report.hours


def test_cc4_hours_go_with_a_deleted_contact(practice: Practice) -> None:
    """Hours live with the contact: the report forgets them when it is deleted. Source: CC4."""
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.ACTIVE_CLIENT, name="Bo")
    lost, kept = coached(practice, ada), coached(practice, bo)
    practice.do(Delete(contact=ada.id, by=COACH))
    report = practice.certification()
    assert [kept.id] == [line.appointment.id for line in report]
    assert Decimal(1) == report.hours
    with pytest.raises(NotFound):
        practice.appointment(lost.id)


def test_cc4_a_group_session_outlives_one_deleted_member(practice: Practice) -> None:
    """Of a group session only the deleted person goes; the hour stays with who is left, and counts for them.

    Source: CC4, CC-A12.
    """
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.HOT_LEAD, name="Bo")
    session = coached(practice, ada, bo)
    practice.do(Delete(contact=ada.id, by=COACH))
    assert [bo.id] == [attendee.contact for attendee in practice.appointment(session.id).attendees]
    assert Decimal(1) == practice.certification().hours
    assert (0, 60) == tuple(practice.certification().minutes_of(client=c.id) for c in (ada, bo))


def test_cc4_a_group_stops_to_count_when_its_only_counting_member_is_deleted(practice: Practice) -> None:
    """Left with a Prospect alone, a group session is no hour any more. Source: CC4, CC-A12, S0."""
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.PROSPECT, name="Bo")
    coached(practice, ada, bo)
    practice.do(Delete(contact=ada.id, by=COACH))
    assert [["certification.status_counts"]] == reasons(practice.certification())


# ---- 1.4 how a status changes


@pytest.mark.parametrize("to", list(Coaching))
@pytest.mark.parametrize("now", list(Coaching))
def test_cc3_the_coach_changes_any_status_into_any_other(practice: Practice, now: Coaching, to: Coaching) -> None:
    """Editing "Status and Group" knows no order: from any status to any other, but not to the same one.

    Source: CC3, SD-A2.
    """
    ada = someone(practice, now)
    command = Convert(contact=ada.id, to=to, by=COACH)
    if now is to:
        assert ["conversion.is_a_change"] == refusals(practice, command)
    else:
        assert to is practice.do(command).status


@pytest.mark.parametrize("by", STAFF)
def test_cc3_coach_admin_and_owner_may(practice: Practice, by: Any) -> None:
    """Whoever works for the account decides the status. Source: CC3."""
    ada = someone(practice, S.PROSPECT)
    assert S.HOT_LEAD is practice.do(Convert(contact=ada.id, to=S.HOT_LEAD, by=by)).status


def test_cc3_a_client_never_changes_a_status(practice: Practice) -> None:
    """Not by editing, not by recording, not by correcting, not by coming in as one. Source: CC3."""
    ada = with_credentials(practice, S.PROSPECT)
    me = itself(ada)
    accepted = Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, by=me)
    correct = Correct(contact=ada.id, to=S.ACTIVE_CLIENT, reason="I am", by=me)
    assert ["conversion.actor_may"] == refusals(practice, Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=me))
    assert ["conversion.recorder_may"] == refusals(practice, accepted)
    assert ["conversion.corrector_may"] == refusals(practice, correct)
    added = refusals(practice, AddContact(name="Eve", status=S.ACTIVE_CLIENT, by=me))
    assert ["conversion.actor_may", "editing.keeper_may"] == added
    assert ["editing.keeper_may"] == refusals(practice, Adopt(name="Eve", status=S.ACTIVE_CLIENT, by=me))
    assert S.PROSPECT is practice.contact(ada.id).status


@pytest.mark.parametrize("by", [VIEWER, DESK, SYSTEM])
def test_cc3_who_does_not_coach_decides_no_status(practice: Practice, by: Any) -> None:
    """A reader, another desk and a machine do not edit "Status and Group". Source: CC3."""
    ada = someone(practice, S.PROSPECT)
    assert ["conversion.actor_may"] == refusals(practice, Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=by))


def test_cc2_registering_makes_a_prospect_who_waits(practice: Practice) -> None:
    """Who registers has chosen credentials and still cannot log in; the coach is told. Source: CC2."""
    ada = practice.do(
        AddContact(name="Ada", email="ada@example.org", trigger=Happening.REGISTERED, coach="m-1", by=SYSTEM)
    )
    assert (S.PROSPECT, Portal.ACTIVE) == (ada.status, practice.contact(ada.id).portal)
    assert ["access.status_grants"] == rules(practice.may(ada.id, Right.LOG_IN))
    assert [("m-1", "contact_registered")] == mails(practice)
    becomes(practice, ada, S.HOT_LEAD)
    assert practice.may(ada.id, Right.LOG_IN)


def test_cc2_a_registration_without_a_coach_is_told_to_the_account(practice: Practice) -> None:
    """Somebody of the account hears of it even where the contact is nobody's yet. Source: CC2."""
    practice.do(AddContact(name="Ada", trigger=Happening.REGISTERED, by=SYSTEM))
    assert [("account", "contact_registered")] == mails(practice)


def test_cc2_the_portal_page_is_told_by_the_system(practice: Practice) -> None:
    """A visitor registers through the page, which speaks for the account; a client adds no contact.

    Source: CC2, CC3.
    """
    visitor = itself(someone(practice, S.PROSPECT))
    tried = refusals(practice, AddContact(name="Eve", trigger=Happening.REGISTERED, by=visitor))
    assert ["conversion.recorder_may", "editing.keeper_may"] == tried


def test_cc2_a_new_buyer_gets_credentials_by_mail(practice: Practice) -> None:
    """Buying makes user name and password, and the product's autoresponder mails them. Source: S0, CC2."""
    plan = practice.plan(AddContact(name="Bo", trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    bo = practice.apply(plan)
    assert ["make_credentials"] == [obligation.code for obligation in plan.obligations]
    assert (S.BUYER, Portal.ACTIVE, frozenset({"book"})) == (bo.status, bo.portal, bo.owned)
    assert [(bo.id, "product_credentials")] == mails(practice)


def test_cc2_a_purchase_by_a_new_person_names_the_product(practice: Practice) -> None:
    """Nobody comes in as a Buyer of nothing. Source: S0, CC2."""
    nothing: AddContact[Coaching] = AddContact(name="Bo", trigger=Happening.PRODUCT_PURCHASED, by=SYSTEM)
    assert ["conversion.product"] == refusals(practice, nothing)


def test_cc9_a_prospect_who_accepts_an_agreement_is_an_active_client(practice: Practice) -> None:
    """The agreement moves the Prospect, makes the user name and sends the account details. Source: CC2, CC9."""
    ada = practice.do(AddContact(name="Ada", email="ada@example.org", by=COACH))
    plan = practice.plan(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    now = practice.apply(plan)
    assert (S.ACTIVE_CLIENT, Portal.ACTIVE, frozenset({"2026"})) == (now.status, now.portal, now.agreements)
    assert ["make_credentials"] == [obligation.code for obligation in plan.obligations]
    assert [(ada.id, "account_details")] == mails(practice)
    assert practice.may(ada.id, Right.LOG_IN)
    assert practice.may(ada.id, Right.COACHING_INVOICE)


def test_cc9_a_new_person_who_accepts_an_agreement_is_an_active_client(practice: Practice) -> None:
    """Somebody new comes in as an Active Client by accepting. Source: CC2, CC9."""
    ada = practice.do(AddContact(name="Ada", trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    assert (S.ACTIVE_CLIENT, Portal.ACTIVE, frozenset({"2026"})) == (ada.status, ada.portal, ada.agreements)
    assert [(ada.id, "account_details")] == mails(practice)


def test_cc9_a_further_agreement_moves_no_active_client(practice: Practice) -> None:
    """Who is active stays active; the agreement is on file, and the coach is told that nothing moved. Source: CC9."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT, agreements=("2025",))
    plan = practice.plan(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    now = practice.apply(plan)
    assert (S.ACTIVE_CLIENT, frozenset({"2025", "2026"})) == (now.status, now.agreements)
    assert ["conversion.unmoved"] == [notice.code for notice in plan.notices]


def test_cc2_the_coach_assigns_status_and_credentials(practice: Practice) -> None:
    """From Prospect the coach makes a Hot Lead or an Active Client, who then gets credentials. Source: CC2, CC6."""
    ada, bo = (practice.do(AddContact(name=name, by=COACH)) for name in ("Ada", "Bo"))
    becomes(practice, ada, S.HOT_LEAD)
    becomes(practice, bo, S.ACTIVE_CLIENT)
    for contact in (ada, bo):
        assert ["access.credentials_exist"] == rules(practice.may(contact.id, Right.LOG_IN))
        practice.do(AssignCredentials(contact=contact.id, by=COACH))
        assert practice.may(contact.id, Right.LOG_IN)


def test_s0_time_alone_makes_nobody_inactive(practice: Practice) -> None:
    """An agreement that ran out is the coach's judgement: years later the client is still active. Source: S0."""
    ada = practice.do(AddContact(name="Ada", trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    practice.clock.advance(days=3 * 365)
    assert S.ACTIVE_CLIENT is practice.contact(ada.id).status
    assert S.INACTIVE_CLIENT is becomes(practice, ada, S.INACTIVE_CLIENT).status


def test_cc3_a_decision_is_not_recorded_as_if_it_had_happened(practice: Practice) -> None:
    """Editing the status is a choice of a status; recording it names none, and is refused. Source: CC3."""
    ada = someone(practice, S.PROSPECT)
    decided = Record(contact=ada.id, trigger=Happening.COACH_DECIDES, by=COACH)
    assert ["conversion.is_recorded"] == refusals(practice, decided)


def test_cc3_what_can_be_done_next_is_told_with_reasons(practice: Practice) -> None:
    """For the coach, each other status can be had by hand, and one by an agreement; for a client none can.

    Source: CC3, CC9.
    """
    ada = someone(practice, S.PROSPECT)
    mine = practice.options(ada.id, by=COACH)
    assert set(Coaching) - {S.PROSPECT} == {option.to for option in mine if option.allowed and not option.automatic}
    assert [S.ACTIVE_CLIENT] == [option.to for option in mine if option.automatic]
    theirs = practice.options(ada.id, by=itself(ada))
    assert not any(option.allowed for option in theirs)
    assert {"conversion.actor_may", "conversion.recorder_may"} == {r for o in theirs for r in rules(o.decision)}


def test_cc3_a_conversion_says_what_it_would_change(practice: Practice) -> None:
    """Before it is made, a conversion tells the rights that are gained and lost, and changes nothing.

    Source: CC3, S0.
    """
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    plan = practice.plan(Convert(contact=ada.id, to=S.BUYER, by=COACH))
    assert ["rights_lost"] == [consequence.code for consequence in plan.consequences]
    assert {Right.PAGES, Right.FORMS, Right.DOCUMENTS, Right.CALENDAR} == set(
        plan.consequences[0].params["rights"],  # type: ignore[call-overload]  # a tuple of rights
    )
    assert S.ACTIVE_CLIENT is practice.contact(ada.id).status


# ---- 1.5 inactive versus delete


def test_cc4_delete_is_permanent_and_takes_everything(practice: Practice) -> None:
    """Contact, name and appointments are gone; files, notes and invoices are the host's to delete. Source: CC4."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    session = coached(practice, ada)
    plan = practice.plan(Delete(contact=ada.id, by=COACH))
    assert Removal.DELETED is practice.apply(plan)
    assert ["delete_files"] == [obligation.code for obligation in plan.obligations]
    assert ["hours_removed", "hours_stop"] == [consequence.code for consequence in plan.consequences]
    for ask in (practice.contact, practice.person):
        with pytest.raises(NotFound):
            ask(ada.id)
    with pytest.raises(NotFound):
        practice.appointment(session.id)
    assert 0 == len(practice.certification())


@pytest.mark.parametrize("status", list(Coaching))
@pytest.mark.parametrize("standing", list(Standing))
def test_cc4_any_contact_can_be_deleted(practice: Practice, status: Coaching, standing: Standing) -> None:
    """Deleting asks for no status, no standing, and goes ahead whatever hangs on the contact. Source: CC4."""
    ada = someone(practice, status, standing=standing)
    assert Removal.DELETED is practice.do(Delete(contact=ada.id, by=COACH), facts={"invoice": True})


@pytest.mark.parametrize("status", list(Coaching))
def test_cc4_inactive_is_advised_instead_of_delete(practice: Practice, status: Coaching) -> None:
    """Before it is done, the vendor's advice is told: Inactive keeps what a delete destroys. Source: CC4."""
    ada = someone(practice, status)
    coached(practice, ada)
    plan = practice.plan(Delete(contact=ada.id, by=COACH))
    assert ["coaching.inactive_instead"] == [notice.code for notice in plan.notices]
    assert plan.allowed


def test_cc4_a_client_deletes_nobody(practice: Practice) -> None:
    """Deleting is for who keeps the contacts. Source: CC4."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    assert ["removal.remover_may"] == refusals(practice, Delete(contact=ada.id, by=itself(ada)))


def test_cc10_appointments_of_a_coach_do_not_overlap(practice: Practice) -> None:
    """There is one coach, who cannot be in two sessions at once; one may start when another ends. Source: CC10."""
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.ACTIVE_CLIENT, name="Bo")
    a_session(practice, ada, start=NOON + HOUR)
    half: dict[str, Any] = {"contacts": (bo.id,), "coach": COACH.id, "kind": Kind.SESSION, "minutes": 60, "by": COACH}
    for start in (NOON + HOUR, NOON + HOUR / 2, NOON + 1.5 * HOUR, NOON + HOUR - timedelta(minutes=59)):
        assert ["booking.coach_is_free"] == refusals(practice, Book(start=start, **half))
    for start in (NOON, NOON + 2 * HOUR):
        practice.do(Book(start=start, **half))


def test_cc10_a_cancelled_appointment_gives_its_time_back(practice: Practice) -> None:
    """What was called off stands in nobody's way; what was missed was still the coach's time. Source: CC10, CC-A3."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    first = a_session(practice, ada)
    practice.do(Cancel(appointment=first.id, by=COACH))
    second = a_session(practice, ada)
    practice.clock.advance(hours=3)
    practice.do(MarkMissed(appointment=second.id, by=COACH))
    again = Book(contacts=(ada.id,), coach=COACH.id, kind=Kind.SESSION, start=second.start, minutes=30, by=COACH)
    assert ["booking.coach_is_free"] == refusals(practice, again)


def test_cc10_moving_an_appointment_minds_the_calendar_too(practice: Practice) -> None:
    """It may be moved over its own old time, and not over another appointment. Source: CC10."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    first, second = a_session(practice, ada, start=NOON + HOUR), a_session(practice, ada, start=NOON + 3 * HOUR)
    moved = practice.do(Reschedule(appointment=first.id, start=NOON + 1.5 * HOUR, by=COACH))
    assert (NOON + 1.5 * HOUR, NOON + 2.5 * HOUR) == (moved.start, moved.end)
    onto = Reschedule(appointment=first.id, start=second.start, by=COACH)
    assert ["booking.coach_is_free"] == refusals(practice, onto)


# ---- 1.6 ambiguities


def test_cc_a1_the_status_at_booking_decides(practice: Practice) -> None:
    """Booked with a Prospect who is a client by the time of the session: not counted, then or later.

    Source: CC-A1 a.
    """
    ada = someone(practice, S.PROSPECT)
    session = a_session(practice, ada, start=NOON + DAY)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    practice.clock.advance(days=2)
    assert [["certification.status_counts"]] == reasons(practice.certification())
    assert S.PROSPECT is practice.appointment(session.id).attendees[0].status


def test_cc_a1_a_report_for_a_past_range_does_not_change_by_itself(practice: Practice) -> None:
    """What a client becomes afterwards moves no hour of last month. Source: CC-A1 a."""
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.PROSPECT, name="Bo")
    coached(practice, ada)
    coached(practice, bo)
    before = practice.certification(until=NOON + DAY)
    practice.clock.advance(days=40)
    becomes(practice, ada, S.PROSPECT)
    becomes(practice, bo, S.ACTIVE_CLIENT)
    after = practice.certification(until=NOON + DAY)
    assert Decimal(1) == before.hours == after.hours
    assert [line.counted for line in before] == [line.counted for line in after]


def test_cc_a1_moving_an_appointment_is_not_booking_it_again(practice: Practice) -> None:
    """The snapshot is that of the booking; a later move of the time leaves it. Source: CC-A1 a."""
    ada = someone(practice, S.PROSPECT)
    session = a_session(practice, ada, start=NOON + DAY)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    practice.do(Reschedule(appointment=session.id, start=NOON + 2 * DAY, by=COACH))
    practice.clock.advance(days=3)
    assert Decimal(0) == practice.certification().hours


def test_cc_a1_b_the_status_at_the_session_can_be_chosen(practice: Practice) -> None:
    """Under the second reading, what the contact was when the session began decides, not what it is now.

    Source: CC-A1 b.
    """
    ada = someone(practice, S.PROSPECT)
    a_session(practice, ada, start=NOON + 2 * DAY)
    practice.clock.advance(days=1)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    practice.clock.advance(days=2)
    becomes(practice, ada, S.PROSPECT)
    hours = [under(practice, name).certification().hours for name in ("CC-A1 b", "CC-A1 c")]
    assert [Decimal(1), Decimal(0)] == hours
    assert Decimal(0) == practice.certification().hours


def test_cc_a1_b_a_change_at_the_very_start_belongs_to_the_session(practice: Practice) -> None:
    """A status that is set at the moment of the start is the status at the session. Source: CC-A1 b."""
    ada = someone(practice, S.PROSPECT)
    session = a_session(practice, ada, start=NOON + DAY)
    practice.clock.set(session.start)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    practice.clock.advance(hours=2)
    assert Decimal(1) == under(practice, "CC-A1 b").certification().hours


def test_cc_a1_c_the_status_of_today_can_be_chosen(practice: Practice) -> None:
    """Under the third reading one conversion moves every hour of the past in or out. Source: CC-A1 c."""
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.PROSPECT, name="Bo")
    kept, won = coached(practice, ada), coached(practice, bo)
    today = under(practice, "CC-A1 c")
    assert [kept.id] == [line.appointment.id for line in today.certification().counted]
    becomes(practice, ada, S.PROSPECT)
    becomes(practice, bo, S.HOT_LEAD)
    assert [won.id] == [line.appointment.id for line in today.certification().counted]


def test_cc_a2_hours_made_as_a_prospect_do_not_count_for_an_inactive_client(practice: Practice) -> None:
    """Two sentences collide; under (a) and (b) the status then wins, under (c) today's does. Source: CC-A2, S0."""
    ada = someone(practice, S.PROSPECT)
    coached(practice, ada)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    assert Decimal(0) == practice.certification().hours
    assert Decimal(0) == under(practice, "CC-A1 b").certification().hours
    assert Decimal(1) == under(practice, "CC-A1 c").certification().hours


def test_cc_a2_an_account_may_count_any_hours_of_who_is_inactive(practice: Practice) -> None:
    """`inactive_counts_all` takes the Inactive sentence at its word, for who is inactive today and for nobody else.

    Source: CC-A2.
    """
    ada, bo = someone(practice, S.PROSPECT), someone(practice, S.PROSPECT, name="Bo")
    coached(practice, ada)
    coached(practice, bo)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    (line,) = under(practice, "CC-A2 inactive_counts_all").certification().counted
    assert (ada.id,) == line.clients
    assert "certification.all_hours_count" in [finding.rule for finding in line.decision.findings]


def test_cc_a2_what_was_not_held_is_no_hour_of_an_inactive_client_either(practice: Practice) -> None:
    """The words "any hours" speak of hours: what was cancelled or missed is none. Source: CC-A2, CC-A3."""
    ada = someone(practice, S.INACTIVE_CLIENT)
    first = coached(practice, ada)
    practice.do(MarkMissed(appointment=first.id, by=COACH))
    second = a_session(practice, ada)
    practice.do(Cancel(appointment=second.id, by=COACH))
    practice.clock.advance(hours=3)
    found = reasons(under(practice, "CC-A2 inactive_counts_all").certification())
    assert [["certification.not_missed"], ["certification.not_cancelled"]] == found


def test_cc_a2_hours_entered_later_take_the_status_of_today(practice: Practice) -> None:
    """An hour that is entered after it took place has no snapshot; for an Inactive Client it counts. Source: CC-A2."""
    ada, bo = someone(practice, S.INACTIVE_CLIENT), someone(practice, S.PROSPECT, name="Bo")
    of_ada = a_session(practice, ada, start=NOON - 30 * DAY)
    of_bo = a_session(practice, bo, start=NOON - 20 * DAY)
    assert (None, None) == (of_ada.attendees[0].status, of_bo.attendees[0].status)
    assert [of_ada.id] == [line.appointment.id for line in practice.certification().counted]
    becomes(practice, bo, S.ACTIVE_CLIENT)
    assert Decimal(2) == practice.certification().hours


def test_cc_a2_a_conversion_says_which_hours_without_a_snapshot_start_or_stop(practice: Practice) -> None:
    """Only what nobody knows the status of hangs on the status of today, and the plan names it. Source: CC-A2."""
    ada = someone(practice, S.PROSPECT)
    unknown = a_session(practice, ada, start=NOON - 30 * DAY)
    coached(practice, ada)
    plan = practice.plan(Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=COACH))
    started = [c.params["appointment"] for c in plan.consequences if c.code == "hours_start"]
    assert [unknown.id] == started
    practice.apply(plan)
    back = practice.plan(Convert(contact=ada.id, to=S.BUYER, by=COACH))
    assert [unknown.id] == [c.params["appointment"] for c in back.consequences if c.code == "hours_stop"]


def hours_said(practice: FunnelService[Any, Any], command: Any) -> tuple[list[object], list[object]]:
    """When this is done: the appointments that its plan says to start to count, and those to stop."""
    plan = practice.plan(command)
    found = [
        [c.params["appointment"] for c in plan.consequences if c.code == f"hours_{how}"] for how in ("start", "stop")
    ]
    before = {line.appointment.id for line in practice.certification().counted}
    practice.apply(plan)
    after = {line.appointment.id for line in practice.certification().counted}
    assert (after - before, before - after) == ({*found[0]}, {*found[1]})
    return found[0], found[1]


@pytest.mark.parametrize(
    ("name", "to"),
    [("CC-A1 c", S.ACTIVE_CLIENT), ("CC-A2 inactive_counts_all", S.INACTIVE_CLIENT)],
)
def test_cc_a1_a_conversion_says_which_hours_start_by_the_status_of_today(
    practice: Practice, name: str, to: Coaching
) -> None:
    """Where today's status decides, a conversion changes hours that have a snapshot, too. Source: CC-A1, CC-A2."""
    ada = someone(practice, S.PROSPECT)
    session = coached(practice, ada)
    found = under(practice, name)
    assert ([session.id], []) == hours_said(found, Convert(contact=ada.id, to=to, by=COACH))
    assert ([], [session.id]) == hours_said(found, Convert(contact=ada.id, to=S.PROSPECT, by=COACH))


def test_cc_a1_a_conversion_does_not_change_hours_that_go_by_the_day_of_the_session(practice: Practice) -> None:
    """What the contact was then, it was then; only what is told late about it changes the hour. Source: CC-A1."""
    ada = someone(practice, S.PROSPECT)
    session = coached(practice, ada)
    found = under(practice, "CC-A1 b")
    assert ([], []) == hours_said(found, Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=COACH))
    practice.clock.advance(DAY)
    late = Convert(contact=ada.id, to=S.HOT_LEAD, by=COACH, at=session.start - HOUR / 2)
    assert ([session.id], []) == hours_said(found, late)


def test_cc_a12_a_group_that_counts_anyway_does_not_start_or_stop(practice: Practice) -> None:
    """A session counts once, whoever of its attendees counts besides. Source: CC-A12."""
    ada, bo = someone(practice, S.PROSPECT), someone(practice, S.ACTIVE_CLIENT, name="Bo")
    session = a_session(practice, ada, bo, start=NOON - 30 * DAY)
    assert ([], []) == hours_said(practice, Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=COACH))
    assert ([], []) == hours_said(practice, Convert(contact=bo.id, to=S.BUYER, by=COACH))
    assert ([], [session.id]) == hours_said(practice, Convert(contact=ada.id, to=S.BUYER, by=COACH))


def test_cc_a3_whatever_changes_an_hour_says_so(practice: Practice) -> None:
    """Held, missed, called off, entered, corrected, told late, deleted: each names what it does to hours.

    Source: CC-A3, CC-A1, CC4.
    """
    ada = someone(practice, S.ACTIVE_CLIENT, since=NOON - 60 * DAY)
    session = coached(practice, ada)
    assert ([], [session.id]) == hours_said(practice, MarkMissed(appointment=session.id, by=COACH))
    assert ([session.id], []) == hours_said(practice, MarkHeld(appointment=session.id, by=COACH))
    called = coached(practice, ada)
    assert ([], [called.id]) == hours_said(practice, Cancel(appointment=called.id, by=COACH))
    length: dict[str, Any] = {"coach": COACH.id, "kind": Kind.SESSION, "minutes": 60, "by": COACH}
    assert (["late"], []) == hours_said(practice, Book(contacts=(ada.id,), start=NOON - 3 * DAY, id="late", **length))
    assert ([], []) == hours_said(practice, Book(contacts=(ada.id,), start=NOON + 3 * DAY, id="soon", **length))
    put_right = Correct(contact=ada.id, to=S.PROSPECT, reason="a wrong click", by=COACH)
    assert ([], [session.id, "late"]) == hours_said(practice, put_right)
    late = Convert(contact=ada.id, to=S.ACTIVE_CLIENT, by=COACH, at=NOON - HOUR)
    assert ([session.id, "late"], []) == hours_said(practice, late)
    assert ([], ["late", session.id]) == hours_said(practice, Delete(contact=ada.id, by=COACH))


def test_cc_a2_an_hour_entered_with_the_time_of_its_booking_has_a_snapshot(practice: Practice) -> None:
    """Who says when it was booked gets the status of that time, whatever came after. Source: CC-A2, CC-A1."""
    ada = someone(practice, S.PROSPECT, since=NOON - 60 * DAY)
    becomes(practice, ada, S.ACTIVE_CLIENT, at=NOON - 20 * DAY)
    early = a_session(practice, ada, start=NOON - 25 * DAY, at=NOON - 30 * DAY)
    late = a_session(practice, ada, start=NOON - 10 * DAY, at=NOON - 15 * DAY)
    assert (S.PROSPECT, S.ACTIVE_CLIENT) == (early.attendees[0].status, late.attendees[0].status)
    assert [late.id] == [line.appointment.id for line in practice.certification().counted]


def test_cc_a2_adopted_without_a_since_nobody_knows_what_it_was(practice: Practice) -> None:
    """Of who was adopted since unknown, what was booked before has an unknown snapshot, what comes after a known one.

    Source: CC-A2.
    """
    ada = someone(practice, S.INACTIVE_CLIENT, since=None)
    before = a_session(practice, ada, start=NOON - 20 * DAY, at=NOON - 30 * DAY)
    after = coached(practice, ada)
    assert (None, S.INACTIVE_CLIENT) == (before.attendees[0].status, after.attendees[0].status)
    assert Decimal(2) == practice.certification().hours
    assert practice.status_at(ada.id, NOON - DAY) is None


def test_cc_a3_only_what_was_held_counts(practice: Practice) -> None:
    """Future, cancelled and missed appointments are no hours, each for its own reason. Source: CC-A3."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    held = coached(practice, ada)
    missed = coached(practice, ada)
    practice.do(MarkMissed(appointment=missed.id, by=COACH))
    cancelled = a_session(practice, ada, start=NOON + 2 * DAY)
    practice.do(Cancel(appointment=cancelled.id, by=COACH))
    a_session(practice, ada, start=NOON + 3 * DAY)
    report = practice.certification()
    assert [held.id] == [line.appointment.id for line in report.counted]
    assert [
        ["certification.not_missed"],
        ["certification.not_cancelled", "certification.has_ended"],
        ["certification.has_ended"],
    ] == reasons(report)


def test_cc_a3_booked_and_not_cancelled_can_be_chosen(practice: Practice) -> None:
    """Under the second reading, what is still to come and what was missed count; what was cancelled does not.

    Source: CC-A3.
    """
    ada, bo = someone(practice, S.ACTIVE_CLIENT), someone(practice, S.PROSPECT, name="Bo")
    missed = coached(practice, ada)
    practice.do(MarkMissed(appointment=missed.id, by=COACH))
    cancelled = a_session(practice, ada)
    practice.do(Cancel(appointment=cancelled.id, by=COACH))
    a_session(practice, ada, start=NOON + 3 * DAY)
    a_session(practice, bo, start=NOON + 4 * DAY)
    report = under(practice, "CC-A3 booked").certification()
    assert Decimal(2) == report.hours
    assert [["certification.not_cancelled"], ["certification.status_counts"]] == reasons(report)


def test_cc_a3_it_is_held_from_the_moment_of_its_end(practice: Practice) -> None:
    """An end that is now has passed; a moment earlier it has not. Source: CC-A3."""
    session = a_session(practice, someone(practice, S.ACTIVE_CLIENT))
    practice.clock.set(session.end - timedelta(microseconds=1))
    assert [["certification.has_ended"]] == reasons(practice.certification())
    practice.clock.set(session.end)
    assert Decimal(1) == practice.certification().hours


def test_cc_a3_nothing_is_held_or_missed_before_it_began(practice: Practice) -> None:
    """Marks are for what has begun, its start included; and a mistaken mark can be turned round. Source: CC-A3."""
    session = a_session(practice, someone(practice, S.ACTIVE_CLIENT))
    practice.clock.set(session.start - timedelta(microseconds=1))
    assert ["booking.has_begun"] == refusals(practice, MarkHeld(appointment=session.id, by=COACH))
    assert ["booking.has_begun"] == refusals(practice, MarkMissed(appointment=session.id, by=COACH))
    practice.clock.set(session.start)
    practice.do(MarkMissed(appointment=session.id, by=COACH))
    assert AppointmentStatus.HELD is practice.do(MarkHeld(appointment=session.id, by=COACH)).state


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (Convert(contact="ada", to=S.INACTIVE_CLIENT, by=COACH), ["booking.status_may_book", "booking.may_log_in"]),
        (Convert(contact="ada", to=S.PROSPECT, by=COACH), ["booking.status_may_book", "booking.may_log_in"]),
        (Convert(contact="ada", to=S.HOT_LEAD, by=COACH), ["booking.kind_is_opened"]),
        (WithdrawCredentials(contact="ada", by=COACH), ["booking.may_log_in"]),
        (Archive(contact="ada", by=COACH), ["booking.may_log_in"]),
    ],
)
@pytest.mark.parametrize("entered", [False, True])
def test_cc_a6_a_client_moves_only_what_the_client_could_book(
    practice: Practice, how: Command[Coaching, object], why: list[str], *, entered: bool
) -> None:
    """Who may not book any more moves nothing either, be it entered by the coach; it may call it off. Source: CC-A6."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT, id="ada")
    session = a_session(practice, ada, start=NOON + DAY) if entered else practice.do(in_portal(ada, Kind.SESSION))
    move = Reschedule(appointment=session.id, start=NOON + 2 * DAY, by=itself(ada))
    assert practice.plan(move).allowed
    practice.do(how)
    assert why == refusals(practice, move)
    practice.do(evolve(move, by=COACH))
    practice.do(Cancel(appointment=session.id, by=itself(ada)))


def test_cc_a8_who_booked_in_public_moves_it_there(practice: Practice) -> None:
    """A visitor has no log-in: a sample of the public calendar is moved by its rules. Source: CC6, CC-A8."""
    bo = someone(practice, S.PROSPECT)
    sample = practice.do(in_portal(bo, Kind.SAMPLE, where=Where.PUBLIC))
    move = Reschedule(appointment=sample.id, start=NOON + 2 * DAY, by=itself(bo))
    assert NOON + 2 * DAY == practice.do(move).start
    becomes(practice, bo, S.INACTIVE_CLIENT)
    assert ["booking.public_booking"] == refusals(practice, evolve(move, start=NOON + 3 * DAY))
    practice.do(evolve(move, start=NOON + 3 * DAY), facts={"public_booking": True})


@pytest.mark.parametrize("last", [timedelta(microseconds=1), timedelta(0)])
def test_what_a_client_plans_ahead_of_time_is_applied_ahead_of_time(practice: Practice, last: timedelta) -> None:
    """A plan may be an hour old; one of a client's booking or move ends at its start, so that it is never the past."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    session = practice.do(in_portal(ada, Kind.SESSION))
    for command in (
        in_portal(ada, Kind.SAMPLE, minutes=5),
        Reschedule(appointment=session.id, start=NOON, by=itself(ada)),
    ):
        start = practice.clock.now() + HOUR / 2
        plan: Plan[Appointment] = practice.plan(evolve(command, start=start))
        practice.clock.set(start - last)
        if last:
            practice.apply(plan)
        else:
            with pytest.raises(Conflict, match="too old"):
                practice.apply(plan)


def test_what_a_client_plans_about_a_session_ends_when_it_begins(practice: Practice) -> None:
    """What has begun a client neither moves nor calls off, whenever it was planned; what is told late is none."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    booked = practice.clock.now()
    session = practice.do(in_portal(ada, Kind.SESSION, start=booked + HOUR / 2))
    me = itself(ada)
    plans = (
        practice.plan(Reschedule(appointment=session.id, start=NOON + DAY, by=me)),
        practice.plan(Cancel(appointment=session.id, by=me)),
    )
    practice.clock.set(session.start)
    for plan in plans:
        with pytest.raises(Conflict, match="too old"):
            practice.apply(plan)
    practice.do(Cancel(appointment=session.id, by=me, at=booked))
    practice.do(in_portal(ada, Kind.SESSION, start=session.start, at=booked))


def test_cc_a3_a_cancelled_session_is_never_held(practice: Practice) -> None:
    """What was called off is over: it is neither held, nor missed, nor moved. Source: CC-A3."""
    session = a_session(practice, someone(practice, S.ACTIVE_CLIENT))
    practice.do(Cancel(appointment=session.id, by=COACH))
    practice.clock.advance(hours=3)
    for command in (
        MarkHeld(appointment=session.id, by=COACH),
        MarkMissed(appointment=session.id, by=COACH),
        Reschedule(appointment=session.id, start=NOON + DAY, by=COACH),
    ):
        assert ["booking.still_possible"] == refusals(practice, command)


def test_cc_a4_a_buyers_hours_are_left_out_and_named(practice: Practice) -> None:
    """The source says nothing of Buyers: the report leaves them out, names them, and says that it is silence.

    Source: CC-A4.
    """
    bo = someone(practice, S.BUYER)
    coached(practice, bo)
    (line,) = practice.certification().not_counted
    assert ["certification.status_counts"] == rules(line.decision)
    assert [bo.id] == [contact for contact, _ in line.attendees]
    assert "does not say whether the hours of buyer count" in str(line.decision)


def test_cc_a4_an_account_may_count_buyers() -> None:
    """The switch is a derived funnel, in which a Buyer's hours count and a Prospect's still do not. Source: CC-A4."""
    practice = crm(reading("CC-A4 buyers count"))
    bo = someone(practice, S.BUYER)
    coached(practice, bo)
    coached(practice, someone(practice, S.PROSPECT, name="Ada"))
    assert [(bo.id,)] == [line.clients for line in practice.certification().counted]


@pytest.mark.parametrize("right", ITEMS)
def test_cc_a5_a_buyer_opens_products_only(practice: Practice, right: Right) -> None:
    """Pages, forms and documents are closed to a Buyer, whatever was permitted. Source: CC-A5."""
    bo = with_credentials(practice, S.BUYER, permitted=("intake",), owned=("book",))
    assert ["access.status_grants"] == rules(practice.may(bo.id, right, item="intake"))
    assert practice.may(bo.id, Right.PRODUCTS, item="book")


@pytest.mark.parametrize("right", ITEMS)
def test_cc_a5_a_buyer_may_be_read_as_a_hot_lead(right: Right) -> None:
    """Under the other reading, a Buyer opens them by permission. Source: CC-A5."""
    practice = crm(reading("CC-A5 buyer as hot lead"))
    bo = with_credentials(practice, S.BUYER, permitted=("intake",))
    assert practice.may(bo.id, right, item="intake")
    assert ["access.item_is_permitted"] == rules(practice.may(bo.id, right, item="another"))


def in_portal(contact: Contact, kind: Kind, **more: Any) -> Book:
    """When the contact books this in the portal."""
    when: dict[str, Any] = {"start": NOON + DAY, "minutes": 60} | more
    return Book(contacts=(contact.id,), coach=COACH.id, kind=kind, by=itself(contact), **when)


@pytest.mark.parametrize("kind", list(Kind))
def test_cc_a6_an_active_client_books_every_kind(practice: Practice, kind: Kind) -> None:
    """Inside the portal an Active Client books whatever there is. Source: CC-A6, CC5."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    assert Where.PORTAL is practice.do(in_portal(ada, kind)).where


@pytest.mark.parametrize("kind", list(Kind))
def test_cc_a6_a_hot_lead_books_what_was_opened(practice: Practice, kind: Kind) -> None:
    """Each kind is opened to a Hot Lead by permission, in person or by group. Source: CC-A6."""
    ada = with_credentials(practice, S.HOT_LEAD)
    bo = with_credentials(practice, S.HOT_LEAD, name="Bo", groups=("spring",))
    assert ["booking.kind_is_opened"] == refusals(practice, in_portal(ada, kind))
    practice.do(Permit(contact=ada.id, kinds=(kind,), by=COACH))
    practice.do(in_portal(ada, kind))
    practice.do(Permit(group="spring", kinds=(kind,), by=COACH))
    practice.do(in_portal(bo, kind, start=NOON + 2 * DAY))
    practice.do(Withdraw(group="spring", kinds=(kind,), by=COACH))
    assert ["booking.kind_is_opened"] == refusals(practice, in_portal(bo, kind, start=NOON + 3 * DAY))


def test_cc_a6_a_buyer_books_samples_only(practice: Practice) -> None:
    """A Buyer is in the portal and may book a sample there, nothing else, permission or not. Source: CC-A6."""
    bo = with_credentials(practice, S.BUYER, opened=(Kind.SESSION, Kind.CONSULTATION))
    practice.do(in_portal(bo, Kind.SAMPLE))
    for kind in (Kind.SESSION, Kind.CONSULTATION):
        tried = refusals(practice, in_portal(bo, kind, start=NOON + 2 * DAY))
        assert ["booking.status_may_book"] == tried


def test_s0_a_prospect_books_samples_only(practice: Practice) -> None:
    """A Prospect books a sample session in public; for anything else there is no way. Source: S0, CC-A6."""
    ada = with_credentials(practice, S.PROSPECT)
    practice.do(in_portal(ada, Kind.SAMPLE, where=Where.PUBLIC))
    free = NOON + 2 * DAY
    assert ["booking.may_log_in"] == refusals(practice, in_portal(ada, Kind.SAMPLE, start=free))
    for kind in (Kind.SESSION, Kind.CONSULTATION):
        inside = refusals(practice, in_portal(ada, kind, start=free))
        outside = refusals(practice, in_portal(ada, kind, start=free, where=Where.PUBLIC))
        assert ["booking.status_may_book", "booking.may_log_in"] == inside
        assert ["booking.open_to_the_public", "booking.public_booking"] == outside


@pytest.mark.parametrize("kind", list(Kind))
def test_cc_a6_an_inactive_client_books_nothing(practice: Practice, kind: Kind) -> None:
    """In the portal an Inactive Client books no kind at all. Source: CC-A6."""
    ada = with_credentials(practice, S.INACTIVE_CLIENT, opened=tuple(Kind))
    assert ["booking.status_may_book", "booking.may_log_in"] == refusals(practice, in_portal(ada, kind))


def test_cc_a6_booking_in_the_portal_needs_the_log_in(practice: Practice) -> None:
    """An Active Client without credentials is outside, and does not book inside. Source: CC-A6, CC5, CC-A11."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    assert ["booking.may_log_in"] == refusals(practice, in_portal(ada, Kind.SESSION))


def test_cc_a6_one_books_for_oneself_only(practice: Practice) -> None:
    """A client books no appointment for another, not even along with the own. Source: CC-A6, CC5."""
    ada, bo = with_credentials(practice, S.ACTIVE_CLIENT), with_credentials(practice, S.ACTIVE_CLIENT, name="Bo")
    for others in ((bo.id,), (ada.id, bo.id)):
        tried = Book(contacts=others, coach=COACH.id, kind=Kind.SESSION, start=NOON + DAY, minutes=60, by=itself(ada))
        assert ["booking.books_for_oneself"] == refusals(practice, tried)


def test_cc_a6_a_conversion_names_the_bookings_that_it_makes_illegal(practice: Practice) -> None:
    """What the contact booked and could not book any more is named; what the coach entered is not.

    Source: CC-A6, CC-A7.
    """
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    own = practice.do(in_portal(ada, Kind.SESSION))
    a_session(practice, ada, start=NOON + 2 * DAY)
    plan = practice.plan(Convert(contact=ada.id, to=S.INACTIVE_CLIENT, by=COACH))
    illegal = [c.params["appointment"] for c in plan.consequences if c.code == "booking_illegal"]
    assert [own.id] == illegal


def test_cc_a6_a_conversion_names_the_bookings_of_kinds_that_were_never_opened(practice: Practice) -> None:
    """A Hot Lead books what was opened to it, in person or by a group; of the rest the plan speaks. Source: CC-A6."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    own = practice.do(in_portal(ada, Kind.SESSION))
    warm = Convert(contact=ada.id, to=S.HOT_LEAD, by=COACH)
    illegal = [c.params["appointment"] for c in practice.plan(warm).consequences if c.code == "booking_illegal"]
    assert [own.id] == illegal
    practice.do(JoinGroups(contact=ada.id, groups=("g-1",), by=COACH))
    practice.do(Permit(group="g-1", kinds=(Kind.SESSION,), by=COACH))
    assert not [c for c in practice.plan(warm).consequences if c.code == "booking_illegal"]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("status", list(Coaching))
def test_cc_a7_the_coach_enters_any_kind_for_anybody(practice: Practice, status: Coaching, kind: Kind) -> None:
    """The sample-only sentence is about what a Prospect can book, not about what a coach enters. Source: CC-A7."""
    ada = someone(practice, status)
    assert Where.STAFF is a_session(practice, ada, kind=kind).where


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLIENT])
def test_cc_a7_only_who_keeps_the_calendar_enters(practice: Practice, role: Role) -> None:
    """Entering for others is for the staff, the desk and the system. Source: CC-A7."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    by = itself(ada) if role is Role.CLIENT else VIEWER
    tried = Book(
        contacts=(ada.id,), coach=COACH.id, kind=Kind.SAMPLE, start=NOON + DAY, minutes=60, where=Where.STAFF, by=by
    )
    assert ["booking.staff_enters"] == refusals(practice, tried)


def test_cc_a8_an_inactive_client_is_refused_in_the_portal(practice: Practice) -> None:
    """Inside, neither the status nor the log-in lets a former client book. Source: CC-A8."""
    ada = with_credentials(practice, S.INACTIVE_CLIENT)
    assert ["booking.status_may_book", "booking.may_log_in"] == refusals(practice, in_portal(ada, Kind.SAMPLE))


def test_cc_a8_in_public_the_application_decides_about_an_inactive_client(practice: Practice) -> None:
    """Nobody told: refused, and can be supplied; told no: refused; told yes: booked, and the status stays.

    Source: CC-A8.
    """
    ada = someone(practice, S.INACTIVE_CLIENT)
    visit = in_portal(ada, Kind.SAMPLE, where=Where.PUBLIC)
    assert ["booking.public_booking"] == [finding.rule for finding in practice.plan(visit).decision.missing]
    assert ["booking.public_booking"] == refusals(practice, visit)
    assert ["booking.public_booking"] == refusals(practice, visit, facts={"public_booking": False})
    booked = practice.do(visit, facts={"public_booking": True})
    assert S.INACTIVE_CLIENT is practice.contact(ada.id).status
    assert S.INACTIVE_CLIENT is booked.attendees[0].status


def test_cc_a8_a_visit_that_is_recorded_turns_nobody_into_a_prospect(practice: Practice) -> None:
    """The opt-in form makes Prospects of new people; whom we know it does not move, and says so. Source: CC-A8, CC6."""
    ada = someone(practice, S.INACTIVE_CLIENT)
    plan = practice.plan(Record(contact=ada.id, trigger=Happening.BOOKED_IN_PUBLIC, by=SYSTEM))
    assert S.INACTIVE_CLIENT is practice.apply(plan).status
    assert ["conversion.unmoved"] == [notice.code for notice in plan.notices]


@pytest.mark.parametrize("status", [S.PROSPECT, S.HOT_LEAD, S.ACTIVE_CLIENT, S.INACTIVE_CLIENT])
def test_cc_a9_buying_changes_no_status_of_whom_we_know(practice: Practice, status: Coaching) -> None:
    """Buyer means first entry: whoever was there keeps the status and owns the product. Source: CC-A9."""
    ada = with_credentials(practice, status)
    now = practice.do(Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    assert (status, frozenset({"book"})) == (now.status, now.owned)
    assert [] == mails(practice)


@pytest.mark.parametrize(
    ("status", "noticed"),
    [(S.PROSPECT, True), (S.INACTIVE_CLIENT, True), (S.HOT_LEAD, False), (S.ACTIVE_CLIENT, False), (S.BUYER, False)],
)
def test_cc_a9_the_coach_is_told_when_the_buyer_cannot_log_in(
    practice: Practice, status: Coaching, noticed: bool
) -> None:
    """A Prospect or Inactive Client who buys cannot reach the product; the coach must act. Source: CC-A9, CC1."""
    ada = with_credentials(practice, status)
    plan = practice.plan(Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    practice.apply(plan)
    assert noticed is ("coaching.bought_no_log_in" in [notice.code for notice in plan.notices])
    opened = practice.may(ada.id, Right.PRODUCTS, item="book")
    assert (["access.status_may_log_in"] if noticed else []) == rules(opened)


def test_cc_a9_when_the_coach_acts_the_product_opens(practice: Practice) -> None:
    """The purchase waits: made a Hot Lead, the former Prospect opens what was bought. Source: CC-A9."""
    ada = with_credentials(practice, S.PROSPECT)
    practice.do(Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    becomes(practice, ada, S.HOT_LEAD)
    assert practice.may(ada.id, Right.PRODUCTS, item="book")


def test_cc_a9_a_purchase_that_is_told_late_belongs_to_its_time(practice: Practice) -> None:
    """A product bought on Monday and told on Wednesday was owned on Tuesday; the status of Wednesday stands.

    Source: CC-A9.
    """
    ada = with_credentials(practice, S.HOT_LEAD)
    practice.clock.advance(days=1)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    practice.clock.advance(days=1)
    late = Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", at=NOON + HOUR, by=SYSTEM)
    now = practice.do(late)
    assert (S.ACTIVE_CLIENT, frozenset({"book"})) == (now.status, now.owned)
    assert practice.may(ada.id, Right.PRODUCTS, item="book", as_of=NOON + 2 * HOUR)
    assert not practice.may(ada.id, Right.PRODUCTS, item="book", as_of=NOON)
    assert not practice.may(ada.id, Right.PRODUCTS, item="book", as_of=NOON + 2 * HOUR, known=NOON + DAY)


def test_cc_a9_a_purchase_that_is_told_twice_is_one(practice: Practice) -> None:
    """The payment's message comes again with its key: one purchase, one entry in the history. Source: CC-A9."""
    ada = with_credentials(practice, S.HOT_LEAD)
    paid = Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM)
    first = practice.do(paid, key="stripe:1")
    length = len(practice.history(ada.id))
    assert first == practice.do(paid, key="stripe:1")
    assert length == len(practice.history(ada.id))


def test_cc_a10_a_product_outlives_every_change_of_status(practice: Practice) -> None:
    """Buyer, then Active, then Inactive: what was bought stays owned, and the log-in follows the status.

    Source: CC-A10.
    """
    bo = practice.do(AddContact(name="Bo", trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM))
    path = (S.ACTIVE_CLIENT, S.INACTIVE_CLIENT, S.PROSPECT, S.HOT_LEAD)
    answers = []
    for status in path:
        assert frozenset({"book"}) == becomes(practice, bo, status).owned
        answers.append(rules(practice.may(bo.id, Right.PRODUCTS, item="book")))
    kept_out = ["access.status_may_log_in"]
    assert [[], kept_out, kept_out, []] == answers


def test_cc_a11_a_hot_lead_without_credentials_does_not_log_in(practice: Practice) -> None:
    """The status allows it and nobody made the credentials: no log-in, and nothing behind it. Source: CC-A11."""
    ada = someone(practice, S.HOT_LEAD, permitted=("intake",))
    log_in = practice.may(ada.id, Right.LOG_IN)
    assert ["access.credentials_exist"] == rules(log_in)
    assert ["access.credentials_exist"] == rules(practice.may(ada.id, Right.FORMS, item="intake"))
    practice.do(AssignCredentials(contact=ada.id, by=COACH))
    assert practice.may(ada.id, Right.FORMS, item="intake")


def test_cc_a12_a_mixed_group_counts_once_for_those_who_count(practice: Practice) -> None:
    """One Active Client makes the hour; the Prospect and the Buyer beside are not listed. Source: CC-A12."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    bo, cy = someone(practice, S.PROSPECT, name="Bo"), someone(practice, S.BUYER, name="Cy")
    di = someone(practice, S.HOT_LEAD, name="Di")
    coached(practice, bo, ada, cy, di)
    report = practice.certification()
    (line,) = report.counted
    assert (60, Decimal(1)) == (report.minutes, report.hours)
    assert (ada.id, di.id) == line.clients
    assert [60, 0, 0, 60] == [report.minutes_of(client=c.id) for c in (ada, bo, cy, di)]


def test_cc_a12_a_group_of_prospects_does_not_count(practice: Practice) -> None:
    """Where nobody counts, the hour does not, and each attendee has a reason. Source: CC-A12."""
    group = [someone(practice, S.PROSPECT, name=name) for name in ("Ada", "Bo")]
    coached(practice, *group)
    (line,) = practice.certification().not_counted
    assert [["certification.status_counts"]] * 2 == [rules(decision) for _, decision in line.attendees]
    assert Decimal(1) == practice.certification().excluded_hours


@pytest.mark.parametrize("status", [S.INACTIVE_CLIENT, S.BUYER, S.HOT_LEAD])
def test_cc_a13_whoever_accepts_an_agreement_becomes_active(practice: Practice, status: Coaching) -> None:
    """The same automatic rule for an Inactive Client, a Buyer and a Hot Lead. Source: CC-A13."""
    ada = someone(practice, status)
    now = practice.do(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    assert (S.ACTIVE_CLIENT, Portal.ACTIVE, frozenset({"2026"})) == (now.status, now.portal, now.agreements)
    assert practice.may(ada.id, Right.LOG_IN)


@pytest.mark.parametrize(
    ("status", "becomes_"),
    [
        (S.INACTIVE_CLIENT, S.INACTIVE_CLIENT),
        (S.BUYER, S.BUYER),
        (S.PROSPECT, S.ACTIVE_CLIENT),
        (S.HOT_LEAD, S.ACTIVE_CLIENT),
    ],
)
def test_cc_a13_under_the_other_reading_only_new_and_prospective_ones_do(status: Coaching, becomes_: Coaching) -> None:
    """Inactive and Buyer stay what they are; the agreement is on file, and they can be billed. Source: CC-A13."""
    practice = crm(reading("CC-A13 unchanged"))
    ada = someone(practice, status)
    now = practice.do(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    assert (becomes_, frozenset({"2026"})) == (now.status, now.agreements)
    assert practice.may(ada.id, Right.COACHING_INVOICE)
    new = practice.do(AddContact(name="Bo", trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    assert S.ACTIVE_CLIENT is new.status


def test_cc_a14_the_actual_length_counts_if_it_is_known(practice: Practice) -> None:
    """Scheduled for an hour, held for 47 minutes: 47 count, not rounded; unknown, the hour does. Source: CC-A14."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    known, unknown = coached(practice, ada), coached(practice, ada)
    practice.do(MarkHeld(appointment=known.id, minutes=47, by=COACH))
    practice.do(MarkHeld(appointment=unknown.id, by=COACH))
    report = practice.certification()
    assert 47 + 60 == report.minutes
    assert Decimal(107) / 60 == report.hours


def test_cc_a14_an_hour_over_the_change_of_the_clock_is_an_hour(practice: Practice) -> None:
    """A session across the night when the clock goes forward lasts as long as it lasted. Source: CC-A14, section 7."""
    practice.clock.set(NOON + 27 * DAY)  # the clock in Berlin changes on 29 March 2026 at 01:00 UTC
    start = NOON.replace(day=29, hour=0, minute=30)
    ada = someone(practice, S.ACTIVE_CLIENT, since=NOON)
    session = a_session(practice, ada, start=start, end=start + HOUR, at=NOON + DAY)
    assert 60 == session.minutes
    assert Decimal(1) == practice.certification().hours


def test_sd_a2_converting_to_the_same_status_may_be_accepted(practice: Practice) -> None:
    """An account may take it as done: nothing changes, nothing is said, no version moves. Source: SD-A2, CC3."""
    ada = someone(practice, S.HOT_LEAD)
    lenient = under(practice, "same status accepted")
    assert ada == lenient.do(Convert(contact=ada.id, to=S.HOT_LEAD, by=COACH))
    assert 1 == len(practice.history(ada.id))
    assert ["conversion.recorder_may"] == rules(
        lenient.plan(Convert(contact=ada.id, to=S.HOT_LEAD, by=itself(ada))).decision
    )


# ---- history, and what nobody listed


def test_s0_what_was_true_and_what_was_known(practice: Practice) -> None:
    """A conversion that is told a week late is true from its time, and known only from its telling.

    Source: section 7, S0.
    """
    ada = with_credentials(practice, S.PROSPECT)
    practice.clock.advance(days=7)
    becomes(practice, ada, S.ACTIVE_CLIENT, at=NOON + 2 * DAY)
    assert S.PROSPECT is practice.status_at(ada.id, NOON + DAY)
    assert S.ACTIVE_CLIENT is practice.status_at(ada.id, NOON + 2 * DAY)
    assert S.PROSPECT is practice.status_at(ada.id, NOON + 3 * DAY, known=NOON + 3 * DAY)
    assert practice.may(ada.id, Right.LOG_IN, as_of=NOON + 3 * DAY)
    assert not practice.may(ada.id, Right.LOG_IN, as_of=NOON + DAY)


def test_cc_a1_a_conversion_told_late_restates_the_bookings_after_it(practice: Practice) -> None:
    """The snapshot says what was true at booking, so a back-dated conversion puts it right, and says so.

    Source: CC-A1.
    """
    ada = someone(practice, S.PROSPECT)
    early = a_session(practice, ada, start=NOON + HOUR)
    practice.clock.set(NOON + 4 * DAY)
    late = a_session(practice, ada, start=NOON + 5 * DAY)
    practice.clock.set(NOON + 7 * DAY)
    plan = practice.plan(Convert(contact=ada.id, to=S.ACTIVE_CLIENT, at=NOON + 2 * DAY, by=COACH))
    restated = [c.params["appointment"] for c in plan.consequences if c.code == "appointment_restated"]
    assert [late.id] == restated
    practice.apply(plan)
    snapshots = [practice.appointment(a.id).attendees[0].status for a in (early, late)]
    assert [S.PROSPECT, S.ACTIVE_CLIENT] == snapshots
    assert [late.id] == [line.appointment.id for line in practice.certification().counted]


def test_cc_a1_a_correction_makes_the_hours_forget_the_mistake(practice: Practice) -> None:
    """Called a client by mistake: the hours booked meanwhile were a Prospect's, and stop to count.

    Source: CC-A1, CC3.
    """
    ada = someone(practice, S.PROSPECT)
    becomes(practice, ada, S.ACTIVE_CLIENT)
    session = coached(practice, ada)
    assert Decimal(1) == practice.certification().hours
    plan = practice.plan(Correct(contact=ada.id, to=S.PROSPECT, reason="it was her sister", by=COACH))
    assert [session.id] == [c.params["appointment"] for c in plan.consequences if c.code == "appointment_restated"]
    practice.apply(plan)
    assert [["certification.status_counts"]] == reasons(practice.certification())
    assert S.PROSPECT is practice.status_at(ada.id, session.booked)
    assert Decimal(1) == practice.certification(known=session.end).hours


def test_a_correction_says_what_came_along_with_the_mistake_and_stays(practice: Practice) -> None:
    """An agreement of somebody else brought the portal: only the status is taken back, and the plan says so."""
    ada = someone(practice, S.PROSPECT, email="ada@example.org")
    practice.clock.advance(hours=1)
    practice.do(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    practice.clock.advance(hours=1)
    plan = practice.plan(Correct(contact=ada.id, to=S.PROSPECT, reason="it was her sister", by=COACH))
    assert [("agreements", "portal")] == [n.params["fields"] for n in plan.notices if n.code == "conversion.stays"]
    practice.apply(plan)
    now = practice.contact(ada.id)
    assert (Portal.ACTIVE, frozenset({"2026"})) == (now.portal, now.agreements)
    again = Convert(contact=ada.id, to=S.HOT_LEAD, by=COACH)
    practice.do(again)
    plan = practice.plan(Correct(contact=ada.id, to=S.PROSPECT, reason="not yet", by=COACH))
    assert () == plan.notices


def test_cc_a1_a_correction_leaves_what_came_later(practice: Practice) -> None:
    """It puts one event right at that event's time; a later decision stands. Source: CC3, section 7."""
    ada = someone(practice, S.PROSPECT)
    becomes(practice, ada, S.HOT_LEAD)
    mistake = next(event for event in practice.history(ada.id) if isinstance(event, StatusChanged))
    practice.clock.advance(days=1)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    practice.clock.advance(days=1)
    practice.do(Correct(contact=ada.id, to=S.ACTIVE_CLIENT, event=mistake.id, reason="she had signed", by=COACH))
    assert S.INACTIVE_CLIENT is practice.contact(ada.id).status
    assert S.ACTIVE_CLIENT is practice.status_at(ada.id, NOON + HOUR)


def test_cc3_a_correction_gives_its_reason(practice: Practice) -> None:
    """A mistake is not put right without saying why; the reason is kept beside the event, not in it. Source: CC3."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    assert ["conversion.reason"] == refusals(practice, Correct(contact=ada.id, to=S.PROSPECT, by=COACH))
    practice.do(Correct(contact=ada.id, to=S.PROSPECT, reason="wrong Ada", by=COACH))
    last = practice.history(ada.id)[-1]
    assert "wrong Ada" == practice.reason(last)
    assert "wrong Ada" not in repr(last)


def test_cc3_a_conversion_before_the_contact_came_is_refused(practice: Practice) -> None:
    """There was nobody to convert then. Source: CC3, section 7."""
    ada = practice.do(AddContact(name="Ada", by=COACH))
    practice.clock.advance(days=1)
    before = Convert(contact=ada.id, to=S.HOT_LEAD, at=NOON - DAY, by=COACH)
    assert ["conversion.was_there"] == refusals(practice, before)


def test_cc3_nothing_takes_effect_in_the_future(practice: Practice) -> None:
    """A time that is still to come is a mistake of who calls, and names the field. Source: section 7."""
    ada = someone(practice, S.PROSPECT)
    with pytest.raises(Invalid, match=r"^at: this time is still to come"):
        becomes(practice, ada, S.HOT_LEAD, at=NOON + DAY)


def test_cc9_an_agreement_told_late_moves_no_later_decision(practice: Practice) -> None:
    """Accepted on Monday, ended by the coach on Tuesday, told on Wednesday: Inactive, with the agreement on file.

    Source: CC9, S0.
    """
    ada = someone(practice, S.PROSPECT)
    practice.clock.advance(days=1)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    practice.clock.advance(days=1)
    accepted = Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", at=NOON + HOUR, by=SYSTEM)
    plan = practice.plan(accepted)
    now = practice.apply(plan)
    assert (S.INACTIVE_CLIENT, frozenset({"2026"})) == (now.status, now.agreements)
    assert "history.later_change_stands" in [notice.code for notice in plan.notices]
    assert S.ACTIVE_CLIENT is practice.status_at(ada.id, NOON + 2 * HOUR)


SIGNED: Final = Need("signed", "the agreement is signed")
ACCEPTED: Final = Happening.AGREEMENT_ACCEPTED


@pytest.mark.parametrize("need", [SIGNED, EMAIL])
def test_what_a_row_needed_is_not_asked_again_when_something_else_is_told_late(need: Need) -> None:
    """The agreement was signed, and the e-mail known, on the day of the agreement: a late purchase takes nothing away.

    What is told now is no fact of that day.
    """
    becoming = Move(S.PROSPECT, ACCEPTED, S.ACTIVE_CLIENT, (Role.SYSTEM,), (need,), "ours")
    changed = COACHING.derive("signed", drop=[(S.PROSPECT, S.ACTIVE_CLIENT, ACCEPTED)], add=(becoming,))
    practice = crm(changed)
    ada = practice.do(AddContact(name="Ada", email="ada@example.org", by=COACH))
    practice.clock.advance(days=2)
    agreed = Record(contact=ada.id, trigger=ACCEPTED, item="2026", by=SYSTEM)
    assert S.ACTIVE_CLIENT is practice.do(agreed, facts={"signed": True}).status
    practice.do(Edit(contact=ada.id, email=None, by=COACH))
    practice.clock.advance(days=1)
    bought = Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", at=NOON + DAY, by=SYSTEM)
    plan = practice.plan(bought)
    assert () == plan.consequences
    assert S.ACTIVE_CLIENT is practice.apply(plan).status


@pytest.mark.parametrize("gains", [False, True])
def test_a_table_of_today_decides_nothing_of_last_year_again(gains: bool) -> None:
    """A row that is gone has moved who it moved, and a row that is new moves nobody who came before it.

    Source: design, "a decision of last year can be made again by last year's rules".
    """
    dropped = COACHING.derive("coaching", drop=[(S.INACTIVE_CLIENT, S.ACTIVE_CLIENT, ACCEPTED)])
    last_year, today = (dropped, COACHING) if gains else (COACHING, dropped)
    practice = Crm(last_year)
    ada = practice.do(AddContact(name="Ada", email="ada@example.org", status=S.INACTIVE_CLIENT, by=COACH))
    practice.clock.advance(days=2)
    was = practice.do(Record(contact=ada.id, trigger=ACCEPTED, item="2026", by=SYSTEM)).status
    assert (S.INACTIVE_CLIENT if gains else S.ACTIVE_CLIENT) is was
    practice.clock.advance(days=30)
    crm_of_today = FunnelService(today, account="acme", storage=practice.storage, clock=practice.clock)
    bought = Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", at=NOON + DAY, by=SYSTEM)
    assert was is crm_of_today.do(bought).status


def test_cc_a12_an_adopted_group_is_corrected_member_by_member(practice: Practice) -> None:
    """Adopted, in a group, corrected: only the corrected member's snapshot moves, and the hour with the last one.

    Source: CC-A12, CC-A1.
    """
    ada, bo = (someone(practice, S.ACTIVE_CLIENT, name=name, since=NOON - 90 * DAY) for name in ("Ada", "Bo"))
    session = coached(practice, ada, bo, at=NOON - 10 * DAY)
    practice.do(Correct(contact=ada.id, to=S.PROSPECT, reason="never a client", by=COACH))
    (line,) = practice.certification().counted
    assert (bo.id,) == line.clients
    practice.do(Correct(contact=bo.id, to=S.BUYER, reason="only bought", by=COACH))
    assert [["certification.status_counts"]] == reasons(practice.certification())
    statuses = [attendee.status for attendee in practice.appointment(session.id).attendees]
    assert [S.PROSPECT, S.BUYER] == statuses


def test_cc_a2_a_correction_leaves_an_unknown_snapshot_unknown(practice: Practice) -> None:
    """What nobody knows is not written by a correction; the status of today stands in, corrected. Source: CC-A2."""
    ada = someone(practice, S.PROSPECT, since=None)
    unknown = a_session(practice, ada, start=NOON - 10 * DAY)
    practice.do(Correct(contact=ada.id, to=S.INACTIVE_CLIENT, reason="read the wrong line", by=COACH))
    assert practice.appointment(unknown.id).attendees[0].status is None
    assert Decimal(1) == practice.certification().hours


def test_cc_a1_b_reads_corrections_and_unknown_times(practice: Practice) -> None:
    """At the session: corrected history where there is one, today's status where nobody knows.

    Source: CC-A1 b, CC-A2.
    """
    ada = someone(practice, S.PROSPECT, since=None)
    a_session(practice, ada, start=NOON - 10 * DAY)
    coached(practice, ada)
    by_session = under(practice, "CC-A1 b")
    assert Decimal(0) == by_session.certification().hours
    practice.do(Correct(contact=ada.id, to=S.HOT_LEAD, reason="read the wrong line", by=COACH))
    assert Decimal(2) == by_session.certification().hours


def test_cc_a2_inactive_counts_all_reads_the_group_member_by_member(practice: Practice) -> None:
    """In a group of former Prospects only the one who is inactive today is listed. Source: CC-A2, CC-A12."""
    ada, bo = someone(practice, S.PROSPECT), someone(practice, S.PROSPECT, name="Bo")
    coached(practice, ada, bo)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    (line,) = under(practice, "CC-A2 inactive_counts_all").certification().counted
    assert (ada.id,) == line.clients


def test_cc_a13_an_inactive_client_who_signs_again_books_again(practice: Practice) -> None:
    """The agreement brings log-in and booking back, the old permissions with them; hours go on counting.

    Source: CC-A13, S0, 1.5.
    """
    ada = with_credentials(practice, S.ACTIVE_CLIENT, permitted=("doc-1",))
    coached(practice, ada)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    assert not practice.may(ada.id, Right.DOCUMENTS, item="doc-1")
    practice.do(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2027", by=SYSTEM))
    assert practice.may(ada.id, Right.DOCUMENTS, item="doc-1")
    practice.do(in_portal(ada, Kind.SESSION))
    practice.clock.advance(days=2)
    assert Decimal(2) == practice.certification().hours


def test_cc_a9_a_buyer_who_came_back_after_a_delete_is_new(practice: Practice) -> None:
    """After a delete the person is nobody we know: buying makes a Buyer, and no old hour comes back.

    Source: CC4, CC-A9.
    """
    ada = someone(practice, S.ACTIVE_CLIENT, email="ada@example.org")
    coached(practice, ada)
    practice.do(Delete(contact=ada.id, by=COACH))
    again = practice.do(
        AddContact(name="Ada", email="ada@example.org", trigger=Happening.PRODUCT_PURCHASED, item="book", by=SYSTEM)
    )
    assert S.BUYER is again.status
    assert ada.id != again.id
    assert 0 == len(practice.certification())


def test_cc4_hours_of_an_archived_or_hidden_contact_stay(practice: Practice) -> None:
    """Standing is not status: who is out of sight keeps status, data and hours, and only the portal closes.

    Source: S0, section 7.
    """
    ada, bo = with_credentials(practice, S.ACTIVE_CLIENT), with_credentials(practice, S.ACTIVE_CLIENT, name="Bo")
    coached(practice, ada)
    coached(practice, bo)
    practice.do(Archive(contact=ada.id, by=COACH))
    practice.do(Hide(contact=bo.id, by=COACH))
    assert Decimal(2) == practice.certification().hours
    assert ["access.not_archived"] == rules(practice.may(ada.id, Right.LOG_IN))
    assert practice.may(bo.id, Right.LOG_IN)


def test_s0_the_report_takes_a_range_by_the_start(practice: Practice) -> None:
    """A session belongs to the range in which it starts: the beginning belongs to it, the end does not.

    Source: IC-A10, S0.
    """
    ada = someone(practice, S.ACTIVE_CLIENT)
    session = a_session(practice, ada, start=NOON + 11.5 * HOUR)  # half past eleven at night, into the next day
    practice.clock.advance(days=2)
    midnight = NOON + 12 * HOUR
    assert Decimal(1) == practice.certification(until=midnight).hours
    assert Decimal(0) == practice.certification(since=midnight).hours
    assert Decimal(1) == practice.certification(since=session.start).hours
    assert Decimal(0) == practice.certification(until=session.start).hours


def test_s0_the_report_is_one_coachs(practice: Practice) -> None:
    """Hours are those of the coach who coached; another coach's are not in the report. Source: CC10, S0."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    coached(practice, ada)
    coached(practice, ada, coach="m-2")
    assert [Decimal(1), Decimal(1), Decimal(2)] == [
        practice.certification(coach=coach).hours for coach in ("m-1", "m-2", None)
    ]


def test_cc3_going_back_is_told_as_any_other_move(practice: Practice) -> None:
    """The coach may go back and forth: there is no order of statuses, so no move is a regression. Source: CC3."""
    ada = someone(practice, S.ACTIVE_CLIENT)
    becomes(practice, ada, S.PROSPECT)
    (event,) = (e for e in practice.history(ada.id) if isinstance(e, StatusChanged))
    assert (S.ACTIVE_CLIENT, S.PROSPECT, Why.MOVE, COACH) == (event.was, event.to, event.why, event.by)


def test_section_7_a_prospect_here_is_no_prospect_there(practice: Practice) -> None:
    """Coaches Console's Prospect cannot log in and SuiteDash's can: the words are equal, the statuses are not.

    Source: S0, S1.
    """
    ada = someone(practice, S.HOT_LEAD)
    foreign: Any = Agency.PROSPECT
    assert foreign == S.PROSPECT
    with pytest.raises(UnknownStatus):
        becomes(practice, ada, foreign)
    with pytest.raises(UnknownStatus):
        practice.do(AddContact(name="Eve", status=foreign, by=COACH))


def test_section_7_every_reading_keeps_what_it_does_not_speak_of() -> None:
    """Each reading answers as the default does wherever its code does not reach: the rights of a Hot Lead.

    Source: 1.6.
    """
    funnels: list[Funnel[Status, Any]] = [COACHING, *READINGS.values()]
    for funnel in funnels:
        world = crm(funnel)
        ada = someone(world, S.HOT_LEAD, portal=Portal.ACTIVE, permitted=("intake",))
        assert world.may(ada.id, Right.FORMS, item="intake")
        assert not world.may(ada.id, Right.FORMS, item="another")


def test_cc_a1_readings_combine(practice: Practice) -> None:
    """Policies are figures of one value: today's status and all hours of who is inactive go together.

    Source: CC-A1, CC-A2.
    """
    both = COACHING.with_policy(
        certification=CertificationPolicy(status_when=StatusWhen.CURRENT, always=(S.INACTIVE_CLIENT.value,))
    )
    ada = someone(practice, S.PROSPECT)
    coached(practice, ada)
    becomes(practice, ada, S.INACTIVE_CLIENT)
    shell = FunnelService(both, account="acme", storage=practice.storage, clock=practice.clock)
    assert Decimal(1) == shell.certification().hours


def test_section_7_every_change_says_who_and_when(practice: Practice) -> None:
    """Each event carries its actor, its time of effect and its time of recording. Source: section 7."""
    ada = practice.do(AddContact(name="Ada", by=OWNER))
    practice.clock.advance(days=2)
    becomes(practice, ada, S.HOT_LEAD, at=NOON + DAY)
    practice.do(AssignCredentials(contact=ada.id, by=ADMIN))
    said: list[tuple[Any, Any, Any]] = [(e.by, e.effective, e.recorded) for e in practice.history(ada.id)]
    later = NOON + 2 * DAY
    assert [(OWNER, NOON, NOON), (COACH, NOON + DAY, later), (ADMIN, later, later)] == said


def test_section_7_folding_the_history_gives_the_contact(practice: Practice) -> None:
    """Whatever happened, in whatever order it was told, the history alone gives the stored contact.

    Source: section 7.
    """
    ada = practice.do(AddContact(name="Ada", trigger=Happening.REGISTERED, by=SYSTEM))
    practice.clock.advance(days=1)
    becomes(practice, ada, S.HOT_LEAD)
    practice.do(Permit(contact=ada.id, items=("intake",), kinds=(Kind.SAMPLE,), by=COACH))
    practice.clock.advance(days=1)
    practice.do(Record(contact=ada.id, trigger=Happening.PRODUCT_PURCHASED, item="book", at=NOON + HOUR, by=SYSTEM))
    practice.do(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2026", by=SYSTEM))
    becomes(practice, ada, S.INACTIVE_CLIENT)
    practice.do(Correct(contact=ada.id, to=S.BUYER, reason="slipped", by=COACH))
    practice.do(JoinGroups(contact=ada.id, groups=("spring",), by=COACH))
    events: tuple[Event, ...] = practice.history(ada.id)
    assert practice.contact(ada.id) == practice.contact_at(ada.id, practice.clock.now())
    assert S.BUYER is practice.contact(ada.id).status
    assert events == tuple(sorted(events, key=lambda event: event.recorded))


def test_section_7_what_is_recorded_and_changes_nothing_is_history_too(practice: Practice) -> None:
    """Registered a second time: nobody moves, nothing is set, and the history still gives the contact. Source: CC2."""
    ada = practice.do(AddContact(name="Ada", trigger=Happening.REGISTERED, by=SYSTEM))
    practice.clock.advance(days=1)
    practice.do(Record(contact=ada.id, trigger=Happening.REGISTERED, by=SYSTEM))
    assert practice.contact(ada.id) == practice.contact_at(ada.id, practice.clock.now())
    assert NOON + DAY == practice.contact(ada.id).changed


@pytest.mark.parametrize("first", [0, 1])
def test_cc9_agreements_told_out_of_order_end_in_one_truth(practice: Practice, first: int) -> None:
    """Of two agreements the earlier one made the client, whichever was told first. Source: CC9, CC-A13."""
    ada = someone(practice, S.PROSPECT)
    practice.clock.advance(days=3)
    told = [
        Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item=item, at=NOON + days * DAY, by=SYSTEM)
        for item, days in (("2025", 1), ("2026", 2))
    ]
    for command in (told[first], told[1 - first]):
        practice.do(command)
    now = practice.contact(ada.id)
    assert (S.ACTIVE_CLIENT, NOON + DAY) == (now.status, now.since)
    assert frozenset({"2025", "2026"}) == now.agreements
    assert S.ACTIVE_CLIENT is practice.status_at(ada.id, NOON + DAY)


def test_cc9_an_agreement_from_before_we_knew_the_contact_counts_from_the_start(practice: Practice) -> None:
    """Accepted elsewhere, before the contact was adopted: it is an Active Client since it came. Source: CC9, CC-A2."""
    ada = someone(practice, S.PROSPECT)
    practice.clock.advance(days=1)
    early = Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="2025", at=NOON - 30 * DAY, by=SYSTEM)
    now = practice.do(early)
    assert (S.ACTIVE_CLIENT, frozenset({"2025"}), NOON) == (now.status, now.agreements, now.since)
    assert practice.status_at(ada.id, NOON - DAY) is None


def test_cc_a1_c_a_report_as_of_then_reads_the_status_of_then(practice: Practice) -> None:
    """Last week's report can be made again under the reading of today's status: its today was last week.

    Source: CC-A1 c.
    """
    ada = someone(practice, S.ACTIVE_CLIENT)
    coached(practice, ada)
    then = practice.clock.now()
    practice.clock.advance(days=7)
    becomes(practice, ada, S.PROSPECT)
    today = under(practice, "CC-A1 c")
    assert (Decimal(0), Decimal(1)) == (today.certification().hours, today.certification(as_of=then).hours)


def test_cc5_what_a_group_was_permitted_then(practice: Practice) -> None:
    """Permissions of a group have a history as those of a person have: asked as of then, they are those of then.

    Source: CC5.
    """
    ada = with_credentials(practice, S.ACTIVE_CLIENT, groups=("spring",))
    practice.clock.advance(days=1)
    practice.do(Permit(group="spring", items=("workbook",), by=COACH))
    practice.clock.advance(days=1)
    practice.do(Withdraw(group="spring", items=("workbook",), by=COACH))
    answers = [
        practice.may(ada.id, Right.DOCUMENTS, item="workbook", as_of=NOON + days * DAY).allowed for days in (0.5, 1, 2)
    ]
    assert [False, True, False] == answers


def test_cc_a6_a_client_moves_and_cancels_what_is_their_own(practice: Practice) -> None:
    """The own appointment may be moved and called off; a group's may not, nor is it theirs to say what was held.

    Source: CC-A6.
    """
    ada, bo = with_credentials(practice, S.ACTIVE_CLIENT), with_credentials(practice, S.ACTIVE_CLIENT, name="Bo")
    own, group = practice.do(in_portal(ada, Kind.SESSION)), a_session(practice, ada, bo)
    me = itself(ada)
    practice.do(Reschedule(appointment=own.id, start=NOON + 2 * DAY, by=me))
    assert AppointmentStatus.CANCELLED is practice.do(Cancel(appointment=own.id, by=me)).state
    assert ["booking.hand_may"] == refusals(practice, Cancel(appointment=group.id, by=me))
    practice.clock.advance(hours=3)
    assert ["booking.hand_may"] == refusals(practice, MarkHeld(appointment=group.id, by=me))
    assert ["booking.hand_may"] == refusals(practice, MarkMissed(appointment=group.id, by=itself(bo)))


# ---- what a client says of an own appointment


@pytest.mark.parametrize("where", [Where.PORTAL, Where.PUBLIC])
def test_nobody_books_the_past_for_oneself(practice: Practice, where: Where) -> None:
    """What has begun, the staff enter: else a client could make hours that nobody held. A moment later is ahead."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    command = in_portal(ada, Kind.SAMPLE, where=where, start=practice.clock.now())
    assert ["booking.starts_ahead"] == refusals(practice, command)
    practice.do(evolve(command, start=practice.clock.now() + timedelta(microseconds=1)))
    practice.do(evolve(command, start=practice.clock.now() - DAY, by=COACH, where=Where.STAFF))


def test_a_visitors_booking_that_is_told_late_was_ahead_of_time(practice: Practice) -> None:
    """The website says when it was booked: that counts, and not when it is told."""
    bo = someone(practice, S.PROSPECT)
    booked = practice.clock.now()
    practice.clock.advance(days=2)
    late = in_portal(bo, Kind.SAMPLE, where=Where.PUBLIC, start=booked + DAY)
    assert ["booking.starts_ahead"] == refusals(practice, evolve(late, by=SYSTEM))
    assert S.PROSPECT is practice.do(evolve(late, by=SYSTEM, at=booked)).attendees[0].status


@pytest.mark.parametrize("said", [{"paid": True}, {"paid": False}, {"session": Session(activity=Activity.COACHING)}])
def test_a_client_does_not_say_what_makes_an_hour_paid(practice: Practice, said: dict[str, Any]) -> None:
    """Whether a session is paid, and what it is, the staff say."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    assert ["booking.staff_describes"] == refusals(practice, in_portal(ada, Kind.SESSION, **said))
    practice.do(evolve(in_portal(ada, Kind.SESSION, **said), by=COACH))


def test_a_client_moves_an_own_session_ahead_only(practice: Practice) -> None:
    """Staff may put the past right; a client does not move a session to where it would count at once."""
    ada = with_credentials(practice, S.ACTIVE_CLIENT)
    session = practice.do(in_portal(ada, Kind.SESSION))
    past = Reschedule(appointment=session.id, start=practice.clock.now() - DAY, by=itself(ada))
    assert ["booking.starts_ahead"] == refusals(practice, past)
    practice.do(evolve(past, start=practice.clock.now() + HOUR))
    practice.do(evolve(past, by=COACH))


# ---- who is known in another funnel


def test_a_person_who_is_known_gets_the_name_that_is_given_and_the_plan_says_so(practice: Practice) -> None:
    """One id is one person in all funnels: who adds it again elsewhere is told that the name is replaced."""
    agency = FunnelService(AGENCY, account="acme", storage=practice.storage, clock=practice.clock)
    ada = someone(practice, S.PROSPECT, name="Ada", email="ada@example.org")
    again: AddContact[Agency] = AddContact(id=ada.id, name="Ada", email="ada@example.org", by=COACH)
    assert () == agency.plan(again).notices
    plan = agency.plan(evolve(again, name="Ada L."))
    assert ["editing.known_person"] == [notice.code for notice in plan.notices]
    agency.apply(plan)
    assert "Ada L." == practice.person(ada.id).name


# ---- a report is of a time that has come


@pytest.mark.parametrize("ask", ["certification", "hours", "log"])
def test_no_report_is_made_of_a_time_to_come(practice: Practice, ask: str) -> None:
    """What has not taken place does not count as held. Source: CC-A3."""
    a_session(practice, someone(practice, S.ACTIVE_CLIENT))
    getattr(practice, ask)(as_of=practice.clock.now())
    with pytest.raises(Invalid, match="as_of: this time is still to come"):
        getattr(practice, ask)(as_of=practice.clock.now() + timedelta(microseconds=1))
