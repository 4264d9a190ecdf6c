"""Inside a host's own transaction: its tables and ours stand or fall together. And a host's own contacts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from funnelkit import FRANCHISE, TEAM, Actor, Conflict, Contact, Funnel, FunnelService, NotFound, Refused, Role
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, MemoryNotifier, MemoryObserver
from funnelkit.adapters.sql import SqlStorage, prepare
from funnelkit.adapters.sql.upgrade import upgrade
from funnelkit.codec import load_stored, write
from funnelkit.commands import (
    Accept,
    AddContact,
    Adopt,
    Archive,
    Convert,
    Invite,
    MintLink,
    ScheduleFollowUp,
    Tag,
)
from funnelkit.errors import Invalid, Unavailable
from funnelkit.ports.clients import Place
from funnelkit.ports.contacts import due_at, ripe_at
from funnelkit.ports.storage import Ripe
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.team import Team
from funnelkit.values.plan import Read
from tests import databases
from tests.databases import FILE, POSTGRES

Crm: TypeAlias = FunnelService[Any, Any]

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-1", role=Role.COACH)
CLIENT: Final = Actor(id="c-1", role=Role.CLIENT)

HOSTS: Final = MetaData()
ORDERS: Final = Table("orders", HOSTS, Column("id", String, primary_key=True), Column("contact", String))


def service(storage: Any, funnel: Funnel[Any, Any] = TEAM, **more: Any) -> Crm:
    """Give a service; the clock stands, unless one is given."""
    return FunnelService(funnel, account="acme", storage=storage, **{"clock": FixedClock(NOW), **more})


def add(crm: Crm, key: str = "c-1", **more: Any) -> Contact:
    """Add a contact."""
    found: Contact = crm.do(AddContact(id=key, name="Ada", by=OWNER, **more))
    return found


def invite(crm: Crm, key: str = "c-1") -> str:
    """Invite somebody new: contact, person, invitation, history and a message at once."""
    command: Any = Invite(id=key, name="Ada", email=f"{key}@example.org", status=Team.CLIENT, by=OWNER)
    found: str = crm.do(command).id
    return found


def order(connection: Connection, key: str, contact: str = "c-1") -> None:
    """Write into the host's own table."""
    connection.execute(insert(ORDERS).values(id=key, contact=contact))


def orders(engine: Engine) -> list[str]:
    """Give what the host's own table has."""
    with engine.connect().execution_options(funnelkit_looks=True) as connection:
        return list(connection.execute(select(ORDERS.c.id).order_by(ORDERS.c.id)).scalars())


def people(engine: Engine) -> list[str]:
    """Give the contacts that are stored, each as its history says."""
    crm = service(SqlStorage(engine))
    assert () == crm.drift()
    return [contact.id for contact in crm.contacts()]


@contextmanager
def opened(url: str, ready: Callable[[Engine], Engine] = prepare) -> Iterator[Engine]:
    """Give a host's engine, with its tables and ours."""
    engine = ready(create_engine(url))
    SqlStorage(engine)
    HOSTS.create_all(engine)
    yield engine
    engine.dispose()


def said_to_begin(engine: Engine) -> Engine:
    """Have each transaction begun when SQLAlchemy says so, as one that looks: the way that its own pages show."""

    def connected(connection: Any, record: object) -> None:
        connection.isolation_level = None

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


PLAIN: Final = "sqlite-plain"
BEGUN: Final = "sqlite-begun"
ENGINES: Final[Mapping[str, tuple[str, Callable[[Engine], Engine]]]] = {
    FILE: (FILE, prepare),
    PLAIN: (FILE, lambda engine: engine),
    BEGUN: (FILE, said_to_begin),
    POSTGRES: (POSTGRES, prepare),
}
"""A host's engines, by what was done to them: to one of SQLite nothing has to be."""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give one of each kind."""
    kind, ready = ENGINES[request.param]
    with opened(databases.fresh_url(kind, tmp_path), ready) as found:
        yield found


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Engine]:
    """Give one for PostgreSQL, where others write at the same time."""
    with opened(databases.fresh_url(POSTGRES, tmp_path)) as found:
        yield found


class Oops(Exception):
    """What goes wrong in a host's own code."""


