"""May we contact or market to this person, on this channel?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve, frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import gather
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.times import wall
from funnelkit.values.actor import Actor
from funnelkit.values.outreach import Block, Segment
from funnelkit.words import HANDS, STAFF_OR_DESK, Channel, Origin, Purpose, Role, Standing


@frozen(kw_only=True)
class Case(AnyCase):
    """What is looked at: plain facts. `by` None: nobody asks, it is about a message that is to leave."""

    now: datetime
    channel: Channel | None = None
    """None: every channel."""
    purpose: Purpose = Purpose.ALERT
    blocks: tuple[Block, ...] = ()
    do_not_market: bool = False
    standing: Standing = Standing.ACTIVE
    status: Status | None = None
    tags: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    there: bool = True
    """Whether the contact is still there, and the person behind it was not erased."""
    zone: str | None = None
    """By which clock the hours are quiet; None: by none."""
    by: Actor | None = None
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "channel": self.channel or "any channel", "purpose": self.purpose, "standing": self.standing,
            "role": self.by.role if self.by else "nobody", "contact": self.contact or "the contact",
        }  # fmt: skip


@frozen(kw_only=True)
class Sending(AnyCase):
    """Who makes a campaign; or who sends which template to one, and what was sent to it before."""

    by: Actor
    template: str | None = None
    sent: tuple[str, ...] = ()

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"role": self.by.role, "template": self.template}


AnyFunnel = Funnel[Status, Any]


@rule(
    ok="no do-not-contact is in force for {channel}",
    no="there is a do-not-contact for {channel}",
    remedy="have it lifted",
)
def may_be_contacted(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A do-not-contact of the channel, or of all, stops everything to the person until it ends. Source: S2, BG-A20."""
    return not any(block.holds(case.now, case.channel) for block in case.blocks)


