"""Contacts and appointments out of exports, for a log of hours: which column is what, and which word means what.

COLUMNS says how columns are usually called; a mapping file says how they are called elsewhere. One row at a time is
held in memory, and ids that were seen stand in a file that the database engine throws away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import field, frozen

from funnelkit.adapters.exports import Row, Seen, folded, header_of, rows
from funnelkit.errors import Invalid, Problem, invalid, unknown
from funnelkit.log import Client
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.times import datable
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.checks import Check, identifier, optional, truth, zone_name
from funnelkit.values.checks import minutes as whole_minutes
from funnelkit.values.session import Engagement, Session
from funnelkit.words import Activity, Kind, Pay, Setting

E = TypeVar("E", bound=Enum)

# fmt: off
COLUMNS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "contacts": {
        # what it is    how its column is called: any of these, whatever its case and blanks; several stand side by side
        "id":           ("id", "contact id", "client id"),
        "name":         ("name", "full name", "client name", "contact name"),
        "first_name":   ("first name", "given name"),
        "last_name":    ("last name", "surname", "family name"),
        "email":        ("e-mail", "email", "email address", "e-mail address"),
        "phone":        ("phone", "telephone", "mobile"),
        "since":        ("engaged since", "agreement from", "agreement start", "start of relationship"),
        "until":        ("engaged until", "agreement to", "agreement end", "end of relationship"),
        "consent":      ("consent", "may be listed", "consent to be listed"),
    },
    "appointments": {
        "id":           ("id", "appointment id", "session id"),
        "contacts":     ("contact ids", "contact id", "contacts", "contact", "client ids", "client id", "clients",
                         "client", "attendees"),
        "coach":        ("coach", "coach id"),
        "kind":         ("kind", "type", "appointment type"),
        "start":        ("start", "starts", "starts at", "start time", "date"),
        "end":          ("end", "ends", "ends at", "end time"),
        "minutes":      ("minutes", "length", "duration"),
        "actual":       ("actual minutes", "minutes held"),
        "zone":         ("time zone", "timezone", "zone"),
        "state":        ("state", "status", "outcome"),
        "paid":         ("paid",),
        "activity":     ("activity",),
        "live":         ("live",),
        "setting":      ("setting", "individual or group"),
        "heads":        ("heads", "head count", "number in group", "participants"),
        "group":        ("group", "group id"),
        "pay":          ("pay", "payment", "payment type"),
        "organisation": ("organisation", "organization", "company", "company id"),
        "direct_report": ("direct report",),
        "engaged":      ("engaged", "engaged as coach"),
        "as_coach":     ("minutes as coach",),
    },
}
NEEDED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "contacts": (("id",),), "appointments": (("id",), ("contacts",), ("start",), ("minutes", "end", "actual")),
}
"""One of each of these."""

TRUTHS: Final[Mapping[str, bool | None]] = {
    "yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False, "": None,
}
WORDS: Final[Mapping[str, Mapping[str, Enum]]] = {
    # what it is   words of exports beside funnelkit's own
    "kind":     {"sample session": Kind.SAMPLE, "coaching session": Kind.SESSION, "coaching": Kind.SESSION},
    "state":    {"no show": AppointmentStatus.MISSED, "no-show": AppointmentStatus.MISSED,
                 "completed": AppointmentStatus.HELD, "canceled": AppointmentStatus.CANCELLED},
    "pay":      {"pro bono": Pay.PRO_BONO, "free": Pay.PRO_BONO, "third party": Pay.THIRD_PARTY,
                 "peer exchange": Pay.PEER_EXCHANGE},
    "activity": {"mentor coaching": Activity.MENTOR_COACHING, "sample session": Activity.SAMPLE},
    "setting":  {"one to one": Setting.INDIVIDUAL, "1:1": Setting.INDIVIDUAL},
}
ENUMS: Final[Mapping[str, type[Enum]]] = {
    "kind": Kind, "state": AppointmentStatus, "pay": Pay, "activity": Activity, "setting": Setting,
}
TRUE_OR_FALSE: Final = ("consent", "paid", "live", "direct_report", "engaged")
"""What is true or false, so that its words are yes and no."""
USUAL: Final[Mapping[str, Enum]] = {"kind": Kind.SESSION, "state": AppointmentStatus.HELD}
"""What an empty cell, or no column at all, comes to; everything else is not said then."""
# fmt: on
LENGTHS: Final = NEEDED["appointments"][-1]
NAMES: Final = ("name", "first_name", "last_name")
SEVERAL: Final = frozenset({*NAMES, "email", "phone"})
"""What may stand in several columns, side by side."""
OPTIONS: Final[Mapping[str, Check]] = {
    "zone": optional(zone_name),
    "coach": optional(identifier),
    "consent": optional(truth),
}


@frozen(kw_only=True)
class Mapped:
    """How one export is read: of each field its columns, and of each label what it means."""

    columns: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: Mapping[str, Mapping[str, Any]]
    zone: str | None = None
    """The zone of times where there is no column for it."""
    coach: str | None = None
    """Whose appointments they are where there is no column for it."""
    consent: bool | None = None
    """Whether clients agreed to be listed where there is no column for it."""
    unread: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Columns that nothing is taken from, by file."""


