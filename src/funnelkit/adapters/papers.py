"""Nouns, events and messages as documents of a storage, and back; what newer code has added to one is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from funnelkit.adapters import quick
from funnelkit.adapters.rows import Row
from funnelkit.codec import extras, load_stored, write
from funnelkit.documents import read_funnel
from funnelkit.funnel import Funnel
from funnelkit.statuses.coaching import COACHING
from funnelkit.table import Status
from funnelkit.values.events import Event

Tables: TypeAlias = Funnel[Status, StrEnum]
T = TypeVar("T")

ANY_FUNNEL: Final[Tables] = COACHING
"""For documents that hold no status: any funnel reads them."""
VALUE: Final = "the value of its document"
"""Under what a row has that, beside its columns."""


class Papers:
    """Reads and writes documents by the funnels that it knows, under their names."""

    def __init__(self) -> None:
        """Know no funnel yet."""
        self._known: dict[str, Tables] = {}
        self._prints: dict[str, Tables] = {}

    def knows(self, funnel: Funnel[Status, Any]) -> None:
        """Take note of a funnel: its own statuses are given back from then on."""
        self._known[funnel.name] = funnel
        self._prints[funnel.fingerprint] = funnel

    def funnel(self, name: str, document: Callable[[], object | None]) -> Tables:
        """Give the funnel of this name; one that nobody has told of is made of its document."""
        found = self._known.get(name)
        if found is None:
            written = document()
            found = ANY_FUNNEL if written is None else read_funnel(written)
            self._known[name] = found
        return found

    def named(self, fingerprint: str, document: Callable[[str], object | None]) -> Tables:
        """Give the funnel that has, or had, this fingerprint: the one of its name that is known, if there is one."""
        found = self._prints.get(fingerprint)
        if found is None:
            written = document(fingerprint)
            name = written.get("name", "") if isinstance(written, Mapping) else ""
            found = self._prints[fingerprint] = self.funnel(name, lambda: written)
        return found

    def read(self, kind: type[T], row: Row, funnel: Tables = ANY_FUNNEL) -> T:
        """Make a value of the document of a row."""
        found: T | None = _quick(kind, row, funnel)
        return load_stored(row["document"], funnel, kind).value if found is None else found

    def write(self, value: object, funnel: Tables = ANY_FUNNEL, before: Row | None = None) -> dict[str, Any]:
        """Make a document of a value; what the one before had besides what is known here goes with it."""
        plainly = before is None or _quick(type(value), before, funnel) is not None
        extra = {} if plainly or before is None else extras(before["document"], type(value))
        found = None if extra else quick.write(value)
        return write(value, funnel, extra) if found is None else found

    def event(self, row: Row, document: Callable[[str], object | None]) -> Event:
        """Make an event of its row, by the funnel that it was decided by."""
        written = row["document"]
        return self.read(Event, row, self.named(written["funnel"], document))


def _quick(kind: type[T], row: Any, funnel: Tables) -> T | None:
    """Read a document the quick way, once for each row: a row of a transaction is the same as long as it lasts."""
    found: T | None = row.get(VALUE)
    if not isinstance(found, kind):
        found = row[VALUE] = quick.read(row["document"], kind, funnel)
    return found
