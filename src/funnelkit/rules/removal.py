"""What happens when this contact is deleted?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Act, Status
from funnelkit.values.actor import Actor
from funnelkit.values.cases import ACTOR, WORD, door
from funnelkit.values.checks import instance, one_of
from funnelkit.words import HANDS, Removal, Standing, Ties

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who deletes whom: standing, and what hangs on the contact (`appointment`, `invoice`, ...)."""

    standing: Standing = Standing.ACTIVE
    ties: frozenset[str] = frozenset()
    by: Actor
    status: Status | None = None
    contact: str | None = None

    def words(self) -> Mapping[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "standing": self.standing,
            "role": self.by.role,
            "hangs": self.ties,
            "contact": self.contact or "a contact",
        }


LOOK: Final = door(
    Case, {"standing": one_of(Standing), "ties": instance(frozenset, "a frozenset"), "by": ACTOR, "contact": WORD}
)


@rule(ok="{role} may delete", no="{role} may not delete", about=About.ACTOR, remedy="ask the staff")
def remover_may(funnel: Funnel[Status, Any], case: Case, row: None) -> bool:
    """Deleting is for staff, the special desk and the system. Source: CC4, SD4, S3."""
    return case.by.role in HANDS


QUESTION: Final = "delete {contact}"
RULES: Final = (remover_may,)


def may_delete(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about this delete: by standing and ties, and by whom. What it comes to says `outcome`."""
    LOOK(funnel, case)
    found = (funnel.removes[case.standing, tied(funnel, case)], remover_may(funnel, case, None))
    return Decision(QUESTION, found, case, None, funnel, funnel.advised(Act.DELETED, case.status, None, case.standing))


def outcome(funnel: Funnel[S, R], case: Case) -> Removal:
    """What the delete comes to: deleted, archived or refused."""
    if not may_delete(funnel, case):
        return Removal.REFUSED
    return funnel.removals.cells[case.standing, tied(funnel, case)]


def tied(funnel: Funnel[S, R], case: Case) -> Ties:
    """Whether something hangs on the contact that the account's policy looks at. Source: S3, SC-A2."""
    return Ties.TIED if case.ties & funnel.policy.removal.ties else Ties.FREE
