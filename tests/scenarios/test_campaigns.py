"""Who is picked for a campaign, and who gets it: one scenario per fact. Source: SC4, SC5, SC8, SC-A11."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    STUDIO,
    Actor,
    Conflict,
    Contact,
    Invalid,
    NotFound,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.commands import (
    Archive,
    Command,
    Convert,
    Delete,
    Erase,
    Hide,
    LiftDoNotContact,
    LiftDoNotMarket,
    MakeCampaign,
    Merge,
    SendCampaign,
    SetDoNotContact,
    SetDoNotMarket,
    Tag,
    Untag,
)
from funnelkit.errors import NotLoaded, UnknownStatus
from funnelkit.loaded import Loaded
from funnelkit.planning import Moment
from funnelkit.policy import OutreachPolicy
from funnelkit.rules import outreach
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.studio import READINGS, Studio
from funnelkit.times import Span
from funnelkit.values.events import CampaignMade, CampaignSent
from funnelkit.values.outreach import Campaign, Segment
from funnelkit.values.plan import Message, Plan
from funnelkit.words import Channel, Purpose, Recipient
from tests.scenarios.leads import Watched, watched
from tests.scenarios.world import ADMIN, COACH, DAY, DESK, HOUR, NOON, OWNER, itself, refusals, rules
from tests.scenarios.world import someone as anyone

World: TypeAlias = Watched[Studio, Right]
KEEPERS: Final = (OWNER, ADMIN, COACH, DESK)
EVERYBODY: Final = Segment()
PLANTED: Final = "Ada Planted"


@pytest.fixture
def world() -> World:
    """An empty studio."""
    return watched(STUDIO)


def someone(crm: Watched[Any, Any], id: str, status: Any = Studio.PROSPECTIVE_CLIENT, **more: Any) -> Contact:
    """Given somebody by this id, of a name that is looked for in every text."""
    return anyone(crm, status, id=id, **{"name": PLANTED, **more})


def some(crm: World, *ids: str, **more: Any) -> None:
    """Given prospective clients by these ids."""
    for id in ids:
        someone(crm, id, **more)


def made(crm: Watched[Any, Any], segment: Segment = EVERYBODY, name: str = "Spring") -> Campaign:
    """When a campaign is made for this segment."""
    found: Campaign = crm.do(MakeCampaign(name=name, segment=segment, by=COACH))
    return found


def picked(crm: Watched[Any, Any], segment: Segment = EVERYBODY) -> list[str]:
    """Give whom a segment picks; the question and the command say the same."""
    found = [pick.contact for pick in crm.segment(segment).picked]
    plan: Plan[Campaign] = crm.plan(MakeCampaign(name="Spring", segment=segment, by=COACH))
    assert tuple(found) == plan.result.members
    return found


def left_out(crm: Watched[Any, Any], segment: Segment = EVERYBODY) -> dict[str, list[str]]:
    """Give whom a segment leaves out, each with the rules that refuse."""
    return {pick.contact: rules(pick.why) for pick in crm.segment(segment).left_out}


def send(crm: Watched[Any, Any], campaign: Campaign, template: str = "letter", **more: Any) -> Campaign:
    """When this is sent to a campaign."""
    found: Campaign = crm.do(SendCampaign(campaign=campaign.id, template=template, by=COACH, **more))
    return found


def reached(crm: Watched[Any, Any]) -> list[str]:
    """Let the messages leave, and give whom they ever reached."""
    crm.deliver(limit=1000)
    return [message.to for _, message in crm.notifier.sent]


# ---- a segment


def test_an_empty_segment_is_everybody_in_sight(world: World) -> None:
    """Who is hidden or archived is not. Source: SC-A11."""
    some(world, "c-1", "c-2", "c-3", "c-4")
    world.do(Hide(contact="c-2", by=COACH))
    world.do(Archive(contact="c-3", by=COACH))
    assert ["c-1", "c-4"] == picked(world)
    assert {} == left_out(world)


def test_s3_prospects_are_picked_by_tag(world: World) -> None:
    """Tags exist so that prospective clients can be added to a campaign together. Source: S3."""
    some(world, "c-1", "c-2", tags=("wedding",))
    some(world, "c-3")
    someone(world, "c-4", Studio.LEAD, tags=("wedding",))
    segment = Segment(tags=("wedding",), statuses=(Studio.PROSPECTIVE_CLIENT,))
    assert ["c-1", "c-2"] == picked(world, segment)


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        (Segment(tags=("red",)), ["c-1", "c-3"]),
        (Segment(tags=("red", "blue")), ["c-1", "c-2", "c-3"]),
        (Segment(groups=("choir",)), ["c-2", "c-3"]),
        (Segment(groups=("choir", "band")), ["c-2", "c-3", "c-4"]),
        (Segment(statuses=("lead",)), ["c-4"]),
        (Segment(statuses=("lead", "prospective_client")), ["c-1", "c-2", "c-3", "c-4"]),
        (Segment(statuses=("client",)), []),
        (Segment(tags=("red",), groups=("choir",)), ["c-3"]),
        (Segment(tags=("red", "blue"), groups=("choir",), statuses=("lead",)), []),
        (Segment(tags=("nobody has it",)), []),
        (Segment(tags=["red", "red"]), ["c-1", "c-3"]),
        (Segment(tags={"blue"}, statuses=[Studio.PROSPECTIVE_CLIENT]), ["c-2"]),
    ],
)
def test_within_a_field_any_of_across_fields_all_of(world: World, segment: Segment, expected: list[str]) -> None:
    """One of these tags, and in one of these groups, and with one of these statuses. Source: SC8."""
    someone(world, "c-1", tags=("red",))
    someone(world, "c-2", tags=("blue",), groups=("choir",))
    someone(world, "c-3", tags=("red", "green"), groups=("choir", "band"))
    someone(world, "c-4", Studio.LEAD, groups=("band",))
    assert expected == picked(world, segment)


def test_a_status_is_meant_by_key_or_member(world: World) -> None:
    """Both are the same segment, and the campaign keeps the key."""
    someone(world, "c-1", Studio.LEAD)
    by_key, by_member = Segment(statuses=("lead",)), Segment(statuses=(Studio.LEAD,))
    assert ["c-1"] == picked(world, by_key) == picked(world, by_member)
    assert made(world, by_key).segment == made(world, by_member).segment
    assert [str] == [type(status) for status in made(world, by_member).segment.statuses]


def test_who_is_picked_comes_in_the_order_in_which_they_came(world: World) -> None:
    """Whatever their ids."""
    some(world, "c-3", "c-1", "c-2")
    assert ["c-3", "c-1", "c-2"] == picked(world)
    assert ("c-3", "c-1", "c-2") == made(world).members


@pytest.mark.parametrize("standing", [Standing.HIDDEN, Standing.ARCHIVED])
def test_sc_a11_a_wish_for_others_than_the_policy_offers_is_left_out_with_the_reason(
    world: World, standing: Standing
) -> None:
    """Asked for by name, they are named, and refused by one rule. Source: SC-A11."""
    some(world, "c-1", "c-2")
    world.do((Hide if standing is Standing.HIDDEN else Archive)(contact="c-2", by=COACH))
    segment = Segment(standings=(Standing.ACTIVE, standing))
    assert ["c-1"] == picked(world, segment)
    assert {"c-2": ["outreach.is_offered"]} == left_out(world, segment)


def test_sc_a11_by_policy_all_are_offered() -> None:
    """The other reading; a segment may still ask for those in sight only. Source: SC-A11."""
    world: Watched[Any, Any] = watched(READINGS["SC-A11 out of sight too"])
    some(world, "c-1", "c-2", "c-3")
    world.do(Hide(contact="c-2", by=COACH))
    world.do(Archive(contact="c-3", by=COACH))
    assert ["c-1", "c-2", "c-3"] == picked(world)
    assert ["c-1"] == picked(world, Segment(standings=(Standing.ACTIVE,)))
    assert ["c-2"] == picked(world, Segment(standings=[Standing.HIDDEN]))


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        (lambda c: SetDoNotMarket(contact=c, by=COACH), "outreach.may_be_marketed_to"),
        (lambda c: SetDoNotContact(contact=c, by=COACH), "outreach.may_be_contacted"),
        (lambda c: SetDoNotContact(contact=c, until=NOON + DAY, by=COACH), "outreach.may_be_contacted"),
    ],
)
def test_sc5_who_opted_out_is_left_out_of_new_campaigns(world: World, wish: Callable[[str], Any], rule: str) -> None:
    """Each with the rule that refuses; who does not fit the segment is not named at all. Source: SC4, SC5."""
    some(world, "c-1", "c-2", tags=("red",))
    some(world, "c-3")
    for contact in ("c-2", "c-3"):
        world.do(wish(contact))
    segment = Segment(tags=("red",))
    assert ["c-1"] == picked(world, segment)
    assert {"c-2": [rule]} == left_out(world, segment)
    plan = world.plan(MakeCampaign(name="Spring", segment=segment, by=COACH))
    assert ["outreach.left_out"] == [notice.code for notice in plan.notices]
    assert "left out: 1, who may not be picked, or not be written to now" == str(plan.notices[0])


def test_all_that_stands_against_somebody_is_said(world: World) -> None:
    """Hidden, not to be contacted, not to be marketed to: three reasons, in one answer."""
    some(world, "c-1")
    for command in (
        Hide(contact="c-1", by=COACH),
        SetDoNotContact(contact="c-1", by=COACH),
        SetDoNotMarket(contact="c-1", by=COACH),
    ):
        world.do(command)
    expected = ["outreach.is_offered", "outreach.may_be_contacted", "outreach.may_be_marketed_to"]
    assert {"c-1": expected} == left_out(world, Segment(standings=(Standing.HIDDEN,)))


def test_who_gets_no_mails_may_still_be_picked(world: World) -> None:
    """A campaign has no channel; a do-not-contact on one of them counts when something is sent on it."""
    some(world, "c-1")
    world.do(SetDoNotContact(contact="c-1", channel=Channel.EMAIL, by=itself(world.contact("c-1"))))
    assert ["c-1"] == picked(world)
    campaign = made(world)
    send(world, campaign, "mail")
    send(world, campaign, "text", channel=Channel.TEXT)
    assert ["text"] == [m.template for m in messages(world)]


@pytest.mark.parametrize(("microseconds", "fits"), [(-1, False), (0, True), (1, True)])
def test_a_do_not_contact_that_is_over_leaves_nobody_out(world: World, microseconds: int, fits: bool) -> None:
    """At its end the person is picked."""
    some(world, "c-1")
    world.do(SetDoNotContact(contact="c-1", until=NOON + DAY, by=COACH))
    world.clock.set(NOON + DAY + timedelta(microseconds=microseconds))
    assert (["c-1"] if fits else []) == picked(world)


def test_a_pick_says_whom_and_why(world: World) -> None:
    """Contact, name, status and decision; no repr has the name."""
    some(world, "c-1")
    (pick,) = world.segment(EVERYBODY).picked
    assert ("c-1", PLANTED, Studio.PROSPECTIVE_CLIENT, True) == (pick.contact, pick.name, pick.status, bool(pick.why))
    assert str(pick.why).startswith("allowed: may c-1 be picked for a campaign\n")
    assert "the person may get what is marketing" in str(pick.why)
    assert "Planted" not in f"{world.segment(EVERYBODY)!r}{pick}{pick.why}"
    assert "why" not in repr(pick)


def test_a_person_whom_the_host_keeps_may_be_picked(world: World) -> None:
    """Nobody knows of a wish, and of a name."""
    some(world, "c-1")
    with world.storage.transaction(world.account) as stores:
        stores.persons.remove("c-1")
    assert ["c-1"] == picked(world)
    assert [None] == [pick.name for pick in world.segment(EVERYBODY).picked]
    send(world, made(world))
    assert ["c-1"] == reached(world)


class Counting(MemoryStorage):
    """Storage that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Any:  # type: ignore[override]  # the stores behind a counter
        """Open one that counts."""
        with super().transaction(account) as stores:
            yield Counted(stores, self.asked)


