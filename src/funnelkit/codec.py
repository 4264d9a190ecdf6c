"""Values as documents that JSON can hold, and commands out of request bodies. Strict both ways; no error shows a value.

A document says what it is by a tag and a schema number: `{"type": "status_changed", "schema": 2, ...}`. `write` and
`load` lose nothing. `load_stored` takes what newer code has added, too, keeps it apart, and `write` puts it back.
`read` makes a command of what somebody sends: who acts and when is never taken from there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Final, Generic, TypeAlias, TypeVar, get_args, overload

from attrs import fields_dict, frozen, has

from funnelkit.answers import decision_to, plan_to
from funnelkit.commands import Accept, Decline
from funnelkit.errors import Invalid, Problem, kind_of, unknown
from funnelkit.planning import Command
from funnelkit.schema import FORM, HOMES, NEVER, UNWRITTEN, Data, Part, Tables, axes, document, homes, parts, schema
from funnelkit.strict import FIELD, Hook, Reader, as_table, converter, of_fields, of_time, structured, word, wrong
from funnelkit.table import Status, Trigger
from funnelkit.tags import TAGS
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Attendee
from funnelkit.values.cases import A_FUNNEL
from funnelkit.values.checks import checked, instance
from funnelkit.values.events import ContactChanged, Event
from funnelkit.values.outreach import Block
from funnelkit.values.package import Entry
from funnelkit.values.person import Person
from funnelkit.values.pipeline import Prepared, Stage
from funnelkit.values.plan import Message, Noun
from funnelkit.words import Recipient, Removal

__all__ = ["Stored", "decision_to", "load", "load_stored", "plan_to", "read", "schema", "write"]

T = TypeVar("T")
K = TypeVar("K", bound=Command[Any, Any])
A = TypeVar("A", Accept, Decline)
Value: TypeAlias = Noun | Actor | Message | Removal | Event | Command[Any, Any]
Upcaster: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def second(old: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give form 2 of what is of form 1, where do-not-contact was a switch, and messages did not say whose `to` is.

    A switch that is on becomes one block, for good and on every channel. Nobody wrote down who switched it on, or when.
    So it is the staff's, which could switch it off, too, and it has been there since the epoch: told late, nothing gets
    a follow-up at a time at which it may have stood. Its id is that of no event, so no reason is found under it.

    A message about a contact to somebody else went to the coach. All were sent, so all count as asked for.
    """
    if old.get("type") == TAGS[Person]:
        on = old.get("do_not_contact", False)
        if type(on) is not bool:
            raise Invalid(Problem("do_not_contact", f"true or false is needed, not {kind_of(on)}"))
        return {**{key: held for key, held in old.items() if key != "do_not_contact"}, "blocks": [{**SWITCH}] * on}
    if old.get("type") == TAGS[Message] and isinstance(old.get("params"), Mapping):
        elsewhere = old["params"].get("contact", old.get("to")) != old.get("to")
        return {**old, "recipient": (Recipient.COACH if elsewhere else Recipient.CONTACT).value}
    return old


SWITCH: Final = {"id": "unknown", "since": "1970-01-01T00:00:00Z", "channel": None, "origin": "staff", "until": None}
"""What a person's do-not-contact of form 1 is in form 2."""

UPCASTERS: Final[Mapping[int, Upcaster]] = {1: second}
"""For each older form the pure function that makes the next one of it; it may give it another `type`, too."""

KEYS: Final[Mapping[type, str]] = {Attendee: "contact", Block: "id", Entry: "", Prepared: "template", Stage: "key"}
"""By which field a member of a list is known again, wherever it stands; empty: by its place in a list that grows."""


@frozen
class Stored(Generic[T]):
    """A value, and what its document has besides the fields that are known here, in the shape of the document.

    `extra` belongs to whoever keeps documents: the value goes through commands without it, and whoever stores the new
    value hands it back, `write(value, funnel, extra)`. It goes with what it stood in: an attendee who leaves takes its
    own along.
    """

    value: T
    extra: Mapping[str, Any]


