"""What stands beside the status: permissions, groups, tags, credentials, standing; and a company's primary contact."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision, all_of
from funnelkit.errors import Invalid, Problem
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import editing, history, privacy
from funnelkit.table import Status
from funnelkit.values.checks import asks, each, identifier, kinds, long_text, one_of, optional, text, texts
from funnelkit.values.contact import Contact
from funnelkit.values.events import CompanyChanged, GroupChanged
from funnelkit.values.person import Company, Group
from funnelkit.values.plan import Obligation, Plan
from funnelkit.words import Kind, Portal, Standing

IDS: Final = each(identifier)
KINDS: Final = each(one_of(Kind))
SESSIONS: Final = "end the contact's open portal sessions"


@frozen(kw_only=True)
class _Mark(Command[Status, Contact]):
    """A change of what stands beside a contact's status."""

    contact: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the new values; a contact that has them already stays as it is."""
        draft = Draft(funnel, moment, view, self)
        stored = draft.contact(self.contact)
        decision = self._decide(draft, stored)
        if not decision:
            return draft.refuse(decision)
        when, first = draft.when(stored.changed), len(draft.events)
        was = draft.base(stored, when)
        now = was
        for axis, value in self._new(was).items():
            now = draft.change(now, axis, value, when)
        if len(draft.events) == first:
            return draft.plan(decision, stored)
        draft.note(draft.events[first], getattr(self, "reason", None))
        now = draft.settle(stored, now, when)
        if stored.portal is Portal.ACTIVE and (now.portal is not Portal.ACTIVE or now.standing is Standing.ARCHIVED):
            draft.obligations += (Obligation("end_sessions", stored.id, SESSIONS),)
        return draft.plan(decision, now)

    def _decide(self, draft: Draft, was: Contact) -> Decision:
        return editing.may_change(draft.funnel, editing.Case(by=self.by, contact=was.id, what="data"))

    @abstractmethod
    def _new(self, was: Contact) -> dict[str, Any]:
        """Give the axes that change, with their new values."""


@frozen(kw_only=True)
class Tag(_Mark):
    """Give a contact tags."""

    tags: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"tags": was.tags | frozenset(self.tags)}


@frozen(kw_only=True)
class Untag(_Mark):
    """Take tags from a contact."""

    tags: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"tags": was.tags - frozenset(self.tags)}


@frozen(kw_only=True)
class JoinGroups(_Mark):
    """Put a contact into groups: freely made, many-valued, no status. Source: CC7."""

    groups: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"groups": was.groups | frozenset(self.groups)}


@frozen(kw_only=True)
class LeaveGroups(_Mark):
    """Take a contact out of groups."""

    groups: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"groups": was.groups - frozenset(self.groups)}


@frozen(kw_only=True)
class AssignCredentials(_Mark):
    """Say that the contact has a user name and a password. Source: S0, CC2."""

    def _decide(self, draft: Draft, was: Contact) -> Decision:
        case = editing.Case(by=self.by, contact=was.id, what="credentials", status=was.status)
        return editing.may_hold_credentials(draft.funnel, case)

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"portal": Portal.ACTIVE}


@frozen(kw_only=True)
class WithdrawCredentials(_Mark):
    """Say that the contact has no user name and password any more."""

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"portal": Portal.NOT_INVITED}


@frozen(kw_only=True)
class Hide(_Mark):
    """Keep a contact out of the lists. Source: S3."""

    def _new(self, was: Contact) -> dict[str, Any]:
        return {} if was.standing is Standing.ARCHIVED else {"standing": Standing.HIDDEN}


@frozen(kw_only=True)
class Show(_Mark):
    """Bring a hidden contact back into the lists."""

    def _new(self, was: Contact) -> dict[str, Any]:
        return {} if was.standing is Standing.ARCHIVED else {"standing": Standing.ACTIVE}


@frozen(kw_only=True)
class Archive(_Mark):
    """Stop working with a contact: no portal, history stays (agency: Inactive). Source: S3, SD4."""

    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"standing": Standing.ARCHIVED}


@frozen(kw_only=True)
class Restore(_Mark):
    """Take a contact out of the archive, back to where it stood. Source: SC-A1."""

    def _new(self, was: Contact) -> dict[str, Any]:
        return {"standing": was.former} if was.standing is Standing.ARCHIVED else {}

    def _decide(self, draft: Draft, was: Contact) -> Decision:
        erased = (was.id,) if was.standing is Standing.ARCHIVED and draft.erased(was.id) else ()
        case = privacy.Case(by=self.by, contact=was.id, erased=erased)
        return all_of(super()._decide(draft, was), privacy.may_restore(draft.funnel, case))


@frozen(kw_only=True)
class _OnItems(Command[Status, Contact | Group]):
    """A change of what a contact, or every member of a group, is permitted."""

    contact: str | None = field(default=None, metadata=asks(optional(identifier)))
    group: str | None = field(default=None, metadata=asks(optional(identifier)))
    items: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    kinds: tuple[Kind, ...] = field(default=(), converter=kinds, metadata=asks(KINDS))
    """Kinds of appointment that may be booked, where that goes by permission. Source: CC-A6."""

    def together(self) -> Iterable[Problem]:
        """Ask for one of contact and group, and for something to permit."""
        if (self.contact is None) is (self.group is None):
            yield Problem("contact", "give either a contact or a group")
        if self.items == () and self.kinds == ():
            yield Problem("items", "at least one item or kind is needed")

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact | Group]:
        """Plan the permissions."""
        draft = Draft(funnel, moment, view, self)
        decision = editing.may_change(funnel, editing.Case(by=self.by, contact=self.contact, what="permissions"))
        if not decision:
            return draft.refuse(decision)
        if self.group is not None:
            return self._of_group(draft, decision, view.group(self.group))
        stored, first = draft.contact(self.contact or ""), len(draft.events)
        when = draft.when(stored.changed)
        was = draft.base(stored, when)
        permitted, opened = self._new(was.permitted, was.opened)
        now = draft.change(draft.change(was, "permitted", permitted, when), "opened", opened, when)
        return draft.plan(decision, draft.settle(stored, now, when) if len(draft.events) > first else stored)

    def _of_group(self, draft: Draft, decision: Decision, was: Group) -> Plan[Contact | Group]:
        when = draft.when()
        told = () if draft.at is None else draft.view.history(was.id, "group")
        base = history.group_at(was.id, told, when) if told else was
        permitted, opened = self._new(base.permitted, base.opened)
        if (permitted, opened) == (base.permitted, base.opened):
            return draft.plan(decision, was)
        now = evolve(was, permitted=permitted, opened=opened, version=was.version + 1)
        draft.say(GroupChanged, was.id, now.version, when, permitted=permitted, opened=opened)
        for event in history.done_after(told, GroupChanged, when):  # what was done later is said again, upon this
            then = history.group_at(was.id, (e for e in told if e.version < event.version), event.effective)
            permitted = (now.permitted | (event.permitted - then.permitted)) - (then.permitted - event.permitted)
            opened = (now.opened | (event.opened - then.opened)) - (then.opened - event.opened)
            now = evolve(now, permitted=permitted, opened=opened)
            draft.say(GroupChanged, was.id, now.version, event.effective, permitted=permitted, opened=opened)
        draft.keep(now)
        return draft.plan(decision, now)

    @abstractmethod
    def _new(self, permitted: frozenset[str], opened: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Give what is permitted and opened afterwards."""

    @property
    def _keys(self) -> frozenset[str]:
        return frozenset(kind.value for kind in self.kinds)


