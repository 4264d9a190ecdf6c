"""WHAT IS TO BE DONE: who is due, what will come, and who stands still. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from funnelkit.asking import asked
from funnelkit.commands.follow_ups import GiveUp
from funnelkit.commands.invitations import ExpireInvitation
from funnelkit.decisions import Decision
from funnelkit.errors import invalid
from funnelkit.facts import in_time
from funnelkit.funnel import Funnel
from funnelkit.planning import Command
from funnelkit.ports.clients import Place, runs_out_at
from funnelkit.ports.clock import Clock
from funnelkit.ports.contacts import due_at, ripe_at
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.rules import follow_up, progress
from funnelkit.stored import StoredView, place_of
from funnelkit.table import Status
from funnelkit.times import OpenOn, day_of, instant, later, wall, zone_of
from funnelkit.values.actor import CLOCK
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.person import Person
from funnelkit.words import Progress, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

INSTANT: Final = timedelta(microseconds=1)


PlaceOf: TypeAlias = Callable[[Any], Place | None]
CommandFor: TypeAlias = Callable[[str], Command[Status, object]]

RIPENS: Final[tuple[tuple[str, PlaceOf, CommandFor], ...]] = (
    ("contacts", ripe_at, lambda contact: GiveUp(contact=contact, by=CLOCK)),
    ("invitations", runs_out_at, lambda invitation: ExpireInvitation(invitation=invitation, by=CLOCK)),
)
"""What time alone makes true: in which store it waits, at which place, and what does it."""


def about_whom(row: Contact | Invitation) -> str:
    """Give the contact that a row of these is about."""
    return row.contact if isinstance(row, Invitation) else row.id


@frozen(kw_only=True)
class Due(Generic[S]):
    """A follow-up that is due: whom, which number, its notes, and why it is due. Names and notes show in no repr."""

    contact: str
    name: str | None = field(repr=False)
    """None where the host keeps names to itself."""
    coach: str | None
    status: S
    attempt: int
    due: datetime
    """UTC."""
    set: datetime
    """When it was set."""
    exact: bool
    """Whether somebody chose the date; else it is the policy's delay after `set`."""
    overdue: bool
    """Whether it was due on an earlier day."""
    gives_up: datetime | None
    """When the lead is cold unless something happens before."""
    notes: str | None = field(repr=False)
    why: Decision = field(repr=False)


@frozen(kw_only=True)
class DueList(Generic[S]):
    """Who is due on a local day, by date. `next` is where the next page begins; None: there is nothing behind it.

    Nobody may be left to show on the next page, where all who follow may not be contacted.
    """

    on: date
    zone: str
    entries: tuple[Due[S], ...]
    next: Place | None = None

    def __iter__(self) -> Iterator[Due[S]]:
        """Give every entry."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Count the entries of this page."""
        return len(self.entries)

    @property
    def overdue(self) -> tuple[Due[S], ...]:
        """What was due on an earlier day."""
        return tuple(entry for entry in self.entries if entry.overdue)

    @property
    def today(self) -> tuple[Due[S], ...]:
        """What is due on this day."""
        return tuple(entry for entry in self.entries if not entry.overdue)


@frozen(kw_only=True)
class OpenContact(Generic[S]):
    """A contact that is worked on, and how it stands with it."""

    contact: str
    coach: str | None
    status: S
    since: datetime | None
    progress: Progress
    why: Decision = field(repr=False)


