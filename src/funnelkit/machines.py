"""Tables as a transitions graph and as a Mermaid picture: the only door to transitions.

What stands here is drawn from the rows of a funnel, for tools and for eyes. It decides nothing and changes no status.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import define, frozen
from transitions import Machine, MachineError

from funnelkit.errors import invalid
from funnelkit.table import ANY, NEW, OTHER, STAFF, Move, Row, Status, Trigger, Whence, Whither
from funnelkit.words import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from funnelkit.funnel import Funnel

Tables: TypeAlias = "Funnel[Status, StrEnum]"

ENTRY: Final = "[*]"
"""The state before a contact comes into being; Mermaid writes it so, and no key of a status can be it."""

RESERVED: Final = {
    "as",
    "class",
    "classDef",
    "click",
    "default",
    "direction",
    "end",
    "hide",
    "note",
    "scale",
    "state",
    "style",
}
"""Words that Mermaid reads as its own."""


@frozen
class _Happening:
    """What an event of the machine stands for: a trigger and, where somebody chooses, the target that is chosen."""

    on: Trigger
    chosen: Status | None

    @property
    def event(self) -> str:
        return self.on.value if self.chosen is None else f"{self.on.value}_{self.chosen.value}"


@define
class _Cursor:
    """What the cross-check moves about. It stands for no contact."""

    state: str


def machine(funnel: Tables) -> Machine:
    """Give the rows as a machine without a model: `[*]` and the keys are its states.

    Where the system moves a contact, the event is the trigger (`consultation_booked`). Where somebody chooses the
    target, it is trigger and target (`coach_decides_hot_lead`), since one trigger with several targets is no function.
    Who may do it and what it needs stand in the rows only. Raises Invalid when two happenings would be one event.
    """
    made = Machine(model=None, initial=ENTRY, auto_transitions=False, name=funnel.name)
    made.add_states([{"name": status.value, "final": status in funnel.ends} for status in funnel.statuses])
    named: dict[str, _Happening] = {}
    edges = dict.fromkeys((_happening(move, to), now, to) for move in funnel.moves for now, to in _pairs(funnel, move))
    for happening, now, to in edges:
        if named.setdefault(happening.event, happening) != happening:
            raise invalid("moves", f"one_event: two happenings would be {happening.event}; rename a trigger")
        made.add_transition(happening.event, _state(now), to.value)
    return made


def disagreements(funnel: Tables, graph: Machine | None = None) -> tuple[str, ...]:
    """Drive a cursor through every state by every event, and give what differs from the funnel's own rows.

    Empty when they agree. `graph` is another machine to hold against the rows; by default the one that is made of them.
    """
    graph = graph or machine(funnel)
    expected = {(_state(now), event): to.value for now, event, to in _told(funnel)}
    found = {
        (state, event): reached
        for state in graph.states
        for event in graph.events
        if (reached := _driven(graph, state, event)) is not None
    }
    return tuple(
        f"{state} on {event}: the machine says {found.get((state, event), 'no')}, "
        f"the rows say {expected.get((state, event), 'no')}"
        for state, event in sorted(expected.keys() | found.keys())
        if expected.get((state, event)) != found.get((state, event))
    )


def mermaid(funnel: Tables) -> str:
    """Draw the funnel as a Mermaid state diagram: keys as ids, labels as captions, edges with trigger and who.

    Where many statuses may become many others, the edges run through one junction.
    """
    names = _Names(funnel)
    lines = ["stateDiagram-v2", "    direction LR"]
    lines += [f"    {names.of(status)} : {_caption(funnel.labels[status])}" for status in funnel.statuses]
    junctions = _junctions(funnel, names)
    lines += [f"    state {name} <<choice>>" for name in junctions.values()]
    edges: dict[tuple[str, str], list[str]] = {}
    for starts, name in junctions.items():
        edges |= {(names.of(now), name): [] for now in starts}
    for move in funnel.moves:
        junction = junctions.get(_starts(funnel, move))
        for now, to in _pairs(funnel, move):
            texts = edges.setdefault((junction or names.of(now), names.of(to)), [])
            texts.extend(text for text in (_edge(move, grouped=junction is not None),) if text not in texts)
    edges |= {(names.of(status), ENTRY): [] for status in funnel.ends}
    lines += [f"    {a} --> {b}" + (f" : {' / '.join(texts)}" if texts else "") for (a, b), texts in edges.items()]
    return "\n".join(lines) + "\n"


class _Names:
    """The ids of a picture: the keys, as far as Mermaid can read them."""

    def __init__(self, funnel: Tables) -> None:
        self._taken: dict[str, Status | int] = {}
        self._known: Mapping[Status, str] = {status: self._free(status.value, status) for status in funnel.statuses}

    def of(self, status: Status | None) -> str:
        return ENTRY if status is None else self._known[status]

    def junction(self, number: int) -> str:
        return self._free(f"any_of_{number}", number)

    def _free(self, key: str, owner: Status | int) -> str:
        name = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in key)
        while name in RESERVED or name in self._taken:
            name += "_"
        self._taken[name] = owner
        return name


def _pairs(funnel: Tables, move: Move[Status]) -> Iterator[tuple[Status | None, Status]]:
    """Write a row out; the funnel does the same for its own use, and the cross-check holds one against the other."""
    starts: Iterable[Status | None] = (None,) if move.start is NEW else _starts(funnel, move)
    for now in starts:
        for to in _targets(funnel, move):
            if not (move.to is OTHER and now is to):
                yield now, to


def _starts(funnel: Tables, move: Move[Status]) -> tuple[Status, ...]:
    if isinstance(move.start, Whence):
        return tuple(funnel.statuses) if move.start is ANY else ()
    return move.start


def _targets(funnel: Tables, move: Move[Status]) -> tuple[Status, ...]:
    return tuple(funnel.statuses) if isinstance(move.to, Whither) else move.to


def _happening(move: Move[Status], to: Status) -> _Happening:
    return _Happening(move.on, None if set(move.by) == {Role.SYSTEM} else to)


def _state(status: Status | None) -> str:
    return ENTRY if status is None else status.value


def _told(funnel: Tables) -> Iterator[tuple[Status | None, str, Status]]:
    """Give every step that the funnel's own look-up tables know, under the name of its event."""
    for (now, on), row in funnel.recorded.items():
        yield now, _Happening(on, None).event, row.to
    for (now, to), rows in funnel.by_hand.items():
        yield from ((now, _Happening(row.on, to).event, to) for row in rows if not _automatic(row))


