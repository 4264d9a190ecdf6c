"""How many invitations go out: counted when they are sent, asked when they are planned, by whatever the host brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelkit import TEAM, Conflict, FunnelService, Invitation, Right
from funnelkit.adapters.memory import KnownTokens, MemoryLimits
from funnelkit.commands import (
    Accept,
    AddMember,
    AssignPackage,
    Decline,
    DefineOffer,
    Invite,
    MintLink,
    RecordPayment,
    Revoke,
    SendAgain,
    SetDoNotContact,
)
from funnelkit.policy import InvitationPolicy
from funnelkit.ports.limits import Limits
from funnelkit.statuses.team import Team
from funnelkit.times import Elapsed
from funnelkit.values.person import address_key
from tests.scenarios.leads import R, S, Watched
from tests.scenarios.world import ADMIN, COACH, DAY, HOUR, NOON, OWNER, SYSTEM, VIEWER, mails, refusals, someone

Office: TypeAlias = Watched[Team, Right]

TICK: Final = timedelta(microseconds=1)
INVITER: Final = ["invitation.inviter_within_limit"]
ADDRESS: Final = ["invitation.address_within_limit"]
ADA: Final = "ada@example.org"
KEY: Final = address_key(ADA)


class Ledger:
    """Limits as a host could bring them: says no to whom it is told, and notes all that it hears."""

    def __init__(self) -> None:
        """Let everything pass, and have heard nothing."""
        self.full: set[tuple[str, str]] = set()
        self.asked: list[tuple[str, str, str, datetime]] = []
        self.counted: list[tuple[str, str, str, datetime]] = []

    def allows(self, account: str, what: str, key: str, now: datetime) -> bool:
        """Note the question; answer by what it was told."""
        self.asked.append((account, what, key, now))
        return (what, key) not in self.full

    def count(self, account: str, what: str, key: str, now: datetime) -> None:
        """Note it."""
        self.counted.append((account, what, key, now))


class Unwatched(Watched[S, R]):
    """The same account, where the law of the history is not looked at after each step."""

    do = FunnelService.do


def office(limits: Limits | None, kind: type[Office] = Unwatched, **policy: Any) -> Office:
    """Given a team of an owner, an admin and a coach whose invitations are limited."""
    figures = InvitationPolicy(onboarding=("onboarding",), **policy)
    crm = kind(TEAM.with_policy(invitation=figures), tokens=KnownTokens(), limits=limits)
    for actor in (OWNER, ADMIN, COACH):
        crm.do(AddMember(id=actor.id, name="Somebody", role=actor.role, by=SYSTEM))
    return crm


def new(number: int, **more: Any) -> Invite[Team]:
    """Invite somebody new, with an address of their own unless told otherwise."""
    said: dict[str, Any] = {"email": f"c{number}@example.org", "by": OWNER, **more}
    return Invite(name=f"Client {number}", status=Team.CLIENT, **said)


@pytest.fixture
def ledger() -> Ledger:
    """Limits of the host, which let everything pass."""
    return Ledger()


@pytest.fixture
def limited(ledger: Ledger) -> Office:
    """A team whose host counts."""
    return office(ledger)


@pytest.fixture
def ada(limited: Office) -> Invitation:
    """An invitation of Ada, by the owner, who is limited from now on only."""
    return limited.do(new(0, email=ADA))


# ---- MemoryLimits by itself


@pytest.mark.parametrize("what", ["inviter", "address"])
def test_so_many_go_out_and_one_more_does_not(what: str) -> None:
    """Up to the number; another account, another key and the other sort are counted apart."""
    limits = MemoryLimits(inviter=2, address=2)
    for _ in range(2):
        assert limits.allows("acme", what, "k-1", NOON)
        limits.count("acme", what, "k-1", NOON)
    assert not limits.allows("acme", what, "k-1", NOON)
    other = "address" if what == "inviter" else "inviter"
    for account, sort, key in (("other", what, "k-1"), ("acme", what, "k-2"), ("acme", other, "k-1")):
        assert limits.allows(account, sort, key, NOON)


def test_nothing_is_counted_by_asking() -> None:
    """However often it is asked."""
    limits = MemoryLimits(inviter=1)
    assert [True] * 5 == [limits.allows("acme", "inviter", "m-1", NOON) for _ in range(5)]


def test_without_a_number_any_number_goes_out() -> None:
    """For either sort, each by itself; and none goes out where the number is nothing."""
    limits = MemoryLimits(address=0)
    for _ in range(100):
        limits.count("acme", "inviter", "m-1", NOON)
    assert limits.allows("acme", "inviter", "m-1", NOON)
    assert not limits.allows("acme", "address", "k-1", NOON)


@pytest.mark.parametrize("within", [Elapsed(hours=24), Elapsed(minutes=1), Elapsed(hours=24 * 30)], ids=str)
def test_what_is_exactly_that_old_does_not_count_any_more(within: Elapsed) -> None:
    """The end of the window does not belong to it."""
    limits = MemoryLimits(inviter=1, within=within)
    limits.count("acme", "inviter", "m-1", NOON)
    end = within.after(NOON)
    expected = [(NOON, False), (end - TICK, False), (end, True), (end + TICK, True)]
    assert expected == [(moment, limits.allows("acme", "inviter", "m-1", moment)) for moment, _ in expected]


def test_a_day_is_counted_unless_told_otherwise() -> None:
    """24 hours of real time."""
    limits = MemoryLimits(inviter=1)
    limits.count("acme", "inviter", "m-1", NOON)
    assert [False, True] == [limits.allows("acme", "inviter", "m-1", NOON + DAY - TICK * n) for n in (1, 0)]


@given(st.lists(st.integers(0, 72), max_size=20), st.integers(1, 5))
def test_the_window_slides(hours: list[int], most: int) -> None:
    """At each moment it allows if fewer than the number were counted in the day before; read a second time here."""
    limits, times = MemoryLimits(address=most), list[int]()
    for hour in sorted(hours):
        now = NOON + hour * HOUR
        expected = sum(hour - time < 24 for time in times) < most
        assert expected is limits.allows("acme", "address", "k-1", now)
        if expected:
            limits.count("acme", "address", "k-1", now)
            times.append(hour)


# ---- what the service asks and counts


def test_an_invitation_counts_for_its_inviter_and_its_address(limited: Office, ledger: Ledger) -> None:
    """Once each, when it is sent, with what stands for the address and does not show it."""
    limited.do(new(0, email=ADA))
    assert [("acme", "inviter", OWNER.id, NOON), ("acme", "address", KEY, NOON)] == ledger.counted
    assert ADA not in repr(ledger.asked + ledger.counted)


def test_planning_counts_nothing(limited: Office, ledger: Ledger) -> None:
    """A plan that nobody applies asks, and counts nothing."""
    for _ in range(3):
        assert limited.plan(new(0, email=ADA)).allowed
    assert (True, []) == (len(ledger.asked) > 0, ledger.counted)


def test_a_refused_plan_counts_nothing(limited: Office, ledger: Ledger, ada: Invitation) -> None:
    """Whatever it is refused for."""
    ledger.counted.clear()
    refusals(limited, new(0, email=ADA))
    refusals(limited, Invite(name="Bea", status=Team.CLIENT, by=OWNER))
    refusals(limited, new(1, coach="m-0"))
    refusals(limited, MintLink(invitation=ada.id, by=VIEWER))
    ledger.full = {("inviter", OWNER.id)}
    refusals(limited, SendAgain(invitation=ada.id, by=OWNER))
    assert [] == ledger.counted


def test_the_inviter_is_limited_and_somebody_else_is_not(limited: Office, ledger: Ledger) -> None:
    """It is refused for the one who has sent as many as may be sent, by one rule."""
    ledger.full = {("inviter", OWNER.id)}
    assert INVITER == refusals(limited, new(1))
    assert COACH.id == limited.do(new(1, by=COACH)).by


def test_the_address_is_limited_whoever_invites(limited: Office, ledger: Ledger) -> None:
    """However it is written; another address is not."""
    ledger.full = {("address", KEY)}
    for written in (ADA, "ADA@Example.org", f" {ADA} ", "\uff41da@example.org"):
        for by in (OWNER, ADMIN, COACH):
            assert ADDRESS == refusals(limited, new(1, email=written, by=by))
    assert limited.do(new(1)).id


def test_both_limits_are_told_at_once(limited: Office, ledger: Ledger) -> None:
    """All findings, not the first one."""
    ledger.full = {("address", KEY), ("inviter", OWNER.id)}
    assert INVITER + ADDRESS == refusals(limited, new(1, email=ADA))


def test_a_contact_without_address_is_refused_for_that_alone(limited: Office, ledger: Ledger) -> None:
    """There is nothing that could be counted for it."""
    bea = someone(limited, Team.CLIENT)
    assert ["invitation.address_is_known"] == refusals(limited, Invite(contact=bea.id, by=OWNER))
    assert ["inviter"] == [what for _, what, _, _ in ledger.asked]


@pytest.mark.parametrize(
    "command",
    [
        lambda id_: SendAgain(invitation=id_, by=ADMIN),
        lambda id_: MintLink(invitation=id_, by=ADMIN),
    ],
    ids=["send again", "mint"],
)
def test_each_way_of_sending_is_limited_and_counts(
    limited: Office, ledger: Ledger, ada: Invitation, command: Callable[[str], Any]
) -> None:
    """Sending again, and a link that the host mails itself, by whoever does it."""
    ledger.counted.clear()
    limited.do(command(ada.id))
    assert [("inviter", ADMIN.id), ("address", KEY)] == [(what, key) for _, what, key, _ in ledger.counted]
    ledger.full = {("inviter", ADMIN.id)}
    assert INVITER == refusals(limited, command(ada.id))
    ledger.full = {("address", KEY)}
    assert ADDRESS == refusals(limited, command(ada.id))


def test_where_the_host_mails_the_link_counts_and_the_invitation_does_not(ledger: Ledger) -> None:
    """What goes out is counted once, whichever way it goes."""
    crm = office(ledger, mails=False)
    invitation = crm.do(new(0, email=ADA))
    assert [] == ledger.counted
    crm.do(MintLink(invitation=invitation.id, by=OWNER))
    assert [("inviter", OWNER.id), ("address", KEY)] == [(what, key) for _, what, key, _ in ledger.counted]
    crm.do(SendAgain(invitation=invitation.id, by=OWNER))
    assert 2 == len(ledger.counted)


def test_where_the_host_mails_inviting_is_limited_all_the_same(ledger: Ledger) -> None:
    """Nobody prepares more invitations than may go out."""
    crm = office(ledger, mails=False)
    ledger.full = {("address", KEY)}
    assert ADDRESS == refusals(crm, new(0, email=ADA))


def test_what_is_no_sending_is_neither_limited_nor_counted(limited: Office, ledger: Ledger, ada: Invitation) -> None:
    """Taking back, declining, accepting, a package, a do-not-contact: nothing goes out to anybody new."""
    limited.do(DefineOffer(id="five", name="Five", by=OWNER))
    bea = limited.do(new(1))
    cleo = limited.do(new(2))
    links = [limited.do(MintLink(invitation=one.id, by=OWNER)) for one in (bea, cleo)]
    ledger.counted.clear()
    ledger.full = {("inviter", OWNER.id), ("address", KEY)}
    limited.do(AssignPackage(contact=ada.contact, offer="five", by=OWNER))
    limited.do(SetDoNotContact(contact=ada.contact, by=OWNER))
    limited.do(Revoke(invitation=ada.id, by=OWNER))
    limited.do(Decline(token=links[0]))
    limited.do(Accept(token=links[1]))
    assert [] == ledger.counted


def test_a_mail_counts_when_it_is_sent_off_and_not_once_more_when_it_leaves(
    limited: Office, ledger: Ledger, ada: Invitation
) -> None:
    """Delivering asks nobody: what was allowed goes out."""
    ledger.counted.clear()
    ledger.full = {("inviter", OWNER.id), ("address", KEY)}
    assert [(ada.contact, "invitation")] == mails(limited)
    assert [] == ledger.counted


def test_delivered_twice_with_a_key_it_counts_once(limited: Office, ledger: Ledger) -> None:
    """The second gives what the first one gave, even where no more may go out."""
    first = limited.do(new(0, email=ADA), key="request-1")
    ledger.full = {("inviter", OWNER.id)}
    assert first == limited.do(new(0, email=ADA), key="request-1")
    assert 2 == len(ledger.counted)


def test_an_invitation_that_follows_a_payment_counts(limited: Office, ledger: Ledger) -> None:
    """Whoever paid is invited by the system, which has no limit; the address is counted like any other."""
    limited.do(DefineOffer(id="five", name="Five", by=OWNER))
    limited.do(RecordPayment(payment="pi-1", offer="five", name="Ada", email=ADA, by=SYSTEM))
    assert [("address", KEY)] == [(what, key) for _, what, key, _ in ledger.counted]


def test_a_payment_over_the_limit_is_kept_and_invites_nobody(limited: Office, ledger: Ledger) -> None:
    """Whatever stands in the way of the invitation, the package is kept; and the host is told to invite."""
    limited.do(DefineOffer(id="five", name="Five", by=OWNER))
    ledger.full = {("address", KEY)}
    plan = limited.plan(RecordPayment(payment="pi-1", offer="five", name="Ada", email=ADA, by=SYSTEM))
    assert (True, (), ["invite"]) == (plan.allowed, plan.messages, [one.code for one in plan.obligations])


# ---- both together, by the clock


def test_an_address_gets_three_a_day_whichever_way() -> None:
    """Invited, sent again, a link minted; the fourth waits until the first is a day old, to the microsecond."""
    crm = office(MemoryLimits(address=3))
    ada = crm.do(new(0, email=ADA))
    crm.clock.advance(hours=1)
    crm.do(SendAgain(invitation=ada.id, by=OWNER))
    crm.do(MintLink(invitation=ada.id, by=ADMIN))
    for command in (SendAgain(invitation=ada.id, by=OWNER), MintLink(invitation=ada.id, by=OWNER)):
        assert ADDRESS == refusals(crm, command)
    crm.clock.set(NOON + DAY - TICK)
    assert ADDRESS == refusals(crm, SendAgain(invitation=ada.id, by=OWNER))
    crm.clock.set(NOON + DAY)
    assert 3 == crm.do(SendAgain(invitation=ada.id, by=OWNER)).sends


def test_an_inviter_sends_two_in_an_hour() -> None:
    """To whomever; a colleague goes on, and so does the inviter an hour later."""
    crm = office(MemoryLimits(inviter=2, within=Elapsed(hours=1)))
    for number in range(2):
        crm.do(new(number))
    assert INVITER == refusals(crm, new(2))
    crm.do(new(2, by=ADMIN))
    crm.clock.advance(hours=1)
    assert OWNER.id == crm.do(new(3)).by


def test_who_shares_an_address_shares_its_limit() -> None:
    """It is the address that gets the mails. Source: ours."""
    crm = office(MemoryLimits(address=1))
    crm.do(new(0, email=ADA))
    assert ADDRESS == refusals(crm, new(1, email=ADA, another=True))


def test_without_limits_any_number_goes_out() -> None:
    """A service that was given none asks nobody."""
    crm = office(None)
    assert 30 == len({crm.do(new(number)).contact for number in range(30)})


def test_limits_are_asked_when_it_is_planned_and_when_it_goes_out(limited: Office, ledger: Ledger) -> None:
    """A plan may be kept for a while before it is applied, and is counted then."""
    plan = limited.plan(new(0, email=ADA))
    limited.clock.advance(minutes=30)
    limited.apply(plan)
    later = NOON + HOUR / 2
    assert ({NOON, later}, {later}) == ({row[3] for row in ledger.asked}, {row[3] for row in ledger.counted})


def test_limits_say_nothing_about_who_may_invite(limited: Office, ledger: Ledger) -> None:
    """Who may not invite this client is refused for that too, whatever the limits say."""
    client = someone(limited, Team.CLIENT, coach=OWNER.id, email=ADA)
    ledger.full = {("inviter", COACH.id)}
    expected = ["invitation.for_oneself", "invitation.speaks_for_itself", *INVITER]
    assert expected == refusals(limited, Invite(contact=client.id, by=COACH))


def test_of_two_plans_the_limit_lets_one_go_out() -> None:
    """What was planned before the limit was reached is planned again, and refused then."""
    crm = office(MemoryLimits(inviter=1))
    first, second = crm.plan(new(0)), crm.plan(new(1))
    crm.apply(first)
    with pytest.raises(Conflict, match="inviter"):
        crm.apply(second)
    assert INVITER == refusals(crm, new(1))
