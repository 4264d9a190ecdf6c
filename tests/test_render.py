"""What people read: answers in two languages, tables as Markdown, what two funnels differ in."""

import re
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve, frozen

import funnelkit.commands
import funnelkit.rules
from examples.derived_funnel import PRACTICE
from examples.own_funnel import SCHOOL, Door, School
from funnelkit.decisions import Decision, Finding, Mark, Notice, rule
from funnelkit.funnel import Funnel
from funnelkit.life import Life
from funnelkit.policy import FollowUpPolicy
from funnelkit.render import compare, label, label_key, label_keys, markdown, render, templates
from funnelkit.render.answers import HEADINGS
from funnelkit.render.tables import SILENCE, figure
from funnelkit.rules import certification, conversion
from funnelkit.statuses import coaching, franchise, studio, team
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.statuses.appointment import APPOINTMENT
from funnelkit.statuses.coaching import COACHING, Coaching
from funnelkit.statuses.franchise import FRANCHISE, Franchise
from funnelkit.statuses.invitation import INVITATION
from funnelkit.statuses.package import PACKAGE
from funnelkit.table import NO, YES, Status
from funnelkit.texts import ENGLISH, Texts
from funnelkit.texts.german import GERMAN
from funnelkit.times import Elapsed
from funnelkit.values.actor import Actor
from funnelkit.words import Kind, Right, Role

Tables = Funnel[Status, StrEnum]
THINKING: Tables = franchise.READINGS["BG2 thinking it over"]
OURS: tuple[Tables, ...] = (COACHING, AGENCY, FRANCHISE, studio.STUDIO, team.TEAM, THINKING)
COACH = Actor(id="m-1", role=Role.COACH)


@frozen
class Words:
    """A case with any words."""

    given: dict[str, object]

    def words(self) -> dict[str, object]:
        """Give them."""
        return self.given


def converted(to: Agency, **facts: bool) -> Decision:
    """The answer whether a coach may convert a lead of the agency."""
    return conversion.may_convert(AGENCY, conversion.Case(now=Agency.LEAD, to=to, by=COACH, facts=facts))


# ---------------------------------------------------------------------------------------------- answers in a language


def test_english_reads_like_str_with_labels_for_keys() -> None:
    """Said in English, an answer is its `str()`, except that statuses are called by their labels."""
    decision = converted(Agency.CLIENT)
    assert str(decision).replace("client", "Client").replace("lead", "Lead") == render(decision).replace(
        "a_row_leads_there", "a_row_Leads_there"
    )


def test_german_says_whole_sentences() -> None:
    """A table's answer in German: the heading, the question, the mark and the sentence, with German labels."""
    decision = COACHING.answers[Coaching.BUYER, Right.PAGES]
    assert (
        "abgelehnt: darf der Status »Käufer« das Recht »Seiten« haben\n"
        "  NEIN  access.status_grants  coaching gibt dem Status »Käufer« das Recht »Seiten« nicht"
    ) == render(decision, GERMAN)
    assert render(COACHING.answers[Coaching.BUYER, Right.PRODUCTS], GERMAN).startswith("abgelehnt: ")
    assert render(COACHING.answers[Coaching.BUYER, Right.LOG_IN], GERMAN).startswith("erlaubt: ")


def test_the_sentence_of_a_need_is_said_in_the_language() -> None:
    """A need is a sentence within a sentence; both are German, and so is what would help."""
    text = render(converted(Agency.CLIENT), GERMAN)
    assert "niemand hat gesagt, ob das zutrifft: die E-Mail-Adresse ist bekannt; die E-Mail-Adresse eintragen" in text
    assert "die E-Mail-Adresse fehlt; die" in render(converted(Agency.CLIENT, email=False), GERMAN)