def _automatic(row: Row[Status]) -> bool:
    return set(row.by) == {Role.SYSTEM}


def _driven(graph: Machine, state: str, event: str) -> str | None:
    """Put a cursor into this state, let this happen, and give where it comes to; None where nothing leads on."""
    cursor = _Cursor(state)
    try:
        graph.events[event].trigger(cursor)
    except MachineError:
        return None
    return cursor.state


def _junctions(funnel: Tables, names: _Names) -> Mapping[tuple[Status, ...], str]:
    """Name a junction for every group of statuses that saves edges: n and m edges instead of n times m."""
    reached: dict[tuple[Status, ...], dict[Status, None]] = {}
    for move in funnel.moves:
        reached.setdefault(_starts(funnel, move), {}).update(dict.fromkeys(_targets(funnel, move)))
    grouped = [starts for starts, to in reached.items() if len(starts) * len(to) > len(starts) + len(to)]
    return {starts: names.junction(number) for number, starts in enumerate(grouped, start=1)}


def _edge(move: Move[Status], *, grouped: bool) -> str:
    another = " to another" if grouped and move.to is OTHER else ""
    return _caption(f"{move.on.value}{another} ({_who(move.by)})")


def _who(by: Iterable[Role]) -> str:
    """Say who: owner, admin and coach together are the staff."""
    roles = set(by)
    staff = ["staff"] if roles.issuperset(STAFF) else []
    return ", ".join([*staff, *(role.value for role in Role if role in roles and not (staff and role in STAFF))])


def _caption(text: str) -> str:
    """Write a text so that Mermaid reads it as one: what has a meaning there is written by its number."""
    return "".join(f"#{ord(letter)};" if letter in "#;:" else letter for letter in " ".join(text.split()))
