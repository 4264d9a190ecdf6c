"""Answers as text in any language: whole sentences, labels instead of keys. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum, StrEnum
from types import ModuleType
from typing import Final, TypeAlias

from funnelkit import cells, words
from funnelkit.decisions import Decision, Finding, Mark, Notice, Rule, named, said
from funnelkit.funnel import Funnel
from funnelkit.table import OWN_NEEDS, Need, Owed, Status
from funnelkit.texts import ENGLISH, Texts

Tables: TypeAlias = Funnel[Status, StrEnum]

HEADINGS: Final = ("allowed", "refused", "note")
"""What stands before an answer and before a piece of advice; languages translate them beside the marks of findings."""

PLAIN_WORDS: Final = (
    "nothing", "new", "a contact", "the contact", "any channel", "nobody", "a new pipeline", "a new person",
    "a package", "the team",
)  # fmt: skip
"""Words that cases use where there is no value to be named."""


def render(decision: Decision, texts: Texts = ENGLISH) -> str:
    """Say a decision in this language: the question, then a line for each finding and each piece of advice.

    Statuses and other words of the lists are called by their labels. What the language lacks is said in English.
    """
    name = _naming(decision, texts)
    known = _words(decision, name)
    marks = {found: texts.marks.get(found.value, found.value) for found in Mark}
    wide = max([len(marks[f.mark]) for f in decision.findings] + [5])
    long = max((len(f.rule) for f in decision.findings), default=0)
    heading = HEADINGS[0] if decision.allowed else HEADINGS[1]
    lines = [f"{texts.marks.get(heading, heading)}: {_said(decision.question, known, name, texts)}"]
    for f in decision.findings:
        text = _said(f.text, {**known, **f.params}, name, texts)
        remedy = f"; {_said(f.remedy, {**known, **f.params}, name, texts)}" if f.remedy and not f.ok else ""
        lines.append(f"  {marks[f.mark]:<{wide}} {f.rule:<{long}}  {text}{remedy}")
    note = texts.marks.get(HEADINGS[2], HEADINGS[2])
    lines += [
        f"  {note:<{wide}} {n.code}: {_said(n.text, {**known, **n.params}, name, texts)}" for n in decision.notices
    ]
    return "\n".join(lines)


def label(value: Enum, texts: Texts = ENGLISH, funnel: Tables | None = None) -> str:
    """Say what people call this word: the language's label, else the funnel's own one, else the key."""
    own = texts.labels.get(f"{funnel.name}.{value.value}") if funnel is not None and isinstance(value, Status) else None
    if own is None:
        own = texts.labels.get(label_key(value))
    if own is None and funnel is not None and isinstance(value, Status):
        own = funnel.labels.get(value)
    return str(value.value) if own is None else own


def label_key(value: Enum) -> str:
    """Give the key under which a language has the label of this word: `coaching.hot_lead`, `right.log_in`."""
    return f"{type(value).__name__.lower()}.{value.value}"


def label_keys(*funnels: Tables) -> tuple[str, ...]:
    """Give every key that a language should have a label for: the shared lists, and these funnels' words."""
    lists = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, Enum) and len(each)]
    own = (member for funnel in funnels for each in (funnel.statuses, funnel.triggers) for member in each)
    columns = (column for funnel in funnels for column in funnel.rights.columns)
    members = (member for each in lists for member in each)
    return tuple(dict.fromkeys(label_key(member) for member in (*members, *own, *columns)))


def templates(*funnels: Tables, modules: Iterable[ModuleType] = ()) -> tuple[str, ...]:
    """Give every English template that a language should have: of cells and needs, of these funnels, of these modules.

    Of a module these count: its rules, findings, notices and needs, and the constants in capitals that are text with a
    blank.
    """
    found: list[str] = [*PLAIN_WORDS, *_in_module(cells)]
    told = (*OWN_NEEDS, *(each for funnel in funnels for each in _said_by(funnel)))
    found += [text for each in told for text in _texts_of(each, constant=True)]
    found += [text for module in modules for text in _in_module(module)]
    return tuple(dict.fromkeys(text for text in found if text))


def _in_module(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        yield from _texts_of(value, constant=name.isupper())


def _texts_of(value: object, *, constant: bool) -> Iterator[str]:
    if isinstance(value, Rule):
        yield from (text for finding in (value.ok, value.no, value.nothing) for text in (finding.text, finding.remedy))
    elif isinstance(value, Finding):
        yield from (value.text, value.remedy)
    elif isinstance(value, Need):
        yield from (value.sentence, value.remedy, value.otherwise)
    elif isinstance(value, Notice):
        yield value.text
    elif isinstance(value, Owed):
        yield value.sentence
    elif constant and isinstance(value, str) and " " in value:
        yield value
    elif constant and isinstance(value, Mapping):
        yield from (text for part in value.values() for text in _texts_of(part, constant=True))
    elif constant and isinstance(value, (tuple, list)):
        yield from (text for part in value for text in _texts_of(part, constant=True))


def _said_by(funnel: Tables) -> Iterator[object]:
    yield from (need for move in funnel.moves for need in move.needs)
    yield from funnel.right_needs.values()
    yield from (effect.owes for effect in funnel.effects)
    yield from (tip.text for tip in funnel.tips)


def _said(template: str, known: Mapping[str, object], name: Callable[[object], str], texts: Texts) -> str:
    return said(texts.sentences.get(template, template), known, name)


def _naming(decision: Decision, texts: Texts) -> Callable[[object], str]:
    funnel = decision.funnel if isinstance(decision.funnel, Funnel) else None

    def name(value: object) -> str:
        """Say one value of a case: a word by its label, a sentence of a need in this language, all else as it is."""
        if value is None or (isinstance(value, (frozenset, tuple)) and not value):
            value = PLAIN_WORDS[0]
        if isinstance(value, Enum):
            return label(value, texts, funnel)
        if isinstance(value, frozenset):
            return ", ".join(sorted(map(name, value)))
        if isinstance(value, tuple):
            return ", ".join(map(name, value))
        return texts.sentences.get(value, value) if isinstance(value, str) else named(value)

    return name


def _words(decision: Decision, name: Callable[[object], str]) -> Mapping[str, object]:
    """Give the words of a decision; the order of a funnel is said by labels."""
    known = dict(decision.words())
    if isinstance(decision.funnel, Funnel):
        known["order"] = " < ".join(" | ".join(map(name, tier)) for tier in decision.funnel.order)
    return known
