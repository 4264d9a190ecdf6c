"""When we get back to a lead, and when we stop: one scenario per fact and per trap. Source: S2, BG-A1 to A14."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from funnelkit import COACHING, FRANCHISE, STUDIO, Actor, Contact, Funnel, Invalid, Kind, NotFound, Right, Role
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.commands import (
    AddContact,
    Adopt,
    Archive,
    AssignCredentials,
    Cancel,
    Convert,
    Correct,
    Delete,
    DropFollowUp,
    Edit,
    GiveUp,
    Hide,
    LiftDoNotContact,
    LogContact,
    MoveFollowUp,
    Record,
    Reschedule,
    Restore,
    ScheduleFollowUp,
    SetDoNotContact,
    Tag,
)
from funnelkit.policy import Anchor, FollowUpPolicy
from funnelkit.rules import follow_up
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.coaching import Happening as Coached
from funnelkit.statuses.franchise import READINGS, Franchise, Happening
from funnelkit.statuses.studio import Studio
from funnelkit.times import BusinessTime, Elapsed, LocalDays, Skipped, Week, wall
from funnelkit.values.events import ContactTouched, FollowUpEnded, FollowUpScheduled, StatusChanged
from funnelkit.values.follow_up import FollowUp
from funnelkit.words import Because, Channel, Direction, Ending, Grant, Standing
from tests.scenarios.leads import BERLIN, STEPS, Watched, called, endings, watched
from tests.scenarios.world import (
    ADMIN,
    COACH,
    DAY,
    DESK,
    HOUR,
    NOON,
    OWNER,
    SYSTEM,
    VIEWER,
    Crm,
    a_session,
    itself,
    mails,
    refusals,
    rules,
    someone,
)

S: Final = Franchise
T: Final = Happening
Leads: TypeAlias = Watched[Franchise, Right]
TICK: Final = timedelta(microseconds=1)
DONE, SUPERSEDED, DROPPED = Ending.DONE, Ending.SUPERSEDED, Ending.DROPPED


@pytest.fixture
def leads() -> Leads:
    """An empty franchise."""
    return watched(FRANCHISE)


def franchise(**numbers: Any) -> Leads:
    """Give an empty franchise with other numbers."""
    return watched(FRANCHISE.with_policy(follow_up=FollowUpPolicy(**numbers)))


def consultation(leads: Crm[Any, Any], lead: Contact, **more: object) -> str:
    """Given a consultation in the calendar; its id."""
    return a_session(leads, lead, kind=Kind.CONSULTATION, **more).id


def stands(contact: Contact) -> FollowUp:
    """Give the follow-up that stands."""
    assert contact.follow_up is not None
    return contact.follow_up


def gives_up(contact: Contact) -> datetime:
    """Give the moment at which the lead is cold unless something happens."""
    moment = stands(contact).gives_up
    assert moment is not None
    return moment


def due_in(crm: Crm[Any, Any], days: int = 400) -> list[str]:
    """Give everybody who is due by then, however late it is looked."""
    return [entry.contact for entry in crm.due(until=crm.clock.now() + days * DAY)]


# ---- the schedule


def by_schedule(lead: Contact, **more: Any) -> ScheduleFollowUp:
    """Set the next follow-up as such."""
    return ScheduleFollowUp(contact=lead.id, by=COACH, **more)


def by_status(lead: Contact) -> Convert[Franchise]:
    """Set the next follow-up by its status."""
    return Convert(contact=lead.id, to=STEPS[lead.attempt], by=COACH)


@pytest.mark.parametrize("command", [by_schedule, by_status])
def test_s2_the_next_date_is_48_hours_from_the_moment_the_status_is_set(
    leads: Leads, command: Callable[[Contact], Any]
) -> None:
    """By either command: the first follow-up, due in 48 hours, with no end in sight. Source: S2, BG-A1, BG-A2."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(hours=5)
    lead = leads.do(command(lead))
    now = leads.clock.now()
    expected = FollowUp(id="", noted="", due=now + 48 * HOUR, attempt=1, set=now)
    assert (S.FOLLOW_UP_1, 1, expected) == (lead.status, lead.attempt, lead.follow_up)
    assert (False, None) == (stands(lead).exact, stands(lead).gives_up)


def test_a_new_lead_has_no_follow_up_yet(leads: Leads) -> None:
    """Nobody is due who was only added or adopted, whatever the status. Source: S2."""
    leads.do(AddContact(name="Ada", by=COACH))
    leads.do(AddContact(name="Ada", trigger=T.WEB_FORM_SENT, by=SYSTEM))
    for status in S:
        someone(leads, status)
    assert [] == due_in(leads)
    assert {None} == {lead.follow_up for lead in leads.contacts()}


def test_bg_a2_it_counts_from_the_setting_and_not_from_the_date_before(leads: Leads) -> None:
    """The second was set a day late, so it is due 48 hours after that. Source: BG-A2."""
    first = called(leads, 1)
    late = stands(first).due + DAY
    assert late + 48 * HOUR == stands(leads.at(late).do(by_schedule(first))).due


def test_bg_a2_the_other_reading_is_an_explicit_date(leads: Leads) -> None:
    """Who counts from the date before says so, and that date is kept. Source: BG-A2."""
    first = called(leads, 1)
    due = stands(first).due + 48 * HOUR
    second = leads.at(stands(first).due + DAY).do(by_schedule(first, due=due))
    assert (due, True) == (stands(second).due, stands(second).exact)


def test_s2_a_date_that_is_chosen_is_kept(leads: Leads) -> None:
    """48 hours are a default. The date comes with any zone and is kept as the instant. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    there = datetime(2026, 3, 20, 9, 30, tzinfo=ZoneInfo("America/New_York"))
    found = stands(leads.do(by_schedule(lead, due=there)))
    assert (datetime(2026, 3, 20, 13, 30, tzinfo=UTC), True, UTC) == (found.due, found.exact, found.due.tzinfo)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_no_date_is_in_the_past(leads: Leads, microseconds: int) -> None:
    """A microsecond before now is refused, and nothing is changed; now is the first that is not. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    ask = by_schedule(lead, due=leads.clock.now() + microseconds * TICK)
    if microseconds < 0:
        assert ["follow_up.is_still_to_come"] == refusals(leads, ask)
        assert lead == leads.contact(lead.id)
    else:
        assert leads.clock.now() + microseconds * TICK == stands(leads.do(ask)).due


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_no_date_is_moved_into_the_past(leads: Leads, microseconds: int) -> None:
    """The same when a follow-up that stands is moved, and where follow-ups are no statuses. Source: S2."""
    practice = watched(COACHING)
    worlds: tuple[tuple[Watched[Any, Any], Contact], ...] = (
        (leads, called(leads, 1)),
        (practice, practice.do(by_schedule(someone(practice, Coaching.PROSPECT)))),
    )
    for world, who in worlds:
        world.clock.advance(hours=1)
        ask = MoveFollowUp(contact=who.id, due=world.clock.now() + microseconds * TICK, by=COACH)
        expected = ["follow_up.is_still_to_come"] if microseconds < 0 else []
        assert expected == rules(world.plan(ask).decision)


