"""Who is invited to the portal, by whom, and what becomes of it: one scenario per fact. Source: S4, SD3, DL1 to DL9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pytest

from funnelkit import (
    AGENCY,
    COACHING,
    TEAM,
    Actor,
    Conflict,
    Contact,
    FunnelService,
    Invalid,
    Invitation,
    Member,
    NotFound,
    Portal,
    Refused,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import KnownTokens
from funnelkit.commands import (
    Accept,
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCoach,
    AssignCredentials,
    AssignPackage,
    ChangeMember,
    Command,
    CompleteOnboarding,
    Convert,
    Correct,
    Decline,
    DefineOffer,
    Delete,
    Edit,
    ExpireInvitation,
    Invite,
    LiftDoNotContact,
    MintLink,
    Record,
    RecordPayment,
    RemoveMember,
    Restore,
    Revoke,
    SendAgain,
    SetDoNotContact,
    SetDoNotMarket,
    WithdrawCredentials,
)
from funnelkit.rules import history
from funnelkit.statuses import coaching
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.team import Team
from funnelkit.times import Elapsed
from funnelkit.values.client_events import InvitationSent
from funnelkit.values.plan import THE_ACCOUNT, Letter, Message, Plan
from funnelkit.values.token import Token, link
from funnelkit.words import Channel, Grant, Origin, Sender, Shape
from tests.scenarios.leads import R, S, Watched
from tests.scenarios.world import (
    ADMIN,
    COACH,
    DAY,
    DESK,
    HOUR,
    NOON,
    OWNER,
    SYSTEM,
    VIEWER,
    itself,
    mails,
    refusals,
    rules,
    someone,
)

Office: TypeAlias = Watched[Team, Right]
Do: TypeAlias = Callable[[Office, Invitation], object]

OTHER: Final = Actor(id="m-2", role=Role.COACH)
WEEK: Final = 7 * DAY
ADA: Final = "ada@example.org"
NOTE: Final = "I look forward to our work"
PENDING, ACCEPTED, DECLINED = InvitationStatus.PENDING, InvitationStatus.ACCEPTED, InvitationStatus.DECLINED
REVOKED, EXPIRED, SUPERSEDED = InvitationStatus.REVOKED, InvitationStatus.EXPIRED, InvitationStatus.SUPERSEDED
NOT_OWN: Final = "invitation.for_oneself"
NOT_SO: Final = "invitation.speaks_for_itself"
GONE: Final = ["invitation.waits_for_an_answer"]
SIGNED: Final = coaching.Happening.AGREEMENT_ACCEPTED
OUTSIDE: Final = ["invitation.link_opens"]


class Unwatched(Watched[S, R]):
    """The same account, where the law of the history is not looked at after each step."""

    do = FunnelService.do


def staffed(crm: Watched[S, R]) -> Watched[S, R]:
    """Given an owner, an admin, two coaches and a viewer in it."""
    for actor in (OWNER, ADMIN, COACH, OTHER, VIEWER):
        crm.do(AddMember(id=actor.id, name=f"Member {actor.id}", role=actor.role, by=SYSTEM))
    return crm


def office_of(kind: type[Office] = Watched, **figures: Any) -> Office:
    """Given a team with other figures of invitations."""
    return staffed(kind(TEAM.with_policy(invitation=figures), tokens=KnownTokens()))


@pytest.fixture
def office() -> Office:
    """A team of an owner, an admin, two coaches and a viewer."""
    return office_of()


@pytest.fixture
def loose() -> Office:
    """The same, where sending again does not stop at the law of the history."""
    return office_of(Unwatched)


def ada(**more: Any) -> Invite[Team]:
    """Invite Ada, who is new, by the owner unless told otherwise."""
    return Invite(**{"name": "Ada", "email": ADA, "status": Team.CLIENT, "by": OWNER, **more})


def known(office: Watched[Team, Right], **more: Any) -> Contact:
    """Given a client who is known, and not invited."""
    return someone(office, Team.CLIENT, **{"email": ADA, **more})


@pytest.fixture
def invited(office: Office) -> Invitation:
    """Ada's invitation, which waits."""
    return office.do(ada(message=NOTE))


def key_of(crm: FunnelService[Any, Any], invitation: Invitation) -> Token:
    """Given a link for it."""
    return crm.do(MintLink(invitation=invitation.id, by=OWNER))


@pytest.fixture
def key(office: Office, invited: Invitation) -> Token:
    """A link of Ada's invitation."""
    return key_of(office, invited)


def told(crm: FunnelService[Any, Any], command: Command[Any, Any]) -> list[tuple[str, str]]:
    """When this is done, then these are told: recipient and template, in order."""
    plan = crm.plan(command)
    crm.apply(plan)
    return [(message.to, message.template) for message in plan.messages]


def letters(crm: Watched[Any, Any]) -> list[Letter]:
    """Let the messages leave, and give all that ever brought a link."""
    crm.deliver()
    return [message for _, message in crm.notifier.sent if isinstance(message, Letter)]


def ends(plan: Plan[Any]) -> list[tuple[str, str]]:
    """Give which invitations a plan says to end, and how."""
    return [
        (str(c.params["invitation"]), str(c.params["state"]))
        for c in plan.consequences
        if c.code == "invitation_ends"
    ]  # fmt: skip


# ---- 5.1 who may invite, from where, for whom

FROM: Final[tuple[tuple[Actor, Sender | None, str | None, list[str], str | None], ...]] = (
    # by    from            for       refused by          whose client it is then
    (OWNER, None, None, [], None),  # DL-A15: the team's
    (ADMIN, Sender.ACCOUNT, None, [], None),
    (SYSTEM, None, None, [], None),
    (OWNER, Sender.MEMBER, None, [], OWNER.id),  # DL-A15: the inviter's
    (ADMIN, Sender.MEMBER, None, [], ADMIN.id),
    (OWNER, None, OTHER.id, [], OTHER.id),
    (ADMIN, Sender.ACCOUNT, OTHER.id, [], OTHER.id),
    (SYSTEM, None, OTHER.id, [], OTHER.id),
    (OWNER, None, OWNER.id, [], OWNER.id),
    (OWNER, Sender.MEMBER, OTHER.id, [NOT_SO], None),  # for another coach it goes out in the account's name
    (ADMIN, Sender.MEMBER, OTHER.id, [NOT_SO], None),
    (SYSTEM, Sender.MEMBER, OTHER.id, [NOT_SO], None),
    (COACH, None, None, [], COACH.id),  # DL-A10
    (COACH, Sender.MEMBER, COACH.id, [], COACH.id),
    (COACH, Sender.ACCOUNT, None, [NOT_SO], None),
    (COACH, None, OTHER.id, [NOT_OWN, NOT_SO], None),
    (COACH, Sender.ACCOUNT, OTHER.id, [NOT_OWN, NOT_SO], None),
)


@pytest.mark.parametrize(("by", "sender", "coach", "refused", "whose"), FROM)
def test_s4_who_invites_a_new_person_from_where_for_whom(
    office: Office, by: Actor, sender: Sender | None, coach: str | None, refused: list[str], whose: str | None
) -> None:
    """Owner and admin for any member, a plain coach for itself, each from where it may. Source: S4, DL-A10, DL-A15."""
    command = ada(by=by, sender=sender, coach=coach, status=Team.CLIENT)
    plan = office.plan(command)
    assert refused == [rule for rule in rules(plan.decision) if rule.startswith("invitation.")]
    if not refused and by is not SYSTEM:  # a contact is entered by the staff
        made = office.do(command)
        assert (whose, by.id) == (made.coach, made.by)
        assert whose == office.contact(made.contact).coach


@pytest.mark.parametrize(("by", "sender", "coach", "refused", "whose"), FROM)
def test_s4_who_invites_a_contact_of_nobody(
    office: Office, by: Actor, sender: Sender | None, coach: str | None, refused: list[str], whose: str | None
) -> None:
    """The same as for a new person; and the system too. Source: S4, DL-A15."""
    client = known(office)
    command: Invite[Any] = Invite(contact=client.id, by=by, sender=sender, coach=coach)
    assert refused == rules(office.plan(command).decision)
    if not refused:
        assert whose == office.do(command).coach == office.contact(client.id).coach


@pytest.mark.parametrize("by", [VIEWER, DESK], ids=lambda actor: actor.role.value)
def test_dl8_nobody_else_invites_or_changes_an_invitation(office: Office, invited: Invitation, by: Actor) -> None:
    """Neither a Report Viewer nor the desk; nor a client another one. Source: DL8."""
    may = "invitation.inviter_may"
    bea = known(office, email="bea@example.org")
    for who in (by, itself(bea)):
        assert may in refusals(office, ada(by=who, email="c@example.org"))
        assert may in refusals(office, Invite(contact=bea.id, by=who))
        for command in (SendAgain, Revoke, MintLink):
            assert may in refusals(office, command(invitation=invited.id, by=who))


@pytest.mark.parametrize("further", [False, True])
def test_dl_a10_a_coach_invites_own_clients_only(office: Office, further: bool) -> None:
    """Not one of another primary coach, be it a further one; nor sends again, mints or takes back. Source: DL-A10."""
    client = known(office, coach=OTHER.id)
    if further:
        office.do(AssignCoach(contact=client.id, coach=COACH.id, primary=False, by=OWNER))
    assert [NOT_OWN, NOT_SO] == refusals(office, Invite(contact=client.id, by=COACH))
    theirs = office.do(Invite(contact=client.id, by=OTHER))
    for command in (SendAgain, Revoke, MintLink):
        assert [NOT_OWN] == refusals(office, command(invitation=theirs.id, by=COACH))


def test_dl_a10_a_client_with_further_coaches_only_is_theirs(office: Office) -> None:
    """Without a primary coach it is nobody's only where nobody looks after it at all. Source: DL-A10, DL3."""
    client = known(office)
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    assert NOT_OWN in refusals(office, Invite(contact=client.id, by=COACH))
    assert OTHER.id == office.plan(Invite(contact=client.id, by=OTHER)).result.coach


def test_dl_a10_a_coach_invites_an_own_client_in_its_own_name(office: Office) -> None:
    """From the coach portal, and nobody else is told of it. Source: DL-A9, DL-A10."""
    client = known(office, coach=COACH.id)
    plan = office.plan(Invite(contact=client.id, by=COACH))
    assert (Sender.MEMBER, COACH.id) == (plan.result.sender, plan.result.coach)
    assert [(client.id, "invitation")] == [(m.to, m.template) for m in plan.messages]


