"""The tables and their versions: made or upgraded they are the same, and what older versions wrote is read for ever.

The files under `golden_databases/` are SQLite databases as SQL text, each by the name of the version that wrote it.
They are written by hand only: `python -c "from tests.test_migrations import write_golden; write_golden()"` writes that
of this version if it is missing, and no other. A released one never changes; before that, take it away and write again.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns
from threading import Barrier, Thread
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import evolve
from sqlalchemy import (
    Column,
    Engine,
    MetaData,
    Text,
    create_engine,
    insert,
    inspect,
    literal_column,
    select,
    text,
    update,
)

from funnelkit import COACHING, STUDIO, TEAM, Actor, FunnelService, Invalid, Kind, Role, Unavailable
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier
from funnelkit.adapters.papers import Papers
from funnelkit.adapters.sql import SqlStorage, prepare, version
from funnelkit.adapters.sql.schema import METADATA, TABLES
from funnelkit.adapters.sql.upgrade import MIGRATIONS, config, current, newest, upgrade
from funnelkit.adapters.sql.version import NEWEST, VERSION
from funnelkit.cli import main
from funnelkit.commands import (
    Accept,
    AddCompany,
    AddContact,
    AddMember,
    Adopt,
    AssignPackage,
    Book,
    Convert,
    DefineOffer,
    DefinePipeline,
    Invite,
    MakeCampaign,
    MarkHeld,
    MintLink,
    Permit,
    PutOnPipeline,
    RecordPayment,
    ScheduleFollowUp,
    SendCampaign,
    SetDoNotContact,
)
from funnelkit.ports.storage import STORES, Storage
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.studio import Studio
from funnelkit.statuses.team import Team
from funnelkit.tags import EVENTS, NOUNS
from funnelkit.values.events import Event
from funnelkit.values.outreach import Segment
from funnelkit.values.pipeline import Stage
from funnelkit.values.plan import Message
from funnelkit.words import Payment
from tests.databases import FILE, POSTGRES, fresh_url, sqlite_file
from tests.test_codec import NOON, SECRET, specimens
from tests.test_codec import VERSION as RELEASE

GOLDEN: Final = Path(__file__).parent / "golden_databases"
HOUR: Final = timedelta(hours=1)
SETUP: Final = Actor(id="setup", role=Role.SYSTEM)
OWNER: Final = Actor(id="olga", role=Role.OWNER)
COACH: Final = Actor(id="cora", role=Role.COACH)
MUSEUM: Final = "museum"
"""The account in which one of everything stands, whether it hangs together or not."""


# ------------------------------------------------------------------------------------------------- what is written


def live(storage: Any) -> None:
    """Let three practices live for a day, and put one of every noun and event beside them; the same every time."""
    storage.identifiers, storage.tokens = CountedIdentifiers(), KnownTokens()
    team(storage)
    coaching(storage)
    studio(storage)
    museum(storage)


def team(storage: Storage) -> FunnelService[Any, Any]:
    """A team: members, an invitation that is accepted and one that waits, packages, a session, a campaign."""
    clock = FixedClock(NOON)
    crm = FunnelService(TEAM, account="acme", storage=storage, clock=clock, notifier=MemoryNotifier())
    crm.do(AddMember(id="olga", name="Olga", role=Role.OWNER, by=SETUP))
    crm.do(AddMember(id="cora", name="Cora", email="cora@example.org", role=Role.COACH, by=OWNER))
    crm.do(AddCompany(id="firm", name="Analytical Engines", by=OWNER))
    for name in ("Ada", "Ben", "Cleo"):
        crm.do(AddContact(id=name.lower(), name=name, email=f"{name}@example.org", status=Team.CLIENT, by=OWNER))
    crm.do(DefineOffer(id="five", name="Five sessions", sessions=5, payment=Payment.FREE, by=OWNER))
    crm.do(AssignPackage(contact="ben", offer="five", by=OWNER))
    invited = crm.do(Invite(contact="ada", coach="cora", packages=("five",), message="We have met.", by=OWNER))
    crm.do(Accept(token=crm.do(MintLink(invitation=invited.id, by=OWNER))))
    crm.do(RecordPayment(payment="pay-1", offer="five", contact="ada", by=SETUP), key="pay-1")
    crm.do(Invite(contact="ben", by=OWNER))
    crm.do(Permit(contact="ada", items=("form-1",), by=COACH))
    made = crm.do(Book(contacts=("ada",), kind=Kind.SESSION, coach="cora", start=NOON + HOUR, minutes=60, by=COACH))
    clock.advance(3 * HOUR)
    crm.do(MarkHeld(appointment=made.id, by=COACH))
    crm.deliver(limit=3)
    spring = crm.do(MakeCampaign(name="Spring", segment=Segment(statuses=(Team.CLIENT,)), by=OWNER))
    crm.do(SendCampaign(campaign=spring.id, template="spring", by=OWNER))
    crm.do(SetDoNotContact(contact="cleo", reason="She asked for it.", by=OWNER))
    return crm


def coaching(storage: Storage) -> FunnelService[Any, Any]:
    """A practice: a contact who moves, and a follow-up."""
    crm = FunnelService(COACHING, account="north", storage=storage, clock=FixedClock(NOON), notifier=MemoryNotifier())
    for name in ("Ada", "Dora"):
        crm.do(AddContact(id=name.lower(), name=name, email=f"{name}@example.org", coach="m-1", by=COACH))
    crm.do(Convert(contact="ada", to=Coaching.HOT_LEAD, reason="She called.", by=COACH))
    crm.do(ScheduleFollowUp(contact="ada", due=NOON + 48 * HOUR, note="Ask for the garden.", by=COACH))
    return crm


def studio(storage: Storage) -> FunnelService[Any, Any]:
    """A studio: a lead on a pipeline."""
    crm = FunnelService(STUDIO, account="south", storage=storage, clock=FixedClock(NOON), notifier=MemoryNotifier())
    crm.do(Adopt(id="ada", name="Ada", status=Studio.LEAD, by=COACH))
    crm.do(DefinePipeline(pipeline="welcome", name="Welcome", stages=(Stage(key="call", name="Call"),), by=COACH))
    crm.do(PutOnPipeline(contacts=("ada",), pipeline="welcome", by=COACH))
    return crm


def museum(storage: Storage) -> None:
    """Write one of every noun and of every event, with something in every field."""
    values = {tag: value for tag, value in specimens().items() if not isinstance(value, SECRET)}
    events = [evolve(value, id=f"E-{tag}") for tag, value in values.items() if isinstance(value, Event)]
    with storage.transaction(MUSEUM) as stores:
        for noun, name in STORES.items():
            getattr(stores, name).save(values[noun])
        stores.contacts.save(COACHING.name, values["contact"])
        stores.outbox.add([values["message"]])
        stores.history.append(events, [(event.id, f"of {event.id}") for event in events])
        stores.guards.touch("calendar", "m-1")


def write_golden() -> None:
    """Write the golden database of this version if it is missing."""
    file = GOLDEN / f"{RELEASE}.sql"
    if not file.exists():
        GOLDEN.mkdir(exist_ok=True)
        with closing(lived()) as storage, storage.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            file.write_text("\n".join(driver.iterdump()) + "\n", encoding="utf-8")


def lived() -> SqlStorage:
    """Give a storage in which they have lived."""
    storage = SqlStorage("sqlite://")
    live(storage)
    return storage


def written(file: Path, folder: Path) -> str:
    """Give the URL of a database as a version wrote it."""
    url = sqlite_file(folder)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(file.read_text(encoding="utf-8"))
    return url


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Give all that stands in our tables."""
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()] for name, table in TABLES.items()
        }


