"""What documents are made of: the tag of each class, its fields, how they are written; and that as JSON schema.

Fields are read from the annotations of the classes, so that a document has what its class has. The dialect is 2020-12.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields, frozen, has

from funnelkit.commands.contacts import KEEP, OrKeep
from funnelkit.decisions import About, Decision, Mark
from funnelkit.errors import invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.planning import Command
from funnelkit.strict import DAY, TIME, each
from funnelkit.table import Status, Trigger
from funnelkit.tags import EVENTS, NOUNS, TAGS
from funnelkit.times import time_text
from funnelkit.values import events
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.outreach import Campaign
from funnelkit.values.package import Package
from funnelkit.values.pipeline import Pipeline
from funnelkit.values.plan import Message, Plan
from funnelkit.values.token import Token
from funnelkit.words import Removal

Tables: TypeAlias = Funnel[Status, StrEnum]
Data: TypeAlias = dict[str, Any]

FORM: Final = 2
"""The schema number that documents are written with. What writes another one goes on reading this one."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

NEVER: Final = ("by", "at", "cause", "key", "facts")
"""What is never read from a body: it comes from the program."""

UNWRITTEN: Final = "a token stands in no document"
"""Why a command with the text of a link is read from a body, and is neither written nor loaded."""

FIXED: Final = (
    "id",
    "status",
    "since",
    "changed",
    "version",
    "attempt",
    "follow_up",
    "pipeline",
    "touched",
    "engagement",
)
"""Fields of a contact that no `ContactChanged` names."""

HOMES: Final[Mapping[type, str]] = {
    **dict.fromkeys((Appointment, Campaign, Pipeline, Invitation, Package), "funnel"),
    **dict.fromkeys(EVENTS, "within"),
}
"""Which field says the name of the funnel that something belongs to."""

LEAVES: Final[Mapping[Any, Data]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time", "pattern": f"^{TIME}$"},
    date: {"type": "string", "format": "date", "pattern": f"^{DAY}$"},
}


def _open(**properties: Data) -> Data:
    """Say what an answer has; it may have more one day."""
    return {"type": "object", "properties": properties, "required": [*properties]}


def _list(items: Data) -> Data:
    return {"type": "array", "items": items}


TEXT: Final = LEAVES[str]
ADVICE: Final = {"code": TEXT, "text": TEXT, "params": {"type": "object"}}
NOUN: Final = _open(kind=TEXT, id=TEXT, version=LEAVES[int])
DECISION: Final = _open(
    type={"const": "decision"},
    schema={"const": FORM},
    allowed=LEAVES[bool],
    question=TEXT,
    params={"type": "object"},
    findings=_list(
        _open(
            rule=TEXT,
            mark={"enum": [mark.name.lower() for mark in Mark]},
            about={"enum": [about.value for about in About]},
            text=TEXT,
            remedy=TEXT,
            source=TEXT,
            params={"type": "object"},
        )
    ),
    notices=_list(_open(**ADVICE, source=TEXT)),
)
PLAN: Final = _open(
    type={"const": "plan"},
    schema={"const": FORM},
    allowed=LEAVES[bool],
    decision=DECISION,
    funnel=TEXT,
    basis=TEXT,
    made={"anyOf": [LEAVES[datetime], {"type": "null"}]},
    result={"anyOf": [NOUN, _list(NOUN), {"enum": [removal.value for removal in Removal]}, {"type": "null"}]},
    changed=_list(NOUN),
    removed=_list(_open(kind=TEXT, id=TEXT)),
    events=_list(_open(type={"enum": [*EVENTS.values()]}, schema={"const": FORM})),
    messages=_list(_open(type={"const": NOUNS[Message]}, schema={"const": FORM})),
    consequences=_list(_open(**ADVICE)),
    obligations=_list(_open(code=TEXT, about=TEXT, text=TEXT)),
    notices=_list(_open(**ADVICE, source=TEXT)),
)
ANSWERS: Final[Mapping[type, Data]] = {Decision: DECISION, Plan: PLAN}


@frozen
class Part:
    """What a field takes in a document: values of this kind, null besides; and whether it has to be there.

    `secret`: it stands in bodies only, and in no document.
    """

    kind: Any
    null: bool = False
    needed: bool = True
    secret: bool = False

    @property
    def whole(self) -> Any:
        """The kind, with null."""
        return self.kind | None if self.null else self.kind


def parts(kind: Any) -> Mapping[str, Part]:  # a class
    """Give the fields of a class as documents have them."""
    return _parts(kind)


@cache
def axes() -> Mapping[str, Part]:
    """Give the fields of a contact that a `ContactChanged` names; its `was` and `to` are what that field takes."""
    return {name: part for name, part in parts(Contact).items() if name not in FIXED}


def homes(kind: type[Any], name: str) -> tuple[str, ...]:
    """Give what may stand there: the funnel's name; an event may be about something that all funnels share."""
    return (name, "") if issubclass(kind, events.Event) else (name,)


def document(value: object, funnel: Tables | None = None) -> Data:
    """Write a value with its tag. With a funnel, what belongs to another one is refused.

    Raises Invalid for that, for a time without a zone, for what has no tag, and for a command that holds a token.
    """
    if type(value) not in TAGS:
        raise invalid("", f"{kind_of(value)} has no tag, so no document is made of it")
    return {"type": TAGS[type(value)], "schema": FORM, **_parts_of(value, funnel)}


