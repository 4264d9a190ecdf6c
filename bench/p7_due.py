"""P7 in memory: a due page and a sweep, beside the same look-ups and changes written by hand on the same storage.

A sweep changes what it is measured on, so each round runs in a transaction that is undone. A few leads are ripe among
many, so that what grows with the contacts is what finding them costs. By hand nothing is explained, guarded or kept
apart by account; in memory that is the dearer part, so its ratio is printed and no goal is set for it: the goals
of P7 are about databases.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from time import thread_time_ns

from rounds import Line, Pace, Side, Table, Times, bounded, measured, ratio, spoken

from funnelkit import FRANCHISE, Actor, Contact, FunnelService, Right, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.statuses.franchise import Franchise, Happening
from funnelkit.values.events import StatusChanged, Why
from funnelkit.values.follow_up import FollowUp

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = timedelta(days=1)
RIPE, PAGE = 200, 100
COLD_AFTER = timedelta(hours=2)
CLOCK = Actor(id="clock", role=Role.SYSTEM)
DUE, BY_HAND = "crm.due", "look up, by hand"
SWEEP, UPDATE = "crm.sweep", "select, decide, update, by hand"
NOISE = 1.5
"""How much two sizes may differ before it is called growth: more memory is also slower memory."""

Tutors = FunnelService[Franchise, Right]


class UndoneError(Exception):
    """Leaves a transaction so that nothing of it stays."""


def tables(pace: Pace, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Give a page and a sweep for each size, and what grew."""
    found: dict[str, dict[int, Times]] = {DUE: {}, SWEEP: {}}
    for size in sizes:
        tracemalloc.start()
        storage, crm = practice(size, ripe=0)
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        times = found[DUE][size] = measured((Side(BY_HAND, _page(storage)), Side(DUE, _due(crm))), pace)
        note = f"the storage keeps {kept / size:.0f} bytes for each contact, {kept / 1e6:.1f} MB in all"
        yield _table(f"P7  a due page of {PAGE} among {size:,} contacts in memory", times, DUE, BY_HAND, note)
        storage, crm = practice(size, ripe=RIPE)
        sides = (Side(UPDATE, _updated(storage), RIPE), Side(SWEEP, _swept(storage, crm), RIPE))
        times = found[SWEEP][size] = measured(sides, pace)
        note = _whole(storage, crm, size)
        yield _table(f"P7  a sweep of {RIPE} leads among {size:,} in memory, for each", times, SWEEP, UPDATE, note)
    if len(sizes) > 1:
        small, large = min(sizes), max(sizes)
        lines = tuple(
            bounded(f"{side}: from {small:,} to {large:,}", median(of[large][side]) / median(of[small][side]), NOISE)
            for side, of in found.items()
        )
        yield Table(title="P7  as contacts grow more", lines=lines)


def _table(title: str, times: Times, ours: str, other: str, note: str) -> Table:
    low, middle, high = ratio(times, ours, other)
    line = Line(f"{ours} / {other}", f"{middle:.2f} ({low:.2f} – {high:.2f})", "", None)
    return Table(title=title, times=times, lines=(line,), notes=(note,))


def practice(size: int, ripe: int) -> tuple[MemoryStorage, Tutors]:
    """Give so many leads with a follow-up each: some ripe, 200 due today, all others later."""
    storage, clock = MemoryStorage(), FixedClock(NOW)
    crm: Tutors = FunnelService(FRANCHISE, account="a", storage=storage, clock=clock)
    with storage.transaction("a") as stores:
        for n in range(size):
            last = n < ripe
            later = NOW + DAY + (n * 7919 % size) * DAY / 24
            due = NOW - 3 * DAY if last else NOW - DAY / 4 if n < ripe + RIPE else later
            status = Franchise.FOLLOW_UP_6 if last else Franchise.FOLLOW_UP_1
            attempt, gives_up = (6, due + COLD_AFTER) if last else (1, None)
            stands = FollowUp(
                id=f"e-{n}", noted=f"e-{n}", due=due, attempt=attempt, set=due - 2 * DAY, gives_up=gives_up
            )
            lead = Contact(
                id=f"c-{n:07d}", status=status, since=due - 2 * DAY, changed=due - 2 * DAY, version=1, attempt=attempt,
                coach="m-1", follow_up=stands,
            )  # fmt: skip
            stores.contacts.save("franchise", lead)
    return storage, crm