class Counted:
    """Something whose calls are counted by name."""

    def __init__(self, inner: Any, asked: list[str], name: str = "") -> None:
        self._inner, self._asked, self._name = inner, asked, name

    def __getattr__(self, name: str) -> Any:
        found, path = getattr(self._inner, name), f"{self._name}.{name}"
        if not callable(found):
            return Counted(found, self._asked, path)

        def call(*args: Any, **named: Any) -> Any:
            self._asked.append(path)
            return found(*args, **named)

        return call


@pytest.mark.parametrize("many", [1, 30])
def test_a_segment_takes_two_queries_however_many_there_are(many: int) -> None:
    """One for the contacts and one for the persons; so does planning a campaign, besides its id."""
    storage = Counting()
    world: World = watched(STUDIO, storage=storage)
    some(world, *(f"c-{number}" for number in range(many)))
    storage.asked.clear()
    assert many == len(world.segment(EVERYBODY).picked)
    assert [".contacts.every", ".persons.many"] == storage.asked
    storage.asked.clear()
    plan = world.plan(MakeCampaign(name="Spring", segment=EVERYBODY, by=COACH))
    assert [".campaigns.get", ".history.of", ".contacts.every", ".persons.many"] == storage.asked
    campaign = world.apply(plan)
    storage.asked.clear()
    world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    assert [".campaigns.get", ".contacts.many", ".persons.many"] == storage.asked


