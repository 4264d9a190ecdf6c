"""Contracts of what a transaction keeps beside nouns: history, keys of commands, funnels, versions of sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from attrs import evolve

from funnelkit.documents import read_funnel, write_funnel
from funnelkit.plain import digest
from funnelkit.ports.storage import Storage
from funnelkit.statuses.agency import AGENCY
from funnelkit.statuses.coaching import COACHING, Happening
from funnelkit.testing import samples
from funnelkit.testing.contracts import Contract, needs, raising, same
from funnelkit.testing.noun_contracts import Broke
from funnelkit.testing.samples import DAY, ELSEWHERE, HERE, LONG, MOMENTS, NOTES, NOW, OURS, TEXTS, THEIRS, THERE, TICK
from funnelkit.values.events import ContactAdded, ContactChanged, Event
from funnelkit.words import Removal


def recorded(storage: Storage, *events: Event, texts: Iterable[tuple[str, str]] = (), account: str = OURS) -> None:
    """Append events in a transaction of their own, with the funnels that they name."""
    with samples.known(storage).transaction(account) as stores:
        stores.history.append(events, texts)
        samples.keep_funnels(stores)


class HistoryContract(Contract):
    """Events in the order of recording, and the texts that go with some of them."""

    asks: ClassVar[tuple[str, ...]] = ("history", "funnels")  # an event names the funnel that it was decided by

    def test_events_come_in_the_order_of_recording(self, funnelkit_storage: Storage) -> None:
        """Not by the time at which they took effect, nor by their ids."""
        ids = ("e-5", "e-1", "e-9", "e-3")
        events = [samples.changed(key, effective=NOW - n * DAY) for n, key in enumerate(ids)]
        recorded(funnelkit_storage, events[0], events[1])
        recorded(funnelkit_storage, events[2])
        recorded(funnelkit_storage, events[3])
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(tuple(events), stores.history.of(HERE, "contact", "c-1"))

    def test_an_event_comes_back_whole(self, funnelkit_storage: Storage) -> None:
        """Every field with its type: statuses, triggers, sets, nouns within."""
        told: dict[str, Any] = {
            "about": "c-1", "within": HERE, "by": samples.BY, "effective": NOW, "recorded": NOW + TICK, "version": 1,
            "funnel": COACHING.fingerprint,
        }  # fmt: skip
        events = (
            ContactAdded(id="e-1", contact=samples.contact(), on=Happening.REGISTERED, **told),
            samples.changed("e-2"),
            ContactChanged(id="e-3", field="tags", was=frozenset(), to=frozenset({"vip", "press"}), **told),
            ContactChanged(id="e-4", field="coach", was=None, to="m-2", **told),
        )
        recorded(funnelkit_storage, *events)
        with funnelkit_storage.transaction(OURS) as stores:
            same(events, stores.history.of(HERE, "contact", "c-1"))
            stores.history.append([samples.changed("e-5")], [])
            same(samples.changed("e-5"), stores.history.of(HERE, "contact", "c-1")[-1], "inside")

    def test_each_noun_has_its_own(self, funnelkit_storage: Storage) -> None:
        """By funnel, kind and id; those that all funnels share stand within none; other accounts have theirs."""
        mine, other, grouped = samples.changed("e-1"), samples.changed("e-2", "c-2"), samples.regrouped("e-3", "c-1")
        recorded(funnelkit_storage, mine, other, grouped)
        recorded(funnelkit_storage, samples.changed("e-1", version=9), account=THEIRS)
        asked = (
            (HERE, "contact", "c-1", (mine,)), (HERE, "contact", "c-2", (other,)), ("", "group", "c-1", (grouped,)),
            (THERE, "contact", "c-1", ()), ("", "contact", "c-1", ()), (HERE, "group", "c-1", ()),
            (HERE, "contact", "c-3", ()), ("", "appointment", "c-1", ()),
        )  # fmt: skip
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for within, kind, noun, wanted in asked:
                same(wanted, stores.history.of(within, kind, noun), f"{kind} {noun} in {within!r}")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((samples.changed("e-1", version=9),), stores.history.of(HERE, "contact", "c-1"), "theirs")

    def test_texts_stand_beside_their_events(self, funnelkit_storage: Storage) -> None:
        """Found by the event's id, one or many; of an event without one, or of another account, nothing."""
        texts = [("e-1", "she called"), ("e-2", "a slip")]
        recorded(funnelkit_storage, *map(samples.changed, ("e-1", "e-2", "e-3")), texts=texts)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(("she called", "a slip", None), tuple(map(stores.history.text, ("e-1", "e-2", "e-3"))))
            same(dict(texts), stores.history.texts(iter(["e-2", "e-3", "e-1", "e-4"])))
            same(({}, None), (stores.history.texts([]), stores.history.text("")))
            same({"e-1"}, set(stores.history.texts(f"e-{n}" for n in (1, *range(10, 40_000)))), "thousands")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same((None, {}), (stores.history.text("e-1"), stores.history.texts(["e-1", "e-2"])), "theirs")

    def test_texts_come_back_sign_by_sign(self, funnelkit_storage: Storage) -> None:
        """Of any signs, on many lines, of any length."""
        texts = [(f"e-{n}", text) for n, text in enumerate(NOTES)]
        recorded(funnelkit_storage, *(samples.changed(key) for key, _ in texts), texts=texts)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(dict(texts), stores.history.texts(key for key, _ in texts))
            same(dict(texts), {key: stores.history.text(key) for key, _ in texts})

    def test_ids_and_times_come_back(self, funnelkit_storage: Storage) -> None:
        """Ids of any printable text; times as the same instant, whatever zone is given."""
        times = [*MOMENTS, *(NOW.astimezone(place) for place in ELSEWHERE)]
        events = [samples.changed(text, text, cause=text) for text in TEXTS]
        events += [samples.changed(f"at-{n}", f"at-{n}", effective=at, recorded=at) for n, at in enumerate(times)]
        recorded(funnelkit_storage, *events)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for event in events:
                same((event,), stores.history.of(HERE, "contact", event.about), ascii(event.about))

    def test_an_error_undoes_it(self, funnelkit_storage: Storage) -> None:
        """Neither event nor text is there, and what was there is."""
        recorded(funnelkit_storage, samples.changed("e-1"))
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.history.append([samples.changed("e-2")], [("e-2", "she called")])
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((samples.changed("e-1"),), stores.history.of(HERE, "contact", "c-1"))
            same(None, stores.history.text("e-2"))

    def test_nothing_may_be_appended(self, funnelkit_storage: Storage) -> None:
        """An empty list changes nothing."""
        recorded(funnelkit_storage)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((), stores.history.of(HERE, "contact", "c-1"))

    def test_forgetting_takes_texts_and_leaves_events(self, funnelkit_storage: Storage) -> None:
        """The texts of all events about these nouns, a contact's in whatever funnel, be it kept or not; no others."""
        there = evolve(samples.changed("e-2"), within="a_funnel_that_nobody_keeps")
        grouped, other = samples.regrouped("e-3", "c-1"), samples.changed("e-4", "c-2")
        texts = [(f"e-{n}", f"text {n}") for n in range(1, 6)]
        recorded(funnelkit_storage, samples.changed("e-1"), there, grouped, other, samples.changed("e-5"), texts=texts)
        recorded(funnelkit_storage, samples.changed("e-1"), texts=[("e-1", "theirs")], account=THEIRS)
        with funnelkit_storage.transaction(OURS) as stores:
            stores.history.forget([])
            stores.history.forget([("contact", "c-1"), ("contact", "nobody")])
            same({"e-3": "text 3", "e-4": "text 4"}, stores.history.texts(key for key, _ in texts))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(None, stores.history.text("e-1"))
            same(("e-1", "e-5"), tuple(event.id for event in stores.history.of(HERE, "contact", "c-1")), "events")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same("theirs", stores.history.text("e-1"))


