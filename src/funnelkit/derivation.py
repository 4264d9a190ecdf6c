"""How the tables of one funnel become those of another: by key, row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from types import NoneType
from typing import Any, Final, TypeAlias, TypedDict, TypeVar

from attrs import evolve

from funnelkit.errors import Invalid, Problem, kind_of
from funnelkit.policy import Policy
from funnelkit.shapes import LISTS
from funnelkit.table import (
    NEW,
    Deed,
    Effect,
    Mail,
    Matrix,
    Move,
    Need,
    Status,
    Tip,
    Trigger,
    Whence,
    Whither,
    written_out,
)
from funnelkit.words import Grant, Kind, Reach, Removal, Standing, Ties

Own: TypeAlias = Mapping[Status, Status]
Pair: TypeAlias = tuple[Status | None, Status] | tuple[Status | None, Status, Trigger]
"""From and to (None: new) in whatever row they stand by hand; or, with its trigger, of an automatic row."""
C = TypeVar("C", bound=Enum)
V = TypeVar("V")


class Changes(TypedDict, total=False):
    """What a derived funnel changes: the first eight single rows and cells, the others a whole table.

    `like` gives a new status the cells of another: `{Mine.ALUMNUS: Coaching.INACTIVE_CLIENT}`.
    """

    drop: Collection[Pair]
    add: tuple[Move[Any], ...]
    needs: Mapping[tuple[Status | None, Status], tuple[Need, ...]]
    cells: Mapping[tuple[Any, Any], Grant]
    bookings: Mapping[tuple[Any, Kind], Grant]
    hours: Mapping[Any, Grant]
    labels: Mapping[Any, str]
    like: Mapping[Any, Any]
    triggers: type[Trigger]
    deeds: tuple[Deed, ...]
    effects: tuple[Effect, ...]
    mails: tuple[Mail, ...]
    tips: tuple[Tip[Any], ...]
    ends: tuple[Status, ...]
    follow_ups: tuple[Status, ...]
    postponed: tuple[Status, ...]
    open: tuple[Status, ...]
    pipelines: tuple[Status, ...]
    order: tuple[tuple[Status, ...], ...]
    forward_only: bool
    removals: Matrix[Standing, Ties, Removal]
    retired: Mapping[Any, Any]
    policy: Policy


class Reading(Changes, total=False):
    """What another reading of a source changes; `statuses` where it has an enum of its own."""

    statuses: type[Status]


ONE: Final = (Status,)
FORMS: Final[Mapping[str, tuple[tuple[Any, ...], Any]]] = {
    "drop": (((Status, NoneType), Status, Trigger), None),
    "needs": (((Status, NoneType), Status), tuple),
    "cells": ((Status, Enum), Grant),
    "bookings": ((Status, Kind), Grant),
    "hours": (ONE, Grant),
    "labels": (ONE, str),
    "like": (ONE, Status),
}
"""Of what a single row or cell is the key of a change, and what it changes to; None: it is only named."""

BY_PART: Final = frozenset({*FORMS, "add"})


def derived(parts: Mapping[str, Any], enum: type[Status], changes: Changes) -> dict[str, Any]:
    """Give the tables of the variant: those of the original by key, then what changes."""
    wrong = tuple(_strange(parts["statuses"], enum, changes))
    if wrong:
        raise Invalid(*wrong)
    by_key = {status.value: status for status in enum}
    own: Own = {status: by_key[status.value] for status in parts["statuses"] if status.value in by_key}
    like = {new: parts["statuses"](old.value) for new, old in changes.get("like", {}).items()}
    hours = {new: parts["hours"][old] for new, old in like.items()}
    whole = {name: value for name, value in changes.items() if name not in BY_PART}
    return {
        "moves": (*_moves(parts["moves"], own, enum, changes), *changes.get("add", ())),
        "rights": _patched(parts["rights"], own, like, changes.get("cells", {})),
        "bookings": _patched(parts["bookings"], own, like, changes.get("bookings", {})),
        "hours": _keyed(parts["hours"], own) | hours | _named(changes.get("hours", {}), by_key),
        "hours_notes": _keyed(parts["hours_notes"], own),
        "labels": _keyed(parts["labels"], own) | _named(changes.get("labels", {}), by_key),
        **{name: _kept(parts[name], own) for name in LISTS},
        "order": tuple(_kept(tier, own) for tier in parts["order"]),
        "retired": {own[s]: to and own.get(to) for s, to in parts["retired"].items() if s in own},
        "tips": tuple(evolve(tip, was=_kept(tip.was, own), to=_kept(tip.to, own)) for tip in parts["tips"]),
        "effects": tuple(
            Effect(own[e.on] if isinstance(e.on, Status) else e.on, e.axis, e.to, e.source, e.start, e.owes)
            for e in parts["effects"]
            if not isinstance(e.on, Status) or e.on in own
        ),
        **whole,
    }


def _strange(old: Any, new: Any, changes: Changes) -> Iterator[Problem]:
    """Give what is no change of a row or cell, and what is one of a third funnel's statuses: keys may be equal."""
    for name, enum in (("statuses", new), ("triggers", changes.get("triggers", Trigger))):
        if not (isinstance(enum, type) and issubclass(enum, Status if name == "statuses" else Trigger)):
            yield Problem(name, f"foreign_table: an enum of {name} is needed, not {kind_of(enum)}")
            return
    for name, (keys, inner) in FORMS.items():
        given: Any = changes.get(name, {})
        if not isinstance(given, Collection if inner is None else Mapping) or isinstance(given, (str, bytes)):
            yield Problem(
                name, f"foreign_table: a {'list' if inner is None else 'table'} is needed, not {kind_of(given)}"
            )
            continue
        table: Any = given
        for key in given:
            heads: tuple[Any, ...] = key if isinstance(key, tuple) else (key,)
            value: Any = None if inner is None else table[key]
            fits = len(heads) in (len(keys), len(keys) - (name == "drop")) and all(map(isinstance, heads, keys))
            if not fits or (inner is not None and not isinstance(value, inner)):
                yield Problem(name, "foreign_table: a row or cell of another form stands here; see Changes")
                continue
            foreign = [head for head in heads if isinstance(head, Status) and type(head) not in (old, new)]
            if name == "like" and (type(value) not in (old, new) or value.value not in [s.value for s in old]):
                foreign.append(value)
            for status in foreign:
                yield Problem(name, f"foreign_status: {type(status).__name__}.{status} is none of this funnel")
    added: object = changes.get("add", ())
    if not isinstance(added, (tuple, list)) or not all(isinstance(move, Move) for move in added):
        yield Problem("add", f"foreign_table: a list of Moves is needed, not {kind_of(added)}")


