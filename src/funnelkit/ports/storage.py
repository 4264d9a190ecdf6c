"""Where values, history and messages are kept: one transaction, small stores inside it, each for one noun.

A host may bring some of the stores itself. Every store of a transaction is bound to one account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, Protocol

from attrs import frozen

from funnelkit.funnel import Funnel
from funnelkit.ports.clients import Invitations, Links, Members, Offers, Packages
from funnelkit.ports.contacts import Appointments, Campaigns, Companies, Contacts, Groups, Persons, Pipelines
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.outbox import Outbox
from funnelkit.ports.tokens import Tokens
from funnelkit.table import Status
from funnelkit.values.events import Event
from funnelkit.values.plan import Read


@frozen
class Ripe:
    """An account and funnel in which time has made something true: how much, and since when the oldest waits."""

    account: str
    funnel: str
    count: int
    oldest: datetime


STORES: Final[Mapping[str, str]] = {
    "person": "persons",
    "company": "companies",
    "group": "groups",
    "appointment": "appointments",
    "campaign": "campaigns",
    "pipeline": "pipelines",
    "member": "members",
    "invitation": "invitations",
    "link": "links",
    "offer": "offers",
    "package": "packages",
}
"""Under which name a transaction has the store of a noun. A contact's is by funnel."""


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

    def forget(self, nouns: Iterable[tuple[str, str]]) -> None:
        """Drop the texts of all events about these nouns, by kind and id: of a contact in whatever funnel.

        The events stay as they are. Nothing of a text is to be found afterwards.
        """
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

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:
        """Give one of these that is not so any more, a contact of this funnel; else None.

        What is still so stays so until the end of the transaction: what was not there is not made by others, either.
        """
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

    def knows(self, funnel: Funnel[Status, Any]) -> None:
        """Take note of a funnel: what is stored holds its statuses by their keys."""
        ...

    def transaction(self, account: str, *, write: bool = True) -> AbstractContextManager[Transaction]:
        """Open one; left without an error, its changes become visible; left with one, they are undone.

        `write` False: to look only, at one state of everything; others go on writing.

        One opened inside another, be it of another account, is a part of it: left with an error, only its own changes
        are undone.
        """
        ...
