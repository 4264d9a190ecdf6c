"""Values as documents, and commands out of bodies: nothing is lost, nothing is bent, no error shows a value.

The files under `golden/` are what released versions wrote; each is loaded for ever. They are written by hand only:
`python -c "from tests.test_codec import write_golden; write_golden()"` writes those that are missing, and no other.
Each version has all of them, since the number of the form stands in every document: one look at a folder shows
everything that a version writes. What a version could not say yet stands in `SINCE`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from attrs import evolve, field, fields_dict, frozen, has
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    TEAM,
    Actor,
    Appointment,
    Category,
    Contact,
    Decision,
    FunnelService,
    Invalid,
    Kind,
    Person,
    Plan,
    Portal,
    Refused,
    Removal,
    Role,
    Standing,
    Where,
    codec,
    commands,
    schema,
)
from funnelkit.adapters.memory import FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.codec import decision_to, load, load_stored, plan_to, read, write
from funnelkit.commands import (
    KEEP,
    Accept,
    AddContact,
    Adopt,
    Book,
    Convert,
    Decline,
    Delete,
    Edit,
    Invite,
    MarkHeld,
    Permit,
    Record,
    RecordPayment,
    Tag,
)
from funnelkit.planning import Command
from funnelkit.rules import conversion
from funnelkit.schema import HOMES, NEVER, axes, homes, parts
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.team import Team
from funnelkit.table import Status, Trigger
from funnelkit.tags import COMMANDS, EVENTS, NOUNS, TAGS
from funnelkit.values import client_events, events, person, plan
from funnelkit.values.appointment import Attendee
from funnelkit.values.checks import Checked
from funnelkit.values.events import ContactChanged, DoNotContactSet, Event, StatusChanged, StatusCorrected, Why
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.invitation import Invitation, Link
from funnelkit.values.outreach import Block, Campaign, Segment
from funnelkit.values.package import Entry, Offer, Package
from funnelkit.values.person import Company, Group
from funnelkit.values.pipeline import AtStage, Pipeline, Prepared, Stage
from funnelkit.values.plan import Letter, Message
from funnelkit.values.session import Engagement, Session
from funnelkit.values.team import Member, member_role
from funnelkit.values.token import Token
from funnelkit.words import (
    Acquired,
    Activity,
    Because,
    Channel,
    Direction,
    Ending,
    Origin,
    Pay,
    Payment,
    Posting,
    Purpose,
    Recipient,
    Sender,
    Setting,
    Shape,
    StageMove,
)

FUNNELS: Final[tuple[Any, ...]] = (COACHING, AGENCY, FRANCHISE, STUDIO, TEAM)
GOLDEN: Final = Path(__file__).parent / "golden"
VERSION: Final = "0.2.0"
NAME: Final = "Ada Lovelace"
COACH: Final = Actor(id="m-1", role=Role.COACH)
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
TOKEN: Final = Token("a-public-selector", "V" * 43)
CLEAR: Final = TOKEN.reveal()
SECRET: Final = (Accept, Decline)
"""Commands that hold the text of a link: read from bodies, and no documents."""
DOCUMENTS: Final[Mapping[Any, str]] = {kind: tag for kind, tag in TAGS.items() if kind not in SECRET}

SINCE: Final[Mapping[str, Mapping[type, Mapping[str, Any]]]] = {
    "0.1.0": {
        Contact: {
            "follow_up": None, "pipeline": None, "touched": None, "coaches": frozenset(), "onboarding": frozenset(),
            "engagement": None,
        },
        Appointment: {"session": None, "left": 0},
        Book: {"session": None},
        Person: {"blocks": (Block(id="unknown", since=datetime(1970, 1, 1, tzinfo=UTC)),), "do_not_market": False},
        Message: {
            "to": "C-1", "recipient": Recipient.CONTACT, "purpose": Purpose.TRANSACTIONAL, "channel": Channel.EMAIL,
            "invitation": None,
        },
        events.AppointmentRestated: {"left": 0},
        StatusChanged: {"follow_up": None, "runs_on": False},
        StatusCorrected: {"void": False, "follow_up": None, "runs_on": False},
        DoNotContactSet: {"channel": None, "origin": Origin.STAFF, "until": None},
        commands.Cancel: {"burns": None},
    },
}  # fmt: skip
"""By version what has been added to a class since, as it reads in what that version wrote."""


def problems(do: Callable[..., object], *given: Any, **named: Any) -> dict[str, str]:
    """Do what is refused, and give what is wrong by path; nothing of it shows the name that was planted."""
    found = wrong_with(do, *given, **named)
    assert found is not None
    return found


def wrong_with(do: Callable[..., object], *given: Any, **named: Any) -> dict[str, str] | None:
    """Give what is wrong, by path; None where it is taken."""
    try:
        do(*given, **named)
    except Invalid as error:
        found = error
    else:
        return None
    assert not [secret for secret in (NAME, *CLEAR.split(".")) if secret in f"{found}{found!r}{found.__cause__}"]
    assert not isinstance(found.__context__, json.JSONDecodeError)
    return {problem.path: problem.message for problem in found.problems}


# ----------------------------------------------------------------------------------------------------------- specimens


def specimens() -> dict[str, Any]:
    """One value of every class that has a tag, the same every time, with something in every field."""
    follow_up = FollowUp(
        id="E-9", noted="E-8", due=NOON + 48 * HOUR, attempt=2, set=NOON, exact=True, gives_up=NOON + 50 * HOUR
    )
    at = AtStage(pipeline="welcome", stage="call", since=NOON + HOUR, entered=NOON)
    here = AtStage(pipeline="welcome", stage="write", since=NOON, entered=NOON)
    call = Stage(
        key="call", name="Call", set_up=(Prepared(template="hello", to=Recipient.CONTACT),),
        on_active=(Prepared(template="call_now"),), on_completed=(Prepared(template="bye", purpose=Purpose.MARKETING),),
    )  # fmt: skip
    run: dict[str, Any] = {"name": "Welcome", "stages": (Stage(key="write", name="Write"), call), "responsible": "m-2"}
    welcome = Pipeline(id="welcome", funnel="coaching", **run, default=True, version=3)
    engagement = Engagement(since=date(2026, 1, 7), until=date(2026, 8, 31), consent=False)
    session = Session(
        activity=Activity.COACHING, live=False, setting=Setting.TEAM, heads=7, group="board", pay=Pay.PEER_EXCHANGE,
        organisation="F-1", direct_report=True, engaged=True, as_coach=30,
    )  # fmt: skip
    contact = Contact(
        id="C-1", status=Coaching.HOT_LEAD, since=NOON, changed=NOON + HOUR, version=3, attempt=2,
        standing=Standing.HIDDEN, former=Standing.ARCHIVED, portal=Portal.INVITED, category=Category.LEAD, coach="m-1",
        coaches=frozenset({"m-3", "m-2"}), onboarding=frozenset({"welcome"}), company="F-1",
        groups=frozenset({"choir", "alumni"}), tags=frozenset({"vip"}), permitted=frozenset({"page-1"}),
        opened=frozenset({"session"}), owned=frozenset({"book"}), agreements=frozenset({"A-1"}),
        enrollments=frozenset({"E-1"}), follow_up=follow_up, pipeline=at, touched=NOON + HOUR,
        engagement=engagement,
    )  # fmt: skip
    blocks = (
        Block(id="E-2", since=NOON, channel=Channel.PHONE, origin=Origin.PERSON, until=NOON + HOUR, recorded=NOON),
        Block(id="E-3", since=NOON),
    )
    segment = Segment(tags=("choir",), groups=("alumni",), statuses=("hot_lead",), standings=(Standing.HIDDEN,))
    attendees = (Attendee("C-1", Coaching.PROSPECT), Attendee("C-2"))
    appointment = Appointment(
        id="A-1", funnel="coaching", coach="m-1", kind=Kind.SESSION, start=NOON, end=NOON + HOUR, zone="Europe/Berlin",
        attendees=attendees, booked=NOON - HOUR, where=Where.PORTAL, state=AppointmentStatus.HELD, actual=55, paid=True,
        version=2, session=session, left=1,
    )  # fmt: skip
    week, quarter = NOON + 168 * HOUR, NOON + 2160 * HOUR
    invitation = Invitation(
        id="I-1", funnel="coaching", contact="C-1", by="m-1", sender=Sender.MEMBER, made=NOON, expires=week,
        coach="m-1", note="E-7", state=InvitationStatus.DECLINED, round=2, sends=3, ended=NOON + HOUR, version=4,
    )  # fmt: skip
    listed: dict[str, Any] = {
        "name": "Five sessions", "id": "five", "shape": Shape.GROUP, "sessions": 5, "days": 90, "payment": Payment.FREE,
        "coaches": ("m-2", "m-1"), "retired": True,
    }  # fmt: skip
    granted = Entry(what=Posting.GRANTED, at=NOON, sessions=5)
    reserved = Entry(what=Posting.RESERVED, at=NOON + HOUR, sessions=1, appointment="A-1")
    package = Package(
        id="K-5", offer="five", funnel="coaching", contact="C-1", shape=Shape.GROUP, sessions=5, days=90, given=NOON,
        acquired=Acquired.BOUGHT, state=PackageStatus.USABLE, coach="m-1", invitation="I-1", payment="pi_1",
        usable=NOON, expires=quarter, removed=quarter, ledger=(granted, reserved), version=3,
    )  # fmt: skip
    works: dict[str, Any] = {
        "name": NAME, "role": Role.ADMIN, "email": "Ada@Example.org", "zone": "Asia/Tokyo",
        "greeting": "Hello!\nI am Ada.",
    }  # fmt: skip
    told: dict[str, Any] = {
        "id": "E-1", "about": "C-1", "by": COACH, "effective": NOON, "recorded": NOON + timedelta(microseconds=1),
        "version": 3, "funnel": "0123456789abcdef0123456789abcdef", "cause": "import-7", "within": "coaching",
    }  # fmt: skip
    shared: dict[str, Any] = {**told, "within": ""}
    verb: dict[str, Any] = {"by": COACH, "at": NOON, "cause": "import-7"}
    on, one = {**verb, "contact": "C-1"}, {**verb, "appointment": "A-1", "note": "she called"}
    known: dict[str, Any] = {
        "name": NAME, "email": "ada@example.org", "phone": "+49 30 1", "id": "C-1", "coach": "m-1", "company": "F-1",
        "category": Category.LEAD, "standing": Standing.HIDDEN, "groups": ("choir",), "tags": ("vip",),
    }  # fmt: skip
    items: dict[str, Any] = {"items": ("page-1",), "kinds": (Kind.SAMPLE,)}
    values: tuple[Any, ...] = (
        COACH,
        contact,
        appointment,
        Person(
            id="C-1", name=NAME, email="Ada@Example.org", phone="+49 30 1", blocks=blocks, do_not_market=True, version=4
        ),
        Company(id="F-1", name="Analytical Engines", primary="C-1", version=2),
        Group(id="choir", permitted=frozenset({"page-1"}), opened=frozenset({"sample", "session"}), version=1),
        Message(
            key="E-1:account_details", to="m-1", template="account_details", params={"contact": "C-1"},
            recipient=Recipient.COACH, purpose=Purpose.ALERT, channel=Channel.TEXT, invitation="I-1",
        ),
        Removal.ARCHIVED,
        welcome,
        Campaign(
            id="K-1", funnel="coaching", name="Spring", segment=segment, members=("C-2", "C-1"), made=NOON,
            sent=("spring",), version=2,
        ),
        Member(id="m-1", **works, left=NOON, version=2),
        invitation,
        Link(id="a-public-selector", hash="0123456789abcdef" * 4, invitation="I-1", round=2, minted=NOON, version=2),
        Offer(**listed, version=3),
        package,
        events.ContactAdded(**told, contact=contact, on=Happening.REGISTERED),
        events.ContactAdopted(**told, contact=contact),
        StatusChanged(
            **told, was=Coaching.PROSPECT, to=Coaching.BUYER, on=Happening.COACH_DECIDES, attempt=1, why=Why.REGRESSION,
            follow_up=follow_up, runs_on=True,
        ),
        StatusCorrected(
            **told, corrects="E-0", was=Coaching.BUYER, to=Coaching.PROSPECT, attempt=0, by_hand=False,
            void=True, follow_up=follow_up, runs_on=True,
        ),
        ContactChanged(**told, field="tags", was=frozenset(), to=frozenset({"vip", "press"})),
        events.PersonChanged(**told, fields=("name", "email")),
        DoNotContactSet(**told, to=True, channel=Channel.EMAIL, origin=Origin.PERSON, until=NOON + HOUR),
        events.DoNotMarketSet(**told, to=True),
        events.FollowUpScheduled(**told, follow_up=follow_up, status=Coaching.HOT_LEAD, moved=True),
        events.FollowUpEnded(
            **told, follow_up="E-9", attempt=2, how=Ending.DROPPED, because=Because.DO_NOT_CONTACT, through="E-2"
        ),
        client_events.EngagementSet(**told, engagement=engagement),
        events.ContactTouched(**told, channel=Channel.PHONE, direction=Direction.OUT),
        events.PipelineDefined(**told, pipeline=welcome),
        events.PipelineMoved(**told, was=here, to=at, how=StageMove.ENTERED, status=Coaching.HOT_LEAD),
        events.CampaignMade(**told, segment=segment, members=("C-2", "C-1")),
        events.CampaignSent(**told, template="spring", channel=Channel.POST, to=("C-2",)),
        events.TriggerRecorded(**told, on=Happening.PRODUCT_PURCHASED, item="book", moved=True),
        events.ContactDeleted(**told),
        events.GroupChanged(**shared, permitted=frozenset({"page-1"}), opened=frozenset({"sample"})),
        events.CompanyChanged(**shared, primary="C-1"),
        events.AppointmentBooked(**shared, appointment=appointment),
        events.AppointmentRescheduled(**shared, start=NOON + HOUR, end=NOON + 2 * HOUR, zone="Europe/Berlin"),
        events.AppointmentHeld(**shared, actual=50),
        events.AppointmentMissed(**shared),
        events.AppointmentCancelled(**shared),
        events.AppointmentRestated(**shared, attendees=attendees, left=1),
        client_events.SessionDescribed(**shared, session=session),
        events.AppointmentRemoved(**shared),
        client_events.ContactErased(**told),
        client_events.ContactMerged(**told, other="C-2", touched=NOON),
        client_events.MemberAdded(**shared, role=Role.COACH, zone="Asia/Tokyo"),
        client_events.MemberChanged(**shared, fields=("name", "zone"), role=Role.VIEWER, zone="Asia/Tokyo"),
        client_events.MemberLeft(**shared),
        client_events.InvitationSent(**shared, invitation=invitation),
        client_events.InvitationSentAgain(**shared, round=2, sends=3, expires=week),
        client_events.LinksVoided(**shared, round=3),
        client_events.LinkMinted(**shared),
        client_events.InvitationAccepted(**shared),
        client_events.InvitationDeclined(**shared),
        client_events.InvitationRevoked(**shared),
        client_events.InvitationExpired(**shared),
        client_events.InvitationSuperseded(**shared),
        client_events.OfferDefined(**shared, offer=Offer(**listed, version=3)),
        client_events.PackageGiven(**shared, package=package),
        client_events.PackageAttached(**shared, invitation="I-2"),
        client_events.PackageHandedOver(**shared, contact="C-2"),
        client_events.PackageOpened(**shared, expires=quarter, granted=granted),
        client_events.PackagePosted(**shared, entries=(reserved, evolve(reserved, what=Posting.USED))),
        client_events.PackageRemoved(**shared),
        client_events.PackageDeleted(**shared),
        AddContact(**verb, **known, status=Coaching.HOT_LEAD, trigger=Happening.REGISTERED, item="book"),
        Adopt(
            **verb, **known, status=Coaching.BUYER, since=NOON, portal=Portal.ACTIVE, permitted=("page-1",),
            opened=(Kind.SESSION,), owned=("book",), agreements=("A-1",), enrollments=("E-1",),
        ),
        Edit(**on, name=NAME, email=None, coach="m-2", company=None, category=Category.CLIENT),
        Convert(**on, to=Coaching.ACTIVE_CLIENT, reason="she signed"),
        commands.Correct(**on, to=Coaching.PROSPECT, reason="a slip", event="E-1"),
        Record(**on, trigger=Happening.PRODUCT_PURCHASED, item="book", note="by card"),
        Book(
            **verb, contacts=("C-1", "C-2"), coach="m-1", kind=Kind.SESSION, start=NOON, end=NOON + HOUR, minutes=60,
            zone="Europe/Berlin", where=Where.STAFF, paid=False, id="A-1", note="she called",
            session=session,
        ),
        commands.Reschedule(**one, start=NOON, end=NOON + HOUR, zone="Europe/Berlin"),
        commands.Cancel(**one, burns=True),
        MarkHeld(**one, minutes=50),
        commands.MarkMissed(**one),
        commands.DescribeSession(**verb, appointment="A-1", session=session),
        commands.SetEngagement(**on, since=date(2026, 1, 7), until=None, consent=False),
        Permit(**on, **items),
        commands.Withdraw(**verb, group="choir", **items),
        Tag(**on, tags=("vip",)),
        commands.Untag(**on, tags=("vip",)),
        commands.JoinGroups(**on, groups=("choir",)),
        commands.LeaveGroups(**on, groups=("choir",)),
        commands.AssignCredentials(**on),
        commands.WithdrawCredentials(**on),
        commands.Hide(**on),
        commands.Show(**on),
        commands.Archive(**on, reason="she moved away"),
        commands.Restore(**on),
        commands.AddCompany(**verb, name="Analytical Engines", id="F-1", primary="C-1"),
        commands.SetPrimary(**verb, company="F-1", contact="C-1"),
        Delete(**on, reason="she asked"),
        commands.Erase(**on, reason="she asked"),
        commands.Merge(**on, other="C-2", reason="one person"),
        commands.ScheduleFollowUp(**on, due=NOON + 48 * HOUR, note="ask about the choir", attempt=2),
        commands.MoveFollowUp(**on, due=NOON + 72 * HOUR, note="she is away"),
        commands.DropFollowUp(**on, reason="she will call"),
        commands.LogContact(**on, channel=Channel.EMAIL, direction=Direction.IN, note="she wrote"),
        commands.GiveUp(**on),
        commands.SetDoNotContact(
            **on, reason="she asked", channel=Channel.PHONE, until=NOON + HOUR, origin=Origin.PERSON
        ),
        commands.LiftDoNotContact(**on, reason="she asked", channel=Channel.PHONE),
        commands.SetDoNotMarket(**on, reason="she asked"),
        commands.LiftDoNotMarket(**on, reason="she asked"),
        commands.DefinePipeline(**verb, pipeline="welcome", **run, default=True),
        commands.PutOnPipeline(**verb, contacts=("C-1", "C-2"), pipeline="welcome", note="from the fair"),
        commands.CompleteStage(**on, stage="call", note="she was glad"),
        commands.SkipStage(**on, stage="call", reason="she called first"),
        commands.TakeOffPipeline(**on, reason="she is away"),
        commands.MakeCampaign(**verb, name="Spring", segment=segment, id="K-1"),
        commands.SendCampaign(**verb, campaign="K-1", template="spring", channel=Channel.POST),
        commands.AddMember(**verb, id="m-1", **works),
        commands.ChangeMember(**verb, member="m-1", name=NAME, role=Role.VIEWER, email=None, zone=None, greeting="Hi!"),
        commands.RemoveMember(**verb, member="m-1"),
        commands.AssignCoach(**on, coach="m-2", primary=False),
        commands.UnassignCoach(**on, coach="m-2"),
        Invite(
            **verb, name=NAME, email="ada@example.org", phone="+49 30 1", status=Coaching.HOT_LEAD, id="C-1",
            coach="m-1", sender=Sender.MEMBER, packages=("five", "one"), message="Welcome,\nAda!",
            another=True, supersede=True,
        ),
        commands.SendAgain(**verb, invitation="I-1"),
        commands.Revoke(**verb, invitation="I-1", reason="she asked"),
        commands.MintLink(**verb, invitation="I-1"),
        commands.ExpireInvitation(**verb, invitation="I-1"),
        Accept(**verb, token=CLEAR),
        Decline(**verb, token=CLEAR),
        commands.CompleteOnboarding(**on, step="welcome"),
        commands.DefineOffer(**verb, **listed),
        commands.AssignPackage(**on, offer="five"),
        commands.TakeOffPackage(**verb, package="K-5"),
        RecordPayment(
            **on, payment="pi_1", offer="five", name=NAME, email="ada@example.org", phone="+49 30 1", coach="m-1"
        ),
    )  # fmt: skip
    return {TAGS[type(value)]: value for value in values}


def write_golden() -> None:
    """Write the golden files of this version that are missing. A released one never changes."""
    folder = GOLDEN / VERSION
    folder.mkdir(parents=True, exist_ok=True)
    for tag, value in specimens().items():
        file = folder / f"{tag}.json"
        if not file.exists() and not isinstance(value, SECRET):
            text = json.dumps(write(value, COACHING), ensure_ascii=False, indent=2)
            file.write_text(text + "\n", encoding="utf-8")


def as_of(version: str, value: Any) -> Any:
    """Give a value as a version knew it: without what has been added to its class since, nor to those within it."""
    since = SINCE.get(version, {})
    if isinstance(value, Enum):
        return value
    held = {name: getattr(value, name) for name in parts(type(value))}
    within = {name: as_of(version, inner) for name, inner in held.items() if type(inner) in since}
    return evolve(value, **within, **since.get(type(value), {}))


def specimen(tag: str) -> dict[str, Any]:
    """Give the document of a specimen."""
    return write(specimens()[tag], COACHING)


def test_there_is_a_specimen_with_something_in_every_field() -> None:
    """Nothing that has a tag goes untried, and no field is tried with its default only."""
    made = specimens()
    assert set(TAGS.values()) == set(made)
    empty = [
        (tag, name)
        for tag, value in made.items()
        for name in ([] if isinstance(value, Enum) else parts(type(value)))
        if getattr(value, name) == fields_dict(type(value))[name].default
    ]
    assert {
        ("edit", "phone"), ("permit", "group"), ("withdraw", "contact"), ("pipeline", "hidden"),
        ("define_pipeline", "hidden"), ("invite", "contact"), ("contact_deleted", "into"),
    } == set(empty)  # fmt: skip


@pytest.mark.parametrize("tag", sorted(DOCUMENTS.values()))
def test_what_this_version_writes_is_written_down(tag: str) -> None:
    """The golden file of a class is what is written today; a change of it is a change of the form."""
    assert json.loads((GOLDEN / VERSION / f"{tag}.json").read_text(encoding="utf-8")) == specimen(tag)


@pytest.mark.parametrize("file", sorted(GOLDEN.rglob("*.json")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_golden_files_load_for_ever(file: Path) -> None:
    """A document of every released version loads, from data and from text, and gives what that version could say."""
    text = file.read_text(encoding="utf-8")
    value = load(json.loads(text), COACHING)
    assert value == load(text, COACHING) == load(text.encode(), COACHING) == load(write(value, COACHING), COACHING)
    assert as_of(file.parent.name, specimens()[TAGS[type(value)]]) == value


# ------------------------------------------------------------------------------------------------------------ the tags


def of(module: Any, kind: type) -> set[type]:
    """Give the classes of a module that are of this kind."""
    return {each for each in vars(module).values() if isinstance(each, type) and issubclass(each, kind)}


def test_every_class_has_one_tag_and_no_two_share_it() -> None:
    """A tag stands in the table, never in a rule about names."""
    assert len(TAGS) == len(set(TAGS.values())) == len(NOUNS) + len(EVENTS) + len(COMMANDS)
    told = of(events, Event) | {event for event in of(client_events, Event) if not event.__name__.startswith("_")}
    assert told - {Event} == set(EVENTS)
    assert of(commands, Command) - {Command} == set(COMMANDS)
    assert {*get_args(plan.Noun), Actor, Message, Removal} == set(NOUNS)
    assert of(person, object) & set(TAGS) == {Person, Company, Group}


def test_no_field_is_in_the_way_of_a_tag_or_of_what_is_never_read() -> None:
    """`type` and `schema` belong to the document; a command names nothing of its own as what comes from the program."""
    for kind in TAGS:
        assert not {"type", "schema"} & set(parts(kind))
    for kind in COMMANDS:
        assert {"by", "at", "cause"} == set(parts(kind)) & set(NEVER)


def test_members_of_lists_can_be_told_apart() -> None:
    """What is kept apart for a member of a list finds it again, wherever it stands then."""

    def members(kind: type) -> Iterator[type]:
        for part in parts(kind).values() if has(kind) else ():
            listed = [one for one in get_args(part.kind) if has(one)]
            yield from listed
            for one in (part.kind, *listed):
                yield from members(one)

    assert set(codec.KEYS) == {one for kind in TAGS for one in members(kind)}


def test_a_value_without_a_tag_is_no_document() -> None:
    """What was never meant to be stored is not written."""
    assert {"": "an int has no tag, so no document is made of it"} == problems(write, 1, COACHING)
    with pytest.raises(Invalid, match="Attendee has no tag"):
        write(Attendee("C-1"), COACHING)


@pytest.mark.parametrize("kind", SECRET, ids=lambda kind: str(kind.__name__))
def test_a_token_stands_in_no_document(kind: Any) -> None:
    """An answer to an invitation is read from a body, and neither written nor loaded, as a text or as a Token."""
    refused = {"token": "a token stands in no document"}
    for token in (CLEAR, TOKEN, "no token at all"):
        assert refused == problems(write, kind(token=token), COACHING)
    head = {"type": TAGS[kind], "schema": schema.FORM, "by": specimen("actor")}
    for document in (head, {**head, "token": CLEAR}, {**head, "token": 5, "mood": 1}):
        for reader in (load, load_stored):
            assert refused == problems(reader, document, COACHING)
    assert not list(GOLDEN.rglob(f"{TAGS[kind]}.json"))


def test_what_brings_a_token_is_no_document_either() -> None:
    """A letter is a message with its link: the message can be written, the letter and the token cannot."""
    letter = Letter(key="E-1:invitation", to="C-1", template="invitation", invitation="I-1", token=TOKEN, note=NAME)
    assert {"": "a Letter has no tag, so no document is made of it"} == problems(write, letter, COACHING)
    assert {"": "a Token has no tag, so no document is made of it"} == problems(write, TOKEN, COACHING)
    written = "".join(json.dumps(specimen(tag)) for tag in DOCUMENTS.values())
    assert not [part for part in ("fki_", TOKEN.verifier) if part in written]


# --------------------------------------------------------------------------------------------------------- round trips

WORDS: Final = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
TIMES: Final = st.datetimes(timezones=st.just(UTC))
ZONED: Final = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2090, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
BY_NAME: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "email": WORDS.map(lambda word: f"{word}@example.org"),
    "minutes": st.integers(1, 1440),
    "attempt": st.integers(1, 100),
    "sessions": st.integers(1, 100),
    "days": st.integers(1, 1000),
    "zone": st.sampled_from(["UTC", "Europe/Berlin"]),
    "heads": st.integers(1, 100),
    "as_coach": st.integers(1, 1440),
}


def of_kind(kind: Any, funnel: Any, *, checked: bool) -> st.SearchStrategy[Any]:
    """Give values of a field's kind; those of checked classes are fit for their checks."""
    leaves: dict[Any, st.SearchStrategy[Any]] = {
        str: WORDS if checked else st.text(max_size=8),
        int: st.integers(0, 10**6),
        bool: st.booleans(),
        datetime: ZONED if checked else TIMES,
        date: st.dates(),
        Status: st.sampled_from([*funnel.statuses]),
        Trigger: st.sampled_from([*funnel.triggers]),
    }
    if kind in leaves:
        return leaves[kind]
    if has(kind) or isinstance(kind, type):
        return values(kind, funnel)
    head, *more = get_args(kind)
    each = of_kind(head, funnel, checked=checked)
    if more == [str]:
        return st.dictionaries(each, each, max_size=2)
    return st.lists(each, min_size=1, max_size=3, unique=True).map(tuple if more else frozenset)


