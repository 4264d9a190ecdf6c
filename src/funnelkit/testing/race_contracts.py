"""Contracts of many at once: one writer wins, what is claimed is one worker's, and nothing is seen by halves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any, ClassVar, Final

from attrs import evolve

from funnelkit.commands import AddContact, Convert, Tag
from funnelkit.errors import Conflict
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.statuses.coaching import Coaching
from funnelkit.testing import samples
from funnelkit.testing.contracts import PATIENCE, STORES, Contract, at_once, needs, raising, same, supplied
from funnelkit.testing.noun_contracts import Broke
from funnelkit.testing.outbox_contracts import keys, stored
from funnelkit.testing.reading import everything, fill
from funnelkit.testing.samples import BY, DAY, HERE, HOUR, NOW, OURS
from funnelkit.testing.service_contracts import practice
from funnelkit.values.plan import Read

WORKERS: Final = 6
NUMBERS: Final = count(1)
"""An event's id is never used twice."""
TOO_MANY: Final = 300
"""More than there is to claim."""
A_MOMENT: Final = 0.1
"""Seconds for which one waits for another who may not be let in before: how long it is decides nothing."""

Again = Callable[[], Storage]


def wins(storage: Storage, reads: Iterable[Read], change: Callable[[Transaction], object]) -> bool:
    """Store a change if everything that it is based on is still so, as the shell does; tell whether it was stored."""
    try:
        with storage.transaction(OURS) as stores:
            if stores.changed(reads, HERE) is not None:
                return False
            change(stores)
    except Conflict:
        return False
    return True


def _with_guard(stores: Transaction, kind: str, key: str) -> Transaction:
    stores.guards.touch(kind, key)
    return stores


CHANGES: Final[dict[str, tuple[list[Read], Callable[[Transaction, int], object]]]] = {
    "a contact that is there": (
        [("contact", "c-1", 1)],
        lambda stores, n: stores.contacts.save(HERE, samples.contact("c-1", version=2, attempt=n)),
    ),
    "a contact that is new": (
        [("contact", "c-2", 0)],
        lambda stores, n: stores.contacts.save(HERE, samples.contact("c-2", version=1, attempt=n)),
    ),
    "an address that nobody has": (
        [("address", "ada", 0), ("person", "c-9", 0)],
        lambda stores, n: _with_guard(stores, "address", "ada").persons.save(
            samples.person(f"p-{n}", email="ada@example.org")
        ),
    ),
    "an hour of a calendar": (
        [("calendar", "m-1", 1)],
        lambda stores, n: _with_guard(stores, "calendar", "m-1").appointments.save(samples.appointment(f"a-{n}")),
    ),
    "an invitation that waits": (
        [("invitation", "i-1", 1)],
        lambda stores, n: stores.invitations.save(evolve(samples.ended(samples.invitation("i-1")), version=2, sends=n)),
    ),
    "an invitation, where none waits": (
        [],
        lambda stores, n: stores.invitations.save(samples.invitation(f"i-new-{n}", contact="c-5")),
    ),
    "a package for a payment": (
        [],
        lambda stores, n: stores.packages.save(samples.package(f"p-{n}", payment="pi-1")),
    ),
}
"""What two may want at once: what it is based on, and how it is done."""


def prepare(storage: Storage) -> Storage:
    """Keep what the changes are based on."""
    with samples.known(storage).transaction(OURS) as stores:
        stores.contacts.save(HERE, samples.contact("c-1", version=1))
        stores.guards.touch("calendar", "m-1")
        stores.invitations.save(samples.invitation("i-1", version=1))
    return storage


def changing(n: int, change: Callable[[Transaction, int], object]) -> Callable[[Transaction], object]:
    """Give the change of one worker."""
    event = samples.changed(f"e-{n}-{next(NUMBERS)}")

    def done(stores: Transaction) -> None:
        stores.history.append([event], [])
        change(stores, n)

    return done


