"""A team of coaches, and what is told apart across the products: one scenario per fact. Source: S4, DL1 to DL10, 7."""

from __future__ import annotations

from typing import Final, TypeAlias

import pytest

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    TEAM,
    Actor,
    Funnel,
    Kind,
    Portal,
    Removal,
    Right,
    Role,
    Standing,
)
from funnelkit.commands import (
    Accept,
    AddContact,
    AssignCredentials,
    Book,
    CompleteOnboarding,
    Convert,
    Correct,
    DefineOffer,
    Delete,
    Edit,
    Invite,
    MintLink,
    Permit,
    RecordPayment,
)
from funnelkit.errors import Invalid, UnknownStatus
from funnelkit.rules import access, conversion
from funnelkit.statuses import agency, coaching, franchise, studio
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.studio import Studio
from funnelkit.statuses.team import READINGS, Happening, Team
from funnelkit.table import Status
from funnelkit.words import Payment
from tests.scenarios.world import (
    ADMIN,
    COACH,
    DAY,
    DESK,
    HOUR,
    OWNER,
    STAFF,
    SYSTEM,
    VIEWER,
    Crm,
    a_session,
    crm,
    itself,
    mails,
    refusals,
    rules,
    someone,
)

S: Final = Team
Members: TypeAlias = Crm[Team, Right]
IN_THE_PORTAL: Final = (
    Right.DASHBOARD, Right.PACKAGE, Right.MESSAGES, Right.SESSION_REQUESTS, Right.TASKS, Right.NOTES,
)  # fmt: skip
INVITABLE: Final = (S.PROSPECT, S.CLIENT)
FIVE: Final[tuple[Funnel[Status, Right], ...]] = (COACHING, AGENCY, FRANCHISE, STUDIO, TEAM)


@pytest.fixture
def team() -> Members:
    """An empty team."""
    return crm(TEAM)


# ---- 5.1 and 5.2 types and entry


def test_dl1_has_four_client_types() -> None:
    """Lead, Contact, Prospect and Client. Source: DL1, DL2."""
    assert {"Lead", "Contact", "Prospect", "Client"} == {TEAM.labels[status] for status in Team}


