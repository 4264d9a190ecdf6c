"""May this actor change who works for the account, and may this person be given clients?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.values.team import Member
from funnelkit.words import HEADS, STAFF, Role

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who changes what about which member. `role` is the member's; `was` the role that it had."""

    by: Actor
    acts: bool = True
    """Whether the actor has not left the team."""
    member: str | None = None
    known: bool = False
    """Whether there is such a member."""
    there: bool = True
    """Whether it has not left."""
    role: Role | None = None
    was: Role | None = None
    carries: bool = False
    """Whether it is a member that can be given clients."""
    holders: tuple[str, ...] = ()
    """Others with its address: contacts and members."""
    last_owner: bool = False
    """Whether the account would be left without an owner."""

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"by": self.by.role, "role": self.role, "member": self.member or "nobody"}


AnyFunnel = Funnel[Status, Any]


@rule(
    ok="{member} is a member who can be given clients",
    no="{member} is no member who can be given clients",
    remedy="add the coach to the team first",
)
def coach_is_member(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A client is given to a member: owner, admin or coach. Who acts for itself is one, unless it left. Source: S4."""
    if not funnel.policy.team.members_only or case.carries:
        return True
    acts = case.by.id == case.member and case.by.role in STAFF
    return acts and not case.known


def looks_after(funnel: AnyFunnel, member: Member) -> bool:
    """Whether a member still looks after its clients: nobody who has left, and by policy no viewer. Ours."""
    return member.carries if funnel.policy.team.members_only else member.left is None


@rule(
    ok="{by} may change who works for the account",
    no="{by} may not change who works for the account",
    about=About.ACTOR,
    remedy="ask an owner or an admin",
)
def head_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Owner, admin and the system change the team; what clients read from oneself, one writes oneself. Source: DL8.

    Who has left changes nothing.
    """
    oneself = case.by.id == case.member and case.by.role is not Role.CLIENT
    return case.acts and (case.by.role in HEADS or (oneself and case.role is case.was and case.known))


@rule(
    ok="{by} may make or unmake an owner",
    no="{by} may not make or unmake an owner",
    about=About.ACTOR,
    remedy="ask an owner",
)
def owner_is_made_by_owner(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Who becomes an owner or is one no more, an owner says, or the system. Source: ours, after SD6."""
    changes = case.role is not case.was and Role.OWNER in (case.role, case.was)
    return not changes or case.by.role in (Role.OWNER, Role.SYSTEM)


@rule(
    ok="an owner remains",
    no="the account would be left without an owner",
    remedy="make somebody else an owner first",
)
def an_owner_remains(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """An account that has owners keeps one. Source: ours, after SD6."""
    return not case.last_owner


@rule(ok="it is in the team", no="{member} is not in the team any more", remedy="add somebody new")
def is_in_the_team(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Who has left stays on record and is changed no more. Source: ours."""
    return case.there


@rule(ok="the id is free", no="the id is taken by another member", remedy="leave the id out, or take another")
def id_is_free(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """An id names one member of the account, for ever. Ours."""
    return not case.known


@rule(
    ok="the address is free",
    no="the address belongs to a contact or another member",
    remedy="use another address",
)
def address_is_free(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Where addresses are unique, they are so over contacts and staff. Source: SD4."""
    return not (funnel.policy.contacts.unique_email and case.holders)


CHANGE: Final = "change {member} in the team"
GIVE: Final = "give a client to {member}"
OF_A_NEW_ONE: Final = (head_may, owner_is_made_by_owner, id_is_free, address_is_free)
OF_A_CHANGE: Final = (head_may, owner_is_made_by_owner, is_in_the_team, an_owner_remains, address_is_free)
RULES: Final = (
    coach_is_member, head_may, owner_is_made_by_owner, an_owner_remains, is_in_the_team, id_is_free, address_is_free,
)  # fmt: skip


def may_be_given(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether a client may be given to this person."""
    return decided(GIVE, (coach_is_member,), funnel, case)


def may_add(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether somebody may come into the team."""
    return decided(CHANGE, OF_A_NEW_ONE, funnel, case)


def may_change(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether a member may be changed, or leave."""
    return decided(CHANGE, OF_A_CHANGE, funnel, case)
