"""A follow-up is set, moved, called off; somebody was in touch; and when time has run out, the contact is given up."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import both
from funnelkit.errors import gather
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import conversion, follow_up
from funnelkit.table import NEXT_ATTEMPT, Status
from funnelkit.times import instant
from funnelkit.values.checks import asks, identifier, long_text, moment, number, one_of, optional
from funnelkit.values.contact import Contact
from funnelkit.values.events import ContactTouched, Why
from funnelkit.values.plan import Plan
from funnelkit.words import Because, Channel, Direction, Ending


@frozen(kw_only=True)
class _Dated(Command[Status, Contact]):
    """Gives a follow-up a date: `due`, an aware time that is still to come; None: after the policy's delay."""

    contact: str = field(metadata=asks(identifier))
    due: datetime | None = field(default=None, metadata=asks(optional(moment)))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))
    """What to say; it shows on the day on which the follow-up is due."""

    def _given(self, now: datetime) -> datetime | None:
        gather(lambda: self.due is None or instant(self.due, "due"), lambda: self.timely(now))
        return None if self.due is None else instant(self.due, "due")

    def _converted(  # what a follow-up by a row of the table is judged by
        self, draft: Draft, stored: Contact, to: Status, attempt: int, when: datetime
    ) -> Plan[Contact]:
        """Set a follow-up by its status, as Convert does, with the date that was chosen."""
        funnel, due = draft.funnel, self._given(draft.moment.now)
        was = draft.base(stored, when)
        row = conversion.row_for(funnel, was.status, to, self.by.role)
        needs = () if row is None or row.automatic else row.needs
        case: conversion.Case[Status] = conversion.Case(
            now=was.status, to=to, by=self.by, standing=stored.standing, contact=stored.id, attempt=was.attempt,
            notes=self.note is not None, facts=draft.facts(needs, contact=was, to=to, reason=self.note),
        )  # fmt: skip
        kept = was.follow_up if to in funnel.postponed else None
        notes = self.note if kept is None else self.note or kept.noted
        dated = follow_up.may_date(funnel, draft.case_of(was, attempt, when, notes, due))
        decision = both(conversion.decide(funnel, case, row), dated)
        if not decision or row is None:
            return draft.refuse(decision)
        changed = draft.become(was, to, row.on, Why.MOVE, when, self.note, due)
        return draft.plan(decision, draft.settle(stored, changed, when))

    def _set(self, draft: Draft, was: Contact, attempt: int, when: datetime, because: Because) -> Contact:
        """Set a date without a change of the status; the follow-up that stood gives way to it."""
        id, due = draft.moment.fresh("event"), self._given(draft.moment.now)  # it is the id
        kept = was.follow_up if because is Because.MOVED and self.note is None else None
        new = draft.dated(was, was.status, id, attempt, when, due, kept)
        done = because is Because.NEXT_ATTEMPT and attempt == was.attempt + 1
        how = Ending.DONE if done else Ending.SUPERSEDED
        return draft.redate(was, new, when, self.note, how, because)


@frozen(kw_only=True)
class ScheduleFollowUp(_Dated):
    """Set the next follow-up: its status, where the funnel has one for each, and its date. Source: S2.

    `attempt` None: the next number in order. The follow-up that stood before is done.
    """

    attempt: int | None = field(default=None, metadata=asks(optional(number)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the follow-up, with the date on which it is due."""
        draft = Draft(funnel, moment, view, self)
        due, (stored, when, was) = self._given(moment.now), draft.at_hand(self.contact)
        steps = funnel.follow_ups
        attempt = self.attempt or (1 if was.status in funnel.restarts_from else was.attempt + 1)
        if steps and attempt <= len(steps):
            return self._converted(draft, stored, steps[attempt - 1], attempt, when)
        order = {NEXT_ATTEMPT.key: not funnel.policy.follow_up.in_order or attempt == was.attempt + 1}
        decision = follow_up.may_schedule(funnel, draft.case_of(was, attempt, when, self.note, due), order)
        if not decision:
            return draft.refuse(decision)
        now = self._set(draft, was, attempt, when, Because.NEXT_ATTEMPT)
        return draft.plan(decision, draft.settle(stored, now, when))


@frozen(kw_only=True)
class MoveFollowUp(_Dated):
    """Give the follow-up that stands another date; it keeps its number. Source: S2.

    Who has a row for it moves the whole schedule: the special desk of `franchise`. That is no attempt. Source: BG-A14.
    """

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the new date."""
        draft = Draft(funnel, moment, view, self)
        due, (stored, when, was) = self._given(moment.now), draft.at_hand(self.contact)
        for to in funnel.postponed:
            rows = funnel.by_hand.get((was.status, to), ())
            if to is not was.status and any(self.by.role in row.by for row in rows):
                return self._converted(draft, stored, to, was.attempt, when)
        stands = was.follow_up
        attempt = was.attempt if stands is None else stands.attempt
        notes = self.note if stands is None else self.note or stands.noted  # it keeps those that it has
        decision = follow_up.may_move(funnel, draft.case_of(was, attempt, when, notes, due))
        if not decision:
            return draft.refuse(decision)
        now = self._set(draft, was, attempt, when, Because.MOVED)
        return draft.plan(decision, draft.settle(stored, now, when))


@frozen(kw_only=True)
class DropFollowUp(Command[Status, Contact]):
    """Call off the follow-up that stands, without another. Source: ours."""

    contact: str = field(metadata=asks(identifier))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan its end."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        decision = follow_up.may_drop(funnel, draft.case_of(was, was.attempt, when, self.reason))
        if not decision:
            return draft.refuse(decision)
        now = draft.end(was, Ending.DROPPED, Because.CALLED_OFF, when)
        draft.note(draft.events[-1], self.reason)
        return draft.plan(decision, draft.settle(stored, now, when))


@frozen(kw_only=True)
class LogContact(Command[Status, Contact]):
    """Log that somebody was in touch with the contact: we called (`OUT`), or they answered (`IN`).

    An answer ends the follow-up that stands. Our own call moves its date, if the policy counts from the last touch.
    """

    contact: str = field(metadata=asks(identifier))
    channel: Channel = field(default=Channel.PHONE, metadata=asks(one_of(Channel)))
    direction: Direction = field(default=Direction.OUT, metadata=asks(one_of(Direction)))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan what it says, and what becomes of the follow-up."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        decision = follow_up.may_log(funnel, draft.case_of(was, was.attempt, when, self.note))
        if not decision:
            return draft.refuse(decision)
        said = {"channel": self.channel, "direction": self.direction}
        touch = draft.say(ContactTouched, was.id, was.version, when, **said)
        draft.note(touch, self.note)
        now = evolve(touch.onto(was), changed=max(was.changed, when), follow_up=was.follow_up)
        return draft.plan(decision, draft.settle(stored, draft.logged(now, self.direction, when), when))


@frozen(kw_only=True)
class GiveUp(Command[Status, Contact]):
    """Give up a contact whose last follow-up has run out: what the sweep does. It takes effect when it ran out."""

    contact: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the status that time alone has made true."""
        self.now_only("it takes effect when the last follow-up ran out")
        draft = Draft(funnel, moment, view, self)
        stored = view.contact(self.contact)
        stands = stored.follow_up
        decision = follow_up.may_give_up(funnel, draft.case_of(stored, stored.attempt, moment.now))
        if not decision or stands is None or stands.gives_up is None:
            return draft.refuse(decision)
        return draft.plan(decision, draft.lapse(stored, stands.gives_up))
