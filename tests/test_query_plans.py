"""Every query of the stores is served by an index, on SQLite and on PostgreSQL; no page of rows has to be sorted.

Each method of each store is called once for every shape that its query can have. What it says to the database is
listened to, and explained. PostgreSQL goes by what is in the tables, so they are filled; it is told not to read a table
as a whole where it can do otherwise: what it still does, it has to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final, NamedTuple

import pytest
from attrs import frozen
from sqlalchemy import Column, Text, event, text

from funnelkit import COACHING
from funnelkit.adapters.row_stores import RowTransaction
from funnelkit.adapters.sql import SqlStorage
from funnelkit.adapters.sql.schema import METADATA, Instant
from funnelkit.ports.storage import STORES
from tests.databases import FILE, POSTGRES, fresh_storage
from tests.test_codec import NOON, specimens
from tests.test_migrations import MUSEUM, live

OURS: Final = COACHING.name
LATER: Final = NOON + timedelta(days=400)
PLACE: Final = (NOON, "C-0")
SAID: Final = specimens()
MESSAGE: Final = SAID["message"].key
READS: Final = (
    ("contact", "C-1", 3), ("contact", "C-9", 0), ("person", "C-1", 4), ("calendar", "m-1", 1),
)  # fmt: skip

Stores = Any
Call = Callable[[Stores], object]


def saves(name: str, noun: str) -> tuple[Call, ...]:
    """Save a noun, as it was."""
    return (lambda stores: getattr(stores, name).save(SAID[noun]),)


# fmt: off
CALLS: Final[Mapping[str, tuple[Call, ...]]] = {
    "contacts.count_ripe":     (lambda s: s.contacts.count_ripe(OURS, LATER),),
    "contacts.due":            (
        lambda s: s.contacts.due(OURS, LATER),
        lambda s: s.contacts.due(OURS, LATER, limit=10),
        lambda s: s.contacts.due(OURS, LATER, after=PLACE, limit=10),
        lambda s: s.contacts.due(OURS, LATER, coach="m-1", limit=10),
        lambda s: s.contacts.due(OURS, LATER, coach="m-1", after=PLACE, limit=10),
    ),
    "contacts.every":          (lambda s: s.contacts.every(OURS),),
    "contacts.funnels":        (lambda s: s.contacts.funnels("C-1"),),
    "contacts.get":            (lambda s: s.contacts.get(OURS, "C-1"),),
    "contacts.many":           (lambda s: s.contacts.many(OURS, ("C-1", "C-2")),),
    "contacts.remove":         (lambda s: s.contacts.remove(OURS, "C-1"),),
    "contacts.ripe":           (
        lambda s: s.contacts.ripe(OURS, LATER),
        lambda s: s.contacts.ripe(OURS, LATER, limit=10),
        lambda s: s.contacts.ripe(OURS, LATER, after=PLACE, limit=10),
        lambda s: s.contacts.ripe(OURS, LATER, after=PLACE, limit=10, claim=True),
    ),
    "contacts.save":           (lambda s: s.contacts.save(OURS, SAID["contact"]),),
    "contacts.staged":         (lambda s: s.contacts.staged(OURS), lambda s: s.contacts.staged(OURS, "welcome")),
    "persons.get":             (lambda s: s.persons.get("C-1"),),
    "persons.holders":         (lambda s: s.persons.holders("ada@example.org"),),
    "persons.many":            (lambda s: s.persons.many(("C-1", "C-2")),),
    "persons.remove":          (lambda s: s.persons.remove("C-1"),),
    "persons.save":            saves("persons", "person"),
    "companies.get":           (lambda s: s.companies.get("F-1"),),
    "companies.save":          saves("companies", "company"),
    "groups.get":              (lambda s: s.groups.get("choir"),),
    "groups.many":             (lambda s: s.groups.many(("choir", "alumni")),),
    "groups.save":             saves("groups", "group"),
    "appointments.every":      (lambda s: s.appointments.every(OURS), lambda s: s.appointments.every(OURS, "m-1")),
    "appointments.get":        (lambda s: s.appointments.get("A-1"),),
    "appointments.of_coach":   (lambda s: s.appointments.of_coach("m-1", NOON, LATER),),
    "appointments.of_contact": (lambda s: s.appointments.of_contact("C-1"),),
    "appointments.remove":     (lambda s: s.appointments.remove("A-1"),),
    "appointments.save":       saves("appointments", "appointment"),
    "pipelines.default":       (lambda s: s.pipelines.default(OURS),),
    "pipelines.every":         (lambda s: s.pipelines.every(OURS),),
    "pipelines.get":           (lambda s: s.pipelines.get("welcome"),),
    "pipelines.save":          saves("pipelines", "pipeline"),
    "campaigns.every":         (lambda s: s.campaigns.every(OURS),),
    "campaigns.get":           (lambda s: s.campaigns.get("K-1"),),
    "campaigns.save":          saves("campaigns", "campaign"),
    "members.every":           (lambda s: s.members.every(),),
    "members.get":             (lambda s: s.members.get("m-1"),),
    "members.holders":         (lambda s: s.members.holders("cora@example.org"),),
    "members.many":            (lambda s: s.members.many(("m-1", "m-2")),),
    "members.save":            saves("members", "member"),
    "invitations.count_ripe":  (lambda s: s.invitations.count_ripe(OURS, LATER),),
    "invitations.get":         (lambda s: s.invitations.get("I-1"),),
    "invitations.of_contact":  (lambda s: s.invitations.of_contact("C-1"),),
    "invitations.ripe":        (
        lambda s: s.invitations.ripe(OURS, LATER),
        lambda s: s.invitations.ripe(OURS, LATER, limit=10),
        lambda s: s.invitations.ripe(OURS, LATER, after=PLACE, limit=10),
        lambda s: s.invitations.ripe(OURS, LATER, after=PLACE, limit=10, claim=True),
    ),
    "invitations.save":        saves("invitations", "invitation"),
    "links.get":               (lambda s: s.links.get("a-public-selector"),),
    "links.save":              saves("links", "link"),
    "offers.every":            (lambda s: s.offers.every(),),
    "offers.get":              (lambda s: s.offers.get("five"),),
    "offers.save":             saves("offers", "offer"),
    "packages.get":            (lambda s: s.packages.get("K-5"),),
    "packages.of_contact":     (lambda s: s.packages.of_contact("C-1"),),
    "packages.of_payment":     (lambda s: s.packages.of_payment("pi_1"),),
    "packages.remove":         (lambda s: s.packages.remove("K-5"),),
    "packages.save":           saves("packages", "package"),
    "history.append":          (lambda s: s.history.append([SAID["contact_deleted"]], [("E-1", "why")]),),
    "history.forget":          (lambda s: s.history.forget([("contact", "C-1"), ("contact", "C-2")]),),
    "history.of":              (lambda s: s.history.of(OURS, "contact", "C-1"),),
    "history.text":            (lambda s: s.history.text("E-1"),),
    "history.texts":           (lambda s: s.history.texts(("E-1", "E-2")),),
    "outbox.about":            (lambda s: s.outbox.about("C-1"),),
    "outbox.add":              (lambda s: s.outbox.add([SAID["message"]]),),
    "outbox.claim":            (lambda s: s.outbox.claim(10, NOON, LATER),),
    "outbox.dead":             (lambda s: s.outbox.dead(),),
    "outbox.failed":           (lambda s: s.outbox.failed(MESSAGE, None),),
    "outbox.forget":           (lambda s: s.outbox.forget("C-1"),),
    "outbox.hold":             (lambda s: s.outbox.hold(MESSAGE, LATER),),
    "outbox.revive":           (lambda s: s.outbox.revive(MESSAGE),),
    "outbox.sent":             (lambda s: s.outbox.sent(MESSAGE),),
    "outbox.waiting":          (lambda s: s.outbox.waiting(10, NOON),),
    "outbox.withheld":         (lambda s: s.outbox.withheld(),),
    "outbox.withhold":         (lambda s: s.outbox.withhold(MESSAGE),),
    "keys.get":                (lambda s: s.keys.get("coaching:k"),),
    "keys.save":               (lambda s: s.keys.save("coaching:k", "digest", SAID["contact"]),),
    "funnels.get":             (lambda s: s.funnels.get(COACHING.fingerprint),),
    "funnels.save":            (lambda s: s.funnels.save("f", {"name": OURS}),),
    "guards.touch":            (lambda s: s.guards.touch("calendar", "m-1"),),
    "guards.version":          (lambda s: s.guards.version("calendar", "m-1"),),
    "changed":                 (lambda s: s.changed(READS, OURS),),
}
# fmt: on

ROW_BY_ROW: Final = {
    ("appointments.of_coach", "end"): "an appointment lasts a day at most, so the days around it are what is looked at",
    ("appointments.every", "coach"): "a report reads a whole funnel, or all that its coach has",
    ("appointments.every", "funnel"): "the same",
    ("outbox.claim", "ready"): "in the order of storing; what is held is passed over within the index",
    ("outbox.waiting", "ready"): "the same",
    ("outbox.revive", "state"): "the one row of a key",
    ("outbox.hold", "state"): "the same",
    ("outbox.failed", "state"): "the same",
    ("outbox.withhold", "state"): "the same",
}
"""Conditions by which the rows that an index found are looked through, and why that is enough."""

MANY: Final = 4000
"""Rows of a table that is filled; one in twenty is in the account that is asked about."""

FILLERS: Final[Mapping[str, str]] = {
    "account":  f"CASE WHEN g % 20 = 0 THEN '{MUSEUM}' ELSE 'a-' || g % 37 END",
    "funnel":   f"CASE WHEN g / 20 % 5 = 0 THEN '{OURS}' ELSE 'f-' || g / 20 % 5 END",
    "state":    "(ARRAY['waiting', 'sent', 'dead', 'withheld'])[1 + g / 20 % 4]",
    "pipeline": "CASE WHEN g % 100 = 0 THEN 'x-' || g END",
    "document": "'{}'",
}  # fmt: skip
"""In SQL, what stands in a column of row number g; other texts are as many as rows, and times a day apart."""


WAITS: Final = (("funnelkit_contacts", "gives_up"), ("funnelkit_invitations", "expires"))


class Heard(NamedTuple):
    """A statement, and what was given with it."""

    said: str
    given: Any

    @property
    def conditions(self) -> set[str]:
        """The columns by which it finds its rows."""
        found = re.search(
            r"\bWHERE (.*?)(?= ORDER BY| GROUP BY| LIMIT|\s+LIMIT| FOR UPDATE| RETURNING|$)", self.said, re.DOTALL
        )
        return set(re.findall(r'funnelkit_\w+\."?(\w+)"?', found[1])) if found else set()

    @property
    def finds(self) -> bool:
        """Whether it looks for rows at all: not what adds new ones, or begins something."""
        return self.said.startswith(("SELECT", "UPDATE", "DELETE"))

    @property
    def paged(self) -> bool:
        """Whether it wants only so many rows, so that it should not have to read them all."""
        return "LIMIT" in self.said


class Plan(NamedTuple):
    """What a database means to do: by which columns indexes are searched, what is read as a whole, and if it sorts."""

    searched: set[str]
    whole: list[str]
    sorts: bool


class Undone(Exception):
    """What was tried is undone."""


@contextmanager
def listening(storage: SqlStorage) -> Iterator[list[Heard]]:
    """Collect what is said to the database."""
    found: list[Heard] = []

    def listen(_c: Any, _u: Any, said: str, given: Any, _x: Any, many: bool) -> None:
        found.append(Heard(said, given[0] if many and given else given))

    event.listen(storage.engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(storage.engine, "before_cursor_execute", listen)


def heard(storage: SqlStorage, call: Call) -> list[Heard]:
    """Do it in a transaction that is undone, and give what it said to find rows."""
    with listening(storage) as found, suppress(Undone), storage.transaction(MUSEUM) as stores:
        found.clear()
        call(stores)
        raise Undone
    return [one for one in found if one.finds]


def fill(storage: SqlStorage) -> None:
    """Add many rows to every table, and let the database count them."""
    with storage.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            columns = [column for column in table.columns if column.name != "seq"]
            names = ", ".join(f'"{column.name}"' for column in columns)
            values = ", ".join(filler(column) for column in columns)
            filled = f"INSERT INTO {table.name} ({names}) SELECT {values} FROM generate_series(1, {MANY}) AS g"  # noqa: S608  # ours
            connection.execute(text(filled))
        connection.execute(text(f"ANALYZE {', '.join(table.name for table in METADATA.sorted_tables)}"))


def filler(column: Column[Any]) -> str:
    """Say in SQL what stands in a column of row number g. One contact stands in five funnels."""
    if column.name in FILLERS:
        return FILLERS[column.name]
    if isinstance(column.type, Instant):
        return "timestamptz '2026-03-02' + g * interval '1 day'"
    if isinstance(column.type, Text):
        return "'x-' || g / 100" if column.table.name.endswith("_contacts") else "'x-' || g"
    return "1"


LISTED: Final = "SCAN listed VIRTUAL TABLE"
"""How SQLite goes through the ids of a list that it was given."""


def on_sqlite(storage: SqlStorage, one: Heard) -> Plan:
    """Ask SQLite."""
    with storage.engine.connect() as connection:
        lines = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one.said}", one.given)]
    searched = [line for line in lines if line.startswith("SEARCH")]
    by = {word for line in searched for word in re.findall(r"\w+", line.partition(" (")[2])}
    whole = [line for line in lines if line.startswith("SCAN") and not line.startswith(LISTED)]
    return Plan(by, whole, any("ORDER BY" in line for line in lines))


def on_postgres(storage: SqlStorage, one: Heard) -> Plan:
    """Ask PostgreSQL."""
    with storage.engine.connect() as connection:
        for setting in ("enable_seqscan", *(("enable_bitmapscan", "enable_sort") if one.paged else ())):
            connection.execute(text(f"SET LOCAL {setting} = off"))
        (tree,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {one.said}", one.given).scalar_one()
    nodes = list(below(tree["Plan"]))
    by = {word for node in nodes for word in re.findall(r"\w+", node.get("Index Cond", ""))}
    scans = [node for node in nodes if "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Heap Scan"]
    whole = [f"{node['Node Type']} {node.get('Index Name', '')}" for node in scans if "Index Cond" not in node]
    return Plan(by, whole, any("Sort" in node["Node Type"] for node in nodes))


def below(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give this step of a plan and all that it takes its rows from."""
    yield node
    for part in node.get("Plans", ()):
        yield from below(part)


