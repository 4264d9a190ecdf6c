"""Two at once: what one has read, the other changes. By interleaving on purpose, by threads, and in batches."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from funnelkit import (
    AGENCY,
    COACHING,
    STUDIO,
    Actor,
    Conflict,
    Contact,
    Funnel,
    FunnelkitError,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Outcome,
    Portal,
    Refused,
    Removal,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import FixedClock, MemoryObserver, MemoryStorage
from funnelkit.commands import (
    AddCompany,
    AddContact,
    Adopt,
    Archive,
    Book,
    Cancel,
    CompleteStage,
    Convert,
    Correct,
    DefinePipeline,
    Delete,
    Edit,
    MarkHeld,
    Permit,
    PutOnPipeline,
    Record,
    Reschedule,
    SetPrimary,
    Tag,
    Withdraw,
    WithdrawCredentials,
)
from funnelkit.policy import ShellPolicy
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.studio import Studio
from funnelkit.values.events import StatusChanged
from funnelkit.values.pipeline import Stage

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WORKERS: Final = 32
COACH: Final = Actor(id="m-1", role=Role.COACH)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)
TEXT: Final[Any] = "cleint"  # as a wrong status comes in
CLIENT: Final = Actor(id="c-1", role=Role.CLIENT)


def service(
    funnel: Funnel[Any, Any] = COACHING, storage: MemoryStorage | None = None, **more: Any
) -> FunnelService[Any, Any]:
    """Give a service; the clock stands."""
    kept = storage or MemoryStorage()
    return FunnelService(funnel, account="acme", storage=kept, clock=FixedClock(NOW), **more)


def person(crm: FunnelService[Any, Any], key: str = "c-1", **more: Any) -> Contact:
    """Given a contact."""
    known: dict[str, Any] = {"name": "Ada", "status": crm.funnel.start, "by": COACH, **more}
    found: Contact = crm.do(Adopt(id=key, since=NOW - 9 * DAY, **known))
    return found


def book(hours: float = 24, **more: Any) -> Any:
    """Make a booking with `c-1`, so many hours from now."""
    known: dict[str, Any] = {"contacts": ["c-1"], "coach": "m-1", "kind": Kind.SESSION, "minutes": 60, "by": COACH}
    return Book(start=NOW + hours * HOUR, **{**known, **more})


def whole(crm: FunnelService[Any, Any]) -> None:
    """Hold what holds after every race: the fold is what is stored, and no coach is at two places."""
    for contact in crm.contacts():
        assert contact == history.contact_at(crm.history(contact.id))
        for appointment in crm.appointments(contact.id):
            assert appointment == history.appointment_at(crm.history_of("appointment", appointment.id))
    every = {a.id: a for contact in crm.contacts() for a in crm.appointments(contact.id)}
    for one in every.values():
        for other in every.values():
            assert one is other or one.coach != other.coach or not one.overlaps(other.start, other.end)


# ---- interleaved on purpose

LATE: Final = NOW - 2 * DAY
MOVE: Final = Reschedule(appointment="a-1", start=NOW + DAY, by=COACH)

RACES: Final[dict[str, tuple[Funnel[Any, Any], Any, Any]]] = {
    "two bookings of one coach": (COACHING, book(id="a-8"), book(24.5, id="a-9")),
    "two bookings of one id": (COACHING, book(id="a-9"), book(48, id="a-9")),
    "a booking and a move onto it": (COACHING, book(id="a-9"), MOVE),
    "a move onto a booking": (COACHING, MOVE, book(id="a-9")),
    "two conversions": (
        COACHING,
        Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH),
        Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH),
    ),
    "a conversion and what happened": (
        COACHING,
        Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH),
        Record(contact="c-1", trigger=Happening.AGREEMENT_ACCEPTED, item="g-1", by=SYSTEM),
    ),
    "two adds of one address": (
        AGENCY,
        AddContact(name="Bea", id="c-8", email="Bea@example.org", by=COACH),
        AddContact(name="Bea", id="c-9", email="bea@EXAMPLE.org", by=COACH),
    ),
    "two adds of one id": (
        COACHING,
        AddContact(name="Bea", id="c-9", by=COACH),
        AddContact(name="Eve", id="c-9", by=COACH),
    ),
    "an add and a change to its address": (
        AGENCY,
        AddContact(name="Bea", email="bea@example.org", by=COACH),
        Edit(contact="c-1", email="bea@example.org", by=COACH),
    ),
    "an add and a delete of one who shares the address": (
        COACHING,
        AddContact(name="Bea", email="eve@example.org", by=COACH),
        Delete(contact="c-3", by=COACH),
    ),
    "a booking and a delete": (COACHING, book(id="a-9"), Delete(contact="c-1", by=COACH)),
    "a delete and a booking": (STUDIO, Delete(contact="c-2", by=COACH), book(id="a-9", contacts=["c-2"])),
    "a tag and a delete": (COACHING, Tag(contact="c-1", tags=["t-1"], by=COACH), Delete(contact="c-1", by=COACH)),
    "a permission and a conversion": (
        COACHING,
        Permit(contact="c-1", items=["i-1"], by=COACH),
        Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH),
    ),
    "two permissions of a group": (
        COACHING, Permit(group="g-1", items=["i-1"], by=COACH), Permit(group="g-1", items=["i-2"], by=COACH)
    ),
    "a booking by permission and its withdrawal": (
        COACHING,
        book(id="a-9", contacts=["c-2"], by=Actor(id="c-2", role=Role.CLIENT)),
        Withdraw(contact="c-2", kinds=[Kind.SESSION], by=COACH),
    ),
    "a booking by a group's permission and its withdrawal": (
        COACHING,
        book(id="a-9", contacts=["c-2"], kind=Kind.CONSULTATION, by=Actor(id="c-2", role=Role.CLIENT)),
        Withdraw(group="g-1", kinds=[Kind.CONSULTATION], by=COACH),
    ),
    "a booking in the portal and the credentials": (
        COACHING,
        book(id="a-9", contacts=["c-2"], by=Actor(id="c-2", role=Role.CLIENT)),
        WithdrawCredentials(contact="c-2", by=COACH),
    ),
    "a conversion that needs an address and its removal": (
        AGENCY, Convert(contact="c-1", to=Agency.CLIENT, by=COACH), Edit(contact="c-1", email=None, by=COACH)
    ),
    "a back-dated conversion and a booking that it restates": (
        COACHING, Convert(contact="c-1", to=Coaching.HOT_LEAD, at=LATE, by=COACH), book(id="a-9")
    ),
    "a correction and a booking that it restates": (
        COACHING, Correct(contact="c-1", to=Coaching.BUYER, reason="mistyped", by=COACH), book(id="a-9")
    ),
    "a correction and a change of what it restates": (
        COACHING,
        Correct(contact="c-1", to=Coaching.BUYER, reason="mistyped", by=COACH),
        Reschedule(appointment="a-1", start=NOW + 9 * DAY, by=COACH),
    ),
    "two changes of one appointment": (
        COACHING, Cancel(appointment="a-1", by=COACH), Reschedule(appointment="a-1", start=NOW + 9 * DAY, by=COACH)
    ),
    "a primary contact and its delete": (
        COACHING, SetPrimary(company="f-1", contact="c-1", by=COACH), Delete(contact="c-1", by=COACH)
    ),
    "a primary contact and its leaving": (
        COACHING, SetPrimary(company="f-1", contact="c-1", by=COACH), Edit(contact="c-1", company=None, by=COACH)
    ),
    "two archivings": (COACHING, Archive(contact="c-1", by=COACH), Archive(contact="c-1", reason="moved", by=COACH)),
}  # fmt: skip
"""What one has planned, and what another does before it is applied."""


def arranged(funnel: Funnel[Any, Any], storage: MemoryStorage | None = None) -> FunnelService[Any, Any]:
    """Given a contact of a company with a session, one who books by permission, and one who is archived."""
    crm = service(funnel, storage)
    crm.do(AddCompany(name="Ada Ltd", id="f-1", by=COACH))
    person(crm, company="f-1", email="ada@example.org")
    if funnel is COACHING:
        person(crm, "c-2", status=Coaching.HOT_LEAD, portal=Portal.ACTIVE, opened=[Kind.SESSION], groups=["g-1"])
        crm.do(Permit(group="g-1", kinds=[Kind.CONSULTATION], by=COACH))
    else:
        person(crm, "c-2")
    person(crm, "c-3", standing=Standing.ARCHIVED, email="eve@example.org")
    crm.do(book(72, id="a-1"))
    return crm


@pytest.mark.parametrize("race", RACES)
def test_a_plan_whose_grounds_have_changed_is_a_conflict(race: str) -> None:
    """Planned, then somebody else acts, then applied: Conflict, and nothing of it is stored."""
    funnel, planned, done = RACES[race]
    crm = arranged(funnel)
    plan = crm.plan(planned)
    assert plan.allowed
    crm.do(done)
    before = (crm.contacts(), crm.history_of("group", "g-1"))
    with pytest.raises(Conflict):
        crm.apply(plan)
    assert before == (crm.contacts(), crm.history_of("group", "g-1"))
    whole(crm)


class Meddling(MemoryStorage):
    """Storage in which somebody else acts between the planning and the applying of whoever meddles not."""

    def __init__(self, retries: bool = True) -> None:
        super().__init__()
        self.retries = retries
        self.acts: list[Callable[[], object]] = []
        self._opened = 0
        self._busy = False

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Let the other one act before each second transaction: the one that applies."""
        if not self._busy and self.acts:
            self._opened += 1
            if self._opened % 2 == 0:
                self._busy = True
                self.acts.pop(0)()
                self._busy = False
        return super().transaction(account)


