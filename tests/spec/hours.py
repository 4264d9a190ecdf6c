"""Hours that a coach can hand in, once more: read from sections 1.3, 1.6 and 6 of the document alone.

Slow and plain, like `reading.py`. A session is a table with the keys `id`, `start`, `end` (aware), `zone`, `kind`,
`state`, `attendees` (pairs of contact and status at booking, or None), `left` (how many more had attended and are
deleted), `actual`, `paid` (true, false, or None: nobody said) and `said`: what somebody said that it was, or None. In
`said`: `activity`, `live`, `setting`, `heads`, `group`, `pay`, `organisation`, `direct_report`, `engaged`, `as_coach`,
each as in the library's words, or None.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from tests.spec import reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

Row = dict[str, Any]

# fmt: off
ASKED: Final[dict[str, dict[str, Any]]] = {   # 6.1
    # hours, paid of them, clients, recent hours of the last months, largest group, one of these held
    "ACC 2018": {"hours":  100, "paid":   75, "clients":  8, "recent": 25,   "months": 18,   "heads": 25, "holds": ()},
    "ACC 2021": {"hours":  100, "paid":   70, "clients":  8, "recent": 25,   "months": 24,   "heads": 15, "holds": ()},
    "ACC 2022": {"hours":  100, "paid":   75, "clients":  8, "recent": 25,   "months": 18,   "heads": 15, "holds": ()},
    "PCC 2018": {"hours":  500, "paid":  450, "clients": 25, "recent": 50,   "months": 18,   "heads": 25, "holds": ()},
    "PCC 2022": {"hours":  500, "paid":  450, "clients": 25, "recent": 50,   "months": 18,   "heads": 15, "holds": ()},
    "MCC 2022": {"hours": 2500, "paid": 2250, "clients": 35, "recent": None, "months": None, "heads": 15,
                 "holds": ("PCC",)},
}
# fmt: on

BY_DEFAULT: Final = {
    "status_when": "at_booking",
    "countable": "held",
    "inactive": "by_status",
    "buyer": "excluded",
}
A_DAY: Final = timedelta(days=1)


# ---- one session


def said(row: Row, what: str) -> Any:
    """What somebody said about it; None: nobody did."""
    if row["said"] is None:
        return None
    return row["said"].get(what)


def minutes(row: Row) -> int:
    """Actual if recorded, else scheduled; whole minutes. Source: CC-A14."""
    if row["actual"] is not None:
        return int(row["actual"])
    return int((row["end"] - row["start"]).total_seconds()) // 60


def minutes_as_coach(row: Row) -> int:
    """Of a peer exchange only the time spent as coach, which is never more than there was. Source: IC10."""
    if said(row, "as_coach") is None:
        return minutes(row)
    return min(int(said(row, "as_coach")), minutes(row))


def people(row: Row) -> int:
    """How many were coached: the number that was said, and at least those who were named. Source: IC4."""
    named: int = len(row["attendees"]) + row["left"]
    return max(1, named, said(row, "heads") or 0)


def local_day(row: Row) -> date:
    """A session belongs to the day on which it starts, by its own clock; without one there, by UTC. Source: IC-A10."""
    start: datetime = row["start"]
    try:
        return start.astimezone(ZoneInfo(row["zone"])).date()
    except OverflowError:  # the calendar ends
        return start.astimezone(UTC).date()


def activity(row: Row) -> str:
    """What was done; unless somebody said, the kind of the appointment tells."""
    if said(row, "activity") is not None:
        return str(said(row, "activity"))
    return {"session": "coaching", "sample": "sample", "consultation": "consultation"}[row["kind"]]


def pay(row: Row) -> str | None:
    """What the coach got. Source: IC-A2."""
    if said(row, "pay") is not None:
        return str(said(row, "pay"))
    if row["paid"] is None:
        return None
    return "paid" if row["paid"] else "pro_bono"


def is_paid(row: Row) -> bool:
    """Any amount, barter, internal, by a third party, exchange of peers. Source: IC7, IC10, IC14."""
    return pay(row) in ("paid", "barter", "internal", "third_party", "peer_exchange")


def setting(row: Row) -> str:
    """Individual, group or team; unless somebody said, a group's id or the number of people tells. Source: IC4, IC6."""
    if said(row, "setting") is not None:
        return str(said(row, "setting"))
    return "individual" if people(row) == 1 and said(row, "group") is None else "group"


