"""Whatever comes in wrong is refused with the name of the field, all at once, and without showing whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum, auto
from functools import partial
from typing import Any, Final, cast

import pytest
from attrs import evolve, frozen

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    TEAM,
    Actor,
    Conflict,
    Contact,
    Funnel,
    FunnelkitError,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Person,
    Portal,
    Refused,
    Right,
    Role,
    Standing,
    UnknownRight,
    UnknownStatus,
    Where,
    sweep_accounts,
)
from funnelkit.adapters.memory import FixedClock, MemoryLimits, MemoryNotifier, MemoryObserver, MemoryStorage
from funnelkit.adapters.sql import SqlStorage
from funnelkit.commands import (
    Accept,
    AddCompany,
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCoach,
    AssignCredentials,
    AssignPackage,
    Book,
    Cancel,
    ChangeMember,
    Command,
    CompleteOnboarding,
    CompleteStage,
    Convert,
    Correct,
    Decline,
    DefineOffer,
    DefinePipeline,
    Delete,
    DescribeSession,
    DropFollowUp,
    Edit,
    Erase,
    ExpireInvitation,
    GiveUp,
    Hide,
    Invite,
    JoinGroups,
    LeaveGroups,
    LiftDoNotContact,
    LiftDoNotMarket,
    LogContact,
    MakeCampaign,
    MarkHeld,
    MarkMissed,
    Merge,
    MintLink,
    MoveFollowUp,
    Permit,
    PutOnPipeline,
    Record,
    RecordPayment,
    RemoveMember,
    Reschedule,
    Restore,
    Revoke,
    ScheduleFollowUp,
    SendAgain,
    SendCampaign,
    SetDoNotContact,
    SetDoNotMarket,
    SetEngagement,
    SetPrimary,
    Show,
    SkipStage,
    Tag,
    TakeOffPackage,
    TakeOffPipeline,
    UnassignCoach,
    Untag,
    Withdraw,
    WithdrawCredentials,
    vocabulary,
)
from funnelkit.policy import ConversionPolicy, SameStatus, ShellPolicy
from funnelkit.rules import access, booking, certification, conversion, editing, history, invitation, package
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.studio import Studio
from funnelkit.statuses.team import Happening as TeamHappening
from funnelkit.statuses.team import Team
from funnelkit.table import Status
from funnelkit.times import Elapsed, LocalDays
from funnelkit.values.actor import CLOCK
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.outreach import Segment
from funnelkit.values.package import Offer
from funnelkit.values.pipeline import Stage
from funnelkit.values.plan import Letter, Message
from funnelkit.values.session import Session
from funnelkit.values.token import Token, hashed, link
from funnelkit.words import Payment

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFER: Final = Offer(id="five", name="Five sessions", sessions=5)
A_USE: Final = package.Use(state=PackageStatus.USABLE, when=NOW)
NAIVE: Final = datetime(2026, 3, 2, 9)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
FIRST: Final = datetime.min.replace(tzinfo=UTC)  # the start of the calendar
LAST: Final = datetime.max.replace(second=0, microsecond=0, tzinfo=UTC)  # and its last minute
COACH: Final = Actor(id="m-1", role=Role.COACH)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)

OWNER: Final = Actor(id="o-1", role=Role.OWNER)
VERIFIER: Final = "Zqx-verifier-".ljust(41, "v")
NOBODYS: Final = f"fki_{'s' * 16}.{'v' * 43}"
"""A well-formed token that opens nothing."""

COMMANDS: Final[dict[type[Any], dict[str, Any]]] = {
    Accept: {"token": NOBODYS},
    AddCompany: {"name": "Ada Ltd"},
    AddContact: {"name": "Ada"},
    AddMember: {"name": "Cora", "role": Role.COACH},
    Adopt: {"name": "Ada", "status": Coaching.PROSPECT},
    Archive: {"contact": "c-1"},
    AssignCoach: {"contact": "c-1", "coach": "m-1"},
    AssignCredentials: {"contact": "c-1"},
    AssignPackage: {"contact": "c-1", "offer": "five"},
    Book: {"contacts": ["c-1"], "coach": "m-1", "kind": Kind.SESSION, "start": NOW, "minutes": 60},
    Cancel: {"appointment": "a-1"},
    ChangeMember: {"member": "m-1", "name": "Dora"},
    CompleteOnboarding: {"contact": "c-1", "step": "onboarding"},
    CompleteStage: {"contact": "c-1"},
    Convert: {"contact": "c-1", "to": Coaching.HOT_LEAD},
    Correct: {"contact": "c-1", "to": Coaching.HOT_LEAD, "reason": "mistyped"},
    Decline: {"token": NOBODYS},
    DefineOffer: {"name": "Five sessions"},
    DefinePipeline: {"name": "Weddings", "stages": [Stage(key="s-1", name="Call")]},
    Delete: {"contact": "c-1"},
    DescribeSession: {"appointment": "a-1", "session": Session(live=False)},
    DropFollowUp: {"contact": "c-1"},
    Edit: {"contact": "c-1", "name": "Bea"},
    Erase: {"contact": "c-1"},
    Merge: {"contact": "c-1", "other": "c-2"},
    ExpireInvitation: {"invitation": "invitation-1"},
    GiveUp: {"contact": "c-1"},
    Hide: {"contact": "c-1"},
    Invite: {"contact": "c-1"},
    JoinGroups: {"contact": "c-1", "groups": ["g-1"]},
    LeaveGroups: {"contact": "c-1", "groups": ["g-1"]},
    LiftDoNotContact: {"contact": "c-1"},
    LiftDoNotMarket: {"contact": "c-1"},
    LogContact: {"contact": "c-1"},
    MakeCampaign: {"name": "Spring", "segment": Segment()},
    MarkHeld: {"appointment": "a-1"},
    MarkMissed: {"appointment": "a-1"},
    MintLink: {"invitation": "invitation-1"},
    MoveFollowUp: {"contact": "c-1"},
    Permit: {"contact": "c-1", "items": ["i-1"]},
    PutOnPipeline: {"contacts": ["c-1"], "pipeline": "p-1"},
    Record: {"contact": "c-1", "trigger": Happening.AGREEMENT_ACCEPTED},
    RecordPayment: {"payment": "pi-1", "offer": "five", "contact": "c-1"},
    RemoveMember: {"member": "m-1"},
    Reschedule: {"appointment": "a-1", "start": NOW},
    Restore: {"contact": "c-1"},
    Revoke: {"invitation": "invitation-1"},
    ScheduleFollowUp: {"contact": "c-1"},
    SendAgain: {"invitation": "invitation-1"},
    SendCampaign: {"campaign": "k-1", "template": "letter"},
    SetDoNotContact: {"contact": "c-1"},
    SetDoNotMarket: {"contact": "c-1"},
    SetEngagement: {"contact": "c-1", "consent": True},
    SetPrimary: {"company": "f-1", "contact": "c-1"},
    Show: {"contact": "c-1"},
    SkipStage: {"contact": "c-1"},
    Tag: {"contact": "c-1", "tags": ["t-1"]},
    TakeOffPackage: {"package": "package-1"},
    TakeOffPipeline: {"contact": "c-1"},
    UnassignCoach: {"contact": "c-1", "coach": "m-1"},
    Untag: {"contact": "c-1", "tags": ["t-1"]},
    Withdraw: {"contact": "c-1", "items": ["i-1"]},
    WithdrawCredentials: {"contact": "c-1"},
}
"""Every command, well formed."""
EVERY: Final = sorted(COMMANDS, key=lambda kind: kind.__name__)
NEW: Final[dict[type[Any], dict[str, Any]]] = {
    Invite: {"contact": None, "name": "Ada", "email": "ada@example.org", "status": Coaching.HOT_LEAD},
    RecordPayment: {"contact": None, "name": "Ada", "email": "ada@example.org"},
}
"""The same of a new person, where a command is about a contact or a new one."""
ANSWERS: Final = (Accept, Decline)
"""What a person does with a link: nobody is logged in, and whatever is wrong, the answer is the same."""
AT_ONCE: Final = (
    Accept, AddMember, AssignPackage, ChangeMember, Decline, DefineOffer, Erase, ExpireInvitation, Invite, Merge,
    MintLink, RecordPayment, RemoveMember, Revoke, SendAgain, TakeOffPackage,
)  # fmt: skip
"""What takes effect when it is done, and at no other time."""


def service(
    funnel: Funnel[Any, Any] = COACHING, *, storage: MemoryStorage | None = None, account: str = "acme"
) -> FunnelService[Any, Any]:
    """Give a service; the clock stands."""
    return FunnelService(funnel, account=account, storage=storage or MemoryStorage(), clock=FixedClock(NOW))


def made(verb: type[Any], /, **given: object) -> Any:
    """Make a well-formed command with some fields changed: as `Any`, as a host without types would."""
    return verb(**{"by": COACH, **COMMANDS[verb], **given})


def anew(verb: type[Any], /, **given: object) -> Any:
    """Make a command about a new person, where it can be about one."""
    return made(verb, **{**NEW.get(verb, {}), **given})


@contextmanager
def wrong(*fields: str) -> Iterator[None]:
    """Expect that exactly these fields are named, all at once."""
    with pytest.raises(Invalid) as caught:
        yield
    assert sorted(fields) == sorted(problem.path for problem in caught.value.problems)


def person(crm: FunnelService[Any, Any], **more: object) -> Contact:
    """Given a prospect, `c-1` unless told otherwise."""
    added: Contact = crm.do(made(AddContact, **{"id": "c-1", **more}))
    return added


# ---- fields of commands


def test_every_command_is_tried_here() -> None:
    """No command is left out of the tables of this file."""
    import funnelkit.commands as verbs

    named = (getattr(verbs, name) for name in verbs.__all__)
    assert {kind for kind in named if isinstance(kind, type) and issubclass(kind, Command)} - {Command} == set(COMMANDS)


@pytest.mark.parametrize("kind", EVERY)
def test_the_tables_of_this_file_are_well_formed(kind: type[Any]) -> None:
    """What is changed below is the only thing that is wrong."""
    assert COACH == made(kind).by


@pytest.mark.parametrize("kind", EVERY)
def test_every_command_has_an_actor_a_time_and_a_cause(kind: type[Any]) -> None:
    """No text stands for an actor, no naive time for a moment, no blank for an id."""
    for by in (None, "coach", Role.COACH, {"id": "m-1", "role": "coach"}):
        with wrong("by"):
            made(kind, by=by)
    for at in (NAIVE, "2026-03-02T09:00:00Z", 1772442000, NOW.date()):
        with wrong("at"):
            made(kind, at=at)
    for cause in ("", " ", 5, "a\nb"):
        with wrong("cause"):
            made(kind, cause=cause)


IDS: Final = [
    (kind, name)
    for kind in EVERY
    for name in (
        "contact",
        "appointment",
        "company",
        "coach",
        "id",
        "event",
        "item",
        "group",
        "primary",
        "campaign",
        "template",
        "member",
        "invitation",
        "offer",
        "package",
        "payment",
        "step",
    )
    if name in {field.name for field in kind.__attrs_attrs__}
    and (kind, name) not in ((SetPrimary, "company"), (DefineOffer, "payment"), (AssignCoach, "primary"))
]


@pytest.mark.parametrize(("kind", "name"), IDS, ids=lambda part: getattr(part, "__name__", part))
def test_an_id_is_a_text_without_blanks_at_its_ends(kind: type[Any], name: str) -> None:
    """Nothing else is taken for an id, least of all a number."""
    for value in ("", " c-1", "c-1 ", "c\x00", "x" * 1001, 5, True, ["c-1"], b"c-1"):
        with wrong(name):
            (anew if name == "id" else made)(kind, **{name: value, **({"contact": None} if name == "group" else {})})


LISTS: Final = [
    (kind, name)
    for kind in EVERY
    for name in (
        "groups",
        "tags",
        "permitted",
        "owned",
        "agreements",
        "enrollments",
        "items",
        "contacts",
        "packages",
        "coaches",
    )
    if name in {field.name for field in kind.__attrs_attrs__}
]


@pytest.mark.parametrize(("kind", "name"), LISTS, ids=lambda part: getattr(part, "__name__", part))
def test_a_list_is_a_list_of_ids(kind: type[Any], name: str) -> None:
    """A text is no list of letters, and one wrong member spoils the list."""
    for value in ("abc", {"a": 1}, None, 5, [""], ["ok", 5], [["a"]], [None]):
        with wrong(name):
            made(kind, **{name: value})


def test_a_list_that_must_have_something_is_not_empty() -> None:
    """Nobody to book for, nothing to tag: refused."""
    for verb, name in (
        (Book, "contacts"),
        (Tag, "tags"),
        (Untag, "tags"),
        (JoinGroups, "groups"),
        (LeaveGroups, "groups"),
    ):
        with wrong(name):
            made(verb, **{name: []})


@pytest.mark.parametrize(
    "kind", [AddContact, AddMember, Adopt, ChangeMember, DefineOffer, Edit, AddCompany, MakeCampaign]
)
def test_a_name_has_something_in_it(kind: type[Any]) -> None:
    """Blanks are no name."""
    for name in ("", "  ", "\t\n", 5, None, "x" * 1001, b"Ada"):
        with wrong("name"):
            made(kind, name=name)


@pytest.mark.parametrize("kind", [AddContact, AddMember, Adopt, ChangeMember, Edit, Invite, RecordPayment])
@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.org", "ada@example", "ada@@example.org", "a@b@example.org", "a da@example.org",
     "ada@example..org", "ada@.org", "ada@example.", "ada@exa\nmple.org", "Ada <ada@example.org>", 5, b"a@b.c", True,
     "a@" + "b" * 1000 + ".org", "<ada@example.org>", "ada@example.org;bea", "ada,bea@example.org", "a;b@example.org"],
)  # fmt: skip
def test_a_malformed_address_is_refused(kind: type[Any], email: object) -> None:
    """One @, something before it, a name with a dot behind it, no blanks."""
    with wrong("email"):
        anew(kind, email=email)


@pytest.mark.parametrize(
    "email", ["ada@example.org", " Ada@Example.ORG ", "a+b@x.y.z", "ädä@exämple.org", "o'x@a-b.co"]
)
def test_a_well_formed_address_is_kept_as_typed(email: str) -> None:
    """It is kept as typed for delivery."""
    crm = service()
    person(crm, email=email)
    assert email == crm.person("c-1").email


@pytest.mark.parametrize("kind", [Book, MarkHeld])
@pytest.mark.parametrize("minutes", [0, -1, -60, 24 * 60 + 1, 10**12, True, False, 60.0, "60", None.__class__])
def test_minutes_are_whole_and_at_most_a_day(kind: type[Any], minutes: object) -> None:
    """None, negative, more than a day, a truth, a fraction and a text are no minutes."""
    with wrong("minutes"):
        made(kind, minutes=minutes)


WORDS: Final = [
    (AddContact, "category"), (AddContact, "standing"), (Adopt, "standing"), (Adopt, "portal"), (Adopt, "category"),
    (Edit, "category"), (Book, "kind"), (Book, "where"), (SetDoNotContact, "channel"), (SetDoNotContact, "origin"),
    (LiftDoNotContact, "channel"), (SendCampaign, "channel"), (AddMember, "role"), (ChangeMember, "role"),
    (DefineOffer, "payment"), (DefineOffer, "shape"), (Invite, "sender"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), WORDS, ids=lambda part: getattr(part, "__name__", part))
def test_a_word_is_a_member_of_its_own_list(kind: type[Any], name: str) -> None:
    """No text stands for a member, and no member of another list with an equal key."""
    for value in ("active", "client", "session", "staff", 5, Team.CLIENT, Role.CLIENT, Studio.LEAD):
        with wrong(name):
            made(kind, **{name: value})


@pytest.mark.parametrize("kinds", ["session", ["session"], ["session", Kind.SESSION], [5]])
def test_kinds_of_appointment_are_members(kinds: object) -> None:
    """The same for a list of them."""
    with wrong("kinds"):
        made(Permit, kinds=kinds)
    with wrong("opened"):
        made(Adopt, opened=kinds)


@pytest.mark.parametrize("kind", [AddMember, Book, ChangeMember, Reschedule])
@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", 5, "europe/berlin "])
def test_a_zone_is_known(kind: type[Any], zone: object) -> None:
    """A zone goes by its IANA name."""
    with wrong("zone"):
        made(kind, zone=zone)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(AssignCoach, "primary"), (Book, "paid"), (Cancel, "burns"), (DefineOffer, "retired"), (Invite, "another"),
     (Invite, "supersede")],
    ids=lambda part: getattr(part, "__name__", part),
)  # fmt: skip
@pytest.mark.parametrize("given", [1, 0, "yes", "no", [], 0.0])
def test_a_truth_is_true_or_false(kind: type[Any], name: str, given: object) -> None:
    """A number is no truth."""
    with wrong(name):
        made(kind, **{name: given})


@pytest.mark.parametrize("name", ["sessions", "days"])
@pytest.mark.parametrize("given", [0, -1, 1.0, "1", True, [], 5.5, 2**31, 10**30])
def test_a_package_is_of_whole_sessions_and_days(name: str, given: object) -> None:
    """At least one, and no more than a database keeps; without a number there are as many as one likes."""
    with wrong(name):
        made(DefineOffer, **{name: given})
    assert None is getattr(made(DefineOffer, **{name: None}), name)


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLIENT])
@pytest.mark.parametrize("kind", [AddMember, ChangeMember])
def test_no_member_is_a_client_or_the_system(kind: type[Any], role: Role) -> None:
    """A member is somebody who works for the account."""
    with wrong("role"):
        made(kind, role=role)


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("token", [None, 5, True, b"fki_", ["fki_"], Coaching])
def test_a_token_is_a_text_or_a_token(kind: type[Any], token: object) -> None:
    """Nothing else is; any text is taken, with a key too, and one that is no token opens nothing."""
    with wrong("token"):
        made(kind, token=token)
    for text in ("", NOBODYS, NOBODYS + " ", NOBODYS[4:], "fki_", "x" * 100_000, "fki_\ud800"):
        crm = service()
        for key in (None, "k-1"):
            with pytest.raises(Refused) as caught:
                crm.do(made(kind, token=text), key=key)
            assert ["invitation.link_opens"] == [finding.rule for finding in caught.value.decision.findings]
        assert not crm.peek(text).decision.allowed


@pytest.mark.parametrize("token", [None, 5, b"fki_", ["fki_"]])
def test_a_question_about_a_link_needs_its_text(token: Any) -> None:
    """Looking at a link and asking why it opens nothing: a text, a Token; and an actor, if any."""
    crm, somebody = service(), cast("Actor", "somebody")
    for ask in (crm.peek, crm.why):
        with wrong("token"):
            ask(token)
        with wrong("by"):
            ask(NOBODYS, by=somebody)


def test_an_invitation_is_of_a_contact_or_of_a_new_person() -> None:
    """One of them, and all that the other one has is named at once."""
    with wrong("contact"):
        made(Invite, contact=None)
    with wrong("contact", "email"):
        made(Invite, contact=None, email="ada")
    with wrong("name", "email", "phone", "status", "id"):
        made(Invite, name="Ada", email="ada@example.org", phone="1", status=Coaching.HOT_LEAD, id="c-2")
    with wrong("name", "email"):
        made(RecordPayment, contact=None)
    for name in ("", "  ", 5, "x" * 1001):
        for kind in NEW:
            with wrong("name", "phone"):
                anew(kind, name=name, phone=" ")


def test_a_new_person_who_is_invited_has_a_client_type() -> None:
    """Which ones there are is said by the funnel; those are named that may log in."""
    with pytest.raises(Invalid) as caught:
        service(TEAM).do(anew(Invite, status=None))
    (problem,) = caught.value.problems
    assert ("status", True) == (problem.path, "prospect or client" in problem.message)


@pytest.mark.parametrize("given", ["", "  ", 5, ["hello"], "a\x00b"])
def test_what_a_person_reads_has_something_in_it(given: object) -> None:
    """A personal message, a greeting: several lines are fine, control signs are not."""
    for kind, name in ((Invite, "message"), (AddMember, "greeting"), (ChangeMember, "greeting")):
        with wrong(name):
            made(kind, **{name: given})
        assert "Hello,\nAda!" == getattr(made(kind, **{name: "Hello,\nAda!"}), name)


REASONED: Final = [
    Archive, Convert, Correct, Delete, DropFollowUp, LiftDoNotContact, LiftDoNotMarket, Revoke, SetDoNotContact,
    SetDoNotMarket, SkipStage, TakeOffPipeline,
]  # fmt: skip
NOTED: Final = [
    Book, Cancel, CompleteStage, LogContact, MarkHeld, MarkMissed, MoveFollowUp, PutOnPipeline, Record, Reschedule,
    ScheduleFollowUp,
]  # fmt: skip


@pytest.mark.parametrize("kind", REASONED)
@pytest.mark.parametrize("reason", ["", "  ", 5, ["because"]])
def test_a_reason_has_something_in_it(kind: type[Any], reason: object) -> None:
    """Blanks are no reason."""
    with wrong("reason"):
        made(kind, reason=reason)


@pytest.mark.parametrize("kind", NOTED)
@pytest.mark.parametrize("note", ["", "  ", 5])
def test_a_note_has_something_in_it(kind: type[Any], note: object) -> None:
    """Blanks are no note."""
    with wrong("note"):
        made(kind, note=note)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Book, "start"), (Book, "end"), (Reschedule, "start"), (Reschedule, "end"), (Adopt, "since"),
     (SetDoNotContact, "until")],
)  # fmt: skip
def test_a_moment_has_a_zone(kind: type[Any], name: str) -> None:
    """Naive times are refused wherever they come in."""
    for value in (NAIVE, "tomorrow", 5, NOW.date()):
        with wrong(name):
            made(kind, **{name: value})


@pytest.mark.parametrize("attempt", [0, -1, 1.0, "1", True, []])
def test_the_number_of_a_follow_up_is_a_whole_one_from_1(attempt: object) -> None:
    """Nothing else is a number of a follow-up."""
    with wrong("attempt"):
        made(ScheduleFollowUp, attempt=attempt)


def test_all_fields_are_named_at_once() -> None:
    """One answer, every field."""
    with wrong("by", "at", "cause", "name", "email", "phone", "id", "item", "coach", "category", "standing", "tags"):
        made(
            AddContact, by=None, at=NAIVE, cause="", name="", email="x", phone=" ", id="", item=" ", coach=5,
            category="lead", standing="active", tags="abc",
        )  # fmt: skip
    with wrong("contacts", "coach", "kind", "start", "minutes", "zone", "paid", "note"):
        made(Book, contacts=[], coach="", kind="session", start=NAIVE, minutes=0, zone="Mars", paid=1, note="")
    with wrong("id", "role"):
        Actor(id="", role="coach")  # type: ignore[arg-type]  # as it comes in
    with wrong("id", "name", "email"):
        Person(id="", name=" ", email="x")


def test_all_that_a_permission_lacks_is_named_at_once() -> None:
    """Neither a contact nor a group, and nothing to permit: both are said, and so is the actor."""
    for kind in (Permit, Withdraw):
        with wrong("by", "contact", "items"):
            nothing: dict[str, Any] = {"by": None}
            kind(**nothing)
        with wrong("contact"):
            made(kind, group="g-1")


def test_all_that_planning_finds_is_named_at_once() -> None:
    """What only the funnel and the clock can judge comes together, too."""
    crm, later = service(), NOW + HOUR
    with wrong("status", "since", "at"):
        crm.do(made(Adopt, status="prospetc", since=later, at=later))
    with wrong("status", "trigger"):
        crm.do(made(AddContact, status="prospetc", trigger="registred"))


# ---- times


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("as_of", lambda crm: crm.may("c-1", Right.LOG_IN, as_of=NAIVE)),
        ("known", lambda crm: crm.may("c-1", Right.LOG_IN, known=NAIVE)),
        ("moment", lambda crm: crm.status_at("c-1", NAIVE)),
        ("known", lambda crm: crm.status_at("c-1", NOW, known=NAIVE)),
        ("moment", lambda crm: crm.contact_at("c-1", NAIVE)),
        ("known", lambda crm: crm.contact_at("c-1", NOW, known=NAIVE)),
        ("since", lambda crm: crm.certification(since=NAIVE)),
        ("until", lambda crm: crm.certification(until=NAIVE)),
        ("as_of", lambda crm: crm.certification(as_of=NAIVE)),
        ("known", lambda crm: crm.certification(known=NAIVE)),
        ("now", lambda crm: FixedClock(NAIVE)),
        ("now", lambda crm: FixedClock(NOW).set(NAIVE)),
        ("now", lambda crm: certification.count(COACHING, (), now=NAIVE)),
        ("since", lambda crm: certification.count(COACHING, (), now=NOW, since=NAIVE)),
        ("until", lambda crm: certification.count(COACHING, (), now=NOW, until=NAIVE)),
        ("moment", lambda crm: history.contact_at(crm.history("c-1"), NAIVE)),
        ("known", lambda crm: history.contact_at(crm.history("c-1"), NOW, NAIVE)),
        ("moment", lambda crm: Elapsed(hours=1).after(NAIVE)),
        ("when", lambda crm: package.may_use(COACHING, evolve(A_USE, when=NAIVE))),
        *(
            (name, lambda _, told={name: NAIVE}: package.may_use(COACHING, evolve(A_USE, **told)))
            for name in ("usable", "expires")
        ),
    ],
)
def test_a_question_about_a_naive_time_is_refused(name: str, ask: Callable[[FunnelService[Any, Any]], object]) -> None:
    """At every edge, with the name of the argument."""
    crm = service()
    person(crm)
    with wrong(name):
        ask(crm)


def test_a_clock_without_a_zone_is_refused() -> None:
    """A host's clock is an edge, too."""

    class Wall:
        """A clock on the wall."""

        def now(self) -> datetime:
            """Give no zone."""
            return NAIVE

    crm: FunnelService[Any, Any] = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=Wall())
    with wrong("clock"):
        crm.do(made(AddContact))


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind is not Correct])
def test_what_is_still_to_come_has_not_happened(kind: type[Any]) -> None:
    """No command takes effect in the future; a microsecond is enough."""
    crm = service()
    _with_something_to_act_on(crm)
    with wrong("at"):
        crm.do(made(kind, at=NOW + timedelta(microseconds=1)))


