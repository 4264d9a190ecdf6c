"""Lengths of time: elapsed, local days and business time, beside another library and beside a naive count.

The other library is `whenever`, which reads the zones by itself. The starts aim at the changes of the clock, since a
random moment hardly ever meets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import Instant, PlainDateTime, RepeatedTime, SkippedTime

from funnelkit import Invalid
from funnelkit.times import (
    BusinessTime,
    Elapsed,
    Length,
    LocalDays,
    Repeated,
    Skipped,
    Span,
    Week,
    day_of,
    local,
    wall,
)

TICK: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
ZONES: Final = (
    "Africa/Casablanca",  # back for Ramadan, ahead after it
    "America/Caracas",  # half an hour, twice, for good
    "America/Havana",  # midnight comes twice
    "America/New_York",
    "America/Sao_Paulo",  # midnight is skipped
    "America/St_Johns",  # a minute after midnight, back to the day before
    "Antarctica/Troll",  # two hours
    "Asia/Beirut",  # midnight is skipped
    "Australia/Lord_Howe",  # half an hour
    "Europe/Berlin",
    "Europe/Dublin",  # winter is what is saved
    "Pacific/Apia",  # a day is skipped
    "Pacific/Chatham",  # offsets of quarters of an hour
)


def at(text: str, zone: str) -> datetime:
    """Give the instant of what stands on that wall; whenever says which."""
    return PlainDateTime(text).assume_tz(zone, disambiguation="raise").to_instant().to_stdlib()


def shown(moment: datetime, zone: str) -> str:
    """Give what stands on that wall; whenever says what."""
    return Instant(moment).to_tz(zone).to_plain().format_iso(sep=" ", unit="minute")


def problem(wrong: pytest.ExceptionInfo[Invalid]) -> tuple[str, str]:
    """Give path and message of the one problem."""
    (found,) = wrong.value.problems
    return found.path, found.message


# ---- where the clocks change


def changes(zone: str) -> list[datetime]:
    """Give each instant from 1975 to 2037 at which the clock there changes, found by bisection."""
    place, found = ZoneInfo(zone), list[datetime]()

    def offset(seconds: int) -> timedelta | None:
        return datetime.fromtimestamp(seconds, place).utcoffset()

    week, first, last = 7 * 86400, int(datetime(1975, 1, 1, tzinfo=UTC).timestamp()), 2_145_916_800
    for start in range(first, last, week):
        low, high = start, start + week
        if offset(low) != offset(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(low) == offset(middle) else (low, middle)
            found.append(datetime.fromtimestamp(high, UTC))
    return found


CHANGES: Final = {zone: changes(zone) for zone in ZONES}


@st.composite
def aimed(draw: st.DrawFn, zones: tuple[str, ...] = ZONES, step: timedelta = TICK) -> tuple[str, datetime]:
    """Draw a zone and a moment within three days of a change of its clock, often at it or whole days from it."""
    zone = draw(st.sampled_from(zones))
    change = draw(st.sampled_from(CHANGES[zone]))
    near = draw(
        st.one_of(
            st.sampled_from([-step, timedelta(), step]),
            st.integers(-180, 180).map(lambda minutes: minutes * MINUTE),
            st.integers(-3 * DAY // step, 3 * DAY // step).map(lambda steps: steps * step),
        )
    )
    return zone, change + draw(st.integers(-3, 3)) * DAY + near


def test_the_starts_aim_at_the_changes_of_the_clock() -> None:
    """The bisection finds the changes of 2026, and one day in Apia that never was."""
    found = {zone: [each for each in CHANGES[zone] if each.year == 2026] for zone in ZONES}
    at_one = [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    assert at_one == found["Europe/Berlin"] == found["Europe/Dublin"] == found["Antarctica/Troll"]
    assert [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)] == found["America/New_York"]
    assert [datetime(2026, 2, 15, 2, tzinfo=UTC), datetime(2026, 3, 22, 2, tzinfo=UTC)] == found["Africa/Casablanca"]
    assert datetime(2011, 12, 30, 10, tzinfo=UTC) in CHANGES["Pacific/Apia"]
    assert [datetime(2007, 12, 9, 7, tzinfo=UTC), datetime(2016, 5, 1, 7, tzinfo=UTC)] == CHANGES["America/Caracas"]


# ---- two days and 48 hours


@pytest.mark.parametrize(
    ("zone", "start", "elapsed", "days", "hours"),
    [
        # starts at            48 hours later is    two days later is    in UTC, which are so many hours
        ("Europe/Berlin", "2026-03-28 10:00", "2026-03-30 11:00", "2026-03-30 08:00", 47),
        ("Europe/Berlin", "2026-10-24 10:00", "2026-10-26 09:00", "2026-10-26 09:00", 49),
        ("America/New_York", "2026-03-07 10:00", "2026-03-09 11:00", "2026-03-09 14:00", 47),
        ("America/New_York", "2026-10-31 10:00", "2026-11-02 09:00", "2026-11-02 15:00", 49),
        ("Australia/Lord_Howe", "2026-04-04 10:00", "2026-04-06 09:30", "2026-04-05 23:30", 48.5),
        ("Australia/Lord_Howe", "2026-10-03 10:00", "2026-10-05 10:30", "2026-10-04 23:00", 47.5),
        ("Pacific/Apia", "2011-12-28 10:00", "2011-12-31 10:00", "2011-12-30 20:00", 48),
        ("Pacific/Apia", "2011-12-29 10:00", "2012-01-01 10:00", "2011-12-30 20:00", 24),
        ("Africa/Casablanca", "2026-02-14 10:00", "2026-02-16 09:00", "2026-02-16 10:00", 49),
        ("Africa/Casablanca", "2026-03-21 10:00", "2026-03-23 11:00", "2026-03-23 09:00", 47),
        ("Europe/Dublin", "2026-03-28 10:00", "2026-03-30 11:00", "2026-03-30 09:00", 47),
        ("Europe/Dublin", "2026-10-24 10:00", "2026-10-26 09:00", "2026-10-26 10:00", 49),
        ("Asia/Kolkata", "2026-03-28 10:00", "2026-03-30 10:00", "2026-03-30 04:30", 48),
    ],
)
def test_two_days_are_not_always_48_hours(zone: str, start: str, elapsed: str, days: str, hours: float) -> None:
    """Over a change of the clock one keeps the hours, the other the time on the wall. The figures are counted by hand.

    From 28 December on, two days in Apia end at a time that does not exist, and mean the same time on the 31st.
    """
    begin = at(start, zone)
    after = LocalDays(2).after(begin, zone)
    assert elapsed == shown(Elapsed(hours=48).after(begin, zone), zone)
    assert days == shown(after, "UTC")
    assert timedelta(hours=hours) == after - begin


@pytest.mark.parametrize(
    ("zone", "start", "days", "later", "earlier"),
    [
        ("Europe/Berlin", "2026-03-27 02:30", 2, "2026-03-29 03:30", "2026-03-29 01:30"),
        ("Europe/Berlin", "2026-03-27 02:45", 2, "2026-03-29 03:45", "2026-03-29 01:45"),
        ("Europe/Berlin", "2026-03-27 02:00", 2, "2026-03-29 03:00", "2026-03-29 01:00"),
        ("America/New_York", "2026-03-07 02:30", 1, "2026-03-08 03:30", "2026-03-08 01:30"),
        ("Australia/Lord_Howe", "2026-10-03 02:15", 1, "2026-10-04 02:45", "2026-10-04 01:45"),
        ("Europe/Dublin", "2026-03-28 01:30", 1, "2026-03-29 02:30", "2026-03-29 00:30"),
        ("America/Sao_Paulo", "2018-11-03 00:00", 1, "2018-11-04 01:00", "2018-11-03 23:00"),
        ("Pacific/Apia", "2011-12-28 10:00", 2, "2011-12-31 10:00", "2011-12-29 10:00"),
    ],
)
def test_a_skipped_time_is_what_was_asked_for(zone: str, start: str, days: int, later: str, earlier: str) -> None:
    """Later by what the clock goes over, earlier by it, or refused; unless told otherwise, later."""
    begin = at(start, zone)
    assert later == shown(LocalDays(days).after(begin, zone), zone)
    assert later == shown(LocalDays(days, Skipped.LATER).after(begin, zone), zone)
    assert earlier == shown(LocalDays(days, Skipped.EARLIER).after(begin, zone), zone)
    with pytest.raises(Invalid) as wrong:
        LocalDays(days, Skipped.REFUSED).after(begin, zone)
    assert ("moment", f"this time does not exist in {zone}: the clock goes forward over it") == problem(wrong)


@pytest.mark.parametrize(
    ("zone", "start", "first", "second"),
    [
        ("Europe/Berlin", "2026-10-24 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("America/New_York", "2026-10-31 01:30", "2026-11-01 05:30", "2026-11-01 06:30"),
        ("Australia/Lord_Howe", "2026-04-04 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("Africa/Casablanca", "2026-02-14 02:30", "2026-02-15 01:30", "2026-02-15 02:30"),
        ("Europe/Dublin", "2026-10-24 01:30", "2026-10-25 00:30", "2026-10-25 01:30"),
    ],
)
def test_of_a_repeated_time_the_one_that_was_asked_for(zone: str, start: str, first: str, second: str) -> None:
    """The first, unless told otherwise."""
    begin = at(start, zone)
    assert first == shown(LocalDays(1).after(begin, zone), "UTC")
    assert first == shown(LocalDays(1, repeated=Repeated.FIRST).after(begin, zone), "UTC")
    assert second == shown(LocalDays(1, repeated=Repeated.SECOND).after(begin, zone), "UTC")


# ---- beside the other library


@settings(max_examples=100, deadline=None)
@given(aimed(), st.integers(0, 200_000))
def test_elapsed_time_is_the_difference_of_instants(start: tuple[str, datetime], minutes: int) -> None:
    """Whatever the clocks do, and in whatever zone the start is told."""
    zone, moment = start
    length = Elapsed(minutes=minutes)
    expected = Instant(moment).add(minutes=minutes).to_stdlib()
    assert expected == length.after(moment, zone) == length.after(moment.astimezone(ZoneInfo(zone)), zone)
    assert timedelta(minutes=minutes) == length.after(moment, zone) - moment


def by_whenever(there: PlainDateTime, zone: str, skipped: Skipped, repeated: Repeated) -> datetime | None:
    """Give the instant of what stands on that wall as the other library has it, nothing where it is refused."""
    try:
        found = there.assume_tz(zone, disambiguation="raise")
    except SkippedTime:
        if skipped is Skipped.REFUSED:
            return None
        found = there.assume_tz(zone, disambiguation="later" if skipped is Skipped.LATER else "earlier")
    except RepeatedTime:
        found = there.assume_tz(zone, disambiguation="later" if repeated is Repeated.SECOND else "earlier")
    return found.to_instant().to_stdlib()


@settings(max_examples=300, deadline=None)
@given(aimed(), st.integers(1, 4), st.sampled_from(Skipped), st.sampled_from(Repeated))
def test_local_days_are_those_of_the_other_library(
    start: tuple[str, datetime], days: int, skipped: Skipped, repeated: Repeated
) -> None:
    """For every reading of a skipped and of a repeated time.

    The wall is asked, since `ZonedDateTime.add` keeps the offset of its start and so never gives the second of two.
    """
    zone, moment = start
    length = LocalDays(days, skipped, repeated)
    there = Instant(moment).to_tz(zone).to_plain().add(days=days)
    expected = by_whenever(there, zone, skipped, repeated)
    if expected is None:
        with pytest.raises(Invalid, match="does not exist"):
            length.after(moment, zone)
    else:
        assert expected == length.after(moment, zone)


@settings(max_examples=100, deadline=None)
@given(aimed())
def test_a_wall_reads_and_is_read_like_that_of_the_other_library(start: tuple[str, datetime]) -> None:
    """What stands on the wall, and which instants it may mean: one of them is where we came from."""
    zone, moment = start
    there = wall(moment, zone)
    assert Instant(moment).to_tz(zone).to_plain().to_stdlib() == there
    both = [local(there, zone, "start", repeated=which) for which in Repeated]
    assert [
        PlainDateTime(there).assume_tz(zone, disambiguation=which).to_instant().to_stdlib()
        for which in ("earlier", "later")
    ] == both
    assert moment in both


# ---- local days, from start to end


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        # a day of            starts in UTC and has so many hours
        ("Europe/Berlin", "2026-03-28", "2026-03-27 23:00", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", 25),
        ("America/New_York", "2026-03-08", "2026-03-08 05:00", 23),
        ("America/New_York", "2026-11-01", "2026-11-01 04:00", 25),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04 13:00", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03 13:30", 23.5),
        ("Africa/Casablanca", "2026-02-15", "2026-02-14 23:00", 25),
        ("Africa/Casablanca", "2026-03-22", "2026-03-22 00:00", 23),
        ("Europe/Dublin", "2026-03-29", "2026-03-29 00:00", 23),
        ("Europe/Dublin", "2026-10-25", "2026-10-24 23:00", 25),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04 03:00", 23),  # has no midnight
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17 02:00", 25),  # back at the next midnight
        ("Asia/Beirut", "2022-03-27", "2022-03-26 22:00", 23),
        ("Asia/Beirut", "2022-10-29", "2022-10-28 21:00", 25),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25),  # two midnights, and the first is its start
        ("America/St_Johns", "2006-10-28", "2006-10-28 02:30", 24),
        ("America/St_Johns", "2006-10-29", "2006-10-29 02:30", 25),  # goes back into the 28th a minute later
        ("Antarctica/Troll", "2026-03-29", "2026-03-29 00:00", 22),
        ("Pacific/Apia", "2011-12-29", "2011-12-29 10:00", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00", 0),  # never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00", 24),
        ("America/Toronto", "1919-03-30", "1919-03-30 05:00", 23.5),  # from 23:30 to 00:30
        ("America/Toronto", "1919-03-31", "1919-03-31 04:30", 23.5),
    ],
)
def test_a_local_day_has_the_hours_that_it_has(zone: str, day: str, start: str, hours: float) -> None:
    """23, 24 or 25, and a few others. The figures are counted by hand."""
    begin, end = day_of(date.fromisoformat(day), zone)
    assert (start, timedelta(hours=hours)) == (shown(begin, "UTC"), end - begin)


def first_shown(there: PlainDateTime, zone: str) -> datetime:
    """Give the first instant at which the clock there shows this or more; whenever says which."""
    try:
        return there.assume_tz(zone, disambiguation="raise").to_instant().to_stdlib()
    except RepeatedTime:
        return there.assume_tz(zone, disambiguation="earlier").to_instant().to_stdlib()
    except SkippedTime:
        change = there.assume_tz(zone, disambiguation="earlier").next_transition()
        assert change is not None
        return change.to_instant().to_stdlib()


@settings(max_examples=100, deadline=None)
@given(aimed((*ZONES, "Pacific/Apia")))
def test_local_days_follow_each_other_without_a_gap(start: tuple[str, datetime]) -> None:
    """Each ends where the next one starts; there the date on the wall changes, to the microsecond."""
    zone, moment = start
    day = wall(moment, zone).date()
    begin, end = day_of(day, zone)
    assert (begin, end) == tuple(
        first_shown(PlainDateTime(datetime.combine(each, time())), zone) for each in (day, day + DAY)
    )
    assert day_of(day - DAY, zone)[1] == begin < end == day_of(day + DAY, zone)[0]
    assert [day, day, day] == [wall(each, zone).date() for each in (begin, begin + TICK, end - TICK)]
    assert wall(begin - TICK, zone).date() < day < wall(end, zone).date()
    assert (UTC, UTC) == (begin.tzinfo, end.tzinfo)


# ---- business time: the hours

LUNCH: Final = Week(days=((Span("08:00", "12:00"), Span("13:00", "17:00")),) * 5 + ((), ()))
ALWAYS: Final = Week(days=((Span("00:00", "24:00"),),) * 7)
FESTIVE: Final = Week(closed=frozenset({date(2026, 3, 24)}))


def nightly(start: str, end: str) -> Week:
    """Be open at that time on every day."""
    return Week(days=((Span(start, end),),) * 7)


@pytest.mark.parametrize(
    ("start", "length", "end", "week"),
    [
        # 23 March is a Monday, and the clock goes forward on the 29th
        ("2026-03-23 09:00", BusinessTime(hours=8), "2026-03-23 17:00", Week()),  # just fits: ends at closing
        ("2026-03-23 09:00", BusinessTime(hours=8, minutes=1), "2026-03-24 09:01", Week()),
        ("2026-03-23 09:00", BusinessTime(hours=7, minutes=59), "2026-03-23 16:59", Week()),
        ("2026-03-23 17:00", BusinessTime(hours=8), "2026-03-24 17:00", Week()),
        ("2026-03-23 07:00", BusinessTime(hours=1), "2026-03-23 10:00", Week()),
        ("2026-03-23 16:00", BusinessTime(hours=2), "2026-03-24 10:00", Week()),
        ("2026-03-23 09:00", BusinessTime(hours=40), "2026-03-27 17:00", Week()),
        ("2026-03-23 09:00", BusinessTime(hours=41), "2026-03-30 10:00", Week()),
        # over the weekend
        ("2026-03-20 16:00", BusinessTime(hours=2), "2026-03-23 10:00", Week()),
        ("2026-03-20 17:00", BusinessTime(hours=1), "2026-03-23 10:00", Week()),
        ("2026-03-21 12:00", BusinessTime(hours=1), "2026-03-23 10:00", Week()),
        # over a day off
        ("2026-03-23 16:00", BusinessTime(hours=2), "2026-03-25 10:00", FESTIVE),
        ("2026-03-24 12:00", BusinessTime(hours=8), "2026-03-25 17:00", FESTIVE),
        # over lunch
        ("2026-03-23 11:00", BusinessTime(hours=1), "2026-03-23 12:00", LUNCH),
        ("2026-03-23 11:00", BusinessTime(hours=2), "2026-03-23 14:00", LUNCH),
        ("2026-03-23 12:30", BusinessTime(hours=4), "2026-03-23 17:00", LUNCH),
        # nothing is due at once where it is open, and at the next opening where it is not
        ("2026-03-23 10:00", BusinessTime(), "2026-03-23 10:00", Week()),
        ("2026-03-23 09:00", BusinessTime(), "2026-03-23 09:00", Week()),
        ("2026-03-23 08:59", BusinessTime(), "2026-03-23 09:00", Week()),
        ("2026-03-23 16:59", BusinessTime(), "2026-03-23 16:59", Week()),
        ("2026-03-23 17:00", BusinessTime(), "2026-03-24 09:00", Week()),
        ("2026-03-20 17:00", BusinessTime(), "2026-03-23 09:00", Week()),
        # over a change of the clock
        ("2026-03-27 16:00", BusinessTime(hours=2), "2026-03-30 10:00", Week()),
        ("2026-10-23 16:00", BusinessTime(hours=2), "2026-10-26 10:00", Week()),
        ("2026-03-28 12:00", BusinessTime(hours=24), "2026-03-29 13:00", ALWAYS),
        ("2026-10-24 12:00", BusinessTime(hours=24), "2026-10-25 11:00", ALWAYS),
        ("2026-03-29 00:00", BusinessTime(hours=3), "2026-03-29 05:00", nightly("01:00", "05:00")),
        ("2026-10-25 00:00", BusinessTime(hours=5), "2026-10-25 05:00", nightly("01:00", "05:00")),
        # what the clock goes over is not open
        ("2026-03-29 00:00", BusinessTime(minutes=1), "2026-03-30 02:01", nightly("02:00", "03:00")),
        ("2026-03-29 00:00", BusinessTime(minutes=1), "2026-03-30 02:16", nightly("02:15", "02:45")),
        ("2026-03-29 00:00", BusinessTime(hours=2), "2026-03-29 05:00", nightly("02:30", "05:00")),
        ("2026-03-29 00:00", BusinessTime(hours=1), "2026-03-29 03:00", nightly("01:00", "02:30")),
        # it opens and closes once, at the first of two times
        ("2026-10-25 00:00", BusinessTime(minutes=210), "2026-10-25 05:00", nightly("02:30", "05:00")),
        ("2026-10-25 00:00", BusinessTime(minutes=91), "2026-10-26 01:01", nightly("01:00", "02:30")),
    ],
)
def test_open_hours_are_counted_while_it_is_open(start: str, length: BusinessTime, end: str, week: Week) -> None:
    """What fits exactly ends at closing; closed hours, days and what the clock goes over do not count."""
    assert end == shown(length.after(at(start, "Europe/Berlin"), "Europe/Berlin", week.open_on), "Europe/Berlin")


def test_closing_is_not_open_to_the_microsecond() -> None:
    """The start of a span belongs to it and the end does not."""
    opening, closing = at("2026-03-23 09:00", "Europe/Berlin"), at("2026-03-23 17:00", "Europe/Berlin")
    found = [BusinessTime().after(opening + n * TICK, "Europe/Berlin") - opening for n in (-1, 0, 1)]
    assert [timedelta(), timedelta(), TICK] == found
    second = timedelta(seconds=1)
    ends = [BusinessTime(seconds=1).after(closing - second + n * TICK, "Europe/Berlin") for n in (-1, 0, 1)]
    assert [closing - TICK, closing, at("2026-03-24 09:00", "Europe/Berlin") + TICK] == ends


@pytest.mark.parametrize(
    ("zone", "start", "length", "end", "week"),
    [
        ("Europe/Berlin", "2026-03-23 10:00", 1, "2026-03-24 10:00", Week()),
        ("Europe/Berlin", "2026-03-23 09:00", 1, "2026-03-24 09:00", Week()),
        ("Europe/Berlin", "2026-03-23 10:00", 5, "2026-03-30 10:00", Week()),
        ("Europe/Berlin", "2026-03-20 10:00", 1, "2026-03-23 10:00", Week()),
        ("Europe/Berlin", "2026-03-21 10:00", 1, "2026-03-23 10:00", Week()),
        ("Europe/Berlin", "2026-03-22 10:00", 2, "2026-03-24 10:00", Week()),
        # into the opening hours
        ("Europe/Berlin", "2026-03-23 07:00", 1, "2026-03-24 09:00", Week()),
        ("Europe/Berlin", "2026-03-23 17:00", 1, "2026-03-24 17:00", Week()),
        ("Europe/Berlin", "2026-03-23 20:00", 1, "2026-03-24 17:00", Week()),
        ("Europe/Berlin", "2026-03-23 12:30", 1, "2026-03-24 13:00", LUNCH),
        ("Europe/Berlin", "2026-03-23 12:00", 1, "2026-03-24 13:00", LUNCH),
        ("Europe/Berlin", "2026-03-23 20:00", 1, "2026-03-24 17:00", LUNCH),
        # over a day off, and over changes of the clock
        ("Europe/Berlin", "2026-03-23 10:00", 1, "2026-03-25 10:00", FESTIVE),
        ("Europe/Berlin", "2026-03-24 10:00", 1, "2026-03-25 10:00", FESTIVE),
        ("Europe/Berlin", "2026-03-27 16:00", 1, "2026-03-30 16:00", Week()),
        ("Europe/Berlin", "2026-10-23 16:00", 1, "2026-10-26 16:00", Week()),
        ("America/New_York", "2026-10-30 16:00", 2, "2026-11-03 16:00", Week()),
        ("Europe/Berlin", "2026-03-28 02:30", 1, "2026-03-29 03:30", ALWAYS),
        ("Europe/Berlin", "2026-03-28 02:30", 1, "2026-03-30 02:30", nightly("02:00", "03:00")),
        # the Friday that never was is no working day
        ("Pacific/Apia", "2011-12-29 10:00", 1, "2012-01-02 10:00", Week()),
        ("Pacific/Apia", "2011-12-29 10:00", 1, "2011-12-31 10:00", ALWAYS),
    ],
)
def test_a_working_day_keeps_the_time_on_the_wall(zone: str, start: str, length: int, end: str, week: Week) -> None:
    """Moved to the next opening of that day, or after the last one to its closing."""
    assert end == shown(BusinessTime(days=length).after(at(start, zone), zone, week.open_on), zone)


def test_hours_on_a_day_that_never_was_do_not_count() -> None:
    """In Apia Thursday was followed by Saturday: 24 open hours, not 48."""
    start = at("2011-12-29 16:00", "Pacific/Apia")
    assert "2012-01-02 10:00" == shown(BusinessTime(hours=2).after(start, "Pacific/Apia"), "Pacific/Apia")
    found = BusinessTime(hours=24).after(start, "Pacific/Apia", ALWAYS.open_on)
    assert "2011-12-31 16:00" == shown(found, "Pacific/Apia")


def test_hours_may_be_any_function_of_the_day() -> None:
    """It gives what can be gone through once; office hours in UTC are what nothing said means."""

    def even(day: date) -> Iterable[Span]:
        yield from [Span("10:00", "11:00")] if day.day % 2 == 0 else []

    start = at("2026-03-23 09:00", "UTC")
    assert at("2026-03-26 11:00", "UTC") == BusinessTime(hours=2).after(start, "UTC", even)
    assert at("2026-03-26 10:00", "UTC") == BusinessTime(days=2).after(start, "UTC", even)
    assert at("2026-03-24 10:00", "UTC") == BusinessTime(hours=9).after(start)


@pytest.mark.parametrize("length", [BusinessTime(), BusinessTime(hours=1), BusinessTime(days=1)])
def test_what_never_opens_is_refused(length: BusinessTime) -> None:
    """Ten years are looked ahead, 3,660 days with that of the start, and no more."""
    refused = ("calendar", "is not open for that long within ten years; give one that opens, or a shorter time")
    start = at("2026-03-23 12:00", "Europe/Berlin")
    for week in (Week(days=((),) * 7), Week(days=((Span("08:00", "09:00"),),) + ((),) * 6)):
        closed = [start.date() + timedelta(days=days) for days in range(3660)] if any(week.days) else []
        with pytest.raises(Invalid) as wrong:
            length.after(start, "Europe/Berlin", Week(days=week.days, closed=frozenset(closed)).open_on)
        assert refused == problem(wrong)
    last = start.date() + timedelta(days=3659)
    found = length.after(start, "Europe/Berlin", lambda day: [Span("08:00", "15:00")] if day == last else [])
    assert last == found.date()


def test_more_than_ten_years_of_business_time_are_refused() -> None:
    """It is open, but not for that long."""
    for length in (BusinessTime(days=2700), BusinessTime(hours=8 * 2700)):
        with pytest.raises(Invalid) as wrong:
            length.after(at("2026-03-23 12:00", "UTC"))
        assert "calendar" == problem(wrong)[0]


# ---- business time beside a naive count

HOURS: Final = [
    (),
    (Span("09:00", "17:00"),),
    (Span("08:00", "12:00"), Span("13:00", "17:30")),
    (Span("00:00", "24:00"),),
    (Span("00:00", "02:30"), Span("02:45", "05:00"), Span("20:00", "24:00")),
    (Span("01:15", "01:45"), Span("02:00", "03:00"), Span("23:30", "24:00")),
    (Span("00:30", "01:30"), Span("22:45", "23:15")),
]
weeks: Final = st.tuples(*[st.sampled_from(HOURS)] * 7).filter(any).map(lambda days: Week(days=days))
offices: Final = st.tuples(*[st.sampled_from(HOURS[:3])] * 7).filter(any).map(lambda days: Week(days=days))


@cache
def minutes_of(spans: tuple[Span, ...]) -> frozenset[int]:
    """Give the minutes of a day that lie in these spans."""
    return frozenset(minute for span in spans for minute in range(*span.minutes))


def open_minutes(start: datetime, end: datetime, zone: str, week: Week) -> Iterator[datetime]:
    """Go through the minutes from start to end and give the open ones, by a clock that never goes back."""
    place, moment, high = ZoneInfo(zone), start - DAY, datetime.min
    while moment < end:
        high = max(high, moment.astimezone(place).replace(tzinfo=None))
        if moment >= start and high.hour * 60 + high.minute in minutes_of(week.days[high.weekday()]):
            yield moment
        moment += MINUTE


@settings(max_examples=40, deadline=None)
@given(aimed(step=MINUTE), st.integers(0, 9 * 60), weeks)
def test_business_time_is_what_a_naive_count_of_minutes_gives(
    start: tuple[str, datetime], minutes: int, week: Week
) -> None:
    """So many open minutes lie between start and end, and the last of them ends there."""
    zone, moment = start
    counted = list(islice(open_minutes(moment, moment + 99 * DAY, zone, week), max(minutes, 1)))
    expected = counted[-1] + MINUTE if minutes else counted[0]
    assert expected == BusinessTime(minutes=minutes).after(moment, zone, week.open_on)


@settings(max_examples=25, deadline=None)
@given(aimed(step=MINUTE), st.integers(1, 3), weeks)
def test_working_days_are_what_a_naive_count_of_days_gives(start: tuple[str, datetime], days: int, week: Week) -> None:
    """The day is found by its open minutes; in it, the first from that time on, or the end of the last."""
    zone, moment = start
    there, left, minutes = Instant(moment).to_tz(zone).to_plain().to_stdlib(), days, list[datetime]()
    while left:
        there += DAY
        midnights = (datetime.combine(day, time()) for day in (there, there + DAY))
        begin, end = (first_shown(PlainDateTime(midnight), zone) for midnight in midnights)
        minutes = list(open_minutes(begin, end, zone, week))
        left -= bool(minutes)
    same = PlainDateTime(there).assume_tz(zone, disambiguation="compatible").to_instant().to_stdlib()
    expected = next((each for each in minutes if same <= each), minutes[-1] + MINUTE)
    assert expected == BusinessTime(days=days).after(moment, zone, week.open_on)


# ---- laws

seconds: Final = st.integers(0, 30 * 3600)
lengths: Final = st.one_of(
    st.builds(lambda n: Elapsed(seconds=n), seconds),
    st.builds(
        LocalDays, st.integers(0, 4), st.sampled_from([Skipped.LATER, Skipped.EARLIER]), st.sampled_from(Repeated)
    ),
    st.builds(lambda n: BusinessTime(seconds=n), seconds),
    st.builds(lambda n: BusinessTime(days=n), st.integers(1, 4)),
)
further: Final = st.one_of(st.integers(0, 3), st.integers(0, 3 * DAY // TICK)).map(lambda ticks: ticks * TICK)


@settings(max_examples=150, deadline=None)
@given(aimed(), lengths, weeks)
def test_no_length_ends_before_it_starts(start: tuple[str, datetime], length: Length, week: Week) -> None:
    """The end is in UTC, at the start or after it, and does not hang on the zone in which the start is told."""
    zone, moment = start
    found = length.after(moment, zone, week.open_on)
    assert moment <= found
    assert UTC is found.tzinfo
    assert found == length.after(moment.astimezone(timezone(timedelta(hours=-7))), zone, week.open_on)


@settings(max_examples=100, deadline=None)
@given(aimed(), further, seconds, weeks, st.sampled_from([Elapsed, BusinessTime]))
def test_who_starts_later_never_ends_earlier(
    start: tuple[str, datetime], by: timedelta, more: int, week: Week, kind: type[Elapsed | BusinessTime]
) -> None:
    """For elapsed time and for open hours, over each change of the clock; local days may, where a time comes twice."""
    zone, moment = start
    length = kind(seconds=more)
    assert length.after(moment, zone, week.open_on) <= length.after(moment + by, zone, week.open_on)


@settings(max_examples=100, deadline=None)
@given(aimed(), further, st.integers(1, 4), offices)
def test_on_working_days_who_starts_later_never_ends_earlier(
    start: tuple[str, datetime], by: timedelta, days: int, week: Week
) -> None:
    """For working days too, from a working day on and where the clock does not change while it is open."""
    zone, moment = start
    ends = [
        BusinessTime(days=days).after(each, zone, week.open_on)
        for each in (moment, moment + by)
        if week.open_on(wall(each, zone).date())
    ]
    assert sorted(ends) == ends


@settings(max_examples=100, deadline=None)
@given(aimed(), seconds, st.integers(1, 30 * 3600), weeks)
def test_open_hours_add_up(start: tuple[str, datetime], first: int, second: int, week: Week) -> None:
    """One part after the other ends where the sum ends."""
    zone, moment = start
    parts = BusinessTime(seconds=second).after(
        BusinessTime(seconds=first).after(moment, zone, week.open_on), zone, week.open_on
    )
    assert parts == BusinessTime(seconds=first + second).after(moment, zone, week.open_on)


@settings(max_examples=50, deadline=None)
@given(aimed(), seconds)
def test_open_day_and_night_business_time_is_elapsed_time(start: tuple[str, datetime], length: int) -> None:
    """Over every change of the clock."""
    zone, moment = start
    expected = Elapsed(seconds=length).after(moment, zone)
    assert expected == BusinessTime(seconds=length).after(moment, zone, ALWAYS.open_on)


# ---- the ends of the calendar

EVERY: Final = (
    Elapsed(seconds=1),
    Elapsed(hours=24 * 365 * 9998),
    LocalDays(1),
    LocalDays(365 * 9999),
    BusinessTime(hours=1),
    BusinessTime(days=1),
)
LAST: Final = datetime.max.replace(tzinfo=UTC)  # the end of the calendar
FIRST: Final = datetime.min.replace(tzinfo=UTC)  # and its start


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"])
@pytest.mark.parametrize("length", EVERY)
def test_the_calendar_ends(length: Length, zone: str) -> None:
    """What lies beyond it is refused under the field's name; the host never sees an overflow."""
    for week in (Week(), ALWAYS):
        with pytest.raises(Invalid) as wrong:
            length.after(LAST, zone, week.open_on)
        assert ("moment", "this time lies beyond the calendar") == problem(wrong)


