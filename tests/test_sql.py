"""Storage in a database: made from what, what it keeps, what it says when the database fails, whom it never shows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text, update

from funnelkit import AGENCY, COACHING, TEAM, Actor, Conflict, Contact, Funnel, FunnelkitError, FunnelService, Role
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier, MemoryObserver
from funnelkit.adapters.memory import MemoryStorage as Memory
from funnelkit.adapters.sql import SqlStorage, prepare
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.commands import (
    AddContact,
    Archive,
    Convert,
    Delete,
    Edit,
    Invite,
    Restore,
    Revoke,
    ScheduleFollowUp,
    Tag,
)
from funnelkit.errors import Invalid, Unavailable
from funnelkit.ports.storage import Storage
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.team import Team
from tests import databases
from tests.databases import FILE, MEMORY, POSTGRES

Crm: TypeAlias = FunnelService[Any, Any]

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
COACH: Final = Actor(id="m-1", role=Role.COACH)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
NAME: Final = "Ada Planted"
ADDRESS: Final = "ada@planted.example"
SECRET: Final = "Geheimnis"
ON_DISK: Final = (FILE, POSTGRES)


def service(storage: Storage, funnel: Funnel[Any, Any] = COACHING, account: str = "acme", **more: Any) -> Crm:
    """Give a service; the clock stands."""
    return FunnelService(funnel, account=account, storage=storage, clock=FixedClock(NOW), **more)


def add(crm: Crm, key: str = "c-1", **more: Any) -> Contact:
    """Add a contact whose name and address are planted."""
    known: dict[str, Any] = {"name": NAME, "email": ADDRESS, "by": COACH, **more}
    found: Contact = crm.do(AddContact(id=key, **known))
    return found


def ids(crm: Crm) -> list[str]:
    """Give the ids of all contacts, in the order in which they came."""
    return [contact.id for contact in crm.contacts()]


@pytest.fixture(params=databases.kinds())
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """Give an empty storage of each kind."""
    with databases.storage(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=ON_DISK)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database that more than one can open."""
    return databases.fresh_url(request.param, tmp_path)


# ---- made from what


def test_a_url_an_engine_and_a_connection_lead_to_the_same(url: str) -> None:
    """What one of them stores, the others give."""
    by_url = SqlStorage(url)
    add(service(by_url))
    engine = prepare(create_engine(url))
    by_engine = SqlStorage(engine)
    add(service(by_engine), "c-2")
    with engine.begin() as connection:
        add(service(SqlStorage(connection)), "c-3")
    assert ["c-1", "c-2", "c-3"] == ids(service(by_url)) == ids(service(by_engine))
    with engine.connect() as connection:
        assert ["c-1", "c-2", "c-3"] == ids(service(SqlStorage(connection)))
    by_url.close()
    engine.dispose()


def test_only_a_hosts_own_connection_is_not_planned_on_again(url: str) -> None:
    """A URL and an engine begin their own transactions, so that a second try sees what others did."""
    storage = SqlStorage(url)
    with storage.engine.connect() as connection:
        assert (True, True, False) == (
            storage.retries,
            SqlStorage(storage.engine).retries,
            SqlStorage(connection).retries,
        )
    storage.close()


def test_a_url_without_a_driver_means_psycopg() -> None:
    """As servers and hosting give it: `postgresql://`."""
    plain = make_url(databases.fresh_url(POSTGRES, Path())).set(drivername="postgresql")
    storage = SqlStorage(plain.render_as_string(hide_password=False))
    assert "c-1" == add(service(storage)).id
    storage.close()


def test_another_process_reads_what_was_stored_before(tmp_path: Path) -> None:
    """A SQLite file survives the program: opened anew, by another process, everything is there."""
    url = databases.sqlite_file(tmp_path)
    storage = SqlStorage(url)
    crm = service(storage)
    add(crm)
    before = crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    storage.close()
    script = (
        "import sys, json, datetime as d; from funnelkit import *\n"
        "from funnelkit.adapters.memory import FixedClock; from funnelkit.adapters.sql import SqlStorage\n"
        "clock = FixedClock(d.datetime(2026, 3, 3, tzinfo=d.UTC))\n"
        "crm = FunnelService(COACHING, account='acme', storage=SqlStorage(sys.argv[1]), clock=clock)\n"
        "c = crm.contact('c-1')\n"
        "print(json.dumps([c.status, c.version, c.since.isoformat(), crm.person('c-1').name, len(crm.history('c-1'))]))"
    )
    ran = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True)
    told = events_of(url)
    assert ["hot_lead", before.version, NOW.isoformat(), NAME, told] == json.loads(ran.stdout)


