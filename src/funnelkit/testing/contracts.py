"""What a contract is: tests of one store or port, what they need of an adapter, and what an adapter says it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar, Final, Literal, TypeVar

import pytest
from attrs import fields, frozen, has

from funnelkit.errors import invalid
from funnelkit.values.checks import checked, number, text, truth

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., object])

PATIENCE: Final = 120.0
"""Seconds after which a thread is taken to hang. Nothing waits so long unless something is wrong."""

EXAMINED: Final = "funnelkit_examined"
"""Under this name a test's report carries its contract and its adapter."""

Can = Literal[True] | str


@frozen(kw_only=True)
class Capabilities:
    """What an adapter can do: True, or a text that says why not. What is not declared is examined, and has to pass.

    `Capabilities(survives="it is kept in memory")`. Raises Invalid for anything else than True or a text,
    and where it has no name, or the machine no example.
    """

    adapter: str = "adapter"
    """Its name in the table at the end."""
    examples: int = 20
    """How many examples the state machine tries."""
    shrink: bool = True
    """Whether it looks for the shortest one that goes wrong, which may take minutes on a database."""

    retries: Can = True
    """The shell may plan again after a conflict; not inside a host's own transaction."""
    threads: Can = True
    """Many threads use one storage."""
    parallel: Can = True
    """Others go on writing while somebody looks."""
    processes: Can = True
    """A second storage over the same data, as another process has it: supply `funnelkit_again`."""
    survives: Can = True
    """What was stored is there when it is opened again: supply `funnelkit_again`."""
    documents: Can = True
    """Nouns are stored as documents, so that what newer code wrote is kept: supply `funnelkit_documents`."""
    nested: Can = True
    """A transaction opened inside another is a part of it."""
    across: Can = True
    """So is one of another account: all of them stand in one database."""
    claims: Can = True
    """What is claimed is one worker's alone, and the others go on without it."""
    sweeps: Can = True
    """It finds over all accounts where time has made something true."""
    long_ids: Can = True
    """Ids may be as long as the core lets them be, of any alphabet (`funnelkit.values.checks.LONGEST`)."""

    contacts: Can = True
    persons: Can = True
    companies: Can = True
    groups: Can = True
    appointments: Can = True
    pipelines: Can = True
    campaigns: Can = True
    members: Can = True
    invitations: Can = True
    links: Can = True
    offers: Can = True
    packages: Can = True
    history: Can = True
    keys: Can = True
    funnels: Can = True
    guards: Can = True
    outbox: Can = True

    received: Can = True
    """What a notifier sent can be looked up: supply `funnelkit_received`."""
    once: Can = True
    """A notifier sends each key once, however often it is asked."""
    chance: Can = True
    """Tokens are made by chance."""

    def __attrs_post_init__(self) -> None:
        """Refuse a plain no: who reads the table wants to know why."""
        checked(adapter=text(self.adapter), examples=number(self.examples), shrink=truth(self.shrink))
        for name in NAMES:
            value = getattr(self, name)
            if value is not True and not (isinstance(value, str) and value.strip()):
                raise invalid(name, "True is needed, or a text that says why not")

    def lacks(self, *names: str) -> str | None:
        """Give why a test that needs these is passed over; None: it is not."""
        return next((f"{name}: {why}" for name in names if (why := getattr(self, name)) is not True), None)


NAMES: Final = tuple(f.name for f in fields(Capabilities) if f.name not in ("adapter", "examples", "shrink"))
"""The names of all capabilities."""

STORES: Final = NAMES[NAMES.index("contacts") : NAMES.index("received")]
"""Those that are stores of a transaction."""


def needs(*names: str) -> Callable[[F], F]:
    """Say what a test needs besides what its contract needs."""

    def noted(test: F) -> F:
        test.__dict__["needs"] = names
        return test

    return noted


