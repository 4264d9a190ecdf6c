"""What a host's tests are given: assertions that show the decision, a service in memory, strategies that reach far."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

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
    Right,
    Role,
    Standing,
)
from funnelkit.codec import load, write
from funnelkit.commands import AddContact, Convert, Invite, MintLink
from funnelkit.decisions import Finding, Mark
from funnelkit.policy import FollowUpPolicy, Policy
from funnelkit.rules import access, history
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


def outcome(pytester: pytest.Pytester, *arguments: str) -> tuple[dict[str, int], str]:
    """Run a host's tests in a process of their own, with warnings and unknown markers as errors."""
    done = pytester.runpytest_subprocess(
        "-W", "error", "--strict-markers", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments
    )
    return done.parseoutcomes(), done.stdout.str()


def test_a_host_chooses_the_funnel(pytester: pytest.Pytester) -> None:
    """By a fixture of its own for all tests, by the marker for one, or for a class; the closest counts."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(HOST)
    found, shown = outcome(pytester)
    assert {"passed": 5} == found, shown


def test_it_can_be_asked_for_on_the_command_line(pytester: pytest.Pytester) -> None:
    """With `-p`, without a conftest.py; the marker is known and listed."""
    pytester.makepyfile(
        "import pytest\n"
        "from funnelkit import AGENCY\n"
        "@pytest.mark.funnelkit_funnel(AGENCY)\n"
        "def test_it(funnelkit_service, funnelkit_funnel):\n"
        "    assert (AGENCY, AGENCY) == (funnelkit_service.funnel, funnelkit_funnel)\n"
    )
    found, shown = outcome(pytester, "-p", "funnelkit.testing.fixtures")
    assert {"passed": 1} == found, shown
    _, shown = outcome(pytester, "-p", "funnelkit.testing.fixtures", "--markers")
    assert "@pytest.mark.funnelkit_funnel(funnel, **more): the funnel of funnelkit_service" in shown


def test_who_does_not_ask_does_not_get_it(pytester: pytest.Pytester) -> None:
    """Installed, and not asked for: no such fixture."""
    pytester.makepyfile("def test_it(funnelkit_service): ...")
    found, shown = outcome(pytester)
    assert {"errors": 1} == found
    assert "fixture 'funnelkit_service' not found" in shown


@pytest.mark.parametrize("wrong", ["'agency'", "AGENCY, AGENCY"])
def test_a_marker_with_something_else_says_what_it_takes(pytester: pytest.Pytester, wrong: str) -> None:
    """A name in place of a funnel, or two funnels: a mistake, and the message says what is right."""
    pytester.makepyfile(
        "import pytest\n"
        "from funnelkit import AGENCY\n"
        f"@pytest.mark.funnelkit_funnel({wrong})\n"
        "def test_it(funnelkit_service): ...\n"
    )
    found, shown = outcome(pytester, "-p", "funnelkit.testing.fixtures")
    assert {"errors": 1} == found
    assert "takes a Funnel, and what ServiceInMemory takes by name" in shown


def test_a_failing_assertion_points_at_the_test(pytester: pytest.Pytester) -> None:
    """The last line shown is the host's own, and the decision stands below it."""
    pytester.makepyfile(
        "from funnelkit import COACHING, Actor, Role\n"
        "from funnelkit.commands import AddContact\n"
        "from funnelkit.testing import assert_refused\n"
        "def test_it(funnelkit_service):\n"
        "    plan = funnelkit_service.plan(AddContact(name='Ada', by=Actor(id='c', role=Role.COACH)))\n"
        "    assert_refused(plan, 'conversion.actor_may')\n"
    )
    found, shown = outcome(pytester, "-p", "funnelkit.testing.fixtures")
    assert {"failed": 1} == found
    assert ">       assert_refused(plan, 'conversion.actor_may')" in shown or (
        ">   assert_refused(plan, 'conversion.actor_may')" in shown.replace("       ", "   ")
    )
    assert "E   AssertionError: should be refused by conversion.actor_may, and is allowed" in shown.replace(
        "       ", "   "
    )
    assert "assertions.py" not in shown


