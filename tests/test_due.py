"""Who is due: on a local day and by an instant, overdue apart from today, sorted, paged, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from funnelkit import COACHING, FRANCHISE, Contact, Invalid, Kind
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.agenda import Due, DueList
from funnelkit.commands import (
    Adopt,
    Archive,
    Convert,
    DropFollowUp,
    Edit,
    Hide,
    LiftDoNotContact,
    MoveFollowUp,
    Record,
    ScheduleFollowUp,
    SetDoNotContact,
)
from funnelkit.ports.clients import Place
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import Franchise
from funnelkit.words import Channel
from tests.scenarios.leads import BERLIN, Watched, called, watched
from tests.scenarios.world import COACH, DAY, DESK, HOUR, NOON, SYSTEM, a_session, itself, rules, someone

S: Final = Franchise
TICK: Final = timedelta(microseconds=1)
World = Watched[Any, Any]


@pytest.fixture
def leads() -> World:
    """An empty franchise in Berlin."""
    return watched(FRANCHISE)


def lead(world: World, due: datetime, key: str | None = None, **more: Any) -> Contact:
    """Given a lead whose first follow-up is due then; it is set at noon, or when it is due if that is before."""
    note = more.pop("note", None)
    at, now = min(due, world.clock.now()), world.clock.now()
    found = world.do(Adopt(name="Ada", status=S.NEW_LEAD, id=key, since=at - DAY, by=COACH, **more))
    contact: Contact = world.do(
        ScheduleFollowUp(contact=found.id, due=due, note=note, at=None if at == now else at, by=COACH)
    )
    return contact


def ids(found: DueList[Any]) -> list[str]:
    """Give who is on a page."""
    return [entry.contact for entry in found]


# ---- what an entry says


def test_an_entry_says_whom_which_number_since_when_and_why(leads: World) -> None:
    """All that the dashboard shows, and the reasons; its name and its notes show in no repr."""
    found = lead(leads, NOON + HOUR, "c-1", coach="m-1", note="asks for maths")
    leads.clock.advance(hours=2)
    (entry,) = leads.due()
    expected = Due(
        contact="c-1", name="Ada", coach="m-1", status=S.FOLLOW_UP_1, attempt=1, due=NOON + HOUR, set=NOON, exact=True,
        overdue=False, gives_up=None, notes="asks for maths", why=entry.why,
    )  # fmt: skip
    assert expected == entry
    assert found.id == entry.contact
    assert entry.why.allowed
    assert "follow_up.time_has_come" in [finding.rule for finding in entry.why.findings]
    assert "is a follow-up of c-1 due at" in str(entry.why)
    assert "Ada" not in repr(entry) + repr(leads.due()) + str(entry.why)
    assert "maths" not in repr(entry) + repr(leads.due()) + str(entry.why)


def test_the_sixth_says_when_the_lead_is_given_up(leads: World) -> None:
    """The coach sees how long there is. Source: BG-A7."""
    last = called(leads, 6)
    assert last.follow_up is not None
    (entry,) = leads.at(last.follow_up.due).due()
    assert (6, last.follow_up.due + 2 * HOUR) == (entry.attempt, entry.gives_up)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_who_is_cold_by_now_is_not_due_whether_swept_or_not(leads: World, microseconds: int) -> None:
    """Two hours after the last call it is nobody's task any more, also before a sweep comes by. Source: BG-A7."""
    last = called(leads, 6)
    assert last.follow_up is not None
    now = last.follow_up.due + 2 * HOUR + microseconds * TICK
    before = leads.at(now).due(until=now + 9 * DAY)
    assert ([last.id] if microseconds < 0 else []) == ids(before) == ids(leads.due())
    leads.swept()
    assert before == leads.due(until=now + 9 * DAY) or microseconds < 0


def test_who_will_be_cold_today_is_on_the_list_of_the_morning(leads: World) -> None:
    """The day is not over: the call is to be made, and the list says until when. Source: BG-A7."""
    last = called(leads, 6)
    assert last.follow_up is not None
    (entry,) = leads.at(last.follow_up.due - 5 * HOUR).due()
    assert (last.id, False, last.follow_up.gives_up) == (entry.contact, entry.overdue, entry.gives_up)


