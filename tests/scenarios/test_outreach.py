"""Who is not to be contacted, and not to be marketed to: one scenario per fact. Source: S2, BG-A11 to A20, SC4, SC5."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest

from funnelkit import COACHING, FRANCHISE, Actor, Conflict, Contact, Invalid, NotFound, Right, Role
from funnelkit.commands import (
    AddContact,
    Archive,
    Command,
    Convert,
    Correct,
    Delete,
    LiftDoNotContact,
    LiftDoNotMarket,
    Record,
    ScheduleFollowUp,
    SetDoNotContact,
    SetDoNotMarket,
)
from funnelkit.policy import RemovalPolicy
from funnelkit.rules import outreach
from funnelkit.statuses import coaching, studio
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise, Happening
from funnelkit.statuses.studio import Studio
from funnelkit.table import Mail, Status
from funnelkit.values.events import ContactChanged, DoNotContactSet, DoNotMarketSet, FollowUpEnded
from funnelkit.values.outreach import Block
from funnelkit.values.person import Person
from funnelkit.values.plan import Message
from funnelkit.words import Because, Channel, Ending, Origin, Purpose, Recipient
from tests.scenarios.leads import Watched, endings, watched
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

Practice: TypeAlias = Watched[Coaching, Right]
Leads: TypeAlias = Watched[Franchise, Right]
Wish: TypeAlias = type[SetDoNotContact | LiftDoNotContact | SetDoNotMarket | LiftDoNotMarket]

INSTANT: Final = timedelta(microseconds=1)
S: Final = Franchise
KEEPERS: Final = (OWNER, ADMIN, COACH, DESK)
EVE: Final = Actor(id="c-eve", role=Role.CLIENT)
WISHES: Final[tuple[Wish, ...]] = (SetDoNotContact, LiftDoNotContact, SetDoNotMarket, LiftDoNotMarket)
CHANNELS: Final[tuple[Channel | None, ...]] = (None, *Channel)
LIFTED: Final = Happening.DO_NOT_CONTACT_LIFTED
BOUGHT: Final = coaching.Happening.PRODUCT_PURCHASED
WELCOMING: Final = COACHING.derive(
    "coaching_that_writes",
    mails=(
        Mail(BOUGHT, Recipient.CONTACT, "receipt", "ours", purpose=Purpose.TRANSACTIONAL),
        Mail(BOUGHT, Recipient.CONTACT, "how_to_begin", "ours"),
        Mail(BOUGHT, Recipient.COACH, "something_was_bought", "ours"),
    ),
)
"""A practice that writes three mails when something is bought: what was asked for, an alert, and one to the coach."""


@pytest.fixture
def leads() -> Iterator[Leads]:
    """An empty franchise, under watch."""
    crm = watched(FRANCHISE)
    yield crm
    speaks_of_nobody(crm)


@pytest.fixture
def practice() -> Iterator[Practice]:
    """An empty practice that writes mails, under watch."""
    crm = watched(WELCOMING)
    yield crm
    speaks_of_nobody(crm)


def speaks_of_nobody(crm: Watched[Any, Any]) -> None:
    """No event, no message and nothing that the observer hears shows who somebody is."""
    with crm.storage.transaction(crm.account) as stores:
        seen = [crm.history(contact.id) for contact in crm.contacts()]
        texts = f"{seen}{stores.outbox.waiting(1000, NOON + 999 * DAY)}{crm.withheld()}{crm.notifier.sent}"
    assert "Planted" not in f"{texts}{crm.heard.heard}"


def known(crm: Watched[Any, Any], status: Status = Coaching.PROSPECT, **more: Any) -> Contact:
    """Given somebody with a name that is looked for in every text."""
    return someone(crm, status, **{"name": "Ada Planted", "email": "ada@planted.example", "coach": COACH.id, **more})


def buys(crm: Watched[Any, Any], contact: Contact) -> None:
    """When the contact buys something, of which three mails tell."""
    crm.do(Record(contact=contact.id, trigger=BOUGHT, item="book", by=SYSTEM))


def waits(
    crm: Watched[Any, Any],
    contact: Contact,
    purpose: Purpose = Purpose.ALERT,
    channel: Channel = Channel.EMAIL,
    key: str = "k-1",
) -> None:
    """Given a message that was planned and stored, and has not left."""
    message = Message(key=key, to=contact.id, template="note", purpose=purpose, channel=channel)
    with crm.storage.transaction(crm.account) as stores:
        stores.outbox.add([message])


def said(crm: Watched[Any, Any], contact: Contact) -> list[DoNotContactSet | DoNotMarketSet]:
    """Give what the history tells of the person's wishes."""
    return [e for e in crm.history(contact.id) if isinstance(e, (DoNotContactSet, DoNotMarketSet))]


def heard(crm: Watched[Any, Any]) -> list[str]:
    """Give what the observer heard of messages, in order."""
    return [what for what, _, facts in crm.heard.heard if "template" in facts]


def blocks(crm: Watched[Any, Any], contact: Contact) -> list[tuple[Channel | None, Origin]]:
    """Give what stands of the person now, and whose word it is."""
    now, person = crm.clock.now(), crm.person(contact.id)
    return [(block.channel, block.origin) for block in person.blocks if block.holds(now, block.channel)]


