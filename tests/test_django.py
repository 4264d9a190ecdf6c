"""Django: the same stores in the host's database, by its ORM, inside its transaction; pages to look at; an example host."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
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
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from sqlalchemy import create_engine, inspect, make_url

from funnelkit import (
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
    ScheduleFollowUp,
    SendAgain,
    Tag,
)
from funnelkit.errors import Unavailable
from funnelkit.ports.storage import Storage
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.team import Team
from funnelkit.testing.contracts import at_once
from tests import databases
from tests.databases import FILE, POSTGRES

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-2", role=Role.COACH)
WEB: Final = Actor(id="web", role=Role.SYSTEM)
PLANTED: Final = ("Ada Planted", "ada@planted.example")
EXAMPLE: Final = Path(__file__).resolve().parent.parent / "examples" / "django_host"

urlpatterns = [path("admin/", admin.site.urls)]


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


@pytest.fixture(params=[FILE, POSTGRES])
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
    if request.param == POSTGRES:
        tables = [model._meta.db_table for model in (*models.TABLES.values(), HostsOwn, User)]
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
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
    found += [crm.peek(token), crm.packages(ada.contact), crm.do(Accept(token=token))]
    with pytest.raises(Refused) as again:
        crm.do(Accept(token=token))
    found += [str(again.value), crm.why(token), crm.may(ada.contact, Right.DASHBOARD)]
    crm.do(CompleteOnboarding(contact=ada.contact, step="onboarding", by=Actor(id=ada.contact, role=Role.CLIENT)))
    session = crm.do(
        Book(contacts=[ada.contact], coach="m-2", kind=Kind.SESSION, start=NOW + 2 * DAY, minutes=60, by=COACH)
    )
    found += [crm.dashboard(ada.contact), crm.packages(ada.contact)]
    clock.advance(days=3)
    crm.do(MarkHeld(appointment=session.id, by=COACH))
    (package,) = crm.packages(ada.contact)
    found += [package.balance, crm.ledger(package.package.id)]
    crm.do(AssignPackage(contact=ada.contact, offer="five", by=OWNER))
    paid = RecordPayment(payment="pi_1", offer="five", name="Ben", email="ben@x.org", by=WEB)
    ben = crm.do(paid, key="stripe:evt_1")
    assert ben == crm.do(paid) == crm.do(paid, key="stripe:evt_1")
    clock.advance(days=8)
    found += [crm.sweep(), crm.contact(ben.contact), crm.invitations(ben.contact), crm.packages(ben.contact)]
    (lapsed,) = crm.invitations(ben.contact)
    crm.do(SendAgain(invitation=lapsed.id, by=OWNER))
    crm.do(Decline(token=crm.do(MintLink(invitation=lapsed.id, by=OWNER))))
    found += [crm.plan(Invite(contact=ben.contact, by=OWNER)).decision, crm.deliver(), crm.contacts()]
    return [*found, *(crm.history(contact) for contact in (ada.contact, ben.contact)), crm.export(ada.contact)]


def test_a_story_of_invitations_and_packages_is_the_same_as_in_memory(database: dict[str, Any]) -> None:
    """What every question answers, to the last field, and what was sent."""
    assert story(MemoryStorage()) == story(DjangoStorage())


def test_follow_ups_are_found_by_date_in_pages(database: dict[str, Any]) -> None:
    """Who is due comes by date and id, each once, page by page; who has no date does not come."""
    crm = service()
    for number in range(7):
        contact = add(crm, f"c-{number}", coach="m-2" if number % 2 else None)
        if number:
            at = NOW + (number // 3 + 1) * DAY
            crm.do(ScheduleFollowUp(contact=contact.id, at=at, by=COACH) if False else _dated(contact.id, at))
    seen: list[str] = []
    after = None
    while True:
        with DjangoStorage().transaction("acme", write=False) as stores:
            page = stores.contacts.due("coaching", NOW + 9 * DAY, None, after, 2)
        if not page:
            break
        seen += [contact.id for contact in page]
        stands = page[-1].follow_up
        assert stands is not None
        after = (stands.due, page[-1].id)
    assert ["c-1", "c-2", "c-3", "c-4", "c-5", "c-6"] == seen
