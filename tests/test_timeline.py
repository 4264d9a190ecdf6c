"""Ids in the order of their times, against a plain sorted list; and what a storage in memory makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import FRANCHISE, Contact
from funnelkit.adapters import timeline
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.adapters.timeline import MOST, Row, Timeline
from funnelkit.ports.clients import Place
from funnelkit.ports.contacts import due_at, ripe_at
from funnelkit.statuses.franchise import Franchise
from funnelkit.values.follow_up import FollowUp

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
TICK: Final = timedelta(microseconds=1)
KEYS: Final = [f"c-{n:02d}" for n in range(40)]


def moment(hours: int) -> datetime:
    """Give a moment by its number; numbers stand close, so that many ids share one."""
    return START + hours * HOUR


class Model:
    """The same as a plain table that is sorted whenever it is read."""

    def __init__(self) -> None:
        self.at: dict[str, datetime] = {}

    def rows(self) -> list[Row]:
        """Give every row in order."""
        return sorted((at, key) for key, at in self.at.items())


def agree(model: Model, found: Timeline, places: list[Row]) -> None:
    """Hold them against each other by everything that can be asked."""
    rows = model.rows()
    assert rows == list(found.behind(None))
    assert (rows[0][0] if rows else None) == found.first()
    assert {key: found.get(key) for key in KEYS} == {key: model.at.get(key) for key in KEYS}
    for place in (*places, *rows[::7]):
        assert [row for row in rows if row > place] == list(found.behind(place))
        for until in (place[0] - TICK, place[0], place[0] + TICK):
            assert len([row for row in rows if row[0] <= until]) == found.count_until(until)


Step = tuple[str, str, int]
STEPS: Final = st.lists(
    st.tuples(st.sampled_from(["set", "set", "set", "pop"]), st.sampled_from(KEYS), st.integers(0, 12)), max_size=120
)


@settings(max_examples=80, deadline=None)
@given(STEPS, st.lists(st.tuples(st.integers(-1, 13).map(moment), st.sampled_from(["", *KEYS, "c-99"])), max_size=4))
def test_a_timeline_is_a_sorted_list(steps: list[Step], places: list[Row]) -> None:
    """After any run of settings, moves and removals: the same rows in the same order, behind any place. Short runs."""
    with patch.object(timeline, "MOST", 4):
        model, found = Model(), Timeline()
        for act, key, hours in steps:
            if act == "set":
                model.at[key] = moment(hours)
                found[key] = moment(hours)
            else:
                model.at.pop(key, None)
                found.pop(key, None)
        agree(model, found, places)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_timeline_is_right_after_every_step(steps: list[Step]) -> None:
    """Not only in the end: a run that was emptied, and is filled again, is where it belongs."""
    with patch.object(timeline, "MOST", 2):
        model, found = Model(), Timeline()
        for act, key, hours in steps[:40]:
            if act == "set":
                model.at[key] = moment(hours)
                found[key] = moment(hours)
            else:
                model.at.pop(key, None)
                found.pop(key, None)
            assert model.rows() == list(found.behind(None))
            assert (model.rows()[0][0] if model.at else None) == found.first()
            assert len(model.at) == found.count_until(moment(99))


@pytest.mark.parametrize("order", ["up", "down", "mixed"])
def test_many_rows_are_in_order_however_they_come(order: str) -> None:
    """More than a run holds, so that runs are cut; then all of them go again."""
    count = 5 * MOST
    numbers = {
        "up": list(range(count)),
        "down": list(range(count))[::-1],
        "mixed": [n * 1009 % count for n in range(count)],
    }[order]
    found = Timeline()
    for n in numbers:
        found[f"c-{n:05d}"] = START + n // 3 * TICK
    expected = [(START + n // 3 * TICK, f"c-{n:05d}") for n in range(count)]
    assert expected == list(found.behind(None))
    for n in (0, 1, MOST - 1, MOST, MOST + 1, count - 2, count - 1):
        assert expected[n + 1 :] == list(found.behind(expected[n]))
        assert len([row for row in expected if row[0] <= expected[n][0]]) == found.count_until(expected[n][0])
    for n in numbers[: count - 3]:
        found.pop(f"c-{n:05d}")
    left = sorted(numbers[count - 3 :])
    assert [expected[n] for n in left] == list(found.behind(None))
    assert expected[left[0]][0] == found.first()


def test_nothing_is_in_an_empty_timeline() -> None:
    """Neither before nor after something was in it."""
    found = Timeline()
    for _ in range(2):
        assert ([], None, 0, None) == (
            list(found.behind(None)), found.first(), found.count_until(moment(99)), found.get("c-00"),
        )  # fmt: skip
        assert [] == list(found.behind((START, "")))
        found.pop("c-00")
        found["c-00"] = START
        assert [(START, "c-00")] == list(found.behind(None))
        found.pop("c-00")


# ---- the storage in memory


def contact(key: str, due: int | None, gives_up: int | None = None, coach: str | None = None) -> Contact:
    """Make a contact with a follow-up due at that hour."""
    stands = None
    if due is not None:
        until = None if gives_up is None else moment(gives_up)
        stands = FollowUp(id=f"e-{key}", noted=f"e-{key}", due=moment(due), attempt=6, set=START, gives_up=until)
    return Contact(id=key, status=Franchise.FOLLOW_UP_6, since=START, changed=START, coach=coach, follow_up=stands)


class Broken(Exception):
    """Something of the host's goes wrong."""


