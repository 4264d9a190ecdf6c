"""Django: the same stores in the host's database, by its ORM and inside its transaction; pages; an example host."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import django
import pytest
from django.conf import settings

NAME: Final = "funnelkit_tests_by_django"

if not settings.configured:  # once for each process; nothing else here uses Django
    EMPTY: Final = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": dict(EMPTY), "beside": dict(EMPTY)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "funnelkit.adapters.django",
        ],
        LOGGING_CONFIG=None,
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="for these tests",
        TEMPLATES=[
            {
                "APP_DIRS": True,
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        USE_TZ=True,
    )
    django.setup()

# What follows needs the settings, or Django's apps.
from django.contrib import admin
from django.contrib.auth.models import Group as HostsOwn
from django.contrib.auth.models import Permission, User
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpRequest, HttpResponse
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path
from sqlalchemy import create_engine, inspect, make_url

from funnelkit import (
    AGENCY,
    COACHING,
    TEAM,
    Actor,
    Conflict,
    Contact,
    FunnelService,
    Invalid,
    Kind,
    Refused,
    Right,
    Role,
)
from funnelkit.accounts import sweep_accounts
from funnelkit.adapters.django import models
from funnelkit.adapters.django.storage import DjangoStorage
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.adapters.rows import Query
from funnelkit.adapters.sql import SqlStorage
from funnelkit.adapters.sql.schema import KEYS, METADATA
from funnelkit.adapters.sql.schema import TABLES as SQL_TABLES
from funnelkit.adapters.sql.version import NEWEST
from funnelkit.commands import (
    Accept,
    AddContact,
    AddMember,
    AssignPackage,
    Book,
    CompleteOnboarding,
    Convert,
    Decline,
    DefineOffer,
    Invite,
    MarkHeld,
    MintLink,
    RecordPayment,
    Revoke,
    SendAgain,
    Tag,
)
from funnelkit.errors import Unavailable
from funnelkit.ports.storage import STORES, Storage
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.team import Team
from funnelkit.testing.contracts import Capabilities, Contract, at_once, name_of
from funnelkit.testing.exam import STORAGE, run
from tests import databases
from tests.databases import FILE, POSTGRES

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-2", role=Role.COACH)
WEB: Final = Actor(id="web", role=Role.SYSTEM)
PLANTED: Final = ("Ada Planted", "ada@planted.example")
EXAMPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "django_host"
BOTH: Final = (FILE, pytest.param(POSTGRES, marks=pytest.mark.slow))
LONG: Final = frozenset(
    {
        "AppointmentsContract", "FaultsContract", "GroupsContract", "InterleavedContract", "LifeContract",
        "MachineContract", "MembersContract", "NestedContract", "PackagesContract", "PersonsContract",
        "ProcessesContract", "SurvivesContract", "ThreadsContract", "TransactionContract",
    }
)  # fmt: skip
"""Contracts that take long; of what they promise, the others here have the core."""


def host_view(request: HttpRequest, then: str) -> HttpResponse:
    """Store a row of the host and one of ours; then go on, be refused, or fail."""
    HostsOwn.objects.create(name="theirs")
    add(service())
    if then == "fail":
        raise ZeroDivisionError
    if then == "refuse":
        with pytest.raises(Refused):
            service().do(Convert(contact="c-1", to=Coaching.PROSPECT, by=COACH))
    return HttpResponse(then)


urlpatterns = [path("admin/", admin.site.urls), path("host/<then>/", host_view)]


# ---- databases


def point(alias: str, **to: Any) -> None:
    """Let an alias of DATABASES lead to another database."""
    connections[alias].close()
    del connections[alias]
    connections.settings[alias] = {**connections.settings[alias], "OPTIONS": {}, **to}


def lite(file: Path, timeout: float = 30) -> dict[str, Any]:
    """Give the settings of a database in a file, as a host writes them."""
    options = {"timeout": timeout, "init_command": "PRAGMA journal_mode=WAL", "transaction_mode": "IMMEDIATE"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options}


def postgres(url: str) -> dict[str, Any]:
    """Give the settings of a database on a server."""
    parts = make_url(url)
    query = {key: str(value) for key, value in parts.query.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.database,
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.host or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Give a database with all tables, of each kind, made once: its settings."""
    there: dict[str, dict[str, Any]] = {}

    def make(kind: str) -> dict[str, Any]:
        if kind not in there:
            folder = tmp_path_factory.mktemp("django")
            to = lite(folder / "made.db") if kind == FILE else postgres(databases.fresh_url(kind, folder))
            point("default", **to)
            call_command("migrate", verbosity=0)
            there[kind] = to
        return there[kind]

    return make


