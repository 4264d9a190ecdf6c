"""Zones, clock changes, a clock that steps back, what is told late, and both sides of every boundary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from funnelkit import (
    COACHING,
    FRANCHISE,
    Actor,
    Appointment,
    Contact,
    Funnel,
    FunnelService,
    Invalid,
    Kind,
    Plan,
    Refused,
    Role,
)
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import (
    AddContact,
    Adopt,
    Archive,
    Book,
    Cancel,
    Convert,
    Correct,
    DefinePipeline,
    Delete,
    Edit,
    JoinGroups,
    MarkHeld,
    MarkMissed,
    Permit,
    Record,
    Reschedule,
    Tag,
    Withdraw,
)
from funnelkit.rules import history
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.franchise import Happening as Lead
from funnelkit.times import Elapsed, local
from funnelkit.values.pipeline import Stage

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
BERLIN: Final = ZoneInfo("Europe/Berlin")
COACH: Final = Actor(id="m-1", role=Role.COACH)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)


class World:
    """An account whose clock the test moves; `c-1` is a contact that came at the first moment."""

    def __init__(self, funnel: Funnel[Any, Any] = COACHING, now: datetime = NOW, status: Any = None) -> None:
        self.clock = FixedClock(now)
        self.crm: FunnelService[Any, Any] = FunnelService(
            funnel, account="acme", storage=MemoryStorage(), clock=self.clock, zone="Europe/Berlin"
        )
        if status is None:
            self.do(AddContact(name="Ada", id="c-1", by=COACH))
        else:
            self.do(Adopt(name="Ada", id="c-1", status=status, since=now, by=COACH))

    def do(self, command: Any) -> Any:
        """Do it now."""
        return self.crm.do(command)

    def at(self, now: datetime) -> World:
        """Let it be that moment."""
        self.clock.set(now)
        return self

    def book(self, start: datetime, **more: Any) -> Appointment:
        """Book a session of an hour with `c-1`."""
        length = {} if "end" in more else {"minutes": 60}
        known: dict[str, Any] = {"contacts": ["c-1"], "coach": "m-1", "kind": Kind.SESSION, "by": COACH, **length}
        booked: Appointment = self.do(Book(start=start, **{**known, **more}))
        return booked

    @property
    def contact(self) -> Contact:
        """Give `c-1`."""
        return self.crm.contact("c-1")

    def snapshot(self, appointment: Appointment) -> Any:
        """Give what an appointment says about `c-1` today."""
        found = self.crm.appointment(appointment.id).of("c-1")
        return None if found is None else found.status

    def whole(self) -> None:
        """Hold the law: the fold is what is stored."""
        assert self.contact == history.contact_at(self.crm.history("c-1"))
        for appointment in self.crm.appointments("c-1"):
            told = self.crm.history_of("appointment", appointment.id)
            assert appointment == history.appointment_at(told)


# ---- zones and clock changes


@pytest.mark.parametrize("offset", [-12, -5, 0, 1, 5.75, 14])
def test_a_moment_is_the_same_moment_in_every_zone(offset: float) -> None:
    """Times come in with any zone and are kept in UTC; the name of the zone stands beside them."""
    zone = timezone(timedelta(hours=offset))
    world = World()
    world.at(NOW + DAY)
    there = world.book((NOW + 2 * DAY).astimezone(zone), at=(NOW + HOUR).astimezone(zone))
    assert (NOW + 2 * DAY, NOW + 2 * DAY + HOUR, NOW + HOUR) == (there.start, there.end, there.booked)
    assert {UTC} == {there.start.tzinfo, there.end.tzinfo, there.booked.tzinfo}
    moved = world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=(NOW + HOUR).astimezone(zone), by=COACH))
    assert (NOW + HOUR, UTC) == (moved.since, moved.since.tzinfo)
    assert Coaching.HOT_LEAD is world.crm.status_at("c-1", (NOW + HOUR).astimezone(zone))
    assert Coaching.PROSPECT is world.crm.status_at("c-1", (NOW + HOUR - TICK).astimezone(zone))


def test_the_zone_that_a_time_is_shown_in_is_kept() -> None:
    """By default the account's; another one may be named, also when it is moved."""
    world = World()
    here, there = world.book(NOW + DAY), world.book(NOW + 2 * DAY, zone="America/New_York")
    assert ("Europe/Berlin", "America/New_York") == (here.zone, there.zone)
    moved = world.do(Reschedule(appointment=here.id, start=NOW + 3 * DAY, by=COACH))
    assert "Europe/Berlin" == moved.zone
    assert "Asia/Tokyo" == world.do(Reschedule(appointment=here.id, start=NOW + DAY, zone="Asia/Tokyo", by=COACH)).zone


