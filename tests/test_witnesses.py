"""Each rule does its own work: one case that is allowed, and one changed fact that only this rule refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

import pytest
from attrs import evolve, frozen

import funnelkit.rules
from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    TEAM,
    Actor,
    Decision,
    Kind,
    Portal,
    Right,
    Role,
    Standing,
    Where,
)
from funnelkit.commands import AddCompany, AddContact, Convert, SetPrimary
from funnelkit.decisions import About, Mark, Rule
from funnelkit.funnel import Funnel
from funnelkit.policy import FollowUpPolicy, InvitationPolicy, OutreachPolicy, PackagePolicy
from funnelkit.rules import (
    access,
    booking,
    certification,
    conversion,
    credentials,
    editing,
    eligibility,
    follow_up,
    invitation,
    onboarding,
    outreach,
    package,
    pipeline,
    privacy,
    progress,
    removal,
    team,
)
from funnelkit.statuses import agency, coaching
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.appointment import Happening as Appointed
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.invitation import Happening as Taken
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.studio import Studio
from funnelkit.statuses.team import Team
from funnelkit.table import Status
from funnelkit.times import Span
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.outreach import Block
from funnelkit.values.package import Offer
from funnelkit.words import Acquired, Activity, Channel, Origin, Pay, Payment, Purpose, Sender, Shape
from tests.scenarios.world import ADMIN, COACH, DESK, NOON, OWNER, SYSTEM, VIEWER, crm, someone

ADA: Final = Actor(id="c-1", role=Role.CLIENT)
EVE: Final = Actor(id="c-2", role=Role.CLIENT)
MODULES: Final = (
    access, booking, certification, conversion, credentials, editing, eligibility, follow_up, invitation, onboarding,
    outreach, package, pipeline, privacy, progress, removal, team,
)  # fmt: skip

Ask = Callable[[], Decision]


@frozen
class Witness:
    """Two questions that differ in one fact, and the rule that alone refuses the second."""

    rule: str
    good: Ask
    bad: Ask
    mark: Mark = Mark.NO


def of(rule: str, ask: Callable[[Any], Decision], good: Any, mark: Mark = Mark.NO, **changed: object) -> Witness:
    """Write a witness of one question: a case, and the one fact of it that changes."""
    return Witness(rule, lambda: ask(good), lambda: ask(evolve(good, **changed)), mark)


# ---- access


def may(case: access.Case[Coaching, Right]) -> Decision:
    """May a contact of the practice open this?"""
    return access.may(COACHING, case)


def may_see(case: access.Case[Team, Right]) -> Decision:
    """May a contact of the team open this?"""
    return access.may(TEAM, case)


LOGGED_IN: Final = access.Case(status=Coaching.ACTIVE_CLIENT, right=Right.CALENDAR, portal=Portal.ACTIVE)
READING: Final = evolve(LOGGED_IN, right=Right.FORMS, item="intake", permitted=frozenset({"intake"}))
OWNING: Final = evolve(LOGGED_IN, right=Right.PRODUCTS, item="book", owned=frozenset({"book"}))
INSIDE_THE_TEAM: Final = access.Case(status=Team.CLIENT, right=Right.PACKAGE, portal=Portal.ACTIVE)
BILLED: Final = access.Case(status=Coaching.INACTIVE_CLIENT, right=Right.COACHING_INVOICE, facts={"agreement": True})


def company(primary: bool) -> Decision:
    """May a company have this, with a primary contact or without one?"""
    world = crm(agency.READINGS["S1 company first"])
    firm = world.do(AddCompany(name="ACME GmbH", by=COACH)).id
    if primary:
        ada = someone(world, Agency.CLIENT, portal=Portal.ACTIVE, company=firm)
        world.do(SetPrimary(company=firm, contact=ada.id, by=COACH))
    return world.company_may(firm, Right.INVOICES)


ACCESS: Final = (
    of("access.status_may_log_in", may, OWNING, status=Coaching.PROSPECT),
    of("access.credentials_exist", may, LOGGED_IN, portal=Portal.INVITED),
    of("access.not_archived", may, LOGGED_IN, standing=Standing.ARCHIVED),
    of("access.onboarding_is_complete", may_see, INSIDE_THE_TEAM, onboarding=frozenset({"form"})),
    of("access.item_is_permitted", may, READING, permitted=frozenset({"another"})),
    of("access.item_is_owned", may, OWNING, owned=frozenset({"another"})),
    of("access.item_is_named", may, READING, Mark.NEEDS, item=None),
    Witness("access.company_has_a_primary", lambda: company(primary=True), lambda: company(primary=False)),
)
ACCESS_CELLS: Final = (
    of("access.status_grants", may, evolve(LOGGED_IN, right=Right.LOG_IN), status=Coaching.PROSPECT),
    of("access.agreement", may, BILLED, facts={"agreement": False}),
    of("access.agreement", may, BILLED, Mark.NEEDS, facts={}),
)


# ---- booking


def may_book(case: booking.Case[Coaching]) -> Decision:
    """May this be booked in the practice?"""
    return booking.may_book(COACHING, case)


def is_offered(case: booking.Case[Coaching]) -> Decision:
    """May a client who moves it take it there?"""
    return booking.is_offered(COACHING, case)


def may_change(case: booking.Change) -> Decision:
    """May this be done with a standing appointment?"""
    return booking.may_change(COACHING, case)


ENTERED: Final = booking.Case(status=Coaching.PROSPECT, kind=Kind.SESSION, by=COACH)
INSIDE: Final = booking.Case(
    status=Coaching.ACTIVE_CLIENT, kind=Kind.SESSION, by=ADA, where=Where.PORTAL, may_log_in=True, contact="c-1"
)
WARM: Final = evolve(INSIDE, status=Coaching.HOT_LEAD, opened=frozenset({"session"}))
OUTSIDE: Final = booking.Case(
    status=Coaching.ACTIVE_CLIENT, kind=Kind.SAMPLE, by=ADA, where=Where.PUBLIC, contact="c-1"
)
VISIT: Final = evolve(OUTSIDE, status=Coaching.INACTIVE_CLIENT, facts={"public_booking": True})
HELD: Final = booking.Change(state=AppointmentStatus.BOOKED, on=Appointed.HELD, by=COACH, begun=True)
CALLED_OFF: Final = booking.Change(state=AppointmentStatus.BOOKED, on=Appointed.CANCELLED, by=ADA, own=True)
MOVED: Final = booking.Change(state=AppointmentStatus.BOOKED, on=Appointed.RESCHEDULED, by=COACH)

BOOKING: Final = (
    of("booking.coach_is_free", may_book, ENTERED, overlaps=("a-1",)),
    of("booking.coach_is_free", may_book, INSIDE, overlaps=("a-1",)),
    of("booking.coach_is_free", may_change, MOVED, overlaps=("a-1",)),
    of("booking.staff_enters", may_book, ENTERED, by=VIEWER),
    of("booking.books_for_oneself", may_book, INSIDE, by=EVE),
    of("booking.books_for_oneself", may_book, INSIDE, by=SYSTEM),
    of("booking.books_for_oneself", may_book, OUTSIDE, by=COACH),
    of("booking.may_log_in", may_book, INSIDE, may_log_in=False),
    of("booking.may_log_in", is_offered, INSIDE, may_log_in=False),
    of("booking.starts_ahead", may_book, INSIDE, begun=True),
    of("booking.starts_ahead", may_book, evolve(OUTSIDE, by=SYSTEM), begun=True),
    of("booking.starts_ahead", may_change, evolve(CALLED_OFF, on=Appointed.RESCHEDULED), behind=True),
    of("booking.staff_describes", may_book, INSIDE, described=True),
    of("booking.kind_is_opened", may_book, WARM, opened=frozenset({"sample"})),
    of("booking.kind_is_opened", is_offered, WARM, opened=frozenset({"sample"})),
    of("booking.open_to_the_public", may_book, OUTSIDE, kind=Kind.SESSION),
    of("booking.open_to_the_public", is_offered, OUTSIDE, kind=Kind.SESSION),
    of("booking.still_possible", may_change, HELD, state=AppointmentStatus.CANCELLED),
    of("booking.hand_may", may_change, HELD, by=ADA),
    of("booking.hand_may", may_change, CALLED_OFF, own=False),
    of("booking.has_begun", may_change, HELD, begun=False),
    of("booking.still_to_come", may_change, CALLED_OFF, begun=True),
)
BOOKING_CELLS: Final = (
    of("booking.status_may_book", may_book, INSIDE, status=Coaching.BUYER),
    of("booking.status_may_book", is_offered, INSIDE, status=Coaching.BUYER),
    of("booking.public_booking", may_book, VISIT, facts={"public_booking": False}),
    of("booking.public_booking", is_offered, VISIT, facts={"public_booking": False}),
    of("booking.public_booking", may_book, VISIT, Mark.NEEDS, facts={}),
)


# ---- certification


def counts(case: certification.Case[Coaching]) -> Decision:
    """Does this attendee of this appointment count?"""
    return certification.counts(COACHING, case)


COUNTED: Final = certification.Case(status=Coaching.ACTIVE_CLIENT)
FORMER: Final = certification.Case(status=Coaching.PROSPECT, always=True)

CERTIFICATION: Final = (
    of("certification.not_cancelled", counts, COUNTED, state=AppointmentStatus.CANCELLED),
    of("certification.not_missed", counts, COUNTED, state=AppointmentStatus.MISSED),
    of("certification.has_ended", counts, COUNTED, ended=False),
    of("certification.status_is_known", counts, COUNTED, status=None),
)
CERTIFICATION_CELLS: Final = (
    of("certification.status_counts", counts, COUNTED, status=Coaching.PROSPECT),
    of("certification.status_counts", counts, FORMER, always=False),
)


# ---- conversion


def may_convert(case: conversion.Case[Agency]) -> Decision:
    """May a contact of the agency be converted so?"""
    return conversion.may_convert(AGENCY, case)


def may_follow(case: conversion.Case[Franchise]) -> Decision:
    """May a lead of the franchise be moved so?"""
    return conversion.may_convert(FRANCHISE, case)


def may_record(case: conversion.Case[Coaching]) -> Decision:
    """May this be recorded in the practice?"""
    return conversion.may_record(COACHING, case)


def may_enter(case: conversion.Case[Coaching]) -> Decision:
    """May a contact come into the practice so?"""
    return conversion.may_enter(COACHING, case)


def may_correct(case: conversion.Case[Coaching]) -> Decision:
    """May a mistake of the practice be put right so?"""
    return conversion.may_correct(COACHING, case)


def corrected_in_the_agency(by_policy: bool) -> Decision:
    """May a mistake be put right in a funnel that is forward only?"""
    funnel: Funnel[Status, Any] = agency.READINGS["corrections by policy"] if by_policy else AGENCY
    case: conversion.Case[Status] = conversion.Case(now=Agency.CLIENT, to=Agency.LEAD, by=COACH, facts={"reason": True})
    return conversion.may_correct(funnel, case)


def converted_in_the_past(before: bool) -> Decision:
    """May a contact be converted as of a time, before it came or after?"""
    world = crm(COACHING)
    ada = world.do(AddContact(name="Ada", by=COACH))
    world.clock.advance(days=1)
    at = NOON + timedelta(hours=-1 if before else 1)
    return world.plan(Convert(contact=ada.id, to=Coaching.HOT_LEAD, at=at, by=COACH)).decision


INWARD: Final = conversion.Case(now=Agency.PROSPECT, to=Agency.CLIENT, by=COACH, facts={"email": True})
STEPPING: Final = conversion.Case(now=Franchise.NEW_LEAD, to=Franchise.DNC, by=COACH)
ACCEPTED: Final = conversion.Case(now=Coaching.PROSPECT, on=Happening.AGREEMENT_ACCEPTED, by=SYSTEM)
REGISTERED: Final[conversion.Case[Coaching]] = conversion.Case(on=Happening.REGISTERED, by=SYSTEM)
BY_HAND: Final = conversion.Case(to=Coaching.ACTIVE_CLIENT, by=COACH)
BOUGHT: Final[conversion.Case[Coaching]] = conversion.Case(
    on=Happening.PRODUCT_PURCHASED, by=SYSTEM, facts={"product": True}
)
MISTAKEN: Final = conversion.Case(now=Coaching.ACTIVE_CLIENT, to=Coaching.PROSPECT, by=COACH, facts={"reason": True})

CONVERSION: Final = (
    of("conversion.is_a_change", may_convert, INWARD, to=Agency.PROSPECT),
    of("conversion.is_a_change", may_correct, MISTAKEN, to=Coaching.ACTIVE_CLIENT),
    of("conversion.never_backward", may_convert, INWARD, to=Agency.LEAD),
    of("conversion.set_by_hand", may_follow, STEPPING, to=Franchise.SOLD),
    of("conversion.actor_may", may_convert, INWARD, by=VIEWER),
    of("conversion.actor_may", may_enter, BY_HAND, by=ADA),
    of("conversion.recorder_may", may_record, ACCEPTED, by=ADA),
    of("conversion.recorder_may", may_enter, REGISTERED, by=ADA),
    of("conversion.is_recorded", may_record, ACCEPTED, on=Happening.COACH_DECIDES),
    of("conversion.is_an_entry", may_enter, REGISTERED, on=Happening.COACH_DECIDES),
    of("conversion.starts_in_sight", may_enter, REGISTERED, standing=Standing.ARCHIVED),
    Witness(
        "conversion.corrections_are_offered",
        lambda: corrected_in_the_agency(by_policy=True),
        lambda: corrected_in_the_agency(by_policy=False),
    ),
    of("conversion.corrector_may", may_correct, MISTAKEN, by=SYSTEM),
    Witness(
        "conversion.was_there",
        lambda: converted_in_the_past(before=False),
        lambda: converted_in_the_past(before=True),
    ),
)
CONVERSION_CELLS: Final = (
    of("conversion.a_row_leads_there", may_follow, STEPPING, now=Franchise.SOLD),
    of("conversion.email", may_convert, INWARD, facts={"email": False}),
    of("conversion.email", may_convert, INWARD, Mark.NEEDS, facts={}),
    of("conversion.product", may_enter, BOUGHT, facts={"product": False}),
    of("conversion.reason", may_correct, MISTAKEN, facts={"reason": False}),
)


# ---- eligibility, credentials


def is_eligible(case: eligibility.Case) -> Decision:
    """Does this session count towards a credential?"""
    return eligibility.counts(COACHING, case)


def may_apply(case: credentials.Case) -> Decision:
    """May a coach with these figures apply?"""
    return credentials.may_apply(COACHING, case)


COACHED: Final = eligibility.Case(heads=15, limit=15, trained=True)
LED: Final = eligibility.Case(direct_report=True, pay=Pay.PAID)
REACHED: Final = credentials.Case(
    credential="PCC 2022", minutes=30_000, paid=27_000, clients=25, recent=3_000, needs_minutes=30_000,
    needs_paid=27_000, needs_clients=25, needs_recent=3_000, months=18, holds=("ACC",), needs_one_of=("ACC", "PCC"),
)  # fmt: skip

ELIGIBILITY: Final = (
    of("eligibility.was_held", is_eligible, COACHED, state=AppointmentStatus.CANCELLED),
    of("eligibility.was_held", is_eligible, COACHED, state=AppointmentStatus.MISSED),
    of("eligibility.has_ended", is_eligible, COACHED, ended=False),
    *(
        of("eligibility.activity_counts", is_eligible, COACHED, activity=activity)
        for activity in Activity
        if activity is not Activity.COACHING
    ),
    of("eligibility.was_live", is_eligible, COACHED, live=False),
    of("eligibility.was_engaged", is_eligible, COACHED, engaged=False),
    of("eligibility.is_no_direct_report", is_eligible, LED, pay=Pay.INTERNAL),
    of("eligibility.is_no_direct_report", is_eligible, evolve(LED, pay=Pay.INTERNAL, direct_report=False),
       direct_report=True),
    of("eligibility.is_within_limit", is_eligible, COACHED, heads=16),
    of("eligibility.is_within_limit", is_eligible, evolve(COACHED, limit=None), limit=14),
    of("eligibility.is_after_training", is_eligible, COACHED, trained=False),
)  # fmt: skip
CREDENTIALS: Final = (
    of("credentials.hours_are_reached", may_apply, REACHED, minutes=29_999),
    of("credentials.paid_are_reached", may_apply, REACHED, paid=26_999),
    of("credentials.clients_are_enough", may_apply, REACHED, clients=24),
    of("credentials.recent_are_reached", may_apply, REACHED, recent=2_999),
    of("credentials.recent_are_reached", may_apply, evolve(REACHED, recent=0, needs_recent=None), needs_recent=60),
    of("credentials.training_is_known", may_apply, REACHED, trained=False),
    of("credentials.former_is_held", may_apply, REACHED, holds=("MCC",)),
    of("credentials.former_is_held", may_apply, evolve(REACHED, holds=(), needs_one_of=()), needs_one_of=("PCC",)),
)


# ---- editing, removal


def may_be_known(case: editing.Case) -> Decision:
    """May a contact of the agency have this id and this address?"""
    return editing.may_be_known(AGENCY, case)


def may_be_edited(case: editing.Case) -> Decision:
    """May what the team knows of a contact be edited so?"""
    return editing.may_be_edited(TEAM, case)


def may_hold(case: editing.Case) -> Decision:
    """May a contact of the practice hold credentials?"""
    return editing.may_hold_credentials(COACHING, case)


def may_be_primary(case: editing.Case) -> Decision:
    """May this contact be primary, where the account refuses a lower one?"""
    return editing.may_be_primary(agency.READINGS["SD-A7 no lower primary"], case)


def may_delete(case: removal.Case) -> Decision:
    """May this contact of the agency be deleted?"""
    return removal.may_delete(AGENCY, case)


KEPT: Final = editing.Case(by=COACH)
HOLDER: Final = editing.Case(by=COACH, status=Coaching.HOT_LEAD)
AWAY: Final = removal.Case(by=COACH, standing=Standing.ARCHIVED)

EDITING: Final = (
    of("editing.keeper_may", may_be_known, KEPT, by=ADA),
    of("editing.id_is_free", may_be_known, KEPT, id_taken=True),
    of("editing.email_is_free", may_be_known, KEPT, holders=("c-2",)),
    of("editing.coach_is_the_only_one", may_be_edited, evolve(KEPT, moves=True, coaches=1), coaches=2),
    of("editing.status_may_hold", may_hold, HOLDER, status=Coaching.PROSPECT),
    of("editing.primary_is_no_lower", may_be_primary, KEPT, lowers=True),
)
REMOVAL: Final = (of("removal.remover_may", may_delete, AWAY, by=ADA),)


def may_erase(case: privacy.Case) -> Decision:
    """May this actor take the person out?"""
    return privacy.may_erase(COACHING, case)


def may_merge(case: privacy.Case) -> Decision:
    """May this actor say that two contacts are one person?"""
    return privacy.may_merge(COACHING, case)


PRIVACY: Final = (
    of("privacy.eraser_may", may_erase, privacy.Case(by=OWNER), by=COACH),
    of("privacy.eraser_may", may_erase, privacy.Case(by=OWNER), acts=False),
    of("privacy.merger_may", may_merge, privacy.Case(by=OWNER), by=COACH),
    of("privacy.merger_may", may_merge, privacy.Case(by=OWNER), acts=False),
    of("privacy.nobody_was_erased", may_merge, privacy.Case(by=OWNER), erased=("c-2",)),
)

REMOVAL_CELLS: Final = (of("removal.standing_allows", may_delete, AWAY, standing=Standing.ACTIVE),)


# ---- outreach


def may_contact(case: outreach.Case) -> Decision:
    """May this person be sent something?"""
    return outreach.may_contact(QUIET, case)


def may_send(case: outreach.Case) -> Decision:
    """May this leave now?"""
    return outreach.may_send(QUIET, case)


def may_pick(case: outreach.Case) -> Decision:
    """May this contact be picked for a campaign?"""
    return outreach.may_pick(QUIET, case)


def may_set(case: outreach.Case) -> Decision:
    """May this actor say that somebody is not to be contacted?"""
    return outreach.may_set(QUIET, case)


def may_lift(case: outreach.Case) -> Decision:
    """May this actor lift it?"""
    return outreach.may_lift(QUIET, case)


def may_make(case: outreach.Sending) -> Decision:
    """May this actor make a campaign?"""
    return outreach.may_make(QUIET, case)


def may_send_to(case: outreach.Sending) -> Decision:
    """May this be sent to a campaign?"""
    return outreach.may_send_to(QUIET, case)


QUIET: Final[Funnel[Status, Any]] = COACHING.with_policy(outreach=OutreachPolicy(quiet=Span("22:00", "08:00")))
WRITTEN: Final = outreach.Case(now=NOON, channel=Channel.EMAIL, zone="UTC", contact="c-1")
SPOKEN: Final = evolve(WRITTEN, by=COACH)
NIGHT: Final = NOON + timedelta(hours=12)
NO_MAILS: Final = (Block(id="e-1", since=NOON, channel=Channel.EMAIL),)
NOT_AT_ALL: Final = (Block(id="e-1", since=NOON),)
OWN_WISH: Final = (Block(id="e-1", since=NOON, origin=Origin.PERSON),)
NEWSLETTER: Final = outreach.Sending(by=COACH, template="newsletter", sent=("letter",))

OUTREACH: Final = (
    of("outreach.may_be_contacted", may_contact, WRITTEN, blocks=NO_MAILS),
    of("outreach.may_be_contacted", may_send, WRITTEN, blocks=NOT_AT_ALL),
    of("outreach.may_be_contacted", may_pick, evolve(WRITTEN, channel=None), blocks=NOT_AT_ALL),
    of("outreach.may_be_marketed_to", may_contact, WRITTEN, do_not_market=True),
    of("outreach.may_be_marketed_to", may_send, WRITTEN, do_not_market=True),
    of("outreach.may_be_marketed_to", may_pick, evolve(WRITTEN, purpose=Purpose.MARKETING), do_not_market=True),
    of("outreach.is_no_quiet_hour", may_send, WRITTEN, now=NIGHT),
    of("outreach.is_no_quiet_hour", may_send, evolve(WRITTEN, now=NIGHT, zone="Asia/Tokyo"), zone="UTC"),
    of(
        "outreach.is_no_quiet_hour",
        may_send,
        evolve(WRITTEN, now=NIGHT, purpose=Purpose.TRANSACTIONAL),
        purpose=Purpose.ALERT,
    ),
    of("outreach.is_still_there", may_send, WRITTEN, there=False),
    of("outreach.is_still_there", may_contact, WRITTEN, there=False),
    of("outreach.is_still_there", may_pick, WRITTEN, there=False),
    of("outreach.is_offered", may_pick, WRITTEN, standing=Standing.HIDDEN),
    of("outreach.may_speak", may_set, SPOKEN, by=VIEWER),
    of("outreach.may_speak", may_set, evolve(SPOKEN, by=ADA), by=EVE),
    of("outreach.may_speak", may_lift, SPOKEN, by=None),
    of("outreach.own_wish_stands", may_lift, SPOKEN, blocks=OWN_WISH),
    of("outreach.own_wish_stands", may_lift, evolve(SPOKEN, by=ADA, blocks=OWN_WISH), by=COACH),
    of("outreach.own_wish_stands", may_lift, evolve(SPOKEN, by=SYSTEM, blocks=OWN_WISH), by=COACH),
    of("outreach.campaigner_may", may_make, NEWSLETTER, by=SYSTEM),
    of("outreach.campaigner_may", may_send_to, NEWSLETTER, by=VIEWER),
    of("outreach.is_sent_once", may_send_to, NEWSLETTER, template="letter"),
)


# ---- pipelines


def may_complete(case: pipeline.Case) -> Decision:
    """May this stage be completed?"""
    return pipeline.may_complete(STUDIO, case)


def may_put_on(case: pipeline.Case) -> Decision:
    """May this contact of the studio be put on a pipeline?"""
    return pipeline.may_put_on(STUDIO, case)


def may_define(case: pipeline.Case) -> Decision:
    """May this pipeline of the studio be changed so?"""
    return pipeline.may_define(STUDIO, case)


def defined_in(funnel: Funnel[Any, Any]) -> Decision:
    """May a pipeline be made in this funnel?"""
    return pipeline.may_define(funnel, pipeline.Case(by=COACH, stages=("call",)))


RUNNING: Final = pipeline.Case(
    by=COACH, status=Studio.LEAD, on="p-1", at="call", pipeline="p-1", stages=("call", "offer"), contact="c-1"
)
ENTERING: Final = evolve(RUNNING, on=None, at=None)
SHORTER: Final = pipeline.Case(
    by=COACH, pipeline="p-1", stages=("offer",), removed=frozenset({"call"}), used=frozenset({"offer"})
)

PIPELINE: Final = (
    of("pipeline.staff_runs_pipelines", may_complete, RUNNING, by=ADA),
    of("pipeline.staff_runs_pipelines", may_put_on, ENTERING, by=VIEWER),
    of("pipeline.staff_runs_pipelines", may_define, SHORTER, by=ADA),
    Witness("pipeline.funnel_has_pipelines", lambda: defined_in(STUDIO), lambda: defined_in(AGENCY)),
    of("pipeline.pipeline_is_open_to_status", may_put_on, ENTERING, status=Studio.CLIENT),
    of("pipeline.is_worked_with", may_put_on, ENTERING, standing=Standing.ARCHIVED),
    of("pipeline.a_hidden_one_is_switched_to", may_put_on, evolve(RUNNING, hidden=True), on=None),
    of("pipeline.is_on_a_pipeline", may_complete, evolve(RUNNING, stage="call"), on=None),
    of("pipeline.stands_at_that_stage", may_complete, evolve(RUNNING, stage="call"), stage="offer"),
    of("pipeline.stage_is_there", may_complete, RUNNING, stages=("offer",)),
    of("pipeline.stages_in_use_stay", may_define, SHORTER, used=frozenset({"call"})),
)


# ---- follow-ups


def may_schedule(case: follow_up.Case[Status]) -> Decision:
    """May the next follow-up be set, where notes are needed?"""
    return follow_up.may_schedule(NOTED, case)


def may_move(case: follow_up.Case[Status]) -> Decision:
    """May the follow-up that stands get another date?"""
    return follow_up.may_move(NOTED, case)


def may_drop(case: follow_up.Case[Status]) -> Decision:
    """May the follow-up that stands be called off?"""
    return follow_up.may_drop(NOTED, case)


def may_log(case: follow_up.Case[Status]) -> Decision:
    """May this actor say that somebody was in touch?"""
    return follow_up.may_log(NOTED, case)


def is_due(case: follow_up.Case[Status]) -> Decision:
    """Is the follow-up that stands due?"""
    return follow_up.is_due(NOTED, case)


def may_give_up(case: follow_up.Case[Status]) -> Decision:
    """Has time alone made the lead cold?"""
    return follow_up.may_give_up(NOTED, case)


NOTED: Final[Funnel[Status, Any]] = FRANCHISE.with_policy(follow_up=FollowUpPolicy(notes_required=True))
MINUTE: Final = timedelta(minutes=1)
CALL: Final = FollowUp(id="e-1", noted="e-1", due=NOON, attempt=6, set=NOON - timedelta(days=2))
LAST: Final = evolve(CALL, gives_up=NOON + timedelta(hours=2))
FOLLOWED: Final[follow_up.Case[Status]] = follow_up.Case(
    by=COACH, when=NOON, status=Franchise.FOLLOW_UP_6, attempt=6, due=NOON, follow_up=CALL, notes=True, contact="c-1"
)
GIVEN_UP: Final = evolve(FOLLOWED, by=SYSTEM, when=NOON + timedelta(hours=2), follow_up=LAST)

FOLLOW_UP: Final = (
    of("follow_up.staff_follows_up", may_schedule, FOLLOWED, by=ADA),
    of("follow_up.staff_follows_up", may_move, FOLLOWED, by=VIEWER),
    of("follow_up.staff_follows_up", may_drop, FOLLOWED, by=ADA),
    of("follow_up.staff_follows_up", may_log, FOLLOWED, by=VIEWER),
    of("follow_up.may_be_contacted", may_schedule, FOLLOWED, blocked=True),
    of("follow_up.may_be_contacted", may_move, FOLLOWED, blocked=True),
    of("follow_up.may_be_contacted", is_due, FOLLOWED, blocked=True),
    of("follow_up.is_worked_with", may_schedule, FOLLOWED, standing=Standing.ARCHIVED),
    of("follow_up.is_worked_with", may_move, FOLLOWED, standing=Standing.ARCHIVED),
    of("follow_up.is_worked_with", is_due, FOLLOWED, standing=Standing.ARCHIVED),
    of("follow_up.attempts_are_left", may_schedule, FOLLOWED, attempt=7),
    of("follow_up.is_still_to_come", may_schedule, FOLLOWED, when=NOON + MINUTE),
    of("follow_up.is_still_to_come", may_move, FOLLOWED, due=NOON - MINUTE),
    of("follow_up.notes_are_written", may_schedule, FOLLOWED, notes=False),
    of("follow_up.notes_are_written", may_move, FOLLOWED, notes=False),
    of("follow_up.one_stands", may_move, FOLLOWED, follow_up=None),
    of("follow_up.one_stands", may_drop, FOLLOWED, follow_up=None),
    of("follow_up.one_stands", is_due, FOLLOWED, follow_up=None),
    of("follow_up.time_has_come", is_due, FOLLOWED, when=NOON - MINUTE),
    of("follow_up.still_waits", is_due, FOLLOWED, lapsed=True),
    of("follow_up.was_the_last", may_give_up, GIVEN_UP, follow_up=CALL),
    of("follow_up.was_the_last", may_give_up, GIVEN_UP, follow_up=None),
    of("follow_up.time_has_passed", may_give_up, GIVEN_UP, when=NOON + timedelta(minutes=119)),
    of("follow_up.clock_gives_up", may_give_up, GIVEN_UP, by=COACH),
)


# ---- progress


def on_its_way(case: progress.Case) -> Decision:
    """Is this lead on its way?"""
    return progress.on_its_way(FRANCHISE, case)


MONTH: Final = timedelta(days=30)
AHEAD: Final = progress.Case(when=NOON, status=Franchise.NEW_LEAD, since=NOON - MONTH, due=NOON + MINUTE, contact="c-1")
STAGED: Final = progress.Case(when=NOON, status=Franchise.NEW_LEAD, since=NOON, staged=True, contact="c-1")

PROGRESS: Final = (
    of("progress.nothing_is_due", on_its_way, AHEAD, due=NOON),
    of("progress.nothing_is_due", on_its_way, evolve(AHEAD, booked=True), when=NOON + MINUTE),
    of("progress.has_not_stalled", on_its_way, STAGED, since=NOON - MONTH),
    of("progress.has_not_stalled", on_its_way, evolve(STAGED, since=NOON - MONTH, booked=True), booked=False),
    of("progress.has_not_stalled", on_its_way, evolve(STAGED, since=NOON - MONTH, touched=NOON), touched=None),
    of("progress.has_a_next_step", on_its_way, STAGED, staged=False),
    of("progress.has_a_next_step", on_its_way, evolve(STAGED, since=None), staged=False),
)


# ---- team


def may_be_given(case: team.Case) -> Decision:
    """May this person be given a client of the team?"""
    return team.may_be_given(TEAM, case)


def may_add(case: team.Case) -> Decision:
    """May somebody come into the agency's team, where addresses are unique?"""
    return team.may_add(AGENCY, case)


