"""Who works for an account."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from funnelkit.values.checks import (
    Checked,
    asks,
    email,
    identifier,
    long_text,
    moment,
    one_of,
    optional,
    text,
    zone_name,
)
from funnelkit.words import STAFF, Role


def member_role(value: object) -> str | None:
    """A role that a member can have: owner, admin, coach, special desk or viewer."""
    wrong = one_of(Role)(value)
    if wrong is None and value in (Role.SYSTEM, Role.CLIENT):
        return "a member is owner, admin, coach, special desk or viewer"
    return wrong


@frozen(kw_only=True)
class Member(Checked):
    """A member of the account, by the id with which it acts. Names, addresses and greetings never show in a repr."""

    id: str = field(metadata=asks(identifier))
    name: str = field(repr=False, metadata=asks(text))
    role: Role = field(metadata=asks(member_role))
    email: str | None = field(default=None, repr=False, metadata=asks(optional(email)))
    zone: str | None = field(default=None, metadata=asks(optional(zone_name)))
    """IANA name of the zone by whose clock this member works; None: the account's."""
    greeting: str | None = field(default=None, repr=False, metadata=asks(optional(long_text)))
    """What this member's clients read on their dashboard. Source: S4."""
    left: datetime | None = field(default=None, metadata=asks(optional(moment)))
    """Since when it is no member any more."""
    version: int = 0

    @property
    def carries(self) -> bool:
        """Whether it can be given clients."""
        return self.left is None and self.role in STAFF
