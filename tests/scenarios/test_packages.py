"""Which package is given to whom, assigned or bought, and when it can be used: one scenario per fact. Source: S4."""

from __future__ import annotations

from datetime import UTC, datetime
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
    NotFound,
    Offer,
    Package,
    Portal,
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
    Command,
    CompleteOnboarding,
    Decline,
    DefineOffer,
    Delete,
    Edit,
    Erase,
    Invite,
    MintLink,
    RecordPayment,
    RemoveMember,
    Restore,
    Revoke,
    SendAgain,
    SetDoNotContact,
    SetDoNotMarket,
    TakeOffPackage,
    UnassignCoach,
    WithdrawCredentials,
)
from funnelkit.policy import PackagePolicy
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.team import Team
from funnelkit.values.package import Balance
from funnelkit.values.plan import Plan
from funnelkit.words import Acquired, Channel, PackageStanding, Payment, Sender, Shape
from tests.scenarios.leads import Watched
from tests.scenarios.world import (
    ADMIN,
    COACH,
    DAY,
    DESK,
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

OTHER: Final = Actor(id="m-2", role=Role.COACH)
WEEK: Final = 7 * DAY
ADA: Final = "ada@example.org"
ASSIGNED, USABLE, REMOVED = PackageStatus.ASSIGNED, PackageStatus.USABLE, PackageStatus.REMOVED
CREATED_ONLY: Final = (Team.LEAD, Team.CONTACT)
NOT_LISTED: Final = ["package.is_on_the_list"]
TOO_MANY: Final = ["package.within_number"]
HAS_PORTAL: Final = ["package.client_is_new"]
ACCOUNTS: Final[tuple[str, ...]] = ()


def office_of(**figures: Any) -> Office:
    """Given a team with a list of packages, and other figures for them where told."""
    crm: Office = Watched(TEAM.with_policy(package=figures), tokens=KnownTokens())
    for actor in (OWNER, ADMIN, COACH, OTHER, VIEWER):
        crm.do(AddMember(id=actor.id, name=f"Member {actor.id}", role=actor.role, by=SYSTEM))
    listed(crm)
    return crm


def listed(crm: Watched[Any, Any]) -> None:
    """Given the usual packages: two of the account's list, one of each coach, for one and for groups."""
    offers: tuple[tuple[str, dict[str, Any]], ...] = (
        ("five", {"sessions": 5, "days": 90}),
        ("open", {}),
        ("own", {"sessions": 3, "coaches": (COACH.id,)}),
        ("other", {"sessions": 3, "coaches": (OTHER.id,)}),
        ("group", {"sessions": 8, "shape": Shape.GROUP, "coaches": (COACH.id, OTHER.id)}),
        ("to-pay", {"sessions": 2, "payment": Payment.TO_BE_PAID}),
        ("gift", {"sessions": 1, "payment": Payment.FREE}),
    )
    for key, more in offers:
        crm.do(DefineOffer(id=key, name=f"Package {key}", by=OWNER, **more))


@pytest.fixture
def office() -> Office:
    """A team with a list of packages."""
    return office_of()


@pytest.fixture
def client(office: Office) -> Contact:
    """A client of the first coach who was only created."""
    return someone(office, Team.CLIENT, email=ADA, coach=COACH.id)


@pytest.fixture
def insider(office: Office) -> Contact:
    """A client of the first coach who has the portal."""
    return someone(office, Team.CLIENT, email="bea@example.org", coach=COACH.id, portal=Portal.ACTIVE)


def ada(*packages: str, **more: Any) -> Invite[Team]:
    """Invite Ada, who is new, with these packages, for the first coach unless told otherwise."""
    said: dict[str, Any] = {"name": "Ada", "email": ADA, "status": Team.CLIENT, "coach": COACH.id, "by": OWNER}
    return Invite(packages=packages, **{**said, **more})


def accepted(crm: FunnelService[Any, Any], invitation: Invitation) -> Contact:
    """Given that whoever was invited accepts; the contact after that."""
    crm.do(Accept(token=crm.do(MintLink(invitation=invitation.id, by=OWNER))))
    return crm.contact(invitation.contact)


def paid(offer: str = "five", **more: Any) -> RecordPayment:
    """Record that Ada has paid, as a web hook tells it."""
    said: dict[str, Any] = {"payment": "pi-1", "by": SYSTEM, **more}
    who = {} if "contact" in more else {"name": "Ada", "email": ADA}
    return RecordPayment(offer=offer, **{**who, **said})


def said_of(address: str) -> RecordPayment:
    """Record the same payment as one of whoever has this address."""
    return RecordPayment(payment="pi-1", offer="five", name="Somebody", email=address, by=SYSTEM)


def has(crm: FunnelService[Any, Any], contact: str) -> list[tuple[str, PackageStatus, str | None]]:
    """Give what stands on a record: the offer, its state, the invitation that it comes with."""
    return [(p.offer, p.state, p.invitation) for p in (one.package for one in crm.packages(contact))]


def sent(plan: Plan[Any]) -> list[tuple[str, str]]:
    """Give whom a plan tells, and by which template."""
    return [(message.to, message.template) for message in plan.messages]


# ---- the list


@pytest.mark.parametrize(
    ("shape", "coaches", "coach", "expected"),
    [
        (Shape.INDIVIDUAL, ACCOUNTS, COACH.id, True),
        (Shape.INDIVIDUAL, ACCOUNTS, None, True),
        (Shape.INDIVIDUAL, (COACH.id,), COACH.id, True),
        (Shape.INDIVIDUAL, (COACH.id, OTHER.id), COACH.id, True),
        (Shape.INDIVIDUAL, (OTHER.id,), COACH.id, False),
        (Shape.INDIVIDUAL, (OTHER.id,), None, False),
        (Shape.GROUP, (COACH.id,), COACH.id, True),
        (Shape.GROUP, (OTHER.id,), COACH.id, False),
        (Shape.GROUP, (OTHER.id,), None, False),
        (Shape.GROUP, ACCOUNTS, COACH.id, False),
        (Shape.GROUP, ACCOUNTS, None, False),
    ],
)
def test_dl_a8_the_list_is_the_accounts_or_that_coachs(
    office: Office, shape: Shape, coaches: tuple[str, ...], coach: str | None, expected: bool
) -> None:
    """Never another coach's; a group package stands in the coach's own. At inviting and after it. Source: S4, DL-A8."""
    office.do(DefineOffer(id="new", name="New", shape=shape, coaches=coaches, by=OWNER))
    refused = [] if expected else NOT_LISTED
    assert refused == rules(office.plan(ada("new", coach=coach)).decision)
    contact = someone(office, Team.CLIENT, email="b@example.org", coach=coach)
    assert refused == rules(office.plan(AssignPackage(contact=contact.id, offer="new", by=ADMIN)).decision)
    assert expected is ("new" in [offer.id for offer in office.offers(coach)])


def test_dl_a8_it_is_the_list_of_the_coach_for_whom_the_client_is_invited(office: Office, client: Contact) -> None:
    """The new coach's, where the contact is handed over with the invitation. Source: S4, DL-A8."""
    assert NOT_LISTED == refusals(office, Invite(contact=client.id, coach=OTHER.id, packages=["own"], by=OWNER))
    made = office.do(Invite(contact=client.id, coach=OTHER.id, packages=["other"], by=OWNER))
    assert [("other", ASSIGNED, made.id)] == has(office, client.id)
    assert OTHER.id == office.packages(client.id)[0].package.coach


def test_the_list_is_asked_for_by_coach(office: Office) -> None:
    """In the order in which it was made; what is retired only where one asks for it."""
    assert ["five", "open", "own", "group", "to-pay", "gift"] == [offer.id for offer in office.offers(COACH.id)]
    assert ["five", "open", "to-pay", "gift"] == [offer.id for offer in office.offers()]
    office.do(DefineOffer(id="five", name="Five", retired=True, by=OWNER))
    assert "five" not in [offer.id for offer in office.offers()]
    assert "five" in [offer.id for offer in office.offers(retired=True)]


def test_what_is_retired_is_given_to_nobody_and_kept_by_who_has_it(office: Office, client: Contact) -> None:
    """Source: ours."""
    office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    office.do(DefineOffer(id="five", name="Five", sessions=5, days=90, retired=True, by=OWNER))
    assert ["package.is_offered"] == refusals(office, ada("five", email="b@example.org"))
    bea = someone(office, Team.CLIENT)
    assert ["package.is_offered"] == refusals(office, AssignPackage(contact=bea.id, offer="five", by=OWNER))
    now = accepted(office, office.do(Invite(contact=client.id, by=OWNER)))
    assert [("five", USABLE)] == [row[:2] for row in has(office, now.id)]


def test_changing_an_offer_leaves_what_was_given(office: Office, client: Contact) -> None:
    """More sessions for whoever comes later; the former has what it was given."""
    before = office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    changed = office.do(DefineOffer(id="five", name="Ten", sessions=10, by=OWNER))
    assert (10, None, 2) == (changed.sessions, changed.days, changed.version)
    bea = someone(office, Team.CLIENT)
    after = office.do(AssignPackage(contact=bea.id, offer="five", by=OWNER))
    assert [(5, 90), (10, None)] == [(one.sessions, one.days) for one in (before, after)]
    assert before == office.package(before.id).package
    accepted(office, office.do(Invite(contact=client.id, by=OWNER)))
    assert 5 == office.package(before.id).balance.left


def test_saying_an_offer_once_more_changes_nothing(office: Office) -> None:
    """The same as a whole: no event, no version."""
    was = office.offer("own")
    again = DefineOffer(id="own", name=was.name, sessions=3, coaches=(COACH.id,), by=OWNER)
    assert (was, 1) == (office.do(again), len(office.history_of("offer", "own")))


def test_an_offer_is_kept_as_it_was_said(office: Office) -> None:
    """With a fresh id where none is given; who asks for another one hears that there is none."""
    made = office.do(DefineOffer(name="Two", shape=Shape.GROUP, sessions=2, days=1, coaches=[COACH.id], by=OWNER))
    expected = Offer(id="offer-1", name="Two", shape=Shape.GROUP, sessions=2, days=1, coaches=(COACH.id,))
    assert (expected, expected) == (made, office.offer("offer-1"))
    for ask in (lambda: office.offer("no"), lambda: office.do(ada("no")), lambda: office.do(paid("no"))):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize("wrong", [{"sessions": 0}, {"sessions": -1}, {"days": 0}, {"name": ""}, {"sessions": 1.5}])
def test_an_offer_is_well_formed(office: Office, wrong: dict[str, Any]) -> None:
    """Sessions and days are whole numbers from one, or not given."""
    with pytest.raises(Invalid) as caught:
        office.do(DefineOffer(**{"name": "Two", "by": OWNER, **wrong}))
    assert list(wrong) == [problem.path for problem in caught.value.problems]


def test_dl4_a_plain_coach_keeps_its_own_list(office: Office) -> None:
    """A package of its own; neither the account's, nor another coach's, nor one that is shared. Source: DL4."""
    assert (COACH.id,) == office.do(DefineOffer(id="mine", name="Mine", coaches=(COACH.id,), by=COACH)).coaches
    assert 9 == office.do(DefineOffer(id="own", name="Own", sessions=9, coaches=(COACH.id,), by=COACH)).sessions
    only = ["package.keeps_its_own_list"]
    for coaches in (ACCOUNTS, (OTHER.id,), (COACH.id, OTHER.id)):
        assert only == refusals(office, DefineOffer(name="Mine", coaches=coaches, by=COACH))
    for key in ("other", "five", "group"):
        stays = office.offer(key).coaches
        assert only == refusals(office, DefineOffer(id=key, name="Mine", coaches=stays, by=COACH))
    assert only == refusals(office, DefineOffer(id="other", name="Mine", coaches=(COACH.id,), by=COACH))


@pytest.mark.parametrize(("key", "coaches"), [("five", (COACH.id,)), ("own", ACCOUNTS)], ids=["takes", "gives"])
def test_dl4_a_plain_coach_moves_nothing_between_its_list_and_the_accounts(
    office: Office, key: str, coaches: tuple[str, ...]
) -> None:
    """It takes nothing out of the account's list, and puts nothing into it. Source: DL4."""
    found = rules(office.plan(DefineOffer(id=key, name="Mine", coaches=coaches, by=COACH)).decision)
    assert ["package.keeps_its_own_list"] == found


def test_what_is_assigned_to_nobody_is_said_when_it_is_listed(office: Office) -> None:
    """A group package of no coach, and the list of somebody to whom no clients are given. Source: DL-A8, S4."""

    def said(**more: Any) -> list[str]:
        plan = office.plan(DefineOffer(name="New", by=OWNER, **more))
        assert plan.allowed
        return [str(notice) for notice in plan.notices]

    of_none = "it stands in no coach's list, so it can be bought and is assigned to nobody"
    assert [of_none] == said(shape=Shape.GROUP)
    gone = "{} can be given no clients, so nobody new gets it from this list"
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    listed_for = [COACH.id, OTHER.id, "m-9", VIEWER.id]
    assert [gone.format(member) for member in listed_for[1:]] == said(coaches=listed_for)
    assert [] == said(shape=Shape.GROUP, retired=True) == said(coaches=["m-9"], retired=True)
    assert [] == said() == said(shape=Shape.GROUP, coaches=[COACH.id])


def test_where_coaches_are_the_hosts_their_lists_are_too() -> None:
    """Nobody asks there whether an id is a member."""
    agency = Watched(AGENCY, tokens=KnownTokens())
    assert () == agency.plan(DefineOffer(name="New", coaches=["m-9"], by=OWNER)).notices


@pytest.mark.parametrize("by", [VIEWER, DESK], ids=lambda actor: actor.role.value)
def test_dl8_nobody_else_gives_packages(office: Office, client: Contact, by: Actor) -> None:
    """Neither a viewer nor the desk nor a client: no list, no package, no payment. Source: DL8."""
    package = office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    for who in (by, itself(client)):
        for command in (
            DefineOffer(name="Mine", by=who),
            AssignPackage(contact=client.id, offer="open", by=who),
            TakeOffPackage(package=package.id, by=who),
            paid(by=who),
        ):
            payment = isinstance(command, RecordPayment)
            assert ("package.recorder_may" if payment else "package.giver_may") in refusals(office, command)


def test_s4_a_plain_coach_records_no_payment(office: Office) -> None:
    """It would give packages and invite in the account's name. Source: DL-A10."""
    assert ["package.recorder_may"] == refusals(office, paid(by=COACH))


def test_s4_a_coach_gives_packages_to_own_clients_only(office: Office, client: Contact) -> None:
    """One of nobody's is free to be looked after; another's is not. Source: S4, DL-A10."""
    for coach in (COACH.id, None):
        own = someone(office, Team.CLIENT, coach=coach)
        assert ASSIGNED is office.do(AssignPackage(contact=own.id, offer="five", by=COACH)).state
    assert ["package.to_own_clients"] == refusals(office, AssignPackage(contact=client.id, offer="five", by=OTHER))
    office.do(AssignCoach(contact=client.id, coach=OTHER.id, primary=False, by=OWNER))
    assert office.plan(AssignPackage(contact=client.id, offer="five", by=OTHER)).allowed
    package = office.do(AssignPackage(contact=client.id, offer="five", by=OTHER))
    office.do(UnassignCoach(contact=client.id, coach=COACH.id, by=OWNER))  # its further coach has it still
    assert ["package.to_own_clients"] == refusals(office, TakeOffPackage(package=package.id, by=COACH))
    office.do(TakeOffPackage(package=package.id, by=OTHER))
    assert ["package.to_own_clients"] == refusals(office, AssignPackage(contact=client.id, offer="five", by=COACH))


@pytest.mark.parametrize("funnel", [TEAM, AGENCY], ids=["team", "agency"])
def test_sd4_nothing_is_assigned_to_who_is_archived(funnel: Any) -> None:
    """Not while the contact is inactive, and not to the place of who was erased; what is paid for is kept. SD4."""
    crm: Watched[Any, Any] = Watched(funnel, tokens=KnownTokens())
    listed(crm)
    ben, eve = (someone(crm, funnel.statuses("client"), standing=Standing.ARCHIVED, email=f"{n}@x.org") for n in "be")
    assert ["package.is_not_archived"] == refusals(crm, AssignPackage(contact=ben.id, offer="five", by=OWNER))
    assert ASSIGNED is crm.do(paid(contact=ben.id)).state
    crm.do(Restore(contact=ben.id, by=OWNER))
    assert crm.plan(AssignPackage(contact=ben.id, offer="open", by=OWNER)).allowed
    crm.do(Erase(contact=eve.id, by=OWNER))
    assert ["package.is_not_archived"] == refusals(crm, AssignPackage(contact=eve.id, offer="five", by=OWNER))


def test_dl_a4_who_lost_the_portal_is_given_packages_like_somebody_new(office: Office) -> None:
    """Withdrawn, there is no portal: it is invited once more, and a package comes with that. Source: DL-A4, ours."""
    client = accepted(office, office.do(ada("five")))
    assert HAS_PORTAL == refusals(office, AssignPackage(contact=client.id, offer="open", by=OWNER))
    office.do(WithdrawCredentials(contact=client.id, by=OWNER))
    again = office.do(Invite(contact=client.id, packages=["open"], by=OWNER))
    assert [("five", USABLE), ("open", USABLE)] == [row[:2] for row in has(office, accepted(office, again).id)]


# ---- at the invitation


def test_s4_a_package_goes_on_the_record_at_sending_and_is_not_usable(office: Office) -> None:
    """Assigned, with the invitation; nobody is asked for money, and no payment link is sent. Source: S4, DL-A2."""
    plan = office.plan(ada("five"))
    office.apply(plan)
    (holding,) = office.packages(plan.result.contact)
    expected = Package(
        id="package-1", offer="five", funnel="team", contact=plan.result.contact, shape=Shape.INDIVIDUAL, sessions=5,
        days=90, given=NOON, acquired=Acquired.ASSIGNED, coach=COACH.id, invitation=plan.result.id,
    )  # fmt: skip
    assert (expected, PackageStanding.ASSIGNED) == (holding.package, holding.standing)
    assert ["package.is_usable"] == [rule for rule in rules(holding.usable) if rule != "package.has_sessions_left"]
    assert Balance(granted=0, reserved=0, used=0, expired=0, left=0) == holding.balance
    assert ({"invitation", "client_assigned"}, ()) == ({template for _, template in sent(plan)}, plan.obligations)
    assert ["invitation_waits", "package_comes"] == [c.code for c in plan.consequences]


def test_dl_a1_a_package_is_usable_on_acceptance_and_reachable_after_onboarding(office: Office) -> None:
    """Two answers to two questions: may it be used, may it be seen. Source: DL-A1."""
    contact = accepted(office, office.do(ada("five")))
    (holding,) = office.packages(contact.id)
    assert (PackageStanding.USABLE, True, 5) == (holding.standing, holding.usable.allowed, holding.balance.left)
    assert (NOON, USABLE) == (holding.package.usable, holding.package.state)
    assert not office.may(contact.id, Right.PACKAGE)
    office.do(CompleteOnboarding(contact=contact.id, step="onboarding", by=itself(contact)))
    assert office.may(contact.id, Right.PACKAGE)
    assert [holding.package] == [one.package for one in office.dashboard(contact.id).packages]


def test_dl5_the_term_begins_on_acceptance_and_ends_with_a_day_of_the_coach(office: Office) -> None:
    """90 days after the day on which it opened, the last one whole, by the coach's clock. Source: DL5."""
    office.do(AddMember(id="m-far", name="Far", role=Role.COACH, zone="Asia/Tokyo", by=OWNER))
    made = [office.do(ada("five", coach=coach, email=f"{coach}@example.org")) for coach in (COACH.id, "m-far")]
    office.clock.set(datetime(2026, 3, 5, 16, tzinfo=UTC))  # the 5th in Berlin, the 6th in Tokyo
    near, far = (office.packages(accepted(office, one).id)[0].package for one in made)
    assert datetime(2026, 6, 3, 22, tzinfo=UTC) == near.expires  # the 3rd of June is the last day in Berlin
    assert datetime(2026, 6, 4, 15, tzinfo=UTC) == far.expires
    office.clock.set(datetime(2026, 6, 3, 22, tzinfo=UTC))
    assert [PackageStanding.EXPIRED, PackageStanding.USABLE] == [office.package(p.id).standing for p in (near, far)]
    assert ["package.is_in_term"] == rules(office.package(near.id).usable)
    assert Balance(granted=5, reserved=0, used=0, expired=5, left=0) == office.package(near.id).balance


def test_dl5_a_package_may_be_unlimited_and_for_ever(office: Office) -> None:
    """No number of sessions, no end. Source: DL5."""
    contact = accepted(office, office.do(ada("open")))
    office.clock.advance(days=4000)
    (holding,) = office.packages(contact.id)
    assert Balance(granted=None, reserved=0, used=0, expired=0, left=None) == holding.balance
    assert (None, True) == (holding.package.expires, holding.usable.allowed)


@pytest.mark.parametrize("payment", Payment)
@pytest.mark.parametrize("allowed", [False, True])
def test_dl_a3_only_prepaid_and_free_packages_are_assigned(payment: Payment, allowed: bool) -> None:
    """What is still to be paid is not, unless the account says so; with an invitation or without. Source: DL-A3."""
    office = office_of(assign_unpaid=allowed)
    office.do(DefineOffer(id="new", name="New", payment=payment, by=OWNER))
    refused = ["package.is_paid"] if payment is Payment.TO_BE_PAID and not allowed else []
    assert refused == rules(office.plan(ada("new")).decision)
    bea = someone(office, Team.CLIENT)
    assert refused == rules(office.plan(AssignPackage(contact=bea.id, offer="new", by=OWNER)).decision)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_dl_a5_so_many_packages_come_with_an_invitation(number: int) -> None:
    """One by default, another number by policy; the first that is too many is named. Source: S4, DL-A5."""
    assert 1 == PackagePolicy().per_invitation
    office = office_of(per_invitation=number)
    wish = ("five", "open", "gift", "own")
    decision = office.plan(ada(*wish[: number + 1])).decision
    assert TOO_MANY == rules(decision)
    assert f"it would be package number {number + 1} of the invitation" in str(decision)
    made = office.do(ada(*wish[:number]))
    assert [(offer, ASSIGNED, made.id) for offer in sorted(wish[:number])] == sorted(has(office, made.contact))
    assert TOO_MANY == refusals(office, AssignPackage(contact=made.contact, offer="own", by=OWNER))


def test_of_several_packages_the_one_that_is_refused_is_named() -> None:
    """Each has findings of its own: which one, and why; nothing is given at all."""
    office = office_of(per_invitation=3)
    decision = office.plan(ada("five", "other", "to-pay")).decision
    assert [*NOT_LISTED, "package.is_paid"] == rules(decision)
    text = str(decision)
    assert "other stands in no list that counts for a client of m-1" in text
    assert "to-pay is still to be paid" in text
    assert "five stands in a list that counts for a client of m-1" in text
    assert () == office.contacts()


@pytest.mark.parametrize("status", Team)
def test_dl_a11_a_lead_or_contact_gets_no_package(office: Office, status: Team) -> None:
    """Without an invitation nobody can accept; for Prospect and Client it waits on the record. Source: DL-A11, A12."""
    contact = office.do(AddContact(name="Ada", email=ADA, status=status, by=OWNER))
    command = AssignPackage(contact=contact.id, offer="five", by=OWNER)
    if status in CREATED_ONLY:
        assert ["package.status_can_use_it"] == refusals(office, command)
        assert "package.status_can_use_it" in refusals(office, ada("five", status=status, email="b@example.org"))
    else:
        plan = office.plan(command)
        assert ([], ()) == (sent(plan), plan.obligations)
        office.apply(plan)
        assert [("five", ASSIGNED, None)] == has(office, contact.id)


def test_dl_a12_what_is_on_the_record_comes_with_the_invitation(office: Office, client: Contact) -> None:
    """It counts towards the number, and is usable on acceptance. Source: DL-A12."""
    office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    assert TOO_MANY == refusals(office, Invite(contact=client.id, packages=["gift"], by=OWNER))
    made = office.do(Invite(contact=client.id, by=OWNER))
    assert [("five", ASSIGNED, made.id)] == has(office, client.id)
    accepted(office, made)
    assert [("five", USABLE, made.id)] == has(office, client.id)


def test_s4_an_admin_assigns_group_packages_of_the_coachs_list(office: Office) -> None:
    """With the invitation, for that coach's client. Source: S4."""
    made = office.do(ada("group", by=ADMIN))
    (holding,) = office.packages(made.contact)
    assert (Shape.GROUP, COACH.id, 8) == (holding.package.shape, holding.package.coach, holding.package.sessions)
    assert NOT_LISTED == refusals(office, ada("group", coach=None, email="b@example.org", by=ADMIN))


def test_s4_a_coach_invites_with_a_package_of_its_own(office: Office) -> None:
    """From its own portal, for itself. Source: S4, DL-A10."""
    made = office.do(ada("own", by=COACH))
    assert (Sender.MEMBER, [("own", ASSIGNED, made.id)]) == (made.sender, has(office, made.contact))


# ---- clients who are invited, or have the portal


def test_dl_a4_an_existing_client_is_assigned_nothing(office: Office, insider: Contact) -> None:
    """Whoever has the portal can buy only. Source: S4, DL-A4."""
    assert HAS_PORTAL == refusals(office, AssignPackage(contact=insider.id, offer="five", by=OWNER))
    assert [] == has(office, insider.id)


def test_dl_a4_by_policy_an_existing_client_is_assigned_packages() -> None:
    """On: usable at once, any number, and the client is told. Source: S4, DL-A4."""
    office = office_of(to_clients=True)
    insider = someone(office, Team.CLIENT, email=ADA, portal=Portal.ACTIVE)
    for offer in ("five", "open"):
        plan = office.plan(AssignPackage(contact=insider.id, offer=offer, by=OWNER))
        assert ([(insider.id, "package_added")], USABLE) == (sent(plan), plan.result.state)
        assert {"contact": insider.id, "package": plan.result.id} == dict(plan.messages[0].params)
        office.apply(plan)
    assert [("five", USABLE, None), ("open", USABLE, None)] == has(office, insider.id)


def test_dl_a4_while_an_invitation_waits_no_second_package_is_assigned(office: Office) -> None:
    """The first stays; one that came without a package gets it. Source: DL-A4."""
    with_one, without = office.do(ada("five")), office.do(ada(email="b@example.org"))
    assert TOO_MANY == refusals(office, AssignPackage(contact=with_one.contact, offer="gift", by=OWNER))
    office.do(AssignPackage(contact=without.contact, offer="gift", by=OWNER))
    assert [("gift", ASSIGNED, without.id)] == has(office, without.contact)


def test_dl_a4_by_policy_another_package_takes_the_place_of_the_first() -> None:
    """On: one is on the invitation, never two; nobody is mailed again. Source: DL-A4."""
    office = office_of(replace_pending=True)
    made = office.do(ada("five"))
    plan = office.plan(AssignPackage(contact=made.contact, offer="gift", by=OWNER))
    assert ["package_goes", "package_comes"] == [c.code for c in plan.consequences]
    office.apply(plan)
    assert [("five", REMOVED, made.id), ("gift", ASSIGNED, made.id)] == sorted(has(office, made.contact))
    contact = accepted(office, made)
    assert [("five", REMOVED), ("gift", USABLE)] == sorted(row[:2] for row in has(office, contact.id))


def test_dl_a4_what_was_bought_is_not_replaced_and_takes_no_place() -> None:
    """What is paid for is neither one of the number nor taken away by another. Source: DL-A4, DL-A6."""
    office = office_of(replace_pending=True)
    package = office.do(paid("open"))
    office.do(AssignPackage(contact=package.contact, offer="five", by=OWNER))
    office.do(AssignPackage(contact=package.contact, offer="gift", by=OWNER))
    states = {offer: state for offer, state, _ in has(office, package.contact)}
    assert {"open": ASSIGNED, "five": REMOVED, "gift": ASSIGNED} == states


@pytest.mark.parametrize("how", ["revoked", "declined", "archived"])
def test_dl_a2_what_was_assigned_goes_with_the_invitation(office: Office, how: str) -> None:
    """Taken back, declined or ended: it is off the record, and cannot be used. Source: DL-A2."""
    made = office.do(ada("five"))
    token = office.do(MintLink(invitation=made.id, by=OWNER))
    ends: dict[str, Command[Any, Any]] = {
        "revoked": Revoke(invitation=made.id, by=OWNER),
        "declined": Decline(token=token),
        "archived": Archive(contact=made.contact, by=OWNER),
    }
    plan = office.plan(ends[how])
    assert "package_goes" in [c.code for c in plan.consequences]
    office.apply(plan)
    assert [("five", REMOVED, made.id)] == has(office, made.contact)
    assert PackageStanding.REMOVED is office.packages(made.contact)[0].standing
    assert not office.packages(made.contact)[0].usable


@pytest.mark.parametrize("swept", [False, True])
def test_what_was_assigned_waits_for_the_next_invitation_when_the_first_runs_out(office: Office, swept: bool) -> None:
    """Nobody has cancelled anything; it comes along the next time, or when it is sent again. Source: ours."""
    made = office.do(ada("five"))
    office.clock.advance(WEEK)
    if swept:
        office.swept()
    assert [("five", ASSIGNED)] == [row[:2] for row in has(office, made.contact)]
    again = office.do(Invite(contact=made.contact, by=OWNER))
    assert [("five", ASSIGNED, again.id)] == has(office, made.contact)
    assert [("five", USABLE)] == [row[:2] for row in has(office, accepted(office, again).id)]


def test_an_expired_invitation_that_is_sent_again_has_its_package(office: Office) -> None:
    """And loses it when it is taken back then. Source: DL-A2, DL-A14."""
    made = office.do(ada("five"))
    office.clock.advance(WEEK)
    office.do(SendAgain(invitation=made.id, by=OWNER))
    office.do(Revoke(invitation=made.id, by=OWNER))
    assert [("five", REMOVED, made.id)] == has(office, made.contact)


def test_what_came_meanwhile_goes_with_an_invitation_that_is_sent_again(office: Office) -> None:
    """As with another invitation: what is on the record comes with it. Source: DL-A2, DL-A12."""
    made = office.do(ada())
    office.clock.advance(WEEK)
    office.do(AssignPackage(contact=made.contact, offer="five", by=OWNER))
    office.do(SendAgain(invitation=made.id, by=OWNER))
    assert [("five", ASSIGNED, made.id)] == has(office, made.contact)


def test_credentials_made_by_hand_open_what_is_on_the_record(office: Office, client: Contact) -> None:
    """Nobody has to accept any more. Source: DL-A1."""
    office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    office.do(AssignCredentials(contact=client.id, by=OWNER))
    assert [("five", USABLE, None)] == has(office, client.id)
    assert 5 == office.packages(client.id)[0].balance.left


def test_what_is_not_usable_yet_is_taken_off_and_what_is_is_not(office: Office, client: Contact) -> None:
    """Usable, removed and bought packages stay; another one may be assigned in its place then."""
    first = office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    plan = office.plan(TakeOffPackage(package=first.id, by=COACH))
    assert (["package_goes"], REMOVED) == ([c.code for c in plan.consequences], office.apply(plan).state)
    assert ["package.still_possible"] == refusals(office, TakeOffPackage(package=first.id, by=OWNER))
    second = office.do(AssignPackage(contact=client.id, offer="gift", by=OWNER))
    accepted(office, office.do(Invite(contact=client.id, by=OWNER)))
    assert ["package.still_possible"] == refusals(office, TakeOffPackage(package=second.id, by=OWNER))
    bought = office.do(paid(email="b@example.org"))
    assert ["package.was_not_bought"] == refusals(office, TakeOffPackage(package=bought.id, by=OWNER))
    with pytest.raises(NotFound):
        office.do(TakeOffPackage(package="package-0", by=OWNER))


def test_a_coach_takes_nothing_off_another_coachs_client(office: Office, client: Contact) -> None:
    """It may not give, and it may not take. Source: S4, DL-A10."""
    package = office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    assert not office.plan(TakeOffPackage(package=package.id, by=OTHER)).allowed


@pytest.mark.parametrize(
    "command",
    [
        DefineOffer(name="New", by=OWNER, at=NOON - DAY),
        AssignPackage(contact="c-1", offer="five", by=OWNER, at=NOON - DAY),
        TakeOffPackage(package="package-1", by=OWNER, at=NOON - DAY),
        RecordPayment(payment="pi-1", offer="five", contact="c-1", by=SYSTEM, at=NOON - DAY),
    ],
    ids=lambda command: type(command).__name__,
)
def test_packages_are_given_now(office: Office, command: Command[Any, Any]) -> None:
    """Terms begin when somebody opens them: `at` is no word for it."""
    with pytest.raises(Invalid) as caught:
        office.do(command)
    assert ["at"] == [problem.path for problem in caught.value.problems]


# ---- payments


def test_dl6_a_payment_of_a_new_person_sends_exactly_one_invitation(office: Office) -> None:
    """A Client, with the package, invited in the account's name, automatically. Source: S4, DL6."""
    plan = office.plan(paid())
    assert [(plan.result.contact, "invitation")] == sent(plan)
    office.apply(plan)
    package, contact = plan.result, office.contact(plan.result.contact)
    (made,) = office.invitations(contact.id)
    assert (Acquired.BOUGHT, "pi-1", ASSIGNED, made.id) == (
        package.acquired, package.payment, package.state, package.invitation
    )  # fmt: skip
    assert (Team.CLIENT, None, Portal.INVITED) == (contact.status, contact.coach, contact.portal)
    assert (Sender.ACCOUNT, SYSTEM.id) == (made.sender, made.by)
    assert [(contact.id, "invitation")] == mails(office)
    assert [("five", USABLE, made.id)] == has(office, accepted(office, made).id)


def test_dl6_a_new_persons_coach_is_told(office: Office) -> None:
    """Where the payment link is a coach's. Source: S4, DL-A9."""
    plan = office.plan(paid("own", coach=COACH.id))
    assert {(plan.result.contact, "invitation"), (COACH.id, "client_assigned")} == set(sent(plan))
    assert COACH.id == plan.result.coach


@pytest.mark.parametrize("days", [0, 1, 30])
def test_the_same_payment_told_twice_is_one_payment(office: Office, days: int) -> None:
    """The second says that it was recorded before, and sends nobody anything, however late it comes. Source: S4."""
    first = office.do(paid())
    office.clock.advance(days=days)
    plan = office.plan(paid())
    assert (["package.paid_before"], (), ()) == ([n.code for n in plan.notices], plan.messages, plan.events)
    assert first.id == office.do(paid()).id == office.do(paid(name="A. Lovelace")).id
    assert 1 == len(office.invitations(first.contact)) == len(office.packages(first.contact))


def test_the_same_payment_told_after_acceptance_is_one_payment(office: Office) -> None:
    """The package is in use by then; nothing is added."""
    first = office.do(paid())
    accepted(office, office.invitations(first.contact)[0])
    again = office.plan(paid())
    assert ((), USABLE) == (again.events, again.result.state)
    assert 1 == len(office.packages(first.contact))


def test_a_payment_for_something_else_under_the_same_id_is_a_conflict(office: Office, client: Contact) -> None:
    """Another offer, or another contact: somebody made a mistake, and hears of it."""
    first = office.do(paid(contact=client.id))
    bea = someone(office, Team.CLIENT)
    carl = someone(office, Team.CLIENT, email="carl@example.org")
    others = (paid("open", contact=client.id), paid("open"), paid(contact=bea.id), said_of("carl@example.org"))
    for other in others:
        with pytest.raises(Conflict, match="this payment was recorded for another offer, contact or funnel"):
            office.do(other)
    assert first == office.do(paid(contact=client.id)) == office.do(paid())
    assert [] == has(office, carl.id)


def test_a_payment_of_who_has_another_address_now_is_recorded_once(office: Office) -> None:
    """Nobody has the address of before: it tells of nobody else."""
    first = office.do(paid())
    office.do(Edit(contact=first.contact, email="ada@example.com", by=OWNER))
    assert first == office.do(paid()) == office.do(said_of("ada@example.com"))
    assert 1 == len(office.packages(first.contact))


def test_a_payment_of_another_funnel_is_a_conflict(office: Office, beside: Contact) -> None:
    """The practice of the same account hears of it, and gets no package of the team."""
    office.do(paid())
    practice = Watched(COACHING, storage=office.storage, clock=office.clock)
    for told in (paid(), paid(contact=beside.id)):
        with pytest.raises(Conflict, match="this payment was recorded for another offer, contact or funnel"):
            practice.do(told)
    assert () == practice.packages(beside.id)


def test_two_payments_are_two_packages_and_one_invitation(office: Office) -> None:
    """The second attaches to the invitation that waits. Source: DL-A7."""
    first = office.do(paid())
    plan = office.plan(paid("open", payment="pi-2"))
    assert ([], first.contact, first.invitation) == (sent(plan), plan.result.contact, plan.result.invitation)
    office.apply(plan)
    assert 1 == len(office.invitations(first.contact))
    assert [(first.contact, "invitation")] == mails(office)


def test_dl_a6_who_has_the_portal_gets_the_package_and_no_invitation(office: Office, insider: Contact) -> None:
    """Usable at once, and told; by the contact, or by the address. Source: DL6, DL-A6."""
    for number, payer in enumerate(({"contact": insider.id}, {"name": "Bea", "email": "BEA@example.org "})):
        plan = office.plan(paid(payment=f"pi-{number}", **payer))
        assert [(insider.id, "package_added")] == sent(plan)
        office.apply(plan)
        assert (USABLE, insider.id) == (plan.result.state, plan.result.contact)
    assert (2, ()) == (len(office.packages(insider.id)), office.invitations(insider.id))


def test_dl_a7_what_is_paid_while_an_invitation_waits_attaches_to_it(office: Office) -> None:
    """No second mail; usable when it is accepted, beside what was assigned. Source: DL-A7."""
    made = office.do(ada("five"))
    plan = office.plan(paid("open"))
    assert [] == sent(plan)
    office.apply(plan)
    assert [("five", ASSIGNED, made.id), ("open", ASSIGNED, made.id)] == sorted(has(office, made.contact))
    contact = accepted(office, made)
    assert {USABLE} == {state for _, state, _ in has(office, contact.id)}


@pytest.mark.parametrize("swept", [False, True])
def test_what_is_paid_after_an_invitation_ran_out_sends_another(office: Office, swept: bool) -> None:
    """What waits no more is nothing to attach to, whether a sweep has come or not."""
    made = office.do(ada())
    office.clock.advance(WEEK)
    if swept:
        office.swept()
    plan = office.plan(paid())
    assert [(made.contact, "invitation")] == [row for row in sent(plan) if row[0] == made.contact]
    office.apply(plan)
    assert 2 == len(office.invitations(made.contact))


@pytest.mark.parametrize("how", ["revoked", "declined", "superseded", "archived"])
def test_what_was_bought_stays_when_the_invitation_ends(office: Office, how: str) -> None:
    """It is paid for: it waits for the next invitation, and comes with that. Source: ours, after DL-A2."""
    first = office.do(paid())
    (made,) = office.invitations(first.contact)
    token = office.do(MintLink(invitation=made.id, by=OWNER))
    if how == "superseded":
        office.do(Invite(contact=first.contact, supersede=True, by=OWNER))
    else:
        ends: dict[str, Command[Any, Any]] = {
            "revoked": Revoke(invitation=made.id, by=OWNER),
            "declined": Decline(token=token),
            "archived": Archive(contact=first.contact, by=OWNER),
        }
        office.do(ends[how])
    ((_, state, invitation),) = has(office, first.contact)
    assert (ASSIGNED, how == "superseded") == (state, invitation is not None)
    if how in ("revoked", "declined"):
        again = office.do(Invite(contact=first.contact, by=OWNER))
        assert [("five", USABLE, again.id)] == has(office, accepted(office, again).id)


@pytest.mark.parametrize("status", Team)
def test_s4_whoever_pays_becomes_a_client_and_is_invited(office: Office, status: Team) -> None:
    """A Lead, a Contact, a Prospect, a Client who was only created. Source: S4."""
    payer = someone(office, status, email=ADA, coach=COACH.id)
    plan = office.plan(paid())
    assert {(payer.id, "invitation"), (COACH.id, "client_assigned")} == set(sent(plan))
    office.apply(plan)
    assert (Team.CLIENT, Portal.INVITED) == ((now := office.contact(payer.id)).status, now.portal)
    assert [payer.id] == [contact.id for contact in office.contacts()]


def test_several_holders_of_an_address_are_told_apart_by_contact(office: Office) -> None:
    """Who has paid has to be said then; what was recorded is found again without it."""
    one, two = (someone(office, Team.CLIENT, email=written) for written in (ADA, ADA.upper()))
    plan = office.plan(paid())
    assert ["package.buyer_is_clear"] == rules(plan.decision) == [f.rule for f in plan.decision.missing]
    assert f"{one.id}" in str(plan.decision)
    package = office.do(paid(contact=two.id))
    assert (two.id, []) == (package.contact, has(office, one.id))
    assert package.id == office.do(paid()).id


BLOCKED: Final[tuple[tuple[dict[str, Any], Command[Any, Any] | None], ...]] = (
    ({"standing": Standing.ARCHIVED}, None),
    ({"email": None}, None),
    ({}, SetDoNotContact(contact="c-1", by=OWNER)),
    ({}, SetDoNotContact(contact="c-1", channel=Channel.EMAIL, by=OWNER)),
)


@pytest.mark.parametrize(("more", "wish"), BLOCKED, ids=["archived", "no address", "do not contact", "no e-mail"])
def test_who_cannot_be_invited_keeps_what_was_paid_and_the_host_is_told(
    office: Office, more: dict[str, Any], wish: Command[Any, Any] | None
) -> None:
    """The package is on the record, nobody is mailed, nobody shows as invited; the host reaches the client itself."""
    payer = someone(office, Team.CLIENT, **{"id": "c-1", "email": ADA, **more})
    if wish is not None:
        office.do(wish)
    plan = office.plan(paid(contact=payer.id))
    assert ([("invite", payer.id)], []) == ([(o.code, o.about) for o in plan.obligations], sent(plan))
    office.apply(plan)
    assert ([("five", ASSIGNED, None)], ()) == (has(office, payer.id), office.invitations(payer.id))
    assert Portal.NOT_INVITED is office.contact(payer.id).portal


@pytest.mark.parametrize(
    "wish",
    [SetDoNotContact(contact="c-1", channel=Channel.PHONE, by=OWNER), SetDoNotMarket(contact="c-1", by=OWNER)],
    ids=["phone", "marketing"],
)
def test_who_wants_no_calls_or_no_news_is_invited_after_paying(office: Office, wish: Command[Any, Any]) -> None:
    """The mail is what was asked for just now."""
    payer = someone(office, Team.CLIENT, id="c-1", email=ADA)
    office.do(wish)
    assert [(payer.id, "invitation")] == sent(office.plan(paid(contact=payer.id)))


def test_a_payer_who_gets_no_mail_but_has_the_portal_uses_the_package(office: Office, insider: Contact) -> None:
    """Nobody is told, and nothing stands in the way."""
    office.do(SetDoNotContact(contact=insider.id, by=OWNER))
    plan = office.plan(paid(contact=insider.id))
    assert ([], (), USABLE) == (sent(plan), plan.obligations, plan.result.state)


@pytest.mark.parametrize("offer", ["other", "group", "to-pay", "retired"])
def test_what_was_paid_is_given_whatever_the_list_says(office: Office, offer: str) -> None:
    """A payment is no assignment: another coach's list, a group, still to be paid, retired since. Source: DL-A6."""
    office.do(DefineOffer(id="retired", name="Old", retired=True, by=OWNER))
    client = someone(office, Team.CLIENT, email=ADA, coach=COACH.id)
    office.do(AssignPackage(contact=client.id, offer="five", by=OWNER))
    package = office.do(paid(offer))
    assert (client.id, Acquired.BOUGHT) == (package.contact, package.acquired)
    assert 2 == len(office.packages(client.id))


def test_a_payment_names_its_payer() -> None:
    """A contact, or name and e-mail; and nobody's name or address shows."""
    cases: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, ["name", "email"]),
        ({"name": "Ada"}, ["email"]),
        ({"email": ADA}, ["name"]),
    )
    for more, missing in cases:
        with pytest.raises(Invalid) as caught:
            RecordPayment(payment="pi-1", offer="five", by=SYSTEM, **more)
        assert missing == [problem.path for problem in caught.value.problems]
    assert not [word for word in ("Ada", ADA) if word in repr(paid())]


