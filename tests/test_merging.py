"""Two contacts that are one person become one: nothing is lost, nothing counts twice, the strongest opt-out wins."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import (
    AGENCY,
    COACHING,
    TEAM,
    Actor,
    Conflict,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Portal,
    Refused,
    Role,
    Standing,
    ledger,
)
from funnelkit.adapters.memory import FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    Accept,
    AddCompany,
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCoach,
    AssignCredentials,
    AssignPackage,
    Book,
    Cancel,
    Convert,
    Decline,
    DefineOffer,
    Delete,
    Edit,
    Erase,
    Invite,
    LogContact,
    MakeCampaign,
    MarkHeld,
    Merge,
    MintLink,
    RecordPayment,
    Restore,
    Revoke,
    ScheduleFollowUp,
    SetDoNotContact,
    SetDoNotMarket,
    SetEngagement,
    SetPrimary,
    Tag,
)
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import READINGS, Coaching
from funnelkit.statuses.franchise import FRANCHISE, Franchise
from funnelkit.statuses.team import Team
from funnelkit.values.events import ContactDeleted, DoNotContactSet
from funnelkit.values.outreach import Segment
from funnelkit.values.plan import Letter
from funnelkit.words import Channel, Origin, Shape

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-1", role=Role.COACH)
HERSELF: Final = Actor(id="c-2", role=Role.CLIENT)
CLERKS: Final = (Role.COACH, Role.VIEWER, Role.CLIENT)


class Practice:
    """A team, an offer of five sessions, and two contacts that are one person; each thing is done an hour later."""

    def __init__(self, funnel: Any = TEAM) -> None:
        self.clock, self.storage, self.notifier = FixedClock(NOW), MemoryStorage(), MemoryNotifier()
        self.crm: FunnelService[Any, Any] = FunnelService(
            funnel, account="acme", storage=self.storage, clock=self.clock, notifier=self.notifier,
            tokens=KnownTokens(),
        )  # fmt: skip
        self.do(AddMember(id="m-1", name="Cora", role=Role.COACH, by=OWNER))
        self.do(AddMember(id="m-2", name="Carl", role=Role.COACH, by=OWNER))
        self.do(DefineOffer(id="five", name="Five sessions", sessions=5, by=OWNER))

    def do(self, command: Any) -> Any:
        """Do it an hour later."""
        self.clock.advance(HOUR)
        return self.crm.do(command)

    def twins(self, **more: Any) -> None:
        """Let two contacts be there, `c-1` and `c-2`; `more` is of the second one."""
        self.do(Adopt(id="c-1", name="Ada", email="ada@example.org", status=Team.CLIENT, by=OWNER))
        told: dict[str, Any] = {"name": "Ada King", "email": "ada@work.example", "status": Team.CLIENT, **more}
        self.do(Adopt(id="c-2", **told, by=OWNER))

    def merged(self) -> Any:
        """Merge the second one into the first one."""
        return self.do(Merge(contact="c-1", other="c-2", by=OWNER))

    def books(self, key: str, *contacts: str, days: int = 1) -> None:
        """Let them have a session with `m-1`."""
        start = self.clock.now() + days * DAY
        self.do(Book(id=key, contacts=contacts, coach="m-1", kind=Kind.SESSION, start=start, minutes=60, by=COACH))

    def lets_in(self, contact: str, *packages: str) -> None:
        """Invite somebody who accepts."""
        self.do(Invite(contact=contact, packages=packages, by=OWNER))
        self.crm.deliver()
        token = [message.token for _, message in self.notifier.sent if isinstance(message, Letter)][-1]
        self.do(Accept(token=token))

    def person(self, contact: str = "c-1") -> Any:
        """Give the person as it is kept."""
        with self.storage.transaction("acme") as stores:
            return stores.persons.get(contact)

    def left(self) -> list[int | None]:
        """Give what is left of every package of `c-1`."""
        return [ledger.balance(one.package, self.clock.now()).left for one in self.crm.packages("c-1")]

    def holds_together(self) -> None:
        """Hold the law: every history comes to what is stored."""
        assert () == self.crm.drift()
        for appointment in self.crm.appointments("c-1"):
            assert appointment == history.appointment_at(self.crm.history_of("appointment", appointment.id))


@pytest.fixture
def practice() -> Practice:
    """Given a team."""
    return Practice()


def test_one_stays_and_the_other_one_has_no_place_any_more(practice: Practice) -> None:
    """Lists have one contact; who asks for the other one hears where it went; its history can still be asked."""
    practice.twins()
    merged = practice.merged()
    assert ["c-1"] == [contact.id for contact in practice.crm.contacts()]
    assert merged == practice.crm.contact("c-1")
    with pytest.raises(NotFound, match="it was merged into c-1"):
        practice.crm.contact("c-2")
    assert ["c-1"] == [event.into for event in practice.crm.history("c-2") if isinstance(event, ContactDeleted)]
    assert ["c-2"] == [event.other for event in practice.crm.history("c-1") if hasattr(event, "other")]
    practice.holds_together()


def test_what_stays_keeps_its_status_and_a_notice_says_what_is_dropped() -> None:
    """Nobody knows which status is right: the one that stays keeps its own, and the plan says that they differ."""
    practice = Practice(COACHING)
    practice.do(AddContact(id="c-1", name="Ada", email="ada@example.org", by=COACH))
    practice.do(AddContact(id="c-2", name="Ada", email="ada@work.example", by=COACH))
    practice.do(Convert(contact="c-2", to=Coaching.HOT_LEAD, by=COACH))
    plan = practice.crm.plan(Merge(contact="c-1", other="c-2", by=OWNER))
    assert {"merging.status_dropped", "merging.address_dropped"} == {notice.code for notice in plan.notices}
    was = practice.crm.contact("c-1").status
    assert was is practice.merged().status
    assert "ada@example.org" == practice.person().email
    assert practice.person("c-2") is None
    practice.holds_together()


def test_what_is_missing_is_filled_and_what_both_have_is_kept(practice: Practice) -> None:
    """An address, a coach and a company that only the other one has come over; tags of both stay."""
    practice.do(AddCompany(id="f-1", name="Engines Ltd", by=OWNER))
    practice.do(AddContact(id="c-1", name="Ada", status=Team.CLIENT, by=OWNER))
    known: dict[str, Any] = {"email": "ada@work.example", "phone": "+49 30 1", "company": "f-1"}
    practice.do(AddContact(id="c-2", name="Ada King", status=Team.CLIENT, coach="m-1", **known, by=OWNER))
    practice.do(SetPrimary(company="f-1", contact="c-2", by=OWNER))
    practice.do(Tag(contact="c-1", tags=["vip"], by=OWNER))
    practice.do(Tag(contact="c-2", tags=["choir", "vip"], by=OWNER))
    practice.do(LogContact(contact="c-2", channel=Channel.PHONE, by=COACH))
    touched = practice.crm.contact("c-2").touched
    merged = practice.merged()
    person = practice.person()
    assert ("Ada", "ada@work.example", "+49 30 1") == (person.name, person.email, person.phone)
    assert ("m-1", "f-1", {"vip", "choir"}) == (merged.coach, merged.company, merged.tags)
    assert touched == merged.touched
    with practice.storage.transaction("acme") as stores:
        company = stores.companies.get("f-1")
        assert company is not None
        assert "c-1" == company.primary
        assert ("c-1",) == tuple(stores.persons.holders("ada@work.example"))
    practice.holds_together()


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ({"since": date(2026, 1, 5), "consent": True}, {"since": date(2025, 1, 5), "consent": False}, (5, 2026, False)),
        ({"consent": True}, {"since": date(2025, 1, 5), "until": date(2025, 2, 5)}, (5, 2025, True)),
        ({}, {"since": date(2025, 1, 5), "consent": True}, (5, 2025, True)),
        ({"since": date(2026, 1, 5)}, {}, (5, 2026, None)),
    ],
)
def test_the_engagement_is_that_of_both(
    practice: Practice, mine: dict[str, Any], theirs: dict[str, Any], expected: tuple[int, int, bool | None]
) -> None:
    """The dates of the one that stays, else of the other one; who refused to be listed once, has refused."""
    practice.twins()
    for contact, said in (("c-1", mine), ("c-2", theirs)):
        if said:
            practice.do(SetEngagement(contact=contact, **said, by=OWNER))
    found = practice.merged().engagement
    assert expected == (found.since.day, found.since.year, found.consent)
    practice.holds_together()


def test_both_coaches_keep_their_client(practice: Practice) -> None:
    """The primary coach stays; the other one's is a further coach from now on."""
    practice.twins(coach="m-2")
    practice.do(AssignCoach(contact="c-1", coach="m-1", by=OWNER))
    merged = practice.merged()
    assert ("m-1", {"m-2"}) == (merged.coach, merged.coaches)
    practice.holds_together()


