"""How an adapter is spoiled on purpose: it works, but for what is written over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from funnelkit.adapters.memory import MemoryStorage
from funnelkit.adapters.tables import Account


class Spoiled:
    """A store that does what another one does, but for what is written here."""

    def __init__(self, inner: Any) -> None:
        """Take the store that works."""
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        """Do as the other one does."""
        return getattr(self.inner, name)


class BrokenStorage(MemoryStorage):
    """A storage that works, but for the stores of each account that are spoiled."""

    fails: ClassVar[str]
    """The contract and the test that catch it."""
    spoils: ClassVar[dict[str, type[Spoiled]]] = {}

    def stores(self, account: str) -> Account:
        """Give the stores of an account, spoiled when they are made."""
        new = account not in self._accounts
        found = super().stores(account)
        if new:
            for name, kind in self.spoils.items():
                setattr(found, name, kind(getattr(found, name)))
        return found


def storages_of(module: Mapping[str, object]) -> tuple[type[BrokenStorage], ...]:
    """Give the storages of a module that name the test which catches them."""
    kinds = (kind for kind in module.values() if isinstance(kind, type) and issubclass(kind, BrokenStorage))
    return tuple(kind for kind in kinds if "fails" in vars(kind))