def events_of(url: str) -> int:
    """Count the events of contacts by hand."""
    engine, events = create_engine(url), TABLES["events"]
    with engine.connect() as connection:
        found = connection.execute(select(events.c.id).where(events.c.noun == "contact")).all()
    engine.dispose()
    return len(found)


def test_tables_that_are_there_are_left_as_they_are(url: str) -> None:
    """Opened a second time nothing is made anew, and nothing is lost."""
    one = SqlStorage(url)
    add(service(one))
    other = SqlStorage(url)
    assert ["c-1"] == ids(service(other))
    with other.engine.connect() as connection:
        assert {table.name for table in TABLES.values()} <= set(inspect(connection).get_table_names())
    one.close()
    other.close()


def test_an_import_and_a_connection_make_no_tables(url: str) -> None:
    """Inside a host's transaction nothing is made: that is a migration's business."""
    engine = prepare(create_engine(url))
    with engine.begin() as connection:
        SqlStorage(connection)
        assert [] == inspect(connection).get_table_names()
    engine.dispose()


def test_many_who_start_at_once_on_an_empty_database_all_start(url: str) -> None:
    """Eight workers of a web server come up together: one makes the tables, the others find them."""
    found: list[object] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        try:
            opened = SqlStorage(url)
        except FunnelkitError as error:
            found.append(error)
        else:
            found.append(len(service(opened).contacts()))
            opened.close()

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [0] * 8 == found


BAD_URLS: Final = (
    "",
    "nonsense",
    "mysql://localhost/crm",
    "sqlite:",
    "sqlite+nosuch:///crm.db",
    "sqlite:///crm\0.db",
    "postgresql://localhost/crm\0",
    f"postgresql://:::{SECRET}",
    f"postgresql://u:{SECRET}@localhost:{SECRET}/crm",
    f"postgresql://u:{SECRET}@[::1/crm",
    f"postgresql+nosuch://u:{SECRET}@localhost/crm",
)


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_url_is_invalid(url: str) -> None:
    """The field is named, and nothing of the URL is shown: it may hold a password."""
    with pytest.raises(Invalid) as caught:
        SqlStorage(url)
    assert ["target"] == [problem.path for problem in caught.value.problems]
    assert SECRET not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("target", [None, 7, b"sqlite://", Path("crm.db")])
def test_what_is_no_database_is_invalid(target: Any) -> None:
    """Only a URL, an Engine or a Connection will do."""
    with pytest.raises(Invalid) as caught:
        SqlStorage(target)
    assert ["target"] == [problem.path for problem in caught.value.problems]


def test_a_driver_that_is_not_installed_is_told_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks psycopg hears which extra brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable, match="`postgres`"):
        SqlStorage(f"postgresql://u:{SECRET}@localhost/crm")


UNREACHABLE: Final = (
    "sqlite:///{folder}/missing/crm.db",
    "sqlite:///{folder}",
    f"postgresql://{SECRET}:{SECRET}@127.0.0.1:1/{SECRET}",
    f"postgresql://u:{SECRET}@/{SECRET}?host={{folder}}",
)


@pytest.mark.parametrize("url", UNREACHABLE)
def test_a_database_that_is_not_there_is_unavailable(url: str, tmp_path: Path) -> None:
    """A missing folder, a folder in place of a file, no server: told without the URL."""
    with pytest.raises(Unavailable) as caught:
        SqlStorage(url.format(folder=tmp_path))
    assert not any(word in f"{caught.value} {caught.value!r}" for word in (SECRET, str(tmp_path)))


# ---- funnels


def test_one_person_stands_in_two_funnels(storage: SqlStorage) -> None:
    """Each funnel gives its own place and statuses of its own type; the person is one."""
    coaching, agency = service(storage), service(storage, AGENCY)
    add(coaching)
    agency.do(AddContact(id="c-1", name=NAME, email=ADDRESS, by=COACH))
    coaching.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    assert Coaching.HOT_LEAD is coaching.contact("c-1").status
    assert type(agency.contact("c-1").status) is AGENCY.statuses
    with storage.transaction("acme", write=False) as stores:
        assert ["agency", "coaching"] == sorted(stores.contacts.funnels("c-1"))
    assert coaching.person("c-1") == agency.person("c-1")