def test_dl_a10_a_coach_supersedes_only_what_it_may_take_back(office: Office) -> None:
    """The contact is nobody's and the invitation the owner's: another one in its place would end that one."""
    client = known(office)
    made = office.do(Invite(contact=client.id, by=OWNER))
    assert [NOT_OWN] == refusals(office, Revoke(invitation=made.id, by=COACH))
    assert [NOT_OWN] == refusals(office, Invite(contact=client.id, supersede=True, by=COACH))
    office.do(Revoke(invitation=made.id, by=OWNER))
    mine = office.do(Invite(contact=client.id, by=COACH))
    assert COACH.id == office.do(Invite(contact=client.id, supersede=True, by=COACH)).by
    assert SUPERSEDED is office.invitation(mine.id).state


def test_dl_a10_by_policy_a_coach_does_not_invite() -> None:
    """Off: only owner, admin and the system; and it changes no invitation either. Source: DL-A10."""
    office = office_of(coach_invites=False)
    client = known(office, coach=COACH.id)
    assert ["invitation.inviter_may"] == refusals(office, Invite(contact=client.id, by=COACH))
    made = office.do(Invite(contact=client.id, by=ADMIN))
    for command in (SendAgain, Revoke, MintLink):
        assert ["invitation.inviter_may"] == refusals(office, command(invitation=made.id, by=COACH))


def test_s4_by_policy_a_coach_invites_for_others_too() -> None:
    """On: in the account's name, and that coach is told; in one's own name still for oneself only. Source: S4."""
    office = office_of(coach_for_others=True)
    plan = office.plan(ada(by=COACH, coach=OTHER.id, sender=Sender.ACCOUNT))
    assert [(plan.result.contact, "invitation"), (OTHER.id, "client_assigned")] == [
        (m.to, m.template) for m in plan.messages
    ]
    assert [NOT_SO] == refusals(office, ada(by=COACH, coach=OTHER.id, sender=Sender.MEMBER))
    theirs = office.do(Invite(contact=known(office, coach=OTHER.id).id, by=OTHER))
    assert REVOKED is office.do(Revoke(invitation=theirs.id, by=COACH)).state
    found = [office.plan(Invite(contact=theirs.contact, coach=coach, by=COACH)).result for coach in (None, OTHER.id)]
    assert [(Sender.ACCOUNT, OTHER.id)] * 2 == [(one.sender, one.coach) for one in found]


def test_s4_for_another_coach_the_team_invites_and_that_coach_is_told(office: Office) -> None:
    """One mail to the client, in the account's name, and one to the coach, at sending. Source: S4, DL-A9."""
    plan = office.plan(ada(coach=OTHER.id))
    mail, news = plan.messages
    office.apply(plan)
    made = plan.result
    assert (made.contact, "invitation", made.id) == (mail.to, mail.template, mail.invitation)
    expected = {"contact": made.contact, "sender": "account", "by": OWNER.id, "coach": OTHER.id}
    assert expected == {name: value for name, value in mail.params.items() if name in expected}
    assert (OTHER.id, "client_assigned", None, {"contact": made.contact}) == (
        news.to, news.template, news.invitation, dict(news.params)
    )  # fmt: skip
    assert [(made.contact, "invitation"), (OTHER.id, "client_assigned")] == mails(office)


def test_dl_a9_the_coach_is_told_at_sending_and_not_once_more_at_acceptance(office: Office) -> None:
    """At acceptance it hears that the client accepted, and nothing of an assignment. Source: DL-A9."""
    made = office.do(ada(coach=OTHER.id))
    assert [(OTHER.id, "invitation_accepted")] == told(office, Accept(token=key_of(office, made)))


def test_dl_a9_an_inviting_coach_is_not_told_of_a_new_person(office: Office) -> None:
    """Whoever invites for itself knows. Source: DL-A9."""
    for place, command in enumerate((ada(by=COACH), ada(coach=OWNER.id), ada(sender=Sender.MEMBER))):
        plan = office.plan(command)
        assert (place, ["invitation"]) == (place, [message.template for message in plan.messages])


def test_dl_a9_an_inviting_coach_is_not_told_of_a_contact_of_nobody(office: Office) -> None:
    """The contact becomes its client by the invitation, as a new person does. Source: DL-A9."""
    client = known(office)
    assert [(client.id, "invitation")] == told(office, Invite(contact=client.id, by=COACH))


def test_dl3_inviting_for_another_coach_hands_the_contact_over(office: Office) -> None:
    """The new primary coach and the former one are told, each once. Source: DL3, S4."""
    client = known(office, coach=COACH.id)
    expected = {(client.id, "invitation"), (OTHER.id, "client_assigned"), (COACH.id, "client_handed_over")}
    found = told(office, Invite(contact=client.id, coach=OTHER.id, by=ADMIN))
    assert (expected, 3) == (set(found), len(found))
    assert OTHER.id == office.contact(client.id).coach


def test_dl_a15_a_client_of_who_has_left_is_the_teams(office: Office) -> None:
    """Nobody who has left is told, nor given the client: who is named is refused, and who was there gives way."""
    client = known(office, coach=OTHER.id)
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    assert ["team.coach_is_member"] == refusals(office, Invite(contact=client.id, coach=OTHER.id, by=OWNER))
    plan = office.plan(Invite(contact=client.id, by=OWNER))
    assert ["invitation.coach_left"] == [notice.code for notice in plan.notices]
    assert [(client.id, "invitation")] == [(m.to, m.template) for m in plan.messages]
    office.apply(plan)
    assert (None, None) == (plan.result.coach, office.contact(client.id).coach)
    other = known(office, email="bea@example.org", coach=ADMIN.id)
    office.do(RemoveMember(member=ADMIN.id, by=OWNER))
    mine = office.plan(Invite(contact=other.id, sender=Sender.MEMBER, by=OWNER))
    assert (OWNER.id, ()) == (mine.result.coach, mine.notices)  # from one's own portal it is one's own


AWAY: Final = [RemoveMember(member=OTHER.id, by=OWNER), ChangeMember(member=OTHER.id, role=Role.VIEWER, by=OWNER)]


@pytest.mark.parametrize("away", AWAY, ids=["left", "reads only"])
@pytest.mark.parametrize("how", ["invited", "paid", "sent again"])
def test_dl_a15_who_looks_after_nobody_any_more_is_named_in_no_invitation(
    office: Office, away: Command[Any, Member], how: str
) -> None:
    """However it goes out, the client is the team's then, with a notice. Source: S4, DL8, DL-A15."""
    client = known(office, coach=OTHER.id)
    office.do(DefineOffer(id="five", name="Five", sessions=5, by=OWNER))
    first = office.do(Invite(contact=client.id, by=OWNER)) if how == "sent again" else None
    office.do(away)
    command: Command[Any, Any] = {
        "invited": Invite(contact=client.id, by=OWNER),
        "paid": RecordPayment(payment="pi-1", offer="five", contact=client.id, by=SYSTEM),
        "sent again": SendAgain(invitation=first.id if first else "none", by=OWNER),
    }[how]
    plan = office.plan(command)
    assert ["invitation.coach_left"] == [notice.code for notice in plan.notices]
    assert [False] == ["coach" in message.params for message in plan.messages if message.to == client.id]
    office.apply(plan)
    assert None is office.contact(client.id).coach
    assert how == "sent again" or None is office.invitations(client.id)[0].coach


@pytest.mark.parametrize("away", AWAY, ids=["left", "reads only"])
def test_s4_who_looks_after_nobody_any_more_greets_nobody(office: Office, away: Command[Any, Member]) -> None:
    """The dashboard names a coach who is there; what the client answers, the account is told. Source: S4, DL8."""
    office.do(ChangeMember(member=OTHER.id, greeting="Hello!", by=OTHER))
    made = office.do(Invite(contact=known(office, coach=OTHER.id).id, by=OWNER))
    link = key_of(office, made)
    office.do(away)
    assert (THE_ACCOUNT, "invitation_accepted") in told(office, Accept(token=link))
    found = office.dashboard(made.contact)
    assert (None, None) == (found.coach, found.greeting)


def test_where_coaches_are_the_hosts_a_viewer_looks_after_clients() -> None:
    """Whom the host gives clients, it invites for; who has left, for nobody. Source: ours."""
    office = staffed(Watched(TEAM.with_policy(team={"members_only": False}), tokens=KnownTokens()))
    client = known(office, coach=OTHER.id)
    office.do(ChangeMember(member=OTHER.id, role=Role.VIEWER, by=OWNER))
    assert OTHER.id == office.plan(Invite(contact=client.id, by=OWNER)).result.coach
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    assert None is office.plan(Invite(contact=client.id, by=OWNER)).result.coach


def test_dl_a8_what_a_former_coach_gave_comes_along_with_a_notice(office: Office) -> None:
    """It was given, so it stays on the record; of what is asked for now, only the new coach's list counts."""
    client = known(office, coach=COACH.id)
    office.do(DefineOffer(id="circle", name="Circle", shape=Shape.GROUP, coaches=[COACH.id], by=OWNER))
    package = office.do(AssignPackage(contact=client.id, offer="circle", by=OWNER))
    assert () == office.plan(Invite(contact=client.id, by=OWNER)).notices
    plan = office.plan(Invite(contact=client.id, coach=OTHER.id, by=OWNER))
    assert [("package.of_another_list", package.id)] == [(n.code, n.params["package"]) for n in plan.notices]
    office.apply(plan)
    assert plan.result.id == office.package(package.id).package.invitation
    office.do(DefineOffer(id="five", name="Five", sessions=5, by=OWNER))  # in the account's list
    other = known(office, email="bea@example.org", coach=COACH.id)
    office.do(AssignPackage(contact=other.id, offer="five", by=OWNER))
    assert () == office.plan(Invite(contact=other.id, coach=OTHER.id, by=OWNER)).notices


# ---- 5.2 client types

CREATED_ONLY: Final = (Team.LEAD, Team.CONTACT)


@pytest.mark.parametrize("status", Team)
def test_dl1_create_and_invite_is_for_prospects_and_clients(office: Office, status: Team) -> None:
    """Lead and Contact are created only; Prospect and Client are mailed a log-in invitation. Source: DL1."""
    command = ada(status=status)
    if status in CREATED_ONLY:
        assert ["invitation.status_can_be_invited"] == refusals(office, command)
        assert () == office.contacts()
    else:
        made = office.do(command)
        contact = office.contact(made.contact)
        assert (status, Portal.INVITED) == (contact.status, contact.portal)
        assert [(contact.id, "invitation")] == mails(office)


