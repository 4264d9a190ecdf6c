"""An agency, fact by fact: each scenario proves one row of `domain.md` section 2, through the shell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, cast

import pytest

from funnelkit import (
    AGENCY,
    COACHING,
    Actor,
    Contact,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Portal,
    Refused,
    Removal,
    Right,
    Standing,
    UnknownRight,
    UnknownStatus,
    Where,
)
from funnelkit.commands import (
    AddCompany,
    AddContact,
    Adopt,
    Archive,
    AssignCredentials,
    Book,
    Convert,
    Correct,
    Delete,
    Edit,
    Permit,
    Record,
    Restore,
    SetPrimary,
    Tag,
    WithdrawCredentials,
)
from funnelkit.funnel import Funnel
from funnelkit.statuses.agency import READINGS, Agency, Happening
from funnelkit.statuses.coaching import Coaching
from funnelkit.table import Status
from funnelkit.values.events import CompanyChanged, StatusChanged
from tests.scenarios.world import (
    COACH,
    DAY,
    DESK,
    NOON,
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

Agents = Crm[Agency, Right]
S: Final = Agency
ADDRESS: Final = "ada@example.org"
PROSPECTS: Final = (Right.MATERIAL, Right.MESSAGES, Right.ESTIMATES, Right.PROPOSALS)
CLIENTS: Final = (Right.INVOICES, Right.PROJECTS)


def reading(title: str) -> Funnel[Agency, Right]:
    """Another reading of the same source: one of those in the funnel's file."""
    return cast("Funnel[Agency, Right]", READINGS[title])


@pytest.fixture
def agency() -> Agents:
    """An empty agency under the default readings."""
    return crm(AGENCY)


def inside(agency: Agents, status: Agency, **more: Any) -> Contact:
    """Given a contact of this role who was invited and has activated the portal."""
    return someone(agency, status, portal=Portal.ACTIVE, **more)


def converted(agency: Agents, contact: Contact, to: Agency, **more: Any) -> Contact:
    """When somebody of the staff converts the contact through its Options menu."""
    return agency.do(Convert(contact=contact.id, to=to, by=COACH, **more))


# ---- 2.1 roles, and what they may do


def test_s1_a_contact_is_a_lead_a_prospect_or_a_client(agency: Agents) -> None:
    """There are three roles, from the outside inward. Source: S1."""
    assert ["Lead", "Prospect", "Client"] == [AGENCY.labels[status] for status in Agency]
    assert S.LEAD is agency.do(AddContact(name="Ada", by=COACH)).status


def test_s1_a_lead_does_not_log_in(agency: Agents) -> None:
    """Leads have no log-in credentials: none are assigned, and an old pair opens nothing. Source: S1."""
    ada = someone(agency, S.LEAD)
    assert ["editing.status_may_hold"] == refusals(agency, AssignCredentials(contact=ada.id, by=COACH))
    bo = inside(agency, S.LEAD, name="Bo")
    assert ["access.status_grants"] == rules(agency.may(bo.id, Right.LOG_IN))


@pytest.mark.parametrize("status", [S.PROSPECT, S.CLIENT])
def test_s1_a_prospect_logs_in_and_a_client_still_does(agency: Agents, status: Agency) -> None:
    """A Prospect is a Lead who can log in, and a Client keeps that. Source: S1."""
    ada = inside(agency, status)
    assert agency.may(ada.id, Right.LOG_IN)


@pytest.mark.parametrize("right", PROSPECTS)
def test_s1_what_is_shared_from_prospect_on(agency: Agents, right: Right) -> None:
    """Private material and messages, Estimates and Proposals are for Prospects. Source: S1; for Clients SD-A3."""
    lead, prospect, client = (inside(agency, status, name=status.value) for status in Agency)
    assert ["access.status_grants", "access.status_may_log_in"] == rules(agency.may(lead.id, right))
    assert agency.may(prospect.id, right)
    assert agency.may(client.id, right)


@pytest.mark.parametrize("right", CLIENTS)
def test_s1_what_is_for_clients_only(agency: Agents, right: Right) -> None:
    """Invoices are sent to Clients, and only Clients are assigned to Projects. Source: S1."""
    lead, prospect, client = (inside(agency, status, name=status.value) for status in Agency)
    assert not agency.may(lead.id, right)
    assert ["access.status_grants"] == rules(agency.may(prospect.id, right))
    assert agency.may(client.id, right)


def test_sd1_rights_grow_and_never_shrink(agency: Agents) -> None:
    """Moving inward gains rights and loses none, so that nothing attached has to be taken off. Source: SD1."""
    ada = inside(agency, S.LEAD, email=ADDRESS)
    gained = []
    for to in (S.PROSPECT, S.CLIENT):
        plan = agency.plan(Convert(contact=ada.id, to=to, by=COACH))
        agency.apply(plan)
        assert ["rights_gained"] == [consequence.code for consequence in plan.consequences]
        gained.append(plan.consequences[0].params["rights"])
    assert [(Right.LOG_IN, *PROSPECTS), CLIENTS] == gained


@pytest.mark.parametrize("status", [S.PROSPECT, S.CLIENT])
def test_sd3_an_e_mail_is_required_from_prospect_on(agency: Agents, status: Agency) -> None:
    """A Prospect or a Client is not created without an e-mail; a Lead is. Source: SD3."""
    without: AddContact[Agency] = AddContact(name="Ada", status=status, by=COACH)
    assert ["conversion.email"] == refusals(agency, without)
    assert S.LEAD is agency.do(AddContact(name="Ada", status=S.LEAD, by=COACH)).status
    assert status is agency.do(AddContact(name="Ada", status=status, email=ADDRESS, by=COACH)).status


def test_sd3_a_name_is_always_required() -> None:
    """No contact comes in without a name, in whatever role. Source: SD3."""
    with pytest.raises(Invalid, match=r"^name: "):
        AddContact(name="  ", status=S.LEAD, by=COACH)


# ---- 2.2 conversions


@pytest.mark.parametrize("status", list(Agency))
def test_sd5_a_contact_may_be_created_in_any_role(agency: Agents, status: Agency) -> None:
    """Lead, Prospect or Client: any of them may be the first. Source: SD5, SD3."""
    assert status is agency.do(AddContact(name="Ada", status=status, email=ADDRESS, by=COACH)).status


