"""Which stage of the pipeline is next?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve, frozen

from funnelkit.decisions import About, Decision, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.errors import invalid, unknown
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.values.pipeline import AtStage, Pipeline, Prepared, Stage
from funnelkit.words import HANDS, StageMove, Standing


@frozen(kw_only=True)
class Case(AnyCase):
    """What is looked at: plain facts. Pipelines are named by id, stages by key."""

    by: Actor
    status: Status | None = None
    standing: Standing = Standing.ACTIVE
    on: str | None = None
    """The pipeline on which the contact stands."""
    at: str | None = None
    """Its stage there."""
    pipeline: str | None = None
    """The pipeline that it is about, if it is there already."""
    stages: tuple[str, ...] = ()
    """The stages of that pipeline, in order."""
    hidden: bool = False
    stage: str | None = None
    """The stage that is said to be completed or skipped; None: the one at which the contact stands."""
    removed: frozenset[str] = frozenset()
    """Stages that a change takes away."""
    used: frozenset[str] = frozenset()
    """Stages at which contacts stand."""
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "status": self.status, "standing": self.standing, "on": self.on, "at": self.at,
            "pipeline": self.pipeline or "a new pipeline", "stage": self.stage or self.at, "next": self.next,
            "missed": self.removed & self.used, "contact": self.contact or "a contact",
        }  # fmt: skip

    @property
    def next(self) -> str | None:
        """The stage behind the one at which the contact stands; None behind the last."""
        return dict(zip(self.stages, self.stages[1:], strict=False)).get(self.at or "")


AnyFunnel = Funnel[Status, Any]


@rule(ok="{role} may run pipelines", no="{role} does not run pipelines", about=About.ACTOR, remedy="ask the staff")
def staff_runs_pipelines(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Staff, special desk and system run pipelines; a client does not, and a viewer only reads. Source: ours, SC2."""
    return case.by.role in HANDS


