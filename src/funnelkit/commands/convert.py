"""A contact's status changes: by decision, by what happened, or because a mistake is put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from attrs import field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.commands.outreach import still
from funnelkit.decisions import both
from funnelkit.errors import gather, invalid
from funnelkit.facts import attempt_after
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import conversion, history
from funnelkit.rules import follow_up as rule_of
from funnelkit.table import REASON, Status, Trigger
from funnelkit.values.checks import asks, identifier, long_text, optional
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event, StatusCorrected, Why
from funnelkit.values.making import opened
from funnelkit.values.plan import Plan
from funnelkit.words import Axis, Because, Ending, Portal

OPEN_CASE: Final = opened(conversion.Case)
NOTHING_TOLD: Final[Mapping[str, bool]] = {}
S_contra = TypeVar("S_contra", bound=Status, contravariant=True)


@frozen(kw_only=True)
class Convert(Command[S_contra, Contact]):
    """Move a contact to another status, by hand."""

    contact: str = field(metadata=asks(identifier))
    to: S_contra
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the conversion; one in the past is judged by the status of that time."""
        if type(self.to) is not funnel.statuses or self.at is not None:
            gather(lambda: funnel.status(self.to, "to"), lambda: self.timely(moment.now))
        draft = Draft(funnel, moment, view, self)
        stored, to = draft.contact(self.contact), funnel.status(self.to, "to")
        when = draft.when(stored.changed)
        was = draft.as_of(stored, when)
        now = None if was is None else was.status
        row = None if now is None else conversion.row_for(funnel, now, to, self.by.role)
        needs = () if row is None or row.automatic else row.needs
        case = OPEN_CASE()
        case.now, case.to, case.on, case.by = now, to, None, self.by
        case.standing, case.contact, case.attempt = stored.standing, stored.id, was.attempt if was else 0
        case.notes = self.reason is not None
        case.facts = draft.facts(needs, contact=was, to=to, reason=self.reason) if needs else NOTHING_TOLD
        case.__class__ = conversion.Case
        if was is None or now is None:
            return draft.refuse(conversion.nobody_there(funnel, case))
        decision = conversion.decide(funnel, case, row)
        if funnel.dated and to in funnel.dated:
            decision = both(decision, rule_of.is_noted(funnel, draft.case_of(was, was.attempt, when, self.reason)))
        if not decision:
            return draft.refuse(decision)
        if now is to or row is None:
            return draft.plan(decision, stored)
        why = Why.REGRESSION if funnel.tier and funnel.tier.get(to, 0) < funnel.tier.get(now, 0) else Why.MOVE
        changed = draft.become(was, to, row.on, why, when, self.reason)
        return draft.plan(decision, draft.settle(stored, changed, when))


@frozen(kw_only=True)
class Record(Command[Status, Contact]):
    """Record that something happened outside: an agreement accepted, a product purchased, an enrollment completed.

    What it brings along is stored either way; it moves the contact if the funnel has a row for it. What happened before
    the contact came takes effect when it came.
    """

    contact: str = field(metadata=asks(identifier))
    trigger: Trigger
    item: str | None = field(default=None, metadata=asks(optional(identifier)))
    """The product, agreement or enrollment that it was about."""
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan what happened and what it moves; told late, it ends as if it had been told in time."""
        gather(lambda: funnel.trigger(self.trigger), lambda: self.timely(moment.now))
        draft = Draft(funnel, moment, view, self)
        stored, on = draft.contact(self.contact), funnel.trigger(self.trigger)
        when, was = draft.since(stored, draft.when(stored.changed))
        row = funnel.recorded.get((was.status, on))
        needs = conversion.needs_of_record(funnel, row, on)
        known = draft.facts(needs, contact=was, to=row.to if row else None, item=self.item)
        case: conversion.Case[Status] = conversion.Case(
            now=was.status, on=on, by=self.by, standing=was.standing, contact=stored.id, facts=known
        )
        decision = conversion.may_record(funnel, case)
        if conversion.lifts(funnel, on):
            decision = both(decision, draft.may_lift(was))
        if not decision:
            return draft.refuse(decision)
        changed = draft.happen(was, on, self.item, when, reason=self.note)
        draft.mail(on, changed)
        return draft.plan(decision, draft.settle(stored, changed, when))


@frozen(kw_only=True)
class Correct(Command[S_contra, Contact]):
    """Put a mistake right: the event that was wrong, and the status that was true instead, at that event's time.

    `event` None: the latest that says a status. Later events stand; what moved nobody since is looked at again. Hours
    forget the mistake.
    """

    contact: str = field(metadata=asks(identifier))
    to: S_contra
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))
    event: str | None = field(default=None, metadata=asks(optional(identifier)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the correction, with every appointment that it restates."""
        draft = Draft(funnel, moment, view, self)
        self.now_only("a correction takes effect at the time of the event that it names")
        stored = draft.contact(self.contact)
        told = (*view.history(self.contact), *draft.told(self.contact))
        wrong, said = _named(told, self.event)
        to = funnel.status(self.to, "to")
        case: conversion.Case[Status] = conversion.Case(
            now=said, to=to, by=self.by, contact=stored.id, facts={REASON.key: self.reason is not None}
        )
        decision = conversion.may_correct(funnel, case)
        if not decision:
            return draft.refuse(decision)
        before = history.contact_at((e for e in told if e.id != wrong.id), wrong.effective) or stored
        attempt = attempt_after(funnel, before, to, restart=False)
        fix = draft.correct(before, to, wrong.id, said, attempt, wrong.effective)
        draft.note(fix, self.reason)
        draft.look_behind(stored, wrong.effective)
        draft.restate(stored.id, wrong.effective)
        now = history.contact_at((*view.history(stored.id), *draft.told(stored.id))) or stored
        if now.status is to:
            now = draft.set_off(now, to, None, wrong.effective)
        if now.follow_up is not None and now.follow_up.over(moment.now):
            # who says that it was no cold lead is not overruled by the clock
            now = draft.end(now, Ending.DROPPED, Because.CALLED_OFF, draft.when(now.changed))
        if stored.portal is Portal.INVITED or now.portal is not stored.portal:
            now = draft.follow_portal(stored, now, draft.when(now.changed))
        if silences(funnel, said) and not silences(funnel, now.status):  # the person may have asked for it all the same
            draft.notices += still(draft.person(stored.id), moment.now)
        draft.brought(told, wrong)
        return draft.plan(decision, draft.settled(stored, now))


def silences(funnel: AnyFunnel, status: Status) -> bool:
    """Whether who comes to this status is not to be contacted. Source: BG-A20."""
    return any(effect.axis is Axis.DO_NOT_CONTACT and effect.to for effect in funnel.sets.get(status, ()))


def _named(told: tuple[Event, ...], wish: str | None) -> tuple[Event, Status]:
    """Give the event that is to be corrected and what it says today; a correction leads to the event that it names."""
    root = next((e.corrects for e in told if isinstance(e, StatusCorrected) and e.id == wish), wish)
    found = {event.id: (event, status) for event, status in history.status_events(told)}
    if root is None:
        return list(found.values())[-1]
    if root not in found:
        raise invalid("event", "is no event of this contact that says a status; see its history")
    return found[root]