# ---- on which channel, and until when


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_do_not_contact_is_of_one_channel_or_of_all(practice: Practice, channel: Channel | None) -> None:
    """What is blocked on one channel leaves on the others; what is blocked on all leaves on none."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=channel, by=COACH))
    for way in Channel:
        waits(practice, ada, channel=way, key=way)
    practice.deliver()
    free = [way for way in Channel if channel not in (None, way)]
    assert free == [message.channel for _, message in practice.notifier.sent]
    assert [way for way in Channel if way not in free] == [message.channel for message in practice.withheld()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_do_not_contact_of_one_channel_lets_the_follow_up_stand(leads: Leads, channel: Channel | None) -> None:
    """Only one of all channels drops it, and keeps the next one from getting a date. Source: BG-A12."""
    ada = leads.do(ScheduleFollowUp(contact=known(leads, S.NEW_LEAD).id, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, channel=channel, by=COACH))
    leads.clock.advance(days=3)
    assert ([] if channel is None else [ada.id]) == [entry.contact for entry in leads.due()]
    again = leads.plan(ScheduleFollowUp(contact=ada.id, by=COACH)).decision
    assert (["follow_up.may_be_contacted"] if channel is None else []) == rules(again)


@pytest.mark.parametrize(("microseconds", "in_force"), [(-1, True), (0, False), (1, False)])
def test_until_is_the_first_moment_at_which_it_is_over(leads: Leads, microseconds: int, in_force: bool) -> None:
    """At that moment the person may be contacted: asked by rule, when a date is set, and when a message leaves."""
    ada, until = known(leads, S.NEW_LEAD), NOON + DAY
    leads.do(SetDoNotContact(contact=ada.id, until=until, by=COACH))
    waits(leads, ada)
    leads.clock.set(until + timedelta(microseconds=microseconds))
    now = leads.clock.now()
    person = leads.person(ada.id)
    case = outreach.Case(now=now, channel=Channel.PHONE, blocks=person.blocks)
    assert in_force is not outreach.may_contact(FRANCHISE, case).allowed
    assert in_force is (person.blocked(now) is not None)
    assert (["follow_up.may_be_contacted"] if in_force else []) == rules(
        leads.plan(ScheduleFollowUp(contact=ada.id, by=COACH)).decision
    )
    assert (0 if in_force else 1) == leads.deliver()
    assert (1 if in_force else 0) == len(leads.withheld())


def test_what_is_over_is_over_without_a_word(leads: Leads) -> None:
    """An end in time needs no event; that it stood stays known, and a new one may be set."""
    ada = known(leads, S.NEW_LEAD)
    leads.do(SetDoNotContact(contact=ada.id, until=NOON + HOUR, by=COACH))
    leads.clock.advance(days=1)
    assert 1 == len(said(leads, ada))
    assert leads.do(ScheduleFollowUp(contact=ada.id, by=COACH)).follow_up is not None
    leads.do(SetDoNotContact(contact=ada.id, until=NOON + 2 * DAY, by=COACH))
    assert 2 == len(said(leads, ada))
    assert leads.contact(ada.id).follow_up is None


def test_a_longer_one_and_a_shorter_one_both_stand(practice: Practice) -> None:
    """Nobody shortens what somebody else said; the person may be contacted when the last one is over."""
    ada = known(practice)
    for hours in (3, 1):
        practice.do(SetDoNotContact(contact=ada.id, until=NOON + hours * HOUR, by=COACH))
    person = practice.person(ada.id)
    assert [True, True, False] == [person.blocked(NOON + n * HOUR) is not None for n in (1, 2, 3)]


# ---- its reason, and who said it


def test_the_reason_is_kept_apart_from_the_event(practice: Practice) -> None:
    """It may speak of a person: no event has it, no plan shows it, and who asks for it gets it. Source: ours."""
    ada = known(practice)
    why = "Ada Planted finds us annoying"
    command = SetDoNotContact(contact=ada.id, reason=why, by=COACH)
    plan = practice.plan(command)
    assert "Planted" not in f"{command}{plan!r}{plan}"
    practice.do(command)
    practice.do(LiftDoNotContact(contact=ada.id, reason="they called again", by=COACH))
    practice.do(SetDoNotMarket(contact=ada.id, reason="too many letters", by=COACH))
    practice.do(LiftDoNotMarket(contact=ada.id, reason="on paper", by=COACH))
    told = said(practice, ada)
    assert [why, "they called again", "too many letters", "on paper"] == [practice.reason(event) for event in told]


def test_a_reason_is_found_under_the_block(practice: Practice) -> None:
    """What stands of a person leads to the event that said so, and to its reason."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, reason="by phone", by=COACH))
    (block,) = practice.person(ada.id).blocks
    assert [block.id] == [event.id for event in said(practice, ada)]
    assert "by phone" == practice.reason(block.id)


@pytest.mark.parametrize(
    ("by", "given", "expected"),
    [
        *((by, None, Origin.STAFF) for by in KEEPERS),
        *((by, Origin.PERSON, Origin.PERSON) for by in (*KEEPERS, SYSTEM)),
        (SYSTEM, None, Origin.SYSTEM),
        (COACH, Origin.SYSTEM, Origin.SYSTEM),
        (None, None, Origin.PERSON),
        (None, Origin.STAFF, Origin.PERSON),
    ],
)
def test_the_history_says_whose_word_it_is(
    practice: Practice, by: Actor | None, given: Origin | None, expected: Origin
) -> None:
    """The staff's or the system's, unless they write down what the person said; what the person says is their own."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, origin=given, by=by or itself(ada)))
    assert [expected] == [event.origin for event in said(practice, ada) if isinstance(event, DoNotContactSet)]
    assert [(None, expected)] == blocks(practice, ada)


def test_all_that_is_said_stands_in_the_event(practice: Practice) -> None:
    """Channel, origin, end, actor and time: the history is enough to tell what stood when."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=Channel.TEXT, until=NOON + DAY, by=COACH))
    (event,) = said(practice, ada)
    assert isinstance(event, DoNotContactSet)
    assert (True, Channel.TEXT, Origin.STAFF, NOON + DAY) == (event.to, event.channel, event.origin, event.until)
    assert (COACH, NOON, NOON) == (event.by, event.effective, event.recorded)
    expected = Block(id=event.id, since=NOON, channel=Channel.TEXT, origin=Origin.STAFF, until=NOON + DAY)
    assert (expected,) == practice.person(ada.id).blocks


