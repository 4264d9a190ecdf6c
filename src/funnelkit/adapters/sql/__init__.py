"""Storage in a database, over SQLAlchemy Core: SQLite in a file or in memory, PostgreSQL on a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from funnelkit.adapters.papers import Papers
from funnelkit.adapters.row_stores import RowTransaction
from funnelkit.adapters.rows import summed
from funnelkit.adapters.sql.errors import told
from funnelkit.adapters.sql.gateway import SqlRows, everywhere
from funnelkit.adapters.sql.lite import begin, go_on, is_lite, is_prepared, kept_apart, prepare, takes_back
from funnelkit.adapters.sql.page import Desk, Lasting
from funnelkit.adapters.sql.version import is_newest, make
from funnelkit.adapters.system import RandomIdentifiers, RandomTokens
from funnelkit.errors import Unavailable, invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.ports.storage import Ripe
from funnelkit.table import Status

__all__ = ["SqlStorage", "prepare"]

SORTS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
"""What a URL may begin with, and the driver that is meant where none is named."""

NEEDED: Final = "a URL of SQLite or PostgreSQL is needed: sqlite:///crm.db, postgresql+psycopg://..."

FIT: Final[WeakSet[Engine]] = WeakSet()
"""Hosts' engines whose tables were seen to be of the newest version: each is asked once, not for every connection."""


class SqlStorage:
    """Storage in a database: of a URL, of an Engine, or of a Connection inside a host's own transaction.

    A URL or an Engine without any of our tables gets them. On a Connection every transaction is a savepoint: it is
    left usable, nothing is planned again, and the host commits. Raises Invalid for anything else, and Unavailable for
    tables of another version: `funnelkit db upgrade` brings them to the newest.
    """

    def __init__(self, target: str | Engine | Connection) -> None:
        """Take where the tables are."""
        self.identifiers = RandomIdentifiers()
        self.tokens = RandomTokens()
        self._papers = Papers()
        self._lasting = Lasting()
        self._here = threading.local()
        self._one_at_a_time = threading.RLock()
        self._within = target if isinstance(target, Connection) else None
        self.engine = target.engine if isinstance(target, Connection) else engine_of(target)
        self._shared = isinstance(self.engine.pool, StaticPool)
        if self._within is None:
            try:
                if is_lite(self.engine) and not is_prepared(self.engine):
                    kept_apart(self.engine)
                self.create()
            except BaseException:
                if self.engine is not target:  # nobody else has it, to give its connections back
                    self.close()
                raise

    @property
    def retries(self) -> bool:
        """Whether the shell may plan again after a conflict: not inside a host's own transaction."""
        return self._within is None

    def create(self) -> None:
        """Make the tables where there is none of them. On a Connection only this makes them, in its transaction."""
        with self._connected(write=False) as desk:
            there = is_newest(desk.connection)
        if not there:
            with self._connected(write=True) as desk:
                make(desk.connection)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def knows(self, funnel: Funnel[Status, Any]) -> None:
        """Take note of a funnel: its own statuses are given back from then on."""
        self._papers.knows(funnel)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Give every account and funnel in which something has run out by then, the oldest first."""
        with self._connected(write=False) as desk:
            return summed(everywhere(desk.connection, until))

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Iterator[RowTransaction]:
        """Open one; one that is opened inside another is a part of it."""
        desk: Desk | None = getattr(self._here, "desk", None)
        if desk is not None and desk.page is not None and desk.page.account == account:
            if desk.page.stores is None:
                desk.page.stores = RowTransaction(SqlRows(desk, account), self._papers)
            with desk.page.part() if write else nullcontext():
                yield desk.page.stores
            return
        with self._connected(write=write) as desk, desk.worked():
            yield RowTransaction(SqlRows(desk, account), self._papers)

    @contextmanager
    def _connected(self, *, write: bool) -> Iterator[Desk]:
        outer: Desk | None = getattr(self._here, "desk", None)
        if self._within is not None:
            with told():
                go_on(self._within)
            outer = Desk(self._within)
            if self.engine not in FIT:
                with told():
                    FIT.update([self.engine] if is_newest(self._within) else [])
        if outer is not None:
            if outer.page is not None:
                outer.page.acts()
            with told(), outer.connection.begin_nested() if write else nullcontext():
                yield outer
            return
        with self._exclusive(), told(), self.engine.connect() as connection:
            takes_back(connection)
            if not write and self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with begin(connection, looks=not write):
                self._here.desk = Desk(connection, self._lasting)
                try:
                    yield self._here.desk
                finally:
                    self._here.desk = None

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Where all threads share one connection, one of them has it at a time."""
        if self._shared:
            with self._one_at_a_time:
                yield
        else:
            yield


def engine_of(target: str | Engine) -> Engine:
    """Give the engine of a URL, prepared; an Engine as it is. Raises Invalid for anything else."""
    made = _made(target) if isinstance(target, str) else target
    if not isinstance(made, Engine):
        raise invalid("target", f"a URL, an Engine or a Connection is needed, not {kind_of(target)}")
    if made.dialect.is_async:
        raise invalid("target", "an async engine is not taken: use a Connection inside `run_sync`")
    return made


def _made(target: str) -> Engine:
    try:
        url = make_url(target)
        if "\0" in target:  # no file and no server is called so
            raise invalid("target", NEEDED)
        if url.get_backend_name() not in SORTS:
            raise invalid("target", NEEDED)
        url = url.set(drivername=SORTS[url.drivername]) if url.drivername in SORTS else url
        more: dict[str, Any] = {"pool_pre_ping": url.get_backend_name() != "sqlite"}
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            more = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        return prepare(create_engine(url, hide_parameters=True, **more))
    except (ArgumentError, ValueError):  # a port that is none: its text would show what was typed
        raise invalid("target", NEEDED) from None
    except ImportError:
        raise Unavailable("the driver of this database is not installed: see the extras `sql` and `postgres`") from None