@pytest.mark.parametrize("kind", AT_ONCE)
@pytest.mark.parametrize("at", [NOW, NOW - DAY])
def test_what_takes_effect_when_it_is_done_has_no_other_time(kind: type[Any], at: datetime) -> None:
    """Nobody is invited, answers or leaves in the past."""
    with wrong("at"):
        service().do(made(kind, at=at))


def test_a_correction_has_no_time_of_its_own() -> None:
    """It takes effect at the time of the event that it names."""
    crm = service()
    person(crm)
    with wrong("at"):
        crm.do(made(Correct, at=NOW))


def test_nobody_has_a_status_since_tomorrow() -> None:
    """An adoption is since a moment that has passed, or since unknown."""
    with wrong("since"):
        service().do(made(Adopt, since=NOW + timedelta(microseconds=1)))


@pytest.mark.parametrize(
    "given",
    [
        {"minutes": None},
        {"minutes": 60, "end": NOW + HOUR},
        {"minutes": None, "end": NOW},
        {"minutes": None, "end": NOW - HOUR},
        {"minutes": None, "end": NOW + timedelta(seconds=90)},
        {"minutes": None, "end": NOW + timedelta(microseconds=1)},
        {"minutes": None, "end": NOW + DAY + timedelta(minutes=1)},
        {"minutes": None, "end": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
    ids=["neither", "both", "nothing", "before", "half_minutes", "microsecond", "over_a_day", "for_ever"],
)
def test_an_appointment_ends_after_its_start_by_whole_minutes_and_within_a_day(given: dict[str, object]) -> None:
    """Either an end or a length; the end lies behind the start, at most a day."""
    crm = service()
    person(crm)
    with wrong("end"):
        crm.do(made(Book, **given))


@pytest.mark.parametrize("end", [NOW, NOW + DAY, NOW + 3 * DAY, NOW + DAY + timedelta(seconds=30)])
def test_a_moved_appointment_ends_after_its_start_and_within_a_day(end: datetime) -> None:
    """The same for a new time."""
    crm = service()
    _with_something_to_act_on(crm)
    with wrong("end"):
        crm.do(made(Reschedule, start=NOW + DAY if end <= NOW + DAY else NOW, end=end))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize(
    "start",
    [FIRST, FIRST + timedelta(hours=47), LAST - DAY, LAST - timedelta(hours=47)],
    ids=["first", "near_first", "last", "near_last"],
)
def test_an_appointment_has_a_day_by_every_clock(start: datetime, zone: str) -> None:
    """What starts less than two days from either end of the calendar is refused alike, whatever keeps it."""
    storages: tuple[Any, ...] = (MemoryStorage(), SqlStorage("sqlite://"))
    for storage in storages:
        crm = service(storage=storage)
        _with_something_to_act_on(crm)
        with wrong("start"):
            crm.do(made(Book, start=start, zone=zone))
        with wrong("start"):
            crm.do(made(Reschedule, start=start, zone=zone))
        assert 1 == len(crm.hours())


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(-12 * HOUR)),
        datetime.min.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(12 * HOUR)),
    ],
    ids=["last", "after_the_last", "first", "before_the_first"],
)
def test_a_moment_at_the_end_of_time_is_an_answer_or_a_clear_error(moment: datetime) -> None:
    """No overflow gets out: what cannot be reckoned with is Invalid."""
    crm = service()
    person(crm)
    for ask in (
        lambda: crm.do(made(Book, start=moment)),
        lambda: crm.do(made(Tag, at=moment)),
        lambda: crm.do(made(Adopt, since=moment, id="c-2")),
        lambda: crm.status_at("c-1", moment),
        lambda: crm.certification(since=moment, until=moment, as_of=moment),
    ):
        try:
            ask()
        except FunnelkitError as error:
            assert isinstance(error, Invalid | Refused)  # noqa: PT017  # what does not raise is as good


