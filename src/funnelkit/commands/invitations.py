"""A contact is invited to the portal, and answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from attrs import evolve, field, frozen

from funnelkit.commands.admitting import own
from funnelkit.commands.contacts import AddContact
from funnelkit.commands.draft import Draft
from funnelkit.commands.packages import assigned, may_be_assigned
from funnelkit.decisions import Decision, all_of, pinned
from funnelkit.errors import NotLoaded, Problem, gather, invalid
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import invitation as rule_of
from funnelkit.rules.history import lineage
from funnelkit.statuses.invitation import Happening, InvitationStatus
from funnelkit.table import EMAIL, Status
from funnelkit.values.checks import (
    asks,
    each,
    email,
    identifier,
    long_text,
    one_of,
    optional,
    text,
    texts,
    truth,
)
from funnelkit.values.client_events import (
    InvitationRevoked,
    InvitationSentAgain,
    InvitationSuperseded,
    LinkMinted,
)
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.package import Offer
from funnelkit.values.person import address_key, match_key
from funnelkit.values.plan import Plan
from funnelkit.values.token import Token, hashed
from funnelkit.words import Portal, Role, Sender

S_contra = TypeVar("S_contra", bound=Status, contravariant=True)


@frozen(kw_only=True)
class Invite(Command[S_contra, Invitation]):
    """Invite to the portal: a `contact`, or a new person by `name`, `email` and `status` (the client type).

    `coach`: for whom; None: the contact's coach, unless it has left, else oneself from one's own portal, else the team.
    `packages` are ids of offers. `message` is read by the person invited.
    """

    contact: str | None = field(default=None, metadata=asks(optional(identifier)))
    name: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    phone: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    status: S_contra | None = None
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    """The id of the new contact; None: a fresh one."""
    coach: str | None = field(default=None, metadata=asks(optional(identifier)))
    sender: Sender | None = field(default=None, metadata=asks(optional(one_of(Sender))))
    """From one's own portal (MEMBER), or the team's (ACCOUNT); None: a plain coach's own, else the team's."""
    packages: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(identifier)))
    message: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))
    another: bool = field(default=False, metadata=asks(truth))
    """The new person shares its address with somebody who is known already."""
    supersede: bool = field(default=False, metadata=asks(truth))
    """Take back the invitation of this contact that waits, with its packages, and send this one in its place."""

    def together(self) -> Iterable[Problem]:
        """Ask for a contact or a new person, and not for both."""
        new = {"name": self.name, "email": self.email, "phone": self.phone, "status": self.status, "id": self.id}
        if self.contact is not None:
            for path, given in new.items():
                if given is not None:
                    yield Problem(path, "is for a new person; leave it out, or leave the contact out")
        elif self.name is None:
            yield Problem("contact", "give a contact, or the name, e-mail and status of a new person")

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan the invitation, with the new contact where it is one, the packages, and who is told."""
        gather(
            lambda: self.status is None or funnel.status(self.status),
            self.now_only,
            lambda: self._typed(funnel),
        )
        draft = Draft(funnel, moment, view, self)
        offers = tuple(view.offer(offer) for offer in self.packages)
        if self.contact is None:
            return self._of_a_new_person(draft, self._sender(None), offers)
        contact = draft.contact(self.contact)
        has = draft.keeper(contact)
        sender = self._sender(has)
        coach = self._coach(sender, has)
        waits, base, may_end = draft.pending(contact.id), contact, None
        if self.supersede and waits is not None and waits.funnel == draft.funnel.name:
            may_end = pinned(rule_of.may_revoke(funnel, case_of(draft, contact, on=Happening.REVOKED, about=waits)))
            waits, base = None, evolve(contact, portal=Portal.NOT_INVITED)
        decision = all_of(
            rule_of.may_invite(funnel, case_of(draft, base, sender=sender, coach=coach, waits=waits)),
            may_end,
            draft.may_be_mailed(contact),
            draft.may_be_given(coach if self.coach or coach != has else None),
            *may_be_assigned(draft, offers, base, coach, waiting=self._waiting(draft, contact, offers)),
        )
        if not decision:
            return draft.refuse(decision)
        when, now = draft.when(contact.changed), contact
        if self.supersede:
            now = draft.end_invitation(now, InvitationSuperseded, when)
        return self._sent(draft, decision, contact, now, when, sender, coach, offers)

    def _of_a_new_person(self, draft: Draft, sender: Sender, offers: tuple[Offer, ...]) -> Plan[Invitation]:
        coach, key = self._coach(sender, None), match_key(self.email)
        add: AddContact[Any] = AddContact(
            by=self.by, cause=self.cause, name=self.name or "", email=self.email, phone=self.phone, status=self.status,
            id=self.id, coach=coach,
        )  # fmt: skip
        entered, contact = add.enter(draft)
        stands_in = contact or Contact(
            id=self.id or "new", status=draft.funnel.status(self.status), since=None, changed=draft.moment.now
        )
        waits = None if self.id is None else draft.pending(self.id)
        if waits is not None and waits.funnel == draft.funnel.name:
            waits = None  # the id is taken, which is said already
        case = case_of(draft, stands_in, sender=sender, coach=coach, address=key, waits=waits)
        case = evolve(case, contact=None, own=True, has=None, **self._known_as(draft, key))
        decision = all_of(
            rule_of.may_invite(draft.funnel, case),
            entered,
            None if self.id is None else draft.may_be_mailed(stands_in),
            *may_be_assigned(draft, offers, stands_in, coach, waiting=0),
        )
        if not decision or contact is None:
            return draft.refuse(decision)
        stored = evolve(contact, version=0)
        return self._sent(draft, decision, stored, contact, draft.when(contact.changed), sender, coach, offers)

    def _sent(  # all that is settled by now
        self,
        draft: Draft,
        decision: Decision,
        stored: Contact,
        now: Contact,
        when: datetime,
        sender: Sender,
        coach: str | None,
        offers: tuple[Offer, ...],
    ) -> Plan[Invitation]:
        now, invitation = draft.begin_invitation(now, when, sender=sender, coach=coach, note=self.message)
        for offer in offers:
            assigned(draft, now, offer, when, invitation.id)
        draft.tell_coach(now, coach, "client_assigned")
        draft.settle(stored, now, when)
        return draft.plan(decision, invitation)

    def _known_as(self, draft: Draft, address: str | None) -> dict[str, Any]:
        """Say how somebody is known who has the new person's address: is invited, has the portal, or is there.

        Where addresses are unique, a rule of theirs refuses whoever is there.
        """
        if address is None or self.another:
            return {}
        holders = tuple(holder for holder in draft.view.holders(address) if holder != self.id)
        waiting = (draft.pending(holder) for holder in holders)
        pending = next((one.id for one in waiting if one is not None and one.waits(draft.moment.now)), None)
        if pending is not None:
            return {"pending": pending}
        if draft.view.picked(lambda contact, _: contact.portal is Portal.ACTIVE, holders):
            return {"portal": Portal.ACTIVE}
        return {} if draft.funnel.policy.contacts.unique_email else {"holders": holders}

    def _waiting(self, draft: Draft, contact: Contact, offers: tuple[Offer, ...]) -> int:
        """Count what waits on the record already; what is superseded goes with its invitation."""
        goes = draft.own_pending(contact.id) if self.supersede else None
        waiting = draft.waiting_packages(contact.id) if offers else ()
        return sum(goes is None or package.invitation != goes.id for package in waiting)

    def _typed(self, funnel: AnyFunnel) -> None:
        """Ask for the client type of a new person. Source: S4, DL1."""
        if self.contact is None and self.status is None:
            may = " or ".join(s.value for s in funnel.statuses if s in funnel.lets_in)
            said = may or f"{funnel.name} has no portal to invite to"
            raise invalid("status", f"the client type of a new person is needed: {said}")

    def _sender(self, has: str | None) -> Sender:
        """Say in whose name it goes out: a plain coach, for itself, speaks in its own, everybody else in the team's."""
        itself = self.by.role is Role.COACH and (self.coach or has) in (None, self.by.id)
        return self.sender or (Sender.MEMBER if itself else Sender.ACCOUNT)

    def _coach(self, sender: Sender, has: str | None) -> str | None:
        return self.coach or has or (self.by.id if sender is Sender.MEMBER else None)


