"""P1: what a status may do, and where it leads. Each question has its Decision, looked up in a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from peers import Bound, casbin_fast, django_may, django_model, statemachine, transitions_moves, transitions_rights
from rounds import Pace, Side, Table, at_most, faster, judged, measured

from funnelkit import COACHING, Right
from funnelkit.rules import access
from funnelkit.statuses.coaching import Coaching

ACTIVE, PROSPECT, PAGES = Coaching.ACTIVE_CLIENT, Coaching.PROSPECT, Right.CALENDAR


def tables(pace: Pace) -> Iterator[Table]:
    """Give one table for access and one for conversion."""
    yield _access(pace)
    yield _conversion(pace)


def _access(pace: Pace) -> Table:
    """One yes and one no: may an active client, and a prospect, see the calendar?"""
    answers, open_ = COACHING.answers, frozenset(k for k, decision in COACHING.answers.items() if decision)

    def floor_set(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = (ACTIVE, PAGES) in open_
            no = (PROSPECT, PAGES) in open_
        return yes, no

    def floor(n: int) -> object:
        yes = no = answers[ACTIVE, PAGES]
        for _ in repeat(None, n):
            yes = answers[ACTIVE, PAGES]
            no = answers[PROSPECT, PAGES]
        return yes.allowed, no.allowed

    def ours(n: int) -> object:
        yes = no = answers[ACTIVE, PAGES]
        for _ in repeat(None, n):
            yes = access.on_status(COACHING, ACTIVE, PAGES)
            no = access.on_status(COACHING, PROSPECT, PAGES)
        return yes.allowed, no.allowed

    bound = [transitions_rights(status, Bound()) for status in (ACTIVE, PROSPECT)]

    def transitions(n: int) -> object:
        one, other = bound
        yes = no = False
        for _ in repeat(None, n):
            yes = one.may_open_calendar()
            no = other.may_open_calendar()
        return yes, no

    sides = [
        Side("a frozenset", floor_set, 2),
        Side("floor: a dict", floor, 2),
        Side("access.on_status", ours, 2),
        Side("transitions may_", transitions, 2),
        *_casbin(),
    ]
    times = measured(sides, pace)
    goals = (
        at_most(3, "access.on_status", "floor: a dict"),
        faster(40, "access.on_status", "transitions may_"),
        faster(300, "access.on_status", "pycasbin, fast"),
    )
    return Table(title="P1  access on a status, with its Decision", times=times, lines=judged(times, goals))


def _casbin() -> Iterator[Side]:
    fast = casbin_fast()
    if fast is None:
        return

    def work(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = fast.enforce("active_client", "calendar")
            no = fast.enforce("prospect", "calendar")
        return yes, no

    yield Side("pycasbin, fast", work, 2)


def _conversion(pace: Pace) -> Table:
    """One yes and one no: may a prospect become an active client, and a prospect?"""
    moves, pairs = COACHING.conversions, frozenset(k for k, decision in COACHING.conversions.items() if decision)

    def floor_set(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = (PROSPECT, ACTIVE) in pairs
            no = (PROSPECT, PROSPECT) in pairs
        return yes, no

    def floor(n: int) -> object:
        yes = no = moves[PROSPECT, ACTIVE]
        for _ in repeat(None, n):
            yes = moves[PROSPECT, ACTIVE]
            no = moves[PROSPECT, PROSPECT]
        return yes.allowed, no.allowed

    def ours(n: int) -> object:
        yes = no = moves[PROSPECT, ACTIVE]
        for _ in repeat(None, n):
            yes = COACHING.conversions[PROSPECT, ACTIVE]
            no = COACHING.conversions[PROSPECT, PROSPECT]
        return yes.allowed, no.allowed

    model = transitions_moves(PROSPECT, Bound())

    def transitions(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = model.may_become_active_client()
            no = model.may_become_prospect()
        return yes, no

    sides = [
        Side("a frozenset", floor_set, 2),
        Side("floor: a dict", floor, 2),
        Side("COACHING.conversions", ours, 2),
        Side("transitions may_", transitions, 2),
        *_others(),
    ]
    times = measured(sides, pace)
    goals = (
        at_most(3, "COACHING.conversions", "floor: a dict"),
        faster(40, "COACHING.conversions", "transitions may_"),
    )
    return Table(
        title="P1  conversion between two statuses, with its Decision", times=times, lines=judged(times, goals)
    )


def _others() -> Iterator[Side]:
    machine: Any = statemachine(PROSPECT)
    if machine is not None:

        def enabled(n: int) -> object:
            found: set[str] = set()
            for _ in repeat(None, n):
                found = {event.id for event in machine.enabled_events()}
            return "become_active_client" in found, "become_prospect" in found

        yield Side("python-statemachine, all events", enabled, 2)
    client: Any = django_model(PROSPECT)
    if client is not None:
        may = django_may()

        def proceed(n: int) -> object:
            yes = no = False
            for _ in repeat(None, n):
                yes = may(client.become_active_client)
                no = may(client.become_prospect)
            return yes, no

        yield Side("django-fsm-2 can_proceed", proceed, 2)
