"""Messages leave: not in quiet hours, in their order, each once; and what waits takes nobody's place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnelkit import COACHING, FRANCHISE, Contact, Invalid, NotFound, Right
from funnelkit.adapters.memory import MemoryStorage
from funnelkit.commands import AddContact, Edit, LiftDoNotContact, SetDoNotContact, SetDoNotMarket
from funnelkit.policy import OutreachPolicy, ShellPolicy
from funnelkit.rules import outreach
from funnelkit.service import FunnelService
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.times import Span
from funnelkit.values.outreach import Block
from funnelkit.values.plan import Message
from funnelkit.words import Channel, Purpose, Recipient
from tests.scenarios.leads import Watched, watched
from tests.scenarios.world import COACH, HOUR, NOON, itself, rules, someone

Practice: TypeAlias = Watched[Coaching, Right]

NIGHT: Final = Span("22:00", "08:00")
QUIET: Final = COACHING.with_policy(outreach=OutreachPolicy(quiet=NIGHT))
INSTANT: Final = timedelta(microseconds=1)
BERLIN: Final = "Europe/Berlin"
FAR: Final = "Asia/Tokyo"
ZONES: Final = {"m-far": FAR}
UNASKED: Final = (Purpose.ALERT, Purpose.MARKETING)


@pytest.fixture
def practice() -> Practice:
    """An empty practice in Berlin that is quiet from 22 to 8; one coach lives in Tokyo."""
    return quiet()


def quiet(span: Span | None = NIGHT, **more: Any) -> Practice:
    """Open an empty practice that is quiet then."""
    return watched(COACHING.with_policy(outreach=OutreachPolicy(quiet=span)), zones=ZONES, **more)


def there(text: str, zone: str = BERLIN) -> datetime:
    """Give the instant at which a wall shows this; the first, if it comes twice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def waits(
    crm: Watched[Any, Any],
    to: Contact | str,
    *,
    key: str = "k-1",
    purpose: Purpose = Purpose.ALERT,
    recipient: Recipient = Recipient.CONTACT,
    template: str = "note",
) -> None:
    """Given a message that was planned and stored, and has not left."""
    contact = to if isinstance(to, str) else to.id
    message = Message(key=key, to=contact, template=template, purpose=purpose, recipient=recipient)
    with crm.storage.transaction(crm.account) as stores:
        stores.outbox.add([message])


def left(crm: Watched[Any, Any]) -> list[str]:
    """Give the keys of all that ever left, in order."""
    return [message.key for _, message in crm.notifier.sent]


def heard(crm: Watched[Any, Any]) -> list[tuple[str, object]]:
    """Give what the observer heard of messages, in order."""
    return [(what, facts["template"]) for what, _, facts in crm.heard.heard if "template" in facts]


# ---- the hours


@pytest.mark.parametrize(
    ("wall", "leaves"),
    [
        ("2026-03-02T21:59:59.999999", True),
        ("2026-03-02T22:00:00", False),
        ("2026-03-02T22:00:00.000001", False),
        ("2026-03-03T00:00:00", False),
        ("2026-03-03T07:59:59.999999", False),
        ("2026-03-03T08:00:00", True),
        ("2026-03-03T08:00:00.000001", True),
    ],
)
@pytest.mark.parametrize("purpose", UNASKED)
def test_in_quiet_hours_nothing_leaves_that_was_not_asked_for(
    practice: Practice, purpose: Purpose, wall: str, leaves: bool
) -> None:
    """From 22, inclusive, to 8, not included, by the clock on the wall. Source: ours."""
    waits(practice, someone(practice, Coaching.PROSPECT), purpose=purpose)
    practice.clock.set(there(wall))
    assert (1 if leaves else 0) == practice.deliver()
    assert [("sent" if leaves else "held", "note")] == heard(practice)


def test_what_was_held_leaves_when_the_quiet_hours_end(practice: Practice) -> None:
    """Not a microsecond before; and once."""
    waits(practice, someone(practice, Coaching.PROSPECT))
    practice.clock.set(there("2026-03-02T22:00"))
    assert 0 == practice.deliver()
    practice.clock.set(there("2026-03-03T08:00") - INSTANT)
    assert 0 == practice.deliver()
    practice.clock.advance(INSTANT)
    assert [1, 0] == [practice.deliver(), practice.deliver()]
    assert [("held", "note"), ("sent", "note")] == heard(practice)


