"""A plan in the making: what a command has read, changed and said so far. It lives no longer than the planning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.decisions import Decision, Notice
from funnelkit.errors import invalid
from funnelkit.facts import Known, attempt_after, facts
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import history
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import ANY, Act, Effect, Need, Row, Status, Trigger
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    AppointmentRestated,
    CompanyChanged,
    ContactChanged,
    DoNotContactSet,
    Event,
    StatusChanged,
    StatusCorrected,
    TriggerRecorded,
    Why,
)
from funnelkit.values.person import Person
from funnelkit.values.plan import Consequence, Message, Noun, Obligation, Plan, kind_of_noun
from funnelkit.words import Axis, Grant, Kind, Recipient, Where

T = TypeVar("T")
E = TypeVar("E", bound=Event)

LATER: Final = Notice(
    "history.later_change_stands", "a later change of the status stands, so the contact stays what it is"
)
UNMOVED: Final = "{on} is recorded; it moves no contact that is {status}"
RESTATED: Final = "appointment {appointment} says {to} instead of {was}"
SAYS_STATUS: Final = (StatusChanged, StatusCorrected)
RESTARTS: Final = frozenset({Act.CANCELLED, Act.RESCHEDULED})
STANDS: Final = frozenset({AppointmentStatus.BOOKED})


class Draft:
    """Collects a plan. `view.read` holds what was read; everything else is written here and handed over once."""

    def __init__(self, funnel: AnyFunnel, moment: Moment, view: View, command: Command[Any, Any]) -> None:
        """Start empty. Raises Invalid for a command whose time is still to come."""
        self.funnel, self.moment, self.view = funnel, moment, view
        self.by, self.cause = command.by, command.cause
        self.at = None if command.at is None else command.timely(moment.now)
        self.events: list[Event] = []
        self.nouns: dict[tuple[str, str], Noun] = {}
        self.removed: list[tuple[str, str]] = []
        self.touched: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.messages: list[Message] = []
        self.consequences: list[Consequence] = []
        self.obligations: list[Obligation] = []
        self.notices: list[Notice] = []

    # ---- time

    def when(self, changed: datetime | None = None) -> datetime:
        """Give the time of effect: `at`, else now. What is done now comes after all that was done, by any clock."""
        if self.at is not None:
            return self.at
        return self.moment.now if changed is None or changed <= self.moment.now else changed

    def as_of(self, contact: Contact, effective: datetime) -> Contact | None:
        """Give the contact as it was then: itself, unless something later has happened to it."""
        return contact if effective >= contact.changed else history.contact_at(self.view.history(contact.id), effective)

    def base(self, contact: Contact, effective: datetime) -> Contact:
        """Give the contact as it was then. Raises Invalid for a time before it came."""
        found = self.as_of(contact, effective)
        if found is None:
            raise invalid("at", "the contact was not there then; give a later time, or none")
        return found

    def told(self, contact: str) -> tuple[Event, ...]:
        """Give what this plan says about a contact so far; an appointment may have the same id."""
        return tuple(event for event in self.events if event.noun == "contact" and event.about == contact)

    # ---- saying and changing

    def say(self, kind: type[E], about: str, version: int, effective: datetime, **said: Any) -> E:
        """Add an event."""
        within = self.funnel.name if kind.noun == "contact" else ""
        event = kind(
            id=self.moment.fresh("event"), about=about, within=within, by=self.by, effective=effective,
            recorded=self.moment.now, version=version, funnel=self.funnel.fingerprint, cause=self.cause, **said,
        )  # fmt: skip
        self.events.append(event)
        return event

    def keep(self, noun: Noun) -> None:
        """Note a changed or new value."""
        self.nouns[kind_of_noun(noun), noun.id] = noun

    def person(self, contact: str) -> Person | None:
        """Give the person behind a contact, as it is planned so far."""
        planned = self.nouns.get(("person", contact))
        return planned if isinstance(planned, Person) else self.view.person(contact)

    def note(self, event: Event, text: str | None) -> None:
        """Put a reason or note beside an event."""
        if text is not None:
            self.texts.append((event.id, text))

    def facts(self, needs: tuple[Need, ...], **known: Any) -> dict[str, bool]:
        """Find what a row asks for; nothing is looked up for a row that asks for nothing."""
        if not needs:
            return {}
        return facts(needs, Known(funnel=self.funnel, view=self.view, **known), self.moment.facts)

    def become(  # all that a status change says
        self,
        contact: Contact,
        to: Status,
        on: Trigger,
        why: Why,
        effective: datetime,
        reason: str | None = None,
    ) -> Contact:
        """Move a contact to another status, with what the status sets and what follows from it."""
        restart = self.funnel.policy.follow_up.restart_after_cancel and self._is(on, RESTARTS)
        attempt = (
            attempt_after(self.funnel, contact, to, restart=restart) if self.funnel.follow_ups else contact.attempt
        )
        changed = contact.becoming(to, effective, attempt)
        if to is contact.status:
            changed = evolve(changed, since=contact.since)
        event = self.say(
            StatusChanged,
            contact.id,
            changed.version,
            effective,
            was=contact.status,
            to=to,
            on=on,
            attempt=attempt,
            why=why,
        )
        self.note(event, reason)
        if self.funnel.sets:
            changed = self.set_off(changed, to, None, effective)
        return changed

    def change(self, contact: Contact, field: str, to: Any, effective: datetime) -> Contact:
        """Set one axis of a contact; saying what is so already says nothing."""
        was = getattr(contact, field)
        if was == to:
            return contact
        self.say(ContactChanged, contact.id, contact.version, effective, field=field, was=was, to=to)
        return evolve(contact, changed=max(contact.changed, effective), **{field: to})

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
            person = self.person(contact.id)
            if person is not None and person.do_not_contact is not bool(effect.to):
                stored = self.view.person(contact.id)
                version = stored.version + 1 if stored else 1
                self.keep(evolve(person, do_not_contact=bool(effect.to), version=version))
                self.say(DoNotContactSet, contact.id, contact.version, effective, to=bool(effect.to))
            return contact
        had = getattr(contact, effect.axis.value)
        to = effect.to if effect.to is not None else had | {item}
        if effect.owes and had != to:
            self.obligations.append(Obligation(effect.owes.code, contact.id, effect.owes.sentence))
        return self.change(contact, effect.axis.value, to, effective)

    def happen(  # all that is known of what happened
        self,
        contact: Contact,
        on: Trigger,
        item: str | None,
        effective: datetime,
        *,
        new: bool = False,
        reason: str | None = None,
    ) -> Contact:
        """Record that something happened, with the move and the effects that it has."""
        row = None if new else self.funnel.recorded.get((contact.status, on))
        moved = row is not None and all(self.facts(row.needs, contact=contact, to=row.to, item=item).values())
        event = self.say(TriggerRecorded, contact.id, contact.version, effective, on=on, item=item, moved=new or moved)
        self.note(event, reason)
        contact = evolve(contact, changed=max(contact.changed, effective))
        contact = self.set_off(contact, on, item or event.id, effective, new=new)
        if row is not None and moved:
            return self.become(contact, row.to, on, Why.HAPPENED, effective)
        if not new and any(r.on is on for r in self.funnel.rows):
            self.notices.append(Notice("conversion.unmoved", UNMOVED, params={"on": on, "status": contact.status}))
        return contact

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
                    self.notices += [LATER] * said
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
            self.consequences.append(Consequence("appointment_restated", RESTATED, words))

    def rewrite(self, kind: type[Any], appointment: Appointment, effective: datetime, **said: Any) -> Appointment:
        """Change an appointment by an event that says how, and touch what lists it."""
        event = self.say(kind, appointment.id, appointment.version + 1, effective, **said)
        changed: Appointment = evolve(event.onto(appointment), version=appointment.version + 1)
        self.keep(changed)
        self.touch(changed)
        return changed

    def touch(self, appointment: Appointment) -> None:
        """Say that the coach's calendar and the attendees' appointments change."""
        self.touched.append(("calendar", appointment.coach))
        self.touched += [("appointments", attendee.contact) for attendee in appointment.attendees]

    def follow(self, was: Contact, now: Contact) -> None:
        """Say what follows from another status: rights, bookings, hours."""
        self.pass_on(was.status, now.status)
        appointments = self.view.appointments_of(now.id)
        if appointments:
            self.consequences += self._of_appointments(was, now, appointments)

    def step_down(self, company: str, contact: str) -> None:
        """Leave a company without a primary contact, if it was this one."""
        was = self.view.company(company)
        if was.primary == contact:
            now = evolve(was, primary=None, version=was.version + 1)
            self.keep(now)
            self.say(CompanyChanged, company, now.version, self.when(), primary=None)

    def pass_on(self, was: Status, now: Status) -> None:
        """Say which rights another status gives and takes."""
        gained, lost = self.funnel.gained[was, now]
        if gained:
            self.consequences.append(Consequence("rights_gained", "the contact gains {rights}", {"rights": gained}))
        if lost:
            self.consequences.append(Consequence("rights_lost", "the contact loses {rights}", {"rights": lost}))

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
            self.messages.append(Message(key=key, to=to, template=mail.template, params={"contact": contact.id}))

    def _is(self, on: Trigger, acts: frozenset[Act]) -> bool:
        return any(deed.on is on and deed.act in acts for deed in self.funnel.deeds)

    # ---- the end

    def plan(self, decision: Decision, outcome: T) -> Plan[T]:
        """Hand everything over."""
        return Plan(
            decision=decision, outcome=outcome, changed=tuple(self.nouns.values()), removed=tuple(self.removed),
            read=tuple(self.view.read), touched=tuple(dict.fromkeys(self.touched)), events=tuple(self.events),
            texts=tuple(self.texts), messages=tuple(self.messages), consequences=tuple(self.consequences),
            obligations=tuple(self.obligations), notices=(*decision.notices, *self.notices), made=self.moment.now,
            account=self.moment.account, funnel=self.funnel.fingerprint,
        )  # fmt: skip

    def refuse(self, decision: Decision) -> Plan[Any]:
        """Hand over a refusal: it changes nothing."""
        return Plan(decision=decision, read=tuple(self.view.read), notices=decision.notices, made=self.moment.now)


STANDS_NOT: Final = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.MISSED})
