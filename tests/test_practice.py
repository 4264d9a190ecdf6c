"""The practice's year: what is taken and what is refused, that nothing is lost, and that the report can be recounted.

What is expected is read from the two files here, with nothing but `csv` and `datetime`.
"""

from __future__ import annotations

import csv
import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "examples" / "practice"))

import live
import read

from funnelkit import COACHING, FunnelService, Invalid, NotFound
from funnelkit.adapters.exports import Row, write_refused
from funnelkit.adapters.memory import FixedClock
from funnelkit.adapters.sql import SqlStorage
from funnelkit.statuses.coaching import Coaching

PRACTICE: Final = Path(live.__file__).parent
PEOPLE, SESSIONS = "contacts.csv", "appointments.csv"
REFUSED: Final[dict[tuple[str, int], tuple[str, ...]]] = {
    (PEOPLE, 26): ("Contact ID",),  # a second row with the id, of another content
    (PEOPLE, 29): ("Contact ID",),  # the same row again
    (PEOPLE, 34): ("Status",),
    (PEOPLE, 38): ("Status",),
    (PEOPLE, 40): ("E-mail",),
    (PEOPLE, 42): ("First Name",),  # no name at all
    (PEOPLE, 43): ("Status Since",),  # still to come
    (PEOPLE, 48): ("Status Since",),
    (PEOPLE, 60): ("Status Since",),  # the 30th of February
    (PEOPLE, 72): ("Time Zone",),
    (PEOPLE, 78): ("Status",),
    (PEOPLE, 96): ("E-mail", "Status", "Status Since", "Time Zone"),
    (SESSIONS, 133): ("Contact IDs",),
    (SESSIONS, 233): ("Minutes",),
    (SESSIONS, 258): ("Contact IDs",),  # its contact's row is refused
    (SESSIONS, 325): ("Start",),  # the clock goes forward over it
    (SESSIONS, 398): ("Start",),
    (SESSIONS, 421): ("Appointment ID",),
    (SESSIONS, 447): ("Minutes",),
    (SESSIONS, 519): ("Start",),  # the coach is not free
    (SESSIONS, 548): ("Minutes",),
    (SESSIONS, 626): ("Kind",),
    (SESSIONS, 643): ("Contact IDs",),
    (SESSIONS, 675): ("State",),
    (SESSIONS, 698): ("Contact IDs",),
    (SESSIONS, 778): ("Appointment ID",),
    (SESSIONS, 793): ("Start",),
    (SESSIONS, 841): ("Start",),  # the coach is not free, by another zone's clock
    (SESSIONS, 1062): ("State",),  # held, and still to come
    (SESSIONS, 1080): ("Booked On",),  # still to come
}
COUNTING: Final = {"active client", "inactive client", "hot lead"}
CHAPTERS: Final = (
    "A coaching practice's year, from two CSV exports",
    "Who may do what, and why",
    "The certification report",
    "Hours to hand in",
    "What a conversion would change, before it is made",
    "An agency: no way back",
    "A franchise: one lead's path",
    "A studio: a delete that becomes an archive",
)


@pytest.fixture(scope="module")
def year() -> live.Year:
    """The practice, once lived through."""
    return live.year(PRACTICE)


def plain(name: str) -> dict[int, list[str]]:
    """Give the cells of every row but the header by the line on which it ends."""
    with (PRACTICE / name).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        return dict([(reader.line_num, row) for row in reader][1:])


def good(name: str) -> list[tuple[int, dict[str, str]]]:
    """Give the rows that are not refused, by column."""
    with (PRACTICE / name).open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    return [
        (line, dict(zip(header, row, strict=True))) for line, row in plain(name).items() if (name, line) not in REFUSED
    ]


def ids(row: dict[str, str]) -> list[str]:
    """Give who was to come."""
    return list(dict.fromkeys(part.strip() for part in row["Contact IDs"].split(";") if part.strip()))


