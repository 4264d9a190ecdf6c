"""What time alone makes true: whenever it is swept, by whomever and how often, there is one outcome."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from funnelkit import (
    COACHING,
    FRANCHISE,
    Conflict,
    Contact,
    Funnel,
    FunnelkitError,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Refused,
)
from funnelkit.accounts import SHARE, SweptAccounts, sweep_accounts
from funnelkit.adapters.memory import FixedClock, MemoryObserver, MemoryStorage
from funnelkit.commands import (
    Adopt,
    Archive,
    Book,
    Cancel,
    Convert,
    Correct,
    DropFollowUp,
    Edit,
    GiveUp,
    Hide,
    LiftDoNotContact,
    LogContact,
    MoveFollowUp,
    Record,
    Reschedule,
    Restore,
    ScheduleFollowUp,
    SetDoNotContact,
    Tag,
    Untag,
)
from funnelkit.policy import Anchor, FollowUpPolicy, ShellPolicy
from funnelkit.ports.storage import Ripe
from funnelkit.service import Swept
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import READINGS, Franchise, Happening, Thinking
from funnelkit.table import EMAIL, Move, Need
from funnelkit.table import SYSTEM as SYSTEM_ONLY
from funnelkit.times import Elapsed
from funnelkit.values.actor import CLOCK
from funnelkit.values.events import FollowUpEnded, StatusChanged
from funnelkit.values.follow_up import FollowUp
from funnelkit.words import Because, Direction, Progress
from tests.scenarios.leads import as_it_is, whole
from tests.scenarios.world import COACH, DAY, DESK, HOUR, NOON, SYSTEM

S: Final = Franchise
T: Final = Happening
TICK: Final = timedelta(microseconds=1)
WORKERS: Final = 32
Crm: TypeAlias = FunnelService[Any, Any]
PHASES: Final = (Phase.explicit, Phase.generate, Phase.shrink)


def service(
    storage: MemoryStorage, clock: FixedClock, funnel: Funnel[Any, Any] = FRANCHISE, account: str = "acme", **more: Any
) -> Crm:
    """Give one of many services: cheap to make, and with nothing of its own."""
    return FunnelService(funnel, account=account, storage=storage, clock=clock, zone="Europe/Berlin", **more)


def called(crm: Crm, key: str, times: int = 6) -> Contact:
    """Given a lead that was called so often, all at this moment."""
    now = crm._clock.now()  # noqa: SLF001  # the clock of the test
    lead: Contact = crm.do(Adopt(name="Ada", id=key, status=S.NEW_LEAD, since=now, by=COACH))
    for _ in range(times):
        lead = crm.do(ScheduleFollowUp(contact=key, by=COACH))
    return lead


def out(lead: Contact) -> datetime:
    """Give the moment at which time has run out."""
    assert lead.follow_up is not None
    assert lead.follow_up.gives_up is not None
    return lead.follow_up.gives_up


def colds(crm: Crm, key: str) -> list[datetime]:
    """Give each moment at which a contact became cold."""
    return [e.effective for e in crm.history(key) if isinstance(e, StatusChanged) and e.to is S.COLD]


def codes(failed: tuple[Any, ...]) -> dict[str, str]:
    """Give what went wrong, by whom it was about."""
    return {outcome.about: type(outcome.error).__name__ for outcome in failed}


# ---- one account


def test_a_sweep_says_what_it_did_and_what_is_left() -> None:
    """At most so many at a time, the longest waiting first; it tells since when the rest waits."""
    storage, clock, observer = MemoryStorage(), FixedClock(NOON), MemoryObserver()
    crm = service(storage, clock, observer=observer)
    ends = []
    for n in range(5):
        clock.set(NOON + n * HOUR)
        ends.append(out(called(crm, f"c-{4 - n}")))
    clock.set(ends[3])
    assert Swept(done=2, failed=(), left=2, oldest_left=ends[2]) == crm.sweep(limit=2)
    assert [S.COLD, S.COLD, S.FOLLOW_UP_6] == [crm.contact(f"c-{n}").status for n in (4, 3, 2)]
    assert Swept(done=2, failed=(), left=0, oldest_left=None) == crm.sweep(limit=2)
    assert Swept(done=0) == crm.sweep()
    assert [
        ("swept", "acme", {"done": done, "failed": 0, "left": left}) for done, left in ((2, 2), (2, 0), (0, 0))
    ] == [told for told in observer.heard if told[0] == "swept"]


def test_a_sweep_of_nothing_does_nothing() -> None:
    """An empty account, and one in which nothing has run out yet."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    assert Swept(done=0) == crm.sweep()
    called(crm, "c-1")
    assert Swept(done=0) == crm.sweep()


@pytest.mark.parametrize("wrong", [0, -1, True, 1.0, "1", None])
def test_a_limit_is_a_whole_number_from_one(wrong: Any) -> None:
    """Anything else is refused with the field's name, for one account and for all."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    for ask in (
        lambda: service(storage, clock).sweep(limit=wrong),
        lambda: sweep_accounts(storage, lambda _: FRANCHISE, clock, limit=wrong),
    ):
        with pytest.raises(Invalid) as caught:
            ask()
        assert ["limit"] == [problem.path for problem in caught.value.problems]


def test_sweeping_twice_changes_nothing() -> None:
    """Not a field, not a version, not an event."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    lead = called(crm, "c-1")
    clock.set(out(lead) + DAY)
    assert 1 == crm.sweep().done
    before = crm.contact("c-1"), crm.history("c-1")
    for days in (0, 1, 300):
        clock.advance(days=days)
        assert Swept(done=0) == crm.sweep()
    assert before == (crm.contact("c-1"), crm.history("c-1"))


def test_what_a_sweep_says_took_effect_when_it_became_true() -> None:
    """Swept a month late: cold since two hours after the call, recorded when swept, by the system."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    moment = out(called(crm, "c-1"))
    first = len(crm.history("c-1"))
    clock.set(moment + 30 * DAY)
    crm.sweep()
    said = crm.history("c-1")[first:]
    assert {(moment, moment + 30 * DAY, CLOCK)} == {(e.effective, e.recorded, e.by) for e in said}
    assert (S.COLD, moment) == (crm.contact("c-1").status, crm.contact("c-1").since)
    assert S.FOLLOW_UP_6 is crm.status_at("c-1", moment, known=moment + 30 * DAY - TICK)
    assert [(6, Because.EXHAUSTED)] == [(e.attempt, e.because) for e in said if isinstance(e, FollowUpEnded)]
    whole(crm)


def test_more_than_a_page_is_swept_at_once() -> None:
    """The sweep reads in pages and knows no end of them."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    count = 2 * ShellPolicy().page + 1
    fill(storage, "acme", count)
    clock.set(NOON + 60 * HOUR)
    swept = crm.sweep(limit=count - 1)
    assert (count - 1, 1, ()) == (swept.done, swept.left, swept.failed)
    assert (1, 0) == ((last := crm.sweep(limit=count)).done, last.left)