@pytest.mark.parametrize("race", RACES)
def test_done_at_once_it_is_planned_again(race: str) -> None:
    """The same race through `do`: it goes through on new grounds, or is refused on them; and everything is whole."""
    funnel, wish, other = RACES[race]
    storage = Meddling()
    crm = arranged(funnel, storage)
    alone = arranged(funnel)
    storage.acts.append(lambda: crm.do(other))
    found, expected = _outcome(lambda: crm.do(wish)), _outcome(lambda: (alone.do(other), alone.do(wish)))
    assert [] == storage.acts
    assert expected == found
    assert [evolved(c) for c in alone.contacts()] == [evolved(c) for c in crm.contacts()]
    whole(crm)


def evolved(contact: Contact) -> object:
    """Give what a contact is, whatever ids were made on the way."""
    return (contact.status, contact.version, contact.standing, contact.tags, contact.permitted, contact.company)


def _outcome(do: Callable[[], object]) -> str:
    try:
        do()
    except FunnelkitError as error:
        return type(error).__name__
    return "done"


def test_a_retry_is_told() -> None:
    """The observer hears of it, without a name."""
    storage, observer = Meddling(), MemoryObserver()
    crm = service(storage=storage, observer=observer)
    person(crm)
    storage.acts.append(lambda: crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH)))
    crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    assert [("retried", "acme", {"command": "Convert"})] == [told for told in observer.heard if told[0] == "retried"]
    assert 3 == crm.contact("c-1").version


