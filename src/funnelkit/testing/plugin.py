"""The exam as a plugin of pytest: asked for by `-p funnelkit.testing.plugin` or `pytest_plugins`, never autoloaded.

A test file that says `funnelkit_exam = STORAGE` gets the contracts as if they were written there, and supplies
`funnelkit_storage`. At the end of the run stands a table: each contract, what passed, what was skipped and why, what
failed.

PYTEST_DONT_REWRITE: there is no bare assert in it, and pytest would warn where a conftest.py imports from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest

from funnelkit.testing.contracts import EXAMINED, Capabilities, Contract
from funnelkit.testing.exam import Result, table

ASKED: Final = "funnelkit_exam"
"""What a test file calls the contracts that it wants."""


@pytest.fixture
def funnelkit_capabilities() -> Capabilities:
    """Give what the adapter can do. Define a fixture of this name to declare what it cannot."""
    return Capabilities()


@pytest.fixture
def funnelkit_again() -> None:
    """Give nothing. Define a fixture of this name that gives a function: it opens the same data once more."""


@pytest.fixture
def funnelkit_documents() -> None:
    """Give nothing. Define a fixture of this name that gives `Documents`: what is stored, past the stores."""


@pytest.fixture
def funnelkit_received() -> None:
    """Give nothing. Define a fixture of this name that gives a function: account and key of all that was sent."""


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Collector] | None:
    """Give a test file the contracts that it asks for."""
    if name != ASKED or not isinstance(collector, pytest.Module):
        return None
    return list(_asked(collector, obj))


def _asked(collector: pytest.Module, asked: Any) -> Iterator[pytest.Collector]:
    for contract in asked if isinstance(asked, Iterable) else (asked,):
        if not (isinstance(contract, type) and issubclass(contract, Contract)):
            raise collector.CollectError(f"{ASKED} has to be contracts, e.g. funnelkit.testing.exam.STORAGE")
        setattr(collector.obj, contract.__name__, contract)
        yield pytest.Class.from_parent(collector, name=contract.__name__)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write the table of each adapter that was examined."""
    results = tuple(_results(terminalreporter.stats))
    for adapter in dict.fromkeys(result.adapter for result in results):
        terminalreporter.section(f"the exam of {adapter}")
        terminalreporter.write_line(table(result for result in results if result.adapter == adapter))


OUTCOMES: Final = {"passed": "passed", "skipped": "skipped", "failed": "failed", "error": "failed"}


def _results(stats: dict[str, list[Any]]) -> Iterator[Result]:
    for name, outcome in OUTCOMES.items():
        for report in stats.get(name, ()):
            told = dict(getattr(report, "user_properties", ())).get(EXAMINED)
            if told is not None:
                contract, adapter = told
                test = report.nodeid.rpartition("::")[2]
                why = report.longrepr[2].removeprefix("Skipped: ") if outcome == "skipped" else ""
                yield Result(contract, test, outcome, why, adapter)