EXPLAIN: Final = {FILE: on_sqlite, POSTGRES: on_postgres}


@frozen
class Base:
    """A database with something of everything in it, and what the stores said to it."""

    kind: str
    storage: SqlStorage
    said: Mapping[str, list[Heard]]

    def plans(self, name: str) -> list[tuple[Heard, Plan]]:
        """Give each statement of a method, and how it will be done."""
        return [(one, EXPLAIN[self.kind](self.storage, one)) for one in self.said[name]]


@pytest.fixture(scope="module", params=EXPLAIN)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """Each kind of database, after all that can be said to it was said."""
    storage = fresh_storage(request.param, tmp_path_factory.mktemp("plans"))
    live(storage)
    said = {name: [one for call in calls for one in heard(storage, call)] for name, calls in CALLS.items()}
    with listening(storage) as found:
        assert storage.ripe(LATER)
    said["ripe"] = [one for one in found if one.finds]
    if request.param == POSTGRES:
        fill(storage)
    yield Base(request.param, storage, said)
    storage.close()


def test_every_method_of_every_store_is_explained() -> None:
    """A method that is added to a store has to be called here."""
    stores = {
        f"{name}.{method}"
        for name, store in RowTransaction.made.items()
        for method in dir(store)
        if not method.startswith("_") and callable(getattr(store, method)) and method not in {"columns", "noun"}
    }
    ours = {method for method in vars(RowTransaction) if not method.startswith("_")} - {"made"}
    removed = {f"{name}.remove" for name in STORES.values()} - set(CALLS)  # what all have, and few promise
    assert set() == (stores | ours) - removed ^ set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_an_index_serves_it(base: Base, name: str) -> None:
    """No table is read as a whole, every condition is one of an index, and no page has to be sorted."""
    for one, plan in base.plans(name):
        assert [] == plan.whole, one.said
        left = {column for column in one.conditions - plan.searched if (name, column) not in ROW_BY_ROW}
        assert (set(), True) == (left, "account" in plan.searched), one.said
        assert not (one.paged and plan.sorts), one.said


