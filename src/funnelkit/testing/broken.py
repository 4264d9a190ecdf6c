"""Adapters that are wrong on purpose, each in one way that has happened somewhere: the exam catches every one of them.

Each names the test that it has to fail. Who changes a contract sees at once what it does not catch any more. Here are
whole storages and the small ports; `broken_nouns` and `broken_records` have those of which one store is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Final

from funnelkit.adapters.memory import KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.adapters.tables import Account
from funnelkit.ports.storage import Ripe
from funnelkit.testing.broken_nouns import NOUNS
from funnelkit.testing.broken_records import RECORDS
from funnelkit.testing.spoiled import BrokenStorage, Spoiled, storages_of
from funnelkit.times import Span
from funnelkit.values.plan import Message, Read

# ------------------------------------------------------------------------------------------------------------ storages


class _NeverUndone:
    """A transaction that only begins: its changes are there, whatever comes."""

    def __init__(self, storage: MemoryStorage, account: str) -> None:
        self._storage, self._account = storage, account

    def __enter__(self) -> Account:
        self._storage.lock.acquire()
        return self._storage.stores(self._account)

    def __exit__(self, *_: object) -> None:
        self._storage.lock.release()


class ForgetsRollback(BrokenStorage):
    """Every statement is stored at once, as with a database that is left in autocommit."""

    fails = "TransactionContract.test_an_error_undoes_everything"

    def transaction(self, account: str, *, write: bool = True) -> Any:  # noqa: ARG002  # as the port has it
        """Open one that is never undone."""
        return _NeverUndone(self, account)


class _Swallowing:
    """A transaction that undoes its changes, and says nothing of the error."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __enter__(self) -> Any:
        return self._inner.__enter__()

    def __exit__(self, kind: type[BaseException] | None, *more: object) -> bool:
        self._inner.__exit__(kind, *more)
        return True


class SwallowsErrors(BrokenStorage):
    """The error that undid everything does not come out."""

    fails = "TransactionContract.test_an_error_undoes_everything"

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one that swallows."""
        return _Swallowing(super().transaction(account, write=write))


class _UndoingAll:
    """A transaction that forgets where the one around it was."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __enter__(self) -> Any:
        found = self._inner.__enter__()
        self._inner._mark = 0  # noqa: SLF001  # it is broken on purpose
        return found

    def __exit__(self, *given: object) -> None:
        self._inner.__exit__(*given)


class UndoesTooMuch(BrokenStorage):
    """An error inside undoes what was done around it, as where a savepoint is a rollback."""

    fails = "NestedContract.test_an_error_inside_undoes_only_what_was_done_inside"

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one that undoes from the very beginning."""
        return _UndoingAll(super().transaction(account, write=write))


class _OnItsOwn:
    """A transaction that nothing undoes any more once it is left, if it is of another account than those around it."""

    def __init__(self, storage: Any, inner: Any, account: str) -> None:
        self._storage, self._inner, self._account = storage, inner, account

    def __enter__(self) -> Any:
        self._alone = self._account not in self._storage.inside
        self._storage.inside.append(self._account)
        return self._inner.__enter__()

    def __exit__(self, *given: object) -> None:
        self._storage.inside.pop()
        self._inner.__exit__(*given)
        if self._alone:
            del self._storage.log[self._inner._mark :]  # noqa: SLF001  # it is broken on purpose


class StoresOthersAtOnce(BrokenStorage):
    """What is done inside in another account stays there, as on a connection of its own."""

    fails = "NestedContract.test_one_of_another_account_is_a_part_too"

    def __init__(self) -> None:
        """Begin outside of all."""
        super().__init__()
        self.inside: list[str] = []

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one that is a part of those of its account alone."""
        return _OnItsOwn(self, super().transaction(account, write=write), account)


class OneAccount(BrokenStorage):
    """The account is left out of every key."""

    fails = "GroupsContract.test_accounts_are_apart"

    def stores(self, account: str) -> Account:  # noqa: ARG002  # as it is called
        """Give the stores of everybody."""
        return super().stores("everybody")


