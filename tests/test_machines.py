"""The machine and the picture: what transitions is given, what the cross-check finds, what Mermaid reads."""

import re
from enum import StrEnum
from typing import Any

import pytest
from transitions import MachineError

from funnelkit.errors import Invalid
from funnelkit.funnel import Funnel
from funnelkit.machines import ENTRY, disagreements, machine, mermaid
from funnelkit.statuses import agency, franchise, studio, team
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.statuses.coaching import COACHING
from funnelkit.statuses.franchise import FRANCHISE
from funnelkit.table import ANY, NEW, NO, OTHER, PORTAL, STAFF, SYSTEM, YES, Move, Status, Trigger, matrix, rights
from funnelkit.words import Kind, Removal, Right, Role, Standing, Ties

Tables = Funnel[Status, StrEnum]
OURS: tuple[Tables, ...] = (COACHING, AGENCY, FRANCHISE, studio.STUDIO, team.TEAM)
THINKING: Tables = franchise.READINGS["BG2 thinking it over"]


class Cursor:
    """Something with a state, which a machine can move about."""

    def __init__(self, state: str) -> None:
        """Start in this state."""
        self.state = state


class Odd(Status):
    """Keys that Mermaid would read as something else."""

    END = "end"
    HALF_WAY = "half-way"
    HALF_WAY_TOO = "half_way"


class Doing(Trigger):
    """Triggers that together with a target have the name of another trigger."""

    GO = "go"
    GO_END = "go_end"


def small(*moves: Move[Any], labels: tuple[str, ...] = ("End", "Half", "Half too")) -> Tables:
    """A funnel of three oddly named statuses with these moves."""
    return Funnel(
        name="odd",
        statuses=Odd,
        triggers=Doing,
        labels=dict(zip(Odd, labels, strict=True)),
        moves=(Move(NEW, Doing.GO, Odd.END, STAFF, (), "test"), *moves),
        rights=rights((Right.LOG_IN,), (PORTAL,), *((status, (YES,)) for status in Odd)),
        log_in=Right.LOG_IN,
        bookings=matrix((Kind.SAMPLE,), *((status, (NO,)) for status in Odd)),
        hours=dict.fromkeys(Odd, NO),
        removals=matrix(tuple(Ties), *((standing, (Removal.DELETED, Removal.DELETED)) for standing in Standing)),
    )


def test_the_machine_has_the_keys_as_states_and_no_jumps() -> None:
    """Its states are the keys and the entry; there is no event that jumps to a state past the rows."""
    made = machine(AGENCY)
    assert {ENTRY, "lead", "prospect", "client"} == set(made.states)
    assert {"created_lead", "created_prospect", "created_client", "converted_prospect", "converted_client"} == set(
        made.events
    )
    assert made.states["client"].final
    assert not made.states["lead"].final
    assert [] == made.models


def test_where_nobody_chooses_the_event_is_the_trigger() -> None:
    """An automatic row's event is its trigger; a row by hand names the target that was chosen, too."""
    events = set(machine(COACHING).events)
    assert {"registered", "agreement_accepted", "coach_decides_hot_lead", "entered_prospect"} <= events
    assert not {"coach_decides", "registered_prospect"} & events


def test_a_host_can_drive_a_model_of_its_own() -> None:
    """A model that a host adds goes where the rows lead and is stopped elsewhere; the funnel does not notice."""
    made = machine(AGENCY)
    cursor: Any = Cursor("lead")
    made.add_model(cursor, initial="lead")
    cursor.converted_client()
    assert "client" == cursor.state
    with pytest.raises(MachineError):
        cursor.converted_prospect()


@pytest.mark.parametrize("funnel", OURS, ids=lambda funnel: funnel.name)
def test_the_machine_agrees_with_the_rows(funnel: Tables) -> None:
    """Every status and every event lead to the same end in transitions and in the funnel's own look-up."""
    assert () == disagreements(funnel)


def test_the_cross_check_finds_a_missing_and_a_further_step() -> None:
    """Held against the machine of a stricter funnel, a step that is missing is named; so is one too many."""
    strict = agency.READINGS["SD-A1 one step at a time"]
    assert ("lead on converted_client: the machine says no, the rows say client",) == disagreements(
        AGENCY, machine(strict)
    )
    assert ("lead on converted_client: the machine says client, the rows say no",) == disagreements(
        strict, machine(AGENCY)
    )


def test_the_cross_check_finds_another_target() -> None:
    """An event that ends elsewhere than the row says is named with both ends."""
    made = machine(COACHING)
    made.events["registered"].transitions[ENTRY][0].dest = "buyer"
    assert ("[*] on registered: the machine says buyer, the rows say prospect",) == disagreements(COACHING, made)