def write(value: object, funnel: Tables, extra: Mapping[str, Any] | None = None) -> Data:
    """Write a value as a document; `extra` is what `load_stored` kept apart.

    Values are nouns, events, commands, messages, actors, and what commands give. Raises Invalid for anything else, for
    a status, a trigger or an appointment of another funnel, for a time without a zone, and for a token.
    """
    checked(funnel=A_FUNNEL(funnel))
    return _together(document(value, funnel), extra or {}, type(value))


@overload
def load(given: object, funnel: Tables) -> Value: ...


@overload
def load(given: object, funnel: Tables, kind: type[T]) -> T: ...


def load(given: object, funnel: Tables, kind: type[Any] = object) -> Any:
    """Make the value of a document again, or of its JSON text; `kind` says what it has to be: `Contact`, `Event`, ...

    Raises Invalid with every problem by its path. What has a default may be missing, anything unknown may not stand.
    """
    made, table = _opened(given, kind, funnel)
    return _made(made, table, funnel)


@overload
def load_stored(given: object, funnel: Tables) -> Stored[Value]: ...


@overload
def load_stored(given: object, funnel: Tables, kind: type[T]) -> Stored[T]: ...


def load_stored(given: object, funnel: Tables, kind: type[Any] = object) -> Stored[Any]:
    """Load a document of one's own storage: a key that is unknown here is kept apart, since newer code may know it.

    All else is as strict as `load`. Never for what comes from outside.
    """
    made, table = _opened(given, kind, funnel)
    known, extra = _apart(table, made)
    return Stored(_made(made, known, funnel), extra)


@overload
def read(command: type[A], body: object, /, *, funnel: Tables, by: Actor | None = None, **given: Any) -> A: ...


@overload
def read(command: type[K], body: object, /, *, funnel: Tables, by: Actor, **given: Any) -> K: ...


def read(command: type[Any], body: object, /, *, funnel: Tables, by: Actor | None = None, **given: Any) -> Any:
    """Make a command of a request's body: JSON text, or what it came to. `given` are fields that the program fills in.

    What is given may not stand in the body, and `by`, `at`, `cause`, `key` and `facts` never may. Raises Invalid with
    every problem by its path, those of the command's own checks among them; TypeError when given what is no field.
    Without `by`, whoever holds a link answers by it; nothing else is done by nobody.
    """
    kind: object = command
    fits = isinstance(kind, type) and issubclass(kind, Command) and kind is not Command
    checked(command=None if fits else "the class of a command is needed, e.g. Convert", funnel=A_FUNNEL(funnel))
    told = given if by is None else {"by": by, **given}
    foreign = sorted(told.keys() - parts(command).keys())
    if foreign:
        raise TypeError(f"{command.__name__} has no field {', '.join(foreign)}")
    table, wrongs = _table(body)
    wrongs += [Problem(key, "is never read from a body") for key in NEVER if key in table]
    wrongs += [Problem(key, "is given by the program") for key in given if key in table and key not in NEVER]
    rest = {key: value for key, value in table.items() if key not in told and key not in NEVER}
    return _command(command, rest, told, funnel, wrongs)


def _apart(table: Mapping[str, Any], kind: type[Any]) -> tuple[Data, Data]:
    """Take a document apart: what is known here, and in the same shape what is not."""
    known, extra = {}, {}
    for key, held in table.items():
        part = parts(kind).get(key)
        if part is None:
            extra[key] = held
            continue
        known[key], more = _apart_in(held, part.kind)
        if more:
            extra[key] = more
    return known, extra


def _apart_in(held: Any, kind: Any) -> tuple[Any, Data]:
    if has(kind) and isinstance(held, Mapping):
        return _apart(held, kind)
    inner = _member(kind)
    if inner is None or not isinstance(held, list):
        return held, {}
    pairs = [_apart(one, inner) if isinstance(one, Mapping) else (one, {}) for one in held]
    return [one for one, _ in pairs], {_again(inner, n, one): more for n, (one, more) in enumerate(pairs) if more}