# ---- words of a funnel


@pytest.mark.parametrize(
    ("funnel", "given", "near"),
    [
        (AGENCY, "cleint", "client"),
        (AGENCY, "Client", "client"),
        (COACHING, "hot lead", "hot_lead"),
        (COACHING, "inactive client", "inactive_client"),
        (FRANCHISE, "folow_up_3", "follow_up_3"),
        (FRANCHISE, "unserviceable", "unservicable"),
        (STUDIO, "prospective", "prospective_client"),
        (TEAM, "contcat", "contact"),
    ],
)
def test_an_unknown_status_comes_with_the_nearest_known(funnel: Funnel[Any, Any], given: str, near: str) -> None:
    """It is refused at each entry, and the error says which was meant and which there are."""
    crm = service(funnel)
    for path, ask in (
        ("to", lambda: crm.do(made(Convert, contact=_one(crm), to=given))),
        ("to", lambda: crm.do(made(Correct, contact=_one(crm), to=given))),
        ("status", lambda: crm.do(made(AddContact, status=given))),
        ("status", lambda: crm.do(made(Adopt, status=given))),
        ("status", lambda: crm.do(anew(Invite, status=given))),
        ("status", lambda: funnel.status(given)),
        ("status", lambda: access.may(funnel, access.Case(status=given, right=Right.LOG_IN))),
        ("now", lambda: conversion.may_convert(funnel, conversion.Case(now=given, to=funnel.start, by=COACH))),
        ("to", lambda: conversion.may_convert(funnel, conversion.Case(now=funnel.start, to=given, by=COACH))),
        ("status", lambda: package.may_assign(funnel, package.Case(by=OWNER, offer=OFFER, status=given))),  # type: ignore[arg-type]  # wrong
    ):
        with pytest.raises(UnknownStatus) as caught:
            ask()
        (problem,) = caught.value.problems
        assert path == problem.path
        assert f"did you mean '{near}'?" in problem.message
        assert f"known: {', '.join(status.value for status in funnel.statuses)}" in problem.message


