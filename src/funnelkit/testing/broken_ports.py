"""Small ports that are wrong on purpose: a clock without a zone, ids that come twice, tokens that anybody can guess."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from funnelkit.adapters.memory import KnownTokens, MemoryNotifier
from funnelkit.times import Span
from funnelkit.values.plan import Message


class NaiveClock:
    """A clock that does not say where it hangs."""

    def now(self) -> datetime:
        """Give a time that everybody reads as theirs."""
        return datetime(2026, 3, 2, 9)  # noqa: DTZ001  # it is broken on purpose


class RepeatsIds:
    """Ids that begin anew for every kind, as where each table counts for itself."""

    def __init__(self) -> None:
        """Begin."""
        self._counts: dict[str, int] = {}

    def fresh(self, kind: str) -> str:
        """Give a number that another kind has, too."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return str(self._counts[kind])


class ForgetsCounts:
    """Limits that let out any number."""

    def allows(self, account: str, what: str, key: str, now: datetime) -> bool:  # noqa: ARG002  # as the port has it
        """Let it out."""
        return True

    def count(self, account: str, what: str, key: str, now: datetime) -> None:
        """Count nothing."""


class OpensLateFirst:
    """A calendar whose spans stand in any order, and overlap."""

    def open_on(self, day: date) -> Iterable[Span]:  # noqa: ARG002  # as the port has it
        """Give the afternoon first."""
        return (Span("12:00", "18:00"), Span("09:00", "13:00"))


class SendsEachTime(MemoryNotifier):
    """A notifier that looks at no key."""

    def send(self, account: str, message: Message) -> None:
        """Send it, again if it is asked again."""
        self.sent.append((account, message))


BROKEN_PORTS: Final[tuple[tuple[str, type[object], str], ...]] = (
    ("funnelkit_clock", NaiveClock, "ClockContract.test_it_tells_an_aware_time"),
    ("funnelkit_identifiers", RepeatsIds, "IdentifiersContract.test_ids_are_never_given_twice"),
    ("funnelkit_tokens", KnownTokens, "TokensContract.test_every_sign_is_left_to_chance"),
    ("funnelkit_limits", ForgetsCounts, "LimitsContract.test_what_is_counted_ends_at_the_limit"),
    ("funnelkit_calendar", OpensLateFirst, "CalendarContract.test_spans_stand_in_order_and_apart"),
    ("funnelkit_notifier", SendsEachTime, "NotifierContract.test_a_key_is_sent_once"),
)
"""By the fixture that supplies it: the port, and the test that catches it."""