class Contract:
    """Tests that every adapter of one store or port passes. A test file of a host subclasses it, or asks the plugin.

    Each test is a method `test_...` that takes fixtures by name and raises AssertionError; its docstring is a promise.
    """

    asks: ClassVar[tuple[str, ...]] = ()
    """What every test of it needs."""

    @pytest.fixture(autouse=True)
    def funnelkit_examined(
        self,
        request: pytest.FixtureRequest,
        record_property: Callable[[str, object], None],
        funnelkit_capabilities: Capabilities,
    ) -> None:
        """Note what is examined for the table, and pass over what the adapter says that it cannot."""
        record_property(EXAMINED, [name_of(type(self)), funnelkit_capabilities.adapter])
        why = lacks(type(self), request.function, funnelkit_capabilities)
        if why is not None:
            pytest.skip(why)


def name_of(contract: type) -> str:
    """Give the name of the contract that a class is, or is made of."""
    return next(one.__name__ for one in contract.__mro__ if one.__name__.endswith("Contract"))


def lacks(contract: type[Contract], test: Callable[..., object], capabilities: Capabilities) -> str | None:
    """Give why a test of a contract is passed over; None: it is not."""
    return capabilities.lacks(*contract.asks, *getattr(test, "needs", ()))


def tests_of(contract: type[Contract]) -> Iterator[tuple[str, Callable[..., object]]]:
    """Give the tests of a contract by name."""
    for name in dir(contract):
        if name.startswith("test_"):
            yield name, getattr(contract, name)


def supplied(fixture: T | None, name: str, capability: str) -> T:
    """Give an optional fixture. Raises AssertionError where it is missing and nobody said why."""
    if fixture is None:
        raise AssertionError(f"supply the fixture {name}, or declare Capabilities({capability}='why not')")
    return fixture


# ------------------------------------------------------------------------------------------------------------ comparing


def told(value: Any) -> Any:  # noqa: PLR0911  # one line for each kind of value
    """Give a value as plain data, with every field and every type: also what a comparison of values leaves out."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, datetime):
        return f"naive {value}" if value.utcoffset() is None else value.astimezone(UTC).isoformat(sep=" ")
    if has(type(value)):
        named = {f.name: told(getattr(value, f.name)) for f in fields(type(value))}
        return {"": type(value).__name__, **named}
    if isinstance(value, Mapping):
        return {str(key): told(held) for key, held in value.items()}
    if isinstance(value, (set, frozenset)):
        return {f"{told(one)!r}": "in it" for one in value}
    if isinstance(value, (list, tuple)):
        return type(value)(told(one) for one in value)
    return value


def differences(expected: Any, found: Any, where: str = "") -> Iterator[str]:
    """Give where two values of plain data differ, one line each."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in dict.fromkeys([*expected, *found]):
            yield from differences(expected.get(key, MISSING), found.get(key, MISSING), f"{where}.{key}")
    elif isinstance(expected, (list, tuple)) and type(expected) is type(found) and len(expected) == len(found):
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif type(expected) is not type(found) or expected != found:
        yield f"{where.removeprefix('.') or 'it'}: expected {_short(expected)}, found {_short(found)}"


MISSING: Final = "<nothing>"
SHOWN: Final = 300
"""So many characters of a value are shown where it differs."""


def _short(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text)} characters)"


def same(expected: object, found: object, where: str = "") -> None:
    """Raise AssertionError where two values differ in any field or type; the expected one comes first."""
    wrong = list(differences(told(expected), told(found), where))
    if wrong:
        raise AssertionError("\n".join(wrong[:12]))


@contextmanager
def raising(kind: type[BaseException], about: str) -> Iterator[None]:
    """Raise AssertionError unless the body raises this."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} is expected: {about}")


# ------------------------------------------------------------------------------------------------------------ at a time


def at_once(*jobs: Callable[[], object]) -> list[Any]:
    """Do all of these in threads of their own that start together; give what each gave. Raises what one raised."""
    found: list[Any] = [None] * len(jobs)
    wrong: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def work(place: int, job: Callable[[], object]) -> None:
        try:
            start.wait(PATIENCE)
            found[place] = job()
        except BaseException as error:  # noqa: BLE001  # it is raised again where somebody sees it
            wrong.append(error)

    threads = [threading.Thread(target=work, args=given, daemon=True) for given in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    if wrong:
        raise wrong[0]
    if any(thread.is_alive() for thread in threads):
        raise AssertionError("threads hang: each waits for the other")
    return found
