"""What was true then, and what did we know?

Folding a noun's events gives the stored value; cut by effective time: what was true; by recorded time: what was known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from attrs import evolve

from funnelkit.table import Status
from funnelkit.times import instant
from funnelkit.values.appointment import Appointment
from funnelkit.values.client_events import ContactErased, ContactMerged, EngagementSet, SessionDescribed
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentHeld,
    AppointmentMissed,
    AppointmentRemoved,
    AppointmentRescheduled,
    AppointmentRestated,
    ContactAdded,
    ContactAdopted,
    ContactChanged,
    ContactDeleted,
    ContactTouched,
    DoNotContactSet,
    Event,
    FollowUpEnded,
    FollowUpScheduled,
    GroupChanged,
    PipelineDefined,
    PipelineMoved,
    StatusChanged,
    StatusCorrected,
)
from funnelkit.values.person import Group
from funnelkit.values.pipeline import Pipeline
from funnelkit.words import StageMove

E = TypeVar("E", bound=Event)

BESIDE = (
    ContactChanged, ContactMerged, ContactTouched, DoNotContactSet, EngagementSet, FollowUpEnded, FollowUpScheduled,
    PipelineMoved,
)  # fmt: skip
LIVES = (
    AppointmentRescheduled, AppointmentHeld, AppointmentMissed, AppointmentCancelled, AppointmentRestated,
    SessionDescribed,
)  # fmt: skip


def contact_at(
    events: Iterable[Event], moment: datetime | None = None, known: datetime | None = None
) -> Contact | None:
    """Give the contact as it was at that moment, as far as was known then; None before it came and after it went.

    `moment` None: all that happened; `known` None: all that is recorded. Both are inclusive. A correction speaks
    for the event that it names, at that event's time; of two corrections of one event, the later recorded. What took
    effect at one time counts in the order of recording.
    """
    moment = None if moment is None else instant(moment, "moment")
    told, fixes = _told(events, known)
    contact: Contact | None = None
    version = 0
    for event in told:
        if moment is not None and event.effective > moment:
            continue
        fix = fixes.get(event.id)
        version = max(version, event.version, fix.version if fix else 0)
        if isinstance(event, (ContactAdded, ContactAdopted)):
            contact = event.contact if fix is None else _entered(event.contact, fix)
        elif isinstance(event, ContactDeleted):
            contact = None
        elif contact is not None:
            if _told_beside(event) or (fix is not None and fix.void):
                continue
            if isinstance(event, StatusChanged):
                said = fix or event
                moved = said.to is not contact.status
                stands = said.follow_up or contact.follow_up
                contact = said.onto(contact) if moved else evolve(contact, attempt=said.attempt, follow_up=stands)
            elif isinstance(event, BESIDE):
                contact = event.onto(contact)
            contact = evolve(contact, changed=max(contact.changed, event.effective))
    return None if contact is None else evolve(contact, version=version)


def lineage(told: Callable[[str], Iterable[Event]], contact: str) -> tuple[str, ...]:
    """Give the contact, and those that were merged into it, and into them. `told`: gives the history of a contact."""
    others = [event.other for event in told(contact) if isinstance(event, ContactMerged)]
    return (contact, *(one for other in others for one in lineage(told, other)))


def was_erased(events: Iterable[Event]) -> bool:
    """Whether the person was taken out of this place; who comes to the id in another funnel is somebody else."""
    return any(isinstance(event, ContactErased) for event in events)


def successor(told: Callable[[str], Iterable[Event]], contact: str) -> str:
    """Give the contact that this one is today: itself, or what it was merged into. `told`: gives its history."""
    ends = [event.into for event in told(contact) if isinstance(event, ContactDeleted)]
    return contact if not ends or ends[-1] is None else successor(told, ends[-1])


def status_at(events: Iterable[Event], moment: datetime, known: datetime | None = None) -> Status | None:
    """Give the status at that moment, as far as was known then; None where there was none or nobody knows."""
    contact = contact_at(events, moment, known)
    return None if contact is None else contact.status


def status_then(
    told: Callable[[str], Iterable[Event]],
    contact: str,
    moment: datetime,
    known: datetime | None = None,
    as_of: datetime | None = None,
) -> Status | None:
    """Give the status at that moment; where the contact had none then, that of one that was merged into it by `as_of`.

    `told`: gives the history of a contact.
    """
    events = tuple(told(contact))
    found = status_at(events, moment, known)
    if found is not None:
        return found
    others = [
        event.other
        for event in _as_known(events, known)
        if isinstance(event, ContactMerged) and (as_of is None or event.effective <= as_of)
    ]
    of_others = (status_then(told, other, moment, known, as_of) for other in others)
    return next((status for status in of_others if status is not None), None)


def appointment_at(
    events: Iterable[Event], moment: datetime | None = None, known: datetime | None = None
) -> Appointment | None:
    """Give the appointment as it was at that moment, as far as was known then; None before it was booked."""
    moment = None if moment is None else instant(moment, "moment")
    told = _as_known(events, known)
    found: Appointment | None = None
    version = 0
    for event in told:
        if moment is not None and event.effective > moment:
            continue
        version = max(version, event.version)
        if isinstance(event, AppointmentBooked):
            found = event.appointment
        elif isinstance(event, AppointmentRemoved):
            found = None
        elif found is not None and isinstance(event, LIVES):
            found = event.onto(found)
    return None if found is None else evolve(found, version=version)


def group_at(
    group: str, events: Iterable[Event], moment: datetime | None = None, known: datetime | None = None
) -> Group:
    """Give what a group was permitted at that moment; nothing before anybody permitted it something."""
    moment = None if moment is None else instant(moment, "moment")
    told = _as_known(events, known)
    said = [e for e in told if isinstance(e, GroupChanged) and (moment is None or e.effective <= moment)]
    if not said:
        return Group(id=group)
    return Group(id=group, permitted=said[-1].permitted, opened=said[-1].opened, version=said[-1].version)


def done_after(events: Iterable[Event], kind: type[E], moment: datetime) -> list[E]:
    """Give what was done of this sort after that moment, by effect; what one act said again of others is left out."""
    first: dict[int, E] = {}
    for event in events:
        if isinstance(event, kind):
            first.setdefault(event.version, event)
    return sorted((e for e in first.values() if e.effective > moment), key=lambda event: event.effective)


def pipeline_at(
    events: Iterable[Event], moment: datetime | None = None, known: datetime | None = None
) -> Pipeline | None:
    """Give a pipeline as it was defined at that moment, as far as was known then; None before it was made."""
    moment = None if moment is None else instant(moment, "moment")
    told = _as_known(events, known)
    said = [e for e in told if isinstance(e, PipelineDefined) and (moment is None or e.effective <= moment)]
    return said[-1].pipeline if said else None


def _entered(contact: Contact, fix: StatusCorrected) -> Contact:
    """Give the contact as it came in after all: with another status, and what goes with that."""
    pipeline = contact.pipeline if fix.runs_on else None
    return evolve(contact, status=fix.to, attempt=fix.attempt, follow_up=fix.follow_up, pipeline=pipeline)


def _told_beside(event: Event) -> bool:
    """Whether another event says the same: it stands and falls with that one."""
    ended = isinstance(event, FollowUpEnded) and event.through is not None
    return ended or (isinstance(event, PipelineMoved) and event.how is StageMove.CLOSED)


def corrected(events: Iterable[Event]) -> dict[str, StatusCorrected]:
    """Give the correction that speaks for each event that has one."""
    return _told(events, None)[1]


def status_events(events: Iterable[Event]) -> Iterator[tuple[Event, Status]]:
    """Give each event that says a status, with the status that it says after corrections, in the order of effect."""
    told, fixes = _told(events, None)
    for event in told:
        fix = fixes.get(event.id)
        if isinstance(event, (ContactAdded, ContactAdopted)):
            yield event, fix.to if fix else event.contact.status
        elif isinstance(event, StatusChanged) and not (fix and fix.void):
            yield event, fix.to if fix else event.to


def _as_known(events: Iterable[Event], known: datetime | None) -> list[Event]:
    """Give what was recorded by then, as recorded: nouns that are no contacts change in that order."""
    known = None if known is None else instant(known, "known")
    return [event for event in events if known is None or event.recorded <= known]


def _told(events: Iterable[Event], known: datetime | None) -> tuple[list[Event], dict[str, StatusCorrected]]:
    known = None if known is None else instant(known, "known")
    told: list[Event] = []
    fixes: dict[str, StatusCorrected] = {}
    roots: dict[str, str] = {}  # a correction of a correction speaks for the event that the first one names
    for event in events:
        if known is not None and event.recorded > known:
            continue
        if isinstance(event, StatusCorrected):
            root = roots[event.id] = roots.get(event.corrects, event.corrects)
            fixes[root] = event
        else:
            told.append(event)
    told.sort(key=lambda event: event.effective)
    return told, fixes
