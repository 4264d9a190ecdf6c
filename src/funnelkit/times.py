"""Time that says what it means: elapsed, local days, business time. No bare timedelta on a local time.

Instants are aware and in UTC. A period that starts and ends is half open: the start belongs to it, the end does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from funnelkit.errors import invalid, kind_of


def instant(moment: object, path: str) -> datetime:
    """Give this moment in UTC; refuse a naive one, naming the field. The hot paths pass UTC and pay one comparison."""
    if not isinstance(moment, datetime):
        raise invalid(path, f"a date and time with a zone is needed, not {kind_of(moment)}")
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise invalid(path, "the time has no zone; give an aware one, e.g. datetime(2026, 11, 22, 9, tzinfo=UTC)")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise invalid(path, "this time lies beyond the calendar") from None


def later(moment: datetime, length: timedelta, path: str) -> datetime:
    """Give the instant that much later, or refuse one beyond the calendar."""
    try:
        return moment + length
    except OverflowError:
        raise invalid(path, "this time lies beyond the calendar") from None


def zone(name: object, path: str) -> str:
    """Give the name of this time zone back if there is one, e.g. `Europe/Berlin`."""
    return _place(name, path).key


def local(wall: datetime, name: str, path: str) -> datetime:
    """Give the instant of this wall time in that zone. A time that the clock skips is refused; of two, the first.

    `wall` is naive. Raises Invalid for a time that does not exist there (a spring change of the clock).
    """
    place = _place(name, path)
    there = wall.replace(tzinfo=place, fold=0)
    moment = there.astimezone(UTC)
    if moment.astimezone(place) != there:  # within one zone Python compares what stands on the wall
        raise invalid(path, f"this time does not exist in {name}: the clock goes forward over it")
    return moment


def _place(name: object, path: str) -> ZoneInfo:
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (KeyError, ValueError, OSError):
        raise invalid(path, "is no known time zone; give an IANA name, e.g. 'Europe/Berlin'") from None


@frozen(init=False)
class Elapsed:
    """A length of real time, whatever the clocks on the wall do: `Elapsed(hours=48)`. Counted in whole seconds."""

    seconds: int

    def __init__(self, *, hours: int = 0, minutes: int = 0, seconds: int = 0) -> None:
        """Add up the parts; a length may be nothing but not negative."""
        total = hours * 3600 + minutes * 60 + seconds
        if total < 0:
            raise invalid("elapsed", "a length of time cannot be negative")
        self.__attrs_init__(total)

    def after(self, moment: datetime) -> datetime:
        """Give the instant this long after that one, in UTC."""
        return later(instant(moment, "moment"), timedelta(seconds=self.seconds), "moment")
