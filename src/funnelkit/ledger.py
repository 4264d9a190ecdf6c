"""THE LEDGER: what is left on a package, and what happened to its sessions. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from funnelkit.rules import package as package_of
from funnelkit.values.package import Balance, Entry, Package
from funnelkit.words import PackageStanding, Posting

# fmt: off
POSTINGS: Final[Mapping[Posting, tuple[int, int, int]]] = {
    #                  granted  reserved  used
    Posting.GRANTED:  (1,       0,        0),
    Posting.RESERVED: (0,       1,        0),
    Posting.USED:     (0,       -1,       1),
    Posting.RELEASED: (0,       -1,       0),
    Posting.BURNED:   (0,       -1,       1),
    Posting.RETURNED: (0,       0,        -1),
}
# fmt: on
"""What an entry of the ledger changes. What expires is not entered: it is what is left when the term ends."""

GIVEN_BACK: Final = (Posting.RELEASED, Posting.RETURNED)


def use_of(package: Package, when: datetime, since: datetime | None = None) -> package_of.Use:
    """Give what rules look at before a session that begins then is taken, by an entry of `since` (None: then).

    Left is what is free at every moment from the entry on: what is told late takes nothing that was used meanwhile.
    """
    entered = when if since is None else since
    times = (entered, *(entry.at for entry in package.ledger if entry.at > entered))
    left = [_left(entry for entry in package.ledger if entry.at <= time) for time in times]
    return package_of.Use(
        state=package.state, usable=package.usable, expires=package.expires, when=when, package=package.id,
        left=None if None in left else min(one for one in left if one is not None),
    )  # fmt: skip


def balance(package: Package, moment: datetime) -> Balance:
    """Give what was left of a package at that moment: what took effect by then counts, the moment included."""
    entries = tuple(entry for entry in package.ledger if entry.at <= moment)
    granted, reserved, used = _sums(entries)
    left = _left(entries)
    over = package.over(moment)
    if left is None:
        return Balance(granted=None, reserved=reserved, used=used, expired=0, left=0 if over else None)
    return Balance(granted=granted, reserved=reserved, used=used, expired=left * over, left=left * (not over))


def statement(package: Package, moment: datetime) -> tuple[Entry, ...]:
    """Give the ledger as of that moment, by time, with what expired: at the end of the term, or when it came back."""
    entries = sorted((entry for entry in package.ledger if entry.at <= moment), key=lambda entry: entry.at)
    end, left = package.expires, _left(package.ledger)
    if end is None or end > moment or left is None:
        return tuple(entries)
    before = tuple(entry for entry in entries if entry.at < end)
    found, rest = list(before), _left(before) or 0
    found += [Entry(what=Posting.EXPIRED, at=end, sessions=rest)] if rest else []
    for entry in entries[len(before) :]:
        lost = Entry(what=Posting.EXPIRED, at=entry.at, appointment=entry.appointment)
        if entry.what is Posting.RESERVED:  # what came back after the end, and had expired, is taken after all
            found = [one for one in found if (one.what, one.appointment) != (lost.what, lost.appointment)]
        found += [entry, lost] if entry.what in GIVEN_BACK else [entry]
    return tuple(found)


def standing(package: Package, moment: datetime) -> PackageStanding:
    """Give how it stands with a package at that moment, which is not before it was given."""
    if package.removed is not None and package.removed <= moment:
        return PackageStanding.REMOVED
    if package.usable is None or package.usable > moment:
        return PackageStanding.ASSIGNED
    if package.over(moment):
        return PackageStanding.EXPIRED
    return PackageStanding.USED_UP if balance(package, moment).left == 0 else PackageStanding.USABLE


def oldest_first(packages: Iterable[Package]) -> list[Package]:
    """Give packages in the order in which they are used: what expires first, then what was usable first."""
    return sorted(packages, key=lambda p: (p.expires is None, p.expires or p.given, p.usable or p.given, p.id))


def held_by(package: Package, appointment: str) -> tuple[int, int]:
    """Give how many sessions of a package an appointment has reserved, and how many it has used: one in all."""
    _, reserved, used = _sums(entry for entry in package.ledger if entry.appointment == appointment)
    return reserved, used


def _sums(entries: Iterable[Entry]) -> tuple[int, int, int]:
    granted, reserved, used = 0, 0, 0
    for entry in entries:
        grants, reserves, uses = POSTINGS[entry.what]
        times = 1 if entry.sessions is None else entry.sessions
        granted, reserved, used = granted + grants * times, reserved + reserves * times, used + uses * times
    return granted, reserved, used


def _left(entries: Iterable[Entry]) -> int | None:
    """Give what is neither used nor reserved; None where sessions have no number."""
    every = tuple(entries)
    if any(entry.what is Posting.GRANTED and entry.sessions is None for entry in every):
        return None
    granted, reserved, used = _sums(every)
    return granted - used - reserved