@pytest.mark.parametrize("status", Team)
def test_dl1_create_mails_nobody_and_inviting_comes_later(office: Office, status: Team) -> None:
    """Whoever was only created, or imported, is invited by a separate act. Source: DL1, DL2, SD3."""
    created = office.do(AddContact(name="Ada", email=ADA, status=status, by=OWNER))
    assert (Portal.NOT_INVITED, []) == (created.portal, mails(office))
    later = Invite[Any](contact=created.id, by=OWNER)
    if status in CREATED_ONLY:
        assert ["invitation.status_can_be_invited"] == refusals(office, later)
    else:
        assert created.id == office.do(later).contact


def test_s4_a_new_person_needs_a_client_type(office: Office) -> None:
    """It is asked for, with those that can be invited. Source: S4, DL1."""
    with pytest.raises(Invalid, match="prospect or client") as caught:
        office.do(Invite(name="Ada", email=ADA, by=OWNER))
    assert ["status"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    "more", [{"name": "Ada"}, {"email": ADA}, {"phone": "0"}, {"status": Team.CLIENT}, {"id": "c-9"}], ids=str
)
def test_s4_either_a_contact_or_a_new_person(more: dict[str, Any]) -> None:
    """Not both, and not neither: nobody guesses who is meant."""
    with pytest.raises(Invalid) as caught:
        Invite(contact="c-1", by=OWNER, **more)
    assert list(more) == [problem.path for problem in caught.value.problems]
    with pytest.raises(Invalid) as caught:
        Invite(by=OWNER)
    assert ["contact"] == [problem.path for problem in caught.value.problems]


def test_dl1_the_details_of_a_new_person_are_kept(office: Office) -> None:
    """Name, e-mail, phone, type, coach, and the id if the host gives one. Source: DL1."""
    made = office.do(ada(id="c-9", phone="+49 30 1", coach=OTHER.id, status=Team.PROSPECT))
    contact = office.contact("c-9")
    assert ("c-9", Team.PROSPECT, OTHER.id) == (made.contact, contact.status, contact.coach)
    with office.storage.transaction("acme") as stores:
        person = stores.persons.get("c-9")
    assert person is not None
    assert ("Ada", ADA, "+49 30 1") == (person.name, person.email, person.phone)
    assert ["editing.id_is_free"] == refusals(office, ada(id="c-9", email="b@example.org"))


def test_s4_the_invitation_is_kept_with_its_term(office: Office) -> None:
    """Who invited whom for whom in whose name, when, and until when: seven days. Source: S4, DL-A14."""
    plan = office.plan(ada(coach=OTHER.id))
    office.apply(plan)
    contact = plan.result.contact
    expected = Invitation(
        id=plan.result.id, funnel="team", contact=contact, by=OWNER.id, sender=Sender.ACCOUNT, made=NOON,
        expires=NOON + WEEK, coach=OTHER.id,
    )  # fmt: skip
    assert (expected, expected, (expected,)) == (
        plan.result, office.invitation(expected.id), office.invitations(contact)
    )  # fmt: skip
    assert ["invitation_waits"] == [c.code for c in plan.consequences]


@pytest.mark.parametrize("at", [NOON - DAY, NOON])
def test_what_is_done_about_an_invitation_is_done_now(office: Office, invited: Invitation, at: Any) -> None:
    """A link that went out cannot have gone out before: `at` is no word for it."""
    commands: list[Command[Any, Any]] = [
        ada(at=at, email="b@example.org"),
        SendAgain(invitation=invited.id, by=OWNER, at=at),
        Revoke(invitation=invited.id, by=OWNER, at=at),
        MintLink(invitation=invited.id, by=OWNER, at=at),
        ExpireInvitation(invitation=invited.id, by=SYSTEM, at=at),
        Accept(token="fki_", at=at),
        Decline(token="fki_", at=at),
    ]
    for command in commands:
        with pytest.raises(Invalid) as caught:
            office.do(command)
        assert ["at"] == [problem.path for problem in caught.value.problems]


# ---- who cannot be invited


def test_sd3_without_an_address_nobody_is_invited(office: Office) -> None:
    """The invitation is a link by mail. Source: S4, SD3."""
    assert ["invitation.address_is_known"] == refusals(office, ada(email=None))
    bare = someone(office, Team.CLIENT)
    assert ["invitation.address_is_known"] == refusals(office, Invite(contact=bare.id, by=OWNER))


@pytest.mark.parametrize("standing", Standing)
def test_sd4_an_archived_contact_is_not_invited_and_a_hidden_one_is(office: Office, standing: Standing) -> None:
    """Whoever is not worked with has no portal; who is only out of the lists may. Source: SD4."""
    client = known(office, standing=standing)
    plan = office.plan(Invite(contact=client.id, by=OWNER))
    refused = ["invitation.is_not_archived"] if standing is Standing.ARCHIVED else []
    assert refused == rules(plan.decision)
    if refused:
        office.do(Restore(contact=client.id, by=OWNER))
        assert client.id == office.do(Invite(contact=client.id, by=OWNER)).contact


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        (SetDoNotContact(contact="c-1", by=OWNER), True),
        (SetDoNotContact(contact="c-1", origin=Origin.PERSON, by=OWNER), True),
        (SetDoNotContact(contact="c-1", channel=Channel.EMAIL, by=OWNER), True),
        (SetDoNotContact(contact="c-1", until=NOON + HOUR, by=OWNER), True),
        (SetDoNotContact(contact="c-1", channel=Channel.PHONE, by=OWNER), False),
        (SetDoNotContact(contact="c-1", channel=Channel.TEXT, by=OWNER), False),
        (SetDoNotMarket(contact="c-1", by=OWNER), False),
    ],
    ids=["all", "own wish", "e-mail", "for an hour", "phone", "text", "marketing"],
)
def test_do_not_contact_is_heard_before_anybody_is_invited(
    office: Office, wish: Command[Any, Contact], refused: bool
) -> None:
    """A mail is what it is: not to somebody who wants none; who wants no calls or no news gets it. Source: BG-A20."""
    client = known(office, id="c-1")
    office.do(wish)
    found = rules(office.plan(Invite(contact=client.id, by=OWNER)).decision)
    assert refused is (found != [])
    assert not [rule for rule in found if not rule.startswith("outreach.")]


def test_do_not_contact_leaves_what_waits_alone_and_nothing_more_is_sent(
    office: Office, invited: Invitation, key: Token
) -> None:
    """The mail that has not left stays; sending again and minting are refused; the link is still good."""
    office.do(SetDoNotContact(contact=invited.contact, by=OWNER))
    assert PENDING is office.invitation(invited.id).state
    assert [] == mails(office)
    assert [(invited.contact, "invitation")] == [(m.to, m.template) for m in office.withheld()]
    for command in (SendAgain, MintLink):
        found = refusals(office, command(invitation=invited.id, by=OWNER))
        assert ({"outreach"}, True) == ({rule.partition(".")[0] for rule in found}, len(found) > 0)
    assert ACCEPTED is office.do(Accept(token=key)).state


def test_do_not_contact_that_was_lifted_stands_in_nobodys_way(office: Office) -> None:
    """What was said and taken back is over."""
    client = known(office)
    office.do(SetDoNotContact(contact=client.id, by=OWNER))
    office.do(LiftDoNotContact(contact=client.id, by=OWNER))
    assert client.id == office.do(Invite(contact=client.id, by=OWNER)).contact


@pytest.mark.parametrize("how", ["accepted", "by hand", "adopted"])
def test_dl_a13_who_has_the_portal_is_not_invited_again(office: Office, how: str) -> None:
    """However it was opened; neither as a contact nor as a new person. Source: DL-A13."""
    client = known(office, portal=Portal.ACTIVE if how == "adopted" else Portal.NOT_INVITED)
    if how == "by hand":
        office.do(AssignCredentials(contact=client.id, by=OWNER))
    elif how == "accepted":
        office.do(Accept(token=key_of(office, office.do(Invite(contact=client.id, by=OWNER)))))
    has_it = ["invitation.has_no_portal_yet"]
    assert has_it == refusals(office, Invite(contact=client.id, by=OWNER))
    assert has_it == refusals(office, Invite(contact=client.id, supersede=True, by=OWNER))
    assert has_it == refusals(office, ada())


def test_dl_a13_who_is_invited_is_not_invited_again_but_sent_again(office: Office, invited: Invitation) -> None:
    """Refused while it waits, and the answer names the invitation and the way out. Source: DL-A13."""
    waits = ["invitation.none_is_pending"]
    assert waits == refusals(office, Invite(contact=invited.contact, by=OWNER))
    assert waits == refusals(office, ada())
    text = str(office.plan(ada()).decision)
    assert f"the invitation {invited.id} waits for an answer; send {invited.id} again" in text
    assert (invited,) == office.invitations(invited.contact)
    assert "nobody is known" not in text


WRITTEN: Final = ("ADA@EXAMPLE.ORG", f"  {ADA} ", "\uff41da@example.org", "Ada@Example.org")


@pytest.mark.parametrize("written", WRITTEN)
def test_who_is_known_under_a_differently_written_address_is_known(office: Office, written: str) -> None:
    """Case, blanks and full-width letters make no other person: known, invited, with the portal. Source: DL-A13."""
    client = known(office)
    new = ada(name="Bea", email=written)
    assert ["invitation.is_not_known_yet"] == refusals(office, new)
    assert client.id in str(office.plan(new).decision)
    made = office.do(Invite(contact=client.id, by=OWNER))
    assert ["invitation.none_is_pending"] == refusals(office, new)
    office.do(Accept(token=key_of(office, made)))
    assert ["invitation.has_no_portal_yet"] == refusals(office, new)
    assert [client.id] == [contact.id for contact in office.contacts()]


@pytest.mark.parametrize("standing", Standing)
def test_who_is_archived_or_hidden_is_known_all_the_same(office: Office, standing: Standing) -> None:
    """An address is not free because its holder is out of sight."""
    known(office, standing=standing)
    assert ["invitation.is_not_known_yet"] == refusals(office, ada())


def test_two_people_share_an_address_and_each_link_belongs_to_one(office: Office, invited: Invitation) -> None:
    """Said so (`another`), they are told apart by contact: one accepts, the other's invitation waits."""
    other = office.do(ada(name="Bea", another=True))
    assert invited.contact != other.contact
    one, two = key_of(office, invited), key_of(office, other)
    assert (invited.contact, other.contact) == (office.peek(one).contact, office.peek(two).contact)
    office.do(Accept(token=two))
    assert (PENDING, ACCEPTED) == (office.invitation(invited.id).state, office.invitation(other.id).state)
    assert Portal.INVITED is office.contact(invited.contact).portal
    assert ["invitation.is_ones_own"] == rules(office.why(one, by=itself(office.contact(other.contact))))


@pytest.fixture
def agency() -> Watched[Agency, Right]:
    """An agency, where addresses are unique."""
    return staffed(Watched(AGENCY, tokens=KnownTokens()))


