"""The exam, over every adapter of ours; and every adapter that is wrong on purpose is caught by the test that it names.

An adapter is a line of `ADAPTERS`: what it declares, and how it is made anew for each test.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import pytest
from sqlalchemy import Engine, Table, and_, select, update

from funnelkit import COACHING, Conflict, Invalid
from funnelkit.adapters.holidays import HolidayCalendar
from funnelkit.adapters.memory import (
    CountedIdentifiers,
    FixedClock,
    KnownTokens,
    MemoryLimits,
    MemoryNotifier,
    MemoryStorage,
)
from funnelkit.adapters.sql import SqlStorage, engine_of
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.adapters.system import RandomIdentifiers, RandomTokens, SystemClock
from funnelkit.codec import load_stored, write
from funnelkit.errors import Unavailable
from funnelkit.ports.calendar import Calendar
from funnelkit.ports.clock import Clock
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.limits import Limits
from funnelkit.ports.storage import STORES as STORES_OF
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.ports.tokens import Tokens
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.testing import contracts, exam, samples
from funnelkit.testing.broken import BROKEN, BROKEN_PORTS, ForgetsRollback, SendsEachTime
from funnelkit.testing.broken_nouns import RemembersOldAddresses
from funnelkit.testing.broken_records import TouchesOnce
from funnelkit.testing.contracts import NAMES, STORES, Capabilities, at_once, raising, same
from funnelkit.testing.exam import FreshAccounts, Result, run, table
from funnelkit.testing.faults import (
    At,
    Crashed,
    Delivery,
    FaultyNotifier,
    FaultyStorage,
    busy,
    crash_after,
    crash_before,
    disk_full,
)
from funnelkit.testing.noun_contracts import Documents
from funnelkit.testing.port_contracts import (
    CalendarContract,
    ClockContract,
    IdentifiersContract,
    LimitsContract,
    NotifierContract,
    TokensContract,
)
from funnelkit.testing.samples import NOW, OURS
from funnelkit.testing.spoiled import BrokenStorage, Spoiled
from funnelkit.times import Week
from funnelkit.values.checks import LONGEST, email, identifier
from funnelkit.values.person import Group
from funnelkit.values.plan import Message
from tests import databases

pytest_plugins = ["funnelkit.testing.plugin", "pytester"]

funnelkit_exam = exam.STORAGE

ROOT: Final = Path(__file__).resolve().parent.parent


# ---- our adapters


class Kept(MemoryStorage):
    """Memory that can be opened again, as a file can: each handle has the same accounts, and the same lock."""

    def again(self) -> Kept:
        """Give another handle."""
        other = Kept()
        other._accounts, other.lock, other.identifiers = self._accounts, self.lock, self.identifiers
        return other


ONE_LOCK: Final = "one transaction at a time, those that look included"
GONE: Final = "it ends with the process"
DECLARED: Final[Mapping[str, Mapping[str, Any]]] = {
    "memory": {"documents": "values are kept as they are", "parallel": ONE_LOCK, "processes": GONE, "survives": GONE},
    "memory, opened twice": {"documents": "values are kept as they are", "parallel": ONE_LOCK, "examples": 3},
    databases.MEMORY: {"parallel": ONE_LOCK, "processes": GONE, "survives": GONE, "examples": 5},
    databases.FILE: {"examples": 5},
    databases.POSTGRES: {"examples": 5},
}
"""Every storage of ours, and what it cannot; another one is another line, and a line in `funnelkit_storage`."""


class Database(FreshAccounts):
    """A storage in a database that all tests share: each has accounts of its own, and finds their documents."""

    def __init__(self, target: Engine, prefix: str) -> None:
        """Take an engine, and what stands before the name of each account."""
        super().__init__(SqlStorage(target), prefix)
        self.engine = target

    def again(self) -> Database:
        """Open the same data by connections of its own, as another process does."""
        return Database(engine_of(self.engine.url.render_as_string(hide_password=False)), self.prefix)

    def _row(self, account: str, kind: str, key: str) -> tuple[Table, Any]:
        table = TABLES["contacts" if kind == "contact" else STORES_OF[kind]]
        return table, and_(table.c.account == self.prefix + account, table.c.id == key)

    def get(self, account: str, kind: str, key: str) -> Mapping[str, Any]:
        """Give the document of a noun as it is stored."""
        table, this = self._row(account, kind, key)
        with self.engine.connect() as connection:
            found: Mapping[str, Any] = connection.execute(select(table.c.document).where(this)).scalar_one()
        return found

    def put(self, account: str, kind: str, key: str, document: Mapping[str, Any]) -> None:
        """Store another one in its place."""
        table, this = self._row(account, kind, key)
        with self.engine.begin() as connection:
            connection.execute(update(table).where(this).values(document=document))


@pytest.fixture(params=DECLARED)
def adapter(request: pytest.FixtureRequest) -> str:
    """Give each of our storages in turn, by its name."""
    return str(request.param)


@pytest.fixture
def funnelkit_capabilities(adapter: str) -> Capabilities:
    """What it declares."""
    return Capabilities(adapter=adapter, **DECLARED[adapter])


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Engine]]:
    """Give one database of each kind, whose tables are made once."""
    folder = tmp_path_factory.mktemp("exam")
    made = cache(lambda kind: engine_of(databases.fresh_url(kind, folder)))
    yield made
    for kind in databases.kinds():
        made(kind).dispose()


@pytest.fixture
def funnelkit_storage(adapter: str, engines: Callable[[str], Engine]) -> Storage:
    """A new one, or one with accounts that nobody has."""
    if adapter not in databases.kinds():
        return MemoryStorage() if adapter == "memory" else Kept()
    return Database(engines(adapter), f"{next(NUMBERS)}:")


NUMBERS: Final = count()


@pytest.fixture
def funnelkit_again(funnelkit_storage: Any) -> Iterator[Callable[[], Storage] | None]:
    """How it is opened again."""
    opened: list[Any] = []

    def again() -> Storage:
        other: Storage = funnelkit_storage.again()
        opened.append(other)
        return other

    yield again
    for other in opened:
        if isinstance(other, Database):
            other.engine.dispose()


@pytest.fixture
def funnelkit_documents(funnelkit_storage: Any) -> Documents | None:
    """Where its documents are."""
    return funnelkit_storage if isinstance(funnelkit_storage, Database) else None


def received(notifier: MemoryNotifier) -> list[tuple[str, str]]:
    """Give account and key of all that a notifier in memory has sent."""
    return [(account, message.key) for account, message in notifier.sent]


class TestClocks(ClockContract):
    """The clock of the machine, and one that stands still."""

    @pytest.fixture(params=[SystemClock, lambda: FixedClock(NOW)], ids=["system", "fixed"])
    def funnelkit_clock(self, request: pytest.FixtureRequest) -> Clock:
        """Give each of them."""
        found: Clock = request.param()
        return found

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """Both can everything."""
        return Capabilities(adapter="our clocks")


class TestIdentifiers(IdentifiersContract):
    """Ids that count, and ids of chance."""

    @pytest.fixture(params=[CountedIdentifiers, RandomIdentifiers])
    def funnelkit_identifiers(self, request: pytest.FixtureRequest) -> Identifiers:
        """Give each of them."""
        found: Identifiers = request.param()
        return found

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """Both can everything."""
        return Capabilities(adapter="our identifiers")


class TestTokens(TokensContract):
    """Tokens of chance."""

    @pytest.fixture
    def funnelkit_tokens(self) -> Tokens:
        """Give them."""
        return RandomTokens()

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """They can everything."""
        return Capabilities(adapter="random tokens")


class TestKnownTokens(TokensContract):
    """Tokens that a test knows: good for nothing else."""

    @pytest.fixture
    def funnelkit_tokens(self) -> Tokens:
        """Give them."""
        return KnownTokens()

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """Anybody can guess them, which is why they are there."""
        return Capabilities(adapter="known tokens", chance="they are for tests, which know them")


class TestMemoryNotifier(NotifierContract):
    """The notifier that keeps what it is asked to send."""

    @pytest.fixture
    def funnelkit_notifier(self) -> MemoryNotifier:
        """Give it."""
        return MemoryNotifier()

    @pytest.fixture
    def funnelkit_received(self, funnelkit_notifier: MemoryNotifier) -> Callable[[], list[tuple[str, str]]]:
        """Give what it has kept."""
        return lambda: received(funnelkit_notifier)

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """It can everything, one thread after the other."""
        return Capabilities(adapter="memory notifier", threads="it is for tests that release by one worker")


class OneAtATime(MemoryNotifier):
    """The same, for many workers."""

    def __init__(self) -> None:
        """Have a lock."""
        super().__init__()
        self.lock = threading.Lock()

    def send(self, account: str, message: Message) -> None:
        """Keep it when nobody else does."""
        with self.lock:
            super().send(account, message)


class TestNotifierWithALock(TestMemoryNotifier):
    """A notifier for many workers."""

    @pytest.fixture
    def funnelkit_notifier(self) -> MemoryNotifier:
        """Give it."""
        return OneAtATime()

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """It can everything."""
        return Capabilities(adapter="memory notifier with a lock")


class TestMemoryLimits(LimitsContract):
    """Limits in memory."""

    @pytest.fixture
    def funnelkit_limits(self) -> Limits:
        """Give some that are soon reached."""
        return MemoryLimits(inviter=5, address=3)

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """They can everything."""
        return Capabilities(adapter="memory limits")


class TestCalendars(CalendarContract):
    """A week, and one that knows the holidays."""

    @pytest.fixture(params=[Week, lambda: HolidayCalendar("DE", "BE")], ids=["week", "holidays"])
    def funnelkit_calendar(self, request: pytest.FixtureRequest) -> Calendar:
        """Give each of them."""
        found: Calendar = request.param()
        return found

    @pytest.fixture
    def funnelkit_capabilities(self) -> Capabilities:
        """Both can everything."""
        return Capabilities(adapter="our calendars")


# ---- adapters that are wrong


CONTRACTS: Final = {contract.__name__: contract for contract in (*exam.STORAGE, *exam.PORTS)}


NOT_SHORT: Final = Capabilities(shrink=False)


def caught(fails: str, fixtures: Callable[[], Mapping[str, object]]) -> Result:
    """Give what the named test says of an adapter."""
    contract, test = fails.split(".")
    (result,) = run([CONTRACTS[contract]], fixtures, NOT_SHORT, test)
    return result


def storages(kind: type[Any]) -> Callable[[], Mapping[str, object]]:
    """Give a storage anew, and how it is opened again."""

    def made() -> Mapping[str, object]:
        storage = kind()
        return {"funnelkit_storage": storage, "funnelkit_again": getattr(storage, "again", None)}

    return made


@pytest.mark.parametrize("broken", BROKEN, ids=lambda kind: str(kind.__name__))
def test_a_broken_storage_is_caught(broken: type[BrokenStorage]) -> None:
    """The test that it names fails, and says what is wrong."""
    found = caught(broken.fails, storages(broken))
    assert ("failed", True) == (found.outcome, found.why.startswith(("AssertionError: ", "Broke")))


@pytest.mark.parametrize(("fixture", "port", "fails"), BROKEN_PORTS)
def test_a_broken_port_is_caught(fixture: str, port: type[object], fails: str) -> None:
    """The test that is named with it fails."""

    def fixtures() -> Mapping[str, object]:
        made: Any = port()
        return {fixture: made, "funnelkit_received": lambda: received(made)}

    assert "failed" == caught(fails, fixtures).outcome


def test_the_longest_id_is_as_long_as_the_core_lets_it_be() -> None:
    """In bytes of UTF-8, of which an index of a database holds few; one more is refused."""
    assert LONGEST == len(samples.LONG.encode())
    assert None is identifier(samples.LONG) is identifier("x" * LONGEST)
    assert None is not identifier(samples.LONG + "x")
    assert None is not identifier("\u4e00" * LONGEST)
    assert None is not email(f"{'x' * LONGEST}@example.org")


def test_every_contract_has_caught_something() -> None:
    """What cannot fail is no contract: for each there is an adapter that it catches."""
    named = [broken.fails for broken in BROKEN] + [fails for _, _, fails in BROKEN_PORTS]
    assert set(CONTRACTS) == {name.partition(".")[0] for name in named} | {"MachineContract"}


@pytest.mark.parametrize("broken", [ForgetsRollback, RemembersOldAddresses, TouchesOnce])
def test_the_machine_catches_what_is_wrong(broken: type[BrokenStorage]) -> None:
    """Any order of changes shows a storage that undoes nothing, remembers too much, or forgets to count."""
    found = caught("MachineContract.test_it_is_always_as_in_memory", storages(broken))
    assert ("failed", True) == (found.outcome, "expected" in found.why)


# ---- documents


class Filed(Spoiled):
    """Groups in documents, as a database keeps them; what a document has besides is kept, or (`forgets`) is lost."""

    forgets = False

    def __init__(self, inner: Any) -> None:
        """Have no documents yet."""
        super().__init__(inner)
        self.documents: dict[str, Mapping[str, Any]] = {}

    def get(self, group: str) -> Group | None:
        """Make a group of its document."""
        found = self.documents.get(group)
        return None if found is None else load_stored(found, COACHING, Group).value

    def save(self, group: Group) -> None:
        """Write its document."""
        before = None if self.forgets else self.documents.get(group.id)
        extra = None if before is None else load_stored(before, COACHING, Group).extra
        self.documents[group.id] = write(group, COACHING, extra)


class FiledAndForgotten(Filed):
    """Groups in documents that are written anew each time."""

    forgets = True


class WithDocuments(BrokenStorage):
    """A storage that keeps groups in documents."""

    def get(self, account: str, kind: str, key: str) -> Mapping[str, Any]:
        """Give the document of a group."""
        found: Mapping[str, Any] = getattr(self.stores(account), f"{kind}s").documents[key]
        return found

    def put(self, account: str, kind: str, key: str, document: Mapping[str, Any]) -> None:
        """Put another one in its place."""
        getattr(self.stores(account), f"{kind}s").documents[key] = document


@pytest.mark.parametrize(("kind", "outcome"), [(Filed, "passed"), (FiledAndForgotten, "failed")])
def test_what_newer_code_added_is_kept_or_it_is_seen(kind: type[Spoiled], outcome: str) -> None:
    """An adapter that keeps unknown keys passes, and one that loses them on the second save does not."""
    storage = type("Storage", (WithDocuments,), {"spoils": {"groups": kind}})()
    given = {"funnelkit_storage": storage, "funnelkit_documents": storage}
    assert outcome == caught("GroupsContract.test_what_newer_code_added_is_kept", lambda: given).outcome


# ---- what is declared


def test_a_capability_is_there_or_has_a_reason() -> None:
    """True or a text; a plain no is refused, and so is a word that nobody knows."""
    for wrong in (False, "", "  ", None, 1):
        with pytest.raises(Invalid, match="threads: True is needed, or a text that says why not"):
            Capabilities(threads=wrong)  # type: ignore[arg-type]  # the mistake that is tried
    with pytest.raises(TypeError, match="speed"):
        Capabilities(speed="it is slow")  # type: ignore[call-arg]  # the same
    assert "outbox: the host has its own" == Capabilities(outbox="the host has its own").lacks("threads", "outbox")
    assert None is Capabilities().lacks(*NAMES)


def test_what_is_absent_is_passed_over_and_what_is_not_declared_fails() -> None:
    """A reason is printed; without one the test runs, and says which fixture or which declaration is missing."""
    contracts = [CONTRACTS["SurvivesContract"]]
    absent = run(contracts, storages(MemoryStorage), Capabilities(survives=GONE))
    assert [("skipped", f"survives: {GONE}")] == [(result.outcome, result.why) for result in absent]
    (found,) = run(contracts, storages(MemoryStorage))
    wanted = "AssertionError: supply the fixture funnelkit_again, or declare Capabilities(survives='why not')"
    assert ("failed", wanted) == (found.outcome, found.why)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"contracts": []}, "contracts"),
        ({"contracts": ["GuardsContract"]}, "contracts"),
        ({"contracts": CONTRACTS["GuardsContract"]}, "contracts"),
        ({"contracts": None}, "contracts"),
        ({"only": "test_typo"}, "only"),
        ({"fixtures": {"funnelkit_storage": MemoryStorage()}}, "fixtures"),
        ({"capabilities": None}, "capabilities"),
    ],
)
def test_an_exam_of_nothing_is_no_exam(wrong: dict[str, Any], path: str) -> None:
    """It would be passed; who asks for it hears what is wrong."""
    good = {"contracts": [CONTRACTS["GuardsContract"]], "fixtures": storages(MemoryStorage)}
    with pytest.raises(Invalid) as caught:
        run(**{**good, **wrong})
    assert [path] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(("name", "wrong"), [("examples", 0), ("examples", "x"), ("adapter", None), ("shrink", "no")])
def test_how_it_is_examined_is_well_formed(name: str, wrong: Any) -> None:
    """The machine tries an example at least; the table names the adapter."""
    with pytest.raises(Invalid, match=name):
        Capabilities(**{name: wrong})


def test_every_store_is_a_capability_and_has_its_contract() -> None:
    """A host that brings its own contacts table declares which stores it has; no store is left without an exam."""
    ports = {name for name, value in vars(Transaction).items() if isinstance(value, property)}
    assert ports == set(STORES)
    assert list(STORES) == [contract.asks[0] for contract in exam.STORAGE[: len(STORES)]]


class Without(MemoryStorage):
    """Memory that a store has been taken out of: who asks for it is told that there is none."""

    def __init__(self, store: str) -> None:
        """Take the name of the store."""
        super().__init__()
        self.store = store

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one without that store."""
        return WithoutStore(super().transaction(account, write=write), self.store)


