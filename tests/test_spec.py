"""The library answers as a naive reading of the sources does, over everything that can be asked.

Each test goes through a whole finite space and collects what differs, so that a failure shows all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import Any, Final

from funnelkit import AGENCY, COACHING, FRANCHISE, STUDIO, TEAM, Actor, Portal, Role, Standing
from funnelkit.decisions import Decision
from funnelkit.funnel import Funnel
from funnelkit.policy import CertificationPolicy, Countable, StatusWhen
from funnelkit.rules import access, booking, certification, conversion, history, invitation, package, removal
from funnelkit.statuses.appointment import AppointmentStatus
from funnelkit.table import Status
from funnelkit.values.appointment import Appointment, Attendee
from funnelkit.values.contact import Contact
from funnelkit.values.events import ContactAdded, Event, StatusChanged, StatusCorrected
from funnelkit.values.package import Offer
from funnelkit.words import Grant, Kind, Payment, Removal, Sender, Shape, Where
from tests.spec import reading

FUNNELS: Final[dict[str, Funnel[Status, Any]]] = {f.name: f for f in (COACHING, AGENCY, FRANCHISE, STUDIO, TEAM)}
ACTORS: Final = {role.value: Actor(id="somebody", role=role) for role in Role}
BOTH: Final = (False, True)
NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)

# What a source makes an answer hang on, by funnel. Each is told true, told false, or not told.
ACCESS_FACTS: Final[dict[str, tuple[str, ...]]] = {"coaching": ("agreement",)}
BY_HAND_FACTS: Final[dict[str, tuple[str, ...]]] = {"agency": ("email",), "franchise": ("next_attempt", "early_cold")}
RECORDED_FACTS: Final[dict[str, tuple[str, ...]]] = {"coaching": ("product",), "franchise": ("enrollment",)}


def tellings(*keys: str) -> list[dict[str, bool]]:
    """Every way to tell these facts: each true, false or not at all."""
    every = product((True, False, None), repeat=len(keys))
    return [{key: said for key, said in zip(keys, way, strict=True) if said is not None} for way in every]


def agree(differences: list[str]) -> None:
    """Nothing differs; a failure shows what does, up to a screen or two."""
    assert not differences, f"{len(differences)} differ from the spec:\n" + "\n".join(differences[:100])


def test_both_speak_of_the_same_things() -> None:
    """Statuses, triggers and rights have the same names on both sides. Source: S0, S1, S2, S3, S4."""
    assert set(FUNNELS) == set(reading.STATUSES)
    for name, funnel in FUNNELS.items():
        assert set(reading.STATUSES[name]) == {status.value for status in funnel.statuses}, name
        assert {*reading.BY_HAND[name], *reading.RECORDED[name]} == {on.value for on in funnel.triggers}, name
        assert set(reading.RIGHTS[name]) == {right.value for right in funnel.rights.columns}, name


def test_every_cell_of_the_rights() -> None:
    """Each cell says the same, even those behind a closed log-in. Source: S0, S1, S2, S3, S4, CC5, DL1, DL9."""
    words = {
        "y": Grant.YES,
        "n": Grant.NO,
        "-": Grant.UNSTATED,
        "perm": Grant.PERMITTED,
        "owned": Grant.OWNED,
        "agreement": Grant.YES,  # and what it needs is asked in the next test
    }
    differences = []
    for name, funnel in FUNNELS.items():
        for status, right in product(funnel.statuses, funnel.rights.columns):
            expected = words[reading.cell(name, status.value, right.value)]
            given = funnel.rights.cells[status, right]
            if expected is not given:
                differences.append(f"{name}: spec says {expected.value}, not {given.value}, of {status}, {right}")
    agree(differences)


def test_access() -> None:
    """Who may open what: status, portal, standing, item, onboarding. Source: S0, S1, S4, CC1, SD-A5, DL9, DL-A1."""
    differences = []
    for name, funnel in FUNNELS.items():
        space = product(
            funnel.statuses,
            funnel.rights.columns,
            Portal,
            Standing,
            BOTH,
            BOTH,
            BOTH,
            BOTH,
            tellings(*ACCESS_FACTS.get(name, ())),
        )
        for status, right, portal, standing, item, permitted, owned, onboarded, facts in space:
            case: access.Case[Any, Any] = access.Case(
                status=status,
                right=right,
                portal=portal,
                standing=standing,
                item="this" if item else None,
                permitted=frozenset({"this", "that"} if permitted else {"that"}),
                owned=frozenset({"this", "that"} if owned else {"that"}),
                onboarding=frozenset[str]() if onboarded else frozenset({"form"}),
                facts=facts,
            )
            expected = reading.access(
                name,
                status.value,
                right.value,
                portal=portal.value,
                standing=standing.value,
                item=item,
                permitted=permitted,
                owned=owned,
                onboarded=onboarded,
                facts=facts,
            )
            if expected != bool(access.may(funnel, case)):
                differences.append(f"{name}: spec says {expected} of {case}")
    agree(differences)


def test_conversion_by_hand() -> None:
    """Who may turn which status into which. Source: CC3, S1, S2, S3, SD-A1, SD-A11, BG-A5, BG-A9, BG-A17, SC-A5."""
    differences = []
    for name, funnel in FUNNELS.items():
        facts_told = tellings(*BY_HAND_FACTS.get(name, ()))
        for now, to, (role, by), facts in product(funnel.statuses, funnel.statuses, ACTORS.items(), facts_told):
            expected = reading.convert(name, now.value, to.value, role, facts)
            case: conversion.Case[Any] = conversion.Case(now=now, to=to, by=by, facts=facts)
            if expected != bool(conversion.may_convert(funnel, case)):
                differences.append(f"{name}: spec says {expected} of {now} -> {to} by {role}, {facts}")
    agree(differences)


def test_entry_by_hand() -> None:
    """Who may add a contact with which status. Source: SD3, SD5, S2, section 7."""
    differences = []
    for name, funnel in FUNNELS.items():
        for to, (role, by), facts in product(funnel.statuses, ACTORS.items(), tellings("email")):
            expected = reading.enter(name, to.value, role, facts)
            case: conversion.Case[Any] = conversion.Case(to=to, by=by, facts=facts)
            if expected != bool(conversion.may_enter(funnel, case)):
                differences.append(f"{name}: spec says {expected} of new -> {to} by {role}, {facts}")
    agree(differences)


def test_what_happens_outside() -> None:
    """What moves whom where, new people included. Source: CC2, CC6, S0, CC-A9, S2, BG-A7 to BG-A18, SC2, S4, DL6."""
    differences = []
    for name, funnel in FUNNELS.items():
        facts_told = tellings(*RECORDED_FACTS.get(name, ()))
        space = product((None, *funnel.statuses), funnel.triggers, ACTORS.items(), facts_told)
        for now, on, (role, by), facts in space:
            expected = reading.record(name, now and now.value, on.value, role, facts)
            case: conversion.Case[Any] = conversion.Case(now=now, on=on, by=by, facts=facts)
            given = moved_to(conversion.may_record(funnel, case), now)
            if expected != given:
                differences.append(f"{name}: spec says {expected}, not {given}, of {now} when {on} by {role}, {facts}")
            if now is None and on.value in reading.RECORDED[name]:
                entered = moved_to(conversion.may_enter(funnel, case), None)
                if expected != entered:
                    differences.append(
                        f"{name}: spec says {expected}, not {entered}, of a new one by {on}, {role}, {facts}"
                    )
    agree(differences)


def moved_to(decision: Decision, now: Status | None) -> str | None:
    """What the contact becomes by a decision; None when it is refused or moves nobody."""
    case = decision.case
    assert isinstance(case, conversion.Case)
    return case.to.value if decision and case.to not in (None, now) else None


def test_booking() -> None:
    """Who may book what, and where. Source: S0, CC6, CC10, CC-A6, CC-A7, CC-A8."""
    differences = []
    for name, funnel in FUNNELS.items():
        stands = (
            (Portal.ACTIVE, Standing.ACTIVE),
            (Portal.INVITED, Standing.HIDDEN),
            (Portal.ACTIVE, Standing.ARCHIVED),
        )
        for status, (portal, standing) in product(
            funnel.statuses, stands
        ):  # what may log in is compared in test_access
            asked: access.Case[Any, Any] = access.Case(
                status=status, right=funnel.log_in, portal=portal, standing=standing
            )
            for case in bookings(status, may_log_in=bool(access.may(funnel, asked))):
                asks: dict[str, Any] = {
                    "where": case.where.value,
                    "portal": portal.value,
                    "standing": standing.value,
                    "opened": tuple(case.opened),
                    "facts": case.facts,
                }
                expected = reading.book(
                    name,
                    status.value,
                    case.kind.value,
                    role=case.by.role.value,
                    free=not case.overlaps,
                    over=case.begun,
                    described=case.described,
                    **asks,
                )
                if expected != bool(booking.may_book(funnel, case)):
                    differences.append(f"{name}: spec says {expected} of {case}, {portal}, {standing}")
                if reading.takes(name, status.value, case.kind.value, **asks) != bool(booking.is_offered(funnel, case)):
                    differences.append(f"{name}: whether it may be moved, of {case}, {portal}, {standing}")
    agree(differences)


def bookings(status: Status, *, may_log_in: bool) -> Iterator[booking.Case[Any]]:
    """Every booking that this contact could be in. Opened to it are: nothing, this kind, every kind but this one."""
    kinds = frozenset(kind.value for kind in Kind)
    ways: tuple[dict[str, Any], ...] = ({}, {"overlaps": ("another",)}, {"begun": True}, {"described": True})
    space = product(Kind, Where, ACTORS.values(), range(3), ways, tellings("public_booking"))
    for kind, where, by, opened, way, facts in space:
        yield booking.Case(
            status=status,
            kind=kind,
            where=where,
            by=by,
            may_log_in=may_log_in,
            opened=(frozenset[str](), frozenset({kind.value}), kinds - {kind.value})[opened],
            **way,
            facts=facts,
        )


def test_certification() -> None:
    """Which attendees count, under every policy. Source: S0, CC-A1, CC-A2, CC-A3, CC-A4."""
    statuses = tuple(COACHING.statuses)
    included: Funnel[Status, Any] = COACHING.derive("with_buyers", hours={COACHING.status("buyer"): Grant.YES})
    cases = {
        f"contact {n}": case
        for n, case in enumerate(
            product(
                (None, *statuses),
                (None, *statuses),
                statuses,
                AppointmentStatus,
                (NOW - HOUR, NOW, NOW + timedelta(seconds=1), NOW + HOUR),
            )
        )
    }
    appointments = [
        Appointment(
            id=f"appointment of {contact}",
            funnel=COACHING.name,
            coach="coach",
            kind=kind,
            start=end - HOUR,
            end=end,
            zone="UTC",
            attendees=(Attendee(contact, booked),),
            booked=NOW - 9 * HOUR,
            state=state,
        )
        for (contact, (booked, _, _, state, end)), kind in zip(cases.items(), cycle(Kind), strict=False)
    ]
    differences = []
    policies = product(StatusWhen, Countable, ("by_status", "always"), ("excluded", "included"))
    for status_when, countable, inactive, buyer in policies:
        funnel = (included if buyer == "included" else COACHING).with_policy(
            certification=CertificationPolicy(
                status_when=status_when,
                countable=countable,
                always=("inactive_client",) if inactive == "always" else (),
            )
        )
        report = certification.count(
            funnel,
            appointments,
            now=NOW,
            today={contact: case[2] for contact, case in cases.items()},
            then=lambda contact, moment: cases[contact][1],
        )
        policy = {
            "status_when": status_when.value,
            "countable": countable.value,
            "inactive": inactive,
            "buyer": buyer,
        }
        assert len(cases) == len(report)
        for line, (booked, session, current, state, end) in zip(report, cases.values(), strict=True):
            expected = reading.counts(
                booked and booked.value,
                session and session.value,
                current.value,
                state=state.value,
                ended=end <= NOW,
                policy=policy,
            )
            if expected != line.counted:
                case = f"{line.appointment.kind} {state}, end {end}: booked {booked}, session {session}, now {current}"
                differences.append(f"spec says {expected} of {case}; {policy}")
    agree(differences)


AGAINST_INVITING: Final = {
    "the role": "invitation.inviter_may",
    "another's client": "invitation.for_oneself",
    "the sender": "invitation.speaks_for_itself",
    "the status": "invitation.status_can_be_invited",
    "the standing": "invitation.is_not_archived",
    "no e-mail": "invitation.address_is_known",
    "the portal": "invitation.has_no_portal_yet",
    "it waits": "invitation.none_is_pending",
    "known already": "invitation.is_not_known_yet",
}
AGAINST_ASSIGNING: Final = {
    "the role": "package.giver_may",
    "another's client": "package.to_own_clients",
    "not offered": "package.is_offered",
    "the list": "package.is_on_the_list",
    "the payment": "package.is_paid",
    "the number": "package.within_number",
    "the portal": "package.client_is_new",
    "the status": "package.status_can_use_it",
    "archived": "package.is_not_archived",
}
COACHES: Final = {"nobody": None, "oneself": "somebody", "another": "another"}


def compared(expected: set[str], rules: dict[str, str], decision: Decision) -> str | None:
    """What the spec and a decision say differently: whether, and by which rules; nothing when they agree."""
    named = {rules[reason] for reason in expected}
    given = {finding.rule for finding in decision.refusals}
    if named == given and decision.allowed == (not expected):
        return None
    return f"spec says {sorted(named) or 'yes'}, not {sorted(given) or 'yes'}, of {decision.case}"


def inviting() -> Iterator[tuple[str, Funnel[Status, Any], dict[str, bool]]]:
    """Each funnel under each way that an account may have it with plain coaches."""
    for (name, funnel), invites, others in product(FUNNELS.items(), BOTH, BOTH):
        figures = {"coach_invites": invites, "coach_for_others": others}
        yield name, funnel.with_policy(invitation=figures), figures


def test_who_may_invite_whom() -> None:
    """Who invites whom, from where, for whom. Source: S4, DL1, SD3, SD4, DL-A10, DL-A13, DL-A15."""
    differences = []
    for name, funnel, policy in inviting():
        space = product(funnel.statuses, ACTORS.items(), Sender, COACHES.items(), BOTH, Standing, Portal)
        for status, (role, by), sender, (coach, named), own, standing, portal in space:
            expected = reading.invite(
                name,
                status.value,
                role=role,
                portal_used="own" if sender is Sender.MEMBER else "team",
                coach=coach,
                own=own,
                standing=standing.value,
                portal=portal.value,
                waits=False,
                email=True,
                known=False,
                policy=policy,
            )
            case = invitation.Case(
                by=by, status=status, sender=sender, coach=named, own=own, standing=standing, portal=portal
            )
            differences.append(compared(expected, AGAINST_INVITING, invitation.may_invite(funnel, case)))
    agree([found for found in differences if found])


def test_what_stands_against_an_invitation_beside_who_sends_it() -> None:
    """What waits, what is known and what is missing, alone and together. Source: S4, DL-A13."""
    differences = []
    for name, funnel, policy in inviting():
        space = product(funnel.statuses, ("coach", "owner"), Standing, Portal, BOTH, BOTH, BOTH)
        for status, role, standing, portal, waits, email, known in space:
            expected = reading.invite(
                name,
                status.value,
                role=role,
                portal_used="team",
                coach="nobody",
                own=True,
                standing=standing.value,
                portal=portal.value,
                waits=waits,
                email=email,
                known=known,
                policy=policy,
            )
            case = invitation.Case(
                by=ACTORS[role],
                status=status,
                standing=standing,
                portal=portal,
                has_email=email,
                pending="i-1" if waits else None,
                holders=("c-1", "c-2") if known else (),
            )
            differences.append(compared(expected, AGAINST_INVITING, invitation.may_invite(funnel, case)))
    agree([found for found in differences if found])


STANDS_IN: Final = (
    ("account's", (), None),
    ("account's", (), "m-1"),
    ("own", ("m-1",), "m-1"),
    ("own", ("m-2", "m-1"), "m-1"),
    ("another's", ("m-2",), "m-1"),
    ("another's", ("m-2", "m-3"), None),
)
"""Where a package stands: what it is for the client's coach, the coaches in whose lists it is, and that coach."""