# ---- who may set it, and who may lift it


@pytest.mark.parametrize("by", KEEPERS, ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("channel", CHANNELS)
def test_what_the_person_asked_for_no_staff_lifts(practice: Practice, by: Actor, channel: Channel | None) -> None:
    """Neither as a whole nor by channel, and nothing changes. Source: ours, BG-A11."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=channel, by=itself(ada)))
    asked = LiftDoNotContact(contact=ada.id, channel=channel, by=by)
    assert ["outreach.own_wish_stands"] == refusals(practice, asked)
    assert [(channel, Origin.PERSON)] == blocks(practice, ada)


@pytest.mark.parametrize("channel", tuple(Channel))
def test_a_wish_of_every_channel_covers_each_of_them(practice: Practice, channel: Channel) -> None:
    """Who asked to be left alone altogether is not called by lifting the phone alone."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    asked = LiftDoNotContact(contact=ada.id, channel=channel, by=COACH)
    assert ["outreach.own_wish_stands"] == refusals(practice, asked)


def test_a_wish_of_one_channel_stays_when_the_staff_lift_the_rest(practice: Practice) -> None:
    """No mails, said the person; nobody is to call, said the coach, and takes that back. The plan says what stays."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=Channel.EMAIL, by=itself(ada)))
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    plan = practice.plan(LiftDoNotContact(contact=ada.id, by=COACH))
    assert ["there is still a do-not-contact for email"] == [str(notice) for notice in plan.notices]
    practice.apply(plan)
    assert [(Channel.EMAIL, Origin.PERSON)] == blocks(practice, ada)


def test_lifting_one_channel_under_one_of_all_says_what_stays(practice: Practice) -> None:
    """The coach's word on all channels is not lifted by channel; nothing happens, and the plan says why."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    plan = practice.plan(LiftDoNotContact(contact=ada.id, channel=Channel.EMAIL, by=COACH))
    assert ["there is still a do-not-contact for any channel"] == [str(notice) for notice in plan.notices]
    assert () == plan.events
    practice.apply(plan)
    assert [(None, Origin.STAFF)] == blocks(practice, ada)


@pytest.mark.parametrize(("microseconds", "stands"), [(-1, True), (0, False), (1, False)])
def test_a_wish_that_is_over_stands_in_nobodys_way(practice: Practice, microseconds: int, stands: bool) -> None:
    """What the person asked for until yesterday keeps nobody from lifting what the coach said."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, until=NOON + DAY, by=itself(ada)))
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.clock.set(NOON + DAY + timedelta(microseconds=microseconds))
    lift = LiftDoNotContact(contact=ada.id, by=COACH)
    assert (["outreach.own_wish_stands"] if stands else []) == rules(practice.plan(lift).decision)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("whose", ["the person", "the system in their name"])
def test_the_person_lifts_what_they_asked_for(practice: Practice, channel: Channel | None, whose: str) -> None:
    """Or the system in their name: a link in a mail. Then messages leave again. Source: ours."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=channel, by=itself(ada)))
    by = itself(ada) if whose == "the person" else SYSTEM
    practice.do(LiftDoNotContact(contact=ada.id, channel=channel, by=by))
    assert [] == blocks(practice, ada)
    buys(practice, ada)
    assert 3 == practice.deliver()


@pytest.mark.parametrize("by", [*KEEPERS, SYSTEM, None], ids=lambda a: "itself" if a is None else a.role.value)
def test_what_the_staff_said_anybody_lifts_who_may_speak(practice: Practice, by: Actor | None) -> None:
    """Another coach, the desk, the system; and the person, whom it is about."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.do(LiftDoNotContact(contact=ada.id, by=by or itself(ada)))
    assert [] == blocks(practice, ada)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("by", [VIEWER, EVE], ids=["a viewer", "another client"])
def test_nobody_speaks_for_another_client(practice: Practice, wish: Wish, by: Actor) -> None:
    """A client says it of themselves only, and a viewer reads: neither sets nor lifts anything of Ada's."""
    ada = known(practice)
    known(practice, id=EVE.id)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    assert ["outreach.may_speak"] == refusals(practice, wish(contact=ada.id, by=by))
    assert [(None, Origin.STAFF)] == blocks(practice, ada)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLIENT])
def test_the_id_of_a_client_does_not_make_one(practice: Practice, role: Role) -> None:
    """A member of the staff who has the contact's id is staff all the same."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    by = Actor(id=ada.id, role=role)
    allowed = practice.plan(LiftDoNotContact(contact=ada.id, by=by)).allowed
    assert (role is Role.SYSTEM) is allowed


def test_where_nobody_asks_nobody_may(practice: Practice) -> None:
    """A case without an actor is about a message; it neither sets nor lifts anything, whoever's wish it was."""
    own = Block(id="e-1", since=NOON, origin=Origin.PERSON)
    case = outreach.Case(now=NOON, contact="c-1", blocks=(own,))
    assert ["outreach.may_speak"] == rules(outreach.may_set(practice.funnel, case))
    assert ["outreach.may_speak", "outreach.own_wish_stands"] == rules(outreach.may_lift(practice.funnel, case))
    assert "nobody may not say this for others" in str(outreach.may_set(practice.funnel, case))


# ---- the statuses of a franchise


