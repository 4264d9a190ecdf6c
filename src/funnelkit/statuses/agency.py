"""An agency: Lead, Prospect and Client of SuiteDash, forward only. Source: S1, and SD1 to SD6 where a row says so."""

from __future__ import annotations

from enum import auto
from typing import Final

from attrs import evolve

from funnelkit.funnel import Funnel
from funnelkit.policy import ContactPolicy, ConversionPolicy, Policy, SameStatus
from funnelkit.readings import Readings
from funnelkit.table import (
    EMAIL,
    NEW,
    NO,
    PORTAL,
    STAFF,
    UNSTATED,
    YES,
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


class Agency(Status):
    """How near a contact is to doing business with the agency."""

    LEAD = auto()       # details exchanged, no concrete plans
    PROSPECT = auto()   # one step further: a lead who can log in
    CLIENT = auto()     # business is really being done


class Happening(Trigger):
    """What happens to a contact."""

    CREATED = auto()     # by hand, or by an import
    CONVERTED = auto()   # through the contact's Options menu


S, T, R = Agency, Happening, Right

LABELS: Final = {S.LEAD: "Lead", S.PROSPECT: "Prospect", S.CLIENT: "Client"}

MOVES: Final[tuple[Move[Agency], ...]] = (
    #    while it is  and this happens  it becomes              by     needs     source
    Move(NEW,         T.CREATED,        S.LEAD,                 STAFF, (),       "SD3, SD5"),
    Move(NEW,         T.CREATED,        (S.PROSPECT, S.CLIENT), STAFF, (EMAIL,), "SD3, SD5"),
    Move(S.LEAD,      T.CONVERTED,      (S.PROSPECT, S.CLIENT), STAFF, (EMAIL,), "S1, SD-A1, SD-A11"),
    Move(S.PROSPECT,  T.CONVERTED,      S.CLIENT,               STAFF, (EMAIL,), "S1, SD-A11"),
)

RIGHTS: Final[Matrix[Agency, Right, Grant]] = rights(
                  (R.LOG_IN, R.MATERIAL, R.MESSAGES, R.ESTIMATES, R.PROPOSALS, R.INVOICES, R.PROJECTS),
                  (PORTAL,   PORTAL,     PORTAL,     PORTAL,      PORTAL,      PORTAL,     PORTAL),
    (S.LEAD,      (NO,       NO,         NO,         NO,          NO,          NO,         NO)),
    (S.PROSPECT,  (YES,      YES,        YES,        YES,         YES,         NO,         NO)),
    (S.CLIENT,    (YES,      YES,        YES,        YES,         YES,         YES,        YES)),
    notes={
        (S.LEAD, R.MATERIAL): "SD-A6",    (S.LEAD, R.MESSAGES): "SD-A6",    (S.PROSPECT, R.ESTIMATES): "S1, SD-A4",
        (S.CLIENT, R.ESTIMATES): "SD-A3", (S.CLIENT, R.PROPOSALS): "SD-A3",
    },
)

REMOVALS: Final = matrix(
                         (Ties.FREE,       Ties.TIED),
    (Standing.ACTIVE,    (Removal.REFUSED, Removal.REFUSED)),
    (Standing.HIDDEN,    (Removal.REFUSED, Removal.REFUSED)),
    (Standing.ARCHIVED,  (Removal.DELETED, Removal.DELETED)),
    notes={(s, t): "SD4" for s in Standing for t in Ties},
)

UNIQUE: Final = ContactPolicy(unique_email=True)
AGENCY: Final = Funnel(
    name="agency", statuses=S, triggers=T, labels=LABELS, moves=MOVES, ends=(S.CLIENT,),
    order=((S.LEAD,), (S.PROSPECT,), (S.CLIENT,)), forward_only=True,   # S1, SD1
    rights=RIGHTS, log_in=R.LOG_IN, bookings=silent(S, *Kind), hours=dict.fromkeys(S, UNSTATED), removals=REMOVALS,
    policy=Policy(contacts=UNIQUE, conversion=ConversionPolicy(corrections=False)),
)

SAME_ACCEPTED: Final = ConversionPolicy(same_status=SameStatus.ACCEPTED, corrections=False)
COMPANY_FIRST: Final = ContactPolicy(unique_email=True, company_first=True)
NO_LOWER: Final = ContactPolicy(unique_email=True, company_first=True, lower_primary=False)
OLDER: Final = {
    (S.LEAD, R.CONTRACTS): NO,      (S.LEAD, R.WORK_REQUESTS): NO,          (S.PROSPECT, R.ESTIMATES): NO,
    (S.PROSPECT, R.CONTRACTS): NO,  (S.PROSPECT, R.WORK_REQUESTS): YES,
    (S.CLIENT, R.CONTRACTS): YES,   (S.CLIENT, R.WORK_REQUESTS): UNSTATED,
}
READINGS: Final = Readings(AGENCY, {
    "SD-A1 one step at a time": {"drop": [(S.LEAD, S.CLIENT)]},
    "SD-A2 same role accepted": {"policy": evolve(AGENCY.policy, conversion=SAME_ACCEPTED)},
    "SD-A4 older rights":       {"cells": OLDER},
    "S1 company first":         {"policy": evolve(AGENCY.policy, contacts=COMPANY_FIRST)},
    "SD-A7 no lower primary":   {"policy": evolve(AGENCY.policy, contacts=NO_LOWER)},
    "corrections by policy":    {"policy": evolve(AGENCY.policy, conversion=ConversionPolicy(corrections=True))},
})
# fmt: on
