"""The first tables. What is written here stays as it was released: it takes nothing from `schema`, which goes on.

A change of `schema` is a new file beside this one. There is no way back, so none has a `downgrade`.
"""

from collections.abc import Iterable
from typing import Any

from alembic import op
from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, PrimaryKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables and their indexes."""
    document = _column("document", JSON().with_variant(JSONB(), "postgresql"), nullable=False)
    version = _column("version", Integer(), nullable=False)
    _table(
        "contacts", ("funnel", "id"),
        version, *_texts("status", "coach", "pipeline"), *_times("due", "gives_up"), document,
    )  # fmt: skip
    _index("contacts", "account", "id", "funnel")
    _index("contacts", "account", "funnel", "due", "id", where="due IS NOT NULL")
    _index("contacts", "account", "funnel", "coach", "due", "id", where="due IS NOT NULL")
    _index("contacts", "account", "funnel", "gives_up", "id", where="gives_up IS NOT NULL")
    _index("contacts", "gives_up", "account", "funnel", where="gives_up IS NOT NULL")
    _index("contacts", "account", "funnel", "pipeline", where="pipeline IS NOT NULL")
    _table("persons", ("id",), version, *_texts("address"), document)
    _index("persons", "account", "address")
    _table("companies", ("id",), version, document)
    _table("groups", ("id",), version, document)
    _table("appointments", ("id",), version, *_texts("funnel", "coach"), *_times("start", "end"), document)
    _index("appointments", "account", "coach", "start")
    _index("appointments", "account", "funnel", "start")
    _table("attendees", ("contact", "appointment"))
    _index("attendees", "account", "appointment")
    for name in ("pipelines", "campaigns"):
        _table(name, ("id",), version, *_texts("funnel"), document)
        _index(name, "account", "funnel")
    _table("members", ("id",), version, *_texts("address"), document)
    _index("members", "account", "address")
    _table("invitations", ("id",), version, *_texts("funnel", "contact", "state"), *_times("expires"), document)
    _only("invitations", "pending", "account", "contact", where="state = 'pending'")
    _index("invitations", "account", "contact")
    _index("invitations", "account", "funnel", "expires", "id", where="expires IS NOT NULL")
    _index("invitations", "expires", "account", "funnel", where="expires IS NOT NULL")
    _table("links", ("id",), version, document)
    _table("offers", ("id",), version, document)
    _table("packages", ("id",), version, *_texts("funnel", "contact", "payment"), document)
    _index("packages", "account", "contact")
    _only("packages", "payment", "account", "payment")
    _table("events", ("id",), *_texts("within", "noun", "about"), *_times("effective", "recorded"), document)
    _index("events", "account", "noun", "about", "within", "seq")
    _table("texts", ("event",), *_texts("text"))
    _table("keys", ("key",), *_texts("command"), document)
    _table("funnels", ("fingerprint",), *_texts("name"), document)
    _index("funnels", "account", "name")
    _table("guards", ("kind", "key"), version)
    failures = _column("failures", Integer(), nullable=False)
    _table("outbox", ("key",), *_texts("state"), failures, *_times("ready"), document)
    _index("outbox", "account", "state", "seq", "ready")


Given = tuple[str, Any, bool]


def _column(name: str, kind: Any, *, nullable: bool = True) -> Given:
    return name, kind, nullable


def _texts(*names: str) -> list[Given]:
    return [_column(name, Text()) for name in names]


def _times(*names: str) -> list[Given]:
    """Give moments: text in UTC where there is no such type."""
    return [_column(name, Text().with_variant(DateTime(timezone=True), "postgresql")) for name in names]


def _table(noun: str, key: Iterable[str], *columns: Given) -> None:
    name, whole = f"funnelkit_{noun}", ("account", *key)
    seq = Column("seq", BigInteger().with_variant(Integer(), "sqlite"), autoincrement=True, nullable=False)
    op.create_table(
        name,
        seq,
        *(Column(one, Text(), nullable=False) for one in whole),
        *(Column(one, kind, nullable=nullable) for one, kind, nullable in columns),
        PrimaryKeyConstraint("seq", name=f"pk_{name}"),
        UniqueConstraint(*whole, name=f"uq_{name}_{'_'.join(whole)}"),
    )


def _index(noun: str, *columns: str, where: str | None = None) -> None:
    _made(f"ix_funnelkit_{noun}_{'_'.join(columns)}", noun, columns, where, unique=False)


def _only(noun: str, one: str, *columns: str, where: str | None = None) -> None:
    _made(f"uq_funnelkit_{noun}_{one}", noun, columns, where, unique=True)


def _made(name: str, noun: str, columns: Iterable[str], where: str | None, *, unique: bool) -> None:
    part: dict[str, Any] = {} if where is None else dict.fromkeys(("sqlite_where", "postgresql_where"), text(where))
    op.create_index(name, f"funnelkit_{noun}", list(columns), unique=unique, **part)
