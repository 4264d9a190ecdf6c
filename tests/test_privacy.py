"""A person's data: given in full when asked for, taken out without a trace, and every count stays what it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from funnelkit import (
    AGENCY,
    COACHING,
    TEAM,
    Actor,
    Conflict,
    FunnelkitError,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Portal,
    Refused,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    Accept,
    AddCompany,
    AddContact,
    AddMember,
    Adopt,
    Archive,
    AssignCredentials,
    Book,
    Cancel,
    Convert,
    DefineOffer,
    Delete,
    Edit,
    Erase,
    Invite,
    LogContact,
    MakeCampaign,
    MarkHeld,
    MarkMissed,
    Record,
    RecordPayment,
    Restore,
    ScheduleFollowUp,
    SetDoNotContact,
    SetPrimary,
    Tag,
)
from funnelkit.policy import ContactPolicy
from funnelkit.rules import history
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import FRANCHISE, Franchise
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.team import Team
from funnelkit.values.client_events import ContactErased
from funnelkit.values.outreach import Segment
from funnelkit.values.plan import Letter, Message
from funnelkit.values.token import Token
from funnelkit.words import Channel, Recipient

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
COACH: Final = Actor(id="m-1", role=Role.COACH)
MARKER: Final = "zqx"
PERSON: Final[dict[str, Any]] = {"name": "Zqx Zqxname", "email": "Zqx@Zqxmail.example", "phone": "+49 zqx 12"}
SAID: Final = "Zqx has told me {}"
"""A reason, a note or a message: each of them another one."""


class Practice:
    """A team, and beside it a funnel of leads, over one storage; the clock goes on with everything that is done."""

    def __init__(self) -> None:
        self.clock, self.storage, self.notifier = FixedClock(NOW), MemoryStorage(), MemoryNotifier()
        shared: dict[str, Any] = {"clock": self.clock, "notifier": self.notifier, "tokens": KnownTokens()}
        self.team: FunnelService[Any, Any] = FunnelService(TEAM, account="acme", storage=self.storage, **shared)
        self.leads: FunnelService[Any, Any] = FunnelService(FRANCHISE, account="acme", storage=self.storage, **shared)
        self.said = 0

    def text(self) -> str:
        """Give another text that names the person."""
        self.said += 1
        return SAID.format(self.said)

    def token(self) -> Token:
        """Give the link of the last letter."""
        return [message.token for _, message in self.notifier.sent if isinstance(message, Letter)][-1]

    def do(self, command: Any, crm: FunnelService[Any, Any] | None = None) -> Any:
        """Do it an hour later."""
        self.clock.advance(HOUR)
        return (crm or self.team).do(command)

    def lives(self) -> None:
        """Let `c-1` live a full life as a client, and stand among the leads too; `c-2` is somebody else."""
        self.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=OWNER))
        self.do(AddMember(id="m-1", name="Cora", role=Role.COACH, by=OWNER))
        self.do(DefineOffer(id="five", name="Five sessions", sessions=5, by=OWNER))
        self.do(AddCompany(id="f-1", name="Engines Ltd", by=OWNER))
        self.do(AddContact(id="c-2", name="Bea", email="bea@example.org", status=Team.CLIENT, by=OWNER))
        new: dict[str, Any] = {
            "contact": None,
            "status": Team.CLIENT,
            "coach": "m-1",
            "packages": ["five"],
            "message": self.text(),
        }
        self.do(Invite(id="c-1", **PERSON, **new, by=OWNER))
        self.team.deliver()
        self.do(Accept(token=self.token()))
        self.do(Edit(contact="c-1", company="f-1", by=OWNER))
        self.do(SetPrimary(company="f-1", contact="c-1", by=OWNER))
        for place, contacts in enumerate((["c-1"], ["c-1"], ["c-1", "c-2"], ["c-1"])):
            self.books(f"a-{place}", contacts)
        self.do(MarkHeld(appointment="a-0", minutes=50, note=self.text(), by=COACH))
        self.do(MarkMissed(appointment="a-1", note=self.text(), by=COACH))
        self.do(RecordPayment(payment="pi-1", offer="five", contact="c-1", by=OWNER))
        self.do(LogContact(contact="c-1", channel=Channel.PHONE, note=self.text(), by=COACH))
        self.do(Tag(contact="c-1", tags=["vip"], by=COACH))
        self.do(MakeCampaign(id="k-1", name="Spring", segment=Segment(), by=OWNER))
        self.do(AddContact(id="c-1", **PERSON, by=COACH), self.leads)
        self.do(ScheduleFollowUp(contact="c-1", note=self.text(), by=COACH), self.leads)
        self.do(Edit(contact="c-1", email="zqx2@zqxmail.example", by=COACH))
        self.do(SetDoNotContact(contact="c-1", channel=Channel.POST, reason=self.text(), by=COACH))

    def books(self, key: str, contacts: list[str]) -> None:
        """Let somebody have a session, which begins in five hours."""
        self.do(
            Book(
                id=key, contacts=contacts, coach="m-1", kind=Kind.SESSION, start=self.clock.now() + 6 * HOUR,
                minutes=60, note=self.text(), by=COACH,
            )
        )  # fmt: skip
        self.clock.advance(8 * HOUR)


def practice() -> Practice:
    """Given a full life."""
    made = Practice()
    made.lives()
    return made


def leaves(held: object, above: tuple[int, ...] = ()) -> Iterator[str]:
    """Give every text that can be reached from here, whether a repr shows it or not; keys of tables included."""
    if isinstance(held, (str, bytes)):
        yield held if isinstance(held, str) else held.decode(errors="replace")
    if isinstance(held, (str, bytes, type, int)) or id(held) in above:
        return
    above = (*above, id(held))
    if isinstance(held, Mapping):
        for key, value in held.items():
            yield from leaves(key, above)
            yield from leaves(value, above)
    elif isinstance(held, (list, tuple, AbstractSet)):
        for member in held:
            yield from leaves(member, above)
    slots = (getattr(kind, "__slots__", ()) for kind in type(held).__mro__)
    for name in {*vars(held)} if hasattr(held, "__dict__") else {one for names in slots for one in names}:
        if hasattr(held, name):
            yield from leaves(getattr(held, name), above)


def marked(held: object) -> list[str]:
    """Give the texts in which the person is named."""
    return sorted(leaf for leaf in leaves(held) if MARKER in leaf.casefold())


def lines(crm: FunnelService[Any, Any]) -> list[tuple[Any, str]]:
    """Give the report of hours line by line, with what is said of each."""
    return [(line.appointment, str(line.decision)) for line in crm.certification()]


def waiting(world: Practice) -> list[str]:
    """Give the keys of all messages to or about `c-1` that have not left."""
    return sorted(message["key"] for message in world.team.export("c-1")["messages"])


def erased(world: Practice) -> None:
    """Take `c-1` out of both funnels."""
    world.do(Erase(contact="c-1", reason="on request", by=OWNER))
    world.do(Erase(contact="c-1", reason="on request", by=OWNER), world.leads)


# ---- export


def test_the_export_has_everything_that_is_held() -> None:
    """Every text in the storage that names the person stands in it, from whichever funnel one asks."""
    world = practice()
    kept = set(marked(world.storage))
    assert len(kept) > world.said
    for crm in (world.team, world.leads):
        given_out = {text.casefold() for text in marked(crm.export("c-1"))}
        assert set() == {text.casefold() for text in kept} - given_out


def test_the_export_has_every_part() -> None:
    """Person, places, history, appointments, follow-ups, invitations, packages, wishes, messages, campaigns."""
    world = practice()
    world.do(
        Book(id="a-9", contacts=["c-1"], coach="m-1", kind=Kind.SESSION, start=NOW + 90 * DAY, minutes=60, by=OWNER)
    )
    told = world.team.export("c-1")
    assert ("acme", "c-1", world.clock.now().isoformat()) == (told["account"], told["contact"], told["exported"])
    assert ("Zqx Zqxname", "zqx2@zqxmail.example") == (told["person"]["name"], told["person"]["email"])
    assert ["team", "franchise"] == [place["funnel"] for place in told["places"]]
    assert ["vip"] == told["places"][0]["tags"]
    assert [{"id": "f-1", "name": "Engines Ltd", "primary": True}] == told["companies"]
    assert [("franchise", SAID.format(world.said - 1))] == [(f["funnel"], f["notes"]) for f in told["follow_ups"]]
    assert [("post", SAID.format(world.said))] == [(b["channel"], b["reason"]) for b in told["do_not_contact"]]
    assert told["do_not_market"] is False
    assert ["a-0", "a-1", "a-2", "a-3", "a-9"] == [one["id"] for one in told["appointments"]]
    assert ["accepted"] == [one["state"] for one in told["invitations"]]
    packages = world.team.packages("c-1")
    assert sorted(held.package.id for held in packages) == sorted(one["id"] for one in told["packages"])
    lines = {held.package.id: [entry.what.value for entry in held.package.ledger] for held in packages}
    assert lines == {one["id"]: [entry["what"] for entry in one["ledger"]] for one in told["packages"]}
    assert ["k-1"] == [one["id"] for one in told["campaigns"]]
    with world.storage.transaction("acme") as stores:
        assert {m.key for m in stores.outbox.about("c-1")} == {m["key"] for m in told["messages"]}
    events = (*world.team.history("c-1"), *world.leads.history("c-1"))
    assert [event.id for event in events] == [entry["id"] for entry in told["history"]]
    assert ["contact_added"] * 2 == [e["type"] for e in told["history"] if e["type"] == "contact_added"]


def test_the_export_has_messages_to_and_about_the_contact() -> None:
    """What waits, is withheld or was given up; what goes to somebody else about somebody else is not in it."""
    world = practice()
    for key, to, about in (("k-1", "c-1", "c-1"), ("k-2", "c-2", "c-2")):
        with world.storage.transaction("acme") as stores:
            stores.outbox.add([Message(key=key, to=to, template="hello", params={"contact": about})])
    assert "k-1" in {m["key"] for m in world.team.export("c-1")["messages"]}
    assert "k-2" not in {m["key"] for m in world.team.export("c-1")["messages"]}
    with world.storage.transaction("acme") as stores:
        stores.outbox.withhold("k-1")
        stores.outbox.failed("k-2", None)
    assert "k-1" in {m["key"] for m in world.team.export("c-1")["messages"]}
    assert "k-2" in {m["key"] for m in world.team.export("c-2")["messages"]}


def test_the_export_is_plain_and_stable() -> None:
    """JSON holds it as it is, and asked again it is the same."""
    world = practice()
    told = world.team.export("c-1")
    assert told == json.loads(json.dumps(told))
    assert json.dumps(told) == json.dumps(world.team.export("c-1"))
    world.clock.advance(DAY)
    later = world.team.export("c-1")
    assert {"exported"} == {key for key in told if told[key] != later[key]}


def test_the_export_has_nothing_of_others_and_nothing_of_links() -> None:
    """Who else came, who else is in a campaign, hashes and selectors: none of it is the person's data."""
    world = practice()
    with world.storage.transaction("acme") as stores:
        links = list(leaves(stores.links))
    secret = {text for text in links if len(text) > 40 or text.startswith("known-")}
    assert secret
    held = set(leaves(world.team.export("c-1")))
    assert set() == held & (secret | {"c-2", "Bea", "bea@example.org"})