def fill(storage: MemoryStorage, account: str, count: int, hours: float = 50) -> None:
    """Given so many leads whose time runs out at that hour, as rows that a host brings along, with what came before."""
    ends = NOON + hours * HOUR
    stands = FollowUp(id="e-1", noted="e-1", due=ends - 2 * HOUR, attempt=6, set=NOON, gives_up=ends)
    lead = Contact(id="c-1", status=S.FOLLOW_UP_6, since=NOON, changed=NOON, version=1, attempt=6, follow_up=stands)
    with storage.transaction(account) as stores:
        stores.funnels.save(FRANCHISE.fingerprint, {})
        for n in range(count):
            stores.contacts.save("franchise", evolve(lead, id=f"c-{n:05d}"))


# ---- rows that go wrong


class Poisoned(MemoryStorage):
    """A storage in which some rows cannot be read one by one; counts who asked it for all accounts."""

    def __init__(self, bad: set[str] | None = None, accounts: set[str] | None = None) -> None:
        super().__init__()
        self.bad = bad or set()
        self.accounts = accounts or set()
        self.asked: list[datetime] = []

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Count, and give them."""
        self.asked.append(until)
        return super().ripe(until)

    def stores(self, account: str) -> Any:
        """Give the stores; a bad row raises when it is read."""
        found = super().stores(account)
        bad, get = self.bad, type(found.contacts).get

        def read(funnel: str, contact: str) -> Contact | None:
            if contact in bad:
                raise RuntimeError("this row cannot be read")
            return get(found.contacts, funnel, contact)

        found.contacts.get = read  # type: ignore[method-assign]  # what a broken row does to an adapter
        return found

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one; of a bad account none can be opened."""
        if account in self.accounts:
            raise ConnectionError("this account cannot be reached")
        return super().transaction(account)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_bad_row_is_an_outcome_and_the_rest_is_swept(limit: int) -> None:
    """Also where more bad rows than the limit stand at the head: they take nobody's place, now or the next time."""
    storage, clock = Poisoned(), FixedClock(NOON)
    crm = service(storage, clock)
    ends = [out(called(crm, f"c-{n}")) for n in range(8)]
    clock.set(ends[-1])
    storage.bad = {"c-0", "c-1", "c-2", "c-3", "c-6"}
    done = 0
    while done < 3:
        swept = crm.sweep(limit=limit)
        assert 0 < swept.done <= limit
        assert {"c-0", "c-1", "c-2", "c-3"} <= set(codes(swept.failed))
        done += swept.done
        assert (8 - done, ends[0]) == (swept.left, swept.oldest_left)
    swept = crm.sweep(limit=limit)
    assert (0, dict.fromkeys(storage.bad, "RuntimeError")) == (swept.done, codes(swept.failed))
    assert not any(outcome.ok or outcome.refused for outcome in swept.failed)
    storage.bad = set()
    assert 5 == sum(crm.sweep(limit=limit).done for _ in range(5))
    assert {1} == {len(colds(crm, f"c-{n}")) for n in range(8)}


def test_a_row_that_somebody_else_swept_is_no_failure() -> None:
    """Read as waiting, done by another before its turn: that is fine."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    one, other = service(storage, clock), service(storage, clock)
    clock.set(max(out(called(one, f"c-{n}")) for n in range(3)))
    plan = one.plan(GiveUp(contact="c-1", by=CLOCK))
    assert Swept(done=3) == other.sweep()
    with pytest.raises(Conflict):
        one.apply(plan)
    assert ["follow_up.was_the_last"] == [f.rule for f in one.plan(GiveUp(contact="c-1", by=CLOCK)).decision.refusals]
    assert Swept(done=0) == one.sweep()


def without_the_row() -> Funnel[Any, Any]:
    """Derive a franchise that gives nobody up: no row and no deed."""
    deeds = tuple(deed for deed in FRANCHISE.deeds if deed.on is not T.CALLS_EXHAUSTED)
    return FRANCHISE.derive("franchise", drop=[(S.FOLLOW_UP_6, S.COLD, T.CALLS_EXHAUSTED)], deeds=deeds)


def with_a_need() -> Funnel[Any, Any]:
    """Derive a franchise whose row asks for a fact that only the host knows."""
    asked = Move(S.FOLLOW_UP_6, T.CALLS_EXHAUSTED, S.COLD, SYSTEM_ONLY, (Need("is_paid", "it is paid"),), "ours")
    return FRANCHISE.derive("franchise", drop=[(S.FOLLOW_UP_6, S.COLD, T.CALLS_EXHAUSTED)], add=(asked,))


@pytest.mark.parametrize("other", [without_the_row, with_a_need])
def test_a_funnel_that_gives_nobody_up_ends_the_story(other: Callable[[], Funnel[Any, Any]]) -> None:
    """The funnel was changed while a follow-up stood: no sweep fails or claims it again and again; it can be edited."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    clock.set(out(called(service(storage, clock), "c-1")))
    crm = service(storage, clock, other())
    swept = crm.sweep()
    assert (0, ()) == (swept.left, swept.failed)
    before = len(crm.history("c-1"))
    for _ in range(3):
        clock.advance(days=1)
        assert Swept(done=0) == crm.sweep()
    assert S.FOLLOW_UP_6 is crm.do(Tag(contact="c-1", tags=["maths"], by=COACH)).status
    assert before + 1 == len(crm.history("c-1"))
    whole(crm)


