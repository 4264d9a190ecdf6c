"""A campaign is made: who fits is picked, once. And something is sent to it: to those who may get it then."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Consequence, Notice
from funnelkit.errors import gather, invalid
from funnelkit.plain import digest
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import history, outreach
from funnelkit.table import Status
from funnelkit.values.checks import asks, identifier, instance, one_of, optional, text
from funnelkit.values.contact import Contact
from funnelkit.values.events import CampaignMade, CampaignSent
from funnelkit.values.outreach import Campaign, Segment
from funnelkit.values.person import Person
from funnelkit.values.plan import Message, Plan
from funnelkit.words import Channel, Purpose

PICKED: Final = "picked: {count}"
SENT: Final = "{template} goes to {count}"
LEFT_OUT: Final = "left out: {count}, who may not be picked, or not be written to now"
NOBODY: Final = Notice("outreach.nobody", "nobody is picked, and a campaign gets no members later", "ours")


def seen(contact: Contact, person: Person | None, now: datetime, channel: Channel | None = None) -> outreach.Case:
    """Give what rules look at before a contact is marketed to; nobody knows of a person whom the host keeps."""
    return outreach.Case(
        contact=contact.id, now=now, channel=channel, purpose=Purpose.MARKETING, standing=contact.standing,
        status=contact.status, tags=contact.tags, groups=contact.groups, blocks=person.blocks if person else (),
        do_not_market=person.do_not_market if person else False,
    )  # fmt: skip


@frozen(kw_only=True)
class MakeCampaign(Command[Status, Campaign]):
    """Pick the contacts that a segment is for, once and for all; `crm.segment(...)` says beforehand who that is.

    Who is not to be contacted or marketed to is left out; who says so later stays a member and gets nothing. Who
    comes to fit later is in the next campaign. Source: SC4, SC5, SC8.
    """

    noun: ClassVar[str] = "campaign"

    name: str = field(repr=False, metadata=asks(text))
    segment: Segment = field(metadata=asks(instance(Segment, "a Segment")))
    id: str | None = field(default=None, metadata=asks(optional(identifier)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Campaign]:
        """Plan the campaign with its members."""
        gather(lambda: outreach.segment_of(funnel, self.segment), self.now_only)
        draft, segment = Draft(funnel, moment, view, self), outreach.segment_of(funnel, self.segment)
        decision = outreach.may_make(funnel, outreach.Sending(by=self.by))
        if not decision:
            return draft.refuse(decision)
        key = self.id or moment.fresh("campaign")
        if not view.is_free("campaign", key):
            raise invalid("id", "is taken by another campaign")
        left_out: list[str] = []

        def wanted(contact: Contact, person: Person | None) -> bool:
            case = seen(contact, person, moment.now)
            if not outreach.is_meant(funnel, segment, case):
                return False
            picked = outreach.may_pick(funnel, evolve(case, there=not draft.nobody_there(contact))).allowed
            left_out.extend([] if picked else [contact.id])
            return picked

        members = tuple(contact.id for contact in view.picked(wanted))
        made = Campaign(
            id=key, funnel=funnel.name, name=self.name, segment=segment, members=members, made=moment.now,
        )  # fmt: skip
        draft.keep(made)
        draft.say(CampaignMade, key, made.version, moment.now, segment=segment, members=members)
        draft.consequences += (Consequence("contacts_picked", PICKED, {"count": len(members)}),)
        draft.notices += (*_left_out(len(left_out)), *(() if members else (NOBODY,)))
        return draft.plan(decision, made)


@frozen(kw_only=True)
class SendCampaign(Command[Status, Campaign]):
    """Send a template to every member of a campaign who may get it, each once; a template is sent to it one time.

    Whether a member may be contacted and marketed to is asked now, and again when the message leaves. Who was merged
    since gets it as the contact that stayed.
    """

    noun: ClassVar[str] = "campaign"

    campaign: str = field(metadata=asks(identifier))
    template: str = field(metadata=asks(identifier))
    channel: Channel = field(default=Channel.EMAIL, metadata=asks(one_of(Channel)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Campaign]:
        """Plan one message for each."""
        self.now_only()
        draft, was = Draft(funnel, moment, view, self), view.campaign(self.campaign)
        case = outreach.Sending(by=self.by, template=self.template, sent=was.sent)
        decision = outreach.may_send_to(funnel, case)
        if not decision:
            return draft.refuse(decision)

        there: set[str] = set()

        def wanted(contact: Contact, person: Person | None) -> bool:
            there.add(contact.id)
            case = evolve(seen(contact, person, moment.now, self.channel), there=not draft.nobody_there(contact))
            return outreach.may_contact(funnel, case).allowed

        found = view.picked(wanted, was.members)
        gone = [history.successor(view.history, member) for member in was.members if member not in there]
        meant = there.union(gone)
        joined = tuple(one for one in dict.fromkeys(gone) if one not in there)
        to = tuple(contact.id for contact in (*found, *(view.picked(wanted, joined) if joined else ())))
        sent = evolve(was, sent=(*was.sent, self.template), version=was.version + 1)
        draft.keep(sent)
        said = {"template": self.template, "channel": self.channel, "to": to}
        draft.say(CampaignSent, was.id, sent.version, moment.now, **said)
        draft.messages += tuple(self._message(was, member) for member in to)
        draft.consequences += (Consequence("members_get", SENT, {"count": len(to), "template": self.template}),)
        draft.notices += _left_out(len(meant) - len(to))
        return draft.plan(decision, sent)

    def _message(self, campaign: Campaign, member: str) -> Message:
        return Message(
            key=f"campaign:{digest((campaign.id, self.template, member))}", to=member, template=self.template,
            params={"contact": member, "campaign": campaign.id}, purpose=Purpose.MARKETING, channel=self.channel,
        )  # fmt: skip


def _left_out(count: int) -> tuple[Notice, ...]:
    return (Notice("outreach.left_out", LEFT_OUT, "SC4, SC5", {"count": count}),) if count else ()
