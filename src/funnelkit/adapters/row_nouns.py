"""Stores of nouns over rows: each is a document, with a few columns beside it by which it is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from funnelkit.adapters.papers import ANY_FUNNEL, Papers, Tables
from funnelkit.adapters.rows import Query, Row, Rows, Term
from funnelkit.errors import Conflict
from funnelkit.ports.clients import Place
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person, match_key
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.team import Member

RIPE: Final = (("contacts", "gives_up"), ("invitations", "expires"))
"""What time alone makes true: the table in which it waits, and the column that says until when."""

N = TypeVar("N", Person, Company, Group, Appointment, Campaign, Pipeline, Member, Invitation, Link, Offer, Package)

LONGEST: Final = timedelta(days=1)
"""An appointment lasts a day at most."""


class Store:
    """Rows of one table, and what reads their documents."""

    table: str

    def __init__(self, rows: Rows, papers: Papers) -> None:
        self.rows = rows
        self.papers = papers

    def _funnel(self, name: str) -> Tables:
        return self.papers.funnel(name, lambda: self._written(name))

    def _written(self, name: str) -> object | None:
        found = self.rows.find(Query(table="funnels", where=(("name", "=", name),), limit=1))
        return found[0]["document"] if found else None


class Shelf(Store, Generic[N]):
    """Rows of one kind of noun, by id."""

    noun: type[N]
    at_home = False
    """Whether it says a funnel whose statuses it may hold."""

    def get(self, key: str) -> N | None:
        row = self.rows.get(self.table, {"id": key})
        return None if row is None else self._made(row)

    def save(self, noun: N) -> None:
        home: str | None = getattr(noun, "funnel", None) if self.at_home else None
        funnel = ANY_FUNNEL if home is None else self._funnel(home)
        document = self.papers.write(noun, funnel, self.rows.get(self.table, {"id": noun.id}))
        self.rows.put(
            self.table, {"id": noun.id}, {"version": noun.version, "document": document, **self.columns(noun)}
        )

    def remove(self, key: str) -> None:
        self.rows.drop(self.table, {"id": key})

    def columns(self, noun: N) -> Mapping[str, Any]:
        return {}

    def _made(self, row: Row) -> N:
        return self.papers.read(self.noun, row, self._funnel(row["funnel"]) if self.at_home else ANY_FUNNEL)

    def _find(self, *where: Term, order: tuple[str, ...] = ("seq",), **more: Any) -> tuple[N, ...]:
        columns = ("funnel", "document") if self.at_home else ("document",)
        found = self.rows.find(Query(table=self.table, where=where, order=order, columns=columns, **more))
        return tuple(map(self._made, found))

    def _many(self, keys: Iterable[str]) -> dict[str, N]:
        asked = tuple(dict.fromkeys(keys))
        found = {noun.id: noun for noun in self._find(("id", "in", asked))} if asked else {}
        return {key: found[key] for key in asked if key in found}


class Contacts(Store):
    """Places in funnels."""

    table = "contacts"

    def get(self, funnel: str, contact: str) -> Contact | None:
        row = self.rows.get(self.table, {"funnel": funnel, "id": contact})
        return None if row is None else self.papers.read(Contact, row, self._funnel(funnel))

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        asked = tuple(dict.fromkeys(contacts))
        found = {row.id: row for row in self._find(funnel, ("id", "in", asked))} if asked else {}
        return {key: found[key] for key in asked if key in found}

    def funnels(self, contact: str) -> tuple[str, ...]:
        found = self.rows.find(Query(table=self.table, where=(("id", "=", contact),), columns=("funnel",)))
        return tuple(row["funnel"] for row in found)

    def every(self, funnel: str) -> Iterable[Contact]:
        return self._find(funnel)

    def due(
        self,
        funnel: str,
        before: datetime,
        coach: str | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> tuple[Contact, ...]:
        of: tuple[Term, ...] = () if coach is None else (("coach", "=", coach),)
        return self._find(funnel, *of, ("due", "<", before), order=("due", "id"), after=after, limit=limit)

    def ripe(
        self,
        funnel: str,
        until: datetime,
        after: Place | None = None,
        limit: int | None = None,
        *,
        claim: bool = False,
    ) -> tuple[Contact, ...]:
        order = ("gives_up", "id")
        return self._find(funnel, ("gives_up", "<=", until), order=order, after=after, limit=limit, claim=claim)

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        where: tuple[Term, ...] = (("funnel", "=", funnel), ("gives_up", "<=", until))
        return self.rows.count(Query(table=self.table, where=where), "gives_up")

    def staged(self, funnel: str, pipeline: str | None = None) -> tuple[Contact, ...]:
        of: Term = ("pipeline", ">", "") if pipeline is None else ("pipeline", "=", pipeline)
        return self._find(funnel, of)

    def save(self, funnel: str, contact: Contact) -> None:
        key, stands = {"funnel": funnel, "id": contact.id}, contact.follow_up
        values = {
            "version": contact.version, "status": contact.status.value, "coach": contact.coach,
            "pipeline": None if contact.pipeline is None else contact.pipeline.pipeline,
            "due": None if stands is None else stands.due,
            "gives_up": None if stands is None else stands.gives_up,
            "document": self.papers.write(contact, self._funnel(funnel), self.rows.get(self.table, key)),
        }  # fmt: skip
        self.rows.put(self.table, key, values)

    def remove(self, funnel: str, contact: str) -> None:
        self.rows.drop(self.table, {"funnel": funnel, "id": contact})

    def _find(self, funnel: str, *where: Term, order: tuple[str, ...] = ("seq",), **more: Any) -> tuple[Contact, ...]:
        asked = (("funnel", "=", funnel), *where)
        found = self.rows.find(Query(table=self.table, where=asked, order=order, columns=("document",), **more))
        home = self._funnel(funnel)
        return tuple([self.papers.read(Contact, row, home) for row in found])


class Persons(Shelf[Person]):
    """Names and addresses."""

    table, noun = "persons", Person

    def many(self, contacts: Iterable[str]) -> dict[str, Person]:
        return self._many(contacts)

    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(person.id for person in self._find(("address", "=", address)))

    def columns(self, noun: Person) -> Mapping[str, Any]:
        return {"address": noun.address}


class Companies(Shelf[Company]):
    """Companies."""

    table, noun = "companies", Company


class Groups(Shelf[Group]):
    """Groups with permissions."""

    table, noun = "groups", Group

    def many(self, groups: Iterable[str]) -> dict[str, Group]:
        return self._many(groups)


def attended(contact: str) -> Query:
    """Ask what a contact attends."""
    return Query(table="attendees", where=(("contact", "=", contact),))


class Appointments(Shelf[Appointment]):
    """Appointments, and who attends them."""

    table, noun, at_home = "appointments", Appointment, True

    def of_contact(self, contact: str) -> tuple[Appointment, ...]:
        listed = self.rows.find(attended(contact))
        found = self._many(row["appointment"] for row in listed)
        return tuple(sorted(found.values(), key=lambda appointment: appointment.start))

    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        return self._find(
            ("coach", "=", coach), ("start", ">", start - LONGEST), ("start", "<", end), ("end", ">", start),
            order=("start", "seq"),
        )  # fmt: skip

    def every(self, funnel: str, coach: str | None = None) -> Iterable[Appointment]:
        of: tuple[Term, ...] = () if coach is None else (("coach", "=", coach),)
        return self._find(("funnel", "=", funnel), *of, order=("start", "seq"))

    def save(self, noun: Appointment) -> None:
        super().save(noun)
        told = {row["contact"] for row in self._attendees(noun.id)}
        come = {attendee.contact for attendee in noun.attendees}
        for contact in told - come:
            self.rows.drop("attendees", {"contact": contact, "appointment": noun.id})
        self.rows.add("attendees", [{"contact": one, "appointment": noun.id} for one in sorted(come - told)])

    def remove(self, key: str) -> None:
        self.rows.drop("attendees", {"appointment": key})
        super().remove(key)

    def columns(self, noun: Appointment) -> Mapping[str, Any]:
        return {"funnel": noun.funnel, "coach": noun.coach, "start": noun.start, "end": noun.end}

    def _attendees(self, appointment: str) -> list[Row]:
        return self.rows.find(Query(table="attendees", where=(("appointment", "=", appointment),)))


class Pipelines(Shelf[Pipeline]):
    """Lead pipelines."""

    table, noun, at_home = "pipelines", Pipeline, True

    def default(self, funnel: str) -> Pipeline | None:
        return next((one for one in self.every(funnel) if one.default), None)

    def every(self, funnel: str) -> tuple[Pipeline, ...]:
        return self._find(("funnel", "=", funnel))

    def columns(self, noun: Pipeline) -> Mapping[str, Any]:
        return {"funnel": noun.funnel}


class Campaigns(Shelf[Campaign]):
    """Campaigns."""

    table, noun, at_home = "campaigns", Campaign, True

    def every(self, funnel: str) -> tuple[Campaign, ...]:
        return self._find(("funnel", "=", funnel))

    def columns(self, noun: Campaign) -> Mapping[str, Any]:
        return {"funnel": noun.funnel}


class Members(Shelf[Member]):
    """Who works for the account."""

    table, noun = "members", Member

    def many(self, members: Iterable[str]) -> dict[str, Member]:
        return self._many(members)

    def every(self) -> tuple[Member, ...]:
        return self._find()

    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(member.id for member in self._find(("address", "=", address)))

    def columns(self, noun: Member) -> Mapping[str, Any]:
        return {"address": match_key(noun.email) if noun.left is None else None}


class Invitations(Shelf[Invitation]):
    """Invitations."""

    table, noun, at_home = "invitations", Invitation, True

    def of_contact(self, contact: str) -> tuple[Invitation, ...]:
        return self._find(("contact", "=", contact))

    def ripe(
        self,
        funnel: str,
        until: datetime,
        after: Place | None = None,
        limit: int | None = None,
        *,
        claim: bool = False,
    ) -> tuple[Invitation, ...]:
        where: tuple[Term, ...] = (("funnel", "=", funnel), ("expires", "<=", until))
        return self._find(*where, order=("expires", "id"), after=after, limit=limit, claim=claim)

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        where: tuple[Term, ...] = (("funnel", "=", funnel), ("expires", "<=", until))
        return self.rows.count(Query(table=self.table, where=where), "expires")

    def columns(self, noun: Invitation) -> Mapping[str, Any]:
        waits = noun.state is InvitationStatus.PENDING
        return {
            "funnel": noun.funnel, "contact": noun.contact, "state": noun.state.value,
            "expires": noun.expires if waits else None,
        }  # fmt: skip


class Links(Shelf[Link]):
    """What is kept of links."""

    table, noun = "links", Link

    def save(self, noun: Link) -> None:
        known = self.get(noun.id)
        if known is None:
            self.rows.add(self.table, [{"id": noun.id, "version": noun.version, "document": self.papers.write(noun)}])
        elif known != noun:
            raise Conflict("another link has this selector")


class Offers(Shelf[Offer]):
    """Packages in lists."""

    table, noun = "offers", Offer

    def every(self) -> tuple[Offer, ...]:
        return self._find()


class Packages(Shelf[Package]):
    """Packages of clients."""

    table, noun, at_home = "packages", Package, True

    def of_contact(self, contact: str) -> tuple[Package, ...]:
        return self._find(("contact", "=", contact))

    def of_payment(self, payment: str) -> Package | None:
        found = self._find(("payment", "=", payment))
        return found[0] if found else None

    def columns(self, noun: Package) -> Mapping[str, Any]:
        return {"funnel": noun.funnel, "contact": noun.contact, "payment": noun.payment}