@pytest.fixture(params=BOTH)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, made: Callable[[str], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Lead `default`, and `beside` it, to one database without any rows, of each kind; give its settings."""
    to = made(request.param)
    connections["default"].close()
    if request.param == FILE:
        shutil.copyfile(to["NAME"], tmp_path / "host.db")
        to = lite(tmp_path / "host.db")
    point("default", **to)
    point("beside", **to)
    yield to
    if request.param == POSTGRES:  # a file is a copy
        emptied()
        for model in (HostsOwn, User):
            model.objects.all().delete()
    connections.close_all()


@pytest.fixture
def file(tmp_path: Path, made: Callable[[str], dict[str, Any]]) -> Iterator[Path]:
    """Lead both aliases to one file, for what is so on SQLite only."""
    to = made(FILE)["NAME"]
    connections.close_all()
    shutil.copyfile(to, tmp_path / "host.db")
    for alias in ("default", "beside"):
        point(alias, **lite(tmp_path / "host.db"))
    yield tmp_path / "host.db"
    connections.close_all()


def service(storage: Storage | None = None, funnel: Any = COACHING, now: datetime = NOW, **more: Any) -> Any:
    """Give a service; the clock stands."""
    more.setdefault("account", "acme")
    return FunnelService(funnel, storage=storage or DjangoStorage(), clock=FixedClock(now), **more)


def emptied() -> None:
    """Leave nothing in our tables but their version."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in models.TABLES:  # by Django's own `delete`, this is the longest part of every test
            cursor.execute(f"DELETE FROM {models.PREFIX}{name}")  # noqa: S608  # names of ours


def add(crm: Any, key: str = "c-1", **more: Any) -> Contact:
    """Add a contact whose name and address are planted."""
    known: dict[str, Any] = {"name": PLANTED[0], "email": PLANTED[1], "by": COACH, **more}
    return crm.do(AddContact(id=key, **known))


@contextmanager
def alone() -> Iterator[None]:
    """Give back what a thread has opened, as a worker does when its job is done."""
    try:
        yield
    finally:
        connections.close_all()


# ---- what is stored


def story(storage: Storage) -> list[Any]:
    """Invite, accept, book, hold, buy, let run out, send again, decline: what every question gives afterwards."""
    clock, notifier = FixedClock(NOW), MemoryNotifier()
    crm: Any = FunnelService(
        TEAM, account="acme", storage=storage, clock=clock, notifier=notifier, zone="Europe/Berlin",
        tokens=KnownTokens(), identifiers=CountedIdentifiers(),
    )  # fmt: skip
    crm.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
    crm.do(AddMember(id="m-2", name="Cora", role=Role.COACH, email="cora@x.org", zone="Asia/Tokyo", by=OWNER))
    crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
    ada = crm.do(
        Invite(
            name="Ada", email="ada@x.org", status=Team.CLIENT, coach="m-2", packages=("five",), message="Hi", by=OWNER
        )
    )
    found = [crm.deliver(), [message for _, message in notifier.sent]]
    token = notifier.sent[0][1].token  # type: ignore[attr-defined]  # the first one is the letter
    look = crm.peek(token)
    found += [look.coach, look.note, str(look.decision), crm.packages(ada.contact), crm.do(Accept(token=token))]
    with pytest.raises(Refused) as again:
        crm.do(Accept(token=token))
    found += [str(again.value), str(crm.why(token)), str(crm.may(ada.contact, Right.DASHBOARD))]
    crm.do(CompleteOnboarding(contact=ada.contact, step="onboarding", by=Actor(id=ada.contact, role=Role.CLIENT)))
    session = crm.do(
        Book(contacts=[ada.contact], coach="m-2", kind=Kind.SESSION, start=NOW + 2 * DAY, minutes=60, by=COACH)
    )
    dashboard = crm.dashboard(ada.contact)
    found += [dashboard.greeting, *map(str, dashboard.sections.values()), crm.packages(ada.contact)]
    clock.advance(days=3)
    crm.do(MarkHeld(appointment=session.id, by=COACH))
    (package,) = crm.packages(ada.contact)
    found += [package.balance, crm.ledger(package.package.id)]
    found.append(str(crm.plan(AssignPackage(contact=ada.contact, offer="five", by=OWNER))))
    paid = RecordPayment(payment="pi_1", offer="five", name="Ben", email="ben@x.org", by=WEB)
    ben = crm.do(paid, key="stripe:evt_1")
    assert ben == crm.do(paid) == crm.do(paid, key="stripe:evt_1")
    clock.advance(days=8)
    found += [crm.sweep(), crm.contact(ben.contact), crm.invitations(ben.contact), crm.packages(ben.contact)]
    (lapsed,) = crm.invitations(ben.contact)
    crm.do(SendAgain(invitation=lapsed.id, by=OWNER))
    crm.do(Decline(token=crm.do(MintLink(invitation=lapsed.id, by=OWNER))))
    found += [str(crm.plan(Invite(contact=ben.contact, by=OWNER))), crm.deliver(), crm.contacts()]
    return [*found, *(crm.history(contact) for contact in (ada.contact, ben.contact)), crm.export(ada.contact)]


def test_a_story_of_invitations_and_packages_is_the_same_as_in_memory(database: dict[str, Any]) -> None:
    """What every question answers, to the last field, and what was sent."""
    assert story(MemoryStorage()) == story(DjangoStorage())


def test_all_accounts_are_swept_in_turn(database: dict[str, Any]) -> None:
    """Which account has something to sweep is found over all of them, the one that has waited longest first."""
    storage = DjangoStorage()
    for account, at in (("acme", NOW), ("zeta", NOW - DAY)):
        crm = service(storage, TEAM, at, account=account)
        crm.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
        crm.do(Invite(name="Ada", email="ada@x.org", status=Team.CLIENT, by=OWNER))
    assert ["zeta", "acme"] == [ripe.account for ripe in storage.ripe(NOW + 9 * DAY)]
    swept = sweep_accounts(storage, lambda account: TEAM, FixedClock(NOW + 9 * DAY))
    assert (2, 2, 0, ()) == (swept.done, swept.accounts, swept.left, swept.failed)
    assert () == storage.ripe(NOW + 9 * DAY)


# ---- the exam


class Worker(DjangoStorage):
    """Gives the connection of a thread back when its transaction ends; the test keeps its own."""

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Iterator[Any]:
        """Open one."""
        outermost = not connections[self.using].in_atomic_block
        try:
            with super().transaction(account, write=write) as stores:
                yield stores
        finally:
            if outermost and threading.current_thread() is not threading.main_thread():
                connections.close_all()


class Documents:
    """Reads and writes documents past the stores."""

    def get(self, account: str, kind: str, key: str) -> Any:
        """Give the document of a noun."""
        return self._row(account, kind, key).get().document

    def put(self, account: str, kind: str, key: str, document: Any) -> None:
        """Store another one in its place."""
        self._row(account, kind, key).update(document=document)

    def _row(self, account: str, kind: str, key: str) -> Any:
        return models.TABLES[STORES.get(kind, "contacts")].objects.filter(account=account, ident=key)


@pytest.mark.parametrize(
    "contract",
    [pytest.param(one, marks=[pytest.mark.slow] if one.__name__ in LONG else []) for one in STORAGE],
    ids=[name_of(one) for one in STORAGE],
)
def test_it_passes_the_exam(contract: type[Contract], database: dict[str, Any]) -> None:
    """Every promise of every store, with threads and a second connection; ids as long as the database can look up."""

    def fixtures() -> dict[str, object]:
        emptied()
        return {
            "funnelkit_storage": Worker(),
            "funnelkit_again": lambda: Worker("beside"),
            "funnelkit_documents": Documents(),
        }

    long_ids: Any = True if connection.vendor == "sqlite" else "PostgreSQL looks up 2704 bytes"
    results = run([contract], fixtures, Capabilities(adapter="django", examples=5, long_ids=long_ids))
    assert results
    assert [] == [result for result in results if result.outcome == "failed"]


# ---- the same tables as with SqlStorage


def shape(url: str) -> dict[str, Any]:
    """Give the tables of a database: columns, what is there once, what is found by an index, and of which rows."""
    engine = create_engine(url)
    seen = inspect(engine)
    found: dict[str, Any] = {}
    for table in sorted(name for name in seen.get_table_names() if name.startswith("funnelkit_")):
        columns = {(column["name"], bool(column["nullable"])) for column in seen.get_columns(table)}
        once: set[tuple[tuple[str | None, ...], str]] = {
            (tuple(one["column_names"]), "") for one in seen.get_unique_constraints(table)
        }
        found_by: set[tuple[tuple[str | None, ...], str]] = set()
        for index in seen.get_indexes(table):
            if str(index["name"]).endswith("_like"):  # Django adds it to a text that is a primary key
                continue
            known = index.get("dialect_options", {})
            where = str(known.get("sqlite_where", known.get("postgresql_where", "")))
            rows = (tuple(index["column_names"]), "".join(sign for sign in where if sign not in '"()').split("::")[0])
            (once if index["unique"] else found_by).add(rows)
        found[table] = (columns, once, found_by - once)
    engine.dispose()
    return found


def url_of(to: dict[str, Any], tmp_path: Path) -> str:
    """Give the URL of the database of these settings, for SQLAlchemy."""
    if to["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{to['NAME']}"
    schema = to["OPTIONS"]["options"].partition("=")[2]
    return databases.postgres_url(schema)


def test_migrations_make_the_tables_of_sql_storage(database: dict[str, Any], tmp_path: Path) -> None:
    """The same columns, the same unique sets, the same indexes over the same rows, and the same version."""
    kind = FILE if database["ENGINE"].endswith("sqlite3") else POSTGRES
    url = databases.fresh_url(kind, tmp_path)
    SqlStorage(url).close()
    assert shape(url) == shape(url_of(database, tmp_path))
    assert [NEWEST] == [str(version) for version in models.Version.objects.all()]


def test_models_name_every_table_and_its_key() -> None:
    """Stores ask for tables and keys by the names of the schema."""
    assert {name: tuple(models.TABLES[name].by) for name in KEYS} == {
        name: tuple("ident" if column == "id" else column for column in by) for name, by in KEYS.items()
    }
    assert set(METADATA.tables) == {model._meta.db_table for model in models.TABLES.values()}  # noqa: SLF001  # the same
    assert set(KEYS) == set(models.TABLES) == set(SQL_TABLES)


def test_models_and_migrations_agree(database: dict[str, Any]) -> None:
    """`makemigrations` finds nothing to do."""
    call_command("makemigrations", "funnelkit", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("kind", BOTH)
def test_migrations_can_be_undone(kind: str, tmp_path: Path) -> None:
    """Back to nothing, and there again."""
    url = databases.fresh_url(kind, tmp_path)
    point("default", **(lite(Path(str(make_url(url).database))) if kind == FILE else postgres(url)))
    call_command("migrate", "funnelkit", verbosity=0)
    call_command("migrate", "funnelkit", "zero", verbosity=0)
    assert [] == [name for name in connection.introspection.table_names() if name.startswith("funnelkit_")]
    call_command("migrate", "funnelkit", verbosity=0)
    assert "c-1" == add(service()).id
    connections.close_all()


def test_sql_storage_reads_and_writes_the_same_rows(database: dict[str, Any], tmp_path: Path) -> None:
    """A script without Django goes on where the site stopped, and the site after it; times are the same to both."""
    story(DjangoStorage())
    contacts = service(funnel=TEAM).contacts()
    beside = SqlStorage(url_of(database, tmp_path))
    later = NOW + 99 * DAY
    try:
        script = service(beside, TEAM)
        assert contacts == script.contacts()
        assert [service(funnel=TEAM).export(row.id) for row in contacts] == [script.export(row.id) for row in contacts]
        one = script.do(Invite(name="Cleo", email="cleo@x.org", status=Team.CLIENT, by=OWNER))
        assert DjangoStorage().ripe(later) == beside.ripe(later) != ()
        service(funnel=TEAM).do(Revoke(invitation=one.id, by=OWNER))
        assert script.history(one.contact) == service(funnel=TEAM).history(one.contact)
        assert () == DjangoStorage().ripe(later) == beside.ripe(later)
    finally:
        beside.close()


def test_tables_that_sql_storage_made_are_taken_over(tmp_path: Path) -> None:
    """`migrate --fake-initial` finds them, and what is in them is there."""
    url = databases.sqlite_file(tmp_path)
    before = SqlStorage(url)
    added = add(service(before))
    before.close()
    point("default", **lite(Path(str(make_url(url).database))))
    try:
        call_command("migrate", "funnelkit", fake_initial=True, verbosity=0)
        assert added == service().contact("c-1")
        assert service().do(Tag(contact="c-1", tags=("vip",), by=COACH)).version == 2
    finally:
        connections.close_all()


# ---- inside the host's transaction


def test_a_hosts_row_and_ours_are_committed_together(database: dict[str, Any]) -> None:
    """Left without an error, both are there, and a message waits; another connection sees neither before."""
    with transaction.atomic():
        HostsOwn.objects.create(name="theirs")
        add(service())
        assert not HostsOwn.objects.using("beside").exists()
        assert () == service(DjangoStorage("beside")).contacts()
    assert HostsOwn.objects.using("beside").exists()
    assert "c-1" == service(DjangoStorage("beside")).contact("c-1").id


def test_a_hosts_row_and_ours_are_undone_together(database: dict[str, Any]) -> None:
    """Left with an error, neither is there: no contact, no event, no message."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # both are done before the error
        HostsOwn.objects.create(name="theirs")
        service(funnel=TEAM).do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
        service(funnel=TEAM).do(Invite(name="Ada", email="ada@x.org", status=Team.CLIENT, by=OWNER))
        raise ZeroDivisionError
    assert not HostsOwn.objects.exists()
    left = {name: model.objects.count() for name, model in models.TABLES.items()}
    assert dict.fromkeys(models.TABLES, 0) == left


def test_a_conflict_leaves_the_hosts_block_usable(database: dict[str, Any]) -> None:
    """Only what the plan did is undone; the host goes on, and its own row is committed."""
    crm = service()
    add(crm)
    stale = crm.plan(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    crm.do(Tag(contact="c-1", tags=("vip",), by=COACH))
    with transaction.atomic():
        HostsOwn.objects.create(name="theirs")
        with pytest.raises(Conflict):
            crm.apply(stale)
        crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    assert Coaching.HOT_LEAD is crm.contact("c-1").status
    assert HostsOwn.objects.exists()


def test_the_shell_plans_again_only_outside_the_hosts_block(database: dict[str, Any]) -> None:
    """Asked at each call: inside a block of the host, or without autocommit, a second try would see the same."""
    storage = DjangoStorage()
    found = [storage.retries]
    with transaction.atomic():
        found.append(storage.retries)
    with storage.transaction("acme"):  # its own: a batch plans on what the commands before did
        found.append(storage.retries)
    transaction.set_autocommit(False)
    found.append(storage.retries)
    add(service(storage))
    transaction.rollback()
    transaction.set_autocommit(True)
    assert [True, False, True, False] == found
    assert () == service(storage).contacts()


def test_a_block_that_the_host_broke_says_so(database: dict[str, Any]) -> None:
    """It is no conflict and no failure of the database: Django's own error comes through."""
    with pytest.raises(TransactionManagementError), transaction.atomic():  # noqa: PT012  # it is broken before
        transaction.set_rollback(True)
        add(service())


def invited(notifier: MemoryNotifier) -> Any:
    """Invite somebody, whose letter waits; give the service."""
    crm = service(funnel=TEAM, notifier=notifier)
    crm.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
    crm.do(Invite(name="Ada", email="ada@x.org", status=Team.CLIENT, by=OWNER))
    return crm


def test_nothing_is_sent_before_the_host_has_committed(database: dict[str, Any]) -> None:
    """Delivering inside the block is refused, for the block can be undone; `on_commit` sends, and only then."""
    notifier = MemoryNotifier()
    with transaction.atomic():
        crm = invited(notifier)
        with pytest.raises(Invalid, match="before it is committed"):
            crm.deliver()
        transaction.on_commit(crm.deliver)
        assert [] == notifier.sent
    assert 1 == len(notifier.sent)
    assert 0 == crm.deliver()


def test_nothing_is_sent_of_what_was_undone(database: dict[str, Any]) -> None:
    """Neither by what was to happen on commit, nor by the next worker."""
    notifier = MemoryNotifier()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012  # all is done before the error
        crm = invited(notifier)
        transaction.on_commit(crm.deliver)
        raise ZeroDivisionError
    assert (0, []) == (crm.deliver(), notifier.sent)


def test_a_hosts_testcase_sends_as_its_site_does(file: Path) -> None:
    """Django's TestCase is one block around each test, and lets what waits for a commit be done inside it."""
    notifier = MemoryNotifier()

    class Hosts(TestCase):
        def test_it(self) -> None:
            with self.captureOnCommitCallbacks(execute=True), transaction.atomic():
                transaction.on_commit(invited(notifier).deliver)

    result = unittest.TestSuite([Hosts("test_it")]).run(unittest.TestResult())
    assert (1, [], []) == (result.testsRun, result.errors, result.failures)
    assert 1 == len(notifier.sent)
    assert 0 == models.Message.objects.count()


@pytest.mark.parametrize(("then", "left"), [("go on", True), ("refuse", True), ("fail", False)])
def test_a_request_can_be_one_block(file: Path, then: str, left: bool) -> None:
    """With ATOMIC_REQUESTS a request that fails leaves nothing; one that is refused something keeps the rest."""
    point("default", **lite(file), ATOMIC_REQUESTS=True)
    client = Client(raise_request_exception=False)
    assert (200 if left else 500) == client.get(f"/host/{then}/").status_code
    assert left == HostsOwn.objects.exists() == models.Contact.objects.exists() == models.Event.objects.exists()
    assert 0 == models.Contact.objects.using("beside").exclude(status="prospect").count()


class Apart:
    """A router of a host that keeps funnelkit in a database of its own."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Say where to look."""
        return "beside" if model._meta.app_label == "funnelkit" else "default"  # noqa: SLF001  # as Django says it

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Say where the tables are made."""
        return (db == "beside") == (app_label == "funnelkit")


def test_it_may_have_a_database_of_its_own(tmp_path: Path) -> None:
    """By another alias and the host's router: the tables are there and nowhere else, and the pages find them."""
    for alias in ("default", "beside"):
        point(alias, **lite(tmp_path / f"{alias}.db"))
    with override_settings(DATABASE_ROUTERS=[Apart()]):
        for alias in ("default", "beside"):
            call_command("migrate", database=alias, verbosity=0)
        ours = {alias: {"funnelkit_contacts", "auth_user"} & set(connections[alias].introspection.table_names())
                for alias in ("default", "beside")}  # fmt: skip
        assert {"default": {"auth_user"}, "beside": {"funnelkit_contacts"}} == ours
        storage = DjangoStorage("beside")
        with transaction.atomic():  # of the host's other database: it is none of ours
            assert storage.retries
            add(service(storage))
        User.objects.create_superuser("root", password="root")
        client = Client()
        client.login(username="root", password="root")
        shown = page(client, models.Contact.objects.get())
    assert PLANTED[0] in shown
    assert "contact added" in shown
    assert "allowed: convert c-1" in shown
    connections.close_all()


def test_what_is_empty_is_asked_for_by_none(database: dict[str, Any]) -> None:
    """As the rows of every database promise it."""
    add(service())
    with DjangoStorage().transaction("acme", write=False) as stores:
        asked = [Query(table="contacts", where=((column, "=", None),)) for column in ("coach", "status")]
        assert [1, 0] == [len(stores._rows.find(query)) for query in asked]  # noqa: SLF001  # no store asks it


def test_a_look_sees_one_state_and_keeps_nobody_from_writing(database: dict[str, Any]) -> None:
    """While one looks, another writes and commits; the look goes on with what was there when it began."""
    here, there = DjangoStorage(), DjangoStorage("beside")
    add(service(here))
    with here.transaction("acme", write=False) as stores:
        before = list(stores.contacts.every("coaching"))
        add(service(there), "c-2")
        assert before == list(stores.contacts.every("coaching"))
    assert 2 == len(service(here).contacts())


def test_what_is_claimed_is_passed_over_by_others(database: dict[str, Any]) -> None:
    """Messages that one worker has taken are not given to another; on PostgreSQL it does not even wait."""
    storage, beside = DjangoStorage(), DjangoStorage("beside")
    service(storage, TEAM).do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
    for number in range(4):
        name = f"ada{number}"
        service(storage, TEAM).do(Invite(name=name, email=f"{name}@x.org", status=Team.CLIENT, by=OWNER))
    with storage.transaction("acme") as stores:
        first = stores.outbox.claim(2, NOW, NOW + DAY)
        keys = _claimed(beside) if connection.vendor == "postgresql" else []
    keys = keys or _claimed(beside)  # on SQLite one writes at a time
    assert (2, 2, 4) == (len(first), len(keys), len({*keys, *(row.message.key for row in first)}))


def _claimed(storage: Storage) -> list[str]:
    with storage.transaction("acme") as stores:
        return [row.message.key for row in stores.outbox.claim(9, NOW, NOW + DAY)]


def test_of_many_threads_one_accepts(database: dict[str, Any]) -> None:
    """Sixteen hands on one link: one history, one winner; each thread has its own connection."""
    storage, notifier = DjangoStorage(), MemoryNotifier()
    crm = service(storage, TEAM, notifier=notifier)
    crm.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
    invitation = crm.do(Invite(name="Ada", email="ada@x.org", status=Team.CLIENT, by=OWNER))
    token = crm.do(MintLink(invitation=invitation.id, by=OWNER))

    def hand() -> bool:
        with alone():
            try:
                service(storage, TEAM).do(Accept(token=token))
            except (Conflict, Refused):
                return False
            return True

    assert [True] == [won for won in at_once(*[hand] * 16) if won]
    told = [type(event).__name__ for event in crm.history_of("invitation", invitation.id)]
    assert 1 == told.count("InvitationAccepted")


# ---- what goes wrong


def test_what_may_be_there_once_is_a_conflict_without_its_value(database: dict[str, Any]) -> None:
    """One payment, one package; the text of the database, which has the value, does not come out."""
    crm = service(funnel=TEAM)
    crm.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=WEB))
    crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
    crm.do(RecordPayment(payment="pi_planted", offer="five", name="Ben", email="ben@x.org", by=WEB))
    storage = DjangoStorage()
    storage.knows(TEAM)
    row = models.Package.objects.values().get()
    with pytest.raises(Conflict) as told, storage.transaction("acme"):
        models.Package.objects.create(**{**row, "seq": None, "ident": "other"})
    assert "planted" not in f"{told.value!r} {told.value.__suppress_context__}"
    assert told.value.__suppress_context__
    assert 1 == models.Package.objects.count()


@pytest.mark.parametrize("kind", BOTH)
def test_missing_tables_are_told(kind: str, tmp_path: Path) -> None:
    """Whoever forgot to migrate is told, and not by a traceback of the database."""
    point("default", **(lite(tmp_path / "empty.db") if kind == FILE else postgres(databases.fresh_url(kind, tmp_path))))
    with pytest.raises(Unavailable, match="tables are missing: run `migrate`"):
        add(service())
    connections.close_all()


def test_tables_of_another_version_are_told(database: dict[str, Any]) -> None:
    """A column that is not there yet: the text of the database, which has the statement, does not come out."""
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE funnelkit_guards RENAME COLUMN version TO planted")
    try:
        storage = DjangoStorage()
        with pytest.raises(Unavailable, match="of another version: run `migrate`"), storage.transaction("a") as stores:
            stores.guards.version("calendar", "m-1")
        with pytest.raises(Unavailable, match="of another version: run `migrate`"), storage.transaction("a") as stores:
            stores._rows.put("guards", {"kind": "a", "key": "b"}, {"version": 1})  # noqa: SLF001  # a blind write
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE funnelkit_guards RENAME COLUMN planted TO version")


WITHOUT_THE_APP: Final = """
import sys
import funnelkit.adapters
import funnelkit.commands
print([name for name in sys.modules if "django" in name])
import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, USE_TZ=True)
from funnelkit.adapters.django.storage import DjangoStorage
storage = DjangoStorage()
django.setup()
try:
    with storage.transaction("acme") as stores:
        stores.contacts.get("coaching", "c-1")
except funnelkit.Unavailable as told:
    print(told)
"""


def test_an_app_that_is_not_installed_is_told() -> None:
    """Nothing of Django is loaded unasked; a storage can be made before the apps, and its use says what is missing."""
    command = [sys.executable, "-W", "error", "-c", WITHOUT_THE_APP]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert ("[]\n`funnelkit.adapters.django` is not in INSTALLED_APPS\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize("kind", BOTH)
def test_a_database_that_is_not_there_is_told(kind: str, tmp_path: Path) -> None:
    """A file that cannot be opened, a server that does not answer: no path and no password comes out."""
    if kind == FILE:
        to, says = lite(tmp_path / "planted" / "x.db"), "cannot be opened"
    else:
        to, says = postgres(databases.postgres_url()), "did not answer"
        to |= {"HOST": str(tmp_path), "PASSWORD": "planted"}
    point("default", **to)
    with pytest.raises(Unavailable, match=says) as told:
        add(service())
    assert "planted" not in str(told.value)
    connections.close_all()


def test_a_database_that_may_only_be_read_is_told(file: Path) -> None:
    """Questions are answered, commands are not done."""
    add(service())
    point("default", **{**lite(file), "NAME": f"file:{file}?mode=ro", "OPTIONS": {}})
    assert "c-1" == service().contact("c-1").id
    with pytest.raises(Unavailable, match="may not be written to"):
        add(service(), "c-2")


def test_a_busy_file_is_a_conflict(file: Path) -> None:
    """Another program writes for longer than one waits: try again."""
    point("default", **lite(file, timeout=0.01))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Conflict, match="busy"):
        add(service())
    other.execute("COMMIT")
    other.close()
    assert "c-1" == add(service()).id


def test_a_busy_file_is_a_conflict_to_a_host_without_autocommit(file: Path) -> None:
    """Its transaction is begun by us, and what the driver says then comes out as ours, too."""
    point("default", **lite(file, timeout=0.01))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    transaction.set_autocommit(False)
    try:
        with pytest.raises(Conflict, match="busy"):
            add(service())
        other.execute("COMMIT")
        assert "c-1" == add(service()).id
        transaction.commit()
        assert "c-1" == service(DjangoStorage("beside")).contact("c-1").id
    finally:
        transaction.set_autocommit(True)
        other.close()


@pytest.mark.slow
def test_a_connection_that_is_cut_is_told_and_made_anew(tmp_path: Path, made: Callable[[str], dict[str, Any]]) -> None:
    """In the middle of a transaction: nothing of it is there, and the next one works."""
    for alias in ("default", "beside"):
        point(alias, **made(POSTGRES))
    storage = DjangoStorage()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with pytest.raises(Unavailable), storage.transaction("cut") as stores:  # noqa: PT012  # it is cut in the middle
        stores.guards.touch("calendar", "m-1")
        with connections["beside"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        stores.guards.touch("calendar", "m-1")
    with storage.transaction("cut", write=False) as stores:
        assert 0 == stores.guards.version("calendar", "m-1")
    connections.close_all()


@pytest.mark.slow
def test_a_connection_that_was_cut_while_nobody_spoke_is_made_anew(made: Callable[[str], dict[str, Any]]) -> None:
    """A worker that runs for days loses what it does at that moment, and goes on."""
    for alias in ("default", "beside"):
        point(alias, **made(POSTGRES))
    storage = DjangoStorage()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with connections["beside"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(Unavailable), storage.transaction("cut", write=False) as stores:
        stores.guards.version("calendar", "m-1")
    with storage.transaction("cut", write=False) as stores:
        assert 0 == stores.guards.version("calendar", "m-1")
    connections.close_all()


@pytest.mark.slow
def test_a_deadlock_is_a_conflict(tmp_path: Path, made: Callable[[str], dict[str, Any]]) -> None:
    """Who locks in another order than the others is told to try again; the one who was quicker goes on."""
    for alias in ("default", "beside"):
        point(alias, **made(POSTGRES))
    ours, theirs = DjangoStorage(), DjangoStorage("beside")
    with ours.transaction("dead") as stores:
        for key in ("a", "b"):
            stores.guards.touch("calendar", key)

    def locks(storage: DjangoStorage, first: str, second: str, meet: Any) -> str:
        with alone():
            try:
                with storage.transaction("dead") as stores:
                    stores.guards.touch("calendar", first)
                    meet.wait(30)
                    stores.guards.touch("calendar", second)
            except Conflict as told:
                return str(told)
            return "done"

    meet = threading.Barrier(2)
    found = at_once(lambda: locks(ours, "a", "b", meet), lambda: locks(theirs, "b", "a", meet))
    assert ["done", "the database is busy with somebody else's change; try again"] == sorted(found)
    models.Guard.objects.filter(account="dead").delete()
    connections.close_all()


def test_only_known_databases_are_taken() -> None:
    """An alias that is not there, and a database that keeps other promises, are refused when the storage is made."""
    with pytest.raises(Invalid, match="no such alias"):
        DjangoStorage("planted")
    point("beside", ENGINE="django.db.backends.dummy", NAME="")
    with pytest.raises(Invalid, match="SQLite or PostgreSQL"):
        DjangoStorage("beside")
    point("beside", ENGINE="django.db.backends.sqlite3", NAME=":memory:")


def test_settings_without_zones_are_an_error_of_the_check() -> None:
    """Without them Django gives times without a zone back."""
    assert [] == [one for one in run_checks() if one.id == "funnelkit.E001"]
    with override_settings(USE_TZ=False):
        assert ["funnelkit.E001"] == [one.id for one in run_checks() if (one.id or "").startswith("funnelkit")]


# ---- pages to look at


@pytest.fixture
def site(database: dict[str, Any]) -> Client:
    """Log somebody in who may do everything that Django knows of."""
    User.objects.create_superuser("root", password="root")
    client = Client()
    assert client.login(username="root", password="root")
    return client


def _rows(name: str) -> list[Any]:
    return list(getattr(models, name.capitalize()).objects.all())


SHOWN: Final = ("contact", "event", "invitation", "package", "message")


def test_pages_show_what_there_is(site: Client) -> None:
    """Every list of the five pages opens, and a row of every kind."""
    story(DjangoStorage())
    for name in SHOWN:
        assert 200 == site.get(f"/admin/funnelkit/{name}/").status_code
        rows = {row.document["type"]: row for row in _rows(name)}
        assert rows
        for row in rows.values():
            assert 200 == site.get(f"/admin/funnelkit/{name}/{row.pk}/change/").status_code, f"{name} {row.pk}"


def test_nothing_can_be_changed_there(site: Client) -> None:
    """Not by adding, changing or deleting, one by one or by an action; not even by who may do everything."""
    story(DjangoStorage())
    for name in SHOWN:
        row, before = _rows(name)[0], _rows(name)
        base = f"/admin/funnelkit/{name}/"
        assert 403 == site.get(f"{base}add/").status_code
        assert 403 == site.post(f"{base}add/", {"account": "acme"}).status_code
        assert 403 == site.post(f"{base}{row.pk}/change/", {"account": "other"}).status_code
        assert 403 == site.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code
        site.post(base, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
        assert before == _rows(name)
        assert [row.account] * len(before) == [one.account for one in _rows(name)]


def test_who_may_not_look_does_not_see(site: Client) -> None:
    """Staff needs Django's permission to view; with it, the page opens."""
    add(service())
    staff = User.objects.create_user("staff", password="staff", is_staff=True)
    client = Client()
    client.login(username="staff", password="staff")
    assert 403 == client.get("/admin/funnelkit/contact/").status_code
    staff.user_permissions.add(Permission.objects.get(codename="view_contact"))
    assert 200 == client.get("/admin/funnelkit/contact/").status_code


@pytest.mark.parametrize("who", ["nobody", "a client", "staff"])
def test_pages_are_refused_to_others(file: Path, who: str) -> None:
    """Nobody, and whoever is not staff, is asked to log in; staff without a permission is refused: lists and rows."""
    invited(MemoryNotifier()).do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
    service(funnel=TEAM).do(RecordPayment(payment="p", offer="five", name=PLANTED[0], email=PLANTED[1], by=WEB))
    client = Client()
    if who != "nobody":
        User.objects.create_user("u", password="u", is_staff=who == "staff")
        assert client.login(username="u", password="u")
    for name in SHOWN:
        row = _rows(name)[0]
        for place in ("", f"{row.pk}/change/", f"{row.pk}/history/", f"{row.pk}/delete/", "add/"):
            answer = client.get(f"/admin/funnelkit/{name}/{place}")
            assert (403 if who == "staff" else 302) == answer.status_code, f"{name} {place}"
            assert PLANTED[0] not in answer.content.decode()


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ((), (False, False)),
        (("view_person",), (True, False)),
        (("view_text",), (False, True)),
        (("view_person", "view_text"), (True, True)),
    ],
)
def test_names_and_reasons_are_for_those_who_may_see_them(
    file: Path, permissions: tuple[str, ...], shown: tuple[bool, bool]
) -> None:
    """Who may see contacts and events sees what happened and what can be done; names and texts need more than that."""
    crm = service()
    add(crm)
    crm.do(Convert(contact="c-1", to=Coaching.INACTIVE_CLIENT, reason="planted reason", by=COACH))
    staff = User.objects.create_user("staff", password="staff", is_staff=True)
    allowed = Permission.objects.filter(codename__in=("view_contact", "view_event", *permissions))
    staff.user_permissions.set(allowed.filter(content_type__app_label="funnelkit"))
    client = Client()
    client.login(username="staff", password="staff")
    contact = page(client, models.Contact.objects.get())
    assert "to: inactive_client" in contact
    assert "allowed: convert c-1 from inactive_client to prospect" in contact
    events = "".join(page(client, row, "event") for row in models.Event.objects.all())
    lists = "".join(client.get(f"/admin/funnelkit/{name}/").content.decode() for name in ("contact", "event"))
    assert shown == (PLANTED[0] in contact, "planted reason" in contact)
    assert shown == (PLANTED[0] in lists, "planted reason" in events)
    assert (False, False) == (PLANTED[1] in contact + lists + events, PLANTED[0] in events)


def test_a_list_asks_as_often_for_many_rows_as_for_one(site: Client) -> None:
    """Names come with the contacts, not one by one."""
    asked = []
    for key in ("c-1", "c-2", "c-3"):
        add(service(), key)
        with CaptureQueriesContext(connection) as seen:
            site.get("/admin/funnelkit/contact/")
        asked.append(len(seen))
    assert [asked[0]] * 3 == asked


def page(client: Client, row: Any, name: str = "contact") -> str:
    """Give what a page shows."""
    return client.get(f"/admin/funnelkit/{name}/{row.pk}/change/").content.decode()


def test_a_contacts_page_has_its_history_and_what_can_be_done(site: Client) -> None:
    """Every event with its actor and reason, the last first; every move with the whole answer."""
    crm = service()
    add(crm)
    crm.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    crm.do(Convert(contact="c-1", to=Coaching.INACTIVE_CLIENT, reason="moved <away>", by=COACH))
    shown = page(site, models.Contact.objects.get())
    assert PLANTED[0] in shown
    assert "to: inactive_client" in shown
    assert shown.index("to: inactive_client") < shown.index("to: active_client") < shown.index("contact added")
    assert "moved &lt;away&gt;" in shown
    assert "m-2" in shown
    for option in crm.options("c-1", by=Actor(id="django-admin", role=Role.ADMIN)):
        assert str(option.decision) in shown.replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")


def test_a_contacts_page_says_why_not(site: Client) -> None:
    """A move that cannot be made stands there with what refuses it."""
    crm = service(funnel=AGENCY)
    add(crm, status=Agency.CLIENT)
    shown = page(site, models.Contact.objects.get())
    assert "refused: convert c-1 from client to lead" in shown
    assert "conversion.never_backward" in shown


def test_a_page_opens_though_a_row_cannot_be_read(site: Client) -> None:
    """Whoever repairs needs to see it: the page says what is wrong in place of an answer."""
    add(service())
    models.Funnel.objects.all().delete()
    shown = page(site, models.Contact.objects.get())
    assert "cannot be read" in shown
    assert "cannot be answered" in shown
    models.Person.objects.all().delete()
    assert PLANTED[0] not in page(site, models.Contact.objects.get())


def test_an_events_page_has_its_reason(site: Client) -> None:
    """The reason stands apart from the event, and beside it on the page."""
    crm = service()
    add(crm)
    crm.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    crm.do(Convert(contact="c-1", to=Coaching.INACTIVE_CLIENT, reason="moved away", by=COACH))
    rows = models.Event.objects.order_by("seq")
    assert ["moved away" in page(site, row, "event") for row in rows] == [row == rows.last() for row in rows]
    assert "status_changed" in page(site, rows.last(), "event")


# ---- the example

STORY: Final = """
import json
from django.core.management import call_command
from django.test import Client
from funnelkit.commands import AddContact, Delete, ScheduleFollowUp
from host import practice
from host.models import Contact

def post(key, body):
    answer = Client().post(f"/contacts/{key}/", body, content_type="application/json")
    return answer.status_code, answer.json()

def column():
    return list(Contact.objects.order_by("pk").values_list("status", flat=True))

call_command("migrate", verbosity=0)
call_command("makemigrations", check=True, verbosity=0)
practice.service().do(AddContact(name="Dee", by=practice.SITE))  # only here, with an id that is no number
people = ("Ada", "Ada@X.org", "lead"), ("Bo", "", "customer"), ("Cleo", "no address", "lead"), ("Di", "", "planted")
Contact.objects.bulk_create(Contact(name=name, email=email, status=status) for name, email, status in people)
call_command("tick")
call_command("tick")
Contact.objects.filter(pk=3).update(email="cleo@x.org")
Contact.objects.filter(pk=2).update(name="Bob")
call_command("tick")
found = [practice.service().person("2").name, Client().get("/contacts/1/").json()["buyer"]["allowed"]]
found += [post(1, {"to": "inactive_client", "reason": "moved away"}), column()]
found += [post(1, {"to": "inactive_client"}), post(1, {"to": "planted"})[0], post(9, {"to": "hot_lead"})[0]]
found += [post(1, b"\\xff")[0]]
words, practice.WORDS = practice.WORDS, {}
try:
    post(1, {"to": "hot_lead"})
except KeyError:
    found += [practice.service().contact("1").status]
practice.WORDS = words
Contact.objects.update(status="lead")
call_command("tick")
print(json.dumps([*found, column()]))
"""


def manage(tmp_path: Path, *command: str) -> list[str]:
    """Run manage.py of the example in a process of its own; give the lines that it says."""
    known = {**os.environ, "HOST_DATABASE": str(tmp_path / "host.db")}
    asked = [sys.executable, "-W", "error", "manage.py", *command]
    done = subprocess.run(asked, capture_output=True, check=False, cwd=EXAMPLE, env=known, text=True)
    assert ("", 0) == (done.stderr, done.returncode)
    return done.stdout.splitlines()


def test_the_example_adopts_a_practice(tmp_path: Path) -> None:
    """Keys become ids, words become statuses, nobody comes in twice; the old column follows, or nothing is done."""
    *said, found = manage(tmp_path, "shell", "--no-imports", "--command", STORY)
    taken = [line for line in said if line.startswith("taken")]
    assert ["taken over 2, refused 2", "taken over 0, refused 2", "taken over 2, refused 1"] == taken[:3]
    name, open_, moved, column, refused, unknown, missing, garbled, undone, after = json.loads(found)
    assert ("Bob", True) == (name, open_)
    assert ([200, {"status": "inactive_client"}], ["former", "customer", "lead", "planted"]) == (moved, column)
    assert (409, "conversion.is_a_change") == (refused[0], refused[1]["findings"][0]["rule"])
    assert "the contact is inactive_client already" == refused[1]["findings"][0]["text"]
    assert (422, 404, 422, "inactive_client") == (unknown, missing, garbled, undone)
    assert ["former", "customer", "lead", "lead"] == after


def test_the_example_is_short() -> None:
    """Everything that a host writes is under two hundred lines, settings and migration included."""
    files = [path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.py")]
    assert 0 < sum(len(text.splitlines()) for text in files) < 200


def test_the_page_quotes_the_example() -> None:
    """What the page shows stands in the example, line by line, and so it is run."""
    page = (EXAMPLE.parent.parent / "docs" / "how-to" / "use-it-in-django.md").read_text(encoding="utf-8")
    files = "\n".join(path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*.py"))
    quoted = re.findall(r"^```py\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    assert quoted
    assert [] == [block for block in quoted if block not in files]