@pytest.mark.parametrize("given", ["", "xyzzy", 5, None, True, [], {}, b"client", Role.CLIENT])
def test_what_is_nothing_like_a_status_is_refused_without_being_shown(given: object) -> None:
    """A wrong type, too; what is not near a known word might be a name."""
    for ask in (
        lambda: AGENCY.status(given),
        lambda: access.may(AGENCY, access.Case(status=given, right=Right.LOG_IN)),  # type: ignore[type-var]  # wrong
        lambda: service(AGENCY).do(made(Adopt, status=given)),
    ):
        with pytest.raises(UnknownStatus) as caught:
            ask()
        assert "xyzzy" not in str(caught.value)


@pytest.mark.parametrize(
    "given", ["", "xyzzy", "login", 5, None, True, [], {}, set(), b"log_in", Role.CLIENT, Kind.SAMPLE]
)
def test_an_unknown_right_is_an_error_and_never_a_no(given: object) -> None:
    """Whatever its type, also one that cannot be looked up."""
    crm = service()
    person(crm)
    case: access.Case[Any, Any] = access.Case(status=Coaching.PROSPECT, right=given)
    for ask in (
        lambda: COACHING.right(given),
        lambda: crm.may("c-1", given),
        lambda: crm.rights(["c-1"], [given]),
        lambda: access.may(COACHING, case),
    ):
        with pytest.raises(UnknownRight):
            ask()


def test_a_right_of_another_list_with_an_equal_key_is_refused() -> None:
    """A host's own enum may use our keys for other things."""

    class Other(StrEnum):
        """Rights of somebody else."""

        LOG_IN = "log_in"

    given: Any = Other.LOG_IN
    for ask in (
        lambda: COACHING.right(given),
        lambda: access.may(COACHING, access.Case(status=Coaching.PROSPECT, right=given)),
        lambda: access.on_status(COACHING, Coaching.ACTIVE_CLIENT, given),
    ):
        with pytest.raises(UnknownRight):
            ask()


def test_a_right_that_is_no_column_is_an_error() -> None:
    """The studio has no documents."""
    crm = service(STUDIO)
    with pytest.raises(UnknownRight):
        crm.may(_one(crm), Right.DOCUMENTS)


FOREIGN: Final = [Agency.PROSPECT, Team.PROSPECT]


@pytest.mark.parametrize("given", FOREIGN, ids=["agency", "team"])
def test_a_status_of_another_funnel_is_refused_at_every_command(given: Any) -> None:
    """`Coaching.PROSPECT == Agency.PROSPECT` is true, and the two mean opposite things."""
    crm = service()
    person(crm)
    assert given == Coaching.PROSPECT
    for command in (
        made(AddContact, status=given),
        made(Adopt, status=given),
        anew(Invite, status=given),
        made(Convert, to=given),
        made(Correct, to=given),
    ):
        with pytest.raises(UnknownStatus):
            crm.do(command)
    assert Coaching.PROSPECT is crm.contact("c-1").status


@pytest.mark.parametrize("given", FOREIGN, ids=["agency", "team"])
@pytest.mark.parametrize(
    "ask",
    [
        lambda s: access.may(COACHING, access.Case(status=s, right=Right.LOG_IN)),
        lambda s: access.rights(COACHING, access.Case(status=s)),
        lambda s: access.on_status(COACHING, s, Right.LOG_IN),
        lambda s: booking.may_book(COACHING, booking.Case(status=s, kind=Kind.SAMPLE, by=COACH)),
        lambda s: booking.may_book(
            COACHING, booking.Case(status=s, kind=Kind.SAMPLE, by=COACH, where=Where.PORTAL)
        ),
        lambda s: conversion.may_convert(COACHING, conversion.Case(now=s, to=Coaching.BUYER, by=COACH)),
        lambda s: conversion.may_convert(COACHING, conversion.Case(now=Coaching.BUYER, to=s, by=COACH)),
        lambda s: conversion.may_record(COACHING, conversion.Case(now=s, on=Happening.REGISTERED, by=COACH)),
        lambda s: conversion.may_enter(COACHING, conversion.Case(to=s, by=COACH)),
        lambda s: conversion.may_correct(COACHING, conversion.Case(now=s, to=Coaching.BUYER, by=COACH)),
        lambda s: conversion.may_correct(COACHING, conversion.Case(now=Coaching.BUYER, to=s, by=COACH)),
        lambda s: conversion.options(COACHING, conversion.Case(now=s, by=COACH)),
        lambda s: certification.counts(COACHING, certification.Case(status=s)),
        lambda s: certification.count(COACHING, [_held("a-1", s)], now=NOW + DAY),
        lambda s: certification.count(COACHING, [_held("a-1", Coaching.PROSPECT), _held("a-2", s)], now=NOW + DAY),
        lambda s: certification.count(COACHING, [_held("a-1", None)], now=NOW + DAY, today={"c-1": s}),
        lambda s: editing.may_hold_credentials(COACHING, editing.Case(status=s, by=COACH)),
        lambda s: vocabulary(COACHING, ["warm"], also={"warm": s}),
        lambda s: invitation.may_invite(COACHING, invitation.Case(status=s, by=COACH)),
        lambda s: invitation.may_send_again(COACHING, invitation.Case(status=s, by=COACH)),
    ],
    ids=[
        "may", "rights", "on_status", "book", "book_portal", "now", "to", "record", "enter", "was", "correct",
        "options", "counts", "count", "count_after_own", "count_today", "credentials", "vocabulary", "invite",
        "send_again",
    ],
)  # fmt: skip
def test_a_status_of_another_funnel_is_refused_at_every_question(given: Any, ask: Callable[[Any], object]) -> None:
    """Also after our own was asked, so that no answer is found again by the key."""
    with pytest.raises(UnknownStatus):
        ask(given)


def test_a_term_of_an_invitation_is_judged_by_times_with_a_zone() -> None:
    """The pure level takes a host's own rows, and a naive time is none."""
    soon, naive = NOW + DAY, NOW.replace(tzinfo=None)
    waits, system = InvitationStatus.PENDING, Actor(id="web", role=Role.SYSTEM)
    for now, expires, named in ((naive, soon, "now"), (NOW, naive, "expires")):
        link = invitation.Opening(by=COACH, known=True, state=waits, now=now, expires=expires)
        with pytest.raises(Invalid, match=f"{named}: the time has no zone"):
            invitation.may_open(COACHING, link)
        term = invitation.Term(by=system, state=waits, now=now, expires=expires)
        with pytest.raises(Invalid, match=f"{named}: the time has no zone"):
            invitation.may_expire(COACHING, term)


@pytest.mark.parametrize("given", ["xyzzy", "entred", 5, None.__class__, TeamHappening.ENTERED, Coaching.PROSPECT])
def test_a_trigger_of_another_funnel_is_refused(given: Any) -> None:
    """Triggers belong to a funnel like statuses, though two may have one key."""
    crm = service()
    person(crm)
    for path, command in (
        ("trigger", made(Record, trigger=given)),
        ("trigger", made(AddContact, trigger=given)),
    ):
        with wrong(path):
            crm.do(command)


def test_unknown_labels_are_all_named_by_their_place() -> None:
    """A text that is no label might be somebody's name, so it is named by its place."""
    with pytest.raises(Invalid) as caught:
        vocabulary(COACHING, ["Prospect", "Ada Lovelace", "Hot Leed", "Bea Lovelace"])
    assert ["labels[1]", "labels[2]", "labels[3]"] == [problem.path for problem in caught.value.problems]
    assert "Lovelace" not in str(caught.value)
    assert "did you mean 'Hot Lead'" in str(caught.value)


class Few(Status):
    """Some of the statuses of a practice."""

    PROSPECT = auto()
    ACTIVE_CLIENT = auto()
    INACTIVE_CLIENT = auto()


def test_a_funnel_of_a_known_name_with_other_statuses_is_refused_in_memory() -> None:
    """Values stay what they are there: a contact would be shown with a status that the funnel has not."""
    storage = MemoryStorage()
    service(storage=storage)
    service(storage=storage)
    few = COACHING.derive("coaching", statuses=Few)
    with wrong("funnel"):
        service(few, storage=storage)
    service(few)


def test_what_is_no_label_at_all_is_named_by_its_place_too() -> None:
    """A short row of a file gives nothing where its status would stand; what stands twice is named once."""
    labels: Any = ["Prospect", None, "Prospect", "Ada", b"x", ["x"], 5, "Ada"]
    with pytest.raises(Invalid) as caught:
        vocabulary(COACHING, labels)
    assert [f"labels[{place}]" for place in (1, 3, 4, 5, 6)] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        *[("labels", {"labels": given}) for given in (None, 5, "Prospect", b"Prospect")],
        *[("also", {"also": given}) for given in ({5: Coaching.PROSPECT}, [("x", Coaching.PROSPECT)], "x", 5)],
        *[("funnel", {"funnel": given}) for given in (None, "coaching")],
    ],
)
def test_what_gives_no_vocabulary_is_refused(path: str, given: dict[str, Any]) -> None:
    """Labels, a host's own words and the funnel are asked for by name."""
    with wrong(path):
        vocabulary(**{"funnel": COACHING, "labels": ["x"], **given})


# ---- questions and cases of the wrong type


@pytest.mark.parametrize(
    "ask",
    [
        lambda crm: crm.contact(5),
        lambda crm: crm.contact(None),
        lambda crm: crm.person(None),
        lambda crm: crm.history(None),
        lambda crm: crm.options("c-1", by=None),
        lambda crm: crm.options("c-1", by="coach"),
        lambda crm: crm.history_of("invoice", "i-1"),
        lambda crm: crm.plan(None),
        lambda crm: crm.do("convert"),
    ],
    ids=["number", "contact", "person", "history", "nobody", "text", "kind", "plan", "do"],
)
def test_a_question_of_the_wrong_type_is_a_clear_error(ask: Callable[[Any], object]) -> None:
    """No attribute error gets out of the shell."""
    crm = service()
    person(crm)
    with pytest.raises(FunnelkitError):
        ask(crm)


@pytest.mark.parametrize("facts", [{"invoice": "no"}, {"invoice": 1}, {"invoice": None}])
def test_a_fact_is_true_or_false(facts: Any) -> None:
    """A text that says no is no yes: facts come in from outside and are checked like all else."""
    crm = service(STUDIO)
    with pytest.raises(Invalid, match=r"facts: .*invoice"):
        crm.do(made(Delete, contact=_one(crm)), facts=facts)


def test_words_as_texts_in_a_case_fail_closed() -> None:
    """A host's row may hold texts: an archived one is archived, or the case is refused; never allowed."""
    given: Any = "archived"
    case = access.Case(status=Coaching.ACTIVE_CLIENT, right=Right.LOG_IN, portal=Portal.ACTIVE, standing=given)
    try:
        answer = access.may(COACHING, case).allowed
    except Invalid:
        answer = False
    assert not answer


