"""The tables, the same as in `funnelkit.adapters.sql`: names and columns are public to read, and nobody else writes.

Each noun is a row with its document; the columns beside it are what it is found by. Write by commands, never by these.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Index, Q, UniqueConstraint

PREFIX: Final = "funnelkit_"


class Instant(models.DateTimeField):
    """A moment: a timestamp with a zone, or text in UTC that sorts as time does, where there is no such type."""

    def db_type(self, connection: Any) -> str | None:
        """Choose by what the database has."""
        text: str | None = "text" if connection.vendor == "sqlite" else super().db_type(connection)
        return text

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """Write in UTC, with all six places, so that texts sort."""
        if connection.vendor == "sqlite" and isinstance(value, datetime):
            return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
        return super().get_db_prep_value(value, connection, prepared)


class Row(models.Model):
    """A row of any table: its place in the order in which rows came, and the account that it belongs to."""

    by: ClassVar[tuple[str, ...]] = ("ident",)
    """By what a row is known in its account."""

    seq = models.BigAutoField(primary_key=True)
    account = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Name it by its ids, which speak of nobody."""
        return " ".join(str(getattr(self, name)) for name in self.by)


class Noun(Row):
    """A row with a document: what it is found by is beside it."""

    ident = models.TextField("id", db_column="id")  # to Django, a field called `id` is the primary key
    version = models.IntegerField()
    document = models.JSONField()

    class Meta:
        abstract = True


def _one(table: str, *by: str) -> UniqueConstraint:
    """Say that there is one row for each of these in an account."""
    columns = "_".join("id" if name == "ident" else name for name in by)
    return UniqueConstraint(fields=("account", *by), name=f"uq_{PREFIX}{table}_account_{columns}")


def _index(name: str, *by: str, having: str | None = None) -> Index:
    """Have rows found by these; `having`: only those with this column, for most have none and cost nothing then."""
    condition = None if having is None else Q(**{f"{having}__isnull": False})
    return Index(fields=by, name=PREFIX + name, condition=condition)


def _word() -> Any:
    return models.TextField(null=True)


class Contact(Noun):
    """A contact's place in a funnel."""

    by: ClassVar[tuple[str, ...]] = ("funnel", "ident")

    funnel = models.TextField()
    status = _word()
    coach = _word()
    pipeline = _word()
    due = Instant(null=True)
    gives_up = Instant(null=True)

    class Meta:
        db_table = PREFIX + "contacts"
        constraints = (_one("contacts", "funnel", "ident"),)
        indexes = (
            _index("contacts_id", "account", "ident", "funnel"),
            _index("contacts_due", "account", "funnel", "due", "ident", having="due"),
            _index("contacts_coach", "account", "funnel", "coach", "due", "ident", having="due"),
            _index("contacts_gives_up", "account", "funnel", "gives_up", "ident", having="gives_up"),
            _index("contacts_ripe", "gives_up", "account", "funnel", having="gives_up"),
            _index("contacts_pipeline", "account", "funnel", "pipeline", having="pipeline"),
        )


class Person(Noun):
    """Names and addresses."""

    address = _word()

    class Meta:
        db_table = PREFIX + "persons"
        constraints = (_one("persons", "ident"),)
        indexes = (_index("persons_address", "account", "address"),)


class Company(Noun):
    """A company."""

    class Meta:
        db_table = PREFIX + "companies"
        constraints = (_one("companies", "ident"),)


class Group(Noun):
    """A group with permissions."""

    class Meta:
        db_table = PREFIX + "groups"
        constraints = (_one("groups", "ident"),)


class Appointment(Noun):
    """An appointment."""

    funnel = _word()
    coach = _word()
    start = Instant(null=True)
    end = Instant(null=True)

    class Meta:
        db_table = PREFIX + "appointments"
        constraints = (_one("appointments", "ident"),)
        indexes = (
            _index("appointments_coach", "account", "coach", "start"),
            _index("appointments_funnel", "account", "funnel", "start"),
        )


class Attendee(Row):
    """Who attends which appointment."""

    by: ClassVar[tuple[str, ...]] = ("contact", "appointment")

    contact = models.TextField()
    appointment = models.TextField()

    class Meta:
        db_table = PREFIX + "attendees"
        constraints = (_one("attendees", "contact", "appointment"),)
        indexes = (_index("attendees_at", "account", "appointment"),)


class Pipeline(Noun):
    """A lead pipeline."""

    funnel = _word()

    class Meta:
        db_table = PREFIX + "pipelines"
        constraints = (_one("pipelines", "ident"),)
        indexes = (_index("pipelines_funnel", "account", "funnel"),)