@cache
def values(kind: Any, funnel: Any) -> st.SearchStrategy[Any]:
    """Give values of a class that has a tag."""
    if issubclass(kind, Enum):
        return st.sampled_from([*kind])
    if kind is ContactChanged:
        return st.sampled_from([*axes()]).flatmap(lambda axis: changes(axis, funnel))
    checked = issubclass(kind, Checked)
    held = {}
    for name, part in parts(kind).items():
        some = BY_NAME[name] if checked and name in BY_NAME else of_kind(part.kind, funnel, checked=checked)
        kept = st.just(KEEP) if fields_dict(kind)[name].default is KEEP else st.nothing()
        held[name] = st.one_of(some, st.none() if part.null else st.nothing(), kept)
    if kind in HOMES:
        held[HOMES[kind]] = st.sampled_from(homes(kind, funnel.name))
    ways = together(kind, funnel) or [{}]
    return st.one_of([st.builds(kind, **{**held, **way}) for way in ways])


def together(kind: Any, funnel: Any) -> list[dict[str, st.SearchStrategy[Any]]]:
    """Give the fields of a class that hang together, in every way in which they fit."""
    if kind in (Permit, commands.Withdraw):
        return [{"contact": WORDS, "group": st.none()}]
    if kind is Stage:
        prepared = st.lists(values(Prepared, funnel), max_size=2, unique_by=lambda one: one.template).map(tuple)
        return [dict.fromkeys(("set_up", "on_active", "on_completed"), prepared)]
    if kind in (Pipeline, commands.DefinePipeline):
        stages = st.lists(values(Stage, funnel), min_size=1, max_size=3, unique_by=lambda one: one.key).map(tuple)
        return [{"stages": stages, "default": st.just(value=False)}]
    no_new = dict.fromkeys(("name", "email", "phone", "status", "id"), st.none())
    roles = st.sampled_from([role for role in Role if member_role(role) is None])
    days = st.none() | st.dates(max_value=date(2020, 1, 1))
    ways: Mapping[Any, list[dict[str, st.SearchStrategy[Any]]]] = {
        Engagement: [{"since": days, "until": st.none() | st.dates(min_value=date(2020, 1, 1))}],
        Session: [{"heads": st.none() | st.just(1)}, {"setting": st.sampled_from([Setting.GROUP, Setting.TEAM])}],
        Book: [{"session": st.none()}, {"contacts": st.tuples(WORDS), "paid": st.none()}],
        Member: [{"role": roles}],
        commands.AddMember: [{"role": roles}],
        commands.ChangeMember: [{"role": roles | st.just(KEEP)}],
        commands.Merge: [{"contact": WORDS.filter(lambda word: word != "c-2"), "other": st.just("c-2")}],
        Invite: [{**no_new, "contact": WORDS}, {"contact": st.none(), "name": WORDS}],
        RecordPayment: [{"contact": WORDS}, {"contact": st.none(), "name": WORDS, "email": BY_NAME["email"]}],
    }
    return ways.get(kind, [])