@frozen(kw_only=True)
class Permit(_OnItems):
    """Permit items, or kinds of appointment, to a contact or a group. Source: S0, CC5."""

    def _new(self, permitted: frozenset[str], opened: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        return permitted | frozenset(self.items), opened | self._keys


@frozen(kw_only=True)
class Withdraw(_OnItems):
    """Withdraw items, or kinds of appointment, from a contact or a group."""

    def _new(self, permitted: frozenset[str], opened: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        return permitted - frozenset(self.items), opened - self._keys


@frozen(kw_only=True)
class AddCompany(Command[Status, Company]):
    """Add a company, with its primary contact if there is one."""

    name: str = field(repr=False, metadata=asks(text))
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    primary: str | None = field(default=None, metadata=asks(optional(identifier)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Company]:
        """Plan the company."""
        draft = Draft(funnel, moment, view, self)
        key = self.id or moment.fresh("company")
        taken = not view.is_free("company", key)
        primary = None if self.primary is None else view.contact(self.primary)
        if primary is not None and primary.company not in (None, key):
            raise Invalid(Problem("primary", "belongs to another company; edit its company first"))
        decision = editing.may_be_known(funnel, editing.Case(by=self.by, id_taken=taken, what="identity", contact=key))
        if not decision:
            return draft.refuse(decision)
        if primary is not None:
            when = draft.when(primary.changed)
            draft.settle(primary, draft.change(primary, "company", key, when), when)
        company = Company(id=key, name=self.name, primary=self.primary, version=1)
        draft.say(CompanyChanged, key, 1, draft.when(), primary=self.primary)
        draft.keep(company)
        return draft.plan(decision, company)


@frozen(kw_only=True)
class SetPrimary(Command[Status, Company]):
    """Make a contact the primary one of its company: permissions, access and mail pass on at once. Source: SD2."""

    noun: ClassVar[str] = "company"

    company: str = field(metadata=asks(identifier))
    contact: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Company]:
        """Plan the change, with the rights that the company gains and loses by it."""
        draft = Draft(funnel, moment, view, self)
        was, new = view.company(self.company), view.contact(self.contact)
        if new.company != was.id:
            raise Invalid(Problem("contact", "belongs to another company or to none; edit its company first"))
        if draft.base(new, draft.when(new.changed)).company != was.id:
            raise Invalid(Problem("at", "the contact did not belong to the company then"))
        old = None if was.primary is None else view.contact(was.primary)
        lost = funnel.gained[old.status, new.status][1] if old is not None else ()
        case = editing.Case(by=self.by, what="primary contact", contact=new.id, lowers=bool(lost))
        decision = editing.may_be_primary(funnel, case)
        if not decision:
            return draft.refuse(decision)
        if was.primary == new.id:
            return draft.plan(decision, was)
        draft.in_turn("company", was.id, (CompanyChanged,))
        now = evolve(was, primary=new.id, version=was.version + 1)
        draft.say(CompanyChanged, was.id, now.version, draft.when(), primary=new.id)
        draft.keep(now)
        if old is not None:
            draft.pass_on(old.status, new.status)
        return draft.plan(decision, now)
