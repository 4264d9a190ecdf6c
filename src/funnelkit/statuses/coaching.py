"""A coach's practice: the contact statuses of Coaches Console. Source: S0, and CC1 to CC11 where a row says so."""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.funnel import Funnel
from funnelkit.policy import CertificationPolicy, ConversionPolicy, Countable, Policy, SameStatus, StatusWhen
from funnelkit.readings import Readings
from funnelkit.table import (
    AGREEMENT,
    ANY,
    NEW,
    NO,
    OTHER,
    OWNED,
    PERMITTED,
    PORTAL,
    PRODUCT,
    PUBLIC,
    STAFF,
    SYSTEM,
    THE_COACH,
    THE_CONTACT,
    UNSTATED,
    YES,
    Act,
    Effect,
    Mail,
    Matrix,
    Move,
    Owed,
    Status,
    Tip,
    Trigger,
    joined,
    matrix,
    rights,
)  # fmt: skip
from funnelkit.words import Axis, Grant, Kind, Portal, Purpose, Removal, Right, Standing, Ties

# fmt: off


class Coaching(Status):
    """Who a contact is to the coach."""

    PROSPECT = auto()          # anybody on the list: friend, family, referrer, possible client
    HOT_LEAD = auto()          # close to hiring; usual around a sample session
    BUYER = auto()             # first came in by registering and buying a product
    ACTIVE_CLIENT = auto()     # being coached now, paying or free
    INACTIVE_CLIENT = auto()   # the agreement has run out: access withdrawn, data kept


class Happening(Trigger):
    """What happens to a contact."""

    REGISTERED = auto()           # on the public Register page, choosing credentials
    BOOKED_IN_PUBLIC = auto()     # on the public calendar, through the opt-in form
    PRODUCT_PURCHASED = auto()
    AGREEMENT_ACCEPTED = auto()
    ENTERED = auto()              # by the coach, by hand
    COACH_DECIDES = auto()        # edits "Status and Group"


S, T, R = Coaching, Happening, Right
NOT_ACTIVE: Final = (S.PROSPECT, S.HOT_LEAD, S.BUYER, S.INACTIVE_CLIENT)

LABELS: Final = {
    S.PROSPECT: "Prospect",
    S.HOT_LEAD: "Hot Lead",
    S.BUYER: "Buyer",
    S.ACTIVE_CLIENT: "Active Client",
    S.INACTIVE_CLIENT: "Inactive Client",
}

MOVES: Final[tuple[Move[Coaching], ...]] = (
    #    while it is   and this happens      it becomes        by      needs       source
    Move(NEW,          T.REGISTERED,         S.PROSPECT,       SYSTEM, (),         "CC2"),
    Move(NEW,          T.BOOKED_IN_PUBLIC,   S.PROSPECT,       SYSTEM, (),         "CC6"),
    Move(NEW,          T.PRODUCT_PURCHASED,  S.BUYER,          SYSTEM, (PRODUCT,), "S0, CC2"),
    Move(NEW,          T.AGREEMENT_ACCEPTED, S.ACTIVE_CLIENT,  SYSTEM, (),         "CC2, CC9"),
    Move(NEW,          T.ENTERED,            S,                STAFF,  (),         "ours, after CC3"),
    Move(NOT_ACTIVE,   T.AGREEMENT_ACCEPTED, S.ACTIVE_CLIENT,  SYSTEM, (),         "CC2, CC9, CC-A13"),
    Move(ANY,          T.COACH_DECIDES,      OTHER,            STAFF,  (),         "CC3"),
)