def test_there_is_no_export_of_nobody() -> None:
    """An unknown id, and one of another account, is not found; what is no id is refused."""
    world = practice()
    other: FunnelService[Any, Any] = FunnelService(
        TEAM, account="other", storage=world.storage, clock=world.clock
    )  # fmt: skip
    for crm, contact in ((world.team, "c-9"), (other, "c-1")):
        with pytest.raises(NotFound):
            crm.export(contact)
    with pytest.raises(Invalid):
        world.team.export(" ")


def test_what_is_deleted_has_an_export_of_what_is_left() -> None:
    """The history of who is gone is still held."""
    world = Practice()
    world.do(AddContact(id="c-1", name="Ada", by=COACH), world.leads)
    world.do(Convert(contact="c-1", to=Franchise.FOLLOW_UP_1, reason="so", by=COACH), world.leads)
    world.do(Archive(contact="c-1", by=COACH), world.leads)
    agency: FunnelService[Any, Any] = FunnelService(AGENCY, account="acme", storage=world.storage, clock=world.clock)
    world.do(AddContact(id="c-3", name="Ada", by=COACH), agency)
    world.do(Archive(contact="c-3", by=COACH), agency)
    world.do(Delete(contact="c-3", by=COACH), agency)
    told = agency.export("c-3")
    assert (None, []) == (told["person"], told["places"])
    assert "contact_deleted" == told["history"][-1]["type"]


