"""Which of the contacts that are worked on move, and which need somebody?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from attrs import frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.times import OpenOn
from funnelkit.words import Progress, Standing


@frozen(kw_only=True)
class Case(AnyCase):
    """How it stands with a contact: plain facts. Times are aware."""

    when: datetime
    status: Status
    since: datetime | None
    """Since when it has the status; None where nobody knows: then it is neither stalled nor new."""
    touched: datetime | None = None
    due: datetime | None = None
    """The date of the follow-up that stands, unless the person may not be contacted."""
    booked: bool = False
    """Whether an appointment is still to come."""
    staged: bool = False
    """Whether it stands in a pipeline."""
    zone: str = "UTC"
    open_on: OpenOn | None = None
    contact: str | None = None

    @property
    def idle(self) -> datetime | None:
        """Since when nothing has happened; None where nobody knows."""
        return None if self.since is None else max(self.since, self.touched or self.since)

    @property
    def ahead(self) -> bool:
        """Whether there is a step with a date."""
        return self.booked or self.due is not None

    def words(self) -> dict[str, object]:
        """What texts may name."""
        return {"contact": self.contact or "the contact", "status": self.status, "due": self.due, "idle": self.idle}


AnyFunnel = Funnel[Status, Any]


@rule(ok="nothing is due", no="a follow-up is due since {due}", about=About.TIME, remedy="follow up")
def nothing_is_due(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A follow-up is due from its date on, inclusive. Source: S2."""
    return case.due is None or case.due > case.when


@rule(
    ok="there is a step ahead, or something happened of late",
    no="there is no step ahead, and nothing has happened since {idle}",
    about=About.TIME,
    remedy="schedule something, or close the contact",
    nothing="nobody knows since when the contact is {status}",
)
def has_not_stalled(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Without a dated step, a contact stalls when nothing has happened for as long as the policy says. Source: ours."""
    if case.ahead:
        return True
    if case.idle is None:
        return None
    policy = funnel.policy.progress
    length = dict(policy.by_status).get(case.status.value, policy.stalled_after)
    return case.when < length.after(case.idle, case.zone, case.open_on)


@rule(ok="there is a next step", no="there is no next step", remedy="schedule one, or book, or put it on a pipeline")
def has_a_next_step(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A next step is a follow-up, an appointment to come, or a stage of a pipeline. Source: ours."""
    return case.ahead or case.staged


QUESTION: Final = "is {contact} on its way"
RULES: Final = (nothing_is_due, has_not_stalled, has_a_next_step)
SAID: Final = (
    (nothing_is_due, Progress.DUE),
    (has_not_stalled, Progress.STALLED),
    (has_a_next_step, Progress.WITHOUT_NEXT_STEP),
)
"""What a contact is if this rule says no: the first that does."""


def is_open(funnel: AnyFunnel, status: Status, standing: Standing) -> bool:
    """Whether a contact is worked on: its status is open, and it is in sight."""
    return status in funnel.worked_on and standing is Standing.ACTIVE


def on_its_way(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether an open contact moves, and if not, why."""
    return decided(QUESTION, RULES, funnel, case)


def progress(decision: Decision) -> Progress:
    """Read an answer of `on_its_way` as one word: exactly one for every open contact."""
    said = {finding.rule for finding in decision.refusals}
    return next((word for claim, word in SAID if claim.address in said), Progress.MOVING)