def test_sd4_where_addresses_are_unique_nobody_shares_one(agency: Watched[Agency, Right]) -> None:
    """The address is refused, and saying that it is another person does not help. Source: SD4."""
    someone(agency, Agency.LEAD, email=ADA)
    for another in (False, True):
        new = Invite(name="Bea", email=ADA.upper(), status=Agency.PROSPECT, another=another, by=OWNER)
        assert ["editing.email_is_free"] == refusals(agency, new)


def test_dl_a13_where_addresses_are_unique_who_is_invited_twice_is_pointed_to_it(
    agency: Watched[Agency, Right],
) -> None:
    """The address is refused, and the answer says why it is known: an invitation waits, or there is the portal."""
    new: Invite[Agency] = Invite(name="Ada", email=ADA, status=Agency.PROSPECT, by=OWNER)
    made = agency.do(new)
    assert ["invitation.none_is_pending", "editing.email_is_free"] == refusals(agency, new)
    assert f"send {made.id} again" in str(agency.plan(new).decision)
    agency.do(Accept(token=key_of(agency, made)))
    assert ["invitation.has_no_portal_yet", "editing.email_is_free"] == refusals(agency, new)


def test_sd3_a_prospect_is_invited_and_a_lead_is_not(agency: Watched[Agency, Right]) -> None:
    """On creating a Prospect or Client one chooses to invite; afterwards it shows Invited, then Active. Source: SD3."""
    assert ["invitation.status_can_be_invited"] == refusals(
        agency, Invite(name="Ada", email=ADA, status=Agency.LEAD, by=OWNER)
    )
    made = agency.do(Invite(name="Ada", email=ADA, status=Agency.PROSPECT, by=OWNER))
    assert (Portal.INVITED, False) == (
        agency.contact(made.contact).portal, agency.may(made.contact, Right.LOG_IN).allowed
    )  # fmt: skip
    plan = agency.plan(Accept(token=key_of(agency, made)))
    assert ["set_credential"] == [one.code for one in plan.obligations]  # a password must be chosen
    agency.apply(plan)
    assert agency.may(made.contact, Right.LOG_IN)


# ---- the personal message


def test_s4_the_personal_message_reaches_the_letter_and_stands_in_no_event(
    office: Office, invited: Invitation, key: Token
) -> None:
    """It is kept beside its event, and read by whoever holds the link. Source: S4."""
    (letter,) = letters(office)
    assert (NOTE, NOTE) == (letter.note, office.peek(key).note)
    events = (*office.history_of("invitation", invited.id), *office.history(invited.contact))
    assert NOTE not in "".join(map(repr, events)) + repr(office.plan(ada())) + repr(letter) + repr(office.peek(key))
    (sent,) = (event for event in events if isinstance(event, InvitationSent))
    assert sent.id == invited.note


def test_s4_without_a_message_there_is_none(office: Office) -> None:
    """It is optional. Source: S4."""
    made = office.do(ada())
    (letter,) = letters(office)
    assert (None, None, None) == (made.note, letter.note, office.peek(letter.token).note)


def test_the_message_goes_out_again_with_the_invitation(loose: Office) -> None:
    """Sending again repeats it."""
    made = loose.do(ada(message=NOTE))
    letters(loose)
    loose.do(SendAgain(invitation=made.id, by=OWNER))
    assert [("invitation", NOTE), ("invitation_again", NOTE)] == [(one.template, one.note) for one in letters(loose)]


# ---- send again


def test_dl_a14_sending_again_renews_the_term_and_counts(loose: Office) -> None:
    """Seven days from then; one invitation that waits, of another round. Source: DL-A14."""
    made = loose.do(ada(coach=OTHER.id))
    loose.clock.advance(days=3)
    plan = loose.plan(SendAgain(invitation=made.id, by=ADMIN))
    now = loose.do(SendAgain(invitation=made.id, by=ADMIN))
    assert (2, 2, NOON + 3 * DAY + WEEK, PENDING) == (now.round, now.sends, now.expires, now.state)
    assert (made.made, made.by, made.coach) == (now.made, now.by, now.coach)
    assert (now,) == loose.invitations(made.contact)
    (mail,) = plan.messages
    assert (made.contact, "invitation_again", made.id) == (mail.to, mail.template, mail.invitation)


def test_sending_again_makes_links_of_before_worthless(loose: Office) -> None:
    """Those that were minted, and the one in the first mail; the new one is good."""
    made = loose.do(ada())
    (first,), minted = letters(loose), key_of(loose, made)
    loose.do(SendAgain(invitation=made.id, by=OWNER))
    assert [["invitation.link_is_current"]] * 2 == [rules(loose.why(token)) for token in (first.token, minted)]
    assert ACCEPTED is loose.do(Accept(token=letters(loose)[-1].token)).state


def test_dl_a14_what_has_run_out_is_sent_again_and_waits_again(office: Office, invited: Invitation) -> None:
    """Swept or not, the outcome is one. Source: DL-A14."""
    office.clock.set(invited.expires)
    now = office.do(SendAgain(invitation=invited.id, by=OWNER))
    assert (PENDING, None, invited.expires + WEEK) == (now.state, now.ended, now.expires)
    assert Portal.INVITED is office.contact(invited.contact).portal
    office.clock.set(now.expires)
    assert 1 == office.swept()
    assert EXPIRED is office.invitation(invited.id).state
    assert 3 == office.do(SendAgain(invitation=invited.id, by=OWNER)).sends


@pytest.mark.parametrize("end", ["accepted", "declined", "revoked", "superseded"])
def test_what_was_answered_or_taken_back_is_not_sent_again(
    office: Office, invited: Invitation, key: Token, end: str
) -> None:
    """Invite anew; nor is there another link for it, and it is not taken back once more."""
    {
        "accepted": lambda: office.do(Accept(token=key)),
        "declined": lambda: office.do(Decline(token=key)),
        "revoked": lambda: office.do(Revoke(invitation=invited.id, by=OWNER)),
        "superseded": lambda: office.do(Invite(contact=invited.contact, supersede=True, by=OWNER)),
    }[end]()
    for command in (SendAgain, MintLink, Revoke):
        assert "invitation.still_possible" in refusals(office, command(invitation=invited.id, by=OWNER))
    assert end == office.invitation(invited.id).state.value


def test_an_expired_invitation_is_not_sent_again_beside_another_one(office: Office, invited: Invitation) -> None:
    """One waits at most."""
    office.clock.set(invited.expires)
    office.do(Invite(contact=invited.contact, by=OWNER))
    assert ["invitation.none_is_pending"] == refusals(office, SendAgain(invitation=invited.id, by=OWNER))


def test_sending_again_keeps_the_contact_what_its_events_add_up_to(office: Office, invited: Invitation) -> None:
    """The law of the history: nothing happened to the contact, who was invited already."""
    office.clock.advance(hours=1)
    office.apply(office.plan(SendAgain(invitation=invited.id, by=OWNER)))
    assert history.contact_at(office.history(invited.contact)) == office.contact(invited.contact)


# ---- take back, decline, supersede, expire


def test_dl_a14_an_invitation_is_taken_back_with_a_reason(office: Office, invited: Invitation, key: Token) -> None:
    """The contact is not invited any more; the reason stands beside the event, and in none. Source: DL-A14."""
    office.clock.advance(hours=1)
    plan = office.plan(Revoke(invitation=invited.id, by=ADMIN, reason="wrong Ada"))
    assert [(invited.id, "revoked")] == ends(plan)
    office.apply(plan)
    now = office.invitation(invited.id)
    assert (REVOKED, NOON + HOUR) == (now.state, now.ended)
    assert Portal.NOT_INVITED is office.contact(invited.contact).portal
    event = office.history_of("invitation", invited.id)[-1]
    with office.storage.transaction("acme") as stores:
        assert "wrong Ada" == stores.history.text(event.id)
    assert ("wrong Ada" in repr(plan.events), GONE) == (False, rules(office.why(key)))
    assert [] == mails(office)  # what had not left never leaves


def test_whoever_holds_the_link_declines(office: Office) -> None:
    """The coach is told, or the account; a later invitation is possible, and says that it was declined before."""
    for coach, hears in ((OTHER.id, OTHER.id), (None, "account")):
        made = office.do(ada(name="Bea", email=f"b{hears}@example.org", coach=coach))
        plan = office.plan(Decline(token=key_of(office, made)))
        assert [(hears, "invitation_declined", {"contact": made.contact, "invitation": made.id})] == [
            (m.to, m.template, dict(m.params)) for m in plan.messages
        ]
        office.apply(plan)
        assert (DECLINED, Portal.NOT_INVITED) == (
            office.invitation(made.id).state, office.contact(made.contact).portal
        )  # fmt: skip
        assert [Actor(id=made.contact, role=Role.CLIENT)] == [e.by for e in plan.events if e.noun == "invitation"]
        assert office.plan(Invite(contact=made.contact, by=OWNER)).allowed


def test_inviting_whoever_declined_before_says_so(office: Office, invited: Invitation, key: Token) -> None:
    """It is no refusal; whoever invites is told."""
    office.do(Decline(token=key))
    plan = office.plan(Invite(contact=invited.contact, by=OWNER))
    assert ["invitation.declined_before"] == [notice.code for notice in plan.notices]


@pytest.mark.parametrize("packages", [(), ("five",)], ids=["without packages", "with packages"])
def test_another_invitation_takes_the_place_of_the_one_that_waits(office: Office, packages: tuple[str, ...]) -> None:
    """Said so (`supersede`): the former ends with what was assigned with it, and its links are worth nothing."""
    office.do(DefineOffer(id="five", name="Five", sessions=5, by=OWNER))
    first = office.do(ada(packages=packages))
    token = key_of(office, first)
    plan = office.plan(Invite(contact=first.contact, supersede=True, packages=packages, by=OWNER))
    assert [(first.id, "superseded")] == ends(plan)
    office.apply(plan)
    assert [SUPERSEDED, PENDING] == [one.state for one in office.invitations(first.contact)]
    assert (GONE, Portal.INVITED) == (rules(office.why(token)), office.contact(first.contact).portal)
    found = [(one.package.state.value, one.package.invitation) for one in office.packages(first.contact)]
    expected = [("removed", first.id), ("assigned", plan.result.id)] if packages else []
    assert expected == sorted(found, reverse=True)


def test_superseding_nothing_is_inviting(office: Office) -> None:
    """Where none waits, nothing ends."""
    client = known(office)
    plan = office.plan(Invite(contact=client.id, supersede=True, by=OWNER))
    assert ([], True) == (ends(plan), plan.allowed)


