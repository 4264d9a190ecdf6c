"""May this person book this appointment?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, field, frozen

from funnelkit.cells import told
from funnelkit.decisions import About, Decision, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.statuses.appointment import APPOINTMENT, AppointmentStatus, Happening
from funnelkit.table import Need, Row, Status, Trigger
from funnelkit.values.actor import Actor
from funnelkit.values.cases import ACTOR, WORD, door, several
from funnelkit.values.checks import one_of, truth
from funnelkit.values.checks import told as told_facts
from funnelkit.words import SHUT, Grant, Kind, Role, Where

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase, Generic[S]):
    """Who books what, and where. `overlaps`: ids of the coach's appointments in that time; `opened`: keys of kinds."""

    status: S | None = None
    kind: Kind
    by: Actor
    where: Where = Where.STAFF
    may_log_in: bool = False
    """The answer of `access` to the funnel's log-in column."""
    begun: bool = False
    """Whether its start has passed."""
    described: bool = False
    """Whether it is said to be paid or not, or what the session is."""
    opened: Collection[str] = frozenset()
    overlaps: tuple[str, ...] = ()
    facts: Mapping[str, bool] = field(factory=dict)
    contact: str | None = None

    def words(self) -> Mapping[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "status": self.status, "kind": self.kind, "role": self.by.role, "where": self.where,
            "overlaps": self.overlaps, "contact": self.contact or "a contact",
        }  # fmt: skip


@frozen(kw_only=True)
class Change(AnyCase):
    """Who changes what about an appointment. `own`: the actor is its only attendee; `begun`: its start has passed."""

    state: AppointmentStatus
    on: Trigger
    by: Actor
    own: bool = False
    begun: bool = False
    behind: bool = False
    """Whether the start that it is moved to has passed."""
    overlaps: tuple[str, ...] = ()
    appointment: str | None = None

    def words(self) -> Mapping[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "state": self.state, "on": self.on, "role": self.by.role, "overlaps": self.overlaps,
            "appointment": self.appointment or "an appointment",
        }  # fmt: skip


LOOK: Final = door(
    Case,
    {
        "kind": one_of(Kind), "by": ACTOR, "where": one_of(Where), "may_log_in": truth, "opened": several,
        "overlaps": several, "contact": WORD,
    },
    {"facts": told_facts},
)  # fmt: skip
LOOK_AT_CHANGE: Final = door(
    Change,
    {
        "state": one_of(AppointmentStatus), "on": one_of(Happening), "by": ACTOR, "own": truth, "begun": truth,
        "overlaps": several, "appointment": WORD,
    },
)  # fmt: skip

AnyFunnel = Funnel[Status, Any]
Asked = Case[Any]
AnyRow = Row[Status] | None


@rule(
    ok="the coach is free then",
    no="the coach has {overlaps} in that time",
    remedy="take another time",
    about=About.TIME,
)
def coach_is_free(funnel: AnyFunnel, case: Asked | Change, row: AnyRow) -> bool:
    """Appointments of one coach do not overlap; one may start when another ends. Source: CC10."""
    return not case.overlaps