# ---- a segment that is none


def wrong(make: Callable[[], object]) -> dict[str, str]:
    """When this is tried, then it is not well formed: the problems by field. None of them shows what was given."""
    with pytest.raises(Invalid) as caught:
        make()
    assert "Planted" not in f"{caught.value}{caught.value!r}"
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("given", [PLANTED, "cleint", Agency.CLIENT, Coaching.PROSPECT])
def test_an_unknown_status_is_named_by_its_field(world: World, given: Any) -> None:
    """Neither another funnel's, nor one that is misspelt, nor somebody's name: asked, and made. All at once."""
    segment = Segment(statuses=("lead", given, "nothing_such"))
    for ask in (
        lambda: world.segment(segment),
        lambda: world.do(MakeCampaign(name="Spring", segment=segment, by=COACH)),
    ):
        assert ["segment.statuses[1]", "segment.statuses[2]"] == [*wrong(ask)]
    with pytest.raises(UnknownStatus):
        world.segment(Segment(statuses=(given,)))
    assert () == world.campaigns()


@pytest.mark.parametrize("name", ["tags", "groups", "statuses", "standings"])
@pytest.mark.parametrize("given", [PLANTED, 3, [1], ["", "a"], [None], [[]], [Standing], ({},)])
def test_a_field_of_a_segment_takes_a_list(name: str, given: Any) -> None:
    """Of texts, or of standings; a text that stands alone is no list."""
    assert [name] == [*wrong(lambda: Segment(**{name: given}))]


