"""The ledger of a package, counted by hand: what is reserved, used, given back, lost, expired and left, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from funnelkit import (
    AGENCY,
    TEAM,
    Actor,
    Appointment,
    Conflict,
    Funnel,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Package,
    Portal,
    Refused,
    Removal,
    Role,
    ledger,
)
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    Accept,
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCoach,
    AssignCredentials,
    AssignPackage,
    Book,
    Cancel,
    DefineOffer,
    Delete,
    Invite,
    MarkHeld,
    MarkMissed,
    MintLink,
    RecordPayment,
    Reschedule,
    TakeOffPackage,
)
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.team import Team
from funnelkit.values.client_events import PackageDeleted, PackagePosted
from funnelkit.words import PackageStanding, Shape

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, four weeks before the clock changes in Berlin."""
TICK: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)
GENTLE: Final = TEAM.with_policy(package={"missed_burns": False})

Numbers = tuple[int | None, int, int, int, int | None]
"""Granted, reserved, used, expired, left."""


class Books:
    """An account whose clock the test moves, with clients who buy packages and come to sessions."""

    def __init__(self, funnel: Funnel[Any, Any] = TEAM) -> None:
        self.clock, self.storage = FixedClock(NOON), MemoryStorage()
        self.crm: FunnelService[Any, Any] = FunnelService(
            funnel, account="acme", storage=self.storage, clock=self.clock, notifier=MemoryNotifier(),
            zone="Europe/Berlin",
        )  # fmt: skip
        self.payments = 0

    def client(self, key: str = "c-1", **more: Any) -> str:
        """Given a client who has the portal."""
        status = Team.CLIENT if self.crm.funnel.name == "team" else Agency.CLIENT
        known: dict[str, Any] = {"status": status, "since": self.clock.now(), "portal": Portal.ACTIVE, **more}
        self.crm.do(Adopt(name="Ada", id=key, by=OWNER, **known))
        return key

    def buys(
        self,
        sessions: int | None = 3,
        days: int | None = 30,
        shape: Shape = Shape.INDIVIDUAL,
        contact: str = "c-1",
    ) -> str:
        """Given a package that a client has bought now; give its id."""
        self.payments += 1
        offer = f"o-{sessions}-{days}-{shape.value}"
        self.crm.do(DefineOffer(id=offer, name="Sessions", sessions=sessions, days=days, shape=shape, by=OWNER))
        paid = RecordPayment(payment=f"pi-{self.payments}", offer=offer, contact=contact, by=SYSTEM)
        return self.crm.do(paid).id

    def book(self, start: datetime, *contacts: str, **more: Any) -> Appointment:
        """When a session of an hour is booked, with a coach who is always free."""
        known: dict[str, Any] = {"kind": Kind.SESSION, "by": OWNER, **more}
        coach = f"m-{start.isoformat()}-{self.clock.now().isoformat()}"
        return self.crm.do(Book(contacts=contacts or ("c-1",), coach=coach, start=start, minutes=60, **known))

    def stored(self, package: str) -> Package:
        """Give a package as it is stored."""
        return self.crm.package(package).package

    def end(self, package: str) -> datetime:
        """Give the end of its term."""
        expires = self.stored(package).expires
        assert expires is not None
        return expires

    def count(self, package: str, at: datetime | None = None) -> Numbers:
        """Then: the balance at a moment, in one line; the statement adds up to it."""
        moment = self.clock.now() if at is None else at
        held = self.crm.package(package, at=at)
        assert (held.standing is PackageStanding.USABLE) is held.usable.allowed
        found = held.balance
        said = [(entry.what.value, entry.sessions or 0) for entry in self.crm.ledger(package, at=at)]
        assert [e.at for e in self.crm.ledger(package, at=at)] == sorted(e.at for e in self.crm.ledger(package, at=at))
        assert all(entry.at <= moment for entry in self.crm.ledger(package, at=at))
        if found.granted is not None and found.left is not None:
            assert found.granted == found.used + found.reserved + found.expired + found.left
            assert found.expired == sum(sessions for what, sessions in said if what == "expired")
            assert found.left >= 0
        return found.granted, found.reserved, found.used, found.expired, found.left

    def lines(self, package: str, at: datetime | None = None) -> list[tuple[str, datetime, int | None]]:
        """Then: the statement, each line as what, when, how many."""
        return [(entry.what.value, entry.at, entry.sessions) for entry in self.crm.ledger(package, at=at)]


def notices(books: Books, command: Any) -> list[str]:
    """Give the codes of what a command would advise."""
    return [notice.code for notice in books.crm.plan(command).notices]


# ---- one session, whatever becomes of it

