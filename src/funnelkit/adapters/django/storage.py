"""Storage in a database of a Django project, inside its transactions: SQLite or PostgreSQL, by Django's own ORM."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from funnelkit.adapters.django.gateway import OrmRows, everywhere, told
from funnelkit.adapters.papers import Papers
from funnelkit.adapters.row_stores import Outbox, RowTransaction
from funnelkit.adapters.rows import summed
from funnelkit.adapters.system import RandomIdentifiers, RandomTokens
from funnelkit.errors import invalid
from funnelkit.funnel import Funnel
from funnelkit.ports.outbox import Waiting
from funnelkit.ports.storage import Ripe
from funnelkit.table import Status


class HeldOutbox(Outbox):
    """Messages inside a host's block: they are kept, and none goes out before the host has committed."""

    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:
        """Refuse: what is sent cannot be undone, and the host's block can. Raises Invalid."""
        raise invalid("transaction", "nothing is sent before it is committed: transaction.on_commit(crm.deliver)")


class DjangoStorage:
    """Storage in one of DATABASES, by its alias. Threads may share it; each has a connection of its own, by Django.

    Inside a block of `transaction.atomic` every transaction is a savepoint: it becomes visible when the host commits,
    nothing is planned again, nothing is sent, and the block stays usable after a conflict. Raises Invalid for any other
    database, and Unavailable where the app is not in INSTALLED_APPS.
    """

    def __init__(self, using: str = "default") -> None:
        """Take the alias; nothing is asked of the database."""
        if using not in connections.settings:
            raise invalid("using", "DATABASES has no such alias")
        if connections[using].vendor not in ("sqlite", "postgresql"):
            raise invalid("using", "SQLite or PostgreSQL is needed")
        self.using = using
        self.identifiers = RandomIdentifiers()
        self.tokens = RandomTokens()
        self._papers = Papers()
        self._own = threading.local()

    @property
    def retries(self) -> bool:
        """Whether the shell may plan again after a conflict: not inside a host's own transaction, as it is now."""
        return getattr(self._own, "open", False) or not self._within()

    def knows(self, funnel: Funnel[Status, Any]) -> None:
        """Take note of a funnel: its own statuses are given back from then on."""
        self._papers.knows(funnel)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Give every account and funnel in which something has run out by then, the oldest first."""
        with told(), self._begun(write=False):
            return summed(everywhere(self.using, until))

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Iterator[RowTransaction]:
        """Open one; one that is opened inside another, ours or the host's, is a part of it."""
        rows, held = OrmRows(self.using, account), self._may_be_undone()
        with told(), self._begun(write=write):
            stores = RowTransaction(rows, self._papers)
            if held:
                stores.outbox = HeldOutbox(rows, self._papers)
            yield stores

    def _within(self) -> bool:
        """Whether the host's transaction, or one of ours, is open on this thread's connection."""
        connection = connections[self.using]
        with told():
            return bool(connection.in_atomic_block or not connection.get_autocommit())

    def _may_be_undone(self) -> bool:
        """Whether the host can still undo what is done now. A TestCase always does, and expects no difference."""
        blocks = connections[self.using].atomic_blocks
        own = getattr(self._own, "open", False)
        return self._within() and not own and not (blocks and all(block._from_testcase for block in blocks))  # noqa: SLF001  # so does `durable`

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[None]:
        connection = connections[self.using]
        if self._within():
            if connection.vendor == "sqlite" and not connection.connection.in_transaction:
                with connection.cursor() as cursor:  # without autocommit: else releasing a savepoint would commit
                    cursor.execute("BEGIN IMMEDIATE")
            with transaction.atomic(self.using) if write else nullcontext():
                yield
            return
        with _first_words(self.using, write=write), transaction.atomic(self.using):
            if not write and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self._own.open = True
            try:
                yield
            finally:
                self._own.open = False


@contextmanager
def _first_words(using: str, *, write: bool) -> Iterator[None]:
    """On SQLite, begin as the one who writes, or as one who looks and keeps nobody from writing."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        yield
        return
    before, connection.transaction_mode = connection.transaction_mode, "IMMEDIATE" if write else None
    try:
        yield
    finally:
        connection.transaction_mode = before
