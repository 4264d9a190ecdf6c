"""Values as documents, and commands out of bodies: nothing is lost, nothing is bent, no error shows a value.

The files under `golden/` are what released versions wrote; each is loaded for ever. They are written by hand only:
`python -c "from tests.test_codec import write_golden; write_golden()"` writes those that are missing, and no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
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
    commands,
    schema,
    wire,
)
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import KEEP, AddContact, Adopt, Book, Convert, Delete, Edit, MarkHeld, Permit, Record, Tag
from funnelkit.planning import Command
from funnelkit.rules import conversion
from funnelkit.schema import COMMANDS, EVENTS, NEVER, NOUNS, TAGS, axes, parts
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.table import Status, Trigger
from funnelkit.values import events, person, plan
from funnelkit.values.appointment import Attendee
from funnelkit.values.checks import Checked
from funnelkit.values.events import ContactChanged, Event, StatusChanged, Why
from funnelkit.values.person import Company, Group
from funnelkit.values.plan import Message
from funnelkit.wire import decision_to, load, load_stored, plan_to, read, write

FUNNELS: Final[tuple[Any, ...]] = (COACHING, AGENCY, FRANCHISE, STUDIO, TEAM)
GOLDEN: Final = Path(__file__).parent / "golden"
VERSION: Final = "0.1.0"
NAME: Final = "Ada Lovelace"
COACH: Final = Actor(id="m-1", role=Role.COACH)
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)


def problems(do: Callable[[], object]) -> dict[str, str]:
    """Give what is wrong, by path; nothing of it shows the name that was planted."""
    with pytest.raises(Invalid) as caught:
        do()
    assert NAME not in str(caught.value)
    assert NAME not in repr(caught.value)
    return {problem.path: problem.message for problem in caught.value.problems}


# ----------------------------------------------------------------------------------------------------------- specimens


def specimens() -> dict[str, Any]:
    """One value of every class that has a tag, the same every time, with something in every field."""
    contact = Contact(
        id="C-1", status=Coaching.HOT_LEAD, since=NOON, changed=NOON + HOUR, version=3, attempt=2,
        standing=Standing.HIDDEN, former=Standing.ARCHIVED, portal=Portal.INVITED, category=Category.LEAD, coach="m-1",
        company="F-1", groups=frozenset({"choir", "alumni"}), tags=frozenset({"vip"}), permitted=frozenset({"page-1"}),
        opened=frozenset({"session"}), owned=frozenset({"book"}), agreements=frozenset({"A-1"}),
        enrollments=frozenset({"E-1"}),
    )  # fmt: skip
    attendees = (Attendee("C-1", Coaching.PROSPECT), Attendee("C-2"))
    appointment = Appointment(
        id="A-1", funnel="coaching", coach="m-1", kind=Kind.SESSION, start=NOON, end=NOON + HOUR, zone="Europe/Berlin",
        attendees=attendees, booked=NOON - HOUR, where=Where.PORTAL, state=AppointmentStatus.HELD, actual=55, paid=True,
        version=2,
    )  # fmt: skip
    told: dict[str, Any] = {
        "id": "E-1", "about": "C-1", "by": COACH, "effective": NOON, "recorded": NOON + timedelta(microseconds=1),
        "version": 3, "funnel": "0123456789abcdef0123456789abcdef", "cause": "import-7",
    }  # fmt: skip
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
        Person(id="C-1", name=NAME, email="Ada@Example.org", phone="+49 30 1", do_not_contact=True, version=4),
        Company(id="F-1", name="Analytical Engines", primary="C-1", version=2),
        Group(id="choir", permitted=frozenset({"page-1"}), opened=frozenset({"sample", "session"}), version=1),
        Message(key="E-1:account_details", to="C-1", template="account_details", params={"contact": "C-1"}),
        Removal.ARCHIVED,
        events.ContactAdded(**told, contact=contact, on=Happening.REGISTERED),
        events.ContactAdopted(**told, contact=contact),
        StatusChanged(
            **told, was=Coaching.PROSPECT, to=Coaching.BUYER, on=Happening.COACH_DECIDES, attempt=1, why=Why.REGRESSION
        ),
        events.StatusCorrected(
            **told, corrects="E-0", was=Coaching.BUYER, to=Coaching.PROSPECT, attempt=0, by_hand=False
        ),
        ContactChanged(**told, field="tags", was=frozenset(), to=frozenset({"vip", "press"})),
        events.PersonChanged(**told, fields=("name", "email")),
        events.DoNotContactSet(**told, to=True),
        events.TriggerRecorded(**told, on=Happening.PRODUCT_PURCHASED, item="book", moved=True),
        events.ContactDeleted(**told),
        events.GroupChanged(**told, permitted=frozenset({"page-1"}), opened=frozenset({"sample"})),
        events.CompanyChanged(**told, primary="C-1"),
        events.AppointmentBooked(**told, appointment=appointment),
        events.AppointmentRescheduled(**told, start=NOON + HOUR, end=NOON + 2 * HOUR, zone="Europe/Berlin"),
        events.AppointmentHeld(**told, actual=50),
        events.AppointmentMissed(**told),
        events.AppointmentCancelled(**told),
        events.AppointmentRestated(**told, attendees=attendees),
        events.AppointmentRemoved(**told),
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
        ),
        commands.Reschedule(**one, start=NOON, end=NOON + HOUR, zone="Europe/Berlin"),
        commands.Cancel(**one),
        MarkHeld(**one, minutes=50),
        commands.MarkMissed(**one),
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
    )  # fmt: skip
    return {TAGS[type(value)]: value for value in values}


def write_golden() -> None:
    """Write the golden files of this version that are missing. A released one never changes."""
    folder = GOLDEN / VERSION
    folder.mkdir(parents=True, exist_ok=True)
    for tag, value in specimens().items():
        file = folder / f"{tag}.json"
        if not file.exists():
            text = json.dumps(write(value, COACHING), ensure_ascii=False, indent=2)
            file.write_text(text + "\n", encoding="utf-8")


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
    assert [("edit", "phone"), ("permit", "group"), ("withdraw", "contact")] == empty


@pytest.mark.parametrize("tag", sorted(TAGS.values()))
def test_what_this_version_writes_is_written_down(tag: str) -> None:
    """The golden file of a class is what is written today; a change of it is a change of the form."""
    assert json.loads((GOLDEN / VERSION / f"{tag}.json").read_text(encoding="utf-8")) == specimen(tag)


@pytest.mark.parametrize("file", sorted(GOLDEN.rglob("*.json")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_golden_files_load_for_ever(file: Path) -> None:
    """A document of every released version loads, from data and from text, and gives what it gave."""
    text = file.read_text(encoding="utf-8")
    value = load(json.loads(text), COACHING)
    assert value == load(text, COACHING) == load(text.encode(), COACHING) == load(write(value, COACHING), COACHING)
    assert specimens()[TAGS[type(value)]] == value


# ------------------------------------------------------------------------------------------------------------ the tags


def of(module: Any, kind: type) -> set[type]:
    """Give the classes of a module that are of this kind."""
    return {each for each in vars(module).values() if isinstance(each, type) and issubclass(each, kind)}


def test_every_class_has_one_tag_and_no_two_share_it() -> None:
    """A tag stands in the table, never in a rule about names."""
    assert len(TAGS) == len(set(TAGS.values())) == len(NOUNS) + len(EVENTS) + len(COMMANDS)
    assert of(events, Event) - {Event} == set(EVENTS)
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
    inner = {one for kind in TAGS for part in parts(kind).values() for one in get_args(part.kind) if has(one)}
    assert set(wire.KEYS) == inner


def test_a_value_without_a_tag_is_no_document() -> None:
    """What was never meant to be stored is not written."""
    assert {"": "a int has no tag, so no document is made of it"} == problems(lambda: write(1, COACHING))
    with pytest.raises(Invalid, match="a Attendee has no tag"):
        write(Attendee("C-1"), COACHING)


# --------------------------------------------------------------------------------------------------------- round trips

WORDS: Final = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
TIMES: Final = st.datetimes(timezones=st.just(UTC))
ZONED: Final = st.datetimes(
    datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])
)
LEAVES: Final[Mapping[Any, st.SearchStrategy[Any]]] = {int: st.integers(0, 10**6), bool: st.booleans()}
BY_NAME: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "email": WORDS.map(lambda word: f"{word}@example.org"),
    "minutes": st.integers(1, 1440),
    "zone": st.sampled_from(["UTC", "Europe/Berlin"]),
}


def of_kind(kind: Any, funnel: Any, *, checked: bool) -> st.SearchStrategy[Any]:
    """Give values of a field's kind; those of checked classes are fit for their checks."""
    if kind is str:
        return WORDS if checked else st.text(max_size=8)
    if kind is datetime:
        return ZONED if checked else TIMES
    if kind is Status or kind is Trigger:
        return st.sampled_from([*(funnel.statuses if kind is Status else funnel.triggers)])
    if kind in LEAVES:
        return LEAVES[kind]
    if has(kind):
        return values(kind, funnel)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from([*kind])
    head, *_ = inner = get_args(kind)
    each = of_kind(head, funnel, checked=checked)
    if len(inner) > 1 and inner[1] is str:
        return st.dictionaries(each, each, max_size=2)
    return st.lists(each, min_size=1, max_size=3, unique=True).map(tuple if len(inner) > 1 else frozenset)


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
    if kind is Appointment:
        held["funnel"] = st.just(funnel.name)
    if kind in (Permit, commands.Withdraw):
        held |= {"contact": WORDS, "group": st.none()}
    return st.builds(kind, **held)