# ---- together or not at all


def test_what_the_host_commits_is_stored_with_ours(engine: Engine) -> None:
    """One commit, and both are there; before it, nobody else sees either."""
    with engine.connect() as connection:
        with connection.begin():
            order(connection, "o-1")
            add(service(SqlStorage(connection)))
            order(connection, "o-2")
            assert ([], []) == (orders(engine), people(engine))
        assert (["o-1", "o-2"], ["c-1"]) == (orders(engine), people(engine))


def test_what_the_host_takes_back_is_taken_back_with_ours(engine: Engine) -> None:
    """An error in the host's own code, after ours went well: nothing of either is there."""

    def oops() -> None:
        with engine.begin() as connection:
            add(service(SqlStorage(connection)))
            order(connection, "o-1")
            raise Oops

    with pytest.raises(Oops):
        oops()
    assert ([], []) == (orders(engine), people(engine))


def test_a_host_may_take_back_ours_alone_by_its_own_savepoint(engine: Engine) -> None:
    """A savepoint of the host is rolled back with all that we did in it."""
    with engine.begin() as connection:
        order(connection, "o-1")
        crm = service(SqlStorage(connection))
        add(crm)
        mark = connection.begin_nested()
        add(crm, "c-2")
        mark.rollback()
        assert ["c-1"] == [contact.id for contact in crm.contacts()]
    assert (["o-1"], ["c-1"]) == (orders(engine), people(engine))


def test_a_host_that_has_begun_nothing_commits_what_we_began(engine: Engine) -> None:
    """On a connection without a transaction the first command begins one, and the host ends it."""
    with engine.connect() as connection:
        add(service(SqlStorage(connection)))
        assert connection.in_transaction()
        connection.rollback()
        add(service(SqlStorage(connection)), "c-2")
        connection.commit()
    assert ["c-2"] == people(engine)


@pytest.mark.parametrize("how", ["closed", "rolled back", "committed"])
def test_a_connection_that_is_over_is_unavailable(engine: Engine, how: str) -> None:
    """Closed, or inside a block whose transaction the host has ended: that is said, and nothing is stored."""

    def over() -> None:
        with engine.begin() as connection:
            crm = service(SqlStorage(connection))
            add(crm)
            {"closed": connection.close, "rolled back": connection.rollback, "committed": connection.commit}[how]()
            for ask in (crm.contacts, partial(add, crm, "c-2")):
                with pytest.raises(Unavailable, match="the connection is closed, or its transaction is over"):
                    ask()

    over()
    assert (["c-1"] if how == "committed" else []) == people(engine)


@pytest.mark.parametrize("whole", [False, True], ids=["the connection", "the engine"])
def test_a_connection_in_autocommit_is_refused(engine: Engine, whole: bool) -> None:
    """It would store every statement at once, or leave what we began to a commit that the host never makes."""
    given = engine.execution_options(isolation_level="AUTOCOMMIT") if whole else engine
    with given.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(Invalid, match="leave autocommit out"):
            add(service(SqlStorage(connection)))
    assert [] == people(engine)


def test_an_engine_in_autocommit_is_refused(postgres: Engine) -> None:
    """An error would leave half a command there; upgrading would leave half a version."""
    url = postgres.url.render_as_string(hide_password=False)
    for ask in (SqlStorage, upgrade):
        alone = create_engine(url, isolation_level="AUTOCOMMIT")
        with pytest.raises(Invalid, match="leave autocommit out"):
            ask(alone)
        alone.dispose()


def test_messages_leave_only_after_the_hosts_commit(postgres: Engine) -> None:
    """A worker that delivers meanwhile finds nothing; afterwards it does; and never, when it is taken back."""
    notifier = MemoryNotifier()
    worker = service(SqlStorage(postgres), notifier=notifier)
    with postgres.connect() as connection:
        for key, ends in (("c-1", connection.rollback), ("c-2", connection.commit)):
            invite(service(SqlStorage(connection)), key)
            assert 0 == worker.deliver()
            ends()
    worker.deliver()
    assert ["c-2"] == [message.to for _, message in notifier.sent]


