"""What a database has to do for the stores: find, write and drop rows of tables, by columns. No noun is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from attrs import frozen

from funnelkit.ports.storage import Ripe

Row: TypeAlias = Mapping[str, Any]
"""A dict: a row by the names of its columns, without times, which a document has too. `document` is plain data."""

Op: TypeAlias = Literal["=", "<", "<=", ">", "in"]
Term: TypeAlias = tuple[str, Op, Any]
"""A condition: a column, what it is compared by, and with what. `=` None asks whether it is empty."""


@frozen(kw_only=True)
class Query:
    """Rows of one account, or (`everywhere`) of all. `after` is a place in `order`: what lies behind it."""

    table: str
    where: tuple[Term, ...] = ()
    order: tuple[str, ...] = ("seq",)
    after: tuple[Any, ...] | None = None
    limit: int | None = None
    columns: tuple[str, ...] = ()
    """What is needed of a row; there may be more. Nothing: everything."""
    claim: bool = False
    """Lock what is found until the end of the transaction, and pass over what somebody else has locked."""


class Rows(Protocol):
    """The tables of one account, in one transaction."""

    def get(self, table: str, key: Mapping[str, Any]) -> Row | None:
        """Give the row with this key, or None."""
        ...

    def find(self, query: Query) -> list[Row]:
        """Give the rows that a query asks for."""
        ...

    def count(self, query: Query, column: str) -> tuple[int, datetime | None]:
        """Give how many rows a query asks for, and the earliest time in a column."""
        ...

    def put(self, table: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Write the row with this key, be it new or not. Raises Conflict where a unique index has another one."""
        ...

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], *, new_only: bool = False) -> None:
        """Add rows to the end. `new_only`: one whose key is there already is passed over."""
        ...

    def change(self, query: Query, values: Mapping[str, Any]) -> int:
        """Set columns of what a query asks for; give how many rows that were."""
        ...

    def drop(self, table: str, key: Mapping[str, Any]) -> None:
        """Take the rows out that have this key, or part of one."""
        ...

    @property
    def serial(self) -> bool:
        """Whether one transaction writes at a time, so that nothing has to be locked row by row."""
        ...

    def locked(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Give those of these rows that are there, and keep them from changing until the end of the transaction."""
        ...

    def numbered(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Give the versions of these sets, 0 for one never touched, and keep them until the end of the transaction."""
        ...


def summed(counted: Iterable[tuple[str, str, int, datetime | None]]) -> tuple[Ripe, ...]:
    """Add up by account and funnel how much waits, and since when (None: nothing does); the oldest first."""
    found: dict[tuple[str, str], Ripe] = {}
    for account, funnel, count, first in counted:
        if first is not None:
            was = found.get((account, funnel))
            before, oldest = (0, first) if was is None else (was.count, min(was.oldest, first))
            found[account, funnel] = Ripe(account, funnel, before + count, oldest)
    return tuple(sorted(found.values(), key=lambda row: (row.oldest, row.account, row.funnel)))
