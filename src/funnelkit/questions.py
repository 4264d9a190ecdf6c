"""THE QUESTIONS of the shell: what is stored is loaded and put to a rule. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, Generic, TypeVar

from attrs import evolve

from funnelkit.asking import asked, ids
from funnelkit.decisions import NEEDS, Decision, both
from funnelkit.errors import NotFound, invalid
from funnelkit.facts import Known, facts, in_time
from funnelkit.funnel import Funnel
from funnelkit.planning import past
from funnelkit.policy import StatusWhen
from funnelkit.ports.clock import Clock
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.rules import access, certification, conversion, follow_up, history, outreach
from funnelkit.rules.certification import Report, StatusThen
from funnelkit.stored import StoredView
from funnelkit.table import Need, Status
from funnelkit.times import instant
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.person import Company, Group, Person

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
NOUNS: Final = (
    "contact", "appointment", "group", "company", "campaign", "pipeline", "member", "invitation", "offer", "package",
)  # fmt: skip


class Questions(Generic[S, R]):
    """What can be asked about stored contacts. Raises NotFound for an id of nothing."""

    funnel: Funnel[S, R]
    account: str
    _storage: Storage
    _clock: Clock

    # ---- what is stored

    @asked
    def contact(self, contact: str) -> Contact:
        """Give a contact as it is now."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).contact(contact)

    def contacts(self) -> tuple[Contact, ...]:
        """Give all contacts of the funnel, in the order in which they came."""
        with self._storage.transaction(self.account, write=False) as stores:
            return tuple(stores.contacts.every(self.funnel.name))

    @asked
    def person(self, contact: str) -> Person:
        """Give name and addresses of a contact."""
        with self._storage.transaction(self.account, write=False) as stores:
            found = StoredView(stores, self.funnel.name).person(contact)
        if found is None:
            raise NotFound("nobody keeps the name of this contact here")
        return found

    @asked
    def company(self, company: str) -> Company:
        """Give a company."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).company(company)

    @asked
    def appointment(self, appointment: str) -> Appointment:
        """Give an appointment as it is now."""
        with self._storage.transaction(self.account, write=False) as stores:
            return StoredView(stores, self.funnel.name).appointment(appointment)

    @asked
    def appointments(self, contact: str) -> tuple[Appointment, ...]:
        """Give all appointments that a contact attends, by start."""
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            found = view.appointments_of(contact)
            if not found:
                view.contact(contact)
            return found

    # ---- access

    @asked
    def may(  # the facts of the question, by name
        self,
        contact: str,
        right: R,
        *,
        item: str | None = None,
        as_of: datetime | None = None,
        known: datetime | None = None,
        facts: Mapping[str, bool] | None = None,
    ) -> Decision:
        """May this contact use this right, for this item? `as_of` and `known`: then, as far as was known then."""
        with self._storage.transaction(self.account, write=False) as stores:
            then, now = self._then(stores, contact, as_of, known), instant(self._clock.now(), "clock")
            when = now if as_of is None else min(instant(as_of, "as_of"), now)
            found = in_time(self.funnel, then, stores.persons.get, when, facts)
            groups = self._groups(stores, found.groups, as_of, known)
            return access.may(self.funnel, self._case(stores, found, groups, right, item, facts))

    @asked
    def rights(
        self,
        contacts: Iterable[str],
        rights: Iterable[R] | None = None,
        *,
        item: str | None = None,
        facts: Mapping[str, bool] | None = None,
    ) -> Mapping[str, Mapping[R, Decision]]:
        """Answer several rights (None: all) for many contacts, in a fixed number of queries."""
        asked, wanted = ids(contacts), self._columns(rights)
        with self._storage.transaction(self.account, write=False) as stores:
            stored = stores.contacts.many(self.funnel.name, asked)
            missing = [contact for contact in asked if contact not in stored]
            if missing:
                places = ", ".join(str(asked.index(contact)) for contact in missing)
                raise NotFound(f"there is no such contact in {self.funnel.name}, at {places} of those asked for")
            found = self._in_time(stores, stored, facts)
            groups = stores.groups.many(sorted({group for c in found.values() for group in c.groups}))
            return {
                key: {
                    r: access.may(self.funnel, self._case(stores, found[key], groups, r, item, facts)) for r in wanted
                }
                for key in asked
            }

    @asked
    def company_may(self, company: str, right: R, *, item: str | None = None) -> Decision:
        """May this company have this? In company-first mode by the rights of its primary contact. Source: SD2."""
        with self._storage.transaction(self.account, write=False) as stores:
            found = StoredView(stores, self.funnel.name).company(company)
            if not self.funnel.policy.contacts.company_first:
                raise invalid("company", f"{self.funnel.name} is not in company-first mode; ask about a contact")
            primary = None if found.primary is None else stores.contacts.get(self.funnel.name, found.primary)
            if primary is None:
                return access.nobody(self.funnel, self.funnel.right(right))
            primary = in_time(self.funnel, primary, stores.persons.get, self._at_the_time(None))
            groups = self._groups(stores, primary.groups, None, None)
            return access.may(self.funnel, self._case(stores, primary, groups, right, item, None))

    # ---- conversion

    @asked
    def options(
        self, contact: str, *, by: Actor, facts: Mapping[str, bool] | None = None
    ) -> tuple[conversion.Option[S], ...]:
        """What can be done next with this contact by this actor, and why not the rest."""
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            now = instant(self._clock.now(), "clock")
            found = in_time(self.funnel, view.contact(contact), view.person, now, facts)
            return tuple(
                self._with_the_rest(view, found, option, by, now)
                for to in self.funnel.statuses
                for option in self._ways(view, found, to, by, facts or {})
            )

    def _ways(
        self, view: StoredView, contact: Contact, to: S, by: Actor, told: Mapping[str, bool]
    ) -> tuple[conversion.Option[S], ...]:
        rows = self.funnel.by_hand.get((self.funnel.status(contact.status), to), ())
        needs = {need.key: need for row in rows for need in row.needs}.values()
        known = facts(needs, Known(funnel=self.funnel, view=view, contact=contact, to=to), told)
        known = {key: value for key, value in known.items() if value or key in told or key not in conversion.SUPPLIED}
        case: conversion.Case[S] = conversion.Case(
            now=self.funnel.status(contact.status),
            by=by,
            facts=known,
            standing=contact.standing,
            contact=contact.id,
            attempt=contact.attempt,
        )
        return conversion.ways(self.funnel, case, to)

    def _with_the_rest(
        self, view: StoredView, contact: Contact, option: conversion.Option[S], by: Actor, now: datetime
    ) -> conversion.Option[S]:
        """Ask besides what the command asks besides: for notes of a follow-up, and whether a wish may be lifted."""
        if option.automatic and option.on is not None and conversion.lifts(self.funnel, option.on):
            person = view.person(contact.id)
            blocks = () if person is None else person.blocks
            also = outreach.may_lift(self.funnel, outreach.Case(contact=contact.id, by=by, blocks=blocks, now=now))
        elif not option.automatic and option.to in self.funnel.dated:
            case: follow_up.Case[S] = follow_up.Case(by=by, when=now, attempt=contact.attempt, contact=contact.id)
            found = follow_up.is_noted(self.funnel, case)
            also = evolve(found, findings=tuple(f if f.ok else evolve(f, mark=NEEDS) for f in found.findings))
        else:
            return option
        return evolve(option, decision=both(option.decision, also))

    # ---- hours

    @asked
    def certification(
        self,
        *,
        coach: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        as_of: datetime | None = None,
        known: datetime | None = None,
    ) -> Report:
        """Count hours with a reason for each appointment that starts in [since, until).

        `as_of`: the report as of that moment; `known`: as far as was recorded by then. An appointment that
        went with its contact since is in no report, of whatever moment. Source: CC4.
        """
        begin, end = (None if m is None else instant(m, path) for m, path in ((since, "since"), (until, "until")))
        if begin is not None and end is not None and end < begin:
            raise invalid("until", "it lies before since")
        with self._storage.transaction(self.account, write=False) as stores:
            now = self._at_the_time(as_of)
            rows = self._appointments(stores, coach, as_of, known)
            ids = sorted({attendee.contact for row in rows for attendee in row.attendees})
            if as_of is None and known is None:
                current = {key: c.status for key, c in stores.contacts.many(self.funnel.name, ids).items()}
            else:
                then = (
                    (key, history.status_at(stores.history.of(self.funnel.name, "contact", key), now, known))
                    for key in ids
                )
                current = {key: status for key, status in then if status is not None}
            return certification.count(
                self.funnel, rows, now=now, today=current, then=self._statuses(stores, known, as_of),
                coach=coach, since=begin, until=end,
            )  # fmt: skip

    # ---- history

    @asked
    def history(self, contact: str) -> tuple[Event, ...]:
        """Give everything that happened to a contact, as recorded. What is gone keeps its history."""
        with self._storage.transaction(self.account, write=False) as stores:
            found = stores.history.of(self.funnel.name, "contact", contact)
        if not found:
            raise NotFound("there is no history of this contact")
        return found

    @asked
    def history_of(self, kind: str, noun: str) -> tuple[Event, ...]:
        """Give everything that happened to an `appointment`, a `group`, an `invitation`, a `package`, ..., if any."""
        if kind not in NOUNS:
            raise invalid("kind", f"is none of {', '.join(NOUNS)}")
        with self._storage.transaction(self.account, write=False) as stores:
            return stores.history.of(self.funnel.name if kind == "contact" else "", kind, noun)

    @asked
    def reason(self, event: Event | str) -> str | None:
        """Give the reason or note that goes with an event."""
        with self._storage.transaction(self.account, write=False) as stores:
            return stores.history.text(event if isinstance(event, str) else event.id)

    @asked
    def status_at(self, contact: str, moment: datetime, known: datetime | None = None) -> S | None:
        """Give the status at that moment, as far as was known then; None where there was none, or nobody knows."""
        when, told = instant(moment, "moment"), None if known is None else instant(known, "known")
        found = history.status_at(self.history(contact), when, told)
        return None if found is None else self.funnel.status(found)

    @asked
    def contact_at(self, contact: str, moment: datetime, known: datetime | None = None) -> Contact | None:
        """Give the whole contact as it was at that moment, as far as was known then."""
        when, told = instant(moment, "moment"), None if known is None else instant(known, "known")
        return history.contact_at(self.history(contact), when, told)

    # ---- inside

    def _at_the_time(self, as_of: datetime | None) -> datetime:
        """Give the moment of which a report is made: now, or one that has come."""
        clock = instant(self._clock.now(), "clock")
        return past(as_of, "as_of", clock) or clock

    def _columns(self, rights: Iterable[R] | None) -> tuple[R, ...]:
        return self.funnel.rights.columns if rights is None else tuple(self.funnel.right(right) for right in rights)

    def _then(self, stores: Transaction, contact: str, as_of: datetime | None, known: datetime | None) -> Contact:
        if as_of is None and known is None:
            return StoredView(stores, self.funnel.name).contact(contact)
        moment = None if as_of is None else instant(as_of, "as_of")
        told = None if known is None else instant(known, "known")
        found = history.contact_at(stores.history.of(self.funnel.name, "contact", contact), moment, told)
        if found is None:
            raise NotFound(f"there was no such contact in {self.funnel.name} then")
        return found

    def _in_time(
        self, stores: Transaction, contacts: Mapping[str, Contact], facts: Mapping[str, bool] | None
    ) -> Mapping[str, Contact]:
        """Give contacts as time has made them by now; persons are looked up for those whose last follow-up is over."""
        now = self._at_the_time(None)
        over = [c.id for c in contacts.values() if c.follow_up is not None and c.follow_up.over(now)]
        if not over:
            return contacts
        persons = stores.persons.many(over)
        return {key: in_time(self.funnel, contact, persons.get, now, facts) for key, contact in contacts.items()}

    def _groups(
        self, stores: Transaction, groups: Iterable[str], as_of: datetime | None, known: datetime | None
    ) -> Mapping[str, Group]:
        if as_of is None and known is None:
            return stores.groups.many(sorted(groups))
        return {group: history.group_at(group, stores.history.of("", "group", group), as_of, known) for group in groups}

    def _case(  # what access looks at
        self,
        stores: Transaction,
        contact: Contact,
        groups: Mapping[str, Group],
        right: R,
        item: str | None,
        told: Mapping[str, bool] | None,
    ) -> access.Case[S, R]:
        need: Need | None = self.funnel.right_needs.get(self.funnel.right(right))
        view = StoredView(stores, self.funnel.name)
        known = facts((need,), Known(funnel=self.funnel, view=view, contact=contact), told or {}) if need else {}
        permitted = contact.permitted.union(*(groups[g].permitted for g in contact.groups if g in groups))
        return access.Case(
            status=self.funnel.status(contact.status), right=right, portal=contact.portal, standing=contact.standing,
            item=item, permitted=permitted, owned=contact.owned, facts=known, contact=contact.id,
            onboarding=contact.onboarding,
        )  # fmt: skip

    def _appointments(
        self, stores: Transaction, coach: str | None, as_of: datetime | None, known: datetime | None
    ) -> Iterable[Appointment]:
        rows = tuple(stores.appointments.every(self.funnel.name, coach))
        if as_of is None and known is None:
            return rows
        moment = None if as_of is None else instant(as_of, "as_of")
        told = None if known is None else instant(known, "known")
        then = (history.appointment_at(stores.history.of("", "appointment", row.id), moment, told) for row in rows)
        return tuple(row for row in then if row is not None)

    def _statuses(self, stores: Transaction, known: datetime | None, as_of: datetime | None) -> StatusThen | None:
        if self.funnel.policy.certification.status_when is not StatusWhen.AT_SESSION:
            return None
        told = partial(stores.history.of, self.funnel.name, "contact")
        return lambda contact, moment: history.status_then(told, contact, moment, known, as_of)