def test_what_the_desk_moved_is_due_with_the_number_of_before(leads: World) -> None:
    """It waits under the special desk's status. Source: BG-A14."""
    moved = leads.do(MoveFollowUp(contact=called(leads, 3).id, note="in May", by=DESK))
    (entry,) = leads.due(until=NOON + 30 * DAY)
    assert (moved.id, S.FOLLOW_UP_MOVED, 3, "in May") == (entry.contact, entry.status, entry.attempt, entry.notes)


def test_nobody_is_due_in_an_empty_account(leads: World) -> None:
    """An empty list has no next page, and says which day it is about."""
    found = leads.due()
    assert (0, None, date(2026, 3, 2), BERLIN, (), ()) == (
        len(found), found.next, found.on, found.zone, found.today, found.overdue,
    )  # fmt: skip
    assert () == leads.due(on=date(1970, 1, 1)).entries == leads.due(until=NOON + 900 * DAY).entries


def test_who_has_no_follow_up_is_not_due(leads: World) -> None:
    """New, cold, booked, called off."""
    someone(leads, S.NEW_LEAD)
    cold, off, booked = (lead(leads, NOON + HOUR) for _ in range(3))
    leads.do(Convert(contact=cold.id, to=S.COLD, by=COACH))
    leads.do(DropFollowUp(contact=off.id, by=COACH))
    a_session(leads, booked, kind=Kind.CONSULTATION)
    assert [] == ids(leads.due(until=NOON + 9 * DAY))


# ---- a local day


@pytest.mark.parametrize("microseconds", [-1, 0])
def test_a_day_ends_before_midnight(leads: World, microseconds: int) -> None:
    """Its last microsecond belongs to it, midnight to the next one, on the wall of the account."""
    midnight = datetime(2026, 3, 4, tzinfo=ZoneInfo(BERLIN))
    found = lead(leads, midnight + microseconds * TICK)
    third, fourth = leads.due(on=date(2026, 3, 3)), leads.due(on=date(2026, 3, 4))
    assert ([found.id] if microseconds else []) == ids(third)
    assert [found.id] == ids(fourth)
    assert [bool(microseconds)] == [entry.overdue for entry in fourth]


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_overdue_is_what_was_due_on_an_earlier_day(leads: World, microseconds: int) -> None:
    """An hour late is of today; a microsecond before midnight was yesterday."""
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo(BERLIN))
    found = lead(leads, midnight + microseconds * TICK)
    (entry,) = today = leads.due()
    assert (found.id, microseconds < 0) == (entry.contact, entry.overdue)
    assert ((entry,), ()) == ((today.overdue, today.today) if microseconds < 0 else (today.today, today.overdue))


