"""A plan in the making, its middle: what happens to a contact, and which status follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from attrs import evolve

from funnelkit.commands.saying import Saying
from funnelkit.decisions import Notice
from funnelkit.facts import attempt_after
from funnelkit.rules import follow_up as rule_of
from funnelkit.rules import outreach
from funnelkit.table import ANY, Act, Effect, Status, Trigger
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.client_events import SessionDescribed
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    AppointmentRestated,
    ContactChanged,
    Event,
    StatusChanged,
    TriggerRecorded,
    Why,
)
from funnelkit.values.making import opened
from funnelkit.values.plan import THE_ACCOUNT, Message, Obligation
from funnelkit.words import Axis, Channel, Purpose, Recipient, Role

OPEN_CHANGE: Final = opened(StatusChanged)

UNMOVED: Final = "{on} is recorded; it moves no contact that is {status}"
STAYS: Final = "what came along with it stays: {fields}"
RESTARTS: Final = frozenset({Act.CANCELLED, Act.RESCHEDULED})


class Telling(Saying):
    """Adds what happens: moves, effects, appointments."""

    def become(  # all that a status change says
        self,
        contact: Contact,
        to: Status,
        on: Trigger,
        why: Why,
        effective: datetime,
        reason: str | None = None,
        due: datetime | None = None,
    ) -> Contact:
        """Move a contact to another status, with what the status sets and what follows from it."""
        funnel, stays = self.funnel, to is contact.status
        attempt = 0
        if funnel.follow_ups or contact.attempt:
            attempt = attempt_after(funnel, contact, to, restart=self._restarts(on))
        event = OPEN_CHANGE()
        event.id = self.moment.fresh("event")
        follow_up = contact.follow_up if stays else None
        if funnel.dated and not stays and to in funnel.dated:
            kept = contact.follow_up if to in funnel.postponed and reason is None else None
            follow_up = self.dated(contact, to, event.id, attempt, effective, due, kept)
        runs_on = stays or to in funnel.pipelines
        changed = contact.becoming(to, effective, attempt, follow_up, runs_on=runs_on)
        if stays:
            changed = evolve(changed, since=contact.since)
        event.about, event.within = contact.id, funnel.name
        event.by, event.cause, event.funnel = self.by, self.cause, funnel.fingerprint
        event.effective, event.recorded, event.version = effective, self.moment.now, changed.version
        event.was, event.to, event.on, event.attempt, event.why = contact.status, to, on, attempt, why
        event.follow_up, event.runs_on = follow_up, runs_on
        event.__class__ = StatusChanged
        self.events.append(event)
        self.note(event, reason)
        if contact.follow_up is not None and not stays:
            self.end(contact, *rule_of.ended(funnel, contact, to, on), effective, event.id)
        if contact.pipeline is not None:
            if not runs_on:
                self.close(contact, effective)
        elif runs_on and not stays:
            changed = self.assign(changed, contact.status, effective)
        if funnel.sets:
            changed = self.set_off(changed, to, None, effective)
        return changed

    def set_off(
        self, contact: Contact, on: Trigger | Status, item: str | None, effective: datetime, *, new: bool = False
    ) -> Contact:
        """Set every axis that the funnel's EFFECTS name for this."""
        for effect in self.funnel.sets.get(on, ()):
            if effect.start is ANY or new:
                contact = self._effect(contact, effect, item, effective)
        return contact

    def _effect(self, contact: Contact, effect: Effect, item: str | None, effective: datetime) -> Contact:
        if effect.axis is Axis.DO_NOT_CONTACT:
            if effect.to:
                return self.block(contact, effective)
            return self.unblock(contact, effective, own=self.by.role is Role.SYSTEM)
        had = getattr(contact, effect.axis.value)
        to = effect.to if effect.to is not None else had | {item}
        if effect.owes and had != to:
            self.obligations += (Obligation(effect.owes.code, contact.id, effect.owes.sentence),)
        return self.change(contact, effect.axis.value, to, effective)

    def happen(  # all that is known of what happened
        self,
        contact: Contact,
        on: Trigger,
        item: str | None,
        effective: datetime,
        *,
        new: bool = False,
        moves: bool = True,
        reason: str | None = None,
    ) -> Contact:
        """Record that something happened, with the move and the effects that it has; `moves` False: with no move."""
        row = None if new or not moves else self.funnel.recorded.get((contact.status, on))
        moved = row is not None and self.met(row, contact, item)
        event = self.say(TriggerRecorded, contact.id, contact.version, effective, on=on, item=item, moved=new or moved)
        self.note(event, reason)
        contact = evolve(contact, changed=max(contact.changed, effective))
        contact = self.set_off(contact, on, item or event.id, effective, new=new)
        if row is not None and moved:
            return self.become(contact, row.to, on, Why.HAPPENED, effective)
        if moves and not new and any(r.on is on for r in self.funnel.rows):
            self.notices += (Notice("conversion.unmoved", UNMOVED, params={"on": on, "status": contact.status}),)
        return contact

    def brought(self, told: Iterable[Event], wrong: Event) -> None:
        """Say what came along with an event that is corrected, and stays."""
        axes = {effect.axis.value for on in self.funnel.triggers for effect in self.funnel.sets.get(on, ())}
        along = (event for event in told if isinstance(event, ContactChanged) and event.field in axes)
        same = (wrong.effective, wrong.recorded)
        fields = tuple(dict.fromkeys(e.field for e in along if (e.effective, e.recorded) == same))
        if fields:
            self.notices += (Notice("conversion.stays", STAYS, "ours", {"fields": fields}),)

    def _restarts(self, on: Trigger) -> bool:
        """Whether the attempts begin anew with this, where the account says so. Source: BG-A10."""
        restarts = self.funnel.policy.follow_up.restart_after_cancel
        return restarts and any(deed.on is on and deed.act in RESTARTS for deed in self.funnel.deeds)

    def rewrite(self, kind: type[Any], appointment: Appointment, effective: datetime, **said: Any) -> Appointment:
        """Change an appointment by an event that says how, and touch what lists it."""
        event = self.say(kind, appointment.id, appointment.version + 1, effective, **said)
        changed: Appointment = event.onto(appointment)
        self.keep(changed)
        self.touch(changed)
        return changed

    def attend(self, was: Appointment, attendees: tuple[Attendee, ...], effective: datetime, *, left: int = 0) -> None:
        """Say who attends from now on; of who does not, `left` had attended. The others never did, and are no heads."""
        now = self.rewrite(AppointmentRestated, was, effective, attendees=attendees, left=was.left + left)
        session = was.session and was.session.without(was.people - now.people, now.people)
        if session != was.session:
            self.rewrite(SessionDescribed, now, effective, session=session)

    def touch(self, appointment: Appointment) -> None:
        """Say that the coach's calendar and the attendees' appointments change."""
        self.touched += (("calendar", appointment.coach),)
        self.touched += tuple([("appointments", attendee.contact) for attendee in appointment.attendees])

    def mail(self, on: Trigger, contact: Contact, *, new: bool = False) -> None:
        """Add the messages that the funnel's MAILS name for this; none to a person who is not to be contacted."""
        for mail in self.funnel.mails:
            if mail.on is not on or not (new or mail.start is ANY):
                continue
            if mail.along and not any(isinstance(e, ContactChanged) and e.field == mail.along for e in self.events):
                continue
            self.send(contact, mail.to, mail.template, mail.purpose)

    def send(  # all that a message says
        self,
        contact: Contact,
        to: Recipient,
        template: str,
        purpose: Purpose,
        *,
        key: str | None = None,
        staff: str | None = None,
        link_of: str | None = None,
        **params: str,
    ) -> None:
        """Add a message; none to who is not to get it, or was erased. What goes to the coach goes to `staff`, if given.

        `key` None: it is the only one with this template that goes with the last event. `link_of`: the
        invitation whose link it brings.
        """
        person = self.person(contact.id)
        if to is Recipient.CONTACT and self.nobody_there(contact):
            return
        if to is Recipient.CONTACT and person is not None:
            case = outreach.Case(
                contact=contact.id, channel=Channel.EMAIL, purpose=purpose, blocks=person.blocks,
                do_not_market=person.do_not_market, now=self.moment.now,
            )  # fmt: skip
            if not outreach.may_contact(self.funnel, case):
                return
        message = Message(
            key=key or f"{self.events[-1].id}:{template}", template=template, recipient=to, purpose=purpose,
            to=contact.id if to is Recipient.CONTACT else staff or contact.coach or THE_ACCOUNT,
            params={"contact": contact.id, **params}, invitation=link_of,
        )  # fmt: skip
        self.messages += (message,)
