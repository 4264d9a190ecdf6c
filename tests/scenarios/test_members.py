"""Who works for an account, and who looks after a contact: one scenario per fact. Source: S4, DL3, DL8, SD4, SD6."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    TEAM,
    Actor,
    Contact,
    Invalid,
    Member,
    NotFound,
    Portal,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import KnownTokens
from funnelkit.commands import (
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCoach,
    ChangeMember,
    Command,
    Delete,
    Edit,
    Erase,
    Invite,
    Merge,
    RemoveMember,
    ScheduleFollowUp,
    UnassignCoach,
)
from funnelkit.policy import OutreachPolicy, TeamPolicy
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import READINGS, Franchise
from funnelkit.statuses.team import Team
from funnelkit.table import Status
from funnelkit.times import Span
from funnelkit.values.client_events import MemberAdded, MemberChanged, MemberLeft
from funnelkit.values.plan import Message
from funnelkit.words import Purpose
from tests.scenarios.leads import Watched, watched
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
    someone,
)

S: Final = Team
Office: TypeAlias = Watched[Team, Right]
OTHER: Final = Actor(id="m-2", role=Role.COACH)
TOKYO: Final = "Asia/Tokyo"
CAN_CARRY: Final = (Role.OWNER, Role.ADMIN, Role.COACH)
NOT_A_MEMBER: Final = ["team.coach_is_member"]
HEAD: Final = ["team.head_may"]


def joined(crm: Watched[Any, Any], actor: Actor, **more: Any) -> Member:
    """Given a member who acts as this actor does."""
    said: dict[str, Any] = {"name": f"Member {actor.id}", "role": actor.role, "by": SYSTEM, **more}
    return crm.do(AddMember(id=actor.id, **said))


def office_of(**policy: Any) -> Office:
    """Given a team of an owner, an admin, two coaches and a viewer, with other numbers where told."""
    crm = watched(TEAM.with_policy(**policy), tokens=KnownTokens())
    for actor in (OWNER, ADMIN, COACH, OTHER, VIEWER):
        joined(crm, actor)
    return crm


@pytest.fixture
def office() -> Office:
    """A team of an owner, an admin, two coaches and a viewer."""
    return office_of()


@pytest.fixture
def client(office: Office) -> Contact:
    """A client of nobody yet."""
    return someone(office, S.CLIENT, email="ada@example.org")


@pytest.fixture
def without(office: Office) -> Office:
    """The same team, which the second coach has left."""
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    return office


def told(crm: Watched[Any, Any], command: Command[Any, Any]) -> list[tuple[str, str]]:
    """When this is done, then these are told: recipient and template, in order."""
    plan = crm.plan(command)
    crm.apply(plan)
    return [(message.to, message.template) for message in plan.messages]


# ---- who may add, change, remove


@pytest.mark.parametrize("by", [OWNER, ADMIN, SYSTEM], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("role", [Role.ADMIN, Role.COACH, Role.SPECIAL_DESK, Role.VIEWER])
def test_dl8_who_runs_the_account_adds_changes_and_removes_members(office: Office, by: Actor, role: Role) -> None:
    """Owner, admin and the system do; each kind of user of the account. Source: DL8."""
    made = office.do(AddMember(id="m-9", name="Nina", role=role, email="nina@example.org", by=by))
    assert Member(id="m-9", name="Nina", role=role, email="nina@example.org", version=1) == made
    changed = office.do(ChangeMember(member="m-9", name="Nora", zone=TOKYO, by=by))
    assert ("Nora", TOKYO, "nina@example.org", 2) == (changed.name, changed.zone, changed.email, changed.version)
    assert office.clock.now() == office.do(RemoveMember(member="m-9", by=by)).left


@pytest.mark.parametrize("by", [COACH, DESK, VIEWER], ids=lambda actor: actor.role.value)
def test_dl8_nobody_else_changes_the_team(office: Office, by: Actor) -> None:
    """A coach, the desk and a viewer add, change and remove nobody; a coach not even itself. Source: DL8."""
    assert HEAD == refusals(office, AddMember(name="Nina", role=Role.COACH, by=by))
    assert HEAD == refusals(office, ChangeMember(member=OTHER.id, name="Nora", by=by))
    assert HEAD == refusals(office, RemoveMember(member=OTHER.id, by=by))
    assert HEAD == refusals(office, RemoveMember(member=COACH.id, by=COACH))
    assert 5 == len([one for one in office.members() if one.left is None])


def test_everybody_writes_what_their_own_clients_read(office: Office) -> None:
    """One's own name and greeting are one's own; one's role is not. Source: ours."""
    changed = office.do(ChangeMember(member=COACH.id, name="Cora", greeting="Good to have you!", by=COACH))
    assert ("Cora", "Good to have you!", Role.COACH) == (changed.name, changed.greeting, changed.role)
    assert HEAD == refusals(office, ChangeMember(member=COACH.id, role=Role.ADMIN, by=COACH))
    assert HEAD == refusals(office, ChangeMember(member=OTHER.id, greeting="Hm", by=COACH))


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.CLIENT])
def test_a_member_is_no_client_and_no_machine(office: Office, role: Role) -> None:
    """Such a role is no member's, at entry or later."""
    with pytest.raises(Invalid, match="a member is owner, admin, coach"):
        office.do(AddMember(name="Nina", role=role, by=OWNER))
    with pytest.raises(Invalid, match="a member is owner, admin, coach"):
        office.do(ChangeMember(member=COACH.id, role=role, by=OWNER))


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"email": "nobody"}, {"zone": "Mars/Base"}, {"greeting": ""}, {"id": " "}], ids=str
)
def test_what_is_kept_of_a_member_is_well_formed(office: Office, wrong: dict[str, Any]) -> None:
    """A name, an address, a zone that exists, a greeting with words, an id: the field is named otherwise."""
    said: dict[str, Any] = {"name": "Nina", "role": Role.COACH, "by": OWNER, **wrong}
    with pytest.raises(Invalid) as caught:
        office.do(AddMember(**said))
    assert list(wrong) == [problem.path for problem in caught.value.problems]