def test_a_segment_may_leave_everything_out_but_not_ask_for_no_standing() -> None:
    """Nobody stands nowhere."""
    assert ["standings"] == [*wrong(lambda: Segment(standings=()))]
    assert ["standings"] == [*wrong(lambda: Segment(standings=("active",)))]  # type: ignore[arg-type]  # a member is needed


@pytest.mark.parametrize("given", [None, "red", {"tags": ["red"]}, Segment])
def test_a_segment_is_a_segment(world: World, given: Any) -> None:
    """Asked, and made."""
    assert ["segment"] == [*wrong(lambda: world.segment(given))]
    assert ["segment"] == [*wrong(lambda: MakeCampaign(name="Spring", segment=given, by=COACH))]


# ---- a campaign


def test_a_campaign_is_made_with_its_members(world: World) -> None:
    """Its name, its segment, who is in it, and when it was made; the event tells the last three."""
    some(world, "c-1", "c-2", tags=("red",))
    segment = Segment(tags=("red",))
    campaign = world.do(MakeCampaign(name="Spring", segment=segment, id="k-1", by=COACH))
    expected = Campaign(
        id="k-1", funnel="studio", name="Spring", segment=segment, members=("c-1", "c-2"), made=NOON, version=1
    )
    assert expected == campaign == world.campaign("k-1")
    (event,) = world.history_of("campaign", "k-1")
    assert isinstance(event, CampaignMade)
    assert (segment, ("c-1", "c-2"), COACH, NOON, 1) == (
        event.segment, event.members, event.by, event.effective, event.version,
    )  # fmt: skip
    assert "Spring" not in f"{campaign}{event}{MakeCampaign(name='Spring', segment=segment, by=COACH)}"


def test_the_plan_says_how_many_are_picked(world: World) -> None:
    """Before it is made."""
    some(world, "c-1", "c-2")
    plan = world.plan(MakeCampaign(name="Spring", segment=EVERYBODY, by=COACH))
    assert ["picked: 2"] == [str(consequence) for consequence in plan.consequences]
    assert () == plan.notices
    assert () == world.campaigns()


def test_a_campaign_of_nobody_is_made_with_a_notice(world: World) -> None:
    """It is hardly what was meant, since nobody joins later."""
    plan = world.plan(MakeCampaign(name="Spring", segment=Segment(tags=("misspelt",)), by=COACH))
    assert ["outreach.nobody"] == [notice.code for notice in plan.notices]
    campaign = world.apply(plan)
    assert () == campaign.members
    send(world, campaign)
    assert [] == reached(world)


def test_sc5_who_opts_out_later_stays_in_it_and_gets_nothing(world: World) -> None:
    """Members are settled when it is made. Source: SC4, SC5."""
    some(world, "c-1", "c-2", "c-3", "c-4")
    campaign = made(world)
    world.do(SetDoNotMarket(contact="c-2", by=COACH))
    world.do(SetDoNotContact(contact="c-3", by=itself(world.contact("c-3"))))
    world.do(SetDoNotContact(contact="c-4", channel=Channel.EMAIL, by=COACH))
    assert campaign == world.campaign(campaign.id)
    send(world, campaign)
    assert ["c-1"] == reached(world)
    assert ("c-1", "c-2", "c-3", "c-4") == world.campaign(campaign.id).members
    assert ["c-1", "c-4"] == [pick.contact for pick in world.segment(EVERYBODY).picked]


def test_who_comes_to_fit_later_is_in_the_next_one(world: World) -> None:
    """And who does not fit any more stays in this one."""
    some(world, "c-1", "c-2")
    world.do(Tag(contact="c-1", tags=("red",), by=COACH))
    campaign = made(world, Segment(tags=("red",)))
    world.do(Untag(contact="c-1", tags=("red",), by=COACH))
    world.do(Tag(contact="c-2", tags=("red",), by=COACH))
    assert ("c-1",) == world.campaign(campaign.id).members
    assert ("c-2",) == made(world, Segment(tags=("red",))).members
    send(world, campaign)
    assert ["c-1"] == reached(world)


