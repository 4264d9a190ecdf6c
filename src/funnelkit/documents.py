"""Funnels as documents: written out as plain data without loss, read back strictly, locked in a file.

A document is what a storage keeps under a funnel's fingerprint, so that a decision of last year can be made again by
last year's tables. What has an order is a list in it, so that every store of JSON keeps the order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar, overload

from attrs import evolve, field, frozen

from funnelkit.errors import Invalid, Problem, invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.plain import plain
from funnelkit.policy import Policy
from funnelkit.render import compare
from funnelkit.strict import Hook, Reader, as_list, as_table, converter, each, of_enum, structured, word, wrong
from funnelkit.table import (
    ANY,
    Act,
    Deed,
    Effect,
    Mail,
    Matrix,
    Move,
    Need,
    Owed,
    Status,
    Tip,
    Trigger,
    Whence,
    Whither,
    matrix,
)
from funnelkit.words import Axis, Category, Grant, Kind, Portal, Reach, Removal, Right, Standing, Ties

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
H = TypeVar("H", bound=Enum)
C = TypeVar("C", bound=Enum)
V = TypeVar("V", bound=Enum)
Tables: TypeAlias = Funnel[Status, StrEnum]

SCHEMA: Final = 1
"""The form of a document. A version of funnelkit that writes another form goes on reading this one."""

WIDTH: Final = 120
"""So long a line of a lock file may be."""

AS_THEY_ARE: Final = (
    "name", "moves", "deeds", "mails", "log_in", "credentials", "right_needs", "tips", "ends", "follow_ups",
    "postponed", "open", "pipelines", "order", "forward_only", "retired", "policy",
)  # fmt: skip
"""Fields that a document has in the form in which a funnel has them."""

VALUES: Final[Mapping[Axis, type[Portal | Category]]] = {Axis.PORTAL: Portal, Axis.CATEGORY: Category}
"""What an effect can set these to; the others are switched on or off, or get what is named."""


@frozen(kw_only=True)
class Labelled:
    """A status and what people call it."""

    key: Status
    label: str


@frozen(kw_only=True)
class Line(Generic[H, V]):
    """One row of a matrix: a cell for each column."""

    row: H
    cells: tuple[V, ...]


@frozen(kw_only=True)
class Sheet(Generic[H, C, V]):
    """A matrix. `reach` goes along with the columns of rights; `notes` has the source of a decided cell."""

    columns: tuple[C, ...]
    reach: tuple[Reach, ...] = ()
    rows: tuple[Line[H, V], ...]
    notes: Mapping[H, Mapping[C, str]] = field(factory=dict)


@frozen(kw_only=True)
class Hours:
    """Whether the hours of a status count, and by which source."""

    status: Status
    counts: Grant
    source: str | None = None


@frozen(kw_only=True)
class Setting:
    """One row of effects: when this happens, `sets` has the axis and what it becomes."""

    on: Trigger | Status
    sets: tuple[Axis, Portal | Category | bool | None]
    source: str
    start: Whence = ANY
    owes: Owed | None = None


@frozen(kw_only=True)
class Document:
    """A funnel in the form in which it is written down. Its fields are those of `Funnel`, as lists."""

    schema: int
    name: str
    statuses: tuple[Labelled, ...]
    triggers: tuple[Trigger, ...]
    moves: tuple[Move[Status], ...]
    deeds: tuple[Deed, ...] = ()
    effects: tuple[Setting, ...] = ()
    mails: tuple[Mail, ...] = ()
    rights: Sheet[Status, StrEnum, Grant]
    log_in: StrEnum | None = None
    credentials: StrEnum | None = None
    right_needs: Mapping[StrEnum, Need] = field(factory=dict)
    bookings: Sheet[Status, Kind, Grant]
    hours: tuple[Hours, ...]
    removals: Sheet[Standing, Ties, Removal]
    tips: tuple[Tip[Status], ...] = ()
    ends: tuple[Status, ...] = ()
    follow_ups: tuple[Status, ...] = ()
    order: tuple[tuple[Status, ...], ...] = ()
    forward_only: bool = False
    postponed: tuple[Status, ...] = ()
    open: tuple[Status, ...] = ()
    pipelines: tuple[Status, ...] = ()
    retired: Mapping[Status, Status | None] = field(factory=dict)
    policy: Policy = field(factory=Policy)


def write_funnel(funnel: Tables) -> dict[str, Any]:
    """Write a funnel as plain data that JSON can hold. Nothing is lost; what is looked up once is left out."""
    named = {"schema": SCHEMA, "name": funnel.name}
    written: dict[str, Any] = {
        "statuses": [{"key": status.value, "label": funnel.labels[status]} for status in funnel.statuses],
        "rights": _sheet(funnel.rights),
        "bookings": _sheet(funnel.bookings),
        "removals": _sheet(funnel.removals),
        "hours": [_hours(funnel, status) for status in funnel.hours],
        "effects": [_setting(effect) for effect in funnel.effects],
        "tips": [_tip(tip) for tip in funnel.tips],
    }
    names = (name for name in Document.__annotations__ if name not in named)
    return named | {name: written.get(name, plain(getattr(funnel, name))) for name in names}


@overload
def read_funnel(
    document: object, *, statuses: type[S], triggers: type[Trigger] | None = None, rights: type[R]
) -> Funnel[S, R]: ...


@overload
def read_funnel(
    document: object,
    *,
    statuses: type[Status] | None = None,
    triggers: type[Trigger] | None = None,
    rights: type[StrEnum] | None = None,
) -> Tables: ...


def read_funnel(
    document: object,
    *,
    statuses: type[Status] | None = None,
    triggers: type[Trigger] | None = None,
    rights: type[StrEnum] | None = None,
) -> Tables:
    """Read a funnel that `write_funnel` has written.

    The words become members of the given enums, matched by key; without them enums are made, and columns that are all
    ours stay members of `Right`. Raises Invalid with everything that is wrong with the document, by path, and then
    with every fault of the tables; no error shows a value.
    """
    table = as_table(document)
    if table.get("schema") != SCHEMA or type(table["schema"]) is not int:
        raise invalid("schema", f"is not {SCHEMA}, the form of document that is known here")
    name = str(table.get("name"))
    rows = [row.get("key") for row in _listed(table.get("statuses")) if isinstance(row, Mapping)]
    sheet = table.get("rights")
    columns = _listed(sheet.get("columns")) if isinstance(sheet, Mapping) else []
    statuses = statuses or _enum(Status, name, rows)
    triggers = triggers or _enum(Trigger, f"{name}_trigger", _listed(table.get("triggers")))
    ours = {right.value for right in Right}.issuperset(map(str, columns))
    rights = rights or (Right if ours else _enum(StrEnum, f"{name}_right", columns))
    return _built(structured(_reader(statuses, triggers, rights), table, Document), statuses, triggers)


def lock(funnel: Tables) -> str:
    """Write a funnel as the text of a lock file: JSON in one form, a row of a table in a line where it fits."""
    return _laid_out(write_funnel(funnel), "") + "\n"


def assert_unchanged(funnel: Tables, path: str | Path) -> None:
    """Raise AssertionError with every difference when a funnel is not what its lock file says; for a host's tests."""
    if not isinstance(path, (str, Path)):
        raise invalid("path", f"a path is needed, not {kind_of(path)}")
    file = Path(path)
    renew = f'If that is meant, write it anew: Path("{file.name}").write_text(lock(funnel), encoding="utf-8")'
    if not file.exists():
        raise AssertionError(f"There is no lock file {file.name} of {funnel.name} yet.\n{renew}")
    try:
        locked = read_funnel(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, RecursionError, ValueError, Invalid) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise AssertionError(f"{file.name} cannot be read:\n{why}\n{renew}") from None
    if locked.fingerprint != funnel.fingerprint:
        raise AssertionError(f"{funnel.name} is not what {file.name} says.\n\n{compare(locked, funnel)}\n{renew}")


