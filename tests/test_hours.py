"""Hours that a coach can hand in: counted once more by the naive spec, held to laws, and told fact by fact.

First what is generated, beside the spec (`tests/spec/hours.py`); then the laws; then one test for each fact of the
domain; last the shell: as of, and as it was known.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, Inexact, localcontext
from itertools import pairwise, permutations
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import COACHING, Appointment, Contact, FunnelService, Invalid, Kind
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import (
    AddCompany,
    Book,
    Cancel,
    Convert,
    Correct,
    Delete,
    DescribeSession,
    Edit,
    MarkHeld,
    MarkMissed,
    Merge,
    Reschedule,
    SetEngagement,
)
from funnelkit.decisions import Mark
from funnelkit.hours import Hours, both
from funnelkit.log import Client, Consent, Letter, Log, Relationship, log
from funnelkit.requirements import ACTIVITIES, PAYS, REQUIREMENTS, Requirements, Standard, requirements
from funnelkit.rules import certification, credentials, eligibility
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.appointment import Attendee
from funnelkit.values.session import Engagement, Session
from funnelkit.values.worked import Sum, Worked, hours_of
from funnelkit.words import Activity, Pay, Setting
from tests.scenarios.world import COACH, HOUR, NOON, OWNER, Crm, a_session, crm, rules, someone
from tests.spec import hours as spec

NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY: Final = date(2026, 6, 3)
"""Everywhere on the earth later than NOW."""
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
PEOPLE: Final = ("c-1", "c-2", "c-3", "c-4", "c-5")
ZONES: Final = ("Europe/Berlin", "America/New_York", "Africa/Cairo", "Pacific/Apia", "America/Havana", "UTC")
EDGES: Final = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),    # in Berlin half an hour before the clock goes forward
    datetime(2025, 10, 26, 0, 30, tzinfo=UTC),   # the hour that comes twice
    datetime(2025, 10, 25, 22, 0, tzinfo=UTC),   # midnight in Berlin
    datetime(2025, 10, 25, 21, 59, tzinfo=UTC),  # and the minute before
    datetime(2024, 8, 31, 12, tzinfo=UTC),       # eighteen months on there is no such day
    datetime(2024, 12, 1, 12, tzinfo=UTC),       # the first day of a window
    datetime(2024, 2, 29, 12, tzinfo=UTC),
)  # fmt: skip
WHY: Final = {
    "not held": "eligibility.was_held",
    "not over": "eligibility.has_ended",
    "no coaching": "eligibility.activity_counts",
    "not live": "eligibility.was_live",
    "not engaged as coach": "eligibility.was_engaged",
    "direct report": "eligibility.is_no_direct_report",
    "too many": "eligibility.is_within_limit",
    "before training": "eligibility.is_after_training",
}


# ---------------------------------------------------------------------------------------------------------- beside spec


def by_pay(report: eligibility.Report) -> dict[Pay | None, int]:
    """Give the minutes that count by what the coach got; None: nobody said."""
    found = Counter[Pay | None]()
    for line in report:
        if line.counted:
            found[eligibility.pay_of(line.appointment)] += line.minutes
    return dict(found)


def some_said(dice: random.Random, named: int) -> spec.Row | None:
    """What somebody might say of a session; of a group that has an id always the same setting."""
    if dice.random() < 0.4:
        return None
    how = dice.choice((None, None, "individual" if named < 2 else "team", "group", "team"))
    return {
        "activity": dice.choice((*[None] * 20, *["coaching"] * 10, *(one.value for one in Activity))),
        "live": dice.random() > 0.05,
        "setting": how,
        "heads": None if how == "individual" else dice.choice((None, None, 1, 2, 3, 4, 15, 16, 25, 26)),
        "group": dice.choice((None, "g-1", "g-2", "c-1")),
        "pay": dice.choice((None, None, *(one.value for one in Pay))),
        "organisation": dice.choice((None, None, "f-1", "f-2")),
        "direct_report": dice.random() < 0.2,
        "engaged": dice.choice((*[None] * 6, *[True] * 6, False)),
        "as_coach": dice.choice((None, None, None, 1, 20, 30, 600)),
    }


def some_row(dice: random.Random, n: int) -> spec.Row:
    """A session: long ago, near an edge, over now, or still to come."""
    minutes = dice.choice((1, 20, 30, 45, 60, 90, 180))
    start = NOW - dice.randrange(1, 3 * 365 * 24 * 60) * MINUTE
    where = dice.random()
    if where < 0.15:
        start = dice.choice(EDGES)
    elif where < 0.25:  # its end is now, a minute before or after
        start = NOW + (dice.choice((-1, 0, 1)) - minutes) * MINUTE
    elif where < 0.5:
        start = NOW - dice.randrange(1, 90 * 24 * 60) * MINUTE
    named, left = dice.choice((1, 1, 1, 1, 1, 1, 2, 3)), dice.choice((*[0] * 9, 1, 2))
    return {
        "id": f"a-{n}",
        "start": start,
        "end": start + minutes * MINUTE + dice.choice((0, 0, 0, 59)) * timedelta(seconds=1),
        "zone": dice.choice(ZONES),
        "kind": dice.choice((*["session"] * 12, "sample", "consultation")),
        "state": dice.choice((*["booked"] * 6, *["held"] * 6, "missed", "cancelled")),
        "attendees": [(c, dice.choice((*(s.value for s in Coaching), None))) for c in dice.sample(PEOPLE, named)],
        "actual": dice.choice((None, None, None, 1, 55, 61)),
        "paid": dice.choice((True, True, False, None)),
        "left": left,
        "said": some_said(dice, named + left),
    }


def some_rows(dice: random.Random, most: int = 14) -> list[spec.Row]:
    """A practice."""
    return [some_row(dice, n) for n in range(dice.randrange(most))]


def appointment_of(row: spec.Row) -> Appointment:
    """The same as the library has it."""
    words: dict[str, Any] = {"activity": Activity, "setting": Setting, "pay": Pay}
    told = row["said"] and {
        key: words[key](value) if value is not None and key in words else value for key, value in row["said"].items()
    }
    return Appointment(
        id=row["id"], funnel="coaching", coach="m-1", kind=Kind(row["kind"]), start=row["start"], end=row["end"],
        zone=row["zone"], attendees=tuple(Attendee(c, None if s is None else Coaching(s)) for c, s in row["attendees"]),
        booked=row["start"] - DAY, state=AppointmentStatus(row["state"]), actual=row["actual"], paid=row["paid"],
        session=None if told is None else Session(**told), left=row["left"],
    )  # fmt: skip


def hours(
    appointments: Sequence[Appointment], current: dict[str, Coaching] | None = None, standard: Standard | None = None
) -> Hours:
    """Both figures, now."""
    report = certification.count(COACHING, appointments, now=NOW, today=current)
    return both(COACHING, report, now=NOW, standard=standard)


def differing(dice: random.Random, *, look: int = 0) -> Iterator[str]:
    """Make a practice, count it twice, and give what differs. `look`: days ahead in which the earliest is sought."""
    rows, current = some_rows(dice), {contact: dice.choice(tuple(Coaching)) for contact in PEOPLE}
    trained = dice.choice(
        (None, None, None, date(2025, 1, 1), date(2025, 10, 26), *(spec.local_day(row) for row in rows[:2]))
    )
    most = dice.choice((None, 3, 15, 15, 25))
    found = hours([appointment_of(row) for row in rows], current, Standard(trained=trained, heads=most))
    eligible, worked, mine = found.eligible, found.eligible.worked, []

    def same(what: str, expected: object, got: object) -> None:
        if expected != got:
            mine.append(f"{what}: {expected} by the spec, not {got}")

    today = {contact: status.value for contact, status in current.items()}
    counting = [spec.counts_by_status(row, now=NOW, current=today) for row in rows]
    same("by status", counting, [line.counted for line in found.console])
    same("minutes by status", sum(map(spec.minutes, rows)), found.console.minutes + found.console.excluded)
    by_status = sum(spec.minutes(row) for row, counts in zip(rows, counting, strict=True) if counts)
    same("counted by status", by_status, found.console.minutes)

    why = [spec.why_not_by_facts(row, now=NOW, trained=trained, most=most) for row in rows]
    same("why not", [{WHY[one] for one in each} for each in why], [{*rules(row.eligible.decision)} for row in found])
    same(
        "minutes of rows",
        [0 if w else spec.minutes_as_coach(row) for row, w in zip(rows, why, strict=True)],
        [line.minutes for line in eligible],
    )
    where = {(True, True): "both", (True, False): "console", (False, True): "eligible", (False, False): "none"}
    same(
        "counted in",
        [where[c, not w] for c, w in zip(counting, why, strict=True)],
        [row.counted_in for row in found],
    )
    counted = spec.counted(rows, now=NOW, trained=trained, most=most)
    same("paid", spec.paid_minutes(counted), worked.paid)
    same("pro bono", spec.pro_bono_minutes(counted), worked.unpaid)
    same("clients", spec.clients(counted), worked.heads)
    same("named", spec.members(counted), set(worked.clients))
    same("days", spec.by_day(counted), dict(worked.days))
    same("excluded", sum(map(spec.minutes, rows)) - eligible.minutes, eligible.excluded)
    same("unsaid", sum(spec.minutes_as_coach(row) for row in counted if spec.pay(row) is None), eligible.unsaid)
    pays = {row["id"]: spec.pay(row) for row in counted}
    got: dict[str | None, int] = {}
    for row in counted:
        got[pays[row["id"]]] = got.get(pays[row["id"]], 0) + spec.minutes_as_coach(row)
    same("by pay", got, {pay and pay.value: n for pay, n in by_pay(eligible).items()})
    _same_log(dice, counted, worked, same)
    _same_progress(dice, counted, worked, same, look)
    return iter(mine)


def _same_log(dice: random.Random, counted: list[spec.Row], worked: Worked, same: Any) -> None:
    """Count the log twice."""
    spans = [
        (None, None), (None, date(2024, 6, 30)), (None, date(2026, 1, 31)), (date(2024, 1, 1), None),
        (date(2024, 1, 1), date(2024, 6, 30)), (date(2024, 1, 1), date(2026, 1, 31)), (date(2027, 1, 1), None),
        (date(2027, 1, 1), date(2027, 6, 30)),
    ]  # fmt: skip
    known: dict[str, dict[str, Any]] = {
        contact: {
            "name": f"N {contact}", **dict(zip(("since", "until"), dice.choice(spans), strict=True)),
            "consent": dice.choice((True, False, None)),
        }
        for contact in PEOPLE
    }  # fmt: skip
    clients = {
        contact: Client(name=k["name"], engagement=Engagement(since=k["since"], until=k["until"], consent=k["consent"]))
        for contact, k in known.items()
    }
    by_agreement, unasked = dice.random() < 0.5, dice.random() < 0.5
    made = log(
        worked, clients, letters={"f-1": Letter(organisation="Firm", coach="Cora")},
        relationship=Relationship.AGREEMENT if by_agreement else Relationship.SESSIONS,
        consent=Consent.NOT_REFUSED if unasked else Consent.GIVEN,
    )  # fmt: skip
    lines, confirmed, left_off = spec.log(counted, known, ["f-1"], by_agreement=by_agreement, unasked=unasked)
    same(
        "lines of the log",
        sorted(lines, key=lambda line: (line[4], line[1], line[0])),
        [(e.id, e.name, e.setting.value, e.heads, e.since, e.until, e.paid, e.unpaid, e.organisation)
         for e in made.entries],
    )  # fmt: skip
    same("letters", [*confirmed.values()], [(c.clients, c.paid, c.unpaid, c.since, c.until) for c in made.confirmed])
    same("left off", left_off, [one.key for one in made.withheld])
    same("grand total", worked.minutes, made.minutes + made.withheld_minutes)


def _same_progress(dice: random.Random, counted: list[spec.Row], worked: Worked, same: Any, look: int) -> None:
    """Say twice how far it is."""
    on, days = TODAY + dice.choice((0, 0, 1, 27, 28, 45)) * DAY, dice.choice((7, 30, 90))
    hours = dice.choice((1, 5, 20))
    paid, recent = min(hours, dice.choice((1, 3, 10))), dice.choice((None, 1, min(hours, 3), min(hours, 8)))
    asked: dict[str, Any] = {
        "hours": hours, "paid": paid, "clients": dice.choice((1, 3, 8)),
        "recent": recent, "months": None if recent is None else dice.choice((1, 2, 18)),
    }  # fmt: skip
    found = credentials.progress(
        COACHING, Requirements(credential="X", version="1", **asked), worked, on=on, trained=True, pace=days
    )
    paid, total = spec.paid_minutes(counted), spec.paid_minutes(counted) + spec.pro_bono_minutes(counted)
    parts = [
        ("hours", total, asked["hours"] * 60), ("paid", paid, asked["paid"] * 60),
        ("clients", spec.clients(counted), asked["clients"]),
    ]  # fmt: skip
    if recent is not None:
        parts.append(("recent", spec.recent(counted, on, asked["months"]), recent * 60))
        same("leaving", sorted(spec.leaving(counted, on, asked["months"]).items()), list(found.leaving))
        same("window", spec.months_back(on, asked["months"]), found.window)
    same("parts", parts, [(part.key, part.has, part.needs) for part in found.parts])
    same("all met", all(has >= needs for _, has, needs in parts), found.decision.allowed)
    same("pace", spec.pace(counted, on, days), (found.pace.minutes, found.pace.paid, found.pace.clients))
    if look:
        last = on + (look - 1) * DAY
        got = found.earliest if found.earliest is None or found.earliest <= last else None
        same("earliest", spec.earliest(counted, asked, on, days, look=look), got)


def agree(differences: dict[int, list[str]]) -> None:
    """Nothing differs; a failure names the seeds, and what differs in the first of them."""
    bad = {seed: found for seed, found in differences.items() if found}
    assert not bad, f"{len(bad)} of {len(differences)} differ, seeds {[*bad][:20]}:\n" + "\n".join(
        next(iter(bad.values()))
    )


def test_five_hundred_practices_are_counted_to_the_minute() -> None:
    """Both figures, each row with its reason, days, clients, the log, progress and dates are those of the spec."""
    agree({n: list(differing(random.Random(n), look=0 if n % 10 else 400)) for n in range(500)})


@pytest.mark.slow
def test_ten_thousand_practices_are_counted_to_the_minute() -> None:
    """The same of many more, each looked ahead for the earliest date."""
    agree({n: list(differing(random.Random(n), look=700)) for n in range(10_000)})


@settings(max_examples=40, deadline=None)
@given(dice=st.randoms(use_true_random=False))
def test_whatever_practice_comes_is_counted_to_the_minute(dice: random.Random) -> None:
    """What Hypothesis thinks of, too, and it gives the smallest one that differs."""
    assert [] == list(differing(dice))


def test_the_figures_are_those_of_the_document() -> None:
    """Each version of each credential asks for what section 6.1 says; of the day comes the last. Source: IC1, IC3."""
    figures = {
        str(row): {"hours": row.hours, "paid": row.paid, "clients": row.clients, "recent": row.recent,
                   "months": row.months, "heads": row.heads, "holds": row.holds}
        for row in REQUIREMENTS
    }  # fmt: skip
    assert spec.ASKED == figures
    assert ["2022"] * 3 == [requirements(name).version for name in ("ACC", "pcc", "MCC")]
    assert 24 == requirements("ACC", "2021").months
    assert all(row.source for row in REQUIREMENTS)
    for wrong in ({"credential": "BCC"}, {"credential": "ACC", "version": "1999"}):
        with pytest.raises(Invalid, match="known: "):
            requirements(**wrong)


# ------------------------------------------------------------------------------------------------------------- the laws

DICE: Final = [random.Random(seed) for seed in range(1000, 1060)]
PRACTICES: Final = [[appointment_of(row) for row in some_rows(dice, 20)] for dice in DICE]
ACTIVE: Final = dict.fromkeys(PEOPLE, Coaching.ACTIVE_CLIENT)


def total(worked: Worked) -> tuple[object, ...]:
    """Everything that is summed, whatever the order in which it came."""
    sums = {
        (s.key, s.group, s.setting, s.organisation): evolve(s, joined=dict(sorted(s.joined.items())))
        for s in worked.sums
    }
    return worked.days, worked.clients, sums, worked.heads, worked.minutes


def test_what_is_counted_and_what_is_not_are_all_minutes() -> None:
    """In each figure the explained rows add up to the totals, and nothing is in neither. Source: IC-A1."""
    for practice in PRACTICES:
        found = hours(practice, ACTIVE)
        whole = sum(one.minutes for one in practice)
        console, eligible = found.console, found.eligible
        assert (whole, whole) == (console.minutes + console.excluded, eligible.minutes + eligible.excluded)
        assert console.minutes == sum(line.appointment.minutes for line in console.counted)
        assert eligible.minutes == sum(line.minutes for line in eligible)
        assert eligible.worked.minutes == sum(s.minutes for s in eligible.worked.sums)
        assert (eligible.worked.paid, eligible.worked.unpaid) == (
            sum(s.paid for s in eligible.worked.sums), sum(s.unpaid for s in eligible.worked.sums)
        )  # fmt: skip
        assert len(practice) == len(found) == len(list(found)) == len(eligible)
        assert [row for row in found if row.counted_in in ("console", "eligible")] == list(found.differing)
        for row in found:
            assert bool(row.why_not) is (row.counted_in != "both")


def test_order_changes_nothing_but_the_order_of_rows() -> None:
    """Turned round, the same appointments give the same sums; each row says the same."""
    for practice in PRACTICES:
        there, back = hours(practice, ACTIVE), hours(practice[::-1], ACTIVE)
        assert total(there.eligible.worked) == total(back.eligible.worked)
        assert (there.console.minutes, there.eligible.excluded) == (back.console.minutes, back.eligible.excluded)
        assert list(map(str, there)) == list(map(str, back))[::-1]


def test_a_stream_gives_what_a_list_gives() -> None:
    """One by one, or all at once: the same decisions, the same sums."""
    standard = Standard(trained=date(2024, 9, 1), heads=25)
    for practice in PRACTICES:
        tally = eligibility.Tally(COACHING, now=NOW, standard=standard)
        decisions = [tally.add(one) for one in iter(practice)]
        report = eligibility.count(COACHING, practice, now=NOW, standard=standard)
        assert (report.worked, report.excluded, report.unsaid) == (tally.worked(), tally.excluded, tally.unsaid)
        assert list(map(str, report.decisions)) == list(map(str, decisions))


def test_a_stream_keeps_no_appointment() -> None:
    """A year of the same five clients: what a tally holds does not grow with the number of sessions."""

    def held(rounds: int) -> int:
        tally = eligibility.Tally(COACHING, now=NOW, standard=Standard())
        for n in range(rounds):
            start = NOW - (1 + n % 200) * DAY
            tally.add(coached(f"c-{n % 5}", id=f"a-{n}", start=start, end=start + HOUR))
        seen, ways = set[int](), [tally.__dict__]
        size = 0
        while ways:
            thing: Any = ways.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            size += not isinstance(thing, int)
            assert not isinstance(thing, Appointment)
            if isinstance(thing, dict):
                ways += [*thing.keys(), *thing.values()]
            elif isinstance(thing, (list, tuple, set)):
                ways += [*thing]
            elif type(thing).__module__ == eligibility.__name__ and hasattr(thing, "__dict__"):
                ways.append(thing.__dict__)
        return size

    assert held(600) == held(1200)


def test_the_parts_of_a_range_add_up() -> None:
    """Wherever a range is split, its parts have each appointment once: by its start. Source: IC-A10."""
    for practice in PRACTICES:
        starts = sorted({one.start for one in practice})
        edges = [NOW - 2000 * DAY, *starts[::3], NOW + 30 * DAY]
        whole, parts = hours(practice, ACTIVE), []
        for begin, end in pairwise(edges):
            report = certification.count(COACHING, practice, now=NOW, today=ACTIVE, since=begin, until=end)
            parts.append(both(COACHING, report, now=NOW))
        assert whole.console.minutes == sum(part.console.minutes for part in parts)
        assert whole.eligible.minutes == sum(part.eligible.minutes for part in parts)
        assert whole.eligible.excluded == sum(part.eligible.excluded for part in parts)
        assert whole.eligible.worked.paid == sum(part.eligible.worked.paid for part in parts)
        assert len(practice) == sum(map(len, parts))


@settings(max_examples=80, deadline=None)
@given(day=st.dates(date(1999, 1, 1), date(2040, 1, 1)), months=st.integers(1, 30))
def test_a_window_is_calendar_months_with_its_first_day(day: date, months: int) -> None:
    """Months are counted one by one; what falls out does so on the first day on which it is out. Source: IC-A4."""
    assert spec.months_back(day, months) == credentials.months_before(day, months)
    out = credentials.falls_out(day, months)
    assert spec.falls_out(day, months) == out
    assert credentials.months_before(out, months) > day >= credentials.months_before(out - DAY, months)


def test_a_day_that_a_month_has_not_is_its_last_one() -> None:
    """31 August, eighteen months back, is the last of February; what was worked then falls out later. Source: IC-A4."""
    assert date(2025, 2, 28) == credentials.months_before(date(2026, 8, 31), 18)
    assert date(2024, 2, 29) == credentials.months_before(date(2025, 8, 30), 18)
    assert date(2026, 3, 1) == credentials.falls_out(date(2024, 8, 31), 18)
    assert date(2025, 9, 1) == credentials.falls_out(date(2024, 2, 29), 18)


def test_hours_are_made_of_minutes_at_the_end() -> None:
    """Three sessions of twenty minutes are one hour, and sixty of one minute are, exactly. Source: IC5, IC-A9."""
    twenty = [coached("c-1", id=f"a-{n}", end=TEN + 20 * MINUTE) for n in range(3)]
    assert Decimal(1) == eligible(*twenty).hours == hours(twenty, ACTIVE).console.hours
    assert Decimal(1) == eligible(*[coached("c-1", id=f"a-{n}", actual=1) for n in range(60)]).hours
    assert Decimal("0.5") == hours_of(30)
    assert Decimal("1666.6") == hours_of(99_996)


def test_the_earliest_day_is_found_even_where_only_the_longest_window_is_enough() -> None:
    """At 86 minutes in 90 days an hour takes 63 days, and two months have so many only at the end of August."""
    row = {"state": "held", "kind": "session", "actual": None, "zone": "UTC", "attendees": [("c-1", None)], "left": 0}
    day = datetime(2026, 5, 23, 10, tzinfo=UTC)
    rows = [
        {**row, "id": "a-1", "start": day, "end": day + 30 * MINUTE, "paid": True, "said": None},
        {**row, "id": "a-2", "start": day, "end": day + 56 * MINUTE, "paid": False, "said": None},
        {
            **row,
            "id": "a-3",
            "start": day - 200 * DAY,
            "end": day - 200 * DAY + 55 * MINUTE,
            "paid": True,
            "said": None,
        },
    ]
    asked: dict[str, Any] = {"hours": 3, "paid": 3, "clients": 1, "recent": 1, "months": 2}
    report = eligible(*map(appointment_of, rows))
    found = credentials.progress(
        COACHING, Requirements(credential="X", version="1", **asked), report.worked, on=date(2026, 6, 4), trained=True
    )
    assert date(2027, 8, 31) == spec.earliest(rows, asked, date(2026, 6, 4), 90, look=700)
    assert date(2027, 8, 31) == found.earliest


# ------------------------------------------------------------------------------------------- facts of the domain, alone

TEN: Final = datetime(2026, 3, 2, 10, tzinfo=UTC)


def coached(*clients: str, session: Session | None = None, **more: Any) -> Appointment:
    """An hour of coaching that was held and paid, unless told otherwise."""
    known: dict[str, Any] = {
        "id": "a-1", "funnel": "coaching", "coach": "m-1", "kind": Kind.SESSION, "start": TEN, "end": TEN + HOUR,
        "zone": "Europe/Berlin", "booked": TEN - DAY, "state": AppointmentStatus.HELD, "paid": True, **more,
    }  # fmt: skip
    attendees = tuple(Attendee(client, Coaching.ACTIVE_CLIENT) for client in clients)
    return Appointment(attendees=attendees, session=session, **known)


def was(**said: Any) -> Session:
    """What somebody said of a session."""
    return Session(**said)


def eligible(*appointments: Appointment, **standard: Any) -> eligibility.Report:
    """Count by the facts."""
    return eligibility.count(COACHING, appointments, now=NOW, standard=Standard(**standard))


def why_not(appointment: Appointment, **standard: Any) -> list[str]:
    """Why it does not count; nothing: it does."""
    return rules(next(iter(eligible(appointment, **standard))).decision)


def minutes(*appointments: Appointment, **standard: Any) -> tuple[int, int, int]:
    """Paid, pro bono, and not counted."""
    report = eligible(*appointments, **standard)
    return report.worked.paid, report.worked.unpaid, report.excluded


# ---- 1.3 and 1.6: the console's figure


def by_status(status: Coaching | None, *, current: Coaching = Coaching.PROSPECT, **more: Any) -> bool:
    """Whether an hour with somebody who had this status at booking counts by status."""
    one = evolve(coached("c-1", **more), attendees=(Attendee("c-1", status),))
    return next(iter(hours([one], {"c-1": current}))).console.counted


@pytest.mark.parametrize("kind", Kind)
def test_hours_count_by_the_status_at_booking(kind: Kind) -> None:
    """Active, Inactive and Hot Lead count, of any kind; Prospect and Buyer never do. Source: S0, CC-A1, CC-A4."""
    counted = {status for status in Coaching if by_status(status, kind=kind, current=Coaching.PROSPECT)}
    assert {Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT, Coaching.HOT_LEAD} == counted


def test_a_prospects_hours_stay_out_when_it_is_inactive_later() -> None:
    """Booked as a Prospect, inactive today: not counted. Without a status at booking: counted. Source: CC-A2."""
    assert not by_status(Coaching.PROSPECT, current=Coaching.INACTIVE_CLIENT)
    assert by_status(None, current=Coaching.INACTIVE_CLIENT)
    assert not by_status(None, current=Coaching.PROSPECT)


def test_only_what_was_held_is_an_hour() -> None:
    """To come, missed or cancelled: in neither figure; an end that is now has passed. Source: CC-A3, IC5."""
    for changed in (
        {"state": AppointmentStatus.CANCELLED}, {"state": AppointmentStatus.MISSED},
        {"state": AppointmentStatus.BOOKED, "end": NOW + timedelta(microseconds=1), "start": NOW - HOUR},
        {"state": AppointmentStatus.HELD, "end": NOW + timedelta(microseconds=1), "start": NOW - HOUR},
    ):  # fmt: skip
        one = coached("c-1", **changed)
        assert "none" == next(iter(hours([one], ACTIVE))).counted_in
        expected = "has_ended" if "end" in changed else "was_held"
        assert [f"eligibility.{expected}"] == why_not(one)
    assert [] == why_not(coached("c-1", state=AppointmentStatus.BOOKED, start=NOW - HOUR, end=NOW))


def test_free_hours_of_an_active_client_count_by_status_too() -> None:
    """Active clients may be free or paid, so both kinds of hours are counted. Source: S0."""
    both_kinds = [coached("c-1", paid=True), coached("c-1", id="a-2", paid=False)]
    assert 120 == hours(both_kinds, ACTIVE).console.minutes
    assert (60, 60, 0) == minutes(*both_kinds)


def test_a_mixed_group_counts_once_by_status_and_by_its_facts_for_all() -> None:
    """By status it counts for the one who counts; by its facts the status says nothing. Source: CC-A12, IC-A1."""
    group = evolve(
        coached("c-1", "c-2"), attendees=(Attendee("c-1", Coaching.PROSPECT), Attendee("c-2", Coaching.BUYER))
    )
    mixed = evolve(group, attendees=(Attendee("c-1", Coaching.PROSPECT), Attendee("c-2", Coaching.HOT_LEAD)))
    found = hours([mixed])
    assert (60, ("c-2",)) == (found.console.minutes, found.console.counted[0].clients)
    assert (60, 2) == (found.eligible.minutes, found.eligible.worked.heads)
    assert "eligible" == next(iter(hours([group]))).counted_in


def test_an_hour_is_as_long_as_it_took() -> None:
    """Actual if somebody said so, else as planned, in both figures, never rounded. Source: CC-A14."""
    one = coached("c-1", actual=47)
    assert (47, 47) == (hours([one], ACTIVE).console.minutes, eligible(one).minutes)
    assert 60 == eligible(coached("c-1")).minutes
    assert 59 == eligible(coached("c-1", end=TEN + timedelta(minutes=59, seconds=59))).minutes


def test_an_end_that_is_now_has_passed_whatever_stands_beside_it() -> None:
    """Of two sessions that are alike, one ends now and one a moment later: in either order only the first counts."""
    over = coached("c-1", start=NOW - HOUR, end=NOW)
    running = coached("c-1", id="a-2", start=NOW - HOUR, end=NOW + timedelta(microseconds=1))
    assert [True, False] == [line.counted for line in eligible(over, running)]
    assert [False, True] == [line.counted for line in eligible(running, over)]


# ---- 6.2: what counts


def test_a_hot_leads_sample_session_stands_in_one_figure_only() -> None:
    """The console counts it; nobody has engaged a coach yet, so it is not eligible, and says why. Source: IC-A1."""
    sample = evolve(coached("c-1", kind=Kind.SAMPLE), attendees=(Attendee("c-1", Coaching.HOT_LEAD),))
    found = hours([sample])
    assert ("console", ("eligibility.activity_counts",)) == (found.differing[0].counted_in, found.differing[0].why_not)
    assert [] == why_not(evolve(sample, session=was(activity=Activity.COACHING)))


@pytest.mark.parametrize("activity", Activity)
def test_only_coaching_counts(activity: Activity) -> None:
    """Mentor coaching, supervision, assessments, teaching, training, workshops, classes do not. Source: IC5."""
    expected = [] if activity is Activity.COACHING else ["eligibility.activity_counts"]
    assert expected == why_not(coached("c-1", session=was(activity=activity)))


def test_coaching_is_live() -> None:
    """In person, by phone or other live technology; letters are none. Source: IC5."""
    assert [] == why_not(coached("c-1", session=was(live=True)))
    assert ["eligibility.was_live"] == why_not(coached("c-1", session=was(live=False)))


def test_the_client_has_engaged_the_person_as_coach() -> None:
    """Nobody doubts it unless somebody says so. Source: IC5."""
    said = {True: [], None: [], False: ["eligibility.was_engaged"]}
    assert said == {engaged: why_not(coached("c-1", session=was(engaged=engaged))) for engaged in said}


def test_a_shorter_session_counts_in_proportion() -> None:
    """Thirty minutes are half an hour. Source: IC5."""
    assert Decimal("0.5") == eligible(coached("c-1", end=TEN + 30 * MINUTE)).hours


def test_only_what_comes_after_the_start_of_training_counts() -> None:
    """The day itself counts; the day before does not; where nobody said, it is not judged by. Source: IC1, IC5."""
    session = coached("c-1")
    assert [] == why_not(session, trained=date(2026, 3, 2))
    assert ["eligibility.is_after_training"] == why_not(session, trained=date(2026, 3, 3))
    assert [] == why_not(session)


def test_training_starts_by_the_clock_of_the_session() -> None:
    """Half past eleven in the evening in Berlin is before, half past twelve is after. Source: IC-A8."""
    last = datetime(2026, 3, 1, 23, 59, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    expected = ["eligibility.is_after_training"]
    assert expected == why_not(coached("c-1", start=last, end=last + HOUR), trained=date(2026, 3, 2))
    assert [] == why_not(coached("c-1", start=last + MINUTE, end=last + HOUR), trained=date(2026, 3, 2))
    elsewhere = coached("c-1", start=last, end=last + HOUR, zone="Asia/Tokyo")
    assert [] == why_not(elsewhere, trained=date(2026, 3, 2))


def test_a_session_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    """In its own zone, whole. Source: IC-A10."""
    start = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    night = coached("c-1", start=start, end=start + HOUR)
    assert {date(2026, 3, 1): (60, 0)} == eligible(night).worked.days
    assert {date(2026, 3, 2): (60, 0)} == eligible(evolve(night, zone="Asia/Tokyo")).worked.days


@pytest.mark.parametrize(
    ("start", "zone", "day"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), "America/New_York", date.min),
        (datetime(9999, 12, 31, 22, tzinfo=UTC), "Pacific/Auckland", date.max),
    ],
    ids=["first", "last"],
)
def test_at_the_ends_of_the_calendar_a_session_belongs_to_its_day_in_utc(start: datetime, zone: str, day: date) -> None:
    """By its own clock there is no such day; a report is made all the same."""
    odd = evolve(coached("c-1"), start=start, end=start + HOUR, zone=zone)
    found = eligibility.count(COACHING, (odd, coached("c-2", id="a-2")), now=datetime.max.replace(tzinfo=UTC))
    assert ({day, date(2026, 3, 2)}, 120) == ({*found.worked.days}, found.minutes)


def test_a_session_over_the_edge_of_a_range_belongs_to_where_it_starts() -> None:
    """Whole, in the first of two ranges. Source: IC-A10."""
    edge = TEN + 30 * MINUTE
    first = certification.count(COACHING, [coached("c-1")], now=NOW, until=edge)
    second = certification.count(COACHING, [coached("c-1")], now=NOW, since=edge)
    assert (60, 0) == (
        both(COACHING, first, now=NOW).eligible.minutes,
        both(COACHING, second, now=NOW).eligible.minutes,
    )


def test_range_and_start_of_training_both_hold() -> None:
    """What is in the range and before training does not count, and the other way round. Source: IC-A8."""
    practice = [coached("c-1", id=f"a-{n}", start=TEN + n * DAY, end=TEN + n * DAY + HOUR) for n in range(4)]
    picked = certification.count(COACHING, practice, now=NOW, until=TEN + 3 * DAY)
    found = both(COACHING, picked, now=NOW, standard=Standard(trained=date(2026, 3, 4)))
    assert (1, 120) == (len([line for line in found.eligible if line.counted]), found.eligible.excluded)


def test_an_hour_is_an_hour_when_the_clock_changes() -> None:
    """From half past one to half past three by the clock of Berlin is one hour in March, and three in October."""
    berlin = ZoneInfo("Europe/Berlin")
    found = [
        eligible(coached("c-1", start=day.astimezone(UTC), end=day.replace(hour=3).astimezone(UTC))).worked.days
        for day in (datetime(2026, 3, 29, 1, 30, tzinfo=berlin), datetime(2025, 10, 26, 1, 30, tzinfo=berlin))
    ]
    assert [{date(2026, 3, 29): (60, 0)}, {date(2025, 10, 26): (180, 0)}] == found


# ---- 6.2: paid and pro bono


@pytest.mark.parametrize("pay", Pay)
def test_paid_is_any_amount_and_whatever_comes_back(pay: Pay) -> None:
    """Barter, one's employment, a third party, an exchange with another coach: paid. Source: IC7, IC10, IC14."""
    expected = (0, 60, 0) if pay is Pay.PRO_BONO else (60, 0, 0)
    assert expected == minutes(coached("c-1", session=was(pay=pay)))
    assert expected == minutes(coached("c-1", paid=False, session=was(pay=pay)))


