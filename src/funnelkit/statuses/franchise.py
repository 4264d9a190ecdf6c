"""A tutoring franchise: the lead statuses of BANG (Tutor Doctor). Source: S2, and BG1 to BG6 where a row says so."""

from __future__ import annotations

from enum import auto
from typing import Final

from funnelkit.derivation import Reading
from funnelkit.funnel import Funnel
from funnelkit.policy import Anchor, FollowUpPolicy, Policy
from funnelkit.readings import Readings
from funnelkit.table import (
    ADDED,
    CANCELLED,
    DESK,
    EARLY_COLD,
    ENROLLMENT,
    EXHAUSTED,
    LIFTED,
    NEW,
    NEXT_ATTEMPT,
    RESCHEDULED,
    STAFF_OR_DESK,
    SYSTEM,
    UNSTATED,
    Deed,
    Effect,
    Move,
    Status,
    Tip,
    Trigger,
    matrix,
    silent,
)  # fmt: skip
from funnelkit.table import (
    BOOKED as WAS_BOOKED,
)
from funnelkit.times import BusinessTime, LocalDays
from funnelkit.words import Axis, Category, Kind, Removal, Right, Standing, Ties

# fmt: off


class Franchise(Status):
    """Where a lead stands on the way to an enrollment."""

    NEW_LEAD = auto()                   # default, for a web lead and for one added by hand
    CONSULTATION_BOOKED = auto()        # the consultation is in the calendar
    CONSULTATION_RESCHEDULED = auto()   # it was moved
    CONSULTATION_CANCELLED = auto()     # it was cancelled
    FOLLOW_UP_1 = auto()                # to book, or book again, the consultation
    FOLLOW_UP_2 = auto()
    FOLLOW_UP_3 = auto()
    FOLLOW_UP_4 = auto()
    FOLLOW_UP_5 = auto()
    FOLLOW_UP_6 = auto()
    FOLLOW_UP_MOVED = auto()            # the Care Center moves the schedule
    CANCELLED_AND_DNC = auto()          # Care Center: found another service, no longer interested
    UNSERVICABLE = auto()               # area or subject not served (spelt so in the source)
    OUT_OF_AREA = auto()                # outside the protected postal codes
    DNC = auto()                        # do not call back
    COLD = auto()                       # the follow-ups are used up
    NOT_SOLD = auto()                   # will not buy
    SOLD = auto()                       # the enrollment is completed


class Happening(Trigger):
    """What happens to a lead."""

    WEB_FORM_SENT = auto()
    LEAD_ADDED = auto()
    CONSULTATION_BOOKED = auto()
    CONSULTATION_MOVED = auto()
    CONSULTATION_CANCELLED = auto()
    ENROLLMENT_COMPLETED = auto()
    CALLS_EXHAUSTED = auto()          # six follow-ups, and two hours after the last scheduled call
    DO_NOT_CONTACT_LIFTED = auto()
    USER_DECIDES = auto()             # the franchisee, or the Care Center for them
    CARE_CENTER_DECIDES = auto()


S, T = Franchise, Happening
USERS: Final = STAFF_OR_DESK   # BG-A15: the Care Center may do what the franchisee may
FOLLOW_UPS: Final = (S.FOLLOW_UP_1, S.FOLLOW_UP_2, S.FOLLOW_UP_3, S.FOLLOW_UP_4, S.FOLLOW_UP_5, S.FOLLOW_UP_6)
BOOKED: Final = (S.CONSULTATION_BOOKED, S.CONSULTATION_RESCHEDULED)
WAITING: Final = (S.NEW_LEAD, S.CONSULTATION_CANCELLED, *FOLLOW_UPS, S.FOLLOW_UP_MOVED)
OPEN: Final = (*WAITING, *BOOKED)
CLOSED: Final = (S.UNSERVICABLE, S.OUT_OF_AREA, S.DNC, S.NOT_SOLD)
BEFORE_THE_LAST: Final = tuple(s for s in OPEN if s is not S.FOLLOW_UP_6)

LABELS: Final = {
    S.NEW_LEAD: "New Lead - No Action Yet",
    S.CONSULTATION_BOOKED: "Consultation Booked",
    S.CONSULTATION_RESCHEDULED: "Consultation Rescheduled and Booked",
    S.CONSULTATION_CANCELLED: "Consultation Cancelled",
    S.FOLLOW_UP_1: "Follow up 1", S.FOLLOW_UP_2: "Follow up 2", S.FOLLOW_UP_3: "Follow up 3",
    S.FOLLOW_UP_4: "Follow up 4", S.FOLLOW_UP_5: "Follow up 5", S.FOLLOW_UP_6: "Follow up 6",
    S.FOLLOW_UP_MOVED: "Move/Schedule Follow Up for",
    S.CANCELLED_AND_DNC: "Consultation Cancelled and DNC",
    S.UNSERVICABLE: "Unservicable Lead",
    S.OUT_OF_AREA: "Out of Area",
    S.DNC: "DNC",
    S.COLD: "Cold lead",
    S.NOT_SOLD: "Not Sold - Lost",
    S.SOLD: "Sold",
}

