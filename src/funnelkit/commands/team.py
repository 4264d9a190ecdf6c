"""Who works for the account, and who looks after a contact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.contacts import KEEP, OrKeep, or_keep
from funnelkit.commands.draft import Draft
from funnelkit.decisions import Consequence, all_of
from funnelkit.errors import NotFound, Problem
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import editing
from funnelkit.rules import team as rule_of
from funnelkit.table import Status
from funnelkit.values.checks import asks, email, identifier, long_text, optional, text, truth, zone_name
from funnelkit.values.client_events import MemberAdded, MemberChanged, MemberLeft
from funnelkit.values.contact import Contact
from funnelkit.values.person import match_key
from funnelkit.values.plan import THE_ACCOUNT, Plan
from funnelkit.values.team import Member, member_role
from funnelkit.words import Role

STILL: Final = "{count} contacts still have {member} as a coach"
ROLE: Final = asks(member_role)


@frozen(kw_only=True)
class AddMember(Command[Status, Member]):
    """Say who works for the account, under the id with which they act. Source: DL8."""

    noun: ClassVar[str] = "member"

    name: str = field(repr=False, metadata=asks(text))
    role: Role = field(metadata=ROLE)
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    zone: str | None = field(default=None, metadata=asks(optional(zone_name)))
    greeting: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def together(self) -> Iterable[Problem]:
        """Keep the id by which messages name the account itself."""
        if self.id == THE_ACCOUNT:
            yield Problem("id", "stands for the account itself; take another")

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Member]:
        """Plan the new member."""
        self.now_only()
        draft, key = Draft(funnel, moment, view, self), self.id or moment.fresh("member")
        case = rule_of.Case(
            by=self.by, acts=draft.acts(), member=key, known=not view.is_free("member", key), role=self.role,
            holders=_holders(view, funnel, self.email, key),
        )  # fmt: skip
        decision = rule_of.may_add(funnel, case)
        if not decision:
            return draft.refuse(decision)
        made = Member(
            id=key, name=self.name, role=self.role, email=self.email, zone=self.zone, greeting=self.greeting, version=1
        )
        draft.say(MemberAdded, key, 1, draft.when(), role=self.role, zone=self.zone)
        draft.keep(made)
        draft.touched += (("team", ""),)
        return draft.plan(decision, made)


@frozen(kw_only=True)
class ChangeMember(Command[Status, Member]):
    """Change what is kept of a member; what is not given stays. Everybody changes their own, but for the role."""

    noun: ClassVar[str] = "member"

    member: str = field(metadata=asks(identifier))
    name: str | OrKeep = field(default=KEEP, repr=False, metadata=asks(or_keep(text)))
    role: Role | OrKeep = field(default=KEEP, metadata=asks(or_keep(member_role)))
    email: str | OrKeep | None = field(default=KEEP, repr=False, metadata=asks(or_keep(optional(email))))
    zone: str | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(zone_name))))
    greeting: str | OrKeep | None = field(default=KEEP, repr=False, metadata=asks(or_keep(optional(long_text))))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Member]:
        """Plan the changes; the event says which fields, and of names and addresses never to what."""
        self.now_only()
        draft, was = Draft(funnel, moment, view, self), _member(view, self.member)
        asked = {name: getattr(self, name) for name in ("name", "role", "email", "zone", "greeting")}
        new: dict[str, Any] = {name: value for name, value in asked.items() if value is not KEEP}
        now = evolve(was, **new)
        holders = () if self.email is KEEP else _holders(view, funnel, self.email, was.id)
        last = was.role is Role.OWNER and now.role is not Role.OWNER and _only_owner(view, was.id)
        case = rule_of.Case(
            by=self.by, acts=draft.acts(), member=was.id, known=True, there=was.left is None,
            role=now.role, was=was.role, holders=holders, last_owner=last,
        )  # fmt: skip
        decision = rule_of.may_change(funnel, case)
        if not decision:
            return draft.refuse(decision)
        changed = tuple(name for name in new if getattr(was, name) != getattr(now, name))
        if not changed:
            return draft.plan(decision, was)
        now = evolve(now, version=was.version + 1)
        if was.carries and not now.carries:
            _left_with(draft, was.id)
        draft.say(MemberChanged, was.id, now.version, draft.when(), fields=changed, role=now.role, zone=now.zone)
        draft.keep(now)
        draft.touched += (("team", ""),)
        return draft.plan(decision, now)


@frozen(kw_only=True)
class RemoveMember(Command[Status, Member]):
    """Say that somebody does not work for the account any more. What they did stays; the plan counts their clients.

    There is no way back: who returns is a new member with another id, and is given clients anew.
    """

    noun: ClassVar[str] = "member"

    member: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Member]:
        """Plan that somebody leaves."""
        self.now_only()
        draft, was = Draft(funnel, moment, view, self), _member(view, self.member)
        last = was.role is Role.OWNER and _only_owner(view, was.id)
        case = rule_of.Case(
            by=self.by, acts=draft.acts(), member=was.id, known=True, there=was.left is None,
            role=None, was=was.role, last_owner=last,
        )  # fmt: skip
        decision = rule_of.may_change(funnel, case)
        if not decision:
            return draft.refuse(decision)
        when = draft.when()
        now = evolve(was, left=when, version=was.version + 1)
        draft.say(MemberLeft, was.id, now.version, when)
        draft.keep(now)
        draft.touched += (("team", ""),)
        _left_with(draft, was.id)
        return draft.plan(decision, now)


@frozen(kw_only=True)
class AssignCoach(Command[Status, Contact]):
    """Give a contact a coach: the primary one, or a further one. Where the account says so, coaches are told.

    A contact may have several; the former primary coach is one no more. Source: DL3.
    """

    contact: str = field(metadata=asks(identifier))
    coach: str = field(metadata=asks(identifier))
    primary: bool = field(default=True, metadata=asks(truth))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan who looks after the contact."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        case = editing.Case(by=self.by, contact=was.id, what="coaches")
        decision = all_of(editing.may_change(funnel, case), draft.may_be_given(self.coach))
        if not decision:
            return draft.refuse(decision)
        now = was
        if self.primary:
            now = draft.hand_over(was, self.coach, when)
        elif self.coach != was.coach:
            now = draft.change(was, "coaches", was.coaches | {self.coach}, when)
            if now is not was and funnel.policy.team.tell_coaches:
                draft.tell_coach(now, self.coach, "client_assigned")
        return draft.plan(decision, stored if now is was else draft.settle(stored, now, when))


@frozen(kw_only=True)
class UnassignCoach(Command[Status, Contact]):
    """Take a coach from a contact, be it the primary one or a further one."""

    contact: str = field(metadata=asks(identifier))
    coach: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan who looks after the contact from then on."""
        draft = Draft(funnel, moment, view, self)
        stored, when, was = draft.at_hand(self.contact)
        decision = editing.may_change(funnel, editing.Case(by=self.by, contact=was.id, what="coaches"))
        if not decision:
            return draft.refuse(decision)
        now = draft.hand_over(was, None, when) if was.coach == self.coach else was
        now = draft.change(now, "coaches", now.coaches - {self.coach}, when)
        return draft.plan(decision, stored if now is was else draft.settle(stored, now, when))


def _left_with(draft: Draft, member: str) -> None:
    """Say how many contacts still have a coach who can be given none."""
    clients = draft.view.picked(lambda contact, _: member in (contact.coach, *contact.coaches))
    if clients:
        words = {"count": len(clients), "member": member}
        draft.consequences += (Consequence("clients_stay", STILL, words),)


def _member(view: View, member: str) -> Member:
    found = view.member(member)
    if found is None:
        raise NotFound("there is no such member")
    return found


def _holders(view: View, funnel: AnyFunnel, address: str | None, member: str) -> tuple[str, ...]:
    key = match_key(address)
    if key is None or not funnel.policy.contacts.unique_email:
        return ()
    return (*view.holders(key), *(one for one in view.staff(key) if one != member))


def _only_owner(view: View, member: str) -> bool:
    return not any(one.role is Role.OWNER and one.left is None and one.id != member for one in view.team())
