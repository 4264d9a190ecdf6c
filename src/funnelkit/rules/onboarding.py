"""May this step of the onboarding be completed, and by whom?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.words import HANDS, Role

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who completes which step of the onboarding. `left`: the steps that are left."""

    by: Actor
    step: str
    left: frozenset[str] = frozenset()
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"role": self.by.role, "step": self.step, "left": self.left, "contact": self.contact or "a contact"}


AnyFunnel = Funnel[Status, Any]


@rule(
    ok="{role} may complete the step",
    no="{role} may not complete a step of {contact}",
    about=About.ACTOR,
    remedy="let the contact or the staff do it",
)
def completer_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """The contact completes its own steps, or the staff or the system does. Source: S4."""
    if case.by.role is Role.CLIENT:
        return case.by.id == case.contact
    return case.by.role in HANDS


@rule(ok="{step} is left to do", no="{step} is not among the steps that are left: {left}", remedy="choose one of these")
def step_is_left(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A step is completed once, after the invitation was accepted. Source: S4."""
    return case.step in case.left


QUESTION: Final = "complete {step} of {contact}"
RULES: Final = (completer_may, step_is_left)


def may_complete(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about completing a step of the onboarding."""
    return decided(QUESTION, RULES, funnel, case)