def _keyed(table: Mapping[Status, V], own: Own) -> dict[Status, V]:
    return {own[status]: value for status, value in table.items() if status in own}


def _named(table: Mapping[Any, V], by_key: Mapping[str, Status]) -> dict[Status, V]:
    return {by_key.get(status.value, status): value for status, value in table.items()}


def _kept(given: tuple[Status, ...], own: Own) -> tuple[Status, ...]:
    return tuple(own[status] for status in given if status in own)


def _patched(
    table: Matrix[Status, C, Grant], own: Own, like: Mapping[Any, Status], cells: Mapping[tuple[Any, C], Grant]
) -> Matrix[Status, C, Grant]:
    copied = {(new, column): table.cells[old, column] for new, old in like.items() for column in table.columns}
    cells = copied | {**cells}
    by_key = {status.value: status for status in own.values()}
    over = {(by_key.get(status.value, status), column): grant for (status, column), grant in cells.items()}
    columns = tuple(dict.fromkeys((*table.columns, *(column for _, column in over))))
    old = {(own[s], column): grant for (s, column), grant in table.cells.items() if s in own}
    notes = {(own[s], column): t for (s, column), t in table.notes.items() if s in own and (own[s], column) not in over}
    reach = {column: table.reach.get(column, Reach.PORTAL) for column in columns} if table.reach else {}
    return Matrix(columns, old | over, reach, notes)


def _moves(moves: tuple[Move[Status], ...], own: Own, enum: type[Status], changes: Changes) -> Iterator[Move[Status]]:
    """Write each row for the new enum: whole, or pair by pair where pairs are dropped or need something else."""
    by_key = {status.value: status for status in enum}

    def own_of(status: Status | None) -> Status | None:
        return status and by_key.get(status.value, status)

    dropped = {(own_of(a), own_of(b), *on) for a, b, *on in changes.get("drop", ())}
    needs = {(own_of(a), own_of(b)): n for (a, b), n in changes.get("needs", {}).items()}
    met: set[tuple[Any, ...]] = set()
    for move in moves:
        start = move.start if isinstance(move.start, Whence) else _kept(move.start, own)
        to = move.to if isinstance(move.to, Whither) else _kept(move.to, own)
        if not start or not to:
            continue
        whole: Move[Status] = Move(start, move.on, to, move.by, move.needs, move.source)
        by_hand = not move.automatic
        pairs = [(row.now, row.to) for row in written_out((whole,), enum)]
        met |= {*pairs} if by_hand else set()
        met |= {(*pair, move.on) for pair in pairs}
        gone = {pair for pair in pairs if (by_hand and pair in dropped) or (*pair, move.on) in dropped}
        if not gone and not (by_hand and any(pair in needs for pair in pairs)):
            yield whole
            continue
        for now, then in pairs:
            if (now, then) not in gone:
                row_needs = needs.get((now, then), move.needs)
                yield Move(NEW if now is None else now, move.on, then, move.by, row_needs, move.source)
    unmatched = [
        Problem(path, f"unmatched: no row {'is' if on else 'by hand is'} from {a or 'new'} to {b}")
        for path, pairs in (("drop", dropped), ("needs", needs))
        for a, b, *on in pairs
        if (a, b, *on) not in met
    ]
    if unmatched:
        raise Invalid(*unmatched)
