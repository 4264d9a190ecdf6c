"""A plan in the making: what a command has read, changed and said so far. It lives no longer than the planning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.commands.telling import RESTARTS, Telling
from funnelkit.decisions import Consequence, Decision, Notice
from funnelkit.facts import attempt_after
from funnelkit.rules import history, outreach
from funnelkit.rules import pipeline as stages_of
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import ANY, Act, Row, Status, Trigger
from funnelkit.values.actor import CLOCK
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
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.making import opened
from funnelkit.values.pipeline import AtStage
from funnelkit.values.plan import Message, Plan
from funnelkit.words import Axis, Because, Channel, Ending, Grant, Kind, Purpose, Recipient, Role, Where

T = TypeVar("T")

OPEN_PLAN: Final = opened(Plan)

LATER: Final = Notice(
    "history.later_change_stands", "a later change of the status stands, so the contact stays what it is"
)
ENDS: Final = "follow-up {attempt}, due {due}, ends"
IS_DUE: Final = "follow-up {attempt} is due {due}"
GIVES_UP: Final = "the contact is given up {when} unless something happens before"
RUN_ENDS: Final = "the run on {pipeline} ends at {stage}"
STAGE_BEGINS: Final = "the contact comes to {stage} of {pipeline}"
RESTATED: Final = "appointment {appointment} says {to} instead of {was}"
SAYS_STATUS: Final = (StatusChanged, StatusCorrected)
STANDS: Final = frozenset({AppointmentStatus.BOOKED})
STANDS_NOT: Final = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.MISSED})


class Draft(Telling):
    """Adds what comes in late and what follows, and hands the plan over once."""

    lapsed = False
    """Whether time alone has changed a contact on the way."""

    # ---- what time has made true

    def contact(self, contact: str) -> Contact:
        """Give a contact as time has made it by the moment of this: what no sweep has done yet is done here."""
        stored = self.view.contact(contact)
        stands = stored.follow_up
        if stands is None or stands.gives_up is None or stands.gives_up > self.when(stored.changed):
            return stored
        return evolve(self.lapse(stored, stands.gives_up), version=stored.version)

    def at_hand(self, contact: str) -> tuple[Contact, datetime, Contact]:
        """Give a contact as it is stored, when this takes effect, and the contact as it was then. Raises Invalid."""
        stored = self.contact(contact)
        when = self.when(stored.changed)
        return stored, when, self.base(stored, when)

    def lapse(self, stored: Contact, when: datetime) -> Contact:
        """Give up a contact at the time at which its last follow-up ran out, by the system.

        Who may not be contacted then loses the follow-up instead; so does who has no row for it, or not what it needs.
        """
        by, self.by, self.lapsed = self.by, CLOCK, True
        then, on = self.as_of(stored, when) or stored, self.funnel.means.get((Act.EXHAUSTED, None))
        row = None if on is None else self.funnel.recorded.get((then.status, on))
        if self.blocked_before(stored.id, when):
            changed = self.end(then, Ending.DROPPED, Because.DO_NOT_CONTACT, when)
        elif on is None or row is None or not self.met(row, then):
            changed = self.end(then, Ending.DONE, Because.EXHAUSTED, when)
        else:
            changed = self.become(self.set_off(then, on, None, when), row.to, on, Why.HAPPENED, when)
            self.mail(on, changed)
        settled = self.settle(stored, changed, when)
        self.by = by
        return settled

    # ---- what else has to be asked

    def may_lift(self, contact: Contact, channel: Channel | None = None) -> Decision:
        """Whether a do-not-contact of this channel (None: of all) may be lifted."""
        person = self.person(contact.id)
        blocks = () if person is None else person.blocks
        case = outreach.Case(contact=contact.id, by=self.by, channel=channel, blocks=blocks, now=self.moment.now)
        return outreach.may_lift(self.funnel, case)

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

    def settle(self, stored: Contact, changed: Contact, effective: datetime, first: int = 0) -> Contact:
        """Give the contact as it is to be stored: as planned, or, when it came in late, the fold of all that happened.

        What was recorded later but moved nobody then is looked at again, so that the order of telling does not matter.
        `first`: the place of the first event about it; who settles many contacts gives it.
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
        for place, event in enumerate(self.events[first:] if first else self.events, first):
            if event.noun == "contact" and event.about == stored.id and event.version != version:
                self.events[place] = evolve(event, version=version)
        self.keep(changed)
        if changed.status is not stored.status:
            self.follow(stored, changed)
        if changed.follow_up is not stored.follow_up:
            self.dates(stored.follow_up, changed.follow_up)
        if changed.pipeline is not stored.pipeline:
            self.stand(stored.pipeline, changed.pipeline)
        return changed

    def dates(self, was: FollowUp | None, now: FollowUp | None) -> None:
        """Say which follow-up ends and which one comes."""
        if was is not None:
            self.consequences += (Consequence("follow_up_ends", ENDS, {"attempt": was.attempt, "due": was.due}),)
        if now is not None:
            self.consequences += (Consequence("follow_up_due", IS_DUE, {"attempt": now.attempt, "due": now.due}),)
            if now.gives_up is not None:
                self.consequences += (Consequence("gives_up", GIVES_UP, {"when": now.gives_up}),)

    def stand(self, was: AtStage | None, now: AtStage | None) -> None:
        """Say which run ends and which stage begins; who is about to take that stage away is to hear of it."""
        if was is not None and (now is None or now.pipeline != was.pipeline):
            words = {"pipeline": was.pipeline, "stage": was.stage}
            self.consequences += (Consequence("run_ends", RUN_ENDS, words),)
        if now is not None and now != was:
            words = {"pipeline": now.pipeline, "stage": now.stage}
            self.consequences += (Consequence("stage_begins", STAGE_BEGINS, words),)
            self.touched += (("stages", now.pipeline),)

    def _late(self, stored: Contact, effective: datetime) -> Contact:
        past = self.view.history(stored.id)
        happened = any(isinstance(event, TriggerRecorded) for event in self.events)
        said = any(isinstance(event, StatusChanged) for event in self.events)
        moved = {(e.on, e.effective) for e in past if isinstance(e, StatusChanged) and e.why is Why.HAPPENED}
        later = sorted((e for e in past if e.effective > effective), key=lambda e: e.effective)
        for event in later:
            if isinstance(event, StatusChanged):
                if not ((happened or event.by == CLOCK) and self._judged_again(stored, event, past)):
                    self.notices += (LATER,) * said
                    break
            elif isinstance(event, TriggerRecorded) and not event.moved and (event.on, event.effective) not in moved:
                then, row = self._then(stored, event, event.item, past)
                if row is not None:
                    self.become(then, row.to, event.on, Why.HAPPENED, event.effective)
        for event in later:
            self._contactable_again(stored, event)
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

    def _contactable_again(self, stored: Contact, event: Event) -> None:
        """Do-not-contact is the person's, and not folded: what set or lifted it later does so again."""
        own = event.by.role in (Role.SYSTEM, Role.CLIENT)
        if isinstance(event, DoNotContactSet) and not event.to:
            self.unblock(stored, event.effective, event.channel, own=own)
        cause = event.on if isinstance(event, TriggerRecorded) else getattr(event, "to", None)
        for effect in self.funnel.sets.get(cause, ()) if isinstance(cause, (Trigger, Status)) else ():
            if effect.axis is Axis.DO_NOT_CONTACT and not effect.to:
                self.unblock(stored, event.effective, own=own)
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
        restart = self.funnel.policy.follow_up.restart_after_cancel and self._is(event.on, RESTARTS)
        attempt = attempt_after(self.funnel, then, true, restart=restart) if row else then.attempt
        differs = true is not said or attempt != (fix or event).attempt
        void, was_void = row is None and (event.by == CLOCK or differs), fix is not None and fix.void
        if void is not was_void or (differs and not void):
            self.correct(then, true, event.id, said, attempt, event.effective, by_hand=False, void=void)
        return True

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
        **params: str,
    ) -> None:
        """Add a message; none to a person who is not to get it. What goes to the coach goes to `staff`, if given.

        `key` None: it is the only one with this template that goes with the last event.
        """
        person = self.person(contact.id)
        if to is Recipient.CONTACT and person is not None:
            case = outreach.Case(
                contact=contact.id, channel=Channel.EMAIL, purpose=purpose, blocks=person.blocks,
                do_not_market=person.do_not_market, now=self.moment.now,
            )  # fmt: skip
            if not outreach.may_contact(self.funnel, case):
                return
        message = Message(
            key=key or f"{self.events[-1].id}:{template}", template=template, recipient=to, purpose=purpose,
            to=contact.id if to is Recipient.CONTACT else staff or contact.coach or "account",
            params={"contact": contact.id, **params},
        )  # fmt: skip
        self.messages += (message,)

    def _announce(self) -> None:
        """Send what stages have ready, where the contact stands there in the end: what is told late may be over."""
        for event, pipeline in self.staged:
            now = self.nouns.get(("contact", event.about))
            if not isinstance(now, Contact) or now.pipeline != event.to:
                continue
            for sort, stage, message in stages_of.prepared(pipeline, event.was, event.to, event.how):
                self.send(
                    now, message.to, message.template, message.purpose, staff=pipeline.responsible,
                    key=f"{event.id}:{sort}:{stage.key}:{message.template}", pipeline=pipeline.id, stage=stage.key,
                )  # fmt: skip

    # ---- the end

    def plan(self, decision: Decision, outcome: T) -> Plan[T]:
        """Hand everything over; a contact that only time has changed is given as it will be stored."""
        if self.lapsed and isinstance(outcome, Contact):
            outcome = self.nouns.get(("contact", outcome.id), outcome)  # type: ignore[assignment]  # it is a contact
        if self.staged:
            self._announce()
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