@frozen(kw_only=True)
class _OnInvitation(Command[Status, Invitation]):
    """Something that is done about an invitation by the account."""

    noun: ClassVar[str] = "invitation"

    invitation: str = field(metadata=asks(identifier))

    def _at_hand(self, draft: Draft) -> tuple[Contact, Invitation]:
        """Give the contact and the invitation as time has made them by now."""
        self.now_only()
        was = draft.view.invitation(self.invitation)
        contact = draft.contact(was.contact)
        planned = draft.nouns.get(("invitation", was.id), was)
        return contact, planned if isinstance(planned, Invitation) else was


@frozen(kw_only=True)
class SendAgain(_OnInvitation):
    """Send an invitation again: its term begins anew, and links of before are good no more. Source: DL-A14."""

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan another sending; one that has run out waits again."""
        draft = Draft(funnel, moment, view, self)
        contact, was = self._at_hand(draft)
        case = case_of(draft, contact, on=Happening.SENT_AGAIN, about=was, waits=draft.pending(contact.id))
        decision = all_of(rule_of.may_send_again(funnel, case), draft.may_be_mailed(contact))
        if not decision:
            return draft.refuse(decision)
        when = draft.when(contact.changed)
        said = {"round": was.round + 1, "sends": was.sends + 1, "expires": draft.until(when, was.coach)}
        base = draft.invited_for(contact, draft.keeper(contact), when)
        now = draft.rewrite_invitation(InvitationSentAgain, was, when, **said)
        draft.mail_invitation(base, now, "invitation_again")
        draft.attach(now, when)
        draft.settle(contact, draft.change(base, "portal", Portal.INVITED, when), when)
        return draft.plan(decision, now)


@frozen(kw_only=True)
class Revoke(_OnInvitation):
    """Take an invitation back, and the packages that came with it. Source: DL-A2, DL-A14."""

    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan its end."""
        draft = Draft(funnel, moment, view, self)
        contact, was = self._at_hand(draft)
        decision = rule_of.may_revoke(funnel, case_of(draft, contact, on=Happening.REVOKED, about=was))
        if not decision:
            return draft.refuse(decision)
        return ended(draft, decision, contact, was, InvitationRevoked, self.reason)