def may_change_member(case: team.Case) -> Decision:
    """May a member of the agency's team be changed so?"""
    return team.may_change(AGENCY, case)


CORA: Final = team.Case(by=OWNER, member="m-2", known=True, role=Role.COACH, was=Role.COACH, carries=True)
ONESELF: Final = team.Case(by=COACH, member=COACH.id)
NEWCOMER: Final = team.Case(by=ADMIN, member="m-2", role=Role.COACH)
OWN_GREETING: Final = team.Case(by=COACH, member=COACH.id, known=True, role=Role.COACH, was=Role.COACH)
LAST_WORD: Final = team.Case(by=OWNER, member=OWNER.id, known=True, role=Role.ADMIN, was=Role.OWNER)

TEAMS: Final = (
    of("team.coach_is_member", may_be_given, CORA, carries=False),
    of("team.coach_is_member", may_be_given, ONESELF, known=True),
    of("team.coach_is_member", may_be_given, ONESELF, member="m-2"),
    of("team.coach_is_member", may_be_given, ONESELF, by=Actor(id=COACH.id, role=Role.VIEWER)),
    of("team.head_may", may_add, NEWCOMER, by=COACH),
    of("team.head_may", may_add, NEWCOMER, acts=False),
    of("team.head_may", may_change_member, OWN_GREETING, acts=False),
    of("team.head_may", may_change_member, OWN_GREETING, role=Role.ADMIN),
    of("team.head_may", may_change_member, OWN_GREETING, member="m-2"),
    of("team.owner_is_made_by_owner", may_add, NEWCOMER, role=Role.OWNER),
    of("team.owner_is_made_by_owner", may_change_member, evolve(CORA, was=Role.OWNER), by=ADMIN),
    of("team.an_owner_remains", may_change_member, LAST_WORD, last_owner=True),
    of("team.is_in_the_team", may_change_member, CORA, there=False),
    of("team.id_is_free", may_add, NEWCOMER, known=True),
    of("team.address_is_free", may_add, NEWCOMER, holders=("c-1",)),
    of("team.address_is_free", may_change_member, CORA, holders=("m-3",)),
)


