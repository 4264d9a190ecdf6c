"""Which of the contacts that are worked on move, and which need somebody: one part for each, and none forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import COACHING, FRANCHISE, STUDIO, TEAM, Contact, Funnel, Invalid, Kind, Right
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.commands import (
    Archive,
    Cancel,
    Convert,
    DropFollowUp,
    Hide,
    LogContact,
    MarkHeld,
    MarkMissed,
    Reschedule,
    Restore,
    ScheduleFollowUp,
    SetDoNotContact,
    Show,
    Tag,
)
from funnelkit.policy import ProgressPolicy
from funnelkit.rules import progress
from funnelkit.statuses.agency import AGENCY
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.studio import Studio
from funnelkit.times import BusinessTime, Elapsed, LocalDays, Week
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact as Stored
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.outreach import Block
from funnelkit.values.person import Person
from funnelkit.values.pipeline import AtStage
from funnelkit.words import Channel, Direction, Progress, Standing
from tests.scenarios.leads import Watched, called, watched
from tests.scenarios.world import COACH, DAY, HOUR, NOON, a_session, itself, rules, someone

S: Final = Franchise
TICK: Final = timedelta(microseconds=1)
DUE, MOVING, STALLED, WITHOUT = (
    Progress.DUE, Progress.MOVING, Progress.STALLED, Progress.WITHOUT_NEXT_STEP,
)  # fmt: skip
World = Watched[Any, Any]


@pytest.fixture
def leads() -> World:
    """An empty franchise."""
    return watched(FRANCHISE)


def part(world: World, contact: Contact) -> Progress | None:
    """Give the part in which a contact is; None: in none. It is in one at most."""
    found = [word for word, entries in world.progress().items() if contact.id in [e.contact for e in entries]]
    assert len(found) <= 1
    return found[0] if found else None


# ---- each part


def test_an_empty_account_has_four_empty_parts(leads: World) -> None:
    """Every word is there, with nobody in it."""
    assert dict.fromkeys(Progress, ()) == leads.progress()


def test_who_has_no_step_ahead_is_told(leads: World) -> None:
    """A new lead, of today: no follow-up, no appointment. Source: ours."""
    lead = someone(leads, S.NEW_LEAD, coach="m-1")
    (entry,) = leads.progress()[WITHOUT]
    assert (lead.id, "m-1", S.NEW_LEAD, NOON, WITHOUT) == (
        entry.contact, entry.coach, entry.status, entry.since, entry.progress,
    )  # fmt: skip
    assert ["progress.has_a_next_step"] == rules(entry.why)
    assert "there is no next step" in str(entry.why)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_a_follow_up_moves_until_it_is_due(leads: World, microseconds: int) -> None:
    """From its date on, inclusive, it is due. Source: S2."""
    lead = called(leads, 1)
    leads.clock.set(NOON + 48 * HOUR + microseconds * TICK)
    assert (MOVING if microseconds < 0 else DUE) is part(leads, lead)


def test_who_is_due_stays_due_however_long(leads: World) -> None:
    """It does not become stalled: somebody has to call. Source: ours."""
    lead = called(leads, 5)
    leads.clock.advance(days=300)
    assert DUE is part(leads, lead)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_without_a_step_a_contact_stalls_after_the_policys_length(leads: World, microseconds: int) -> None:
    """Fourteen days since the status was set, inclusive; before that there is only no next step. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.set(NOON + 14 * DAY + microseconds * TICK)
    assert (WITHOUT if microseconds < 0 else STALLED) is part(leads, lead)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
