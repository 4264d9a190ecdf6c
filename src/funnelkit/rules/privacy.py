"""May this person be taken out of what is kept, or two contacts become one?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.words import HEADS

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
AnyFunnel = Funnel[Status, Any]


@frozen(kw_only=True)
class Case(AnyCase):
    """Who erases whom, or merges what. `erased`: those of the contacts whose person was taken out."""

    by: Actor
    acts: bool = True
    """Whether the actor has not left the team."""
    contact: str | None = None
    other: str | None = None
    erased: tuple[str, ...] = ()

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "contact": self.contact or "a contact", "other": self.other or "another one",
            "erased": self.erased,
        }  # fmt: skip


@rule(
    ok="{role} may erase a person",
    no="{role} may not erase a person",
    about=About.ACTOR,
    remedy="ask an owner or an admin",
)
def eraser_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Erasing cannot be undone: the owner, an admin or the system does it. Source: ours."""
    return case.acts and case.by.role in HEADS


@rule(
    ok="{role} may merge contacts",
    no="{role} may not merge contacts",
    about=About.ACTOR,
    remedy="ask an owner or an admin",
)
def merger_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Merging cannot be undone: the owner, an admin or the system does it. Source: ours."""
    return case.acts and case.by.role in HEADS


@rule(
    ok="there is a person behind it",
    no="the person behind {erased} was erased",
    remedy="leave the erased place as it is, and add the person anew",
)
def nobody_was_erased(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A place whose person was erased stays in the archive, by itself. Source: ours."""
    return not case.erased


QUESTION: Final = "erase the person behind {contact}"
TO_MERGE: Final = "merge {other} into {contact}"
TO_RESTORE: Final = "take {contact} out of the archive"
RULES: Final = (eraser_may, merger_may, nobody_was_erased)


def may_erase(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether this actor may take the person out."""
    return decided(QUESTION, (eraser_may,), funnel, case)


def may_merge(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether this actor may say that two contacts are one person."""
    return decided(TO_MERGE, (merger_may, nobody_was_erased), funnel, case)


def may_restore(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether a place may come out of the archive."""
    return decided(TO_RESTORE, (nobody_was_erased,), funnel, case)
