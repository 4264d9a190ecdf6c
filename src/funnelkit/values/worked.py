"""What a coach has worked that counts: minutes by day, clients, and a sum for each of them. Minutes are whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Final

from attrs import field, frozen

from funnelkit.words import Setting

EXACT: Final = Context(prec=28)
"""Whatever a host has set for its own numbers."""


def hours_of(minutes: int) -> Decimal:
    """Give minutes as hours: exact wherever a decimal number can be, else to 28 digits."""
    return EXACT.divide(Decimal(minutes), Decimal(60))


@frozen(kw_only=True)
class Sum:
    """All sessions with one client, or one group, in one setting and for one organisation."""

    key: str
    """The id of the client, or of the group; of a group that nobody named, the ids of who attended."""
    group: str | None = None
    """The id of the group; None: it is known by who attended."""
    setting: Setting
    organisation: str | None = None
    """The company that employs or pays, where one does."""
    joined: Mapping[str, date] = field(factory=dict)
    """Everybody who attended, by id, with the first day; in the order in which they were counted."""
    grew: tuple[tuple[date, int], ...] = ()
    """The most people that were coached at once, named or not: since which day how many."""
    left: tuple[date, ...] = ()
    """Of these, who was known by identity and is deleted: since which day at least one, two, three and so on."""
    paid: int = 0
    unpaid: int = 0
    first: date
    last: date
    sessions: int = 0

    @property
    def minutes(self) -> int:
        """Paid and pro bono."""
        return self.paid + self.unpaid

    @property
    def members(self) -> tuple[str, ...]:
        """Everybody who attended, by id."""
        return tuple(self.joined)

    @property
    def heads(self) -> int:
        """The most people that were coached at once, named or not."""
        return self.grew[-1][1] if self.grew else len(self.joined)

    @property
    def unnamed(self) -> int:
        """How many of a group are known by number only. Source: IC-A7."""
        return _nameless((self,), date.max)


@frozen(kw_only=True)
class Worked:
    """What counts. Days are local to each session."""

    days: Mapping[date, tuple[int, int]] = field(factory=dict, repr=False)
    """Paid and pro bono minutes of each day on which something counts."""
    clients: Mapping[str, date] = field(factory=dict, repr=False)
    """The first day of each client who is known by identity."""
    sums: tuple[Sum, ...] = field(default=(), repr=False)
    """In the order in which they began to be counted."""

    @property
    def paid(self) -> int:
        """Paid minutes."""
        return sum(paid for paid, _ in self.days.values())

    @property
    def unpaid(self) -> int:
        """Pro bono minutes."""
        return sum(unpaid for _, unpaid in self.days.values())

    @property
    def minutes(self) -> int:
        """Paid and pro bono minutes."""
        return self.paid + self.unpaid

    def unnamed(self, on: date = date.max) -> tuple[tuple[date, int], ...]:
        """How many of each group are known by number only by that day, and since when, whoever paid. Source: IC-A7.

        Once as a group and once as a team, it is one.
        """
        groups: dict[str | tuple[str, ...], list[Sum]] = {}
        for one in self.sums:
            if one.first <= on and one.setting is not Setting.INDIVIDUAL:
                groups.setdefault(one.group or (one.key, *sorted(one.joined)), []).append(one)
        return tuple((min(one.first for one in sums), _nameless(sums, on)) for sums in groups.values())

    @property
    def heads(self) -> int:
        """How many clients: each person once, and those of groups known by number. Source: IC4, IC-A6, IC-A7."""
        return self.heads_on(date.max)

    def heads_on(self, on: date) -> int:
        """How many clients there were by that day."""
        return sum(day <= on for day in self.clients.values()) + sum(count for _, count in self.unnamed(on))


def _nameless(sums: Iterable[Sum], on: date) -> int:
    held = tuple(sums)
    most = max((heads for one in held for day, heads in one.grew if day <= on), default=0)
    left = max((sum(day <= on for day in one.left) for one in held), default=0)
    return max(0, most - left - len({member for one in held for member, day in one.joined.items() if day <= on}))