# ---- invitations


def may_invite(case: invitation.Case) -> Decision:
    """May this person be invited to the team's portal?"""
    return invitation.may_invite(TEAM, case)


def may_send_again(case: invitation.Case) -> Decision:
    """May this invitation be sent again?"""
    return invitation.may_send_again(TEAM, case)


def may_revoke(case: invitation.Case) -> Decision:
    """May this invitation be taken back?"""
    return invitation.may_revoke(TEAM, case)


def may_open(case: invitation.Opening) -> Decision:
    """May this link be answered? As the account reads it."""
    return invitation.may_open(TEAM, case)


def may_open_outside(case: invitation.Opening) -> Decision:
    """May this link be answered? As whoever holds it reads it."""
    return invitation.to_the_outside(TEAM, invitation.may_open(TEAM, case))


def may_expire(case: invitation.Term) -> Decision:
    """Has time alone ended this invitation?"""
    return invitation.may_expire(TEAM, case)


def may_complete_step(case: onboarding.Case) -> Decision:
    """May this actor complete this step?"""
    return onboarding.may_complete(TEAM, case)


def invited_by_a_coach(coach_invites: bool) -> Decision:
    """May a plain coach invite an own client, as the account has it?"""
    funnel: Funnel[Status, Any] = TEAM.with_policy(invitation=InvitationPolicy(coach_invites=coach_invites))
    return invitation.may_invite(funnel, FROM_ONES_OWN)