@pytest.mark.parametrize("by", KEEPERS, ids=lambda actor: actor.role.value)
def test_bg_a11_recording_that_it_was_lifted_lifts_no_wish_of_the_person(leads: Leads, by: Actor) -> None:
    """The staff reach it neither by command nor by telling that it happened; the lead stays what it is."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    for told in (Record(contact=ada.id, trigger=LIFTED, by=by), LiftDoNotContact(contact=ada.id, by=by)):
        assert ["outreach.own_wish_stands"] == refusals(leads, told)
    assert (S.DNC, [(None, Origin.STAFF), (None, Origin.PERSON)]) == (leads.contact(ada.id).status, blocks(leads, ada))


@pytest.mark.parametrize("by", [*KEEPERS, SYSTEM], ids=lambda actor: actor.role.value)
@pytest.mark.parametrize("own", [True, False])
def test_bg_a11_an_option_asks_whether_a_wish_may_be_lifted(leads: Leads, by: Actor, own: bool) -> None:
    """Who could not record that the do-not-contact was lifted is not told that it can be done. Source: BG-A11."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    if own:
        leads.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    option = next(o for o in leads.options(ada.id, by=by) if o.on is LIFTED)
    plan = leads.plan(Record(contact=ada.id, trigger=LIFTED, by=by))
    assert rules(plan.decision) == rules(option.decision)
    assert option.allowed is plan.allowed is (not own or by is SYSTEM)


@pytest.mark.parametrize("status", [S.DNC, S.CANCELLED_AND_DNC])
def test_bg_a20_a_status_of_not_contacting_sets_it_for_the_person(leads: Leads, status: Franchise) -> None:
    """The status and the do-not-contact are two things; the one sets the other, and drops the follow-up. BG-A12."""
    ada = leads.do(ScheduleFollowUp(contact=known(leads, S.NEW_LEAD).id, by=COACH))
    leads.do(Convert(contact=ada.id, to=status, by=DESK))
    leads.clock.advance(days=3)
    assert [(None, Origin.STAFF)] == blocks(leads, ada)
    assert leads.person(ada.id).do_not_contact
    assert leads.contact(ada.id).follow_up is None
    assert 1 == len(endings(leads, ada.id))
    assert 0 == len(leads.due())


def test_bg_a12_a_do_not_contact_drops_the_follow_up_that_stands(leads: Leads) -> None:
    """As dropped, because of it, through the event that said so."""
    ada = leads.do(ScheduleFollowUp(contact=known(leads, S.NEW_LEAD).id, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, by=COACH))
    (event,) = said(leads, ada)
    ended = [e for e in leads.history(ada.id) if isinstance(e, FollowUpEnded)]
    assert [(Ending.DROPPED, Because.DO_NOT_CONTACT, event.id)] == [(e.how, e.because, e.through) for e in ended]
    assert S.FOLLOW_UP_1 is leads.contact(ada.id).status


@pytest.mark.parametrize("by", [*KEEPERS, SYSTEM, None], ids=lambda a: "itself" if a is None else a.role.value)
def test_bg_a18_lifting_it_makes_a_dnc_a_new_lead(leads: Leads, by: Actor | None) -> None:
    """By the command as by recording it; by whom it may be lifted. Source: BG-A11, BG-A18."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    lifted = leads.do(LiftDoNotContact(contact=ada.id, by=by or itself(ada)))
    assert (S.NEW_LEAD, []) == (lifted.status, blocks(leads, ada))
    assert leads.do(ScheduleFollowUp(contact=ada.id, by=COACH)).follow_up is not None


def test_bg_a18_recording_that_it_was_lifted_says_the_same(leads: Leads) -> None:
    """What a coach tells of the phone call does what the command does."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    lifted = leads.do(Record(contact=ada.id, trigger=LIFTED, by=COACH))
    assert (S.NEW_LEAD, []) == (lifted.status, blocks(leads, ada))


def test_bg_a18_lifting_one_channel_moves_no_status(leads: Leads) -> None:
    """Who is DNC stays so until all of it is lifted."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, channel=Channel.EMAIL, by=COACH))
    lifted = leads.do(LiftDoNotContact(contact=ada.id, channel=Channel.EMAIL, by=COACH))
    assert (S.DNC, [(None, Origin.STAFF)]) == (lifted.status, blocks(leads, ada))


@pytest.mark.parametrize("status", [S.CANCELLED_AND_DNC, S.FOLLOW_UP_1, S.SOLD])
def test_bg_a18_lifting_moves_no_other_status(leads: Leads, status: Franchise) -> None:
    """Only a DNC comes back as a New Lead; whoever has another status keeps it."""
    ada = known(leads, status)
    leads.do(SetDoNotContact(contact=ada.id, by=COACH))
    assert (status, []) == (leads.do(LiftDoNotContact(contact=ada.id, by=COACH)).status, blocks(leads, ada))


# ---- one for the person


def test_bg_a20_it_is_one_for_the_person_in_every_funnel() -> None:
    """Set in the practice, it empties the list of the franchise, and lifted there, mails leave here."""
    practice = watched(WELCOMING)
    leads: Leads = watched(FRANCHISE, storage=practice.storage, clock=practice.clock)
    ada = known(practice)
    leads.do(ScheduleFollowUp(contact=known(leads, S.NEW_LEAD, id=ada.id).id, by=COACH))
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    practice.clock.advance(days=3)
    assert 0 == len(leads.due())
    assert ["outreach.own_wish_stands"] == refusals(leads, LiftDoNotContact(contact=ada.id, by=COACH))
    buys(practice, ada)
    assert 1 == practice.deliver()
    leads.do(LiftDoNotContact(contact=ada.id, by=itself(ada)))
    assert [ada.id] == [entry.contact for entry in leads.due()]
    buys(practice, ada)
    assert 3 == practice.deliver()


def test_what_waits_in_one_funnel_is_withheld_by_a_wish_in_the_other() -> None:
    """A message goes to a person, whatever funnel it was planned in."""
    practice = watched(WELCOMING)
    leads: Leads = watched(FRANCHISE, storage=practice.storage, clock=practice.clock)
    ada = known(practice)
    known(leads, S.NEW_LEAD, id=ada.id)
    buys(practice, ada)
    leads.do(Convert(contact=ada.id, to=S.DNC, by=COACH))
    assert [(COACH.id, "something_was_bought")] == mails(practice)


def test_two_accounts_never_share_it() -> None:
    """The same id in another account of the same storage is another person."""
    here = watched(WELCOMING)
    there: Practice = watched(WELCOMING, storage=here.storage, clock=here.clock, account="other")
    ada, other = known(here, id="c-1"), known(there, id="c-1")
    here.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    here.do(SetDoNotMarket(contact=ada.id, by=COACH))
    for crm in (here, there):
        buys(crm, other)
        crm.deliver()
    assert [1, 3] == [len(crm.notifier.sent) for crm in (here, there)]
    assert ([], False) == (blocks(there, other), there.person(other.id).do_not_market)
    assert [] == said(there, other)


# ---- asked when it is planned, and when it leaves


def test_who_may_not_be_contacted_gets_no_message_planned(practice: Practice) -> None:
    """Asked when it is planned: nothing is stored but the mail to the coach."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    plan = practice.plan(Record(contact=ada.id, trigger=BOUGHT, item="book", by=SYSTEM))
    assert ["something_was_bought"] == [message.template for message in plan.messages]


