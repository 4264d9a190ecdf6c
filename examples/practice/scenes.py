"""What the demo tells about the practice: who may do what, which hours count, what a conversion would change."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from live import COACH, FILES, NOW, Year
from screen import BOLD, Screen

from funnelkit import COACHING, Actor, Contact, Decision, Finding, FunnelService, Kind, Right, Role, Where
from funnelkit.adapters.exports import reason
from funnelkit.adapters.memory import FixedClock
from funnelkit.commands import Book, Convert, Permit
from funnelkit.log import Consent
from funnelkit.policy import CertificationPolicy, Countable, StatusWhen
from funnelkit.rules.certification import From, Line
from funnelkit.rules.credentials import Part
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.statuses.coaching import Coaching
from funnelkit.words import Grant, Portal

STATUSES: Final = (
    Coaching.PROSPECT, Coaching.HOT_LEAD, Coaching.BUYER, Coaching.INACTIVE_CLIENT, Coaching.ACTIVE_CLIENT,
)  # fmt: skip
READINGS: Final = {
    "the default: status at booking, held only": CertificationPolicy(),
    "the status when the session took place": CertificationPolicy(status_when=StatusWhen.AT_SESSION),
    "the status of today": CertificationPolicy(status_when=StatusWhen.CURRENT),
    "all hours of those who are inactive today": CertificationPolicy(always=(Coaching.INACTIVE_CLIENT.value,)),
    "booked and not cancelled, whatever came of it": CertificationPolicy(countable=Countable.NOT_CANCELLED),
}
WORKBOOK: Final = "workbook"
SOME: Final = 8


def imported(screen: Screen, year: Year, rejects: tuple[str, ...]) -> None:
    """Say what was read, taken and refused, and why."""
    screen.title("A coaching practice's year, from two CSV exports")
    rows = [
        (file, len(of), sum(not row.faults for row in of), sum(bool(row.faults) for row in of), name)
        for file, of, name in zip(FILES, (year.contacts, year.appointments), rejects, strict=True)
    ]
    screen.table(("file", "rows", "taken", "refused", "the refused rows, whole, are in"), rows, right=(1, 2, 3))
    screen.say()
    faults = [(fault.file, fault.line, fault.field, fault.reason) for fault in year.faults]
    screen.table(("file", "line", "field", "reason"), faults, right=(1,))


def rights(screen: Screen, year: Year) -> None:
    """Say what each status may do and why, asked about one contact of each."""
    crm, names = year.crm, [COACHING.labels[status] for status in STATUSES]
    people = [_one(year, status) for status in STATUSES]
    for person in people:  # what was permitted to somebody who may not have it does not help
        crm.do(Permit(contact=person.id, items=(WORKBOOK,), kinds=(Kind.SAMPLE,), by=COACH))
    decisions = crm.rights([person.id for person in people])
    booked = [{kind: _booking(year, person, kind) for kind in Kind} for person in people]
    in_public = [_booking(year, person, Kind.SAMPLE, Where.PUBLIC) for person in people]
    screen.title("Who may do what, and why")
    screen.tell("One contact of each status, with credentials for the portal, to whom a workbook and sample sessions "
                "were permitted. Item: for single items, if they were permitted or bought. Silent: the source says "
                "nothing, so it is refused.")  # fmt: skip
    screen.say()
    table = [(r.value, *(_short(decisions[p.id][r], r, p) for p in people)) for r in COACHING.rights.columns]
    table += [(f"book {kind.value}", *(_yes(found[kind]) for found in booked)) for kind in Kind]
    screen.table(("", *names, ""), [(*row, "") for row in (*table, ("book sample in public", *map(_yes, in_public)))])
    for name, person, found in zip(names, people, booked, strict=True):
        bought = min(person.owned, default="PR-101")
        asked = {
            "log_in": decisions[person.id][Right.LOG_IN],
            f"documents: {WORKBOOK}": crm.may(person.id, Right.DOCUMENTS, item=WORKBOOK),
            f"products: {bought}": crm.may(person.id, Right.PRODUCTS, item=bought),
            "coaching_invoice": decisions[person.id][Right.COACHING_INVOICE],
            "book sample": found[Kind.SAMPLE],
            "book session": found[Kind.SESSION],
        }
        screen.say(f"\n  {screen.paint(name, BOLD)} ({person.id}, portal {person.portal.value})")
        screen.table(
            ("", "", "because"), [(what, _yes(decision), _because(decision)) for what, decision in asked.items()]
        )


def _yes(decision: Decision) -> str:
    return "yes" if decision else "no"


def _one(year: Year, status: Coaching) -> Contact:
    """Give a contact of this status: one with credentials and products, if there is any."""
    found = [contact for contact in year.crm.contacts() if contact.status is status]
    return max(found, key=lambda contact: (contact.portal is Portal.ACTIVE, bool(contact.owned)))


def _short(decision: Decision, right: Right, person: Contact) -> str:
    if decision:
        return "yes"
    if decision.refusals == decision.missing:
        return "item"
    silent = COACHING.rights.cells[COACHING.status(person.status), right] is Grant.UNSTATED
    return "silent" if silent else "no"


def _booking(year: Year, person: Contact, kind: Kind, where: Where = Where.PORTAL) -> Decision:
    """Ask by a plan that nobody applies: the contact itself books, in a free hour."""
    me, start = Actor(id=person.id, role=Role.CLIENT), NOW + timedelta(days=60)
    booked = Book(contacts=(person.id,), coach=COACH.id, kind=kind, start=start, minutes=30, where=where, by=me)
    return year.crm.plan(booked).decision


def _because(decision: Decision) -> str:
    """Say what stands in the way; of a yes, what the table gives."""
    cells = [finding for finding in decision.findings if finding.rule.partition(".")[2].startswith("status_")]
    return "; ".join(f"{reason(decision, finding)}{_source(finding)}" for finding in decision.refusals or cells)


def _source(finding: Finding) -> str:
    return f" [{finding.source}]" if finding.source else ""


def certification(screen: Screen, year: Year) -> None:
    """Say which hours count and why not the others, by reason and by client."""
    report = year.crm.certification(coach=COACH.id)
    screen.title("The certification report")
    screen.tell(f"{len(report)} appointments: {report.hours:.2f} hours count, {report.excluded_hours:.2f} do not. The "
                "status at booking decides; the export knows only the present one, so where a booking is older than "
                "that, or undated, the status at booking is unknown and today's stands in.")  # fmt: skip
    screen.say()
    kinds: dict[tuple[str, str, str], list[Line]] = {}
    for line in report:
        kinds.setdefault(_kind(line.decision), []).append(line)
    rows = [
        (counted, known, len(lines), _sum(lines), lines[0].appointment.id, why)
        for (counted, known, why), lines in sorted(kinds.items())
    ]
    screen.table(("", "status at booking", "rows", "hours", "for example", "because"), rows, right=(2, 3))
    screen.say(f"\n  The {SOME} clients with most hours (a group session stands with each of its clients):")
    sessions = Counter(client for line in report.counted for client in line.clients)
    minutes: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    for (_, client, paying), count in report.sums.items():
        minutes[client] += count
        paid[client] += count if paying else 0
    clients = [
        (
            key,
            year.crm.person(key).name,
            sessions[key],
            _hours(count),
            _hours(paid[key]),
            _status(year.crm.contact(key)),
        )
        for key, count in minutes.most_common(SOME)
    ]
    screen.table(("", "client", "sessions", "hours", "paid", "today"), clients, right=(2, 3, 4))


def credential(screen: Screen, year: Year) -> None:
    """Say how far the coach is from a credential, by the facts of the sessions, and what a log would list."""
    hours = year.crm.hours(coach=COACH.id)
    screen.title("Hours to hand in")
    screen.tell(f"By the facts of the sessions, {hours.eligible.hours:.2f} hours count towards a credential: "
                f"{len(hours.differing)} appointments stand in one of the two figures only.")  # fmt: skip
    screen.say()
    for asked in ("ACC", "PCC"):
        progress = year.crm.credential(asked, coach=COACH.id, trained=date(2025, 1, 1), on=NOW.date())
        rows = [(part.key, _figure(part), "met" if part.met else "short") for part in progress.parts]
        screen.table((asked, "has of needs", ""), rows, right=(1,))
        screen.say(f"\n  at the present pace it would be met on {progress.earliest}\n")
    log = year.crm.log(coach=COACH.id, consent=Consent.NOT_REFUSED)
    screen.tell(f"A log would have {len(log.entries)} lines. `funnelkit log` makes one out of the two exports alone.")


def _figure(part: Part) -> str:
    if part.key == "clients":
        return f"{part.has} of {part.needs}"
    return f"{_hours(part.has)} of {_hours(part.needs)}"


@lru_cache  # rows with equal facts share their decision
def _kind(decision: Decision) -> tuple[str, str, str]:
    """Give what sort of line this is: counted or not, whether the status at booking is known, and why."""
    finding = decision.refusals[0] if decision.refusals else decision.findings[-1]
    known = "known" if decision.words()["taken"] is From.BOOKING else "unknown: today's"
    return "counted" if decision else "not", known, reason(decision, finding)


def _sum(lines: list[Line]) -> str:
    return _hours(sum(line.appointment.minutes for line in lines))


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}"


def _status(contact: Contact) -> str:
    return COACHING.labels[COACHING.status(contact.status)]


def conversion(screen: Screen, year: Year) -> None:
    """Show what a conversion would change before it is made: for a prospect, and for somebody who is inactive."""
    crm = year.crm
    screen.title("What a conversion would change, before it is made")
    prospect = _with_hours(year, Coaching.PROSPECT, known=False)
    screen.answer(crm.plan(Convert(contact=prospect, to=Coaching.ACTIVE_CLIENT, by=COACH)))
    screen.say(f"  Nothing was done: {prospect} is still {_status(crm.contact(prospect))}.\n")
    former = _with_hours(year, Coaching.INACTIVE_CLIENT, known=True)
    plan = crm.plan(Convert(contact=former, to=Coaching.PROSPECT, by=COACH))
    screen.answer(plan)
    before = crm.certification(coach=COACH.id).hours
    crm.apply(plan)
    after = crm.certification(coach=COACH.id).hours
    screen.say()
    screen.tell(f"Applied, it makes {former} a {_status(crm.contact(former))} and takes the report from {before:.2f} "
                f"hours to {after:.2f}. What was booked in a known status still counts. The year by other readings of "
                "the rule, each one line of policy:")  # fmt: skip
    screen.say()
    readings = [(*_counted(year, policy), text) for text, policy in READINGS.items()]
    screen.table(("count", "do not", "by"), readings, right=(0, 1))


def _with_hours(year: Year, status: Coaching, *, known: bool) -> str:
    """Give a contact of this status with a few hours booked in an unknown status, and, if asked, one in a known one."""
    for contact in year.crm.contacts():
        if contact.status is status:
            lines = [line for line in year.crm.appointments(contact.id) if line.state is AppointmentStatus.HELD]
            snapshots = [entry.status for line in lines if (entry := line.of(contact.id))]
            if 0 < snapshots.count(None) < SOME and (not known or snapshots.count(None) < len(snapshots)):
                return contact.id
    raise LookupError(status)


def _counted(year: Year, policy: CertificationPolicy) -> tuple[str, str]:
    """Count again by another policy, over the same storage."""
    funnel = COACHING.with_policy(certification=policy)
    crm = FunnelService(funnel, account=year.crm.account, storage=year.storage, clock=FixedClock(NOW))
    report = crm.certification(coach=COACH.id)
    return _hours(report.minutes), _hours(report.excluded)