@pytest.mark.parametrize("other", [without_the_row, with_a_need])
def test_a_funnel_that_gives_nobody_up_can_be_worked_with(other: Callable[[], Funnel[Any, Any]]) -> None:
    """The same without a sweep: any command finds the lead as it stands."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    clock.set(out(called(service(storage, clock), "c-1")))
    crm = service(storage, clock, other())
    crm.do(Tag(contact="c-1", tags=["maths"], by=COACH))
    assert S.NOT_SOLD is crm.do(Convert(contact="c-1", to=S.NOT_SOLD, by=COACH)).status
    assert Swept(done=0) == crm.sweep()
    whole(crm)


def with_a_need_of_ours() -> Funnel[Any, Any]:
    """Derive a franchise whose row asks for a fact that is stored."""
    asked = Move(S.FOLLOW_UP_6, T.CALLS_EXHAUSTED, S.COLD, SYSTEM_ONLY, (EMAIL,), "ours")
    return FRANCHISE.derive("franchise", drop=[(S.FOLLOW_UP_6, S.COLD, T.CALLS_EXHAUSTED)], add=(asked,))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (with_a_need_of_ours, {}), (with_a_need, {"is_paid": True}), (with_a_need, {"is_paid": False}),
        (without_the_row, {}), (lambda: FRANCHISE, {}),
    ],
)  # fmt: skip
def test_what_can_be_done_next_is_done_where_time_has_run_out(
    other: Callable[[], Funnel[Any, Any]], told: dict[str, bool]
) -> None:
    """Before any sweep: what the options say of a lead whose last term is over is what a plan says at once."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    before, crm = service(storage, clock), service(storage, clock, other())
    lead = called(before, "c-1")
    before.do(Edit(contact="c-1", email="ada@example.org", by=COACH))
    clock.set(out(lead))
    by_hand = [option for option in crm.options("c-1", by=COACH, facts=told) if not option.automatic]
    for option in by_hand:
        asked = Convert(contact="c-1", to=option.to, reason="price", by=COACH)
        with_a_reason = option.decision.refusals == option.decision.missing
        assert with_a_reason is crm.plan(asked, facts=told).decision.allowed, option.to
    assert by_hand


def test_who_is_deleted_while_it_is_swept_is_no_failure() -> None:
    """Gone is gone: nobody has to look after it."""
    storage, clock = Meddling(), FixedClock(NOON)
    crm = service(storage, clock)
    clock.set(max(out(called(crm, f"c-{n}")) for n in range(2)))

    def delete() -> None:
        with storage.transaction("acme") as stores:
            stores.contacts.remove("franchise", "c-0")

    storage.acts.append(delete)
    swept = crm.sweep()
    assert (1, ()) == (swept.done, swept.failed)


class Meddling(MemoryStorage):
    """A storage in which somebody else acts right after a transaction in which rows were looked for was left."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[Callable[[], object]] = []
        self.armed = True

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one; when it is left, somebody else has their turn."""
        return _Meddled(super().transaction(account), self)


class _Meddled(AbstractContextManager[Any]):
    def __init__(self, inner: Any, storage: Meddling) -> None:
        self._inner, self._storage = inner, storage

    def __enter__(self) -> Any:
        return self._inner.__enter__()

    def __exit__(self, *error: object) -> None:
        self._inner.__exit__(*error)
        if self._storage.acts and self._storage.armed:
            self._storage.armed = False
            self._storage.acts.pop(0)()
            self._storage.armed = True


