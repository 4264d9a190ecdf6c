"""Contracts of the stores for who works for an account, and how clients come in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from attrs import evolve

from funnelkit.errors import Conflict
from funnelkit.ports.clients import runs_out_at
from funnelkit.ports.storage import Storage
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.testing import samples
from funnelkit.testing.contracts import needs, raising, same
from funnelkit.testing.noun_contracts import Broke, ManyContract, NounContract, RemovedContract
from funnelkit.testing.samples import DAY, ELSEWHERE, FAR, HERE, NOW, OURS, THEIRS, THERE, TICK, ids


class MembersContract(ManyContract):
    """Members of the account, by id; the same for every funnel."""

    asks: ClassVar[tuple[str, ...]] = ("members",)
    kind = "member"
    texts: ClassVar[tuple[str, ...]] = ("name", "greeting")
    times: ClassVar[tuple[str, ...]] = ("left",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a member."""
        return samples.member(key, **more)

    def test_every_one_comes_in_the_order_of_coming(self, funnelkit_storage: Storage) -> None:
        """Those that have left included, however often they change."""
        self.kept(funnelkit_storage, self.one("m-2"), self.one("m-3", left=None))
        self.kept(funnelkit_storage, self.one("m-1"))
        self.kept(funnelkit_storage, self.one("m-2", version=9))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("m-2", "m-3", "m-1"), ids(stores.members.every()))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), ids(stores.members.every()), "theirs")

    def test_holders_have_the_address_and_have_not_left(self, funnelkit_storage: Storage) -> None:
        """By the match key of what is kept now; not who has left."""
        here = self.one("m-1", left=None)
        same_one = self.one("m-2", left=None, email=" cora@EXAMPLE.org ")
        self.kept(funnelkit_storage, here, same_one, self.one("m-3"), self.one("m-4", left=None, email=None))
        with funnelkit_storage.transaction(OURS) as stores:
            same(["m-1", "m-2"], sorted(stores.members.holders("cora@example.org")))
            same((), stores.members.holders("nobody@example.org"))
            stores.members.save(evolve(here, left=NOW))
            stores.members.save(evolve(same_one, email="new@example.org"))
            found = (stores.members.holders("cora@example.org"), stores.members.holders("new@example.org"))
            same(((), ("m-2",)), found, "changed")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.members.holders("new@example.org"), "theirs")