class WithoutStore:
    """A transaction without one of its stores."""

    def __init__(self, inner: Any, store: str) -> None:
        """Take the whole one, and the name of the store."""
        self.inner, self.store = inner, store

    def __enter__(self) -> Self:
        self.stores = self.inner.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        self.inner.__exit__(*given)

    def __getattr__(self, name: str) -> Any:
        """Give every store but this one."""
        if name == self.store:
            raise AttributeError(f"there is no store of {name}")
        return getattr(self.stores, name)


@pytest.mark.parametrize("store", ["contacts", "funnels", "guards", "keys", "packages"])
def test_a_store_that_is_declared_absent_is_left_alone(store: str) -> None:
    """Nothing asks for it, in whichever contract; what does not need it is examined all the same."""
    few: dict[str, Any] = {store: "the host has its own", **dict.fromkeys(("documents", "threads"), "not now")}
    results = run(exam.STORAGE, lambda: {"funnelkit_storage": Without(store)}, Capabilities(examples=1, **few))
    assert [] == [(result.test, result.why) for result in results if result.outcome == "failed"]
    passed = {result.contract for result in results if result.outcome == "passed"}
    assert {"TransactionContract", "ChangedContract", "OutboxContract", "MachineContract"} <= passed


def test_the_table_says_what_was_kept_and_why_not() -> None:
    """One line for each contract, with the reasons of what was passed over and the names of what failed."""
    results = (
        Result("AContract", "test_one", "passed"),
        Result("AContract", "test_two", "skipped", "threads: it has one"),
        Result("AContract", "test_three", "skipped", "threads: it has one"),
        Result("LongerContract", "test_four", "failed", "AssertionError: it"),
    )
    wanted = """\
contract        passed  skipped  failed
AContract            1        2       0  threads: it has one
LongerContract       0        0       1
                failed: test_four"""
    assert wanted == table(results)