def moment(text: str, zone: str) -> datetime | None:
    """Give an instant; nothing for a blank cell."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if text else None


def labels() -> dict[str, str]:
    """Give the status of today of each good contact, in small letters."""
    return {row["Contact ID"]: " ".join(row["Status"].split()).lower() for _, row in good(PEOPLE)}


def counted_by_hand() -> list[tuple[list[str], int]]:
    """Give, for each session that counts, the clients it counts for and its minutes.

    An export knows one status of each contact. So it is that one that decides, be it the one at booking or today's.
    """
    today, found = labels(), []
    for _, row in good(SESSIONS):
        clients = [who for who in ids(row) if today[who] in COUNTING]
        if row["State"] == "Held" and clients:
            found.append((clients, int(row["Actual Minutes"] or row["Minutes"])))
    return found


# ---- what is taken, what is refused


def test_exactly_the_bad_rows_are_refused_and_by_the_right_columns(year: live.Year) -> None:
    """Each bad row comes with its file, its line and every column that is at fault."""
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for fault in year.faults:
        found[fault.file, fault.line] = (*found.get((fault.file, fault.line), ()), fault.field)
    assert REFUSED == found


def test_every_row_is_either_taken_or_refused(year: live.Year) -> None:
    """Good and bad rows together are all rows, and what is stored are the good ones."""
    for name, rows in ((PEOPLE, year.contacts), (SESSIONS, year.appointments)):
        assert list(plain(name)) == [row.line for row in rows]
    assert [row["Contact ID"] for _, row in sorted(good(PEOPLE))] == sorted(
        contact.id for contact in year.crm.contacts()
    )
    assert {row["Appointment ID"] for _, row in good(SESSIONS)} == {
        line.appointment.id for line in year.crm.certification()
    }
    assert (93, 1081) == (len(good(PEOPLE)), len(good(SESSIONS)))


def test_refused_rows_are_kept_cell_by_cell(year: live.Year, tmp_path: Path) -> None:
    """The file of refused rows has every cell as it was, behind line, fields and reasons."""
    for name, rows in ((PEOPLE, year.contacts), (SESSIONS, year.appointments)):
        write_refused(tmp_path / name, [row for row in rows if row.faults])
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            kept = list(csv.reader(file))[1:]
        expected = [line for file_, line in REFUSED if file_ == name]
        assert [[str(line), *plain(name)[line]] for line in expected] == [[row[0], *row[3:]] for row in kept]
        assert [" | ".join(REFUSED[name, line]) for line in expected] == [row[1] for row in kept]
        assert all(row[2] for row in kept)


def test_a_file_of_refused_rows_can_be_read_again(year: live.Year, tmp_path: Path) -> None:
    """Corrected, it is an export like the others; its first three columns are passed over, also the second time."""
    once, twice = tmp_path / "once.csv", tmp_path / "twice.csv"
    write_refused(once, [row for row in year.contacts if row.faults])
    write_refused(twice, list(read.contacts(once, by=live.COACH)))
    again = [list(row.raw.values())[3:] for row in read.contacts(twice, by=live.COACH)]
    assert [plain(PEOPLE)[line] for file, line in REFUSED if file == PEOPLE] == again


def test_no_reason_tells_who_it_is_about(year: live.Year) -> None:
    """Names, addresses, telephone numbers and notes stay in the file of refused rows."""
    for row in (*year.contacts, *year.appointments):
        private = [row.raw.get(column) for column in ("First Name", "Last Name", "E-mail", "Phone", "Notes")]
        told = " ".join(fault.reason for fault in row.faults)
        assert not [cell for cell in private if cell and cell.strip() and cell.strip() in told]


def test_a_session_that_cannot_have_been_held_is_not_booked_either(year: live.Year) -> None:
    """A row is taken as a whole or not at all."""
    row = next(row for row in year.appointments if row.line == 1062)
    with pytest.raises(NotFound):
        year.crm.appointment(row.raw["Appointment ID"])


# ---- the year


def test_a_booking_took_effect_when_it_was_made_and_names_its_line(year: live.Year) -> None:
    """What is known of the time is kept, and the history leads back to the row."""
    for line, row in good(SESSIONS):
        booked = year.crm.history_of("appointment", row["Appointment ID"])[0]
        assert (f"{SESSIONS}:{line}", moment(row["Booked On"], row["Time Zone"]) or live.NOW) == (
            booked.cause,
            booked.effective,
        )


def test_the_status_at_booking_is_known_only_since_the_present_status_began(year: live.Year) -> None:
    """Unknown: booked before the present status began, or undated; what is undated and to come is booked today."""
    since = {row["Contact ID"]: moment(row["Status Since"], row["Time Zone"]) for _, row in good(PEOPLE)}
    known, unknown = 0, 0
    for _, row in good(SESSIONS):
        booked, start = (moment(row[column], row["Time Zone"]) for column in ("Booked On", "Start"))
        for attendee in year.crm.appointment(row["Appointment ID"]).attendees:
            began = since[attendee.contact]
            if booked is None:
                expected = start is not None and start > live.NOW
            else:
                expected = began is not None and began <= booked
            assert expected is (attendee.status is not None)
            known, unknown = known + expected, unknown + (not expected)
    assert min(known, unknown) > 400


def test_the_report_adds_up(year: live.Year) -> None:
    """The explained rows give the totals, and every row that does not count has a refusal."""
    report = year.crm.certification(coach="m-1")
    assert 1081 == len(report) == len(report.counted) + len(report.not_counted)
    assert report.minutes == sum(line.appointment.minutes for line in report.counted)
    assert report.excluded == sum(line.appointment.minutes for line in report.not_counted)
    assert all(line.decision.refusals for line in report.not_counted)


def test_the_hours_can_be_recounted_from_the_file(year: live.Year) -> None:
    """A naive count over the CSV gives the same minutes, in all and client by client."""
    report, by_hand = year.crm.certification(), counted_by_hand()
    assert sum(minutes for _, minutes in by_hand) == report.minutes
    assert len(by_hand) == len(report.counted)
    for client in labels():
        assert sum(minutes for clients, minutes in by_hand if client in clients) == report.minutes_of(client=client)


def test_nobody_counts_who_was_a_prospect_or_a_buyer(year: live.Year) -> None:
    """In a group they come along: the session counts for the others. Source: S0, CC-A4, CC-A12."""
    mixed = 0
    for line in year.crm.certification().counted:
        today = {attendee.contact: year.crm.contact(attendee.contact).status for attendee in line.appointment.attendees}
        was = {attendee.contact: attendee.status or today[attendee.contact] for attendee in line.appointment.attendees}
        assert not {was[client] for client in line.clients} & {Coaching.PROSPECT, Coaching.BUYER}
        mixed += 0 < len(line.clients) < len(was)
    assert mixed > 10


# ---- exports of other people


def practice(folder: Path, *sessions: str) -> live.Year:
    """Live through a practice of one client and these sessions: id, when booked, start, minutes, state."""
    lines = [(PRACTICE / name).read_text(encoding="utf-8-sig").splitlines() for name in (PEOPLE, SESSIONS)]
    (folder / PEOPLE).write_text("\n".join(lines[0][:2]), encoding="utf-8")
    rows = [lines[1][0]]
    for session in sessions:
        key, booked, start, minutes, state = session.split(",")
        who = lines[0][1].partition(",")[0]
        rows.append(f"{key},{who},Coaching Session,{booked},{start},{minutes},,Europe/Berlin,{state},yes,")
    (folder / SESSIONS).write_text("\n".join(rows), encoding="utf-8")
    return live.year(folder)


def test_the_time_of_a_cancelled_session_is_free_again(tmp_path: Path) -> None:
    """The next one in that time is taken; one that overlaps a held one is refused."""
    year = practice(
        tmp_path,
        "A-3,2026-03-04 10:00,2026-03-09 10:30,60,Held",
        "A-2,2026-03-03 10:00,2026-03-09 10:00,60,Held",
        "A-1,2026-03-02 10:00,2026-03-09 10:00,60,Cancelled",
    )
    assert ["Start"] == [fault.field for fault in year.faults]
    assert [2] == [fault.line for fault in year.faults]
    assert 60 == year.crm.certification().minutes


def test_missing_columns_are_named_at_once(tmp_path: Path) -> None:
    """A file of another kind is no row by row matter."""
    (tmp_path / "other.csv").write_text("Contact ID,Contact ID,Status\n", encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        list(read.contacts(tmp_path / "other.csv", by=live.COACH))
    told = [problem.path for problem in caught.value.problems]
    assert "other.csv: E-mail" in told
    assert "other.csv: Contact ID" in told
    assert len(told) > 9


def test_rows_that_are_too_long_or_short_or_in_another_encoding_are_kept(tmp_path: Path) -> None:
    """Whatever bytes are in a row, they are in the file of refused rows, too."""
    header, row = (PRACTICE / PEOPLE).read_bytes().splitlines()[:2]
    cells = row.split(b",")
    bad = [
        row + b",one more,cell",
        b",".join([b"C-2", *cells[1:9]]),
        b",".join([b"C-3", "Jürgen".encode("latin-1"), *cells[2:]]),
    ]
    (tmp_path / PEOPLE).write_bytes(b"\n".join([header, *bad, b""]))
    rows: list[Row] = list(read.contacts(tmp_path / PEOPLE, by=live.COACH))
    assert ["(row)", "(row)", "First Name"] == [row.faults[-1].field for row in rows]
    write_refused(tmp_path / "rejects.csv", rows)
    kept = (tmp_path / "rejects.csv").read_bytes().splitlines()[1:]
    assert all(line.endswith(was) for line, was in zip(kept, bad, strict=True))


# ---- the demo


def demo(*arguments: str) -> tuple[str, str]:
    """Run the demo with its output piped; give what it said on both streams."""
    command = [sys.executable, str(PRACTICE / "demo.py"), *arguments]
    done = subprocess.run(
        command, capture_output=True, check=True, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
    )
    return done.stdout, done.stderr


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """Run the demo on a terminal; give what it showed there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, str(PRACTICE / "demo.py"), *arguments]
    around = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    around |= {"TERM": "xterm", "PYTHONUTF8": "1"} | environment
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=around) as running:
        os.close(theirs)
        shown = b""
        try:
            while some := os.read(ours, 1 << 16):
                shown += some
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    assert 0 == running.returncode
    return shown.decode()


