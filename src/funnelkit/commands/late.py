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
    AppointmentRestated,
    DoNotContactSet,
    Event,
    StatusChanged,
    StatusCorrected,
    TriggerRecorded,
    Why,
)
from funnelkit.words import Axis, Role

LATER: Final = Notice(
    "history.later_change_stands", "a later change of the status stands, so the contact stays what it is"
)
RESTATED: Final = "appointment {appointment} says {to} instead of {was}"


class Late(Telling):
    """Adds what comes in late: everything ends as if it had been told in time."""

    def late(self, stored: Contact, effective: datetime) -> Contact:
        """Give the fold of all that happened, with what is judged again because of what is told now."""
        past = self.view.history(stored.id)
        happened = any(isinstance(event, TriggerRecorded) for event in self.events)
        said = any(isinstance(event, StatusChanged) for event in self.events)
        moved = {(e.on, e.effective) for e in past if isinstance(e, StatusChanged) and e.why is Why.HAPPENED}
        later = sorted((e for e in past if e.effective > effective), key=lambda e: e.effective)
        for event in later:
            if isinstance(event, StatusChanged):
                if not ((happened or event.by == CLOCK) and self._judged_again(stored, event, past)):
                    self.notices += (LATER,) * said
                    self._counted_again(stored, later[later.index(event) :], past)
                    break
            elif isinstance(event, TriggerRecorded) and not event.moved and (event.on, event.effective) not in moved:
                then, row = self._then(stored, event, event.item, past)
                if row is not None:
                    self.become(then, row.to, event.on, Why.HAPPENED, event.effective)
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

    def judge_the_clock(self, stored: Contact, since: datetime) -> None:
        """Judge again what the clock did after that moment: it gives up only what still waits."""
        past = (*self.view.history(stored.id), *self.told(stored.id))
        for event in past:
            if isinstance(event, StatusChanged) and event.by == CLOCK and event.effective > since:
                self._judged_again(stored, event, self.view.history(stored.id))

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

    def _then(
        self, stored: Contact, event: StatusChanged | TriggerRecorded, item: str | None, past: tuple[Event, ...]
    ) -> tuple[Contact, Row[Status] | None]:
        """Give the contact as it was when something happened, and the row that then moves it, if its needs are met."""
        told = (e for e in (*past, *self.told(stored.id)) if e.id != event.id)
        then = evolve(history.contact_at(told, event.effective) or stored, version=stored.version)
        row = self.funnel.recorded.get((then.status, event.on))
        if event.by == CLOCK and event.on is self.funnel.means.get((Act.EXHAUSTED, None)):
            last = None if then.follow_up is None else then.follow_up.gives_up
            stands = last == event.effective and not self.blocked_before(stored.id, event.effective)
            row = row if stands else None  # the clock gives up only what still waits
        met = row is not None and self.met(row, then, item)
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
        attempt = attempt_after(self.funnel, then, true, restart=self._restarts(event.on)) if row else then.attempt
        differs = true is not said or attempt != (fix or event).attempt
        void, was_void = row is None and (event.by == CLOCK or differs), fix is not None and fix.void
        if void is not was_void or (differs and not void):
            self.correct(then, true, event.id, said, attempt, event.effective, by_hand=False, void=void)
        return True

    def _counted_again(self, stored: Contact, later: list[Event], past: tuple[Event, ...]) -> None:
        """What followed by itself stands, with the attempts that are known now, until somebody decided. BG-A10."""
        fixes = history.corrected(past)
        for event in (e for e in later if isinstance(e, StatusChanged) and self.funnel.follow_ups):
            fix = fixes.get(event.id)
            if event.why is not Why.HAPPENED or (fix is not None and fix.by_hand):
                break
            then, said = self._then(stored, event, None, past)[0], fix.to if fix else event.to
            attempt = attempt_after(self.funnel, then, said, restart=self._restarts(event.on))
            if attempt != (fix or event).attempt and not (fix is not None and fix.void):
                self.correct(then, said, event.id, said, attempt, event.effective, by_hand=False)

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
            self.rewrite(AppointmentRestated, appointment, appointment.booked, attendees=attendees)
            words = {"appointment": appointment.id, "was": entry.status, "to": true}
            self.consequences += (Consequence("appointment_restated", RESTATED, words),)