def _sheet(table: Matrix[Enum, Enum, Enum]) -> dict[str, Any]:
    notes: dict[str, dict[str, str]] = {}
    for (head, column), note in table.notes.items():
        notes.setdefault(head.value, {})[column.value] = note
    reach = {"reach": [table.reach[column].value for column in table.columns]} if table.reach else {}
    rows = [{"row": head.value, "cells": [table.cells[head, c].value for c in table.columns]} for head in table.rows()]
    return {"columns": plain(table.columns), **reach, "rows": rows, "notes": notes}


def _hours(funnel: Tables, status: Status) -> dict[str, Any]:
    note = funnel.hours_notes.get(status)
    return {"status": status.value, "counts": funnel.hours[status].value} | ({} if note is None else {"source": note})


def _setting(effect: Effect) -> dict[str, Any]:
    sets = {effect.axis.value: plain(effect.to)}
    more = {} if effect.owes is None else {"owes": plain(effect.owes)}
    return {"on": _tagged(effect.on), "sets": sets, "source": effect.source, "start": effect.start.value} | more


def _tip(tip: Tip[Status]) -> dict[str, Any]:
    return {**as_table(plain(tip)), "on": _tagged(tip.on)}


def _tagged(on: Trigger | Status | Act | None) -> dict[str, str] | None:
    """Write a word together with its list: a trigger, a status and an act may have the same key."""
    if on is None:
        return None
    return {"trigger" if isinstance(on, Trigger) else "status" if isinstance(on, Status) else "act": on.value}


def _enum(kind: type[H], name: str, keys: list[Any]) -> type[H]:
    """Make an enum of the keys of a document. What is no text among them is reported by the reader."""
    make: Any = kind
    title = "".join(part.capitalize() for part in name.split("_")) if name.isidentifier() else kind.__name__
    try:
        made: type[H] = make(title, [(key.upper(), key) for key in dict.fromkeys(keys) if type(key) is str and key])
    except (TypeError, ValueError):
        raise invalid(kind.__name__.lower(), "these keys cannot be the members of one enum") from None
    return made