@pytest.mark.parametrize("direction", list(Direction))
def test_a_touch_counts_as_something_that_happened(leads: World, microseconds: int, direction: Direction) -> None:
    """Fourteen days since the last touch, either way, if that is later than the status. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    leads.clock.advance(days=10)
    leads.do(LogContact(contact=lead.id, direction=direction, by=COACH))
    leads.clock.set(NOON + 24 * DAY + microseconds * TICK)
    assert (WITHOUT if microseconds < 0 else STALLED) is part(leads, lead)


def test_what_is_beside_the_status_is_nothing_that_happened(leads: World) -> None:
    """A tag does not keep a lead from stalling; another status does. Source: ours."""
    lead = someone(leads, S.CONSULTATION_CANCELLED)
    leads.clock.advance(days=13)
    leads.do(Tag(contact=lead.id, tags=["maths"], by=COACH))
    leads.clock.advance(days=1)
    assert STALLED is part(leads, lead)
    leads.do(Convert(contact=lead.id, to=S.FOLLOW_UP_1, by=COACH))
    leads.do(DropFollowUp(contact=lead.id, by=COACH))
    assert WITHOUT is part(leads, lead)


def test_an_unknown_since_is_neither_stalled_nor_new(leads: World) -> None:
    """Adopted, and nobody knows since when: there is only no next step, however long ago it came. Source: ours."""
    lead = someone(leads, S.NEW_LEAD, since=None)
    for days in (0, 14, 3000):
        leads.clock.set(NOON + days * DAY)
        assert WITHOUT is part(leads, lead)
    (entry,) = leads.progress()[WITHOUT]
    assert (None, ["--"]) == (
        entry.since, [f.mark.value for f in entry.why.findings if f.rule == "progress.has_not_stalled"],
    )  # fmt: skip
    assert "nobody knows since when the contact is new_lead" in str(entry.why)


def test_an_unknown_since_with_a_touch_is_still_unknown(leads: World) -> None:
    """What is known of one call says nothing of how long the lead has waited. Source: ours."""
    lead = someone(leads, S.NEW_LEAD, since=None)
    leads.do(LogContact(contact=lead.id, by=COACH))
    leads.clock.advance(days=60)
    assert WITHOUT is part(leads, lead)


def test_an_unknown_since_with_a_step_is_due_or_moves(leads: World) -> None:
    """A date is a date. Source: ours."""
    lead = someone(leads, S.NEW_LEAD, since=None)
    a_session(leads, lead, start=NOON + DAY)
    assert MOVING is part(leads, lead)


# ---- appointments


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_an_appointment_is_a_step_until_it_starts(leads: World, microseconds: int) -> None:
    """Before its start the lead moves; from then on it is no step any more. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    booked = a_session(leads, lead, start=NOON + 5 * DAY)
    leads.clock.set(booked.start + microseconds * TICK)
    assert (MOVING if microseconds < 0 else WITHOUT) is part(leads, lead)


@pytest.mark.parametrize("kind", list(Kind))
def test_an_appointment_of_any_kind_is_a_step(leads: World, kind: Kind) -> None:
    """A consultation as well as a session. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    a_session(leads, lead, kind=kind, start=NOON + 30 * DAY)
    leads.clock.advance(days=20)
    assert MOVING is part(leads, lead)


def test_a_cancelled_appointment_is_no_step(leads: World) -> None:
    """Nor one that was missed or held; one that was moved is. Source: ours."""
    lead = someone(leads, S.NEW_LEAD)
    gone = a_session(leads, lead, start=NOON + 5 * DAY)
    assert MOVING is part(leads, lead)
    leads.do(Cancel(appointment=gone.id, by=COACH))
    assert WITHOUT is part(leads, lead)
    moved = a_session(leads, lead, start=NOON + DAY)
    leads.do(Reschedule(appointment=moved.id, start=NOON + 6 * DAY, by=COACH))
    leads.clock.advance(days=3)
    assert MOVING is part(leads, lead)
    for hours, mark in enumerate((MarkHeld, MarkMissed), start=1):
        other = someone(leads, S.NEW_LEAD)
        there = a_session(leads, other, start=leads.clock.now() - hours * HOUR)
        leads.do(mark(appointment=there.id, by=COACH))
        assert WITHOUT is part(leads, other)


def test_an_appointment_is_a_step_of_each_who_attends() -> None:
    """A group of three moves; who is not among them does not. Source: ours."""
    practice = watched(COACHING)
    together = [someone(practice, Coaching.PROSPECT) for _ in range(3)]
    alone = someone(practice, Coaching.PROSPECT)
    a_session(practice, *together, start=NOON + DAY)
    assert [MOVING] * 3 == [part(practice, one) for one in together]
    assert WITHOUT is part(practice, alone)


def test_an_appointment_in_another_funnel_is_no_step_here(leads: World) -> None:
    """The practice's session says nothing about the franchise's lead. Source: BG-A20."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead = someone(leads, S.NEW_LEAD)
    same = someone(practice, Coaching.PROSPECT, id=lead.id)
    a_session(practice, same, start=NOON + DAY)
    assert (WITHOUT, MOVING) == (part(leads, lead), part(practice, same))


