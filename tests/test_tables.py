"""Laws of the tables: what holds for every funnel and every reading of it, whatever it says."""

from collections.abc import Iterator, Mapping
from enum import StrEnum, auto
from typing import Any, Final

import pytest

from funnelkit.documents import read_funnel, write_funnel
from funnelkit.errors import Invalid, UnknownRight, UnknownStatus
from funnelkit.funnel import Funnel
from funnelkit.lint import lint, ways
from funnelkit.machines import disagreements, mermaid
from funnelkit.render import compare, markdown
from funnelkit.rules.conversion import NAMES
from funnelkit.statuses import agency, appointment, coaching, franchise, invitation, package, studio, team
from funnelkit.table import REASON, STAFF, YES, Move, Need, Status
from funnelkit.words import Grant, Kind, Right, Role, Standing, Ties

Tables = Funnel[Status, StrEnum]

ORIGINS: dict[str, Tables] = {
    "coaching": coaching.COACHING,
    "agency": agency.AGENCY,
    "franchise": franchise.FRANCHISE,
    "studio": studio.STUDIO,
    "team": team.TEAM,
}
READINGS: dict[str, Tables] = {
    **{f"coaching, {name}": funnel for name, funnel in coaching.READINGS.items()},
    **{f"agency, {name}": funnel for name, funnel in agency.READINGS.items()},
    **{f"franchise, {name}": funnel for name, funnel in franchise.READINGS.items()},
    **{f"studio, {name}": funnel for name, funnel in studio.READINGS.items()},
    **{f"team, {name}": funnel for name, funnel in team.READINGS.items()},
}
EVERY = ORIGINS | READINGS
SIZES = {"coaching": 5, "agency": 3, "franchise": 18, "studio": 3, "team": 4}

each_funnel = pytest.mark.parametrize("funnel", EVERY.values(), ids=EVERY)
each_origin = pytest.mark.parametrize("funnel", ORIGINS.values(), ids=ORIGINS)


def words(funnel: Tables) -> Iterator[StrEnum]:
    """Every word of a funnel: statuses, triggers, columns."""
    yield from funnel.statuses
    yield from funnel.triggers
    yield from funnel.rights.columns


def test_the_funnels_have_the_statuses_of_their_sources() -> None:
    """Each funnel has as many statuses as its source lists; the older list of the franchise has one more."""
    assert SIZES == {name: len(funnel.statuses) for name, funnel in ORIGINS.items()}
    assert 19 == len(franchise.READINGS["BG2 thinking it over"].statuses)


@each_funnel
def test_keys_are_the_names_in_lower_case(funnel: Tables) -> None:
    """A key is the name of its member in lower case, for ever: stored rows and documents depend on it."""
    assert [word.name.lower() for word in words(funnel)] == [word.value for word in words(funnel)]


@each_funnel
def test_tables_are_total(funnel: Tables) -> None:
    """Every table has an answer for every status, and removals have one for every standing with and without ties."""
    statuses = list(funnel.statuses)
    assert {(s, r) for s in statuses for r in funnel.rights.columns} == set(funnel.rights.cells)
    assert {(s, k) for s in statuses for k in Kind} == set(funnel.bookings.cells)
    assert {(standing, ties) for standing in Standing for ties in Ties} == set(funnel.removals.cells)
    assert set(statuses) == set(funnel.hours) == set(funnel.labels)
    assert {(a, b) for a in (None, *statuses) for b in statuses} == set(funnel.leads)


@each_funnel
def test_every_status_is_reached_and_left(funnel: Tables) -> None:
    """A row leads to every status, and one leaves each that is not said to be an end."""
    assert [] == list(ways(funnel))


@each_funnel
def test_what_happens_leads_to_one_status(funnel: Tables) -> None:
    """One status and one automatic trigger never lead to two statuses."""
    automatic = [(row.now, row.on, row.to) for row in funnel.rows if row.automatic]
    assert len(set(automatic)) == len({(now, on) for now, on, _ in automatic})


