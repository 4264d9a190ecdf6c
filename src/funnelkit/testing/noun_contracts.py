"""Contracts of what the store of every noun promises, whichever noun it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

from attrs import evolve

from funnelkit.ports.storage import Storage, Transaction
from funnelkit.testing import samples
from funnelkit.testing.contracts import Contract, needs, raising, same, supplied
from funnelkit.testing.samples import ELSEWHERE, HERE, LONG, MOMENTS, NAME, NOW, OURS, TEXTS, THEIRS, THERE, ids
from funnelkit.values.checks import LONGEST


class Documents(Protocol):
    """Reads and writes the documents in which an adapter stores nouns, past its stores: for one test."""

    def get(self, account: str, kind: str, key: str) -> Mapping[str, Any]:
        """Give the document of a noun as it is stored."""
        ...

    def put(self, account: str, kind: str, key: str, document: Mapping[str, Any]) -> None:
        """Store another one in its place."""
        ...


class Broke(Exception):  # it is no mistake: it is what a test raises to leave a transaction
    """What a test raises to leave a transaction with an error."""


class NounContract(Contract):
    """What the store of every noun promises."""

    kind: ClassVar[str]
    """Under which name plans read the noun."""
    texts: ClassVar[tuple[str, ...]] = ("name",)
    """Fields that hold a text of any signs."""
    ids: ClassVar[tuple[str, ...]] = ()
    """Further fields that hold an id."""
    times: ClassVar[tuple[str, ...]] = ()
    """Fields that hold a time."""

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a noun with something in every field."""

    def later(self, noun: Any) -> Any:
        """Give the noun as it is when it has changed."""
        return evolve(noun, version=9)

    def store(self, stores: Transaction) -> Any:
        """Give the store that is examined."""
        return getattr(stores, self.asks[0])

    def get(self, stores: Transaction, key: str) -> Any:
        """Read one."""
        return self.store(stores).get(key)

    def save(self, stores: Transaction, *nouns: Any) -> None:
        """Keep them."""
        for noun in nouns:
            self.store(stores).save(noun)

    def kept(self, storage: Storage, *nouns: Any, account: str = OURS) -> None:
        """Keep them in a transaction of their own."""
        with samples.known(storage).transaction(account) as stores:
            self.save(stores, *nouns)

    def found(self, storage: Storage, key: str, account: str = OURS) -> Any:
        """Read one in a transaction of its own."""
        with samples.known(storage).transaction(account, write=False) as stores:
            return self.get(stores, key)

    def come_back(self, storage: Storage, nouns: Iterable[Any], account: str = OURS) -> None:
        """Keep all of these together; each is found as it was."""
        rows = tuple(nouns)
        self.kept(storage, *rows, account=account)
        with storage.transaction(account, write=False) as stores:
            for row in rows:
                same(row, self.get(stores, row.id), ascii(row.id)[:60])

    # ---- tests

    def test_what_is_not_there_is_none(self, funnelkit_storage: Storage) -> None:
        """Nothing is found under an id that nobody kept, be there others or not."""
        same(None, self.found(funnelkit_storage, "nobody"))
        self.kept(funnelkit_storage, self.one("x-1"))
        same(None, self.found(funnelkit_storage, "x-2"))
        same(None, self.found(funnelkit_storage, ""))

    def test_it_comes_back_whole(self, funnelkit_storage: Storage) -> None:
        """Every field comes back with its type, inside the transaction and after it."""
        noun = self.one("x-1")
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            self.save(stores, noun)
            same(noun, self.get(stores, "x-1"), "inside")
        same(noun, self.found(funnelkit_storage, "x-1"), "after")

    def test_a_second_save_takes_its_place(self, funnelkit_storage: Storage) -> None:
        """What is kept under an id is what was kept last, at once."""
        first = self.one("x-1")
        second = self.later(first)
        self.kept(funnelkit_storage, first, self.one("x-2"))
        with funnelkit_storage.transaction(OURS) as stores:
            same(first, self.get(stores, "x-1"))
            self.save(stores, second)
            same(second, self.get(stores, "x-1"), "at once")
        same(second, self.found(funnelkit_storage, "x-1"))
        same(self.one("x-2"), self.found(funnelkit_storage, "x-2"), "the other one")

    def test_an_error_undoes_it(self, funnelkit_storage: Storage) -> None:
        """Value, events and messages become visible together or not at all: what was kept before the error is gone."""
        before = self.one("x-1")
        self.kept(funnelkit_storage, before)
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            self.save(stores, self.later(before), self.one("x-2"))
            raise Broke
        same(before, self.found(funnelkit_storage, "x-1"), "what was there")
        same(None, self.found(funnelkit_storage, "x-2"), "what was new")

    def test_accounts_are_apart(self, funnelkit_storage: Storage) -> None:
        """Nothing is visible across accounts: the same id is another noun in another account."""
        self.kept(funnelkit_storage, self.one("x-1"))
        same(None, self.found(funnelkit_storage, "x-1", THEIRS))
        self.kept(funnelkit_storage, self.one("x-1", version=9), account=THEIRS)
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"), "ours")
        same(self.one("x-1", version=9), self.found(funnelkit_storage, "x-1", THEIRS), "theirs")

    def test_ids_are_any_printable_text(self, funnelkit_storage: Storage) -> None:
        """Ids are kept sign by sign: of any alphabet, with quotes and percent signs, in upper case and lower."""
        self.come_back(funnelkit_storage, (self.one(text, **dict.fromkeys(self.ids, text)) for text in TEXTS))

    @needs("long_ids")
    def test_ids_may_be_long(self, funnelkit_storage: Storage) -> None:
        """As long as the core lets them be, in every field and for the account; two that end differently are two."""
        long = (LONG, LONG[:-1], f"{LONG[:-1]}y", "x" * LONGEST)
        self.come_back(funnelkit_storage, (self.one(key, **dict.fromkeys(self.ids, key)) for key in long), LONG)

    def test_texts_come_back_sign_by_sign(self, funnelkit_storage: Storage) -> None:
        """Names and notes are kept as they were typed."""
        texts = (*TEXTS, NAME, " a blank at both ends ")
        made = enumerate(texts)
        self.come_back(funnelkit_storage, (self.one(f"x-{n}", **dict.fromkeys(self.texts, text)) for n, text in made))

    def test_times_come_back_as_the_same_instant(self, funnelkit_storage: Storage) -> None:
        """Aware, to the microsecond, near the changes of a clock and far away, whatever zone is given."""
        given = [*MOMENTS, *(NOW.astimezone(place) for place in ELSEWHERE)]
        made = enumerate(given)
        self.come_back(funnelkit_storage, (self.timed(f"x-{n}", at) for n, at in made))

    def timed(self, key: str, at: datetime) -> Any:
        """Give a noun with this time wherever it has one."""
        return self.one(key, **dict.fromkeys(self.times, at))

    @needs("documents")
    def test_what_newer_code_added_is_kept(
        self, funnelkit_storage: Storage, funnelkit_documents: Documents | None
    ) -> None:
        """Stored unknown keys survive a round trip through older code."""
        documents = supplied(funnelkit_documents, "funnelkit_documents", "documents")
        self.kept(funnelkit_storage, self.one("x-1"))
        newer = {**documents.get(OURS, self.kind, "x-1"), "mood": {"of": ["today"]}}
        documents.put(OURS, self.kind, "x-1", newer)
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"), "what older code sees")
        later = self.later(self.one("x-1"))
        self.kept(funnelkit_storage, later)
        same({"of": ["today"]}, documents.get(OURS, self.kind, "x-1").get("mood"), "what is stored")
        same(later, self.found(funnelkit_storage, "x-1"), "what changed")


