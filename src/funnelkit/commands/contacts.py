"""A contact comes in, and what is known of it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum, unique
from typing import Any, Final, Literal, TypeVar

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision, all_of
from funnelkit.errors import Invalid, Problem, gather, kind_of
from funnelkit.funnel import Funnel
from funnelkit.plain import folded
from funnelkit.planning import AnyFunnel, Command, Moment, View, past
from funnelkit.rules import conversion, editing
from funnelkit.table import ADDED, Status, Trigger
from funnelkit.values.cases import A_FUNNEL
from funnelkit.values.checks import (
    Check,
    asks,
    checked,
    each,
    email,
    identifier,
    instance,
    kinds,
    moment,
    one_of,
    optional,
    text,
    texts,
)
from funnelkit.values.contact import Contact
from funnelkit.values.events import ContactAdded, ContactAdopted, PersonChanged
from funnelkit.values.person import Person, addresses, match_key
from funnelkit.values.plan import Plan
from funnelkit.words import Category, Kind, Portal, Standing

S = TypeVar("S", bound=Status)
S_contra = TypeVar("S_contra", bound=Status, contravariant=True)
STAFF_ADDRESS: Final = "staff_address"
"""A fact of the host: the address belongs to somebody on the staff. Source: SD4."""
IDS: Final = each(identifier)
KINDS: Final = each(one_of(Kind))
A_TEXT: Final = instance(str, "a text")


@unique
class Keep(Enum):
    """Leave a field as it is; None takes out what stands there."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
OrKeep = Literal[Keep.KEEP]


def or_keep(check: Check) -> Check:
    """Take what the check asks for, or leave the field as it is."""
    return lambda value: None if value is KEEP else check(value)


@frozen(kw_only=True)
class AddContact(Command[S_contra, Contact]):
    """Add a contact by an entry row: by hand with a `status`, or by what happened (`trigger`, about an `item`).

    With neither, the funnel's own way: what adding means there, else its first status.
    """

    name: str = field(repr=False, metadata=asks(text))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    phone: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    status: S_contra | None = None
    trigger: Trigger | None = None
    item: str | None = field(default=None, metadata=asks(optional(identifier)))
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    coach: str | None = field(default=None, metadata=asks(optional(identifier)))
    company: str | None = field(default=None, metadata=asks(optional(identifier)))
    category: Category | None = field(default=None, metadata=asks(optional(one_of(Category))))
    standing: Standing = field(default=Standing.ACTIVE, metadata=asks(one_of(Standing)))
    groups: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    tags: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan a new contact, its entry, and what the entry brings along."""
        self.sound(funnel, moment)
        draft = Draft(funnel, moment, view, self)
        decision, contact = self.enter(draft)
        return draft.refuse(decision) if contact is None else draft.plan(decision, contact)

    def sound(self, funnel: AnyFunnel, moment: Moment) -> None:
        """Raise Invalid for words that the funnel does not know, and for a time that is still to come."""
        gather(
            lambda: self.trigger is None or funnel.trigger(self.trigger),
            lambda: self.status is None or funnel.status(self.status),
            lambda: self.timely(moment.now),
        )

    def enter(self, draft: Draft) -> tuple[Decision, Contact | None]:
        """Decide, and put everything about the new contact into a plan; None where it is refused."""
        funnel, view = draft.funnel, draft.view
        on, to = self._way_in(funnel)
        case: conversion.Case[Status] = conversion.Case(to=to, on=on, by=self.by, standing=self.standing)
        row = conversion.entry(funnel, case)
        told = draft.facts(row.needs, email=self.email, item=self.item) if row else {}
        entry = conversion.may_enter(funnel, evolve(case, facts=told))
        id, known = _known(draft, self.id, self.email, self.by)  # it is the id
        decision = all_of(entry, known, draft.may_be_given(self.coach))
        if not decision or row is None:
            return decision, None
        when = draft.when()
        contact = Contact(
            id=id, status=row.to, since=when, changed=when, version=1, standing=self.standing, coach=self.coach,
            company=self.company, category=self.category, groups=frozenset(self.groups), tags=frozenset(self.tags),
            attempt=funnel.attempts.get(row.to, 0),
        )  # fmt: skip
        _look_up(view, self.company)
        _person(draft, view, id, self.name, self.email, self.phone)
        event = draft.moment.fresh("event")
        if row.to in funnel.dated:
            contact = evolve(contact, follow_up=draft.dated(contact, row.to, event, contact.attempt, when))
        draft.say(ContactAdded, id, 1, when, id=event, contact=contact, on=row.on)
        if row.automatic:
            contact = draft.happen(contact, row.on, self.item, when, new=True)
        contact = draft.set_off(contact, row.to, None, when)
        draft.mail(row.on, contact, new=True)
        contact = draft.assign(contact, None, when)
        draft.stand(None, contact.pipeline)
        draft.keep(contact)
        return decision, contact

    def _way_in(self, funnel: AnyFunnel) -> tuple[Trigger | None, Status | None]:
        on = None if self.trigger is None else funnel.trigger(self.trigger)
        to = None if self.status is None else funnel.status(self.status)
        if on is None and to is None:
            on = funnel.means.get((ADDED, None))
        return on, (funnel.start if on is None and to is None else to)


@frozen(kw_only=True)
class Adopt(Command[S_contra, Contact]):
    """Bring in a contact that had a life elsewhere: any status, `since` a moment or None. No mail, no entry."""

    name: str = field(repr=False, metadata=asks(text))
    status: S_contra
    since: datetime | None = field(default=None, metadata=asks(optional(moment)))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    phone: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    coach: str | None = field(default=None, metadata=asks(optional(identifier)))
    company: str | None = field(default=None, metadata=asks(optional(identifier)))
    category: Category | None = field(default=None, metadata=asks(optional(one_of(Category))))
    standing: Standing = field(default=Standing.ACTIVE, metadata=asks(one_of(Standing)))
    portal: Portal = field(default=Portal.NOT_INVITED, metadata=asks(one_of(Portal)))
    groups: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    tags: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    permitted: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    opened: tuple[Kind, ...] = field(default=(), converter=kinds, metadata=asks(KINDS))
    owned: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    agreements: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))
    enrollments: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(IDS))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the contact as it is said to be."""
        gather(
            lambda: funnel.status(self.status),
            lambda: past(self.since, "since", moment.now),
            lambda: self.timely(moment.now),
        )
        draft = Draft(funnel, moment, view, self)
        decision, contact = self.enter(draft)
        return draft.refuse(decision) if contact is None else draft.plan(decision, contact)

    def enter(self, draft: Draft) -> tuple[Decision, Contact | None]:
        """Decide, and put everything about the contact into a plan; None where it is refused."""
        funnel, now = draft.funnel, draft.moment.now
        status, since = funnel.status(self.status), past(self.since, "since", now)
        id, known = _known(draft, self.id, self.email, self.by)  # it is the id
        decision = all_of(known, draft.may_be_given(self.coach))
        if not decision:
            return decision, None
        when = since or draft.when()
        contact = Contact(
            id=id, status=status, since=since, changed=when, version=1, standing=self.standing, portal=self.portal,
            coach=self.coach, company=self.company, category=self.category, groups=frozenset(self.groups),
            tags=frozenset(self.tags), permitted=frozenset(self.permitted),
            opened=frozenset(kind.value for kind in self.opened), owned=frozenset(self.owned),
            agreements=frozenset(self.agreements), enrollments=frozenset(self.enrollments),
            attempt=funnel.attempts.get(status, 0),
        )  # fmt: skip
        _look_up(draft.view, self.company)
        _person(draft, draft.view, id, self.name, self.email, self.phone)
        draft.say(ContactAdopted, id, 1, when, contact=contact)
        contact = draft.set_off(contact, status, None, when)
        draft.keep(contact)
        return decision, contact


