"""The tables of the storage in memory, one for each noun; what is written can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count, islice, takewhile
from typing import Any, Generic, TypeVar

from funnelkit.adapters.client_tables import Invitations, Links, Members, Offers, Packages
from funnelkit.adapters.undo import GONE, Queue, Table, Times
from funnelkit.errors import invalid
from funnelkit.ports.clients import Place
from funnelkit.ports.outbox import Waiting
from funnelkit.ports.storage import STORES
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Campaign
from funnelkit.values.person import Company, Group, Person
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Message, Noun, Read

N = TypeVar("N", Company, Group, Pipeline, Campaign)
F = TypeVar("F", Pipeline, Campaign)


class _Contacts:
    """Places in funnels; for each funnel the follow-ups by their dates, and the last ones by when they run out."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Queue[tuple[str, str], Contact] = Queue(log)
        self.due_by, self.ripe_by = Times(log), Times(log)

    def get(self, funnel: str, contact: str) -> Contact | None:
        return self._rows.get((funnel, contact))

    def many(self, funnel: str, contacts: Iterable[str]) -> dict[str, Contact]:
        return {contact: row for contact in contacts if (row := self._rows.get((funnel, contact))) is not None}

    def funnels(self, contact: str) -> tuple[str, ...]:
        return tuple(name for name, key in self._rows if key == contact)

    def every(self, funnel: str) -> Iterable[Contact]:
        return [row for (name, _), row in self._rows.items() if name == funnel]

    def due(
        self,
        funnel: str,
        before: datetime,
        coach: str | None = None,
        after: Place | None = None,
        limit: int | None = None,
    ) -> tuple[Contact, ...]:
        times = takewhile(lambda row: row[0] < before, self.due_by.of(funnel).behind(after))
        found = (self._rows[funnel, key] for _, key in times)
        return tuple(islice((c for c in found if coach in (None, c.coach)), limit))

    def ripe(
        self, funnel: str, until: datetime, after: Place | None = None, limit: int | None = None, *, claim: bool = False
    ) -> tuple[Contact, ...]:
        times = takewhile(lambda row: row[0] <= until, self.ripe_by.of(funnel).behind(after))
        return tuple(self._rows[funnel, key] for _, key in islice(times, limit))

    def count_ripe(self, funnel: str, until: datetime) -> tuple[int, datetime | None]:
        return self.ripe_by.count(funnel, until)

    def staged(self, funnel: str, pipeline: str | None = None) -> tuple[Contact, ...]:
        at = ((row, row.pipeline) for row in self.every(funnel))
        return tuple(row for row, place in at if place is not None and pipeline in (None, place.pipeline))

    def save(self, funnel: str, contact: Contact) -> None:
        stands, was = contact.follow_up, self._rows.get((funnel, contact.id))
        if stands is not None or (was is not None and was.follow_up is not None):
            self.due_by.put(funnel, contact.id, None if stands is None else stands.due)
            self.ripe_by.put(funnel, contact.id, None if stands is None else stands.gives_up)
        self._rows.put((funnel, contact.id), contact)

    def remove(self, funnel: str, contact: str) -> None:
        for times in (self.due_by, self.ripe_by):
            times.put(funnel, contact, None)
        self._rows.drop((funnel, contact))


class _Persons:
    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Person] = Table(log)
        self._holders: Table[str, tuple[str, ...]] = Table(log)

    def get(self, contact: str) -> Person | None:
        return self._rows.get(contact)

    def many(self, contacts: Iterable[str]) -> dict[str, Person]:
        return {key: row for key in contacts if (row := self._rows.get(key)) is not None}

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
            rest = tuple(c for c in self.holders(old.address) if c != old.id)
            if rest:
                self._holders.put(old.address, rest)
            else:  # no address is kept that nobody has
                self._holders.drop(old.address)