def test_appointments_come_over_and_one_with_both_counts_once(practice: Practice) -> None:
    """Hours by hand: an hour of the one, an hour of the other, and one with both of them: three, not four."""
    practice.twins()
    practice.books("a-1", "c-1", days=1)
    practice.books("a-2", "c-2", days=2)
    practice.books("a-3", "c-1", "c-2", days=3)
    practice.clock.advance(4 * DAY)
    for key in ("a-1", "a-2", "a-3"):
        practice.do(MarkHeld(appointment=key, by=COACH))
    practice.merged()
    own = [(a.id, [one.contact for one in a.attendees]) for a in practice.crm.appointments("c-1")]
    assert [("a-1", ["c-1"]), ("a-2", ["c-1"]), ("a-3", ["c-1"])] == own
    assert 180 == sum(a.minutes for a in practice.crm.appointments("c-1"))
    with pytest.raises(NotFound, match="merged into c-1"):
        practice.crm.appointments("c-2")
    practice.holds_together()


@pytest.mark.parametrize(
    ("mine", "theirs"), [(Coaching.PROSPECT, Coaching.ACTIVE_CLIENT), (Coaching.ACTIVE_CLIENT, Coaching.PROSPECT)]
)
@pytest.mark.parametrize("known", [True, False], ids=["booked in time", "entered later"])
def test_hours_are_what_they_were(mine: Coaching, theirs: Coaching, *, known: bool) -> None:
    """Of one session with both, and one of each: whoever stays, what counted counts, and what did not does not."""
    practice = Practice(COACHING)
    for key, status in (("c-1", mine), ("c-2", theirs)):
        practice.do(Adopt(id=key, name="Ada", email=f"{key}@example.org", status=status, by=OWNER))
    if not known:
        practice.clock.advance(9 * DAY)
    for n, contacts in enumerate((["c-1", "c-2"], ["c-1"], ["c-2"])):
        practice.books(f"a-{n}", *contacts, days=n + 1 if known else n - 5)
    practice.clock.advance(9 * DAY)
    assert 120 == practice.crm.certification().minutes
    practice.merged()
    assert 120 == practice.crm.certification().minutes
    practice.holds_together()