@pytest.mark.parametrize(
    ("now", "to", "refused_by"),
    [
        (S.LEAD, S.LEAD, ["conversion.is_a_change"]),
        (S.LEAD, S.PROSPECT, []),
        (S.LEAD, S.CLIENT, []),
        (S.PROSPECT, S.LEAD, ["conversion.never_backward"]),
        (S.PROSPECT, S.PROSPECT, ["conversion.is_a_change"]),
        (S.PROSPECT, S.CLIENT, []),
        (S.CLIENT, S.LEAD, ["conversion.never_backward"]),
        (S.CLIENT, S.PROSPECT, ["conversion.never_backward"]),
        (S.CLIENT, S.CLIENT, ["conversion.is_a_change"]),
    ],
)
def test_s1_contacts_are_converted_in_a_progressive_manner(
    agency: Agents, now: Agency, to: Agency, refused_by: list[str]
) -> None:
    """Lead to Prospect to Client, and never back; each pair as the table says. Source: S1, SD-A2."""
    ada = someone(agency, now, email=ADDRESS)
    command = Convert(contact=ada.id, to=to, by=COACH)
    assert refused_by == rules(agency.plan(command).decision)
    if refused_by:
        refusals(agency, command)
    else:
        agency.do(command)
    assert (now if refused_by else to) is agency.contact(ada.id).status


def test_s1_the_refusal_says_why_and_what_would_help(agency: Agents) -> None:
    """The way back is refused by the order of the funnel, not by a missing row or a wrong actor. Source: S1."""
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    text = str(agency.plan(Convert(contact=ada.id, to=S.LEAD, by=COACH)).decision)
    assert text.startswith(f"refused: convert {ada.id} from client to lead\n")
    assert "NO    conversion.never_backward" in text
    assert "agency moves forward only: lead < prospect < client" in text


def test_s1_what_can_be_done_next_leads_inward_only(agency: Agents) -> None:
    """A Lead has two ways, a Prospect one, a Client none; each other way is shown with its reason. Source: S1."""
    for status, ways in ((S.LEAD, {S.PROSPECT, S.CLIENT}), (S.PROSPECT, {S.CLIENT}), (S.CLIENT, set())):
        ada = someone(agency, status, email=f"{status}@example.org")
        options = agency.options(ada.id, by=COACH)
        assert ways == {option.to for option in options if option.allowed}
        closed = [rules(option.decision) for option in options if not option.allowed]
        assert [["conversion.never_backward"]] * (len(Agency) - 1 - len(ways)) == closed


def test_s1_conversion_is_a_manual_act(agency: Agents) -> None:
    """Nobody is converted by something that happens: there is nothing to record. Source: S1."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    for on in Happening:
        told = Record(contact=ada.id, trigger=on, by=SYSTEM)
        assert ["conversion.is_recorded"] == refusals(agency, told)
    agency.clock.advance(days=1000)
    assert S.LEAD is agency.contact(ada.id).status


def test_sd1_an_import_sets_the_role_of_a_new_contact(agency: Agents) -> None:
    """Each row of an import brings its role along, whatever it is. Source: SD1."""
    rows = [Adopt(name=s.value, status=s, email=f"{s}@example.org", by=SYSTEM) for s in Agency]
    assert all(outcome.ok for outcome in agency.do_all(rows))
    assert list(Agency) == [contact.status for contact in agency.contacts()]


def test_sd1_an_import_never_changes_the_role_of_an_existing_contact(agency: Agents) -> None:
    """A row about somebody we have is refused by id or by address, and the role stays. Source: SD1, SD4."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    rows = [
        Adopt(name="Ada", id=ada.id, status=S.CLIENT, by=SYSTEM),
        Adopt(name="Ada", email=" ADA@example.org", status=S.CLIENT, by=SYSTEM),
        Adopt(name="Bo", email="bo@example.org", status=S.CLIENT, by=SYSTEM),
    ]
    outcomes = list(agency.do_all(rows))
    refused = [[] if outcome.refused is None else rules(outcome.refused.decision) for outcome in outcomes]
    assert [["editing.id_is_free"], ["editing.email_is_free"], []] == refused
    assert S.LEAD is agency.contact(ada.id).status
    assert 2 == len(agency.contacts())


# ---- 2.3 the portal


@pytest.mark.parametrize("status", [S.PROSPECT, S.CLIENT])
def test_sd3_creating_does_not_invite(agency: Agents, status: Agency) -> None:
    """Inviting is a choice of its own: who was just created is not invited, and no mail left. Source: SD3."""
    ada = agency.do(AddContact(name="Ada", status=status, email=ADDRESS, by=COACH))
    assert Portal.NOT_INVITED is ada.portal
    assert [] == mails(agency)
    assert ["access.credentials_exist"] == rules(agency.may(ada.id, Right.LOG_IN))


def test_sd3_converting_does_not_invite_either(agency: Agents) -> None:
    """A Lead who becomes a Prospect could log in, and is not invited by that. Source: SD3."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    assert Portal.NOT_INVITED is converted(agency, ada, S.PROSPECT).portal
    assert [] == mails(agency)


def test_sd3_who_is_invited_is_not_inside_yet(agency: Agents) -> None:
    """The activation link is out; until a password is chosen there is no access. Source: SD3."""
    ada = someone(agency, S.CLIENT, email=ADDRESS, portal=Portal.INVITED)
    assert ["access.credentials_exist"] == rules(agency.may(ada.id, Right.INVOICES))
    agency.do(AssignCredentials(contact=ada.id, by=COACH))
    assert agency.may(ada.id, Right.INVOICES)


def test_sd3_things_may_be_prepared_for_who_is_not_invited(agency: Agents) -> None:
    """Role, tags and permissions are kept before the invitation, and are there after it. Source: SD3."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    converted(agency, ada, S.CLIENT)
    agency.do(Tag(contact=ada.id, tags=("spring",), by=COACH))
    agency.do(Permit(contact=ada.id, items=("offer-7",), by=COACH))
    assert [] == mails(agency)
    now = agency.do(AssignCredentials(contact=ada.id, by=COACH))
    assert (frozenset({"spring"}), frozenset({"offer-7"})) == (now.tags, now.permitted)
    assert agency.may(ada.id, Right.PROJECTS)