INVITED: Final = invitation.Case(by=OWNER, status=Team.PROSPECT, coach="m-2")
FROM_ONES_OWN: Final = invitation.Case(by=COACH, status=Team.CLIENT, sender=Sender.MEMBER, coach=COACH.id)
WAITING: Final = evolve(INVITED, state=InvitationStatus.PENDING, portal=Portal.INVITED)
AGAIN: Final = evolve(WAITING, on=Taken.SENT_AGAIN, contact="c-1")
RUN_OUT: Final = evolve(AGAIN, state=InvitationStatus.EXPIRED, portal=Portal.NOT_INVITED)
TAKEN_BACK: Final = evolve(WAITING, on=Taken.REVOKED, contact="c-1")
OPENED: Final = invitation.Opening(
    by=ADA, known=True, here=True, current=True, state=InvitationStatus.PENDING, now=NOON, expires=NOON + timedelta(1),
    standing=Standing.ACTIVE, contact=ADA.id,
)  # fmt: skip
OVER: Final = invitation.Term(by=SYSTEM, state=InvitationStatus.PENDING, expires=NOON, now=NOON)
STEP: Final = onboarding.Case(by=ADA, step="form", left=frozenset({"form", "call"}), contact=ADA.id)

INVITATION: Final = (
    of("invitation.inviter_may", may_invite, INVITED, by=VIEWER),
    of("invitation.inviter_may", may_invite, INVITED, by=DESK),
    Witness(
        "invitation.inviter_may",
        lambda: invited_by_a_coach(coach_invites=True),
        lambda: invited_by_a_coach(coach_invites=False),
    ),
    of("invitation.inviter_may", may_send_again, AGAIN, by=DESK),
    of("invitation.inviter_may", may_revoke, TAKEN_BACK, by=ADA),
    of("invitation.for_oneself", may_invite, FROM_ONES_OWN, own=False),
    of("invitation.for_oneself", may_send_again, evolve(AGAIN, by=COACH, coach=COACH.id), coach="m-2"),
    of("invitation.for_oneself", may_revoke, evolve(TAKEN_BACK, by=COACH, coach=None), own=False),
    of("invitation.speaks_for_itself", may_invite, FROM_ONES_OWN, sender=Sender.ACCOUNT),
    of("invitation.speaks_for_itself", may_invite, INVITED, sender=Sender.MEMBER),
    of("invitation.speaks_for_itself", may_invite, evolve(INVITED, by=SYSTEM, coach=None), sender=Sender.MEMBER),
    of("invitation.is_not_known_yet", may_invite, INVITED, holders=("c-2",)),
    of("invitation.none_is_pending", may_invite, INVITED, pending="i-1"),
    of("invitation.none_is_pending", may_send_again, RUN_OUT, pending="i-2"),
    of("invitation.has_no_portal_yet", may_invite, INVITED, portal=Portal.ACTIVE),
    of("invitation.has_no_portal_yet", may_send_again, RUN_OUT, portal=Portal.ACTIVE),
    of("invitation.status_can_be_invited", may_invite, INVITED, status=Team.LEAD),
    of("invitation.status_can_be_invited", may_invite, INVITED, status=None),
    of("invitation.status_can_be_invited", may_send_again, AGAIN, status=Team.CONTACT),
    of("invitation.is_not_archived", may_invite, evolve(INVITED, standing=Standing.HIDDEN), standing=Standing.ARCHIVED),
    of("invitation.is_not_archived", may_send_again, RUN_OUT, standing=Standing.ARCHIVED),
    of("invitation.address_is_known", may_invite, INVITED, has_email=False),
    of("invitation.address_is_known", may_send_again, AGAIN, has_email=False),
    of("invitation.inviter_within_limit", may_invite, INVITED, inviter_within=False),
    of("invitation.inviter_within_limit", may_send_again, AGAIN, inviter_within=False),
    of("invitation.address_within_limit", may_invite, INVITED, address_within=False),
    of("invitation.address_within_limit", may_send_again, AGAIN, address_within=False),
    of("invitation.still_possible", may_send_again, AGAIN, state=InvitationStatus.DECLINED),
    of("invitation.still_possible", may_send_again, RUN_OUT, on=Taken.LINK_MINTED),
    of("invitation.still_possible", may_revoke, TAKEN_BACK, state=InvitationStatus.EXPIRED),
    of("invitation.link_is_known", may_open, OPENED, known=False),
    of("invitation.link_is_of_this_funnel", may_open, OPENED, here=False),
    of("invitation.link_is_current", may_open, OPENED, current=False),
    of("invitation.waits_for_an_answer", may_open, OPENED, state=InvitationStatus.ACCEPTED),
    of("invitation.is_in_time", may_open, OPENED, now=NOON + timedelta(1)),
    of("invitation.is_in_time", may_open, evolve(OPENED, on=Taken.DECLINED), expires=NOON),
    of("invitation.contact_is_there", may_open, evolve(OPENED, standing=Standing.HIDDEN), standing=Standing.ARCHIVED),
    of("invitation.contact_is_there", may_open, OPENED, standing=None),
    of("invitation.is_ones_own", may_open, OPENED, by=EVE),
    of("invitation.is_ones_own", may_open, OPENED, by=Actor(id=ADA.id, role=Role.OWNER)),
    of("invitation.link_opens", may_open_outside, OPENED, known=False),
    of("invitation.link_opens", may_open_outside, OPENED, state=InvitationStatus.REVOKED),
    of("invitation.link_opens", may_open_outside, OPENED, by=EVE),
    of("invitation.clock_ends_it", may_expire, OVER, by=OWNER),
    of("invitation.has_run_out", may_expire, OVER, expires=NOON + MINUTE),
    of("invitation.still_waits", may_expire, OVER, state=InvitationStatus.EXPIRED),
)
ONBOARDING: Final = (
    of("onboarding.completer_may", may_complete_step, STEP, by=EVE),
    of("onboarding.completer_may", may_complete_step, evolve(STEP, by=DESK), by=VIEWER),
    of("onboarding.step_is_left", may_complete_step, STEP, left=frozenset({"call"})),
)


