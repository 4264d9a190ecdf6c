"""The tables and their versions: made or upgraded they are the same, and what older versions wrote is read for ever.

The files under `golden_databases/` are SQLite databases as SQL text, one by the name of the version that wrote it. They
are written by hand only: `python -c "from tests.test_migrations import write_golden; write_golden()"` writes that of this
version if it is missing, and no other. A released one never changes.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from attrs import evolve
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select, text, update

from funnelkit import COACHING, STUDIO, TEAM, Actor, Conflict, FunnelService, Invalid, Kind, Role, Unavailable
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
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
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Segment
from funnelkit.values.pipeline import Stage
from funnelkit.values.plan import Message
from funnelkit.words import Payment
from tests.databases import FILE, MEMORY, POSTGRES, fresh_url, kinds, sqlite_file
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


if __name__ == "__main__":
    live(SqlStorage("sqlite://"))
