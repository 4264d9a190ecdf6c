"""Calls that must fail in mypy in strict mode: each line says with which error. Nothing runs this file."""

from datetime import UTC, datetime

from funnelkit import AGENCY, COACHING, Actor, FunnelService, Right, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import AddContact, Adopt, Convert, Correct, MarkHeld
from funnelkit.rules import conversion
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching
from funnelkit.statuses.coaching import Happening as Happened
from funnelkit.table import NEW, STAFF, Move

clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=clock)
coach = Actor(id="m-1", role=Role.COACH)
ada = crm.contact("c")

# a foreign status
crm.do(Convert(contact="c", to=Agency.LEAD, by=coach))  # type: ignore[arg-type]
crm.plan(Correct(contact="c", to=Agency.LEAD, by=coach))  # type: ignore[arg-type]
crm.do(AddContact(name="Ada", status=Agency.LEAD, by=coach))  # type: ignore[arg-type]
crm.do(Adopt(name="Ada", status=Agency.LEAD, by=coach))  # type: ignore[arg-type]
conversion.may_convert(COACHING, conversion.Case(now=Agency.LEAD, to=Agency.CLIENT, by=coach))  # type: ignore[misc]
rows: tuple[Move[Coaching], ...] = (Move(NEW, Happened.ENTERED, Agency.LEAD, STAFF, (), "S1"),)  # type: ignore[arg-type]

# an unknown right, a word for a right
crm.may("c", Right.TELEPATHY)  # type: ignore[attr-defined]
crm.may("c", "log_in")  # type: ignore[arg-type]

# a mutated value
ada.status = Coaching.BUYER  # type: ignore[misc]
COACHING.policy.follow_up.in_order = False  # type: ignore[misc]
AGENCY.name = "mine"  # type: ignore[misc]

# a naive use of a Decision
allowed: bool = crm.may("c", Right.LOG_IN)  # type: ignore[assignment]
if crm.may("c", Right.LOG_IN) is True:  # type: ignore[comparison-overlap]
    pass
if crm.may("c", Right.LOG_IN) == True:  # type: ignore[comparison-overlap]
    pass

# no actor, a word for an actor, a word for a role
Convert(contact="c", to=Coaching.BUYER)  # type: ignore[call-arg]
Convert(contact="c", to=Coaching.BUYER, by="m-1")  # type: ignore[arg-type]
Actor(id="m-1", role="coach")  # type: ignore[arg-type]

# a command about nobody, minutes in words
Convert(to=Coaching.BUYER, by=coach)  # type: ignore[call-arg]
MarkHeld(appointment="a", minutes="60", by=coach)  # type: ignore[arg-type]