ENDS: Final[Mapping[str, tuple[Funnel[Any, Any], str, Numbers]]] = {
    #                                                                        granted reserved used expired left
    "nothing":                              (TEAM,   "",                        (3, 0, 0, 0, 3)),
    "it is booked":                         (TEAM,   "book",                    (3, 1, 0, 0, 2)),
    "it was held":                          (TEAM,   "book wait held",          (3, 0, 1, 0, 2)),
    "it was missed":                        (TEAM,   "book wait missed",        (3, 0, 1, 0, 2)),
    "it was missed, but held after all":    (TEAM,   "book wait missed held",   (3, 0, 1, 0, 2)),
    "it was held, but missed after all":    (TEAM,   "book wait held missed",   (3, 0, 1, 0, 2)),
    "held, missed, held":                   (TEAM,   "book wait held missed held",  (3, 0, 1, 0, 2)),
    "it was called off by the staff":       (TEAM,   "book off",                (3, 0, 0, 0, 3)),
    "called off by the staff, and lost":    (TEAM,   "book off!",               (3, 0, 1, 0, 2)),
    "called off late by the staff":         (TEAM,   "book near off",           (3, 0, 0, 0, 3)),
    "called off in time by the client":     (TEAM,   "book by client",          (3, 0, 0, 0, 3)),
    "called off late by the client":        (TEAM,   "book near by client",     (3, 0, 1, 0, 2)),
    "called off, and booked again":         (TEAM,   "book off book",           (3, 1, 0, 0, 2)),
    "missed, gently":                       (GENTLE, "book wait missed",        (3, 0, 0, 0, 3)),
    "missed, but held after all, gently":   (GENTLE, "book wait missed held",   (3, 0, 1, 0, 2)),
    "held, but missed after all, gently":   (GENTLE, "book wait held missed",   (3, 0, 0, 0, 3)),
    "held, missed, held, gently":           (GENTLE, "book wait held missed held",  (3, 0, 1, 0, 2)),
    "missed, held, missed, gently":         (GENTLE, "book wait missed held missed",  (3, 0, 0, 0, 3)),
    "two are booked":                       (TEAM,   "book book",               (3, 2, 0, 0, 1)),
    "one more than there are":              (TEAM,   "book book book book",     (3, 3, 0, 0, 0)),
    "all were held":                        (TEAM,   "book book book wait held", (3, 2, 1, 0, 0)),
}  # fmt: skip
"""What is done about a session that starts in three days, and how the package stands then."""


@pytest.mark.parametrize("name", ENDS)
def test_one_session_is_counted_once(name: str) -> None:
    """Booked, held, missed, called off, and put right again: the sum is always what was granted."""
    funnel, words, expected = ENDS[name]
    books = Books(funnel)
    books.client()
    package, start, last = books.buys(), NOON + 3 * DAY, ""
    acts: dict[str, Any] = {
        "held": lambda: MarkHeld(appointment=last, by=OWNER),
        "missed": lambda: MarkMissed(appointment=last, by=OWNER),
        "off": lambda: Cancel(appointment=last, by=OWNER),
        "off!": lambda: Cancel(appointment=last, burns=True, by=OWNER),
        "by": lambda: Cancel(appointment=last, by=Actor(id="c-1", role=Role.CLIENT)),
    }
    for word in words.split():
        books.clock.advance(minutes=1)
        if word == "book":
            last = books.book(start).id
        elif word in ("wait", "near"):
            books.clock.set(start + HOUR if word == "wait" else start - HOUR)
        elif word != "client":
            books.crm.do(acts[word]())
    assert expected == books.count(package)


# ---- which package


def test_what_ends_first_is_used_first() -> None:
    """Of three packages, whatever the order in which they came: five days, ten days, then the one without an end."""
    books = Books()
    books.client()
    forever, ten, five = books.buys(1, None), books.buys(1, 10), books.buys(1, 5)
    for n, expected in enumerate([(0, 0, 1), (0, 1, 1), (1, 1, 1)], 1):
        books.book(NOON + n * HOUR)
        assert expected == tuple(books.count(package)[1] for package in (forever, ten, five))
    assert [five, ten, forever] == [held.package.id for held in books.crm.packages("c-1")]


def test_of_two_that_end_at_once_the_older_is_used_first() -> None:
    """Bought a day apart, for a day less: both end in the same night."""
    books = Books()
    books.client()
    older = books.buys(1, 10)
    books.clock.advance(days=1)
    newer = books.buys(1, 9)
    assert books.end(older) == books.end(newer)
    books.book(NOON + 2 * DAY)
    assert (1, 0) == (books.count(older)[1], books.count(newer)[1])


@pytest.mark.parametrize(("off", "first", "second"), [(-TICK, 1, 0), (timedelta(), 0, 1), (TICK, 0, 1)])
def test_a_package_has_to_reach_the_start_of_the_session(off: timedelta, first: int, second: int) -> None:
    """The end of its term does not belong to it; a session that starts then is another package's."""
    books = Books()
    books.client()
    short, long = books.buys(1, 5), books.buys(1, 20)
    books.book(books.end(short) + off)
    assert (first, second) == (books.count(short)[1], books.count(long)[1])


def test_what_no_package_covers_is_booked_with_a_notice() -> None:
    """Behind the end of the only package: nothing is reserved, and the plan says so. Who has none hears nothing."""
    books = Books()
    books.client()
    package = books.buys(1, 5)
    beyond = Book(contacts=["c-1"], coach="m", kind=Kind.SESSION, start=books.end(package), minutes=60, by=OWNER)
    assert ["package.uncovered"] == notices(books, beyond)
    books.crm.do(beyond)
    assert (1, 0, 0, 0, 1) == books.count(package)
    books.client("c-2")
    alone = Book(contacts=["c-2"], coach="m-2", kind=Kind.SESSION, start=NOON + DAY, minutes=60, by=OWNER)
    assert [] == notices(books, alone)


@pytest.mark.parametrize(("kind", "reserved"), [(kind, int(kind is Kind.SESSION)) for kind in Kind])
def test_only_sessions_are_taken_from_a_package(kind: Kind, reserved: int) -> None:
    """A sample or a consultation takes nothing, unless the account says so."""
    books = Books()
    books.client()
    package = books.buys()
    books.book(NOON + DAY, kind=kind)
    assert reserved == books.count(package)[1]


