"""What a log of hours asks for is told: what a session was, and since when somebody is coached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from attrs import asdict, evolve, field, frozen

from funnelkit.commands.contacts import KEEP, OrKeep, or_keep
from funnelkit.commands.draft import Draft
from funnelkit.errors import Invalid
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import editing, history
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import asks, day, identifier, instance, optional, truth
from funnelkit.values.client_events import EngagementSet, SessionDescribed
from funnelkit.values.contact import Contact
from funnelkit.values.plan import Plan
from funnelkit.values.session import Engagement, Session


@frozen(kw_only=True)
class DescribeSession(Command[Status, Appointment]):
    """Say what an appointment was, for a log of hours. It holds since the booking, whenever it is told."""

    noun: ClassVar[str] = "appointment"

    appointment: str = field(metadata=asks(identifier))
    session: Session = field(metadata=asks(instance(Session, "a Session")))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan what it says; what is so already changes nothing. Raises Invalid where not all who attend fit in."""
        draft, was = Draft(funnel, moment, view, self), view.appointment(self.appointment)
        decision = editing.may_change(funnel, editing.Case(by=self.by, contact=was.id, what="session"))
        if not decision:
            return draft.refuse(decision)
        if was.session == self.session:
            return draft.plan(decision, was)
        if problems := [*self.session.attended(was.people, "session.")]:
            raise Invalid(*problems)
        return draft.plan(decision, draft.rewrite(SessionDescribed, was, was.booked, session=self.session))


@frozen(kw_only=True)
class SetEngagement(Command[Status, Contact]):
    """Say since when a contact is coached, until when, and whether a log may name it. What is not given stays."""

    contact: str = field(metadata=asks(identifier))
    since: date | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(day))))
    until: date | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(day))))
    consent: bool | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(truth))))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the new engagement. Raises Invalid where it would end before it begins."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        decision = editing.may_change(funnel, editing.Case(by=self.by, contact=stored.id, what="engagement"))
        if not decision:
            return draft.refuse(decision)
        given: dict[str, Any] = {"since": self.since, "until": self.until, "consent": self.consent}
        engagement = evolve(
            was.engagement or Engagement(), **{name: value for name, value in given.items() if value is not KEEP}
        )
        if engagement == (was.engagement or Engagement()):
            return draft.plan(decision, stored)
        event = draft.say(EngagementSet, was.id, was.version, when, engagement=engagement)
        if when < stored.changed:
            _said_again(draft, was, engagement, when)
        return draft.plan(decision, draft.settle(stored, event.onto(was), when))


def _said_again(draft: Draft, contact: Contact, now: Engagement, when: datetime) -> None:
    """Say again what was said afterwards, upon this: each time it was about some of it, and left the rest."""
    told = draft.view.history(contact.id)
    for event in history.done_after(told, EngagementSet, when):
        then = history.contact_at((e for e in told if e.version < event.version), event.effective)
        was, said = asdict((then and then.engagement) or Engagement()), asdict(event.engagement)
        now = evolve(now, **{name: to for name, to in said.items() if to != was[name]})
        draft.say(EngagementSet, contact.id, contact.version, event.effective, engagement=now)
