"""WHO IS LET IN, AND WITH WHAT: members, invitations, links, packages, the dashboard. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from funnelkit import ledger as sums
from funnelkit.asking import asked
from funnelkit.commands.admitting import looks_after
from funnelkit.commands.answering import WHOEVER, opened
from funnelkit.decisions import Decision
from funnelkit.errors import NotFound, invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.planning import Moment
from funnelkit.questions import Questions
from funnelkit.rules import access
from funnelkit.rules import invitation as rule_of_invitations
from funnelkit.rules import package as rule_of
from funnelkit.rules.history import lineage
from funnelkit.statuses.invitation import Happening
from funnelkit.statuses.package import PackageStatus
from funnelkit.stored import StoredView
from funnelkit.table import Status
from funnelkit.times import instant
from funnelkit.values.actor import Actor
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Balance, Entry, Offer, Package
from funnelkit.values.team import Member
from funnelkit.values.token import Token
from funnelkit.words import PackageStanding, Reach, Sender

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Peek:
    """What whoever holds a link may see before accepting; of a link that opens nothing, only that it does not."""

    decision: Decision
    contact: str | None = None
    sender: Sender | None = None
    by: str | None = None
    coach: str | None = None
    expires: datetime | None = None
    note: str | None = field(default=None, repr=False)
    """The personal message."""


@frozen(kw_only=True)
class Holding:
    """A package of a client at a moment: how it stands with it, what is left, and whether it can be used."""

    package: Package
    standing: PackageStanding
    balance: Balance
    usable: Decision = field(repr=False, eq=False)


@frozen(kw_only=True)
class Dashboard(Generic[R]):
    """What a client comes to behind the log-in: the coach's greeting, packages, then what may be opened. Source: S4."""

    opens: Decision
    """Whether any section may be opened; if none, why not the first one."""
    onboarding: tuple[str, ...]
    """Steps that are left before it opens, in order."""
    coach: str | None
    """Who looks after the client; None also where its coach has left, or can be given no clients."""
    greeting: str | None = field(repr=False)
    packages: tuple[Holding, ...]
    sections: Mapping[R, Decision]
    """Every right that is reached on the dashboard, in the order of the table."""


