"""What contracts store and look at: nouns with something in every field, hard texts, hard times, and every read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import evolve

from funnelkit.documents import write_funnel
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import COACHING, Coaching, Happening
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.checks import LONGEST, MOST
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event, GroupChanged, StatusChanged, Why
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Block, Campaign, Segment
from funnelkit.values.package import Entry, Offer, Package
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import AtStage, Pipeline, Prepared, Stage
from funnelkit.values.plan import Message
from funnelkit.values.team import Member
from funnelkit.words import (
    Acquired,
    Category,
    Channel,
    Kind,
    Origin,
    Payment,
    Portal,
    Posting,
    Purpose,
    Recipient,
    Role,
    Sender,
    Shape,
    Standing,
    Where,
)

OURS: Final = "acme"
"""The account that is looked at."""
THEIRS: Final = "zenith"
"""Another one, with the same ids."""
HERE: Final = "coaching"
THERE: Final = "agency"

NOW: Final = datetime(2026, 3, 2, 9, 30, 15, 123457, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
FAR: Final = NOW + 4000 * DAY
BY: Final = Actor(id="m-1", role=Role.COACH)

ELSEWHERE: Final = (
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/St_Johns"),
    timezone(timedelta(hours=5, minutes=45)),
    timezone(-timedelta(hours=11, minutes=59, seconds=59)),
)
"""Zones in which a time may be given; what is stored is the instant."""

MOMENTS: Final = (
    NOW,
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2040, 2, 29, 12, 0, 0, 100000, tzinfo=UTC),
    datetime(1901, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
    datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)
"""With and without microseconds, at both changes of a clock, long ago and far ahead."""

TEXTS: Final = (
    "O'Brien",
    'say "no"',
    "100%",
    "%s %(id)s :id ? $1 {0}",
    "back\\slash \\n \\x41",
    "a;b -- c /* d */ # e",
    "Äöüß",
    "\u00e9",
    "e\u0301",
    "Ёлка 名前 שלום مرحبا",
    "😀👩🏽",
    "c-7",
    "C-7",
    "007",
    "7",
    "1e3",
    "null",
    "None",
    "true",
    "{}",
    "[1]",
    "a b",
    "a_b",
    "a*b",
    "<b>&amp;</b>",
)
"""Printable texts that any id and any name may be; no two of them are one."""

LONG: Final = "".join(chr(0x4E00 + place * 7919 % 20000) for place in range(LONGEST // 3)) + "x" * (LONGEST % 3)
"""As long as an id may be, of signs that take much room and do not repeat, so that nothing makes them shorter."""

NAME: Final = "".join(chr(0x4E00 + place * 7919 % 20000) for place in range(MOST))
"""As long as a name may be."""

NOTES: Final = (*TEXTS, NAME, "first\nsecond\r\n\tthird", " a blank at both ends ", "x" * 100_000, "\u2028\x7f\ufeff.")
"""What a reason or a note may be besides."""


def contact(key: str = "c-1", /, **more: Any) -> Contact:
    """Give a place in the funnel `coaching` with something in every field."""
    rich = Contact(
        id=key, status=Coaching.HOT_LEAD, since=NOW, changed=NOW + TICK, version=3, attempt=2, standing=Standing.HIDDEN,
        former=Standing.ARCHIVED, portal=Portal.INVITED, category=Category.LEAD, coach="m-1",
        coaches=frozenset({"m-3", "m-2"}), onboarding=frozenset({"welcome"}), company="f-1",
        groups=frozenset({"choir", "alumni"}), tags=frozenset({"vip"}), permitted=frozenset({"page-1"}),
        opened=frozenset({"session"}), owned=frozenset({"book"}), agreements=frozenset({"a-1"}),
        enrollments=frozenset({"e-1"}), follow_up=follow_up(), pipeline=at_stage(), touched=NOW - HOUR,
    )  # fmt: skip
    return evolve(rich, **more)


def lead(key: str = "c-1", /, **more: Any) -> Contact:
    """Give a place in the funnel `agency`, with its defaults; its `prospect` is not that of `coaching`."""
    plain = Contact(id=key, status=Agency.PROSPECT, since=None, changed=NOW, version=1)
    return evolve(plain, **more)


def follow_up(due: datetime = NOW + 2 * DAY, gives_up: datetime | None = NOW + 4 * DAY) -> FollowUp:
    """Give a follow-up that stands."""
    return FollowUp(id="e-9", noted="e-8", due=due, attempt=2, set=NOW, exact=True, gives_up=gives_up)


def at_stage(on: str = "welcome", stage: str = "call") -> AtStage:
    """Give a place in a pipeline."""
    return AtStage(pipeline=on, stage=stage, since=NOW + HOUR, entered=NOW)


def person(key: str = "c-1", /, **more: Any) -> Person:
    """Give a person with something in every field."""
    blocks = (
        Block(id="e-2", since=NOW, channel=Channel.PHONE, origin=Origin.PERSON, until=NOW + DAY, recorded=NOW + TICK),
        Block(id="e-3", since=NOW - DAY),
    )
    rich = Person(
        id=key, name="Ada Lovelace", email="Ada@Example.org", phone="+49 30 1", blocks=blocks, do_not_market=True,
        version=4,
    )  # fmt: skip
    return evolve(rich, **more)


def company(key: str = "f-1", /, **more: Any) -> Company:
    """Give a company."""
    return evolve(Company(id=key, name="Analytical Engines", primary="c-1", version=2), **more)


def group(key: str = "choir", /, **more: Any) -> Group:
    """Give a group."""
    rich = Group(id=key, permitted=frozenset({"page-1", "page-2"}), opened=frozenset({"sample"}), version=1)
    return evolve(rich, **more)


def appointment(key: str = "a-1", /, **more: Any) -> Appointment:
    """Give an appointment that was held."""
    rich = Appointment(
        id=key, funnel=HERE, coach="m-1", kind=Kind.SESSION, start=NOW, end=NOW + HOUR, zone="Europe/Berlin",
        attendees=(Attendee("c-1", Coaching.PROSPECT), Attendee("c-2")), booked=NOW - DAY, where=Where.PORTAL,
        state=AppointmentStatus.HELD, actual=55, paid=True, version=2,
    )  # fmt: skip
    return evolve(rich, **more)


def pipeline(key: str = "welcome", /, **more: Any) -> Pipeline:
    """Give a pipeline of two stages that is no default."""
    call = Stage(
        key="call", name="Call", set_up=(Prepared(template="hello", to=Recipient.CONTACT),),
        on_active=(Prepared(template="call_now"),), on_completed=(Prepared(template="bye", purpose=Purpose.MARKETING),),
    )  # fmt: skip
    rich = Pipeline(
        id=key, funnel=HERE, name="Welcome", stages=(Stage(key="write", name="Write"), call), hidden=True,
        responsible="m-2", version=3,
    )  # fmt: skip
    return evolve(rich, **more)


def campaign(key: str = "k-1", /, **more: Any) -> Campaign:
    """Give a campaign that something was sent to."""
    segment = Segment(tags=("choir",), groups=("alumni",), statuses=("hot_lead",), standings=(Standing.HIDDEN,))
    rich = Campaign(
        id=key, funnel=HERE, name="Spring", segment=segment, members=("c-2", "c-1"), made=NOW, sent=("spring", "may"),
        version=2,
    )  # fmt: skip
    return evolve(rich, **more)


def member(key: str = "m-1", /, **more: Any) -> Member:
    """Give a member that has left."""
    rich = Member(
        id=key, name="Cora", role=Role.ADMIN, email="Cora@Example.org", zone="Asia/Tokyo",
        greeting="Hello!\nI am Cora.", left=NOW, version=2,
    )  # fmt: skip
    return evolve(rich, **more)


def invitation(key: str = "i-1", /, **more: Any) -> Invitation:
    """Give an invitation that is pending."""
    rich = Invitation(
        id=key, funnel=HERE, contact="c-1", by="m-1", sender=Sender.MEMBER, made=NOW, expires=NOW + 7 * DAY,
        coach="m-1", note="e-7", round=2, sends=3, version=4,
    )  # fmt: skip
    return evolve(rich, **more)


def ended(one: Invitation, state: InvitationStatus = InvitationStatus.ACCEPTED) -> Invitation:
    """Give the invitation as it is when it was answered, or ran out."""
    return evolve(one, state=state, ended=NOW + DAY, version=one.version + 1)


def link(key: str = "a-public-selector", /, **more: Any) -> Link:
    """Give what is kept of a link."""
    rich = Link(id=key, hash="0123456789abcdef" * 4, invitation="i-1", round=2, minted=NOW, version=2)
    return evolve(rich, **more)


def offer(key: str = "five", /, **more: Any) -> Offer:
    """Give an offer that is retired."""
    rich = Offer(
        id=key, name="Five sessions", shape=Shape.GROUP, sessions=5, days=90, payment=Payment.FREE,
        coaches=("m-2", "m-1"), retired=True, version=3,
    )  # fmt: skip
    return evolve(rich, **more)


def package(key: str = "p-1", /, **more: Any) -> Package:
    """Give a package that was bought, with two lines in its ledger."""
    ledger = (
        Entry(what=Posting.GRANTED, at=NOW, sessions=5),
        Entry(what=Posting.RESERVED, at=NOW + HOUR, sessions=None, appointment="a-1"),
    )
    rich = Package(
        id=key, offer="five", funnel=HERE, contact="c-1", shape=Shape.GROUP, sessions=5, days=90, given=NOW,
        acquired=Acquired.BOUGHT, state=PackageStatus.USABLE, coach="m-1", invitation="i-1", payment=f"pay-{key}",
        usable=NOW, expires=NOW + 90 * DAY, ledger=ledger, version=3,
    )  # fmt: skip
    return evolve(rich, **more)


def message(key: str = "e-1:hello", /, **more: Any) -> Message:
    """Give a message."""
    rich = Message(
        key=key, to="m-1", template="hello", params={"contact": "c-1", "who": "O'Brien"}, recipient=Recipient.COACH,
        purpose=Purpose.ALERT, channel=Channel.TEXT, invitation="i-1",
    )  # fmt: skip
    return evolve(rich, **more)


def changed(key: str, about: str = "c-1", /, **more: Any) -> Event:
    """Give an event about a contact of `coaching`."""
    rich = StatusChanged(
        id=key, about=about, within=HERE, by=BY, effective=NOW, recorded=NOW + TICK, version=3,
        funnel=COACHING.fingerprint, cause="import-7", was=Coaching.PROSPECT, to=Coaching.HOT_LEAD,
        on=Happening.COACH_DECIDES, attempt=1, why=Why.REGRESSION, follow_up=follow_up(), runs_on=True,
    )  # fmt: skip
    return evolve(rich, **more)


def regrouped(key: str, about: str = "choir", /, **more: Any) -> Event:
    """Give an event about a group, which all funnels share."""
    rich = GroupChanged(
        id=key, about=about, within="", by=BY, effective=NOW, recorded=NOW, version=1, funnel=COACHING.fingerprint,
        permitted=frozenset({"page-1"}), opened=frozenset({"sample"}),
    )  # fmt: skip
    return evolve(rich, **more)


def known(storage: Storage) -> Storage:
    """Give a storage that was told of the funnels, as the shell tells it."""
    storage.knows(COACHING)
    storage.knows(AGENCY)
    return storage


def keep_funnels(stores: Transaction) -> None:
    """Keep the documents of the funnels, as the shell does it with the events that name them."""
    for funnel in (COACHING, AGENCY):
        stores.funnels.save(funnel.fingerprint, _document(funnel.name))


@cache
def _document(name: str) -> object:
    return write_funnel(COACHING if name == COACHING.name else AGENCY)


def in_order(rows: Iterable[Any]) -> tuple[Any, ...]:
    """Give rows by their ids, where a port promises no order."""
    return tuple(sorted(rows, key=lambda row: row.id))


def ids(rows: Iterable[Any]) -> tuple[str, ...]:
    """Give the ids of rows, in their order."""
    return tuple(row.id for row in rows)
