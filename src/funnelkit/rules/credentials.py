"""How far is this coach from this credential, when would it be reached, and what falls out of the window when?"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import Any, Final, TypeVar

from attrs import evolve, field, frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import invalid, unknown
from funnelkit.funnel import Funnel
from funnelkit.requirements import Requirements
from funnelkit.table import Status
from funnelkit.values import checks
from funnelkit.values.cases import door, from_nought
from funnelkit.values.worked import EXACT, Worked

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
AnyFunnel = Funnel[Status, Any]

DAY: Final = timedelta(days=1)
HOUR: Final = 60
"""Minutes of an hour."""
HORIZON: Final = 100 * 366
"""Days that are looked ahead: who would take longer than a century gets no date."""
ROUND: Final = 4 * 366
"""Days after which months are as long as they were: no window comes that was not there before."""


@frozen(kw_only=True)
class Case(AnyCase):
    """What a coach has and what is asked for: minutes and heads. None: it is not asked for."""

    credential: str
    minutes: int
    paid: int
    clients: int
    needs_minutes: int
    needs_paid: int
    needs_clients: int
    recent: int = 0
    needs_recent: int | None = None
    months: int | None = None
    trained: bool = True
    """Whether somebody said that training had begun by then."""
    holds: tuple[str, ...] = ()
    """Credentials that are or were held."""
    needs_one_of: tuple[str, ...] = ()

    def words(self) -> dict[str, object]:
        """What texts may name: hours instead of minutes."""
        return {
            "credential": self.credential, "clients": self.clients, "needs_clients": self.needs_clients,
            "months": self.months, "needs_one_of": self.needs_one_of,
            **{name: told(getattr(self, name)) for name in ("minutes", "paid", "recent")},
            **{name: told(getattr(self, name) or 0) for name in ("needs_minutes", "needs_paid", "needs_recent")},
        }  # fmt: skip


LOOK: Final = door(
    Case,
    {"credential": checks.instance(str, "a text"), "trained": checks.truth},
    dict.fromkeys(("minutes", "paid", "clients", "needs_minutes", "needs_paid", "needs_clients", "recent"), from_nought)
    | dict.fromkeys(("needs_recent", "months"), checks.optional(from_nought))
    | dict.fromkeys(("holds", "needs_one_of"), checks.each(checks.text)),
)


def told(minutes: int) -> str:
    """Write minutes as hours and minutes: `12:20 h`."""
    return f"{minutes // HOUR}:{minutes % HOUR:02} h"


@rule(
    ok="{minutes} are there, {needs_minutes} are asked for", no="{minutes} of {needs_minutes} are there", remedy="go on"
)
def hours_are_reached(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """So many hours in all. Source: IC1, IC3."""
    return case.minutes >= case.needs_minutes


@rule(
    ok="{paid} paid are there, {needs_paid} are asked for", no="{paid} of {needs_paid} paid are there", remedy="go on"
)
def paid_are_reached(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """So many of them paid. Source: IC1, IC3."""
    return case.paid >= case.needs_paid


@rule(
    ok="{clients} clients are there, {needs_clients} are asked for",
    no="{clients} of {needs_clients} clients are there",
    remedy="go on",
)
def clients_are_enough(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """So many clients, each person once. Source: IC1, IC3, IC-A6."""
    return case.clients >= case.needs_clients


@rule(
    ok="{recent} of the last {months} months are there, {needs_recent} are asked for",
    no="{recent} of {needs_recent} of the last {months} months are there",
    about=About.TIME,
    remedy="go on, or apply before older ones fall out",
    nothing="no recent hours are asked for",
)
def recent_are_reached(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """So many of them recent, paid or not. Source: IC1, IC-A4."""
    return None if case.needs_recent is None else case.recent >= case.needs_recent


@rule(
    ok="training has begun",
    no="nobody said that coach-specific training had begun by then",
    about=About.FACT,
    remedy="say since when: what was before does not count",
)
def training_is_known(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Only hours after the start of training count, so it has to be known, and past. Source: IC1, IC5."""
    return case.trained