def mapped(contacts: Path, appointments: Path, mapping: Path | None = None, **options: Any) -> Mapped:
    """Find out which column is what, by a mapping file where there is one. Raises Invalid with everything wrong.

    The file is TOML: tables `contacts` and `appointments` give a column, or a list of them, for a field; tables below
    `words` give what a label means; `zone`, `coach` and `consent` hold where there is no such column, and the zone also
    where a cell is empty.
    """
    told = {} if mapping is None else _loaded(mapping)
    problems = [Problem(key, "is not known here") for key in told if key not in (*COLUMNS, "words", *OPTIONS)]
    tables = {key: told.pop(key, {}) for key in (*COLUMNS, "words")}
    problems += [Problem(key, "a table is needed") for key, table in tables.items() if not isinstance(table, dict)]
    tables = {key: table if isinstance(table, dict) else {} for key, table in tables.items()}
    columns, unread = {}, {}
    for part, file in (("contacts", contacts), ("appointments", appointments)):
        header = header_of(file)
        columns[part], wrong = _columns(part, header, tables[part])
        problems += wrong
        used = {name for names in columns[part].values() for name in names}
        unread[part] = tuple(name for name in header if name not in used)
    words, wrong = _words(tables["words"])
    given = {name: told.get(name) for name in OPTIONS} | {k: v for k, v in options.items() if v is not None}
    wrong += [Problem(name, said) for name, check in OPTIONS.items() if (said := check(given[name]))]
    if "zone" not in columns["appointments"] and given["zone"] is None:
        wrong.append(Problem("zone", "no column says the time zone; give one, e.g. Europe/Berlin"))
    if problems + wrong:
        raise Invalid(*problems, *wrong)
    return Mapped(columns=columns, words=words, unread=unread, **given)