MOVES: Final[tuple[Move[Franchise], ...]] = (
    #    while it is    and this happens          it becomes                  by      needs            source
    Move(NEW,           T.WEB_FORM_SENT,          S.NEW_LEAD,                 SYSTEM, (),              "S2, BG3"),
    Move(NEW,           T.LEAD_ADDED,             S.NEW_LEAD,                 SYSTEM, (),              "S2"),
    Move(WAITING,       T.CONSULTATION_BOOKED,    S.CONSULTATION_BOOKED,      SYSTEM, (),              "S2, BG-A13"),
    Move(S.COLD,        T.CONSULTATION_BOOKED,    S.CONSULTATION_BOOKED,      SYSTEM, (),              "BG-A11"),
    Move(BOOKED,        T.CONSULTATION_MOVED,     S.CONSULTATION_RESCHEDULED, SYSTEM, (),              "S2, BG-A13"),
    Move(BOOKED,        T.CONSULTATION_CANCELLED, S.CONSULTATION_CANCELLED,   SYSTEM, (),              "S2"),
    Move(OPEN,          T.ENROLLMENT_COMPLETED,   S.SOLD,                     SYSTEM, (ENROLLMENT,),   "S2, BG-A9"),
    Move(S.FOLLOW_UP_6, T.CALLS_EXHAUSTED,        S.COLD,                     SYSTEM, (),              "S2, BG-A7"),
    Move(S.DNC,         T.DO_NOT_CONTACT_LIFTED,  S.NEW_LEAD,                 SYSTEM, (),              "BG-A18"),
    Move(OPEN,          T.USER_DECIDES,           FOLLOW_UPS,                 USERS,  (NEXT_ATTEMPT,), "BG-A5, BG-A10"),
    Move(OPEN,          T.USER_DECIDES,           S.COLD,                     USERS,  (EARLY_COLD,),   "S2, BG-A8"),
    Move(OPEN,          T.USER_DECIDES,           CLOSED,                     USERS,  (),              "BG-A17"),
    Move(OPEN,          T.CARE_CENTER_DECIDES,    S.FOLLOW_UP_MOVED,          DESK,   (),              "S2, BG-A14"),
    Move(OPEN,          T.CARE_CENTER_DECIDES,    S.CANCELLED_AND_DNC,        DESK,   (),              "S2"),
)

DEEDS: Final = (
    #    when we          an appointment of   that is                   source
    Deed(ADDED,           None,               T.LEAD_ADDED,             "S2"),
    Deed(WAS_BOOKED,      Kind.CONSULTATION,  T.CONSULTATION_BOOKED,    "S2"),
    Deed(RESCHEDULED,     Kind.CONSULTATION,  T.CONSULTATION_MOVED,     "S2"),
    Deed(CANCELLED,       Kind.CONSULTATION,  T.CONSULTATION_CANCELLED, "S2"),
    Deed(EXHAUSTED,       None,               T.CALLS_EXHAUSTED,        "S2, BG-A7"),
    Deed(LIFTED,          None,               T.DO_NOT_CONTACT_LIFTED,  "BG-A18"),
)

EFFECTS: Final = (
    #      when this happens        that axis            becomes            source
    Effect(T.WEB_FORM_SENT,         Axis.CATEGORY,       Category.PENDING,  "BG3, BG-A16"),
    Effect(T.ENROLLMENT_COMPLETED,  Axis.CATEGORY,       Category.CLIENT,   "BG3, BG-A16"),
    Effect(T.ENROLLMENT_COMPLETED,  Axis.ENROLLMENTS,    None,              "BG-A9"),
    Effect(S.DNC,                   Axis.DO_NOT_CONTACT, True,              "BG-A20"),
    Effect(S.CANCELLED_AND_DNC,     Axis.DO_NOT_CONTACT, True,              "BG-A20"),
    Effect(T.DO_NOT_CONTACT_LIFTED, Axis.DO_NOT_CONTACT, False,             "BG-A18"),
)

REMOVALS: Final = matrix(
                         (Ties.FREE,        Ties.TIED),
    (Standing.ACTIVE,    (Removal.UNSTATED, Removal.UNSTATED)),
    (Standing.HIDDEN,    (Removal.UNSTATED, Removal.UNSTATED)),
    (Standing.ARCHIVED,  (Removal.UNSTATED, Removal.UNSTATED)),
)

