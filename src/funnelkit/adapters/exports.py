"""A row of any export while it is read: its cells get a meaning, and what is wrong with it is collected.

Labels, local times, lists and numbers are read here. Whatever funnelkit checks itself is left to funnelkit: what it
says becomes the reason, under the name of the column. No reason shows a cell. What is refused is kept whole.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from attrs import define, field, frozen

from funnelkit import plain
from funnelkit.decisions import Decision, Finding, named, said
from funnelkit.errors import Invalid, Problem, unknown
from funnelkit.funnel import Funnel
from funnelkit.render import label
from funnelkit.times import instant, local
from funnelkit.times import zone as known_zone

T = TypeVar("T")

REFUSED: Final = ("Refused: line", "Refused: field", "Refused: reason")
"""The columns that a file of refused rows has before those of the export."""

DAY: Final = "a day is needed, or a day and a local time: 2026-03-05, 2026-03-05 09:30"
DIGITS: Final = 18
"""Of a number that anybody means."""
DELIMITERS: Final = (",", ";", "\t")
LENGTH: Final = "the row has {} cells than there are columns"


@frozen
class Fault:
    """One thing that is wrong with a row."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        """Read as `file:line: field: reason`."""
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


@define
class Row:
    """A row: where it ends in the file, its cells as they stand there, its steps, and what is wrong with it."""

    file: str
    line: int
    raw: dict[str | Any, Any]
    columns: Mapping[str, str]
    """Which column a field of a command was taken from."""
    steps: tuple[Any, ...] = ()
    """What is made of it: commands with their places in the order of time, or values."""
    faults: list[Fault] = field(factory=list)

    def refuse(self, column: str, reason: str) -> None:
        """Note what is wrong with a cell, in the order of the columns; the first reason for a cell is enough."""
        if all(fault.field != column for fault in self.faults):
            self.faults.append(Fault(self.file, self.line, column, reason))
            self.faults.sort(key=lambda fault: [*self.raw, fault.field].index(fault.field))

    def blame(self, wrong: Invalid, columns: Mapping[str, str] | None = None) -> None:
        """Note everything that funnelkit found wrong, under the names of the columns."""
        for problem in wrong.problems:
            path = problem.path.partition("[")[0]
            self.refuse((columns or self.columns).get(path, path), problem.message)

    @property
    def cause(self) -> str:
        """What ties together all that comes of this row: its file and line, in the history."""
        return f"{self.file}:{self.line}"

    def make(self, command: Callable[..., T], columns: Mapping[str, str] | None = None, **given: object) -> T | None:
        """Make a command of what was read; nothing, if funnelkit does not take it."""
        try:
            return command(**given)
        except Invalid as wrong:
            self.blame(wrong, columns)
        return None

    # ---- what cells mean

    def text(self, column: str) -> str:
        """A text without blanks at its ends."""
        cell: str | None = self.raw[column]
        if not cell:
            return ""
        if not cell.isascii() and any("\udc80" <= sign <= "\udcff" for sign in cell):
            self.refuse(column, "is not written in UTF-8")
        return cell.strip()

    def items(self, column: str) -> tuple[str, ...]:
        """What stands between semicolons; empty and repeated items fall away."""
        text = self.text(column)
        if ";" not in text:
            return (text,) if text else ()
        items = (item.strip() for item in text.split(";"))
        return tuple(dict.fromkeys(item for item in items if item))

    def label(self, column: str, known: Mapping[str, T]) -> T | None:
        """A word of a list, whatever its case and blanks."""
        text = self.text(column)
        try:
            return known[folded(text)]
        except KeyError:
            self.refuse(column, unknown("label", text, column, filter(None, known)))
        return None

    def whole(self, column: str) -> int | None:
        """A whole number; nothing if the cell is blank."""
        text = self.text(column)
        if not text:
            return None
        if text.removeprefix("-").isdecimal() and len(text) <= DIGITS:
            return int(text)
        self.refuse(column, "a whole number is needed")
        return None

    def zone(self, column: str) -> str | None:
        """A time zone."""
        try:
            return known_zone(self.text(column), column)
        except Invalid as wrong:
            self.blame(wrong)
        return None

    def moment(self, column: str, zone: str | None) -> datetime | None:
        """A local day, or day and time, or a time with an offset, as an instant in UTC; nothing if it is blank."""
        text = self.text(column)
        if not text:
            return None
        try:
            wall = datetime.fromisoformat(text)
            if wall.tzinfo is not None:
                return instant(wall, column)
            return None if zone is None else local(wall, zone, column)
        except Invalid as wrong:
            self.blame(wrong)
        except ValueError:
            self.refuse(column, DAY)
        return None


def reason(decision: Decision, finding: Finding) -> str:
    """Say one finding as people would, with what would change it."""
    funnel = decision.funnel if isinstance(decision.funnel, Funnel) else None
    words = {**decision.words(), **finding.params}
    texts = (finding.text, finding.remedy if not finding.ok else "")
    return "; ".join(said(text, words, lambda value: _named(value, funnel)) for text in texts if text)


def _named(value: object, funnel: Funnel[Any, Any] | None) -> str:
    return label(value, funnel=funnel) if isinstance(value, Enum) else named(value)


folded = lru_cache(plain.folded)


class Known(Protocol):
    """Remembers the line of each id: a dict does, while there is room in memory."""

    def setdefault(self, key: str, line: int, /) -> int:
        """Give the line that has this id; this one, if none had it."""
        ...


class Seen:
    """Remembers the line of each id in a file of its own, so that a million of them take no memory."""

    def __init__(self) -> None:
        """Open it; it goes when this goes."""
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA cache_size = -2000")
        self._database.execute("CREATE TABLE seen (id BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def setdefault(self, key: str, line: int, /) -> int:
        """Give the line that has this id; this one, if none had it."""
        row = key.encode("utf-8", "surrogateescape")
        done = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (row, line))
        if done.rowcount:
            return line
        found: int = self._database.execute("SELECT line FROM seen WHERE id = ?", (row,)).fetchone()[0]
        return found

    def close(self) -> None:
        """Throw it away."""
        self._database.close()


def rows(
    path: Path,
    needed: Iterable[str],
    columns: Mapping[str, str],
    *,
    known: Known | None = None,
    read: Callable[[str], object] | None = None,
) -> Iterator[Row]:
    """Give the rows of a file as they come. Of rows with the same id only the first is one.

    Raises Invalid when columns are missing, or stand there twice. Bytes that are no UTF-8 survive into `write_refused`.
    `known` remembers ids; `read` hears every line of the file, for whoever shows how far it is.
    """
    first: Known = {} if known is None else known
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        delimiter = _delimiter(file.readline())
        file.seek(0)
        reader = csv.DictReader(file if read is None else _heard(file, read), delimiter=delimiter)
        header = list(reader.fieldnames or ())
        wrong = {column: "is missing" for column in needed if column not in header}
        wrong |= {column: "stands there twice" for column in header if column.strip() and header.count(column) > 1}
        if wrong:
            raise Invalid(*(Problem(f"{path.name}: {column}", what) for column, what in wrong.items()))
        name, last, own = path.name, header[-1], columns["id"]
        for raw in _told(reader, name):
            line = reader.line_num
            row = Row(name, line, raw, columns)
            if None in raw or raw[last] is None:
                row.refuse("(row)", LENGTH.format("more" if None in raw else "fewer"))
            key = row.text(own)
            before = first.setdefault(key, line) if key else line
            if before != line:
                row.refuse(own, f"line {before} has this id already")
            yield row


def _told(reader: csv.DictReader[str], name: str) -> Iterator[dict[str | Any, Any]]:
    """Give the rows. Raises Invalid where the file is none, by its line."""
    try:
        yield from reader
    except csv.Error:
        raise Invalid(Problem(f"{name}:{reader.line_num}", "a cell is too long, or a quote is not closed")) from None


def header_of(path: Path) -> tuple[str, ...]:
    """Give the names of the columns. Raises Invalid for a file without any."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        line = file.readline()
        file.seek(0)
        found = next(csv.reader(file, delimiter=_delimiter(line)), [])
    if not any(name.strip() for name in found):
        raise Invalid(Problem(path.name, "the first line has to name the columns"))
    return tuple(found)


def _delimiter(header: str) -> str:
    """Give what stands between cells: a comma, or what spreadsheets write where a comma is a decimal point."""
    return max(DELIMITERS, key=header.count)


def _heard(file: Iterable[str], read: Callable[[str], object]) -> Iterator[str]:
    for line in file:
        read(line)
        yield line


def write_refused(path: Path, refused: Iterable[Row]) -> None:
    """Write refused rows cell by cell, each behind its line, fields and reasons; corrected, the file can be read."""
    with path.open("w", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file)
        for number, row in enumerate(refused):
            own = [column for column in row.raw if column is not None and column not in REFUSED]
            if not number:
                writer.writerow((*REFUSED, *own))
            cells = [row.raw[column] for column in own if row.raw[column] is not None]
            why = [" | ".join(getattr(fault, part) for fault in row.faults) for part in ("field", "reason")]
            writer.writerow((row.line, *why, *cells, *row.raw.get(None, ())))