@frozen(kw_only=True)
class Edit(Command[Status, Contact]):
    """Change what is known of a contact: name, addresses, coach, company, category. What is not given stays."""

    contact: str = field(metadata=asks(identifier))
    name: str | OrKeep = field(default=KEEP, repr=False, metadata=asks(or_keep(text)))
    email: str | OrKeep | None = field(default=KEEP, repr=False, metadata=asks(or_keep(optional(email))))
    phone: str | OrKeep | None = field(default=KEEP, repr=False, metadata=asks(or_keep(optional(text))))
    coach: str | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(identifier))))
    company: str | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(identifier))))
    category: Category | OrKeep | None = field(default=KEEP, metadata=asks(or_keep(optional(one_of(Category)))))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the changes; of the person, the event says which fields and never to what."""
        draft = Draft(funnel, moment, view, self)
        was, first = draft.contact(self.contact), len(draft.events)
        person = draft.somebody(was.id) if self._told() else None
        moves = self.email is not KEEP and person is not None and match_key(self.email) != person.address
        case = editing.Case(
            by=self.by, contact=was.id, what="data", moves=moves, coaches=len({was.coach, *was.coaches} - {None}),
            holders=_others(draft, self.email, self.contact) if moves and self.email is not KEEP else (),
        )  # fmt: skip
        known = editing.may_be_edited(funnel, case)
        to = None if self.coach is KEEP or self.coach == was.coach else self.coach
        decision = all_of(known, draft.may_be_given(to))
        if not decision:
            return draft.refuse(decision)
        when = draft.when(was.changed)
        base = draft.base(was, when)
        now = base if self.coach is KEEP else draft.hand_over(base, self.coach, when)
        for axis in ("company", "category"):
            if getattr(self, axis) is not KEEP:
                now = draft.change(now, axis, getattr(self, axis), when)
        if self.company is not KEEP:
            _look_up(view, self.company)
        self._person(draft, was, person, when)
        if len(draft.events) == first:
            return draft.plan(decision, was)
        now = draft.settle(was, now, when)
        if was.company not in (None, now.company):
            draft.step_down(was.company, was.id)
        return draft.plan(decision, now)

    def _told(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"name": self.name, "email": self.email, "phone": self.phone}
        return {field: value for field, value in asked.items() if value is not KEEP}

    def _person(self, draft: Draft, contact: Contact, was: Person | None, when: datetime) -> None:
        new = {field: value for field, value in self._told().items() if field not in _told_after(draft, contact, when)}
        if was is None or all(getattr(was, field) == value for field, value in new.items()):
            return
        now = evolve(was, **new, version=was.version + 1)
        changed = tuple(field for field in new if getattr(was, field) != getattr(now, field))
        draft.keep(now)
        draft.say(PersonChanged, self.contact, 0, when, fields=changed)
        if "email" in changed:
            draft.touched += addresses(was, now)
            if was.address != now.address:
                draft.void_links(contact.id)


def vocabulary(funnel: Funnel[S, Any], labels: Iterable[str], also: Mapping[str, S] | None = None) -> Mapping[str, S]:
    """Give the status of each label of an export, whatever its case and blanks; `also` adds a host's own words.

    Raises Invalid that names every label that is unknown or no text at once, by the first place where it stands: the
    text may be somebody's name.
    """
    checked(funnel=A_FUNNEL(funnel), labels=_a_list(labels), also=_a_dictionary({} if also is None else also))
    own = {folded(label): status for label, status in (also or {}).items()}
    found: dict[str, S] = {}
    problems: list[Problem] = []
    seen: set[object] = set()
    for place, label in enumerate(labels):
        wrong = A_TEXT(label)
        if wrong:
            problems.append(Problem(f"labels[{place}]", wrong))
        if wrong or label in seen:
            continue
        seen.add(label)
        status = own.get(folded(label)) or funnel.labelled(label)
        if status is None:
            problems.append(Problem(f"labels[{place}]", funnel.unlabelled(label)))
        else:
            found[label] = funnel.status(status, "also")
    if problems:
        raise Invalid(*problems)
    return found


def _a_list(value: object) -> str | None:
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return None
    return f"a list of labels is needed, not {kind_of(value)}"


def _a_dictionary(value: object) -> str | None:
    if isinstance(value, Mapping) and not any(A_TEXT(key) for key in value):
        return None
    return "a dictionary of texts and statuses is needed"


def _known(draft: Draft, wish: str | None, address: str | None, by: Any) -> tuple[str, Decision]:
    """Give the id of a new contact, and whether it may have it, and the address."""
    key = wish or draft.moment.fresh("contact")
    taken = not draft.view.is_free("contact", key)
    case = editing.Case(by=by, holders=_others(draft, address, key), id_taken=taken, what="identity", contact=key)
    return key, editing.may_be_known(draft.funnel, case)


def _others(draft: Draft, address: str | None, contact: str) -> tuple[str, ...]:
    """Give who else has an address: contacts, and where addresses are unique the staff too. Source: SD4."""
    key, told = match_key(address), draft.moment.facts.get(STAFF_ADDRESS)
    staff = draft.view.staff(key) if key is not None and draft.funnel.policy.contacts.unique_email else ()
    return _holders(draft.view, key, contact) + ((STAFF_ADDRESS,) if told or staff else ())


def _holders(view: View, address: str | None, contact: str) -> tuple[str, ...]:
    return () if address is None else tuple(holder for holder in view.holders(address) if holder != contact)


def _look_up(view: View, company: str | None) -> None:
    if company is not None:
        view.company(company)


def _person(draft: Draft, view: View, key: str, name: str, address: str | None, phone: str | None) -> None:
    was = view.person(key)
    if was is None:
        now = Person(id=key, name=name, email=address, phone=phone, version=1)
        draft.touched += addresses(now)
    else:
        email, phone = address or was.email, phone or was.phone  # what was not given stays
        now = evolve(was, name=name, email=email, phone=phone, version=was.version + 1)
        changed = tuple(f for f in ("name", "email", "phone") if getattr(was, f) != getattr(now, f))
        if not changed:
            return
        draft.say(PersonChanged, key, 1, draft.when(), fields=changed)
        draft.notices += (editing.KNOWN,)
        draft.touched += addresses(was, now)
        if was.address != now.address:
            draft.void_links(key)
    draft.keep(now)


def _told_after(draft: Draft, contact: Contact, when: datetime) -> frozenset[str]:
    """Give what was changed of the person after that time: what is told late does not undo it."""
    if draft.at is None:
        return frozenset()
    later = (e for e in draft.view.history(contact.id) if isinstance(e, PersonChanged) and e.effective > when)
    return frozenset(field for event in later for field in event.fields)