@frozen(kw_only=True)
class MintLink(Command[Status, Token]):
    """Give the clear token of another link, once, for a host that mails its own way. It is stored nowhere.

    So it is not done with a `key`: what it gives is not given again.
    """

    noun: ClassVar[str] = "invitation"
    repeats: ClassVar[bool] = False

    invitation: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Token]:
        """Plan what is kept of the link; each plan has a token of its own."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        was = view.invitation(self.invitation).in_time(moment.now)
        contact = draft.contact(was.contact)
        waits = draft.pending(contact.id)
        case = case_of(draft, contact, on=Happening.LINK_MINTED, about=was, waits=waits)
        decision = all_of(rule_of.may_send_again(funnel, case), draft.may_be_mailed(contact))
        if not decision:
            return draft.refuse(decision)
        if moment.token is None:
            raise NotLoaded("token")
        token = moment.token()
        draft.rewrite_invitation(LinkMinted, was, draft.when())
        draft.keep(minted(token, was, moment.account, moment.now))
        draft.count(contact.id)
        return evolve(draft.plan(decision, token), until=was.expires)


@frozen(kw_only=True)
class ExpireInvitation(Command[Status, Invitation]):
    """End an invitation whose term has run out: what the sweep does. It takes effect when it ran out."""

    noun: ClassVar[str] = "invitation"

    invitation: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan what time alone has made true."""
        self.now_only("it takes effect when the term ran out")
        draft = Draft(funnel, moment, view, self)
        was = view.invitation(self.invitation)
        case = rule_of.Term(by=self.by, state=was.state, expires=was.expires, now=moment.now)
        decision = rule_of.may_expire(funnel, case)
        if not decision:
            return draft.refuse(decision)
        contact = draft.contact(was.contact)
        if ("invitation", was.id) not in draft.nouns:
            draft.run_out(contact, was)
        return draft.plan(decision, draft.nouns["invitation", was.id])  # type: ignore[arg-type]  # it is the invitation


