"""A plan in the making: who is let in, by whom, and with what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import evolve

from funnelkit.commands.late import Late
from funnelkit.decisions import Consequence, Decision, Notice
from funnelkit.planning import AnyFunnel, View
from funnelkit.rules import outreach, team
from funnelkit.rules.package import listed
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.times import day_of, later, wall
from funnelkit.values.client_events import (
    InvitationExpired,
    InvitationRevoked,
    InvitationSent,
    InvitationSuperseded,
    LinksVoided,
    PackageAttached,
    PackageGiven,
    PackageOpened,
    PackageRemoved,
)
from funnelkit.values.contact import Contact
from funnelkit.values.events import ContactChanged
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Entry, Offer, Package
from funnelkit.values.person import address_key
from funnelkit.values.plan import THE_ACCOUNT, Obligation
from funnelkit.words import Acquired, Channel, Portal, Posting, Purpose, Recipient, Role, Sender, Standing

ENDS: Final = "invitation {invitation} ends: {state}"
BEGINS: Final = "invitation {invitation} waits until {expires}"
OPENS: Final = "package {package} can be used"
GOES: Final = "package {package} is taken off the record"
COMES: Final = "package {package} comes onto the record"
MAIL_IT: Final = "mint the link and mail it: the account mails its own way"
VOID: Final = Notice(
    "invitation.links_void", "the address has changed, so links of before are good no more; send the invitation again"
)
COACH_LEFT: Final = Notice(
    "invitation.coach_left", "its coach has left, or can be given no clients, so the client is the team's", "S4, DL-A15"
)
OFF_LIST: Final = Notice(
    "package.of_another_list",
    "{package} comes along, and stands in no list that counts for a client of {coach}",
    "DL-A8",
)
KEEPS: Final = (InvitationExpired,)
"""Ends after which packages stay on the record for the next invitation. Source: DL-A2, DL-A12."""


class Admitting(Late):
    """Adds invitations and packages, and who looks after a contact."""

    counted: tuple[tuple[str, str], ...] = ()

    # ---- who looks after a contact

    def may_be_given(self, coach: str | None) -> Decision | None:
        """Whether a client may be given to this person; None where nobody asks."""
        if coach is None or not self.funnel.policy.team.members_only:
            return None
        found = self.view.member(coach)
        carries = found is not None and found.carries
        case = team.Case(by=self.by, member=coach, known=found is not None, carries=carries)
        return team.may_be_given(self.funnel, case)

    def hand_over(self, contact: Contact, coach: str | None, effective: datetime) -> Contact:
        """Give a contact another primary coach."""
        if coach is not None and coach != contact.coach and coach in contact.coaches:
            contact = self.change(contact, "coaches", contact.coaches - {coach}, effective)
        return self.change(contact, "coach", coach, effective)

    def tell_coaches(self, contact: Contact, former: str | None) -> None:
        """Tell the new primary coach and the former one, where the account says so; whoever does it knows it."""
        if self.funnel.policy.team.tell_coaches:
            self.tell_coach(contact, contact.coach, "client_assigned")
            self.tell_coach(contact, former, "client_handed_over")

    def acts(self) -> bool:
        """Whether the actor has not left the team; of whom the team knows nothing, the host does."""
        return not self.has_left(self.by.id)

    def has_left(self, coach: str | None) -> bool:
        """Whether this is a coach who has left the team; of whom the team knows nothing, the host does."""
        found = None if coach is None else self.view.member(coach)
        return found is not None and found.left is not None

    def keeper(self, contact: Contact) -> str | None:
        """Give the coach who looks after a contact; nobody where it has left, or can be given no clients."""
        return looks_after(self.funnel, self.view, contact.coach)

    def listener(self, contact: Contact) -> str:
        """Give who hears of what a contact does: the coach who looks after it, else the account."""
        return self.keeper(contact) or THE_ACCOUNT

    def tell_coach(self, contact: Contact, coach: str | None, template: str, **params: str) -> None:
        """Tell a coach something about a contact, once in a plan; whoever does it knows it. Source: S4, DL-A9, DL3.

        Who has left is told nothing.
        """
        told = any(message.to == coach and message.template == template for message in self.messages)
        if coach is not None and coach != self.by.id and not told and not self.has_left(coach):
            self.send(contact, Recipient.COACH, template, Purpose.TRANSACTIONAL, staff=coach, **params)

    def invited_for(self, contact: Contact, coach: str | None, effective: datetime) -> Contact:
        """Hand a contact over to whom it is invited for; say what was given from the former coach's list: it stays.

        Nobody: its coach looks after it no more, so it is the team's. Source: S4, DL-A8, DL-A15.
        """
        if coach == contact.coach:
            return contact
        self.notices += (COACH_LEFT,) if coach is None else ()
        for package in self.waiting_packages(contact.id):
            if not listed(self.view.offer(package.offer), coach):
                words = {"package": package.id, "coach": coach or "the team"}
                self.notices += (evolve(OFF_LIST, params=words),)
        return self.hand_over(contact, coach, effective)

    # ---- invitations

    def own_pending(self, contact: str) -> Invitation | None:
        """Give the invitation of this funnel that waits, as planned so far; its term may have run out."""
        found = self.pending(contact)
        return found if found is not None and found.funnel == self.funnel.name else None

    def pending(self, contact: str) -> Invitation | None:
        """Give the invitation that waits, in whatever funnel, as planned so far; its term may have run out."""
        found = {one.id: one for one in self.view.invitations_of(contact)}
        found |= {n.id: n for n in self.nouns.values() if isinstance(n, Invitation) and n.contact == contact}
        return next((one for one in found.values() if one.state is InvitationStatus.PENDING), None)

    def rewrite_invitation(self, kind: type[Any], was: Invitation, effective: datetime, **said: Any) -> Invitation:
        """Change an invitation by an event that says how."""
        event = self.say(kind, was.id, was.version + 1, effective, **said)
        changed: Invitation = event.onto(was)
        self.keep(changed)
        self.touched += (("invitations", was.contact),)
        return changed

    def begin_invitation(  # all that an invitation says
        self, contact: Contact, effective: datetime, *, sender: Sender, coach: str | None, note: str | None
    ) -> tuple[Contact, Invitation]:
        """Invite a contact: an invitation that waits, its message, and what is on the record comes with it."""
        contact = self.invited_for(contact, coach, effective)
        id, event = self.moment.fresh("invitation"), self.moment.fresh("event")  # it is the id
        invitation = Invitation(
            id=id, funnel=self.funnel.name, contact=contact.id, by=self.by.id, sender=sender, coach=coach,
            made=effective, expires=self.until(effective, coach), note=event if note is not None else None,
        )  # fmt: skip
        self.note(self.say(InvitationSent, id, 1, effective, id=event, invitation=invitation), note)
        self.keep(invitation)
        self.touched += (("invitations", contact.id),)
        self.mail_invitation(contact, invitation, "invitation")
        self.attach(invitation, effective)
        contact = self.change(contact, "portal", Portal.INVITED, effective)
        return contact, invitation

    def attach(self, invitation: Invitation, effective: datetime) -> None:
        """Let everything that waits on the record come with this invitation. Source: DL-A12."""
        for package in self.packages(invitation.contact):
            if package.state is PackageStatus.ASSIGNED and package.invitation != invitation.id:
                self.rewrite_package(PackageAttached, package, effective, invitation=invitation.id)

    def until(self, effective: datetime, coach: str | None) -> datetime:
        """Give the end of a term that begins then."""
        return self.funnel.policy.invitation.valid.after(effective, self.place(coach), self.moment.open_on)

    def mail_invitation(self, contact: Contact, invitation: Invitation, template: str) -> None:
        """Send what brings the link; or say that the host does. Both count towards the limits."""
        words = {"invitation": invitation.id, "expires": invitation.expires}
        self.consequences += (Consequence("invitation_waits", BEGINS, words),)
        if not self.funnel.policy.invitation.mails:
            self.obligations += (Obligation("mail_link", invitation.id, MAIL_IT),)
            return
        said = {"sender": invitation.sender.value, "by": invitation.by, "round": str(invitation.round)}
        said |= {} if contact.coach is None else {"coach": contact.coach}
        self.count(contact.id)
        self.send(
            contact, Recipient.CONTACT, template, Purpose.TRANSACTIONAL, key=f"{self.events[-1].id}:{template}",
            link_of=invitation.id, **said,
        )  # fmt: skip

    def within_limits(self, contact: str) -> tuple[bool, bool]:
        """Tell whether one more may go out: of the inviter, and of the address."""
        allows = self.moment.allows
        keys = self.address_of(contact)
        counts = allows is not None and self.by.role is not Role.SYSTEM
        inviter = allows is None or not counts or allows("inviter", self.by.id)
        return inviter, allows is None or all(allows("address", key) for key in keys)

    def count(self, contact: str) -> None:
        """Count one more invitation that goes out: of who sends it, and of the address that gets it."""
        inviter = () if self.by.role is Role.SYSTEM else (("inviter", self.by.id),)
        self.counted += (*inviter, *(("address", key) for key in self.address_of(contact)))

    def address_of(self, contact: str) -> tuple[str, ...]:
        """Give what stands for the address of a contact, if one is known; it does not show the address."""
        person = self.person(contact)
        return () if person is None or person.address is None else (address_key(person.address),)

    def may_be_mailed(self, contact: Contact) -> Decision:
        """Whether a mail that was asked for may go to the person."""
        person = self.person(contact.id)
        return outreach.may_contact(
            self.funnel,
            outreach.Case(
                contact=contact.id, channel=Channel.EMAIL, purpose=Purpose.TRANSACTIONAL, now=self.moment.now,
                blocks=person.blocks if person else (), do_not_market=person.do_not_market if person else False,
            ),
        )  # fmt: skip

    def end_invitation(self, contact: Contact, kind: type[Any], effective: datetime, *, keeps: bool = False) -> Contact:
        """End the invitation that waits, if one does. `keeps`: its packages stay on the record.

        One whose term has run out before ended then, whatever happens now. One that waits again since a later sending
        ends then, however late it is told.
        """
        was = self.own_pending(contact.id)
        if was is None:
            return self._uninvited(contact, effective)
        if was.over(effective):
            kind, effective = InvitationExpired, was.expires
        effective = max(effective, was.made, *self._invited_later(contact, effective))
        ended = self.rewrite_invitation(kind, was, effective)
        words = {"invitation": was.id, "state": ended.state}
        self.consequences += (Consequence("invitation_ends", ENDS, words),)
        if not keeps and kind not in KEEPS:
            for package in self.packages(contact.id):
                if package.invitation == was.id and package.state is PackageStatus.ASSIGNED:
                    self.drop_package(package, effective)
        return self._uninvited(contact, effective)

    def _invited_later(self, contact: Contact, effective: datetime) -> list[datetime]:
        """Give the times at which the contact came to be invited after this one."""
        told = self.view.history(contact.id) if effective < contact.changed else ()
        changes = (event for event in told if isinstance(event, ContactChanged) and event.field == "portal")
        return [event.effective for event in changes if event.to is Portal.INVITED]

    def _uninvited(self, contact: Contact, effective: datetime) -> Contact:
        if contact.portal is not Portal.INVITED:
            return contact
        return self.change(contact, "portal", Portal.NOT_INVITED, effective)

    def follow_portal(self, stored: Contact, changed: Contact, effective: datetime) -> Contact:
        """Let invitations and packages follow the portal: who has it by other means waits for no answer.

        Who was archived, or may not log in any more, is invited no more.
        """
        if changed.portal is Portal.ACTIVE:
            if stored.portal is not Portal.ACTIVE:
                self.end_invitation(changed, InvitationSuperseded, effective, keeps=True)
                self.open_packages(changed, effective)
            return changed
        may = changed.status in self.funnel.lets_in
        if changed.portal is Portal.INVITED and may and changed.standing is not Standing.ARCHIVED:
            return changed
        return self.end_invitation(changed, InvitationRevoked, effective)

    def void_links(self, contact: str) -> None:
        """Let links be good no more that went to another address."""
        waits = self.pending(contact)
        if waits is not None:
            self.rewrite_invitation(LinksVoided, waits, self.latest(waits.made), round=waits.round + 1)
            self.notices += (VOID,)

    # ---- packages

    def packages(self, contact: str) -> tuple[Package, ...]:
        """Give the packages of a contact, as planned so far."""
        stored = self.view.packages_of(contact)
        new = (n for n in self.nouns.values() if isinstance(n, Package) and n.contact == contact)
        found = {package.id: package for package in (*stored, *new)}
        return tuple(p for p in found.values() if ("package", p.id) not in self.removed)

    def rewrite_package(self, kind: type[Any], was: Package, effective: datetime, **said: Any) -> Package:
        """Change a package by an event that says how."""
        event = self.say(kind, was.id, was.version + 1, effective, **said)
        changed: Package = event.onto(was)
        self.keep(changed)
        return changed

    def give_package(  # all that a package says
        self,
        contact: Contact,
        offer: Offer,
        effective: datetime,
        acquired: Acquired,
        *,
        invitation: str | None = None,
        payment: str | None = None,
    ) -> Package:
        """Put a package on the record of a contact; who has the portal can use it at once."""
        package = Package(
            id=self.moment.fresh("package"), offer=offer.id, funnel=self.funnel.name, contact=contact.id,
            shape=offer.shape, sessions=offer.sessions, days=offer.days, given=effective, acquired=acquired,
            coach=contact.coach, invitation=invitation, payment=payment,
        )  # fmt: skip
        self.say(PackageGiven, package.id, 1, effective, package=package)
        self.keep(package)
        self.touched += (("packages", contact.id),)
        if payment is not None:
            self.touched += (("payment", payment),)
        self.consequences += (Consequence("package_comes", COMES, {"package": package.id}),)
        if contact.portal is Portal.ACTIVE:
            package = self._open(contact, package, effective)
        return package

    def open_packages(self, contact: Contact, effective: datetime) -> None:
        """Let everything on the record be usable. Source: DL-A1."""
        for package in self.packages(contact.id):
            if package.state is PackageStatus.ASSIGNED:
                self._open(contact, package, effective)

    def drop_package(self, package: Package, effective: datetime) -> Package:
        """Take a package off; what was paid for waits for the next invitation."""
        if package.acquired is Acquired.BOUGHT:
            return self.rewrite_package(PackageAttached, package, effective, invitation=None)
        self.consequences += (Consequence("package_goes", GOES, {"package": package.id}),)
        return self.rewrite_package(PackageRemoved, package, effective)

    def waiting_packages(self, contact: str) -> tuple[Package, ...]:
        """Give those that were assigned and are not usable yet: they count towards the number of an invitation."""
        return tuple(
            package
            for package in self.packages(contact)
            if package.state is PackageStatus.ASSIGNED and package.acquired is Acquired.ASSIGNED
        )

    def _open(self, contact: Contact, package: Package, effective: datetime) -> Package:
        zone, effective = self.place(contact.coach), max(effective, package.given)
        last = (
            None if package.days is None else later(wall(effective, zone), timedelta(days=package.days), "days").date()
        )
        expires = None if last is None else day_of(last, zone, "days")[1]
        granted = Entry(what=Posting.GRANTED, at=effective, sessions=package.sessions)
        self.consequences += (Consequence("package_opens", OPENS, {"package": package.id}),)
        return self.rewrite_package(PackageOpened, package, effective, expires=expires, granted=granted)


def looks_after(funnel: AnyFunnel, view: View, coach: str | None) -> str | None:
    """Give this coach; nobody where it has left, or can be given no clients. Whom nobody keeps, the host knows."""
    found = None if coach is None else view.member(coach)
    return coach if found is None or team.looks_after(funnel, found) else None


def own(contact: Contact, by: str) -> bool:
    """Whether a contact is nobody's, or this is one of its coaches; a further coach has it, too."""
    coaches = {contact.coach, *contact.coaches} - {None}
    return not coaches or by in coaches
