"""Which of these sessions count towards a credential, as paid or pro bono, and why not the others?

The facts of the session decide, and never the status of the client: that is the other figure (`certification.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from attrs import field, frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import Invalid
from funnelkit.funnel import Funnel
from funnelkit.requirements import ACTIVITIES, KINDS, PAYS, Standard
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import Status
from funnelkit.times import instant
from funnelkit.times import zone as known_zone
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.cases import A_FUNNEL, MINUTES, door, from_nought, unfit
from funnelkit.values.checks import checked, instance, one_of, optional, truth
from funnelkit.values.worked import Sum, Worked, hours_of
from funnelkit.words import Activity, Pay, Setting

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
AnyFunnel = Funnel[Status, Any]

CANCELLED: Final = AppointmentStatus.CANCELLED
MISSED: Final = AppointmentStatus.MISSED


@frozen(kw_only=True)
class Case(AnyCase):
    """One session, in plain facts. `ended`: its end has passed; `trained`: training had begun, None: nobody said."""

    activity: Activity = Activity.COACHING
    state: AppointmentStatus = AppointmentStatus.BOOKED
    ended: bool = True
    live: bool = True
    engaged: bool | None = None
    pay: Pay | None = None
    direct_report: bool = False
    heads: int = 1
    limit: int | None = None
    trained: bool | None = None


LOOK: Final = door(
    Case,
    {
        "activity": one_of(Activity), "state": one_of(AppointmentStatus), "ended": truth, "live": truth,
        "engaged": optional(truth), "pay": optional(one_of(Pay)), "direct_report": truth, "trained": optional(truth),
    },
    {"heads": from_nought, "limit": optional(from_nought)},
)  # fmt: skip


@rule(ok="it was neither cancelled nor missed", no="it was not held: it is {state}")
def was_held(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Only what was held is an hour: it was neither cancelled nor missed. Source: IC5, CC-A3."""
    return case.state is not CANCELLED and case.state is not MISSED


