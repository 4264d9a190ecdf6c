"""WHAT A QUESTION TAKES: the check of each argument of the shell, by its name. A name means the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from itertools import chain
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from funnelkit.errors import Invalid, Problem, kind_of
from funnelkit.planning import Command
from funnelkit.requirements import Standard
from funnelkit.values.actor import Actor
from funnelkit.values.checks import Check, checked, day, days, identifier, instance, moment, number, text, told, truth
from funnelkit.values.outreach import Segment
from funnelkit.values.plan import Plan

P = ParamSpec("P")
T = TypeVar("T")
Shell = TypeVar("Shell")


def some(value: object) -> str | None:
    """A list of ids, or of whatever else; one text is none, though it could be gone through sign by sign."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return None
    return f"a list is needed, not {kind_of(value)}"


def ids(given: Iterable[str]) -> tuple[str, ...]:
    """Give ids without doubles, also of what can be gone through once only. Raises Invalid."""
    found = tuple(given)
    checked(contacts=next(filter(None, map(identifier, found)), None))
    return tuple(dict.fromkeys(found))


def basis(value: object) -> str | None:
    """What a change is expected to be based on."""
    return None if type(value) in (int, str) else f"a version or a plan's basis is needed, not {kind_of(value)}"


ARGUMENTS: Final[Mapping[str, Check]] = {
    **dict.fromkeys(
        (
            "appointment", "campaign", "coach", "company", "contact", "invitation", "item", "key", "member", "noun",
            "offer", "package", "pipeline", "responsible",
        ),
        identifier,
    ),
    **dict.fromkeys(("as_of", "at", "known", "moment", "since", "start", "until"), moment),
    **dict.fromkeys(("on", "trained"), day),
    **dict.fromkeys(("batch", "limit"), number),
    **dict.fromkeys(("commands", "contacts", "rights"), some),
    "by": instance(Actor, "an Actor"),
    "command": instance(Command, "a command"),
    "event": lambda value: identifier(getattr(value, "id", value)),
    "expect": basis,
    "facts": told,
    "letters": instance(dict, "a dict"),
    "pace": days,
    "plan": instance(Plan, "a Plan"),
    "retired": truth,
    "segment": instance(Segment, "a Segment"),
    "standard": instance(Standard, "a Standard"),
    "version": text,
}  # fmt: skip
"""Whether None is taken stands in the question: where it is what the argument is without being told."""


def asked(question: Callable[Concatenate[Shell, P], T]) -> Callable[Concatenate[Shell, P], T]:
    """Look at the arguments before a question is gone into. It raises Invalid for all that are wrong at once."""
    parameters = [*signature(question).parameters.values()][1:]
    names = [one.name for one in parameters]
    free = {one.name for one in parameters if one.default is None}
    checks = {name: check for name, check in ARGUMENTS.items() if name in names}

    @wraps(question)
    def answered(shell: Shell, /, *given: P.args, **named: P.kwargs) -> T:
        told: Iterable[tuple[str, Any]] = chain(zip(names, given, strict=False), named.items())
        wrong = [
            Problem(name, says)
            for name, value in told
            if (check := checks.get(name)) and not (value is None and name in free) and (says := check(value))
        ]
        if wrong:
            raise Invalid(*wrong)
        return question(shell, *given, **named)

    return answered
