"""`funnelkit log`: the log of a coach's hours out of two exports, and how far it is to a credential."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self, TextIO, TypeAlias

from attrs import evolve

from funnelkit.adapters.exported_hours import COLUMNS, Mapped, appointments_of, clients_of, mapped
from funnelkit.adapters.exports import Row, write_refused
from funnelkit.errors import Invalid, Problem, invalid
from funnelkit.log import Client, Consent, Log, log
from funnelkit.render import logs
from funnelkit.requirements import Requirements, Standard, requirements
from funnelkit.rules import credentials
from funnelkit.rules.credentials import Progress
from funnelkit.rules.eligibility import Tally
from funnelkit.statuses.coaching import COACHING
from funnelkit.times import wall
from funnelkit.values.appointment import Appointment

Write: TypeAlias = Callable[[Log, tuple[Progress, ...], Path], None]

LONG: Final = 1_000_000
"""Bytes of a file that is worth a bar."""
SHOWN: Final = 5
"""So many refused rows are shown; all of them are counted, and written where `--rejects` says."""
WIDE: Final = 30
NO_SEVERAL: Final = frozenset(",|")
"""What stands between ids in some exports, and could as well be a part of one: nothing is cut there."""
NO_CREDENTIAL: Final = "says nothing without a credential; give --credential too"


def add(parser: ArgumentParser, day: Callable[[str], date]) -> None:
    """Say what can be given. `day` reads a date."""
    parser.add_argument("contacts", type=Path, metavar="CONTACTS.csv", help="who is coached")
    parser.add_argument("appointments", type=Path, metavar="APPOINTMENTS.csv", help="what was held")
    parser.add_argument("--coach", metavar="ID", help="only this coach's; or whose they are, where no column says so")
    parser.add_argument("--credential", metavar="NAME", help="ACC, PCC or MCC: how far is it")
    parser.add_argument("--set", dest="version", metavar="VERSION", help="of its requirements, e.g. 2022")
    parser.add_argument("--holds", action="append", default=[], metavar="NAME", help="a credential that is or was held")
    parser.add_argument("--trained", type=day, metavar="DATE", help="when coach-specific training began")
    parser.add_argument("--since", type=day, metavar="DATE", help="the first local day")
    parser.add_argument("--until", type=day, metavar="DATE", help="the last local day")
    parser.add_argument("--on", type=day, metavar="DATE", help="the day of the application; without it, today")
    parser.add_argument("--zone", metavar="NAME", help="of times without one, e.g. Europe/Berlin")
    parser.add_argument("--mapping", type=Path, metavar="FILE.toml", help="which column is what, which word means what")
    parser.add_argument("--everybody", action="store_true", help="list whoever has not said no")
    parser.add_argument("--rejects", type=Path, metavar="FOLDER", help="where refused rows go")
    parser.add_argument("--out", type=Path, action="append", default=[], metavar="FILE", help=".xlsx .csv .md .html")
    parser.add_argument("--dry-run", action="store_true", help="say what was understood, and write nothing")


def run(given: Namespace, now: datetime) -> list[str]:
    """Read, count, write; give what is to be said. Raises Invalid with everything that was not understood."""
    asked = None if given.credential is None else requirements(given.credential, given.version)
    _apart(given)
    _fit(given)
    writers = [(out, _writer(out)) for out in given.out]
    how = mapped(given.contacts, given.appointments, given.mapping, zone=given.zone, coach=given.coach)
    reading = _Reading(given, how, now, asked)
    reading.appointments()
    reading.contacts()
    made = log(
        reading.tally.worked(), reading.clients, consent=Consent.NOT_REFUSED if given.everybody else Consent.GIVEN
    )
    on = given.on or wall(now, how.zone or "UTC").date()
    progress = () if asked is None else (reading.progress(asked, on),)
    for out, write in () if given.dry_run else writers:
        write(made, progress, out)
    return [
        *reading.said(), str(made), *(str(one) for one in progress),
        *([] if given.dry_run else (f"wrote {out}" for out in given.out)),
    ]  # fmt: skip


def _apart(given: Namespace) -> None:
    """Raise Invalid where something would be written over what is read, or over what is written beside it."""
    taken = {path.resolve() for path in (given.contacts, given.appointments, given.mapping) if path is not None}
    rejects = () if given.rejects is None else tuple(_refused(given.rejects, part) for part in COLUMNS)
    for name, paths in (("out", given.out), ("rejects", rejects)):
        for path in paths:
            if path.resolve() in taken:
                raise invalid(name, f"{path.name} is read, or written, already; write elsewhere")
            taken.add(path.resolve())


def _refused(folder: Path, part: str) -> Path:
    """Give the file of the rows that were refused of one export."""
    return folder / f"rejects-{part}.csv"


def _fit(given: Namespace) -> None:
    """Raise Invalid for wishes that do not go together."""
    told = {"set": given.version, "holds": given.holds, "on": given.on}
    problems = [Problem(name, NO_CREDENTIAL) for name, value in told.items() if value and given.credential is None]
    if given.since is not None and given.until is not None and given.until < given.since:
        problems.append(Problem("until", "must not be before since"))
    if problems:
        raise Invalid(*problems)


class _Reading:
    """Two files while they are read: sums, clients that are in them, and what was refused."""

    def __init__(self, given: Namespace, how: Mapped, now: datetime, asked: Requirements | None) -> None:
        self.given, self.how = given, how
        standard = Standard(trained=given.trained)
        standard = standard if asked is None else evolve(standard, heads=asked.heads)
        self.tally = Tally(COACHING, now=now, standard=standard)
        self.clients: dict[str, Client] = {}
        self.why: Counter[str] = Counter()
        """How often which rule kept a session out."""
        self.counts: Counter[str] = Counter()
        self.shown: list[str] = []
        self.unread: set[str] = set()
        """Clients of the sums whose row was refused."""

    def appointments(self) -> None:
        """Count every appointment; what is refused goes into its file."""
        path: Path = self.given.appointments
        with _Bar(path) as bar:
            self._keep("appointments", self._counted(appointments_of(path, self.how, read=bar.hear)))

    def contacts(self) -> None:
        """Keep the clients that are in the sums."""
        path, members = self.given.contacts, set(self.tally.worked().clients)
        with _Bar(path) as bar:
            self._keep("contacts", self._met(clients_of(path, self.how, members.__contains__, read=bar.hear), members))
        nameless = members - set(self.clients)
        self.unread &= nameless
        self.counts["not there"] = len(nameless - self.unread)
        self.counts["like several"] = sum(not NO_SEVERAL.isdisjoint(key) for key in nameless - self.unread)

    def progress(self, asked: Requirements, on: date) -> Progress:
        """Say how far it is."""
        given = self.given
        holds = tuple(name.upper() for name in given.holds)
        trained = given.trained is not None and given.trained <= on
        return credentials.progress(COACHING, asked, self.tally.worked(), on=on, trained=trained, holds=holds)

    def said(self) -> Iterator[str]:
        """Say what was understood, and what was not."""
        for part, columns in self.how.columns.items():
            yield f"{part}: {self.counts[part]} rows, {self.counts[f'{part} refused']} of them refused"
            yield from (f"  {key}: {' + '.join(names)}" for key, names in columns.items())
            if self.how.unread[part]:
                yield f"  not read: {', '.join(self.how.unread[part])}"
        yield from self.shown
        if self.counts["elsewhere"]:
            yield f"{self.counts['elsewhere']} appointments are of another coach, or outside the days asked for"
        yield from (f"{count} sessions do not count: {rule}" for rule, count in self.why.most_common())
        if self.tally.unsaid:
            yield f"{self.tally.unsaid} minutes stand as pro bono, since nobody said whether they were paid"
        if self.unread:
            yield f"{len(self.unread)} clients were refused in {self.given.contacts.name}, so they are left off"
        if self.counts["not there"]:
            yield f"{self.counts['not there']} clients are not in {self.given.contacts.name}, so they have no name"
        if self.counts["like several"]:
            yield f"{self.counts['like several']} of these may be several: between them a semicolon is needed"

    def _keep(self, part: str, refused: Iterator[Row]) -> None:
        """Let rows go by, and those that are refused into their file."""
        seen = self._shown(part, refused)
        if self.given.rejects is None or self.given.dry_run:
            for _ in seen:
                pass
        else:
            self.given.rejects.mkdir(parents=True, exist_ok=True)
            write_refused(_refused(self.given.rejects, part), seen)

    def _shown(self, part: str, refused: Iterator[Row]) -> Iterator[Row]:
        for row in refused:
            self.counts[f"{part} refused"] += 1
            if self.counts[f"{part} refused"] <= SHOWN:
                self.shown += [f"refused: {fault}" for fault in row.faults]
            yield row

    def _counted(self, rows: Iterator[tuple[Row, Appointment | None]]) -> Iterator[Row]:
        for row, appointment in rows:
            self.counts["appointments"] += 1
            if appointment is None:
                yield row
            elif not self._asked_for(appointment):
                self.counts["elsewhere"] += 1
            else:
                self.why.update(finding.rule for finding in self.tally.add(appointment).refusals)

    def _met(self, rows: Iterator[tuple[Row, str, Client | None]], members: Container[str]) -> Iterator[Row]:
        for row, key, client in rows:
            self.counts["contacts"] += 1
            if row.faults:
                if key in members:
                    self.unread.add(key)
                yield row
            elif client is not None:
                self.clients[key] = client

    def _asked_for(self, appointment: Appointment) -> bool:
        given, day = self.given, wall(appointment.start, appointment.zone).date()
        return (
            given.coach in (None, appointment.coach)
            and (given.since is None or given.since <= day)
            and (given.until is None or day <= given.until)
        )


class _Bar:
    """How far a long file is read, on a terminal only."""

    def __init__(self, path: Path, to: TextIO | None = None) -> None:
        self._to = sys.stderr if to is None else to
        self._whole = path.stat().st_size
        self._name, self._read, self._last = path.name, 0, -1
        self._shows = self._whole >= LONG and self._to.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shows:
            self._to.write("\r\x1b[K")

    def hear(self, line: str) -> None:
        """Take note of a line; draw when there is something new to see."""
        if not self._shows:
            return
        self._read += len(line)
        share = min(100, self._read * 100 // self._whole)
        if share != self._last:
            self._last, full = share, share * WIDE // 100
            self._to.write(f"\r{self._name} [{'#' * full}{'.' * (WIDE - full)}] {share:3} %")
            self._to.flush()


def _text(
    write: Callable[[Log, tuple[Progress, ...]], str], made: Log, progress: tuple[Progress, ...], out: Path
) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(write(made, progress))


WRITERS: Final[Mapping[str, Callable[[Log, tuple[Progress, ...]], str]]] = {
    ".csv": lambda made, _: logs.csv(made),
    ".md": logs.markdown,
    ".html": logs.html,
}
WORKBOOK: Final = ".xlsx"


def _writer(out: Path) -> Write:
    """Give what writes a file of this kind. Raises Invalid for another kind, and where its extra is missing."""
    kind = out.suffix.lower()
    if kind in WRITERS:
        return partial(_text, WRITERS[kind])
    if kind != WORKBOOK:
        raise invalid("out", f"is of no kind that can be written; known: {', '.join((WORKBOOK, *WRITERS))}")
    try:
        from funnelkit.adapters import xlsx  # noqa: PLC0415  # an extra
    except ImportError:
        raise invalid("out", "the package for .xlsx is not installed: see the extra `xlsx`") from None
    return lambda made, progress, to: xlsx.write(made, to, progress)