def test_an_unlimited_package_has_always_one_left() -> None:
    """Sessions are counted and have no number; at the end of its term nothing can be taken any more."""
    books = Books()
    books.client()
    package = books.buys(None, 5)
    assert (None, 0, 0, 0, None) == books.count(package)
    for n in range(1, 5):
        books.book(NOON + n * HOUR)
    assert (None, 4, 0, 0, None) == books.count(package)
    first, second, *_ = books.crm.appointments("c-1")
    books.clock.set(NOON + 6 * HOUR)
    books.crm.do(MarkHeld(appointment=first.id, by=OWNER))
    books.crm.do(Cancel(appointment=second.id, by=OWNER))
    assert (None, 2, 1, 0, None) == books.count(package)
    end = books.end(package)
    assert (None, 2, 1, 0, 0) == books.count(package, end)
    assert (None, 2, 1, 0, None) == books.count(package, end - TICK)
    assert "expired" not in [what for what, _, _ in books.lines(package, end)]
    standings = [books.crm.package(package, at=at).standing for at in (end - TICK, end)]
    assert [PackageStanding.USABLE, PackageStanding.EXPIRED] == standings


# ---- groups


def test_a_group_session_takes_a_seat_of_everybody_who_has_a_group_package() -> None:
    """Each by their own; a package for single sessions is not touched, and who has none comes without."""
    books = Books()
    for key in ("c-1", "c-2", "c-3"):
        books.client(key)
    group, single = books.buys(2, shape=Shape.GROUP), books.buys(2)
    other = books.buys(2, shape=Shape.GROUP, contact="c-2")
    session = books.book(NOON + HOUR, "c-1", "c-2", "c-3")
    assert [1, 1, 0] == [books.count(package)[1] for package in (group, other, single)]
    books.book(NOON + 2 * HOUR, "c-1")
    assert [1, 1, 1] == [books.count(package)[1] for package in (group, other, single)]
    books.clock.set(NOON + 3 * HOUR)
    books.crm.do(MarkHeld(appointment=session.id, by=OWNER))
    assert [(2, 0, 1, 0, 1)] * 2 == [books.count(package) for package in (group, other)]
    assert (2, 1, 0, 0, 1) == books.count(single)


def test_a_group_session_that_is_called_off_is_given_back_to_all() -> None:
    """By the staff; and all lose a seat where the staff says so."""
    books = Books()
    seats = []
    for key in ("c-1", "c-2"):
        books.client(key)
        seats.append(books.buys(2, shape=Shape.GROUP, contact=key))
    first, second = (books.book(NOON + n * HOUR, "c-1", "c-2").id for n in (1, 2))
    books.crm.do(Cancel(appointment=first, by=OWNER))
    assert [(2, 1, 0, 0, 1)] * 2 == [books.count(seat) for seat in seats]
    books.crm.do(Cancel(appointment=second, burns=True, by=OWNER))
    assert [(2, 0, 1, 0, 1)] * 2 == [books.count(seat) for seat in seats]


# ---- called off

FREE: Final = TEAM.with_policy(package={"free_until": None})


@pytest.mark.parametrize(
    ("funnel", "itself", "off", "burns", "used"),
    [
        (TEAM, True, -TICK, None, 0),
        (TEAM, True, timedelta(), None, 0),
        (TEAM, True, TICK, None, 1),
        (TEAM, True, TICK, False, 1),
        (TEAM, True, TICK, True, 1),
        (TEAM, True, timedelta(), True, 0),
        (TEAM, False, -TICK, None, 0),
        (TEAM, False, TICK, None, 0),
        (TEAM, False, TICK, False, 0),
        (TEAM, False, -TICK, True, 1),
        (TEAM, False, TICK, True, 1),
        (FREE, True, TICK, None, 0),
        (FREE, False, TICK, True, 1),
    ],
)
def test_a_day_before_is_the_last_moment_at_which_a_client_loses_nothing(
    funnel: Funnel[Any, Any], itself: bool, off: timedelta, burns: bool | None, used: int
) -> None:
    """Exactly a day before is in time. What the client says about losing it counts for nothing."""
    books = Books(funnel)
    books.client()
    package, start = books.buys(), NOON + 3 * DAY
    session = books.book(start).id
    books.clock.set(start - DAY + off)
    by = Actor(id="c-1", role=Role.CLIENT) if itself else OWNER
    cancel = Cancel(appointment=session, burns=burns, by=by)
    assert ["package.session_lost"] * used == notices(books, cancel)
    books.crm.do(cancel)
    assert (3, 0, used, 0, 3 - used) == books.count(package)
    assert ("burned" if used else "released", books.clock.now(), 1) == books.lines(package)[-1]


def test_why_a_session_is_lost_is_told() -> None:
    """By whom, or because it was too late, or because nobody came."""
    books = Books()
    books.client()
    books.buys()
    session, ada = books.book(NOON + DAY + TICK).id, Actor(id="c-1", role=Role.CLIENT)

    def told(command: Any) -> str:
        (notice,) = books.crm.plan(command).notices
        return str(notice).partition(" is lost: ")[2]

    assert "owner says so" == told(Cancel(appointment=session, burns=True, by=OWNER))
    books.clock.set(NOON + DAY)
    assert "it is too late to call it off" == told(Cancel(appointment=session, by=ada))
    books.clock.advance(hours=1)
    assert "nobody came" == told(MarkMissed(appointment=session, by=OWNER))


