"""Funnels as documents: nothing is lost, nothing is let through, no value is shown, and a lock file holds."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.derived_funnel import PRACTICE, Practice
from examples.own_funnel import SCHOOL, Door, Happening, School
from funnelkit.documents import Document, assert_unchanged, lock, read_funnel, write_funnel
from funnelkit.errors import Invalid
from funnelkit.funnel import Funnel
from funnelkit.policy import (
    Anchor,
    FollowUpPolicy,
    InvitationPolicy,
    OutreachPolicy,
    PackagePolicy,
    Policy,
    ProgressPolicy,
    TeamPolicy,
)
from funnelkit.render import markdown
from funnelkit.statuses import agency, coaching, franchise, studio, team
from funnelkit.statuses.coaching import COACHING, Coaching
from funnelkit.strict import converter, structured
from funnelkit.table import STAFF, Move, Need, Status
from funnelkit.times import BusinessTime, Elapsed, Length, LocalDays, Repeated, Skipped, Span
from funnelkit.words import Kind, Right, Role, Standing

Tables = Funnel[Status, StrEnum]
MODULES = (
    (coaching.COACHING, coaching.READINGS),
    (agency.AGENCY, agency.READINGS),
    (franchise.FRANCHISE, franchise.READINGS),
    (studio.STUDIO, studio.READINGS),
    (team.TEAM, team.READINGS),
)
EVERY: dict[str, Tables] = {
    "school": SCHOOL,
    "practice": PRACTICE,
    **{f"{origin.name}": origin for origin, _ in MODULES},
    **{f"{origin.name}, {title}": reading for origin, readings in MODULES for title, reading in readings.items()},
}
SECRET = "Ada Lovelace"
Spoil = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    """A document of coaching that a test may spoil."""
    written: dict[str, Any] = json.loads(json.dumps(write_funnel(COACHING)))
    return written


def problems(spoilt: object, **enums: Any) -> dict[str, str]:
    """What is wrong with a document: path and message of each problem."""
    with pytest.raises(Invalid) as caught:
        read_funnel(spoilt, **enums)
    return {problem.path: problem.message for problem in caught.value.problems}


# ---------------------------------------------------------------------------------------------------- nothing is lost


@pytest.mark.parametrize("funnel", EVERY.values(), ids=EVERY)
def test_a_funnel_comes_back_as_it_was(funnel: Tables) -> None:
    """Written to JSON and read with its own enums, a funnel has every table, the same order, the same fingerprint."""
    text = json.dumps(write_funnel(funnel))
    column = type(funnel.rights.columns[0])
    back = read_funnel(json.loads(text), statuses=funnel.statuses, triggers=funnel.triggers, rights=column)
    for part in fields(Funnel):
        if part.init:
            assert getattr(funnel, part.name) == getattr(back, part.name), part.name
    assert funnel.rights.rows() == back.rights.rows()
    assert funnel.fingerprint == back.fingerprint
    assert markdown(funnel) == markdown(back)


@pytest.mark.parametrize("funnel", EVERY.values(), ids=EVERY)
def test_a_document_stands_for_itself(funnel: Tables) -> None:
    """Read without any enum at hand, a document makes its own words, and is written again as the same text."""
    back = read_funnel(write_funnel(funnel))
    assert funnel.fingerprint == back.fingerprint
    assert lock(funnel) == lock(back)
    assert [status.value for status in funnel.statuses] == [status.value for status in back.statuses]


def test_a_document_survives_a_store_that_sorts_keys() -> None:
    """Some stores of JSON keep no order of keys; what has an order is a list, so the fingerprint stays."""
    sorted_text = json.dumps(write_funnel(franchise.FRANCHISE), sort_keys=True)
    assert franchise.FRANCHISE.fingerprint == read_funnel(json.loads(sorted_text)).fingerprint


def test_a_document_has_every_field_of_a_funnel() -> None:
    """A field that is added to a funnel is missed here until documents have it, too."""
    written = {part.name for part in fields(Document)}
    asked = {part.name for part in fields(Funnel) if part.init}
    assert {"schema"} == written - asked
    assert {"labels", "hours_notes"} == asked - written


def test_words_come_back_as_members_of_the_given_enums() -> None:
    """With the enums given, statuses, triggers and columns are their members; columns of ours stay ours without."""
    back = read_funnel(write_funnel(SCHOOL), statuses=School, triggers=Happening, rights=Door)
    assert School.TRIAL in back.labels
    assert Happening is back.triggers
    assert back.answers[School.MEMBER, Door.VIDEOS].allowed
    assert Right.LOG_IN is read_funnel(write_funnel(COACHING)).rights.columns[0]
    assert Door.LOG_IN is not read_funnel(write_funnel(SCHOOL)).rights.columns[0]


def test_a_trigger_and_a_status_of_one_key_are_told_apart() -> None:
    """In the franchise `consultation_booked` is both; an effect says in its document which of them it means."""
    on = franchise.Franchise.CONSULTATION_BOOKED
    effect = evolve(franchise.EFFECTS[0], on=on)
    funnel = evolve(franchise.FRANCHISE, effects=(effect, evolve(effect, on=franchise.Happening.CONSULTATION_BOOKED)))
    back = read_funnel(write_funnel(funnel), statuses=franchise.Franchise, triggers=franchise.Happening, rights=Right)
    assert funnel.effects == back.effects
    assert [on, franchise.Happening.CONSULTATION_BOOKED] == [row.on for row in back.effects]
    assert [type(row.on) for row in funnel.effects] == [type(row.on) for row in back.effects]


SPANS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda pair: pair[0] != pair[1])
CLOCKS = SPANS.map(lambda pair: Span(*(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in pair)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTHS: st.SearchStrategy[Length] = st.one_of(
    st.integers(0, 10**7).map(lambda seconds: Elapsed(seconds=seconds)),
    st.builds(LocalDays, st.integers(0, 1000), st.sampled_from(Skipped), st.sampled_from(Repeated)),
    st.integers(0, 1000).map(lambda days: BusinessTime(days=days)),
    st.integers(0, 10**7).map(lambda seconds: BusinessTime(seconds=seconds)),
)
POLICIES = st.builds(
    Policy,
    follow_up=st.builds(
        FollowUpPolicy,
        delay=LENGTHS,
        cold_after=LENGTHS,
        anchor=st.sampled_from(Anchor),
        in_order=st.booleans(),
        notes_required=st.booleans(),
    ),
    outreach=st.builds(
        OutreachPolicy,
        quiet=st.none() | CLOCKS,
        campaigns=st.lists(st.sampled_from(Standing), unique=True).map(tuple),
    ),
    progress=st.builds(
        ProgressPolicy,
        stalled_after=LENGTHS,
        by_status=st.dictionaries(st.sampled_from([s.value for s in Coaching]), LENGTHS, max_size=3).map(
            lambda lengths: tuple(lengths.items())
        ),
    ),
    team=st.builds(TeamPolicy, members_only=st.booleans(), tell_coaches=st.booleans()),
    invitation=st.builds(
        InvitationPolicy,
        valid=LENGTHS.filter(lambda length: length.after(EPOCH) > EPOCH),
        coach_invites=st.booleans(),
        coach_for_others=st.booleans(),
        mails=st.booleans(),
        onboarding=st.lists(
            st.from_regex(r"[a-zäß_ ]{0,3}[a-zäß_]", fullmatch=True).map(str.strip), unique=True, max_size=3
        ).map(tuple),
    ),
    package=st.builds(
        PackagePolicy,
        per_invitation=st.integers(1, 9),
        replace_pending=st.booleans(),
        to_clients=st.booleans(),
        assign_unpaid=st.booleans(),
        books=st.lists(st.sampled_from(Kind), unique=True).map(tuple),
        needed=st.booleans(),
        free_until=st.none() | st.integers(0, 10**7).map(lambda seconds: Elapsed(seconds=seconds)),
        missed_burns=st.booleans(),
    ),
)


@settings(max_examples=50, deadline=None)
@given(policy=POLICIES)
def test_every_sort_of_length_and_every_hour_comes_back(policy: Policy) -> None:
    """Real time, local days and business time, quiet hours, lengths of single statuses: read back, they are equal.

    So are the figures of teams, invitations and packages.
    """
    funnel = evolve(COACHING, policy=policy)
    back = read_funnel(json.loads(lock(funnel)))
    assert policy == back.policy
    assert funnel.fingerprint == back.fingerprint
    assert lock(funnel) == lock(back)


def test_a_policy_is_written_as_people_would_write_it() -> None:
    """Each sort of length has keys of its own, a span has start and end, a pair is a list of two."""
    policy = Policy(
        follow_up=FollowUpPolicy(delay=LocalDays(2, skipped=Skipped.EARLIER), cold_after=BusinessTime(hours=8)),
        outreach=OutreachPolicy(quiet=Span("21:00", "08:00")),
        progress=ProgressPolicy(stalled_after=BusinessTime(days=5), by_status=(("buyer", Elapsed(hours=1)),)),
        invitation=InvitationPolicy(valid=LocalDays(7), onboarding=("welcome", "terms")),
        package=PackagePolicy(books=(Kind.SESSION, Kind.SAMPLE), free_until=Elapsed(hours=48)),
    )
    written = write_funnel(evolve(COACHING, policy=policy))["policy"]
    assert {"days": 2, "skipped": "earlier", "repeated": "first"} == written["follow_up"]["delay"]
    assert {"open_days": 0, "open_seconds": 28800} == written["follow_up"]["cold_after"]
    assert {"start": "21:00", "end": "08:00"} == written["outreach"]["quiet"]
    assert {"open_days": 5, "open_seconds": 0} == written["progress"]["stalled_after"]
    assert [["buyer", {"seconds": 3600}]] == written["progress"]["by_status"]
    assert {"members_only": False, "tell_coaches": False} == written["team"]
    assert {"days": 7, "skipped": "later", "repeated": "first"} == written["invitation"]["valid"]
    assert ["welcome", "terms"] == written["invitation"]["onboarding"]
    assert (["session", "sample"], {"seconds": 172800}) == (
        written["package"]["books"],
        written["package"]["free_until"],
    )


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ({"seconds": 60}, Elapsed(minutes=1)),
        ({"days": 2}, LocalDays(2)),
        ({"days": 2, "repeated": "second"}, LocalDays(2, repeated=Repeated.SECOND)),
        ({"open_days": 2}, BusinessTime(days=2)),
        ({"open_seconds": 3600}, BusinessTime(hours=1)),
        ({"open_days": 0, "open_seconds": 3600}, BusinessTime(hours=1)),
    ],
)
def test_a_length_may_be_written_short(written: dict[str, Any], length: Length) -> None:
    """Whoever writes a document by hand writes only what is not the usual thing."""
    short = document()
    short["policy"]["follow_up"]["delay"] = written
    assert length == read_funnel(short).policy.follow_up.delay


def test_the_tables_of_follow_ups_come_back() -> None:
    """Follow-ups, those that count as none, what is open, where pipelines run: members of the given enum, in order."""
    wanted = franchise.Franchise
    funnel = evolve(franchise.FRANCHISE, pipelines=(wanted.NEW_LEAD, wanted.COLD))
    back = read_funnel(json.loads(lock(funnel)), statuses=wanted, triggers=franchise.Happening, rights=Right)
    assert (wanted.FOLLOW_UP_MOVED,) == back.postponed
    assert (wanted.NEW_LEAD, wanted.COLD) == back.pipelines
    assert franchise.OPEN == back.open
    assert funnel.worked_on == back.worked_on
    assert (funnel.moves, funnel.deeds, funnel.mails, funnel.tips) == (back.moves, back.deeds, back.mails, back.tips)


@settings(max_examples=25, deadline=None)
@given(
    hours=st.integers(0, 10_000),
    in_order=st.booleans(),
    always=st.lists(st.sampled_from([status.value for status in Coaching]), unique=True),
    label=st.text(min_size=1, max_size=20),
    sentence=st.text(min_size=1, max_size=20),
)
def test_figures_labels_and_needs_of_any_kind_come_back(
    hours: int, in_order: bool, always: list[str], label: str, sentence: str
) -> None:
    """Whatever numbers and texts stand in a funnel, they come back unchanged."""
    policy = evolve(
        Policy(),
        follow_up=FollowUpPolicy(delay=Elapsed(hours=hours), in_order=in_order),
        certification=evolve(Policy().certification, always=tuple(always)),
    )
    row = Move(Coaching.BUYER, coaching.Happening.ENTERED, Coaching.PROSPECT, STAFF, (Need("x", sentence),), "test")
    funnel = COACHING.derive("any", labels={Coaching.BUYER: f"{label}!"}, add=(row,), policy=policy)
    back = read_funnel(json.loads(lock(funnel)))
    assert funnel.fingerprint == back.fingerprint
    assert policy == back.policy


# ---------------------------------------------------------------------------------------------- nothing is let through

SPOILT: list[tuple[str, Spoil]] = [
    ("schema", lambda d: d.pop("schema")),
    ("schema", lambda d: d.update(schema=2)),
    ("schema", lambda d: d.update(schema=True)),
    ("name", lambda d: d.update(name=7)),
    ("name", lambda d: d.pop("name")),
    ("nickname", lambda d: d.update(nickname=SECRET)),
    ("", lambda d: d.update({SECRET: 1})),
    ("statuses", lambda d: d.update(statuses="prospect")),
    ("statuses[0].key", lambda d: d["statuses"][0].update(key=4)),
    ("statuses[0].label", lambda d: d["statuses"][0].update(label=None)),
    ("statuses", lambda d: d["statuses"].append(d["statuses"][0])),
    ("triggers", lambda d: d["triggers"].append(d["triggers"][0])),
    ("hours", lambda d: d["hours"].append(d["hours"][0])),
    ("bookings.rows", lambda d: d["bookings"]["rows"].append(d["bookings"]["rows"][0])),
    ("rights.reach", lambda d: d["rights"]["reach"].pop()),
    ("moves[0]", lambda d: d["moves"].insert(0, [])),
    ("moves[0].on", lambda d: d["moves"][0].update(on="registred")),
    ("moves[0].start", lambda d: d["moves"][0].update(start="now")),
    ("moves[5].start[1]", lambda d: d["moves"][5]["start"].__setitem__(1, "byer")),
    ("moves[0].to", lambda d: d["moves"][0].update(to={})),
    ("moves[0].by", lambda d: d["moves"][0].update(by="system")),
    ("moves[0].by[0]", lambda d: d["moves"][0].update(by=["boss"])),
    ("moves[2].needs[0].key", lambda d: d["moves"][2]["needs"][0].pop("key")),
    ("effects[0].on", lambda d: d["effects"][0].update(on="registered")),
    ("effects[0].on", lambda d: d["effects"][0].update(on={"trigger": "registered", "status": "buyer"})),
    ("effects[0].on.trigger", lambda d: d["effects"][0].update(on={"trigger": "registred"})),
    ("effects[0].on", lambda d: d["effects"][0].update(on=None)),
    ("effects[0].sets.portal", lambda d: d["effects"][0].update(sets={"portal": True})),
    ("effects[0].sets.owned", lambda d: d["effects"][0].update(sets={"owned": SECRET})),
    ("effects[0].sets", lambda d: d["effects"][0].update(sets={"door": True})),
    ("tips[1].on.act", lambda d: d["tips"][1].update(on={"act": "delete"})),
    ("tips[0].standing", lambda d: d["tips"][0].update(standing="gone")),
    ("rights.rows[0].cells[0]", lambda d: d["rights"]["rows"][0]["cells"].__setitem__(0, "yess")),
    ("rights.notes.byer", lambda d: d["rights"]["notes"].update(byer={})),
    ("rights.notes.…", lambda d: d["rights"]["notes"].update({SECRET: {}})),
    ("rights.notes.buyer.pages", lambda d: d["rights"]["notes"]["buyer"].update(pages=5)),
    ("log_in", lambda d: d.update(log_in="login")),
    ("forward_only", lambda d: d.update(forward_only="no")),
    ("forward_only", lambda d: d.update(forward_only=0)),
    ("retired.buyer", lambda d: d.update(retired={"buyer": SECRET})),
    ("order[0]", lambda d: d.update(order=["prospect"])),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay=172800)),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={"seconds": 60.9})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={"seconds": -1})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={SECRET: 1})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={"open_days": 1, "open_seconds": 1})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={"open_days": -1})),
    ("policy.follow_up.delay", lambda d: d["policy"]["follow_up"].update(delay={"open_days": "2"})),
    ("policy.follow_up.delay.days", lambda d: d["policy"]["follow_up"].update(delay={"days": SECRET})),
    ("policy.follow_up.delay.days", lambda d: d["policy"]["follow_up"].update(delay={"days": 10**9})),
    ("policy.follow_up.delay.skipped", lambda d: d["policy"]["follow_up"].update(delay={"days": 2, "skipped": SECRET})),
    ("policy.follow_up.delay.hours", lambda d: d["policy"]["follow_up"].update(delay={"days": 2, "hours": 1})),
    ("policy.follow_up.anchor", lambda d: d["policy"]["follow_up"].update(anchor="touch")),
    ("policy.shell.plan_valid", lambda d: d["policy"]["shell"].update(plan_valid={"days": 1})),
    ("policy.outreach.quiet.start", lambda d: d["policy"]["outreach"].update(quiet={"start": SECRET, "end": "08:00"})),
    ("policy.outreach.quiet.end", lambda d: d["policy"]["outreach"].update(quiet={"start": "21:00", "end": "21:00"})),
    ("policy.outreach.quiet.end", lambda d: d["policy"]["outreach"].update(quiet={"start": "21:00"})),
    ("policy.outreach.quiet", lambda d: d["policy"]["outreach"].update(quiet="21:00 to 08:00")),
    ("policy.outreach.campaigns[0]", lambda d: d["policy"]["outreach"].update(campaigns=["gone"])),
    ("policy.progress.by_status", lambda d: d["policy"]["progress"].update(by_status={"buyer": {"days": 1}})),
    ("policy.progress.by_status[0]", lambda d: d["policy"]["progress"].update(by_status=["ab"])),
    ("policy.progress.by_status[0]", lambda d: d["policy"]["progress"].update(by_status=[["buyer"]])),
    ("policy.progress.by_status[0][0]", lambda d: d["policy"]["progress"].update(by_status=[[1, {"days": 1}]])),
    ("policy.progress.by_status[0][1]", lambda d: d["policy"]["progress"].update(by_status=[["buyer", SECRET]])),
    ("postponed[0]", lambda d: d.update(postponed=[SECRET])),
    ("open", lambda d: d.update(open="hot_lead")),
    ("pipelines[1]", lambda d: d.update(pipelines=["hot_lead", "hot_leed"])),
    ("mails[0].purpose", lambda d: d["mails"][0].update(purpose="spam")),
    ("tips[0].without_notes", lambda d: d["tips"][0].update(without_notes="no")),
    ("deeds[0].act", lambda d: d.update(deeds=[{"act": "lift", "kind": None, "on": "entered", "source": "x"}])),
    ("policy.removal.ties", lambda d: d["policy"]["removal"].update(ties="abc")),
    ("policy.conversion.same_status", lambda d: d["policy"]["conversion"].update(same_status=None)),
    ("policy.luck", lambda d: d["policy"].update(luck={})),
    ("policy.team", lambda d: d["policy"].update(team=True)),
    ("policy.team.members_only", lambda d: d["policy"]["team"].update(members_only=1)),
    ("policy.team.boss", lambda d: d["policy"]["team"].update(boss=SECRET)),
    ("policy.invitation.valid", lambda d: d["policy"]["invitation"].update(valid=None)),
    ("policy.invitation.valid", lambda d: d["policy"]["invitation"].update(valid={"weeks": 1})),
    ("policy.invitation.mails", lambda d: d["policy"]["invitation"].update(mails="no")),
    ("policy.invitation.onboarding", lambda d: d["policy"]["invitation"].update(onboarding="welcome")),
    ("policy.invitation.onboarding[0]", lambda d: d["policy"]["invitation"].update(onboarding=[7])),
    ("policy.package.per_invitation", lambda d: d["policy"]["package"].update(per_invitation="1")),
    ("policy.package.per_invitation", lambda d: d["policy"]["package"].update(per_invitation=True)),
    ("policy.package.books[0]", lambda d: d["policy"]["package"].update(books=[SECRET])),
    ("policy.package.free_until", lambda d: d["policy"]["package"].update(free_until={"days": 1})),
    ("policy.package.free_until", lambda d: d["policy"]["package"].update(free_until=24)),
]


@pytest.mark.parametrize(("path", "spoil"), SPOILT, ids=[path for path, _ in SPOILT])
def test_a_spoilt_document_is_refused_at_its_path(path: str, spoil: Spoil) -> None:
    """An unknown key, a wrong type, an unknown or missing value is refused where it stands."""
    spoilt = document()
    spoil(spoilt)
    assert path in problems(spoilt)


@pytest.mark.parametrize("whole", [None, "coaching", 7, [], [document()], {1: 2}])
def test_what_is_no_table_is_no_document(whole: object) -> None:
    """A text, a number, a list or nothing is refused as a whole."""
    assert [""] == list(problems(whole))


def test_all_problems_are_told_at_once_and_none_shows_a_value() -> None:
    """Every spoilt place of a document is named in one refusal, and what stood there is not repeated."""
    spoilt = document()
    spoilt["moves"][0]["on"] = SECRET
    spoilt["rights"]["rows"][0]["cells"][0] = SECRET
    spoilt["policy"]["removal"]["ties"] = SECRET
    spoilt["policy"]["follow_up"]["delay"] = {"days": SECRET}
    spoilt["policy"]["outreach"]["quiet"] = {"start": SECRET, "end": SECRET}
    spoilt["policy"]["progress"]["by_status"] = [[SECRET, {SECRET: SECRET}]]
    spoilt["open"] = [SECRET]
    spoilt["hours"][0]["counts"] = SECRET
    spoilt["tips"][0]["on"] = {SECRET: SECRET}
    spoilt["statuses"][0][SECRET] = SECRET
    spoilt[SECRET] = SECRET
    found = problems(spoilt)
    expected = {
        *("", "moves[0].on", "rights.rows[0].cells[0]", "policy.removal.ties", "hours[0].counts", "tips[0].on"),
        *("policy.follow_up.delay.days", "policy.outreach.quiet.start", "policy.outreach.quiet.end"),
        *("policy.progress.by_status[0][1]", "open[0]", "statuses[0]"),
    }
    assert expected == set(found)
    assert "Lovelace" not in f"{found}"


def test_a_near_word_is_suggested() -> None:
    """A status that is nearly a known one is told with the one that was meant."""
    spoilt = document()
    spoilt["moves"][0]["to"] = ["prospct"]
    assert "did you mean 'prospect'?" in problems(spoilt)["moves[0].to[0]"]


def test_a_word_that_the_given_enums_lack_is_refused() -> None:
    """Read with an enum that lacks a status of the document, the document is refused wherever it names it."""

    class Few(Status):
        """Coaching without buyers."""

        PROSPECT = "prospect"
        HOT_LEAD = "hot_lead"
        ACTIVE_CLIENT = "active_client"
        INACTIVE_CLIENT = "inactive_client"

    assert "statuses[2].key" in problems(document(), statuses=Few)
    assert "triggers[0]" in problems(document(), triggers=agency.Happening)
    assert "rights.columns[1]" in problems(document(), rights=Door)


def test_a_document_with_faulty_tables_is_refused_like_a_funnel() -> None:
    """A document that reads well but has a hole is refused with the code of the fault; so is one status too many."""
    spoilt = document()
    spoilt["rights"]["rows"][0]["cells"].pop()
    assert "hole" in problems(spoilt)["rights"]
    assert "hole" in problems(document(), statuses=Practice)["labels"]
    assert "doubled" in problems({**document(), "open": ["buyer", "buyer"]})["open"]


def test_keys_that_make_no_enum_are_refused() -> None:
    """Two keys that differ in their capitals only cannot be two members of one enum."""
    spoilt = document()
    spoilt["statuses"].append({"key": "Buyer", "label": "Another"})
    assert "status" in problems(spoilt)


def test_a_document_may_leave_out_what_has_a_default() -> None:
    """A document written by hand needs no empty tables and no figures that are the usual ones."""
    short = {
        key: value for key, value in write_funnel(franchise.FRANCHISE).items() if value not in ([], {}, None, False)
    }
    del short["policy"]
    assert franchise.FRANCHISE.policy == Policy()
    assert franchise.FRANCHISE.fingerprint == read_funnel(short).fingerprint


def test_a_policy_says_only_the_figures_that_are_its_own() -> None:
    """Whole parts may be left out, and within a part every figure that is the usual one."""
    short = write_funnel(team.TEAM)
    short["policy"] = {
        "team": {"members_only": True, "tell_coaches": True},
        "invitation": {"onboarding": ["onboarding"]},
        "contacts": {"several_coaches_edit": False},
    }
    assert team.TEAM.fingerprint == read_funnel(short).fingerprint


@pytest.mark.parametrize("part", ["team", "invitation", "package"])
@pytest.mark.parametrize("funnel", [origin for origin, _ in MODULES], ids=lambda funnel: str(funnel.name))
def test_a_document_from_before_there_were_teams_has_the_usual_figures(funnel: Tables, part: str) -> None:
    """What was written before a part of the policy existed is read with that part as it is by default."""
    older = write_funnel(funnel)
    del older["policy"][part]
    assert evolve(funnel.policy, **{part: getattr(Policy(), part)}) == read_funnel(older).policy


# ------------------------------------------------------------------------------------------------------------ the codec


def test_a_converter_takes_nothing_for_what_it_is_not() -> None:
    """No number for a text, no text for a truth, no letters for a list: what cattrs would bend is refused."""
    using = converter()
    for value, kind in ((None, str), (60.9, int), (True, int), ("no", bool), ("abc", frozenset[str]), (1, Role)):
        with pytest.raises(Invalid):
            structured(using, value, kind, "x")
    assert frozenset({"a"}) == structured(using, ["a"], frozenset[str])
    assert {"a": 1} == structured(using, {"a": 1}, dict[str, int])
    assert Role.COACH is structured(using, "coach", Role)


def test_converters_share_nothing() -> None:
    """Each call makes a converter of its own; what one host adds to it does not reach another."""
    assert converter() is not converter()


# -------------------------------------------------------------------------------------------------------- the lock file


def test_a_lock_file_holds_what_does_not_change(tmp_path: Path) -> None:
    """A funnel that is what its lock file says passes, whatever the layout of the file."""
    file = tmp_path / "coaching.lock.json"
    file.write_text(lock(COACHING), encoding="utf-8")
    assert_unchanged(COACHING, file)
    file.write_text(json.dumps(write_funnel(COACHING)), encoding="utf-8")
    assert_unchanged(COACHING, str(file))


def test_a_lock_file_shows_what_an_upgrade_would_change(tmp_path: Path) -> None:
    """A funnel that has changed fails with every difference, and with how the file is written anew."""
    file = tmp_path / "coaching.lock.json"
    file.write_text(lock(COACHING), encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        assert_unchanged(PRACTICE, file)
    text = str(caught.value)
    assert "- added `alumni`: Alumni" in text
    assert "- changed `follow_up.delay`: 48 hours; now 24 hours" in text
    assert 'Path("coaching.lock.json").write_text(lock(funnel), encoding="utf-8")' in text
    file.write_text(lock(PRACTICE), encoding="utf-8")
    assert_unchanged(PRACTICE, file)


@pytest.mark.parametrize("text", [None, "<<<<<<< ours", "{}", "[]", "[" * 100_000])
def test_a_lock_file_that_cannot_be_read_fails_the_test(tmp_path: Path, text: str | None) -> None:
    """A lock file that is missing or spoilt is no pass; the text says what to do."""
    file = tmp_path / "x.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match="write it anew"):
        assert_unchanged(COACHING, file)


def test_a_folder_is_no_lock_file(tmp_path: Path) -> None:
    """Nor is nothing a path."""
    with pytest.raises(AssertionError, match="write it anew"):
        assert_unchanged(COACHING, tmp_path)
    nothing: Any = None
    with pytest.raises(Invalid, match="path: a path is needed, not nothing"):
        assert_unchanged(COACHING, nothing)


def test_a_document_with_half_a_sign_is_no_funnel() -> None:
    """No fingerprint is made of it, and no storage takes it."""
    document = write_funnel(COACHING)
    document["statuses"][0]["label"] = "\ud800"
    with pytest.raises(Invalid, match="labels: unfit_text"):
        read_funnel(document)


def test_the_text_of_a_lock_file_is_stable_and_reads_line_by_line() -> None:
    """The same funnel gives the same text; a row of a table is a line, no line is too long, and it is JSON."""
    text = lock(COACHING)
    assert text == lock(copy.copy(COACHING))
    assert write_funnel(COACHING) == json.loads(text)
    assert '    {"key": "buyer", "label": "Buyer"},' in text.splitlines()
    assert max(map(len, lock(agency.AGENCY).splitlines())) <= 120
