"""What the demo tells about three other practices: an agency, a tutoring franchise and a photographer's studio."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import morning as morning_of
from screen import BOLD, Screen

from funnelkit import AGENCY, FRANCHISE, STUDIO, Actor, FunnelService, Kind, Refused, Role
from funnelkit.adapters.exports import reason
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import (
    AddContact,
    Book,
    Cancel,
    Command,
    Convert,
    Delete,
    Record,
    Reschedule,
    Restore,
    ScheduleFollowUp,
)
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.franchise import Franchise, Happening
from funnelkit.statuses.studio import Studio

MORNING = datetime(2026, 11, 2, 8, tzinfo=UTC)
OWNER = Actor(id="m-1", role=Role.OWNER)
SYSTEM = Actor(id="billing", role=Role.SYSTEM)


def agency(screen: Screen) -> None:
    """Show that an agency's contacts do not go back, and where they can go."""
    screen.title("An agency: no way back")
    crm = FunnelService(AGENCY, account="agency", storage=MemoryStorage(), clock=FixedClock(MORNING))
    client = crm.do(AddContact(name="Ana Lima", email="ana@example.org", status=Agency.CLIENT, by=OWNER))
    try:
        crm.do(Convert(contact=client.id, to=Agency.LEAD, by=OWNER, reason="clicked the wrong line"))
    except Refused as refusal:
        screen.answer(refusal.decision)
    screen.say("\n  And a lead, what can be done next with it?")
    lead = crm.do(AddContact(name="Bo Berg", status=Agency.LEAD, by=OWNER))
    for option in crm.options(lead.id, by=OWNER):
        screen.answer(option.decision)


def franchise(screen: Screen) -> None:
    """Tell one lead's path: a consultation booked, moved and cancelled, follow-ups in order, sold."""
    screen.title("A franchise: one lead's path")
    clock = FixedClock(MORNING)
    crm = FunnelService(FRANCHISE, account="tutors", storage=MemoryStorage(), clock=clock, zone="Europe/Berlin")
    lead = crm.do(AddContact(name="Cleo Ruiz", phone="030 23125 140", by=OWNER)).id
    first, second = MORNING + timedelta(days=3), MORNING + timedelta(days=5)

    def talk(key: str, start: datetime) -> Book:
        return Book(id=key, contacts=(lead,), coach=OWNER.id, kind=Kind.CONSULTATION, start=start, minutes=60, by=OWNER)

    said: list[tuple[str, Command[Franchise, object]]] = [
        ("a consultation is booked", talk("talk-1", first)),
        ("it is moved", Reschedule(appointment="talk-1", start=second, by=OWNER)),
        ("it is cancelled", Cancel(appointment="talk-1", by=OWNER)),
        ("called", Convert(contact=lead, to=Franchise.FOLLOW_UP_1, by=OWNER)),
        ("a jump over two calls", Convert(contact=lead, to=Franchise.FOLLOW_UP_4, by=OWNER)),
        ("called again", Convert(contact=lead, to=Franchise.FOLLOW_UP_2, by=OWNER)),
        ("sold by hand, without papers", Convert(contact=lead, to=Franchise.SOLD, by=OWNER)),
        ("booked again", talk("talk-2", MORNING + timedelta(days=12))),
        (
            "the enrollment is completed",
            Record(contact=lead, trigger=Happening.ENROLLMENT_COMPLETED, item="E-77", by=SYSTEM),
        ),
    ]
    rows = [("", "added by hand", FRANCHISE.labels[Franchise.NEW_LEAD], "")]
    for what, command in said:
        clock.advance(days=1)
        plan = crm.plan(command)
        note = "; ".join(str(notice) for notice in plan.notices)
        if plan.allowed:
            crm.apply(plan)
        else:
            note = "; ".join(reason(plan.decision, finding) for finding in plan.decision.refusals)
        status = FRANCHISE.labels[FRANCHISE.status(crm.contact(lead).status)]
        rows.append(("" if plan.allowed else "refused", what, status, note))
    screen.table(("", "what happens", "so the lead is", "note"), rows)


def morning(screen: Screen) -> None:
    """Show a tutor's morning: what will come, who is due, what the clock has ended, and who stands still."""
    screen.title("A tutor's morning: 24 November, 8:30 in Berlin")
    crm = morning_of.crm()
    screen.tell("Six calls, 48 hours apart, and two hours after the last one the lead is cold. If a lead were called "
                "now and nobody ever answered:")  # fmt: skip
    steps = [
        (
            f"follow-up {step.attempt}",
            _there(step.due),
            "" if step.gives_up is None else f"cold {_there(step.gives_up)}",
        )
        for step in crm.timeline()
    ]
    screen.table(("", "due", ""), steps)
    swept = crm.sweep()
    screen.say(f"\n  The sweep gave up {swept.done}; {swept.left} are left. Who is due, for the tutor:")
    due = crm.due(coach=morning_of.TUTOR.id)
    rows = [
        (
            "overdue" if entry.overdue else "today",
            _there(entry.due),
            entry.name or entry.contact,
            f"{entry.attempt} of 6",
            entry.notes or "",
        )
        for entry in due
    ]
    screen.table(("", "due", "whom", "call", "notes"), rows)
    blocked = next(contact for contact in crm.contacts() if crm.person(contact.id).do_not_contact)
    screen.say("\n  Who asked not to be called is in no list, and gets no date:")
    screen.answer(crm.plan(ScheduleFollowUp(contact=blocked.id, by=morning_of.TUTOR)))
    split = crm.progress(coach=morning_of.TUTOR.id)
    words = ", ".join(f"{len(found)} {word.value.replace('_', ' ')}" for word, found in split.items())
    screen.say(f"\n  Of the leads that are worked on: {words}.")


def _there(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%a %d %b %H:%M}"


def studio(screen: Screen) -> None:
    """Show a delete that becomes an archive, since an invoice hangs on the client."""
    screen.title("A studio: a delete that becomes an archive")
    crm = FunnelService(STUDIO, account="studio", storage=MemoryStorage(), clock=FixedClock(MORNING))
    tied = crm.do(AddContact(name="Dana Voss", status=Studio.CLIENT, by=OWNER)).id
    free = crm.do(AddContact(name="Emil Wirth", status=Studio.LEAD, by=OWNER)).id
    for contact, facts in ((tied, {"invoice": True}), (free, {"invoice": False})):
        delete = Delete(contact=contact, by=OWNER, reason="tidying up")
        plan = crm.plan(delete, facts=facts)
        screen.answer(plan)
        outcome = crm.do(delete, facts=facts)
        screen.say(
            f"  {contact}, with {'an' if facts['invoice'] else 'no'} invoice: {screen.paint(outcome.value, BOLD)}\n"
        )
    standing = crm.contact(tied).standing
    screen.say(
        f"  {tied} is {standing.value}; restored, it is {crm.do(Restore(contact=tied, by=OWNER)).standing.value}."
    )