class InvitationsContract(NounContract):
    """Invitations, by id. A contact has one that is pending, at most, over all funnels."""

    asks: ClassVar[tuple[str, ...]] = ("invitations",)
    kind = "invitation"
    texts: ClassVar[tuple[str, ...]] = ()
    ids: ClassVar[tuple[str, ...]] = ("by", "contact")
    times: ClassVar[tuple[str, ...]] = ("made", "expires", "ended")

    def one(self, key: str, /, **more: Any) -> Any:
        """Give an invitation of a contact of its own."""
        return samples.invitation(key, **{"contact": f"c-of-{key[:20]}", **more})

    def of(self, contact: str, key: str, **more: Any) -> Any:
        """Give an invitation of this contact."""
        return self.one(key, contact=contact, **more)

    def test_of_a_contact_they_come_as_they_were_made(self, funnelkit_storage: Storage) -> None:
        """All of them, of every funnel, in the order in which they were made, however often they change."""
        first, second = samples.ended(self.of("c-1", "i-2")), samples.ended(self.of("c-1", "i-1", funnel=THERE))
        self.kept(funnelkit_storage, first, second, self.of("c-2", "i-9"))
        self.kept(funnelkit_storage, self.of("c-1", "i-3"))
        self.kept(funnelkit_storage, evolve(first, version=9))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            wanted = (evolve(first, version=9), second, self.of("c-1", "i-3"))
            same(wanted, stores.invitations.of_contact("c-1"))
            same((), stores.invitations.of_contact("c-3"))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.invitations.of_contact("c-1"), "theirs")

    def test_one_is_pending_at_most(self, funnelkit_storage: Storage) -> None:
        """Another that is pending is a Conflict, in whatever funnel, and nothing of it is kept."""
        self.kept(funnelkit_storage, self.of("c-1", "i-1"))
        for funnel in (HERE, THERE):
            with raising(Conflict, "another one is pending"):
                self.kept(funnelkit_storage, self.of("c-1", "i-2", funnel=funnel))
            same(None, self.found(funnelkit_storage, "i-2"))
        with raising(Conflict, "another one is pending, in the same transaction"):
            self.kept(funnelkit_storage, self.of("c-2", "i-3"), self.of("c-2", "i-4"))
        same(None, self.found(funnelkit_storage, "i-3"))

    def test_the_same_one_is_no_other(self, funnelkit_storage: Storage) -> None:
        """It is kept again as often as one likes; others' do not stand in its way, nor those of another account."""
        self.kept(funnelkit_storage, self.of("c-1", "i-1"), self.of("c-2", "i-2"))
        self.kept(funnelkit_storage, self.of("c-1", "i-1", version=9))
        self.kept(funnelkit_storage, samples.ended(self.of("c-1", "i-3")), samples.ended(self.of("c-1", "i-4")))
        self.kept(funnelkit_storage, self.of("c-1", "i-9"), account=THEIRS)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("i-1", "i-3", "i-4"), ids(stores.invitations.of_contact("c-1")))

    def test_after_it_has_ended_there_may_be_another(self, funnelkit_storage: Storage) -> None:
        """However it ended; and what has ended waits again only where no other one does."""
        for place, state in enumerate(state for state in InvitationStatus if state is not InvitationStatus.PENDING):
            one = self.of("c-1", f"i-{place}")
            self.kept(funnelkit_storage, one)
            self.kept(funnelkit_storage, samples.ended(one, state))
        with funnelkit_storage.transaction(OURS) as stores:
            stores.invitations.save(self.of("c-1", "i-99"))
            stores.invitations.save(samples.ended(self.of("c-1", "i-99")))
            stores.invitations.save(self.of("c-1", "i-98"))
        with raising(Conflict, "another one is pending"):
            self.kept(funnelkit_storage, self.of("c-1", "i-0"))
        same("i-98", self.found(funnelkit_storage, "i-98").id)

    def test_another_contact_may_have_it(self, funnelkit_storage: Storage) -> None:
        """Of whom it was, it is no more: another one may be pending there, and none where it is now."""
        one = self.of("c-1", "i-1")
        self.kept(funnelkit_storage, one, self.of("c-2", "i-2"), self.of("c-3", "i-3"))
        moved = evolve(one, contact="c-4", funnel=THERE, expires=NOW)
        self.kept(funnelkit_storage, samples.ended(self.of("c-4", "i-4")), moved)
        with raising(Conflict, "the moved one is pending"):
            self.kept(funnelkit_storage, self.of("c-4", "i-5"))
        with raising(Conflict, "another one is pending where it should go"):
            self.kept(funnelkit_storage, evolve(moved, contact="c-2"))
        self.kept(funnelkit_storage, self.of("c-1", "i-6"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((moved, samples.ended(self.of("c-4", "i-4"))), stores.invitations.of_contact("c-4"))
            same(("i-6",), ids(stores.invitations.of_contact("c-1")))
            same((moved,), stores.invitations.ripe(THERE, FAR))
            same(("i-2", "i-3", "i-6"), ids(stores.invitations.ripe(HERE, FAR)))
            same((3, 1), (stores.invitations.count_ripe(HERE, FAR)[0], stores.invitations.count_ripe(THERE, FAR)[0]))

    @needs("nested")
    def test_a_conflict_leaves_the_transaction_around_it_usable(self, funnelkit_storage: Storage) -> None:
        """In a transaction of its own inside: what was done before stays, and more can be done."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            self.save(stores, self.of("c-1", "i-1"))
            with raising(Conflict, "another one is pending"), funnelkit_storage.transaction(OURS) as inner:
                inner.invitations.save(self.of("c-2", "i-2"))
                inner.invitations.save(self.of("c-1", "i-3"))
            self.save(stores, self.of("c-3", "i-4"))
        found = [self.found(funnelkit_storage, key) is not None for key in ("i-1", "i-2", "i-3", "i-4")]
        same([True, False, False, True], found)

    def test_ripe_are_those_whose_term_has_run_out(self, funnelkit_storage: Storage) -> None:
        """At -1, 0 and +1 microsecond; only what is pending, of this funnel; whatever zone the moment is given in."""
        self.kept(funnelkit_storage, self.one("i-1", expires=NOW), samples.ended(self.one("i-2", expires=NOW)))
        self.kept(funnelkit_storage, self.one("i-3", expires=NOW, funnel=THERE))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for zone in (None, *ELSEWHERE):
                for after, wanted in ((-TICK, ()), (0 * TICK, ("i-1",)), (TICK, ("i-1",))):
                    until = (NOW + after).astimezone(zone)
                    same(wanted, ids(stores.invitations.ripe(HERE, until)), f"{until}")
                    first = (len(wanted), NOW if wanted else None)
                    same(first, stores.invitations.count_ripe(HERE, until), f"how many {until}")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(
                ((), (0, None)),
                (stores.invitations.ripe(HERE, FAR), stores.invitations.count_ripe(HERE, FAR)),
                "theirs",
            )

    def test_ripe_come_by_time_and_id_in_pages(self, funnelkit_storage: Storage) -> None:
        """Not by arrival; at most so many; behind the place of a page's last row comes the next page."""
        terms = (("i-3", 2), ("i-1", 2), ("i-2", 3), ("i-4", 1))
        rows = {key: self.one(key, expires=NOW + day * DAY) for key, day in terms}
        self.kept(funnelkit_storage, *rows.values())
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("i-4", "i-1", "i-3", "i-2"), ids(stores.invitations.ripe(HERE, FAR)))
            same(("i-4", "i-1"), ids(stores.invitations.ripe(HERE, FAR, limit=2)))
            same(("i-3", "i-2"), ids(stores.invitations.ripe(HERE, FAR, runs_out_at(rows["i-1"]), 2)))
            same((), ids(stores.invitations.ripe(HERE, FAR, runs_out_at(rows["i-2"]))))
            same((4, NOW + DAY), stores.invitations.count_ripe(HERE, FAR))

    def test_a_term_that_has_changed_counts(self, funnelkit_storage: Storage) -> None:
        """What was sent again, answered, or undone, stands where it belongs."""
        self.kept(funnelkit_storage, self.one("i-1", expires=NOW), self.one("i-2", expires=NOW))
        with funnelkit_storage.transaction(OURS) as stores:
            stores.invitations.save(self.one("i-1", expires=NOW + DAY))
            stores.invitations.save(samples.ended(self.one("i-2", expires=NOW)))
            same(
                (("i-1",), (1, NOW + DAY)),
                (ids(stores.invitations.ripe(HERE, FAR)), stores.invitations.count_ripe(HERE, FAR)),
            )
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.invitations.save(samples.ended(self.one("i-1", expires=NOW)))
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("i-1",), ids(stores.invitations.ripe(HERE, FAR)), "undone")


