"""How a figure is taken: sides in turn, round by round, so that a slow moment of the machine hits all of them alike.

Garbage is collected before each round and not inside it. Time is processor time of the thread, so that what else runs
on the machine counts as little as possible. It still moves with the machine: what counts is a ratio. It is taken within
a round, of two sides that ran one after the other, and printed as the median of all rounds with its quartiles.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median, quantiles
from time import thread_time_ns
from typing import Final, Literal

from attrs import field, frozen

Times = Mapping[str, list[float]]
"""Nanoseconds for one question, round by round, by the name of the side."""

UNITS: Final = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


@frozen
class Side:
    """One way to do the work. `work(n)` does it n times and gives its last answer; None: it has none to compare."""

    name: str
    work: Callable[[int], object]
    each: int = 1
    """How many questions, rows or steps one time of the work is."""


@frozen
class Goal:
    """What a ratio of two sides has to be: `over` takes at most (or at least) so many times as long as `under`."""

    over: str
    under: str
    bound: Literal["at most", "at least"]
    limit: float


@frozen
class Line:
    """One goal as it came out. `ok` None: nothing is asked of it, or a side of it is not installed."""

    what: str
    found: str
    goal: str
    ok: bool | None


@frozen(kw_only=True)
class Table:
    """What one script prints."""

    title: str
    times: Times = field(factory=dict)
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()


@frozen(kw_only=True)
class Pace:
    """How many rounds, and how long a side may take in each."""

    rounds: int = 31
    span: float = 0.005
    """Seconds for one side in one round, if its work is shorter than that."""
    slow_rounds: int = 15
    """Rounds where one time of the work is slow."""


SLOW: Final = 0.05
"""Seconds."""

SMALLEST: Final = Pace(rounds=2, span=0.0, slow_rounds=2)


def at_most(limit: float, side: str, of: str) -> Goal:
    """Say that a side takes at most so many times as long as another."""
    return Goal(side, of, "at most", limit)


def faster(limit: float, side: str, than: str) -> Goal:
    """Say that a side is at least so many times faster than another."""
    return Goal(than, side, "at least", limit)


def measured(sides: Iterable[Side], pace: Pace) -> Times:
    """Give the times of all sides, taken in turn. Raises AssertionError if they do not all give the same answer."""
    sides = tuple(sides)
    agree(sides)
    counts = {side.name: _count(side, pace.span) for side in sides}
    rounds = pace.slow_rounds if any(once(side, 1) > SLOW for side in sides if counts[side.name] == 1) else pace.rounds
    times: dict[str, list[float]] = {side.name: [] for side in sides}
    with _quiet():
        for _ in range(rounds):
            gc.collect()
            gc.disable()
            for side in sides:
                n = counts[side.name]
                times[side.name].append(once(side, n) * 1e9 / (n * side.each))
            gc.enable()
    return times


def agree(sides: Iterable[Side]) -> None:
    """Make sure that all sides do the same work: every answer is the same."""
    answers = {side.name: side.work(1) for side in sides}
    given = {name: answer for name, answer in answers.items() if answer is not None}
    first = next(iter(given.values()), None)
    differing = [name for name, answer in given.items() if answer != first]
    if differing:
        message = f"these do not give the answer of {next(iter(given))}: {', '.join(differing)}"
        raise AssertionError(message)


def once(side: Side, n: int) -> float:
    """Give the seconds that it takes to do the work so many times."""
    start = thread_time_ns()
    side.work(n)
    return (thread_time_ns() - start) / 1e9


def ratio(times: Times, over: str, under: str) -> tuple[float, float, float]:
    """Give lower quartile, median and upper quartile of the ratios of all rounds."""
    return spread([a / b for a, b in zip(times[over], times[under], strict=True)])


def spread(values: list[float]) -> tuple[float, float, float]:
    """Give lower quartile, median and upper quartile."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return low, median(values), high


def judged(times: Times, goals: Iterable[Goal]) -> tuple[Line, ...]:
    """Put each goal beside what came out."""
    return tuple(_line(times, goal) for goal in goals)


def bounded(what: str, value: float, most: float, shown: str = "") -> Line:
    """Put a figure that is no ratio of two sides beside its goal."""
    return Line(what, shown or f"{value:.2f}", f"at most {most:g}", value <= most)


def shown(table: Table) -> Iterator[str]:
    """Give the lines of a table as they are printed."""
    yield ""
    yield table.title
    if table.times:
        width = max(map(len, table.times))
        yield f"  {'':<{width}}  {'median':>9}  quartiles"
        for name, values in table.times.items():
            low, middle, high = map(spoken, spread(values))
            yield f"  {name:<{width}}  {middle:>9}  {low} – {high}"
    if table.lines:
        width = max(len(line.what) for line in table.lines)
        broad = max(len(line.found) for line in table.lines)
        for line in table.lines:
            says = {True: "ok", False: "missed", None: ""}[line.ok]
            yield f"  {line.what:<{width}}  {line.found:<{broad}}  {line.goal:<15} {says}".rstrip()
    yield from (f"  {note}" for note in table.notes)


def spoken(nanoseconds: float) -> str:
    """Write a time with three digits: `3.84 µs`."""
    size, unit = next(((size, unit) for size, unit in UNITS if nanoseconds >= size), UNITS[-1])
    value = nanoseconds / size
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"


def _line(times: Times, goal: Goal) -> Line:
    what = f"{goal.over} / {goal.under}"
    asked = f"{goal.bound} {goal.limit:g} ×"
    missing = [name for name in (goal.over, goal.under) if name not in times]
    if missing:
        return Line(what, "not installed", asked, None)
    low, middle, high = ratio(times, goal.over, goal.under)
    ok = middle <= goal.limit if goal.bound == "at most" else middle >= goal.limit
    digits = 2 if middle < 10 else 0
    return Line(what, f"{middle:.{digits}f} ({low:.{digits}f} – {high:.{digits}f})", asked, ok)


def _count(side: Side, span: float) -> int:
    """Give how often the work fits into the span, at least once."""
    n = 1
    while (taken := once(side, n)) < span:
        n = max(2 * n, int(n * span / max(taken, 1e-7)))
    return n


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what was made before out of the garbage collector's way, and leave it switched on whatever happens."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
