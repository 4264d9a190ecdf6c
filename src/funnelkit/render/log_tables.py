"""A log as tables: what each of its formats writes. Columns as they are asked for. Source: IC4, IC6."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final, TypeAlias
from unicodedata import category

from attrs import field, frozen

from funnelkit.log import Log
from funnelkit.rules import credentials
from funnelkit.rules.credentials import Part, Progress
from funnelkit.values.checks import checked, each, instance
from funnelkit.values.worked import Worked
from funnelkit.words import Setting

MONTHS: Final = 12
"""Months of a year."""

TIMES: Final = ("Paid hours", "Pro bono hours", "Hours")
NUMBERS: Final = frozenset({*TIMES, "Number in group", "Clients", "Sessions", "There", "Asked for", "Short"})
"""Columns that stand on the right."""

ONGOING: Final = "ongoing"
TOTAL, LISTED, CONFIRMED, LEFT_OFF = "Total", "Listed", "Confirmed by letter", "Left off"

DIGITS: Final = (
    "Hours have two digits, which tell every minute apart. Totals are made of whole minutes, not of the hours shown."
)

TABLED: Final = frozenset(
    rule.address
    for rule in (
        credentials.hours_are_reached, credentials.paid_are_reached, credentials.clients_are_enough,
        credentials.recent_are_reached,
    )
)  # fmt: skip
"""What the table of a credential shows by its figures."""


@frozen
class Minutes:
    """Minutes that are read as hours: 20 are `0.33`. A minute is more than 0.01 h, so that two digits lose nothing."""

    count: int

    def __str__(self) -> str:
        """Read as hours with two digits. Whole numbers alone: no setting of `decimal` changes what is shown."""
        hundredths = (self.count * 100 + 30) // 60
        return f"{hundredths // 100}.{hundredths % 100:02}"


Value: TypeAlias = str | int | date | Minutes | None
Row: TypeAlias = tuple[Value, ...]


@frozen(kw_only=True)
class Table:
    """A heading, a sentence, columns, rows; and rows of totals, which begin with what they are."""

    title: str
    about: str = ""
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    totals: tuple[Row, ...] = ()


def said(value: Value) -> str:
    """Write a value for people: nothing as nothing, days by ISO 8601."""
    return "" if value is None else str(value)


def clean(text: str) -> str:
    """Give a text as one line without signs that no page can hold: control signs, halves of signs."""
    if text.isprintable():
        return text
    return " ".join("".join(sign if _fits(sign) else " " for sign in text).split())


def _fits(sign: str) -> bool:
    return category(sign) not in {"Cc", "Cs"} and sign not in "\ufffe\uffff"


# ---- the log


def entries(log: Log) -> Table:
    """Give what is listed, with the totals: grand total last."""
    listed = _times(sum(one.paid for one in log.entries), sum(one.unpaid for one in log.entries))
    confirmed = _times(sum(one.paid for one in log.confirmed), sum(one.unpaid for one in log.confirmed))
    parts = ((LISTED, listed), (CONFIRMED, confirmed)) if log.confirmed else ()
    days = sorted(log.worked.days)
    return Table(
        title="Clients",
        about=f"What counts from {days[0]} to {days[-1]}." if days else "Nothing counts yet.",
        columns=(
            "Client", "Contact", "Setting", "Number in group", "Organisation", "Start", "End", *TIMES,
        ),
        rows=tuple(
            (
                clean(one.name), clean(one.contact), one.setting.value,
                None if one.setting is Setting.INDIVIDUAL else one.heads, clean(one.organisation), one.since,
                ONGOING if one.until is None else one.until, *_times(one.paid, one.unpaid),
            )
            for one in log.entries
        ),
        totals=tuple(
            (name, None, None, None, None, None, None, *times)
            for name, times in (*parts, (TOTAL, _times(log.paid, log.unpaid)))
        ),
    )  # fmt: skip


def letters(log: Log) -> Table:
    """Give what organisations confirm for clients who are not named."""
    return Table(
        title=CONFIRMED,
        about="For clients who are not named, a letter of the organisation confirms these hours.",
        columns=(
            "Organisation", "Signed by", "Coach", "Role of the coach", "Confidentiality", "Clients", "Start", "End",
            *TIMES,
        ),
        rows=tuple(
            (
                *map(clean, (told.organisation, told.person, told.coach, told.role, told.policy)), one.clients,
                one.since, one.until, *_times(one.paid, one.unpaid),
            )
            for one in log.confirmed
            for told in (one.letter,)
        ),
        totals=(
            (TOTAL, *[None] * 7, *_times(sum(c.paid for c in log.confirmed), sum(c.unpaid for c in log.confirmed))),
        ),
    )  # fmt: skip


def left_off(log: Log) -> Table:
    """Give who is not listed, by id alone."""
    return Table(
        title=LEFT_OFF,
        about=(
            "These clients have not agreed to be listed, and no letter stands in for them. "
            "Their hours are in no total above. They stand here by id, for the coach alone."
        ),
        columns=("Id", "Setting", "Number in group", "Organisation", "Start", "End", "Sessions", *TIMES),
        rows=tuple(
            (
                clean(one.key), one.setting.value,
                None if one.setting is Setting.INDIVIDUAL else max(one.heads, len(one.members)),
                clean(one.organisation or ""), one.first, one.last, one.sessions, *_times(one.paid, one.unpaid),
            )
            for one in log.withheld
        ),
        totals=(
            (TOTAL, *[None] * 6, *_times(sum(w.paid for w in log.withheld), sum(w.unpaid for w in log.withheld))),
        ),
    )  # fmt: skip


def by_month(worked: Worked) -> tuple[tuple[str, int, int], ...]:
    """Give every month from the first one to the last one with its paid and pro bono minutes; many have none."""
    found: dict[int, tuple[int, int]] = {}
    for day, (paid, unpaid) in worked.days.items():
        month = day.year * MONTHS + day.month - 1
        was = found.get(month, (0, 0))
        found[month] = was[0] + paid, was[1] + unpaid
    span = range(min(found), max(found) + 1) if found else ()
    return tuple(
        (f"{month // MONTHS:04}-{month % MONTHS + 1:02}", *found.get(month, (0, 0))) for month in span
    )  # fmt: skip


def months(worked: Worked) -> Table:
    """Give the hours of each month."""
    return Table(
        title="Hours per month",
        about="All that counts, listed or not, by the month of the session.",
        columns=("Month", *TIMES),
        rows=tuple((month, *_times(paid, unpaid)) for month, paid, unpaid in by_month(worked)),
        totals=((TOTAL, *_times(worked.paid, worked.unpaid)),),
    )


def of_log(log: Log) -> Iterator[Table]:
    """Give the tables of a log: the second and third one only where they say something."""
    yield entries(log)
    if log.confirmed:
        yield letters(log)
    if log.withheld:
        yield left_off(log)


def _times(paid: int, unpaid: int) -> tuple[Minutes, Minutes, Minutes]:
    return Minutes(paid), Minutes(unpaid), Minutes(paid + unpaid)


# ---- progress


def several(progress: Iterable[Progress]) -> tuple[Progress, ...]:
    """Give what was given, to go through it more than once. Raises Invalid for anything but a list of progress."""
    told: Any = progress
    found: tuple[Progress, ...] = tuple(told) if isinstance(told, Iterable) else told
    checked(progress=each(instance(Progress, "a Progress"))(found))
    return found


def progress(found: Iterable[Progress]) -> Table:
    """Give what each credential asks for, what is there of it, and what is short. Raises Invalid."""
    return Table(
        title="Progress",
        about="All that counts, listed or not, beside what is asked for.",
        columns=("Credential", "On", "What", "There", "Asked for", "Short"),
        rows=tuple(
            (clean(str(one.requirements)), one.on, label(one, part), *_figures(part))
            for one in several(found)
            for part in one.parts
        ),
    )


def label(one: Progress, part: Part) -> str:
    """Say what a figure is: hours, paid hours, clients, hours since the window's first day."""
    return {"paid": "paid hours", "recent": f"hours since {one.window}"}.get(part.key, part.key)


def figure(part: Part, value: int) -> Value:
    """Give a figure of a part: clients are heads, all else is time."""
    return value if part.key == "clients" else Minutes(value)


def _figures(part: Part) -> Row:
    return figure(part, part.has), figure(part, part.needs), figure(part, part.short)


def remarks(one: Progress) -> Iterator[str]:
    """Say what the figures do not: whether that is all, what else is missing, the pace, what falls out."""
    yield f"{clean(str(one.requirements))} on {one.on}: {'met' if one.decision else 'not met yet'}."
    for finding in one.decision.refusals:
        if finding.rule not in TABLED:
            yield clean(f"Missing: {one.decision.said(finding)}.")
    pace = one.pace
    yield (
        f"The pace of the last {pace.days} days: {Minutes(pace.minutes)} hours, {Minutes(pace.paid)} of them paid, "
        f"and {pace.clients} new {'client' if pace.clients == 1 else 'clients'}."
    )
    if not one.decision:
        when = "no date can be told" if one.earliest is None else f"everything would be there on {one.earliest}"
        yield f"At this pace {when}."
    if one.leaving:
        day, minutes = one.leaving[0]
        yield f"On {day} the next {Minutes(minutes)} hours stop being recent."