# ------------------------------------------------------------------------------------------------- made or upgraded


@pytest.fixture(params=(FILE, POSTGRES))
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return fresh_url(request.param, tmp_path)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a database as a host does, and leave nothing open."""
    engine = prepare(create_engine(url))
    try:
        yield engine
    finally:
        engine.dispose()


ASKED: Final = (
    """SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default
       FROM information_schema.columns WHERE table_schema = :schema""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = :schema",
    """SELECT conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
       JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = :schema""",
)
"""What PostgreSQL knows of tables."""


def shape(url: str) -> list[tuple[Any, ...]]:
    """Give everything that a database says of its tables: columns, types, defaults, constraints and indexes."""
    with opened(url) as engine, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            lines = connection.execute(text("SELECT name, sql FROM sqlite_master"))
            return sorted((name, " ".join((sql or "").split())) for name, sql in lines)
        schema = str(connection.scalar(text("SELECT current_schema()")))
        found = [tuple(row) for question in ASKED for row in connection.execute(text(question), {"schema": schema})]
        return sorted(tuple(str(part).replace(f"{schema}.", "") for part in row) for row in found)


def differences(url: str, metadata: MetaData = METADATA) -> list[Any]:
    """Give what Alembic would write into a new version."""
    with opened(url) as engine, engine.connect() as connection:
        told = {"version_table": VERSION.name, "compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=told), metadata))


def made(url: str) -> None:
    """Let a storage make the tables."""
    SqlStorage(url).close()


def test_the_newest_version_is_the_one_that_the_code_needs() -> None:
    """What `SqlStorage` asks for is what the last file of the versions brings."""
    assert NEWEST == newest()


def test_made_and_upgraded_are_the_same(url: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whether a storage made the tables or the versions did: no column, type, constraint or index differs."""
    other = fresh_url(request.node.callspec.params["url"], tmp_path)
    made(url)
    assert NEWEST == upgrade(other)
    assert len(TABLES) < len(shape(url))
    assert shape(url) == shape(other)


@pytest.mark.parametrize("bring", [made, upgrade])
def test_autogenerate_finds_no_difference(url: str, bring: Any) -> None:
    """Alembic, asked what a new version would have to do, has nothing to say; of a column more it would."""
    bring(url)
    assert [] == differences(url)
    more = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(more)
    more.tables["funnelkit_contacts"].append_column(Column("nickname", Text))
    assert [("add_column", "nickname")] == [(what, column.name) for what, _, _, column in differences(url, more)]


def test_an_upgrade_may_come_twice(url: str) -> None:
    """The second one finds nothing to do, and nothing of what is stored is touched."""
    assert None is current(url)
    assert NEWEST == upgrade(url)
    with closing(SqlStorage(url)) as storage:
        live(storage)
        before = rows(storage.engine)
        assert NEWEST == upgrade(storage.engine) == upgrade(url) == current(url) == current(storage.engine)
        assert before == rows(storage.engine)


def test_what_a_storage_made_can_be_upgraded(url: str) -> None:
    """A storage that makes its tables says which version they have."""
    made(url)
    assert NEWEST == current(url) == upgrade(url)
    made(url)


def test_a_host_keeps_its_own_versions_and_tables(url: str) -> None:
    """Where Alembic has run for the host, its table of versions and the host's other tables stay as they are."""
    with opened(url) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('host')"))
            connection.execute(text("CREATE TABLE contacts (id INTEGER)"))
        assert NEWEST == upgrade(engine)
        with engine.connect() as connection:
            assert "host" == connection.scalar(text("SELECT version_num FROM alembic_version"))
            theirs = {name for name in inspect(connection).get_table_names() if not name.startswith("funnelkit_")}
        assert {"alembic_version", "contacts"} == theirs


@pytest.mark.parametrize("make", [upgrade, lambda connection: SqlStorage(connection).create()])
def test_a_connection_gets_its_tables_in_the_transaction_of_its_host(url: str, make: Any) -> None:
    """What the host takes back was never there; what it commits is."""
    with opened(url) as engine:
        with engine.connect() as connection:
            make(connection)
            assert NEWEST == current(connection)
            connection.rollback()
        assert None is current(engine)
        with engine.begin() as connection:
            make(connection)
            coaching(SqlStorage(connection))
        assert NEWEST == current(engine)
        with engine.begin() as connection:
            told = FunnelService(COACHING, account="north", storage=SqlStorage(connection), clock=FixedClock(NOON))
            assert "Ada" == told.person("ada").name


@pytest.mark.parametrize("bring", [made, upgrade])
def test_many_may_begin_at_once(url: str, bring: Any) -> None:
    """Of several workers that start on an empty database one makes the tables; all of them find them."""
    together, failed = Barrier(6), list[BaseException]()

    def begin() -> None:
        try:
            together.wait()
            bring(url)
        except Exception as error:  # noqa: BLE001  # whatever a thread fails with, the test shows it
            failed.append(error)

    workers = [Thread(target=begin) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [] == failed
    assert [] == differences(url)
    assert NEWEST == current(url)


# -------------------------------------------------------------------------------------------------- what is refused


def stamped(url: str, as_version: str) -> None:
    """Make tables and say that they are of this version."""
    made(url)
    with opened(url) as engine, engine.begin() as connection:
        connection.execute(update(VERSION).values(version_num=as_version))


def on_a_connection(url: str) -> None:
    """Look at the tables as a host does, on a connection of its own."""
    with opened(url) as engine, engine.connect() as connection, SqlStorage(connection).transaction("acme") as stores:
        stores.contacts.get("team", "ada")


def on_an_engine(url: str) -> None:
    """Open a storage on an engine of the host's."""
    with opened(url) as engine:
        SqlStorage(engine)


@pytest.mark.parametrize("use", [made, on_an_engine, on_a_connection])
def test_older_tables_are_refused(url: str, use: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that needs a newer version says so, and which command brings it, before it reads or writes anything."""
    made(url)
    use(url)
    monkeypatch.setattr(version, "NEWEST", "0002")
    with pytest.raises(Unavailable, match=r"of version 0001, and 0002 is needed: .*run funnelkit db upgrade"):
        use(url)


@pytest.mark.parametrize("use", [made, on_a_connection, upgrade])
def test_newer_tables_are_refused(url: str, use: Any) -> None:
    """Older code leaves alone what newer code has changed, and upgrades nothing downwards."""
    stamped(url, "9999")
    with pytest.raises(Unavailable, match=f"of version 9999, and this funnelkit knows {NEWEST}: install a newer one"):
        use(url)
    assert "9999" == current(url)


@pytest.mark.parametrize("use", [made, on_a_connection, upgrade, current])
def test_tables_without_a_version_are_refused(url: str, use: Any) -> None:
    """Tables that are called as ours are, but were not made by us, are neither used nor changed."""
    with opened(url) as engine:
        TABLES["contacts"].create(engine)
        with pytest.raises(Unavailable, match="the tables have no version"):
            use(url)
        assert ["funnelkit_contacts"] == inspect(engine).get_table_names()


def test_a_connection_without_tables_is_told_so(tmp_path: Path) -> None:
    """A host that has not made the tables hears of it when it uses them."""
    with pytest.raises(Unavailable, match="tables are missing"):
        on_a_connection(sqlite_file(tmp_path))


@pytest.mark.parametrize(
    "wrong", ["mysql://x", "sqlite:x", "sqlite+nothing://", "postgresql://me:secret@h:port/x", 7, None]
)
def test_what_is_no_database_is_refused(wrong: Any) -> None:
    """Everything that takes a URL says what one looks like, and shows nothing of what was typed."""
    for use in (SqlStorage, upgrade, current):
        with pytest.raises(Invalid) as caught:
            use(wrong)
        assert ["target"] == [problem.path for problem in caught.value.problems]
        assert "secret" not in f"{caught.value}{caught.value.__cause__}"


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed, a URL of PostgreSQL says which extra brings it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Unavailable, match="see the extras `sql` and `postgres`"):
        SqlStorage("postgresql://h/x")


# -------------------------------------------------------------------------------------------------- further versions

SECOND: Final = '''"""A version to come."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0002"
down_revision = "0001"


def upgrade():
    """Add a column, and change what is stored."""
    op.add_column("funnelkit_companies", Column("town", Text()))
    op.execute("UPDATE funnelkit_companies SET town = 'Turin'")
'''


@pytest.fixture
def to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The versions of a funnelkit to come: ours, and one more. Gives its file."""
    folder = tmp_path / "100% new" / "migrations"
    copytree(MIGRATIONS, folder, ignore=ignore_patterns("__pycache__"))
    monkeypatch.setattr(sys.modules[upgrade.__module__], "MIGRATIONS", folder)
    monkeypatch.setattr(version, "NEWEST", "0002")
    file = folder / "versions" / "0002_second.py"
    file.write_text(SECOND, encoding="utf-8")
    return file


def test_a_further_version_keeps_what_is_stored(url: str, to_come: Path) -> None:
    """From the first version and from nothing one comes to the second; what was stored before is changed, not lost."""
    with opened(url) as engine:
        with engine.begin() as connection:
            command.upgrade(config(connection), "0001")
            connection.execute(
                insert(TABLES["companies"]).values(account="acme", id="f", version=1, document={"name": "Fiat"})
            )
        assert "0001" == current(engine)
        assert "0002" == upgrade(engine) == newest()
        with engine.connect() as connection:
            assert [("Fiat", "Turin")] == [
                (row.document["name"], row.town)
                for row in connection.execute(select(TABLES["companies"].c.document, literal_column("town")))
            ]
        assert ["remove_column"] == [what for what, *_ in differences(url)]


def test_a_version_that_fails_changes_nothing(url: str, to_come: Path) -> None:
    """An upgrade is done wholly or not at all: also on SQLite, and also from nothing over several versions."""
    with to_come.open("a", encoding="utf-8") as file:
        file.write("    raise ZeroDivisionError\n")
    with pytest.raises(ZeroDivisionError):
        upgrade(url)
    assert None is current(url)
    with opened(url) as engine:
        assert [] == inspect(engine).get_table_names()
        with engine.begin() as connection:
            command.upgrade(config(connection), "0001")
        with pytest.raises(ZeroDivisionError):
            upgrade(url)
        assert "0001" == current(engine)
        assert "town" not in {column["name"] for column in inspect(engine).get_columns("funnelkit_companies")}
    assert [] == differences(url)


def test_there_is_no_way_back() -> None:
    """No version offers a downgrade, so that nobody loses what only the newer one can say."""
    every = list(ScriptDirectory.from_config(config()).walk_revisions())
    assert NEWEST in [one.revision for one in every]
    assert [] == [one.revision for one in every if hasattr(one.module, "downgrade")]


def test_nothing_of_it_runs_by_an_import() -> None:
    """To import and open a storage, and to make its tables, loads neither Alembic nor a version."""
    program = (
        "import sys; from funnelkit.adapters.sql import SqlStorage; SqlStorage('sqlite://').close();"
        " print([name for name in sys.modules if 'alembic' in name or 'migrations' in name or 'upgrade' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert "[]\n" == done.stdout


# -------------------------------------------------------------------------------------------------- golden databases


def everything(storage: Any) -> dict[str, Any]:
    """Read all that is stored back into values, account by account, each by the store that wrote it."""
    known = rows(storage.engine)
    accounts = sorted({row["account"] for found in known.values() for row in found})
    return {account: list(values(storage, account, known)) for account in accounts}


def values(storage: SqlStorage, account: str, known: dict[str, list[dict[str, Any]]]) -> Iterator[Any]:
    """Read every row of an account by its store."""
    with storage.transaction(account, write=False) as stores:
        mine = {name: [row for row in found if row["account"] == account] for name, found in known.items()}
        yield from (stores.contacts.get(row["funnel"], row["id"]) for row in mine["contacts"])
        for name in STORES.values():
            yield from (getattr(stores, name).get(row["id"]) for row in mine[name])
        for about in dict.fromkeys((row["within"], row["noun"], row["about"]) for row in mine["events"]):
            yield from stores.history.of(*about)
        yield from (stores.history.text(row["event"]) for row in mine["texts"])
        yield from (stores.keys.get(row["key"]) for row in mine["keys"])
        yield from (stores.funnels.get(row["fingerprint"]) for row in mine["funnels"])
        yield from (stores.guards.version(row["kind"], row["key"]) for row in mine["guards"])
        yield from (Papers().read(Message, row) for row in mine["outbox"])


EVERY: Final = sorted(GOLDEN.glob("*.sql"))


def test_the_golden_database_of_this_version_is_what_is_written_today(tmp_path: Path) -> None:
    """Tables, rows and documents: a change of one of them is a change of the form."""
    url = written(GOLDEN / f"{RELEASE}.sql", tmp_path)
    with closing(lived()) as today, closing(SqlStorage(url)) as then:
        assert rows(today.engine) == rows(then.engine)
        assert everything(today) == everything(then)
    made(other := sqlite_file(tmp_path))
    assert shape(other) == shape(url)


def test_the_golden_database_has_something_of_everything(tmp_path: Path) -> None:
    """No table, no noun and no event goes untried."""
    with closing(SqlStorage(written(GOLDEN / f"{RELEASE}.sql", tmp_path))) as then:
        found = rows(then.engine)
    assert [] == [name for name, of in found.items() if not of]
    tags = {row["document"]["type"] for name in ("contacts", "outbox", *STORES.values()) for row in found[name]}
    assert set(NOUNS.values()) - {"actor", "removal"} == tags
    assert set(EVENTS.values()) == {row["document"]["type"] for row in found["events"]}


@pytest.mark.parametrize("file", EVERY, ids=lambda file: file.stem)
def test_golden_databases_are_read_for_ever(file: Path, tmp_path: Path) -> None:
    """What an older version wrote is upgraded, has the newest shape, is read wholly, and is gone on with."""
    url = written(file, tmp_path)
    upgrade(url)
    assert [] == differences(url)
    with closing(SqlStorage(url)) as storage:
        found = everything(storage)
        assert {"acme", "north", "south", MUSEUM} == set(found)
        assert None not in [value for of in found.values() for value in of]
        later = FixedClock(NOON + 72 * HOUR)
        crm = FunnelService(TEAM, account="acme", storage=storage, clock=later, notifier=MemoryNotifier())
        assert ("Ada", Team.CLIENT) == (crm.person("ada").name, crm.contact("ada").status)
        assert crm.deliver()
        assert crm.do(Permit(contact="ada", items=("form-2",), by=COACH)).permitted == {"form-1", "form-2"}
        north = FunnelService(COACHING, account="north", storage=storage, clock=later)
        assert ["ada"] == [entry.contact for entry in north.due(limit=10)]
        assert Coaching.BUYER is north.do(Convert(contact="ada", to=Coaching.BUYER, by=COACH)).status


# -------------------------------------------------------------------------------------------------- the command line


def test_the_command_line_upgrades_and_says_where_it_stands(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`db status` ends with 1 until `db upgrade` has brought the newest version; both say which one is there."""
    assert 1 == main(["db", "status", url])
    assert "there are no tables\nthe newest is 0001: run funnelkit db upgrade\n" == capsys.readouterr().out
    assert 0 == main(["db", "upgrade", url])
    assert "the tables are of version 0001, and new\n" == capsys.readouterr().out
    assert 0 == main(["db", "upgrade", url])
    assert "the tables are of version 0001 already\n" == capsys.readouterr().out
    assert 0 == main(["db", "status", url])
    assert "the tables are of version 0001\nthat is the newest\n" == capsys.readouterr().out


def test_the_command_line_tells_of_an_older_version(
    url: str, to_come: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there before is said, and what is there then."""
    with opened(url) as engine, engine.begin() as connection:
        command.upgrade(config(connection), "0001")
    assert 1 == main(["db", "status", url])
    assert "the tables are of version 0001\nthe newest is 0002: run funnelkit db upgrade\n" == capsys.readouterr().out
    assert 0 == main(["db", "upgrade", url])
    assert "the tables are of version 0002, and were of 0001\n" == capsys.readouterr().out


def test_to_look_makes_no_file(tmp_path: Path) -> None:
    """`db status` of a file that is not there leaves it so."""
    assert 1 == main(["db", "status", f"sqlite:///{tmp_path / 'crm.db'}"])
    assert [] == list(tmp_path.iterdir())


def test_what_goes_wrong_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no database, or cannot be opened, ends with 2 and shows nothing of a password."""
    for url, says in (
        ("mysql://me:secret@h/x", "a URL of SQLite or PostgreSQL is needed"),
        (f"sqlite:///{tmp_path / 'nowhere' / 'crm.db'}", "the database cannot be opened"),
        ("postgresql://me:secret@127.0.0.1:1/x", "the database did not answer"),
    ):
        assert 2 == main(["db", "upgrade", url])
        said = capsys.readouterr()
        assert ("", 1, True) == (said.out, said.err.count("\n"), says in said.err)
        assert "secret" not in said.err


def test_without_its_extra_the_command_line_says_which() -> None:
    """Where SQLAlchemy is not installed, the other commands work and this one names the extra."""
    program = (
        "import sys; sys.modules['sqlalchemy'] = None; from funnelkit.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    asked = [sys.executable, "-c", program]
    done = subprocess.run([*asked, "db", "status", "sqlite://"], capture_output=True, check=False, text=True)
    assert (2, "") == (done.returncode, done.stdout)
    assert "funnelkit: the packages for databases are not installed: see the extra `sql`\n" == done.stderr
    assert 0 == subprocess.run([*asked, "show"], capture_output=True, check=False).returncode
