"""The life of an invitation, the same for every funnel. Source: S4, SD3; what no source says is ours (DL-A14)."""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.life import Life
from funnelkit.table import NEW, STAFF, SYSTEM, Move, Status, Trigger
from funnelkit.words import Role

# fmt: off


class InvitationStatus(Status):
    """How it went with an invitation."""

    PENDING = auto()      # sent, not answered yet
    ACCEPTED = auto()
    DECLINED = auto()
    REVOKED = auto()      # taken back by the account
    EXPIRED = auto()      # its term has run out
    SUPERSEDED = auto()   # another one took its place


class Happening(Trigger):
    """What happens to an invitation."""

    SENT = auto()
    SENT_AGAIN = auto()
    LINK_MINTED = auto()   # the host asked for a link, to mail it itself
    ACCEPTED = auto()
    DECLINED = auto()
    REVOKED = auto()
    EXPIRED = auto()
    SUPERSEDED = auto()


S, T = InvitationStatus, Happening
SENDER: Final = (*STAFF, *SYSTEM)
INVITED: Final = (Role.CLIENT,)

MOVES: Final[tuple[Move[InvitationStatus], ...]] = (
    #    while it is              and this happens  it becomes     by       needs  source
    Move(NEW,                     T.SENT,           S.PENDING,     SENDER,  (),    "S4"),
    Move((S.PENDING, S.EXPIRED),  T.SENT_AGAIN,     S.PENDING,     SENDER,  (),    "DL-A14"),
    Move(S.PENDING,               T.LINK_MINTED,    S.PENDING,     SENDER,  (),    "ours"),
    Move(S.PENDING,               T.ACCEPTED,       S.ACCEPTED,    INVITED, (),    "S4"),
    Move(S.PENDING,               T.DECLINED,       S.DECLINED,    INVITED, (),    "ours"),
    Move(S.PENDING,               T.REVOKED,        S.REVOKED,     SENDER,  (),    "DL-A14"),
    Move(S.PENDING,               T.EXPIRED,        S.EXPIRED,     SYSTEM,  (),    "DL-A14"),
    Move(S.PENDING,               T.SUPERSEDED,     S.SUPERSEDED,  SYSTEM,  (),    "ours"),
)

INVITATION: Final = Life(
    name="invitation", statuses=S, moves=MOVES, ends=(S.ACCEPTED, S.DECLINED, S.REVOKED, S.SUPERSEDED),
)
# fmt: on