NOTES: Final = "write notes: they show on the day it is due"
SIX: Final = "the standard is six follow-ups before a cold lead"
TIPS: Final[tuple[Tip[Franchise], ...]] = (
    #   code              when            was              becomes      advice source
    Tip("write_notes",    T.USER_DECIDES, (),              FOLLOW_UPS,  NOTES, "S2, BG-A6", without_notes=True),
    Tip("cold_is_early",  T.USER_DECIDES, BEFORE_THE_LAST, (S.COLD,),   SIX,   "S2, BG-A8", early=True),
)

FRANCHISE: Final = Funnel(
    name="franchise", statuses=S, triggers=T, labels=LABELS, moves=MOVES, deeds=DEEDS, effects=EFFECTS, tips=TIPS,
    ends=(S.CANCELLED_AND_DNC, S.UNSERVICABLE, S.OUT_OF_AREA, S.NOT_SOLD, S.SOLD), follow_ups=FOLLOW_UPS,
    postponed=(S.FOLLOW_UP_MOVED,), open=OPEN,   # BG-A14, BG-A17
    rights=silent(S, Right.LOG_IN), log_in=Right.LOG_IN, bookings=silent(S, *Kind), hours=dict.fromkeys(S, UNSTATED),
    removals=REMOVALS,
)


class Thinking(Status):
    """The statuses with the older list's nineteenth: Not Sold - Thinking it Over. Source: BG2."""

    NEW_LEAD = auto()
    CONSULTATION_BOOKED = auto()
    CONSULTATION_RESCHEDULED = auto()
    CONSULTATION_CANCELLED = auto()
    FOLLOW_UP_1 = auto()
    FOLLOW_UP_2 = auto()
    FOLLOW_UP_3 = auto()
    FOLLOW_UP_4 = auto()
    FOLLOW_UP_5 = auto()
    FOLLOW_UP_6 = auto()
    FOLLOW_UP_MOVED = auto()
    CANCELLED_AND_DNC = auto()
    UNSERVICABLE = auto()
    OUT_OF_AREA = auto()
    DNC = auto()
    COLD = auto()
    NOT_SOLD = auto()
    SOLD = auto()
    THINKING_IT_OVER = auto()


W = Thinking
STILL_OPEN: Final = tuple(W(s) for s in OPEN)
THOUGHT_OVER: Final = tuple(W(s) for s in (*CLOSED, S.COLD))
THINKING: Final[Reading] = {
    "statuses": W, "labels": {W.THINKING_IT_OVER: "Not Sold - Thinking it Over"},
    "add": (
        Move(STILL_OPEN,         T.USER_DECIDES,         W.THINKING_IT_OVER,    USERS,  (),            "BG2"),
        Move(W.THINKING_IT_OVER, T.CONSULTATION_BOOKED,  W.CONSULTATION_BOOKED, SYSTEM, (),            "BG2, ours"),
        Move(W.THINKING_IT_OVER, T.ENROLLMENT_COMPLETED, W.SOLD,                SYSTEM, (ENROLLMENT,), "BG2, ours"),
        Move(W.THINKING_IT_OVER, T.USER_DECIDES,         THOUGHT_OVER,          USERS,  (),            "BG2, ours"),
    ),
    "cells": {(W.THINKING_IT_OVER, Right.LOG_IN): UNSTATED},
    "bookings": {(W.THINKING_IT_OVER, k): UNSTATED for k in Kind},
    "hours": {W.THINKING_IT_OVER: UNSTATED}, "open": (*STILL_OPEN, W.THINKING_IT_OVER),
}

READINGS: Final = Readings(FRANCHISE, {
    "BG2 thinking it over":  THINKING,
    "BG-A1 wall clock":      {"policy": Policy(follow_up=FollowUpPolicy(delay=LocalDays(2)))},
    "BG-A2 last touch":      {"policy": Policy(follow_up=FollowUpPolicy(anchor=Anchor.LAST_TOUCH))},
    "BG-A3 working days":    {"policy": Policy(follow_up=FollowUpPolicy(delay=BusinessTime(days=2)))},
    "BG-A5 jumping":         {"policy": Policy(follow_up=FollowUpPolicy(in_order=False))},
    "BG-A6 notes required":  {"policy": Policy(follow_up=FollowUpPolicy(notes_required=True))},
    "BG-A8 six before cold": {"policy": Policy(follow_up=FollowUpPolicy(early_cold=False))},
    "BG-A10 restart":        {"policy": Policy(follow_up=FollowUpPolicy(restart_after_cancel=True))},
})
# fmt: on