# ---- packages


def may_assign(case: package.Case) -> Decision:
    """May this package be assigned in the team?"""
    return package.may_assign(TEAM, case)


def may_assign_to_clients(case: package.Case) -> Decision:
    """May this package be assigned, where existing clients get some as well?"""
    return package.may_assign(TEAM.with_policy(package=PackagePolicy(to_clients=True)), case)


def may_use(case: package.Use) -> Decision:
    """May this package be used then?"""
    return package.may_use(TEAM, case)


def may_book_on(case: package.Cover) -> Decision:
    """Does a package cover this?"""
    return package.may_book_on(TEAM, case)


def is_given_back(case: package.Loss) -> Decision:
    """Is the session given back?"""
    return package.is_given_back(TEAM, case)


def may_take_off(case: package.Change) -> Decision:
    """May this package be taken off the record?"""
    return package.may_take_off(TEAM, case)


def may_record_payment(case: package.Change) -> Decision:
    """May this payment be recorded?"""
    return package.may_record_payment(TEAM, case)


def may_list(case: package.Change) -> Decision:
    """May this be put into the list?"""
    return package.may_list(TEAM, case)


FIVE: Final = Offer(id="five", name="Five Sessions", sessions=5)
CIRCLE: Final = Offer(id="circle", name="Circle", shape=Shape.GROUP, coaches=("m-2",))
ASSIGNED: Final = package.Case(by=OWNER, offer=FIVE, coach="m-2", status=Team.CLIENT, contact="c-1")
GROUPED: Final = evolve(ASSIGNED, offer=CIRCLE)
USED: Final = package.Use(
    state=PackageStatus.USABLE, usable=NOON, expires=NOON + timedelta(90), left=1, when=NOON, package="p-1"
)
NOT_HELD: Final = package.Loss(by=OWNER, start=NOON + timedelta(days=1), when=NOON, package="p-1")
TAKEN_OFF: Final = package.Change(by=OWNER, state=PackageStatus.ASSIGNED, package="p-1")
PAID: Final = package.Change(by=SYSTEM, offer="five", holders=("c-1",))
LISTED: Final = package.Change(by=COACH, lists=((COACH.id,),), offer="circle")

