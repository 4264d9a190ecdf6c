"""Many processes do the same at one moment: one wins, there is one history, and each row is claimed once.

Eight processes with four threads each, in one database. Each race has a stage that is set, what each of the 32 does,
and what has to hold afterwards.

    python tests/faults/rivals.py            each race once, 1,000 messages to claim
    python tests/faults/rivals.py --full     each race ten times, 10,000 messages
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier
from typing import Any, Final, TypeAlias

from attrs import frozen

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # for `tests`, when it is run as a script

from funnelkit import AGENCY, FRANCHISE, TEAM, Actor, FunnelkitError, FunnelService, Kind, Role
from funnelkit.adapters.memory import FixedClock
from funnelkit.adapters.sql import SqlStorage
from funnelkit.commands import Accept, AddContact, Adopt, Book, Convert, DefineOffer, Invite, MintLink, ScheduleFollowUp
from funnelkit.commands import Tag as SetTag
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.team import Team
from funnelkit.values.client_events import InvitationAccepted
from funnelkit.values.events import StatusChanged
from funnelkit.values.plan import Message
from tests import databases

Crm: TypeAlias = FunnelService[Any, Any]

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-1", role=Role.COACH)
PROCESSES: Final = 8
THREADS: Final = 4
WORKERS: Final = PROCESSES * THREADS
SHARE: Final = 7
"""So many messages one claims at a time."""


def service(storage: SqlStorage, funnel: Any, account: str) -> Crm:
    """Give a service; it is past the end of every follow-up that is planned here."""
    return FunnelService(funnel, account=account, storage=storage, clock=FixedClock(NOW), zone="Europe/Berlin")


# ---- the races: the stage gives what the rivals need to know; what each did comes back as a plain value


def invited(storage: SqlStorage, account: str, size: int) -> str:
    """Given an invitation with a package, and its link."""
    crm = service(storage, TEAM, account)
    crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
    invite: Any = Invite(id="c-1", name="Ada", email="ada@example.org", status=Team.CLIENT, packages=["five"], by=OWNER)
    link: str = crm.do(MintLink(invitation=crm.do(invite).id, by=OWNER)).reveal()
    return link


def accept(storage: SqlStorage, account: str, link: str, me: int) -> object:
    """Accept it."""
    return service(storage, TEAM, account).do(Accept(token=link)).id


def accepted(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then one did, by one event, and the package was granted once."""
    crm = service(storage, TEAM, account)
    (one,) = crm.invitations("c-1")
    events = sum(isinstance(event, InvitationAccepted) for event in crm.history_of("invitation", one.id))
    (held,) = crm.packages("c-1")
    return len(did), events, len(held.package.ledger), crm.drift()


def lead(storage: SqlStorage, account: str, size: int) -> str:
    """Given a contact of the agency."""
    crm = service(storage, AGENCY, account)
    crm.do(AddContact(id="c-1", name="Ada", email="ada@example.org", by=OWNER))
    return "c-1"


def convert(storage: SqlStorage, account: str, contact: str, me: int) -> object:
    """Make a client of it, whatever it was."""
    command: Any = Convert(contact=contact, to=Agency.CLIENT, by=OWNER)
    return service(storage, AGENCY, account).do(command, expect=1).version


