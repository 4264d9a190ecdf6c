"""Ids in the order of their times: what a database does with an index, in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from datetime import datetime
from typing import Final

MOST: Final = 1024
"""So many rows a run of neighbours has before it is cut in two."""

Row = tuple[datetime, str]


class Timeline:
    """A table of times by id that is read in the order of the times. Runs of neighbours keep a change small."""

    def __init__(self) -> None:
        """Start empty."""
        self._at: dict[str, datetime] = {}
        self._runs: list[list[Row]] = [[]]
        self._lasts: list[Row] = []
        """For each run but the last one, the row that it ends with or would: where to look for a row."""

    def get(self, key: str) -> datetime | None:
        """Give the time of an id, or None."""
        return self._at.get(key)

    def __setitem__(self, key: str, at: datetime) -> None:
        """Give an id this time."""
        self.pop(key)
        self._at[key] = at
        place = bisect_left(self._lasts, (at, key))
        run = self._runs[place]
        insort(run, (at, key))
        if len(run) > MOST:
            half = len(run) // 2
            self._runs[place : place + 1] = [run[:half], run[half:]]
            self._lasts.insert(place, run[half - 1])

    def pop(self, key: str, default: object = None) -> None:  # as a dict has it
        """Take an id out, if it is there."""
        at = self._at.pop(key, None)
        if at is not None:
            place = bisect_left(self._lasts, (at, key))
            run = self._runs[place]
            del run[bisect_left(run, (at, key))]
            if not run and len(self._runs) > 1:
                del self._runs[place]
                del self._lasts[min(place, len(self._lasts) - 1)]

    def behind(self, row: Row | None) -> Iterator[Row]:
        """Give every row behind this one, in order; None: every row."""
        place = 0 if row is None else bisect_left(self._lasts, row)
        start = 0 if row is None else bisect_right(self._runs[place], row)
        for run in self._runs[place:]:
            yield from run[start:]
            start = 0

    def first(self) -> datetime | None:
        """Give the earliest time, or None."""
        return self._runs[0][0][0] if self._at else None

    def count_until(self, until: datetime) -> int:
        """Count the rows up to that time, inclusive."""
        end = (until, chr(0x10FFFF))
        place = bisect_left(self._lasts, end)
        return sum(map(len, self._runs[:place])) + bisect_right(self._runs[place], end)
