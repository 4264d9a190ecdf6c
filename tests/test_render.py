"""What people read: answers in two languages, tables as Markdown, what two funnels differ in."""

import ast
import re
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
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
from funnelkit.policy import FollowUpPolicy, OutreachPolicy, ProgressPolicy
from funnelkit.render import compare, label, label_key, label_keys, markdown, render, templates
from funnelkit.render.answers import HEADINGS
from funnelkit.render.tables import SILENCE, figure
from funnelkit.rules import booking, certification, conversion, invitation, outreach, package, progress
from funnelkit.statuses import coaching, franchise, studio, team
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.statuses.appointment import APPOINTMENT, AppointmentStatus
from funnelkit.statuses.appointment import Happening as Appointed
from funnelkit.statuses.coaching import COACHING, Coaching
from funnelkit.statuses.franchise import FRANCHISE, Franchise
from funnelkit.statuses.invitation import INVITATION, InvitationStatus
from funnelkit.statuses.invitation import Happening as Taken
from funnelkit.statuses.package import PACKAGE, PackageStatus
from funnelkit.statuses.team import Team
from funnelkit.table import NO, YES, Act, Need, Status
from funnelkit.texts import ENGLISH, Texts
from funnelkit.texts.german import GERMAN
from funnelkit.times import BusinessTime, Elapsed, Length, LocalDays, Repeated, Skipped, Span
from funnelkit.values.actor import Actor
from funnelkit.values.package import Offer
from funnelkit.words import Channel, Kind, Payment, Purpose, Right, Role, Sender, Shape, Standing

Tables = Funnel[Status, StrEnum]
THINKING: Tables = franchise.READINGS["BG2 thinking it over"]
OURS: tuple[Tables, ...] = (COACHING, AGENCY, FRANCHISE, studio.STUDIO, team.TEAM, THINKING)
COACH = Actor(id="m-1", role=Role.COACH)
SOURCE = Path(*funnelkit.__path__)


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


def test_times_read_as_they_do_in_str() -> None:
    """A time in a text is written as `str()` writes it, in every language."""
    noon = datetime(2026, 11, 24, 12, 0, 1, tzinfo=UTC)
    decision = progress.on_its_way(COACHING, progress.Case(when=noon, status=Coaching.BUYER, since=noon, due=noon))
    assert "a follow-up is due since 2026-11-24 12:00+00:00" in str(decision)
    assert "a follow-up is due since 2026-11-24 12:00+00:00" in render(decision)
    assert "ein Nachfassen ist seit 2026-11-24 12:00+00:00 fällig" in render(decision, GERMAN)


def test_what_has_no_value_is_said_in_the_language() -> None:
    """Where a case has no contact, no channel and no actor, words stand for them, and these are German, too."""
    case = outreach.Case(now=datetime(2026, 11, 24, tzinfo=UTC))
    text = render(outreach.may_lift(FRANCHISE, case), GERMAN)
    assert "abgelehnt: sagen, ob der Kontakt über alle Wege kontaktiert werden darf" in text
    assert "die Rolle »niemand« darf das nicht für andere sagen" in text
    said = render(outreach.may_contact(FRANCHISE, evolve(case, channel=Channel.EMAIL, contact="C-7")), GERMAN)
    assert "erlaubt: darf C-7 über E-Mail kontaktiert werden" in said
    assert "die Person darf das bekommen: Mitteilung" in said


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
    """No sentence of a cell, a need, a tip or of what a host owes is missing in German, for all of our funnels."""
    assert set() == set(templates(*OURS)) - set(GERMAN.sentences)


def test_german_has_every_template_of_the_rules() -> None:
    """No rule, question or remedy, and no notice of a command, is missing in German."""
    packages = (funnelkit.rules, funnelkit.commands)
    modules = [import_module(f"{p.__name__}.{m.name}") for p in packages for m in iter_modules(p.__path__)]
    assert set() == set(templates(modules=modules)) - set(GERMAN.sentences)


def test_german_has_a_label_for_every_word_and_for_no_other() -> None:
    """Each status, trigger, right and word of the shared lists has a German label, and so have those of the lives.

    No label is left over from a word that is gone.
    """
    lives: tuple[Life[Status], ...] = (APPOINTMENT, INVITATION, PACKAGE)
    words = {label_key(word) for life in lives for row in life.rows for word in (row.on, row.to)}
    keys = {*label_keys(*OURS), *words, *map(label_key, (*certification.From, *Act))}
    assert keys == set(GERMAN.labels)


