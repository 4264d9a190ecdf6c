"""May this package be assigned, and what is left on it?"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from attrs import evolve, frozen

from funnelkit.decisions import About, Decision, Mark, Notice, decided, rule
from funnelkit.decisions import Case as AnyCase
from funnelkit.funnel import Funnel
from funnelkit.statuses.package import PACKAGE, Happening, PackageStatus
from funnelkit.table import Row, Status
from funnelkit.times import instant
from funnelkit.values.actor import Actor
from funnelkit.values.package import Offer
from funnelkit.words import Acquired, Payment, Portal, Role, Shape, Standing

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)


@frozen(kw_only=True)
class Case(AnyCase):
    """Who assigns which package to whom."""

    by: Actor
    offer: Offer
    coach: str | None = None
    """Whose client it is."""
    own: bool = True
    """Whether the contact is the actor's own: nobody's, or the actor is one of its coaches."""
    acts: bool = True
    """Whether the actor has not left the team."""
    count: int = 1
    """How many packages would come with the invitation, this one included."""
    portal: Portal = Portal.NOT_INVITED
    status: Status | None = None
    standing: Standing = Standing.ACTIVE
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "offer": self.offer.id, "shape": self.offer.shape, "payment": self.offer.payment,
            "coach": self.coach or "the team", "count": self.count, "status": self.status,
            "contact": self.contact or "a new person",
        }  # fmt: skip


@frozen(kw_only=True)
class Use(AnyCase):
    """A package that is to be used, for what begins then."""

    state: PackageStatus
    usable: datetime | None = None
    expires: datetime | None = None
    left: int | None = None
    """Sessions that are not reserved; None: as many as one likes."""
    when: datetime
    package: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name."""
        return {"package": self.package or "a package", "expires": self.expires, "left": self.left, "when": self.when}


@frozen(kw_only=True)
class Cover(AnyCase):
    """A booking, and whether a package of the contact covers it."""

    covered: bool
    contact: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name."""
        return {"contact": self.contact or "a contact"}


@frozen(kw_only=True)
class Loss(AnyCase):
    """A session that was reserved and does not take place: who calls it off when, or nobody came."""

    by: Actor
    start: datetime
    when: datetime
    missed: bool = False
    burns: bool | None = None
    """Whether the staff says that the session is lost; None: by the account's rule."""
    package: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {"role": self.by.role, "package": self.package or "the package"}


@frozen(kw_only=True)
class Change(AnyCase):
    """Who takes a package off the record, or enters a payment, or says what is in the list."""

    by: Actor
    state: PackageStatus | None = None
    on: Happening = Happening.TAKEN_OFF
    acquired: Acquired = Acquired.ASSIGNED
    holders: tuple[str, ...] = ()
    """Contacts who are known under the buyer's address, where nobody said which one it is."""
    own: bool = True
    """Whether the contact is the actor's own: nobody's, or the actor is one of its coaches."""
    acts: bool = True
    """Whether the actor has not left the team."""
    lists: tuple[tuple[str, ...], ...] = ()
    """The coaches in whose lists it stood, and those in whose it is to stand; of the account's, none."""
    offer: str | None = None
    package: str | None = None

    def words(self) -> dict[str, object]:
        """What texts may name; of the actor, the role."""
        return {
            "role": self.by.role, "state": self.state, "package": self.package or "a package", "offer": self.offer,
            "holders": self.holders,
        }  # fmt: skip


AnyFunnel = Funnel[Status, Any]
AnyRow = Row[Status] | None


@rule(
    ok="{role} may give packages",
    no="{role} may not give packages",
    about=About.ACTOR,
    remedy="ask the owner, an admin or the coach",
)
def giver_may(funnel: AnyFunnel, case: Case | Change, row: AnyRow) -> bool:
    """Owner, admin, coach and the system give packages; nobody who has left. Source: S4."""
    return case.acts and case.by.role in (row or PACKAGE.after[None, Happening.ASSIGNED]).by


@rule(
    ok="{role} may give a package to this client",
    no="{role} may give packages to own clients only",
    about=About.ACTOR,
    remedy="let the owner or an admin give it",
)
def to_own_clients(funnel: AnyFunnel, case: Case | Change, row: AnyRow) -> bool:
    """A plain coach gives packages to its own clients. Source: S4, DL-A10."""
    return case.by.role is not Role.COACH or case.own


