"""A plan in the making: what a command has read, changed and said so far. It lives no longer than the planning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.commands.telling import RESTARTS, Telling
from funnelkit.decisions import Consequence, Decision, Notice
from funnelkit.facts import attempt_after
from funnelkit.rules import history
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import ANY, Act, Row, Status, Trigger
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    AppointmentRestated,
    CompanyChanged,
    ContactChanged,
    Event,
    StatusChanged,
    StatusCorrected,
    TriggerRecorded,
    Why,
)
from funnelkit.values.making import opened
from funnelkit.values.plan import Message, Plan
from funnelkit.words import Axis, Grant, Kind, Recipient, Where

T = TypeVar("T")

OPEN_PLAN: Final = opened(Plan)

LATER: Final = Notice(
    "history.later_change_stands", "a later change of the status stands, so the contact stays what it is"
)
RESTATED: Final = "appointment {appointment} says {to} instead of {was}"
SAYS_STATUS: Final = (StatusChanged, StatusCorrected)
STANDS: Final = frozenset({AppointmentStatus.BOOKED})
STANDS_NOT: Final = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.MISSED})


class Draft(Telling):
    """Adds what comes in late and what follows, and hands the plan over once."""

    def deed(self, contact: Contact, act: Act, kind: Kind | None, effective: datetime) -> Contact:
        """Do what the funnel's DEEDS say that this act of ours means; what it does not move stays as it is."""
        on = self.funnel.means.get((act, kind))
        if on is None:
            return contact
        base = self.as_of(contact, effective)
        if base is None or (base.status, on) not in self.funnel.recorded:
            return contact
        return self.settle(contact, self.happen(base, on, None, effective), effective)

    # ---- what comes in late, and what follows

    def settle(self, stored: Contact, changed: Contact, effective: datetime) -> Contact:
        """Give the contact as it is to be stored: as planned, or, when it came in late, the fold of all that happened.

        What was recorded later but moved nobody then is looked at again, so that the order of telling does not matter.
        """
        if effective < stored.changed:
            changed = self._late(stored, effective)
        elif changed.changed < effective:
            changed = evolve(changed, changed=effective)
        if effective < self.moment.now and any(isinstance(event, SAYS_STATUS) for event in self.events):
            self.restate(stored.id, effective)
        version = stored.version + 1
        if changed.version != version:
            changed = evolve(changed, version=version)
        for place, event in enumerate(self.events):
            if event.noun == "contact" and event.about == stored.id and event.version != version:
                self.events[place] = evolve(event, version=version)
        self.keep(changed)
        if changed.status is not stored.status:
            self.follow(stored, changed)
        return changed

    def _late(self, stored: Contact, effective: datetime) -> Contact:
        past = self.view.history(stored.id)
        happened = any(isinstance(event, TriggerRecorded) for event in self.events)
        said = any(isinstance(event, StatusChanged) for event in self.events)
        moved = {(e.on, e.effective) for e in past if isinstance(e, StatusChanged) and e.why is Why.HAPPENED}
        later = sorted((e for e in past if e.effective > effective), key=lambda e: e.effective)
        for event in later:
            if isinstance(event, StatusChanged):
                if not (happened and self._judged_again(stored, event, past)):
                    self.notices += (LATER,) * said
                    break
            elif isinstance(event, TriggerRecorded) and not event.moved and (event.on, event.effective) not in moved:
                then, row = self._then(stored, event, event.item, past)
                if row is not None:
                    self.become(then, row.to, event.on, Why.HAPPENED, event.effective)
        for event in later:
            self._contactable_again(stored, event)
        return history.contact_at((*past, *self.told(stored.id))) or stored

    def _contactable_again(self, stored: Contact, event: Event) -> None:
        """Do-not-contact is the person's, and not folded: what set or lifted it later does so again."""
        cause = event.on if isinstance(event, TriggerRecorded) else getattr(event, "to", None)
        if isinstance(cause, (Trigger, Status)):
            for effect in self.funnel.sets.get(cause, ()):
                if effect.axis is Axis.DO_NOT_CONTACT:
                    self._effect(stored, effect, None, event.effective)

    def _then(
        self, stored: Contact, event: StatusChanged | TriggerRecorded, item: str | None, past: tuple[Event, ...]
    ) -> tuple[Contact, Row[Status] | None]:
        """Give the contact as it was when something happened, and the row that then moves it, if its needs are met."""
        told = (e for e in (*past, *self.told(stored.id)) if e.id != event.id)
        then = evolve(history.contact_at(told, event.effective) or stored, version=stored.version)
        row = self.funnel.recorded.get((then.status, event.on))
        met = row is not None and all(self.facts(row.needs, contact=then, to=row.to, item=item).values())
        return then, row if met else None

    def _judged_again(self, stored: Contact, event: StatusChanged, past: tuple[Event, ...]) -> bool:
        """Judge again what followed by itself from something that happened; what somebody decided stands."""
        fix = history.corrected(past).get(event.id)
        if event.why is not Why.HAPPENED or (fix is not None and fix.by_hand):
            return False
        same = (event.on, event.effective)
        items = (e.item for e in past if isinstance(e, TriggerRecorded) and (e.on, e.effective) == same)
        then, row = self._then(stored, event, next(items, None), past)
        true, said = row.to if row else then.status, fix.to if fix else event.to
        restart = self.funnel.policy.follow_up.restart_after_cancel and self._is(event.on, RESTARTS)
        attempt = attempt_after(self.funnel, then, true, restart=restart) if row else then.attempt
        if true is not said or attempt != (fix or event).attempt:
            self.say(
                StatusCorrected, stored.id, stored.version, event.effective, corrects=event.id, was=said, to=true,
                attempt=attempt, by_hand=False,
            )  # fmt: skip
        return True

    def restate(self, contact: str, since: datetime) -> None:
        """Put right what appointments say about the status at booking, where it was another one. Source: CC-A1."""
        later = [a for a in self.view.appointments_of(contact) if a.booked >= since]
        told = (*self.view.history(contact), *self.told(contact)) if later else ()
        for appointment in later:
            own = (self.funnel.means.get((Act.BOOKED, appointment.kind)), appointment.booked)
            before = (e for e in told if not isinstance(e, StatusChanged) or (e.on, e.effective) != own)
            entry, true = appointment.of(contact), history.status_at(before, appointment.booked)
            if entry is None or entry.status is None or true is None or true is entry.status:
                continue
            attendees = tuple(Attendee(contact, true) if a is entry else a for a in appointment.attendees)
            self.rewrite(AppointmentRestated, appointment, appointment.booked, attendees=attendees)
            words = {"appointment": appointment.id, "was": entry.status, "to": true}
            self.consequences += (Consequence("appointment_restated", RESTATED, words),)

    def follow(self, was: Contact, now: Contact) -> None:
        """Say what follows from another status: rights, bookings, hours."""
        self.pass_on(was.status, now.status)
        appointments = self.view.appointments_of(now.id)
        if appointments:
            self.consequences += tuple(self._of_appointments(was, now, appointments))

    def step_down(self, company: str, contact: str) -> None:
        """Leave a company without a primary contact, if it was this one."""
        was = self.view.company(company)
        if was.primary == contact:
            now = evolve(was, primary=None, version=was.version + 1)
            self.keep(now)
            self.say(CompanyChanged, company, now.version, self.when(), primary=None)

    def pass_on(self, was: Status, now: Status) -> None:
        """Say which rights another status gives and takes."""
        self.consequences += self.funnel.follows[was, now]

    def _of_appointments(
        self, was: Contact, now: Contact, appointments: tuple[Appointment, ...]
    ) -> Iterator[Consequence]:
        before, after = (self.funnel.hours[c.status] is Grant.YES for c in (was, now))
        for appointment in appointments:
            entry, words = appointment.of(now.id), {"appointment": appointment.id}
            closed = self.funnel.bookings.cells[now.status, appointment.kind] in (Grant.NO, Grant.UNSTATED)
            if (
                appointment.state in STANDS
                and appointment.start > self.moment.now
                and appointment.where is not Where.STAFF
                and closed
            ):
                yield Consequence("booking_illegal", "{appointment} could not be booked by the contact any more", words)
            if (
                before is not after
                and entry is not None
                and entry.status is None
                and appointment.state not in STANDS_NOT
            ):
                text = "{appointment} starts to count" if after else "{appointment} stops to count"
                yield Consequence("hours_start" if after else "hours_stop", text, words)

    def mail(self, on: Trigger, contact: Contact, *, new: bool = False) -> None:
        """Add the messages that the funnel's MAILS name for this; none to a person who is not to be contacted."""
        for mail in self.funnel.mails:
            if mail.on is not on or not (new or mail.start is ANY):
                continue
            if mail.along and not any(isinstance(e, ContactChanged) and e.field == mail.along for e in self.events):
                continue
            if mail.to is Recipient.CONTACT:
                person = self.person(contact.id)
                if person is not None and person.do_not_contact:
                    continue
            to = contact.id if mail.to is Recipient.CONTACT else contact.coach or "account"
            key = f"{self.events[-1].id}:{mail.template}"
            self.messages += (Message(key=key, to=to, template=mail.template, params={"contact": contact.id}),)

    # ---- the end

    def plan(self, decision: Decision, outcome: T) -> Plan[T]:
        """Hand everything over."""
        plan = OPEN_PLAN()
        plan.decision, plan.outcome, plan.changed = decision, outcome, tuple(self.nouns.values())
        plan.removed, plan.read = self.removed, tuple(self.view.read)
        plan.touched, plan.events = tuple(dict.fromkeys(self.touched)), tuple(self.events)
        plan.texts, plan.messages, plan.consequences = self.texts, self.messages, self.consequences
        plan.obligations, plan.notices = self.obligations, decision.notices + self.notices
        plan.made, plan.account, plan.funnel = self.moment.now, self.moment.account, self.funnel.fingerprint
        plan.__class__ = Plan
        return plan  # type: ignore[no-any-return]  # closed, it is one

    def refuse(self, decision: Decision) -> Plan[Any]:
        """Hand over a refusal: it changes nothing."""
        return Plan(decision=decision, read=tuple(self.view.read), notices=decision.notices, made=self.moment.now)
