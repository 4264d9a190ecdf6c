"""Who is told what the shell does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Observer(Protocol):
    """Hears of plans, refusals, retries and deliveries; never of names, addresses or texts."""

    def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
        """Be told that something was done: `applied`, `refused`, `retried`, `sent`, `failed`."""
        ...
