"""The practice's exports are what their generator writes, and hold the rows that they promise.

The reading here is naive on purpose and shares no code with the generator or the library: it is the second opinion
about which rows are good.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

PRACTICE: Final = Path(__file__).parent.parent / "examples" / "practice"
TODAY: Final = datetime(2026, 11, 22, tzinfo=UTC)
STATUSES: Final = ("active client", "inactive client", "hot lead", "prospect", "buyer")
KINDS: Final = ("Sample Session", "Coaching Session", "Consultation")
STATES: Final = ("Held", "Cancelled", "No show", "Booked")
ZONES: Final = ("Europe/Berlin", "America/New_York")
ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

BAD_CONTACTS: Final[dict[int, str]] = {
    26: "Contact ID",  # conflicting duplicate
    29: "Contact ID",  # exact duplicate
    34: "Status",  # VIP
    38: "Status",  # Aktive Client
    40: "E-mail",  # info.example.org
    42: "First Name",  # no name
    43: "Status Since",  # 2027-02-01
    48: "Status Since",  # last spring
    60: "Status Since",  # 2026-02-30
    72: "Time Zone",  # Europe/Munich
    78: "Status",  # no status
    96: "E-mail, Status, Status Since, Time Zone",  # four faults at once
}
BAD_APPOINTMENTS: Final[dict[int, str]] = {
    133: "Contact IDs",  # is unknown
    233: "Minutes",  # -60
    258: "Contact IDs",  # belongs to a contact whose row is bad
    325: "Start",  # no such time, America/New_York
    398: "Start",  # no such time, Europe/Berlin
    421: "Appointment ID",  # exact duplicate
    447: "Minutes",  # 0
    519: "overlap",  # in one zone
    548: "Minutes",  # an hour
    626: "Kind",  # Discovery Call
    643: "Contact IDs",  # one of two belongs to a contact whose row is bad
    675: "State",  # Done
    698: "Contact IDs",  # one of two is unknown
    778: "Appointment ID",  # the id of another appointment
    793: "Start",  # blank
    841: "overlap",  # with a session in the other zone
    1062: "State",  # Held, but still to come
    1080: "Booked On",  # in the future
}

STATUS_COUNTS: Final = {"active client": 27, "inactive client": 19, "hot lead": 13, "prospect": 21, "buyer": 13}
BOOKING_COUNTS: Final = {
    "before": 238,
    "in its minute": 7,
    "after": 730,
    "since unknown": 165,
    "booked unknown": 99,
    "booked after the start": 28,
    "group": 59,
}


def rows(name: str, encoding: str) -> list[tuple[int, dict[str, str]]]:
    """Give each row with the number of the line in the file on which it ends."""
    with (PRACTICE / name).open(encoding=encoding, newline="") as file:
        reader = csv.DictReader(file, strict=True)
        return [(reader.line_num, row) for row in reader]


def instant(text: str, zone: str) -> datetime | None:
    """Read a local date or date-time; nothing if there is no such time, the first one if there are two."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return moment if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local else None


def label(row: dict[str, str]) -> str:
    """Give the status label without its odd case and blanks."""
    return " ".join(row["Status"].split()).lower()


def faults_of_contact(row: dict[str, str], seen: set[str]) -> list[str]:
    """Name the columns that are wrong."""
    zone, since, mail = row["Time Zone"], row["Status Since"], row["E-mail"].strip()
    moment = instant(since, zone if zone in ZONES else ZONES[0])
    checks = {
        "Contact ID": row["Contact ID"] not in seen,
        "First Name": bool((row["First Name"] + row["Last Name"]).strip()),
        "E-mail": not mail or ADDRESS.fullmatch(mail),
        "Status": label(row) in STATUSES,
        "Status Since": not since or (moment and moment <= TODAY),
        "Time Zone": zone in ZONES,
        "Credentials": row["Credentials"] in {"yes", "no", ""},
    }
    return [column for column, good in checks.items() if not good]


def faults_of_appointment(row: dict[str, str], seen: set[str], known: set[str]) -> list[str]:
    """Name the columns that are wrong, overlaps aside."""
    zone, booked, minutes = row["Time Zone"], row["Booked On"], row["Minutes"]
    start, made = instant(row["Start"], zone), instant(booked, zone)
    to_come = start is not None and start > TODAY
    checks = {
        "Appointment ID": row["Appointment ID"] not in seen,
        "Contact IDs": set(row["Contact IDs"].split(";")) <= known,
        "Kind": row["Kind"] in KINDS,
        "Booked On": not booked or (made and made <= TODAY),
        "Start": start,
        "Minutes": minutes.isdigit() and int(minutes) > 0,
        "State": row["State"] in STATES and not (to_come and row["State"] in {"Held", "No show"}),
        "Paid": row["Paid"] in {"yes", "no", ""},
        "Actual Minutes": not row["Actual Minutes"] or (row["Actual Minutes"].isdigit() and row["State"] == "Held"),
    }
    return [column for column, good in checks.items() if not good]