def test_a_free_session_is_pro_bono() -> None:
    """Unless somebody said that something came back. Source: IC-A2."""
    assert (0, 60, 0) == minutes(coached("c-1", paid=False))
    assert (60, 0, 0) == minutes(coached("c-1", paid=False, session=was(pay=Pay.BARTER)))


def test_what_nobody_said_stands_with_the_pro_bono_hours_and_is_named() -> None:
    """It is never taken for paid; the report says how many minutes that are."""
    report = eligible(coached("c-1", paid=None), coached("c-1", id="a-2", paid=False))
    assert (0, 120, 60) == (report.worked.paid, report.worked.unpaid, report.unsaid)
    assert {None: 60, Pay.PRO_BONO: 60} == by_pay(report)


def test_of_an_exchange_only_the_time_as_coach_counts() -> None:
    """The rest stands with what is not counted; more than there was is no more. Source: IC10."""
    exchange = was(pay=Pay.PEER_EXCHANGE, as_coach=25)
    assert (25, 0, 35) == minutes(coached("c-1", session=exchange))
    assert (20, 0, 0) == minutes(coached("c-1", session=exchange, actual=20))
    assert 60 == hours([coached("c-1", session=exchange)], ACTIVE).console.minutes


def test_coaching_ones_own_direct_reports_is_no_internal_coaching() -> None:
    """Somebody else's are internal coaching. Source: IC7, IC11."""
    assert ["eligibility.is_no_direct_report"] == why_not(
        coached("c-1", session=was(pay=Pay.INTERNAL, direct_report=True))
    )
    assert (60, 0, 0) == minutes(coached("c-1", session=was(pay=Pay.INTERNAL)))


