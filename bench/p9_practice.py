"""P9: a practice's exports are read and checked, rows to commands, bad rows to rejects; then the commands are done.

The files are those of `examples/practice`, several times over under other ids, read by the same code as the demo.
Beside it stands a reader by hand: `csv.DictReader`, the same checks and meanings written out, and plain values.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

import beside
import live
import read
from attrs import frozen
from rounds import Pace, Side, Table, at_most, judged, measured

from funnelkit import COACHING, FunnelService, Kind
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching

FILES: Final = {"contacts.csv": ("Contact ID",), "appointments.csv": ("Appointment ID", "Contact IDs")}
"""The columns of each file that hold ids."""
HAND, READ, DONE = "by hand: DictReader, constructors", "rows to commands", "commands done in memory"
LABELS: Final = {label.casefold(): status for status, label in COACHING.labels.items()}
YES_OR_NO: Final = {"yes": True, "no": False, "": None}
Rejects = list[tuple[str, int]]


@frozen
class Client:
    """A contact, by hand."""

    id: str
    name: str
    email: str | None
    phone: str | None
    status: Coaching
    since: datetime | None
    created: datetime | None
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    owned: tuple[str, ...]
    portal: bool


@frozen
class Meeting:
    """An appointment, by hand."""

    id: str
    contacts: tuple[str, ...]
    kind: Kind
    state: AppointmentStatus
    booked: datetime | None
    start: datetime
    minutes: int
    actual: int | None
    zone: str
    paid: bool | None
    notes: str | None


def tables(pace: Pace, copies: int = 3) -> Iterator[Table]:
    """Give the one table; all times are for one row."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        size = sum(_copied(name, columns, place / name, copies) for name, columns in FILES.items())
        once = sum(_copied(name, columns, place / f"once-{name}", 1) for name, columns in FILES.items())
        sides = (
            Side(HAND, _times(lambda: by_hand(place)), size),
            Side(READ, _times(lambda: by_funnelkit(place)), size),
            Side(DONE, _times(_doing(place)), once),
        )
        times = measured(sides, pace)
        good, bad = by_hand(place)
    goals = (at_most(2, READ, HAND), at_most(6, DONE, HAND))
    notes = (f"{size:,} rows: {good:,} good, {len(bad)} to the rejects by their own cells; {once:,} of them are done",)
    title = "P9  a practice read, checked and applied, for each row"
    yield Table(title=title, times=times, lines=judged(times, goals), notes=notes)


def by_funnelkit(folder: Path) -> tuple[int, Rejects]:
    """Read both files as the demo does."""
    good, bad = 0, []
    for rows in (
        read.contacts(folder / "contacts.csv", by=live.COACH),
        read.appointments(folder / "appointments.csv", by=live.COACH),
    ):
        for row in rows:
            if row.faults:
                bad.append((row.file, row.line))
            else:
                good += 1
    return good, bad


def by_hand(folder: Path) -> tuple[int, Rejects]:
    """Read both files without any library."""
    good, bad = 0, list[tuple[str, int]]()
    for name, make in (("contacts.csv", _client), ("appointments.csv", _meeting)):
        seen: set[str] = set()
        kept: list[Client | Meeting] = []
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                try:
                    kept.append(make(row, seen))
                except (KeyError, ValueError):
                    bad.append((name, reader.line_num))
        good += len(kept)
    return good, bad


def _client(row: dict[str, str], seen: set[str]) -> Client:
    key = _fresh(row["Contact ID"].strip(), seen)
    name = f"{row['First Name'].strip()} {row['Last Name'].strip()}".strip()
    email, zone = row["E-mail"].strip(), ZoneInfo(row["Time Zone"].strip())
    local, _, host = email.rpartition("@")
    if not name or (email and not (local and "@" not in local and "." in host and " " not in email)):
        raise ValueError
    return Client(
        key, name, email or None, row["Phone"].strip() or None,
        LABELS[" ".join(row["Status"].split()).casefold()],
        _moment(row["Status Since"].strip(), zone), _moment(row["Created"].strip(), zone),
        _items(row["Groups"]), _items(row["Tags"]), _items(row["Products"]),
        YES_OR_NO[row["Credentials"].strip().casefold()] is True,
    )  # fmt: skip


def _meeting(row: dict[str, str], seen: set[str]) -> Meeting:
    key = _fresh(row["Appointment ID"].strip(), seen)
    name = row["Time Zone"].strip()
    zone = ZoneInfo(name)
    contacts, start = _items(row["Contact IDs"]), _moment(row["Start"].strip(), zone)
    minutes, took = int(row["Minutes"]), row["Actual Minutes"].strip()
    actual = int(took) if took else None
    state = read.STATES[" ".join(row["State"].split()).casefold()]
    if not contacts or start is None or not 0 < minutes <= 1440 or (actual is not None and not 0 < actual <= 1440):
        raise ValueError
    if actual is not None and state is not AppointmentStatus.HELD:
        raise ValueError
    return Meeting(
        key, contacts, read.KINDS[" ".join(row["Kind"].split()).casefold()], state,
        _moment(row["Booked On"].strip(), zone), start, minutes, actual, name,
        YES_OR_NO[row["Paid"].strip().casefold()], row["Notes"].strip() or None,
    )  # fmt: skip


def _fresh(key: str, seen: set[str]) -> str:
    if not key or key in seen:
        raise ValueError
    seen.add(key)
    return key


def _items(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.strip() for item in cell.split(";") if item.strip()))


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    wall = datetime.fromisoformat(text)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError
    return moment


def _copied(name: str, columns: tuple[str, ...], to: Path, copies: int) -> int:
    """Write a file several times into one, each time under other ids; give how many rows there are."""
    with (beside.PRACTICE / name).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        for copy in range(copies):
            for row in rows:
                writer.writerow(row | {c: ";".join(f"{key}-{copy}" for key in row[c].split(";")) for c in columns})
    return copies * len(rows)


def _doing(folder: Path) -> Callable[[], None]:
    """Give the work of doing all commands of one practice, in the order of time, into an empty storage."""
    files = (
        read.contacts(folder / "once-contacts.csv", by=live.COACH),
        read.appointments(folder / "once-appointments.csv", by=live.COACH),
    )
    steps: list[Any] = [step for rows in files for row in rows if not row.faults for step in row.steps]
    commands = [command for _, command in sorted(steps, key=lambda step: step[0])]

    def do() -> None:
        clock = FixedClock(live.NOW)
        crm = FunnelService(COACHING, account="practice", storage=MemoryStorage(), clock=clock, zone="Europe/Berlin")
        done = sum(outcome.ok for outcome in crm.do_all(commands))
        assert done > 0.9 * len(commands)

    return do


def _times(work: Callable[[], object]) -> Callable[[int], object]:
    def run(n: int) -> object:
        answer: object = None
        for _ in repeat(None, n):
            answer = work()
        return answer

    return run