def in_a_transaction(storage: MemoryStorage, fails: bool, act: Callable[[Any], None]) -> bool:
    """Do it in a transaction that is left with an error or without; give whether it was kept."""
    try:
        with storage.transaction("acme") as stores:
            act(stores)
            fail(fails)
    except Broken:
        return False
    return True


def fail(really: bool) -> None:
    """Go wrong."""
    if really:
        raise Broken


Change = tuple[str, str, int, int | None]
CHANGES: Final = st.lists(
    st.tuples(
        st.sampled_from(["save", "save", "clear", "remove"]),
        st.sampled_from(KEYS[:8]),
        st.integers(0, 6),
        st.none() | st.integers(0, 6),
    ),
    max_size=8,
)


def write(stores: Any, rows: dict[str, Contact], changes: list[Change]) -> None:
    """Do it to the storage and to a plain table."""
    for act, key, due, gives_up in changes:
        if act == "remove":
            stores.contacts.remove("franchise", key)
            rows.pop(key, None)
        else:
            row = contact(key, None if act == "clear" else due, gives_up, coach=f"m-{due % 2}")
            stores.contacts.save("franchise", row)
            rows[key] = row


def by(rows: dict[str, Contact], place: Callable[[Contact], Place | None]) -> list[Contact]:
    """Sort those that have a place."""
    found = sorted((there, key) for key, row in rows.items() if (there := place(row)) is not None)
    return [rows[key] for _, key in found]


def right(storage: MemoryStorage, rows: dict[str, Contact]) -> None:
    """Hold every answer of the storage against a plain table."""
    with storage.transaction("acme") as stores:
        due, ripe = by(rows, due_at), by(rows, ripe_at)
        for hour in range(-1, 8):
            until, before = moment(hour), moment(hour)
            assert [row for row in due if row.follow_up and row.follow_up.due < before] == list(
                stores.contacts.due("franchise", before)
            )
            out = [row for row in ripe if (there := ripe_at(row)) is not None and there[0] <= until]
            assert out == list(stores.contacts.ripe("franchise", until))
            first = ripe_at(out[0]) if out else None
            assert (len(out), first[0] if first else None) == stores.contacts.count_ripe("franchise", until)
            told = [(r.account, r.funnel, r.count, r.oldest) for r in storage.ripe(until)]
            assert ([("acme", "franchise", len(out), first[0])] if first else []) == told
        for coach in ("m-0", "m-1", "m-2"):
            assert [row for row in due if row.coach == coach] == list(
                stores.contacts.due("franchise", moment(9), coach)
            )
        for n, row in enumerate(due):
            assert due[n + 1 : n + 3] == list(stores.contacts.due("franchise", moment(9), None, due_at(row), 2))
        for n, row in enumerate(ripe):
            assert ripe[n + 1 : n + 3] == list(stores.contacts.ripe("franchise", moment(9), ripe_at(row), 2))
        assert () == stores.contacts.due("coaching", moment(9)) == stores.contacts.ripe("coaching", moment(9))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CHANGES, st.booleans(), CHANGES, st.booleans()), max_size=4))
def test_due_and_ripe_are_right_whatever_was_undone(
    script: list[tuple[list[Change], bool, list[Change], bool]],
) -> None:
    """Transactions, some left with an error, some inside another: what is found is what was kept."""
    storage, rows = MemoryStorage(), dict[str, Contact]()
    for changes, fails, inner, inner_fails in script:
        outside = dict(rows)
        write(MemoryStorage().stores("acme"), outside, changes)
        inside = dict(outside)
        write(MemoryStorage().stores("acme"), inside, inner)

        def act(stores: Any, changes: Any = changes, inner: Any = inner, inner_fails: bool = inner_fails) -> None:
            write(stores, {}, changes)
            in_a_transaction(storage, inner_fails, lambda stores: write(stores, {}, inner))

        if in_a_transaction(storage, fails, act):
            rows = outside if inner_fails else inside
        right(storage, rows)


def test_a_row_that_is_saved_as_it_was_stays_where_it_is() -> None:
    """Saving it again, or with another status, changes no place; undone, neither."""
    storage, rows = MemoryStorage(), {"c-00": contact("c-00", 1, 3)}
    for status in (Franchise.FOLLOW_UP_6, Franchise.COLD):

        def act(stores: Any, status: Franchise = status) -> None:
            stores.contacts.save("franchise", rows["c-00"])
            stores.contacts.save("franchise", evolve(rows["c-00"], status=status))

        assert not in_a_transaction(storage, True, act)
        right(storage, {})
    with storage.transaction("acme") as stores:
        stores.contacts.save("franchise", rows["c-00"])
    right(storage, rows)


def test_each_account_and_funnel_that_waits_is_told_the_oldest_first() -> None:
    """One row for each, however many of its contacts wait; by age, then by name."""
    storage = MemoryStorage()
    told = {("b", "franchise"): [3, 5], ("a", "thinking"): [3], ("a", "franchise"): [2, 9], ("c", "franchise"): [9]}
    for (account, funnel), hours in told.items():
        with storage.transaction(account) as stores:
            for n, hour in enumerate(hours):
                stores.contacts.save(funnel, contact(f"c-{n}", 0, hour))
    found = [(r.account, r.funnel, r.count, r.oldest) for r in storage.ripe(moment(5))]
    expected = [("a", "franchise", 1, 2), ("a", "thinking", 1, 3), ("b", "franchise", 2, 3)]
    assert [(*row[:3], moment(row[3])) for row in expected] == found
    assert [] == list(storage.ripe(moment(2) - TICK))
    assert 1 == len(storage.ripe(moment(2)))
    assert FRANCHISE.name == "franchise"
