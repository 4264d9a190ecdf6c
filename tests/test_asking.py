"""What the shell's questions take: whatever comes, the answer is one or an error of ours, over every storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from inspect import Parameter, getmembers, isfunction, signature
from pathlib import Path
from typing import Any, Final

import pytest

from funnelkit import COACHING, Actor, FunnelService, Kind, NotFound, Refused, Right, Role
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.asking import ARGUMENTS
from funnelkit.commands import AddContact, Book
from funnelkit.errors import Conflict, FunnelkitError, Invalid
from funnelkit.ports import PORTS
from funnelkit.requirements import requirements
from funnelkit.statuses.coaching import Coaching
from tests import databases

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
COACH: Final = Actor(id="m-1", role=Role.COACH)
PLANTED: Final = "Geheim"

JUNK: Final[tuple[Any, ...]] = (
    None, True, 3, -1, 0, 1.5, float("nan"), 10**30, Decimal(1), "", " ", PLANTED, "\x00", "\ud800", "a" * 600, b"x",
    [], [PLANTED], [None], [3], (), {}, {"k-1": 1}, {1: 2}, set(), object(), int, COACH, Coaching.PROSPECT,
    Kind.SESSION, Right.LOG_IN, datetime(2026, 1, 1), datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC), date.min, date.max,
)  # fmt: skip

GOOD: Final[dict[str, Any]] = {
    "by": COACH, "command": AddContact(name="Bea", by=COACH), "commands": (), "contact": "c-1", "contacts": ["c-1"],
    "credential": "ACC", "event": "e-1", "kind": "contact", "member": "m-1", "moment": NOW, "noun": "c-1",
    "right": Right.LOG_IN, "rights": (Right.LOG_IN,), "token": "fki_a.b",
    **dict.fromkeys(("appointment", "campaign", "company", "invitation", "offer", "package", "pipeline"), "x-1"),
    "key": "k-1", "plan": None, "segment": None,
}  # fmt: skip
"""What each argument is where another one is tried. Of a plan and a segment nothing else is tried."""

ELSEWHERE: Final = frozenset({"after", "consent", "credential", "holds", "kind", "relationship", "right", "token"})
"""Arguments that are looked at where they are used: what is right about them depends on more than themselves."""

QUESTIONS: Final[dict[str, Callable[..., Any]]] = {
    name: question for name, question in getmembers(FunnelService, isfunction) if not name.startswith("_")
}
CASES: Final = sorted(
    (name, argument) for name, question in QUESTIONS.items() for argument in signature(question).parameters
    if argument != "self"
)  # fmt: skip


@pytest.fixture(scope="module", params=("memory", databases.MEMORY, databases.POSTGRES))
def crm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunnelService[Any, Any]]:
    """Give a practice with one contact and one appointment, in each storage."""

    def practice(storage: Any) -> FunnelService[Any, Any]:
        made: FunnelService[Any, Any] = FunnelService(
            COACHING, account="acme", storage=storage, clock=FixedClock(NOW), notifier=MemoryNotifier()
        )
        made.do(AddContact(id="c-1", name="Ada", by=COACH))
        start = NOW + timedelta(days=1)
        made.do(Book(contacts=("c-1",), coach="m-1", kind=Kind.SESSION, start=start, minutes=60, by=COACH))
        return made

    if request.param == "memory":
        yield practice(MemoryStorage())
        return
    folder: Path = tmp_path_factory.mktemp("asking")
    with databases.storage(request.param, folder) as storage:
        yield practice(storage)


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_whatever_comes_is_answered_or_refused_in_our_words(
    name: str, argument: str, crm: FunnelService[Any, Any]
) -> None:
    """No error of Python or of a database gets out, and what was given is not in the text."""
    needed = [p for p in signature(QUESTIONS[name]).parameters.values() if p.default is Parameter.empty]
    for junk in JUNK:
        given = {one.name: GOOD[one.name] for one in needed if one.name != "self"} | {argument: junk}
        said: Exception | None = None
        try:
            found = getattr(crm, name)(**given)
            if name == "do_all":
                list(found)
        except FunnelkitError as error:
            said = error
        assert isinstance(said, (Invalid, NotFound, Refused, Conflict, type(None))), f"{junk!r}: {said!r}"
        assert PLANTED not in str(said), f"{junk!r}: {said!r}"


def test_each_argument_has_its_check() -> None:
    """One that is new in a question is in the table, or said to be looked at elsewhere; and none is left over."""
    used = {argument for _, argument in CASES}
    assert used == {*ARGUMENTS} | ELSEWHERE
    assert not {*ARGUMENTS} & ELSEWHERE


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda crm: crm.certification(coach=COACH), "coach"),
        (lambda crm: crm.certification(since=NOW, until=NOW - timedelta(microseconds=1)), "until"),
        (lambda crm: crm.offers(coach=3), "coach"),
        (lambda crm: crm.may("c-1", Right.LOG_IN, item=3), "item"),
        (lambda crm: crm.may("c-1", Right.LOG_IN, facts={"email": 1}), "facts"),
        (lambda crm: crm.rights("c-1"), "contacts"),
        (lambda crm: crm.rights([["c-1"]]), "contacts"),
        (lambda crm: crm.rights(one for one in [["c-1"]]), "contacts"),
        (lambda crm: crm.credential(requirements("ACC"), version="2018"), "version"),
        (lambda crm: crm.rights(["c-1"], Right.LOG_IN), "rights"),
        (lambda crm: crm.history_of("contact", 3), "noun"),
        (lambda crm: crm.do_all(AddContact(name="Bea", by=COACH)), "commands"),
        (lambda crm: crm.apply(None), "plan"),
        (lambda crm: crm.reason(None), "event"),
        (lambda crm: crm.contact(None), "contact"),
        (lambda crm: crm.due(limit=10**30), "limit"),
    ],
)
def test_the_error_names_the_argument(ask: Callable[[Any], object], path: str) -> None:
    """What would have been an empty answer, or an error from inside, says which argument it is."""
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW))
    with pytest.raises(Invalid) as caught:
        ask(crm)
    assert [path] == [problem.path for problem in caught.value.problems]


def test_all_that_is_wrong_comes_at_once() -> None:
    """By position or by name."""
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW))
    with pytest.raises(Invalid) as caught:
        crm.status_at(3, "today", known=4)  # type: ignore[arg-type]  # the wrong type is the case
    assert ["contact", "moment", "known"] == [problem.path for problem in caught.value.problems]


def test_a_range_of_no_length_is_empty_and_no_mistake() -> None:
    """Only one that ends before it begins is."""
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW))
    assert 0 == crm.certification(since=NOW, until=NOW).minutes


@pytest.mark.parametrize("port", PORTS)
def test_a_port_that_is_none_is_refused_when_the_service_is_made(port: str) -> None:
    """Something else, or the class in place of one of it; nothing only where a port may be left out."""
    ports: dict[str, Any] = {"storage": MemoryStorage(), "clock": FixedClock(NOW)}
    for given in (3, "x", object(), MemoryStorage, *((None,) if port in ports else ())):
        with pytest.raises(Invalid) as caught:
            FunnelService(COACHING, account="acme", **{**ports, port: given})
        assert [port] == [problem.path for problem in caught.value.problems]
        assert ("write MemoryStorage(...)" in str(caught.value)) == (given is MemoryStorage)
