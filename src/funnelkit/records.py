"""WHAT IS HELD: everything about a person as plain data, and what does not agree with its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from attrs import fields, frozen

from funnelkit.asking import asked
from funnelkit.errors import NotFound
from funnelkit.funnel import Funnel
from funnelkit.plain import plain
from funnelkit.ports.clock import Clock
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.rules import history
from funnelkit.table import Status
from funnelkit.tags import TAGS
from funnelkit.times import instant
from funnelkit.values.contact import Contact
from funnelkit.values.events import Event
from funnelkit.values.outreach import Campaign
from funnelkit.values.plan import Plan

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
Plain: TypeAlias = dict[str, Any]
"""Dicts, lists, texts, numbers, true, false and None: what JSON can hold."""

OTHERS: Final = "attendees"
"""Where other people stand beside the one whose data it is."""


@frozen(kw_only=True)
class Drift(Generic[S]):
    """A contact whose stored value is not the last of its history: its statuses, and every field that differs."""

    contact: str
    stored: S
    told: S | None
    """The status that the history comes to; None where it tells of no such contact."""
    fields: tuple[str, ...]


class Records(Generic[S, R]):
    """What can be asked about everything that is kept. Nothing is changed here."""

    funnel: Funnel[S, R]
    account: str
    _storage: Storage
    _clock: Clock

    @asked
    def export(self, contact: str) -> Plain:
        """Give everything that is held about a person in this account, over all funnels, as data for JSON.

        Times are ISO texts in UTC. What is the same in the storage gives the same, apart from `exported`. Of hashes and
        selectors of links there is nothing in it, nor of who else attends an appointment. Raises NotFound, Invalid.
        """
        with self._storage.transaction(self.account, write=False) as stores:
            held = _held(stores, contact, self.funnel.name)
        if not (held["person"] or held["places"] or held["history"]):
            raise NotFound("nothing is held about such a person")
        head = {"account": self.account, "contact": contact, "exported": plain(instant(self._clock.now(), "clock"))}
        return {**head, **held}

    @asked
    def drift(self, limit: int = 100) -> tuple[Drift[S], ...]:
        """Give contacts of the funnel whose stored value is not the last of their history, at most so many.

        In the order in which they came. Nothing is put right by it: whether the row or the history is wrong, nobody
        here can know. One query for the rows, and one for the history of each.
        """
        found: list[Drift[S]] = []
        with self._storage.transaction(self.account, write=False) as stores:
            for row in stores.contacts.every(self.funnel.name):
                told = history.contact_at(stores.history.of(self.funnel.name, "contact", row.id))
                if told != row:
                    found.append(self._drift(row, told))
                if len(found) == limit:
                    break
        return tuple(found)

    def _drift(self, row: Contact, told: Contact | None) -> Drift[S]:
        names = (field.name for field in fields(Contact))
        return Drift(
            contact=row.id, stored=self.funnel.status(row.status),
            told=None if told is None else self.funnel.status(told.status),
            fields=tuple(name for name in names if told is None or getattr(row, name) != getattr(told, name)),
        )  # fmt: skip


def forget(stores: Transaction, plan: Plan[Any]) -> None:
    """Drop the texts and the messages that a plan says are to go."""
    if plan.forgotten:
        stores.history.forget(plan.forgotten)
    for contact in plan.unsent:
        stores.outbox.forget(contact)


# ---- everything about a person


def _held(stores: Transaction, contact: str, own: str) -> Plain:
    """Give what is held about a person, part by part."""
    names = tuple(dict.fromkeys((own, *stores.contacts.funnels(contact))))
    rows = {name: row for name in names if (row := stores.contacts.get(name, contact)) is not None}
    person = stores.persons.get(contact)
    blocks = () if person is None else person.blocks
    reasons = stores.history.texts([block.id for block in blocks])
    lines = {name: history.lineage(partial(stores.history.of, name, "contact"), contact) for name in names}
    own_names = tuple(dict.fromkeys(one for line in lines.values() for one in line))
    held = {
        "person": None if person is None else _data(person, ("blocks", "do_not_market")),
        "do_not_contact": [{**_data(block), "reason": reasons.get(block.id)} for block in blocks],
        "do_not_market": person is not None and person.do_not_market,
        "places": [{"funnel": name, **_data(row)} for name, row in rows.items()],
        "companies": list(_companies(stores, rows.values())),
        "follow_ups": list(_follow_ups(stores, rows)),
        "history": [entry for name in names for one in lines[name] for entry in _told(stores, name, "contact", one)],
        "appointments": [_noun(stores, "appointment", one) for one in stores.appointments.of_contact(contact)],
        "invitations": [
            _noun(stores, "invitation", one) for own in own_names for one in stores.invitations.of_contact(own)
        ],
        "packages": [_noun(stores, "package", one) for one in stores.packages.of_contact(contact)],
        "campaigns": [_data(one, ("members",)) for name in names for one in _campaigns(stores, name, lines[name])],
        "messages": [_data(message) for message in stores.outbox.about(contact)],
    }
    return {part: _alone(value, own_names) for part, value in held.items()}


def _data(value: object, without: Iterable[str] = ()) -> Plain:
    made: Any = plain(value)
    return {key: held for key, held in made.items() if key not in without}


def _noun(stores: Transaction, kind: str, one: Any) -> Plain:  # a noun of any sort
    return {**_data(one), "history": list(_told(stores, "", kind, one.id))}


def _told(stores: Transaction, within: str, kind: str, noun: str) -> Iterable[Plain]:
    """Give the history of a noun, each event with its text."""
    events: tuple[Event, ...] = stores.history.of(within, kind, noun)
    texts = stores.history.texts([event.id for event in events])
    for event in events:
        yield {"type": TAGS[type(event)], **_data(event), "text": texts.get(event.id)}


def _companies(stores: Transaction, rows: Iterable[Contact]) -> Iterable[Plain]:
    for key in dict.fromkeys(row.company for row in rows):
        company = None if key is None else stores.companies.get(key)
        if company is not None:
            yield {"id": company.id, "name": company.name, "primary": company.primary in {row.id for row in rows}}


def _follow_ups(stores: Transaction, rows: Mapping[str, Contact]) -> Iterable[Plain]:
    for name, row in rows.items():
        stands = row.follow_up
        if stands is not None:
            yield {"funnel": name, **_data(stands), "notes": stores.history.text(stands.noted)}


def _campaigns(stores: Transaction, funnel: str, names: Collection[str]) -> Iterable[Campaign]:
    return (one for one in stores.campaigns.every(funnel) if not {*names}.isdisjoint(one.members))


def _alone(held: Any, names: Collection[str]) -> Any:
    """Give the same without the others who attend an appointment."""
    if isinstance(held, dict):
        return {key: _own(value, names) if key == OTHERS else _alone(value, names) for key, value in held.items()}
    return [_alone(one, names) for one in held] if isinstance(held, list) else held


def _own(attendees: list[Plain], names: Collection[str]) -> list[Plain]:
    return [one for one in attendees if one["contact"] in names]
