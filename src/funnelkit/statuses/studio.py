"""A photographer's studio: the client types of StudioCloud. Source: S3, and SC1 to SC8 where a row says so.

The stages (visible, hidden, archived) are the standing, an axis of its own: each type can be in each of them.
"""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.funnel import Funnel
from funnelkit.policy import OutreachPolicy, Policy
from funnelkit.readings import Readings
from funnelkit.table import (
    BOOKED,
    NEW,
    REASON,
    STAFF,
    SYSTEM,
    UNSTATED,
    Deed,
    Move,
    Status,
    Tip,
    Trigger,
    matrix,
    silent,
)  # fmt: skip
from funnelkit.words import Kind, Removal, Right, Standing, Ties

# fmt: off


class Studio(Status):
    """What a contact is to the studio."""

    LEAD = auto()                 # an inquiry, or work under way to win the person
    PROSPECTIVE_CLIENT = auto()   # not contacted yet, or not won then; marketed to as a group
    CLIENT = auto()               # pays, will pay, or is any other contact: a vendor, a business contact


class Happening(Trigger):
    """What happens to a contact."""

    CREATED = auto()
    CONVERTED = auto()              # by hand
    BOOKED_FROM_CALENDAR = auto()   # converted from the calendar, on booking


S, T = Studio, Happening

LABELS: Final = {S.LEAD: "Lead", S.PROSPECTIVE_CLIENT: "Prospective Client", S.CLIENT: "Client"}

MOVES: Final[tuple[Move[Studio], ...]] = (
    #    while it is            and this happens        it becomes                         by      needs  source
    Move(NEW,                   T.CREATED,              S,                                 STAFF,  (),    "S3"),
    Move(S.LEAD,                T.CONVERTED,            (S.CLIENT, S.PROSPECTIVE_CLIENT),  STAFF,  (),    "S3, SC1"),
    Move(S.PROSPECTIVE_CLIENT,  T.CONVERTED,            S.LEAD,                            STAFF,  (),    "S3"),
    Move(S.PROSPECTIVE_CLIENT,  T.CONVERTED,            S.CLIENT,                          STAFF,  (),    "SC-A5"),
    Move(S.LEAD,                T.BOOKED_FROM_CALENDAR, S.CLIENT,                          SYSTEM, (),    "SC2"),
)

REMOVALS: Final = matrix(
                         (Ties.FREE,       Ties.TIED),
    (Standing.ACTIVE,    (Removal.DELETED, Removal.ARCHIVED)),
    (Standing.HIDDEN,    (Removal.DELETED, Removal.ARCHIVED)),
    (Standing.ARCHIVED,  (Removal.DELETED, Removal.ARCHIVED)),
    notes={
        (Standing.ACTIVE, Ties.FREE): "S3",      (Standing.ACTIVE, Ties.TIED): "S3",
        (Standing.HIDDEN, Ties.FREE): "S3",      (Standing.HIDDEN, Ties.TIED): "S3",
        (Standing.ARCHIVED, Ties.FREE): "SC-A4", (Standing.ARCHIVED, Ties.TIED): "SC-A3",
    },
)

GROUP: Final = "market to prospective clients as a group, and tag them for campaigns and exports"
SINGLE: Final = "if single follow-up is needed, convert to a lead"
ACTION: Final = "keep leads for those who need a follow-up action, and use a pipeline"
LATER: Final = "not interested now but perhaps later: a prospective client"
STAYS_HIDDEN: Final = "a hidden contact becomes a client and stays hidden; show it if it is to appear in the lists"
TIPS: Final[tuple[Tip[Studio], ...]] = (
    #   code              when  was        becomes                    what is advised  source
    Tip("as_a_group",     None, (),        (S.PROSPECTIVE_CLIENT,),   GROUP,           "S3"),
    Tip("single_work",    None, (),        (S.PROSPECTIVE_CLIENT,),   SINGLE,          "S3, SC-A9"),
    Tip("needs_action",   None, (),        (S.LEAD,),                 ACTION,          "S3"),
    Tip("perhaps_later",  None, (),        (S.LEAD,),                 LATER,           "S3"),
    Tip("stays_hidden",   None, (),        (S.CLIENT,),               STAYS_HIDDEN,    "SC-A6", Standing.HIDDEN),
)

STUDIO: Final = Funnel(
    name="studio", statuses=S, triggers=T, labels=LABELS, moves=MOVES, tips=TIPS, ends=(S.CLIENT,),
    open=(S.LEAD,), pipelines=(S.LEAD,),   # S3, SC1
    order=((S.LEAD, S.PROSPECTIVE_CLIENT), (S.CLIENT,)),
    rights=silent(S, Right.LOG_IN), log_in=Right.LOG_IN, bookings=silent(S, *Kind), hours=dict.fromkeys(S, UNSTATED),
    removals=REMOVALS,
)

BACK: Final = Move(S.CLIENT, T.CONVERTED, (S.LEAD, S.PROSPECTIVE_CLIENT), STAFF, (REASON,), "SC-A5")
EVERYBODY: Final = Policy(outreach=OutreachPolicy(campaigns=(Standing.ACTIVE, Standing.HIDDEN, Standing.ARCHIVED)))
READINGS: Final = Readings(STUDIO, {
    "SC-A5 client goes back":  {"ends": (), "add": (BACK,)},
    "SC-A11 out of sight too": {"policy": EVERYBODY},
    "SC2 booking converts":    {"deeds": (Deed(BOOKED, Kind.SESSION, T.BOOKED_FROM_CALENDAR, "SC2"),)},
})
# fmt: on