def test_dl_a14_an_invitation_expires_after_seven_days(office: Office, invited: Invitation, key: Token) -> None:
    """The end does not belong to the term; questions know before any sweep. Source: DL-A14."""
    office.clock.set(invited.expires - HOUR / 3600 / 1_000_000)
    assert office.peek(key).decision
    assert ["invitation.has_run_out"] == refusals(office, ExpireInvitation(invitation=invited.id, by=SYSTEM))
    office.clock.set(invited.expires)
    assert ["invitation.is_in_time"] == rules(office.why(key))
    assert (EXPIRED, invited.expires) == ((one := office.invitation(invited.id)).state, one.ended)
    office.clock.advance(days=1)
    assert 1 == office.swept()
    assert (EXPIRED, invited.expires) == ((one := office.invitation(invited.id)).state, one.ended)
    assert (Portal.NOT_INVITED, invited.expires) == ((c := office.contact(invited.contact)).portal, c.changed)
    assert ["invitation.is_in_time"] == rules(office.why(key))
    assert 0 == office.swept()


def test_only_the_clock_ends_an_invitation_by_the_clock(office: Office, invited: Invitation) -> None:
    """Staff take it back instead; and what does not wait does not run out."""
    office.clock.set(invited.expires)
    assert ["invitation.clock_ends_it"] == refusals(office, ExpireInvitation(invitation=invited.id, by=OWNER))
    office.do(ExpireInvitation(invitation=invited.id, by=SYSTEM))
    assert ["invitation.still_waits"] == refusals(office, ExpireInvitation(invitation=invited.id, by=SYSTEM))


@pytest.mark.parametrize("swept", [False, True])
def test_who_was_invited_in_vain_is_invited_again(office: Office, invited: Invitation, swept: bool) -> None:
    """An invitation that has run out stands in nobody's way, whether a sweep has come or not."""
    office.clock.advance(WEEK)
    if swept:
        office.swept()
    office.do(Invite(contact=invited.contact, by=OWNER))
    assert [EXPIRED, PENDING] == [one.state for one in office.invitations(invited.contact)]


def test_each_account_has_its_own_term() -> None:
    """Two hours, by policy. Source: DL-A14."""
    assert NOON + 2 * HOUR == office_of(valid=Elapsed(hours=2)).do(ada()).expires


def test_another_address_voids_the_links_of_the_former_one(office: Office, invited: Invitation, key: Token) -> None:
    """Whoever reads the old mail box does not get in; the answer says that it has to be sent again."""
    plan = office.plan(Edit(contact=invited.contact, email="ada@new.example.org", by=OWNER))
    assert "invitation.links_void" in [notice.code for notice in plan.notices]
    office.apply(plan)
    assert (["invitation.link_is_current"], PENDING) == (rules(office.why(key)), office.invitation(invited.id).state)
    assert office.peek(key_of(office, invited)).decision
    back = office.plan(Edit(contact=invited.contact, email=ADA, by=OWNER))
    office.apply(back)
    assert ["invitation.link_is_current"] == rules(office.why(key))


@pytest.mark.parametrize("more", [{"email": ADA.upper()}, {"email": f" {ADA}"}, {"name": "Bea"}, {"phone": "1"}])
def test_the_same_address_written_otherwise_voids_no_link(
    office: Office, invited: Invitation, key: Token, more: dict[str, Any]
) -> None:
    """Nor does another name or number."""
    office.do(Edit(contact=invited.contact, by=OWNER, **more))
    assert office.peek(key).decision


@pytest.mark.parametrize("again", [False, True])
def test_a_mail_of_an_earlier_round_never_leaves(loose: Office, again: bool) -> None:
    """What had not left when the address changed, or it was sent again: only the later mail goes out, once."""
    made = loose.do(ada())
    loose.do(Edit(contact=made.contact, email="ada@new.example.org", by=OWNER))
    if again:
        loose.do(SendAgain(invitation=made.id, by=OWNER))
    found = letters(loose)
    assert (["invitation_again"] if again else []) == [letter.template for letter in found]
    assert [True] * len(found) == [loose.peek(letter.token).decision.allowed for letter in found]
    assert "invitation" in [message.template for message in loose.withheld()]


# ---- what else ends an invitation that waits


def archived(office: Office, made: Invitation) -> Plan[Contact]:
    """The contact is archived."""
    return office.plan(Archive(contact=made.contact, by=OWNER))


def converted(office: Office, made: Invitation) -> Plan[Contact]:
    """The contact becomes one who may not log in."""
    return office.plan(Convert(contact=made.contact, to=Team.LEAD, by=OWNER))


def converted_late(office: Office, made: Invitation) -> Plan[Contact]:
    """The same, told later for a time at which it was not invited yet."""
    return office.plan(Convert(contact=made.contact, to=Team.LEAD, at=NOON - HOUR, by=OWNER))


def by_hand(office: Office, made: Invitation) -> Plan[Contact]:
    """Somebody makes the credentials."""
    return office.plan(AssignCredentials(contact=made.contact, by=OWNER))


@pytest.mark.parametrize(
    ("end", "state", "portal"),
    [
        (archived, REVOKED, Portal.NOT_INVITED),
        (converted, REVOKED, Portal.NOT_INVITED),
        (converted_late, REVOKED, Portal.NOT_INVITED),
        (by_hand, SUPERSEDED, Portal.ACTIVE),
    ],
)
def test_what_ends_the_reason_for_an_invitation_ends_it(
    office: Office, end: Callable[[Office, Invitation], Plan[Contact]], state: InvitationStatus, portal: Portal
) -> None:
    """The archive, a status without log-in, credentials by hand; the plan says so before it is done."""
    client = known(office, since=NOON - DAY)
    made = office.do(Invite(contact=client.id, by=OWNER))
    token = key_of(office, made)
    office.clock.advance(hours=1)
    plan = end(office, made)
    assert [(made.id, state.value)] == ends(plan)
    office.apply(plan)
    now = office.invitation(made.id)
    assert (state, portal) == (now.state, office.contact(made.contact).portal)
    assert "invitation.waits_for_an_answer" in rules(office.why(token))
    assert history.contact_at(office.history(made.contact)) == office.contact(made.contact)
    assert [] == mails(office)


def test_a_status_that_may_log_in_too_ends_nothing(office: Office, invited: Invitation) -> None:
    """From Client to Prospect the invitation waits on."""
    plan = office.plan(Convert(contact=invited.contact, to=Team.PROSPECT, by=OWNER))
    office.apply(plan)
    assert ([], PENDING) == (ends(plan), office.invitation(invited.id).state)


def test_who_is_restored_is_invited_anew(office: Office, invited: Invitation) -> None:
    """What was taken back by the archive does not come back."""
    office.do(Archive(contact=invited.contact, by=OWNER))
    office.do(Restore(contact=invited.contact, by=OWNER))
    assert (REVOKED, Portal.NOT_INVITED) == (
        office.invitation(invited.id).state, office.contact(invited.contact).portal
    )  # fmt: skip
    assert PENDING is office.do(Invite(contact=invited.contact, by=OWNER)).state


def test_a_correction_to_a_status_without_log_in_ends_it(office: Office) -> None:
    """The contact was never a client: it was entered as one by mistake."""
    lead = someone(office, Team.LEAD, email=ADA)
    office.clock.advance(hours=1)
    office.do(Convert(contact=lead.id, to=Team.CLIENT, by=OWNER))
    made = office.do(Invite(contact=lead.id, by=OWNER))
    plan = office.plan(Correct(contact=lead.id, to=Team.LEAD, reason="typed in wrongly", by=OWNER))
    office.apply(plan)
    assert [(made.id, "revoked")] == ends(plan)
    assert (REVOKED, Portal.NOT_INVITED) == (office.invitation(made.id).state, office.contact(lead.id).portal)
    assert history.contact_at(office.history(lead.id)) == office.contact(lead.id)


def test_credentials_that_are_told_late_end_it_too(office: Office) -> None:
    """Somebody had made them before the invitation went out, and said so afterwards."""
    client = known(office, since=NOON - DAY)
    made = office.do(Invite(contact=client.id, by=OWNER))
    office.clock.advance(hours=1)
    office.do(AssignCredentials(contact=client.id, at=NOON - HOUR, by=OWNER))
    assert (Portal.ACTIVE, SUPERSEDED) == (office.contact(client.id).portal, office.invitation(made.id).state)


TOLD_LATE: Final[tuple[tuple[type[Any], dict[str, Any], Portal, InvitationStatus], ...]] = (
    (Archive, {}, Portal.NOT_INVITED, REVOKED),
    (Convert, {"to": Team.LEAD}, Portal.NOT_INVITED, REVOKED),
    (AssignCredentials, {}, Portal.ACTIVE, SUPERSEDED),
)


@pytest.mark.parametrize(("kind", "more", "portal", "state"), TOLD_LATE)
def test_what_is_told_late_ends_what_was_sent_again_since(
    office: Office, kind: type[Any], more: dict[str, Any], portal: Portal, state: InvitationStatus
) -> None:
    """It happened after the first sending had run out, and before the second: the end is not before that one."""
    client = known(office, since=NOON - DAY)
    made = office.do(Invite(contact=client.id, by=OWNER))
    office.clock.advance(days=8)
    again = office.clock.now()
    office.do(SendAgain(invitation=made.id, by=OWNER))
    office.clock.advance(hours=1)
    office.do(kind(contact=client.id, at=again - HOUR, by=OWNER, **more))
    found = office.invitation(made.id)
    assert (portal, state, again) == (office.contact(client.id).portal, found.state, found.ended)


@pytest.fixture
def practice() -> Watched[Coaching, Right]:
    """A practice, where an accepted agreement makes a client with credentials."""
    return staffed(Watched(COACHING, tokens=KnownTokens()))


@pytest.fixture
def hot(practice: Watched[Coaching, Right]) -> Invitation:
    """A Hot Lead of the practice, who is invited."""
    lead = someone(practice, Coaching.HOT_LEAD, email=ADA, since=NOON - DAY)
    return practice.do(Invite(contact=lead.id, by=OWNER))


def test_an_accepted_agreement_opens_the_portal_and_supersedes_the_invitation(
    practice: Watched[Coaching, Right], hot: Invitation
) -> None:
    """The system makes the credentials; nobody has to answer any more. Source: CC9."""
    token = key_of(practice, hot)
    plan = practice.plan(Record(contact=hot.contact, trigger=SIGNED, item="a-1", by=SYSTEM))
    assert [(hot.id, "superseded")] == ends(plan)
    practice.apply(plan)
    assert (SUPERSEDED, Portal.ACTIVE) == (
        practice.invitation(hot.id).state, practice.contact(hot.contact).portal
    )  # fmt: skip
    assert GONE == rules(practice.why(token))


