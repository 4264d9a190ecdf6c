"""The log as files: CSV, Markdown, a page with plots, a workbook. What is in them, and what can never get into them.

The files under `golden_logs/` are the log of a practice made by hand.
`python -c "from tests.golden_logs.practice import write_golden; write_golden()"` writes them anew: look at the
difference, and at the page in a browser.
"""

from __future__ import annotations

import csv
import decimal
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from html.parser import HTMLParser
from importlib import import_module
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from funnelkit import COACHING, Invalid
from funnelkit.adapters import xlsx
from funnelkit.log import Client, Letter, Log, log
from funnelkit.render import log_tables, logs, plots
from funnelkit.render.log_tables import Minutes, clean
from funnelkit.requirements import Requirements, requirements
from funnelkit.rules import credentials
from funnelkit.rules.credentials import Progress
from funnelkit.values.session import Engagement
from funnelkit.values.worked import Sum, Worked
from funnelkit.words import Setting
from tests.golden_logs import practice

SVG: Final = "{http://www.w3.org/2000/svg}"
AGREED: Final = Engagement(consent=True)
FIRST: Final = date(2026, 1, 5)


@pytest.fixture(scope="module")
def made() -> practice.Practice:
    """The practice made by hand."""
    return practice.practice()


@pytest.fixture(scope="module")
def golden(made: practice.Practice) -> Log:
    """Its log."""
    return practice.log_of(made)


@pytest.fixture(scope="module")
def far(made: practice.Practice) -> tuple[Progress, ...]:
    """How far it is there to each credential."""
    return practice.progress_of(made)


def log_with(*names: str, paid: int = 60, unpaid: int = 0, day: date = FIRST, contact: str = "", **more: Any) -> Log:
    """A log of one session with each of these."""
    keys = [f"c-{n}" for n in range(len(names))]
    worked = Worked(
        days={day: (paid * len(names), unpaid * len(names))} if names else {},
        clients=dict.fromkeys(keys, day),
        sums=tuple(
            Sum(
                key=key, setting=Setting.INDIVIDUAL, joined={key: day}, grew=((day, 1),), paid=paid, unpaid=unpaid,
                first=day, last=day, sessions=1,
            )
            for key in keys
        ),
    )  # fmt: skip
    clients = {
        key: Client(name=name, contact=contact, engagement=AGREED) for key, name in zip(keys, names, strict=True)
    }
    return log(worked, clients, **more)


def progress_of(found: Log, asked: Requirements, on: date = FIRST) -> Progress:
    """How far it is with this log."""
    return credentials.progress(COACHING, asked, found.worked, on=on)


# -------------------------------------------------------------------------------------------------------------- golden


@pytest.mark.parametrize("name", ["log.csv", "log.md", "log.html"])
def test_the_log_of_the_practice_is_what_was_looked_at(name: str, golden: Log, far: tuple[Progress, ...]) -> None:
    """Each format that is text is, byte for byte, the file that somebody has looked at."""
    written = practice.texts(golden, far)
    assert {path.name for path in practice.HERE.glob("log.*")} == written.keys()
    assert (practice.HERE / name).read_bytes() == written[name].encode()


def test_the_practice_is_counted_by_hand(golden: Log) -> None:
    """The sums are those of a pencil, so that the golden files are no mere copy of what came out."""
    listed = 660 + 405 + 600 + 540 + 90 + 330 + 480 + 450
    letter = 480 + 480
    free = 200 + 300 + 20
    assert (listed + letter, free) == (golden.paid, golden.unpaid)
    assert 420 + 80 == golden.withheld_minutes
    assert golden.minutes + golden.withheld_minutes == golden.worked.minutes


def test_the_practice_has_something_of_everything(golden: Log) -> None:
    """A client, a group, an organisation, a letter, both who are left off, a month without hours."""
    assert {Setting.INDIVIDUAL, Setting.GROUP} == {one.setting for one in golden.entries}
    assert ["The Mill"] == [one.organisation for one in golden.entries if one.organisation]
    assert [4] == [one.clients for one in golden.confirmed]
    assert ["c-09", "c-10"] == [one.key for one in golden.withheld]
    assert ["2025-08"] == [month for month, paid, unpaid in log_tables.by_month(golden.worked) if not paid + unpaid]