def test_a_message_on_another_channel_is_planned(practice: Practice) -> None:
    """Mails are stopped by what is said of mails, not of the phone."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, channel=Channel.PHONE, by=COACH))
    buys(practice, ada)
    assert 3 == practice.deliver()


def test_who_opts_out_before_it_leaves_gets_nothing(practice: Practice) -> None:
    """Asked again when it leaves: the notifier hears nothing of it, it is listed, and lifting does not send it."""
    ada = known(practice)
    buys(practice, ada)
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    assert [(COACH.id, "something_was_bought")] == mails(practice)
    assert ["receipt", "how_to_begin"] == [message.template for message in practice.withheld()]
    assert ["withheld", "withheld", "sent"] == heard(practice)
    practice.do(LiftDoNotContact(contact=ada.id, by=itself(ada)))
    practice.clock.advance(days=30)
    assert [(COACH.id, "something_was_bought")] == mails(practice)
    assert 2 == len(practice.withheld())


def test_what_was_withheld_is_not_stored_again(practice: Practice) -> None:
    """Its key is known: a change that is delivered twice does not send what was withheld."""
    ada = known(practice)
    waits(practice, ada)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.deliver()
    practice.do(LiftDoNotContact(contact=ada.id, by=COACH))
    waits(practice, ada)
    assert 0 == practice.deliver()


def test_a_plan_from_before_the_opt_out_is_not_applied(practice: Practice) -> None:
    """It read the person: who is quicker wins, and what is planned again has no message."""
    ada = known(practice)
    plan = practice.plan(Record(contact=ada.id, trigger=BOUGHT, item="book", by=SYSTEM))
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    with pytest.raises(Conflict):
        practice.apply(plan)
    buys(practice, ada)
    assert [(COACH.id, "something_was_bought")] == mails(practice)


def test_who_was_deleted_gets_nothing_that_still_waits() -> None:
    """With the person goes what they asked for; nothing is sent to where nobody is. Source: ours."""
    crm = watched(studio.STUDIO.with_policy(removal=RemovalPolicy()))
    ada = known(crm, Studio.LEAD)
    waits(crm, ada, Purpose.MARKETING)
    crm.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    crm.do(Delete(contact=ada.id, by=COACH))
    assert 0 == crm.deliver()
    assert ["k-1"] == [message.key for message in crm.withheld()]


def test_who_left_one_funnel_is_still_there_in_another() -> None:
    """A person who stands elsewhere gets what waits."""
    crm = watched(studio.STUDIO)
    leads: Leads = watched(FRANCHISE, storage=crm.storage, clock=crm.clock)
    ada = known(crm, Studio.LEAD)
    known(leads, S.NEW_LEAD, id=ada.id)
    waits(crm, ada)
    crm.do(Delete(contact=ada.id, by=COACH))
    assert 1 == crm.deliver()


def test_a_mail_to_the_staff_leaves_whatever_the_contact_said(practice: Practice) -> None:
    """The coach is told that somebody bought, who may not be written to."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    buys(practice, ada)
    assert [(COACH.id, "something_was_bought")] == mails(practice)


# ---- do not market


@pytest.mark.parametrize("purpose", list(Purpose))
def test_sc5_do_not_market_stops_alerts_and_campaigns(practice: Practice, purpose: Purpose) -> None:
    """What waits is withheld; what the person asked for just now is sent. Source: SC5, SC-A10."""
    ada = known(practice)
    waits(practice, ada, purpose)
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    sent = purpose is Purpose.TRANSACTIONAL
    assert (1 if sent else 0) == practice.deliver()
    assert ([] if sent else ["k-1"]) == [message.key for message in practice.withheld()]


def test_sc5_no_alert_is_planned_for_who_is_not_marketed_to(practice: Practice) -> None:
    """The receipt is planned, and the mail to the coach; the alert is not."""
    ada = known(practice)
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    buys(practice, ada)
    assert [(ada.id, "receipt"), (COACH.id, "something_was_bought")] == mails(practice)
    practice.do(LiftDoNotMarket(contact=ada.id, by=COACH))
    buys(practice, ada)
    assert (ada.id, "how_to_begin") in mails(practice)


