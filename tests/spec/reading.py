"""The rules once more, read from the document `domain.md` alone, in plain words and plain `if`s.

It is slow, repeats itself and explains nothing; it is here to disagree. Every key is a string, every answer a bool or a
string, and nothing comes from funnelkit. The keys behind the rows (`S0`, `CC-A6`, ...) are those of the document.

In a matrix: `y` yes, `n` no, `-` the source says nothing and no reading decides (refused), `perm` the named item must
be permitted, `owned` the named item must have been bought, `agreement` an agreement must exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

# fmt: off

FOLLOW_UPS: Final = ("follow_up_1", "follow_up_2", "follow_up_3", "follow_up_4", "follow_up_5", "follow_up_6")

STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "coaching":  ("active_client", "inactive_client", "hot_lead", "prospect", "buyer"),              # S0
    "agency":    ("lead", "prospect", "client"),                                                     # S1
    "franchise": ("new_lead", "consultation_booked", "consultation_rescheduled", "consultation_cancelled", *FOLLOW_UPS,
                  "follow_up_moved", "cancelled_and_dnc", "unservicable", "out_of_area", "dnc", "cold", "not_sold",
                  "sold"),                                                                           # S2
    "studio":    ("lead", "prospective_client", "client"),                                           # S3
    "team":      ("lead", "prospect", "contact", "client"),                                          # DL1
}

BY_HAND: Final[dict[str, tuple[str, ...]]] = {   # what somebody decides
    "coaching":  ("entered", "coach_decides"),
    "agency":    ("created", "converted"),
    "franchise": ("user_decides", "care_center_decides"),
    "studio":    ("created", "converted"),
    "team":      ("entered", "staff_decides"),
}

RECORDED: Final[dict[str, tuple[str, ...]]] = {  # what happens outside
    "coaching":  ("registered", "booked_in_public", "product_purchased", "agreement_accepted"),
    "agency":    (),
    "franchise": ("web_form_sent", "lead_added", "consultation_booked", "consultation_moved", "consultation_cancelled",
                  "enrollment_completed", "calls_exhausted", "do_not_contact_lifted"),
    "studio":    ("booked_from_calendar",),
    "team":      ("paid",),
}

RIGHTS: Final[dict[str, dict[str, str]]] = {
    "coaching": {           # active      inactive    hot lead    prospect    buyer
        "credentials":      "y            -           y           -           y",           # S0
        "log_in":           "y            n           y           n           y",           # S0, CC1
        "pages":            "perm         n           perm        n           n",           # S0; buyer CC-A5
        "forms":            "perm         n           perm        n           n",           # S0; buyer CC-A5
        "documents":        "perm         n           perm        n           n",           # S0; buyer CC-A5
        "products":         "owned        owned       owned       owned       owned",       # S0, CC-A9, CC-A10
        "calendar":         "y            n           y           n           -",           # CC5
        "general_invoice":  "y            y           y           y           y",           # CC5, CC11
        "coaching_invoice": "agreement    agreement   agreement   agreement   agreement",   # CC5, CC11
        "change_password":  "y            -           y           -           y",           # CC8
    },
    "agency": {             # lead        prospect    client
        "log_in":           "n            y           y",                                   # S1
        "material":         "n            y           y",                                   # S1, SD-A6
        "messages":         "n            y           y",                                   # S1, SD-A6
        "estimates":        "n            y           y",                                   # S1, SD-A3, SD-A4
        "proposals":        "n            y           y",                                   # S1, SD-A3
        "invoices":         "n            n           y",                                   # S1
        "projects":         "n            n           y",                                   # S1
    },
    "franchise": {          # of what a lead may open, S2 says nothing
        "log_in":           "- - - - - - - - - - - - - - - - - -",                          # S2
    },
    "studio": {             # lead        prospective client
        "log_in":           "-            -           -",                                   # S3
    },
    "team": {               # lead        prospect    contact     client
        "log_in":           "n            y           n           y",                       # S4, DL1
        "dashboard":        "n            y           n           y",                       # S4
        "package":          "n            y           n           y",                       # S4, DL-A11
        "messages":         "n            y           n           y",                       # S4
        "session_requests": "n            y           n           y",                       # S4
        "tasks":            "n            y           n           y",                       # S4
        "notes":            "n            y           n           y",                       # S4
        "contracts":        "y            y           y           y",                       # DL9
    },
}

# fmt: on

IN_PUBLIC: Final = ("credentials", "general_invoice", "coaching_invoice", "contracts")
"""These need no log-in: to hold a password, to be sent an invoice (CC5, CC11), to sign over a public link (DL9)."""

STAFF: Final = ("owner", "admin", "coach")
STAFF_OR_DESK: Final = (*STAFF, "special_desk")
ANYBODY_BUT_THE_CONTACT: Final = (*STAFF_OR_DESK, "system")

OPEN: Final = (
    "new_lead",
    "consultation_booked",
    "consultation_rescheduled",
    "consultation_cancelled",
    *FOLLOW_UPS,
    "follow_up_moved",
)
"""The franchise's statuses that a lead is still being worked on in. Source: BG-A17."""