def _loaded(mapping: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(mapping.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise invalid("mapping", f"is no TOML: {type(error).__name__}") from None


def _columns(
    part: str, header: Iterable[str], told: Mapping[str, Any]
) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """Give of each field the columns that it is taken from, and what is wrong."""
    names, problems = {_called(name): name for name in header}, []
    found: dict[str, tuple[str, ...]] = {}
    for key, given in told.items():
        asked = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else ()
        if key not in COLUMNS[part]:
            problems.append(Problem(f"{part}.{key}", unknown("field", key, part, COLUMNS[part])))
        elif not asked or not all(isinstance(name, str) for name in asked):
            problems.append(Problem(f"{part}.{key}", "the name of a column is needed, or a list of them"))
        elif len(asked) > 1 and key not in SEVERAL:
            problems.append(
                Problem(f"{part}.{key}", f"one column is needed; in several may stand: {', '.join(sorted(SEVERAL))}")
            )
        elif missing := [name for name in asked if _called(name) not in names]:
            problems += [Problem(f"{part}.{key}", f"there is no column {name!r}") for name in missing]
        else:
            found[key] = tuple(names[_called(name)] for name in asked)
    for key, usual in COLUMNS[part].items():
        own = next((names[called] for name in usual if (called := _called(name)) in names), None)
        if key not in told and own is not None:
            found[key] = (own,)
    problems += [
        Problem(
            f"{part}.{keys[0]}",
            f"no column says it; known are: {', '.join(name for key in keys for name in COLUMNS[part][key])}",
        )
        for keys in NEEDED[part]
        if not any(key in found or key in told for key in keys)
    ]
    return found, problems


def _called(name: str) -> str:
    """Give the name of a column without its odd case, blanks, hyphens and underscores."""
    return folded(name.replace("_", " ").replace("-", " "))


def _words(told: Mapping[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Give of each field what its labels mean: funnelkit's own words, the usual ones, and those of the mapping."""
    words: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for key in (*ENUMS, *TRUE_OR_FALSE):
        own: dict[str, Any] = {str(member.value): member for member in ENUMS[key]} if key in ENUMS else {**TRUTHS}
        words[key] = {folded(word.replace("_", " ")): member for word, member in own.items()} | own
        words[key] |= WORDS.get(key, {})
        labels = told.get(key, {})
        if not isinstance(labels, dict):
            problems.append(Problem(f"words.{key}", "a table of labels is needed"))
            continue
        for label, meant in labels.items():
            meaning = ("no", "yes")[meant] if key in TRUE_OR_FALSE and type(meant) is bool else meant
            if not isinstance(meaning, str) or meaning not in own:
                problems.append(Problem(f"words.{key}.{label}", unknown("word", meaning, key, filter(None, own))))
            else:
                words[key][folded(label)] = own[meaning]
    problems += [Problem(f"words.{key}", unknown("field", key, "words", words)) for key in told if key not in words]
    return words, problems


Heard = Callable[[str], object]


def appointments_of(path: Path, how: Mapped, *, read: Heard | None = None) -> Iterator[tuple[Row, Appointment | None]]:
    """Give every row with its appointment; without one, the row says what is wrong. Raises Invalid for the header."""
    columns, seen = how.columns["appointments"], Seen()
    told = {key: names[0] for key, names in columns.items()}
    try:
        for row in rows(path, told.values(), told, known=seen, read=read):
            made = _appointment(_Cells(row, columns, how), how)
            yield row, None if row.faults else made
    finally:
        seen.close()


def clients_of(
    path: Path, how: Mapped, wanted: Callable[[str], bool], *, read: Heard | None = None
) -> Iterator[tuple[Row, str, Client | None]]:
    """Give every row with its id and the client, if it is wanted; the row says what is wrong with it."""
    columns, seen = how.columns["contacts"], Seen()
    told = {key: names[0] for key, names in columns.items()}
    try:
        for row in rows(path, told.values(), told, known=seen, read=read):
            cells = _Cells(row, columns, how)
            key = cells.text("id")
            if not key:
                row.refuse(told["id"], "an id is needed")
            yield row, key, None if row.faults or not wanted(key) else _client(cells, how)
    finally:
        seen.close()


class _Cells:
    """The cells of one row by what they are."""

    def __init__(self, row: Row, columns: Mapping[str, tuple[str, ...]], how: Mapped) -> None:
        self.row, self._columns, self._how = row, columns, how

    def has(self, key: str) -> bool:
        return key in self._columns

    def text(self, key: str) -> str:
        return " ".join(filter(None, (self.row.text(name) for name in self._columns.get(key, ()))))

    def word(self, key: str) -> Any:
        if key not in self._columns or not self.text(key):
            return USUAL.get(key)
        return self.row.label(self._columns[key][0], self._how.words[key])

    def truth(self, key: str) -> bool | None:
        return self.row.label(self._columns[key][0], self._how.words[key]) if key in self._columns else None

    def number(self, key: str) -> int | None:
        return self.row.whole(self._columns[key][0]) if key in self._columns else None

    def moment(self, key: str, zone: str | None) -> datetime | None:
        found = self.row.moment(self._columns[key][0], zone) if key in self._columns else None
        if found is None and zone is None and self.text(key):
            self.wrong("zone", "a time zone is needed, e.g. Europe/Berlin")
        return found

    def day(self, key: str) -> date | None:
        text = self.text(key)
        try:
            return datetime.fromisoformat(text).date() if text else None
        except ValueError:
            self.row.refuse(self._columns[key][0], "a date is needed, e.g. 2026-11-22")
            return None

    def items(self, key: str) -> tuple[str, ...]:
        return self.row.items(self._columns[key][0]) if key in self._columns else ()

    def wrong(self, key: str, reason: str) -> None:
        self.row.refuse(self._columns.get(key, (key,))[0], reason)

    def ask(self, key: str, check: Check, value: object) -> bool:
        """Whether the value is fit; what is wrong with it stands at the row."""
        says = check(value)
        if says:
            self.wrong(key, says)
        return not says


def _appointment(cells: _Cells, how: Mapped) -> Appointment | None:
    zone = cells.row.zone(how.columns["appointments"]["zone"][0]) if cells.text("zone") else how.zone
    start, contacts, key = cells.moment("start", zone), cells.items("contacts"), cells.text("id")
    kind, state, actual = cells.word("kind"), cells.word("state"), cells.number("actual")
    end = cells.moment("end", zone) if cells.has("end") else None
    paid, session = cells.truth("paid"), _session(cells)
    cells.ask("id", identifier, key)
    for contact in contacts:
        cells.ask("contacts", identifier, contact)
    if not contacts:
        cells.wrong("contacts", "at least one is needed")
    if not cells.text("start"):
        cells.wrong("start", "a start is needed")
    if cells.row.faults or start is None:
        return None
    length = _length(cells, start, end, actual)
    cells.ask("actual", optional(whole_minutes), actual)
    for problem in () if session is None else session.attended(len(contacts)):
        cells.wrong(problem.path, problem.message)
    if session is not None and session.opposes(paid=paid):
        cells.wrong("pay", "is the opposite of whether it was paid")
    if length is None or cells.row.faults:
        return None
    try:
        datable(start, "start")
    except Invalid as error:
        cells.wrong("start", error.problems[0].message)
        return None
    return Appointment(
        id=key, funnel="", coach=cells.text("coach") if cells.has("coach") else how.coach or "", kind=kind,
        start=start, end=start + timedelta(minutes=length), zone=zone or "UTC", booked=start, state=state,
        attendees=tuple(Attendee(c) for c in contacts), actual=actual, paid=paid, session=session,
    )  # fmt: skip


def _length(cells: _Cells, start: datetime, end: datetime | None, actual: int | None) -> int | None:
    """Give the planned minutes, by number or by end; where neither is said, those that it took."""
    minutes = cells.number("minutes")
    if end is not None:
        planned, rest = divmod(end - start, timedelta(minutes=1))
        if rest:
            cells.wrong("end", "an appointment lasts whole minutes")
        elif minutes not in (None, planned):
            cells.wrong("minutes", "from the start to the end it is another time")
        minutes = planned
    minutes = actual if minutes is None else minutes
    return minutes if cells.ask(next(filter(cells.has, LENGTHS)), whole_minutes, minutes) else None


def _session(cells: _Cells) -> Session | None:
    """Give what is said of the session; nothing, if nothing is."""
    said: dict[str, Any] = {
        "activity": cells.word("activity"), "setting": cells.word("setting"), "pay": cells.word("pay"),
        "heads": cells.number("heads"), "group": cells.text("group") or None, "engaged": cells.truth("engaged"),
        "organisation": cells.text("organisation") or None, "as_coach": cells.number("as_coach"),
    }  # fmt: skip
    live, reports = cells.truth("live"), cells.truth("direct_report")
    said |= {} if live is None else {"live": live}
    said |= {} if reports is None else {"direct_report": reports}
    if all(value is None for value in said.values()):
        return None
    try:
        return Session(**said)
    except Invalid as error:
        for problem in error.problems:
            cells.wrong(problem.path, problem.message)
        return None


def _client(cells: _Cells, how: Mapped) -> Client | None:
    whole, *parts = map(cells.text, NAMES)
    name = whole or " ".join(filter(None, parts))
    consent = cells.truth("consent") if cells.has("consent") else how.consent
    since, until = cells.day("since"), cells.day("until")
    try:
        engagement = Engagement(since=since, until=until, consent=consent)
    except Invalid as error:
        cells.wrong("until", error.problems[0].message)
        return None
    if not name and consent is not False:
        cells.wrong(next(filter(cells.has, NAMES), "name"), "a name is needed, unless the client is not to be listed")
        return None
    return Client(name=name, contact=cells.text("email") or cells.text("phone"), engagement=engagement)
