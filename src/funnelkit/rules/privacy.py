"""May this person be taken out of what is kept?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.words import Role

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
AnyFunnel = Funnel[Status, Any]

HEADS: Final = frozenset({Role.OWNER, Role.ADMIN, Role.SYSTEM})
"""Who answers for what the account keeps."""


@frozen(kw_only=True)
class Case(AnyCase):
    """Who erases whom."""

    by: Actor
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"role": self.by.role, "contact": self.contact or "a contact"}


@rule(
    ok="{role} may erase a person",
    no="{role} may not erase a person",
    about=About.ACTOR,
    remedy="ask an owner or an admin",
)
def eraser_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Erasing cannot be undone: the owner, an admin or the system does it. Source: ours."""
    return case.by.role in HEADS


QUESTION: Final = "erase the person behind {contact}"
RULES: Final = (eraser_may,)


def may_erase(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether this actor may take the person out."""
    return decided(QUESTION, RULES, funnel, case)
