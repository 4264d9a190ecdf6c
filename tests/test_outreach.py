"""Whatever is said, planned and released, in whatever order: nobody is reached who is not to be contacted.

What is in force is read here a second time, naively, from what the history tells; it shares no code with the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import COACHING, FRANCHISE, TEAM, Actor, Conflict, Invalid, NotFound, Refused, Role
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    AddContact,
    Adopt,
    Command,
    Convert,
    Invite,
    LiftDoNotContact,
    LiftDoNotMarket,
    LogContact,
    MakeCampaign,
    Record,
    ScheduleFollowUp,
    SendCampaign,
    SetDoNotContact,
    SetDoNotMarket,
)
from funnelkit.policy import OutreachPolicy
from funnelkit.service import FunnelService
from funnelkit.statuses import coaching, franchise
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.team import Team
from funnelkit.table import Mail
from funnelkit.times import Span
from funnelkit.values.events import DoNotContactSet, DoNotMarketSet
from funnelkit.values.outreach import Segment
from funnelkit.values.plan import Message
from funnelkit.words import Channel, Origin, Purpose, Recipient
from tests.scenarios.world import COACH, DESK, NOON, SYSTEM, VIEWER

World: TypeAlias = FunnelService[Any, Any]

QUIET: Final = OutreachPolicy(quiet=Span("20:00", "08:00"))
BOUGHT: Final = coaching.Happening.PRODUCT_PURCHASED
LIFTED: Final = franchise.Happening.DO_NOT_CONTACT_LIFTED
PRACTICE: Final = COACHING.derive(
    "practice",
    mails=(
        Mail(BOUGHT, Recipient.CONTACT, "receipt", "ours", purpose=Purpose.TRANSACTIONAL),
        Mail(BOUGHT, Recipient.CONTACT, "how_to_begin", "ours"),
        Mail(BOUGHT, Recipient.COACH, "something_was_bought", "ours"),
    ),
).with_policy(outreach=QUIET)
LEADS: Final = FRANCHISE.with_policy(outreach=QUIET)
PEOPLE: Final = ("c-1", "c-2")


@frozen
class Spoken:
    """A naive reading of what the history tells about one person."""

    blocks: tuple[tuple[Channel | None, Origin, datetime | None], ...] = ()
    unwanted: bool = False

    def after(self, event: object) -> Spoken:
        """Give what stands after one more thing was said."""
        if isinstance(event, DoNotMarketSet):
            return Spoken(self.blocks, event.to)
        if not isinstance(event, DoNotContactSet):
            return self
        if event.to:
            return Spoken((*self.blocks, (event.channel, event.origin, event.until)), self.unwanted)
        speaks = event.by.role in (Role.CLIENT, Role.SYSTEM)
        stay = [
            said
            for said in self.blocks
            if (event.channel is not None and event.channel is not said[0]) or (said[1] is Origin.PERSON and not speaks)
        ]
        return Spoken(tuple(stay), self.unwanted)

    def forbids(self, now: datetime, channel: Channel | None, purpose: Purpose = Purpose.TRANSACTIONAL) -> bool:
        """Whether nothing of this purpose may reach the person on this channel (None: on any) now."""
        blocked = any((of is None or of is channel) and (until is None or now < until) for of, _, until in self.blocks)
        return blocked or (self.unwanted and purpose is not Purpose.TRANSACTIONAL)


class Watching(MemoryNotifier):
    """Keeps what is sent, and what should not have been."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.wrong: list[Message] = []

    def send(self, account: str, message: Message) -> None:
        """Keep it; note it where a wish stood against it."""
        if message.recipient is Recipient.CONTACT:
            spoken = self.house.spoken(message.to)
            if spoken.forbids(self.house.clock.now(), message.channel, message.purpose):
                self.wrong.append(message)
        super().send(account, message)


class House:
    """One account with two funnels, in each of which both people stand."""

    def __init__(self) -> None:
        self.clock, storage = FixedClock(NOON), MemoryStorage()
        self.notifier = Watching(self)
        shared: dict[str, Any] = {"account": "acme", "storage": storage, "clock": self.clock, "notifier": self.notifier}
        self.practice: World = FunnelService(PRACTICE, **shared)
        self.leads: World = FunnelService(LEADS, **shared)
        for person in PEOPLE:
            self.practice.do(Adopt(name="Ada", id=person, status=Coaching.PROSPECT, since=NOON, by=COACH))
            self.leads.do(Adopt(name="Ada", id=person, status=Franchise.NEW_LEAD, since=NOON, by=COACH))
        self.storage = storage

    def spoken(self, person: str) -> Spoken:
        """Read what was said of a person, in both funnels, as it was recorded."""
        found = Spoken()
        events = (event for crm in (self.practice, self.leads) for event in crm.history(person))
        for event in sorted(events, key=lambda event: event.id):
            found = found.after(event)
        return found

    def do(self, step: Step) -> None:
        """Take a step; one that is refused is none."""
        crm = self.leads if step.leads else self.practice
        try:
            if step.minutes:
                self.clock.advance(minutes=step.minutes)
            elif step.limit:
                crm.deliver(limit=step.limit)
            elif step.sweeps:
                crm.sweep()
            elif step.command is not None:
                crm.do(step.command)
        except (Refused, NotFound, Invalid, Conflict):
            return

    def wrongs(self) -> Iterator[object]:
        """Give whom a list names who is not to be contacted, and what was sent to them."""
        yield from self.notifier.wrong
        now = self.clock.now()
        silent = {person for person in PEOPLE if self.spoken(person).forbids(now, None)}
        unwanted = {person for person in PEOPLE if self.spoken(person).forbids(now, None, Purpose.MARKETING)}
        for crm in (self.practice, self.leads):
            yield from (entry.contact for entry in crm.due() if entry.contact in silent)
            yield from (pick.contact for pick in crm.segment(Segment()).picked if pick.contact in unwanted)


