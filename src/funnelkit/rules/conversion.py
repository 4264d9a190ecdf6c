"""May this contact move to this status, by this actor? What can be done next?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, field, frozen

from funnelkit.cells import told
from funnelkit.decisions import NO, OK, About, Decision, Notice, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.policy import SameStatus
from funnelkit.table import ENROLLMENT, PRODUCT, REASON, Need, Row, Status, Trigger
from funnelkit.values.actor import Actor
from funnelkit.values.cases import ACTOR, WORD, door, from_nought
from funnelkit.values.checks import one_of, truth
from funnelkit.values.checks import told as told_facts
from funnelkit.words import HANDS, STAFF_OR_DESK, Axis, Role, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase, Generic[S]):
    """Who wants what: plain facts. `now` None: not there yet. `facts` are told by key: `{"email": True}`."""

    now: S | None = None
    to: S | None = None
    on: Trigger | None = None
    by: Actor
    facts: Mapping[str, bool] = field(factory=dict)
    standing: Standing = Standing.ACTIVE
    attempt: int = 0
    """The number of the last follow-up."""
    notes: bool = False
    """Whether something was written."""
    contact: str | None = None

    def words(self) -> Mapping[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "now": self.now or "new", "to": self.to, "on": self.on, "role": self.by.role, "standing": self.standing,
            "contact": self.contact or "a contact",
        }  # fmt: skip


LOOK: Final = door(
    Case,
    {"by": ACTOR, "standing": one_of(Standing), "notes": truth, "contact": WORD},
    {"facts": told_facts, "attempt": from_nought},
)


@frozen
class Option(Generic[S]):
    """One thing that could be done next, with the answer and, in its findings, what is missing."""

    to: S
    on: Trigger | None
    decision: Decision
    automatic: bool

    @property
    def allowed(self) -> bool:
        """Whether it can be done as things stand."""
        return self.decision.allowed


AnyFunnel = Funnel[Status, Any]
Asked = Case[Any]
AnyRow = Row[Status] | None


@rule(ok="{to} is another status than {now}", no="the contact is {to} already", remedy="nothing has to be done")
def is_a_change(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """A conversion leads to another status, unless the account accepts the same one. Source: SD-A2."""
    return case.now is not case.to or funnel.policy.conversion.same_status is SameStatus.ACCEPTED


@rule(
    ok="{to} does not lie behind {now}",
    no="{funnel} moves forward only: {order}",
    remedy="a mistake is undone by Correct, where the account allows that",
)
def never_backward(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """A contact only moves forward where the funnel says so. Source: S1."""
    return case.now is None or case.to is None or funnel.tier.get(case.to, 0) >= funnel.tier.get(case.now, 0)


@rule(ok="{to} is set by hand", no="{to} follows from {trigger} and is not set by hand", remedy="record what happened")
def set_by_hand(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool | None:
    """An automatic status follows from what happened; nobody sets it by hand. Source: BG-A9."""
    return None if row is None else not row.automatic


@rule(
    ok="{role} may do this",
    no="{role} may not do this; it is for {by_whom}",
    about=About.ACTOR,
    nothing="there is no such move to be made",
)
def actor_may(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool | None:
    """The row says by whom. Source: CC3, S2, SD-A8, BG-A15."""
    return None if row is None or row.automatic else case.by.role in row.by


@rule(
    ok="{role} may say that this happened",
    no="{role} may not say that this happened",
    about=About.ACTOR,
    remedy="let the system or the staff record it",
)
def recorder_may(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """What happened is recorded by system or staff; a client changes no status, a viewer only reads. Source: CC3."""
    return case.by.role in HANDS


@rule(
    ok="{on} is something that happens",
    no="{on} is a decision, not something that happens",
    remedy="use Convert, or AddContact with a status",
)
def is_recorded(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """What a row of staff decides is not recorded: somebody has to choose the status. Source: BG-A9."""
    return not any(move.on is case.on and not move.automatic for move in funnel.moves)


@rule(ok="a contact comes in by {on}", no="no contact comes in by {on}", remedy="add the contact by another way in")
def is_an_entry(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """An entry row says how a contact may come into being. Source: CC2, CC6, S2, SD3."""
    return row is not None


@rule(
    ok="the new contact is in sight",
    no="a contact is not archived when it is made",
    remedy="add it, then archive it, or adopt it",
)
def starts_in_sight(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """Nobody chooses the archive while creating a contact. Source: SC4."""
    return case.standing is not Standing.ARCHIVED


@rule(
    ok="{funnel} offers corrections",
    no="{funnel} offers no corrections",
    remedy="switch them on by policy, or delete and add again",
)
def corrections_are_offered(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """A funnel that is forward only offers corrections only by explicit policy. Source: S1, SD-A10."""
    return funnel.policy.conversion.corrections


@rule(ok="{role} may correct a status", no="{role} may not correct a status", about=About.ACTOR, remedy="ask the staff")
def corrector_may(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """A mistake is put right by staff or the special desk. Source: CC3, BG-A18, BG-A19."""
    return case.by.role in STAFF_OR_DESK


@rule(
    ok="the contact was there then",
    no="the contact was not there then, or nobody knows its status then",
    about=About.TIME,
    remedy="choose a later time",
)
def was_there(funnel: AnyFunnel, case: Asked, row: AnyRow) -> bool:
    """What is entered late is judged by the status of that time, so there must have been one. Ours."""
    return case.now is not None


QUESTION: Final = "convert {contact} from {now} to {to}"
RECORD: Final = "record {on} for {contact}"
ENTER: Final = "add {contact} as {to}"
CORRECT: Final = "correct {contact} from {now} to {to}"

SUPPLIED: Final = frozenset({REASON.key, PRODUCT.key, ENROLLMENT.key})
"""Needs that the caller still supplies with the command; an option shows them as missing."""

RULES: Final = (
    is_a_change, never_backward, set_by_hand, actor_may, recorder_may, is_recorded, is_an_entry, starts_in_sight,
    corrections_are_offered, corrector_may, was_there,
)  # fmt: skip
NAMES: Final = frozenset({*(rule.address.partition(".")[2] for rule in RULES), "a_row_leads_there"})
"""Names that no need of a host may have."""


def may_convert(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Every finding about this conversion: of the wish, of the row, of what the row needs. Raises Invalid."""
    LOOK(funnel, case)
    now, to = funnel.status(case.now, "now"), funnel.status(case.to, "to")
    if now is not case.now or to is not case.to:
        case = evolve(case, now=now, to=to)
    return decide(funnel, case, row_for(funnel, now, to, case.by.role))


