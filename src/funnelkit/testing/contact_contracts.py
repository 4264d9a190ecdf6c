"""The contract of the store of contacts: places in funnels, in the order of their coming and of their dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from attrs import evolve

from funnelkit.ports.clients import Place
from funnelkit.ports.contacts import due_at, ripe_at
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.testing import samples
from funnelkit.testing.contracts import raising, same
from funnelkit.testing.noun_contracts import Broke, ManyContract, RemovedContract
from funnelkit.testing.samples import DAY, ELSEWHERE, FAR, HERE, NOW, OURS, THEIRS, THERE, TICK, ids
from funnelkit.values.contact import Contact


def dated(key: str, due: datetime, gives_up: datetime | None = None, **more: Any) -> Contact:
    """Give a contact with a follow-up of these dates."""
    return samples.contact(key, follow_up=samples.follow_up(due, gives_up), **more)


class ContactsContract(ManyContract, RemovedContract):
    """Places in funnels, by funnel and contact: a row of another funnel is never given."""

    asks: ClassVar[tuple[str, ...]] = ("contacts",)
    kind = "contact"
    texts: ClassVar[tuple[str, ...]] = ()
    ids: ClassVar[tuple[str, ...]] = ("coach", "company")

    def one(self, key: str, /, **more: Any) -> Any:
        """Give a contact."""
        return samples.contact(key, **more)

    def get(self, stores: Transaction, key: str) -> Any:
        """Read one of the funnel."""
        return stores.contacts.get(HERE, key)

    def save(self, stores: Transaction, *nouns: Any) -> None:
        """Keep them in the funnel."""
        for noun in nouns:
            stores.contacts.save(HERE, noun)

    def remove(self, stores: Transaction, key: str) -> None:
        """Drop one of the funnel."""
        stores.contacts.remove(HERE, key)

    def many(self, stores: Transaction, keys: Iterable[str]) -> dict[str, Any]:
        """Read many of the funnel."""
        found: dict[str, Any] = stores.contacts.many(HERE, keys)
        return found

    def timed(self, key: str, at: datetime) -> Any:
        """Give a contact with this time in every field that holds one."""
        stands = evolve(samples.follow_up(at, at), set=at)
        place = evolve(samples.at_stage(), since=at, entered=at)
        return self.one(key, since=at, changed=at, touched=at, follow_up=stands, pipeline=place)

    # ---- tests

    def test_tags_are_any_text(self, funnelkit_storage: Storage) -> None:
        """Groups, tags and products are kept sign by sign, many at once, and none at all."""
        every = frozenset(samples.TEXTS)
        fields = (
            "coaches",
            "groups",
            "tags",
            "permitted",
            "opened",
            "owned",
            "agreements",
            "enrollments",
            "onboarding",
        )
        rows = [
            self.one("x-1", **dict.fromkeys(fields, every)),
            self.one("x-2", **dict.fromkeys(fields, frozenset[str]())),
        ]
        self.come_back(funnelkit_storage, rows)

    def test_nothing_in_a_field_comes_back_as_nothing(self, funnelkit_storage: Storage) -> None:
        """A contact of which little is known: since an unknown time, no coach, no follow-up."""
        bare = Contact(id="x-1", status=samples.contact().status, since=None, changed=NOW)
        self.come_back(funnelkit_storage, [bare])

    def test_each_funnel_has_its_own(self, funnelkit_storage: Storage) -> None:
        """One person may stand in two funnels: each read gives that of the funnel, with a status of its kind."""
        here, there = self.one("c-1", follow_up=None), samples.lead("c-1")
        self.kept(funnelkit_storage, here, self.one("c-2"))
        with funnelkit_storage.transaction(OURS) as stores:
            same(None, stores.contacts.get(THERE, "c-1"))
            same((HERE,), stores.contacts.funnels("c-1"))
            stores.contacts.save(THERE, there)
        with funnelkit_storage.transaction(OURS) as stores:
            same((here, there), (stores.contacts.get(HERE, "c-1"), stores.contacts.get(THERE, "c-1")))
            same({HERE, THERE}, set(stores.contacts.funnels("c-1")))
            same(((HERE,), ()), (stores.contacts.funnels("c-2"), stores.contacts.funnels("c-3")))
            same({"c-1": there}, stores.contacts.many(THERE, ["c-1", "c-2"]))
            same((("c-1", "c-2"), ("c-1",)), (ids(stores.contacts.every(HERE)), ids(stores.contacts.every(THERE))))
            same((), stores.contacts.due(THERE, FAR), "due")
            same((), stores.contacts.ripe(THERE, FAR), "ripe")
            same((0, None), stores.contacts.count_ripe(THERE, FAR), "how many")
            same((), stores.contacts.staged(THERE), "staged")
            stores.contacts.remove(HERE, "c-1")
            same((None, there), (stores.contacts.get(HERE, "c-1"), stores.contacts.get(THERE, "c-1")))
            same((THERE,), stores.contacts.funnels("c-1"))

    def test_every_one_comes_in_the_order_of_arrival(self, funnelkit_storage: Storage) -> None:
        """Whatever their ids, and however often they change; who went and came again is last."""
        for keys in (("c-3", "c-1"), ("c-2",)):
            self.kept(funnelkit_storage, *(self.one(key) for key in keys))
        self.kept(funnelkit_storage, self.one("c-3", version=9))
        with funnelkit_storage.transaction(OURS) as stores:
            same(("c-3", "c-1", "c-2"), ids(stores.contacts.every(HERE)))
            same(("c-3", "c-1", "c-2"), ids(stores.contacts.staged(HERE)), "staged")
            stores.contacts.remove(HERE, "c-3")
            stores.contacts.save(HERE, self.one("c-3"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("c-1", "c-2", "c-3"), ids(stores.contacts.every(HERE)), "again")
            same((), ids(stores.contacts.every(THERE)), "of nobody")

    def test_what_is_brought_back_has_its_old_place(self, funnelkit_storage: Storage) -> None:
        """An error undoes the order, too: nobody comes last who was dropped before it."""
        keys = ("c-3", "c-1", "c-4", "c-2")
        self.kept(funnelkit_storage, *(self.one(key) for key in keys))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            for key in ("c-4", "c-3", "c-2"):
                stores.contacts.remove(HERE, key)
            self.save(stores, self.one("c-3"), self.one("c-5"), self.one("c-2", version=9))
            stores.contacts.remove(HERE, "c-2")
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(keys, ids(stores.contacts.every(HERE)))
            same(keys, ids(stores.contacts.staged(HERE)), "staged")
        self.kept(funnelkit_storage, self.one("c-0"))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((*keys, "c-0"), ids(stores.contacts.every(HERE)), "who comes then")

    def test_due_is_before_the_moment_and_ripe_is_until_it(self, funnelkit_storage: Storage) -> None:
        """At -1, 0 and +1 microsecond; whatever zone the moment is given in."""
        self.kept(
            funnelkit_storage, dated("c-1", NOW, NOW + DAY), dated("c-2", NOW + TICK), self.one("c-3", follow_up=None)
        )
        asked = ((-TICK, (), ()), (0 * TICK, (), ("c-1",)), (TICK, ("c-1",), ("c-1",)), (DAY, ("c-1", "c-2"), ("c-1",)))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for zone in (None, *ELSEWHERE):
                for after, due, ripe in asked:
                    soon, later = (NOW + after).astimezone(zone), (NOW + DAY + after).astimezone(zone)
                    same(due, ids(stores.contacts.due(HERE, soon)), f"due {soon}")
                    same(ripe, ids(stores.contacts.ripe(HERE, later)), f"ripe {later}")
                    first = (len(ripe), NOW + DAY if ripe else None)
                    same(first, stores.contacts.count_ripe(HERE, later), f"how many {later}")

    def test_due_and_ripe_come_by_date_and_id(self, funnelkit_storage: Storage) -> None:
        """Not by arrival; of one coach, if asked so; at most so many."""
        rows = [dated(key, NOW + day * DAY, NOW + (9 - day) * DAY, coach=coach) for key, day, coach in DATES]
        self.kept(funnelkit_storage, *rows, samples.contact("c-9", follow_up=None))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("c-4", "c-1", "c-3", "c-2"), ids(stores.contacts.due(HERE, FAR)))
            same(("c-1", "c-2"), ids(stores.contacts.due(HERE, FAR, "m-1")), "of one coach")
            same((), ids(stores.contacts.due(HERE, FAR, "m-9")), "of nobody")
            same(("c-4", "c-1"), ids(stores.contacts.due(HERE, FAR, limit=2)), "so many")
            same(("c-1",), ids(stores.contacts.due(HERE, FAR, "m-1", limit=1)), "so many of a coach")
            same(("c-2", "c-1", "c-3", "c-4"), ids(stores.contacts.ripe(HERE, FAR)), "ripe")
            same(("c-2", "c-1"), ids(stores.contacts.ripe(HERE, FAR, limit=2)), "so many ripe")
            same((4, NOW + 6 * DAY), stores.contacts.count_ripe(HERE, FAR))

    def test_pages_give_each_one_once(self, funnelkit_storage: Storage) -> None:
        """Behind the place of a page's last row comes the next page, also among many with the same date."""
        keys = [f"c-{n}" for n in range(7)] + ["B", "a", "é", "Z", "_"]
        rows = [dated(key, NOW + n // 5 * DAY, NOW + n // 5 * DAY) for n, key in enumerate(keys)]
        self.kept(funnelkit_storage, *rows)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for size in (1, 2, 5, 12, 13):
                same(sorted(keys), sorted(_pages(stores, size, "due")), f"due by {size}")
                same(sorted(keys), sorted(_pages(stores, size, "ripe")), f"ripe by {size}")
            place = due_at(dated("c-2", NOW))
            same(("c-3", "c-4"), ids(stores.contacts.due(HERE, FAR, "m-1", place, 2)), "behind a place")
            gone = (NOW, "c-2+")
            same(("c-3", "c-4"), ids(stores.contacts.ripe(HERE, FAR, gone, 2)), "behind a place where nobody is")

    def test_a_date_that_has_changed_counts(self, funnelkit_storage: Storage) -> None:
        """Who got another date, lost it, was removed, or whose change was undone, stands where it belongs."""
        self.kept(funnelkit_storage, dated("c-1", NOW, NOW), dated("c-2", NOW, NOW), dated("c-3", NOW, NOW))
        with funnelkit_storage.transaction(OURS) as stores:
            stores.contacts.save(HERE, dated("c-1", NOW + 2 * DAY, NOW + 3 * DAY))
            stores.contacts.save(HERE, self.one("c-2", follow_up=None))
            same(("c-3", "c-1"), ids(stores.contacts.due(HERE, FAR)))
            same(("c-3", "c-1"), ids(stores.contacts.ripe(HERE, FAR)))
            stores.contacts.remove(HERE, "c-3")
            same(
                (("c-1",), (1, NOW + 3 * DAY)),
                (ids(stores.contacts.due(HERE, FAR)), stores.contacts.count_ripe(HERE, FAR)),
            )
            stores.contacts.save(HERE, dated("c-1", NOW))
            same((("c-1",), ()), (ids(stores.contacts.due(HERE, FAR)), stores.contacts.ripe(HERE, FAR)))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.contacts.save(HERE, self.one("c-1", follow_up=None))
            stores.contacts.save(HERE, dated("c-2", NOW, NOW))
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((("c-1",), ()), (ids(stores.contacts.due(HERE, FAR)), stores.contacts.ripe(HERE, FAR)), "undone")

    def test_staged_are_those_on_a_pipeline(self, funnelkit_storage: Storage) -> None:
        """On this one or on any; not those that have left it."""
        on, off = samples.at_stage("welcome"), samples.at_stage("back")
        rows = [self.one("c-2", pipeline=on), self.one("c-1", pipeline=off), self.one("c-3", pipeline=None)]
        self.kept(funnelkit_storage, *rows)
        with funnelkit_storage.transaction(OURS) as stores:
            same(tuple(rows[:2]), stores.contacts.staged(HERE))
            same((rows[0],), stores.contacts.staged(HERE, "welcome"))
            same((), stores.contacts.staged(HERE, "nowhere"))
            stores.contacts.save(HERE, self.one("c-2", pipeline=None))
            same(((), ("c-1",)), (stores.contacts.staged(HERE, "welcome"), ids(stores.contacts.staged(HERE))))

    def test_dates_of_other_accounts_are_theirs(self, funnelkit_storage: Storage) -> None:
        """Nothing that is due, ripe or staged is given to another account."""
        self.kept(funnelkit_storage, dated("c-1", NOW, NOW))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            found = (stores.contacts.due(HERE, FAR), stores.contacts.ripe(HERE, FAR), stores.contacts.staged(HERE))
            same(((), (), ()), found)
            same((0, None), stores.contacts.count_ripe(HERE, FAR))
            same(((), ()), (tuple(stores.contacts.every(HERE)), stores.contacts.funnels("c-1")))


DATES = (("c-3", 2, "m-2"), ("c-1", 2, "m-1"), ("c-2", 3, "m-1"), ("c-4", 1, None))


def _pages(stores: Transaction, size: int, which: str) -> Iterator[str]:
    """Walk all that is due, or ripe, page by page, and give the ids."""
    after: Place | None = None
    for _ in range(99):  # one that does not come to an end is no good either
        if which == "due":
            page = stores.contacts.due(HERE, FAR, None, after, size)
        else:
            page = stores.contacts.ripe(HERE, FAR, after, size)
        yield from ids(page)
        if len(page) < size:
            return
        after = due_at(page[-1]) if which == "due" else ripe_at(page[-1])