@rule(
    ok="a credential that it builds on is held",
    no="none of {needs_one_of} is or was held",
    about=About.FACT,
    remedy="say which credentials are held, or apply for that one first",
    nothing="it builds on no other credential",
)
def former_is_held(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Some credentials build on another one; PCC and pcc are one. Source: IC12."""
    held = {name.casefold() for name in case.holds}
    return any(name.casefold() in held for name in case.needs_one_of) if case.needs_one_of else None


QUESTION: Final = "apply for {credential}"
RULES: Final = (
    hours_are_reached, paid_are_reached, clients_are_enough, recent_are_reached, training_is_known, former_is_held,
)  # fmt: skip


def may_apply(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about what a coach has, beside what is asked for. Raises Invalid."""
    LOOK(funnel, case)
    return decided(QUESTION, RULES, funnel, case)


# ---- windows of calendar months


def months_before(day: date, months: int) -> date:
    """Give the day so many calendar months before; a day that its month has not is the last one. Source: IC-A4."""
    return _moved(day, -months)


def falls_out(day: date, months: int) -> date:
    """Give the first day whose window of so many months does not reach back to this day any more."""
    after = _moved(day, months)
    while months_before(after, months) <= day and after < date.max:
        after += DAY
    return after


def _moved(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= years <= date.max.year:
        return date.min if months < 0 else date.max
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


# ---- progress


@frozen(kw_only=True)
class Part:
    """One figure that is asked for. Minutes, but for `clients`, which are heads."""

    key: str
    """`hours`, `paid`, `clients` or `recent`."""
    has: int
    needs: int

    @property
    def short(self) -> int:
        """How much is missing, exactly."""
        return max(0, self.needs - self.has)

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return self.has >= self.needs

    @property
    def share(self) -> Decimal:
        """How much of it is there, from 0 to 1."""
        return min(Decimal(1), EXACT.divide(Decimal(self.has), Decimal(self.needs)))


@frozen(kw_only=True)
class Pace:
    """What was worked in a number of days up to a day, that day included."""

    days: int
    minutes: int
    paid: int
    clients: int
    """Who was coached for the first time."""


@frozen(kw_only=True)
class Progress:
    """How it stands on a day: what is met, what is short by how much, and when it would be met."""

    requirements: Requirements
    on: date
    decision: Decision
    parts: tuple[Part, ...]
    window: date | None
    """The first day of the window of recent hours; None where none are asked for."""
    leaving: tuple[tuple[date, int], ...] = field(repr=False)
    """What falls out of the window, unless one applies before: on which day, how many minutes; the first one first."""
    pace: Pace
    earliest: date | None
    """The first day on which it would be met at that pace, today perhaps; None: never, or not by going on alone."""

    def part(self, key: str) -> Part:
        """Give one of the figures. Raises Invalid for one that is not asked for."""
        found = {part.key: part for part in self.parts}
        if key not in found:
            raise invalid("key", unknown("part", key, str(self.requirements), found))
        return found[key]

    def __str__(self) -> str:
        """Read in English: the decision, the pace, the date."""
        when = "no date can be told" if self.earliest is None else f"it would be met on {self.earliest}"
        pace = f"{told(self.pace.minutes)} ({told(self.pace.paid)} paid) and {self.pace.clients} new clients"
        return f"{self.decision}\nat the pace of the last {self.pace.days} days, {pace}, {when}"


def progress(
    funnel: Funnel[S, R],
    requirements: Requirements,
    worked: Worked,
    *,
    on: date,
    trained: bool = True,
    holds: str | Iterable[str] = (),
    pace: int = 90,
) -> Progress:
    """Say how far it is. Of what was worked, days after `on` are not looked at. `pace`: measured over so many days.

    `trained`: whether somebody said that training had begun by then; `holds`: credentials that are or were held.
    """
    checks.checked(
        requirements=checks.instance(Requirements, "a Requirements")(requirements),
        worked=checks.instance(Worked, "a Worked")(worked), on=checks.day(on), pace=checks.days(pace),
        holds=checks.instance(Iterable, "a list of credentials")(holds),
    )  # fmt: skip
    clients = worked.heads_on(on)
    worked = _until(worked, on)
    window = None if requirements.months is None else months_before(on, requirements.months)
    recent = _minutes(worked.days, window, on) if window is not None else 0
    case = Case(
        credential=str(requirements), minutes=worked.minutes, paid=worked.paid, clients=clients, recent=recent,
        needs_minutes=requirements.hours * HOUR, needs_paid=requirements.paid * HOUR,
        needs_clients=requirements.clients, months=requirements.months, trained=trained,
        holds=(holds,) if isinstance(holds, str) else tuple(holds),
        needs_recent=None if requirements.recent is None else requirements.recent * HOUR,
        needs_one_of=requirements.holds,
    )  # fmt: skip
    decision, measured = may_apply(funnel, case), _pace(worked, on, pace)
    only_told = {training_is_known.address, former_is_held.address}
    stands_still = any(finding.rule in only_told for finding in decision.refusals)
    return Progress(
        requirements=requirements, on=on, decision=decision, parts=tuple(_parts(case)), window=window,
        leaving=() if requirements.months is None else _leaving(worked, window or on, requirements.months),
        pace=measured, earliest=None if stands_still else _earliest(case, worked, on, measured),
    )  # fmt: skip


def _until(worked: Worked, on: date) -> Worked:
    """Give what was worked by that day."""
    if all(day <= on for day in worked.days):
        return worked
    return evolve(
        worked,
        days={day: both for day, both in worked.days.items() if day <= on},
        clients={client: day for client, day in worked.clients.items() if day <= on},
    )


def _parts(case: Case) -> Iterator[Part]:
    yield Part(key="hours", has=case.minutes, needs=case.needs_minutes)
    yield Part(key="paid", has=case.paid, needs=case.needs_paid)
    yield Part(key="clients", has=case.clients, needs=case.needs_clients)
    if case.needs_recent is not None:
        yield Part(key="recent", has=case.recent, needs=case.needs_recent)


def _minutes(days: Mapping[date, tuple[int, int]], first: date, last: date) -> int:
    return sum(paid + unpaid for day, (paid, unpaid) in days.items() if first <= day <= last)


def _leaving(worked: Worked, window: date, months: int) -> tuple[tuple[date, int], ...]:
    found: dict[date, int] = {}
    for day in sorted(worked.days):
        if day >= window:
            leaves = falls_out(day, months)
            found[leaves] = found.get(leaves, 0) + sum(worked.days[day])
    return tuple(found.items())


def _pace(worked: Worked, on: date, days: int) -> Pace:
    first = on - min(days - 1, (on - date.min).days) * DAY
    lately = [both for day, both in worked.days.items() if first <= day <= on]
    new = sum(first <= day <= on for day in worked.clients.values())
    new += sum(count for day, count in worked.unnamed(on) if first <= day)
    return Pace(
        days=days, minutes=sum(paid + unpaid for paid, unpaid in lately), paid=sum(paid for paid, _ in lately),
        clients=new,
    )  # fmt: skip


def _earliest(case: Case, worked: Worked, on: date, pace: Pace) -> date | None:
    """Give the first day on which everything would be there, if each day from tomorrow on is like the average one."""
    ahead = 0
    for short, rate in (
        (case.needs_minutes - case.minutes, pace.minutes),
        (case.needs_paid - case.paid, pace.paid),
        (case.needs_clients - case.clients, pace.clients),
    ):
        if short > 0 and rate == 0:
            return None
        if short > 0:
            ahead = max(ahead, ceil(Fraction(short * pace.days, rate)))
    horizon = min(HORIZON, (date.max - on).days)
    if case.needs_recent is None or case.months is None:
        return on + ahead * DAY if ahead <= horizon else None
    each, days = Fraction(pace.minutes, pace.days), sorted(worked.days)
    left = [0, *accumulate(sum(worked.days[day]) for day in reversed(days))][::-1]
    for n in range(ahead, min(horizon, ahead + case.months * 31 + ROUND)):
        day = on + n * DAY
        first = months_before(day, case.months)
        if left[bisect_left(days, first)] + each * min(n, (day - first).days + 1) >= case.needs_recent:
            return day
    return None
