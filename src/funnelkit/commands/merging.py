"""Two contacts turn out to be one person: one of them stays, and everything of the other one becomes its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve, field, frozen

from funnelkit.commands import ledger
from funnelkit.commands.draft import Draft
from funnelkit.decisions import Consequence, Notice
from funnelkit.errors import Problem
from funnelkit.ledger import held_by
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import privacy
from funnelkit.statuses.package import PackageStatus
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.checks import asks, identifier, long_text, optional
from funnelkit.values.client_events import (
    ContactMerged,
    EngagementSet,
    InvitationSuperseded,
    PackageAttached,
    PackageHandedOver,
)
from funnelkit.values.contact import Contact
from funnelkit.values.events import (
    CompanyChanged,
    ContactDeleted,
    DoNotContactSet,
    DoNotMarketSet,
    PersonChanged,
)
from funnelkit.values.outreach import Block
from funnelkit.values.person import Person, addresses
from funnelkit.values.plan import Obligation, Plan
from funnelkit.values.session import Engagement
from funnelkit.words import Because, Ending, Grant, Portal

JOINS: Final = "{other} is {contact} from now on, and has no place of its own any more"
COMES: Final = "appointment {appointment} of {other} is one of {contact}"
ONCE: Final = "appointment {appointment} has {contact} and {other}: it counts once"
HANDED: Final = "package {package} of {other} is one of {contact}, with its ledger"
OPTED: Final = "a do-not-contact of {other} holds for {contact}"
UNSENT: Final = "nothing is sent any more that waits for {other}, or tells of it"
FILES: Final = "let files, notes, invoices and payments of the contact that goes be those of the one that stays"
ACCESS: Final = "let one user name and password lead to the contact that stays, and end the sessions of the other one"
ELSEWHERE: Final = (
    "the person stands in another funnel too: let both contacts stand there, and merge them there as well"
)
STATUS: Final = Notice("merging.status_dropped", "{other} was {status}; {contact} keeps its own status", "ours")
ADDRESS: Final = Notice("merging.address_dropped", "an address of {other} differs and is not kept", "ours")

SETS: Final = ("groups", "tags", "permitted", "opened", "owned", "agreements", "enrollments")
"""What both of them have, the one that stays has."""
BLANKS: Final = ("company", "category")
"""What the one that stays has not, it gets."""
OF_A_PERSON: Final = ("email", "phone")


@frozen(kw_only=True)
class Merge(Command[Status, Contact]):
    """Say that `other` is the same person as `contact`, which stays. There is no way back.

    What stays keeps its id, status, follow-up, stage, name and addresses. It gets what it has not (an address, a coach,
    a company, the portal), all tags, permissions, appointments and packages, and every do-not-contact. Raises Invalid
    for one contact twice, and for `at`.
    """

    contact: str = field(metadata=asks(identifier))
    other: str = field(metadata=asks(identifier))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def together(self) -> Iterable[Problem]:
        """Ask for two contacts."""
        if self.contact == self.other:
            yield Problem("other", "this is the contact itself; give the one that is to go")

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan what comes to the one that stays, and what the other one leaves."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        was, gone = draft.contact(self.contact), draft.contact(self.other)
        erased = tuple(one.id for one in (was, gone) if draft.erased(one.id))
        decision = privacy.may_merge(
            funnel, privacy.Case(by=self.by, acts=draft.acts(), contact=was.id, other=gone.id, erased=erased)
        )
        if not decision:
            return draft.refuse(decision)
        return draft.plan(decision, _Merging(draft, was, gone).done(self.reason))


class _Merging:
    """One merge in the making: whatever is said goes to the draft."""

    def __init__(self, draft: Draft, was: Contact, gone: Contact) -> None:
        self.draft, self.was, self.gone = draft, was, gone
        self.when = max(draft.latest(was.changed), draft.latest(gone.changed))
        self.words = {"contact": was.id, "other": gone.id}
        self.now = was

    def done(self, reason: str | None) -> Contact:
        """Say everything; give the contact that stays."""
        draft, was, gone, when = self.draft, self.was, self.gone, self.when
        self._leaves()
        merged = draft.say(ContactMerged, was.id, was.version + 1, when, other=gone.id, touched=gone.touched)
        draft.note(merged, reason)
        draft.consequences += (Consequence("merged", JOINS, self.words),)
        self.now = merged.onto(evolve(was, changed=when))
        self._person()
        self._axes()
        self._appointments()
        self._packages()
        if gone.status is not was.status:
            draft.notices += (evolve(STATUS, params={**self.words, "status": gone.status}),)
        draft.obligations += (Obligation("merge_files", was.id, FILES),)
        return draft.settle(was, self.now, when)

    def _leaves(self) -> None:
        """The place goes: nobody follows it up, no invitation waits, nothing is sent."""
        draft, gone, when = self.draft, self.gone, self.when
        draft.dates(gone.follow_up, None)
        left = draft.close(draft.end(gone, Ending.DROPPED, Because.REMOVED, when), when)
        draft.end_invitation(left, InvitationSuperseded, when, keeps=True)
        if gone.portal is Portal.ACTIVE:
            draft.obligations += (Obligation("merge_access", self.was.id, ACCESS),)
        draft.say(ContactDeleted, gone.id, gone.version + 1, when, into=self.was.id)
        draft.removed += (("contact", gone.id),)
        draft.nouns.pop(("contact", gone.id), None)
        draft.unsent += (gone.id,)
        draft.consequences += (Consequence("messages_go", UNSENT, self.words),)

    def _person(self) -> None:
        """Who stays keeps its name, gets an address that it has not, and every do-not-contact and do-not-market."""
        draft, mine, theirs = self.draft, self.draft.person(self.was.id), self.draft.person(self.gone.id)
        if theirs is None:
            return
        if not draft.view.stands_elsewhere(self.gone.id):
            draft.removed += (("person", self.gone.id),)
            draft.touched += addresses(theirs)
        else:
            draft.obligations += (Obligation("merge_elsewhere", self.was.id, ELSEWHERE),)
        self._opted_out(mine, theirs)
        fields: tuple[str, ...] = ("name", *OF_A_PERSON)
        if mine is None:
            new = evolve(theirs, id=self.was.id, version=1)
        else:
            fields = tuple(name for name in OF_A_PERSON if getattr(mine, name) is None and getattr(theirs, name))
            blocks = {block.id: block for block in (*mine.blocks, *theirs.blocks)}
            new = evolve(
                mine, version=mine.version + 1, blocks=tuple(blocks.values()),
                do_not_market=mine.do_not_market or theirs.do_not_market,
                **{name: getattr(theirs, name) for name in fields},
            )  # fmt: skip
            if any(getattr(theirs, name) not in (None, getattr(new, name)) for name in OF_A_PERSON):
                draft.notices += (evolve(ADDRESS, params=self.words),)
        draft.keep(new)
        if fields:
            draft.say(PersonChanged, self.was.id, 0, self.when, fields=fields)
            draft.touched += addresses(new)

    def _opted_out(self, mine: Person | None, theirs: Person) -> None:
        """Say every opt-out that holds for the one that stays from now on, and did not before."""
        draft, now = self.draft, self.draft.moment.now
        mine_now = () if mine is None else tuple(one for one in mine.blocks if one.holds(now, one.channel))
        for found in theirs.blocks:
            if not found.holds(now, found.channel) or any(_covers(one, found) for one in mine_now):
                continue
            said: dict[str, Any] = {"channel": found.channel, "origin": found.origin, "until": found.until}
            event = draft.say(DoNotContactSet, self.was.id, 0, self.when, to=True, **said)
            draft.consequences += (Consequence("opt_out_holds", OPTED, self.words),)
            if found.channel is None:
                self.now = draft.end(self.now, Ending.DROPPED, Because.DO_NOT_CONTACT, self.when, event.id)
        if theirs.do_not_market and not (mine and mine.do_not_market):
            draft.say(DoNotMarketSet, self.was.id, 0, self.when, to=True)

    def _axes(self) -> None:
        """What stands beside the status: what both have, and what only the other one has."""
        draft, gone = self.draft, self.gone
        for axis in SETS:
            self._set(axis, getattr(self.now, axis) | getattr(gone, axis))
        for axis in BLANKS:
            self._set(axis, getattr(self.now, axis) or getattr(gone, axis))
        self._company()
        self._set("coach", self.now.coach or gone.coach)
        self._set("coaches", (self.now.coaches | gone.coaches | {gone.coach}) - {None, self.now.coach})
        if gone.portal is Portal.ACTIVE and self.now.portal is not Portal.ACTIVE:
            self._set("portal", Portal.ACTIVE)
            self._set("onboarding", gone.onboarding)
        if gone.company is not None and gone.company != self.now.company:
            draft.step_down(gone.company, gone.id)
        engagement = _of_both(self.now.engagement, gone.engagement)
        if engagement != self.now.engagement and engagement is not None:
            event = draft.say(EngagementSet, self.was.id, self.was.version + 1, self.when, engagement=engagement)
            self.now = event.onto(self.now)

    def _set(self, axis: str, to: Any) -> None:
        self.now = self.draft.change(self.now, axis, to, self.when)

    def _company(self) -> None:
        """Who was a company's primary contact, is it still."""
        key = self.gone.company
        if key is None or key != self.now.company:
            return
        company = self.draft.view.company(key)
        if company.primary == self.gone.id:
            self.draft.keep(evolve(company, primary=self.was.id, version=company.version + 1))
            self.draft.say(CompanyChanged, key, company.version + 1, self.when, primary=self.was.id)

    def _appointments(self) -> None:
        """Who attends by both names, attends once; its session is taken from one package."""
        draft, mine, theirs = self.draft, self.was.id, self.gone.id
        draft.recount_by_history(mine)
        for one in draft.view.appointments_of(theirs):
            words = {**self.words, "appointment": one.id}
            if one.of(mine) is None:
                draft.consequences += (Consequence("appointment_comes", COMES, words),)
            else:
                draft.consequences += (Consequence("appointment_once", ONCE, words),)
                if any(any(held_by(package, one.id)) for package in draft.packages(mine)):
                    ledger.take_back(draft, theirs, one.id, self.when)
            own = Attendee(mine, self._snapshot(one))
            rest = tuple(a for a in one.attendees if a.contact != mine)
            attendees = tuple(own if a.contact == theirs else a for a in rest)
            draft.touch(one)
            draft.attend(one, attendees, self.when)

    def _snapshot(self, one: Appointment) -> Status:
        """Give the status that counts, if one of them had one: hours are what they were. Source: CC-A2, CC-A12.

        Where nobody knows the status at booking, that of today stood in; it stays, now that the contact goes.
        """
        hours = self.draft.funnel.hours
        both = [(one.of(contact.id), contact.status) for contact in (self.was, self.gone)]
        found = [entry.status or today for entry, today in both if entry is not None]
        return next((status for status in found if hours[status] is Grant.YES), found[0])

    def _packages(self) -> None:
        """Packages go over with their ledgers; what was not usable yet is, or waits with the invitation that waits."""
        draft, mine = self.draft, self.was.id
        waits, opens = draft.own_pending(mine), self.now.portal is Portal.ACTIVE
        for one in draft.packages(self.gone.id):
            own = draft.rewrite_package(PackageHandedOver, one, self.when, contact=mine)
            draft.consequences += (Consequence("package_comes_over", HANDED, {**self.words, "package": one.id}),)
            comes_with = None if waits is None else waits.id
            if own.state is PackageStatus.ASSIGNED and own.invitation != comes_with and not opens:
                draft.rewrite_package(PackageAttached, own, self.when, invitation=comes_with)
        draft.touched += (("packages", mine), ("packages", self.gone.id))
        if opens:
            draft.open_packages(self.now, self.when)


def _covers(one: Block, other: Block) -> bool:
    """Whether a do-not-contact says as much as another one, and holds as long."""
    alike = (one.channel, one.origin) == (other.channel, other.origin)
    return alike and (one.until is None or (other.until is not None and other.until <= one.until))


def _of_both(mine: Engagement | None, theirs: Engagement | None) -> Engagement | None:
    """Give the engagement of the one that stays, with what only the other one says; who refused once, has refused."""
    if mine is None or theirs is None:
        return mine or theirs
    refused = False in (mine.consent, theirs.consent)
    consent = False if refused else mine.consent if mine.consent is not None else theirs.consent
    dates = mine if (mine.since, mine.until) != (None, None) else theirs
    return evolve(dates, consent=consent)
