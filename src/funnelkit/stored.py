"""What a command sees of what is stored: named reads inside a transaction, each noted with its version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from funnelkit.errors import Conflict, NotFound, invalid
from funnelkit.planning import Command, Wanted, noted
from funnelkit.ports.storage import STORES, Transaction
from funnelkit.rules import history
from funnelkit.times import zone_of
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import identifier
from funnelkit.values.contact import Contact
from funnelkit.values.events import ContactDeleted, Event
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person, address_key
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import KINDS, Noun, Plan, Read
from funnelkit.values.team import Member
from funnelkit.words import Standing

N = TypeVar("N", Company, Appointment, Campaign, Pipeline, Invitation, Offer, Package)

OF_A_FUNNEL: Final = frozenset({"appointment", "campaign", "pipeline", "invitation", "package"})
"""Nouns that say their funnel: those of another are not there."""


class StoredView:
    """What a command sees of a transaction; notes everything that was read, with its version.

    What is asked for several times in one plan is read once: nothing changes while it is made.
    """

    def __init__(self, stores: Transaction, funnel: str) -> None:
        """Look at these stores, and of contacts and appointments only at this funnel's."""
        self.read: list[Read] = []
        self._stores = stores
        self._funnel = funnel
        self._persons: dict[str, Person | None] = {}
        self._attended: dict[str, tuple[Appointment, ...]] = {}
        self._packages: dict[str, tuple[Package, ...]] = {}
        self._members: dict[str, Member | None] = {}

    def contact(self, contact: str) -> Contact:
        """Give a contact of this funnel."""
        if wrong := identifier(contact):
            raise invalid("contact", wrong)
        found = self._stores.contacts.get(self._funnel, contact)
        self._note("contact", contact, 0 if found is None else found.version)
        if found is None:
            raise NotFound(f"there is no such contact in {self._funnel}{self._went_into(contact)}")
        return found

    def _went_into(self, contact: str) -> str:
        """Say which contact it is now, if it was merged into one."""
        told = self._stores.history.of(self._funnel, "contact", contact)
        into = told[-1].into if told and isinstance(told[-1], ContactDeleted) else None
        return "" if into is None else f" any more: it was merged into {into}"

    def person(self, contact: str) -> Person | None:
        """Give the person behind a contact, if the storage keeps one."""
        if contact not in self._persons:
            found = self._persons[contact] = self._stores.persons.get(contact)
            self._note("person", contact, 0 if found is None else found.version)
        return self._persons[contact]

    def picked(self, wanted: Wanted, among: Iterable[str] | None = None) -> tuple[Contact, ...]:
        """Give the contacts of this funnel for which this holds, with two queries; they alone are noted."""
        if among is None:
            rows = list(self._stores.contacts.every(self._funnel))
        else:
            asked = tuple(among)
            known = self._stores.contacts.many(self._funnel, asked)
            rows = [known[key] for key in asked if key in known]
        persons = self._stores.persons.many([row.id for row in rows])
        found = tuple(row for row in rows if wanted(row, persons.get(row.id)))
        self.read += noted(found, persons)
        return found

    def pipeline(self, pipeline: str) -> Pipeline:
        """Give a lead pipeline of this funnel."""
        return self._own(Pipeline, pipeline)

    def default_pipeline(self) -> Pipeline | None:
        """Give the pipeline that new leads are put on, if there is one."""
        found = self._stores.pipelines.default(self._funnel)
        self._note("pipelines", self._funnel, self._stores.guards.version("pipelines", self._funnel))
        if found is not None:
            self._note("pipeline", found.id, found.version)
        return found

    def stages_in_use(self, pipeline: str) -> frozenset[str]:
        """Give the keys of the stages at which contacts stand."""
        self._note("stages", pipeline, self._stores.guards.version("stages", pipeline))
        at = (contact.pipeline for contact in self._stores.contacts.staged(self._funnel, pipeline))
        return frozenset(place.stage for place in at if place is not None)

    def campaign(self, campaign: str) -> Campaign:
        """Give a campaign of this funnel."""
        return self._own(Campaign, campaign)

    def company(self, company: str) -> Company:
        """Give a company."""
        return self._own(Company, company)

    def member(self, member: str) -> Member | None:
        """Give a member of the account, if somebody keeps one with this id."""
        if wrong := identifier(member):
            raise invalid("member", wrong)
        if member not in self._members:
            found = self._members[member] = self._stores.members.get(member)
            self._note("member", member, 0 if found is None else found.version)
        return self._members[member]

    def team(self) -> tuple[Member, ...]:
        """Give all members, those that have left included."""
        self._note("team", "", self._stores.guards.version("team", ""))
        return tuple(self._stores.members.every())

    def staff(self, address: str) -> tuple[str, ...]:
        """Give the members that have this address and have not left."""
        self._note("team", "", self._stores.guards.version("team", ""))
        return self._stores.members.holders(address)

    def invitation(self, invitation: str) -> Invitation:
        """Give an invitation of this funnel."""
        return self._own(Invitation, invitation)

    def invitations_of(self, contact: str) -> tuple[Invitation, ...]:
        """Give all invitations of the contact, in whatever funnel."""
        self._note("invitations", contact, self._stores.guards.version("invitations", contact))
        found = self._stores.invitations.of_contact(contact)
        for one in found:
            self._note("invitation", one.id, one.version)
        return found

    def opened(self, selector: str) -> tuple[Link | None, Invitation | None, Contact | None]:
        """Give what is kept of a link, its invitation and the contact; as many look-ups for a link that is none."""
        link = self._stores.links.get(selector)
        found = self._stores.invitations.get("" if link is None else link.invitation)
        funnel, contact = (self._funnel, "") if found is None else (found.funnel, found.contact)
        who = self._stores.contacts.get(funnel, contact)
        self._note("invitation", "" if found is None else found.id, 0 if found is None else found.version)
        return link, found, who

    def offer(self, offer: str) -> Offer:
        """Give a package as it stands in a list."""
        return self._own(Offer, offer)

    def packages_of(self, contact: str) -> tuple[Package, ...]:
        """Give all packages of the contact, of this funnel."""
        if contact not in self._packages:
            self._note("packages", contact, self._stores.guards.version("packages", contact))
            found = tuple(p for p in self._stores.packages.of_contact(contact) if p.funnel == self._funnel)
            self._packages[contact] = found
            for package in found:
                self._note("package", package.id, package.version)
        return self._packages[contact]

    def package(self, package: str) -> Package:
        """Give a package of this funnel."""
        return self._own(Package, package)

    def bought(self, payment: str) -> Package | None:
        """Give the package that this payment bought, whatever its funnel."""
        told, found = self._stores.guards.version("payment", payment), self._stores.packages.of_payment(payment)
        self._note("payment", payment, told)
        if told and found is None:
            raise Conflict("this payment was recorded for a contact who is deleted")
        return found

    def group(self, group: str) -> Group:
        """Give a group; one that nobody keeps has no permissions."""
        found = self._stores.groups.get(group) or Group(id=group)
        self._note("group", group, found.version)
        return found

    def appointment(self, appointment: str) -> Appointment:
        """Give an appointment of this funnel."""
        return self._own(Appointment, appointment)

    def appointments_of(self, contact: str) -> tuple[Appointment, ...]:
        """Give all appointments of this funnel that the contact attends, by start."""
        if contact not in self._attended:
            self._note("appointments", contact, self._stores.guards.version("appointments", contact))
            found = self._stores.appointments.of_contact(contact)
            self._attended[contact] = tuple(a for a in found if a.funnel == self._funnel)
        return self._attended[contact]

    def calendar(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give the coach's appointments in that time, whatever their funnel."""
        self._note("calendar", coach, self._stores.guards.version("calendar", coach))
        return self._stores.appointments.of_coach(coach, start, end)

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the contacts that have this address."""
        key = address_key(address)
        self._note("address", key, self._stores.guards.version("address", key))
        return self._stores.persons.holders(address)

    def history(self, noun: str, kind: str = "contact") -> tuple[Event, ...]:
        """Give all events about a noun; they change with its version."""
        return self._stores.history.of(self._funnel if kind == "contact" else "", kind, noun)

    def stands_elsewhere(self, contact: str) -> bool:
        """Tell whether the person stands in another funnel too."""
        return any(name != self._funnel for name in self._stores.contacts.funnels(contact))

    def is_free(self, kind: str, key: str) -> bool:
        """Tell whether an id is not taken yet; what is gone keeps its id."""
        if kind == "contact":
            taken: Noun | None = self._stores.contacts.get(self._funnel, key)
        else:
            taken = store_of(self._stores, kind).get(key)
        self._note(kind, key, 0 if taken is None else taken.version)
        return taken is None and not self._stores.history.of(self._funnel if kind == "contact" else "", kind, key)

    def _own(self, noun: type[N], key: str) -> N:
        """Give a noun by its id; one of another funnel is not there."""
        kind = KINDS[noun]
        if wrong := identifier(key):
            raise invalid(kind, wrong)
        found: N | None = store_of(self._stores, kind).get(key)
        self._note(kind, key, 0 if found is None else found.version)
        if found is None or getattr(found, "funnel", self._funnel) != self._funnel:
            raise NotFound(f"there is no such {kind}" + (f" in {self._funnel}" if kind in OF_A_FUNNEL else ""))
        return found

    def _note(self, kind: str, key: str, version: int) -> None:
        self.read.append((kind, key, version))


def store_of(stores: Transaction, kind: str) -> Any:  # the store of one noun
    """Give the store of a kind of noun that is the same for every funnel: `members` of a `member`."""
    return getattr(stores, STORES[kind])


def given_for(stores: Transaction, key: str, asked: str) -> tuple[str, object] | None:
    """Give what a command with this key gave, if it was done. Raises Conflict where that was another command."""
    known = stores.keys.get(key)
    if known is not None and known[0] != asked:
        raise Conflict("this key was used for another command")
    return known


def as_expected(command: Command[Any, Any], plan: Plan[Any], expect: int | str) -> None:
    """Raise Conflict where a plan was made on something else than was expected: a version, or a plan's basis."""
    if isinstance(expect, str):
        if plan.basis != expect:
            raise Conflict("what the plan was based on has changed; look again")
        return
    for kind in (command.noun, "group"):
        about = getattr(command, kind, None) or (getattr(command, "id", None) if kind == command.noun else None)
        if about is not None:
            if (kind, about, expect) not in plan.read:
                raise Conflict(f"{kind} {about!r} is no longer at version {expect}; look again")
            return
    raise invalid("expect", "this command is about nothing that has a version yet; give a plan's basis")


def was_erased(stores: Transaction, contact: str, funnels: Iterable[str]) -> bool:
    """Tell whether the person was taken out of the place in one of these: it stays in the archive there."""
    for funnel in funnels:
        place = stores.contacts.get(funnel, contact)
        told = stores.history.of(funnel, "contact", contact) if place and place.standing is Standing.ARCHIVED else ()
        if history.was_erased(told):
            return True
    return False


def place_of(stores: Transaction, member: str | None, zones: Mapping[str, str], usual: str) -> str:
    """Give the zone by whose clock a member works: as the host says, else its own, else the account's."""
    found = None if member is None or member in zones else stores.members.get(member)
    return zone_of(member, zones, usual) if found is None or found.zone is None else found.zone
