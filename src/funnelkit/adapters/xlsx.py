"""A log as a workbook, with formulas in the totals. Needs the extra: `pip install funnelkit[xlsx]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final
from unicodedata import east_asian_width

from funnelkit.errors import invalid
from funnelkit.log import Log
from funnelkit.render import log_tables
from funnelkit.render.log_tables import CONFIRMED, DIGITS, NUMBERS, TIMES, Minutes, Row, Table, Value, said
from funnelkit.rules.credentials import Progress
from funnelkit.values.checks import checked, having, instance

try:
    from xlsxwriter import Workbook
    from xlsxwriter.utility import xl_rowcol_to_cell as cell_at
except ImportError as missing:
    raise ImportError("the package XlsxWriter is missing; pip install funnelkit[xlsx]") from missing

FIRST_DAY: Final = date(1900, 3, 1)
"""Spreadsheets do not agree about days before it: these are written as text."""
MOST: Final = 1_000_000
"""Lines that a sheet is given at most; it holds 1,048,576."""
LONGEST: Final = 32_767
"""Characters that a cell holds at most."""
WIDEST: Final = 44
"""So many letters fit into a line of the widest column; longer text goes on in the next line."""
AROUND: Final = 4
"""Room beside the text of a column, for the indent and the button of the filter, in letters."""
LINE, TALLEST = 15, 409
"""The height of a line, and of the tallest row, in points."""
COUNTED: Final = ("Paid minutes", "Pro bono minutes", "Minutes")
"""What hours are made of, to the right of them."""


def write(log: Log, to: str | Path | BinaryIO, progress: Iterable[Progress] = ()) -> None:
    """Write a workbook to a file or a stream: clients with totals, letters, who is left off, months, progress.

    Hours are formulas over whole minutes, which stand beside them; totals are sums of these. Nothing that somebody
    typed becomes a formula or a link. Raises Invalid for more lines than a sheet holds.
    """
    path = isinstance(to, (str, Path))
    checked(log=instance(Log, "a Log")(log), to=None if path else having("write", "a path or an open file")(to))
    found = log_tables.several(progress)
    if max(len(log.entries), len(log.confirmed), len(log.withheld)) > MOST:
        raise invalid("log", f"a sheet holds {MOST} lines at most; ask for a shorter time")
    tables = {table.title: table for table in (*log_tables.of_log(log), log_tables.months(log.worked))}
    made = BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    paper = _Paper(book, tables)
    for table in tables.values():
        paper.add(table)
    if found:
        paper.add(log_tables.progress(found))
    book.close()
    if isinstance(to, (str, Path)):
        Path(to).write_bytes(made.getvalue())
    else:
        to.write(made.getvalue())


class _Paper:
    """Writes tables, each on a sheet of its own."""

    def __init__(self, book: Any, tables: Mapping[str, Table]) -> None:
        self._book, self._tables = book, tables
        top, bold = {"valign": "top"}, {"bold": True}
        head = {**bold, "bottom": 2, "valign": "bottom", "text_wrap": True}
        self._head_right = book.add_format({**head, "align": "right"})
        self._head = book.add_format({**head, "align": "left", "indent": 1})
        flush = {**top, "align": "left", "indent": 1}  # not by the direction of its letters, and apart from numbers
        self._text = book.add_format({**flush, "text_wrap": True})
        self._day = book.add_format({**flush, "num_format": "yyyy-mm-dd"})
        self._count = book.add_format({**top, "num_format": "0"})
        self._hours = book.add_format({**top, "num_format": "0.00"})
        self._sum = book.add_format({**bold, "top": 1, "align": "left", "indent": 1})
        self._sum_count = book.add_format({**bold, "top": 1, "num_format": "0"})
        self._sum_hours = book.add_format({**bold, "top": 1, "num_format": "0.00"})
        self._quiet = book.add_format({"italic": True})

    def add(self, table: Table) -> None:
        """Write one table: the header stays in sight, and is repeated on every page that is printed."""
        sheet = self._book.add_worksheet(table.title)
        timed = table.columns[-len(TIMES) :] == TIMES
        columns = (*table.columns, *COUNTED) if timed else table.columns
        for n, name in enumerate(columns):
            sheet.write_string(0, n, name, self._head_right if name in {*NUMBERS, *COUNTED} else self._head)
        for line, row in enumerate(table.rows, start=1):
            self._line(sheet, line, row, timed=timed)
            lines = -(-max(map(_width, row)) // WIDEST)
            if lines > 1:
                sheet.set_row(line, min(TALLEST, LINE * lines))
        for line, total in enumerate(table.totals, start=len(table.rows) + 1):
            self._total(sheet, table, line, total)
        sheet.autofilter(0, 0, len(table.rows), len(columns) - 1)
        for n, column in enumerate(zip(table.columns, *table.rows, *table.totals, strict=True)):
            width = min(WIDEST, max(map(_width, column))) + AROUND
            sheet.set_column(n, n, width)
        sheet.set_column(len(table.columns), len(columns), max(map(_width, COUNTED)) + AROUND)
        below = len(table.rows) + len(table.totals) + 2
        for line, note in enumerate(note for note in (table.about, DIGITS if timed else "") if note):
            sheet.write_string(below + line, 0, note, self._quiet)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, below + 1, len(table.columns) - 1)  # without the minutes: the hours say the same
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)

    def _line(self, sheet: Any, line: int, row: Row, *, timed: bool) -> None:
        for n, value in enumerate(row):
            if isinstance(value, Minutes) and timed:
                sheet.write_number(line, n + len(TIMES), value.count, self._count)
                sheet.write_formula(line, n, _hours(line, n), self._hours, value.count / 60)
            elif isinstance(value, Minutes):
                sheet.write_number(line, n, value.count / 60, self._hours)
            elif isinstance(value, int):
                sheet.write_number(line, n, value, self._count)
            elif isinstance(value, date) and value >= FIRST_DAY:
                sheet.write_datetime(line, n, value, self._day)
            elif value:
                sheet.write_string(line, n, _cut(said(value)), self._text)

    def _total(self, sheet: Any, table: Table, line: int, total: Row) -> None:
        """Write a row of totals: each a sum of minutes, and its hours."""
        for n, value in enumerate(total):
            if isinstance(value, Minutes):
                counted = n + len(TIMES)
                formula = self._formula(table, line, counted)
                sheet.write_formula(line, counted, formula, self._sum_count, value.count)
                sheet.write_formula(line, n, _hours(line, n), self._sum_hours, value.count / 60)
            elif value is None:
                sheet.write_blank(line, n, None, self._sum)
            else:
                sheet.write_string(line, n, said(value), self._sum)

    def _formula(self, table: Table, line: int, n: int) -> str:
        """Give the formula of a total: over its own sheet, that of the letters, or the two lines above."""
        place = line - len(table.rows) - 1
        if table.totals[place][0] == CONFIRMED:
            letters = self._tables[CONFIRMED]
            there = cell_at(len(letters.rows) + 1, n - len(table.columns) + len(letters.columns))
            return f"='{CONFIRMED}'!{there}"
        if place:
            return f"={cell_at(line - 2, n)}+{cell_at(line - 1, n)}"
        return f"=SUM({cell_at(1, n)}:{cell_at(line - 1, n)})" if table.rows else "=0"


def _hours(line: int, n: int) -> str:
    return f"={cell_at(line, n + len(TIMES))}/60"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _width(value: Value) -> int:
    """Count letters; wide ones count for two."""
    text = said(value)
    return len(text) if text.isascii() else sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