def test_who_opts_in_again_gets_what_is_sent_then(world: World) -> None:
    """Asked anew each time something is sent."""
    some(world, "c-1")
    campaign = made(world)
    world.do(SetDoNotMarket(contact="c-1", by=COACH))
    send(world, campaign, "first")
    world.do(LiftDoNotMarket(contact="c-1", by=COACH))
    send(world, campaign, "second")
    world.deliver()
    assert ["second"] == [message.template for _, message in world.notifier.sent]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SYSTEM, Role.CLIENT])
def test_campaigns_are_for_the_staff(world: World, role: Role) -> None:
    """A viewer reads, the system does nothing by itself, and a client has none."""
    some(world, "c-1")
    campaign, by = made(world), Actor(id="c-1", role=role)
    assert ["outreach.campaigner_may"] == refusals(world, MakeCampaign(name="n", segment=EVERYBODY, by=by))
    refused = SendCampaign(campaign=campaign.id, template="letter", by=by)
    assert ["outreach.campaigner_may"] == refusals(world, refused)
    assert (campaign,) == world.campaigns()


@pytest.mark.parametrize("by", KEEPERS, ids=lambda actor: actor.role.value)
def test_any_of_the_staff_makes_and_sends_them(world: World, by: Actor) -> None:
    """Owner, admin, coach, and the special desk."""
    some(world, "c-1")
    campaign = world.do(MakeCampaign(name="Spring", segment=EVERYBODY, by=by))
    world.do(SendCampaign(campaign=campaign.id, template="letter", by=by))
    assert ["c-1"] == reached(world)


def test_campaigns_are_listed_as_they_were_made(world: World) -> None:
    """Those of this funnel, of this account."""
    storage, clock = world.storage, world.clock
    practice = watched(COACHING, storage=storage, clock=clock)
    elsewhere: World = watched(STUDIO, storage=storage, clock=clock, account="other")
    found = [made(world, name=name) for name in ("Spring", "Autumn")]
    foreign, strange = made(practice), made(elsewhere)
    assert found == [*world.campaigns()]
    assert ([foreign], [strange]) == ([*practice.campaigns()], [*elsewhere.campaigns()])
    for campaign in (foreign, evolve(strange, id="campaign-9")):
        with pytest.raises(NotFound):
            world.campaign(campaign.id)
        with pytest.raises(NotFound):
            world.do(SendCampaign(campaign=campaign.id, template="letter", by=COACH))


def test_an_id_is_taken_once(world: World) -> None:
    """In the account, whatever the funnel."""
    practice = watched(COACHING, storage=world.storage, clock=world.clock)
    practice.do(MakeCampaign(name="Spring", segment=EVERYBODY, id="k-1", by=COACH))
    again = MakeCampaign(name="Autumn", segment=EVERYBODY, id="k-1", by=COACH)
    assert {"id": "is taken by another campaign"} == wrong(lambda: world.do(again))


@pytest.mark.parametrize("what", ["opted out", "archived", "changed"])
def test_a_plan_from_before_is_not_applied(world: World, what: str) -> None:
    """Who was picked has changed since: the campaign is planned again."""
    some(world, "c-1", "c-2")
    plan = world.plan(MakeCampaign(name="Spring", segment=EVERYBODY, by=COACH))
    changes: dict[str, Command[Studio, Contact]] = {
        "opted out": SetDoNotMarket(contact="c-2", by=COACH),
        "archived": Archive(contact="c-2", by=COACH),
        "changed": Convert(contact="c-2", to=Studio.LEAD, by=COACH),
    }
    world.do(changes[what])
    with pytest.raises(Conflict):
        world.apply(plan)
    assert (("c-1", "c-2") if what == "changed" else ("c-1",)) == made(world).members


def test_who_comes_in_between_is_in_the_next_one(world: World) -> None:
    """A campaign is a picture of the moment at which it was planned; who was not in it disturbs nothing."""
    some(world, "c-1", "c-2")
    segment = Segment(tags=("red",))
    world.do(Tag(contact="c-1", tags=("red",), by=COACH))
    plan = world.plan(MakeCampaign(name="Spring", segment=segment, by=COACH))
    world.do(Tag(contact="c-2", tags=("red",), by=COACH))
    some(world, "c-3")
    assert ("c-1",) == world.apply(plan).members


def test_made_with_a_key_it_is_made_once(world: World) -> None:
    """Delivered twice, the command gives the campaign that it made."""
    some(world, "c-1")
    command = MakeCampaign(name="Spring", segment=EVERYBODY, by=COACH)
    first = world.do(command, key="form-7")
    some(world, "c-2")
    assert first == world.do(command, key="form-7")
    assert (first,) == world.campaigns()


# ---- something is sent to it


def messages(crm: Watched[Any, Any]) -> list[Message]:
    """Give what waits in the outbox."""
    with crm.storage.transaction(crm.account) as stores:
        return [row.message for row in stores.outbox.waiting(1000, NOON + 999 * DAY)]


