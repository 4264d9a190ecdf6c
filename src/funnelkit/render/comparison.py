"""What two funnels differ in, matched by key: a derived funnel and its origin, or yesterday's tables and today's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum, StrEnum
from typing import Final, TypeAlias

from attrs import fields, frozen

from funnelkit.funnel import Funnel
from funnelkit.plain import digest
from funnelkit.render.tables import conditions, figure, figures
from funnelkit.table import Act, Matrix, Status, Trigger
from funnelkit.words import Role

Tables: TypeAlias = Funnel[Status, StrEnum]
What: TypeAlias = tuple[str, ...]
Said: TypeAlias = tuple[str, What, str]

MOVES: Final = "moves"
NEW: Final = "new"
TABLES: Final = (
    "funnel", "statuses", "triggers", MOVES, "needs", "deeds", "effects", "mails", "rights", "bookings", "hours",
    "removals", "tips", "ends", "follow-ups", "postponed", "open", "pipelines", "order", "retired", "policy",
)  # fmt: skip


@frozen
class Change:
    """One thing that differs: in which table, what (by keys), what it was, what it is now; None where it is missing.

    `what` of a move is the status it starts from, the trigger and the status that it leads to.
    """

    table: str
    what: What
    was: str | None
    now: str | None


@frozen
class Comparison:
    """Everything in which the second funnel differs from the first. `str()` reads as Markdown."""

    was: str
    now: str
    changes: tuple[Change, ...]
    rewritten: bool
    """The tables say the same, and are written differently: other rows for the same moves, another order."""

    @property
    def same(self) -> bool:
        """Whether both say the same, whatever they are called and however they are written."""
        return not self.changes

    @property
    def statuses_added(self) -> tuple[str, ...]:
        """Keys that only the second funnel has."""
        return tuple(change.what[0] for change in self.of("statuses") if change.was is None)

    @property
    def statuses_removed(self) -> tuple[str, ...]:
        """Keys that only the first funnel has."""
        return tuple(change.what[0] for change in self.of("statuses") if change.now is None)

    @property
    def relabelled(self) -> tuple[Change, ...]:
        """Statuses with another label."""
        return tuple(change for change in self.of("statuses") if change.was is not None and change.now is not None)

    @property
    def rows_added(self) -> tuple[Change, ...]:
        """Moves that only the second funnel has, one for each pair of statuses."""
        return tuple(change for change in self.of(MOVES) if change.was is None)

    @property
    def rows_removed(self) -> tuple[Change, ...]:
        """Moves that only the first funnel has."""
        return tuple(change for change in self.of(MOVES) if change.now is None)

    @property
    def rows_changed(self) -> tuple[Change, ...]:
        """Moves that are by somebody else, need something else, or name another source."""
        return tuple(change for change in self.of(MOVES) if change.was is not None and change.now is not None)

    @property
    def cells_changed(self) -> tuple[Change, ...]:
        """Cells of rights, bookings, hours and removals that are other, new or gone."""
        return tuple(self.of("rights", "bookings", "hours", "removals"))

    @property
    def policy_changed(self) -> tuple[Change, ...]:
        """Figures that are others."""
        return tuple(self.of("policy"))

    def of(self, *tables: str) -> Iterator[Change]:
        """Give the changes of these tables."""
        return (change for change in self.changes if change.table in tables)

    def __str__(self) -> str:
        """Read as Markdown: a list for each table that differs."""
        parts = [f"# From {self.was} to {self.now}"]
        if self.same:
            parts.append("The tables say the same" + (", and are written differently." if self.rewritten else "."))
        for table in dict.fromkeys(change.table for change in self.changes):
            changes = self.of(table)
            lines = _moves(changes) if table == MOVES else map(_line, changes)
            parts += [f"## {table.capitalize()}", "\n".join(lines)]
        return "\n\n".join(parts) + "\n"


def compare(was: Tables, now: Tables) -> Comparison:
    """Give everything in which the second funnel differs from the first, by key, so that their enums may be two."""
    before, after = _said(was), _said(now)
    keys = sorted({**before, **after}, key=lambda key: TABLES.index(key[0]))
    changes = tuple(Change(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key))
    return Comparison(was.name, now.name, changes, rewritten=not changes and _content(was) != _content(now))


def _content(funnel: Tables) -> str:
    """Stand for everything but the name."""
    return digest({f.name: getattr(funnel, f.name) for f in fields(Funnel) if f.init and f.name != "name"})


def _said(funnel: Tables) -> dict[tuple[str, What], str]:
    """Write out everything that a funnel says, each thing under its table and keys."""
    found: dict[tuple[str, What], str] = {}
    for table, what, text in (*_of_words(funnel), *_of_rows(funnel), *_of_cells(funnel), *_of_lists(funnel)):
        former = found.get((table, what))
        found[table, what] = text if former is None else f"{former}; or {text}"
    return found


def _of_words(funnel: Tables) -> Iterator[Said]:
    yield from (("statuses", (s.value,), funnel.labels[s]) for s in funnel.statuses)
    yield from (("triggers", (t.value,), "") for t in funnel.triggers)
    yield "funnel", ("first status",), funnel.start.value
    yield "funnel", ("log in",), _key(funnel.log_in)
    yield "funnel", ("credentials",), _key(funnel.credentials)
    yield "funnel", ("forward only",), figure(funnel.forward_only)


def _of_rows(funnel: Tables) -> Iterator[Said]:
    for row in funnel.rows:
        by = ", ".join(role.value for role in Role if role in row.by)
        needs = f", if {' and '.join(need.sentence for need in row.needs)}" if row.needs else ""
        yield MOVES, (row.now.value if row.now else NEW, row.on.value, row.to.value), f"by {by}{needs} ({row.source})"
    for need in dict.fromkeys(need for move in funnel.moves for need in move.needs):
        yield "needs", (need.key,), f"{need.sentence}; {need.remedy}" if need.remedy else need.sentence
    for deed in funnel.deeds:
        yield "deeds", (deed.act.value, figure(deed.kind), deed.on.value), deed.source
    for effect in funnel.effects:
        what = (_key(effect.on), effect.axis.value, effect.start.value)
        yield "effects", what, f"{figure(effect.to)} ({effect.source})"
    for mail in funnel.mails:
        along = f", along with {mail.along.value}" if mail.along else ""
        sent = (mail.on.value, mail.to.value, mail.template, mail.start.value)
        yield "mails", sent, f"{mail.purpose.value}{along} ({mail.source})"
    for tip in funnel.tips:
        only = "".join(f", {each}" for each in conditions(tip))
        when = f"on {_key(tip.on)}, from {_keys(tip.was)}, to {_keys(tip.to)}{only}"
        yield "tips", (tip.code,), f"{tip.text} ({when}, {tip.source})"


def _of_cells(funnel: Tables) -> Iterator[Said]:
    yield from _of_matrix("rights", funnel.rights)
    yield from (("rights", (column.value, "reached"), reach.value) for column, reach in funnel.rights.reach.items())
    yield from (
        ("rights", (column.value, "needs"), f"{n.key}: {n.sentence}") for column, n in funnel.right_needs.items()
    )
    yield from _of_matrix("bookings", funnel.bookings)
    for status, grant in funnel.hours.items():
        yield "hours", (status.value,), _noted(grant, funnel.hours_notes.get(status))
    yield from _of_matrix("removals", funnel.removals)


def _of_matrix(table: str, matrix: Matrix[Enum, Enum, Enum]) -> Iterator[Said]:
    for (head, column), cell in matrix.cells.items():
        yield table, (head.value, column.value), _noted(cell, matrix.notes.get((head, column)))


def _of_lists(funnel: Tables) -> Iterator[Said]:
    yield from (("ends", (status.value,), "") for status in funnel.ends)
    yield from (("follow-ups", (str(n),), status.value) for n, status in enumerate(funnel.follow_ups, start=1))
    yield from (("postponed", (status.value,), "") for status in funnel.postponed)
    yield from (("open", (status.value,), "") for status in funnel.statuses if status in funnel.worked_on)
    yield from (("pipelines", (status.value,), "") for status in funnel.pipelines)
    yield from (("order", (str(n),), _keys(tier)) for n, tier in enumerate(funnel.order, start=1))
    yield from (("retired", (status.value,), f"now {_key(after)}") for status, after in funnel.retired.items())
    yield from (("policy", (name,), value) for name, value in figures(funnel.policy))


def _noted(cell: Enum, source: str | None) -> str:
    return f"{cell.value} ({source})" if source else str(cell.value)


def _key(word: Status | Trigger | Act | StrEnum | None) -> str:
    """Write a word by its key; a status is told apart from a trigger of the same key."""
    if word is None:
        return "none"
    return f"status {word.value}" if isinstance(word, Status) else str(word.value)


def _keys(given: Iterable[Status]) -> str:
    return ", ".join(status.value for status in given) or "any"


def _line(change: Change) -> str:
    return _told(_quoted(change.what), change.was, change.now)


def _moves(changes: Iterable[Change]) -> Iterator[str]:
    """Write moves that changed alike in one line."""
    alike: dict[tuple[str, str | None, str | None], dict[str, list[str]]] = {}
    for change in changes:
        start, on, to = change.what
        alike.setdefault((on, change.was, change.now), {}).setdefault(start, []).append(to)
    for (on, was, now), reached in alike.items():
        grouped: dict[str, list[str]] = {}
        for start, targets in reached.items():
            grouped.setdefault(_quoted(targets), []).append(start)
        for those, starts in grouped.items():
            yield _told(f"{_quoted(starts)} to {those} on `{on}`", was, now)


def _told(what: str, was: str | None, now: str | None) -> str:
    if was is None:
        return f"- added {what}: {now}" if now else f"- added {what}"
    if now is None:
        return f"- gone {what}: {was}" if was else f"- gone {what}"
    return f"- changed {what}: {was}; now {now}"


def _quoted(keys: Iterable[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
