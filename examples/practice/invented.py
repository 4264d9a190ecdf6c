"""What the practice's exports are made of: invented names and words, chance from a seed, and the two kinds of row.

Local times are written as exports write them, without an offset; inside, every moment is an instant in UTC.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

SEED: Final = 20261122
BERLIN: Final = "Europe/Berlin"
NEW_YORK: Final = "America/New_York"
FIRST_DAY: Final = date(2025, 11, 24)
LAST_DAY: Final = date(2026, 11, 20)
LAST_BOOKED_DAY: Final = date(2026, 12, 18)
HOLIDAYS: Final = ((date(2025, 12, 22), date(2026, 1, 4)), (date(2026, 8, 3), date(2026, 8, 16)))
FRIDAY: Final = 4

ACTIVE, INACTIVE, HOT_LEAD, PROSPECT, BUYER = "Active Client", "Inactive Client", "Hot Lead", "Prospect", "Buyer"
SAMPLE, COACHING, CONSULTATION = "Sample Session", "Coaching Session", "Consultation"
HELD, CANCELLED, NO_SHOW, BOOKED = "Held", "Cancelled", "No show", "Booked"

CONTACT_COLUMNS: Final = (
    "Contact ID", "First Name", "Last Name", "E-mail", "Phone", "Status", "Status Since", "Created", "Groups", "Tags",
    "Time Zone", "Credentials", "Products",
)  # fmt: skip
APPOINTMENT_COLUMNS: Final = (
    "Appointment ID", "Contact IDs", "Kind", "Booked On", "Start", "Minutes", "Actual Minutes", "Time Zone", "State",
    "Paid", "Notes",
)  # fmt: skip

BERLIN_NAMES: Final = """
Katharina/Albers Jonas/Bäumer Friederike/Claßen Tobias/Dörfler Sükran/Erdem Henrike/Feldkamp Matthias/Gröning Ayşe/Aksoy
Lena/Imhoff Björn/Jessen Marlene/Köppen Stefan/Lübbers Ulrike/Möhring Carsten/Nölting Beate/Oßwald Florian/Pächter
Judith/Quandt Rüdiger/Röhl Annika/Sänger Thorben/Thiele Solveig/Uhlig Gernot/Vößing Paulina/Wölfel Kersten/Xander
Mirjam/Yavuz Dörte/Zeller Anselm/Ahrens Birgit/Böhme Cornelius/Dahl Désirée/Eilers Emre/Fuchs Franziska/Gößling
Gesine/Hübner Holger/Isensee Inken/Jürgens Jannik/Krüger Käthe/Lohmann Lorenz/Märtens Maren/Nagel Niklas/Öhlschläger
Olga/Pröll Philipp/Rausch Renate/Schäfer Sönke/Tönnies Tamara/Vogt Valentin/Wüst Wiebke/Zöllner Xenia/Althoff
Yannick/Brüning Zoë/Christiansen Adelheid/Düsing Bastian/Ehlers Clemens/Förster Dagmar/Gläser Eike/Höfer Fabian/Ipsen
Greta/Jäckel Hannes/Kühl Ines/Lüders Jasper/Mühlbauer Karla/Nissen Leif/Overbeck Mechthild/Prüfer Nadja/Rösler
Ortrud/Stüwe Pia/Trautmann Quirin/Vöge Rosalie/Weißhaupt Sebastian/Zühlke Theda/Ackermann Uwe/Behrens Verena/Cölle
Wolfram/Deichmann Elif/Özkan Moritz/Fährmann Nele/Grütters Ole/Hansen Petra/Jöhnk Ragna/Kießling
Alva/Brinkmann Detlef/Cramer Emilia/Dreßler Falko/Engelhardt Gundula/Färber Hilmar/Göbel Isolde/Haßler Joachim/Irmler
Konstanze/Jäger Ludger/Kämmerer
"""
NEW_YORK_NAMES: Final = """
Deborah/Ashworth Marcus/Bellamy Shanice/Cole Patrick/O'Dwyer Renée/Fontaine Theodore/Grant Yolanda/Hastings Ian/Jacobson
Keisha/Lambert Miguel/Navarro Priya/Raman Samuel/Stern Tessa/Underhill Victor/Wexler Amelia/York Brandon/Zielinski
Claire/Abbott Dominic/Farrow Eleanor/Gibbs Hugo/Marsh
"""
SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    str.lower, str.upper, lambda label: label + " ", lambda label: label.replace(" ", "  ") + "  ", str.capitalize,
)  # fmt: skip
GROUP_NAMES: Final = ("Leadership Circle", "Career Restart", "Women, Work & Money", "Alumni", 'Club "Mut zur Lücke"')
TAGS: Final = ("newsletter", "podcast", "referral: Ilse, Köln", "invoice by post", "vegan", "workshop 2025", "LinkedIn")
PRODUCTS: Final = ("PR-101", "PR-102", "PR-110", "PR-204", "PR-310")
NOTES: Final = (
    "by phone", "in person, room 2", 'asked for "more structure"', "Übungen bis nächste Woche", "moved once already",
    "invoice no. 2026-0417, sent", "video", "brings her own agenda; values first", "follow up: team, boss",
)  # fmt: skip


class Dice:
    """Chance from a seed. Only `Random.random` is drawn: its numbers are promised to be the same on every Python."""

    def __init__(self, seed: int) -> None:
        """Start at the seed."""
        self._draw = Random(seed).random

    def chance(self, share: float) -> bool:
        """Say yes in this share of the calls."""
        return self._draw() < share

    def between(self, low: int, high: int) -> int:
        """Give a whole number from low to high, both included."""
        return low + int(self._draw() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Give one of the things."""
        return things[int(self._draw() * len(things))]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """Give this many different things, in the order in which they stand."""
        left = list(range(len(things)))
        while len(left) > count:
            del left[self.between(0, len(left) - 1)]
        return [things[index] for index in left]