def test_a_session_that_only_the_other_one_has_paid_for_stays_used() -> None:
    """One group package between both: its session is not given back."""
    practice = Practice()
    practice.do(DefineOffer(id="choir", name="Choir", sessions=5, shape=Shape.GROUP, coaches=["m-1"], by=OWNER))
    practice.twins(portal=Portal.NOT_INVITED)
    practice.do(AssignCoach(contact="c-2", coach="m-1", by=OWNER))
    practice.lets_in("c-2", "choir")
    practice.books("a-1", "c-1", "c-2")
    practice.clock.advance(2 * DAY)
    practice.do(MarkHeld(appointment="a-1", by=COACH))
    practice.merged()
    assert [4] == practice.left()
    practice.holds_together()


def test_every_opt_out_that_holds_longer_is_said(practice: Practice) -> None:
    """Until tomorrow, and for ever: the longer one is a fact of the history, and stands once, in both funnels."""
    practice.twins()
    tomorrow = practice.clock.now() + 30 * HOUR
    practice.do(SetDoNotContact(contact="c-1", until=tomorrow, by=COACH))
    practice.do(SetDoNotContact(contact="c-2", by=COACH))
    plan = practice.crm.plan(Merge(contact="c-1", other="c-2", by=OWNER))
    assert 1 == [consequence.code for consequence in plan.consequences].count("opt_out_holds")
    practice.crm.apply(plan)
    said = [event for event in practice.crm.history("c-1") if isinstance(event, DoNotContactSet)]
    assert [tomorrow, None] == [event.until for event in said]
    assert 2 == len(practice.crm.export("c-1")["do_not_contact"])


def test_campaigns_of_the_other_one_are_in_the_export(practice: Practice) -> None:
    """Who was picked by the other id was picked."""
    practice.twins()
    practice.do(Tag(contact="c-2", tags=["choir"], by=OWNER))
    practice.do(MakeCampaign(id="k-1", name="Spring", segment=Segment(tags=["choir"]), by=OWNER))
    practice.merged()
    assert ["k-1"] == [one["id"] for one in practice.crm.export("c-1")["campaigns"]]