# ---- 6.2: groups and heads


def test_a_group_counts_up_to_fifteen() -> None:
    """The sixteenth takes out hours and clients, and the session is listed as not counted. Source: IC4, IC-A5."""
    fifteen, sixteen = (coached("c-1", session=was(heads=heads)) for heads in (15, 16))
    assert (60, 0, 0) == minutes(fifteen)
    assert (15, 0) == (eligible(fifteen).worked.heads, eligible(sixteen).worked.heads)
    assert ((0, 0, 60), ["eligibility.is_within_limit"]) == (minutes(sixteen), why_not(sixteen))


def test_an_older_set_takes_groups_of_twenty_five() -> None:
    """The limit is a figure of the set. Source: IC6."""
    group, older = coached("c-1", session=was(heads=25)), requirements("ACC", "2018")
    assert [] == why_not(group, heads=older.heads)
    assert ["eligibility.is_within_limit"] == why_not(evolve(group, session=was(heads=26)), heads=older.heads)
    assert ["eligibility.is_within_limit"] == why_not(group, heads=requirements("ACC").heads)


def test_the_hours_of_a_group_are_its_length_once() -> None:
    """Not times the heads. Source: IC4, IC11."""
    assert 60 == eligible(coached("c-1", "c-2", "c-3")).minutes