PACKAGE: Final = (
    of("package.giver_may", may_assign, ASSIGNED, by=DESK),
    of("package.giver_may", may_take_off, TAKEN_OFF, by=VIEWER),
    of("package.recorder_may", may_record_payment, PAID, by=ADA),
    of("package.recorder_may", may_record_payment, PAID, by=COACH),
    of("package.recorder_may", may_record_payment, PAID, acts=False),
    of("package.giver_may", may_assign, ASSIGNED, acts=False),
    of("package.giver_may", may_list, evolve(LISTED, by=ADMIN), by=VIEWER),
    of("package.to_own_clients", may_assign, evolve(ASSIGNED, by=COACH), own=False),
    of("package.to_own_clients", may_assign, evolve(ASSIGNED, own=False), by=COACH),
    of("package.is_offered", may_assign, ASSIGNED, offer=evolve(FIVE, retired=True)),
    of("package.is_on_the_list", may_assign, ASSIGNED, offer=evolve(FIVE, coaches=("m-3",))),
    of("package.is_on_the_list", may_assign, GROUPED, offer=evolve(CIRCLE, coaches=())),
    of("package.is_on_the_list", may_assign, GROUPED, coach=None),
    of("package.is_paid", may_assign, ASSIGNED, offer=evolve(FIVE, payment=Payment.TO_BE_PAID)),
    of("package.within_number", may_assign, ASSIGNED, count=2),
    of("package.within_number", may_assign, evolve(ASSIGNED, portal=Portal.INVITED), count=2),
    of(
        "package.within_number",
        may_assign_to_clients,
        evolve(ASSIGNED, portal=Portal.ACTIVE, count=2),
        portal=Portal.INVITED,
    ),
    of("package.client_is_new", may_assign, ASSIGNED, portal=Portal.ACTIVE),
    of("package.status_can_use_it", may_assign, ASSIGNED, status=Team.CONTACT),
    of("package.is_not_archived", may_assign, ASSIGNED, standing=Standing.ARCHIVED),
    of("package.is_usable", may_use, USED, state=PackageStatus.ASSIGNED),
    of("package.is_usable", may_use, USED, usable=NOON + MINUTE),
    of("package.is_in_term", may_use, USED, expires=NOON),
    of("package.has_sessions_left", may_use, evolve(USED, left=None), left=0),
    of("package.a_package_covers", may_book_on, package.Cover(covered=True), covered=False),
    of("package.is_not_taken", is_given_back, evolve(NOT_HELD, burns=False), burns=True),
    of("package.is_called_off_in_time", is_given_back, evolve(NOT_HELD, by=ADA), when=NOON + MINUTE),
    of("package.missing_costs_nothing", is_given_back, NOT_HELD, missed=True),
    of("package.still_possible", may_take_off, TAKEN_OFF, state=PackageStatus.USABLE),
    of("package.was_not_bought", may_take_off, TAKEN_OFF, acquired=Acquired.BOUGHT),
    of("package.buyer_is_clear", may_record_payment, PAID, Mark.NEEDS, holders=("c-1", "c-2")),
    of("package.keeps_its_own_list", may_list, LISTED, lists=((COACH.id, "m-2"),)),
    of("package.keeps_its_own_list", may_list, LISTED, lists=((),)),
)


