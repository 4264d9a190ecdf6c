"""Documents of one's own storage, read and written quickly: without the checks that what comes from outside needs.

It gives what `funnelkit.codec` gives, or gives up (None): for what another form wrote, what has more or less fields, or
what holds something whose class only its neighbours tell. Then the codec does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from types import UnionType
from typing import Any, Final, TypeAlias, Union, get_args, get_origin

from attrs import fields, has

from funnelkit.schema import FORM, Tables, axes, parts
from funnelkit.table import Status, Trigger
from funnelkit.tags import TAGS
from funnelkit.values.events import ContactChanged
from funnelkit.values.making import opened

Turn: TypeAlias = Callable[[Any], Any]
WORD: Final = attrgetter("_value_")
"""What a member is written as; `value` is a function in Python, and takes five times as long."""
CLASSES: Final[Mapping[str, type[Any]]] = {tag: kind for kind, tag in TAGS.items()}


def read(document: Mapping[str, Any], kind: type[Any], funnel: Tables) -> Any:
    """Give the value of a document, or None where the codec has to look at it."""
    found: Any = CLASSES.get(document.get("type", ""))
    if found is None or not issubclass(found, kind) or document.get("schema") != FORM:
        return None
    axis = document.get("field", "") if found is ContactChanged else ""
    known = _reader(found, axis, funnel.statuses, funnel.triggers)
    if known is None:
        return None
    try:
        return known(document, len(document) - 2)
    except (KeyError, ValueError, TypeError):
        return None


def write(value: Any) -> dict[str, Any] | None:
    """Give the document of a value, or None where the codec has to write it."""
    kind: Any = type(value)
    known = _writer(kind, value.field if kind is ContactChanged else "")
    if known is None:
        return None
    try:
        return {"type": TAGS[kind], "schema": FORM, **known(value)}
    except (AttributeError, TypeError):
        return None


class _NoWay(Exception):  # nobody sees it
    """Something that the codec has to look at."""


Fields: TypeAlias = tuple[tuple[str, Turn | None], ...]
"""Of each field its name, and what turns it; nothing, where it is the same in a document."""


@lru_cache(maxsize=4096)
def _reader(kind: Any, axis: str, statuses: Any, triggers: Any) -> Callable[[Mapping[str, Any], int], Any] | None:
    found = _fields(kind, axis, lambda one: _read_turn(one, statuses, triggers))
    return None if found is None else _made(kind, found)


@lru_cache(maxsize=4096)
def _writer(kind: Any, axis: str) -> Callable[[Any], dict[str, Any]] | None:
    found = _fields(kind, axis, _write_turn)
    return None if found is None else _told(found)


def _fields(kind: type[Any], axis: str, turn: Callable[[Any], Turn | None]) -> Fields | None:
    if kind not in TAGS or issubclass(kind, Enum) or (kind is ContactChanged and axis not in axes()):
        return None
    try:
        return tuple(
            (name, turn(axes()[axis].kind if axis and name in ("was", "to") else part.kind))
            for name, part in parts(kind).items()
        )
    except _NoWay:
        return None


def _made(kind: Any, members: Fields) -> Callable[[Mapping[str, Any], int], Any]:
    """Give what makes a value of a document of so many fields. It is filled while it is open, and not checked again."""
    rest = [(f.name, f.default.factory) for f in fields(kind) if not f.init]
    lines = [f"if count != {len(members)}: raise KeyError", "value = new()"]
    lines += [f"value.{name} = {_turned(f'given[{name!r}]', turn, n)}" for n, (name, turn) in enumerate(members)]
    lines += [f"value.{name} = own_{name}(value)" for name, _ in rest]
    lines += ["value.__class__ = kind", "return value"]
    known = {"new": opened(kind), "kind": kind, **{f"own_{name}": default for name, default in rest}}
    return _function("given, count", lines, known, members)


def _told(members: Fields) -> Callable[[Any], dict[str, Any]]:
    """Give what writes the fields of a value."""
    written = (f"{name!r}: {_turned(f'given.{name}', turn, n)}" for n, (name, turn) in enumerate(members))
    return _function("given", [f"return {{{', '.join(written)}}}"], {}, members)


def _turned(held: str, turn: Turn | None, place: int) -> str:
    return held if turn is None else f"None if (one := {held}) is None else turn_{place}(one)"


def _function(takes: str, lines: list[str], known: dict[str, Any], members: Fields) -> Callable[..., Any]:
    """Write the code of a function out, field by field, as attrs does: a loop over fields takes twice as long."""
    known |= {f"turn_{place}": turn for place, (_, turn) in enumerate(members)}
    exec("\n    ".join([f"def found({takes}):", *lines]), known)  # noqa: S102  # names of fields, and nothing else
    found: Callable[..., Any] = known["found"]
    return found


def _read_turn(kind: Any, statuses: Any, triggers: Any) -> Turn | None:  # noqa: PLR0911  # one line for each kind
    if kind in (str, int, bool):
        return None
    if kind is datetime:
        return _moment
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = statuses if kind is Status else triggers if kind is Trigger else kind
        return {member.value: member for member in words}.__getitem__
    inner = _inner(kind)
    if inner is not None:
        turn, whole = _read_turn(inner, statuses, triggers), get_origin(kind)
        return whole if turn is None else lambda given: whole(map(turn, given))
    if _is_mapping(kind):
        return dict
    if has(kind):
        members = tuple((name, _read_turn(part.kind, statuses, triggers)) for name, part in parts(kind).items())
        make = _made(kind, members)
        return lambda given: make(given, len(given))
    raise _NoWay


def _write_turn(kind: Any) -> Turn | None:  # noqa: PLR0911  # one line for each kind of value
    if kind in (str, int, bool):
        return None
    if kind is datetime:
        return _text
    if kind is date:
        return date.isoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return WORD
    inner = _inner(kind)
    if inner is not None:
        turn = _write_turn(inner)
        if get_origin(kind) is frozenset:
            return lambda given: [] if not given else sorted(given if turn is None else map(turn, given))
        return list if turn is None else lambda given: [turn(one) for one in given]
    if _is_mapping(kind):
        return dict
    if has(kind):
        return _told(tuple((name, _write_turn(part.kind)) for name, part in parts(kind).items()))
    raise _NoWay


def _inner(kind: Any) -> Any:
    """Give what a list or set has in it; nothing for what is none, or mixed."""
    if get_origin(kind) not in (tuple, frozenset):
        return None
    inner = get_args(kind)[0]
    if get_origin(inner) in (Union, UnionType):
        raise _NoWay
    return inner


def _is_mapping(kind: Any) -> bool:
    whole = get_origin(kind)
    return isinstance(whole, type) and issubclass(whole, Mapping)


@lru_cache(maxsize=1024)
def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is UTC else found.astimezone(UTC)


@lru_cache(maxsize=1024)
def _text(moment: datetime) -> str:
    """Write a time. The same one stands in several fields of what is stored together."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat()[:-6] + "Z"