def _due(crm: Tutors) -> Callable[[int], object]:
    def work(n: int) -> object:
        found = crm.due(limit=PAGE)
        for _ in range(n - 1):
            found = crm.due(limit=PAGE)
        return [(entry.contact, entry.due) for entry in found.entries]

    return work


def _page(storage: MemoryStorage) -> Callable[[int], object]:
    def work(n: int) -> object:
        found: list[tuple[Contact, object, object, FollowUp | None]] = []
        for _ in range(n):
            with storage.transaction("a") as stores:
                rows = stores.contacts.due("franchise", NOW + DAY / 2, None, None, PAGE)
                persons = stores.persons.many([row.id for row in rows])
                notes = stores.history.texts([row.follow_up.noted for row in rows if row.follow_up])
            found = [(row, persons.get(row.id), notes.get(row.id), row.follow_up) for row in rows]
        return [(row.id, stands.due) for row, _, _, stands in found if stands]

    return work


def _swept(storage: MemoryStorage, crm: Tutors) -> Callable[[int], object]:
    def sweep() -> int:
        return crm.sweep(limit=RIPE).done

    return _undone(storage, sweep)


def _updated(storage: MemoryStorage) -> Callable[[int], object]:
    def sweep() -> int:
        with storage.transaction("a") as stores:
            rows = stores.contacts.ripe("franchise", NOW, None, RIPE)
            for row in rows:
                stands = row.follow_up
                if stands is None or stands.gives_up is None or row.status is not Franchise.FOLLOW_UP_6:
                    continue
                when = stands.gives_up
                event = StatusChanged(
                    id=storage.identifiers.fresh("event"), about=row.id, within="franchise", by=CLOCK, effective=when,
                    recorded=NOW, version=2, funnel="", was=row.status, to=Franchise.COLD, attempt=6, why=Why.HAPPENED,
                    on=Happening.CALLS_EXHAUSTED,
                )  # fmt: skip
                stores.contacts.save("franchise", row.becoming(Franchise.COLD, when, 6, None, runs_on=False))
                stores.history.append([event], ())
            return len(rows)

    return _undone(storage, sweep)


def _undone(storage: MemoryStorage, sweep: Callable[[], int]) -> Callable[[int], object]:
    """Sweep, count, and take it all back."""

    def work(n: int) -> object:
        done = 0
        for _ in range(n):
            try:
                with storage.transaction("a"):
                    done = sweep()
                    raise UndoneError  # noqa: TRY301  # it is what takes it back
            except UndoneError:
                pass
        return done

    return work


def _whole(storage: MemoryStorage, crm: Tutors, size: int) -> str:
    """Make every contact ripe, sweep a tenth of them, and say what that takes; another tenth, and what it keeps."""
    most = size // 10
    with storage.transaction("a") as stores:
        for row in stores.contacts.every("franchise"):
            stands = row.follow_up
            assert stands is not None
            ripe = FollowUp(
                id=stands.id,
                noted=stands.noted,
                due=NOW - DAY,
                attempt=6,
                set=stands.set,
                gives_up=NOW - DAY + COLD_AFTER,
            )
            last = row.becoming(Franchise.FOLLOW_UP_6, stands.set, 6, ripe, runs_on=False)
            stores.contacts.save("franchise", last)
    tracemalloc.start()
    traced = crm.sweep(limit=most).done
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    start = thread_time_ns()
    done = crm.sweep(limit=most).done
    each = spoken((thread_time_ns() - start) / done)
    return (
        f"{done:,} of {size:,} at once: {each} for each; {kept / traced:.0f} bytes of each are kept, history above all"
    )
