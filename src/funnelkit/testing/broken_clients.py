"""Adapters that are wrong on purpose about pipelines, offers, members, links, invitations and packages."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from attrs import evolve

from funnelkit.errors import Conflict
from funnelkit.testing.spoiled import BrokenStorage, Spoiled
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Package


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


CLIENTS: Final[tuple[type[BrokenStorage], ...]] = tuple(
    kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, BrokenStorage) and kind is not BrokenStorage
)
"""Those of here."""