RIVALS: Final[dict[str, Callable[[Crm], object]]] = {
    "a booking": lambda crm: crm.do(
        Book(contacts=["c-1"], coach="m-1", kind=Kind.CONSULTATION, start=NOON + 90 * DAY, minutes=60, by=COACH)
    ),
    "another sweep": lambda crm: crm.sweep(),
    "a tag": lambda crm: crm.do(Tag(contact="c-1", tags=["maths"], by=COACH)),
    "a do-not-contact": lambda crm: crm.do(SetDoNotContact(contact="c-1", by=COACH)),
    "the archive": lambda crm: crm.do(Archive(contact="c-1", by=COACH)),
    "a booking in time": lambda crm: crm.do(
        Book(
            contacts=["c-1"], coach="m-1", kind=Kind.CONSULTATION, start=NOON + 90 * DAY, minutes=60, by=COACH,
            at=NOON + 49 * HOUR,
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("rival", RIVALS)
def test_a_sweep_that_races_with_something_ends_as_if_it_had_come_first_or_last(rival: str) -> None:
    """Between any two steps of a sweep somebody acts: the lead ends as without the race, cold once or never."""
    quiet, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(quiet, clock)
    called(crm, "c-1")
    clock.set(NOON + 51 * HOUR)
    RIVALS[rival](crm)
    crm.sweep()
    expected = as_it_is(crm.contact("c-1"))
    for step in range(6):
        storage, clock = Meddling(), FixedClock(NOON)
        crm, other = service(storage, clock), service(storage, clock)
        called(crm, "c-1")
        clock.set(NOON + 51 * HOUR)
        nothing: list[Callable[[], object]] = [lambda: None] * step
        storage.acts = [*nothing, lambda other=other: RIVALS[rival](other)]  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
        swept = crm.sweep()
        while storage.acts:
            crm.sweep()
        crm.sweep()
        assert () == swept.failed
        found = crm.contact("c-1")
        whole(crm)
        assert evolve(expected, changed=NOON) == evolve(as_it_is(found), changed=NOON)


# ---- one outcome, however it is swept

GAPS: Final = (
    timedelta(), TICK, HOUR / 2, HOUR, 2 * HOUR - TICK, 2 * HOUR, 2 * HOUR + TICK, 46 * HOUR, 48 * HOUR,
    50 * HOUR - TICK, 50 * HOUR, 50 * HOUR + TICK, 7 * DAY,
)  # fmt: skip
KEYS: Final = ("c-0", "c-1")
QUICK: Final = FollowUpPolicy(delay=Elapsed(hours=2), cold_after=Elapsed(), anchor=Anchor.LAST_TOUCH)
FUNNELS: Final[dict[str, Funnel[Any, Any]]] = {
    "franchise": FRANCHISE,
    "last touch": READINGS["BG-A2 last touch"],
    "jumping": READINGS["BG-A5 jumping"],
    "restart": READINGS["BG-A10 restart"],
    "quick": FRANCHISE.with_policy(follow_up=QUICK),
}


@frozen
class Step:
    """Some time goes by, then something is done to a lead, told now or so much later than it happened."""

    gap: timedelta
    act: str
    lead: str
    back: timedelta | None = None


@frozen
class Turn:
    """A sweep on the way to a step: where in its gap, how much of it, by which of two services."""

    part: float
    limit: int
    worker: int


class Story:
    """An account in which a script is played: two leads, the second of whom stands in a practice, too."""

    def __init__(self, funnel: Funnel[Any, Any], times: tuple[int, int]) -> None:
        self.clock = FixedClock(NOON)
        self.storage = MemoryStorage()
        self.workers = [service(self.storage, self.clock, funnel) for _ in range(2)]
        self.crm = self.workers[0]
        self.practice = service(self.storage, self.clock, COACHING)
        self.booked: list[str] = []
        self.said: list[object] = []
        for key, often in zip(KEYS, times, strict=True):
            called(self.crm, key, often)
        self.practice.do(Adopt(name="Ada", id="c-1", status=Coaching.PROSPECT, since=NOON, by=COACH))

    def tell(self, n: int, step: Step) -> None:
        """Do it, and note what came of it: done, or by which rules it was refused."""
        now = self.clock.now()
        at = None if step.back is None else max(now - step.back, NOON)
        crm = self.practice if step.act.startswith("practice") else self.crm
        key = "c-1" if crm is self.practice else step.lead
        try:
            crm.do(command(step.act, key, n, now, at, self.booked))
            self.said.append("done")
            if step.act == "book":
                self.booked.append(f"a-{n}")
        except Refused as refused:
            self.said.append([finding.rule for finding in refused.decision.refusals])
        except (Invalid, NotFound) as wrong:  # no time before it was there; nothing booked yet
            self.said.append(str(wrong))
        whole(self.crm)

    def turn(self, turn: Turn) -> None:
        """Sweep; twice is once, and nothing goes wrong."""
        crm = self.workers[turn.worker]
        swept = crm.sweep(limit=turn.limit)
        assert () == swept.failed
        if not swept.left:
            assert Swept(done=0) == crm.sweep()
        whole(crm)

    def moments(self) -> set[datetime]:
        """Give every moment at which something took effect."""
        return {event.effective for key in KEYS for event in self.crm.history(key)}

    def truth(self, moments: set[datetime]) -> object:
        """Give everything that is true in the end, and what was true at each of these moments."""
        probes = sorted({moment + tick for moment in moments for tick in (-TICK, timedelta())})
        return {
            key: (
                as_it_is(self.crm.contact(key)),
                [self.crm.status_at(key, probe) for probe in probes],
                [evolve(a, version=0) for a in self.crm.appointments(key)],
                evolve(self.crm.person(key), version=0),
            )
            for key in KEYS
        }


ACTS: Final = (
    "next", "next", "next on a date", "next by hand", "not sold", "cold", "dnc", "cancelled and dnc", "move",
    "move to a date", "desk", "drop", "reply", "call", "book", "book", "cancel", "reschedule", "session", "tag",
    "archive", "restore", "hide", "coach", "block", "block for an hour", "lift", "practice block", "practice lift",
    "enroll", "exhausted",
)  # fmt: skip


def command(act: str, key: str, n: int, now: datetime, at: datetime | None, booked: list[str]) -> Any:
    """Write the command of an act."""
    effect = at or now
    by: dict[str, Any] = {"contact": key, "by": COACH, "at": at}
    last = booked[-1] if booked else "a-none"
    start = NOON + 400 * DAY + n * DAY
    made: dict[str, Callable[[], Any]] = {
        "next": lambda: ScheduleFollowUp(**by),
        "next on a date": lambda: ScheduleFollowUp(**by, due=effect + HOUR),
        "next by hand": lambda: Convert(**by, to=(S.FOLLOW_UP_1, S.FOLLOW_UP_6)[n % 2]),
        "not sold": lambda: Convert(**by, to=S.NOT_SOLD),
        "cold": lambda: Convert(**by, to=S.COLD),
        "dnc": lambda: Convert(**by, to=S.DNC),
        "cancelled and dnc": lambda: Convert(contact=key, to=S.CANCELLED_AND_DNC, at=at, by=DESK),
        "move": lambda: MoveFollowUp(**by),
        "move to a date": lambda: MoveFollowUp(**by, due=effect + 3 * HOUR),
        "desk": lambda: MoveFollowUp(contact=key, at=at, by=DESK),
        "drop": lambda: DropFollowUp(**by),
        "reply": lambda: LogContact(**by, direction=Direction.IN),
        "call": lambda: LogContact(**by),
        "book": lambda: Book(
            contacts=[key], coach="m-1", kind=Kind.CONSULTATION, start=start, minutes=60, id=f"a-{n}", at=at, by=COACH
        ),
        "session": lambda: Book(
            contacts=[key], coach="m-1", kind=Kind.SESSION, start=start, minutes=60, id=f"a-{n}", at=at, by=COACH
        ),
        "cancel": lambda: Cancel(appointment=last, at=at, by=COACH),
        "reschedule": lambda: Reschedule(appointment=last, start=start, at=at, by=COACH),
        "tag": lambda: Tag(**by, tags=[f"t-{n}"]) if n % 2 else Untag(**by, tags=[f"t-{n - 1}"]),
        "archive": lambda: Archive(**by),
        "restore": lambda: Restore(**by),
        "hide": lambda: Hide(**by),
        "coach": lambda: Edit(**by, coach=f"m-{n}"),
        "block": lambda: SetDoNotContact(**by),
        "block for an hour": lambda: SetDoNotContact(**by, until=now + HOUR),
        "lift": lambda: LiftDoNotContact(**by),
        "practice block": lambda: SetDoNotContact(**by),
        "practice lift": lambda: LiftDoNotContact(**by),
        "enroll": lambda: Record(contact=key, trigger=T.ENROLLMENT_COMPLETED, item=f"e-{n}", at=at, by=SYSTEM),
        "exhausted": lambda: Record(contact=key, trigger=T.CALLS_EXHAUSTED, at=at, by=SYSTEM),
    }  # fmt: skip
    return made[act]()


def play(funnel: Funnel[Any, Any], times: tuple[int, int], script: list[tuple[Step, list[Turn]]]) -> Story:
    """Play a script, with its sweeps on the way; then all the time that is needed goes by, and one sweep ends it."""
    story = Story(funnel, times)
    for n, (step, turns) in enumerate(script):
        start = story.clock.now()
        for turn in sorted(turns, key=lambda each: each.part):
            story.clock.set(start + turn.part * step.gap)
            story.turn(turn)
        story.clock.set(start + step.gap)
        story.tell(n, step)
    story.clock.advance(days=30)
    story.turn(Turn(1, 1000, 1))
    return story


TURN: Final = (Turn(1.0, 1000, 0),)
TURNS: Final = st.lists(
    st.builds(Turn, st.sampled_from([0.0, 0.5, 0.99, 1.0]), st.sampled_from([1, 1000]), st.sampled_from([0, 1])),
    max_size=2,
)


def scripts(backs: st.SearchStrategy[timedelta | None]) -> st.SearchStrategy[list[tuple[Step, list[Turn]]]]:
    """Draw what happens, and when it is swept on the way."""
    step = st.builds(Step, st.sampled_from(GAPS), st.sampled_from(ACTS), st.sampled_from(KEYS), backs)
    return st.lists(st.tuples(step, TURNS), min_size=1, max_size=7)


TIMES: Final = st.tuples(st.sampled_from([6, 6, 5, 0]), st.sampled_from([6, 6, 5, 0]))


def one_outcome(
    funnel: Funnel[Any, Any], times: tuple[int, int], script: list[tuple[Step, list[Turn]]]
) -> tuple[Story, Story]:
    """Hold the law: swept on the way or once at the end, the same was allowed, and the same is true."""
    swept = play(funnel, times, script)
    once = play(funnel, times, [(step, []) for step, _ in script])
    moments = swept.moments() | once.moments()
    assert once.said == swept.said
    assert once.truth(moments) == swept.truth(moments)
    return once, swept


@settings(max_examples=70, deadline=None, phases=PHASES)
@given(st.sampled_from(list(FUNNELS)), TIMES, scripts(st.none()))
def test_any_partition_of_the_time_line_into_sweeps_gives_one_outcome(
    funnel: str, times: tuple[int, int], script: list[tuple[Step, list[Turn]]]
) -> None:
    """Told as it happens: the same is allowed, the same contacts, statuses at every moment, and ends of follow-ups."""
    once, swept = one_outcome(FUNNELS[funnel], times, script)
    for key in KEYS:
        assert Counter(ended(once, key)) == Counter(ended(swept, key))


def ended(story: Story, key: str) -> list[object]:
    """Give when each follow-up ended, as what and why."""
    return [(e.effective, e.attempt, e.how, e.because) for e in story.crm.history(key) if isinstance(e, FollowUpEnded)]


BACKS: Final = st.sampled_from([None, None, TICK, HOUR / 2, HOUR, 2 * HOUR, 3 * HOUR, 47 * HOUR, 50 * HOUR, 8 * DAY])


@settings(max_examples=70, deadline=None, phases=PHASES)
@given(st.sampled_from(list(FUNNELS)), TIMES, scripts(BACKS))
def test_what_is_told_late_gives_one_outcome_too(
    funnel: str, times: tuple[int, int], script: list[tuple[Step, list[Turn]]]
) -> None:
    """What happened is told after a sweep, or before it: the same is allowed, and the same is true."""
    one_outcome(FUNNELS[funnel], times, script)


LATE: Final = (
    "reply",
    "call",
    "book",
    "not sold",
    "cold",
    "dnc",
    "drop",
    "archive",
    "block",
    "move",
    "desk",
    "enroll",
    "tag",
)


@pytest.mark.parametrize("later", [None, "next", "book", "move"])
@pytest.mark.parametrize("act", LATE)
@pytest.mark.parametrize("back", [3 * HOUR / 2, 48 * HOUR])
def test_one_late_fact_gives_one_outcome(act: str, later: str | None, back: timedelta) -> None:
    """Half an hour before the end or long before it, told an hour after it: alone, and with something after that."""
    script = [(Step(51 * HOUR, act, "c-0", back), [Turn(1.0, 1000, 0)])]
    if later is not None:
        script.append((Step(HOUR, later, "c-0"), []))
    one_outcome(FUNNELS["last touch"] if act == "call" else FRANCHISE, (6, 0), script)


@pytest.mark.parametrize("first", ["move", "move to a date", "call", "reply", "book", "session"])
@pytest.mark.parametrize("second", ["move", "move to a date", "call", "reply", "not sold", "book"])
def test_two_late_facts_give_one_outcome(first: str, second: str) -> None:
    """Both are told after the end, the later one first: swept before, between, or only in the end."""
    for turns in ([Turn(1.0, 1000, 0)], []):
        script = [(Step(51 * HOUR, first, "c-0", 2 * HOUR), turns), (Step(HOUR, second, "c-0", 30 * HOUR), list(TURN))]
        one_outcome(FUNNELS["last touch"] if "call" in (first, second) else FRANCHISE, (6, 0), script)


ELSEWHERE: Final[dict[str, list[tuple[Step, list[Turn]]]]] = {
    "before": [(Step(50 * HOUR - TICK, "practice block", "c-1"), [])],
    "at the very moment": [(Step(50 * HOUR, "practice block", "c-1"), list(TURN))],
    "after": [(Step(50 * HOUR + TICK, "practice block", "c-1"), list(TURN))],
    "before, told after": [(Step(51 * HOUR, "practice block", "c-1", 3 * HOUR), list(TURN))],
    "before, and lifted after": [
        (Step(49 * HOUR, "practice block", "c-1"), []),
        (Step(2 * HOUR, "practice lift", "c-1"), list(TURN)),
    ],
    "before, and lifted before": [
        (Step(48 * HOUR, "practice block", "c-1"), []),
        (Step(HOUR, "practice lift", "c-1"), []),
        (Step(2 * HOUR, "tag", "c-1"), list(TURN)),
    ],
    "before, and lifted at the very moment": [
        (Step(48 * HOUR, "practice block", "c-1"), []),
        (Step(2 * HOUR, "practice lift", "c-1"), list(TURN)),
    ],
}


@pytest.mark.parametrize("when", ELSEWHERE)
def test_a_do_not_contact_of_another_funnel_gives_one_outcome(when: str) -> None:
    """One person, two funnels: set or lifted over there around the moment at which time runs out here. BG-A20."""
    one_outcome(FRANCHISE, (0, 6), ELSEWHERE[when])


def corrected(sweep: bool, named: bool, to: Franchise) -> Contact:
    """Correct the sixth follow-up after its time is over: the last change, or that one by name."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    lead = called(crm, "c-1")
    assert lead.follow_up is not None
    clock.set(out(lead) + HOUR)
    if sweep:
        crm.sweep()
    event = lead.follow_up.id if named else None
    crm.do(Correct(contact="c-1", to=to, event=event, reason="mistyped", by=COACH))
    clock.advance(days=9)
    crm.sweep()
    whole(crm)
    return as_it_is(crm.contact("c-1"))


@pytest.mark.parametrize("to", [S.NOT_SOLD, S.FOLLOW_UP_5, S.OUT_OF_AREA])
@pytest.mark.parametrize("named", [True, False])
def test_a_correction_is_the_same_before_and_after_a_sweep(named: bool, to: Franchise) -> None:
    """What is wrong and what was true instead does not hang on whether a sweep has come by."""
    assert corrected(True, named, to) == corrected(False, named, to)


# ---- many at once


@pytest.fixture
def _often() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Start all at one moment; give each one's result or error."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except FunnelkitError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.usefixtures("_often")
def test_of_many_workers_each_lead_is_given_up_by_one() -> None:
    """32 sweeps of one storage at one moment: each lead is cold once in its history, and nothing fails."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    keys = [f"c-{n:02d}" for n in range(24)]
    clock.set(max(out(called(crm, key)) for key in keys))
    found = together([lambda: service(storage, clock).sweep(limit=9)] * WORKERS)
    assert {()} == {swept.failed for swept in found}
    assert len(keys) == sum(swept.done for swept in found)
    assert {1} == {len(colds(crm, key)) for key in keys}
    assert {S.COLD} == {crm.contact(key).status for key in keys}
    whole(crm)


@pytest.mark.usefixtures("_often")
def test_many_sweeps_and_many_bookings_leave_each_lead_booked() -> None:
    """Booked while it is swept: cold first and reopened, or the booking itself says so; never cold in the end."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    crm = service(storage, clock)
    keys = [f"c-{n:02d}" for n in range(16)]
    moment = max(out(called(crm, key)) for key in keys)
    clock.set(moment + HOUR)
    books: list[Callable[[], Any]] = [
        lambda n=n, key=key: crm.do(  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
            Book(contacts=[key], coach=f"m-{n}", kind=Kind.CONSULTATION, start=NOON + 9 * DAY, minutes=60, by=COACH)
        )
        for n, key in enumerate(keys)
    ]
    found = together([*books, *[lambda: service(storage, clock).sweep()] * 16])
    assert [] == [one for one in found if isinstance(one, Exception)]
    assert {S.CONSULTATION_BOOKED} == {crm.contact(key).status for key in keys}
    assert {(moment,)} == {tuple(colds(crm, key)) for key in keys}
    assert {S.COLD} == {a.attendees[0].status for key in keys for a in crm.appointments(key)}
    whole(crm)


@pytest.mark.usefixtures("_often")
def test_many_passes_over_many_accounts_give_each_lead_up_once() -> None:
    """Eight passes at one moment over twenty accounts: done once, whoever did it."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    accounts = [f"acct-{n}" for n in range(20)]
    for account in accounts:
        crm = service(storage, clock, account=account)
        for n in range(2):
            called(crm, f"c-{n}")
    clock.set(NOON + 50 * HOUR)
    found = together([lambda: sweep_accounts(storage, lambda _: FRANCHISE, clock)] * 8)
    assert (40, {()}) == (sum(swept.done for swept in found), {swept.failed for swept in found})
    for account in accounts:
        crm = service(storage, clock, account=account)
        assert {1} == {len(colds(crm, f"c-{n}")) for n in range(2)}


# ---- all accounts


def all_swept(storage: MemoryStorage, clock: Any, **more: Any) -> SweptAccounts:
    """Sweep all accounts, each a franchise."""
    return sweep_accounts(storage, lambda _: FRANCHISE, clock, **more)


def test_a_storage_of_nothing_is_swept() -> None:
    """Nothing done, nobody visited, nothing left."""
    assert SweptAccounts() == all_swept(MemoryStorage(), FixedClock(NOON))


def test_thousands_of_accounts_are_swept_in_one_pass() -> None:
    """One lead each, by two queries over all accounts: one before and one after."""
    storage, clock = Poisoned(), FixedClock(NOON)
    for n in range(2000):
        fill(storage, f"acct-{n}", 1)
    clock.set(NOON + 50 * HOUR)
    assert SweptAccounts(done=2000, accounts=2000) == all_swept(storage, clock)
    assert [NOON + 50 * HOUR] * 2 == storage.asked
    assert SweptAccounts() == all_swept(storage, clock)


def test_only_accounts_in_which_something_ran_out_are_visited() -> None:
    """A thousand others are not touched, not even asked for their funnel."""
    storage, clock, asked = MemoryStorage(), FixedClock(NOON), []
    for n in range(100):
        fill(storage, f"acct-{n}", 1, hours=50 if n % 25 == 0 else 51)

    def funnel_for(account: str) -> Funnel[Any, Any]:
        asked.append(account)
        return FRANCHISE

    clock.set(NOON + 50 * HOUR)
    assert (4, 4, 0) == ((s := sweep_accounts(storage, funnel_for, clock)).done, s.accounts, s.left)
    assert ["acct-0", "acct-25", "acct-50", "acct-75"] == sorted(asked)


def test_a_large_account_keeps_no_small_one_waiting() -> None:
    """It has waited longest and has more than the limit: still every other one gets its turn first. Fairness."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    large = 5 * SHARE
    fill(storage, "large", large, hours=49)
    for n in range(20):
        fill(storage, f"small-{n}", 3, hours=50)
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock, limit=SHARE + 60)
    assert (SHARE + 60, 21, large - SHARE, NOON + 49 * HOUR) == (
        swept.done, swept.accounts, swept.left, swept.oldest_left,
    )  # fmt: skip
    assert [("large", large - SHARE)] == [(ripe.account, ripe.count) for ripe in storage.ripe(clock.now())]
    rest = all_swept(storage, clock)
    assert (large - SHARE, 1, 0, None) == (rest.done, rest.accounts, rest.left, rest.oldest_left)


def test_two_large_accounts_take_turns() -> None:
    """Neither is finished before the other begins."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    fill(storage, "a", 3 * SHARE, hours=49)
    fill(storage, "b", 3 * SHARE, hours=50)
    clock.set(NOON + 60 * HOUR)
    all_swept(storage, clock, limit=4 * SHARE)
    assert [("a", SHARE), ("b", SHARE)] == [(ripe.account, ripe.count) for ripe in storage.ripe(clock.now())]


@pytest.mark.parametrize("limit", [1, 2, 5, 99, 100, 101, 259])
def test_a_pass_does_at_most_so_many(limit: int) -> None:
    """To the very number; what is left is told, and repeated passes come to the end."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    for n, count in enumerate((SHARE + 50, 100, 5, 5)):
        fill(storage, f"acct-{n}", count, hours=50 + n)
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock, limit=limit)
    assert (limit, 260 - limit, ()) == (swept.done, swept.left, swept.failed)
    while swept.left:
        swept = all_swept(storage, clock, limit=100)
        assert 0 < swept.done <= 100
    assert () == storage.ripe(clock.now())


class Running:
    """A clock that goes on a little whenever somebody looks at it."""

    def __init__(self, now: datetime, step: timedelta) -> None:
        self._now, self._step = now, step

    def now(self) -> datetime:
        """Give the moment, and go on."""
        self._now += self._step
        return self._now


def test_a_pass_stops_when_its_time_has_gone_by() -> None:
    """Between two turns it looks at the clock; what is left is told, and the next pass goes on with it."""
    storage = MemoryStorage()
    for n in range(50):
        fill(storage, f"acct-{n:02d}", 2)
    found: list[SweptAccounts] = []
    while not found or found[-1].left:
        clock = Running(NOON + 60 * HOUR, timedelta(seconds=1))
        found.append(all_swept(storage, clock, stop_after=Elapsed(minutes=1)))
        assert 0 < found[-1].accounts < 50
        assert len(found) < 50
    assert 100 == sum(swept.done for swept in found)
    assert NOON + 50 * HOUR == found[0].oldest_left
    assert None is found[-1].oldest_left


def test_a_pass_without_any_time_does_nothing() -> None:
    """No time is no turn; what waits is told."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    fill(storage, "acct-1", 2)
    clock.set(NOON + 60 * HOUR)
    assert SweptAccounts(left=2, oldest_left=NOON + 50 * HOUR) == all_swept(storage, clock, stop_after=Elapsed())
    assert 2 == all_swept(storage, clock, stop_after=Elapsed(seconds=1)).done


def test_a_pass_over_two_funnels_of_an_account() -> None:
    """Each by its own; a funnel that nothing waits in is not needed."""
    storage, clock, thinking = MemoryStorage(), FixedClock(NOON), READINGS["BG2 thinking it over"]
    other = thinking.derive("thinking")
    fill(storage, "acct-1", 2)
    crm = service(storage, clock, other, "acct-1")
    crm.do(Adopt(name="Ada", id="x-1", status=Thinking.NEW_LEAD, since=NOON, by=COACH))
    for _ in range(6):
        crm.do(ScheduleFollowUp(contact="x-1", by=COACH))
    clock.set(NOON + 60 * HOUR)
    swept = sweep_accounts(storage, lambda _: (FRANCHISE, other, COACHING), clock)
    assert SweptAccounts(done=3, accounts=1) == swept
    assert Thinking.COLD is crm.contact("x-1").status


def test_a_funnel_that_is_missing_is_an_outcome_and_the_other_is_swept() -> None:
    """The account works with two funnels and the host names one: that one is swept, the other is told."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    other = READINGS["BG2 thinking it over"].derive("thinking")
    fill(storage, "acct-1", 2)
    with storage.transaction("acct-1") as stores:
        stands = FollowUp(id="e", noted="e", due=NOON, attempt=6, set=NOON, gives_up=NOON + HOUR)
        lead = Contact(
            id="x-1", status=other.status("follow_up_6"), since=NOON, changed=NOON, follow_up=stands, version=1
        )
        stores.contacts.save("thinking", lead)
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock)
    assert (2, {"acct-1": "Invalid"}, 1, NOON + HOUR) == (
        swept.done,
        codes(swept.failed),
        swept.left,
        swept.oldest_left,
    )


def test_each_account_is_swept_by_its_own_numbers() -> None:
    """24 hours here, 48 there, and the two hours of each: what ran out was written down when it was set."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    quick = FRANCHISE.with_policy(follow_up=FollowUpPolicy(delay=Elapsed(hours=24), cold_after=Elapsed(hours=1)))
    funnels = {"quick": quick, "usual": FRANCHISE}
    for account, funnel in funnels.items():
        called(service(storage, clock, funnel, account), "c-1")
    for hours, expected in ((25, ["quick"]), (50, ["usual"])):
        clock.set(NOON + hours * HOUR - TICK)
        assert 0 == sweep_accounts(storage, funnels.__getitem__, clock).done
        clock.set(NOON + hours * HOUR)
        assert expected == [ripe.account for ripe in storage.ripe(clock.now())]
        assert 1 == sweep_accounts(storage, funnels.__getitem__, clock).done
    assert NOON + 25 * HOUR == service(storage, clock, quick, "quick").contact("c-1").since


BROKEN: Final[dict[str, Any]] = {
    "raises": KeyError("acct-1"),
    "gives nothing": None,
    "gives another funnel": COACHING,
    "gives no funnels": (),
    "gives something else": "franchise",
    "gives a list of something else": [1, 2],
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_account_whose_funnel_is_wrong_is_an_outcome(how: str) -> None:
    """The host knows no funnel for it, or a wrong one: it is told by its name, and the others are swept."""
    storage, clock = MemoryStorage(), FixedClock(NOON)
    for n in range(3):
        fill(storage, f"acct-{n}", SHARE + 1 if n == 1 else 2)

    def funnel_for(account: str) -> Any:
        if account != "acct-1":
            return FRANCHISE
        if isinstance(BROKEN[how], Exception):
            raise BROKEN[how]
        return BROKEN[how]

    clock.set(NOON + 60 * HOUR)
    swept = sweep_accounts(storage, funnel_for, clock)
    assert (4, 3, ["acct-1"], SHARE + 1) == (
        swept.done, swept.accounts, [outcome.about for outcome in swept.failed], swept.left,
    )  # fmt: skip


def test_an_account_that_cannot_be_reached_is_an_outcome() -> None:
    """Its storage is away: the others are swept, and what waits there is left."""
    storage, clock = Poisoned(), FixedClock(NOON)
    for n in range(3):
        fill(storage, f"acct-{n}", 2)
    storage.accounts = {"acct-0"}
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock)
    assert (4, 3, {"acct-0": "ConnectionError"}, 2) == (
        swept.done, swept.accounts, codes(swept.failed), swept.left,
    )  # fmt: skip


def test_a_bad_row_is_told_once_in_a_pass_of_many_rounds() -> None:
    """An account of several shares with one bad row: visited round by round, the row is one outcome."""
    storage, clock = Poisoned({"c-00000"}), FixedClock(NOON)
    storage.bad = set()
    fill(storage, "acct-1", 3 * SHARE)
    storage.bad = {"c-00000"}
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock)
    assert (3 * SHARE - 1, 1, ["c-00000"]) == (
        swept.done, swept.left, [outcome.about for outcome in swept.failed],
    )  # fmt: skip


def test_bad_rows_of_two_accounts_are_told_apart() -> None:
    """Ids are an account's own: an operator can tell whose row it was, and both are told."""
    storage, clock = Poisoned(), FixedClock(NOON)
    for account in ("acct-1", "acct-2"):
        fill(storage, account, 2)
    storage.bad = {"c-00000"}
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock)
    assert (2, 2, 2) == (swept.done, swept.left, len(swept.failed))
    assert {"acct-1", "acct-2"} == {
        account for account in ("acct-1", "acct-2") for outcome in swept.failed if account in repr(outcome)
    }


def test_an_account_of_bad_rows_only_does_not_hold_up_a_pass() -> None:
    """Nothing can be done there: it is visited once, and the others come to their end."""
    storage, clock = Poisoned(), FixedClock(NOON)
    fill(storage, "bad", 2 * SHARE, hours=49)
    fill(storage, "good", 2 * SHARE + 1, hours=50)
    storage.bad = {f"c-{n:05d}" for n in range(2 * SHARE)}
    clock.set(NOON + 60 * HOUR)
    swept = all_swept(storage, clock, limit=10 * SHARE)
    assert (1, 2) == (swept.done, swept.accounts)
    storage.bad = set()
    assert 4 * SHARE == all_swept(storage, clock).done


def test_a_funnel_without_the_row_does_not_hold_up_a_pass() -> None:
    """Where nothing follows from used-up calls a pass ends, writes no endless story, and the others are swept."""
    storage, clock, without = MemoryStorage(), FixedClock(NOON), without_the_row()
    fill(storage, "without", SHARE + 1, hours=49)
    fill(storage, "with", 3, hours=50)
    clock.set(NOON + 60 * HOUR)

    def funnel_for(account: str) -> Funnel[Any, Any]:
        return without if account == "without" else FRANCHISE

    for _ in range(2):
        sweep_accounts(storage, funnel_for, clock, limit=20 * SHARE)
    assert {S.COLD} == {contact.status for contact in service(storage, clock, account="with").contacts()}
    crm = service(storage, clock, without, "without")
    assert 5 >= max(len(crm.history_of("contact", contact.id)) for contact in crm.contacts())


def test_a_pass_tells_an_observer_of_each_account() -> None:
    """What was done, what failed and what is left, and no name."""
    storage, clock, observer = MemoryStorage(), FixedClock(NOON), MemoryObserver()
    for n in range(2):
        fill(storage, f"acct-{n}", 2)
    clock.set(NOON + 60 * HOUR)
    all_swept(storage, clock, observer=observer)
    expected = [("swept", f"acct-{n}", {"done": 2, "failed": 0, "left": 0}) for n in range(2)]
    assert expected == [told for told in observer.heard if told[0] == "swept"]
    assert "Ada" not in repr(observer.heard)


def test_a_clock_that_is_wrong_is_told_before_anything_is_done() -> None:
    """A naive time is no moment; nothing is swept by it."""

    class Naive:
        def now(self) -> datetime:
            return datetime(2026, 3, 5)

    storage = MemoryStorage()
    fill(storage, "acct-1", 1)
    with pytest.raises(Invalid):
        all_swept(storage, Naive())
    assert 1 == storage.ripe(NOON + 60 * HOUR)[0].count


def test_what_comes_in_while_a_pass_runs_is_for_the_next_one() -> None:
    """A pass ends by itself, since it knows from its start what had run out then."""
    storage = MemoryStorage()
    fill(storage, "acct-1", 2, hours=50)
    fill(storage, "acct-2", 2, hours=51)
    clock = Running(NOON + 50 * HOUR, timedelta(seconds=1))
    swept = all_swept(storage, clock)
    assert (2, 1, 0) == (swept.done, swept.accounts, swept.left)
    assert NOON.tzinfo is UTC


# ---- who may not be contacted, whatever the order of events

STOPS: Final = ("block", "dnc", "cancelled and dnc", "practice block")
LIFTS: Final = ("lift", "practice lift")
STOPPING: Final = st.tuples(
    st.sampled_from(GAPS),
    st.sampled_from([*(act for act in ACTS if act != "block for an hour"), *STOPS * 2, *LIFTS, "archive", "restore"]),
    st.sampled_from(KEYS),
    BACKS,
    st.booleans(),
)


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(st.sampled_from(list(FUNNELS)), TIMES, st.lists(STOPPING, max_size=8))
def test_nobody_is_due_who_may_not_be_contacted(
    funnel: str, times: tuple[int, int], script: list[tuple[timedelta, str, str, timedelta | None, bool]]
) -> None:
    """After every step, told late or not, now and ahead; what stops and what lifts is kept in plain words beside it."""
    story = Story(FUNNELS[funnel], times)
    blocked = dict.fromkeys(KEYS, False)
    for n, (gap, act, lead, back, sweep) in enumerate(script):
        story.clock.advance(gap)
        key = "c-1" if act.startswith("practice") else lead
        late = None if act in LIFTS else back
        before = story.crm.contact(key).status
        story.tell(n, Step(gap, act, lead, late))
        if story.said[-1] == "done":
            moved = story.crm.contact(key).status is not before
            blocked[key] = act not in LIFTS and (blocked[key] or act in STOPS[::3] or (act in STOPS and moved))
        if sweep:
            story.turn(Turn(1, 1000, 0))
        now = story.clock.now()
        due = {entry.contact for entry in story.crm.due(until=now + 900 * DAY)}
        split = {entry.contact for entry in story.crm.progress()[Progress.DUE]}
        for who, stopped in blocked.items():
            assert not stopped or who not in due | split
