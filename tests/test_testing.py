"""What a host's tests are given: assertions that show the decision, a service in memory, strategies that reach far."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields, resolve_types
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    TEAM,
    Actor,
    Contact,
    Decision,
    Funnel,
    Invalid,
    Portal,
    Refused,
    Role,
    Standing,
)
from funnelkit.codec import load, write
from funnelkit.commands import AddContact, Adopt, Convert, Invite, MintLink
from funnelkit.decisions import Finding, Mark
from funnelkit.policy import FollowUpPolicy, ShellPolicy, StatusWhen, TeamPolicy
from funnelkit.rules import access
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.team import Team
from funnelkit.testing import assert_allowed, assert_refused
from funnelkit.testing.fixtures import START, ServiceInMemory
from funnelkit.testing.strategies import (
    FIRST,
    LAST,
    TICK,
    ZONES,
    actors,
    aware_datetimes,
    clock_changes,
    contacts,
    identifiers,
    instants,
    instants_near_clock_changes,
    lengths,
    policies,
    statuses,
)
from funnelkit.times import BusinessTime, Elapsed, LocalDays
from funnelkit.values.checks import identifier

T = TypeVar("T")

pytest_plugins = ["pytester", "funnelkit.testing.fixtures"]

ROOT: Final = Path(__file__).resolve().parent.parent
FIVE: Final = (COACHING, AGENCY, FRANCHISE, STUDIO, TEAM)
COACH: Final = Actor(id="cora", role=Role.COACH)
OWNER: Final = Actor(id="olga", role=Role.OWNER)
VIEWER: Final = Actor(id="vera", role=Role.VIEWER)
HOUR: Final = timedelta(hours=1)

YES: Final = Decision("open this", (Finding("access.status_grants", Mark.OK, "the status grants it"),))
NO: Final = Decision(
    "open this",
    (
        Finding("access.not_archived", Mark.NO, "the contact is archived"),
        Finding("access.is_known", Mark.OK, "it is known"),
        Finding("access.agreement", Mark.NEEDS, "there is no agreement"),
        Finding("access.not_archived", Mark.NO, "and so is the company"),
    ),
)


# ---- assertions


def test_what_is_allowed_passes_and_is_given_back() -> None:
    """A decision, or whatever holds one: a plan, an option."""
    crm = ServiceInMemory(COACHING)
    ada = crm.do(AddContact(name="Ada", by=COACH))
    plan = crm.plan(Convert(contact=ada.id, to=Coaching.HOT_LEAD, by=COACH))
    assert YES is assert_allowed(YES)
    assert plan.decision is assert_allowed(plan)
    option = next(option for option in crm.options(ada.id, by=COACH) if option.allowed)
    assert option.decision is assert_allowed(option)


def test_what_should_be_allowed_and_is_not_shows_the_whole_decision() -> None:
    """The question, and every finding with its text."""
    with pytest.raises(AssertionError) as caught:
        assert_allowed(NO)
    assert str(caught.value) == (
        "should be allowed, and is refused\n"
        "\n"
        "refused: open this\n"
        "  NO    access.not_archived  the contact is archived\n"
        "  ok    access.is_known      it is known\n"
        "  needs access.agreement     there is no agreement\n"
        "  NO    access.not_archived  and so is the company"
    )


def refused_plan() -> tuple[ServiceInMemory[Any, Any], Convert[Any], tuple[str, ...]]:
    """Given something that is refused, and the rules that refuse it."""
    crm = ServiceInMemory(COACHING)
    ada = crm.do(AddContact(name="Ada", by=COACH))
    command = Convert(contact=ada.id, to=Coaching.HOT_LEAD, by=VIEWER)
    rules = tuple(finding.rule for finding in crm.plan(command).decision.refusals)
    assert rules
    return crm, command, rules


def test_what_is_refused_by_exactly_these_rules_passes_and_is_given_back() -> None:
    """In any order; a rule that refuses twice is named once, and may be named twice."""
    assert NO is assert_refused(NO, "access.agreement", "access.not_archived")
    assert NO is assert_refused(NO, "access.not_archived", "access.agreement", "access.not_archived")


def test_a_refusal_may_come_in_any_shape() -> None:
    """A plan, an error that was caught, something to call that raises it, or that gives a plan or a decision."""
    crm, command, rules = refused_plan()
    plan = crm.plan(command)
    assert plan.decision is assert_refused(plan, *rules)
    with pytest.raises(Refused) as caught:
        crm.apply(plan)
    assert plan.decision is assert_refused(caught.value, *rules)
    assert plan.decision is assert_refused(lambda: crm.apply(plan), *rules)
    assert plan.decision is assert_refused(lambda: plan, *rules)
    assert plan.decision is assert_refused(lambda: plan.decision, *rules)


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (("access.agreement",), ["  refuses too: access.not_archived"]),
        ((), ["  refuses too: access.not_archived", "  refuses too: access.agreement"]),
        (
            ("access.agreement", "access.not_archived", "access.is_known", "access.is_known"),
            ["  does not refuse: access.is_known"],
        ),
        (
            ("access.agrement", "access.not_archived"),
            ["  does not refuse: access.agrement", "  refuses too: access.agreement"],
        ),
    ],
)
def test_other_rules_than_these_fail(addresses: tuple[str, ...], said: list[str]) -> None:
    """One too few, none at all, one that says yes, one that is misspelt: each is named, and the decision is shown."""
    with pytest.raises(AssertionError) as caught:
        assert_refused(NO, *addresses)
    expected = ["refused, but not by exactly these rules", *said, "", *str(NO).splitlines()]
    assert expected == str(caught.value).splitlines()


def test_a_refusal_without_a_rule_is_refused_by_none() -> None:
    """Where there is nothing to judge by, no rule refuses: exactly none."""
    nothing = Decision("open this", (Finding("access.status_grants", Mark.NOTHING, "there is no such status"),))
    assert nothing is assert_refused(nothing)
    with pytest.raises(AssertionError, match=r"does not refuse: access\.status_grants"):
        assert_refused(nothing, "access.status_grants")


@pytest.mark.parametrize("answer", [YES, lambda: YES])
def test_what_should_be_refused_and_is_allowed_fails(answer: Decision | Callable[[], object]) -> None:
    """It says by which rules it should have been, and shows the decision."""
    with pytest.raises(AssertionError) as caught:
        assert_refused(answer, "a.b", "c.d")
    assert f"should be refused by a.b, c.d, and is allowed\n\n{YES}" == str(caught.value)
    with pytest.raises(AssertionError, match=r"^should be refused, and is allowed"):
        assert_refused(answer)


def test_what_should_be_refused_and_was_done_fails() -> None:
    """It says what kind of thing came of it, and not what is in it."""
    crm = ServiceInMemory(COACHING)
    with pytest.raises(AssertionError) as caught:
        assert_refused(lambda: crm.do(AddContact(name="Ada", by=COACH)), "editing.staff_edits")
    assert "should be refused, and was done: it gave a Contact" == str(caught.value)


def test_other_errors_are_no_refusals() -> None:
    """Whatever else is raised comes through: a caller that erred was not refused."""
    crm, command, rules = refused_plan()
    with pytest.raises(Invalid):
        assert_refused(lambda: crm.do(evolve(command, to="hot_led")), *rules)


@pytest.mark.parametrize("wrong", [True, None, "access.agreement", object()])
def test_what_is_no_answer_is_a_mistake_of_the_test(wrong: Any) -> None:
    """A truth, say, because `bool` was called on the decision: a TypeError that says what came."""
    with pytest.raises(TypeError, match="a decision, or something with one, is needed, not "):
        assert_allowed(wrong)
    with pytest.raises(TypeError, match="a decision, or something with one, is needed, not "):
        assert_refused(wrong, "access.agreement")


LIGHT: Final = """
import sys
import funnelkit.testing
funnelkit.testing.assert_allowed, funnelkit.testing.assert_refused
print(sorted({"pytest", "_pytest", "hypothesis", "sqlalchemy", "django", "asyncio"} & {*sys.modules}))
"""


def test_the_assertions_load_neither_pytest_nor_hypothesis() -> None:
    """They work with any test runner, and cost no import."""
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, check=True, cwd=ROOT, text=True)
    assert "[]" == done.stdout.strip()


def test_no_plugin_loads_by_being_installed() -> None:
    """There is no entry point: a host without Hypothesis, or with a fixture of that name, is left alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"name", "scripts"} <= {*project}
    assert "entry-points" not in project


