"""Statements: each shape is put together once; values come in as parameters.

A list of ids is one parameter, so that a statement stays the same and no list is too long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    JSON,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite

from funnelkit.adapters.rows import Term
from funnelkit.adapters.sql.schema import KEYS, TABLES, Instant

OPS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": lambda column, value: column == value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
}

SHOWN: Final = {
    name: tuple(c for c in table.c if c.name not in ("seq", "account") and not isinstance(c.type, Instant))
    for name, table in TABLES.items()
}
"""What a row has that was read: all but its place and its account. Times stand in documents too."""
NAMES: Final = {name: tuple(column.name for column in columns) for name, columns in SHOWN.items()}


@cache
def row_of(table: str) -> Select[Any]:
    """Ask for the row with a key."""
    of = TABLES[table]
    return select(*SHOWN[table]).where(*(of.c[column] == bindparam(column) for column in ("account", *KEYS[table])))


Shape: TypeAlias = tuple[tuple[str, str], ...]
"""Of each condition its column, and what it says of it."""


def apart(where: tuple[Term, ...]) -> tuple[Shape, dict[str, Any]]:
    """Take conditions apart: what they say, and the values of their parameters."""
    shape, values = [], {}
    for place, (column, op, value) in enumerate(where):
        if value is None:
            shape.append((column, "empty"))
        elif op == "in" and len(value) == 1:
            shape.append((column, "="))
            values[f"w{place}"] = value[0]
        else:
            shape.append((column, op))
            values[f"w{place}"] = list(value) if op == "in" else value
    return tuple(shape), values


def _conditions(table: Table, shape: Shape, *, lite: bool, account: str = "account") -> list[Any]:
    found: list[Any] = [table.c.account == bindparam(account)]
    for place, (name, op) in enumerate(shape):
        column, value = table.c[name], f"w{place}"
        if op == "empty":
            found.append(column.is_(None))
        elif op != "in":
            found.append(OPS[op](column, bindparam(value, type_=column.type)))
        elif lite:
            listed = func.json_each(bindparam(value, type_=JSON)).table_valued("value", name="listed")
            found.append(column.in_(select(listed.c.value)))
        else:
            found.append(column == any_(bindparam(value, type_=postgresql.ARRAY(Text))))
    return found


@lru_cache(maxsize=512)
def found(
    name: str,
    shape: Shape,
    shown: tuple[str, ...],
    order: tuple[str, ...],
    behind: bool,  # noqa: FBT001  # a part of the shape
    limited: bool,  # noqa: FBT001  # the same
    *,
    claims: bool,
    locks: bool,
    lite: bool,
) -> Select[Any]:
    """Ask for rows. `claims`: lock them, and pass over what is locked; `locks`: lock them, and wait."""
    table = TABLES[name]
    needed = [table.c[column] for column in shown] or SHOWN[name]
    statement = select(*needed).where(*_conditions(table, shape, lite=lite))
    columns = [table.c[column] for column in order]
    if behind:
        places = [bindparam(f"a{place}", type_=column.type) for place, column in enumerate(columns)]
        statement = statement.where(tuple_(*columns) > tuple_(*places))
    statement = statement.order_by(*columns)
    if limited:
        statement = statement.limit(bindparam("most"))
    if claims or locks:
        statement = statement.with_for_update(skip_locked=claims)
    return statement


@lru_cache(maxsize=64)
def counted(name: str, shape: Shape, column: str, *, lite: bool) -> Any:
    """Ask how many rows there are, and for the earliest time."""
    table = TABLES[name]
    time = table.c[column]
    return select(func.count(), func.min(time, type_=time.type)).where(*_conditions(table, shape, lite=lite))


@lru_cache(maxsize=512)
def put(table: str, key: tuple[str, ...], columns: tuple[str, ...], *, lite: bool) -> Any:
    """Write a row, be it new or not."""
    of = TABLES[table]
    new: Any = (
        (sqlite if lite else postgresql)
        .insert(of)
        .values({column: bindparam(column) for column in ("account", *key, *columns)})
    )
    changes = {column: new.excluded[column] for column in columns}
    return new.on_conflict_do_update(index_elements=["account", *KEYS[table]], set_=changes)


@lru_cache(maxsize=64)
def added(table: str, *, new_only: bool, lite: bool) -> Any:
    """Add rows."""
    of = TABLES[table]
    if not new_only:
        return insert(of)
    new: Any = (sqlite if lite else postgresql).insert(of)
    return new.on_conflict_do_nothing(index_elements=["account", *KEYS[table]])


@lru_cache(maxsize=64)
def changed(name: str, shape: Shape, columns: tuple[str, ...], *, lite: bool) -> Any:
    """Set columns."""
    statement = update(TABLES[name]).where(*_conditions(TABLES[name], shape, lite=lite, account="account_"))
    return statement.values({column: bindparam(f"new_{column}") for column in columns})


@lru_cache(maxsize=64)
def dropped(name: str, key: tuple[str, ...]) -> Any:
    """Take rows out."""
    table = TABLES[name]
    return delete(table).where(*(table.c[column] == bindparam(column) for column in ("account", *key)))


@lru_cache(maxsize=16)
def numbered(count: int, *, lite: bool) -> Any:
    """Ask for so many sets, of whatever kinds, locked where many write at a time."""
    table = TABLES["guards"]
    those = [and_(table.c.kind == bindparam(f"kind_{n}"), table.c.key == bindparam(f"key_{n}")) for n in range(count)]
    columns = (table.c.kind, table.c.key, table.c.version)
    statement = select(*columns).where(table.c.account == bindparam("account"), or_(*those))
    return statement if lite else statement.order_by(table.c.kind, table.c.key).with_for_update()