def test_every_method_that_asks_was_heard(base: Base) -> None:
    """Nothing passes because nothing was said: only what adds rows asks for none."""
    silent = {name for name, said in base.said.items() if not said}
    assert {"funnels.save", "history.append", "keys.save", "outbox.add"} == silent


def test_what_is_ripe_everywhere_reads_only_what_waits(base: Base) -> None:
    """The one query over all accounts reads no table: PostgreSQL what has run out, SQLite the index of all that may."""
    plans = [plan for _, plan in base.plans("ripe")]
    waits = [f"SCAN {name} USING COVERING INDEX ix_{name}_account_funnel_{time}_id" for name, time in WAITS]
    assert ([[], []] if base.kind == POSTGRES else [[line] for line in waits]) == [plan.whole for plan in plans]
    searched = [{time} if base.kind == POSTGRES else set() for _, time in WAITS]
    assert searched == [plan.searched & {"gives_up", "expires"} for plan in plans]


def test_a_query_without_an_index_is_caught(base: Base) -> None:
    """What reads a whole table, or sorts a page, or looks through what it found, is seen as such."""
    explain, every = EXPLAIN[base.kind], "SELECT * FROM funnelkit_contacts"
    assert explain(base.storage, Heard(every, ())).whole
    page = Heard(f"{every} WHERE funnelkit_contacts.account = 'a' ORDER BY version LIMIT 3", ())
    assert (True, True) == (page.paged, explain(base.storage, page).sorts)
    looked = Heard(f"{every} WHERE funnelkit_contacts.account = 'a' AND funnelkit_contacts.status = 'b'", ())
    assert {"account", "status"} == looked.conditions
    assert {"status"} == looked.conditions - explain(base.storage, looked).searched
