"""A funnel of one's own: the people of a martial-arts school. Source: the school's house rules."""

from enum import StrEnum, auto

from funnelkit.funnel import Funnel
from funnelkit.table import EMAIL, NEW, NO, PORTAL, PUBLIC, STAFF, SYSTEM, YES, Move, Status, Trigger, matrix, rights
from funnelkit.words import Kind, Removal, Standing, Ties

# fmt: off


class School(Status):
    """Who somebody is to the school."""

    VISITOR = auto()   # asked, or looked in
    TRIAL = auto()     # trains for nothing, a fortnight long
    MEMBER = auto()    # has signed
    RESTING = auto()   # pays nothing, and keeps the grade


class Happening(Trigger):
    """What happens to them."""

    ASKED = auto()
    TRIAL_STARTED = auto()
    CONTRACT_SIGNED = auto()
    SCHOOL_DECIDES = auto()


class Door(StrEnum):
    """What the school opens to somebody."""

    LOG_IN = auto()
    VIDEOS = auto()
    MAT = auto()


S, T, D = School, Happening, Door

SCHOOL = Funnel(
    name="school", statuses=S, triggers=T, log_in=D.LOG_IN,
    labels={S.VISITOR: "Visitor", S.TRIAL: "On Trial", S.MEMBER: "Member", S.RESTING: "Resting Member"},
    moves=(
        #    while it is                      and this happens   it becomes  by      needs     source
        Move(NEW,                             T.ASKED,           S.VISITOR,  STAFF,  (),       "rule 1"),
        Move(S.VISITOR,                       T.TRIAL_STARTED,   S.TRIAL,    STAFF,  (EMAIL,), "rule 2"),
        Move((S.VISITOR, S.TRIAL, S.RESTING), T.CONTRACT_SIGNED, S.MEMBER,   SYSTEM, (),       "rule 3"),
        Move((S.TRIAL, S.MEMBER),             T.SCHOOL_DECIDES,  S.RESTING,  STAFF,  (),       "rule 4"),
    ),
    rights=rights((D.LOG_IN, D.VIDEOS, D.MAT),
                  (PORTAL,   PORTAL,   PUBLIC),
    (S.VISITOR,   (NO,       NO,       NO)),
    (S.TRIAL,     (NO,       NO,       YES)),
    (S.MEMBER,    (YES,      YES,      YES)),
    (S.RESTING,   (YES,      NO,       NO))),
    bookings=matrix((Kind.SAMPLE,), *((s, (YES if s is S.VISITOR else NO,)) for s in S)),
    hours=dict.fromkeys(S, NO),
    removals=matrix(tuple(Ties), *((s, (Removal.DELETED, Removal.REFUSED)) for s in Standing)),
)