# ---- strategies


def reaches(strategy: st.SearchStrategy[Any], what: Callable[[Any], bool]) -> bool:
    """Whether a value of that kind is drawn within some hundreds."""
    try:
        find(strategy, what, settings=settings(max_examples=800, database=None, derandomize=True))
    except NoSuchExample:
        return False
    return True


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: funnel.name)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])
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
    for right in funnel.rights.columns:
        case: access.Case[Any] = access.Case(status=contact.status, standing=contact.standing, portal=contact.portal)
        assert access.may(funnel, case, right).findings


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: funnel.name)
def test_contacts_of_every_kind_are_drawn(funnel: Funnel[Any, Any]) -> None:
    """Every status, standing and portal; with and without a coach, a follow-up, a pipeline, a known beginning."""
    drawn = contacts(funnel)
    for status in funnel.statuses:
        assert reaches(drawn, lambda contact, status=status: contact.status is status), status
    for standing in Standing:
        assert reaches(drawn, lambda contact, standing=standing: contact.standing is standing), standing
    if funnel.log_in is not None:
        for portal in Portal:
            assert reaches(drawn, lambda contact, portal=portal: contact.portal is portal), portal
    for name in ("since", "coach", "follow_up", "category", "touched", "company"):
        assert reaches(drawn, lambda contact, name=name: getattr(contact, name) is None), name
        assert reaches(drawn, lambda contact, name=name: getattr(contact, name) is not None), name
    assert bool(funnel.pipelines) == reaches(drawn, lambda contact: contact.pipeline is not None)


def test_every_field_of_a_contact_varies() -> None:
    """A field that is added to contacts is drawn, or somebody hears of it here."""
    seen: dict[str, set[str]] = {field.name: set() for field in fields(Contact)}

    def note(contact: Contact) -> bool:
        for name, values in seen.items():
            values.add(repr(getattr(contact, name)))
        return False

    assert not reaches(contacts(FRANCHISE) | contacts(STUDIO) | contacts(COACHING), note)
    assert [] == [name for name, values in seen.items() if len(values) < 2]


def test_nothing_has_happened_after_a_moment_that_is_named() -> None:
    """`until` bounds every time of a contact but those that are still to come; it may be in any zone."""
    until = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Tokyo"))

    def late(contact: Contact) -> bool:
        times = [contact.changed, contact.since, contact.touched, contact.follow_up and contact.follow_up.set]
        return any(time is not None and time > until for time in times)

    assert not reaches(contacts(STUDIO, until=until), late)
    assert reaches(contacts(STUDIO), late)
    with pytest.raises(Invalid, match="until"):
        find(contacts(STUDIO, until=datetime(2026, 3, 2)), lambda _: True)  # noqa: DTZ001  # naive on purpose


def test_a_hosts_own_funnel_will_do() -> None:
    """Statuses and contacts come of whatever funnel is given."""
    own = AGENCY.derive("own", labels={Agency.LEAD: "Stranger"})
    assert {*Agency} == {status for status in Agency if reaches(statuses(own), lambda found, s=status: found is s)}
    assert reaches(contacts(own), lambda contact: contact.status is Agency.CLIENT)


@given(actors(Role.COACH, Role.OWNER), actors())
def test_actors_have_the_roles_that_are_named(named: Actor, any_of_them: Actor) -> None:
    """One of those; where none is named, any."""
    assert named.role in (Role.COACH, Role.OWNER)
    assert None is identifier(any_of_them.id)


def test_actors_of_every_role_are_drawn() -> None:
    """The system and viewers included."""
    assert {*Role} == {role for role in Role if reaches(actors(), lambda actor, role=role: actor.role is role)}