def test_what_is_held_is_not_withheld(practice: Practice) -> None:
    """It waits; nothing is listed that never leaves."""
    waits(practice, someone(practice, Coaching.PROSPECT))
    practice.clock.set(there("2026-03-03T03:00"))
    practice.deliver()
    assert () == practice.withheld()


def test_there_are_no_quiet_hours_unless_an_account_asks_for_them() -> None:
    """None of the five funnels has any."""
    crm = quiet(None)
    waits(crm, someone(crm, Coaching.PROSPECT))
    crm.clock.set(there("2026-03-03T03:00"))
    assert 1 == crm.deliver()
    assert COACHING.policy.outreach.quiet is None


def test_what_was_asked_for_leaves_at_night(practice: Practice) -> None:
    """A link to log in is waited for."""
    waits(practice, someone(practice, Coaching.PROSPECT), purpose=Purpose.TRANSACTIONAL)
    practice.clock.set(there("2026-03-03T03:00"))
    assert 1 == practice.deliver()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_mail_to_the_staff_leaves_at_night(practice: Practice, purpose: Purpose) -> None:
    """The quiet hours are the contact's."""
    waits(practice, COACH.id, purpose=purpose, recipient=Recipient.COACH)
    practice.clock.set(there("2026-03-03T03:00"))
    assert 1 == practice.deliver()


# ---- by whose clock


@pytest.mark.parametrize(
    ("coach", "wall", "leaves"),
    [
        (None, "2026-03-03T03:00", False),      # night here
        ("m-1", "2026-03-03T03:00", False),     # a coach whose zone nobody told
        ("m-far", "2026-03-03T03:00", True),    # eleven in the morning in Tokyo
        (None, "2026-03-03T15:00", True),
        ("m-far", "2026-03-03T15:00", False),   # eleven at night in Tokyo
    ],
)  # fmt: skip
def test_the_clock_is_that_of_the_contacts_coach(
    practice: Practice, coach: str | None, wall: str, leaves: bool
) -> None:
    """`zones` has it; else it is the account's. Source: ours."""
    waits(practice, someone(practice, Coaching.PROSPECT, coach=coach))
    practice.clock.set(there(wall))
    assert (1 if leaves else 0) == practice.deliver()


def test_a_coach_elsewhere_ends_the_quiet_hours_elsewhere(practice: Practice) -> None:
    """Held at eleven at night in Tokyo, it leaves at eight in the morning there."""
    waits(practice, someone(practice, Coaching.PROSPECT, coach="m-far"))
    practice.clock.set(there("2026-03-03T23:00", FAR))
    assert 0 == practice.deliver()
    practice.clock.set(there("2026-03-04T08:00", FAR) - INSTANT)
    assert 0 == practice.deliver()
    practice.clock.advance(INSTANT)
    assert 1 == practice.deliver()


def test_a_message_of_another_funnel_goes_by_the_coach_there(practice: Practice) -> None:
    """The shell of one funnel releases the messages of the account; the recipient's coach is looked for where it is."""
    leads = watched(FRANCHISE, storage=practice.storage, clock=practice.clock)
    waits(leads, someone(leads, Franchise.NEW_LEAD, coach="m-far"))
    practice.clock.set(there("2026-03-03T03:00"))
    assert 1 == practice.deliver()


@pytest.mark.parametrize(
    ("span", "held", "leaves", "hours"),
    [
        (NIGHT, "2026-03-28T22:00", "2026-03-29T08:00", 9),     # the clock goes forward: the night has an hour less
        (NIGHT, "2026-10-24T22:00", "2026-10-25T08:00", 11),    # and back: an hour more
        (Span("22:00", "02:30"), "2026-03-28T22:00", "2026-03-29T03:00", 4),   # 02:30 is skipped
        (Span("22:00", "02:30"), "2026-10-24T22:00", "2026-10-25T02:30", 4.5),  # 02:30 comes twice: the first
    ],
)  # fmt: skip
def test_over_a_change_of_the_clock_they_end_by_the_wall(span: Span, held: str, leaves: str, hours: float) -> None:
    """Eight in the morning is eight in the morning, be the night of nine hours or of eleven."""
    crm = quiet(span)
    waits(crm, someone(crm, Coaching.PROSPECT))
    crm.clock.set(there(held))
    assert 0 == crm.deliver()
    assert timedelta(hours=hours) == there(leaves) - there(held)
    crm.clock.set(there(leaves) - INSTANT)
    assert 0 == crm.deliver()
    crm.clock.advance(INSTANT)
    assert 1 == crm.deliver()