def overlapping(storage: Storage, reads: list[Read], change: Callable[[Transaction, int], object]) -> list[Any]:
    """Let two want the same, the second of them when the first has looked; tell of each whether it was stored."""
    looked, passed = threading.Event(), threading.Event()

    def slowly(stores: Transaction) -> None:
        looked.set()
        passed.wait(A_MOMENT)  # the other one may come as far as here, or has to wait outside
        changing(1, change)(stores)

    def quickly(stores: Transaction) -> None:
        passed.set()
        changing(2, change)(stores)

    def second() -> bool:
        looked.wait(PATIENCE)
        return wins(storage, reads, quickly)

    return at_once(lambda: wins(storage, reads, slowly), second)


class InterleavedContract(Contract):
    """Two who have read the same, one after the other: one wins."""

    asks: ClassVar[tuple[str, ...]] = STORES

    def test_the_second_one_has_lost(self, funnelkit_storage: Storage) -> None:
        """Its plan is not stored, nor is anything that went with it."""
        prepare(funnelkit_storage)
        for about, (reads, change) in CHANGES.items():
            same(True, wins(funnelkit_storage, reads, changing(1, change)), about)
            before = everything(funnelkit_storage, OURS)
            same(False, wins(funnelkit_storage, reads, changing(2, change)), f"{about}, the second")
            same(before, everything(funnelkit_storage, OURS), f"{about}, what is there")