# ---- 2.4 active, inactive, delete


@pytest.mark.parametrize("status", list(Agency))
def test_sd4_any_contact_is_set_inactive_and_back(agency: Agents, status: Agency) -> None:
    """Portal and assignments stop, the role and the history stay; restored, all is as before. Source: SD4."""
    ada = inside(agency, status, email=ADDRESS)
    before = {right: decision.allowed for right, decision in agency.rights([ada.id])[ada.id].items()}
    away = agency.do(Archive(contact=ada.id, reason="pause between projects", by=COACH))
    assert (status, Standing.ARCHIVED, Portal.ACTIVE) == (away.status, away.standing, away.portal)
    assert not any(agency.rights([ada.id])[ada.id].values())
    back = agency.do(Restore(contact=ada.id, by=COACH))
    assert (status, Standing.ACTIVE) == (back.status, back.standing)
    assert before == {right: decision.allowed for right, decision in agency.rights([ada.id])[ada.id].items()}
    assert not any(isinstance(event, StatusChanged) for event in agency.history(ada.id))


@pytest.mark.parametrize("back", [True, False])
def test_sd4_open_sessions_end_where_an_archiving_that_is_told_late_stands(agency: Agents, back: bool) -> None:
    """Archived on Monday, told late: the portal closes, unless somebody restored the contact since. Source: SD4."""
    ada = inside(agency, S.CLIENT)
    agency.clock.advance(days=2)
    for command in (Archive(contact=ada.id, by=COACH), Restore(contact=ada.id, by=COACH)) if back else ():
        agency.do(command)
    plan = agency.plan(Archive(contact=ada.id, at=NOON + DAY, by=COACH))
    assert ([] if back else ["end_sessions"]) == [told.code for told in plan.obligations]
    agency.apply(plan)
    assert back is agency.may(ada.id, Right.LOG_IN).allowed


@pytest.mark.parametrize("right", [Right.LOG_IN, *PROSPECTS, *CLIENTS])
def test_sd4_inactive_is_told_apart_from_the_role(agency: Agents, right: Right) -> None:
    """An inactive Client is refused for being inactive, and for nothing else. Source: SD4."""
    ada = inside(agency, S.CLIENT, standing=Standing.ARCHIVED)
    assert ["access.not_archived"] == rules(agency.may(ada.id, right))


@pytest.mark.parametrize("why", ["left the client's firm", "pause between projects", "credit control"])
def test_sd4_the_reason_is_kept(agency: Agents, why: str) -> None:
    """Why somebody was set Inactive stands in the history, beside the event. Source: SD4."""
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    agency.do(Archive(contact=ada.id, reason=why, by=COACH))
    assert [None, why] == [agency.reason(event) for event in agency.history(ada.id)][:2]


@pytest.mark.parametrize("status", list(Agency))
@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.HIDDEN])
def test_sd4_delete_needs_inactive_first(agency: Agents, status: Agency, standing: Standing) -> None:
    """From Active nothing is deleted, from Inactive for good. Source: SD4."""
    ada = someone(agency, status, email=ADDRESS, standing=standing)
    assert ["removal.standing_allows"] == refusals(agency, Delete(contact=ada.id, by=COACH))
    agency.do(Archive(contact=ada.id, by=COACH))
    assert Removal.DELETED is agency.do(Delete(contact=ada.id, by=COACH))
    with pytest.raises(NotFound):
        agency.contact(ada.id)
    with pytest.raises(NotFound):
        agency.do(Restore(contact=ada.id, by=COACH))


def test_sd4_what_hangs_on_an_inactive_contact_does_not_keep_it(agency: Agents) -> None:
    """Projects and invoices make no difference: Inactive is the only condition. Source: SD4."""
    ada = someone(agency, S.CLIENT, standing=Standing.ARCHIVED)
    a_session(agency, ada)
    facts = {"invoice": True, "payment": True}
    assert Removal.DELETED is agency.do(Delete(contact=ada.id, by=COACH), facts=facts)


@pytest.mark.parametrize("standing", list(Standing))
def test_sd4_an_address_belongs_to_one_contact(agency: Agents, standing: Standing) -> None:
    """However it is written, an address is taken as long as its contact is there, inactive or not. Source: SD4."""
    someone(agency, S.CLIENT, email=ADDRESS, standing=standing)
    again: AddContact[Agency] = AddContact(name="Ada", status=S.CLIENT, email="ADA@Example.org ", by=COACH)
    assert ["editing.email_is_free"] == refusals(agency, again)
    bo = someone(agency, S.LEAD, name="Bo")
    assert ["editing.email_is_free"] == refusals(agency, Edit(contact=bo.id, email=ADDRESS, by=COACH))


def test_sd4_an_address_is_free_again_only_after_the_delete(agency: Agents) -> None:
    """Setting Inactive frees nothing; deleting does, and so does another address. Source: SD4."""
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    bo = someone(agency, S.LEAD, name="Bo")
    take = Edit(contact=bo.id, email=ADDRESS, by=COACH)
    agency.do(Archive(contact=ada.id, by=COACH))
    assert ["editing.email_is_free"] == refusals(agency, take)
    agency.do(Delete(contact=ada.id, by=COACH))
    agency.do(take)
    assert ADDRESS == agency.person(bo.id).email
    agency.do(Edit(contact=bo.id, email="bo@example.org", by=COACH))
    agency.do(AddContact(name="Ada", status=S.CLIENT, email=ADDRESS, by=COACH))


def test_sd4_an_address_kept_by_its_own_contact_is_no_clash(agency: Agents) -> None:
    """Writing the own address anew takes it from nobody. Source: SD4."""
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    agency.do(Edit(contact=ada.id, email="Ada@Example.org", by=COACH))
    assert "Ada@Example.org" == agency.person(ada.id).email


