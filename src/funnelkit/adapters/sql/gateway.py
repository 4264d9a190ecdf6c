"""Rows over SQLAlchemy Core. Each shape of a statement is put together once; values come in as parameters.

A list of ids is one parameter, so that a statement stays the same and no list is too long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    JSON,
    Connection,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoneLeft

from funnelkit.adapters.rows import Query, Row, Term
from funnelkit.adapters.sql.schema import KEYS, TABLES, Instant
from funnelkit.errors import Conflict, Unavailable

OPS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": lambda column, value: column == value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
}
BUSY: Final = "the database is busy with somebody else's change; try again"
MISSING: Final = "tables are missing: upgrade the database"
FULL: Final = "the disk of the database is full"
READ_ONLY: Final = "the database may not be written to"
CUT: Final = "the connection was cut; nothing of this transaction is stored"
DEAF: Final = "the database did not answer"

QUICKER: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL says where somebody was quicker: not serializable, deadlock. To plan again helps."""
# fmt: off
STATES: Final[Mapping[str, str]] = {
    "25006": READ_ONLY, "42703": MISSING, "42P01": MISSING, "53100": FULL, "55P03": BUSY,
}
"""What else PostgreSQL says, by its codes."""
TEXTS: Final[Mapping[str, str]] = {
    "database is locked": BUSY, "database table is locked": BUSY,
    "no such table": MISSING, "no such column": MISSING, "has no column": MISSING,
    "database or disk is full": FULL, "readonly database": READ_ONLY,
    "unable to open": "the database cannot be opened", "file is not a database": "this is no database",
    "malformed": "the database is damaged: go back to a copy",
}
"""What SQLite says, which has no codes."""
# fmt: on


SHOWN: Final = {
    name: tuple(c for c in table.c if c.name not in ("seq", "account") and not isinstance(c.type, Instant))
    for name, table in TABLES.items()
}
"""What a row has that was read: all but its place and its account. Times stand in documents too."""
NAMES: Final = {name: tuple(column.name for column in columns) for name, columns in SHOWN.items()}

Place: TypeAlias = tuple[str, tuple[Any, ...]]
"""A table, and the key of a row."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into our own errors: its texts may hold values, so none of them goes out."""
    try:
        yield
    except TOLD as error:
        raise ours(error) from None


TOLD: Final = (DBAPIError, PendingRollbackError, NoneLeft)


def ours(error: Exception) -> Conflict | Unavailable:
    """Give our own error for one of SQLAlchemy's."""
    if isinstance(error, IntegrityError):
        return Conflict("somebody was quicker: what may be there once is there already; plan again")
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state in QUICKER:
            return Conflict("somebody was quicker; plan again")
        return Unavailable(CUT if error.connection_invalidated else _said(state, str(error.orig)))
    if isinstance(error, PendingRollbackError):
        return Unavailable(CUT)
    return Unavailable("all connections to the database are in use; try again")


def _said(state: str | None, text: str) -> str:
    """Give what went wrong, in words of ours; only SQLite, which has no codes, is known by its text."""
    if state is not None:
        return STATES.get(state, DEAF)
    return next((says for words, says in TEXTS.items() if words in text), DEAF)