class ThreadsContract(Contract):
    """Many threads use one storage."""

    asks: ClassVar[tuple[str, ...]] = ("threads", *STORES)

    def test_one_of_many_wins(self, funnelkit_storage: Storage) -> None:
        """All start together on what they read before: one is stored, with its event, and the others are told."""
        prepare(funnelkit_storage)
        for round_, (about, (reads, change)) in enumerate(CHANGES.items()):
            jobs = (changing(10 * round_ + n, change) for n in range(WORKERS))
            found = at_once(*(_job(funnelkit_storage, reads, job) for job in jobs))
            same([True], [won for won in found if won], about)
            with funnelkit_storage.transaction(OURS, write=False) as stores:
                same(round_ + 1, len(stores.history.of(HERE, "contact", "c-1")), f"events after {about}")

    def test_what_was_looked_at_stays_until_the_end(self, funnelkit_storage: Storage) -> None:
        """Who asked `changed` first, and goes on while another one comes: one of the two is stored, never both."""
        prepare(funnelkit_storage)
        for about, (reads, change) in CHANGES.items():
            same([True], [won for won in overlapping(funnelkit_storage, reads, change) if won], about)

    def test_each_touch_counts(self, funnelkit_storage: Storage) -> None:
        """Two touch a set that neither has looked at, the second one while the first is not done: both are counted."""
        for count_ in (2, 4):  # a set that is new, and one that is there
            touched = threading.Event()

            def slowly(touched: threading.Event = touched) -> None:
                with funnelkit_storage.transaction(OURS) as stores:
                    stores.guards.touch("calendar", "m-1")
                    touched.set()
                    threading.Event().wait(A_MOMENT)  # the other one may come as far as here, or has to wait outside

            def quickly(touched: threading.Event = touched) -> None:
                touched.wait(PATIENCE)
                with funnelkit_storage.transaction(OURS) as stores:
                    stores.guards.touch("calendar", "m-1")

            at_once(slowly, quickly)
            with funnelkit_storage.transaction(OURS, write=False) as stores:
                same(count_, stores.guards.version("calendar", "m-1"))

    def test_the_shell_tries_again(self, funnelkit_storage: Storage) -> None:
        """Each of many changes of one contact is done once, however often it had to be planned."""
        crm = practice(funnelkit_storage).coaching
        crm.do(AddContact(id="c-1", name="Ada", by=BY))
        at_once(*(_doing(crm, Tag(contact="c-1", tags=(f"t-{n}",), by=BY)) for n in range(WORKERS)))
        found = crm.contact("c-1")
        same(({f"t-{n}" for n in range(WORKERS)}, WORKERS + 1), (set(found.tags), found.version))
        same([*range(1, WORKERS + 2)], [event.version for event in crm.history("c-1")])

    def test_a_key_is_done_once(self, funnelkit_storage: Storage) -> None:
        """A command that is delivered many times at once is done once, and each delivery gets the same result."""
        crm = practice(funnelkit_storage).coaching
        crm.do(AddContact(id="c-1", name="Ada", by=BY))
        to = Convert(contact="c-1", to=Coaching.HOT_LEAD, by=BY)
        found = at_once(*(lambda: crm.do(to, key="once") for _ in range(WORKERS)))
        for contact in found:
            same(found[0], contact)
        same([1, 2], [event.version for event in crm.history("c-1")])

    def test_nobody_sees_the_half(self, funnelkit_storage: Storage) -> None:
        """Who looks while others write sees every store of one transaction, or none; also in two looks at a time."""
        storage, rounds = samples.known(funnelkit_storage), 12

        def write() -> None:
            for number in range(1, rounds):
                with storage.transaction(OURS) as stores:
                    stores.contacts.save(HERE, samples.contact("c-1", version=number))
                    stores.history.append([samples.changed(f"e-{number}")], [])
                    stores.outbox.add([samples.message(f"k-{number}")])
                    stores.guards.touch("calendar", "m-1")
                with raising(Broke, "the error goes through"), storage.transaction(OURS) as stores:
                    stores.guards.touch("calendar", "m-1")
                    raise Broke

        def look() -> list[tuple[int, ...]]:
            return [_state(storage) for _ in range(2 * rounds)]

        for state in (state for found in at_once(write, look, look)[1:] for state in found):
            same(1, len(set(state)), f"versions that were seen together: {state}")
        same((rounds - 1,) * 5, _state(storage))

    @needs("claims")
    def test_each_message_is_claimed_by_one(self, funnelkit_storage: Storage) -> None:
        """Many workers take what waits: each message goes to one, and none is left."""
        made = [f"k-{n}" for n in range(60)]
        stored(funnelkit_storage, *made)

        def worker() -> list[str]:
            mine: list[str] = []
            while len(mine) < TOO_MANY:  # one whose claims never end is no good either
                with funnelkit_storage.transaction(OURS) as stores:
                    found = keys(stores.outbox.claim(3, NOW, NOW + HOUR))
                if not found:
                    break
                mine += found
            return mine

        same(sorted(made), sorted(key for found in at_once(*[worker] * WORKERS) for key in found))

    @needs("claims")
    def test_each_contact_is_claimed_by_one(self, funnelkit_storage: Storage) -> None:
        """Due work: who has claimed it ends what it was claimed by, and nobody else gets it."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            for n in range(30):
                stores.contacts.save(HERE, samples.contact(f"c-{n}", follow_up=samples.follow_up(NOW - DAY, NOW)))
                stores.invitations.save(samples.invitation(f"i-{n}", contact=f"c-{n}", expires=NOW))

        def worker() -> list[str]:
            mine: list[str] = []
            while len(mine) < TOO_MANY:  # one whose claims never end is no good either
                with funnelkit_storage.transaction(OURS) as stores:
                    contacts = stores.contacts.ripe(HERE, NOW, None, 4, claim=True)
                    invited = stores.invitations.ripe(HERE, NOW, None, 3, claim=True)
                    for contact in contacts:
                        stores.contacts.save(HERE, evolve(contact, follow_up=None))
                    for one in invited:
                        stores.invitations.save(samples.ended(one))
                    mine += [*(row.id for row in contacts), *(row.id for row in invited)]
                    left = stores.contacts.count_ripe(HERE, NOW)[0] + stores.invitations.count_ripe(HERE, NOW)[0]
                if not contacts and not invited and not left:
                    break
            return mine

        wanted = [f"{kind}-{n}" for kind in ("c", "i") for n in range(30)]
        same(sorted(wanted), sorted(key for found in at_once(*[worker] * WORKERS) for key in found))

    @needs("claims")
    def test_a_message_that_is_stored_late_is_not_skipped(self, funnelkit_storage: Storage) -> None:
        """A reader of the outbox comes past a transaction that is still open: what that stores is found afterwards."""
        begun, claimed = threading.Event(), threading.Event()
        found: list[str] = []

        def late() -> None:
            with funnelkit_storage.transaction(OURS) as stores:
                stores.outbox.add([samples.message("late")])
                begun.set()
                claimed.wait(A_MOMENT)

        def early() -> None:
            begun.wait(PATIENCE)
            stored(funnelkit_storage, "early")
            with funnelkit_storage.transaction(OURS) as stores:
                found.extend(keys(stores.outbox.claim(9, NOW, NOW + HOUR)))
            claimed.set()

        at_once(late, early)
        with funnelkit_storage.transaction(OURS) as stores:
            found.extend(keys(stores.outbox.claim(9, NOW, NOW + HOUR)))
        same(["early", "late"], sorted(found))


class ParallelContract(Contract):
    """Others go on writing while somebody looks."""

    asks: ClassVar[tuple[str, ...]] = ("threads", "parallel", *STORES)

    def test_a_look_sees_one_state_and_keeps_nobody_waiting(self, funnelkit_storage: Storage) -> None:
        """What is written and stored during a look is not seen by it; the next look sees it."""
        storage = samples.known(funnelkit_storage)
        with storage.transaction(OURS) as stores:
            fill(stores)
        with storage.transaction(OURS, write=False) as look:
            before = look.guards.version("calendar", "m-1")

            def write() -> None:
                with storage.transaction(OURS) as stores:
                    stores.guards.touch("calendar", "m-1")
                    stores.contacts.save(HERE, samples.contact("c-1", version=9))

            at_once(write)
            same(before, look.guards.version("calendar", "m-1"))
            same(samples.contact("c-1", version=1), look.contacts.get(HERE, "c-1"))
        with storage.transaction(OURS, write=False) as look:
            same(before + 1, look.guards.version("calendar", "m-1"))


class ProcessesContract(Contract):
    """A second storage over the same data, as another process has it."""

    asks: ClassVar[tuple[str, ...]] = ("processes", *STORES)

    def test_what_one_stores_the_other_sees(self, funnelkit_storage: Storage, funnelkit_again: Again | None) -> None:
        """At once, everything; and the other way round."""
        other = samples.known(supplied(funnelkit_again, "funnelkit_again", "processes")())
        for here, there, number in ((samples.known(funnelkit_storage), other, 1), (other, funnelkit_storage, 2)):
            with here.transaction(OURS) as stores:
                fill(stores, number=number)
            same(everything(here, OURS), everything(there, OURS))

    def test_who_was_quicker_wins(self, funnelkit_storage: Storage, funnelkit_again: Again | None) -> None:
        """Planned in one process, overtaken by another: a Conflict."""
        other = samples.known(supplied(funnelkit_again, "funnelkit_again", "processes")())
        prepare(funnelkit_storage)
        for about, (reads, change) in CHANGES.items():
            same(True, wins(other, reads, changing(1, change)), about)
            same(False, wins(funnelkit_storage, reads, changing(2, change)), f"{about}, the second")

    def test_ids_are_fresh_in_both(self, funnelkit_storage: Storage, funnelkit_again: Again | None) -> None:
        """No two processes make one id."""
        other = supplied(funnelkit_again, "funnelkit_again", "processes")()
        made = [storage.identifiers.fresh("event") for _ in range(99) for storage in (funnelkit_storage, other)]
        same(len(made), len(set(made)))


class SurvivesContract(Contract):
    """What was stored is there when it is opened again."""

    asks: ClassVar[tuple[str, ...]] = ("survives", *STORES)

    def test_everything_is_there_again(self, funnelkit_storage: Storage, funnelkit_again: Again | None) -> None:
        """Told of the funnels or not; what was undone is not."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            fill(stores)
            samples.keep_funnels(stores)
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            fill(stores, number=2)
            raise Broke
        before = everything(funnelkit_storage, OURS)
        again = supplied(funnelkit_again, "funnelkit_again", "survives")()
        same(before, everything(samples.known(again), OURS))


def _job(storage: Storage, reads: list[Read], change: Callable[[Transaction], object]) -> Callable[[], bool]:
    return lambda: wins(storage, reads, change)


def _doing(crm: Any, command: Any) -> Callable[[], object]:
    return lambda: crm.do(command)


def _state(storage: Storage) -> tuple[int, ...]:
    """Give the version that each of several stores shows, read in one transaction, one of them twice."""
    with storage.transaction(OURS, write=False) as stores:
        first = stores.contacts.get(HERE, "c-1")
        before = 0 if first is None else first.version
        told = (
            len(stores.history.of(HERE, "contact", "c-1")),
            len(stores.outbox.waiting(1000, NOW)),
            stores.guards.version("calendar", "m-1"),
        )
        last = stores.contacts.get(HERE, "c-1")
        return (before, *told, 0 if last is None else last.version)