def test_the_demo_tells_everything_in_plain_text_when_piped(tmp_path: Path) -> None:
    """All chapters, no colours, no progress bar, refused rows kept, in less than ten seconds."""
    before = os.times()
    out, err = demo("--rejects", str(tmp_path), "--memory")
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 10
    assert not err
    assert "\x1b" not in out
    assert list(CHAPTERS) == [line for line in out.splitlines() if line in CHAPTERS]
    for name, count in ((PEOPLE, 12), (SESSIONS, 18)):
        with (tmp_path / f"rejects-{name}").open(encoding="utf-8-sig", newline="") as file:
            assert count == len(list(csv.reader(file))) - 1


def test_the_demo_keeps_the_year_in_a_file(tmp_path: Path) -> None:
    """What the next program finds there is what was lived."""
    database = tmp_path / "practice.db"
    out, err = demo("--rejects", str(tmp_path), "--database", str(database))
    assert not err
    assert out.splitlines()[-1].endswith("practice.db.")
    storage = SqlStorage(f"sqlite:///{database}")
    crm = FunnelService(COACHING, account="practice", storage=storage, clock=FixedClock(live.NOW))
    assert 93 == len(crm.contacts())
    assert 1081 == len(crm.certification(coach="m-1"))
    assert () == crm.drift()
    storage.close()