def test_a_payer_who_does_not_exist_is_not_found(office: Office) -> None:
    """Nothing is recorded for it."""
    with pytest.raises(NotFound):
        office.do(paid(contact="c-0"))
    assert () == office.contacts()


def test_two_plans_for_one_payment_are_one_payment(office: Office) -> None:
    """Whichever comes second is a Conflict, and gives the first one's package when it is made again."""
    one, two = office.plan(paid()), office.plan(paid())
    office.apply(one)
    with pytest.raises(Conflict):
        office.apply(two)
    assert one.result.id == office.do(paid()).id
    assert 1 == len(office.contacts())


def test_who_may_not_log_in_keeps_what_was_paid() -> None:
    """Where paying makes nobody a client: a Prospect of the practice, a Lead of the agency. Source: S0, S1."""
    practice = Watched(COACHING, tokens=KnownTokens())
    agency = Watched(AGENCY, tokens=KnownTokens())
    crms: tuple[tuple[Watched[Any, Any], Any], ...] = ((practice, Coaching.PROSPECT), (agency, Agency.LEAD))
    for crm, status in crms:
        listed(crm)
        payer = someone(crm, status, email=ADA)
        plan = crm.plan(paid())
        crm.apply(plan)
        assert ([("invite", payer.id)], []) == ([(o.code, o.about) for o in plan.obligations], sent(plan))
        assert ([("five", ASSIGNED, None)], status) == (has(crm, payer.id), crm.contact(payer.id).status)


