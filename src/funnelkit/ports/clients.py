"""Stores for who works for an account and how clients come in: members, invitations, links, offers, packages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.package import Offer, Package
from funnelkit.values.team import Member

Place = tuple[datetime, str]
"""Where a page ended: the time and the id of its last row."""


def runs_out_at(invitation: Invitation) -> Place:
    """Give the place of an invitation among those that are pending."""
    return invitation.expires, invitation.id


class Members(Protocol):
    """Members of the account, by id; the same for every funnel."""

    def get(self, member: str) -> Member | None:
        """Give one, or None."""
        ...

    def many(self, members: Iterable[str]) -> dict[str, Member]:
        """Give those that are there, by id, in one query."""
        ...

    def every(self) -> Iterable[Member]:
        """Give all, those that have left included, in the order in which they came."""
        ...

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the ids of members that have this address (a match key) and have not left."""
        ...

    def save(self, member: Member) -> None:
        """Keep it."""
        ...


class Invitations(Protocol):
    """Invitations, by id. A contact has one that is pending, at most, over all funnels."""

    def get(self, invitation: str) -> Invitation | None:
        """Give one, or None."""
        ...

    def of_contact(self, contact: str) -> tuple[Invitation, ...]:
        """Give all of a contact, in the order in which they were made."""
        ...

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None, *, claim: bool = False
    ) -> tuple[Invitation, ...]:
        """Give those that are pending and whose term has run out by then, inclusive, by that time and id.

        `claim`: nobody else gets them until the end of the transaction, and those of others are passed over.
        """
        ...

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        """Give how many these are, and since when the oldest waits."""
        ...

    def save(self, invitation: Invitation) -> None:
        """Keep it. Raises Conflict where another one of the contact is pending."""
        ...


class Links(Protocol):
    """What is kept of links, by selector."""

    def get(self, selector: str) -> Link | None:
        """Give one, or None."""
        ...

    def save(self, link: Link) -> None:
        """Keep it. Raises Conflict where another one has this selector."""
        ...


class Offers(Protocol):
    """Packages as they stand in lists, by id; the same for every funnel."""

    def get(self, offer: str) -> Offer | None:
        """Give one, or None."""
        ...

    def every(self) -> Iterable[Offer]:
        """Give all, in the order in which they were made."""
        ...

    def save(self, offer: Offer) -> None:
        """Keep it."""
        ...


class Packages(Protocol):
    """Packages of clients, by id."""

    def get(self, package: str) -> Package | None:
        """Give one, or None."""
        ...

    def of_contact(self, contact: str) -> tuple[Package, ...]:
        """Give all of a contact, of every funnel, in the order in which they were given."""
        ...

    def of_payment(self, payment: str) -> Package | None:
        """Give the one that this payment bought, or None."""
        ...

    def save(self, package: Package) -> None:
        """Keep it. Raises Conflict where another one was bought by the same payment."""
        ...

    def remove(self, package: str) -> None:
        """Drop it."""
        ...