def test_each_member_gets_one_message(world: World) -> None:
    """For marketing, on the channel, with the campaign beside it; the campaign remembers the template."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    after = send(world, campaign, channel=Channel.TEXT)
    found = messages(world)
    assert [("c-1", "letter"), ("c-2", "letter")] == [(message.to, message.template) for message in found]
    assert {(Purpose.MARKETING, Channel.TEXT, Recipient.CONTACT)} == {
        (m.purpose, m.channel, m.recipient) for m in found
    }
    assert [{"contact": "c-1", "campaign": campaign.id}, {"contact": "c-2", "campaign": campaign.id}] == [
        dict(message.params) for message in found
    ]
    assert (("letter",), 2) == (after.sent, after.version)
    assert after == world.campaign(campaign.id)
    assert ["c-1", "c-2"] == reached(world)


def test_the_history_says_to_whom_it_went(world: World) -> None:
    """Who was left out is not in it."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    world.do(SetDoNotMarket(contact="c-1", by=COACH))
    plan = world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    assert ["letter goes to 1"] == [str(consequence) for consequence in plan.consequences]
    assert ["left out: 1, who may not be picked, or not be written to now"] == [str(notice) for notice in plan.notices]
    world.apply(plan)
    event = world.history_of("campaign", campaign.id)[-1]
    assert isinstance(event, CampaignSent)
    assert ("letter", Channel.EMAIL, ("c-2",)) == (event.template, event.channel, event.to)


def test_a_template_is_sent_to_a_campaign_once(world: World) -> None:
    """The second time is refused; another template, and another campaign, are not."""
    some(world, "c-1")
    campaign = made(world)
    send(world, campaign)
    again = SendCampaign(campaign=campaign.id, template="letter", channel=Channel.TEXT, by=ADMIN)
    assert ["outreach.is_sent_once"] == refusals(world, again)
    assert ("letter", "postcard") == send(world, campaign, "postcard").sent
    assert ["outreach.is_sent_once"] == refusals(world, again)
    send(world, made(world))
    assert ["c-1", "c-1", "c-1"] == reached(world)


def test_two_who_send_it_at_once_send_it_once(world: World) -> None:
    """Both planned it; the second to apply learns that somebody was quicker."""
    some(world, "c-1")
    campaign = made(world)
    plans = [world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH)) for _ in range(2)]
    world.apply(plans[0])
    with pytest.raises(Conflict):
        world.apply(plans[1])
    assert ["c-1"] == reached(world)


def test_keys_are_stable_and_no_two_are_alike(world: World) -> None:
    """Planned twice they are the same; ids that look like two joined make no other message's key."""
    some(world, "c", "b:c")
    keys: list[str] = []
    for id, template in (("a", "x"), ("a:x", "y"), ("a", "x:y"), ("a:x:y", "z"), ("b", "x")):
        if id not in [campaign.id for campaign in world.campaigns()]:
            world.do(MakeCampaign(name="n", segment=EVERYBODY, id=id, by=COACH))
        plans = [world.plan(SendCampaign(campaign=id, template=template, by=COACH)) for _ in range(2)]
        assert [m.key for m in plans[0].messages] == [m.key for m in plans[1].messages]
        keys += [message.key for message in plans[0].messages]
        world.apply(plans[0])
    assert 10 == len(keys) == len({*keys})
    assert 10 == world.deliver()


def test_a_member_who_opts_out_between_sending_and_leaving_gets_nothing(world: World) -> None:
    """Asked again when the message leaves: of mails, of all, of marketing. Source: SC5."""
    some(world, "c-1", "c-2", "c-3", "c-4")
    campaign = made(world)
    send(world, campaign)
    world.do(SetDoNotMarket(contact="c-1", by=COACH))
    world.do(SetDoNotContact(contact="c-2", channel=Channel.EMAIL, by=itself(world.contact("c-2"))))
    world.do(SetDoNotContact(contact="c-3", by=COACH))
    assert ["c-4"] == reached(world)
    assert ["c-1", "c-2", "c-3"] == [message.to for message in world.withheld()]
    world.do(LiftDoNotContact(contact="c-3", by=COACH))
    assert ["c-4"] == reached(world)


def test_an_opt_out_between_plan_and_apply_stops_the_plan(world: World) -> None:
    """What it read has changed; planned again, the member is left out."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    plan = world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    world.do(SetDoNotMarket(contact="c-1", by=COACH))
    with pytest.raises(Conflict):
        world.apply(plan)
    send(world, campaign)
    assert ["c-2"] == reached(world)


def test_a_member_who_is_gone_gets_nothing(world: World) -> None:
    """Who was deleted is left out without a word; the campaign still names the id."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    world.do(Delete(contact="c-1", by=COACH))
    send(world, campaign)
    assert ["c-2"] == reached(world)
    assert ("c-1", "c-2") == world.campaign(campaign.id).members