# ---- the fixture


def test_the_service_is_empty_and_in_memory(funnelkit_service: ServiceInMemory[Any, Any]) -> None:
    """On COACHING unless told otherwise, on a Monday, with ids and tokens that count."""
    assert COACHING is funnelkit_service.funnel
    assert (START, "acme", "UTC") == (
        funnelkit_service.clock.now(),
        funnelkit_service.account,
        funnelkit_service.zone,
    )
    assert "contact-1" == funnelkit_service.do(AddContact(name="Ada", by=COACH)).id
    assert "contact-2" == funnelkit_service.do(AddContact(name="Ben", by=COACH)).id


def test_each_test_has_a_service_of_its_own(funnelkit_service: ServiceInMemory[Any, Any]) -> None:
    """Nothing is left of the test before."""
    assert "contact-1" == funnelkit_service.do(AddContact(name="Cleo", by=COACH)).id


def test_time_goes_by_when_the_test_says_so(funnelkit_service: ServiceInMemory[Any, Any]) -> None:
    """`advance` by a length, `set` to a moment; what is done then has that time."""
    funnelkit_service.clock.advance(days=2, hours=1)
    ada = funnelkit_service.do(AddContact(name="Ada", by=COACH))
    funnelkit_service.clock.set(datetime(2026, 4, 1, 8, tzinfo=UTC))
    ben = funnelkit_service.do(AddContact(name="Ben", by=COACH))
    assert (START + timedelta(days=2, hours=1), datetime(2026, 4, 1, 8, tzinfo=UTC)) == (ada.since, ben.since)