def why_not_by_facts(row: Row, *, now: datetime, trained: date | None, most: int | None) -> set[str]:
    """Everything that keeps it out of what a credential counts; nothing: it counts. Source: 6.2."""
    wrong = set()
    if row["state"] in ("cancelled", "missed"):  # CC-A3
        wrong.add("not held")
    if row["end"] > now:  # CC-A3
        wrong.add("not over")
    if activity(row) != "coaching":  # IC5
        wrong.add("no coaching")
    if said(row, "live") is False:  # IC5
        wrong.add("not live")
    if said(row, "engaged") is False:  # IC5
        wrong.add("not engaged as coach")
    if said(row, "direct_report") and pay(row) == "internal":  # IC7, IC11
        wrong.add("direct report")
    if most is not None and people(row) > most:  # IC4, IC-A5
        wrong.add("too many")
    if trained is not None and local_day(row) < trained:  # IC5, IC-A8
        wrong.add("before training")
    return wrong


def counts_by_status(
    row: Row, *, now: datetime, current: Mapping[str, str], policy: Mapping[str, str] | None = None
) -> bool:
    """Once, if at least one attendee counts. Source: S0, CC-A12."""
    for contact, status in row["attendees"]:
        if reading.counts(
            status,
            None,
            current[contact],
            state=row["state"],
            ended=row["end"] <= now,
            policy=policy or BY_DEFAULT,
        ):
            return True
    return False


# ---- many sessions


def counted(rows: Sequence[Row], *, now: datetime, trained: date | None, most: int | None) -> list[Row]:
    """Those that count towards a credential."""
    return [row for row in rows if not why_not_by_facts(row, now=now, trained=trained, most=most)]


def who(row: Row) -> tuple[str, ...]:
    """Whose session it was: of a group that has an id, or of these people. No group is a person of the same id."""
    if setting(row) != "individual" and said(row, "group") is not None:
        return "the group", str(said(row, "group"))
    return "people", *sorted(contact for contact, _ in row["attendees"])


def line_of_the_log(row: Row) -> tuple[tuple[str, ...], str, str]:
    """By what a session finds its line: client or group, setting, organisation. Source: 6.3."""
    return who(row), setting(row), said(row, "organisation") or ""


def lines(rows: Sequence[Row]) -> dict[tuple[tuple[str, ...], str, str], list[Row]]:
    """The sessions of each line, of those that count."""
    found: dict[tuple[tuple[str, ...], str, str], list[Row]] = {}
    for row in rows:
        found.setdefault(line_of_the_log(row), []).append(row)
    return found


