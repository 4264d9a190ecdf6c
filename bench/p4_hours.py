"""P4: both figures with a reason for each row, beside a plain loop that tests the same facts and makes the same sums.

The rows are values in memory. The memory that is shown is what the answer keeps, and the most that it took on the way;
of a stream, whose rows are made one by one and kept by nobody, what the sums take.
"""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen
from rounds import Line, Pace, Side, Table, Times, at_most, bounded, judged, measured, ratio

from funnelkit import COACHING, Appointment, Kind
from funnelkit.hours import Hours, both
from funnelkit.requirements import Standard
from funnelkit.rules import certification, eligibility
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.appointment import Attendee
from funnelkit.values.session import Session
from funnelkit.words import Activity, Pay, Setting

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FIRST = NOW - timedelta(days=360)
STANDARD = Standard(trained=date(2026, 2, 1), heads=15)
COUNTING = frozenset({Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT, Coaching.HOT_LEAD})
CANCELLED, MISSED = AppointmentStatus.CANCELLED, AppointmentStatus.MISSED
COACHED, CHARGED = Activity.COACHING, frozenset({*Pay} - {Pay.PRO_BONO})
INDIVIDUAL, GROUP, INTERNAL = Setting.INDIVIDUAL, Setting.GROUP, Pay.INTERNAL
MINUTE = timedelta(minutes=1)
OURS, LOOP = "both figures", "plain loop"
STATUSES, ZONES = (*Coaching, None), ("Europe/Berlin", "America/New_York", "UTC")
STATES = (AppointmentStatus.BOOKED, AppointmentStatus.HELD, AppointmentStatus.HELD, CANCELLED, MISSED)
KINDS = {Kind.SESSION: COACHED, Kind.SAMPLE: Activity.SAMPLE, Kind.CONSULTATION: Activity.CONSULTATION}

Work = Callable[[list[Appointment], Mapping[str, Coaching]], object]
NOISE = 1.1
"""How much two sizes may differ before it is called growth."""
FLAT = 1.1
"""How much more memory ten times the rows may take."""
ENOUGH = 1_000_000
"""Rows from which on flat is asked for: by then each day, client and set of facts has come up."""


@frozen(eq=False)
class Answer:
    """What a side found; told as plain data when it is compared, which is not timed."""

    tell: Callable[[], object] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        """Whether both found the same."""
        return isinstance(other, Answer) and self.tell() == other.tell()

    def __hash__(self) -> int:
        """Nobody asks."""
        return id(self)


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
        line = bounded(f"growth from {small:,} to {large:,}: both figures' over the loop's", more, NOISE)
        yield Table(title="P4  time for each row, as rows grow more", lines=(line,))
        less, most = sizes[-2:]
        before, after = _streamed(less), _streamed(most)
        told = f"{before / 1e6:.1f} MB and {after / 1e6:.1f} MB"
        line = bounded(f"memory of a stream of {less:,} and of {most:,} rows", after / before, FLAT, told)
        full = most >= ENOUGH
        yield Table(title="P4  memory of a stream, as rows grow more", lines=(line if full else evolve(line, ok=None),))