def test_nobody_who_is_left_off_is_named(golden: Log, far: tuple[Progress, ...]) -> None:
    """Neither name nor address of who did not agree stands in any format; nor does the name behind a letter."""
    stream = BytesIO()
    xlsx.write(golden, stream, far)
    cells = " ".join(str(cell) for sheet in load_workbook(stream) for row in sheet.values for cell in row)
    for text in (*practice.texts(golden, far).values(), cells):
        assert "Ada Lindqvist" in text
        assert [] == re.findall(r"Nobody|Inside|secret@|unasked@|inside@|also@", text)


# --------------------------------------------------------------------------------------------------------------- hours


def test_twenty_minutes_are_shown_and_three_times_twenty_are_an_hour() -> None:
    """One third of an hour is `0.33`; the sum of three is made of minutes, and is one hour."""
    found = log_with("Ada", "Ben", "Cyd", paid=20)
    rows = list(csv.DictReader(StringIO(logs.csv(found))))
    assert ["0.33", "0.33", "0.33", "1.00"] == [row["hours"] for row in rows]
    assert ["20", "20", "20", "60"] == [row["minutes"] for row in rows]
    for text in (logs.markdown(found), logs.html(found)):
        assert 3 == len(re.findall(r"<tr>.*0\.33|^\| \w.*0\.33", text, flags=re.MULTILINE))
        assert re.search(r"Total.*1\.00", text)


def test_two_digits_tell_every_minute_apart() -> None:
    """What is shown gives back the minutes: nothing is lost by rounding, over all that a coach can work."""
    for count in range(3 * 60 + 1):
        for start in (0, 99 * 60, 2_499 * 60):
            assert start + count == round(decimal.Decimal(str(Minutes(start + count))) * 60)


def test_hours_do_not_hang_on_settings_of_decimal() -> None:
    """A program that works with three digits and cuts them off reads the same hours."""
    found = log_with("Ada", paid=123_457)
    expected = logs.csv(found)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_DOWN)):
        assert expected == logs.csv(found)
    assert "2057.62" in expected


# ----------------------------------------------------------------------------------------------------------------- CSV


def test_the_csv_is_one_table(golden: Log) -> None:
    """Every line ends with CRLF and has all columns; the total is that of the lines above; who is left off follows."""
    text = logs.csv(golden)
    assert text.count("\n") == text.count("\r\n") == len(list(csv.reader(StringIO(text, newline=""))))
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert ["client"] * 10 + ["letter", "total"] + ["withheld"] * 2 == [row["row"] for row in rows]
    assert {len(logs.HEADER)} == {len(row) for row in rows}
    for column in ("paid_minutes", "pro_bono_minutes", "minutes"):
        assert sum(int(row[column]) for row in rows[:11]) == int(rows[11][column])


def test_a_formula_in_a_csv_is_text() -> None:
    """A name or a number that a spreadsheet would run has an apostrophe in front."""
    rows = list(csv.DictReader(StringIO(logs.csv(log_with("=cmd()", contact="+49 30 901820")))))
    assert ("'=cmd()", "'+49 30 901820") == (rows[0]["client"], rows[0]["contact"])


# ------------------------------------------------------------------------------------------------------------ Markdown


def cells_of(line: str) -> list[str]:
    """The cells of a line of a table, read as Markdown reads them."""
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", line)[1:-1]
    return [re.sub(r"\\(.)", r"\1", part.strip()) for part in parts]


def test_markdown_has_a_table_for_each_part(golden: Log, far: tuple[Progress, ...]) -> None:
    """Clients, letters, who is left off, progress; a line of a table has as many cells as its header."""
    text = logs.markdown(golden, far)
    assert ["Clients", "Confirmed by letter", "Left off", "Progress"] == re.findall(r"^## (.*)$", text, re.MULTILINE)
    for part in text.split("\n## ")[1:]:
        assert 1 == len({len(cells_of(line)) for line in part.splitlines() if line.startswith("|")})