def test_what_may_still_be_taken_back_is_not_sent(engine: Engine) -> None:
    """To deliver in the transaction that made the message is refused, through any service; afterwards it leaves."""
    notifier = MemoryNotifier()
    with engine.connect() as connection:
        invite(service(SqlStorage(connection), notifier=notifier))
        with pytest.raises(Invalid, match="when it is committed"):
            service(SqlStorage(connection), notifier=notifier).deliver()
        connection.commit()
        assert 1 == service(SqlStorage(connection), notifier=notifier).deliver()
        connection.commit()
    assert ["c-1"] == [message.to for _, message in notifier.sent]


# ---- what goes wrong inside leaves it usable


def stale(crm: Crm) -> None:
    """Apply a plan whose grounds have changed."""
    plan = crm.plan(Tag(contact="c-1", tags=["t-1"], by=OWNER))
    crm.do(Tag(contact="c-1", tags=["t-2"], by=OWNER))
    crm.apply(plan)


def twice(crm: Crm) -> None:
    """Store a second pending invitation: the unique index refuses it."""
    crm.do(Invite(contact="c-1", by=OWNER))
    with crm._storage.transaction("acme") as stores:  # noqa: SLF001  # the storage under test
        stores.invitations.save(evolve(stores.invitations.of_contact("c-1")[0], id="i-2"))


WRONG: Final[dict[str, tuple[type[Exception], Callable[[Crm], object]]]] = {
    "refused": (Refused, lambda crm: crm.do(Convert(contact="c-1", to=Team.LEAD, by=CLIENT))),
    "not found": (NotFound, lambda crm: crm.do(Archive(contact="c-9", by=OWNER))),
    "not well formed": (Invalid, lambda crm: crm.do(Tag(contact="c-1", tags=[""], by=OWNER))),
    "an old version": (Conflict, lambda crm: crm.do(Tag(contact="c-1", tags=["t-1"], by=OWNER), expect=7)),
    "an old plan": (Conflict, stale),
    "a unique index": (Conflict, twice),
}
"""What goes wrong, and what the host hears."""


@pytest.mark.parametrize("wrong", WRONG)
def test_what_goes_wrong_leaves_the_hosts_transaction_usable(engine: Engine, wrong: str) -> None:
    """Nothing of the command is stored; what was before it and comes after it is, the host's and ours."""
    error, act = WRONG[wrong]
    with engine.begin() as connection:
        crm = service(SqlStorage(connection))
        add(crm, email="ada@example.org", status=Team.CLIENT)
        order(connection, "o-1")
        with pytest.raises(error):
            act(crm)
        order(connection, "o-2")
        add(crm, "c-2")
    assert (["o-1", "o-2"], ["c-1", "c-2"]) == (orders(engine), people(engine))
    assert "t-1" not in service(SqlStorage(engine)).contact("c-1").tags


def test_an_expected_version_that_is_so_goes_through(engine: Engine) -> None:
    """`expect` is the host's own locking, and works inside its transaction, too."""
    with engine.begin() as connection:
        crm = service(SqlStorage(connection))
        found = add(crm)
        after = crm.do(Tag(contact="c-1", tags=["t-1"], by=OWNER), expect=found.version)
        assert (found.version + 1, frozenset({"t-1"})) == (after.version, after.tags)