def test_what_may_be_assigned() -> None:
    """Which package goes to whom, under every policy. Source: S4, DL-A3, DL-A4, DL-A5, DL-A8, DL-A11, DL-A12."""
    differences = []
    for (name, origin), number, unpaid, existing in product(FUNNELS.items(), (1, 2), BOTH, BOTH):
        policy = {"per_invitation": number, "assign_unpaid": unpaid, "to_clients": existing}
        funnel = origin.with_policy(package=policy)
        space = product(funnel.statuses, Shape, Payment, STANDS_IN, Portal, (1, 2, 3))
        for status, shape, payment, (lists, coaches, coach), portal, count in space:
            expected = reading.assign(
                name,
                status.value,
                role="owner",
                own=True,
                shape=shape.value,
                payment=payment.value,
                lists=lists,
                retired=False,
                portal=portal.value,
                standing="active",
                count=count,
                policy=policy,
            )
            case = package.Case(
                by=ACTORS["owner"],
                offer=Offer(id="five", name="Five", shape=shape, payment=payment, coaches=coaches),
                coach=coach,
                status=status,
                portal=portal,
                count=count,
            )
            differences.append(compared(expected, AGAINST_ASSIGNING, package.may_assign(funnel, case)))
    agree([found for found in differences if found])


def test_who_may_assign() -> None:
    """Who gives packages to whom, of what is offered still and of what is not. Source: S4, DL8, DL-A10."""
    differences = []
    policy = {"per_invitation": 1, "assign_unpaid": False, "to_clients": False}
    space = product(TEAM.statuses, ACTORS.items(), BOTH, BOTH, Shape, Payment, STANDS_IN, Portal, Standing)
    for status, (role, by), own, retired, shape, payment, (lists, coaches, coach), portal, standing in space:
        expected = reading.assign(
            "team",
            status.value,
            role=role,
            own=own,
            shape=shape.value,
            payment=payment.value,
            lists=lists,
            retired=retired,
            portal=portal.value,
            standing=standing.value,
            count=1,
            policy=policy,
        )
        offer = Offer(id="five", name="Five", shape=shape, payment=payment, coaches=coaches, retired=retired)
        case = package.Case(by=by, own=own, offer=offer, coach=coach, status=status, portal=portal, standing=standing)
        differences.append(compared(expected, AGAINST_ASSIGNING, package.may_assign(TEAM, case)))
    agree([found for found in differences if found])


