"""Rows over Django's ORM. A field has the name of its column, but for ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.db import Error, IntegrityError, connections
from django.db.models import Count, Min, Q
from django.db.transaction import TransactionManagementError

from funnelkit.adapters.complaints import BUSY, MISSING, OLD, QUICKER, said
from funnelkit.adapters.row_nouns import RIPE
from funnelkit.adapters.rows import Query, Row, Term
from funnelkit.errors import Conflict, Unavailable

LOOKUPS: Final[Mapping[str, str]] = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", "in": "in"}

FIELDS: Final[Mapping[str, str]] = {"id": "ident"}
"""Columns whose field has another name."""
COLUMNS: Final[Mapping[str, str]] = {field: column for column, field in FIELDS.items()}

MIGRATE: Final = {
    MISSING: "tables are missing: run `migrate`",
    OLD: "the tables are of another version: run `migrate`",
}
"""What Django's own commands mend."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into our own errors: its texts may hold values, so none of them goes out."""
    try:
        yield
    except IntegrityError:
        raise Conflict("somebody was quicker: what may be there once is there already; plan again") from None
    except TransactionManagementError:  # the host's block is broken already: that is for the host to see
        raise
    except Error as error:
        state, text = getattr(error.__cause__, "sqlstate", None), str(error)
        says = said(state, text)
        if state in QUICKER or says == BUSY:
            raise Conflict(BUSY) from None
        raise Unavailable(MIGRATE.get(says, says)) from None


class OrmRows:
    """The tables of one account, by one of the host's databases, inside a transaction."""

    def __init__(self, using: str, account: str) -> None:
        """Take the alias of the database."""
        self._using = using
        self._account = account
        self._lite = connections[using].vendor == "sqlite"
        self._locked: dict[tuple[str, tuple[Any, ...]], Row] = {}

    @property
    def serial(self) -> bool:
        """Whether one transaction writes at a time."""
        return self._lite

    def get(self, table: str, key: Mapping[str, Any]) -> Row | None:
        """Give the row with this key; one that is locked already is not asked for again."""
        known = self._locked.get((table, tuple(key.values())))
        return known or next(iter(_rows(self._of(table, key))), None)

    def find(self, query: Query) -> list[Row]:
        """Give the rows that a query asks for."""
        found = self._asked(query).order_by(*map(_field, query.order))
        if query.after is not None:
            found = found.filter(_behind(tuple(map(_field, query.order)), query.after))
        if query.claim and not self._lite:
            found = found.select_for_update(skip_locked=True)
        return _rows(found if query.limit is None else found[: query.limit])

    def count(self, query: Query, column: str) -> tuple[int, datetime | None]:
        """Give how many there are, and the earliest time."""
        with told():
            found = self._asked(query).aggregate(count=Count("seq"), first=Min(_field(column)))
        return found["count"], None if found["first"] is None else found["first"].astimezone(UTC)

    def put(self, table: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Write the row with this key, be it new or not."""
        model = _model(table)
        with told():
            model.objects.using(self._using).bulk_create(
                [model(account=self._account, **_fields(key), **_fields(values))],
                update_conflicts=True,
                unique_fields=("account", *model.by),
                update_fields=tuple(_fields(values)),
            )
        self._locked.pop((table, tuple(key.values())), None)

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], *, new_only: bool = False) -> None:
        """Add rows to the end."""
        model = _model(table)
        given = [model(account=self._account, **_fields(row)) for row in rows]
        with told():
            model.objects.using(self._using).bulk_create(given, ignore_conflicts=new_only)

    def change(self, query: Query, values: Mapping[str, Any]) -> int:
        """Set columns of what a query asks for."""
        self._locked = {place: row for place, row in self._locked.items() if place[0] != query.table}
        with told():
            return int(self._asked(query).update(**_fields(values)))

    def drop(self, table: str, key: Mapping[str, Any]) -> None:
        """Take rows out."""
        with told():
            self._of(table, key).delete()
        self._locked.pop((table, tuple(key.values())), None)

    def locked(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Give those of these rows that are there, locked."""
        given = list(keys)
        *shared, last = given[0]
        where: list[Term] = [(name, "=", given[0][name]) for name in shared]
        where.append((last, "in", tuple(key[last] for key in given)))
        asked = self._asked(Query(table=table, where=tuple(where))).order_by(_field(last))  # the same order for all
        found = _rows(asked if self._lite else asked.select_for_update())
        self._locked |= {(table, tuple(row[name] for name in given[0])): row for row in found}
        return found

    def numbered(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Give the versions of these sets; where many write at a time, each gets a row to be locked."""
        found: dict[tuple[str, str], int] = {}
        sets = list(keys)
        if not self._lite:
            self.add("guards", [{"kind": kind, "key": key, "version": 0} for kind, key in sets], new_only=True)
        for kind in dict.fromkeys(kind for kind, _ in sets):
            rows = self.locked("guards", [{"kind": kind, "key": key} for one, key in sets if one == kind])
            found |= {(kind, row["key"]): row["version"] for row in rows}
        return found

    def _of(self, table: str, key: Mapping[str, Any]) -> Any:
        return _model(table).objects.using(self._using).filter(account=self._account, **_fields(key))

    def _asked(self, query: Query) -> Any:
        found = _model(query.table).objects.using(self._using).filter(account=self._account)
        return found.filter(*(_condition(term) for term in query.where))


def everywhere(using: str, until: datetime) -> list[tuple[str, str, int, datetime]]:
    """Give for every account and funnel how much has run out by then, and since when: of contacts and invitations."""
    found: list[tuple[str, str, int, datetime]] = []
    for table, column in RIPE:
        asked = _model(table).objects.using(using).filter(**{f"{column}__lte": until}).values_list("account", "funnel")
        with told():
            rows = list(asked.annotate(count=Count("seq"), first=Min(column)).order_by())
        found += [(account, funnel, count, first.astimezone(UTC)) for account, funnel, count, first in rows]
    return found


def _model(table: str) -> Any:
    try:
        from funnelkit.adapters.django.models import TABLES  # noqa: PLC0415  # a host may import this before its apps
    except RuntimeError:
        raise Unavailable("`funnelkit.adapters.django` is not in INSTALLED_APPS") from None
    return TABLES[table]


def _field(column: str) -> str:
    return FIELDS.get(column, column)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_field(column): value for column, value in values.items()}


def _rows(asked: Any) -> list[Row]:
    with told():
        return [{COLUMNS.get(field, field): value for field, value in row.items()} for row in asked.values()]


def _condition(term: Term) -> Q:
    column, op, value = term
    if value is None:
        return Q(**{f"{_field(column)}__isnull": True})
    return Q(**{f"{_field(column)}__{LOOKUPS[op]}": value})


def _behind(order: tuple[str, ...], after: tuple[Any, ...]) -> Q:
    """Say that a row lies behind a place: a later first column, or the same one and a later rest.

    The first part says no more than the second; an index is gone along by it.
    """
    found = Q(**{f"{order[-1]}__gt": after[-1]})
    for field, value in reversed(tuple(zip(order, after, strict=True))[:-1]):
        found = Q(**{f"{field}__gt": value}) | (Q(**{field: value}) & found)
    return Q(**{f"{order[0]}__gte": after[0]}) & found