def test_german_has_every_mark() -> None:
    """What stands before findings, answers and advice is said in German, too."""
    assert {*HEADINGS, *(mark.value for mark in Mark)} == set(GERMAN.marks)


def test_german_says_no_sentence_that_is_gone() -> None:
    """Every sentence that is translated is still a text of the library."""
    code = [ast.parse(path.read_text()) for path in SOURCE.rglob("*.py") if path.parent.name != "texts"]
    texts = {node.value for tree in code for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set() == set(GERMAN.sentences) - texts


def test_a_translation_asks_for_no_word_that_its_template_has_not() -> None:
    """A translated sentence names the same values as the English one: no gap opens, and nothing is left out."""
    for english, german in GERMAN.sentences.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", german)), english


def test_templates_are_collected_from_modules() -> None:
    """Rules, findings, notices, needs and constants of a module give their texts; single words and the rest do not."""

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
        FACT=Need("fact", "it is a fact", "make it a fact", "it is no fact"),
    )
    expected = {
        *("it is so", "it is not so", "make it so", "there is nothing to judge by", "a finding", "a remedy"),
        *("a piece of advice", "may {it} be so", "first part", "second part", "third part"),
        *("it is a fact", "make it a fact", "it is no fact"),
    }
    assert expected == set(templates(modules=[module])) - set(templates())
    assert set(templates(modules=[conversion])) >= {rule.no.text for rule in conversion.RULES}


def test_german_says_who_may_be_invited() -> None:
    """An answer about an invitation reads in German, with the words that stand for who is not known yet."""
    case = invitation.Case(by=COACH, status=Team.LEAD, sender=Sender.MEMBER, pending="i-1", holders=("c-2", "c-3"))
    text = render(invitation.may_invite(team.TEAM, case), GERMAN)
    assert "abgelehnt: eine neue Person einladen" in text
    assert "die Rolle »Coach« darf diesen Klienten einladen (Coach: das Team)" in text
    assert "die Einladung darf den Absender »Mitglied« haben" in text
    assert "unter dieser Adresse ist schon jemand bekannt: c-2, c-3; jenen Kontakt einladen" in text
    assert "die Einladung i-1 ist noch offen; i-1 in ihrem eigenen Funnel nochmals senden oder zurücknehmen" in text
    assert "team lässt den Status »Lead« sich nicht anmelden, also gibt es nichts, wozu man einladen könnte" in text


def test_german_says_of_which_noun_it_speaks() -> None:
    """A sentence that appointments, invitations and packages share names the state, and no wrong noun."""
    accepted = invitation.Case(by=COACH, on=Taken.REVOKED, state=InvitationStatus.ACCEPTED, contact="c-1")
    text = render(invitation.may_revoke(team.TEAM, accepted), GERMAN)
    assert "abgelehnt: die Einladung für c-1 als »zurückgezogen« vermerken" in text
    assert "der Stand ist »angenommen«: das ist nicht mehr möglich; neu einladen" in text
    held = booking.Change(state=AppointmentStatus.HELD, on=Appointed.RESCHEDULED, by=COACH)
    said = render(booking.may_change(team.TEAM, held), GERMAN)
    assert "der Stand ist »gehalten«: das ist nicht mehr möglich; einen anderen buchen" in said


def test_german_says_what_may_be_given() -> None:
    """An answer about a package reads in German: how it is paid, whose list counts, and which one it would be."""
    group = Offer(id="circle", name="Circle", shape=Shape.GROUP, payment=Payment.FREE)
    case = package.Case(by=COACH, offer=group, coach="m-1", count=2, status=Team.CLIENT)
    text = render(package.may_assign(team.TEAM, case), GERMAN)
    assert "abgelehnt: circle an eine neue Person vergeben" in text
    assert "circle ist kostenlos" in text
    assert "circle steht in keiner Liste, die für diesen Klienten gilt (Coach: m-1)" in text
    assert "es wäre das Paket Nummer 2 der Einladung, und das ist eines zu viel" in text
    use = package.Use(state=PackageStatus.ASSIGNED, when=datetime(2026, 11, 24, tzinfo=UTC), left=0)
    assert "abgelehnt: ein Paket verwenden" in render(package.may_use(team.TEAM, use), GERMAN)