@rule(
    ok="pipelines run in {funnel}",
    no="{funnel} has no status in which pipelines run",
    remedy="derive a funnel with `pipelines=`",
)
def funnel_has_pipelines(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Pipelines are for funnels with a status in which they run. Source: S3, SC2."""
    return bool(funnel.pipelines)


@rule(
    ok="pipelines run for who is {status}",
    no="no pipeline runs for {contact}, who is {status}",
    remedy="convert the contact first",
)
def pipeline_is_open_to_status(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A pipeline is for leads: for statuses that the funnel names. Source: S3, SC-A7."""
    return case.status in funnel.pipelines


@rule(ok="the contact is not archived", no="{contact} is archived", remedy="restore it first")
def is_worked_with(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """Nobody in the archive is on a pipeline. Source: SC-A8."""
    return case.standing is not Standing.ARCHIVED


@rule(
    ok="{pipeline} may be put on a contact",
    no="{pipeline} is hidden, and {contact} comes from no other pipeline",
    remedy="put another pipeline on the contact first, or show this one",
)
def a_hidden_one_is_switched_to(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A hidden pipeline is for switching a contact from one whole pipeline to another. Source: SC2."""
    return not case.hidden or case.on is not None


@rule(ok="{contact} stands at {at}", no="{contact} is on no pipeline", remedy="put it on one")
def is_on_a_pipeline(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """What is completed, skipped or taken off has to run. Source: SC3."""
    return case.on is not None


@rule(
    ok="it is the stage at which {contact} stands",
    no="{contact} stands at {at}, not at {stage}",
    remedy="look again: somebody may have been quicker",
)
def stands_at_that_stage(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Who names the stage completes that one and no other: a second click does not complete the next. Source: ours."""
    return None if case.on is None else case.stage in (None, case.at)


@rule(
    ok="behind {at} comes {next}",
    no="{at} is no stage of {on} any more",
    remedy="put the contact on the pipeline again",
)
def stage_is_there(funnel: AnyFunnel, case: Case, row: None) -> bool | None:
    """Behind a stage that the pipeline has lost nobody knows the next. Source: ours, SC3."""
    return None if case.on is None else case.at in case.stages


@rule(
    ok="no contact stands at a stage that goes",
    no="contacts stand at {missed}",
    remedy="move them on, or switch them to another pipeline first",
)
def stages_in_use_stay(funnel: AnyFunnel, case: Case, row: None) -> bool:
    """A stage at which contacts stand is not taken away. Source: ours."""
    return not case.removed & case.used


DEFINE: Final = "define {pipeline}"
PUT_ON: Final = "put {contact} on {pipeline}"
COMPLETE: Final = "complete {stage} for {contact}"
SKIP: Final = "skip {stage} for {contact}"
TAKE_OFF: Final = "take {contact} off its pipeline"

RULES: Final = (
    staff_runs_pipelines, funnel_has_pipelines, pipeline_is_open_to_status, is_worked_with,
    a_hidden_one_is_switched_to, is_on_a_pipeline, stands_at_that_stage, stage_is_there, stages_in_use_stay,
)  # fmt: skip

OF_A_CONTACT: Final = (pipeline_is_open_to_status, is_worked_with, a_hidden_one_is_switched_to)
MOVES_ON: Final = (staff_runs_pipelines, is_on_a_pipeline, stands_at_that_stage, stage_is_there)


def may_define(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether a pipeline may be made, or changed to this."""
    return decided(DEFINE, (staff_runs_pipelines, funnel_has_pipelines, stages_in_use_stay), funnel, case)


def may_put_on(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether a contact may be put on a pipeline, or switched to it."""
    return decided(PUT_ON, (staff_runs_pipelines, *OF_A_CONTACT), funnel, case)


def may_put_all_on(funnel: AnyFunnel, cases: Sequence[Case]) -> Decision:
    """Whether all of these may be put on a pipeline: together or not at all, and each refusal says whose it is."""
    if len(cases) == 1:
        return may_put_on(funnel, cases[0])
    asked = [(case, claim(funnel, case, None)) for claim in OF_A_CONTACT for case in cases]
    refusals = [evolve(found, params=case.words()) for case, found in asked if not found.ok]
    refused = {found.rule for found in refusals}
    fine = dict.fromkeys(found for _, found in asked if found.rule not in refused)
    whole = evolve(cases[0], contact=", ".join(case.contact for case in cases if case.contact))
    return Decision(PUT_ON, (staff_runs_pipelines(funnel, whole, None), *fine, *refusals), whole, None, funnel)


def may_complete(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether the stage may be completed at which the contact stands."""
    return decided(COMPLETE, MOVES_ON, funnel, case)


def may_skip(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether that stage may be skipped, since it does not apply."""
    return decided(SKIP, MOVES_ON, funnel, case)


def may_take_off(funnel: AnyFunnel, case: Case) -> Decision:
    """Whether the contact may be taken off its pipeline."""
    return decided(TAKE_OFF, (staff_runs_pipelines, is_on_a_pipeline), funnel, case)


def next_stage(pipeline: Pipeline, stage: str) -> Stage | None:
    """Give the stage behind this one; None behind the last. Raises Invalid for a stage that it does not have."""
    keys = pipeline.keys
    if stage not in keys:
        raise invalid("stage", unknown("stage", stage, pipeline.id, keys))
    return next(iter(pipeline.stages[keys.index(stage) + 1 :]), None)


def prepared(
    pipeline: Pipeline, was: AtStage | None, to: AtStage | None, how: StageMove
) -> tuple[tuple[str, Stage, Prepared], ...]:
    """Give what is to be sent with a move, in order: which sort, of which stage, and the message. Source: SC2, SC3.

    Put on the pipeline: the set-up of every stage. A stage is completed: its own, but not if it is skipped. Then what
    the stage has ready that becomes active.
    """
    found: list[tuple[str, Stage, Prepared]] = []
    done = None if was is None or how is not StageMove.COMPLETED else pipeline.stage(was.stage)
    begun = None if to is None else pipeline.stage(to.stage)
    if done is not None:
        found += [("on_completed", done, message) for message in done.on_completed]
    elif how in (StageMove.ASSIGNED, StageMove.ENTERED, StageMove.SWITCHED):
        found += [("set_up", stage, message) for stage in pipeline.stages for message in stage.set_up]
    if begun is not None:
        found += [("on_active", begun, message) for message in begun.on_active]
    return tuple(found)
