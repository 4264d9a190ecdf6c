"""P8: `import funnelkit` in a fresh interpreter, beside importing attrs and cattrs alone; and what it does not load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Final

from rounds import Line, Pace, Table, at_most, judged

PROGRAM: Final = """
import json, sys, time
start = time.process_time_ns()
import {modules}
taken = time.process_time_ns() - start
print(json.dumps([taken, sorted(sys.modules)]))
"""
SIDES: Final = {"attrs and cattrs": "attrs, cattrs", "funnelkit": "funnelkit", "transitions": "transitions"}
HEAVY: Final = (
    "asyncio", "cattrs", "sqlite3", "transitions", "funnelkit.adapters", "funnelkit.codec", "funnelkit.documents",
    "funnelkit.machines",
)  # fmt: skip
"""What the front door does not load."""


def tables(pace: Pace) -> Iterator[Table]:
    """Give the one table. Times are those of the import statement; starting the interpreter is not in them."""
    times: dict[str, list[float]] = {name: [] for name in SIDES}
    with TemporaryDirectory() as folder:
        for modules in SIDES.values():
            _imported(modules, folder)  # the first time writes the byte code
        for _ in range(pace.slow_rounds):
            for name, modules in SIDES.items():
                times[name].append(_imported(modules, folder)[0])
        names = _imported("funnelkit", folder)[1]
    loaded = [module for module in HEAVY if module in names]
    heavy = Line("no codec, adapter or machine is loaded", ", ".join(loaded) or "none", "none", not loaded)
    lines = (*judged(times, [at_most(2.5, "funnelkit", "attrs and cattrs")]), heavy)
    yield Table(title="P8  importing, in fresh interpreters", times=times, lines=lines)


def _imported(modules: str, folder: str) -> tuple[float, list[str]]:
    """Give the nanoseconds of an import, and what is loaded then; the byte code of all sides is kept in that folder."""
    program = PROGRAM.format(modules=modules)
    settings = os.environ | {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], check=True, capture_output=True, text=True, env=settings
    )
    taken, names = json.loads(done.stdout)
    return taken, names