def test_a_member_who_was_archived_stays_one(world: World) -> None:
    """Standing is asked when a campaign is made. Source: SC-A11."""
    some(world, "c-1")
    campaign = made(world)
    world.do(Archive(contact="c-1", by=COACH))
    send(world, campaign)
    assert ["c-1"] == reached(world)


def test_a_campaign_waits_for_the_morning() -> None:
    """Quiet hours hold it. Source: ours."""
    world: World = watched(STUDIO.with_policy(outreach=OutreachPolicy(quiet=Span("22:00", "08:00"))), zone="UTC")
    some(world, "c-1")
    send(world, made(world))
    world.clock.advance(hours=11)
    assert [] == reached(world)
    world.clock.advance(hours=9)
    assert ["c-1"] == reached(world)


def test_a_campaign_is_made_and_sent_now(world: World) -> None:
    """Nothing is sent in the past, and nobody is picked as of then."""
    some(world, "c-1")
    campaign = made(world)
    at = NOON - HOUR
    expected = {"at": "it takes effect when it is done; leave it out"}
    assert expected == wrong(lambda: world.do(MakeCampaign(name="n", segment=EVERYBODY, at=at, by=COACH)))
    assert expected == wrong(lambda: world.do(SendCampaign(campaign=campaign.id, template="letter", at=at, by=COACH)))


def test_one_changes_a_campaign_at_the_version_that_was_seen(world: World) -> None:
    """`expect` is the version of the campaign."""
    some(world, "c-1")
    campaign = made(world)
    world.do(SendCampaign(campaign=campaign.id, template="letter", by=COACH), expect=1)
    with pytest.raises(Conflict):
        world.do(SendCampaign(campaign=campaign.id, template="postcard", by=COACH), expect=1)


@pytest.mark.parametrize(
    ("name", "given"),
    [("campaign", ""), ("campaign", None), ("template", " "), ("template", 3), ("channel", "email"), ("by", PLANTED)],
)
def test_a_field_of_sending_takes_what_it_asks_for(name: str, given: Any) -> None:
    """Anything else is named."""
    fields: dict[str, Any] = {"campaign": "k-1", "template": "letter", "by": COACH, name: given}
    assert [name] == [*wrong(lambda: SendCampaign(**fields))]


@pytest.mark.parametrize(("name", "given"), [("name", ""), ("name", 3), ("id", " k"), ("segment", None), ("by", None)])
def test_a_field_of_making_takes_what_it_asks_for(name: str, given: Any) -> None:
    """Anything else is named; all at once."""
    fields: dict[str, Any] = {"name": "Spring", "segment": EVERYBODY, "id": "k-1", "by": COACH, name: given}
    assert [name] == [*wrong(lambda: MakeCampaign(**fields))]
    everything: dict[str, Any] = {"name": "", "segment": 1, "id": "", "by": 2}
    assert {*everything} == {*wrong(lambda: MakeCampaign(**everything))}


def test_campaigns_are_the_same_in_every_funnel() -> None:
    """Nothing in them is the studio's: a lead of the franchise is picked by its status."""
    leads = watched(FRANCHISE)
    someone(leads, "c-1", Franchise.COLD)
    someone(leads, "c-2", Franchise.NEW_LEAD)
    someone(leads, "c-3", Franchise.DNC)
    segment = Segment(statuses=(Franchise.COLD, Franchise.DNC))
    assert ["c-1"] == picked(leads, segment)
    assert {"c-3": ["outreach.may_be_contacted"]} == left_out(leads, segment)


# ---- on a host's own rows


def test_a_campaign_is_planned_from_what_is_at_hand(world: World) -> None:
    """Without any storage: the rows that a host has loaded, and the plan says what was read of them."""
    some(world, "c-1", "c-2", "c-3")
    world.do(SetDoNotMarket(contact="c-2", by=COACH))
    contacts, persons = world.contacts(), [world.person(contact.id) for contact in world.contacts()]
    moment = Moment(NOON, fresh=lambda kind: f"{kind}-1")
    view = Loaded(contacts=contacts, persons=persons)
    plan = MakeCampaign(name="Spring", segment=EVERYBODY, by=COACH).plan(STUDIO, moment, view)
    assert ("c-1", "c-3") == plan.result.members
    assert [(kind, id) for id in ("c-1", "c-3") for kind in ("contact", "person")] == [r[:2] for r in plan.read]
    send_it = SendCampaign(campaign="campaign-1", template="letter", by=COACH)
    sent = send_it.plan(STUDIO, moment, Loaded(contacts=contacts, persons=persons, campaigns=[plan.result]))
    assert ["c-1", "c-3"] == [message.to for message in sent.messages]
    view = Loaded(contacts=contacts[:2], persons=persons, campaigns=[plan.result], history={})
    assert ["c-1"] == [message.to for message in send_it.plan(STUDIO, moment, view).messages]
    view = Loaded(contacts=contacts[:2], persons=persons, campaigns=[plan.result])
    with pytest.raises(NotLoaded, match="history"):  # who is not there may have been merged
        send_it.plan(STUDIO, moment, view)
    taken = MakeCampaign(name="n", segment=EVERYBODY, id="campaign-1", by=COACH)
    assert ["id"] == [*wrong(lambda: taken.plan(STUDIO, moment, view))]
    with pytest.raises(NotLoaded):
        SendCampaign(campaign="campaign-2", template="letter", by=COACH).plan(STUDIO, moment, view)