PRACTICE: Final = COACHING.derive("practice", labels={Coaching.HOT_LEAD: "Nearly There"})


def test_a_derived_funnel_is_read_with_its_own_statuses(url: str) -> None:
    """A service of it gives them, in the same process and in the next one."""
    for key in ("c-1", "c-2"):
        storage = SqlStorage(url)
        crm = service(storage, PRACTICE)
        add(crm, key)
        crm.do(Convert(contact=key, to=Coaching.HOT_LEAD, by=COACH))
        assert {Coaching.HOT_LEAD} == {contact.status for contact in crm.contacts()}
        assert all(type(contact.status) is PRACTICE.statuses for contact in crm.contacts())
        assert () == crm.drift()
        storage.close()


def test_a_funnel_that_nobody_told_of_is_made_of_what_is_stored(url: str) -> None:
    """A service of one funnel exports what another funnel, unknown to this process, has stored."""
    one = SqlStorage(url)
    practice = service(one, PRACTICE)
    add(practice)
    practice.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    practice.do(ScheduleFollowUp(contact="c-1", due=NOW + DAY, by=COACH))
    expected = practice.export("c-1")
    one.close()
    other = SqlStorage(url)
    agency = service(other, AGENCY)
    found = agency.export("c-1")
    assert ("hot_lead", "practice") == (found["places"][0]["status"], found["places"][0]["funnel"])
    assert {**expected, "exported": None} == {**found, "exported": None}
    with other.transaction("acme", write=False) as stores:
        contact = stores.contacts.get("practice", "c-1")
        assert contact is not None
        assert ("hot_lead", "practice") == (contact.status.value, *stores.contacts.funnels("c-1"))
        assert contact in tuple(stores.contacts.every("practice"))
    other.close()


def test_a_change_to_an_unknown_funnel_stores_what_its_own_process_reads(url: str) -> None:
    """Saved by a process that made the funnel of its document, the row is the same for the one that knows it."""
    one = SqlStorage(url)
    add(service(one, PRACTICE))
    other = SqlStorage(url)
    with other.transaction("acme") as stores:
        contact = stores.contacts.get("practice", "c-1")
        assert contact is not None
        stores.contacts.save("practice", evolve(contact, version=contact.version + 1))
    again = service(one, PRACTICE).contact("c-1")
    assert (2, Coaching.PROSPECT, Coaching) == (again.version, again.status, type(again.status))
    one.close()
    other.close()


# ---- what newer code has added


def document(storage: SqlStorage, table: str, key: str) -> dict[str, Any]:
    """Give a document as it is stored."""
    of = TABLES[table]
    with storage.engine.connect() as connection:
        found: dict[str, Any] = connection.execute(select(of.c.document).where(of.c.id == key)).scalar_one()
    return found


def rewrite(storage: SqlStorage, table: str, key: str, **more: Any) -> None:
    """Let newer code have written further keys into a document."""
    of = TABLES[table]
    found = {**document(storage, table, key), **more}
    with storage.engine.begin() as connection:
        connection.execute(update(of).where(of.c.id == key).values(document=found))


def test_what_newer_code_has_added_survives_a_command(storage: SqlStorage) -> None:
    """Keys that this code does not know are kept, with all that is in them, when it changes the row."""
    crm = service(storage, TEAM)
    invited = crm.do(Invite(id="c-1", name=NAME, email=ADDRESS, status=Team.CLIENT, by=OWNER))
    later = {"mood": {"now": ["bright", 1, None, True], "Größe": "1.80"}}
    for table, key in (("contacts", "c-1"), ("persons", "c-1"), ("invitations", invited.id)):
        rewrite(storage, table, key, later=later)
    crm.do(Tag(contact="c-1", tags=["t-1"], by=OWNER))
    crm.do(Edit(contact="c-1", phone="+49 30 1", by=OWNER))
    crm.do(Revoke(invitation=invited.id, by=OWNER))
    for table, key in (("contacts", "c-1"), ("persons", "c-1"), ("invitations", invited.id)):
        assert later == document(storage, table, key).get("later"), table
    assert ["t-1"] == document(storage, "contacts", "c-1")["tags"]
    assert "+49 30 1" == crm.person("c-1").phone
    assert () == crm.drift()


