"""THE NUMBERS: every figure and moment that a rule uses, its unit, its source, and the other readings.

A reading that is a row or a cell of a table is no policy: it is a derived funnel (READINGS in the funnel's file).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique
from typing import Any

from attrs import evolve, field, fields_dict, frozen

from funnelkit.errors import Invalid, Problem, unknown
from funnelkit.times import Elapsed, Length, Span
from funnelkit.words import Kind, Standing


@unique
class StatusWhen(Enum):
    """Which status of an attendee decides whether an appointment counts. Source: CC-A1."""

    AT_BOOKING = "at_booking"  # as kept on the appointment; a past report does not change by itself
    AT_SESSION = "at_session"  # as the history tells for the start of the session
    CURRENT = "current"  # as it is on the day of the report


@unique
class Countable(Enum):
    """Which appointments can count at all. Source: CC-A3."""

    HELD = "held"  # its end has passed, and it was neither cancelled nor missed
    NOT_CANCELLED = "not_cancelled"  # booked and not cancelled, future and missed ones included


@unique
class SameStatus(Enum):
    """What a conversion to the status that the contact has already comes to. Source: SD-A2."""

    REFUSED = "refused"
    ACCEPTED = "accepted"  # nothing changes, and that is fine


@frozen(kw_only=True)
class ConversionPolicy:
    """How a status changes."""

    same_status: SameStatus = SameStatus.REFUSED
    """Converting to the same status. Source: SD-A2."""

    corrections: bool = True
    """Whether a mistake can be corrected. Off in a funnel that is forward only, unless the host says so. Source: S1."""


@unique
class Anchor(Enum):
    """What the next date is counted from."""

    STATUS_SET = "status_set"  # the moment the status is set
    LAST_TOUCH = "last_touch"  # the same, and a contact that is logged later moves it, unless somebody chose the date


@frozen(kw_only=True)
class FollowUpPolicy:
    """When we get back to a lead."""

    delay: Length = Elapsed(hours=48)
    """To the next date: real time, local days or business time. Source: S2, BG-A1, BG-A3."""

    anchor: Anchor = Anchor.STATUS_SET
    """What it is counted from. Source: BG-A2."""

    cold_after: Length = Elapsed(hours=2)
    """From the scheduled time of the last follow-up until the lead is cold, inclusive. Source: S2, BG-A7."""

    in_order: bool = True
    """Follow-ups go strictly 1, 2, 3, ...; off: they may jump and go back. Source: BG-A5."""

    restart_after_cancel: bool = False
    """Count from 1 again after a cancelled or re-booked consultation; off: go on counting. Source: BG-A10."""

    early_cold: bool = True
    """A lead may be called cold by hand before the last follow-up, with a notice; off: refused. Source: BG-A8."""

    notes_required: bool = False
    """A follow-up needs notes; off: they are advised. Source: BG-A6."""


@frozen(kw_only=True)
class OutreachPolicy:
    """When messages go out, and to whom."""

    quiet: Span | None = None
    """The part of the day in which no message leaves, by the clock of the recipient's coach or of the account; what
    was asked for just now, like a link to log in, leaves all the same. Source: ours."""

    campaigns: tuple[Standing, ...] = (Standing.ACTIVE,)
    """Who is offered for new campaigns. Source: SC-A11."""


@frozen(kw_only=True)
class ProgressPolicy:
    """When a contact that is worked on counts as stalled."""

    stalled_after: Length = Elapsed(hours=14 * 24)
    """Without a step ahead, from the last change of the status or the last touch. Source: ours."""

    by_status: tuple[tuple[str, Length], ...] = ()
    """Other lengths for single statuses, by key. Source: ours."""


@frozen(kw_only=True)
class BookingPolicy:
    """Who may book for themselves."""

    public: tuple[Kind, ...] = (Kind.SAMPLE,)
    """Kinds that anybody may book on the public calendar, without an account. Source: CC6, CC-A8."""


@frozen(kw_only=True)
class CertificationPolicy:
    """Which appointments count for certification."""

    status_when: StatusWhen = StatusWhen.AT_BOOKING
    """Whose status decides. Source: CC-A1."""

    countable: Countable = Countable.HELD
    """What has to have happened. Source: CC-A3."""

    always: tuple[str, ...] = ()
    """Keys of statuses: who has one today, all their hours count (`inactive_counts_all`). Source: CC-A2."""


@frozen(kw_only=True)
class RemovalPolicy:
    """What happens on delete."""

    ties: frozenset[str] = frozenset({"session", "event", "appointment", "invoice", "payment"})
    """What counts as hanging on a contact; the host tells all but appointments as `facts`. Source: S3, SC4, SC-A2."""


@frozen(kw_only=True)
class ContactPolicy:
    """What is asked of an address, and of a company."""

    unique_email: bool = False
    """One address, one contact in the account, archived ones included; off: shared ones get a notice. Source: SD4."""

    several_coaches_edit: bool = True
    """The address of a contact of several coaches may be changed; off: only where one coach has it. Source: DL2."""

    company_first: bool = False
    """A company's rights are those of its primary contact. Source: S1, SD2."""

    lower_primary: bool = True
    """A company may get a primary contact with fewer rights: old assets stay, new ones are refused. Source: SD-A7."""