class Campaign(Noun):
    """A campaign."""

    funnel = _word()

    class Meta:
        db_table = PREFIX + "campaigns"
        constraints = (_one("campaigns", "ident"),)
        indexes = (_index("campaigns_funnel", "account", "funnel"),)


class Member(Noun):
    """Who works for the account."""

    address = _word()

    class Meta:
        db_table = PREFIX + "members"
        constraints = (_one("members", "ident"),)
        indexes = (_index("members_address", "account", "address"),)


class Invitation(Noun):
    """An invitation; a contact has one that is pending, at most."""

    funnel = _word()
    contact = _word()
    state = _word()
    expires = Instant(null=True)

    class Meta:
        db_table = PREFIX + "invitations"
        constraints = (
            _one("invitations", "ident"),
            UniqueConstraint(
                fields=("account", "contact"), condition=Q(state="pending"), name=f"uq_{PREFIX}invitations_pending"
            ),
        )
        indexes = (
            _index("invitations_contact", "account", "contact"),
            _index("invitations_expires", "account", "funnel", "expires", "ident", having="expires"),
            _index("invitations_ripe", "expires", "account", "funnel", having="expires"),
        )


class Link(Noun):
    """What is kept of a link: a hash."""

    class Meta:
        db_table = PREFIX + "links"
        constraints = (_one("links", "ident"),)


class Offer(Noun):
    """A package in the list."""

    class Meta:
        db_table = PREFIX + "offers"
        constraints = (_one("offers", "ident"),)


class Package(Noun):
    """A package of a client; of a payment there is one, at most."""

    funnel = _word()
    contact = _word()
    payment = _word()

    class Meta:
        db_table = PREFIX + "packages"
        constraints = (
            _one("packages", "ident"),
            UniqueConstraint(fields=("account", "payment"), name=f"uq_{PREFIX}packages_payment"),
        )
        indexes = (_index("packages_contact", "account", "contact"),)


class Event(Row):
    """What has happened."""

    ident = models.TextField("id", db_column="id")
    within = _word()
    noun = _word()
    about = _word()
    effective = Instant(null=True)
    recorded = Instant(null=True)
    document = models.JSONField()

    class Meta:
        db_table = PREFIX + "events"
        constraints = (_one("events", "ident"),)
        indexes = (_index("events_about", "account", "noun", "about", "within", "seq"),)


class Text(Row):
    """The reason or note that goes with an event."""

    by: ClassVar[tuple[str, ...]] = ("event",)

    event = models.TextField()
    text = _word()

    class Meta:
        db_table = PREFIX + "texts"
        constraints = (_one("texts", "event"),)


class Key(Row):
    """A command that was delivered with a key, and what it gave."""

    by: ClassVar[tuple[str, ...]] = ("key",)

    key = models.TextField()
    command = _word()
    document = models.JSONField()

    class Meta:
        db_table = PREFIX + "keys"
        constraints = (_one("keys", "key"),)


class Funnel(Row):
    """A funnel as it was."""

    by: ClassVar[tuple[str, ...]] = ("fingerprint",)

    fingerprint = models.TextField()
    name = _word()
    document = models.JSONField()

    class Meta:
        db_table = PREFIX + "funnels"
        constraints = (_one("funnels", "fingerprint"),)
        indexes = (_index("funnels_name", "account", "name"),)


class Guard(Row):
    """The version of a set."""

    by: ClassVar[tuple[str, ...]] = ("kind", "key")

    kind = models.TextField()
    key = models.TextField()
    version = models.IntegerField()

    class Meta:
        db_table = PREFIX + "guards"
        constraints = (_one("guards", "kind", "key"),)


class Message(Row):
    """A message of the outbox: one that waits, and what became of the others."""

    by: ClassVar[tuple[str, ...]] = ("key",)

    key = models.TextField()
    state = _word()
    failures = models.IntegerField()
    ready = Instant(null=True)
    document = models.JSONField()

    class Meta:
        db_table = PREFIX + "outbox"
        constraints = (_one("outbox", "key"),)
        indexes = (_index("outbox_ready", "account", "state", "seq", "ready"),)


class Version(models.Model):
    """Which version the tables have, so that `SqlStorage` knows them too. A migration of ours writes it."""

    version_num = models.CharField(max_length=32, primary_key=True)

    class Meta:
        db_table = PREFIX + "version"

    def __str__(self) -> str:
        """Say it."""
        return str(self.version_num)


TABLES: Final[dict[str, type[Row]]] = {
    model._meta.db_table.removeprefix(PREFIX): model  # noqa: SLF001  # Django's public name for it
    for model in (
        Contact, Person, Company, Group, Appointment, Attendee, Pipeline, Campaign, Member, Invitation, Link, Offer,
        Package, Event, Text, Key, Funnel, Guard, Message,
    )
}  # fmt: skip
"""Each by the name under which stores ask for it."""