class Meddler(CountedIdentifiers):
    """Makes ids; meanwhile somebody else acts, once: between the planning and the storing."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.acts = [act]

    def fresh(self, kind: str) -> str:
        """Give the next one."""
        if self.acts:
            self.acts.pop()()
        return f"of-the-host-{super().fresh(kind)}"


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_inside_nothing_is_tried_again(postgres: Engine, level: str) -> None:
    """Somebody else was quicker: the host hears it at once, at each level of isolation, and decides for itself."""
    other = service(SqlStorage(postgres))
    add(other)
    observer = MemoryObserver()
    meddler = Meddler(lambda: other.do(Tag(contact="c-1", tags=["of the other"], by=OWNER)))
    with postgres.connect().execution_options(isolation_level=level) as connection:
        order(connection, "o-1")
        crm = service(SqlStorage(connection), observer=observer, identifiers=meddler)
        with pytest.raises(Conflict):
            crm.do(Tag(contact="c-1", tags=["of the host"], by=OWNER))
        assert (["planned"], []) == ([what for what, _, _ in observer.heard], meddler.acts)
        order(connection, "o-2")
        connection.commit()
    assert ["o-1", "o-2"] == orders(postgres)
    assert frozenset({"of the other"}) == other.contact("c-1").tags


def test_a_batch_inside_is_the_hosts(engine: Engine) -> None:
    """Many commands, one of them refused: the others are stored when the host commits."""
    with engine.begin() as connection:
        crm = service(SqlStorage(connection))
        commands: list[Any] = [AddContact(id=f"c-{n}", name="Ada", by=OWNER) for n in range(3)]
        commands.insert(1, Convert(contact="c-0", to=Team.CLIENT, by=CLIENT))
        assert [True, False, True, True] == [outcome.ok for outcome in crm.do_all(commands)]
        assert [] == people(engine)
    assert ["c-0", "c-1", "c-2"] == people(engine)


def test_two_storages_on_one_connection_are_one_transaction(engine: Engine) -> None:
    """A storage of each request costs nothing, and sees what the one before did."""
    with engine.begin() as connection:
        add(service(SqlStorage(connection)))
        with SqlStorage(connection).transaction("acme"):
            service(SqlStorage(connection)).do(Tag(contact="c-1", tags=["t-1"], by=OWNER))
    assert frozenset({"t-1"}) == service(SqlStorage(engine)).contact("c-1").tags


# ---- async


ASYNC: Final = {FILE: "sqlite+aiosqlite", PLAIN: "sqlite+aiosqlite", POSTGRES: "postgresql+psycopg"}


@asynccontextmanager
async def served(url: str, kind: str) -> AsyncIterator[AsyncEngine]:
    """Give a host's async engine, with its tables and ours."""
    engine = create_async_engine(make_url(url).set(drivername=ASYNC[kind]))
    ENGINES[kind][1](engine.sync_engine)
    async with engine.begin() as connection:
        await connection.run_sync(HOSTS.create_all)
        await connection.run_sync(lambda plain: SqlStorage(plain).create())
    try:
        yield engine
    finally:
        await engine.dispose()


async def ask(connection: AsyncConnection, act: Callable[[Crm], Any], **more: Any) -> Any:
    """Do something of the shell in a host's async transaction."""
    return await connection.run_sync(lambda plain: act(service(SqlStorage(plain), **more)))