def test_whoever_is_deleted_is_not_invited_any_more(practice: Watched[Coaching, Right], hot: Invitation) -> None:
    """The plan says so; the link opens nothing, and nothing leaves for the contact that is gone. Source: CC4."""
    token = key_of(practice, hot)
    plan = practice.plan(Delete(contact=hot.contact, by=OWNER))
    assert [(hot.id, "revoked")] == ends(plan)
    practice.apply(plan)
    assert REVOKED is practice.invitation(hot.id).state
    assert [*GONE, "invitation.contact_is_there"] == rules(practice.why(token))
    assert [] == mails(practice)


@pytest.mark.parametrize("to", [Coaching.PROSPECT, Coaching.INACTIVE_CLIENT])
def test_s0_who_may_not_log_in_is_not_invited(practice: Watched[Coaching, Right], to: Coaching) -> None:
    """Prospect and Inactive Client have no log-in, whatever the funnel. Source: S0."""
    contact = someone(practice, to, email=ADA)
    assert ["invitation.status_can_be_invited"] == refusals(practice, Invite(contact=contact.id, by=OWNER))


# ---- one person in two funnels


@pytest.fixture
def both(practice: Watched[Coaching, Right]) -> Office:
    """A team beside the practice in one account, with Ada in both."""
    team = Watched(TEAM, storage=practice.storage, clock=practice.clock, tokens=KnownTokens())
    team.do(Adopt(id="p-1", name="Ada", email=ADA, status=Team.CLIENT, by=OWNER))
    practice.do(Adopt(id="p-1", name="Ada", email=ADA, status=Coaching.HOT_LEAD, by=OWNER))
    return team


def test_one_invitation_of_a_person_waits_over_all_funnels(both: Office, practice: Watched[Coaching, Right]) -> None:
    """While the practice waits for an answer, the team does not invite; afterwards it does. Source: DL-A13, ours."""
    made = practice.do(Invite(contact="p-1", by=OWNER))
    assert ["invitation.none_is_pending"] == refusals(both, Invite(contact="p-1", by=OWNER))
    practice.do(Accept(token=key_of(practice, made)))
    assert (Portal.ACTIVE, Portal.NOT_INVITED) == (practice.contact("p-1").portal, both.contact("p-1").portal)
    assert PENDING is both.do(Invite(contact="p-1", by=OWNER)).state


def test_what_was_invited_to_one_funnel_opens_no_other(both: Office, practice: Watched[Coaching, Right]) -> None:
    """The link is known to the account, and the invitation is not this funnel's to change."""
    made = practice.do(Invite(contact="p-1", by=OWNER))
    token = key_of(practice, made)
    assert ["invitation.link_is_of_this_funnel"] == rules(both.why(token))
    assert OUTSIDE == refusals(both, Accept(token=token))
    for command in (SendAgain, Revoke, MintLink):
        with pytest.raises(NotFound):
            both.do(command(invitation=made.id, by=OWNER))
    assert ((), [made.id]) == (both.invitations("p-1"), [one.id for one in practice.invitations("p-1")])


def test_another_address_voids_the_links_of_every_funnel(both: Office, practice: Watched[Coaching, Right]) -> None:
    """The person is one, and so is the address: whoever reads the old mail box does not get in."""
    token = key_of(practice, practice.do(Invite(contact="p-1", by=OWNER)))
    both.do(Edit(contact="p-1", email="ada@new.example.org", by=OWNER))
    assert ["invitation.link_is_current"] == rules(practice.why(token))


def test_credentials_in_one_funnel_leave_the_other_funnels_invitation_alone(
    both: Office, practice: Watched[Coaching, Right]
) -> None:
    """It waits on, and the contact is invited there; in this one the portal is open."""
    made = practice.do(Invite(contact="p-1", by=OWNER))
    both.do(AssignCredentials(contact="p-1", by=OWNER))
    assert (PENDING, Portal.INVITED) == (practice.invitation(made.id).state, practice.contact("p-1").portal)
    assert Portal.ACTIVE is both.contact("p-1").portal


@pytest.mark.parametrize("end", [Archive(contact="p-1", by=OWNER), Convert(contact="p-1", to=Team.LEAD, by=OWNER)])
def test_what_happens_in_one_funnel_ends_no_invitation_of_another(
    both: Office, practice: Watched[Coaching, Right], end: Command[Any, Contact]
) -> None:
    """Each funnel has its own standing, status and portal."""
    made = practice.do(Invite(contact="p-1", by=OWNER))
    both.do(end)
    assert (PENDING, Portal.INVITED) == (practice.invitation(made.id).state, practice.contact("p-1").portal)


def test_nobody_supersedes_from_another_funnel(both: Office, practice: Watched[Coaching, Right]) -> None:
    """What waits there is that funnel's to take back."""
    made = practice.do(Invite(contact="p-1", by=OWNER))
    assert ["invitation.none_is_pending"] == refusals(both, Invite(contact="p-1", supersede=True, by=OWNER))
    assert "in its own funnel" in str(both.plan(Invite(contact="p-1", supersede=True, by=OWNER)).decision)
    assert (PENDING, Portal.INVITED) == (practice.invitation(made.id).state, practice.contact("p-1").portal)


def test_what_has_run_out_in_another_funnel_is_ended_there_first(
    both: Office, practice: Watched[Coaching, Right]
) -> None:
    """It is that funnel's: until it is swept there, it stands in the way here."""
    practice.do(Invite(contact="p-1", by=OWNER))
    practice.clock.advance(WEEK)
    assert ["invitation.none_is_pending"] == refusals(both, Invite(contact="p-1", by=OWNER))
    practice.sweep()
    assert both.plan(Invite(contact="p-1", by=OWNER)).allowed


def test_a_person_of_another_funnel_is_invited_under_its_own_id(practice: Watched[Coaching, Right]) -> None:
    """Whoever says the id says who is meant, as with adding a contact."""
    practice.do(Adopt(id="p-1", name="Ada", email=ADA, status=Coaching.HOT_LEAD, by=OWNER))
    team = Watched(TEAM, storage=practice.storage, clock=practice.clock, tokens=KnownTokens())
    assert "p-1" == team.do(ada(id="p-1")).contact


def test_a_person_of_another_funnel_is_asked_about_under_its_own_id(practice: Watched[Coaching, Right]) -> None:
    """What waits there, and what the person said there, counts as if the contact was there already. Source: DL-A13."""
    practice.do(Adopt(id="p-1", name="Ada", email=ADA, status=Coaching.HOT_LEAD, by=OWNER))
    team = Watched(TEAM, storage=practice.storage, clock=practice.clock, tokens=KnownTokens())
    made = practice.do(Invite(contact="p-1", by=OWNER))
    assert ["invitation.none_is_pending"] == refusals(team, ada(id="p-1"))
    assert ["invitation.none_is_pending"] == refusals(team, ada(id="p-1", email="ada@work.example"))
    practice.do(Revoke(invitation=made.id, by=OWNER))
    practice.do(SetDoNotContact(contact="p-1", by=itself(practice.contact("p-1"))))
    assert ["outreach.may_be_contacted"] == refusals(team, ada(id="p-1"))
    assert () == team.contacts()


def test_another_address_voids_links_however_it_came(practice: Watched[Coaching, Right]) -> None:
    """Adopted into a second funnel with a newer address: the person's links to the former one are good no more."""
    practice.do(Adopt(id="p-1", name="Ada", email=ADA, status=Coaching.HOT_LEAD, by=OWNER))
    token = key_of(practice, practice.do(Invite(contact="p-1", by=OWNER)))
    team = Watched(TEAM, storage=practice.storage, clock=practice.clock)
    team.do(Adopt(id="p-1", name="Ada", email="ada@new.example.org", status=Team.CLIENT, by=OWNER))
    assert ["invitation.link_is_current"] == rules(practice.why(token))


# ---- the link


def test_the_mail_brings_a_link_that_is_made_when_it_leaves(office: Office, invited: Invitation) -> None:
    """At rest, the outbox included, there is none: the message names the invitation."""
    with office.storage.transaction("acme") as stores:
        (waiting,) = stores.outbox.waiting(10, office.clock.now())
    assert (Message, invited.id) == (type(waiting.message), waiting.message.invitation)
    (letter,) = letters(office)
    assert (KnownTokens().fresh(), waiting.message.key) == (letter.token, letter.key)
    assert link("https://example.org/in", letter.token).endswith(letter.token.reveal())
    with office.storage.transaction("acme") as stores:
        kept = stores.links.get(letter.token.selector)
    assert kept is not None
    assert (invited.id, 1) == (kept.invitation, kept.round)
    assert letter.token.verifier not in f"{kept.hash} {kept!r}"


def test_a_second_delivery_mints_another_link_and_both_are_good(office: Office, invited: Invitation) -> None:
    """Nobody knows whether the first mail came: whichever is opened first wins, and the other is worth nothing."""
    office.notifier.failing.add("invitation")
    office.deliver()
    office.notifier.failing.clear()
    (letter,) = letters(office)
    first = KnownTokens().fresh()
    assert letter.token != first
    assert (True, True) == (office.peek(first).decision.allowed, office.peek(letter.token).decision.allowed)
    office.do(Accept(token=first))
    assert GONE == rules(office.why(letter.token))
    assert invited.id == letter.invitation


@pytest.mark.parametrize("end", ["revoke", "run out", "superseded"])
def test_a_mail_of_an_invitation_that_has_ended_never_leaves(office: Office, invited: Invitation, end: str) -> None:
    """What was not delivered by then brings nobody a dead link."""
    if end == "run out":
        office.clock.advance(WEEK)
    elif end == "revoke":
        office.do(Revoke(invitation=invited.id, by=OWNER))
    else:
        office.do(AssignCredentials(contact=invited.contact, by=OWNER))
    assert [] == letters(office)
    assert ["invitation"] == [message.template for message in office.withheld()]


def test_a_host_that_mails_its_own_way_asks_for_the_link() -> None:
    """By policy no mail goes out; the plan says what the host owes, at each sending."""
    office = office_of(mails=False)
    plan = office.plan(ada(coach=OTHER.id))
    made = plan.result
    assert [("mail_link", made.id)] == [(one.code, one.about) for one in plan.obligations]
    assert [(OTHER.id, "client_assigned")] == [(m.to, m.template) for m in plan.messages]
    office.apply(plan)
    assert office.peek(key_of(office, made)).decision
    again = office.plan(SendAgain(invitation=made.id, by=OWNER))
    assert ([("mail_link", made.id)], ()) == ([(one.code, one.about) for one in again.obligations], again.messages)