def test_the_one_answer_to_the_outside_is_said_in_the_language() -> None:
    """Whoever holds a link that is good no more reads one German sentence, and nothing about the invitation."""
    gone = invitation.Opening(by=COACH, now=datetime(2026, 11, 24, tzinfo=UTC))
    exact = invitation.may_open(team.TEAM, gone)
    assert (
        "abgelehnt: eine Einladung öffnen\n"
        "  NEIN  invitation.link_opens  dieser Link öffnet nichts, oder nichts mehr; "
        "wer eingeladen hat, kann einen neuen schicken"
    ) == render(invitation.to_the_outside(team.TEAM, exact), GERMAN)
    rest = [line for line in render(exact, GERMAN).splitlines() if line.endswith("einen solchen Link gibt es nicht")]
    assert {"--"} == {line.split()[0] for line in rest}
    assert len(invitation.OF_A_LINK) == 1 + len(rest)


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
    for status in funnel.postponed:
        assert f"| postponed, counts as none | {funnel.labels[status]} |" in lines


def test_markdown_shows_the_matrix_with_its_second_header_and_sources() -> None:
    """The rights are a table: columns by key, how they are reached, a line a status, the source of decided cells."""
    page = markdown(COACHING)
    assert "| *reached* | portal | portal |" in page
    assert "| *reached* | portal | dashboard | dashboard |" in markdown(team.TEAM)
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
    assert "| `outreach.quiet` | none |" in page
    assert "90 minutes" == figure(Elapsed(minutes=90))
    assert "61 seconds" == figure(Elapsed(seconds=61))
    assert "none" == figure(()) == figure(None) == figure(frozenset())
    assert "a, b" == figure(frozenset({"b", "a"})) == figure(("a", "b"))
    assert "sample" == figure(Kind.SAMPLE)
    assert "c code, x text" in figure(Notice("c", "x"))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (Elapsed(hours=1), "1 hour"),
        (Elapsed(), "0 hours"),
        (LocalDays(2), "2 local days"),
        (LocalDays(1), "1 local day"),
        (LocalDays(2, skipped=Skipped.EARLIER), "2 local days, a skipped time earlier, a repeated one first"),
        (LocalDays(2, repeated=Repeated.SECOND), "2 local days, a skipped time later, a repeated one second"),
        (BusinessTime(days=2), "2 working days"),
        (BusinessTime(hours=8), "8 open hours"),
        (BusinessTime(minutes=1), "1 open minute"),
    ],
)
def test_a_length_of_time_says_of_what_sort_it_is(length: Length, text: str) -> None:
    """Real time, local days and business time read differently, so that a policy never says one for the other."""
    assert text == figure(length)
    assert f"a: {text}, b: 3 hours" == figure((("a", length), ("b", Elapsed(hours=3))))


def test_markdown_shows_quiet_hours_and_lengths_of_single_statuses() -> None:
    """The figures of outreach and progress stand on the page as people say them."""
    outreach = OutreachPolicy(quiet=Span("21:00", "08:00"), campaigns=(Standing.ACTIVE, Standing.HIDDEN))
    progress = ProgressPolicy(by_status=(("buyer", LocalDays(3)),))
    page = markdown(COACHING.with_policy(outreach=outreach, progress=progress))
    assert "| `outreach.quiet` | 21:00 to 08:00 |" in page
    assert "| `outreach.campaigns` | active, hidden |" in page
    assert "| `progress.by_status` | buyer: 3 local days |" in page
    assert "| `progress.stalled_after` | 336 hours |" in page


def test_markdown_says_what_a_mail_is_for_and_what_it_goes_along_with() -> None:
    """A mail's line has its purpose, and the axis that has to change with it."""
    page = markdown(COACHING)
    assert "| `registered` | coach | `contact_registered` | alert | CC2 |" in page
    assert "| `agreement_accepted`, with a change of portal | contact | `account_details` | transactional |" in page


def test_markdown_shows_what_sets_and_lifts_a_do_not_contact() -> None:
    """The effects on do-not-contact stand with the others, and what lifting it means stands with the deeds."""
    page = markdown(FRANCHISE)
    assert "| it becomes DNC | do_not_contact | on | BG-A20 |" in page
    assert "| `do_not_contact_lifted` | do_not_contact | off | BG-A18 |" in page
    assert "| lifted | any | `do_not_contact_lifted` | BG-A18 |" in page
    assert "| paid | any | `paid` | S4 |" in markdown(team.TEAM)
    assert "| exhausted | any | `calls_exhausted` | S2, BG-A7 |" in page