def test_what_is_given_back_can_be_booked_again_and_what_is_lost_cannot() -> None:
    """A package of one session."""
    for burns, left in ((False, 1), (True, 0)):
        books = Books()
        books.client()
        package = books.buys(1)
        books.crm.do(Cancel(appointment=books.book(NOON + DAY).id, burns=burns, by=OWNER))
        books.clock.advance(minutes=1)
        books.book(NOON + 2 * DAY)
        assert left == books.count(package)[1]


# ---- held without a reservation


def test_what_was_held_and_no_package_pays_is_said() -> None:
    """Its one session went to another booking meanwhile; or none was ever there for it. Who has none hears nothing."""
    books = Books()
    for key in ("c-1", "c-2"):
        books.client(key)
    books.crm.do(DefineOffer(id="one", name="One", sessions=1, by=OWNER))
    sent = books.crm.do(Invite(name="Ada", email="ada@example.org", status=Team.CLIENT, packages=["one"], by=OWNER))
    early = Book(contacts=[sent.contact], coach="m", kind=Kind.SESSION, start=NOON + DAY, minutes=60, by=OWNER)
    assert ["package.uncovered"] == notices(books, early)
    unpaid = books.crm.do(early).id
    books.crm.do(Accept(token=books.crm.do(MintLink(invitation=sent.id, by=OWNER))))
    books.book(NOON + 2 * DAY, sent.contact)
    alone, sample = books.book(NOON + HOUR, "c-2").id, books.book(NOON + 3 * HOUR, sent.contact, kind=Kind.SAMPLE).id
    books.clock.set(NOON + 2 * DAY)
    plan = books.crm.plan(MarkHeld(appointment=unpaid, by=OWNER))
    assert ["package.uncovered"] == [notice.code for notice in plan.notices]
    assert f"no package of {sent.contact} covers it" == str(plan.notices[0])
    assert ["AppointmentHeld"] == [type(event).__name__ for event in plan.events]
    assert [] == notices(books, MarkHeld(appointment=alone, by=OWNER))
    assert [] == notices(books, MarkHeld(appointment=sample, by=OWNER))
    package = books.crm.packages(sent.contact)[0].package.id
    books.clock.set(NOON + 3 * DAY)
    taken = books.crm.appointments(sent.contact)[-1].id
    assert [] == notices(books, MarkHeld(appointment=taken, by=OWNER))
    assert (1, 1, 0, 0, 0) == books.count(package)


def test_who_had_a_package_taken_off_hears_nothing_of_it() -> None:
    """Like who never had one."""
    books = Books()
    books.crm.do(DefineOffer(id="one", name="One", sessions=1, by=OWNER))
    contact = books.crm.do(AddContact(name="Ada", status=Team.CLIENT, by=OWNER)).id
    package = books.crm.do(AssignPackage(contact=contact, offer="one", by=OWNER))
    books.crm.do(TakeOffPackage(package=package.id, by=OWNER))
    book = Book(contacts=[contact], coach="m", kind=Kind.SESSION, start=NOON + DAY, minutes=60, by=OWNER)
    assert [] == notices(books, book)


def test_a_package_could_be_used_then_though_it_is_used_up_now() -> None:
    """The question about a moment knows nothing of what was booked later; a booking that is told late does."""
    books = Books()
    books.client()
    package = books.buys(1)
    books.clock.advance(days=1)
    books.book(NOON + 3 * DAY)
    held = books.crm.package(package, at=NOON + HOUR)
    assert (PackageStanding.USABLE, 1, True) == (held.standing, held.balance.left, held.usable.allowed)
    assert ["package.has_sessions_left"] == [f.rule for f in books.crm.package(package).usable.refusals]
    late = Book(
        contacts=["c-1"], coach="m", kind=Kind.SESSION, start=NOON + 2 * DAY, minutes=60, by=OWNER, at=NOON + HOUR
    )
    assert ["package.uncovered"] == notices(books, late)


def test_what_was_held_without_a_reservation_is_taken_from_what_covered_it() -> None:
    """Bought after the booking, before the session: it is entered at the start of the session."""
    books = Books()
    books.client()
    start = NOON + 2 * DAY
    session = books.book(start).id
    books.clock.advance(days=1)
    package = books.buys()
    books.clock.set(start + 5 * HOUR)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert [("granted", NOON + DAY, 3), ("reserved", start, 1), ("used", start, 1)] == books.lines(package)
    assert [(3, 0, 0, 0, 3), (3, 0, 1, 0, 2)] == [books.count(package, at) for at in (start - TICK, start)]


@pytest.mark.parametrize(("off", "used"), [(-TICK, 1), (timedelta(), 1), (TICK, 0)])
def test_a_package_that_came_after_the_start_covers_nothing(off: timedelta, used: int) -> None:
    """Usable at the very start is in time."""
    books = Books()
    books.client()
    session = books.book(NOON + DAY).id
    books.clock.set(NOON + DAY + off)
    package = books.buys()
    books.clock.set(NOON + 2 * DAY)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (3, 0, used, 0, 3 - used) == books.count(package)


