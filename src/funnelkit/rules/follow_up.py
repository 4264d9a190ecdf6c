"""When do we get back to this contact, and when do we stop?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

from funnelkit.cells import told
from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import Invalid, invalid
from funnelkit.funnel import Funnel
from funnelkit.policy import Anchor
from funnelkit.table import NEXT_ATTEMPT, Act, Status, Trigger
from funnelkit.times import OpenOn, instant
from funnelkit.values.actor import Actor
from funnelkit.values.cases import ACTOR, WORD, door, from_nought
from funnelkit.values.checks import checked, instance, moment, one_of, optional, truth
from funnelkit.values.checks import told as told_facts
from funnelkit.values.contact import Contact
from funnelkit.values.follow_up import FollowUp
from funnelkit.words import HANDS, Axis, Because, Direction, Ending, Role, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase, Generic[S]):
    """What is looked at: plain facts. Times are aware; `follow_up` is the one that stands."""

    by: Actor
    when: datetime
    """When this takes effect, or the moment that is asked about."""
    status: S | None = None
    attempt: int = 0
    """The number that the follow-up would have."""
    due: datetime | None = None
    """The date that was chosen; None: the policy's."""
    follow_up: FollowUp | None = None
    standing: Standing = Standing.ACTIVE
    blocked: bool = False
    """Whether a do-not-contact is in force."""
    notes: bool = False
    """Whether something was written."""
    lapsed: bool = False
    """Whether the last follow-up has run out by now, and only the sweep has not come yet."""
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        stands = self.follow_up
        return {
            "role": self.by.role, "status": self.status, "attempt": self.attempt, "standing": self.standing,
            "due": self.due or (None if stands is None else stands.due), "when": self.when,
            "gives_up": None if stands is None else stands.gives_up, "contact": self.contact or "a contact",
        }  # fmt: skip


LOOK: Final = door(
    Case,
    {
        "by": ACTOR, "follow_up": optional(instance(FollowUp, "a FollowUp")), "standing": one_of(Standing),
        "blocked": truth, "notes": truth, "lapsed": truth, "contact": WORD,
    },
    {"when": moment, "due": optional(moment), "attempt": from_nought},
)  # fmt: skip

AnyFunnel = Funnel[Status, Any]
Asked = Case[Any]