def test_messages_tokens_and_what_was_done_are_recorded() -> None:
    """What left, with its link; what an observer heard; what stands in the stores."""
    crm = ServiceInMemory(TEAM.with_policy(team={"members_only": False}))
    ada = crm.do(AddContact(name="Ada", email="ada@example.org", status=Team.CLIENT, by=OWNER))
    invitation = crm.do(Invite(contact=ada.id, by=OWNER))
    assert [] == crm.notifier.sent
    assert crm.deliver() > 0
    assert ("acme", "invitation", ada.id) in [(a, letter.template, letter.to) for a, letter in crm.notifier.sent]
    assert "known-000000000002" == crm.do(MintLink(invitation=invitation.id, by=OWNER)).selector
    assert {"planned", "applied", "sent"} <= {what for what, _, _ in crm.observer.heard}
    with crm.storage.transaction("acme") as stores:
        assert ada.id == stores.contacts.get("team", ada.id).id  # type: ignore[union-attr]  # it is there


def test_two_accounts_share_what_is_around_them() -> None:
    """Storage, clock and notifier are one; contacts are not."""
    acme = ServiceInMemory(COACHING)
    beta = ServiceInMemory(AGENCY, account="beta", zone="Europe/Berlin", beside=acme)
    ada = acme.do(AddContact(name="Ada", by=COACH))
    acme.clock.advance(days=1)
    ben = beta.do(AddContact(name="Ben", by=COACH))
    assert (START, START + timedelta(days=1)) == (ada.since, ben.since)
    assert (acme.storage, acme.notifier, acme.tokens, acme.observer, acme.limits) == (
        beta.storage, beta.notifier, beta.tokens, beta.observer, beta.limits,
    )  # fmt: skip
    assert ben.id != ada.id
    assert {"acme", "beta"} == {account for _, account, _ in acme.observer.heard}


