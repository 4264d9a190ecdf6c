"""What the tables of one funnel come to: a frozen value with every row and cell looked up once.

Building it reports every fault of the tables at once, each with a code. It is data: written, compared, derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar, Unpack, overload

from attrs import evolve, field, fields, frozen

from funnelkit.cells import (
    BOOKABLE,
    COUNTED,
    GRANTED,
    MOVE_QUESTION,
    RIGHT_QUESTION,
    Words,
    granted,
    led,
    passed_on,
    removed,
)
from funnelkit.decisions import Consequence, Decision, Finding, Mark, Notice
from funnelkit.derivation import Changes, derived
from funnelkit.errors import Invalid, Problem, UnknownRight, UnknownStatus, unknown
from funnelkit.lint import faults
from funnelkit.plain import digest, folded
from funnelkit.policy import Policy, with_figures
from funnelkit.shapes import LISTED, shapes
from funnelkit.table import (
    Act,
    Deed,
    Effect,
    Mail,
    Matrix,
    Move,
    Need,
    Row,
    Status,
    Tip,
    Trigger,
    written_out,
)
from funnelkit.words import SHUT, Grant, Kind, Removal, Standing, Ties

S_co = TypeVar("S_co", bound=Status, covariant=True)
R_co = TypeVar("R_co", bound=StrEnum, covariant=True)
S = TypeVar("S", bound=Status)


@frozen(kw_only=True, eq=False, repr=False)
class Funnel(Generic[S_co, R_co]):
    """Everything about one funnel: who a contact can be, what can happen, what each status may do.

    Raises Invalid when built with faults in its tables: each path is a table, each message starts with a code.
    """

    name: str
    statuses: type[S_co]
    triggers: type[Trigger]
    labels: Mapping[S_co, str]
    moves: tuple[Move[S_co], ...]
    rights: Matrix[S_co, R_co, Grant]
    bookings: Matrix[S_co, Kind, Grant]
    hours: Mapping[S_co, Grant]
    hours_notes: Mapping[S_co, str] = field(factory=dict)
    removals: Matrix[Standing, Ties, Removal]
    log_in: R_co | None = None
    """The column that says who may log in; None where the source knows no portal."""
    credentials: R_co | None = None
    """The column that says who may hold credentials; None: who may log in."""
    deeds: tuple[Deed, ...] = ()
    effects: tuple[Effect, ...] = ()
    mails: tuple[Mail, ...] = ()
    right_needs: Mapping[R_co, Need] = field(factory=dict)
    """Facts that a right asks for whatever the status."""
    ends: tuple[S_co, ...] = ()
    """Statuses that no row leaves, on purpose."""
    follow_ups: tuple[S_co, ...] = ()
    """The follow-up statuses in order; their count is the number of attempts."""
    postponed: tuple[S_co, ...] = ()
    """Statuses in which a follow-up waits without counting as an attempt. Source: BG-A14."""
    open: tuple[S_co, ...] = ()
    """Statuses that are worked on, so that a contact needs a next step; empty: all but the ends."""
    pipelines: tuple[S_co, ...] = ()
    """Statuses in which a lead pipeline runs."""
    order: tuple[tuple[S_co, ...], ...] = ()
    """Statuses from the outside inward, in tiers; empty where there is no such order."""
    forward_only: bool = False
    """Whether a contact never moves to an earlier tier of `order`."""
    tips: tuple[Tip[S_co], ...] = ()
    retired: Mapping[S_co, S_co | None] = field(factory=dict)
    """Statuses that nobody gets any more, each with its successor."""
    policy: Policy = field(factory=Policy)

    right_kind: type[R_co] = field(init=False, repr=False)
    """The enum that the columns are members of."""
    rows: tuple[Row[S_co], ...] = field(init=False, repr=False)
    by_hand: Mapping[tuple[S_co | None, S_co], tuple[Row[S_co], ...]] = field(init=False, repr=False)
    recorded: Mapping[tuple[S_co | None, Trigger], Row[S_co]] = field(init=False, repr=False)
    grants: Mapping[tuple[S_co, R_co], Finding] = field(init=False, repr=False)
    answers: Mapping[tuple[S_co, R_co], Decision] = field(init=False, repr=False)
    answers_of: Mapping[S_co, Mapping[R_co, Decision]] = field(init=False, repr=False)
    """The same by status, then by right: quicker, since no pair is made to look it up."""
    leads: Mapping[tuple[S_co | None, S_co], Finding] = field(init=False, repr=False)
    conversions: Mapping[tuple[S_co, S_co], Decision] = field(init=False, repr=False)
    books: Mapping[tuple[S_co, Kind], Finding] = field(init=False, repr=False)
    counts: Mapping[S_co, Finding] = field(init=False, repr=False)
    removes: Mapping[tuple[Standing, Ties], Finding] = field(init=False, repr=False)
    gained: Mapping[tuple[S_co, S_co], tuple[tuple[R_co, ...], tuple[R_co, ...]]] = field(init=False, repr=False)
    """For each pair of statuses the rights gained and the rights lost."""
    follows: Mapping[tuple[S_co, S_co], tuple[Consequence, ...]] = field(init=False, repr=False)
    """The same as consequences, in words."""
    dated: frozenset[S_co] = field(init=False, repr=False)
    """Statuses that come with a follow-up."""
    attempts: Mapping[S_co, int] = field(init=False, repr=False)
    """The number of each follow-up status."""
    restarts_from: frozenset[S_co] = field(init=False, repr=False)
    """Statuses that no row leaves for a follow-up: who comes back from one begins a new cycle. Source: BG-A14."""
    lets_in: frozenset[S_co] = field(init=False, repr=False)
    """Statuses that may log in."""
    worked_on: frozenset[S_co] = field(init=False, repr=False)
    """Statuses that are open."""
    _keys: Mapping[str, S_co] = field(init=False, repr=False)
    _labelled: Mapping[str, S_co] = field(init=False, repr=False)
    # No cached_property: on a slotted class it makes every look-up of a field several times slower.
    _prints: list[str] = field(init=False, repr=False, factory=list)
    tier: Mapping[S_co, int] = field(init=False, repr=False)
    sets: Mapping[Trigger | Status, tuple[Effect, ...]] = field(init=False, repr=False)
    means: Mapping[tuple[Act, Kind | None], Trigger] = field(init=False, repr=False)
    advice: Mapping[Trigger | Act, tuple[tuple[Tip[S_co], Notice], ...]] = field(init=False, repr=False)

    @right_kind.default
    def _right_kind(self) -> type[R_co]:
        for name in LISTED:
            given = getattr(self, name)
            if isinstance(given, list):  # who writes a list means its rows: they are kept as they are now
                object.__setattr__(self, name, tuple(given))
        wrong = tuple(shapes(self))  # this is the first field that is made of others
        if wrong:
            raise Invalid(*wrong)
        return type(self.rights.columns[0])

    @rows.default
    def _rows(self) -> tuple[Row[S_co], ...]:
        return tuple(written_out(self.moves, self.statuses))

    @by_hand.default
    def _by_hand(self) -> Mapping[tuple[S_co | None, S_co], tuple[Row[S_co], ...]]:
        found: dict[tuple[S_co | None, S_co], tuple[Row[S_co], ...]] = {}
        for row in sorted(self.rows, key=lambda row: row.automatic):  # by hand first, then what only the system may
            found[row.now, row.to] = (*found.get((row.now, row.to), ()), row)
        return found

    @recorded.default
    def _recorded(self) -> Mapping[tuple[S_co | None, Trigger], Row[S_co]]:
        return {(row.now, row.on): row for row in reversed(self.rows) if row.automatic}

    @grants.default
    def _grants(self) -> Mapping[tuple[S_co, R_co], Finding]:
        return {key: self._cell(key, Mark.OK) for key in self.rights.cells}

    @answers.default
    def _answers(self) -> Mapping[tuple[S_co, R_co], Decision]:
        cells = ((key, self._cell(key, Mark.NEEDS)) for key in self.rights.cells)
        return {key: Decision(RIGHT_QUESTION, (cell,), Words(cell.params), None, self) for key, cell in cells}

    @answers_of.default
    def _answers_of(self) -> Mapping[S_co, Mapping[R_co, Decision]]:
        found: dict[S_co, dict[R_co, Decision]] = {status: {} for status in self.statuses}
        for (status, right), decision in self.answers.items():
            found[status][right] = decision
        return found

    @leads.default
    def _leads(self) -> Mapping[tuple[S_co | None, S_co], Finding]:
        pairs = ((now, to) for now in (None, *self.statuses) for to in self.statuses)
        return {(a, b): led(a, b, next((row.source for row in self.by_hand.get((a, b), ())), None)) for a, b in pairs}

    @conversions.default
    def _conversions(self) -> Mapping[tuple[S_co, S_co], Decision]:
        return {
            (now, to): Decision(MOVE_QUESTION, (found,), Words(found.params), None, self)
            for (now, to), found in self.leads.items()
            if now is not None
        }

    @books.default
    def _books(self) -> Mapping[tuple[S_co, Kind], Finding]:
        notes = self.bookings.notes
        return {
            (s, k): granted("booking.status_may_book", BOOKABLE, cell, {"status": s, "kind": k}, notes.get((s, k), ""))
            for (s, k), cell in self.bookings.cells.items()
        }

    @counts.default
    def _counts(self) -> Mapping[S_co, Finding]:
        return {
            s: granted("certification.status_counts", COUNTED, cell, {"status": s}, self.hours_notes.get(s, ""))
            for s, cell in self.hours.items()
        }

    @removes.default
    def _removes(self) -> Mapping[tuple[Standing, Ties], Finding]:
        notes = self.removals.notes
        return {
            key: removed(cell, {"standing": key[0], "ties": key[1]}, notes.get(key, ""))
            for key, cell in self.removals.cells.items()
        }

    @gained.default
    def _gained(self) -> Mapping[tuple[S_co, S_co], tuple[tuple[R_co, ...], tuple[R_co, ...]]]:
        cells, columns = self.rights.cells, self.rights.columns
        has = {s: [r for r in columns if cells.get((s, r), Grant.NO) not in SHUT] for s in self.statuses}
        return {
            (a, b): (tuple(r for r in has[b] if r not in has[a]), tuple(r for r in has[a] if r not in has[b]))
            for a in self.statuses
            for b in self.statuses
        }

    @follows.default
    def _follows(self) -> Mapping[tuple[S_co, S_co], tuple[Consequence, ...]]:
        return {pair: tuple(passed_on(gained, lost)) for pair, (gained, lost) in self.gained.items()}

    @tier.default
    def _tier(self) -> Mapping[S_co, int]:
        return {status: place for place, tier in enumerate(self.order) for status in tier}

    @sets.default
    def _sets(self) -> Mapping[Trigger | Status, tuple[Effect, ...]]:
        found: dict[Trigger | Status, tuple[Effect, ...]] = {}
        for effect in self.effects:
            found[effect.on] = (*found.get(effect.on, ()), effect)
        return found

    @dated.default
    def _dated(self) -> frozenset[S_co]:
        return frozenset((*self.follow_ups, *self.postponed))

    @attempts.default
    def _attempts(self) -> Mapping[S_co, int]:
        return {status: self.follow_ups.index(status) + 1 for status in self.follow_ups}

    @restarts_from.default
    def _restarts_from(self) -> frozenset[S_co]:
        steps = self.follow_ups
        return frozenset(s for s in self.statuses if steps and not any((s, step) in self.by_hand for step in steps))

    @lets_in.default
    def _lets_in(self) -> frozenset[S_co]:
        return frozenset(s for (s, r), cell in self.rights.cells.items() if r is self.log_in and cell is Grant.YES)

    @worked_on.default
    def _worked_on(self) -> frozenset[S_co]:
        return frozenset(self.open or (status for status in self.statuses if status not in self.ends))

    @means.default
    def _means(self) -> Mapping[tuple[Act, Kind | None], Trigger]:
        of_any = {(deed.act, kind): deed.on for deed in self.deeds if deed.kind is None for kind in (None, *Kind)}
        return of_any | {(deed.act, deed.kind): deed.on for deed in self.deeds}

    @advice.default
    def _advice(self) -> Mapping[Trigger | Act, tuple[tuple[Tip[S_co], Notice], ...]]:
        notices = [(tip, Notice(f"{self.name}.{tip.code}", tip.text, tip.source)) for tip in self.tips]
        return {on: tuple(n for n in notices if n[0].on in (on, None)) for on in (*self.triggers, *Act)}

    def __attrs_post_init__(self) -> None:
        """Refuse to be built with a fault, naming all of them."""
        found = tuple(faults(self))
        if found:
            raise Invalid(*found)

    def __repr__(self) -> str:
        """Name and fingerprint; all the rest is for `render`."""
        return f"<Funnel {self.name} {self.fingerprint[:8]}>"

    def status(self, given: object, path: str = "status") -> S_co:
        """Give this as a status of this funnel: one of its members, or the key of one. Another funnel's is refused.

        Raises UnknownStatus. The one way in: two funnels may use one key for opposite things.
        """
        if type(given) is self.statuses:
            return given
        if type(given) is str and given in self._keys:
            return self._keys[given]
        if isinstance(given, Status):
            text = f"a status of {self.name} is needed, not one of {type(given).__name__}; known: "
            raise UnknownStatus(Problem(path, text + ", ".join(self._keys)))
        raise UnknownStatus(Problem(path, unknown("status", given, self.name, self._keys)))

    def right(self, given: object, path: str = "right") -> R_co:
        """Give this as a right of this funnel: a column, or the key of one. Raises UnknownRight."""
        if type(given) is self.right_kind and given in self.rights.reach:
            return given
        if type(given) is str:
            for column in self.rights.columns:
                if column.value == given:
                    return column
        raise UnknownRight(Problem(path, unknown("right", given, self.name, (c.value for c in self.rights.columns))))

    def trigger(self, given: object, path: str = "trigger") -> Trigger:
        """Give this as a trigger of this funnel, or raise Invalid."""
        if type(given) is self.triggers:
            return given
        keys = {member.value: member for member in self.triggers}
        if type(given) is str and given in keys:
            return keys[given]
        raise Invalid(Problem(path, unknown("trigger", given, self.name, keys)))

    def labelled(self, text: str) -> S_co | None:
        """Give the status with this label or key, whatever its case and blanks; None when there is none."""
        return self._labelled.get(folded(text))

    def unlabelled(self, text: str) -> str:
        """Say that a label is unknown, and which one was meant."""
        return unknown("label", text, self.name, self.labels.values())

    @property
    def start(self) -> S_co:
        """The status of a contact that is entered without one: the first, which may do least."""
        return next(iter(self.statuses))

    @property
    def fingerprint(self) -> str:
        """A short text that stands for all of this; every event carries it. Made when it is first asked for."""
        if not self._prints:
            self._prints.append(digest(self))
        return self._prints[0]

    @_keys.default
    def _by_key(self) -> Mapping[str, S_co]:
        return {member.value: member for member in self.statuses}

    @_labelled.default
    def _by_label(self) -> Mapping[str, S_co]:
        spoken = {key.replace("_", " "): member for key, member in self._keys.items()}
        return {**spoken, **self._keys, **{folded(self.labels[m]): m for m in self.labels}}

    def advised(
        self,
        on: Trigger | Act,
        was: Status | None,
        to: Status | None,
        standing: Standing,
        *,
        early: bool = True,
        notes: bool = False,
    ) -> tuple[Notice, ...]:
        """Give the tips for what happens to a contact of this status and standing.

        `early`: follow-ups are left; `notes`: something was written.
        """
        return tuple(
            notice
            for tip, notice in self.advice[on]
            if (not tip.was or was in tip.was)
            and (not tip.to or to in tip.to)
            and tip.standing in (None, standing)
            and (early or not tip.early)
            and not (notes and tip.without_notes)
        )

    def words(self) -> Mapping[str, object]:
        """What texts may name."""
        return {"funnel": self.name, "order": " < ".join(" | ".join(s.value for s in tier) for tier in self.order)}

    def with_policy(self, **parts: object) -> Funnel[S_co, R_co]:
        """Give this funnel with one account's numbers, a part as a whole or by the figures that differ.

        `with_policy(follow_up=FollowUpPolicy(...))`, `with_policy(conversion={"corrections": True})`. Raises Invalid.
        """
        return evolve(self, policy=with_figures(self.policy, parts))

    def _cell(self, key: tuple[S_co, R_co], open_: Mark) -> Finding:
        words = {"status": key[0], "right": key[1]}
        return granted(
            "access.status_grants", GRANTED, self.rights.cells[key], words, self.rights.notes.get(key, ""), open_
        )

    @overload
    def derive(self, name: str, **changes: Unpack[Changes]) -> Funnel[S_co, R_co]: ...

    @overload
    def derive(self, name: str, *, statuses: type[S], **changes: Unpack[Changes]) -> Funnel[S, R_co]: ...

    def derive(
        self, name: str, *, statuses: type[Status] | None = None, **changes: Unpack[Changes]
    ) -> Funnel[Status, R_co]:
        """Give a variant under its own name; see `Changes` for what can be changed.

        `statuses` is its own enum, matched by key: what it lacks is dropped from every table, what it adds needs cells
        of its own. Raises Invalid with every fault of the result.
        """
        enum: type[Status] = self.statuses if statuses is None else statuses
        parts: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(Funnel) if f.init}
        return Funnel(**(parts | {"name": name, "statuses": enum} | derived(parts, enum, changes)))