def test_the_log_of_a_moment_before_is_what_it_was(practice: Practice) -> None:
    """An hour of the other one was listed then, and is listed now for then, under the name of today."""
    practice.twins()
    practice.do(SetEngagement(contact="c-2", consent=True, by=OWNER))
    practice.do(SetEngagement(contact="c-1", consent=True, by=OWNER))
    practice.books("a-1", "c-2")
    practice.clock.advance(2 * DAY)
    moment = practice.clock.now()
    before = practice.crm.log()
    practice.merged()
    for then in (practice.crm.log(as_of=moment), practice.crm.log(known=moment), practice.crm.log()):
        assert (1, 60, 0) == (len(then.entries), then.minutes, then.withheld_minutes)
        assert before.minutes == then.minutes
        assert "Ada" == then.entries[0].name


@pytest.mark.parametrize(("contact", "other"), [(False, True), (True, False), (None, True)])
@pytest.mark.parametrize("which", ["c-1", "c-2"])
def test_a_no_of_either_holds_for_the_log_of_a_moment_before(
    practice: Practice, contact: bool | None, other: bool, which: str
) -> None:
    """Who said no by one of the ids is not named by the other, as of whatever moment; who says no today, neither."""
    practice.twins()
    practice.do(SetEngagement(contact="c-1", consent=contact, by=OWNER))
    practice.do(SetEngagement(contact="c-2", consent=other, by=OWNER))
    practice.books("a-1", which)
    practice.clock.advance(2 * DAY)
    moment = practice.clock.now()
    practice.merged()
    if contact is None:
        practice.do(SetEngagement(contact="c-1", consent=False, by=OWNER))
    for then in (practice.crm.log(as_of=moment), practice.crm.log(known=moment), practice.crm.log()):
        assert (0, 60) == (len(then.entries), then.withheld_minutes)


def test_erasing_points_at_the_other_ones_place_elsewhere(practice: Practice) -> None:
    """Who is merged here, and stands in another funnel by the other id, is to be erased there, too."""
    practice.twins()
    leads: FunnelService[Any, Any] = FunnelService(
        FRANCHISE, account="acme", storage=practice.storage, clock=practice.clock
    )
    practice.clock.advance(HOUR)
    leads.do(Adopt(id="c-2", name="Ada King", email="ada@work.example", status=Franchise.NEW_LEAD, by=OWNER))
    practice.merged()
    plan = practice.crm.plan(Erase(contact="c-1", by=OWNER))
    assert "erase_elsewhere" in {obligation.code for obligation in plan.obligations}


@pytest.mark.parametrize("command", [Merge(contact="c-1", other="c-2", by=OWNER), Delete(contact="c-2", by=OWNER)])
def test_delivered_twice_at_once_it_gives_what_it_gave(command: Any) -> None:
    """Somebody else does the same command with the same key while it is planned: it gives the first result."""
    practice = Practice(AGENCY)
    for key in ("c-1", "c-2"):
        known: dict[str, Any] = {"name": "Ada", "email": f"{key}@example.org"}
        practice.do(AddContact(id=key, **known, status=Agency.PROSPECT, by=OWNER))
        practice.do(Archive(contact=key, by=OWNER))
    first: list[Any] = []
    crm, plan = practice.crm, practice.crm.plan

    def slowly(*given: Any, **more: Any) -> Any:
        if not first:
            first.append(None)
            first.append(crm.do(command, key="k-1"))
        return plan(*given, **more)

    crm.plan = slowly  # type: ignore[method-assign]  # the other one comes in between
    assert crm.do(command, key="k-1") == first[1]


def test_packages_come_over_with_their_ledgers(practice: Practice) -> None:
    """Five and five; one session used by each name, and one that both had: 10 - 3 = 7 are left."""
    practice.twins(portal=Portal.NOT_INVITED)
    practice.lets_in("c-1", "five")
    practice.lets_in("c-2", "five")
    practice.books("a-1", "c-1", days=1)
    practice.books("a-2", "c-2", days=2)
    practice.clock.advance(4 * DAY)
    practice.do(MarkHeld(appointment="a-1", by=COACH))
    practice.do(MarkHeld(appointment="a-2", by=COACH))
    practice.merged()
    assert [4, 4] == practice.left()
    with pytest.raises(NotFound):
        practice.crm.packages("c-2")
    practice.books("a-4", "c-1")
    practice.do(Cancel(appointment="a-4", by=COACH))
    practice.holds_together()