@rule(
    ok="{role} may enter appointments",
    no="{role} may not enter appointments for others",
    about=About.ACTOR,
    remedy="book in the portal or in public",
)
def staff_enters(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """What is entered for a contact, staff, special desk or system enter; the kind is free. Source: CC-A7."""
    return case.by.role is not Role.CLIENT and case.by.role in APPOINTMENT.after[None, Happening.BOOKED].by


@rule(
    ok="the contact books for itself",
    no="only the contact itself books here",
    about=About.ACTOR,
    remedy="let the staff enter it",
)
def books_for_oneself(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """In the portal and in public one books for oneself; in public the system may do it on behalf. Source: S0, CC6."""
    if case.by.role not in APPOINTMENT.after[None, Happening.BOOKED].by:
        return False
    if case.by.role is Role.SYSTEM:
        return case.where is Where.PUBLIC
    return case.by.role is Role.CLIENT and case.contact in (None, case.by.id)


@rule(
    ok="the contact may log in",
    no="the contact may not log in, so it does not book in the portal",
    remedy="see access: the log-in",
)
def may_log_in(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """Scheduling inside the portal needs the log-in. Source: CC5."""
    return case.may_log_in


@rule(
    ok="it is still to come",
    no="its start has passed",
    about=About.TIME,
    remedy="take a time that is still to come, or let the staff enter it",
)
def starts_ahead(funnel: AnyFunnel, case: Asked | Change, row: AnyRow) -> bool:
    """Who books or moves for oneself does so ahead of time; staff may put the past right. Source: ours, after CC6."""
    return not case.begun if isinstance(case, Case) else case.by.role is not Role.CLIENT or not case.behind


@rule(
    ok="what the session is and whether it is paid, the staff say",
    no="{role} does not say whether it is paid, or what the session is",
    about=About.ACTOR,
    remedy="leave it out",
)
def staff_describes(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """What makes an hour paid, or of one sort or another, a client does not say of its own. Source: ours, after S0."""
    return case.by.role is not Role.CLIENT or not case.described


@rule(
    ok="{kind} was opened to this contact",
    no="{kind} was not opened to this contact",
    remedy="permit the kind, in person or by group",
)
def kind_is_opened(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """Where a status books by permission, the kind was opened to the contact or one of its groups. Source: CC-A6."""
    return not isinstance(case.opened, str) and case.kind.value in case.opened


@rule(
    ok="anybody may book {kind} in public",
    no="{kind} is not booked in public",
    remedy="book in the portal, or let the staff enter it",
)
def open_to_the_public(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """The public calendar offers some kinds only. Source: CC6, S0."""
    return case.kind in funnel.policy.booking.public


@rule(
    ok="it is {state}, and that can be done",
    no="it is {state}, and that cannot be done any more",
    remedy="book another one",
)
def still_possible(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """The life table of appointments has a row for it. Ours."""
    return row is not None


@rule(
    ok="{role} may do this",
    no="{role} may not do this",
    about=About.ACTOR,
    remedy="ask the staff",
    nothing="there is no such row",
)
def hand_may(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool | None:
    """The row says by whom; a client changes only what is their own and nobody else's. Ours."""
    return None if row is None else case.by.role in row.by and (case.by.role is not Role.CLIENT or case.own)


@rule(
    ok="it can still be changed",
    no="it has begun, and {role} does not change it any more",
    about=About.TIME,
    remedy="ask the staff",
)
def still_to_come(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """A client moves or cancels only what has not begun yet; staff may put the past right. Ours."""
    return case.by.role is not Role.CLIENT or not case.begun


@rule(ok="it has begun", no="it has not begun yet", about=About.TIME, remedy="wait for its start, or cancel it")
def has_begun(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """Held or missed is only what has begun; the start belongs to it. Source: CC-A3."""
    return case.begun


QUESTION: Final = "book {kind} for {contact}"
CHANGE: Final = "mark {appointment} as {on}"
PUBLIC_BOOKING: Final = Need(
    "public_booking",
    "the application takes this booking",
    "let it decide",
    "the application does not take this booking",
)
RULES: Final = (
    coach_is_free, staff_enters, books_for_oneself, may_log_in, kind_is_opened, open_to_the_public,
    starts_ahead, staff_describes, still_possible, hand_may, still_to_come, has_begun,
)  # fmt: skip


def may_book(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Every finding about this booking: of the actor, of the kind, of the coach's time. Raises Invalid."""
    LOOK(funnel, case)
    if case.where is Where.STAFF:
        if case.status is not None:
            funnel.status(case.status)
        return Decision(
            QUESTION, (staff_enters(funnel, case, None), coach_is_free(funnel, case, None)), case, None, funnel
        )
    offered = is_offered(funnel, case)
    found = [books_for_oneself(funnel, case, None), *offered.findings, starts_ahead(funnel, case, None)]
    found += [staff_describes(funnel, case, None), coach_is_free(funnel, case, None)]
    return evolve(offered, findings=tuple(found))


def is_offered(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether such a one is the contact's to take for itself now, in public or (else) in the portal; whenever that is.

    A client who moves an appointment is asked this besides `may_change`. Raises Invalid.
    """
    LOOK(funnel, case)
    status = funnel.status(case.status)
    case, key = evolve(case, status=status), (status, case.kind)
    grant, found = funnel.bookings.cells[key], []
    if case.where is Where.PUBLIC:
        found.append(open_to_the_public(funnel, case, None))
        if grant in SHUT:
            found.append(told("booking", PUBLIC_BOOKING.told, case.facts))
    else:
        found += [funnel.books[key], may_log_in(funnel, case, None)]
        if grant is Grant.PERMITTED:
            found.append(kind_is_opened(funnel, case, None))
    return Decision(QUESTION, tuple(found), case, None, funnel)


def may_change(funnel: Funnel[S, R], case: Change) -> Decision:
    """Every finding about moving, cancelling, or marking a standing appointment; see `is_offered`. Raises Invalid."""
    LOOK_AT_CHANGE(funnel, case)
    row = APPOINTMENT.after.get((case.state, case.on))
    found = [still_possible(funnel, case, row), hand_may(funnel, case, row)]
    if case.on in (Happening.HELD, Happening.MISSED):
        found.append(has_begun(funnel, case, row))
    if case.on in (Happening.RESCHEDULED, Happening.CANCELLED):
        found.append(still_to_come(funnel, case, row))
    if case.on is Happening.RESCHEDULED:
        found += [starts_ahead(funnel, case, row), coach_is_free(funnel, case, row)]
    return Decision(CHANGE, tuple(found), case, row, funnel)