def test_one_text_as_a_set_of_permissions_fails_closed() -> None:
    """A text is no set of ids: a part of it is not permitted."""
    given: Any = "form-12"
    try:
        case = access.Case(
            status=Coaching.ACTIVE_CLIENT, right=Right.FORMS, portal=Portal.ACTIVE, item="form-1", permitted=given
        )
        answer = access.may(COACHING, case).allowed
    except Invalid:
        answer = False
    assert not answer


@pytest.mark.parametrize("batch", [0, -1, True, 1.5, None])
def test_a_batch_is_a_whole_number_from_one(batch: Any) -> None:
    """None at a time would never end."""

    class Tired(MemoryStorage):
        """Opens a few transactions and no more."""

        left = 10

        def transaction(self, account: str, *, write: bool = True) -> Any:
            """Give up after a few."""
            self.left -= 1
            assert self.left, "it goes on for ever"
            return super().transaction(account)

    with wrong("batch"):
        list(service(storage=Tired()).do_all([made(AddContact)], batch=batch))


# ---- accounts and funnels


@pytest.mark.parametrize("account", ["", " ", " acme", 5, None, "a\nb"])
def test_an_account_is_an_id(account: Any) -> None:
    """A service without an account is none."""
    with wrong("account"):
        service(account=account)


def test_a_service_names_an_unknown_zone() -> None:
    """The zone of the account is checked when the service is made."""
    with wrong("zone"):
        FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW), zone="Mars")


def test_two_accounts_on_one_storage_never_see_each_other() -> None:
    """Same ids, same addresses, same coach, same keys: nothing crosses the account."""
    storage = MemoryStorage()
    ours, theirs = (service(AGENCY, storage=storage, account=name) for name in ("ours", "theirs"))
    mine = person(ours, email="ada@example.org", status=Agency.CLIENT)
    ours.do(made(AddCompany, id="f-1"))
    ours.do(made(Permit, contact=None, group="g-1"))
    ours.do(made(Book, id="a-1"))
    for ask in (
        lambda: theirs.contact("c-1"),
        lambda: theirs.person("c-1"),
        lambda: theirs.company("f-1"),
        lambda: theirs.appointment("a-1"),
        lambda: theirs.history("c-1"),
        lambda: theirs.appointments("c-1"),
        lambda: theirs.may("c-1", Right.LOG_IN),
        lambda: theirs.rights(["c-1"]),
        lambda: theirs.options("c-1", by=COACH),
        lambda: theirs.status_at("c-1", NOW),
        lambda: theirs.do(made(Tag)),
        lambda: theirs.do(made(Cancel)),
    ):
        with pytest.raises(NotFound):
            ask()
    assert ((), ()) == (theirs.contacts(), theirs.history_of("group", "g-1"))
    assert 0 == len(theirs.certification())
    other = person(theirs, email="ada@example.org", status=Agency.LEAD)
    assert "a-1" == theirs.do(made(Book, id="a-1")).id
    assert (mine, other) == (ours.contact("c-1"), theirs.contact("c-1"))
    for crm, key in ((ours, "c-8"), (theirs, "c-9")):
        assert key == crm.do(made(AddContact, id=key), key="k").id


def test_a_plan_of_another_account_is_not_applied() -> None:
    """A plan belongs to the account that it was made in."""
    storage = MemoryStorage()
    ours, theirs = (service(storage=storage, account=name) for name in ("ours", "theirs"))
    plan = ours.plan(made(AddContact))
    with pytest.raises(FunnelkitError):
        theirs.apply(plan)
    assert () == theirs.contacts()


def test_a_plan_of_another_funnel_is_not_applied() -> None:
    """A plan belongs to the funnel that it was decided by."""
    storage = MemoryStorage()
    coaching, studio = service(storage=storage), service(STUDIO, storage=storage)
    plan = coaching.plan(made(AddContact))
    with pytest.raises(FunnelkitError):
        studio.apply(plan)
    assert () == studio.contacts()


def test_one_person_stands_in_two_funnels() -> None:
    """Place, history and appointments are each funnel's own; the calendar of a coach is one."""
    storage = MemoryStorage()
    coaching, lead = service(storage=storage), service(FRANCHISE, storage=storage)
    person(coaching)
    with pytest.raises(NotFound):
        lead.contact("c-1")
    with pytest.raises(NotFound):
        lead.history("c-1")
    person(lead)
    assert (Coaching.PROSPECT, Franchise.NEW_LEAD) == (coaching.contact("c-1").status, lead.contact("c-1").status)
    lead.do(made(Convert, to=Franchise.COLD))
    assert 1 == len(coaching.history("c-1"))
    for crm in (coaching, lead):
        assert crm.contact("c-1") == history.contact_at(crm.history("c-1"))
    assert Coaching.PROSPECT is coaching.status_at("c-1", NOW)
    coaching.do(made(Book, id="a-1"))
    with pytest.raises(NotFound):
        lead.appointment("a-1")
    with pytest.raises(NotFound):
        lead.do(made(Cancel))
    assert () == lead.appointments("c-1")
    with pytest.raises(Refused) as caught:
        lead.do(made(Book))
    assert "booking.coach_is_free" in {finding.rule for finding in caught.value.decision.refusals}


def test_do_not_contact_is_one_for_the_person_in_every_funnel() -> None:
    """Who is not to be contacted stays so when another funnel takes the person in. Source: BG-A20."""
    storage = MemoryStorage()
    lead, coaching = service(FRANCHISE, storage=storage), service(storage=storage)
    person(lead)
    lead.do(made(Convert, to=Franchise.DNC))
    person(coaching)
    assert coaching.person("c-1").do_not_contact
    assert lead.person("c-1").do_not_contact


def test_deleting_in_one_funnel_leaves_the_person_to_the_other() -> None:
    """Name and address go with the last place that the person stands in."""
    storage = MemoryStorage()
    coaching, studio = service(storage=storage), service(STUDIO, storage=storage)
    person(coaching)
    person(studio)
    coaching.do(made(Delete))
    assert "Ada" == studio.person("c-1").name
    studio.do(made(Delete))
    with pytest.raises(NotFound):
        studio.person("c-1")


def test_one_key_in_two_funnels_is_two_commands() -> None:
    """A key stands for a command in a funnel: a studio never gives a coach's contact."""
    storage = MemoryStorage()
    coaching, studio = service(storage=storage), service(STUDIO, storage=storage)
    coaching.do(made(AddContact), key="k")
    try:
        second = studio.do(made(AddContact), key="k")
    except Conflict:
        return
    assert isinstance(second.status, Studio)


# ---- unknown ids

MAKERS: Final = (AddCompany, AddContact, AddMember, Adopt, DefineOffer, DefinePipeline, MakeCampaign)
"""Commands about nothing that is there already."""


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind not in (*MAKERS, *ANSWERS)])
def test_a_command_about_nothing_is_not_found(kind: type[Any]) -> None:
    """There is no such contact, appointment or company. Of a link nobody learns even that."""
    with pytest.raises(NotFound):
        service().do(made(kind))


@pytest.mark.parametrize(
    "command",
    [
        made(AddContact, company="f-9"),
        made(Adopt, company="f-9"),
        made(Edit, company="f-9"),
        made(AddCompany, primary="c-9"),
        made(SetPrimary, contact="c-9"),
        made(Book, contacts=["c-1", "c-9"]),
        made(Invite, packages=["five", "o-9"]),
        anew(Invite, packages=["o-9"]),
        made(AssignPackage, offer="o-9"),
        made(RecordPayment, offer="o-9"),
        anew(RecordPayment, offer="o-9"),
        made(RecordPayment, contact="c-9"),
    ],
    ids=[
        "add", "adopt", "edit", "company", "primary", "book", "invite", "invite_anew", "assign", "paid", "paid_anew",
        "payer",
    ],
)  # fmt: skip
def test_what_a_command_points_at_has_to_be_there(command: Any) -> None:
    """One unknown id is enough, and nothing is stored then."""
    crm = service()
    person(crm)
    crm.do(made(AddCompany, id="f-1"))
    crm.do(made(DefineOffer, id="five", by=OWNER))
    before = _everything(crm)
    with pytest.raises(NotFound):
        crm.do(command)
    assert before == _everything(crm)


def test_a_question_about_nothing_is_not_found() -> None:
    """Rights of many name every unknown id at once."""
    crm = service()
    person(crm)
    with pytest.raises(NotFound, match=r"at 0, 2"):
        crm.rights(["c-8", "c-1", "c-9"])
    assert {} == crm.rights([])
    with pytest.raises(NotFound):
        crm.company_may("f-9", Right.LOG_IN)


def test_an_event_of_somebody_else_is_not_corrected() -> None:
    """A correction names an event of this contact that says a status."""
    crm = service()
    person(crm)
    person(crm, id="c-2")
    crm.do(made(Tag))
    for event in (crm.history("c-2")[0].id, crm.history("c-1")[-1].id, "event-999"):
        with wrong("event"):
            crm.do(made(Correct, event=event))


# ---- second calls


def test_the_second_of_two_equal_calls_is_refused_or_changes_nothing() -> None:
    """Converted, cancelled, deleted: once. Archived, tagged, permitted: what is so already stays as it is."""
    crm = service()
    _with_something_to_act_on(crm)
    crm.do(made(Convert))
    with pytest.raises(Refused) as caught:
        crm.do(made(Convert))
    assert ["conversion.is_a_change"] == [finding.rule for finding in caught.value.decision.refusals]
    crm.do(made(Cancel))
    for again in (Cancel, MarkHeld, MarkMissed, Reschedule):
        with pytest.raises(Refused):
            crm.do(made(again))
    for kind in (Archive, Restore, Hide, Show, Tag, Untag, JoinGroups, LeaveGroups, Permit, Withdraw, Edit):
        crm.do(made(kind))
        before = _everything(crm)
        crm.do(made(kind))
        assert before == _everything(crm)
    crm.do(made(Delete))
    with pytest.raises(NotFound):
        crm.do(made(Delete))


def test_an_id_is_taken_once() -> None:
    """A second contact, company or appointment of one id is refused, and changes nothing."""
    crm = service()
    _with_something_to_act_on(crm)
    before = _everything(crm)
    for command in (made(AddContact, id="c-1"), made(Adopt, id="c-1"), made(AddCompany, id="f-1")):
        with pytest.raises(Refused) as caught:
            crm.do(command)
        assert ["editing.id_is_free"] == [finding.rule for finding in caught.value.decision.refusals]
    with wrong("id"):
        crm.do(made(Book, id="a-1", start=NOW + 5 * DAY))
    assert before == _everything(crm)