def test_a_session_of_both_is_taken_from_one_package() -> None:
    """Each had a group package and came under both names: one session is given back."""
    practice = Practice(TEAM.with_policy(package={"per_invitation": 2}))
    practice.do(DefineOffer(id="choir", name="Choir", sessions=5, shape=Shape.GROUP, coaches=["m-1"], by=OWNER))
    practice.twins(portal=Portal.NOT_INVITED)
    for contact in ("c-1", "c-2"):
        practice.do(AssignCoach(contact=contact, coach="m-1", by=OWNER))
        practice.lets_in(contact, "choir")
    practice.books("a-1", "c-1", "c-2")
    practice.books("a-2", "c-1", "c-2", days=2)
    practice.clock.advance(36 * HOUR)
    practice.do(MarkHeld(appointment="a-1", by=COACH))
    assert [3] == practice.left()
    practice.merged()
    assert [3, 5] == practice.left()
    practice.holds_together()


def test_what_waited_for_a_portal_opens_where_there_is_one(practice: Practice) -> None:
    """The other one was invited with a package and has not answered; who stays has the portal: it can be used."""
    practice.twins(portal=Portal.NOT_INVITED)
    practice.lets_in("c-1")
    practice.do(Invite(contact="c-2", packages=["five"], by=OWNER))
    merged = practice.merged()
    assert merged.portal is Portal.ACTIVE
    assert [5] == practice.left()
    with practice.storage.transaction("acme") as stores:
        assert ["superseded"] == [one.state.value for one in stores.invitations.of_contact("c-2")]
    practice.holds_together()


def test_what_waited_for_an_answer_waits_with_the_one_that_stays(practice: Practice) -> None:
    """Both were invited: one invitation waits, and brings what both were to have."""
    practice.twins(portal=Portal.NOT_INVITED)
    practice.do(Invite(contact="c-1", by=OWNER))
    practice.do(Invite(contact="c-2", packages=["five"], by=OWNER))
    practice.merged()
    (waits,) = [one for one in practice.crm.invitations("c-1") if one.state.value == "pending"]
    (package,) = practice.crm.packages("c-1")
    assert (waits.id, "assigned") == (package.package.invitation, package.package.state.value)
    practice.holds_together()
    practice.do(Revoke(invitation=waits.id, by=OWNER))
    practice.holds_together()


def test_the_portal_comes_over_and_the_host_is_told(practice: Practice) -> None:
    """The other one has the portal: who stays has it from now on, with a user name that the host has to move."""
    practice.twins(portal=Portal.NOT_INVITED)
    practice.do(Invite(contact="c-1", packages=["five"], by=OWNER))
    practice.lets_in("c-2")
    plan = practice.crm.plan(Merge(contact="c-1", other="c-2", by=OWNER))
    assert {"merge_files", "merge_access"} == {obligation.code for obligation in plan.obligations}
    assert practice.merged().portal is Portal.ACTIVE
    assert [5] == practice.left()
    assert ["superseded", "accepted"] == [one.state.value for one in practice.crm.invitations("c-1")]
    practice.holds_together()


@pytest.mark.parametrize("chain", [False, True], ids=["merged", "merged into what was merged"])
def test_who_declined_under_the_other_id_has_declined(practice: Practice, *, chain: bool) -> None:
    """Its invitations are told with those of the one that stays, and whoever invites hears of the no."""
    practice.twins()
    made = practice.do(Invite(contact="c-2", by=OWNER))
    practice.do(Decline(token=practice.do(MintLink(invitation=made.id, by=OWNER))))
    practice.merged()
    stays = "c-1"
    if chain:
        practice.do(Adopt(id="c-0", name="Ada", email="ada@home.example", status=Team.CLIENT, by=OWNER))
        practice.do(Merge(contact="c-0", other=stays, by=OWNER))
        stays = "c-0"
    assert [made.id] == [one.id for one in practice.crm.invitations(stays)]
    plan = practice.crm.plan(Invite(contact=stays, by=OWNER))
    assert ["invitation.declined_before"] == [notice.code for notice in plan.notices]
    again = practice.do(Invite(contact=stays, by=OWNER))
    assert [made.id, again.id] == [one.id for one in practice.crm.invitations(stays)]


@pytest.mark.parametrize("turned", [False, True], ids=["the one that goes", "the one that stays"])
def test_the_strongest_opt_out_wins(practice: Practice, *, turned: bool) -> None:
    """Whichever of them said that nobody may write to her: nobody may, and only she can lift it."""
    practice.twins()
    whose = "c-1" if turned else "c-2"
    herself = Actor(id=whose, role=Role.CLIENT)
    practice.do(SetDoNotContact(contact="c-1", reason="moved", by=COACH))
    practice.do(SetDoNotContact(contact=whose, by=herself))
    practice.do(SetDoNotContact(contact="c-2", channel=Channel.POST, by=COACH))
    practice.do(SetDoNotMarket(contact="c-2", by=COACH))
    practice.merged()
    person = practice.person()
    assert person.do_not_market
    assert Origin.PERSON is person.blocked(practice.clock.now()).origin
    assert {None, Channel.POST} == {block.channel for block in person.blocks}
    assert {"c-1"} == {event.about for event in practice.crm.history("c-1")}
    practice.holds_together()


