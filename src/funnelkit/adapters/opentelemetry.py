"""What the shell does, as counts and span events of OpenTelemetry. Needs the extra: `pip install funnelkit[otel]`."""

from __future__ import annotations

import threading
from collections.abc import Mapping

try:
    from opentelemetry import metrics, trace
except ImportError as missing:
    raise ImportError("the package opentelemetry-api is missing; pip install funnelkit[otel]") from missing


class OpenTelemetryObserver:
    """Counts each thing that is done (`funnelkit.applied`, ...), and adds it to the current span as an event.

    Facts that are words are attributes (`funnelkit.command`, `funnelkit.rules`, ...), the same of counts and events.
    Facts that are numbers are histograms (`funnelkit.swept.left`, ...), and attributes of the event alone.

    Without an SDK nothing is recorded, and nothing breaks.
    """

    def __init__(self, *, account: bool = False, meters: metrics.MeterProvider | None = None) -> None:
        """Say whether the account is an attribute, too; with many accounts that is many series.

        `meters` is where the counts go; None: to the provider that the program has set, before this or after.
        """
        self._account = account
        self._meter = metrics.get_meter("funnelkit", meter_provider=meters)
        self._counters: dict[str, metrics.Counter] = {}
        self._sizes: dict[str, metrics.Histogram] = {}
        self._lock = threading.Lock()

    def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
        """Count it, and add it to the span."""
        name = f"funnelkit.{what}"
        words: dict[str, str | bool] = {"funnelkit.account": account} if self._account else {}
        sizes: dict[str, int] = {}
        for fact, value in facts.items():
            if type(value) is int:
                sizes[fact] = value
            else:
                words[f"funnelkit.{fact}"] = value if isinstance(value, bool) else _written(value)
        self._counter(name).add(1, words)
        for fact, size in sizes.items():
            self._size(f"{name}.{fact}").record(size, words)
        span = trace.get_current_span()
        if span.is_recording():
            span.add_event(name, {**words, **{f"funnelkit.{fact}": size for fact, size in sizes.items()}})

    def _counter(self, name: str) -> metrics.Counter:
        with self._lock:  # an SDK complains of an instrument that is made twice
            if name not in self._counters:
                self._counters[name] = self._meter.create_counter(name)
            return self._counters[name]

    def _size(self, name: str) -> metrics.Histogram:
        with self._lock:
            if name not in self._sizes:
                self._sizes[name] = self._meter.create_histogram(name)
            return self._sizes[name]


def _written(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
