"""What could come, for Hypothesis: contacts of any funnel, statuses, actors, policies, moments near clock changes.

`@given(contacts(MY_FUNNEL))`: the funnel may be any, ours or the host's.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from attrs import Attribute, evolve, fields, frozen
from hypothesis import strategies as st

from funnelkit.errors import invalid
from funnelkit.funnel import Funnel
from funnelkit.policy import Policy
from funnelkit.table import Status
from funnelkit.times import BusinessTime, Elapsed, Length, LocalDays, Skipped, instant
from funnelkit.times import zone as zone_named
from funnelkit.values.actor import Actor
from funnelkit.values.contact import Contact
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.pipeline import AtStage
from funnelkit.values.session import Engagement
from funnelkit.words import Category, Kind, Portal, Role, Standing

S = TypeVar("S", bound=Status)

FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2037, 12, 31, tzinfo=UTC)
"""Between these, moments are drawn."""

MONDAY: Final = datetime(2000, 1, 3, 10, tzinfo=UTC)
"""It is open."""

TICK: Final = timedelta(microseconds=1)
SECOND: Final = timedelta(seconds=1)
HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(days=7)

ZONES: Final = (
    "Europe/Berlin",
    "America/New_York",
    "Europe/Dublin",  # counts its winter as the change
    "Australia/Lord_Howe",  # by half an hour
    "America/St_Johns",  # off by half an hour, and long at a minute past midnight
    "America/Havana",  # at midnight, so that some days have no first hour
    "Africa/Casablanca",  # by the moon, four times in a year
    "Antarctica/Troll",  # by two hours
    "Pacific/Apia",  # a whole day was left out
    "Asia/Pyongyang",  # not in summer, but for good
)
"""Places whose clocks change in different ways."""

STILL: Final[tuple[tzinfo, ...]] = (
    UTC,
    ZoneInfo("Asia/Tokyo"),
    timezone(timedelta(hours=-12)),
    timezone(timedelta(hours=5, minutes=45)),
    timezone(timedelta(hours=14)),
)
"""Places whose clocks do not change in that time."""


@frozen
class ClockChange:
    """A change of the clock: where, the first instant after it (UTC), and by how much; less than nothing is back."""

    zone: str
    at: datetime
    by: timedelta


@cache
def clock_changes(zone: str) -> tuple[ClockChange, ...]:
    """Give the changes of the clock in a zone from 2000 to 2037, in order. Raises Invalid for what is no zone."""
    place = ZoneInfo(zone_named(zone, "zone"))
    found, start = [], FIRST
    while start < LAST:
        before, after = start, start + WEEK
        was, now = _offset(before, place), _offset(after, place)
        start = after
        if was == now:
            continue
        while after - before > SECOND:
            middle = before + (after - before) // SECOND // 2 * SECOND
            before, after = (middle, after) if _offset(middle, place) == was else (before, middle)
        found.append(ClockChange(zone, after, now - was))
    return tuple(found)


def instants_near_clock_changes(zone: str | None = None) -> st.SearchStrategy[datetime]:
    """Moments in UTC around a change of the clock, in one zone; None: in any of several that change in different ways.

    On it, a microsecond and a second beside it, at both ends and in the middle of a repeated hour, as far away again,
    and anywhere up to three hours away. Gaps and repeated hours come equally often.

    Raises Invalid for what is no zone, and for one whose clock does not change from 2000 to 2037.
    """
    return _changes_near(zone).map(lambda found: found[1])


def instants() -> st.SearchStrategy[datetime]:
    """Moments in UTC from 2000 to 2037, many of them near a change of a clock somewhere."""
    return st.one_of(_between(FIRST, LAST), instants_near_clock_changes())


def aware_datetimes() -> st.SearchStrategy[datetime]:
    """Moments as they come in from outside: in all kinds of zones, repeated hours on either side (`fold`) among them.

    Each is a moment that there was: no time on the wall that a clock goes forward over.
    """
    zones = st.sampled_from([*(ZoneInfo(zone) for zone in ZONES), *STILL])
    near = _changes_near(None).map(lambda found: found[1].astimezone(ZoneInfo(found[0].zone)))
    return st.one_of(st.builds(datetime.astimezone, _between(FIRST, LAST), zones), near)


@cache
def identifiers() -> st.SearchStrategy[str]:
    """Ids as hosts choose them: most are plain, some have blanks inside or letters of any script."""
    plain = st.text(string.ascii_letters + string.digits + "-_.:", min_size=1, max_size=12)
    odd = st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable() and text == text.strip())
    return st.one_of(plain, odd)


def statuses(funnel: Funnel[S, Any]) -> st.SearchStrategy[S]:
    """Statuses of a funnel, retired ones included; it shrinks to the first."""
    return st.sampled_from(list(funnel.statuses))


def actors(*roles: Role) -> st.SearchStrategy[Actor]:
    """Actors with one of these roles; none named: with any."""
    return st.builds(Actor, id=identifiers(), role=st.sampled_from(roles or tuple(Role)))


def contacts(funnel: Funnel[Status, Any], *, until: datetime = LAST) -> st.SearchStrategy[Contact]:
    """Contacts of a funnel with everything that can stand beside a status. To none has anything happened after `until`.

    What hangs together fits: the number of the attempt and the status, a follow-up and when it gives up, a pipeline
    and the statuses in which one runs, the archive and the standing before. Raises Invalid for a time without a zone.
    """
    times = st.tuples(*[_between(FIRST, instant(until, "until"))] * 3).map(sorted)
    portal = st.sampled_from(Portal) if funnel.log_in is not None else st.just(Portal.NOT_INVITED)
    return _contacts(funnel, statuses(funnel), times, portal)


def lengths() -> st.SearchStrategy[Length]:
    """Lengths of time of every kind: real time, local days, business time; none is longer than a month of days."""
    return st.one_of(
        st.builds(Elapsed, hours=st.integers(0, 720), minutes=st.integers(0, 59), seconds=st.integers(0, 59)),
        st.builds(LocalDays, st.integers(0, 30), skipped=st.sampled_from([Skipped.LATER, Skipped.EARLIER])),
        st.builds(BusinessTime, days=st.integers(0, 30)),
        st.builds(BusinessTime, hours=st.integers(0, 72), minutes=st.integers(0, 59)),
    )


@st.composite
def policies(draw: st.DrawFn, policy: Policy | None = None) -> Policy:
    """Policies in which every switch, reading and length varies; the lengths are longer than nothing.

    Everything else, such as how the shell works and what is listed by key, is as in `policy`, or as usual. A funnel
    takes one by `attrs.evolve(funnel, policy=policy)`.
    """
    made = policy or Policy()
    for part in fields(Policy):
        if part.name != "shell":
            own = getattr(made, part.name)
            figures = {figure.name: draw(varied) for figure, varied in _varied(own)}
            made = evolve(made, **{part.name: evolve(own, **figures)})
    return made


def _varied(part: Any) -> Iterable[tuple[Attribute[Any], st.SearchStrategy[Any]]]:
    for figure in fields(type(part)):
        value = getattr(part, figure.name)
        if isinstance(value, bool):
            yield figure, st.booleans()
        elif isinstance(value, Enum):
            yield figure, st.sampled_from(type(value))
        elif figure.type in ("Length", Length):  # a text, until somebody has resolved it
            yield figure, lengths().filter(lambda length: length.after(MONDAY) > MONDAY)


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


@cache
def _by_direction(zone: str | None) -> tuple[tuple[ClockChange, ...], ...]:
    """Give the changes of each zone, those forward and those back apart."""
    changes = [clock_changes(name) for name in ([zone] if zone is not None else ZONES)]
    every = [
        tuple(c for c in found if (c.by > timedelta()) is forward) for found in changes for forward in (True, False)
    ]
    return tuple(some for some in every if some)


def _changes_near(zone: str | None) -> st.SearchStrategy[tuple[ClockChange, datetime]]:
    directions = _by_direction(zone)  # each zone and direction comes equally often, however many changes it has
    if not directions:
        raise invalid("zone", "the clock there does not change from 2000 to 2037")
    return st.sampled_from(directions).flatmap(st.sampled_from).flatmap(_near)


def _near(change: ClockChange) -> st.SearchStrategy[tuple[ClockChange, datetime]]:
    size = abs(change.by)
    edges = [side + beside for side in (timedelta(), -size, size) for beside in (timedelta(), TICK, -TICK)]
    edges += [SECOND, -SECOND, size / 2, -size / 2]
    away = st.one_of(st.sampled_from(edges), st.timedeltas(-3 * HOUR, 3 * HOUR))
    return away.map(lambda length: (change, change.at + length))


def _between(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    return st.datetimes(first.replace(tzinfo=None), last.replace(tzinfo=None), timezones=st.just(UTC))


NAMES: Final = st.sampled_from(["a", "b", "B-2", "a b", "ü:1", "\u65e5\u672c"])
SETS: Final = st.sampled_from([frozenset(some) for some in ([], ["a"], ["b"], ["a", "b"], ["a b", "B-2", "ü:1"])])
KINDS: Final = st.frozensets(st.sampled_from([kind.value for kind in Kind]))
CATEGORIES: Final = st.none() | st.sampled_from(Category)
ENGAGEMENTS: Final = st.none() | st.builds(
    Engagement,
    since=st.none() | st.dates(date(2000, 1, 1), date(2020, 1, 1)),
    until=st.none() | st.dates(date(2020, 1, 1), date(2037, 1, 1)),
    consent=st.none() | st.booleans(),
)
AHEAD: Final = st.timedeltas(timedelta(), 52 * WEEK)
"""Made once: to make a strategy takes longer than to draw from it."""


@st.composite
def _contacts(
    draw: st.DrawFn,
    funnel: Funnel[Status, Any],
    statuses: st.SearchStrategy[Status],
    times: st.SearchStrategy[list[datetime]],
    portals: st.SearchStrategy[Portal],
) -> Contact:
    status, standing, portal = draw(statuses), draw(st.sampled_from(Standing)), draw(portals)
    began, between, changed = draw(times)
    attempt = funnel.attempts.get(status, draw(st.integers(0, len(funnel.follow_ups))))
    former = (Standing.ACTIVE, Standing.HIDDEN) if standing is Standing.ARCHIVED else (Standing.ACTIVE,)
    coach = draw(st.none() | NAMES)
    follow_up = None
    if draw(st.booleans()):
        due, event, last = between + draw(AHEAD), draw(NAMES), status in funnel.follow_ups[-1:]
        follow_up = FollowUp(
            id=event, noted=draw(st.sampled_from([event, "noted"])), due=due, attempt=max(attempt, 1), set=between,
            exact=draw(st.booleans()), gives_up=due + draw(AHEAD) if last else None,
        )  # fmt: skip
    at_stage = None
    if status in funnel.pipelines and draw(st.booleans()):
        at_stage = AtStage(pipeline=draw(NAMES), stage=draw(NAMES), since=between, entered=began)
    return Contact(
        id=draw(identifiers()),
        status=status,
        since=draw(st.sampled_from([None, began, changed])),
        changed=changed,
        version=draw(st.integers(1, 99)),
        attempt=attempt,
        standing=standing,
        former=draw(st.sampled_from(former)),
        portal=portal,
        category=draw(CATEGORIES),
        coach=coach,
        coaches=draw(SETS) - {coach},
        onboarding=draw(SETS) if portal is Portal.ACTIVE else frozenset(),
        company=draw(st.none() | NAMES),
        groups=draw(SETS),
        tags=draw(SETS),
        permitted=draw(SETS),
        opened=draw(KINDS),
        owned=draw(SETS),
        agreements=draw(SETS),
        enrollments=draw(SETS),
        follow_up=follow_up,
        pipeline=at_stage,
        touched=draw(st.sampled_from([None, began, between, changed])),
        engagement=draw(ENGAGEMENTS),
    )