# ---- the laws

OF_RULES: Final = (
    *ACCESS, *BOOKING, *CERTIFICATION, *CONVERSION, *CREDENTIALS, *EDITING, *ELIGIBILITY, *FOLLOW_UP, *INVITATION,
    *ONBOARDING, *OUTREACH, *PACKAGE, *PIPELINE, *PRIVACY, *PROGRESS, *REMOVAL, *TEAMS,
)  # fmt: skip
OF_CELLS: Final = (*ACCESS_CELLS, *BOOKING_CELLS, *CERTIFICATION_CELLS, *CONVERSION_CELLS, *REMOVAL_CELLS)
SPEAKS_FOR_A_YES_ONLY: Final = "certification.all_hours_count"
"""It is asked where it holds, and decides against the status; it has nothing to refuse."""


def every_rule() -> dict[str, Rule[Any, Any, Any]]:
    """All rules of the rulebook, by address."""
    rulebook: list[Rule[Any, Any, Any]] = [rule for module in MODULES for rule in module.RULES]
    return {rule.address: rule for rule in rulebook}


def named(witness: Witness) -> str:
    """The address of what a witness is for."""
    return witness.rule


@pytest.mark.parametrize("witness", [*OF_RULES, *OF_CELLS], ids=named)
def test_one_changed_fact_is_refused_by_this_rule_alone(witness: Witness) -> None:
    """The good case is allowed; with one other fact, this rule refuses, and no other."""
    good, bad = witness.good(), witness.bad()
    assert good, str(good)
    assert not bad
    assert [witness.rule] == [finding.rule for finding in bad.refusals], str(bad)
    assert witness.mark is bad.refusals[0].mark