RESULTS = {
    "a contact": samples.contact(),
    "contacts": (samples.contact("c-1"), samples.contact("c-2")),
    "no contacts": (),
    "an appointment": samples.appointment(),
    "an invitation": samples.invitation(),
    "a package": samples.package(),
    "a pipeline": samples.pipeline(),
    "a campaign": samples.campaign(),
    "a member": samples.member(),
    "an offer": samples.offer(),
    "a group": samples.group(),
    "a company": samples.company(),
    "a removal": Removal.ARCHIVED,
}
"""What commands give, each of which a key may bring again."""


class KeysContract(Contract):
    """Commands that were delivered with a key, and what they gave."""

    asks: ClassVar[tuple[str, ...]] = ("keys",)

    def test_what_a_command_gave_comes_back_whole(self, funnelkit_storage: Storage) -> None:
        """The digest of the command and the result, whatever kind of noun it is."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            for about, result in RESULTS.items():
                same(None, stores.keys.get(f"coaching:{about}"))
                stores.keys.save(f"coaching:{about}", digest(about), result)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for about, result in RESULTS.items():
                same((digest(about), result), stores.keys.get(f"coaching:{about}"), about)

    def test_keys_are_any_printable_text(self, funnelkit_storage: Storage) -> None:
        """Sign by sign, up to a thousand signs behind the funnel's name; those of other accounts are theirs."""
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            for text in TEXTS:
                stores.keys.save(f"coaching:{text}", digest(text), samples.group(text))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for text in TEXTS:
                same((digest(text), samples.group(text)), stores.keys.get(f"coaching:{text}"), ascii(text))
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(None, stores.keys.get(f"coaching:{TEXTS[0]}"), "theirs")

    @needs("long_ids")
    def test_keys_may_be_long(self, funnelkit_storage: Storage) -> None:
        """Two that differ in their last sign are two."""
        keys = (f"coaching:{LONG}", f"coaching:{LONG[:-1]}x")
        with samples.known(funnelkit_storage).transaction(OURS) as stores:
            for key in keys:
                stores.keys.save(key, digest(key), samples.group(key[-1]))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for key in keys:
                same((digest(key), samples.group(key[-1])), stores.keys.get(key))

    def test_an_error_undoes_it(self, funnelkit_storage: Storage) -> None:
        """A command that was not stored may come with its key again."""
        with raising(Broke, "the error goes through"), samples.known(funnelkit_storage).transaction(OURS) as stores:
            stores.keys.save("coaching:k", "digest", samples.group())
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same(None, stores.keys.get("coaching:k"))