def test_what_would_help_is_said_only_where_help_is_needed() -> None:
    """A finding that is fine has no remedy behind it."""
    text = render(converted(Agency.CLIENT, email=True))
    assert text.startswith("allowed: ")
    assert "add the e-mail" not in text
    assert "; add the e-mail" in render(converted(Agency.CLIENT, email=False))


def test_what_a_language_lacks_is_said_in_english() -> None:
    """A template without translation falls back to English; a word without label to the funnel's own, then the key."""
    empty = Texts(language="xx")
    assert render(converted(Agency.CLIENT)) == render(converted(Agency.CLIENT), empty)
    assert "Client" == label(Agency.CLIENT, empty, AGENCY)
    assert "client" == label(Agency.CLIENT, empty)
    assert "log_in" == label(Right.LOG_IN, ENGLISH, AGENCY)


def test_the_order_of_a_funnel_is_said_by_labels() -> None:
    """Where a sentence tells the order of the statuses, it tells it in the language."""
    wish = conversion.Case(now=Agency.CLIENT, to=Agency.LEAD, by=COACH)
    decision = conversion.may_convert(AGENCY, wish)
    assert "Lead < Interessent < Kunde" in render(decision, GERMAN)
    assert "Lead < Prospect < Client" in render(decision)


def test_advice_is_said_in_the_language() -> None:
    """A tip of a funnel stands below the findings, marked as a note, with its code."""
    facts = {"next_attempt": True}
    wish = conversion.Case(now=Franchise.NEW_LEAD, to=Franchise.FOLLOW_UP_1, by=COACH, facts=facts)
    decision = conversion.may_convert(FRANCHISE, wish)
    assert "  note  franchise.write_notes: write notes: they show on the day it is due" in render(decision)
    assert "  Hinweis franchise.write_notes: Notizen schreiben: Sie erscheinen am Tag der Fälligkeit" in render(
        decision, GERMAN
    )


def test_a_derived_funnel_keeps_the_labels_of_its_enum() -> None:
    """A funnel derived with the same enum is said in German as its origin is, unless a host says it otherwise."""
    derived = COACHING.derive("mine", labels={Coaching.BUYER: "Customer"})
    assert "Käufer" == label(Coaching.BUYER, GERMAN, derived)
    own = GERMAN.and_more(labels={"mine.buyer": "Kundschaft"})
    assert "Kundschaft" == label(Coaching.BUYER, own, derived)
    assert "Käufer" == label(Coaching.BUYER, own, COACHING)


def test_a_host_adds_its_own_texts() -> None:
    """A host's statuses, rights and sentences are added to a language, and nothing of ours is lost."""
    own = GERMAN.and_more(labels={"school.trial": "Probemitglied", "door.mat": "Matte"}, marks={"NO": "nein"})
    text = render(SCHOOL.answers[School.TRIAL, Door.MAT], own)
    assert "school gibt dem Status »Probemitglied« das Recht »Matte«" in text
    assert "Videos" == label(Door.VIDEOS, own.and_more(labels={"door.videos": "Videos"}))
    assert "nein" == own.marks["NO"]
    assert "fehlt" == own.marks["needs"]
    assert "ja" == GERMAN.and_more(sentences={"a": "b"}).marks["ok"]


def test_values_of_a_case_are_named_in_the_language() -> None:
    """Words go by their labels, sets in order, nothing as nothing, and everything else as it is."""
    given: dict[str, object] = {
        "nobody": None,
        "none": frozenset(),
        "roles": (Role.COACH, Role.CLIENT),
        "kinds": frozenset({Kind.SESSION, Kind.SAMPLE}),
        "number": 3,
        "id": "c-1",
    }
    text = "{nobody}, {none}; {roles}; {kinds}; {number}; {id}; {missing}"
    decision = Decision(text, (Finding("a.b", Mark.OK, "fine"),), Words(given))
    assert "allowed: nothing, nothing; coach, client; sample, session; 3; c-1; …" == render(decision).splitlines()[0]
    german = render(decision, GERMAN).splitlines()[0]
    assert "erlaubt: nichts, nichts; Coach, Klient; Probesitzung, Sitzung; 3; c-1; …" == german