class Clients(Questions[S, R]):
    """What can be asked about the team, invitations and packages. Raises NotFound for an id of nothing."""

    # ---- the team

    @asked
    def member(self, member: str) -> Member:
        """Give a member of the account."""
        with self._storage.transaction(self.account, write=False) as stores:
            found = StoredView(stores, self.funnel.name).member(member)
        if found is None:
            raise NotFound("there is no such member")
        return found

    def members(self) -> tuple[Member, ...]:
        """Give all members, those that have left included, in the order in which they came."""
        with self._storage.transaction(self.account, write=False) as stores:
            return tuple(stores.members.every())

    # ---- invitations

    @asked
    def invitation(self, invitation: str) -> Invitation:
        """Give an invitation as time has made it by now."""
        now = instant(self._clock.now(), "clock")
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).invitation(invitation).in_time(now)

    @asked
    def invitations(self, contact: str) -> tuple[Invitation, ...]:
        """Give all invitations of a contact, in the order in which they were made, as time has made them by now.

        What contacts had that were merged into it is among them.
        """
        now = instant(self._clock.now(), "clock")
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            view.contact(contact)
            found = [one for who in lineage(view.history, contact) for one in stores.invitations.of_contact(who)]
        mine = (one.in_time(now) for one in found if one.funnel == self.funnel.name)
        return tuple(sorted(mine, key=lambda one: one.made))

    @asked
    def peek(self, token: str | Token, *, by: Actor = WHOEVER) -> Peek:
        """Look at what a link opens, without opening it. Whatever stands in the way, the answer is the same."""
        exact, invitation, note, coach = self._opened(token, by)
        if not exact or invitation is None:
            return Peek(decision=rule_of_invitations.to_the_outside(self.funnel, exact))
        return Peek(
            decision=exact, contact=invitation.contact, sender=invitation.sender, by=invitation.by,
            coach=coach, expires=invitation.expires, note=note,
        )  # fmt: skip

    @asked
    def why(self, token: str | Token, *, by: Actor = WHOEVER) -> Decision:
        """Say exactly why a link opens nothing: for the account, and never for whoever came with it."""
        return self._opened(token, by)[0]

    # ---- packages

    @asked
    def offer(self, offer: str) -> Offer:
        """Give a package as it stands in a list."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).offer(offer)

    @asked
    def offers(self, coach: str | None = None, *, retired: bool = False) -> tuple[Offer, ...]:
        """Give what may be given to a client of this coach (None: the team's): the account's list and the coach's."""
        with self._storage.transaction(self.account, write=False) as stores:
            every = tuple(stores.offers.every())
        return tuple(o for o in every if rule_of.listed(o, coach) and (retired or not o.retired))

    @asked
    def packages(self, contact: str, *, at: datetime | None = None) -> tuple[Holding, ...]:
        """Give the packages of a contact at a moment (None: now), in the order in which they are used."""
        moment = self._at(at)
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            found = view.packages_of(view.contact(contact).id)
        given = sums.oldest_first(package for package in found if package.given <= moment)
        return tuple(self._holding(package, moment) for package in given)

    @asked
    def package(self, package: str, *, at: datetime | None = None) -> Holding:
        """Give a package at a moment (None: now): how it stands with it, what is left, whether it can be used.

        Any moment will do: before it was given there was nothing on it yet, and it reads as assigned.
        """
        moment = self._at(at)
        with self._storage.transaction(self.account, write=False) as stores:
            return self._holding(StoredView(stores, self.funnel.name).package(package), moment)

    @asked
    def ledger(self, package: str, *, at: datetime | None = None) -> tuple[Entry, ...]:
        """Give every entry of a package's ledger as of a moment (None: now), with what expired, by time."""
        moment = self._at(at)
        with self._storage.transaction(self.account, write=False) as stores:
            return sums.statement(StoredView(stores, self.funnel.name).package(package), moment)

    # ---- the dashboard

    @asked
    def dashboard(self, contact: str) -> Dashboard[R]:
        """Give what a client comes to: whether it is open, the coach's greeting, packages, sections. Source: S4."""
        moment = self._at(None)
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            found = view.contact(contact)
            coach = looks_after(self.funnel, view, found.coach)
            member = None if coach is None else view.member(coach)
            there = (p for p in view.packages_of(contact) if p.state is not PackageStatus.REMOVED)
            held = tuple(self._holding(package, moment) for package in sums.oldest_first(there))
            reach = self.funnel.rights.reach
            groups, columns = self._groups(stores, found.groups, None, None), self.funnel.rights.columns
            sections = {
                r: access.may(self.funnel, self._case(stores, found, groups, r, None, None))
                for r in columns
                if reach[r] is Reach.DASHBOARD
            }
            if not sections:
                raise invalid("funnel", f"{self.funnel.name} has no dashboard")
        steps = self.funnel.policy.invitation.onboarding
        left = (*(s for s in steps if s in found.onboarding), *sorted(found.onboarding - frozenset(steps)))
        return Dashboard(
            opens=max(sections.values(), key=bool), onboarding=left, coach=coach,
            greeting=None if member is None else member.greeting, packages=held, sections=sections,
        )  # fmt: skip

    # ---- inside

    def _opened(self, token: str | Token, by: Actor) -> tuple[Decision, Invitation | None, str | None, str | None]:
        if not isinstance(token, (str, Token)):
            raise invalid("token", f"the text of a token is needed, not {kind_of(token)}")
        moment = Moment(instant(self._clock.now(), "clock"), str, account=self.account)
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            funnel: Funnel[Status, StrEnum] = self.funnel
            exact, found, contact = opened(view, funnel, moment, token, by, Happening.ACCEPTED)
            if not exact or found is None:
                return exact, None, None, None
            note = None if found.note is None else stores.history.text(found.note)
        return exact, found, note, None if contact is None else contact.coach

    def _at(self, at: datetime | None) -> datetime:
        return instant(self._clock.now(), "clock") if at is None else instant(at, "at")

    def _holding(self, package: Package, moment: datetime) -> Holding:
        then = evolve(package, ledger=tuple(entry for entry in package.ledger if entry.at <= moment))
        return Holding(
            package=package, standing=sums.standing(package, moment), balance=sums.balance(package, moment),
            usable=rule_of.may_use(self.funnel, sums.use_of(then, moment)),
        )  # fmt: skip