class FunnelsContract(Contract):
    """Funnels as they were, by fingerprint, so that a decision can be made again by the rules of its day."""

    asks: ClassVar[tuple[str, ...]] = ("funnels",)

    def test_a_funnel_comes_back_as_it_was(self, funnelkit_storage: Storage) -> None:
        """As the plain data it was, so that the same funnel is made of it; another's is not found under it."""
        with funnelkit_storage.transaction(OURS) as stores:
            for funnel in (COACHING, AGENCY):
                same(None, stores.funnels.get(funnel.fingerprint))
                stores.funnels.save(funnel.fingerprint, write_funnel(funnel))
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for funnel in (COACHING, AGENCY):
                found = stores.funnels.get(funnel.fingerprint)
                same(write_funnel(funnel), found)
                same(funnel.fingerprint, read_funnel(found).fingerprint)
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same(None, stores.funnels.get(COACHING.fingerprint), "theirs")

    def test_one_that_is_there_is_left_as_it_is(self, funnelkit_storage: Storage) -> None:
        """What is under a fingerprint never changes."""
        for document in ({"name": "first"}, {"name": "second"}):
            with funnelkit_storage.transaction(OURS) as stores:
                stores.funnels.save("0" * 32, document)
                same({"name": "first"}, stores.funnels.get("0" * 32))

    def test_an_error_undoes_it(self, funnelkit_storage: Storage) -> None:
        """It is not there, and may be kept later."""
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.funnels.save("0" * 32, {"name": "first"})
            raise Broke
        with funnelkit_storage.transaction(OURS) as stores:
            same(None, stores.funnels.get("0" * 32))
            stores.funnels.save("0" * 32, {"name": "second"})
            same({"name": "second"}, stores.funnels.get("0" * 32))


class GuardsContract(Contract):
    """Versions of sets: they say that something was added to a set, or taken from it."""

    asks: ClassVar[tuple[str, ...]] = ("guards",)

    def test_each_touch_counts_up(self, funnelkit_storage: Storage) -> None:
        """From 0 for never; at once, and in later transactions."""
        for count in range(4):
            with funnelkit_storage.transaction(OURS) as stores:
                same(2 * count, stores.guards.version("calendar", "m-1"))
                stores.guards.touch("calendar", "m-1")
                same(2 * count + 1, stores.guards.version("calendar", "m-1"))
                stores.guards.touch("calendar", "m-1")

    def test_each_set_has_its_own(self, funnelkit_storage: Storage) -> None:
        """By kind and key, which may be empty, or any text; other accounts have theirs."""
        sets = [("calendar", "m-1"), ("calendar", "m-2"), ("appointments", "m-1"), ("team", "")]
        sets += [("address", text) for text in TEXTS]
        with funnelkit_storage.transaction(OURS) as stores:
            for place, (kind, key) in enumerate(sets):
                for _ in range(place % 3):
                    stores.guards.touch(kind, key)
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            for place, (kind, key) in enumerate(sets):
                same(place % 3, stores.guards.version(kind, key), f"{kind} {key!a}")
        with funnelkit_storage.transaction(THEIRS, write=False) as stores:
            same({0}, {stores.guards.version(kind, key) for kind, key in sets}, "theirs")

    def test_an_error_undoes_it(self, funnelkit_storage: Storage) -> None:
        """What was not done is not counted."""
        with funnelkit_storage.transaction(OURS) as stores:
            stores.guards.touch("calendar", "m-1")
        with raising(Broke, "the error goes through"), funnelkit_storage.transaction(OURS) as stores:
            stores.guards.touch("calendar", "m-1")
            stores.guards.touch("calendar", "m-2")
            raise Broke
        with funnelkit_storage.transaction(OURS, write=False) as stores:
            same((1, 0), (stores.guards.version("calendar", "m-1"), stores.guards.version("calendar", "m-2")))