def changes(axis: str, funnel: Any) -> st.SearchStrategy[ContactChanged]:
    """Give changes of this field of a contact, from and to what it can hold."""
    part = axes()[axis]
    each = of_kind(part.kind, funnel, checked=False) | (st.none() if part.null else st.nothing())
    told = {name: of_kind(p.kind, funnel, checked=False) for name, p in parts(Event).items()}
    return st.builds(ContactChanged, **{**told, "field": st.just(axis), "was": each, "to": each})


@pytest.mark.parametrize("kind", TAGS, ids=TAGS.values())
@settings(max_examples=20, deadline=None)
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
    foreign = problems(lambda: write(evolve(contact, status=Agency.PROSPECT), COACHING))
    assert "a status of coaching is needed, not one of Agency" in foreign["status"]
    booked = specimens()["appointment_booked"]
    restated = evolve(specimens()["appointment_restated"], attendees=(Attendee("C-1", Agency.LEAD),))
    assert {"attendees[0].status"} == set(problems(lambda: write(restated, COACHING)))
    assert {"funnel"} == set(problems(lambda: write(appointment, AGENCY)))
    assert {"appointment.funnel"} == set(problems(lambda: write(booked, AGENCY)))
    assert "it belongs to another funnel" == problems(lambda: load(specimen("appointment"), AGENCY))["funnel"]