def test_a_package_goes_with_its_contact() -> None:
    """Deleted, it is gone from the record, and its events stay. Source: CC4."""
    practice = Watched(COACHING, tokens=KnownTokens())
    listed(practice)
    payer = someone(practice, Coaching.HOT_LEAD, email=ADA)
    package = practice.do(paid())
    practice.do(Delete(contact=payer.id, by=OWNER))
    with pytest.raises(NotFound):
        practice.package(package.id)
    assert "PackageDeleted" == type(practice.history_of("package", package.id)[-1]).__name__


# ---- what a payment must survive


@pytest.fixture
def beside(office: Office) -> Contact:
    """Ada as a contact of the practice that shares the account, and not of the team."""
    practice = Watched(COACHING, storage=office.storage, clock=office.clock)
    return practice.do(Adopt(id="p-1", name="Ada", email=ADA, status=Coaching.HOT_LEAD, by=OWNER))


def test_a_payer_who_is_known_in_another_funnel_only_is_a_new_client(office: Office, beside: Contact) -> None:
    """The money is there: whoever it is, the package is kept in the funnel in which it was sold. Source: S4."""
    package = office.do(paid())
    assert Team.CLIENT is office.contact(package.contact).status
    assert beside.id


def test_a_payment_for_a_coach_who_has_left_is_kept(office: Office) -> None:
    """The link was given out before; the new client is the team's then. Source: S4."""
    office.do(RemoveMember(member=OTHER.id, by=OWNER))
    assert office.plan(paid("other", coach=OTHER.id)).allowed


@pytest.mark.parametrize("funnel", [COACHING, AGENCY], ids=["coaching", "agency"])
def test_a_payment_of_a_new_person_is_kept_in_every_funnel(funnel: Any) -> None:
    """Told by the system, as a web hook does. Source: S4, DL6."""
    crm = Watched(funnel, tokens=KnownTokens())
    listed(crm)
    assert crm.plan(paid()).allowed