def test_differences_are_told_by_their_place() -> None:
    """Field by field, types included, also where values compare as equal; nothing private is needed to find them."""
    one, other = samples.contact(), samples.contact(version=9, since=datetime(2026, 3, 2), tags=frozenset())
    with pytest.raises(AssertionError) as wrong:
        same(one, other, "contact")
    assert [
        "contact.since: expected '2026-03-02 09:30:15.123457+00:00', found 'naive 2026-03-02 00:00:00'",
        "contact.version: expected 3, found 9",
        "contact.tags.'vip': expected 'in it', found '<nothing>'",
    ] == str(wrong.value).splitlines()
    pairs: tuple[tuple[object, object, str], ...] = (
        (1, True, "it: expected 1, found True"),
        ((1, 2), [1, 2], "it: expected (1, 2), found [1, 2]"),
        ((1, 2), (1,), "it: expected (1, 2), found (1,)"),
        ([1, 2], [1, 3], "[1]: expected 2, found 3"),
        ({"a": 1}, {}, "a: expected 1, found '<nothing>'"),
        (Coaching.PROSPECT, Agency.PROSPECT, "it: expected 'Coaching.PROSPECT', found 'Agency.PROSPECT'"),
        (None, "x" * 400, f"it: expected None, found '{'x' * 299}... (402 characters)"),
    )
    for expected, found, text in pairs:
        with pytest.raises(AssertionError) as wrong:
            same(expected, found)
        assert text == str(wrong.value)


