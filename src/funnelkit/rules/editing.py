"""May this person change what is kept about a contact?"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import frozen

from funnelkit.decisions import About, Decision, Notice, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.words import HANDS, Grant

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who changes what. `holders`: other contacts with the address; `status` where it decides."""

    by: Actor
    what: str = "contact"
    holders: tuple[str, ...] = ()
    id_taken: bool = False
    moves: bool = False
    """Whether the contact is to get another address, or none."""
    coaches: int = 0
    """How many coaches have the contact."""
    status: Status | None = None
    lowers: bool = False
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "what": self.what, "status": self.status, "contact": self.contact or "a contact",
            "holders": len(self.holders), "coaches": self.coaches,
        }  # fmt: skip


AnyFunnel = Funnel[Status, Any]


@rule(
    ok="{role} may change what is kept",
    no="{role} may not change what is kept",
    about=About.ACTOR,
    remedy="ask the staff",
)
def keeper_may(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """What is kept about contacts is changed by staff, the special desk and the system. Source: CC3, DL8."""
    return case.by.role in HANDS


@rule(
    ok="the id is free",
    no="the id is taken already in this account",
    remedy="leave the id out, or take another",
)
def id_is_free(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """An id names one contact of the account, or one company. Ours."""
    return not case.id_taken


@rule(
    ok="the address is free",
    no="the address belongs to another contact of this account, archived ones included",
    remedy="use another address, or that contact",
)
def email_is_free(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Where addresses are unique, nobody else in the account has it. Source: SD4, SD-A10."""
    return not (funnel.policy.contacts.unique_email and case.holders)


@rule(
    ok="no second coach has the contact",
    no="{coaches} coaches have the contact, and its address is all of theirs",
    remedy="unassign the others first, or switch it on by policy",
    nothing="the address stays",
)
def coach_is_the_only_one(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Where an account says so, the address of a contact of several coaches stays as it is. Source: DL2."""
    return None if not case.moves else funnel.policy.contacts.several_coaches_edit or case.coaches <= 1


@rule(
    ok="{status} may hold credentials",
    no="{funnel} does not give {status} credentials",
    remedy="convert the contact to a status that may log in",
)
def status_may_hold(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Credentials are for statuses that may hold them. Source: S0, SD3."""
    column = funnel.credentials or funnel.log_in
    return column is not None and case.status is not None and funnel.rights.cells[case.status, column] is Grant.YES


@rule(
    ok="the company keeps its rights",
    no="the new primary contact has fewer rights than the former",
    remedy="convert the contact first, or switch it on by policy",
)
def primary_is_no_lower(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A primary contact may be replaced by one with fewer rights, unless the account refuses that. Source: SD-A7."""
    return funnel.policy.contacts.lower_primary or not case.lowers


QUESTION: Final = "change the {what} of {contact}"
KNOWN: Final = Notice(
    "editing.known_person", "the id is that of a person who is known here: name and addresses are now as given", "ours"
)
SHARED: Final = Notice("editing.shared_address", "the address belongs to another contact too", "ours")
RULES: Final = (keeper_may, id_is_free, email_is_free, coach_is_the_only_one, status_may_hold, primary_is_no_lower)


def may_change(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether this actor may change something that is kept."""
    return Decision(QUESTION, (keeper_may(funnel, case, None),), case, None, funnel)


def may_be_known(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether a contact may have this id and this address. A shared address gives a notice."""
    return _known(funnel, case, (keeper_may, id_is_free, email_is_free))


def may_be_edited(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether what is known of a contact may be changed, its address among it. A shared address gives a notice."""
    return _known(funnel, case, (keeper_may, email_is_free, coach_is_the_only_one))


def _known(funnel: Funnel[S, R], case: Case, rules: tuple[Any, ...]) -> Decision:
    shared = (SHARED,) if case.holders and not funnel.policy.contacts.unique_email else ()
    return Decision(QUESTION, tuple(rule(funnel, case, None) for rule in rules), case, None, funnel, shared)


def may_hold_credentials(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether credentials may be assigned."""
    funnel.status(case.status)
    return Decision(QUESTION, (keeper_may(funnel, case, None), status_may_hold(funnel, case, None)), case, None, funnel)


def may_be_primary(funnel: Funnel[S, R], case: Case) -> Decision:
    """Whether a contact may become a company's primary contact."""
    return Decision(
        QUESTION, (keeper_may(funnel, case, None), primary_is_no_lower(funnel, case, None)), case, None, funnel
    )