HOST: Final = """
import pytest
from funnelkit import AGENCY, COACHING, STUDIO
from funnelkit.statuses.agency import Agency

def test_default(funnelkit_service, funnelkit_funnel):
    assert (STUDIO, STUDIO) == (funnelkit_service.funnel, funnelkit_funnel)

@pytest.mark.funnelkit_funnel(AGENCY, zone="Europe/Berlin", account="beta")
def test_marked(funnelkit_service):
    assert (AGENCY, "Europe/Berlin", "beta") == (
        funnelkit_service.funnel, funnelkit_service.zone, funnelkit_service.account)

@pytest.mark.funnelkit_funnel(zone="Asia/Tokyo")
def test_only_the_zone(funnelkit_service):
    assert (STUDIO, "Asia/Tokyo") == (funnelkit_service.funnel, funnelkit_service.zone)

@pytest.mark.funnelkit_funnel(AGENCY)
class TestAll:
    def test_of_the_class(self, funnelkit_service):
        assert AGENCY is funnelkit_service.funnel

    @pytest.mark.funnelkit_funnel(COACHING)
    def test_of_the_test(self, funnelkit_service):
        assert COACHING is funnelkit_service.funnel
"""

CONFTEST: Final = """
import pytest
from funnelkit import STUDIO
from funnelkit.testing.fixtures import ServiceInMemory  # a host may want the name, too

pytest_plugins = ["funnelkit.testing.fixtures"]

@pytest.fixture
def funnelkit_funnel():
    return STUDIO
"""


def run(pytester: pytest.Pytester, *arguments: str) -> tuple[dict[str, int], str]:
    """Run a host's tests, with warnings and unknown markers as errors; give how they ended, and what was shown.

    Without the summary (-rN): its lines are cut to the terminal here and whole where CI is set.
    """
    done = pytester.runpytest_inprocess(
        "-W", "error", "--strict-markers", "-rN", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments
    )
    return done.parseoutcomes(), done.stdout.str()


PLUGIN: Final = ("-p", "funnelkit.testing.fixtures")


def test_a_host_chooses_the_funnel(pytester: pytest.Pytester) -> None:
    """By a fixture of its own for all tests, by the marker for one, or for a class; the closest counts."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(HOST)
    found, shown = run(pytester)
    assert {"passed": 5} == found, shown


def test_it_can_be_asked_for_on_the_command_line(pytester: pytest.Pytester) -> None:
    """With `-p`, without a conftest.py: fixtures and marker are known."""
    pytester.makepyfile(
        "import pytest\n"
        "from funnelkit import AGENCY\n"
        "@pytest.mark.funnelkit_funnel(AGENCY)\n"
        "def test_it(funnelkit_service, funnelkit_funnel):\n"
        "    assert (AGENCY, AGENCY) == (funnelkit_service.funnel, funnelkit_funnel)\n"
    )
    found, shown = run(pytester, *PLUGIN)
    assert {"passed": 1} == found, shown


def test_the_marker_is_listed(pytester: pytest.Pytester) -> None:
    """`pytest --markers` says what it takes."""
    shown = pytester.runpytest_inprocess(*PLUGIN, "--markers").stdout.str()
    assert "@pytest.mark.funnelkit_funnel(funnel, **more): the funnel of funnelkit_service" in shown


def test_who_does_not_ask_does_not_get_it(pytester: pytest.Pytester) -> None:
    """Installed, and not asked for: no such fixture."""
    pytester.makepyfile("def test_it(funnelkit_service): ...")
    found, shown = run(pytester)
    assert {"errors": 1} == found
    assert "fixture 'funnelkit_service' not found" in shown


def test_a_marker_with_something_else_says_what_it_takes(pytester: pytest.Pytester) -> None:
    """A name in place of a funnel, or two funnels: a mistake, and the message says what is right."""
    pytester.makepyfile(
        "import pytest\n"
        "from funnelkit import AGENCY\n"
        "@pytest.mark.funnelkit_funnel('agency')\n"
        "def test_a_name(funnelkit_service): ...\n"
        "@pytest.mark.funnelkit_funnel(AGENCY, AGENCY)\n"
        "def test_two(funnelkit_service): ...\n"
    )
    found, shown = run(pytester, *PLUGIN)
    assert {"errors": 2} == found
    assert 2 == shown.count("takes a Funnel, and what ServiceInMemory takes by name\n")


def test_a_failing_assertion_points_at_the_test(pytester: pytest.Pytester) -> None:
    """The line shown is the host's own, and the decision stands below it; nothing of ours is shown."""
    pytester.makepyfile(
        "from funnelkit import Actor, Role\n"
        "from funnelkit.commands import AddContact\n"
        "from funnelkit.testing import assert_refused\n"
        "def test_it(funnelkit_service):\n"
        "    plan = funnelkit_service.plan(AddContact(name='Ada', by=Actor(id='c', role=Role.COACH)))\n"
        "    assert_refused(plan, 'conversion.actor_may')\n"
    )
    found, shown = run(pytester, *PLUGIN)
    assert {"failed": 1} == found
    assert ">       assert_refused(plan, 'conversion.actor_may')" in shown.replace(">   assert", ">       assert")
    assert "should be refused by conversion.actor_may, and is allowed" in shown
    assert "assertions.py" not in shown