def converted(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then one did, by one event."""
    crm = service(storage, AGENCY, account)
    events = [e for e in crm.history("c-1") if isinstance(e, StatusChanged) and e.to is Agency.CLIENT]
    return len(did), len(events), crm.contact("c-1").version, crm.drift()


def tag(storage: SqlStorage, account: str, contact: str, me: int) -> object:
    """Set a tag of one's own; who was slower plans again."""
    return service(storage, AGENCY, account).do(SetTag(contact=contact, tags=[f"t-{me}"], by=OWNER)).version


def tagged(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then all did, one after another, and no tag was lost."""
    crm = service(storage, AGENCY, account)
    found = crm.contact("c-1")
    whole = found == history.contact_at(crm.history("c-1"))
    return sorted(did), len(found.tags), found.version, whole


def called(storage: SqlStorage, account: str, size: int) -> str:
    """Given a lead that was called as often as one calls, long ago."""
    crm = FunnelService(
        FRANCHISE, account=account, storage=storage, clock=FixedClock(NOW - 99 * DAY), zone="Europe/Berlin"
    )
    crm.do(Adopt(id="c-1", name="Ada", status=Franchise.NEW_LEAD, since=NOW - 99 * DAY, by=COACH))
    for _ in range(6):
        crm.do(ScheduleFollowUp(contact="c-1", by=COACH))
    return "c-1"


def sweep(storage: SqlStorage, account: str, contact: str, me: int) -> object:
    """Do what time has made true."""
    return service(storage, FRANCHISE, account).sweep().done or None


def swept(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then one did, by one event."""
    crm = service(storage, FRANCHISE, account)
    events = [e for e in crm.history("c-1") if isinstance(e, StatusChanged) and e.to is Franchise.COLD]
    return did, len(events), crm.sweep().left, crm.drift()


def nobody(storage: SqlStorage, account: str, size: int) -> str:
    """Given nobody."""
    return ""


def add(storage: SqlStorage, account: str, _: str, me: int) -> object:
    """Add somebody under one address, written in one's own way."""
    address = ("ada@example.org", "ADA@example.org", "Ada@Example.Org", " ada@example.org")[me % 4]
    return service(storage, AGENCY, account).do(AddContact(name="Ada", email=address, by=OWNER)).id


def added(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then one did."""
    crm = service(storage, AGENCY, account)
    return did == [contact.id for contact in crm.contacts()], len(did), crm.drift()


def book(storage: SqlStorage, account: str, contact: str, me: int) -> object:
    """Book the coach; all the times overlap."""
    start = NOW + DAY + timedelta(minutes=me)
    command = Book(contacts=[contact], coach="m-1", kind=Kind.SESSION, start=start, minutes=60, by=OWNER)
    return service(storage, AGENCY, account).do(command).id


def booked(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then one did."""
    crm = service(storage, AGENCY, account)
    return did == [appointment.id for appointment in crm.appointments("c-1")], len(did)


def stored(storage: SqlStorage, account: str, size: int) -> str:
    """Given so many messages."""
    with storage.transaction(account) as stores:
        stores.outbox.add(Message(key=f"k-{n}", to="c-1", template="hello") for n in range(size))
    return ""


def claim(storage: SqlStorage, account: str, _: str, me: int) -> object:
    """Claim some, again and again, until none is left."""
    mine: list[str] = []
    while True:
        with storage.transaction(account) as stores:
            some = stores.outbox.claim(SHARE, NOW, NOW + DAY)
        if not some:
            return mine
        mine += [row.message.key for row in some]


def claimed(storage: SqlStorage, account: str, did: list[Any], size: int) -> object:
    """Then each of them is one worker's."""
    counts = Counter(key for keys in did for key in keys)
    with storage.transaction(account) as stores:
        left = len(stores.outbox.waiting(size, NOW))
    return len(counts), set(counts.values()), left


@frozen
class Race:
    """How the stage is set, what each does, what is found, and what has to be found."""

    stage: Callable[[SqlStorage, str, int], str]
    act: Callable[[SqlStorage, str, str, int], object]
    found: Callable[[SqlStorage, str, list[Any], int], object]
    expected: Callable[[int], object]


RACES: Final[dict[str, Race]] = {
    "accept one invitation": Race(invited, accept, accepted, lambda size: (1, 1, 1, ())),
    "convert one contact": Race(lead, convert, converted, lambda size: (1, 1, 2, ())),
    "tag one contact": Race(lead, tag, tagged, lambda size: ([*range(2, WORKERS + 2)], WORKERS, WORKERS + 1, True)),
    "sweep one lead": Race(called, sweep, swept, lambda size: ([1], 1, 0, ())),
    "add one address": Race(nobody, add, added, lambda size: (True, 1, ())),
    "book one hour": Race(lead, book, booked, lambda size: (True, 1)),
    "claim each message": Race(stored, claim, claimed, lambda size: (size, {1}, 0)),
}


# ---- how they run


def one_process(url: str, place: int, rounds: list[tuple[str, str, str]], start: Any, told: Any) -> None:
    """Take part in every round with each of the threads; tell what each did."""
    storage = SqlStorage(url)
    with ThreadPoolExecutor(THREADS) as pool:
        for name, account, known in rounds:
            start.wait()
            here = Barrier(THREADS)

            def run(n: int, name: str = name, account: str = account, known: str = known, here: Any = here) -> object:
                here.wait()
                try:
                    return RACES[name].act(storage, account, known, place * THREADS + n)
                except FunnelkitError:  # somebody was quicker
                    return None
                except Exception as error:  # noqa: BLE001  # it is told as what this one did, and found there
                    return f"{type(error).__name__}: {error}"

            for did in pool.map(run, range(THREADS)):
                told.put((account, did))
    storage.close()


def run(kind: str, times: int, size: int) -> bool:
    """Let them race on one kind of database; tell what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="funnelkit-rivals-"))
    url = databases.fresh_url(kind, folder)
    storage = SqlStorage(url)
    rounds = [
        (name, account, race.stage(storage, account, size))
        for n in range(times) for name, race in RACES.items() for account in [f"{name.replace(' ', '-')}-{n}"]
    ]  # fmt: skip
    storage.close()
    fork = get_context("fork")
    start, told = fork.Barrier(PROCESSES), fork.Queue()
    rivals = [fork.Process(target=one_process, args=(url, n, rounds, start, told)) for n in range(PROCESSES)]
    did: dict[str, list[Any]] = {account: [] for _, account, _ in rounds}
    try:
        for rival in rivals:
            rival.start()
        for _ in range(len(rounds) * WORKERS):
            account, what = told.get(timeout=120)
            did[account] += [] if what is None else [what]
        for rival in rivals:
            rival.join(timeout=60)
        wrong = list(faults(url, rounds, did, size))
    finally:
        for rival in rivals:
            if rival.is_alive():
                rival.kill()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{kind}: {len(rounds)} races of {WORKERS} workers, {len(wrong)} faults\n")
    sys.stdout.writelines(f"  {fault}\n" for fault in wrong)
    return not wrong


def faults(url: str, rounds: list[tuple[str, str, str]], did: dict[str, list[Any]], size: int) -> list[str]:
    """Give the races that came out wrong."""
    storage, wrong = SqlStorage(url), []
    for name, account, _ in rounds:
        race = RACES[name]
        try:
            found = race.found(storage, account, did[account], size)
        except Exception as error:  # noqa: BLE001  # what cannot even be looked at is a fault
            found = error
        if race.expected(size) != found:
            wrong.append(f"{account}: expected {race.expected(size)}, found {found!r}, did {did[account]!r:.500}")
    storage.close()
    return wrong


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="each race ten times, 10,000 messages")
    parser.add_argument("--kind", choices=(databases.FILE, databases.POSTGRES), help="one kind of database only")
    given = parser.parse_args()
    kinds = [given.kind] if given.kind else [databases.FILE, databases.POSTGRES]
    results = [run(kind, 10 if given.full else 1, 10_000 if given.full else 1000) for kind in kinds]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