CREDENTIALS: Final = Owed("make_credentials", "make the user name, and have the person choose a password")
EFFECTS: Final = (
    #      when this happens     that axis        becomes         source      of whom, and what the host owes
    Effect(T.REGISTERED,         Axis.PORTAL,     Portal.ACTIVE,  "CC2"),
    Effect(T.PRODUCT_PURCHASED,  Axis.OWNED,      None,           "S0, CC-A9"),
    Effect(T.PRODUCT_PURCHASED,  Axis.PORTAL,     Portal.ACTIVE,  "S0, CC2",  NEW, CREDENTIALS),
    Effect(T.AGREEMENT_ACCEPTED, Axis.AGREEMENTS, None,           "CC9"),
    Effect(T.AGREEMENT_ACCEPTED, Axis.PORTAL,     Portal.ACTIVE,  "CC2, CC9", ANY, CREDENTIALS),
)

ASKED: Final = Purpose.TRANSACTIONAL
MAILS: Final = (
    #    when this happens     goes to      this                     source      of whom, and along with what
    Mail(T.REGISTERED,         THE_COACH,   "contact_registered",    "CC2"),
    Mail(T.PRODUCT_PURCHASED,  THE_CONTACT, "product_credentials",   "S0, CC2",  NEW, purpose=ASKED),
    Mail(T.AGREEMENT_ACCEPTED, THE_CONTACT, "account_details",       "CC2, CC9", ANY, Axis.PORTAL, ASKED),
)

RIGHTS: Final[Matrix[Coaching, Right, Grant]] = rights(
                         (R.LOG_IN, R.PAGES,   R.FORMS,   R.DOCUMENTS, R.PRODUCTS, R.CALENDAR, R.CHANGE_PASSWORD),
                         (PORTAL,   PORTAL,    PORTAL,    PORTAL,      PORTAL,     PORTAL,     PORTAL),
    (S.ACTIVE_CLIENT,    (YES,      PERMITTED, PERMITTED, PERMITTED,   OWNED,      YES,        YES)),
    (S.HOT_LEAD,         (YES,      PERMITTED, PERMITTED, PERMITTED,   OWNED,      YES,        YES)),
    (S.BUYER,            (YES,      NO,        NO,        NO,          OWNED,      UNSTATED,   YES)),
    (S.PROSPECT,         (NO,       NO,        NO,        NO,          OWNED,      NO,         UNSTATED)),
    (S.INACTIVE_CLIENT,  (NO,       NO,        NO,        NO,          OWNED,      NO,         UNSTATED)),
    notes={
        (S.BUYER, R.PAGES): "CC-A5",             (S.BUYER, R.FORMS): "CC-A5",     (S.BUYER, R.DOCUMENTS): "CC-A5",
        (S.BUYER, R.PRODUCTS): "S0",             (S.ACTIVE_CLIENT, R.PRODUCTS): "CC-A9, CC-A10",
        (S.HOT_LEAD, R.PRODUCTS): "CC-A9",       (S.PROSPECT, R.PRODUCTS): "CC-A9",
        (S.INACTIVE_CLIENT, R.PRODUCTS): "CC-A9, CC-A10",
    },
)

PAPERS: Final[Matrix[Coaching, Right, Grant]] = rights(
                         (R.CREDENTIALS, R.GENERAL_INVOICE, R.COACHING_INVOICE),
                         (PUBLIC,        PUBLIC,            PUBLIC),
    (S.ACTIVE_CLIENT,    (YES,           YES,               YES)),
    (S.HOT_LEAD,         (YES,           YES,               YES)),
    (S.BUYER,            (YES,           YES,               YES)),
    (S.PROSPECT,         (UNSTATED,      YES,               YES)),
    (S.INACTIVE_CLIENT,  (UNSTATED,      YES,               YES)),
)

BOOKINGS: Final[Matrix[Coaching, Kind, Grant]] = matrix(
                         (Kind.SAMPLE, Kind.SESSION, Kind.CONSULTATION),
    (S.ACTIVE_CLIENT,    (YES,         YES,          YES)),
    (S.HOT_LEAD,         (PERMITTED,   PERMITTED,    PERMITTED)),
    (S.BUYER,            (YES,         NO,           NO)),
    (S.PROSPECT,         (YES,         NO,           NO)),
    (S.INACTIVE_CLIENT,  (NO,          NO,           NO)),
    notes={(s, k): "S0, CC-A6" for s in S for k in (Kind.SAMPLE, Kind.SESSION, Kind.CONSULTATION)},
)