@rule(
    ok="the person may get what is {purpose}",
    no="there is a do-not-market, and this is {purpose}",
    remedy="send only what was asked for",
)
def may_be_marketed_to(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Do-not-market stops alerts and campaigns; what the person asked for leaves. Source: SC5, SC-A10."""
    return case.purpose is Purpose.TRANSACTIONAL or not case.do_not_market


@rule(
    ok="it is no quiet hour",
    no="it is a quiet hour of the recipient",
    about=About.TIME,
    remedy="it leaves by itself when the quiet hours end",
)
def is_no_quiet_hour(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """In quiet hours nothing leaves but what was asked for just now. Source: ours."""
    return case.purpose is Purpose.TRANSACTIONAL or _quiet_until(funnel, case) is None


@rule(ok="the contact is there", no="the contact is gone")
def is_still_there(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Nothing is sent to who was deleted or erased, and no campaign picks them. Source: ours."""
    return case.there


@rule(
    ok="who is {standing} is offered for campaigns",
    no="who is {standing} is not offered for campaigns",
    remedy="show or restore the contact",
)
def is_offered(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Only visible contacts enter new campaigns, unless the account says otherwise. Source: SC-A11."""
    return case.standing in funnel.policy.outreach.campaigns


@rule(
    ok="{role} may say this",
    no="{role} may not say this for others",
    about=About.ACTOR,
    remedy="let the person or the staff say it",
)
def may_speak(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """The person says it, or the staff or the system for them; a viewer only reads. Source: ours."""
    by = case.by
    return by is not None and (by.role in HANDS or _itself(case))


@rule(
    ok="no wish of the person stands against it",
    no="the person asked not to be contacted, and {role} cannot lift that",
    about=About.ACTOR,
    remedy="let the person lift it, or record that they did",
)
def own_wish_stands(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """What the person asked for, only the person lifts, or the system in their name. Source: ours, BG-A11."""
    own = any(block.origin is Origin.PERSON and block.holds(case.now, case.channel) for block in case.blocks)
    return not own or in_their_name(case)


@rule(
    ok="{role} may make and send campaigns",
    no="{role} may not make or send campaigns",
    about=About.ACTOR,
    remedy="ask the staff",
)
def campaigner_may(funnel: AnyFunnel, case: Sending, row: None) -> bool:
    """Campaigns are made and sent by people: the staff and the special desk. Source: ours."""
    return case.by.role in STAFF_OR_DESK


@rule(
    ok="{template} was not sent to this campaign before",
    no="{template} was sent to this campaign already",
    remedy="send another template, or make another campaign",
)
def is_sent_once(funnel: AnyFunnel, case: Sending, row: None) -> bool:
    """Nobody gets a campaign's message twice. Source: ours."""
    return case.template not in case.sent


def in_their_name(case: Case) -> bool:
    """Whether who acts is the person, or the system, which speaks in the person's name."""
    return case.by is not None and (case.by.role is Role.SYSTEM or _itself(case))


def _itself(case: Case) -> bool:
    return case.by is not None and case.by.role is Role.CLIENT and case.contact == case.by.id


def _quiet_until(funnel: AnyFunnel, case: Case) -> datetime | None:
    """Give when the quiet hours end in which this moment lies; None where it lies in none.

    Asked of instants, not of what stands on a wall: in the hour that comes twice, they end and begin once.
    """
    quiet = funnel.policy.outreach.quiet
    if quiet is None or case.zone is None:
        return None
    there = wall(case.now, case.zone).date()
    spans = (quiet.on(there + timedelta(days=days), case.zone) for days in (-1, 0))
    return next((end for start, end in spans if start <= case.now < end), None)


CONTACT: Final = "may {contact} be contacted on {channel}"
SEND: Final = "may a message leave for {contact} on {channel} now"
PICK: Final = "may {contact} be picked for a campaign"
SET: Final = "say whether {contact} may be contacted on {channel}"
MAKE: Final = "make a campaign"
CAMPAIGN: Final = "send {template} to a campaign"

RULES: Final = (
    may_be_contacted, may_be_marketed_to, is_no_quiet_hour, is_still_there, is_offered, may_speak, own_wish_stands,
    campaigner_may, is_sent_once,
)  # fmt: skip


def may_contact(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether this person may be sent something of this purpose on this channel; asked when it is planned."""
    return decided(CONTACT, (is_still_there, may_be_contacted, may_be_marketed_to), funnel, case)


def may_send(funnel: AnyFunnel, case: Case) -> Decision:
    """The same at the moment at which it leaves, quiet hours besides."""
    return decided(SEND, (is_still_there, may_be_contacted, may_be_marketed_to, is_no_quiet_hour), funnel, case)


def leaves_at(funnel: AnyFunnel, case: Case) -> datetime | None:
    """Give when what may not leave now will: at the end of the quiet hours; None: never, or now."""
    only_quiet = may_send(funnel, case).refusals == (is_no_quiet_hour.no,)
    return _quiet_until(funnel, case) if only_quiet else None


def tried_again_at(funnel: AnyFunnel, failures: int, now: datetime) -> datetime | None:
    """Give when a message is tried again that has failed so often: at once, then after 1, 2, 4 ... waits; None: never.

    One that was given up is sent again by `crm.send_again` only. Source: ours.
    """
    shell = funnel.policy.shell
    if failures >= shell.deliveries:
        return None
    waits = 2 ** (failures - 2) if failures > 1 else 0
    return now + waits * (shell.retry_after.after(now) - now)


def segment_of(funnel: AnyFunnel, segment: Segment) -> Segment:
    """Give a segment with the keys of its statuses. Raises UnknownStatus for one that the funnel does not have."""
    asked = tuple(enumerate(segment.statuses))
    gather(*(lambda n=n, s=s: funnel.status(s, f"segment.statuses[{n}]") for n, s in asked))
    return evolve(segment, statuses=tuple(funnel.status(status).value for _, status in asked))


def is_meant(funnel: AnyFunnel, segment: Segment, case: Case) -> bool:
    """Whether a segment (of `segment_of`) is for this contact: one of each sort that it names. Source: SC8, S3."""
    standings = funnel.policy.outreach.campaigns if segment.standings is None else segment.standings
    status = None if case.status is None else case.status.value
    return (
        case.standing in standings
        and (not segment.statuses or status in segment.statuses)
        and (not segment.tags or not case.tags.isdisjoint(segment.tags))
        and (not segment.groups or not case.groups.isdisjoint(segment.groups))
    )


def may_pick(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether this contact may be picked for a new campaign; who is in one already stays."""
    return decided(PICK, (is_still_there, is_offered, may_be_contacted, may_be_marketed_to), funnel, case)


def may_set(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether this actor may say that the person is not to be contacted, or not to be marketed to."""
    return decided(SET, (may_speak,), funnel, case)


def may_lift(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether this actor may lift what was said."""
    return decided(SET, (may_speak, own_wish_stands), funnel, case)


def may_make(funnel: AnyFunnel, case: Sending) -> Decision:
    """Whether this actor may make a campaign."""
    return decided(MAKE, (campaigner_may,), funnel, case)


def may_send_to(funnel: AnyFunnel, case: Sending) -> Decision:
    """Whether this actor may send this template to a campaign."""
    return decided(CAMPAIGN, (campaigner_may, is_sent_once), funnel, case)