class _Nouns(Generic[N]):
    """Rows of one kind of noun, by id."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, N] = Table(log)

    def get(self, key: str) -> N | None:
        return self._rows.get(key)

    def save(self, noun: N) -> None:
        self._rows.put(noun.id, noun)


class _Groups(_Nouns[Group]):
    def many(self, groups: Iterable[str]) -> dict[str, Group]:
        return {group: self._rows[group] for group in groups if group in self._rows}


class _Appointments:
    """Appointments, and for each coach and contact the ids of theirs; a coach's also by the day on which they start."""

    def __init__(self, log: list[Any]) -> None:
        self._rows: Queue[str, Appointment] = Queue(log)
        self._of_contact: Table[str, tuple[str, ...]] = Table(log)
        self._by_day: Table[tuple[str, int], tuple[str, ...]] = Table(log)

    def get(self, appointment: str) -> Appointment | None:
        return self._rows.get(appointment)

    def of_contact(self, contact: str) -> tuple[Appointment, ...]:
        found = [self._rows[key] for key in self._of_contact.get(contact, ())]
        return tuple(sorted(found, key=lambda a: a.start)) if found else ()

    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        days = range(_day(start) - 1, _day(end) + 1)  # an appointment lasts a day at most
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
            day = (appointment.coach, _day(appointment.start))
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
        day = (old.coach, _day(old.start))
        self._by_day.put(day, tuple(key for key in self._by_day.get(day, ()) if key != old.id))


def _day(moment: datetime) -> int:
    """Give the day of a moment in UTC, in whatever zone it is told."""
    return moment.astimezone(UTC).toordinal()


class _OfFunnels(_Nouns[F], Generic[F]):
    """Nouns of which each belongs to a funnel."""

    def every(self, funnel: str) -> Iterable[F]:
        return [row for row in self._rows.values() if row.funnel == funnel]


class _Pipelines(_OfFunnels[Pipeline]):
    def default(self, funnel: str) -> Pipeline | None:
        return next((row for row in self.every(funnel) if row.default), None)


class _History:
    def __init__(self, log: list[Any]) -> None:
        self._events: Table[tuple[str, str, str], tuple[Event, ...]] = Table(log)
        self._texts: Table[str, str] = Table(log)

    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        return self._events.get((within, kind, noun), ())

    def text(self, event: str) -> str | None:
        return self._texts.get(event)

    def texts(self, events: Iterable[str]) -> dict[str, str]:
        return {key: text for key in events if (text := self._texts.get(key)) is not None}

    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:
        for event in events:
            about = (event.within, event.noun, event.about)
            self._events.put(about, (*self._events.get(about, ()), event))
        for key, text in texts:
            self._texts.put(key, text)

    def forget(self, nouns: Iterable[tuple[str, str]]) -> None:
        gone = set(nouns)
        for (_, kind, noun), events in self._events.items():
            if (kind, noun) in gone:
                for event in events:
                    self._texts.drop(event.id)


