"""Which need is found where: what our own commands tell rules from what is stored; all else is the host's to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from funnelkit.funnel import Funnel
from funnelkit.loaded import Loaded
from funnelkit.planning import View
from funnelkit.table import (
    AGREEMENT,
    EARLY_COLD,
    EMAIL,
    ENROLLMENT,
    NEXT_ATTEMPT,
    PRODUCT,
    REASON,
    Act,
    Need,
    Row,
    Status,
)
from funnelkit.values.contact import Contact
from funnelkit.values.person import Person

AnyFunnel = Funnel[Status, StrEnum]


@frozen(kw_only=True)
class Known:
    """What a command has at hand when it asks."""

    funnel: AnyFunnel
    view: View
    contact: Contact | None = None
    to: Status | None = None
    reason: str | None = None
    item: str | None = None
    email: str | None = None


def _email(known: Known) -> bool | None:
    if known.contact is None or known.email is not None:
        return known.email is not None
    person = known.view.person(known.contact.id)
    return None if person is None else person.email is not None


def _enrollment(known: Known) -> bool | None:
    return True if known.item is not None or (known.contact and known.contact.enrollments) else None


def _agreement(known: Known) -> bool | None:
    return True if known.contact is not None and known.contact.agreements else None


def _next_attempt(known: Known) -> bool:
    steps, done = known.funnel.follow_ups, known.contact.attempt if known.contact else 0
    if not known.funnel.policy.follow_up.in_order:
        return True
    return done < len(steps) and known.to is steps[done]


def _early_cold(known: Known) -> bool:
    done = known.contact.attempt if known.contact else 0
    return known.funnel.policy.follow_up.early_cold or done >= len(known.funnel.follow_ups)


FOUND: Final[Mapping[str, Callable[[Known], bool | None]]] = {
    EMAIL.key: _email,
    REASON.key: lambda known: known.reason is not None,
    PRODUCT.key: lambda known: known.item is not None,
    ENROLLMENT.key: _enrollment,
    NEXT_ATTEMPT.key: _next_attempt,
    EARLY_COLD.key: _early_cold,
    AGREEMENT.key: _agreement,
}
"""None: it is not kept here, so the host may tell."""


def facts(needs: Iterable[Need], known: Known, told: Mapping[str, bool]) -> dict[str, bool]:
    """Find what these needs ask for: our own from what is stored, all else as the host told it."""
    found: dict[str, bool] = {}
    for need in needs:
        if need.key in FOUND:
            own = FOUND[need.key](known)
            found[need.key] = told.get(need.key, False) if own is None else own
        elif need.key in told:
            found[need.key] = told[need.key]
    return found


def met(row: Row[Status], known: Known, told: Mapping[str, bool]) -> bool:
    """Whether everything that a row asks for is so; what nobody told is not."""
    found = facts(row.needs, known, told)
    return all(found.get(need.key, False) for need in row.needs)


def giving_up(funnel: AnyFunnel, known: Known, told: Mapping[str, bool]) -> Row[Status] | None:
    """Give the row by which a contact is given up when its last follow-up runs out; None: it keeps its status."""
    on = funnel.means.get((Act.EXHAUSTED, None))
    row = None if on is None or known.contact is None else funnel.recorded.get((known.contact.status, on))
    return row if row is not None and met(row, evolve(known, to=row.to), told) else None


def in_time(
    funnel: AnyFunnel,
    contact: Contact,
    person_of: Callable[[str], Person | None],
    now: datetime,
    told: Mapping[str, bool] | None = None,
) -> Contact:
    """Give a contact as time has made it by now, whether a sweep has come or not; nothing of it is stored.

    `person_of`: gives the person behind it, and is called only where a last follow-up has run out.
    """
    stands = contact.follow_up
    if stands is None or stands.gives_up is None or not stands.over(now):
        return contact
    row, person = None, person_of(contact.id)
    if person is None or not person.blocked_before(stands.gives_up):
        seen = Loaded(persons=() if person is None else (person,))
        row = giving_up(funnel, Known(funnel=funnel, view=seen, contact=contact), told or {})
    if row is None or row.to is contact.status:
        return evolve(contact, follow_up=None)
    return contact.becoming(row.to, stands.gives_up, contact.attempt, None, runs_on=row.to in funnel.pipelines)


def attempt_after(funnel: AnyFunnel, contact: Contact, to: Status, *, restart: bool) -> int:
    """Give the follow-up number that a contact has when it becomes `to`. Source: BG-A10, BG-A14.

    A follow-up status has its own number; anything else keeps the count, except that a new cycle begins at 0: on
    coming back from a status that no follow-up leaves and, by policy, when a consultation is cancelled or moved.
    """
    if to in funnel.attempts:
        return funnel.attempts[to]
    elsewhere = not funnel.follow_ups and contact.status not in funnel.worked_on
    return 0 if restart or contact.status in funnel.restarts_from or elsewhere else contact.attempt
