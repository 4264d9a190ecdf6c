"""One coaching practice's year as its old system exports it: contacts.csv and appointments.csv, always the same bytes.

The year runs from 2025-11-24 to 2026-11-20, "today" is 2026-11-22. People, addresses and numbers are invented. A bad
row is a flawless row with something spoiled (`spoiled_people` and `spoiled_sessions` name each kind); every other row
is good.
Run as `python generate.py [FOLDER]`; without a folder the committed files beside this one are written anew.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from invented import (
    ACTIVE,
    APPOINTMENT_COLUMNS,
    BERLIN,
    BERLIN_NAMES,
    BOOKED,
    BUYER,
    CANCELLED,
    COACHING,
    CONSULTATION,
    CONTACT_COLUMNS,
    FIRST_DAY,
    HELD,
    HOT_LEAD,
    INACTIVE,
    LAST_BOOKED_DAY,
    LAST_DAY,
    NEW_YORK,
    NEW_YORK_NAMES,
    NO_SHOW,
    NOTES,
    PROSPECT,
    SAMPLE,
    SEED,
    Calendar,
    Dice,
    Person,
    Session,
    at,
    contact_cells,
    days,
    holiday,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Practice:
    """The year: people, their sessions, and the coach's one calendar, in which nothing overlaps."""

    def __init__(self) -> None:
        """Live the year."""
        self.dice = Dice(SEED)
        self.names = {BERLIN: BERLIN_NAMES.split(), NEW_YORK: NEW_YORK_NAMES.split()}
        self.people: list[Person] = []
        self.sessions: list[Session] = []
        self.calendar = Calendar()
        self.regulars = [self.person(ACTIVE, zone) for zone in (BERLIN, NEW_YORK, BERLIN, NEW_YORK, *[BERLIN] * 5)]
        self.clock_changes()
        spoiled = self.spoiled_people()
        self.bad_sessions = self.spoiled_sessions(spoiled)
        self.groups()
        self.actives()
        self.inactives()
        self.hot_leads()
        self.others()
        self.oddities()
        self.number()

    def person(self, status: str, zone: str = "", created: date | None = None) -> Person:
        """Bring in one person; who came before the year and keeps the status has had it since soon after."""
        dice = self.dice
        zone = zone or (NEW_YORK if dice.chance(0.18) and self.names[NEW_YORK] else BERLIN)
        first, last = self.names[zone].pop(0).split("/")
        made = created or date(2023, 2, 1) + days(dice.between(0, 900))
        person = Person(first, last, zone, status, made, pays=dice.chance(0.85))
        if created is None:
            self.become(person, made + days(dice.between(7, 40)))
        person.cells = contact_cells(dice, person)
        self.people.append(person)
        return person

    def become(self, person: Person, day: date) -> None:
        """Let the present status hold since this day: a day, a minute of it, or (one in eight) nobody knows."""
        person.since_is_a_day = self.dice.chance(0.5)
        person.since = at(day, self.dice.between(8, 19), self.dice.between(0, 59), person.zone)
        if person.since_is_a_day:
            person.since = at(day, 0, 0, person.zone)
        if self.dice.chance(0.12):
            person.since = None

    def meet(self, people: list[Person], kind: str, day: date, hour: int, booked: datetime | None) -> Session:
        """Put one session into the calendar, and say how it went."""
        dice, person = self.dice, people[0]
        lengths = {SAMPLE: (20, 30, 30, 45), COACHING: (45, 50, 60, 60, 60, 90), CONSULTATION: (20, 30, 60)}
        minutes = dice.pick((90, 90, 120)) if len(people) > 1 else dice.pick(lengths[kind])
        actual = minutes + dice.pick((-10, -5, 5, 10, 15)) if dice.chance(0.07) else None
        zone = BERLIN if len(people) > 1 or dice.chance(0.1) else person.zone
        start = self.calendar.slot(day, hour, BERLIN if len(people) > 1 else person.zone, max(minutes, actual or 0))
        session = Session(people, kind, booked, start, minutes, zone)
        missed = 0.16 if kind == SAMPLE else 0.04
        session.state = NO_SHOW if dice.chance(missed) else CANCELLED if dice.chance(0.08) else HELD
        if start > at(LAST_DAY, 23):
            session.state = CANCELLED if dice.chance(0.07) else BOOKED
            session.booked = booked or at(LAST_DAY, 12)
        elif session.state == HELD:
            session.actual = actual
            if booked is None or dice.chance(0.06):  # entered later: with no word of when, or after the session
                session.booked = start + days(dice.between(1, 3)) if start < at(date(2026, 11, 10), 0) else booked
                session.booked = session.booked if dice.chance(0.2) else None
        session.paid = "no" if kind == SAMPLE or not person.pays else "yes"
        if session.state != HELD or dice.chance(0.04):
            session.paid = dice.pick(("", "", "no", session.paid))
        session.notes = dice.pick(NOTES) if dice.chance(0.1) else ""
        session.moved = days(dice.between(-6, 9) if dice.chance(0.08) else 0)
        self.sessions.append(session)
        return session

    def series(self, person: Person, first: date, last: date, every: int) -> None:
        """Coach one person week by week, booked in blocks of a few sessions, never before the person was known."""
        day, hour = first, self.dice.between(9, 12) if person.zone == NEW_YORK else self.dice.between(8, 18)
        while day <= last:
            early = at(day - days(self.dice.between(3, 12)), self.dice.between(8, 21), self.dice.between(0, 59))
            booked = min(max(early, at(person.created, 20, 15, person.zone)), at(LAST_DAY, 16, 40))
            since = person.since if person.status == ACTIVE else None
            if since and booked < since < at(day, 0) and self.dice.chance(0.7):
                booked = since + timedelta(minutes=self.dice.between(9, 90))
            for _ in range(self.dice.between(2, 6)):
                if day <= last and not holiday(day) and self.dice.chance(0.95):
                    blank = day < LAST_DAY and self.dice.chance(0.07)
                    self.meet([person], COACHING, day, hour, None if blank else booked)
                day += days(every)

    def first_contact(self, person: Person, kind: str = SAMPLE) -> date:
        """Let a visitor book on the public calendar on the day of being created; give the day of the meeting."""
        dice = self.dice
        booked = at(person.created, dice.between(8, 21), dice.between(0, 59), person.zone)
        if person.since and person.status == PROSPECT and not person.since_is_a_day:
            person.since = booked  # the visitor was stored by this very booking: the two minutes are the same
        hour = dice.between(9, 12) if person.zone == NEW_YORK else dice.between(9, 18)
        return self.meet([person], kind, person.created + days(dice.between(2, 9)), hour, booked).start.date()

    def during(self, first: date, last: date) -> date:
        """Give a day from first to last."""
        return first + days(self.dice.between(0, (last - first).days))

    def actives(self) -> None:
        """Coach the regulars all year, thirteen who came this year, and four who came back."""
        dice = self.dice
        for number, person in enumerate(self.regulars):
            self.series(person, FIRST_DAY + days(number % 5), LAST_BOOKED_DAY, 7 if number % 2 else 14)
        for number in range(13):  # a sample first, active after it, coached since
            person = self.person(ACTIVE, created=self.during(FIRST_DAY, date(2026, 8, 20)))
            agreed = self.first_contact(person) + days(dice.between(1, 6))
            self.become(person, agreed)
            self.series(person, agreed + days(dice.between(2, 9)), LAST_BOOKED_DAY, 7 if number % 2 else 14)
        for _ in range(4):  # the first spell was booked in a status that nobody knows any more
            person = self.person(ACTIVE)
            back = self.during(date(2026, 5, 1), date(2026, 7, 1))
            self.become(person, back)
            self.series(person, FIRST_DAY + days(dice.between(0, 4)), date(2026, 2, 20), 14)
            self.series(person, back + days(5), LAST_BOOKED_DAY, 14)

    def inactives(self) -> None:
        """Coach eighteen who leave in the first part of the year; some have a single session after it."""
        dice = self.dice
        for number in range(18):
            person = self.person(INACTIVE)
            person.left = self.during(date(2026, 1, 20), date(2026, 7, 10))
            self.series(person, FIRST_DAY + days(dice.between(0, 4)), person.left, dice.pick((7, 14, 14)))
            self.become(person, person.left + days(dice.between(9, 40)))
            if number % 4 == 1:
                again = person.left + days(dice.between(60, 90))
                booked = at(again - days(4), dice.between(9, 18), 5, person.zone)
                self.meet([person], dice.pick((CONSULTATION, COACHING)), again, 11, booked)

    def hot_leads(self) -> None:
        """Meet twelve hot leads: made so before they book, or after their sample; for some it is still to come."""
        dice = self.dice
        for number in range(12):
            person = self.person(HOT_LEAD, created=self.during(date(2026, 7, 1), date(2026, 11, 12)))
            if number % 2:
                met = self.first_contact(person)
                self.become(person, min(met + days(dice.between(0, 2)), LAST_DAY))
            else:
                self.become(person, person.created)
                booked = at(person.created + days(1), dice.between(8, 21), dice.between(0, 59), person.zone)
                self.meet([person], SAMPLE, person.created + days(dice.between(3, 20)), 11, booked)
            if number % 5 == 0:
                self.meet([person], CONSULTATION, date(2026, 11, 30), 10, at(LAST_DAY, 11, number, person.zone))

    def others(self) -> None:
        """Meet most of nineteen prospects for a sample, and half of twelve buyers; the rest only read or buy."""
        dice = self.dice
        for number in range(19):
            person = self.person(PROSPECT, created=self.during(FIRST_DAY, date(2026, 11, 18)))
            self.become(person, person.created)
            if number % 4:
                self.first_contact(person, CONSULTATION if number % 9 == 1 else SAMPLE)
        for number in range(12):
            person = self.person(BUYER, created=self.during(FIRST_DAY, date(2026, 10, 1)))
            self.become(person, person.created)
            if number % 2:
                kind = dice.pick((SAMPLE, CONSULTATION, CONSULTATION, COACHING))
                day = person.created + days(dice.between(3, 30))
                booked = at(day, 9, number, person.zone)
                self.meet([person], kind, day + days(dice.between(2, 9)), 10, booked)

    def groups(self) -> None:
        """Hold two circles every other week: regulars, one who left, a hot lead, a prospect and a buyer."""
        guests = [self.person(status, BERLIN) for status in (INACTIVE, HOT_LEAD, PROSPECT, BUYER)]
        guests[0].left = date(2026, 4, 30)
        self.become(guests[0], date(2026, 5, 21))
        circles = ((17, 3, self.regulars[:5] + guests[:1]), (18, 1, self.regulars[5:7] + guests[1:]))
        for hour, weekday, circle in circles:
            for day in (FIRST_DAY + days(weekday + 14 * turn) for turn in range(28)):
                if holiday(day):
                    continue
                come = self.dice.some([person for person in circle if day <= person.left], self.dice.between(2, 6))
                booked = at(min(day - days(self.dice.between(5, 25)), LAST_DAY), 13, self.dice.between(0, 59))
                self.meet(come, COACHING, day, hour, None if self.dice.chance(0.1) and day < LAST_DAY else booked)

    def pin(self, person: Person, start: datetime, zone: str, minutes: int = 60, notes: str = "") -> Session:
        """Hold a paid coaching session at exactly this time, booked eight days ahead."""
        booked = start.replace(hour=13, minute=27) - days(8)
        session = Session([person], COACHING, booked, self.calendar.hold(start, minutes), minutes, zone, notes=notes)
        self.sessions.append(session)
        return session

    def clock_changes(self) -> None:
        """Hold sessions around the four clock changes, one over midnight, and pairs that only look like overlaps."""
        ada, nurse, ben, _ = self.regulars[:4]
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)):
            self.pin(ben, at(day, 10), BERLIN, notes="weekend intensive")
        # New York springs forward within this session: 01:30, an hour long, ends at 03:30 on the wall. The next one in
        # Berlin begins in the same instant.
        self.pin(nurse, at(date(2026, 3, 8), 1, 30, NEW_YORK), NEW_YORK, notes="after her night shift, by phone")
        self.pin(ben, at(date(2026, 3, 8), 8, 30), BERLIN)
        # The one GOOD local time in a fold: 01:30 happens twice on 2026-11-01, the export does not say which, and it is
        # read as the first. The next session in Berlin begins when the first reading ends, and overlaps the second.
        self.pin(nurse, at(date(2026, 11, 1), 1, 30, NEW_YORK), NEW_YORK, notes="after her night shift")
        self.pin(ben, at(date(2026, 11, 1), 7, 30), BERLIN)
        # Between the changes New York is five hours behind Berlin, not six: these two touch and do not overlap.
        self.pin(nurse, at(date(2026, 3, 16), 10, 0, NEW_YORK), NEW_YORK)
        self.pin(ada, at(date(2026, 3, 16), 16), BERLIN)
        self.pin(nurse, at(date(2026, 6, 10), 23, 30), BERLIN, 90, "her evening, my night")

    def oddities(self) -> None:
        """Make some good rows look as exports look: shared addresses, quotes, commas, line breaks, half names."""
        sister, brother = (self.person(status, BERLIN, date(2026, 1, 12)) for status in (ACTIVE, PROSPECT))
        sister.first, sister.last, brother.first, brother.last = "Mathilde", "Grünwald", "Konstantin", "Grünwald"
        sister.since, sister.since_is_a_day = at(date(2026, 1, 20), 9, 30), False
        brother.since, brother.since_is_a_day = at(date(2026, 1, 12), 0), True
        sister.cells["E-mail"] = "Familie.Gruenwald@example.org"
        brother.cells["E-mail"] = "familie.gruenwald@example.org "
        for month in range(2, 12):
            booked = at(date(2026, month, 3), 12, month)
            self.meet([sister, brother] if month % 3 else [sister], COACHING, date(2026, month, 12), 15, booked)
        actives = [person for person in self.people if person.status == ACTIVE and not person.spoiled]
        actives[9].first += ' "Sunny"'
        actives[10].last += ", Dr. phil."
        actives[11].last, actives[12].first = "", f" {actives[12].first} "
        actives[13].cells["Groups"], actives[14].cells["Tags"] = "Alumni;Alumni;", " newsletter ; vegan"
        self.sessions[150].notes = "goals:\n1. rest\n2. say no"
        self.sessions[420].notes = 'she said:\n"enough", twice'

    def spoiled_people(self) -> list[Person]:
        """Add the bad rows of contacts.csv, one kind each; the two duplicates are added in `contact_rows`."""
        kinds: tuple[dict[str, str], ...] = (
            {"Status": "VIP"},                                        # no such status; has sessions
            {"Status": "Aktive Client"},                              # no such status, but close to one; has sessions
            {"E-mail": "info.example.org"},                           # malformed e-mail
            {"First Name": "", "Last Name": "  "},                    # empty name
            {"Status Since": "2027-02-01"},                           # since in the future
            {"Status Since": "last spring"},                          # since that is no date
            {"Status Since": "2026-02-30"},                           # since that is no day of any calendar
            {"Time Zone": "Europe/Munich"},                           # unknown time zone
            {"Status": ""},                                           # missing status
            {"Status": "Client?", "E-mail": "a@@b", "Status Since": "n/a", "Time Zone": "CEST+1"},  # four at once
        )  # fmt: skip
        people = []
        for number, kind in enumerate(kinds):
            person = self.person((ACTIVE, PROSPECT, HOT_LEAD)[number % 3], BERLIN, date(2025, 3, 1) + days(59 * number))
            person.since = at(person.created + days(5), 0)
            person.since_is_a_day, person.spoiled = True, kind
            people.append(person)
        return people

    def spoiled_sessions(self, spoiled: list[Person]) -> list[Session]:
        """Make the bad rows of appointments.csv, one kind each; the exact duplicate is added in `appointment_rows`."""
        ada, nurse, ben, cleo, dora, *_ = self.regulars
        hurt = [
            ("Contact IDs", "C-9999", date(2026, 1, 14)),             # unknown contact
            ("Start", "2026-03-29 02:30", date(2026, 3, 31)),         # no such time: Berlin springs forward
            ("Minutes", "-60", date(2026, 2, 11)),                    # negative minutes
            ("Minutes", "0", date(2026, 4, 15)),                      # zero minutes
            ("Minutes", "an hour", date(2026, 5, 20)),                # minutes that are no number
            ("Kind", "Discovery Call", date(2026, 6, 17)),            # unknown kind
            ("State", "Done", date(2026, 7, 8)),                      # unknown state
            ("Start", "", date(2026, 9, 2)),                          # blank start
        ]  # fmt: skip
        bad = [self.pin(ada, at(day, 7), BERLIN) for _, _, day in hurt]
        for session, (column, value, _) in zip(bad, hurt, strict=True):
            session.spoiled[column] = value
        bad.append(gap := self.pin(cleo, at(date(2026, 3, 9), 6, 0, NEW_YORK), NEW_YORK))
        gap.spoiled["Start"] = "2026-03-08 02:15"  # no such time: New York springs forward
        bad.append(self.pin(spoiled[0], at(date(2026, 2, 18), 7), BERLIN))  # belongs to a contact whose own row is bad
        bad.append(mixed := self.pin(dora, at(date(2026, 6, 24), 7), BERLIN))
        mixed.people.append(spoiled[1])  # one of the two belongs to a bad row
        bad.append(stray := self.pin(dora, at(date(2026, 7, 15), 7), BERLIN))
        stray.people.append(Person("", "", BERLIN, PROSPECT, FIRST_DAY, id="C-9998"))  # one of the two is unknown
        bad.append(late := self.pin(ben, at(date(2026, 12, 10), 7), BERLIN))
        late.state, late.paid, late.booked = BOOKED, "", at(date(2026, 12, 1), 9)  # booked on in the future
        bad.append(soon := self.pin(ben, at(date(2026, 12, 3), 7), BERLIN))
        soon.booked = at(LAST_DAY, 9)  # held, and the start is in the future
        # Overlaps: the row that was booked later is the bad one. 14:00 to 15:00 and 14:30 to 15:30 in Berlin; then
        # 16:00 to 17:00 in Berlin and 10:30 to 11:30 in New York.
        for first, day, hour, second, zone in (
            (ada, date(2026, 5, 12), 14, dora, BERLIN), (ben, date(2026, 9, 16), 16, nurse, NEW_YORK),
        ):  # fmt: skip
            base = self.pin(first, at(day, hour), BERLIN)
            bad.append(over := self.pin(second, base.start + timedelta(minutes=30), zone))
            over.booked = base.start - days(3)
        bad.append(twice := self.pin(dora, at(date(2026, 8, 26), 7), BERLIN))
        twice.spoiled["Appointment ID"] = "(of an earlier row)"  # the id of another appointment, see `number`
        return bad

    def number(self) -> None:
        """Give ids as the old system did: to contacts in order of creation, to appointments in order of entry."""
        self.people.sort(key=lambda person: person.created)
        number = 1000
        for person in self.people:
            number += self.dice.pick((1, 1, 1, 2, 5))
            person.id = f"C-{number}"
        self.sessions.sort(key=lambda session: session.booked or session.start)
        for number, session in enumerate(self.sessions, 20417):
            session.id = f"A-{number}"
        self.bad_sessions[-1].spoiled["Appointment ID"] = self.original(3).id

    def original(self, person: int) -> Session:
        """Give a good session of the spring, held with this regular, whose id or row comes again."""
        return next(
            session for session in self.sessions
            if session.people == [self.regulars[person]] and session not in self.bad_sessions
            and session.booked and session.state == HELD and session.start > at(date(2026, 4, 1), 0)
        )  # fmt: skip

    def contact_rows(self) -> list[list[str]]:
        """Write everybody in order of id, and two ids again: once the same row, once another one."""
        rows = [person.row() for person in self.people]
        copied = self.regulars[2].row()
        rows.insert(rows.index(copied) + 17, copied)  # duplicate id, exact duplicate of the row
        left = next(person for person in self.people if person.status == INACTIVE)
        again = replace(left, cells=left.cells | {"Status": HOT_LEAD, "Credentials": "no"}, created=date(2026, 9, 1))
        again.since = at(date(2026, 9, 1), 0)
        rows.insert(rows.index(left.row()) + 23, again.row())  # duplicate id, conflicting status and since
        return rows

    def appointment_rows(self) -> list[list[str]]:
        """Write all sessions nearly in order of start, as an export does that was sorted once and added to."""
        rows = [session.row() for session in sorted(self.sessions, key=lambda s: (s.start + s.moved, s.id))]
        copied = self.original(4).row()
        rows.insert(rows.index(copied) + 5, copied)  # duplicate id, exact duplicate of the row
        return rows


def text(columns: Sequence[str], rows: Sequence[Sequence[str]], end: str) -> str:
    """Write a table as CSV with this line ending."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def write(folder: Path) -> None:
    """Write both exports into the folder: contacts with byte-order mark and CRLF, appointments with neither."""
    practice = Practice()
    contacts = text(CONTACT_COLUMNS, practice.contact_rows(), "\r\n")
    (folder / "contacts.csv").write_bytes(contacts.encode("utf-8-sig"))
    appointments = text(APPOINTMENT_COLUMNS, practice.appointment_rows(), "\n")
    (folder / "appointments.csv").write_bytes(appointments.encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