# ---- strategies


def drawn(strategy: st.SearchStrategy[T], count: int = 200) -> list[T]:
    """Draw so many values, the same ones each time."""
    found: list[T] = []

    @settings(
        max_examples=count, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def note(value: T) -> None:
        found.append(value)

    note()
    return found


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: funnel.name)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_contact_that_is_drawn_is_a_contact_of_the_funnel(funnel: Funnel[Any, Any], data: st.DataObject) -> None:
    """It can be written and read; its fields fit each other; every right can be asked about it."""
    contact = data.draw(contacts(funnel))
    assert contact == load(write(contact, funnel), funnel, Contact)
    assert contact.status is funnel.status(contact.status)
    assert contact.since is None or contact.since <= contact.changed <= LAST
    assert contact.coach not in contact.coaches
    assert None is contact.pipeline or contact.status in funnel.pipelines
    if contact.status in funnel.follow_ups:
        assert contact.status is funnel.follow_ups[contact.attempt - 1]
    if contact.follow_up is not None and contact.follow_up.gives_up is not None:
        assert contact.status is funnel.follow_ups[-1]
        assert contact.follow_up.due <= contact.follow_up.gives_up
    case: access.Case[Any, Any] = access.Case(status=contact.status, standing=contact.standing, portal=contact.portal)
    assert {*funnel.rights.columns} == {*access.rights(funnel, case)}


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: funnel.name)
def test_contacts_of_every_kind_are_drawn(funnel: Funnel[Any, Any]) -> None:
    """Every status, standing and portal; with and without what may be missing, a pipeline where there is one."""
    found = drawn(contacts(funnel), 120)
    assert set(funnel.labels) == set(drawn(statuses(funnel), 300))
    assert len({contact.status for contact in found}) > len(funnel.labels) / 2
    assert {*Standing} == {contact.standing for contact in found}
    assert ({*Portal} if funnel.log_in else {Portal.NOT_INVITED}) == {contact.portal for contact in found}
    for name in ("since", "coach", "follow_up", "category", "touched", "company"):
        assert {True, False} == {getattr(contact, name) is None for contact in found}, name
    assert {False, bool(funnel.pipelines)} == {contact.pipeline is not None for contact in found}


def test_every_field_of_a_contact_varies() -> None:
    """A field that is added to contacts is drawn, or somebody hears of it here."""
    found = [*drawn(contacts(COACHING), 100), *drawn(contacts(FRANCHISE), 100), *drawn(contacts(STUDIO), 100)]
    values = {field.name: {getattr(contact, field.name) for contact in found} for field in fields(Contact)}
    assert [] == [name for name, some in values.items() if len(some) < 2]