def test_an_error_that_does_not_come_is_an_error() -> None:
    """Of this kind only; another one goes through."""
    with raising(Conflict, "it comes"):
        raise Conflict
    with (
        pytest.raises(AssertionError, match="Conflict is expected: it is not there"),
        raising(Conflict, "it is not there"),
    ):
        pass
    with pytest.raises(KeyError), raising(Conflict, "another one"):
        raise KeyError


def test_threads_that_fail_or_hang_are_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of them raises is raised; one that waits for ever is given up."""

    def fails() -> None:
        raise Conflict("in a thread")

    with pytest.raises(Conflict, match="in a thread"):
        at_once(lambda: None, fails)
    assert [1, 2] == at_once(lambda: 1, lambda: 2)
    stop = threading.Event()
    monkeypatch.setattr(contracts, "PATIENCE", 0.05)
    with pytest.raises(AssertionError, match="threads hang"):
        at_once(stop.wait)
    stop.set()


# ---- faults


def test_a_script_of_faults_is_played_in_order() -> None:
    """Only transactions that write count, and only the outermost; behind the end nothing breaks."""
    plain = MemoryStorage()
    storage = FaultyStorage(plain, [None, crash_before(), crash_after(), busy(2), disk_full()])
    told: list[object] = []
    for _ in range(7):
        with storage.transaction(OURS, write=False) as stores:
            told.append(stores.guards.version("calendar", "m-1"))
        try:
            with storage.transaction(OURS) as stores, storage.transaction(OURS) as inner:
                stores.guards.touch("calendar", "m-1")
                inner.guards.touch("calendar", "m-2")
        except (Crashed, OSError, Unavailable) as error:
            told.append(str(error))
    full = "[Errno 28] no space left on device"
    assert [
        0, 1, "before the commit", 1, "after the commit", 2, "the database is busy", 2, "the database is busy", 2, full,
        2,
    ] == told  # fmt: skip
    assert [At.BEFORE_COMMIT, At.AFTER_COMMIT, At.OPENING, At.OPENING, At.BEFORE_COMMIT] == [
        f.at for f in storage.broke
    ]
    assert (plain.identifiers, plain.tokens, True) == (storage.identifiers, storage.tokens, storage.retries)
    assert () == storage.ripe(NOW)


def test_a_script_of_deliveries_is_played_in_order() -> None:
    """Refused, lost, twice, delayed behind the next one, and killed: what arrived, and what was asked for."""
    arrived = SendsEachTime()
    notifier = FaultyNotifier(arrived, Delivery)
    told = []
    for n, _ in enumerate([*Delivery, None, None]):
        try:
            notifier.send(OURS, samples.message(f"k-{n}"))
        except (ConnectionError, TimeoutError, Crashed) as error:
            told.append((n, type(error).__name__))
    assert [(1, "ConnectionError"), (2, "TimeoutError"), (5, "Crashed")] == told
    assert ["k-0", "k-2", "k-3", "k-3", "k-6", "k-4", "k-7"] == [key for _, key in received(arrived)]
    late = FaultyNotifier(arrived, [Delivery.DELAYED])
    late.send(OURS, samples.message("late"))
    late.flush()
    late.flush()
    assert ((OURS, "late"), 8) == (received(arrived)[-1], len(arrived.sent))


def test_fresh_accounts_see_nothing_of_others() -> None:
    """Over one storage, each test has accounts of its own, by the same names, also where all accounts are asked."""
    shared, numbers = MemoryStorage(), count()
    names = ("RipeContract", "TransactionContract", "OutboxContract", "LifeContract", "StorageIdentifiersContract")

    def fresh() -> Mapping[str, object]:
        return {"funnelkit_storage": FreshAccounts(shared, f"{next(numbers)}:")}

    for _ in range(2):
        results = run([CONTRACTS[name] for name in names], fresh)
        assert {"passed"} == {result.outcome for result in results}
    assert shared.ripe(samples.FAR)


# ---- plugin

HOST: Final = """
import pytest
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.testing import exam
from funnelkit.testing.contracts import Capabilities

