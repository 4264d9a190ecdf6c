"""The other readings of a source: each a funnel that is derived when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from funnelkit.derivation import Reading
from funnelkit.funnel import Funnel
from funnelkit.table import Status


class Readings(Mapping[str, Funnel[Status, Any]]):
    """The other readings of a source, each a funnel that is derived when it is asked for.

    A title is a code and some words. A reading of rows or cells has these words in its name; one of policy keeps the
    name, since an account may go from one figure to another.
    """

    def __init__(self, of: Funnel[Any, Any], readings: Mapping[str, Reading]) -> None:
        self._of = of
        self._readings = readings

    def __getitem__(self, title: str) -> Funnel[Status, Any]:
        changes = self._readings[title]
        words = "_".join(title.split()[1:])
        return self._of.derive(self._of.name if changes.keys() == {"policy"} else f"{self._of.name}_{words}", **changes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)
