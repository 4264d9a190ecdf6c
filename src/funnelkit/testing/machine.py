"""Any order of changes: a state machine plays them on an adapter and on memory, and both always show the same.

Each step is a transaction, in one of two accounts: some changes, of which a part may be made in a transaction inside,
and each may end in an error. In the end every read of every store that was touched is compared, in both accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from funnelkit.adapters.memory import MemoryStorage
from funnelkit.errors import Conflict
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.testing import samples
from funnelkit.testing.contracts import STORES, Capabilities, Contract, same
from funnelkit.testing.noun_contracts import Broke
from funnelkit.testing.reading import ADDRESSES, COACHES, CONTACTS, GUARDS, NOUNS, everything
from funnelkit.testing.samples import DAY, HERE, HOUR, NOW, THERE, TICK
from funnelkit.values.appointment import Attendee
from funnelkit.values.contact import Contact

Change = tuple[str, Any]
"""A change of one store: its name, and what is done."""

DATES: Final = (NOW - TICK, NOW, NOW + TICK, NOW + DAY, NOW + 2 * DAY)
FUNNELS: Final = (HERE, THERE)
CONTACT: Final = st.sampled_from(CONTACTS)
NOUN: Final = st.sampled_from(NOUNS)
FUNNEL: Final = st.sampled_from(FUNNELS)
DATE: Final = st.sampled_from(DATES)
VERSION: Final = st.integers(1, 9)
PAYMENT: Final = st.sampled_from([None, "pay-x-1", "pay-x-2"])
"""One of them buys one package, and no two."""
COACH: Final = st.sampled_from(COACHES)


def placed(key: str, funnel: str, due: Any, gives_up: Any, coach: Any, stage: Any, version: int) -> tuple[str, Contact]:
    """Give a contact of a funnel, with or without a follow-up and a stage."""
    stands = None if due is None else samples.follow_up(due, gives_up)
    place = None if stage is None else samples.at_stage(stage)
    made = samples.contact if funnel == HERE else samples.lead
    return funnel, made(key, follow_up=stands, coach=coach, pipeline=place, version=version)


SOMETIMES: Final = st.none() | DATE
CHANGES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "contacts": st.builds(placed, CONTACT, FUNNEL, SOMETIMES, SOMETIMES, st.none() | COACH, st.none() | NOUN, VERSION)
    | st.tuples(FUNNEL, CONTACT),
    "persons": st.builds(
        lambda key, email, version: samples.person(key, email=email, version=version),
        CONTACT, st.none() | st.sampled_from(ADDRESSES), VERSION,
    ) | CONTACT,
    "companies": st.builds(lambda key, version: samples.company(key, version=version), NOUN, VERSION),
    "groups": st.builds(lambda key, version: samples.group(key, version=version), NOUN, VERSION),
    "appointments": st.builds(
        lambda key, funnel, coach, start, who, state: samples.appointment(
            key, funnel=funnel, coach=coach, start=start, end=start + HOUR, state=state,
            attendees=tuple(Attendee(one, Coaching.BUYER if funnel == HERE else None) for one in who),
        ),
        NOUN, FUNNEL, COACH, DATE, st.lists(CONTACT, min_size=1, unique=True), st.sampled_from(AppointmentStatus),
    ) | NOUN,
    "pipelines": st.builds(
        lambda key, funnel, version: samples.pipeline(key, funnel=funnel, version=version), NOUN, FUNNEL, VERSION
    ),
    "campaigns": st.builds(
        lambda key, funnel, version: samples.campaign(key, funnel=funnel, version=version), NOUN, FUNNEL, VERSION
    ),
    "members": st.builds(
        lambda key, email, left: samples.member(key, email=email, left=left),
        COACH, st.none() | st.sampled_from(ADDRESSES), SOMETIMES,
    ),
    "invitations": st.builds(
        lambda key, contact, funnel, expires, state: samples.invitation(
            key, contact=contact, funnel=funnel, expires=expires, state=state
        ),
        NOUN, CONTACT, FUNNEL, DATE, st.sampled_from([*[InvitationStatus.PENDING] * 2, InvitationStatus.EXPIRED]),
    ),
    "links": st.builds(samples.link, NOUN),
    "offers": st.builds(lambda key, version: samples.offer(key, version=version), NOUN, VERSION),
    "packages": st.builds(
        lambda key, contact, payment, version: samples.package(key, contact=contact, payment=payment, version=version),
        NOUN, CONTACT, PAYMENT, VERSION,
    ) | NOUN,
    "history": st.builds(
        lambda about, effective, text: (about, effective, text), CONTACT, DATE, st.none() | st.sampled_from(["a", "b"])
    ) | CONTACT,
    "keys": st.tuples(NOUN, VERSION),
    "funnels": st.tuples(NOUN, VERSION),
    "guards": st.sampled_from(GUARDS),
    "outbox": st.tuples(
        st.sampled_from(["add", "sent", "hold", "withhold", "failed", "dead", "revive", "claim", "forget"]), NOUN, DATE
    ),
}  # fmt: skip
"""For each store what may be done to it."""


def done(stores: Transaction, store: str, what: Any, number: int) -> object:
    """Do a change, and give what it gives; `number` is another one for each change."""
    if store in DONE_BY:
        return DONE_BY[store](stores, what, number)
    of: Any = getattr(stores, store)
    return of.remove(what) if isinstance(what, str) else of.save(what)


def _contacts(stores: Transaction, what: Any, number: int) -> object:  # noqa: ARG001  # all are called alike
    funnel, which = what
    of: Any = stores.contacts
    return of.remove(funnel, which) if isinstance(which, str) else of.save(funnel, which)


def _history(stores: Transaction, what: Any, number: int) -> None:
    if isinstance(what, str):
        stores.history.forget([("contact", what)])
        return
    about, effective, text = what
    samples.keep_funnels(stores)
    event = samples.changed(f"e-{number}", about, effective=effective)
    stores.history.append([event], [] if text is None else [(event.id, text)])


def _outbox(stores: Transaction, what: Any, number: int) -> object:  # noqa: ARG001  # all are called alike
    how, key, at = what
    outbox = stores.outbox
    deeds: dict[str, Any] = {
        "add": lambda: outbox.add([samples.message(key, params={"contact": f"c-{key[-1]}"})]),
        "sent": lambda: outbox.sent(key) if _waits(stores, key) else None,
        "hold": lambda: outbox.hold(key, at),
        "withhold": lambda: outbox.withhold(key),
        "failed": lambda: outbox.failed(key, at),
        "dead": lambda: outbox.failed(key, None),
        "revive": lambda: outbox.revive(key),
        "claim": lambda: sorted(row.message.key for row in outbox.claim(9, at, at + HOUR, [key])),
        "forget": lambda: outbox.forget(f"c-{key[-1]}"),
    }
    found: object = deeds[how]()
    return found


def _waits(stores: Transaction, key: str) -> bool:
    return any(row.message.key == key for row in stores.outbox.waiting(1000, samples.FAR))


DONE_BY: Final[dict[str, Any]] = {
    "contacts": _contacts,
    "history": _history,
    "keys": lambda stores, what, _: stores.keys.save(what[0], "digest", samples.group(version=what[1])),
    "funnels": lambda stores, what, _: stores.funnels.save(what[0], {"version": what[1]}),
    "guards": lambda stores, what, _: stores.guards.touch(*what),
    "outbox": _outbox,
}


def changes_of(stores: Sequence[str]) -> st.SearchStrategy[Change]:
    """Give changes of these stores."""
    return st.sampled_from(sorted(stores)).flatmap(lambda store: st.tuples(st.just(store), CHANGES[store]))


def machine_for(storage: Storage, capabilities: Capabilities, runs: Iterable[int]) -> type[RuleBasedStateMachine]:
    """Give the machine that plays on this storage: in two accounts that are new for each run."""
    samples.known(storage)
    stores = tuple(store for store in STORES if getattr(capabilities, store) is True)
    if "funnels" not in stores:  # where events find the funnel that they name
        stores = tuple(store for store in stores if store != "history")
    some = st.lists(changes_of(stores), min_size=1, max_size=4)
    within = some if capabilities.nested is True else st.just([])
    numbers = iter(runs)

    class Machine(RuleBasedStateMachine):
        """Plays changes on the adapter and on memory."""

        def __init__(self) -> None:
            super().__init__()
            number = next(numbers)
            self.memory = MemoryStorage()
            self.accounts = (f"run-{number}-a", f"run-{number}-b")
            self.number = 0
            self.touched: set[str] = set()

        @rule(account=st.sampled_from([0, 1]), outer=some, inner=within, breaks=st.sampled_from(["", "", "in", "out"]))
        def transaction(self, account: int, outer: list[Change], inner: list[Change], breaks: str) -> None:
            """Do some changes, some of them inside; with an error or without."""
            given = (self.accounts[account], outer, inner, breaks, self.number)
            self.number += len(outer) + len(inner)
            self.touched |= {store for store, _ in (*outer, *inner)}
            same(played(self.memory, *given), played(storage, *given), "what the changes gave")

        def teardown(self) -> None:
            """Both show the same, in both accounts."""
            for account in self.accounts:
                wanted = everything(self.memory, account, self.touched)
                same(wanted, everything(storage, account, self.touched), account)

    return Machine


def played(
    storage: Storage, account: str, outer: Iterable[Change], inner: Iterable[Change], breaks: str, number: int
) -> list[object]:
    """Play a transaction, and give what its changes gave; an error is a Conflict, or the one that was asked for."""
    gave: list[object] = []
    numbers = count(number)
    with suppress(Broke):
        try:
            with storage.transaction(account) as stores:
                gave += [done(stores, *change, next(numbers)) for change in outer]
                with suppress(Broke), storage.transaction(account) as within:
                    gave += [done(within, *change, next(numbers)) for change in inner]
                    if breaks == "in":
                        raise Broke
                if breaks == "out":
                    raise Broke
        except Conflict:
            gave.append("a conflict")
    return gave


class MachineContract(Contract):
    """Any order of changes, kept or undone, leaves what it leaves in memory."""

    def test_it_is_always_as_in_memory(self, funnelkit_storage: Storage, funnelkit_capabilities: Capabilities) -> None:
        """Every read of every store, in two accounts, after transactions that were stored, broken and half broken."""
        machine = machine_for(funnelkit_storage, funnelkit_capabilities, count())
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=funnelkit_capabilities.examples,
                stateful_step_count=10,
                deadline=None,
                database=None,
                derandomize=True,
                phases=(Phase.generate, Phase.shrink) if funnelkit_capabilities.shrink else (Phase.generate,),
                suppress_health_check=list(HealthCheck),
            ),
        )