def test_what_was_held_before_the_end_is_not_expired() -> None:
    """Marked after the end of the term, it was held before it: at the end, one session fewer expired."""
    books = Books()
    books.client()
    early = books.book(NOON + DAY).id
    books.clock.advance(minutes=1)
    package = books.buys(3, 5)
    end = books.end(package)
    books.clock.set(end + DAY)
    assert (3, 0, 0, 3, 0) == books.count(package)
    books.crm.do(MarkHeld(appointment=early, by=OWNER))
    assert (3, 0, 1, 2, 0) == books.count(package)
    assert ("expired", end, 2) == books.lines(package)[-1]


def test_a_package_is_never_overdrawn_at_any_moment() -> None:
    """Its one session was reserved while another one began; given back later, it does not cover that one."""
    books = Books()
    books.client()
    package = books.buys(1)
    far, near = books.book(NOON + 9 * DAY).id, books.book(NOON + DAY).id
    books.clock.set(NOON + 2 * DAY)
    books.crm.do(Cancel(appointment=far, by=OWNER))
    books.clock.advance(minutes=1)
    books.crm.do(MarkHeld(appointment=near, by=OWNER))
    times = [entry.at + off for entry in books.stored(package).ledger for off in (-TICK, timedelta(), TICK)]
    assert [] == [at for at in times if (books.crm.package(package, at=at).balance.left or 0) < 0]


# ---- told late


def test_a_booking_that_is_told_late_is_reserved_when_it_was_made() -> None:
    """`at` is when it was booked: the balance of that time knows it."""
    books = Books()
    books.client()
    package = books.buys()
    books.clock.set(NOON + 2 * DAY)
    books.book(NOON + 9 * DAY, at=NOON + DAY)
    assert ("reserved", NOON + DAY, 1) == books.lines(package)[-1]
    assert [(3, 0, 0, 0, 3), (3, 1, 0, 0, 2)] == [books.count(package, NOON + DAY + off) for off in (-TICK, TICK)]


@pytest.mark.parametrize(("off", "reserved"), [(-TICK, 0), (timedelta(), 1), (TICK, 1)])
def test_a_booking_from_before_the_package_takes_nothing(off: timedelta, reserved: int) -> None:
    """It was made when there was no package yet; at the moment at which the package opened, it takes one."""
    books = Books()
    books.client()
    books.clock.set(NOON + DAY)
    package = books.buys()
    books.clock.set(NOON + 2 * DAY)
    books.book(NOON + 9 * DAY, at=NOON + DAY + off)
    assert reserved == books.count(package)[1]


def test_a_booking_that_is_told_late_overdraws_nothing() -> None:
    """The one session was reserved for another appointment then, which was called off since."""
    books = Books()
    books.client()
    package = books.buys(1)
    other = books.book(NOON + 9 * DAY).id
    books.clock.set(NOON + 2 * DAY)
    books.crm.do(Cancel(appointment=other, by=OWNER))
    books.clock.set(NOON + 3 * DAY)
    books.book(NOON + 8 * DAY, at=NOON + DAY)
    lowest = min(books.crm.package(package, at=NOON + n * HOUR).balance.left or 0 for n in range(80))
    assert 0 == lowest


def test_a_session_that_is_entered_after_the_end_was_held_before_it() -> None:
    """Entered a day after the term ended, for a time before: one session fewer expired, and the statement adds up."""
    books = Books()
    books.client()
    package = books.buys(3, 5)
    end = books.end(package)
    books.clock.set(end + DAY)
    session = books.book(end - 2 * HOUR).id
    assert (3, 1, 0, 2, 0) == books.count(package)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (3, 0, 1, 2, 0) == books.count(package)


def test_a_mark_that_is_told_late_is_entered_then() -> None:
    """Held by Tuesday, said on Friday: as of Wednesday it is used."""
    books = Books()
    books.client()
    package, start = books.buys(), NOON + DAY
    session = books.book(start).id
    books.clock.set(NOON + 4 * DAY)
    books.crm.do(MarkHeld(appointment=session, at=start + HOUR, by=OWNER))
    assert [(3, 1, 0, 0, 2), (3, 0, 1, 0, 2)] == [books.count(package, start + HOUR + off) for off in (-TICK, TICK)]


def test_nothing_is_entered_before_what_it_follows() -> None:
    """It is called off when it was booked, and not before."""
    books = Books()
    books.client()
    package = books.buys()
    books.clock.set(NOON + 2 * DAY)
    session = books.book(NOON + 9 * DAY).id
    books.clock.set(NOON + 3 * DAY)
    with pytest.raises(Invalid, match="at: the appointment was not there then"):
        books.crm.do(Cancel(appointment=session, at=NOON + DAY, by=OWNER))
    books.crm.do(Cancel(appointment=session, at=NOON + 2 * DAY, by=OWNER))
    assert [("reserved", NOON + 2 * DAY, 1), ("released", NOON + 2 * DAY, 1)] == books.lines(package)[1:]
    assert (3, 0, 0, 0, 3) == books.count(package, NOON + 2 * DAY)


# ---- moved


def test_a_session_that_is_moved_keeps_its_package_as_long_as_it_reaches() -> None:
    """Up to the last moment of the term; nothing is entered."""
    books = Books()
    books.client()
    package = books.buys(3, 5)
    session = books.book(NOON + DAY).id
    before = books.stored(package)
    move = Reschedule(appointment=session, start=books.end(package) - TICK, by=OWNER)
    assert [] == notices(books, move)
    books.crm.do(move)
    assert before == books.stored(package)