def test_a_follow_up_that_is_due_comes_before_an_appointment_ahead() -> None:
    """Where both can stand, it is due. Source: ours."""
    practice = watched(COACHING)
    ada = practice.do(ScheduleFollowUp(contact=someone(practice, Coaching.PROSPECT).id, by=COACH))
    a_session(practice, ada, start=NOON + 30 * DAY)
    practice.clock.set(NOON + 48 * HOUR)
    assert DUE is part(practice, ada)


# ---- who is in no part


@pytest.mark.parametrize(
    ("funnel", "expected"),
    [
        (FRANCHISE, {s for s in Franchise if s not in (
            S.CANCELLED_AND_DNC, S.UNSERVICABLE, S.OUT_OF_AREA, S.DNC, S.COLD, S.NOT_SOLD, S.SOLD
        )}),
        (COACHING, {Coaching.HOT_LEAD, Coaching.PROSPECT, Coaching.BUYER}),
        (STUDIO, {Studio.LEAD}),
    ],
    ids=["franchise", "coaching", "studio"],
)  # fmt: skip
def test_only_open_statuses_are_worked_on(funnel: Funnel[Any, Any], expected: set[Any]) -> None:
    """Every other status is in no part, whatever is booked. Source: BG-A17, ours."""
    world = watched(funnel)
    for status in funnel.statuses:
        ada = someone(world, status)
        a_session(world, ada, kind=Kind.SAMPLE, start=NOON + (1 + len(world.contacts())) * DAY)
        assert (status in expected) is (part(world, ada) is not None)


@pytest.mark.parametrize("stop", [Archive, Hide])
def test_who_is_out_of_sight_is_in_no_part(leads: World, stop: Any) -> None:
    """Archived or hidden: nobody works on it, even with a follow-up due; back in sight, it is there again."""
    lead = called(leads, 1)
    leads.clock.advance(days=9)
    leads.do(stop(contact=lead.id, by=COACH))
    assert None is part(leads, lead)
    back: Any = Restore if stop is Archive else Show
    leads.do(back(contact=lead.id, by=COACH))
    assert (WITHOUT if stop is Archive else DUE) is part(leads, lead)


@pytest.mark.parametrize("funnel", [AGENCY, TEAM], ids=["agency", "team"])
def test_a_funnel_without_a_list_of_open_statuses_takes_all_but_its_ends(funnel: Funnel[Any, Any]) -> None:
    """Each status is in a part or in none, as the table says. Source: ours."""
    world = watched(funnel)
    for status in funnel.statuses:
        assert (status in funnel.worked_on) is (part(world, someone(world, status, email=None)) is not None)
    expected = funnel.open or [status for status in funnel.statuses if status not in funnel.ends]
    assert set(expected) == funnel.worked_on


# ---- who may not be contacted