def test_german_has_every_template_of_the_tables() -> None:
    """No sentence of a cell, a need or a tip of our funnels is missing in German."""
    assert set() == set(templates(*OURS)) - set(GERMAN.sentences)


def test_german_has_every_template_of_the_rules() -> None:
    """No rule, question or remedy, and no notice of a command, is missing in German."""
    packages = (funnelkit.rules, funnelkit.commands)
    modules = [import_module(f"{p.__name__}.{m.name}") for p in packages for m in iter_modules(p.__path__)]
    assert set() == set(templates(modules=modules)) - set(GERMAN.sentences)


def test_german_has_a_label_for_every_word() -> None:
    """No status, trigger, right or word of the shared lists is without a German label; nor is one of the lives."""
    lives: tuple[Life[Status], ...] = (APPOINTMENT, INVITATION, PACKAGE)
    words = {word for life in lives for row in life.rows for word in (row.on, row.to)}
    keys = {*label_keys(*OURS), *map(label_key, words), *map(label_key, certification.From)}
    assert set() == keys - set(GERMAN.labels)


def test_german_has_every_mark() -> None:
    """What stands before findings, answers and advice is said in German, too."""
    assert {*HEADINGS, *(mark.value for mark in Mark)} == set(GERMAN.marks)


def test_a_translation_asks_for_no_word_that_its_template_has_not() -> None:
    """A translated sentence names the same values as the English one: no gap opens, and nothing is left out."""
    for english, german in GERMAN.sentences.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", german)), english


def test_templates_are_collected_from_modules() -> None:
    """Rules, findings, notices and constants of a module give their texts; single words and other values do not."""

    @rule(ok="it is so", no="it is not so", remedy="make it so")
    def is_so(funnel: object, case: Any, row: object) -> bool:
        """It is so. Source: S0."""
        return True

    module = ModuleType("rules_of_a_host")
    vars(module).update(
        is_so=is_so,
        found=Finding("a.b", Mark.NO, "a finding", remedy="a remedy"),
        hint=Notice("a.c", "a piece of advice"),
        QUESTION="may {it} be so",
        PARTS={"one": "first part", "two": ("second part", ["third part"])},
        CODE="single",
        lower="no constant",
        NUMBER=3,
    )
    expected = {
        *("it is so", "it is not so", "make it so", "there is nothing to judge by", "a finding", "a remedy"),
        *("a piece of advice", "may {it} be so", "first part", "second part", "third part"),
    }
    assert expected == set(templates(modules=[module])) - set(templates())
    assert set(templates(modules=[conversion])) >= {rule.no.text for rule in conversion.RULES}


# --------------------------------------------------------------------------------------------------- tables as Markdown


@pytest.mark.parametrize("funnel", OURS, ids=lambda funnel: funnel.name)
def test_markdown_shows_every_row_with_its_source(funnel: Tables) -> None:
    """Each status, move, deed, effect, mail and tip of a funnel is a line of its page, with its source."""
    lines = markdown(funnel).splitlines()
    for status in funnel.statuses:
        assert any(line.startswith(f"| {funnel.labels[status]} | `{status.value}` |") for line in lines)
    rows: tuple[Any, ...] = (*funnel.moves, *funnel.deeds, *funnel.effects, *funnel.mails, *funnel.tips)
    for row in rows:
        assert any(line.endswith(f"| {row.source} |") for line in lines)
    for number, status in enumerate(funnel.follow_ups, start=1):
        assert f"| {number} | {funnel.labels[status]} |" in lines


def test_markdown_shows_the_matrix_with_its_second_header_and_sources() -> None:
    """The rights are a table: columns by key, how they are reached, a line a status, the source of decided cells."""
    page = markdown(COACHING)
    assert "| *reached* | portal | portal |" in page
    assert "| Buyer | yes | no (CC-A5) | no (CC-A5) | no (CC-A5) | owned (S0) | unstated | yes |" in page
    assert "Logging in is `log_in`. Having credentials is `credentials`." in page
    assert "`coaching_invoice` also asks for this: an agreement exists." in page