def told(facts: Mapping[str, bool], fact: str) -> bool:
    """A fact that nobody told is as good as none."""
    return facts.get(fact) is True


def cell(funnel: str, status: str, right: str) -> str:
    """What stands in the matrix. Source: 1.2, 2.1, 5."""
    return RIGHTS[funnel][right].split()[STATUSES[funnel].index(status)]


def logs_in(funnel: str, status: str, *, portal: str, standing: str) -> bool:
    """The status allows it, and credentials exist, and the account still works with them. Source: CC-A11, SD-A5."""
    if cell(funnel, status, "log_in") != "y":
        return False
    if portal != "active":
        return False
    return standing != "archived"


def access(
    funnel: str,
    status: str,
    right: str,
    *,
    portal: str,
    standing: str,
    item: bool,
    permitted: bool,
    owned: bool,
    onboarded: bool,
    facts: Mapping[str, bool],
) -> bool:
    """May a contact with this status open or do this? Source: S0, S1, S4, CC1, CC5, CC8, SD-A5, DL9, DL-A1.

    `item`: one is named; `permitted` and `owned`: that one is permitted to them, bought by them; `onboarded`: no step
    of the onboarding is left.
    """
    stated = cell(funnel, status, right)
    granted = stated == "y"
    if stated == "perm":
        granted = item and permitted
    if stated == "owned":
        granted = item and owned
    if stated == "agreement":
        granted = told(facts, "agreement")
    if right in IN_PUBLIC:
        return granted
    if funnel == "team" and right != "log_in" and not onboarded:  # S4, DL-A1: completing it leads to the dashboard
        return False
    return granted and logs_in(funnel, status, portal=portal, standing=standing)


def convert(funnel: str, now: str, to: str, role: str, facts: Mapping[str, bool]) -> bool:
    """May somebody turn this status into that one by hand? Source: CC3, S1, S2, S3, section 7."""
    if now == to:  # SD-A2
        return False
    if funnel == "agency":  # S1, SD-A1, SD-A11
        forward = (now, to) in (("lead", "prospect"), ("lead", "client"), ("prospect", "client"))
        return role in STAFF and forward and told(facts, "email")
    if funnel == "franchise":
        return convert_a_franchise_lead(now, to, role, facts)
    if funnel == "studio":  # SC-A5
        listed = (
            ("lead", "client"),
            ("lead", "prospective_client"),
            ("prospective_client", "lead"),
            ("prospective_client", "client"),
        )
        return role in STAFF and (now, to) in listed
    return role in STAFF  # coaching and team, any to any: CC3, section 7


def convert_a_franchise_lead(now: str, to: str, role: str, facts: Mapping[str, bool]) -> bool:
    """The manual statuses and those of the Care Center; the automatic ones cannot be set. Source: S2, BG-A9."""
    if now not in OPEN:  # BG-A17, BG-A18, BG-A19
        return False
    if to in ("follow_up_moved", "cancelled_and_dnc"):  # S2: Care Center only
        return role == "special_desk"
    if role not in STAFF_OR_DESK:  # S2, BG-A15
        return False
    if to in FOLLOW_UPS:  # BG-A5
        return told(facts, "next_attempt")
    if to == "cold":  # S2, BG-A8
        return told(facts, "early_cold")
    return to in ("unservicable", "out_of_area", "dnc", "not_sold")  # S2


