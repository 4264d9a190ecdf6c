"""The world of the scenarios: one account in memory, a clock that the test moves, and the people who act in it.

A scenario reads: given (`crm`, `someone`, `a_session`), when (`crm.do`), then (`refusals`, `mails`, a question).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import pytest

from funnelkit import Actor, Appointment, Contact, Decision, Funnel, FunnelService, Kind, Refused, Role
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.commands import Adopt, Book, Command
from funnelkit.table import Status

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When a scenario starts: a Monday, four weeks before the clock changes."""
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)
OWNER: Final = Actor(id="m-owner", role=Role.OWNER)
ADMIN: Final = Actor(id="m-admin", role=Role.ADMIN)
COACH: Final = Actor(id="m-1", role=Role.COACH)
DESK: Final = Actor(id="m-desk", role=Role.SPECIAL_DESK)
VIEWER: Final = Actor(id="m-viewer", role=Role.VIEWER)
STAFF: Final = (OWNER, ADMIN, COACH)


def itself(contact: Contact) -> Actor:
    """Act as the contact."""
    return Actor(id=contact.id, role=Role.CLIENT)


class Crm(FunnelService[S, R]):
    """The shell, with its clock, its notifier and its storage at hand."""

    def __init__(self, funnel: Funnel[S, R], *, now: datetime = NOON, zone: str = "Europe/Berlin") -> None:
        self.clock = FixedClock(now)
        self.notifier = MemoryNotifier()
        self.storage = MemoryStorage()
        super().__init__(
            funnel, account="acme", storage=self.storage, clock=self.clock, notifier=self.notifier, zone=zone
        )


def crm(funnel: Funnel[S, R], *, now: datetime = NOON, zone: str = "Europe/Berlin") -> Crm[S, R]:
    """Open an empty account on this funnel."""
    return Crm(funnel, now=now, zone=zone)


def someone(crm: Crm[Any, Any], status: Status, **more: object) -> Contact:
    """Given a contact of this status since now, however it came: no mail, nothing that happened on the way."""
    known: dict[str, Any] = {"name": "Ada", "since": crm.clock.now(), "by": COACH, **more}
    return crm.do(Adopt(status=status, **known))


def a_session(crm: Crm[Any, Any], *contacts: Contact, kind: Kind = Kind.SESSION, **more: object) -> Appointment:
    """Given an appointment of an hour that the coach enters, starting in an hour unless told otherwise."""
    length = {} if "end" in more else {"minutes": 60}
    known: dict[str, Any] = {"coach": COACH.id, "start": crm.clock.now() + HOUR, "by": COACH, **length, **more}
    return crm.do(Book(contacts=tuple(contact.id for contact in contacts), kind=kind, **known))


def refusals(crm: Crm[Any, Any], command: Command[Any, Any], facts: Mapping[str, bool] | None = None) -> list[str]:
    """When this is tried, then it is refused: the addresses of the rules that refuse it."""
    with pytest.raises(Refused) as caught:
        crm.do(command, facts=facts)
    return rules(caught.value.decision)


def rules(decision: Decision) -> list[str]:
    """Give the addresses of the rules that refuse, in order; none when it is allowed."""
    return [finding.rule for finding in decision.refusals]


def mails(crm: Crm[Any, Any]) -> list[tuple[str, str]]:
    """Let the messages leave, and give recipient and template of all that ever left."""
    crm.deliver()
    return [(message.to, message.template) for _, message in crm.notifier.sent]
