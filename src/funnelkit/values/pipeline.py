"""A lead pipeline: an ordered run of stages, each like a task. Source: SC2, SC3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from attrs import field, frozen

from funnelkit.errors import Problem
from funnelkit.values.checks import Checked, asks, each, identifier, instance, one_of, optional, text, truth
from funnelkit.words import Purpose, Recipient

TWICE: Final = "stands twice"


@frozen(kw_only=True)
class Prepared(Checked):
    """A message that a stage has ready: a template, to the contact or to who is responsible."""

    template: str = field(metadata=asks(identifier))
    to: Recipient = field(default=Recipient.COACH, metadata=asks(one_of(Recipient)))
    purpose: Purpose = field(default=Purpose.ALERT, metadata=asks(one_of(Purpose)))


def messages(value: Iterable[Prepared]) -> tuple[Prepared, ...]:
    """Take a list of messages as a tuple; leave anything else to the check."""
    found: tuple[Prepared, ...] = _listed(value)
    return found


MESSAGES: Final = asks(each(instance(Prepared, "a Prepared message")))


@frozen(kw_only=True)
class Stage(Checked):
    """One stage: a key that is one in its pipeline, what people call it, and the messages that go with it.

    Of a list of messages each template stands once. Source: SC2, SC3.
    """

    key: str = field(metadata=asks(identifier))
    name: str = field(metadata=asks(text))
    set_up: tuple[Prepared, ...] = field(default=(), converter=messages, metadata=MESSAGES)
    """Sent when a contact is put on the pipeline, whichever stage it begins with."""
    on_active: tuple[Prepared, ...] = field(default=(), converter=messages, metadata=MESSAGES)
    """Sent when a contact comes to this stage."""
    on_completed: tuple[Prepared, ...] = field(default=(), converter=messages, metadata=MESSAGES)
    """Sent when the stage is completed; not when it is skipped."""

    def together(self) -> Iterable[Problem]:
        """Ask for templates that can be told apart."""
        for name in ("set_up", "on_active", "on_completed"):
            yield from _doubles(name, "template", getattr(self, name), Prepared)


def stages(value: Iterable[Stage]) -> tuple[Stage, ...]:
    """Take a list of stages as a tuple; leave anything else to the check."""
    found: tuple[Stage, ...] = _listed(value)
    return found


STAGES: Final = asks(each(instance(Stage, "a Stage"), least=1))


@frozen(kw_only=True)
class Pipeline(Checked):
    """A pipeline of one funnel: at least one stage, in order."""

    id: str = field(metadata=asks(identifier))
    funnel: str = field(metadata=asks(identifier))
    name: str = field(metadata=asks(text))
    stages: tuple[Stage, ...] = field(converter=stages, metadata=STAGES)
    default: bool = field(default=False, metadata=asks(truth))
    """Whether new leads are put on it by themselves; at most one of a funnel is that. Source: SC2, SC6."""
    hidden: bool = field(default=False, metadata=asks(truth))
    """Whether it is only for switching from another whole pipeline. Source: SC2."""
    responsible: str | None = field(default=None, metadata=asks(optional(identifier)))
    """Who of the staff is responsible for all of it; None: each contact's coach. Source: SC2."""
    version: int = 0

    def together(self) -> Iterable[Problem]:
        """Ask for stages that can be told apart, and for a default that can be seen."""
        return misfits(self.stages, default=self.default, hidden=self.hidden)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its stages, in order."""
        return tuple(stage.key for stage in self.stages)

    def first(self, when: datetime) -> AtStage:
        """Give where a contact stands that is put on it then."""
        return AtStage(pipeline=self.id, stage=self.stages[0].key, since=when, entered=when)

    def stage(self, key: str) -> Stage | None:
        """Give the stage with this key, if it has one."""
        return next((stage for stage in self.stages if stage.key == key), None)


@frozen(kw_only=True)
class AtStage:
    """Where a contact stands in a pipeline, and since when (UTC)."""

    pipeline: str
    stage: str
    since: datetime
    entered: datetime
    """When it was put on this pipeline."""


def misfits(stages: object, *, default: object, hidden: object) -> Iterator[Problem]:
    """Say what of a pipeline does not fit together, whatever else is wrong with it."""
    yield from _doubles("stages", "key", stages, Stage)
    if default is True and hidden is True:
        yield Problem("default", "a hidden pipeline is only switched to, so it is not the default")


def _doubles(path: str, name: str, values: object, kind: type[object]) -> Iterator[Problem]:
    known: set[object] = set()
    for place, value in enumerate(values if isinstance(values, tuple) else ()):
        told = getattr(value, name) if isinstance(value, kind) else None
        if told in known:
            yield Problem(f"{path}[{place}].{name}", TWICE)
        known |= {told} - {None}


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