@pytest.mark.parametrize(
    ("option", "place", "why"),
    [
        ("--database", "mine.db", "is there already, and might be yours"),
        ("--database", "wal.db", "is there already, and might be yours"),
        ("--database", ".", "is there already, and might be yours"),
        ("--database", "nowhere/practice.db", "there is no folder"),
        ("--rejects", "mine.db", "is no folder"),
        ("--rejects", "mine.db/below", "is no folder"),
    ],
)
def test_the_demo_takes_nothing_away(option: str, place: str, why: str, tmp_path: Path) -> None:
    """Whatever file is given, it might be somebody's own; a place that is none is told, and nothing is written."""
    mine = [tmp_path / "mine.db", tmp_path / "wal.db-wal"]
    for file in mine:
        file.write_text("a newcomer's own")
    command = [sys.executable, str(PRACTICE / "demo.py"), option, str(tmp_path / place)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count(f"error: {option}: "))
    assert why in done.stderr
    assert sorted(mine) == sorted(tmp_path.iterdir())
    assert ["a newcomer's own"] * 2 == [file.read_text() for file in mine]


def test_the_demo_s_own_file_is_made_anew(tmp_path: Path) -> None:
    """The one that lies beside it, and no other; so it runs as often as somebody likes."""
    script = "import sys, demo; from pathlib import Path; demo.OWN = Path(sys.argv[1]); demo.fresh(demo.OWN)"
    own = tmp_path / "practice.db"
    own.write_text("not a database, but left behind")
    subprocess.run([sys.executable, "-c", script, str(own)], capture_output=True, check=True, cwd=PRACTICE)
    assert not own.exists() or own.read_bytes()[:6] == b"SQLite"


def test_the_demo_says_the_hours_that_are_counted_by_hand(tmp_path: Path) -> None:
    """What is printed is what can be recounted from the file."""
    out, _ = demo("--rejects", str(tmp_path), "--memory")
    hours = sum(minutes for _, minutes in counted_by_hand()) / 60
    assert f"{hours:.2f} hours count" in out
    for row in ("contacts.csv       105     93       12", "appointments.csv  1099   1081       18"):
        assert row in out
    assert re.search(r"NO +conversion\.never_backward", out)
    assert "contact-1, with an invoice: archived" in out


def test_the_demo_is_in_colour_on_a_terminal(tmp_path: Path) -> None:
    """With a progress bar that goes away; NO_COLOR and --plain leave the colours out."""
    shown = on_a_terminal("--rejects", str(tmp_path), "--memory")
    assert "\x1b[32m" in shown
    assert re.search(r"importing \[#+\.+] +\d+ %", shown)
    for plainly in (
        on_a_terminal("--rejects", str(tmp_path), "--memory", "--plain"),
        on_a_terminal("--rejects", str(tmp_path), "--memory", NO_COLOR="1"),
    ):
        assert "\x1b" not in plainly
