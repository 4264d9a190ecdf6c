"""Opening hours that know the public holidays. Needs the extra: `pip install funnelkit[holidays]`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from funnelkit.errors import invalid, unknown
from funnelkit.ports.calendar import Calendar
from funnelkit.times import Span, Week

try:
    from holidays import country_holidays, list_supported_countries
except ImportError as missing:
    raise ImportError("the package holidays is missing; pip install funnelkit[holidays]") from missing


class HolidayCalendar:
    """The hours of a week, and closed on public holidays, e.g. of Berlin: `HolidayCalendar("DE", "BE")`.

    The package knows the years 1901 to 2100; outside of these the week alone counts.
    """

    def __init__(self, country: str, subdivision: str | None = None, week: Calendar = Week()) -> None:
        known = list_supported_countries()
        if country not in list(known):
            raise invalid("country", "is no country that the package knows; give the code of ISO 3166-1, e.g. 'DE'")
        parts = [*known[country], *country_holidays(country).subdivisions_aliases]
        if subdivision is not None and subdivision not in parts:
            raise invalid("subdivision", unknown("subdivision", subdivision, country, known[country] or ["none"]))

        @cache  # a year is made at once, so that threads never see half of it
        def closed(year: int) -> frozenset[date]:
            return frozenset(country_holidays(country, subdiv=subdivision, years=year))

        self._closed = closed
        self._week = week

    def open_on(self, day: date) -> Iterable[Span]:
        """Give the week's spans of this day, nothing on a public holiday."""
        return () if day in self._closed(day.year) else self._week.open_on(day)
