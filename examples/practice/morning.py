"""A tutoring franchise on a Tuesday morning: some leads to call, one that is called off by the clock.

funnelkit due examples/practice/morning.py:crm --on 2026-11-24 --coach m-1
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from funnelkit import FRANCHISE, Actor, FunnelService, Kind, Right, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import AddContact, Book, LogContact, ScheduleFollowUp, SetDoNotContact
from funnelkit.statuses.franchise import Franchise
from funnelkit.words import Channel, Direction

Tutors = FunnelService[Franchise, Right]

TUTOR: Final = Actor(id="m-1", role=Role.COACH)
FIRST: Final = datetime(2026, 11, 10, 9, tzinfo=UTC)
LEADS: Final = {
    # who                days after the first call on which somebody called again
    "Cleo Ruiz": (2, 4, 6, 8, 10),
    "Dev Patel": (9, 11),
    "Eva Lind": (5,),
    "Finn Wolf": (12,),
    "Gül Aydan": (10, 12),
    "Hana Sato": (2, 4, 6, 8, 12),
}
NOTES: Final = {
    "Cleo Ruiz": "last call; ask about the trial hour",
    "Dev Patel": "wants mathematics, twice a week",
    "Eva Lind": "was on holiday",
    "Finn Wolf": "call after school, not before three",
    "Hana Sato": "last call; offer the summer course",
}


def crm() -> Tutors:
    """Give the franchise as it is on the morning of 24 November: what was done in the two weeks before."""
    clock = FixedClock(FIRST)
    tutors: Tutors = FunnelService(
        FRANCHISE, account="tutors", storage=MemoryStorage(), clock=clock, zone="Europe/Berlin"
    )
    ids = {name: tutors.do(AddContact(name=name, coach=TUTOR.id, by=TUTOR)).id for name in LEADS}
    calls = sorted((day, name) for name, days in LEADS.items() for day in (0, *days))
    for day, name in calls:
        clock.set(FIRST + timedelta(days=day))
        chosen = clock.now() + timedelta(days=2, hours=6) if name == "Finn Wolf" else None
        tutors.do(ScheduleFollowUp(contact=ids[name], due=chosen, note=NOTES.get(name), by=TUTOR))
    clock.set(datetime(2026, 11, 23, 16, tzinfo=UTC))
    tutors.do(LogContact(contact=ids["Dev Patel"], channel=Channel.PHONE, direction=Direction.IN, by=TUTOR))
    talk = datetime(2026, 11, 26, 15, tzinfo=UTC)
    tutors.do(
        Book(contacts=(ids["Dev Patel"],), coach=TUTOR.id, kind=Kind.CONSULTATION, start=talk, minutes=45, by=TUTOR)
    )
    tutors.do(SetDoNotContact(contact=ids["Gül Aydan"], reason="asked us not to call", by=TUTOR))
    clock.set(datetime(2026, 11, 24, 7, 30, tzinfo=UTC))
    return tutors