def test_each_person_of_a_group_is_a_client() -> None:
    """Named or not. Source: IC4."""
    assert 3 == eligible(coached("c-1", "c-2", "c-3")).worked.heads
    assert 7 == eligible(coached("c-1", "c-2", "c-3", session=was(heads=7))).worked.heads


def test_the_same_person_alone_and_in_a_group_is_one_client() -> None:
    """By identity. Source: IC-A6."""
    assert 2 == eligible(coached("c-1"), coached("c-1", "c-2", id="a-2")).worked.heads


def test_members_known_by_number_are_the_number_less_those_known_by_identity() -> None:
    """Of a group of five, two are known by now, in different sessions: three more. Source: IC-A7."""
    once = coached("c-1", session=was(heads=5, group="g-1"))
    again = coached("c-2", id="a-2", session=was(heads=4, group="g-1"))
    worked = eligible(once, again).worked
    assert (5, 3, {"c-1", "c-2"}) == (worked.heads, worked.sums[0].unnamed, {*worked.clients})
    other = coached("c-1", id="a-3", session=was(heads=3, group="g-2"))
    assert 5 + 2 == eligible(once, again, other).worked.heads


def test_a_group_is_no_client_of_the_same_id() -> None:
    """Nor is a client whose id looks like those of two: each has a line, and each group its unnamed heads."""
    group = coached("c-2", session=was(heads=5, group="c-1"))
    of_two, of_one = (was(heads=4, setting=Setting.GROUP) for _ in range(2))
    worked = eligible(group, coached("c-1", id="a-2", session=was(heads=4))).worked
    assert (2, 4 + 3 + 2) == (len(worked.sums), worked.heads)
    assert ["c-1", None] == [one.group for one in worked.sums]
    plus = eligible(coached("c-1", "c-2", session=of_two), coached("c-1+c-2", id="a-2", session=of_one)).worked
    assert (2, 3 + 2 + 3) == (len(plus.sums), plus.heads)


def test_a_group_that_was_called_a_team_as_well_is_one_group() -> None:
    """Its unnamed heads are counted once."""
    group = coached("c-1", session=was(heads=5, group="g-1", setting=Setting.GROUP))
    team = coached("c-1", id="a-2", session=was(heads=5, group="g-1", setting=Setting.TEAM))
    assert 5 == eligible(group, team).worked.heads
    at_work = [
        coached("c-1", id=how, session=was(heads=5, group="g-1", setting=how, organisation="f-1"))
        for how in (Setting.GROUP, Setting.TEAM)
    ]
    (confirmed,) = logged(*at_work, clients={}, letters={"f-1": LETTER}).confirmed
    assert 5 == confirmed.clients


def test_a_named_group_is_a_group_whoever_came() -> None:
    """One member who is known by identity does not make it an individual client."""
    (line,) = eligible(coached("c-1", session=was(group="g-1"))).worked.sums
    assert ("g-1", Setting.GROUP, 1) == (line.key, line.setting, line.heads)


def test_an_individual_session_has_one_head() -> None:
    """More are no individual session; it is refused where it is said."""
    with pytest.raises(Invalid, match="heads"):
        was(setting=Setting.INDIVIDUAL, heads=2)
    assert 1 == was(setting=Setting.INDIVIDUAL, heads=1).heads


SAID_OF_THREE: Final = [
    (was(setting=Setting.INDIVIDUAL), "session.setting"),
    (was(setting=Setting.INDIVIDUAL, heads=1), "session.setting"),
    (was(heads=1), "session.heads"),
    (was(setting=Setting.GROUP, heads=2), "session.heads"),
]


@pytest.mark.parametrize(("session", "path"), SAID_OF_THREE, ids=str)
def test_everybody_who_attends_fits_into_the_session(session: Session, path: str) -> None:
    """Else people would be lost to the log: it is refused where it is said, before or afterwards."""
    world = crm(COACHING)
    three = [someone(world, Coaching.ACTIVE_CLIENT, id=f"c-{n}", name=f"N{n}") for n in range(3)]
    with pytest.raises(Invalid) as caught:
        a_session(world, *three, session=session)
    assert [path] == [problem.path for problem in caught.value.problems]
    booked = a_session(world, *three, session=was(heads=3))
    with pytest.raises(Invalid) as caught:
        world.do(DescribeSession(appointment=booked.id, session=session, by=COACH))
    assert [path] == [problem.path for problem in caught.value.problems]
    assert was(heads=3) == world.appointment(booked.id).session


@pytest.mark.parametrize(("paid", "pay"), [(False, Pay.PAID), (True, Pay.PRO_BONO)])
def test_an_appointment_and_its_session_say_the_same_about_pay(*, paid: bool, pay: Pay) -> None:
    """Else one figure would have it paid and the other one not. Barter is paid without money. Source: IC-A2."""
    world = crm(COACHING)
    ada = someone(world, Coaching.ACTIVE_CLIENT)
    with pytest.raises(Invalid) as caught:
        a_session(world, ada, paid=paid, session=was(pay=pay))
    assert ["session.pay"] == [problem.path for problem in caught.value.problems]
    for n, other in enumerate({*Pay} - {pay}):
        a_session(world, ada, paid=paid, session=was(pay=other), start=NOON + n * DAY)