def test_what_is_expected_is_not_tried_again() -> None:
    """Who says which version is meant wants to hear that it has changed."""
    storage = Meddling()
    crm = service(storage=storage)
    person(crm)
    storage.acts.append(lambda: crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH)))
    with pytest.raises(Conflict):
        crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH), expect=1)
    assert Coaching.PROSPECT is crm.contact("c-1").status


def test_inside_a_hosts_transaction_nothing_is_tried_again() -> None:
    """A storage that cannot see what others did meanwhile says so."""
    storage = Meddling(retries=False)
    crm = service(storage=storage)
    person(crm)
    storage.acts.append(lambda: crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH)))
    with pytest.raises(Conflict):
        crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))


@pytest.mark.parametrize(("quicker", "expected"), [(2, "done"), (3, "Conflict")])
def test_after_so_many_tries_it_is_given_up(quicker: int, expected: str) -> None:
    """The policy says how often; the last try may still go through."""
    storage = Meddling()
    crm = service(COACHING.with_policy(shell=ShellPolicy(tries=3)), storage)
    person(crm)
    for n in range(quicker):
        storage.acts.append(lambda n=n: crm.do(Tag(contact="c-1", tags=[f"t-{n}"], by=COACH)))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert expected == _outcome(lambda: crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH)))
    assert quicker == len(crm.contact("c-1").tags)
    whole(crm)


def test_a_free_delete_is_not_free_any_more() -> None:
    """Planned as a delete for good; booked meanwhile: archived instead, and the session stays. Source: S3."""
    storage = Meddling()
    crm = service(STUDIO, storage)
    person(crm, status=Studio.LEAD)
    storage.acts.append(lambda: crm.do(book(id="a-9")))
    assert Removal.ARCHIVED is crm.do(Delete(contact="c-1", by=COACH))
    assert "c-1" == crm.appointment("a-9").attendees[0].contact
    whole(crm)


