"""What is checked where values come in: types, texts, times, addresses. All at once, and no value shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, Final

from attrs import fields

from funnelkit.errors import Invalid, Problem, kind_of, unknown
from funnelkit.times import DAY, MANY, instant, zone
from funnelkit.words import Kind, Standing

Check = Callable[[Any], str | None]
"""Says what is wrong with a value, or nothing."""

MOST: Final = 1000
"""The longest name, in characters."""

LONGEST: Final = 500
"""The longest id or address, in bytes of UTF-8: databases look rows up by up to four of them, and PostgreSQL by no more
than 2,704 bytes together."""

CENTURY: Final = 36525
"""Days of a hundred years: what is meant to last longer does not end."""


class Checked:
    """A value that comes from outside: when it is made, every field is looked at, and all problems come together."""

    __slots__ = ()
    checks: ClassVar[tuple[tuple[str, Check, bool], ...]] = ()
    """Of each field its name, its check, and whether nothing will do."""

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        """Write the checks of a class down once."""
        found: Any = fields(cls)  # type: ignore[arg-type]  # called by attrs, on an attrs class
        given = ((f.name, f.metadata["check"]) for f in found if "check" in f.metadata)
        cls.checks = tuple((name, getattr(check, "given", check), hasattr(check, "given")) for name, check in given)

    def __attrs_post_init__(self) -> None:
        """Raise Invalid with every problem."""
        problems = [
            Problem(name, wrong)
            for name, check, free in self.checks
            if not ((value := getattr(self, name)) is None and free) and (wrong := check(value))
        ]
        problems += self.together()
        if problems:
            raise Invalid(*problems)

    def together(self) -> Iterable[Problem]:
        """Give what is wrong with fields that have to fit each other."""
        return ()


def asks(check: Check) -> dict[str, Check]:
    """Write a field's check as its metadata: `field(metadata=asks(identifier))`."""
    return {"check": check}


def identifier(value: object) -> str | None:
    """An id: a text with something in it, without blanks at its ends or control signs."""
    if type(value) is str and value and value.isprintable() and value == value.strip() and _short(value):
        return None
    return (
        f"an id is needed: a text of 1 to {LONGEST} bytes in UTF-8, printable and without blanks at its ends, "
        f"not {_shown(value)}"
    )


def text(value: object) -> str | None:
    """A text with something in it besides blanks."""
    if isinstance(value, str) and value.strip() and len(value) <= MOST and _fit(value):
        return None
    return f"a text of 1 to {MOST} characters is needed, not {_shown(value)}"


def long_text(value: object) -> str | None:
    """A text of any length with something in it."""
    if isinstance(value, str) and value.strip() and _fit(value, also="\n\r\t"):
        return None
    return f"a text is needed, not {_shown(value)}"


def email(value: object) -> str | None:
    """An address by its structure: one @, something before it, a name with a dot behind it, no blanks."""
    if not isinstance(value, str):
        return f"an e-mail address is needed, not {kind_of(value)}"
    name, _, host = value.strip().rpartition("@")
    good = name and not {*"@<>,;"} & {*name, *host} and "." in host and all(host.split("."))
    if not good or any(sign.isspace() or not sign.isprintable() for sign in value.strip()) or not _short(value):
        return "is no e-mail address; it reads name@host.domain"
    return None


def minutes(value: object) -> str | None:
    """A whole number of minutes, more than none, at most a day."""
    if type(value) is int and 0 < value <= DAY:
        return None
    shown = "a number out of that range" if type(value) is int else kind_of(value)
    return f"whole minutes from 1 to {DAY} are needed, not {shown}"


def number(value: object) -> str | None:
    """A whole number from 1; not so large that a database would not keep it."""
    if type(value) is int and 1 <= value <= MANY:
        return None
    shown = "a number out of that range" if type(value) is int else kind_of(value)
    return f"a whole number from 1 to {MANY} is needed, not {shown}"


def days(value: object) -> str | None:
    """A whole number of days from 1, at most a hundred years."""
    if type(value) is int and 0 < value <= CENTURY:
        return None
    shown = "a number out of that range" if type(value) is int else kind_of(value)
    return f"whole days from 1 to {CENTURY} are needed, not {shown}"


def truth(value: object) -> str | None:
    """Plainly true or false."""
    return None if type(value) is bool else f"true or false is needed, not {kind_of(value)}"


