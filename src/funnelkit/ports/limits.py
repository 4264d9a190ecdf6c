"""How many invitations somebody may send, and how many one address may get."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Limits(Protocol):
    """Counts what goes out, over whatever time and up to whatever number it likes.

    `what` is `inviter` (the key is the actor's id) or `address` (the key stands for the address, and does not show it).
    """

    def allows(self, account: str, what: str, key: str, now: datetime) -> bool:
        """Tell whether one more may go out now. Nothing is counted by asking."""
        ...

    def count(self, account: str, what: str, key: str, now: datetime) -> None:
        """Count one."""
        ...