class Agenda(Generic[S, R]):
    """What can be asked about what is to be done."""

    funnel: Funnel[S, R]
    account: str
    zone: str
    zones: Mapping[str, str]
    _storage: Storage
    _clock: Clock
    _open_on: OpenOn | None

    @asked
    def due(
        self,
        *,
        on: date | None = None,
        until: datetime | None = None,
        coach: str | None = None,
        limit: int = 100,
        after: Place | None = None,
    ) -> DueList[S]:
        """Give who is due on a local day, overdue ones included: what a coach sees at log-in. Sorted by date and id.

        `on` None: today, by the coach's clock if that is known, else by the account's. `until`: up to that instant,
        inclusive, instead of a day. `coach` None: everybody's. Who may not be contacted is left out. Raises Invalid.
        """
        _page(after)
        now = instant(self._clock.now(), "clock")
        last = None if until is None else later(instant(until, "until"), INSTANT, "until")
        entries: list[Due[S]] = []
        with self._storage.transaction(self.account, write=False) as stores:
            zone = place_of(stores, coach, self.zones, self.zone)
            day = _day(on, until, now, zone)
            start, end = day_of(day, zone)
            before = end if last is None else last
            while True:
                wanted = limit - len(entries)
                rows = stores.contacts.due(self.funnel.name, before, coach, after, wanted + 1)
                entries += self._entries(stores, rows[:wanted], before - INSTANT, start, now)
                after = due_at(rows[wanted - 1]) if len(rows) > wanted else None
                if after is None or len(entries) == limit:
                    break
        return DueList(on=day, zone=zone, entries=tuple(entries), next=after)

    @asked
    def timeline(self, contact: str | None = None, *, start: datetime | None = None) -> tuple[follow_up.Step[S], ...]:
        """Give the follow-ups that are to come if nobody answers: of a contact, or (None) of whoever would be enrolled.

        They begin with the one that stands, else at `start`, else now. There are none where nobody follows up: a
        closed status, an archived contact, a do-not-contact.
        """
        begin = instant(self._clock.now() if start is None else start, "start")
        if contact is None:
            return follow_up.timeline(self.funnel, begin, zone=self.zone, open_on=self._open_on)
        with self._storage.transaction(self.account, write=False) as stores:
            view, now = StoredView(stores, self.funnel.name), instant(self._clock.now(), "clock")
            person = view.person(contact)
            found, blocked = in_time(self.funnel, view.contact(contact), view.person, now), _blocked(person, now)
            zone = place_of(stores, found.coach, self.zones, self.zone)
        stands, steps, status = found.follow_up, self.funnel.follow_ups, self.funnel.status(found.status)
        if status in self.funnel.restarts_from or blocked or found.standing is Standing.ARCHIVED:
            return ()
        done, begin = (found.attempt, begin) if stands is None else (stands.attempt, max(stands.due, now))
        first = () if stands is None else (follow_up.Step(done, status, stands.due, stands.gives_up),)
        if stands is not None and not steps:
            return first
        return *first, *follow_up.timeline(self.funnel, begin, attempt=done, zone=zone, open_on=self._open_on)

    @asked
    def progress(self, *, coach: str | None = None) -> Mapping[Progress, tuple[OpenContact[S], ...]]:
        """Split the contacts that are worked on into those that are due, move, stall, or have no next step.

        Each is in exactly one part. Who is archived or hidden, or has a status that is not worked on, is in none.
        """
        now = instant(self._clock.now(), "clock")
        with self._storage.transaction(self.account, write=False) as stores:
            rows = [row for row in stores.contacts.every(self.funnel.name) if coach in (None, row.coach)]
            persons = stores.persons.many([row.id for row in rows])
            every = [
                contact
                for contact in (in_time(self.funnel, row, persons.get, now) for row in rows)
                if progress.is_open(self.funnel, contact.status, contact.standing)
            ]
            zones = self._zones(stores)
            booked = {
                attendee.contact
                for appointment in stores.appointments.every(self.funnel.name)
                if appointment.is_to_come(now)
                for attendee in appointment.attendees
            }
        found: dict[Progress, list[OpenContact[S]]] = {word: [] for word in Progress}
        for contact in every:
            entry = self._open(contact, persons.get(contact.id), now, zones, booked=contact.id in booked)
            found[entry.progress].append(entry)
        return {word: tuple(entries) for word, entries in found.items()}

    # ---- inside

    def _zones(self, stores: Transaction) -> Mapping[str, str]:
        """Give the zones of members that live elsewhere: as the host says, else their own."""
        own = {member.id: member.zone for member in stores.members.every() if member.zone is not None}
        return {**own, **self.zones}

    def _entries(
        self, stores: Transaction, rows: tuple[Contact, ...], when: datetime, start: datetime, now: datetime
    ) -> list[Due[S]]:
        persons = stores.persons.many([row.id for row in rows])
        notes = stores.history.texts([row.follow_up.noted for row in rows if row.follow_up is not None])
        funnel: Funnel[Status, StrEnum] = self.funnel
        found: list[Due[S]] = []
        for row in rows:
            person, stands = persons.get(row.id), row.follow_up
            case: follow_up.Case[Status] = follow_up.Case(
                by=CLOCK, when=when, status=row.status, attempt=row.attempt, follow_up=stands, standing=row.standing,
                blocked=_blocked(person, max(now, start)), contact=row.id,
                lapsed=stands is not None and stands.over(now),
            )  # fmt: skip
            why = follow_up.is_due(funnel, case)
            if why and stands is not None:
                entry = Due(
                    contact=row.id, name=None if person is None else person.name, coach=row.coach,
                    status=self.funnel.status(row.status), attempt=stands.attempt, due=stands.due,
                    set=stands.set, exact=stands.exact,
                    overdue=stands.due < start, gives_up=stands.gives_up, notes=notes.get(stands.noted), why=why,
                )  # fmt: skip
                found.append(entry)
        return found

    def _open(
        self, contact: Contact, person: Person | None, now: datetime, zones: Mapping[str, str], *, booked: bool
    ) -> OpenContact[S]:
        stands = contact.follow_up
        case = progress.Case(
            when=now, status=contact.status, since=contact.since, touched=contact.touched, booked=booked,
            due=None if stands is None or _blocked(person, now) else stands.due,
            staged=contact.pipeline is not None,
            zone=zone_of(contact.coach, zones, self.zone), open_on=self._open_on, contact=contact.id,
        )  # fmt: skip
        why = progress.on_its_way(self.funnel, case)
        return OpenContact(
            contact=contact.id, coach=contact.coach, status=self.funnel.status(contact.status), since=contact.since,
            progress=progress.progress(why), why=why,
        )  # fmt: skip


def _page(after: Place | None) -> None:
    if after is not None and (type(after) is not tuple or tuple(map(type, after)) != (datetime, str)):
        raise invalid("after", "give the `next` of the page before")
    if after is not None:
        instant(after[0], "after")


def _day(on: date | None, until: datetime | None, now: datetime, zone: str) -> date:
    if on is not None and until is not None:
        raise invalid("until", "give a day or an instant, not both")
    return on or wall(now if until is None else instant(until, "until"), zone).date()


def _blocked(person: Person | None, now: datetime) -> bool:
    return person is not None and bool(person.blocks) and person.blocked(now) is not None
