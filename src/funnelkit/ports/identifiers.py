"""Where fresh ids come from."""

from __future__ import annotations

from typing import Protocol


class Identifiers(Protocol):
    """Makes ids."""

    def fresh(self, kind: str) -> str:
        """Give an id that was never given before, for a `contact`, an `event`, ..."""
        ...