DAYS: Final = [
    # zone, a local day, its start and its end in UTC
    ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
    ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
    ("America/New_York", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
    ("America/New_York", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00", "2026-04-05T13:30"),  # 24 and a half
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30", "2026-10-04T13:00"),
    ("Pacific/Apia", "2020-09-27", "2020-09-26T11:00", "2020-09-27T10:00"),
    ("Pacific/Apia", "2021-04-04", "2021-04-03T10:00", "2021-04-04T11:00"),
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00", "2011-12-30T10:00"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00", "2011-12-30T10:00"),  # there was no such day
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00", "2011-12-31T10:00"),
    ("Africa/Casablanca", "2026-02-15", "2026-02-14T23:00", "2026-02-16T00:00"),
    ("Africa/Casablanca", "2026-03-22", "2026-03-22T00:00", "2026-03-22T23:00"),
    ("Europe/Dublin", "2026-03-29", "2026-03-29T00:00", "2026-03-29T23:00"),
    ("Europe/Dublin", "2026-10-25", "2026-10-24T23:00", "2026-10-26T00:00"),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00", "2018-11-05T02:00"),  # it had no midnight
    ("Asia/Kathmandu", "2026-06-01", "2026-05-31T18:15", "2026-06-01T18:15"),
]


@pytest.mark.parametrize(("zone", "day", "start", "end"), DAYS)
def test_a_local_day_is_as_long_as_it_is(zone: str, day: str, start: str, end: str) -> None:
    """Whatever the clock does: its first instant belongs to it, and its last one lies a microsecond before its end."""
    on, begin, finish = date.fromisoformat(day), *(datetime.fromisoformat(f"{edge}+00:00") for edge in (start, end))
    world = watched(FRANCHISE, now=begin - 30 * DAY, zone=zone)
    edges = {"before": begin - TICK, "first": begin, "last": finish - TICK, "after": finish}
    for key, due in edges.items():
        lead(world, due, key)
    for now in (begin - 30 * DAY, begin, finish + 3 * DAY):
        found = world.at(now).due(on=on)
        skipped = begin == finish
        assert (["before", "last"] if skipped else ["before"]) == sorted(e.contact for e in found.overdue)
        assert ([] if skipped else ["first", "last"]) == [entry.contact for entry in found.today]
        assert (on, zone, None) == (found.on, found.zone, found.next)


@pytest.mark.parametrize(("zone", "day", "start", "end"), DAYS)
def test_without_a_day_it_is_today_there(zone: str, day: str, start: str, end: str) -> None:
    """From its first instant to its last one, by the account's clock."""
    begin, finish = (datetime.fromisoformat(f"{edge}+00:00") for edge in (start, end))
    for now in (begin, finish - TICK):
        expected = date.fromisoformat(day)
        if begin == finish:
            expected += DAY if now == begin else -DAY
        assert expected == watched(FRANCHISE, now=now, zone=zone).due().on


def test_a_list_for_another_day_tells_what_will_be_due(leads: World) -> None:
    """Tomorrow's list has tomorrow's, and today's as overdue by then; yesterday's has neither."""
    today, tomorrow = lead(leads, NOON + HOUR), lead(leads, NOON + DAY)
    ahead = leads.due(on=date(2026, 3, 3))
    assert ([today.id], [tomorrow.id]) == ([e.contact for e in ahead.overdue], [e.contact for e in ahead.today])
    assert [] == ids(leads.due(on=date(2026, 3, 1)))


# ---- an instant


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
@pytest.mark.parametrize("offset", [-11, 0, 14])
def test_until_an_instant_includes_it(leads: World, microseconds: int, offset: int) -> None:
    """Due at that very moment is due; a microsecond later is not. It comes with any zone."""
    found = lead(leads, NOON + 5 * HOUR)
    until = (NOON + 5 * HOUR + microseconds * TICK).astimezone(timezone(offset * HOUR))
    assert ([found.id] if microseconds >= 0 else []) == ids(leads.due(until=until))


def test_until_an_instant_overdue_is_by_the_day_of_that_instant(leads: World) -> None:
    """Half past midnight in Berlin: what was due an hour ago was due yesterday."""
    until = datetime(2026, 3, 10, 0, 30, tzinfo=ZoneInfo(BERLIN))
    early, late = lead(leads, until - HOUR), lead(leads, until - HOUR / 4)
    found = leads.due(until=until)
    assert date(2026, 3, 10) == found.on
    assert ([early.id], [late.id]) == ([e.contact for e in found.overdue], [e.contact for e in found.today])


# ---- whose


def test_a_coach_sees_their_own_and_the_account_everybodys(leads: World) -> None:
    """Who has no coach is on the account's list only."""
    mine, other, nobodys = (lead(leads, NOON + HOUR, coach=coach) for coach in ("m-1", "m-2", None))
    assert [mine.id] == ids(leads.due(coach="m-1"))
    assert [other.id] == ids(leads.due(coach="m-2"))
    assert [] == ids(leads.due(coach="m-3"))
    assert sorted([mine.id, other.id, nobodys.id]) == sorted(ids(leads.due()))
    leads.do(Edit(contact=mine.id, coach="m-2", by=COACH))
    assert ([], 2) == (ids(leads.due(coach="m-1")), len(leads.due(coach="m-2")))


def test_the_day_is_that_of_the_member() -> None:
    """The account is in Berlin, one coach in Apia, another in Honolulu: each sees the day that it is there."""
    zones = {"m-apia": "Pacific/Apia", "m-hawaii": "Pacific/Honolulu"}
    world = watched(FRANCHISE, now=datetime(2026, 3, 2, 11, 30, tzinfo=UTC), zones=zones)
    for coach in (*zones, "m-berlin"):
        lead(world, datetime(2026, 3, 2, 23, tzinfo=UTC), coach, coach=coach)
    expected: dict[str | None, tuple[date, str, list[str]]] = {
        "m-apia": (date(2026, 3, 3), "Pacific/Apia", ["m-apia"]),  # half past midnight, and due at noon
        "m-hawaii": (date(2026, 3, 2), "Pacific/Honolulu", ["m-hawaii"]),  # half past one, and due in the afternoon
        "m-berlin": (date(2026, 3, 2), BERLIN, []),  # half past twelve, and due at the next midnight
        None: (date(2026, 3, 2), BERLIN, []),
    }
    for member, (day, zone, who) in expected.items():
        found = world.due(coach=member)
        assert (day, zone, who) == (found.on, found.zone, ids(found))


def test_nobody_sees_another_account_or_another_funnel() -> None:
    """One storage, two accounts, two funnels, the same ids: each list has its own."""
    storage = MemoryStorage()
    clock = watched(FRANCHISE).clock
    one = watched(FRANCHISE, storage=storage, clock=clock)
    other = watched(FRANCHISE, storage=storage, clock=clock, account="other")
    practice = watched(COACHING, storage=storage, clock=clock)
    lead(one, NOON + HOUR, "c-1", note="mine")
    lead(other, NOON + 2 * HOUR, "c-1", note="other")
    someone(practice, Coaching.PROSPECT, id="c-1")
    practice.do(ScheduleFollowUp(contact="c-1", due=NOON + 3 * HOUR, note="practice", by=COACH))
    for world, notes, hours in ((one, "mine", 1), (other, "other", 2), (practice, "practice", 3)):
        (entry,) = world.due()
        assert (notes, NOON + hours * HOUR) == (entry.notes, entry.due)
    third = watched(FRANCHISE, storage=storage, clock=clock, account="third")
    assert [] == ids(third.due(until=NOON + 9 * DAY))


def test_a_person_whom_the_host_keeps_to_itself_is_due_without_a_name(leads: World) -> None:
    """The host knows who it is; here is only the id."""
    found = lead(leads, NOON + HOUR)
    with leads.storage.transaction("acme") as stores:
        stores.persons.remove(found.id)
    (entry,) = leads.due()
    assert (found.id, None) == (entry.contact, entry.name)


# ---- who may not be contacted

STOPS: Final[dict[str, Callable[[str], Any]]] = {
    "a do-not-contact": lambda c: SetDoNotContact(contact=c, by=COACH),
    "one for a while": lambda c: SetDoNotContact(contact=c, until=NOON + 90 * DAY, by=COACH),
    "the archive": lambda c: Archive(contact=c, by=COACH),
    "dnc": lambda c: Convert(contact=c, to=S.DNC, by=COACH),
    "cancelled and dnc": lambda c: Convert(contact=c, to=S.CANCELLED_AND_DNC, by=DESK),
}


@pytest.mark.parametrize("stop", STOPS)
def test_who_may_not_be_contacted_is_not_due(leads: World, stop: str) -> None:
    """Whether the follow-up was set before or is set after. Source: BG-A12."""
    before, after = lead(leads, NOON + HOUR), someone(leads, S.NEW_LEAD)
    leads.do(STOPS[stop](before.id))
    leads.do(STOPS[stop](after.id))
    plan = leads.plan(Convert(contact=after.id, to=S.FOLLOW_UP_1, by=COACH))
    if plan.allowed:
        leads.apply(plan)
    assert [] == ids(leads.due(until=NOON + 30 * DAY))


def test_who_is_blocked_elsewhere_is_not_due_while_it_holds(leads: World) -> None:
    """A do-not-contact is the person's: set in another funnel it hides the entry, until it ends or is lifted."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    for key in ("c-1", "c-2"):
        lead(leads, NOON + HOUR, key)
        someone(practice, Coaching.PROSPECT, id=key)
    practice.do(SetDoNotContact(contact="c-1", by=COACH))
    practice.do(SetDoNotContact(contact="c-2", until=NOON + 2 * HOUR, by=COACH))
    assert [] == ids(leads.due())
    assert [] == ids(leads.at(NOON + 2 * HOUR - TICK).due())
    assert ["c-2"] == ids(leads.at(NOON + 2 * HOUR).due())
    practice.do(LiftDoNotContact(contact="c-1", by=COACH))
    assert ["c-1", "c-2"] == ids(leads.due())


def test_who_is_blocked_elsewhere_is_on_the_list_of_a_day_on_which_it_holds_no_more(leads: World) -> None:
    """Asked beforehand, the list of a day is what it says when that day begins. BG-A12."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead(leads, NOON + DAY, "c-1")
    someone(practice, Coaching.PROSPECT, id="c-1")
    practice.do(SetDoNotContact(contact="c-1", until=NOON + 4 * DAY, by=COACH))
    for clock in (NOON, NOON + 5 * DAY):
        found = {days: ids(leads.at(clock).due(on=(NOON + days * DAY).date())) for days in (5, 6)}
        assert {5: ["c-1"], 6: ["c-1"]} == found
    assert [] == ids(leads.at(NOON).due(on=(NOON + 4 * DAY).date()))


def test_a_lifting_that_is_told_late_lifts_no_later_do_not_contact(leads: World) -> None:
    """Lifted in the morning, asked for again at noon, and the lifting told in the evening: nobody is due. BG-A12."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead(leads, NOON + 20 * HOUR, "c-1")
    someone(practice, Coaching.PROSPECT, id="c-1")
    leads.clock.advance(hours=10)
    practice.do(SetDoNotContact(contact="c-1", by=COACH))
    leads.clock.advance(hours=1)
    practice.do(LiftDoNotContact(contact="c-1", at=NOON + HOUR, by=COACH))
    assert [] == ids(leads.due(until=NOON + 9 * DAY))


def test_a_block_of_one_channel_hides_nobody(leads: World) -> None:
    """There is another way."""
    found = lead(leads, NOON + HOUR)
    leads.do(SetDoNotContact(contact=found.id, channel=Channel.PHONE, by=COACH))
    assert [found.id] == ids(leads.due())


def test_who_is_hidden_is_due(leads: World) -> None:
    """Hidden is out of the lists of contacts, not out of the work. Source: S3."""
    found = lead(leads, NOON + HOUR)
    leads.do(Hide(contact=found.id, by=COACH))
    assert [found.id] == ids(leads.due())


TELLING: Final = st.tuples(
    st.sampled_from(
        ["agreement", "purchase", "block", "block", "own wish", "lift", "session", "next", "client", "send"]
    ),
    st.sampled_from([timedelta(), TICK, HOUR, 3 * DAY]),
    st.sampled_from([None, None, TICK, HOUR, 5 * DAY]),
)


AT_ONCE: Final = [(act, timedelta(), None) for act in ("block", "lift", "block")]
LATE: Final = ("agreement", timedelta(), TICK)
NOW_SEND: Final = ("send", timedelta(), None)


@settings(max_examples=60, deadline=None)
@given(st.lists(TELLING, max_size=12))
@example([*AT_ONCE, LATE, ("next", timedelta(), None)])
@example([("agreement", timedelta(), None), *AT_ONCE, LATE, NOW_SEND])
def test_no_message_leaves_for_who_may_not_be_contacted(script: list[tuple[str, timedelta, timedelta | None]]) -> None:
    """In whatever order it is told and sent: what was stored before the do-not-contact stays here, too. BG-A12."""
    world = watched(COACHING, now=NOON + 90 * DAY)
    ada = someone(world, Coaching.PROSPECT, since=NOON, email="ada@example.org")
    blocked, sent, lifted = False, 0, NOON
    for n, (act, gap, back) in enumerate(script):
        world.clock.advance(gap)
        now = world.clock.now()
        at = None if back is None or act == "lift" else now - back
        by: dict[str, Any] = {"contact": ada.id, "by": COACH, "at": at}
        asks: dict[str, Any] = {
            "agreement": Record(**{**by, "by": SYSTEM}, trigger=Happening.AGREEMENT_ACCEPTED, item=f"g-{n}"),
            "purchase": Record(**{**by, "by": SYSTEM}, trigger=Happening.PRODUCT_PURCHASED, item=f"p-{n}"),
            "block": SetDoNotContact(**by),
            "own wish": SetDoNotContact(**{**by, "by": itself(ada)}),
            "lift": LiftDoNotContact(**{**by, "by": itself(ada)}),
            "next": ScheduleFollowUp(**by),
            "client": Convert(**by, to=Coaching.ACTIVE_CLIENT),
        }
        if act == "send":
            world.deliver()
        elif act == "session":
            a_session(world, ada, start=now + (n + 1) * DAY)
        elif world.plan(asks[act]).allowed:
            world.do(asks[act])
            if act == "lift":
                blocked, lifted = False, now
            elif act in ("block", "own wish"):  # one of a time before it was lifted is lifted, too
                blocked = blocked or (at or now) >= lifted
        now_sent = len([message for _, message in world.notifier.sent if message.to == ada.id])
        assert sent == now_sent or not blocked
        sent = now_sent
        assert not blocked or [] == ids(world.due(until=now + 900 * DAY))


# ---- order and pages


def crowd(world: World) -> list[str]:
    """Given thirty leads of two coaches, several at one moment, a third of them blocked elsewhere; who is due."""
    practice = watched(COACHING, storage=world.storage, clock=world.clock)
    seen = []
    for n in range(30):
        key = f"c-{n * 7 % 30:02d}"  # neither in the order of the ids nor of the dates
        due = NOON + n % 5 * HOUR
        lead(world, due, key, coach=f"m-{n % 2}")
        if n % 3 == 1 or n in (0, 5, 10):
            someone(practice, Coaching.PROSPECT, id=key)
            practice.do(SetDoNotContact(contact=key, by=COACH))
        else:
            seen.append((due, key))
    return [key for _, key in sorted(seen)]


def test_the_list_is_sorted_by_date_and_id(leads: World) -> None:
    """However they came in."""
    assert crowd(leads) == ids(leads.due())


@pytest.mark.parametrize("limit", [*range(1, 12), 18, 19, 29, 30, 31, 500])
def test_the_pages_are_the_list(leads: World, limit: int) -> None:
    """Nobody twice, nobody left out, though some are hidden on every page; also of one coach, and until an instant."""
    crowd(leads)
    asks: tuple[dict[str, Any], ...] = (
        {},
        {"coach": "m-0"},
        {"until": NOON + 3 * HOUR},
        {"on": date(2026, 3, 3), "coach": "m-1"},
    )
    for asked in asks:
        whole = leads.due(limit=1000, **asked)
        assert whole.next is None
        found: list[Due[Any]] = []
        after: Place | None = None
        while True:
            page = leads.due(limit=limit, after=after, **asked)
            found += page
            after = page.next
            if after is None:
                break
        assert [evolve(entry, why=None) for entry in whole] == [evolve(entry, why=None) for entry in found]  # type: ignore[arg-type]  # only for the comparison
        assert (whole.on, whole.zone) == (page.on, page.zone)


def test_what_is_done_between_two_pages_is_not_seen_again(leads: World) -> None:
    """A page begins behind the last entry of the one before, whatever has become of that."""
    for n in range(6):
        lead(leads, NOON + n * HOUR, f"c-{n}")
    first = leads.due(limit=2)
    leads.do(DropFollowUp(contact="c-1", by=COACH))
    leads.do(DropFollowUp(contact="c-2", by=COACH))
    leads.do(MoveFollowUp(contact="c-0", due=NOON + 9 * HOUR, by=COACH))
    assert ["c-3", "c-4", "c-5", "c-0"] == ids(leads.due(limit=9, after=first.next))


def test_a_page_that_is_full_at_the_end_has_no_next(leads: World) -> None:
    """Two leads on a page of two: nothing follows."""
    for n in range(2):
        lead(leads, NOON, f"c-{n}")
    assert (2, None) == (len(found := leads.due(limit=2)), found.next)


# ---- bad input


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 1.0}, "limit"),
        ({"limit": None}, "limit"),
        ({"coach": ""}, "coach"),
        ({"coach": 5}, "coach"),
        ({"coach": "a\nb"}, "coach"),
        ({"on": "2026-03-02"}, "on"),
        ({"on": datetime(2026, 3, 2)}, "on"),
        ({"on": NOON}, "on"),
        ({"on": date.max}, "on"),
        ({"until": datetime(2026, 3, 2)}, "until"),
        ({"until": date(2026, 3, 2)}, "until"),
        ({"until": "now"}, "until"),
        ({"until": datetime.max.replace(tzinfo=UTC)}, "until"),
        ({"on": date(2026, 3, 2), "until": NOON}, "until"),
        ({"after": ()}, "after"),
        ({"after": "c-1"}, "after"),
        ({"after": ("c-1", NOON)}, "after"),
        ({"after": (NOON,)}, "after"),
        ({"after": (NOON, "c-1", "c-2")}, "after"),
        ({"after": [NOON, "c-1"]}, "after"),
        ({"after": (datetime(2026, 3, 2), "c-1")}, "after"),
        ({"after": (NOON, 5)}, "after"),
    ],
    ids=repr,
)
def test_what_is_no_input_is_refused_by_its_name(leads: World, asked: dict[str, Any], path: str) -> None:
    """Each with the field's name; two leads are due, so that no mistake hides behind an empty list."""
    lead(leads, NOON, "c-1")
    lead(leads, NOON, "c-2")
    with pytest.raises(Invalid) as caught:
        leads.due(**asked)
    assert [path] == [problem.path for problem in caught.value.problems]


def test_a_list_of_any_day_that_there_is_can_be_had(leads: World) -> None:
    """From the first day of the calendar to the last but one."""
    for day in (date(1, 1, 2), date(1000, 1, 1), date(9999, 12, 30)):
        assert day == leads.due(on=day).on


def test_the_place_of_a_page_may_be_made_by_a_host(leads: World) -> None:
    """It is a moment and an id, in any zone: everything behind it."""
    for n in range(3):
        lead(leads, NOON + n * HOUR, f"c-{n}")
    there = (NOON + HOUR).astimezone(ZoneInfo("Asia/Tokyo"))
    assert ["c-2"] == ids(leads.due(after=(there, "c-1")))
    assert ["c-1", "c-2"] == ids(leads.due(after=(there, "c-0")))


def test_is_due_can_be_asked_without_any_shell() -> None:
    """On a host's own rows: the same rules say why not."""
    from funnelkit.rules import follow_up
    from funnelkit.values.follow_up import FollowUp

    stands = FollowUp(id="e-1", noted="e-1", due=NOON, attempt=1, set=NOON)
    case: follow_up.Case[Franchise] = follow_up.Case(by=COACH, when=NOON, status=S.FOLLOW_UP_1, follow_up=stands)
    assert [] == rules(follow_up.is_due(FRANCHISE, case))
    assert ["follow_up.time_has_come"] == rules(follow_up.is_due(FRANCHISE, evolve(case, when=NOON - TICK)))
    assert ["follow_up.one_stands"] == rules(follow_up.is_due(FRANCHISE, evolve(case, follow_up=None)))
    assert ["follow_up.may_be_contacted"] == rules(follow_up.is_due(FRANCHISE, evolve(case, blocked=True)))