# ---- what is said when the database fails


def quiet(error: BaseException) -> bool:
    """Whether neither the text nor the form of an error shows what was planted, nor a statement."""
    told = f"{error} {error!r} {error.args}"
    return not any(word in told for word in (NAME, ADDRESS, "Planted", "c-1", "acme", "INSERT", "SELECT", "UPDATE"))


def whole(crm: Crm, *expected: str) -> None:
    """Then: these contacts are there, each as its history says, and the next command goes through."""
    assert list(expected) == ids(crm)
    assert () == crm.drift()
    assert NAME == crm.person("c-1").name


def hurried(engine: Engine, *pragmas: str) -> Engine:
    """Say something to each new SQLite connection, after what `prepare` says."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a SQLite file in which one contact is stored."""
    url = databases.sqlite_file(tmp_path)
    storage = SqlStorage(url)
    add(service(storage))
    storage.close()
    return Path(make_url(url).database or "")


def test_a_read_only_file_is_read_and_not_written_to(path: Path) -> None:
    """Questions are answered; a command is Unavailable and says why."""
    storage = SqlStorage(f"sqlite:///file:{path}?mode=ro&uri=true")
    crm = service(storage)
    with pytest.raises(Unavailable, match="may not be written to") as caught:
        add(crm, "c-2")
    assert quiet(caught.value)
    whole(crm, "c-1")
    storage.close()


def test_a_full_disk_loses_the_command_and_nothing_else(path: Path) -> None:
    """The command that found no room left nothing behind; all before are there; with room again it goes on."""
    engine = prepare(create_engine(f"sqlite:///{path}"))
    storage = SqlStorage(engine)
    crm = service(storage)
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        connection.rollback()
    done = ["c-1"]

    def fill() -> None:
        for n in range(2, 1000):
            add(crm, f"c-{n}")
            done.append(f"c-{n}")

    with pytest.raises(Unavailable, match="disk of the database is full") as caught:
        fill()
    assert quiet(caught.value)
    whole(crm, *done)
    engine.dispose()  # a new connection has no such limit
    add(crm, "c-9999")
    with engine.connect() as connection:
        assert ["ok"] == connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    whole(crm, *done, "c-9999")
    engine.dispose()


def test_a_busy_file_is_told_after_one_wait(path: Path) -> None:
    """Another program writes for longer than one waits: it is told once, and readers go on meanwhile."""
    engine = hurried(prepare(create_engine(f"sqlite:///{path}")), "busy_timeout = 5")
    storage, observer = SqlStorage(engine), MemoryObserver()
    crm = service(storage, observer=observer)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="busy") as caught:
        add(crm, "c-2")
    assert quiet(caught.value)
    assert [] == [what for what, _, _ in observer.heard if what == "retried"], "the wait is the database's own"
    whole(crm, "c-1")
    other.execute("ROLLBACK")
    other.close()
    add(crm, "c-2")
    whole(crm, "c-1", "c-2")
    engine.dispose()


@pytest.mark.parametrize("made", [lambda url: url, create_engine], ids=["URL", "a host's own engine"])
def test_who_opens_a_file_that_another_writes_waits_for_the_log(tmp_path: Path, made: Callable[[str], Any]) -> None:
    """SQLite refuses at once to put a file beside a log while another writes; of workers that start, several do."""
    file = tmp_path / "busy.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.executescript("CREATE TABLE of_the_host (id INTEGER); BEGIN IMMEDIATE;")
    later = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    later.start()
    storage = SqlStorage(made(f"sqlite:///{file}"))
    add(service(storage))
    later.join()
    other.close()
    whole(service(storage), "c-1")
    storage.close()


def test_a_locked_row_is_told_after_one_wait(tmp_path: Path) -> None:
    """The same on PostgreSQL, where the host has set how long one waits for a lock."""
    url = make_url(databases.fresh_url(POSTGRES, tmp_path))
    SqlStorage(url.render_as_string(hide_password=False)).close()  # tables are made by who waits as long as it takes
    options = f"{url.query['options']} -clock_timeout=5"
    engine = create_engine(url.update_query_dict({"options": options}))
    observer = MemoryObserver()
    crm = service(SqlStorage(engine), observer=observer)
    add(crm)
    with engine.begin() as other:
        other.execute(text("SELECT * FROM funnelkit_contacts FOR UPDATE"))
        with pytest.raises(Unavailable, match="busy") as caught:
            crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
        whole(crm, "c-1")
    assert quiet(caught.value)
    assert [] == [what for what, _, _ in observer.heard if what == "retried"], "the wait is the database's own"
    crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
    whole(crm, "c-1")
    engine.dispose()


