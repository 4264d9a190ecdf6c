"""What the facts of a case have to be, since a host makes them of its own rows: looked at where a question comes in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, TypeAlias

from funnelkit.errors import Problem, kind_of
from funnelkit.funnel import Funnel
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.times import DAY
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.checks import Check, checked, instance, moment, one_of, optional, truth, zone_name
from funnelkit.values.session import Session
from funnelkit.words import Kind

ACTOR: Final = instance(Actor, "an Actor")
A_FUNNEL: Final = instance(Funnel, "a Funnel")
WORD: Final = optional(instance(str, "a text"))
"""An id, or whatever else is only shown or compared."""

NONE: Final[Mapping[str, Check]] = {}

Look: TypeAlias = Callable[[object, Any], None]

MOST: Final = 100
"""So many sets of types are known again; there are few of them, unless a host makes classes as it goes."""


def several(value: object) -> str | None:
    """A set or list of ids; one text is none, though a part of it could be found in it."""
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        return None
    return f"a set of ids is needed, not {kind_of(value)}"


def from_nought(value: object) -> str | None:
    """A whole number from 0."""
    if type(value) is int and value >= 0:
        return None
    return f"a whole number from 0 is needed, not {'a smaller one' if type(value) is int else kind_of(value)}"


def door(kind: type[Any], by_type: Mapping[str, Check], by_value: Mapping[str, Check] = NONE) -> Look:
    """Make what looks at a funnel and a case of this kind before a question is answered; it raises Invalid.

    Most checks ask for the type of a field only. So a set of types that was right once is right again, by one look-up,
    and a question costs little more for it. `by_value` are asked each time, but for what is nothing, 0 or empty: that
    is right wherever its type is.
    """
    checks = {**by_value, **by_type}
    fields, deep, right = attrgetter(*checks), tuple(enumerate(by_value.values())), set[tuple[type, ...]]()
    a_case = instance(kind, f"a case of {kind.__module__.rpartition('.')[2]}")

    def look(funnel: object, case: Any) -> None:
        if case.__class__ is kind and funnel.__class__ is Funnel:
            given = fields(case)
            if (*map(type, given),) in right:
                for place, check in deep:
                    if given[place] and check(given[place]):
                        break
                else:
                    return
        checked(funnel=A_FUNNEL(funnel), case=a_case(case))
        checked(**{name: check(getattr(case, name)) for name, check in checks.items()})
        if len(right) < MOST:
            right.add((*map(type, fields(case)),))

    return look


# ---- appointments, of which there may be very many: gone through in full once something was wrong with one

MINUTES: Final = frozenset(range(DAY + 1))  # quicker to ask than a range


def _taken(given: object) -> str | None:
    fits = type(given) is int and given in MINUTES
    return None if fits else f"whole minutes from 0 to {DAY} are needed"


def _attending(given: object) -> str | None:
    fits = isinstance(given, Collection) and all(
        isinstance(one, Attendee) and isinstance(one.contact, str) for one in given
    )
    return None if fits else "a list of Attendees is needed, each with the id of a contact"


OF_AN_APPOINTMENT: Final[Mapping[str, Check]] = {
    "kind": one_of(Kind), "start": moment, "end": moment, "zone": zone_name, "state": one_of(AppointmentStatus),
    "actual": optional(_taken), "paid": optional(truth), "attendees": _attending,
    "session": optional(instance(Session, "a Session")),
}  # fmt: skip


def unfit(path: str, given: Any) -> Iterator[Problem]:
    """Give everything because of which this is no appointment whose hours could be counted."""
    wrong = instance(Appointment, "an Appointment")(given)
    if wrong:
        yield Problem(path, wrong)
        return
    wrongs = {name: check(getattr(given, name)) for name, check in OF_AN_APPOINTMENT.items()}
    if not any(wrongs.values()) and given.minutes not in MINUTES:
        wrongs["end"] = "it lies before the start, or more than a day behind it"
    yield from (Problem(f"{path}.{name}", says) for name, says in wrongs.items() if says)