def test_parts_that_say_nothing_are_left_away() -> None:
    """Without letters, without anybody left off and without progress, there are clients alone."""
    text = logs.markdown(log_with("Ada"))
    assert ["## Clients"] == re.findall(r"^## .*$", text, re.MULTILINE)
    assert "**Total**" in text
    assert "Listed" not in text


# ---------------------------------------------------------------------------------------------------------------- page


class Reader(HTMLParser):
    """Reads a page: tags must close as they opened; keeps attributes, and the text of each cell and list."""

    VOID: Final = frozenset({"meta", "rect", "line"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open = list[str]()
        self.tags = list[tuple[str, dict[str, str | None]]]()
        self.texts = list[tuple[str, str]]()
        self.feed(page)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it; it is closed already."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep text with the tag that it stands in."""
        if self.open and data.strip():
            self.texts.append((self.open[-1], data))

    def within(self, tag: str) -> list[str]:
        """All texts directly inside of this tag."""
        return [text for where, text in self.texts if where == tag]


def test_the_page_needs_nothing_and_runs_nothing(golden: Log, far: tuple[Progress, ...]) -> None:
    """No script, no handler, no link, no picture, no address but the name of SVG; and the browser is told so."""
    page = logs.html(golden, far)
    read = Reader(page)
    assert set() == {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "object", "a", "form", "base"}
    names = {name for _, attributes in read.tags for name in attributes}
    assert set() == {name for name in names if name.startswith("on")} | names & {"src", "href", "style"}
    assert {"http://www.w3.org/2000/svg"} == set(re.findall(r"https?://[^\"'\s<)]+", page))
    assert set() == set(re.findall(r"url\(|@import", page))
    assert "default-src 'none'; style-src 'unsafe-inline'" in [a.get("content") for _, a in read.tags]


def test_the_page_can_be_read_by_ear(golden: Log, far: tuple[Progress, ...]) -> None:
    """The language is told, every heading of a table has its scope, every plot a name and a description of its own."""
    read = Reader(logs.html(golden, far))
    assert "en" == dict(read.tags)["html"]["lang"]
    assert {"col", "row"} == {attributes.get("scope") for tag, attributes in read.tags if tag == "th"}
    drawn = [attributes for tag, attributes in read.tags if tag == "svg"]
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert 3 == len(drawn)
    assert {"img"} == {attributes["role"] for attributes in drawn}
    assert ids == [key for attributes in drawn for key in (attributes["aria-labelledby"] or "").split()]
    assert len(ids) == len(set(ids))
    regions = [attributes for _, attributes in read.tags if attributes.get("role") == "region"]
    assert all(attributes["aria-label"] and attributes["tabindex"] == "0" for attributes in regions)


def test_the_page_shows_names_as_they_are(golden: Log) -> None:
    """A name that is a program, or runs from right to left, is read back as it was typed, and runs its own way."""
    shown = Reader(logs.html(golden)).within("bdi")
    assert {"<script>alert('Eve')</script>", "=cmd|'/C calc'!A0", "דנה לוי", "Works & Sons <Ltd>"} <= {*shown}


def test_the_title_is_text() -> None:
    """A title is escaped where it stands, twice."""
    read = Reader(logs.html(log_with("Ada"), title="</title><b>"))
    assert ["</title><b>"] == read.within("title")[:1]
    assert "</title><b>" in read.within("bdi")
    assert "# \\</title\\>\\<b\\>\n" in logs.markdown(log_with("Ada"), title="</title><b>")


def brightness(colour: str) -> float:
    """The relative luminance of a colour, as the guidelines for accessibility define it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("name", "least"), [("text", 7.0), ("quiet", 4.5), ("paid", 3.0), ("unpaid", 3.0)])
@pytest.mark.parametrize("mode", [0, 1])
def test_text_and_bars_stand_out(name: str, least: float, mode: int) -> None:
    """In light and in dark, text has a contrast of 4.5 to its ground, and a bar one of 3."""
    pair = sorted((brightness(plots.PALETTE[name][mode]), brightness(plots.PALETTE["ground"][mode])))
    assert least <= (pair[1] + 0.05) / (pair[0] + 0.05)


# --------------------------------------------------------------------------------------------------------------- plots


def drawn(text: str) -> ET.Element:
    """A plot, read as XML."""
    return ET.fromstring(text)  # noqa: S314  # our own text


def bars(plot: ET.Element, kind: str, side: str) -> list[float]:
    """How long the bars of a kind are; those of the legend are left away."""
    found = [rect for rect in plot.iter(f"{SVG}rect") if rect.get("class") == kind]
    return [float(rect.get(side, "")) for rect in found if (rect.get("width"), rect.get("height")) != ("12", "12")]


def words(plot: ET.Element) -> list[str]:
    """What is written on a plot."""
    return ["".join(text.itertext()) for text in plot.iter(f"{SVG}text")]


def months(*worked: tuple[date, int, int]) -> Worked:
    """What was worked on these days."""
    return Worked(days={day: (paid, unpaid) for day, paid, unpaid in worked})


def test_a_month_without_hours_is_a_gap() -> None:
    """A bar for each month with hours, as high as its hours; between them there is room, and the month is named."""
    plot = drawn(plots.months(months((date(2025, 11, 3), 120, 0), (date(2026, 1, 5), 240, 0), (FIRST, 60, 60))))
    heights = bars(plot, "paid", "height")
    assert 2 == len(heights)
    assert heights[0] * 0.5 == pytest.approx(heights[1], abs=0.2)
    assert heights[1] == pytest.approx(bars(plot, "unpaid", "height")[0], abs=0.2)
    assert {"Nov", "Dec", "Jan", "2025", "2026"} <= {*words(plot)}
    assert ["2025-11: 2.00 paid, 0.00 pro bono", "2026-01: 1.00 paid, 1.00 pro bono"] == [
        title.text for group in plot.iter(f"{SVG}g") for title in group.iter(f"{SVG}title")
    ]


@pytest.mark.parametrize("years", [1, 2, 9, 30, 120, 2000])
def test_labels_of_months_keep_apart(years: int) -> None:
    """However long a time is, no two labels below the bars come closer than they may, and there is at least one."""
    first = date(1, 1, 1) if years == 2000 else date(2000, 3, 1)
    plot = drawn(plots.months(months((first, 60, 0), (date(first.year + years - 1, 12, 1), 60, 0))))
    places = sorted(
        float(text.get("x", "")) for text in plot.iter(f"{SVG}text") if text.get("y") == f"{plots.FLOOR + 18:.1f}"
    )
    assert places
    assert all(plots.APART <= second - first for first, second in pairwise(places))


@pytest.mark.parametrize("minutes", [1, 59, 60, 300, 301, 7_000, 1_000_000])
def test_the_scale_of_months_holds_the_most(minutes: int) -> None:
    """The lines are whole hours, at most six with that of nothing, and no bar is higher than they reach."""
    plot = drawn(plots.months(months((FIRST, minutes, 0))))
    lines = [text for text in words(plot) if text.isdecimal() and text != "2026"]
    assert 2 <= len(lines) <= 6
    assert minutes <= int(lines[-1]) * 60
    assert 0 < bars(plot, "paid", "height")[0] <= plots.FLOOR - plots.TOP


def test_clients_beyond_twenty_share_a_bar() -> None:
    """Two thousand clients are nineteen bars and one for the others, and nothing is missing from the sum."""
    found = log_with(*(f"Client {n}" for n in range(2000)))
    plot = drawn(plots.clients(found))
    lengths = bars(plot, "paid", "width")
    assert plots.BARS == len(lengths)
    assert "1981 others" in words(plot)
    assert lengths[0] * 1981 == pytest.approx(lengths[-1], rel=0.2)


def test_two_lines_of_one_client_are_one_bar(golden: Log) -> None:
    """Hours of a client for an organisation and without it are one bar; those in a group are another."""
    seen = [title.text for title in drawn(plots.clients(golden)).iter(f"{SVG}title")]
    assert 1 == sum(text is not None and text.startswith("María-José") for text in seen)
    assert {"Grace Chen: 8.00 paid, 0.00 pro bono", "Grace Chen (group of 6): 7.50 paid, 0.00 pro bono"} <= {*seen}


def test_a_long_name_is_cut_between_letters() -> None:
    """A name that is too long ends with three dots; wide letters need two places, and marks stay with their letter."""
    accented, wide = "a\u0301", "陳"
    assert {"Ada", f"{accented * plots.LETTERS}…", f"{wide * (plots.LETTERS // 2)}…"} <= {
        *words(drawn(plots.clients(log_with("Ada", accented * 60, wide * 60))))
    }


def test_progress_is_as_long_as_what_is_there() -> None:
    """Half of what is asked for is half a bar; what is there is a whole one and no more, and has its tick."""
    asked = Requirements(credential="X <1>", version="1", hours=4, paid=1, clients=2)
    plot = drawn(plots.progress([progress_of(log_with("Ada", paid=90, unpaid=30), asked)]))
    assert [plots.REACHED / 2, plots.REACHED, plots.REACHED / 2] == bars(plot, "paid", "width")
    assert {"X <1> 1", "2.00 of 4.00", "1.50 of 1.00 ✓", "1 of 2"} <= {*words(plot)}


# ------------------------------------------------------------------------------------------------------------- remarks


def test_what_figures_do_not_say_is_said() -> None:
    """What is met needs no date; what is missing besides figures, what falls out next, and the pace are told."""
    found = log_with("Ada", paid=60)
    easy = Requirements(credential="X", version="1", hours=1, paid=1, clients=1, recent=1, months=18)
    assert [
        "X 1 on 2026-01-05: met.",
        "The pace of the last 90 days: 1.00 hours, 1.00 of them paid, and 1 new client.",
        "On 2027-07-06 the next 1.00 hours stop being recent.",
    ] == list(log_tables.remarks(progress_of(found, easy)))
    held = evolve(easy, hours=2, recent=None, months=None)
    assert "At this pace everything would be there on 2026-04-05." in list(log_tables.remarks(progress_of(found, held)))
    former = list(log_tables.remarks(progress_of(found, requirements("MCC"))))
    assert ["Missing: none of PCC is or was held.", "At this pace no date can be told."] == [former[1], former[3]]


# ---------------------------------------------------------------------------------------------------------- every size


def test_an_empty_log_is_a_file_in_every_format() -> None:
    """Nothing counts yet: every format says so and its totals are nothing; no plot is drawn of nothing."""
    found = log_with()
    assert ["total"] == [row["row"] for row in csv.DictReader(StringIO(logs.csv(found)))]
    assert "Nothing counts yet." in logs.markdown(found)
    read = Reader(logs.html(found))
    assert "Nothing counts yet." in read.within("p")
    assert "svg" not in {tag for tag, _ in read.tags}
    assert [plots.NOTHING] == words(drawn(plots.months(found.worked))) == words(drawn(plots.clients(found)))
    assert ("Total", 0, 0) == tuple(sheets(found)["Clients"][1][n] for n in (0, 9, 12))


def test_hours_that_are_all_left_off_are_said() -> None:
    """When nobody agreed, nobody is listed; the months are still there, and so is who is left off."""
    found = evolve(log_with("Ada"), entries=(), withheld=log_with("Ada").worked.sums)
    read = Reader(logs.html(found))
    assert ["Hours per month", "Clients", "Left off"] == read.within("h2")
    assert "Hours left off" in read.within("dt")


def test_a_long_log_is_whole() -> None:
    """Two thousand clients are two thousand lines in every format, and the total is theirs."""
    found = log_with(*(f"Client {n:04}" for n in range(2000)), paid=20)
    assert 2000 == logs.csv(found).count("client,,Client")
    assert 2000 == logs.markdown(found).count("\n| Client 0") + logs.markdown(found).count("\n| Client 1")
    assert 2000 == len(re.findall(r"<bdi>Client \d", logs.html(found)))
    rows = sheets(found)["Clients"]
    assert ("Client 1999", "Total", 40_000) == (rows[2000][0], rows[2001][0], rows[2001][12])


SIGNS: Final = st.text(max_size=60) | st.text(
    alphabet="|\\<>&'\"=+-@*_`[]{}!#~$\n\r\t\x00\u202e\ufffe\ud800 a", max_size=30
)


@given(name=SIGNS, contact=SIGNS)
@settings(max_examples=50, deadline=None)
def test_whatever_a_name_is_made_of(name: str, contact: str) -> None:
    """A file is whole with any signs in a name, and gives the name back as one line; nothing becomes markup."""
    found = log_with(name, contact=contact)
    expected = [clean(name), clean(contact)]
    guarded = [f"'{text}" if text.startswith(("=", "+", "-", "@")) else text for text in expected]
    rows = list(csv.DictReader(StringIO(logs.csv(found), newline="")))
    assert guarded == [rows[0]["client"], rows[0]["contact"]]
    assert all(sign not in "".join(expected) for sign in "\n\r\t\x00\ufffe\ud800")
    lines = [line for line in logs.markdown(found).splitlines() if line.startswith("| ")]
    assert 4 == len(lines)
    assert [text.strip() for text in expected] == cells_of(lines[2])[:2]
    page = logs.html(found)
    page.encode()
    shown = [logs.TITLE, "2026-01", "Total", *(text for text in expected if text.strip()), "individual", "Total"]
    assert shown == Reader(page).within("bdi")
    drawn(plots.clients(found))


# ------------------------------------------------------------------------------------------------------------ workbook


def sheets(found: Log, progress: tuple[Progress, ...] = (), *, formulas: bool = False) -> dict[str, list[Any]]:
    """The cells of a workbook by sheet: what a reader sees without reckoning, or the formulas."""
    stream = BytesIO()
    xlsx.write(found, stream, progress)
    book = load_workbook(stream, data_only=not formulas)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.rows] for sheet in book}


def test_a_workbook_says_what_the_log_says(golden: Log, far: tuple[Progress, ...]) -> None:
    """Every value of the tables stands in its cell, as a number or a day where it is one."""
    book = sheets(golden, far)
    assert ["Clients", "Confirmed by letter", "Left off", "Hours per month", "Progress"] == list(book)
    tables = (*log_tables.of_log(golden), log_tables.months(golden.worked), log_tables.progress(far))
    for table, rows in zip(tables, book.values(), strict=True):
        assert table.columns == rows[0][: len(table.columns)]
        for expected, row in zip((*table.rows, *table.totals), rows[1:], strict=False):
            assert [plain(value) for value in expected] == [
                value.date() if isinstance(value, datetime) else value for value in row[: len(expected)]
            ]


def plain(value: log_tables.Value) -> object:
    """What a cell has for a value of a table."""
    return value.count / 60 if isinstance(value, Minutes) else value or (None if value == "" else value)


def test_totals_are_formulas(golden: Log) -> None:
    """Hours are minutes by sixty; a total is a sum of minutes, over the sheet, of the letters, or of both."""
    book = sheets(golden, formulas=True)
    rows = book["Clients"]
    assert ("=K2/60", "=L2/60", "=M2/60") == rows[1][7:10]
    assert [
        ("Listed", "=SUM(K2:K11)"),
        ("Confirmed by letter", "='Confirmed by letter'!L3"),
        ("Total", "=K12+K13"),
    ] == [(row[0], row[10]) for row in rows[11:14]]
    assert ("Total", "=SUM(L2:L2)", "=L3/60") == tuple(book["Confirmed by letter"][2][n] for n in (0, 11, 8))
    assert "=SUM(E2:E19)" == book["Hours per month"][19][4]
    assert "=0" == sheets(log_with(), formulas=True)["Clients"][1][10]


def test_nothing_that_somebody_typed_becomes_a_formula_or_a_link() -> None:
    """A name that looks like a formula, and one that looks like an address of the web, are text."""
    stream = BytesIO()
    xlsx.write(log_with("=cmd()", "https://example.org", "{=1}", contact="+49 30"), stream)
    sheet = load_workbook(stream)["Clients"]
    assert {"s"} == {cell.data_type for row in sheet["A2:B4"] for cell in row}
    assert {"=cmd()", "https://example.org", "{=1}"} == {row[0].value for row in sheet["A2:A4"]}
    assert [] == [cell for row in sheet.rows for cell in row if cell.hyperlink]


def test_the_header_stays_and_columns_are_wide_enough(golden: Log, far: tuple[Progress, ...]) -> None:
    """The header is frozen and repeated in print; a column holds its longest text, very long text has more lines."""
    stream = BytesIO()
    xlsx.write(golden, stream, far)
    for sheet in load_workbook(stream):
        assert ("A2", "$1:$1") == (sheet.freeze_panes, sheet.print_title_rows)
        for column in sheet.iter_cols(max_row=sheet.max_row - 3):
            shown = (str(cell.value).removesuffix(" 00:00:00") for cell in column if cell.value is not None)
            needed = max(len(text) for text in shown if not text.startswith("='"))
            assert min(needed, xlsx.WIDEST) < width(sheet, column[0].column_letter)
    letters = load_workbook(stream)["Confirmed by letter"]
    assert (30, None) == (letters.row_dimensions[2].height, letters.row_dimensions[3].height)


def width(sheet: Any, letter: str) -> float:
    """The width of a column; columns that are alike are kept as one."""
    found = [kept for kept in sheet.column_dimensions.values() if kept.min <= column_number(letter) <= kept.max]
    return float(found[0].width)


def column_number(letter: str) -> int:
    """The number of a column of one letter."""
    return ord(letter) - ord("A") + 1


def test_a_name_in_wide_letters_gets_twice_the_room() -> None:
    """Ten wide letters need as much as twenty narrow ones."""
    stream = BytesIO()
    xlsx.write(log_with("陳" * 10), stream)
    assert 20 + xlsx.AROUND == pytest.approx(width(load_workbook(stream)["Clients"], "A"), abs=1)


def test_days_before_spreadsheets_are_text() -> None:
    """A relationship that began before March 1900 is written as text; from then on it is a day."""
    for day, kind in ((date(1900, 2, 28), "s"), (date(1900, 3, 1), "d")):
        stream = BytesIO()
        xlsx.write(log_with("Ada", day=day), stream)
        cell = load_workbook(stream)["Clients"]["F2"]
        assert (kind, day.isoformat()) == (cell.data_type, str(cell.value)[:10])


def test_a_workbook_goes_to_a_file_or_a_stream(tmp_path: Path) -> None:
    """A path, its text and an open stream get the same sheets; the stream stays open."""
    path, stream = tmp_path / "log.xlsx", BytesIO()
    for to in (path, str(path), stream):
        xlsx.write(log_with("Ada"), to)
        assert ["Clients", "Hours per month"] == load_workbook(path if to is not stream else stream).sheetnames
    assert not stream.closed


def test_a_text_longer_than_a_cell_is_cut() -> None:
    """A cell holds 32,767 characters: of a longer text, so many are there, and nothing is lost without a trace."""
    policy = "x" * 40_000
    letter = Letter(organisation="Works", coach="Cora", policy=policy)
    worked = evolve(log_with("Ada").worked.sums[0], organisation="works")
    found = log(evolve(log_with("Ada").worked, sums=(worked,)), {}, letters={"works": letter})
    assert "x" * (xlsx.LONGEST - 1) + "…" == sheets(found)["Confirmed by letter"][1][4]


WRONG: Final[dict[str, tuple[Callable[[Log, Any], object], str]]] = {
    "markdown of one progress": (logs.markdown, "progress"),
    "page of one progress": (logs.html, "progress"),
    "plot of one progress": (lambda _, one: plots.progress(one), "progress"),
    "table of one progress": (lambda _, one: log_tables.progress(one), "progress"),
    "workbook of one progress": (lambda log, one: xlsx.write(log, BytesIO(), one), "progress"),
    "a text": (lambda log, _: logs.markdown(log, "PCC"), "progress"),  # type: ignore[arg-type]  # the wrong type is the case
    "page without a title": (lambda log, _: logs.html(log, title=None), "title"),  # type: ignore[arg-type]  # the wrong type is the case
    "text without a title": (lambda log, _: logs.markdown(log, title=None), "title"),  # type: ignore[arg-type]  # the wrong type is the case
    "page of nothing": (lambda _, __: logs.html(None), "log"),  # type: ignore[arg-type]  # the wrong type is the case
    "text of nothing": (lambda _, __: logs.markdown(None), "log"),  # type: ignore[arg-type]  # the wrong type is the case
    "table of nothing": (lambda _, __: logs.csv(None), "log"),  # type: ignore[arg-type]  # the wrong type is the case
    "workbook of nothing": (lambda _, __: xlsx.write(None, BytesIO()), "log"),  # type: ignore[arg-type]  # the wrong type is the case
    "workbook to nowhere": (lambda log, _: xlsx.write(log, None), "to"),  # type: ignore[arg-type]  # the wrong type is the case
    "plot of no months": (lambda _, __: plots.months(None), "worked"),  # type: ignore[arg-type]  # the wrong type is the case
    "plot of no clients": (lambda _, __: plots.clients(None), "log"),  # type: ignore[arg-type]  # the wrong type is the case
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_file_is_not_made_of_is_told_by_its_name(name: str, golden: Log, far: tuple[Progress, ...]) -> None:
    """Progress is a list, of one too."""
    make, path = WRONG[name]
    with pytest.raises(Invalid) as caught:
        make(golden, far[0])
    assert [path] == [problem.path for problem in caught.value.problems]


def test_more_lines_than_a_sheet_holds_are_refused() -> None:
    """Nothing is left away in silence: who asks for more than a million lines is told."""
    one = log_with("Ada")
    with pytest.raises(Invalid, match="a sheet holds 1000000 lines at most"):
        xlsx.write(evolve(one, entries=one.entries * (xlsx.MOST + 1)), BytesIO())


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without XlsxWriter, the import says what to install."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    monkeypatch.delitem(sys.modules, "funnelkit.adapters.xlsx")
    with pytest.raises(ImportError, match=re.escape("funnelkit[xlsx]")):
        import_module("funnelkit.adapters.xlsx")


OFFICE: Final = shutil.which("soffice") or shutil.which("libreoffice")


def reckoned(path: Path, sheet: int, into: Path) -> list[list[str]]:
    """The lines of a sheet as LibreOffice reckons them, as CSV."""
    options = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
    profile = f"-env:UserInstallation={(into / 'profile').as_uri()}"
    order = [str(OFFICE), profile, "--headless", "--convert-to", options, "--outdir", str(into), str(path)]
    subprocess.run(order, check=True, capture_output=True, timeout=300)
    (found,) = into.glob("*.csv")
    lines = list(csv.reader(StringIO(found.read_text(encoding="utf-8"))))
    found.unlink()
    return lines


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: nothing here can recalculate a workbook")
def test_a_spreadsheet_reckons_the_same_totals(golden: Log, far: tuple[Progress, ...], tmp_path: Path) -> None:
    """LibreOffice, given formulas without values, comes to the totals of the log; to others when minutes change."""
    path = tmp_path / "log.xlsx"
    xlsx.write(golden, path, far)
    book = load_workbook(path)
    book.save(path)  # without the values that we reckoned
    assert load_workbook(path, data_only=True)["Clients"]["K14"].value is None
    totals = {line[0]: line for line in reckoned(path, 1, tmp_path)}
    for name, *counted in (
        ("Total", golden.paid, golden.unpaid, golden.minutes),
        ("Confirmed by letter", 960, 0, 960),
    ):
        assert [count / 60 for count in counted] == pytest.approx([float(cell) for cell in totals[name][7:10]])
        assert [str(count) for count in counted] == totals[name][10:13]
    month = next(line for line in reckoned(path, 4, tmp_path) if line[0] == "Total")
    assert [str(golden.worked.paid), str(golden.worked.unpaid), str(golden.worked.minutes)] == month[4:7]
    book["Clients"]["K2"] = book["Clients"]["K2"].value + 20
    book.save(path)
    total = next(line for line in reckoned(path, 1, tmp_path) if line[0] == "Total")
    assert str(golden.paid + 20) == total[10]
    assert (golden.paid + 20) / 60 == pytest.approx(float(total[7]))