def test_nobody_follows_up_who_has_opted_out() -> None:
    """A follow-up of the one that stays ends when the other one had said: do not contact me."""
    practice = Practice(COACHING)
    for key in ("c-1", "c-2"):
        practice.do(AddContact(id=key, name="Ada", email=f"{key}@example.org", by=COACH))
        practice.do(ScheduleFollowUp(contact=key, by=COACH))
    practice.do(SetDoNotContact(contact="c-2", by=HERSELF))
    practice.merged()
    assert practice.crm.contact("c-1").follow_up is None
    assert 0 == len(practice.crm.due(until=practice.clock.now() + 100 * DAY).entries)
    practice.holds_together()


def test_nothing_is_sent_that_waited_for_the_other_one(practice: Practice) -> None:
    """An invitation that has not left yet does not leave any more."""
    practice.twins(portal=Portal.NOT_INVITED)
    practice.do(Invite(contact="c-2", by=OWNER))
    practice.merged()
    practice.crm.deliver()
    assert [] == [message for _, message in practice.notifier.sent if message.to == "c-2"]


def test_a_payment_of_before_is_known_afterwards(practice: Practice) -> None:
    """A payment that the other one made, told again, counts once."""
    practice.twins(portal=Portal.ACTIVE)
    practice.do(RecordPayment(payment="pi-1", offer="five", contact="c-2", by=OWNER))
    practice.merged()
    for told in ("c-1", "c-2"):
        practice.do(RecordPayment(payment="pi-1", offer="five", contact=told, by=OWNER))
    assert 1 == len(practice.crm.packages("c-1"))
    practice.holds_together()


def test_erasing_takes_out_what_was_said_about_both(practice: Practice) -> None:
    """A note about the other one, from before, goes when the person is erased; the export has had it."""
    practice.twins()
    practice.do(LogContact(contact="c-2", channel=Channel.PHONE, note="zqx says hello", by=COACH))
    practice.do(Invite(contact="c-2", message="zqx, come in", by=OWNER))
    practice.merged()
    assert 2 == str(practice.crm.export("c-1")).count("zqx")
    practice.do(Erase(contact="c-1", by=OWNER))
    assert 0 == str(practice.crm.export("c-1")).count("zqx")
    assert 0 == str(practice.crm.export("c-2")).count("zqx")


@pytest.mark.parametrize("role", CLERKS)
def test_owner_admin_and_system_merge(practice: Practice, role: Role) -> None:
    """There is no way back, so nobody else does it."""
    practice.twins()
    with pytest.raises(Refused) as caught:
        practice.do(Merge(contact="c-1", other="c-2", by=Actor(id="x-1", role=role)))
    assert ["privacy.merger_may"] == [finding.rule for finding in caught.value.decision.refusals]
    for head in (Role.ADMIN, Role.SYSTEM):
        assert practice.crm.plan(Merge(contact="c-1", other="c-2", by=Actor(id="x-1", role=head))).decision


@pytest.mark.parametrize("gone", ["c-1", "c-2"])
def test_who_was_erased_is_merged_with_nobody(practice: Practice, gone: str) -> None:
    """There is nobody behind it; and an erased place does not come out of the archive either."""
    practice.twins()
    practice.do(Erase(contact=gone, by=OWNER))
    with pytest.raises(Refused, match=f"the person behind {gone} was erased"):
        practice.merged()
    with pytest.raises(Refused, match=f"the person behind {gone} was erased"):
        practice.do(Restore(contact=gone, by=OWNER))
    other = {"c-1": "c-2", "c-2": "c-1"}[gone]
    practice.do(Archive(contact=other, by=OWNER))
    assert practice.do(Restore(contact=other, by=OWNER)).standing is Standing.ACTIVE


