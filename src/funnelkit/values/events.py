"""What has happened: past-tense facts. Every change of a contact, group, company or appointment is one of these.

Each event says the new value, so that folding a noun's events (`rules/history.py`) gives the stored value. Reasons and
notes, which may speak of a person, are kept apart from events, under the event's id.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, unique
from typing import Any, ClassVar, Final

from attrs import evolve, frozen

from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import Status, Trigger
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.outreach import Segment
from funnelkit.values.pipeline import AtStage, Pipeline
from funnelkit.words import Because, Category, Channel, Direction, Ending, Origin, Portal, StageMove, Standing


@unique
class Why(Enum):
    """Why a status changed."""

    MOVE = "move"  # decided by hand
    HAPPENED = "happened"  # followed from what was recorded or done
    REGRESSION = "regression"  # decided by hand, and really went back


@frozen(kw_only=True)
class Event:
    """One fact about one noun (`about`: its id), by whom, when it took effect and when it was recorded (both UTC).

    `version` is the version of the noun that it made; `funnel` the fingerprint of the rules that it was decided by.
    """

    noun: ClassVar[str] = "contact"
    """The kind of noun that it is about: only a contact is one in each funnel."""

    id: str
    about: str
    within: str
    """The funnel that it happened in; empty where it is about something that all funnels share."""
    by: Actor
    effective: datetime
    recorded: datetime
    version: int
    funnel: str
    cause: str | None = None


@frozen(kw_only=True)
class ContactAdded(Event):
    """A contact came into being by an entry row."""

    contact: Contact
    on: Trigger


@frozen(kw_only=True)
class ContactAdopted(Event):
    """A contact that had a life elsewhere was brought in; never counted as an entry."""

    contact: Contact


@frozen(kw_only=True)
class StatusChanged(Event):
    """A contact moved to another status."""

    was: Status
    to: Status
    on: Trigger
    attempt: int
    why: Why = Why.MOVE
    follow_up: FollowUp | None = None
    """The follow-up that stands from now on."""
    runs_on: bool = False
    """Whether a pipeline goes on in the new status."""

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says."""
        return contact.becoming(self.to, self.effective, self.attempt, self.follow_up, runs_on=self.runs_on)


@frozen(kw_only=True)
class StatusCorrected(Event):
    """The event `corrects` was wrong; `to` is what was true instead, at that event's time.

    `by_hand` False: nobody erred, but what was told late shows that the event moved nobody, or elsewhere.
    """

    corrects: str
    was: Status
    to: Status
    attempt: int
    by_hand: bool = True
    void: bool = False
    """Whether it moved nobody: it is passed over, and `to` is the status that the contact had."""
    follow_up: FollowUp | None = None
    runs_on: bool = False

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says."""
        return contact.becoming(self.to, self.effective, self.attempt, self.follow_up, runs_on=self.runs_on)


Axis = Portal | Standing | Category | str | frozenset[str] | None


@frozen(kw_only=True)
class ContactChanged(Event):
    """Something beside the status changed: `field` of the contact, from one value to another."""

    field: str
    was: Axis
    to: Axis

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says: no invitation takes the portal, the primary coach is no further one.

        Hiding and showing say nothing to who is archived, nor does restoring to who is not.
        """
        to, archived = self.to, contact.standing is Standing.ARCHIVED
        if contact.portal is Portal.ACTIVE and isinstance(self.was, Portal) and self.was is not Portal.ACTIVE:
            return contact
        if isinstance(to, Standing) and to is not Standing.ARCHIVED and (self.was is Standing.ARCHIVED) is not archived:
            return contact
        if isinstance(to, frozenset) and isinstance(self.was, frozenset):
            now: frozenset[str] = getattr(contact, self.field)
            to = (now | (to - self.was)) - (self.was - to)  # what came in late adds to what was added since
        change: dict[str, Any] = {self.field: to}
        if to is Standing.ARCHIVED:
            change |= {"follow_up": None, "pipeline": None}
        new = evolve(contact, **change)
        return new if new.coach not in new.coaches else evolve(new, coaches=new.coaches - {new.coach})


@frozen(kw_only=True)
class PersonChanged(Event):
    """Names or addresses changed: which fields, never to what."""

    fields: tuple[str, ...]


@frozen(kw_only=True)
class DoNotContactSet(Event):
    """The person is not to be contacted any more, or may be again: on one channel or, None, on all."""

    to: bool
    channel: Channel | None = None
    origin: Origin = Origin.STAFF
    until: datetime | None = None

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says: nobody follows up who may not be contacted."""
        return evolve(contact, follow_up=None) if self.to and self.channel is None else contact


@frozen(kw_only=True)
class DoNotMarketSet(Event):
    """The person is left out of campaigns and alerts, or is not any more."""

    to: bool


@frozen(kw_only=True)
class FollowUpScheduled(Event):
    """A follow-up got a date without a change of the status, which is `status`."""

    follow_up: FollowUp
    status: Status
    moved: bool = False
    """Whether it is another date for the one that stood."""

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says; told late, another attempt or none may stand, or another status."""
        was, new = contact.follow_up, self.follow_up
        if contact.standing is Standing.ARCHIVED or (self.moved and (was is None or was.attempt != new.attempt)):
            return contact
        new = new if contact.status is self.status else evolve(new, gives_up=None)  # it was the last of that status
        return evolve(contact, follow_up=new, attempt=new.attempt)