def test_a_naive_time_is_not_written() -> None:
    """A time that could be any is refused with its path."""
    naive = evolve(specimens()["contact"], changed=datetime(2026, 3, 2))
    assert {"contact.changed"} == set(problems(lambda: write(events.ContactAdopted(**told(), contact=naive), COACHING)))


def told() -> dict[str, Any]:
    """Give what every event says."""
    event = specimens()["contact_deleted"]
    return {name: getattr(event, name) for name in parts(Event)}


# ------------------------------------------------------------------------------------------------------- strict reading


def test_every_problem_of_a_document_comes_at_once_by_its_path() -> None:
    """Missing, unknown, of another type, unheard of: all of it, and none of what stood there."""
    document = specimen("appointment_booked")
    del document["about"]
    document |= {"by": {"id": NAME + "\n", "role": "coahc", "team": NAME}, "version": "3", "effective": "2026-03-02T12:00"}
    document["appointment"] |= {"kind": NAME, "attendees": [{"contact": NAME, "status": "prospct"}, NAME], "paid": "no"}
    document[NAME] = NAME
    found = problems(lambda: load(document, COACHING))
    assert {
        "", "about", "by.role", "by.team", "version", "effective", "appointment.kind", "appointment.paid",
        "appointment.attendees[0].status", "appointment.attendees[1]",
    } == set(found)  # fmt: skip
    assert "is missing" == found["about"]
    assert "did you mean 'coach'?" in found["by.role"]
    assert "unknown status 'prospct' in coaching; did you mean 'prospect'?" in found["appointment.attendees[0].status"]
    assert "a text is needed, not nothing" == problems(lambda: load({**specimen("contact"), "id": None}, COACHING))["id"]


@pytest.mark.parametrize("tag", sorted(TAGS.values()))
def test_nothing_else_is_taken_for_a_document(tag: str) -> None:
    """Whatever one field is replaced by, a value comes out that is written like that, or a problem at that field."""
    document = specimen(tag)
    for name in set(document) - {"type", "schema"}:
        for wrong in (None, 60.9, True, 7, NAME, "", [NAME], [7], {}, {NAME: NAME}, datetime(2026, 3, 2), Role.COACH):
            try:
                made = load({**document, name: wrong}, COACHING)
            except Invalid as error:
                assert NAME not in str(error)
                assert all(each.path.startswith((name, "contact", "items", "was", "to")) for each in error.problems)
            else:
                assert wrong == write(made, COACHING)[name]
                assert type(wrong) is type(write(made, COACHING)[name])


@pytest.mark.parametrize(
    ("head", "path", "text"),
    [
        ({"type": "contct"}, "type", "did you mean 'contact'?"),
        ({"type": ["contact"]}, "type", "a type of documents is needed, not a list"),
        ({"type": None}, "type", "is missing"),
        ({"schema": None}, "schema", "is missing"),
        ({"schema": True}, "schema", "a whole number from 1 is needed"),
        ({"schema": 0}, "schema", "a whole number from 1 is needed"),
        ({"schema": 2}, "schema", "is newer than 1, the newest form that is known here"),
    ],
)
def test_a_document_says_what_it_is(head: dict[str, Any], path: str, text: str) -> None:
    """An unknown tag is called that, not a missing field; a form of tomorrow is not guessed at."""
    assert text in problems(lambda: load({**specimen("contact"), **head}, COACHING))[path]