def test_a_link_is_given_once_and_each_is_another_one(office: Office, invited: Invitation) -> None:
    """All stay good until it is sent again or answered; the history says that there was one, and not which."""
    one, two = key_of(office, invited), key_of(office, invited)
    assert one != two
    assert [True, True] == [office.peek(token).decision.allowed for token in (one, two)]
    said = "".join(map(repr, office.history_of("invitation", invited.id)))
    assert not [part for token in (one, two) for part in (token.selector, token.verifier) if part in said]
    office.do(Accept(token=one))
    assert GONE == rules(office.why(two))


def test_a_link_is_not_asked_for_with_a_key(office: Office, invited: Invitation) -> None:
    """What is given once is not kept to be given again."""
    with pytest.raises(Invalid) as caught:
        office.do(MintLink(invitation=invited.id, by=OWNER), key="request-1")
    assert ["key"] == [problem.path for problem in caught.value.problems]


def test_an_invitation_that_is_delivered_twice_with_a_key_sends_one_mail(office: Office) -> None:
    """The second gives the first one's result; the same key for another command is a Conflict."""
    first = office.do(ada(), key="request-1")
    office.clock.advance(hours=1)
    assert first == office.do(ada(), key="request-1")
    assert [(first.contact, "invitation")] == mails(office)
    with pytest.raises(Conflict, match="this key was used for another command"):
        office.do(ada(email="bea@example.org"), key="request-1")


def test_accepting_twice_with_a_key_is_accepting_once(office: Office, invited: Invitation, key: Token) -> None:
    """A client that does not hear the answer asks again; another link with the same key is a Conflict."""
    first = office.do(Accept(token=key), key="request-1")
    assert (first, ACCEPTED) == (office.do(Accept(token=key), key="request-1"), first.state)
    other = key_of(office, office.do(ada(name="Bea", another=True)))
    with pytest.raises(Conflict):
        office.do(Accept(token=other), key="request-1")
    assert invited.id == first.id


def test_looking_at_a_link_never_uses_it_up(office: Office, invited: Invitation, key: Token) -> None:
    """A GET is a look: whatever reads mails before their reader does changes nothing."""
    before = (office.invitation(invited.id), len(office.history_of("invitation", invited.id)))
    for form in (key, key.reveal()):
        seen = office.peek(form)
        assert (invited.contact, Sender.ACCOUNT, OWNER.id, None, invited.expires, NOTE) == (
            seen.contact, seen.sender, seen.by, seen.coach, seen.expires, seen.note
        )  # fmt: skip
        assert office.why(form)
    assert before == (office.invitation(invited.id), len(office.history_of("invitation", invited.id)))
    assert ACCEPTED is office.do(Accept(token=key.reveal())).state


def opens_nothing(text: str) -> Callable[[Office, Invitation, Token], Token | str]:
    """A text that was never given out."""
    return lambda office, made, key: text


def was_expired(office: Office, made: Invitation, key: Token) -> Token:
    """Its term has run out."""
    office.clock.set(made.expires)
    return key


def was_swept(office: Office, made: Invitation, key: Token) -> Token:
    """Its term has run out, and the sweep has come."""
    office.clock.set(made.expires)
    office.sweep()
    return key


def was_used(office: Office, made: Invitation, key: Token) -> Token:
    """It was accepted."""
    office.do(Accept(token=key))
    return key


def was_declined(office: Office, made: Invitation, key: Token) -> Token:
    """It was declined."""
    office.do(Decline(token=key))
    return key


def was_revoked(office: Office, made: Invitation, key: Token) -> Token:
    """It was taken back."""
    office.do(Revoke(invitation=made.id, by=OWNER))
    return key


def was_superseded(office: Office, made: Invitation, key: Token) -> Token:
    """Another one took its place."""
    office.do(Invite(contact=made.contact, supersede=True, by=OWNER))
    return key


def was_sent_again(office: Office, made: Invitation, key: Token) -> Token:
    """It was sent again since."""
    office.apply(office.plan(SendAgain(invitation=made.id, by=OWNER)))
    return key


def has_another_verifier(office: Office, made: Invitation, key: Token) -> Token:
    """The selector is known, and the proof is wrong."""
    return Token(key.selector, "x" * 43)


def of_another_account(office: Office, made: Invitation, key: Token) -> Token:
    """It was given out by another account of the same storage."""
    other = Watched(TEAM, storage=office.storage, clock=office.clock, account="other")
    return key_of(other, other.do(Invite(name="Bea", email=ADA, status=Team.CLIENT, by=OWNER)))


UNKNOWN: Final = ["invitation.link_is_known"]
DEAD: Final[tuple[tuple[Callable[[Office, Invitation, Token], Token | str], list[str]], ...]] = (
    (opens_nothing("fki_known-999999999999." + "0" * 43), UNKNOWN),
    (opens_nothing("fki_"), UNKNOWN),
    (opens_nothing(""), UNKNOWN),
    (opens_nothing("ä" * 70), UNKNOWN),
    (has_another_verifier, UNKNOWN),
    (of_another_account, UNKNOWN),
    (was_expired, ["invitation.is_in_time"]),
    (was_swept, ["invitation.is_in_time"]),
    (was_used, GONE),
    (was_declined, GONE),
    (was_revoked, GONE),
    (was_superseded, GONE),
    (was_sent_again, ["invitation.link_is_current"]),
)


@pytest.mark.parametrize(("dead", "exactly"), DEAD)
def test_a_dead_link_gets_one_answer_outside_and_the_exact_one_inside(
    office: Office,
    invited: Invitation,
    key: Token,
    dead: Callable[[Office, Invitation, Token], Token | str],
    exactly: list[str],
) -> None:
    """Peek, accept and decline say the same for every reason, to the letter; the account is told which it is."""
    token = dead(office, invited, key)
    assert exactly == rules(office.why(token))
    seen = office.peek(token)
    empty = (None, None, None, None, None, None)
    assert empty == (seen.contact, seen.sender, seen.by, seen.coach, seen.expires, seen.note)
    answers = {str(seen.decision)}
    for command in (Accept(token=token), Decline(token=token)):
        plan = office.plan(command)
        assert plan.exact is not None
        assert (False, (), exactly) == (plan.allowed, plan.events, rules(plan.exact))
        with pytest.raises(Refused) as caught:
            office.apply(plan)
        answers |= {str(caught.value), str(plan.decision)}
    expected = (
        "refused: open an invitation\n"
        "  NO    invitation.link_opens  this link opens nothing, or nothing any more; "
        "ask whoever invited you for another one"
    )
    assert {expected} == answers


def test_the_observer_hears_the_exact_reason(office: Office, invited: Invitation, key: Token) -> None:
    """It is the account's: whoever watches sees why links fail."""
    office.do(Revoke(invitation=invited.id, by=OWNER))
    refusals(office, Accept(token=key))
    assert [tuple(GONE)] == [facts["rules"] for what, _, facts in office.heard.heard if what == "refused"]


@pytest.mark.parametrize(
    "by", [OWNER, COACH, SYSTEM, VIEWER, Actor(id="c-9", role=Role.CLIENT)], ids=lambda actor: actor.role.value
)
def test_nobody_else_answers_an_invitation(office: Office, invited: Invitation, key: Token, by: Actor) -> None:
    """Neither another client who is logged in, nor staff: the outside hears the same as ever."""
    assert ["invitation.is_ones_own"] == rules(office.why(key, by=by))
    assert OUTSIDE == rules(office.peek(key, by=by).decision)
    for command in (Accept(token=key, by=by), Decline(token=key, by=by)):
        assert OUTSIDE == refusals(office, command)
    assert PENDING is office.invitation(invited.id).state


def test_staff_with_the_id_of_the_contact_does_not_answer_either(
    office: Office, invited: Invitation, key: Token
) -> None:
    """It is the role that counts beside the id."""
    assert OUTSIDE == refusals(office, Accept(token=key, by=Actor(id=invited.contact, role=Role.OWNER)))


def test_whoever_is_logged_in_as_the_contact_answers(office: Office, invited: Invitation, key: Token) -> None:
    """Or whoever just holds the link; both act as the contact."""
    itself_ = Actor(id=invited.contact, role=Role.CLIENT)
    assert office.peek(key, by=itself_).decision
    assert ACCEPTED is office.do(Accept(token=key, by=itself_)).state
    assert {itself_} == {e.by for e in office.history_of("invitation", invited.id) if "Accepted" in type(e).__name__}


@pytest.mark.parametrize("wrong", [None, 7, b"fki_"], ids=["nothing", "number", "bytes"])
def test_what_is_no_text_is_the_callers_mistake(office: Office, wrong: Any) -> None:
    """It is no refusal: a host that passes something else is told."""
    for ask in (office.peek, office.why):
        with pytest.raises(Invalid):
            ask(wrong)
    with pytest.raises(Invalid):
        office.peek("fki_", by=wrong)


def test_two_plans_to_accept_are_one_acceptance(office: Office, invited: Invitation, key: Token) -> None:
    """The second is a Conflict, and asked anew it gets the one answer."""
    one, two = office.plan(Accept(token=key)), office.plan(Decline(token=key))
    office.apply(one)
    with pytest.raises(Conflict):
        office.apply(two)
    assert OUTSIDE == refusals(office, Decline(token=key))
    assert ACCEPTED is office.invitation(invited.id).state


def test_a_no_or_a_link_that_was_planned_in_time_and_comes_too_late_is_none(
    office: Office, invited: Invitation, key: Token
) -> None:
    """As with accepting: what has run out is over, with what then stays on the record."""
    office.clock.set(invited.expires - HOUR / 2)
    plans: list[Plan[Any]] = [office.plan(Decline(token=key)), office.plan(MintLink(invitation=invited.id, by=OWNER))]
    office.clock.set(invited.expires)
    for plan in plans:
        with pytest.raises(Conflict):
            office.apply(plan)
    assert EXPIRED is office.invitation(invited.id).state


def test_no_token_and_no_address_is_said_or_heard(office: Office, invited: Invitation, key: Token) -> None:
    """Planted, used, refused: neither shows in a plan, an event, an answer, or what the observer hears."""
    (letter,) = letters(office)
    plan = office.plan(Accept(token=key))
    office.apply(plan)
    refused = office.plan(Accept(token=letter.token))
    shown = [repr(plan), str(plan), repr(refused), str(refused.exact), repr(office.heard.heard), repr(letter)]
    shown += [repr(event) for event in (*office.history(invited.contact), *plan.events)]
    shown += [repr(event) for event in office.history_of("invitation", invited.id)]
    with office.storage.transaction("acme") as stores:
        shown += [repr(stores.links.get(token.selector)) for token in (key, letter.token)]
    secrets = (key.verifier, letter.token.verifier, ADA, NOTE, "Ada")
    assert not [(secret, text) for text in shown for secret in secrets if secret in text]