def test_two_services_of_one_account_see_each_other_at_once() -> None:
    """A service is cheap and keeps nothing."""
    storage = MemoryStorage()
    one, other = service(storage=storage), service(storage=storage)
    person(one)
    plan = one.plan(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    assert Coaching.BUYER is other.do(Convert(contact="c-1", to=Coaching.BUYER, by=COACH)).status
    assert Coaching.BUYER is one.contact("c-1").status
    with pytest.raises(Conflict):
        other.apply(plan)
    with pytest.raises(Conflict):
        one.apply(plan)


# ---- threads


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Start all at one moment; give each one's result or error."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except FunnelkitError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def split(found: list[Any]) -> tuple[list[Any], list[Any]]:
    """Give what was done, and what was not."""
    return [one for one in found if not isinstance(one, Exception)], [o for o in found if isinstance(o, Exception)]


def test_of_many_who_book_one_time_one_gets_it() -> None:
    """All the times overlap by at least a minute; the others hear that the coach is taken."""
    crm = service()
    person(crm)
    booked, refused = split(together([lambda n=n: crm.do(book(24 + n / 60)) for n in range(WORKERS)]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert (1, WORKERS - 1) == (len(booked), len(refused))
    for error in refused:
        assert isinstance(error, Refused)
        assert ["booking.coach_is_free"] == [finding.rule for finding in error.decision.refusals]
    assert (booked[0],) == crm.appointments("c-1")
    whole(crm)


def test_many_who_book_their_own_times_all_get_them() -> None:
    """Nobody is refused because others were quicker elsewhere in the calendar."""
    crm = service()
    person(crm)
    booked, refused = split(together([lambda n=n: crm.do(book(24 + n)) for n in range(WORKERS)]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert ([], WORKERS) == (refused, len({a.id for a in booked}))
    assert WORKERS == len(crm.appointments("c-1"))
    whole(crm)


def test_of_many_who_convert_one_contact_one_does() -> None:
    """One history: one move, and the others hear that it has happened."""
    crm = service()
    person(crm)
    convert = Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH)
    done, refused = split(together([lambda: crm.do(convert)] * WORKERS))
    assert (1, WORKERS - 1) == (len(done), len([e for e in refused if isinstance(e, Refused)]))
    assert 1 == len([e for e in crm.history("c-1") if isinstance(e, StatusChanged)])
    assert 2 == crm.contact("c-1").version
    whole(crm)


STAGES: Final = tuple(Stage(key=f"s-{n}", name="Stage") for n in range(9))


def test_of_many_who_complete_one_stage_one_does() -> None:
    """Each names the stage: it is completed once, and the next one by nobody. Source: SC3."""
    crm = service(STUDIO)
    person(crm)
    crm.do(DefinePipeline(pipeline="p-1", name="Leads", stages=STAGES, by=COACH))
    crm.do(PutOnPipeline(contacts=["c-1"], pipeline="p-1", by=COACH))
    click = CompleteStage(contact="c-1", stage="s-0", by=COACH)
    done, refused = split(together([lambda: crm.do(click)] * WORKERS))
    assert (1, WORKERS - 1) == (len(done), len([e for e in refused if isinstance(e, Refused)]))
    at = crm.contact("c-1").pipeline
    assert at is not None
    assert "s-1" == at.stage
    whole(crm)


def test_of_many_defaults_one_is() -> None:
    """Whoever comes last has it; new leads that come meanwhile are on one that was the default. Source: SC2."""
    crm = service(STUDIO)
    define: list[Callable[[], Any]] = [
        lambda n=n: crm.do(DefinePipeline(pipeline=f"p-{n}", name="Leads", stages=STAGES, default=True, by=COACH))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
        for n in range(WORKERS // 2)
    ]
    add: list[Callable[[], Any]] = [lambda: crm.do(AddContact(name="Ada", status=Studio.LEAD, by=COACH))] * 8
    _, refused = split(together([*define, *add]))
    assert [] == refused
    assert 1 == sum(pipeline.default for pipeline in crm.pipelines())
    whole(crm)


def test_of_many_who_add_one_address_one_does() -> None:
    """At the agency an address is one contact's."""
    storage = MemoryStorage()
    crms = [service(AGENCY, storage) for _ in range(WORKERS)]
    add: Any = AddContact(name="Ada", email="ada@example.org", by=COACH)
    done, refused = split(together([lambda crm=crm: crm.do(add) for crm in crms]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert (1, WORKERS - 1) == (len(done), len([e for e in refused if isinstance(e, Refused)]))
    assert (done[0],) == crms[0].contacts()


def test_one_key_gives_many_one_result() -> None:
    """A web hook that is delivered to all workers at once is one command."""
    storage = MemoryStorage()
    crms = [service(storage=storage) for _ in range(WORKERS)]
    add: Any = AddContact(name="Ada", by=COACH)
    found = together([lambda crm=crm: crm.do(add, key="hook-1") for crm in crms])  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert WORKERS == len(found)
    assert {crms[0].contacts()[0].id} == {contact.id for contact in found}
    assert 1 == len(crms[0].contacts())


def test_one_key_with_many_commands_is_one_of_them() -> None:
    """The first one has it; the others are Conflicts, and do nothing."""
    crm = service()
    person(crm)
    tags = [Tag(contact="c-1", tags=[f"t-{n}"], by=COACH) for n in range(WORKERS)]
    done, refused = split(together([lambda tag=tag: crm.do(tag, key="k") for tag in tags]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert (1, WORKERS - 1) == (len(done), len([e for e in refused if isinstance(e, Conflict)]))
    assert done[0].tags == crm.contact("c-1").tags


def test_no_change_of_many_is_lost() -> None:
    """Each adds its own tag, through one of two services: all are there, and each has its version."""
    storage = MemoryStorage()
    crms = [service(storage=storage), service(storage=storage)]
    person(crms[0])
    tags = [(crms[n % 2], Tag(contact="c-1", tags=[f"t-{n}"], by=COACH)) for n in range(WORKERS)]
    done, refused = split(together([lambda crm=crm, tag=tag: crm.do(tag) for crm, tag in tags]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert [] == refused
    assert set(range(2, WORKERS + 2)) == {contact.version for contact in done}
    assert WORKERS == len(crms[0].contact("c-1").tags)
    whole(crms[0])


def test_no_permission_of_a_group_is_lost() -> None:
    """The same for a group that nobody kept before."""
    crm = service()
    permits = [Permit(group="g-1", items=[f"i-{n}"], by=COACH) for n in range(WORKERS)]
    _, refused = split(together([lambda permit=permit: crm.do(permit) for permit in permits]))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    assert [] == refused
    person(crm, status=Coaching.HOT_LEAD, portal=Portal.ACTIVE, groups=["g-1"])
    assert all(crm.may("c-1", Right.DOCUMENTS, item=f"i-{n}") for n in range(WORKERS))


def test_nothing_is_booked_for_who_is_deleted() -> None:
    """Bookings and a delete at one time: what was booked before went along, what came after was not found."""
    crm = service()
    person(crm)
    acts: list[Callable[[], Any]] = [lambda n=n: crm.do(book(24 + n)) for n in range(WORKERS - 1)]  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    found = together([*acts, lambda: crm.do(Delete(contact="c-1", by=COACH))])
    assert Removal.DELETED is found[-1]
    assert {NotFound} >= {type(one) for one in found if isinstance(one, Exception)}
    with pytest.raises(NotFound):
        crm.appointments("c-1")
    assert 0 == len(crm.certification())


def test_one_plan_that_many_apply_is_applied_once() -> None:
    """The others are Conflicts."""
    crm = service()
    plan = crm.plan(AddContact(name="Ada", by=COACH))
    done, refused = split(together([lambda: crm.apply(plan)] * WORKERS))
    assert (1, WORKERS - 1) == (len(done), len([e for e in refused if isinstance(e, Conflict)]))
    assert 1 == len(crm.contacts())


# ---- many in a row


def adds(count: int) -> list[Any]:
    """Make so many new contacts, with ids that count."""
    return [AddContact(name="Ada", id=f"c-{n}", by=COACH) for n in range(1, count + 1)]


def kinds(outcomes: list[Outcome[Any]]) -> list[str]:
    """Say what became of each."""
    return ["done" if o.ok else "refused" if o.refused is not None else type(o.error).__name__ for o in outcomes]


def test_an_outcome_says_in_codes_what_went_wrong() -> None:
    """For machines: the rules that refuse, the fields that are not well formed, else the sort of error."""
    crm = service()
    commands = [
        *adds(1),
        AddContact(name="Ada", id="c-1", by=COACH),
        Tag(contact="c-9", tags=["t-1"], by=COACH),
        Convert(contact="c-1", to=TEXT, by=COACH),
    ]
    found = [outcome.codes for outcome in crm.do_all(commands)]
    assert [(), ("editing.id_is_free",), ("NotFound",), ("to",)] == found


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 500])
def test_refusals_and_errors_in_the_middle_are_outcomes(batch: int) -> None:
    """Each command has its outcome at its place, and what comes behind is done."""
    crm = service()
    commands = [
        *adds(2),
        AddContact(name="Ada", id="c-1", by=COACH),
        Tag(contact="c-9", tags=["t-1"], by=COACH),
        Convert(contact="c-1", to=TEXT, by=COACH),
        Convert(contact="c-1", to=Coaching.HOT_LEAD, by=CLIENT),
        Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH),
        book(),
        book(24.5),
        MarkHeld(appointment="a-9", by=COACH),
        Tag(contact="c-2", tags=["t-1"], by=COACH),
    ]
    outcomes = list(crm.do_all(commands, batch=batch))
    expected = [
        "done", "done", "refused", "NotFound", "UnknownStatus", "refused", "done", "done", "refused", "NotFound",
        "done",
    ]  # fmt: skip
    assert (expected, list(range(11))) == (kinds(outcomes), [outcome.place for outcome in outcomes])
    assert (Coaching.HOT_LEAD, ["t-1"]) == (crm.contact("c-1").status, list(crm.contact("c-2").tags))
    assert 1 == len(crm.appointments("c-1"))
    whole(crm)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 500])
def test_a_source_that_breaks_gives_what_came_before(batch: int) -> None:
    """Three rows are read, the fourth breaks the reader: three are done and told, then the error comes."""

    def rows() -> Iterator[Any]:
        yield from adds(3)
        raise OSError("the file ends here")

    crm = service()
    outcomes: list[Outcome[Any]] = []
    with pytest.raises(OSError, match="the file ends here"):
        outcomes.extend(crm.do_all(rows(), batch=batch))
    assert ["done"] * 3 == kinds(outcomes)
    assert ["c-1", "c-2", "c-3"] == [contact.id for contact in crm.contacts()]


def test_a_source_is_read_a_batch_at_a_time() -> None:
    """Memory holds one batch: who stops early has read no more than that, and what was told is done."""
    read: list[str] = []

    def rows() -> Iterator[Any]:
        for command in adds(100):
            read.append(command.id)
            yield command

    crm = service()
    told = crm.do_all(rows(), batch=5)
    assert [] == read
    first = next(told).result
    assert crm.contact("c-1") == first
    assert 5 == len(read) == len(crm.contacts())
    for _ in range(5):
        next(told)
    assert 10 == len(read) == len(crm.contacts())


def test_nothing_at_all_is_no_outcome() -> None:
    """An empty source is fine; one that fills its last batch exactly, too."""
    assert [] == list(service().do_all([]))
    assert 6 == len(list(service().do_all(adds(6), batch=3)))


def test_what_is_no_command_among_many_loses_nothing() -> None:
    """Either it is an outcome at its place, or what was done is what was told."""
    crm = service()
    commands: list[Any] = [*adds(2), None, *adds(3)[2:]]
    outcomes: list[Outcome[Any]] = []
    try:
        for outcome in crm.do_all(commands):
            outcomes.append(outcome)  # noqa: PERF402  # what was told before an error is kept
    except Exception:  # noqa: BLE001, S110  # whatever it is, what was told has to be what was done
        pass
    assert len([outcome for outcome in outcomes if outcome.ok]) == len(crm.contacts())


def test_a_transaction_in_a_transaction_is_a_part_of_it() -> None:
    """Left with an error, the whole is undone, with all that was done inside. Source: the port of storage."""
    storage = MemoryStorage()
    crm = service(storage=storage)

    def host() -> None:
        with storage.transaction("acme"):
            crm.do(AddContact(name="Ada", id="c-1", by=COACH))
            with pytest.raises(Refused):
                crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=CLIENT))
            crm.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
            raise KeyError("the host")

    with pytest.raises(KeyError, match="the host"):
        host()
    assert ((), ()) == (crm.contacts(), crm.history_of("contact", "c-1"))


def test_a_batch_becomes_visible_together() -> None:
    """Who looks while a batch is done sees all of it or nothing."""
    storage = MemoryStorage()
    crm, other = service(storage=storage), service(storage=storage)
    seen: set[int] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(len(other.contacts()))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        list(crm.do_all(adds(60), batch=20))
    finally:
        done.set()
        watcher.join()
    assert {0, 20, 40, 60} >= seen


def test_wrong_input_in_a_batch_is_told_by_its_fields() -> None:
    """An outcome keeps every problem of its command."""
    crm = service()
    wrong = Adopt(name="Ada", status=TEXT, since=NOW + DAY, by=COACH)
    (outcome,) = crm.do_all([wrong])
    assert isinstance(outcome.error, Invalid)
    assert {"status", "since"} == {problem.path for problem in outcome.error.problems}
