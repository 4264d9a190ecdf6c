"""A view on values that are at hand, for planning on a host's own rows, without any storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from funnelkit.errors import NotFound, NotLoaded
from funnelkit.planning import Wanted, noted
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person, match_key
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Read
from funnelkit.values.team import Member

T = TypeVar("T")


class Loaded:
    """A view on values that are at hand: for planning on a host's own rows, without any storage."""

    def __init__(  # noqa: PLR0913  # one argument for each noun, all by name
        self,
        *,
        contacts: Iterable[Contact] = (),
        persons: Iterable[Person] = (),
        appointments: Iterable[Appointment] | None = None,
        history: Mapping[str, tuple[Event, ...]] | None = None,
        groups: Iterable[Group] = (),
        campaigns: Iterable[Campaign] = (),
        pipelines: Iterable[Pipeline] | None = None,
        members: Iterable[Member] = (),
        invitations: Iterable[Invitation] | None = None,
        offers: Iterable[Offer] = (),
        packages: Iterable[Package] | None = None,
    ) -> None:
        """Take what was loaded; `None` where it can be given: nobody looked, and asking raises NotLoaded.

        What opens or ends a portal, and what is booked, looks at invitations and packages.
        """
        self.read: list[Read] = []
        self._contacts = {contact.id: contact for contact in contacts}
        self._persons = {person.id: person for person in persons}
        self._appointments = None if appointments is None else tuple(appointments)
        self._history = history
        self._groups = {group.id: group for group in groups}
        self._campaigns = {campaign.id: campaign for campaign in campaigns}
        self._pipelines = None if pipelines is None else {pipeline.id: pipeline for pipeline in pipelines}
        self._members = {member.id: member for member in members}
        self._invitations = None if invitations is None else {one.id: one for one in invitations}
        self._offers = {offer.id: offer for offer in offers}
        self._packages = None if packages is None else {package.id: package for package in packages}

    def contact(self, contact: str) -> Contact:
        """Give a loaded contact."""
        found = _loaded(self._contacts.get(contact), "contact")
        self.read.append(("contact", contact, found.version))
        return found

    def person(self, contact: str) -> Person | None:
        """Give a loaded person."""
        found = self._persons.get(contact)
        self.read.append(("person", contact, found.version if found else 0))
        return found

    def picked(self, wanted: Wanted, among: Iterable[str] | None = None) -> tuple[Contact, ...]:
        """Give the loaded contacts for which this holds."""
        rows = [self._contacts[key] for key in (self._contacts if among is None else among) if key in self._contacts]
        found = tuple(row for row in rows if wanted(row, self._persons.get(row.id)))
        self.read += noted(found, self._persons)
        return found

    def company(self, company: str) -> Company:  # noqa: ARG002  # the view asks for it
        """Companies are not loaded here."""
        raise NotLoaded("company")

    def pipeline(self, pipeline: str) -> Pipeline:
        """Give a loaded pipeline."""
        found = _loaded(_loaded(self._pipelines, "pipelines").get(pipeline), "pipeline")
        self.read.append(("pipeline", pipeline, found.version))
        return found

    def default_pipeline(self) -> Pipeline | None:
        """Give the loaded pipeline that new leads are put on."""
        return next((one for one in _loaded(self._pipelines, "pipelines").values() if one.default), None)

    def stages_in_use(self, pipeline: str) -> frozenset[str]:
        """Give the stages at which loaded contacts stand."""
        at = (contact.pipeline for contact in self._contacts.values())
        return frozenset(place.stage for place in at if place is not None and place.pipeline == pipeline)

    def campaign(self, campaign: str) -> Campaign:
        """Give a loaded campaign."""
        found = _loaded(self._campaigns.get(campaign), "campaign")
        self.read.append(("campaign", campaign, found.version))
        return found

    def group(self, group: str) -> Group:
        """Give a loaded group; another has no permissions."""
        return self._groups.get(group, Group(id=group))

    def member(self, member: str) -> Member | None:
        """Give a loaded member, or None."""
        found = self._members.get(member)
        self.read.append(("member", member, found.version if found else 0))
        return found

    def team(self) -> tuple[Member, ...]:
        """Give the loaded members."""
        return tuple(self._members.values())

    def staff(self, address: str) -> tuple[str, ...]:
        """Give the loaded members with this address."""
        return tuple(m.id for m in self._members.values() if m.left is None and match_key(m.email) == address)

    def invitation(self, invitation: str) -> Invitation:
        """Give a loaded invitation."""
        found = _loaded(_loaded(self._invitations, "invitations").get(invitation), "invitation")
        self.read.append(("invitation", invitation, found.version))
        return found

    def invitations_of(self, contact: str) -> tuple[Invitation, ...]:
        """Give the contact's loaded invitations."""
        return tuple(one for one in _loaded(self._invitations, "invitations").values() if one.contact == contact)

    def opened(self, selector: str) -> tuple[Link | None, Invitation | None, Contact | None]:  # noqa: ARG002  # the view asks for it
        """Links are not loaded here."""
        raise NotLoaded("links")

    def offer(self, offer: str) -> Offer:
        """Give a loaded offer."""
        found = _loaded(self._offers.get(offer), "offer")
        self.read.append(("offer", offer, found.version))
        return found

    def packages_of(self, contact: str) -> tuple[Package, ...]:
        """Give the contact's loaded packages."""
        return tuple(p for p in _loaded(self._packages, "packages").values() if p.contact == contact)

    def package(self, package: str) -> Package:
        """Give a loaded package."""
        found = _loaded(_loaded(self._packages, "packages").get(package), "package")
        self.read.append(("package", package, found.version))
        return found

    def bought(self, payment: str) -> Package | None:
        """Give the loaded package that this payment bought."""
        return next((p for p in _loaded(self._packages, "packages").values() if p.payment == payment), None)

    def appointment(self, appointment: str) -> Appointment:
        """Give a loaded appointment."""
        found = next((a for a in _loaded(self._appointments, "appointments") if a.id == appointment), None)
        if found is None:
            raise NotFound("appointment")
        self.read.append(("appointment", appointment, found.version))
        return found

    def appointments_of(self, contact: str) -> tuple[Appointment, ...]:
        """Give the contact's loaded appointments."""
        return (
            tuple(a for a in _loaded(self._appointments, "appointments") if a.of(contact))
            if self._appointments != ()
            else ()
        )

    def calendar(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give the coach's loaded appointments in that time."""
        return tuple(
            a
            for a in _loaded(self._appointments, "appointments")
            if a.coach == coach and a.start < end and start < a.end
        )

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the loaded persons with this address."""
        return tuple(person.id for person in self._persons.values() if person.address == address)

    def history(self, noun: str, kind: str = "contact") -> tuple[Event, ...]:
        """Give the loaded history of a noun."""
        return tuple(event for event in _loaded(self._history, "history").get(noun, ()) if event.noun == kind)

    def stands_elsewhere(self, contact: str) -> bool:  # noqa: ARG002  # the view asks for it
        """Other funnels are not loaded here."""
        raise NotLoaded("other funnels")

    def is_free(self, kind: str, key: str) -> bool:
        """Tell whether nothing loaded has this id."""
        taken: dict[str, set[str]] = {
            "contact": set(self._contacts), "group": set(self._groups), "campaign": set(self._campaigns),
            "pipeline": set(self._pipelines or ()), "member": set(self._members), "offer": set(self._offers),
            "package": set(self._packages or ()), "invitation": set(self._invitations or ()),
        }  # fmt: skip
        return key not in taken.get(kind, set())


def _loaded(found: T | None, what: str) -> T:
    if found is None:
        raise NotLoaded(what)
    return found