def test_do_not_market_drops_no_follow_up(leads: Leads) -> None:
    """A call is no campaign."""
    ada = leads.do(ScheduleFollowUp(contact=known(leads, S.NEW_LEAD).id, by=COACH))
    leads.do(SetDoNotMarket(contact=ada.id, by=COACH))
    leads.clock.advance(days=3)
    assert [ada.id] == [entry.contact for entry in leads.due()]


# ---- said twice, and to nobody


@pytest.mark.parametrize("wish", WISHES)
def test_what_is_said_twice_is_said_once(practice: Practice, wish: Wish) -> None:
    """The second time nothing is stored, and the result is the contact as it is."""
    ada = known(practice)
    if wish in (LiftDoNotContact, LiftDoNotMarket):
        practice.do(SetDoNotContact(contact=ada.id, by=COACH))
        practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    once = practice.do(wish(contact=ada.id, by=COACH))
    told = practice.history(ada.id)
    assert once == practice.do(wish(contact=ada.id, by=COACH)) == practice.contact(ada.id)
    assert told == practice.history(ada.id)


def test_the_persons_word_stands_beside_the_staffs(practice: Practice) -> None:
    """Said by both, it is said twice: each is lifted by whom it belongs to."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    assert [(None, Origin.STAFF), (None, Origin.PERSON)] == blocks(practice, ada)
    assert Origin.PERSON is getattr(practice.person(ada.id).blocked(NOON), "origin", None)


@pytest.mark.parametrize("wish", [SetDoNotContact, LiftDoNotContact])
def test_saying_nothing_new_still_sees_what_time_has_made_true(
    leads: Leads, wish: type[SetDoNotContact | LiftDoNotContact]
) -> None:
    """A lead whose time ran out is cold after it, and the result has the version that is stored."""
    ada = known(leads, S.FOLLOW_UP_5)
    ada = leads.do(ScheduleFollowUp(contact=ada.id, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, channel=Channel.TEXT, by=COACH))
    leads.clock.advance(days=3)
    found = leads.do(wish(contact=ada.id, channel=Channel.TEXT if wish is SetDoNotContact else Channel.PHONE, by=COACH))
    assert (S.COLD, found) == (found.status, leads.contact(ada.id))


@pytest.mark.parametrize("wish", WISHES)
def test_a_person_whom_the_host_keeps_to_itself_is_not_found(practice: Practice, wish: Wish) -> None:
    """There is nobody to keep it with: the host has to be told, and is, rather than nothing be kept."""
    ada = known(practice)
    with practice.storage.transaction(practice.account) as stores:
        stores.persons.remove(ada.id)
    with pytest.raises(NotFound, match="nobody keeps this person here"):
        practice.do(wish(contact=ada.id, by=COACH))


@pytest.mark.parametrize("wish", WISHES)
def test_nobody_is_nobody(practice: Practice, wish: Wish) -> None:
    """An id of no contact is not found; one of another funnel neither."""
    leads: Leads = watched(FRANCHISE, storage=practice.storage, clock=practice.clock)
    other = known(leads, S.NEW_LEAD, id="c-9")
    for contact in ("c-0", other.id):
        with pytest.raises(NotFound):
            practice.do(wish(contact=contact, by=COACH))


def test_who_is_archived_may_still_opt_out(practice: Practice) -> None:
    """And the wish is there when the contact comes back."""
    ada = known(practice)
    practice.do(Archive(contact=ada.id, by=COACH))
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    assert [(None, Origin.PERSON)] == blocks(practice, ada)


def test_what_was_said_is_no_field_of_the_contact(practice: Practice) -> None:
    """It is the person's: no axis of the contact changes, and the contact's version tells that something was said."""
    ada = known(practice)
    after = practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    assert ada.version + 1 == after.version
    assert [] == [event for event in practice.history(ada.id) if isinstance(event, ContactChanged)]


def test_a_new_contact_may_be_contacted(practice: Practice) -> None:
    """Nobody has said anything yet."""
    ada = practice.do(AddContact(name="Ada Planted", by=COACH))
    person = practice.person(ada.id)
    assert ((), False, False, None) == (
        person.blocks, person.do_not_market, person.do_not_contact, person.blocked(NOON),
    )  # fmt: skip


# ---- what is refused by its form

PLANTED: Final = "Ada Planted"


def wrong(make: Callable[[], object]) -> dict[str, str]:
    """When this is tried, then it is not well formed: the problems by field. None of them shows what was given."""
    with pytest.raises(Invalid) as caught:
        make()
    assert PLANTED not in f"{caught.value}{caught.value!r}"
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("given", [PLANTED, 1, None, b"email", ("email",)])
@pytest.mark.parametrize("name", ["contact", "channel", "until", "origin", "by", "reason"])
def test_a_field_takes_what_it_asks_for(name: str, given: Any) -> None:
    """Anything else is named by its field; nothing that was given shows."""
    fields: dict[str, Any] = {"contact": "c-1", "by": COACH, name: given}
    fine = (given is None and name not in ("contact", "by")) or (given == PLANTED and name in ("contact", "reason"))
    if fine:
        assert SetDoNotContact(**fields) is not None
    else:
        assert [name] == [*wrong(lambda: SetDoNotContact(**fields))]


@pytest.mark.parametrize("wish", WISHES)
def test_everything_that_is_wrong_is_said_at_once(wish: Wish) -> None:
    """Contact, actor and reason, all in one answer."""
    bad: Any = {"contact": "", "by": PLANTED, "reason": 3, "at": datetime(2026, 3, 2)}
    assert {"contact", "by", "reason", "at"} == {*wrong(lambda: wish(**bad))}


@pytest.mark.parametrize(("microseconds", "fine"), [(-1, False), (0, False), (1, True)])
def test_an_end_is_still_to_come(practice: Practice, microseconds: int, fine: bool) -> None:
    """One that is over, or is now, would be none."""
    ada = known(practice)
    command = SetDoNotContact(contact=ada.id, until=NOON + timedelta(microseconds=microseconds), by=COACH)
    if fine:
        practice.do(command)
    else:
        expected = {"until": "this time is past; give one that is still to come, or none"}
        assert expected == wrong(lambda: practice.do(command))


def test_a_time_without_a_zone_is_no_time(practice: Practice) -> None:
    """Neither as the end nor as the time of effect; and both are said at once."""
    naive: Any = datetime(2026, 5, 1)
    assert {"until", "at"} == {*wrong(lambda: SetDoNotContact(contact="c-1", until=naive, at=naive, by=COACH))}
    ada = known(practice)
    late = SetDoNotContact(contact=ada.id, until=NOON - HOUR, at=NOON + HOUR, by=COACH)
    assert {"until", "at"} == {*wrong(lambda: practice.do(late))}


def test_an_end_in_another_zone_is_the_same_instant(practice: Practice) -> None:
    """It is kept in UTC."""
    ada = known(practice)
    there = datetime.fromisoformat("2026-03-03T13:00:00+01:00")
    practice.do(SetDoNotContact(contact=ada.id, until=there, by=COACH))
    assert [datetime(2026, 3, 3, 12, tzinfo=UTC)] == [block.until for block in practice.person(ada.id).blocks]


def test_blocks_of_a_person_are_blocks() -> None:
    """Whatever else is given for them is named."""
    bad: Any = ("email",)
    assert ["blocks"] == [*wrong(lambda: Person(id="c-1", name=PLANTED, blocks=bad))]
    assert ["do_not_market"] == [*wrong(lambda: Person(id="c-1", name=PLANTED, do_not_market=bad))]


def test_an_answer_names_the_contact_by_its_id_and_the_channel(practice: Practice) -> None:
    """Where no channel is asked about, it is any; where no contact is told, it is the contact."""
    blocked = outreach.Case(now=NOON, contact="c-1", channel=Channel.TEXT, blocks=(Block(id="e-1", since=NOON),))
    text = str(outreach.may_contact(practice.funnel, blocked))
    assert text.startswith("refused: may c-1 be contacted on text\n")
    assert "there is a do-not-contact for text; have it lifted" in text
    free = str(outreach.may_contact(practice.funnel, outreach.Case(now=NOON)))
    assert free.startswith("allowed: may the contact be contacted on any channel\n")
    assert "no do-not-contact is in force for any channel" in free
    assert "the person may get what is alert" in free


def test_no_answer_shows_who_it_is_about(practice: Practice) -> None:
    """A refusal, its plan and its decision name the role and the contact's id."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, reason="Planted", by=itself(ada)))
    commands: list[Command[Status, Contact]] = [
        LiftDoNotContact(contact=ada.id, reason="Planted", by=COACH),
        SetDoNotMarket(contact=ada.id, reason="Planted", by=VIEWER),
    ]
    for command in commands:
        plan = practice.plan(command)
        assert not plan.allowed
        assert "Planted" not in f"{command}{plan}{plan!r}{plan.decision}"
        assert f" {command.by.role} " in str(plan.decision)