NOTHING_TO_DO: Final = (
    AssignCredentials, Restore, Show, Untag, LeaveGroups, Withdraw, WithdrawCredentials, SetPrimary, CompleteStage,
    DefinePipeline, DropFollowUp, GiveUp, LiftDoNotContact, LiftDoNotMarket, MoveFollowUp, PutOnPipeline, SendCampaign,
    SkipStage, TakeOffPipeline,
)  # fmt: skip
"""Commands that find nothing to change in what is set up here: such a plan is empty, or refused."""
OF_TEAMS: Final[Mapping[type[Any], dict[str, Any]]] = {
    Accept: {"token": Token("public-selector-1", f"{VERIFIER}01")},
    AddMember: {},
    AssignCoach: {"coach": "m-2"},
    AssignPackage: {"contact": "c-2"},
    ChangeMember: {},
    CompleteOnboarding: {"contact": "c-3"},
    Decline: {"token": Token("public-selector-1", f"{VERIFIER}01")},
    DefineOffer: {},
    Erase: {"contact": "c-3"},
    Merge: {"contact": "c-3", "other": "c-2"},
    ExpireInvitation: {"by": CLOCK},
    Invite: {"contact": "c-2"},
    MintLink: {},
    RecordPayment: {"contact": "c-2"},
    RemoveMember: {"member": "m-2"},
    Revoke: {},
    SendAgain: {},
    TakeOffPackage: {},
    UnassignCoach: {},
}
"""Commands about what only a team has, or may, with what each acts on in `_with_a_team`."""


def test_a_plan_is_applied_once() -> None:
    """The second time it is a Conflict, and nothing has happened twice."""
    for kind in EVERY:
        if kind in NOTHING_TO_DO or kind in OF_TEAMS:
            continue
        crm = service()
        _with_something_to_act_on(crm)
        plan = crm.plan(made(kind))
        crm.apply(plan)
        before = _everything(crm)
        with pytest.raises(Conflict):
            crm.apply(plan)
        assert before == _everything(crm)


@pytest.mark.parametrize("kind", OF_TEAMS)
def test_a_plan_of_a_team_is_applied_once(kind: type[Any]) -> None:
    """Members, invitations, links, packages: whatever was planned happens once."""
    crm, clock = _with_a_team()
    if kind is ExpireInvitation:
        clock.advance(days=8)
    plan = crm.plan(made(kind, **{"by": OWNER, **OF_TEAMS[kind]}) if kind not in ANSWERS else kind(**OF_TEAMS[kind]))
    assert plan.events
    crm.apply(plan)
    before = _everything(crm)
    with pytest.raises(Conflict):
        crm.apply(plan)
    assert before == _everything(crm)


def test_a_stale_plan_is_a_conflict() -> None:
    """What was read has changed: the plan is not stored."""
    crm = service()
    person(crm)
    plan = crm.plan(made(Convert))
    crm.do(made(Tag))
    with pytest.raises(Conflict):
        crm.apply(plan)
    assert Coaching.PROSPECT is crm.contact("c-1").status


def test_a_plan_of_a_former_life_is_a_conflict() -> None:
    """The contact was deleted, and its id given to another one: the plan was about the former."""
    crm = service()
    person(crm)
    plan = crm.plan(made(Convert))
    crm.do(made(Delete))
    try:
        person(crm, name="Bea")
    except Refused:
        return  # an id that was used is not free again: as good
    with pytest.raises(Conflict):
        crm.apply(plan)
    assert crm.contact("c-1") == history.contact_at(crm.history("c-1"))


def test_an_old_plan_is_a_conflict() -> None:
    """A plan is valid for as long as the policy says, the last moment included."""
    valid = Elapsed(minutes=10)
    clock = FixedClock(NOW)
    crm: FunnelService[Any, Any] = FunnelService(
        COACHING.with_policy(shell=ShellPolicy(plan_valid=valid)), account="acme", storage=MemoryStorage(), clock=clock
    )
    plan = crm.plan(made(AddContact))
    clock.set(NOW + timedelta(minutes=10, microseconds=1))
    with pytest.raises(Conflict):
        crm.apply(plan)
    clock.set(NOW + timedelta(minutes=10))
    assert Coaching.PROSPECT is crm.apply(plan).status


def test_a_refused_plan_is_not_applied() -> None:
    """Its result raises, too."""
    crm = service(AGENCY)
    person(crm, status=Agency.CLIENT, email="ada@example.org")
    plan = crm.plan(made(Convert, to=Agency.LEAD))
    assert not plan.allowed
    with pytest.raises(Refused):
        crm.apply(plan)
    with pytest.raises(Refused):
        _ = plan.result
    assert ((), (), ()) == (plan.changed, plan.events, plan.texts)


def test_the_same_status_is_accepted_by_policy_and_changes_nothing() -> None:
    """A second call may be fine; then it says nothing. Source: SD-A2."""
    crm = service(COACHING.with_policy(conversion=ConversionPolicy(same_status=SameStatus.ACCEPTED)))
    person(crm)
    before = _everything(crm)
    assert crm.contact("c-1") == crm.do(made(Convert, to=Coaching.PROSPECT))
    assert before == _everything(crm)
    viewer = Actor(id="v-1", role=Role.VIEWER)
    with pytest.raises(Refused):
        crm.do(made(Convert, to=Coaching.PROSPECT, by=viewer))


# ---- keys and expectations


def test_the_same_key_gives_the_first_result_again() -> None:
    """Delivered twice, done once; the result is the first one, whatever has happened since."""
    crm = service()
    first = crm.do(made(AddContact), key="k")
    crm.do(made(Tag, contact=first.id))
    assert first == crm.do(made(AddContact), key="k")
    assert 1 == len(crm.contacts())


PAIRS: Final = [
    (Hide, Show),
    (Archive, Delete),
    (Cancel, MarkMissed),
    (Archive, Restore),
    (Tag, Untag),
    (Permit, Withdraw),
]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda kind: str(kind.__name__))
def test_the_same_key_with_another_command_is_a_conflict(first: type[Any], second: type[Any]) -> None:
    """Also where the two commands have the same fields: a Show is no second Hide."""
    crm = service()
    _with_something_to_act_on(crm)
    crm.do(made(first), key="k")
    with pytest.raises(Conflict):
        crm.do(made(second), key="k")


def test_the_same_key_with_another_field_is_a_conflict() -> None:
    """By another actor, about another contact, with another reason: another command."""
    crm = service()
    person(crm)
    person(crm, id="c-2")
    crm.do(made(Convert), key="k")
    for other in ({"contact": "c-2"}, {"to": Coaching.BUYER}, {"by": SYSTEM}, {"reason": "because"}, {"at": NOW}):
        with pytest.raises(Conflict):
            crm.do(made(Convert, **other), key="k")


def test_the_same_moment_in_another_zone_is_the_same_command() -> None:
    """A web hook delivered again may write its time otherwise."""
    crm = service()
    person(crm)
    first = crm.do(made(Convert, at=NOW), key="k")
    again = made(Convert, at=NOW.astimezone(timezone(2 * HOUR)))
    assert first == crm.do(again, key="k")


def test_a_refused_command_leaves_its_key_free() -> None:
    """Nothing was done, so it can be done later."""
    crm = service(AGENCY)
    person(crm)
    convert = made(Convert, to=Agency.CLIENT)
    with pytest.raises(Refused):
        crm.do(convert, key="k")
    crm.do(made(Edit, email="ada@example.org"))
    assert Agency.CLIENT is crm.do(convert, key="k").status


@pytest.mark.parametrize("key", ["", " ", 5, ["k"], b"k", True])
def test_a_key_is_an_id(key: Any) -> None:
    """What is no key would be one for everybody."""
    with wrong("key"):
        service().do(made(AddContact), key=key)


def test_what_is_given_once_has_no_key() -> None:
    """A clear token is stored nowhere, so it could not be given again."""
    crm, _ = _with_a_team()
    before = _everything(crm)
    with wrong("key"):
        crm.do(made(MintLink, by=OWNER), key="k")
    assert before == _everything(crm)


@pytest.mark.parametrize("expect", [0, 2, 99, -1])
def test_another_version_than_expected_is_a_conflict(expect: int) -> None:
    """Somebody was quicker; nothing is tried again."""
    crm = service()
    _with_something_to_act_on(crm)
    assert (3, 1) == (crm.contact("c-1").version, crm.appointment("a-1").version)
    for kind in (Tag, Archive, Convert, Delete, Cancel):
        with pytest.raises(Conflict):
            crm.do(made(kind), expect=expect)
    crm.do(made(Cancel), expect=1)
    crm.do(made(Tag), expect=3)


@pytest.mark.parametrize("expect", [True, 1.0, [], (), {}])
def test_an_expectation_is_a_version_or_a_basis(expect: Any) -> None:
    """A truth is no version, though it is equal to one."""
    crm = service()
    person(crm)
    with wrong("expect"):
        crm.do(made(Tag), expect=expect)


def test_a_version_of_nothing_is_refused() -> None:
    """A command about nothing that exists has no version to expect."""
    crm = service()
    person(crm)
    for kind in (AddContact, Adopt, AddCompany, Book):
        with wrong("expect"):
            crm.do(made(kind), expect=1)


def test_the_version_of_a_company_is_expected_of_a_command_about_it() -> None:
    """A new primary contact is a change of the company, so it is the company's version."""
    crm = service()
    crm.do(made(AddCompany, id="f-1"))
    person(crm, company="f-1")
    crm.do(made(Tag))
    assert (1, 2) == (crm.company("f-1").version, crm.contact("c-1").version)
    with pytest.raises(Conflict):
        crm.do(made(SetPrimary), expect=2)
    assert "c-1" == crm.do(made(SetPrimary), expect=1).primary


@pytest.mark.parametrize("kind", [AddContact, Adopt, AddCompany, Book, Convert, Tag, Delete])
def test_a_basis_is_expected_of_any_command(kind: type[Any]) -> None:
    """Plan, look, do: it goes through while nothing has changed, also where an id is made, and not after."""
    crm = service()
    person(crm, email="ada@example.org")
    command = made(kind, email="ada@example.org") if kind in (AddContact, Adopt) else made(kind)
    stale = crm.plan(command).basis
    crm.do(made(Book, start=NOW + HOUR))
    crm.do(made(Edit, email="bea@example.org"))
    if kind is not AddCompany:
        with pytest.raises(Conflict):
            crm.do(command, expect=stale)
    crm.do(command, expect=crm.plan(command).basis)


# ---- nothing shows who it is about

MARKER: Final = "zqx"
NAMED: Final = {"name": "Zqx Zqxname", "email": "Zqx@Zqxmail.example", "phone": "+49 zqx 12"}
SAID: Final = "Zqx has told me everything"


