"""In a database, a sweep works on a page of leads together; what comes out is what each of them alone would give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve
from sqlalchemy import create_engine, event, make_url, text

from funnelkit import COACHING, FRANCHISE, Conflict, Contact, FunnelService, Kind
from funnelkit.adapters.memory import CountedIdentifiers, FixedClock, MemoryStorage
from funnelkit.adapters.rows import Query
from funnelkit.adapters.sql import SqlStorage
from funnelkit.commands import Adopt, Book, ScheduleFollowUp, SetDoNotContact, Tag
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.testing import samples
from funnelkit.values.appointment import Attendee
from funnelkit.values.events import StatusChanged
from funnelkit.values.person import Person
from tests.databases import FILE, POSTGRES, fresh_storage, fresh_url, kinds
from tests.scenarios.world import COACH, DAY, HOUR, NOON

LEADS: Final = tuple(f"c-{n}" for n in range(8))
BOTH: Final = (FILE, POSTGRES)


class Oops(Exception):
    """What goes wrong in a test."""


@pytest.fixture(params=kinds())
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStorage]:
    """Each kind of database, with nothing in it."""
    opened = fresh_storage(request.param, tmp_path)
    yield opened
    opened.close()


def service(storage: Any, clock: FixedClock, funnel: Any = FRANCHISE, **more: Any) -> FunnelService[Any, Any]:
    """Give a service of the tutors."""
    more = {"identifiers": CountedIdentifiers(), **more}
    return FunnelService(funnel, account="acme", storage=storage, clock=clock, **more)


def ripe(storage: Any, leads: tuple[str, ...] = LEADS, **more: Any) -> FunnelService[Any, Any]:
    """Given leads that were called as often as one calls, and whose time has run out."""
    clock = FixedClock(NOON)
    crm = service(storage, clock, **more)
    lead: Contact | None = None
    for key in leads:
        crm.do(Adopt(name="Ada", id=key, status=Franchise.NEW_LEAD, since=NOON, by=COACH))
        for _ in range(6):
            lead = crm.do(ScheduleFollowUp(contact=key, by=COACH))
    assert lead is not None
    assert lead.follow_up is not None
    clock.set(lead.follow_up.gives_up or NOON)
    return crm


def kept(crm: FunnelService[Any, Any], leads: tuple[str, ...] = LEADS) -> list[Any]:
    """Give everything that is kept of leads."""
    return [(crm.contact(key), crm.history(key)) for key in leads]


def colds(crm: FunnelService[Any, Any], leads: tuple[str, ...] = LEADS) -> list[int]:
    """Give how often each lead became cold."""
    told = [[e for e in crm.history(key) if isinstance(e, StatusChanged) and e.to is Franchise.COLD] for key in leads]
    return list(map(len, told))


@contextmanager
def counting(storage: SqlStorage) -> Iterator[list[str]]:
    """Collect the statements that a database is asked to do; many rows at once are one."""
    found: list[str] = []

    def listen(_c: Any, _u: Any, said: str, _g: Any, _x: Any, _m: bool) -> None:
        found.append(said)

    event.listen(storage.engine, "before_cursor_execute", listen)
    yield found
    event.remove(storage.engine, "before_cursor_execute", listen)


def varied(storage: Any) -> FunnelService[Any, Any]:
    """Given leads with all sorts of things beside them, that a page knows or has to ask for."""
    ids = CountedIdentifiers()
    crm = ripe(storage, identifiers=ids)
    coaching = service(storage, FixedClock(NOON), COACHING, identifiers=ids)
    for key in ("c-1", "c-2"):  # stand in another funnel too
        coaching.do(Adopt(id=key, name="Ada", status=Coaching.ACTIVE_CLIENT, since=NOON, by=COACH))
    booked = Book(contacts=("c-1",), kind=Kind.SESSION, start=NOON + DAY, minutes=60, coach="m-1", by=COACH)
    coaching.do(booked)
    coaching.do(SetDoNotContact(contact="c-2", reason="asked", by=COACH))
    with storage.transaction("acme") as stores:
        stores.persons.remove("c-3")
        late = stores.contacts.get("franchise", "c-4")
        stores.contacts.save("franchise", evolve(late, changed=late.follow_up.gives_up + HOUR))
    return crm


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_page_gives_what_its_leads_give_one_by_one(storage: SqlStorage, limit: int) -> None:
    """With an appointment, a do-not-contact, no name, a later change: contacts and histories are those of memory."""
    found = []
    for each in (MemoryStorage(), storage):
        crm = varied(each)
        swept = [crm.sweep(limit=limit) for _ in range(9)]
        found.append((swept, kept(crm), crm.drift()))
    assert found[0] == found[1]
    assert len(LEADS) == sum(one.done for one in found[0][0])


@pytest.mark.parametrize("kind", BOTH)
def test_a_page_of_many_takes_no_more_statements_than_one_of_few(kind: str, tmp_path: Path) -> None:
    """What is read and written of the leads of a page is read and written together."""
    taken = []
    for count in (2, 20):
        storage = fresh_storage(kind, tmp_path)
        leads = tuple(f"c-{n}" for n in range(count + 1))
        crm = ripe(storage, leads)
        crm.sweep(limit=1)
        with counting(storage) as said:
            assert count == crm.sweep().done
        taken.append(len(said))
        storage.close()
    assert taken[0] == taken[1]
    assert taken[0] < 20


class Repeating(CountedIdentifiers):
    """Ids of which some have been given before."""

    def __init__(self) -> None:
        super().__init__()
        self.again: set[int] = set()
        self.given = 0

    def fresh(self, kind: str) -> str:
        """Give one; or the very first one again, where the test says so."""
        self.given += 1
        return "event-000000001" if self.given in self.again else super().fresh(kind)


def test_an_id_that_is_taken_stops_no_page(storage: SqlStorage) -> None:
    """The page cannot be stored as a whole; each of its leads is given up all the same, once."""
    ids = Repeating()
    crm = ripe(storage, identifiers=ids)
    assert "event-000000001" in {event.id for key in LEADS for event in crm.history(key)}
    ids.again = {ids.given + 5}
    swept = crm.sweep()
    assert (len(LEADS), (), 0) == (swept.done, swept.failed, swept.left)
    assert [1] * len(LEADS) == colds(crm)
    assert () == crm.drift()


def test_where_every_id_is_taken_every_lead_is_an_outcome(storage: SqlStorage) -> None:
    """Nothing of any of them is stored, and the sweep ends."""
    ids = Repeating()
    crm = ripe(storage, identifiers=ids)
    before = kept(crm)
    ids.again = set(range(10_000))
    swept = crm.sweep()
    assert (0, len(LEADS)) == (swept.done, swept.left)
    assert dict.fromkeys(LEADS, ("Conflict",)) == {outcome.about: outcome.codes for outcome in swept.failed}
    assert before == kept(crm)


def test_a_page_that_fails_in_its_middle_is_worked_on_row_by_row(storage: SqlStorage) -> None:
    """A lead needs its history, so what waits is written; an id of an earlier lead is taken: nothing is half stored."""
    ids = Repeating()
    crm = ripe(storage, identifiers=ids)
    with storage.transaction("acme") as stores:
        late = stores.contacts.get("franchise", "c-4")
        assert late is not None
        assert late.follow_up is not None
        assert late.follow_up.gives_up is not None
        stores.contacts.save("franchise", evolve(late, changed=late.follow_up.gives_up + HOUR))
    ids.again = {ids.given + 3}
    swept = crm.sweep()
    assert (len(LEADS), (), 0) == (swept.done, swept.failed, swept.left)
    assert [1] * len(LEADS) == colds(crm)


class Torn:
    """The stores of a transaction, whose history takes nothing about some leads."""

    def __init__(self, stores: Any, bad: set[str], once: set[str], *, looks: bool) -> None:
        self._stores, self._bad, self._once, self._looks = stores, bad, once, looks
        self.history = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores, name)

    def of(self, within: str, kind: str, noun: str) -> Any:
        """Give the history."""
        return self._stores.history.of(within, kind, noun)

    def append(self, events: Any, texts: Any) -> None:
        """Add to the end; or raise, after it was looked for what was stored, or before."""
        self._stores.history.append(events, texts)
        about = {one.about for one in events} & self._bad
        for key in about:
            assert not self._looks or self._stores.history.of("franchise", "contact", key)
            if key in self._once:
                self._bad.remove(key)
                raise Conflict("somebody was quicker")
            raise Oops


class Tearing(SqlStorage):
    """A database in which some leads go wrong in the middle of being stored."""

    bad: set[str]
    once: set[str]
    """Of these, those that are a conflict, and only the first time."""
    looks: bool

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Iterator[Any]:
        """Open one."""
        with super().transaction(account, write=write) as stores:
            yield Torn(stores, self.bad, self.once, looks=self.looks)


@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize("kind", BOTH)
def test_a_lead_that_goes_wrong_halfway_leaves_nothing_and_stops_no_other(
    kind: str, tmp_path: Path, looks: bool
) -> None:
    """Whether or not something of it was in the database already: it stays as it was, and its neighbours are cold."""
    storage = Tearing(fresh_url(kind, tmp_path))
    storage.bad, storage.once, storage.looks = set(), set(), looks
    crm = ripe(storage)
    storage.bad = {"c-0", "c-3", "c-7"}
    bad, good = tuple(sorted(storage.bad)), tuple(key for key in LEADS if key not in storage.bad)
    before = kept(crm, bad)
    swept = crm.sweep()
    assert (len(good), len(bad)) == (swept.done, swept.left)
    assert dict.fromkeys(bad, ("Oops",)) == {outcome.about: outcome.codes for outcome in swept.failed}
    assert before == kept(crm, bad)
    assert [1] * len(good) == colds(crm, good)
    storage.bad = set()
    assert len(bad) == crm.sweep().done
    assert [1] * len(LEADS) == colds(crm)
    assert () == crm.drift()
    storage.close()


@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize("kind", BOTH)
def test_a_lead_that_meets_a_conflict_is_planned_again_in_its_page(kind: str, tmp_path: Path, looks: bool) -> None:
    """From what is stored, not from what the first attempt had said of it."""
    storage = Tearing(fresh_url(kind, tmp_path))
    storage.bad, storage.once, storage.looks = set(), {"c-0", "c-3"}, looks
    crm = ripe(storage)
    storage.bad = {"c-0", "c-3"}
    swept = crm.sweep()
    assert (len(LEADS), ()) == (swept.done, swept.failed)
    assert set() == storage.bad
    assert [1] * len(LEADS) == colds(crm)
    assert () == crm.drift()
    storage.close()


def test_what_somebody_else_holds_fails_its_own_lead_only(tmp_path: Path) -> None:
    """A person is locked elsewhere for longer than the host waits for locks: the others of the page are given up."""
    url = make_url(fresh_url(POSTGRES, tmp_path))
    given = SqlStorage(url.render_as_string(hide_password=False))
    ripe(given)
    given.close()
    options = f"{url.query['options']} -clock_timeout=200"
    engine = create_engine(url.update_query_dict({"options": options}))
    storage = SqlStorage(engine)
    crm = service(storage, FixedClock(NOON + 400 * DAY), identifiers=None)
    with engine.begin() as other:
        other.execute(text("SELECT * FROM funnelkit_persons WHERE id = 'c-2' FOR UPDATE"))
        swept = crm.sweep()
        assert (len(LEADS) - 1, 1) == (swept.done, swept.left)
        assert ["c-2"] == [outcome.about for outcome in swept.failed]
    assert 1 == crm.sweep().done
    assert [1] * len(LEADS) == colds(crm)
    engine.dispose()


class Meddler:
    """An observer that writes down what it hears: in its own account, or as a tag of a contact."""

    def __init__(self, storage: SqlStorage, account: str) -> None:
        self.crm = FunnelService(COACHING, account=account, storage=storage, clock=FixedClock(NOON))
        self.listens, self.wrote = False, 0

    def hears(self, what: str, account: str, facts: Any) -> None:
        """Write."""
        if what == "applied" and self.listens:
            self.listens = False
            self.crm.do(Adopt(id=f"x-{self.wrote}", name="Log", status=Coaching.PROSPECT, since=NOON, by=COACH))
            self.crm.do(Tag(contact=f"x-{self.wrote}", tags=["heard"], by=COACH))
            self.wrote += 1
            self.listens = True


@pytest.mark.parametrize("account", ["acme", "other"])
def test_who_writes_in_the_middle_of_a_page_writes_with_it(storage: SqlStorage, account: str) -> None:
    """An observer with the same storage, in the same account or in another one: everything is stored."""
    meddler = Meddler(storage, account)
    crm = ripe(storage, observer=meddler)
    meddler.listens = True
    assert len(LEADS) == crm.sweep().done
    assert [1] * len(LEADS) == colds(crm)
    assert len(LEADS) == meddler.wrote == len(meddler.crm.contacts())
    assert all(frozenset({"heard"}) == contact.tags for contact in meddler.crm.contacts())
    assert () == crm.drift()


def test_what_is_known_of_a_page_is_what_was_written_last(storage: SqlStorage) -> None:
    """Every store gives what was saved in the page, before it is in the database and afterwards."""
    crm = ripe(storage)
    booked = samples.appointment("A-1", attendees=(Attendee("c-1", None),))
    with storage.transaction("acme") as stores:
        leads = stores.contacts.ripe("franchise", NOON + 400 * DAY, limit=100, claim=True)
        assert LEADS == tuple(lead.id for lead in leads)
        with storage.transaction("acme") as inner:
            inner.contacts.save("franchise", evolve(leads[0], follow_up=None))
            inner.persons.save(Person(id="c-1", name="Eve", version=7))
            inner.guards.touch("appointments", "c-1")
            with suppress(Oops), storage.transaction("acme") as innermost:
                innermost.guards.touch("appointments", "c-1")
                innermost.persons.save(Person(id="c-2", name="Eve", version=7))
                assert 2 == innermost.guards.version("appointments", "c-1")
                raise Oops
            inner.appointments.save(booked)
        known = stores.contacts.get("franchise", "c-0")
        person = stores.persons.get("c-1")
        assert (None, "Eve") == (known and known.follow_up, person and person.name)
        assert (1, 0) == tuple(stores.guards.version("appointments", key) for key in ("c-1", "c-2"))
        assert ((booked,), ()) == tuple(stores.appointments.of_contact(key) for key in ("c-1", "c-2"))
        assert LEADS[1:] == tuple(lead.id for lead in stores.contacts.ripe("franchise", NOON + 400 * DAY, claim=True))
        stores.persons.remove("c-1")
        stores.contacts.remove("franchise", "c-2")
        assert (None, None) == (stores.persons.get("c-1"), stores.contacts.get("franchise", "c-2"))
    assert (6, 0) == (crm.sweep().done, crm.sweep().done)


def test_a_row_that_was_changed_by_a_condition_is_read_again(storage: SqlStorage) -> None:
    """What is locked is not asked for twice, but for what a query has changed; and `=` None asks what is empty."""
    with storage.transaction("acme") as stores:
        rows = stores._rows  # noqa: SLF001  # what the stores stand on
        stores.persons.save(Person(id="c-1", name="Eve", version=7))
        assert ["c-1"] == [row["id"] for row in rows.locked("persons", [{"id": "c-1"}])]
        unknown = Query(table="persons", where=(("address", "=", None),))
        assert ["c-1"] == [row["id"] for row in rows.find(unknown)]
        assert 1 == rows.change(unknown, {"address": "eve@example.org"})
        found = rows.get("persons", {"id": "c-1"})
        assert "eve@example.org" == (found and found["address"])
        assert [] == rows.find(unknown)


# ---- what is remembered of a storage


@pytest.mark.parametrize("kind", BOTH)
def test_a_funnel_whose_storing_was_taken_back_is_stored_again(kind: str, tmp_path: Path) -> None:
    """Also where it was read inside the transaction that had written it: another process reads the history by it."""
    url = fresh_url(kind, tmp_path)
    storage, other = SqlStorage(url), SqlStorage(url)
    crm = service(storage, FixedClock(NOON))

    def add(key: str) -> Contact:
        found: Contact = crm.do(Adopt(name="Ada", id=key, status=Franchise.NEW_LEAD, since=NOON, by=COACH))
        return found

    with suppress(Oops), storage.transaction("acme"):
        add("c-1")
        add("c-2")
        raise Oops
    for key in ("c-3", "c-4"):
        add(key)
        with other.transaction("acme", write=False) as stores:
            assert stores.funnels.get(FRANCHISE.fingerprint) is not None
    with storage.transaction("other", write=False) as stores:
        assert stores.funnels.get(FRANCHISE.fingerprint) is None
    storage.close()
    other.close()


@pytest.mark.parametrize("kind", BOTH)
def test_no_list_of_ids_is_too_long(kind: str, tmp_path: Path) -> None:
    """More than a statement of the database can have parameters."""
    storage = fresh_storage(kind, tmp_path)
    ids = [f"c-{n}" for n in range(300_000)]
    with storage.transaction("acme") as stores:
        stores.persons.save(Person(id=ids[-1], name="Ada", version=1))
        assert ids[-1:] == list(stores.persons.many(ids))
    storage.close()
