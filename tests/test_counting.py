"""A plan says which hours start and stop to count: exactly those whose counting differs when it is applied."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnelkit import COACHING, FRANCHISE, Contact, Funnel, Plan
from funnelkit.commands import Convert, DescribeSession
from funnelkit.loaded import Loaded
from funnelkit.planning import Moment
from funnelkit.policy import CertificationPolicy, Countable, FollowUpPolicy, StatusWhen
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.franchise import Franchise
from funnelkit.values.session import Session
from funnelkit.words import Grant
from tests.test_history import COACH, DAY, HOUR, NOW, Step, World, planned, quick, steps

POLICIES: Final = tuple(
    CertificationPolicy(status_when=when, countable=countable, always=always)
    for when, countable, always in product(StatusWhen, Countable, ((), (Coaching.INACTIVE_CLIENT.value,)))
)
"""Every reading of the policy, with every other one."""
COUNTED: Final = FRANCHISE.derive(
    "counted",
    hours={
        s: Grant.YES if s in (Franchise.CONSULTATION_BOOKED, Franchise.FOLLOW_UP_6) else Grant.NO for s in Franchise
    },
).with_policy(follow_up=FollowUpPolicy(in_order=False))
"""Leads with hours, so that the clock and what happens change them as well."""
VERBS: Final = (
    "convert", "convert", "record", "correct", "archive", "book", "book", "move", "cancel", "held", "missed",
    "delete", "erase", "merge", "come", "adopt", "tag",
)  # fmt: skip


def counting(world: World) -> set[str]:
    """Give what counts."""
    return {line.appointment.id for line in world.crm.certification().counted}


def said(plan: Plan[Any]) -> dict[str, list[str]]:
    """Give what a plan says to start and to stop."""
    return {
        code: sorted(str(c.params["appointment"]) for c in plan.consequences if c.code == code)
        for code in ("hours_start", "hours_stop")
    }


def live(funnel: Funnel[Any, Any], life: list[Step]) -> None:
    """Live it; at each step the report before and after differs by what the plan says."""
    world = World(funnel)
    begun: list[Step] = [("adopt", "c-1", 3, 1, None), ("add", "c-2", 0, 1, None)]
    for step in [*begun, ("book", "c-1", 4, 1, None), ("book", "c-1", 6, 1, None), *life]:
        plan = planned(world, step)
        if plan is not None:
            before = counting(world)
            world.crm.apply(plan)
            after = counting(world)
            assert {"hours_start": sorted(after - before), "hours_stop": sorted(before - after)} == said(plan), step


@pytest.mark.parametrize("late", [False, True])
@quick
@given(policy=st.sampled_from(POLICIES), data=st.data())
def test_law_of_hours_for_every_reading(late: bool, policy: CertificationPolicy, data: st.DataObject) -> None:
    """Whatever is done, in time or late: what a plan says to start or to stop is what the report shows afterwards."""
    live(COACHING.with_policy(certification=policy), data.draw(steps(late=late, of=VERBS)))


@pytest.mark.parametrize("late", [False, True])
@quick
@given(when=st.sampled_from(StatusWhen), data=st.data())
def test_law_of_hours_where_the_clock_moves_contacts(late: bool, when: StatusWhen, data: st.DataObject) -> None:
    """The same where a lead is given up on the way, and where a booking moves it. Source: BG-A7."""
    begun: list[Step] = [("convert", "c-1", 9, 1, None), ("book", "c-1", 4, 1, None)]
    policy = CertificationPolicy(status_when=when)
    live(COUNTED.with_policy(certification=policy), [*begun, *data.draw(steps(late=late, of=VERBS))])


def test_a_lead_that_was_given_up_meanwhile_takes_its_hours_along() -> None:
    """Whatever comes first after the last follow-up has run out says what the clock did. Source: BG-A7, CC-A1."""
    world = World(COUNTED.with_policy(certification=CertificationPolicy(status_when=StatusWhen.CURRENT)))
    world.lives()
    world.do(Convert(contact="c-1", to=Franchise.FOLLOW_UP_6, reason="so", by=COACH))
    world.meets(start=world.now + 30 * HOUR)
    world.clock.advance(hours=8)
    assert {"a-1"} == counting(world)
    plan = planned(world, ("tag", "c-1", 0, 18, None))
    assert plan is not None
    assert {"hours_start": [], "hours_stop": ["a-1"]} == said(plan)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_contact_without_appointments_costs_nothing_more(policy: CertificationPolicy) -> None:
    """Nothing is read for hours where there are none: no history, no other contact."""
    funnel = COACHING.with_policy(certification=policy)
    ann = Contact(id="c-1", status=Coaching.PROSPECT, since=NOW - DAY, changed=NOW - DAY, version=1)
    view = Loaded(contacts=(ann,), appointments=())
    plan = Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH).plan(funnel, Moment(NOW, str), view)
    assert (("contact", "c-1", 1),) == plan.read


def test_saying_what_a_session_was_is_not_counted_again() -> None:
    """Who is looked at is who decides: what a log is told changes no hour by status."""
    world = World(COACHING.with_policy(certification=CertificationPolicy(status_when=StatusWhen.CURRENT)))
    world.lives(Coaching.ACTIVE_CLIENT)
    world.meets()
    plan = world.crm.plan(DescribeSession(appointment="a-1", session=Session(), by=COACH))
    assert ["appointment"] == [kind for kind, _, _ in plan.read]
