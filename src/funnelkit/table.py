"""The words that a funnel's file is written in: statuses, triggers, rows and matrices. Data only.

What the rows come to together is `funnel.Funnel`; what is wrong with them says `lint`.
"""

from __future__ import annotations

from enum import Enum, StrEnum, unique
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from attrs import evolve, field, frozen

from funnelkit import words
from funnelkit.words import Axis, Category, Grant, Kind, Portal, Purpose, Reach, Recipient, Removal, Role, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Status(StrEnum):
    """Who a contact can be. One enum for each funnel; the value is the stable key, for ever."""


class Trigger(StrEnum):
    """What can happen to a contact. One enum for each funnel."""


S = TypeVar("S", bound=Status)
S_co = TypeVar("S_co", bound=Status, covariant=True)
H = TypeVar("H", bound=Enum)
C = TypeVar("C", bound=Enum)
V = TypeVar("V", bound=Enum)
H_co = TypeVar("H_co", bound=Enum, covariant=True)
C_co = TypeVar("C_co", bound=Enum, covariant=True)
V_co = TypeVar("V_co", bound=Enum, covariant=True)


@unique
class Whence(Enum):
    """A first cell that is no list of statuses."""

    NEW = "new"  # not a contact yet: an entry row
    ANY = "any"  # whatever it is


@unique
class Whither(Enum):
    """A third cell that is no list of statuses."""

    OTHER = "other"  # any status but the one it has


NEW: Final = Whence.NEW
ANY: Final = Whence.ANY
OTHER: Final = Whither.OTHER

SYSTEM: Final = (Role.SYSTEM,)
STAFF: Final = words.STAFF
DESK: Final = (Role.SPECIAL_DESK,)
STAFF_OR_DESK: Final = words.STAFF_OR_DESK

YES: Final = Grant.YES
NO: Final = Grant.NO
PERMITTED: Final = Grant.PERMITTED
OWNED: Final = Grant.OWNED
UNSTATED: Final = Grant.UNSTATED

DELETED: Final = Removal.DELETED
ARCHIVED: Final = Removal.ARCHIVED
REFUSED: Final = Removal.REFUSED

THE_COACH: Final = Recipient.COACH
THE_CONTACT: Final = Recipient.CONTACT

PORTAL: Final = Reach.PORTAL
DASHBOARD: Final = Reach.DASHBOARD
PUBLIC: Final = Reach.PUBLIC


@frozen
class Need:
    """A named fact that a row asks for, with the sentence that must be true. Never a callable."""

    key: str
    sentence: str
    remedy: str = ""
    otherwise: str = ""
    """The sentence that is true where the fact is not."""

    @property
    def told(self) -> tuple[str, str, str, str]:
        """Key, sentence, remedy and the other sentence, as findings are made of them."""
        return self.key, self.sentence, self.remedy, self.otherwise


EMAIL: Final = Need("email", "the e-mail is known", "add the e-mail", "the e-mail is missing")
REASON: Final = Need("reason", "a reason is given", "give a reason", "there is no reason given")
PRODUCT: Final = Need("product", "the product is named", "name the product", "the product is not named")
ENROLLMENT: Final = Need("enrollment", "the enrollment is recorded", "name it", "no enrollment is recorded")
NEXT_ATTEMPT: Final = Need(
    "next_attempt",
    "it is the next follow-up in order",
    "go on with the next one",
    "it is not the next follow-up in order",
)
EARLY_COLD: Final = Need(
    "early_cold", "a lead may be called cold by hand now", "do the follow-ups first", "there are follow-ups left to do"
)
AGREEMENT: Final = Need("agreement", "an agreement exists", "have one accepted", "there is no agreement")

OWN_NEEDS: Final = (EMAIL, REASON, PRODUCT, ENROLLMENT, NEXT_ATTEMPT, EARLY_COLD, AGREEMENT)
"""What our own commands tell from what is stored; everything else is the host's to tell."""


def _starts(given: S | tuple[S, ...] | Whence) -> tuple[S, ...] | Whence:
    return (given,) if isinstance(given, Status) else given


def _targets(given: S | tuple[S, ...] | type[S] | Whither) -> tuple[S, ...] | Whither:
    if isinstance(given, (tuple, Whither)):
        return given
    return (given,) if isinstance(given, Status) else tuple(given)


@frozen
class Move(Generic[S_co]):
    """One row: while it is this / and this happens / it becomes that / by whom / what it needs / source."""

    start: tuple[S_co, ...] | Whence = field(converter=_starts)
    on: Trigger
    to: tuple[S_co, ...] | Whither = field(converter=_targets)
    by: tuple[Role, ...]
    needs: tuple[Need, ...]
    source: str

    @property
    def automatic(self) -> bool:
        """Whether nobody sets it by hand: it follows from what happened."""
        return {*self.by} == {Role.SYSTEM}


@frozen
class Row(Generic[S_co]):
    """One row for one pair of statuses, as rules look at it; `now` is None where a contact comes into being."""

    now: S_co | None
    on: Trigger
    to: S_co
    by: frozenset[Role]
    needs: tuple[Need, ...]
    source: str

    automatic: bool = field(repr=False, eq=False)

    def words(self) -> Mapping[str, object]:
        """What texts may name."""
        return {"trigger": self.on, "by_whom": tuple(sorted(self.by))}


def written_out(moves: tuple[Move[S], ...], statuses: type[S]) -> Iterator[Row[S]]:
    """Write every row for each pair of statuses that it stands for."""
    every = tuple(statuses)
    for move in moves:
        starts = every if move.start is ANY else (None,) if isinstance(move.start, Whence) else move.start
        for now in starts:
            for to in every if isinstance(move.to, Whither) else move.to:
                if now is not to or move.to is not OTHER:
                    yield Row(now, move.on, to, frozenset(move.by), move.needs, move.source, move.automatic)