def test_removal() -> None:
    """What deleting comes to, by standing and ties, for the staff. Source: CC4, SD4, S3, SC-A2, SC-A3, SC-A4."""
    differences = []
    ties: list[frozenset[str]] = [frozenset()]
    ties += [frozenset({tie}) for tie in ("session", "event", "appointment", "invoice", "payment")]
    for (name, funnel), standing, hangs, role in product(FUNNELS.items(), Standing, ties, reading.STAFF):
        expected = reading.removal(name, standing.value, tied=bool(hangs))
        case = removal.Case(standing=standing, ties=hangs, by=ACTORS[role])
        outcome = removal.outcome(funnel, case)
        given = "refused" if outcome is Removal.UNSTATED else outcome.value
        if expected != given:
            differences.append(f"{name}: spec says {expected}, not {given}, of {case}")
        if (expected != "refused") != bool(removal.may_delete(funnel, case)):
            differences.append(f"{name}: spec says {expected}, but asked whether: {case}")
    agree(differences)


def test_history() -> None:
    """What was true at a moment and what was known then, over small histories. Source: CC-A1, CC-A2, BG-A18."""
    differences = []
    times = [NOW + n * HOUR for n in range(5)]
    for plan in product(history_steps(1), history_steps(2), history_steps(3)):
        corrections = {f"e{n}" for n, (_, corrects, _) in enumerate(plan, 1) if corrects is not None}
        if any(corrects in corrections for _, corrects, _ in plan):  # `Correct` stores the event that was wrong first
            continue
        told = [{"id": "e0", "effective": NOW, "recorded": NOW, "corrects": None, "to": "prospect"}]
        for n, (effective, corrects, to) in enumerate(plan, 1):
            told.append(
                {"id": f"e{n}", "effective": times[effective], "recorded": times[n], "corrects": corrects, "to": to}
            )
        events = [as_event(event, told) for event in told]
        for moment, known in product((NOW - HOUR, *times[:4]), times[:4]):
            expected = reading.status_at(told, moment, known)
            given = history.status_at(events, moment, known)
            if expected != (given and given.value):
                differences.append(f"spec says {expected}, not {given}, at {moment} as known at {known}: {plan}")
    agree(differences)


