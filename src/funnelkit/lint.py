"""What is wrong with a funnel: every fault has a code, and all are reported at once.

`faults` are those with which a funnel does not build; `lint` adds those that a careful author mends.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints

from attrs import fields

from funnelkit.errors import Problem, kind_of, unknown
from funnelkit.plain import folded
from funnelkit.policy import Policy
from funnelkit.shapes import LISTS, texts
from funnelkit.shapes import fault as _fault
from funnelkit.table import NEXT_ATTEMPT, Act, Whence
from funnelkit.times import MANY
from funnelkit.words import HANDS, SHUT, Axis, Category, Grant, Portal, Reach, Standing, Ties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

OF_AXIS: Final = {
    Axis.PORTAL: (Portal,),
    Axis.CATEGORY: (Category,),
    Axis.DO_NOT_CONTACT: (bool,),
    Axis.OWNED: (NoneType,),
    Axis.AGREEMENTS: (NoneType,),
    Axis.ENROLLMENTS: (NoneType,),
}
"""What an effect can set an axis to; nothing: the caller names the item."""

USUAL: Final = Policy()

LEAST: Final[Mapping[str, int]] = {"policy.package.per_invitation": 0}
"""Whole numbers are from 1, but for these."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LASTS: Final = frozenset({"policy.invitation.valid", "policy.shell.lease"})
"""Lengths of time that are longer than nothing."""

Tables = Any  # a Funnel; this module stands below it, so that a funnel can check itself


def faults(funnel: Tables) -> Iterator[Problem]:
    """Give everything that keeps the tables from being a funnel."""
    wrong = tuple(_figures(funnel))
    yield from wrong
    yield from _foreign(funnel)
    yield from _values(funnel)
    yield from () if wrong else _keys(funnel)
    yield from _holes(funnel)
    yield from _overlaps(funnel)
    yield from _words(funnel)
    yield from texts(funnel)
    yield from _order(funnel)


def lint(funnel: Tables, reserved: Collection[str] = ()) -> tuple[Problem, ...]:
    """Give what a careful author would mend in a funnel that builds; `reserved`: the names of the conversion rules."""
    return (*ways(funnel), *_unused(funnel, reserved), *_retired(funnel), *_steps(funnel))


def _foreign(funnel: Tables) -> Iterator[Problem]:
    """`foreign_status`, `foreign_trigger`: a member of another enum stands in a table."""
    for path, given in _mentioned(funnel):
        if type(given) is not funnel.statuses:
            yield _fault(path, "foreign_status", f"{type(given).__name__}.{given} is no status of {funnel.name}")
    for path, rows in (
        ("moves", funnel.moves),
        ("deeds", funnel.deeds),
        ("effects", funnel.effects),
        ("mails", funnel.mails),
    ):
        for row in rows:
            if type(row.on) not in (funnel.triggers, *((funnel.statuses,) if path == "effects" else ())):
                yield _fault(
                    path, "foreign_trigger", f"{type(row.on).__name__}.{row.on} is no trigger of {funnel.name}"
                )


def _mentioned(funnel: Tables) -> Iterator[tuple[str, object]]:
    for row in funnel.rows:
        yield from (("moves", s) for s in (row.now, row.to) if s is not None)
    for path, cells in (("rights", funnel.rights.cells), ("bookings", funnel.bookings.cells)):
        yield from ((path, s) for s in dict.fromkeys(head for head, _ in cells))
    for path in ("labels", "hours", "hours_notes", *LISTS, "retired"):
        yield from ((path, s) for s in getattr(funnel, path))
    yield from (("order", s) for tier in funnel.order for s in tier)
    yield from (("tips", s) for tip in funnel.tips for s in (*tip.was, *tip.to))
    yield from (("retired", s) for s in funnel.retired.values() if s is not None)


def _figures(funnel: Tables) -> Iterator[Problem]:
    """`foreign_figure`: a figure of a policy that is of another sort than its default."""
    for part in fields(Policy):
        given, usual = getattr(funnel.policy, part.name), getattr(USUAL, part.name)
        if type(given) is not type(usual):
            text = f"{_called(type(usual))} is needed, not {kind_of(given)}"
            yield _fault(f"policy.{part.name}", "foreign_figure", text)
            continue
        own: Any = type(usual)
        kinds = kinds_of(own)
        for figure in fields(own):
            value, path = getattr(given, figure.name), f"policy.{part.name}.{figure.name}"
            kind = kinds[figure.name]
            if not _fits(value, kind):
                yield _fault(path, "foreign_figure", f"{_called(kind)} is needed, not {_told(value, kind)}")
            elif wrong := _out_of_range(path, value):
                yield _fault(path, "foreign_figure", wrong)


