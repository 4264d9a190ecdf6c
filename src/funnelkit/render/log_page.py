"""A log as one page of HTML that needs nothing else: no script, no file beside it, no network. It prints well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from funnelkit.log import Log
from funnelkit.render import log_tables, plots
from funnelkit.render.log_tables import DIGITS, LEFT_OFF, NUMBERS, Minutes, Row, Table, Value, clean, said
from funnelkit.render.plots import colours
from funnelkit.rules.credentials import Progress
from funnelkit.values.checks import checked, instance

TITLE: Final = "Coaching log"

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing."""

SHORT: Final = frozenset({"Setting", "Start", "End", "On", "Month"})
"""Columns of words and days that stay in one line."""

STYLE: Final = (
    colours(":root")
    + """
:root{color-scheme:light dark}
body{margin:0 auto;padding:1.5rem;max-width:72rem;background:var(--ground);color:var(--text);
font:1rem/1.5 system-ui,sans-serif}
h1,h2{line-height:1.2;overflow-wrap:anywhere}
h2{margin-top:2.5rem}
svg{display:block;width:100%;height:auto}
dl{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem}
dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
dt,p.quiet,summary{color:var(--quiet)}
svg.hours{min-width:34rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:.375rem .5rem;text-align:start;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{vertical-align:bottom;border-bottom:2px solid var(--quiet)}
tbody th{font-weight:400}
td,tbody th{min-width:7.5em;overflow-wrap:anywhere}
.number,.short{min-width:0;white-space:nowrap;overflow-wrap:normal;font-variant-numeric:tabular-nums}
.number{text-align:end}
thead .number{white-space:normal}
.reach{min-width:12em}
tfoot td,tfoot th{font-weight:600;border-bottom:0}
tfoot tr:first-child>*{border-top:2px solid var(--quiet)}
.wide{overflow-x:auto}
.wide:focus-visible,summary:focus-visible{outline:2px solid var(--paid);outline-offset:2px}
@media print{
@page{size:landscape;margin:14mm}
body{padding:0;max-width:none;font-size:10pt}
h2{break-after:avoid;margin-top:1.5rem}
section,svg,dl,p,tr{break-inside:avoid}
.own{break-before:page}
.own h2{margin-top:0}
svg.hours{max-width:190mm}
thead{display:table-header-group}
tfoot{display:table-row-group}
.wide{overflow:visible}
details{display:none}
}
"""
)


def html(log: Log, progress: Iterable[Progress] = (), *, title: str = TITLE) -> str:
    """Give the log as a page: the sums, progress, plots by month and by client, then the tables. Raises Invalid."""
    checked(log=instance(Log, "a Log")(log), title=instance(str, "a text")(title))
    found = log_tables.several(progress)
    named = escape(clean(title))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{named}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1><bdi>{named}</bdi></h1>\n" + "\n".join(_body(log, found)) + "\n</main>\n</body>\n</html>\n"
    )


def _body(log: Log, progress: tuple[Progress, ...]) -> Iterator[str]:
    first, *others = log_tables.of_log(log)
    yield f"<p>{first.about}</p>"
    sums = [("Paid hours", log.paid), ("Pro bono hours", log.unpaid), ("Hours", log.minutes)]
    sums += [("Hours left off", log.withheld_minutes)] if log.withheld else []
    yield "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{Minutes(minutes)}</dd></div>" for name, minutes in sums) + "</dl>"
    if progress:
        figures = log_tables.progress(progress)
        yield f'<section>\n<h2>{figures.title}</h2>\n<p class="quiet">{figures.about}</p>'
        yield _wide(figures.title, plots.progress(progress))
        for one in progress:
            how, *further = map(escape, log_tables.remarks(one))
            yield f"<p><strong>{how}</strong> {' '.join(further)}</p>"
        yield f"<details><summary>The figures as a table</summary>{_table(figures)}</details>\n</section>"
    if log.worked.days:
        months = log_tables.months(log.worked)
        yield f'<section>\n<h2>{months.title}</h2>\n<p class="quiet">{months.about}</p>'
        yield _wide(months.title, plots.months(log.worked))
        yield f"<details><summary>The same as a table</summary>{_table(months)}</details>\n</section>"
    if log.entries or log.confirmed:
        yield f"<section>\n<h2>{plots.BY_CLIENT}</h2>\n{_wide(plots.BY_CLIENT, plots.clients(log))}\n</section>"
    yield f'<section class="own">\n<h2>{first.title}</h2>\n{_table(first)}'
    yield f'<p class="quiet">{DIGITS}</p>\n</section>'
    for table in others:
        own = ' class="own"' if table.title == LEFT_OFF else ""
        yield f'<section{own}>\n<h2>{table.title}</h2>\n<p class="quiet">{table.about}</p>\n{_table(table)}\n</section>'


def _wide(name: str, inner: str) -> str:
    """Hold what may be too wide: it scrolls, by keys too."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{name}">{inner}</div>'


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col"{_kind(column)}>{column}</th>' for column in table.columns)
    rows, totals = ("\n".join(_row(table, row) for row in found) for found in (table.rows, table.totals))
    foot = f"\n<tfoot>{totals}</tfoot>" if totals else ""
    return _wide(table.title, f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody>{foot}</table>")


def _row(table: Table, row: Row) -> str:
    kinds = [_kind(column) for column in table.columns]
    cells = "".join(f"<td{kind}>{_cell(value)}</td>" for kind, value in zip(kinds[1:], row[1:], strict=True))
    return f'<tr><th scope="row"{kinds[0]}>{_cell(row[0])}</th>{cells}</tr>'


def _cell(value: Value) -> str:
    """Write a value; a text runs in its own direction, whatever stands beside it."""
    text = escape(said(value))
    return f"<bdi>{text}</bdi>" if text and isinstance(value, str) else text


def _kind(column: str) -> str:
    kind = "number" if column in NUMBERS else "short" if column in SHORT else "reach" if column == "Contact" else ""
    return f' class="{kind}"' if kind else ""