@pytest.mark.parametrize(
    "change", ["DROP TABLE funnelkit_events", "ALTER TABLE funnelkit_contacts DROP COLUMN version"]
)
@pytest.mark.parametrize("kind", ON_DISK)
def test_tables_that_are_missing_are_told(kind: str, change: str, tmp_path: Path) -> None:
    """An older database: what is missing is an upgrade. Nothing of the command is stored."""
    with databases.storage(kind, tmp_path) as storage:
        crm = service(storage)
        add(crm)
        with storage.engine.begin() as connection:
            connection.execute(text(change))
        with pytest.raises(Unavailable, match="upgrade the database") as caught:
            add(crm, "c-2")
        assert quiet(caught.value)
        with storage.engine.connect() as connection:
            found = connection.execute(text("SELECT id FROM funnelkit_contacts ORDER BY id")).scalars().all()
        assert ["c-1"] == found


def test_connections_that_are_all_taken_are_told(tmp_path: Path) -> None:
    """A pool that has none left in time is Unavailable, and later on it works."""
    engine = create_engine(databases.fresh_url(POSTGRES, tmp_path), pool_size=1, max_overflow=0, pool_timeout=0.01)
    crm = service(SqlStorage(engine))
    add(crm)
    with engine.connect(), pytest.raises(Unavailable) as caught:
        add(crm, "c-2")
    assert quiet(caught.value)
    whole(crm, "c-1")
    engine.dispose()


class Cut:
    """A storage whose connections the server can be told to end."""

    def __init__(self, folder: Path) -> None:
        url = make_url(databases.fresh_url(POSTGRES, folder))
        self.name = f"cut-{url.query['options']}"[-40:]
        named = url.update_query_dict({"application_name": self.name})
        self.storage = SqlStorage(named.render_as_string(hide_password=False))
        self.admin = create_engine(databases.postgres_url(), isolation_level="AUTOCOMMIT")
        self.crm = service(self.storage)
        add(self.crm)

    def now(self) -> int:
        """End them; tell how many there were."""
        ended = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name")
        with self.admin.connect() as connection:
            count: int = connection.execute(ended, {"name": self.name}).scalar_one()
        return count


@pytest.fixture
def cut(tmp_path: Path) -> Iterator[Cut]:
    """Give one in which a contact is stored."""
    made = Cut(tmp_path)
    yield made
    made.storage.close()
    made.admin.dispose()


def test_a_connection_that_is_cut_in_mid_transaction_loses_all_of_it(cut: Cut) -> None:
    """Nothing of the transaction is stored, its caller hears of it, and the next one works."""

    def in_vain() -> None:
        with cut.storage.transaction("acme"):
            add(cut.crm, "c-2")
            assert 1 == cut.now()
            add(cut.crm, "c-3")

    with pytest.raises(Unavailable) as caught:
        in_vain()
    assert quiet(caught.value)
    whole(cut.crm, "c-1")
    add(cut.crm, "c-4")
    whole(cut.crm, "c-1", "c-4")


def test_a_connection_that_is_cut_before_the_commit_is_told(cut: Cut) -> None:
    """Whoever was about to commit hears that it was not stored."""

    def in_vain() -> None:
        with cut.storage.transaction("acme"):
            add(cut.crm, "c-2")
            assert 1 == cut.now()

    with pytest.raises(Unavailable) as caught:
        in_vain()
    assert quiet(caught.value)
    whole(cut.crm, "c-1")


def test_who_goes_on_after_a_cut_hears_it_again(cut: Cut) -> None:
    """Caught and gone on with, the transaction stays lost, and says so in our own words."""

    def stubborn() -> None:
        with cut.storage.transaction("acme") as stores:
            assert 1 == cut.now()
            with pytest.raises(Unavailable):
                stores.contacts.get("coaching", "c-1")
            stores.contacts.get("coaching", "c-1")

    with pytest.raises(Unavailable) as caught:
        stubborn()
    assert quiet(caught.value)
    whole(cut.crm, "c-1")


