"""What a database says when something goes wrong, in words of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoneLeft

from funnelkit.errors import Conflict, Unavailable

BUSY: Final = "the database is busy with somebody else's change; try again"
MISSING: Final = "tables are missing: upgrade the database"
FULL: Final = "the disk of the database is full"
READ_ONLY: Final = "the database may not be written to"
CUT: Final = "the connection was cut; nothing of this transaction is stored"
DEAF: Final = "the database did not answer"

QUICKER: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL says where somebody was quicker: not serializable, deadlock. To plan again helps."""
# fmt: off
STATES: Final[Mapping[str, str]] = {
    "25006": READ_ONLY, "42703": MISSING, "42P01": MISSING, "53100": FULL, "55P03": BUSY,
}
"""What else PostgreSQL says, by its codes."""
TEXTS: Final[Mapping[str, str]] = {
    "database is locked": BUSY, "database table is locked": BUSY,
    "no such table": MISSING, "no such column": MISSING, "has no column": MISSING,
    "database or disk is full": FULL, "readonly database": READ_ONLY,
    "unable to open": "the database cannot be opened", "file is not a database": "this is no database",
    "malformed": "the database is damaged: go back to a copy",
}
"""What SQLite says, which has no codes."""
# fmt: on

TOLD: Final = (DBAPIError, PendingRollbackError, NoneLeft)


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into our own errors: its texts may hold values, so none of them goes out."""
    try:
        yield
    except TOLD as error:
        raise ours(error) from None


def ours(error: Exception) -> Conflict | Unavailable:
    """Give our own error for one of SQLAlchemy's."""
    if isinstance(error, IntegrityError):
        return Conflict("somebody was quicker: what may be there once is there already; plan again")
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state in QUICKER:
            return Conflict("somebody was quicker; plan again")
        return Unavailable(CUT if error.connection_invalidated else _said(state, str(error.orig)))
    if isinstance(error, PendingRollbackError):
        return Unavailable(CUT)
    return Unavailable("all connections to the database are in use; try again")


def _said(state: str | None, text: str) -> str:
    """Give what went wrong, in words of ours; only SQLite, which has no codes, is known by its text."""
    if state is not None:
        return STATES.get(state, DEAF)
    return next((says for words, says in TEXTS.items() if words in text), DEAF)