# ---- told late, and lifted by the system


def test_what_the_system_records_as_lifted_lifts_the_person_s_own_wish(leads: Leads) -> None:
    """A new lead that may not be contacted would be half a lifting: the system speaks in the person's name."""
    lead = someone(leads, Franchise.DNC)
    leads.do(SetDoNotContact(contact=lead.id, by=itself(lead)))
    leads.do(Record(contact=lead.id, trigger=Happening.DO_NOT_CONTACT_LIFTED, by=SYSTEM))
    assert (Franchise.NEW_LEAD, None) == (
        leads.contact(lead.id).status,
        leads.person(lead.id).blocked(leads.clock.now()),
    )


def test_a_fact_told_late_blocks_nobody_again(leads: Leads) -> None:
    """Cancelled and not to be contacted, then lifted: what is told late about the time before changes neither."""
    lead = someone(leads, Franchise.NEW_LEAD)
    start = leads.clock.now()
    leads.clock.advance(hours=2)
    leads.do(Convert(contact=lead.id, to=Franchise.CANCELLED_AND_DNC, by=DESK))
    leads.clock.advance(hours=2)
    leads.do(LiftDoNotContact(contact=lead.id, by=COACH))
    leads.do(Record(contact=lead.id, trigger=Happening.CONSULTATION_BOOKED, at=start + HOUR, by=SYSTEM))
    assert leads.person(lead.id).blocked(leads.clock.now()) is None


@pytest.mark.parametrize("by", [COACH, None], ids=["staff", "itself"])
def test_a_wish_that_was_said_again_outlives_a_lifting_told_late(practice: Practice, by: Actor | None) -> None:
    """Opted out on Monday and again on Friday: that it was lifted on Wednesday, told on Saturday, lifts Monday's."""
    ada = known(practice)
    for _ in range(2):
        practice.do(SetDoNotContact(contact=ada.id, by=by or itself(ada)))
        practice.clock.advance(days=4)
    practice.do(LiftDoNotContact(contact=ada.id, at=NOON + 2 * DAY, by=SYSTEM))
    person = practice.person(ada.id)
    assert person.blocked(practice.clock.now()) is not None
    assert [True, False, True] == [person.was_blocked(NOON + n * DAY) for n in (1, 3, 5)]