def at(day: date, hour: int, minute: int = 0, zone: str = BERLIN) -> datetime:
    """Give the instant of a local wall time; in a fold the first of the two."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def wall(moment: datetime, zone: str) -> str:
    """Write an instant as the export does: local date and time, no offset."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def days(count: int) -> timedelta:
    """Give a span of days."""
    return timedelta(days=count)


def holiday(day: date) -> bool:
    """Say whether the practice is closed on this day."""
    return any(first <= day <= last for first, last in HOLIDAYS)


@dataclass(slots=True, eq=False)
class Person:
    """One row of contacts.csv; `spoiled` overwrites cells of it."""

    first: str
    last: str
    zone: str
    status: str
    created: date
    since: datetime | None = None
    since_is_a_day: bool = False
    pays: bool = True
    left: date = LAST_BOOKED_DAY
    id: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    spoiled: dict[str, str] = field(default_factory=dict)

    def row(self) -> list[str]:
        """Write the cells in the order of the columns."""
        since = "" if self.since is None else wall(self.since, self.zone)
        cells = {
            "Contact ID": self.id, "First Name": self.first, "Last Name": self.last, "Time Zone": self.zone,
            "Status Since": since[:10] if self.since_is_a_day else since, "Created": self.created.isoformat(),
        }  # fmt: skip
        cells |= self.cells | self.spoiled
        return [cells[column] for column in CONTACT_COLUMNS]


@dataclass(slots=True, eq=False)
class Session:
    """One row of appointments.csv; `spoiled` overwrites cells of it."""

    people: list[Person]
    kind: str
    booked: datetime | None
    start: datetime
    minutes: int
    zone: str
    state: str = HELD
    actual: int | None = None
    paid: str = "yes"
    notes: str = ""
    moved: timedelta = timedelta(0)
    id: str = ""
    spoiled: dict[str, str] = field(default_factory=dict)

    def row(self) -> list[str]:
        """Write the cells in the order of the columns."""
        cells = {
            "Appointment ID": self.id, "Contact IDs": ";".join(person.id for person in self.people), "Kind": self.kind,
            "Booked On": "" if self.booked is None else wall(self.booked, self.zone), "State": self.state,
            "Start": wall(self.start, self.zone), "Minutes": str(self.minutes), "Paid": self.paid, "Notes": self.notes,
            "Actual Minutes": "" if self.actual is None else str(self.actual), "Time Zone": self.zone,
        }  # fmt: skip
        cells |= self.spoiled
        return [cells[column] for column in APPOINTMENT_COLUMNS]


