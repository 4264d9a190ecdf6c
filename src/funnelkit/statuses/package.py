"""The life of a package on a client's record, the same for every funnel. Source: S4, DL-A1, DL-A2, DL-A12.

Used up and expired are no statuses here: the ledger and the clock tell them, at any moment (`rules/package.py`).
"""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.life import Life
from funnelkit.table import NEW, STAFF, SYSTEM, Move, Status, Trigger
from funnelkit.words import HEADS

# fmt: off


class PackageStatus(Status):
    """How it stands with a package that a client has."""

    ASSIGNED = auto()   # on the record, not usable: there is no portal yet
    USABLE = auto()
    REMOVED = auto()    # taken off the record before it was usable


class Happening(Trigger):
    """What happens to a package."""

    ASSIGNED = auto()
    BOUGHT = auto()
    PORTAL_OPENED = auto()        # the invitation was accepted, or credentials were made by hand
    INVITATION_CANCELLED = auto()
    TAKEN_OFF = auto()
    REPLACED = auto()             # another one took its place


S, T = PackageStatus, Happening
GIVER: Final = (*STAFF, *SYSTEM)

MOVES: Final[tuple[Move[PackageStatus], ...]] = (
    #    while it is  and this happens         it becomes   by      needs  source
    Move(NEW,         T.ASSIGNED,              S.ASSIGNED,  GIVER,  (),    "S4, DL-A2"),
    Move(NEW,         T.BOUGHT,                S.ASSIGNED,  HEADS,  (),    "S4, DL6, DL-A7"),
    Move(S.ASSIGNED,  T.PORTAL_OPENED,         S.USABLE,    SYSTEM, (),    "S4, DL-A1"),
    Move(S.ASSIGNED,  T.INVITATION_CANCELLED,  S.REMOVED,   SYSTEM, (),    "DL-A2"),
    Move(S.ASSIGNED,  T.TAKEN_OFF,             S.REMOVED,   GIVER,  (),    "ours"),
    Move(S.ASSIGNED,  T.REPLACED,              S.REMOVED,   SYSTEM, (),    "DL-A4"),
)

PACKAGE: Final = Life(name="package", statuses=S, moves=MOVES, ends=(S.USABLE, S.REMOVED))
# fmt: on
