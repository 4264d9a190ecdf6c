"""A contact is deleted: for good, or into the archive, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Consequence
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import removal
from funnelkit.rules.history import lineage
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment
from funnelkit.values.checks import asks, identifier, long_text, optional
from funnelkit.values.client_events import InvitationRevoked, PackageDeleted
from funnelkit.values.contact import Contact
from funnelkit.values.events import AppointmentRemoved, ContactDeleted
from funnelkit.values.person import addresses
from funnelkit.values.plan import Obligation, Plan
from funnelkit.words import Because, Ending, Removal, Standing

GONE: Final = "package {package} goes with the contact"
APPOINTMENT: Final = "appointment"
CONTACT: Final = "contact"
FILES: Final = "delete the contact's files, notes, invoices and payments, which go with it"
GOES: Final = "appointment {appointment} goes, and its hours with it"
STAYS: Final = "appointment {appointment} stays, without the contact"


@frozen(kw_only=True)
class Delete(Command[Status, Removal]):
    """Delete a contact. The result says what it came to: deleted, or archived because something hangs on it.

    The host tells what else hangs on the contact as facts of the call: `facts={"invoice": True}`.
    """

    contact: str = field(metadata=asks(identifier))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Removal]:
        """Plan what goes, or what is archived instead."""
        draft = Draft(funnel, moment, view, self)
        was = draft.contact(self.contact)
        appointments = view.appointments_of(was.id)
        ties = {tie for tie, told in moment.facts.items() if told} | ({APPOINTMENT} if appointments else set())
        ties |= {"payment"} if any(package.payment is not None for package in draft.packages(was.id)) else set()
        case = removal.Case(standing=was.standing, ties=frozenset(ties), by=self.by, status=was.status, contact=was.id)
        decision, outcome = removal.may_delete(funnel, case), removal.outcome(funnel, case)
        if not decision:
            return draft.refuse(decision)
        when, first = draft.when(was.changed), len(draft.events)
        then = draft.base(was, when)
        if outcome is Removal.ARCHIVED:
            if Standing.ARCHIVED not in (was.standing, then.standing):
                now = draft.change(then, "standing", Standing.ARCHIVED, when)
                draft.note(draft.events[first], self.reason)
                draft.settle(was, now, when)
            return draft.plan(decision, outcome)
        self._drop(draft, was)
        for appointment in appointments:
            words = {"appointment": appointment.id}
            if len(appointment.attendees) > 1:
                _leave(draft, appointment, was.id, when)
                draft.consequences += (Consequence("appointment_stays", STAYS, words),)
            else:
                draft.recount(appointment)
                draft.say(AppointmentRemoved, appointment.id, appointment.version + 1, when)
                draft.removed += ((APPOINTMENT, appointment.id),)
                draft.consequences += (Consequence("hours_removed", GOES, words),)
            draft.touch(appointment)
        return draft.plan(decision, outcome)

    def _drop(self, draft: Draft, was: Contact) -> None:
        person = draft.view.person(was.id)
        draft.close(draft.end(was, Ending.DROPPED, Because.REMOVED, draft.when(was.changed)), draft.when(was.changed))
        draft.dates(was.follow_up, None)
        draft.end_invitation(was, InvitationRevoked, draft.when(was.changed))
        for package in draft.packages(was.id):
            draft.say(PackageDeleted, package.id, package.version + 1, draft.when(was.changed))
            draft.nouns.pop(("package", package.id), None)
            draft.consequences += (Consequence("package_goes", GONE, {"package": package.id}),)
            draft.removed += (("package", package.id),)
            draft.touched += (("packages", was.id),)
        gone = draft.say(ContactDeleted, was.id, was.version + 1, draft.when(was.changed))
        draft.note(gone, self.reason)
        draft.removed += (("contact", was.id),)
        draft.nouns.pop(("contact", was.id), None)
        if not draft.view.stands_elsewhere(was.id):
            draft.forgotten += tuple([(CONTACT, one) for one in lineage(draft.view.history, was.id)])
            draft.removed += (("person", was.id),)
            draft.touched += addresses(person)
        if was.company is not None:
            draft.step_down(was.company, was.id)
        draft.obligations += (Obligation("delete_files", was.id, FILES),)


def _leave(draft: Draft, was: Appointment, contact: str, when: datetime) -> None:
    """Take a contact out of an appointment of several; of one that began, how many they were is kept. Source: IC-A7."""
    rest = tuple(attendee for attendee in was.attendees if attendee.contact != contact)
    draft.attend(was, rest, when, left=int(was.start <= when))
