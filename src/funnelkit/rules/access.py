"""May this person open this?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, field, frozen

from funnelkit.cells import RIGHT_QUESTION, Words, told
from funnelkit.decisions import About, Decision, Mark, Rule, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.cases import WORD, door, several
from funnelkit.values.checks import one_of
from funnelkit.values.checks import told as told_facts
from funnelkit.words import Grant, Portal, Reach, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)

NONE: Final[frozenset[str]] = frozenset()
IN_SIGHT: Final = frozenset({Standing.ACTIVE, Standing.HIDDEN})


@frozen(kw_only=True)
class Case(AnyCase, Generic[S, R]):
    """Who asks for what: plain facts. `permitted` and `owned` hold ids of items, those of the groups included."""

    status: S
    right: R | None = None
    portal: Portal = Portal.NOT_INVITED
    standing: Standing = Standing.ACTIVE
    item: str | None = None
    permitted: Collection[str] = NONE
    owned: Collection[str] = NONE
    onboarding: Collection[str] = NONE
    """Steps that are left before the dashboard opens."""
    facts: Mapping[str, bool] = field(factory=dict)
    contact: str | None = None


LOOK: Final = door(
    Case,
    {
        "portal": one_of(Portal), "standing": one_of(Standing), "item": WORD, "contact": WORD,
        "permitted": several, "owned": several, "onboarding": several,
    },
    {"facts": told_facts},
)  # fmt: skip

AnyFunnel = Funnel[Status, Any]
Asked = Case[Any, Any]


@rule(
    ok="{status} may log in to the portal of {funnel}",
    no="{funnel} does not let {status} log in",
    remedy="convert the contact to a status that may",
)
def status_may_log_in(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """What is reached through the portal needs a status that may log in. Source: S0, S1, CC1."""
    return case.status in funnel.lets_in


@rule(
    ok="credentials exist",
    no="there are no credentials yet: the portal is {portal}",
    remedy="assign credentials, or invite",
)
def credentials_exist(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """A status that may log in is not enough: somebody must have made the credentials. Source: CC-A11, SD-A5."""
    return case.portal is Portal.ACTIVE


@rule(
    ok="the contact is not archived",
    no="the contact is archived, and that stops the portal",
    remedy="restore the contact",
)
def not_archived(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """An archived contact (agency: Inactive) has no portal, whatever its status. Source: SD4."""
    return case.standing in IN_SIGHT


@rule(
    ok="onboarding is complete",
    no="steps of the onboarding are left: {onboarding}",
    remedy="complete them",
    nothing="there is no portal yet, so no onboarding has begun",
)
def onboarding_is_complete(funnel: AnyFunnel, case: Asked, row: None) -> bool | None:
    """Accepting an invitation leads through onboarding to the dashboard, and what lies on it. Source: S4, DL-A1."""
    return None if case.portal is not Portal.ACTIVE else not case.onboarding


@rule(
    ok="{item} is permitted to this contact",
    no="{item} is not permitted to this contact",
    remedy="permit the item, in person or by group",
)
def item_is_permitted(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Where a right goes by permission, the contact or one of its groups has it for the item. Source: S0, CC5."""
    return not isinstance(case.permitted, str) and case.item in case.permitted


@rule(ok="{item} is the contact's own", no="{item} was not bought by this contact", remedy="record the purchase")
def item_is_owned(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Where a right goes by ownership, the contact has bought the item. Source: S0, CC-A9, CC-A10."""
    return not isinstance(case.owned, str) and case.item in case.owned


@rule(
    ok="the item is named", no="this right goes item by item", remedy="name the item", about=About.FACT, mark=Mark.NEEDS
)
def item_is_named(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """Where a right goes item by item, the question names one. Source: S0."""
    return case.item is not None


@rule(
    ok="the company has a primary contact",
    no="the company has no primary contact, whose rights would be its own",
    remedy="set one",
)
def company_has_a_primary(funnel: AnyFunnel, case: Asked, row: None) -> bool:
    """In company-first mode each company has a primary contact. Source: SD2."""
    return case.contact is not None


OF_THE_PORTAL: Final = (credentials_exist, not_archived)
RULES: Final = (
    status_may_log_in, credentials_exist, not_archived, onboarding_is_complete, item_is_permitted, item_is_owned,
    item_is_named, company_has_a_primary,
)  # fmt: skip
OF_A_GRANT: Final[Mapping[Grant, Rule[Any, Any, Any]]] = {
    Grant.PERMITTED: item_is_permitted,
    Grant.OWNED: item_is_owned,
}

COMPANY: Final = "may the company have the right {right}"
QUESTION: Final = RIGHT_QUESTION


def may(funnel: Funnel[S, R], case: Case[S, R]) -> Decision:
    """Every finding about this right: of the status, of the portal, of the item. Raises Invalid."""
    LOOK(funnel, case)
    status = funnel.status(case.status)
    right = funnel.right(case.right)
    if status is not case.status or right is not case.right:
        case = evolve(case, status=status, right=right)
    return _decide(funnel, case, right)


def rights(funnel: Funnel[S, R], case: Case[S, R]) -> Mapping[R, Decision]:
    """The answers to all rights of the funnel at once; the case's own right is not looked at."""
    LOOK(funnel, case)
    status = funnel.status(case.status)
    return {r: _decide(funnel, evolve(case, status=status, right=r), r) for r in funnel.rights.columns}


def nobody(funnel: Funnel[S, R], right: R) -> Decision:
    """The answer for a company that has no primary contact: there is nobody whose rights it could have. Source: SD2."""
    return Decision(COMPANY, (company_has_a_primary.no,), Words({"right": right}), None, funnel)


def on_status(funnel: Funnel[S, R], status: S, right: R) -> Decision:
    """The table's own answer for a status and a right, looked up: nothing is asked about a contact."""
    if status.__class__ is funnel.statuses and right.__class__ is funnel.right_kind:
        found = funnel.answers_of[status].get(right)
        if found is not None:
            return found
    return funnel.answers[funnel.status(status), funnel.right(right)]


def _decide(funnel: Funnel[S, R], case: Case[S, R], right: R) -> Decision:
    key = (case.status, right)
    grant = funnel.rights.cells[key]
    found = [funnel.grants[key]]
    if grant is Grant.PERMITTED or grant is Grant.OWNED:
        asked = OF_A_GRANT[grant] if case.item is not None else item_is_named
        found.append(asked(funnel, case, None))
    reach = funnel.rights.reach[right]
    if reach is not Reach.PUBLIC:
        if right is not funnel.log_in:
            found.append(status_may_log_in(funnel, case, None))
        found += [claim(funnel, case, None) for claim in OF_THE_PORTAL]
        if reach is Reach.DASHBOARD:
            found.append(onboarding_is_complete(funnel, case, None))
    need = funnel.right_needs.get(right)
    if need is not None:
        found.append(told("access", need.told, case.facts))
    return Decision(QUESTION, tuple(found), case, None, funnel)
