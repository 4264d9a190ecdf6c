"""How the tables of one funnel become those of another: by key, row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias, TypedDict, TypeVar

from attrs import evolve

from funnelkit.policy import Policy
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
from funnelkit.words import Grant, Kind, Reach, Removal, Role, Standing, Ties

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


BY_PART: Final = frozenset({"drop", "add", "needs", "cells", "bookings", "hours", "labels", "like"})


def derived(parts: Mapping[str, Any], enum: type[Status], changes: Changes) -> dict[str, Any]:
    """Give the tables of the variant: those of the original by key, then what changes."""
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
        "ends": _kept(parts["ends"], own),
        **{name: _kept(parts[name], own) for name in ("follow_ups", "postponed", "open", "pipelines")},
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
    dropped = {(a and by_key.get(a.value), by_key.get(b.value), *on) for a, b, *on in changes.get("drop", ())}
    needs = {(a and by_key.get(a.value), by_key.get(b.value)): n for (a, b), n in changes.get("needs", {}).items()}
    for move in moves:
        start = move.start if isinstance(move.start, Whence) else _kept(move.start, own)
        to = move.to if isinstance(move.to, Whither) else _kept(move.to, own)
        if not start or not to:
            continue
        whole: Move[Status] = Move(start, move.on, to, move.by, move.needs, move.source)
        by_hand = move.by != (Role.SYSTEM,)
        pairs = [(row.now, row.to) for row in written_out((whole,), enum)]
        gone = {pair for pair in pairs if (by_hand and pair in dropped) or (*pair, move.on) in dropped}
        if not gone and not (by_hand and any(pair in needs for pair in pairs)):
            yield whole
            continue
        for now, then in pairs:
            if (now, then) not in gone:
                row_needs = needs.get((now, then), move.needs)
                yield Move(NEW if now is None else now, move.on, then, move.by, row_needs, move.source)
