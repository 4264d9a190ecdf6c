"""Adapters that are wrong on purpose as soon as there are two: two threads, two handles on the data, two ids."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from funnelkit.adapters.memory import MemoryStorage
from funnelkit.testing.broken_ports import RepeatsIds
from funnelkit.testing.spoiled import BrokenStorage, Spoiled
from funnelkit.values.plan import Read


class _Open:
    """A lock that holds nobody up."""

    def acquire(self) -> None:
        """Let everybody in."""

    def release(self) -> None:
        """Nobody waits."""


class LooksAtWhatIsWritten(BrokenStorage):
    """Who looks sees what others store meanwhile: two looks of one transaction differ."""

    fails = "ParallelContract.test_a_look_sees_one_state_and_keeps_nobody_waiting"

    def __init__(self) -> None:
        """Have no lock."""
        super().__init__()
        self.lock: Any = _Open()


class _SeenBefore(Spoiled):
    """Stores that answer by what they saw when they were asked the first time."""

    def __init__(self, inner: Any, seen: dict[tuple[Read, ...], Read | None]) -> None:
        super().__init__(inner)
        self._seen = seen

    def changed(self, reads: Any, funnel: str) -> Read | None:
        """Give the first answer again."""
        asked = tuple(reads)
        return self._seen.setdefault(asked, self.inner.changed(asked, funnel))


class AnswersFromACache(BrokenStorage):
    """What has changed is remembered, and not looked up again: all who have read the same win."""

    fails = "ThreadsContract.test_one_of_many_wins"

    def __init__(self) -> None:
        """Have seen nothing."""
        super().__init__()
        self._seen: dict[tuple[Read, ...], Read | None] = {}

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one that asks the cache."""
        return _Cached(super().transaction(account, write=write), self._seen)


class _Cached:
    """A transaction whose stores answer from a cache."""

    def __init__(self, inner: Any, seen: dict[tuple[Read, ...], Read | None]) -> None:
        self._inner, self._seen = inner, seen

    def __enter__(self) -> Any:
        return _SeenBefore(self._inner.__enter__(), self._seen)

    def __exit__(self, *given: object) -> None:
        self._inner.__exit__(*given)


class _SameAgain(Spoiled):
    """A store that remembers what was ripe."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._first: Any = None

    def ripe(self, *given: Any, **named: Any) -> Any:
        """Give what was ripe at first."""
        self._first = self._first or self.inner.ripe(*given, **named)
        return self._first


class ClaimsWhatIsDone(BrokenStorage):
    """A claim that does not end by what it was claimed for: the same work is done again and again."""

    fails = "ThreadsContract.test_each_contact_is_claimed_by_one"
    spoils: ClassVar = {"contacts": _SameAgain}


class _Handle(BrokenStorage):
    """A storage that is opened again, and shows nothing of the first."""

    def again(self) -> MemoryStorage:
        """Give another handle."""
        return MemoryStorage()


class KeepsItToItself(_Handle):
    """Another process does not see what this one has stored."""

    fails = "ProcessesContract.test_what_one_stores_the_other_sees"


class ForgetsOnClosing(_Handle):
    """What is opened again is empty."""

    fails = "SurvivesContract.test_everything_is_there_again"


class CountsForEachKind(BrokenStorage):
    """Two nouns get one id."""

    fails = "StorageIdentifiersContract.test_ids_are_fresh"

    def __init__(self) -> None:
        """Have ids of the wrong sort."""
        super().__init__()
        self.identifiers: Any = RepeatsIds()


RACES: Final[tuple[type[BrokenStorage], ...]] = (
    LooksAtWhatIsWritten,
    AnswersFromACache,
    ClaimsWhatIsDone,
    KeepsItToItself,
    ForgetsOnClosing,
    CountsForEachKind,
)
"""Those of here."""
