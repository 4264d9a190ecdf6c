"""What databases say when something goes wrong, in words of ours: one table for every adapter over a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BUSY: Final = "the database is busy with somebody else's change; try again"
MISSING: Final = "tables are missing: upgrade the database"
OLD: Final = "the tables are of another version: upgrade the database"
FULL: Final = "the disk of the database is full"
READ_ONLY: Final = "the database may not be written to"
DEAF: Final = "the database did not answer"

QUICKER: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL says where somebody was quicker: not serializable, deadlock. To plan again helps."""
# fmt: off
STATES: Final[Mapping[str, str]] = {
    "25006": READ_ONLY, "42703": OLD, "42P01": MISSING, "53100": FULL, "55P03": BUSY,
    "54000": "an id is longer than this database can look up",
}
"""What else PostgreSQL says, by its codes."""
TEXTS: Final[Mapping[str, str]] = {
    "database is locked": BUSY, "database table is locked": BUSY,
    "no such table": MISSING, "no such column": OLD, "has no column": OLD,
    "database or disk is full": FULL, "readonly database": READ_ONLY,
    "unable to open": "the database cannot be opened", "file is not a database": "this is no database",
    "malformed": "the database is damaged: go back to a copy",
}
"""What SQLite says, which has no codes."""
# fmt: on


def said(state: str | None, text: str) -> str:
    """Give what went wrong; only SQLite, which has no codes, is known by its text. No value goes out."""
    if state is not None:
        return STATES.get(state, DEAF)
    return next((says for words, says in TEXTS.items() if words in text), DEAF)