@rule(ok="its end has passed", no="its end has not passed yet", about=About.TIME)
def has_ended(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """What is not over is no hour yet, though somebody said that it was held. Source: IC5, CC-A3."""
    return case.ended


@rule(ok="{activity} counts", no="{activity} does not count")
def activity_counts(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Coaching counts; what is done beside it does not. Source: IC5, IC-A1."""
    return ACTIVITIES[case.activity].so


@rule(ok="it was live", no="it was not live")
def was_live(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Coaching is live: in person, by phone or by other live technology. Source: IC5."""
    return case.live


@rule(ok="the client had engaged a coach", no="the client had not engaged the person as coach")
def was_engaged(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """The client engaged the person as coach; nobody doubts it unless somebody says so. Source: IC5."""
    return case.engaged is not False


@rule(
    ok="it is no internal coaching of a direct report", no="coaching one's own direct reports is no internal coaching"
)
def is_no_direct_report(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Who leads somebody is not paid for coaching them. Source: IC7, IC11."""
    return not (case.direct_report and case.pay is Pay.INTERNAL)


@rule(
    ok="{heads} are no more than {limit}",
    no="{heads} people are more than the {limit} of a group that counts",
    nothing="a group of any size counts",
)
def is_within_limit(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """A group over the limit adds neither hours nor clients. Source: IC4, IC-A5."""
    return None if case.limit is None else case.heads <= case.limit


@rule(
    ok="training had begun",
    no="it was before training began",
    about=About.TIME,
    nothing="nobody said when training began",
)
def is_after_training(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Only what comes after the start of coach-specific training counts. Source: IC1, IC5, IC-A8."""
    return case.trained


QUESTION: Final = "count this session towards a credential"
RULES: Final = (
    was_held, has_ended, activity_counts, was_live, was_engaged, is_no_direct_report, is_within_limit,
    is_after_training,
)  # fmt: skip


def counts(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about one session. Raises Invalid."""
    LOOK(funnel, case)
    return decided(QUESTION, RULES, funnel, case)


# ---- of appointments

BY_PAID: Final[Mapping[bool | None, Pay | None]] = {True: Pay.PAID, False: Pay.PRO_BONO, None: None}
COLUMN: Final[Mapping[Pay | None, int]] = {None: 1} | {pay: 0 if said.so else 1 for pay, said in PAYS.items()}
"""Where minutes stand: 0 paid, 1 pro bono; with those of which nobody said it."""


def minutes_of(appointment: Appointment) -> int:
    """Give the minutes that can count: of an exchange between peers, those spent as coach. Source: IC10."""
    as_coach = None if appointment.session is None else appointment.session.as_coach
    return appointment.minutes if as_coach is None else min(as_coach, appointment.minutes)


def pay_of(appointment: Appointment) -> Pay | None:
    """Give what the coach got; None where nobody said. Source: IC-A2."""
    said = None if appointment.session is None else appointment.session.pay
    return said or BY_PAID[appointment.paid]


_Key: TypeAlias = tuple[str | tuple[str, ...], Setting, str | None]
"""The id of a group, or the ids of who attended; the setting; the organisation."""


class Tally:
    """Takes sessions one by one and keeps sums, not sessions: as many as days, clients and groups there are."""

    def __init__(self, funnel: Funnel[S, R], *, now: datetime, standard: Standard) -> None:
        """Begin at nothing."""
        self.excluded = 0
        self.unsaid = 0
        """Minutes of which nobody said whether they were paid; they stand with the pro bono ones."""
        self._funnel, self._now, self._standard = funnel, instant(now, "now"), standard
        self._made: dict[tuple[object, ...], Decision] = {}
        self._zones: dict[str, tuple[ZoneInfo, datetime | None]] = {}
        self._days: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
        self._sums: dict[_Key, _Sum] = {}

    def add(self, appointment: Appointment) -> Decision:
        """Count one, or not; give the reason. Raises Invalid, or stumbles, where `unfit` says why it cannot be."""
        zone, begins = self._zones.get(appointment.zone) or self._zone(appointment.zone)
        start, session, heads, clients = appointment.start, appointment.session, 1, appointment.attendees
        minutes = whole = appointment.minutes
        if start.tzinfo is None or whole not in MINUTES or appointment.state.__class__ is not AppointmentStatus:
            raise Invalid(*unfit("appointment", appointment))
        activity, pay, live, engaged, reports = KINDS[appointment.kind], BY_PAID[appointment.paid], True, None, False
        setting = organisation = group = None
        if session is not None:
            setting, organisation, group = session.setting, session.organisation, session.group
            activity, pay = session.activity or activity, session.pay or pay
            live, engaged, reports = session.live, session.engaged, session.direct_report
            heads = session.heads or 1
            minutes = whole if session.as_coach is None else min(session.as_coach, whole)
        left = appointment.left
        heads = max(heads, len(clients) + left)  # its `people`, without a call
        trained = None if begins is None else start >= begins
        ended = appointment.end <= self._now
        key = (activity, pay, live, engaged, reports, appointment.state, ended, heads, trained)
        decision = self._made.get(key)
        if decision is None:
            case = Case(
                activity=activity, pay=pay, live=live, engaged=engaged, direct_report=reports, state=appointment.state,
                ended=ended, heads=heads, limit=self._standard.heads, trained=trained,
            )  # fmt: skip
            decision = self._made[key] = counts(self._funnel, case)
        if not decision.allowed:
            self.excluded += whole
            return decision
        self.excluded += whole - minutes
        if pay is None:
            self.unsaid += minutes
        if setting is None:
            setting = Setting.INDIVIDUAL if heads == 1 and group is None else Setting.GROUP
        who: str | tuple[str, ...] | None = group
        if who is None or setting is Setting.INDIVIDUAL:
            who = (clients[0].contact,) if len(clients) == 1 else tuple(sorted(one.contact for one in clients))
        try:
            day = start.astimezone(zone).date()
        except OverflowError:  # at either end of the calendar there is no such day by that clock
            day = start.astimezone(UTC).date()
        column = COLUMN[pay]
        self._days[day][column] += minutes
        found = self._sums.get((who, setting, organisation))
        if found is None:
            found = self._sums[who, setting, organisation] = _Sum(day)
        found.add(clients, day, minutes, heads, left, column)
        return decision

    def worked(self) -> Worked:
        """Give what counts so far."""
        clients: dict[str, date] = {}
        for one in self._sums.values():
            for client, day in one.joined.items():
                clients[client] = min(day, clients.get(client, day))
        return Worked(
            days={day: (paid, unpaid) for day, (paid, unpaid) in self._days.items()}, clients=clients,
            sums=tuple(one.done(key) for key, one in self._sums.items()),
        )  # fmt: skip

    def _zone(self, name: str) -> tuple[ZoneInfo, datetime | None]:
        """Give a zone, and when training begins there."""
        zone, trained = ZoneInfo(known_zone(name, "zone")), self._standard.trained
        begins = None if trained is None else datetime.combine(trained, time(), zone)
        self._zones[name] = zone, begins
        return zone, begins


class _Sum:
    """A sum in the making."""

    __slots__ = ("first", "joined", "largest", "last", "left", "minutes", "most", "sessions", "since")

    def __init__(self, day: date) -> None:
        self.joined: dict[str, date] = {}
        self.largest: dict[date, int] = {}
        """How many at most on a day, where that is not less than what is known of earlier ones."""
        self.most, self.since = 0, day
        self.left: dict[int, date] = {}
        """The first day on which one, two, three and so on had attended who are deleted since."""
        self.minutes, self.sessions = [0, 0], 0
        self.first = self.last = day

    def add(  # all that a session adds
        self, clients: tuple[Attendee, ...], day: date, minutes: int, heads: int, left: int, column: int
    ) -> None:
        """Take one session; `column`: 0 paid, 1 pro bono."""
        for place in range(left) if left else ():
            self.left[place] = min(day, self.left.get(place, day))
        for client in clients:
            known = self.joined.get(client.contact)
            if known is None or day < known:
                self.joined[client.contact] = day
        if heads > self.most or day < self.since:
            self.largest[day] = max(heads, self.largest.get(day, 0))
            if heads >= self.most:
                self.most, self.since = heads, day
        self.sessions += 1
        self.minutes[column] += minutes
        if day < self.first:
            self.first = day
        elif day > self.last:
            self.last = day

    def done(self, key: _Key) -> Sum:
        """Give it as it is now."""
        group = key[0] if isinstance(key[0], str) else None
        grew: dict[date, int] = {}
        for day in sorted(self.largest):
            if self.largest[day] > max(grew.values(), default=0):
                grew[day] = self.largest[day]
        return Sum(
            key="+".join(key[0]) if group is None else group, group=group, setting=key[1], organisation=key[2],
            joined=dict(self.joined), grew=tuple(grew.items()), left=tuple(self.left.values()),
            paid=self.minutes[0], unpaid=self.minutes[1], first=self.first, last=self.last, sessions=self.sessions,
        )  # fmt: skip


@frozen
class Line:
    """One appointment of a report: whether it counts and why, and its minutes that can count."""

    appointment: Appointment
    decision: Decision

    @property
    def counted(self) -> bool:
        """Whether its minutes are in the total."""
        return self.decision.allowed

    @property
    def minutes(self) -> int:
        """The minutes that it adds."""
        return minutes_of(self.appointment) if self.counted else 0

    def __str__(self) -> str:
        """Read in English: the appointment, its minutes, and why."""
        verb = "counts" if self.counted else "does not count"
        why = "; ".join(self.decision.said(finding) for finding in self.decision.refusals)
        return f"{self.appointment.id}: {minutes_of(self.appointment)} minutes, {verb}{f': {why}' if why else ''}"


@frozen(kw_only=True)
class Report:
    """What counts of some appointments: iterate over it for a line each. Minutes are whole; hours are Decimals."""

    appointments: tuple[Appointment, ...] = field(repr=False)
    decisions: tuple[Decision, ...] = field(repr=False)
    worked: Worked = field(repr=False)
    excluded: int
    """Minutes that do not count."""
    unsaid: int = 0
    """Of the pro bono minutes, those of which nobody said whether they were paid."""

    @property
    def minutes(self) -> int:
        """Minutes that count; a group's once."""
        return self.worked.minutes

    @property
    def hours(self) -> Decimal:
        """Hours that count."""
        return hours_of(self.minutes)

    def __len__(self) -> int:
        """How many appointments were looked at."""
        return len(self.appointments)

    def __iter__(self) -> Iterator[Line]:
        """A line for each appointment, in the order given."""
        return map(Line, self.appointments, self.decisions)

    def __str__(self) -> str:
        """Read in English: the totals."""
        paid, unpaid = self.worked.paid, self.worked.unpaid
        return f"{paid} minutes paid, {unpaid} pro bono, {self.excluded} not counted, in {len(self)} appointments"


def count(
    funnel: Funnel[S, R], appointments: Iterable[Appointment], *, now: datetime, standard: Standard | None = None
) -> Report:
    """Count with a reason for each appointment. Raises Invalid for one that cannot be, by its place in the list."""
    checked(
        funnel=A_FUNNEL(funnel),
        appointments=instance(Iterable, "a list of Appointments")(appointments),
        standard=optional(instance(Standard, "a Standard"))(standard),
    )
    tally, picked = Tally(funnel, now=now, standard=standard or Standard()), tuple(appointments)
    try:
        decisions = tuple([tally.add(appointment) for appointment in picked])
    except (AttributeError, KeyError, TypeError, Invalid):
        wrong = [found for place, one in enumerate(picked) for found in unfit(f"appointments[{place}]", one)]
        if wrong:
            raise Invalid(*wrong) from None
        raise
    return Report(
        appointments=picked, decisions=decisions, worked=tally.worked(), excluded=tally.excluded, unsaid=tally.unsaid
    )
