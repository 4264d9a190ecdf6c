"""Laws of the lives of invitation, package and appointment: who may do what is what their tables say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve

from funnelkit.decisions import Decision
from funnelkit.life import Life
from funnelkit.rules import booking, invitation, package
from funnelkit.statuses.appointment import APPOINTMENT
from funnelkit.statuses.appointment import Happening as Met
from funnelkit.statuses.coaching import COACHING, Coaching
from funnelkit.statuses.invitation import INVITATION
from funnelkit.statuses.invitation import Happening as Asked
from funnelkit.statuses.package import PACKAGE
from funnelkit.statuses.package import Happening as Given
from funnelkit.statuses.team import TEAM, Team
from funnelkit.table import Move, Status
from funnelkit.values.actor import Actor
from funnelkit.values.package import Offer
from funnelkit.words import Kind, Role, Sender, Standing, Where

Act = Callable[[Any, Any, Actor], Decision]
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
OFFER: Final = Offer(id="five", name="Five Sessions")


def invited(now: Any, on: Any, by: Actor) -> invitation.Case:
    """Give a case in which nothing but the actor may stand in the way; a plain coach speaks for itself."""
    sender = Sender.MEMBER if by.role is Role.COACH else Sender.ACCOUNT
    return invitation.Case(by=by, on=on, state=now, status=Team.CLIENT, sender=sender)


def opened(now: Any, on: Any, by: Actor) -> Decision:
    """Answer an invitation that is good in every way."""
    case = invitation.Opening(
        by=by, on=on, state=now, contact=by.id, known=True, here=True, current=True, standing=Standing.ACTIVE,
        now=NOON, expires=NOON + timedelta(days=1),
    )  # fmt: skip
    return invitation.may_open(TEAM, case)


def booked(now: Any, on: Any, by: Actor) -> Decision:
    """Book where this role books: a client in the portal, everybody else from within."""
    where = Where.PORTAL if by.role is Role.CLIENT else Where.STAFF
    case = booking.Case(status=Coaching.ACTIVE_CLIENT, kind=Kind.SESSION, by=by, where=where, may_log_in=True)
    return booking.may_book(COACHING, case)


def changed(now: Any, on: Any, by: Actor) -> Decision:
    """Change one's own appointment: before it, or after it where that is what is asked."""
    begun = on in (Met.HELD, Met.MISSED)
    return booking.may_change(COACHING, booking.Change(state=now, on=on, by=by, own=True, begun=begun))


def invite(now: Any, on: Any, by: Actor) -> Decision:
    """Invite somebody."""
    return invitation.may_invite(TEAM, invited(now, on, by))


def again(now: Any, on: Any, by: Actor) -> Decision:
    """Send an invitation again, or make another link."""
    return invitation.may_send_again(TEAM, invited(now, on, by))


def revoke(now: Any, on: Any, by: Actor) -> Decision:
    """Take an invitation back."""
    return invitation.may_revoke(TEAM, invited(now, on, by))


def expire(now: Any, on: Any, by: Actor) -> Decision:
    """End an invitation by the clock."""
    return invitation.may_expire(TEAM, invitation.Term(by=by, state=now, expires=NOON, now=NOON))


def assign(now: Any, on: Any, by: Actor) -> Decision:
    """Assign a package."""
    return package.may_assign(TEAM, package.Case(by=by, offer=OFFER, status=Team.CLIENT))


def take_off(now: Any, on: Any, by: Actor) -> Decision:
    """Take a package off."""
    return package.may_take_off(TEAM, package.Change(by=by, state=now, on=on))


def pay(now: Any, on: Any, by: Actor) -> Decision:
    """Record a payment."""
    return package.may_record_payment(TEAM, package.Change(by=by, on=on))


ACTS: Final[dict[Any, Act]] = {
    Asked.SENT: invite, Asked.SENT_AGAIN: again, Asked.LINK_MINTED: again, Asked.ACCEPTED: opened,
    Asked.DECLINED: opened, Asked.REVOKED: revoke, Asked.EXPIRED: expire,
    Given.ASSIGNED: assign, Given.BOUGHT: pay, Given.TAKEN_OFF: take_off,
    Met.BOOKED: booked, Met.RESCHEDULED: changed, Met.CANCELLED: changed, Met.HELD: changed, Met.MISSED: changed,
}  # fmt: skip
"""What is asked when something is to happen. What is not here follows from another act, and is the system's."""
LIVES: Final[dict[str, tuple[Life[Any], Any]]] = {
    "INVITATION": (INVITATION, invitation), "PACKAGE": (PACKAGE, package), "APPOINTMENT": (APPOINTMENT, booking)
}  # fmt: skip


def may(move: Move[Status], role: Role) -> bool:
    """Whether this role may do what a row says, wherever it starts."""
    by = Actor(id="x-1", role=role)
    starts: Any = move.start if isinstance(move.start, tuple) else (None,)
    (answer,) = {bool(ACTS[move.on](now, move.on, by)) for now in starts}
    return answer


@pytest.mark.parametrize("name", LIVES)
def test_law_who_may_do_what_a_row_says_is_who_stands_in_it(name: str) -> None:
    """No rule lets in whom the row does not name, nor keeps out whom it names."""
    life, _ = LIVES[name]
    for move in life.moves:
        if move.on in ACTS:
            assert {role: role in move.by for role in Role} == {role: may(move, role) for role in Role}, move
        else:
            assert (Role.SYSTEM,) == move.by, move


@pytest.mark.parametrize("name", LIVES)
def test_law_who_goes_from_a_row_may_that_no_more_and_everything_else_as_before(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is asked about what it says, and no other row in its place."""
    life, asked = LIVES[name]
    moves = [move for move in life.moves if move.on in ACTS]
    for move in moves:
        for role in move.by:
            less = evolve(move, by=tuple(one for one in move.by if one is not role))
            with monkeypatch.context() as patch:
                patch.setattr(asked, name, evolve(life, moves=tuple(less if m is move else m for m in life.moves)))
                expected = [m is not move and role in m.by for m in moves]
                assert expected == [may(m, role) for m in moves], (move, role)
