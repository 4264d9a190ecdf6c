"""What has happened to members, invitations, offers, packages and sessions, and who was erased: facts, all folded.

Names, addresses and greetings of members stand in no event, nor does anything of a link.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import evolve, frozen

from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Entry, Offer, Package
from funnelkit.values.session import Engagement, Session
from funnelkit.words import Role


@frozen(kw_only=True)
class ContactErased(Event):
    """The person behind a contact was taken out: name, addresses, and every reason and note. The place stays."""


@frozen(kw_only=True)
class ContactMerged(Event):
    """Another contact turned out to be the same person: what was its own is this one's from now on."""

    other: str
    touched: datetime | None = None
    """The last time that somebody was in touch with the other one."""

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says."""
        times = [time for time in (contact.touched, self.touched) if time is not None]
        return evolve(contact, touched=max(times, default=None))


@frozen(kw_only=True)
class EngagementSet(Event):
    """Somebody said since when the contact is coached, until when, and whether a log may name it."""

    engagement: Engagement

    def onto(self, contact: Contact) -> Contact:
        """Give the contact with what this says."""
        return evolve(contact, engagement=self.engagement)


@frozen(kw_only=True)
class SessionDescribed(Event):
    """Somebody said what it was, for a log of hours."""

    noun: ClassVar[str] = "appointment"

    session: Session

    def onto(self, appointment: Appointment) -> Appointment:
        """Give the appointment with what this says."""
        return evolve(appointment, version=self.version, session=self.session)


@frozen(kw_only=True)
class MemberAdded(Event):
    """Somebody works for the account from now on."""

    noun: ClassVar[str] = "member"

    role: Role
    zone: str | None = None


@frozen(kw_only=True)
class MemberChanged(Event):
    """What is kept of a member changed: which fields; and what role and zone are now."""

    noun: ClassVar[str] = "member"

    fields: tuple[str, ...]
    role: Role
    zone: str | None = None


@frozen(kw_only=True)
class MemberLeft(Event):
    """Somebody does not work for the account any more."""

    noun: ClassVar[str] = "member"


@frozen(kw_only=True)
class InvitationSent(Event):
    """A contact was invited to the portal."""

    noun: ClassVar[str] = "invitation"

    invitation: Invitation


@frozen(kw_only=True)
class InvitationSentAgain(Event):
    """It was sent again: its term begins anew, and links of before are good no more."""

    noun: ClassVar[str] = "invitation"

    round: int
    sends: int
    expires: datetime

    def onto(self, invitation: Invitation) -> Invitation:
        """Give the invitation with what this says."""
        return evolve(
            invitation, version=self.version, round=self.round, sends=self.sends, expires=self.expires,
            state=InvitationStatus.PENDING, ended=None,
        )  # fmt: skip


@frozen(kw_only=True)
class LinksVoided(Event):
    """Links of before are good no more, since the person has another address."""

    noun: ClassVar[str] = "invitation"

    round: int

    def onto(self, invitation: Invitation) -> Invitation:
        """Give the invitation with what this says."""
        return evolve(invitation, version=self.version, round=self.round)


@frozen(kw_only=True)
class LinkMinted(Event):
    """The host asked for a link, to mail it itself."""

    noun: ClassVar[str] = "invitation"

    def onto(self, invitation: Invitation) -> Invitation:
        """Give the invitation with what this says."""
        return evolve(invitation, version=self.version)


@frozen(kw_only=True)
class _Ended(Event):
    """An invitation came to an end."""

    noun: ClassVar[str] = "invitation"
    state: ClassVar[InvitationStatus]

    def onto(self, invitation: Invitation) -> Invitation:
        """Give the invitation with what this says."""
        return evolve(invitation, version=self.version, state=self.state, ended=self.effective)


@frozen(kw_only=True)
class InvitationAccepted(_Ended):
    """The person accepted: the portal is open."""

    state: ClassVar[InvitationStatus] = InvitationStatus.ACCEPTED


@frozen(kw_only=True)
class InvitationDeclined(_Ended):
    """The person declined."""

    state: ClassVar[InvitationStatus] = InvitationStatus.DECLINED


@frozen(kw_only=True)
class InvitationRevoked(_Ended):
    """The account took it back, or the contact cannot be invited any more."""

    state: ClassVar[InvitationStatus] = InvitationStatus.REVOKED


@frozen(kw_only=True)
class InvitationExpired(_Ended):
    """Its term ran out."""

    state: ClassVar[InvitationStatus] = InvitationStatus.EXPIRED


@frozen(kw_only=True)
class InvitationSuperseded(_Ended):
    """Another one took its place, or the portal was opened by hand."""

    state: ClassVar[InvitationStatus] = InvitationStatus.SUPERSEDED


@frozen(kw_only=True)
class OfferDefined(Event):
    """A package was put into a list, or changed there, to this. Who has it keeps what it was."""

    noun: ClassVar[str] = "offer"

    offer: Offer


@frozen(kw_only=True)
class PackageGiven(Event):
    """A package came onto a client's record: it was assigned, or bought."""

    noun: ClassVar[str] = "package"

    package: Package


@frozen(kw_only=True)
class PackageAttached(Event):
    """It comes with this invitation from now on."""

    noun: ClassVar[str] = "package"

    invitation: str | None

    def onto(self, package: Package) -> Package:
        """Give the package with what this says."""
        return evolve(package, version=self.version, invitation=self.invitation)


@frozen(kw_only=True)
class PackageHandedOver(Event):
    """It is another contact's from now on: the two are one person."""

    noun: ClassVar[str] = "package"

    contact: str

    def onto(self, package: Package) -> Package:
        """Give the package with what this says."""
        return evolve(package, version=self.version, contact=self.contact)


@frozen(kw_only=True)
class PackageOpened(Event):
    """It can be used from now on, until `expires`; its sessions are granted."""

    noun: ClassVar[str] = "package"

    expires: datetime | None
    granted: Entry

    def onto(self, package: Package) -> Package:
        """Give the package with what this says."""
        return evolve(
            package, version=self.version, state=PackageStatus.USABLE, usable=self.effective, expires=self.expires,
            ledger=(*package.ledger, self.granted),
        )  # fmt: skip


@frozen(kw_only=True)
class PackagePosted(Event):
    """Something was entered in its ledger."""

    noun: ClassVar[str] = "package"

    entries: tuple[Entry, ...]

    def onto(self, package: Package) -> Package:
        """Give the package with what this says."""
        return evolve(package, version=self.version, ledger=(*package.ledger, *self.entries))


@frozen(kw_only=True)
class PackageRemoved(Event):
    """It was taken off the record before it was usable."""

    noun: ClassVar[str] = "package"

    def onto(self, package: Package) -> Package:
        """Give the package with what this says."""
        return evolve(package, version=self.version, state=PackageStatus.REMOVED, removed=self.effective)


@frozen(kw_only=True)
class PackageDeleted(Event):
    """It went with its contact, who was deleted."""

    noun: ClassVar[str] = "package"