def test_a_session_over_the_spring_change_is_as_long_as_it_is() -> None:
    """From half past one to half past three on the wall is one hour, by length or by end."""
    start, end = (datetime(2026, 3, 29, hour, 30, tzinfo=BERLIN) for hour in (1, 3))
    by_length, by_end = World().book(start), World().book(start, end=end)
    assert (60, 60) == (by_length.minutes, by_end.minutes)
    assert by_length.end == by_end.end == end


def test_a_session_over_the_autumn_change_is_as_long_as_it_is() -> None:
    """From half past two to half past two on the wall is one hour, too: the hour comes twice."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    world = World()
    assert 60 == world.book(first, end=second).minutes
    assert 60 == world.book(second).minutes
    assert 180 == World().book(first.replace(hour=1), end=first.replace(hour=3)).minutes


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, 12, tzinfo=BERLIN), datetime(2026, 10, 24, 12, tzinfo=BERLIN)])
def test_elapsed_time_and_lengths_do_not_follow_the_wall(day: datetime) -> None:
    """Forty-eight hours are as many over a change; a moved session keeps its length."""
    assert day.astimezone(UTC) + 2 * DAY == Elapsed(hours=48).after(day)
    world = World()
    session = world.book(day, minutes=24 * 60)
    moved = world.do(Reschedule(appointment=session.id, start=day + DAY, by=COACH))
    assert 24 * 60 == moved.minutes
    world.at(moved.end)
    assert 24 * 60 == world.crm.certification().excluded


def test_a_wall_time_that_the_clock_skips_is_refused_and_of_two_the_first_is_taken() -> None:
    """Half past two does not exist in spring, and is twice there in autumn."""
    with pytest.raises(Invalid) as caught:
        local(datetime(2026, 3, 29, 2, 30), "Europe/Berlin", "start")
    assert ["start"] == [problem.path for problem in caught.value.problems]
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == local(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", "start")


# ---- a clock that steps back


def test_what_is_done_by_a_slow_clock_comes_after_what_was_done() -> None:
    """The clock steps back an hour between two commands: the second still takes effect after the first."""
    world = World().at(NOW + DAY)
    first = world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    world.at(NOW + DAY - HOUR)
    second = world.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    event = world.crm.history("c-1")[-1]
    assert second.since >= first.since
    assert NOW + DAY - HOUR == event.recorded
    assert Coaching.ACTIVE_CLIENT is world.crm.status_at("c-1", NOW + 2 * DAY)
    world.whole()


def test_what_is_booked_by_a_slow_clock_says_the_status_of_today() -> None:
    """Who is an Active Client is booked as one, though the clock says an hour before that."""
    world = World().at(NOW + DAY)
    world.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    world.at(NOW + DAY - HOUR)
    session = world.book(NOW + 2 * DAY)
    assert Coaching.ACTIVE_CLIENT is world.snapshot(session)
    world.whole()


def test_who_was_added_a_moment_ago_is_booked_by_a_slow_clock() -> None:
    """A contact that is there has a status, whatever the clock says."""
    world = World().at(NOW - HOUR)
    assert Coaching.PROSPECT is world.snapshot(world.book(NOW + DAY))


@pytest.mark.parametrize("change", [Cancel, MarkHeld, MarkMissed, Reschedule])
def test_an_appointment_that_is_changed_by_a_slow_clock_is_changed(change: Any) -> None:
    """Cancelled is cancelled, for the fold as well."""
    world = World()
    session = world.book(NOW - 2 * HOUR, at=NOW)
    world.at(NOW - HOUR)
    world.do(change(appointment=session.id, by=COACH, **({"start": NOW + DAY} if change is Reschedule else {})))
    world.whole()


def test_a_group_that_is_changed_by_a_slow_clock_is_changed() -> None:
    """What is permitted now is permitted, for the fold as well."""
    world = World()
    world.do(Permit(group="g-1", items=["i-1"], by=COACH))
    world.at(NOW - HOUR)
    group = world.do(Permit(group="g-1", items=["i-2"], by=COACH))
    assert group == history.group_at("g-1", world.crm.history_of("group", "g-1"))


# ---- told late


@pytest.mark.parametrize("early", [0, 1], ids=["at_the_last_change", "a_microsecond_before"])
def test_a_conversion_at_or_just_before_the_last_change(early: int) -> None:
    """At the very moment of the last change it comes after it; a microsecond before, the later change stands."""
    world = World().at(NOW + DAY)
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    at = NOW + DAY - early * TICK
    world.at(NOW + 2 * DAY)
    plan = world.crm.plan(Convert(contact="c-1", to=Coaching.BUYER, at=at, by=COACH))
    after = world.crm.apply(plan)
    expected = (Coaching.HOT_LEAD, NOW + DAY) if early else (Coaching.BUYER, at)
    assert expected == (after.status, after.since)
    assert [early] == [sum(notice.code == "history.later_change_stands" for notice in plan.notices)]
    assert Coaching.BUYER is world.crm.status_at("c-1", at)
    assert Coaching.PROSPECT is world.crm.status_at("c-1", NOW + DAY - 2 * TICK)
    world.whole()


def test_a_late_conversion_is_judged_by_the_status_of_its_time() -> None:
    """Who was a Hot Lead then cannot become one then, though a Prospect today could."""
    world = World().at(NOW + 4 * DAY)
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=NOW + DAY, by=COACH))
    world.do(Convert(contact="c-1", to=Coaching.PROSPECT, at=NOW + 3 * DAY, by=COACH))
    with pytest.raises(Refused):
        world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=NOW + 2 * DAY, by=COACH))
    assert Coaching.PROSPECT is world.do(Convert(contact="c-1", to=Coaching.BUYER, at=NOW + 2 * DAY, by=COACH)).status
    world.whole()


def test_something_beside_the_status_does_not_stand_against_a_late_conversion() -> None:
    """A tag of today is no later change of the status."""
    world = World().at(NOW + 2 * DAY)
    world.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
    after = world.do(Convert(contact="c-1", to=Coaching.BUYER, at=NOW + DAY, by=COACH))
    assert (Coaching.BUYER, NOW + DAY, ["t-1"]) == (after.status, after.since, list(after.tags))
    world.whole()


def test_what_is_told_late_beside_the_status_is_no_change_of_it() -> None:
    """A tag that comes in late is a tag; that a later change of the status stands is not worth a word."""
    world = World().at(NOW + 2 * DAY)
    world.do(Convert(contact="c-1", to=Coaching.BUYER, by=COACH))
    plan = world.crm.plan(Tag(contact="c-1", tags=["t-1"], at=NOW + DAY, by=COACH))
    assert () == plan.notices
    assert ["t-1"] == list(world.crm.apply(plan).tags)


BEFORE: Final = [
    Convert(contact="c-1", to=Coaching.BUYER, at=NOW - TICK, by=COACH),
    Tag(contact="c-1", tags=["t-1"], at=NOW - TICK, by=COACH),
    JoinGroups(contact="c-1", groups=["g-1"], at=NOW - TICK, by=COACH),
    Permit(contact="c-1", items=["i-1"], at=NOW - TICK, by=COACH),
    Archive(contact="c-1", at=NOW - TICK, by=COACH),
    Edit(contact="c-1", coach="m-2", at=NOW - TICK, by=COACH),
    Delete(contact="c-1", at=NOW - TICK, by=COACH),
]


@pytest.mark.parametrize("command", BEFORE, ids=lambda command: str(type(command).__name__))
def test_before_the_contact_came_nothing_is_done_and_lost(command: Any) -> None:
    """A microsecond before it came: refused, or done; never taken and forgotten."""
    world = World().at(NOW + DAY)
    before = world.contact
    try:
        world.do(command)
    except (Invalid, Refused):
        assert before == world.contact
        return
    found = history.contact_at(world.crm.history("c-1"))
    if isinstance(command, Delete):
        assert found is None
    else:
        world.whole()
        assert found is not None
        assert evolve(before, version=0, changed=NOW) != evolve(found, version=0, changed=NOW)


def test_what_happened_before_the_contact_came_takes_effect_when_it_came() -> None:
    """An agreement that was accepted before the contact was stored makes a client of it from the start."""
    world = World().at(NOW + DAY)
    after = world.do(Record(contact="c-1", trigger=Happening.AGREEMENT_ACCEPTED, item="g", at=NOW - DAY, by=SYSTEM))
    assert (Coaching.ACTIVE_CLIENT, NOW) == (after.status, after.since)
    world.whole()


# ---- back-dated conversions and what was booked since


@pytest.mark.parametrize("ticks", [-1, 0, 1])
def test_a_back_dated_conversion_restates_what_was_booked_since(ticks: int) -> None:
    """Booked at that moment or later: the snapshot is put right and the plan lists it; booked before: it stays."""
    world = World().at(NOW + DAY)
    at = NOW + DAY - ticks * TICK
    session = world.book(NOW + 5 * DAY)
    world.at(NOW + 2 * DAY)
    plan: Plan[Contact] = world.crm.plan(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, at=at, by=COACH))
    restated = [c.params["appointment"] for c in plan.consequences if c.code == "appointment_restated"]
    assert Coaching.PROSPECT is world.snapshot(session)
    world.crm.apply(plan)
    assert ([session.id] if ticks >= 0 else []) == restated
    assert (Coaching.ACTIVE_CLIENT if ticks >= 0 else Coaching.PROSPECT) is world.snapshot(session)
    world.at(session.end)
    assert (60 if ticks >= 0 else 0) == world.crm.certification().minutes
    world.whole()


def test_only_what_was_booked_until_the_next_change_is_restated() -> None:
    """A later change stands, and so does what was booked after it."""
    world = World().at(NOW + 2 * DAY)
    between = world.book(NOW + 9 * DAY)
    world.at(NOW + 3 * DAY).do(Convert(contact="c-1", to=Coaching.BUYER, by=COACH))
    after = world.at(NOW + 4 * DAY).book(NOW + 10 * DAY)
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=NOW + DAY, by=COACH))
    assert (Coaching.HOT_LEAD, Coaching.BUYER) == (world.snapshot(between), world.snapshot(after))
    assert Coaching.BUYER is world.contact.status
    world.whole()


def test_of_a_group_only_this_attendee_is_restated() -> None:
    """What the session says about the others stays."""
    world = World()
    world.do(AddContact(name="Bea", id="c-2", by=COACH))
    session = world.at(NOW + 2 * DAY).book(NOW + 9 * DAY, contacts=["c-2", "c-1"])
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=NOW + DAY, by=COACH))
    found = [(entry.contact, entry.status) for entry in world.crm.appointment(session.id).attendees]
    assert [("c-2", Coaching.PROSPECT), ("c-1", Coaching.HOT_LEAD)] == found
    world.whole()


def test_what_is_unknown_stays_unknown() -> None:
    """An appointment without a snapshot gets none by a back-dated conversion. Source: CC-A2."""
    world = World().at(NOW + 5 * DAY)
    session = world.book(NOW + DAY)
    assert world.snapshot(session) is None
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=NOW + HOUR, by=COACH))
    assert world.snapshot(session) is None
    world.whole()


def test_a_conversion_of_now_restates_nothing() -> None:
    """What was booked before stays as it was, also when it was booked at this very moment."""
    world = World()
    session = world.book(NOW + DAY)
    plan = world.crm.plan(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    world.crm.apply(plan)
    assert [] == [c for c in plan.consequences if c.code == "appointment_restated"]
    assert Coaching.PROSPECT is world.snapshot(session)


def test_a_booking_that_moves_the_lead_says_what_the_lead_was_before() -> None:
    """It was booked with a new lead; a correction of something else does not make it booked with a booked one."""
    world = World(FRANCHISE).at(NOW + DAY)
    session = world.book(NOW + 5 * DAY, kind=Kind.CONSULTATION)
    world.at(NOW + 2 * DAY).do(Convert(contact="c-1", to=Franchise.NOT_SOLD, by=COACH))
    last = world.crm.history("c-1")[-1].id
    assert Franchise.NEW_LEAD is world.snapshot(session)
    for late in (
        Convert(contact="c-1", to=Franchise.FOLLOW_UP_1, at=NOW + DAY + HOUR, by=COACH),
        Correct(contact="c-1", to=Franchise.OUT_OF_AREA, event=last, reason="mistyped", by=COACH),
    ):
        world.do(late)
        assert Franchise.NEW_LEAD is world.snapshot(session)
    world.do(Convert(contact="c-1", to=Franchise.FOLLOW_UP_1, at=NOW + HOUR, by=COACH))
    assert Franchise.FOLLOW_UP_1 is world.snapshot(session)


# ---- one truth, in whatever order it is told

Fact = tuple[str, str, int]
"""What happened, what it was about, and how many hours after the contact came."""


def told(funnel: Funnel[Any, Any], status: Any, facts: list[Fact], decision: tuple[Any, int] | None = None) -> World:
    """Tell all of it after the fact, in this order; where pipelines run, one of them is the default."""
    world = World(funnel, status=status).at(NOW + 10 * DAY)
    if funnel.pipelines:
        world.do(DefinePipeline(name="Leads", stages=[Stage(key="s", name="S")], default=True, by=COACH))
    if decision is not None:
        world.do(Convert(contact="c-1", to=decision[0], at=NOW + decision[1] * HOUR + MINUTE, by=COACH))
    for trigger, item, hours in facts:
        world.do(Record(contact="c-1", trigger=funnel.triggers(trigger), item=item, at=NOW + hours * HOUR, by=SYSTEM))
    world.whole()
    return world


def truth(world: World) -> object:
    """Give what is true in the end, and what was true at each moment."""
    moments = [NOW + n * HOUR + HOUR / 2 for n in range(-1, 26)]
    then = [world.crm.contact_at("c-1", moment) for moment in moments]
    return (
        evolve(world.contact, version=0),
        [None if contact is None else (contact.status, contact.pipeline) for contact in then],
        world.crm.person("c-1").do_not_contact,
    )


def orders(triggers: list[str]) -> st.SearchStrategy[tuple[list[Fact], list[Fact]]]:
    """Draw facts at different times, and two orders of telling them."""
    fact = st.tuples(st.sampled_from(triggers), st.sampled_from(["i-1", "i-2"]), st.integers(1, 24))
    facts = st.lists(fact, min_size=2, max_size=5, unique_by=lambda each: each[2])
    return facts.flatmap(lambda each: st.tuples(st.permutations(each), st.just(sorted(each, key=lambda f: f[2]))))


PHASES: Final = (Phase.explicit, Phase.generate, Phase.shrink)

LEADS: Final = ["consultation_booked", "consultation_moved", "consultation_cancelled", "enrollment_completed"]
CLIENTS: Final = ["agreement_accepted", "product_purchased", "registered", "booked_in_public"]


@settings(max_examples=30, deadline=None, phases=PHASES)
@given(orders(CLIENTS), st.sampled_from(Coaching))
def test_agreements_and_purchases_end_in_one_truth(order: tuple[list[Fact], list[Fact]], status: Coaching) -> None:
    """In whatever order they are told: one contact, and one status at every moment."""
    late, in_time = order
    assert truth(told(COACHING, status, in_time)) == truth(told(COACHING, status, late))


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(
    orders([*LEADS, "do_not_contact_lifted", "calls_exhausted"]),
    st.sampled_from([Franchise.NEW_LEAD, Franchise.FOLLOW_UP_6, Franchise.COLD, Franchise.DNC, Franchise.NOT_SOLD]),
)
def test_consultations_and_enrollments_end_in_one_truth(
    order: tuple[list[Fact], list[Fact]], status: Franchise
) -> None:
    """The same for a lead, where one thing that happens decides what the next one means."""
    late, in_time = order
    assert truth(told(FRANCHISE, status, in_time)) == truth(told(FRANCHISE, status, late))


@settings(max_examples=30, deadline=None, phases=PHASES)
@given(orders(LEADS), st.sampled_from([Franchise.FOLLOW_UP_1, Franchise.COLD, Franchise.DNC]), st.integers(0, 24))
def test_a_decision_by_hand_stands_in_whatever_order_the_rest_is_told(
    order: tuple[list[Fact], list[Fact]], to: Franchise, hours: int
) -> None:
    """Somebody decided; what is told after that, before or behind it, still ends in one truth."""
    late, in_time = order
    expected = told(FRANCHISE, Franchise.NEW_LEAD, in_time, (to, hours))
    assert to is expected.crm.status_at("c-1", NOW + hours * HOUR + MINUTE)
    assert truth(expected) == truth(told(FRANCHISE, Franchise.NEW_LEAD, late, (to, hours)))


@settings(max_examples=30, deadline=None, phases=PHASES)
@given(orders(LEADS), st.integers(0, 4))
def test_what_is_told_twice_is_true_once(order: tuple[list[Fact], list[Fact]], which: int) -> None:
    """A web hook that comes again changes nothing, in whatever place it comes."""
    late, in_time = order
    again = [*late, late[which % len(late)]]
    assert truth(told(FRANCHISE, Franchise.NEW_LEAD, in_time)) == truth(told(FRANCHISE, Franchise.NEW_LEAD, again))


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(
    orders(LEADS),
    st.sampled_from([Franchise.NEW_LEAD, Franchise.COLD, Franchise.NOT_SOLD]),
    st.sampled_from(
        [
            (Franchise.CONSULTATION_BOOKED,),
            (Franchise.CONSULTATION_BOOKED, Franchise.CONSULTATION_CANCELLED),
            (Franchise.NEW_LEAD, Franchise.CONSULTATION_CANCELLED),
        ]
    ),
)
def test_runs_on_the_default_pipeline_end_in_one_truth(
    order: tuple[list[Fact], list[Fact]], status: Franchise, pipelines: tuple[Franchise, ...]
) -> None:
    """Coming into a status of pipelines begins a run on the default, leaving it closes that, whatever is told first."""
    late, in_time = order
    funnel = FRANCHISE.derive("lined", pipelines=pipelines)
    assert truth(told(funnel, status, in_time)) == truth(told(funnel, status, late))


def test_two_purchases_told_backwards_are_two_products() -> None:
    """A payment told out of order is not lost."""
    facts = [("product_purchased", "i-2", 5), ("product_purchased", "i-1", 2)]
    assert {"i-1", "i-2"} == told(COACHING, Coaching.BUYER, facts).contact.owned


def test_a_cancellation_told_before_its_booking_cancels() -> None:
    """What moved nobody when it was told moves the lead once it is known what was booked."""
    facts = [("consultation_cancelled", "i-1", 5), ("consultation_booked", "i-1", 2)]
    world = told(FRANCHISE, Franchise.NEW_LEAD, facts)
    assert Franchise.CONSULTATION_CANCELLED is world.contact.status
    assert Franchise.CONSULTATION_BOOKED is world.crm.status_at("c-1", NOW + 3 * HOUR)


def test_an_enrollment_told_before_the_lifting_sells() -> None:
    """Lifted first, enrolled then, told the other way round: Sold, and free to be contacted."""
    world = World(FRANCHISE)
    world.do(Convert(contact="c-1", to=Franchise.DNC, by=COACH))
    world.at(NOW + 10 * DAY)
    for trigger, days in ((Lead.ENROLLMENT_COMPLETED, 5), (Lead.DO_NOT_CONTACT_LIFTED, 2)):
        world.do(Record(contact="c-1", trigger=trigger, item="e-1", at=NOW + days * DAY, by=SYSTEM))
    assert (Franchise.SOLD, False) == (world.contact.status, world.crm.person("c-1").do_not_contact)
    world.whole()


def test_a_dnc_told_after_its_lifting_is_lifted() -> None:
    """The decision came in late, the lifting was told before: in the end the lead may be contacted."""
    world = World(FRANCHISE).at(NOW + 10 * DAY)
    world.do(Record(contact="c-1", trigger=Lead.DO_NOT_CONTACT_LIFTED, at=NOW + 5 * DAY, by=SYSTEM))
    world.do(Convert(contact="c-1", to=Franchise.DNC, at=NOW + 2 * DAY, by=COACH))
    assert (Franchise.NEW_LEAD, False) == (world.contact.status, world.crm.person("c-1").do_not_contact)
    world.whole()


def test_tags_told_backwards_are_all_there() -> None:
    """What came in late adds to what was added since."""
    world = World().at(NOW + 10 * DAY)
    for tag, days in (("t-2", 2), ("t-1", 1)):
        world.do(Tag(contact="c-1", tags=[tag], at=NOW + days * DAY, by=COACH))
    assert {"t-1", "t-2"} == world.contact.tags
    for item, days in (("i-2", 2), ("i-1", 1)):
        world.do(Permit(group="g-1", items=[item], at=NOW + days * DAY, by=COACH))
    assert {"i-1", "i-2"} == history.group_at("g-1", world.crm.history_of("group", "g-1")).permitted


ACTS: Final = (
    (Permit, ["i-1", "i-2"]), (Permit, ["i-2"]), (Withdraw, ["i-1"]), (Permit, ["i-1", "i-3"]), (Withdraw, ["i-2"]),
)  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(len(ACTS)))), ids=str)
def test_what_a_group_is_permitted_goes_by_time_like_a_contacts_own(order: tuple[int, ...]) -> None:
    """Told in whatever order, at each moment a group is permitted what a contact is of whom the same is told."""
    world = World().at(NOW + 10 * DAY)
    for day in order:
        verb, items = ACTS[day]
        world.do(verb(group="g-1", items=items, at=NOW + day * DAY, by=COACH))
        world.do(verb(contact="c-1", items=items, at=NOW + day * DAY, by=COACH))
    for moment in (*(NOW + day * DAY for day in range(len(ACTS))), None):
        own = history.contact_at(world.crm.history("c-1"), moment)
        told = world.crm.history_of("group", "g-1")
        assert (own and own.permitted) == history.group_at("g-1", told, moment).permitted
    again = world.crm.plan(Permit(group="g-1", items=["i-9"], by=COACH)).result
    assert world.contact.permitted | {"i-9"} == again.permitted


def test_what_a_group_was_permitted_later_stays_and_was_not_so_before() -> None:
    """A permit of Wednesday stands, though something of Monday and Tuesday is told; on Tuesday there was none."""
    world = World().at(NOW + 3 * DAY)
    world.do(Permit(group="g-1", items=["i-3"], kinds=[Kind.SAMPLE], by=COACH))
    world.at(NOW + 4 * DAY)
    world.do(Permit(group="g-1", items=["i-1"], at=NOW + DAY, by=COACH))
    told = world.crm.history_of("group", "g-1")
    assert {"i-1"} == history.group_at("g-1", told, NOW + 2 * DAY).permitted
    assert () == world.crm.plan(Withdraw(group="g-1", items=["i-3"], at=NOW + 2 * DAY, by=COACH)).events
    now = world.do(Withdraw(group="g-1", items=["i-1"], at=NOW + 2 * DAY, by=COACH))
    assert ({"i-3"}, {"sample"}) == (now.permitted, now.opened)


def test_a_session_entered_after_it_took_place_is_held_when_it_was() -> None:
    """Entered today, held last week: the mark takes effect then, and is not lost."""
    world = World().at(NOW + 5 * DAY)
    session = world.book(NOW + DAY)
    held = world.do(MarkHeld(appointment=session.id, minutes=50, at=NOW + DAY + HOUR, by=COACH))
    assert (50, "held") == (held.minutes, held.state.value)
    world.whole()


UNDONE: Final = r"^at: would undo what was decided 2026-03-0\dT09:00:00\+00:00; give that time, a later one, or none$"


@pytest.mark.parametrize(("first", "second"), [(MarkHeld, MarkMissed), (MarkMissed, MarkHeld)])
def test_a_mark_that_is_told_late_does_not_undo_a_later_one(
    first: type[MarkHeld | MarkMissed], second: type[MarkHeld | MarkMissed]
) -> None:
    """Held and missed at two times: the later one stands; at its own time or afterwards it may be changed."""
    world = World()
    session = world.book(NOW + HOUR)
    world.at(NOW + 5 * DAY)
    marked = world.do(first(appointment=session.id, at=NOW + 2 * DAY, by=COACH))
    with pytest.raises(Invalid, match=UNDONE):
        world.do(second(appointment=session.id, at=NOW + 2 * DAY - TICK, by=COACH))
    assert marked == world.crm.appointment(session.id)
    assert marked.state is not world.do(second(appointment=session.id, at=NOW + 2 * DAY, by=COACH)).state
    world.whole()


def test_a_move_that_is_told_late_does_not_undo_a_later_one() -> None:
    """Moved on Thursday: neither another day nor a cancelling of Wednesday takes that away; of Friday, they do."""
    world = World()
    session = world.book(NOW + 20 * DAY)
    world.at(NOW + 3 * DAY)
    world.do(Reschedule(appointment=session.id, start=NOW + 22 * DAY, by=COACH))
    world.at(NOW + 5 * DAY)
    for change in (Cancel, lambda **told: Reschedule(start=NOW + 21 * DAY, **told)):
        with pytest.raises(Invalid, match=UNDONE):
            world.crm.plan(change(appointment=session.id, at=NOW + 2 * DAY, by=COACH))
    assert NOW + 22 * DAY == world.crm.appointment(session.id).start
    moved = world.do(Reschedule(appointment=session.id, start=NOW + 21 * DAY, at=NOW + 3 * DAY, by=COACH))
    assert NOW + 21 * DAY == moved.start
    assert "cancelled" == world.do(Cancel(appointment=session.id, at=NOW + 4 * DAY, by=COACH)).state.value
    world.whole()


def test_a_session_that_is_moved_into_the_past_was_held_there() -> None:
    """It was on another day than planned, which is told first: that is no mark, and stands in the way of none."""
    world = World()
    session = world.book(NOW + 4 * DAY)
    world.at(NOW + 5 * DAY)
    world.do(Reschedule(appointment=session.id, start=NOW + DAY, by=COACH))
    assert "held" == world.do(MarkHeld(appointment=session.id, at=NOW + DAY, by=COACH)).state.value
    world.whole()


# ---- both sides of every boundary


def taken(world: World, start: datetime, end: datetime, coach: str = "m-1") -> bool:
    """Tell whether the coach is not free then."""
    plan = world.crm.plan(Book(contacts=["c-1"], coach=coach, kind=Kind.SESSION, start=start, end=end, by=COACH))
    return "booking.coach_is_free" in {finding.rule for finding in plan.decision.refusals}


@pytest.mark.parametrize("step", [MINUTE, TICK])
def test_appointments_touch_and_do_not_overlap(step: timedelta) -> None:
    """The end does not belong to it: the next may start then, and not a microsecond before."""
    world = World()
    session = world.book(NOW + DAY)
    start, end = session.start, session.end
    assert [True, False, False] == [taken(world, end + n * step, end + n * step + HOUR) for n in (-1, 0, 1)]
    assert [False, False, True] == [taken(world, start + n * step - HOUR, start + n * step) for n in (-1, 0, 1)]
    assert taken(world, start, end)
    assert taken(world, start + MINUTE, end - MINUTE)
    assert taken(world, start - HOUR, end + HOUR)
    assert not taken(world, start, end, coach="m-2")


@pytest.mark.parametrize("change", [Cancel, MarkMissed, MarkHeld])
def test_only_a_cancelled_appointment_gives_its_time_back(change: Any) -> None:
    """Missed or held, the time was taken."""
    world = World()
    session = world.book(NOW)
    world.do(change(appointment=session.id, by=COACH))
    assert (change is not Cancel) is taken(world, session.start, session.end)


def test_an_appointment_is_not_in_its_own_way() -> None:
    """Moved by a minute, or to where it is, it overlaps nothing; moved onto another one it does."""
    world = World()
    session, other = world.book(NOW + DAY), world.book(NOW + DAY + HOUR)
    for start in (session.start - MINUTE, session.start):
        assert start == world.do(Reschedule(appointment=session.id, start=start, by=COACH)).start
    with pytest.raises(Refused):
        world.do(Reschedule(appointment=session.id, start=other.start - HOUR + TICK, by=COACH))
    world.whole()


def test_the_old_time_of_a_moved_appointment_is_free() -> None:
    """And its new one is not."""
    world = World()
    session = world.book(NOW + DAY)
    moved = world.do(Reschedule(appointment=session.id, start=NOW + 9 * DAY, by=COACH))
    assert [False, True] == [taken(world, a.start, a.end) for a in (session, moved)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 72), st.integers(1, 24), st.sampled_from(["m-1", "m-2"])), max_size=14))
def test_two_appointments_of_one_coach_never_overlap(wishes: list[tuple[int, int, str]]) -> None:
    """Over midnight, a whole day long, next to each other: booked if and only if the time is free."""
    world, kept = World(), list[Appointment]()
    for hour, hours, coach in wishes:
        start, end = NOW + hour * HOUR, NOW + (hour + hours) * HOUR
        free = not any(a.coach == coach and a.start < end and start < a.end for a in kept)
        assert free is not taken(world, start, end, coach)
        if free:
            kept.append(world.book(start, end=end, coach=coach))


def test_held_or_missed_is_what_has_begun() -> None:
    """The start belongs to it. Source: CC-A3."""
    for change in (MarkHeld, MarkMissed):
        world = World()
        session = world.book(NOW + DAY)
        world.at(session.start - TICK)
        with pytest.raises(Refused):
            world.do(change(appointment=session.id, by=COACH))
        world.at(session.start).do(change(appointment=session.id, by=COACH))


def test_an_end_that_is_now_has_passed() -> None:
    """An appointment counts from its end on. Source: CC-A3."""
    world = World(status=Coaching.ACTIVE_CLIENT)
    session = world.book(NOW + DAY)
    found = [world.at(session.end + n * TICK).crm.certification().minutes for n in (-1, 0, 1)]
    assert [0, 60, 60] == found


def test_a_report_takes_its_first_moment_and_not_its_last() -> None:
    """By start: from the first moment of the range on, up to but not at the last. Source: IC-A10."""
    world = World(status=Coaching.ACTIVE_CLIENT)
    session = world.book(NOW + DAY)
    world.at(NOW + 9 * DAY)
    report = world.crm.certification
    assert [1, 1, 0] == [len(report(since=session.start + n * TICK)) for n in (-1, 0, 1)]
    assert [0, 0, 1] == [len(report(until=session.start + n * TICK)) for n in (-1, 0, 1)]
    assert [60] == [report(since=NOW.astimezone(BERLIN), until=(NOW + 2 * DAY).astimezone(BERLIN)).minutes]


def test_what_starts_now_is_not_entered_later() -> None:
    """Booked at its start the status is known; a microsecond after, nobody knows when it was booked. Source: CC-A2."""
    for ticks, expected in ((0, Coaching.PROSPECT), (1, None)):
        world = World()
        assert expected is world.snapshot(world.book(NOW - ticks * TICK))
    world = World()
    assert Coaching.PROSPECT is world.snapshot(world.book(NOW - HOUR, at=NOW))


def test_an_adoption_since_now_is_no_adoption_since_tomorrow() -> None:
    """This moment has come."""
    world = World()
    adopted = world.do(Adopt(name="Bea", id="c-2", status=Coaching.BUYER, since=NOW, by=COACH))
    assert NOW == adopted.since
    with pytest.raises(Invalid):
        world.do(Adopt(name="Bea", id="c-3", status=Coaching.BUYER, since=NOW + TICK, by=COACH))