def changes(axis: str, funnel: Any) -> st.SearchStrategy[ContactChanged]:
    """Give changes of this field of a contact, from and to what it can hold."""
    part = axes()[axis]
    each = of_kind(part.kind, funnel, checked=False) | (st.none() if part.null else st.nothing())
    told = {name: of_kind(p.kind, funnel, checked=False) for name, p in parts(Event).items()}
    return st.builds(ContactChanged, **{**told, "within": st.just(""), "field": st.just(axis), "was": each, "to": each})


@pytest.mark.parametrize("kind", DOCUMENTS, ids=DOCUMENTS.values())
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_back_without_loss(kind: type, data: st.DataObject) -> None:
    """load(write(x)) == x, through JSON, in every funnel; and writing it again gives the same document."""
    funnel = data.draw(st.sampled_from(FUNNELS))
    value = data.draw(values(kind, funnel))
    document = write(value, funnel)
    again = load(json.loads(json.dumps(document)), funnel)
    assert value == again
    assert type(value) is type(again)
    assert document == write(again, funnel) == write(load_stored(document, funnel).value, funnel)
    assert {} == load_stored(document, funnel).extra


def test_times_are_utc_and_sets_are_sorted() -> None:
    """The same value gives the same document, whatever zone it was made in and however a set is ordered."""
    document = specimen("contact")
    assert ("2026-03-02T12:00:00Z", ["alumni", "choir"]) == (document["since"], document["groups"])
    assert "2026-03-02T12:00:00.000001Z" == specimen("status_changed")["recorded"]
    there = evolve(specimens()["contact"], since=NOON.astimezone(timezone(timedelta(hours=2))))
    assert document == write(there, COACHING)
    assert there == load({**document, "since": "2026-03-02T14:00+02:00"}, COACHING)


