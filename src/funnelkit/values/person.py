"""Who somebody is: name and addresses, apart from the place in a funnel. One person may stand in two funnels."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from attrs import field, frozen

from funnelkit.plain import digest_of_text
from funnelkit.values.checks import Checked, asks, each, email, identifier, instance, optional, text, truth
from funnelkit.values.outreach import Block
from funnelkit.words import Channel, Origin


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
    blocks: tuple[Block, ...] = field(default=(), metadata=asks(each(instance(Block, "a Block"))))
    """Do not contact: one for the person, in every funnel. Source: BG-A20."""
    do_not_market: bool = field(default=False, metadata=asks(truth))
    """No alerts, no campaigns; what is transactional is sent. Source: SC5, SC-A10."""
    version: int = 0
    address: str | None = field(init=False, repr=False, eq=False)
    """The match key of the e-mail: two persons with one share the address."""

    @address.default
    def _address(self) -> str | None:
        return match_key(self.email)

    @property
    def do_not_contact(self) -> bool:
        """Whether a do-not-contact for every channel stands that does not end by itself."""
        return any(block.channel is None and block.until is None for block in self.blocks)

    def blocked(self, moment: datetime, channel: Channel | None = None) -> Block | None:
        """Give the do-not-contact that is in force then on this channel, the person's own first; None: of all."""
        found = [block for block in self.blocks if block.holds(moment, channel)]
        return min(found, key=lambda block: block.origin is not Origin.PERSON, default=None)

    def blocked_before(self, moment: datetime) -> bool:
        """Whether a do-not-contact for every channel was in force just before that moment, as was known then.

        What is said at the very moment comes too late, and so does what is told afterwards, be it about a time before.
        """
        return any(
            max(block.since, block.recorded or block.since) < moment
            and block.channel is None
            and (block.until is None or moment <= block.until)
            for block in self.blocks
        )

    def was_blocked(self, moment: datetime) -> bool:
        """Whether a do-not-contact for every channel that is known today was in force at that moment."""
        return any(block.holds(moment) and block.since <= moment for block in self.blocks)


def addresses(*persons: Person | None) -> tuple[tuple[str, str], ...]:
    """Give what a plan touches that changes these persons: their addresses, by what stands for them."""
    return tuple(
        ("address", address_key(one.address)) for one in persons if one is not None and one.address is not None
    )


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
