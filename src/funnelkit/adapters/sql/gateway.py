"""Rows over SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from weakref import ref

from attrs import evolve
from sqlalchemy import Connection, and_, bindparam, func, select

from funnelkit.adapters.row_nouns import RIPE, attended
from funnelkit.adapters.rows import Query, Row, Term
from funnelkit.adapters.sql import statements
from funnelkit.adapters.sql.errors import TOLD, ours, told
from funnelkit.adapters.sql.page import Desk, Lasting, Page, Place
from funnelkit.adapters.sql.schema import KEYS, TABLES
from funnelkit.errors import invalid

FUNNELS: Final = "funnels"
OUTBOX: Final = "outbox"
LOOKED_AT: Final = "appointments"
"""The set of a contact that is looked at when it is given up."""
ADDED: Final = "funnelkit_added"
"""Where a connection keeps which of its transactions has added messages."""


class SqlRows:
    """The tables of one account, over a connection that is in a transaction."""

    def __init__(self, desk: Desk, account: str) -> None:
        """Stand on this connection, and go on with the page that is open."""
        self._desk = desk
        self._connection = desk.connection
        self._account = account
        self._lite = desk.connection.dialect.name == "sqlite"
        self._page = desk.page if desk.page is not None and desk.page.account == account else None
        self._locked: dict[Place, Row | None] = {} if self._page is None else self._page.known

    @property
    def serial(self) -> bool:
        """Whether one transaction writes at a time."""
        return self._lite

    def get(self, table: str, key: Mapping[str, Any]) -> Row | None:
        """Give the row with this key; one that is locked already is not asked for again."""
        place = (table, tuple(key.values()))
        if place in self._locked:
            return self._locked[place]
        if table == FUNNELS and self._desk.lasting is not None:
            return self._lasting(self._desk.lasting, key["fingerprint"])
        return self._read(table, key)

    def find(self, query: Query) -> list[Row]:
        """Give the rows that a query asks for. Raises Invalid for a claim of messages that are not committed."""
        if query.claim and query.table == "contacts" and self._desk.lasting is not None:
            return self._claimed(query)
        if query.claim and query.table == OUTBOX and self._added() is self._connection.get_transaction():
            raise invalid("transaction", "messages of this transaction are sent when it is committed, and not before")
        known = None if self._page is None else self._page.answer(query)
        return self._found(query, claims=query.claim) if known is None else known

    def count(self, query: Query, column: str) -> tuple[int, datetime | None]:
        """Give how many there are, and the earliest time."""
        self._reads(query.table)
        shape, values = statements.apart(query.where)
        statement = statements.counted(query.table, shape, column, lite=self._lite)
        count, first = self._run(statement, {"account": self._account, **values}).one()
        return count, first

    def put(self, table: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Write the row with this key, be it new or not."""
        statement = statements.put(table, tuple(key), tuple(values), lite=self._lite)
        self._say(table, statement, [{"account": self._account, **key, **values}])
        if self._page is None:
            self._locked.pop((table, tuple(key.values())), None)
        else:
            self._locked[table, tuple(key.values())] = {**key, **values}

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], *, new_only: bool = False) -> None:
        """Add rows to the end."""
        given = [{"account": self._account, **row} for row in rows]
        for row in given:
            self._locked.pop((table, tuple(row[name] for name in KEYS[table])), None)
            if table == FUNNELS:
                self._desk.made.add((self._account, row["fingerprint"]))
        if given:
            self._say(table, statements.added(table, new_only=new_only, lite=self._lite), given)
            if table == OUTBOX:
                self._connection.info[ADDED] = ref(self._connection.get_transaction())

    def _added(self) -> object:
        """Give the transaction of this connection that was the last one to add messages, while it lives."""
        return self._connection.info.get(ADDED, lambda: ADDED)()

    def change(self, query: Query, values: Mapping[str, Any]) -> int:
        """Set columns of what a query asks for."""
        self._acts(query.table)
        shape, told_of = statements.apart(query.where)
        statement = statements.changed(query.table, shape, tuple(values), lite=self._lite)
        given = {"account_": self._account, **told_of, **{f"new_{column}": value for column, value in values.items()}}
        for place in [place for place in self._locked if place[0] == query.table]:
            del self._locked[place]
        return int(self._run(statement, given).rowcount)

    def drop(self, table: str, key: Mapping[str, Any]) -> None:
        """Take rows out."""
        self._acts(table)
        self._run(statements.dropped(table, tuple(key)), {"account": self._account, **key})
        self._locked.pop((table, tuple(key.values())), None)

    def locked(self, table: str, keys: Iterable[Mapping[str, Any]]) -> list[Row]:
        """Give those of these rows that are there, locked. What is not there stays away, too.

        One writes at a time; or the names of what is not there were locked before (`numbered`).
        """
        given = {tuple(key.values()): key for key in keys}
        new = [key for place, key in given.items() if (table, place) not in self._locked]
        if new:
            self._acts(table)
            names = tuple(new[0])
            where: tuple[Term, ...] = tuple((name, "=", new[0][name]) for name in names[:-1])
            where += ((names[-1], "in", tuple(key[names[-1]] for key in new)),)
            self._locked |= dict.fromkeys((table, tuple(key.values())) for key in new)
            self._keep(table, self._found(Query(table=table, where=where, order=(names[-1],)), locks=True))
        return [row for place in given if (row := self._locked[table, place]) is not None]

    def numbered(self, keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Give the versions of these sets; where many write at a time, each gets a row to be locked."""
        sets = list(keys)
        new = [one for one in sets if ("guards", one) not in self._locked]
        if new:
            self._acts("guards")
            self._named(new)
            asked = {f"kind_{n}": kind for n, (kind, _) in enumerate(new)}
            asked |= {f"key_{n}": key for n, (_, key) in enumerate(new)}
            rows = self._run(statements.numbered(len(new), lite=self._lite), {"account": self._account, **asked})
            self._locked |= dict.fromkeys(("guards", one) for one in new)
            self._keep("guards", [row._asdict() for row in rows.all()])
        return {one: row["version"] for one in sets if (row := self._locked["guards", one]) is not None}

    # ---- inside

    def _read(self, table: str, key: Mapping[str, Any]) -> Row | None:
        self._reads(table)
        found = self._run(statements.row_of(table), {"account": self._account, **key}).first()
        return None if found is None else dict(zip(statements.NAMES[table], found, strict=True))

    def _lasting(self, lasting: Lasting, fingerprint: str) -> Row | None:
        """Give a funnel, which never changes and never goes once somebody has committed it."""
        found = lasting.get(self._account, fingerprint)
        if found is None:
            found = self._read(FUNNELS, {"fingerprint": fingerprint})
            if found is not None and (self._account, fingerprint) not in self._desk.made:
                lasting.keep(self._account, fingerprint, found)
        return found

    def _named(self, sets: Iterable[tuple[str, str]]) -> None:
        """Where many write at a time, give each of these sets a row that can be locked."""
        if not self._lite:
            statement = statements.added("guards", new_only=True, lite=False)
            given = [{"account": self._account, "kind": kind, "key": key, "version": 0} for kind, key in sets]
            self._run(statement, given)

    def _claimed(self, query: Query) -> list[Row]:
        """Claim contacts, and look at what belongs to them: from now on they are worked on as a page.

        What somebody else has locked is passed over here; who needs it asks for it, and waits.
        """
        if self._page is None and self._desk.page is None:
            self._page = self._desk.page = Page(self._connection, self._account, known=self._locked)
        found = self._found(evolve(query, columns=()), claims=True)
        who = tuple(dict.fromkeys(row["id"] for row in found))
        if self._page is None or not who:
            return found
        self._keep("contacts", found)
        sets = [(LOOKED_AT, one) for one in sorted(who)]
        self._named(sets)
        if self._lite:  # one writer at a time: what is not there stays away, too
            self._locked |= dict.fromkeys(("persons", (one,)) for one in who)
            self._locked |= dict.fromkeys(("guards", one) for one in sets)
        self._keep("persons", self._found(Query(table="persons", where=(("id", "in", who),)), claims=True))
        of: tuple[Term, ...] = (("kind", "=", LOOKED_AT), ("key", "in", who))
        self._keep("guards", self._found(Query(table="guards", where=of), claims=True))
        attend: dict[str, list[Row]] = {one: [] for kind, one in sets if ("guards", (kind, one)) in self._locked}
        for row in self._found(Query(table="attendees", where=(("contact", "in", who),))):
            attend.get(row["contact"], []).append(row)
        for one, rows in attend.items():
            self._page.learn(attended(one), rows)
        return found

    def _found(self, query: Query, *, claims: bool = False, locks: bool = False) -> list[Row]:
        self._reads(query.table)
        shape, values = statements.apart(query.where)
        statement = statements.found(
            query.table, shape, query.columns, query.order, query.after is not None, query.limit is not None,
            claims=claims and not self._lite, locks=locks and not self._lite, lite=self._lite,
        )  # fmt: skip
        values |= {f"a{place}": value for place, value in enumerate(query.after or ())}
        values |= {"account": self._account} if query.limit is None else {"account": self._account, "most": query.limit}
        names = query.columns or statements.NAMES[query.table]
        return [dict(zip(names, found, strict=True)) for found in self._run(statement, values).all()]

    def _keep(self, table: str, rows: Iterable[Row]) -> None:
        self._locked |= {(table, tuple(row[name] for name in KEYS[table])): row for row in rows}

    def _reads(self, table: str) -> None:
        if self._page is not None:
            self._page.reads(table)

    def _acts(self, table: str) -> None:
        if self._page is not None:
            self._page.acts(table)

    def _say(self, table: str, statement: Any, given: list[dict[str, Any]]) -> None:
        """Write rows: at once, or in the end of the page that is worked on."""
        if self._page is None:
            self._run(statement, given)
        else:
            for values in given:
                self._page.says(table, statement, values)

    def _run(self, statement: Any, values: Any) -> Any:
        try:
            return self._connection.execute(statement, values)
        except TOLD as error:
            if self._page is not None:
                self._page.fails(ours(error))
            raise ours(error) from None


def everywhere(connection: Connection, until: datetime) -> list[tuple[str, str, int, datetime]]:
    """Give for every account and funnel how much has run out by then, and since when: of contacts and invitations."""
    found: list[tuple[str, str, int, datetime]] = []
    for name, column in RIPE:
        table = TABLES[name]
        time = table.c[column]
        asked = select(table.c.account, table.c.funnel, func.count(), func.min(time, type_=time.type)).where(
            and_(time.is_not(None), time <= bindparam("until", type_=time.type))
        )
        with told():
            rows = connection.execute(asked.group_by(table.c.account, table.c.funnel), {"until": until})
            found += [(account, funnel, count, first) for account, funnel, count, first in rows]
    return found