def test_sd4_addresses_that_were_shared_before_do_not_stand_in_the_way(agency: Agents) -> None:
    """Where the account makes addresses unique later, what has nothing to do with them is edited. Source: SD4."""
    before = FunnelService(
        AGENCY.with_policy(contacts={"unique_email": False}),
        account="acme", storage=agency.storage, clock=agency.clock,
    )  # fmt: skip
    ada, bo = (before.do(AddContact(name=name, status=S.CLIENT, email=ADDRESS, by=COACH)) for name in ("Ada", "Bo"))
    agency.do(Edit(contact=ada.id, name="Ada L.", email=ADDRESS.upper(), by=COACH))
    assert ["editing.email_is_free"] == refusals(agency, AddContact(name="Eve", email=ADDRESS, by=COACH))
    agency.do(Edit(contact=bo.id, email="bo@example.org", by=COACH))
    assert ["editing.email_is_free"] == refusals(agency, Edit(contact=bo.id, email=ADDRESS, by=COACH))


def test_an_address_that_is_told_late_does_not_undo_a_later_one(agency: Agents) -> None:
    """What was the name and address in between is told afterwards: those of today stay."""
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    agency.clock.advance(days=1)
    between = agency.clock.now()
    agency.clock.advance(days=1)
    agency.do(Edit(contact=ada.id, email="new@example.org", by=COACH))
    agency.clock.advance(days=1)
    agency.do(Edit(contact=ada.id, email="old@example.org", phone="1", at=between, by=COACH))
    found = agency.person(ada.id)
    assert ("new@example.org", "1") == (found.email, found.phone)


# ---- 2.5 company first


@pytest.fixture
def firms() -> Agents:
    """An empty agency in company-first mode."""
    return crm(reading("S1 company first"))


def firm_of(agency: Agents, status: Agency, **more: Any) -> tuple[str, Contact]:
    """Given a company whose primary contact has this role and is inside the portal."""
    agency.do(AddCompany(id="acme-gmbh", name="ACME GmbH", by=COACH))
    primary = inside(agency, status, company="acme-gmbh", **more)
    agency.do(SetPrimary(company="acme-gmbh", contact=primary.id, by=COACH))
    return "acme-gmbh", primary


def test_s1_company_first_is_a_switch_of_the_account(agency: Agents) -> None:
    """As long as it is off, a company has no rights to be asked about; contacts have. Source: S1, SD2."""
    firm, primary = firm_of(agency, S.CLIENT)
    with pytest.raises(Invalid, match="not in company-first mode"):
        agency.company_may(firm, Right.INVOICES)
    assert agency.may(primary.id, Right.INVOICES)


def test_sd2_each_company_has_a_primary_contact(firms: Agents) -> None:
    """A company without one has nobody whose rights could be its own, and gets nothing. Source: SD2."""
    firms.do(AddCompany(id="empty", name="Empty Ltd", by=COACH))
    for right in AGENCY.rights.columns:
        assert ["access.company_has_a_primary"] == rules(firms.company_may("empty", right))


@pytest.mark.parametrize(
    ("status", "gets"), [(S.LEAD, ()), (S.PROSPECT, PROSPECTS), (S.CLIENT, (*PROSPECTS, *CLIENTS))]
)
def test_sd2_a_company_gets_what_its_primary_contact_may(
    firms: Agents, status: Agency, gets: tuple[Right, ...]
) -> None:
    """A Lead brings nothing, a Prospect no Invoices and Projects, a Client any asset. Source: SD2."""
    firm, _ = firm_of(firms, status)
    assert set(gets) == {r for r in (*PROSPECTS, *CLIENTS) if firms.company_may(firm, r)}
    assert (status is not S.LEAD) is firms.company_may(firm, Right.LOG_IN).allowed


def test_sd2_a_primary_contact_may_have_any_role(firms: Agents) -> None:
    """Lead, Prospect or Client: each may be primary; but it belongs to the company. Source: SD2."""
    firm, _ = firm_of(firms, S.CLIENT)
    for status in Agency:
        other = someone(firms, status, name=status.value, company=firm)
        assert other.id == firms.do(SetPrimary(company=firm, contact=other.id, by=COACH)).primary
    stranger = someone(firms, S.CLIENT, name="Eve")
    with pytest.raises(Invalid, match=r"^contact: belongs to another company or to none"):
        firms.do(SetPrimary(company=firm, contact=stranger.id, by=COACH))


def test_sd2_nobody_was_primary_contact_before_belonging_to_the_company(firms: Agents) -> None:
    """What is told late is judged by that time: there was no such company, or not with this contact. Source: SD2."""
    firm, _ = firm_of(firms, S.CLIENT)
    other = someone(firms, S.CLIENT, name="Bo", company=firm)
    with pytest.raises(Invalid, match=r"^at: "):
        firms.do(SetPrimary(company=firm, contact=other.id, by=COACH, at=other.changed - timedelta(days=1)))
    assert other.id == firms.do(SetPrimary(company=firm, contact=other.id, by=COACH, at=other.changed)).primary


def test_ours_a_company_does_not_take_the_id_of_another(firms: Agents) -> None:
    """The refusal speaks of the id, and of no contact."""
    firm, _ = firm_of(firms, S.CLIENT)
    with pytest.raises(Refused, match=r"change the identity of .*\n.*\n.*the id is taken already in this account"):
        firms.do(AddCompany(name="Two", id=firm, by=COACH))


def test_sd2_changing_the_primary_contact_passes_everything_on_at_once(firms: Agents) -> None:
    """From a Prospect to a Client: the company may be sent Invoices from that moment, and the plan says so.

    Source: SD2.
    """
    firm, old = firm_of(firms, S.PROSPECT)
    new = inside(firms, S.CLIENT, name="Bo", company=firm)
    plan = firms.plan(SetPrimary(company=firm, contact=new.id, by=COACH))
    assert [("rights_gained", CLIENTS)] == [(c.code, c.params["rights"]) for c in plan.consequences]
    assert not firms.company_may(firm, Right.INVOICES)
    firms.apply(plan)
    assert firms.company_may(firm, Right.INVOICES)
    assert S.PROSPECT is firms.contact(old.id).status


def test_sd2_converting_the_primary_contact_changes_the_company(firms: Agents) -> None:
    """No decision about a company is kept: its rights are those of its primary contact, now. Source: SD2."""
    firm, ada = firm_of(firms, S.PROSPECT, email=ADDRESS)
    assert ["access.status_grants"] == rules(firms.company_may(firm, Right.PROJECTS))
    converted(firms, ada, S.CLIENT)
    assert firms.company_may(firm, Right.PROJECTS)


