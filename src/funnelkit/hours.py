"""BOTH FIGURES: what the account counts by status, and what a credential counts by the facts of a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from attrs import field, frozen

from funnelkit.funnel import Funnel
from funnelkit.requirements import Standard
from funnelkit.rules import certification, eligibility
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen
class Row:
    """One appointment in both figures."""

    console: certification.Line
    eligible: eligibility.Line

    @property
    def appointment(self) -> Appointment:
        """The appointment."""
        return self.console.appointment

    @property
    def counted_in(self) -> str:
        """In which of the two: `both`, `console`, `eligible` or `none`."""
        return WHERE[self.console.counted, self.eligible.counted]

    @property
    def why_not(self) -> tuple[str, ...]:
        """The addresses of the rules that keep it out of one, or both."""
        decisions = (self.console.decision, self.eligible.decision)
        return tuple(finding.rule for decision in decisions for finding in decision.refusals)

    def __str__(self) -> str:
        """Read in English: both lines."""
        return f"by status: {self.console}; by its facts: {self.eligible}"


WHERE: Final[Mapping[tuple[bool, bool], str]] = {
    (True, True): "both", (True, False): "console", (False, True): "eligible", (False, False): "none",
}  # fmt: skip


@frozen
class Hours:
    """Two figures over the same appointments: iterate over it for a row each."""

    console: certification.Report = field(repr=False)
    """Counted by status, as the funnel and its policy say."""
    eligible: eligibility.Report = field(repr=False)
    """Counted by the facts of the session, whatever the status."""

    def __len__(self) -> int:
        """How many appointments were looked at."""
        return len(self.console)

    def __iter__(self) -> Iterator[Row]:
        """A row for each appointment, in the order given."""
        return map(Row, self.console, self.eligible)

    @property
    def differing(self) -> tuple[Row, ...]:
        """The rows that stand in one of the two figures only. Source: IC-A1."""
        return tuple(row for row in self if row.console.counted is not row.eligible.counted)

    def __str__(self) -> str:
        """Read in English: both totals."""
        return f"by status: {self.console}; by the facts of the session: {self.eligible}"


def both(
    funnel: Funnel[S, R], report: certification.Report, *, now: datetime, standard: Standard | None = None
) -> Hours:
    """Put the second figure beside the first one, over the appointments of a report."""
    return Hours(report, eligibility.count(funnel, report.appointments, now=now, standard=standard))
