"""The practice's two exports, as commands: everything about this export's own columns and words stands here.

For another export, copy this file: its columns, its labels, and for each file a function that makes the commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from funnelkit import COACHING, Actor, Kind, Portal
from funnelkit.adapters.exports import Row, rows
from funnelkit.commands import Adopt, Book, Cancel, MarkHeld, MarkMissed
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching

PERSON: Final = {
    "id": "Contact ID", "name": "First Name", "email": "E-mail", "phone": "Phone", "status": "Status",
    "since": "Status Since", "groups": "Groups", "tags": "Tags", "portal": "Credentials", "owned": "Products",
}  # fmt: skip
SESSION: Final = {
    "id": "Appointment ID", "contacts": "Contact IDs", "kind": "Kind", "at": "Booked On", "start": "Start",
    "minutes": "Minutes", "end": "Minutes", "zone": "Time Zone", "paid": "Paid", "note": "Notes", "state": "State",
}  # fmt: skip
MARK: Final = SESSION | {"minutes": "Actual Minutes"}
YES_OR_NO: Final = {"yes": True, "no": False, "": None}
KINDS: Final = {
    "sample session": Kind.SAMPLE,
    "coaching session": Kind.SESSION,
    "consultation": Kind.CONSULTATION,
}
STATES: Final = {
    "booked": AppointmentStatus.BOOKED,
    "held": AppointmentStatus.HELD,
    "no show": AppointmentStatus.MISSED,
    "cancelled": AppointmentStatus.CANCELLED,
}
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
MARKS: Final[Mapping[AppointmentStatus | None, type[MarkHeld | MarkMissed | Cancel]]] = {
    AppointmentStatus.HELD: MarkHeld,
    AppointmentStatus.MISSED: MarkMissed,
    AppointmentStatus.CANCELLED: Cancel,
}


def contacts(path: Path, *, by: Actor) -> Iterator[Row]:
    """Give a row for each contact, with one step: it is adopted on the day on which it was created.

    Its status holds since a moment, or nobody knows since when: then funnelkit knows it only from the import on.
    """
    for row in rows(path, (*PERSON.values(), "Last Name", "Created", "Time Zone"), PERSON):
        zone = row.zone("Time Zone")
        status = COACHING.labelled(row.text("Status"))
        if status is None:
            row.refuse("Status", COACHING.unlabelled(row.text("Status")))
        since, created = row.moment("Status Since", zone), row.moment("Created", zone)
        adopt: Adopt[Coaching] | None = row.make(
            Adopt, by=by, cause=row.cause, coach=by.id, id=row.text("Contact ID"),
            status=status or COACHING.start, since=since,
            name=f"{row.text('First Name')} {row.text('Last Name')}".strip(),
            email=row.text("E-mail") or None, phone=row.text("Phone") or None,
            groups=row.items("Groups"), tags=row.items("Tags"), owned=row.items("Products"),
            portal=Portal.ACTIVE if row.label("Credentials", YES_OR_NO) else Portal.NOT_INVITED,
        )  # fmt: skip
        if adopt is not None:
            row.steps = ((created or BEGINNING, adopt),)
        yield row


def appointments(path: Path, *, by: Actor) -> Iterator[Row]:
    """Give a row for each appointment, with its steps: it is booked; then it was held, missed or cancelled.

    The export does not say when a session was marked: held and missed are said of it from its start; a cancelled one is
    cancelled as soon as it is booked, so that its time is free for others. Where nobody knows when it was booked, it is
    entered now, and its attendees' status at booking is unknown.
    """
    for row in rows(path, (*SESSION.values(), "Actual Minutes"), SESSION):
        key, zone, cause = row.text("Appointment ID"), row.zone("Time Zone"), row.cause
        booked, start = row.moment("Booked On", zone), row.moment("Start", zone)
        actual, state = row.whole("Actual Minutes"), row.label("State", STATES)
        book = row.make(
            Book, by=by, cause=cause, coach=by.id, at=booked, id=key, contacts=row.items("Contact IDs"), start=start,
            zone=zone, kind=row.label("Kind", KINDS), minutes=row.whole("Minutes"), paid=row.label("Paid", YES_OR_NO),
            note=row.text("Notes") or None,
        )  # fmt: skip
        if actual is not None and state is not AppointmentStatus.HELD:
            row.refuse("Actual Minutes", "only a session that was held has them")
        if book is not None and start is not None:
            entered = booked or start
            row.steps = ((entered, book),)
            if state in MARKS:
                later = entered if state is AppointmentStatus.CANCELLED else max(entered, start)
                took = {} if actual is None else {"minutes": actual}
                mark = row.make(MARKS[state], MARK, by=by, cause=cause, appointment=key, at=booked and later, **took)
                row.steps += ((later, mark),) if mark else ()
        yield row