@pytest.mark.parametrize("until", [None, NOON + 90 * DAY])
def test_who_may_not_be_contacted_is_never_due(leads: World, until: datetime | None) -> None:
    """Set here it drops the follow-up, set in another funnel it hides it: never due, either way. Source: BG-A12."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    here, elsewhere = called(leads, 1), called(leads, 1)
    someone(practice, Coaching.PROSPECT, id=elsewhere.id)
    leads.do(SetDoNotContact(contact=here.id, until=until, by=itself(here)))
    practice.do(SetDoNotContact(contact=elsewhere.id, until=until, by=COACH))
    for days in (0, 2, 9, 13):
        leads.clock.set(NOON + days * DAY)
        assert [WITHOUT, WITHOUT] == [part(leads, here), part(leads, elsewhere)]
    leads.clock.set(NOON + 14 * DAY)
    assert [STALLED, STALLED] == [part(leads, here), part(leads, elsewhere)]
    leads.clock.set(NOON + 90 * DAY)
    assert [STALLED, STALLED if until is None else DUE] == [part(leads, here), part(leads, elsewhere)]


def test_a_block_of_one_channel_leaves_it_due(leads: World) -> None:
    """There is another way to reach the lead."""
    lead = called(leads, 1)
    leads.do(SetDoNotContact(contact=lead.id, channel=Channel.PHONE, by=COACH))
    leads.clock.advance(days=9)
    assert DUE is part(leads, lead)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
def test_who_is_cold_by_now_is_worked_on_by_nobody(leads: World, microseconds: int) -> None:
    """Two hours after the last call, swept or not, the lead is in no part. Source: BG-A7."""
    lead = called(leads, 6)
    assert lead.follow_up is not None
    leads.clock.set(lead.follow_up.due + 2 * HOUR + microseconds * TICK)
    before = part(leads, lead)
    leads.swept()
    assert before is part(leads, lead)
    assert (DUE if microseconds < 0 else None) is before


# ---- thresholds

PER_STATUS: Final = ProgressPolicy(
    stalled_after=Elapsed(hours=24 * 5),
    by_status=(("new_lead", Elapsed(hours=3)), ("consultation_cancelled", LocalDays(30))),
)


@pytest.mark.parametrize("microseconds", [-1, 0, 1])
@pytest.mark.parametrize(
    ("status", "hours"),
    [
        (S.NEW_LEAD, 3),
        (S.FOLLOW_UP_1, 5 * 24),
        (S.CONSULTATION_BOOKED, 5 * 24),
        (S.CONSULTATION_CANCELLED, 30 * 24 - 1),  # thirty days on the wall, over the change of the clock
    ],
)
def test_each_status_has_its_own_length(microseconds: int, status: Franchise, hours: int) -> None:
    """By key, else the funnel's; the boundary belongs to stalled. Source: ours."""
    world = watched(FRANCHISE.with_policy(progress=PER_STATUS))
    lead = someone(world, status)
    world.clock.set(NOON + hours * HOUR + microseconds * TICK)
    assert (WITHOUT if microseconds < 0 else STALLED) is part(world, lead)


@pytest.mark.parametrize("microseconds", [-1, 0])
def test_a_length_is_counted_where_the_coach_lives(microseconds: int) -> None:
    """Ten local days over the change of the clock in New York, which Berlin makes three weeks later. Source: ours."""
    funnel = FRANCHISE.with_policy(progress=ProgressPolicy(stalled_after=LocalDays(10)))
    world = watched(funnel, zones={"m-1": "America/New_York"})
    there, here = someone(world, S.NEW_LEAD, coach="m-1"), someone(world, S.NEW_LEAD, coach="m-2")
    world.clock.set(NOON + 10 * DAY - HOUR + microseconds * TICK)
    assert (STALLED if microseconds == 0 else WITHOUT, WITHOUT) == (part(world, there), part(world, here))
    world.clock.set(NOON + 10 * DAY)
    assert STALLED is part(world, here)


def test_a_length_may_be_counted_in_opening_hours() -> None:
    """Two working days from a Monday noon, with a Tuesday off: Thursday noon. Source: ours."""
    funnel = FRANCHISE.with_policy(progress=ProgressPolicy(stalled_after=BusinessTime(days=2)))
    closed = Week(closed=frozenset({(NOON + DAY).date()}))
    world = watched(funnel, calendar=closed)
    lead = someone(world, S.NEW_LEAD)
    assert WITHOUT is part(world.at(NOON + 3 * DAY - TICK), lead)
    assert STALLED is part(world.at(NOON + 3 * DAY), lead)


# ---- whose


def test_a_coach_sees_their_own(leads: World) -> None:
    """The parts of one coach, or of all; nobody of another account or funnel."""
    mine, _, _ = (someone(leads, S.NEW_LEAD, coach=coach) for coach in ("m-1", "m-2", None))
    other = watched(FRANCHISE, storage=leads.storage, clock=leads.clock, account="other")
    someone(other, S.NEW_LEAD)
    assert [mine.id] == [entry.contact for entry in leads.progress(coach="m-1")[WITHOUT]]
    assert 3 == len(leads.progress()[WITHOUT])
    assert 0 == len(leads.progress(coach="m-9")[WITHOUT])
    assert 1 == len(other.progress()[WITHOUT])


@pytest.mark.parametrize("wrong", ["", 5, "a\nb"])
def test_a_coach_that_is_no_id_is_refused(leads: World, wrong: Any) -> None:
    """As everywhere, with the field's name."""
    with pytest.raises(Invalid) as caught:
        leads.progress(coach=wrong)
    assert ["coach"] == [problem.path for problem in caught.value.problems]