def test_sd2_an_archived_primary_contact_closes_the_company(firms: Agents) -> None:
    """The company's access is tied to its primary contact, so it stops with theirs and comes back with it.

    Source: SD2, SD4.
    """
    firm, ada = firm_of(firms, S.CLIENT)
    firms.do(Archive(contact=ada.id, by=COACH))
    assert ["access.not_archived"] == rules(firms.company_may(firm, Right.INVOICES))
    bo = inside(firms, S.CLIENT, name="Bo", company=firm)
    firms.do(SetPrimary(company=firm, contact=bo.id, by=COACH))
    assert firms.company_may(firm, Right.INVOICES)
    firms.do(Restore(contact=ada.id, by=COACH))
    assert bo.id == firms.company(firm).primary


def test_sd2_a_primary_contact_who_is_not_invited_closes_the_company(firms: Agents) -> None:
    """Whoever cannot reach the portal reaches nothing for the company either. Source: SD2, SD3."""
    firm, ada = firm_of(firms, S.CLIENT)
    firms.do(WithdrawCredentials(contact=ada.id, by=COACH))
    assert ["access.credentials_exist"] == rules(firms.company_may(firm, Right.INVOICES))


def test_sd2_a_deleted_primary_contact_leaves_the_company_without_one(firms: Agents) -> None:
    """The company is there and says so, has no rights, and its history tells that the primary contact went.

    Source: SD2, SD4.
    """
    firm, ada = firm_of(firms, S.CLIENT)
    firms.do(Archive(contact=ada.id, by=COACH))
    firms.do(Delete(contact=ada.id, by=COACH))
    assert firms.company(firm).primary is None
    assert ["access.company_has_a_primary"] == rules(firms.company_may(firm, Right.INVOICES))
    told = [event.primary for event in firms.history_of("company", firm) if isinstance(event, CompanyChanged)]
    assert [None, ada.id, None] == told


def test_sd2_a_company_may_be_added_with_its_primary_contact(firms: Agents) -> None:
    """Then the contact belongs to it, its rights are those of the contact, and they go when the contact goes.

    Source: SD2.
    """
    ada = inside(firms, S.CLIENT)
    firm = firms.do(AddCompany(name="ACME GmbH", primary=ada.id, by=COACH)).id
    assert firms.company_may(firm, Right.INVOICES)
    assert firm == firms.contact(ada.id).company
    firms.do(Archive(contact=ada.id, by=COACH))
    firms.do(Delete(contact=ada.id, by=COACH))
    assert firms.company(firm).primary is None


def test_sd2_a_primary_contact_who_leaves_the_company_is_primary_no_more(firms: Agents) -> None:
    """Moved to another firm, the contact takes its rights along and leaves none behind. Source: SD2."""
    firm, ada = firm_of(firms, S.CLIENT)
    firms.do(AddCompany(id="other", name="Other Ltd", by=COACH))
    firms.do(Edit(contact=ada.id, company="other", by=COACH))
    assert ["access.company_has_a_primary"] == rules(firms.company_may(firm, Right.INVOICES))


# ---- 2.6 ambiguities