def test_what_belongs_to_another_funnel_is_neither_written_nor_read() -> None:
    """Two funnels may have one key for opposite things, so a foreign member is refused, and so is its appointment."""
    contact, appointment = specimens()["contact"], specimens()["appointment"]
    foreign = problems(write, evolve(contact, status=Agency.PROSPECT), COACHING)
    assert "a status of coaching is needed, not one of Agency" in foreign["status"]
    booked = specimens()["appointment_booked"]
    restated = evolve(specimens()["appointment_restated"], attendees=(Attendee("C-1", Agency.LEAD),))
    assert {"attendees[0].status"} == set(problems(write, restated, COACHING))
    assert {"funnel"} == set(problems(write, appointment, AGENCY))
    assert {"appointment.funnel"} == set(problems(write, booked, AGENCY))
    assert "it belongs to another funnel" == problems(load, specimen("appointment"), AGENCY)["funnel"]
    assert {"within"} == set(problems(write, specimens()["contact_deleted"], AGENCY))
    for tag in ("contact_deleted", "contact_changed"):
        assert {"within": "it belongs to another funnel"} == problems(load, specimen(tag), AGENCY)
    assert specimens()["group_changed"] == load(specimen("group_changed"), AGENCY)


def test_a_naive_time_is_not_written() -> None:
    """A time that could be any is refused with its path."""
    naive = evolve(specimens()["contact"], changed=datetime(2026, 3, 2))
    assert {"contact.changed"} == set(problems(write, events.ContactAdopted(**told(), contact=naive), COACHING))


def told() -> dict[str, Any]:
    """Give what every event says."""
    event = specimens()["contact_deleted"]
    return {name: getattr(event, name) for name in parts(Event)}


# ------------------------------------------------------------------------------------------------------- strict reading


def test_every_problem_of_a_document_comes_at_once_by_its_path() -> None:
    """Missing, unknown, of another type, unheard of: all of it, and none of what stood there."""
    document = specimen("appointment_booked")
    del document["about"]
    document |= {
        "by": {"id": NAME + "\n", "role": "coahc", "team": NAME},
        "version": "3",
        "effective": "2026-03-02T12:00",
    }
    document["appointment"] |= {"kind": NAME, "attendees": [{"contact": NAME, "status": "prospct"}, NAME], "paid": "no"}
    document[NAME] = NAME
    found = problems(load, document, COACHING)
    assert {
        "", "about", "by.role", "by.team", "version", "effective", "appointment.kind", "appointment.paid",
        "appointment.attendees[0].status", "appointment.attendees[1]",
    } == set(found)  # fmt: skip
    assert "is missing" == found["about"]
    assert "did you mean 'coach'?" in found["by.role"]
    assert "unknown status 'prospct' in coaching; did you mean 'prospect'?" in found["appointment.attendees[0].status"]
    assert "a text is needed, not nothing" == problems(load, {**specimen("contact"), "id": None}, COACHING)["id"]


@pytest.mark.parametrize("tag", sorted(DOCUMENTS.values()))
def test_nothing_else_is_taken_for_a_document(tag: str) -> None:
    """Whatever one field is replaced by, a value comes out that is written like that, or a problem at that field.

    A table that leaves out what has a default is written with it. An invitation is of a contact or of a new person.
    """
    document = specimen(tag)
    new = ("name", "email", "phone", "status", "id") if tag == "invite" else ()
    beside = ("contact", "items", "was", "to", "default", *new)
    for name in set(document) - {"type", "schema"}:
        for wrong in (None, 60.9, True, 7, NAME, "", [NAME], [7], {}, {NAME: NAME}, datetime(2026, 3, 2), Role.COACH):
            found = wrong_with(load, {**document, name: wrong}, COACHING)
            if found is not None:
                assert all(path.startswith((name, *beside)) for path in found)
            else:
                again = write(load({**document, name: wrong}, COACHING), COACHING)[name]
                held = {key: again[key] for key in wrong} if isinstance(wrong, dict) else again
                assert (type(wrong), wrong) == (type(held), held)


@pytest.mark.parametrize(
    ("head", "path", "text"),
    [
        ({"type": "contct"}, "type", "did you mean 'contact'?"),
        ({"type": ["contact"]}, "type", "a type of documents is needed, not a list"),
        ({"type": None}, "type", "is missing"),
        ({"schema": None}, "schema", "is missing"),
        ({"schema": True}, "schema", "a whole number from 1 is needed"),
        ({"schema": 0}, "schema", "a whole number from 1 is needed"),
        ({"schema": 3}, "schema", "is newer than 2, the newest form that is known here"),
    ],
)
def test_a_document_says_what_it_is(head: dict[str, Any], path: str, text: str) -> None:
    """An unknown tag is called that, not a missing field; a form of tomorrow is not guessed at."""
    assert text in problems(load, {**specimen("contact"), **head}, COACHING)[path]


