"""A derived funnel: coaching with alumni, with labels of one's own, and a follow-up after 24 hours instead of 48."""

from enum import auto
from typing import Final

from funnelkit.policy import FollowUpPolicy
from funnelkit.render import compare
from funnelkit.statuses.coaching import COACHING
from funnelkit.table import NO, OWNED, YES, Status
from funnelkit.times import Elapsed
from funnelkit.words import Kind, Right

# fmt: off


class Practice(Status):
    """The statuses of coaching, matched by key, and one more."""

    PROSPECT = auto()
    HOT_LEAD = auto()
    BUYER = auto()
    ACTIVE_CLIENT = auto()
    INACTIVE_CLIENT = auto()
    ALUMNI = auto()            # finished, and welcome at the reunions


S, R = Practice, Right
OPEN: Final = {R.LOG_IN: YES, R.CREDENTIALS: YES, R.CHANGE_PASSWORD: YES, R.PRODUCTS: OWNED, R.GENERAL_INVOICE: YES}

PRACTICE: Final = COACHING.derive(
    "practice", statuses=S,
    labels={S.ALUMNI: "Alumni", S.INACTIVE_CLIENT: "Former Client", S.PROSPECT: "Curious"},
    cells={(S.ALUMNI, right): OPEN.get(right, NO) for right in COACHING.rights.columns},
    bookings={(S.ALUMNI, kind): YES if kind is Kind.SAMPLE else NO for kind in Kind},
    hours={S.ALUMNI: YES},
).with_policy(follow_up=FollowUpPolicy(delay=Elapsed(hours=24)))
# fmt: on

if __name__ == "__main__":
    print(compare(COACHING, PRACTICE))
