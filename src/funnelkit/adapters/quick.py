"""Documents of one's own storage, read and written quickly: without the checks that what comes from outside needs.

It gives what `funnelkit.codec` gives, or gives up (None): for what another form wrote, what has more or less fields, or
what holds something whose class only its neighbours tell. Then the codec does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import UnionType
from typing import Any, Final, TypeAlias, Union, get_args, get_origin

from attrs import NOTHING, fields, has

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
    except (AttributeError, KeyError):
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
    names, turns = _of(members)
    pick, new = _picked(itemgetter, names), opened(kind)
    rest = tuple((f.name, f.default.factory) for f in fields(kind) if not f.init and f.default is not NOTHING)

    def make(given: Mapping[str, Any], count: int) -> Any:
        if count != len(names):
            raise KeyError(kind.__name__)
        held = [*pick(given)]
        for place, turn in turns:
            one = held[place]
            if one is not None:
                held[place] = turn(one)
        value = new()
        for name, one in zip(names, held, strict=True):
            setattr(value, name, one)
        for name, default in rest:
            setattr(value, name, default(value))
        value.__class__ = kind
        return value

    return make


def _told(members: Fields) -> Callable[[Any], dict[str, Any]]:
    """Give what writes the fields of a value."""
    names, turns = _of(members)
    pick = _picked(attrgetter, names)

    def tell(value: Any) -> dict[str, Any]:
        held = dict(zip(names, pick(value), strict=True))
        for place, turn in turns:
            one = held[names[place]]
            if one is not None:
                held[names[place]] = turn(one)
        return held

    return tell


def _of(members: Fields) -> tuple[tuple[str, ...], tuple[tuple[int, Turn], ...]]:
    """Give the names of fields, and what turns those that are something else in a document, by their places."""
    turns = ((place, turn) for place, (_, turn) in enumerate(members) if turn is not None)
    return tuple(name for name, _ in members), tuple(turns)


def _picked(getter: Any, names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Give all of these at once."""
    one = getter(*names)
    return one if len(names) > 1 else lambda given: (one(given),)


def _read_turn(kind: Any, statuses: Any, triggers: Any) -> Turn | None:
    if kind in (str, int, bool):
        return None
    if kind is datetime:
        return _moment
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


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is UTC else found.astimezone(UTC)


@lru_cache(maxsize=1024)
def _text(moment: datetime) -> str:
    """Write a time, which mostly stands in several fields of what is stored together."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat()[:-6] + "Z"