def test_nothing_has_happened_after_a_moment_that_is_named() -> None:
    """`until` bounds every time of a contact but those that are still to come; it may be in any zone, but has one."""
    until = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    for contact in drawn(contacts(STUDIO, until=until), 100):
        past = [contact.changed, contact.since, contact.touched]
        past += [contact.follow_up.set] if contact.follow_up is not None else []
        past += [contact.pipeline.since, contact.pipeline.entered] if contact.pipeline is not None else []
        assert [] == [time for time in past if time is not None and time > until]
    assert any(contact.changed > until for contact in drawn(contacts(STUDIO), 20))
    with pytest.raises(Invalid, match="until"):
        contacts(STUDIO, until=datetime(2026, 3, 2))


def test_a_hosts_own_funnel_will_do() -> None:
    """Statuses and contacts come of whatever funnel is given."""
    own = AGENCY.derive("own", labels={Agency.LEAD: "Stranger"})
    assert set(Agency) == set(drawn(statuses(own))) == {contact.status for contact in drawn(contacts(own), 100)}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actors(Role.COACH, Role.OWNER), actors())
def test_actors_have_the_roles_that_are_named(named: Actor, any_of_them: Actor) -> None:
    """One of those; where none is named, any."""
    assert named.role in (Role.COACH, Role.OWNER)
    assert None is identifier(any_of_them.id)


def test_actors_of_every_role_are_drawn() -> None:
    """The system and viewers included."""
    assert {*Role} == {actor.role for actor in drawn(actors())}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(identifiers())
def test_ids_are_good(drawn: str) -> None:
    """Every one is an id for the commands."""
    assert None is identifier(drawn)


def test_ids_are_not_only_plain_ones() -> None:
    """Letters beyond ASCII and blanks inside come up, too."""
    found = drawn(identifiers())
    assert {True, False} == {one.isascii() for one in found} == {" " in one for one in found}


# ---- clock changes


def test_the_changes_of_berlin_are_those_of_the_law() -> None:
    """One o'clock UTC on the last Sundays of March and October, an hour each."""
    in_2026 = [(change.at, change.by) for change in clock_changes("Europe/Berlin") if change.at.year == 2026]
    assert [
        (datetime(2026, 3, 29, 1, tzinfo=UTC), HOUR),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), -HOUR),
    ] == in_2026
    assert 76 == len(clock_changes("Europe/Berlin"))


@pytest.mark.parametrize("zone", ZONES)
def test_a_change_is_found_to_the_microsecond(zone: str) -> None:
    """Just before it the clock runs as it did, on it as it does after; the difference is what the change says."""
    found = clock_changes(zone)
    assert found
    for change in found:
        place = ZoneInfo(zone)
        before = (change.at - TICK).astimezone(place).utcoffset()
        after = change.at.astimezone(place).utcoffset()
        assert before is not None
        assert after is not None
        assert change.by == after - before != timedelta()


def test_the_zones_change_in_different_ways() -> None:
    """By an hour, by half of one, by two, and by a whole day."""
    sizes = {abs(change.by) for zone in ZONES for change in clock_changes(zone)}
    assert {HOUR, HOUR / 2, 2 * HOUR, 24 * HOUR} <= sizes


SIDES: Final[dict[str, Callable[[timedelta], bool]]] = {
    "on it": lambda away: away == timedelta(),
    "a microsecond before": lambda away: away == -TICK,
    "a microsecond after": lambda away: away == TICK,
    "as far before": lambda away: away == -HOUR,
    "as far after": lambda away: away == HOUR,
    "a microsecond before the end": lambda away: away == HOUR - TICK,
    "a microsecond after the end": lambda away: away == HOUR + TICK,
    "inside": lambda away: TICK < away < HOUR - TICK,
    "well before": lambda away: away < -HOUR - TICK,
    "well after": lambda away: away > HOUR + TICK,
}


