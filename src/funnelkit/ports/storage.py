"""Where values, history and messages are kept: one transaction, small stores inside it, each for one noun.

A host may bring some of the stores itself. Every store of a transaction is bound to one account.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from attrs import frozen

from funnelkit.ports.clients import Invitations, Links, Members, Offers, Packages, Place
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.outbox import Outbox
from funnelkit.ports.tokens import Tokens
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Campaign
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline


def ripe_at(contact: Contact) -> Place | None:
    """Give the place of a contact among those whose last follow-up has run out."""
    stands = contact.follow_up
    return None if stands is None or stands.gives_up is None else (stands.gives_up, contact.id)


def due_at(contact: Contact) -> Place | None:
    """Give the place of a contact among those with a follow-up."""
    return None if contact.follow_up is None else (contact.follow_up.due, contact.id)


@frozen
class Ripe:
    """An account and funnel in which time has made something true: how much, and since when the oldest waits."""

    account: str
    funnel: str
    count: int
    oldest: datetime


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

    def due(
        self,
        funnel: str,
        before: datetime,
        coach: str | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> tuple[Contact, ...]:
        """Give those whose follow-up is due before that moment, not included, by date and id, behind the place `after`.

        Of one coach, or of all; at most so many.
        """
        ...

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None
    ) -> tuple[Contact, ...]:
        """Give those whose last follow-up has run out by then, inclusive, by that time and id, behind `after`."""
        ...

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        """Give how many these are, and since when the oldest waits."""
        ...

    def staged(self, funnel: str, pipeline: str | None = None) -> tuple[Contact, ...]:
        """Give those that stand on this pipeline, or (None) on any, in the order in which they came."""
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

    def many(self, contacts: Iterable[str]) -> dict[str, Person]:
        """Give those that are there, by id, in one query."""
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


class Pipelines(Protocol):
    """Lead pipelines, by id."""

    def get(self, pipeline: str) -> Pipeline | None:
        """Give one, or None."""
        ...

    def default(self, funnel: str) -> Pipeline | None:
        """Give the one that new leads of the funnel are put on, or None."""
        ...

    def every(self, funnel: str) -> Iterable[Pipeline]:
        """Give all of the funnel, in the order in which they were made."""
        ...

    def save(self, pipeline: Pipeline) -> None:
        """Keep it."""
        ...


class Campaigns(Protocol):
    """Campaigns, by id."""

    def get(self, campaign: str) -> Campaign | None:
        """Give one, or None."""
        ...

    def every(self, funnel: str) -> Iterable[Campaign]:
        """Give all of the funnel, in the order in which they were made."""
        ...

    def save(self, campaign: Campaign) -> None:
        """Keep it."""
        ...


class History(Protocol):
    """Events in the order of recording, and the texts that go with some of them."""

    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        """Give all events about a `contact` of a funnel; or, within "", about an `appointment`, a `group` and so on."""
        ...

    def text(self, event: str) -> str | None:
        """Give the reason or note that goes with an event."""
        ...

    def texts(self, events: Iterable[str]) -> dict[str, str]:
        """Give the texts that are there, by event, in one query."""
        ...

    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:
        """Add to the end; texts by event id."""
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
    """Versions of sets: a coach's calendar; the holders of an address; a contact's appointments, packages, invitations.

    Of pipelines: which one of a funnel is the default, and who stands at the stages of one. Of the team: who is in it.
    """

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
    def pipelines(self) -> Pipelines:
        """Lead pipelines."""
        ...

    @property
    def campaigns(self) -> Campaigns:
        """Campaigns."""
        ...

    @property
    def members(self) -> Members:
        """Who works for the account."""
        ...

    @property
    def invitations(self) -> Invitations:
        """Invitations."""
        ...

    @property
    def links(self) -> Links:
        """What is kept of links."""
        ...

    @property
    def offers(self) -> Offers:
        """Packages in lists."""
        ...

    @property
    def packages(self) -> Packages:
        """Packages of clients."""
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

    @property
    def tokens(self) -> Tokens:
        """Makes the clear text of links; a host may bring its own."""
        ...

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Give every account and funnel in which something has run out by then, inclusive, the oldest first.

        In one query, over all accounts: for whoever runs the sweep, and for nobody else.
        """
        ...

    def transaction(self, account: str) -> AbstractContextManager[Transaction]:
        """Open one; left without an error, its changes become visible; left with one, they are undone.

        One opened inside another is a part of it: left with an error, only its own changes are undone.
        """
        ...