@each_funnel
def test_the_linter_has_nothing_to_say(funnel: Tables) -> None:
    """Nothing is left that a careful author would mend; no need is called like a rule."""
    assert () == lint(funnel, NAMES)


@each_funnel
def test_the_machine_agrees(funnel: Tables) -> None:
    """transitions, driven through every status by every event, comes where the rows lead, and nowhere else."""
    assert () == disagreements(funnel)


@each_funnel
def test_every_row_and_decided_cell_names_its_source(funnel: Tables) -> None:
    """No row and no note on a cell stands there without saying where it comes from."""
    rows: tuple[Any, ...] = (*funnel.moves, *funnel.deeds, *funnel.effects, *funnel.mails, *funnel.tips)
    assert all(row.source for row in rows)
    notes = (funnel.rights.notes, funnel.bookings.notes, funnel.removals.notes, funnel.hours_notes)
    assert all(note for table in notes for note in table.values())


@each_funnel
def test_looked_up_answers_say_what_the_cells_say(funnel: Tables) -> None:
    """The answers that are written out when a funnel is built are its cells: yes is allowed, no and silence are not."""
    for key, grant in funnel.rights.cells.items():
        assert (grant is YES) == funnel.answers[key].allowed
        assert (grant not in (Grant.NO, Grant.UNSTATED)) == funnel.grants[key].ok
    for status, grant in funnel.hours.items():
        assert (grant is YES) == funnel.counts[status].ok
    for pair, decision in funnel.conversions.items():
        assert decision.allowed == any((row.now, row.to) == pair for row in funnel.rows)


@each_funnel
def test_rights_gained_and_lost_mirror_each_other(funnel: Tables) -> None:
    """What is gained on the way from one status to another is lost on the way back."""
    for (now, to), (gained, lost) in funnel.gained.items():
        assert (lost, gained) == funnel.gained[to, now]
        assert not set(gained) & set(lost)


@each_funnel
def test_a_status_of_another_funnel_is_unknown(funnel: Tables) -> None:
    """A member of another enum is refused, though its key may be one of this funnel's; so is a key that is none."""
    others = {type(s): s for each in EVERY.values() for s in each.statuses if each.statuses is not funnel.statuses}
    for foreign in others.values():
        with pytest.raises(UnknownStatus):
            funnel.status(foreign)
    with pytest.raises(UnknownStatus):
        funnel.status("no such status")
    with pytest.raises(UnknownRight):
        funnel.right("no such right")
    assert list(funnel.statuses) == [funnel.status(status.value) for status in funnel.statuses]
    assert list(funnel.rights.columns) == [funnel.right(column.value) for column in funnel.rights.columns]
    assert list(funnel.triggers) == [funnel.trigger(trigger.value) for trigger in funnel.triggers]


@each_funnel
def test_labels_lead_back_to_their_status(funnel: Tables) -> None:
    """A status is found by its label, whatever its case and blanks, and by its key."""
    for status, label in funnel.labels.items():
        assert status is funnel.labelled(f"  {label.upper()} ")
        assert status is funnel.labelled(status.value)


def test_a_label_with_odd_blanks_leads_back_to_its_status() -> None:
    """A host's label is found by itself, however many blanks it was written with."""
    funnel = studio.STUDIO.derive("own", labels={studio.Studio.LEAD: "New  lead "})
    assert [studio.Studio.LEAD] * 2 == [funnel.labelled(text) for text in ("New  lead ", "new lead")]


@each_funnel
def test_a_funnel_survives_being_written_down(funnel: Tables) -> None:
    """Written out and read back, with its own enums or without any, a funnel has the same fingerprint."""
    document = write_funnel(funnel)
    column = type(funnel.rights.columns[0])
    own = read_funnel(document, statuses=funnel.statuses, triggers=funnel.triggers, rights=column)
    assert funnel.fingerprint == own.fingerprint == read_funnel(document).fingerprint


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_differs_from_its_origin(name: str) -> None:
    """A reading changes something that can be seen, and its fingerprint says so."""
    origin, reading = ORIGINS[name.partition(",")[0]], READINGS[name]
    assert not compare(origin, reading).same
    assert origin.fingerprint != reading.fingerprint