def practice(size: int) -> tuple[list[Appointment], Mapping[str, Coaching]]:
    """Give so many appointments, always the same, and the statuses of today."""
    dice, people = random.Random(size), max(10, size // 50)
    today = {f"contact-{n}": dice.choice(tuple(Coaching)) for n in range(people)}
    return list(_rows(dice, size, people)), today


def _rows(dice: random.Random, size: int, people: int) -> Iterator[Appointment]:
    """Make rows as they come out of a storage: each with values of its own, of which many are equal."""
    alone, together = ([_said(dice, group=group) for _ in range(40)] for group in (False, True))
    for n in range(size):
        first, group = dice.randrange(people), n % 20 == 0
        who = [f"contact-{(first // 3 * 3 + k) % people}" for k in range(3)] if group else [f"contact-{first}"]
        said, start = (
            dice.choice(together if group else alone),
            FIRST + timedelta(minutes=15 * dice.randrange(96 * 370)),
        )
        yield Appointment(
            id=f"a-{n}", funnel="coaching", coach=f"coach-{n % 7}", start=start,
            kind=dice.choice((Kind.SESSION,) * 8 + (Kind.SAMPLE,)), end=start + dice.choice((30, 45, 60, 90)) * MINUTE,
            zone=dice.choice(ZONES), attendees=tuple(Attendee(contact, dice.choice(STATUSES)) for contact in who),
            booked=FIRST, state=dice.choice(STATES), actual=dice.choice((None, None, None, 55)),
            paid=dice.choice((True, False, None)), session=None if said is None else evolve(said),
        )  # fmt: skip


def _said(dice: random.Random, *, group: bool) -> Session | None:
    """Say something of three sessions out of four: usually little, as people do."""
    if dice.random() < 0.25:
        return None
    return Session(
        activity=dice.choice((*[None] * 12, COACHED, COACHED, *Activity)), live=dice.random() < 0.97,
        setting=dice.choice((None, GROUP, Setting.TEAM)) if group else None,
        heads=dice.choice((None, 4, 9, 16)) if group else None, pay=dice.choice((*[None] * 6, *Pay)),
        organisation=dice.choice((*[None] * 9, "f-1")), direct_report=dice.random() < 0.02,
        engaged=dice.choice((*[None] * 5, *[True] * 4, False)), as_coach=dice.choice((*[None] * 19, 30)),
    )  # fmt: skip


def count(rows: list[Appointment], today: Mapping[str, Coaching]) -> Hours:
    """Count with reasons, in both figures."""
    return both(
        COACHING, certification.count(COACHING, rows, now=NOW, today=today), now=NOW, standard=STANDARD
    )  # fmt: skip


def plain(  # noqa: C901, PLR0912, PLR0915  # one loop with nothing called is what is measured
    rows: list[Appointment], today: Mapping[str, Coaching]
) -> tuple[Any, ...]:
    """Count without: test the same facts, make the same sums."""
    by_client: dict[tuple[str, str, bool | None], int] = {}
    days: dict[date, list[int]] = {}
    met: dict[str, date] = {}
    lines: dict[tuple[str, Setting, str | None], list[Any]] = {}
    counted = excluded = left_out = unsaid = 0
    zones = {name: ZoneInfo(name) for name in ZONES}
    trained, limit = STANDARD.trained, STANDARD.heads
    assert trained is not None
    assert limit is not None
    begins = {name: datetime.combine(trained, time(), zone) for name, zone in zones.items()}
    for row in rows:
        minutes = row.actual if row.actual is not None else (row.end - row.start) // MINUTE
        held = row.state is not CANCELLED and row.state is not MISSED and row.end <= NOW
        # ---- by status
        some = False
        for attendee in row.attendees:
            status = attendee.status if attendee.status is not None else today.get(attendee.contact)
            if held and status in COUNTING:
                some = True
                key = (row.coach, attendee.contact, row.paid)
                by_client[key] = by_client.get(key, 0) + minutes
        if some:
            counted += minutes
        else:
            excluded += minutes
        # ---- by the facts of the session
        said = row.session
        paid, heads, length = None if row.paid is None else row.paid, len(row.attendees), minutes
        ok = held and row.start >= begins[row.zone]
        if said is not None:
            if said.pay is not None:
                paid = said.pay in CHARGED
            if said.heads is not None and said.heads > heads:
                heads = said.heads
            if said.as_coach is not None and said.as_coach < minutes:
                length = said.as_coach
            done = said.activity or KINDS[row.kind]
            ok = ok and done is COACHED and said.live and said.engaged is not False
            ok = ok and not (said.direct_report and said.pay is INTERNAL)
        else:
            ok = ok and KINDS[row.kind] is COACHED
        if not ok or heads > limit:
            left_out += minutes
            continue
        left_out += minutes - length
        if paid is None:
            unsaid += length
        day = row.start.astimezone(zones[row.zone]).date()
        sums = days.get(day)
        if sums is None:
            sums = days[day] = [0, 0]
        sums[0 if paid else 1] += length
        who = [attendee.contact for attendee in row.attendees]
        for contact in who:
            first = met.get(contact)
            if first is None or day < first:
                met[contact] = day
        setting = (said and said.setting) or (INDIVIDUAL if heads == 1 else GROUP)
        group = said.group if said is not None and setting is not INDIVIDUAL else None
        place = (group or "+".join(sorted(who)), setting, None if said is None else said.organisation)
        line = lines.get(place)
        if line is None:
            line = lines[place] = [set(), 0, 0, 0, day, day, 0]
        line[0].update(who)
        line[1] = max(line[1], heads)
        line[2 if paid else 3] += length
        line[4], line[5] = min(line[4], day), max(line[5], day)
        line[6] += 1
    return counted, excluded, by_client, days, met, left_out, unsaid, lines


def _ours(rows: list[Appointment], today: Mapping[str, Coaching]) -> Callable[[int], object]:
    def work(n: int) -> object:
        found: Any = None
        for _ in repeat(None, n):
            found = count(rows, today)

        def tell() -> object:
            console, eligible, worked = found.console, found.eligible, found.eligible.worked
            lines = {
                (s.key, s.setting, s.organisation): [
                    {*s.members}, s.heads, s.paid, s.unpaid, s.first, s.last, s.sessions
                ]
                for s in worked.sums
            }  # fmt: skip
            days = {day: list(sums) for day, sums in worked.days.items()}
            by_facts = (days, worked.clients, eligible.excluded, eligible.unsaid, lines)
            return console.minutes, console.excluded, console.sums, *by_facts

        return Answer(tell)

    return work


def _loop(rows: list[Appointment], today: Mapping[str, Coaching]) -> Callable[[int], object]:
    def work(n: int) -> object:
        found: Any = None
        for _ in repeat(None, n):
            found = plain(rows, today)
        return Answer(lambda: found)

    return work


def _shared(rows: list[Appointment], today: Mapping[str, Coaching]) -> Line:
    """See that rows with equal facts share their Decisions."""
    found = count(rows, today)
    decisions = {id(d) for line in found.console for _, d in line.attendees} | {
        id(line.decision) for line in found.eligible
    }
    facts = {
        (row.state, row.end <= NOW, a.status, None if a.status is not None else today.get(a.contact))
        for row in rows
        for a in row.attendees
    }
    begins = {name: datetime.combine(date(2026, 2, 1), time(), ZoneInfo(name)) for name in ZONES}
    more = {
        (row.session, row.paid, row.kind, row.state, row.end <= NOW, len(row.attendees), row.start >= begins[row.zone])
        for row in rows
    }
    sets = len(facts) + len(more)
    return Line(f"{len(decisions)} Decisions for {sets} sets of facts", "", "no more", len(decisions) <= sets)


def _streamed(size: int) -> int:
    """Give the most bytes that a stream of so many rows takes: five hundred clients, a year of days.

    The rows that it is made of are there before; each comes again as a new one, on another day.
    """
    rows = list(_rows(random.Random(1), 10_000, 500))
    tally = eligibility.Tally(COACHING, now=NOW, standard=STANDARD)
    tracemalloc.start()
    for n in range(size):
        row = rows[n % len(rows)]
        start = FIRST + (row.start - FIRST + n // len(rows) * timedelta(days=37)) % timedelta(days=370)
        tally.add(evolve(row, id=f"a-{n}", start=start, end=start + (row.end - row.start)))
    worked = tally.worked()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert worked.minutes
    return most


def _memory(name: str, work: Work, rows: list[Appointment], today: Mapping[str, Coaching]) -> str:
    tracemalloc.start()
    answer = work(rows, today)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer is not None
    each = kept / len(rows)
    return f"{name}: keeps {each:.0f} bytes for each row, {kept / 1e6:.1f} MB in all; {most / 1e6:.1f} MB on the way"
