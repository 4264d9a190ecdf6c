"""The life of a package on a client's record, the same for every funnel. Source: S4, DL5, DL-A1, DL-A2."""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.life import Life
from funnelkit.table import NEW, STAFF, SYSTEM, Move, Status, Trigger

# fmt: off


class PackageStatus(Status):
    """How it stands with a package that a client has."""

    ASSIGNED = auto()   # on the record, not usable: the invitation is not accepted yet
    USABLE = auto()
    USED_UP = auto()
    EXPIRED = auto()
    REMOVED = auto()    # the invitation came to nothing


class Happening(Trigger):
    """What happens to a package."""

    ASSIGNED = auto()
    BOUGHT = auto()
    INVITATION_ACCEPTED = auto()
    INVITATION_ENDED = auto()
    LAST_SESSION_USED = auto()
    SESSION_GIVEN_BACK = auto()
    TERM_ENDED = auto()


S, T = PackageStatus, Happening

MOVES: Final[tuple[Move[PackageStatus], ...]] = (
    #    while it is             and this happens       it becomes   by      needs  source
    Move(NEW,                    T.ASSIGNED,            S.ASSIGNED,  STAFF,  (),    "S4, DL-A2"),
    Move(NEW,                    T.BOUGHT,              S.USABLE,    SYSTEM, (),    "DL6, DL-A6"),
    Move(S.ASSIGNED,             T.INVITATION_ACCEPTED, S.USABLE,    SYSTEM, (),    "S4, DL-A1"),
    Move(S.ASSIGNED,             T.INVITATION_ENDED,    S.REMOVED,   SYSTEM, (),    "DL-A2"),
    Move(S.USABLE,               T.LAST_SESSION_USED,   S.USED_UP,   SYSTEM, (),    "DL5"),
    Move(S.USED_UP,              T.SESSION_GIVEN_BACK,  S.USABLE,    SYSTEM, (),    "ours"),
    Move((S.ASSIGNED, S.USABLE, S.USED_UP), T.TERM_ENDED, S.EXPIRED, SYSTEM, (),    "DL5"),
)

PACKAGE: Final = Life(name="package", statuses=S, moves=MOVES, ends=(S.EXPIRED, S.REMOVED))
# fmt: on
