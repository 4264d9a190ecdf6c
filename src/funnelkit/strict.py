"""Values and plain data: the only door to cattrs. What is read is checked strictly, and no error shows a value.

`converter()` makes a new one; nothing is shared. What does not fit is an `Invalid` with every problem by its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, TypeAlias, TypeVar, get_args, get_origin

from attrs import fields, has
from cattrs import AttributeValidationNote, BaseValidationError, Converter, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override

from funnelkit.errors import Invalid, Problem, kind_of, unknown
from funnelkit.times import BusinessTime, Elapsed, Length, LocalDays

T = TypeVar("T")
P = TypeVar("P")
Kind: TypeAlias = type[Any]
Hook: TypeAlias = Callable[[object, object], Any]
Reader: TypeAlias = Converter

LEAVES: Final[Mapping[type, str]] = {str: "a text", int: "a whole number", bool: "true or false"}
TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
"""How a time is written: ISO 8601 with its offset from UTC, nothing finer than a microsecond."""

DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""How a date is written."""

FIELD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""How a key looks that an error may name. Any other might be a value in the wrong place."""


def converter(
    hooks: Mapping[Kind, Hook] | None = None, fields: Mapping[Kind, Mapping[str, Hook]] | None = None
) -> Converter:
    """Make a converter that takes nothing for what it is not: no number for a text, no text for a list of letters.

    It reads texts, whole numbers, truths, words of an enum, lists, tables, lengths of time, and classes of these.
    `hooks` read exactly these types in a way of their own, `fields` these fields of these classes.
    """
    made = Converter(forbid_extra_keys=True, detailed_validation=True)
    own: dict[Any, Hook] = {Elapsed: _elapsed, Length: _length(made), date: of_day, **(hooks or {})}
    parts: dict[Kind, Mapping[str, Hook]] = {**(fields or {})}

    def of_class(kind: Kind, using: Converter) -> Hook:
        return of_fields(kind, using, **parts.get(_class(kind), {}))

    def of_leaf(given: object, kind: Kind) -> object:
        if kind in LEAVES:
            return _leaf(given, kind)
        if kind not in own:
            own[kind] = of_enum(kind)
        return own[kind](given, kind)

    # cattrs asks for a leaf first, and takes an enum of texts for a text. Of the factories, the last is asked first.
    for leaf in LEAVES:
        made.register_structure_hook(leaf, of_leaf)
    made.register_structure_hook_factory(_is_class, of_class)
    made.register_structure_hook_factory(_is_table, _table)
    made.register_structure_hook_factory(_is_list, _list)
    made.register_structure_hook_factory(_is_row, _row)
    made.register_structure_hook_factory(_is_enum, of_enum)
    # The hooks of values, events and commands follow here.
    made.register_structure_hook_factory(own.__contains__, lambda kind: own[kind])
    return made


def structured(using: Converter, given: object, kind: type[T], path: str = "") -> T:
    """Make a value of plain data, or raise Invalid with every problem by its path."""
    try:
        return using.structure(given, kind)
    except (BaseValidationError, Invalid) as error:
        raise Invalid(*problems(error, path)) from None


def problems(error: BaseException, path: str = "") -> Iterator[Problem]:
    """Give every problem that a converter came upon, without the values that it came upon."""
    if isinstance(error, BaseValidationError):
        for each in error.exceptions:
            notes = (note for note in getattr(each, "__notes__", ()) if isinstance(note, AttributeValidationNote))
            yield from problems(each, below(path, next((note.name for note in notes), "")))
    elif isinstance(error, Invalid):
        yield from (Problem(below(path, found.path), found.message) for found in error.problems)
    elif isinstance(error, ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            yield (
                Problem(below(path, key), "is no field here")
                if FIELD.fullmatch(key)
                else Problem(path, _strange(error))
            )
    else:
        yield Problem(path, "is missing" if isinstance(error, KeyError) else "is not valid")


def below(path: str, part: str | int) -> str:
    """Give the path of a part: `moves`, `moves[3]`, `moves[3].by`."""
    name = f"[{part}]" if isinstance(part, int) else part
    return f"{path}.{name}" if path and name and not name.startswith("[") else f"{path}{name}"


def wrong(message: str) -> Invalid:
    """Say what is wrong with what stands here; its path is added on the way up."""
    return Invalid(Problem("", message))


def each(parts: Iterable[tuple[str | int, P]], make: Callable[[P], T]) -> list[T]:
    """Make something of all of these, or raise Invalid with the problems of all of them, each below its name."""
    found: list[T] = []
    wrongs: list[Problem] = []
    for name, part in parts:
        try:
            found.append(make(part))
        except (BaseValidationError, Invalid) as error:
            wrongs.extend(problems(error, below("", name)))
    if wrongs:
        raise Invalid(*wrongs)
    return found


def of_fields(kind: Kind, using: Converter, /, **hooks: Hook) -> Hook:
    """Make the hook of a class: a table with its fields; `hooks` are fields that are read in a way of their own."""
    make: Any = make_dict_structure_fn
    build = make(
        kind,
        using,
        _cattrs_forbid_extra_keys=True,
        **{name: override(struct_hook=hook) for name, hook in hooks.items()},
    )
    return lambda given, _: build(as_table(given), kind)


def as_table(given: object) -> Mapping[str, Any]:
    """Give this if it is a table with texts as keys; refuse all else."""
    if not isinstance(given, Mapping) or not all(type(key) is str for key in given):
        raise wrong(f"a table of fields is needed, not {kind_of(given)}")
    return given


def as_list(given: object) -> list[Any]:
    """Give this if it is a list; refuse all else, a text above all."""
    if not isinstance(given, (list, tuple)):
        raise wrong(f"a list is needed, not {kind_of(given)}")
    return list(given)


def word(noun: str, members: Mapping[str, T], owner: str) -> Hook:
    """Make the hook of a closed list: a text that is one of its keys."""

    def structure(given: object, _: object) -> T:
        if type(given) is not str or given not in members:
            raise wrong(unknown(noun, given, owner, members))
        return members[given]

    return structure


def of_enum(kind: type[Enum]) -> Hook:
    """Make the hook of an enum."""
    return word(kind.__name__.lower(), {str(member.value): member for member in kind}, "this field")


def of_time(given: object, _: object) -> datetime:
    """Make a time in UTC of its text; one without an offset could be any."""
    example = "a time with its offset from UTC is needed, e.g. 2026-11-22T09:00:00+01:00"
    if type(given) is not str:
        raise wrong(f"{example}, not {kind_of(given)}")
    if not re.fullmatch(TIME, given):
        raise wrong(example)
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except (OverflowError, ValueError):
        raise wrong("there is no such time") from None


def of_day(given: object, _: object) -> date:
    """Make a date of its text."""
    if type(given) is not str or not re.fullmatch(DAY, given):
        raise wrong(f"a date is needed, e.g. 2026-11-22{'' if type(given) is str else f', not {kind_of(given)}'}")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong("there is no such date") from None


def _strange(error: ForbiddenExtraKeysError) -> str:
    known = ", ".join(field.name for field in fields(error.cl) if field.init)
    return f"there is a key here that is no field; known: {known}"


def _class(kind: Kind) -> Any:  # a type, or what a type with parameters is made from
    whole: Any = get_origin(kind)
    return kind if whole is None else whole


def _is_class(kind: Kind) -> bool:
    return has(_class(kind))


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _is_list(kind: Kind) -> bool:
    return get_origin(kind) is frozenset or (get_origin(kind) is tuple and get_args(kind)[1:] == (...,))


def _is_row(kind: Kind) -> bool:
    return get_origin(kind) is tuple and not _is_list(kind)


def _is_table(kind: Kind) -> bool:
    return get_origin(kind) in (dict, Mapping)


def _leaf(given: object, kind: Kind) -> object:
    if type(given) is not kind:
        raise wrong(f"{LEAVES[kind]} is needed, not {kind_of(given)}")
    return given


def _list(kind: Kind, using: Converter) -> Hook:
    whole: Any = get_origin(kind)
    inner = get_args(kind)[0]

    def structure(given: object, _: object) -> object:
        return whole(each(enumerate(as_list(given)), lambda part: using.structure(part, inner)))

    return structure


def _row(kind: Kind, using: Converter) -> Hook:
    """Make the hook of a list in which each place has a kind of its own."""
    inner = get_args(kind)

    def structure(given: object, _: object) -> object:
        row = as_list(given)
        if len(row) != len(inner):
            raise wrong(f"a list of {len(inner)} is needed")
        pairs = zip(row, inner, strict=True)
        return tuple(each(enumerate(pairs), lambda pair: using.structure(*pair)))

    return structure


def _table(kind: Kind, using: Converter) -> Hook:
    head, inner = get_args(kind)

    def structure(given: object, _: object) -> object:
        def entry(part: tuple[str, object]) -> tuple[object, object]:
            return using.structure(part[0], head), using.structure(part[1], inner)

        return dict(each([(_named(part[0]), part) for part in as_table(given).items()], entry))

    return structure


def _named(key: str) -> str:
    return key if FIELD.fullmatch(key) else "…"


def _elapsed(given: object, _: object) -> Elapsed:
    return _made(given, Elapsed, {"seconds": "seconds"}, 'a length of time is needed, e.g. {"seconds": 172800}')


def _length(using: Converter) -> Hook:
    """Make the hook of a length of time: each sort has keys of its own."""
    needed = 'a length of time is needed: {"seconds": 172800}, {"days": 2}, {"open_days": 2} or {"open_seconds": 57600}'

    def structure(given: object, _: object) -> Length:
        table = as_table(given)
        if "days" in table:
            return using.structure(table, LocalDays)
        if {"open_days", "open_seconds"} & table.keys():
            return _made(table, BusinessTime, {"open_days": "days", "open_seconds": "seconds"}, needed)
        return _made(table, Elapsed, {"seconds": "seconds"}, needed)

    return structure


def _made(given: object, kind: Callable[..., T], names: Mapping[str, str], needed: str) -> T:
    """Make a length of whole numbers under these names; what is wrong with it is wrong with the whole."""
    table = as_table(given)
    if not table or not table.keys() <= names.keys() or any(type(part) is not int for part in table.values()):
        raise wrong(needed)
    try:
        return kind(**{names[name]: part for name, part in table.items()})
    except Invalid as error:
        raise wrong(error.problems[0].message) from None
