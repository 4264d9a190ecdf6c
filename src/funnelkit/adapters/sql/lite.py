"""How a transaction of SQLite begins: as one that writes, and when it is said so.

The driver begins before the first change, and not before a look. Who looks, and changes what was seen, would then
either see nothing that holds together, or be refused at once because somebody else has written in between.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any, Final

from sqlalchemy import Connection, Engine, RootTransaction, event
from sqlalchemy.exc import InvalidRequestError

from funnelkit.adapters import complaints
from funnelkit.adapters.sql.errors import ours, told
from funnelkit.errors import invalid

BUSY: Final = 30.0
"""Seconds for which a prepared engine waits for another writer."""

LOOKS: Final = "funnelkit_looks"
"""The option of a connection whose transactions write nothing."""

IN_ONE: Final = (
    "its connection is in a transaction already, that the driver or somebody else has begun: give that Connection"
    " instead of the engine, or leave autocommit=False out"
)

IN_NONE: Final = "a connection in autocommit stores every statement at once, and takes none back: leave autocommit out"


def prepare(engine: Engine) -> Engine:
    """Set an engine up for SQLite: one writer at a time from the beginning, a log that readers pass by, foreign keys.

    All transactions of the engine begin so from then on, a host's own too, and savepoints are what they say. It is
    called before the first connection. On other databases it does nothing.
    """
    if is_lite(engine) and not is_prepared(engine):
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
    return engine


def is_lite(engine: Engine) -> bool:
    """Whether it leads to SQLite."""
    return engine.dialect.name == "sqlite"


def is_prepared(engine: Engine) -> bool:
    """Whether all its transactions begin as they have to."""
    return bool(event.contains(engine, "begin", _begun))


def kept_apart(engine: Engine) -> None:
    """Have a file written beside a log, so that who looks and who writes do not wait for each other."""
    with told(), engine.connect() as connection:
        _outside(connection)
        _beside_a_log(connection.exec_driver_sql)


def begin(connection: Connection, *, looks: bool) -> RootTransaction:
    """Begin, on a connection that nobody else has. Raises Invalid for one that has begun of itself."""
    connection = connection.execution_options(**{LOOKS: looks})
    if not is_lite(connection.engine) or is_prepared(connection.engine):
        return connection.begin()
    transaction = _outside(connection)
    _begun(connection)
    return transaction


def go_on(connection: Connection) -> None:
    """Begin on a host's connection, unless it has. Raises Unavailable where it is closed, or ended what is open."""
    if not connection.in_transaction():
        try:
            connection.begin()
        except InvalidRequestError as error:
            raise ours(error) from None
    takes_back(connection, connection.get_execution_options().get("isolation_level"))
    if is_lite(connection.engine) and not _is_begun(connection):
        _begun(connection)


def takes_back(connection: Connection, level: object = None) -> None:
    """Raise Invalid for a connection in autocommit."""
    driver: Any = connection.connection.driver_connection
    if level == "AUTOCOMMIT" or getattr(driver, "autocommit", None) is True:
        raise invalid("target", IN_NONE)


def _outside(connection: Connection) -> RootTransaction:
    """Begin as far as SQLAlchemy goes; the database has begun nothing then, or what a listener of the host began."""
    if _is_begun(connection):
        raise invalid("target", IN_ONE)
    transaction = connection.begin()
    if _is_begun(connection):  # as one that looks, for all we know
        connection.exec_driver_sql("ROLLBACK")
    return transaction


def _is_begun(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def _connected(connection: Any, record: Any) -> None:  # noqa: ARG001  # SQLAlchemy passes both
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={int(BUSY * 1000)}", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _beside_a_log(cursor.execute)
    cursor.close()


def _beside_a_log(ask: Callable[[str], object]) -> None:
    """Have the file written beside a log. Where two ask, SQLite refuses one without a wait; the wait is ours."""
    until = monotonic() + BUSY
    while True:
        try:
            ask("PRAGMA journal_mode=WAL")
        except Exception as error:
            if complaints.said(None, str(error)) != complaints.BUSY or monotonic() > until:
                raise
            sleep(0.01)
        else:
            return


def _begun(connection: Connection) -> None:
    looks = connection.get_execution_options().get(LOOKS, False)
    with told():
        connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")
