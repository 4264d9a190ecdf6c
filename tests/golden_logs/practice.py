"""A small practice, made by hand, for the log in every format. Nobody in it is real.

Twelve clients of one coach: single, in a group and in a team, in an organisation with a letter and in one without, for
barter and between peers, one who refused to be listed, one whom nobody asked, two who write from right to left, and two
whose names try to be a program.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from funnelkit import COACHING, Actor, FunnelService, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import AddCompany, Adopt, Book, Edit, SetEngagement
from funnelkit.log import Letter, Log
from funnelkit.render import logs
from funnelkit.requirements import Standard
from funnelkit.rules.credentials import Progress
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.session import Session
from funnelkit.words import Activity, Kind, Pay, Right, Setting

HERE: Final = Path(__file__).parent
OWNER: Final = Actor(id="olga", role=Role.OWNER)
CORA: Final = Actor(id="cora", role=Role.COACH)
TRAINED: Final = date(2024, 9, 2)
TODAY: Final = date(2026, 3, 31)

Practice: TypeAlias = FunnelService[Coaching, Right]

# fmt: off
CLIENTS: Final = (
    # id    name                                 reached                  since              until              consent
    ("c-01", "Ada Lindqvist",                     "ada@example.org",       date(2024, 10, 1), None,              True),
    ("c-02", "Ben O’Hara | Sons",                 "+44 20 7946 0958",      date(2024, 11, 5), date(2025, 5, 27), True),
    ("c-03", "דנה לוי",                           "dana@example.org",      date(2025, 1, 14), None,              True),
    ("c-04", "ليلى حداد",                         "laila@example.org",     date(2025, 2, 3), None,              True),
    ("c-05", "<script>alert('Eve')</script>",     "eve@example.org",       date(2025, 3, 10), None,              True),
    ("c-06", "=cmd|'/C calc'!A0",                 "+49 30 901820",         None,              None,              True),
    ("c-07", "María-José Fernández Castellanos",  "maria_jose@example.org", None,              None,              True),
    ("c-08", "Grace Chen",                        "grace@example.org",     date(2025, 6, 2), None,              True),
    ("c-09", "Nobody May Read This",              "secret@example.org",    date(2025, 4, 1), None,              False),
    ("c-10", "Nobody Asked Her",                  "unasked@example.org",   None,              None,              None),
    ("c-11", "Inside The Works",                  "inside@example.org",    None,              None,              False),
    ("c-12", "Also Inside The Works",             "also@example.org",      None,              None,              None),
)

PAID: Final = Session(pay=Pay.PAID)
FREE: Final = Session(pay=Pay.PRO_BONO)
BARTER: Final = Session(pay=Pay.BARTER)
PEER: Final = Session(pay=Pay.PEER_EXCHANGE, as_coach=30)
SPONSORED: Final = Session(pay=Pay.THIRD_PARTY, organisation="mill")
INTERNAL: Final = Session(pay=Pay.INTERNAL)   # the organisation is the client's own
CIRCLE: Final = Session(setting=Setting.GROUP, group="circle", heads=6, pay=Pay.PAID)
BOARD: Final = Session(setting=Setting.TEAM, group="board", heads=4, pay=Pay.THIRD_PARTY, organisation="works")
MENTOR: Final = Session(activity=Activity.MENTOR_COACHING, pay=Pay.PAID)
CROWD: Final = Session(setting=Setting.GROUP, heads=16, pay=Pay.PAID)

SESSIONS: Final = (
    # who              first day          times every minutes  what
    (("c-01",),        date(2024, 10, 1),   10,   28,   60,     PAID),
    (("c-01",),        date(2026, 3, 2),     3,    1,   20,     PAID),        # three times twenty minutes are one hour
    (("c-02",),        date(2024, 11, 5),    9,   21,   45,     PAID),
    (("c-03",),        date(2025, 1, 14),   12,   14,   50,     PAID),
    (("c-03",),        date(2025, 9, 9),     4,   14,   50,     FREE),
    (("c-04",),        date(2025, 2, 3),     6,   14,   90,     BARTER),
    (("c-05",),        date(2025, 11, 10),   5,   14,   60,     FREE),
    (("c-06",),        date(2025, 11, 12),   3,   14,   60,     PEER),        # half of each hour as coach
    (("c-07",),        date(2026, 1, 20),    1,    1,   20,     FREE),        # twenty minutes alone
    (("c-07",),        date(2026, 2, 3),     6,    7,   55,     SPONSORED),
    (("c-08", "c-01"), date(2025, 11, 3),    5,   14,   90,     CIRCLE),      # six people, two of them by name
    (("c-08",),        date(2025, 11, 4),    8,   14,   60,     PAID),
    (("c-09",),        date(2025, 4, 1),     7,   14,   60,     PAID),
    (("c-10",),        date(2026, 2, 10),    2,   14,   40,     FREE),
    (("c-11",),        date(2025, 4, 2),     8,   14,   60,     INTERNAL),
    (("c-11", "c-12"), date(2025, 4, 3),     4,   28,  120,     BOARD),
    (("c-01",),        date(2026, 3, 10),    2,    7,   60,     MENTOR),      # does not count: mentor coaching
    (("c-02", "c-08"), date(2026, 3, 12),    1,    1,   60,     CROWD),       # does not count: sixteen are too many
    (("c-04",),        date(2024, 8, 5),     1,    1,   60,     PAID),        # does not count: before training
)
"""Nobody is coached in August 2025: a gap."""
# fmt: on


def practice() -> Practice:
    """Book what is to be booked, beginning before the first session, and come to today."""
    clock = FixedClock(datetime(2024, 8, 1, 6, tzinfo=UTC))
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=clock, zone="Europe/Berlin")
    for company, name in (("works", "Works & Sons <Ltd>"), ("mill", "The Mill")):
        crm.do(AddCompany(id=company, name=name, by=OWNER))
    for key, name, reached, since, until, consent in CLIENTS:
        mail, phone = (reached, None) if "@" in reached else (None, reached)
        crm.do(Adopt(id=key, name=name, email=mail, phone=phone, status=Coaching.ACTIVE_CLIENT, by=OWNER))
        crm.do(SetEngagement(contact=key, since=since, until=until, consent=consent, by=OWNER))
    for key in ("c-11", "c-12"):
        crm.do(Edit(contact=key, company="works", by=OWNER))
    for n, (who, first, times, every, minutes, what) in enumerate(SESSIONS):
        for time in range(times):
            # Each line has its own hour of the day, so that no two sessions overlap.
            start = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=every * time, hours=n)
            crm.do(
                Book(contacts=who, coach="cora", kind=Kind.SESSION, start=start, minutes=minutes, session=what, by=CORA)
            )
    clock.advance(datetime(2026, 3, 31, 20, tzinfo=UTC) - clock.now())
    return crm


def log_of(crm: Practice) -> Log:
    """Make the log, with the letter of one organisation."""
    letter = Letter(
        organisation="Works & Sons <Ltd>", coach="Cora Coach", person="Paul Personnel, head of people",
        role="internal coach", policy="Names of those who are coached\nare not given to anybody outside.",
    )  # fmt: skip
    return crm.log(coach="cora", standard=Standard(trained=TRAINED), letters={"works": letter})


def progress_of(crm: Practice) -> tuple[Progress, ...]:
    """Say how far Cora is from each credential."""
    return tuple(
        crm.credential(name, coach="cora", on=TODAY, trained=TRAINED, holds=["ACC"]) for name in ("ACC", "PCC", "MCC")
    )


def texts(log: Log, progress: tuple[Progress, ...]) -> dict[str, str]:
    """Give the log in every format that is text, by the name of its file."""
    return {
        "log.csv": logs.csv(log),
        "log.md": logs.markdown(log, progress, title="Coaching log of Cora Coach"),
        "log.html": logs.html(log, progress, title="Coaching log of Cora Coach"),
    }


def write_golden() -> None:
    """Write the golden files anew: look at the difference before you keep it."""
    crm = practice()
    for name, text in texts(log_of(crm), progress_of(crm)).items():
        (HERE / name).write_bytes(text.encode())