def test_sd_a1_a_lead_may_become_a_client_at_once(agency: Agents) -> None:
    """Skipping forward is allowed: the seed says it outright. Source: SD-A1, S1."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    assert S.CLIENT is converted(agency, ada, S.CLIENT).status


def test_sd_a1_one_step_at_a_time_can_be_chosen() -> None:
    """Under the strict reading a Lead becomes a Prospect first; there is no row past it. Source: SD-A1."""
    strict = crm(reading("SD-A1 one step at a time"))
    ada = someone(strict, S.LEAD, email=ADDRESS)
    assert ["conversion.a_row_leads_there"] == refusals(strict, Convert(contact=ada.id, to=S.CLIENT, by=COACH))
    converted(strict, ada, S.PROSPECT)
    assert S.CLIENT is converted(strict, ada, S.CLIENT).status
    assert ["conversion.never_backward"] == refusals(strict, Convert(contact=ada.id, to=S.LEAD, by=COACH))


def test_sd_a1_a_client_may_still_be_created_in_the_strict_reading() -> None:
    """Strictness is about conversions: a contact is created in any role all the same. Source: SD-A1, SD5."""
    strict = crm(reading("SD-A1 one step at a time"))
    assert S.CLIENT is strict.do(AddContact(name="Ada", status=S.CLIENT, email=ADDRESS, by=COACH)).status


@pytest.mark.parametrize("status", list(Agency))
def test_sd_a2_the_same_role_is_an_error_of_its_own(agency: Agents, status: Agency) -> None:
    """Refused as no change, not as backward, and without asking for an e-mail. Source: SD-A2."""
    ada = someone(agency, status)
    assert ["conversion.is_a_change"] == refusals(agency, Convert(contact=ada.id, to=status, by=COACH))


@pytest.mark.parametrize("status", list(Agency))
def test_sd_a2_or_it_is_done_already(status: Agency) -> None:
    """By flag it is idempotent: allowed, nothing changes, nothing is told; the way back stays closed. Source: SD-A2."""
    lenient = crm(reading("SD-A2 same role accepted"))
    ada = someone(lenient, status, email=ADDRESS)
    plan = lenient.plan(Convert(contact=ada.id, to=status, by=COACH))
    assert plan.allowed
    assert ((), (), ()) == (plan.events, plan.changed, plan.messages)
    assert ada == lenient.apply(plan)
    back = [to for to in Agency if AGENCY.tier[to] < AGENCY.tier[status]]
    for to in back:
        assert ["conversion.never_backward"] == refusals(lenient, Convert(contact=ada.id, to=to, by=COACH))


@pytest.mark.parametrize("right", PROSPECTS)
def test_sd_a3_a_client_has_all_of_a_prospects_rights(agency: Agents, right: Right) -> None:
    """S1 lists them at Prospect only; rights are cumulative. Source: SD-A3, SD1."""
    ada = inside(agency, S.PROSPECT, email=ADDRESS)
    assert agency.may(ada.id, right)
    converted(agency, ada, S.CLIENT)
    assert agency.may(ada.id, right)


def test_sd_a4_the_older_rights_can_be_loaded() -> None:
    """Estimates and Contracts from Client on, Work Requests from Prospects. Source: SD-A4, SD5."""
    older = crm(reading("SD-A4 older rights"))
    lead, prospect, client = (inside(older, status, name=status.value) for status in Agency)
    asked = (Right.ESTIMATES, Right.CONTRACTS, Right.WORK_REQUESTS, Right.PROPOSALS)
    given = [{right for right in asked if older.may(contact.id, right)} for contact in (lead, prospect, client)]
    assert [
        set(),
        {Right.WORK_REQUESTS, Right.PROPOSALS},
        {Right.ESTIMATES, Right.CONTRACTS, Right.PROPOSALS},
    ] == given
    assert "says nothing" in str(older.may(client.id, Right.WORK_REQUESTS))


def test_sd_a4_the_present_rights_know_no_contracts(agency: Agents) -> None:
    """What only the older documentation names is no column of today: asking for it is a mistake, not a no.

    Source: SD-A4.
    """
    ada = inside(agency, S.CLIENT)
    with pytest.raises(UnknownRight):
        agency.may(ada.id, Right.CONTRACTS)


@pytest.mark.parametrize(
    ("status", "portal", "standing", "failing"),
    [
        (S.PROSPECT, Portal.ACTIVE, Standing.ACTIVE, []),
        (S.LEAD, Portal.ACTIVE, Standing.ACTIVE, ["access.status_grants"]),
        (S.PROSPECT, Portal.NOT_INVITED, Standing.ACTIVE, ["access.credentials_exist"]),
        (S.PROSPECT, Portal.INVITED, Standing.ACTIVE, ["access.credentials_exist"]),
        (S.PROSPECT, Portal.ACTIVE, Standing.ARCHIVED, ["access.not_archived"]),
        (
            S.LEAD,
            Portal.NOT_INVITED,
            Standing.ARCHIVED,
            ["access.status_grants", "access.credentials_exist", "access.not_archived"],
        ),
    ],
)
def test_sd_a5_log_in_has_three_parts_and_each_is_told(
    agency: Agents, status: Agency, portal: Portal, standing: Standing, failing: list[str]
) -> None:
    """The role, the activated invitation, and being active: every part that fails is named. Source: SD-A5."""
    ada = someone(agency, status, portal=portal, standing=standing)
    assert failing == rules(agency.may(ada.id, Right.LOG_IN))
    assert 3 == len(agency.may(ada.id, Right.LOG_IN).findings)


@pytest.mark.parametrize("right", [Right.MATERIAL, Right.MESSAGES])
def test_sd_a6_sharing_with_a_lead_is_refused_in_the_portal_only(agency: Agents, right: Right) -> None:
    """Plain e-mail is not covered: a Lead's portal is closed, and the address is there to be written to.

    Source: SD-A6.
    """
    ada = inside(agency, S.LEAD, email=ADDRESS)
    decision = agency.may(ada.id, right)
    assert ["access.status_grants", "access.status_may_log_in"] == rules(decision)
    assert "SD-A6" == decision.findings[0].source
    assert ADDRESS == agency.person(ada.id).email


def test_sd_a7_a_lower_primary_contact_is_allowed_and_new_assets_are_refused(firms: Agents) -> None:
    """What is there stays (nothing is taken off); what is new is refused, and the plan names it. Source: SD-A7."""
    firm, _ = firm_of(firms, S.CLIENT)
    lead = inside(firms, S.LEAD, name="Bo", company=firm)
    plan = firms.plan(SetPrimary(company=firm, contact=lead.id, by=COACH))
    lost = [("rights_lost", (Right.LOG_IN, *PROSPECTS, *CLIENTS))]
    assert lost == [(c.code, c.params["rights"]) for c in plan.consequences]
    firms.apply(plan)
    assert ["access.status_grants", "access.status_may_log_in"] == rules(firms.company_may(firm, Right.INVOICES))


def test_sd_a7_a_lower_primary_contact_can_be_refused() -> None:
    """By policy the company keeps its rights: a lower contact is refused, an equal or higher one is not.

    Source: SD-A7.
    """
    strict = crm(reading("SD-A7 no lower primary"))
    firm, _ = firm_of(strict, S.PROSPECT)
    lead, prospect, client = (inside(strict, status, name=status.value, company=firm) for status in Agency)
    assert ["editing.primary_is_no_lower"] == refusals(strict, SetPrimary(company=firm, contact=lead.id, by=COACH))
    for contact in (prospect, client):
        strict.do(SetPrimary(company=firm, contact=contact.id, by=COACH))
    assert ["editing.primary_is_no_lower"] == refusals(strict, SetPrimary(company=firm, contact=prospect.id, by=COACH))


@pytest.mark.parametrize("by", STAFF)
def test_sd_a8_the_staff_converts(agency: Agents, by: Actor) -> None:
    """Which of the staff may is the application's question: owner, admin and plain user all may. Source: SD-A8, SD6."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    assert S.CLIENT is agency.do(Convert(contact=ada.id, to=S.CLIENT, by=by)).status