def test_a_person_whom_the_host_keeps_to_itself_is_in_a_part(leads: World) -> None:
    """Nobody knows of a do-not-contact then."""
    lead = called(leads, 1)
    with leads.storage.transaction("acme") as stores:
        stores.persons.remove(lead.id)
    leads.clock.advance(days=3)
    assert DUE is part(leads, lead)


# ---- the pure level


def test_it_can_be_asked_without_any_shell() -> None:
    """On a host's own rows: plain facts in, one word out, and why."""
    case = progress.Case(when=NOON, status=S.NEW_LEAD, since=NOON - 20 * DAY)
    stalled = progress.on_its_way(FRANCHISE, case)
    assert (STALLED, ["progress.has_not_stalled", "progress.has_a_next_step"]) == (
        progress.progress(stalled), rules(stalled),
    )  # fmt: skip
    for changed, expected in (
        ({"booked": True}, MOVING),
        ({"due": NOON + TICK}, MOVING),
        ({"due": NOON}, DUE),
        ({"due": NOON - 90 * DAY, "booked": True}, DUE),
        ({"staged": True}, STALLED),
        ({"staged": True, "touched": NOON}, MOVING),
        ({"touched": NOON - 14 * DAY + TICK}, WITHOUT),
        ({"touched": NOON - 30 * DAY}, STALLED),  # before the status was set
        ({"since": None}, WITHOUT),
        ({"since": None, "staged": True}, MOVING),
        ({"since": NOON}, WITHOUT),
    ):
        assert expected is progress.progress(progress.on_its_way(FRANCHISE, evolve(case, **changed))), changed


@pytest.mark.parametrize("standing", list(Standing))
def test_open_is_a_status_that_is_worked_on_and_in_sight(standing: Standing) -> None:
    """Both at once."""
    for status in Franchise:
        expected = status in FRANCHISE.open and standing is Standing.ACTIVE
        assert expected is progress.is_open(FRANCHISE, status, standing)


# ---- the law: total and disjoint

LENGTHS: Final = (Elapsed(hours=0), Elapsed(hours=1), Elapsed(hours=24 * 14), LocalDays(1), BusinessTime(hours=3))
MOMENTS: Final = st.sampled_from(
    [NOON + sign * n for n in (0 * HOUR, TICK, HOUR, DAY, 14 * DAY, 20 * DAY) for sign in (-1, 1)]
)
CONTACTS: Final = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(Franchise),
            "standing": st.sampled_from([Standing.ACTIVE, Standing.ACTIVE, Standing.HIDDEN, Standing.ARCHIVED]),
            "coach": st.sampled_from([None, "m-1", "m-2"]),
            "since": st.none() | MOMENTS,
            "touched": st.none() | MOMENTS,
            "due": st.none() | MOMENTS,
            "staged": st.booleans(),
            "blocked": st.sampled_from(["", "", "all", "until", "over", "phone"]),
            "person": st.sampled_from([True, True, False]),
            "starts": st.none() | MOMENTS,
        }
    ),
    max_size=12,
)
Row = dict[str, Any]


def stored(world: World, n: int, row: Row) -> None:
    """Given a row of a host, as it may be: also what no command would make."""
    key = f"c-{n}"
    due = row["due"]
    stands = None if due is None else FollowUp(id=f"e-{n}", noted=f"e-{n}", due=due, attempt=1, set=NOON)
    stage = AtStage(pipeline="p-1", stage="s-1", since=NOON, entered=NOON) if row["staged"] else None
    contact = Stored(
        id=key, status=row["status"], since=row["since"], changed=NOON, standing=row["standing"], coach=row["coach"],
        follow_up=stands, pipeline=stage, touched=row["touched"], version=1,
    )  # fmt: skip
    until = {"until": NOON + TICK, "over": NOON}.get(row["blocked"])
    channel = Channel.PHONE if row["blocked"] == "phone" else None
    block = Block(id=f"b-{n}", since=NOON - DAY, until=until, channel=channel)
    with world.storage.transaction("acme") as stores:
        stores.contacts.save("franchise", contact)
        if row["person"]:
            stores.persons.save(Person(id=key, name="Ada", blocks=(block,) if row["blocked"] else (), version=1))
        if row["starts"] is not None:
            stores.appointments.save(
                Appointment(
                    id=f"a-{n}", funnel="franchise", coach=f"m-{n}", kind=Kind.SESSION, start=row["starts"],
                    end=row["starts"] + HOUR, zone="UTC", attendees=(Attendee(key, None),), booked=NOON - 30 * DAY,
                    version=1,
                )
            )  # fmt: skip


