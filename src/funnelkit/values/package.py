"""Packages: what is offered, and what a client has, with the ledger that tells what is left."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from funnelkit.statuses.package import PackageStatus
from funnelkit.values.checks import Checked, asks, days, each, identifier, number, one_of, optional, text, texts, truth
from funnelkit.words import Acquired, Payment, Posting, Shape


@frozen(kw_only=True)
class Offer(Checked):
    """A package as it stands in a list: the account's, or those of single coaches. Source: S4, DL4, DL5."""

    id: str = field(metadata=asks(identifier))
    name: str = field(metadata=asks(text))
    shape: Shape = field(default=Shape.INDIVIDUAL, metadata=asks(one_of(Shape)))
    sessions: int | None = field(default=None, metadata=asks(optional(number)))
    """How many; None: as many as one likes."""
    days: int | None = field(default=None, metadata=asks(optional(days)))
    """How many local days it can be used after the one on which it opens, the last one whole; None: for ever."""
    payment: Payment = field(default=Payment.PREPAID, metadata=asks(one_of(Payment)))
    coaches: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(identifier)))
    """Ids of the coaches in whose lists it stands; empty: in the account's."""
    retired: bool = field(default=False, metadata=asks(truth))
    """Not given to anybody any more; who has it keeps it."""
    version: int = 1


@frozen(kw_only=True)
class Entry:
    """One line of a ledger: what happened to how many sessions (None: no number), when (UTC), for which appointment."""

    what: Posting
    at: datetime
    sessions: int | None = 1
    appointment: str | None = None


@frozen(kw_only=True)
class Package:
    """A package on a client's record. Times are UTC; `expires` does not belong to its term any more."""

    id: str
    offer: str
    funnel: str
    contact: str
    shape: Shape
    sessions: int | None
    days: int | None
    given: datetime
    acquired: Acquired
    state: PackageStatus = PackageStatus.ASSIGNED
    coach: str | None = None
    invitation: str | None = None
    """The invitation that it came with."""
    payment: str | None = None
    """The id of the payment that bought it."""
    usable: datetime | None = None
    """Since when it can be used; None: not yet."""
    expires: datetime | None = None
    removed: datetime | None = None
    """When it was taken off the record."""
    ledger: tuple[Entry, ...] = ()
    """In the order of recording."""
    version: int = 1

    def over(self, moment: datetime) -> bool:
        """Whether its term has ended by then; what has no end is never over."""
        return self.expires is not None and self.expires <= moment


@frozen(kw_only=True)
class Balance:
    """What is left of a package at a moment: `granted` = `used` + `reserved` + `expired` + `left`.

    Of a package without a number of sessions, `granted` and `left` are None.
    """

    granted: int | None
    reserved: int
    used: int
    """Held, or burned."""
    expired: int
    left: int | None