# ---- erase


def test_nothing_that_names_the_person_is_found_afterwards() -> None:
    """Names, addresses of now and before, reasons, notes, messages: in no table, as no value and as no key."""
    world = practice()
    assert marked(world.storage)
    erased(world)
    assert [] == marked(world.storage)
    for crm in (world.team, world.leads):
        assert [] == marked(crm.export("c-1"))


def test_everything_that_was_counted_stays() -> None:
    """Contacts, statuses, history, hours, ledgers and balances are what they were; somebody else is untouched."""
    world = practice()
    team, ada = world.team, world.team.contact("c-1")
    world.clock.advance(30 * DAY)

    def counted() -> object:
        report = team.certification()
        return (
            [(c.id, c.status, c.since) for c in team.contacts()],
            (report.minutes, lines(team)),
            [(held.package, held.balance, held.standing) for held in team.packages("c-1")],
            [team.history_of("appointment", f"a-{n}") for n in range(4)], team.appointments("c-1"),
            (team.contact("c-2"), team.export("c-2")["person"]), team.campaign("k-1"),
        )  # fmt: skip

    before, told = counted(), team.history("c-1")
    team.do(Erase(contact="c-1", by=OWNER))
    assert before == counted()
    assert told == team.history("c-1")[: len(told)]
    now = team.contact("c-1")
    assert (Standing.ARCHIVED, Portal.NOT_INVITED, ada.tags) == (now.standing, now.portal, ada.tags)
    assert now == history.contact_at(team.history("c-1"))