def enter(funnel: str, to: str, role: str, facts: Mapping[str, bool]) -> bool:
    """May somebody add a contact with this status by hand? Source: SD3, SD5, section 7."""
    if funnel == "franchise":  # S2: every lead begins as a new one, and that is automatic
        return False
    if role not in STAFF:
        return False
    if funnel == "agency" and to in ("prospect", "client"):  # SD3
        return told(facts, "email")
    return to in STATUSES[funnel]


def record(funnel: str, now: str | None, trigger: str, role: str, facts: Mapping[str, bool]) -> str | None:
    """What somebody becomes when this happens outside, or None when it moves nobody. Source: 1.4, 3.1, 4.4.

    `now` is None for somebody new. What is decided by hand is not recorded, it is converted or entered.
    """
    if role not in ANYBODY_BUT_THE_CONTACT:  # CC3, section 7
        return None
    becomes = None
    if funnel == "coaching" and now is None:
        becomes = record_a_new_coaching_contact(trigger, facts)
    if funnel == "coaching" and now is not None:
        becomes = record_coaching(now, trigger)
    if funnel == "franchise" and now is None and trigger in ("web_form_sent", "lead_added"):  # S2
        becomes = "new_lead"
    if funnel == "franchise" and now is not None:
        becomes = record_franchise(now, trigger, facts)
    if funnel == "studio" and now == "lead" and trigger == "booked_from_calendar":  # SC2
        becomes = "client"
    if funnel == "team" and trigger == "paid":  # S4, DL6: who has paid is invited, and a client
        becomes = "client"
    return None if becomes == now else becomes


def record_a_new_coaching_contact(trigger: str, facts: Mapping[str, bool]) -> str | None:
    """How people come in by themselves. Source: CC2, CC6, S0."""
    if trigger in ("registered", "booked_in_public"):  # CC2, CC6
        return "prospect"
    if trigger == "product_purchased" and told(facts, "product"):  # S0
        return "buyer"
    if trigger == "agreement_accepted":  # CC2
        return "active_client"
    return None


def record_coaching(now: str, trigger: str) -> str | None:
    """A known contact moves by an agreement only; a purchase leaves the status alone. Source: CC2, CC-A9, CC-A13.

    The document names the prospect (CC2), the inactive client and the buyer (CC-A13). A hot lead is "more than just a
    prospect" (S0), so what holds for a prospect is read to hold here as well.
    """
    if trigger == "agreement_accepted" and now in ("prospect", "hot_lead", "inactive_client", "buyer"):
        return "active_client"
    return None


def record_franchise(now: str, trigger: str, facts: Mapping[str, bool]) -> str | None:
    """The automatic statuses. S2 gives them no *from*, so: from any open one, and from a closed one by BG-A18 only.

    Source: S2, BG-A7, BG-A9, BG-A11, BG-A13, BG-A18.
    """
    is_open = now in OPEN
    becomes = None
    # The follow-ups are "to book or re-book", so a consultation stands only in the two booked statuses (BG-A13).
    stands = now in ("consultation_booked", "consultation_rescheduled")
    if trigger == "consultation_booked" and (is_open or now == "cold") and not stands:  # BG-A11
        becomes = "consultation_booked"
    if trigger == "consultation_moved" and stands:
        becomes = "consultation_rescheduled"
    if trigger == "consultation_cancelled" and stands:
        becomes = "consultation_cancelled"
    if trigger == "enrollment_completed" and is_open and told(facts, "enrollment"):  # BG-A9
        becomes = "sold"
    if trigger == "calls_exhausted" and now == "follow_up_6":  # BG-A7
        becomes = "cold"
    if trigger == "do_not_contact_lifted" and now == "dnc":  # BG-A18
        becomes = "new_lead"
    return becomes


