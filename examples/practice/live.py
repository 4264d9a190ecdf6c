"""A practice's life, told again: what the rows of an export ask for is done in the order of time, over all files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final

import read
from attrs import frozen

from funnelkit import COACHING, Actor, Decision, FunnelService, Invalid, Outcome, Refused, Right, Role
from funnelkit.adapters.exports import Fault, Row, reason
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import Book, Command, MarkHeld, MarkMissed
from funnelkit.ports.storage import Storage
from funnelkit.rules import booking
from funnelkit.statuses.appointment import AppointmentStatus, Happening
from funnelkit.statuses.coaching import Coaching

FILES: Final = ("contacts.csv", "appointments.csv")
NOW: Final = datetime(2026, 11, 22, 8, tzinfo=UTC)
COACH: Final = Actor(id="m-1", role=Role.COACH)
FIELDS: Final = {"editing.id_is_free": "id", "editing.email_is_free": "email", "booking.coach_is_free": "start"}
"""Which field of a command a refusal is about."""

MISSING: Final = "names a contact that is not here, or whose own row was refused"

Practice = FunnelService[Coaching, Right]
Tell = Callable[[int, int], None]
"""Hears how many steps are done, of how many."""


@frozen(kw_only=True)
class Year:
    """The practice with its year, and every row that was read, taken or not."""

    crm: Practice
    storage: Storage
    contacts: tuple[Row, ...]
    appointments: tuple[Row, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong, file by file and line by line."""
        return tuple(fault for row in (*self.contacts, *self.appointments) for fault in row.faults)


def silent(done: int, of: int) -> None:
    """Hear it, and say nothing."""


def year(folder: Path, tell: Tell = silent, storage: Storage | None = None) -> Year:
    """Read both exports of a folder, and live through them. `storage` None: in memory."""
    storage, clock = MemoryStorage() if storage is None else storage, FixedClock(NOW)
    crm: Practice = FunnelService(COACHING, account="practice", storage=storage, clock=clock, zone="Europe/Berlin")
    contacts = tuple(read.contacts(folder / FILES[0], by=COACH))
    appointments = tuple(read.appointments(folder / FILES[1], by=COACH))
    live(crm, (*contacts, *appointments), now=NOW, tell=tell)
    return Year(crm=crm, storage=storage, contacts=contacts, appointments=appointments)


def live(crm: Practice, rows: Iterable[Row], *, now: datetime, tell: Tell = silent) -> None:
    """Do every step of every sound row in the order of time. What funnelkit refuses is noted in the row.

    One command at a time: the steps of a row that was refused are left out.
    """
    good = [row for row in rows if not row.faults]
    for row in good:
        _can_be_marked(row, now)
    steps = sorted(((*step, row) for row in good if not row.faults for step in row.steps), key=itemgetter(0))
    done: list[Row] = []

    def commands() -> Iterator[Command[Coaching, object]]:
        for _, command, row in steps:
            if not row.faults:
                done.append(row)
                yield command

    for outcome in crm.do_all(commands(), batch=1):
        _note(done[outcome.place], outcome)
        tell(outcome.place, len(steps))
    tell(len(steps), len(steps))


def _can_be_marked(row: Row, now: datetime) -> None:
    """Ask beforehand whether the session can have been held or missed: a row is taken as a whole, or not at all."""
    book, mark = row.steps[0][1], row.steps[-1][1]
    if isinstance(book, Book) and isinstance(mark, MarkHeld | MarkMissed):
        on = Happening.HELD if isinstance(mark, MarkHeld) else Happening.MISSED
        case = booking.Change(state=AppointmentStatus.BOOKED, on=on, by=mark.by, begun=book.start <= now)
        _refuse(row, booking.may_change(COACHING, case), "state")


def _note(row: Row, outcome: Outcome[object]) -> None:
    """Note in a row why a step of it was not done."""
    if isinstance(outcome.error, Refused):
        _refuse(row, outcome.error.decision, "")
    elif isinstance(outcome.error, Invalid):
        row.blame(outcome.error)
    elif outcome.error is not None:
        row.refuse(row.columns.get("contacts", "(row)"), MISSING)


def _refuse(row: Row, decision: Decision, field: str) -> None:
    """Note every finding that stands in the way, as funnelkit says it."""
    for finding in decision.refusals:
        row.refuse(row.columns.get(FIELDS.get(finding.rule, field), "(row)"), reason(decision, finding))
