"""Contracts of transactions: together or not at all, one inside another, and what was read is still so."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import evolve

from funnelkit.errors import Conflict
from funnelkit.ports.storage import STORES as STORE_OF
from funnelkit.ports.storage import Ripe, Storage, Transaction
from funnelkit.statuses.coaching import COACHING
from funnelkit.testing import samples
from funnelkit.testing.contracts import STORES, Capabilities, Contract, at_once, needs, raising, same
from funnelkit.testing.noun_contracts import Broke
from funnelkit.testing.reading import WRITTEN_BY, everything, fill
from funnelkit.testing.samples import DAY, ELSEWHERE, HERE, HOUR, NOW, OURS, THEIRS, THERE, TICK
from funnelkit.values.plan import Read


def have(capabilities: Capabilities) -> tuple[str, ...]:
    """Give the stores that an adapter has."""
    return tuple(store for store in STORES if getattr(capabilities, store) is True)


class TransactionContract(Contract):
    """What is done in a transaction becomes visible together, or not at all."""

    def test_everything_becomes_visible_together(
        self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities
    ) -> None:
        """After a transaction that was left without an error every store has what was written into it."""
        stores = have(funnelkit_capabilities)
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            fill(within, stores)
        found = everything(funnelkit_storage, OURS, stores)
        written = {store for store in stores if everything(funnelkit_storage, OURS, [store])}
        same(set(stores) - {"keys"}, written - {"keys"})
        same({}, everything(funnelkit_storage, THEIRS, stores), "another account")
        same(found, everything(funnelkit_storage, OURS, stores), "looking changes nothing")

    def test_an_error_undoes_everything(self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities) -> None:
        """Whatever the error; it goes through as it is; what was there before is there, and the storage can be used."""
        stores = have(funnelkit_capabilities)
        for first in (10, 20):
            was = everything(samples.known(funnelkit_storage), OURS, stores)
            for number, error in enumerate((Broke, KeyboardInterrupt, SystemExit, Conflict), start=first):
                with raising(error, "it goes through"), funnelkit_storage.transaction(OURS) as within:
                    fill(within, stores, number)
                    raise error
                same(was, everything(funnelkit_storage, OURS, stores), f"{error.__name__}, {first}")
            with funnelkit_storage.transaction(OURS) as within:
                fill(within, stores, first)

    def test_an_error_undoes_each_store(self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities) -> None:
        """None is forgotten: what one store wrote is undone when the next one fails."""
        for store in have(funnelkit_capabilities):
            with raising(Broke, "the error goes through"), samples.known(funnelkit_storage).transaction(OURS) as within:
                WRITTEN_BY[store](within, 1)
                raise Broke
            same({}, everything(funnelkit_storage, OURS, [store]), store)

    def test_an_empty_transaction_changes_nothing(
        self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities
    ) -> None:
        """Opened and left, to look or to write, in an account that nobody knows."""
        for write in (True, False):
            with funnelkit_storage.transaction(OURS, write=write):
                pass
        same({}, everything(samples.known(funnelkit_storage), OURS, have(funnelkit_capabilities)))

    @needs("guards", "groups")
    def test_accounts_are_any_printable_text(self, funnelkit_storage: Storage) -> None:
        """Each sees its own, sign by sign."""
        for text in samples.TEXTS:
            with samples.known(funnelkit_storage).transaction(text) as within:
                within.guards.touch("account", "")
                within.groups.save(samples.group(permitted=frozenset({text})))
        for text in samples.TEXTS:
            with funnelkit_storage.transaction(text, write=False) as within:
                same(1, within.guards.version("account", ""), ascii(text))
                same(samples.group(permitted=frozenset({text})), within.groups.get("choir"), ascii(text))

    @needs("contacts")
    def test_telling_of_a_funnel_twice_does_no_harm(self, funnelkit_storage: Storage) -> None:
        """Every shell tells, for each request; a variant of the same name takes nothing away."""
        with samples.known(samples.known(funnelkit_storage)).transaction(OURS) as within:
            within.contacts.save(HERE, samples.contact())
        funnelkit_storage.knows(COACHING.with_policy(follow_up={"in_order": False}))
        with funnelkit_storage.transaction(OURS, write=False) as within:
            same(samples.contact(), within.contacts.get(HERE, "c-1"))

    @needs("retries")
    def test_it_says_whether_the_shell_may_plan_again(self, funnelkit_storage: Storage) -> None:
        """True, unless it is declared that it works inside a host's own transaction."""
        same(True, funnelkit_storage.retries)