def _listed(given: object) -> list[Any]:
    return [key for key in given if isinstance(key, (str, Mapping))] if isinstance(given, list) else []


def _reader(statuses: type[Status], triggers: type[Trigger], rights: type[StrEnum]) -> Reader:
    status = word("status", {member.value: member for member in statuses}, "this document")
    trigger = word("trigger", {member.value: member for member in triggers}, "this document")
    right = word("right", {member.value: member for member in rights}, "this document")
    return converter(
        {Status: status, Trigger: trigger, StrEnum: right},
        {
            Move: {"start": _cell(Whence, status), "to": _cell(Whither, status)},
            Setting: {"on": _one_of({"trigger": trigger, "status": status}), "sets": _sets},
            Tip: {"on": _one_of({"trigger": trigger, "act": of_enum(Act)}, may_be_missing=True)},
        },
    )


def _cell(words: type[Enum], status: Hook) -> Hook:
    """Read the first or third cell of a row: a word for many statuses, or a list of them."""
    one = of_enum(words)

    def structure(given: object, _: object) -> object:
        if isinstance(given, str):
            return one(given, words)
        return tuple(each(enumerate(as_list(given)), lambda key: status(key, Status)))

    return structure


def _one_of(hooks: Mapping[str, Hook], *, may_be_missing: bool = False) -> Hook:
    """Read a word that says from which list it is: `{"trigger": "registered"}`."""

    def structure(given: object, _: object) -> object:
        if given is None and may_be_missing:
            return None
        name, key = _single(given, hooks)
        return each([(name, key)], lambda part: hooks[name](part, None))[0]

    return structure


def _sets(given: object, _: object) -> tuple[Axis, object]:
    """Read what an effect sets: `{"portal": "active"}`, `{"do_not_contact": true}`, `{"owned": null}`."""
    name, value = _single(given, [axis.value for axis in Axis])
    axis = Axis(name)
    if axis in VALUES:
        return axis, each([(name, value)], lambda part: of_enum(VALUES[axis])(part, None))[0]
    if value is not None and type(value) is not bool:
        raise invalid(name, "is switched by true or false, or is null where the caller names the item")
    return axis, value


def _single(given: object, names: Collection[str]) -> tuple[str, object]:
    table = as_table(given)
    if len(table) != 1 or not names.__contains__(next(iter(table))):
        raise wrong(f"exactly one of these is needed: {', '.join(names)}")
    return next(iter(table.items()))


def _built(document: Document, statuses: type[Status], triggers: type[Trigger]) -> Tables:
    """Put the tables together; what stands twice would be lost, so it is refused."""
    doubled = [
        Problem(path, f"{key} stands twice")
        for path, keys in (
            ("statuses", [row.key for row in document.statuses]),
            ("triggers", document.triggers),
            ("hours", [row.status for row in document.hours]),
            ("rights.rows", [line.row for line in document.rights.rows]),
            ("bookings.rows", [line.row for line in document.bookings.rows]),
            ("removals.rows", [line.row for line in document.removals.rows]),
        )
        for key, times in Counter(keys).items()
        if times > 1
    ]
    if len(document.rights.reach) != len(document.rights.columns):
        doubled.append(Problem("rights.reach", "there is one for each column"))
    if doubled:
        raise Invalid(*doubled)
    lists = {name: getattr(document, name) for name in AS_THEY_ARE}
    return Funnel(
        statuses=statuses,
        triggers=triggers,
        labels={row.key: row.label for row in document.statuses},
        effects=tuple(Effect(row.on, *row.sets, row.source, row.start, row.owes) for row in document.effects),
        rights=_matrix(document.rights),
        bookings=_matrix(document.bookings),
        removals=_matrix(document.removals),
        hours={row.status: row.counts for row in document.hours},
        hours_notes={row.status: row.source for row in document.hours if row.source is not None},
        **lists,
    )


def _matrix(sheet: Sheet[H, C, V]) -> Matrix[H, C, V]:
    notes = {(head, column): note for head, line in sheet.notes.items() for column, note in line.items()}
    table = matrix(sheet.columns, *((line.row, line.cells) for line in sheet.rows), notes=notes)
    return evolve(table, reach=dict(zip(sheet.columns, sheet.reach, strict=False)))


def _laid_out(value: object, indent: str, key: str = "") -> str:
    """Write JSON in one form: each row of a table by itself, and what fits into a line in one."""
    flat = json.dumps(value, ensure_ascii=False)
    rows = isinstance(value, list) and any(isinstance(part, dict) for part in value)
    fits = not rows and len(indent) + len(key) + len(flat) < WIDTH
    if fits or not value or not isinstance(value, (dict, list)):
        return f"{key}{flat}"
    deeper = indent + "  "
    if isinstance(value, dict):
        parts = [_laid_out(part, deeper, f"{json.dumps(name, ensure_ascii=False)}: ") for name, part in value.items()]
    else:
        parts = [_laid_out(part, deeper) for part in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    return f"{key}{first}\n" + ",\n".join(deeper + part for part in parts) + f"\n{indent}{last}"
