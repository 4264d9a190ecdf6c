"""A package is put into a list, given to a client, taken off, or bought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from funnelkit.commands.admitting import own
from funnelkit.commands.contacts import STAFF_ADDRESS, AddContact, Adopt
from funnelkit.commands.draft import Draft
from funnelkit.decisions import Decision, Notice, all_of, pinned
from funnelkit.errors import Conflict, Problem
from funnelkit.planning import AnyFunnel, Command, Moment, View
from funnelkit.rules import package as rule_of
from funnelkit.rules.history import lineage
from funnelkit.table import Act, Status
from funnelkit.values.checks import asks, days, each, email, identifier, number, one_of, optional, text, texts, truth
from funnelkit.values.client_events import OfferDefined
from funnelkit.values.contact import Contact
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import match_key
from funnelkit.values.plan import Obligation, Plan
from funnelkit.words import Acquired, Payment, Portal, Purpose, Recipient, Sender, Shape, Standing

INVITE: Final = "invite the client by another way: nothing can be mailed now"
OF_STAFF: Final = Notice(
    "package.address_of_staff", "the address is the staff's, so the client comes without it", "SD4"
)
NO_COACH: Final = Notice("package.coach_left", "the coach can be given no clients, so it is the team's", "S4")
OF_NO_COACH: Final = Notice(
    "package.of_no_coach", "it stands in no coach's list, so it can be bought and is assigned to nobody", "DL-A8"
)
OF_NO_MEMBER: Final = Notice(
    "package.of_no_member", "{member} can be given no clients, so nobody new gets it from this list", "S4"
)
AGAIN: Final = Notice("package.paid_before", "this payment was recorded before; nothing changes", "S4")


@frozen(kw_only=True)
class DefineOffer(Command[Status, Offer]):
    """Put a package into the account's list, or into those of `coaches`; or change one that is there, as a whole.

    Who has it keeps what it was. `retired`: it is given to nobody any more.
    """

    noun: ClassVar[str] = "offer"

    name: str = field(metadata=asks(text))
    id: str | None = field(default=None, metadata=asks(optional(identifier)))
    shape: Shape = field(default=Shape.INDIVIDUAL, metadata=asks(one_of(Shape)))
    sessions: int | None = field(default=None, metadata=asks(optional(number)))
    days: int | None = field(default=None, metadata=asks(optional(days)))
    payment: Payment = field(default=Payment.PREPAID, metadata=asks(one_of(Payment)))
    coaches: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(identifier)))
    retired: bool = field(default=False, metadata=asks(truth))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Offer]:
        """Plan what stands in the list."""
        self.now_only()
        draft, key = Draft(funnel, moment, view, self), self.id or moment.fresh("offer")
        was = None if view.is_free("offer", key) else view.offer(key)
        lists = (self.coaches,) if was is None else (was.coaches, self.coaches)
        decision = rule_of.may_list(funnel, rule_of.Change(by=self.by, lists=lists, offer=key, acts=draft.acts()))
        if not decision:
            return draft.refuse(decision)
        now = Offer(
            id=key, name=self.name, shape=self.shape, sessions=self.sessions, days=self.days, payment=self.payment,
            coaches=self.coaches, retired=self.retired, version=was.version + 1 if was else 1,
        )  # fmt: skip
        self._advise(draft)
        if was is not None and evolve(now, version=was.version) == was:
            return draft.plan(decision, was)
        draft.say(OfferDefined, key, now.version, draft.when(), offer=now)
        draft.keep(now)
        return draft.plan(decision, now)

    def _advise(self, draft: Draft) -> None:
        """Say where it can be assigned to nobody; what is retired is meant to be."""
        if self.shape is Shape.GROUP and not self.coaches and not self.retired:
            draft.notices += (OF_NO_COACH,)
        for coach in () if self.retired else self.coaches:
            given = draft.may_be_given(coach)
            if given is not None and not given:
                draft.notices += (evolve(OF_NO_MEMBER, params={"member": coach}),)


@frozen(kw_only=True)
class AssignPackage(Command[Status, Package]):
    """Put a package on the record of a contact, without money. Usable when the portal opens. Source: S4, DL-A12."""

    contact: str = field(metadata=asks(identifier))
    offer: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Package]:
        """Plan the package; while an invitation waits, it comes with that."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        stored, offer = draft.contact(self.contact), view.offer(self.offer)
        waits = draft.own_pending(stored.id) if stored.portal is Portal.INVITED else None
        waiting, policy = draft.waiting_packages(stored.id), funnel.policy.package
        over = len(waiting) + 1 - policy.per_invitation
        replaced = waiting[: max(over, 0)] if policy.replace_pending and waits is not None else ()
        (decision,) = may_be_assigned(draft, (offer,), stored, stored.coach, waiting=len(waiting) - len(replaced))
        if not decision:
            return draft.refuse(decision)
        when = draft.when(stored.changed)
        for package in replaced:
            draft.drop_package(package, when)
        return draft.plan(decision, assigned(draft, stored, offer, when, waits.id if waits else None))