def _together(made: Data, extra: Mapping[str, Any], kind: type[Any]) -> Data:
    """Put back what was kept apart, wherever that is still there. What is known here is never written over."""
    for key, more in extra.items():
        part, held = parts(kind).get(key), made.get(key)
        inner = None if part is None else _member(part.kind)
        if part is None:
            made.setdefault(key, more)
        elif inner is not None:
            for place, one in enumerate(held or ()):
                _together(one, more.get(_again(inner, place, one), {}), inner)
        elif held is not None and has(part.kind):
            _together(held, more, part.kind)
    return made


def _again(kind: type[Any], place: int, one: Mapping[str, Any]) -> str:
    return str(one.get(KEYS[kind]) if KEYS[kind] else place)


def _member(kind: Any) -> type[Any] | None:
    """Give the class of a list's members, if they can be told apart."""
    return next((one for one in get_args(kind) if one in KEYS), None)


@lru_cache(maxsize=64)
def _reader(name: str, statuses: type[Status], triggers: type[Trigger]) -> Reader:
    """Make the converter of a funnel, and of all that differ in their policy only. It depends on these three."""
    built: dict[str, Hook] = {}

    def changed(given: object, kind: object) -> object:
        axis = as_table(given).get("field")
        axis = axis if type(axis) is str and axis in axes() else ""
        if axis not in built:
            hooks = {**own(ContactChanged), "field": known, "was": becomes(axis), "to": becomes(axis)}
            built[axis] = of_fields(ContactChanged, made, **hooks)
        return built[axis](given, kind)

    def becomes(axis: str) -> Hook:
        return lambda given, _: made.structure(given, axes()[axis].whole) if axis else given

    def own(kind: type[Any]) -> Mapping[str, Hook]:
        def home(given: object, _: object) -> object:
            if type(given) is not str or given not in homes(kind, name):
                raise wrong("it belongs to another funnel")
            return given

        return {HOMES[kind]: home}

    known = word("field", {axis: axis for axis in axes()}, "a contact")
    made = converter(
        {
            Status: word("status", {member.value: member for member in statuses}, name),
            Trigger: word("trigger", {member.value: member for member in triggers}, name),
            datetime: of_time,
            ContactChanged: changed,
        },
        {kind: own(kind) for kind in HOMES},
    )
    return made


def _table(body: object) -> tuple[Mapping[str, Any], list[Problem]]:
    """Give a table, or what the text of one says; and every key that stands twice in the text."""
    twice: list[Problem] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        counted = Counter(key for key, _ in pairs)
        twice.extend(Problem(_shown(key), "stands twice") for key, times in counted.items() if times > 1)
        return dict(pairs)

    if isinstance(body, (str, bytes)):
        parsed: list[object] = []
        with suppress(RecursionError, ValueError):  # they hold on to the whole text, so nothing is raised from them
            text = body if isinstance(body, str) else body.decode()
            parsed.append(json.loads(text, object_pairs_hook=once, parse_constant=int))  # int refuses NaN
        if not parsed:
            raise wrong("is no JSON")
        body = parsed[0]
    return as_table(body), twice


def _opened(given: object, kind: Any, funnel: object) -> tuple[type[Any], Mapping[str, Any]]:
    """Find out what a document is; give its class and its fields, in the newest form."""
    checked(funnel=A_FUNNEL(funnel), kind=instance(type, "a class, e.g. Contact,")(kind))
    table, wrongs = _table(given)
    form = table.get("schema")
    if type(form) is not int or form < 1:
        wrongs.append(Problem("schema", "is missing" if form is None else "a whole number from 1 is needed"))
    elif form > FORM:
        wrongs.append(Problem("schema", f"is newer than {FORM}, the newest form that is known here"))
    else:
        table = lifted(table, form, UPCASTERS, FORM)
    fitting, tag = _fitting(kind), table.get("type")
    if type(tag) is not str or tag not in fitting:
        wrongs.append(Problem("type", "is missing" if tag is None else unknown("type", tag, "documents", fitting)))
    if wrongs:
        raise Invalid(*wrongs)
    return fitting[table["type"]], {key: part for key, part in table.items() if key not in ("type", "schema")}


@cache
def _fitting(kind: Any) -> Mapping[str, type[Any]]:
    return {tag: made for made, tag in TAGS.items() if issubclass(made, kind)}


