"""P8: `import funnelkit` in a fresh interpreter, beside importing attrs and cattrs alone; and what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from rounds import Line, Pace, Table, at_most, judged

PROGRAM: Final = """
import json, sys, time
start = time.perf_counter_ns()
import {modules}
taken = time.perf_counter_ns() - start
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
    for _ in range(pace.slow_rounds + 1):
        for name, modules in SIDES.items():
            times[name].append(_imported(modules)[0])
    times = {name: values[1:] for name, values in times.items()}  # the first wrote the byte code
    loaded = [module for module in HEAVY if module in _imported("funnelkit")[1]]
    heavy = Line("no codec, adapter or machine is loaded", ", ".join(loaded) or "none", "none", not loaded)
    lines = (*judged(times, [at_most(2.5, "funnelkit", "attrs and cattrs")]), heavy)
    yield Table(title="P8  importing, in fresh interpreters", times=times, lines=lines)


def _imported(modules: str) -> tuple[float, list[str]]:
    program = PROGRAM.format(modules=modules)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    taken, names = json.loads(done.stdout)
    return taken, names
