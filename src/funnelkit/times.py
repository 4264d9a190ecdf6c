"""Time that says what it means: elapsed, local days, business time. No bare timedelta on a local time.

Instants are aware and in UTC. A period that starts and ends is half open: the start belongs to it, the end does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, unique
from itertools import islice
from re import fullmatch
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import frozen

from funnelkit.errors import Invalid, Problem, invalid, kind_of

DAY: Final = 24 * 60
"""Minutes of a day."""

CALENDAR: Final = date.max.toordinal()
"""Days of the whole calendar: no length is longer."""

MANY: Final = 2**31 - 1
"""The largest whole number: databases keep no larger one, and nothing here is counted so far."""

BEYOND: Final = "this time lies beyond the calendar"

EDGE: Final = timedelta(days=2)
"""How far an appointment starts from either end of the calendar at least: every zone has a day for it then."""
EARLIEST: Final = datetime.min.replace(tzinfo=UTC) + EDGE
LATEST: Final = datetime.max.replace(tzinfo=UTC) - EDGE


def instant(moment: object, path: str) -> datetime:
    """Give this moment in UTC; refuse a naive one, naming the field. The hot paths pass UTC and pay one comparison."""
    if not isinstance(moment, datetime):
        raise invalid(path, f"a date and time with a zone is needed, not {kind_of(moment)}")
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise invalid(path, "the time has no zone; give an aware one, e.g. datetime(2026, 11, 22, 9, tzinfo=UTC)")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise invalid(path, BEYOND) from None


def time_text(moment: datetime, path: str) -> str:
    """Write a time in UTC: `2026-11-22T08:00:00Z`. Raises Invalid where it has no zone."""
    return instant(moment, path).isoformat().replace("+00:00", "Z")


def later(moment: datetime, length: timedelta, path: str) -> datetime:
    """Give the instant that much later, or refuse one beyond the calendar."""
    try:
        return moment + length
    except OverflowError:
        raise invalid(path, BEYOND) from None


def datable(moment: datetime, path: str) -> datetime:
    """Give an instant that has a day by every clock, or refuse one too near an end of the calendar."""
    if not EARLIEST <= moment <= LATEST:
        raise invalid(path, "lies less than two days from an end of the calendar")
    return moment


def zone(name: object, path: str) -> str:
    """Give the name of this time zone back if there is one, e.g. `Europe/Berlin`."""
    return _place(name, path).key


@unique
class Skipped(Enum):
    """What is meant by a time on the wall that the clock goes forward over."""

    LATER = "later"  # as long after the change as it would have been: 02:30 is 03:30
    EARLIER = "earlier"  # as long before the change: 02:30 is 01:30
    REFUSED = "refused"


@unique
class Repeated(Enum):
    """Which is meant of a time on the wall that comes twice."""

    FIRST = "first"
    SECOND = "second"


def zone_of(member: str | None, zones: Mapping[str, str], usual: str) -> str:
    """Give the zone of a member, if it is among those that are known, else the usual one."""
    return usual if member is None else zones.get(member, usual)


def local(
    wall: datetime,
    name: str,
    path: str,
    *,
    skipped: Skipped = Skipped.REFUSED,
    repeated: Repeated = Repeated.FIRST,
) -> datetime:
    """Give the instant of this wall time in that zone. `wall` is naive; the result is in UTC.

    Raises Invalid for a time that does not exist there (a spring change of the clock), unless `skipped` says better.
    """
    first, second = _by_both_clocks(wall, name, path, quick=repeated is Repeated.FIRST)
    if first <= second:
        return first if repeated is Repeated.FIRST else second
    if skipped is Skipped.REFUSED:
        raise invalid(path, f"this time does not exist in {name}: the clock goes forward over it")
    return first if skipped is Skipped.LATER else second


def wall(moment: datetime, name: str) -> datetime:
    """Give what stands on the wall of that zone at this moment, as a naive time."""
    place = _place(name, "zone")
    try:
        return instant(moment, "moment").astimezone(place).replace(tzinfo=None)
    except OverflowError:
        raise invalid("moment", BEYOND) from None


def day_of(on: date, name: str, path: str = "on") -> tuple[datetime, datetime]:
    """Give start and end of a local day in UTC, the end not included: 23, 24 or 25 hours, or none of a skipped day.

    Raises Invalid for the last day of the calendar.
    """
    return _edge(on, 0, name, path), _edge(on, DAY, name, path)


def _is_naive(wall: object) -> bool:
    return isinstance(wall, datetime) and wall.tzinfo is None


def _is_date(day: object) -> bool:
    return isinstance(day, date) and not isinstance(day, datetime)


def _edge(day: date, minutes: int, name: str, path: str) -> datetime:
    """Give the first instant at which the clock there shows so many minutes of this day, or has gone over them."""
    if not _is_date(day):
        raise invalid(path, f"a date is needed, not {kind_of(day)}")
    there = later(datetime.combine(day, time()), timedelta(minutes=minutes), path)
    found, early = _by_both_clocks(there, name, path)
    while found - early > timedelta.resolution:  # skipped: the change lies in between
        middle = early + (found - early) / 2
        early, found = (middle, found) if wall(middle, name) < there else (early, middle)
    return found


def _by_both_clocks(wall: datetime, name: str, path: str, *, quick: bool = False) -> tuple[datetime, datetime]:
    """Give the instant by the clock before a change and by the one after: one, or in order if it comes twice.

    A skipped time gives the later one first. `quick`: of a time that is not skipped, the second one is not asked.
    """
    if not _is_naive(wall):
        raise invalid(path, "a date and time without a zone is needed, as it stands on the wall")
    place = _place(name, "zone")
    try:
        there = wall.replace(tzinfo=place, fold=0)
        first = there.astimezone(UTC)
        if quick and first.astimezone(place) == there:  # within one zone Python compares what stands on the wall
            return first, first
        return first, there.replace(fold=1).astimezone(UTC)
    except OverflowError:
        raise invalid(path, BEYOND) from None


def _place(name: object, path: str) -> ZoneInfo:
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (KeyError, ValueError, OSError):
        raise invalid(path, "is no known time zone; give an IANA name, e.g. 'Europe/Berlin'") from None


@frozen
class Span:
    """A part of each local day: `Span("09:00", "17:00")`, the end not included. `24:00` is the end of the day.

    One that ends before it starts goes over midnight: `Span("21:00", "08:00")`.
    """

    start: str
    end: str

    def __attrs_post_init__(self) -> None:
        """Refuse what is no time of day, and a span of nothing."""
        wrong = [
            Problem(name, 'a time of day is needed, from "00:00" to "24:00"')
            for name in ("start", "end")
            if not isinstance(given := getattr(self, name), str) or _minutes(given) is None
        ]
        if not wrong and self.start == "24:00":
            wrong = [Problem("start", "must lie before the end of the day")]
        if not wrong and self.start == self.end:
            wrong = [Problem("end", "must differ from the start; the whole day is 00:00 to 24:00")]
        if wrong:
            raise Invalid(*wrong)

    @property
    def minutes(self) -> tuple[int, int]:
        """Start and end in minutes after midnight."""
        return _minutes(self.start) or 0, _minutes(self.end) or 0

    def on(self, day: date, name: str, path: str = "day") -> tuple[datetime, datetime]:
        """Give start and end on this local day, in UTC; over midnight, the end is on the day after.

        It starts and ends once: of a repeated time the first counts, in place of a skipped one the change of the clock.
        """
        start, end = self.minutes
        return _edge(day, start, name, path), _edge(day, end if start < end else end + DAY, name, path)


def _minutes(text: str) -> int | None:
    found = fullmatch(r"([0-9]{2}):([0-9]{2})", text)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2])
    return hours * 60 + minutes if minutes < 60 and hours * 60 + minutes <= DAY else None  # noqa: PLR2004  # of an hour


OpenOn: TypeAlias = Callable[[date], Iterable[Span]]
"""Says when a local day is open: its spans, none of them over midnight; nothing where it is closed."""


def _is_tuple(given: object, kind: type) -> bool:
    return isinstance(given, tuple) and all(isinstance(part, kind) for part in given)


OFFICE: Final = (Span("09:00", "17:00"),)


@frozen(kw_only=True)
class Week:
    """Opening hours as data, Monday first; `closed` are days off. Monday to Friday from 9 to 17, unless told otherwise.

    `Week(days=((Span("08:00", "12:00"), Span("13:00", "17:00")), (), ...))`
    """

    days: tuple[tuple[Span, ...], ...] = (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ())
    closed: frozenset[date] = frozenset()

    def __attrs_post_init__(self) -> None:
        """Ask for seven days, each with spans in order that lie within it and apart from each other."""
        if not _is_tuple(self.days, tuple) or len(self.days) != 7:  # noqa: PLR2004  # of a week
            raise invalid("days", "a tuple of seven is needed, Monday first")
        for place, spans in enumerate(self.days):
            if not _is_tuple(spans, Span):
                raise invalid(f"days[{place}]", "a tuple of spans is needed, an empty one where it is closed")
            edges = [edge for span in spans for edge in span.minutes]
            if edges != sorted(set(edges)):
                raise invalid(f"days[{place}]", "spans stand in order, apart from each other, within the day")
        closed: object = self.closed
        if not isinstance(closed, frozenset) or not all(map(_is_date, closed)):
            raise invalid("closed", "a frozenset of dates is needed")

    def open_on(self, day: date) -> tuple[Span, ...]:
        """Give the spans of this day, nothing where it is closed."""
        return () if day in self.closed else self.days[day.weekday()]


@frozen(init=False)
class Elapsed:
    """A length of real time, whatever the clocks on the wall do: `Elapsed(hours=48)`. Counted in whole seconds."""

    seconds: int

    def __init__(self, *, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Add up the parts; a length may be nothing but not negative."""
        _whole(hours=hours, minutes=minutes, seconds=seconds)
        self.__attrs_init__(_fits("elapsed", hours * 3600 + minutes * 60 + seconds, CALENDAR * DAY * 60))

    def after(self, moment: datetime, zone: str = "UTC", open_on: OpenOn | None = None) -> datetime:  # noqa: ARG002  # every length takes them
        """Give the instant this long after that one, in UTC. Where and when is open makes no difference."""
        return later(instant(moment, "moment"), timedelta(seconds=self.seconds), "moment")


