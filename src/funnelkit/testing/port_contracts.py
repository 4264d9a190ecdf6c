"""Contracts of the small ports: clock, notifier, identifiers, tokens, limits, calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from funnelkit.adapters.memory import MemoryStorage
from funnelkit.commands import AddContact
from funnelkit.ports.calendar import Calendar
from funnelkit.ports.clock import Clock
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.limits import Limits
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.tokens import Tokens
from funnelkit.service import FunnelService
from funnelkit.statuses.coaching import COACHING
from funnelkit.testing import samples
from funnelkit.testing.contracts import Contract, at_once, needs, same, supplied
from funnelkit.testing.samples import BY, NOW, OURS, THEIRS
from funnelkit.times import instant
from funnelkit.values.checks import identifier
from funnelkit.values.token import Token, read_token

MANY: Final = 200
KINDS: Final = ("contact", "event", "appointment", "invitation", "package", "pipeline", "campaign", "member")


class ClockContract(Contract):
    """Tells the time."""

    def test_it_tells_an_aware_time(self, funnelkit_clock: Clock) -> None:
        """With a zone, so that everybody means the same moment."""
        now = funnelkit_clock.now()
        if now.utcoffset() is None:
            raise AssertionError("the clock tells a time without a zone")
        same(now, instant(now, "now"))

    def test_a_service_takes_it(self, funnelkit_clock: Clock) -> None:
        """What the shell stores bears a time between two looks at the clock, if that does not step back."""
        crm = FunnelService(COACHING, account=OURS, storage=MemoryStorage(), clock=funnelkit_clock)
        before = funnelkit_clock.now()
        changed = crm.do(AddContact(name="Ada", by=BY)).changed
        after = funnelkit_clock.now()
        same(before <= after, before <= changed <= after)


class IdentifiersContract(Contract):
    """Makes ids."""

    def test_ids_are_never_given_twice(self, funnelkit_identifiers: Identifiers) -> None:
        """Of a kind or of all."""
        made = [funnelkit_identifiers.fresh(kind) for _ in range(MANY) for kind in KINDS]
        same(len(made), len(set(made)))

    def test_ids_are_ids(self, funnelkit_identifiers: Identifiers) -> None:
        """Printable, without blanks at their ends, not too long."""
        for kind in KINDS:
            same(None, identifier(funnelkit_identifiers.fresh(kind)), kind)

    @needs("threads")
    def test_threads_get_their_own(self, funnelkit_identifiers: Identifiers) -> None:
        """No two workers get one id."""
        found = at_once(*[lambda: [funnelkit_identifiers.fresh("event") for _ in range(MANY)]] * 8)
        same(8 * MANY, len({key for keys in found for key in keys}))


class TokensContract(Contract):
    """Makes tokens that nobody can guess."""

    def test_tokens_are_never_given_twice(self, funnelkit_tokens: Tokens) -> None:
        """Neither the part by which a link is found nor the part that proves it."""
        made = [funnelkit_tokens.fresh() for _ in range(MANY)]
        same((MANY, MANY), (len({token.selector for token in made}), len({token.verifier for token in made})))

    def test_tokens_are_read_back(self, funnelkit_tokens: Tokens) -> None:
        """What stands in a link is taken apart again; printed by mistake, it gives nothing away."""
        token = funnelkit_tokens.fresh()
        same(True, type(token) is Token)
        same(
            (token.selector, token.verifier), (read_token(token.reveal()).selector, read_token(token.reveal()).verifier)
        )
        same(("<Token>", "<Token>"), (str(token), repr(token)))

    @needs("chance")
    def test_every_sign_is_left_to_chance(self, funnelkit_tokens: Tokens) -> None:
        """At each place of both parts there are many signs: none is fixed, counts up or tells the time."""
        made = [funnelkit_tokens.fresh() for _ in range(MANY)]
        for parts in ([token.selector for token in made], [token.verifier for token in made]):
            poor = [place for place, signs in enumerate(zip(*parts, strict=True)) if len(set(signs)) < LEAST]
            same([], poor, "places with too few signs")

    @needs("threads")
    def test_threads_get_their_own(self, funnelkit_tokens: Tokens) -> None:
        """No two workers get one token."""
        found = at_once(*[lambda: [funnelkit_tokens.fresh().selector for _ in range(MANY)]] * 8)
        same(8 * MANY, len({key for keys in found for key in keys}))


LEAST: Final = 4
"""So few different signs at a place, in so many tokens, does not happen: 128 bits end in a sign of two bits."""


class NotifierContract(Contract):
    """Sends messages."""

    @needs("received")
    def test_it_sends(self, funnelkit_notifier: Notifier, funnelkit_received: Received | None) -> None:
        """Each message that it takes, in every account."""
        received = _received(funnelkit_received)
        for key in ("k-1", "k-2"):
            funnelkit_notifier.send(OURS, samples.message(key))
        funnelkit_notifier.send(THEIRS, samples.message("k-1"))
        same({(OURS, "k-1"), (OURS, "k-2"), (THEIRS, "k-1")}, set(received()))

    @needs("received", "once")
    def test_a_key_is_sent_once(self, funnelkit_notifier: Notifier, funnelkit_received: Received | None) -> None:
        """It may be asked again when nobody knows whether the first copy left."""
        received = _received(funnelkit_received)
        for _ in range(3):
            funnelkit_notifier.send(OURS, samples.message("k-1"))
            funnelkit_notifier.send(THEIRS, samples.message("k-1"))
        same([(OURS, "k-1"), (THEIRS, "k-1")], sorted(received()))

    @needs("received", "once", "threads")
    def test_a_key_is_sent_once_by_threads(
        self, funnelkit_notifier: Notifier, funnelkit_received: Received | None
    ) -> None:
        """Also when two workers have one message, as happens when a lease has ended."""
        received = _received(funnelkit_received)

        def worker() -> None:
            for n in range(20):
                funnelkit_notifier.send(OURS, samples.message(f"k-{n}"))

        at_once(*[worker] * 4)
        same(sorted((OURS, f"k-{n}") for n in range(20)), sorted(received()))


Received = Callable[[], Iterable[tuple[str, str]]]
"""Gives the account and key of everything that a notifier really sent."""


def _received(given: Received | None) -> Received:
    return supplied(given, "funnelkit_received", "received")


class LimitsContract(Contract):
    """Counts what goes out. Supply one that lets fewer than a thousand out."""

    def test_asking_counts_nothing(self, funnelkit_limits: Limits) -> None:
        """However often."""
        same({True}, {funnelkit_limits.allows(OURS, "inviter", "m-1", NOW) for _ in range(1000)})

    def test_what_is_counted_ends_at_the_limit(self, funnelkit_limits: Limits) -> None:
        """And asking again does not change that."""
        for what in ("inviter", "address"):
            same(True, 0 < _used_up(funnelkit_limits, what) < MOST, what)
            same({False}, {funnelkit_limits.allows(OURS, what, "m-1", NOW) for _ in range(9)}, what)

    def test_each_one_is_counted_alone(self, funnelkit_limits: Limits) -> None:
        """By account, by what it is, and by key."""
        _used_up(funnelkit_limits, "inviter")
        others = ((THEIRS, "inviter", "m-1"), (OURS, "address", "m-1"), (OURS, "inviter", "m-2"))
        same({True}, {funnelkit_limits.allows(*other, NOW) for other in others})

    @needs("threads")
    def test_threads_are_counted_each(self, funnelkit_limits: Limits) -> None:
        """No count is lost when two come at once: after as many as one alone may, nothing more is let out."""
        most = _used_up(funnelkit_limits, "inviter")

        def worker() -> None:
            for _ in range(most // 4 + 1):
                funnelkit_limits.count(OURS, "inviter", "m-2", NOW)

        at_once(*[worker] * 4)
        same(False, funnelkit_limits.allows(OURS, "inviter", "m-2", NOW))


MOST: Final = 1000
"""A limit that is examined lets fewer out, or the exam would take too long."""


def _used_up(limits: Limits, what: str) -> int:
    """Count until nothing more is let out; give how many that were."""
    for number in range(MOST):
        if not limits.allows(OURS, what, "m-1", NOW):
            return number
        limits.count(OURS, what, "m-1", NOW)
    return MOST


class CalendarContract(Contract):
    """Knows the opening hours."""

    def test_spans_stand_in_order_and_apart(self, funnelkit_calendar: Calendar) -> None:
        """On each day of two years: none goes over midnight, and none begins before the last one has ended."""
        for day in DAYS:
            edges = [minute for span in funnelkit_calendar.open_on(day) for minute in span.minutes]
            same(sorted(set(edges)), edges, f"{day}")

    def test_a_day_is_always_the_same(self, funnelkit_calendar: Calendar) -> None:
        """Asked again, in whatever order, it gives the same spans."""
        first = {day: tuple(funnelkit_calendar.open_on(day)) for day in DAYS}
        same([], [day for day in reversed(DAYS) if tuple(funnelkit_calendar.open_on(day)) != first[day]])

    def test_far_days_have_an_answer(self, funnelkit_calendar: Calendar) -> None:
        """A calendar that does not know a year says what it says of any week, and raises nothing."""
        for day in (date(1, 1, 1), date(1899, 12, 31), date(2500, 2, 28), date(9999, 12, 31)):
            same(tuple(funnelkit_calendar.open_on(day)), tuple(funnelkit_calendar.open_on(day)), f"{day}")


DAYS: Final = tuple(date(2026, 1, 1) + timedelta(days=n) for n in range(731))
