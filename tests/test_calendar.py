"""Opening hours that know the public holidays, by the real package."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from funnelkit import Invalid
from funnelkit.adapters.holidays import HolidayCalendar
from funnelkit.ports.calendar import Calendar
from funnelkit.times import BusinessTime, Span, Week, wall

BERLIN: Final = "Europe/Berlin"
OPEN: Final = (Span("09:00", "17:00"),)
MORNINGS: Final = (Span("08:00", "12:00"),)


def at(text: str) -> datetime:
    """Give the instant of what stands on the wall in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))


def shown(moment: datetime) -> str:
    """Give what stands on the wall in Berlin."""
    return wall(moment, BERLIN).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("subdivision", "day", "expected"),
    [
        # a part of Germany, a day, what is open
        (None, "2026-04-02", OPEN),
        (None, "2026-04-03", ()),  # Good Friday
        (None, "2026-04-06", ()),  # Easter Monday
        (None, "2026-04-04", ()),  # a Saturday
        (None, "2027-03-26", ()),  # Good Friday of another year
        (None, "2027-04-02", OPEN),
        (None, "2027-03-08", OPEN),
        ("BE", "2027-03-08", ()),  # International Women's Day, a Monday, in Berlin
        ("Berlin", "2027-03-08", ()),
        ("BY", "2027-03-08", OPEN),
        ("BE", "2018-03-08", OPEN),  # before it was one
        ("BE", "2026-03-08", ()),  # a Sunday
        ("BE", "2026-01-06", OPEN),
        ("BY", "2026-01-06", ()),  # Epiphany, in Bavaria
        ("BW", "2026-01-06", ()),
        ("BE", "2150-01-01", OPEN),  # beyond what the package knows: a Thursday like any other
    ],
)
def test_a_public_holiday_is_closed_where_it_is_one(
    subdivision: str | None, day: str, expected: tuple[Span, ...]
) -> None:
    """In the whole country or in a part of it, in each year for itself."""
    assert expected == tuple(HolidayCalendar("DE", subdivision).open_on(date.fromisoformat(day)))


def test_other_countries_have_other_holidays() -> None:
    """On 4 July 2025, a Friday, Germany works. A holiday on a Saturday may be observed on the Friday before."""
    for country, expected in (("US", ()), ("USA", ()), ("DE", OPEN)):
        assert expected == tuple(HolidayCalendar(country).open_on(date(2025, 7, 4)))
    assert () == tuple(HolidayCalendar("US").open_on(date(2026, 7, 3)))
    assert () == tuple(HolidayCalendar("US").open_on(date(2021, 12, 31)))  # New Year's Day of 2022


def test_the_week_is_the_hosts_own() -> None:
    """Its spans and its days off hold; so does a calendar in its place, e.g. of another part of the country."""
    week = Week(days=(MORNINGS,) * 6 + ((),), closed=frozenset({date(2026, 12, 24)}))
    calendar = HolidayCalendar("DE", "BE", week)
    days = [date(2026, 12, 23) + timedelta(days=n) for n in range(7)]
    assert [MORNINGS, (), (), (), (), MORNINGS, MORNINGS] == [tuple(calendar.open_on(day)) for day in days]
    both = HolidayCalendar("DE", "BY", HolidayCalendar("DE", "BE"))
    found = [tuple(both.open_on(date.fromisoformat(day))) for day in ("2027-03-08", "2027-01-06", "2027-03-09")]
    assert [(), (), OPEN] == found


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        # Good Friday is 3 April 2026, Easter Monday the 6th
        ("2026-04-02 16:00", BusinessTime(hours=1), "2026-04-02 17:00"),
        ("2026-04-02 16:00", BusinessTime(hours=2), "2026-04-07 10:00"),
        ("2026-04-03 12:00", BusinessTime(hours=2), "2026-04-07 11:00"),
        ("2026-04-01 09:00", BusinessTime(hours=24), "2026-04-07 17:00"),
        ("2026-04-02 16:00", BusinessTime(days=1), "2026-04-07 16:00"),
        ("2026-04-01 16:00", BusinessTime(days=2), "2026-04-07 16:00"),
        ("2026-04-05 07:00", BusinessTime(days=1), "2026-04-07 09:00"),
        ("2026-04-06 20:00", BusinessTime(days=2), "2026-04-08 17:00"),
        # over the change of the clock on 29 March as well
        ("2026-03-27 16:00", BusinessTime(hours=40), "2026-04-07 16:00"),
        ("2026-03-27 16:00", BusinessTime(days=6), "2026-04-08 16:00"),
    ],
)
def test_business_time_goes_over_easter(start: str, length: BusinessTime, end: str) -> None:
    """In Berlin, 2026: from Thursday to Tuesday nothing is open."""
    assert end == shown(length.after(at(start), BERLIN, HolidayCalendar("DE", "BE").open_on))


def test_a_week_is_a_calendar() -> None:
    """Whoever needs no holidays needs no adapter."""
    calendars: list[Calendar] = [Week(), HolidayCalendar("DE")]
    assert [OPEN, OPEN] == [tuple(each.open_on(date(2026, 4, 2))) for each in calendars]
    assert [OPEN, ()] == [tuple(each.open_on(date(2026, 4, 3))) for each in calendars]


@pytest.mark.parametrize("country", ["Germany", "de", "XX", "NYSE", "country_holidays", "", 49, None, ["DE"]])
def test_an_unknown_country_is_refused(country: Any) -> None:
    """What would be right is said, what came is not."""
    with pytest.raises(Invalid) as wrong:
        HolidayCalendar(country)
    message = "is no country that the package knows; give the code of ISO 3166-1, e.g. 'DE'"
    assert [("country", message)] == [(each.path, each.message) for each in wrong.value.problems]


@pytest.mark.parametrize(
    ("country", "subdivision", "message"),
    [
        ("DE", "BEE", "unknown subdivision 'BEE' in DE; did you mean 'BE'? known: BB, BE, "),
        ("DE", "Bundesrepublik", "unknown subdivision in DE; known: BB, BE, "),
        ("DE", "", "unknown subdivision in DE; known: BB, BE, "),
        ("DE", 3, "a subdivision of DE is needed, not an int; known: BB, BE, "),
        ("DE", ["BE"], "a subdivision of DE is needed, not a list; known: BB, BE, "),
        ("VA", "BE", "unknown subdivision in VA; known: none"),
    ],
)
def test_an_unknown_subdivision_is_refused(country: str, subdivision: Any, message: str) -> None:
    """The known ones are named; what came is quoted only where it is nearly one of them."""
    with pytest.raises(Invalid) as wrong:
        HolidayCalendar(country, subdivision)
    (found,) = wrong.value.problems
    assert ("subdivision", message) == (found.path, found.message[: len(message)])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how to install it."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    monkeypatch.delitem(sys.modules, "funnelkit.adapters.holidays")
    with pytest.raises(ImportError, match=r"pip install funnelkit\[holidays\]"):
        import_module("funnelkit.adapters.holidays")


def test_only_the_adapter_loads_the_package() -> None:
    """`import funnelkit`, the ports and the other adapters do without it."""
    program = (
        "import sys, funnelkit, funnelkit.ports.calendar, funnelkit.adapters.memory, funnelkit.adapters.system; "
        "print('holidays' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert "False" == done.stdout.strip()
