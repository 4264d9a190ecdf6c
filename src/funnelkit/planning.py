"""What every verb is, and what it may look at: named reads, no query language, no write. Everything read is noted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar

from attrs import field, frozen

from funnelkit.errors import NotFound, NotLoaded, invalid
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.times import OpenOn, instant, zone_of
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import Checked, asks, identifier, instance, moment, optional
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Campaign
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Plan, Read

T = TypeVar("T")

Wanted: TypeAlias = Callable[[Contact, Person | None], bool]
"""Says of a contact, and of the person if somebody keeps one, whether it is one of those that are looked for."""


@frozen
class Moment:
    """When a command is planned: now in UTC, a maker of fresh ids by kind, and facts that only the host knows."""

    now: datetime
    fresh: Callable[[str], str]
    facts: Mapping[str, bool] = field(factory=dict)
    zone: str = "UTC"
    account: str = ""
    zones: Mapping[str, str] = field(factory=dict)
    """Zones of members that live elsewhere, by id."""
    open_on: OpenOn | None = None
    """When it is open; None: Monday to Friday from 9 to 17."""

    def place(self, member: str | None) -> str:
        """Give the zone of a member, else the account's."""
        return zone_of(member, self.zones, self.zone)


class View(Protocol):
    """Named reads. Raises NotFound where an id is of nothing, NotLoaded where nobody loaded it."""

    read: list[Read]

    def contact(self, contact: str) -> Contact:
        """Give a contact of this funnel."""
        ...

    def person(self, contact: str) -> Person | None:
        """Give the person behind a contact; None where a host keeps names to itself."""
        ...

    def picked(self, wanted: Wanted, among: Iterable[str] | None = None) -> tuple[Contact, ...]:
        """Give the contacts of this funnel for which this holds, in the order in which they came; they alone are noted.

        `among`: only these, in the order in which they are named; one that is gone is left out.
        """
        ...

    def company(self, company: str) -> Company:
        """Give a company."""
        ...

    def campaign(self, campaign: str) -> Campaign:
        """Give a campaign of this funnel."""
        ...

    def pipeline(self, pipeline: str) -> Pipeline:
        """Give a lead pipeline of this funnel."""
        ...

    def default_pipeline(self) -> Pipeline | None:
        """Give the pipeline that new leads are put on; None where there is none."""
        ...

    def stages_in_use(self, pipeline: str) -> frozenset[str]:
        """Give the keys of the stages at which contacts stand."""
        ...

    def group(self, group: str) -> Group:
        """Give a group; one that nobody keeps has no permissions."""
        ...

    def appointment(self, appointment: str) -> Appointment:
        """Give an appointment of this funnel."""
        ...

    def appointments_of(self, contact: str) -> tuple[Appointment, ...]:
        """Give all appointments that the contact attends, by start."""
        ...

    def calendar(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give the coach's appointments in that time."""
        ...

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the contacts that have this address (a match key)."""
        ...

    def history(self, noun: str) -> tuple[Event, ...]:
        """Give all events about a noun, as recorded."""
        ...

    def stands_elsewhere(self, contact: str) -> bool:
        """Tell whether the person stands in another funnel too."""
        ...

    def is_free(self, kind: str, key: str) -> bool:
        """Tell whether an id is not taken yet; what is gone keeps its id."""
        ...


def past(time: datetime | None, path: str, now: datetime) -> datetime | None:
    """Give a time in UTC, or None; refuse one that is still to come."""
    found = None if time is None else instant(time, path)
    if found is not None and found > now:
        raise invalid(path, "this time is still to come; give one that has passed, or none")
    return found


class Loaded:
    """A view on values that are at hand: for planning on a host's own rows, without any storage."""

    def __init__(
        self,
        contacts: Iterable[Contact] = (),
        persons: Iterable[Person] = (),
        appointments: Iterable[Appointment] | None = None,
        history: Mapping[str, tuple[Event, ...]] | None = None,
        groups: Iterable[Group] = (),
        campaigns: Iterable[Campaign] = (),
        pipelines: Iterable[Pipeline] | None = None,
    ) -> None:
        """Take what was loaded; `appointments` None: nobody looked, and asking raises NotLoaded."""
        self.read: list[Read] = []
        self._contacts = {contact.id: contact for contact in contacts}
        self._persons = {person.id: person for person in persons}
        self._appointments = None if appointments is None else tuple(appointments)
        self._history = history
        self._groups = {group.id: group for group in groups}
        self._campaigns = {campaign.id: campaign for campaign in campaigns}
        self._pipelines = None if pipelines is None else {pipeline.id: pipeline for pipeline in pipelines}

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

    def history(self, noun: str) -> tuple[Event, ...]:
        """Give the loaded history of a noun."""
        return _loaded(self._history, "history").get(noun, ())

    def stands_elsewhere(self, contact: str) -> bool:  # noqa: ARG002  # the view asks for it
        """Other funnels are not loaded here."""
        raise NotLoaded("other funnels")

    def is_free(self, kind: str, key: str) -> bool:
        """Tell whether nothing loaded has this id."""
        taken: dict[str, set[str]] = {
            "contact": set(self._contacts), "group": set(self._groups), "campaign": set(self._campaigns),
            "pipeline": set(self._pipelines or ()),
        }  # fmt: skip
        return key not in taken.get(kind, set())


def noted(contacts: Iterable[Contact], persons: Mapping[str, Person]) -> list[Read]:
    """Give what is noted of contacts that were read with their persons."""
    read: list[Read] = []
    for contact in contacts:
        person = persons.get(contact.id)
        read += (("contact", contact.id, contact.version), ("person", contact.id, person.version if person else 0))
    return read


def _loaded(found: T | None, what: str) -> T:
    if found is None:
        raise NotLoaded(what)
    return found


S_contra = TypeVar("S_contra", bound=Status, contravariant=True)
T_co = TypeVar("T_co", covariant=True)

AnyFunnel = Funnel[Status, StrEnum]


@frozen(kw_only=True)
class Command(Checked, ABC, Generic[S_contra, T_co]):
    """A verb. `by` acts; `at` is when it took effect (never in the future; None: now); `cause` ties commands together.

    The first parameter says for which funnel's statuses it is meant; one that names no status fits every funnel.
    """

    noun: ClassVar[str] = "contact"
    """What it is about, if that is there already: the field that holds its id."""

    by: Actor = field(metadata=asks(instance(Actor, "an Actor")))
    at: datetime | None = field(default=None, metadata=asks(optional(moment)))
    cause: str | None = field(default=None, metadata=asks(optional(identifier)))

    def timely(self, now: datetime) -> datetime | None:
        """Give `at` in UTC, or None; refuse a time that is still to come."""
        return past(self.at, "at", now)

    @abstractmethod
    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[T_co]:
        """Say what this would do. Raises NotFound, and Invalid where the funnel does not know a word."""