@pytest.mark.parametrize("witness", [*OF_RULES, *OF_CELLS], ids=named)
def test_a_refusal_says_what_it_saw(witness: Witness) -> None:
    """Its text is whole: every word of the sentence and of the remedy was filled in."""
    text = str(witness.bad())
    assert "…" not in text
    assert "{" not in text
    assert f" {witness.rule} " in text


def test_every_module_of_the_rulebook_is_looked_at() -> None:
    """A new file of rules cannot stay outside these laws: whatever has rules is in the list above."""
    found = (
        import_module(f"{funnelkit.rules.__name__}.{found.name}") for found in iter_modules(funnelkit.rules.__path__)
    )
    assert {module for module in found if hasattr(module, "RULES")} == set(MODULES)


def test_every_rule_has_a_witness() -> None:
    """No rule of the rulebook is without one, and no witness is for a rule that is gone."""
    assert set(every_rule()) - {SPEAKS_FOR_A_YES_ONLY} == {witness.rule for witness in OF_RULES}


def test_every_table_that_answers_has_a_witness() -> None:
    """What is refused by a cell, a row or a named need has an address as well, and a case that only it refuses."""
    cells = {
        "access.status_grants", "booking.status_may_book", "certification.status_counts", "removal.standing_allows",
        "conversion.a_row_leads_there",
    }  # fmt: skip
    needs = {
        "access.agreement", "booking.public_booking", "conversion.email", "conversion.product", "conversion.reason"
    }  # fmt: skip
    assert cells | needs == {witness.rule for witness in OF_CELLS}
    assert not cells & set(every_rule())


def test_the_rule_that_only_speaks_for_a_yes_does_so() -> None:
    """All hours of who is inactive today: this rule alone turns a Prospect's hour into a counted one. Source: CC-A2."""
    former: certification.Case[Status] = certification.Case(status=Coaching.PROSPECT, always=True)
    decision = certification.counts(coaching.READINGS["CC-A2 inactive_counts_all"], former)
    assert decision
    assert SPEAKS_FOR_A_YES_ONLY in [finding.rule for finding in decision.findings]
    assert "certification.status_counts" not in [finding.rule for finding in decision.findings]
    assert SPEAKS_FOR_A_YES_ONLY in every_rule()


def test_every_rule_is_of_its_module_and_says_a_sentence() -> None:
    """An address is module and name; behind it stand a docstring with a source, and findings that are sentences."""
    for module in MODULES:
        rulebook: tuple[Rule[Any, Any, Any], ...] = tuple(module.RULES)
        for rule in rulebook:
            name = rule.address.partition(".")[2]
            assert getattr(module, name) is rule
            doc = rule.claim.__doc__ or ""
            assert "Source:" in doc or doc.rstrip().endswith("Ours."), rule.address
            assert rule.ok.text, rule.address
            assert rule.no.text, rule.address
            assert rule.ok.text != rule.no.text, rule.address
            assert (Mark.OK, Mark.NOTHING) == (rule.ok.mark, rule.nothing.mark)
            assert rule.no.mark in (Mark.NO, Mark.NEEDS)


def test_what_is_about_the_actor_is_about_who_asks() -> None:
    """A host answers 403 by it: each rule that looks at the role alone says so, and no other does."""
    about_actor = {rule.address for rule in every_rule().values() if rule.no.about is About.ACTOR}
    assert about_actor == {
        "booking.staff_enters", "booking.books_for_oneself", "booking.staff_describes", "booking.hand_may",
        "conversion.actor_may",
        "conversion.recorder_may", "conversion.corrector_may", "editing.keeper_may", "removal.remover_may",
        "pipeline.staff_runs_pipelines", "outreach.may_speak", "outreach.own_wish_stands", "outreach.campaigner_may",
        "follow_up.staff_follows_up", "follow_up.clock_gives_up", "invitation.inviter_may", "invitation.for_oneself",
        "invitation.speaks_for_itself", "invitation.is_ones_own", "invitation.clock_ends_it",
        "onboarding.completer_may", "package.giver_may", "package.to_own_clients", "package.keeps_its_own_list",
        "package.recorder_may",
        "team.head_may", "team.owner_is_made_by_owner", "privacy.eraser_may", "privacy.merger_may",
    }  # fmt: skip
