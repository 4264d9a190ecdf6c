"""A pipeline is defined, put on contacts, and run: a stage is completed or skipped, and the next one begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from attrs import evolve, field, frozen

from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision
from funnelkit.errors import Problem
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import pipeline as rule_of
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.values.checks import asks, each, identifier, long_text, optional, text, texts, truth
from funnelkit.values.contact import Contact
from funnelkit.values.events import PipelineDefined
from funnelkit.values.pipeline import STAGES, Pipeline, Stage, misfits, stages
from funnelkit.values.plan import Plan
from funnelkit.words import StageMove

May = Callable[[AnyFunnel, rule_of.Case], Decision]


@frozen(kw_only=True)
class DefinePipeline(Command[Status, Pipeline]):
    """Make a pipeline, or change one to this as a whole: `pipeline` is its id; None: a new one.

    Making one the default takes that from the one that had it. Who is on it stays at the stage with the same key.
    Source: SC2, SC3, SC6.
    """

    noun: ClassVar[str] = "pipeline"

    name: str = field(metadata=asks(text))
    stages: tuple[Stage, ...] = field(converter=stages, metadata=STAGES)
    pipeline: str | None = field(default=None, metadata=asks(optional(identifier)))
    default: bool = field(default=False, metadata=asks(truth))
    hidden: bool = field(default=False, metadata=asks(truth))
    responsible: str | None = field(default=None, metadata=asks(optional(identifier)))

    def together(self) -> Iterable[Problem]:
        """Ask for what a pipeline asks for."""
        return misfits(self.stages, default=self.default, hidden=self.hidden)

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Pipeline]:
        """Plan the pipeline; one that is so already stays as it is."""
        draft = Draft(funnel, moment, view, self)
        key = self.pipeline or moment.fresh("pipeline")
        was = None if view.is_free("pipeline", key) else view.pipeline(key)
        new = Pipeline(
            id=key, funnel=funnel.name, name=self.name, stages=self.stages, default=self.default, hidden=self.hidden,
            responsible=self.responsible, version=was.version if was else 0,
        )  # fmt: skip
        removed = frozenset(was.keys if was else ()) - frozenset(new.keys)
        used = view.stages_in_use(key) if removed else frozenset()
        case = rule_of.Case(by=self.by, pipeline=self.pipeline, stages=new.keys, removed=removed, used=used)
        decision = rule_of.may_define(funnel, case)
        if not decision:
            return draft.refuse(decision)
        if was == new:
            return draft.plan(decision, was)
        other = view.default_pipeline() if new.default else None
        if other is not None and other.id != key:
            _define(draft, evolve(other, default=False))
        if new.default or (was is not None and was.default):
            draft.touched += (("pipelines", funnel.name),)
        return draft.plan(decision, _define(draft, new))


def _define(draft: Draft, pipeline: Pipeline) -> Pipeline:
    new = evolve(pipeline, version=pipeline.version + 1)
    draft.say(PipelineDefined, new.id, new.version, draft.when(), pipeline=new)
    draft.keep(new)
    return new


@frozen(kw_only=True)
class PutOnPipeline(Command[Status, tuple[Contact, ...]]):
    """Put one or many contacts on a pipeline, at its first stage; who is on another one is switched to it.

    All of them or none. Who is on it already stays at its stage, unless the pipeline has lost that one. The result is
    all of them, in order. Source: SC2.
    """

    contacts: tuple[str, ...] = field(converter=texts, metadata=asks(each(identifier, least=1)))
    pipeline: str = field(metadata=asks(identifier))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[tuple[Contact, ...]]:
        """Plan the first stage for each of them, and what every stage sets up."""
        draft = Draft(funnel, moment, view, self)
        pipeline = view.pipeline(self.pipeline)
        found = [draft.contact(contact) for contact in self.contacts]
        times = [draft.when(stored.changed) for stored in found]
        bases = [draft.base(stored, when) for stored, when in zip(found, times, strict=True)]
        decision = rule_of.may_put_all_on(funnel, [_case(self.by, was, pipeline) for was in bases])
        if not decision:
            return draft.refuse(decision)
        result: list[Contact] = []
        for stored, was, when in zip(found, bases, times, strict=True):
            at = was.pipeline
            if at is not None and at.pipeline == pipeline.id and at.stage in pipeline.keys:
                result.append(stored)
                continue
            to, how = pipeline.first(when), StageMove.ENTERED if at is None else StageMove.SWITCHED
            first = len(draft.events)
            result.append(draft.settle(stored, draft.move(was, to, how, when, pipeline, self.note), when, first))
        return draft.plan(decision, tuple(result))


@frozen(kw_only=True)
class _OfARun(Command[Status, Contact]):
    """Goes on with the pipeline on which a contact stands, or ends it."""

    contact: str = field(metadata=asks(identifier))

    def _go(  # what a run goes on by
        self, draft: Draft, how: StageMove, may: May, *, stage: str | None = None, note: str | None = None
    ) -> Plan[Contact]:
        stored, when, was = draft.at_hand(self.contact)
        at = was.pipeline
        pipeline = None if at is None else draft.view.pipeline(at.pipeline)
        decision = may(draft.funnel, evolve(_case(self.by, was, pipeline), stage=stage))
        if not decision or at is None or pipeline is None:
            return draft.refuse(decision)
        behind = None if how is StageMove.TAKEN_OFF else rule_of.next_stage(pipeline, at.stage)
        to = None if behind is None else evolve(at, stage=behind.key, since=when)
        return draft.plan(decision, draft.settle(stored, draft.move(was, to, how, when, pipeline, note), when))


@frozen(kw_only=True)
class CompleteStage(_OfARun):
    """Complete the stage at which a contact stands: the next one begins by itself; behind the last, the run ends.

    `stage` names the one that is meant: told twice, or by two at once, the second is refused and the next stage stays.
    Without it, whichever stage the contact stands at is completed. Source: SC3.
    """

    stage: str | None = field(default=None, metadata=asks(optional(identifier)))
    note: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the next stage, with the messages of both."""
        draft = Draft(funnel, moment, view, self)
        return self._go(draft, StageMove.COMPLETED, rule_of.may_complete, stage=self.stage, note=self.note)


@frozen(kw_only=True)
class SkipStage(_OfARun):
    """Skip the stage at which a contact stands, since it does not apply: the next one begins. Source: SC3.

    `stage` names the one that is meant, as for `CompleteStage`. Nothing is sent about the stage that is skipped.
    """

    stage: str | None = field(default=None, metadata=asks(optional(identifier)))
    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the next stage."""
        draft = Draft(funnel, moment, view, self)
        return self._go(draft, StageMove.SKIPPED, rule_of.may_skip, stage=self.stage, note=self.reason)


@frozen(kw_only=True)
class TakeOffPipeline(_OfARun):
    """Take a contact off its pipeline; it stays what it is. Source: ours."""

    reason: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Contact]:
        """Plan the end of the run."""
        draft = Draft(funnel, moment, view, self)
        return self._go(draft, StageMove.TAKEN_OFF, rule_of.may_take_off, note=self.reason)


def _case(by: Actor, was: Contact, pipeline: Pipeline | None) -> rule_of.Case:
    at = was.pipeline
    return rule_of.Case(
        by=by, status=was.status, standing=was.standing, on=None if at is None else at.pipeline,
        at=None if at is None else at.stage, pipeline=None if pipeline is None else pipeline.id,
        stages=() if pipeline is None else pipeline.keys, hidden=pipeline is not None and pipeline.hidden,
        contact=was.id,
    )  # fmt: skip