def test_an_idle_connection_that_was_cut_is_not_noticed(cut: Cut) -> None:
    """The server was started anew over night: the first command of the morning goes through."""
    assert 1 == cut.now()
    add(cut.crm, "c-2")
    assert 1 == cut.now()
    whole(cut.crm, "c-1", "c-2")


def test_a_second_address_that_the_index_refuses_shows_no_value(storage: SqlStorage) -> None:
    """What the database says about a duplicate holds the values; what we say does not."""
    crm = service(storage, TEAM)
    invite = Invite(id="c-1", name=NAME, email=ADDRESS, status=Team.CLIENT, by=OWNER)
    waiting = crm.do(invite)
    with pytest.raises(Conflict) as caught, storage.transaction("acme") as stores:
        stores.invitations.save(evolve(waiting, id="i-2"))
    assert quiet(caught.value)
    assert [waiting.id] == [one.id for one in crm.invitations("c-1")]


# ---- transactions inside transactions


class Oops(Exception):
    """What goes wrong in a host's own code."""


def broken(storage: SqlStorage, *acts: Callable[[], object]) -> None:
    """Do this in a transaction, in which something then goes wrong."""

    def oops() -> None:
        with storage.transaction("acme"):
            for act in acts:
                act()
            raise Oops

    with pytest.raises(Oops):
        oops()


def test_left_with_an_error_nothing_is_stored(storage: SqlStorage) -> None:
    """What the host raises comes out as it is, and takes everything with it."""
    crm = service(storage)
    broken(storage, lambda: add(crm))
    assert [] == ids(crm)


def test_an_inner_one_left_with_an_error_undoes_only_its_own(storage: SqlStorage) -> None:
    """What was done around it stays; and what the same thread does afterwards, too."""
    crm = service(storage)
    with storage.transaction("acme"):
        add(crm)
        broken(storage, lambda: add(crm, "c-2"), lambda: crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH)))
        add(crm, "c-3")
    whole(crm, "c-1", "c-3")
    assert frozenset() == crm.contact("c-1").tags


def test_an_outer_one_left_with_an_error_undoes_the_inner_one(storage: SqlStorage) -> None:
    """What was whole inside is gone with what is around it."""
    crm = service(storage)

    def inside() -> None:
        with storage.transaction("acme"):
            add(crm)
        assert ["c-1"] == ids(crm)

    broken(storage, inside)
    assert [] == ids(crm)


def test_a_conflict_of_the_index_inside_leaves_the_outer_one_usable(storage: SqlStorage) -> None:
    """A unique index refuses the inner one; the outer one goes on, and is stored."""
    crm = service(storage, TEAM)
    with storage.transaction("acme"):
        waiting = crm.do(Invite(id="c-1", name=NAME, email=ADDRESS, status=Team.CLIENT, by=OWNER))
        with pytest.raises(Conflict), storage.transaction("acme") as stores:
            stores.invitations.save(evolve(waiting, id="i-2"))
        crm.do(Tag(contact="c-1", tags=["t-1"], by=OWNER))
    assert (frozenset({"t-1"}), 1) == (crm.contact("c-1").tags, len(crm.invitations("c-1")))


def test_two_accounts_in_one_transaction_are_stored_together(storage: SqlStorage) -> None:
    """One opened for another account inside is a part of it, too."""
    one, other = service(storage), service(storage, account="beta")
    broken(storage, lambda: add(one), lambda: add(other))
    assert ([], []) == (ids(one), ids(other))
    with storage.transaction("acme"):
        add(one)
        add(other)
    assert (["c-1"], ["c-1"]) == (ids(one), ids(other))


@pytest.mark.parametrize("kind", ON_DISK)
def test_a_reader_sees_one_state_of_everything(kind: str, tmp_path: Path) -> None:
    """What another thread stores meanwhile is not seen by a transaction that looks, and it waits for nobody."""
    with databases.storage(kind, tmp_path) as storage:
        crm = service(storage)
        add(crm)
        with storage.transaction("acme", write=False) as stores:
            assert 1 == len(tuple(stores.contacts.every("coaching")))
            writer = threading.Thread(target=lambda: add(crm, "c-2"))
            writer.start()
            writer.join()
            assert 1 == len(tuple(stores.contacts.every("coaching")))
            assert stores.persons.get("c-2") is None
        assert ["c-1", "c-2"] == ids(crm)


# ---- nothing is seen across accounts


