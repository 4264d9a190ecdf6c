"""Adapters that are wrong on purpose about contacts, persons, appointments, and whoever else has a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from attrs import evolve

from funnelkit.adapters.tables import Account
from funnelkit.adapters.undo import Table
from funnelkit.errors import Conflict
from funnelkit.testing.spoiled import BrokenStorage, Spoiled, storages_of
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Package
from funnelkit.values.person import Person


class _Rounded(Spoiled):
    def save(self, funnel: str, contact: Contact) -> None:
        since = None if contact.since is None else contact.since.replace(microsecond=0)
        self.inner.save(funnel, evolve(contact, since=since))


class LosesMicroseconds(BrokenStorage):
    """Times are kept to the second."""

    fails = "ContactsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"contacts": _Rounded}


class _Naive(Spoiled):
    def get(self, key: str) -> Any:
        found = self.inner.get(key)
        return None if found is None else evolve(found, made=found.made.replace(tzinfo=None))


class GivesNaiveTimes(BrokenStorage):
    """The zone is lost on the way, as where a column has none."""

    fails = "CampaignsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"campaigns": _Naive}


class _Walled(Spoiled):
    def save(self, campaign: Any) -> None:
        wall = campaign.made.replace(tzinfo=None)
        self.inner.save(evolve(campaign, made=wall.replace(tzinfo=UTC)))


class KeepsWallTime(BrokenStorage):
    """What the clock on the wall said is kept, and read as UTC."""

    fails = "CampaignsContract.test_times_come_back_as_the_same_instant"
    spoils: ClassVar = {"campaigns": _Walled}


class _AnyFunnel(Spoiled):
    def get(self, funnel: str, contact: str) -> Contact | None:
        found: Contact | None = self.inner.get(funnel, contact)
        others = (self.inner.get(name, contact) for name in self.inner.funnels(contact))
        return next(others, None) if found is None else found


class GivesOtherFunnels(BrokenStorage):
    """A contact of another funnel is read as one's own."""

    fails = "ContactsContract.test_each_funnel_has_its_own"
    spoils: ClassVar = {"contacts": _AnyFunnel}


class _Later(Spoiled):
    def due(self, funnel: str, before: datetime, *more: Any, **named: Any) -> tuple[Contact, ...]:
        found: tuple[Contact, ...] = self.inner.due(funnel, before + timedelta(microseconds=1), *more, **named)
        return found


class DueIncludesTheMoment(BrokenStorage):
    """Off by one: `<=` where `<` is meant."""

    fails = "ContactsContract.test_due_is_before_the_moment_and_ripe_is_until_it"
    spoils: ClassVar = {"contacts": _Later}


class _ByDateOnly(Spoiled):
    def ripe(self, funnel: str, until: datetime, after: Any = None, limit: Any = None, *, claim: bool = False) -> Any:
        rows = self.inner.ripe(funnel, until, claim=claim)
        behind = [row for row in rows if after is None or row.follow_up.gives_up > after[0]]
        return tuple(behind[:limit])


class PagesByDateOnly(BrokenStorage):
    """The next page begins behind the date of the last row, and leaves out those with the same date."""

    fails = "ContactsContract.test_pages_give_each_one_once"
    spoils: ClassVar = {"contacts": _ByDateOnly}


class _OnePage(Spoiled):
    def due(self, funnel: str, before: datetime, coach: Any = None, after: Any = None, limit: Any = None) -> Any:  # noqa: ARG002  # it is broken
        return self.inner.due(funnel, before, coach, None, limit)


class GivesTheFirstPage(BrokenStorage):
    """Every page is the first one."""

    fails = "ContactsContract.test_pages_give_each_one_once"
    spoils: ClassVar = {"contacts": _OnePage}


class _FoldedCase(Spoiled):
    def get(self, key: str) -> Any:
        return self.inner.get(key.casefold())

    def save(self, company: Any) -> None:
        self.inner.save(evolve(company, id=company.id.casefold()))


class FoldsCase(BrokenStorage):
    """Upper case and lower are one, as with a collation of the wrong sort."""

    fails = "CompaniesContract.test_ids_are_any_printable_text"
    spoils: ClassVar = {"companies": _FoldedCase}


class _OldAddress(Spoiled):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._had: dict[str, list[str]] = {}

    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(self._had.get(address, ()))

    def save(self, person: Person) -> None:
        if person.address is not None and person.id not in self._had.setdefault(person.address, []):
            self._had[person.address].append(person.id)
        self.inner.save(person)


class RemembersOldAddresses(BrokenStorage):
    """Who had an address once still has it."""

    fails = "PersonsContract.test_holders_have_the_address_now"
    spoils: ClassVar = {"persons": _OldAddress}


class _Whole(Spoiled):
    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Any, ...]:
        return tuple(row for row in self.inner.of_coach(coach, start, end) if start <= row.start)


class ForgetsWhatHasBegun(BrokenStorage):
    """A calendar that shows what starts in the time, and not what is going on."""

    fails = "AppointmentsContract.test_of_a_coach_those_that_have_a_part_in_the_time"
    spoils: ClassVar = {"appointments": _Whole}


class _ByKey(Spoiled):
    def every(self, *given: Any) -> list[Any]:
        return sorted(self.inner.every(*given), key=lambda row: row.id)