def book(
    funnel: str,
    status: str,
    kind: str,
    *,
    where: str,
    role: str,
    portal: str,
    standing: str,
    opened: Sequence[str],
    free: bool,
    over: bool,
    described: bool,
    facts: Mapping[str, bool],
) -> bool:
    """May this appointment be made here, by this actor? Source: S0, CC6, CC10, CC-A6, CC-A7, CC-A8.

    `opened`: the kinds permitted to this contact; `free`: the coach has nothing else then; `over`: it would have begun
    already; `described`: somebody says whether it is paid, or what it is.
    """
    if not free:  # CC10
        return False
    if where == "staff":  # CC-A7
        return role in ANYBODY_BUT_THE_CONTACT
    if over or (described and role == "client"):  # ours: the past, and what makes an hour paid, the staff enter
        return False
    if role != "client" and not (where == "public" and role == "system"):
        return False
    return takes(funnel, status, kind, where=where, portal=portal, standing=standing, opened=opened, facts=facts)


def takes(
    funnel: str,
    status: str,
    kind: str,
    *,
    where: str,
    portal: str,
    standing: str,
    opened: Sequence[str],
    facts: Mapping[str, bool],
) -> bool:
    """May this contact have such an appointment for itself, be it booked or moved? Source: S0, CC6, CC-A6, CC-A8.

    What was booked in public is moved as in public, all else as in the portal.
    """
    if where == "public":
        return books_in_public(funnel, status, kind, facts)
    if funnel != "coaching" or not logs_in(funnel, status, portal=portal, standing=standing):
        return False
    return books_alone(status, kind, opened)


def books_in_public(funnel: str, status: str, kind: str, facts: Mapping[str, bool]) -> bool:
    """A sample for any visitor; where no source gives it, it is the application's decision. Source: CC6, CC-A8."""
    if kind != "sample":
        return False
    if funnel != "coaching" or status == "inactive_client":
        return told(facts, "public_booking")
    return True


def books_alone(status: str, kind: str, opened: Sequence[str]) -> bool:
    """Which kinds a coaching contact may book inside the portal. Source: S0, CC-A6."""
    if status == "active_client":
        return True
    if status == "hot_lead":
        return kind in opened
    if status in ("buyer", "prospect"):
        return kind == "sample"
    return False  # inactive


def counts(
    status_at_booking: str | None,
    status_at_session: str | None,
    current: str,
    *,
    state: str,
    ended: bool,
    policy: Mapping[str, str],
) -> bool:
    """Does the certification report of `coaching` count this attendee? Source: S0, CC-A1 to CC-A4.

    The policy: `status_when` (at_booking, at_session, current), `countable` (held, not_cancelled), `inactive`
    (by_status, always), `buyer` (excluded, included). The first of each is the default.
    """
    if state == "cancelled":
        return False
    if policy["countable"] == "held" and (not ended or state == "missed"):  # CC-A3
        return False
    if policy["inactive"] == "always" and current == "inactive_client":  # CC-A2: "any hours"
        return True
    status: str | None = current
    if policy["status_when"] == "at_booking":  # CC-A1
        status = status_at_booking
    if policy["status_when"] == "at_session":
        status = status_at_session
    if status is None:  # CC-A2: no snapshot is known
        status = current
    if status == "buyer":  # CC-A4
        return policy["buyer"] == "included"
    return status in ("active_client", "inactive_client", "hot_lead")  # S0; never a prospect


def removal(funnel: str, standing: str, tied: bool) -> str:
    """What deleting a contact comes to. Source: CC4, SD4, S3, SC-A2 to SC-A4; S2 and S4 say nothing."""
    if funnel == "coaching":
        return "deleted"
    if funnel == "agency":
        return "deleted" if standing == "archived" else "refused"
    if funnel == "studio":
        return "archived" if tied else "deleted"
    return "refused"


def status_at(events: Sequence[Mapping[str, Any]], moment: datetime, known: datetime) -> str | None:
    """The status that held at `moment`, as far as was `known` then. Source: CC-A1, CC-A2, BG-A18.

    An event has `id`, `effective`, `recorded`, `to`, and `corrects`: the id of the event that was wrong, or None. A
    correction says what that event should have said; it is no event of its own time. Of two events that took effect
    together, the one recorded later holds; of two recorded together, the later in the list.
    """
    heard = [event for event in events if event["recorded"] <= known]
    best: Mapping[str, Any] | None = None
    for event in heard:
        if event["corrects"] is not None or event["effective"] > moment:
            continue
        order = (event["effective"], event["recorded"])
        if best is None or order >= (best["effective"], best["recorded"]):
            best = event
    return None if best is None else what_it_says(best, heard)


