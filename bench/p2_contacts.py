"""P2: the same questions about a whole contact, with every finding kept. The case is made anew for each question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import repeat

from attrs import evolve
from peers import Bound, casbin_fast, transitions_moves, transitions_rights
from rounds import Pace, Side, Table, at_most, faster, judged, measured

from funnelkit import COACHING, Actor, Contact, Portal, Right, Role
from funnelkit.rules import access, conversion
from funnelkit.statuses.coaching import Coaching

LONG_AGO = datetime(2025, 3, 1, 9, tzinfo=UTC)
CONTACT = Contact(
    id="c-1", status=Coaching.ACTIVE_CLIENT, since=LONG_AGO, changed=LONG_AGO, version=7, portal=Portal.ACTIVE,
    coach="m-1", groups=frozenset({"circle"}), tags=frozenset({"podcast"}), permitted=frozenset({"page-1", "page-2"}),
    owned=frozenset({"book"}), agreements=frozenset({"a-1"}),
)  # fmt: skip
COACH, CLIENT = Actor(id="m-1", role=Role.COACH), Actor(id="c-1", role=Role.CLIENT)
EVOLVE = "floor: attrs.evolve of the contact"


def tables(pace: Pace) -> Iterator[Table]:
    """Give one table for access and one for conversion."""
    yield _access(pace)
    yield _conversion(pace)


def _evolve(n: int) -> object:
    for _ in repeat(None, n):
        evolve(CONTACT, version=8)
    return None


def _access(pace: Pace) -> Table:
    """May the contact open a page that was permitted, and one that was not?"""

    def case(item: str) -> access.Case[Coaching, Right]:
        return access.Case(
            status=Coaching.ACTIVE_CLIENT, right=Right.PAGES, portal=CONTACT.portal, standing=CONTACT.standing,
            item=item, permitted=CONTACT.permitted, owned=CONTACT.owned, contact=CONTACT.id,
        )  # fmt: skip

    def ours(n: int) -> object:
        yes = no = access.may(COACHING, case("page-1"))
        for _ in repeat(None, n):
            yes = access.may(COACHING, case("page-1"))
            no = access.may(COACHING, case("page-9"))
        return yes.allowed, no.allowed

    good, bad = case("page-1"), case("page-9")

    def ours_in_hand(n: int) -> object:
        yes = no = access.may(COACHING, good)
        for _ in repeat(None, n):
            yes = access.may(COACHING, good)
            no = access.may(COACHING, bad)
        return yes.allowed, no.allowed

    one, other = (
        transitions_rights(Coaching.ACTIVE_CLIENT, Bound(CONTACT, i), guarded=True) for i in ("page-1", "page-9")
    )

    def transitions(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = one.may_open_pages()
            no = other.may_open_pages()
        return yes, no

    sides = [
        Side(EVOLVE, _evolve),
        Side("access.may", ours, 2),
        Side("access.may, case in hand", ours_in_hand, 2),
        Side("transitions may_, one guard", transitions, 2),
        *_casbin(),
    ]
    times = measured(sides, pace)
    goals = (
        at_most(2, "access.may", EVOLVE),
        faster(1.5, "access.may", "transitions may_, one guard"),
        faster(10, "access.may", "pycasbin, fast"),
    )
    return Table(title="P2  access of a whole contact, all findings kept", times=times, lines=judged(times, goals))


def _casbin() -> Iterator[Side]:
    fast = casbin_fast(whole=True)
    if fast is None:
        return

    def work(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = fast.enforce("active_client", "pages", CONTACT, "page-1")
            no = fast.enforce("active_client", "pages", CONTACT, "page-9")
        return yes, no

    yield Side("pycasbin, fast", work, 2)


def _conversion(pace: Pace) -> Table:
    """May the contact become inactive, by its coach and by itself?"""

    def case(by: Actor) -> conversion.Case[Coaching]:
        return conversion.Case(
            now=Coaching.ACTIVE_CLIENT,
            to=Coaching.INACTIVE_CLIENT,
            by=by,
            standing=CONTACT.standing,
            contact=CONTACT.id,
        )

    def ours(n: int) -> object:
        yes = no = conversion.may_convert(COACHING, case(COACH))
        for _ in repeat(None, n):
            yes = conversion.may_convert(COACHING, case(COACH))
            no = conversion.may_convert(COACHING, case(CLIENT))
        return yes.allowed, no.allowed

    good, bad = case(COACH), case(CLIENT)

    def ours_in_hand(n: int) -> object:
        yes = no = conversion.may_convert(COACHING, good)
        for _ in repeat(None, n):
            yes = conversion.may_convert(COACHING, good)
            no = conversion.may_convert(COACHING, bad)
        return yes.allowed, no.allowed

    bound = (Bound(CONTACT, role=by.role) for by in (COACH, CLIENT))
    one, other = (transitions_moves(Coaching.ACTIVE_CLIENT, model, guarded=True) for model in bound)

    def transitions(n: int) -> object:
        yes = no = False
        for _ in repeat(None, n):
            yes = one.may_become_inactive_client()
            no = other.may_become_inactive_client()
        return yes, no

    sides = (
        Side(EVOLVE, _evolve),
        Side("conversion.may_convert", ours, 2),
        Side("may_convert, case in hand", ours_in_hand, 2),
        Side("transitions may_, one guard", transitions, 2),
    )
    times = measured(sides, pace)
    goals = (
        at_most(2, "conversion.may_convert", EVOLVE),
        faster(1.5, "conversion.may_convert", "transitions may_, one guard"),
    )
    return Table(title="P2  conversion of a whole contact, all findings kept", times=times, lines=judged(times, goals))