def test_one_event_never_stands_for_two_happenings() -> None:
    """Where trigger and target read like another trigger, the machine is refused rather than mix them up."""
    funnel = small(
        Move(ANY, Doing.GO, OTHER, STAFF, (), "test"), Move(Odd.HALF_WAY, Doing.GO_END, Odd.END, SYSTEM, (), "test")
    )
    with pytest.raises(Invalid, match="go_end"):
        machine(funnel)


def test_two_rows_for_two_actors_are_one_step() -> None:
    """Who may do it is no business of the machine: a step of the staff and of the desk is one transition."""
    desk = (Role.SPECIAL_DESK,)
    rows: tuple[Move[Any], ...] = (
        Move(ANY, Doing.GO, OTHER, STAFF, (), "test"),
        Move(ANY, Doing.GO, OTHER, desk, (), "test"),
    )
    funnel = small(*rows)
    assert () == disagreements(funnel)
    assert 1 == len(machine(funnel).get_transitions("go_end", source="half-way"))


@pytest.mark.parametrize("funnel", [*OURS, franchise.READINGS["BG2 thinking it over"]], ids=lambda funnel: funnel.name)
def test_the_picture_shows_every_status_and_every_way_in_and_out(funnel: Tables) -> None:
    """Each status stands there with its label, each entry row comes from the start, each end goes to the end."""
    picture = mermaid(funnel)
    assert picture.startswith("stateDiagram-v2\n")
    for status in funnel.statuses:
        assert f"    {status.value} : {funnel.labels[status]}\n" in picture
    for row in funnel.rows:
        if row.now is None:
            assert re.search(rf"^    \[\*\] --> {row.to.value} : .*{row.on.value}", picture, flags=re.MULTILINE)
    assert [f"    {end.value} --> [*]" for end in funnel.ends] == re.findall(
        r"^    \w+ --> \[\*\]$", picture, re.MULTILINE
    )


@pytest.mark.parametrize("funnel", [*OURS, franchise.READINGS["BG2 thinking it over"]], ids=lambda funnel: funnel.name)
def test_the_picture_leads_where_the_rows_lead(funnel: Tables) -> None:
    """Followed edge by edge, through its junctions, the picture has each step of the rows, and no other."""
    edges = re.findall(r"^    (\S+) --> (\S+)(?: : (.*))?$", mermaid(funnel), flags=re.MULTILINE)
    into = {(a, b) for a, b, text in edges if b.startswith("any_of_")}
    found = {(a, b) for a, b, _ in edges if not (a.startswith("any_of_") or b.startswith("any_of_"))}
    for start, junction in into:
        found |= {(start, b) for a, b, text in edges if a == junction and not (b == start and "to another" in text)}
    expected = {(row.now.value if row.now else "[*]", row.to.value) for row in funnel.rows}
    assert expected | {(end.value, "[*]") for end in funnel.ends} == found


def test_the_picture_of_eighteen_statuses_stays_readable() -> None:
    """Where many statuses may become many others, the edges run through a junction: a third of one edge a step."""
    steps = {(row.now, row.on, row.to) for row in FRANCHISE.rows}
    drawn = mermaid(FRANCHISE).count("-->")
    assert 172 == len(steps)
    assert drawn < len(steps) / 3
    assert "any_of_1 --> cold : user_decides (staff, special_desk)" in mermaid(FRANCHISE)


def test_the_picture_is_the_same_every_time() -> None:
    """Two drawings of one funnel are equal, letter by letter, so that a document with it can be compared."""
    assert mermaid(FRANCHISE) == mermaid(FRANCHISE.derive("franchise"))


def test_keys_and_labels_are_written_so_that_mermaid_reads_them() -> None:
    """A key that is a word of Mermaid, or no plain word, gets an id that is; signs in labels go by their number."""
    funnel = small(Move(ANY, Doing.GO, OTHER, STAFF, (), "test"), labels=("The end: now", "Half; way #1", "x\ny"))
    picture = mermaid(funnel)
    assert "    end_ : The end#58; now\n" in picture
    assert "    half_way : Half#59; way #35;1\n" in picture
    assert "    half_way_ : x y\n" in picture


def test_an_edge_says_what_happens_and_by_whom() -> None:
    """Owner, admin and coach together are the staff; every other role is named; two happenings share one edge."""
    assert "[*] --> prospect : registered (system) / booked_in_public (system) / entered (staff)" in mermaid(COACHING)
    assert "lead --> prospect : converted (staff)" in mermaid(AGENCY)
    lone = small(Move(Odd.END, Doing.GO, (Odd.HALF_WAY, Odd.HALF_WAY_TOO), (Role.COACH, Role.SYSTEM), (), "test"))
    assert "end_ --> half_way : go (system, coach)" in mermaid(lone)


def test_a_key_never_collides_with_the_entry() -> None:
    """The state before a contact exists has a name that no key of an enum member can have by its name."""
    assert not ENTRY.isidentifier()
    assert all(status.value != ENTRY for funnel in OURS for status in funnel.statuses)
    assert Agency.LEAD.value in machine(AGENCY).states