def expected_of(row: Row, length: Any) -> Progress | None:
    """Read the rules once more, in plain words, sharing no code."""
    if row["standing"] is not Standing.ACTIVE or row["status"] not in FRANCHISE.open:
        return None
    blocked = row["person"] and row["blocked"] in ("all", "until")
    due = None if blocked else row["due"]
    if due is not None and due <= NOON:
        return DUE
    if due is not None or (row["starts"] is not None and row["starts"] > NOON):
        return MOVING
    if row["since"] is not None:
        idle = max(row["since"], row["touched"] or row["since"])
        if length.after(idle, "Europe/Berlin") <= NOON:
            return STALLED
    return MOVING if row["staged"] else WITHOUT


@cache
def stalling(length: Any, status: Franchise | None = None) -> Funnel[Franchise, Right]:
    """A franchise whose leads stall after this length, in this status or in all; each is built once."""
    after = {"stalled_after": length} if status is None else {"by_status": ((status.value, length),)}
    return FRANCHISE.with_policy(progress=ProgressPolicy(**after))


@settings(max_examples=60, deadline=None)
@given(CONTACTS, st.sampled_from(LENGTHS))
def test_the_split_is_total_and_disjoint(rows: list[Row], length: Any) -> None:
    """Every open contact in sight is in exactly one part, and nobody else is in any; each where plain words put it."""
    world = watched(stalling(length), storage=MemoryStorage())
    for n, row in enumerate(rows):
        stored(world, n, row)
    split = world.progress()
    assert list(Progress) == list(split)
    found = [(entry.contact, word) for word, entries in split.items() for entry in entries]
    assert len(found) == len(dict(found))
    expected = {f"c-{n}": word for n, row in enumerate(rows) if (word := expected_of(row, length)) is not None}
    assert expected == dict(found)
    for coach in ("m-1", "m-2"):
        own = {key: word for key, word in expected.items() if rows[int(key[2:])]["coach"] == coach}
        assert own == {e.contact: word for word, entries in world.progress(coach=coach).items() for e in entries}


@settings(max_examples=80, deadline=None)
@given(
    st.none() | MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS, st.booleans(), st.booleans(),
    st.sampled_from(Franchise), st.sampled_from(LENGTHS),
)  # fmt: skip
def test_every_case_is_one_word(
    since: datetime | None, touched: datetime | None, due: datetime | None, booked: bool, staged: bool,
    status: Franchise, length: Any,
) -> None:  # fmt: skip
    """On plain facts, whatever they are; on its way exactly if it is moving."""
    funnel = stalling(length, status)
    case = progress.Case(
        when=NOON, status=status, since=since, touched=touched, due=due, booked=booked, staged=staged
    )  # fmt: skip
    why = progress.on_its_way(funnel, case)
    word = progress.progress(why)
    assert (word is MOVING) is why.allowed
    assert (word is DUE) is (due is not None and due <= NOON)
    assert word is not STALLED or (since is not None and not booked and due is None)
    assert 3 == len(why.findings)
    assert datetime(2026, 3, 2, 12, tzinfo=UTC) == NOON


def test_who_was_blocked_when_the_time_ran_out_is_no_cold_lead_before_the_sweep_either(leads: World) -> None:
    """Asked in another funnel not to be contacted: what can be done next is what is done, swept or not. BG-A12."""
    practice = watched(COACHING, storage=leads.storage, clock=leads.clock)
    lead = called(leads, 6)
    someone(practice, Coaching.PROSPECT, id=lead.id)
    practice.do(SetDoNotContact(contact=lead.id, by=COACH))
    leads.clock.advance(days=5)
    before = {option.to: option.allowed for option in leads.options(lead.id, by=COACH)}
    split = part(leads, lead)
    leads.swept()
    assert before == {option.to: option.allowed for option in leads.options(lead.id, by=COACH)}
    assert split is part(leads, lead) is Progress.WITHOUT_NEXT_STEP
