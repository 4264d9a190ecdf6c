"""A storage that is new for each test, over one that is not: making tables takes longer than a test."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from attrs import evolve

from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.storage import Ripe, Storage, Transaction
from funnelkit.ports.tokens import Tokens


class FreshAccounts:
    """A storage whose accounts bear a name that nobody had before: `FreshAccounts(storage, "test-17:")`.

    What other tests left in the database is in other accounts, and is not seen.
    """

    def __init__(self, storage: Storage, prefix: str) -> None:
        """Take a storage, and what stands before the name of each account."""
        self.storage = storage
        self.prefix = prefix

    @property
    def retries(self) -> bool:
        """As the storage says."""
        return self.storage.retries

    @property
    def identifiers(self) -> Identifiers:
        """Those of the storage."""
        return self.storage.identifiers

    @property
    def tokens(self) -> Tokens:
        """Those of the storage."""
        return self.storage.tokens

    def knows(self, funnel: Any) -> None:
        """Tell the storage."""
        self.storage.knows(funnel)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Ask the storage, and leave out the accounts of others."""
        found = (row for row in self.storage.ripe(until) if row.account.startswith(self.prefix))
        return tuple(evolve(row, account=row.account.removeprefix(self.prefix)) for row in found)

    def transaction(self, account: str, *, write: bool = True) -> AbstractContextManager[Transaction]:
        """Open one in the account of that name with the prefix."""
        return self.storage.transaction(self.prefix + account, write=write)