@pytest.fixture(params=ASYNC)
def asynchronous(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Give the URL of an empty database, and its kind."""
    return databases.fresh_url(ENGINES[request.param][0], tmp_path), request.param


def test_async_hosts_commit_and_roll_back_with_ours(asynchronous: tuple[str, str]) -> None:
    """`AsyncConnection.run_sync` leads to the same shell: one commit for both, one rollback for both."""

    async def run() -> object:
        async with served(*asynchronous) as engine:
            for key, ends in (("1", "rollback"), ("2", "commit")):
                async with engine.connect() as connection:
                    await connection.execute(insert(ORDERS).values(id=f"o-{key}", contact="c-1"))
                    await ask(connection, lambda crm, key=key: add(crm, f"c-{key}"))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
                    await getattr(connection, ends)()
            async with engine.connect() as connection:
                found = list((await connection.execute(select(ORDERS.c.id))).scalars())
                return found, [contact.id for contact in await ask(connection, lambda crm: crm.contacts())]

    assert (["o-2"], ["c-2"]) == asyncio.run(run())


def test_async_refusals_and_conflicts_leave_it_usable(asynchronous: tuple[str, str]) -> None:
    """The same errors come out of `run_sync`, and the host's transaction goes on."""

    async def run() -> object:
        async with served(*asynchronous) as engine:
            async with engine.begin() as connection:
                await ask(connection, lambda crm: add(crm, email="ada@example.org", status=Team.CLIENT))
                for error, act in WRONG.values():
                    with pytest.raises(error):
                        await ask(connection, act)
                await connection.execute(insert(ORDERS).values(id="o-1", contact="c-1"))
            async with engine.connect() as connection:
                drift = await ask(connection, lambda crm: crm.drift())
                return drift, list((await connection.execute(select(ORDERS.c.id))).scalars())

    assert ((), ["o-1"]) == asyncio.run(run())


def test_async_tasks_that_race_have_one_winner(asynchronous: tuple[str, str]) -> None:
    """Eight tasks expect the same version: one is done, seven hear that somebody was quicker."""

    async def run() -> list[str]:
        async with served(*asynchronous) as engine:
            async with engine.begin() as connection:
                await ask(connection, add)

            async def tag(n: int) -> str:
                async with engine.begin() as connection:
                    command: Any = Tag(contact="c-1", tags=[f"t-{n}"], by=OWNER)
                    try:
                        await ask(connection, lambda crm: crm.do(command, expect=1))
                    except Conflict:
                        return "conflict"
                return "done"

            return sorted(await asyncio.gather(*(tag(n) for n in range(8))))

    assert ["conflict"] * 7 + ["done"] == asyncio.run(run())


def test_async_invites_and_delivers(asynchronous: tuple[str, str]) -> None:
    """A whole way through the shell: invited, delivered, accepted, each in a transaction of its own."""
    notifier = MemoryNotifier()

    async def run() -> object:
        async with served(*asynchronous) as engine:
            for act in (invite, lambda crm: crm.deliver()):
                async with engine.begin() as connection:
                    await ask(connection, act, notifier=notifier)
            ((_, letter),) = notifier.sent
            async with engine.begin() as connection:
                await ask(connection, lambda crm: crm.do(Accept(token=letter.token)))  # type: ignore[attr-defined]  # it was sent with a token
                return await ask(connection, lambda crm: crm.contact("c-1").portal.value)

    assert "active" == asyncio.run(run())


def test_an_async_engine_itself_is_not_taken(tmp_path: Path) -> None:
    """Who forgets `run_sync` hears it at once."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/crm.db")
    target: Any = engine
    for given in (target, f"sqlite+aiosqlite:///{tmp_path}/crm.db"):
        with pytest.raises(Invalid) as caught:
            SqlStorage(given)
        assert ["target"] == [problem.path for problem in caught.value.problems]
    asyncio.run(engine.dispose())


# ---- a host's own contacts


PEOPLE: Final = Table(
    "people",
    HOSTS,
    Column("number", Integer, primary_key=True),
    Column("key", String, unique=True, nullable=False),
    Column("funnel", String, nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("calls_end", DateTime(timezone=True)),
    Column("rest", JSON, nullable=False),
)
"""How the host has kept its contacts since before."""


class HostContacts:
    """The contacts of a host, in its own table; one account."""

    def __init__(self, connection: Connection, funnel: Funnel[Any, Any]) -> None:
        self.connection = connection
        self.home = funnel

    def _read(self, *conditions: Any) -> list[Contact]:
        asked = select(PEOPLE.c.rest).where(*conditions).order_by(PEOPLE.c.number)
        return [load_stored(rest, self.home, Contact).value for rest in self.connection.execute(asked).scalars()]

    def get(self, funnel: str, contact: str) -> Contact | None:
        """Give one, or None."""
        return next(iter(self._read(PEOPLE.c.funnel == funnel, PEOPLE.c.key == contact)), None)

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        """Give those that are there."""
        found = self._read(PEOPLE.c.funnel == funnel, PEOPLE.c.key.in_(tuple(contacts)))
        return {contact.id: contact for contact in found}

    def funnels(self, contact: str) -> tuple[str, ...]:
        """Give the funnels of a person."""
        asked = select(PEOPLE.c.funnel).where(PEOPLE.c.key == contact)
        return tuple(self.connection.execute(asked).scalars())

    def every(self, funnel: str) -> Iterable[Contact]:
        """Give all of the funnel."""
        return self._read(PEOPLE.c.funnel == funnel)

    def due(
        self,
        funnel: str,
        before: datetime,
        coach: str | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> tuple[Contact, ...]:
        """Give those with a follow-up before that moment."""
        rows = [row for row in self.every(funnel) if coach is None or row.coach == coach]
        found = sorted((p, row) for row in rows if (p := due_at(row)) is not None and p[0] < before)
        return tuple(row for place, row in found if after is None or place > after)[:limit]

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None, *, claim: bool = False
    ) -> tuple[Contact, ...]:
        """Give those whose last follow-up has run out."""
        found = sorted(
            ((p, row) for row in self.every(funnel) if (p := ripe_at(row)) is not None and p[0] <= until),
            key=lambda pair: pair[0],
        )
        return tuple(row for place, row in found if after is None or place > after)[:limit]

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        """Give how many these are."""
        found = self.ripe(funnel, until)
        first = None if not found else ripe_at(found[0])
        return len(found), None if first is None else first[0]

    def staged(self, funnel: str, pipeline: str | None = None) -> tuple[Contact, ...]:
        """Nobody stands on a pipeline here."""
        return ()

    def save(self, funnel: str, contact: Contact) -> None:
        """Keep it."""
        self.remove(funnel, contact.id)
        known = {"key": contact.id, "funnel": funnel, "state": contact.status.value, "version": contact.version}
        stands = contact.follow_up
        ends = None if stands is None else stands.gives_up
        self.connection.execute(insert(PEOPLE).values(**known, calls_end=ends, rest=write(contact, self.home)))

    def remove(self, funnel: str, contact: str) -> None:
        """Drop it."""
        self.connection.execute(delete(PEOPLE).where(PEOPLE.c.funnel == funnel, PEOPLE.c.key == contact))


class HostTransaction:
    """Ours, but for the contacts."""

    def __init__(self, ours: Any, contacts: HostContacts) -> None:
        self._ours = ours
        self.contacts = contacts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ours, name)

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:
        """Ask for the contacts ourselves, locked; the rest is theirs."""
        rest = []
        for read in reads:
            kind, key, version = read
            if kind != "contact":
                rest.append(read)
                continue
            asked = select(PEOPLE.c.version).where(PEOPLE.c.funnel == funnel, PEOPLE.c.key == key).with_for_update()
            if (self.contacts.connection.scalar(asked) or 0) != version:
                return read
        found: Read | None = self._ours.changed(rest, funnel)
        return found


class HostStorage:
    """A host's own contacts beside our other stores, in the host's own transaction."""

    retries = False

    def __init__(self, connection: Connection) -> None:
        self.ours = SqlStorage(connection)
        self.connection = connection
        self.identifiers, self.tokens = self.ours.identifiers, self.ours.tokens
        self.known: Any = None

    def knows(self, funnel: Any) -> None:
        """Take note of a funnel."""
        self.known = funnel
        self.ours.knows(funnel)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Ask the host's own table."""
        asked = select(PEOPLE.c.funnel, func.count(), func.min(PEOPLE.c.calls_end)).where(PEOPLE.c.calls_end <= until)
        found = self.connection.execute(asked.group_by(PEOPLE.c.funnel))
        return tuple(Ripe("acme", funnel, count, oldest) for funnel, count, oldest in found)

    def transaction(self, account: str, *, write: bool = True) -> AbstractContextManager[Any]:
        """Open one of ours, with the host's contacts in it."""
        return self._opened(account, write=write)

    @contextmanager
    def _opened(self, account: str, *, write: bool) -> Iterator[HostTransaction]:
        with self.ours.transaction(account, write=write) as stores:
            yield HostTransaction(stores, HostContacts(self.connection, self.known))


def rows(engine: Engine) -> list[tuple[str, str, int]]:
    """Give the host's table."""
    with engine.connect() as connection:
        asked = select(PEOPLE.c.key, PEOPLE.c.state, PEOPLE.c.version).order_by(PEOPLE.c.number)
        return [(key, state, version) for key, state, version in connection.execute(asked)]


def test_a_host_keeps_its_contacts_and_takes_the_rest(engine: Engine) -> None:
    """History, persons, invitations and messages are ours, contacts are the host's: one transaction, one truth."""
    notifier = MemoryNotifier()
    with engine.begin() as connection:
        crm = service(HostStorage(connection), notifier=notifier)
        waiting = invite(crm)
        crm.do(Accept(token=crm.do(MintLink(invitation=waiting, by=OWNER))))
        after = crm.do(Tag(contact="c-1", tags=["t-1"], by=OWNER))
        assert () == crm.drift()
        assert ("Ada", "accepted") == (crm.person("c-1").name, crm.invitation(waiting).state.value)
        assert after == crm.contact("c-1")
    assert [("c-1", "client", after.version)] == rows(engine)
    assert [] == list(service(SqlStorage(engine)).contacts()), "our own table of contacts stays empty"


def test_a_hosts_contacts_are_guarded_like_ours(engine: Engine) -> None:
    """A plan whose contact has changed in the host's table is a Conflict; and nothing of it is stored."""
    with engine.begin() as connection:
        crm = service(HostStorage(connection))
        add(crm)
        plan = crm.plan(Tag(contact="c-1", tags=["t-1"], by=OWNER))
        connection.execute(update(PEOPLE).values(version=PEOPLE.c.version + 1))
        told = len(crm.history("c-1"))
        with pytest.raises(Conflict):
            crm.apply(plan)
        assert told == len(crm.history("c-1"))
        order(connection, "o-1")
    assert ["o-1"] == orders(engine)


def test_a_hosts_contacts_go_with_what_is_taken_back(engine: Engine) -> None:
    """What the host does not commit is in neither table."""
    with engine.connect() as connection:
        add(service(HostStorage(connection)))
        connection.rollback()
    assert [] == rows(engine)
    with engine.connect() as connection:
        crm = service(HostStorage(connection))
        assert () == crm.contacts()
        with pytest.raises(NotFound):
            crm.history("c-1")


def test_a_hosts_contacts_are_swept_like_ours(engine: Engine) -> None:
    """A lead that was called as often as one calls becomes cold in the host's table, with its history in ours."""
    clock = FixedClock(NOW)
    with engine.begin() as connection:
        crm = service(HostStorage(connection), FRANCHISE, clock=clock)
        crm.do(Adopt(name="Ada", id="c-1", status=Franchise.NEW_LEAD, since=NOW, by=COACH))
        lead = None
        for _ in range(6):
            lead = crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
        assert lead is not None
        assert lead.follow_up is not None
        clock.set(lead.follow_up.gives_up or NOW)
        assert (1, 0) == ((swept := crm.sweep()).done, swept.left)
        assert () == crm.drift()
    assert [("c-1", "cold")] == [(key, state) for key, state, _ in rows(engine)]


# ---- what a host may do with its engine


def test_prepared_twice_is_prepared_once(tmp_path: Path) -> None:
    """A host that prepares its engine, and hands it to two storages, begins each transaction once."""
    engine = prepare(prepare(create_engine(databases.sqlite_file(tmp_path))))
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *more: said.append(statement))
    add(service(SqlStorage(engine)))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert "BEGIN IMMEDIATE" in said
    assert not any(one == other == "BEGIN IMMEDIATE" for one, other in pairwise(said))
    engine.dispose()