def test_an_erased_contact_is_shown_as_such() -> None:
    """Nobody keeps a name; lists and picks name nobody; nobody logs in."""
    world = practice()
    assert world.team.may("c-1", Right.LOG_IN)
    erased(world)
    assert isinstance(world.team.history("c-1")[-1], ContactErased)
    with pytest.raises(NotFound):
        world.team.person("c-1")
    assert world.team.export("c-1")["person"] is None
    everybody = Segment(standings=list(Standing))
    (pick,) = [p for part in _audience(world, everybody) for p in part if p.contact == "c-1"]
    assert pick.name is None
    assert not world.team.may("c-1", Right.LOG_IN)
    assert [] == [due for due in world.leads.due(until=NOW + 900 * DAY).entries if due.contact == "c-1"]


def _audience(world: Practice, segment: Segment) -> tuple[Any, Any]:
    audience = world.team.segment(segment)
    return audience.picked, audience.left_out


def test_a_plan_says_what_goes_and_what_only_the_host_can_erase() -> None:
    """Consequences and obligations, before anything is done; planning changes nothing."""
    world = practice()
    world.do(
        Book(id="a-9", contacts=["c-1"], coach="m-1", kind=Kind.SESSION, start=NOW + 90 * DAY, minutes=60, by=OWNER)
    )
    kept = marked(world.storage)
    plan = world.team.plan(Erase(contact="c-1", by=OWNER))
    said = {consequence.code: consequence.params for consequence in plan.consequences}
    assert {"person_goes", "texts_go", "messages_go"} <= set(said)
    assert {"contact": "c-1", "count": 5} == said["texts_go"]
    duties = ["erase_files", "erase_tools", "erase_backups", "erase_elsewhere", "delete_access"]
    assert duties == [duty.code for duty in plan.obligations]
    assert ["privacy.appointments_stand"] == [notice.code for notice in plan.notices]
    assert {("person", "c-1")} == set(plan.removed)
    assert kept == marked(world.storage)
    assert [] == [line for line in (str(plan), repr(plan)) if MARKER in line.casefold()]