def test_a_caller_says_what_a_document_has_to_be() -> None:
    """A store of contacts that finds something else says so; an event is one of any class."""
    changed: Event = load(specimen("status_changed"), COACHING, Event)
    assert specimens()["status_changed"] == changed
    assert "known: contact" in problems(load, specimen("person"), COACHING, Contact)["type"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02", "2026-03-02T12:00:00", "2026-03-02 12:00:00Z", "20260302T120000Z", "2026-W10-1T12:00Z",
        "2026-03-02T12:00:00.1234567Z", "2026-02-30T12:00:00Z", "0001-01-01T00:00:00+01:00", "2026-03-02T12:00:00z",
        "٢٠٢٦-03-02T12:00:00Z", "2026-03-02T12:00:00Z\n", "2026-03-02T12:00:00+25:00", "",
    ],
)  # fmt: skip
def test_a_time_has_a_date_an_hour_and_an_offset(text: str) -> None:
    """What a standard allows but what somebody may read otherwise is refused, and so is what would be cut short."""
    assert {"changed"} == set(problems(load, {**specimen("contact"), "changed": text}, COACHING))


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("command", lambda given: read(given, "{}", funnel=COACHING, by=COACH)),
        ("funnel", lambda given: read(Convert, "{}", funnel=given, by=COACH)),
        ("funnel", lambda given: load("{}", given)),
        ("funnel", lambda given: load_stored("{}", given)),
        ("kind", lambda given: load("{}", COACHING, given)),
        ("funnel", lambda given: write(COACH, given)),
    ],
)
@pytest.mark.parametrize("given", [None, "Contact", 5, COACH])
def test_what_a_document_is_read_with_is_looked_at(path: str, ask: Callable[[Any], object], given: Any) -> None:
    """A slip of the program is told by its name, too."""
    with pytest.raises(Invalid) as caught:
        ask(given)
    assert [path] == [problem.path for problem in caught.value.problems]


