"""What a command sees of what is stored: named reads inside a transaction, each noted with its version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from funnelkit.errors import NotFound, invalid
from funnelkit.planning import Wanted, noted
from funnelkit.ports.storage import Transaction
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import identifier
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Campaign
from funnelkit.values.person import Company, Group, Person, address_key
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Noun, Read


class StoredView:
    """What a command sees of a transaction; notes everything that was read, with its version."""

    def __init__(self, stores: Transaction, funnel: str) -> None:
        """Look at these stores, and of contacts and appointments only at this funnel's."""
        self.read: list[Read] = []
        self._stores = stores
        self._funnel = funnel

    def contact(self, contact: str) -> Contact:
        """Give a contact of this funnel."""
        if wrong := identifier(contact):
            raise invalid("contact", wrong)
        found = self._stores.contacts.get(self._funnel, contact)
        self._note("contact", contact, 0 if found is None else found.version)
        if found is None:
            raise NotFound(f"there is no such contact in {self._funnel}")
        return found

    def person(self, contact: str) -> Person | None:
        """Give the person behind a contact, if the storage keeps one."""
        found = self._stores.persons.get(contact)
        self._note("person", contact, 0 if found is None else found.version)
        return found

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
        if wrong := identifier(pipeline):
            raise invalid("pipeline", wrong)
        found = self._stores.pipelines.get(pipeline)
        self._note("pipeline", pipeline, 0 if found is None else found.version)
        if found is None or found.funnel != self._funnel:
            raise NotFound(f"there is no such pipeline in {self._funnel}")
        return found

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
        found = self._stores.campaigns.get(campaign)
        self._note("campaign", campaign, 0 if found is None else found.version)
        if found is None or found.funnel != self._funnel:
            raise NotFound(f"there is no such campaign in {self._funnel}")
        return found

    def company(self, company: str) -> Company:
        """Give a company."""
        found = self._stores.companies.get(company)
        self._note("company", company, 0 if found is None else found.version)
        if found is None:
            raise NotFound("there is no such company")
        return found

    def group(self, group: str) -> Group:
        """Give a group; one that nobody keeps has no permissions."""
        found = self._stores.groups.get(group) or Group(id=group)
        self._note("group", group, found.version)
        return found

    def appointment(self, appointment: str) -> Appointment:
        """Give an appointment of this funnel."""
        found = self._stores.appointments.get(appointment)
        self._note("appointment", appointment, 0 if found is None else found.version)
        if found is None or found.funnel != self._funnel:
            raise NotFound(f"there is no such appointment in {self._funnel}")
        return found

    def appointments_of(self, contact: str) -> tuple[Appointment, ...]:
        """Give all appointments of this funnel that the contact attends, by start."""
        self._note("appointments", contact, self._stores.guards.version("appointments", contact))
        return tuple(a for a in self._stores.appointments.of_contact(contact) if a.funnel == self._funnel)

    def calendar(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give the coach's appointments in that time, whatever their funnel."""
        self._note("calendar", coach, self._stores.guards.version("calendar", coach))
        return self._stores.appointments.of_coach(coach, start, end)

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the contacts that have this address."""
        key = address_key(address)
        self._note("address", key, self._stores.guards.version("address", key))
        return self._stores.persons.holders(address)

    def history(self, noun: str) -> tuple[Event, ...]:
        """Give all events about a contact; they change with its version."""
        return self._stores.history.of(self._funnel, "contact", noun)

    def stands_elsewhere(self, contact: str) -> bool:
        """Tell whether the person stands in another funnel too."""
        return any(name != self._funnel for name in self._stores.contacts.funnels(contact))

    def is_free(self, kind: str, key: str) -> bool:
        """Tell whether an id is not taken yet; what is gone keeps its id."""
        stores = self._stores
        keeps: Mapping[str, Callable[[str], Noun | None]] = {
            "contact": lambda key: stores.contacts.get(self._funnel, key), "appointment": stores.appointments.get,
            "company": stores.companies.get, "campaign": stores.campaigns.get,
            "pipeline": stores.pipelines.get,
        }  # fmt: skip
        taken, within = keeps[kind](key), self._funnel if kind == "contact" else ""
        self._note(kind, key, 0 if taken is None else taken.version)
        return taken is None and not stores.history.of(within, kind, key)

    def _note(self, kind: str, key: str, version: int) -> None:
        self.read.append((kind, key, version))