def row_for(funnel: Funnel[S, R], now: S | None, to: S, role: Role) -> Row[S] | None:
    """The row by which this actor would get there: one for its role, else one by hand, else an automatic one."""
    rows = funnel.by_hand.get((now, to))
    if rows is None:
        return None
    if len(rows) == 1:
        return rows[0]
    return next((row for row in rows if not row.automatic and role in row.by), rows[0])


def decide(funnel: Funnel[S, R], case: Case[S], row: Row[S] | None) -> Decision:
    """The same for statuses that were looked up, by the row that `row_for` gave."""
    change = is_a_change(funnel, case, row)
    found = [change]
    if case.now is case.to:
        accepted = change.mark is OK
        found.append(recorder_may(funnel, case, row) if accepted else actor_may.nothing)
        return Decision(QUESTION, tuple(found), case, None, funnel)
    if funnel.forward_only:
        found.append(never_backward(funnel, case, row))
    if row is not None:
        found.append(funnel.leads[case.now, row.to])
        found.append(set_by_hand(funnel, case, row))
        found.append(actor_may(funnel, case, row))
        if row.needs and not row.automatic:
            found += [told("conversion", n.told, case.facts) for n in row.needs]
    else:
        if found[-1].mark is not NO:
            found.append(funnel.leads[case.now, case.to])  # type: ignore[index]  # may_convert has looked at both
        found.append(actor_may.nothing)
    notices: tuple[Notice, ...] = ()
    if row is not None and not row.automatic and funnel.advice[row.on]:
        early = case.attempt < len(funnel.follow_ups)
        notices = funnel.advised(row.on, case.now, case.to, case.standing, early=early, notes=case.notes)
    return Decision(QUESTION, tuple(found), case, row, funnel, notices)