def history_steps(n: int) -> list[tuple[int, str | None, str]]:
    """What can be recorded as the nth: a change at an hour, or a correction of the entry or of a former step."""
    changes: list[tuple[int, str | None, str]] = [(hour, None, to) for hour in (1, 2) for to in ("hot_lead", "buyer")]
    return changes + [(0, f"e{earlier}", "inactive_client" if n % 2 else "active_client") for earlier in range(n)]


def as_event(told: dict[str, Any], every: list[dict[str, Any]]) -> Event:
    """The same in the library's words; a correction takes effect when the corrected event did."""
    to = COACHING.status(told["to"])
    common = {
        "within": "coaching",
        "id": told["id"],
        "about": "contact",
        "by": ACTORS["coach"],
        "recorded": told["recorded"],
        "version": every.index(told) + 1,
        "funnel": "any",
    }
    if told["corrects"] is not None:
        wrong = told
        while wrong["corrects"] is not None:
            wrong = next(event for event in every if event["id"] == wrong["corrects"])
        return StatusCorrected(
            effective=wrong["effective"], corrects=told["corrects"], was=to, to=to, attempt=0, **common
        )
    if told["id"] == "e0":
        contact = Contact(id="contact", status=to, since=NOW, changed=NOW)
        return ContactAdded(effective=NOW, contact=contact, on=COACHING.trigger("entered"), **common)
    return StatusChanged(
        effective=told["effective"], was=to, to=to, on=COACHING.trigger("coach_decides"), attempt=0, **common
    )
