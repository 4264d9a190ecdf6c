"""Which of these appointments count, for how many hours, and why not the others?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, auto, unique
from typing import Any, Final, Generic, TypeVar

from attrs import field, frozen

from funnelkit.decisions import About, Decision, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import Invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.policy import Countable, StatusWhen
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import Status
from funnelkit.times import DAY, instant
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.cases import A_FUNNEL, MINUTES, WORD, door, unfit
from funnelkit.values.checks import checked, instance, one_of, optional, truth
from funnelkit.values.worked import hours_of

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@unique
class From(StrEnum):
    """Where the status of an attendee was taken from."""

    BOOKING = auto()
    SESSION = auto()
    TODAY = auto()


BOOKING: Final = From.BOOKING
SESSION: Final = From.SESSION
TODAY: Final = From.TODAY


@frozen(kw_only=True)
class Case(AnyCase, Generic[S]):
    """One attendee of one appointment, in plain facts. `ended`: the end has passed (an end that is now has)."""

    status: S | None
    state: AppointmentStatus = AppointmentStatus.BOOKED
    ended: bool = True
    taken: From = From.BOOKING
    always: bool = False
    """Whether all hours of the contact's status of today count by policy."""


LOOK: Final = door(Case, {"state": one_of(AppointmentStatus), "ended": truth, "taken": one_of(From), "always": truth})

AnyFunnel = Funnel[Status, Any]
Asked = Case[Any]


