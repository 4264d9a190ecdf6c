"""What is filled by hand on the hot paths is filled wholly, and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import fields
from attrs.exceptions import FrozenInstanceError

from funnelkit import COACHING, Actor, FunnelService, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import AddContact, Convert
from funnelkit.statuses.coaching import Coaching


def test_a_contact_that_moves_its_event_and_its_plan_have_every_field() -> None:
    """No field of a value that is filled by hand is left out, and none can be set afterwards."""
    coach = Actor(id="m-1", role=Role.COACH)
    clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
    crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=clock)
    ada = crm.do(AddContact(name="Ada", by=coach))
    plan = crm.plan(Convert(contact=ada.id, to=Coaching.HOT_LEAD, by=coach))
    values: list[Any] = [plan, plan.changed[0], plan.events[0], plan.decision.case]
    for value in values:
        missing = [field.name for field in fields(type(value)) if not hasattr(value, field.name)]
        assert (type(value).__name__, []) == (type(value).__name__, missing)
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(type(value))[0].name, None)
    assert plan.changed[0] == crm.apply(plan)