@frozen(kw_only=True)
class TeamPolicy:
    """Who works for the account."""

    members_only: bool = False
    """A client is given only to a member of the account; off: the ids of coaches are the host's. Source: S4."""

    tell_coaches: bool = False
    """Another primary coach is told to the new and to the former one. Source: DL3."""


@frozen(kw_only=True)
class InvitationPolicy:
    """Who is invited to the portal, by whom, for how long."""

    valid: Length = Elapsed(hours=7 * 24)
    """How long an invitation can be answered; its end does not belong to it. Source: DL-A14."""

    coach_invites: bool = True
    """A plain coach may invite; off: only owner, admin and the system. Source: DL-A10."""

    coach_for_others: bool = False
    """A plain coach may invite for other members too. Source: S4."""

    mails: bool = True
    """The invitation is mailed; off: the host asks for the link (`MintLink`) and mails it itself. Source: ours."""

    onboarding: tuple[str, ...] = ()
    """Steps between accepting and the dashboard, by key; empty: the dashboard opens at once. Each person has the steps
    that stood here when it accepted: another list neither asks nor frees those who accepted before. Source: S4."""


@frozen(kw_only=True)
class PackagePolicy:
    """Which packages are given to whom, and what is booked on them."""

    per_invitation: int = 1
    """How many packages are assigned with one invitation. Source: S4, DL-A5."""

    replace_pending: bool = False
    """A package that is assigned while an invitation waits takes the place of the former; off: refused when the number
    is reached. Source: DL-A4."""

    to_clients: bool = False
    """A package may be assigned to who has the portal already; off: it can only be bought. Source: S4, DL-A4."""

    assign_unpaid: bool = False
    """A package that is still to be paid may be assigned; off: only prepaid and free ones. Source: DL-A3."""

    books: tuple[Kind, ...] = (Kind.SESSION,)
    """Kinds of appointment that take a session of a package. Source: ours."""

    needed: bool = False
    """Such an appointment is only booked where a package covers it; off: there is a notice. Source: ours."""

    free_until: Elapsed | None = Elapsed(hours=24)
    """So long before the start, inclusive, a client calls off without losing the session; None: always. What the staff
    calls off is given back unless it says otherwise. Source: ours."""

    missed_burns: bool = True
    """Who does not come loses the session. Source: ours."""


@frozen(kw_only=True)
class ShellPolicy:
    """How the shell works. Ours."""

    plan_valid: Elapsed = Elapsed(hours=1)
    """How long a plan may be kept before it is applied. Source: ours."""

    tries: int = 64
    """How often a command is planned again when somebody was quicker. Source: ours."""

    deliveries: int = 8
    """How often a message is tried before it is given up. Source: ours."""

    retry_after: Elapsed = Elapsed(minutes=1)
    """A message that failed is tried again with the next release; from the second failure on after this, twice this,
    four times this, and so on. Source: ours."""

    lease: Elapsed = Elapsed(minutes=5)
    """So long a message is one worker's; if that one is gone by then, others try it. Source: ours."""

    page: int = 500
    """So many rows a sweep looks up at once. Source: ours."""


@frozen(kw_only=True)
class Policy:
    """One account's numbers: `COACHING.with_policy(certification=CertificationPolicy(...))`."""

    contacts: ContactPolicy = field(factory=ContactPolicy)
    conversion: ConversionPolicy = field(factory=ConversionPolicy)
    booking: BookingPolicy = field(factory=BookingPolicy)
    certification: CertificationPolicy = field(factory=CertificationPolicy)
    follow_up: FollowUpPolicy = field(factory=FollowUpPolicy)
    outreach: OutreachPolicy = field(factory=OutreachPolicy)
    progress: ProgressPolicy = field(factory=ProgressPolicy)
    removal: RemovalPolicy = field(factory=RemovalPolicy)
    team: TeamPolicy = field(factory=TeamPolicy)
    invitation: InvitationPolicy = field(factory=InvitationPolicy)
    package: PackagePolicy = field(factory=PackagePolicy)
    shell: ShellPolicy = field(factory=ShellPolicy)


def with_figures(policy: Policy, parts: Mapping[str, Any]) -> Policy:
    """Give a policy with other parts, each as a whole or by the figures that differ. Raises Invalid."""
    problems: list[Problem] = []
    whole: dict[str, Any] = {}
    for name, part in parts.items():
        own: Any = getattr(policy, name, None)
        if own is None:
            problems.append(Problem(name, unknown("part", name, "policy", fields_dict(Policy))))
        elif isinstance(part, dict):
            known = fields_dict(type(own))
            strange = [Problem(f"{name}.{f}", unknown("figure", f, name, known)) for f in part if f not in known]
            problems += strange
            whole[name] = own if strange else evolve(own, **part)
        else:
            whole[name] = part
    if problems:
        raise Invalid(*problems)
    return evolve(policy, **whole)
