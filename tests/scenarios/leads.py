"""Leads that are called: an account under watch, in which every step is held to the laws of the project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import evolve

from funnelkit import Contact, Funnel, FunnelService
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryObserver, MemoryStorage
from funnelkit.commands import Command, ScheduleFollowUp
from funnelkit.rules import history
from funnelkit.statuses.franchise import Franchise
from funnelkit.table import Status
from funnelkit.values.events import FollowUpEnded
from funnelkit.values.plan import Plan
from funnelkit.words import Because, Ending
from tests.scenarios.world import COACH, NOON, Crm, someone

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
T = TypeVar("T")

BERLIN: Final = "Europe/Berlin"
STEPS: Final = (
    Franchise.FOLLOW_UP_1, Franchise.FOLLOW_UP_2, Franchise.FOLLOW_UP_3,
    Franchise.FOLLOW_UP_4, Franchise.FOLLOW_UP_5, Franchise.FOLLOW_UP_6,
)  # fmt: skip


class Watched(Crm[S, R]):
    """The shell under watch: planning changes nothing, what is planned is what is stored, and events add up to it."""

    def __init__(
        self,
        funnel: Funnel[S, R],
        *,
        now: datetime = NOON,
        zone: str = BERLIN,
        storage: MemoryStorage | None = None,
        clock: FixedClock | None = None,
        account: str = "acme",
        **more: Any,
    ) -> None:
        self.clock = clock or FixedClock(now)
        self.notifier = MemoryNotifier()
        self.storage = storage or MemoryStorage()
        self.heard = MemoryObserver()
        FunnelService.__init__(
            self, funnel, account=account, storage=self.storage, clock=self.clock, notifier=self.notifier, zone=zone,
            observer=self.heard, **more,
        )  # fmt: skip

    def do(
        self,
        command: Command[S, T],
        *,
        expect: int | str | None = None,
        key: str | None = None,
        facts: Mapping[str, bool] | None = None,
    ) -> T:
        """Plan, look that nothing has changed, apply, and look that it is as planned."""
        if expect is not None or key is not None:
            return super().do(command, expect=expect, key=key, facts=facts)
        before = kept(self)
        plan = self.plan(command, facts=facts)
        assert before == kept(self)
        found = self.apply(plan)
        self._as_planned(plan)
        whole(self)
        return found

    def _as_planned(self, plan: Plan[Any]) -> None:
        with self.storage.transaction(self.account) as stores:
            for noun in plan.changed:
                if isinstance(noun, Contact):
                    assert noun == stores.contacts.get(self.funnel.name, noun.id)
            for event in plan.events:
                assert event in stores.history.of(event.within, event.noun, event.about)
            for event_id, text in plan.texts:
                assert text == stores.history.text(event_id)

    def swept(self, limit: int = 1000) -> int:
        """Sweep; the laws hold after it, and nothing goes wrong. Give how many were done."""
        found = self.sweep(limit=limit)
        assert () == found.failed
        whole(self)
        return found.done

    def at(self, now: datetime) -> Watched[S, R]:
        """Let it be that moment."""
        self.clock.set(now)
        return self


def watched(funnel: Funnel[S, R], **more: Any) -> Watched[S, R]:
    """Open an empty account under watch."""
    return Watched(funnel, **more)


def kept(crm: FunnelService[Any, Any]) -> object:
    """Give what is kept of every contact: itself, and how much has happened to it."""
    return [(contact, len(crm.history(contact.id))) for contact in crm.contacts()]


def whole(crm: FunnelService[Any, Any]) -> None:
    """Hold the law: a stored contact or appointment is what its events add up to."""
    for contact in crm.contacts():
        assert contact == history.contact_at(crm.history(contact.id))
        for appointment in crm.appointments(contact.id):
            assert appointment == history.appointment_at(crm.history_of("appointment", appointment.id))


def called(crm: Crm[Any, Any], times: int, **more: object) -> Contact:
    """Given a new lead that was called so often, each time on its date; now is when the last date was set."""
    lead = someone(crm, crm.funnel.statuses("new_lead"), **more)
    for _ in range(times):
        if lead.follow_up is not None:
            crm.clock.set(lead.follow_up.due)
        lead = crm.do(ScheduleFollowUp(contact=lead.id, by=COACH))
    return lead


def endings(crm: FunnelService[Any, Any], contact: str) -> list[tuple[int, Ending, Because]]:
    """Give how each follow-up ended, as the history tells: its number, as what, and why."""
    return [
        (event.attempt, event.how, event.because) for event in crm.history(contact) if isinstance(event, FollowUpEnded)
    ]


def as_it_is(contact: Contact) -> Contact:
    """Give a contact without the number of its version: how often it was written is no fact about it."""
    return evolve(contact, version=0)