# ---- 6.3: the log

ADA: Final = Client(name="Ada", contact="ada@example.org", engagement=Engagement(consent=True))
BEA: Final = Client(name="Bea", engagement=Engagement(consent=False))
EVE: Final = Client(name="Eve")
ALL: Final = {"c-1": ADA, "c-2": BEA, "c-3": EVE}
LETTER: Final = Letter(organisation="ACME GmbH", coach="Cora", person="H. Resources", role="coach", policy="no names")


def logged(*appointments: Appointment, **more: Any) -> Log:
    """The log of these."""
    return log(eligible(*appointments).worked, more.pop("clients", ALL), **more)


def test_who_agreed_is_listed_and_nobody_else() -> None:
    """Who refused is left off, and so is who was not asked; the hours are named as withheld. Source: IC4."""
    made = logged(coached("c-1"), coached("c-2", id="a-2"), coached("c-3", id="a-3"))
    assert (["Ada"], ["c-2", "c-3"]) == ([entry.name for entry in made.entries], [s.key for s in made.withheld])
    assert (60, 120, 180) == (made.minutes, made.withheld_minutes, made.worked.minutes)
    lenient = logged(coached("c-2"), coached("c-3", id="a-3"), consent=Consent.NOT_REFUSED)
    assert (["Eve"], ["c-2"]) == ([entry.name for entry in lenient.entries], [s.key for s in lenient.withheld])


def test_who_has_no_name_is_left_off() -> None:
    """A client whom nobody knows any more cannot be listed."""
    assert ["c-9"] == [s.key for s in logged(coached("c-9")).withheld]


def test_a_line_has_what_is_asked_for() -> None:
    """Name, contact, setting, number, since, until, paid and pro bono hours, and both together. Source: IC4, IC6."""
    later = coached("c-1", id="a-2", start=TEN + DAY, end=TEN + DAY + 30 * MINUTE, paid=False)
    (entry,) = logged(coached("c-1"), later).entries
    assert ("Ada", "ada@example.org", Setting.INDIVIDUAL, 1) == (
        entry.name, entry.contact, entry.setting, entry.heads
    )  # fmt: skip
    assert (date(2026, 3, 2), date(2026, 3, 3)) == (entry.since, entry.until)
    assert (Decimal(1), Decimal("0.5"), 90) == (entry.paid_hours, entry.pro_bono_hours, entry.minutes)


def test_a_group_is_listed_by_one_member_who_agreed_with_its_number() -> None:
    """One member's name and contact, and the number in the group. Source: IC4, IC6."""
    (entry,) = logged(coached("c-2", "c-1", session=was(heads=9, group="g-1"))).entries
    assert ("g-1", "Ada", "ada@example.org", Setting.GROUP, 9) == (
        entry.id, entry.name, entry.contact, entry.setting, entry.heads
    )  # fmt: skip
    assert ["c-2+c-3"] == [s.key for s in logged(coached("c-2", "c-3")).withheld]


def test_a_relationship_has_the_dates_of_the_agreement() -> None:
    """Where they are known; no end means that it goes on; by policy those of the sessions. Source: IC-A3."""

    def dates(relationship: Relationship = Relationship.AGREEMENT, **known: Any) -> tuple[date, date | None]:
        clients = {"c-1": evolve(ADA, engagement=Engagement(consent=True, **known))}
        (entry,) = logged(coached("c-1"), clients=clients, relationship=relationship).entries
        return entry.since, entry.until

    met, since, until = date(2026, 3, 2), date(2026, 1, 7), date(2026, 8, 31)
    assert (met, met) == dates()
    assert (since, None) == dates(since=since)
    assert (since, until) == dates(since=since, until=until)
    assert (met, until) == dates(until=until)
    assert (met, met) == dates(Relationship.SESSIONS, since=since, until=until)
    assert (met, met) == dates(until=met - DAY), "an end before the first session is not that of these sessions"
    assert (met, met) == dates(until=met)


def test_a_line_holds_the_days_of_its_sessions() -> None:
    """An agreement about other days is stretched to them: no hours stand outside their relationship. Source: IC-A3."""
    before, after = date(2025, 6, 1), date(2027, 1, 1)

    def dates(**known: Any) -> tuple[date, date | None]:
        clients = {"c-1": evolve(ADA, engagement=Engagement(consent=True, **known))}
        (entry,) = logged(coached("c-1"), clients=clients).entries
        return entry.since, entry.until

    met = date(2026, 3, 2)
    assert (before, met) == dates(since=before, until=before + DAY)
    assert (met, None) == dates(since=after)
    assert (met, after + DAY) == dates(since=after, until=after + DAY)


def test_a_letter_of_the_organisation_stands_in_for_names() -> None:
    """It holds hours, number of clients and period; who agreed is listed all the same. Source: IC4."""
    at_work = was(pay=Pay.INTERNAL, organisation="f-1")
    later = {"start": TEN + DAY, "end": TEN + DAY + HOUR}
    practice = (
        coached("c-1", session=at_work),
        coached("c-2", id="a-2", session=at_work),
        coached("c-3", "c-2", id="a-3", session=evolve(at_work, heads=4, pay=Pay.PRO_BONO), **later),
        coached("c-3", id="a-4"),
    )
    made = logged(*practice, letters={"f-1": LETTER}, organisations={"f-1": "ACME GmbH"})
    (confirmed,) = made.confirmed
    assert (["Ada"], ["ACME GmbH"]) == ([e.name for e in made.entries], [e.organisation for e in made.entries])
    assert (4, 60, 60) == (confirmed.clients, confirmed.paid, confirmed.unpaid)
    assert (date(2026, 3, 2), date(2026, 3, 3), "no names") == (
        confirmed.since, confirmed.until, confirmed.letter.policy
    )  # fmt: skip
    assert (["c-3"], 240) == ([s.key for s in made.withheld], made.minutes + made.withheld_minutes)
    assert 3 == len(logged(*practice).withheld)


def test_no_name_of_a_log_shows_in_its_repr() -> None:
    """Names and addresses stay out of error reports and of logs of a program."""
    made = logged(coached("c-1", session=was(organisation="f-1", pay=Pay.INTERNAL)), letters={"f-1": LETTER})
    shown = f"{made!r} {made} {made.entries!r} {made.confirmed!r} {LETTER!r} {ADA!r}"
    assert not [word for word in ("Ada", "ada@", "ACME", "Cora", "Resources") if word in shown]


# ---- 6.1: progress


def of_hours(paid: int, unpaid: int, heads: int, *, day: date = TODAY) -> Worked:
    """So many minutes on a day, with so many clients."""
    sums: dict[str, Any] = {"paid": paid, "unpaid": unpaid, "first": day, "last": day, "sessions": 1}
    one = Sum(key="c-1", setting=Setting.GROUP, grew=((day, heads),), **sums)
    return Worked(days={day: (paid, unpaid)}, clients={}, sums=(one,))


def short(name: str, worked: Worked, **more: Any) -> dict[str, int]:
    """What is short of a credential of today's version, and by how much."""
    asked: dict[str, Any] = {"on": TODAY, "holds": ("PCC",), **more}
    found = credentials.progress(COACHING, requirements(name), worked, **asked)
    missing = {part.key: part.short for part in found.parts if not part.met}
    assert (not missing and not more) is found.decision.allowed or bool(more)
    return missing


@pytest.mark.parametrize(("name", "asked"), [("ACC", (100, 75, 8)), ("PCC", (500, 450, 25)), ("MCC", (2500, 2250, 35))])
def test_exactly_what_is_asked_for_is_enough_and_a_minute_less_is_not(name: str, asked: tuple[int, int, int]) -> None:
    """Hours in all, paid ones, clients: each is short by exactly one. Source: IC1, IC3."""
    whole, paid, heads = asked[0] * 60, asked[1] * 60, asked[2]
    assert {} == short(name, of_hours(paid, whole - paid, heads))
    assert {"hours": 1} == short(name, of_hours(paid, whole - paid - 1, heads))
    assert {"paid": 1} == short(name, of_hours(paid - 1, whole - paid + 1, heads))
    assert {"clients": 1} == short(name, of_hours(paid, whole - paid, heads - 1))


@pytest.mark.parametrize(("name", "hours"), [("ACC", 25), ("PCC", 50)])
def test_recent_hours_are_those_of_eighteen_months(name: str, hours: int) -> None:
    """Paid or not; the first day of the window is in it, the day before is not. Source: IC1, IC-A4."""
    first = credentials.months_before(TODAY, 18)
    old = of_hours(10**6, 0, 100, day=date(2015, 1, 1))

    def lately(minutes: int, day: date) -> Worked:
        return evolve(old, days={**old.days, day: (0, minutes)})

    assert {} == short(name, lately(hours * 60, first))
    assert {"recent": 1} == short(name, lately(hours * 60 - 1, first))
    assert {"recent": hours * 60} == short(name, lately(hours * 60, first - DAY))


def test_no_recent_hours_are_asked_for_the_highest() -> None:
    """There is no window, and nothing falls out. Source: IC3, IC12."""
    found = credentials.progress(COACHING, requirements("MCC"), of_hours(10, 10, 1), on=TODAY)
    assert (None, ()) == (found.window, found.leaving)
    assert ["hours", "paid", "clients"] == [part.key for part in found.parts]


def test_the_highest_builds_on_another_one() -> None:
    """PCC held now or before; going on alone gives no date. Source: IC12."""
    enough = of_hours(2500 * 60, 0, 35)
    without = credentials.progress(COACHING, requirements("MCC"), enough, on=TODAY)
    assert (["credentials.former_is_held"], None) == (rules(without.decision), without.earliest)
    held = credentials.progress(COACHING, requirements("MCC"), enough, on=TODAY, holds=("ACC", "PCC"))
    assert (True, TODAY) == (held.decision.allowed, held.earliest)


@pytest.mark.parametrize("holds", ["Pro", "pro", ("PRO",), ["x", "pRo"]])
def test_what_is_held_is_known_however_it_is_written(holds: Any) -> None:
    """Of requirements of one's own too, and whether one name is given or several."""
    own = Requirements(credential="X", version="1", hours=1, paid=1, clients=1, holds=("Pro",))
    world = crm(COACHING)
    for found in (
        world.credential(own, trained=TODAY, holds=holds),
        credentials.progress(COACHING, own, Worked(), on=TODAY, holds=holds),
    ):
        assert "credentials.former_is_held" not in rules(found.decision)


def test_the_start_of_training_has_to_be_known() -> None:
    """Where nobody said it, nobody can say what counts. Source: IC1, IC5."""
    found = credentials.progress(COACHING, requirements("ACC"), of_hours(6000, 0, 8), on=TODAY, trained=False)
    assert (["credentials.training_is_known"], None) == (rules(found.decision), found.earliest)