class LosesArrival(BrokenStorage):
    """Rows come by their keys, as a table without an order gives them."""

    fails = "ContactsContract.test_every_one_comes_in_the_order_of_arrival"
    spoils: ClassVar = dict.fromkeys(("contacts", "pipelines", "campaigns", "members", "offers"), _ByKey)


class PutsBackAtTheEnd(BrokenStorage):
    """What is removed and brought back by an error stands behind all others."""

    fails = "ContactsContract.test_what_is_brought_back_has_its_old_place"

    def stores(self, account: str) -> Account:
        """Give the stores of an account, whose contacts have no places."""
        found = super().stores(account)
        if not isinstance(found.contacts._rows, _Unplaced):  # noqa: SLF001  # it is broken on purpose
            found.contacts._rows = _Unplaced(found.log)  # type: ignore[assignment]  # noqa: SLF001  # the same
        return found


class _Unplaced(Table[Any, Any]):
    """A table as it is where no order is kept."""


class _ByTheWall(Spoiled):
    def of_coach(self, coach: str, start: datetime, end: datetime) -> tuple[Any, ...]:
        whole = timedelta(days=2)
        found = self.inner.of_coach(coach, start - whole, end + whole)
        first, last = start.replace(tzinfo=None), end.replace(tzinfo=None)
        return tuple(
            row for row in found if row.start.replace(tzinfo=None) < last and first < row.end.replace(tzinfo=None)
        )


class ComparesWalls(BrokenStorage):
    """A calendar goes by what the clock on the wall says, in whatever zone that hangs."""

    fails = "AppointmentsContract.test_a_calendar_is_the_same_in_every_zone"
    spoils: ClassVar = {"appointments": _ByTheWall}


class _FirstOwner(Spoiled):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._first: dict[str, list[str]] = {}

    def of_contact(self, contact: str) -> tuple[Any, ...]:
        return tuple(row for key in self._first.get(contact, ()) if (row := self.inner.get(key)) is not None)

    def save(self, noun: Any) -> None:
        new = self.inner.get(noun.id) is None
        self.inner.save(noun)
        if new:
            self._first.setdefault(noun.contact, []).append(noun.id)


class KeepsFirstOwners(BrokenStorage):
    """Whose a package was at first, it is for ever."""

    fails = "PackagesContract.test_another_contact_or_payment_may_have_it"
    spoils: ClassVar = {"packages": _FirstOwner}


class _FirstDefault(Spoiled):
    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self._first: dict[str, str] = {}

    def default(self, funnel: str) -> Any:
        return self.inner.get(self._first.get(funnel, ""))

    def save(self, pipeline: Any) -> None:
        if pipeline.default:
            self._first.setdefault(pipeline.funnel, pipeline.id)
        self.inner.save(pipeline)


class KeepsTheFirstDefault(BrokenStorage):
    """Whichever pipeline was the default first is that for ever."""

    fails = "PipelinesContract.test_the_default_is_the_one_of_now"
    spoils: ClassVar = {"pipelines": _FirstDefault}


class _OnSale(Spoiled):
    def every(self) -> list[Any]:
        return [row for row in self.inner.every() if not row.retired]


class HidesWhatIsRetired(BrokenStorage):
    """What is not given to anybody any more is not listed, either."""

    fails = "OffersContract.test_every_one_comes_as_it_was_made"
    spoils: ClassVar = {"offers": _OnSale}


class _LeftToo(Spoiled):
    def holders(self, address: str) -> tuple[str, ...]:
        return tuple(row.id for row in self.inner.every() if row.email and row.email.strip().casefold() == address)


class WritesToThoseThatLeft(BrokenStorage):
    """Who has left still holds an address."""

    fails = "MembersContract.test_holders_have_the_address_and_have_not_left"
    spoils: ClassVar = {"members": _LeftToo}


class _Relinked(Spoiled):
    def save(self, link: Any) -> None:
        self.inner._rows.put(link.id, link)  # noqa: SLF001  # it is broken on purpose


class OverwritesLinks(BrokenStorage):
    """Another link takes the place of the one with its selector."""

    fails = "LinksContract.test_another_with_the_same_selector_is_a_conflict"
    spoils: ClassVar = {"links": _Relinked}


class _Answered(Spoiled):
    def save(self, invitation: Invitation) -> None:
        try:
            self.inner.save(invitation)
        except Conflict:
            mine = next(one for one in self.inner.of_contact(invitation.contact) if one.state.value == "pending")
            self.inner.save(evolve(mine, state=type(mine.state).SUPERSEDED))
            self.inner.save(invitation)


class InvitesTwice(BrokenStorage):
    """A second invitation that is pending silently takes the place of the first."""

    fails = "InvitationsContract.test_one_is_pending_at_most"
    spoils: ClassVar = {"invitations": _Answered}


class _PaidTwice(Spoiled):
    def save(self, package: Package) -> None:
        taken = None if package.payment is None else self.inner.of_payment(package.payment)
        if taken is not None and taken.id != package.id:
            package = evolve(package, payment=f"{package.payment} ")
        self.inner.save(package)


class SellsTwice(BrokenStorage):
    """One payment buys two packages."""

    fails = "PackagesContract.test_a_payment_buys_one"
    spoils: ClassVar = {"packages": _PaidTwice}


NOUNS: Final = storages_of(globals())
"""Those of here."""