def test_bad_input_names_the_field(practice: Practice) -> None:
    """One contact twice, one that is not there, a time, the second call: each is told, and nothing changes."""
    practice.twins()
    before = practice.crm.history("c-1")
    with pytest.raises(Invalid, match="other: this is the contact itself"):
        Merge(contact="c-1", other="c-1", by=OWNER)
    with pytest.raises(Invalid, match="at"):
        practice.crm.do(Merge(contact="c-1", other="c-2", at=NOW, by=OWNER))
    with pytest.raises(NotFound):
        practice.crm.do(Merge(contact="c-1", other="c-3", by=OWNER))
    assert before == practice.crm.history("c-1")
    practice.merged()
    with pytest.raises(NotFound, match="merged into c-1"):
        practice.merged()
    practice.do(AddContact(id="c-3", name="Ada", status=Team.CLIENT, by=OWNER))
    practice.do(Merge(contact="c-3", other="c-1", by=OWNER))
    assert ["c-3"] == [contact.id for contact in practice.crm.contacts()]


@pytest.mark.parametrize("changed", ["c-1", "c-2"])
def test_a_change_in_between_is_a_conflict(practice: Practice, changed: str) -> None:
    """Who plans on both, plans on what both were: whoever was quicker makes a conflict."""
    practice.twins()
    plan = practice.crm.plan(Merge(contact="c-1", other="c-2", by=OWNER))
    practice.do(Tag(contact=changed, tags=["vip"], by=OWNER))
    with pytest.raises(Conflict):
        practice.crm.apply(plan)
    assert 2 == len(practice.crm.contacts())


def test_in_a_second_funnel_the_other_one_keeps_its_place(practice: Practice) -> None:
    """Contacts are merged funnel by funnel: the plan says that there is another one, and the person stays for it."""
    practice.twins(portal=Portal.NOT_INVITED)
    leads: FunnelService[Any, Any] = FunnelService(
        FRANCHISE, account="acme", storage=practice.storage, clock=practice.clock
    )
    known: dict[str, Any] = {"name": "Ada King", "email": "ada@work.example"}
    practice.clock.advance(HOUR)
    leads.do(Adopt(id="c-2", **known, status=Franchise.NEW_LEAD, by=OWNER))
    plan = practice.crm.plan(Merge(contact="c-1", other="c-2", by=OWNER))
    assert "merge_elsewhere" in {obligation.code for obligation in plan.obligations}
    practice.crm.apply(plan)
    assert "c-2" == leads.contact("c-2").id
    assert practice.person("c-2") is not None
    assert () == leads.drift()


STEPS: Final[tuple[Any, ...]] = (
    lambda who, n: Tag(contact=who, tags=[f"t-{n}"], by=OWNER),
    lambda who, n: Invite(contact=who, packages=["five"] * (n % 2), by=OWNER),
    lambda who, _: AssignPackage(contact=who, offer="five", by=OWNER),
    lambda who, _: AssignCredentials(contact=who, by=OWNER),
    lambda who, n: RecordPayment(payment=f"pi-{n}", offer="five", contact=who, by=OWNER),
    lambda who, n: Edit(contact=who, coach=f"m-{n % 2 + 1}", by=OWNER),
    lambda who, n: SetDoNotContact(contact=who, channel=[None, *Channel][n % 3], by=OWNER),
    lambda who, _: Archive(contact=who, by=OWNER),
    lambda who, _: Restore(contact=who, by=OWNER),
    lambda who, _: LogContact(contact=who, channel=Channel.EMAIL, by=OWNER),
)


@settings(max_examples=60, deadline=None)
@given(
    life=st.lists(
        st.tuples(st.sampled_from(["c-1", "c-2"]), st.integers(0, len(STEPS) + 1), st.integers(0, 9)), max_size=14
    )
)
def test_law_of_merging(life: list[tuple[str, int, int]]) -> None:
    """Whatever was done with both before: appointments, granted sessions and opt-outs are those of both, once."""
    practice = Practice()
    practice.twins(portal=Portal.NOT_INVITED)
    for n, (who, step, more) in enumerate(life):
        if step < len(STEPS):
            try_it(practice, STEPS[step](who, more))
        elif step == len(STEPS):
            practice.books(f"a-{n}", *([who] if more % 2 else ["c-1", "c-2"]), days=n + 1)
        else:
            practice.clock.advance(2 * DAY)
            for one in {one for who in ("c-1", "c-2") for one in practice.crm.appointments(who)}:
                if one.start < practice.clock.now() - HOUR and one.state.value == "booked":
                    practice.do(MarkHeld(appointment=one.id, by=COACH))
    appointments = {one.id for who in ("c-1", "c-2") for one in practice.crm.appointments(who)}
    granted = sum(held(practice, "c-1", "granted")) + sum(held(practice, "c-2", "granted"))
    waiting = [one for who in ("c-1", "c-2") for one in held(practice, who, None)]
    channels = {None, *Channel}
    blocked = {c for c in channels for who in ("c-1", "c-2") if practice.person(who).blocked(practice.clock.now(), c)}
    merged = practice.merged()
    assert appointments == {one.id for one in practice.crm.appointments("c-1")}
    assert len(waiting) == len(held(practice, "c-1", None))
    after = sum(held(practice, "c-1", "granted"))
    assert after >= granted if merged.portal is Portal.ACTIVE else after == granted
    sessions = [one for one in appointments if uses(practice, one) > 1]
    assert [] == sessions, "each session is taken from one package"
    assert blocked == {c for c in channels if practice.person().blocked(practice.clock.now(), c)}
    practice.holds_together()