@pytest.mark.parametrize("span", [Span("22:00", "02:30"), Span("01:00", "02:30")])
def test_in_the_hour_that_comes_twice_they_end_once(span: Span) -> None:
    """At the second ten past two the wall says what it said in the quiet hours; they are over all the same."""
    crm = quiet(span)
    waits(crm, someone(crm, Coaching.PROSPECT))
    crm.clock.set(there("2026-10-25T02:10"))
    assert 0 == crm.deliver()
    crm.clock.advance(HOUR)
    assert 1 == crm.deliver()


def test_in_the_hour_that_comes_twice_they_begin_once() -> None:
    """From the first half past two it stays quiet, also when the wall shows ten past two again."""
    crm = quiet(Span("02:30", "08:00"))
    waits(crm, someone(crm, Coaching.PROSPECT))
    crm.clock.set(there("2026-10-25T02:10") + HOUR)
    assert 0 == crm.deliver()


def test_a_span_that_the_clock_goes_over_is_not_there() -> None:
    """On that day there is no quarter past two."""
    crm = quiet(Span("02:15", "02:45"))
    waits(crm, someone(crm, Coaching.PROSPECT))
    crm.clock.set(there("2026-03-29T03:00"))
    assert 1 == crm.deliver()


moments = st.datetimes(datetime(2026, 3, 27), datetime(2026, 3, 31)) | st.datetimes(
    datetime(2026, 10, 23), datetime(2026, 10, 27)
)
clocks = st.integers(0, 24 * 4 - 1).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


@settings(max_examples=300, deadline=None)
@given(moments, clocks, clocks, st.sampled_from([BERLIN, FAR, "America/New_York", "Australia/Lord_Howe"]))
def test_what_is_held_leaves_at_the_end_and_within_a_day(moment: datetime, start: str, end: str, zone: str) -> None:
    """Whatever the hours, the zone and the change of the clock: when it is over, nothing is held any more."""
    if start == end:
        return
    funnel = COACHING.with_policy(outreach=OutreachPolicy(quiet=Span(start, end)))
    case = outreach.Case(now=moment.replace(tzinfo=UTC), zone=zone)
    later = outreach.leaves_at(funnel, case)
    assert outreach.may_send(funnel, case).allowed is (later is None)
    if later is not None:
        assert timedelta() < later - case.now <= timedelta(hours=25)
        after = outreach.Case(now=later, zone=zone)
        assert outreach.may_send(funnel, after)
        before = outreach.Case(now=later - INSTANT, zone=zone)
        assert ["outreach.is_no_quiet_hour"] == rules(outreach.may_send(funnel, before))


def test_nobody_waits_for_a_moment_that_does_not_come() -> None:
    """Who may not be contacted, or not be marketed to, is not put off until the morning."""
    at_night = there("2026-03-03T03:00")
    block = Block(id="e-1", since=NOON)
    for told in ({"blocks": (block,)}, {"do_not_market": True}, {"there": False}):
        case = outreach.Case(now=at_night, zone=BERLIN, **told)
        assert outreach.leaves_at(QUIET, case) is None
        assert not outreach.may_send(QUIET, case)


def test_without_a_clock_no_hour_is_quiet() -> None:
    """A host that asks about its own rows and does not say by which clock is not held up."""
    assert outreach.may_send(QUIET, outreach.Case(now=there("2026-03-03T03:00")))


# ---- nobody is starved


def filled(crm: Watched[Any, Any], many: int) -> list[str]:
    """Given so many messages of a campaign in the outbox, each to somebody else; their keys in order."""
    keys = [f"m-{number:03}" for number in range(many)]
    for key in keys:
        ada = crm.do(AddContact(name="Ada", id=f"c-{key}", by=COACH))
        waits(crm, ada, key=key, purpose=Purpose.MARKETING, template="newsletter")
    return keys