def test_a_segment_is_asked_of_plain_facts() -> None:
    """Status, standing, tags and groups; a contact without a status fits no segment that asks for one."""
    case = outreach.Case(now=NOON, tags=frozenset({"red"}))
    assert outreach.is_meant(AGENCY, outreach.segment_of(AGENCY, Segment(tags=("red",))), case)
    assert not outreach.is_meant(AGENCY, outreach.segment_of(AGENCY, Segment(statuses=(Agency.LEAD,))), case)
    assert "may the contact be picked for a campaign" in str(outreach.may_pick(AGENCY, case))


# ---- who turned out to be somebody else


def test_who_was_merged_gets_it_as_the_one_that_stayed(world: World) -> None:
    """Picked under an id that is gone, through whatever contacts it went: the person is reached, and once."""
    some(world, "c-1", "c-2", "c-3", "c-4", tags=("red",))
    some(world, "c-5")
    campaign = made(world, Segment(tags=("red",)))
    for stays, goes in (("c-2", "c-1"), ("c-5", "c-2"), ("c-3", "c-4")):
        world.do(Merge(contact=stays, other=goes, by=OWNER))
    plan = world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    assert () == plan.notices
    send(world, campaign)
    assert ["c-3", "c-5"] == sorted(reached(world))
    assert ("c-1", "c-2", "c-3", "c-4") == world.campaign(campaign.id).members


def test_the_wishes_of_the_one_that_stayed_hold(world: World) -> None:
    """Merged into somebody who is not to be marketed to, or who went later: nothing goes out, and the plan says so."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    some(world, "c-3", "c-4")
    world.do(SetDoNotMarket(contact="c-3", by=COACH))
    world.do(Merge(contact="c-3", other="c-1", by=OWNER))
    world.do(Merge(contact="c-4", other="c-2", by=OWNER))
    world.do(Delete(contact="c-4", by=OWNER))
    plan = world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    assert [2] == [notice.params["count"] for notice in plan.notices]
    send(world, campaign)
    assert [] == reached(world)


# ---- nobody is there


def test_who_was_erased_stays_a_member_and_gets_nothing(world: World) -> None:
    """There is nobody behind the place, so no name and no wish can tell: it is left out, and said to be."""
    some(world, "c-1", "c-2")
    campaign = made(world)
    world.do(Erase(contact="c-1", by=OWNER))
    plan = world.plan(SendCampaign(campaign=campaign.id, template="letter", by=COACH))
    assert ["outreach.left_out"] == [notice.code for notice in plan.notices]
    send(world, campaign)
    assert ["c-2"] == reached(world)
    assert ("c-1", "c-2") == world.campaign(campaign.id).members


def test_who_was_erased_is_not_picked_where_the_archive_is() -> None:
    """Even where the account picks who is archived. Source: SC-A11."""
    world: Watched[Any, Any] = watched(READINGS["SC-A11 out of sight too"])
    some(world, "c-1", "c-2")
    world.do(Archive(contact="c-2", by=COACH))
    world.do(Erase(contact="c-1", by=OWNER))
    assert ["c-2"] == picked(world)
    assert {"c-1": ["outreach.is_still_there"]} == left_out(world)


def test_who_takes_an_erased_members_id_elsewhere_gets_nothing_of_it(world: World) -> None:
    """The id is given again in another funnel: that is somebody else, who was never a member here."""
    some(world, "c-1")
    campaign = made(world)
    world.do(Erase(contact="c-1", by=OWNER))
    agency = watched(AGENCY, storage=world.storage, clock=world.clock)
    someone(agency, "c-1", Agency.PROSPECT)
    send(world, campaign)
    assert [] == reached(world)


def test_a_nameless_member_of_the_archive_gets_it(world: World) -> None:
    """Where the host keeps names to itself, no name means nothing: only an erasure does."""
    some(world, "c-1")
    campaign = made(world)
    world.do(Archive(contact="c-1", by=COACH))
    with world.storage.transaction(world.account) as stores:
        stores.persons.remove("c-1")
    send(world, campaign)
    assert ["c-1"] == reached(world)
