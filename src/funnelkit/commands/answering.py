"""Whoever is invited answers by a link, and completes the onboarding."""

from __future__ import annotations

from typing import ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.commands.invitations import ended
from funnelkit.decisions import Decision
from funnelkit.errors import kind_of
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import invitation as rule_of
from funnelkit.rules import onboarding
from funnelkit.statuses.invitation import Happening
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.values.checks import asks, identifier, instance
from funnelkit.values.client_events import InvitationAccepted, InvitationDeclined
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.plan import Obligation, Plan
from funnelkit.values.token import Token, hashed, read_token, same
from funnelkit.words import Portal, Role

WHOEVER: Final = Actor(id="whoever-holds-the-link", role=Role.CLIENT)
"""Who comes with a link and is not logged in: the contact whom it is for."""

NO_HASH: Final = "0" * 64
"""What a token is compared with that nobody knows: the answer takes as long."""

CREDENTIAL: Final = "let the person choose a password"
STEPS: Final = "onboarding"


def _is_token(value: object) -> str | None:
    """A text, or a Token; whether it is a good one is not said here."""
    return None if isinstance(value, str) else f"the text of a token is needed, not {kind_of(value)}"


def _text_of(given: str | Token) -> str:
    """Take a token as its text, so that both forms are one command; leave anything else to the check."""
    return given.reveal() if isinstance(given, Token) else given


@frozen(kw_only=True)
class _Answer(Command[Status, Invitation]):
    """What the person does with a link. Whatever stands in the way, the answer to the outside is the same."""

    on: ClassVar[Happening]

    by: Actor = field(default=WHOEVER, metadata=asks(instance(Actor, "an Actor")))
    """Who is logged in, if somebody is; else whoever holds the link."""
    token: str | Token = field(repr=False, converter=_text_of, metadata=asks(_is_token))

    def _opened(self, draft: Draft) -> tuple[Decision, Invitation | None]:
        self.now_only()
        exact, invitation, _ = opened(draft.view, draft.funnel, draft.moment, self.token, self.by, self.on)
        if invitation is not None and self.by == WHOEVER:
            draft.by = Actor(id=invitation.contact, role=Role.CLIENT)
        return exact, invitation


@frozen(kw_only=True)
class Accept(_Answer):
    """Accept an invitation by its link: the portal opens, its packages can be used, and onboarding begins. Source: S4.

    One of many who come with the same link wins. What the host has to do then is an obligation of the plan.
    """

    on: ClassVar[Happening] = Happening.ACCEPTED

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan what accepting opens."""
        draft = Draft(funnel, moment, view, self)
        exact, was = self._opened(draft)
        if not exact or was is None:
            return draft.refuse(rule_of.to_the_outside(funnel, exact), exact)
        contact = draft.contact(was.contact)
        when = draft.when(contact.changed)
        accepted = draft.rewrite_invitation(InvitationAccepted, was, when)
        draft.tell_coach(contact, draft.listener(contact), "invitation_accepted", invitation=was.id)
        now = draft.change(contact, "portal", Portal.ACTIVE, when)
        now = draft.change(now, STEPS, frozenset(funnel.policy.invitation.onboarding), when)
        draft.obligations += (Obligation("set_credential", contact.id, CREDENTIAL),)
        draft.settle(contact, now, when)
        return evolve(draft.plan(exact, accepted), until=was.expires)


@frozen(kw_only=True)
class Decline(_Answer):
    """Decline an invitation by its link: what was assigned with it is taken off the record. Source: ours, DL-A2."""

    on: ClassVar[Happening] = Happening.DECLINED

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Invitation]:
        """Plan its end."""
        draft = Draft(funnel, moment, view, self)
        exact, was = self._opened(draft)
        if not exact or was is None:
            return draft.refuse(rule_of.to_the_outside(funnel, exact), exact)
        contact = draft.contact(was.contact)
        plan = ended(draft, exact, contact, was, InvitationDeclined, tells="invitation_declined")
        return evolve(plan, until=was.expires)


@frozen(kw_only=True)
class CompleteOnboarding(Command[Status, Contact]):
    """Complete a step of the onboarding; when none is left, the dashboard opens. Source: S4."""

    contact: str = field(metadata=asks(identifier))
    step: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the steps that are left."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        case = onboarding.Case(by=self.by, step=self.step, left=was.onboarding, contact=was.id)
        decision = onboarding.may_complete(funnel, case)
        if not decision:
            return draft.refuse(decision)
        now = draft.change(was, STEPS, was.onboarding - {self.step}, when)
        return draft.plan(decision, draft.settle(stored, now, when))


def opened(  # what a link is judged by
    view: View, funnel: AnyFunnel, moment: Moment, given: str | Token, by: Actor, on: Happening
) -> tuple[Decision, Invitation | None, Contact | None]:
    """Judge a link, exactly; and give its invitation and contact, if it is proved. Good or not, it is one way."""
    token = read_token(given)
    link, found, contact = view.opened(token.selector)
    known = same(hashed(token, moment.account), NO_HASH if link is None else link.hash) and found is not None
    invitation = found if known else None
    who = Actor(id=found.contact, role=Role.CLIENT) if by == WHOEVER and found is not None else by
    case = rule_of.Opening(
        by=who, on=on, known=known, now=moment.now,
        here=found is not None and found.funnel == funnel.name,
        current=found is not None and link is not None and link.round == found.round,
        state=None if found is None else found.state,
        expires=None if found is None else found.expires,
        standing=None if contact is None else contact.standing,
        contact=None if found is None else found.contact,
    )  # fmt: skip
    return rule_of.may_open(funnel, case), invitation, contact if known else None