def schema(kind: type[Any], *, funnel: Tables | None = None, given: Collection[str] = ()) -> Data:
    """Give the JSON schema of what is written for a value or an event, of a command's body, of an answer or a plan.

    `funnel` adds its statuses and triggers; `given` are fields of a command that the program fills in, as for `read`.
    A schema says shapes; ids, addresses and what hangs together are checked when a value is made.
    """
    if kind in ANSWERS:
        form = ANSWERS[kind]
    elif issubclass(kind, Command):
        asked = {name: part for name, part in parts(kind).items() if name not in (*NEVER, *given)}
        form = _table(kind, asked, funnel)
    elif kind in TAGS:
        form = _table(kind, parts(kind), funnel)
        form["properties"] = {"type": {"const": TAGS[kind]}, "schema": {"const": FORM}, **form["properties"]}
        form["required"] = ["type", "schema", *form["required"]]
    else:
        raise invalid("", f"{kind.__name__} has no tag, so it has no schema")
    says = (kind.__doc__ or "").partition("\n")[0]
    return {"$schema": DIALECT, "title": kind.__name__, "description": says, **form}


@cache
def _parts(kind: type[Any]) -> Mapping[str, Part]:
    if issubclass(kind, Enum):
        return {"value": Part(kind)}
    hints = get_type_hints(kind)
    return {f.name: _part(hints[f.name], needed=f.default is NOTHING) for f in fields(kind) if f.init}


def _parts_of(value: Any, funnel: Tables | None) -> Data:
    if isinstance(value, Enum):
        return {"value": value.value}
    home = HOMES.get(type(value), "")
    if funnel is not None and home and getattr(value, home) not in homes(type(value), funnel.name):
        raise invalid(home, "it belongs to another funnel")
    found: Data = {}
    for name, part in parts(type(value)).items():
        held = getattr(value, name)
        if part.secret:
            raise invalid(name, UNWRITTEN)
        if held is None or type(held) is part.kind in (str, int, bool):
            found[name] = held
        elif held is not KEEP:
            found[name] = each([(name, (held, part.kind))], lambda pair: _plain(*pair, funnel))[0]
    return found


def _plain(value: Any, kind: Any, funnel: Tables | None) -> Any:
    """Write one value; the path of what is wrong with it is added on the way up."""
    if funnel is not None and (kind is Status or kind is Trigger):
        value = funnel.status(value, "") if kind is Status else funnel.trigger(value, "")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return time_text(value, "")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (frozenset, tuple)):
        inner = next(iter(get_args(kind)), object)
        members = each(enumerate(value), lambda one: _plain(one, inner, funnel))
        return sorted(members) if isinstance(value, frozenset) else members
    if isinstance(value, Mapping):
        return dict(value)
    if kind in (str, int, bool) and not isinstance(value, kind):
        raise invalid(
            "", f"{'true or false' if kind is bool else f'a {kind.__name__}'} is needed, not {kind_of(value)}"
        )
    return _parts_of(value, funnel) if has(type(value)) else value


def _part(hint: Any, *, needed: bool) -> Part:
    """Read an annotation: a status of some funnel is a status; what stays as it is, and a token, are not written."""
    union = get_origin(hint) in (Union, UnionType)
    kinds = [kind.__bound__ if isinstance(kind, TypeVar) else kind for kind in (get_args(hint) if union else (hint,))]
    whole: Any = Union
    told = tuple(kind for kind in kinds if kind not in (type(None), OrKeep, Token))
    return Part(whole[told], type(None) in kinds, needed, secret=Token in kinds)


def _table(kind: type[Any], known: Mapping[str, Part], funnel: Tables | None) -> Data:
    form: Data = {
        "type": "object",
        "properties": {name: _of(part, funnel) for name, part in known.items()},
        "required": [name for name, part in known.items() if part.needed],
        "additionalProperties": False,
    }
    if kind in HOMES and funnel is not None:
        form["properties"][HOMES[kind]] = {"enum": [*homes(kind, funnel.name)]}
    if kind is events.ContactChanged:
        form["properties"]["field"] = {"enum": [*axes()]}
        form["allOf"] = [
            {
                "if": {"properties": {"field": {"const": axis}}, "required": ["field"]},
                "then": {"properties": {"was": _of(part, None), "to": _of(part, None)}},
            }
            for axis, part in axes().items()
        ]
    return form


def _of(part: Part, funnel: Tables | None) -> Data:
    form = _of_kind(part.kind, funnel)
    return {"anyOf": [form, {"type": "null"}]} if part.null else form


def _of_kind(kind: Any, funnel: Tables | None) -> Data:
    whole = get_origin(kind)
    if has(kind):
        return _table(kind, parts(kind), funnel)
    if whole in (Union, UnionType):
        return {"anyOf": [_of_kind(one, funnel) for one in get_args(kind)]}
    if whole in (frozenset, tuple):
        return _list(_of_kind(get_args(kind)[0], funnel))
    if whole is not None:
        return {"type": "object", "additionalProperties": TEXT}
    return LEAVES[kind] if kind in LEAVES else _of_words(kind, funnel)


def _of_words(kind: type[Enum], funnel: Tables | None) -> Data:
    if funnel is not None and kind in (Status, Trigger):
        kind = funnel.statuses if kind is Status else funnel.triggers
    keys = [word.value for word in kind]
    return {**TEXT, "enum": keys} if keys else TEXT
