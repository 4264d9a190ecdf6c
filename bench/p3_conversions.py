"""P3: a conversion planned for a contact without open items: decision, new contact, event, consequences.

An active client becomes inactive, an inactive one active. What the whole is made of is measured beside it: making the
command, making the view, and planning with both in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, repeat
from typing import Any

from attrs import evolve
from peers import Bound, django_model, statemachine, transitions_moves
from rounds import Pace, Side, Table, at_most, judged, measured

from funnelkit import COACHING, Actor, Contact, Plan, Portal, Role
from funnelkit.commands import Convert
from funnelkit.loaded import Loaded
from funnelkit.planning import Moment
from funnelkit.statuses.coaching import Coaching, Happening

ACTIVE, INACTIVE = Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT
LONG_AGO, NOW = datetime(2025, 3, 1, 9, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)
COACH = Actor(id="m-1", role=Role.COACH)
ANN = Contact(
    id="c-1", status=ACTIVE, since=LONG_AGO, changed=LONG_AGO, version=7, portal=Portal.ACTIVE, coach="m-1",
    permitted=frozenset({"page-1"}), agreements=frozenset({"a-1"}),
)  # fmt: skip
BEN = evolve(ANN, id="c-2", status=INACTIVE)
ENDS = ("inactive_client", "active_client")

TRIGGER, PLANNED, WHOLE = "transitions, bare trigger", "planned, command and view in hand", "the whole"


def tables(pace: Pace) -> Iterator[Table]:
    """Give the one table."""
    sides = [Side(TRIGGER, _transitions(), 2), *_ours(), Side("floor: look-up, evolve, tuple", _floor, 2), *_others()]
    times = measured(sides, pace)
    goals = (at_most(1.25, PLANNED, TRIGGER), at_most(1.25, WHOLE, TRIGGER))
    plan = Convert(contact="c-1", to=INACTIVE, by=COACH).plan(COACHING, _moment(), _view(ANN))
    holds = (
        f"a plan holds {len(plan.decision.findings)} findings, {len(plan.changed)} contact, {len(plan.events)} event,"
        f" {len(plan.consequences)} consequence, {len(plan.read)} version that was read"
    )
    title = "P3  a conversion planned: decision, new contact, event, consequences"
    yield Table(title=title, times=times, lines=judged(times, goals), notes=(holds,))


def _view(contact: Contact) -> Loaded:
    return Loaded(contacts=(contact,), appointments=())


def _moment() -> Moment:
    numbers = count(1)
    return Moment(NOW, lambda kind: f"{kind}-{next(numbers)}")


def _became(plan: Plan[Contact]) -> str:
    return plan.result.status.value


def _ours() -> Iterator[Side]:
    moment = _moment()
    forth, back = (Convert(contact=c.id, to=to, by=COACH) for c, to in ((ANN, INACTIVE), (BEN, ACTIVE)))

    def whole(n: int) -> object:
        one = other = forth.plan(COACHING, moment, _view(ANN))
        for _ in repeat(None, n):
            one = Convert(contact="c-1", to=INACTIVE, by=COACH).plan(COACHING, moment, _view(ANN))
            other = Convert(contact="c-2", to=ACTIVE, by=COACH).plan(COACHING, moment, _view(BEN))
        return _became(one), _became(other)

    views: list[tuple[Loaded, Loaded]] = []

    def planned(n: int) -> object:
        one = other = forth.plan(COACHING, moment, _view(ANN))
        for first, second in views[:n]:
            first.read.clear()
            second.read.clear()
            one = forth.plan(COACHING, moment, first)
            other = back.plan(COACHING, moment, second)
        return _became(one), _became(other)

    def command(n: int) -> object:
        for _ in repeat(None, n):
            Convert(contact="c-1", to=INACTIVE, by=COACH)
            Convert(contact="c-2", to=ACTIVE, by=COACH)
        return None

    def view(n: int) -> object:
        for _ in repeat(None, n):
            _view(ANN)
            _view(BEN)
        return None

    views += [(_view(ANN), _view(BEN)) for _ in range(10_000)]
    yield Side(PLANNED, planned, 2)
    yield Side(WHOLE, whole, 2)
    yield Side("  of it, the command made", command, 2)
    yield Side("  of it, the view made", view, 2)


def _transitions() -> Callable[[int], object]:
    model = transitions_moves(ACTIVE, Bound())

    def work(n: int) -> object:
        one = other = ""
        for _ in repeat(None, n):
            model.become_inactive_client()
            one = model.state
            model.become_active_client()
            other = model.state
        return one, other

    return work


def _floor(n: int) -> object:
    one = other = ANN
    said: tuple[object, ...] = ()
    for _ in repeat(None, n):
        row = COACHING.by_hand[ACTIVE, INACTIVE][0]
        one = evolve(ANN, status=row.to, since=NOW, changed=NOW, version=8)
        said = ("status_changed", "c-1", ACTIVE, row.to, Happening.COACH_DECIDES, COACH, NOW)
        row = COACHING.by_hand[INACTIVE, ACTIVE][0]
        other = evolve(BEN, status=row.to, since=NOW, changed=NOW, version=8)
        said = ("status_changed", "c-2", INACTIVE, row.to, Happening.COACH_DECIDES, COACH, NOW)
    assert said is not None
    return one.status.value, other.status.value


def _others() -> Iterator[Side]:
    machine: Any = statemachine(ACTIVE)
    if machine is not None:

        def send(n: int) -> object:
            one = other = ""
            for _ in repeat(None, n):
                machine.send("become_inactive_client")
                (one,) = machine.configuration_values
                machine.send("become_active_client")
                (other,) = machine.configuration_values
            return one, other

        yield Side("python-statemachine", send, 2)
    client: Any = django_model(ACTIVE)
    if client is not None:

        def step(n: int) -> object:
            one = other = ""
            for _ in repeat(None, n):
                client.become_inactive_client()
                one = client.status
                client.become_active_client()
                other = client.status
            return one, other

        yield Side("django-fsm-2", step, 2)
