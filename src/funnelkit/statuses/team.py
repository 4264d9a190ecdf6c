"""A team of coaches: the client types of Delenta. Source: S4, and DL1 to DL10 where a row says so.

The sources name types and no moves: entry by hand into each type, and any to any by staff, are ours.
"""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.funnel import Funnel
from funnelkit.policy import ContactPolicy, InvitationPolicy, Policy, TeamPolicy
from funnelkit.readings import Readings
from funnelkit.table import (
    ANY,
    DASHBOARD,
    NEW,
    NO,
    OTHER,
    PAID,
    PORTAL,
    PUBLIC,
    STAFF,
    SYSTEM,
    UNSTATED,
    YES,
    Deed,
    Matrix,
    Move,
    Status,
    Trigger,
    matrix,
    rights,
    silent,
)  # fmt: skip
from funnelkit.words import Grant, Kind, Removal, Right, Standing, Ties

# fmt: off


class Team(Status):
    """What a contact is to the team."""

    LEAD = auto()       # created only; cannot be invited
    PROSPECT = auto()   # can be invited to the portal
    CONTACT = auto()    # created only; cannot be invited
    CLIENT = auto()     # can be invited to the portal; imported contacts are clients


class Happening(Trigger):
    """What happens to a contact."""

    ENTERED = auto()
    STAFF_DECIDES = auto()
    PAID = auto()   # a payment link was paid


S, T, R = Team, Happening, Right

LABELS: Final = {S.LEAD: "Lead", S.PROSPECT: "Prospect", S.CONTACT: "Contact", S.CLIENT: "Client"}

MOVES: Final[tuple[Move[Team], ...]] = (
    #    while it is  and this happens  it becomes  by     needs  source
    Move(NEW,         T.ENTERED,        S,          STAFF, (),    "ours, after DL1, DL2"),
    Move(ANY,         T.STAFF_DECIDES,  OTHER,      STAFF, (),    "ours"),
    Move(NEW,         T.PAID,           S.CLIENT,   SYSTEM, (),   "S4, DL6"),
    Move((S.LEAD, S.PROSPECT, S.CONTACT), T.PAID, S.CLIENT, SYSTEM, (), "ours, after S4"),
)

DEEDS: Final = (
    #    when we    of kind  that has happened  source
    Deed(PAID,      None,    T.PAID,            "S4"),
)

RIGHTS: Final[Matrix[Team, Right, Grant]] = rights(
                  (R.LOG_IN, R.DASHBOARD, R.PACKAGE, R.MESSAGES, R.SESSION_REQUESTS, R.TASKS, R.NOTES, R.CONTRACTS),
                  (PORTAL, DASHBOARD,   DASHBOARD, DASHBOARD,  DASHBOARD,         DASHBOARD, DASHBOARD, PUBLIC),
    (S.CLIENT,    (YES,      YES,         YES,       YES,        YES,                YES,     YES,     YES)),
    (S.PROSPECT,  (YES,      YES,         YES,       YES,        YES,                YES,     YES,     YES)),
    (S.CONTACT,   (NO,       NO,          NO,        NO,         NO,                 NO,      NO,      YES)),
    (S.LEAD,      (NO,       NO,          NO,        NO,         NO,                 NO,      NO,      YES)),
    notes={
        (S.CLIENT, R.LOG_IN): "S4, DL1",  (S.PROSPECT, R.LOG_IN): "DL1",  (S.CONTACT, R.LOG_IN): "DL1",
        (S.LEAD, R.LOG_IN): "DL1",        (S.CLIENT, R.DASHBOARD): "S4",  (S.PROSPECT, R.PACKAGE): "S4, DL-A12",
        **{(s, R.CONTRACTS): "DL9" for s in S},
    },
)

REMOVALS: Final = matrix(
                         (Ties.FREE,        Ties.TIED),
    (Standing.ACTIVE,    (Removal.UNSTATED, Removal.UNSTATED)),
    (Standing.HIDDEN,    (Removal.UNSTATED, Removal.UNSTATED)),
    (Standing.ARCHIVED,  (Removal.UNSTATED, Removal.UNSTATED)),
)

POLICY: Final = Policy(
    team=TeamPolicy(members_only=True, tell_coaches=True), invitation=InvitationPolicy(onboarding=("onboarding",)),
    contacts=ContactPolicy(several_coaches_edit=False),                                                         # DL2
)

TEAM: Final = Funnel(
    name="team", statuses=S, triggers=T, labels=LABELS, moves=MOVES, deeds=DEEDS, open=(S.LEAD, S.PROSPECT),   # ours
    rights=RIGHTS, log_in=R.LOG_IN, bookings=silent(S, *Kind), hours=dict.fromkeys(S, UNSTATED), removals=REMOVALS,
    policy=POLICY,
)

READINGS: Final = Readings(TEAM, {})
# fmt: on