def test_training_that_is_still_to_begin_has_not_begun() -> None:
    """On the day of the application, and not a day later. Source: IC1, IC5."""
    world = crm(COACHING)
    day = NOON.date()
    for trained, refused in ((day, False), (day + DAY, True)):
        found = world.credential("ACC", trained=trained, on=day).decision
        assert refused == ("credentials.training_is_known" in rules(found))


def test_what_is_said_of_a_session_is_so() -> None:
    """Without a limit nobody is no more than nothing; who reports to the coach does, whoever pays."""
    case = eligibility.Case(heads=30, direct_report=True, pay=Pay.PAID)
    decision = eligibility.counts(COACHING, case)
    assert decision.allowed
    told = {finding.rule: (finding.mark, decision.said(finding)) for finding in decision.findings}
    assert (Mark.NOTHING, "a group of any size counts") == told["eligibility.is_within_limit"]
    assert (Mark.OK, "it is no internal coaching of a direct report") == told["eligibility.is_no_direct_report"]


def test_progress_says_what_falls_out_when_and_when_it_would_be_met() -> None:
    """By day, the first one first; at the pace of the last days, which is told. Source: IC-A4."""
    days = {date(2024, 12, 31): (60, 0), date(2025, 1, 5): (0, 30), TODAY: (90, 0)}
    worked = Worked(days=days, clients={"c-1": TODAY}, sums=())
    asked = Requirements(credential="X", version="1", hours=6, paid=3, clients=1, recent=1, months=18)
    found = credentials.progress(COACHING, asked, worked, on=TODAY, pace=90)
    out = [(date(2026, 7, 1), 60), (date(2026, 7, 6), 30), (credentials.falls_out(TODAY, 18), 90)]
    assert out == list(found.leaving)
    assert (90, 90, 1) == (found.pace.minutes, found.pace.paid, found.pace.clients)
    assert (180, 30) == (found.part("hours").short, found.part("paid").short)
    assert TODAY + 180 * DAY == found.earliest
    assert Decimal("0.5") == found.part("hours").share
    assert str(found.earliest) in str(found)


def test_what_is_ahead_falls_out_of_the_window_as_well() -> None:
    """At an hour in 31 days a month is enough only where it has 31: 29 March goes back to 28 February, 30 days."""
    worked = Worked(days={TODAY: (60, 0)}, clients={"c-1": TODAY}, sums=())
    asked = Requirements(credential="X", version="1", hours=10, paid=1, clients=1, recent=1, months=1)
    found = credentials.progress(COACHING, asked, worked, on=TODAY, pace=31)
    assert date(2027, 3, 9) == TODAY + 9 * 31 * DAY
    assert date(2027, 3, 30) == found.earliest


def test_who_stands_still_gets_no_date() -> None:
    """Nothing was worked lately, something is missing: never, at this pace."""
    asked = Requirements(credential="X", version="1", hours=6, paid=3, clients=1)
    old = of_hours(60, 0, 1, day=TODAY - 90 * DAY)
    assert credentials.progress(COACHING, asked, old, on=TODAY, pace=90).earliest is None
    assert credentials.progress(COACHING, asked, old, on=TODAY, pace=91).earliest is not None


def test_days_after_the_day_are_not_looked_at() -> None:
    """How it stood on a day is told from what was worked by then."""
    worked = Worked(days={TODAY: (60, 0), TODAY + DAY: (60, 0)}, clients={"c-1": TODAY, "c-2": TODAY + DAY}, sums=())
    asked = Requirements(credential="X", version="1", hours=2, paid=1, clients=2)
    found = credentials.progress(COACHING, asked, worked, on=TODAY)
    assert [("hours", 60), ("paid", 60), ("clients", 1)] == [(part.key, part.has) for part in found.parts]


def test_the_number_of_a_group_is_that_of_the_day() -> None:
    """A group of three that grew to nine afterwards had three clients on that day."""
    small = coached("c-1", session=was(heads=3, group="g-1"))
    large = coached("c-1", id="a-2", start=TEN + 5 * DAY, end=TEN + 5 * DAY + HOUR, session=was(heads=9, group="g-1"))
    worked = eligible(small, large).worked
    found = credentials.progress(COACHING, requirements("ACC"), worked, on=date(2026, 3, 3))
    assert 3 == found.part("clients").has


# ------------------------------------------------------------------------------------------------------------ the shell


def practice() -> Crm[Any, Any]:
    """An account with three active clients and an hour with each, held and paid, described by nobody."""
    world = crm(COACHING)
    for n in (1, 2, 3):
        ada = someone(world, Coaching.ACTIVE_CLIENT, id=f"c-{n}", name=f"N{n}", email=f"n{n}@example.org")
        a_session(world, ada, id=f"a-{n}", start=NOON + n * DAY, paid=True)
    world.clock.advance(days=5)
    return world


def told(world: Crm[Any, Any], **when: Any) -> tuple[Any, ...]:
    """A report, in all that it says."""
    found = world.hours(coach=COACH.id, **when)
    return str(found), [str(row) for row in found], total(found.eligible.worked)


CHANGES: Final[dict[str, Any]] = {
    "a status": Convert(contact="c-1", to=Coaching.INACTIVE_CLIENT, by=COACH),
    "another status": Convert(contact="c-2", to=Coaching.PROSPECT, by=COACH),
    "what it was": DescribeSession(appointment="a-1", session=was(activity=Activity.TRAINING), by=COACH),
    "who was there": DescribeSession(appointment="a-2", session=was(heads=9, pay=Pay.PRO_BONO), by=COACH),
    "how long it took": MarkHeld(appointment="a-2", minutes=20, by=COACH),
    "that nobody came": MarkMissed(appointment="a-3", by=COACH),
    "a correction": Correct(contact="c-1", to=Coaching.PROSPECT, reason="a slip", by=COACH),
    "a session more": Book(id="a-4", contacts=("c-1",), coach="m-1", kind=Kind.SESSION, start=NOON + 4 * DAY,
                           minutes=30, by=COACH),
    "a deletion": Delete(contact="c-3", reason="asked", by=OWNER),
}  # fmt: skip


@pytest.mark.parametrize("change", ["a status", "another status"])
def test_a_report_of_a_past_range_does_not_change_when_a_status_does(change: str) -> None:
    """Today's status says nothing about what was booked before. Source: CC-A1."""
    world = practice()
    before = told(world, until=world.clock.now())
    world.do(CHANGES[change])
    assert before == told(world, until=NOON + 5 * DAY)


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "a deletion"])
def test_a_report_can_be_made_again_as_it_was_known(change: str) -> None:
    """Whatever is told later: as known before it, every figure and every reason is what it was."""
    world = practice()
    then, before = world.clock.now(), told(world)
    world.clock.advance(hours=1)
    world.do(CHANGES[change])
    assert before == told(world, known=then, as_of=then)
    assert before == told(world, known=then)
    if change not in ("a status", "another status"):
        assert before != told(world)


def test_a_reschedule_is_forgotten_as_known_before() -> None:
    """A session that is moved to another day was on its old day, as far as was known then."""
    world = practice()
    ada = world.contact("c-1")
    a_session(world, ada, id="a-9", start=world.clock.now() + DAY)
    then = world.clock.now()
    world.clock.advance(hours=1)
    world.do(Reschedule(appointment="a-9", start=then + 3 * DAY, by=COACH))
    world.do(Cancel(appointment="a-9", by=COACH))
    world.clock.advance(days=9)
    days = world.hours(known=then).eligible.worked.days
    assert date(2026, 3, 8) in days
    assert 3 == len(world.hours().eligible.worked.days)


def test_what_is_described_holds_since_the_booking() -> None:
    """A report as of an earlier day has it, since it was so then; as known on that day it has not."""
    world = practice()
    then = world.clock.now()
    world.clock.advance(days=30)
    world.do(DescribeSession(appointment="a-1", session=was(activity=Activity.WORKSHOP), by=COACH))
    assert 120 == world.hours(as_of=then).eligible.minutes
    assert 180 == world.hours(as_of=then, known=then).eligible.minutes
    assert 180 == world.hours(as_of=then).console.minutes
    first = next(iter(world.hours(as_of=NOON)))
    assert ["eligibility.has_ended", "eligibility.activity_counts"] == rules(first.eligible.decision)


def test_a_status_that_changed_is_seen_as_of_today_only() -> None:
    """As of a day before a session nothing of it has ended."""
    world = practice()
    assert 60 == world.hours(as_of=NOON + 2 * DAY).eligible.minutes
    assert 0 == world.hours(as_of=NOON).eligible.minutes


def test_the_progress_of_a_past_day_can_be_told_as_it_was_known() -> None:
    """What was described since is not known yet; what was worked since is not looked at."""
    world = practice()
    then = world.clock.now()
    world.do(DescribeSession(appointment="a-1", session=was(live=False), by=COACH))
    world.clock.advance(days=1)
    world.do(DescribeSession(appointment="a-2", session=was(live=False), by=COACH))
    assert 120 == world.credential("ACC", trained=date(2025, 1, 1), known=then, on=then.date()).part("hours").has
    assert 60 == world.credential("ACC", trained=date(2025, 1, 1)).part("hours").has
    assert 0 == world.credential("ACC", trained=date(2025, 1, 1), on=NOON.date()).part("hours").has


def test_a_log_names_who_agreed_and_the_clients_own_organisation() -> None:
    """Names are those of today; internal hours belong to the client's company unless somebody said which."""
    world = practice()
    firm = world.do(AddCompany(id="f-1", name="ACME GmbH", by=COACH)).id
    eve = someone(world, Coaching.ACTIVE_CLIENT, id="c-4", name="Eve", company=firm)
    a_session(world, eve, id="a-4", start=NOON + 4 * DAY, session=was(pay=Pay.INTERNAL), paid=None)
    world.do(SetEngagement(contact="c-1", since=date(2026, 1, 7), consent=True, by=COACH))
    made = world.log(coach=COACH.id, letters={firm: LETTER})
    (entry,), (confirmed,) = made.entries, made.confirmed
    assert ("N1", "n1@example.org", date(2026, 1, 7), None) == (entry.name, entry.contact, entry.since, entry.until)
    assert (1, 60) == (confirmed.clients, confirmed.paid)
    assert (["c-2", "c-3"], 240) == ([s.key for s in made.withheld], made.minutes + made.withheld_minutes)
    assert made.worked.minutes == world.hours(coach=COACH.id).eligible.minutes