def address(dice: Dice, first: str, last: str) -> str:
    """Make an address as people type it: some in mixed case, some with blanks around."""
    plain = f"{first}.{last}".replace("'", "")
    for letter, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ö", "Oe"), ("ß", "ss")):
        plain = plain.replace(letter, written)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    domain = dice.pick(("example.org", "example.com", "example.net"))
    typed = dice.pick(("{}@{}", "{}@{}", " {}@{}", "{}@{}  ")).format(plain, domain)
    return typed if dice.chance(0.3) else typed.upper() if dice.chance(0.06) else typed.lower()


def phone(dice: Dice, zone: str) -> str:
    """Make a number out of the ranges that are kept for invented ones, in many notations; often none."""
    if dice.chance(0.25):
        return ""
    berlin = ("+49 30 23125{0:03}", "030/23125 {0:03}", "0171-39200{1:02}", "+49 (0)171 39200{1:02}")
    new_york = ("+1 212 555 01{1:02}", "(212) 555-01{1:02}", "21255501{1:02}")
    number = dice.between(100, 199)
    return dice.pick(berlin if zone == BERLIN else new_york).format(number, number - 100)


class Calendar:
    """The coach's one calendar: what is held in it does not overlap, unless it is held on purpose."""

    def __init__(self) -> None:
        """Start with nothing in it."""
        self.busy: list[tuple[datetime, datetime]] = []

    def hold(self, start: datetime, minutes: int) -> datetime:
        """Take this time out of the calendar."""
        self.busy.append((start, start + timedelta(minutes=minutes)))
        return start

    def slot(self, day: date, hour: int, zone: str, minutes: int) -> datetime:
        """Take the free time nearest to the wish: that day, or a following working day."""
        while day.weekday() > FRIDAY or holiday(day):
            day += days(1)
        opens, closes = at(day, 8), at(day, 21)
        for step in (0, 30, -30, 60, -60, 90, -90, 120, -120, 180, -180):
            start = at(day, hour, 0, zone) + timedelta(minutes=step)
            end = start + timedelta(minutes=minutes)
            if opens <= start and end <= closes and all(end <= taken or start >= over for taken, over in self.busy):
                return self.hold(start, minutes)
        return self.slot(day + days(1), hour, zone, minutes)


def contact_cells(dice: Dice, person: Person) -> dict[str, str]:
    """Fill the cells in which people write as they like."""
    status = person.status
    credentials = {ACTIVE: ("yes",), BUYER: ("yes",), HOT_LEAD: ("yes", "no", ""), INACTIVE: ("yes", "yes", "no")}
    bought = status == BUYER or dice.chance(0.08)
    cells = {
        "Status": dice.pick(SPELLINGS)(status) if dice.chance(0.2) else status,
        "E-mail": address(dice, person.first, person.last), "Phone": phone(dice, person.zone),
        "Groups": ("; " if dice.chance(0.2) else ";").join(dice.some(GROUP_NAMES, dice.pick((0, 0, 0, 1, 1, 2)))),
        "Tags": ";".join(dice.some(TAGS, dice.pick((0, 0, 1, 1, 2, 3)))),
        "Credentials": dice.pick(credentials.get(status, ("", "", "no", "yes"))),
        "Products": ";".join(dice.some(PRODUCTS, dice.between(1, 2) if bought else 0)),
    }  # fmt: skip
    if cells["Credentials"] != "yes" and dice.chance(0.3):
        cells["E-mail"] = ""
    return cells