@frozen(kw_only=True)
class Step:
    """One thing that is done, in one of the two funnels."""

    leads: bool = False
    command: Command[Any, Any] | None = None
    limit: int = 0
    minutes: int = 0
    sweeps: bool = field(default=False)


actors = st.sampled_from([COACH, DESK, SYSTEM, VIEWER, *(Actor(id=person, role=Role.CLIENT) for person in PEOPLE)])
people = st.sampled_from(PEOPLE)
channels = st.sampled_from([None, *Channel])
ends = st.none() | st.integers(1, 48 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


def steps() -> st.SearchStrategy[Step]:
    """Anything that can be done: wishes the most."""
    wishes: st.SearchStrategy[Command[Any, Any]] = st.one_of(
        st.builds(SetDoNotContact, contact=people, by=actors, channel=channels, until=ends),
        st.builds(SetDoNotContact, contact=people, by=actors, channel=channels, origin=st.sampled_from(Origin)),
        st.builds(LiftDoNotContact, contact=people, by=actors, channel=channels),
        st.builds(SetDoNotMarket, contact=people, by=actors),
        st.builds(LiftDoNotMarket, contact=people, by=actors),
    )
    works: st.SearchStrategy[Command[Any, Any]] = st.one_of(
        st.builds(ScheduleFollowUp, contact=people, by=st.just(COACH)),
        st.builds(LogContact, contact=people, by=st.just(COACH)),
        st.builds(Convert, contact=people, to=st.sampled_from([Franchise.DNC, Franchise.COLD]), by=st.just(COACH)),
        st.builds(Record, contact=people, trigger=st.just(LIFTED), by=actors),
        st.builds(Record, contact=people, trigger=st.just(BOUGHT), item=st.just("book"), by=st.just(SYSTEM)),
        st.builds(MakeCampaign, name=st.just("Spring"), segment=st.just(Segment()), by=st.just(COACH)),
        st.builds(
            SendCampaign,
            campaign=st.sampled_from(["campaign-1", "campaign-2"]),
            template=st.sampled_from(["a", "b"]),
            channel=st.sampled_from(Channel),
            by=st.just(COACH),
        ),
    )
    return st.one_of(
        st.builds(Step, leads=st.booleans(), command=wishes),
        st.builds(Step, leads=st.booleans(), command=works),
        st.builds(Step, leads=st.booleans(), limit=st.integers(1, 5)),
        st.builds(Step, minutes=st.integers(1, 30 * 60)),
        st.builds(Step, leads=st.just(True), sweeps=st.just(True)),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(steps(), max_size=40))
def test_nobody_is_reached_who_is_not_to_be_contacted(taken: list[Step]) -> None:
    """No message has left against a wish in force, no list names who may not be called, no segment who opted out."""
    house = House()
    for step in taken:
        house.do(step)
        assert [] == list(house.wrongs())


@settings(max_examples=100, deadline=None)
@given(st.lists(steps(), max_size=40))
def test_every_message_has_one_end(taken: list[Step]) -> None:
    """It waits, or it left, or it is listed as never sent; never two of these, and none gets lost."""
    house = House()
    planned: set[str] = set()
    for step in taken:
        with house.storage.transaction("acme") as stores:
            planned |= {row.message.key for row in stores.outbox.waiting(10**6, NOON + timedelta(days=9999))}
        house.do(step)
    with house.storage.transaction("acme") as stores:
        waiting = {row.message.key for row in stores.outbox.waiting(10**6, NOON + timedelta(days=9999))}
        withheld = [message.key for message in stores.outbox.withheld()]
    sent = [message.key for _, message in house.notifier.sent]
    assert len(sent) == len({*sent})
    assert sorted(planned | waiting) == sorted([*sent, *withheld, *waiting])


@settings(max_examples=60, deadline=None)
@given(st.lists(steps(), max_size=30))
def test_in_the_end_nothing_waits(taken: list[Step]) -> None:
    """At noon of a later day everything has left that ever may: nothing is held for ever."""
    house = House()
    for step in taken:
        house.do(step)
    day = house.clock.now().replace(hour=12, minute=0) + timedelta(days=2)
    house.clock.set(day)
    house.practice.deliver(limit=10**6)
    with house.storage.transaction("acme") as stores:
        assert () == stores.outbox.waiting(10**6, day + timedelta(days=9999))
    assert [] == house.notifier.wrong


def test_what_may_still_be_undone_is_not_sent() -> None:
    """Inside the transaction that made the message it is refused; undone, it never leaves; done, it leaves."""
    storage, notifier = MemoryStorage(), MemoryNotifier()
    crm: FunnelService[Any, Any] = FunnelService(
        TEAM, account="acme", storage=storage, clock=FixedClock(NOON), notifier=notifier
    )
    owner = Actor(id="o-1", role=Role.OWNER)
    crm.do(AddContact(id="c-1", name="Ada", email="ada@example.org", status=Team.CLIENT, by=owner))
    for undone in (True, False):
        with suppress(ZeroDivisionError), storage.transaction("acme"):
            crm.do(Invite(contact="c-1", by=owner))
            with pytest.raises(Invalid, match="when it is committed"):
                crm.deliver()
            assert 1 // (not undone)
    assert 1 == crm.deliver()
    assert ["c-1"] == [message.to for _, message in notifier.sent]