def case_of(  # what the rules of invitations look at
    draft: Draft,
    contact: Contact,
    *,
    on: Happening = Happening.SENT,
    about: Invitation | None = None,
    sender: Sender = Sender.ACCOUNT,
    coach: str | None = None,
    waits: Invitation | None = None,
    address: str | None = None,
) -> rule_of.Case:
    """Give what the rules of invitations look at. `address`: the match key of a new person's."""
    keys = draft.address_of(contact.id) if address is None else (address_key(address),)
    known = bool(keys) or (draft.person(contact.id) is None and draft.moment.facts.get(EMAIL.key, False))
    inviter, addressee = draft.within_limits(contact.id)
    if address is not None and draft.moment.allows is not None:
        addressee = draft.moment.allows("address", keys[0])
    other = waits is not None and (about is None or waits.id != about.id)
    return rule_of.Case(
        by=draft.by, on=on, state=about.state if about else None, status=contact.status, standing=contact.standing,
        portal=contact.portal, has_email=known, sender=sender, coach=contact.coach if about else coach,
        own=_own(contact, about, draft.by.id), has=contact.coach, acts=draft.acts(),
        pending=waits.id if waits is not None and other else None,
        declined=_declined(draft, contact.id), inviter_within=inviter, address_within=addressee,
        contact=contact.id,
    )  # fmt: skip


def _declined(draft: Draft, contact: str) -> bool:
    """Whether the person has declined before, be it as a contact that was merged into this one."""
    told = (one for who in lineage(draft.view.history, contact) for one in draft.view.invitations_of(who))
    return any(one.state is InvitationStatus.DECLINED for one in told)


def _own(contact: Contact, about: Invitation | None, by: str) -> bool:
    """Whether a contact is the actor's own to invite; of an invitation there is, whether it is the actor's."""
    mine = by in (contact.coach, *contact.coaches)
    return mine or (own(contact, by) if about is None else by == about.by)


def minted(token: Token, invitation: Invitation, account: str, now: datetime) -> Link:
    """Give what is kept of a link."""
    return Link(
        id=token.selector, hash=hashed(token, account), invitation=invitation.id, round=invitation.round, minted=now
    )


def ended(  # all that an end says
    draft: Draft,
    decision: Decision,
    contact: Contact,
    was: Invitation,
    kind: type[Any],
    reason: str | None = None,
    tells: str | None = None,
) -> Plan[Invitation]:
    """Hand over the end of an invitation. `tells`: the template by which the coach, else the account, hears of it."""
    when, first = draft.when(contact.changed), len(draft.events)
    now = draft.end_invitation(contact, kind, when)
    draft.note(draft.events[first], reason)
    if tells is not None:
        draft.tell_coach(now, draft.listener(now), tells, invitation=was.id)
    draft.settle(contact, now, when)
    return draft.plan(decision, draft.nouns["invitation", was.id])  # type: ignore[arg-type]  # it is the invitation
