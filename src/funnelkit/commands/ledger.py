"""What appointments do to the ledgers of packages: a session is reserved, used, given back or lost."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from funnelkit import ledger as sums
from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision, Notice, pinned
from funnelkit.rules import package as rule_of
from funnelkit.statuses.package import PackageStatus
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.client_events import PackagePosted
from funnelkit.values.package import Entry, Package
from funnelkit.words import Kind, Posting, Shape


def covering(  # what a package is looked for by
    draft: Draft, contact: str, kind: Kind, heads: int, start: datetime, when: datetime, appointment: str | None = None
) -> Package | None:
    """Give the package of which a session is taken for this: what expires first; None where none covers it.

    It has to be usable when that is entered, of the right shape, and not expired when the session starts. What is
    entered after the session began takes effect when it began.
    """
    if kind not in draft.funnel.policy.package.books:
        return None
    shape = Shape.GROUP if heads > 1 else Shape.INDIVIDUAL
    for package in sums.oldest_first(draft.packages(contact)):
        entered = _after(package, min(when, start), appointment)
        by_then = package.shape is shape and package.usable is not None and package.usable <= entered
        if by_then and rule_of.may_use(draft.funnel, sums.use_of(package, start, entered)):
            return package
    return None


def may_be_covered(
    draft: Draft, contact: str, kind: Kind, heads: int, start: datetime, when: datetime
) -> Decision | None:
    """Whether a package covers a booking, where the account asks for one; None where it does not."""
    policy = draft.funnel.policy.package
    if not policy.needed or kind not in policy.books:
        return None
    found = covering(draft, contact, kind, heads, start, when)
    return pinned(rule_of.may_book_on(draft.funnel, rule_of.Cover(covered=found is not None, contact=contact)))


def reserve(
    draft: Draft, appointment: Appointment, when: datetime, attendees: tuple[Attendee, ...] | None = None
) -> None:
    """Reserve a session for every attendee (None: all of them) who has a package that covers it."""
    for attendee in appointment.attendees if attendees is None else attendees:
        package = _for(draft, attendee.contact, appointment, when)
        if package is not None:
            post(draft, package, min(when, appointment.start), (Posting.RESERVED,), appointment.id)
        else:
            _advise(draft, attendee.contact, appointment.kind)


def move(draft: Draft, appointment: Appointment, when: datetime) -> None:
    """Keep what is reserved for an appointment that was moved, unless the package does not reach so far.

    What is not reserved, or no more, is taken from another package that covers it now.
    """
    kept = {package.contact for package in reserved_for(draft, appointment) if not package.over(appointment.start)}
    for package in reserved_for(draft, appointment):
        if package.contact not in kept:
            post(draft, package, when, (Posting.RELEASED,), appointment.id)
    rest = tuple(attendee for attendee in appointment.attendees if attendee.contact not in kept)
    reserve(draft, appointment, when, rest)


def may_be_moved(draft: Draft, appointment: Appointment, when: datetime) -> tuple[Decision | None, ...]:
    """Whether packages cover an appointment at its new time, where the account asks for them."""
    reserved = reserved_for(draft, appointment)
    kept = {package.contact for package in reserved if not package.over(appointment.start)}
    heads, rest = appointment.people, (a.contact for a in appointment.attendees if a.contact not in kept)
    return tuple(may_be_covered(draft, one, appointment.kind, heads, appointment.start, when) for one in rest)


def call_off(
    draft: Draft, appointment: Appointment, when: datetime, *, burns: bool | None = None, missed: bool = False
) -> bool:
    """Give back what was reserved, or lose it, and say why; give whether it is given back."""
    case = rule_of.Loss(by=draft.by, start=appointment.start, when=when, missed=missed, burns=burns)
    back = rule_of.is_given_back(draft.funnel, case)
    for package in reserved_for(draft, appointment):
        post(draft, package, when, (Posting.RELEASED if back else Posting.BURNED,), appointment.id)
        words = {"package": package.id, "role": draft.by.role}
        draft.notices += tuple(Notice("package.session_lost", why.text, why.source, words) for why in back.refusals)
    return back.allowed


def hold(draft: Draft, appointment: Appointment, when: datetime) -> None:
    """Use what was reserved; what was not is taken from a package that covered it when it began."""
    for attendee in appointment.attendees:
        package = next((p for p in draft.packages(attendee.contact) if any(sums.held_by(p, appointment.id))), None)
        if package is not None:
            reserved, _ = sums.held_by(package, appointment.id)
            if reserved:
                post(draft, package, when, (Posting.USED,), appointment.id)
            continue
        found = _for(draft, attendee.contact, appointment, appointment.start)
        if found is not None:
            post(draft, found, appointment.start, (Posting.RESERVED, Posting.USED), appointment.id)
        else:
            _advise(draft, attendee.contact, appointment.kind)


def miss(draft: Draft, appointment: Appointment, when: datetime) -> None:
    """Lose what was reserved or used, or give it back, as the account says."""
    back = call_off(draft, appointment, when, missed=True)
    for attendee in appointment.attendees if back else ():
        take_back(draft, attendee.contact, appointment.id, when)


def take_back(draft: Draft, contact: str, appointment: str, when: datetime) -> None:
    """Give back what this contact's packages have reserved or used for an appointment."""
    for package in draft.packages(contact):
        reserved, used = sums.held_by(package, appointment)
        if reserved or used:
            post(draft, package, when, (Posting.RELEASED if reserved else Posting.RETURNED,), appointment)


def every(draft: Draft, appointment: Appointment) -> list[Package]:
    """Give the packages of the attendees."""
    return [package for attendee in appointment.attendees for package in draft.packages(attendee.contact)]


def reserved_for(draft: Draft, appointment: Appointment) -> list[Package]:
    """Give the packages of which a session is reserved for an appointment."""
    return [package for package in every(draft, appointment) if sums.held_by(package, appointment.id)[0]]


def post(draft: Draft, package: Package, when: datetime, what: tuple[Posting, ...], appointment: str) -> None:
    """Enter something in the ledger of a package, not before what was entered for the appointment already."""
    at = _after(package, when, appointment)
    entries = tuple(Entry(what=one, at=at, appointment=appointment) for one in what)
    draft.rewrite_package(PackagePosted, package, at, entries=entries)


def _advise(draft: Draft, contact: str, kind: Kind) -> None:
    """Say that no package covers it; who never had one is not spoken of, for there are accounts that sell none."""
    has = any(package.state is not PackageStatus.REMOVED for package in draft.packages(contact))
    if has and kind in draft.funnel.policy.package.books:
        draft.notices += (evolve(rule_of.UNCOVERED, params={"contact": contact}),)


def _for(draft: Draft, contact: str, appointment: Appointment, when: datetime) -> Package | None:
    heads = appointment.people
    return covering(draft, contact, appointment.kind, heads, appointment.start, when, appointment.id)


def _after(package: Package, when: datetime, appointment: str | None) -> datetime:
    """Give when something is entered: then, but not before what was entered for the appointment already."""
    before = (entry.at for entry in package.ledger if appointment is not None and entry.appointment == appointment)
    return max([when, *before])
