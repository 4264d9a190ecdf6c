"""Rules asked about a host's own rows, without a service: what is no fact is refused, and never allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    Actor,
    Appointment,
    Funnel,
    Invalid,
    Kind,
    Right,
    Role,
    UnknownStatus,
    Where,
)
from funnelkit.policy import StatusWhen
from funnelkit.requirements import requirements
from funnelkit.rules import access, booking, certification, conversion, credentials, eligibility, follow_up, removal
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.appointment import Happening as Changed
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.appointment import Attendee
from funnelkit.values.worked import Worked
from funnelkit.words import Grant

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
COACH: Final = Actor(id="m-1", role=Role.COACH)
CLIENT: Final = Actor(id="c-1", role=Role.CLIENT)
ON_MY_OWN_ROWS: Final[Mapping[str, tuple[Callable[[Any], object], Mapping[str, Any], Mapping[str, Sequence[Any]]]]] = {
    "access.may": (
        lambda case: access.may(COACHING, access.Case(**case)),
        {"status": Coaching.ACTIVE_CLIENT, "right": Right.LOG_IN},
        {
            "portal": ("active", None), "standing": ("archived", None), "item": ([], 5), "permitted": (None, "form-12"),
            "owned": (None, b"x"), "onboarding": ("", None), "facts": (None, {"agreement": "no"}, ["agreement"]),
            "contact": (5,),
        },
    ),
    "access.rights": (
        lambda case: access.rights(COACHING, access.Case(**case)),
        {"status": Coaching.ACTIVE_CLIENT},
        {"portal": ("active",), "facts": ({"agreement": "no"},)},
    ),
    "booking.may_book": (
        lambda case: booking.may_book(COACHING, booking.Case(**case)),
        {"status": Coaching.PROSPECT, "kind": Kind.SAMPLE, "by": CLIENT, "where": Where.PUBLIC},
        {
            "kind": ("sample", "nonsense"), "where": ("portal", "staff", None), "may_log_in": ("no", None),
            "by": (None, "c-1"), "opened": ("sample", None), "overlaps": ("", None), "facts": ({"public_booking": 1},),
        },
    ),
    "booking.is_offered": (
        lambda case: booking.is_offered(COACHING, booking.Case(**case)),
        {"status": Coaching.PROSPECT, "kind": Kind.SAMPLE, "by": CLIENT, "where": Where.PUBLIC},
        {"kind": ("sample",), "where": ("portal", None), "may_log_in": ("no",), "facts": ({"public_booking": 1},)},
    ),
    "booking.may_change": (
        lambda case: booking.may_change(COACHING, booking.Change(**case)),
        {"state": AppointmentStatus.BOOKED, "on": Changed.CANCELLED, "by": CLIENT, "own": True},
        {"state": ("booked", None), "on": ("held", None), "by": (None,), "own": ("no",), "begun": ("no", None)},
    ),
    "certification.counts": (
        lambda case: certification.counts(COACHING, certification.Case(**case)),
        {"status": Coaching.ACTIVE_CLIENT},
        {"state": ("cancelled", None), "ended": ("no",), "taken": ("today",), "always": ("no",)},
    ),
    "conversion.may_convert": (
        lambda case: conversion.may_convert(AGENCY, conversion.Case(**case)),
        {"now": "lead", "to": "client", "by": COACH, "facts": {"email": True}},
        {
            "facts": ({"email": "no"}, None, ["email"]), "by": (None, "m-1"), "standing": ("archived", None),
            "attempt": (-1, "1", True), "notes": ("no",), "contact": (5,),
        },
    ),
    "conversion.may_enter": (
        lambda case: conversion.may_enter(COACHING, conversion.Case(**case)),
        {"to": "prospect", "by": COACH},
        {"standing": ("archived",), "by": (None,)},
    ),
    "conversion.options": (
        lambda case: conversion.options(AGENCY, conversion.Case(**case)),
        {"now": "lead", "by": COACH},
        {"facts": ({"email": "no"},)},
    ),
    "credentials.may_apply": (
        lambda case: credentials.may_apply(COACHING, credentials.Case(**case)),
        {
            "credential": "ACC 2022", "minutes": 6000, "paid": 4500, "clients": 8, "needs_minutes": 6000,
            "needs_paid": 4500, "needs_clients": 8, "needs_recent": None, "holds": ("ACC",), "needs_one_of": ("ACC",),
        },
        {
            "credential": (None, 5), "minutes": ("6000", -1, None), "clients": (8.5,), "needs_paid": (None,),
            "needs_recent": ("25",), "months": ("18",), "trained": ("no", None), "holds": ("ACC", [], (5,)),
            "needs_one_of": (None, (None,)),
        },
    ),
    "eligibility.counts": (
        lambda case: eligibility.counts(COACHING, eligibility.Case(**case)),
        {},
        {
            "activity": ("coaching", None), "state": ("cancelled", None), "ended": ("no",), "live": ("no", None),
            "engaged": ("no", 0), "pay": ("internal",), "direct_report": ("no",), "heads": ("9", None, -1),
            "limit": ("5",), "trained": ("no",),
        },
    ),
    "follow_up.may_schedule": (
        lambda case: follow_up.may_schedule(FRANCHISE, follow_up.Case(**case)),
        {"by": COACH, "when": NOW, "due": NOW, "attempt": 1},
        {
            "when": (NOW.replace(tzinfo=None), None), "due": ("2026-11-22", NOW.replace(tzinfo=None)),
            "attempt": (-3, 1.5), "standing": ("archived",), "blocked": ("no", None), "notes": ("no",), "by": (None,),
            "follow_up": ("f-1",), "lapsed": (None,),
        },
    ),
    "removal.may_delete": (
        lambda case: removal.may_delete(STUDIO, removal.Case(**case)),
        {"by": COACH},
        {"standing": ("archived",), "ties": ("invoice", None, ["invoice"]), "by": (None,)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("question", ON_MY_OWN_ROWS)
def test_a_case_of_a_host_s_own_rows_is_looked_at_before_it_is_answered(question: str) -> None:
    """A fact of another sort is no fact: it neither allows nor breaks, whatever was asked rightly before."""
    ask, good, wrongs = ON_MY_OWN_ROWS[question]
    ask(good)
    for field, given in wrongs.items():
        for wrong in given:
            with pytest.raises(Invalid) as caught:
                ask({**good, field: wrong})
            assert [field] == [problem.path for problem in caught.value.problems]
    ask(good)


@pytest.mark.parametrize("question", ON_MY_OWN_ROWS)
def test_a_question_of_the_rules_names_a_funnel_and_a_case_that_are_none(question: str) -> None:
    """Both at once."""
    rules, _, ask = question.partition(".")
    given: Any = {"access": access, "booking": booking, "certification": certification, "conversion": conversion}
    given |= {"credentials": credentials, "eligibility": eligibility, "follow_up": follow_up, "removal": removal}
    with pytest.raises(Invalid) as caught:
        getattr(given[rules], ask)(None, "a case")
    assert ["funnel", "case"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("count", [certification.count, eligibility.count])
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("state", {"state": "cancelled"}),
        ("state", {"state": "missed"}),
        ("actual", {"actual": -5}),
        ("actual", {"actual": 1.5}),
        ("actual", {"actual": "60"}),
        ("actual", {"actual": 10**9}),
        ("end", {"end": NOW - 9 * DAY}),
        ("end", {"end": None}),
        ("start", {"start": "2026-01-01"}),
        ("start", {"start": NOW.replace(tzinfo=None)}),
        ("attendees", {"attendees": "c"}),
        ("attendees", {"attendees": (("c-1", Coaching.PROSPECT),)}),
    ],
)
def test_an_appointment_that_cannot_be_is_no_hour(path: str, changes: Mapping[str, Any], count: Any) -> None:
    """A log of hours is handed in: what is wrong with a row is told, by its place, and nothing is counted."""
    rows = [_held("a-1", Coaching.ACTIVE_CLIENT), evolve(_held("a-2", Coaching.ACTIVE_CLIENT), **changes)]
    with pytest.raises(Invalid) as caught:
        count(COACHING, rows, now=NOW + DAY)
    assert f"appointments[1].{path}" in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("kind", {"kind": "nonsense"}),
        ("zone", {"zone": None}),
        ("zone", {"zone": "Mars"}),
        ("paid", {"paid": "no"}),
        ("session", {"session": {}}),
        ("start", {"start": NOW.replace(tzinfo=None), "actual": 60}),
        ("attendees", {"attendees": (Attendee("c-1"), Attendee(5))}),  # type: ignore[arg-type]  # it is what is asked
    ],
)
def test_what_a_credential_is_counted_by_cannot_be_either(path: str, changes: Mapping[str, Any]) -> None:
    """The facts of the session are looked at where they decide: by the place of the row, and nothing is counted."""
    rows = [_held("a-1", None), evolve(_held("a-2", None), **changes)]
    with pytest.raises(Invalid) as caught:
        eligibility.count(COACHING, rows, now=NOW + DAY)
    assert [f"appointments[1].{path}"] == [problem.path for problem in caught.value.problems]


def test_hours_are_counted_by_a_funnel_that_was_derived_and_by_no_other_ones_statuses() -> None:
    """What would count under other rules is asked under another name; a status of another product is none here."""
    row = _held("a-1", Coaching.BUYER)
    what_if: Funnel[Any, Any] = COACHING.derive("what_if", hours={Coaching.BUYER: Grant.YES})
    assert (0, 60) == tuple(certification.count(f, [row], now=NOW + DAY).minutes for f in (COACHING, what_if))
    with pytest.raises(UnknownStatus):
        certification.count(COACHING, [_held("a-1", Agency.CLIENT)], now=NOW + DAY)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("funnel", {"funnel": None}),
        ("appointments", {"appointments": None}),
        ("appointments[0]", {"appointments": "a"}),
        ("appointments[0]", {"appointments": [{}]}),
        ("today", {"today": [("c-1", Coaching.PROSPECT)]}),
        ("then", {"then": 5}),
        ("coach", {"coach": 5}),
    ],
)
def test_what_hours_are_counted_with_is_looked_at(path: str, given: Mapping[str, Any]) -> None:
    """By its name."""
    asked: Any = {"funnel": COACHING, "appointments": [], "now": NOW, **given}
    with pytest.raises(Invalid) as caught:
        certification.count(asked.pop("funnel"), asked.pop("appointments"), **asked)
    assert [path] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("funnel", {"funnel": None}),
        ("appointments", {"appointments": None}),
        ("appointments[0]", {"appointments": "a"}),
        ("appointments[0]", {"appointments": [None]}),
        ("now", {"now": None}),
        ("standard", {"standard": 15}),
    ],
)
def test_what_hours_for_a_credential_are_counted_with_is_looked_at(path: str, given: Mapping[str, Any]) -> None:
    """By its name."""
    asked: Any = {"funnel": COACHING, "appointments": [], "now": NOW, **given}
    with pytest.raises(Invalid) as caught:
        eligibility.count(asked.pop("funnel"), asked.pop("appointments"), **asked)
    assert [path] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("path", "given"), [("holds", {"holds": None}), ("holds", {"holds": [5]}), ("trained", {"trained": "no"})]
)
def test_what_is_said_of_a_credential_is_looked_at(path: str, given: Mapping[str, Any]) -> None:
    """What is held, and whether it is known when training began."""
    with pytest.raises(Invalid) as caught:
        credentials.progress(COACHING, requirements("MCC"), Worked(), on=NOW.date(), **given)
    assert [path] == [problem.path for problem in caught.value.problems]


def test_what_a_host_s_own_function_raises_is_its_own() -> None:
    """It is not taken for a fault of the rows."""

    def then(contact: str, moment: datetime) -> Any:
        raise TypeError(contact, moment)

    funnel = COACHING.with_policy(certification={"status_when": StatusWhen.AT_SESSION})
    with pytest.raises(TypeError):
        certification.count(funnel, [_held("a-1", None)], now=NOW + DAY, then=then)


def test_an_appointment_without_attendees_has_its_line() -> None:
    """Nobody is known, so it does not count, and it says so."""
    (line,) = certification.count(COACHING, [evolve(_held("a-1", None), attendees=())], now=NOW + DAY)
    assert (False, ()) == (line.counted, line.attendees)


def _held(id: str, status: Any) -> Appointment:
    """Given an hour that has passed, of a contact that had this status at booking."""
    return Appointment(
        id=id, funnel="coaching", coach="m-1", kind=Kind.SESSION, start=NOW, end=NOW + HOUR, zone="UTC",
        attendees=(Attendee("c-1", status),), booked=NOW,
    )  # fmt: skip
