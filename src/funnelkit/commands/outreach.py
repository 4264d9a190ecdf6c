"""A person is not to be contacted, or not to be marketed to; or may be again."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision, Notice
from funnelkit.errors import gather, invalid
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import outreach
from funnelkit.table import LIFTED, Status
from funnelkit.times import instant
from funnelkit.values.checks import asks, identifier, long_text, moment, one_of, optional
from funnelkit.values.contact import Contact
from funnelkit.values.events import DoNotMarketSet
from funnelkit.values.person import Person
from funnelkit.values.plan import Plan
from funnelkit.words import Because, Channel, Ending, Origin, Role

STILL: Final = "there is still a do-not-contact for {channel}"


@frozen(kw_only=True)
class _Wish(Command[Status, Contact]):
    """What somebody says about contacting a person. It holds for the person, in every funnel."""

    contact: str = field(metadata=asks(identifier))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def _nothing(self, draft: Draft, decision: Decision, stored: Contact) -> Plan[Contact]:
        """Plan nothing besides what time alone has made true of the contact."""
        kept = draft.nouns.get(("contact", stored.id))
        return draft.plan(decision, kept if isinstance(kept, Contact) else stored)

    def _may_set(self, draft: Draft) -> Decision:
        case = outreach.Case(contact=self.contact, by=self.by, now=draft.moment.now)
        return outreach.may_set(draft.funnel, case)


@frozen(kw_only=True)
class SetDoNotContact(_Wish):
    """Say that a person is not to be contacted, on one channel or (None) on all; `until` a time, or for good.

    `origin` None: the person's own wish if the person says it, the staff's or the system's else. A web page on which
    the person opts out says `origin=Origin.PERSON`. The follow-up that stands is dropped. Source: BG-A12, BG-A20.
    """

    channel: Channel | None = field(default=None, metadata=asks(optional(one_of(Channel))))
    until: datetime | None = field(default=None, metadata=asks(optional(moment)))
    origin: Origin | None = field(default=None, metadata=asks(optional(one_of(Origin))))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the do-not-contact; one that stands already stays as it is, and is said again."""
        gather(lambda: self._until(moment.now), lambda: self.timely(moment.now))
        draft = Draft(funnel, moment, view, self)
        stored = draft.contact(self.contact)
        draft.somebody(self.contact)
        decision = self._may_set(draft)
        if not decision:
            return draft.refuse(decision)
        when, first = draft.when(stored.changed), len(draft.events)
        usual = Origin.SYSTEM if self.by.role is Role.SYSTEM else Origin.STAFF
        origin = Origin.PERSON if self.by.role is Role.CLIENT else self.origin or usual
        was, until = draft.base(stored, when), self._until(moment.now)
        now = draft.block(was, when, self.channel, origin, until, self.reason)
        if len(draft.events) == first:
            return self._nothing(draft, decision, stored)
        changed = draft.settle(stored, now, when)
        if self.channel is None and changed.follow_up is not None:  # told late: it should have had no date
            draft.dates(changed.follow_up, None)
            changed = draft.end(changed, Ending.DROPPED, Because.DO_NOT_CONTACT, draft.latest(changed.changed))
            draft.keep(changed)
        return draft.plan(decision, changed)

    def _until(self, now: datetime) -> datetime | None:
        until = None if self.until is None else instant(self.until, "until")
        if until is not None and until <= now:
            raise invalid("until", "this time is past; give one that is still to come, or none")
        return until


@frozen(kw_only=True)
class LiftDoNotContact(_Wish):
    """Say that a person may be contacted again, on one channel or (None) on all.

    What the person asked for, only the person lifts, or the system in their name: a wish that covers what is asked
    refuses the staff, one for a single channel stays when the staff lift the rest. Source: ours, BG-A11, BG-A18.
    """

    channel: Channel | None = field(default=None, metadata=asks(optional(one_of(Channel))))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the lifting, and what it means to a contact whose status was a do-not-contact."""
        draft = Draft(funnel, moment, view, self)
        stored = draft.contact(self.contact)
        draft.somebody(self.contact)
        decision = draft.may_lift(stored, self.channel)
        if not decision:
            return draft.refuse(decision)
        when, first = draft.when(stored.changed), len(draft.events)
        was = draft.base(stored, when)
        own = outreach.in_their_name(outreach.Case(contact=self.contact, by=self.by, now=moment.now))
        now = draft.unblock(was, when, self.channel, own=own, reason=self.reason)
        draft.notices += still(draft.somebody(self.contact), moment.now, self.channel)
        on = funnel.means.get((LIFTED, None))
        if self.channel is None and on is not None and (was.status, on) in funnel.recorded:
            now = draft.happen(now, on, None, when)
        if len(draft.events) == first:
            return self._nothing(draft, decision, stored)
        return draft.plan(decision, draft.settle(stored, now, when))


@frozen(kw_only=True)
class _Market(_Wish):
    """What somebody says about marketing to a person."""

    says: ClassVar[bool]

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan it. A wish may be said again; what is told late does not undo what was said since."""
        draft = Draft(funnel, moment, view, self)
        stored = draft.contact(self.contact)
        person, decision = draft.somebody(self.contact), self._may_set(draft)
        if not decision:
            return draft.refuse(decision)
        when = draft.when(stored.changed)
        told = [event for event in view.history(stored.id) if isinstance(event, DoNotMarketSet)]
        same = any((event.effective, event.to) == (when, self.says) for event in told)
        if person.do_not_market is self.says and (same or not self.says):
            return self._nothing(draft, decision, stored)
        was = draft.base(stored, when)
        draft.note(draft.say(DoNotMarketSet, stored.id, stored.version, when, to=self.says), self.reason)
        later = sorted((event for event in told if event.effective > when), key=lambda event: event.effective)
        says = later[-1].to if later else self.says
        if says is not person.do_not_market:
            draft.keep(evolve(person, do_not_market=says, version=person.version + 1))
        return draft.plan(decision, draft.settle(stored, was, when))


@frozen(kw_only=True)
class SetDoNotMarket(_Market):
    """Leave a person out of new campaigns, and send no alerts; in a campaign that is made, the person stays.

    Source: SC4, SC5.
    """

    says: ClassVar[bool] = True


@frozen(kw_only=True)
class LiftDoNotMarket(_Market):
    """Take a person back into campaigns and alerts."""

    says: ClassVar[bool] = False


def still(person: Person | None, now: datetime, channel: Channel | None = None) -> tuple[Notice, ...]:
    """Say what still stands against a channel (None: any): one of every channel, or what only the person lifts."""
    held = () if person is None else person.blocks
    blocks = (block for block in held if block.holds(now, channel or block.channel))
    channels = tuple(dict.fromkeys(block.channel or "any channel" for block in blocks))
    return (Notice("outreach.still", STILL, "ours", {"channel": channels}),) if channels else ()
