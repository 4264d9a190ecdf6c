"""An appointment is booked, moved, cancelled, held or missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands import ledger
from funnelkit.commands.draft import Draft, opened_to
from funnelkit.decisions import Decision, all_of, both
from funnelkit.errors import Invalid, Problem, invalid
from funnelkit.facts import in_time
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import access, booking
from funnelkit.statuses.appointment import Happening
from funnelkit.table import BOOKED, CANCELLED, RESCHEDULED, Act, Status, Trigger
from funnelkit.times import datable, instant, later
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.checks import (
    asks,
    each,
    identifier,
    instance,
    long_text,
    minutes,
    moment,
    one_of,
    optional,
    texts,
    truth,
    zone_name,
)
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentHeld,
    AppointmentMissed,
    AppointmentRescheduled,
    Event,
)
from funnelkit.values.plan import Plan
from funnelkit.values.session import Session
from funnelkit.words import Kind, Role, Where

MARKS: Final = (AppointmentHeld, AppointmentMissed)
UNDOES: Final[dict[type[Event], tuple[type[Event], ...]]] = {
    AppointmentRescheduled: (AppointmentRescheduled,),
    AppointmentCancelled: (AppointmentRescheduled,),
    AppointmentHeld: MARKS,
    AppointmentMissed: MARKS,
}
"""What a change would undo, if it were told late and that had been decided afterwards."""


def _by_role(given_where: Where | None, role: Role) -> Where:
    return given_where or (Where.PORTAL if role is Role.CLIENT else Where.STAFF)


def _times(start: datetime, end: datetime | None, length: int | None) -> tuple[datetime, datetime]:
    """Give start and end in UTC, of either an end or a length. Raises Invalid."""
    begin = datable(instant(start, "start"), "start")
    if (end is None) is (length is None):
        raise Invalid(Problem("end", "give either an end or a length in minutes"))
    finish = later(begin, timedelta(minutes=length), "start") if length is not None else instant(end, "end")
    if finish <= begin:
        raise Invalid(Problem("end", "must be after the start"))
    if finish - begin > timedelta(days=1):
        raise Invalid(Problem("end", "an appointment lasts a day at most"))
    if (finish - begin) % timedelta(minutes=1):
        raise Invalid(Problem("end", "an appointment lasts whole minutes"))
    return begin, finish


@frozen(kw_only=True)
class Book(Command[Status, Appointment]):
    """Book an appointment of a coach for one contact or a group, by `end` or by `minutes`.

    `where` None: in the portal for a client, else entered by staff. What is entered after it took place, without `at`,
    keeps no status of its attendees, since nobody knows when it was booked. Source: CC-A2.
    """

    contacts: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))
    coach: str = field(metadata=asks(identifier))
    kind: Kind = field(metadata=asks(one_of(Kind)))
    start: datetime = field(metadata=asks(moment))
    end: datetime | None = field(default=None, metadata=asks(optional(moment)))
    minutes: int | None = field(default=None, metadata=asks(optional(minutes)))
    zone: str | None = field(default=None, metadata=asks(optional(zone_name)))
    """IANA name of the zone that it is shown in; None: the account's."""
    where: Where | None = field(default=None, metadata=asks(optional(one_of(Where))))
    paid: bool | None = field(default=None, metadata=asks(optional(truth)))
    session: Session | None = field(default=None, metadata=asks(optional(instance(Session, "a Session"))))
    """What it will be, for a log of hours; `DescribeSession` says so afterwards."""
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def together(self) -> list[Problem]:
        """Ask for a session that all who attend fit into, and that says no other pay than the appointment."""
        if not isinstance(self.session, Session) or not isinstance(self.contacts, tuple):
            return []
        opposed = Problem("session.pay", "says the opposite of `paid`; leave one of them out")
        found = [opposed] if self.session.opposes(paid=self.paid) else []
        return [*self.session.attended(len(self.contacts), "session."), *found]

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan the appointment, the status of everybody at booking, and what it means to them.

        Whoever books for oneself does so ahead of time: such a plan ends at the start, and a client's move or
        cancelling at the earlier one.
        """
        draft = Draft(funnel, moment, view, self)
        start, end = _times(self.start, self.end, self.minutes)
        where = _by_role(self.where, self.by.role)
        contacts = [draft.contact(contact) for contact in self.contacts]
        key = self.id or moment.fresh("appointment")
        if not view.is_free("appointment", key):
            raise Invalid(Problem("id", "is taken by another appointment"))
        when = draft.at or max(moment.now, *(c.changed for c in contacts))
        decision = all_of(
            self._decide(funnel, moment, view, where, contacts, start, end, when),
            *(ledger.may_be_covered(draft, c.id, self.kind, len(contacts), start, when) for c in contacts),
        )
        if not decision:
            return draft.refuse(decision)
        entered_later = self.at is None and start < when
        attendees = tuple(Attendee(c.id, None if entered_later else self._status(draft, c, when)) for c in contacts)
        appointment = Appointment(
            id=key, funnel=funnel.name, coach=self.coach, kind=self.kind, start=start, end=end,
            zone=self.zone or moment.zone, attendees=attendees, booked=when, where=where, paid=self.paid, version=1,
            session=self.session,
        )  # fmt: skip
        draft.note(draft.say(AppointmentBooked, key, 1, when, appointment=appointment), self.note)
        draft.keep(appointment)
        draft.touch(appointment)
        draft.recount(new=key)
        ledger.reserve(draft, appointment, when)
        for contact in contacts:
            draft.deed(contact, BOOKED, self.kind, draft.when(contact.changed))
        plan = draft.plan(decision, appointment)
        return evolve(plan, until=start) if where is not Where.STAFF and self.at is None else plan

    def _decide(  # what a booking is judged by
        self,
        funnel: AnyFunnel,
        moment: Moment,
        view: View,
        where: Where,
        contacts: list[Contact],
        start: datetime,
        end: datetime,
        when: datetime,
    ) -> Decision:
        overlaps = _overlaps(view, self.coach, start, end)
        asked = contacts[:1] if where is Where.STAFF else contacts
        described = self.paid is not None or self.session is not None
        cases = [
            _asked(
                funnel, moment, view, contact, self.kind, where,
                by=self.by, overlaps=overlaps, begun=start <= when, described=described,
            )
            for contact in asked
        ]  # fmt: skip
        return reduce(both, (booking.may_book(funnel, case) for case in cases))

    @staticmethod
    def _status(draft: Draft, contact: Contact, when: datetime) -> Status | None:
        then = draft.as_of(contact, when)
        return None if then is None else then.status


@frozen(kw_only=True)
class _Change(Command[Status, Appointment]):
    """A change of one standing appointment."""

    noun: ClassVar[str] = "appointment"

    appointment: str = field(metadata=asks(identifier))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def _judged(  # what a change is judged by
        self,
        funnel: AnyFunnel,
        was: Appointment,
        on: Trigger,
        when: datetime,
        overlaps: tuple[str, ...] = (),
        to: datetime | None = None,
    ) -> Decision:
        if when < min(was.booked, was.start):
            raise invalid("at", "the appointment was not there then; give a later time, or none")
        case = booking.Change(
            state=was.state, on=on, by=self.by, own=_is_own(was, self.by), begun=was.start <= when,
            overlaps=overlaps, appointment=was.id, behind=to is not None and to <= when,
        )  # fmt: skip
        return booking.may_change(funnel, case)

    def _done(  # what a change says
        self,
        draft: Draft,
        decision: Decision,
        was: Appointment,
        kind: type[Any],
        act: Act | None,
        when: datetime,
        **said: Any,
    ) -> Plan[Appointment]:
        draft.in_turn("appointment", was.id, UNDOES[kind])
        changed = draft.rewrite(kind, was, when, **said)
        draft.note(draft.events[-1], self.note)
        if act is not None:
            for attendee in was.attendees:
                contact = draft.contact(attendee.contact)
                draft.deed(contact, act, was.kind, draft.when(contact.changed))
        plan = draft.plan(decision, changed)
        if self.by.role is Role.CLIENT and self.at is None:
            return evolve(plan, until=min(was.start, changed.start))
        return plan


@frozen(kw_only=True)
class Reschedule(_Change):
    """Move a standing appointment, to another `end` or keeping its length."""

    start: datetime = field(metadata=asks(moment))
    end: datetime | None = field(default=None, metadata=asks(optional(moment)))
    zone: str | None = field(default=None, metadata=asks(optional(zone_name)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan the move; its own old time does not stand in its way."""
        draft = Draft(funnel, moment, view, self)
        was = view.appointment(self.appointment)
        length = None if self.end is not None else (was.end - was.start) // timedelta(minutes=1)
        start, end = _times(self.start, self.end, length)
        overlaps = tuple(a for a in _overlaps(view, was.coach, start, end) if a != was.id)
        when = draft.when()
        moved = evolve(was, start=start, end=end)
        judged = self._judged(funnel, was, Happening.RESCHEDULED, when, overlaps, start)
        offered = self._offered(funnel, moment, view, was, when)
        decision = all_of(judged, offered, *ledger.may_be_moved(draft, moved, when))
        if not decision:
            return draft.refuse(decision)
        said = {"start": start, "end": end, "zone": self.zone or was.zone}
        ledger.move(draft, moved, when)
        act = None if (start, end) == (was.start, was.end) else RESCHEDULED
        return self._done(draft, decision, was, AppointmentRescheduled, act, when, **said)

    def _offered(
        self, funnel: AnyFunnel, moment: Moment, view: View, was: Appointment, when: datetime
    ) -> Decision | None:
        """Whether a client could still take what it moves: in public what was booked there, else in the portal."""
        if self.by.role is not Role.CLIENT or not _is_own(was, self.by):
            return None
        stored = view.contact(self.by.id)
        contact = in_time(funnel, stored, view.person, max(when, stored.changed), moment.facts)
        where = Where.PUBLIC if was.where is Where.PUBLIC else Where.PORTAL
        return booking.is_offered(funnel, _asked(funnel, moment, view, contact, was.kind, where, by=self.by))


