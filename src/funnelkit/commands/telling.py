"""A plan in the making, its first half: what a command says and changes, and what happens to a contact by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.decisions import Consequence, Notice
from funnelkit.errors import invalid
from funnelkit.facts import Known, attempt_after, facts
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import history
from funnelkit.table import ANY, Act, Effect, Need, Status, Trigger
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    ContactChanged,
    DoNotContactSet,
    Event,
    StatusChanged,
    TriggerRecorded,
    Why,
)
from funnelkit.values.making import opened
from funnelkit.values.person import Person
from funnelkit.values.plan import Message, Noun, Obligation, kind_of_noun
from funnelkit.words import Axis

T = TypeVar("T")
E = TypeVar("E", bound=Event)

OPEN_CHANGE: Final = opened(StatusChanged)

UNMOVED: Final = "{on} is recorded; it moves no contact that is {status}"
RESTARTS: Final = frozenset({Act.CANCELLED, Act.RESCHEDULED})


class Telling:
    """Collects a plan. `view.read` holds what was read; everything else is written here and handed over once."""

    def __init__(self, funnel: AnyFunnel, moment: Moment, view: View, command: Command[Any, Any]) -> None:
        """Start empty. Raises Invalid for a command whose time is still to come."""
        self.funnel, self.moment, self.view = funnel, moment, view
        self.by, self.cause = command.by, command.cause
        self.at = None if command.at is None else command.timely(moment.now)
        self.events: list[Event] = []
        self.nouns: dict[tuple[str, str], Noun] = {}
        self.removed: tuple[tuple[str, str], ...] = ()
        self.touched: tuple[tuple[str, str], ...] = ()
        self.texts: tuple[tuple[str, str], ...] = ()
        self.messages: tuple[Message, ...] = ()
        self.consequences: tuple[Consequence, ...] = ()
        self.obligations: tuple[Obligation, ...] = ()
        self.notices: tuple[Notice, ...] = ()

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
            self.texts += ((event.id, text),)

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
        event = OPEN_CHANGE()
        event.id, event.about, event.within = self.moment.fresh("event"), contact.id, self.funnel.name
        event.by, event.cause, event.funnel = self.by, self.cause, self.funnel.fingerprint
        event.effective, event.recorded, event.version = effective, self.moment.now, changed.version
        event.was, event.to, event.on, event.attempt, event.why = contact.status, to, on, attempt, why
        event.__class__ = StatusChanged
        self.events.append(event)
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
            self.notices += (Notice("conversion.unmoved", UNMOVED, params={"on": on, "status": contact.status}),)
        return contact

    def _is(self, on: Trigger, acts: frozenset[Act]) -> bool:
        return any(deed.on is on and deed.act in acts for deed in self.funnel.deeds)

    def rewrite(self, kind: type[Any], appointment: Appointment, effective: datetime, **said: Any) -> Appointment:
        """Change an appointment by an event that says how, and touch what lists it."""
        event = self.say(kind, appointment.id, appointment.version + 1, effective, **said)
        changed: Appointment = event.onto(appointment)
        self.keep(changed)
        self.touch(changed)
        return changed

    def touch(self, appointment: Appointment) -> None:
        """Say that the coach's calendar and the attendees' appointments change."""
        self.touched += (("calendar", appointment.coach),)
        self.touched += tuple([("appointments", attendee.contact) for attendee in appointment.attendees])
