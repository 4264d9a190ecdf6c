"""Two or many at once in one database: by interleaving on purpose, by threads, and by processes that are killed.

The races of `test_races` and of `test_invitation_races`, on a SQLite file and on PostgreSQL. Each test has an account
of its own, so that they share one database.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import create_engine

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    Conflict,
    Contact,
    FunnelkitError,
    FunnelService,
    Portal,
    Refused,
)
from funnelkit.adapters.memory import FixedClock
from funnelkit.adapters.sql import SqlStorage
from funnelkit.commands import Accept, AddContact, Adopt, Convert, Invite, ScheduleFollowUp, Tag
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.values.client_events import InvitationAccepted
from funnelkit.values.events import StatusChanged
from funnelkit.values.plan import Message
from funnelkit.words import Posting
from tests import databases, test_races
from tests.databases import FILE, POSTGRES
from tests.test_invitation_races import OWNER, RIVALS, UNIFORM, World, everything, many, outcome, refusals
from tests.test_races import COACH, DAY, HOUR, NOW, RACES, WORKERS, arranged, book, evolved, split, together, whole

ROOT: Final = Path(__file__).resolve().parent.parent
NUMBERS: Final = itertools.count()


PLAIN: Final = "sqlite-plain"
"""A file, over an engine of the host's that nobody has prepared."""


