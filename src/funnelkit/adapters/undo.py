"""Tables in memory whose changes can be undone: in a transaction, what stood there before is noted."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.adapters.timeline import Timeline

K = TypeVar("K")
V = TypeVar("V")
GONE: Final = object()


class Table(dict[K, V]):
    """A table whose changes can be undone."""

    def __init__(self, log: list[tuple[Any, Any, Any]]) -> None:
        """Note into this log."""
        super().__init__()
        self._log = log

    def put(self, key: K, value: V) -> None:
        """Write, and note what stood there."""
        self._log.append((self, key, self.get(key, GONE)))
        self[key] = value

    def drop(self, key: K) -> None:
        """Take out, and note what stood there."""
        if key in self:
            self._log.append((self, key, self.pop(key)))


@frozen
class _Dropped:
    """A row that was taken out, and the place that it had."""

    place: int
    value: Any


class Queue(Table[K, V]):
    """A table whose rows stand in the order in which they came; one whose drop is undone has its old place again."""

    def __init__(self, log: list[tuple[Any, Any, Any]]) -> None:
        """Note into this log."""
        super().__init__(log)
        self._places: dict[K, int] = {}
        self._numbers = count()

    def put(self, key: K, value: V) -> None:
        """Write; what is new comes last."""
        if key not in self:
            self._places[key] = next(self._numbers)
        self._log.append((self, key, self.get(key, GONE)))
        super().__setitem__(key, value)

    def drop(self, key: K) -> None:
        """Take out, and note which place it had."""
        if key in self:
            self._log.append((self, key, _Dropped(self._places[key], self.pop(key))))

    def pop(self, key: K, *default: Any) -> Any:
        """Take a row and its place."""
        self._places.pop(key, None)
        return super().pop(key, *default)

    def __setitem__(self, key: K, value: Any) -> None:
        """Put back what stood there."""
        if isinstance(value, _Dropped):
            self._places[key] = value.place
            rows = sorted([*self.items(), (key, value.value)], key=lambda row: self._places[row[0]])
            self.clear()
            self.update(rows)
        else:
            super().__setitem__(key, value)


class Times:
    """For each funnel, ids in the order of their times."""

    def __init__(self, log: list[tuple[Any, Any, Any]]) -> None:
        """Note into this log."""
        self.by_funnel: dict[str, Timeline] = {}
        self._log = log

    def of(self, funnel: str) -> Timeline:
        """Give those of a funnel."""
        found = self.by_funnel.get(funnel)
        if found is None:
            found = self.by_funnel[funnel] = Timeline()
        return found

    def put(self, funnel: str, key: str, at: datetime | None) -> None:
        """Give an id this time, or take it out, and note what stood there."""
        times = self.of(funnel)
        was = times.get(key)
        if was != at:
            self._log.append((times, key, GONE if was is None else was))
            if at is None:
                times.pop(key)
            else:
                times[key] = at

    def count(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        """Give how many there are up to that time, inclusive, and the earliest."""
        times = self.of(funnel)
        count = times.count_until(until)
        return count, times.first() if count else None
