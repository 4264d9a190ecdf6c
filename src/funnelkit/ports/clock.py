"""What time it is."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give this moment as an aware datetime. It may stand still; where it steps back, effects do not."""
        ...
