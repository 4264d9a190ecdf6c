"""Answers and plans as data for JSON, for whoever asked. They are not read back; their schemas say what they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from string import Formatter
from typing import Any

from funnelkit.decisions import Consequence, Decision, Finding, Notice, named, said
from funnelkit.schema import FORM, Data, document
from funnelkit.tags import TAGS
from funnelkit.times import time_text
from funnelkit.values.plan import Plan
from funnelkit.values.token import Token


def decision_to(decision: Decision) -> Data:
    """Give an answer as data for JSON: texts in English, and what they name as `params`, for texts in any language."""
    words = decision.words()
    return {
        "type": "decision",
        "schema": FORM,
        "allowed": decision.allowed,
        "question": said(decision.question, words),
        "params": _params(decision.question, words),
        "findings": [_finding(finding, {**words, **finding.params}) for finding in decision.findings],
        "notices": [_noticed(notice) for notice in decision.notices],
    }


def plan_to(plan: Plan[Any]) -> Data:
    """Give a plan as data for JSON: what would happen, for somebody to look at.

    It names nouns by kind, id and version, and has no name, no address, no reason and no note. `basis` is for
    `do(command, expect=...)`. It is not read back: a plan is applied where it was made.
    """
    return {
        "type": "plan",
        "schema": FORM,
        "allowed": plan.allowed,
        "decision": decision_to(plan.decision),
        "funnel": plan.funnel,
        "basis": plan.basis,
        "made": None if plan.made is None else time_text(plan.made, "made"),
        "result": _named(plan.outcome),
        "changed": [_named(noun) for noun in plan.changed],
        "removed": [{"kind": kind, "id": id} for kind, id in plan.removed],
        "events": [document(event) for event in plan.events],
        "messages": [document(message) for message in plan.messages],
        "consequences": [_noticed(consequence) for consequence in plan.consequences],
        "obligations": [{"code": duty.code, "about": duty.about, "text": duty.text} for duty in plan.obligations],
        "notices": [_noticed(notice) for notice in plan.notices if notice not in plan.decision.notices],
    }


def _named(noun: Any) -> Any:
    """Name a noun, or each of many, without showing it; what became of a deleted contact is a word."""
    if isinstance(noun, tuple):
        return [_named(one) for one in noun]
    if noun is None or isinstance(noun, (Enum, Token)):
        return noun.value if isinstance(noun, Enum) else None  # a token is shown to nobody who looks at a plan
    return {"kind": TAGS[type(noun)], "id": noun.id, "version": noun.version}


def _finding(finding: Finding, words: Mapping[str, object]) -> Data:
    remedy = "" if finding.ok else finding.remedy
    return {
        "rule": finding.rule,
        "mark": finding.mark.name.lower(),
        "about": finding.about.value,
        "text": said(finding.text, words),
        "remedy": said(remedy, words),
        "source": finding.source,
        "params": _params(f"{finding.text} {remedy}", words),
    }


def _noticed(notice: Notice | Consequence) -> Data:
    text = {"code": notice.code, "text": str(notice), "params": _params(notice.text, notice.params)}
    return text if isinstance(notice, Consequence) else {**text, "source": notice.source}


def _params(text: str, words: Mapping[str, object]) -> Data:
    """Give the words that a text names, and no other: a case may hold more."""
    names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name)
    return {name: _word(words[name]) for name in names if name in words}


def _word(value: object) -> object:
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, (frozenset, tuple)):
        members = [_word(one) for one in value]
        return sorted(members, key=str) if isinstance(value, frozenset) else members
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return time_text(value, "")
    return named(value)