def test_no_two_funnels_share_a_fingerprint() -> None:
    """A fingerprint stands for one funnel: an event that carries it says by which tables it was decided."""
    assert len(EVERY) == len({funnel.fingerprint for funnel in EVERY.values()})


@each_origin
def test_a_status_that_is_added_is_everywhere(funnel: Tables) -> None:
    """A derived funnel with one more status gets everything: rows, answers, machine, diagram, tables, document."""
    more: Any = Status
    wider: type[Status] = more("Wider", [(s.name, s.value) for s in funnel.statuses] + [("GUEST", "guest")])
    guest, first = wider("guest"), wider(funnel.start.value)
    on = next(iter(funnel.triggers))
    derived = funnel.derive(
        "wider",
        statuses=wider,
        add=(Move(first, on, guest, STAFF, (), "test"), Move(guest, on, first, STAFF, (), "test")),
        cells={(guest, column): YES for column in funnel.rights.columns},
        bookings={(guest, kind): YES for kind in Kind},
        hours={guest: YES},
        labels={guest: "Guest of Honour"},
    )
    assert () == disagreements(derived)
    assert derived.answers[guest, derived.rights.columns[0]].allowed
    assert derived.by_hand[guest, first]
    assert "guest : Guest of Honour" in mermaid(derived)
    assert "| Guest of Honour | `guest` |" in markdown(derived)
    assert ("guest",) == compare(funnel, derived).statuses_added
    assert derived.fingerprint == read_funnel(write_funnel(derived)).fingerprint


def test_a_status_that_is_left_out_is_nowhere() -> None:
    """A derived funnel without a status has no row, cell, label, tip or effect of it; its machine has none either."""

    class Small(Status):
        """Coaching without buyers and without former clients."""

        PROSPECT = "prospect"
        HOT_LEAD = "hot_lead"
        ACTIVE_CLIENT = "active_client"

    keep = tuple(effect for effect in coaching.COACHING.effects if not isinstance(effect.on, Status))
    small = coaching.COACHING.derive("small", statuses=Small, effects=keep)
    assert ("buyer", "inactive_client") == compare(coaching.COACHING, small).statuses_removed
    assert () == disagreements(small)
    assert not any(key in markdown(small) for key in ("`buyer`", "`inactive_client`"))
    assert {Small.PROSPECT, Small.HOT_LEAD, Small.ACTIVE_CLIENT} == {status for status, _ in small.rights.cells}


def test_rows_are_dropped_and_needs_are_changed_pair_by_pair() -> None:
    """Dropping a pair and asking more of another leave every other pair of the same row as it was."""
    lead, prospect, client = agency.Agency
    reason = Need("talk", "somebody has talked to them")
    strict = agency.AGENCY.derive("strict", drop=[(lead, client)], needs={(lead, prospect): (reason,)})
    assert (lead, client) not in strict.by_hand
    assert (reason,) == strict.by_hand[lead, prospect][0].needs
    assert agency.AGENCY.by_hand[prospect, client] == strict.by_hand[prospect, client]
    assert agency.AGENCY.by_hand[None, lead] == strict.by_hand[None, lead]


def test_a_derived_funnel_with_a_hole_does_not_build() -> None:
    """A status that is added without cells, label and rows is refused, with everything that it lacks."""
    with pytest.raises(Invalid) as caught:
        franchise.FRANCHISE.derive("holes", statuses=franchise.Thinking)
    assert {"rights", "bookings", "hours", "labels"} == {problem.path for problem in caught.value.problems}


each_life = pytest.mark.parametrize(
    "life", [appointment.APPOINTMENT, invitation.INVITATION, package.PACKAGE], ids=lambda life: str(life.name)
)


