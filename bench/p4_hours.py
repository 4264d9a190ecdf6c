"""P4: hours counted with a reason for each row, beside a plain loop that tests the same facts and makes the same sums.

The rows are values in memory. The memory that is shown is what the answer keeps, and the most that it took on the way.
"""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import repeat

from rounds import Line, Pace, Side, Table, Times, at_most, bounded, judged, measured, ratio

from funnelkit import COACHING, Appointment, Kind
from funnelkit.rules import certification
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.appointment import Attendee

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
COUNTING = frozenset({Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT, Coaching.HOT_LEAD})
CANCELLED, MISSED = AppointmentStatus.CANCELLED, AppointmentStatus.MISSED
MINUTE = timedelta(minutes=1)
OURS, LOOP = "certification.count", "plain loop"

Sums = dict[tuple[str, str, bool | None], int]
Work = Callable[[list[Appointment], Mapping[str, Coaching]], object]
NOISE = 1.1
"""How much two sizes may differ before it is called growth."""


def tables(pace: Pace, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Give one table for each size, and one that says what grew."""
    found: dict[int, Times] = {}
    for size in sizes:
        rows, today = practice(size)
        times = found[size] = measured(
            (Side(LOOP, _loop(rows, today), size), Side(OURS, _ours(rows, today), size)), pace
        )
        lines = (*judged(times, [at_most(2.0 if size <= 10_000 else 1.5, OURS, LOOP)]), _shared(rows, today))
        notes = (_memory(OURS, count, rows, today), _memory(LOOP, plain, rows, today))
        yield Table(title=f"P4  hours of {size:,} appointments, for each", times=times, lines=lines, notes=notes)
    if len(sizes) > 1:
        small, large = min(sizes), max(sizes)
        more = ratio(found[large], OURS, LOOP)[1] / ratio(found[small], OURS, LOOP)[1]
        line = bounded(f"growth from {small:,} to {large:,}: count's over the loop's", more, NOISE)
        yield Table(title="P4  time for each row, as rows grow more", lines=(line,))


def practice(size: int) -> tuple[list[Appointment], Mapping[str, Coaching]]:
    """Give so many appointments, always the same, and the statuses of today."""
    dice = random.Random(size)
    people = [f"contact-{n}" for n in range(max(10, size // 50))]
    today = {contact: dice.choice(tuple(Coaching)) for contact in people}
    kept = (*Coaching, None)
    states = (AppointmentStatus.BOOKED, AppointmentStatus.HELD, AppointmentStatus.HELD, CANCELLED, MISSED)
    first = NOW - timedelta(days=360)
    rows = []
    for n in range(size):
        start = first + timedelta(minutes=15 * dice.randrange(96 * 370))
        who = tuple(Attendee(c, dice.choice(kept)) for c in dice.sample(people, dice.choice((1,) * 19 + (3,))))
        end = start + dice.choice((30, 45, 60, 90)) * MINUTE
        row = Appointment(
            id=f"a-{n}", funnel="coaching", coach=f"coach-{n % 7}", kind=Kind.SESSION, start=start, end=end, zone="UTC",
            attendees=who, booked=first, state=dice.choice(states), actual=dice.choice((None, None, None, 55)),
            paid=dice.choice((True, False, None)),
        )  # fmt: skip
        rows.append(row)
    return rows, today


def count(rows: list[Appointment], today: Mapping[str, Coaching]) -> certification.Report:
    """Count with reasons."""
    return certification.count(COACHING, rows, now=NOW, today=today)


def plain(rows: list[Appointment], today: Mapping[str, Coaching]) -> tuple[int, int, Sums]:
    """Count without: test the same facts, make the same sums."""
    sums: Sums = {}
    counted = excluded = 0
    for row in rows:
        minutes = row.actual if row.actual is not None else (row.end - row.start) // MINUTE
        held = row.state is not CANCELLED and row.state is not MISSED and row.end <= NOW
        some = False
        for attendee in row.attendees:
            status = attendee.status if attendee.status is not None else today.get(attendee.contact)
            if held and status in COUNTING:
                some = True
                key = (row.coach, attendee.contact, row.paid)
                sums[key] = sums.get(key, 0) + minutes
        if some:
            counted += minutes
        else:
            excluded += minutes
    return counted, excluded, sums


def _ours(rows: list[Appointment], today: Mapping[str, Coaching]) -> Callable[[int], object]:
    def work(n: int) -> object:
        report = None
        for _ in repeat(None, n):
            report = count(rows, today)
        assert report is not None
        return report.minutes, report.excluded, report.sums

    return work


def _loop(rows: list[Appointment], today: Mapping[str, Coaching]) -> Callable[[int], object]:
    def work(n: int) -> object:
        found: object = None
        for _ in repeat(None, n):
            found = plain(rows, today)
        return found

    return work


def _shared(rows: list[Appointment], today: Mapping[str, Coaching]) -> Line:
    """See that rows with equal facts share their Decision."""
    report = count(rows, today)
    decisions = {id(d) for line in report for _, d in line.attendees}
    facts = {
        (row.state, row.end <= NOW, a.status, None if a.status is not None else today.get(a.contact))
        for row in rows
        for a in row.attendees
    }
    return Line(
        f"{len(decisions)} Decisions for {len(facts)} sets of facts", "", "no more", len(decisions) <= len(facts)
    )


def _memory(name: str, work: Work, rows: list[Appointment], today: Mapping[str, Coaching]) -> str:
    tracemalloc.start()
    answer = work(rows, today)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer is not None
    each = kept / len(rows)
    return f"{name}: keeps {each:.0f} bytes for each row, {kept / 1e6:.1f} MB in all; {most / 1e6:.1f} MB on the way"