@pytest.mark.parametrize("has_other", [True, False])
def test_a_session_that_is_moved_beyond_the_end_goes_to_another_package(has_other: bool) -> None:
    """What was reserved is given back; where no package covers it now, there is a notice."""
    books = Books()
    books.client()
    short = books.buys(3, 5)
    long = books.buys(3, 20) if has_other else None
    session = books.book(NOON + DAY).id
    books.clock.advance(hours=1)
    move = Reschedule(appointment=session, start=books.end(short), by=OWNER)
    assert ([] if has_other else ["package.uncovered"]) == notices(books, move)
    books.crm.do(move)
    assert (3, 0, 0, 0, 3) == books.count(short)
    assert [("reserved", NOON, 1), ("released", NOON + HOUR, 1)] == books.lines(short)[1:]
    if long is not None:
        assert ("reserved", NOON + HOUR, 1) == books.lines(long)[-1]


def test_a_session_that_is_moved_is_held_on_what_it_was_moved_to() -> None:
    """One session, one use: on the second package, and none on the first."""
    books = Books()
    books.client()
    short, long = books.buys(1, 5), books.buys(1, 20)
    session = books.book(NOON + DAY).id
    start = books.end(short) + DAY
    books.crm.do(Reschedule(appointment=session, start=start, by=OWNER))
    books.clock.set(start + HOUR)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert [(1, 0, 0, 1, 0), (1, 0, 1, 0, 0)] == [books.count(package) for package in (short, long)]


# ---- expired


def test_what_is_given_back_after_the_end_is_expired_at_once() -> None:
    """At the end two expire; the third was reserved, and expires in the moment in which it comes back."""
    books = Books()
    books.client()
    package = books.buys(3, 5)
    end = books.end(package)
    session = books.book(end - HOUR).id
    assert (3, 1, 0, 2, 0) == books.count(package, end)
    books.clock.set(end + DAY)
    books.crm.do(Cancel(appointment=session, by=OWNER))
    back = end + DAY
    assert [(3, 1, 0, 2, 0), (3, 0, 0, 3, 0)] == [books.count(package, at) for at in (back - TICK, back)]
    assert [("expired", end, 2), ("released", back, 1), ("expired", back, 1)] == books.lines(package)[2:]


@pytest.mark.parametrize(("off", "expired", "left"), [(-TICK, 0, 3), (timedelta(), 3, 0), (TICK, 3, 0)])
def test_the_end_of_the_term_does_not_belong_to_it(off: timedelta, expired: int, left: int) -> None:
    """Nobody has to come by: what is left is expired from that moment on."""
    books = Books()
    books.client()
    package = books.buys(3, 5)
    at = books.end(package) + off
    assert (3, 0, 0, expired, left) == books.count(package, at)
    held = books.crm.package(package, at=at)
    assert (left > 0, left > 0) == (bool(held.usable), held.standing is PackageStanding.USABLE)


def test_all_used_in_time_expires_nothing() -> None:
    """A statement without a line about it."""
    books = Books()
    books.client()
    package = books.buys(1, 5)
    books.clock.advance(hours=1)
    session = books.book(NOON + DAY).id
    books.clock.set(NOON + 2 * DAY)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    end = books.end(package)
    assert ["granted", "reserved", "used"] == [what for what, _, _ in books.lines(package, end)]
    standings = [books.crm.package(package, at=at).standing for at in (NOON, NOON + 2 * DAY, end)]
    assert [PackageStanding.USABLE, PackageStanding.USED_UP, PackageStanding.EXPIRED] == standings


def test_held_again_after_the_end_the_statement_adds_up() -> None:
    """Held, by mistake missed, held after all, the last two said after the end: one was used, two expired."""
    books = Books(GENTLE)
    books.client()
    package = books.buys(3, 5)
    end = books.end(package)
    session = books.book(end - 3 * HOUR).id
    books.clock.set(end - HOUR)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (3, 0, 1, 2, 0) == books.count(package, end)
    books.clock.set(end + DAY)
    books.crm.do(MarkMissed(appointment=session, by=OWNER))
    assert (3, 0, 0, 3, 0) == books.count(package)
    books.clock.advance(hours=1)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (3, 0, 1, 2, 0) == books.count(package)


# ---- as of any moment


def test_the_balance_of_any_moment_can_be_asked() -> None:
    """A life of ten days, counted by hand at each of its moments; what is done later changes none of them."""
    books = Books()
    books.client()
    books.clock.set(NOON + DAY)
    package = books.buys(3, 7)
    end = datetime(2026, 3, 10, 23, tzinfo=UTC)  # the midnight after the 10th in Berlin
    assert end == books.end(package)
    story: list[tuple[datetime, Numbers]] = [
        (NOON, (0, 0, 0, 0, 0)),
        (NOON + DAY - TICK, (0, 0, 0, 0, 0)),
        (NOON + DAY, (3, 0, 0, 0, 3)),
        (NOON + 2 * DAY, (3, 1, 0, 0, 2)),
        (NOON + 3 * DAY, (3, 2, 0, 0, 1)),
        (NOON + 4 * DAY, (3, 1, 1, 0, 1)),
        (NOON + 5 * DAY, (3, 0, 1, 0, 2)),
        (end - TICK, (3, 0, 1, 0, 2)),
        (end, (3, 0, 1, 2, 0)),
        (end + 900 * DAY, (3, 0, 1, 2, 0)),
    ]
    books.clock.set(NOON + 2 * DAY)
    first = books.book(NOON + 4 * DAY - HOUR).id
    books.clock.set(NOON + 3 * DAY)
    second = books.book(NOON + 7 * DAY).id
    books.clock.set(NOON + 4 * DAY)
    books.crm.do(MarkHeld(appointment=first, by=OWNER))
    books.clock.set(NOON + 5 * DAY)
    books.crm.do(Cancel(appointment=second, by=OWNER))
    assert story == [(at, books.count(package, at)) for at, _ in story]
    lines = [
        ("granted", NOON + DAY, 3), ("reserved", NOON + 2 * DAY, 1), ("reserved", NOON + 3 * DAY, 1),
        ("used", NOON + 4 * DAY, 1), ("released", NOON + 5 * DAY, 1), ("expired", end, 2),
    ]  # fmt: skip
    assert lines == books.lines(package, end)
    for at, _ in story:
        assert [line for line in lines if line[1] <= at] == books.lines(package, at)