@rule(
    ok="{role} may follow up",
    no="{role} does not follow up",
    about=About.ACTOR,
    remedy="let the staff do it",
)
def staff_follows_up(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Staff, special desk and system follow up; a client does not, and a viewer only reads. Source: S2."""
    return case.by.role in HANDS


@rule(ok="the person may be contacted", no="there is a do-not-contact", remedy="have it lifted")
def may_be_contacted(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Nobody follows up a person who is not to be contacted. Source: S2, BG-A12."""
    return not case.blocked


@rule(ok="the contact is not archived", no="the contact is archived", remedy="restore it first")
def is_worked_with(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Nobody follows up a contact in the archive. Source: SC-A8."""
    return case.standing is not Standing.ARCHIVED


@rule(
    ok="there is a follow-up left: number {attempt}",
    no="number {attempt} would be one too many",
    remedy="call the contact cold, or book a consultation",
)
def attempts_are_left(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """There are as many follow-ups as the funnel has statuses for; without such, any number. Source: S2."""
    return not funnel.follow_ups or case.attempt <= len(funnel.follow_ups)


@rule(
    ok="the date is not past",
    no="{due} is past at {when}",
    about=About.TIME,
    remedy="choose a date that is still to come",
)
def is_still_to_come(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """A date that somebody chooses is not past when the follow-up is set; that very moment is not. Source: S2."""
    return case.due is None or case.due >= case.when


@rule(
    ok="notes are written, or need not be",
    no="there are no notes",
    about=About.FACT,
    remedy="write what is to be said",
)
def notes_are_written(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Notes are advised, and needed where the account says so. Source: S2, BG-A6."""
    return case.notes or not funnel.policy.follow_up.notes_required


@rule(ok="a follow-up stands", no="no follow-up stands", remedy="schedule one")
def one_stands(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What is moved or called off has to stand. Source: S2."""
    return case.follow_up is not None


@rule(
    ok="it is due: {due}",
    no="it is not due before {due}",
    about=About.TIME,
    remedy="wait for it",
    nothing="no follow-up stands",
)
def time_has_come(funnel: AnyFunnel, case: Asked, row: None) -> bool | None:
    """A follow-up is due from its date on, inclusive. Source: S2, BG-A1."""
    return None if case.follow_up is None else case.follow_up.due <= case.when


@rule(
    ok="it still waits",
    no="it ran out {gives_up}",
    about=About.TIME,
    remedy="let the sweep give the contact up",
)
def still_waits(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What time has already ended is nobody's task any more, whenever the sweep comes. Source: S2, BG-A7."""
    return not case.lapsed


@rule(
    ok="it was the last follow-up",
    no="it was not the last follow-up",
    remedy="go on with the next one",
)
def was_the_last(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Only after the last follow-up a lead is given up, while its status still is that. Source: S2, BG-A7."""
    return case.follow_up is not None and case.follow_up.gives_up is not None


@rule(
    ok="its time has passed: {gives_up}",
    no="there is time until {gives_up}",
    about=About.TIME,
    remedy="wait for it",
    nothing="there is no time that could pass",
)
def time_has_passed(funnel: AnyFunnel, case: Asked, row: None) -> bool | None:
    """Some time after the last scheduled call, by policy, the lead is cold, inclusive. Source: S2, BG-A7."""
    stands = case.follow_up
    return None if stands is None or stands.gives_up is None else stands.over(case.when)


@rule(
    ok="the system gives up",
    no="{role} does not give up by the clock",
    about=About.ACTOR,
    remedy="leave it to the sweep, or convert by hand",
)
def clock_gives_up(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What time alone makes true, the system does. Source: S2."""
    return case.by.role is Role.SYSTEM


SCHEDULE: Final = "follow up {contact}"
MOVE: Final = "move the follow-up of {contact}"
DROP: Final = "call off the follow-up of {contact}"
TOUCH: Final = "log a contact with {contact}"
DUE: Final = "is a follow-up of {contact} due at {when}"
GIVE_UP: Final = "give up {contact} at {when}"

RULES: Final = (
    staff_follows_up, may_be_contacted, is_worked_with, attempts_are_left, is_still_to_come, notes_are_written,
    one_stands, time_has_come, still_waits, was_the_last, time_has_passed, clock_gives_up,
)  # fmt: skip

OF_A_DATE: Final = (may_be_contacted, is_worked_with, attempts_are_left, is_still_to_come, notes_are_written)
"""What is asked of every follow-up that gets a date, by whatever command."""


def may_date(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether a follow-up may get this date, whoever asks: what is asked besides where a row leads to its status."""
    LOOK(funnel, case)
    return decided(SCHEDULE, OF_A_DATE, funnel, case)


def is_noted(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether there are notes where there have to be: what a conversion by hand to a follow-up status asks besides.

    The status may be set of whoever it is; a date only gets who may be followed up (`may_follow_up`).
    """
    LOOK(funnel, case)
    return decided(SCHEDULE, (notes_are_written,), funnel, case)


def may_follow_up(funnel: Funnel[S, R], case: Case[S]) -> bool:
    """Whether a follow-up status comes with a date at all."""
    LOOK(funnel, case)
    return decided(SCHEDULE, (may_be_contacted, is_worked_with), funnel, case).allowed


def may_schedule(funnel: Funnel[S, R], case: Case[S], facts: Mapping[str, bool] | None = None) -> Decision:
    """Whether the next follow-up may be set. `facts` may tell whether it is the next in order, by the need's key.

    Where follow-ups are statuses, the row of the table asks that. Source: BG-A5.
    """
    LOOK(funnel, case)
    checked(facts=None if facts is None else told_facts(facts))
    asked = decided(SCHEDULE, (staff_follows_up, *OF_A_DATE), funnel, case)
    if facts is None or funnel.follow_ups:
        return asked
    return Decision(SCHEDULE, (*asked.findings, told("follow_up", NEXT_ATTEMPT.told, facts)), case, None, funnel)


def may_move(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether the follow-up that stands may get another date; it keeps its number."""
    LOOK(funnel, case)
    return decided(MOVE, (staff_follows_up, one_stands, *OF_A_DATE), funnel, case)


def may_drop(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether the follow-up that stands may be called off."""
    LOOK(funnel, case)
    return decided(DROP, (staff_follows_up, one_stands), funnel, case)


def may_log(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether this actor may say that somebody was in touch with the contact."""
    LOOK(funnel, case)
    return decided(TOUCH, (staff_follows_up,), funnel, case)


def is_due(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether the follow-up that stands is due at that moment, and why."""
    LOOK(funnel, case)
    return decided(DUE, (one_stands, time_has_come, still_waits, may_be_contacted, is_worked_with), funnel, case)


def may_give_up(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether time alone has made the contact cold. Who is not to be contacted loses the follow-up instead."""
    LOOK(funnel, case)
    return decided(GIVE_UP, (clock_gives_up, was_the_last, time_has_passed), funnel, case)


def scheduled(  # everything that a follow-up says
    funnel: Funnel[S, R],
    to: Status,
    *,
    id: str,
    attempt: int,
    when: datetime,
    due: datetime | None = None,
    noted: str | None = None,
    zone: str = "UTC",
    open_on: OpenOn | None = None,
) -> FollowUp:
    """Give the follow-up that a contact gets with this status at that moment; `due` None: after the policy's delay.

    `id` is that of the event that says so, `noted` of the one with the notes, if that is another.
    Source: S2, BG-A1, BG-A2, BG-A7.
    """
    policy = funnel.policy.follow_up
    date = policy.delay.after(when, zone, open_on) if due is None else due
    last = funnel.follow_ups[-1:] == (to,) and (Act.EXHAUSTED, None) in funnel.means
    try:
        gives_up = policy.cold_after.after(date, zone, open_on) if last else None
    except Invalid as wrong:
        raise invalid("due", wrong.problems[0].message) from None
    return FollowUp(
        id=id, noted=noted or id, due=date, attempt=attempt, set=when, exact=due is not None, gives_up=gives_up
    )  # fmt: skip


def ended(funnel: Funnel[S, R], was: Contact, to: Status, on: Trigger) -> tuple[Ending, Because]:
    """Give as what a standing follow-up ends when the status changes, and why. Source: BG-A4, BG-A12."""
    acts = {deed.act for deed in funnel.deeds if deed.on is on}
    blocks = [e for e in (*funnel.sets.get(on, ()), *funnel.sets.get(to, ())) if e.axis is Axis.DO_NOT_CONTACT and e.to]
    if to in funnel.follow_ups:
        in_order = was.follow_up is not None and funnel.follow_ups.index(to) == was.follow_up.attempt
        return (Ending.DONE if in_order else Ending.SUPERSEDED), Because.NEXT_ATTEMPT
    if to in funnel.postponed:
        return Ending.SUPERSEDED, Because.MOVED
    if blocks:
        return Ending.DROPPED, Because.DO_NOT_CONTACT
    if Act.BOOKED in acts:
        return Ending.DONE, Because.BOOKED
    if Act.EXHAUSTED in acts:
        return Ending.DONE, Because.EXHAUSTED
    return (Ending.SUPERSEDED if to in funnel.worked_on else Ending.DONE), Because.CONVERTED


def touched(funnel: Funnel[S, R], was: FollowUp | None, direction: Direction) -> Because | None:
    """Give why a logged contact ends the follow-up that stands; None: it goes on.

    An answer ends it. Our own call ends it only where follow-ups are no statuses: else the next status does. Ours.
    """
    if was is None:
        return None
    if direction is Direction.IN:
        return Because.REPLIED
    return None if funnel.follow_ups else Because.TOUCHED


def moves_with_touch(funnel: Funnel[S, R], was: FollowUp | None) -> bool:
    """Whether a logged contact moves the next date: by policy, and never a date that somebody chose. Source: BG-A2."""
    return was is not None and not was.exact and funnel.policy.follow_up.anchor is Anchor.LAST_TOUCH


@frozen
class Step(Generic[S]):
    """One follow-up of a timeline: its number, the status that comes with it, its date, and when the lead is cold."""

    attempt: int
    status: S | None
    due: datetime
    gives_up: datetime | None = None


def timeline(
    funnel: Funnel[S, R],
    start: datetime,
    *,
    attempt: int = 0,
    zone: str = "UTC",
    open_on: OpenOn | None = None,
) -> tuple[Step[S], ...]:
    """Give every follow-up that is to come if each is done on its date and nobody answers, after `attempt` of them.

    By the same code that schedules them. A funnel whose follow-ups are no statuses has the next one only.
    Raises Invalid for a start without a zone, and for a number that is none.
    """
    when, found = instant(start, "start"), []
    if type(attempt) is not int or attempt < 0:
        raise invalid("attempt", "the number of follow-ups that were done is needed, from 0")
    steps: tuple[S | None, ...] = funnel.follow_ups[attempt:] if funnel.follow_ups else (None,)
    for number, status in enumerate(steps, start=attempt + 1):
        to = funnel.start if status is None else status
        step = scheduled(funnel, to, id="", attempt=number, when=when, zone=zone, open_on=open_on)
        found.append(Step(number, status, step.due, step.gives_up))
        when = step.due
    return tuple(found)
