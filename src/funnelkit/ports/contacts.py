"""Stores for contacts and what is about them: persons, companies, groups, appointments, pipelines, campaigns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from funnelkit.ports.clients import Place
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.outreach import Campaign
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline


def ripe_at(contact: Contact) -> Place | None:
    """Give the place of a contact among those whose last follow-up has run out."""
    stands = contact.follow_up
    return None if stands is None or stands.gives_up is None else (stands.gives_up, contact.id)


def due_at(contact: Contact) -> Place | None:
    """Give the place of a contact among those with a follow-up."""
    return None if contact.follow_up is None else (contact.follow_up.due, contact.id)


class Contacts(Protocol):
    """Places in funnels, by funnel and contact: a row of another funnel is never given."""

    def get(self, funnel: str, contact: str) -> Contact | None:
        """Give one, or None."""
        ...

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        """Give those that are there, by id, in one query."""
        ...

    def funnels(self, contact: str) -> tuple[str, ...]:
        """Give the names of the funnels in which this person stands."""
        ...

    def every(self, funnel: str) -> Iterable[Contact]:
        """Give all of the funnel, in the order in which they came."""
        ...

    def due(
        self,
        funnel: str,
        before: datetime,
        coach: str | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> tuple[Contact, ...]:
        """Give those whose follow-up is due before that moment, not included, by date and id, behind the place `after`.

        Of one coach, or of all; at most so many.
        """
        ...

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None, *, claim: bool = False
    ) -> tuple[Contact, ...]:
        """Give those whose last follow-up has run out by then, inclusive, by that time and id, behind `after`.

        `claim`: nobody else gets them until the end of the transaction, and those of others are passed over.
        """
        ...

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        """Give how many these are, and since when the oldest waits."""
        ...

    def staged(self, funnel: str, pipeline: str | None = None) -> tuple[Contact, ...]:
        """Give those that stand on this pipeline, or (None) on any, in the order in which they came."""
        ...

    def save(self, funnel: str, contact: Contact) -> None:
        """Keep it."""
        ...

    def remove(self, funnel: str, contact: str) -> None:
        """Drop it."""
        ...


class Persons(Protocol):
    """Names and addresses, by contact id, the same for every funnel."""

    def get(self, contact: str) -> Person | None:
        """Give one, or None."""
        ...

    def many(self, contacts: Iterable[str]) -> dict[str, Person]:
        """Give those that are there, by id, in one query."""
        ...

    def holders(self, address: str) -> tuple[str, ...]:
        """Give the ids of all who have this address (a match key), archived ones included."""
        ...

    def save(self, person: Person) -> None:
        """Keep it."""
        ...

    def remove(self, contact: str) -> None:
        """Drop it."""
        ...


class Companies(Protocol):
    """Companies, by id."""

    def get(self, company: str) -> Company | None:
        """Give one, or None."""
        ...

    def save(self, company: Company) -> None:
        """Keep it."""
        ...


class Groups(Protocol):
    """Groups that have permissions, by id."""

    def get(self, group: str) -> Group | None:
        """Give one, or None: a group without permissions need not be kept."""
        ...

    def many(self, groups: Iterable[str]) -> dict[str, Group]:
        """Give those that are there, by id, in one query."""
        ...

    def save(self, group: Group) -> None:
        """Keep it."""
        ...


class Appointments(Protocol):
    """Appointments, by id; a coach's calendar goes over all funnels."""

    def get(self, appointment: str) -> Appointment | None:
        """Give one, or None."""
        ...

    def of_contact(self, contact: str) -> tuple[Appointment, ...]:
        """Give all that the contact attends, by start."""
        ...

    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Give those of the coach that have any part in [start, end), cancelled ones included."""
        ...

    def every(self, funnel: str, coach: str | None = None) -> Iterable[Appointment]:
        """Give all of the funnel, or those of one coach, by start."""
        ...

    def save(self, appointment: Appointment) -> None:
        """Keep it."""
        ...

    def remove(self, appointment: str) -> None:
        """Drop it."""
        ...


class Pipelines(Protocol):
    """Lead pipelines, by id."""

    def get(self, pipeline: str) -> Pipeline | None:
        """Give one, or None."""
        ...

    def default(self, funnel: str) -> Pipeline | None:
        """Give the one that new leads of the funnel are put on, or None."""
        ...

    def every(self, funnel: str) -> Iterable[Pipeline]:
        """Give all of the funnel, in the order in which they were made."""
        ...

    def save(self, pipeline: Pipeline) -> None:
        """Keep it."""
        ...


class Campaigns(Protocol):
    """Campaigns, by id."""

    def get(self, campaign: str) -> Campaign | None:
        """Give one, or None."""
        ...

    def every(self, funnel: str) -> Iterable[Campaign]:
        """Give all of the funnel, in the order in which they were made."""
        ...

    def save(self, campaign: Campaign) -> None:
        """Keep it."""
        ...