def groups(rows: Sequence[Row]) -> dict[tuple[str, ...], list[Row]]:
    """The sessions of each group, whoever paid for them, be it called a group or a team."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if setting(row) != "individual":
            found.setdefault(who(row), []).append(row)
    return found


def members(rows: Sequence[Row]) -> set[str]:
    """Everybody who is known by identity."""
    return {contact for row in rows for contact, _ in row["attendees"]}


def nameless(rows: Sequence[Row]) -> int:
    """How many of one line are known by number only: the largest number, less those who are named. Source: IC-A7.

    Who was named and is deleted is no stranger either; nobody knows any more whether it was one person every time.
    """
    deleted: int = max(row["left"] for row in rows)
    return max(0, max(people(row) for row in rows) - deleted - len(members(rows)))


def clients(rows: Sequence[Row]) -> int:
    """Each person once, and those of groups known by number. Source: IC4, IC-A6, IC-A7."""
    return len(members(rows)) + sum(nameless(some) for some in groups(rows).values())


def paid_minutes(rows: Sequence[Row]) -> int:
    """Minutes that were paid."""
    return sum(minutes_as_coach(row) for row in rows if is_paid(row))


def pro_bono_minutes(rows: Sequence[Row]) -> int:
    """Minutes that were not."""
    return sum(minutes_as_coach(row) for row in rows if not is_paid(row))


def by_day(rows: Sequence[Row]) -> dict[date, tuple[int, int]]:
    """Paid and pro bono minutes of each day."""
    return {
        day: (
            paid_minutes([row for row in rows if local_day(row) == day]),
            pro_bono_minutes([row for row in rows if local_day(row) == day]),
        )
        for day in {local_day(row) for row in rows}
    }


# ---- how far it is


@cache
def months_back(day: date, months: int) -> date:
    """The same day so many calendar months before; in a short month its last one. Source: IC-A4."""
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError(day)


def falls_out(day: date, months: int) -> date:
    """The first day on which what was worked on `day` is recent no more."""
    later = day
    while months_back(later, months) <= day:
        later += A_DAY
    return later


def recent(rows: Sequence[Row], on: date, months: int) -> int:
    """Minutes in the window that ends on this day, its first day included. Source: IC1, IC-A4."""
    return sum(minutes_as_coach(row) for row in rows if months_back(on, months) <= local_day(row) <= on)


def leaving(rows: Sequence[Row], on: date, months: int) -> dict[date, int]:
    """What is recent on this day, by the first day on which it is so no more."""
    found: dict[date, int] = {}
    for row in rows:
        if months_back(on, months) <= local_day(row) <= on:
            out = falls_out(local_day(row), months)
            found[out] = found.get(out, 0) + minutes_as_coach(row)
    return found


def pace(rows: Sequence[Row], on: date, days: int) -> tuple[int, int, int]:
    """Minutes, paid minutes and new clients of the last so many days, this one included."""
    first = on - (days - 1) * A_DAY
    lately = [row for row in rows if first <= local_day(row) <= on]
    new = 0
    for contact in members(rows):
        if first <= min(local_day(row) for row in rows if contact in members([row])):
            new += 1
    for some in groups(rows).values():
        if first <= min(local_day(row) for row in some):
            new += nameless(some)
    return paid_minutes(lately) + pro_bono_minutes(lately), paid_minutes(lately), new


def earliest(rows: Sequence[Row], asked: Mapping[str, Any], on: date, days: int, *, look: int) -> date | None:
    """The first day on which all is there, if every day from tomorrow is like an average one of the last `days`.

    Day by day, `look` days ahead at most. All is multiplied by `days`, so that nothing is divided.
    """
    worked, of_it_paid, new = pace(rows, on, days)
    total, paid, heads = paid_minutes(rows) + pro_bono_minutes(rows), paid_minutes(rows), clients(rows)
    for n in range(look):
        day = on + n * A_DAY
        there = (
            total * days + worked * n >= asked["hours"] * 60 * days
            and paid * days + of_it_paid * n >= asked["paid"] * 60 * days
            and heads * days + new * n >= asked["clients"] * days
        )
        if there and asked["recent"] is not None:
            first = months_back(day, asked["months"])
            still = sum(minutes_as_coach(row) for row in rows if local_day(row) >= first)
            ahead = sum(1 for k in range(1, n + 1) if on + k * A_DAY >= first)
            there = still * days + worked * ahead >= asked["recent"] * 60 * days
        if there:
            return day
    return None


# ---- the log


def log(
    rows: Sequence[Row],
    known: Mapping[str, Mapping[str, Any]],
    letters: Sequence[str],
    *,
    by_agreement: bool,
    unasked: bool,
) -> tuple[list[tuple[Any, ...]], dict[str, tuple[Any, ...]], list[str]]:
    """The lines, what letters confirm, and the keys of the lines that are left off. Source: 6.3, IC-A3.

    `known`: `name`, `since`, `until`, `consent` of each contact. `unasked`: whether silence is consent.
    """
    written: list[tuple[Any, ...]] = []
    covered: dict[str, list[Row]] = {}
    left_off = []
    for (whose, how, organisation), some in lines(rows).items():
        key = "+".join(whose[1:])
        first, last = min(map(local_day, some)), max(map(local_day, some))
        came = [contact for row in some for contact, _ in row["attendees"]]
        may_be_named = [c for c in came if known[c]["consent"] is True or (unasked and known[c]["consent"] is None)]
        if may_be_named:
            person = known[may_be_named[0]]
            since: date = first
            until: date | None = last
            if by_agreement and person["since"] is not None:
                since, until = person["since"], person["until"]
            elif by_agreement and person["until"] is not None:
                until = person["until"]
            if since > last or (until is not None and until < first):
                since = min(since, first)
                until = None if until is None else max(until, last)
            heads = 1 if how == "individual" else max(len(members(some)), *(people(row) for row in some))
            line = (key, person["name"], how, heads, since, until, paid_minutes(some), pro_bono_minutes(some))
            written.append((*line, organisation))
        elif organisation in letters:
            covered.setdefault(organisation, []).extend(some)
        else:
            left_off.append(key)
    confirmed = {
        organisation: (
            clients(some),
            paid_minutes(some),
            pro_bono_minutes(some),
            min(map(local_day, some)),
            max(map(local_day, some)),
        )
        for organisation, some in covered.items()
    }
    return written, confirmed, left_off
