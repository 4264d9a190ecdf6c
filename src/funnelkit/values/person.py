"""Who somebody is: name and addresses, apart from the place in a funnel. One person may stand in two funnels."""

from __future__ import annotations

import unicodedata

from attrs import field, frozen

from funnelkit.plain import digest_of_text
from funnelkit.values.checks import Checked, asks, email, identifier, instance, optional, text


def match_key(address: str | None) -> str | None:
    """Give what two ways of writing one address have in common; the address itself is kept as typed."""
    return None if address is None else unicodedata.normalize("NFKC", address.strip()).casefold()


def address_key(address: str) -> str:
    """Give what stands for a match key in plans and guards, where no address may show."""
    return digest_of_text(address)


@frozen(kw_only=True)
class Person(Checked):
    """A person by the contact's id. Names and addresses never show in a repr."""

    id: str = field(metadata=asks(identifier))
    name: str = field(repr=False, metadata=asks(text))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    phone: str | None = field(default=None, repr=False, metadata=asks(optional(text)))
    do_not_contact: bool = field(default=False, metadata=asks(instance(bool, "true or false")))
    """One for the person, in every funnel. Source: BG-A20."""
    version: int = 0
    address: str | None = field(init=False, repr=False, eq=False)
    """The match key of the e-mail: two persons with one share the address."""

    @address.default
    def _address(self) -> str | None:
        return match_key(self.email)


@frozen(kw_only=True)
class Company:
    """A company, and the contact whose rights are its own in company-first mode. Source: SD2."""

    id: str
    name: str = field(repr=False)
    primary: str | None = None
    version: int = 0


@frozen(kw_only=True)
class Group:
    """A freely made group of contacts, no status. What it is permitted, its members are. Source: CC5, CC7."""

    id: str
    permitted: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    """Keys of the kinds of appointment that its members may book, where that goes by permission."""
    version: int = 0
