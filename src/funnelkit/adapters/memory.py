"""Every port in memory: complete, safe under threads, for tests, demos and scripts. Nothing survives the process."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from funnelkit.ports.storage import Waiting
from funnelkit.times import instant
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.plan import Message

K = TypeVar("K")
V = TypeVar("V")
_GONE = object()


class _Table(dict[K, V]):
    """A table whose changes can be undone: inside a transaction each first change of a key is noted."""

    def __init__(self, log: list[tuple[Any, Any, Any]]) -> None:
        super().__init__()
        self._log = log

    def put(self, key: K, value: V) -> None:
        """Write, and note what stood there."""
        self._log.append((self, key, self.get(key, _GONE)))
        self[key] = value

    def drop(self, key: K) -> None:
        """Take out, and note what stood there."""
        if key in self:
            self._log.append((self, key, self.pop(key)))


class _Contacts:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[tuple[str, str], Contact] = _Table(log)

    def get(self, funnel: str, contact: str) -> Contact | None:
        return self._rows.get((funnel, contact))

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        return {contact: row for contact in contacts if (row := self._rows.get((funnel, contact))) is not None}

    def funnels(self, contact: str) -> tuple[str, ...]:
        return tuple(name for name, key in self._rows if key == contact)

    def every(self, funnel: str) -> Iterable[Contact]:
        return [row for (name, _), row in self._rows.items() if name == funnel]

    def save(self, funnel: str, contact: Contact) -> None:
        self._rows.put((funnel, contact.id), contact)

    def remove(self, funnel: str, contact: str) -> None:
        self._rows.drop((funnel, contact))


class _Persons:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, Person] = _Table(log)
        self._holders: _Table[str, tuple[str, ...]] = _Table(log)

    def get(self, contact: str) -> Person | None:
        return self._rows.get(contact)

    def holders(self, address: str) -> tuple[str, ...]:
        return self._holders.get(address, ())

    def save(self, person: Person) -> None:
        old = self._rows.get(person.id)
        if old is None or old.address != person.address:
            self._forget(old)
            if person.address is not None:
                self._holders.put(person.address, (*self.holders(person.address), person.id))
        self._rows.put(person.id, person)

    def remove(self, contact: str) -> None:
        self._forget(self._rows.get(contact))
        self._rows.drop(contact)

    def _forget(self, old: Person | None) -> None:
        if old is not None and old.address is not None:
            self._holders.put(old.address, tuple(c for c in self.holders(old.address) if c != old.id))


class _Companies:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, Company] = _Table(log)

    def get(self, company: str) -> Company | None:
        return self._rows.get(company)

    def save(self, company: Company) -> None:
        self._rows.put(company.id, company)


class _Groups:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, Group] = _Table(log)

    def get(self, group: str) -> Group | None:
        return self._rows.get(group)

    def many(self, groups: Iterable[str]) -> dict[str, Group]:
        return {group: self._rows[group] for group in groups if group in self._rows}

    def save(self, group: Group) -> None:
        self._rows.put(group.id, group)


class _Appointments:
    """Appointments, and for each coach and contact the ids of theirs; a coach's also by the day on which they start."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, Appointment] = _Table(log)
        self._of_contact: _Table[str, tuple[str, ...]] = _Table(log)
        self._by_day: _Table[tuple[str, int], tuple[str, ...]] = _Table(log)

    def get(self, appointment: str) -> Appointment | None:
        return self._rows.get(appointment)

    def of_contact(self, contact: str) -> tuple[Appointment, ...]:
        found = [self._rows[key] for key in self._of_contact.get(contact, ())]
        return tuple(sorted(found, key=lambda a: a.start)) if found else ()

    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        days = range(start.toordinal() - 1, end.toordinal() + 1)  # an appointment lasts a day at most
        found = [self._rows[key] for day in days for key in self._by_day.get((coach, day), ())]
        return tuple(a for a in found if a.start < end and start < a.end)

    def every(self, funnel: str, coach: str | None = None) -> Iterable[Appointment]:
        found = [a for a in self._rows.values() if a.funnel == funnel and coach in (None, a.coach)]
        return sorted(found, key=lambda a: a.start)

    def save(self, appointment: Appointment) -> None:
        old = self._rows.get(appointment.id)
        if old is None or (old.start, old.coach, old.attendees) != (
            appointment.start,
            appointment.coach,
            appointment.attendees,
        ):
            self._unlist(old)
            for attendee in appointment.attendees:
                self._of_contact.put(attendee.contact, (*self._of_contact.get(attendee.contact, ()), appointment.id))
            day = (appointment.coach, appointment.start.toordinal())
            self._by_day.put(day, (*self._by_day.get(day, ()), appointment.id))
        self._rows.put(appointment.id, appointment)

    def remove(self, appointment: str) -> None:
        self._unlist(self._rows.get(appointment))
        self._rows.drop(appointment)

    def _unlist(self, old: Appointment | None) -> None:
        if old is None:
            return
        for attendee in old.attendees:
            rest = tuple(key for key in self._of_contact.get(attendee.contact, ()) if key != old.id)
            self._of_contact.put(attendee.contact, rest)
        day = (old.coach, old.start.toordinal())
        self._by_day.put(day, tuple(key for key in self._by_day.get(day, ()) if key != old.id))