class NestedContract(Contract):
    """A transaction opened inside another is a part of it."""

    asks: ClassVar[tuple[str, ...]] = ("nested",)

    @needs("contacts", "guards")
    def test_what_is_done_inside_is_a_part(
        self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities
    ) -> None:
        """Seen in the one around it at once; stored with it; undone with it, though itself left without an error."""
        stores = have(funnelkit_capabilities)
        with raising(Broke, "the error goes through"), samples.known(funnelkit_storage).transaction(OURS) as outer:
            with funnelkit_storage.transaction(OURS) as inner:
                outer.guards.touch("calendar", "m-2")
                fill(inner, stores)
            same(1, outer.guards.version("calendar", "m-1"))
            same(samples.contact("c-1", version=1), outer.contacts.get(HERE, "c-1"))
            raise Broke
        same({}, everything(funnelkit_storage, OURS, stores))
        with funnelkit_storage.transaction(OURS) as outer, funnelkit_storage.transaction(OURS) as inner:
            fill(inner, stores)
        with funnelkit_storage.transaction(OURS) as outer:
            same(samples.contact("c-1", version=1), outer.contacts.get(HERE, "c-1"))

    @needs("contacts")
    def test_looking_inside_sees_what_was_done(self, funnelkit_storage: Storage) -> None:
        """As the shell does it in a batch: each command is planned on what those before it did."""
        with samples.known(funnelkit_storage).transaction(OURS) as outer:
            outer.contacts.save(HERE, samples.contact())
            with funnelkit_storage.transaction(OURS, write=False) as look:
                same(samples.contact(), look.contacts.get(HERE, "c-1"))
            outer.contacts.remove(HERE, "c-1")
            with funnelkit_storage.transaction(OURS, write=False) as look:
                same(None, look.contacts.get(HERE, "c-1"))

    @needs("guards")
    def test_an_error_inside_undoes_only_what_was_done_inside(
        self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities
    ) -> None:
        """In every store; what was done before stays, and more can be done afterwards."""
        stores = have(funnelkit_capabilities)
        with samples.known(funnelkit_storage).transaction(OURS) as outer:
            fill(outer, stores)
            with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as inner:
                fill(inner, stores, 2)
                raise Broke
            outer.guards.touch("address", "m-1")
        with funnelkit_storage.transaction(THEIRS) as plain:
            fill(plain, stores)
            plain.guards.touch("address", "m-1")
        same(everything(funnelkit_storage, THEIRS, stores), everything(funnelkit_storage, OURS, stores))

    @needs("guards")
    def test_they_may_be_deep(self, funnelkit_storage: Storage) -> None:
        """Each undoes its own and what is inside it, and no more."""
        with funnelkit_storage.transaction(OURS) as first:
            first.guards.touch("calendar", "m-1")
            with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as second:
                second.guards.touch("calendar", "m-1")
                with funnelkit_storage.transaction(OURS) as third:
                    third.guards.touch("calendar", "m-1")
                    with raising(Broke, "it goes through"), funnelkit_storage.transaction(OURS) as fourth:
                        fourth.guards.touch("calendar", "m-1")
                        raise Broke
                same(3, second.guards.version("calendar", "m-1"), "the fourth is undone")
                raise Broke
            same(1, first.guards.version("calendar", "m-1"), "the second and the third are undone")
            with funnelkit_storage.transaction(OURS) as again:
                again.guards.touch("calendar", "m-1")
        with funnelkit_storage.transaction(OURS, write=False) as within:
            same(2, within.guards.version("calendar", "m-1"))

    @needs("guards", "across")
    def test_one_of_another_account_is_a_part_too(self, funnelkit_storage: Storage) -> None:
        """Undone with the one around it; left with an error itself, it undoes its own alone."""

        def seen() -> list[int]:
            found = []
            for account in (OURS, THEIRS):
                with funnelkit_storage.transaction(account, write=False) as stores:
                    found.append(stores.guards.version("calendar", "m-1"))
            return found

        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as outer:
            outer.guards.touch("calendar", "m-1")
            with funnelkit_storage.transaction(THEIRS) as inner:
                inner.guards.touch("calendar", "m-1")
            raise Broke
        same([0, 0], seen(), "both are undone")
        with funnelkit_storage.transaction(OURS) as outer:
            outer.guards.touch("calendar", "m-1")
            with raising(Broke, "the error goes through"), funnelkit_storage.transaction(THEIRS) as inner:
                inner.guards.touch("calendar", "m-1")
                raise Broke
        same([1, 0], seen(), "the one inside is undone")