def test_a_member_without_an_id_gets_a_fresh_one(office: Office) -> None:
    """And can be asked for under it; who does not exist cannot be asked for, changed or removed."""
    made = office.do(AddMember(name="Nina", role=Role.COACH, by=OWNER))
    assert ("member-1", made) == (made.id, office.member("member-1"))
    for command in (ChangeMember(member="m-0", name="Nora", by=OWNER), RemoveMember(member="m-0", by=OWNER)):
        with pytest.raises(NotFound):
            office.do(command)
    with pytest.raises(NotFound):
        office.member("m-0")


def test_saying_what_is_so_already_changes_no_member(office: Office) -> None:
    """No event, no version."""
    was = office.member(COACH.id)
    assert was == office.do(ChangeMember(member=COACH.id, name=was.name, role=was.role, by=OWNER))
    assert [MemberAdded] == [type(event) for event in office.history_of("member", COACH.id)]


def test_the_team_is_told_with_its_past(office: Office) -> None:
    """Every change is an event that says role and zone; names, addresses and greetings stand in none."""
    office.do(ChangeMember(member=COACH.id, name="Cora", email="cora@example.org", greeting="Hi", zone=TOKYO, by=OWNER))
    office.do(ChangeMember(member=COACH.id, role=Role.ADMIN, by=OWNER))
    office.do(RemoveMember(member=COACH.id, by=OWNER))
    events = office.history_of("member", COACH.id)
    kinds = [MemberAdded, MemberChanged, MemberChanged, MemberLeft]
    assert (kinds, [1, 2, 3, 4]) == ([type(e) for e in events], [e.version for e in events])
    changes = [e for e in events if isinstance(e, MemberChanged)]
    assert [({"name", "email", "zone", "greeting"}, Role.COACH, TOKYO), ({"role"}, Role.ADMIN, TOKYO)] == [
        (set(e.fields), e.role, e.zone) for e in changes
    ]
    assert not [word for word in ("Cora", "cora@", "Hi") if word in "".join(map(repr, events))]