class Elsewhere:
    """A storage in which `acme` is an account that no other test has; somebody may act before the next change."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage = storage
        self.identifiers, self.tokens, self.retries = storage.identifiers, storage.tokens, storage.retries
        self.knows, self.ripe = storage.knows, storage.ripe
        self.name = f"acme-{next(NUMBERS)}"
        self.acts: list[Callable[[], object]] = []

    def transaction(self, account: str, *, write: bool = True) -> AbstractContextManager[Any]:
        """Let the other one act before the transaction that applies."""
        if write and self.acts:
            self.acts.pop()()
        return self.storage.transaction(account.replace("acme", self.name), write=write)


@pytest.fixture(scope="module", params=(FILE, PLAIN, POSTGRES))
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStorage]:
    """Give a database of each kind for all tests."""
    if request.param == PLAIN:
        engine = create_engine(databases.sqlite_file(tmp_path_factory.mktemp("races")))
        yield SqlStorage(engine)
        engine.dispose()
        return
    with databases.storage(request.param, tmp_path_factory.mktemp("races")) as opened:
        yield opened


@pytest.fixture
def storage(database: SqlStorage) -> Any:
    """Give an account of its own in it."""
    return Elsewhere(database)


on_a_server = pytest.mark.parametrize("database", [POSTGRES], indirect=True)
"""Where many write at a time; what holds in a SQLite file holds as it does in memory."""


def service(storage: Any, funnel: Any = COACHING, now: datetime = NOW) -> FunnelService[Any, Any]:
    """Give one of many services."""
    return FunnelService(funnel, account="acme", storage=storage, clock=FixedClock(now), zone="Europe/Berlin")


# ---- interleaved on purpose


@pytest.mark.parametrize("race", RACES)
def test_a_plan_whose_grounds_have_changed_is_a_conflict(race: str, storage: Any) -> None:
    """Planned, then somebody else acts, then applied: Conflict, and nothing of it is stored."""
    funnel, planned, done = RACES[race]
    crm = arranged(funnel, storage)
    plan = crm.plan(planned)
    crm.do(done)
    before = (crm.contacts(), crm.history_of("group", "g-1"))
    with pytest.raises(Conflict):
        crm.apply(plan)
    assert before == (crm.contacts(), crm.history_of("group", "g-1"))
    whole(crm)


@on_a_server
@pytest.mark.parametrize("race", RACES)
def test_done_at_once_it_is_planned_again(race: str, storage: Any) -> None:
    """The same race through `do` comes to what it comes to in memory, one after the other."""
    funnel, wish, other = RACES[race]
    crm, alone = arranged(funnel, storage), arranged(funnel)
    storage.acts.append(lambda: crm.do(other))
    found, expected = outcome(lambda: crm.do(wish)), outcome(lambda: (alone.do(other), alone.do(wish)))
    assert ([], expected) == (storage.acts, found)
    assert [evolved(c) for c in alone.contacts()] == [evolved(c) for c in crm.contacts()]
    whole(crm)


@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("accept_first", [True, False])
def test_of_an_acceptance_and_a_rival_the_second_is_a_conflict(rival: str, accept_first: bool, storage: Any) -> None:
    """Planned both on the same grounds: one is applied, and of the other nothing is stored."""
    world = World(storage=storage)
    plans = [world.crm.plan(Accept(token=world.link)), world.crm.plan(RIVALS[rival](world))]
    first, second = plans if accept_first else reversed(plans)
    world.crm.apply(first)
    before = everything(world)
    with pytest.raises(Conflict):
        world.crm.apply(second)
    assert before == everything(world)
    world.whole()


def test_a_plan_is_applied_once(storage: Any) -> None:
    """The second time it is a Conflict, by whichever service."""
    crm = service(storage)
    plan = crm.plan(AddContact(id="c-1", name="Ada", by=COACH))
    crm.apply(plan)
    with pytest.raises(Conflict):
        service(storage).apply(plan)
    assert ["c-1"] == [contact.id for contact in crm.contacts()]


def test_a_key_that_is_delivered_twice_at_once_is_one_command(storage: Any) -> None:
    """Somebody else's delivery is stored between this one's planning and storing: both give the same."""
    one, other = service(storage), service(storage)
    command: Any = AddContact(name="Ada", by=COACH)
    given: list[Contact] = []
    storage.acts.append(lambda: given.append(other.do(command, key="hook-1")))
    assert one.do(command, key="hook-1") == given[0]
    assert 1 == len(one.contacts())


# ---- threads


def test_of_many_who_accept_one_link_one_wins(storage: Any) -> None:
    """Thirty-one are refused in one and the same way; one acceptance, one grant of five, in one history."""
    world = World(storage=storage)
    text = world.link.reveal()
    done, refused = many(world, lambda n: Accept(token=text))
    assert (1, WORKERS - 1, {UNIFORM}) == (len(done), len(refused), {refusals(error) for error in refused})
    assert 1 == world.count(InvitationAccepted)
    (held,) = world.crm.packages("c-1")
    assert [(Posting.GRANTED, 5)] == [(entry.what, entry.sessions) for entry in held.package.ledger]
    assert Portal.ACTIVE is world.crm.contact("c-1").portal
    world.whole()


def test_of_many_who_invite_one_address_one_does(storage: Any) -> None:
    """A new person: one contact, one invitation, one message."""
    world = World(storage=storage)
    invite: Any = Invite(name="Ben", email="ben@example.org", status=world.status, by=OWNER)
    done, refused = many(world, lambda n: invite)
    assert (1, WORKERS - 1) == (len(done), len(refused))
    assert 2 == len(world.crm.contacts())
    world.whole()


def test_of_many_who_convert_one_contact_one_does(storage: Any) -> None:
    """All expect the version that they saw: one move, one event."""
    crm = service(storage)
    crm.do(AddContact(id="c-1", name="Ada", by=COACH))
    command: Any = Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH)
    done, errors = split(together([partial(service(storage).do, command, expect=1) for _ in range(WORKERS)]))
    assert (1, {Conflict}) == (len(done), {type(error) for error in errors})
    moves = [event for event in crm.history("c-1") if isinstance(event, StatusChanged)]
    assert [Coaching.HOT_LEAD] == [move.to for move in moves]
    assert (2, ()) == (crm.contact("c-1").version, crm.drift())


def test_of_many_who_tag_one_contact_all_do(storage: Any) -> None:
    """Who was slower plans again: none is lost, and each has a version of its own."""
    crm, count = service(storage), 12
    crm.do(AddContact(id="c-1", name="Ada", by=COACH))
    commands = [Tag(contact="c-1", tags=[f"t-{n}"], by=COACH) for n in range(count)]
    done, errors = split(together([partial(service(storage).do, command) for command in commands]))
    assert ([], [*range(2, count + 2)]) == (errors, sorted(contact.version for contact in done))
    assert {f"t-{n}" for n in range(count)} == crm.contact("c-1").tags
    assert () == crm.drift()


def test_of_many_sweeps_of_one_lead_one_ends_it(storage: Any) -> None:
    """One of them did it, by one event, at the time at which it became true."""
    crm = service(storage, FRANCHISE)
    crm.do(Adopt(id="c-1", name="Ada", status=Franchise.NEW_LEAD, since=NOW, by=COACH))
    for _ in range(6):
        crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
    (end,) = (ripe.oldest for ripe in storage.ripe(NOW + 999 * DAY) if ripe.account == storage.name)
    later = [service(storage, FRANCHISE, end + DAY) for _ in range(WORKERS)]
    done, errors = split(together([crm.sweep for crm in later]))
    assert ([], 1, []) == (errors, sum(swept.done for swept in done), [s.failed for s in done if s.failed])
    colds = [e.effective for e in crm.history("c-1") if isinstance(e, StatusChanged) and e.to is Franchise.COLD]
    assert ([end], 0) == (colds, later[0].sweep().left)


def test_of_many_who_add_one_address_one_does(storage: Any) -> None:
    """Where an address is unique, one contact has it; the others are refused on new grounds."""
    command: Any = AddContact(name="Ada", email="ada@example.org", by=COACH)
    done, errors = split(together([partial(service(storage, AGENCY).do, command) for _ in range(WORKERS)]))
    assert (1, {Refused}) == (len(done), {type(error) for error in errors})
    assert [done[0].id] == [contact.id for contact in service(storage, AGENCY).contacts()]


def test_of_many_who_book_one_hour_one_gets_it(storage: Any) -> None:
    """All the times overlap: checking only what is written would book the coach twice."""
    crm = arranged(COACHING, storage)
    done, errors = split(together([partial(service(storage).do, book(48 + n / 60)) for n in range(WORKERS)]))
    assert (1, {Refused}) == (len(done), {type(error) for error in errors})
    whole(crm)


# ---- the outbox


def messages(count: int) -> list[Message]:
    """Make so many."""
    return [Message(key=f"k-{n:05}", to="c-1", template="hello") for n in range(count)]


def claimed(storage: Any, share: int) -> list[str]:
    """Claim so many."""
    with storage.transaction("acme") as stores:
        return [row.message.key for row in stores.outbox.claim(share, NOW, NOW + HOUR)]


def test_each_message_is_claimed_by_one(storage: Any) -> None:
    """A thousand messages, thirty-two workers, a few at a time: each has one owner, and none is left."""
    with storage.transaction("acme") as stores:
        stores.outbox.add(messages(1000))

    def work() -> list[str]:
        return list(itertools.chain.from_iterable(iter(lambda: claimed(storage, 40), [])))

    found = Counter(key for keys in together([work] * WORKERS) for key in keys)
    assert (1000, {1}) == (len(found), set(found.values()))


def test_a_claim_that_is_taken_back_is_anothers(storage: Any) -> None:
    """Who fails while claiming has claimed nothing."""
    with storage.transaction("acme") as stores:
        stores.outbox.add(messages(3))

    def vain() -> None:
        with storage.transaction("acme") as stores:
            assert 3 == len(stores.outbox.claim(9, NOW, NOW + HOUR))
            raise FunnelkitError

    with pytest.raises(FunnelkitError):
        vain()
    assert ["k-00000", "k-00001", "k-00002"] == claimed(storage, 9)


@on_a_server
def test_a_message_that_commits_late_is_not_passed_over(storage: Any) -> None:
    """Stored first and visible last: a worker that was there in between comes back to it."""
    stored, go = threading.Event(), threading.Event()

    def slow() -> None:
        with storage.transaction("acme") as stores:
            stores.outbox.add(messages(1))
            stored.set()
            assert go.wait(60)

    with ThreadPoolExecutor(1) as pool:
        ends = pool.submit(slow)
        assert stored.wait(60)
        with storage.transaction("acme") as stores:
            stores.outbox.add([Message(key="quick", to="c-1", template="hello")])
        assert ["quick"] == claimed(storage, 9)
        go.set()
        ends.result()
    assert ["k-00000"] == claimed(storage, 9)


def test_nothing_leaves_of_a_change_that_was_taken_back(storage: Any) -> None:
    """A message is visible with its change, or never."""
    world = World(storage=storage)
    world.crm.deliver()
    before = len(world.notifier.sent)

    def vain() -> None:
        with storage.transaction("acme"):
            invite: Any = Invite(name="Ben", email="ben@example.org", status=world.status, by=OWNER)
            world.crm.do(invite)
            raise FunnelkitError

    with pytest.raises(FunnelkitError):
        vain()
    assert (0, before) == (world.crm.deliver(), len(world.notifier.sent))


# ---- processes


@pytest.mark.parametrize("kind", [FILE, POSTGRES])
@pytest.mark.parametrize("script", ["killed.py", "rivals.py"])
def test_the_short_form_finds_no_fault(script: str, kind: str) -> None:
    """Real processes race, and are killed: `make proofs` has the long form."""
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "faults" / script), "--kind", kind]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (ran.returncode, ran.stderr), ran.stdout + ran.stderr
    assert ran.stdout.endswith(" 0 faults\n")


_often = test_races._often  # noqa: SLF001  # threads take turns here as often as there
