"""The contract of the outbox: no message is lost, none is taken by two, and what fails is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from funnelkit.ports.outbox import Outbox, Waiting
from funnelkit.ports.storage import Storage
from funnelkit.testing import samples
from funnelkit.testing.contracts import Contract, needs, raising, same
from funnelkit.testing.noun_contracts import Broke
from funnelkit.testing.samples import DAY, ELSEWHERE, FAR, HOUR, LONG, NOW, OURS, TEXTS, THEIRS, TICK
from funnelkit.values.plan import Message
from funnelkit.words import Recipient


def stored(storage: Storage, *keys: str, account: str = OURS) -> None:
    """Store messages of these keys in a transaction of their own."""
    with storage.transaction(account) as stores:
        stores.outbox.add(samples.message(key) for key in keys)


def keys(rows: Iterable[Waiting | Message]) -> tuple[str, ...]:
    """Give the keys of messages, in their order."""
    return tuple(row.message.key if isinstance(row, Waiting) else row.key for row in rows)


def waiting(outbox: Outbox, now: datetime = FAR) -> tuple[str, ...]:
    """Give the keys of all that may be tried then."""
    return keys(outbox.waiting(1000, now))


class OutboxContract(Contract):
    """Messages that are stored with a change and released after it."""

    asks: ClassVar[tuple[str, ...]] = ("outbox",)

    def test_messages_wait_in_the_order_of_storing(self, funnelkit_storage: Storage) -> None:
        """Not by their keys; at most so many; whole, with no failure yet; nothing of other accounts."""
        stored(funnelkit_storage, "k-3", "k-1")
        stored(funnelkit_storage, "k-2")
        stored(funnelkit_storage, "k-9", account=THEIRS)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            wanted = tuple(Waiting(samples.message(key)) for key in ("k-3", "k-1", "k-2"))
            same(wanted, stores.outbox.waiting(10, NOW))
            same(wanted[:2], stores.outbox.waiting(2, NOW))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(("k-9",), waiting(stores.outbox), "theirs")

    def test_messages_come_back_whole(self, funnelkit_storage: Storage) -> None:
        """Keys, templates and parameters of any signs; without parameters, without an invitation."""
        made = [samples.message(text, to=text, template=text, params={text: text, "": LONG}) for text in TEXTS]
        made.append(Message(key="bare", to="c-1", template="hello"))
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.add(iter(made))
            same(tuple(map(Waiting, made)), stores.outbox.waiting(100, NOW), "inside")
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(tuple(map(Waiting, made)), stores.outbox.waiting(100, NOW))

    @needs("long_ids")
    def test_keys_may_be_long(self, funnelkit_storage: Storage) -> None:
        """A message of a pipeline is known by its event, its stage and its template: two that differ there are two."""
        made = [samples.message(f"{LONG}:{LONG}:{key}") for key in (LONG, f"{LONG[:-1]}y")]
        with funnelkit_storage.transaction(LONG) as stores:
            stores.outbox.add([*made, *made])
        with funnelkit_storage.transaction(LONG, write=False) as stores:
            same(tuple(map(Waiting, made)), stores.outbox.waiting(10, NOW))

    def test_a_key_is_stored_once(self, funnelkit_storage: Storage) -> None:
        """Whatever became of the first one: it waits, was sent, was given up, or is never sent."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3", "k-4")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.sent("k-2")
            stores.outbox.failed("k-3", None)
            stores.outbox.withhold("k-4")
            again = [samples.message(f"k-{n}", template="another") for n in (1, 2, 3, 4, 5, 5)]
            stores.outbox.add(again)
            stores.outbox.add([])
            wanted = (Waiting(samples.message("k-1")), Waiting(again[4]))
            same(wanted, stores.outbox.waiting(10, NOW))
            same(
                ((samples.message("k-3"),), (samples.message("k-4"),)), (stores.outbox.dead(), stores.outbox.withheld())
            )
        stored(funnelkit_storage, "k-1", account=THEIRS)
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(("k-1",), waiting(stores.outbox), "theirs")

    def test_what_was_sent_waits_no_more(self, funnelkit_storage: Storage) -> None:
        """It is neither given up nor withheld; saying so twice does no harm."""
        stored(funnelkit_storage, "k-1", "k-2")
        for _ in range(2):
            with funnelkit_storage.transaction(OURS) as stores:
                stores.outbox.sent("k-1")
                same(("k-2",), waiting(stores.outbox))
                same(((), ()), (stores.outbox.dead(), stores.outbox.withheld()))

    def test_what_is_held_waits_from_then_on(self, funnelkit_storage: Storage) -> None:
        """At -1, 0 and +1 microsecond, whatever zone is given; it takes nobody's place, and keeps its own."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3")
        for zone in (None, *ELSEWHERE):
            with funnelkit_storage.transaction(OURS) as stores:
                stores.outbox.hold("k-1", NOW.astimezone(zone))
                stores.outbox.hold("nobody", NOW)
                same(("k-2", "k-3"), waiting(stores.outbox, NOW - TICK))
                same(("k-2",), keys(stores.outbox.waiting(1, NOW - TICK)), "nobody's place")
                same(("k-1", "k-2", "k-3"), waiting(stores.outbox, NOW.astimezone(zone)))
                same(("k-1",), keys(stores.outbox.waiting(1, NOW + TICK)))

    def test_what_is_withheld_never_leaves(self, funnelkit_storage: Storage) -> None:
        """It is listed, and does not wait; withholding what is gone does nothing."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.sent("k-3")
            for key in ("k-1", "k-3", "nobody"):
                stores.outbox.withhold(key)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("k-2",), waiting(stores.outbox))
            same((samples.message("k-1"),), stores.outbox.withheld())
            same((), stores.outbox.dead())
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.outbox.withheld(), "theirs")

    def test_what_failed_is_tried_again_from_then_on(self, funnelkit_storage: Storage) -> None:
        """Back-off: not before the moment that is said, and it says how often it failed."""
        stored(funnelkit_storage, "k-1", "k-2")
        for count in range(1, 5):
            with funnelkit_storage.transaction(OURS) as stores:
                stores.outbox.failed("k-1", NOW + count * HOUR)
            with funnelkit_storage.transaction(OURS, write=False) as stores:
                same(("k-2",), waiting(stores.outbox, NOW + count * HOUR - TICK))
                wanted = (Waiting(samples.message("k-1"), count), Waiting(samples.message("k-2")))
                same(wanted, stores.outbox.waiting(10, NOW + count * HOUR))

    def test_what_is_given_up_is_a_dead_letter(self, funnelkit_storage: Storage) -> None:
        """It is listed, and not tried by itself; failing what is gone does nothing."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.failed("k-1", NOW)
            stores.outbox.failed("k-1", None)
            stores.outbox.sent("k-3")
            for key in ("k-3", "nobody"):
                stores.outbox.failed(key, NOW)
                stores.outbox.failed(key, None)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("k-2",), waiting(stores.outbox))
            same((samples.message("k-1"),), stores.outbox.dead())
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.outbox.dead(), "theirs")

    def test_a_dead_letter_may_be_revived(self, funnelkit_storage: Storage) -> None:
        """It waits at once as if it had never failed; what was not given up, or is another's, is not revived."""
        stored(funnelkit_storage, "k-1", "k-2")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.failed("k-1", FAR)
            stores.outbox.failed("k-1", None)
        with funnelkit_storage.transaction(THEIRS) as stores:
            same(False, stores.outbox.revive("k-1"), "theirs")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.sent("k-2")
            same([True, False, False, False], [stores.outbox.revive(key) for key in ("k-1", "k-1", "k-2", "nobody")])
            same((Waiting(samples.message("k-1")),), stores.outbox.waiting(10, NOW))
            same((), stores.outbox.dead())
            same(("k-1",), keys(stores.outbox.claim(10, NOW, NOW + HOUR)))

    @needs("claims")
    def test_what_is_claimed_is_nobody_elses_until_then(self, funnelkit_storage: Storage) -> None:
        """A lease: others get the rest, and the same ones when the time is up, as who is killed leaves them."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3")
        claims = (
            (2, NOW, ("k-1", "k-2")), (10, NOW, ("k-3",)), (10, NOW + HOUR - TICK, ()), (1, NOW + HOUR, ("k-1",)),
            (10, NOW + HOUR, ("k-2", "k-3")), (10, NOW + 2 * HOUR, ("k-1", "k-2", "k-3")),
        )  # fmt: skip
        for limit, now, wanted in claims:
            with funnelkit_storage.transaction(OURS) as stores:
                found = stores.outbox.claim(limit, now, now + HOUR)
            same(wanted, keys(found), f"{limit} at {now}")
            same({0}, {row.failures for row in found} | {0}, "a claim is no failure")

    @needs("claims")
    def test_a_claim_passes_over_what_it_is_told_to(self, funnelkit_storage: Storage) -> None:
        """Those of these keys take nobody's place; nor does what is held, sent, or another account's."""
        stored(funnelkit_storage, *(f"k-{n}" for n in range(6)))
        stored(funnelkit_storage, "k-9", account=THEIRS)
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.hold("k-0", NOW + DAY)
            stores.outbox.sent("k-1")
            same(("k-3", "k-5"), keys(stores.outbox.claim(10, NOW, NOW + HOUR, {"k-2", "k-4", "nobody"})))
            same(("k-2",), keys(stores.outbox.claim(1, NOW, NOW + HOUR, ())))
            but = [f"k-{n}" for n in range(100, 40_000)]
            same(("k-4",), keys(stores.outbox.claim(10, NOW, NOW + HOUR, but)), "thousands")

    @needs("claims")
    def test_a_claim_that_was_undone_is_none(self, funnelkit_storage: Storage) -> None:
        """A worker that broke off before its claim was stored leaves everything to the others."""
        stored(funnelkit_storage, "k-1")
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            same(("k-1",), keys(stores.outbox.claim(10, NOW, FAR)))
            raise Broke
        with funnelkit_storage.transaction(OURS) as stores:
            same(("k-1",), keys(stores.outbox.claim(10, NOW, FAR)))

    def test_an_error_undoes_everything(self, funnelkit_storage: Storage) -> None:
        """Nothing is sent for a change that was undone, and nothing that was noted then counts."""
        stored(funnelkit_storage, "k-1", "k-2", "k-3", "k-4", "k-5")
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.failed("k-5", None)
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.add([samples.message("k-6")])
            stores.outbox.sent("k-1")
            stores.outbox.hold("k-2", FAR)
            stores.outbox.failed("k-3", FAR)
            stores.outbox.withhold("k-4")
            stores.outbox.revive("k-5")
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            wanted = [Waiting(samples.message(key)) for key in ("k-1", "k-2", "k-3", "k-4")]
            same(wanted, sorted(stores.outbox.waiting(10, NOW), key=lambda row: row.message.key))
            same(((), ("k-5",)), (stores.outbox.withheld(), keys(stores.outbox.dead())))

    def test_what_concerns_a_contact_is_found_and_forgotten(self, funnelkit_storage: Storage) -> None:
        """To a contact or about it, that has not left: what waits or is held, is withheld, was given up, in that order.

        Each in the order of storing, also what was revived. Others' are left alone.
        """
        to, about = {"to": "c-7", "recipient": Recipient.CONTACT}, {"params": {"contact": "c-7"}}
        made = [samples.message(f"k-{n}", **(to if n % 2 else about)) for n in range(6)]
        with funnelkit_storage.transaction(OURS) as stores:
            stores.outbox.add([*made, samples.message("k-9")])
            stores.outbox.hold("k-1", FAR)
            stores.outbox.withhold("k-2")
            stores.outbox.failed("k-3", None)
            stores.outbox.sent("k-4")
            stores.outbox.failed("k-0", None)
            stores.outbox.revive("k-0")
        with funnelkit_storage.transaction(OURS) as stores:
            same(("k-0", "k-1", "k-5", "k-2", "k-3"), keys(stores.outbox.about("c-7")))
            same((), stores.outbox.about("c-8"))
            stores.outbox.forget("c-7")
            stores.outbox.forget("c-8")
            same((), stores.outbox.about("c-7"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((("k-9",), (), ()), (waiting(stores.outbox), stores.outbox.withheld(), stores.outbox.dead()))
