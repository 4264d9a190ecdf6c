"""Whether what is given for the tables of a funnel is tables, with texts that can be kept: all else looks into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import EnumType
from typing import Any, Final

from funnelkit.errors import Problem, kind_of
from funnelkit.policy import Policy
from funnelkit.table import Deed, Effect, Mail, Matrix, Move, Need, Status, Tip, Trigger
from funnelkit.words import Grant, Removal, Role

LISTS: Final = ("ends", "follow_ups", "postponed", "open", "pipelines")
"""Tables that are lists of statuses."""

SHAPES: Final[Mapping[str, tuple[type[Any], Any]]] = {
    **dict.fromkeys(LISTS, (tuple, Status)),
    "moves": (tuple, Move), "deeds": (tuple, Deed), "effects": (tuple, Effect), "mails": (tuple, Mail),
    "tips": (tuple, Tip), "order": (tuple, tuple), "labels": (Mapping, str), "hours": (Mapping, Grant),
    "hours_notes": (Mapping, str), "right_needs": (Mapping, Need), "retired": (Mapping, Status | None),
    "rights": (Matrix, Grant), "bookings": (Matrix, Grant), "removals": (Matrix, Removal),
    "name": (str, object), "forward_only": (bool, object), "policy": (Policy, object),
    "statuses": (type, Status), "triggers": (type, Trigger),
}  # fmt: skip
"""What each table is, and what stands in it."""

LISTED: Final = tuple(name for name, (kind, _) in SHAPES.items() if kind is tuple)
"""Tables that are written one row below the other."""

Tables = Any  # a Funnel; this module stands below it


def fault(path: str, code: str, text: str) -> Problem:
    """Make the problem of a fault: where, and its code before what it is."""
    return Problem(path, f"{code}: {text}")


def shapes(funnel: Tables) -> Iterator[Problem]:
    """`foreign_table`: what is no such table, or has in it what does not belong there; it is looked at before all else.

    `foreign_role`: whoever stands in *by* is no role, or no tuple of them.
    """
    for path, (kind, inner) in SHAPES.items():
        given = getattr(funnel, path)
        if not isinstance(given, kind) or not all(isinstance(one, inner) for one in _inside(given)):
            of = "" if inner is object else f" of {getattr(inner, '__name__', 'Status')}"
            text = f"a {kind.__name__}{of} is needed, not {kind_of(given)}"
            yield fault(path, "foreign_table", text)
        elif path == "moves":
            for move in given:
                if type(move.by) is not tuple or not all(type(role) is Role for role in move.by):
                    yield fault(path, "foreign_role", f"the row of {move.on} needs a tuple of roles")
                if type(move.needs) is not tuple or not all(isinstance(need, Need) for need in move.needs):
                    yield fault(path, "foreign_table", f"the row of {move.on} needs a tuple of needs")


def _inside(given: Any) -> Iterable[object]:
    if isinstance(given, Matrix):
        return given.cells.values()
    return given.values() if isinstance(given, Mapping) else given if isinstance(given, (tuple, EnumType)) else ()


def texts(funnel: Tables) -> Iterator[Problem]:
    """`unfit_text`: a text that no storage takes, for it has half a sign in it; or a label that shows nothing."""
    yield from (
        fault("labels", "unfit_text", f"{s} is called nothing") for s, t in funnel.labels.items() if not t.strip()
    )
    for path, text in _told(funnel):
        if type(text) is not str or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
            yield fault(path, "unfit_text", "a text without half signs is needed")


def _told(funnel: Tables) -> Iterator[tuple[str, object]]:
    """Give every text of a funnel, with its table."""
    for path in ("statuses", "triggers"):
        yield from ((path, word.value) for word in getattr(funnel, path))
    for path in ("labels", "hours_notes"):
        yield from ((path, text) for text in getattr(funnel, path).values())
    for path in ("rights", "bookings", "removals"):
        yield from ((path, word.value) for word in getattr(funnel, path).columns)
        yield from ((path, text) for text in getattr(funnel, path).notes.values())
    for path in ("moves", "deeds", "effects", "mails", "tips"):
        yield from ((path, row.source) for row in getattr(funnel, path))
    yield from (("mails", mail.template) for mail in funnel.mails)
    yield from (("tips", text) for tip in funnel.tips for text in (tip.code, tip.text))
    yield from (("effects", t) for e in funnel.effects if e.owes is not None for t in (e.owes.code, e.owes.sentence))
    yield from (("moves", text) for need in {n for move in funnel.moves for n in move.needs} for text in need.told)
    yield from (("right_needs", text) for need in funnel.right_needs.values() for text in need.told)