def test_markdown_says_when_advice_is_given() -> None:
    """What else has to be so for a tip stands beside what happens."""
    page = markdown(FRANCHISE)
    assert "| write_notes | `user_decides`, without notes |" in page
    assert "| cold_is_early | `user_decides`, while follow-ups are left |" in page
    assert ", while hidden |" in markdown(studio.STUDIO)


def test_markdown_marks_ends_tiers_and_retired_statuses() -> None:
    """The remarks say whether a status is the first, worked on, an end, a step of an order, or retired for another."""
    assert "| Client | `client` | step 3 of 3, forward only, an end |" in markdown(AGENCY)
    assert "| Lead | `lead` | the first, step 1 of 2, worked on, pipelines run here |" in markdown(studio.STUDIO)
    assert "| Prospect | `prospect` | step 2 of 3, forward only, worked on |" in markdown(AGENCY)
    assert "| Active Client | `active_client` |  |" in markdown(COACHING)
    retired = evolve(COACHING, retired={Coaching.BUYER: Coaching.PROSPECT, Coaching.ACTIVE_CLIENT: None})
    assert "| Buyer | `buyer` | worked on, retired, now Prospect |" in markdown(retired)
    assert "| Active Client | `active_client` | retired |" in markdown(retired)


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
    split = tuple(evolve(move, to=(to,)) for move in rest for to in move.to)  # type: ignore[union-attr]  # what is split has several
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
    assert {"removals", "tips", "ends", "follow-ups", "postponed", "open", "funnel"} <= tables
    assert "pipelines" in {change.table for change in compare(COACHING, studio.STUDIO).changes}
    assert {"order", "policy"} <= {change.table for change in compare(COACHING, AGENCY).changes}
    retired = evolve(COACHING, retired={Coaching.BUYER: Coaching.PROSPECT})
    assert ["- added `buyer`: now status prospect"] == str(compare(COACHING, retired)).splitlines()[4:]


COLD_IS_EARLY = (
    f"{franchise.SIX} (on user_decides, from {', '.join(s.value for s in franchise.BEFORE_THE_LAST)}, to cold"
)
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
    (COACHING.derive("x", open=(Coaching.HOT_LEAD, Coaching.PROSPECT)), "- gone `buyer`"),
    (COACHING.derive("x", open=()), "- added `active_client`"),
    (COACHING.derive("x", postponed=(Coaching.BUYER,)), "- added `buyer`"),
    (COACHING.derive("x", pipelines=(Coaching.HOT_LEAD,)), "- added `hot_lead`"),
    (
        evolve(COACHING, mails=tuple(evolve(mail, along=None, purpose=Purpose.ALERT) for mail in COACHING.mails)),
        (
            "- changed `agreement_accepted`, `contact`, `account_details`, `any`: "
            "transactional, along with portal (CC2, CC9); now alert (CC2, CC9)"
        ),
    ),
    (
        FRANCHISE.derive("x", tips=(FRANCHISE.tips[0], evolve(FRANCHISE.tips[1], early=False))),
        (
            f"- changed `cold_is_early`: {COLD_IS_EARLY}, while follow-ups are left, S2, BG-A8); "
            f"now {COLD_IS_EARLY}, S2, BG-A8)"
        ),
    ),
    (
        COACHING.with_policy(follow_up={"delay": LocalDays(2)}, progress={"by_status": (("buyer", Elapsed(hours=1)),)}),
        "- changed `follow_up.delay`: 48 hours; now 2 local days",
    ),
    (
        COACHING.with_policy(invitation={"onboarding": ("form", "call")}),
        "- changed `invitation.onboarding`: none; now form, call",
    ),
    (
        COACHING.with_policy(outreach={"quiet": Span("21:00", "08:00")}),
        "- changed `outreach.quiet`: none; now 21:00 to 08:00",
    ),
    (COACHING.derive("x", tips=()), f"- gone `inactive_instead`: {coaching.KEEP} (on deleted, from any, to any, CC4)"),
]


@pytest.mark.parametrize(("changed", "line"), SINGLE)
def test_a_single_change_is_a_single_line(changed: Tables, line: str) -> None:
    """One changed cell, figure or field is one line of the comparison."""
    origin = FRANCHISE if changed.statuses is Franchise else COACHING
    assert line in str(compare(origin, changed)).splitlines()


def test_what_is_open_by_default_is_no_difference() -> None:
    """A funnel that names its open statuses says the same as one whose open statuses are all but the ends."""
    named = evolve(AGENCY, open=(Agency.LEAD, Agency.PROSPECT))
    found = compare(AGENCY, named)
    assert found.same
    assert found.rewritten