ACCOUNTS: Final = ("acme", "beta")
PEOPLE: Final = tuple(f"c-{n}" for n in range(3))
ADDRESSES: Final = (None, "ada@example.org", "Ada@EXAMPLE.org", "ben@example.org")


class Apart(RuleBasedStateMachine):
    """Two accounts with the same ids and addresses in one database, each beside a memory of its own.

    Whatever is done in one, each looks exactly like its memory, which knows of no other account.
    """

    kind = MEMORY
    folder = Path()

    @initialize()
    def begin(self) -> None:
        """Given an empty database, and two empty memories."""
        self.storage = databases.fresh_storage(self.kind, self.folder)
        self.pairs = {
            account: (self._made(self.storage, account), self._made(Memory(), account)) for account in ACCOUNTS
        }

    @staticmethod
    def _made(storage: Any, account: str) -> Crm:
        return service(
            storage, TEAM, account, identifiers=CountedIdentifiers(), tokens=KnownTokens(), notifier=MemoryNotifier()
        )

    def both(self, account: str, act: Callable[[Crm], object]) -> None:
        """Do it in the database and in memory: it comes to the same in both."""
        real, model = (self._came_to(partial(act, crm)) for crm in self.pairs[account])
        assert model == real

    @staticmethod
    def _came_to(act: Callable[[], object]) -> object:
        try:
            return act()
        except FunnelkitError as error:
            return type(error).__name__, str(error)

    who = st.sampled_from(ACCOUNTS)
    person = st.sampled_from(PEOPLE)
    address = st.sampled_from(ADDRESSES)

    @rule(account=who, person=person, address=address)
    def add(self, account: str, person: str, address: str | None) -> None:
        """Somebody is added, perhaps under an id or address that is taken here or there."""
        self.both(account, lambda crm: crm.do(AddContact(id=person, name="Ada", email=address, by=OWNER)))

    @rule(account=who, person=person, address=address)
    def edit(self, account: str, person: str, address: str | None) -> None:
        """An address is changed, perhaps to one that is taken here or there."""
        self.both(account, lambda crm: crm.do(Edit(contact=person, email=address, by=OWNER)))

    @rule(account=who, person=person, key=st.sampled_from([None, "k-1", "k-2"]))
    def tag(self, account: str, person: str, key: str | None) -> None:
        """A tag is set, perhaps under a key that the other account has used."""
        self.both(account, lambda crm: crm.do(Tag(contact=person, tags=["t"], by=OWNER), key=key))

    @rule(account=who, person=person, days=st.integers(1, 3))
    def follow_up(self, account: str, person: str, days: int) -> None:
        """A follow-up is made."""
        due = NOW + days * DAY
        self.both(account, lambda crm: crm.do(ScheduleFollowUp(contact=person, due=due, by=OWNER)))

    @rule(account=who, person=person)
    def invite(self, account: str, person: str) -> None:
        """Somebody is invited."""
        self.both(account, lambda crm: crm.do(Invite(contact=person, by=OWNER)))

    @rule(account=who, person=person, verb=st.sampled_from([Archive, Restore, Delete]))
    def put_away(self, account: str, person: str, verb: Any) -> None:
        """Somebody is archived, taken back, or deleted."""
        self.both(account, lambda crm: crm.do(verb(contact=person, by=OWNER)))

    @rule(account=who)
    def deliver(self, account: str) -> None:
        """Messages are released: each account's own."""
        self.both(account, lambda crm: crm.deliver())

    @rule()
    def look(self) -> None:
        """Each account shows what its memory shows."""
        for account in ACCOUNTS:
            self.both(account, everything)

    def teardown(self) -> None:
        """Then: the same at the end."""
        if hasattr(self, "storage"):
            self.look()
            self.storage.close()


def everything(crm: Crm) -> object:
    """Give everything that an account can ask for, and what its stores hold."""
    with crm._storage.transaction(crm.account, write=False) as stores:  # noqa: SLF001  # the storage under test
        held = (
            {address: set(stores.persons.holders(address)) for address in ("ada@example.org", "ben@example.org")},
            stores.outbox.waiting(100, NOW),
            stores.contacts.due("team", NOW + 9 * DAY),
            [stores.keys.get(f"team:{key}") for key in ("k-1", "k-2")],
            [stores.guards.version("address", address) for address in ("ada@example.org", "ben@example.org")],
            stores.contacts.count_ripe("team", NOW + 999 * DAY),
            stores.invitations.count_ripe("team", NOW + 999 * DAY),
        )
    people = {c.id: (crm.history(c.id), crm.person(c.id), crm.invitations(c.id)) for c in crm.contacts()}
    notifier: Any = crm._notifier  # noqa: SLF001  # the same
    return crm.contacts(), people, crm.withheld(), held, notifier.sent


