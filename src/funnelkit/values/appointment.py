"""An appointment, and what it says about its attendees."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import Status
from funnelkit.times import DAY
from funnelkit.values.session import Session
from funnelkit.words import Kind, Where


@frozen
class Attendee:
    """Somebody who is meant to come, with the status at booking; None where nobody knows it. Source: CC-A1, CC-A2."""

    contact: str
    status: Status | None = None


@frozen(kw_only=True)
class Appointment:
    """An appointment of one coach. Start and end are UTC, the end does not belong to it; `zone` is for showing it."""

    id: str
    funnel: str
    coach: str
    kind: Kind
    start: datetime
    end: datetime
    zone: str
    attendees: tuple[Attendee, ...]
    booked: datetime
    """When it was booked."""
    where: Where = Where.STAFF
    state: AppointmentStatus = AppointmentStatus.BOOKED
    actual: int | None = None
    """Minutes that it really took, if somebody said so."""
    paid: bool | None = None
    version: int = 0
    session: Session | None = None
    """What it was, for a log of hours; None: nobody said."""
    left: int = 0
    """How many had attended and were deleted since: they are people of it still, and clients no more."""

    @property
    def people(self) -> int:
        """How many attend, or had attended: a limit, a group and a package go by that. Source: IC-A7."""
        return len(self.attendees) + self.left

    @property
    def minutes(self) -> int:
        """Whole minutes: actual if recorded, else scheduled. Source: CC-A14."""
        if self.actual is not None:
            return self.actual
        span = self.end - self.start
        return span.days * DAY + span.seconds // 60

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it takes any of that time. A cancelled one takes none, nor does one that was missed give it back."""
        return self.state is not AppointmentStatus.CANCELLED and self.start < end and start < self.end

    def is_to_come(self, moment: datetime) -> bool:
        """Whether it stands, and has not begun by then."""
        return self.state is AppointmentStatus.BOOKED and moment < self.start

    def of(self, contact: str) -> Attendee | None:
        """Give this contact's entry, if it has one."""
        return next((attendee for attendee in self.attendees if attendee.contact == contact), None)