@pytest.mark.parametrize("by", STAFF, ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("status", Team)
def test_dl1_each_type_can_be_created_without_mail(team: Members, status: Team, by: Actor) -> None:
    """Create makes any of the four, and mails nobody. Source: DL1, DL2."""
    created = team.do(AddContact(name="Ada", email="ada@example.org", status=status, by=by))
    assert (status, Portal.NOT_INVITED, []) == (created.status, created.portal, mails(team))


def test_dl8_a_report_viewer_reads_only(team: Members) -> None:
    """A Report Viewer creates, changes and converts nobody. Source: DL8."""
    member = someone(team, S.PROSPECT)
    assert "conversion.actor_may" in refusals(team, AddContact(name="Ada", status=S.LEAD, by=VIEWER))
    assert ["editing.keeper_may"] == refusals(team, Edit(contact=member.id, name="Bea", by=VIEWER))
    assert ["conversion.actor_may"] == refusals(team, Convert(contact=member.id, to=S.CLIENT, by=VIEWER))


def test_dl2_imported_contacts_become_clients_without_mail(team: Members) -> None:
    """Who is brought in from elsewhere is a Client Contact; inviting is a separate act. Source: DL2."""
    imported = someone(team, S.CLIENT, email="ada@example.org")
    assert (S.CLIENT, Portal.NOT_INVITED, []) == (imported.status, imported.portal, mails(team))


@pytest.mark.parametrize("status", Team)
def test_dl1_who_can_be_invited_can_hold_credentials(team: Members, status: Team) -> None:
    """Prospect and Client can be given a log-in; Lead and Contact cannot. Source: DL1."""
    member = someone(team, status)
    command = AssignCredentials(contact=member.id, by=ADMIN)
    if status in INVITABLE:
        assert Portal.ACTIVE is team.do(command).portal
    else:
        assert ["editing.status_may_hold"] == refusals(team, command)


# ---- 5.4 rights


@pytest.mark.parametrize("status", Team)
@pytest.mark.parametrize("portal", Portal)
@pytest.mark.parametrize("standing", Standing)
def test_s4_the_portal_is_for_those_who_accepted(
    team: Members, status: Team, portal: Portal, standing: Standing
) -> None:
    """Dashboard, package, messages, requests, tasks and notes: a Prospect or Client with a log-in. Source: S4, DL1."""
    member = someone(team, status, portal=portal, standing=standing)
    expected = status in INVITABLE and portal is Portal.ACTIVE and standing is not Standing.ARCHIVED
    answers = team.rights([member.id])[member.id]
    assert dict.fromkeys((Right.LOG_IN, *IN_THE_PORTAL), expected) == {
        right: answers[right].allowed for right in (Right.LOG_IN, *IN_THE_PORTAL)
    }


def test_dl_a1_the_dashboard_waits_for_the_onboarding(team: Members) -> None:
    """Who has accepted may log in; what lies on the dashboard opens with the last step. Source: S4, DL-A1."""
    member = someone(team, S.CLIENT, email="ada@example.org")
    link = team.do(MintLink(invitation=team.do(Invite(contact=member.id, by=OWNER)).id, by=OWNER))
    team.do(Accept(token=link))
    assert team.may(member.id, Right.LOG_IN)
    assert [["access.onboarding_is_complete"]] * len(IN_THE_PORTAL) == [
        rules(team.may(member.id, right)) for right in IN_THE_PORTAL
    ]
    team.do(CompleteOnboarding(contact=member.id, step="onboarding", by=itself(member)))
    assert all(team.may(member.id, right) for right in IN_THE_PORTAL)


def test_s4_a_refused_log_in_says_which_part_is_missing(team: Members) -> None:
    """The type, the credentials or the standing: each is named. Source: S4, section 7."""
    lead = someone(team, S.LEAD, portal=Portal.INVITED, standing=Standing.ARCHIVED)
    expected = ["access.status_grants", "access.credentials_exist", "access.not_archived"]
    assert expected == rules(team.may(lead.id, Right.LOG_IN))


@pytest.mark.parametrize("status", Team)
@pytest.mark.parametrize("portal", Portal)
def test_dl9_contracts_are_signed_without_a_portal(team: Members, status: Team, portal: Portal) -> None:
    """Any kind of contact signs over a public link. Source: DL9."""
    assert team.may(someone(team, status, portal=portal).id, Right.CONTRACTS)


def test_dl7_is_silent_about_self_booking_and_so_it_is_refused(team: Members) -> None:
    """No source says who books what in the portal; staff enter it. Source: DL7."""
    client = someone(team, S.CLIENT, portal=Portal.ACTIVE)
    own = Book(
        contacts=(client.id,),
        coach=COACH.id,
        kind=Kind.SESSION,
        start=team.clock.now() + HOUR,
        minutes=60,
        by=itself(client),
    )
    assert ["booking.status_may_book"] == refusals(team, own)
    assert client.id == a_session(team, client).attendees[0].contact


def test_s4_is_silent_about_hours_and_so_none_count(team: Members) -> None:
    """No source of this product speaks of certification. Source: S4."""
    a_session(team, someone(team, S.CLIENT))
    team.clock.advance(DAY)
    assert 0 == team.certification().minutes


def test_s4_is_silent_about_deleting_and_so_it_is_refused(team: Members) -> None:
    """No source says what deleting does. Source: S4."""
    for standing in Standing:
        member = someone(team, S.CLIENT, standing=standing)
        assert ["removal.standing_allows"] == refusals(team, Delete(contact=member.id, by=OWNER))


# ---- moves: ours


@pytest.mark.parametrize("now", Team)
@pytest.mark.parametrize("to", Team)
def test_ours_staff_move_any_type_to_any_other(team: Members, now: Team, to: Team) -> None:
    """The sources name no moves: staff decide, any to any other. Source: ours."""
    member = someone(team, now)
    for by in STAFF:
        assert (now is not to) is team.plan(Convert(contact=member.id, to=to, by=by)).allowed
    for by in (itself(member), VIEWER, SYSTEM, DESK):
        assert not team.plan(Convert(contact=member.id, to=to, by=by)).allowed


def test_s4_only_paying_moves_somebody_by_itself(team: Members) -> None:
    """A payment makes a client, of whom it was no client yet; nothing else is automatic. Source: S4, DL6; ours."""
    assert dict.fromkeys(((now, Happening.PAID) for now in (None, S.LEAD, S.PROSPECT, S.CONTACT)), S.CLIENT) == {
        key: row.to for key, row in TEAM.recorded.items()
    }
    assert {} == READINGS
    assert {Happening.ENTERED, Happening.STAFF_DECIDES, Happening.PAID} == {row.on for row in TEAM.rows}


@pytest.mark.parametrize("status", Team)
def test_s4_who_has_paid_is_a_client_and_is_invited(team: Members, status: Team) -> None:
    """The link was paid by a known contact: whatever it was, it is a client, and the invitation follows. Source: S4."""
    member = someone(team, status, email="ada@example.org")
    team.do(DefineOffer(id="five", name="Five", sessions=5, payment=Payment.TO_BE_PAID, by=OWNER))
    team.do(RecordPayment(payment="pay-1", offer="five", contact=member.id, by=SYSTEM))
    now = team.contact(member.id)
    assert (S.CLIENT, Portal.INVITED) == (now.status, now.portal)
    assert [(member.id, "invitation")] == mails(team)


def test_dl6_somebody_new_who_has_paid_comes_in_as_a_client(team: Members) -> None:
    """The link was paid by nobody we know: a client comes into being, and is invited. Source: S4, DL6."""
    team.do(DefineOffer(id="five", name="Five", sessions=5, payment=Payment.TO_BE_PAID, by=OWNER))
    bought = team.do(RecordPayment(payment="pay-1", offer="five", name="Ben", email="ben@example.org", by=SYSTEM))
    new = team.contact(bought.contact)
    assert (S.CLIENT, Portal.INVITED) == (new.status, new.portal)
    assert [(new.id, "invitation")] == mails(team)


def test_ours_a_mistake_is_corrected_with_a_reason(team: Members) -> None:
    """A wrong type is put right, and the wrong one forgotten. Source: ours."""
    member = someone(team, S.LEAD)
    wrong = Correct(contact=member.id, to=S.CONTACT, by=COACH)
    assert ["conversion.reason"] == refusals(team, wrong)
    assert S.CONTACT is team.do(Correct(contact=member.id, to=S.CONTACT, reason="mistyped", by=COACH)).status


# ---- 7 what is told apart across the products


def test_x7_prospect_means_opposite_things() -> None:
    """A Prospect may not log in at the coach's, may at the agency's and in the team. Source: S0, S1, DL1."""
    answers = {
        "coaching": access.on_status(COACHING, Coaching.PROSPECT, Right.LOG_IN).allowed,
        "agency": access.on_status(AGENCY, Agency.PROSPECT, Right.LOG_IN).allowed,
        "team": access.on_status(TEAM, Team.PROSPECT, Right.LOG_IN).allowed,
    }
    assert {"coaching": False, "agency": True, "team": True} == answers


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: str(funnel.name))
def test_x7_a_status_of_another_product_is_refused_though_its_key_is_equal(funnel: Funnel[Status, Right]) -> None:
    """Statuses belong to a funnel: never compared by key or label. Source: section 7."""
    for other in FIVE:
        for status in other.statuses:
            if other is funnel:
                assert status is funnel.status(status)
            else:
                with pytest.raises(UnknownStatus):
                    funnel.status(status)