def test_the_history_of_a_package_is_its_ledger() -> None:
    """Every entry stands in one event, in the order of recording; the grant in the one that opened it."""
    books = Books()
    books.client()
    package = books.buys()
    session = books.book(NOON + HOUR).id
    books.clock.set(NOON + 2 * HOUR)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    told = books.crm.history_of("package", package)
    assert ["PackageGiven", "PackageOpened", "PackagePosted", "PackagePosted"] == [type(e).__name__ for e in told]
    entries = [entry for event in told if isinstance(event, PackagePosted) for entry in event.entries]
    assert books.stored(package).ledger[1:] == tuple(entries)
    assert [event.version for event in told] == [1, 2, 3, 4]


# ---- before it opens


def test_what_is_assigned_grants_nothing_before_it_is_accepted() -> None:
    """On the record since the invitation, usable since the acceptance: not booked on before. Source: DL-A1."""
    books = Books()
    books.crm.do(DefineOffer(id="five", name="Five", sessions=5, days=10, by=OWNER))
    sent = books.crm.do(Invite(name="Ada", email="ada@example.org", status=Team.CLIENT, packages=["five"], by=OWNER))
    package = books.crm.packages(sent.contact)[0].package.id
    books.book(NOON + 2 * DAY, sent.contact)
    assert ((0, 0, 0, 0, 0), []) == (books.count(package), books.lines(package))
    assert PackageStanding.ASSIGNED is books.crm.package(package).standing
    assert ["package.is_usable"] == [f.rule for f in books.crm.package(package).usable.refusals][:1]
    books.clock.set(NOON + DAY)
    books.crm.do(Accept(token=books.crm.do(MintLink(invitation=sent.id, by=OWNER))))
    assert (5, 0, 0, 0, 5) == books.count(package)
    assert (0, 0, 0, 0, 0) == books.count(package, NOON + DAY - TICK)
    assert PackageStatus.USABLE is books.stored(package).state
    assert datetime(2026, 3, 13, 23, tzinfo=UTC) == books.end(package)


# ---- days