NOUNS: dict[str, Any] = {
    "person": samples.person, "company": samples.company, "group": samples.group, "appointment": samples.appointment,
    "campaign": samples.campaign, "pipeline": samples.pipeline, "member": samples.member,
    "invitation": samples.invitation, "link": samples.link, "offer": samples.offer, "package": samples.package,
}  # fmt: skip


class ChangedContract(Contract):
    """A plan is stored only if everything that it read is still so: `Transaction.changed`."""

    def test_what_was_not_there_and_is_not(
        self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities
    ) -> None:
        """Version 0 was looked for and was not there; nothing at all has not changed."""
        told = {"contact": "contacts", **STORE_OF, "calendar": "guards", "address": "guards", "team": "guards"}
        there = have(funnelkit_capabilities)
        reads: list[Read] = [(kind, "x-1", 0) for kind, store in told.items() if store in there]
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            same(None, within.changed(reads, HERE))
            same(None, within.changed([], HERE))

    def test_each_noun_by_its_version(self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities) -> None:
        """The read that is not so any more is given: another version, one that is new, one that is gone."""
        nouns = {kind: make for kind, make in NOUNS.items() if getattr(funnelkit_capabilities, STORE_OF[kind]) is True}
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            for kind, make in nouns.items():
                getattr(within, STORE_OF[kind]).save(make("x-1", version=5))
        with funnelkit_storage.transaction(OURS) as within:
            for kind in nouns:
                same(None, within.changed([(kind, "x-1", 5), (kind, "x-2", 0)], HERE), kind)
                wrong: tuple[Read, ...] = ((kind, "x-1", 4), (kind, "x-1", 6), (kind, "x-1", 0), (kind, "x-2", 5))
                for read in wrong:
                    same(read, within.changed([(kind, "x-1", 5), read], HERE), kind)
        with funnelkit_storage.transaction(THEIRS) as within:
            same(None, within.changed([(kind, "x-1", 0) for kind in nouns], HERE), "theirs")

    @needs("contacts")
    def test_a_contact_by_its_funnel(self, funnelkit_storage: Storage) -> None:
        """Another funnel's version counts for nothing."""
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            within.contacts.save(HERE, samples.contact("c-1", version=5))
            within.contacts.save(THERE, samples.lead("c-1", version=2))
        with funnelkit_storage.transaction(OURS) as within:
            asked = ((HERE, 5, True), (HERE, 2, False), (HERE, 0, False), (THERE, 2, True), (THERE, 5, False))
            for funnel, version, good in asked:
                read = ("contact", "c-1", version)
                same(None if good else read, within.changed([read], funnel), f"{version} in {funnel}")
            same(None, within.changed([("contact", "c-1", 0)], "studio"))
            within.contacts.remove(HERE, "c-1")
            same(("contact", "c-1", 5), within.changed([("contact", "c-1", 5)], HERE), "gone")

    @needs("guards")
    def test_each_set_by_its_version(self, funnelkit_storage: Storage) -> None:
        """A coach's calendar, the holders of an address, and so on: as often as it was touched."""
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            for kind in ("calendar", "address", "appointments", "payment", "invitations", "team"):
                within.guards.touch(kind, "x-1")
                reads: list[Read] = [(kind, "x-1", 1), (kind, "x-2", 0)]
                same(None, within.changed(reads, HERE), kind)
                same((kind, "x-1", 0), within.changed([*reads, (kind, "x-1", 0)], HERE), kind)
                within.guards.touch(kind, "x-1")
                same((kind, "x-1", 1), within.changed(reads, HERE), kind)

    @needs("contacts", "persons")
    def test_there_may_be_thousands(self, funnelkit_storage: Storage) -> None:
        """A plan over a whole campaign reads every contact."""
        with samples.known(funnelkit_storage).transaction(OURS) as within:
            within.contacts.save(HERE, samples.contact("x-4999", version=5))
            reads: list[Read] = [("contact", f"x-{n}", 0) for n in range(4999)]
            reads += [("person", f"x-{n}", 0) for n in range(4999)]
            same(None, within.changed([*reads, ("contact", "x-4999", 5)], HERE))
            same(("contact", "x-4999", 4), within.changed([*reads, ("contact", "x-4999", 4)], HERE))


