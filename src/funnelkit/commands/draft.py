"""A plan in the making: what a command has read, changed and said so far. It lives no longer than the planning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit.commands.counting import Counting
from funnelkit.decisions import Consequence, Decision
from funnelkit.facts import Known, giving_up
from funnelkit.planning import View
from funnelkit.rules import booking, outreach
from funnelkit.rules import pipeline as stages_of
from funnelkit.table import Act, Status
from funnelkit.values.actor import CLOCK, Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.client_events import InvitationExpired
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    CompanyChanged,
    StatusChanged,
    StatusCorrected,
    Why,
)
from funnelkit.values.follow_up import FollowUp, same
from funnelkit.values.invitation import Invitation
from funnelkit.values.making import opened
from funnelkit.values.pipeline import AtStage
from funnelkit.values.plan import Plan
from funnelkit.words import Because, Channel, Ending, Kind, Portal, Role, Where

T = TypeVar("T")

OPEN_PLAN: Final = opened(Plan)

ENDS: Final = "follow-up {attempt}, due {due}, ends"
IS_DUE: Final = "follow-up {attempt} is due {due}"
GIVES_UP: Final = "the contact is given up {when} unless something happens before"
RUN_ENDS: Final = "the run on {pipeline} ends at {stage}"
STAGE_BEGINS: Final = "the contact comes to {stage} of {pipeline}"
SAYS_STATUS: Final = (StatusChanged, StatusCorrected)
ILLEGAL: Final = "{appointment} could not be booked by the contact any more"


class Draft(Counting):
    """Adds what follows, and hands the plan over once."""

    lapsed = False
    """Whether time alone has changed a contact on the way."""
    forgotten: tuple[tuple[str, str], ...] = ()
    unsent: tuple[str, ...] = ()

    # ---- what time has made true

    def contact(self, contact: str) -> Contact:
        """Give a contact as time has made it by the moment of this: what no sweep has done yet is done here."""
        stored = self.view.contact(contact)
        now, stands, when = stored, stored.follow_up, self.when(stored.changed)
        if stands is not None and stands.gives_up is not None and stands.over(when):
            now = evolve(self.lapse(stored, stands.gives_up), version=stored.version)
        if now.portal is Portal.INVITED:
            ended = self.own_pending(contact)
            if ended is not None and ended.over(self.moment.now):
                now = evolve(self.run_out(now, ended), version=stored.version)
        return now

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
        then = self.as_of(stored, when) or stored
        row = giving_up(self.funnel, Known(funnel=self.funnel, view=self.view, contact=then), self.moment.facts)
        if self.blocked_before(stored.id, when):
            changed = self.end(then, Ending.DROPPED, Because.DO_NOT_CONTACT, when)
        elif row is None or row.on is None:
            changed = self.end(then, Ending.DONE, Because.EXHAUSTED, when)
        else:
            changed = self.become(self.set_off(then, row.on, None, when), row.to, row.on, Why.HAPPENED, when)
            self.mail(row.on, changed)
        settled = self.settle(stored, changed, when)
        self.by = by
        return settled

    def run_out(self, stored: Contact, invitation: Invitation) -> Contact:
        """End an invitation at the end of its term, by the system."""
        by, self.by, self.lapsed = self.by, CLOCK, True
        then = self.as_of(stored, invitation.expires) or stored
        settled = self.settle(
            stored, self.end_invitation(then, InvitationExpired, invitation.expires), invitation.expires
        )
        self.by = by
        return settled

    # ---- what else has to be asked

    def may_lift(self, contact: Contact, channel: Channel | None = None) -> Decision:
        """Whether a do-not-contact of this channel (None: of all) may be lifted; told late, by what stood then."""
        person, when = self.person(contact.id), self.at
        held = () if person is None else person.blocks
        blocks = tuple(block for block in held if when is None or block.since <= when)
        case = outreach.Case(
            contact=contact.id, by=self.by, channel=channel, blocks=blocks, now=when or self.moment.now
        )  # fmt: skip
        return outreach.may_lift(self.funnel, case)

    def deed(self, contact: Contact, act: Act, kind: Kind | None, effective: datetime) -> Contact:
        """Record what the funnel's DEEDS say that this act of ours means, whether it moves the contact or not."""
        on = self.funnel.means.get((act, kind))
        if on is None:
            return contact
        effective, base = self.since(contact, effective)
        moves = (base.status, on) in self.funnel.recorded and not (
            act is Act.CANCELLED and self.another_stands(contact.id, on, effective)
        )
        return self.settle(contact, self.happen(base, on, None, effective, moves=moves), effective)

    # ---- what comes in late, and what follows

    def settle(self, stored: Contact, changed: Contact, effective: datetime, first: int = 0) -> Contact:
        """Give the contact as it is to be stored: as planned, or, when it came in late, the fold of all that happened.

        What was recorded later but moved nobody then is looked at again, so that the order of telling does not matter.
        `first`: the place of the first event about it; who settles many contacts gives it.
        """
        if changed is stored and not self.told(stored.id):
            return changed
        if effective < stored.changed:
            changed = self.late(stored, effective)
        elif changed.changed < effective:
            changed = evolve(changed, changed=effective)
        if stored.portal is Portal.INVITED or changed.portal is not stored.portal:
            changed = self.follow_portal(stored, changed, effective)
        if effective < self.moment.now and any(isinstance(event, SAYS_STATUS) for event in self.events):
            self.restate(stored.id, effective)
        return self.settled(stored, changed, first)

    def settled(self, stored: Contact, changed: Contact, first: int = 0) -> Contact:
        """Keep a contact as it is from now on, and say what is another thing about it."""
        changed = self._numbered(changed, stored.version + 1, first)
        if changed.status is not stored.status:
            self.follow(stored, changed)
        if not same(stored.follow_up, changed.follow_up):
            self.dates(stored.follow_up, changed.follow_up)
        if changed.pipeline != stored.pipeline:
            self.stand(stored.pipeline, changed.pipeline)
        if changed.coach != stored.coach and stored.version:
            self.tell_coaches(changed, stored.coach)
        return changed

    def _numbered(self, changed: Contact, version: int, first: int) -> Contact:
        """Keep a contact under its next version, which its events say too."""
        if changed.version != version:
            changed = evolve(changed, version=version)
        for place, event in enumerate(self.events[first:] if first else self.events, first):
            if event.noun == "contact" and event.about == changed.id and event.version != version:
                self.events[place] = evolve(event, version=version)
        self.keep(changed)
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

    def follow(self, was: Contact, now: Contact) -> None:
        """Say what follows from another status: rights, bookings, hours."""
        self.pass_on(was.status, now.status)
        appointments = self.view.appointments_of(now.id)
        if appointments:
            self.consequences += tuple(self._of_bookings(was, now, appointments))
            self.recount_by_status(was, appointments)

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

    def _of_bookings(self, was: Contact, now: Contact, appointments: tuple[Appointment, ...]) -> Iterator[Consequence]:
        for one in appointments:
            if not one.is_to_come(self.moment.now) or one.where is Where.STAFF:
                continue
            if self._could_book(was, one) and not self._could_book(now, one):
                yield Consequence("booking_illegal", ILLEGAL, {"appointment": one.id})

    def _could_book(self, contact: Contact, one: Appointment) -> bool:
        """Whether the status lets a contact book this for itself, were it logged in and the coach free."""
        case: booking.Case[Status] = booking.Case(
            status=contact.status, kind=one.kind, by=Actor(id=contact.id, role=Role.CLIENT), where=one.where,
            may_log_in=True, facts=self.moment.facts, contact=contact.id,
            opened=opened_to(self.view, contact),
        )  # fmt: skip
        return booking.may_book(self.funnel, case).allowed

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
        if self.recounted:
            self.consequences += tuple(self.hours(self.recounted))
        plan = OPEN_PLAN()
        plan.decision, plan.outcome, plan.changed = decision, outcome, tuple(self.nouns.values())
        plan.removed, plan.read = self.removed, tuple(self.view.read)
        plan.touched, plan.events = tuple(dict.fromkeys(self.touched)), tuple(self.events)
        plan.texts, plan.messages, plan.consequences = self.texts, self.messages, self.consequences
        plan.obligations, plan.notices = self.obligations, decision.notices + self.notices
        plan.made, plan.account, plan.funnel = self.moment.now, self.moment.account, self.funnel.fingerprint
        plan.forgotten, plan.unsent = self.forgotten, self.unsent
        plan.counted, plan.exact, plan.until = self.counted, None, None
        plan.__class__ = Plan
        return plan  # type: ignore[no-any-return]  # closed, it is one

    def refuse(self, decision: Decision, exact: Decision | None = None) -> Plan[Any]:
        """Hand over a refusal: it changes nothing. `exact`: what only the account may know of it."""
        read = tuple(self.view.read) if exact is None else ()  # what was read would tell why
        return Plan(decision=decision, read=read, notices=decision.notices, made=self.moment.now, exact=exact)


def opened_to(view: View, contact: Contact) -> frozenset[str]:
    """Give the kinds that were opened to a contact, in person or by group."""
    return contact.opened.union(*(view.group(group).opened for group in sorted(contact.groups)))
