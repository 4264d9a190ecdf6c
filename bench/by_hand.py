"""What funnelkit asks of a database, written by hand in SQLAlchemy Core: same tables, same reads, same rows written.

Nothing is decided beyond what a careful hand would check (is it there, is it free, is it still what was read), nothing
is made into values: documents are dicts. What the library asks twice is asked once here, a row that is known to be new
is inserted and a known one updated, and only the columns that are needed are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from attrs import field, frozen
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.dialects.sqlite import insert as insert_or_lite

from funnelkit import COACHING, FRANCHISE
from funnelkit.adapters.sql.schema import TABLES
from funnelkit.values.person import address_key

CONTACTS, PERSONS, APPOINTMENTS, ATTENDEES = (TABLES[n] for n in ("contacts", "persons", "appointments", "attendees"))
EVENTS, TEXTS, GUARDS, PACKAGES = (TABLES[n] for n in ("events", "texts", "guards", "packages"))
INVITATIONS: Final = TABLES["invitations"]
COACH: Final = {"id": "m-1", "role": "coach"}
CLOCK: Final = {"id": "funnelkit.clock", "role": "system"}


def _p(name: str, column: Any = None) -> Any:
    return bindparam(f"p_{name}", type_=None if column is None else column.type)


def _of(table: Any, *columns: str) -> list[Any]:
    return [table.c[column] == _p(column, table.c[column]) for column in ("account", *columns)]


CONTACT: Final = select(CONTACTS.c.version, CONTACTS.c.document).where(*_of(CONTACTS, "funnel", "id"))
PERSON: Final = select(PERSONS.c.version, PERSONS.c.document).where(*_of(PERSONS, "id"))
HOLDERS: Final = select(PERSONS.c.id).where(*_of(PERSONS, "address"))
GUARD: Final = select(GUARDS.c.version).where(*_of(GUARDS, "kind", "key"))
TOLD: Final = select(EVENTS.c.id).where(*_of(EVENTS, "within", "noun", "about")).order_by(EVENTS.c.seq)
ATTENDED: Final = select(ATTENDEES.c.appointment).where(*_of(ATTENDEES, "contact"))
APPOINTMENT: Final = select(APPOINTMENTS.c.version, APPOINTMENTS.c.document).where(*_of(APPOINTMENTS, "id"))
BOUGHT: Final = select(PACKAGES.c.version, PACKAGES.c.document).where(*_of(PACKAGES, "contact"))
TAKEN: Final = select(APPOINTMENTS.c.document).where(
    *_of(APPOINTMENTS, "coach"),
    APPOINTMENTS.c.start > _p("earliest", APPOINTMENTS.c.start),
    APPOINTMENTS.c.start < _p("end", APPOINTMENTS.c.start),
    APPOINTMENTS.c.end > _p("start", APPOINTMENTS.c.end),
)
DUE: Final = (
    select(CONTACTS.c.id, CONTACTS.c.document)
    .where(*_of(CONTACTS, "funnel"), CONTACTS.c.due < _p("before", CONTACTS.c.due))
    .order_by(CONTACTS.c.due, CONTACTS.c.id)
    .limit(_p("most"))
)
BARE: Final = DUE.with_only_columns(CONTACTS.c.id, CONTACTS.c.due)
NAMED: Final = select(PERSONS.c.id, PERSONS.c.document).where(
    *_of(PERSONS), PERSONS.c.id.in_(bindparam("ids", expanding=True))
)
NOTES: Final = select(TEXTS.c.event, TEXTS.c.text).where(
    *_of(TEXTS), TEXTS.c.event.in_(bindparam("ids", expanding=True))
)
RIPE: Final = (
    select(CONTACTS.c.id, CONTACTS.c.version, CONTACTS.c.document)
    .where(*_of(CONTACTS, "funnel"), CONTACTS.c.gives_up <= _p("until", CONTACTS.c.gives_up))
    .order_by(CONTACTS.c.gives_up, CONTACTS.c.id)
    .limit(_p("most"))
)
LEFT: Final = select(func.count(), func.min(CONTACTS.c.gives_up)).where(
    *_of(CONTACTS, "funnel"), CONTACTS.c.gives_up <= _p("until", CONTACTS.c.gives_up)
)
RUN_OUT: Final = select(func.count(), func.min(INVITATIONS.c.expires)).where(
    *_of(INVITATIONS, "funnel"), INVITATIONS.c.expires <= _p("until", INVITATIONS.c.expires)
)
BECOMES: Final = (
    update(CONTACTS)
    .where(*_of(CONTACTS, "funnel", "id"), CONTACTS.c.version == _p("version"))
    .values({name: _p(f"new_{name}") for name in ("version", "status", "due", "gives_up", "document")})
)
OF_A_GUARD: Final = ["account", "kind", "key"]
NAME: Final = insert_or(GUARDS).on_conflict_do_nothing(index_elements=OF_A_GUARD)
_new, _new_lite = insert_or(GUARDS), insert_or_lite(GUARDS)
COUNTED: Final = _new.on_conflict_do_update(index_elements=OF_A_GUARD, set_={"version": _new.excluded.version})
COUNTED_LITE: Final = _new_lite.on_conflict_do_update(
    index_elements=OF_A_GUARD, set_={"version": _new_lite.excluded.version}
)
ADD: Final = {table: insert(table) for table in (CONTACTS, PERSONS, APPOINTMENTS, ATTENDEES, EVENTS, GUARDS)}

LOCKING: Final = {one: one.with_for_update() for one in (CONTACT, PERSON, GUARD, APPOINTMENT)}
SKIPPING: Final = RIPE.with_for_update(skip_locked=True)

Guard = tuple[str, str]
Seen = TypeVar("Seen")


class QuickerError(Exception):
    """Somebody was quicker."""


@frozen
class ByHand:
    """The same commands for one account. `together`: read and write in one transaction, without looking twice."""

    engine: Engine
    account: str
    fresh: Callable[[str], str]
    now: datetime
    together: bool = False
    _looks: Engine = field(init=False)

    @_looks.default
    def _(self) -> Engine:
        if self.engine.dialect.name == "sqlite":
            return self.engine.execution_options(funnelkit_looks=True)
        return self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    # ---- commands

    def add(self, name: str, email: str) -> str:
        """Add an active client."""
        contact, event = self.fresh("contact"), self.fresh("event")
        guard = ("address", address_key(email))

        def look(c: Connection, *, lock: bool) -> int:
            if self._contact(c, contact, lock=lock) is not None or self._get(c, PERSON, lock=lock, id=contact):
                raise QuickerError
            if self._all(c, TOLD, within="coaching", noun="contact", about=contact):
                raise QuickerError
            version = self._guard(c, guard, lock=lock)
            if self._all(c, HOLDERS, address=email):
                raise QuickerError
            return version

        def check(c: Connection, version: int) -> None:
            self._still(c, {guard: version})
            if self._contact(c, contact, lock=True) is not None or self._get(c, PERSON, lock=True, id=contact):
                raise QuickerError

        def write(c: Connection, version: int) -> None:
            person = {
                "type": "person", "schema": 2, "id": contact, "name": name, "email": email, "phone": None,
                "blocks": [], "do_not_market": False, "version": 1,
            }  # fmt: skip
            self._add(c, PERSONS, {"id": contact, "version": 1, "address": email, "document": person})
            found = {
                "id": contact, "status": "active_client", "since": _z(self.now), "changed": _z(self.now), "version": 1,
                "attempt": 0, "standing": "active", "former": "active", "portal": "not_invited", "category": None,
                "coach": "m-1", "coaches": [], "onboarding": [], "company": None, "groups": [], "tags": [],
                "permitted": [], "opened": [], "owned": [], "agreements": [], "enrollments": [], "follow_up": None,
                "pipeline": None, "touched": None, "engagement": None,
            }  # fmt: skip
            row = {
                "funnel": "coaching", "id": contact, "version": 1, "status": "active_client", "coach": "m-1",
                "pipeline": None, "due": None, "gives_up": None,
                "document": {"type": "contact", "schema": 2, **found},
            }  # fmt: skip
            self._add(c, CONTACTS, row)
            self._count(c, guard, version)
            self._say(c, event, "contact_added", "coaching", "contact", contact, 1, contact=found, on="entered")

        self._run((guard, ("new contact", contact), ("new person", contact)), look, check, write)
        return contact

    def convert(self, contact: str, to: str) -> None:
        """Move a contact to another status."""
        guard = ("appointments", contact)
        event = self.fresh("event")

        def look(c: Connection, *, lock: bool) -> tuple[int, dict[str, Any], int]:
            found = self._contact(c, contact, lock=lock)
            if found is None:
                raise QuickerError
            touched = self._guard(c, guard, lock=lock)
            self._all(c, ATTENDED, contact=contact)
            return found[0], found[1], touched

        def check(c: Connection, seen: tuple[int, dict[str, Any], int]) -> None:
            self._still(c, {guard: seen[2]})
            found = self._contact(c, contact, lock=True)
            if found is None or found[0] != seen[0]:
                raise QuickerError

        def write(c: Connection, seen: tuple[int, dict[str, Any], int]) -> None:
            version, old, _ = seen
            new = {**old, "status": to, "since": _z(self.now), "changed": _z(self.now), "version": version + 1}
            self._become(c, "coaching", contact, version, new)
            self._say(
                c, event, "status_changed", "coaching", "contact", contact, version + 1, was=old["status"], to=to,
                on="coach_decides", attempt=0, why="move", follow_up=None, runs_on=False,
            )  # fmt: skip

        self._run((guard,), look, check, write)

    def book(self, contact: str, start: datetime) -> str:
        """Book an hour with the coach."""
        appointment, event = self.fresh("appointment"), self.fresh("event")
        end = start + timedelta(hours=1)
        calendar, packages, theirs = ("calendar", "m-1"), ("packages", contact), ("appointments", contact)

        def look(c: Connection, *, lock: bool) -> tuple[int, dict[str, Any], int, int]:
            found = self._contact(c, contact, lock=lock)
            if found is None or self._get(c, APPOINTMENT, lock=lock, id=appointment) is not None:
                raise QuickerError
            if self._all(c, TOLD, within="", noun="appointment", about=appointment):
                raise QuickerError
            busy = self._guard(c, calendar, lock=lock)
            if self._all(c, TAKEN, coach="m-1", earliest=start - timedelta(days=1), start=start, end=end):
                raise QuickerError
            bought = self._guard(c, packages, lock=lock)
            self._all(c, BOUGHT, contact=contact)
            return found[0], found[1], busy, bought

        def check(c: Connection, seen: tuple[int, dict[str, Any], int, int]) -> None:
            self._still(c, {calendar: seen[2], packages: seen[3]})
            found = self._contact(c, contact, lock=True)
            if found is None or found[0] != seen[0] or self._get(c, APPOINTMENT, lock=True, id=appointment) is not None:
                raise QuickerError

        def write(c: Connection, seen: tuple[int, dict[str, Any], int, int]) -> None:
            _, old, busy, _ = seen
            made = {
                "id": appointment, "funnel": "coaching", "coach": "m-1", "kind": "session", "start": _z(start),
                "end": _z(end), "zone": "UTC", "attendees": [{"contact": contact, "status": old["status"]}],
                "booked": _z(self.now), "where": "staff", "state": "booked", "actual": None, "paid": None, "version": 1,
                "session": None, "left": 0,
            }  # fmt: skip
            row = {
                "id": appointment, "version": 1, "funnel": "coaching", "coach": "m-1", "start": start, "end": end,
                "document": {"type": "appointment", "schema": 2, **made},
            }  # fmt: skip
            self._add(c, APPOINTMENTS, row)
            self._add(c, ATTENDEES, {"contact": contact, "appointment": appointment})
            self._count(c, calendar, busy)
            self._count(c, theirs, self._guard(c, theirs, lock=False))
            self._say(c, event, "appointment_booked", "", "appointment", appointment, 1, appointment=made)

        self._run((calendar, ("new appointment", appointment), packages), look, check, write)
        return appointment

    # ---- what is due

    def due(self, before: datetime, most: int) -> list[tuple[str, str, str | None, str | None]]:
        """Give a page of follow-ups with names and notes, without those who may not be contacted."""
        asked = {"p_account": self.account, "p_funnel": "franchise", "p_before": before, "p_most": most + 1}
        with self._looks.begin() as c:
            rows = c.execute(DUE, asked).all()[:most]
            ids = {"p_account": self.account, "ids": [row.id for row in rows]}
            persons = {row.id: row.document for row in c.execute(NAMED, ids)}
            noted = {"p_account": self.account, "ids": [row.document["follow_up"]["noted"] for row in rows]}
            notes = {row.event: row.text for row in c.execute(NOTES, noted)}
        found = []
        for id_, document in rows:
            stands, person = document["follow_up"], persons.get(id_, {})
            if document["standing"] == "active" and not person.get("blocks"):
                found.append((id_, stands["due"], person.get("name"), notes.get(stands["noted"])))
        return found

    def bare(self, before: datetime, most: int) -> list[tuple[str, datetime]]:
        """Give ids and times of a page, and nothing else."""
        asked = {"p_account": self.account, "p_funnel": "franchise", "p_before": before, "p_most": most + 1}
        with self._looks.begin() as c:
            return [(row.id, row.due) for row in c.execute(BARE, asked).all()[:most]]

    def sweep(self, most: int, *, at_once: bool = False) -> int:
        """Select what has run out, decide, update; `at_once`: with one statement for all rows."""
        asked = {"p_account": self.account, "p_funnel": "franchise", "p_until": self.now}
        with self.engine.begin() as c:
            claim = RIPE if self.engine.dialect.name == "sqlite" else SKIPPING
            rows = c.execute(claim, {**asked, "p_most": most}).all()
            changes, events = [], []
            for id_, version, old in rows:
                stands = old["follow_up"]
                if old["status"] != "follow_up_6" or stands is None or old["standing"] != "active":
                    continue
                when = stands["gives_up"]
                new = {**old, "status": "cold", "since": when, "changed": when, "version": version + 1}
                new["follow_up"] = None
                changes.append(self._new(id_, "franchise", version, new))
                through, ended = self.fresh("event"), self.fresh("event")
                events.append(
                    self._event(
                        through, "status_changed", "franchise", "contact", id_, version + 1, CLOCK, when,
                        was=old["status"], to="cold", on="calls_exhausted", attempt=6, why="happened", follow_up=None,
                        runs_on=False,
                    )
                )  # fmt: skip
                events.append(
                    self._event(
                        ended, "follow_up_ended", "franchise", "contact", id_, version + 1, CLOCK, when,
                        follow_up=stands["id"], attempt=6, how="done", because="exhausted", through=through,
                    )
                )  # fmt: skip
            if at_once and changes:
                c.execute(BECOMES, changes)
                c.execute(ADD[EVENTS], events)
            else:
                for place, change in enumerate(changes):
                    if c.execute(BECOMES, change).rowcount != 1:
                        raise QuickerError
                    c.execute(ADD[EVENTS], events[2 * place : 2 * place + 2])
        with self._looks.begin() as c:
            c.execute(LEFT, asked).one()
            c.execute(RUN_OUT, asked).one()
        return len(changes)

    # ---- statements

    def _run(
        self,
        guards: Iterable[Guard],
        look: Callable[..., Seen],
        check: Callable[[Connection, Seen], None],
        write: Callable[[Connection, Seen], None],
    ) -> None:
        """Look, and write if it is still so; `together`, with no moment between the two."""
        if self.together:
            with self.engine.begin() as c:
                self._name(c, guards)
                write(c, look(c, lock=True))
            return
        with self._looks.begin() as c:
            seen = look(c, lock=False)
        with self.engine.begin() as c:
            self._name(c, guards)
            check(c, seen)
            write(c, seen)

    @property
    def _lite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def _name(self, c: Connection, guards: Iterable[Guard]) -> None:
        """Where many write at a time, what is not there yet is locked by a row with its name."""
        if not self._lite:
            c.execute(NAME, [{"account": self.account, "kind": kind, "key": key, "version": 0} for kind, key in guards])

    def _still(self, c: Connection, guards: Mapping[Guard, int]) -> None:
        if any(self._guard(c, guard, lock=True) != version for guard, version in guards.items()):
            raise QuickerError

    def _guard(self, c: Connection, guard: Guard, *, lock: bool) -> int:
        row = self._get(c, GUARD, lock=lock, kind=guard[0], key=guard[1])
        return 0 if row is None else int(row.version)

    def _contact(self, c: Connection, contact: str, *, lock: bool) -> Any:
        return self._get(c, CONTACT, lock=lock, funnel="coaching", id=contact)

    def _get(self, c: Connection, statement: Any, *, lock: bool, **asked: str) -> Any:
        given = {"p_account": self.account, **{f"p_{name}": value for name, value in asked.items()}}
        return c.execute(LOCKING[statement] if lock and not self._lite else statement, given).first()

    def _all(self, c: Connection, statement: Any, **asked: Any) -> Any:
        given = {"p_account": self.account, **{f"p_{name}": value for name, value in asked.items()}}
        return c.execute(statement, given).all()

    def _add(self, c: Connection, table: Any, row: dict[str, Any]) -> None:
        c.execute(ADD[table], {"account": self.account, **row})

    def _count(self, c: Connection, guard: Guard, was: int) -> None:
        """Count a set up."""
        given = {"account": self.account, "kind": guard[0], "key": guard[1], "version": was + 1}
        c.execute(COUNTED_LITE if self._lite else COUNTED, given)

    def _become(self, c: Connection, funnel: str, contact: str, version: int, new: dict[str, Any]) -> None:
        if c.execute(BECOMES, self._new(contact, funnel, version, new)).rowcount != 1:
            raise QuickerError

    def _new(self, contact: str, funnel: str, version: int, new: dict[str, Any]) -> dict[str, Any]:
        return {
            "p_account": self.account, "p_funnel": funnel, "p_id": contact, "p_version": version,
            "p_new_version": new["version"], "p_new_status": new["status"], "p_new_due": None, "p_new_gives_up": None,
            "p_new_document": new,
        }  # fmt: skip

    def _say(
        self, c: Connection, id_: str, kind: str, within: str, noun: str, about: str, version: int, **more: Any
    ) -> None:
        row = self._event(id_, kind, within, noun, about, version, COACH, _z(self.now), **more)
        c.execute(ADD[EVENTS], row)

    def _event(
        self, id_: str, kind: str, within: str, noun: str, about: str, version: int, by: dict[str, str], when: str,
        **more: Any,
    ) -> dict[str, Any]:  # fmt: skip
        funnel = COACHING if within in ("coaching", "") else FRANCHISE
        document = {
            "type": kind, "schema": 2, "id": id_, "about": about, "within": within, "by": by, "effective": when,
            "recorded": _z(self.now), "version": version, "funnel": funnel.fingerprint, "cause": None, **more,
        }  # fmt: skip
        return {
            "account": self.account, "id": id_, "within": within, "noun": noun, "about": about,
            "effective": datetime.fromisoformat(when), "recorded": self.now, "document": document,
        }  # fmt: skip


def _z(time: datetime) -> str:
    """Write a time as documents have it."""
    return time.isoformat().replace("+00:00", "Z")