def test_the_owner_an_admin_and_the_system_erase_and_nobody_else() -> None:
    """There is no way back, so who answers for the account decides."""
    world = practice()
    for role in Role:
        plan = world.team.plan(Erase(contact="c-1", by=Actor(id="x-1", role=role)))
        assert (role in (Role.OWNER, Role.ADMIN, Role.SYSTEM)) is plan.allowed
        refusals = [] if plan.allowed else ["privacy.eraser_may"]
        assert refusals == [finding.rule for finding in plan.decision.refusals]
    with pytest.raises(Refused):
        world.team.do(Erase(contact="c-1", by=COACH))
    assert marked(world.storage)


def test_the_second_time_nothing_happens() -> None:
    """No event, no new version, the reason of the first stays."""
    world = practice()
    erased(world)
    before, told = world.team.contact("c-1"), world.team.history("c-1")
    again = world.team.plan(Erase(contact="c-1", reason="once more", by=OWNER))
    assert ((), (), ()) == (again.events, again.changed, again.removed)
    assert before == world.team.apply(again)
    assert (before, told) == (world.team.contact("c-1"), world.team.history("c-1"))
    assert "on request" == world.leads.reason(world.leads.history("c-1")[-1])


@pytest.mark.parametrize("about", ["contact", "appointment"])
def test_what_was_said_since_goes_with_the_next_time(about: str) -> None:
    """A note that somebody writes afterwards, about the contact or about a session, is taken out by erasing again."""
    world = practice()
    erased(world)
    late = LogContact(contact="c-1", note=world.text(), by=COACH)
    world.do(late if about == "contact" else MarkHeld(appointment="a-2", minutes=45, note=world.text(), by=COACH))
    assert marked(world.storage)
    world.do(Erase(contact="c-1", by=OWNER))
    assert [] == marked(world.storage)


def test_nothing_leaves_that_waited() -> None:
    """Messages to the contact, and about it to the staff, are gone with what was withheld or given up."""
    world = practice()
    with world.storage.transaction("acme") as stores:
        stores.outbox.add(
            Message(key=f"k-{n}", to=to, template="hello", params={"contact": about}, recipient=who)
            for n, (to, about, who) in enumerate(
                [
                    ("c-1", "c-1", Recipient.CONTACT),
                    ("m-1", "c-1", Recipient.COACH),
                    ("m-1", "c-2", Recipient.COACH),
                ]
            )
        )
    erased(world)
    world.notifier.sent.clear()
    assert 1 == world.team.deliver()
    assert ["k-2"] == [message.key for _, message in world.notifier.sent]


def test_no_mail_is_planned_for_who_was_erased() -> None:
    """What is recorded of the place afterwards mails nobody, not even one whose opt-out was erased, too."""
    world = Practice()
    crm: FunnelService[Any, Any] = FunnelService(
        COACHING, account="acme", storage=world.storage, clock=world.clock, notifier=world.notifier
    )
    world.do(AddContact(id="c-1", **PERSON, by=OWNER), crm)
    world.do(SetDoNotContact(contact="c-1", by=Actor(id="c-1", role=Role.CLIENT)), crm)
    world.do(Erase(contact="c-1", by=OWNER), crm)
    system = Actor(id="web", role=Role.SYSTEM)
    plan = crm.plan(Record(contact="c-1", trigger=Happening.AGREEMENT_ACCEPTED, item="x", by=system))
    assert plan.allowed
    assert () == tuple(m for m in plan.messages if m.recipient is Recipient.CONTACT)


def test_nothing_leaves_for_who_was_erased_in_whatever_funnel() -> None:
    """What is planned afterwards in another funnel is never sent: one person was behind both places."""
    world = practice()
    world.leads.do(Erase(contact="c-1", by=OWNER))
    world.notifier.sent.clear()
    with world.storage.transaction("acme") as stores:
        stores.outbox.add([Message(key="k-1", to="c-1", template="hello", params={"contact": "c-1"})])
    world.team.deliver()
    assert [] == [message for _, message in world.notifier.sent if message.key == "k-1"]
    assert ["k-1"] == [message.key for message in world.team.withheld()]