class _History:
    def __init__(self, log: list[Any]) -> None:
        self._events: _Table[tuple[str, str, str], tuple[Event, ...]] = _Table(log)
        self._texts: _Table[str, str] = _Table(log)

    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        return self._events.get((within, kind, noun), ())

    def text(self, event: str) -> str | None:
        return self._texts.get(event)

    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:
        for event in events:
            about = (event.within, event.noun, event.about)
            self._events.put(about, (*self._events.get(about, ()), event))
        for key, text in texts:
            self._texts.put(key, text)


class _Outbox:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, Waiting] = _Table(log)
        self._done: _Table[str, Message | None] = _Table(log)

    def add(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.key not in self._rows and message.key not in self._done:
                self._rows.put(message.key, Waiting(message))

    def waiting(self, limit: int) -> tuple[Waiting, ...]:
        return tuple(row for row, _ in zip(self._rows.values(), range(limit), strict=False))

    def sent(self, key: str) -> None:
        self._rows.drop(key)
        self._done.put(key, None)

    def failed(self, key: str, *, dead: bool) -> None:
        row = self._rows[key]
        if dead:
            self._rows.drop(key)
            self._done.put(key, row.message)
        else:
            self._rows.put(key, Waiting(row.message, row.failures + 1))

    def dead(self) -> tuple[Message, ...]:
        return tuple(message for message in self._done.values() if message is not None)


class _Keys:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, tuple[str, object]] = _Table(log)

    def get(self, key: str) -> tuple[str, object] | None:
        return self._rows.get(key)

    def save(self, key: str, command: str, result: object) -> None:
        self._rows.put(key, (command, result))


class _Funnels:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[str, object] = _Table(log)

    def get(self, fingerprint: str) -> object | None:
        return self._rows.get(fingerprint)

    def save(self, fingerprint: str, document: object) -> None:
        if fingerprint not in self._rows:
            self._rows.put(fingerprint, document)


class _Guards:
    def __init__(self, log: list[Any]) -> None:
        self._rows: _Table[tuple[str, str], int] = _Table(log)

    def version(self, kind: str, key: str) -> int:
        return self._rows.get((kind, key), 0)

    def touch(self, kind: str, key: str) -> None:
        self._rows.put((kind, key), self._rows.get((kind, key), 0) + 1)


class _Account:
    """All stores of one account."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, Any, Any]] = []
        self.depth = 0
        self.contacts = _Contacts(self.log)
        self.persons = _Persons(self.log)
        self.companies = _Companies(self.log)
        self.groups = _Groups(self.log)
        self.appointments = _Appointments(self.log)
        self.history = _History(self.log)
        self.outbox = _Outbox(self.log)
        self.keys = _Keys(self.log)
        self.funnels = _Funnels(self.log)
        self.guards = _Guards(self.log)


class CountedIdentifiers:
    """Ids that count: `contact-1`, `contact-2`, ...; each kind for itself, safe under threads."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def fresh(self, kind: str) -> str:
        """Give the next one."""
        with self._lock:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}-{count:09d}" if kind == "event" else f"{kind}-{count}"


class MemoryStorage:
    """Storage in memory: one transaction at a time, undone when it is left with an error."""

    retries = True

    def __init__(self) -> None:
        self.identifiers = CountedIdentifiers()
        self._accounts: dict[str, _Account] = {}
        self.lock = threading.RLock()

    def transaction(self, account: str) -> _Transaction:
        """Open one. Another thread waits; the same thread goes on in the one that is open."""
        return _Transaction(self, account)

    def stores(self, account: str) -> _Account:
        """Give the stores of an account, new ones where there are none yet."""
        found = self._accounts.get(account)
        if found is None:
            found = self._accounts[account] = _Account()
        return found


class _Transaction:
    """One transaction: what is done in it is undone when it is left with an error."""

    def __init__(self, storage: MemoryStorage, account: str) -> None:
        self._storage = storage
        self._account = account

    def __enter__(self) -> _Account:
        self._storage.lock.acquire()
        self._stores = self._storage.stores(self._account)
        self._mark = len(self._stores.log)
        self._stores.depth += 1
        return self._stores

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        stores = self._stores
        try:
            if kind is not None:
                for table, key, was in reversed(stores.log[self._mark :]):
                    if was is _GONE:
                        table.pop(key, None)
                    else:
                        table[key] = was
                del stores.log[self._mark :]
            stores.depth -= 1
            if stores.depth == 0:
                stores.log.clear()
        finally:
            self._storage.lock.release()


class FixedClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self._now = instant(now, "now")

    def now(self) -> datetime:
        """Give the moment it stands at."""
        return self._now

    def set(self, now: datetime) -> None:
        """Put it to that moment, earlier or later."""
        self._now = instant(now, "now")

    def advance(
        self, length: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0
    ) -> None:
        """Let real time pass."""
        self._now += (length or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes)


class MemoryNotifier:
    """Keeps what it is asked to send, once for each key; fails on purpose for the keys' templates in `failing`."""

    def __init__(self, failing: Iterable[str] = ()) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.failing = set(failing)
        self._keys: set[tuple[str, str]] = set()

    def send(self, account: str, message: Message) -> None:
        """Keep it."""
        if message.template in self.failing:
            raise ConnectionError(message.template)
        if (account, message.key) not in self._keys:
            self._keys.add((account, message.key))
            self.sent.append((account, message))


class MemoryObserver:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, object]]] = []

    def hears(self, what: str, account: str, facts: Any) -> None:  # any mapping will do
        """Keep it."""
        self.heard.append((what, account, dict(facts)))