class LinksContract(NounContract):
    """What is kept of links, by selector."""

    asks: ClassVar[tuple[str, ...]] = ("links",)
    kind = "link"
    texts: ClassVar[tuple[str, ...]] = ()
    ids: ClassVar[tuple[str, ...]] = ("invitation",)
    times: ClassVar[tuple[str, ...]] = ("minted",)

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a link."""
        return samples.link(key, **more)

    def later(self, noun: Any) -> Any:
        """Give the same one: a link never changes."""
        return noun

    def test_another_with_the_same_selector_is_a_conflict(self, funnelkit_storage: Storage) -> None:
        """And the first one stays as it is; in another account there may be one."""
        self.kept(funnelkit_storage, self.one("x-1"))
        with raising(Conflict, "another one has this selector"):
            self.kept(funnelkit_storage, self.one("x-1", hash="f" * 64))
        self.kept(funnelkit_storage, self.one("x-1", hash="f" * 64), account=THEIRS)
        same(self.one("x-1"), self.found(funnelkit_storage, "x-1"))


class OffersContract(NounContract):
    """Packages as they stand in lists, by id; the same for every funnel."""

    asks: ClassVar[tuple[str, ...]] = ("offers",)
    kind = "offer"

    def one(self, key: str, /, **more: Any) -> Any:
        """Give an offer."""
        return samples.offer(key, **more)

    def test_every_one_comes_as_it_was_made(self, funnelkit_storage: Storage) -> None:
        """In the order in which they were made, retired ones too, however often they change."""
        self.kept(funnelkit_storage, self.one("x-2"), self.one("x-3", retired=False))
        self.kept(funnelkit_storage, self.one("x-1", sessions=None, days=None))
        self.kept(funnelkit_storage, self.one("x-2", version=9))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("x-2", "x-3", "x-1"), ids(stores.offers.every()))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), ids(stores.offers.every()), "theirs")


class PackagesContract(RemovedContract):
    """Packages of clients, by id."""

    asks: ClassVar[tuple[str, ...]] = ("packages",)
    kind = "package"
    texts: ClassVar[tuple[str, ...]] = ()
    ids: ClassVar[tuple[str, ...]] = ("contact", "payment", "offer")

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a package."""
        return samples.package(key, **more)

    def timed(self, key: str, at: datetime) -> Any:
        """Give a package with this time in every field that holds one."""
        ledger = tuple(evolve(entry, at=at) for entry in samples.package().ledger)
        return self.one(key, given=at, usable=at, expires=at, ledger=ledger)

    def test_of_a_contact_they_come_as_they_were_given(self, funnelkit_storage: Storage) -> None:
        """Of every funnel, in the order in which they were given, however often they change; not what is removed."""
        first, second = self.one("p-2"), self.one("p-1", funnel=THERE)
        self.kept(funnelkit_storage, first, second, self.one("p-9", contact="c-2"))
        self.kept(funnelkit_storage, self.one("p-3", payment=None))
        self.kept(funnelkit_storage, evolve(first, version=9))
        with funnelkit_storage.transaction(OURS) as stores:
            wanted = (evolve(first, version=9), second, self.one("p-3", payment=None))
            same(wanted, stores.packages.of_contact("c-1"))
            stores.packages.remove("p-1")
            same(("p-2", "p-3"), ids(stores.packages.of_contact("c-1")), "removed")
            same((), stores.packages.of_contact("c-3"))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((), stores.packages.of_contact("c-1"), "theirs")

    def test_a_payment_buys_one(self, funnelkit_storage: Storage) -> None:
        """Another one by the same payment is a Conflict, and nothing of it is kept."""
        self.kept(funnelkit_storage, self.one("p-1", payment="pi-1"))
        with raising(Conflict, "another one was bought by this payment"):
            self.kept(funnelkit_storage, self.one("p-2", payment="pi-1", contact="c-2"))
        same(None, self.found(funnelkit_storage, "p-2"))
        with raising(Conflict, "another one was bought by this payment, in the same transaction"):
            self.kept(funnelkit_storage, self.one("p-3", payment="pi-3"), self.one("p-4", payment="pi-3"))
        same(None, self.found(funnelkit_storage, "p-3"))
        self.kept(funnelkit_storage, self.one("p-1", payment="pi-1", version=9))
        self.kept(funnelkit_storage, self.one("p-5", payment=None), self.one("p-6", payment=None))
        self.kept(funnelkit_storage, self.one("p-2", payment="pi-1"), account=THEIRS)
        same(9, self.found(funnelkit_storage, "p-1").version)

    def test_what_a_payment_bought_is_found(self, funnelkit_storage: Storage) -> None:
        """By its id, in this account; nothing once it is removed, and then the payment may be recorded again."""
        self.kept(funnelkit_storage, self.one("p-1", payment="pi-1"), self.one("p-2", payment=None))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(None, stores.packages.of_payment("pi-1"), "theirs")
        with funnelkit_storage.transaction(OURS) as stores:
            same(self.one("p-1", payment="pi-1"), stores.packages.of_payment("pi-1"))
            same((None, None), (stores.packages.of_payment("pi-2"), stores.packages.of_payment("")))
            stores.packages.remove("p-1")
            stores.packages.remove("p-2")
            same(None, stores.packages.of_payment("pi-1"), "removed")
            stores.packages.save(self.one("p-3", payment="pi-1"))
            same(self.one("p-3", payment="pi-1"), stores.packages.of_payment("pi-1"), "again")

    def test_another_contact_or_payment_may_have_it(self, funnelkit_storage: Storage) -> None:
        """Of whom it was, it is no more, and the payment that it had before may buy another."""
        one = self.one("p-1", payment="pi-1")
        self.kept(funnelkit_storage, one, self.one("p-2", contact="c-2", payment=None))
        moved = evolve(one, contact="c-2", payment="pi-2")
        self.kept(funnelkit_storage, moved)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(((), ("p-1", "p-2")), (ids(stores.packages.of_contact("c-1")), ids(stores.packages.of_contact("c-2"))))
            same((None, moved), (stores.packages.of_payment("pi-1"), stores.packages.of_payment("pi-2")))
        self.kept(funnelkit_storage, self.one("p-3", payment="pi-1"), evolve(moved, payment=None))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            found = (stores.packages.of_payment("pi-1"), stores.packages.of_payment("pi-2"))
            same((self.one("p-3", payment="pi-1"), None), found)

    def test_what_is_brought_back_has_its_old_place(self, funnelkit_storage: Storage) -> None:
        """An error undoes the order, too, and what a payment bought."""
        keys = ("p-2", "p-3", "p-1")
        self.kept(funnelkit_storage, *(self.one(key) for key in keys))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.packages.remove("p-2")
            stores.packages.remove("p-3")
            stores.packages.save(self.one("p-2", payment="pay-p-3"))
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(keys, ids(stores.packages.of_contact("c-1")))
            same(self.one("p-3"), stores.packages.of_payment("pay-p-3"))
            same(self.one("p-2"), stores.packages.of_payment("pay-p-2"))

    @needs("nested")
    def test_a_conflict_leaves_the_transaction_around_it_usable(self, funnelkit_storage: Storage) -> None:
        """In a transaction of its own inside: what was done before stays, and more can be done."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            self.save(stores, self.one("p-1", payment="pi-1"))
            with raising(Conflict, "bought already"), funnelkit_storage.transaction(OURS) as inner:
                inner.packages.save(self.one("p-2"))
                inner.packages.save(self.one("p-3", payment="pi-1"))
            self.save(stores, self.one("p-4"))
        found = [self.found(funnelkit_storage, key) is not None for key in ("p-1", "p-2", "p-3", "p-4")]
        same([True, False, False, True], found)

    def test_a_ledger_may_be_long(self, funnelkit_storage: Storage) -> None:
        """Its lines come back in their order."""
        line = samples.package().ledger[1]
        ledger = tuple(evolve(line, at=NOW + n * DAY, appointment=f"a-{n * 7919 % 2000}") for n in range(2000))
        self.come_back(funnelkit_storage, [self.one("p-1", ledger=ledger)])