@pytest.mark.parametrize("by", [VIEWER, DESK, SYSTEM])
def test_sd_a8_nobody_else_converts(agency: Agents, by: Actor) -> None:
    """A reader, another desk and a machine do not; a contact never does. Source: SD-A8, section 7."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    for actor in (by, itself(ada)):
        command = Convert(contact=ada.id, to=S.PROSPECT, by=actor)
        assert ["conversion.actor_may"] == refusals(agency, command)


def test_sd_a9_an_inactive_contact_is_convertible_without_effect_on_the_portal(agency: Agents) -> None:
    """The axes are independent: the role changes at once, the portal opens when the contact is active again.

    Source: SD-A9.
    """
    ada = inside(agency, S.PROSPECT, email=ADDRESS)
    agency.do(Archive(contact=ada.id, by=COACH))
    now = converted(agency, ada, S.CLIENT)
    assert (S.CLIENT, Standing.ARCHIVED) == (now.status, now.standing)
    assert ["access.not_archived"] == rules(agency.may(ada.id, Right.INVOICES))
    agency.do(Restore(contact=ada.id, by=COACH))
    assert agency.may(ada.id, Right.INVOICES)


def test_sd_a10_the_way_back_is_a_new_contact(agency: Agents) -> None:
    """Deleted and created again: legal, with a free address, and another identity without the old history.

    Source: SD-A10.
    """
    ada = someone(agency, S.CLIENT, email=ADDRESS)
    again: AddContact[Agency] = AddContact(name="Ada", status=S.LEAD, email=ADDRESS, by=COACH)
    assert ["editing.email_is_free"] == refusals(agency, again)
    agency.do(Archive(contact=ada.id, by=COACH))
    assert ["editing.email_is_free"] == refusals(agency, again)
    agency.do(Delete(contact=ada.id, by=COACH))
    new = agency.do(again)
    assert S.LEAD is new.status
    assert ada.id != new.id
    assert 1 == len(agency.history(new.id))


def test_sd_a10_a_new_contact_does_not_take_the_id_of_a_deleted_one(agency: Agents) -> None:
    """A new contact is a new identity: the id of one that has a history is not free. Source: SD-A10."""
    ada = someone(agency, S.CLIENT, standing=Standing.ARCHIVED, id="c-7")
    agency.do(Delete(contact=ada.id, by=COACH))
    same: AddContact[Agency] = AddContact(name="Bo", status=S.LEAD, id="c-7", by=COACH)
    assert ["editing.id_is_free"] == refusals(agency, same)


def test_s1_a_step_back_is_not_advised_where_it_is_switched_off(agency: Agents) -> None:
    """Corrections are off here, so the remedy says that the account has to allow them. Source: S1, SD-A10."""
    ada = someone(agency, S.CLIENT)
    with pytest.raises(Refused, match="undone by Correct, where the account allows that"):
        agency.do(Convert(contact=ada.id, to=S.LEAD, by=COACH))


@pytest.mark.parametrize("to", [S.PROSPECT, S.CLIENT])
def test_sd_a11_a_lead_without_an_e_mail_is_not_converted(agency: Agents, to: Agency) -> None:
    """Refused, with the missing field named; given the address, it goes. Source: SD-A11, SD3."""
    ada = someone(agency, S.LEAD)
    command = Convert(contact=ada.id, to=to, by=COACH)
    assert ["conversion.email"] == refusals(agency, command)
    assert "add the e-mail" in str(agency.plan(command).decision)
    agency.do(Edit(contact=ada.id, email=ADDRESS, by=COACH))
    assert to is agency.do(command).status


def test_sd_a11_an_address_that_was_taken_away_is_missing_again(agency: Agents) -> None:
    """A Prospect whose address was removed goes no further until there is one. Source: SD-A11."""
    ada = someone(agency, S.PROSPECT, email=ADDRESS)
    agency.do(Edit(contact=ada.id, email=None, by=COACH))
    command = Convert(contact=ada.id, to=S.CLIENT, by=COACH)
    assert ["conversion.email"] == refusals(agency, command)
    assert ["conversion.email"] == refusals(agency, command, facts={"email": True})


# ---- corrections, history, and what nobody listed


def test_s1_a_mistake_is_not_corrected_unless_the_account_says_so(agency: Agents) -> None:
    """Forward only means forward only: a correction is offered by explicit policy. Source: S1, SD-A10."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    converted(agency, ada, S.CLIENT)
    mistake = Correct(contact=ada.id, to=S.LEAD, reason="wrong Ada", by=COACH)
    assert ["conversion.corrections_are_offered"] == refusals(agency, mistake)


def test_s1_by_policy_a_correction_says_what_was_true_instead() -> None:
    """A correction is no way back: the Lead never was a Client, and has no rights of that time. Source: S1."""
    agency = crm(reading("corrections by policy"))
    ada = inside(agency, S.LEAD, email=ADDRESS)
    agency.clock.advance(days=1)
    converted(agency, ada, S.CLIENT)
    agency.clock.advance(days=1)
    assert ["conversion.never_backward"] == refusals(agency, Convert(contact=ada.id, to=S.LEAD, by=COACH))
    agency.do(Correct(contact=ada.id, to=S.PROSPECT, reason="wrong button", by=COACH))
    then = NOON + 1.5 * DAY
    assert S.PROSPECT is agency.status_at(ada.id, then)
    assert S.CLIENT is agency.status_at(ada.id, then, known=then)
    assert not agency.may(ada.id, Right.INVOICES, as_of=then)


def test_s1_a_conversion_told_late_is_judged_by_the_role_of_that_time(agency: Agents) -> None:
    """Who is a Client since Wednesday was a Lead on Monday: a late Prospect is legal then, and the Client stands.

    Source: S1.
    """
    ada = someone(agency, S.LEAD, email=ADDRESS)
    agency.clock.advance(days=2)
    converted(agency, ada, S.CLIENT)
    agency.clock.advance(days=1)
    plan = agency.plan(Convert(contact=ada.id, to=S.PROSPECT, at=NOON + DAY, by=COACH))
    assert S.CLIENT is agency.apply(plan).status
    assert "history.later_change_stands" in [notice.code for notice in plan.notices]
    assert S.PROSPECT is agency.status_at(ada.id, NOON + 1.5 * DAY)
    late = Convert(contact=ada.id, to=S.LEAD, at=NOON + 2.5 * DAY, by=COACH)
    assert ["conversion.never_backward"] == refusals(agency, late)


def test_sd2_the_company_as_of_then_is_not_guessed(firms: Agents) -> None:
    """Rights of a company are asked for now; who was primary when stands in its history. Source: SD2."""
    firm, ada = firm_of(firms, S.CLIENT)
    bo = inside(firms, S.LEAD, name="Bo", company=firm)
    firms.clock.advance(days=1)
    firms.do(SetPrimary(company=firm, contact=bo.id, by=COACH))
    told = [(e.primary, e.effective) for e in firms.history_of("company", firm) if isinstance(e, CompanyChanged)]
    assert [(None, NOON), (ada.id, NOON), (bo.id, NOON + DAY)] == told


