"""A person is taken out of what is kept; the place in the funnel, and what was counted, stay."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Consequence, Notice
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import privacy
from funnelkit.rules.history import lineage
from funnelkit.table import Status
from funnelkit.values.checks import asks, identifier, long_text, optional
from funnelkit.values.client_events import ContactErased, InvitationRevoked, LinksVoided
from funnelkit.values.contact import Contact
from funnelkit.values.person import addresses
from funnelkit.values.plan import Obligation, Plan
from funnelkit.words import Portal, Standing

NAME_GOES: Final = "name and addresses of {contact} go for good, and what was said about contacting the person"
TEXTS_GO: Final = "every reason and note about {contact} goes for good, those of {count} appointments among them"
UNSENT: Final = "nothing is sent any more that waits for {contact}, or tells of it"
FILES: Final = "erase the person in your own stores: files, uploads, forms, logs, and texts that name the person"
TOOLS: Final = "erase the person in the tools that you passed the data on to: mail, calendar, payment, statistics"
BACKUPS: Final = "let backups run out, and erase the person again after one was played back"
ACCESS: Final = "delete user name and password, and end open portal sessions"
ELSEWHERE: Final = "the person stands in another funnel too: erase it there as well, for its place and its notes"
BOOKED: Final = Notice(
    "privacy.appointments_stand", "appointments to come stay as they are; cancel those that will not take place", "ours"
)
CONTACT: Final = "contact"


@frozen(kw_only=True)
class Erase(Command[Status, Contact]):
    """Take the person out: name, addresses, do-not-contacts, every reason and note. There is no way back.

    The place stays, archived, with its history: statuses, appointments, hours and ledgers add up as before. Done twice,
    it drops what has come since. `reason` stays beside the erasure itself, so let it name nobody.
    """

    contact: str = field(metadata=asks(identifier))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan what goes, what stays, and what only the host can erase."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        was = draft.contact(self.contact)
        decision = privacy.may_erase(funnel, privacy.Case(by=self.by, acts=draft.acts(), contact=was.id))
        if not decision:
            return draft.refuse(decision)
        told, person = (*view.history(was.id), *draft.told(was.id)), view.person(was.id)
        self._texts(draft, was)
        if person is None and told and isinstance(told[-1], ContactErased):  # nothing has happened to it since
            return draft.plan(decision, was)
        draft.forgotten += tuple([(CONTACT, one) for one in lineage(view.history, was.id)])
        words = {"contact": was.id}
        if person is not None:
            draft.removed += (("person", was.id),)
            draft.consequences += (Consequence("person_goes", NAME_GOES, words),)
            draft.touched += addresses(person)
        if was.company is not None:
            draft.step_down(was.company, was.id)
        return draft.plan(decision, self._place(draft, was))

    def _texts(self, draft: Draft, was: Contact) -> None:
        """Say whose texts go, and that nothing leaves that waits."""
        appointments = draft.view.appointments_of(was.id)
        draft.forgotten += tuple([("appointment", one.id) for one in appointments])
        for contact in lineage(draft.view.history, was.id):
            draft.forgotten += tuple([("invitation", one.id) for one in draft.view.invitations_of(contact)])
        draft.forgotten += tuple([("package", one.id) for one in draft.packages(was.id)])
        draft.unsent += (was.id,)
        words = {"contact": was.id, "count": len(appointments)}
        draft.consequences += (Consequence("texts_go", TEXTS_GO, words), Consequence("messages_go", UNSENT, words))
        draft.obligations += (
            Obligation("erase_files", was.id, FILES),
            Obligation("erase_tools", was.id, TOOLS),
            Obligation("erase_backups", was.id, BACKUPS),
        )
        if any(draft.view.stands_elsewhere(one) for one in lineage(draft.view.history, was.id)):
            draft.obligations += (Obligation("erase_elsewhere", was.id, ELSEWHERE),)
        now = draft.moment.now
        if any(one.is_to_come(now) for one in appointments):
            draft.notices += (BOOKED,)

    def _place(self, draft: Draft, was: Contact) -> Contact:
        """Archive the place, without portal and invitations; that it was erased is said last."""
        when = draft.when(was.changed)
        now = draft.change(was, "standing", Standing.ARCHIVED, when)
        now = draft.end_invitation(now, InvitationRevoked, when)
        if now.portal is Portal.ACTIVE:
            draft.obligations += (Obligation("delete_access", was.id, ACCESS),)
        now = draft.change(now, "portal", Portal.NOT_INVITED, when)
        waits = draft.pending(was.id)
        if waits is not None:  # another funnel's: its links went to an address that nobody has any more
            draft.rewrite_invitation(LinksVoided, waits, draft.latest(waits.made), round=waits.round + 1)
        draft.note(draft.say(ContactErased, was.id, was.version + 1, when), self.reason)
        return draft.settle(was, now, when)