def test_markdown_says_where_the_source_is_silent() -> None:
    """A table of which the source says nothing is one sentence instead of a page of the same cell."""
    page = markdown(FRANCHISE)
    assert 3 == page.count(SILENCE)
    assert "| New Lead - No Action Yet | unstated" not in page


def test_markdown_names_a_run_of_follow_ups_by_its_ends() -> None:
    """Six follow-ups in a row are the first and the last; statuses out of order are named one by one."""
    page = markdown(FRANCHISE)
    assert "| Follow up 1 to Follow up 6 |" in page
    assert "Follow up 1 to Follow up 5, Move/Schedule Follow Up for" in page
    assert "any" in markdown(COACHING).split("`entered`")[1].splitlines()[0]


def test_markdown_shows_figures_in_their_units() -> None:
    """Every figure of the policy stands there: lengths of time in their largest unit, switches as on and off."""
    page = markdown(FRANCHISE)
    assert "| `follow_up.delay` | 48 hours |" in page
    assert "| `follow_up.in_order` | on |" in page
    assert "90 minutes" == figure(Elapsed(minutes=90))
    assert "61 seconds" == figure(Elapsed(seconds=61))
    assert "none" == figure(()) == figure(None) == figure(frozenset())
    assert "a, b" == figure(frozenset({"b", "a"})) == figure(("a", "b"))
    assert "sample" == figure(Kind.SAMPLE)
    assert "c code, x text" in figure(Notice("c", "x"))


def test_markdown_marks_ends_tiers_and_retired_statuses() -> None:
    """The remarks of a status say whether it is the first, an end, a step of an order, or retired for another one."""
    assert "| Client | `client` | step 3 of 3, forward only, an end |" in markdown(AGENCY)
    assert "| Lead | `lead` | the first, step 1 of 2 |" in markdown(studio.STUDIO)
    retired = evolve(COACHING, retired={Coaching.BUYER: Coaching.PROSPECT, Coaching.HOT_LEAD: None})
    assert "| Buyer | `buyer` | retired, now Prospect |" in markdown(retired)
    assert "| Hot Lead | `hot_lead` | retired |" in markdown(retired)


def test_a_bar_in_a_label_stays_in_its_cell() -> None:
    """A label with a bar or a line break does not break the table."""
    odd = COACHING.derive("odd", labels={Coaching.BUYER: "Buyer | of\nthings"})
    assert "| Buyer \\| of things | `buyer` |" in markdown(odd)


def test_an_aligned_page_says_the_same() -> None:
    """Filled up for a terminal, the columns of a table stand below each other, and not a word is another."""
    aligned = markdown(COACHING, aligned=True)
    assert re.sub(r"[ -]+", "", markdown(COACHING)) == re.sub(r"[ -]+", "", aligned)
    table = aligned.split("## Statuses\n\n")[1].split("\n\n")[0].splitlines()
    assert 1 == len({len(line) for line in table})


# ----------------------------------------------------------------------------------------------------- what is another


def test_a_funnel_is_the_same_as_itself() -> None:
    """Compared with itself, or with itself under another name, a funnel shows no difference."""
    assert compare(COACHING, COACHING).same
    other = evolve(COACHING, name="other")
    assert "# From coaching to other\n\nThe tables say the same.\n" == str(compare(COACHING, other))


def test_rows_written_otherwise_say_the_same() -> None:
    """Two rows for what was one are no difference; that they are written otherwise is said."""
    first, *rest = AGENCY.moves
    split = tuple(evolve(move, to=(to,)) for move in rest for to in move.to)  # type: ignore[union-attr]
    other = evolve(AGENCY, moves=(first, *split))
    found = compare(AGENCY, other)
    assert found.same
    assert found.rewritten
    assert "The tables say the same, and are written differently." in str(found)