def test_a_connection_that_has_begun_of_itself_is_not_taken_for_ours() -> None:
    """All threads of an engine in memory share one connection: what a host has begun there is not committed by us."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    storage = SqlStorage(engine)
    HOSTS.create_all(engine)
    with engine.connect() as connection:
        order(connection, "o-1")
        with pytest.raises(Invalid, match="give that Connection instead of the engine"):
            add(service(storage))
        add(service(SqlStorage(connection)))
        connection.rollback()
    assert ([], []) == (orders(engine), people(engine))
    add(service(storage))
    assert ["c-1"] == people(engine)
    engine.dispose()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the driver cannot do so before Python 3.12")
def test_a_driver_that_begins_by_itself_is_refused(tmp_path: Path) -> None:
    """It begins as one that looks, and then cannot write once somebody else has: so it says what is to be changed."""
    engine = create_engine(databases.sqlite_file(tmp_path), connect_args={"autocommit": False})
    with pytest.raises(Invalid, match="leave autocommit=False out"):
        SqlStorage(engine)
    engine.dispose()


def test_options_of_a_prepared_engine_are_taken(tmp_path: Path) -> None:
    """A copy of the engine with options of its own begins each transaction as the engine does."""
    engine = prepare(create_engine(databases.sqlite_file(tmp_path)))
    add(service(SqlStorage(engine.execution_options(logging_token="ours"))))
    with engine.execution_options(logging_token="host").begin() as connection:
        add(service(SqlStorage(connection)), "c-2")
    assert ["c-1", "c-2"] == people(engine)
    engine.dispose()