def what_it_says(event: Mapping[str, Any], heard: Sequence[Mapping[str, Any]]) -> str:
    """What an event says after its corrections: the one recorded last, after its own corrections."""
    last: Mapping[str, Any] | None = None
    for other in heard:
        if other["corrects"] == event["id"] and (last is None or other["recorded"] >= last["recorded"]):
            last = other
    return str(event["to"]) if last is None else what_it_says(last, heard)


# fmt: off

CAN_BE_INVITED: Final[dict[str, tuple[str, ...]]] = {
    "coaching":  ("active_client", "hot_lead", "buyer"),   # those who may log in: S0, CC1
    "agency":    ("prospect", "client"),                   # SD3
    "franchise": (),                                       # S2 knows no portal
    "studio":    (),                                       # S3 knows no portal
    "team":      ("prospect", "client"),                   # DL1
}

# fmt: on


def invite(
    funnel: str,
    status: str,
    *,
    role: str,
    portal_used: str,
    coach: str,
    own: bool,
    standing: str,
    portal: str,
    waits: bool,
    email: bool,
    known: bool,
    policy: Mapping[str, bool],
) -> set[str]:
    """Everything that stands against inviting this person; nothing: go ahead. Source: 5.1, 5.2, DL-A10, DL-A13, DL-A15.

    `portal_used`: the team's, or the inviter's own; `coach`: nobody, oneself, another; `own`: the contact is no other
    coach's; `waits`: an invitation is out already; `known`: a new person has the address of somebody who is known.
    The policy: `coach_invites`, and `coach_for_others` (DL-A10).
    """
    may_invite = ["owner", "admin", "system"]  # S4; the system: when the payment link was paid
    if policy["coach_invites"]:  # DL-A10
        may_invite.append("coach")
    confined = role == "coach" and not policy["coach_for_others"]  # DL-A10: own clients, from the coach portal
    sender = False
    if portal_used == "own":  # S4: for another coach from the team portal; the system has no portal of its own
        sender = coach == "another" or role == "system"
    if portal_used == "team":
        sender = confined
    against = {
        "the role": role not in may_invite,
        "another's client": confined and (coach == "another" or not own),
        "the sender": sender,
        "the status": status not in CAN_BE_INVITED[funnel],  # DL1, SD3
        "the standing": standing == "archived",  # SD4
        "no e-mail": not email,  # S4: the client gets an e-mail with a link
        "the portal": portal == "active",  # DL-A13: refuse if accepted
        "it waits": waits,  # DL-A13: refuse while pending
        "known already": known,
    }
    return {reason for reason, stands in against.items() if stands}


def assign(
    funnel: str,
    status: str,
    *,
    role: str,
    own: bool,
    shape: str,
    payment: str,
    lists: str,
    retired: bool,
    portal: str,
    standing: str,
    count: int,
    policy: Mapping[str, int],
) -> set[str]:
    """Everything that stands against assigning this package. Source: 5.3, DL-A3, DL-A4, DL-A5, DL-A8, DL-A11, DL-A12.

    `lists`: where it stands: the account's, the coach's own, another coach's; `count`: packages of the invitation, this
    one included. The policy: `per_invitation`, and (0 or 1) `assign_unpaid`, `to_clients`.
    """
    listed = lists in ("account's", "own")  # DL-A8: never another coach's
    if shape == "group":  # S4, DL-A8
        listed = lists == "own"
    counted = portal != "active"  # who accepted has no invitation on its way, of which the packages would be counted
    against = {
        "the role": role not in ("owner", "admin", "coach", "system"),  # S4
        "another's client": role == "coach" and not own,  # DL-A10
        "not offered": retired,
        "the list": not listed,
        "the payment": payment == "to_be_paid" and not policy["assign_unpaid"],  # DL-A3
        "the portal": portal == "active" and not policy["to_clients"],  # S4, DL-A4
        "the number": counted and count > policy["per_invitation"],  # S4, DL-A5
        "the status": status not in CAN_BE_INVITED[funnel],  # DL-A11; who is not invited yet may have one: DL-A12
        "archived": standing == "archived",  # SD4: no new assignments
    }
    return {reason for reason, stands in against.items() if stands}