@given(identifiers())
def test_ids_are_good(drawn: str) -> None:
    """Every one is an id for the commands."""
    assert None is identifier(drawn)


def test_ids_are_not_only_plain_ones() -> None:
    """Letters beyond ASCII and blanks inside come up, too."""
    assert reaches(identifiers(), lambda drawn: not drawn.isascii())
    assert reaches(identifiers(), lambda drawn: " " in drawn)


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


SIDES: Final = {
    "on it": lambda away, size: away == timedelta(),
    "a microsecond before": lambda away, size: away == -TICK,
    "a microsecond after": lambda away, size: away == TICK,
    "as far before": lambda away, size: away == -size,
    "as far after": lambda away, size: away == size,
    "a microsecond before the end": lambda away, size: away == size - TICK,
    "well before": lambda away, size: away < -size - HOUR,
    "well after": lambda away, size: away > size + HOUR,
    "inside": lambda away, size: timedelta() < away < size,
}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("forward", [True, False])
def test_moments_on_every_side_of_a_change_are_drawn(side: str, forward: bool) -> None:
    """Of gaps and of repeated hours: on it, beside it by a microsecond, at the ends, inside, and further away."""

    def there(moment: datetime) -> bool:
        near = min(clock_changes("Europe/Berlin"), key=lambda change: abs(moment - change.at))
        return (near.by > timedelta()) is forward and SIDES[side](moment - near.at, HOUR)

    assert reaches(instants_near_clock_changes("Europe/Berlin"), there)


def test_gaps_and_repeated_hours_come_equally_often() -> None:
    """Also in a zone that has few of one kind; no other moment is drawn than one near a change."""
    counts: Counter[bool] = Counter()
    changes = clock_changes("Pacific/Apia")

    def note(moment: datetime) -> bool:
        near = min(changes, key=lambda change: abs(moment - change.at))
        assert abs(moment - near.at) <= 24 * HOUR + TICK
        assert UTC is moment.tzinfo
        counts[near.by > timedelta()] += 1
        return False

    assert not reaches(instants_near_clock_changes("Pacific/Apia"), note)
    assert min(counts.values()) * 3 > max(counts.values())


def test_moments_of_several_zones_are_drawn_where_none_is_named() -> None:
    """A change of each of the zones comes up."""
    at = {zone: {change.at for change in clock_changes(zone)} for zone in ZONES}
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"):
        assert reaches(instants_near_clock_changes(), lambda moment, zone=zone: moment in at[zone]), zone


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

    def repeated(moment: datetime) -> bool:
        return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()

    for fold in (0, 1):
        assert reaches(aware_datetimes(), lambda moment, fold=fold: repeated(moment) and moment.fold == fold)


# ---- policies


@settings(max_examples=30)
@given(policies())
def test_every_funnel_can_work_with_a_policy_that_is_drawn(policy: Policy) -> None:
    """Its tables are sound with it, and a contact can be entered."""
    for funnel in FIVE:
        crm = ServiceInMemory(evolve(funnel, policy=policy))
        assert_allowed(crm.plan(AddContact(name="Ada", status=crm.funnel.start, by=COACH)))


def test_switches_readings_and_lengths_vary() -> None:
    """A switch, a reading, a length of every kind; how the shell works stays as it is."""
    assert reaches(policies(), lambda policy: policy.contacts.unique_email and not policy.follow_up.in_order)
    for kind in (Elapsed, LocalDays, BusinessTime):
        assert reaches(policies(), lambda policy, kind=kind: isinstance(policy.follow_up.delay, kind)), kind
        assert reaches(lengths(), lambda length, kind=kind: isinstance(length, kind)), kind
    own = TEAM.with_policy(follow_up=FollowUpPolicy(notes_required=True)).policy
    assert not reaches(policies(own), lambda policy: policy.shell != own.shell)
    assert not reaches(policies(own), lambda policy: policy.invitation.onboarding != own.invitation.onboarding)
