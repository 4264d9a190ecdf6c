"""The tables of a funnel as Markdown, for a reader who knows the product and no Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum, StrEnum
from typing import Any, Final, TypeAlias

from attrs import fields, frozen, has

from funnelkit.funnel import Funnel
from funnelkit.policy import Policy
from funnelkit.table import ANY, NEW, Act, Matrix, Status, Tip, Trigger, Whence, Whither
from funnelkit.times import BusinessTime, Elapsed, Length, LocalDays, Repeated, Skipped, Span
from funnelkit.words import Grant

Tables: TypeAlias = Funnel[Status, StrEnum]
Line: TypeAlias = tuple[str, ...]

UNITS: Final = ((3600, "hours"), (60, "minutes"), (1, "seconds"))
SHORTENED: Final = 3
"""From so many follow-ups in a row on, only the first and the last of them are named."""

WIDEST: Final = 48
"""A column with a longer cell than this is not filled up when a table is aligned."""

SILENCE: Final = "The source says nothing about this, and the answers say so."


@frozen
class Section:
    """One table of the page: what it is called, what stands before it, its header and its lines."""

    title: str
    heads: Line
    lines: tuple[Line, ...]
    text: str = ""


def markdown(funnel: Tables, *, aligned: bool = False) -> str:
    """Write a funnel as Markdown: statuses, moves, deeds, effects, rights, bookings, hours, removals, tips, figures.

    `aligned` fills up cells for reading in a terminal; without it, one changed cell is a diff of one line.
    """
    parts = [f"# {funnel.name}"]
    for section in sections(funnel):
        if section.text or section.lines:
            parts.append(f"## {section.title}")
        if section.text:
            parts.append(section.text)
        if section.lines:
            parts.append("\n".join(_table((section.heads, *section.lines), aligned=aligned)))
    return "\n\n".join(parts) + "\n"


def sections(funnel: Tables) -> Iterator[Section]:
    """Give every table of the page in order; the page leaves out one that has neither text nor lines."""
    yield _statuses(funnel)
    yield _moves(funnel)
    yield _deeds(funnel)
    yield _effects(funnel)
    yield _mails(funnel)
    yield _rights(funnel)
    yield _bookings(funnel)
    yield _hours(funnel)
    yield _removals(funnel)
    yield _tips(funnel)
    yield _follow_ups(funnel)
    yield Section("Policy", ("Figure", "Value"), tuple((_code(name), value) for name, value in figures(funnel.policy)))


def figures(policy: Policy) -> Iterator[tuple[str, str]]:
    """Give every figure of a policy under its name: `follow_up.delay`, `48 hours`."""
    for part in fields(Policy):
        values = getattr(policy, part.name)
        yield from ((f"{part.name}.{f.name}", figure(getattr(values, f.name))) for f in fields(type(values)))


def figure(value: object) -> str:
    """Write one value of a policy: a length of time in its largest unit, a switch as on or off, a set in order."""
    kind: type[Any] = type(value)
    match value:
        case bool():
            text = "on" if value else "off"
        case Enum():
            text = str(value.value)
        case Elapsed() | LocalDays() | BusinessTime():
            text = _length(value)
        case Span():
            text = f"{value.start} to {value.end}"
        case frozenset():
            text = ", ".join(sorted(map(figure, value)))
        case (str(key), Elapsed() | LocalDays() | BusinessTime() as length):
            text = f"{key}: {_length(length)}"
        case tuple():
            text = ", ".join(map(figure, value))
        case _ if has(kind):
            text = ", ".join(f"{figure(getattr(value, part.name))} {part.name}" for part in fields(kind))
        case _:
            text = "" if value is None else str(value)
    return text or "none"


def _length(value: Length) -> str:
    """Write a length of time with its sort: `48 hours`, `2 local days`, `2 working days`, `8 open hours`."""
    match value:
        case LocalDays():
            usual = (value.skipped, value.repeated) == (Skipped.LATER, Repeated.FIRST)
            clock = "" if usual else f", a skipped time {value.skipped.value}, a repeated one {value.repeated.value}"
            return f"{_counted(value.days, 'local days')}{clock}"
        case BusinessTime() if value.open_days:
            return _counted(value.open_days, "working days")
        case BusinessTime():
            return _timed(value.open_seconds, "open ")
        case _:
            return _timed(value.seconds)


def _timed(seconds: int, sort: str = "") -> str:
    return next(_counted(seconds // size, f"{sort}{unit}") for size, unit in UNITS if seconds % size == 0)


def _counted(number: int, units: str) -> str:
    return f"{number} {units.removesuffix('s') if number == 1 else units}"


def _statuses(funnel: Tables) -> Section:
    lines = tuple((funnel.labels[s], _code(s), ", ".join(_remarks(funnel, s))) for s in funnel.statuses)
    return Section("Statuses", ("Status", "Key", "Remarks"), lines)


def _remarks(funnel: Tables, status: Status) -> Iterator[str]:
    if status is funnel.start:
        yield "the first"
    if status in funnel.tier:
        yield f"step {funnel.tier[status] + 1} of {len(funnel.order)}{', forward only' if funnel.forward_only else ''}"
    if status in funnel.worked_on:
        yield "worked on"
    if status in funnel.pipelines:
        yield "pipelines run here"
    if status in funnel.ends:
        yield "an end"
    if status in funnel.retired:
        successor = funnel.retired[status]
        yield f"retired, now {funnel.labels[successor]}" if successor else "retired"


def _moves(funnel: Tables) -> Section:
    lines = tuple(
        (
            move.start.value if isinstance(move.start, Whence) else _named(funnel, move.start),
            _code(move.on),
            "any other" if isinstance(move.to, Whither) else _named(funnel, move.to),
            figure(move.by),
            "; ".join(need.sentence for need in move.needs),
            move.source,
        )
        for move in funnel.moves
    )
    return Section("Moves", ("While it is", "and this happens", "it becomes", "by", "if", "Source"), lines)


def _deeds(funnel: Tables) -> Section:
    lines = tuple((d.act.value, d.kind.value if d.kind else "any", _code(d.on), d.source) for d in funnel.deeds)
    return Section("What our commands mean here", ("When something is", "of this kind", "that is", "Source"), lines)


def _effects(funnel: Tables) -> Section:
    lines = tuple(
        (_happening(funnel, e.on, e.start), e.axis.value, "what is named" if e.to is None else figure(e.to), e.source)
        for e in funnel.effects
    )
    return Section("What is set besides", ("When this happens", "this", "becomes", "Source"), lines)


def _mails(funnel: Tables) -> Section:
    lines = tuple(
        (
            _happening(funnel, m.on, m.start) + (f", with a change of {m.along.value}" if m.along else ""),
            m.to.value,
            _code(m.template),
            m.purpose.value,
            m.source,
        )
        for m in funnel.mails
    )
    return Section("What is sent", ("When this happens", "to the", "this goes", "as", "Source"), lines)


def _rights(funnel: Tables) -> Section:
    said = [] if _speaks(funnel.rights.cells.values()) else [SILENCE]
    said += [f"Logging in is {_code(funnel.log_in)}."] if funnel.log_in else []
    said += [f"Having credentials is {_code(funnel.credentials)}."] if funnel.credentials else []
    said += [f"{_code(column)} also asks for this: {need.sentence}." for column, need in funnel.right_needs.items()]
    reached = ("*reached*", *(funnel.rights.reach[column].value for column in funnel.rights.columns))
    lines = (reached, *_cells(funnel.rights, funnel)) if _speaks(funnel.rights.cells.values()) else ()
    return Section("Rights", ("Status", *map(_code, funnel.rights.columns)), lines, " ".join(said))


def _bookings(funnel: Tables) -> Section:
    heads = ("Status", *map(_code, funnel.bookings.columns))
    if not _speaks(funnel.bookings.cells.values()):
        return Section("Bookings", heads, (), SILENCE)
    return Section("Bookings", heads, tuple(_cells(funnel.bookings, funnel)))


def _hours(funnel: Tables) -> Section:
    heads = ("Status", "Counts", "Source")
    if not _speaks(funnel.hours.values()):
        return Section("Hours", heads, (), SILENCE)
    lines = tuple((funnel.labels[s], funnel.hours[s].value, funnel.hours_notes.get(s, "")) for s in funnel.statuses)
    return Section("Hours", heads, lines)


def _removals(funnel: Tables) -> Section:
    heads = ("A contact that is", *(f"and {ties.value}" for ties in funnel.removals.columns))
    return Section("Deleting", heads, tuple(_cells(funnel.removals)))


def _tips(funnel: Tables) -> Section:
    lines = tuple(
        (
            tip.code,
            ", ".join((_happening(funnel, tip.on), *conditions(tip))),
            _named(funnel, tip.was) or "any",
            _named(funnel, tip.to) or "any",
            tip.text,
            tip.source,
        )
        for tip in funnel.tips
    )
    return Section("Advice", ("Code", "When", "it was", "it becomes", "Advice", "Source"), lines)


def conditions(tip: Tip[Status]) -> Iterator[str]:
    """Give what else has to be so for a tip to be given."""
    if tip.standing:
        yield f"while {tip.standing.value}"
    if tip.early:
        yield "while follow-ups are left"
    if tip.without_notes:
        yield "without notes"


def _follow_ups(funnel: Tables) -> Section:
    lines = [(str(number), funnel.labels[status]) for number, status in enumerate(funnel.follow_ups, start=1)]
    lines += [("postponed, counts as none", funnel.labels[status]) for status in funnel.postponed]
    return Section("Follow-ups", ("Attempt", "Status"), tuple(lines))


def _happening(funnel: Tables, on: Trigger | Status | Act | None, start: Whence = ANY) -> str:
    of_whom = " to a new contact" if start is NEW else ""
    if on is None:
        return "anything"
    if isinstance(on, Status):
        return f"it becomes {funnel.labels[on]}"
    return on.value if isinstance(on, Act) else f"{_code(on)}{of_whom}"


def _named(funnel: Tables, given: tuple[Status, ...]) -> str:
    """Name statuses by their labels; follow-ups that stand in order are named by the first and the last of them."""
    if set(given) == set(funnel.statuses):
        return "any"
    names: list[str] = []
    rest = list(given)
    while rest:
        run = [
            status
            for status, follow_up in zip(rest, _from(rest[0], funnel.follow_ups), strict=False)
            if status is follow_up
        ]
        if len(run) >= SHORTENED and rest[: len(run)] == run:
            names.append(f"{funnel.labels[run[0]]} to {funnel.labels[run[-1]]}")
            rest = rest[len(run) :]
        else:
            names.append(funnel.labels[rest.pop(0)])
    return ", ".join(names)


def _from(status: Status, follow_ups: tuple[Status, ...]) -> tuple[Status, ...]:
    return follow_ups[follow_ups.index(status) :] if status in follow_ups else ()


def _cells(table: Matrix[Enum, Enum, Enum], funnel: Tables | None = None) -> Iterator[Line]:
    """Write the lines of a matrix, the source of a decided cell in brackets behind it."""
    for head in table.rows():
        named = funnel.labels[head] if funnel is not None and isinstance(head, Status) else str(head.value)
        yield (named, *(_cell(table, head, column) for column in table.columns))


def _cell(table: Matrix[Enum, Enum, Enum], head: Enum, column: Enum) -> str:
    note = table.notes.get((head, column))
    return f"{table.cells[head, column].value} ({note})" if note else str(table.cells[head, column].value)


def _speaks(given: Iterable[Grant]) -> bool:
    return any(grant is not Grant.UNSTATED for grant in given)


def _code(word: str) -> str:
    return f"`{word}`"


def _table(lines: tuple[Line, ...], *, aligned: bool) -> Iterator[str]:
    """Write the first line as header; a bar or a line break in a cell is written so that it stays inside."""
    safe = [[" ".join(cell.replace("|", "\\|").split()) for cell in line] for line in lines]
    wide = [max(map(len, column)) for column in zip(*safe, strict=True)]
    filled = [max(3, width) if aligned and width <= WIDEST else 0 for width in wide]
    safe.insert(1, ["-" * max(3, width) for width in filled])
    for line in safe:
        yield "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, filled, strict=True)) + " |"