def test_a_caller_says_what_a_document_has_to_be() -> None:
    """A store of contacts that finds something else says so; an event is one of any class."""
    changed: Event = load(specimen("status_changed"), COACHING, Event)
    assert specimens()["status_changed"] == changed
    assert "known: contact" in problems(lambda: load(specimen("person"), COACHING, Contact))["type"]


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
    assert {"changed"} == set(problems(lambda: load({**specimen("contact"), "changed": text}, COACHING)))


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
    assert problem in problems(lambda: load(text, COACHING))[""]
    assert problem in problems(lambda: read(Convert, text, funnel=COACHING, by=COACH))[""]


def test_a_key_that_stands_twice_in_a_text_is_refused() -> None:
    """Of two values of one key, JSON readers take this one or that one."""
    text = json.dumps(specimen("status_changed")).replace('"role":', '"role": "client", "role":')
    assert {"role": "stands twice"} == problems(lambda: load(text, COACHING))
    twice = f'{{"to": "buyer", "to": "prospect", "{NAME}": 1, "{NAME}": 2}}'
    found = problems(lambda: read(Convert, twice, funnel=COACHING, by=COACH, contact="C-1"))
    assert {"to": "stands twice", "…": "is no field here"} == found


# ------------------------------------------------------------------------------------------------ newer and older forms


def test_what_newer_code_added_survives_older_code() -> None:
    """Unknown keys of a stored document are kept apart, in its shape, and written again; from outside they are refused."""
    document = specimen("appointment_booked") | {"mood": ["good"]}
    document["by"] |= {"team": "north"}
    document["appointment"] |= {"room": {"floor": 2}}
    document["appointment"]["attendees"][1] |= {"seat": 4}
    stored = load_stored(document, COACHING, events.AppointmentBooked)
    assert specimens()["appointment_booked"] == stored.value
    assert document == write(stored.value, COACHING, stored.extra)
    assert {"mood", "by.team", "appointment.room", "appointment.attendees[1].seat"} == set(
        problems(lambda: load(document, COACHING))
    )


def test_what_is_kept_apart_stays_with_what_it_stood_in() -> None:
    """An attendee who leaves takes along what was kept for it; nobody else gets it, and no known field is written over."""
    document = specimen("appointment")
    document["attendees"] = [{"contact": c, "status": None, "seat": n} for n, c in enumerate(("C-1", "C-2", "C-3"))]
    stored = load_stored(document, COACHING, Appointment)
    rest = evolve(stored.value, attendees=(Attendee("C-3"), Attendee("C-2"), Attendee("C-9")))
    written = write(rest, COACHING, stored.extra)["attendees"]
    assert [("C-3", 2), ("C-2", 1), ("C-9", None)] == [(one["contact"], one.get("seat")) for one in written]
    person = specimens()["person"]
    assert write(person, COACHING) == write(person, COACHING, {"name": "x", "version": 99, "type": "x"})


def test_a_stored_document_is_read_as_strictly_in_all_else() -> None:
    """Only unknown keys are forgiven."""
    document = specimen("appointment") | {"mood": 1, "paid": "no", "attendees": [{"contact": 3, "seat": 1}, NAME]}
    found = problems(lambda: load_stored(document, COACHING))
    assert {"paid", "attendees[0].contact", "attendees[1]"} == set(found)
    assert Removal.DELETED is load_stored({"type": "removal", "schema": 1, "value": "deleted", "x": 1}, COACHING).value
    assert {"value"} == set(problems(lambda: load({"type": "removal", "schema": 1}, COACHING)))


def test_an_older_form_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each older form has a pure function to the next; what is loaded is the newest, whatever it was called then."""

    def renamed(old: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**old, "type": {"customer": "contact"}.get(old["type"], old["type"])}

    def split(old: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**{k: v for k, v in old.items() if k != "labels"}, "tags": old["labels"].split()}

    monkeypatch.setattr(wire, "FORM", 3)
    monkeypatch.setattr(wire, "UPCASTERS", {1: renamed, 2: split})
    document = {**specimen("contact"), "type": "customer", "labels": "vip"}
    del document["tags"]
    before = json.dumps(document)
    assert specimens()["contact"] == load(document, COACHING)
    assert {"mood": 1} == load_stored({**document, "mood": 1}, COACHING).extra
    assert before == json.dumps(document)
    del document["labels"]
    assert {"": "cannot be brought from form 2 into form 3"} == problems(lambda: load(document, COACHING))


def test_there_is_a_way_up_from_every_older_form() -> None:
    """The table of upcasters has a step for each form before this one, and no other."""
    assert list(range(1, schema.FORM)) == sorted(wire.UPCASTERS)
