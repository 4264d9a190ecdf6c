"""Documents of one's own storage, read and written quickly: without the checks that what comes from outside needs.

It gives what `funnelkit.codec` gives, or gives up (None): for what another form wrote, what has more or less fields, or
what holds something whose class only its neighbours tell. Then the codec does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Any, Final, TypeAlias, Union, get_args, get_origin

from attrs import has

from funnelkit.schema import FORM, Tables, axes, parts
from funnelkit.table import Status, Trigger
from funnelkit.tags import TAGS
from funnelkit.values.events import ContactChanged

Turn: TypeAlias = Callable[[Any], Any]
CLASSES: Final[Mapping[str, type[Any]]] = {tag: kind for kind, tag in TAGS.items()}


def read(document: Mapping[str, Any], kind: type[Any], funnel: Tables) -> Any:
    """Give the value of a document, or None where the codec has to look at it."""
    found: Any = CLASSES.get(document.get("type", ""))
    if found is None or not issubclass(found, kind) or document.get("schema") != FORM:
        return None
    known = _reader(
        found, document.get("field", "") if found is ContactChanged else "", funnel.statuses, funnel.triggers
    )
    if known is None or len(document) != len(known) + 2:
        return None
    try:
        return found(**{
            name: None if (given := document[name]) is None else given if turn is None else turn(given)
            for name, turn in known
        })  # fmt: skip
    except (KeyError, ValueError, TypeError):
        return None


def write(value: Any) -> dict[str, Any] | None:
    """Give the document of a value, or None where the codec has to write it."""
    kind: Any = type(value)
    known = _writer(kind, value.field if kind is ContactChanged else "")
    if known is None:
        return None
    written: dict[str, Any] = {"type": TAGS[kind], "schema": FORM}
    try:
        for name, turn in known:
            given = getattr(value, name)
            written[name] = given if given is None or turn is None else turn(given)
    except (AttributeError, KeyError):
        return None
    return written


Fields: TypeAlias = tuple[tuple[str, Turn | None], ...]
"""Of each field its name, and what turns it; nothing, where it is the same in a document."""


class _NoWay(Exception):  # nobody sees it
    """Something that the codec has to look at."""


@lru_cache(maxsize=4096)
def _reader(kind: Any, axis: str, statuses: Any, triggers: Any) -> Fields | None:
    return _fields(kind, axis, lambda one: _read_turn(one, statuses, triggers))


@lru_cache(maxsize=4096)
def _writer(kind: Any, axis: str) -> Fields | None:
    return _fields(kind, axis, _write_turn)


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
        return lambda given: _value(kind, members, given)
    raise _NoWay


def _write_turn(kind: Any) -> Turn | None:  # noqa: PLR0911  # one line for each kind of value
    if kind in (str, int, bool):
        return None
    if kind is datetime:
        return _text
    if kind is date:
        return date.isoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _word
    inner = _inner(kind)
    if inner is not None:
        turn = _write_turn(inner)
        if get_origin(kind) is frozenset:
            return sorted if turn is None else lambda given: sorted(map(turn, given))
        return list if turn is None else lambda given: [turn(one) for one in given]
    if _is_mapping(kind):
        return dict
    if has(kind):
        members = tuple((name, _write_turn(part.kind)) for name, part in parts(kind).items())
        return lambda given: {
            name: one if (one := getattr(given, name)) is None or turn is None else turn(one) for name, turn in members
        }
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


def _value(kind: type[Any], members: Fields, given: Mapping[str, Any]) -> Any:
    if len(given) != len(members):
        raise KeyError(kind.__name__)
    return kind(**{
        name: None if (one := given[name]) is None else one if turn is None else turn(one) for name, turn in members
    })  # fmt: skip


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _word(member: Enum) -> Any:
    return member.value