def test_sd2_a_primary_contact_that_is_told_late_does_not_undo_a_later_one(firms: Agents) -> None:
    """Bo since Wednesday stands; Cy on Tuesday is refused, and the refusal says from when on. Source: SD2."""
    firm, _ = firm_of(firms, S.CLIENT)
    bo, cy = (inside(firms, S.CLIENT, name=name, company=firm) for name in ("Bo", "Cy"))
    firms.clock.advance(days=2)
    firms.do(SetPrimary(company=firm, contact=bo.id, by=COACH))
    firms.clock.advance(days=1)
    with pytest.raises(
        Invalid, match=r"^at: would undo what was decided 2026-\d\d-\d\dT.*; give that time, a later one"
    ):
        firms.do(SetPrimary(company=firm, contact=cy.id, at=NOON + DAY, by=COACH))
    assert bo.id == firms.company(firm).primary
    assert cy.id == firms.do(SetPrimary(company=firm, contact=cy.id, at=NOON + 2 * DAY, by=COACH)).primary


def test_sd2_who_was_elsewhere_before_stays_primary(firms: Agents) -> None:
    """With another company on Monday, as is told late, and with this one since Tuesday: still primary. Source: SD2."""
    bo = inside(firms, S.CLIENT, name="Bo")
    for key in ("f-1", "f-2"):
        firms.do(AddCompany(id=key, name=key.upper(), by=COACH))
    firms.clock.advance(days=2)
    firms.do(Edit(contact=bo.id, company="f-1", by=COACH))
    firms.do(SetPrimary(company="f-1", contact=bo.id, by=COACH))
    assert "f-1" == firms.do(Edit(contact=bo.id, company="f-2", at=NOON + DAY, by=COACH)).company
    assert bo.id == firms.company("f-1").primary


def test_sd2_setting_the_same_primary_contact_again_changes_nothing(firms: Agents) -> None:
    """The company has that primary contact already: no event, no further version. Source: SD2."""
    firm, ada = firm_of(firms, S.CLIENT)
    before = firms.company(firm)
    assert before == firms.do(SetPrimary(company=firm, contact=ada.id, by=COACH))
    assert 2 == len(firms.history_of("company", firm))


def test_sd2_who_only_reads_sets_no_primary_contact(firms: Agents) -> None:
    """Keeping companies is for the staff. Source: SD2, SD6."""
    firm, ada = firm_of(firms, S.CLIENT)
    for actor in (VIEWER, itself(ada)):
        assert ["editing.keeper_may"] == refusals(firms, SetPrimary(company=firm, contact=ada.id, by=actor))


def test_s1_of_booking_and_hours_the_source_is_silent(agency: Agents) -> None:
    """S1 names no calendar and no hours: a contact books nothing itself, and nothing is counted. Source: S1."""
    ada = inside(agency, S.CLIENT)
    own = Book(
        contacts=(ada.id,), coach=COACH.id, kind=Kind.SESSION, start=NOON + DAY, minutes=60, where=Where.PORTAL,
        by=itself(ada),
    )  # fmt: skip
    assert ["booking.status_may_book"] == refusals(agency, own)
    a_session(agency, ada)
    agency.clock.advance(days=1)
    (line,) = agency.certification().not_counted
    assert ["certification.status_counts"] == rules(line.decision)
    assert "the source of agency does not say" in str(line.decision)


def test_section_7_the_same_word_is_another_status(agency: Agents) -> None:
    """Coaches Console's Prospect cannot log in, this one can: they do not stand in for each other. Source: S0, S1."""
    ada = someone(agency, S.LEAD, email=ADDRESS)
    foreign: Any = Coaching.PROSPECT
    with pytest.raises(UnknownStatus):
        converted(agency, ada, foreign)


def test_section_7_another_account_sees_nothing(agency: Agents) -> None:
    """A contact, its address and its company are the account's own. Source: section 7, SD4."""
    firm, ada = firm_of(agency, S.LEAD, email=ADDRESS)
    neighbour = FunnelService(AGENCY, account="other", storage=agency.storage, clock=agency.clock)
    for ask, key in ((neighbour.contact, ada.id), (neighbour.person, ada.id), (neighbour.company, firm)):
        with pytest.raises(NotFound):
            ask(key)
    assert S.LEAD is neighbour.do(AddContact(name="Ada", email=ADDRESS, by=COACH)).status


@pytest.fixture
def practice(agency: Agents) -> FunnelService[Coaching, Right]:
    """A coaching practice in the same account: its people may be the agency's too."""
    return FunnelService(COACHING, account="acme", storage=agency.storage, clock=agency.clock)


def test_section_7_one_person_stands_in_two_funnels(agency: Agents, practice: FunnelService[Coaching, Right]) -> None:
    """A Prospect there and a Client here: each funnel tells its own place and its own history. Source: section 7."""
    there = practice.do(AddContact(name="Ada", id="ada", email=ADDRESS, status=Coaching.PROSPECT, by=COACH))
    agency.clock.advance(days=1)
    here = agency.do(AddContact(name="Ada", id="ada", email=ADDRESS, status=S.CLIENT, by=COACH))
    assert (1, 1) == (len(practice.history(there.id)), len(agency.history(here.id)))
    now = agency.clock.now()
    assert (Coaching.PROSPECT, S.CLIENT) == (practice.status_at("ada", now), agency.status_at("ada", now))
    assert agency.status_at("ada", NOON) is None


def test_section_7_who_goes_here_stays_there(agency: Agents, practice: FunnelService[Coaching, Right]) -> None:
    """Deleted in the practice, the person is still the agency's Client, with a name and an address.

    Source: section 7.
    """
    practice.do(AddContact(name="Ada", id="ada", email=ADDRESS, by=COACH))
    agency.do(AddContact(name="Ada", id="ada", email=ADDRESS, status=S.CLIENT, by=COACH))
    practice.do(Delete(contact="ada", by=COACH))
    with pytest.raises(NotFound):
        practice.contact("ada")
    assert (S.CLIENT, ADDRESS) == (agency.contact("ada").status, agency.person("ada").email)


def test_s1_every_reading_stays_forward_only() -> None:
    """Whatever the reading, no Client becomes a Lead by conversion. Source: S1."""
    funnels: list[Funnel[Status, Any]] = [AGENCY, *READINGS.values()]
    for funnel in funnels:
        world = crm(funnel)
        ada = someone(world, S.CLIENT, email=ADDRESS)
        command = Convert(contact=ada.id, to=S.LEAD, by=COACH)
        assert ["conversion.never_backward"] == refusals(world, command)