@each_life
def test_the_lives_of_other_nouns_lead_somewhere(life: Any) -> None:
    """An appointment, an invitation and a package reach every status, and leave each that is no end."""
    assert [] == list(ways(life))
    assert len(life.after) == len(life.rows)


@each_life
def test_a_life_has_keys_sources_and_no_happening_without_a_row(life: Any) -> None:
    """What holds for funnels holds for lives: keys are names in lower case, rows name a source, no word is idle."""
    happenings = {type(row.on) for row in life.rows}
    assert 1 == len(happenings)
    words = [*life.statuses, *(on for each in happenings for on in each)]
    assert [word.name.lower() for word in words] == [word.value for word in words]
    assert all(row.source and row.by for row in life.rows)
    assert set(*happenings) == {row.on for row in life.rows}


@each_life
def test_who_only_reads_moves_nothing(life: Any) -> None:
    """No row of a life is by a viewer. Source: DL8."""
    assert not any(Role.VIEWER in row.by for row in life.rows)


def test_an_invitation_is_answered_by_nobody_but_the_person() -> None:
    """Accepting and declining are the contact's alone, and the contact does nothing else. Source: S4."""
    answers = {invitation.Happening.ACCEPTED, invitation.Happening.DECLINED}
    for row in invitation.INVITATION.rows:
        assert (row.on in answers) == (Role.CLIENT in row.by) == (frozenset({Role.CLIENT}) == row.by)
    assert not any(Role.CLIENT in row.by for row in package.PACKAGE.rows)


def test_what_time_and_other_events_do_is_the_system_s() -> None:
    """Expiring, superseding, opening and cancelling are by no person. Source: DL-A1, DL-A2, DL-A14."""
    of_an_invitation = {invitation.Happening.EXPIRED, invitation.Happening.SUPERSEDED}
    of_a_package = {
        package.Happening.PORTAL_OPENED,
        package.Happening.INVITATION_CANCELLED,
        package.Happening.REPLACED,
    }
    rows: tuple[Any, ...] = (*invitation.INVITATION.rows, *package.PACKAGE.rows)
    assert of_an_invitation | of_a_package == {row.on for row in rows if frozenset({Role.SYSTEM}) == row.by}


THIRD: Final[Mapping[str, Any]] = {
    "cells": {(agency.Agency.PROSPECT, Right.PAGES): Grant.YES},
    "bookings": {(agency.Agency.PROSPECT, Kind.SESSION): Grant.YES},
    "hours": {agency.Agency.PROSPECT: Grant.YES},
    "labels": {agency.Agency.PROSPECT: "Nobody"},
    "drop": [(agency.Agency.PROSPECT, coaching.Coaching.BUYER)],
    "needs": {(agency.Agency.PROSPECT, coaching.Coaching.BUYER): ()},
    "like": {agency.Agency.PROSPECT: coaching.Coaching.ACTIVE_CLIENT},
}


@pytest.mark.parametrize("part", THIRD)
def test_a_change_about_a_third_funnel_s_status_is_refused(part: str) -> None:
    """Keys may be equal and mean opposite things: only the old enum and the new one are meant."""
    with pytest.raises(Invalid) as caught:
        coaching.COACHING.derive("mine", **{part: THIRD[part]})
    (problem,) = caught.value.problems
    assert (part, True) == (problem.path, problem.message.startswith("foreign_status: Agency.prospect"))


