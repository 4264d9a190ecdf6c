"""When it is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from funnelkit.times import Span


class Calendar(Protocol):
    """Knows the opening hours: business time is counted in them. `Week` is one."""

    def open_on(self, day: date) -> Iterable[Span]:
        """Give the spans in which this local day is open; nothing where it is closed.

        They stand in order, apart from each other, and none goes over midnight. The same day always gives the same.
        """
        ...