@rule(ok="{offer} is offered", no="{offer} is not offered any more", remedy="choose another package")
def is_offered(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """What is out of the list is given to nobody; who has it keeps it. Source: ours."""
    return not case.offer.retired


@rule(
    ok="{offer} stands in a list that counts for a client of {coach}",
    no="{offer} stands in no list that counts for a client of {coach}",
    remedy="choose one of the account's list or of that coach's; a group package, of that coach's",
)
def is_on_the_list(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """The account's list or the coach's, never another coach's; for groups the coach's. Source: S4, DL-A8."""
    return listed(case.offer, case.coach)


@rule(
    ok="{offer} is {payment}",
    no="{offer} is still to be paid, and assigning asks for no money",
    remedy="send its payment link, or switch it on by policy",
)
def is_paid(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Assigning starts no payment, so that only prepaid and free packages are assigned. Source: S4, DL-A3."""
    return case.offer.payment is not Payment.TO_BE_PAID or funnel.policy.package.assign_unpaid


@rule(
    ok="it is package number {count} of the invitation",
    no="it would be package number {count} of the invitation, and that is one too many",
    remedy="take the other one off, or raise the number by policy",
)
def within_number(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """One package for each invitation, unless the account says another number. Source: S4, DL-A5."""
    return case.portal is Portal.ACTIVE or case.count <= funnel.policy.package.per_invitation


@rule(
    ok="packages may be assigned to this contact",
    no="the contact has the portal already, and packages are assigned to new clients only",
    remedy="let the client buy it, or switch it on by policy",
)
def client_is_new(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Nothing is assigned to an existing client unless the account says so. Source: S4, DL-A4."""
    return case.portal is not Portal.ACTIVE or funnel.policy.package.to_clients


@rule(
    ok="{status} may log in, and use a package",
    no="{funnel} does not let {status} log in, so nobody could use it",
    remedy="convert the contact to a status that may log in",
)
def status_can_use_it(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """A package is for who can be invited: without an invitation nobody can accept. Source: DL-A11, DL-A12."""
    return case.status in funnel.lets_in


@rule(ok="the contact is not archived", no="the contact is archived", remedy="restore the contact first")
def is_not_archived(funnel: AnyFunnel, case: Case, row: AnyRow) -> bool:
    """Nothing new is assigned to who is archived; what was bought is kept. Source: SD4."""
    return case.standing is not Standing.ARCHIVED


@rule(ok="the package is usable", no="the package is not usable: the portal is not open", remedy="have it accepted")
def is_usable(funnel: AnyFunnel, case: Use, row: AnyRow) -> bool:
    """A package is usable from when the invitation is accepted. Source: S4, DL-A1."""
    return case.state is PackageStatus.USABLE and case.usable is not None and case.usable <= case.when


@rule(
    ok="the package has not expired",
    no="the package has expired: {expires}",
    about=About.TIME,
    remedy="let the client have another one",
)
def is_in_term(funnel: AnyFunnel, case: Use, row: AnyRow) -> bool | None:
    """Nothing is booked on a package when its term has ended; the end does not belong to it. Source: DL5."""
    return None if case.usable is None else case.expires is None or case.when < case.expires


@rule(ok="sessions are left", no="no session is left", remedy="let the client have another one")
def has_sessions_left(funnel: AnyFunnel, case: Use, row: AnyRow) -> bool | None:
    """What is reserved is not free any more; an unlimited package has always some left. Source: DL5."""
    return None if case.usable is None else case.left is None or case.left > 0


@rule(
    ok="{package} is {state}, and can be taken off",
    no="{package} is {state}, and cannot be taken off any more",
    remedy="what is usable runs out by itself",
)
def still_possible(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """The life table of packages has a row for it. Ours."""
    return row is not None


@rule(
    ok="nobody has paid for it",
    no="{package} was bought, and is not taken off",
    remedy="leave it on the record; money that was paid back is no matter of the record",
)
def was_not_bought(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """What was paid for stays on the record until it can be used. Ours."""
    return case.acquired is not Acquired.BOUGHT


@rule(
    ok="{role} may record payments",
    no="{role} may not record payments",
    about=About.ACTOR,
    remedy="let the owner, an admin or the shop record it",
)
def recorder_may(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """Owner, admin and the system record what was paid: it gives packages, and invites. Source: S4, ours."""
    return case.acts and case.by.role in PACKAGE.after[None, Happening.BOUGHT].by


@rule(
    ok="it is clear who has paid",
    no="several contacts have the buyer's address: {holders}",
    mark=Mark.NEEDS,
    about=About.FACT,
    remedy="say which contact it is",
)
def buyer_is_clear(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """Who shares an address is told apart by contact. Source: ours."""
    return len(case.holders) <= 1


@rule(
    ok="{role} may change this list",
    no="{role} may change its own list only",
    about=About.ACTOR,
    remedy="ask the owner or an admin",
)
def keeps_its_own_list(funnel: AnyFunnel, case: Change, row: AnyRow) -> bool:
    """A plain coach keeps its own list; the account's and others', owner, admin and the system. Source: DL4."""
    return case.by.role is not Role.COACH or all(coaches == (case.by.id,) for coaches in case.lists)


@rule(
    ok="a package of {contact} covers it",
    no="no package of {contact} covers it",
    remedy="let the client have a package first",
)
def a_package_covers(funnel: AnyFunnel, case: Cover, row: AnyRow) -> bool:
    """Where the account says so, a session is booked on a package only. Source: ours, after DL5."""
    return case.covered


@rule(
    ok="{role} gives the session back",
    no="the session of {package} is lost: {role} says so",
    nothing="the staff says nothing else",
)
def is_not_taken(funnel: AnyFunnel, case: Loss, row: AnyRow) -> bool | None:
    """Who cancels for the staff may say that the session is lost. Source: ours."""
    return None if case.missed or case.burns is None or case.by.role is Role.CLIENT else not case.burns


@rule(
    ok="it is called off in time, or not by the client",
    no="the session of {package} is lost: it is too late to call it off",
    about=About.TIME,
    remedy="let the staff cancel it, and give the session back",
    nothing="nobody calls it off",
)
def is_called_off_in_time(funnel: AnyFunnel, case: Loss, row: AnyRow) -> bool | None:
    """A client who calls off later than the account says loses the session. Source: ours."""
    if case.missed:
        return None
    free = funnel.policy.package.free_until
    return case.by.role is not Role.CLIENT or free is None or free.after(case.when) <= case.start


@rule(
    ok="who does not come gets the session back",
    no="the session of {package} is lost: nobody came",
    nothing="nobody has missed it",
)
def missing_costs_nothing(funnel: AnyFunnel, case: Loss, row: AnyRow) -> bool | None:
    """Who does not come loses the session, where the account says so. Source: ours."""
    return not funnel.policy.package.missed_burns if case.missed else None


QUESTION: Final = "give {offer} to {contact}"
COVER: Final = "book on a package of {contact}"
USE: Final = "use {package}"
TAKE_OFF: Final = "take {package} off the record"
PAY: Final = "record a payment for {offer}"
LIST: Final = "put {offer} into the list"
GIVE_BACK: Final = "give back the session of {package}"
OF_AN_ASSIGNMENT: Final = (
    giver_may, to_own_clients, is_offered, is_on_the_list, is_paid, within_number, client_is_new, status_can_use_it,
    is_not_archived,
)  # fmt: skip
OF_A_USE: Final = (is_usable, is_in_term, has_sessions_left)
OF_A_LOSS: Final = (is_not_taken, is_called_off_in_time, missing_costs_nothing)
RULES: Final = (
    *OF_AN_ASSIGNMENT, *OF_A_USE, still_possible, was_not_bought, recorder_may, buyer_is_clear, keeps_its_own_list,
    a_package_covers, *OF_A_LOSS,
)  # fmt: skip
UNCOVERED: Final = Notice("package.uncovered", a_package_covers.no.text, "ours")


def may_assign(funnel: Funnel[S, R], case: Case) -> Decision:
    """Every finding about assigning this package. Raises UnknownStatus; an unknown offer is not found before."""
    status = None if case.status is None else funnel.status(case.status)
    return decided(QUESTION, OF_AN_ASSIGNMENT, funnel, evolve(case, status=status))


def may_use(funnel: Funnel[S, R], case: Use) -> Decision:
    """Every finding about using a package then. Raises Invalid for a time without a zone."""
    given = {"usable": case.usable, "expires": case.expires}
    times: dict[str, Any] = {name: instant(time, name) for name, time in given.items() if time is not None}
    return decided(USE, OF_A_USE, funnel, evolve(case, **times, when=instant(case.when, "when")))


def may_book_on(funnel: Funnel[S, R], case: Cover) -> Decision:
    """Whether a package covers a booking."""
    return decided(COVER, (a_package_covers,), funnel, case)


def is_given_back(funnel: Funnel[S, R], case: Loss) -> Decision:
    """Whether a session that does not take place is given back, or why it is lost."""
    return decided(GIVE_BACK, OF_A_LOSS, funnel, case)


def may_take_off(funnel: Funnel[S, R], case: Change) -> Decision:
    """Every finding about taking a package off the record."""
    row = None if case.state is None else PACKAGE.after.get((case.state, case.on))
    return decided(TAKE_OFF, (giver_may, to_own_clients, still_possible, was_not_bought), funnel, case, row)


def may_record_payment(funnel: Funnel[S, R], case: Change) -> Decision:
    """Every finding about recording a payment: nothing about the package stands in the way, since it is paid."""
    return decided(PAY, (recorder_may, buyer_is_clear), funnel, case)


def may_list(funnel: Funnel[S, R], case: Change) -> Decision:
    """Every finding about putting a package into a list, or changing it there."""
    return decided(LIST, (giver_may, keeps_its_own_list), funnel, case)


def listed(offer: Offer, coach: str | None) -> bool:
    """Whether an offer stands in a list that counts for a client of this coach: a group's only in the coach's own."""
    return coach in offer.coaches if offer.coaches else offer.shape is not Shape.GROUP