def _out_of_range(path: str, value: Any) -> str | None:
    """Say what is wrong with a figure of the right sort."""
    if type(value) is int and not LEAST.get(path, 1) <= value <= MANY:
        return f"a whole number from {LEAST.get(path, 1)} to {MANY} is needed"
    if path in LASTS and value.after(EPOCH) <= EPOCH:
        return "a time longer than nothing is needed"
    steps = value if path == "policy.invitation.onboarding" else ()
    if not all(step and step == step.strip() and step.isprintable() for step in steps):
        return "a step is a key without blanks at its ends"
    return None


@cache
def kinds_of(part: Any) -> Mapping[str, Any]:
    """Give what each figure of a part of the policy has to be, as its annotation says."""
    return get_type_hints(part)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a figure is what its annotation says, all the way down."""
    whole, inner = get_origin(kind), get_args(kind)
    if whole in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if whole is None:
        return type(value) is kind
    if type(value) is not whole:
        return False
    if whole is tuple and inner[1:] != (...,):
        return len(value) == len(inner) and all(map(_fits, value, inner))
    return all(_fits(member, inner[0]) for member in value)


def _told(value: Any, kind: Any) -> str:
    """Say in words what a figure is: of a list of something else, what is in it."""
    whole, inner = get_origin(kind), get_args(kind)
    if type(value) is not whole or not inner or (odd := [one for one in value if not _fits(one, inner[0])]) == []:
        return kind_of(value)
    key = "; write its value, which is the key" if isinstance(odd[0], Enum) else ""
    return f"{kind_of(value)} with {kind_of(odd[0])} in it{key}"


def _called(kind: Any) -> str:
    """Say in words what a figure has to be."""
    whole, inner = get_origin(kind), get_args(kind)
    if whole in (Union, UnionType):
        return " or ".join(_called(one) for one in inner)
    if whole is not None:
        pair = whole is tuple and inner[1:] != (...,)
        return f"a {whole.__name__} of {' and '.join(_called(one) for one in (inner if pair else inner[:1]))}"
    article = "an" if kind.__name__[0] in "AEIOUi" else "a"
    return "nothing" if kind is type(None) else f"{article} {kind.__name__}"


def _values(funnel: Tables) -> Iterator[Problem]:
    """`foreign_right`: columns of two enums. `foreign_value`: an effect that sets what its axis does not have.

    `foreign_trigger`: a tip about what cannot happen here. `doubled`: a status, a tip or a row that stands twice.
    """
    for column in funnel.rights.columns:
        if type(column) is not funnel.right_kind:
            yield _fault(
                "rights", "foreign_right", f"{type(column).__name__}.{column} is of another list than the first"
            )
    for effect in funnel.effects:
        if type(effect.to) not in OF_AXIS[effect.axis]:
            yield _fault("effects", "foreign_value", f"{effect.axis} cannot become {effect.to}")
    for tip in funnel.tips:
        if tip.on is not None and not isinstance(tip.on, (Act, funnel.triggers)):
            yield _fault("tips", "foreign_trigger", f"{tip.on} is no trigger of {funnel.name}")
    yield from (_fault("tips", "doubled", f"the code {code}") for code in _twice(tip.code for tip in funnel.tips))
    for path in LISTS:
        yield from (_fault(path, "doubled", f"{s} stands twice") for s in _twice(getattr(funnel, path)))
    for path in ("rights", "bookings", "removals"):
        yield from (_fault(path, "doubled", f"the row of {head.value}") for head in getattr(funnel, path).doubles)


def _keys(funnel: Tables) -> Iterator[Problem]:
    """`foreign_status`, `doubled`: a figure for a status that is none, or two for one."""
    keys = [status.value for status in funnel.statuses]
    for path, given in (
        ("policy.certification.always", funnel.policy.certification.always),
        ("policy.progress.by_status", tuple(key for key, _ in funnel.policy.progress.by_status)),
    ):
        yield from (
            _fault(path, "foreign_status", unknown("status", k, funnel.name, keys)) for k in given if k not in keys
        )
        yield from (_fault(path, "doubled", f"{key} stands twice") for key in _twice(given))


def _holes(funnel: Tables) -> Iterator[Problem]:
    """`hole`: a cell is missing. `crumb`: a cell too many. `no_reach`: a column without its second header."""
    yield from _matrix("rights", funnel.rights, funnel.statuses)
    yield from _matrix("bookings", funnel.bookings, funnel.statuses)
    yield from _matrix("removals", funnel.removals, Standing, tuple(Ties))
    for path, given in (("hours", funnel.hours), ("labels", funnel.labels)):
        yield from (_fault(path, "hole", f"{s.value} has no entry") for s in funnel.statuses if s not in given)
    for column in funnel.rights.columns:
        if column not in funnel.rights.reach:
            yield _fault("rights", "no_reach", f"{column.value} needs a second header: PORTAL, DASHBOARD or PUBLIC")
    yield from (_fault("rights", "doubled", f"{c.value} is a column twice") for c in _twice(funnel.rights.columns))


def _matrix(path: str, table: Tables, heads: Iterable[Enum], columns: tuple[Enum, ...] = ()) -> Iterator[Problem]:
    for head in heads:
        for column in columns or table.columns:
            if (head, column) not in table.cells:
                yield _fault(path, "hole", f"{head.value} has no cell for {column.value}")
    yield from (_fault(path, "crumb", f"{head.value} has a cell too many") for head in table.crumbs)
    yield from (
        _fault(path, "note_without_cell", f"{a.value}, {b.value}") for a, b in table.notes if (a, b) not in table.cells
    )


def _overlaps(funnel: Tables) -> Iterator[Problem]:
    """`overlap`: one status, one automatic trigger, two targets. `doubled`: one pair, one actor, two rows."""
    targets: dict[tuple[object, object], set[str]] = {}
    for row in funnel.rows:
        if row.automatic:
            targets.setdefault((row.now, row.on), set()).add(row.to.value)
    for (now, on), found in targets.items():
        if len(found) > 1:
            yield _fault("moves", "overlap", f"{now or 'new'} on {on} leads to {', '.join(sorted(found))}")
    pairs = [(row.now, row.on, row.to, role) for row in funnel.rows for role in row.by]
    for now, on, to in dict.fromkeys((now, on, to) for now, on, to, _ in _twice(pairs)):
        yield _fault("moves", "doubled", f"{now or 'new'} on {on} to {to} stands twice for one actor")
    yield from (_fault("moves", "no_actor", f"{move.on} has nobody in it") for move in funnel.moves if not move.by)
    for move in funnel.moves:
        yield from (
            _fault("moves", "by_client", f"{move.on} by {r}: not a {r}'s to decide") for r in {*move.by} - {*HANDS}
        )
    if all(row.now is not None for row in funnel.rows):
        yield _fault("moves", "no_entry", "no row says how a contact comes into being")


def _words(funnel: Tables) -> Iterator[Problem]:
    """`no_column`: a right that is none. `no_row`: a deed moves nobody. `two_sentences`: a need has two meanings."""
    for path in ("log_in", "credentials"):
        column = getattr(funnel, path)
        if column is not None and not any(column is known for known in funnel.rights.columns):
            yield _fault(path, "no_column", f"{column} is no column of the rights")
    yield from (
        _fault("right_needs", "no_column", str(c)) for c in funnel.right_needs if c not in funnel.rights.columns
    )
    if any(r is not Reach.PUBLIC for r in funnel.rights.reach.values()) and funnel.log_in is None and _granted(funnel):
        yield _fault("log_in", "no_log_in", "rights are reached through the portal, but no column says who may log in")
    known = {row.on for row in funnel.rows}
    yield from (_fault("deeds", "no_row", f"{d.on} moves nobody") for d in funnel.deeds if d.on not in known)
    keys = Counter(need.key for need in {n for move in funnel.moves for n in move.needs})
    yield from (
        _fault("moves", "two_sentences", f"the need {key} has {n} meanings") for key, n in keys.items() if n > 1
    )
    labels = Counter(folded(label) for label in funnel.labels.values())
    yield from (_fault("labels", "doubled", f"{label!r} names {n} statuses") for label, n in labels.items() if n > 1)
    if not funnel.name.isidentifier():
        yield _fault("name", "no_name", "a funnel's name is one word of letters, digits and _")


def _order(funnel: Tables) -> Iterator[Problem]:
    """`no_order`: forward only without order. `doubled`: a status in two tiers. `backward_row`: a row goes back."""
    for status in funnel.retired:
        after, seen = funnel.retired[status], {status}
        while after is not None and after not in seen:
            seen.add(after)
            after = funnel.retired.get(after)
        if after is status:
            yield _fault("retired", "circle", f"{status} is followed by itself in the end")
    if funnel.forward_only and not funnel.order:
        yield _fault("order", "no_order", "a funnel that is forward only says its order")
    yield from (_fault("order", "doubled", f"{s} stands twice") for s in _twice([s for t in funnel.order for s in t]))
    if funnel.forward_only:
        for row in funnel.rows:
            if row.now in funnel.tier and row.to in funnel.tier and funnel.tier[row.to] < funnel.tier[row.now]:
                yield _fault("moves", "backward_row", f"{row.now} to {row.to}, but {funnel.name} is forward only")


def ways(funnel: Tables) -> Iterator[Problem]:
    """Give where the moves of a funnel or a life lead nowhere.

    `unreachable`: no row leads to it. `trap`: no row leaves it, and it is no end. `end_left`: an end that rows leave.
    """
    reached = {row.to for row in funnel.rows if row.now is None}
    while more := {row.to for row in funnel.rows if row.now in reached} - reached:
        reached |= more
    left = {row.now for row in funnel.rows}
    for status in funnel.statuses:
        if status not in reached and status not in funnel.retired:
            yield _fault("moves", "unreachable", f"nothing leads to {status.value}")
        if status not in left and status not in funnel.ends:
            yield _fault("moves", "trap", f"nothing leaves {status.value}, and it is not in ends")
        if status in left and status in funnel.ends:
            yield _fault("ends", "end_left", f"{status.value} is an end, but rows leave it")


def _unused(funnel: Tables, reserved: Collection[str]) -> Iterator[Problem]:
    """`never_granted`, `unused_trigger`, `no_source`, `need_is_a_rule`."""
    silent = all(cell is Grant.UNSTATED for cell in funnel.rights.cells.values())
    for column in funnel.rights.columns:
        if not silent and not _grants(funnel.rights.cells, column):
            yield _fault("rights", "never_granted", f"no status has {column.value}")
    used = {row.on for row in (*funnel.rows, *funnel.deeds, *funnel.effects)}
    yield from (_fault("moves", "unused_trigger", t.value) for t in funnel.triggers if t not in used)
    for path, rows in (("moves", funnel.moves), ("deeds", funnel.deeds), ("effects", funnel.effects)):
        yield from (_fault(path, "no_source", f"the row of {row.on}") for row in rows if not row.source.strip())
    for key in dict.fromkeys(need.key for move in funnel.moves for need in move.needs):
        if key in reserved:
            yield _fault("moves", "need_is_a_rule", f"{key} is the name of a rule; call the need something else")
    yield from (
        _fault("moves", "need_of_start", f"{move.on} needs facts of a status that does not exist yet")
        for move in funnel.moves
        if move.start is Whence.NEW and any(need.key == NEXT_ATTEMPT.key for need in move.needs)
    )


def _retired(funnel: Tables) -> Iterator[Problem]:
    """`no_successor`: a retired status that says not where its contacts go. `retired_target`: rows still lead to it."""
    for status, successor in funnel.retired.items():
        if successor is None:
            yield _fault("retired", "no_successor", f"{status.value} is retired; name the status that follows it")
        if any(row.to is status for row in funnel.rows):
            yield _fault("moves", "retired_target", f"{status.value} is retired, but rows lead to it")


def _steps(funnel: Tables) -> Iterator[Problem]:
    """`open_end`: a status is an end and open. `counted_twice`: a follow-up that counts as an attempt and does not."""
    for status in funnel.open:
        if status in funnel.ends:
            yield _fault("open", "open_end", f"{status} is an end, so nobody works on it")
    for status in funnel.postponed:
        if status in funnel.follow_ups:
            yield _fault("postponed", "counted_twice", f"{status} is a follow-up that counts")


def _granted(funnel: Tables) -> bool:
    return any(cell not in SHUT for cell in funnel.rights.cells.values())


def _grants(cells: Mapping[tuple[Enum, Enum], Grant], column: Enum) -> bool:
    return any(cell not in SHUT for (_, c), cell in cells.items() if c is column)


def _twice(things: Iterable[Any]) -> Iterator[Any]:
    return (thing for thing, n in Counter(things).items() if n > 1)