@frozen(kw_only=True)
class Cancel(_Change):
    """Call a standing appointment off. A client who does so too late loses the session of the package.

    `burns`: whether the session is lost, where the staff says so; None: by the account's rule.
    """

    burns: bool | None = field(default=None, metadata=asks(optional(truth)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan the cancellation, and what it means to the attendees."""
        draft = Draft(funnel, moment, view, self)
        was, when = view.appointment(self.appointment), draft.when()
        decision = self._judged(funnel, was, Happening.CANCELLED, when)
        if not decision:
            return draft.refuse(decision)
        ledger.call_off(draft, was, when, burns=self.burns)
        return self._done(draft, decision, was, AppointmentCancelled, CANCELLED, when)


@frozen(kw_only=True)
class MarkHeld(_Change):
    """Say that an appointment was held, and how many minutes it really took."""

    minutes: int | None = field(default=None, metadata=asks(optional(minutes)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan the mark."""
        draft = Draft(funnel, moment, view, self)
        was, when = view.appointment(self.appointment), draft.when()
        decision = self._judged(funnel, was, Happening.HELD, when)
        if not decision:
            return draft.refuse(decision)
        ledger.hold(draft, was, when)
        return self._done(draft, decision, was, AppointmentHeld, None, when, actual=self.minutes)


@frozen(kw_only=True)
class MarkMissed(_Change):
    """Say that nobody came."""

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Appointment]:
        """Plan the mark."""
        draft = Draft(funnel, moment, view, self)
        was, when = view.appointment(self.appointment), draft.when()
        decision = self._judged(funnel, was, Happening.MISSED, when)
        if not decision:
            return draft.refuse(decision)
        ledger.miss(draft, was, when)
        return self._done(draft, decision, was, AppointmentMissed, None, when)


def _is_own(one: Appointment, by: Actor) -> bool:
    return len(one.attendees) == 1 and one.of(by.id) is not None


def _asked(  # what a booking looks at
    funnel: AnyFunnel, moment: Moment, view: View, contact: Contact, kind: Kind, where: Where, **more: Any
) -> booking.Case[Status]:
    return booking.Case(
        status=contact.status, kind=kind, where=where, contact=contact.id, opened=opened_to(view, contact),
        may_log_in=where is Where.PORTAL and _may_log_in(funnel, contact), facts=moment.facts, **more,
    )  # fmt: skip


def _overlaps(view: View, coach: str, start: datetime, end: datetime) -> tuple[str, ...]:
    return tuple(a.id for a in view.calendar(coach, start, end) if a.overlaps(start, end))


def _may_log_in(funnel: AnyFunnel, contact: Contact) -> bool:
    if funnel.log_in is None:
        return False
    case: access.Case[Any, Any] = access.Case(
        status=contact.status, right=funnel.log_in, portal=contact.portal, standing=contact.standing
    )
    return access.may(funnel, case).allowed