def test_a_pending_invitation_is_revoked() -> None:
    """Its link opens nothing, in the funnel that it was of and in any other."""
    for elsewhere in (False, True):
        world = Practice()
        world.do(AddMember(id="o-1", name="Olga", role=Role.OWNER, by=OWNER))
        world.do(Invite(id="c-1", **PERSON, contact=None, status=Team.CLIENT, message=world.text(), by=OWNER))
        world.team.deliver()
        token = world.token()
        crm = world.team
        if elsewhere:
            crm = FunnelService(COACHING, account="acme", storage=world.storage, clock=world.clock)
            world.do(Adopt(id="c-1", **PERSON, status=Coaching.PROSPECT, by=OWNER), crm)
        world.do(Erase(contact="c-1", by=OWNER), crm)
        (invitation,) = world.team.invitations("c-1")
        assert (InvitationStatus.PENDING if elsewhere else InvitationStatus.REVOKED) is invitation.state
        assert not world.team.peek(token).decision
        with pytest.raises(Refused):
            world.do(Accept(token=token))
        assert [] == marked(world.storage)
        assert Portal.ACTIVE is not world.team.contact("c-1").portal


def test_a_person_of_two_funnels_is_taken_out_of_both_at_once() -> None:
    """The name goes for the account; the other place keeps the notes on its sessions until it is erased, too."""
    world = practice()
    plan = world.leads.plan(Erase(contact="c-1", by=OWNER))
    assert "erase_elsewhere" in [duty.code for duty in plan.obligations]
    world.leads.apply(plan)
    with pytest.raises(NotFound):
        world.team.person("c-1")
    assert world.team.contact("c-1").standing is Standing.ACTIVE
    assert {SAID.format(n) for n in (2, 3, 4, 5, 6, 7)} >= set(marked(world.storage))
    world.do(Erase(contact="c-1", by=OWNER))
    assert [] == marked(world.storage)


def test_the_address_is_free_again_and_nobody_is_recognised() -> None:
    """Who comes back is somebody new: also the do-not-contact is forgotten with the person."""
    crm: FunnelService[Any, Any] = FunnelService(
        AGENCY.with_policy(contacts=ContactPolicy(unique_email=True)), account="acme", storage=MemoryStorage(),
        clock=FixedClock(NOW),
    )  # fmt: skip
    crm.do(AddContact(id="c-1", **PERSON, by=OWNER))
    crm.do(SetDoNotContact(contact="c-1", by=OWNER))
    with pytest.raises(Refused):
        crm.do(AddContact(id="c-2", **PERSON, by=OWNER))
    crm.do(Erase(contact="c-1", by=OWNER))
    crm.do(AddContact(id="c-2", **PERSON, by=OWNER))
    assert () == crm.person("c-2").blocks


def test_the_company_has_no_primary_contact_any_more() -> None:
    """Nobody acts for it until somebody else is made its primary contact."""
    world = practice()
    assert "c-1" == world.team.company("f-1").primary
    world.do(Erase(contact="c-1", by=OWNER))
    assert world.team.company("f-1").primary is None


def test_it_takes_effect_when_it_is_done() -> None:
    """Nobody was erased yesterday; who is nobody is not found."""
    world = practice()
    with pytest.raises(Invalid):
        world.team.plan(Erase(contact="c-1", at=NOW, by=OWNER))
    with pytest.raises(NotFound):
        world.team.plan(Erase(contact="c-9", by=OWNER))


@pytest.mark.parametrize("what", ["name", "note", "session"])
def test_whoever_was_quicker_makes_a_conflict(what: str) -> None:
    """What was said or booked after the plan was made is looked at first."""
    world = practice()
    plan = world.team.plan(Erase(contact="c-1", by=OWNER))
    world.team.do(
        {
            "name": Edit(contact="c-1", name="Zqx Other", by=COACH),
            "note": LogContact(contact="c-1", note=world.text(), by=COACH),
            "session": Book(
                contacts=["c-1"],
                coach="m-1",
                kind=Kind.SESSION,
                start=NOW + 90 * DAY,
                minutes=60,
                note=world.text(),
                by=COACH,
            ),
        }[what]
    )
    with pytest.raises(Conflict):
        world.team.apply(plan)
    erased(world)
    assert [] == marked(world.storage)


