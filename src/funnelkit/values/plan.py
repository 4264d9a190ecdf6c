"""What a command would do: a plan. Nothing is changed by making one; applying it stores exactly what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from funnelkit.decisions import Consequence, Decision, Notice, Refused, named
from funnelkit.plain import digest
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.team import Member
from funnelkit.values.token import Token
from funnelkit.words import Channel, Purpose, Recipient

T_co = TypeVar("T_co", covariant=True)

Noun = (
    Contact
    | Person
    | Company
    | Group
    | Appointment
    | Campaign
    | Pipeline
    | Member
    | Invitation
    | Link
    | Offer
    | Package
)
Read = tuple[str, str, int]
"""What was read: kind, key and version; version 0 was looked for and was not there."""


@frozen
class Obligation:
    """What only the host can do now, e.g. make the credentials."""

    code: str
    about: str
    text: str

    def __str__(self) -> str:
        """Read in English."""
        return f"{self.text} ({self.about})"


THE_ACCOUNT: Final = "account"
"""To whom a message goes that is for the coach of a contact without one."""


@frozen(kw_only=True)
class Message:
    """A message to be released after the change is stored: recipient by id, a template's key, a key that is stable."""

    key: str
    to: str
    template: str
    params: Mapping[str, str] = field(factory=dict)
    recipient: Recipient = Recipient.CONTACT
    """Whether `to` is a contact, who may not want it, or a member of the staff."""
    purpose: Purpose = Purpose.TRANSACTIONAL
    channel: Channel = Channel.EMAIL
    invitation: str | None = None
    """The invitation that it tells of: its link is made when the message leaves, and stands nowhere."""

    def concerns(self, contact: str) -> bool:
        """Whether it goes to this contact, or is about it."""
        return contact == (self.to if self.recipient is Recipient.CONTACT else self.params.get("contact"))


@frozen(kw_only=True)
class Letter(Message):
    """A message as a notifier gets it, where it brings a link: with the clear token, which is stored nowhere."""

    token: Token = field(repr=False)
    note: str | None = field(default=None, repr=False)
    """The personal message of whoever invites."""


@frozen(kw_only=True)
class Plan(Generic[T_co]):
    """A decision and, if it is allowed, everything that follows from it. `result` of a refused plan raises Refused."""

    decision: Decision
    outcome: T_co | None = None
    changed: tuple[Noun, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    """Kind and id of what goes."""
    read: tuple[Read, ...] = field(default=(), repr=False)
    touched: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Kind and key of the sets that change with it: a coach's calendar, the holders of an address."""
    events: tuple[Event, ...] = ()
    texts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Reasons and notes, by event id."""
    messages: tuple[Message, ...] = ()
    forgotten: tuple[tuple[str, str], ...] = ()
    """Kind and id of the nouns whose reasons and notes go for good: those of all their events so far."""
    unsent: tuple[str, ...] = ()
    """Contacts to whom, and about whom, nothing leaves that waits by now."""
    consequences: tuple[Consequence, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    notices: tuple[Notice, ...] = ()
    made: datetime | None = None
    account: str = ""
    funnel: str = ""
    """The fingerprint of the funnel that it was decided by."""
    counted: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What counts towards a limit, and for whom: an inviter, an address."""
    until: datetime | None = field(default=None, repr=False)
    """When it is too late to apply it, not included; None: only its age counts."""
    exact: Decision | None = field(default=None, repr=False)
    """Why exactly it is refused, where the answer to the outside does not say: for the account's eyes only."""

    @property
    def result(self) -> T_co:
        """What the command gives when this plan is applied. Raises Refused where it is refused."""
        if not self.decision:
            raise Refused(self.decision)
        return self.outcome  # type: ignore[return-value]  # an allowed plan of a command that gives something has one

    @property
    def allowed(self) -> bool:
        """Whether it may be applied."""
        return self.decision.allowed

    @property
    def basis(self) -> str:
        """A short text that stands for everything that was read: `do(command, expect=plan.basis)`.

        Ids that the plan makes are left out: another plan of the same command makes others.
        """
        made = {noun.id for noun in self.changed}
        return digest(sorted(read for read in self.read if read[2] or read[1] not in made))

    def __str__(self) -> str:
        """Read in English: the decision, then what would change."""
        lines = [str(self.decision)]
        lines += [f"  then  {named(consequence)}" for consequence in self.consequences]
        lines += [f"  host  {obligation}" for obligation in self.obligations]
        lines += [f"  note  {n.code}: {n}" for n in self.notices if n not in self.decision.notices]
        return "\n".join(lines)


KINDS: Final[Mapping[type[Noun], str]] = {
    Contact: "contact",
    Person: "person",
    Company: "company",
    Group: "group",
    Appointment: "appointment",
    Campaign: "campaign",
    Pipeline: "pipeline",
    Member: "member",
    Invitation: "invitation",
    Link: "link",
    Offer: "offer",
    Package: "package",
}


def kind_of_noun(noun: Noun) -> str:
    """Give the kind under which a noun is stored and read: `contact`, `person`, `appointment`, ..."""
    return KINDS[type(noun)]