def lifted(given: Mapping[str, Any], form: int, steps: Mapping[int, Upcaster], newest: int) -> Mapping[str, Any]:
    """Bring a document of an older form into the newest, step by step."""
    for step in range(form, newest):
        try:
            given = steps[step](given)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise wrong(f"cannot be brought from form {step} into form {step + 1}") from None
    return given


def _made(kind: type[Any], table: Mapping[str, Any], funnel: Tables) -> Any:
    if issubclass(kind, Command):
        secret = [Problem(name, UNWRITTEN) for name, part in parts(kind).items() if part.secret]
        if secret:
            raise Invalid(*secret)
        return _command(kind, table, {}, funnel, [])
    using = _reader(funnel.name, funnel.statuses, funnel.triggers)
    if issubclass(kind, Enum):
        found, wrongs = _taken(table, parts(kind), using)
        wrongs += _foreign(table, parts(kind))
        if wrongs:
            raise Invalid(*wrongs)
        return found["value"]
    return structured(using, table, kind)


def _command(
    kind: type[K], table: Mapping[str, Any], given: Mapping[str, Any], funnel: Tables, wrongs: list[Problem]
) -> K:
    """Make a command; what could be read is checked even where something else could not."""
    known = parts(kind)
    using = _reader(funnel.name, funnel.statuses, funnel.triggers)
    found, unread = _taken(table, {name: part for name, part in known.items() if name not in given}, using)
    ours, others = _taken_in(given, known, funnel)
    values = {**found, **ours}
    wrongs = [*wrongs, *unread, *others, *_foreign(table, known)]
    if unread or others:
        raise Invalid(*wrongs, *_checked(kind, values))
    try:
        command = kind(**values)
    except Invalid as error:
        raise Invalid(*wrongs, *error.problems) from None
    if wrongs:
        raise Invalid(*wrongs)
    return command


def _checked(kind: type[K], values: Mapping[str, Any]) -> Iterator[Problem]:
    """Run a command's own checks on those of its fields that are there."""
    made = fields_dict(kind)
    for name, check, free in kind.checks:
        if name in values:
            turn: Any = made[name].converter
            value = turn(values[name]) if callable(turn) else values[name]
            says = None if value is None and free else check(value)
            if says:
                yield Problem(name, says)


def _taken_in(
    given: Mapping[str, Any], known: Mapping[str, Part], funnel: Tables
) -> tuple[dict[str, Any], list[Problem]]:
    """Take what the program gives as it is; statuses and triggers have to be the funnel's, or keys of them."""
    found: dict[str, Any] = {}
    wrongs: list[Problem] = []
    ways: Mapping[Any, Callable[[object, str], object]] = {Status: funnel.status, Trigger: funnel.trigger}
    for name, value in given.items():
        way = ways.get(known[name].kind)
        try:
            found[name] = value if way is None or value is None else way(value, name)
        except Invalid as error:
            wrongs.extend(error.problems)
    return found, wrongs


def _taken(table: Mapping[str, Any], known: Mapping[str, Part], using: Reader) -> tuple[dict[str, Any], list[Problem]]:
    """Read every field that can be read, and say what is wrong with the others."""
    found: dict[str, Any] = {}
    wrongs: list[Problem] = []
    for name, part in known.items():
        if name not in table:
            wrongs += [Problem(name, "is missing")] if part.needed else []
            continue
        try:
            found[name] = structured(using, table[name], part.whole, name)
        except Invalid as error:
            wrongs.extend(error.problems)
    return found, wrongs


def _foreign(table: Mapping[str, Any], known: Collection[str]) -> list[Problem]:
    foreign = dict.fromkeys(_shown(key) for key in sorted(table.keys() - {*known}))
    return [Problem(key, "is no field here") for key in foreign]


def _shown(key: str) -> str:
    """Name a key in a path, unless it might be a value in the wrong place."""
    return key if FIELD.fullmatch(key) else "…"


def extras(given: Mapping[str, Any], kind: type[Any]) -> Mapping[str, Any]:
    """Give what a document of one's own storage has besides what is known here, without making its value."""
    return _apart({key: held for key, held in given.items() if key not in ("type", "schema")}, kind)[1]