# ---- 5.4 after it


def test_s4_accepting_opens_the_portal_and_begins_the_onboarding(
    office: Office, invited: Invitation, key: Token
) -> None:
    """The host lets the person choose a password; the account is told, or the coach. Source: S4, SD3."""
    office.clock.advance(days=1)
    plan = office.plan(Accept(token=key))
    assert [("set_credential", invited.contact)] == [(one.code, one.about) for one in plan.obligations]
    assert [("account", "invitation_accepted")] == [(m.to, m.template) for m in plan.messages]
    office.apply(plan)
    now, contact = office.invitation(invited.id), office.contact(invited.contact)
    assert (ACCEPTED, NOON + DAY) == (now.state, now.ended)
    assert (Portal.ACTIVE, frozenset({"onboarding"})) == (contact.portal, contact.onboarding)
    assert office.may(contact.id, Right.LOG_IN)
    assert ["access.onboarding_is_complete"] == rules(office.may(contact.id, Right.DASHBOARD))


@pytest.fixture
def welcome() -> Office:
    """A team whose onboarding has three steps, and whose coach greets."""
    office = office_of(onboarding=("profile", "agreement", "goals"))
    office.do(ChangeMember(member=OTHER.id, greeting="Good to have you!", by=OTHER))
    return office


@pytest.fixture
def client(welcome: Office) -> Contact:
    """A client of the second coach who has accepted, and has the onboarding ahead."""
    made = welcome.do(ada(coach=OTHER.id))
    welcome.do(Accept(token=key_of(welcome, made)))
    return welcome.contact(made.contact)


def test_s4_the_steps_of_the_onboarding_come_in_order_and_the_last_one_opens_the_dashboard(
    welcome: Office, client: Contact
) -> None:
    """Shown in the order of the policy; done in any; each once. Source: S4."""
    left = ["profile", "agreement", "goals"]
    for step in ("agreement", "profile", "goals"):
        board = welcome.dashboard(client.id)
        assert (tuple(left), False) == (board.onboarding, board.opens.allowed)
        welcome.do(CompleteOnboarding(contact=client.id, step=step, by=itself(client)))
        left.remove(step)
        (again,) = refusals(welcome, CompleteOnboarding(contact=client.id, step=step, by=itself(client)))
        assert again.endswith(".step_is_left")
    assert ((), True) == ((board := welcome.dashboard(client.id)).onboarding, board.opens.allowed)


@pytest.mark.parametrize("by", [OWNER, ADMIN, COACH, DESK, SYSTEM], ids=lambda actor: actor.role.value)
def test_s4_the_staff_completes_a_step_too(welcome: Office, client: Contact, by: Actor) -> None:
    """Or what runs without anybody, when a form was sent. Source: S4."""
    done = welcome.do(CompleteOnboarding(contact=client.id, step="profile", by=by))
    assert frozenset({"agreement", "goals"}) == done.onboarding


@pytest.mark.parametrize("by", [VIEWER, Actor(id="c-9", role=Role.CLIENT)], ids=lambda actor: actor.role.value)
def test_s4_nobody_else_completes_a_step(welcome: Office, client: Contact, by: Actor) -> None:
    """Neither another client nor a viewer. Source: S4."""
    (found,) = refusals(welcome, CompleteOnboarding(contact=client.id, step="profile", by=by))
    assert found.endswith(".completer_may")
    assert client == welcome.contact(client.id)


def test_s4_a_step_that_does_not_exist_is_not_completed(welcome: Office, client: Contact) -> None:
    """Nor one before the invitation was accepted. Source: S4."""
    (found,) = refusals(welcome, CompleteOnboarding(contact=client.id, step="tour", by=OWNER))
    early = welcome.do(ada(name="Bea", email="bea@example.org"))
    (other,) = refusals(welcome, CompleteOnboarding(contact=early.contact, step="profile", by=OWNER))
    assert ("step_is_left", "step_is_left") == (found.partition(".")[2], other.partition(".")[2])


def test_s4_without_steps_the_dashboard_opens_at_once() -> None:
    """Onboarding is data: none, and nothing stands between. Source: S4."""
    office = office_of(onboarding=())
    made = office.do(ada())
    office.do(Accept(token=key_of(office, made)))
    assert ((), True) == ((board := office.dashboard(made.contact)).onboarding, board.opens.allowed)


def test_s4_who_accepted_has_the_steps_of_that_day(welcome: Office, client: Contact) -> None:
    """Another list of steps neither frees nor asks who accepted before."""
    left = welcome.contact(client.id).onboarding
    for steps in ((), ("another",)):
        later = FunnelService(
            TEAM.with_policy(invitation={"onboarding": steps}), account="acme", storage=welcome.storage,
            clock=welcome.clock, notifier=welcome.notifier,
        )  # fmt: skip
        assert left == later.contact(client.id).onboarding
        assert not later.may(client.id, Right.MESSAGES)
        assert ["onboarding.step_is_left"] == rules(
            later.plan(CompleteOnboarding(contact=client.id, step="another", by=OWNER)).decision
        )


def test_s4_the_dashboard_shows_greeting_package_and_then_the_sections(welcome: Office, client: Contact) -> None:
    """The coach's greeting, package information, then messages, session requests, tasks, notes. Source: S4."""
    board = welcome.dashboard(client.id)
    assert (OTHER.id, "Good to have you!", ()) == (board.coach, board.greeting, board.packages)
    order = [Right.DASHBOARD, Right.PACKAGE, Right.MESSAGES, Right.SESSION_REQUESTS, Right.TASKS, Right.NOTES]
    assert order == list(board.sections)
    assert {False} == {section.allowed for section in board.sections.values()}
    for step in board.onboarding:
        welcome.do(CompleteOnboarding(contact=client.id, step=step, by=itself(client)))
    assert {True} == {section.allowed for section in welcome.dashboard(client.id).sections.values()}


def test_s4_the_dashboard_is_closed_to_who_was_only_invited_or_is_archived(welcome: Office, client: Contact) -> None:
    """It says which part is missing. Source: S4, SD4."""
    early = welcome.do(ada(name="Bea", email="bea@example.org"))
    assert ["access.credentials_exist"] == rules(welcome.dashboard(early.contact).opens)
    welcome.do(Archive(contact=client.id, by=OWNER))
    expected = ["access.not_archived", "access.onboarding_is_complete"]
    assert expected == rules(welcome.dashboard(client.id).opens)
    with pytest.raises(NotFound):
        welcome.dashboard("c-0")


def test_a_dashboard_opens_where_any_of_its_sections_does(welcome: Office, client: Contact) -> None:
    """In whatever order a host's table has its columns; where none opens it says why not the first."""
    shut = {(Team.CLIENT, Right.DASHBOARD): Grant.NO}
    none = {(Team.CLIENT, r): Grant.NO for r in TEAM.rights.columns if r is not Right.LOG_IN}
    for cells, opens in ((shut, True), (none, False)):
        own: FunnelService[Team, Right] = FunnelService(
            TEAM.derive("team", cells=cells), account="acme", storage=welcome.storage, clock=welcome.clock,
            notifier=welcome.notifier,
        )  # fmt: skip
        for step in own.dashboard(client.id).onboarding:
            own.do(CompleteOnboarding(contact=client.id, step=step, by=itself(client)))
        board = own.dashboard(client.id)
        assert opens is board.opens.allowed is any(board.sections.values())
        assert opens or board.opens == board.sections[Right.DASHBOARD]


def test_dl9_contracts_are_signed_before_onboarding_and_without_a_portal(welcome: Office, client: Contact) -> None:
    """They are reached in public. Source: DL9."""
    assert welcome.may(client.id, Right.CONTRACTS)
    assert Right.CONTRACTS not in welcome.dashboard(client.id).sections


def test_who_has_accepted_keeps_the_steps_of_that_moment(office: Office, invited: Invitation, key: Token) -> None:
    """Another list asks nothing new, and lets nobody off; what is left can be completed. Source: ours."""
    office.do(Accept(token=key))
    none, more = (
        Watched(TEAM.with_policy(invitation={"onboarding": steps}), storage=office.storage, clock=office.clock)
        for steps in ((), ("form", "call"))
    )
    assert ("onboarding",) == none.dashboard(invited.contact).onboarding == more.dashboard(invited.contact).onboarding
    more.do(CompleteOnboarding(contact=invited.contact, step="onboarding", by=OWNER))
    assert none.dashboard(invited.contact).opens
    assert more.dashboard(invited.contact).opens


def test_who_was_let_in_by_hand_has_no_onboarding(office: Office) -> None:
    """The steps begin with accepting."""
    contact = known(office)
    office.do(AssignCredentials(contact=contact.id, by=OWNER))
    assert office.dashboard(contact.id).opens


def test_products_without_a_dashboard_have_none(
    agency: Watched[Agency, Right], practice: Watched[Coaching, Right]
) -> None:
    """Agency and coaching name no such thing; asking is the caller's mistake."""
    for crm, status in ((agency, Agency.CLIENT), (practice, Coaching.ACTIVE_CLIENT)):
        contact = someone(crm, status, portal=Portal.ACTIVE)
        with pytest.raises(Invalid, match="has no dashboard"):
            crm.dashboard(contact.id)


def test_who_lost_the_credentials_is_invited_again(office: Office, invited: Invitation, key: Token) -> None:
    """Withdrawn, the portal is closed; another invitation opens it once more."""
    office.do(Accept(token=key))
    office.do(WithdrawCredentials(contact=invited.contact, by=OWNER))
    again = office.do(Invite(contact=invited.contact, by=OWNER))
    office.do(Accept(token=key_of(office, again)))
    assert Portal.ACTIVE is office.contact(invited.contact).portal
    assert [ACCEPTED, ACCEPTED] == [one.state for one in office.invitations(invited.contact)]


# ---- messages


def test_messages_are_values_with_stable_keys_and_ids_of_recipients(office: Office) -> None:
    """No name and no address; the key goes with an event; the same plan always says the same."""
    plan = office.plan(ada(coach=OTHER.id, message=NOTE))
    keys = [message.key for message in plan.messages]
    assert len(keys) == len(set(keys))
    assert {event.id for event in plan.events} >= {key.partition(":")[0] for key in keys}
    shown = repr(plan.messages)
    assert not [word for word in (ADA, "Ada", NOTE) if word in shown]
    office.apply(plan)
    office.deliver()
    assert keys == [message.key for _, message in office.notifier.sent]
    assert 0 == office.deliver()
