"""Adapters that are wrong on purpose, each in one way that has happened somewhere: the exam catches every one of them.

Each names the test that it has to fail. Who changes a contract sees at once what it does not catch any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from attrs import evolve

from funnelkit.adapters.memory import MemoryStorage
from funnelkit.adapters.tables import Account
from funnelkit.ports.storage import Ripe
from funnelkit.testing.broken_clients import CLIENTS
from funnelkit.testing.broken_races import RACES
from funnelkit.testing.broken_records import RECORDS
from funnelkit.testing.spoiled import BrokenStorage, Spoiled
from funnelkit.values.contact import Contact
from funnelkit.values.person import Person
from funnelkit.values.plan import Read


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


class _Rounded(Spoiled):
    def save(self, funnel: str, contact: Contact) -> None:
        since = None if contact.since is None else contact.since.replace(microsecond=0)
        self.inner.save(funnel, evolve(contact, since=since))


class LosesMicroseconds(BrokenStorage):
    """Times are kept to the second."""

    fails = "ContactsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"contacts": _Rounded}


class _Naive(Spoiled):
    def get(self, key: str) -> Any:
        found = self.inner.get(key)
        return None if found is None else evolve(found, made=found.made.replace(tzinfo=None))


class GivesNaiveTimes(BrokenStorage):
    """The zone is lost on the way, as where a column has none."""

    fails = "CampaignsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"campaigns": _Naive}


class _Walled(Spoiled):
    def save(self, campaign: Any) -> None:
        wall = campaign.made.replace(tzinfo=None)
        self.inner.save(evolve(campaign, made=wall.replace(tzinfo=UTC)))


class KeepsWallTime(BrokenStorage):
    """What the clock on the wall said is kept, and read as UTC."""

    fails = "CampaignsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"campaigns": _Walled}


class _AnyFunnel(Spoiled):
    def get(self, funnel: str, contact: str) -> Contact | None:
        found: Contact | None = self.inner.get(funnel, contact)
        others = (self.inner.get(name, contact) for name in self.inner.funnels(contact))
        return next(others, None) if found is None else found


class GivesOtherFunnels(BrokenStorage):
    """A contact of another funnel is read as one's own."""

    fails = "ContactsContract.test_each_funnel_has_its_own"
    spoils: ClassVar = {"contacts": _AnyFunnel}


class _Later(Spoiled):
    def due(self, funnel: str, before: datetime, *more: Any, **named: Any) -> tuple[Contact, ...]:
        found: tuple[Contact, ...] = self.inner.due(funnel, before + timedelta(microseconds=1), *more, **named)
        return found


class DueIncludesTheMoment(BrokenStorage):
    """Off by one: `<=` where `<` is meant."""

    fails = "ContactsContract.test_due_is_before_the_moment_and_ripe_is_until_it"
    spoils: ClassVar = {"contacts": _Later}


class _ByDateOnly(Spoiled):
    def ripe(self, funnel: str, until: datetime, after: Any = None, limit: Any = None, *, claim: bool = False) -> Any:
        rows = self.inner.ripe(funnel, until, claim=claim)
        behind = [row for row in rows if after is None or row.follow_up.gives_up > after[0]]
        return tuple(behind[:limit])


class PagesByDateOnly(BrokenStorage):
    """The next page begins behind the date of the last row, and leaves out those with the same date."""

    fails = "ContactsContract.test_pages_give_each_one_once"
    spoils: ClassVar = {"contacts": _ByDateOnly}


class _OnePage(Spoiled):
    def due(self, funnel: str, before: datetime, coach: Any = None, after: Any = None, limit: Any = None) -> Any:  # noqa: ARG002  # it is broken
        return self.inner.due(funnel, before, coach, None, limit)


class GivesTheFirstPage(BrokenStorage):
    """Every page is the first one."""

    fails = "ContactsContract.test_pages_give_each_one_once"
    spoils: ClassVar = {"contacts": _OnePage}


class _FoldedCase(Spoiled):
    def get(self, key: str) -> Any:
        return self.inner.get(key.casefold())

    def save(self, company: Any) -> None:
        self.inner.save(evolve(company, id=company.id.casefold()))


class FoldsCase(BrokenStorage):
    """Upper case and lower are one, as with a collation of the wrong sort."""

    fails = "CompaniesContract.test_ids_are_any_printable_text"
    spoils: ClassVar = {"companies": _FoldedCase}


class _OldAddress(Spoiled):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._had: dict[str, list[str]] = {}

    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(self._had.get(address, ()))

    def save(self, person: Person) -> None:
        if person.address is not None and person.id not in self._had.setdefault(person.address, []):
            self._had[person.address].append(person.id)
        self.inner.save(person)


class RemembersOldAddresses(BrokenStorage):
    """Who had an address once still has it."""

    fails = "PersonsContract.test_holders_have_the_address_now"
    spoils: ClassVar = {"persons": _OldAddress}


class _Whole(Spoiled):
    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Any, ...]:
        return tuple(row for row in self.inner.of_coach(coach, start, end) if start <= row.start)


class ForgetsWhatHasBegun(BrokenStorage):
    """A calendar that shows what starts in the time, and not what is going on."""

    fails = "AppointmentsContract.test_of_a_coach_those_that_have_a_part_in_the_time"
    spoils: ClassVar = {"appointments": _Whole}


class _ByKey(Spoiled):
    def every(self, *given: Any) -> list[Any]:
        return sorted(self.inner.every(*given), key=lambda row: row.id)


class LosesArrival(BrokenStorage):
    """Rows come by their keys, as a table without an order gives them."""

    fails = "ContactsContract.test_every_one_comes_in_the_order_of_arrival"
    spoils: ClassVar = dict.fromkeys(("contacts", "pipelines", "campaigns", "members", "offers"), _ByKey)


BROKEN: Final[tuple[type[BrokenStorage], ...]] = (
    *(
        kind
        for kind in list(globals().values())
        if isinstance(kind, type) and issubclass(kind, BrokenStorage) and kind is not BrokenStorage
    ),
    *CLIENTS,
    *RACES,
    *RECORDS,
)
"""Every storage that is wrong on purpose."""