def test_a_value_of_another_sort_makes_no_document() -> None:
    """Nobody could read it again."""
    given: Any = 5
    with pytest.raises(Invalid) as caught:
        write(Contact(id=given, status=Coaching.BUYER, since=None, changed=NOON), COACHING)
    assert ["id"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no JSON"), ("{", "is no JSON"), (b"\xff\xfe", "is no JSON"), ("[" * 100_000, "is no JSON"),
        ('{"a": NaN}', "is no JSON"), ("1" * 5000, "is no JSON"), ("[]", "a table of fields is needed, not a list"),
        ("null", "a table of fields is needed, not nothing"), (None, "a table of fields is needed, not nothing"),
        ({1: 2}, "a table of fields is needed, not a dict"), (bytearray(b"{}"), "needed, not a bytearray"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_as_such(text: Any, problem: str) -> None:
    """Malformed text is bad input like any other, for documents and bodies alike."""
    assert problem in problems(load, text, COACHING)[""]
    assert problem in problems(read, Convert, text, funnel=COACHING, by=COACH)[""]


def test_a_key_that_stands_twice_in_a_text_is_refused() -> None:
    """Of two values of one key, JSON readers take this one or that one."""
    text = json.dumps(specimen("status_changed")).replace('"role":', '"role": "client", "role":')
    assert {"role": "stands twice"} == problems(load, text, COACHING)
    twice = f'{{"to": "buyer", "to": "prospect", "{NAME}": 1, "{NAME}": 2}}'
    found = problems(read, Convert, twice, funnel=COACHING, by=COACH, contact="C-1")
    assert {"to": "stands twice", "…": "is no field here"} == found


# ------------------------------------------------------------------------------------------------ newer and older forms


def test_what_newer_code_added_survives_older_code() -> None:
    """Unknown keys of a stored document are kept apart in its shape, and put back; those from outside are refused."""
    document = specimen("appointment_booked") | {"mood": ["good"]}
    document["by"] |= {"team": "north"}
    document["appointment"] |= {"room": {"floor": 2}}
    document["appointment"]["attendees"][1] |= {"seat": 4}
    stored = load_stored(document, COACHING, events.AppointmentBooked)
    assert specimens()["appointment_booked"] == stored.value
    assert document == write(stored.value, COACHING, stored.extra)
    assert {"mood", "by.team", "appointment.room", "appointment.attendees[1].seat"} == set(
        problems(load, document, COACHING)
    )


def test_what_is_kept_apart_stays_with_what_it_stood_in() -> None:
    """An attendee who leaves takes along what was kept for it; nobody else gets it."""
    document = specimen("appointment")
    document["attendees"] = [{"contact": c, "status": None, "seat": n} for n, c in enumerate(("C-1", "C-2", "C-3"))]
    stored = load_stored(document, COACHING, Appointment)
    rest = evolve(stored.value, attendees=(Attendee("C-3"), Attendee("C-2"), Attendee("C-9")))
    written = write(rest, COACHING, stored.extra)["attendees"]
    assert [("C-3", 2), ("C-2", 1), ("C-9", None)] == [(one["contact"], one.get("seat")) for one in written]
    person = specimens()["person"]
    assert write(person, COACHING) == write(person, COACHING, {"name": "x", "version": 99, "type": "x"})
    pipeline = specimen("pipeline")
    pipeline["stages"][1] |= {"mood": 1}
    pipeline["stages"][1]["on_active"][0] |= {"mood": 2}
    run = load_stored(pipeline, COACHING, Pipeline)
    turned = write(evolve(run.value, stages=run.value.stages[::-1]), COACHING, run.extra)
    assert (pipeline["stages"][::-1], 3) == (turned["stages"], run.value.version)
    blocks = [{**block, "mood": block["id"]} for block in specimen("person")["blocks"]]
    kept = load_stored({**specimen("person"), "blocks": blocks}, COACHING, Person)
    lifted = evolve(kept.value, blocks=kept.value.blocks[1:])
    assert [blocks[1]] == write(lifted, COACHING, kept.extra)["blocks"]


def test_what_is_kept_apart_of_a_ledger_stays_at_its_place() -> None:
    """A ledger only grows, and two of its entries may say the same: each is known again by where it stands."""
    document = specimen("package")
    document["ledger"] = [{**document["ledger"][1], "desk": place} for place in range(3)]
    stored = load_stored(document, COACHING, Package)
    assert document == write(stored.value, COACHING, stored.extra)
    posted = evolve(stored.value, ledger=(*stored.value.ledger, Entry(what=Posting.USED, at=NOON)))
    written = write(posted, COACHING, stored.extra)["ledger"]
    assert [0, 1, 2, None] == [entry.get("desk") for entry in written]
    opened = specimen("package_opened")
    opened["granted"] |= {"desk": 7}
    kept = load_stored(opened, COACHING)
    assert ({"granted": {"desk": 7}}, opened) == (kept.extra, write(kept.value, COACHING, kept.extra))


def test_what_is_kept_apart_of_a_follow_up_goes_when_it_ends() -> None:
    """A contact without the follow-up has nothing left of it, and keeps what stands beside."""
    document = specimen("contact")
    document["follow_up"] |= {"mood": 1}
    stored = load_stored(document | {"mood": 2}, COACHING, Contact)
    assert document | {"mood": 2} == write(stored.value, COACHING, stored.extra)
    ended = write(evolve(stored.value, follow_up=None), COACHING, stored.extra)
    assert (None, 2) == (ended["follow_up"], ended["mood"])


def test_a_stored_document_is_read_as_strictly_in_all_else() -> None:
    """Only unknown keys are forgiven."""
    document = specimen("appointment") | {"mood": 1, "paid": "no", "attendees": [{"contact": 3, "seat": 1}, NAME]}
    found = problems(load_stored, document, COACHING)
    assert {"paid", "attendees[0].contact", "attendees[1]"} == set(found)
    assert Removal.DELETED is load_stored({"type": "removal", "schema": 1, "value": "deleted", "x": 1}, COACHING).value
    assert {"value"} == set(problems(load, {"type": "removal", "schema": 1}, COACHING))


def test_an_older_form_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each older form has a pure function to the next; what is loaded is the newest, whatever it was called then."""

    def renamed(old: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**old, "type": {"customer": "contact"}.get(old["type"], old["type"])}

    def split(old: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**{k: v for k, v in old.items() if k != "labels"}, "tags": old["labels"].split()}

    monkeypatch.setattr(codec, "FORM", 3)
    monkeypatch.setattr(codec, "UPCASTERS", {1: renamed, 2: split})
    document = {**specimen("contact"), "schema": 1, "type": "customer", "labels": "vip"}
    del document["tags"]
    before = json.dumps(document)
    assert specimens()["contact"] == load(document, COACHING)
    assert {"mood": 1} == load_stored({**document, "mood": 1}, COACHING).extra
    assert before == json.dumps(document)
    del document["labels"]
    assert {"": "cannot be brought from form 2 into form 3"} == problems(load, document, COACHING)


def person_of_form_1(**other: Any) -> dict[str, Any]:
    """Give the document of a person as form 1 had it."""
    file = GOLDEN / "0.1.0" / "person.json"
    return {**json.loads(file.read_text(encoding="utf-8")), **other}


def test_a_switch_of_form_1_is_one_block_of_form_2() -> None:
    """Who switched it on is unknown: the staff's, since the epoch, for good, on every channel, under no event's id."""
    since = datetime(1970, 1, 1, tzinfo=UTC)
    on = load(person_of_form_1(), COACHING, Person)
    assert [("unknown", since, None, Origin.STAFF, None)] == [
        (block.id, block.since, block.channel, block.origin, block.until) for block in on.blocks
    ]
    assert on.do_not_contact
    assert on.was_blocked(since)
    off = person_of_form_1(do_not_contact=False)
    left_out = {key: held for key, held in off.items() if key != "do_not_contact"}
    for document in (off, left_out):
        before = json.dumps(document)
        assert ((), False) == ((one := load(document, COACHING, Person)).blocks, one.do_not_contact)
        assert before == json.dumps(document)


def test_a_switch_of_form_1_is_read_strictly() -> None:
    """What is neither true nor false is refused at its path; form 2 knows no switch any more."""
    for wrong in (None, 1, "yes", NAME, [True]):
        found = problems(load, person_of_form_1(do_not_contact=wrong), COACHING)
        assert ["do_not_contact"] == list(found)
        assert "true or false is needed" in found["do_not_contact"]
    assert {"do_not_contact": "is no field here"} == problems(
        load, {**specimen("person"), "do_not_contact": True}, COACHING
    )
    stored = load_stored(person_of_form_1(mood=1), COACHING, Person)
    assert {"mood": 1} == stored.extra
    assert "do_not_contact" not in write(stored.value, COACHING, stored.extra)


@pytest.mark.parametrize(
    ("to", "params", "recipient"),
    [
        ("C-1", {"contact": "C-1"}, Recipient.CONTACT),
        ("m-1", {"contact": "C-1"}, Recipient.COACH),
        ("account", {"contact": "C-1"}, Recipient.COACH),
        ("C-1", {}, Recipient.CONTACT),
    ],
)
def test_a_message_of_form_1_goes_to_whom_it_went(to: str, params: dict[str, str], recipient: Recipient) -> None:
    """A message that was waiting when the form changed goes to the contact that it is about, or else to the coach."""
    text = (GOLDEN / "0.1.0" / "message.json").read_text(encoding="utf-8")
    message = load({**json.loads(text), "to": to, "params": params}, COACHING, Message)
    assert (recipient, Purpose.TRANSACTIONAL, Channel.EMAIL) == (message.recipient, message.purpose, message.channel)
    assert "params" in problems(load, {**json.loads(text), "params": [NAME]}, COACHING)


def test_there_is_a_way_up_from_every_older_form() -> None:
    """The table of upcasters has a step for each form before this one, and no other."""
    assert list(range(1, schema.FORM)) == sorted(codec.UPCASTERS)


# ----------------------------------------------------------------------------------------------- commands out of bodies


def body(command: Any) -> dict[str, Any]:
    """Give a command as somebody would send it."""
    if isinstance(command, SECRET):
        return {"token": command.token}
    return {key: value for key, value in write(command, COACHING).items() if key not in ("type", "schema", *NEVER)}


@pytest.mark.parametrize("kind", COMMANDS, ids=COMMANDS.values())
def test_every_command_is_read_from_what_it_says(kind: Any) -> None:
    """From a table, a text or bytes; who acts, when and why together is what the program says."""
    command = specimens()[TAGS[kind]]
    sent = body(command)
    program: dict[str, Any] = {"funnel": COACHING, "by": COACH, "at": NOON, "cause": "import-7"}
    text = json.dumps(sent)
    assert command == read(kind, sent, **program) == read(kind, text, **program) == read(kind, text.encode(), **program)
    if "contact" in sent:
        del sent["contact"]
        assert command == read(kind, sent, contact=command.contact, **program)


@pytest.mark.parametrize("kind", COMMANDS, ids=COMMANDS.values())
def test_what_comes_from_the_program_is_never_read_from_a_body(kind: Any) -> None:
    """An actor, a time, a key in a body is refused, whatever it is, and so is what the program gives."""
    sent = body(specimens()[TAGS[kind]])
    first = next(iter(sent))
    given = {first: getattr(specimens()[TAGS[kind]], first)}
    forged = dict.fromkeys(NEVER, NAME)
    found = problems(read, kind, {**sent, **forged}, funnel=COACHING, by=COACH, **given)
    assert {**dict.fromkeys(NEVER, "is never read from a body"), first: "is given by the program"} == found


def test_every_problem_of_a_body_comes_at_once() -> None:
    """What cannot be read and what is not fit: one answer for the whole form, and nobody's name in it."""
    sent = {
        "email": f"{NAME} at home", "phone": 5, "status": "prospct", "trigger": NAME, "category": "leed", "tags": "vip",
        "groups": ["choir", f" {NAME}"], "standing": None, "id": "", "team": 1, NAME: 1,
    }  # fmt: skip
    found = problems(read, AddContact, sent, funnel=COACHING, by=COACH)
    assert {
        "name", "email", "phone", "status", "trigger", "category", "tags", "groups", "standing", "id", "team", "…",
    } == set(found)  # fmt: skip
    assert "is missing" == found["name"]
    assert "did you mean 'prospect'?" in found["status"]
    assert "did you mean 'lead'?" in found["category"]
    assert "a list is needed, not a str" == found["tags"]
    assert "a standing of this field is needed, not nothing" in found["standing"]
    assert "is no field here" == found["team"] == found["…"]


@pytest.mark.parametrize(
    ("kind", "sent", "paths"),
    [
        (Convert, {}, {"to"}),
        (Convert, {"to": None}, {"to"}),
        (Convert, {"to": "buyer", "reason": "  "}, {"reason"}),
        (Convert, {"to": Coaching.BUYER}, {"to"}),
        (Record, {"trigger": "hot_lead"}, {"trigger"}),
        (MarkHeld, {"appointment": "A-1", "minutes": 60.0}, {"minutes"}),
        (MarkHeld, {"appointment": "A-1", "minutes": True}, {"minutes"}),
        (MarkHeld, {"appointment": "A-1", "minutes": "60"}, {"minutes"}),
        (MarkHeld, {"appointment": "A-1", "minutes": -1}, {"minutes"}),
        (Tag, {"tags": []}, {"tags"}),
        (Tag, {"tags": ["a", 5, "b", None]}, {"tags[1]", "tags[3]"}),
        (Tag, {"tags": {"a": 1}}, {"tags"}),
        (Edit, {"name": None}, {"name"}),
        (Edit, {"name": "", "email": "ada", "coach": "", "category": "none"}, {"name", "email", "coach", "category"}),
        (Permit, {"items": [], "group": "choir"}, {"contact", "items"}),
        (Permit, {"team": "north", "group": "choir"}, {"team", "contact", "items"}),
        (Permit, {"kinds": ["sessoin", "sample", 3]}, {"kinds[0]", "kinds[2]"}),
    ],
)
def test_a_body_is_read_strictly(kind: Any, sent: dict[str, Any], paths: set[str]) -> None:
    """Null only where there may be nothing, lists only for lists, numbers only for numbers, words by key."""
    given: dict[str, Any] = {} if "appointment" in sent else {"contact": "C-1"}
    assert paths == set(problems(read, kind, sent, funnel=COACHING, by=COACH, **given))


def test_whoever_holds_a_link_answers_without_being_logged_in() -> None:
    """An answer has an actor of its own where the program gives none; a body never names one."""
    whoever = Accept(token=CLEAR).by
    for by in ({}, {"by": None}):
        answer = read(Accept, {"token": CLEAR}, funnel=COACHING, **by)
        assert (whoever, CLEAR) == (answer.by, answer.token)
    assert COACH == read(Decline, json.dumps({"token": CLEAR}), funnel=COACHING, by=COACH).by
    assert CLEAR == read(Accept, {}, funnel=COACHING, token=TOKEN).token
    forged = {"token": CLEAR, "by": {"id": "m-1", "role": "owner"}}
    assert {"by": "is never read from a body"} == problems(read, Accept, forged, funnel=COACHING)
    for by in ({}, {"by": None}):
        assert {"by"} == set(problems(read, Convert, {"to": "buyer"}, funnel=COACHING, contact="C-1", **by))


def test_a_text_that_is_no_token_is_read_like_one() -> None:
    """Whether it opens anything is for the rules to say, in the same way as of a good one; what is no text is not."""
    for text in ("", "fki_", NAME, CLEAR + "\n", CLEAR[:-1]):
        assert text == read(Accept, {"token": text}, funnel=COACHING).token
    for wrong in (None, 5, [CLEAR], {CLEAR: CLEAR}, TOKEN, CLEAR.encode()):
        assert {"token"} == set(problems(read, Accept, {"token": wrong}, funnel=COACHING))
    keyed = {CLEAR: 1, TOKEN.verifier: CLEAR}
    assert {"token": "is missing", "…": "is no field here"} == problems(read, Accept, keyed, funnel=COACHING)
    assert {"token": {"type": "string"}} == codec.schema(Accept)["properties"]
    assert ["token"] == codec.schema(Accept)["required"]


def test_an_invitation_in_a_body_is_of_a_contact_or_of_somebody_new() -> None:
    """What one of them does not have is named, and nobody's name is shown."""
    asked = {"funnel": COACHING, "by": COACH}
    assert {"contact"} == set(problems(read, Invite, {"email": "ada@example.org"}, **asked))
    both = {"contact": "C-1", "name": NAME, "status": "prospect", "id": "C-2"}
    assert {"name", "status", "id"} == set(problems(read, Invite, both, **asked))
    assert {"name", "email"} == set(problems(read, RecordPayment, {"payment": "pi_1", "offer": "five"}, **asked))


def test_what_is_left_out_of_an_edit_stays_as_it_is() -> None:
    """A key that is not there keeps the field, null empties it, and no word of a body stands for keeping."""
    edit = read(Edit, '{"name": "keep", "phone": null}', funnel=COACHING, by=COACH, contact="C-1")
    assert ("keep", KEEP, None, KEEP) == (edit.name, edit.email, edit.phone, edit.coach)
    assert {"name": "keep", "phone": None, "contact": "C-1"} == body(edit)


def test_times_of_a_body_are_instants() -> None:
    """Any offset, the same instant; none is refused."""
    sent = {"contacts": ["C-1"], "coach": "m-1", "kind": "session", "minutes": 60, "start": "2026-03-02T13:00:00+01:00"}
    book = read(Book, sent, funnel=COACHING, by=COACH)
    assert (NOON, UTC) == (book.start, book.start.tzinfo)
    naive = problems(read, Book, {**sent, "start": "2026-03-02T13:00:00"}, funnel=COACHING, by=COACH)
    assert "a time with its offset from UTC is needed, e.g. 2026-11-22T09:00:00+01:00" == naive["start"]


def test_what_the_program_gives_is_looked_at_too() -> None:
    """Words from a path go through the funnel; what fits no field is a mistake of the program."""
    assert Coaching.BUYER is read(Convert, {}, funnel=COACHING, by=COACH, contact="C-1", to="buyer").to
    found = problems(read, Convert, {"reason": ""}, funnel=COACHING, by=COACH, contact="", to=Agency.CLIENT)
    assert {"contact", "reason", "to"} == set(found)
    assert {"trigger"} == set(problems(read, Record, {}, funnel=COACHING, by=COACH, contact="C", trigger="x"))
    assert read(AddContact, {"name": "Ada"}, funnel=COACHING, by=COACH, status=None).status is None
    anyone: Any = {"id": "m-1", "role": "owner"}
    assert {"by"} == set(problems(read, Convert, {"to": "buyer"}, funnel=COACHING, by=anyone, contact="C-1"))
    with pytest.raises(TypeError, match="Convert has no field facts, key"):
        read(Convert, {}, funnel=COACHING, by=COACH, key="k", facts={})


def test_a_word_is_refused_as_the_funnel_refuses_it() -> None:
    """Documents and bodies say the same of an unknown status or trigger as the funnel itself."""
    for funnel in FUNNELS:
        for word in ("cleint", NAME, "", 5, None, ["lead"]):
            sent = {"contact": "C-1", "to": word, "trigger": word}
            own = problems(funnel.status, sent["to"], "to")
            assert own == problems(read, Convert, {"to": word}, funnel=funnel, by=COACH, contact="C-1")
            own = problems(funnel.trigger, sent["trigger"])
            assert own == problems(read, Record, {"trigger": word}, funnel=funnel, by=COACH, contact="C-1")


@frozen(kw_only=True)
class Promise(Command[Status, None]):
    """A host's own command."""

    contact: str
    kind: Kind = Kind.SAMPLE
    words: tuple[str, ...] = field(default=())

    def plan(self, funnel: Any, moment: Any, view: Any) -> Plan[None]:
        """Nothing is planned here; the tests read it only."""
        raise AssertionError(funnel.name)


def test_a_host_reads_its_own_commands() -> None:
    """A command needs no tag to be read, whatever its fields are called."""
    sent = {"kind": "session", "words": ["a", "b"]}
    promise = read(Promise, sent, funnel=COACHING, by=COACH, contact="C-1")
    assert Promise(by=COACH, contact="C-1", kind=Kind.SESSION, words=("a", "b")) == promise
    assert promise == read(Promise, {"words": ["a", "b"]}, funnel=COACHING, by=COACH, contact="C-1", kind=Kind.SESSION)


@pytest.mark.parametrize("kind", COMMANDS, ids=COMMANDS.values())
def test_no_error_shows_what_was_sent(kind: Any) -> None:
    """A name in whatever place, as a value, in a list, in a table, as a key: never in the error."""
    sent = body(specimens()[TAGS[kind]])
    for name in (*sent, *NEVER, NAME, CLEAR):
        for value in (NAME, [NAME], {NAME: NAME}, NAME + "\n", [[NAME]], f"{NAME}@", CLEAR, {TOKEN.verifier: CLEAR}):
            wrong_with(read, kind, {**sent, name: value}, funnel=COACHING, by=COACH)


# ---------------------------------------------------------------------------------------------------- answers and plans


def decisions() -> Iterator[Decision]:
    """Ask every funnel for every move by hand."""
    for funnel in FUNNELS:
        for now in funnel.statuses:
            for to in funnel.statuses:
                yield conversion.may_convert(funnel, conversion.Case(now=now, to=to, by=COACH))


def test_an_answer_has_a_plain_form() -> None:
    """Allowed, question, findings with rule, mark, about, text, remedy, source and parameters, notices."""
    case = conversion.Case(now=Agency.CLIENT, to=Agency.LEAD, by=COACH, contact="C-7")
    said = decision_to(conversion.may_convert(AGENCY, case))
    assert ("decision", schema.FORM, False) == (said["type"], said["schema"], said["allowed"])
    assert "convert C-7 from client to lead" == said["question"]
    assert {"contact": "C-7", "now": "client", "to": "lead"} == said["params"]
    assert {
        "rule": "conversion.never_backward",
        "mark": "no",
        "about": "state",
        "text": "agency moves forward only: lead < prospect < client",
        "remedy": "a mistake is undone by Correct, where the account allows that",
        "source": "S1",
        "params": {"funnel": "agency", "order": "lead < prospect < client"},
    } in said["findings"]


def test_the_plain_form_says_what_the_text_says() -> None:
    """Every sentence of the English text stands in the plain form, which JSON can hold."""
    for decision in decisions():
        said = decision_to(decision)
        assert said == json.loads(json.dumps(said))
        text = str(decision)
        assert said["question"] in text
        assert decision.allowed is said["allowed"]
        assert [f.rule for f in decision.findings] == [f["rule"] for f in said["findings"]]
        assert all(f["text"] in text and f["remedy"] in text for f in said["findings"])


def test_parameters_are_plain_whatever_a_case_holds() -> None:
    """Words by key, sets in order, numbers as they are; what no text names stays inside."""
    words = {"a": frozenset({Kind.SESSION, Kind.SAMPLE}), "b": (Role.COACH, 3), "c": NOON, "d": None, "secret": NAME}
    notice = codec.decision_to(Decision("{a} {b} {c} {d} {e}", (), Told(words)))
    assert {"a": ["sample", "session"], "b": ["coach", 3], "c": "2026-03-02T12:00:00Z", "d": None} == notice["params"]
    naive = codec.decision_to(Decision("{c}", (), Told({"c": datetime(2026, 3, 2)})))  # a host's own case
    assert {"c": "2026-03-02 00:00"} == naive["params"]


@frozen
class Told:
    """What a case says."""

    given: Mapping[str, object]

    def words(self) -> Mapping[str, object]:
        """Give it."""
        return self.given


def practice() -> FunnelService[Any, Any]:
    """Open an account at noon."""
    return FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOON))


def plans() -> Iterator[Plan[Any]]:
    """Plan what gives each kind of result, refused and allowed, with messages, consequences and duties."""
    crm = practice()
    known: dict[str, Any] = {"name": NAME, "email": "ada@example.org", "by": COACH}
    yield crm.plan(AddContact(**known, trigger=Happening.REGISTERED))
    ada = crm.do(Adopt(**known, status=Coaching.PROSPECT, company=crm.do(commands.AddCompany(name=NAME, by=COACH)).id))
    session: dict[str, Any] = {"coach": "m-1", "kind": Kind.SESSION, "minutes": 60, "by": COACH, "note": NAME}
    crm.do(Book(contacts=(ada.id,), start=NOON + HOUR, **session))
    crm.do(Book(contacts=(ada.id,), start=NOON - HOUR, **session))
    yield crm.plan(Convert(contact=ada.id, to=Coaching.ACTIVE_CLIENT, by=COACH, reason=NAME))
    yield crm.plan(Convert(contact=ada.id, to=Coaching.PROSPECT, by=COACH, reason=NAME))
    yield crm.plan(Record(contact=ada.id, trigger=Happening.AGREEMENT_ACCEPTED, item="A-1", by=COACH, note=NAME))
    yield crm.plan(Edit(contact=ada.id, name="Ada King", email="king@example.org", by=COACH))
    yield crm.plan(commands.AddCompany(name=NAME, by=COACH))
    yield crm.plan(Permit(group="choir", items=("page-1",), by=COACH))
    yield crm.plan(commands.ScheduleFollowUp(contact=ada.id, due=NOON + 48 * HOUR, note=NAME, by=COACH))
    yield crm.plan(commands.ScheduleFollowUp(contact=ada.id, due=NOON - HOUR, note=NAME, by=COACH))
    crm.do(commands.ScheduleFollowUp(contact=ada.id, note=NAME, by=COACH))
    yield crm.plan(commands.LogContact(contact=ada.id, direction=Direction.IN, note=NAME, by=COACH))
    yield crm.plan(commands.SetDoNotContact(contact=ada.id, reason=NAME, by=COACH))
    yield crm.plan(Delete(contact=ada.id, reason=NAME, by=COACH))
    twin = crm.do(AddContact(name=NAME, email="ada@example.org", phone="+49 30 1", by=COACH))
    yield crm.plan(commands.Merge(contact=ada.id, other=twin.id, reason=NAME, by=Actor(id="o-1", role=Role.OWNER)))
    yield crm.plan(commands.Erase(contact=ada.id, reason=NAME, by=Actor(id="o-1", role=Role.OWNER)))
    studio = FunnelService(STUDIO, account="acme", storage=MemoryStorage(), clock=FixedClock(NOON))
    ben = studio.do(AddContact(name=NAME, email="ada@example.org", by=COACH))
    stage = Stage(key="call", name="Call", on_active=(Prepared(template="call", to=Recipient.CONTACT),))
    yield studio.plan(commands.DefinePipeline(name="Welcome", stages=(stage,), by=COACH))
    run = studio.do(commands.DefinePipeline(name="Welcome", stages=(stage,), by=COACH))
    yield studio.plan(commands.PutOnPipeline(contacts=(ben.id,), pipeline=run.id, note=NAME, by=COACH))
    yield studio.plan(commands.MakeCampaign(name=NAME, segment=Segment(), by=COACH))
    yield from team_plans()


def team_plans() -> Iterator[Plan[Any]]:
    """Plan what a team does about members, invitations and packages; every name, address and note is planted."""
    notifier, owner = MemoryNotifier(), Actor(id="o-1", role=Role.OWNER)
    crm: FunnelService[Any, Any] = FunnelService(
        TEAM, account="acme", storage=MemoryStorage(), clock=FixedClock(NOON), notifier=notifier, tokens=KnownTokens()
    )
    known: dict[str, Any] = {"name": NAME, "email": "ada@example.org", "by": owner}
    for command in (
        commands.AddMember(id="m-1", role=Role.COACH, greeting=NAME, **known),
        commands.DefineOffer(id="five", name="Five sessions", sessions=5, by=owner),
        Invite(id="C-1", **{**known, "email": "king@example.org"}, status=Team.CLIENT, coach="m-1", packages=("five",),
               message=NAME),
    ):  # fmt: skip
        yield crm.plan(command)
        crm.do(command)
    (invitation,) = crm.invitations("C-1")
    yield crm.plan(commands.ChangeMember(member="m-1", greeting=f"{NAME}!", by=owner))
    yield crm.plan(commands.SendAgain(invitation=invitation.id, by=owner))
    yield crm.plan(commands.Revoke(invitation=invitation.id, reason=NAME, by=owner))
    yield crm.plan(commands.MintLink(invitation=invitation.id, by=owner))
    yield crm.plan(RecordPayment(payment="pi_1", offer="five", **{**known, "email": "byron@example.org"}))
    crm.deliver()
    (link,) = [message.token for _, message in notifier.sent if isinstance(message, Letter)]
    for token in (link, link.reveal(), CLEAR, NAME):
        yield crm.plan(Accept(token=token))
        yield crm.plan(Decline(token=token))


def test_a_plan_has_a_plain_form() -> None:
    """What would happen, for somebody to look at: nouns by kind, id and version, events and messages in full."""
    crm = practice()
    made = crm.plan(AddContact(name=NAME, trigger=Happening.REGISTERED, by=COACH, coach="m-1"))
    said = plan_to(made)
    assert ("plan", schema.FORM, True, made.basis) == (said["type"], said["schema"], said["allowed"], said["basis"])
    assert COACHING.fingerprint == said["funnel"]
    assert "2026-03-02T12:00:00Z" == said["made"]
    assert {"kind": "contact", "id": made.result.id, "version": 1} == said["result"]
    assert said["result"] in said["changed"]
    assert [EVENTS[type(event)] for event in made.events] == [event["type"] for event in said["events"]]
    assert [write(event, COACHING) for event in made.events] == said["events"]
    assert [write(message, COACHING) for message in made.messages] == said["messages"]
    assert ["contact_registered"] == [message["template"] for message in said["messages"]]


def test_a_plan_for_many_names_each() -> None:
    """What gives many nouns gives a list of them, in order; a time in a text is a time like all others."""
    many = [said for made in plans() if isinstance((said := plan_to(made))["result"], list)]
    assert [["contact"]] == [[one["kind"] for one in said["result"]] for said in many]
    due = [c["params"]["due"] for made in plans() for c in plan_to(made)["consequences"] if "due" in c["params"]]
    assert "2026-03-04T12:00:00Z" in due


def test_a_refused_plan_has_no_result() -> None:
    """It says why, and what it was based on."""
    crm = practice()
    ada = crm.do(AddContact(name=NAME, by=COACH))
    refused = crm.plan(Convert(contact=ada.id, to=Coaching.PROSPECT, by=COACH))
    said = plan_to(refused)
    assert (None, [], False, refused.basis) == (said["result"], said["events"], said["allowed"], said["basis"])
    assert decision_to(refused.decision) == said["decision"]
    with pytest.raises(Refused):
        refused.result  # noqa: B018  # asking for it is the mistake


def test_no_plan_shows_a_name_an_address_or_a_note() -> None:
    """Whoever may see a plan need not be somebody who may see the person."""
    verifiers = (TOKEN.verifier, KnownTokens().fresh().verifier[:-3])
    for made in plans():
        text = json.dumps(plan_to(made))
        assert not [secret for secret in (NAME, "King", "example.org", "fki_", *verifiers) if secret in text]


# ------------------------------------------------------------------------------------------------------------- schemas


def judge(form: dict[str, Any]) -> Callable[[object], bool]:
    """Judge documents by a schema, as any other program would."""
    jsonschema = pytest.importorskip("jsonschema")
    is_valid: Callable[[object], bool] = jsonschema.Draft202012Validator(form).is_valid
    return is_valid


@pytest.mark.parametrize("kind", TAGS, ids=TAGS.values())
def test_schemas_have_every_field(kind: Any) -> None:
    """A schema names what a document or a body has, no more and no less, and says which of it has to be there."""
    form = codec.schema(kind)
    never = NEVER if kind in COMMANDS else ()
    head = [] if kind in COMMANDS else ["type", "schema"]
    known = {name: part for name, part in parts(kind).items() if name not in never}
    assert [*head, *known] == list(form["properties"])
    assert [*head, *(name for name, part in known.items() if part.needed)] == form["required"]
    assert form["additionalProperties"] is False
    assert (kind.__name__, "https://json-schema.org/draft/2020-12/schema") == (form["title"], form["$schema"])
    assert form["description"]
    assert form == json.loads(json.dumps(form))
    pytest.importorskip("jsonschema").Draft202012Validator.check_schema(form)


@pytest.mark.parametrize("kind", TAGS, ids=TAGS.values())
def test_what_is_written_fits_its_schema(kind: Any) -> None:
    """What `write` gives, and a body that `read` takes, is valid for every other program, with and without a funnel."""
    value = specimens()[TAGS[kind]]
    document = body(value) if kind in COMMANDS else write(value, COACHING)
    accepted = judge(codec.schema(kind))
    assert accepted(document)
    assert judge(codec.schema(kind, funnel=COACHING))(document)
    assert not accepted({**document, "mood": 1})
    least = {name: document[name] for name in codec.schema(kind)["required"]}
    assert accepted(least)
    for name in least:
        assert not accepted({key: held for key, held in document.items() if key != name})


@pytest.mark.parametrize("kind", TAGS, ids=TAGS.values())
def test_what_is_taken_fits_the_schema(kind: Any) -> None:
    """Whoever writes by the schema is not told less than what is read: what it refuses is refused here, too."""
    value = specimens()[TAGS[kind]]
    document = body(value) if kind in COMMANDS else write(value, COACHING)
    accepted = judge(codec.schema(kind, funnel=COACHING))
    for name in set(document) - {"type", "schema"}:
        for other in (None, 60.9, True, 7, NAME, "", [], [NAME], [7], {}, {NAME: NAME}, {NAME: 7}):
            changed = {**document, name: other}
            if not accepted(changed):
                with pytest.raises(Invalid):
                    read(kind, changed, funnel=COACHING, by=COACH) if kind in COMMANDS else load(changed, COACHING)


def test_a_schema_knows_the_words_of_a_funnel_and_what_the_program_gives() -> None:
    """For a form of one funnel: its statuses, its triggers, and no field that comes from the path."""
    form = codec.schema(Convert, funnel=AGENCY, given=["contact"])
    assert {"type": "string", "enum": ["lead", "prospect", "client"]} == form["properties"]["to"]
    assert (["to", "reason"], ["to"]) == (list(form["properties"]), form["required"])
    assert {"type": "string"} == codec.schema(Convert)["properties"]["to"]
    assert {"enum": ["studio"]} == codec.schema(Appointment, funnel=STUDIO)["properties"]["funnel"]
    assert not judge(codec.schema(Contact, funnel=AGENCY))(write(specimens()["contact"], COACHING))


def test_a_changed_field_is_judged_by_what_it_holds() -> None:
    """Each field of a contact that changes has values of its own, in the schema as in the reader."""
    accepted = judge(codec.schema(ContactChanged))
    for axis, good, bad in (("portal", "active", "vip"), ("tags", ["vip"], "vip"), ("coach", None, ["m-1"])):
        document = specimen("contact_changed") | {"field": axis, "was": good, "to": good}
        assert accepted(document)
        assert good == write(load(document, COACHING), COACHING)["to"]
        assert not accepted(document | {"to": bad})
        assert {"to"} <= {path[:2] for path in problems(load, {**document, "to": bad}, COACHING)}
    unheard = {**specimen("contact_changed"), "field": "version", "was": 1, "to": 2}
    assert {"field"} == set(problems(load, unheard, COACHING))
    assert not accepted(unheard)


def test_answers_and_plans_fit_their_schemas() -> None:
    """Every field of an answer and of a plan is in its schema."""
    for decision in decisions():
        assert list(decision_to(decision)) == list(codec.schema(Decision)["properties"])
    assert judge(codec.schema(Decision))(decision_to(decision))
    accepted = judge(codec.schema(Plan))
    for made in plans():
        said = plan_to(made)
        assert list(said) == list(codec.schema(Plan)["properties"])
        assert accepted(said)
        for key, form in codec.schema(Plan)["properties"].items():
            named = form.get("items", {}).get("properties", {})
            assert all(set(named) <= set(one) for one in said[key]) if named else True


def test_only_what_has_a_tag_has_a_schema() -> None:
    """A class that is no document says so."""
    with pytest.raises(Invalid, match="Attendee has no tag"):
        codec.schema(Attendee)