def _marked() -> tuple[FunnelService[Any, Any], MemoryObserver, MemoryNotifier, list[object]]:
    """Live a little with a marker in every name, address, reason and note; give all that was seen on the way."""
    observer, notifier, seen = MemoryObserver(), MemoryNotifier(failing=["account_details"]), []
    clock = FixedClock(NOW)
    crm: FunnelService[Any, Any] = FunnelService(
        AGENCY, account="acme", storage=MemoryStorage(), clock=clock, observer=observer, notifier=notifier
    )
    lived = [
        made(AddCompany, id="f-1", name="Zqx Ltd"),
        made(AddContact, id="c-1", company="f-1", **NAMED),
        made(Adopt, id="c-2", status=Agency.LEAD, **{**NAMED, "email": "other-zqx@zqxmail.example"}),
        made(Edit, **{**NAMED, "email": "zqx2@zqxmail.example"}),
        made(Convert, to=Agency.PROSPECT, reason=SAID),
        made(Convert, to=Agency.LEAD, reason=SAID),
        made(AssignCredentials),
        made(Book, id="a-1", note=SAID),
        made(Book, note=SAID),
        made(Reschedule, start=NOW - HOUR, note=SAID),
        made(MarkHeld, note=SAID),
        made(MarkMissed, note=SAID),
        made(SetPrimary),
        made(AddContact, **{**NAMED, "email": "zqx2@zqxmail.example"}),
        made(Correct, to=Agency.CLIENT, reason=SAID),
        made(Archive, reason=SAID),
        made(Delete, contact="c-2", reason=SAID),
        made(Convert, contact="c-9", to=Agency.CLIENT, reason=SAID),
    ]
    for command in lived:
        seen += [command, _caught(lambda c=command: crm.plan(c)), _caught(lambda c=command: crm.do(c, key=str(id(c))))]  # type: ignore[misc]  # a default of a lambda has no type
    seen += list(crm.do_all(lived))
    return crm, observer, notifier, seen


def _caught(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except FunnelkitError as error:
        return error


def _texts(seen: object) -> Iterator[str]:
    """Give every text that a program would log of this: repr and str, of its parts and of what an error came from."""
    yield repr(seen)
    yield str(seen)
    if isinstance(seen, BaseException):
        came_from = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        yield from () if came_from is None else _texts(came_from)
    for part in (
        "decision", "exact", "outcome", "events", "changed", "removed", "read", "touched", "counted", "messages",
        "consequences", "obligations", "notices", "problems", "refused",
    ):  # fmt: skip
        if hasattr(seen, part) and not isinstance(seen, type):
            yield from (text for text in (repr(getattr(seen, part)), str(getattr(seen, part))))


def test_no_text_of_what_was_done_shows_who_it_is_about() -> None:
    """Commands, plans, decisions, events, values, errors, outcomes and what the observer hears."""
    crm, observer, notifier, seen = _marked()
    seen += [crm.contact("c-1"), crm.person("c-1"), crm.company("f-1"), *crm.contacts(), *crm.appointments("c-1")]
    seen += [*crm.history("c-1"), *crm.history_of("appointment", "a-1"), *crm.history_of("company", "f-1")]
    seen += [crm.options("c-1", by=COACH), crm.rights(["c-1"]), crm.certification(), list(crm.certification())]
    seen += [crm, observer.heard, notifier.sent]
    crm.deliver()
    assert any(SAID == crm.reason(event) for event in crm.history("c-1"))
    assert [] == [text for thing in seen for text in _texts(thing) if MARKER in text.casefold()]


def planted(place: int) -> Token:
    """Give the token of this place, with a marker in what nobody but the person invited may have."""
    return Token(f"public-selector-{place}", f"{VERIFIER}{place:02}")


class PlantedTokens:
    """Hands out planted tokens, the first one first."""

    def __init__(self) -> None:
        self.count = 0

    def fresh(self) -> Token:
        """Give the next one."""
        self.count += 1
        return planted(self.count)


class LooseTongue(MemoryNotifier):
    """Fails at the first try of each letter, and says in its error all that the letter has."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Letter] = []

    def send(self, account: str, message: Message) -> None:
        """Tell everything, or keep it."""
        if isinstance(message, Letter):
            self.letters.append(message)
            if [letter.key for letter in self.letters].count(message.key) == 1:
                raise ConnectionError(f"{message.token.reveal()} {message.note}")
        super().send(account, message)


MESSAGE: Final = "Zqxwelcome,\nhere is what I wrote to you"


@frozen
class Lived:
    """What a team has lived through, and everything that was seen on the way."""

    crm: FunnelService[Any, Any]
    storage: MemoryStorage
    observer: MemoryObserver
    notifier: LooseTongue
    limits: MemoryLimits
    seen: list[object]
    minted: list[Token]

    def do(self, *commands: Any) -> None:
        """Plan and do, one after the other."""
        for command in commands:
            self.seen.append(command)
            self.seen.extend(_caught(partial(verb, command)) for verb in (self.crm.plan, self.crm.do))

    def deliver(self) -> Token:
        """Let messages leave, the letters at the second try; give the token of the last letter to the contact."""
        self.crm.deliver()
        self.crm.deliver()
        return [letter.token for letter in self.notifier.letters if letter.to == "c-1"][-1]

    def mint(self) -> None:
        """Ask for another link of the contact's last invitation."""
        command = MintLink(invitation=self.crm.invitations("c-1")[-1].id, by=OWNER)
        self.seen.extend((command, self.crm.plan(command)))
        self.minted.append(self.crm.do(command))

    def ask(self, token: Token) -> None:
        """Look at a link as whoever has it may, and as the account may."""
        for given in (token, token.reveal(), token.reveal()[:-1] + "x", f"{token.reveal()}zqx", token.verifier):
            self.seen.extend(_caught(partial(ask, given)) for ask in (self.crm.peek, self.crm.why))


def _marked_team() -> Lived:
    """Live a little as a team, with a marker in every name, address, message, reason and token."""
    clock, storage, observer, notifier = FixedClock(NOW), MemoryStorage(), MemoryObserver(), LooseTongue()
    limits = MemoryLimits(inviter=50, address=50)
    crm: FunnelService[Any, Any] = FunnelService(
        TEAM, account="acme", storage=storage, clock=clock, observer=observer, notifier=notifier, limits=limits,
        tokens=PlantedTokens(),
    )  # fmt: skip
    lived, other = Lived(crm, storage, observer, notifier, limits, [], []), {**NAMED, "email": "zqx3@zqxmail.example"}
    staff: dict[str, Any] = {"name": NAMED["name"], "email": "zqx-coach@zqxmail.example", "greeting": SAID}
    new: dict[str, Any] = {"contact": None, **NAMED, "status": Team.CLIENT, "by": OWNER, "message": MESSAGE}
    lived.do(
        made(AddMember, id="o-1", name=NAMED["name"], role=Role.OWNER, by=SYSTEM),
        made(AddMember, id="m-1", by=OWNER, **staff),
        made(AddMember, id="m-1", by=OWNER, **staff),
        made(AddMember, id="m-2", by=OWNER, **staff),
        made(ChangeMember, by=OWNER, **{**staff, "greeting": f"{SAID}!"}),
        made(DefineOffer, id="five", sessions=5, by=OWNER),
        made(DefineOffer, id="link", sessions=5, payment=Payment.TO_BE_PAID, by=OWNER),
        made(Invite, **new, id="c-1", coach="m-1", packages=["five"]),
        made(Invite, **new, id="c-2"),
        made(AddContact, id="c-2", **NAMED),
        made(AddMember, id="m-3", by=OWNER, name=NAMED["name"], email=NAMED["email"]),
        made(Invite, by=OWNER, message=MESSAGE),
        made(Invite, by=OWNER, message=MESSAGE, supersede=True),
        made(RecordPayment, **NAMED, payment="pi-1", contact=None, offer="link", by=SYSTEM),
        made(RecordPayment, **other, payment="pi-1", contact=None, offer="five", by=SYSTEM),
        made(RecordPayment, **other, payment="pi-1", contact=None, offer="link", by=SYSTEM),
        made(RecordPayment, **other, payment="pi-1", contact=None, offer="five", by=SYSTEM),
    )
    first = lived.deliver()
    lived.mint()
    for token in (*(letter.token for letter in notifier.letters), *lived.minted):
        lived.ask(token)
    pending = crm.invitations("c-1")[-1].id
    lived.do(made(SendAgain, invitation=pending, by=OWNER), Accept(token=first), Accept(token=first.reveal()))
    second = lived.deliver()
    lived.do(made(Edit, email="zqx2@zqxmail.example", by=OWNER), Accept(token=second))
    lived.do(made(Revoke, invitation=pending, reason=SAID, by=OWNER), Accept(token=second))
    lived.do(made(Invite, by=OWNER, message=MESSAGE))
    third = lived.deliver()
    lived.do(Accept(token=third, by=Actor(id="c-9", role=Role.CLIENT)), Decline(token=third.reveal()))
    lived.do(made(Invite, by=OWNER, message=MESSAGE))
    clock.advance(days=8)
    lived.seen.append(crm.sweep())
    lived.do(made(SendAgain, invitation=crm.invitations("c-1")[-1].id, by=OWNER))
    fourth = lived.deliver()
    lived.mint()
    lived.do(Accept(token=fourth.reveal()), Accept(token=fourth), Accept(token=lived.minted[-1]))
    lived.ask(fourth)
    lived.do(
        made(CompleteOnboarding, by=OWNER),
        made(AssignPackage, by=OWNER),
        made(RemoveMember, by=OWNER),
        made(Archive, reason=SAID, by=OWNER),
    )
    lived.seen.extend(crm.do_all([made(Invite, **new), Accept(token=fourth), made(MintLink, by=COACH)]))
    return lived


def _leaves(held: object, path: str = "", above: tuple[int, ...] = ()) -> Iterator[tuple[str, str]]:
    """Give every text that can be reached from here, with its path, whether a repr shows it or not."""
    if isinstance(held, (str, bytes)):
        yield path, held if isinstance(held, str) else held.decode(errors="replace")
    if isinstance(held, (str, bytes, type, int)) or id(held) in above:
        return
    above = (*above, id(held))
    if isinstance(held, Mapping):
        for key, value in held.items():
            yield from _leaves(key, path, above)
            yield from _leaves(value, path, above)
    elif isinstance(held, (list, tuple, AbstractSet)):
        for member in held:
            yield from _leaves(member, path, above)
    slots = (getattr(kind, "__slots__", ()) for kind in type(held).__mro__)
    for name in {*vars(held)} if hasattr(held, "__dict__") else {one for names in slots for one in names}:
        if hasattr(held, name):
            yield from _leaves(getattr(held, name), f"{path}.{name}", above)


def test_no_text_of_what_a_team_did_shows_who_it_is_about() -> None:
    """Members, invitations, links, packages: commands, plans, answers, events, errors, and what the observer hears."""
    lived = _marked_team()
    crm, seen = lived.crm, [*lived.seen, lived.observer.heard, lived.notifier.sent, lived.notifier.letters]
    seen += [crm, crm.contact("c-1"), crm.person("c-1"), crm.members(), crm.offers(), crm.dashboard("c-1")]
    seen += [crm.invitations("c-1"), crm.packages("c-1"), crm.withheld(), *lived.minted]
    invitations, packages = crm.invitations("c-1"), [held.package for held in crm.packages("c-1")]
    nouns = [("member", "m-1"), ("offer", "five"), *(("invitation", one.id) for one in invitations)]
    told = [event for noun in (*nouns, *(("package", one.id) for one in packages)) for event in crm.history_of(*noun)]
    seen += [told, crm.history("c-1")]
    assert {"accepted", "declined", "revoked", "superseded"} == {one.state.value for one in invitations}
    assert {"failed", "refused", "sent"} <= {what for what, _, _ in lived.observer.heard}
    assert [] == [text for thing in seen for text in _texts(thing) if MARKER in text.casefold()]


def test_nothing_of_a_token_is_at_rest() -> None:
    """After letters have left, failed and left again, and links were minted by hand: hashes are kept, and no token."""
    lived = _marked_team()
    tokens = [*(letter.token for letter in lived.notifier.letters), *lived.minted]
    leaves = [*_leaves(lived.storage), *_leaves(lived.limits), *_leaves(lived.observer)]
    kept = {leaf for path, leaf in leaves if ".links." in path}
    assert {hashed(token, "acme") for token in tokens} <= kept
    assert {token.selector for token in tokens} <= kept
    assert [] == [path for path, leaf in leaves if VERIFIER in leaf or "fki_" in leaf]


def test_names_and_messages_stand_where_they_belong_and_nowhere_else() -> None:
    """A person and a member by id, a reason or a message as the text of one event: found there, and nowhere else."""
    lived = _marked_team()
    leaves = [*_leaves(lived.storage), *_leaves(lived.limits), *_leaves(lived.observer)]
    marked = [(path, leaf) for path, leaf in leaves if MARKER in leaf.casefold()]
    assert {"history", "members", "persons"} == {path.split(".")[2] for path, _ in marked}
    texts = {leaf for path, leaf in marked if ".history." in path}
    assert {SAID, MESSAGE} == texts
    assert all(
        path.startswith("._accounts.history._texts")
        for path, leaf in marked
        if leaf in texts and ".members" not in path
    )
    notes = {one.note for one in lived.crm.invitations("c-1")} - {None}
    stores = lived.storage.stores("acme")
    assert notes == {event for event, text in stores.history._texts.items() if text == MESSAGE}  # noqa: SLF001  # what lies in the table is the question
    assert all(MESSAGE == lived.crm.reason(note) for note in notes if note)


@pytest.mark.parametrize("kind", [AddContact, Adopt])
def test_no_conflict_about_an_address_shows_it(kind: type[Any]) -> None:
    """Two add one address: the second learns that somebody was quicker, not with which address."""
    crm = service(AGENCY)
    command = made(kind, status=Agency.LEAD, **NAMED)
    first, second = crm.plan(command), crm.plan(command)
    crm.apply(first)
    with pytest.raises(Conflict) as caught:
        crm.apply(second)
    assert [] == [text for text in _texts(caught.value) if MARKER in text.casefold()]


@pytest.mark.parametrize(
    "give",
    [
        lambda: made(AddContact, name=["Zqx"], email="zqx", phone=["zqx"], id=" zqx", tags=["zqx "], coach="zqx\n"),
        lambda: made(Edit, name={"zqx"}, email="zqx@zqx", phone=b"zqx"),
        lambda: made(
            Book, kind="zqx", zone="zqx", where="zqx", start="zqx", end="zqx", paid="zqx", minutes="zqx", coach=" zqx"
        ),
        lambda: made(Convert, reason=["zqx"], at="zqx", by="zqx", cause=" zqx"),
        lambda: made(Permit, kinds=["zqx"], items="zqx"),
        lambda: made(Accept, token=["zqx"], by="zqx"),
        lambda: service().do(made(Accept, token=f"fki_zqx.{VERIFIER}01")),
        lambda: service().do(made(Decline, token=planted(1))),
        lambda: service().peek({"zqx"}),  # type: ignore[arg-type]  # as it comes in
        lambda: Token("zqx", f"{VERIFIER}01"),
        lambda: link("zqx.example.org", planted(1)),
        lambda: link("https://example.org", "zqx"),  # type: ignore[arg-type]  # as it comes in
        lambda: made(AddMember, id=" zqx", name=["zqx"], role="zqx", email="zqx", zone="zqx", greeting=b"zqx"),
        lambda: made(ChangeMember, member="zqx ", name=b"zqx", role="zqx", email="zqx@zqx", zone="zqx"),
        lambda: anew(Invite, name=["zqx"], email="zqx", phone=b"zqx", coach=" zqx", sender="zqx", message=["zqx"]),
        lambda: made(Invite, name="Zqx Zqxname", email="zqx@zqxmail.example", another="zqx", packages=["zqx "]),
        lambda: service().do(anew(Invite, status="zqx")),
        lambda: made(DefineOffer, name=["zqx"], shape="zqx", payment="zqx", sessions="zqx", coaches=["zqx\n"]),
        lambda: made(RecordPayment, payment=" zqx", offer="zqx ", email="zqx", contact=None, name=b"zqx"),
        lambda: Actor(id=" zqx", role="zqx"),  # type: ignore[arg-type]  # as it comes in
        lambda: Person(id="zqx ", name="", email="zqx", phone=" "),
        lambda: COACHING.status("zqx"),
        lambda: COACHING.right("zqx"),
        lambda: COACHING.trigger("zqx"),
        lambda: vocabulary(COACHING, ["Zqx Zqxname"]),
        lambda: service(account=" zqx"),
        lambda: service().do(made(Adopt, status="zqx")),
        lambda: service().do(made(AddContact, trigger="zqx")),
        lambda: FunnelService(COACHING, account="a", storage=MemoryStorage(), clock=FixedClock(NOW), zone="zqx"),
    ],
)
def test_no_error_shows_what_was_given(give: Callable[[], object]) -> None:
    """A value in the wrong place may be a name, so none is shown."""
    with pytest.raises(FunnelkitError) as caught:
        give()
    assert [] == [text for text in _texts(caught.value) if MARKER in text.casefold()]


# ---- givens


def _with_something_to_act_on(crm: FunnelService[Any, Any]) -> None:
    """Given a contact of a company, and an appointment that has begun."""
    crm.do(made(AddCompany, id="f-1"))
    crm.do(made(AddContact, id="c-1", company="f-1"))
    crm.do(made(SetPrimary))
    crm.do(made(Convert, to=Coaching.BUYER))
    crm.do(made(Correct, to=Coaching.PROSPECT, event=crm.history("c-1")[-1].id))
    crm.do(made(Book, id="a-1", start=NOW - HOUR))


def _with_a_team() -> tuple[FunnelService[Any, Any], FixedClock]:
    """Given an owner, two coaches, five sessions; `c-1` was invited with them, `c-2` was not, `c-3` has accepted."""
    clock = FixedClock(NOW)
    crm: FunnelService[Any, Any] = FunnelService(
        TEAM, account="acme", storage=MemoryStorage(), clock=clock, notifier=MemoryNotifier(), tokens=PlantedTokens()
    )
    for member, role in (("o-1", Role.OWNER), ("m-1", Role.COACH), ("m-2", Role.COACH)):
        crm.do(made(AddMember, id=member, role=role, by=SYSTEM))
    crm.do(made(DefineOffer, id="five", sessions=5, by=OWNER))
    for contact in ("c-1", "c-2", "c-3"):
        email = f"{contact}@example.org"
        crm.do(made(AddContact, id=contact, email=email, status=Team.CLIENT, coach="m-1", by=OWNER))
    crm.do(made(Invite, packages=["five"], by=OWNER))
    crm.deliver()
    other = crm.do(made(Invite, contact="c-3", by=OWNER))
    crm.do(Accept(token=crm.do(MintLink(invitation=other.id, by=OWNER))))
    return crm, clock


def _one(crm: FunnelService[Any, Any]) -> str:
    """Given a contact of any kind."""
    added: Contact = crm.do(made(AddContact))
    return added.id


def _held(id: str, status: Any) -> Appointment:
    """Given an hour that has passed, of a contact that had this status at booking."""
    return Appointment(
        id=id, funnel="coaching", coach="m-1", kind=Kind.SESSION, start=NOW, end=NOW + HOUR, zone="UTC",
        attendees=(Attendee("c-1", status),), booked=NOW,
    )  # fmt: skip


def _everything(crm: FunnelService[Any, Any]) -> object:
    """Give all that is stored."""
    contacts, members, offers = crm.contacts(), crm.members(), crm.offers(retired=True)
    invitations = [one for c in contacts for one in crm.invitations(c.id)]
    packages = [one.package for c in contacts for one in crm.packages(c.id)]
    kinds = [("company", "f-1"), ("group", "g-1"), ("appointment", "a-1")]
    for kind, found in (("member", members), ("offer", offers), ("invitation", invitations), ("package", packages)):
        kinds += [(kind, one.id) for one in found]
    return (
        (contacts, members, offers, invitations, packages),
        [(crm.export(c.id), crm.history(c.id), crm.appointments(c.id)) for c in contacts],
        [crm.history_of(kind, key) for kind, key in kinds],
        Standing.ACTIVE,
    )


# ---- what a service and a pass over all accounts are made of


@pytest.mark.parametrize("zones", [["Europe/Berlin"], "Europe/Berlin", {5: "Europe/Berlin"}, {"m-1": "Mars/Olympus"}])
def test_zones_of_members_are_a_table_of_zones(zones: Any) -> None:
    """By the id of the member; what is none is named."""
    with pytest.raises(Invalid) as caught:
        FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW), zones=zones)
    assert all(problem.path.startswith("zones") for problem in caught.value.problems)