def told(value: object) -> str | None:
    """What a host tells: by the key of a need, true or false."""
    if not isinstance(value, Mapping):
        return f"a table of true and false is needed, not {kind_of(value)}"
    wrong = [str(key) for key, one in value.items() if type(one) is not bool]
    return f"true or false is needed for each of them, so for: {', '.join(wrong)}" if wrong else None


def moment(value: object) -> str | None:
    """A time with a zone."""
    if type(value) is datetime and value.tzinfo is not None:
        return None
    try:
        instant(value, "")
    except Invalid as wrong:
        return wrong.problems[0].message
    return None


def day(value: object) -> str | None:
    """A date, without a time."""
    return None if type(value) is date else f"a date is needed, not {kind_of(value)}"


def zone_name(value: object) -> str | None:
    """A time zone by its IANA name."""
    try:
        zone(value, "")
    except Invalid as wrong:
        return wrong.problems[0].message
    return None


def one_of(kind: type[Enum]) -> Check:
    """A member of this enum, and of no other with equal keys."""
    known = [str(member.value) for member in kind]
    article = "an" if kind.__name__[0] in "AEIOU" else "a"

    def check(value: object) -> str | None:
        if type(value) is kind:
            return None
        if type(value) is str and value not in known:
            return unknown(kind.__name__.lower(), value, "funnelkit", known)
        return f"{article} {kind.__name__} is needed, not {kind_of(value)}; known: {', '.join(known)}"

    return check


def instance(kind: type[object], what: str) -> Check:
    """A value of this class."""
    return lambda value: None if isinstance(value, kind) else f"{what} is needed, not {kind_of(value)}"


def having(method: str, what: str) -> Check:
    """An object that can do this; not the class of such objects."""

    def check(value: object) -> str | None:
        if isinstance(value, type):
            return f"{what} is needed, not the class of one: write {value.__name__}(...)"
        return None if callable(getattr(value, method, None)) else f"{what} is needed, not {kind_of(value)}"

    return check


def optional(check: Check) -> Check:
    """Nothing, or what the check asks for."""

    def either(value: object) -> str | None:
        return None if value is None else check(value)

    either.given = check  # type: ignore[attr-defined]  # `Checked` asks this one, and spares itself a call
    return either


def each(check: Check, *, least: int = 0) -> Check:
    """A tuple or set of at least so many, each of them what the check asks for."""

    def every(value: object) -> str | None:
        if not isinstance(value, (tuple, frozenset)):
            return f"a list is needed, not {kind_of(value)}"
        if len(value) < least:
            return f"at least {least} is needed"
        for member in value:
            wrong = check(member)
            if wrong:
                return wrong
        return None

    return every


def checked(**wrongs: str | None) -> None:
    """Raise Invalid for every argument, by its name, with which something is wrong."""
    problems = tuple(Problem(name, wrong) for name, wrong in wrongs.items() if wrong)
    if problems:
        raise Invalid(*problems)


def texts(value: Iterable[str]) -> tuple[str, ...]:
    """Take a list or set of texts as a tuple without doubles; leave anything else to the check."""
    found: tuple[str, ...] = _members(value)
    return found


def kinds(value: Iterable[Kind]) -> tuple[Kind, ...]:
    """Take a list or set of kinds as a tuple without doubles; leave anything else to the check."""
    found: tuple[Kind, ...] = _members(value)
    return found


def standings(value: Iterable[Standing] | None) -> tuple[Standing, ...] | None:
    """Take a list or set of standings as a tuple without doubles; leave nothing, and anything else, to the check."""
    found: tuple[Standing, ...] | None = _members(value)
    return found


def _members(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        try:
            return tuple(dict.fromkeys(value))
        except TypeError:  # something in it cannot be a key, so it is no text either
            return tuple(value)
    return tuple(sorted(value, key=str)) if isinstance(value, (set, frozenset)) else value


def _short(value: str) -> bool:
    return len(value) <= LONGEST and (value.isascii() or len(value.encode()) <= LONGEST)


def _fit(value: str, also: str = "") -> bool:
    """Tell whether it holds no control sign and no half of a sign, which storages refuse."""
    return value.isprintable() or all(" " <= sign < "\ud800" or sign >= "\ue000" or sign in also for sign in value)


def _shown(value: object) -> str:
    return "an empty or unfit one" if isinstance(value, str) else kind_of(value)