funnelkit_exam = [contract for contract in exam.STORAGE if contract.__name__ in ("GroupsContract", "SurvivesContract")]

@pytest.fixture
def funnelkit_storage():
    return MemoryStorage()
"""
SAID: Final = """
@pytest.fixture
def funnelkit_capabilities():
    return Capabilities(adapter="my storage", documents="values", survives="it is memory")
"""


def lines_of(pytester: pytest.Pytester, code: str, *options: str) -> tuple[Mapping[str, int], list[str]]:
    """Run a test file of a host, and give what came out."""
    pytester.makepyfile(test_host=code)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly", *options)
    return result.parseoutcomes(), [line for line in result.outlines if line]


MINE: Final = """
from funnelkit.adapters.sql import SqlStorage, engine_of
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.adapters.system import SystemClock

class TestMine(exam.CLOCK[0]):
    @pytest.fixture
    def funnelkit_clock(self):
        return SystemClock()

def test_other():
    pass
"""
WITHIN: Final = """
class TestOne:
    funnelkit_exam = 7

    def test_other(self):
        pass
"""
ASKED: Final = ("-p", "funnelkit.testing.plugin")


def test_a_host_asks_for_the_exam(pytester: pytest.Pytester) -> None:
    """One file with a fixture is examined; the table stands at the end, with what was passed over and why."""
    counts, lines = lines_of(pytester, HOST + SAID, *ASKED)
    assert {"passed": 11, "skipped": 2} == counts
    head = next(place for place, line in enumerate(lines) if "the exam of my storage" in line)
    assert [
        "contract          passed  skipped  failed",
        "GroupsContract        11        1       0  documents: values",
        "SurvivesContract       0        1       0  survives: it is memory",
    ] == lines[head + 1 : head + 4]


def test_a_host_that_declares_nothing_fails(pytester: pytest.Pytester) -> None:
    """What is not declared has to pass."""
    counts, lines = lines_of(pytester, HOST, *ASKED)
    assert {"passed": 11, "failed": 2} == counts
    text = "\n".join(lines)
    assert "supply the fixture funnelkit_again, or declare Capabilities(survives='why not')" in text
    assert "                  failed: test_everything_is_there_again" in lines


def test_a_host_may_write_the_contract_down(pytester: pytest.Pytester) -> None:
    """A class of its own, made of a contract, stands in the table under the contract's name; other tests do not."""
    counts, lines = lines_of(pytester, HOST.replace("funnelkit_exam", "unused") + MINE, *ASKED)
    assert {"passed": 3} == counts
    assert "ClockContract       2        0       0" in lines