def nobody_there(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """The answer about a time at which the contact was not there, or had a status that nobody knows."""
    return Decision(QUESTION, (was_there(funnel, case, None), actor_may.nothing), case, None, funnel)


def may_record(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether this may be recorded as having happened; `moved_to` tells where it moves the contact."""
    LOOK(funnel, case)
    on = funnel.trigger(case.on)
    now = None if case.now is None else funnel.status(case.now, "now")
    row = funnel.recorded.get((now, on))
    case = evolve(case, now=now, on=on, to=row.to if row else now)
    found = [recorder_may(funnel, case, row), is_recorded(funnel, case, row)]
    found += [told("conversion", n.told, case.facts) for n in needs_of_record(funnel, row, on)]
    return Decision(RECORD, tuple(found), case, row, funnel, funnel.advised(on, now, case.to, case.standing))


def needs_of_record(funnel: Funnel[S, R], row: Row[S] | None, on: Trigger) -> tuple[Need, ...]:
    """What has to be told of something that happened: what its row needs, and the product if one was bought."""
    bought = (PRODUCT,) if any(effect.axis is Axis.OWNED for effect in funnel.sets.get(on, ())) else ()
    return tuple(dict.fromkeys((*(row.needs if row is not None else ()), *bought)))


def lifts(funnel: Funnel[S, R], on: Trigger) -> bool:
    """Whether it lifts a do-not-contact when this happens, so that whoever records it has to be allowed that, too."""
    return any(effect.axis is Axis.DO_NOT_CONTACT and not effect.to for effect in funnel.sets.get(on, ()))


def may_enter(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether a contact may come into being so: by a trigger (`on`), or by hand with a status (`to`)."""
    LOOK(funnel, case)
    to = None if case.to is None else funnel.status(case.to, "to")
    on = None if case.on is None else funnel.trigger(case.on)
    case = evolve(case, now=None, to=to, on=on)
    row = entry(funnel, case)
    found = [starts_in_sight(funnel, case, row)]
    if on is not None:
        case = evolve(case, to=row.to if row else to)
        found.append(is_an_entry(funnel, case, row))
        found.append(recorder_may(funnel, case, row) if row is None or row.automatic else actor_may(funnel, case, row))
    elif to is not None:
        found += [funnel.leads[None, to], set_by_hand(funnel, case, row), actor_may(funnel, case, row)]
    if row is not None:
        found += [told("conversion", n.told, case.facts) for n in row.needs]
    notices = funnel.advised(row.on, None, row.to, case.standing) if row is not None else ()
    return Decision(ENTER, tuple(found), case, row, funnel, notices)


def entry(funnel: Funnel[S, R], case: Case[S]) -> Row[S] | None:
    """The entry row that is meant: by what happened (`on`), or by hand with a status (`to`)."""
    if case.on is not None:
        rows = [row for row in funnel.rows if row.now is None and row.on is case.on and case.to in (None, row.to)]
        return rows[0] if rows else None
    return None if case.to is None else row_for(funnel, None, case.to, case.by.role)


def may_correct(funnel: Funnel[S, R], case: Case[S]) -> Decision:
    """Whether a mistake may be put right: `now` is what the wrong event said, `to` what was true instead."""
    LOOK(funnel, case)
    now = None if case.now is None else funnel.status(case.now, "now")
    case = evolve(case, now=now, to=funnel.status(case.to, "to"))
    claims = (corrections_are_offered, corrector_may, is_a_change)
    found = [claim(funnel, case, None) for claim in claims]
    found.append(told("conversion", REASON.told, case.facts))
    return Decision(CORRECT, tuple(found), case, None, funnel)


def options(funnel: Funnel[S, R], case: Case[S]) -> tuple[Option[S], ...]:
    """Everything that could be done next, legal or not, each with its decision, status by status.

    The case's own `to` and `on` are not looked at. An option that says yes, done at once, is done.
    Raises Invalid.
    """
    LOOK(funnel, case)
    return tuple(option for to in funnel.statuses for option in ways(funnel, case, to))


def ways(funnel: Funnel[S, R], case: Case[S], to: S) -> tuple[Option[S], ...]:
    """The ways to one status: by hand, whether there is a row or not, and by each thing that may happen."""
    now = funnel.status(case.now, "now")
    if to is now:
        return ()
    found: list[Option[S]] = []
    wish = evolve(case, now=now, to=to, on=None)
    rows = funnel.by_hand.get((now, to), ())
    if not rows or not rows[0].automatic:
        row = row_for(funnel, now, to, case.by.role)
        found.append(Option(to, row.on if row else None, decide(funnel, wish, row), automatic=False))
    found += [
        Option(to, row.on, may_record(funnel, evolve(wish, on=row.on)), automatic=True) for row in rows if row.automatic
    ]
    return tuple(found)
