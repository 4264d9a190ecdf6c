"""`funnelkit log`: what is understood of two exports, what is refused and kept, what is written."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from funnelkit import cli_log
from funnelkit.adapters.exported_hours import COLUMNS, appointments_of, mapped
from funnelkit.adapters.exports import Seen
from funnelkit.cli import main
from funnelkit.errors import Invalid
from funnelkit.requirements import Standard
from funnelkit.rules.eligibility import Tally
from funnelkit.statuses.coaching import COACHING
from funnelkit.words import Activity, Pay, Setting

PRACTICE: Final = Path(__file__).resolve().parent.parent / "examples" / "practice"
NAME: Final = "Zqx Planted"
CONTACTS: Final = f"""\
Id,Name,Email,Consent,Engaged since
c-1,Ada,ada@example.org,yes,2026-01-05
c-2,{NAME},zqx@example.org,no,
c-3,Cleo,,,
"""
SESSIONS: Final = """\
Id,Contact ids,Start,Minutes,Time zone,Paid,State
a-1,c-1,2026-02-02 09:00,20,Europe/Berlin,yes,held
a-2,c-1,2026-02-03 09:00,20,Europe/Berlin,yes,held
a-3,c-1,2026-02-04 09:00,20,Europe/Berlin,no,completed
a-4,c-2,2026-02-05 09:00,60,Europe/Berlin,yes,held
a-5,c-1,2026-02-06 09:00,60,Europe/Berlin,yes,no show
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Given two small exports."""
    return write(tmp_path, CONTACTS, SESSIONS)


def write(folder: Path, contacts: str, sessions: str) -> tuple[Path, Path]:
    """Write two exports."""
    found = folder / "contacts.csv", folder / "sessions.csv"
    for path, text in zip(found, (contacts, sessions), strict=True):
        path.write_text(text, encoding="utf-8")
    return found


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run the command; give its code, what it said, and what was wrong."""
    code = main(["log", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def lines(path: Path, row: str) -> list[dict[str, str]]:
    """Give the lines of a log of one sort."""
    with path.open(encoding="utf-8", newline="") as file:
        return [line for line in csv.DictReader(file) if line["row"] == row]


def test_three_times_twenty_minutes_are_one_hour(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paid and pro bono stand apart; who said no is left off by name, and what was missed is no hour."""
    out = tmp_path / "log.csv"
    code, told, _ = said(capsys, *files, "--out", out)
    assert 0 == code
    (ada,) = lines(out, "client")
    assert ("Ada", "2026-01-05", "", "40", "20", "60", "1.00") == tuple(
        ada[name] for name in ("client", "start", "end", "paid_minutes", "pro_bono_minutes", "minutes", "hours")
    )
    assert ["60"] == [line["minutes"] for line in lines(out, "withheld")]
    assert NAME not in out.read_text(encoding="utf-8")
    assert "1 sessions do not count: eligibility.was_held" in told


@pytest.mark.parametrize("start", ["2026-02-02T09:00", "2026-02-02T08:00:00Z", "2026-02-02 13:30+05:30"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_exports_of_other_programs_are_understood(
    between: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Columns as programmers call them, what spreadsheets put between cells, and times that say their offset."""
    contacts = "client_id,full_name,e_mail,Consent\nc-1,Ada,ada@example.org,yes\nc-2,Ben,ben@example.org,yes\n"
    sessions = f'appointment_id,clients,starts_at,minutes,paid\na-1,"c-1;c-2",{start},90,yes\n'
    files = write(tmp_path, contacts.replace(",", between), sessions.replace(",", between))
    out = tmp_path / "log.csv"
    code, told, _ = said(capsys, *files, "--zone", "Europe/Berlin", "--out", out)
    assert (0, True) == (code, "appointments: 1 rows, 0 of them refused" in told)
    assert "not read" not in told
    (group,) = lines(out, "client")
    assert ("Ada", "ada@example.org", "2", "2026-02-02", "90") == tuple(
        group[name] for name in ("client", "contact", "number", "start", "paid_minutes")
    )


def test_every_file_of_a_log_is_written(files: tuple[Path, Path], tmp_path: Path) -> None:
    """By its ending: a workbook, a table, a page, a text; several at once."""
    outs = [tmp_path / f"log{kind}" for kind in (".xlsx", ".csv", ".html", ".MD")]
    assert 0 == main(["log", *map(str, files), *[part for out in outs for part in ("--out", str(out))]])
    assert [b"PK\x03\x04", b"row,", b"<!DO", b"# Co"] == [out.read_bytes()[:4] for out in outs]


def test_a_dry_run_says_what_was_understood_and_writes_nothing(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which column is what, how many rows, and what the log would be."""
    before = sorted(tmp_path.iterdir())
    _, told, _ = said(capsys, *files, "--dry-run", "--out", tmp_path / "log.xlsx", "--rejects", tmp_path / "no")
    assert "appointments: 5 rows, 0 of them refused\n  id: Id\n  contacts: Contact ids\n" in told
    assert "1 entries, 40 minutes paid and 20 pro bono, 60 minutes withheld" in told
    assert before == sorted(tmp_path.iterdir())


def test_progress_is_told_for_the_day_of_the_application(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is there, what is asked for, and that nobody said when training began."""
    _, told, _ = said(capsys, *files, "--credential", "acc", "--set", "2021", "--on", "2026-03-01")
    assert "refused: apply for ACC 2021" in told
    assert "NO    credentials.training_is_known" in told
    _, told, _ = said(capsys, *files, "--credential", "acc", "--on", "2026-03-01", "--trained", "2026-02-03")
    assert "ok    credentials.training_is_known" in told
    assert "1 sessions do not count: eligibility.is_after_training" in told


def test_a_mapping_says_which_column_is_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other columns, names in two of them, other words, and what holds for all rows."""
    contacts, sessions = write(
        tmp_path, "Nr,Vorname,Name,Mail\n7,Ada,König,ada@example.org\n",
        "Nr,Klienten,Beginn,Ende,Art,Lohn,Köpfe\n1,7,2026-02-02 09:00,2026-02-02 10:30,Einzel,Tausch,\n"
        "2,7,2026-02-03 09:00,2026-02-03 10:00,Gruppe,Ehrenamt,8\n",
    )  # fmt: skip
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'zone = "Europe/Berlin"\nconsent = true\n'
        '[contacts]\nid = "Nr"\nname = ["Vorname", "Name"]\nemail = "Mail"\n'
        '[appointments]\nid = "Nr"\ncontacts = "Klienten"\nstart = "Beginn"\nend = "Ende"\nsetting = "Art"\n'
        'pay = "Lohn"\nheads = "Köpfe"\n'
        '[words.setting]\nEinzel = "individual"\nGruppe = "group"\n'
        '[words.pay]\nTausch = "barter"\nEhrenamt = "pro_bono"\n',
        encoding="utf-8",
    )
    out = tmp_path / "log.csv"
    assert 0 == said(capsys, contacts, sessions, "--mapping", mapping, "--out", out)[0]
    assert [("Ada König", "individual", "90", "0"), ("Ada König", "group", "0", "60")] == [
        (line["client"], line["setting"], line["paid_minutes"], line["pro_bono_minutes"])
        for line in lines(out, "client")
    ]
    how = mapped(contacts, sessions, mapping)
    made = [made.session for _, made in appointments_of(sessions, how) if made is not None and made.session]
    assert [(Setting.INDIVIDUAL, Pay.BARTER, None), (Setting.GROUP, Pay.PRO_BONO, 8)] == [
        (one.setting, one.pay, one.heads) for one in made
    ]


def test_every_field_of_a_session_can_come_from_a_column(tmp_path: Path) -> None:
    """All facts that a log asks for, in the usual columns."""
    header = [names[0] for names in COLUMNS["appointments"].values()]
    cells = {
        "id": "a-1", "contact ids": "c-1; c-2", "coach": "m-1", "kind": "coaching session", "start": "2026-02-02 09:00",
        "end": "", "minutes": "60", "actual minutes": "50", "time zone": "UTC", "state": "held", "paid": "yes",
        "activity": "mentor coaching", "live": "no", "setting": "team", "heads": "5", "group": "g-1",
        "pay": "peer exchange", "organisation": "f-1", "direct report": "yes", "engaged": "no",
        "minutes as coach": "25",
    }  # fmt: skip
    assert set(header) == set(cells)
    contacts, sessions = write(
        tmp_path, "id,name\nc-1,Ada\n", f"{','.join(header)}\n{','.join(cells[name] for name in header)}\n"
    )
    ((row, one),) = appointments_of(sessions, mapped(contacts, sessions))
    assert [] == row.faults
    assert one is not None
    assert (50, ("c-1", "c-2"), "m-1") == (one.minutes, tuple(a.contact for a in one.attendees), one.coach)
    assert one.session is not None
    said_of_it = one.session
    assert (Activity.MENTOR_COACHING, False, Setting.TEAM, 5, "g-1", Pay.PEER_EXCHANGE, "f-1", True, False, 25) == (
        said_of_it.activity, said_of_it.live, said_of_it.setting, said_of_it.heads, said_of_it.group, said_of_it.pay,
        said_of_it.organisation, said_of_it.direct_report, said_of_it.engaged, said_of_it.as_coach,
    )  # fmt: skip


BAD: Final = {
    "no id": (",c-1,2026-02-02 09:00,60,UTC,,", "Id"),
    "an id that no command would take": (f"a-9{'9' * 700},c-1,2026-02-02 09:00,60,UTC,,", "Id"),
    "nobody that a command would know": (f"a-9,c-{'1' * 700},2026-02-02 09:00,60,UTC,,", "Contact ids"),
    "nobody": ("a-9,,2026-02-02 09:00,60,UTC,,", "Contact ids"),
    "no start": ("a-9,c-1,,60,UTC,,", "Start"),
    "no date": ("a-9,c-1,soon,60,UTC,,", "Start"),
    "a time that is skipped": ("a-9,c-1,2026-03-29 02:30,60,Europe/Berlin,,", "Start"),
    "no minutes": ("a-9,c-1,2026-02-02 09:00,,UTC,,", "Minutes"),
    "too long": ("a-9,c-1,2026-02-02 09:00,1441,UTC,,", "Minutes"),
    "not a number": ("a-9,c-1,2026-02-02 09:00,an hour,UTC,,", "Minutes"),
    "no zone": ("a-9,c-1,2026-02-02 09:00,60,Utopia,,", "Time zone"),
    "another word": ("a-9,c-1,2026-02-02 09:00,60,UTC,perhaps,", "Paid"),
    "the first day of the calendar": ("a-9,c-1,0001-01-01T00:00:00Z,60,America/New_York,,", "Start"),
    "the last day of the calendar": ("a-9,c-1,9999-12-31T20:30:00Z,60,Pacific/Auckland,,", "Start"),
    "twice": ("a-1,c-1,2026-02-02 09:00,60,UTC,,", "Id"),
    "too many cells": ("a-9,c-1,2026-02-02 09:00,60,UTC,,,,", "(row)"),
}


@pytest.mark.parametrize("wrong", BAD)
def test_a_bad_row_is_refused_by_its_column_and_loses_nothing(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    """It goes into the file of refused rows as it stands; the others count; no cell shows in what is said."""
    row, column = BAD[wrong]
    contacts, sessions = write(tmp_path, CONTACTS, SESSIONS + row.replace("a-9", NAME) + "\n")
    code, told, _ = said(capsys, contacts, sessions, "--rejects", tmp_path / "refused")
    assert 0 == code
    assert f"refused: sessions.csv:7: {column}: " in told
    assert "1 entries, 40 minutes paid and 20 pro bono" in told
    assert NAME not in told
    with (tmp_path / "refused" / "rejects-appointments.csv").open(encoding="utf-8-sig", newline="") as file:
        (_, kept) = csv.reader(file)
    assert row.replace("a-9", NAME).split(",") == kept[3:]


def test_everybody_who_attends_fits_into_the_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several are no individual session, and no fewer than they are; else people would be lost to the log."""
    rows = ("a-1,c-1; c-2,2026-02-02,60,individual,", "a-2,c-1; c-2,2026-02-03,60,,1", "a-3,c-1; c-2,2026-02-04,60,,2")
    contacts, sessions = write(tmp_path, CONTACTS, "\n".join(("Id,Clients,Start,Minutes,Setting,Heads", *rows)))
    _, told, _ = said(capsys, contacts, sessions, "--zone", "UTC")
    assert "appointments: 3 rows, 2 of them refused" in told
    assert "refused: sessions.csv:2: Setting: an individual session has one; several attend" in told
    assert "refused: sessions.csv:3: Heads: more attend" in told
    assert "1 entries, 0 minutes paid and 60 pro bono" in told


def test_what_contradicts_itself_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a booking of it would be: paid and pro bono, an end and another length, an end within a minute."""
    rows = (
        "a-1,c-1,2026-02-02 09:00,2026-02-02 10:00,,yes,pro bono",
        "a-2,c-1,2026-02-02 09:00,2026-02-02 10:00,,no,paid",
        "a-3,c-1,2026-02-02 09:00,2026-02-02 10:00,30,,",
        "a-4,c-1,2026-02-02 09:00,2026-02-02 09:59:59,,,",
        "a-5,c-1,2026-02-02 09:00,2026-02-02 10:00,60,yes,paid",
    )
    files = write(tmp_path, CONTACTS, "\n".join(("Id,Client,Start,End,Minutes,Paid,Pay", *rows)))
    _, told, _ = said(capsys, *files, "--zone", "UTC")
    found = [line.split(": ")[1:3] for line in told.splitlines() if line.startswith("refused")]
    columns = ("Pay", "Pay", "Minutes", "End")
    assert [[f"sessions.csv:{line}", column] for line, column in enumerate(columns, start=2)] == found
    assert "1 entries, 60 minutes paid and 0 pro bono" in told


def test_the_minutes_that_it_took_are_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nobody says how long it was meant to be."""
    files = write(
        tmp_path, CONTACTS, "Id,Client,Start,Actual minutes\na-1,c-1,2026-02-02 09:00,45\na-2,c-1,2026-02-03,\n"
    )
    _, told, _ = said(capsys, *files, "--zone", "UTC")
    assert "1 entries, 0 minutes paid and 45 pro bono" in told
    assert "refused: sessions.csv:3: Actual minutes: whole minutes" in told


def test_a_day_is_read_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A day may have a time behind it, and nothing else."""
    contacts = "Id,Name,Consent,Engaged since\nc-1,Ada,yes,2026-01-05 08:00\nc-2,Ben,yes,2026-02-01 or so\n"
    _, told, _ = said(capsys, *write(tmp_path, contacts, SESSIONS))
    assert "contacts: 2 rows, 1 of them refused" in told
    assert "refused: contacts.csv:3: Engaged since: a date is needed" in told


def test_several_in_one_cell_that_were_taken_for_one_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A comma may be a part of an id, so nothing is cut there; but it is said what would be."""
    files = write(tmp_path, CONTACTS, 'Id,Clients,Start,Minutes\na-1,"c-1,c-3",2026-02-02,60\na-2,c-9,2026-02-03,60\n')
    _, told, _ = said(capsys, *files, "--zone", "UTC")
    assert "2 clients are not in contacts.csv" in told
    assert "1 of these may be several: between them a semicolon is needed" in told


def test_a_zone_stands_in_for_an_empty_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell comes first; a time that says its offset needs neither; without any the cell is asked for."""
    rows = (
        "a-1,c-1,2026-02-02 00:30,60,",
        "a-2,c-1,2026-02-02 00:30,60,America/New_York",
        "a-3,c-1,2026-02-02T09Z,60,",
    )
    files = write(tmp_path, CONTACTS, "\n".join(("Id,Clients,Start,Minutes,Zone", *rows)))
    ours, theirs, own = ("2026-02-01T15:30", "Asia/Tokyo"), ("2026-02-02T05:30", "America/New_York"), "2026-02-02T09:00"
    for zone, first in (("Asia/Tokyo", ours), (None, None)):
        made = appointments_of(files[1], mapped(*files, zone=zone))
        found = [one and (one.start.isoformat()[:16], one.zone) for _, one in made]
        assert [first, theirs, (own, zone or "UTC")] == found
    _, told, _ = said(capsys, *files)
    assert "refused: sessions.csv:2: Zone: a time zone is needed, e.g. Europe/Berlin" in told
    assert "3 rows, 1 of them refused" in told


def test_words_of_yes_and_no_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As true and false, or as a word that is known; an empty meaning is one that says nothing."""
    contacts, sessions = write(
        tmp_path, "Id,Name,Consent\nc-1,Ada,Ja\nc-2,Ben,Nein\n",
        "Id,Clients,Start,Minutes,Paid,Live\na-1,c-1,2026-02-02,60,bezahlt,ja\na-2,c-1,2026-02-03,50,frei,ja\n"
        "a-3,c-2,2026-02-04,40,yes,\na-4,c-2,2026-02-05,30,yes,nein\na-5,c-1,2026-02-06,7,offen,\n",
    )  # fmt: skip
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'zone = "UTC"\n[words]\nconsent = {ja = true, nein = false}\nlive = {ja = true, nein = false}\n'
        'paid = {bezahlt = "yes", frei = "no", offen = ""}\n',
        encoding="utf-8",
    )
    _, told, _ = said(capsys, contacts, sessions, "--mapping", mapping)
    assert "1 entries, 60 minutes paid and 57 pro bono, 40 minutes withheld" in told
    assert "1 sessions do not count: eligibility.was_live" in told
    assert "7 minutes stand as pro bono, since nobody said" in told


def test_who_was_refused_or_has_no_name_is_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No blank name is listed; who is refused is not said to be missing; who said no needs no name."""
    contacts, sessions = write(
        tmp_path, "Id,Name,Consent,Engaged since,Engaged until\nc-1, ,yes,,\nc-2,Ben,maybe,,\nc-3,,no,,\n"
        "c-4,Dan,yes,2026-02-01,2026-01-01\nc-5,Eve,yes,,\nc-5,Eve,yes,,\nc-9,,yes,,\n",
        "Id,Clients,Start,Minutes\n" + "".join(f"a-{n},c-{n},2026-02-02,60\n" for n in range(1, 7)),
    )  # fmt: skip
    _, told, _ = said(capsys, contacts, sessions, "--zone", "UTC")
    assert "contacts: 7 rows, 4 of them refused" in told
    assert "refused: contacts.csv:2: Name: a name is needed, unless the client is not to be listed" in told
    assert "3 clients were refused in contacts.csv, so they are left off" in told
    assert "1 clients are not in contacts.csv, so they have no name" in told
    assert "1 entries, 0 minutes paid and 60 pro bono, 300 minutes withheld" in told


def test_a_header_that_is_not_understood_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every column that is missing, and how it is usually called; nothing is read."""
    contacts, sessions = write(tmp_path, "Nr,Wer\n", "Nr,Wann\n")
    code, told, wrong = said(capsys, contacts, sessions)
    assert (2, "") == (code, told)
    for field in ("contacts.id", "zone", *(f"appointments.{key}" for key in ("id", "contacts", "start", "minutes"))):
        assert f"  {field}: no column says" in wrong
    empty = tmp_path / "empty.csv"
    empty.write_text("", encoding="utf-8")
    assert "empty.csv: the first line has to name the columns" in said(capsys, empty, sessions)[2]
    assert "nowhere.csv: No such file" in said(capsys, tmp_path / "nowhere.csv", sessions)[2]


def test_a_mapping_that_is_wrong_is_told_with_all_that_is_wrong(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Unknown fields, columns that are not there, words that mean nothing."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        'tone = "x"\n[contacts]\nnom = "Name"\n[appointments]\nstart = "Begin"\nend = 7\n'
        '[words]\nkind = {chat = "talk"}\nmood = {a = "b"}\npaid = {ja = "perhaps", nein = 0}\nlive = []\n',
        encoding="utf-8",
    )
    with pytest.raises(Invalid) as caught:
        mapped(*files, mapping)
    assert {
        "tone", "contacts.nom", "appointments.start", "appointments.end", "words.kind.chat", "words.mood",
        "words.paid.ja", "words.paid.nein", "words.live",
    } == {problem.path for problem in caught.value.problems}  # fmt: skip
    mapping.write_text("= =", encoding="utf-8")
    with pytest.raises(Invalid, match="mapping: is no TOML"):
        mapped(*files, mapping)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--out", "log.pdf"], "out: is of no kind that can be written; known: .xlsx, .csv, .md, .html"),
        (["--credential", "PCCC"], "did you mean 'PCC'"),
        (["--credential", "PCC", "--set", "1999"], "known: 2018, 2022"),
        (["--zone", "Utopia"], "zone"),
        (["--since", "2026-02-02", "--until", "2026-02-01"], "until: must not be before since"),
        (["--set", "2022"], "set: says nothing without a credential"),
        (["--holds", "PCC"], "holds: says nothing without a credential"),
        (["--on", "2026-02-02"], "on: says nothing without a credential"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_before_anything_is_read(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], more: list[str], why: str
) -> None:
    """With what would be right."""
    code, told, wrong = said(capsys, *files, *more)
    assert (2, "") == (code, told)
    assert why in wrong
    assert wrong.startswith("funnelkit: no log was made:")


def test_only_what_was_asked_for_is_counted(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """By local days, both inclusive; the coach is said where no column says so."""
    _, told, _ = said(capsys, *files, "--since", "2026-02-03", "--until", "2026-02-04", "--coach", "m-1", "--everybody")
    assert "1 entries, 20 minutes paid and 20 pro bono, 0 minutes withheld" in told
    assert "3 appointments are of another coach, or outside the days asked for" in told


def test_the_practice_is_understood_without_a_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """105 and 1,099 rows; what cannot be is refused, and every session is counted, or not, or refused."""
    given = PRACTICE / "contacts.csv", PRACTICE / "appointments.csv"
    code, told, _ = said(capsys, *given, "--rejects", tmp_path)
    assert 0 == code
    assert "appointments: 1099 rows, 10 of them refused" in told
    how = mapped(*given)
    tally = Tally(COACHING, now=datetime(2026, 11, 22, tzinfo=UTC), standard=Standard(trained=date(2020, 1, 1)))
    for _, one in appointments_of(given[1], how):
        if one is not None:
            tally.add(one)
    every = sum(one.minutes for _, one in appointments_of(given[1], how) if one is not None)
    assert every == tally.worked().minutes + tally.excluded


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    """Eight times the rows: what is held while they are read stays what it was, within a fifth."""
    _, short, long = (peak(tmp_path, size) for size in (300, 1_000, 8_000))  # the first one fills what is kept anyway
    assert long < short * 1.2, (short, long)


def peak(folder: Path, size: int) -> int:
    """Give the most memory that reading and counting so many rows has taken."""
    rows = (f"a-{n},c-{n % 50},2026-02-{n % 27 + 1:02} 09:00,60,UTC,yes,held" for n in range(size))
    contacts, sessions = write(folder, CONTACTS, "\n".join((SESSIONS.partition("\n")[0], *rows)))
    tally = Tally(COACHING, now=datetime(2026, 11, 22, tzinfo=UTC), standard=Standard())
    how = mapped(contacts, sessions)
    tracemalloc.start()
    for _, one in appointments_of(sessions, how):
        if one is not None:
            tally.add(one)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size * 60 == tally.worked().minutes
    return most


def test_nothing_is_written_over_what_is_read_or_written(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by a log, nor by refused rows whose corrected file is read; nor over what the same run writes."""
    folder = tmp_path / "refused"
    folder.mkdir()
    corrected = folder / "rejects-appointments.csv"
    corrected.write_text(SESSIONS, encoding="utf-8")
    new = tmp_path / "new"
    log = new / "rejects-appointments.csv"
    for more in (
        ("--rejects", folder), ("--out", corrected), ("--out", files[0]), ("--rejects", new, "--out", log),
        ("--out", log, "--out", new / ".." / "new" / log.name),
    ):  # fmt: skip
        code, _, wrong = said(capsys, files[0], corrected, *more)
        assert (2, True) == (code, "write elsewhere" in wrong)
    assert (CONTACTS, SESSIONS) == (files[0].read_text(encoding="utf-8"), corrected.read_text(encoding="utf-8"))


ODD: Final = {
    "an id that is no text": b"\xff\xfe,c-1,2026-02-02 09:00,60,UTC,,\n",
    "the end of time": b"a-9,c-1,9999-12-31 23:30,60,UTC,,\n",
    "more digits than anybody means": b"a-9,c-1,2026-02-02 09:00," + b"9" * 5000 + b",UTC,,\n",
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_rows_are_refused(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str], odd: str) -> None:
    """By their column, and the others count."""
    files[1].write_bytes(SESSIONS.encode() + ODD[odd])
    code, told, _ = said(capsys, *files)
    assert (0, True) == (code, "appointments: 6 rows, 1 of them refused" in told)


def test_a_cell_that_never_ends_is_told(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """By its line, and no traceback."""
    files[1].write_text(SESSIONS + "x" * 200_000, encoding="utf-8")
    code, _, wrong = said(capsys, *files)
    assert (2, True) == (code, ": a cell is too long, or a quote is not closed" in wrong)


def test_a_blank_coach_is_nobodys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a column says whose they are, an empty cell says that nobody knows; blank headers are passed over."""
    files = write(tmp_path, CONTACTS, "Id,Contact ids,Start,Minutes,Time zone,Coach,,\na-1,c-1,2026-02-02,60,UTC,,,\n")
    _, told, _ = said(capsys, *files, "--coach", "m-1")
    assert "0 entries, 0 minutes paid" in told


MAPPINGS: Final = {
    'contacts = "x"': "contacts", "contacts = 3": "contacts", "[[contacts]]": "contacts", 'words = "x"': "words",
    '[words]\nkind = "x"': "words.kind", '[words.kind]\nx = ["session"]': "words.kind.x", 'consent = "yes"': "consent",
    'zone = ""': "zone", '[appointments]\nstart = ["Start", "Minutes"]': "appointments.start",
}  # fmt: skip


@pytest.mark.parametrize("text", MAPPINGS)
def test_a_mapping_of_the_wrong_kind_is_told_by_its_place(files: tuple[Path, Path], tmp_path: Path, text: str) -> None:
    """Whatever TOML can say."""
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        mapped(*files, mapping)
    assert MAPPINGS[text] in {problem.path for problem in caught.value.problems}


def test_ids_that_were_seen_are_remembered() -> None:
    """The first line stands; another id is another one."""
    seen = Seen()
    assert [2, 3, 2] == [seen.setdefault(key, line) for key, line in (("a", 2), ("b", 3), ("a", 4))]
    seen.close()


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_long_file_has_a_bar_on_a_terminal(tmp_path: Path) -> None:
    """It says how far it is, and is gone in the end; a short file has none."""
    file = tmp_path / "long.csv"
    file.write_text("x" * 99 + "\n" + ("y" * 99 + "\n") * 20_000, encoding="utf-8")
    screen = Screen()
    with cli_log._Bar(file, screen) as bar, file.open(encoding="utf-8") as opened:  # noqa: SLF001  # seen by nobody else
        for line in opened:
            bar.hear(line)
    told = screen.getvalue().split("\r")
    assert ["  0 %", "100 %"] == [told[1][-5:], told[-2][-5:]]
    assert "\x1b[K" == told[-1]
    file.write_text("x\n", encoding="utf-8")
    with cli_log._Bar(file, screen := Screen()) as bar:  # noqa: SLF001  # the same
        bar.hear("x\n")
    assert "" == screen.getvalue()
