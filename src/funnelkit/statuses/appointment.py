"""The life of an appointment, the same for every funnel. Ours; what counts as held is decided by CC-A3."""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.life import Life
from funnelkit.table import NEW, Move, Status, Trigger
from funnelkit.words import HANDS, Role

# fmt: off


class AppointmentStatus(Status):
    """How it went with an appointment."""

    BOOKED = auto()      # it stands; once its end has passed it is held, unless somebody says otherwise
    HELD = auto()        # said to be held
    MISSED = auto()      # nobody came
    CANCELLED = auto()   # called off before


class Happening(Trigger):
    """What happens to an appointment."""

    BOOKED = auto()
    RESCHEDULED = auto()
    CANCELLED = auto()
    HELD = auto()
    MISSED = auto()


S, T = AppointmentStatus, Happening
ANYBODY: Final = (*HANDS, Role.CLIENT)

MOVES: Final[tuple[Move[AppointmentStatus], ...]] = (
    #    while it is  and this happens  it becomes    by       needs  source
    Move(NEW,         T.BOOKED,         S.BOOKED,     ANYBODY, (),    "ours"),
    Move(S.BOOKED,    T.RESCHEDULED,    S.BOOKED,     ANYBODY, (),    "ours"),
    Move(S.BOOKED,    T.CANCELLED,      S.CANCELLED,  ANYBODY, (),    "ours"),
    Move(S.BOOKED,    T.HELD,           S.HELD,       HANDS,   (),    "ours"),
    Move(S.BOOKED,    T.MISSED,         S.MISSED,     HANDS,   (),    "ours"),
    Move(S.HELD,      T.MISSED,         S.MISSED,     HANDS,   (),    "ours: marked by mistake"),
    Move(S.MISSED,    T.HELD,           S.HELD,       HANDS,   (),    "ours: marked by mistake"),
)

APPOINTMENT: Final = Life(name="appointment", statuses=S, moves=MOVES, ends=(S.CANCELLED,))
# fmt: on