def test_an_erasure_that_fails_changes_nothing() -> None:
    """Left with an error, a transaction puts back texts, messages and the person."""
    world = practice()
    kept, told = marked(world.storage), waiting(world)
    with pytest.raises(ZeroDivisionError), world.storage.transaction("acme") as stores:
        _erase_and_fail(world, stores)
    assert kept == marked(world.storage)
    assert told == waiting(world)


def _erase_and_fail(world: Practice, stores: Any) -> None:
    world.team.do(Erase(contact="c-1", by=OWNER))
    assert stores.persons.get("c-1") is None
    raise ZeroDivisionError


LIVES: Final[dict[str, Callable[[Practice, int], Any]]] = {
    "edit": lambda w, n: Edit(contact="c-1", name=f"Zqx {n}", email=f"zqx{n}@zqxmail.example", by=COACH),
    "convert": lambda w, n: Convert(contact="c-1", to=list(Coaching)[n % len(Coaching)], reason=w.text(), by=COACH),
    "book": lambda w, n: Book(
        id=f"a-{n}", contacts=["c-1", "c-2"] if n % 2 else ["c-1"], coach="m-1", kind=list(Kind)[n % 3],
        start=w.clock.now() + (n - 4) * 5 * HOUR, minutes=60, note=w.text(), by=COACH,
    ),
    "held": lambda w, n: MarkHeld(appointment=f"a-{n}", minutes=30 + n, note=w.text(), by=COACH),
    "cancel": lambda w, n: Cancel(appointment=f"a-{n}", note=w.text(), by=COACH),
    "log": lambda w, n: LogContact(contact="c-1", note=w.text(), at=w.clock.now() - n * HOUR, by=COACH),
    "block": lambda w, n: SetDoNotContact(contact="c-1", channel=list(Channel)[n % 3], reason=w.text(), by=COACH),
    "open": lambda w, n: AssignCredentials(contact="c-1", by=COACH),
    "archive": lambda w, n: Archive(contact="c-1", reason=w.text(), by=COACH),
    "invite": lambda w, n: Invite(contact="c-1", message=w.text(), by=OWNER),
    "erase": lambda w, n: Erase(contact="c-1", reason="on request", by=OWNER),
}  # fmt: skip
"""What can happen to somebody; every text names the person."""

