"""Workers are killed in the middle of their work: nothing that was acknowledged is lost, and no half is ever seen.

Real processes invite, tag, accept and deliver in one database, and write down what was acknowledged. One after another
is ended by SIGKILL, at any point of its work, and started again; the next one goes on where the log of the last one
ends, with the same keys. Another process looks on all the while. At the end all is compared with the logs.

    python tests/faults/killed.py            a few kills on each database
    python tests/faults/killed.py --full     200 on SQLite, 50 on PostgreSQL
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from sqlalchemy import select, text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # for `tests`, when it is run as a script

from funnelkit import TEAM, Actor, FunnelService, Role
from funnelkit.adapters.memory import FixedClock
from funnelkit.adapters.sql import SqlStorage
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.commands import Accept, AddContact, DefineOffer, Invite, MintLink, Tag
from funnelkit.rules import history
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.team import Team
from funnelkit.values.client_events import InvitationAccepted
from funnelkit.values.plan import Message
from tests import databases

Crm: TypeAlias = FunnelService[Any, Any]

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
WORKERS: Final = 3
SHARED: Final = 3
"""So many contacts are tagged by everybody."""
PATIENCE: Final = 60.0
"""Seconds after which a worker that gets nothing done is taken to hang."""
FULL: Final = {databases.FILE: 200, databases.POSTGRES: 50}
SHORT: Final = {databases.FILE: 6, databases.POSTGRES: 4}


class Written:
    """A notifier that writes down the key of each message, so that it is known whoever is killed."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def send(self, account: str, message: Message) -> None:
        """Write it down."""
        os.write(self._file, f"{account} {message.key}\n".encode())


class Log:
    """What one worker has begun and what was acknowledged, over all its lives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(self, *words: object) -> None:
        """Add a line: at once, in one piece."""
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())

    def lines(self) -> list[list[str]]:
        """Give the words of each line."""
        return [line.split() for line in self._path.read_text().splitlines()]


def service(storage: SqlStorage, notifier: Written | None = None, now: datetime = NOW) -> Crm:
    """Give a service; the clock stands."""
    return FunnelService(TEAM, account="acme", storage=storage, clock=FixedClock(now), notifier=notifier)


# ---- who works


def work(url: str, folder: Path, slot: int) -> None:
    """Work until killed, from where the log ends."""
    log = Log(folder / f"worker-{slot}")
    crm = service(SqlStorage(url), Written(folder / "sent"))
    begun = [int(words[1]) for words in log.lines() if words[0] == "try"]
    n = begun[-1] if begun else 0  # the last one may have been killed at any point of this
    parent = os.getppid()
    while os.getppid() == parent:  # nobody works for a harness that is gone
        log.say("try", n)
        unit(crm, log, f"{slot}-{n}", n)
        n += 1


def unit(crm: Crm, log: Log, name: str, n: int) -> None:
    """Invite somebody new, tag somebody whom all tag, accept some invitations, deliver now and then."""
    invite: Any = Invite(
        id=f"c-{name}", name="Ada", email=f"c-{name}@example.org", status=Team.CLIENT, packages=["five"], by=OWNER
    )
    invitation = crm.do(invite, key=f"{name}-invite").id
    log.say("ok", "invite", name, invitation)
    crm.do(Tag(contact=f"shared-{n % SHARED}", tags=[name], by=OWNER), key=f"{name}-tag")
    log.say("ok", "tag", name, n % SHARED)
    if n % 2 and crm.invitation(invitation).state is InvitationStatus.PENDING:
        crm.do(Accept(token=crm.do(MintLink(invitation=invitation, by=OWNER))))
        log.say("ok", "accept", name, invitation)
    if n % 3 == 0:
        log.say("ok", "deliver", name, crm.deliver(20))


def watch(url: str, folder: Path) -> None:
    """Look until killed: what is seen is whole, whoever is being killed."""
    log = Log(folder / "watcher")
    storage = SqlStorage(url)
    crm = service(storage)
    parent = os.getppid()
    while os.getppid() == parent:
        with storage.transaction("acme", write=False):
            every = crm.contacts()
            for contact in (*every[:SHARED], *every[-10:]):
                for fault in halves(crm, contact.id):
                    log.say("fault", fault)
        log.say("ok", "looked")


def halves(crm: Crm, contact: str) -> Iterator[str]:
    """Give what is there of a contact in part."""
    found = crm.contact(contact)
    if found != history.contact_at(crm.history(contact)):
        yield f"{contact} is not what its history says"
    if contact.startswith("shared"):
        return
    if crm.person(contact).email != f"{contact}@example.org":
        yield f"{contact} has another address"
    told = [(held.package.contact, held.package.offer) for held in crm.packages(contact)]
    if told != [(contact, "five")]:
        yield f"{contact} has {len(told)} packages"
    waiting = crm.invitations(contact)
    if len(waiting) != 1:
        yield f"{contact} has {len(waiting)} invitations"
    for one in waiting:
        events = crm.history_of("invitation", one.id)
        if [event.version for event in events] != list(range(1, len(events) + 1)):
            yield f"the history of {one.id} has gaps"
        accepted = sum(isinstance(event, InvitationAccepted) for event in events)
        if accepted != (one.state is InvitationStatus.ACCEPTED):
            yield f"{one.id} was accepted {accepted} times and is {one.state.value}"


# ---- who kills


@contextmanager
def started(*acts: Callable[[], None]) -> Iterator[list[int]]:
    """Run each in a process of its own; whatever happens, none of them is left."""
    pids = [forked(act) for act in acts]
    try:
        yield pids
    finally:
        for pid in pids:
            killed(pid)


def forked(act: Callable[[], None]) -> int:
    """Run it in a process of its own. What goes wrong there is shown here, and ends it."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            act()
        except BaseException:  # noqa: BLE001  # whatever it is, this is the end of the process
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(1)  # without what its parent does on leaving
    return pid


