"""A plan in the making: which appointments start or stop to count because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from funnelkit.commands.admitting import Admitting
from funnelkit.decisions import Consequence
from funnelkit.policy import StatusWhen
from funnelkit.rules import certification, history
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event

STARTS: Final = "{appointment} starts to count"
STOPS: Final = "{appointment} stops to count"


class Counting(Admitting):
    """Adds what follows for hours: the rule itself is asked before and after, of what a plan could change.

    A plan that touches no appointment, and no status of who has some, looks at nothing.
    """

    recounted: dict[str, Appointment | None] | None = None
    """By id, as it is stored: what has to be counted again; one that is new is None."""
    moved: tuple[tuple[str, Status], ...] = ()
    """Who has another status now, and the one before; of one contact, the first is the stored one."""

    def recount(self, *appointments: Appointment, new: str | None = None) -> None:
        """Count these again before the plan is handed over; `new`: the id of one that is booked by it."""
        if self.recounted is None:
            self.recounted = {}
        for one in appointments:
            self.recounted.setdefault(one.id, one)
        if new is not None:
            self.recounted[new] = None

    def recount_by_status(self, was: Contact, appointments: Iterable[Appointment]) -> None:
        """Count again what hangs on the status of somebody who has another one now."""
        policy = self.funnel.policy.certification
        booked = policy.status_when is StatusWhen.AT_BOOKING and not policy.always
        self.moved += ((was.id, was.status),)
        self.recount(*(one for one in appointments if not booked or _unknown(one, was.id)))

    def recount_by_history(self, contact: str) -> None:
        """Count again what hangs on the past of a contact, which is another one now."""
        if self.funnel.policy.certification.status_when is StatusWhen.AT_SESSION:
            self.recount(*self.view.appointments_of(contact))

    def rewrite(self, kind: type[Any], appointment: Appointment, effective: datetime, **said: Any) -> Appointment:
        """Change an appointment; what decides whether it counts is looked at again."""
        changed = super().rewrite(kind, appointment, effective, **said)
        if _looked_at(changed) != _looked_at(appointment):
            self.recount(appointment)
        return changed

    def restate(self, contact: str, since: datetime) -> None:
        """Put right what appointments say; told late, the past of the contact is another one."""
        super().restate(contact, since)
        self.recount_by_history(contact)

    def hours(self, recounted: Mapping[str, Appointment | None]) -> Iterator[Consequence]:
        """Say what starts and what stops to count."""
        was = {key: one for key, one in recounted.items() if one is not None}
        planned = {key: self.nouns.get(("appointment", key), one) for key, one in recounted.items()}
        now = {
            key: one
            for key, one in planned.items()
            if isinstance(one, Appointment) and ("appointment", key) not in self.removed
        }
        stored, today = self._statuses((*was.values(), *now.values()))
        before = self._counted(was, stored, self.view.history)
        after = self._counted(now, today, self._history)
        for key in recounted:
            if (key in before) is not (key in after):
                code, text = ("hours_start", STARTS) if key in after else ("hours_stop", STOPS)
                yield Consequence(code, text, {"appointment": key})

    def _counted(self, appointments: Mapping[str, Appointment], today: Mapping[str, Status], told: Any) -> set[str]:
        at_session = self.funnel.policy.certification.status_when is StatusWhen.AT_SESSION
        then = partial(history.status_then, cache(told)) if at_session else None
        rows = appointments.values()
        report = certification.count(self.funnel, rows, now=self.moment.now, today=today, then=then)
        return {one.id for one, decision in zip(rows, report.decisions, strict=True) if decision.allowed}

    def _history(self, contact: str) -> tuple[Event, ...]:
        return (*self.view.history(contact), *self.told(contact))

    def _statuses(self, appointments: Iterable[Appointment]) -> tuple[dict[str, Status], dict[str, Status]]:
        """Give the statuses of today, as stored and as planned, of attendees for whom they decide."""
        policy = self.funnel.policy.certification
        every = policy.status_when is not StatusWhen.AT_BOOKING or bool(policy.always)
        people = {a.contact for one in appointments for a in one.attendees if every or a.status is None}
        planned = {c.id: c.status for c in self.nouns.values() if isinstance(c, Contact) and c.id in people}
        moved = dict(reversed(self.moved))
        others = sorted(people - planned.keys() - moved.keys())
        same = {c.id: c.status for c in self.view.picked(_anybody, others)} if others else {}
        stored = {**planned, **same, **moved}
        gone = {key for kind, key in self.removed if kind == "contact"}
        return stored, {key: status for key, status in {**stored, **planned}.items() if key not in gone}


def _anybody(contact: Contact, person: object) -> bool:  # noqa: ARG001  # what a view asks
    return True


def _unknown(appointment: Appointment, contact: str) -> bool:
    entry = appointment.of(contact)
    return entry is not None and entry.status is None


def _looked_at(one: Appointment) -> tuple[object, ...]:
    return one.state, one.start, one.end, one.attendees