class _NoVersions(Spoiled):
    """Stores that never say that something has changed."""

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:  # noqa: ARG002  # as the port has it
        return None


class _Wrapping:
    """A transaction whose stores are wrapped."""

    def __init__(self, inner: Any, wrap: Callable[[Any], Any]) -> None:
        self._inner, self._wrap = inner, wrap

    def __enter__(self) -> Any:
        return self._wrap(self._inner.__enter__())

    def __exit__(self, *given: object) -> None:
        self._inner.__exit__(*given)


class IgnoresVersions(BrokenStorage):
    """Who was quicker does not matter: the last one wins."""

    fails = "InterleavedContract.test_the_second_one_has_lost"

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one in which nothing has ever changed."""
        return _Wrapping(super().transaction(account, write=write), _NoVersions)


class _NoticesOnlyWhatIsThere(Spoiled):
    """Stores that compare versions of rows that they find, and forget about rows that were not there."""

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:
        found: Read | None = self.inner.changed([read for read in reads if read[2]], funnel)
        return found


class ForgetsWhatWasNotThere(BrokenStorage):
    """What was looked for and not found may be made by others."""

    fails = "ChangedContract.test_each_noun_by_its_version"

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one in which new rows are no change."""
        return _Wrapping(super().transaction(account, write=write), _NoticesOnlyWhatIsThere)


class SweepsOneAccount(BrokenStorage):
    """Only the account that has waited longest is found."""

    fails = "RipeContract.test_every_account_and_funnel_the_oldest_first"

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Give the first one."""
        return super().ripe(until)[:1]


# --------------------------------------------------------------------------------------------- as soon as there are two


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


BROKEN: Final[tuple[type[BrokenStorage], ...]] = (*storages_of(globals()), *NOUNS, *RECORDS)
"""Every storage that is wrong on purpose."""


# --------------------------------------------------------------------------------------------------------- small ports


class NaiveClock:
    """A clock that does not say where it hangs."""

    def now(self) -> datetime:
        """Give a time that everybody reads as theirs."""
        return datetime(2026, 3, 2, 9)  # noqa: DTZ001  # it is broken on purpose


class RepeatsIds:
    """Ids that begin anew for every kind, as where each table counts for itself."""

    def __init__(self) -> None:
        """Begin."""
        self._counts: dict[str, int] = {}

    def fresh(self, kind: str) -> str:
        """Give a number that another kind has, too."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return str(self._counts[kind])


class ForgetsCounts:
    """Limits that let out any number."""

    def allows(self, account: str, what: str, key: str, now: datetime) -> bool:  # noqa: ARG002  # as the port has it
        """Let it out."""
        return True

    def count(self, account: str, what: str, key: str, now: datetime) -> None:
        """Count nothing."""


class OpensLateFirst:
    """A calendar whose spans stand in any order, and overlap."""

    def open_on(self, day: date) -> Iterable[Span]:  # noqa: ARG002  # as the port has it
        """Give the afternoon first."""
        return (Span("12:00", "18:00"), Span("09:00", "13:00"))


class SendsEachTime(MemoryNotifier):
    """A notifier that looks at no key."""

    def send(self, account: str, message: Message) -> None:
        """Send it, again if it is asked again."""
        self.sent.append((account, message))


BROKEN_PORTS: Final[tuple[tuple[str, type[object], str], ...]] = (
    ("funnelkit_clock", NaiveClock, "ClockContract.test_it_tells_an_aware_time"),
    ("funnelkit_identifiers", RepeatsIds, "IdentifiersContract.test_ids_are_never_given_twice"),
    ("funnelkit_tokens", KnownTokens, "TokensContract.test_every_sign_is_left_to_chance"),
    ("funnelkit_limits", ForgetsCounts, "LimitsContract.test_what_is_counted_ends_at_the_limit"),
    ("funnelkit_calendar", OpensLateFirst, "CalendarContract.test_spans_stand_in_order_and_apart"),
    ("funnelkit_notifier", SendsEachTime, "NotifierContract.test_a_key_is_sent_once"),
)
"""By the fixture that supplies it: the port, and the test that catches it."""
