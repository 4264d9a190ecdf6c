"""A log as files that people hand in or open: CSV, Markdown, a page. A workbook is made by `adapters/xlsx.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from re import compile as pattern
from typing import Final

from funnelkit.log import Log
from funnelkit.render import log_tables
from funnelkit.render.log_page import TITLE, html
from funnelkit.render.log_tables import DIGITS, NUMBERS, Minutes, Row, Table, clean, said
from funnelkit.rules.credentials import Progress
from funnelkit.sheets import Cell, csv_text
from funnelkit.values.checks import checked, instance
from funnelkit.words import Setting

__all__ = ["HEADER", "TITLE", "csv", "html", "markdown"]

HEADER: Final = (
    "row", "id", "client", "contact", "setting", "number", "organisation", "start", "end",
    "paid_hours", "pro_bono_hours", "hours", "paid_minutes", "pro_bono_minutes", "minutes",
    "signed_by", "coach", "role", "confidentiality",
)  # fmt: skip
"""The columns of the CSV. `row` says what a line is: `client`, `letter`, `total`, `withheld`."""

MEANING: Final = pattern(r"([\\`*_{}\[\]<>|~&#!$])")
"""Signs that mean something in Markdown."""


def csv(log: Log) -> str:
    """Give one table in one file: clients, then what letters confirm, then the grand total, then who is left off.

    Minutes are exact; hours have two digits. A line of a client has no id, and one that is withheld has no name.
    """
    checked(log=instance(Log, "a Log")(log))
    return csv_text(HEADER, _lines(log))


def _lines(log: Log) -> Iterator[tuple[Cell, ...]]:
    for one in log.entries:
        number = None if one.setting is Setting.INDIVIDUAL else one.heads
        who = None, clean(one.name), clean(one.contact), one.setting, number, clean(one.organisation)
        yield "client", *who, one.since, one.until, *_times(one.paid, one.unpaid), *[None] * 4
    for each in log.confirmed:
        told = each.letter
        letter = map(clean, (told.person, told.coach, told.role, told.policy))
        times = _times(each.paid, each.unpaid)
        about = None, None, None, None, each.clients, clean(told.organisation)
        yield "letter", *about, each.since, each.until, *times, *letter
    yield "total", *[None] * 8, *_times(log.paid, log.unpaid), *[None] * 4
    for left in log.withheld:
        number = None if left.setting is Setting.INDIVIDUAL else max(left.heads, len(left.members))
        known = clean(left.key), None, None, left.setting, number, clean(left.organisation or "")
        yield "withheld", *known, left.first, left.last, *_times(left.paid, left.unpaid), *[None] * 4


def _times(paid: int, unpaid: int) -> tuple[Cell, ...]:
    minutes = paid, unpaid, paid + unpaid
    return *(Decimal(str(Minutes(count))) for count in minutes), *minutes


def markdown(log: Log, progress: Iterable[Progress] = (), *, title: str = TITLE) -> str:
    """Give the log as Markdown: clients with totals, letters, who is left off, progress. Raises Invalid."""
    checked(log=instance(Log, "a Log")(log), title=instance(str, "a text")(title))
    found = log_tables.several(progress)
    lines = [f"# {_safe(clean(title))}", ""]
    for table in log_tables.of_log(log):
        lines += [f"## {table.title}", "", table.about, "", *_table(table), ""]
    lines += [DIGITS, ""]
    if found:
        table = log_tables.progress(found)
        lines += [f"## {table.title}", "", table.about, "", *_table(table), ""]
    for one in found:
        lines += [*(f"- {_safe(remark)}" for remark in log_tables.remarks(one)), ""]
    return "\n".join(lines)


def _table(table: Table) -> Iterator[str]:
    yield _row(table.columns)
    yield "|" + "|".join(" ---: " if column in NUMBERS else " --- " for column in table.columns) + "|"
    yield from map(_row, table.rows)
    for total in table.totals:
        yield "| " + " | ".join(f"**{said(value)}**" if value is not None else "" for value in total) + " |"


def _row(values: Row | Sequence[str]) -> str:
    return "| " + " | ".join(_safe(said(value)) for value in values) + " |"


def _safe(text: str) -> str:
    return MEANING.sub(r"\\\1", text)
