"""Who is not to be contacted, and who was picked for a campaign."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from funnelkit.table import Status
from funnelkit.values.checks import Checked, asks, each, identifier, one_of, optional, standings, texts
from funnelkit.words import Channel, Origin, Standing


@frozen(kw_only=True)
class Block:
    """A do-not-contact of a person, on one channel or on all."""

    id: str = field(eq=False)
    """That of the event that said so; its reason stands under it."""
    since: datetime
    channel: Channel | None = None
    """None: on every channel."""
    origin: Origin = Origin.STAFF
    until: datetime | None = None
    """When it ends by itself, not included; None: never."""

    recorded: datetime | None = field(default=None, eq=False)
    """When somebody told us; None: when it took effect."""

    def holds(self, moment: datetime, channel: Channel | None = None) -> bool:
        """Whether it is in force at that moment on this channel; None asks for a block of every channel."""
        return self.channel in (None, channel) and (self.until is None or moment < self.until)


def status_or_key(value: object) -> str | None:
    """A status of some funnel, or the key of one; which funnel it has to be is known when it is asked about."""
    return None if isinstance(value, Status) else identifier(value)


@frozen(kw_only=True)
class Segment(Checked):
    """Who a campaign is for: contacts with one of these tags, in one of these groups, with one of these statuses.

    What is left empty is not asked: a segment of nothing is everybody in sight. Source: SC8, S3.
    """

    tags: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(identifier)))
    groups: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(identifier)))
    statuses: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(status_or_key)))
    """Statuses, or their keys; what is stored has the keys."""
    standings: tuple[Standing, ...] | None = field(
        default=None, converter=standings, metadata=asks(optional(each(one_of(Standing), least=1)))
    )
    """None: those that the account offers for campaigns. Source: SC-A11."""


@frozen(kw_only=True)
class Campaign:
    """Contacts that were picked to be written to; who is a member was settled when it was made. Source: SC4, SC5."""

    id: str
    funnel: str
    name: str = field(repr=False)
    segment: Segment
    members: tuple[str, ...]
    """Ids of contacts, in the order in which these came."""
    made: datetime
    """UTC."""
    sent: tuple[str, ...] = ()
    """Templates that were sent to it, in order; each once."""
    version: int = 1
