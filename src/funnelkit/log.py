"""THE LOG: who was coached, since when, how many hours paid and pro bono; who is left off, and whose letter stands in.

Columns as they are asked for where a credential is applied for. Source: IC4, IC6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum, auto, unique
from typing import Final

from attrs import field, frozen

from funnelkit.values.checks import checked, instance, one_of
from funnelkit.values.session import Engagement
from funnelkit.values.worked import Sum, Worked, hours_of
from funnelkit.words import Setting

NOBODY: Final = Engagement()


@unique
class Relationship(StrEnum):
    """Where start and end of a relationship are taken from. Source: IC-A3."""

    AGREEMENT = auto()  # the engagement's dates, else those of the first and the last session
    SESSIONS = auto()  # always those of the sessions


@unique
class Consent(StrEnum):
    """Who is listed. Source: IC4."""

    GIVEN = auto()  # who has said yes
    NOT_REFUSED = auto()  # everybody who has not said no


@frozen(kw_only=True)
class Client:
    """What a log says of a client beside the hours. It never shows in a repr."""

    name: str = field(repr=False)
    contact: str = field(default="", repr=False)
    """An e-mail or a phone number."""
    engagement: Engagement = NOBODY


@frozen(kw_only=True)
class Letter:
    """What an organisation's letter says, that stands in for names which are confidential. Source: IC4."""

    organisation: str = field(repr=False)
    coach: str = field(repr=False)
    person: str = field(default="", repr=False)
    """Who signs for the organisation, with the role there."""
    role: str = field(default="", repr=False)
    """What the coach is there."""
    policy: str = field(default="", repr=False)
    """What the organisation says about confidentiality."""


@frozen(kw_only=True)
class Entry:
    """One line of the log. Minutes are whole."""

    id: str
    """The id of the client, or of the group."""
    name: str = field(repr=False)
    contact: str = field(repr=False)
    setting: Setting
    heads: int
    """The number in the group; 1 for one client."""
    since: date
    until: date | None
    """The end of the relationship; None: it goes on."""
    paid: int
    unpaid: int
    organisation: str = field(default="", repr=False)
    """Where the client is coached for an organisation: which."""

    @property
    def minutes(self) -> int:
        """Paid and pro bono."""
        return self.paid + self.unpaid

    @property
    def paid_hours(self) -> Decimal:
        """Paid hours."""
        return hours_of(self.paid)

    @property
    def pro_bono_hours(self) -> Decimal:
        """Pro bono hours."""
        return hours_of(self.unpaid)


@frozen(kw_only=True)
class Confirmed:
    """What an organisation confirms by letter, for clients who are not named: hours, number of clients, period."""

    letter: Letter
    clients: int
    paid: int
    unpaid: int
    since: date
    until: date


@frozen(kw_only=True)
class Log:
    """The log of a coach: what is listed, what letters confirm, what is left off: together all that counts."""

    entries: tuple[Entry, ...] = field(repr=False)
    confirmed: tuple[Confirmed, ...] = field(repr=False)
    withheld: tuple[Sum, ...] = field(repr=False)
    """Of clients who did not agree to be listed, and whom no letter covers: by id alone."""
    worked: Worked = field(repr=False)

    @property
    def paid(self) -> int:
        """Paid minutes that are listed or confirmed."""
        return sum(one.paid for one in self.entries) + sum(one.paid for one in self.confirmed)

    @property
    def unpaid(self) -> int:
        """Pro bono minutes that are listed or confirmed."""
        return sum(one.unpaid for one in self.entries) + sum(one.unpaid for one in self.confirmed)

    @property
    def minutes(self) -> int:
        """Minutes that are listed or confirmed: the grand total."""
        return self.paid + self.unpaid

    @property
    def withheld_minutes(self) -> int:
        """Minutes that count and are left off."""
        return sum(one.minutes for one in self.withheld)

    def __str__(self) -> str:
        """Read in English: the totals."""
        return (
            f"{len(self.entries)} entries, {self.paid} minutes paid and {self.unpaid} pro bono, "
            f"{self.withheld_minutes} minutes withheld"
        )


def log(  # what a log is made of, by name
    worked: Worked,
    clients: Mapping[str, Client],
    *,
    letters: Mapping[str, Letter] | None = None,
    organisations: Mapping[str, str] | None = None,
    relationship: Relationship = Relationship.AGREEMENT,
    consent: Consent = Consent.GIVEN,
) -> Log:
    """Make the log of what was worked. Who is not among `clients` has no name, and is withheld.

    `letters` by the id of the organisation: they stand in for clients of its own who are not listed; `organisations`:
    their names. A group is listed by its first member who may be named.
    """
    letters, organisations = letters or {}, organisations or {}
    checked(
        worked=instance(Worked, "a Worked")(worked), clients=instance(Mapping, "a table of clients by id")(clients),
        relationship=one_of(Relationship)(relationship), consent=one_of(Consent)(consent),
        **{f"letters.{key}": instance(Letter, "a Letter")(letter) for key, letter in letters.items()},
    )  # fmt: skip
    entries: list[Entry] = []
    withheld: list[Sum] = []
    by_letter: dict[str, list[Sum]] = {}
    for one in worked.sums:
        named = next((member for member in one.members if _listed(clients.get(member), consent)), None)
        if named is not None:
            entries.append(_entry(one, clients[named], organisations, relationship))
        elif one.organisation in letters:
            by_letter.setdefault(one.organisation or "", []).append(one)
        else:
            withheld.append(one)
    return Log(
        entries=tuple(sorted(entries, key=lambda entry: (entry.since, entry.name, entry.id))),
        confirmed=tuple(_confirmed(letters[key], sums) for key, sums in by_letter.items()),
        withheld=tuple(withheld), worked=worked,
    )  # fmt: skip


def _listed(client: Client | None, consent: Consent) -> bool:
    said = None if client is None else client.engagement.consent
    return client is not None and (said is True if consent is Consent.GIVEN else said is not False)


def _entry(one: Sum, client: Client, organisations: Mapping[str, str], relationship: Relationship) -> Entry:
    by_agreement = relationship is Relationship.AGREEMENT
    agreed = client.engagement if by_agreement else NOBODY
    since, until = agreed.since or one.first, agreed.until
    if agreed.since is None and until is None:
        until = one.last
    if since > one.last or (until is not None and until < one.first):  # it was agreed about other sessions
        since, until = min(since, one.first), None if until is None else max(until, one.last)
    return Entry(
        id=one.key, name=client.name, contact=client.contact, setting=one.setting,
        heads=1 if one.setting is Setting.INDIVIDUAL else max(one.heads, len(one.members)),
        since=since,
        until=until,
        paid=one.paid, unpaid=one.unpaid,
        organisation="" if one.organisation is None else organisations.get(one.organisation, one.organisation),
    )  # fmt: skip


def _confirmed(letter: Letter, sums: Iterable[Sum]) -> Confirmed:
    held = tuple(sums)
    joined = {member: day for one in held for member, day in one.joined.items()}
    return Confirmed(
        letter=letter, clients=Worked(clients=joined, sums=held).heads,
        paid=sum(one.paid for one in held), unpaid=sum(one.unpaid for one in held),
        since=min(one.first for one in held), until=max(one.last for one in held),
    )  # fmt: skip