HOURS: Final = {
    S.ACTIVE_CLIENT:   YES,        # S0
    S.INACTIVE_CLIENT: YES,        # S0, CC-A2
    S.HOT_LEAD:        YES,        # S0
    S.PROSPECT:        NO,         # S0: none, whatever its kind
    S.BUYER:           UNSTATED,   # CC-A4
}

REMOVALS: Final = matrix(
                         (Ties.FREE,       Ties.TIED),
    (Standing.ACTIVE,    (Removal.DELETED, Removal.DELETED)),
    (Standing.HIDDEN,    (Removal.DELETED, Removal.DELETED)),
    (Standing.ARCHIVED,  (Removal.DELETED, Removal.DELETED)),
    notes={(s, t): "CC4" for s in Standing for t in Ties},
)

CANNOT_OPEN: Final = "the contact cannot log in to what was bought; the coach has to act"
KEEP: Final = "deleting takes the hours, notes and invoices along; Inactive Client keeps them"
TIPS: Final[tuple[Tip[Coaching], ...]] = (
    #   code                when                 was                               becomes  advice       source
    Tip("bought_no_log_in", T.PRODUCT_PURCHASED, (S.PROSPECT, S.INACTIVE_CLIENT),  (),      CANNOT_OPEN, "CC-A9"),
    Tip("inactive_instead", Act.DELETED,         (),                               (),      KEEP,        "CC4"),
)

COACHING: Final = Funnel(
    name="coaching", statuses=S, triggers=T, labels=LABELS, moves=MOVES, effects=EFFECTS, mails=MAILS, tips=TIPS,
    open=(S.HOT_LEAD, S.PROSPECT, S.BUYER),   # ours
    rights=joined(RIGHTS, PAPERS), log_in=R.LOG_IN, credentials=R.CREDENTIALS,
    right_needs={R.COACHING_INVOICE: AGREEMENT},   # CC5, CC11: billed for coaching only if an agreement exists
    bookings=BOOKINGS, hours=HOURS, hours_notes={S.BUYER: "CC-A4", S.INACTIVE_CLIENT: "S0, CC-A2"}, removals=REMOVALS,
)

BY_CURRENT: Final = CertificationPolicy(status_when=StatusWhen.CURRENT)
BY_SESSION: Final = CertificationPolicy(status_when=StatusWhen.AT_SESSION)
BOOKED_COUNTS: Final = CertificationPolicy(countable=Countable.NOT_CANCELLED)
ANY_INACTIVE: Final = CertificationPolicy(always=(S.INACTIVE_CLIENT.value,))
ONCE_IN: Final = (S.BUYER, S.INACTIVE_CLIENT)
SAME_ACCEPTED: Final = ConversionPolicy(same_status=SameStatus.ACCEPTED)
READINGS: Final = Readings(COACHING, {
    "CC-A1 b":                   {"policy": Policy(certification=BY_SESSION)},
    "CC-A1 c":                   {"policy": Policy(certification=BY_CURRENT)},
    "CC-A2 inactive_counts_all": {"policy": Policy(certification=ANY_INACTIVE)},
    "CC-A3 booked":              {"policy": Policy(certification=BOOKED_COUNTS)},
    "CC-A4 buyers count":        {"hours": {S.BUYER: YES}},
    "CC-A5 buyer as hot lead":   {"cells": {(S.BUYER, r): PERMITTED for r in (R.PAGES, R.FORMS, R.DOCUMENTS)}},
    "CC-A13 unchanged":          {"drop": [(s, S.ACTIVE_CLIENT, T.AGREEMENT_ACCEPTED) for s in ONCE_IN]},
    "same status accepted":      {"policy": Policy(conversion=SAME_ACCEPTED)},
})
# fmt: on