def test_a_member_shows_no_name_address_or_greeting(office: Office) -> None:
    """Neither does the command that says them."""
    command = AddMember(name="Nina", role=Role.COACH, email="nina@example.org", greeting="Welcome", by=OWNER)
    assert not [
        word for word in ("Nina", "nina@", "Welcome") if word in repr(command) + repr(office.do(command))
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        AddMember(name="Nina", role=Role.COACH, by=OWNER, at=NOON - DAY),
        ChangeMember(member=COACH.id, name="Nora", by=OWNER, at=NOON - DAY),
        RemoveMember(member=COACH.id, by=OWNER, at=NOON - DAY),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_team_changes_now(office: Office, command: Command[Status, Member]) -> None:
    """Who may be given clients is never decided about the past: `at` is no word for it."""
    with pytest.raises(Invalid) as caught:
        office.do(command)
    assert ["at"] == [problem.path for problem in caught.value.problems]


# ---- owners


def test_sd6_only_an_owner_or_the_system_makes_and_unmakes_an_owner(office: Office) -> None:
    """An admin does neither; the first owner is made by the system. Source: ours, after SD6."""
    only = ["team.owner_is_made_by_owner"]
    assert only == refusals(office, AddMember(name="Nina", role=Role.OWNER, by=ADMIN))
    assert only == refusals(office, ChangeMember(member=ADMIN.id, role=Role.OWNER, by=ADMIN))
    second = office.do(AddMember(id="m-9", name="Nina", role=Role.OWNER, by=OWNER))
    assert only == refusals(office, ChangeMember(member=second.id, role=Role.COACH, by=ADMIN))
    assert only == refusals(office, RemoveMember(member=second.id, by=ADMIN))
    assert Role.COACH is office.do(ChangeMember(member=second.id, role=Role.COACH, by=OWNER)).role


def test_sd6_the_last_owner_stays_an_owner(office: Office) -> None:
    """It neither leaves nor becomes anything else, whoever says so, until there is another. Source: ours, after SD6."""
    last = ["team.an_owner_remains"]
    for by in (OWNER, SYSTEM):
        assert last == refusals(office, RemoveMember(member=OWNER.id, by=by))
        assert last == refusals(office, ChangeMember(member=OWNER.id, role=Role.ADMIN, by=by))
    office.do(AddMember(id="m-9", name="Nina", role=Role.OWNER, by=OWNER))
    office.do(RemoveMember(member=OWNER.id, by=OWNER))
    assert last == refusals(office, RemoveMember(member="m-9", by=SYSTEM))


def test_sd6_an_owner_who_has_left_is_no_owner_who_remains(office: Office) -> None:
    """The last owner is the last of those who are there."""
    office.do(AddMember(id="m-9", name="Nina", role=Role.OWNER, by=OWNER))
    office.do(RemoveMember(member="m-9", by=OWNER))
    assert ["team.an_owner_remains"] == refusals(office, ChangeMember(member=OWNER.id, role=Role.COACH, by=OWNER))


def test_two_plans_do_not_unmake_two_owners_at_once(office: Office) -> None:
    """Both were allowed when they were made; the second is made again, and refused then."""
    office.do(AddMember(id="m-9", name="Nina", role=Role.OWNER, by=OWNER))
    one = office.plan(RemoveMember(member="m-9", by=OWNER))
    other = office.plan(RemoveMember(member=OWNER.id, by=OWNER))
    office.apply(one)
    with pytest.raises(Exception, match="somebody was quicker"):
        office.apply(other)
    assert ["team.an_owner_remains"] == refusals(office, RemoveMember(member=OWNER.id, by=OWNER))


def test_an_account_without_owners_is_changed_by_its_admin() -> None:
    """Who keeps owners elsewhere needs none here."""
    crm = watched(TEAM)
    joined(crm, ADMIN)
    assert Role.VIEWER is crm.do(AddMember(name="Vera", role=Role.VIEWER, by=ADMIN)).role


# ---- ids and addresses


def test_the_id_of_a_member_names_one_member_for_ever(without: Office) -> None:
    """Not while it is there, and not after it has left."""
    for taken in (COACH.id, OTHER.id):
        assert ["team.id_is_free"] == refusals(without, AddMember(id=taken, name="Nina", role=Role.COACH, by=OWNER))


def test_who_has_left_stays_on_record_and_is_changed_no_more(without: Office) -> None:
    """It is listed, with the time at which it left; it does not leave twice, and does not come back."""
    left = without.member(OTHER.id)
    assert (NOON, left) == (left.left, next(one for one in without.members() if one.id == OTHER.id))
    gone = ["team.is_in_the_team"]
    assert gone == refusals(without, ChangeMember(member=OTHER.id, name="Nora", by=OWNER))
    assert gone == refusals(without, RemoveMember(member=OTHER.id, by=OWNER))


@pytest.fixture
def agency() -> Watched[Agency, Right]:
    """An agency with one of the staff, where addresses are unique."""
    crm = watched(AGENCY, tokens=KnownTokens())
    joined(crm, ADMIN, email="anna@example.org")
    return crm


WRITTEN: Final = ("anna@example.org", "ANNA@Example.org", " anna@example.org ", "\uff41nna@example.org")


@pytest.mark.parametrize("written", WRITTEN)
def test_sd4_addresses_are_unique_over_contacts_and_staff(agency: Watched[Agency, Right], written: str) -> None:
    """A contact does not get an address of the staff, however it is written, at entry or later. Source: SD4."""
    taken = ["editing.email_is_free"]
    assert taken == refusals(agency, AddContact(name="Ada", email=written, status=Agency.LEAD, by=ADMIN))
    assert taken == refusals(agency, Adopt(name="Ada", email=written, status=Agency.LEAD, by=ADMIN))
    assert taken == refusals(agency, Invite(name="Ada", email=written, status=Agency.CLIENT, by=ADMIN))
    ada = someone(agency, Agency.LEAD)
    assert taken == refusals(agency, Edit(contact=ada.id, email=written, by=ADMIN))


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("standing", Standing)
def test_sd4_the_staff_does_not_get_an_address_of_a_contact(
    agency: Watched[Agency, Right], standing: Standing, written: str
) -> None:
    """Archived ones included; nor one of another member. Source: SD4."""
    agency.do(ChangeMember(member=ADMIN.id, email=None, by=SYSTEM))
    second = joined(agency, COACH, email="cora@example.org")
    someone(agency, Agency.LEAD, email="anna@example.org", standing=standing)
    taken = ["team.address_is_free"]
    assert taken == refusals(agency, AddMember(name="N", role=Role.COACH, email=written, by=SYSTEM))
    assert taken == refusals(agency, ChangeMember(member=ADMIN.id, email=written, by=SYSTEM))
    assert taken == refusals(agency, ChangeMember(member=ADMIN.id, email=second.email, by=SYSTEM))


def test_sd4_an_address_is_free_again_after_delete(agency: Watched[Agency, Right]) -> None:
    """Not after the archive: after the contact is gone. Source: SD4."""
    ada = someone(agency, Agency.LEAD, email="ada@example.org")
    agency.do(Archive(contact=ada.id, by=ADMIN))
    new = ChangeMember(member=ADMIN.id, email="ada@example.org", by=SYSTEM)
    assert ["team.address_is_free"] == refusals(agency, new)
    agency.do(Delete(contact=ada.id, by=ADMIN))
    assert "ada@example.org" == agency.do(new).email
    again = agency.do(AddContact(name="Ada", email="anna@example.org", status=Agency.LEAD, by=ADMIN))
    assert again.id != ada.id


def test_one_keeps_ones_own_address(agency: Watched[Agency, Right]) -> None:
    """Writing it in another way is no clash with oneself."""
    assert "ANNA@example.org" == agency.do(ChangeMember(member=ADMIN.id, email="ANNA@example.org", by=SYSTEM)).email


def test_a_plan_for_an_address_is_void_when_somebody_else_got_it(agency: Watched[Agency, Right]) -> None:
    """Whether a contact or a member was quicker."""
    member = agency.plan(AddMember(name="N", role=Role.COACH, email="ada@example.org", by=SYSTEM))
    contact = agency.plan(AddContact(name="Ada", email="bea@example.org", status=Agency.LEAD, by=ADMIN))
    agency.do(AddContact(name="Ada", email="ada@example.org", status=Agency.LEAD, by=ADMIN))
    agency.do(AddMember(name="Bea", role=Role.COACH, email="bea@example.org", by=SYSTEM))
    for plan in (member, contact):
        with pytest.raises(Exception, match="somebody was quicker"):
            agency.apply(plan)


def test_elsewhere_addresses_may_be_shared(office: Office, client: Contact) -> None:
    """A member may have a contact's address, and one of another member. Source: ours."""
    shared = office.do(AddMember(name="Ada", role=Role.COACH, email="ada@example.org", by=OWNER))
    other = office.do(ChangeMember(member=COACH.id, email="ada@example.org", by=OWNER))
    assert "ada@example.org" == shared.email == other.email
    assert client == office.contact(client.id)


# ---- whose clock


def test_a_members_own_zone_is_used_for_due_dates() -> None:
    """Two local days are counted where the coach works; without a zone of its own, in the account's."""
    start = datetime(2026, 3, 7, 17, tzinfo=UTC)  # the clock changes in New York on the 8th, in Berlin on the 29th
    leads = watched(READINGS["BG-A1 wall clock"], now=start)
    joined(leads, COACH, zone="America/New_York")
    joined(leads, OTHER)
    for coach, hours in ((COACH.id, 47), (OTHER.id, 48), ("m-0", 48), (None, 48)):
        lead = leads.do(
            ScheduleFollowUp(contact=someone(leads, Franchise.NEW_LEAD, coach=coach).id, by=COACH)
        ).follow_up
        assert lead is not None
        assert start + hours * HOUR == lead.due


def test_what_the_host_says_of_a_members_zone_comes_first() -> None:
    """Who keeps zones elsewhere keeps them there."""
    start = datetime(2026, 3, 7, 17, tzinfo=UTC)
    leads = watched(READINGS["BG-A1 wall clock"], now=start, zones={COACH.id: "Europe/Berlin"})
    joined(leads, COACH, zone="America/New_York")
    lead = leads.do(ScheduleFollowUp(contact=someone(leads, Franchise.NEW_LEAD, coach=COACH.id).id, by=COACH))
    assert lead.follow_up is not None
    assert start + 48 * HOUR == lead.follow_up.due


def test_a_members_today_is_that_of_its_own_zone() -> None:
    """In Tokyo it is the next day already; and a member who moves takes the clock along."""
    leads = watched(FRANCHISE, now=datetime(2026, 3, 2, 16, tzinfo=UTC))
    joined(leads, COACH, zone=TOKYO)
    assert (date(2026, 3, 3), TOKYO) == ((found := leads.due(coach=COACH.id)).on, found.zone)
    assert (date(2026, 3, 2), "Europe/Berlin") == ((found := leads.due()).on, found.zone)
    leads.do(ChangeMember(member=COACH.id, zone=None, by=SYSTEM))
    assert date(2026, 3, 2) == leads.due(coach=COACH.id).on


def test_a_members_own_zone_is_used_for_quiet_hours() -> None:
    """At noon in Berlin it is 20 o'clock in Tokyo: what nobody asked for waits for the morning there."""
    crm = watched(COACHING.with_policy(outreach=OutreachPolicy(quiet=Span("20:00", "08:00"))))
    joined(crm, COACH, zone=TOKYO)
    for key, coach in (("far", COACH.id), ("near", None)):
        to = someone(crm, Coaching.PROSPECT, coach=coach).id
        with crm.storage.transaction(crm.account) as stores:
            stores.outbox.add([Message(key=key, to=to, template="note", purpose=Purpose.ALERT)])
    crm.deliver()
    assert ["near"] == [message.key for _, message in crm.notifier.sent]
    crm.clock.set(datetime(2026, 3, 2, 23, tzinfo=UTC))  # 8 in the morning in Tokyo; midnight in Berlin
    crm.deliver()
    assert ["near", "far"] == [message.key for _, message in crm.notifier.sent]


def test_s4_a_client_reads_the_greeting_of_the_primary_coach(office: Office, client: Contact) -> None:
    """Of whoever that is now; nobody greets who has no coach. Source: S4."""
    for coach in (COACH, OTHER):
        office.do(ChangeMember(member=coach.id, greeting=f"Hi from {coach.id}", by=coach))
    assert (None, None) == ((board := office.dashboard(client.id)).coach, board.greeting)
    for coach in (COACH, OTHER):
        office.do(AssignCoach(contact=client.id, coach=coach.id, by=OWNER))
        assert (coach.id, f"Hi from {coach.id}") == ((board := office.dashboard(client.id)).coach, board.greeting)
    assert "Hi from" not in repr(board)


# ---- a coach must be a member


def giving(contact: Contact, coach: str, by: Actor) -> list[Command[Any, Any]]:
    """Give every command by which a client can be given to somebody."""
    return [
        AddContact(name="Bea", status=S.CLIENT, coach=coach, by=by),
        Adopt(name="Bea", status=S.CLIENT, coach=coach, by=by),
        Edit(contact=contact.id, coach=coach, by=by),
        AssignCoach(contact=contact.id, coach=coach, by=by),
        AssignCoach(contact=contact.id, coach=coach, primary=False, by=by),
        Invite(contact=contact.id, coach=coach, by=by),
        Invite(name="Bea", email="bea@example.org", status=S.CLIENT, coach=coach, by=by),
    ]


def test_s4_a_client_is_given_to_a_member_only(office: Office, client: Contact) -> None:
    """Whoever is not in the team gets none, by none of the commands. Source: S4."""
    assert [NOT_A_MEMBER] * 7 == [refusals(office, command) for command in giving(client, "m-0", OWNER)]
    assert client == office.contact(client.id)


def test_s4_who_has_left_the_team_gets_no_client(without: Office, client: Contact) -> None:
    """It must be in the team already, and still. Source: S4."""
    assert [NOT_A_MEMBER] * 7 == [refusals(without, command) for command in giving(client, OTHER.id, OWNER)]


def test_dl8_a_viewer_and_the_desk_are_given_no_client(office: Office, client: Contact) -> None:
    """A Report Viewer only reads; who sits at the desk has no clients either. Source: DL8."""
    joined(office, DESK)
    for member in (VIEWER, DESK):
        assert [NOT_A_MEMBER] * 7 == [refusals(office, command) for command in giving(client, member.id, OWNER)]


@pytest.mark.parametrize("role", CAN_CARRY)
def test_s4_owner_admin_and_coach_are_given_clients(office: Office, role: Role) -> None:
    """Each of them, by each of the commands. Source: S4, DL8."""
    member = joined(office, Actor(id="m-9", role=role))
    for place in range(7):
        contact = someone(office, S.CLIENT, email=f"c{place}@example.org")
        given = office.do(giving(contact, member.id, OWNER)[place])
        found = office.contact(given.contact) if hasattr(given, "sender") else given
        assert member.id in (found.coach, *found.coaches)


@pytest.mark.parametrize("role", CAN_CARRY)
def test_who_acts_for_itself_is_a_member(role: Role) -> None:
    """Where nobody was entered yet, the host's own user may take clients itself; for anybody else it may not."""
    crm = watched(TEAM, tokens=KnownTokens())
    contact = someone(crm, S.CLIENT, email="ada@example.org")
    me = Actor(id="m-9", role=role)
    assert [True] * 7 == [crm.plan(command).allowed for command in giving(contact, me.id, me)]
    assert NOT_A_MEMBER == refusals(crm, AssignCoach(contact=contact.id, coach="m-8", by=me))


def test_who_has_left_does_not_act_for_itself(without: Office, client: Contact) -> None:
    """A session that is still open gives nobody a client."""
    found = [refusals(without, command) for command in giving(client, OTHER.id, OTHER)]
    assert [True] * 7 == [NOT_A_MEMBER[0] in rules for rules in found]


def test_by_policy_the_ids_of_coaches_are_the_hosts() -> None:
    """Off, as it is for whoever keeps the staff elsewhere: any id is a coach's. Source: ours."""
    crm = watched(TEAM.with_policy(team=TeamPolicy(members_only=False)), tokens=KnownTokens())
    contact = someone(crm, S.CLIENT, email="ada@example.org")
    assert [True] * 7 == [crm.plan(command).allowed for command in giving(contact, "m-0", OWNER)]
    practice = watched(COACHING)
    assert "m-0" == practice.do(AddContact(name="Ada", status=Coaching.PROSPECT, coach="m-0", by=COACH)).coach


def test_a_contact_is_edited_whose_coach_has_left(office: Office, client: Contact) -> None:
    """The rule is for who is given a client, not for who has one."""
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    assert OTHER.id == office.do(Edit(contact=client.id, coach=OTHER.id, name="Bea", by=OWNER)).coach


def test_who_leaves_keeps_the_clients_on_record_and_the_plan_counts_them(office: Office, client: Contact) -> None:
    """As primary coach and as a further one; what they did stays, and somebody has to hand them over."""
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    second = someone(office, S.CLIENT, coach=COACH.id)
    office.do(AssignCoach(contact=second.id, coach=OTHER.id, primary=False, by=OWNER))
    plan = office.plan(RemoveMember(member=OTHER.id, by=OWNER))
    assert [("clients_stay", "2 contacts still have m-2 as a coach")] == [(c.code, str(c)) for c in plan.consequences]
    office.apply(plan)
    assert OTHER.id == office.contact(client.id).coach
    assert {OTHER.id} == office.contact(second.id).coaches
    assert () == office.plan(RemoveMember(member=ADMIN.id, by=OWNER)).consequences


# ---- hand-over


def test_dl3_another_primary_coach_is_told_and_so_is_the_former(office: Office, client: Contact) -> None:
    """The first is told of a client; the next one too, and the former that the client went. Source: DL3."""
    first = told(office, AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    assert [(COACH.id, "client_assigned")] == first
    expected = [(OTHER.id, "client_assigned"), (COACH.id, "client_handed_over")]
    assert expected == told(office, AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    assert OTHER.id == office.contact(client.id).coach
    assert [*first, *expected] == mails(office)


def test_dl3_editing_the_coach_is_a_hand_over_too(office: Office, client: Contact) -> None:
    """And so is taking the coach away: the former one is told, and nobody else. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    expected = [(OTHER.id, "client_assigned"), (COACH.id, "client_handed_over")]
    assert expected == told(office, Edit(contact=client.id, coach=OTHER.id, by=OWNER))
    assert [(OTHER.id, "client_handed_over")] == told(office, Edit(contact=client.id, coach=None, by=OWNER))
    assert office.contact(client.id).coach is None


def test_dl3_nobody_is_told_when_nothing_changes(office: Office, client: Contact) -> None:
    """The same primary coach again is no news. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    assert [] == told(office, AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    assert [] == told(office, AssignCoach(contact=client.id, coach=COACH.id, primary=False, by=OWNER))
    assert [] == told(office, Edit(contact=client.id, coach=COACH.id, by=OWNER))
    assert [] == told(office, UnassignCoach(contact=client.id, coach=OTHER.id, by=OWNER))


def test_dl3_messages_name_the_contact_by_id_and_have_a_stable_key(office: Office, client: Contact) -> None:
    """Each key is its own, and goes with an event of the history. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    plan = office.plan(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    assert [{"contact": client.id}] * 2 == [dict(message.params) for message in plan.messages]
    keys = [message.key for message in plan.messages]
    assert len(keys) == len(set(keys))
    assert {event.id for event in plan.events} >= {key.partition(":")[0] for key in keys}


def test_dl3_several_coaches_look_after_one_client(office: Office, client: Contact) -> None:
    """A primary one and further ones; a further one is told, and nobody loses anything. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    further = AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER)
    assert [(OTHER.id, "client_assigned")] == told(office, further)
    assert (COACH.id, frozenset({OTHER.id})) == ((now := office.contact(client.id)).coach, now.coaches)
    assert [] == told(office, further)


def test_dl3_who_becomes_the_primary_one_is_no_further_one(office: Office, client: Contact) -> None:
    """The former primary coach is one no more: it was handed over. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    now = office.do(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    assert (OTHER.id, frozenset()) == (now.coach, now.coaches)


def test_a_coach_is_taken_from_a_contact(office: Office, client: Contact) -> None:
    """Be it the primary one, who is told, or a further one."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    assert [] == told(office, UnassignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    assert (COACH.id, frozenset()) == ((now := office.contact(client.id)).coach, now.coaches)
    taken = told(office, UnassignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    assert ([(COACH.id, "client_handed_over")], None) == (taken, office.contact(client.id).coach)


@pytest.mark.parametrize("late", [0, 1, None])
def test_dl3_the_primary_coach_is_no_further_one_in_whatever_order_it_is_told(
    office: Office, client: Contact, late: int | None
) -> None:
    """Told late or in time, a coach looks after a client in one way. Source: DL3."""
    start = office.clock.now()
    steps = [AssignCoach(contact=client.id, coach=OTHER.id, primary=primary, by=OWNER) for primary in (True, False)]
    for day, step in enumerate(steps, 1):
        office.clock.set(start + day * DAY)
        if day - 1 != late:
            office.do(step)
    if late is not None:
        office.clock.advance(days=1)
        office.do(evolve(steps[late], at=start + (late + 1) * DAY))
    assert (OTHER.id, frozenset()) == ((now := office.contact(client.id)).coach, now.coaches)


def test_by_policy_coaches_are_not_told() -> None:
    """Off: who looks after whom changes without a mail. Source: ours."""
    crm = office_of(team=TeamPolicy(members_only=True, tell_coaches=False))
    client = someone(crm, S.CLIENT)
    for primary in (True, False):
        for coach in (COACH.id, OTHER.id):
            assert [] == told(crm, AssignCoach(contact=client.id, coach=coach, primary=primary, by=OWNER))


@pytest.mark.parametrize("role", [Role.CLIENT, Role.VIEWER])
def test_clients_and_viewers_choose_no_coach(office: Office, client: Contact, role: Role) -> None:
    """The staff says who looks after whom. Source: DL8."""
    by = itself(client) if role is Role.CLIENT else VIEWER
    for command in (
        AssignCoach(contact=client.id, coach=COACH.id, by=by),
        UnassignCoach(contact=client.id, coach=COACH.id, by=by),
    ):
        assert ["editing.keeper_may"] == refusals(office, command)


def test_a_new_primary_coach_may_come_in_late(office: Office, client: Contact) -> None:
    """Said today that it was so since an hour: the history tells it, and a later change stands."""
    office.clock.advance(hours=2)
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    now = office.do(AssignCoach(contact=client.id, coach=COACH.id, at=NOON + HOUR, by=OWNER))
    assert OTHER.id == now.coach
    then = [history.contact_at(office.history(client.id), NOON + hours * HOUR) for hours in range(3)]
    assert [None, COACH.id, OTHER.id] == [found.coach for found in then if found is not None]


def test_a_hand_over_that_is_told_late_and_does_not_stand_tells_nobody(office: Office, client: Contact) -> None:
    """Whoever is not the coach in the end hears of no client."""
    office.clock.advance(hours=2)
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, by=OWNER))
    assert [] == told(office, AssignCoach(contact=client.id, coach=COACH.id, at=NOON + HOUR, by=OWNER))


def test_assigning_a_coach_opens_no_portal_and_sends_the_client_nothing(office: Office, client: Contact) -> None:
    """Only the coaches are told. Source: DL3."""
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    assert Portal.NOT_INVITED is office.contact(client.id).portal
    assert client.id not in [to for to, _ in mails(office)]


def test_who_has_left_does_not_run_the_team_any_more(office: Office) -> None:
    """An admin who was taken off changes nobody, erases nobody and merges nobody, whatever the host still says."""
    gone, other = (someone(office, S.LEAD, name=name) for name in ("Ada", "Bo"))
    office.do(RemoveMember(member=ADMIN.id, by=OWNER))
    assert HEAD == refusals(office, AddMember(name="Eve", role=Role.ADMIN, by=ADMIN))
    assert HEAD == refusals(office, ChangeMember(member=COACH.id, role=Role.VIEWER, by=ADMIN))
    assert HEAD == refusals(office, RemoveMember(member=COACH.id, by=ADMIN))
    assert ["privacy.eraser_may"] == refusals(office, Erase(contact=gone.id, by=ADMIN))
    assert ["privacy.merger_may"] == refusals(office, Merge(contact=gone.id, other=other.id, by=ADMIN))


def test_dl2_the_address_of_a_client_of_several_coaches_stays(office: Office, client: Contact) -> None:
    """It is editable where one coach has the client; name and phone always are, and so is the same address again.

    Source: DL2.
    """
    office.do(AssignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    office.do(Edit(contact=client.id, email="ada@new.example", by=COACH))
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    for address in ("ada@other.example", None):
        assert ["editing.coach_is_the_only_one"] == refusals(office, Edit(contact=client.id, email=address, by=OWNER))
    office.do(Edit(contact=client.id, name="Ada L.", email="Ada@new.example", phone="1", by=COACH))
    office.do(UnassignCoach(contact=client.id, coach=COACH.id, by=OWNER))
    office.do(Edit(contact=client.id, email="ada@other.example", by=OWNER))


def test_dl2_by_policy_several_coaches_edit_it() -> None:
    """Elsewhere nobody asks how many coaches there are. Source: DL2."""
    office = office_of(contacts={"several_coaches_edit": True})
    client = someone(office, S.CLIENT, email="ada@example.org", coach=COACH.id)
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    office.do(Edit(contact=client.id, email="ada@new.example", by=OTHER))