def try_it(practice: Practice, command: Any) -> None:
    """Do it, if it may be done."""
    practice.clock.advance(HOUR)
    with suppress(Conflict):  # one payment of both
        plan = practice.crm.plan(command)
        if plan.decision:
            practice.crm.apply(plan)


def held(practice: Practice, who: str, part: str | None) -> list[int]:
    """Give a part of the balance of each package; None: its state, if it is on the record."""
    found = [one.package for one in practice.crm.packages(who)]
    if part is None:
        return [1 for one in found if one.state.value != "removed"]
    return [getattr(ledger.balance(one, practice.clock.now()), part) or 0 for one in found]


def uses(practice: Practice, appointment: str) -> int:
    """Count how often an appointment is reserved or used in the packages of `c-1`."""
    return sum(sum(ledger.held_by(one.package, appointment)) for one in practice.crm.packages("c-1"))


def test_a_deleted_contact_leaves_no_text() -> None:
    """What was said about somebody goes with it; that it was deleted, and the reason for that, stays."""
    practice = Practice(AGENCY)
    practice.do(AddContact(id="c-1", name="Ada", email="ada@example.org", status=Agency.PROSPECT, by=OWNER))
    practice.do(LogContact(contact="c-1", channel=Channel.PHONE, note="zqx says hello", by=COACH))
    practice.do(Archive(contact="c-1", reason="zqx has moved", by=OWNER))
    practice.do(Delete(contact="c-1", reason="asked for it", by=OWNER))
    told = str(practice.crm.export("c-1"))
    assert (0, 1) == (told.count("zqx"), told.count("asked for it"))


@pytest.mark.parametrize("stays", ["c-1", "c-2"])
def test_hours_by_the_status_at_the_session_are_what_they_were(stays: str) -> None:
    """Who stays may have come later: for the time before, what the other one was is what counts. Source: CC-A1."""
    practice = Practice(READINGS["CC-A1 b"])
    practice.do(Adopt(id="c-1", name="Ada", status=Coaching.ACTIVE_CLIENT, since=NOW, by=OWNER))
    practice.books("a-1", "c-1")
    practice.clock.advance(3 * DAY)
    before = practice.clock.now()
    practice.do(AddContact(id="c-2", name="Ada King", status=Coaching.PROSPECT, by=OWNER))
    assert 60 == practice.crm.certification().minutes
    plan = practice.crm.plan(Merge(contact=stays, other={"c-1": "c-2", "c-2": "c-1"}[stays], by=OWNER))
    assert not [c for c in plan.consequences if c.code in ("hours_start", "hours_stop")]
    practice.crm.apply(plan)
    assert 60 == practice.crm.certification().minutes
    assert 60 == practice.crm.certification(as_of=before).minutes
    assert 60 == practice.crm.certification(known=before).minutes


def test_what_the_other_one_was_speaks_since_the_merge_only() -> None:
    """A session of the one that stays, of before it came, counts by the other one's history once they are one."""
    practice = Practice(READINGS["CC-A1 b"])
    practice.do(Adopt(id="c-1", name="Ada", status=Coaching.ACTIVE_CLIENT, since=NOW, by=OWNER))
    practice.clock.advance(3 * DAY)
    practice.do(AddContact(id="c-2", name="Ada King", status=Coaching.PROSPECT, by=OWNER))
    practice.books("a-1", "c-2", days=-1)
    before = practice.clock.now()
    assert 0 == practice.crm.certification().minutes
    practice.clock.advance(HOUR)
    plan = practice.crm.plan(Merge(contact="c-2", other="c-1", by=OWNER))
    assert ["a-1"] == [c.params["appointment"] for c in plan.consequences if c.code == "hours_start"]
    practice.crm.apply(plan)
    assert 60 == practice.crm.certification().minutes
    assert 0 == practice.crm.certification(as_of=before).minutes
    assert 0 == practice.crm.certification(known=before).minutes
