"""Rows over SQLAlchemy Core. Each shape of a statement is put together once; values come in as parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final
from weakref import ref

from sqlalchemy import Connection, Select, Table, and_, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoneLeft

from funnelkit.adapters.rows import Query, Row, Term
from funnelkit.adapters.sql.schema import KEYS, TABLES
from funnelkit.errors import Conflict, Unavailable, invalid

OPS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": lambda column, value: column == value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    "in": lambda column, value: column.in_(value),
}
OUTBOX: Final = "outbox"
ADDED: Final = "funnelkit_added"
"""Where a connection keeps which of its transactions has added messages."""

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


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into our own errors: its texts may hold values, so none of them goes out."""
    try:
        yield
    except IntegrityError:
        raise Conflict("somebody was quicker: what may be there once is there already; plan again") from None
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in QUICKER:
            raise Conflict("somebody was quicker; plan again") from None
        raise Unavailable(CUT if error.connection_invalidated else _said(state, str(error.orig))) from None
    except PendingRollbackError:
        raise Unavailable(CUT) from None
    except NoneLeft:
        raise Unavailable("all connections to the database are in use; try again") from None


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
        self._locked: dict[tuple[str, tuple[Any, ...]], Row | None] = {}

    @property
    def serial(self) -> bool:
        """Whether one transaction writes at a time."""
        return self._lite

    def get(self, table: str, key: Mapping[str, Any]) -> Row | None:
        """Give the row with this key; one that is locked already is not asked for again."""
        place = (table, tuple(key.values()))
        if place in self._locked:
            return self._locked[place]
        found = self._run(_one(table), {"account": self._account, **key}).mappings().first()
        return None if found is None else dict(found)

    def find(self, query: Query) -> list[Row]:
        """Give the rows that a query asks for. Raises Invalid for a claim where rows were added and not committed."""
        if query.claim and self._added() is self._connection.get_transaction():
            raise invalid("transaction", "messages of this transaction are sent when it is committed, and not before")
        statement, values = _found(query, self._account, claims=query.claim and not self._lite)
        return [dict(row) for row in self._run(statement, values).mappings()]

    def count(self, query: Query, column: str) -> tuple[int, datetime | None]:
        """Give how many there are, and the earliest time."""
        table, (conditions, values) = TABLES[query.table], _where(query.where)
        time = table.c[column]
        asked = select(func.count(), func.min(time, type_=time.type)).where(
            table.c.account == bindparam("account"), *conditions(table)
        )
        count, first = self._run(asked, {"account": self._account, **values}).one()
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
            if table == OUTBOX:
                self._connection.info[ADDED] = ref(self._connection.get_transaction())

    def _added(self) -> object:
        """Give the transaction of this connection that was the last one to add messages, while it lives."""
        return self._connection.info.get(ADDED, lambda: ADDED)()

    def change(self, query: Query, values: Mapping[str, Any]) -> int:
        """Set columns of what a query asks for."""
        table, (conditions, told_of) = TABLES[query.table], _where(query.where)
        statement = update(table).where(table.c.account == bindparam("of_account"), *conditions(table))
        statement = statement.values({column: bindparam(f"new_{column}") for column in values})
        given = {"of_account": self._account, **told_of, **{f"new_{column}": value for column, value in values.items()}}
        self._locked = {place: row for place, row in self._locked.items() if place[0] != query.table}
        return int(self._run(statement, given).rowcount)

    def drop(self, table: str, key: Mapping[str, Any]) -> None:
        """Take rows out."""
        of = TABLES[table]
        conditions = [of.c[column] == bindparam(column) for column in ("account", *key)]
        self._run(delete(of).where(*conditions), {"account": self._account, **key})
        self._locked.pop((table, tuple(key.values())), None)

    def locked(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Give those of these rows that are there, locked."""
        given = list(keys)
        names = tuple(given[0]) if given else ()
        where: tuple[Term, ...] = tuple((name, "=", given[0][name]) for name in names[:-1])
        where += ((names[-1], "in", tuple(key[names[-1]] for key in given)),)
        query = Query(table=table, where=where, order=(names[-1],))
        statement, values = _found(query, self._account, claims=False, locks=not self._lite)
        found: list[Row] = [dict(row) for row in self._run(statement, values).mappings()]
        if self._lite:  # one writer at a time: what is not there stays away, too
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
        with told():
            return self._connection.execute(statement, values)


@cache
def _one(table: str) -> Select[Any]:
    of = TABLES[table]
    return select(of).where(*(of.c[column] == bindparam(column) for column in ("account", *KEYS[table])))


def _where(where: tuple[Term, ...]) -> tuple[Callable[[Table], list[Any]], dict[str, Any]]:
    """Give what makes conditions on a table, and the values of their parameters."""
    values = {f"w{place}": value for place, (_, _, value) in enumerate(where) if value is not None}

    def conditions(table: Table) -> list[Any]:
        return [
            table.c[column].is_(None)
            if value is None
            else OPS[op](table.c[column], bindparam(f"w{place}", expanding=op == "in", type_=table.c[column].type))
            for place, (column, op, value) in enumerate(where)
        ]

    return conditions, values


def _found(query: Query, account: str, *, claims: bool, locks: bool = False) -> tuple[Select[Any], dict[str, Any]]:
    """Give a statement, out of those of its shape, and the values of its parameters."""
    shape = tuple((column, op, value is None) for column, op, value in query.where)
    statement = _shaped(
        query.table, shape, query.order, query.after is not None, query.limit is not None, claims=claims, locks=locks
    )  # fmt: skip
    values = {f"w{place}": value for place, (_, _, value) in enumerate(query.where) if value is not None}
    values |= {f"a{place}": value for place, value in enumerate(query.after or ())}
    return statement, {"account": account, **values, **({} if query.limit is None else {"most": query.limit})}


@lru_cache(maxsize=512)
def _shaped(
    name: str,
    where: tuple[tuple[str, str, bool], ...],
    order: tuple[str, ...],
    behind: bool,  # noqa: FBT001  # a part of the shape
    limited: bool,  # noqa: FBT001  # the same
    *,
    claims: bool,
    locks: bool,
) -> Select[Any]:
    table = TABLES[name]
    terms: tuple[Any, ...] = tuple((column, op, None if empty else 0) for column, op, empty in where)
    conditions = _where(terms)[0](table)
    statement = select(table).where(table.c.account == bindparam("account"), *conditions)
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