@unique
class Act(Enum):
    """What our own commands do, as the first cell of a deed names it."""

    ADDED = "added"  # a contact was added without saying how it came in
    BOOKED = "booked"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    EXHAUSTED = "exhausted"  # the time of the last follow-up has passed
    LIFTED = "lifted"  # a do-not-contact was lifted
    PAID = "paid"  # a package was paid for


ADDED: Final = Act.ADDED
BOOKED: Final = Act.BOOKED
RESCHEDULED: Final = Act.RESCHEDULED
CANCELLED: Final = Act.CANCELLED
EXHAUSTED: Final = Act.EXHAUSTED
LIFTED: Final = Act.LIFTED
PAID: Final = Act.PAID


@frozen
class Deed:
    """One row of DEEDS: when a command of ours does this, with an appointment of this kind, that has happened.

    `kind` None: of any kind that has no row of its own; or nothing with an appointment.
    """

    act: Act
    kind: Kind | None
    on: Trigger
    source: str


def _with_its_list(value: Enum | None) -> str | None:
    """Write a word with the list that it is of, where two lists may have the same word."""
    if value is None:
        return None
    kind = next(base for base in (Status, Trigger, Act) if isinstance(value, base))
    return f"{kind.__name__.lower()}:{value.value}"


@frozen
class Owed:
    """Something that only the host can do, by a code and a sentence."""

    code: str
    sentence: str


@frozen
class Effect:
    """One row of EFFECTS: when this happens, or this status is reached, that axis is set.

    `to` is None where the caller names the item (the product, the agreement). `start` NEW: only for a new contact.
    """

    on: Trigger | Status = field(metadata={"plain": _with_its_list})
    axis: Axis
    to: Portal | Category | bool | None
    source: str
    start: Whence = ANY
    owes: Owed | None = None
    """What the host has to do then."""


@frozen
class Mail:
    """One row of MAILS: when this happens, this template goes to the coach or to the contact."""

    on: Trigger
    to: Recipient
    template: str
    source: str
    start: Whence = ANY
    along: Axis | None = None
    """Only if this axis changes with it."""
    purpose: Purpose = Purpose.ALERT
    """What it is for: what is transactional goes to those, too, who are not to be marketed to."""


@frozen
class Tip(Generic[S_co]):
    """One row of TIPS: what a source recommends then. It is given as a notice, and refuses nothing.

    `on` is what happened (a trigger, or an act of ours); an empty `was` or `to` is any status.
    """

    code: str
    on: Trigger | Act | None = field(metadata={"plain": _with_its_list})
    was: tuple[S_co, ...]
    to: tuple[S_co, ...]
    text: str
    source: str
    standing: Standing | None = None
    early: bool = False
    """Only while there are follow-ups left."""
    without_notes: bool = False
    """Only where nothing was written."""


@frozen
class Matrix(Generic[H_co, C_co, V_co]):
    """A table with an answer for every row and column. `notes` names the source of a decided cell."""

    columns: tuple[C_co, ...]
    cells: Mapping[tuple[H_co, C_co], V_co]
    reach: Mapping[C_co, Reach] = field(factory=dict)
    notes: Mapping[tuple[H_co, C_co], str] = field(factory=dict)
    crumbs: tuple[H_co, ...] = ()
    """Rows that have a cell too many."""
    doubles: tuple[H_co, ...] = ()
    """Rows that stand twice."""

    def rows(self) -> tuple[H_co, ...]:
        """The row heads, in order."""
        return tuple(dict.fromkeys(row for row, _ in self.cells))


def matrix(
    columns: tuple[C, ...], *rows: tuple[H, tuple[V, ...]], notes: Mapping[tuple[H, C], str] | None = None
) -> Matrix[H, C, V]:
    """Write a table as rows under one header. A hole or a cell too many is named when the funnel is built."""
    cells = {(head, column): cell for head, row in rows for column, cell in zip(columns, row, strict=False)}
    heads = [head for head, _ in rows]
    doubles = tuple(head for place, head in enumerate(heads) if head in heads[:place])
    crumbs = tuple(head for head, row in rows if len(row) > len(columns))
    return Matrix(columns, cells, {}, notes or {}, crumbs, doubles)


def rights(
    columns: tuple[C, ...],
    reached: tuple[Reach, ...],
    *rows: tuple[H, tuple[Grant, ...]],
    notes: Mapping[tuple[H, C], str] | None = None,
) -> Matrix[H, C, Grant]:
    """Write a rights matrix: the second header says what is reached through the portal and what in public."""
    return evolve(matrix(columns, *rows, notes=notes), reach=dict(zip(columns, reached, strict=False)))


def joined(*tables: Matrix[H, C, V]) -> Matrix[H, C, V]:
    """Put tables with the same rows side by side, where one would be too wide to read."""
    return Matrix(
        tuple(column for table in tables for column in table.columns),
        {key: cell for table in tables for key, cell in table.cells.items()},
        {column: reach for table in tables for column, reach in table.reach.items()},
        {key: note for table in tables for key, note in table.notes.items()},
        tuple(head for table in tables for head in table.crumbs),
        tuple(head for table in tables for head in table.doubles),
    )


def silent(statuses: type[H], *columns: C) -> Matrix[H, C, Grant]:
    """Write the matrix of a source that says nothing at all about these columns."""
    return Matrix(columns, {(s, c): UNSTATED for s in statuses for c in columns}, dict.fromkeys(columns, PORTAL), {})