@pytest.mark.parametrize("swept_before", [False, True], ids=["first sweep", "swept all night"])
def test_a_midnight_sweep_starves_nobody(swept_before: bool) -> None:
    """Behind 500 messages that wait for the morning, what may leave leaves with the next ten. Then come the others.

    Also in the first sweep, which has to hold the 500, so that a host that sweeps until nothing leaves gets that far.
    """
    crm: Practice = Unwatched(QUIET, zones=ZONES)  # the laws are slow here
    keys = filled(crm, 500)
    asked, far = crm.do(AddContact(name="Ada", by=COACH)), crm.do(AddContact(name="Eve", coach="m-far", by=COACH))
    crm.clock.set(there("2026-03-03T00:00"))
    if swept_before:
        assert [0] * 60 == [crm.deliver(limit=10) for _ in range(60)]
    waits(crm, asked, key="k-asked", purpose=Purpose.TRANSACTIONAL)
    waits(crm, far, key="k-far", purpose=Purpose.MARKETING)
    assert 2 == crm.deliver(limit=10)
    assert ["k-asked", "k-far"] == left(crm)
    assert 0 == crm.deliver(limit=10)
    crm.clock.set(there("2026-03-03T08:00"))
    assert [*[10] * 50, 0] == [crm.deliver(limit=10) for _ in range(51)]
    assert ["k-asked", "k-far", *keys] == left(crm)


class Unwatched(Watched[Any, Any]):
    """The shell without the laws, for many contacts."""

    do = FunnelService.do


def test_what_is_never_sent_takes_nobodys_place(practice: Practice) -> None:
    """Twenty who opted out stand before one who did not: a sweep of one reaches that one."""
    for number in range(20):
        ada = someone(practice, Coaching.PROSPECT)
        waits(practice, ada, key=f"k-{number}")
        practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    waits(practice, someone(practice, Coaching.PROSPECT), key="k-eve")
    assert 1 == practice.deliver(limit=1)
    assert ["k-eve"] == left(practice)
    assert 20 == len(practice.withheld())


def test_the_order_is_that_of_storing(practice: Practice) -> None:
    """What was held stands where it stood, before what came later."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada, key="k-1")
    practice.clock.set(there("2026-03-02T23:00"))
    practice.deliver()
    waits(practice, ada, key="k-2")
    practice.clock.set(there("2026-03-03T09:00"))
    waits(practice, ada, key="k-3")
    assert [2, 1] == [practice.deliver(limit=2), practice.deliver(limit=2)]
    assert ["k-1", "k-2", "k-3"] == left(practice)


# ---- what happens while it waits


def test_who_opts_out_at_night_gets_nothing_in_the_morning(practice: Practice) -> None:
    """Held, then withheld: it is asked each time. Source: ours."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada)
    practice.clock.set(there("2026-03-02T23:00"))
    practice.deliver()
    practice.do(SetDoNotMarket(contact=ada.id, by=COACH))
    practice.clock.set(there("2026-03-03T09:00"))
    assert 0 == practice.deliver()
    assert [("held", "note"), ("withheld", "note")] == heard(practice)
    assert ["k-1"] == [message.key for message in practice.withheld()]


def test_who_opts_out_and_in_again_at_night_gets_it(practice: Practice) -> None:
    """Nobody tried in between, so nothing was withheld."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada)
    practice.clock.set(there("2026-03-02T23:00"))
    practice.deliver()
    practice.do(SetDoNotContact(contact=ada.id, by=itself(ada)))
    practice.do(LiftDoNotContact(contact=ada.id, by=itself(ada)))
    practice.clock.set(there("2026-03-03T09:00"))
    assert 1 == practice.deliver()


def test_who_may_not_be_contacted_for_an_hour_does_not_get_it_later(practice: Practice) -> None:
    """What is stopped when it would leave is never sent; a do-not-contact that ends is no quiet hour."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada)
    practice.do(SetDoNotContact(contact=ada.id, until=NOON + HOUR, by=COACH))
    assert 0 == practice.deliver()
    practice.clock.advance(hours=2)
    assert 0 == practice.deliver()
    assert 1 == len(practice.withheld())


