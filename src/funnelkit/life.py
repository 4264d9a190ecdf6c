"""The life table of a noun that is no contact: its statuses, its moves, its ends. The same for every funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import field, frozen

from funnelkit.errors import Invalid
from funnelkit.lint import ways
from funnelkit.table import Move, Row, Status, Trigger, written_out

if TYPE_CHECKING:
    from collections.abc import Mapping

S_co = TypeVar("S_co", bound=Status, covariant=True)


@frozen(kw_only=True, eq=False)
class Life(Generic[S_co]):
    """A table of moves, looked up by status and happening. Raises Invalid when a status is a trap or unreachable."""

    name: str
    statuses: type[S_co]
    moves: tuple[Move[S_co], ...]
    ends: tuple[S_co, ...] = ()
    retired: Mapping[S_co, S_co | None] = field(factory=dict)

    rows: tuple[Row[S_co], ...] = field(init=False, repr=False)
    after: Mapping[tuple[Status | None, Trigger], Row[S_co]] = field(init=False, repr=False)

    @rows.default
    def _rows(self) -> tuple[Row[S_co], ...]:
        return tuple(written_out(self.moves, self.statuses))

    @after.default
    def _after(self) -> Mapping[tuple[Status | None, Trigger], Row[S_co]]:
        return {(row.now, row.on): row for row in self.rows}

    def __attrs_post_init__(self) -> None:
        """Refuse a table with a status that nothing leads to or leaves."""
        found = tuple(ways(self))
        if found:
            raise Invalid(*found)
