"""A service in memory, as a fixture of pytest: `pytest_plugins = ["funnelkit.testing.fixtures"]` in your conftest.py.

pytest loads this when it is asked for it, here or with `-p funnelkit.testing.fixtures`, and never by itself.

PYTEST_DONT_REWRITE: there is no bare assert in it, and pytest would warn where a conftest.py imports from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

import pytest

from funnelkit.adapters.memory import (
    FixedClock,
    KnownTokens,
    MemoryLimits,
    MemoryNotifier,
    MemoryObserver,
    MemoryStorage,
)
from funnelkit.funnel import Funnel
from funnelkit.ports.calendar import Calendar
from funnelkit.service import FunnelService
from funnelkit.statuses.coaching import COACHING
from funnelkit.table import Status

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When a test starts, unless told otherwise: a Monday, four weeks before the clock changes in Europe."""

MARKER: Final = "funnelkit_funnel"


class ServiceInMemory(FunnelService[S, R]):
    """The service in memory, with its parts at hand.

    `clock` stands still until `crm.clock.advance(days=2)` or `crm.clock.set(moment)`. Ids count (`contact-1`), and so
    do tokens. `notifier.sent` has what `crm.deliver()` released, `observer.heard` what was done. `limits` allow any
    number, unless told otherwise.
    """

    def __init__(
        self,
        funnel: Funnel[S, R],
        *,
        account: str = "acme",
        now: datetime = START,
        zone: str = "UTC",
        zones: Mapping[str, str] | None = None,
        calendar: Calendar | None = None,
        limits: MemoryLimits | None = None,
        beside: ServiceInMemory[Any, Any] | None = None,
    ) -> None:
        """Take a funnel. `beside` is another one, to share its storage, clock and notifier: two accounts, two funnels.

        `now` is of no account then.
        """
        self.clock: FixedClock = beside.clock if beside else FixedClock(now)
        self.storage: MemoryStorage = beside.storage if beside else MemoryStorage()
        self.notifier: MemoryNotifier = beside.notifier if beside else MemoryNotifier()
        self.tokens: KnownTokens = beside.tokens if beside else KnownTokens()
        self.observer: MemoryObserver = beside.observer if beside else MemoryObserver()
        self.limits: MemoryLimits = limits or (beside.limits if beside else MemoryLimits())
        super().__init__(
            funnel, account=account, storage=self.storage, clock=self.clock, notifier=self.notifier, zone=zone,
            zones=zones, calendar=calendar, tokens=self.tokens, limits=self.limits, observer=self.observer,
        )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", f"{MARKER}(funnel, **more): the funnel of funnelkit_service; more is for ServiceInMemory, e.g. zone"
    )


@pytest.fixture
def funnelkit_funnel(request: pytest.FixtureRequest) -> Funnel[Any, Any]:
    """Give the funnel of the marker, else COACHING. Define a fixture of this name to have another one everywhere."""
    given, _ = _marked(request)
    return COACHING if given is None else given


@pytest.fixture
def funnelkit_service(request: pytest.FixtureRequest, funnelkit_funnel: Funnel[Any, Any]) -> ServiceInMemory[Any, Any]:
    """Give an empty account in memory on the marker's funnel, else on that of `funnelkit_funnel`; new for each test."""
    given, more = _marked(request)
    return ServiceInMemory(funnelkit_funnel if given is None else given, **more)


def _marked(request: pytest.FixtureRequest) -> tuple[Funnel[Any, Any] | None, Mapping[str, Any]]:
    """Give what the closest marker says, the test's before its class's before its module's."""
    marker = request.node.get_closest_marker(MARKER)
    if marker is None:
        return None, {}
    if len(marker.args) > 1 or not all(isinstance(funnel, Funnel) for funnel in marker.args):
        raise pytest.UsageError(f"@pytest.mark.{MARKER} takes a Funnel, and what ServiceInMemory takes by name")
    return (marker.args[0] if marker.args else None), marker.kwargs