@pytest.mark.parametrize("stop_after", [timedelta(minutes=5), 300, LocalDays(1)])
def test_a_pass_stops_after_a_length_of_real_time(stop_after: Any) -> None:
    """No bare timedelta, no number, no days of a calendar."""
    with pytest.raises(Invalid) as caught:
        sweep_accounts(MemoryStorage(), lambda _: FRANCHISE, FixedClock(NOW), stop_after=stop_after)
    assert ["stop_after"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("given", [None, "franchise", 5, [5]])
def test_what_is_no_funnel_for_an_account_is_an_outcome(given: Any) -> None:
    """The account is passed over, and the outcome names what was asked for."""
    storage, clock = MemoryStorage(), FixedClock(NOW)
    crm = FunnelService(FRANCHISE, account="acme", storage=storage, clock=clock)
    crm.do(Adopt(id="c-1", name="Ada", status=Franchise.FOLLOW_UP_5, by=COACH))
    crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
    clock.advance(days=5)
    swept = sweep_accounts(storage, lambda _: given, clock)
    assert (0, 1, [("funnel_for",)]) == (swept.done, swept.left, [outcome.codes for outcome in swept.failed])


def test_deleting_says_that_the_follow_up_ends() -> None:
    """As every other plan that ends one."""
    crm = service()
    person(crm)
    crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
    plan = crm.plan(made(Delete))
    assert "follow_up_ends" in [consequence.code for consequence in plan.consequences]
