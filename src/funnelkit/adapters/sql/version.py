"""Which version the tables have: one row in a table of ours, in the form that Alembic reads and writes.

Alembic itself is not needed here. A host's own table of versions is another one.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, func, insert, inspect, select

from funnelkit.adapters.sql.schema import METADATA, PREFIX
from funnelkit.errors import Unavailable

NEWEST: Final = "0001"
"""The version that `schema` describes: the last one under `migrations/versions`."""

VERSION: Final = Table(
    f"{PREFIX}version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{PREFIX}version_pkc"),
)


def version_of(connection: Connection) -> str | None:
    """Give the version of the tables, None where there are none. Raises Unavailable for tables without a version."""
    there = set(inspect(connection).get_table_names())
    found: str | None = connection.scalar(select(VERSION.c.version_num)) if VERSION.name in there else None
    if found is None and there & set(METADATA.tables):
        raise Unavailable("the tables have no version: funnelkit did not make them, and leaves them as they are")
    return found


def is_newest(connection: Connection) -> bool:
    """Whether the tables are there; False where there are none. Raises Unavailable for tables of another version."""
    found = version_of(connection)
    if found is not None and found < NEWEST:
        raise Unavailable(
            f"the tables are of version {found}, and {NEWEST} is needed: stop what uses them, run funnelkit db upgrade"
        )
    if found is not None:
        refuse_newer(found)
    return found is not None


def refuse_newer(found: str) -> None:
    """Raise Unavailable for a version that is not known here: newer code made it."""
    if found > NEWEST:
        raise Unavailable(f"the tables are of version {found}, and this funnelkit knows {NEWEST}: install a newer one")


def make(connection: Connection) -> None:
    """Make the tables of the newest version, unless somebody else was quicker."""
    one_at_a_time(connection)
    if not is_newest(connection):
        METADATA.create_all(connection, checkfirst=False)
        VERSION.create(connection, checkfirst=True)
        connection.execute(insert(VERSION).values(version_num=NEWEST))


def one_at_a_time(connection: Connection) -> None:
    """Wait until nobody else makes or changes tables; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        place = func.concat(func.current_schema(), f".{VERSION.name}")
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(place))))
