"""The contract of faults: what was acknowledged is kept, what was not is not there by halves, and all can go on."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier
from funnelkit.commands import AddContact, Invite, Tag
from funnelkit.errors import Unavailable
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.storage import Storage
from funnelkit.service import FunnelService
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.testing.contracts import STORES, Contract, needs, raising, same
from funnelkit.testing.faults import (
    Crashed,
    Delivery,
    Fault,
    FaultyNotifier,
    FaultyStorage,
    busy,
    crash_after,
    crash_before,
    disk_full,
)
from funnelkit.testing.reading import everything
from funnelkit.testing.samples import NOW, OURS
from funnelkit.values.actor import Actor
from funnelkit.words import Role

OWNER: Final = Actor(id="m-2", role=Role.OWNER)


def crm_over(storage: Storage, notifier: Notifier | None = None) -> tuple[FunnelService[Any, Any], FixedClock]:
    """Give a service over a storage that breaks, and its clock."""
    clock = FixedClock(NOW)
    crm = FunnelService(
        AGENCY, account=OURS, storage=storage, clock=clock, notifier=notifier, identifiers=CountedIdentifiers(),
        tokens=KnownTokens(),
    )  # fmt: skip
    return crm, clock


class FaultsContract(Contract):
    """Whatever breaks: together or not at all, and the storage can be used afterwards."""

    asks: ClassVar[tuple[str, ...]] = STORES

    def test_what_broke_before_it_was_stored_never_was(self, funnelkit_storage: Storage) -> None:
        """A crash before the commit, a full disk, a database that is busy: the error is clear, and nothing is there."""
        faults: tuple[Fault, ...] = (crash_before(), disk_full(), disk_full(Unavailable("full")), busy(), busy(2))
        for place, fault in enumerate(faults):
            crm, _ = crm_over(FaultyStorage(funnelkit_storage, [fault]))
            before = everything(funnelkit_storage, OURS)
            for _ in range(fault.times):
                with raising(type(fault.error), "it goes through"):
                    crm.do(AddContact(id=f"x-{place}", name="Ada", by=OWNER))
                same(before, everything(funnelkit_storage, OURS), f"{fault.at.value}: {fault.error}")
            crm.do(AddContact(id=f"x-{place}", name="Ada", by=OWNER))
            same(1, crm.contact(f"x-{place}").version, "afterwards")

    def test_what_broke_after_it_was_stored_is_there(self, funnelkit_storage: Storage) -> None:
        """Nobody was told, so it is given again: with its key it is done once, and gives its first result."""
        storage = FaultyStorage(funnelkit_storage, [None, crash_after()])
        crm, _ = crm_over(storage)
        crm.do(AddContact(id="c-1", name="Ada", by=OWNER))
        with raising(Crashed, "the process is gone"):
            crm.do(Tag(contact="c-1", tags=("vip",), by=OWNER), key="once")
        found = crm.contact("c-1")
        same((2, frozenset({"vip"})), (found.version, found.tags))
        same(found, crm.do(Tag(contact="c-1", tags=("vip",), by=OWNER), key="once"))
        same(2, crm.contact("c-1").version)
        same(1, len(storage.broke))

    @needs("claims")
    def test_every_message_leaves_at_least_once_and_its_key_is_seen(self, funnelkit_storage: Storage) -> None:
        """Refused, lost, twice, late, and workers that die: in the end each key has arrived, and no other."""
        script = (
            Delivery.REFUSED, Delivery.LOST, Delivery.TWICE, Delivery.DELAYED, Delivery.KILLED, Delivery.FINE,
            Delivery.LOST, Delivery.KILLED,
        )  # fmt: skip
        arrived = MemoryNotifier()
        notifier = FaultyNotifier(arrived, script)
        crm, clock = crm_over(FaultyStorage(funnelkit_storage), notifier)
        for n in range(5):
            crm.do(AddContact(id=f"c-{n}", name="Ada", email=f"ada{n}@example.org", status=Agency.PROSPECT, by=OWNER))
            crm.do(Invite(contact=f"c-{n}", by=OWNER))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            keys = {row.message.key for row in stores.outbox.waiting(1000, NOW)}
        died = 0
        for _ in range(12):
            try:
                crm.deliver()
            except Crashed:
                died += 1
            clock.advance(hours=1)
        notifier.flush()
        same((2, keys), (died, {message.key for _, message in arrived.sent}))
        same(True, len(notifier.asked) > len(keys))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(((), ()), (stores.outbox.waiting(1000, clock.now()), stores.outbox.dead()))

    @needs("claims")
    def test_a_claim_that_crashed_is_taken_again(self, funnelkit_storage: Storage) -> None:
        """Before it was stored, at once; after it was stored, when the lease has ended."""
        plain, clock = crm_over(funnelkit_storage)
        plain.do(AddContact(id="c-1", name="Ada", email="ada@example.org", status=Agency.PROSPECT, by=OWNER))
        plain.do(Invite(contact="c-1", by=OWNER))
        for fault, wanted in ((crash_before(), True), (crash_after(), False)):
            crm, _ = crm_over(FaultyStorage(funnelkit_storage, [fault]), MemoryNotifier())
            with raising(Crashed, "the process is gone"):
                crm.deliver()
            with funnelkit_storage.transaction(OURS, write=False) as stores:
                same(wanted, bool(stores.outbox.waiting(10, NOW)), f"{fault.at.value}")
        clock.advance(hours=1)
        notifier = MemoryNotifier()
        crm, clock = crm_over(funnelkit_storage, notifier)
        clock.advance(hours=1)
        crm.deliver()
        same(True, len(notifier.sent) > 0)