def test_what_just_fits_into_the_calendar_fits() -> None:
    """The last microsecond is part of it, and nothing at all is always possible where no wall is looked at."""
    assert LAST == Elapsed(seconds=1).after(LAST - timedelta(seconds=1))
    assert LAST == Elapsed().after(LAST) == LocalDays(0).after(LAST, "Europe/Berlin")
    assert LAST == LocalDays(1).after(LAST - DAY)
    assert FIRST + DAY == LocalDays(1).after(FIRST)


def test_the_calendar_starts() -> None:
    """A wall that shows a time before it is refused, as is a moment that is told by a wall and lies behind it."""
    with pytest.raises(Invalid) as wrong:
        Elapsed().after(LAST.replace(tzinfo=timezone(timedelta(hours=-7))))
    assert ("moment", "this time lies beyond the calendar") == problem(wrong)
    for length in (LocalDays(1), BusinessTime(hours=1), BusinessTime(days=1)):
        with pytest.raises(Invalid) as wrong:
            length.after(FIRST, "America/New_York")
        assert ("moment", "this time lies beyond the calendar") == problem(wrong)
    for day, zone in ((date.max, "UTC"), (date.max, "America/New_York"), (date.min, "Europe/Berlin")):
        with pytest.raises(Invalid) as wrong:
            day_of(day, zone)
        assert ("on", "this time lies beyond the calendar") == problem(wrong)
    with pytest.raises(Invalid) as wrong:
        local(datetime(9999, 12, 31, 23), "America/New_York", "start")
    assert ("start", "this time lies beyond the calendar") == problem(wrong)


