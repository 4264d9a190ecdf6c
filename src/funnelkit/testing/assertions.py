"""Is it allowed, or refused by exactly these rules? A failure shows the whole decision. Works with any test runner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from funnelkit.decisions import Decision, Refused
from funnelkit.errors import kind_of


class Decided(Protocol):
    """What holds a decision: a plan, an option, a refusal that was caught."""

    @property
    def decision(self) -> Decision:
        """The answer."""
        ...


Answer: TypeAlias = Decision | Decided


def assert_allowed(answer: Answer) -> Decision:
    """Hold that this is allowed, and give the decision.

    Raises AssertionError with the decision, and TypeError for what holds none.
    """
    __tracebackhide__ = True
    decision = _decision(answer)
    if not decision:
        raise AssertionError(f"should be allowed, and is refused\n\n{decision}")
    return decision


def assert_refused(answer: Answer | Callable[[], object], *addresses: str) -> Decision:
    """Hold that this is refused by exactly these rules, in any order, and give the decision.

    `answer` may be something to call: `lambda: crm.do(...)`, which has to raise Refused or give a decision or a plan.

    Raises AssertionError with the decision, and TypeError for what holds none.
    """
    __tracebackhide__ = True
    decision = _tried(answer) if callable(answer) else _decision(answer)
    if decision:
        raise AssertionError(f"should be refused{_by(addresses)}, and is allowed\n\n{decision}")
    found = dict.fromkeys(finding.rule for finding in decision.refusals)
    missing = [rule for rule in dict.fromkeys(addresses) if rule not in found]
    others = [rule for rule in found if rule not in addresses]
    if missing or others:
        lines = [f"  does not refuse: {rule}" for rule in missing] + [f"  refuses too: {rule}" for rule in others]
        raise AssertionError("\n".join(["refused, but not by exactly these rules", *lines, "", str(decision)]))
    return decision


def _tried(call: Callable[[], object]) -> Decision:
    __tracebackhide__ = True
    try:
        given = call()
    except Refused as refused:
        return refused.decision
    try:
        return _decision(given)
    except TypeError:  # it was done, and gave what the command gives
        raise AssertionError(f"should be refused, and was done: it gave {kind_of(given)}") from None


def _decision(answer: object) -> Decision:
    found = answer if isinstance(answer, Decision) else getattr(answer, "decision", None)
    if not isinstance(found, Decision):
        raise TypeError(f"a decision, or something with one, is needed, not {kind_of(answer)}")
    return found


def _by(addresses: tuple[str, ...]) -> str:
    return f" by {', '.join(addresses)}" if addresses else ""