def test_moments_on_every_side_of_a_change_are_drawn() -> None:
    """Of gaps and of repeated hours: on it, beside it by a microsecond, at the ends, inside, and further away."""
    seen: Counter[tuple[bool, str]] = Counter()
    for moment in drawn(instants_near_clock_changes("Europe/Berlin"), 800):
        near = min(clock_changes("Europe/Berlin"), key=lambda change: abs(moment - change.at))
        seen.update((near.by > timedelta(), side) for side, there in SIDES.items() if there(moment - near.at))
    assert {(forward, side) for forward in (True, False) for side in SIDES} == {*seen}


def test_gaps_and_repeated_hours_come_equally_often() -> None:
    """Also in a zone that has one kind more often; no moment is drawn that is not near a change."""
    changes = clock_changes("Pacific/Apia")
    counts: Counter[bool] = Counter()
    for moment in drawn(instants_near_clock_changes("Pacific/Apia"), 300):
        near = min(changes, key=lambda change: abs(moment - change.at))
        assert abs(moment - near.at) <= 24 * HOUR + TICK
        assert UTC is moment.tzinfo
        counts[near.by > timedelta()] += 1
    assert min(counts.values()) * 2 > max(counts.values())


def test_moments_of_several_zones_are_drawn_where_none_is_named() -> None:
    """A change of each of the zones comes up, also of one that has two in all these years."""
    found = {*drawn(instants_near_clock_changes(), 600)}
    assert [] == [zone for zone in ZONES if not found & {change.at for change in clock_changes(zone)}]


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Tokyo", "the clock there does not change"),
        ("UTC", "the clock there does not change"),
        ("Europe/Berln", "is no known time zone"),
    ],
)
def test_a_zone_without_changes_is_refused(zone: str, said: str) -> None:
    """At once, and not by drawing nothing."""
    with pytest.raises(Invalid, match=said) as caught:
        instants_near_clock_changes(zone)
    assert ["zone"] == [problem.path for problem in caught.value.problems]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(aware_datetimes(), instants())
def test_moments_are_aware(anywhere: datetime, in_utc: datetime) -> None:
    """Those from outside are in some zone and are a moment that there was; the others are in UTC."""
    there = anywhere.tzinfo
    assert there is not None
    assert anywhere == anywhere.astimezone(UTC).astimezone(there)
    assert anywhere.replace(tzinfo=None) == anywhere.astimezone(UTC).astimezone(there).replace(tzinfo=None)
    assert UTC is in_utc.tzinfo
    assert FIRST - timedelta(days=2) < in_utc < LAST + timedelta(days=2)


def test_both_sides_of_a_repeated_hour_are_drawn() -> None:
    """The second time, which `fold` tells, and the first, which looks the same on the wall."""
    found = drawn(aware_datetimes(), 500)
    twice = [moment for moment in found if moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()]
    assert {0, 1} == {moment.fold for moment in twice}


# ---- policies


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: funnel.name)
def test_every_funnel_can_work_with_a_policy_that_is_drawn(funnel: Funnel[Any, Any]) -> None:
    """Its tables are sound with it, and a contact can be brought in."""
    for policy in drawn(policies(funnel.policy), 20):
        crm = ServiceInMemory(evolve(funnel, policy=evolve(policy, team=TeamPolicy())))
        assert_allowed(crm.plan(Adopt(name="Ada", status=funnel.start, by=COACH)))


def test_switches_readings_and_lengths_vary() -> None:
    """A switch, a reading, a length of every kind; how the shell works stays as it is."""
    found = drawn(policies(), 60)
    assert {True, False} == {policy.contacts.unique_email for policy in found}
    assert {*StatusWhen} == {policy.certification.status_when for policy in found}
    kinds = {Elapsed, LocalDays, BusinessTime}
    assert kinds == {type(policy.follow_up.delay) for policy in found} == {type(length) for length in drawn(lengths())}
    resolve_types(FollowUpPolicy)  # as cattrs does when it reads a funnel
    assert kinds == {type(policy.follow_up.delay) for policy in drawn(policies(), 60)}
    own = TEAM.with_policy(shell=ShellPolicy(page=7)).policy
    for policy in drawn(policies(own), 20):
        assert (own.shell, own.invitation.onboarding) == (policy.shell, policy.invitation.onboarding)