def test_a_letter_is_of_a_company_that_is_known() -> None:
    """Under a name instead of an id it would stand in for nobody; a session may name one that is the host's own."""
    world = practice()
    world.do(AddCompany(id="f-1", name="ACME GmbH", by=COACH))
    with pytest.raises(Invalid) as caught:
        world.log(letters={"f-1": LETTER, "ACME GmbH": LETTER})
    assert ["letters.ACME GmbH"] == [problem.path for problem in caught.value.problems]
    world.do(DescribeSession(appointment="a-1", session=was(organisation="own-1", pay=Pay.INTERNAL), by=COACH))
    assert 1 == len(world.log(letters={"f-1": LETTER, "own-1": LETTER}).confirmed)


def test_a_log_says_what_had_been_agreed_as_it_was_known() -> None:
    """A consent that is taken back counts from then on; the log of the day before still lists the client."""
    world = practice()
    world.do(SetEngagement(contact="c-1", consent=True, by=COACH))
    then = world.clock.now()
    world.clock.advance(days=1)
    world.do(SetEngagement(contact="c-1", consent=False, by=COACH))
    assert [] == [entry.id for entry in world.log().entries]
    assert ["c-1"] == [entry.id for entry in world.log(known=then).entries]
    assert ["c-1"] == [entry.id for entry in world.log(as_of=then, known=then).entries]


def test_a_past_log_does_not_name_who_had_not_agreed_then() -> None:
    """Nobody had been asked: a consent of today says nothing about that day, whether or not one asks as known then."""
    world = practice()
    then = world.clock.now()
    world.clock.advance(days=1)
    world.do(SetEngagement(contact="c-1", consent=True, by=COACH))
    for as_of, known in ((then, None), (None, then), (then, then)):
        assert [] == [entry.id for entry in world.log(as_of=as_of, known=known).entries]
    assert ["c-1"] == [entry.id for entry in world.log().entries]


def test_a_past_log_does_not_name_who_came_later() -> None:
    """A session of before an adoption: as of before it nobody was there to be asked, nor was a company known."""
    world = crm(COACHING)
    world.do(AddCompany(id="f-1", name="F-1", by=COACH))
    eve = someone(world, Coaching.ACTIVE_CLIENT, id="c-1", company="f-1")
    came = world.clock.now()
    a_session(world, eve, start=came - 9 * DAY, at=came - 10 * DAY, session=was(pay=Pay.INTERNAL))
    world.clock.advance(days=1)
    world.do(SetEngagement(contact="c-1", consent=True, by=COACH))
    for consent in Consent:
        found = world.log(as_of=came - DAY, letters={"f-1": LETTER}, consent=consent)
        assert (0, 0, 60) == (len(found.entries), len(found.confirmed), found.withheld_minutes)
    assert [] == list(world.log(as_of=came).entries)
    assert ["c-1"] == [entry.id for entry in world.log().entries]


def test_a_past_log_has_what_was_told_later_about_that_day() -> None:
    """As of a day, as far as is known by now: a consent that was entered late held then."""
    world = practice()
    then = world.clock.now()
    world.clock.advance(days=1)
    world.do(SetEngagement(contact="c-1", consent=True, at=then - HOUR, by=COACH))
    assert ["c-1"] == [entry.id for entry in world.log(as_of=then).entries]
    assert [] == [entry.id for entry in world.log(as_of=then, known=then).entries]


SAID: Final[tuple[dict[str, Any], ...]] = (
    {"since": date(2026, 1, 7)}, {"consent": True}, {"until": date(2026, 8, 31)}, {"consent": False},
)  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_consent_and_dates_may_be_told_in_any_order(order: tuple[int, ...]) -> None:
    """A consent or a refusal that is told late holds from then on, whatever was said of the dates since."""
    world = practice()
    start, known = world.clock.now(), Engagement()
    world.clock.advance(days=9)
    for day in order:
        world.do(SetEngagement(contact="c-1", at=start + day * DAY, by=COACH, **SAID[day]))
    for day, said in enumerate(SAID):
        known, then = evolve(known, **said), world.contact_at("c-1", start + day * DAY)
        assert known == (then and then.engagement)
    assert known == world.contact("c-1").engagement


@pytest.mark.parametrize("consent", [True, False])
def test_what_a_client_said_last_is_not_lost_to_earlier_words_that_are_told_late(consent: bool) -> None:
    """Refused, agreed, refused, told in whatever order: refused; and turned about."""
    world = practice()
    start = world.clock.now()
    world.clock.advance(days=9)
    for day, said in ((3, consent), (1, consent), (2, not consent)):
        world.do(SetEngagement(contact="c-1", consent=said, at=start + day * DAY, by=COACH))
    assert Engagement(consent=consent) == world.contact("c-1").engagement


def test_dates_that_are_told_late_fit_those_that_were_told_since() -> None:
    """A beginning that is told late is not after the end that was told since: one of them is wrong."""
    world = practice()
    then = world.clock.now()
    world.clock.advance(days=1)
    world.do(SetEngagement(contact="c-1", until=date(2026, 3, 1), by=COACH))
    with pytest.raises(Invalid, match="until: is before the beginning of the engagement"):
        world.do(SetEngagement(contact="c-1", since=date(2026, 4, 1), at=then, by=COACH))


def firms() -> Crm[Any, Any]:
    """An internal hour with somebody of the one company, who is of the other one afterwards."""
    world = crm(COACHING)
    for firm in ("f-1", "f-2"):
        world.do(AddCompany(id=firm, name=firm.upper(), by=COACH))
    eve = someone(world, Coaching.ACTIVE_CLIENT, id="c-1", name="Eve", company="f-1")
    a_session(world, eve, session=was(pay=Pay.INTERNAL))
    world.clock.advance(days=1)
    return world


def organisations(world: Crm[Any, Any], **when: Any) -> list[str | None]:
    """Whose hours the log says that they are."""
    return [one.organisation for one in world.log(consent=Consent.NOT_REFUSED, **when).worked.sums]


def test_hours_are_those_of_the_company_at_the_session() -> None:
    """Who goes to another company takes none along, and the log of a past day stays what it was."""
    world = firms()
    then = world.clock.now()
    world.do(Edit(contact="c-1", company="f-2", by=COACH))
    world.clock.advance(days=1)
    a_session(world, world.contact("c-1"), session=was(pay=Pay.THIRD_PARTY))
    world.clock.advance(days=1)
    assert ["f-1", "f-2"] == organisations(world)
    assert ["f-1"] == organisations(world, as_of=then) == organisations(world, known=then)


def test_a_company_that_is_told_after_the_session_stands_in() -> None:
    """Where nobody had said one by then; not in the log of a day on which nobody had."""
    world = crm(COACHING)
    world.do(AddCompany(id="f-1", name="F-1", by=COACH))
    a_session(world, someone(world, Coaching.ACTIVE_CLIENT, id="c-1"), session=was(pay=Pay.INTERNAL))
    world.clock.advance(days=1)
    then = world.clock.now()
    world.clock.advance(days=1)
    world.do(Edit(contact="c-1", company="f-1", by=COACH))
    assert ["f-1"] == organisations(world)
    assert [None] == organisations(world, as_of=then)


def test_a_merged_contact_had_its_company() -> None:
    """The log of a day before the merge names it still."""
    world = firms()
    then = world.clock.now()
    someone(world, Coaching.ACTIVE_CLIENT, id="c-2", name="Eve")
    world.clock.advance(hours=1)
    world.do(Merge(contact="c-2", other="c-1", reason="the same", by=OWNER))
    assert ["f-1"] == organisations(world, as_of=then) == organisations(world)


def test_the_log_has_as_many_clients_as_the_hours() -> None:
    """Five people, coached as internal ones and for pay, are five clients, in the report and in the log."""
    world = crm(COACHING)
    firm = world.do(AddCompany(id="f-1", name="ACME GmbH", by=COACH)).id
    ada = someone(world, Coaching.ACTIVE_CLIENT, company=firm)
    a_session(world, ada, session=was(heads=5, group="g-1", pay=Pay.INTERNAL))
    a_session(world, ada, session=was(heads=5, group="g-1"), paid=True, start=NOON + DAY)
    world.clock.advance(days=2)
    assert 5 == world.hours().eligible.worked.heads == world.log().worked.heads


def test_an_engagement_keeps_what_is_not_given() -> None:
    """Each of its three facts is told by itself; what is so already changes nothing; it ends after it begins."""
    world = practice()
    world.do(SetEngagement(contact="c-1", since=date(2026, 1, 7), by=COACH))
    world.do(SetEngagement(contact="c-1", consent=True, by=COACH))
    assert Engagement(since=date(2026, 1, 7), consent=True) == world.contact("c-1").engagement
    assert not world.plan(SetEngagement(contact="c-1", consent=True, by=COACH)).events
    with pytest.raises(Invalid, match="until"):
        world.do(SetEngagement(contact="c-1", until=date(2026, 1, 6), by=COACH))
    world.do(SetEngagement(contact="c-1", since=None, consent=None, by=COACH))
    assert Engagement() == world.contact("c-1").engagement
    assert () == tuple(world.drift())


def test_hours_of_who_is_deleted_go_from_both_figures() -> None:
    """Hours live with the contact. Source: CC4."""
    world = practice()
    world.do(CHANGES["a deletion"])
    found = world.hours()
    assert (120, 120, 2) == (found.console.minutes, found.eligible.minutes, len(found))


@pytest.mark.parametrize("said", [None, was(group="g-1"), was(setting=Setting.TEAM)], ids=str)
def test_a_group_stays_as_large_as_it_was_when_one_of_it_is_deleted(said: Session | None) -> None:
    """What was too large to count does not come to count, and two do not become one client alone. Source: IC4, CC4."""
    world = crm(COACHING)
    people = [someone(world, Coaching.ACTIVE_CLIENT, id=f"c-{n}", email=f"n{n}@example.org") for n in range(16)]
    large, pair, alone = (a_session(world, *some, start=NOON + n * HOUR, session=said if n < 3 else None)
                          for n, some in enumerate((people, people[:2], people[:1]), 1))  # fmt: skip
    world.clock.advance(days=1)
    then, before = world.clock.now(), world.hours().eligible
    plan = world.plan(Delete(contact="c-0", by=OWNER))
    stays, goes = "appointment_stays", ("hours_removed", "hours_stop")
    assert {(stays, large.id), (stays, pair.id), *((code, alone.id) for code in goes)} == {
        (one.code, one.params["appointment"]) for one in plan.consequences
    }
    world.apply(plan)
    found = world.hours().eligible
    assert [pair.id] == [line.appointment.id for line in found if line.counted]
    (line,) = found.worked.sums
    assert (2, ("c-1",)) == (line.heads, line.members)
    assert line.setting is (said.setting if said and said.setting else Setting.GROUP)
    assert () == tuple(world.drift())
    assert before.minutes - 60 == world.hours(as_of=then).eligible.minutes == found.minutes


def crowd(count: int) -> tuple[Crm[Any, Any], list[Contact]]:
    """So many clients, `c-1` and on."""
    world = crm(COACHING)
    return world, [
        someone(world, Coaching.ACTIVE_CLIENT, id=f"c-{n}", email=f"n{n}@example.org") for n in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [2, 16])
