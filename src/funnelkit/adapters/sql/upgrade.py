"""Brings the tables to the newest version, by Alembic: only when it is called, by no import and by no storage.

There is no way back to an older version: take a copy of the database first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine

from funnelkit.adapters.sql import engine_of
from funnelkit.adapters.sql.errors import told
from funnelkit.adapters.sql.lite import begin, go_on, takes_back
from funnelkit.adapters.sql.version import one_at_a_time, refuse_newer, version_of

__all__ = ["current", "newest", "upgrade"]

MIGRATIONS: Final = Path(__file__).parent / "migrations"

_ALONE: Final = threading.Lock()
"""Alembic has one context for a whole process."""


def upgrade(target: str | Engine | Connection) -> str:
    """Bring the tables to the newest version, from whichever they have, or from none; give that version.

    It is done wholly or not at all. On a Connection it is a part of the host's transaction. Raises Unavailable for
    tables without a version, and for those of a newer one.
    """
    with _ALONE, told(), _begun(target) as connection:
        one_at_a_time(connection)
        found = version_of(connection)
        if found is not None:
            refuse_newer(found)
        command.upgrade(config(connection), "head")
    return newest()


def current(target: str | Engine | Connection) -> str | None:
    """Give the version that the tables have; None where there are none. Nothing is written, and no file made."""
    if not isinstance(target, Connection) and _is_missing(engine_of(target).url):
        return None
    with told(), _begun(target, looks=True) as connection:
        return version_of(connection)


def newest() -> str:
    """Give the version to which `upgrade` leads."""
    return str(ScriptDirectory.from_config(config()).get_current_head())


def config(connection: Connection | None = None) -> Config:
    """Make what Alembic's own commands take, e.g. `alembic.command.history(config())`."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@contextmanager
def _begun(target: str | Engine | Connection, *, looks: bool = False) -> Iterator[Connection]:
    """Open a transaction; a host's own Connection is in one already."""
    if isinstance(target, Connection):
        go_on(target)
        yield target
        return
    engine = engine_of(target)
    try:
        with engine.connect() as connection:
            takes_back(connection)
            with begin(connection, looks=looks):
                yield connection
    finally:
        if engine is not target:
            engine.dispose()


def _is_missing(url: URL) -> bool:
    """Whether this is a file of SQLite that is not there: to open it would make it."""
    path = url.database or ":memory:"
    return url.get_backend_name() == "sqlite" and not path.startswith((":", "file:")) and not Path(path).exists()