@pytest.mark.parametrize(("kind", "examples"), [(MEMORY, 15), (POSTGRES, 3)])
def test_two_accounts_never_see_each_other(kind: str, examples: int, tmp_path: Path) -> None:
    """The same ids, addresses and keys in two accounts of one database: each is as if it were alone."""
    found = type("Found", (Apart,), {"kind": kind, "folder": tmp_path})
    run_state_machine_as_test(
        found,
        settings=settings(
            max_examples=examples, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


# ---- the recipe for PostgreSQL

RECIPE: Final = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "use-a-database.md"
ACCOUNT: Final = ContextVar("ACCOUNT", default="")


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Engine]:
    """Give an engine of a role that has the rows of one account, by the recipe of the documentation."""
    url = make_url(databases.fresh_url(POSTGRES, tmp_path))
    schema = str(url.query["options"]).partition("=")[2]
    role = f"{schema}_app"
    owner = create_engine(url)
    storage = SqlStorage(owner)
    for account in ("acme", "beta"):
        add(service(storage, account=account))
    recipe = RECIPE.read_text(encoding="utf-8").partition("```sql\n")[2].partition("```")[0]
    assert "ENABLE ROW LEVEL SECURITY" in recipe
    with owner.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        for_driver = recipe.replace("crm_app", role).replace("SCHEMA public", f"SCHEMA {schema}")
        connection.exec_driver_sql(for_driver.replace("%", "%%"))
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.execute(f"SET ROLE {role}")
        connection.commit()

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        named = text("SELECT set_config('app.account', :account, true)")
        connection.execute(named, {"account": ACCOUNT.get()})

    yield engine
    engine.dispose()
    with owner.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")
    owner.dispose()


def test_row_level_security_lets_an_account_work(secured: Engine) -> None:
    """With the recipe of the documentation a request of the account does all that it did before."""
    storage, notifier = SqlStorage(secured), MemoryNotifier()
    ACCOUNT.set("acme")
    team = service(storage, TEAM, notifier=notifier)
    invite: Any = Invite(id="c-2", name=NAME, email="eve@planted.example", status=Team.CLIENT, by=OWNER)
    team.do(invite, key="k-1")
    team.do(Tag(contact="c-2", tags=["t-1"], by=OWNER))
    assert 1 <= team.deliver()
    assert (["c-2"], ()) == (ids(team), team.drift())
    whole(service(storage), "c-1")


@pytest.mark.parametrize("account", ["beta", ""])
def test_row_level_security_shows_no_other_account(secured: Engine, account: str) -> None:
    """Whose request it is not sees nothing of the account, and cannot write into it; nor does a query by hand."""
    storage = SqlStorage(secured)
    crm = service(storage)
    ACCOUNT.set(account)
    assert [] == ids(crm)
    with pytest.raises(Unavailable) as caught:
        add(crm, "c-3")
    assert quiet(caught.value)
    with secured.begin() as connection:
        found = connection.execute(text("SELECT DISTINCT account FROM funnelkit_persons")).scalars().all()
        changed = connection.execute(text("UPDATE funnelkit_persons SET version = 9 WHERE account = 'acme'")).rowcount
    assert ([account] if account else [], 0) == (found, changed)


def test_row_level_security_is_on_every_table_that_has_an_account(secured: Engine) -> None:
    """No table is left out: all that name an account are named by the recipe."""
    with secured.begin() as connection:
        asked = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace"
        found = set(connection.execute(text(asked)).scalars())
    assert {table.name for table in TABLES.values()} == found


def test_a_follow_up_that_stays_is_no_consequence(storage: SqlStorage) -> None:
    """What is told late and leaves the date alone says nothing about it, whatever storage gave the contact."""
    for each in (storage, Memory()):
        crm = FunnelService(COACHING, account="acme", storage=each, clock=(clock := FixedClock(NOW)))
        add(crm)
        clock.advance(hours=1)
        crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
        clock.advance(hours=1)
        assert () == crm.plan(Tag(contact="c-1", tags=("x",), by=COACH, at=NOW + timedelta(minutes=30))).consequences
