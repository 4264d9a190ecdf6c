"""Everything that can be read of a few nouns, as one table: what two storages are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from funnelkit.ports.storage import Storage, Transaction
from funnelkit.statuses.agency import AGENCY
from funnelkit.statuses.coaching import COACHING
from funnelkit.testing import samples
from funnelkit.testing.contracts import STORES
from funnelkit.testing.samples import DAY, FAR, HERE, NOW, THERE

FUNNELS: Final = (HERE, THERE, "studio")
CONTACTS: Final = ("c-1", "c-2", "c-3")
NOUNS: Final = ("x-1", "x-2", "x-3")
COACHES: Final = ("m-1", "m-2")
ADDRESSES: Final = ("ada@example.org", "ben@example.org", "cora@example.org")
MOMENTS: Final = (NOW, NOW + DAY, FAR)
GUARDS: Final = tuple((kind, key) for kind in ("calendar", "address") for key in ("m-1", "m-2"))


def everything(
    storage: Storage, account: str, stores: Iterable[str] = STORES, more: Iterable[str] = ()
) -> dict[str, Any]:
    """Read an account in a transaction of its own; see `seen`."""
    with storage.transaction(account, write=False) as within:
        return seen(within, stores, more)


def seen(within: Transaction, stores: Iterable[str] = STORES, more: Iterable[str] = ()) -> dict[str, Any]:
    """Give what every read of these stores gives, by its name, without what is empty; `more` are further ids.

    Sorted where no order is promised. Only texts of events that are there are read.
    """
    found: dict[str, Any] = {}
    ids = (*CONTACTS, *NOUNS, *more)
    for store in stores:
        if store in READ_BY:
            found |= READ_BY[store](within, ids)
        else:
            found |= {f"{store} {key}": getattr(within, store).get(key) for key in ids}
    return {name: value for name, value in found.items() if value not in (None, (), 0, {}, (0, None))}


def _contacts(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"funnels of {key}": tuple(sorted(within.contacts.funnels(key))) for key in ids}
    for funnel in FUNNELS:
        found |= {f"contact {key} in {funnel}": within.contacts.get(funnel, key) for key in ids}
        found[f"many contacts in {funnel}"] = within.contacts.many(funnel, ids)
        found[f"every contact in {funnel}"] = tuple(within.contacts.every(funnel))
        for on in (None, "x-1"):
            found[f"on {on} in {funnel}"] = within.contacts.staged(funnel, on)
        for at in MOMENTS:
            found |= {f"due {at} {who} in {funnel}": within.contacts.due(funnel, at, who) for who in (None, *COACHES)}
            found[f"ripe {at} in {funnel}"] = within.contacts.ripe(funnel, at)
            found[f"how many are ripe {at} in {funnel}"] = within.contacts.count_ripe(funnel, at)
    return found


def _persons(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"person {key}": within.persons.get(key) for key in ids}
    found |= {f"persons at {address}": tuple(sorted(within.persons.holders(address))) for address in ADDRESSES}
    return {**found, "many persons": within.persons.many(ids)}


def _groups(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    return {f"group {key}": within.groups.get(key) for key in ids} | {"many groups": within.groups.many(ids)}


def _appointments(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    store = within.appointments
    found: dict[str, Any] = {f"appointment {key}": store.get(key) for key in ids}
    found |= {f"appointments of {key}": samples.in_order(store.of_contact(key)) for key in ids}
    found |= {f"starts of {key}": tuple(row.start for row in store.of_contact(key)) for key in ids}
    for at in MOMENTS[:2]:
        found |= {f"calendar of {who} {at}": samples.in_order(store.of_coach(who, at, at + DAY)) for who in COACHES}
    for funnel in FUNNELS:
        for coach in (None, *COACHES):
            found[f"appointments of {coach} in {funnel}"] = samples.in_order(store.every(funnel, coach))
    return found


def _pipelines(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"pipeline {key}": within.pipelines.get(key) for key in ids}
    found |= {f"default in {funnel}": within.pipelines.default(funnel) for funnel in FUNNELS}
    return found | {f"pipelines in {funnel}": tuple(within.pipelines.every(funnel)) for funnel in FUNNELS}


def _campaigns(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"campaign {key}": within.campaigns.get(key) for key in ids}
    return found | {f"campaigns in {funnel}": tuple(within.campaigns.every(funnel)) for funnel in FUNNELS}


def _members(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"member {key}": within.members.get(key) for key in (*COACHES, *ids)}
    found |= {f"members at {address}": tuple(sorted(within.members.holders(address))) for address in ADDRESSES}
    return {**found, "many members": within.members.many(ids), "members": tuple(within.members.every())}


def _invitations(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    store = within.invitations
    found: dict[str, Any] = {f"invitation {key}": store.get(key) for key in ids}
    found |= {f"invitations of {key}": store.of_contact(key) for key in ids}
    for funnel in FUNNELS:
        found |= {f"run out {at} in {funnel}": store.ripe(funnel, at) for at in MOMENTS}
        found |= {f"how many have run out {at} in {funnel}": store.count_ripe(funnel, at) for at in MOMENTS}
    return found


def _offers(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    return {f"offer {key}": within.offers.get(key) for key in ids} | {"offers": tuple(within.offers.every())}


def _packages(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {f"package {key}": within.packages.get(key) for key in ids}
    found |= {f"packages of {key}": within.packages.of_contact(key) for key in ids}
    return found | {f"bought by {key}": within.packages.of_payment(f"pay-{key}") for key in ids}


def _history(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ids:
        found |= {f"history of {key} in {funnel}": within.history.of(funnel, "contact", key) for funnel in FUNNELS}
        for kind in KINDS:
            found[f"history of the {kind} {key}"] = within.history.of("", kind, key)
    events = [event.id for rows in found.values() for event in rows]
    return {**found, "texts": within.history.texts(events)}


def _guards(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    sets = [*GUARDS, ("team", "")] + [
        (kind, key) for kind in ("appointments", "packages", "invitations") for key in ids
    ]
    return {f"version of {kind} {key}": within.guards.version(kind, key) for kind, key in sets}


def _outbox(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    def by_key(rows: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted(rows, key=lambda row: row.message.key if hasattr(row, "message") else row.key))

    store = within.outbox
    found: dict[str, Any] = {f"waiting {at}": by_key(store.waiting(1000, at)) for at in MOMENTS}
    found |= {f"messages about {key}": by_key(store.about(key)) for key in ids}
    return found | {"withheld": by_key(store.withheld()), "dead": by_key(store.dead())}


def _funnels(within: Transaction, ids: tuple[str, ...]) -> dict[str, Any]:
    prints = (COACHING.fingerprint, AGENCY.fingerprint, *ids)
    return {f"funnel {key}": within.funnels.get(key) for key in prints}


KINDS: Final = ("appointment", "campaign", "pipeline", "member", "invitation", "offer", "package", "group", "company")
READ_BY: Final = {
    "contacts": _contacts,
    "persons": _persons,
    "groups": _groups,
    "appointments": _appointments,
    "pipelines": _pipelines,
    "campaigns": _campaigns,
    "members": _members,
    "invitations": _invitations,
    "offers": _offers,
    "packages": _packages,
    "history": _history,
    "guards": _guards,
    "outbox": _outbox,
    "funnels": _funnels,
}
"""The stores that can be asked for more than one by its id."""


def fill(within: Transaction, stores: Iterable[str] = STORES, number: int = 1) -> None:
    """Write one of everything under the ids that are looked at; another number gives others, in the same places."""
    for store in stores:
        WRITTEN_BY[store](within, number)


def _with_history(within: Transaction, number: int) -> None:
    event = samples.changed(f"e-{number}", version=number)
    within.history.append([event], [(event.id, f"text {number}")])


def _with_contacts(within: Transaction, number: int) -> None:
    within.contacts.save(HERE, samples.contact("c-1", version=number))
    within.contacts.save(THERE, samples.lead("c-1", version=number))


WRITTEN_BY: Final[dict[str, Any]] = {
    "contacts": _with_contacts,
    "persons": lambda within, n: within.persons.save(samples.person("c-1", version=n)),
    "companies": lambda within, n: within.companies.save(samples.company("x-1", version=n)),
    "groups": lambda within, n: within.groups.save(samples.group("x-1", version=n)),
    "appointments": lambda within, n: within.appointments.save(samples.appointment("x-1", version=n)),
    "pipelines": lambda within, n: within.pipelines.save(samples.pipeline("x-1", version=n)),
    "campaigns": lambda within, n: within.campaigns.save(samples.campaign("x-1", version=n)),
    "members": lambda within, n: within.members.save(samples.member("m-1", version=n)),
    "invitations": lambda within, n: within.invitations.save(samples.invitation("x-1", version=n)),
    "links": lambda within, n: within.links.save(samples.link(f"x-{n}")),
    "offers": lambda within, n: within.offers.save(samples.offer("x-1", version=n)),
    "packages": lambda within, n: within.packages.save(samples.package("x-1", version=n)),
    "history": _with_history,
    "keys": lambda within, n: within.keys.save(f"x-{n}", "digest", samples.contact("c-1", version=n)),
    "funnels": lambda within, n: within.funnels.save(f"x-{n}", {"version": n}),
    "guards": lambda within, n: within.guards.touch("calendar", f"m-{n}"),
    "outbox": lambda within, n: within.outbox.add([samples.message(f"k-{n}")]),
}
"""For each store something that is written into it."""