def killed(pid: int) -> None:
    """End a process that we started, in the middle of whatever it does."""
    with suppress(ProcessLookupError, ChildProcessError):  # it has ended by itself, and that was told
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def wait_for(log: Log, count: int, pid: int) -> None:
    """Wait until a worker has got something done. Raises AssertionError when it has ended or hangs."""
    until = time.monotonic() + PATIENCE
    while sum(words[0] == "ok" for words in log.lines()) < count:
        assert os.waitpid(pid, os.WNOHANG) == (0, 0), "a worker ended by itself"
        assert time.monotonic() < until, "a worker got nothing done"
        time.sleep(0.002)


def storm(url: str, folder: Path, kills: int, seed: int) -> None:
    """Kill so many workers, each of which has got something done in this life, and start them again."""
    chance = random.Random(seed)
    logs = [Log(folder / f"worker-{slot}") for slot in range(WORKERS)]
    acts = [lambda slot=slot: work(url, folder, slot) for slot in range(WORKERS)]
    with started(*acts, lambda: watch(url, folder)) as pids:
        for n in range(kills):
            slot = n % WORKERS
            done = sum(words[0] == "ok" for words in logs[slot].lines())
            wait_for(logs[slot], done + 1 + chance.randrange(3), pids[slot])
            time.sleep(chance.uniform(0, 0.03))  # anywhere in what comes next
            killed(pids[slot])
            pids[slot] = forked(acts[slot])
        wait_for(Log(folder / "watcher"), 2, pids[-1])


# ---- what is left