def test_what_is_said_of_a_session_later_does_not_lose_who_was_deleted(count: int) -> None:
    """A group over the limit does not come to count, nor two become one, by saying how it was paid. Source: IC-A5."""
    world, people = crowd(count)
    session = a_session(world, *people).id
    world.clock.advance(days=1)
    world.do(Delete(contact="c-1", by=OWNER))
    world.do(DescribeSession(appointment=session, session=was(pay=Pay.PAID), by=COACH))
    found = world.hours().eligible
    assert [(Setting.GROUP, 2)][: count < 16] == [(line.setting, line.heads) for line in found.worked.sums]
    for wrong in (was(heads=count - 1), was(setting=Setting.INDIVIDUAL)):
        with pytest.raises(Invalid, match="session"):
            world.plan(DescribeSession(appointment=session, session=wrong, by=COACH))
    world.do(DescribeSession(appointment=session, session=was(heads=count), by=COACH))
    assert () == tuple(world.drift())


def test_who_was_deleted_is_no_stranger_in_any_group() -> None:
    """One less, however many groups it was: it was known by identity, and is a client no more. Source: IC-A6, CC4."""
    world, (ada, *others) = crowd(5)
    for n, other in enumerate(others, 1):
        a_session(world, ada, other, start=NOON + 2 * n * HOUR)
    a_session(world, ada, *others[:2], start=NOON + DAY, session=was(group="g-1", heads=6))
    a_session(world, *others[:2], start=NOON + 2 * DAY, session=was(group="g-1", heads=6))
    world.clock.advance(days=3)
    assert 5 + 3 == world.hours().eligible.worked.heads
    world.do(Delete(contact=ada.id, by=OWNER))
    worked = world.hours().eligible.worked
    assert (4 + 3, [2, 2, 2, 2, 6]) == (worked.heads, [line.heads for line in worked.sums])


@pytest.mark.parametrize("heads", [None, 16])
def test_a_deletion_and_a_merge_give_the_same_in_either_order(heads: int | None) -> None:
    """Sixteen, of whom two are one person and another one goes: fifteen attended, and fourteen are clients."""
    for order in ("merge", "delete"), ("delete", "merge"):
        world, people = crowd(16)
        session = a_session(world, *people, session=was(heads=heads))
        world.clock.advance(days=1)
        commands: dict[str, Any] = {
            "merge": Merge(contact="c-1", other="c-2", by=OWNER), "delete": Delete(contact="c-16", by=OWNER),
        }  # fmt: skip
        for which in order:
            world.do(commands[which])
        found = world.hours().eligible
        assert (60, 14, 15) == (found.minutes, found.worked.heads, world.appointment(session.id).people)
        assert [15] == [line.heads for line in found.worked.sums]
        assert () == tuple(world.drift())


@pytest.mark.parametrize(("said", "heads", "setting"), [(2, 1, Setting.INDIVIDUAL), (5, 4, Setting.GROUP)])
@pytest.mark.parametrize("way", ["merge", "delete"])
def test_heads_that_were_said_go_down_with_who_never_attended(
    way: str, said: int, heads: int, setting: Setting
) -> None:
    """Who came by two names came once, and who is deleted before the session does not come. Source: IC-A6, IC-A7."""
    world, (ada, bea) = crowd(2)
    session = a_session(world, ada, bea, session=was(heads=said))
    if way == "merge":
        world.clock.advance(days=1)
    world.do(Merge(contact="c-1", other="c-2", by=OWNER) if way == "merge" else Delete(contact="c-2", by=OWNER))
    world.clock.advance(days=1)
    (line,) = world.hours().eligible.worked.sums
    assert (heads, setting, ("c-1",)) == (line.heads, line.setting, line.members)
    assert (heads, 0) == (world.hours().eligible.worked.heads, world.appointment(session.id).left)
    assert () == tuple(world.drift())


def test_a_correction_keeps_how_many_had_attended() -> None:
    """What an appointment says of a status is put right; who was deleted had attended all the same."""
    world, _ = crowd(1)
    ada = someone(world, Coaching.PROSPECT, id="c-9", email="n9@example.org")
    session = a_session(world, ada, world.contact("c-1")).id
    world.clock.advance(days=1)
    world.do(Delete(contact="c-1", by=OWNER))
    world.do(Correct(contact="c-9", to=Coaching.ACTIVE_CLIENT, reason="a slip", by=OWNER))
    assert ((Attendee("c-9", Coaching.ACTIVE_CLIENT),), 1) == (
        world.appointment(session).attendees,
        world.appointment(session).left,
    )
    assert () == tuple(world.drift())


def test_a_group_to_come_is_without_who_is_deleted() -> None:
    """Nobody of that name will attend, so the session is with the other one alone."""
    world, (ada, bea) = crowd(2)
    session = a_session(world, ada, bea)
    world.do(Delete(contact=ada.id, by=OWNER))
    world.clock.advance(days=1)
    assert (None, 0, ["c-2"]) == (
        world.appointment(session.id).session,
        world.appointment(session.id).left,
        [attendee.contact for attendee in world.appointment(session.id).attendees],
    )
    assert [Setting.INDIVIDUAL] == [line.setting for line in world.hours().eligible.worked.sums]


def test_every_word_of_a_log_is_in_its_table() -> None:
    """Each activity says whether it counts and each pay whether it is paid, with a source; nothing is left out."""
    assert [*Activity] == [*ACTIVITIES]
    assert [*Pay] == [*PAYS]
    assert all(said.source for said in (*ACTIVITIES.values(), *PAYS.values()))


WRONG: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("credential", {"credential": None}, "credential"),
    ("credential", {"credential": ["ACC"]}, "credential"),
    ("credential", {"credential": "ACC", "version": []}, "version"),
    ("credential", {"credential": "ACC", "on": NOW}, "on"),
    ("credential", {"credential": "ACC", "on": "2026-01-01"}, "on"),
    ("credential", {"credential": "ACC", "trained": "2026"}, "trained"),
    ("credential", {"credential": "ACC", "pace": 10**6}, "pace"),
    ("credential", {"credential": "ACC", "holds": None}, "holds"),
    ("credential", {"credential": "ACC", "holds": [[1]]}, "holds"),
    ("credential", {"credential": "ACC", "coach": 5}, "coach"),
    ("hours", {"standard": 5}, "standard"),
    ("hours", {"coach": ""}, "coach"),
    ("log", {"consent": "given"}, "consent"),
    ("log", {"consent": True}, "consent"),
    ("log", {"relationship": "agreement"}, "relationship"),
    ("log", {"letters": 5}, "letters"),
    ("log", {"letters": {"f-1": 5}}, "letters.f-1"),
    ("log", {"standard": "ACC"}, "standard"),
]


@pytest.mark.parametrize(("question", "given", "field"), WRONG, ids=str)
def test_what_is_no_argument_is_told_by_its_name(question: str, given: dict[str, Any], field: str) -> None:
    """Above all consent: a wrong word lists nobody."""
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW))
    with pytest.raises(Invalid) as caught:
        getattr(crm, question)(**given)
    assert [field] == [problem.path for problem in caught.value.problems]


ASKED: Final = requirements("ACC")
BAD: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "no credential": (lambda: requirements(None), "credential"),  # type: ignore[arg-type]  # the wrong type is the case
    "no part": (lambda: credentials.progress(COACHING, ASKED, Worked(), on=TODAY).part("zzz"), "key"),
    "a part that is not asked for": (
        lambda: credentials.progress(COACHING, requirements("MCC"), Worked(), on=TODAY).part("recent"), "key",
    ),
    "a time for a day": (lambda: credentials.progress(COACHING, ASKED, Worked(), on=NOW), "on"),
    "no pace": (lambda: credentials.progress(COACHING, ASKED, Worked(), on=TODAY, pace=0), "pace"),
    "a name for requirements": (
        lambda: credentials.progress(COACHING, "ACC", Worked(), on=TODAY), "requirements",  # type: ignore[arg-type]  # the wrong type is the case
    ),
    "a report for what was worked": (
        lambda: credentials.progress(COACHING, ASKED, eligible(), on=TODAY), "worked",  # type: ignore[arg-type]  # the wrong type is the case
    ),
    "a naive start": (lambda: eligible(coached("c-1", start=TEN.replace(tzinfo=None))), "appointments[0].start"),
    "a naive end": (lambda: eligible(coached("c-1", end=TEN.replace(tzinfo=None))), "appointments[0].end"),
    "no such zone": (lambda: eligible(coached("c-1", zone="Mars/Olympus")), "appointments[0].zone"),
    "an empty zone": (lambda: eligible(coached("c-1", zone="")), "appointments[0].zone"),
    "a number for a standard": (
        lambda: eligibility.count(COACHING, (), now=NOW, standard=15), "standard",  # type: ignore[arg-type]  # the wrong type is the case
    ),
    "no clients": (lambda: log(Worked(), None), "clients"),  # type: ignore[arg-type]  # the wrong type is the case
    "a report for a log": (lambda: log(eligible(), {}), "worked"),  # type: ignore[arg-type]  # the wrong type is the case
}  # fmt: skip


def test_a_share_is_the_same_however_a_host_counts() -> None:
    """A host may have set its own numbers to a few digits, or to stop at what is not exact."""
    part = credentials.Part(key="hours", has=1, needs=3)
    usual = part.share
    with localcontext(prec=3) as own:
        own.traps[Inexact] = True
        assert usual == part.share


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_asked_for_is_told_by_its_name(name: str) -> None:
    """At the pure level too."""
    ask, path = BAD[name]
    with pytest.raises(Invalid) as caught:
        ask()
    assert [path] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["paid", "recent"])
def test_no_more_is_asked_for_than_there_are_hours(name: str) -> None:
    """Paid and recent hours are some of them, or all."""
    asked: dict[str, Any] = {"credential": "X", "version": "1", "hours": 10, "paid": 1, "clients": 1, "months": 1}
    found = Requirements(**{**asked, "recent": 10, name: 10})
    assert 10 == getattr(found, name)
    with pytest.raises(Invalid) as caught:
        Requirements(**{**asked, "recent": 10, name: 11})
    assert [name] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("on", [date.min, date.max])
def test_the_first_and_the_last_day_can_be_asked_for(on: date) -> None:
    """Windows end where the calendar does."""
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=FixedClock(NOW))
    found = crm.credential("ACC", on=on, pace=36525, trained=date.min, holds="pcc")
    assert (None, 0) == (found.earliest, found.part("hours").has)


def test_recent_hours_have_a_window() -> None:
    """Of a century at most."""
    asked: dict[str, Any] = {"credential": "X", "version": "1", "hours": 9, "paid": 1, "clients": 1}
    wrong: list[dict[str, Any]] = [{"recent": 5}, {"months": 5}, {"recent": 5, "months": 10**6}]
    for more in wrong:
        with pytest.raises(Invalid, match="months"):
            Requirements(**asked, **more)