STEPS: Final = st.lists(st.tuples(st.sampled_from(sorted(LIVES)), st.integers(0, 7)), max_size=14)
quick = settings(
    max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


@quick
@given(life=STEPS)
def test_law_of_erasing(life: list[tuple[str, int]]) -> None:
    """After any life: no text names the person, hours and history stay, the fold is the stored value, twice is once."""
    world = Practice()
    crm = world.team = FunnelService(COACHING, account="acme", storage=world.storage, clock=world.clock)
    crm.do(AddContact(id="c-2", name="Bea", by=COACH))
    crm.do(AddContact(id="c-1", **PERSON, by=COACH))
    for verb, n in life:
        try:
            world.do(LIVES[verb](world, n))
        except FunnelkitError:
            continue
    world.clock.advance(10 * DAY)
    told, hours = crm.history("c-1"), lines(crm)
    last, booked = crm.contact("c-1"), crm.appointments("c-1")
    plan = crm.plan(Erase(contact="c-1", by=OWNER))
    now = crm.apply(plan)
    assert [] == marked(world.storage)
    assert (hours, booked, last.status) == (lines(crm), crm.appointments("c-1"), now.status)
    assert told == crm.history("c-1")[: len(told)]
    assert now == crm.contact("c-1") == history.contact_at(crm.history("c-1"))
    assert () == crm.drift()
    assert ((), ()) == ((again := crm.plan(Erase(contact="c-1", by=OWNER))).events, again.changed)


# ---- drift


def test_there_is_no_drift_in_what_we_have_stored() -> None:
    """Every row is the last of its history, erased ones too."""
    world = practice()
    assert ((), ()) == (world.team.drift(), world.leads.drift())
    erased(world)
    assert ((), ()) == (world.team.drift(), world.leads.drift())


def test_a_row_that_was_changed_behind_our_back_is_drift() -> None:
    """Both statuses, and every field that differs; nothing is put right by asking."""
    world = practice()
    ada = world.team.contact("c-1")
    with world.storage.transaction("acme") as stores:
        stores.contacts.save("team", evolve(ada, status=Team.LEAD, coach="m-9"))
    for _ in range(2):
        (found,) = world.team.drift()
        assert ("c-1", Team.LEAD, Team.CLIENT) == (found.contact, found.stored, found.told)
        assert ("status", "coach") == found.fields
    assert () == world.leads.drift()


def test_a_row_without_a_history_is_drift() -> None:
    """Who never came in by a command has no status that the history tells."""
    world = practice()
    ada = world.team.contact("c-1")
    with world.storage.transaction("acme") as stores:
        stores.contacts.save("team", evolve(ada, id="c-9"))
    (found,) = world.team.drift()
    assert ("c-9", Team.CLIENT, None) == (found.contact, found.stored, found.told)
    assert {"id", "status", "version"} <= set(found.fields)


def test_drift_gives_at_most_so_many() -> None:
    """In the order in which they came; a limit is a whole number from 1."""
    world = Practice()
    for n in range(4):
        world.do(AddContact(id=f"c-{n}", name="Ada", by=COACH), world.leads)
        with world.storage.transaction("acme") as stores:
            row = stores.contacts.get("franchise", f"c-{n}")
            assert row is not None
            stores.contacts.save("franchise", evolve(row, tags=frozenset({"odd"})) if n else row)
    assert ["c-1", "c-2"] == [one.contact for one in world.leads.drift(2)]
    assert ["c-1", "c-2", "c-3"] == [one.contact for one in world.leads.drift(3)]
    for limit in (0, True, "1"):
        with pytest.raises(Invalid):
            world.leads.drift(limit)  # type: ignore[arg-type]  # that is the mistake


# ---- nobody is there any more


@pytest.mark.parametrize("said", [{"name": "Zoe"}, {"email": "zoe@example.org"}, {"email": None}, {"phone": "1"}])
def test_there_is_nobody_to_edit_whose_person_was_erased(said: dict[str, Any]) -> None:
    """What is given would be kept nowhere, so it is refused aloud; what belongs to the place goes on."""
    storage, clock = MemoryStorage(), FixedClock(NOW)
    agency = FunnelService(AGENCY, account="acme", storage=storage, clock=clock)
    team = FunnelService(TEAM, account="acme", storage=storage, clock=clock)
    for crm in (agency, team):
        crm.do(AddContact(id="c-1", **PERSON, by=OWNER))
    team.do(Erase(contact="c-1", by=OWNER))
    for crm in (agency, team):
        with pytest.raises(NotFound, match="nobody keeps this person here"):
            crm.do(Edit(contact="c-1", **said, by=OWNER))
        crm.do(Edit(contact="c-1", coach=None, by=OWNER))


def test_who_takes_an_erased_persons_id_elsewhere_does_not_get_the_erased_place() -> None:
    """The id is given again in another funnel: here it is still the place of somebody who was taken out."""
    storage, clock = MemoryStorage(), FixedClock(NOW)
    agency = FunnelService(AGENCY, account="acme", storage=storage, clock=clock)
    team = FunnelService(TEAM, account="acme", storage=storage, clock=clock)
    team.do(AddContact(id="c-1", **PERSON, by=OWNER))
    team.do(Erase(contact="c-1", by=OWNER))
    agency.do(AddContact(id="c-1", name="Somebody else", by=OWNER))
    with pytest.raises(Refused) as caught:
        team.do(Restore(contact="c-1", by=OWNER))
    assert ["privacy.nobody_was_erased"] == [finding.rule for finding in caught.value.decision.refusals]