def test_the_plugin_is_not_there_unless_it_is_asked_for(pytester: pytest.Pytester) -> None:
    """A host's tests are what they were, though funnelkit is installed."""
    counts, lines = lines_of(pytester, HOST + "\ndef test_other(): pass\n")
    assert ({"passed": 1}, []) == (counts, [line for line in lines if "exam of" in line])


def test_what_is_no_contract_is_no_exam(pytester: pytest.Pytester) -> None:
    """A mistake in the list is an error at once, and nothing is examined."""
    for wrong in ("[int]", "7"):
        counts, lines = lines_of(pytester, HOST + f"\nfunnelkit_exam = {wrong}\n", *ASKED)
        assert {"errors": 1} == counts
        assert any("funnelkit_exam has to be contracts, e.g. funnelkit.testing.exam.STORAGE" in line for line in lines)
    counts, _ = lines_of(pytester, HOST + SAID + WITHIN, *ASKED)
    assert {"passed": 12, "skipped": 2} == counts


def test_the_how_to_is_true(pytester: pytest.Pytester) -> None:
    """Its first block is a test file as it stands, and gives the table that stands below it."""
    page = (ROOT / "docs" / "how-to" / "write-an-adapter.md").read_text(encoding="utf-8")
    code, shown = re.findall(r"^```[a-z]+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[:2]
    counts, lines = lines_of(pytester, code, *ASKED, "-k", "GroupsContract or SurvivesContract")
    assert {"passed": 12, "skipped": 1} == {kind: counts[kind] for kind in ("passed", "skipped")}
    assert shown.splitlines() == lines[lines.index(shown.splitlines()[0]) :][:3]


ALONE: Final = """
import importlib, pkgutil, sys
foreign = ("alembic", "django", "psycopg", "sqlalchemy", "tests")
sys.modules.update(dict.fromkeys(foreign))  # as if they were not installed
import funnelkit.testing
for module in pkgutil.iter_modules(funnelkit.testing.__path__):
    importlib.import_module(f"funnelkit.testing.{module.name}")
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.testing import exam
groups = [contract for contract in exam.STORAGE if contract.__name__ == "GroupsContract"]
results = exam.run(groups, lambda: {"funnelkit_storage": MemoryStorage()}, only="test_it_comes_back_whole")
print(*(result.outcome for result in results))
"""


def test_the_exam_needs_no_adapter_of_ours() -> None:
    """Whoever has `funnelkit[testing]` and nothing else can sit it: no database, no Django, none of our tests."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ("passed\n", "") == (done.stdout, done.stderr)
