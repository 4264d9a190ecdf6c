"""A plan in the making: what comes in late, and what has to be judged again then."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import evolve

from funnelkit.commands.telling import Telling
from funnelkit.decisions import Consequence, Notice
from funnelkit.facts import attempt_after
from funnelkit.rules import history
from funnelkit.table import Act, Row, Status, Trigger
from funnelkit.values.actor import CLOCK
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    ContactTouched,
    DoNotContactSet,
    Event,
    FollowUpScheduled,
    StatusChanged,
    StatusCorrected,
    TriggerRecorded,
    Why,
)
from funnelkit.values.follow_up import same
from funnelkit.words import Axis, Role

LATER: Final = Notice(
    "history.later_change_stands", "a later change of the status stands, so the contact stays what it is"
)
DATES: Final = (FollowUpScheduled, StatusChanged, StatusCorrected)
RESTATED: Final = "appointment {appointment} says {to} instead of {was}"


class Late(Telling):
    """Adds what comes in late: everything ends as if it had been told in time."""

    def late(self, stored: Contact, effective: datetime) -> Contact:
        """Give the fold of all that happened, with what is judged again because of what is told now."""
        past = self.view.history(stored.id)
        happened = any(isinstance(event, TriggerRecorded) for event in self.events)
        said = any(isinstance(event, StatusChanged) for event in self.events)
        later = sorted((e for e in past if e.effective > effective), key=lambda e: e.effective)
        decided = self._look_again(stored, later, past, happened=happened)
        if decided is not None:
            self.notices += (LATER,) * said
            self._counted_again(stored, later[later.index(decided) :], past)
        places = {event.id: place for place, event in enumerate(past)}
        for event in later:
            told = past[places[event.id] + 1 :]
            self._contactable_again(stored, event, frozenset(e.id for e in told if e.effective >= event.effective))
            if isinstance(event, StatusChanged) and self.funnel.pipelines:
                self._assigned_again(stored, event, past)
        return history.contact_at((*past, *self.told(stored.id))) or stored

    def _assigned_again(self, stored: Contact, event: StatusChanged, past: tuple[Event, ...]) -> None:
        """Who, as is known now, came into a status of pipelines then, is put on the default one since then."""
        told = (*past, *self.told(stored.id))
        before = history.contact_at((e for e in told if e.id != event.id), event.effective)
        now = history.contact_at(told, event.effective)
        if before is not None and now is not None:
            self.assign(evolve(now, version=stored.version), before.status, event.effective)

    def look_behind(self, stored: Contact, mistake: datetime) -> None:
        """Look again at what came after a mistake: at what moved nobody then, and at what the clock did."""
        past = self.view.history(stored.id)
        later = sorted((e for e in (*past, *self.told(stored.id)) if e.effective > mistake), key=lambda e: e.effective)
        self._look_again(stored, later, past, happened=False)

    def _look_again(
        self, stored: Contact, later: list[Event], past: tuple[Event, ...], *, happened: bool
    ) -> StatusChanged | None:
        """Look again at what came later, and give the first change of the status that stands.

        Behind what somebody decided the status is known, but not whether another appointment stood: so it goes on.
        `happened`: whether it is told now that something happened; else only the clock is judged again.
        """
        decided: StatusChanged | None = None
        moved = {(e.on, e.effective) for e in past if isinstance(e, StatusChanged) and e.why is Why.HAPPENED}
        for event in later:
            if isinstance(event, StatusChanged):
                asked = happened or event.by == CLOCK
                if asked and self._judged_again(stored, event, past):
                    continue
                decided = decided or event
                if not asked and event.why is Why.HAPPENED:
                    break
            elif isinstance(event, TriggerRecorded) and not event.moved and (event.on, event.effective) not in moved:
                self._moved_again(stored, event, past)
            elif isinstance(event, ContactTouched):
                self._touched_again(stored, event, past)
        return decided

    def _contactable_again(self, stored: Contact, event: Event, spare: frozenset[str]) -> None:
        """Do-not-contact is the person's, and not folded: what set or lifted it later does so again.

        `spare`: what came after it, be it at the same time, is not lifted by it.
        """
        own = event.by.role in (Role.SYSTEM, Role.CLIENT)
        if isinstance(event, DoNotContactSet) and not event.to:
            self.unblock(stored, event.effective, event.channel, own=own, spare=spare)
        cause = event.on if isinstance(event, TriggerRecorded) else getattr(event, "to", None)
        for effect in self.funnel.sets.get(cause, ()) if isinstance(cause, (Trigger, Status)) else ():
            if effect.axis is Axis.DO_NOT_CONTACT and not effect.to:
                self.unblock(stored, event.effective, own=own, spare=spare)
            elif effect.axis is Axis.DO_NOT_CONTACT and not self.blocked(stored.id, event.effective):
                self.block(stored, event.effective)

    def _then(self, stored: Contact, event: Event, past: tuple[Event, ...]) -> Contact:
        """Give the contact as it was when something happened, as is known now."""
        told = (e for e in (*past, *self.told(stored.id)) if e.id != event.id)
        return evolve(history.contact_at(told, event.effective) or stored, version=stored.version)

    def another_stands(self, contact: str, on: Trigger, when: datetime, *, told: bool = True) -> bool:
        """Whether this says that an appointment was cancelled, while another one of its kind stood. `told`: by now."""
        kinds = {kind for (act, kind), means in self.funnel.means.items() if act is Act.CANCELLED and means is on}
        if not kinds:
            return False
        found = {one.id: one for one in self.view.appointments_of(contact)}
        if told:
            found |= {n.id: n for n in self.nouns.values() if isinstance(n, Appointment) and n.of(contact)}
        return any(one.kind in kinds and self._stood(one, when, told=told) for one in found.values())

    def _stood(self, appointment: Appointment, when: datetime, *, told: bool) -> bool:
        """Whether an appointment stood then; of a time that is past, its history says so."""
        then: Appointment | None = appointment
        if when < self.moment.now:
            planned = self.told(appointment.id, "appointment") if told else ()
            then = history.appointment_at((*self.view.history(appointment.id, "appointment"), *planned), when)
        return then is not None and then.is_to_come(when)

    def _row(
        self, contact: Contact, event: StatusChanged | TriggerRecorded, item: str | None, *, told: bool = True
    ) -> Row[Status] | None:
        """Give the row that moves a contact with this, if its needs are met."""
        row = self.funnel.recorded.get((contact.status, event.on))
        if row is None or self.another_stands(contact.id, event.on, event.effective, told=told):
            return None
        return row if self.met(row, contact, item) else None

    def _moved_again(self, stored: Contact, event: TriggerRecorded, past: tuple[Event, ...]) -> None:
        """Move a contact by what moved nobody, if what is told now is why it does, and not a table or need of today."""
        now = self._then(stored, event, past)
        row = self._row(now, event, event.item)
        if row is None:
            return
        was = _thought(event, past)
        if was is None or was.status is not now.status or self._row(was, event, event.item, told=False) is None:
            self.become(now, row.to, event.on, Why.HAPPENED, event.effective)

    def _touched_again(self, stored: Contact, event: ContactTouched, past: tuple[Event, ...]) -> None:
        """Let what was logged end or move a follow-up that, as is told now, stood then."""
        if not any(isinstance(e, DATES) for e in self.events):
            return
        now = self._then(stored, event, past)
        was = None if now.follow_up is None else _thought(event, past)
        if now.follow_up is not None and not (was is not None and same(was.follow_up, now.follow_up)):
            self.logged(now, event.direction, event.effective)

    def _judged_again(self, stored: Contact, event: StatusChanged, past: tuple[Event, ...]) -> bool:
        """Judge again what followed by itself from something that happened; what somebody decided stands."""
        fix = history.corrected(past).get(event.id)
        if event.why is not Why.HAPPENED or (fix is not None and fix.by_hand):
            return False
        now, was = self._then(stored, event, past), _thought(event, past)
        said, counted, void = (event.to, event.attempt, False) if fix is None else (fix.to, fix.attempt, fix.void)
        to = self._leads_to(event, now, was, None if void else said, past)
        true, attempt = to or now.status, now.attempt
        if to is not None:
            attempt = counted if to is said and _as_thought(now, was) else self._attempt(event, now, to)
        differs = true is not said or attempt != counted
        gone = to is None and (void or differs or event.by == CLOCK)
        if gone is not void or (differs and not gone):
            self.correct(now, true, event.id, said, attempt, event.effective, by_hand=False, void=gone)
        return True

    def _leads_to(
        self, event: StatusChanged, now: Contact, was: Contact | None, said: Status | None, past: tuple[Event, ...]
    ) -> Status | None:
        """Give the status that something led to; None: it moved nobody. `said`: what was held true of it so far.

        Where the contact stood then as it was thought to, that is so; where it stood as the event says, what the event
        says: no table, figure or need of today is asked. The clock gives up only what still waits.
        """
        another, other = (self.another_stands(now.id, event.on, event.effective, told=told) for told in (True, False))
        if event.by == CLOCK:
            last = None if now.follow_up is None else now.follow_up.gives_up
            if last != event.effective or self.blocked_before(now.id, event.effective):
                return None
        elif was is not None and was.status is now.status and another is other:
            return said
        if another:
            return None
        if now.status is event.was:
            return event.to
        told = (event.on, event.effective)
        items = (e.item for e in past if isinstance(e, TriggerRecorded) and (e.on, e.effective) == told)
        row = self._row(now, event, next(items, None))
        return None if row is None else row.to

    def _attempt(self, event: StatusChanged, then: Contact, to: Status) -> int:
        return attempt_after(self.funnel, then, to, restart=self._restarts(event.on))

    def _counted_again(self, stored: Contact, later: list[Event], past: tuple[Event, ...]) -> None:
        """What followed by itself stands, with the attempts that are known now, until somebody decided. BG-A10."""
        fixes = history.corrected(past)
        for event in (e for e in later if isinstance(e, StatusChanged) and self.funnel.follow_ups):
            fix = fixes.get(event.id)
            if event.why is not Why.HAPPENED or (fix is not None and fix.by_hand):
                break
            now, said = self._then(stored, event, past), fix.to if fix else event.to
            if (fix is not None and fix.void) or _as_thought(now, _thought(event, past)):
                continue
            attempt = self._attempt(event, now, said)
            if attempt != (fix or event).attempt:
                self.correct(now, said, event.id, said, attempt, event.effective, by_hand=False)

    def correct(  # all that a correction says
        self,
        then: Contact,
        to: Status,
        corrects: str,
        was: Status,
        attempt: int,
        effective: datetime,
        *,
        by_hand: bool = True,
        void: bool = False,
    ) -> StatusCorrected:
        """Say that an event was wrong, and what was true instead: a status, and the follow-up that goes with it."""
        id, stays = self.moment.fresh("event"), to is then.status  # it is the id
        dated = to in self.funnel.dated and not stays
        fix = self.say(
            StatusCorrected, then.id, then.version, effective, id=id, corrects=corrects, was=was, to=to,
            attempt=attempt, by_hand=by_hand, void=void, runs_on=stays or to in self.funnel.pipelines,
            follow_up=self.dated(then, to, id, attempt, effective) if dated else None,
        )  # fmt: skip
        if fix.runs_on and not stays:
            self.assign(evolve(then, status=to), then.status, effective)
        return fix

    def restate(self, contact: str, since: datetime) -> None:
        """Put right what appointments say about the status at booking, where it was another one. Source: CC-A1."""
        planned = (self.nouns.get(("appointment", a.id), a) for a in self.view.appointments_of(contact))
        later = [a for a in planned if isinstance(a, Appointment) and a.booked >= since]
        told = (*self.view.history(contact), *self.told(contact)) if later else ()
        for appointment in later:
            own = (self.funnel.means.get((Act.BOOKED, appointment.kind)), appointment.booked)
            before = (e for e in told if not isinstance(e, StatusChanged) or (e.on, e.effective) != own)
            entry, true = appointment.of(contact), history.status_at(before, appointment.booked)
            if entry is None or entry.status is None or true is None or true is entry.status:
                continue
            attendees = tuple(Attendee(contact, true) if a is entry else a for a in appointment.attendees)
            self.attend(appointment, attendees, appointment.booked)
            words = {"appointment": appointment.id, "was": entry.status, "to": true}
            self.consequences += (Consequence("appointment_restated", RESTATED, words),)


def _thought(event: Event, past: tuple[Event, ...]) -> Contact | None:
    """Give the contact as it was when something happened, as was known before this plan."""
    return history.contact_at((e for e in past if e.id != event.id), event.effective)


def _as_thought(now: Contact, was: Contact | None) -> bool:
    """Whether a contact stood then as it was thought to: its status, and its follow-ups by number."""
    return was is not None and (was.status, was.attempt) == (now.status, now.attempt)
