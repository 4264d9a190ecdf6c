"""The benchmark works as it stands, and what it compares does the same work; how fast it is, no test says."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parent.parent / "bench"
GOALS = ("P1", "P2", "P3", "P4", "P6", "P7", "P8", "P9")


@pytest.fixture(autouse=True)
def beside_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands beside a script can be imported, as the script does it."""
    monkeypatch.syspath_prepend(str(BENCH))


def test_the_smallest_run_prints_a_table_for_each_goal() -> None:
    """Every side is run once and gives the same answer; versions and machine stand at the top."""
    done = subprocess.run(
        [sys.executable, BENCH / "run.py", "--smallest"], capture_output=True, check=False, text=True, encoding="utf-8"
    )
    assert ("", 0) == (done.stderr, done.returncode)
    assert re.match(r"CPython 3\.\d+\.\d+ ", done.stdout)
    assert f"attrs {version('attrs')}" in done.stdout
    assert list(GOALS) == sorted(set(re.findall(r"^(P\d)  ", done.stdout, flags=re.MULTILINE)))


def test_sides_that_disagree_end_the_run() -> None:
    """A side that does other work than the first is named, and nothing is measured."""
    from rounds import SMALLEST, Side, measured

    sides = (
        Side("one", lambda n: n),
        Side("same", lambda n: n),
        Side("other", lambda n: -n),
        Side("mute", lambda _: None),
    )
    with pytest.raises(AssertionError, match="these do not give the answer of one: other"):
        measured(sides, SMALLEST)


def test_a_goal_is_judged_by_the_median_of_the_rounds() -> None:
    """A ratio is taken round by round; the side that is not installed is no goal missed."""
    from rounds import at_most, faster, judged

    times = {"ours": [2.0, 4.0, 90.0], "floor": [1.0, 2.0, 3.0], "peer": [20.0, 20.0, 900.0]}
    lines = judged(times, (at_most(2, "ours", "floor"), at_most(1.9, "ours", "floor"), faster(11, "ours", "peer")))
    assert [True, False, False] == [line.ok for line in lines]
    assert "2.00 (2.00 – 16.00)" == lines[0].found
    assert [None] == [line.ok for line in judged(times, [faster(40, "ours", "nobody")])]