class RipeContract(Contract):
    """Over all accounts, where time has made something true: `Storage.ripe`."""

    asks: ClassVar[tuple[str, ...]] = ("sweeps", "contacts", "invitations")

    def ripen(self, within: Transaction, key: str, at: Any, funnel: str = HERE) -> None:
        """Keep a contact whose last follow-up runs out then."""
        stands = samples.follow_up(NOW - DAY, at)
        place = samples.contact(key, follow_up=stands) if funnel == HERE else samples.lead(key, follow_up=stands)
        within.contacts.save(funnel, place)

    def test_every_account_and_funnel_the_oldest_first(self, funnelkit_storage: Storage) -> None:
        """How many contacts and invitations there are, and since when the first of them waits."""
        storage = samples.known(funnelkit_storage)
        same((), storage.ripe(NOW))
        with storage.transaction(OURS) as within:
            self.ripen(within, "c-1", NOW - HOUR)
            self.ripen(within, "c-2", NOW)
            self.ripen(within, "c-3", NOW + TICK)
            self.ripen(within, "c-1", NOW - DAY, THERE)
            within.invitations.save(samples.invitation("i-1", expires=NOW - 2 * HOUR))
            within.invitations.save(samples.ended(samples.invitation("i-2", expires=NOW - 9 * DAY, contact="c-2")))
        with storage.transaction(THEIRS) as within:
            within.invitations.save(samples.invitation("i-1", expires=NOW - 3 * HOUR))
            within.contacts.save(HERE, samples.contact("c-1", follow_up=None))
        wanted = (
            Ripe(OURS, THERE, 1, NOW - DAY), Ripe(THEIRS, HERE, 1, NOW - 3 * HOUR), Ripe(OURS, HERE, 3, NOW - 2 * HOUR),
        )  # fmt: skip
        for zone in (None, *ELSEWHERE):
            same(wanted, storage.ripe(NOW.astimezone(zone)))
        same((*wanted[:2], evolve(wanted[2], count=4)), storage.ripe(NOW + TICK))
        same((wanted[0],), storage.ripe(NOW - DAY))
        same((), storage.ripe(NOW - DAY - TICK))

    def test_what_was_done_or_undone_is_not_counted(self, funnelkit_storage: Storage) -> None:
        """A claim ends what it claims by; an error undoes what would be ripe."""
        storage = samples.known(funnelkit_storage)
        with storage.transaction(OURS) as within:
            self.ripen(within, "c-1", NOW)
        with storage.transaction(OURS) as within:
            (row,) = within.contacts.ripe(HERE, NOW, claim=True)
            within.contacts.save(HERE, evolve(row, follow_up=None))
        with raising(Broke, "the error goes through"), storage.transaction(OURS) as within:
            self.ripen(within, "c-2", NOW)
            raise Broke
        same((), storage.ripe(NOW))


class StorageIdentifiersContract(Contract):
    """The ids and tokens that a storage makes are fresh in it."""

    def test_ids_are_fresh(self, funnelkit_storage: Storage) -> None:
        """Of every kind, however many."""
        made = [
            funnelkit_storage.identifiers.fresh(kind) for kind in ("contact", "event", "invitation") for _ in range(99)
        ]
        same(len(made), len(set(made)))

    @needs("threads")
    def test_ids_are_fresh_under_threads(self, funnelkit_storage: Storage) -> None:
        """No two workers get one."""
        fresh = funnelkit_storage.identifiers.fresh
        found = at_once(*(lambda: [fresh("event") for _ in range(200)] for _ in range(8)))
        same(1600, len({key for keys in found for key in keys}))

    def test_tokens_are_fresh(self, funnelkit_storage: Storage) -> None:
        """By their public part, and by the other."""
        made = [funnelkit_storage.tokens.fresh() for _ in range(99)]
        same((99, 99), (len({token.selector for token in made}), len({token.verifier for token in made})))