WHICHEVER: Final = (Because.REPLIED, Because.TOUCHED, Because.CALLED_OFF)


@frozen(kw_only=True)
class FollowUpEnded(Event):
    """A follow-up (its id) ended, as what and why; `through` is the event that ended it, if that is another one."""

    follow_up: str
    attempt: int
    how: Ending
    because: Because
    through: str | None = None

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says, if no other event says it.

        An answer, or calling it off, ends whichever stands then; the clock ends only the one that it is about.
        """
        stands = contact.follow_up
        meant = stands is not None and (stands.id == self.follow_up or self.because in WHICHEVER)
        return evolve(contact, follow_up=None) if meant and self.through is None else contact


@frozen(kw_only=True)
class ContactTouched(Event):
    """Somebody was in touch with the contact."""

    channel: Channel
    direction: Direction

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says; an answer ends the follow-up that stands."""
        touched = max(contact.touched or self.effective, self.effective)
        stands = None if self.direction is Direction.IN else contact.follow_up
        return evolve(contact, touched=touched, follow_up=stands)


@frozen(kw_only=True)
class PipelineMoved(Event):
    """A contact came to a stage of a pipeline, or left it (`to` None), while its status was `status`."""

    was: AtStage | None
    to: AtStage | None
    how: StageMove
    status: Status

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says; told late, it may have had another status, or stood elsewhere.

        What a change of the status or the archive closed, the event of that says. What came by itself counts where
        nothing stands; what somebody did stands as long as a pipeline can run.
        """
        stands = contact.pipeline is not None
        same = contact.status is self.status and contact.standing is not Standing.ARCHIVED
        assigned = self.how is StageMove.ASSIGNED
        counts = self.to is None or (same and not stands if assigned else same or stands)
        return evolve(contact, pipeline=self.to) if counts and self.how is not StageMove.CLOSED else contact


@frozen(kw_only=True)
class PipelineDefined(Event):
    """A pipeline was made or changed, to this."""

    noun: ClassVar[str] = "pipeline"

    pipeline: Pipeline


@frozen(kw_only=True)
class TriggerRecorded(Event):
    """Something happened outside; `moved` says whether it moved the contact."""

    on: Trigger
    item: str | None = None
    moved: bool = False


@frozen(kw_only=True)
class ContactDeleted(Event):
    """The contact is gone; its history stays, without a name. `into`: the contact that it was merged into."""

    into: str | None = None


@frozen(kw_only=True)
class GroupChanged(Event):
    """What a group's members are permitted."""

    noun: ClassVar[str] = "group"

    permitted: frozenset[str]
    opened: frozenset[str]


@frozen(kw_only=True)
class CompanyChanged(Event):
    """A company was added, or has another primary contact."""

    noun: ClassVar[str] = "company"

    primary: str | None


@frozen(kw_only=True)
class AppointmentBooked(Event):
    """An appointment was made."""

    noun: ClassVar[str] = "appointment"

    appointment: Appointment


@frozen(kw_only=True)
class AppointmentRescheduled(Event):
    """It was moved."""

    noun: ClassVar[str] = "appointment"

    start: datetime
    end: datetime
    zone: str

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, start=self.start, end=self.end, zone=self.zone)


@frozen(kw_only=True)
class AppointmentHeld(Event):
    """It was held, so many minutes if somebody said so."""

    noun: ClassVar[str] = "appointment"

    actual: int | None = None

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, state=AppointmentStatus.HELD, actual=self.actual)


@frozen(kw_only=True)
class AppointmentMissed(Event):
    """Nobody came."""

    noun: ClassVar[str] = "appointment"

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, state=AppointmentStatus.MISSED, actual=None)


@frozen(kw_only=True)
class AppointmentCancelled(Event):
    """It was called off."""

    noun: ClassVar[str] = "appointment"

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, state=AppointmentStatus.CANCELLED)


@frozen(kw_only=True)
class AppointmentRestated(Event):
    """Its attendees were put right: after a correction, a back-dated conversion, a merge or a deletion."""

    noun: ClassVar[str] = "appointment"

    attendees: tuple[Attendee, ...]
    left: int = 0
    """How many had attended and are deleted."""

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, attendees=self.attendees, left=self.left)


@frozen(kw_only=True)
class AppointmentRemoved(Event):
    """It went with its last attendee, who was deleted."""

    noun: ClassVar[str] = "appointment"


@frozen(kw_only=True)
class CampaignMade(Event):
    """Contacts were picked for a campaign; who is a member is settled by it."""

    noun: ClassVar[str] = "campaign"

    segment: Segment
    members: tuple[str, ...]


@frozen(kw_only=True)
class CampaignSent(Event):
    """A template was sent to a campaign: to those of its members who may get it."""

    noun: ClassVar[str] = "campaign"

    template: str
    channel: Channel
    to: tuple[str, ...]
