"""What every verb is, and what it may look at: named reads, no query language, no write. Everything read is noted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar

from attrs import field, frozen

from funnelkit.errors import invalid
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.times import OpenOn, instant
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import Checked, asks, identifier, instance, moment, optional
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Plan, Read
from funnelkit.values.team import Member
from funnelkit.values.token import Token

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
    token: Callable[[], Token] | None = None
    """Makes the clear text of a link."""
    allows: Callable[[str, str], bool] | None = None
    """Whether one more invitation may go out: by an `inviter`, to an `address`; None: any number."""


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

    def member(self, member: str) -> Member | None:
        """Give a member of the account; None where nobody keeps one with this id."""
        ...

    def team(self) -> tuple[Member, ...]:
        """Give all members, those that have left included."""
        ...

    def staff(self, address: str) -> tuple[str, ...]:
        """Give the members that have this address (a match key) and have not left."""
        ...

    def invitation(self, invitation: str) -> Invitation:
        """Give an invitation of this funnel."""
        ...

    def invitations_of(self, contact: str) -> tuple[Invitation, ...]:
        """Give all invitations of the contact, in whatever funnel, in the order in which they were made."""
        ...

    def opened(self, selector: str) -> tuple[Link | None, Invitation | None, Contact | None]:
        """Give what is kept of a link, the invitation that it is of, whatever its funnel, and the contact; or None."""
        ...

    def offer(self, offer: str) -> Offer:
        """Give a package as it stands in a list."""
        ...

    def packages_of(self, contact: str) -> tuple[Package, ...]:
        """Give all packages of the contact, of this funnel, in the order in which they were given."""
        ...

    def package(self, package: str) -> Package:
        """Give a package of this funnel."""
        ...

    def bought(self, payment: str) -> Package | None:
        """Give the package that this payment bought, or None. Raises Conflict where it went with its contact."""
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

    def history(self, noun: str, kind: str = "contact") -> tuple[Event, ...]:
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


def noted(contacts: Iterable[Contact], persons: Mapping[str, Person]) -> list[Read]:
    """Give what is noted of contacts that were read with their persons."""
    read: list[Read] = []
    for contact in contacts:
        person = persons.get(contact.id)
        read += (("contact", contact.id, contact.version), ("person", contact.id, person.version if person else 0))
    return read


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
    repeats: ClassVar[bool] = True
    """Whether what it gives can be kept and given again, where it is delivered twice."""

    by: Actor = field(metadata=asks(instance(Actor, "an Actor")))
    at: datetime | None = field(default=None, metadata=asks(optional(moment)))
    cause: str | None = field(default=None, metadata=asks(optional(identifier)))

    def timely(self, now: datetime) -> datetime | None:
        """Give `at` in UTC, or None; refuse a time that is still to come."""
        return past(self.at, "at", now)

    def now_only(self, why: str = "it takes effect when it is done") -> None:
        """Raise Invalid for a time of what has its own."""
        if self.at is not None:
            raise invalid("at", f"{why}; leave it out")

    @abstractmethod
    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[T_co]:
        """Say what this would do. Raises NotFound, and Invalid where the funnel does not know a word."""
