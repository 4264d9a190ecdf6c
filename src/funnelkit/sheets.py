"""Rows as CSV text, for spreadsheets and for whoever else reads tables: RFC 4180, and no cell that is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias

from funnelkit.times import time_text

Cell: TypeAlias = str | int | Decimal | datetime | date | Enum | None

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would run as a formula, or look behind for one."""


class _Lines(list[str]):
    """Takes what is written to it."""

    def write(self, text: str) -> None:
        """Take one line."""
        self.append(text)


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    """Give a header and rows as CSV: commas, quotes where they are needed, CRLF behind every line.

    A text that a spreadsheet would take for a formula gets an apostrophe in front. Times are in UTC, by ISO 8601:
    `2026-03-02T12:00:00Z`; truths are `true` and `false`; nothing is an empty cell. Raises Invalid for a time without
    a zone. The text has no byte order mark: a file for Excel is written with the encoding `utf-8-sig`.
    """
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return "".join(lines)


def cell(value: Cell) -> str:
    """Write one value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return cell(value.value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return time_text(value, "rows")
    return value.isoformat() if isinstance(value, date) else str(value)