@rule(ok="it was not cancelled", no="it was cancelled")
def not_cancelled(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What was cancelled is no hour. Source: CC-A3."""
    return case.state is not AppointmentStatus.CANCELLED


@rule(ok="somebody came", no="nobody came")
def not_missed(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What was missed was not held. Source: CC-A3."""
    return case.state is not AppointmentStatus.MISSED


@rule(ok="its end has passed", no="its end has not passed yet", about=About.TIME)
def has_ended(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What is not over was not held; an end that is now has passed. Source: CC-A3."""
    return case.ended


@rule(ok="the status is known, as of {taken}", no="nobody knows the status of the contact", about=About.FACT)
def status_is_known(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Without a snapshot the current status stands in; without that either, nothing counts. Source: CC-A2."""
    return case.status is not None


@rule(
    ok="all hours of the contact count by policy, whatever the status was",
    no="not all hours of the contact count by policy",
)
def all_hours_count(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """An account may count any hours of those who are inactive now. Source: CC-A2."""
    return case.always


FUNCTION: Final = optional(lambda given: None if callable(given) else f"a function is needed, not {kind_of(given)}")
NOBODY: Final = (Attendee(""),)
QUESTION: Final = "count this appointment"
OF_WHAT_HAPPENED: Final[Mapping[Countable, tuple[Any, ...]]] = {
    Countable.HELD: (not_cancelled, not_missed, has_ended),
    Countable.NOT_CANCELLED: (not_cancelled,),
}
RULES: Final = (not_cancelled, not_missed, has_ended, status_is_known, all_hours_count)


def counts(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Every finding about one attendee of one appointment. Raises UnknownStatus, Invalid."""
    LOOK(funnel, case)
    return _counts(funnel, case)


def _counts(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    found = [claim(funnel, case, None) for claim in OF_WHAT_HAPPENED[funnel.policy.certification.countable]]
    if case.always:
        found.append(all_hours_count(funnel, case, None))
    else:
        found.append(status_is_known(funnel, case, None))
        if case.status is not None:
            found.append(funnel.counts[funnel.status(case.status)])
    return Decision(QUESTION, tuple(found), case, None, funnel)


@frozen
class Line:
    """One appointment of a report: whether it counts and why, its minutes, and which attendees it counts for."""

    appointment: Appointment
    decision: Decision
    attendees: tuple[tuple[str, Decision], ...]

    @property
    def counted(self) -> bool:
        """Whether its minutes are in the total."""
        return self.decision.allowed

    def __str__(self) -> str:
        """Read in English: the appointment, its minutes, and why."""
        verb = "counts" if self.counted else "does not count"
        why = "; ".join(self.decision.said(finding) for finding in self.decision.refusals)
        return f"{self.appointment.id}: {self.appointment.minutes} minutes, {verb}{f': {why}' if why else ''}"

    @property
    def clients(self) -> tuple[str, ...]:
        """The attendees that it counts for. Source: CC-A12."""
        return tuple(contact for contact, decision in self.attendees if decision)


@frozen(kw_only=True)
class Report:
    """The hours of some appointments: iterate over it for a line each. Minutes are whole; hours are Decimals."""

    appointments: tuple[Appointment, ...] = field(repr=False)
    decisions: tuple[Decision, ...] = field(repr=False)
    of_groups: Mapping[int, tuple[Decision, ...]] = field(repr=False)
    sums: Mapping[tuple[str, str, bool | None], int]
    """Counted minutes by coach, client and whether paid (None: not said). A group's minutes stand with each client."""
    minutes: int
    """Counted minutes; a group's once."""
    excluded: int
    """Minutes that do not count."""

    @property
    def hours(self) -> Decimal:
        """Counted hours."""
        return hours_of(self.minutes)

    @property
    def excluded_hours(self) -> Decimal:
        """Hours that do not count."""
        return hours_of(self.excluded)

    def __str__(self) -> str:
        """Read in English: the totals."""
        return f"{self.minutes} minutes counted, {self.excluded} not, in {len(self)} appointments"

    def __len__(self) -> int:
        """How many appointments were looked at."""
        return len(self.appointments)

    def __iter__(self) -> Iterator[Line]:
        """A line for each appointment, in the order given."""
        for place, (appointment, decision) in enumerate(zip(self.appointments, self.decisions, strict=True)):
            each = self.of_groups.get(place, (decision,) if appointment.attendees else ())
            yield Line(appointment, decision, tuple(zip((a.contact for a in appointment.attendees), each, strict=True)))

    @property
    def counted(self) -> tuple[Line, ...]:
        """The lines that count."""
        return tuple(line for line in self if line.counted)

    @property
    def not_counted(self) -> tuple[Line, ...]:
        """The lines that do not, each with its reason."""
        return tuple(line for line in self if not line.counted)

    def minutes_of(self, *, coach: str | None = None, client: str | None = None) -> int:
        """Counted minutes of a coach or a client; of a client, those of each group in full."""
        return sum(n for (c, k, _), n in self.sums.items() if coach in (None, c) and client in (None, k))


StatusThen = Callable[[str, datetime], Status | None]


def count(  # the facts that the policy may ask for, by name
    funnel: Funnel[S, R],
    appointments: Iterable[Appointment],
    *,
    now: datetime,
    today: Mapping[str, Status] | None = None,
    then: StatusThen | None = None,
    coach: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Report:
    """Count with a reason for each appointment. `since` and `until` look at the start: [since, until). Source: IC-A10.

    `today` gives the current status by contact: it stands in where there is no snapshot. `then` gives the status of a
    contact at a moment, where the policy asks for the one at the session. A group counts once if anybody in it counts.
    Raises Invalid for what is no appointment, and UnknownStatus for a status of another funnel. By whatever name the
    funnel goes: so one that was derived is asked what it would count.
    """
    checked(
        funnel=A_FUNNEL(funnel),
        appointments=instance(Iterable, "a list of Appointments")(appointments),
        today=instance(Mapping, "a table of statuses")(today or {}),
        then=FUNCTION(then),
        coach=WORD(coach),
    )
    now = instant(now, "now")
    since = None if since is None else instant(since, "since")
    until = None if until is None else instant(until, "until")
    given = tuple(appointments)
    today = {contact: funnel.status(status) for contact, status in (today or {}).items()}
    try:
        return _report(funnel, _picked(given, coach, since, until), now, _judge(funnel, today, then))
    except (AttributeError, TypeError):
        wrong = [found for place, one in enumerate(given) for found in unfit(f"appointments[{place}]", one)]
        if wrong:
            raise Invalid(*wrong) from None
        raise


def _report(funnel: Funnel[S, R], picked: tuple[Appointment, ...], now: datetime, asked: tuple[Judge, bool]) -> Report:
    """Count what is fit to be counted; at the first that is not it stops, and `unfit` says why."""
    kind, (judge, as_booked) = funnel.statuses, asked
    made: dict[tuple[object, ...], Decision] = {}
    decisions: list[Decision] = []
    of_groups: dict[int, tuple[Decision, ...]] = {}
    sums: dict[tuple[str, str, bool | None], int] = {}
    counted = excluded = 0
    for appointment in picked:
        minutes, state, end = appointment.actual, appointment.state, appointment.end
        if minutes is None:  # as `Appointment.minutes` says; a call for each row would be dear
            span = end - appointment.start
            minutes = span.days * DAY + span.seconds // 60
        if state.__class__ is not AppointmentStatus or minutes not in MINUTES:
            raise TypeError
        ended = end <= now
        attendees, whole = appointment.attendees or NOBODY, None
        for attendee in attendees:
            status: Any = attendee.status
            # In most rows the status at booking decides by itself. Only the others cost a call and facts of their own.
            facts = (
                status if as_booked and status.__class__ is kind else judge(attendee.contact, status, appointment.start)
            )
            key = (facts, state, ended)
            decision = made.get(key)
            if decision is None:
                status, taken, always = facts if type(facts) is tuple else (facts, BOOKING, False)
                case = Case(status=status, taken=taken, always=always, state=state, ended=ended)
                decision = made[key] = _counts(funnel, case)
            if decision.allowed:
                who = (appointment.coach, attendee.contact, appointment.paid)
                sums[who] = sums.get(who, 0) + minutes
            if whole is None or (decision.allowed and not whole.allowed):
                whole = decision
            if len(attendees) > 1:
                of_groups[len(decisions)] = (*of_groups.get(len(decisions), ()), decision)
        decisions.append(whole)  # type: ignore[arg-type]  # there is at least one attendee, if only nobody
        if whole.allowed:  # type: ignore[union-attr]  # the same
            counted += minutes
        else:
            excluded += minutes
    return Report(
        appointments=picked,
        decisions=tuple(decisions),
        of_groups=of_groups,
        sums=sums,
        minutes=counted,
        excluded=excluded,
    )


def _picked(
    given: Iterable[Appointment], coach: str | None, since: datetime | None, until: datetime | None
) -> tuple[Appointment, ...]:
    if coach is not None:
        given = (appointment for appointment in given if appointment.coach == coach)
    if since is not None:
        given = (appointment for appointment in given if appointment.start >= since)
    if until is not None:
        given = (appointment for appointment in given if appointment.start < until)
    return tuple(given)


Judge = Callable[[str, Status | None, datetime], tuple[Any, From, bool]]


def _judge(funnel: Funnel[S, R], today: Mapping[str, Status], then: StatusThen | None) -> tuple[Judge, bool]:
    """Give the function that says which status decides, where it was taken from, and the policy's word.

    And whether it can be spared where there is a status at booking, since that decides by itself.
    """
    policy = funnel.policy.certification
    always = frozenset(funnel.status(key) for key in policy.always)
    at_booking, at_session = (policy.status_when is when for when in (StatusWhen.AT_BOOKING, StatusWhen.AT_SESSION))

    def judge(contact: str, booked: Status | None, start: datetime) -> tuple[Any, From, bool]:
        current = today.get(contact)
        if always and current in always:
            return current, TODAY, True
        if at_booking and booked is not None:
            return funnel.status(booked), BOOKING, False
        if at_session and then is not None:
            found = then(contact, start)
            if found is not None:
                return funnel.status(found), SESSION, False
        return current, TODAY, False

    return judge, at_booking and not always