@cache
def contacts() -> tuple[dict[str, dict[str, str]], dict[int, str]]:
    """Give the good contacts by id, and the columns at fault by line."""
    good: dict[str, dict[str, str]] = {}
    bad: dict[int, str] = {}
    seen: set[str] = set()
    for line, row in rows("contacts.csv", "utf-8-sig"):
        if faults := faults_of_contact(row, seen):
            bad[line] = ", ".join(faults)
        else:
            good[row["Contact ID"]] = row
        seen.add(row["Contact ID"])
    return good, bad


def span(row: dict[str, str]) -> tuple[datetime, datetime]:
    """Give start and end of a good row: the end that was planned, or the later one that it came to."""
    start = instant(row["Start"], row["Time Zone"])
    assert start is not None
    return start, start + timedelta(minutes=max(int(row["Minutes"]), int(row["Actual Minutes"] or 0)))


def entered(row: dict[str, str]) -> datetime:
    """Give the time at which a good row was booked; its start if nobody knows."""
    return instant(row["Booked On"], row["Time Zone"]) or span(row)[0]


@cache
def appointments() -> tuple[list[dict[str, str]], dict[int, str]]:
    """Give the good appointments in order of booking, and the columns at fault by line."""
    sound: list[tuple[int, dict[str, str]]] = []
    bad: dict[int, str] = {}
    seen: set[str] = set()
    for line, row in rows("appointments.csv", "utf-8"):
        if faults := faults_of_appointment(row, seen, set(contacts()[0])):
            bad[line] = ", ".join(faults)
        else:
            sound.append((line, row))
        seen.add(row["Appointment ID"])
    sound.sort(key=lambda place: entered(place[1]))
    late = overlapping(sound)
    return [row for line, row in sound if line not in late], bad | dict.fromkeys(late, "overlap")


def overlapping(places: list[tuple[int, dict[str, str]]]) -> list[int]:
    """Give the lines that overlap one before them that does not; cancelled and missed sessions take their time too."""
    taken: list[tuple[datetime, datetime]] = []
    late: list[int] = []
    for line, row in places:
        start, end = span(row)
        if any(start < over and begun < end for begun, over in taken):
            late.append(line)
        else:
            taken.append((start, end))
    return late


def since(row: dict[str, str]) -> datetime | None:
    """Give the moment since which a good contact has its status."""
    return instant(row["Status Since"], row["Time Zone"])


def test_the_committed_exports_are_what_the_generator_writes(tmp_path: Path) -> None:
    """Run twice, the generator writes the committed bytes twice."""
    for folder in (tmp_path / "once", tmp_path / "again"):
        folder.mkdir()
        subprocess.run([sys.executable, PRACTICE / "generate.py", folder], check=True)
        for name in ("contacts.csv", "appointments.csv"):
            assert (PRACTICE / name).read_bytes() == (folder / name).read_bytes()


def test_the_files_look_like_exports() -> None:
    """Contacts have a byte-order mark and CRLF; appointments have neither, and a few cells hold line breaks."""
    people, sessions = ((PRACTICE / name).read_bytes() for name in ("contacts.csv", "appointments.csv"))
    assert people.startswith(b"\xef\xbb\xbf")
    assert people.count(b"\n") == people.count(b"\r\n")
    assert not sessions.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in sessions
    assert sum("\n" in row["Notes"] for _, row in rows("appointments.csv", "utf-8")) == 2


def test_exactly_the_named_rows_are_bad() -> None:
    """Every line that is bad is known, with the columns that are at fault."""
    assert BAD_CONTACTS == contacts()[1]
    assert BAD_APPOINTMENTS == appointments()[1]


def test_the_order_of_import_does_not_choose_who_overlaps() -> None:
    """In order of the file, of start or of booking, and with planned minutes only, the same two rows overlap."""
    faults = appointments()[1]
    sound = [place for place in rows("appointments.csv", "utf-8") if faults.get(place[0], "overlap") == "overlap"]
    planned = [(line, row | {"Actual Minutes": ""}) for line, row in sound]
    by_start = sorted(sound, key=lambda place: span(place[1])[0])
    expected = [line for line, fault in BAD_APPOINTMENTS.items() if fault == "overlap"]
    assert [expected] * 3 == [overlapping(places) for places in (sound, planned, by_start)]