@pytest.mark.parametrize("days", [3, 5, 12])
def test_a_wish_said_every_day_is_kept_with_its_first_and_its_last(practice: Practice, days: int) -> None:
    """Whoever passes on a list every night fills the history, and not the person."""
    ada = known(practice)
    for _ in range(days):
        practice.do(SetDoNotContact(contact=ada.id, by=COACH))
        practice.clock.advance(days=1)
    assert days == len(said(practice, ada))
    assert [NOON, NOON + (days - 1) * DAY] == [block.since for block in practice.person(ada.id).blocks]
    practice.do(LiftDoNotContact(contact=ada.id, by=COACH))
    assert [] == blocks(practice, ada)


def test_a_wish_that_is_told_late_was_in_force_then(practice: Practice) -> None:
    """It stands since Wednesday; that it was said on Monday already is known from then on, and said once."""
    ada = known(practice)
    practice.clock.advance(days=2)
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    practice.clock.advance(days=1)
    for day in (1, 1):
        practice.do(SetDoNotContact(contact=ada.id, at=NOON + day * DAY, by=COACH))
    assert [False, True, True] == [practice.person(ada.id).was_blocked(NOON + n * DAY) for n in (0, 1, 2)]
    assert 2 == len(said(practice, ada))
    practice.do(SetDoNotContact(contact=ada.id, by=COACH))
    assert practice.person(ada.id).blocked_before(NOON + 2 * DAY + HOUR)  # what was known in time stays known


def test_do_not_market_said_again_outlives_a_lifting_told_late(practice: Practice) -> None:
    """What somebody decided afterwards stands, and the history says all that was said."""
    ada = known(practice)
    for _ in range(2):
        practice.do(SetDoNotMarket(contact=ada.id, by=itself(ada)))
        practice.clock.advance(days=4)
    practice.do(LiftDoNotMarket(contact=ada.id, at=NOON + 2 * DAY, by=COACH))
    assert practice.person(ada.id).do_not_market
    assert [True, True, False] == [event.to for event in said(practice, ada)]
    practice.do(LiftDoNotMarket(contact=ada.id, by=COACH))
    assert not practice.person(ada.id).do_not_market


@pytest.mark.parametrize("lifted", [True, False])
def test_do_not_market_told_late_stands_unless_it_was_lifted_since(practice: Practice, lifted: bool) -> None:
    """Asked on Tuesday, told on Friday: a lifting of Wednesday stands."""
    ada = known(practice)
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    practice.clock.advance(days=2)
    if lifted:
        practice.do(LiftDoNotMarket(contact=ada.id, by=COACH))
    practice.clock.advance(days=2)
    practice.do(SetDoNotMarket(contact=ada.id, at=NOON + DAY, by=COACH))
    assert practice.person(ada.id).do_not_market is not lifted


@pytest.mark.parametrize("how", ["lift", "record"])
def test_a_lifting_told_late_is_judged_by_the_wishes_of_its_time(leads: Leads, how: str) -> None:
    """The staff lifted their own on Tuesday; what the person asked for on Wednesday is not in the way, and stays."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    leads.clock.advance(days=2)
    leads.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    at = NOON + DAY
    late = Record(contact=ada.id, trigger=LIFTED, at=at, by=COACH)
    leads.do(LiftDoNotContact(contact=ada.id, at=at, by=COACH) if how == "lift" else late)
    assert [(None, Origin.PERSON)] == blocks(leads, ada)
    assert S.NEW_LEAD is leads.contact(ada.id).status


def test_a_lifting_told_late_is_refused_by_a_wish_of_its_time(practice: Practice) -> None:
    """That the wish ended by itself since makes the staff no better: it stood when they say that they lifted it."""
    ada = known(practice)
    practice.do(SetDoNotContact(contact=ada.id, until=NOON + 2 * DAY, by=itself(ada)))
    practice.clock.advance(days=3)
    late = LiftDoNotContact(contact=ada.id, at=NOON + DAY, by=COACH)
    assert ["outreach.own_wish_stands"] == refusals(practice, late)


def corrected(crm: Leads, contact: Contact, to: Franchise) -> list[str]:
    """When the last status turns out a mistake, give what the plan says besides."""
    plan = crm.plan(Correct(contact=contact.id, to=to, reason="mistyped", by=COACH))
    assert plan.allowed
    return [notice.code for notice in plan.notices]


def test_bg_a20_a_correction_of_a_dnc_says_that_the_person_may_still_not_be_contacted(leads: Leads) -> None:
    """Status and do-not-contact are two things: a mistyped status takes back only itself. Source: BG-A18, BG-A20."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    assert ["outreach.still"] == corrected(leads, ada, S.NEW_LEAD)
    assert [] == corrected(leads, ada, S.CANCELLED_AND_DNC)
    leads.do(Correct(contact=ada.id, to=S.NEW_LEAD, reason="mistyped", by=COACH))
    assert [(None, Origin.STAFF)] == blocks(leads, ada)
    leads.do(LiftDoNotContact(contact=ada.id, by=COACH))
    assert leads.do(ScheduleFollowUp(contact=ada.id, by=COACH)).follow_up is not None


def test_a_correction_says_nothing_of_wishes_where_none_stands(leads: Leads) -> None:
    """Of a status that is no do-not-contact, and of a person whom the host keeps to itself."""
    ada = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.NOT_SOLD, by=COACH))
    leads.do(SetDoNotContact(contact=ada.id, by=COACH))
    assert [] == corrected(leads, ada, S.NEW_LEAD)
    bob = leads.do(Convert(contact=known(leads, S.NEW_LEAD).id, to=S.DNC, by=COACH))
    with leads.storage.transaction(leads.account) as stores:
        stores.persons.remove(bob.id)
    assert [] == corrected(leads, bob, S.NEW_LEAD)