@frozen
class LocalDays:
    """Days on the calendar of a place: the same time on the wall so many days later, be they of 23 or 25 hours.

    `skipped` and `repeated` say what is meant where the clock changes at that time.
    """

    days: int
    skipped: Skipped = Skipped.LATER
    repeated: Repeated = Repeated.FIRST

    def __attrs_post_init__(self) -> None:
        """Refuse what is no whole number from nothing, and what is no word of the two enums."""
        _whole(days=self.days)
        _fits("days", self.days)
        for name, kind in (("skipped", Skipped), ("repeated", Repeated)):
            if not isinstance(given := getattr(self, name), kind):
                raise invalid(name, f"one of {kind.__name__} is needed, not {kind_of(given)}")

    def after(self, moment: datetime, zone: str = "UTC", open_on: OpenOn | None = None) -> datetime:  # noqa: ARG002  # every length takes them
        """Give the instant so many local days after that one, in UTC. Raises Invalid for a skipped time, if refused."""
        start = instant(moment, "moment")
        if not self.days:
            return start
        there = later(wall(start, zone), timedelta(days=self.days), "moment")
        return local(there, zone, "moment", skipped=self.skipped, repeated=self.repeated)


@frozen(init=False)
class BusinessTime:
    """Time in which it is open: so many working days later, or so many open hours. One of the two.

    Open hours that end with a span end at its closing; none at all end where they start, or at the next opening. A
    working day keeps the time on the wall, moved into the opening hours of that day: to the next opening, or after the
    last one to its closing.
    """

    open_days: int
    open_seconds: int

    def __init__(self, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Take days, or the sum of the others."""
        _whole(days=days, hours=hours, minutes=minutes, seconds=seconds)
        total = _fits("business time", hours * 3600 + minutes * 60 + seconds, CALENDAR * DAY * 60)
        if days and total:
            raise invalid("business time", "give working days or open hours, not both")
        self.__attrs_init__(_fits("days", days), total)

    def after(self, moment: datetime, zone: str = "UTC", open_on: OpenOn | None = None) -> datetime:
        """Give the instant that much business time after that one, in UTC. Raises Invalid where it never opens."""
        start, opens = instant(moment, "moment"), open_on or Week().open_on
        there, left = wall(start, zone), timedelta(seconds=self.open_seconds)
        if self.open_days:
            return self._days(there, zone, opens)
        for _, hours in _open_days(there.date(), zone, opens):
            for opening, closing in hours:
                begin = max(opening, start)
                if begin < closing and left <= closing - begin:
                    return begin + left
                left -= max(closing - begin, timedelta())
        raise invalid("calendar", TOO_LITTLE)

    def _days(self, there: datetime, zone: str, opens: OpenOn) -> datetime:
        ahead = (each for each in _open_days(there.date(), zone, opens) if each[0] > there.date())
        for day, hours in islice(ahead, self.open_days - 1, None):
            same = local(datetime.combine(day, there.time()), zone, "moment", skipped=Skipped.LATER)
            return next((max(opening, same) for opening, closing in hours if same < closing), hours[-1][1])
        raise invalid("calendar", TOO_LITTLE)


Length: TypeAlias = Elapsed | LocalDays | BusinessTime
"""A length of time that says what it means; each has `after(moment, zone, open_on)`."""

TOO_LITTLE: Final = "is not open for that long within ten years; give one that opens, or a shorter time"
LONG: Final = 3660
"""So many days ahead business time is looked for."""


def _open_days(day: date, zone: str, opens: OpenOn) -> Iterator[tuple[date, list[tuple[datetime, datetime]]]]:
    """Give each day from this one on that is open, with its hours in UTC. A day that the calendar skips has none."""
    for ahead in range(LONG):
        try:
            on = day + timedelta(days=ahead)
        except OverflowError:
            raise invalid("moment", BEYOND) from None
        hours = [span.on(on, zone, "moment") for span in opens(on)]
        if hours := [(opening, closing) for opening, closing in hours if opening < closing]:
            yield on, hours


def _whole(**parts: object) -> None:
    wrong = [
        Problem(name, f"a whole number is needed, not {kind_of(part)}")
        for name, part in parts.items()
        if type(part) is not int
    ]
    if wrong:
        raise Invalid(*wrong)


def _fits(path: str, length: int, longest: int = CALENDAR) -> int:
    if length < 0:
        raise invalid(path, "a length of time cannot be negative")
    if length > longest:
        raise invalid(path, "is longer than the calendar")
    return length