class RemovedContract(NounContract):
    """What the store of a noun promises that can be dropped."""

    def remove(self, stores: Transaction, key: str) -> None:
        """Drop one."""
        self.store(stores).remove(key)

    def test_what_is_removed_is_gone(self, funnelkit_storage: Storage) -> None:
        """It is not found any more, at once and later; its neighbour is. It may come again."""
        self.kept(funnelkit_storage, self.one("x-1"), self.one("x-2"))
        self.kept(funnelkit_storage, self.one("x-1", version=9), account=THEIRS)
        with funnelkit_storage.transaction(OURS) as stores:
            self.remove(stores, "x-1")
            same(None, self.get(stores, "x-1"), "at once")
        same(None, self.found(funnelkit_storage, "x-1"))
        same(self.one("x-2"), self.found(funnelkit_storage, "x-2"), "the other one")
        same(self.one("x-1", version=9), self.found(funnelkit_storage, "x-1", THEIRS), "theirs")
        self.kept(funnelkit_storage, self.one("x-1"))
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"), "again")

    def test_removing_what_is_not_there_does_nothing(self, funnelkit_storage: Storage) -> None:
        """It raises nothing, and takes nothing away."""
        self.kept(funnelkit_storage, self.one("x-1"))
        with funnelkit_storage.transaction(OURS) as stores:
            self.remove(stores, "x-2")
            self.remove(stores, "")
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"))

    def test_an_error_brings_back_what_was_removed(self, funnelkit_storage: Storage) -> None:
        """What was dropped before the error is there."""
        self.kept(funnelkit_storage, self.one("x-1"))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            self.remove(stores, "x-1")
            raise Broke
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"))


class OfFunnelContract(NounContract):
    """What the store of a noun promises of which each belongs to a funnel."""

    def test_every_one_of_a_funnel_comes_as_it_was_made(self, funnelkit_storage: Storage) -> None:
        """In the order in which they were made, however often they change; nothing of another funnel."""
        self.kept(funnelkit_storage, self.one("x-2"), self.one("x-9", funnel=THERE))
        self.kept(funnelkit_storage, self.one("x-1"))
        self.kept(funnelkit_storage, self.one("x-2", version=9))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((self.one("x-2", version=9), self.one("x-1")), tuple(self.store(stores).every(HERE)))
            same(("x-9",), ids(self.store(stores).every(THERE)))


class ManyContract(NounContract):
    """What a store promises that gives many at once."""

    def many(self, stores: Transaction, keys: Iterable[str]) -> dict[str, Any]:
        """Read many."""
        found: dict[str, Any] = self.store(stores).many(keys)
        return found

    def test_many_gives_those_that_are_there(self, funnelkit_storage: Storage) -> None:
        """By id; of nobody, nothing; an id that is asked twice is there once; any iterable will do."""
        self.kept(funnelkit_storage, self.one("x-1"), self.one("x-2"), self.one("x-3"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same({}, self.many(stores, ()), "none")
            same({}, self.many(stores, ["nobody"]), "nobody")
            wanted = {"x-3": self.one("x-3"), "x-1": self.one("x-1")}
            same(wanted, self.many(stores, ["x-3", "nobody", "x-1", "x-3"]), "some")
            same(wanted, self.many(stores, iter(["x-1", "x-3"])), "of an iterator")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same({}, self.many(stores, ["x-1", "x-2"]), "theirs")

    def test_many_may_be_thousands(self, funnelkit_storage: Storage) -> None:
        """No limit of the database is met, however many are asked for."""
        self.kept(funnelkit_storage, self.one("x-1"), self.one("x-39999"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same({"x-1", "x-39999"}, set(self.many(stores, [f"x-{n}" for n in range(40_000)])))