@frozen(kw_only=True)
class TakeOffPackage(Command[Status, Package]):
    """Take a package off the record that is not usable yet and was not bought. Source: ours."""

    noun: ClassVar[str] = "package"

    package: str = field(metadata=asks(identifier))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Package]:
        """Plan that it goes."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        was = view.package(self.package)
        whose = own(draft.contact(was.contact), self.by.id)
        case = rule_of.Change(
            by=self.by, state=was.state, acquired=was.acquired, package=was.id, own=whose, acts=draft.acts()
        )
        decision = rule_of.may_take_off(funnel, case)
        if not decision:
            return draft.refuse(decision)
        return draft.plan(decision, draft.drop_package(was, draft.when()))


@frozen(kw_only=True)
class RecordPayment(Command[Status, Package]):
    """Record that a payment link was paid: the package is the client's, and a new client is invited, once.

    `payment` is the id that the payment has where it was made: told twice, it is recorded once. Of whom: a `contact`,
    or `name` and `email`; who is known by the address is that contact. Whatever stands in the way of an invitation,
    the package is kept. Source: S4, DL6, DL-A6, DL-A7.
    """

    noun: ClassVar[str] = "package"

    payment: str = field(metadata=asks(identifier))
    offer: str = field(metadata=asks(identifier))
    contact: str | None = field(default=None, metadata=asks(optional(identifier)))
    name: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    phone: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    coach: str | None = field(default=None, metadata=asks(optional(identifier)))
    """Whose client a new person is; None: the team's."""

    def together(self) -> Iterable[Problem]:
        """Ask for a contact, or for name and e-mail."""
        if self.contact is None:
            for path, given in (("name", self.name), ("email", self.email)):
                if given is None:
                    yield Problem(path, "give a contact, or the name and e-mail of who has paid")

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[Package]:
        """Plan the package, the new contact where it is one, and the invitation where there is no portal yet."""
        self.now_only()
        draft = Draft(funnel, moment, view, self)
        before, offer = view.bought(self.payment), view.offer(self.offer)
        known = () if before is not None else self._holders(view)
        stored = draft.contact(known[0]) if len(known) == 1 and self._is_here(view, known[0]) else None
        case = rule_of.Change(by=self.by, offer=offer.id, holders=known, acts=draft.acts())
        decision = rule_of.may_record_payment(funnel, case)
        if not decision:
            return draft.refuse(decision)
        if before is not None:
            return self._once(draft, decision, before, self._holders(view))
        if stored is None:
            return self._of_a_new_person(draft, decision, offer, next(iter(known), None))
        return self._bought(draft, decision, stored, self._moved(draft, stored), offer)

    def _holders(self, view: View) -> tuple[str, ...]:
        """Give who may have paid: whom the call names; else who has the address, here or else in another funnel."""
        if self.contact is not None:
            return (self.contact,)
        key = match_key(self.email)
        holders = () if key is None else view.holders(key)
        here = tuple(contact.id for contact in view.picked(lambda *_: True, holders))
        return here or holders

    def _is_here(self, view: View, contact: str) -> bool:
        """Tell whether somebody stands in this funnel; who stands only in another one is new here."""
        elsewhere = view.person(contact) is not None and not view.picked(lambda *_: True, (contact,))
        return not elsewhere

    def _once(self, draft: Draft, decision: Decision, before: Package, told: tuple[str, ...]) -> Plan[Package]:
        """Give what the payment bought before. Raises Conflict where it was for something else, or for others."""
        payers = lineage(draft.view.history, before.contact)
        other = (before.funnel, before.offer) != (draft.funnel.name, self.offer)
        if other or (told and not set(told) & set(payers)):  # an address that nobody has any more tells of nobody else
            raise Conflict("this payment was recorded for another offer, contact or funnel")
        draft.notices += (AGAIN,)
        return draft.plan(decision, before)

    def _of_a_new_person(self, draft: Draft, decision: Decision, offer: Offer, known: str | None) -> Plan[Package]:
        """Bring in who has paid, as the funnel says, else in its first status: what was paid for is not lost."""
        on, coach = draft.funnel.means.get((Act.PAID, None)), self.coach
        given = draft.may_be_given(coach)
        if given is not None and not given:
            coach = None
            draft.notices += (NO_COACH,)
        person, key = None if known is None else draft.view.person(known), match_key(self.email)
        told: Any = self if person is None else person  # a payer's words are no edit of who is known
        unique = draft.funnel.policy.contacts.unique_email and person is None
        taken = unique and (draft.moment.facts.get(STAFF_ADDRESS, False) or (key is not None and draft.view.staff(key)))
        draft.notices += (OF_STAFF,) * bool(taken)
        said: dict[str, Any] = {
            "by": self.by, "cause": self.cause, "coach": coach, "id": known, "name": told.name or "",
            "email": None if taken else told.email, "phone": told.phone,
        }  # fmt: skip
        entered, contact = (
            Adopt(**said, status=draft.funnel.start).enter(draft)
            if on is None
            else AddContact[Any](**said, trigger=on, item=offer.id).enter(draft)
        )
        if contact is None:
            return draft.refuse(all_of(decision, entered))
        return self._bought(draft, all_of(decision, entered), evolve(contact, version=0), contact, offer)

    def _moved(self, draft: Draft, stored: Contact) -> Contact:
        """Give the contact with what paying means in this funnel."""
        on = draft.funnel.means.get((Act.PAID, None))
        if on is None or (stored.status, on) not in draft.funnel.recorded:
            return stored
        return draft.happen(stored, on, None, draft.when(stored.changed))

    def _bought(self, draft: Draft, decision: Decision, stored: Contact, now: Contact, offer: Offer) -> Plan[Package]:
        when = draft.when(now.changed)
        waits = draft.own_pending(now.id)
        package = draft.give_package(
            now, offer, when, Acquired.BOUGHT, invitation=waits.id if waits else None, payment=self.payment
        )
        if now.portal is Portal.ACTIVE:
            draft.send(now, Recipient.CONTACT, "package_added", Purpose.TRANSACTIONAL, package=package.id)
        elif waits is None:
            now = self._invited(draft, now, when)
        if now is not stored:
            draft.settle(stored, now, when)
        found = draft.nouns["package", package.id]
        return draft.plan(decision, found if isinstance(found, Package) else package)

    @staticmethod
    def _invited(draft: Draft, now: Contact, when: datetime) -> Contact:
        """Invite who has paid, in the account's name; who cannot be invited now is the host's to reach."""
        may = now.status in draft.funnel.lets_in
        free = draft.pending(now.id) is None and bool(draft.address_of(now.id)) and draft.may_be_mailed(now).allowed
        free = free and all(draft.within_limits(now.id))
        if not may or not free or now.standing is Standing.ARCHIVED:
            draft.obligations += (Obligation("invite", now.id, INVITE),)
            return now
        now, _ = draft.begin_invitation(now, when, sender=Sender.ACCOUNT, coach=draft.keeper(now), note=None)
        draft.tell_coach(now, now.coach, "client_assigned")
        return now


def may_be_assigned(
    draft: Draft, offers: tuple[Offer, ...], contact: Contact, coach: str | None, *, waiting: int
) -> tuple[Decision, ...]:
    """Give a decision for each of these packages; so many of the contact are waiting on the record already."""
    acts = draft.acts() if offers else True
    return tuple(
        pinned(
            rule_of.may_assign(
                draft.funnel,
                rule_of.Case(
                    by=draft.by, offer=offer, coach=coach, own=own(contact, draft.by.id), acts=acts,
                    count=waiting + place, portal=contact.portal, status=contact.status, standing=contact.standing,
                    contact=contact.id,
                ),
            )
        )
        for place, offer in enumerate(offers, 1)
    )  # fmt: skip


def assigned(draft: Draft, contact: Contact, offer: Offer, when: datetime, invitation: str | None) -> Package:
    """Assign a package; who has the portal is told."""
    package = draft.give_package(contact, offer, when, Acquired.ASSIGNED, invitation=invitation)
    if contact.portal is Portal.ACTIVE:
        draft.send(contact, Recipient.CONTACT, "package_added", Purpose.TRANSACTIONAL, package=package.id)
    return package