def test_x7_lead_stands_before_prospect_or_after_it() -> None:
    """At the agency a Lead becomes a Prospect and never back; in the studio it goes both ways. Source: S1, S3."""
    answers = [
        conversion.may_convert(AGENCY, conversion.Case(now=now, to=to, by=COACH, facts={"email": True})).allowed
        for now, to in ((Agency.LEAD, Agency.PROSPECT), (Agency.PROSPECT, Agency.LEAD))
    ]
    both = [
        conversion.may_convert(STUDIO, conversion.Case(now=now, to=to, by=COACH)).allowed
        for now, to in ((Studio.LEAD, Studio.PROSPECTIVE_CLIENT), (Studio.PROSPECTIVE_CLIENT, Studio.LEAD))
    ]
    assert ([True, False], [True, True]) == (answers, both)


def test_x7_direction_is_a_table_and_not_a_rank() -> None:
    """Forward only, both ways, any to any, by process: how many pairs each product lets staff go. Source: section 7."""
    pairs = {
        funnel.name: sum(
            conversion.may_convert(
                funnel, conversion.Case(now=now, to=to, by=COACH, facts={"email": True, "next_attempt": True})
            ).allowed
            for now in funnel.statuses
            for to in funnel.statuses
        )
        for funnel in (COACHING, AGENCY, STUDIO, TEAM)
    }
    assert {"coaching": 20, "agency": 3, "studio": 4, "team": 12} == pairs
    assert not conversion.may_convert(FRANCHISE, conversion.Case(now=Franchise.SOLD, to=Franchise.COLD, by=DESK))


def test_x7_active_and_inactive_are_a_status_or_a_switch() -> None:
    """The coach's Inactive Client is a status; elsewhere it is an axis that leaves the status. Source: S0, SD4."""
    assert {"inactive_client"} == {status.value for status in Coaching if "inactive" in status.value}
    for funnel in (AGENCY, STUDIO, TEAM, FRANCHISE):
        assert not [status for status in funnel.statuses if "active" in status.value]


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: str(funnel.name))
def test_x7_log_in_is_never_one_flag(funnel: Funnel[Status, Right]) -> None:
    """Status, credentials and standing: with any of them missing there is no log-in. Source: section 7."""
    for status in funnel.statuses:
        for portal in Portal:
            for standing in Standing:
                case = access.Case(status=status, right=Right.LOG_IN, portal=portal, standing=standing)
                granted = access.on_status(funnel, status, Right.LOG_IN).allowed
                ready = portal is Portal.ACTIVE and standing is not Standing.ARCHIVED
                assert (granted and ready) is access.may(funnel, case).allowed