def test_a_status_is_like_one_of_the_old_ones() -> None:
    """Not like one that is new itself: it has no cells yet."""

    class Larger(Status):
        """The team's types and two more."""

        LEAD = auto()
        CONTACT = auto()
        PROSPECT = auto()
        CLIENT = auto()
        GUEST = auto()
        FRIEND = auto()

    with pytest.raises(Invalid) as caught:
        team.TEAM.derive("larger", statuses=Larger, like={Larger.GUEST: Larger.FRIEND})
    assert ["like"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("drop", [("prospect", "buyer")]),
        ("drop", [(coaching.Coaching.PROSPECT,)]),
        ("drop", None),
        ("add", None),
        ("add", ["a row"]),
        ("needs", {coaching.Coaching.PROSPECT: ()}),
        ("needs", {(coaching.Coaching.PROSPECT, coaching.Coaching.HOT_LEAD): None}),
        ("cells", {("prospect", Right.PAGES): Grant.YES}),
        ("cells", {(coaching.Coaching.PROSPECT, "pages"): Grant.YES}),
        ("cells", {(coaching.Coaching.PROSPECT, Right.PAGES): "yes"}),
        ("cells", None),
        ("bookings", {(coaching.Coaching.PROSPECT, Right.PAGES): Grant.YES}),
        ("hours", {coaching.Coaching.BUYER: "yes"}),
        ("hours", [coaching.Coaching.BUYER]),
        ("labels", {coaching.Coaching.BUYER: None}),
        ("like", {"guest": coaching.Coaching.BUYER}),
        ("statuses", Right),
        ("triggers", coaching.Coaching),
        ("ends", None),
        ("policy", {"follow_up": {}}),
        ("removals", {}),
        ("order", ""),
        ("forward_only", "no"),
    ],
)
def test_what_is_no_change_is_refused_by_its_name(part: str, given: Any) -> None:
    """A slip in a host's own funnel is told like every other fault of it."""
    with pytest.raises(Invalid) as caught:
        coaching.COACHING.derive("mine", **{part: given})
    assert {part} == {problem.path for problem in caught.value.problems}
    assert all(problem.message.startswith("foreign_table") for problem in caught.value.problems)


def test_a_funnel_s_name_is_a_text() -> None:
    """And not nothing."""
    nothing: Any = None
    with pytest.raises(Invalid) as caught:
        coaching.COACHING.derive(nothing)
    assert ["name"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("drop", [(agency.Agency.CLIENT, agency.Agency.LEAD)]),
        ("drop", [(agency.Agency.LEAD, agency.Agency.CLIENT, agency.Happening.CREATED)]),
        ("needs", {(agency.Agency.CLIENT, agency.Agency.LEAD): (REASON,)}),
    ],
)
def test_a_change_of_a_row_that_is_not_there_is_told(part: str, given: Any) -> None:
    """It would change nothing, and its author believes that it does."""
    with pytest.raises(Invalid) as caught:
        agency.AGENCY.derive("mine", **{part: given})
    (problem,) = caught.value.problems
    assert (part, True) == (problem.path, problem.message.startswith("unmatched"))


def test_a_status_that_went_matches_no_row() -> None:
    """It is not taken for *new*, so that the row by which contacts come in stays."""

    class Smaller(Status):
        """The agency's roles but the prospect."""

        LEAD = auto()
        CLIENT = auto()

    gone = [(agency.Agency.PROSPECT, agency.Agency.CLIENT)]
    with pytest.raises(Invalid) as caught:
        agency.AGENCY.derive("mine", statuses=Smaller, drop=gone)
    assert ["drop"] == [problem.path for problem in caught.value.problems]


def test_who_writes_lists_means_rows() -> None:
    """A list is taken for a table, as it is now: what is added to it afterwards is in no funnel."""
    status, on = coaching.Coaching, coaching.Happening.BOOKED_IN_PUBLIC
    row: Move[coaching.Coaching] = Move(status.BUYER, on, status.PROSPECT, (Role.SYSTEM,), (), "ours")
    given: Any = [status.PROSPECT]
    added: Any = [row]
    listed = coaching.COACHING.derive("listed", open=given, add=added)
    meant = coaching.COACHING.derive("listed", open=(status.PROSPECT,), add=(row,))
    given.append(status.BUYER)
    added.clear()
    assert (meant.fingerprint, meant.open, meant.moves) == (listed.fingerprint, listed.open, listed.moves)
