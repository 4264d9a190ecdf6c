"""What is wrong with a funnel: one faulty funnel for each code, each caught by its code, and all faults at once."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum, auto
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import funnelkit.lint
import funnelkit.shapes
from funnelkit.errors import Invalid
from funnelkit.funnel import Funnel
from funnelkit.lint import lint
from funnelkit.policy import PackagePolicy, Policy
from funnelkit.rules.conversion import NAMES, Case, may_record
from funnelkit.statuses import agency
from funnelkit.table import (
    ANY,
    DASHBOARD,
    EMAIL,
    NEW,
    NEXT_ATTEMPT,
    NO,
    OTHER,
    PORTAL,
    PUBLIC,
    STAFF,
    SYSTEM,
    YES,
    Act,
    Deed,
    Effect,
    Mail,
    Move,
    Need,
    Owed,
    Status,
    Tip,
    Trigger,
    matrix,
    rights,
)
from funnelkit.times import Elapsed, LocalDays
from funnelkit.values.actor import CLOCK
from funnelkit.words import Axis, Kind, Portal, Recipient, Removal, Right, Role, Standing, Ties


class Guest(Status):
    """The guests of an inn."""

    WALKER = auto()
    LODGER = auto()
    REGULAR = auto()


class Happening(Trigger):
    """What happens at the inn."""

    ARRIVED = auto()
    PAID = auto()
    HOST_DECIDES = auto()


class Key(StrEnum):
    """What the inn opens."""

    LOG_IN = auto()
    ROOM = auto()


S, T, K = Guest, Happening, Key
FOREIGN = agency.Agency.LEAD

SOUND_MOVES: tuple[Move[Any], ...] = (
    Move(NEW, T.ARRIVED, S.WALKER, STAFF, (), "house"),
    Move(S.WALKER, T.PAID, S.LODGER, SYSTEM, (), "house"),
    Move(ANY, T.HOST_DECIDES, OTHER, STAFF, (), "house"),
)
SOUND_RIGHTS = rights(
    (K.LOG_IN, K.ROOM),
    (PORTAL, PUBLIC),
    (S.WALKER, (NO, NO)),
    (S.LODGER, (YES, YES)),
    (S.REGULAR, (YES, YES)),
)
SOUND_BOOKINGS = matrix((Kind.SAMPLE,), *((status, (YES,)) for status in S))
SOUND_REMOVALS = matrix(tuple(Ties), *((standing, (Removal.DELETED, Removal.DELETED)) for standing in Standing))
SOUND: Mapping[str, Any] = {
    "name": "inn",
    "statuses": S,
    "triggers": T,
    "labels": {S.WALKER: "Walker", S.LODGER: "Lodger", S.REGULAR: "Regular"},
    "moves": SOUND_MOVES,
    "rights": SOUND_RIGHTS,
    "log_in": K.LOG_IN,
    "bookings": SOUND_BOOKINGS,
    "hours": dict.fromkeys(S, NO),
    "removals": SOUND_REMOVALS,
}


def moved(start: Any, on: Any, to: Any, by: Any = STAFF, needs: Any = (), source: str = "house") -> dict[str, Any]:
    """The sound moves and one more."""
    return {"moves": (*SOUND_MOVES, Move(start, on, to, by, needs, source))}


def without(table: Mapping[Any, Any], *keys: object) -> dict[Any, Any]:
    """A table with something taken out."""
    return {key: value for key, value in table.items() if key not in keys}


def figure(part: str, **figures: Any) -> dict[str, Any]:
    """A policy with a figure of another sort, as a host without types might write it."""
    return {"policy": evolve(Policy(), **{part: evolve(getattr(Policy(), part), **figures)})}


WORD: Any = "yes"
SORTS: Any = {"policy": evolve(Policy(), follow_up=5)}  # type: ignore[arg-type]  # on purpose
NO_INVITATION: Any = [evolve(Policy(), invitation=given) for given in (None, 3, PackagePolicy())]  # type: ignore[arg-type]  # on purpose
MIXED: tuple[Any, ...] = (K.LOG_IN, K.ROOM, Right.PAGES)
UNBUILDABLE: list[tuple[str, str, dict[str, Any]]] = [
    ("foreign_status", "moves", moved(S.WALKER, T.HOST_DECIDES, FOREIGN)),
    ("foreign_status", "ends", {"ends": (FOREIGN,)}),
    ("foreign_status", "order", {"order": ((S.WALKER, FOREIGN),)}),
    ("foreign_status", "follow_ups", {"follow_ups": (S.WALKER, FOREIGN)}),
    ("foreign_status", "postponed", {"postponed": (FOREIGN,)}),
    ("foreign_status", "open", {"open": (FOREIGN,)}),
    ("foreign_status", "pipelines", {"pipelines": (FOREIGN,)}),
    ("foreign_trigger", "moves", moved(S.WALKER, agency.Happening.CREATED, S.LODGER)),
    ("foreign_trigger", "effects", {"effects": (Effect(FOREIGN, Axis.PORTAL, Portal.ACTIVE, "house"),)}),
    ("hole", "rights", {"rights": evolve(SOUND_RIGHTS, cells=without(SOUND_RIGHTS.cells, (S.LODGER, K.ROOM)))}),
    ("hole", "labels", {"labels": {S.WALKER: "Walker", S.LODGER: "Lodger"}}),
    ("hole", "hours", {"hours": {S.WALKER: NO, S.LODGER: NO}}),
    ("hole", "removals", {"removals": matrix((Ties.FREE,), *((s, (Removal.DELETED,)) for s in Standing))}),
    ("crumb", "bookings", {"bookings": matrix((Kind.SAMPLE,), *((s, (YES, YES)) for s in S))}),
    ("note_without_cell", "bookings", {"bookings": evolve(SOUND_BOOKINGS, notes={(S.WALKER, Kind.SESSION): "house"})}),
    ("no_reach", "rights", {"rights": evolve(SOUND_RIGHTS, reach={K.LOG_IN: PORTAL})}),
    ("doubled", "rights", {"rights": evolve(SOUND_RIGHTS, columns=(K.LOG_IN, K.ROOM, K.ROOM))}),
    ("doubled", "moves", moved(S.WALKER, T.HOST_DECIDES, S.LODGER)),
    ("doubled", "labels", {"labels": {S.WALKER: "Walker", S.LODGER: "Lodger", S.REGULAR: "LODGER"}}),
    ("doubled", "labels", {"labels": {S.WALKER: "By foot", S.LODGER: "Lodger", S.REGULAR: "By  Foot"}}),
    ("doubled", "order", {"order": ((S.WALKER,), (S.LODGER, S.WALKER))}),
    ("overlap", "moves", moved(S.WALKER, T.PAID, S.REGULAR, SYSTEM)),
    ("no_actor", "moves", moved(S.LODGER, T.PAID, S.REGULAR, ())),
    ("by_client", "moves", moved(S.LODGER, T.PAID, S.REGULAR, (Role.CLIENT,))),
    ("by_client", "moves", moved(S.LODGER, T.PAID, S.REGULAR, (Role.SYSTEM, Role.VIEWER))),
    ("foreign_role", "moves", moved(S.LODGER, T.PAID, S.REGULAR, Role.SYSTEM)),
    ("foreign_role", "moves", moved(S.LODGER, T.PAID, S.REGULAR, ("coach",))),
    ("foreign_table", "moves", moved(S.LODGER, T.PAID, S.REGULAR, needs=("email",))),
    ("foreign_table", "moves", {"moves": None}),
    ("foreign_table", "moves", {"moves": ("a row",)}),
    ("foreign_table", "ends", {"ends": ""}),
    ("foreign_table", "order", {"order": (S.WALKER,)}),
    ("foreign_table", "labels", {"labels": [S.WALKER]}),
    ("foreign_table", "hours", {"hours": dict.fromkeys(S, "yes")}),
    ("foreign_table", "rights", {"rights": evolve(SOUND_RIGHTS, cells=dict.fromkeys(SOUND_RIGHTS.cells, WORD))}),
    ("foreign_table", "bookings", {"bookings": None}),
    ("foreign_table", "policy", {"policy": {"follow_up": {}}}),
    ("foreign_table", "statuses", {"statuses": Key}),
    ("foreign_table", "name", {"name": None}),
    ("circle", "retired", {"retired": {S.WALKER: S.WALKER}}),
    ("circle", "retired", {"retired": {S.WALKER: S.LODGER, S.LODGER: S.WALKER}}),
    ("unfit_text", "labels", {"labels": {S.WALKER: " ", S.LODGER: "Lodger", S.REGULAR: "Regular"}}),
    ("unfit_text", "labels", {"labels": {S.WALKER: "\ud800", S.LODGER: "Lodger", S.REGULAR: "Regular"}}),
    ("unfit_text", "moves", moved(S.LODGER, T.PAID, S.REGULAR, source="\udfff")),
    ("unfit_text", "right_needs", {"right_needs": {K.ROOM: Need("key", "a key is \ud800")}}),
    ("unfit_text", "tips", {"tips": (Tip("tip", T.PAID, (), (), "\ud800", "house"),)}),
    ("unfit_text", "mails", {"mails": (Mail(T.PAID, Recipient.COACH, "\ud800", "house"),)}),
    (
        "unfit_text",
        "effects",
        {"effects": (Effect(T.PAID, Axis.PORTAL, Portal.ACTIVE, "h", owes=Owed("k", "\ud800")),)},
    ),
    ("no_entry", "moves", {"moves": SOUND_MOVES[1:]}),
    ("foreign_right", "rights", {"rights": evolve(SOUND_RIGHTS, columns=MIXED)}),
    ("foreign_figure", "policy.follow_up", SORTS),
    ("foreign_figure", "policy.follow_up.delay", figure("follow_up", delay=timedelta(hours=48))),
    ("foreign_figure", "policy.follow_up.anchor", figure("follow_up", anchor="last_touch")),
    ("foreign_figure", "policy.follow_up.in_order", figure("follow_up", in_order="no")),
    ("foreign_figure", "policy.outreach.quiet", figure("outreach", quiet=("21:00", "08:00"))),
    ("foreign_figure", "policy.outreach.campaigns", figure("outreach", campaigns=("active",))),
    ("foreign_figure", "policy.progress.by_status", figure("progress", by_status={"walker": Elapsed(hours=1)})),
    ("foreign_figure", "policy.shell.tries", figure("shell", tries="64")),
    ("foreign_figure", "policy.team.members_only", figure("team", members_only=1)),
    ("foreign_figure", "policy.invitation.valid", figure("invitation", valid=None)),
    ("foreign_figure", "policy.invitation.valid", figure("invitation", valid=Elapsed(hours=0))),
    ("foreign_figure", "policy.shell.lease", figure("shell", lease=Elapsed(seconds=0))),
    *(("foreign_figure", "policy.invitation", {"policy": policy}) for policy in NO_INVITATION),
    ("foreign_figure", "policy.invitation.onboarding", figure("invitation", onboarding=None)),
    ("foreign_figure", "policy.invitation.onboarding", figure("invitation", onboarding=(5,))),
    ("foreign_figure", "policy.invitation.onboarding", figure("invitation", onboarding=["form"])),
    ("foreign_figure", "policy.invitation.onboarding", figure("invitation", onboarding=(" form",))),
    ("foreign_figure", "policy.package.per_invitation", figure("package", per_invitation=-1)),
    ("foreign_figure", "policy.package.per_invitation", figure("package", per_invitation=10**5000)),
    ("foreign_figure", "policy.shell.page", figure("shell", page=0)),
    ("foreign_figure", "policy.shell.page", figure("shell", page=2**31)),
    ("foreign_figure", "policy.package.free_until", figure("package", free_until=LocalDays(1))),
    ("foreign_figure", "policy.progress.by_status", figure("progress", by_status=(("walker", 5),))),
    ("foreign_figure", "policy.package.books", figure("package", books=("session",))),
    ("foreign_figure", "policy.package.per_invitation", figure("package", per_invitation="1")),
    ("no_row", "deeds", {"moves": SOUND_MOVES[::2], "deeds": (Deed(Act.PAID, None, T.PAID, "house"),)}),
    ("foreign_status", "policy.progress.by_status", figure("progress", by_status=(("wlker", Elapsed(hours=1)),))),
    ("doubled", "policy.certification.always", figure("certification", always=("walker", "walker"))),
    ("foreign_value", "effects", {"effects": (Effect(T.PAID, Axis.PORTAL, True, "house"),)}),
    ("foreign_value", "effects", {"effects": (Effect(T.PAID, Axis.DO_NOT_CONTACT, Portal.ACTIVE, "house"),)}),
    ("foreign_trigger", "tips", {"tips": (Tip("tip", agency.Happening.CREATED, (), (), "rest", "house"),)}),
    ("doubled", "tips", {"tips": (Tip("tip", T.PAID, (), (), "rest", "house"),) * 2}),
    ("doubled", "ends", {"ends": (S.REGULAR, S.REGULAR)}),
    ("doubled", "postponed", {"postponed": (S.LODGER, S.LODGER)}),
    ("doubled", "open", {"open": (S.WALKER, S.WALKER)}),
    ("doubled", "pipelines", {"pipelines": (S.WALKER, S.WALKER)}),
    ("doubled", "bookings", {"bookings": matrix((Kind.SAMPLE,), *((s, (YES,)) for s in (*S, S.WALKER)))}),
    ("no_column", "log_in", {"log_in": Right.LOG_IN}),
    ("no_column", "log_in", {"log_in": Right.PAGES}),
    ("no_column", "credentials", {"credentials": Right.CREDENTIALS}),
    ("no_column", "right_needs", {"right_needs": {Right.PAGES: EMAIL}}),
    ("no_log_in", "log_in", {"log_in": None}),
    (
        "no_log_in",
        "log_in",
        {"log_in": None, "rights": evolve(SOUND_RIGHTS, reach={K.LOG_IN: PUBLIC, K.ROOM: DASHBOARD})},
    ),
    ("no_row", "deeds", {"moves": SOUND_MOVES[::2], "deeds": (Deed(Act.BOOKED, None, T.PAID, "house"),)}),
    ("two_sentences", "moves", moved(NEW, T.PAID, S.REGULAR, needs=(EMAIL, Need("email", "a letter has come")))),
    ("no_name", "name", {"name": "the inn"}),
    ("no_order", "order", {"forward_only": True}),
    ("backward_row", "moves", {"order": ((S.REGULAR,), (S.LODGER,), (S.WALKER,)), "forward_only": True}),
]

STAY: tuple[Move[Any], ...] = (*SOUND_MOVES[:2], Move(S.WALKER, T.HOST_DECIDES, S.LODGER, STAFF, (), "house"))
MENDABLE: list[tuple[str, str, dict[str, Any]]] = [
    ("unreachable", "moves", {"moves": STAY, "ends": (S.LODGER, S.REGULAR)}),
    ("trap", "moves", {"moves": (*STAY, Move(S.WALKER, T.PAID, S.REGULAR, STAFF, (), "house")), "ends": (S.LODGER,)}),
    ("end_left", "ends", {"ends": (S.REGULAR,)}),
    ("never_granted", "rights", {"rights": evolve(SOUND_RIGHTS, cells={**SOUND_RIGHTS.cells, (S.LODGER, K.ROOM): NO})}),
    ("unused_trigger", "moves", {"moves": SOUND_MOVES[::2]}),
    ("no_source", "moves", moved(NEW, T.PAID, S.REGULAR, source=" ")),
    ("need_is_a_rule", "moves", moved(NEW, T.PAID, S.REGULAR, needs=(Need("actor_may", "the host likes them"),))),
    ("need_of_start", "moves", moved(NEW, T.PAID, S.REGULAR, needs=(NEXT_ATTEMPT,))),
    ("no_successor", "retired", {"retired": {S.REGULAR: None}, "moves": STAY, "ends": (S.LODGER, S.REGULAR)}),
    ("retired_target", "moves", {"retired": {S.REGULAR: S.LODGER}}),
    ("open_end", "open", {"moves": STAY, "ends": (S.LODGER, S.REGULAR), "open": (S.WALKER, S.REGULAR)}),
    ("counted_twice", "postponed", {"follow_ups": (S.LODGER, S.REGULAR), "postponed": (S.REGULAR,)}),
]


def names(cases: list[tuple[str, str, dict[str, Any]]]) -> list[str]:
    """How the cases are called in the output of the tests."""
    return [f"{code}-{path}" for code, path, _ in cases]


def inn(**changes: object) -> Funnel[Any, Any]:
    """A sound funnel with some of its tables replaced."""
    return Funnel(**{**SOUND, **changes})


def codes(problems: tuple[Any, ...]) -> set[tuple[str, str]]:
    """Code and table of each problem."""
    return {(problem.message.partition(":")[0], problem.path) for problem in problems}


def test_a_sound_funnel_has_no_faults() -> None:
    """The funnel that every case spoils in one place builds, and the linter has nothing to say about it."""
    assert () == lint(inn(), NAMES)


@pytest.mark.parametrize(("code", "path", "changes"), UNBUILDABLE, ids=names(UNBUILDABLE))
def test_a_funnel_with_a_fault_does_not_build(code: str, path: str, changes: dict[str, Any]) -> None:
    """A fault of the tables stops the funnel from being built, under its code and the name of its table."""
    with pytest.raises(Invalid) as caught:
        inn(**changes)
    assert (code, path) in codes(caught.value.problems)


@pytest.mark.parametrize(("code", "path", "changes"), MENDABLE, ids=names(MENDABLE))
def test_the_linter_finds_what_a_careful_author_mends(code: str, path: str, changes: dict[str, Any]) -> None:
    """What does not stop a funnel from being built is found by the linter, under its code and the name of its table."""
    if code == "never_granted":
        changes = {
            "rights": evolve(SOUND_RIGHTS, cells=dict.fromkeys(SOUND_RIGHTS.cells, NO) | {(S.LODGER, K.ROOM): YES})
        }
    assert (code, path) in codes(lint(inn(**changes), NAMES))


def test_every_code_has_a_faulty_funnel() -> None:
    """No code of the linter is without a case here, and no case is for a code that the linter does not know."""
    modules = (funnelkit.lint, funnelkit.shapes)
    source = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules)
    known = set(re.findall(r'fault\(\s*\w+(?:\[\d\])?,\s*"(\w+)"|fault\(\s*"\w+",\s*"(\w+)"', source))
    assert {a or b for a, b in known} == {code for code, _, _ in (*UNBUILDABLE, *MENDABLE)}


def test_all_faults_are_told_at_once() -> None:
    """A funnel with faults in seven tables is refused once, and the refusal names every one of them."""
    with pytest.raises(Invalid) as caught:
        inn(
            name="the inn",
            moves=(*SOUND_MOVES, Move(S.WALKER, T.PAID, S.REGULAR, SYSTEM, (), "house")),
            labels={S.WALKER: "Walker"},
            hours={},
            log_in=Right.PAGES,
            ends=(FOREIGN,),
            forward_only=True,
        )
    expected = {
        ("no_name", "name"),
        ("overlap", "moves"),
        ("hole", "labels"),
        ("hole", "hours"),
        ("no_column", "log_in"),
        ("foreign_status", "ends"),
        ("no_order", "order"),
    }
    assert expected == codes(caught.value.problems)
    assert 5 == sum(problem.message.startswith("hole") for problem in caught.value.problems)


def test_the_system_named_twice_is_the_system() -> None:
    """A row by the system and again the system is automatic like any other: what happened is recorded."""
    twice = (*SYSTEM, *SYSTEM)
    funnel = inn(moves=tuple(evolve(move, by=twice) if move.by == SYSTEM else move for move in SOUND_MOVES))
    case: Case[Guest] = Case(now=S.WALKER, on=T.PAID, by=CLOCK)
    assert (True, True) == (may_record(funnel, case).allowed, may_record(inn(), case).allowed)


@pytest.mark.parametrize(
    ("always", "said"),
    [
        ((agency.Agency.LEAD,), "not a tuple with an Agency in it; write its value, which is the key"),
        (("lead", 5), "not a tuple with an int in it"),
        ("lead", "not a str"),
    ],
)
def test_of_a_list_of_something_else_it_is_said_what_is_in_it(always: Any, said: str) -> None:
    """That a tuple is needed and not a tuple would help nobody."""
    with pytest.raises(Invalid) as caught:
        agency.AGENCY.with_policy(certification={"always": always})
    assert str(caught.value).endswith(f"a tuple of a str is needed, {said}")


def test_a_policy_s_parts_and_figures_are_called_by_their_names() -> None:
    """What no policy has is named, with what was meant, all at once; nothing of it is taken."""
    with pytest.raises(Invalid) as caught:
        agency.AGENCY.with_policy(follow_up={"dely": Elapsed(hours=1)}, nope={"tries": 1}, removal={})
    assert ["follow_up.dely", "nope"] == [problem.path for problem in caught.value.problems]
    assert "did you mean 'delay'?" in str(caught.value)
