"""Tables of the storage in memory for members, invitations, links, offers and packages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice, takewhile
from typing import Any, TypeVar

from funnelkit.adapters.undo import Queue, Table, Times
from funnelkit.errors import Conflict
from funnelkit.ports.clients import Place
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import match_key
from funnelkit.values.team import Member


class Members:
    """Members of the account."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Member] = Table(log)

    def get(self, member: str) -> Member | None:
        return self._rows.get(member)

    def many(self, members: Iterable[str]) -> dict[str, Member]:
        return {member: self._rows[member] for member in members if member in self._rows}

    def every(self) -> Iterable[Member]:
        return list(self._rows.values())

    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(m.id for m in self._rows.values() if m.left is None and match_key(m.email) == address)

    def save(self, member: Member) -> None:
        self._rows.put(member.id, member)


class Invitations:
    """Invitations, those of each contact, and for each funnel the pending ones by when their term ends."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Invitation] = Table(log)
        self._of_contact: Table[str, tuple[str, ...]] = Table(log)
        self._pending: Table[str, str] = Table(log)
        self.ripe_by = Times(log)

    def get(self, invitation: str) -> Invitation | None:
        return self._rows.get(invitation)

    def of_contact(self, contact: str) -> tuple[Invitation, ...]:
        return tuple(self._rows[key] for key in self._of_contact.get(contact, ()))

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None, *, claim: bool = False
    ) -> tuple[Invitation, ...]:
        times = takewhile(lambda row: row[0] <= until, self.ripe_by.of(funnel).behind(after))
        return tuple(self._rows[key] for _, key in islice(times, limit))

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        return self.ripe_by.count(funnel, until)

    def save(self, invitation: Invitation) -> None:
        waits, other = invitation.state is InvitationStatus.PENDING, self._pending.get(invitation.contact)
        if waits and other not in (None, invitation.id):
            raise Conflict("another invitation of this contact is pending")
        old = self._rows.get(invitation.id)
        if old is not None and self._pending.get(old.contact) == old.id:
            self._pending.drop(old.contact)
            self.ripe_by.put(old.funnel, old.id, None)
        if waits:
            self._pending.put(invitation.contact, invitation.id)
            self.ripe_by.put(invitation.funnel, invitation.id, invitation.expires)
        self._rows.put(invitation.id, invitation)
        _list(self._of_contact, self._rows, old, invitation)


class Links:
    """What is kept of links."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Link] = Table(log)

    def get(self, selector: str) -> Link | None:
        return self._rows.get(selector)

    def save(self, link: Link) -> None:
        if self._rows.get(link.id, link) != link:
            raise Conflict("another link has this selector")
        self._rows.put(link.id, link)


class Offers:
    """Packages in lists."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Offer] = Table(log)

    def get(self, offer: str) -> Offer | None:
        return self._rows.get(offer)

    def every(self) -> Iterable[Offer]:
        return list(self._rows.values())

    def save(self, offer: Offer) -> None:
        self._rows.put(offer.id, offer)


class Packages:
    """Packages of clients, those of each contact, and by the payment that bought them."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Queue[str, Package] = Queue(log)
        self._of_contact: Table[str, tuple[str, ...]] = Table(log)
        self._by_payment: Table[str, str] = Table(log)

    def get(self, package: str) -> Package | None:
        return self._rows.get(package)

    def of_contact(self, contact: str) -> tuple[Package, ...]:
        return tuple(self._rows[key] for key in self._of_contact.get(contact, ()))

    def of_payment(self, payment: str) -> Package | None:
        return self._rows.get(self._by_payment.get(payment, ""))

    def save(self, package: Package) -> None:
        old, payment = self._rows.get(package.id), package.payment
        if payment is not None and self._by_payment.get(payment, package.id) != package.id:
            raise Conflict("another package was bought by this payment")
        if old is not None and old.payment is not None:
            self._by_payment.drop(old.payment)
        if payment is not None:
            self._by_payment.put(payment, package.id)
        self._rows.put(package.id, package)
        _list(self._of_contact, self._rows, old, package)

    def remove(self, package: str) -> None:
        old = self._rows.get(package)
        if old is not None:
            _unlist(self._of_contact, old)
            if old.payment is not None:
                self._by_payment.drop(old.payment)
        self._rows.drop(package)


Owned = TypeVar("Owned", Invitation, Package)


def _list(of_contact: Table[str, tuple[str, ...]], rows: Table[str, Owned], old: Owned | None, new: Owned) -> None:
    """List a row with those of its contact, in the order in which they were made; who had it before has it no more."""
    if old is None:
        of_contact.put(new.contact, (*of_contact.get(new.contact, ()), new.id))
    elif old.contact != new.contact:
        _unlist(of_contact, old)
        of_contact.put(new.contact, tuple(row.id for row in rows.values() if row.contact == new.contact))


def _unlist(of_contact: Table[str, tuple[str, ...]], old: Invitation | Package) -> None:
    of_contact.put(old.contact, tuple(key for key in of_contact.get(old.contact, ()) if key != old.id))