@pytest.mark.parametrize(
    ("zone", "opened", "days", "end"),
    [
        # The last day is whole by the clock on the wall: across the night in which it goes forward, an hour shorter.
        ("Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC), 1, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC), 2, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 23, 12, tzinfo=UTC), 1, datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 23, 12, tzinfo=UTC), 2, datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # Late in the evening it is another day already in the east, and the same one in the west.
        ("Europe/Berlin", datetime(2026, 3, 27, 22, 59, tzinfo=UTC), 1, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 27, 23, tzinfo=UTC), 1, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 27, 14, 59, tzinfo=UTC), 1, datetime(2026, 3, 28, 15, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 27, 15, tzinfo=UTC), 1, datetime(2026, 3, 29, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 28, 3, 59, tzinfo=UTC), 1, datetime(2026, 3, 29, 4, tzinfo=UTC)),
        # A day that begins at one o'clock, and one whose midnight comes twice.
        ("Africa/Cairo", datetime(2026, 4, 22, 12, tzinfo=UTC), 1, datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("America/Havana", datetime(2026, 10, 30, 12, tzinfo=UTC), 1, datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_package_ends_with_a_local_day_of_the_coach(zone: str, opened: datetime, days: int, end: datetime) -> None:
    """So many days after the one on which it opens, the last one whole, by the clock of the client's coach."""
    books = Books()
    books.crm.do(AddMember(id="m-1", name="Cora", role=Role.COACH, zone=zone, by=SYSTEM))
    books.clock.set(opened)
    books.client(coach="m-1")
    package = books.buys(3, days)
    assert end == books.end(package)


def test_without_a_zone_of_its_own_the_accounts_clock_counts() -> None:
    """A coach without one, and a client without a coach."""
    books = Books()
    books.crm.do(AddMember(id="m-1", name="Cora", role=Role.COACH, by=SYSTEM))
    books.client(coach="m-1")
    books.client("c-2")
    assert {datetime(2026, 3, 4, 23, tzinfo=UTC)} == {
        books.end(books.buys(3, 2, contact=contact)) for contact in ("c-1", "c-2")
    }


def test_another_coach_moves_no_end() -> None:
    """What was said when it opened stays, wherever the next coach lives."""
    books = Books()
    for key, zone in (("m-1", "Asia/Tokyo"), ("m-2", "America/New_York")):
        books.crm.do(AddMember(id=key, name="Cora", role=Role.COACH, zone=zone, by=SYSTEM))
    books.client(coach="m-1")
    package = books.buys(3, 2)
    end = books.end(package)
    books.crm.do(AssignCoach(contact="c-1", coach="m-2", by=OWNER))
    assert datetime(2026, 3, 4, 15, tzinfo=UTC) == end == books.end(package)


# ---- where a package is needed

NEEDED: Final = TEAM.with_policy(package={"needed": True})


def test_where_a_package_is_needed_nothing_else_is_booked() -> None:
    """One session is left: the second booking is refused by one rule, and what takes no session is booked."""
    books = Books(NEEDED)
    books.client()
    package = books.buys(1, 5)
    books.book(NOON + DAY)
    with pytest.raises(Refused) as caught:
        books.book(NOON + 2 * DAY)
    assert ["package.a_package_covers"] == [finding.rule for finding in caught.value.decision.refusals]
    books.book(NOON + 2 * DAY, kind=Kind.CONSULTATION)
    assert (1, 1, 0, 0, 0) == books.count(package)


@pytest.mark.parametrize(("off", "done"), [(-TICK, True), (timedelta(), False)])
def test_where_a_package_is_needed_it_has_to_reach_the_start(off: timedelta, done: bool) -> None:
    """The end of its term does not belong to it."""
    books = Books(NEEDED)
    books.client()
    start = books.end(books.buys(1, 5)) + off
    book = Book(contacts=["c-1"], coach="m", kind=Kind.SESSION, start=start, minutes=60, by=OWNER)
    assert done is books.crm.plan(book).allowed


def test_where_a_package_is_needed_everybody_in_a_group_has_one() -> None:
    """One without a seat, and nobody is booked."""
    books = Books(NEEDED)
    for key in ("c-1", "c-2"):
        books.client(key)
    first = books.buys(1, shape=Shape.GROUP)
    book = Book(contacts=["c-1", "c-2"], coach="m", kind=Kind.SESSION, start=NOON + DAY, minutes=60, by=OWNER)
    refused = books.crm.plan(book).decision
    assert ["package.a_package_covers"] == [finding.rule for finding in refused.refusals]
    assert "no package of c-2 covers it" in str(refused)
    second = books.buys(1, shape=Shape.GROUP, contact="c-2")
    books.crm.do(book)
    assert [1, 1] == [books.count(package)[1] for package in (first, second)]


# ---- who is deleted


def test_a_client_who_is_deleted_takes_its_packages_along() -> None:
    """They are gone and their history says so; who shared a session with it keeps the reservation. Source: SD4."""
    books = Books(AGENCY)
    packages = []
    for key in ("c-1", "c-2"):
        books.client(key)
        packages.append(books.buys(2, shape=Shape.GROUP, contact=key))
    session = books.book(NOON + HOUR, "c-1", "c-2").id
    books.crm.do(Archive(contact="c-1", by=OWNER))
    assert Removal.DELETED is books.crm.do(Delete(contact="c-1", by=OWNER))
    gone, stays = packages
    with pytest.raises(NotFound):
        books.crm.package(gone)
    with pytest.raises(NotFound):
        books.crm.packages("c-1")
    assert isinstance(books.crm.history_of("package", gone)[-1], PackageDeleted)
    assert (2, 1, 0, 0, 1) == books.count(stays)
    books.clock.set(NOON + 2 * HOUR)
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (2, 0, 1, 0, 1) == books.count(stays)


def test_a_session_that_began_as_a_group_takes_a_seat_though_one_of_two_is_deleted() -> None:
    """Nothing was reserved, for there was no portal then; held, it is the group that it was. Source: SD4."""
    books = Books(AGENCY)
    for key in ("c-1", "c-2"):
        books.client(key, portal=Portal.NOT_INVITED)
    single, group = books.buys(2), books.buys(2, shape=Shape.GROUP)
    session = books.book(NOON + 2 * HOUR, "c-1", "c-2").id
    books.clock.set(NOON + HOUR)
    books.crm.do(AssignCredentials(contact="c-1", by=OWNER))
    books.clock.set(NOON + 3 * HOUR)
    books.crm.do(Archive(contact="c-2", by=OWNER))
    assert Removal.DELETED is books.crm.do(Delete(contact="c-2", by=OWNER))
    books.crm.do(MarkHeld(appointment=session, by=OWNER))
    assert (2, 0, 0, 0, 2) == books.count(single)
    assert (2, 0, 1, 0, 1) == books.count(group)


def test_a_payment_of_somebody_who_was_deleted_buys_nothing_again() -> None:
    """Told once more, it is a Conflict: no second package comes of it."""
    books = Books(AGENCY)
    books.client()
    books.buys(1)
    offer = books.crm.packages("c-1")[0].package.offer
    books.crm.do(Archive(contact="c-1", by=OWNER))
    books.crm.do(Delete(contact="c-1", by=OWNER))
    with pytest.raises(Conflict):
        books.crm.do(RecordPayment(payment="pi-1", offer=offer, contact="c-1", by=SYSTEM))


# ---- the pure level


def test_the_rules_count_without_an_account() -> None:
    """A host's own rows: balance, statement and standing are plain functions."""
    books = Books()
    books.client()
    package = books.stored(books.buys(2, 5))
    found = ledger.balance(package, NOON)
    assert (2, 0, 0, 0, 2) == (found.granted, found.reserved, found.used, found.expired, found.left)
    assert package.ledger == ledger.statement(package, NOON)
    assert PackageStanding.USABLE is ledger.standing(package, NOON)