def faults(url: str, folder: Path) -> Iterator[str]:
    """Give everything that was lost, is there in part, or is there too often."""
    said = [words for slot in range(WORKERS) for words in Log(folder / f"worker-{slot}").lines()]
    yield from (" ".join(words) for words in Log(folder / "watcher").lines() if words[0] == "fault")
    storage = SqlStorage(url)
    crm = service(storage)
    contacts = {contact.id: contact for contact in crm.contacts()}
    invitations: dict[str, set[str]] = {}
    for word, what, *more in said:
        if word != "ok":
            continue
        name = more[0]
        if what == "invite":
            invitations.setdefault(name, set()).add(more[1])
            if [one.id for one in crm.invitations(f"c-{name}")] != [more[1]]:
                yield f"the invitation of c-{name} was acknowledged and is not there"
        if what == "tag" and name not in contacts[f"shared-{more[1]}"].tags:
            yield f"the tag {name} was acknowledged and is not there"
        if what == "accept" and crm.invitation(more[1]).state is not InvitationStatus.ACCEPTED:
            yield f"{more[1]} was acknowledged as accepted and is not"
    yield from (f"the key of {name} gave two results" for name, gave in invitations.items() if len(gave) > 1)
    tried = {f"c-{slot}-{words[1]}" for slot in range(WORKERS) for words in Log(folder / f"worker-{slot}").lines()
             if words[0] == "try"}  # fmt: skip
    yield from (f"{key} was never tried" for key in contacts if key not in tried and not key.startswith("shared"))
    for contact in contacts:
        yield from halves(crm, contact)
    yield from unsent(storage, folder)
    if storage.engine.dialect.name == "sqlite":
        with storage.engine.connect() as connection:
            for check in ("integrity_check", "foreign_key_check"):
                yield from (str(row) for row in connection.execute(text(f"PRAGMA {check}")).scalars() if row != "ok")
    storage.close()


def unsent(storage: SqlStorage, folder: Path) -> Iterator[str]:
    """Let the rest leave, when the claims of the dead have run out; give what did not, or should not have."""
    crm = service(storage, Written(folder / "sent"), NOW + timedelta(hours=1))
    while crm.deliver(1000):
        pass
    outbox = TABLES["outbox"]
    with storage.engine.connect() as connection:
        rows = connection.execute(select(outbox.c.key, outbox.c.state, outbox.c.document)).all()
    left = Counter((folder / "sent").read_text().split()[1::2])
    yield from (f"the message {key} left without being stored" for key in left.keys() - {row.key for row in rows})
    for row in rows:
        if row.state == "sent" and not left[row.key]:
            yield f"the message {row.key} is noted as sent and never left"
        ended = row.state == "withheld" and crm.invitation(row.document["invitation"]).state.value != "pending"
        if row.state != "sent" and not ended:
            yield f"the message {row.key} is still {row.state}"
    mailed = Counter(row.document["invitation"] for row in rows if row.document["template"] == "invitation")
    for contact in crm.contacts():
        for one in crm.invitations(contact.id):
            if mailed[one.id] != 1:
                yield f"there are {mailed[one.id]} mails of {one.id}"


def run(kind: str, kills: int, seed: int) -> bool:
    """Do it on one kind of database; tell what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="funnelkit-killed-"))
    try:
        url = databases.fresh_url(kind, folder)
        storage = SqlStorage(url)
        crm = service(storage)
        crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
        for n in range(SHARED):
            crm.do(AddContact(id=f"shared-{n}", name="Eve", by=OWNER))
        storage.close()
        storm(url, folder, kills, seed)
        found = list(faults(url, folder))
        acknowledged = sum(
            words[0] == "ok" for slot in range(WORKERS) for words in Log(folder / f"worker-{slot}").lines()
        )
        looked = sum(words[0] == "ok" for words in Log(folder / "watcher").lines())
        sent = Counter((folder / "sent").read_text().split()[1::2])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    twice = sum(count > 1 for count in sent.values())
    told = f"{kills} kills, {acknowledged} changes acknowledged, {len(sent)} messages left ({twice} more than once)"
    sys.stdout.write(f"{kind}: {told}, looked at {looked} times: {len(found)} faults\n")
    sys.stdout.writelines(f"  {fault}\n" for fault in found[:20])
    return not found


def main() -> int:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="200 kills on SQLite, 50 on PostgreSQL")
    parser.add_argument("--kind", choices=sorted(FULL), help="one kind of database only")
    parser.add_argument("--kills", type=int, help="so many kills on each")
    parser.add_argument("--seed", type=int, default=7, help="another run of chance")
    given = parser.parse_args()
    counts = FULL if given.full else SHORT
    kinds = [given.kind] if given.kind else list(counts)
    results = [run(kind, given.kills or counts[kind], given.seed) for kind in kinds]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
