"""The tables: one schema for every database. Their names and columns are public to read, and nobody else writes.

Each noun is a row with its document; the columns beside it are what it is found by. The account is in every key.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

PREFIX: Final = "funnelkit_"

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment: a timestamp with a zone, or text in UTC that sorts as time does, where there is no such type."""

    impl: Any = Text
    cache_ok: bool | None = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose by what the database has."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write in UTC, with all six places, so that texts sort."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read the same moment again, in UTC."""
        if value is None or isinstance(value, datetime):
            return None if value is None else value.astimezone(UTC)
        return datetime.fromisoformat(value)


def _id(name: str, **more: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **more)


def _document() -> Column[Any]:
    return Column("document", JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def _seq() -> Column[int]:
    """The order in which rows came."""
    return Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False)


def _table(name: str, key: tuple[str, ...], *more: Any) -> Table:
    ids = tuple(_id(one) for one in ("account", *key))
    return Table(PREFIX + name, METADATA, _seq(), *ids, *more, UniqueConstraint("account", *key))


KEYS: Final[dict[str, tuple[str, ...]]] = {
    "contacts": ("funnel", "id"),
    "persons": ("id",),
    "companies": ("id",),
    "groups": ("id",),
    "appointments": ("id",),
    "attendees": ("contact", "appointment"),
    "pipelines": ("id",),
    "campaigns": ("id",),
    "members": ("id",),
    "invitations": ("id",),
    "links": ("id",),
    "offers": ("id",),
    "packages": ("id",),
    "events": ("id",),
    "texts": ("event",),
    "keys": ("key",),
    "funnels": ("fingerprint",),
    "guards": ("kind", "key"),
    "outbox": ("key",),
}
"""By what a row is known in its account."""


def _time(name: str) -> Column[datetime]:
    return Column(name, Instant)


def _word(name: str) -> Column[str]:
    return Column(name, Text)


def _with(column: str) -> dict[str, Any]:
    """Of an index: only the rows that have this column. Most have not, and cost nothing then."""
    return dict.fromkeys(("sqlite_where", "postgresql_where"), text(f"{column} IS NOT NULL"))


# fmt: off
COLUMNS: Final[dict[str, tuple[Any, ...]]] = {
    "contacts": (
        _version(), _word("status"), _word("coach"), _word("pipeline"), _time("due"), _time("gives_up"), _document(),
        Index(None, "account", "id", "funnel"),
        Index(None, "account", "funnel", "due", "id", **_with("due")),
        Index(None, "account", "funnel", "coach", "due", "id", **_with("due")),
        Index(None, "account", "funnel", "gives_up", "id", **_with("gives_up")),
        Index(None, "gives_up", "account", "funnel", **_with("gives_up")),
        Index(None, "account", "funnel", "pipeline", **_with("pipeline")),
    ),
    "persons": (_version(), _word("address"), _document(), Index(None, "account", "address")),
    "companies": (_version(), _document()),
    "groups": (_version(), _document()),
    "appointments": (
        _version(), _word("funnel"), _word("coach"), _time("start"), _time("end"), _document(),
        Index(None, "account", "coach", "start"),
        Index(None, "account", "funnel", "start"),
    ),
    "attendees": (Index(None, "account", "appointment"),),
    "pipelines": (_version(), _word("funnel"), _document(), Index(None, "account", "funnel")),
    "campaigns": (_version(), _word("funnel"), _document(), Index(None, "account", "funnel")),
    "members": (_version(), _word("address"), _document(), Index(None, "account", "address")),
    "invitations": (
        _version(), _word("funnel"), _word("contact"), _word("state"), _time("expires"), _document(),
        Index("uq_funnelkit_invitations_pending", "account", "contact", unique=True,
              sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
        Index(None, "account", "contact"),
        Index(None, "account", "funnel", "expires", "id", **_with("expires")),
        Index(None, "expires", "account", "funnel", **_with("expires")),
    ),
    "links": (_version(), _document()),
    "offers": (_version(), _document()),
    "packages": (
        _version(), _word("funnel"), _word("contact"), _word("payment"), _document(),
        Index(None, "account", "contact"),
        Index("uq_funnelkit_packages_payment", "account", "payment", unique=True),
    ),
    "events": (
        _word("within"), _word("noun"), _word("about"), _time("effective"), _time("recorded"), _document(),
        Index(None, "account", "noun", "about", "within", "seq"),
    ),
    "texts": (_word("text"),),
    "keys": (_word("command"), _document()),
    "funnels": (_word("name"), _document(), Index(None, "account", "name")),
    "guards": (_version(),),
    "outbox": (
        _word("state"), Column("failures", Integer, nullable=False), _time("ready"), _document(),
        Index(None, "account", "state", "seq", "ready"),
    ),
}
# fmt: on
TABLES: Final = {name: _table(name, key, *COLUMNS[name]) for name, key in KEYS.items()}