def test_a_derived_funnel_is_compared_by_key() -> None:
    """The example with alumni: what was added, relabelled and moved is found, although its enum is another one."""
    found = compare(COACHING, PRACTICE)
    assert ("alumni",) == found.statuses_added
    assert () == found.statuses_removed
    assert [("prospect", "Curious"), ("inactive_client", "Former Client")] == [
        (change.what[0], change.now) for change in found.relabelled
    ]
    assert 10 == len(found.rows_added)
    assert () == found.rows_removed == found.rows_changed
    assert {"alumni"} == {change.what[0] for change in found.cells_changed}
    assert [("follow_up.delay", "48 hours", "24 hours")] == [(c.what[0], c.was, c.now) for c in found.policy_changed]


def test_going_back_finds_the_opposite() -> None:
    """What is added in one direction is gone in the other."""
    found = compare(PRACTICE, COACHING)
    assert ("alumni",) == found.statuses_removed
    assert 10 == len(found.rows_removed)
    assert "- gone `alumni`: Alumni\n" in str(found)
    assert "- changed `follow_up.delay`: 24 hours; now 48 hours\n" in str(found)


def test_moves_that_change_alike_are_one_line() -> None:
    """Ten new moves of one row read as two lines: into the new status, and out of it."""
    text = str(compare(COACHING, PRACTICE))
    assert (
        "- added `prospect`, `hot_lead`, `buyer`, `active_client`, `inactive_client` to `alumni` on `coach_decides`: "
        "by owner, admin, coach (CC3)\n"
    ) in text
    assert 2 == text.count("on `coach_decides`")


def test_every_table_is_compared() -> None:
    """Two funnels that have nothing in common differ in every table that either of them fills."""
    tables = {change.table for change in compare(COACHING, FRANCHISE).changes}
    assert {
        "statuses",
        "triggers",
        "moves",
        "needs",
        "deeds",
        "effects",
        "mails",
        "rights",
        "bookings",
        "hours",
    } <= tables
    assert {"removals", "tips", "ends", "follow-ups", "funnel"} <= tables
    assert {"order", "policy"} <= {change.table for change in compare(COACHING, AGENCY).changes}
    retired = evolve(COACHING, retired={Coaching.BUYER: Coaching.PROSPECT})
    assert ["- added `buyer`: now status prospect"] == str(compare(COACHING, retired)).splitlines()[4:]


SINGLE: list[tuple[Tables, str]] = [
    (COACHING.derive("x", hours={Coaching.BUYER: YES}), "- changed `buyer`: unstated (CC-A4); now yes (CC-A4)"),
    (
        COACHING.derive("x", cells={(Coaching.BUYER, Right.PAGES): YES}),
        "- changed `buyer`, `pages`: no (CC-A5); now yes",
    ),
    (
        COACHING.derive("x", bookings={(Coaching.BUYER, Kind.SAMPLE): NO}),
        "- changed `buyer`, `sample`: yes (S0, CC-A6); now no",
    ),
    (evolve(COACHING, right_needs={}), "- gone `coaching_invoice`, `needs`: agreement: an agreement exists"),
    (evolve(COACHING, credentials=None), "- changed `credentials`: credentials; now none"),
    (
        COACHING.with_policy(follow_up=FollowUpPolicy(in_order=False)),
        "- changed `follow_up.in_order`: on; now off",
    ),
    (COACHING.derive("x", tips=()), f"- gone `inactive_instead`: {coaching.KEEP} (on deleted, from any, to any, CC4)"),
]


@pytest.mark.parametrize(("changed", "line"), SINGLE)
def test_a_single_change_is_a_single_line(changed: Tables, line: str) -> None:
    """One changed cell, figure or field is one line of the comparison."""
    assert line in str(compare(COACHING, changed)).splitlines()
