"""Calls that must pass mypy in strict mode. Nothing runs this file; `make check` reads it."""

from datetime import UTC, datetime
from typing import assert_type

from funnelkit import (
    AGENCY,
    COACHING,
    Actor,
    Contact,
    Decision,
    Funnel,
    FunnelService,
    Kind,
    Plan,
    Removal,
    Right,
    Role,
)
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryStorage
from funnelkit.commands import AddContact, Book, Convert, Delete, Tag
from funnelkit.rules import access, conversion
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.values.appointment import Appointment

clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=clock, notifier=MemoryNotifier())
coach = Actor(id="m-1", role=Role.COACH)

assert_type(COACHING, Funnel[Coaching, Right])
assert_type(crm, FunnelService[Coaching, Right])
assert_type(crm.do(AddContact(name="Ada", by=coach)), Contact)
assert_type(crm.plan(Convert(contact="c", to=Coaching.HOT_LEAD, by=coach)), Plan[Contact])
assert_type(crm.do(Delete(contact="c", by=coach)), Removal)
assert_type(crm.do(Tag(contact="c", tags=("vip",), by=coach)), Contact)
assert_type(crm.may("c", Right.LOG_IN), Decision)
assert_type(
    crm.do(Book(contacts=["c"], coach="m-1", kind=Kind.SESSION, start=clock.now(), minutes=60, by=coach)), Appointment
)
assert_type(crm.status_at("c", clock.now()), Coaching | None)
assert_type(COACHING.status("hot_lead"), Coaching)
assert_type(AGENCY.with_policy(), Funnel[Agency, Right])
assert_type(COACHING.derive("mine"), Funnel[Coaching, Right])
assert_type(conversion.may_convert(AGENCY, conversion.Case(now=Agency.LEAD, to=Agency.CLIENT, by=coach)), Decision)
assert_type(access.on_status(COACHING, Coaching.BUYER, Right.LOG_IN), Decision)
assert_type(bool(crm.may("c", Right.LOG_IN)), bool)