def test_a_date_that_was_set_in_the_past_is_judged_by_that_moment(leads: Leads) -> None:
    """Told late: what was to come then may be past by now; before the setting, it may not be. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    then = leads.clock.now() + HOUR
    leads.clock.advance(days=9)
    assert ["follow_up.is_still_to_come"] == refusals(leads, by_schedule(lead, at=then, due=then - TICK))
    found = leads.do(by_schedule(lead, at=then, due=then))
    assert (then, then, 1) == (stands(found).due, stands(found).set, found.attempt)


@pytest.mark.parametrize("wrong", [datetime(2026, 3, 20, 9), date(2026, 3, 20), "2026-03-20", 5, True])
def test_a_date_without_a_zone_or_of_another_kind_is_no_date(leads: Leads, wrong: Any) -> None:
    """It is refused where it comes in, with the field's name."""
    lead = called(leads, 1)
    for make in (ScheduleFollowUp, MoveFollowUp):
        with pytest.raises(Invalid) as caught:
            leads.do(make(contact=lead.id, due=wrong, by=COACH))
        assert ["due"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("wrong", [0, -1, True, 1.0, "1"])
def test_a_number_of_an_attempt_is_a_whole_one_from_one(leads: Leads, wrong: Any) -> None:
    """Anything else is no number."""
    lead = someone(leads, S.NEW_LEAD)
    with pytest.raises(Invalid) as caught:
        leads.do(ScheduleFollowUp(contact=lead.id, attempt=wrong, by=COACH))
    assert ["attempt"] == [problem.path for problem in caught.value.problems]


def test_nobody_is_followed_up_who_is_not_there(leads: Leads) -> None:
    """An unknown contact is not found, by any of the commands."""
    for command in (
        ScheduleFollowUp(contact="c-9", by=COACH),
        MoveFollowUp(contact="c-9", by=COACH),
        DropFollowUp(contact="c-9", by=COACH),
        LogContact(contact="c-9", by=COACH),
        GiveUp(contact="c-9", by=SYSTEM),
    ):
        with pytest.raises(NotFound):
            leads.do(command)


CHANGES: Final = [
    # zone, the day of the change, so many hours from noon on the day before to noon on the day after
    ("Europe/Berlin", "2026-03-29", 47),
    ("Europe/Berlin", "2026-10-25", 49),
    ("America/New_York", "2026-03-08", 47),
    ("America/New_York", "2026-11-01", 49),
    ("Australia/Lord_Howe", "2026-04-05", 48.5),
    ("Australia/Lord_Howe", "2026-10-04", 47.5),
    ("Pacific/Apia", "2020-09-27", 47),
    ("Pacific/Apia", "2021-04-04", 49),
    ("Pacific/Apia", "2011-12-30", 24),  # there was no such day
    ("Africa/Casablanca", "2026-02-15", 49),  # for Ramadan the clock goes back
    ("Africa/Casablanca", "2026-03-22", 47),
    ("Europe/Dublin", "2026-03-29", 47),
    ("Europe/Dublin", "2026-10-25", 49),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_bg_a1_over_a_clock_change_48_hours_are_48_and_two_days_are_not(zone: str, day: str, hours: float) -> None:
    """Real time by default; by policy the same time on the wall, two days on. Source: BG-A1."""
    place, change = ZoneInfo(zone), date.fromisoformat(day)
    noon = datetime(change.year, change.month, change.day, 12, tzinfo=place)
    start = noon.replace(day=1) + (change.day - 2) * DAY if change.day > 1 else noon - DAY
    start = datetime.combine(change - DAY, start.timetz())
    real, by_the_wall = (
        watched(FRANCHISE, now=start, zone=zone),
        watched(READINGS["BG-A1 wall clock"], now=start, zone=zone),
    )
    for world, expected in ((real, 48), (by_the_wall, hours)):
        lead = world.do(by_schedule(someone(world, S.NEW_LEAD)))
        assert start.astimezone(UTC) + expected * HOUR == stands(lead).due
        if world is by_the_wall:
            assert datetime.combine(change + DAY, start.time()) == wall(stands(lead).due, zone)


@pytest.mark.parametrize(
    ("start", "skipped", "expected"),
    [
        # set at, what a skipped time means, due at (UTC); the clock in Berlin goes forward on 29 March
        ("2026-03-27T02:30+01:00", Skipped.LATER, "2026-03-29T01:30+00:00"),
        ("2026-03-27T02:30+01:00", Skipped.EARLIER, "2026-03-29T00:30+00:00"),
        ("2026-10-23T02:30+02:00", Skipped.LATER, "2026-10-25T00:30+00:00"),
    ],
)
def test_bg_a1_a_date_in_the_change_itself_is_one_that_exists(start: str, skipped: Skipped, expected: str) -> None:
    """A skipped time moves as the policy says; of a repeated one, the first counts. Source: BG-A1."""
    funnel = FRANCHISE.with_policy(follow_up=FollowUpPolicy(delay=LocalDays(2, skipped=skipped)))
    world = watched(funnel, now=datetime.fromisoformat(start))
    assert datetime.fromisoformat(expected) == stands(world.do(by_schedule(someone(world, S.NEW_LEAD)))).due


def test_bg_a7_two_hours_over_a_clock_change_are_two_hours() -> None:
    """The sixth call is due at half past one in the night of the change; two real hours later the lead is cold."""
    start = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo(BERLIN)).astimezone(UTC) - 6 * 48 * HOUR
    world = watched(FRANCHISE, now=start)
    assert "2026-03-29 04:30" == wall(gives_up(called(world, 6)), BERLIN).isoformat(" ", "minutes")


def test_bg_a3_working_days_by_policy_and_calendar() -> None:
    """From a Thursday, two working days on is a Monday; where Friday is a holiday, a Tuesday. Source: BG-A3."""
    thursday = datetime(2026, 4, 2, 10, tzinfo=ZoneInfo(BERLIN))
    holidays = Week(closed=frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
    for calendar, expected in ((None, "2026-04-06 10:00"), (holidays, "2026-04-08 10:00")):
        world = watched(READINGS["BG-A3 working days"], now=thursday, calendar=calendar)
        lead = world.do(by_schedule(someone(world, S.NEW_LEAD)))
        assert expected == wall(stands(lead).due, BERLIN).isoformat(" ", "minutes")


def test_bg_a3_open_hours_by_policy() -> None:
    """Ten open hours from Friday at three: two hours of Friday, and eight of Monday. Source: BG-A3."""
    funnel = FRANCHISE.with_policy(follow_up=FollowUpPolicy(delay=BusinessTime(hours=10)))
    world = watched(funnel, now=datetime(2026, 3, 6, 15, tzinfo=ZoneInfo(BERLIN)))
    lead = world.do(by_schedule(someone(world, S.NEW_LEAD)))
    assert "2026-03-09 17:00" == wall(stands(lead).due, BERLIN).isoformat(" ", "minutes")


def test_the_clock_on_the_wall_is_that_of_the_coach() -> None:
    """Two local days are counted where the contact's coach lives, else in the account's zone. Source: BG-A1."""
    start = datetime(2026, 3, 7, 17, tzinfo=UTC)  # the clock changes in New York on the 8th, in Berlin on the 29th
    world = watched(READINGS["BG-A1 wall clock"], now=start, zones={"m-1": "America/New_York"})
    for coach, hours in (("m-1", 47), ("m-2", 48), (None, 48)):
        lead = someone(world, S.NEW_LEAD, coach=coach)
        assert start + hours * HOUR == stands(world.do(by_schedule(lead))).due


def test_each_account_has_its_own_delay() -> None:
    """An account with 24 hours beside one with 48, in one storage: neither hears of the other. Source: BG-A1."""
    storage, clock = MemoryStorage(), Watched(FRANCHISE).clock
    quick = FRANCHISE.with_policy(follow_up=FollowUpPolicy(delay=Elapsed(hours=24), cold_after=Elapsed(minutes=30)))
    one = watched(quick, storage=storage, clock=clock, account="quick")
    other = watched(FRANCHISE, storage=storage, clock=clock, account="usual")
    found = {
        world.account: stands(world.do(by_schedule(someone(world, S.NEW_LEAD, id="c-1")))) for world in (one, other)
    }
    assert {"quick": NOON + 24 * HOUR, "usual": NOON + 48 * HOUR} == {name: f.due for name, f in found.items()}
    assert timedelta(minutes=30) == gives_up(called(one, 6)) - stands(one.contacts()[-1]).due


# ---- attempts


def test_s2_the_attempts_go_from_one_to_six(leads: Leads) -> None:
    """Each has its status and its number; only the sixth says when the lead is given up. Source: S2, BG-A5, BG-A7."""
    lead = someone(leads, S.NEW_LEAD)
    for number, status in enumerate(STEPS, start=1):
        lead = leads.do(by_schedule(lead))
        expected = NOON + 50 * HOUR if number == 6 else None
        assert (status, number, number, expected) == (
            lead.status, lead.attempt, stands(lead).attempt, stands(lead).gives_up,
        )  # fmt: skip


def test_s2_a_seventh_attempt_is_one_too_many(leads: Leads) -> None:
    """Six are the standard: only that rule refuses a seventh, named or not. Source: S2."""
    lead = called(leads, 6)
    for ask in (by_schedule(lead), by_schedule(lead, attempt=7), by_schedule(lead, attempt=1000)):
        assert ["follow_up.attempts_are_left"] == refusals(leads, ask)
    assert lead == leads.contact(lead.id)


@pytest.mark.parametrize("attempt", [1, 2, 3, 5, 6])
def test_bg_a5_an_attempt_out_of_order_is_refused(leads: Leads, attempt: int) -> None:
    """After the third comes the fourth; the third itself is no change. Source: BG-A5."""
    lead = called(leads, 3)
    expected = "conversion.is_a_change" if attempt == 3 else "conversion.next_attempt"
    assert [expected] == refusals(leads, by_schedule(lead, attempt=attempt))
    assert 4 == leads.do(by_schedule(lead, attempt=4)).attempt


def test_bg_a5_jumping_and_going_back_by_policy() -> None:
    """What is skipped was superseded, not done; the sixth is the last one however it was reached. Source: BG-A5."""
    world = watched(READINGS["BG-A5 jumping"])
    lead = someone(world, S.NEW_LEAD)
    for attempt in (4, 2, 3, 6):
        lead = world.do(by_schedule(lead, attempt=attempt))
        assert (STEPS[attempt - 1], attempt) == (lead.status, stands(lead).attempt)
    expected = [(4, SUPERSEDED), (2, DONE), (3, SUPERSEDED)]
    assert expected == [(number, how) for number, how, _ in endings(world, lead.id)]
    assert stands(lead).due + 2 * HOUR == gives_up(lead)


@pytest.mark.parametrize(
    "status", [S.UNSERVICABLE, S.OUT_OF_AREA, S.DNC, S.NOT_SOLD, S.CANCELLED_AND_DNC, S.SOLD, S.COLD]
)
@pytest.mark.parametrize("by", [COACH, DESK], ids=lambda actor: actor.role.value)
def test_bg_a11_nobody_is_followed_up_from_a_closed_status(leads: Leads, status: Franchise, by: Actor) -> None:
    """No follow-up from any of them, neither scheduled nor moved. Source: BG-A11."""
    lead = someone(leads, status)
    assert "conversion.a_row_leads_there" in refusals(leads, ScheduleFollowUp(contact=lead.id, by=by))
    assert "follow_up.one_stands" in refusals(leads, MoveFollowUp(contact=lead.id, by=by))


@pytest.mark.parametrize(
    "status", [S.NEW_LEAD, S.CONSULTATION_BOOKED, S.CONSULTATION_RESCHEDULED, S.CONSULTATION_CANCELLED]
)
def test_s2_a_follow_up_is_to_book_or_book_again_the_consultation(leads: Leads, status: Franchise) -> None:
    """From every open status the first one can be set. Source: S2, BG-A17."""
    lead = leads.do(by_schedule(someone(leads, status)))
    assert (S.FOLLOW_UP_1, 1) == (lead.status, stands(lead).attempt)


def test_an_adopted_lead_goes_on_where_it_stands(leads: Leads) -> None:
    """It comes with the number of its status, without a date; the next one has one."""
    lead = someone(leads, S.FOLLOW_UP_3, since=None)
    assert (3, None) == (lead.attempt, lead.follow_up)
    lead = leads.do(by_schedule(lead))
    assert (S.FOLLOW_UP_4, 4, []) == (lead.status, stands(lead).attempt, endings(leads, lead.id))


def test_an_adopted_sixth_is_never_cold_by_itself(leads: Leads) -> None:
    """It has no date, so nothing runs out. Source: BG-A7."""
    lead = someone(leads, S.FOLLOW_UP_6)
    leads.clock.advance(days=900)
    assert 0 == leads.swept()
    assert S.FOLLOW_UP_6 is leads.contact(lead.id).status


# ---- what completes one, and as what

CLOSING: Final[dict[str, tuple[Callable[[Leads, Contact], Any], Ending, Because, Franchise]]] = {
    "the next one": (lambda w, c: w.do(by_schedule(c)), DONE, Because.NEXT_ATTEMPT, S.FOLLOW_UP_3),
    "the next one by hand": (lambda w, c: w.do(by_status(c)), DONE, Because.NEXT_ATTEMPT, S.FOLLOW_UP_3),
    "a consultation": (consultation, DONE, Because.BOOKED, S.CONSULTATION_BOOKED),
    "a reply": (
        lambda w, c: w.do(LogContact(contact=c.id, direction=Direction.IN, by=COACH)),
        DONE, Because.REPLIED, S.FOLLOW_UP_2,
    ),
    "an enrollment": (
        lambda w, c: w.do(Record(contact=c.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", by=SYSTEM)),
        DONE, Because.CONVERTED, S.SOLD,
    ),
    "unservicable": (
        lambda w, c: w.do(Convert(contact=c.id, to=S.UNSERVICABLE, by=COACH)), DONE, Because.CONVERTED, S.UNSERVICABLE
    ),
    "out of area": (
        lambda w, c: w.do(Convert(contact=c.id, to=S.OUT_OF_AREA, by=COACH)), DONE, Because.CONVERTED, S.OUT_OF_AREA
    ),
    "not sold": (
        lambda w, c: w.do(Convert(contact=c.id, to=S.NOT_SOLD, by=COACH)), DONE, Because.CONVERTED, S.NOT_SOLD
    ),
    "cold by hand": (lambda w, c: w.do(Convert(contact=c.id, to=S.COLD, by=COACH)), DONE, Because.CONVERTED, S.COLD),
    "dnc": (lambda w, c: w.do(Convert(contact=c.id, to=S.DNC, by=COACH)), DROPPED, Because.DO_NOT_CONTACT, S.DNC),
    "cancelled and dnc": (
        lambda w, c: w.do(Convert(contact=c.id, to=S.CANCELLED_AND_DNC, by=DESK)),
        DROPPED, Because.DO_NOT_CONTACT, S.CANCELLED_AND_DNC,
    ),
    "a do-not-contact": (
        lambda w, c: w.do(SetDoNotContact(contact=c.id, by=itself(c))), DROPPED, Because.DO_NOT_CONTACT, S.FOLLOW_UP_2
    ),
    "a do-not-contact for a while": (
        lambda w, c: w.do(SetDoNotContact(contact=c.id, until=w.clock.now() + HOUR, by=COACH)),
        DROPPED, Because.DO_NOT_CONTACT, S.FOLLOW_UP_2,
    ),
    "the archive": (lambda w, c: w.do(Archive(contact=c.id, by=COACH)), DROPPED, Because.REMOVED, S.FOLLOW_UP_2),
    "called off": (lambda w, c: w.do(DropFollowUp(contact=c.id, by=COACH)), DROPPED, Because.CALLED_OFF, S.FOLLOW_UP_2),
    "moved by the staff": (
        lambda w, c: w.do(MoveFollowUp(contact=c.id, by=COACH)), SUPERSEDED, Because.MOVED, S.FOLLOW_UP_2
    ),
    "moved by the desk": (
        lambda w, c: w.do(MoveFollowUp(contact=c.id, by=DESK)), SUPERSEDED, Because.MOVED, S.FOLLOW_UP_MOVED
    ),
    "moved by hand": (
        lambda w, c: w.do(Convert(contact=c.id, to=S.FOLLOW_UP_MOVED, by=DESK)),
        SUPERSEDED, Because.MOVED, S.FOLLOW_UP_MOVED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", CLOSING)
def test_bg_a4_each_end_of_a_follow_up_is_told_apart(leads: Leads, how: str) -> None:
    """One event says which follow-up ended, as what and why; a second one stands only where one was set. BG-A4, A12."""
    act, ending, because, status = CLOSING[how]
    was = called(leads, 2)
    first = len(leads.history(was.id))
    leads.clock.advance(hours=1)
    act(leads, was)
    now, said = leads.contact(was.id), leads.history(was.id)[first:]
    (end,) = (event for event in said if isinstance(event, FollowUpEnded))
    assert (stands(was).id, 2, ending, because) == (end.follow_up, end.attempt, end.how, end.because)
    assert leads.clock.now() == end.effective
    assert status is now.status
    set_anew = because in (Because.NEXT_ATTEMPT, Because.MOVED)
    assert set_anew is (now.follow_up is not None)
    assert now.follow_up is None or stands(was).id != now.follow_up.id
    assert end.through is None or end.through in {event.id for event in said}
    assert [now.id] * set_anew == due_in(leads)


@pytest.mark.parametrize("how", [how for how in CLOSING if how != "a consultation"])
def test_what_ends_and_what_comes_stands_in_the_plan(leads: Leads, how: str) -> None:
    """Before anything is done, the plan says which follow-up would end and which would come."""
    was = called(leads, 2)
    asked: list[Any] = []
    looker: Any = evolve_do(leads, asked)
    CLOSING[how][0](looker, was)
    plan = leads.plan(asked[0])
    codes = [consequence.code for consequence in plan.consequences if consequence.code.startswith(("follow", "gives"))]
    anew = CLOSING[how][2] in (Because.NEXT_ATTEMPT, Because.MOVED)
    assert ["follow_up_ends", *(["follow_up_due"] * anew)] == codes
    assert f"follow-up 2, due {stands(was).due.isoformat(' ', 'minutes')}, ends" in [str(c) for c in plan.consequences]
    assert was == leads.contact(was.id)


def evolve_do(leads: Leads, asked: list[Any]) -> object:
    """Give what looks like a shell and only notes what it is asked to do."""

    class Looker:
        clock = leads.clock

        def do(self, command: Any) -> None:
            asked.append(command)

    return Looker()


def test_the_plan_of_the_last_one_says_when_the_lead_is_given_up(leads: Leads) -> None:
    """Among its consequences is the moment at which the lead is cold. Source: BG-A7."""
    lead = called(leads, 5)
    found = {c.code: c.params for c in leads.plan(by_schedule(lead)).consequences}
    now = leads.clock.now()
    assert {"attempt": 5, "due": stands(lead).due} == found["follow_up_ends"]
    assert {"attempt": 6, "due": now + 48 * HOUR} == found["follow_up_due"]
    assert {"when": now + 50 * HOUR} == found["gives_up"]


@pytest.mark.parametrize("channel", list(Channel))
def test_a_do_not_contact_of_one_channel_drops_nothing(leads: Leads, channel: Channel) -> None:
    """There are other ways to get back to the lead. Source: BG-A12."""
    lead = called(leads, 2)
    leads.do(SetDoNotContact(contact=lead.id, channel=channel, by=COACH))
    assert stands(lead) == leads.contact(lead.id).follow_up
    assert [] == endings(leads, lead.id)[1:]
    assert [lead.id] == due_in(leads)


def test_what_touches_no_follow_up_ends_none(leads: Leads) -> None:
    """A tag, an edit, hiding, another kind of appointment, our own call: it stands. Source: S2."""
    lead = called(leads, 2)
    leads.do(Tag(contact=lead.id, tags=["maths"], by=COACH))
    leads.do(Edit(contact=lead.id, name="Ada L", coach="m-2", by=COACH))
    leads.do(Hide(contact=lead.id, by=COACH))
    leads.do(LogContact(contact=lead.id, by=COACH))
    a_session(leads, lead, kind=Kind.SAMPLE)
    leads.do(LiftDoNotContact(contact=lead.id, by=COACH))
    assert stands(lead).id == stands(leads.contact(lead.id)).id
    assert 1 == len(endings(leads, lead.id))


def test_an_end_is_said_once(leads: Leads) -> None:
    """Archived, blocked, called off: whatever comes after the first finds nothing to end."""
    lead = called(leads, 1)
    leads.do(SetDoNotContact(contact=lead.id, by=COACH))
    leads.do(Archive(contact=lead.id, by=COACH))
    assert ["follow_up.one_stands"] == refusals(leads, DropFollowUp(contact=lead.id, by=COACH))
    leads.do(Convert(contact=lead.id, to=S.DNC, by=COACH))
    assert [(1, DROPPED, Because.DO_NOT_CONTACT)] == endings(leads, lead.id)


def test_a_status_that_is_set_on_who_may_not_be_followed_up_has_no_date(leads: Leads) -> None:
    """The status may be set; the date is left out, and the plan says so. Scheduling is refused. Source: BG-A12."""
    blocked, archived = someone(leads, S.NEW_LEAD), someone(leads, S.NEW_LEAD)
    leads.do(SetDoNotContact(contact=blocked.id, by=COACH))
    leads.do(Archive(contact=archived.id, by=COACH))
    for lead, rule in ((blocked, "follow_up.may_be_contacted"), (archived, "follow_up.is_worked_with")):
        assert [rule] == refusals(leads, by_schedule(lead))
        plan = leads.plan(by_status(lead))
        assert "follow_up.no_date" in [notice.code for notice in plan.notices]
        found = leads.apply(plan)
        assert (S.FOLLOW_UP_1, 1, None) == (found.status, found.attempt, found.follow_up)
    assert [] == due_in(leads)


def test_out_of_the_archive_nothing_stands_until_it_is_set(leads: Leads) -> None:
    """What was dropped does not come back by itself."""
    lead = called(leads, 6)
    leads.do(Archive(contact=lead.id, by=COACH))
    leads.clock.advance(days=30)
    lead = leads.do(Restore(contact=lead.id, by=COACH))
    assert (S.FOLLOW_UP_6, 6, None, 0) == (lead.status, lead.attempt, lead.follow_up, leads.swept())


def test_after_a_lifted_do_not_contact_nothing_stands_until_it_is_set(leads: Leads) -> None:
    """The lead goes on with the next number. Source: BG-A12."""
    lead = called(leads, 2)
    leads.do(SetDoNotContact(contact=lead.id, by=COACH))
    assert ["follow_up.may_be_contacted"] == refusals(leads, by_schedule(lead))
    leads.do(LiftDoNotContact(contact=lead.id, by=COACH))
    assert [] == due_in(leads)
    assert 3 == stands(leads.do(by_schedule(lead))).attempt


def test_a_correction_of_a_follow_up_takes_its_date_away(leads: Leads) -> None:
    """The second one was a mistake: it is the first again, with the first one's date. Source: ours."""
    first = called(leads, 1)
    leads.clock.advance(hours=1)
    leads.do(by_schedule(first))
    back = leads.do(Correct(contact=first.id, to=S.FOLLOW_UP_1, reason="mistyped", by=COACH))
    assert (S.FOLLOW_UP_1, 1, stands(first)) == (back.status, back.attempt, back.follow_up)


def test_a_correction_to_a_follow_up_gives_it_a_date(leads: Leads) -> None:
    """It was a follow-up after all, from that moment on: due 48 hours after it. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    leads.do(Convert(contact=lead.id, to=S.NOT_SOLD, by=COACH))
    leads.clock.advance(hours=5)
    back = leads.do(Correct(contact=lead.id, to=S.FOLLOW_UP_1, reason="mistyped", by=COACH))
    assert (S.FOLLOW_UP_1, NOON + 48 * HOUR) == (back.status, stands(back).due)


# ---- who


@pytest.mark.parametrize("role", [Role.CLIENT, Role.VIEWER])
@pytest.mark.parametrize("make", [ScheduleFollowUp, MoveFollowUp, DropFollowUp, LogContact])
def test_a_client_and_a_viewer_follow_nobody_up(role: Role, make: Any) -> None:
    """Only staff, desk and system do; it is refused by that rule alone, and for the actor. Source: S2."""
    practice = watched(COACHING)
    ada = practice.do(by_schedule(someone(practice, Coaching.PROSPECT)))
    ask = make(contact=ada.id, by=Actor(id=ada.id, role=role))
    assert ["follow_up.staff_follows_up"] == refusals(practice, ask)


@pytest.mark.parametrize("by", [OWNER, ADMIN, COACH, DESK, SYSTEM], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("make", [ScheduleFollowUp, MoveFollowUp, DropFollowUp, LogContact])
def test_staff_desk_and_system_follow_up(by: Actor, make: Any) -> None:
    """Each of them may do each of it where follow-ups are no statuses. Source: S2."""
    practice = watched(COACHING)
    ada = practice.do(by_schedule(someone(practice, Coaching.PROSPECT)))
    practice.do(make(contact=ada.id, by=by))


@pytest.mark.parametrize("by", [VIEWER, SYSTEM, Actor(id="c-1", role=Role.CLIENT)], ids=lambda actor: actor.role.value)
def test_a_follow_up_status_is_set_by_those_of_its_row(leads: Leads, by: Actor) -> None:
    """Where the status goes along, its row says by whom: neither system nor viewer. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    assert "conversion.actor_may" in refusals(leads, ScheduleFollowUp(contact=lead.id, by=by))
    assert "conversion.actor_may" not in rules(leads.plan(MoveFollowUp(contact=lead.id, by=by)).decision)


@pytest.mark.parametrize("by", [OWNER, ADMIN, COACH, DESK, VIEWER], ids=lambda actor: actor.role.value)
def test_only_the_clock_gives_up(leads: Leads, by: Actor) -> None:
    """Nobody else may say that time has run out, even when it has. Source: S2."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead))
    assert ["follow_up.clock_gives_up"] == rules(leads.plan(GiveUp(contact=lead.id, by=by)).decision)


def test_giving_up_has_no_time_of_its_own(leads: Leads) -> None:
    """It takes effect when the time ran out; another one is no input."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead))
    with pytest.raises(Invalid) as caught:
        leads.do(GiveUp(contact=lead.id, at=gives_up(lead), by=SYSTEM))
    assert ["at"] == [problem.path for problem in caught.value.problems]


# ---- moving


def test_a_move_keeps_number_and_status(leads: Leads) -> None:
    """Without a date it is due after the delay from now; with one, then. Source: S2."""
    lead = called(leads, 3)
    leads.clock.advance(hours=3)
    moved = leads.do(MoveFollowUp(contact=lead.id, by=COACH))
    assert (S.FOLLOW_UP_3, 3, leads.clock.now() + 48 * HOUR) == (moved.status, moved.attempt, stands(moved).due)
    there = leads.clock.now() + 9 * DAY
    moved = leads.do(MoveFollowUp(contact=lead.id, due=there, by=COACH))
    assert (S.FOLLOW_UP_3, lead.since, 3, there, True) == (
        moved.status, moved.since, stands(moved).attempt, stands(moved).due, stands(moved).exact,
    )  # fmt: skip
    assert S.FOLLOW_UP_4 is leads.do(by_schedule(moved)).status
    assert isinstance(leads.history(lead.id)[-3], FollowUpScheduled)


def test_a_move_of_the_last_one_moves_its_two_hours_too(leads: Leads) -> None:
    """The lead is cold two hours after the scheduled call, wherever that is now. Source: BG-A7."""
    lead = called(leads, 6)
    there = stands(lead).due + 5 * DAY
    moved = leads.do(MoveFollowUp(contact=lead.id, due=there, by=COACH))
    assert there + 2 * HOUR == gives_up(moved)
    assert 0 == leads.at(gives_up(lead)).swept()
    assert 0 == leads.at(there + 2 * HOUR - TICK).swept()
    assert 1 == leads.at(there + 2 * HOUR).swept()
    assert there + 2 * HOUR == leads.contact(lead.id).since


def test_nothing_is_moved_or_called_off_that_does_not_stand(leads: Leads) -> None:
    """A new lead has no follow-up; the staff has nothing to move. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    assert ["follow_up.one_stands"] == refusals(leads, MoveFollowUp(contact=lead.id, by=COACH))
    assert ["follow_up.one_stands"] == refusals(leads, DropFollowUp(contact=lead.id, by=COACH))


def test_bg_a14_the_desks_move_is_no_attempt(leads: Leads) -> None:
    """Move/Schedule Follow Up for has a date of its own and the number of before; then the next follows. BG-A14."""
    lead = called(leads, 3)
    there = leads.clock.now() + 10 * DAY
    moved = leads.do(MoveFollowUp(contact=lead.id, due=there, note="in May", by=DESK))
    assert (S.FOLLOW_UP_MOVED, 3, 3, there) == (moved.status, moved.attempt, stands(moved).attempt, stands(moved).due)
    again = leads.do(MoveFollowUp(contact=lead.id, due=there + DAY, by=DESK))
    assert (S.FOLLOW_UP_MOVED, 3, there + DAY) == (again.status, again.attempt, stands(again).due)
    assert (S.FOLLOW_UP_4, 4) == ((went_on := leads.do(by_schedule(again))).status, went_on.attempt)
    expected = [(3, SUPERSEDED, Because.MOVED), (3, SUPERSEDED, Because.MOVED), (3, DONE, Because.NEXT_ATTEMPT)]
    assert expected == endings(leads, lead.id)[2:]


@pytest.mark.parametrize(
    "status", [S.NEW_LEAD, S.CONSULTATION_BOOKED, S.CONSULTATION_RESCHEDULED, S.CONSULTATION_CANCELLED]
)
def test_bg_a14_the_desk_moves_the_schedule_of_who_has_none(leads: Leads, status: Franchise) -> None:
    """From every open status, with number nothing: due when the desk says. Source: BG-A14, BG-A17."""
    moved = leads.do(MoveFollowUp(contact=someone(leads, status).id, by=DESK))
    assert (S.FOLLOW_UP_MOVED, 0, NOON + 48 * HOUR) == (moved.status, stands(moved).attempt, stands(moved).due)
    assert 1 == leads.do(by_schedule(moved)).attempt


def test_bg_a14_after_the_desks_move_of_the_sixth_nothing_runs_out(leads: Leads) -> None:
    """The status is no longer the sixth follow-up, so the clock does not give up; a seventh is none. BG-A7, BG-A14."""
    lead = called(leads, 6)
    moved = leads.do(MoveFollowUp(contact=lead.id, by=DESK))
    assert (S.FOLLOW_UP_MOVED, 6, None) == (moved.status, stands(moved).attempt, stands(moved).gives_up)
    leads.clock.advance(days=30)
    assert 0 == leads.swept()
    assert [lead.id] == due_in(leads)
    assert ["follow_up.attempts_are_left"] == refusals(leads, by_schedule(moved))
    plan = leads.plan(Convert(contact=lead.id, to=S.COLD, by=COACH))
    assert (True, []) == (plan.allowed, [n.code for n in plan.notices])


# ---- in touch


def test_a_logged_call_of_ours_is_remembered_and_ends_nothing(leads: Leads) -> None:
    """The next status is what completes a follow-up; the call is noted with channel and direction. Source: S2."""
    lead = called(leads, 2)
    leads.clock.advance(hours=1)
    after = leads.do(LogContact(contact=lead.id, channel=Channel.TEXT, note="no answer", by=COACH))
    assert (leads.clock.now(), stands(lead)) == (after.touched, after.follow_up)
    touch = leads.history(lead.id)[-1]
    assert isinstance(touch, ContactTouched)
    assert (Channel.TEXT, Direction.OUT, "no answer") == (touch.channel, touch.direction, leads.reason(touch))


def test_a_touch_that_is_told_late_does_not_hide_a_later_one(leads: Leads) -> None:
    """The last touch is the latest, not the one that was told last."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(days=2)
    leads.do(LogContact(contact=lead.id, by=COACH))
    after = leads.do(LogContact(contact=lead.id, at=NOON + HOUR, by=COACH))
    assert NOON + 2 * DAY == after.touched


def test_bg_a2_the_last_touch_moves_the_next_date_by_policy() -> None:
    """Called again in between: the 48 hours count from that call; the number stays. Source: BG-A2."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = called(world, 2)
    for hours in (1, 30):
        world.clock.advance(hours=hours)
        lead = world.do(LogContact(contact=lead.id, by=COACH))
        now = world.clock.now()
        assert (S.FOLLOW_UP_2, 2, now + 48 * HOUR, now) == (
            lead.status, stands(lead).attempt, stands(lead).due, stands(lead).set,
        )  # fmt: skip
    assert [(2, SUPERSEDED, Because.MOVED)] * 2 == endings(world, lead.id)[1:]


def test_bg_a2_the_last_touch_moves_the_two_hours_of_the_sixth_too() -> None:
    """Called again after the sixth: the lead is cold two hours after the new date. Source: BG-A2, BG-A7."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = called(world, 6)
    old = gives_up(lead)
    world.clock.set(stands(lead).due + HOUR)
    lead = world.do(LogContact(contact=lead.id, by=COACH))
    assert 0 == world.at(old).swept()
    assert 1 == world.at(gives_up(lead)).swept()


def test_bg_a2_the_last_touch_moves_no_date_that_somebody_chose() -> None:
    """An explicit date is a promise. Source: BG-A2."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = world.do(by_schedule(someone(world, S.NEW_LEAD), due=NOON + 5 * DAY))
    world.clock.advance(hours=1)
    assert stands(lead) == world.do(LogContact(contact=lead.id, by=COACH)).follow_up


def test_bg_a2_by_default_a_touch_moves_nothing(leads: Leads) -> None:
    """The date counts from the moment the status was set. Source: BG-A2."""
    lead = called(leads, 1)
    leads.clock.advance(hours=10)
    assert stands(lead) == leads.do(LogContact(contact=lead.id, by=COACH)).follow_up


def test_bg_a2_a_reply_ends_it_under_either_anchor() -> None:
    """An answer is no touch that puts the next one off: it ends it. Source: BG-A2."""
    for anchor in Anchor:
        world = franchise(anchor=anchor)
        lead = called(world, 1)
        after = world.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
        assert (None, [(1, DONE, Because.REPLIED)]) == (after.follow_up, endings(world, lead.id))


def test_a_touch_of_who_has_no_follow_up_is_only_noted(leads: Leads) -> None:
    """Nothing ends, nothing is set, under either anchor."""
    for world in (leads, watched(READINGS["BG-A2 last touch"])):
        lead = someone(world, S.NEW_LEAD)
        for direction in Direction:
            after = world.do(LogContact(contact=lead.id, direction=direction, by=COACH))
            assert (None, [], world.clock.now()) == (after.follow_up, endings(world, lead.id), after.touched)


def test_a_touch_of_who_is_blocked_elsewhere_leaves_one_truth() -> None:
    """A do-not-contact that was set in another funnel: our call sets no new date, and the fold still holds. BG-A20."""
    world = watched(READINGS["BG-A2 last touch"])
    practice = watched(COACHING, storage=world.storage, clock=world.clock)
    lead = called(world, 2)
    someone(practice, Coaching.PROSPECT, id=lead.id)
    practice.do(SetDoNotContact(contact=lead.id, by=COACH))
    world.clock.advance(hours=1)
    world.do(LogContact(contact=lead.id, by=COACH))
    assert [] == due_in(world)


@pytest.mark.parametrize("what", ["our call", "a move by the staff"])
def test_what_is_told_late_does_not_undo_a_later_reply(what: str) -> None:
    """Called or moved before the lead answered, told after that: the answer has ended it all the same. BG-A2."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = called(world, 2)
    then = world.clock.now() + HOUR
    world.clock.advance(hours=10)
    world.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
    world.clock.advance(hours=1)
    world.do(LATE[what](lead, then))
    assert (None, []) == (world.contact(lead.id).follow_up, due_in(world))


def test_bg_a12_a_do_not_contact_that_is_told_late_drops_what_was_set_after_it(leads: Leads) -> None:
    """Asked for before the follow-up was set: it should have had no date, and has none after a lifting. BG-A12."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(hours=10)
    leads.do(by_schedule(lead))
    leads.clock.advance(hours=1)
    plan = leads.plan(SetDoNotContact(contact=lead.id, at=NOON + HOUR, by=COACH))
    assert ["follow_up_ends"] == [consequence.code for consequence in plan.consequences]
    leads.apply(plan)
    assert [] == due_in(leads)
    leads.do(LiftDoNotContact(contact=lead.id, by=COACH))
    assert [] == due_in(leads)


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("how", ["told late", "corrected"])
def test_a_date_stays_when_the_status_before_it_turns_out_another_one(how: str, moved: bool) -> None:
    """Where follow-ups are no statuses: set on Thursday, it is not ended by what was so on Tuesday already."""
    world: Watched[Any, Any] = watched(COACHING)
    ada = someone(world, Coaching.PROSPECT)
    world.clock.advance(days=2)
    due = world.clock.now() + 2 * DAY
    world.do(ScheduleFollowUp(contact=ada.id, due=due, note="ask again", by=COACH))
    if moved:
        world.clock.advance(hours=1)
        due += DAY
        world.do(MoveFollowUp(contact=ada.id, due=due, by=COACH))
    world.clock.advance(days=1)
    agreed = Record(contact=ada.id, trigger=Coached.AGREEMENT_ACCEPTED, item="x", at=NOON + DAY, by=SYSTEM)
    wrong = Correct(contact=ada.id, to=Coaching.ACTIVE_CLIENT, reason="mistyped", by=COACH)
    now = world.do(agreed if how == "told late" else wrong)
    assert (Coaching.ACTIVE_CLIENT, 1, due) == (now.status, now.attempt, stands(now).due)
    assert [ada.id] == due_in(world)


def test_a_date_set_before_a_change_that_is_told_late_is_ended_by_it() -> None:
    """Set on Monday, and the status changed on Tuesday: that ends it, whenever it is told."""
    world: Watched[Any, Any] = watched(COACHING)
    ada = someone(world, Coaching.PROSPECT)
    world.do(ScheduleFollowUp(contact=ada.id, by=COACH))
    world.clock.advance(days=1)
    world.do(MoveFollowUp(contact=ada.id, by=COACH))
    agreed = Record(contact=ada.id, trigger=Coached.AGREEMENT_ACCEPTED, item="x", at=NOON + HOUR, by=SYSTEM)
    assert world.do(agreed).follow_up is None


def test_bg_a14_a_date_of_the_sixth_does_not_run_out_once_the_desk_moved_it(leads: Leads) -> None:
    """The staff gave it another date after that, as is told late: the date stands, and nobody gives up. BG-A7."""
    lead = called(leads, 6)
    then = leads.clock.now()
    leads.clock.advance(hours=2)
    due = stands(leads.do(MoveFollowUp(contact=lead.id, by=COACH))).due
    leads.clock.advance(hours=1)
    now = leads.do(MoveFollowUp(contact=lead.id, at=then + HOUR, by=DESK))
    assert (S.FOLLOW_UP_MOVED, due, None) == (now.status, stands(now).due, stands(now).gives_up)


@pytest.mark.parametrize("name", ["franchise", "BG-A10 restart"])
@pytest.mark.parametrize("late", [False, True])
def test_bg_a10_an_attempt_that_is_told_late_counts(late: bool, name: str) -> None:
    """Called on Tuesday, booked on Wednesday, cancelled on Friday: the next is the second, whenever one told of it."""
    leads: Watched[Any, Any] = watched(READINGS.get(name, FRANCHISE))
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(days=1)
    if not late:
        leads.do(by_schedule(lead))
    leads.clock.advance(days=1)
    booked = consultation(leads, lead, start=NOON + 9 * DAY)
    leads.clock.advance(days=1)
    if late:
        leads.do(by_schedule(lead, at=NOON + DAY))
    assert (S.CONSULTATION_BOOKED, 1) == (leads.contact(lead.id).status, leads.contact(lead.id).attempt)
    leads.clock.advance(days=1)
    leads.do(Cancel(appointment=booked, by=COACH))
    goes_on = 1 if name == "BG-A10 restart" else 2
    assert goes_on == leads.do(by_schedule(lead)).attempt


def test_bg_a10_a_figure_of_today_counts_nothing_of_last_year_again(leads: Leads) -> None:
    """Called, booked, cancelled; since then the account begins anew: what is told late leaves the number as it was."""
    lead = called(leads, 1)
    leads.clock.advance(days=1)
    booked = consultation(leads, lead, start=leads.clock.now() + 9 * DAY)
    between = leads.clock.now()
    leads.clock.advance(days=1)
    leads.do(Cancel(appointment=booked, by=COACH))
    today: Leads = Watched(READINGS["BG-A10 restart"], storage=leads.storage, clock=leads.clock)  # type: ignore[arg-type]  # the reading has statuses of its own
    now = today.do(Record(contact=lead.id, trigger=T.WEB_FORM_SENT, at=between - HOUR, by=SYSTEM))
    assert (S.CONSULTATION_CANCELLED, 1) == (now.status, now.attempt)


@pytest.mark.parametrize("direction", Direction)
def test_a_follow_up_that_is_told_late_was_done_by_what_was_logged_after_it(direction: Direction) -> None:
    """Set on Tuesday, called on Wednesday, told on Sunday: done, where follow-ups are no statuses. Later ones stay."""
    practice = watched(COACHING)
    ada = someone(practice, Coaching.PROSPECT)
    practice.clock.advance(days=2)
    practice.do(LogContact(contact=ada.id, direction=direction, by=COACH))
    practice.clock.advance(days=4)
    plan = practice.plan(by_schedule(ada, at=NOON + DAY))
    assert () == plan.consequences
    assert (None, 1) == ((now := practice.apply(plan)).follow_up, now.attempt)
    because = Because.REPLIED if direction is Direction.IN else Because.TOUCHED
    assert [(1, DONE, because)] == endings(practice, ada.id)
    assert 2 == stands(practice.do(by_schedule(ada, at=NOON + 3 * DAY))).attempt
    practice.do(Tag(contact=ada.id, tags=["maths"], at=NOON + HOUR, by=COACH))
    assert 2 == stands(practice.contact(ada.id)).attempt


@pytest.mark.parametrize("late", [False, True])
def test_bg_a2_a_follow_up_that_is_told_late_moved_with_the_call_after_it(late: bool) -> None:
    """Set on Tuesday, called on Wednesday: it is counted from the call, whenever somebody told that it was set."""
    leads = watched(READINGS["BG-A2 last touch"])
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(days=1)
    if not late:
        leads.do(by_schedule(lead))
    leads.clock.advance(days=1)
    leads.do(LogContact(contact=lead.id, by=COACH))
    leads.clock.advance(days=1)
    if late:
        leads.do(by_schedule(lead, at=NOON + DAY))
    assert (NOON + 4 * DAY, 1) == ((now := stands(leads.contact(lead.id))).due, now.attempt)


def test_a_correction_says_which_follow_up_ends_and_which_comes(leads: Leads) -> None:
    """Before anything is done, the plan says so, as it does for every other change. Source: S2."""
    lead = called(leads, 2)
    plan = leads.plan(Correct(contact=lead.id, to=S.FOLLOW_UP_6, reason="it was the sixth", by=COACH))
    codes = [consequence.code for consequence in plan.consequences]
    assert ["follow_up_ends", "follow_up_due", "gives_up"] == codes
    assert stands(leads.apply(plan)).due == plan.consequences[1].params["due"]


# ---- notes


def test_bg_a6_notes_are_advised(leads: Leads) -> None:
    """Without notes a notice says so, by either command; with notes there is none. Source: S2, BG-A6."""
    lead = someone(leads, S.NEW_LEAD)
    without: tuple[Any, ...] = (by_schedule(lead), by_status(lead))
    for ask in without:
        assert ["franchise.write_notes"] == [n.code for n in leads.plan(ask).notices]
    with_notes: tuple[Any, ...] = (by_schedule(lead, note="asks for maths"), evolve(by_status(lead), reason="maths"))
    for ask in with_notes:
        assert [] == [n.code for n in leads.plan(ask).notices]


def test_bg_a6_notes_are_required_by_policy() -> None:
    """Every command that sets a follow-up asks for them; a move keeps those that there are. Source: BG-A6."""
    world = watched(READINGS["BG-A6 notes required"])
    lead = someone(world, S.NEW_LEAD)
    asked: tuple[Any, ...] = (by_schedule(lead), by_status(lead))
    for ask in asked:
        assert ["follow_up.notes_are_written"] == refusals(world, ask)
    lead = world.do(by_schedule(lead, note="asks for maths"))
    moves = (MoveFollowUp(contact=lead.id, by=COACH), MoveFollowUp(contact=lead.id, by=DESK))
    for move in moves:
        assert world.plan(move).allowed
        assert world.plan(evolve(move, note="on holiday")).allowed
    assert world.plan(Convert(contact=lead.id, to=S.NOT_SOLD, by=COACH)).allowed
    assert world.plan(LogContact(contact=lead.id, by=COACH)).allowed
    assert world.plan(DropFollowUp(contact=lead.id, by=COACH)).allowed
    assert 2 == world.do(Convert(contact=lead.id, to=S.FOLLOW_UP_2, reason="asks again", by=COACH)).attempt


@pytest.mark.parametrize("required", [True, False])
def test_bg_a6_an_option_asks_for_the_notes_that_the_conversion_asks_for(required: bool) -> None:
    """What is shown as possible is possible at once; notes that are needed are shown as missing. Source: BG-A6."""
    world = watched(READINGS["BG-A6 notes required"] if required else FRANCHISE)
    lead = someone(world, S.NEW_LEAD)
    options = {option.to: option for option in world.options(lead.id, by=COACH) if not option.automatic}
    for to, option in options.items():
        assert option.allowed is world.plan(Convert(contact=lead.id, to=to, by=COACH)).allowed, to
    missing = [finding.rule for finding in options[S.FOLLOW_UP_1].decision.missing]
    assert (["follow_up.notes_are_written"] if required else []) == missing
    assert options[S.NOT_SOLD].allowed
    noted: Any = evolve(by_status(lead), reason="asks for maths")
    assert world.plan(noted).allowed


def test_bg_a6_notes_are_required_where_follow_ups_are_no_statuses() -> None:
    """The same in a practice. Source: BG-A6."""
    practice = watched(COACHING.with_policy(follow_up=FollowUpPolicy(notes_required=True)))
    ada = someone(practice, Coaching.PROSPECT)
    assert ["follow_up.notes_are_written"] == refusals(practice, by_schedule(ada))
    assert 1 == practice.do(by_schedule(ada, note="call about the retreat")).attempt


def test_s2_notes_show_on_the_day_the_follow_up_is_due(leads: Leads) -> None:
    """Both commands keep the notes with the follow-up, and the dashboard shows them. Source: S2."""
    one, other = someone(leads, S.NEW_LEAD, id="c-1"), someone(leads, S.NEW_LEAD, id="c-2")
    leads.do(by_schedule(one, note="asks for maths"))
    leads.do(Convert(contact=other.id, to=S.FOLLOW_UP_1, reason="asks for French", by=COACH))
    assert 0 == len(leads.due(on=date(2026, 3, 3)))
    found = leads.due(on=date(2026, 3, 4))
    assert ["asks for maths", "asks for French"] == [entry.notes for entry in found]


def test_s2_notes_belong_to_one_follow_up(leads: Leads) -> None:
    """The notes of the one before do not show with the next."""
    lead = leads.do(by_schedule(someone(leads, S.NEW_LEAD), note="asks for maths"))
    leads.do(by_schedule(lead))
    assert [None] == [entry.notes for entry in leads.due(until=NOON + 9 * DAY)]


@pytest.mark.parametrize("by", [COACH, DESK], ids=lambda actor: actor.role.value)
def test_s2_a_follow_up_that_is_moved_keeps_its_notes(leads: Leads, by: Actor) -> None:
    """It is the same one on another day: what was to be said shows then, unless something new is noted. Source: S2."""
    lead = leads.do(by_schedule(someone(leads, S.NEW_LEAD), note="asks for maths"))
    leads.do(MoveFollowUp(contact=lead.id, due=NOON + 3 * DAY, by=by))
    assert ["asks for maths"] == [entry.notes for entry in leads.due(until=NOON + 9 * DAY)]
    leads.do(MoveFollowUp(contact=lead.id, due=NOON + 4 * DAY, note="asks for French", by=by))
    assert ["asks for French"] == [entry.notes for entry in leads.due(until=NOON + 9 * DAY)]


def test_s2_a_date_that_a_touch_moves_keeps_its_notes() -> None:
    """The note of the call goes with the call; what was to be said still shows. Source: S2, BG-A2."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = world.do(by_schedule(someone(world, S.NEW_LEAD), note="asks for maths"))
    world.do(LogContact(contact=lead.id, note="no answer", by=COACH))
    assert ["asks for maths"] == [entry.notes for entry in world.due(until=NOON + 9 * DAY)]


def test_names_and_notes_are_in_no_repr(leads: Leads) -> None:
    """Commands, plans, events, the due list, a refusal, what the observer hears: none shows what is planted."""
    name, note = "Zxqv Name", "zxqv note"
    lead = someone(leads, S.NEW_LEAD, name=name, email="zxqv@example.org")
    asks: tuple[Any, ...] = (
        by_schedule(lead, note=note),
        MoveFollowUp(contact=lead.id, note=note, by=COACH),
        LogContact(contact=lead.id, note=note, by=COACH),
        DropFollowUp(contact=lead.id, reason=note, by=COACH),
    )
    shown: list[object] = list(asks)
    for ask in asks:
        plan = leads.plan(ask)
        shown += [plan, plan.decision, str(plan.decision), *map(str, plan.consequences), *map(str, plan.notices)]
        shown += [leads.do(ask), leads.due(until=NOON + 9 * DAY), leads.timeline(lead.id), leads.progress()]
        shown += [str(entry.why) for entry in leads.due(until=NOON + 9 * DAY)]
    shown += [leads.history(lead.id), leads.heard.heard, leads.sweep()]
    with pytest.raises(Invalid) as caught:
        leads.do(by_schedule(lead, note=[note]))
    shown += [caught.value, str(caught.value)]
    assert "zxqv" not in " ".join(map(repr, shown)).lower()


# ---- the traps: a cold lead, and what is none


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_bg_a7_cold_is_two_hours_after_the_sixth_call_inclusive(leads: Leads, microseconds: int) -> None:
    """A microsecond before it is not; at that moment it is, and since that moment, however late it is looked. BG-A7."""
    lead = called(leads, 6)
    moment = stands(lead).due + 2 * HOUR
    done = leads.at(moment + microseconds * TICK).swept()
    now = leads.contact(lead.id)
    if microseconds < 0:
        assert (0, S.FOLLOW_UP_6, lead) == (done, now.status, now)
    else:
        assert (1, S.COLD, moment, 6) == (done, now.status, now.since, now.attempt)
        assert (6, DONE, Because.EXHAUSTED) == endings(leads, lead.id)[-1]
        (said,) = (e for e in leads.history(lead.id) if isinstance(e, StatusChanged) and e.to is S.COLD)
        assert (moment, moment + microseconds * TICK, Role.SYSTEM) == (said.effective, said.recorded, said.by.role)
        assert (S.FOLLOW_UP_6, S.COLD) == (
            leads.status_at(lead.id, moment - TICK), leads.status_at(lead.id, moment),
        )  # fmt: skip


def test_bg_a7_only_the_sixth_runs_out(leads: Leads) -> None:
    """Five, overdue for days, are overdue and no more: the lead is due, and the sixth can still be set. BG-A7."""
    lead = called(leads, 5)
    leads.clock.advance(days=30)
    assert 0 == leads.swept()
    (entry,) = leads.due()
    assert (lead.id, 5, True, None) == (entry.contact, entry.attempt, entry.overdue, entry.gives_up)
    last = leads.do(by_schedule(lead))
    assert (6, leads.clock.now() + 50 * HOUR) == (stands(last).attempt, gives_up(last))


def test_bg_a7_a_reply_after_the_sixth_call_keeps_the_lead_warm(leads: Leads) -> None:
    """Somebody answered: the clock does not give up any more. Source: BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(stands(lead).due + HOUR)
    leads.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
    leads.clock.advance(days=30)
    assert (0, S.FOLLOW_UP_6, []) == (leads.swept(), leads.contact(lead.id).status, due_in(leads))
    assert (6, DONE, Because.REPLIED) == endings(leads, lead.id)[-1]


def test_bg_a7_a_reply_at_the_very_moment_is_too_late(leads: Leads) -> None:
    """At two hours the lead is cold, inclusive; a reply of that moment finds it so, swept or not. Source: BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead))
    after = leads.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
    assert (S.COLD, gives_up(lead), 0) == (after.status, after.since, leads.swept())
    assert (6, DONE, Because.EXHAUSTED) == endings(leads, lead.id)[-1]


@pytest.mark.parametrize("swept", [False, True])
def test_bg_a7_a_consultation_90_minutes_after_the_sixth_call_stops_it(leads: Leads, swept: bool) -> None:
    """Booked in time, and told in time or after the sweep: the lead was never cold. Source: BG-A7."""
    lead = called(leads, 6)
    booked = stands(lead).due + timedelta(minutes=90)
    if swept:
        assert 1 == leads.at(gives_up(lead) + HOUR).swept()
        consultation(leads, lead, at=booked, start=booked + DAY)
    else:
        consultation(leads.at(booked), lead)
    leads.clock.advance(days=30)
    now = leads.contact(lead.id)
    assert (0, S.CONSULTATION_BOOKED, booked, None) == (leads.swept(), now.status, now.since, now.follow_up)
    for minutes in range(0, 300, 10):
        moment = stands(lead).due + timedelta(minutes=minutes)
        assert leads.status_at(lead.id, moment) in (S.FOLLOW_UP_6, S.CONSULTATION_BOOKED)


@pytest.mark.parametrize("swept", [False, True])
def test_bg_a7_a_reply_90_minutes_after_the_sixth_call_stops_it(leads: Leads, swept: bool) -> None:
    """The same for an answer: told after the sweep, the lead was not cold after all. Source: BG-A7."""
    lead = called(leads, 6)
    replied = stands(lead).due + timedelta(minutes=90)
    leads.clock.set(gives_up(lead) + HOUR)
    assert swept is bool(swept and leads.swept())
    leads.do(LogContact(contact=lead.id, direction=Direction.IN, at=replied, by=COACH))
    leads.clock.advance(days=30)
    now = leads.contact(lead.id)
    assert (0, S.FOLLOW_UP_6, None, replied) == (leads.swept(), now.status, now.follow_up, now.touched)


LATE: Final[dict[str, Callable[[Contact, datetime], Any]]] = {
    "a reply": lambda c, at: LogContact(contact=c.id, direction=Direction.IN, at=at, by=COACH),
    "our call": lambda c, at: LogContact(contact=c.id, at=at, by=COACH),
    "a do-not-contact": lambda c, at: SetDoNotContact(contact=c.id, at=at, by=COACH),
    "the archive": lambda c, at: Archive(contact=c.id, at=at, by=COACH),
    "a tag": lambda c, at: Tag(contact=c.id, tags=["maths"], at=at, by=COACH),
    "called off": lambda c, at: DropFollowUp(contact=c.id, at=at, by=COACH),
    "a move by the staff": lambda c, at: MoveFollowUp(contact=c.id, due=at + 5 * DAY, at=at, by=COACH),
    "a move by the desk": lambda c, at: MoveFollowUp(contact=c.id, at=at, by=DESK),
    "not sold": lambda c, at: Convert(contact=c.id, to=S.NOT_SOLD, at=at, by=COACH),
    "cold by hand": lambda c, at: Convert(contact=c.id, to=S.COLD, at=at, by=COACH),
    "dnc": lambda c, at: Convert(contact=c.id, to=S.DNC, at=at, by=COACH),
    "an enrollment": lambda c, at: Record(
        contact=c.id, trigger=T.ENROLLMENT_COMPLETED, item="e-1", at=at, by=SYSTEM
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LATE)
@pytest.mark.parametrize("anchor", list(Anchor), ids=lambda anchor: anchor.value)
def test_what_is_told_after_the_sweep_ends_as_if_it_had_been_told_before(what: str, anchor: Anchor) -> None:
    """It happened half an hour before the lead ran out: cold or not is the same, whoever was quicker. BG-A7."""
    found = []
    for first in ("sweep", "tell"):
        world = franchise(anchor=anchor)
        lead = called(world, 6)
        world.clock.set(gives_up(lead) + HOUR)
        if first == "sweep":
            world.swept()
        world.do(LATE[what](lead, gives_up(lead) - HOUR / 2))
        world.clock.advance(days=30)
        world.swept()
        moments = [gives_up(lead) + n * HOUR / 2 + tick for n in (*range(-4, 8), 96, 300) for tick in (-TICK, 0 * TICK)]
        found.append(
            (evolve(world.contact(lead.id), version=0), [world.status_at(lead.id, moment) for moment in moments])
        )
    assert found[1] == found[0]


@pytest.mark.parametrize("what", LATE)
def test_a_fact_of_the_time_after_finds_the_lead_cold(what: str) -> None:
    """Done an hour after the lead ran out: by the table it is done to a cold lead, swept before or not. BG-A7."""
    found = []
    for sweep in (True, False):
        world = franchise()
        lead = called(world, 6)
        world.clock.set(gives_up(lead) + HOUR)
        if sweep:
            world.swept()
        plan = world.plan(LATE[what](lead, gives_up(lead) + HOUR / 2))
        if plan.allowed:
            world.apply(plan)
        world.swept()
        now = world.contact(lead.id)
        assert (S.COLD, gives_up(lead)) == (now.status, now.since)
        found.append((rules(plan.decision), evolve(now, version=0)))
    assert found[1] == found[0]


def test_what_can_be_done_next_is_what_is_done(leads: Leads) -> None:
    """Time has run out and no sweep has come by: an option that says yes, done at once, is done. Source: BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead) + HOUR)
    for option in leads.options(lead.id, by=COACH):
        if not option.automatic:
            plan = leads.plan(Convert(contact=lead.id, to=option.to, by=COACH))
            assert option.allowed is plan.allowed, f"{option.to}: {plan.decision}"


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("blocked", [True, False])
def test_what_a_lead_may_do_does_not_wait_for_the_sweep(*, known: bool, blocked: bool) -> None:
    """Time has run out: whether it may log in is asked of the status that time has made. Source: BG-A7."""
    cells = {(status, Right.LOG_IN): Grant.NO if status is S.COLD else Grant.YES for status in S}
    leads = watched(FRANCHISE.derive("portal", cells=cells))
    lead = called(leads, 6)
    leads.do(AssignCredentials(contact=lead.id, by=COACH))
    if blocked:
        practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
        someone(practice, Coaching.PROSPECT, id=lead.id)
        practice.do(SetDoNotContact(contact=lead.id, by=COACH))
    over = gives_up(lead)

    def asked() -> list[bool]:
        then = over if known else None
        at = (
            leads.may(lead.id, Right.LOG_IN, as_of=over, known=then),
            leads.may(lead.id, Right.LOG_IN, as_of=over - TICK),
        )
        now = leads.may(lead.id, Right.LOG_IN), leads.rights([lead.id], [Right.LOG_IN])[lead.id][Right.LOG_IN]
        return [decision.allowed for decision in (*at, *now)]

    leads.clock.set(over)
    before = asked()
    assert [blocked, True, blocked, blocked] == before
    leads.swept()
    assert before == asked()


def test_bg_a7_another_status_before_the_two_hours_are_over_stops_it(leads: Leads) -> None:
    """Only while the status is still the sixth follow-up. Source: BG-A7."""
    for to in (S.NOT_SOLD, S.OUT_OF_AREA, S.UNSERVICABLE, S.DNC):
        lead = called(leads, 6)
        leads.do(Convert(contact=lead.id, to=to, by=COACH))
        leads.clock.advance(days=9)
        assert (0, to) == (leads.swept(), leads.contact(lead.id).status)


def test_bg_a12_a_do_not_contact_with_a_follow_up_standing_drops_it(leads: Leads) -> None:
    """Neither due nor cold, at whatever number; the lead keeps its status. Source: BG-A12."""
    for times in (1, 6):
        lead = called(leads, times)
        leads.do(SetDoNotContact(contact=lead.id, by=COACH))
        leads.clock.advance(days=9)
        assert (0, STEPS[times - 1], []) == (leads.swept(), leads.contact(lead.id).status, due_in(leads))
        assert [] == mails(leads)


def test_bg_a12_a_do_not_contact_from_another_funnel_ends_it_when_it_runs_out(leads: Leads) -> None:
    """One person, two funnels: no due entry here either, and no cold lead: the follow-up is dropped. BG-A12, A20."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead = called(leads, 6)
    someone(practice, Coaching.PROSPECT, id=lead.id)
    practice.do(SetDoNotContact(contact=lead.id, by=COACH))
    assert [] == due_in(leads)
    assert 1 == leads.at(gives_up(lead)).swept()
    assert (S.FOLLOW_UP_6, None) == ((now := leads.contact(lead.id)).status, now.follow_up)
    assert (6, DROPPED, Because.DO_NOT_CONTACT) == endings(leads, lead.id)[-1]
    assert 0 == leads.swept()


@pytest.mark.parametrize("sweep", [False, True])
def test_bg_a12_a_do_not_contact_that_is_lifted_later_was_in_force_then(leads: Leads, sweep: bool) -> None:
    """Blocked in another funnel when the time ran out, lifted after that: what came of it is the same. BG-A12."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead = called(leads, 6)
    someone(practice, Coaching.PROSPECT, id=lead.id)
    practice.do(SetDoNotContact(contact=lead.id, by=COACH))
    leads.clock.set(gives_up(lead) + HOUR)
    if sweep:
        leads.swept()
    practice.do(LiftDoNotContact(contact=lead.id, by=COACH))
    leads.swept()
    assert S.FOLLOW_UP_6 is leads.contact(lead.id).status


def test_bg_a10_cancelled_and_booked_again_the_count_goes_on(leads: Leads) -> None:
    """One lead cycle: after two calls and a cancelled consultation comes the third call. Source: BG-A10, BG-A13."""
    lead = called(leads, 2)
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    assert (S.CONSULTATION_CANCELLED, 2, None) == ((now := leads.contact(lead.id)).status, now.attempt, now.follow_up)
    assert (S.FOLLOW_UP_3, 3) == ((now := leads.do(by_schedule(lead))).status, stands(now).attempt)
    consultation(leads, lead, start=leads.clock.now() + DAY)
    assert (3, DONE, Because.BOOKED) == endings(leads, lead.id)[-1]


def test_bg_a10_after_the_sixth_a_cancelled_consultation_leaves_no_seventh(leads: Leads) -> None:
    """The six of this cycle are used up; the clock runs no more, so a person decides. Source: BG-A10."""
    lead = called(leads, 6)
    leads.do(Cancel(appointment=consultation(leads, lead), by=COACH))
    assert ["follow_up.attempts_are_left"] == refusals(leads, by_schedule(lead))
    leads.clock.advance(days=30)
    assert (0, S.CONSULTATION_CANCELLED) == (leads.swept(), leads.contact(lead.id).status)


def test_a_consultation_that_is_cancelled_at_the_moment_of_its_booking_is_cancelled(leads: Leads) -> None:
    """Told a minute late, at the very time at which it was booked: the cancelling is kept. Source: S2."""
    lead = someone(leads, S.NEW_LEAD)
    booked = consultation(leads, lead, start=NOON + DAY)
    leads.clock.advance(minutes=1)
    leads.do(Cancel(appointment=booked, at=NOON, by=COACH))
    assert "cancelled" == leads.appointment(booked).state.value
    assert S.CONSULTATION_CANCELLED is leads.contact(lead.id).status


@pytest.mark.parametrize("act", ["cancelled", "booked again"])
def test_bg_a10_by_policy_the_count_restarts(act: str) -> None:
    """After a cancelled or a moved consultation the first call follows, and six are left. Source: BG-A10."""
    world = watched(READINGS["BG-A10 restart"])
    lead = called(world, 6)
    booked = consultation(world, lead)
    change: Any = (
        Cancel(appointment=booked, by=COACH)
        if act == "cancelled"
        else Reschedule(appointment=booked, start=world.clock.now() + DAY, by=COACH)
    )
    world.do(change)
    assert 0 == world.contact(lead.id).attempt
    assert [1, 2, 3, 4, 5, 6] == [world.do(by_schedule(lead)).attempt for _ in range(6)]


def test_bg_a11_a_cold_lead_that_is_reopened_has_six_new_attempts(leads: Leads) -> None:
    """A booked consultation reopens it; after its cancelling a new cycle begins, and may end cold again. BG-A11."""
    lead = called(leads, 6)
    assert 1 == leads.at(gives_up(lead)).swept()
    booked = consultation(leads, lead)
    assert (S.CONSULTATION_BOOKED, 0) == ((now := leads.contact(lead.id)).status, now.attempt)
    leads.do(Cancel(appointment=booked, by=COACH))
    for number in range(1, 7):
        now = leads.do(by_schedule(lead))
        assert number == stands(now).attempt
    assert 1 == leads.at(gives_up(now)).swept()
    cold = [e.effective for e in leads.history(lead.id) if isinstance(e, StatusChanged) and e.to is S.COLD]
    assert [gives_up(lead), gives_up(now)] == cold


def test_a_cold_lead_that_was_a_mistake_stays_warm(leads: Leads) -> None:
    """Somebody corrects what the clock did: what a person decided stands, and no sweep undoes it. Source: ours."""
    lead = called(leads, 6)
    assert 1 == leads.at(gives_up(lead) + HOUR).swept()
    back = leads.do(Correct(contact=lead.id, to=S.FOLLOW_UP_6, reason="she had answered", by=COACH))
    assert S.FOLLOW_UP_6 is back.status
    leads.clock.advance(days=1)
    leads.swept()
    leads.do(Tag(contact=lead.id, tags=["maths"], by=COACH))
    assert S.FOLLOW_UP_6 is leads.contact(lead.id).status


def test_a_command_after_the_time_finds_the_lead_cold_without_a_sweep(leads: Leads) -> None:
    """Nobody has swept for days: a tag still writes down that the lead is cold since then, by the system. BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead) + 3 * DAY)
    after = leads.do(Tag(contact=lead.id, tags=["maths"], by=COACH))
    assert (S.COLD, gives_up(lead), 0) == (after.status, after.since, leads.swept())
    roles = {(e.effective, e.by.role) for e in leads.history(lead.id) if e.recorded == leads.clock.now()}
    assert {(gives_up(lead), Role.SYSTEM), (leads.clock.now(), Role.COACH)} == roles
    assert ["conversion.a_row_leads_there"] == refusals(leads, Convert(contact=lead.id, to=S.NOT_SOLD, by=COACH))


def test_a_refusal_after_the_time_changes_nothing(leads: Leads) -> None:
    """It is judged by what time has made true, and writes nothing; the sweep does. Source: BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead) + HOUR)
    assert "conversion.a_row_leads_there" in refusals(leads, Convert(contact=lead.id, to=S.NOT_SOLD, by=COACH))
    assert (lead, 1) == (leads.contact(lead.id), leads.swept())


def test_bg_a8_cold_by_hand_in_the_two_hours_is_by_hand(leads: Leads) -> None:
    """Who calls it cold after the sixth call is not early; the sweep has nothing left to do. Source: BG-A8."""
    lead = called(leads, 6)
    leads.clock.set(stands(lead).due + HOUR)
    plan = leads.plan(Convert(contact=lead.id, to=S.COLD, by=COACH))
    assert [] == [notice.code for notice in plan.notices]
    cold = leads.apply(plan)
    leads.clock.advance(days=9)
    assert (0, cold) == (leads.swept(), leads.contact(lead.id))


@pytest.mark.parametrize("asked", ["tag", "delete", "archive", "book"])
def test_whatever_is_asked_first_after_the_time_writes_the_cold_lead(leads: Leads, asked: str) -> None:
    """The history says cold since then, and what was asked after that. Source: BG-A7."""
    lead = called(leads, 6)
    leads.clock.set(gives_up(lead) + HOUR)
    asks: dict[str, Callable[[], object]] = {
        "tag": lambda: leads.do(Tag(contact=lead.id, tags=["maths"], by=COACH)),
        "delete": lambda: leads.plan(Delete(contact=lead.id, by=COACH)),
        "archive": lambda: leads.do(Archive(contact=lead.id, by=COACH)),
        "book": lambda: consultation(leads, lead),
    }
    asks[asked]()
    leads.swept()
    assert S.COLD is leads.status_at(lead.id, gives_up(lead))
    assert 1 == [because for _, _, because in endings(leads, lead.id)].count(Because.EXHAUSTED)


# ---- where follow-ups are no statuses


@pytest.mark.parametrize(("funnel", "status"), [(COACHING, Coaching.PROSPECT), (STUDIO, Studio.LEAD)])
def test_elsewhere_a_follow_up_is_a_date_beside_the_status(funnel: Funnel[Any, Any], status: Any) -> None:
    """Any number of them, each 48 hours on; the status stays, nothing runs out, the next one does the one before."""
    world = watched(funnel)
    ada = someone(world, status)
    for number in range(1, 9):
        ada = world.do(by_schedule(ada))
        assert (status, number, NOON + 48 * HOUR, None) == (
            ada.status, stands(ada).attempt, stands(ada).due, stands(ada).gives_up,
        )  # fmt: skip
    assert [(number, DONE, Because.NEXT_ATTEMPT) for number in range(1, 8)] == endings(world, ada.id)
    world.clock.advance(days=300)
    assert (0, ada) == (world.swept(), world.contact(ada.id))
    assert [ada.id] == [entry.contact for entry in world.due()]


@pytest.mark.parametrize(
    ("act", "how", "because"),
    [
        (lambda c: LogContact(contact=c.id, by=COACH), DONE, Because.TOUCHED),
        (lambda c: LogContact(contact=c.id, direction=Direction.IN, by=COACH), DONE, Because.REPLIED),
        (lambda c: DropFollowUp(contact=c.id, by=COACH), DROPPED, Because.CALLED_OFF),
        (lambda c: SetDoNotContact(contact=c.id, by=COACH), DROPPED, Because.DO_NOT_CONTACT),
        (lambda c: Archive(contact=c.id, by=COACH), DROPPED, Because.REMOVED),
        (lambda c: Delete(contact=c.id, by=COACH), DROPPED, Because.REMOVED),
        (lambda c: Convert(contact=c.id, to=Coaching.HOT_LEAD, by=COACH), SUPERSEDED, Because.CONVERTED),
        (lambda c: Convert(contact=c.id, to=Coaching.ACTIVE_CLIENT, by=COACH), DONE, Because.CONVERTED),
        (lambda c: MoveFollowUp(contact=c.id, by=COACH), SUPERSEDED, Because.MOVED),
    ],
)
def test_elsewhere_each_end_is_told_apart_too(act: Callable[[Contact], Any], how: Ending, because: Because) -> None:
    """Our own call ends it there, since no status does; a conversion ends it as its outcome says. Source: BG-A4."""
    practice = watched(COACHING)
    ada = practice.do(by_schedule(someone(practice, Coaching.PROSPECT)))
    practice.do(act(ada))
    assert [(1, how, because)] == endings(practice, ada.id)


def test_elsewhere_a_new_cycle_starts_at_one() -> None:
    """Who was a client in between is followed up for the first time again; a warmer lead goes on counting. BG-A10."""
    practice = watched(COACHING)
    ada = someone(practice, Coaching.PROSPECT)
    for _ in range(3):
        ada = practice.do(by_schedule(ada))
    practice.do(Convert(contact=ada.id, to=Coaching.HOT_LEAD, by=COACH))
    assert 4 == stands(practice.do(by_schedule(ada))).attempt
    for to in (Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT, Coaching.PROSPECT):
        practice.do(Convert(contact=ada.id, to=to, by=COACH))
    assert 1 == stands(practice.do(by_schedule(ada))).attempt


def test_elsewhere_numbers_go_in_order_too() -> None:
    """1, 2, 3; where the account lets them jump, a jump does not complete the one before. Source: BG-A5."""
    practice = watched(COACHING)
    ada = someone(practice, Coaching.PROSPECT)
    assert ["follow_up.next_attempt"] == refusals(practice, by_schedule(ada, attempt=5))
    assert [1, 2] == [stands(practice.do(ask)).attempt for ask in (by_schedule(ada, attempt=1), by_schedule(ada))]
    jumping = watched(COACHING.with_policy(follow_up=FollowUpPolicy(in_order=False)))
    bea = someone(jumping, Coaching.PROSPECT)
    numbers = (by_schedule(bea, attempt=5), by_schedule(bea), by_schedule(bea, attempt=2))
    assert [5, 6, 2] == [stands(jumping.do(ask)).attempt for ask in numbers]
    assert [(5, DONE), (6, SUPERSEDED)] == [(number, how) for number, how, _ in endings(jumping, bea.id)]


@pytest.mark.parametrize("at", [5 * HOUR, None])
def test_an_answer_told_late_ends_what_was_moved_after_it(at: Any) -> None:
    """Called, and the date moved with it; then it is told that the lead had answered before: nothing stands. BG-A2."""
    world = watched(READINGS["BG-A2 last touch"])
    lead = called(world, 6)
    start = world.clock.now()
    world.clock.advance(hours=10)
    world.do(LogContact(contact=lead.id, by=COACH))
    world.do(LogContact(contact=lead.id, direction=Direction.IN, at=None if at is None else start + at, by=COACH))
    world.clock.advance(days=30)
    assert (0, None) == (world.swept(), world.contact(lead.id).follow_up)


def test_a_move_told_late_does_not_undo_an_answer_after_it(leads: Leads) -> None:
    """Given up, then answered, then a move of the time before is told: who answered is not given up again. BG-A7."""
    lead = called(leads, 6)
    start = leads.clock.now()
    assert 1 == leads.at(gives_up(lead)).swept()
    leads.clock.set(start + 60 * HOUR)
    leads.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
    leads.do(MoveFollowUp(contact=lead.id, at=start + 40 * HOUR, due=start + 100 * HOUR, by=COACH))
    leads.clock.advance(days=30)
    assert (0, S.FOLLOW_UP_6) == (leads.swept(), leads.contact(lead.id).status)


def test_a_schedule_told_late_leaves_the_date_that_was_chosen_later(leads: Leads) -> None:
    """Both set the same follow-up: the later word stands. Source: S2."""
    lead = someone(leads, S.FOLLOW_UP_5)
    start = leads.clock.now()
    leads.clock.advance(hours=10)
    leads.do(by_schedule(lead, due=start + 11 * HOUR))
    leads.clock.set(start + 10 * HOUR + TICK)
    leads.do(by_schedule(lead, at=start + 3 * HOUR, due=start + 24 * HOUR))
    assert start + 11 * HOUR == stands(leads.contact(lead.id)).due


def test_elsewhere_an_appointment_ends_nothing() -> None:
    """A session in the calendar means nothing to a follow-up where no deed says so."""
    practice = watched(COACHING)
    ada = practice.do(by_schedule(someone(practice, Coaching.PROSPECT)))
    a_session(practice, ada)
    assert stands(ada) == practice.contact(ada.id).follow_up


# ---- the whole timeline before anybody is enrolled

DELAYS: Final[dict[str, dict[str, Any]]] = {
    "48 hours": {},
    "24 hours and a day": {"delay": Elapsed(hours=24), "cold_after": Elapsed(hours=24)},
    "two days on the wall": {"delay": LocalDays(2), "cold_after": LocalDays(1)},
    "two working days": {"delay": BusinessTime(days=2), "cold_after": BusinessTime(hours=2)},
    "ten open hours": {"delay": BusinessTime(hours=10)},
}


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("coach", [None, "m-1"])
def test_the_preview_is_what_then_happens(delay: str, coach: str | None) -> None:
    """Each date, each number, each status, and the moment at which the lead is cold: by the same code. Source: S2."""
    funnel = FRANCHISE.with_policy(follow_up=FollowUpPolicy(**DELAYS[delay]))
    start = datetime(2026, 3, 19, 8, 17, 3, 5, tzinfo=UTC)  # the clock changes on the way
    zone = "America/New_York" if coach else BERLIN
    world = watched(funnel, now=start, zone=zone, zones={"m-1": "America/New_York"}, calendar=Week())
    lead = someone(world, S.NEW_LEAD, coach=coach)
    preview = world.timeline()
    assert (preview, 6) == (world.timeline(lead.id), len(preview))
    happened = []
    for place in range(6):
        lead = world.do(by_schedule(lead))
        happened.append(follow_up.Step(stands(lead).attempt, lead.status, stands(lead).due, stands(lead).gives_up))
        assert preview[place:] == world.timeline(lead.id)
        world.clock.set(stands(lead).due)
    assert preview == tuple(happened)
    assert 0 == world.at(gives_up(lead) - TICK).swept()
    assert 1 == world.at(gives_up(lead)).swept()
    assert (S.COLD, preview[-1].gives_up) == ((now := world.contact(lead.id)).status, now.since)


def test_the_preview_may_start_at_another_moment(leads: Leads) -> None:
    """From next Monday on: the first is due 48 hours after that. It comes with any zone."""
    start = datetime(2026, 3, 9, 9, tzinfo=timezone(timedelta(hours=5)))
    preview = leads.timeline(start=start)
    assert [start.astimezone(UTC) + n * 48 * HOUR for n in range(1, 7)] == [step.due for step in preview]
    assert [*[None] * 5, preview[-1].due + 2 * HOUR] == [step.gives_up for step in preview]
    assert [(n, status) for n, status in enumerate(STEPS, 1)] == [(step.attempt, step.status) for step in preview]
    with pytest.raises(Invalid) as caught:
        leads.timeline(start=datetime(2026, 3, 9))
    assert ["start"] == [problem.path for problem in caught.value.problems]


def test_the_preview_knows_a_date_that_was_chosen(leads: Leads) -> None:
    """It begins with the one that stands, and goes on from its date."""
    lead = leads.do(by_schedule(someone(leads, S.NEW_LEAD), due=NOON + 10 * DAY))
    assert [NOON + 10 * DAY + n * 48 * HOUR for n in range(6)] == [step.due for step in leads.timeline(lead.id)]


def test_the_preview_of_what_the_desk_moved_goes_on_behind_it(leads: Leads) -> None:
    """The moved one stands as it is; then come the numbers that are left. Source: BG-A14."""
    moved = leads.do(MoveFollowUp(contact=called(leads, 4).id, due=leads.clock.now() + 10 * DAY, by=DESK))
    preview = leads.timeline(moved.id)
    expected = [(4, S.FOLLOW_UP_MOVED), (5, S.FOLLOW_UP_5), (6, S.FOLLOW_UP_6)]
    assert expected == [(step.attempt, step.status) for step in preview]


def test_the_preview_after_the_sixth_is_empty(leads: Leads) -> None:
    """Nothing comes after the last one, of whom it has answered or been cold. Source: S2."""
    lead = called(leads, 6)
    assert [6] == [step.attempt for step in leads.timeline(lead.id)]
    leads.do(LogContact(contact=lead.id, direction=Direction.IN, by=COACH))
    assert () == leads.timeline(lead.id)
    other = called(leads, 6)
    leads.at(gives_up(other)).swept()
    assert () == leads.timeline(other.id)


@pytest.mark.parametrize(
    "status", [S.NOT_SOLD, S.SOLD, S.DNC, S.OUT_OF_AREA, S.UNSERVICABLE, S.CANCELLED_AND_DNC, S.COLD]
)
def test_nothing_is_to_come_of_a_closed_lead(leads: Leads, status: Franchise) -> None:
    """What no command would set is no step of the timeline. Source: BG-A11."""
    lead = someone(leads, status)
    assert () == leads.timeline(lead.id)


@pytest.mark.parametrize("how", ["blocked", "archived"])
def test_nothing_is_to_come_of_who_is_not_followed_up(leads: Leads, how: str) -> None:
    """A do-not-contact or the archive: no step, since none would get a date. Source: BG-A12."""
    lead = called(leads, 2)
    stop: Any = SetDoNotContact if how == "blocked" else Archive
    leads.do(stop(contact=lead.id, by=COACH))
    assert () == leads.timeline(lead.id)


def test_elsewhere_the_preview_is_the_next_one_only() -> None:
    """Without statuses for them there is no end to follow-ups, so only the next one is told."""
    practice = watched(COACHING)
    ada = someone(practice, Coaching.PROSPECT)
    assert (follow_up.Step(1, None, NOON + 48 * HOUR),) == practice.timeline(ada.id) == practice.timeline()
    ada = practice.do(by_schedule(ada, due=NOON + 3 * DAY))
    (step,) = practice.timeline(ada.id)
    assert (1, NOON + 3 * DAY, None) == (step.attempt, step.due, step.gives_up)


def test_the_preview_is_there_without_any_shell() -> None:
    """On a host's own rows: so many were done, the rest is to come. A number that is none is no input."""
    found = follow_up.timeline(FRANCHISE, NOON, attempt=4)
    assert [(5, S.FOLLOW_UP_5), (6, S.FOLLOW_UP_6)] == [(step.attempt, step.status) for step in found]
    assert () == follow_up.timeline(FRANCHISE, NOON, attempt=6)
    for wrong in (-1, True, 1.0, "1", None):
        with pytest.raises(Invalid) as caught:
            follow_up.timeline(FRANCHISE, NOON, attempt=wrong)  # type: ignore[arg-type]  # the wrong type is the case
        assert ["attempt"] == [problem.path for problem in caught.value.problems]


def test_nobody_previews_who_is_not_there(leads: Leads) -> None:
    """An unknown contact is not found."""
    with pytest.raises(NotFound):
        leads.timeline("c-9")


# ---- archived, deleted, adopted


def test_who_is_deleted_is_due_no_more() -> None:
    """What stood is dropped; its history tells so, and the id is not due when it is gone. Source: SC4."""
    studio = watched(STUDIO)
    ada = studio.do(by_schedule(someone(studio, Studio.LEAD)))
    studio.do(Delete(contact=ada.id, by=COACH))
    assert ([], (), [(1, DROPPED, Because.REMOVED)]) == (due_in(studio), studio.contacts(), endings(studio, ada.id))


def test_who_is_hidden_is_still_followed_up(leads: Leads) -> None:
    """Hidden is out of the lists of contacts, not out of the work. Source: S3."""
    lead = called(leads, 6)
    leads.do(Hide(contact=lead.id, by=COACH))
    assert [lead.id] == due_in(leads)
    assert 1 == leads.at(gives_up(lead)).swept()


def test_an_adoption_brings_no_follow_up(leads: Leads) -> None:
    """Whatever its status: no date, no mail, nothing to come by itself. Source: CC-A2."""
    leads.do(Adopt(name="Ada", status=S.FOLLOW_UP_6, since=None, by=COACH))
    leads.do(Adopt(name="Ada", status=S.DNC, since=NOON - DAY, by=COACH))
    assert ([], 0, []) == (due_in(leads), leads.swept(), mails(leads))


def test_standing_is_no_status() -> None:
    """A contact that is archived and restored keeps its number, and goes on. Source: SC-A1."""
    world = watched(FRANCHISE)
    lead = called(world, 2)
    world.do(Archive(contact=lead.id, by=COACH))
    assert Standing.ARCHIVED is world.contact(lead.id).standing
    world.do(Restore(contact=lead.id, by=COACH))
    assert 3 == stands(world.do(by_schedule(lead))).attempt
