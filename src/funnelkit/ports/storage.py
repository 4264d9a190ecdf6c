"""Where values, history and messages are kept: one transaction, small stores inside it, each for one noun.

A host may bring some of the stores itself. Every store of a transaction is bound to one account.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import frozen

from funnelkit.ports.identifiers import Identifiers
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.plan import Message


class Contacts(Protocol):
    """Places in funnels, by funnel and contact: a row of another funnel is never given."""

    def get(self, funnel: str, contact: str) -> Contact | None:
        """Give one, or None."""
        ...

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        """Give those that are there, by id, in one query."""
        ...

    def funnels(self, contact: str) -> tuple[str, ...]:
        """Give the names of the funnels in which this person stands."""
        ...

    def every(self, funnel: str) -> Iterable[Contact]:
        """Give all of the funnel, in the order in which they came."""
        ...

    def save(self, funnel: str, contact: Contact) -> None:
        """Keep it."""
        ...

    def remove(self, funnel: str, contact: str) -> None:
        """Drop it."""
        ...


class Persons(Protocol):
    """Names and addresses, by contact id, the same for every funnel."""

    def get(self, contact: str) -> Person | None:
        """Give one, or None."""
        ...

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the ids of all who have this address (a match key), archived ones included."""
        ...

    def save(self, person: Person) -> None:
        """Keep it."""
        ...

    def remove(self, contact: str) -> None:
        """Drop it."""
        ...


class Companies(Protocol):
    """Companies, by id."""

    def get(self, company: str) -> Company | None:
        """Give one, or None."""
        ...

    def save(self, company: Company) -> None:
        """Keep it."""
        ...


class Groups(Protocol):
    """Groups that have permissions, by id."""

    def get(self, group: str) -> Group | None:
        """Give one, or None: a group without permissions need not be kept."""
        ...

    def many(self, groups: Iterable[str]) -> dict[str, Group]:
        """Give those that are there, by id, in one query."""
        ...

    def save(self, group: Group) -> None:
        """Keep it."""
        ...


class Appointments(Protocol):
    """Appointments, by id; a coach's calendar goes over all funnels."""

    def get(self, appointment: str) -> Appointment | None:
        """Give one, or None."""
        ...

    def of_contact(self, contact: str) -> tuple[Appointment, ...]:
        """Give all that the contact attends, by start."""
        ...

    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give those of the coach that have any part in [start, end), cancelled ones included."""
        ...

    def every(self, funnel: str, coach: str | None = None) -> Iterable[Appointment]:
        """Give all of the funnel, or those of one coach, by start."""
        ...

    def save(self, appointment: Appointment) -> None:
        """Keep it."""
        ...

    def remove(self, appointment: str) -> None:
        """Drop it."""
        ...


class History(Protocol):
    """Events in the order of recording, and the texts that go with some of them."""

    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        """Give all events about a `contact` of a funnel; or about an `appointment`, `group`, `company` (within "")."""
        ...

    def text(self, event: str) -> str | None:
        """Give the reason or note that goes with an event."""
        ...

    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:
        """Add to the end; texts by event id."""
        ...


@frozen
class Waiting:
    """A message in the outbox, and how often sending it failed."""

    message: Message
    failures: int = 0


class Outbox(Protocol):
    """Messages that are stored with a change and released after it."""

    def add(self, messages: Iterable[Message]) -> None:
        """Store them; a key that is there already is not stored again."""
        ...

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        """Give messages that were neither sent nor given up, in the order of storing."""
        ...

    def sent(self, key: str) -> None:
        """Note that it left."""
        ...

    def failed(self, key: str, *, dead: bool) -> None:
        """Note that sending it failed; dead: it is not tried again by itself."""
        ...

    def dead(self) -> tuple[Message, ...]:
        """Give those that were given up."""
        ...


class Keys(Protocol):
    """Commands that were delivered with a key, and what they gave."""

    def get(self, key: str) -> tuple[str, object] | None:
        """Give the digest of the command and its result, or None."""
        ...

    def save(self, key: str, command: str, result: object) -> None:
        """Keep them."""
        ...


class Funnels(Protocol):
    """Funnels as they were, by fingerprint, so that a decision can be made again by the rules of its day."""

    def get(self, fingerprint: str) -> object | None:
        """Give the funnel as plain data, or None."""
        ...

    def save(self, fingerprint: str, document: object) -> None:
        """Keep it; one that is there already is left as it is."""
        ...


class Guards(Protocol):
    """Versions of sets: a coach's calendar, the holders of an address, the appointments of a contact."""

    def version(self, kind: str, key: str) -> int:
        """Give how often the set was touched; 0 for never."""
        ...

    def touch(self, kind: str, key: str) -> None:
        """Count it up."""
        ...


class Transaction(Protocol):
    """All stores of one account. What is done in it becomes visible together, or not at all."""

    @property
    def contacts(self) -> Contacts:
        """Places in funnels."""
        ...

    @property
    def persons(self) -> Persons:
        """Names and addresses."""
        ...

    @property
    def companies(self) -> Companies:
        """Companies."""
        ...

    @property
    def groups(self) -> Groups:
        """Groups with permissions."""
        ...

    @property
    def appointments(self) -> Appointments:
        """Appointments."""
        ...

    @property
    def history(self) -> History:
        """Events and texts."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Messages to be released."""
        ...

    @property
    def keys(self) -> Keys:
        """Commands delivered with a key."""
        ...

    @property
    def funnels(self) -> Funnels:
        """Funnels by fingerprint."""
        ...

    @property
    def guards(self) -> Guards:
        """Versions of sets."""
        ...


class Storage(Protocol):
    """Opens transactions."""

    @property
    def retries(self) -> bool:
        """Whether the shell may plan again after a conflict; false inside a host's own transaction."""
        ...

    @property
    def identifiers(self) -> Identifiers:
        """Makes ids that are fresh in this storage; a host may bring its own."""
        ...

    def transaction(self, account: str) -> AbstractContextManager[Transaction]:
        """Open one; left without an error, its changes become visible; left with one, they are undone.

        One opened inside another is a part of it: left with an error, only its own changes are undone.
        """
        ...
