"""Rows that were claimed together are worked on together: read by a few statements, written by a few in the end.

What one row of a page does is a part: if it fails, nothing of it is written, and the others go on. It takes no
savepoint for that, as long as nothing of it had to be written before its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

from attrs import define, field
from sqlalchemy import Connection, NestedTransaction

from funnelkit.adapters.rows import Query, Row
from funnelkit.adapters.sql.errors import told

Place: TypeAlias = tuple[str, tuple[Any, ...]]
"""A table, and the key of a row."""
Asked: TypeAlias = tuple[Any, ...]


@define
class Page:
    """What is known of the rows of one account, and what waits to be written."""

    connection: Connection
    account: str
    stores: Any = None
    """The stores over it: all of its parts have the same."""
    known: dict[Place, Row | None] = field(factory=dict)
    """Rows as they are now: nobody else changes them before the end. None: it is not there, and stays away."""
    _answers: dict[str, dict[Asked, list[Row]]] = field(factory=dict)
    _waits: list[tuple[str, Any, Mapping[str, Any]]] = field(factory=list)
    """Table, statement and values."""
    _begins: int | None = None
    """Where what the part says begins that is open."""
    _saved: NestedTransaction | None = None
    """The savepoint of that part, if it needed one."""
    _broken: Exception | None = None

    # ---- what is known

    def learn(self, query: Query, rows: list[Row]) -> None:
        """Note what a query finds, as long as nobody here writes to its table."""
        self._answers.setdefault(query.table, {})[_asked(query)] = rows

    def answer(self, query: Query) -> list[Row] | None:
        """Give what a query finds, if that is known."""
        known = self._answers.get(query.table)
        return None if known is None else known.get(_asked(query))

    # ---- what is to be written

    def says(self, table: str, statement: Any, values: Mapping[str, Any]) -> None:
        """Let this be written before the end, in the order of its table."""
        self._answers.pop(table, None)
        self._waits.append((table, statement, values))

    def reads(self, table: str) -> None:
        """Let a statement see what was said of a table."""
        if any(one == table for one, _, _ in self._waits):
            self._write()

    def acts(self, table: str | None = None) -> None:
        """Let a statement lock or write at once: behind a savepoint, so that the part can be taken back."""
        self._answers.pop(table or "", None)
        self._write()
        self._save()

    def fails(self, error: Exception) -> None:
        """Note that a statement went wrong: without a savepoint, nothing of this transaction can be kept."""
        if self._saved is None:
            self._broken = error

    @contextmanager
    def part(self) -> Iterator[None]:
        """Do something that can be taken back, and leaves all else as it is."""
        if self._broken is not None:
            raise self._broken
        outer = self._begins is not None, self._saved
        if self._begins is not None:  # a part of a part: what was said before it is not its own
            self._write()
        self._begins, self._saved = len(self._waits), None
        try:
            yield
        except BaseException:
            del self._waits[self._begins :]
            self.known.clear()
            self._answers.clear()
            if self._saved is not None:
                with told():
                    self._saved.rollback()
            raise
        else:
            if self._saved is not None:
                with told():
                    self._saved.commit()
        finally:
            within, self._saved = outer
            self._begins = 0 if within else None

    def close(self) -> None:
        """Write all that waits. Raises what has gone wrong: then nothing may be stored."""
        if self._broken is not None:
            raise self._broken
        self._write()

    def _write(self) -> None:
        """Write what waits: what was said before the open part, and behind a savepoint what it says itself."""
        waits, self._waits = self._waits, []
        begins = len(waits) if self._begins is None else self._begins
        if self._begins is not None:
            self._begins = 0
        self._run(waits[:begins])
        if waits[begins:]:
            self._save()
            self._run(waits[begins:])

    def _save(self) -> None:
        if self._begins is not None and self._saved is None:
            with told():
                self._saved = self.connection.begin_nested()

    def _run(self, waits: list[tuple[str, Any, Mapping[str, Any]]]) -> None:
        for table in dict.fromkeys(table for table, _, _ in waits):
            of = (wait for wait in waits if wait[0] == table)
            for statement, alike in groupby(of, key=itemgetter(1)):
                try:
                    with told():
                        self.connection.execute(statement, [values for _, _, values in alike])
                except Exception as error:
                    self.fails(error)
                    raise


def _asked(query: Query) -> Asked:
    return query.where, query.order, query.columns, query.after, query.limit


@define
class Lasting:
    """Funnels that are stored for good, with those accounts that are known to have them: they are read once."""

    _rows: dict[str, tuple[Row, set[str]]] = field(factory=dict)

    def get(self, account: str, fingerprint: str) -> Row | None:
        """Give it, if this account has it."""
        row, accounts = self._rows.get(fingerprint, (None, ()))
        return row if account in accounts else None

    def keep(self, account: str, fingerprint: str, row: Row) -> None:
        """Note that an account has it."""
        self._rows.setdefault(fingerprint, (row, set()))[1].add(account)


@define
class Desk:
    """A connection that is in a transaction, and the page that is worked on, if there is one."""

    connection: Connection
    lasting: Lasting | None = None
    """None: a host has the connection. What it commits or writes by itself, nobody here knows; so there is no page."""
    page: Page | None = None
    made: set[tuple[str, str]] = field(factory=set)
    """Accounts and funnels that were written in this transaction: nobody knows yet whether they last."""

    @contextmanager
    def worked(self) -> Iterator[None]:
        """Let a page begin in here; it ends here, and everything of it is written."""
        before = self.page
        try:
            yield
            if before is None and self.page is not None:
                self.page.close()
        finally:
            self.page = before