class SqlRows:
    """The tables of one account, over a connection that is in a transaction."""

    def __init__(self, connection: Connection, account: str) -> None:
        """Stand on this connection."""
        self._connection = connection
        self._account = account
        self._lite = connection.dialect.name == "sqlite"
        self._locked: dict[Place, Row | None] = {}

    @property
    def serial(self) -> bool:
        """Whether one transaction writes at a time."""
        return self._lite

    def get(self, table: str, key: Mapping[str, Any]) -> Row | None:
        """Give the row with this key; one that is locked already is not asked for again."""
        place = (table, tuple(key.values()))
        if place in self._locked:
            return self._locked[place]
        found = self._run(_one(table), {"account": self._account, **key}).first()
        return None if found is None else dict(zip(NAMES[table], found, strict=True))

    def find(self, query: Query) -> list[Row]:
        """Give the rows that a query asks for."""
        return self._found(query, claims=query.claim and not self._lite)

    def _found(self, query: Query, *, claims: bool = False, locks: bool = False) -> list[Row]:
        shape, values = _apart(query.where)
        statement = _shaped(
            query.table, shape, query.columns, query.order, query.after is not None, query.limit is not None,
            claims=claims, locks=locks, lite=self._lite,
        )  # fmt: skip
        values |= {f"a{place}": value for place, value in enumerate(query.after or ())}
        values |= {"account": self._account} if query.limit is None else {"account": self._account, "most": query.limit}
        names = query.columns or NAMES[query.table]
        return [dict(zip(names, found, strict=True)) for found in self._run(statement, values).all()]

    def count(self, query: Query, column: str) -> tuple[int, datetime | None]:
        """Give how many there are, and the earliest time."""
        shape, values = _apart(query.where)
        statement = _counted(query.table, shape, column, lite=self._lite)
        count, first = self._run(statement, {"account": self._account, **values}).one()
        return count, first

    def put(self, table: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Write the row with this key, be it new or not."""
        statement = _put(table, tuple(key), tuple(values), lite=self._lite)
        self._run(statement, {"account": self._account, **key, **values})
        self._locked.pop((table, tuple(key.values())), None)

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], *, new_only: bool = False) -> None:
        """Add rows to the end."""
        given = [{"account": self._account, **row} for row in rows]
        for row in given:
            self._locked.pop((table, tuple(row[name] for name in KEYS[table])), None)
        if given:
            self._run(_add(table, new_only=new_only, lite=self._lite), given)

    def change(self, query: Query, values: Mapping[str, Any]) -> int:
        """Set columns of what a query asks for."""
        shape, told_of = _apart(query.where)
        statement = _changed(query.table, shape, tuple(values), lite=self._lite)
        given = {"account_": self._account, **told_of, **{f"new_{column}": value for column, value in values.items()}}
        self._locked = {place: row for place, row in self._locked.items() if place[0] != query.table}
        return int(self._run(statement, given).rowcount)

    def drop(self, table: str, key: Mapping[str, Any]) -> None:
        """Take rows out."""
        self._run(_dropped(table, tuple(key)), {"account": self._account, **key})
        self._locked.pop((table, tuple(key.values())), None)

    def locked(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Give those of these rows that are there, locked. What is not there stays away, too.

        One writes at a time; or the names of what is not there were locked before (`numbered`).
        """
        given = list(keys)
        names = tuple(given[0]) if given else ()
        where: tuple[Term, ...] = tuple((name, "=", given[0][name]) for name in names[:-1])
        where += ((names[-1], "in", tuple(key[names[-1]] for key in given)),)
        found = self._found(Query(table=table, where=where, order=(names[-1],)), locks=not self._lite)
        self._locked |= dict.fromkeys((table, tuple(key.values())) for key in given)
        self._locked |= {(table, tuple(row[name] for name in names)): row for row in found}
        return found

    def numbered(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Give the versions of these sets; where many write at a time, each gets a row to be locked."""
        found: dict[tuple[str, str], int] = {}
        sets = list(keys)
        if sets and not self._lite:
            self.add("guards", [{"kind": kind, "key": key, "version": 0} for kind, key in sets], new_only=True)
        for kind in dict.fromkeys(kind for kind, _ in sets):
            rows = self.locked("guards", [{"kind": kind, "key": key} for one, key in sets if one == kind])
            found |= {(kind, row["key"]): row["version"] for row in rows}
        return found

    def _run(self, statement: Any, values: Any) -> Any:
        try:
            return self._connection.execute(statement, values)
        except TOLD as error:
            raise ours(error) from None


@cache
def _one(table: str) -> Select[Any]:
    of = TABLES[table]
    return select(*SHOWN[table]).where(*(of.c[column] == bindparam(column) for column in ("account", *KEYS[table])))


Shape: TypeAlias = tuple[tuple[str, str], ...]
"""Of each condition its column, and what it says of it."""


def _apart(where: tuple[Term, ...]) -> tuple[Shape, dict[str, Any]]:
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
def _shaped(
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
def _counted(name: str, shape: Shape, column: str, *, lite: bool) -> Any:
    table = TABLES[name]
    time = table.c[column]
    return select(func.count(), func.min(time, type_=time.type)).where(*_conditions(table, shape, lite=lite))


@lru_cache(maxsize=512)
def _put(table: str, key: tuple[str, ...], columns: tuple[str, ...], *, lite: bool) -> Any:
    of = TABLES[table]
    new: Any = (
        (sqlite if lite else postgresql)
        .insert(of)
        .values({column: bindparam(column) for column in ("account", *key, *columns)})
    )
    changes = {column: new.excluded[column] for column in columns}
    return new.on_conflict_do_update(index_elements=["account", *KEYS[table]], set_=changes)


@lru_cache(maxsize=64)
def _add(table: str, *, new_only: bool, lite: bool) -> Any:
    of = TABLES[table]
    if not new_only:
        return insert(of)
    new: Any = (sqlite if lite else postgresql).insert(of)
    return new.on_conflict_do_nothing(index_elements=["account", *KEYS[table]])


@lru_cache(maxsize=64)
def _changed(name: str, shape: Shape, columns: tuple[str, ...], *, lite: bool) -> Any:
    statement = update(TABLES[name]).where(*_conditions(TABLES[name], shape, lite=lite, account="account_"))
    return statement.values({column: bindparam(f"new_{column}") for column in columns})


@lru_cache(maxsize=64)
def _dropped(name: str, key: tuple[str, ...]) -> Any:
    table = TABLES[name]
    return delete(table).where(*(table.c[column] == bindparam(column) for column in ("account", *key)))


def everywhere(connection: Connection, until: datetime) -> list[tuple[str, str, int, datetime]]:
    """Give for every account and funnel how much has run out by then, and since when: of contacts and invitations."""
    found: list[tuple[str, str, int, datetime]] = []
    for name, column in (("contacts", "gives_up"), ("invitations", "expires")):
        table = TABLES[name]
        time = table.c[column]
        asked = select(table.c.account, table.c.funnel, func.count(), func.min(time, type_=time.type)).where(
            and_(time.is_not(None), time <= bindparam("until", type_=time.type))
        )
        with told():
            rows = connection.execute(asked.group_by(table.c.account, table.c.funnel), {"until": until})
            found += [(account, funnel, count, first) for account, funnel, count, first in rows]
    return found