def test_a_new_coach_brings_another_clock(practice: Practice) -> None:
    """What is held is held until the morning that was known; it is asked again only then."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada)
    practice.clock.set(there("2026-03-03T03:00"))
    practice.deliver()
    practice.do(Edit(contact=ada.id, coach="m-far", by=COACH))
    assert 0 == practice.deliver()
    practice.clock.set(there("2026-03-03T08:00"))
    assert 1 == practice.deliver()  # four in the afternoon in Tokyo


# ---- once, and again when it fails


def test_delivering_twice_sends_once(practice: Practice) -> None:
    """And storing it again, under its key, neither."""
    ada = someone(practice, Coaching.PROSPECT)
    waits(practice, ada)
    assert [1, 0] == [practice.deliver(), practice.deliver()]
    waits(practice, ada)
    assert 0 == practice.deliver()
    assert ["k-1"] == left(practice)


def test_what_fails_is_tried_once_in_each_sweep_and_given_up_in_the_end() -> None:
    """Its failures are counted, whatever else is held; who comes behind it leaves. Source: ours."""
    tries = 3
    crm: Practice = watched(QUIET.with_policy(shell=ShellPolicy(deliveries=tries)))
    ada = someone(crm, Coaching.PROSPECT)
    crm.notifier.failing = {"broken"}
    waits(crm, ada, key="k-1", template="broken")
    waits(crm, ada, key="k-2")
    assert 1 == crm.deliver(limit=10)
    assert [("failed", "broken"), ("sent", "note")] == heard(crm)
    assert [0, 0] == [crm.deliver() for _ in range(2)]
    crm.clock.advance(minutes=1)
    assert [0, 0] == [crm.deliver() for _ in range(2)]
    assert tries == [what for what, _ in heard(crm)].count("failed")
    with crm.storage.transaction(crm.account) as stores:
        assert ["k-1"] == [message.key for message in stores.outbox.dead()]
    assert [False, False, True] == [facts["dead"] for what, _, facts in crm.heard.heard if what == "failed"]


def test_what_fails_again_waits_longer_each_time() -> None:
    """At once, then after one, two and four minutes, that moment included; and again when somebody says so."""
    crm: Practice = watched(QUIET.with_policy(shell=ShellPolicy(deliveries=5)))
    crm.notifier.failing = {"broken"}
    waits(crm, someone(crm, Coaching.PROSPECT), key="k-1", template="broken")
    seen = []
    for seconds in (0, 0, 59, 1, 119, 1, 239, 1):
        crm.clock.advance(timedelta(seconds=seconds))
        before = len(heard(crm))
        crm.deliver()
        seen.append(len(heard(crm)) - before)
    assert [1, 1, 0, 1, 0, 1, 0, 1] == seen
    assert ["k-1"] == [message.key for message in crm.given_up()]
    crm.notifier.failing = set()
    assert 0 == crm.deliver()
    crm.send_again("k-1")
    assert (1, ()) == (crm.deliver(), crm.given_up())
    with pytest.raises(NotFound):
        crm.send_again("k-1")


def test_a_message_that_somebody_has_taken_is_nobody_elses_for_a_while() -> None:
    """Who is killed with it leaves it to the others when the time is up. Source: ours."""
    crm: Practice = watched(QUIET)
    waits(crm, someone(crm, Coaching.PROSPECT), key="k-1")
    now, lease = crm.clock.now(), timedelta(minutes=5)
    with crm.storage.transaction(crm.account) as stores:
        assert ["k-1"] == [row.message.key for row in stores.outbox.claim(10, now, now + lease)]
        assert () == stores.outbox.claim(10, now, now + lease)
    assert 0 == crm.deliver()
    crm.clock.advance(lease)
    assert 1 == crm.deliver()


def test_what_fails_counts_to_the_limit(practice: Practice) -> None:
    """A notifier that is down is asked no more often than that."""
    ada = someone(practice, Coaching.PROSPECT)
    practice.notifier.failing = {"note"}
    for number in range(5):
        waits(practice, ada, key=f"k-{number}")
    assert 0 == practice.deliver(limit=3)
    assert [("failed", "note")] * 3 == heard(practice)
    assert {"ConnectionError"} == {facts["error"] for what, _, facts in practice.heard.heard if what == "failed"}


def test_what_is_given_up_at_once_counts_to_the_limit_too() -> None:
    """Behind one that is held, three are tried, and no more."""
    crm: Practice = watched(QUIET.with_policy(shell=ShellPolicy(deliveries=1)))
    waits(crm, someone(crm, Coaching.PROSPECT), key="k-held")
    crm.notifier.failing = {"broken"}
    for number in range(9):
        waits(crm, COACH.id, key=f"k-{number}", template="broken", recipient=Recipient.COACH)
    crm.clock.set(there("2026-03-03T03:00"))
    assert 0 == crm.deliver(limit=3)
    assert [("held", "note"), *[("failed", "broken")] * 3] == heard(crm)


def test_a_sweep_releases_a_hundred_unless_told_otherwise(practice: Practice) -> None:
    """So many leave at once."""
    for number in range(101):
        waits(practice, COACH.id, key=f"k-{number}", recipient=Recipient.COACH)
    assert [100, 1] == [practice.deliver(), practice.deliver()]


def test_what_fails_by_day_is_held_at_night(practice: Practice) -> None:
    """And leaves in the morning, with the failures that it had."""
    waits(practice, someone(practice, Coaching.PROSPECT))
    practice.notifier.failing = {"note"}
    practice.deliver()
    practice.clock.set(there("2026-03-02T23:00"))
    practice.deliver()
    practice.clock.set(there("2026-03-03T08:00"))
    with practice.storage.transaction(practice.account) as stores:
        assert [1] == [row.failures for row in stores.outbox.waiting(1, practice.clock.now())]
    practice.notifier.failing = set()
    assert 1 == practice.deliver()
    assert ["failed", "held", "sent"] == [what for what, _ in heard(practice)]


def test_who_was_quicker_has_sent_it(practice: Practice) -> None:
    """Two sweeps at once: what the one has sent, the other neither holds nor withholds nor counts as failed."""
    waits(practice, someone(practice, Coaching.PROSPECT))
    practice.deliver()
    with practice.storage.transaction(practice.account) as stores:
        stores.outbox.hold("k-1", NOON + HOUR)
        stores.outbox.withhold("k-1")
        stores.outbox.failed("k-1", None)
        assert ((), ()) == (stores.outbox.withheld(), stores.outbox.dead())


# ---- what is refused by its form


@pytest.mark.parametrize("limit", [0, -1, 1.5, "10", None, True])
def test_a_limit_is_a_whole_number_from_one(practice: Practice, limit: Any) -> None:
    """Anything else is named."""
    with pytest.raises(Invalid) as caught:
        practice.deliver(limit=limit)
    assert ["limit"] == [problem.path for problem in caught.value.problems]


def test_without_a_notifier_nothing_can_leave() -> None:
    """The host is told what is missing."""
    crm = watched(COACHING)
    deaf = FunnelService(COACHING, account="acme", storage=crm.storage, clock=crm.clock)
    with pytest.raises(Invalid) as caught:
        deaf.deliver()
    assert ["notifier"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("make", [lambda: Span("22:00", "25:00"), lambda: OutreachPolicy(quiet=Span("x", "08:00"))])
def test_quiet_hours_are_two_times_of_a_day(make: Callable[[], object]) -> None:
    """A policy cannot be made with others."""
    with pytest.raises(Invalid):
        make()


def test_a_channel_makes_no_difference_to_the_hours(practice: Practice) -> None:
    """A text at night wakes as a mail does."""
    ada = someone(practice, Coaching.PROSPECT)
    practice.clock.set(there("2026-03-03T03:00"))
    with practice.storage.transaction(practice.account) as stores:
        stores.outbox.add(
            Message(key=way, to=ada.id, template="note", purpose=Purpose.ALERT, channel=way) for way in Channel
        )
    assert 0 == practice.deliver()


def test_accounts_share_no_messages() -> None:
    """A sweep of one account releases nothing of another, in one storage."""
    storage = MemoryStorage()
    here: Practice = watched(QUIET, storage=storage)
    elsewhere: Practice = watched(QUIET, storage=storage, account="other")
    waits(elsewhere, someone(elsewhere, Coaching.PROSPECT))
    assert [0, 1] == [here.deliver(), elsewhere.deliver()]