@settings(max_examples=150, deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(ZONES), st.one_of(lengths, st.sampled_from(EVERY)), weeks)
def test_anywhere_in_the_calendar_there_is_an_end_or_a_refusal(
    moment: datetime, zone: str, length: Length, week: Week
) -> None:
    """From the year 1 to the year 9999 nothing but Invalid is raised."""
    try:
        assert moment <= length.after(moment, zone, week.open_on)
    except Invalid:
        assert not 1 < moment.year < 9999 or length in EVERY


# ---- what is refused

WHOLE: Final = "a whole number is needed, not "


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (lambda wrong: Elapsed(hours=wrong), "hours", WHOLE),
        (lambda wrong: Elapsed(minutes=wrong), "minutes", WHOLE),
        (lambda wrong: Elapsed(seconds=wrong), "seconds", WHOLE),
        (LocalDays, "days", WHOLE),
        (lambda wrong: BusinessTime(days=wrong), "days", WHOLE),
        (lambda wrong: BusinessTime(hours=wrong), "hours", WHOLE),
        (lambda wrong: BusinessTime(minutes=wrong), "minutes", WHOLE),
        (lambda wrong: BusinessTime(seconds=wrong), "seconds", WHOLE),
        (lambda wrong: LocalDays(1, wrong), "skipped", "one of Skipped is needed, not "),
        (lambda wrong: LocalDays(1, repeated=wrong), "repeated", "one of Repeated is needed, not "),
        (lambda wrong: day_of(wrong, "UTC"), "on", "a date is needed, not "),
        (lambda wrong: Span("09:00", "17:00").on(wrong, "UTC"), "day", "a date is needed, not "),
    ],
)
@pytest.mark.parametrize(("wrong", "kind"), [(1.0, "a float"), (True, "a bool"), ("1", "a str"), (None, "nothing")])
def test_the_wrong_kind_is_refused_by_name(
    make: Callable[[Any], object], path: str, message: str, wrong: object, kind: str
) -> None:
    """The field, what would be right, and what sort of thing came; never what came."""
    with pytest.raises(Invalid) as found:
        make(wrong)
    assert (path, message + kind) == problem(found)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Two fields, two problems."""
    values: Any = {"hours": "1", "minutes": 0.5}
    for kind in (Elapsed, BusinessTime):
        with pytest.raises(Invalid) as wrong:
            kind(**values)
        assert ["hours", "minutes"] == [each.path for each in wrong.value.problems]


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (lambda: Elapsed(hours=-1), "elapsed", "a length of time cannot be negative"),
        (lambda: Elapsed(hours=1, minutes=-61), "elapsed", "a length of time cannot be negative"),
        (lambda: Elapsed(hours=10**30), "elapsed", "is longer than the calendar"),
        (lambda: LocalDays(-1), "days", "a length of time cannot be negative"),
        (lambda: LocalDays(10**30), "days", "is longer than the calendar"),
        (lambda: BusinessTime(days=-1), "days", "a length of time cannot be negative"),
        (lambda: BusinessTime(days=10**30), "days", "is longer than the calendar"),
        (lambda: BusinessTime(hours=-1), "business time", "a length of time cannot be negative"),
        (lambda: BusinessTime(hours=10**30), "business time", "is longer than the calendar"),
        (lambda: BusinessTime(days=1, hours=1), "business time", "give working days or open hours, not both"),
    ],
)
def test_no_length_is_negative_or_longer_than_the_calendar(make: Callable[[], object], path: str, message: str) -> None:
    """And business time is counted in days or in hours."""
    with pytest.raises(Invalid) as wrong:
        make()
    assert (path, message) == problem(wrong)


def test_lengths_are_values() -> None:
    """Parts add up, and equal lengths are equal."""
    assert Elapsed(hours=48) == Elapsed(minutes=2879, seconds=60) == Elapsed(seconds=172_800)
    assert Elapsed(minutes=30) == Elapsed(hours=1, minutes=-30)
    assert {LocalDays(2)} == {LocalDays(2), LocalDays(2, Skipped.LATER, Repeated.FIRST)}
    assert BusinessTime(hours=1) == BusinessTime(minutes=60) != BusinessTime(days=1)


def test_the_longest_length_is_the_whole_calendar() -> None:
    """As many days as it has can be told, and not a second more."""
    days = 3_652_059
    assert days * 86_400 == Elapsed(hours=days * 24).seconds == BusinessTime(hours=days * 24).open_seconds
    assert days == LocalDays(days).days == BusinessTime(days=days).open_days
    for kind in (Elapsed, BusinessTime):
        with pytest.raises(Invalid, match="longer than the calendar"):
            kind(hours=days * 24, seconds=1)
    for build in (lambda: LocalDays(days + 1), lambda: BusinessTime(days=days + 1)):
        with pytest.raises(Invalid, match="longer than the calendar"):
            build()


@pytest.mark.parametrize("length", [Elapsed(hours=1), LocalDays(1), BusinessTime(hours=1), BusinessTime(days=1)])
def test_a_start_needs_a_zone(length: Length) -> None:
    """A naive time is refused, and so is what is no time."""
    with pytest.raises(Invalid) as wrong:
        length.after(datetime(2026, 3, 23, 9))
    assert ("moment", "the time has no zone; give an aware one, e.g. datetime(2026, 11, 22, 9, tzinfo=UTC)") == problem(
        wrong
    )
    strange: Any
    for strange, kind in ((date(2026, 3, 23), "a date"), ("2026-03-23", "a str"), (1.5, "a float"), (None, "nothing")):
        with pytest.raises(Invalid) as wrong:
            length.after(strange)
        assert ("moment", f"a date and time with a zone is needed, not {kind}") == problem(wrong)


def test_a_wall_needs_an_instant_and_an_instant_a_wall() -> None:
    """What stands on a wall has no zone, an instant has one; neither is guessed."""
    with pytest.raises(Invalid) as wrong:
        wall(datetime(2026, 3, 23, 9), "Europe/Berlin")
    assert "moment" == problem(wrong)[0]
    strange: Any
    for strange in (datetime(2026, 3, 23, 9, tzinfo=UTC), date(2026, 3, 23), time(9), "2026-03-23", 1.5, None):
        with pytest.raises(Invalid) as wrong:
            local(strange, "Europe/Berlin", "start")
        assert ("start", "a date and time without a zone is needed, as it stands on the wall") == problem(wrong)
    with pytest.raises(Invalid) as wrong:
        day_of(datetime(2026, 3, 23, tzinfo=UTC), "Europe/Berlin")
    assert ("on", "a date is needed, not a datetime") == problem(wrong)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../UTC", 1, None])
def test_an_unknown_zone_is_refused(zone: Any) -> None:
    """By whatever looks at a wall."""
    moment = at("2026-03-23 12:00", "UTC")
    for ask in (
        lambda: LocalDays(1).after(moment, zone),
        lambda: BusinessTime(hours=1).after(moment, zone),
        lambda: BusinessTime(days=1).after(moment, zone),
        lambda: day_of(date(2026, 3, 23), zone),
        lambda: wall(moment, zone),
        lambda: local(datetime(2026, 3, 23), zone, "start"),
    ):
        with pytest.raises(Invalid) as wrong:
            ask()
        assert ("zone", "is no known time zone; give an IANA name, e.g. 'Europe/Berlin'") == problem(wrong)


# ---- spans and weeks


@pytest.mark.parametrize(
    ("span", "day", "start", "end"),
    [
        (("09:00", "17:00"), "2026-03-23", "2026-03-23 08:00", "2026-03-23 16:00"),
        (("21:00", "08:00"), "2026-03-23", "2026-03-23 20:00", "2026-03-24 07:00"),
        (("22:00", "00:00"), "2026-03-23", "2026-03-23 21:00", "2026-03-23 23:00"),
        (("21:00", "08:00"), "2026-03-28", "2026-03-28 20:00", "2026-03-29 06:00"),  # one hour less
        (("21:00", "08:00"), "2026-10-24", "2026-10-24 19:00", "2026-10-25 07:00"),  # one hour more
        (("00:00", "24:00"), "2026-03-29", "2026-03-28 23:00", "2026-03-29 22:00"),
        (("02:00", "03:00"), "2026-03-29", "2026-03-29 01:00", "2026-03-29 01:00"),  # nothing is left of it
        (("02:15", "02:45"), "2026-03-29", "2026-03-29 01:00", "2026-03-29 01:00"),
        (("02:30", "05:00"), "2026-03-29", "2026-03-29 01:00", "2026-03-29 03:00"),
        (("02:30", "05:00"), "2026-10-25", "2026-10-25 00:30", "2026-10-25 04:00"),
        (("01:00", "02:30"), "2026-10-25", "2026-10-24 23:00", "2026-10-25 00:30"),
    ],
)
def test_a_span_of_a_day_in_berlin(span: tuple[str, str], day: str, start: str, end: str) -> None:
    """It starts and ends once: at the first of two times, and for a skipped one when the clock changes."""
    found = Span(*span).on(date.fromisoformat(day), "Europe/Berlin")
    assert (start, end) == tuple(shown(each, "UTC") for each in found)


CLOCK: Final = 'a time of day is needed, from "00:00" to "24:00"'


@pytest.mark.parametrize(
    ("start", "end", "problems"),
    [
        ("9:00", "17:00", {"start": CLOCK}),
        ("09:00", "17:60", {"end": CLOCK}),
        ("09:00", "24:01", {"end": CLOCK}),
        ("25:00", "17.00", {"start": CLOCK, "end": CLOCK}),
        ("09:00\n", "17:00", {"start": CLOCK}),
        ("٠٩:٠٠", "17:00", {"start": CLOCK}),  # noqa: RUF001  # digits, but not ours
        ("", "17:00", {"start": CLOCK}),
        (9, None, {"start": CLOCK, "end": CLOCK}),
        (9.5, True, {"start": CLOCK, "end": CLOCK}),
        (time(9), "17:00", {"start": CLOCK}),
        ("09:00", "09:00", {"end": "must differ from the start; the whole day is 00:00 to 24:00"}),
        ("24:00", "08:00", {"start": "must lie before the end of the day"}),
        ("24:00", "00:00", {"start": "must lie before the end of the day"}),
    ],
)
def test_a_span_is_two_times_of_a_day(start: Any, end: Any, problems: dict[str, str]) -> None:
    """Written out, apart from each other; each wrong one is named."""
    with pytest.raises(Invalid) as wrong:
        Span(start, end)
    assert problems == {each.path: each.message for each in wrong.value.problems}


SEVEN: Final = "a tuple of seven is needed, Monday first"
SPANS: Final = "a tuple of spans is needed, an empty one where it is closed"
ORDER: Final = "spans stand in order, apart from each other, within the day"
DATES: Final = "a frozenset of dates is needed"


@pytest.mark.parametrize(
    ("week", "path", "message"),
    [
        ({"days": ((),) * 6}, "days", SEVEN),
        ({"days": ((),) * 8}, "days", SEVEN),
        ({"days": [()] * 7}, "days", SEVEN),
        ({"days": "1234567"}, "days", SEVEN),
        ({"days": None}, "days", SEVEN),
        ({"days": (None, *[()] * 6)}, "days", SEVEN),
        ({"days": ((), ("09:00", "17:00"), *[()] * 5)}, "days[1]", SPANS),
        ({"days": ((), (Span("13:00", "17:00"), Span("08:00", "12:00")), *[()] * 5)}, "days[1]", ORDER),
        ({"days": ((), (Span("08:00", "12:00"), Span("11:00", "17:00")), *[()] * 5)}, "days[1]", ORDER),
        ({"days": ((), (Span("08:00", "12:00"), Span("12:00", "17:00")), *[()] * 5)}, "days[1]", ORDER),
        ({"days": (*[()] * 6, (Span("21:00", "08:00"),))}, "days[6]", ORDER),
        ({"closed": {date(2026, 1, 1)}}, "closed", DATES),
        ({"closed": None}, "closed", DATES),
        ({"closed": frozenset({"2026-01-01"})}, "closed", DATES),
        ({"closed": frozenset({datetime(2026, 1, 1, tzinfo=UTC)})}, "closed", DATES),
    ],
)
def test_a_week_is_seven_days_of_spans_and_days_off(week: dict[str, Any], path: str, message: str) -> None:
    """What could mean something else is refused: a text for a date would never close, a night belongs to two days."""
    with pytest.raises(Invalid) as wrong:
        Week(**week)
    assert (path, message) == problem(wrong)


def test_a_week_says_when_it_is_open() -> None:
    """From Monday to Friday, not on a day off."""
    monday = date(2026, 3, 23)
    assert [1, 0, 1, 1, 1, 0, 0] == [len(FESTIVE.open_on(monday + timedelta(days=n))) for n in range(7)]
    assert (Span("09:00", "17:00"),) == Week().open_on(monday)
    assert 2 == len(LUNCH.open_on(monday))