def test_x7_an_item_needs_the_status_and_the_permission() -> None:
    """Rights and permissions are kept apart: a permission given to a Prospect waits for the status. Source: S0, CC5."""
    coach = crm(COACHING)
    ada = someone(coach, Coaching.PROSPECT, portal=Portal.ACTIVE)
    coach.do(Permit(contact=ada.id, items=["form-1"], by=COACH))
    assert not coach.may(ada.id, Right.FORMS, item="form-1")
    coach.do(Convert(contact=ada.id, to=Coaching.ACTIVE_CLIENT, by=COACH))
    assert coach.may(ada.id, Right.FORMS, item="form-1")
    assert not coach.may(ada.id, Right.FORMS, item="form-2")


@pytest.mark.parametrize("funnel", FIVE, ids=lambda funnel: str(funnel.name))
def test_x7_the_client_never_changes_a_status(funnel: Funnel[Status, Right]) -> None:
    """No row of any product is by the client or a viewer, and no decision lets them. Source: section 7, CC3."""
    for row in funnel.rows:
        assert not {Role.CLIENT, Role.VIEWER} & row.by
    for role in (Role.CLIENT, Role.VIEWER):
        nobody = Actor(id="c-1", role=role)
        for now in funnel.statuses:
            for to in funnel.statuses:
                assert not conversion.may_convert(funnel, conversion.Case(now=now, to=to, by=nobody))
            for trigger in funnel.triggers:
                assert not conversion.may_record(funnel, conversion.Case(now=now, on=trigger, by=nobody))


def test_x7_one_delete_and_three_outcomes() -> None:
    """It destroys hours, it needs the archive first, or it turns into the archive. Source: CC4, SD4, S3."""
    outcomes = {}
    for funnel, status in ((COACHING, Coaching.ACTIVE_CLIENT), (AGENCY, Agency.CLIENT), (STUDIO, Studio.CLIENT)):
        account: Crm[Status, Right] = crm(funnel)
        contact = someone(account, status)
        a_session(account, contact)
        plan = account.plan(Delete(contact=contact.id, by=OWNER))
        outcomes[funnel.name] = plan.result if plan.allowed else Removal.REFUSED
    assert {"coaching": Removal.DELETED, "agency": Removal.REFUSED, "studio": Removal.ARCHIVED} == outcomes


def test_x7_advice_is_no_refusal() -> None:
    """Tips, notes and warnings come beside an answer that says yes. Source: S3, S2, CC4."""
    coach, photographer, lead = crm(COACHING), crm(STUDIO), crm(FRANCHISE)
    plans = (
        coach.plan(Delete(contact=someone(coach, Coaching.ACTIVE_CLIENT).id, by=COACH)),
        photographer.plan(
            Convert(contact=someone(photographer, Studio.LEAD).id, to=Studio.PROSPECTIVE_CLIENT, by=COACH)
        ),
        lead.plan(Convert(contact=someone(lead, Franchise.NEW_LEAD).id, to=Franchise.COLD, by=COACH)),
    )
    assert all(plan.allowed and plan.notices for plan in plans)


def test_x7_documents_change_and_so_readings_are_data() -> None:
    """Each other reading is a funnel of its own, with a fingerprint of its own. Source: section 7."""
    for funnel, module in ((COACHING, coaching), (AGENCY, agency), (FRANCHISE, franchise), (STUDIO, studio)):
        prints = {reading.fingerprint for reading in module.READINGS.values()}
        assert len(module.READINGS) == len(prints - {funnel.fingerprint})


def test_x7_an_unknown_word_is_an_error_and_never_a_no() -> None:
    """A misspelt status or right raises, with the nearest known word. Source: section 7."""
    team = crm(TEAM)
    member = someone(team, S.CLIENT)
    with pytest.raises(Invalid, match="did you mean 'client'"):
        team.do(Convert(contact=member.id, to="cleint", by=COACH))  # type: ignore[arg-type]  # as a text comes in
    with pytest.raises(Invalid, match="did you mean 'dashboard'"):
        team.may(member.id, "dashbord")  # type: ignore[arg-type]  # as a text comes in
