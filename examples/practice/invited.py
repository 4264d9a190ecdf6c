"""What the demo tells about a team of coaches: an invitation with a package, its mails, and what becomes of it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from screen import Screen

from funnelkit import TEAM, Actor, FunnelService, Kind, Right, Role
from funnelkit.adapters.console import ConsoleNotifier
from funnelkit.adapters.letters import Writer, addresses, names
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import (
    Accept,
    AddMember,
    AssignPackage,
    Book,
    CompleteOnboarding,
    DefineOffer,
    Invite,
    MarkHeld,
    MintLink,
)
from funnelkit.statuses.team import Team

MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
OWNER = Actor(id="olga", role=Role.OWNER)
COACH = Actor(id="cora", role=Role.COACH)
SETUP = Actor(id="setup", role=Role.SYSTEM)


def team(screen: Screen) -> None:
    """Invite a client for another coach, show both mails, accept, use a session, and ask for a second package."""
    screen.title("A team of coaches: a client is invited for another coach")
    storage, clock, mails = MemoryStorage(), FixedClock(MORNING), io.StringIO()
    writer = Writer(
        sender=("Acme Coaching", "hello@acme.example"),
        address=addresses(storage),
        words=names(storage),
        url="https" + "://acme.example/welcome",
    )
    crm: FunnelService[Team, Right] = FunnelService(
        TEAM,
        account="acme",
        storage=storage,
        clock=clock,
        notifier=ConsoleNotifier(mails, writer=writer),
        zone="Europe/Berlin",
    )
    crm.do(AddMember(id="olga", name="Olga Stern", role=Role.OWNER, by=SETUP))
    crm.do(
        AddMember(
            id="cora",
            name="Cora Blum",
            role=Role.COACH,
            email="cora@acme.example",
            greeting="Good to have you here.",
            by=OWNER,
        )
    )
    crm.do(DefineOffer(id="five", name="Five sessions", sessions=5, days=90, by=OWNER))
    plan = crm.plan(
        Invite(
            name="Ada Byron",
            email="ada@example.org",
            status=Team.CLIENT,
            coach="cora",
            packages=("five",),
            message="Cora has time for you from Monday on.",
            by=OWNER,
        )
    )
    for consequence in plan.consequences:
        screen.say(f"  then  {consequence}")
    invitation = crm.apply(plan)
    screen.say(f"\n  Two mails go out ({crm.deliver()}). The link is made when they leave, and stored nowhere:\n")
    for line in mails.getvalue().splitlines():
        screen.say(f"    {line}".rstrip())
    accept = crm.plan(Accept(token=crm.do(MintLink(invitation=invitation.id, by=OWNER))))
    screen.say("  Ada accepts:")
    screen.answer(accept)
    ada = Actor(id=crm.apply(accept).contact, role=Role.CLIENT)
    crm.do(CompleteOnboarding(contact=ada.id, step="onboarding", by=ada))
    dashboard = crm.dashboard(ada.id)
    opened = ", ".join(right.value for right, decision in dashboard.sections.items() if decision)
    screen.say(f"\n  Behind the onboarding: »{dashboard.greeting}« Open: {opened}.")
    package = dashboard.packages[0].package.id
    start = clock.now() + timedelta(days=2)
    booked = crm.do(Book(contacts=(ada.id,), coach="cora", kind=Kind.SESSION, start=start, minutes=60, by=COACH))
    clock.advance(days=3)
    crm.do(MarkHeld(appointment=booked.id, by=COACH))
    rows = [(entry.at.date(), entry.what, entry.sessions or "") for entry in crm.ledger(package)]
    screen.say("\n  The ledger of the package, after one session:")
    screen.table(("on", "what", "sessions"), rows, right=(2,))
    screen.say(f"  Left: {crm.package(package).balance.left}. And a second package?")
    screen.answer(crm.plan(AssignPackage(contact=ada.id, offer="five", by=OWNER)))
