"""What a database says when something goes wrong, in words of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoneLeft

from funnelkit.adapters.complaints import QUICKER, said
from funnelkit.errors import Conflict, Unavailable

CUT: Final = "the connection was cut; nothing of this transaction is stored"

OVER: Final = "the connection is closed, or its transaction is over"

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
        return Unavailable(CUT if error.connection_invalidated else said(state, str(error.orig)))
    if isinstance(error, PendingRollbackError):
        return Unavailable(CUT)
    if isinstance(error, InvalidRequestError):
        return Unavailable(OVER)
    return Unavailable("all connections to the database are in use; try again")