class _Outbox:
    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, Waiting] = Table(log)
        self._done: Table[str, Message | None] = Table(log)
        self._held: Table[str, datetime] = Table(log)
        self._withheld: Table[str, Message] = Table(log)
        self._places: Table[str, int] = Table(log)
        self._numbers = count()
        self._log = log

    def add(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if not any(message.key in known for known in (self._rows, self._done, self._withheld)):
                self._places.put(message.key, next(self._numbers))
                self._rows.put(message.key, Waiting(message))

    def waiting(self, limit: int, now: datetime) -> tuple[Waiting, ...]:
        return tuple(islice(self._ready(now), limit))

    def _ready(self, now: datetime) -> Iterator[Waiting]:
        ready = self._in_order(key for key in self._rows if self._held.get(key, now) <= now)
        return (self._rows[key] for key in ready)

    def _in_order(self, keys: Iterable[str]) -> list[str]:
        return sorted(keys, key=self._places.__getitem__)  # undoing and reviving put rows at the end

    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:
        if any(table is self._places and was is GONE for table, _, was in self._log):
            raise invalid("transaction", "messages of this transaction are sent when it is committed, and not before")
        found = tuple(islice((row for row in self._ready(now) if row.message.key not in but), limit))
        for row in found:
            self.hold(row.message.key, until)
        return found

    def hold(self, key: str, until: datetime) -> None:
        if key in self._rows:
            self._held.put(key, until)

    def withhold(self, key: str) -> None:
        if key in self._rows:
            self._withheld.put(key, self._rows[key].message)
            self._drop(key)

    def withheld(self) -> tuple[Message, ...]:
        return tuple(self._withheld[key] for key in self._in_order(self._withheld))

    def sent(self, key: str) -> None:
        self._drop(key)
        self._done.put(key, None)

    def failed(self, key: str, until: datetime | None) -> None:
        row = self._rows.get(key)
        if row is None:  # another worker was quicker
            return
        if until is None:
            self._drop(key)
            self._done.put(key, row.message)
        else:
            self._rows.put(key, Waiting(row.message, row.failures + 1))
            self._held.put(key, until)

    def dead(self) -> tuple[Message, ...]:
        dead = {key: message for key, message in self._done.items() if message is not None}
        return tuple(dead[key] for key in self._in_order(dead))

    def about(self, contact: str) -> tuple[Message, ...]:
        waiting = (self._rows[key].message for key in self._in_order(self._rows))
        return tuple(m for m in (*waiting, *self.withheld(), *self.dead()) if m.concerns(contact))

    def forget(self, contact: str) -> None:
        for message in self.about(contact):
            self._drop(message.key)
            self._withheld.drop(message.key)
            self._done.drop(message.key)
            self._places.drop(message.key)

    def revive(self, key: str) -> bool:
        message = self._done.get(key)
        if message is None:
            return False
        self._done.drop(key)
        self._rows.put(key, Waiting(message))
        return True

    def _drop(self, key: str) -> None:
        self._rows.drop(key)
        self._held.drop(key)


class _Keys:
    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, tuple[str, object]] = Table(log)

    def get(self, key: str) -> tuple[str, object] | None:
        return self._rows.get(key)

    def save(self, key: str, command: str, result: object) -> None:
        self._rows.put(key, (command, result))


class _Funnels:
    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[str, object] = Table(log)

    def get(self, fingerprint: str) -> object | None:
        return self._rows.get(fingerprint)

    def save(self, fingerprint: str, document: object) -> None:
        if fingerprint not in self._rows:
            self._rows.put(fingerprint, document)


class _Guards:
    def __init__(self, log: list[Any]) -> None:
        self._rows: Table[tuple[str, str], int] = Table(log)

    def version(self, kind: str, key: str) -> int:
        return self._rows.get((kind, key), 0)

    def touch(self, kind: str, key: str) -> None:
        self._rows.put((kind, key), self._rows.get((kind, key), 0) + 1)


class Account:
    """All stores of one account. All accounts of a storage note into one log: what is undone is undone in every one."""

    def __init__(self, log: list[tuple[Any, Any, Any]]) -> None:
        self.log = log
        self.contacts = _Contacts(self.log)
        self.persons = _Persons(self.log)
        self.companies: _Nouns[Company] = _Nouns(self.log)
        self.groups = _Groups(self.log)
        self.appointments = _Appointments(self.log)
        self.pipelines = _Pipelines(self.log)
        self.campaigns: _OfFunnels[Campaign] = _OfFunnels(self.log)
        self.members = Members(self.log)
        self.invitations = Invitations(self.log)
        self.links = Links(self.log)
        self.offers = Offers(self.log)
        self.packages = Packages(self.log)
        self.history = _History(self.log)
        self.outbox = _Outbox(self.log)
        self.keys = _Keys(self.log)
        self.funnels = _Funnels(self.log)
        self.guards = _Guards(self.log)

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:
        return next((read for read in reads if self._version(read[0], read[1], funnel) != read[2]), None)

    def _version(self, kind: str, key: str, funnel: str) -> int:
        if kind == "contact":
            found: Noun | None = self.contacts.get(funnel, key)
        elif kind in STORES:
            found = getattr(self, STORES[kind]).get(key)
        else:
            return self.guards.version(kind, key)
        return 0 if found is None else found.version
