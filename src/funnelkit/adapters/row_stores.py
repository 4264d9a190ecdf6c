"""All stores of one account over rows: those of nouns, history, outbox, keys, funnels, versions of sets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from funnelkit.adapters.papers import Papers
from funnelkit.adapters.row_nouns import (
    Appointments,
    Campaigns,
    Companies,
    Contacts,
    Groups,
    Invitations,
    Links,
    Members,
    Offers,
    Packages,
    Persons,
    Pipelines,
    Store,
)  # fmt: skip
from funnelkit.adapters.rows import Query, Row, Rows, Term
from funnelkit.ports.outbox import Waiting
from funnelkit.ports.storage import STORES
from funnelkit.values.events import Event
from funnelkit.values.plan import Message, Read

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

WAITING, SENT, WITHHELD, DEAD = "waiting", "sent", "withheld", "dead"
"""What becomes of a message in the outbox."""


class History(Store):
    """Events, and the texts that go with some."""

    table = "events"

    def of(self, within: str, kind: str, noun: str) -> tuple[Event, ...]:
        where: tuple[Term, ...] = (("within", "=", within), ("noun", "=", kind), ("about", "=", noun))
        found = self.rows.find(Query(table=self.table, where=where, columns=("document",)))
        return tuple(self.papers.event(row, self._document) for row in found)

    def text(self, event: str) -> str | None:
        row = self.rows.get("texts", {"event": event})
        return None if row is None else row["text"]

    def texts(self, events: Iterable[str]) -> dict[str, str]:
        asked = tuple(dict.fromkeys(events))
        where: tuple[Term, ...] = (("event", "in", asked),)
        found = self.rows.find(Query(table="texts", where=where, columns=("event", "text"))) if asked else []
        return {row["event"]: row["text"] for row in found}

    def append(self, events: Iterable[Event], texts: Iterable[tuple[str, str]]) -> None:
        self.rows.add(
            "events",
            [
                {
                    "id": event.id, "within": event.within, "noun": event.noun, "about": event.about,
                    "effective": event.effective, "recorded": event.recorded,
                    "document": self.papers.write(event, self.papers.named(event.funnel, self._document)),
                }
                for event in events
            ],
        )  # fmt: skip
        self.rows.add("texts", [{"event": event, "text": text} for event, text in texts])

    def forget(self, nouns: Iterable[tuple[str, str]]) -> None:
        for kind, noun in nouns:
            where: tuple[Term, ...] = (("noun", "=", kind), ("about", "=", noun))
            for row in self.rows.find(Query(table=self.table, where=where)):
                self.rows.drop("texts", {"event": row["id"]})

    def _document(self, fingerprint: str) -> object | None:
        row = self.rows.get("funnels", {"fingerprint": fingerprint})
        return None if row is None else row["document"]


class Keys(Store):
    """Commands that were delivered with a key, and what they gave."""

    table = "keys"

    def get(self, key: str) -> tuple[str, object] | None:
        row = self.rows.get(self.table, {"key": key})
        if row is None:
            return None
        found = [self._value(one) for one in row["document"]["gave"]]
        return row["command"], tuple(found) if row["document"]["many"] else next(iter(found), None)

    def save(self, key: str, command: str, result: object) -> None:
        many = isinstance(result, tuple)
        values = result if isinstance(result, tuple) else () if result is None else (result,)
        funnel = key.partition(":")[0]
        gave = [{"funnel": funnel, "document": self.papers.write(one, self._funnel(funnel))} for one in values]
        self.rows.put(self.table, {"key": key}, {"command": command, "document": {"many": many, "gave": gave}})

    def _value(self, row: Row) -> object:
        return self.papers.read(object, row, self._funnel(row["funnel"]))


class Funnels(Store):
    """Funnels as they were."""

    table = "funnels"

    def get(self, fingerprint: str) -> object | None:
        row = self.rows.get(self.table, {"fingerprint": fingerprint})
        return None if row is None else row["document"]

    def save(self, fingerprint: str, document: object) -> None:
        name = document.get("name", "") if isinstance(document, Mapping) else ""
        row = {"fingerprint": fingerprint, "name": name, "document": document}
        self.rows.add(self.table, [row], new_only=True)


class Guards(Store):
    """Versions of sets."""

    table = "guards"

    def version(self, kind: str, key: str) -> int:
        row = self.rows.get(self.table, {"kind": kind, "key": key})
        return 0 if row is None else int(row["version"])

    def touch(self, kind: str, key: str) -> None:
        version = self.rows.numbered([(kind, key)]).get((kind, key), 0)  # locked: whoever touches it now waits
        self.rows.put(self.table, {"kind": kind, "key": key}, {"version": version + 1})


class Outbox(Store):
    """Messages: those that wait, and what became of the others."""

    table = "outbox"

    def add(self, messages: Iterable[Message]) -> None:
        found = [
            {
                "key": message.key,
                "state": WAITING,
                "failures": 0,
                "ready": EPOCH,
                "document": self.papers.write(message),
            }
            for message in messages
        ]
        self.rows.add(self.table, found, new_only=True)

    def waiting(self, limit: int, now: datetime) -> tuple[Waiting, ...]:
        return self._ready(now, limit=limit)

    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:
        found = [row for row in self._ready(now, limit=limit + len(but), claim=True) if row.message.key not in but]
        keys = tuple(row.message.key for row in found[:limit])
        if keys:
            self.rows.change(Query(table=self.table, where=(("key", "in", keys),)), {"ready": until})
        return tuple(found[:limit])

    def hold(self, key: str, until: datetime) -> None:
        self._set(key, WAITING, {"ready": until})

    def withhold(self, key: str) -> None:
        self._set(key, WAITING, {"state": WITHHELD})

    def withheld(self) -> tuple[Message, ...]:
        return self._messages(WITHHELD)

    def sent(self, key: str) -> None:
        self.rows.change(Query(table=self.table, where=(("key", "=", key),)), {"state": SENT})

    def failed(self, key: str, until: datetime | None) -> None:
        row = self.rows.get(self.table, {"key": key})
        if row is not None and row["state"] == WAITING:
            change = {"state": DEAD} if until is None else {"ready": until}
            self._set(key, WAITING, {"failures": row["failures"] + 1, **change})

    def dead(self) -> tuple[Message, ...]:
        return self._messages(DEAD)

    def about(self, contact: str) -> tuple[Message, ...]:
        found = (message for state in (WAITING, WITHHELD, DEAD) for message in self._messages(state))
        return tuple(message for message in found if message.concerns(contact))

    def forget(self, contact: str) -> None:
        for message in self.about(contact):
            self.rows.drop(self.table, {"key": message.key})

    def revive(self, key: str) -> bool:
        return bool(self._set(key, DEAD, {"state": WAITING, "failures": 0, "ready": EPOCH}))

    def _ready(self, now: datetime, **more: Any) -> tuple[Waiting, ...]:
        where: tuple[Term, ...] = (("state", "=", WAITING), ("ready", "<=", now))
        found = self.rows.find(Query(table=self.table, where=where, **more))
        return tuple(Waiting(self.papers.read(Message, row), row["failures"]) for row in found)

    def _set(self, key: str, state: str, values: Mapping[str, Any]) -> int:
        return self.rows.change(Query(table=self.table, where=(("key", "=", key), ("state", "=", state))), values)

    def _messages(self, state: str) -> tuple[Message, ...]:
        found = self.rows.find(Query(table=self.table, where=(("state", "=", state),)))
        return tuple(self.papers.read(Message, row) for row in found)


class RowTransaction:
    """All stores of one account over its rows; each is made when it is first asked for."""

    made: Final[Mapping[str, type[Any]]] = {
        "contacts": Contacts, "persons": Persons, "companies": Companies, "groups": Groups,
        "appointments": Appointments, "pipelines": Pipelines, "campaigns": Campaigns, "members": Members,
        "invitations": Invitations, "links": Links, "offers": Offers, "packages": Packages, "history": History,
        "outbox": Outbox, "keys": Keys, "funnels": Funnels, "guards": Guards,
    }  # fmt: skip

    contacts: Contacts
    persons: Persons
    companies: Companies
    groups: Groups
    appointments: Appointments
    pipelines: Pipelines
    campaigns: Campaigns
    members: Members
    invitations: Invitations
    links: Links
    offers: Offers
    packages: Packages
    history: History
    outbox: Outbox
    keys: Keys
    funnels: Funnels
    guards: Guards

    def __init__(self, rows: Rows, papers: Papers) -> None:
        """Stand on these rows."""
        self._rows = rows
        self._papers = papers

    def __getattr__(self, name: str) -> Any:
        if name not in self.made:
            raise AttributeError(name)
        store = self.made[name](self._rows, self._papers)
        setattr(self, name, store)
        return store

    def changed(self, reads: Iterable[Read], funnel: str) -> Read | None:
        asked = tuple(dict.fromkeys(reads))
        sets: set[tuple[str, str]] = set()
        nouns: dict[str, set[str]] = {}
        for kind, key, version in asked:
            if kind != "contact" and kind not in STORES:
                sets.add((kind, key))
                continue
            nouns.setdefault(kind, set()).add(key)
            if not version and not self._rows.serial:  # what is not there has no row to lock, so its name is locked
                sets.add((f"new {kind}", key))
        found = dict(self._rows.numbered(sorted(sets)))
        for kind, keys in sorted(nouns.items()):
            home = {"funnel": funnel} if kind == "contact" else {}
            of = [{**home, "id": key} for key in sorted(keys)]
            found |= {(kind, row["id"]): row["version"] for row in self._rows.locked(STORES.get(kind, "contacts"), of)}
        return next((read for read in asked if found.get(read[:2], 0) != read[2]), None)
