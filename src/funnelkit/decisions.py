"""THE ANSWER: every question ends in a `Decision` that holds all its findings, for yes and for no.

Findings are made once and shared; their text is put together when somebody reads it.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, unique
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from attrs import evolve, field, fields_dict, frozen

from funnelkit.errors import FunnelkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@unique
class Mark(Enum):
    """What a finding says. The value is how it reads in a text."""

    OK = "ok"
    NO = "NO"
    NOTHING = "--"  # nothing to judge by: the row that would tell is missing
    NEEDS = "needs"  # not yet: the caller can still supply it


OK: Final = Mark.OK
NO: Final = Mark.NO
NEEDS: Final = Mark.NEEDS
NOTHING: Final = Mark.NOTHING
"""By these names on hot paths: to reach a member through its enum costs as much as a look-up in a table (on 3.11)."""


@unique
class About(Enum):
    """What a finding is about; a host answers HTTP by it."""

    ACTOR = "actor"  # who asks: 403
    STATE = "state"  # how things stand: 409
    FACT = "fact"  # what was told: 422
    TIME = "time"  # when: 409


def named(value: object) -> str:
    """Write a value of a case as text: a status by its key, a set by its members, nothing as `nothing`."""
    if value is None or (isinstance(value, (frozenset, tuple)) and not value):
        return "nothing"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(named, value)))
    if isinstance(value, tuple):
        return ", ".join(map(named, value))
    return str(value)


@frozen
class Finding:
    """What one rule found. `rule` is its address: module and name of the function, or of the cell or need."""

    rule: str
    mark: Mark
    text: str
    about: About = About.STATE
    remedy: str = ""
    source: str = ""
    params: Mapping[str, object] = field(factory=dict, eq=False, repr=False)

    @property
    def ok(self) -> bool:
        """Whether this finding speaks for a yes."""
        return self.mark is OK


@frozen
class Notice:
    """Advice: what a source recommends or what the coach should look at. It never refuses."""

    code: str
    text: str
    source: str = ""
    params: Mapping[str, object] = field(factory=dict, eq=False, repr=False)

    def __str__(self) -> str:
        """Read in English."""
        return said(self.text, self.params)


@frozen
class Consequence:
    """What else follows, in words: rights gained and lost, bookings that become illegal, hours that start to count."""

    code: str
    text: str
    params: Mapping[str, object] = field(factory=dict)

    def __str__(self) -> str:
        """Read in English."""
        return said(self.text, self.params)


class Speaks(Protocol):
    """Anything that a text can take words from: a funnel, a row, a case."""

    def words(self) -> Mapping[str, object]:
        """Give the values that stand in texts as `{name}`."""
        ...


class Case:
    """What one rule module may look at: plain facts, no contact, no name, no address."""

    __slots__ = ()

    def words(self) -> Mapping[str, object]:
        """Every field, by its name."""
        return {name: getattr(self, name) for name in fields_dict(type(self))}  # type: ignore[arg-type]  # cases are attrs classes


class _Gaps(dict[str, str]):
    """Words for a template; one that nobody gave reads as an ellipsis rather than break an answer."""

    def __missing__(self, key: str) -> str:
        return "…"


def said(template: str, words: Mapping[str, object], name: Callable[[object], str] = named) -> str:
    """Fill a template; `name` writes one value, in English unless told otherwise."""
    return template.format_map(_Gaps({key: name(value) for key, value in words.items()}))


def agreed(findings: Iterable[Finding]) -> bool:
    """At least one ok, and nothing else but ok and nothing-to-judge."""
    some = False
    for finding in findings:
        mark = finding.mark
        if mark is OK:
            some = True
        elif mark is not NOTHING:
            return False
    return some


@frozen(eq=False)
class Decision:
    """The answer to one question, with all findings. True when allowed.

    `case`, `row` and `funnel` are what was looked at; texts take their words from there.
    """

    question: str
    findings: tuple[Finding, ...]
    case: Speaks | None = field(default=None, repr=False)
    row: Speaks | None = field(default=None, repr=False)
    funnel: Speaks | None = field(default=None, repr=False)
    notices: tuple[Notice, ...] = ()
    allowed: bool = field(init=False)

    @allowed.default
    def _allowed(self) -> bool:
        return agreed(self.findings)

    def __bool__(self) -> bool:
        """Whether it is allowed."""
        return self.allowed

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that stand in the way."""
        return tuple(f for f in self.findings if f.mark in (Mark.NO, Mark.NEEDS))

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The findings that would turn if the caller supplied something."""
        return tuple(f for f in self.findings if f.mark is Mark.NEEDS)

    def words(self) -> Mapping[str, object]:
        """Everything that the texts of this decision may name."""
        found: dict[str, object] = {}
        for part in (self.funnel, self.row, self.case):
            if part is not None:
                found |= part.words()
        return found

    def said(self, finding: Finding) -> str:
        """Give the sentence of one finding in English."""
        return said(finding.text, {**self.words(), **finding.params})

    def __str__(self) -> str:
        """Read in English: the question, then a line for each finding."""
        words = self.words()
        width = max((len(f.rule) for f in self.findings), default=0)
        lines = [f"{'allowed' if self else 'refused'}: {said(self.question, words)}"]
        for f in self.findings:
            text = said(f.text, {**words, **f.params})
            remedy = f"; {said(f.remedy, {**words, **f.params})}" if f.remedy and not f.ok else ""
            lines.append(f"  {f.mark.value:<5} {f.rule:<{width}}  {text}{remedy}")
        return "\n".join([*lines, *(f"  note  {n.code}: {n}" for n in self.notices)])


def decided(  # what a decision is made of
    question: str,
    rules: Iterable[Rule[Any, Any, Any]],
    funnel: Any,
    case: Any,
    row: Any = None,
    notices: tuple[Notice, ...] = (),
) -> Decision:
    """Ask all of these rules about a case, and a row of a table where one is looked at."""
    return Decision(question, tuple([rule(funnel, case, row) for rule in rules]), case, row, funnel, notices)


def both(asked: Decision, also: Decision) -> Decision:
    """Answer one question with the findings of two; texts take their words from both."""
    case = _Both(also.case, asked.case)
    found, notices = (*asked.findings, *also.findings), (*asked.notices, *also.notices)
    return Decision(asked.question, found, case, asked.row, asked.funnel, notices)


def all_of(asked: Decision, *also: Decision | None) -> Decision:
    """Answer one question with the findings of several; None: nobody asked that."""
    for decision in also:
        if decision is not None:
            asked = both(asked, decision)
    return asked


def pinned(decision: Decision) -> Decision:
    """Give each finding the words of its own case, for a decision that is one of several about things of one kind."""
    words = decision.words()
    found = tuple(evolve(finding, params={**words, **finding.params}) for finding in decision.findings)
    return evolve(decision, findings=found)


@frozen
class _Both:
    first: Speaks | None
    second: Speaks | None

    def words(self) -> Mapping[str, object]:
        found: dict[str, object] = {}
        for case in (self.first, self.second):
            found |= case.words() if case is not None else {}
        return found


class Refused(FunnelkitError):
    """A command that was not allowed; carries the decision (HTTP: by what the refusals are about)."""

    def __init__(self, decision: Decision) -> None:
        """Keep the decision."""
        super().__init__(decision)
        self.decision = decision

    def __str__(self) -> str:
        """The decision in English."""
        return str(self.decision)


F = TypeVar("F")
C = TypeVar("C", bound=Speaks)
W = TypeVar("W")


@frozen(eq=False)
class Rule(Generic[F, C, W]):
    """A claim about a funnel, a case and a row, and the findings it can come to, made once."""

    claim: Callable[[F, C, W], bool | None]
    ok: Finding
    no: Finding
    nothing: Finding

    def __call__(self, funnel: F, case: C, row: W) -> Finding:
        """Ask: true is ok, false is a no, None is nothing to judge by."""
        holds = self.claim(funnel, case, row)
        return self.ok if holds else self.no if holds is not None else self.nothing

    @property
    def address(self) -> str:
        """Where it stands: `conversion.never_backward`."""
        return self.ok.rule


def address_of(claim: Callable[..., object]) -> str:
    """Give module and name of a rule, as findings show it."""
    return f"{claim.__module__.rpartition('.')[2]}.{claim.__name__}"


def rule(  # the five things that a rule says, by name
    *,
    ok: str,
    no: str,
    remedy: str = "",
    about: About = About.STATE,
    mark: Mark = Mark.NO,
    nothing: str = "there is nothing to judge by",
) -> Callable[[Callable[[F, C, W], bool | None]], Rule[F, C, W]]:
    """Declare a rule: write its two findings beside its claim. `mark=NEEDS` where the caller can still supply it."""

    def declare(claim: Callable[[F, C, W], bool | None]) -> Rule[F, C, W]:
        at, source = address_of(claim), source_of(claim)
        return Rule(
            claim,
            Finding(at, Mark.OK, ok, about, source=source),
            Finding(at, mark, no, about, remedy, source),
            Finding(at, Mark.NOTHING, nothing, about, source=source),
        )

    return declare


def source_of(claim: Callable[..., object]) -> str:
    """Read the source out of a docstring: what stands behind `Source:`."""
    return (claim.__doc__ or "").partition("Source:")[2].strip().rstrip(".")