def test_the_good_rows_are_many_and_of_every_sort() -> None:
    """All five statuses, three kinds and four states are there, in the numbers that are written down here."""
    people, sessions = contacts()[0].values(), appointments()[0]
    assert STATUS_COUNTS == Counter(map(label, people))
    assert {"Held": 886, "Cancelled": 78, "Booked": 73, "No show": 44} == Counter(row["State"] for row in sessions)
    assert {"Coaching Session": 1034, "Sample Session": 39, "Consultation": 8} == Counter(r["Kind"] for r in sessions)
    assert {"Europe/Berlin": 826, "America/New_York": 255} == Counter(row["Time Zone"] for row in sessions)
    assert len(people) >= 70
    assert len(sessions) >= 950


def test_labels_and_addresses_are_written_in_many_ways() -> None:
    """Labels differ in case and blanks, addresses too; only the two siblings share one, and credentials need one."""
    people = contacts()[0].values()
    assert sum(row["Status"] != label(row).title() for row in people) >= 8
    mails = [row["E-mail"] for row in people if row["E-mail"]]
    assert sum(mail != mail.strip() for mail in mails) >= 5
    assert sum(mail != mail.lower() for mail in mails) >= 5
    assert [2] == [count for count in Counter(mail.strip().lower() for mail in mails).values() if count > 1]
    assert {"org", "com", "net"} == {mail.strip().lower().partition("@example.")[2] for mail in mails}
    assert not [row for row in people if row["Credentials"] == "yes" and not row["E-mail"]]
    assert not [row for row in people if label(row) == "buyer" and not row["Products"]]


def test_no_status_is_older_than_its_contact() -> None:
    """A contact is created before or when its status begins, and before anything is booked."""
    people = contacts()[0]
    for row in people.values():
        created = datetime.combine(date.fromisoformat(row["Created"]), time(0), ZoneInfo(row["Time Zone"]))
        assert created <= (since(row) or TODAY)
        assert not [s for s in appointments()[0] if row["Contact ID"] in s["Contact IDs"] and entered(s) < created]


def test_snapshots_of_both_kinds_are_there() -> None:
    """Some is booked before the present status began, some after, some in its minute; for some nobody knows."""
    found: Counter[str] = Counter()
    for row in appointments()[0]:
        booked = instant(row["Booked On"], row["Time Zone"])
        found["booked after the start"] += booked is not None and booked > span(row)[0]
        found["group"] += ";" in row["Contact IDs"]
        for contact in row["Contact IDs"].split(";"):
            began = since(contacts()[0][contact])
            if booked is None or began is None:
                found["booked unknown" if booked is None else "since unknown"] += 1
            else:
                found["before" if booked < began else "in its minute" if booked == began else "after"] += 1
    assert BOOKING_COUNTS == found


def test_the_clock_changes_are_lived_through() -> None:
    """One good start is a fold hour, one session crosses a gap, and two zones touch where the offset is an odd one."""
    good = {(row["Start"], row["Time Zone"]): row for row in appointments()[0]}
    folds = [
        key for key in good
        if datetime.fromisoformat(key[0]).replace(tzinfo=ZoneInfo(key[1])).utcoffset()
        != datetime.fromisoformat(key[0]).replace(tzinfo=ZoneInfo(key[1]), fold=1).utcoffset()
    ]  # fmt: skip
    assert [("2026-11-01 01:30", "America/New_York")] == folds
    for first, second in (
        ("2026-03-08 01:30", "2026-03-08 08:30"),
        ("2026-11-01 01:30", "2026-11-01 07:30"),
        ("2026-03-16 10:00", "2026-03-16 16:00"),
    ):
        before, after = good[first, "America/New_York"], good[second, "Europe/Berlin"]
        assert (before["Minutes"], before["Actual Minutes"]) == ("60", "")
        assert span(before)[1] <= span(after)[0]
    for day in ("2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"):
        assert (f"{day} 10:00", "Europe/Berlin") in good


def test_the_rows_stand_roughly_in_order_of_start() -> None:
    """Most rows start after the row above; some do not, and the order of booking is another one again."""
    starts = [row["Start"] for _, row in rows("appointments.csv", "utf-8") if row["Start"]]
    steps = [above <= below for above, below in pairwise(starts)]
    assert 0.7 < sum(steps) / len(steps) < 0.95
    good = appointments()[0]
    assert TODAY - timedelta(days=364) < min(span(row)[0] for row in good)
    assert max(row["Start"] for row in good) < "2026-12-21"
    assert all((row["Start"] > "2026-11-22") >= (row["State"] == "Booked") for row in good)
