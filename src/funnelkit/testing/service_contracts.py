"""Contracts of the shell over an adapter: a practice lives as it does over memory, also when something breaks.

What was acknowledged is kept, what was not is not there by halves, and all can go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from attrs import frozen

from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    AddContact,
    AddMember,
    AssignPackage,
    Book,
    CompleteStage,
    Convert,
    Correct,
    DefineOffer,
    DefinePipeline,
    Delete,
    Edit,
    Invite,
    MakeCampaign,
    MarkHeld,
    Permit,
    PutOnPipeline,
    RecordPayment,
    Revoke,
    ScheduleFollowUp,
    SendAgain,
    SendCampaign,
    SetDoNotContact,
    Tag,
)
from funnelkit.errors import Conflict, FunnelkitError, Unavailable
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.storage import Storage
from funnelkit.service import FunnelService
from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.statuses.coaching import COACHING, Coaching
from funnelkit.statuses.studio import STUDIO
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
from funnelkit.testing.samples import BY, DAY, HOUR, NOW, OURS, THEIRS
from funnelkit.values.actor import Actor
from funnelkit.values.outreach import Segment
from funnelkit.values.pipeline import Prepared, Stage
from funnelkit.words import Channel, Kind, Role

OWNER: Final = Actor(id="m-2", role=Role.OWNER)
STAGES: Final = (Stage(key="call", name="Call", on_active=(Prepared(template="call_now"),)), Stage(key="s", name="S"))


@frozen
class Practice:
    """Three funnels of one account over one storage, with a clock and a notifier of its own."""

    coaching: FunnelService[Any, Any]
    agency: FunnelService[Any, Any]
    studio: FunnelService[Any, Any]
    clock: FixedClock
    notifier: MemoryNotifier


def practice(storage: Storage, account: str = OURS) -> Practice:
    """Open a practice: its ids and tokens count, so that two of them can be compared."""
    clock, notifier = FixedClock(NOW), MemoryNotifier(failing=("call_now",))
    ports: dict[str, Any] = {
        "account": account, "storage": storage, "clock": clock, "notifier": notifier, "zone": "Europe/Berlin",
        "identifiers": CountedIdentifiers(), "tokens": KnownTokens(),
    }  # fmt: skip
    studio = STUDIO.with_policy(shell={"deliveries": 3})  # noqa: S604  # our shell, not that of the system
    here, there = FunnelService(COACHING, **ports), FunnelService(AGENCY, **ports)
    return Practice(here, there, FunnelService(studio, **ports), clock, notifier)


def days(live: Practice) -> Iterator[object]:  # noqa: C901  # one day after the other
    """Live some days, and give what everything gave, errors among it."""
    here, there, clock = live.coaching, live.agency, live.clock

    def told(do: Any, *given: Any, **named: Any) -> object:
        try:
            return do(*given, **named)
        except FunnelkitError as error:
            return f"{type(error).__name__}: {error}"

    morning: tuple[Any, ...] = (
        AddMember(id="m-1", name="Cora", role=Role.COACH, email="cora@example.org", by=OWNER),
        AddContact(id="c-1", name="Ada", email="Ada@Example.org", coach="m-1", by=BY),
        AddContact(id="c-2", name="Ben O'Brien", email="ben@example.org", by=BY),
        AddContact(id="c-3", name="Cleo", email="ada@example.org", by=BY),
        AddContact(id="c-1", name="Ada again", by=BY),
        Tag(contact="c-1", tags=("vip",), by=BY),
        Permit(group="x-1", items=("page-1",), by=BY),
        Book(id="x-1", contacts=("c-1",), coach="m-1", kind=Kind.SAMPLE, start=NOW + 4 * HOUR, minutes=50, by=BY),
        Book(id="x-2", contacts=("c-2",), coach="m-1", kind=Kind.SAMPLE, start=NOW + 4 * HOUR, minutes=50, by=BY),
        Convert(contact="c-1", to=Coaching.HOT_LEAD, reason="a good talk", by=BY),
        ScheduleFollowUp(contact="c-2", due=NOW + 2 * DAY, by=BY),
        MakeCampaign(id="x-1", name="Spring", segment=Segment(), by=BY),
        SendCampaign(campaign="x-1", template="spring", by=BY),
    )
    for command in morning:
        yield told(here.do, command)
    invites: tuple[Any, ...] = (
        DefineOffer(id="x-1", name="Five", sessions=5, days=90, by=OWNER),
        AddContact(id="c-1", name="Dan", email="dan@example.org", status=Agency.PROSPECT, by=OWNER),
        Invite(contact="c-1", message="Welcome!", packages=("x-1",), by=OWNER),
        Invite(contact="c-1", by=OWNER),
        AssignPackage(contact="c-1", offer="x-1", by=OWNER),
        SendAgain(invitation="invitation-1", by=OWNER),
        RecordPayment(payment="pay-x-1", offer="x-1", contact="c-1", by=Actor(id="web", role=Role.SYSTEM)),
    )
    for command in invites:
        yield told(there.do, command, key=f"k-{type(command).__name__}")
        yield told(there.do, command, key=f"k-{type(command).__name__}")
    board: tuple[Any, ...] = (
        DefinePipeline(name="Welcome", stages=STAGES, by=OWNER),
        DefinePipeline(name="Back", stages=STAGES[1:], default=True, by=OWNER),
        AddContact(id="c-3", name="Eve", email="eve@example.org", coach="m-1", by=BY),
        PutOnPipeline(contacts=("c-3",), pipeline="pipeline-1", by=BY),
        CompleteStage(contact="c-3", by=BY),
    )
    for command in board:
        yield told(live.studio.do, command)
    for _ in range(3):
        yield told(live.studio.deliver)
        clock.advance(hours=5, minutes=3)
    evening: tuple[Any, ...] = (
        MarkHeld(appointment="x-1", minutes=45, note="went well", by=BY),
        Correct(contact="c-1", to=Coaching.PROSPECT, reason="a slip", by=BY),
        Edit(contact="c-3", email="new@example.org", by=BY),
        SetDoNotContact(contact="c-2", channel=Channel.EMAIL, reason="he asked", by=BY),
        Delete(contact="c-3", by=OWNER),
    )
    for command in evening:
        yield told(here.do, command)
    yield told(there.do, Revoke(invitation="invitation-1", by=OWNER))
    yield told(there.do, Invite(contact="c-1", by=OWNER))
    for _ in range(4):
        clock.advance(days=9)
        yield told(here.sweep)
        yield told(there.sweep)
        yield told(there.deliver)
    for crm in (here, there, live.studio):
        for contact in ("c-1", "c-2", "c-3"):
            yield told(crm.contact, contact)
            yield told(crm.history, contact)
    yield there.given_up(), there.withheld(), live.notifier.sent


class LifeContract(Contract):
    """What the shell does over the adapter is what it does over memory."""

    asks: ClassVar[tuple[str, ...]] = STORES

    def test_a_practice_lives_as_it_does_in_memory(self, funnelkit_storage: Storage) -> None:
        """The same commands give the same results, refusals and messages, and everything that is kept is the same."""
        memory = MemoryStorage()
        wanted, found = list(days(practice(memory))), list(days(practice(funnelkit_storage)))
        for place, (one, other) in enumerate(zip(wanted, found, strict=True)):
            same(one, other, f"step {place}")
        more = ("invitation-1", "invitation-2", "package-1", "package-2", "pipeline-1", "known-000000000001")
        same(everything(memory, OURS, STORES, more), everything(funnelkit_storage, OURS, STORES, more))
        same({}, everything(funnelkit_storage, THEIRS, STORES, more), "another account")

    def test_who_was_quicker_wins(self, funnelkit_storage: Storage) -> None:
        """Two plans on one contact, one address, one hour, one name for a new contact: the second is a Conflict."""
        crm = practice(funnelkit_storage).coaching
        crm.do(AddContact(id="c-1", name="Ada", by=BY))
        crm.do(AddContact(id="c-2", name="Ben", by=BY))
        hour: dict[str, Any] = {"coach": "m-1", "kind": Kind.SAMPLE, "start": NOW + DAY, "minutes": 50, "by": BY}
        pairs: tuple[tuple[Any, Any], ...] = (
            (Tag(contact="c-1", tags=("a",), by=BY), Convert(contact="c-1", to=Coaching.HOT_LEAD, by=BY)),
            (AddContact(id="c-3", name="Cleo", by=BY), AddContact(id="c-3", name="Dan", by=BY)),
            (Book(contacts=("c-1",), **hour), Book(contacts=("c-2",), **hour)),
            (Edit(contact="c-2", email="a@example.org", by=BY), Edit(contact="c-2", name="Benjamin", by=BY)),
            (Permit(group="x-1", items=("a",), by=BY), Permit(group="x-1", items=("b",), by=BY)),
        )
        for first, second in pairs:
            plans = crm.plan(first), crm.plan(second)
            before = everything(funnelkit_storage, OURS)
            crm.apply(plans[0])
            after = everything(funnelkit_storage, OURS)
            same(True, before != after, f"something was stored of {type(first).__name__}")
            for plan in plans:  # and a plan is applied once
                with raising(Conflict, f"somebody was quicker with {type(second).__name__}"):
                    crm.apply(plan)
            same(after, everything(funnelkit_storage, OURS), "nothing of the second is stored")

    @needs("retries")
    def test_a_batch_becomes_visible_together(self, funnelkit_storage: Storage) -> None:
        """Each command sees those before it; one that is refused takes nothing from the others."""
        crm = practice(funnelkit_storage).coaching
        commands: tuple[Any, ...] = (
            AddContact(id="c-1", name="Ada", by=BY),
            Convert(contact="c-1", to=Coaching.HOT_LEAD, by=BY),
            Convert(contact="nobody", to=Coaching.HOT_LEAD, by=BY),
            AddContact(id="c-1", name="Ada again", by=BY),
            Tag(contact="c-1", tags=("vip",), by=BY),
        )
        same([True, True, False, False, True], [outcome.ok for outcome in crm.do_all(commands)])
        found = crm.contact("c-1")
        same((Coaching.HOT_LEAD, frozenset({"vip"}), 3), (found.status, found.tags, found.version))


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
