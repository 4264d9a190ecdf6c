"""A contact: a person's place in one funnel, with everything that stands beside the status. No name, no address."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from funnelkit.table import Status
from funnelkit.words import Category, Portal, Standing


@frozen(kw_only=True)
class Contact:
    """A place in a funnel. `status` is of that funnel's enum; times are UTC; `version` counts stored changes."""

    id: str
    status: Status
    since: datetime | None
    """Since when it has this status; None where a contact was adopted and nobody knows."""
    changed: datetime
    """The effective time of the latest thing that happened to it."""
    version: int = 0
    attempt: int = 0
    """The number of the last follow-up in this cycle; 0 before the first. Source: BG-A10."""
    standing: Standing = Standing.ACTIVE
    former: Standing = Standing.ACTIVE
    """The standing to go back to from the archive. Source: SC-A1."""
    portal: Portal = Portal.NOT_INVITED
    category: Category | None = None
    coach: str | None = None
    company: str | None = None
    groups: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    permitted: frozenset[str] = frozenset()
    """Ids of items that this contact was given permission for, in person."""
    opened: frozenset[str] = frozenset()
    """Keys of kinds of appointment that it may book, where that goes by permission."""
    owned: frozenset[str] = frozenset()
    agreements: frozenset[str] = frozenset()
    enrollments: frozenset[str] = frozenset()

    def becoming(self, status: Status, when: datetime, attempt: int) -> Contact:
        """Give this contact with another status since then. Written out, since `evolve` costs twice as much."""
        return Contact(
            id=self.id,
            status=status,
            since=when,
            changed=when,
            version=self.version + 1,
            attempt=attempt,
            standing=self.standing,
            former=self.former,
            portal=self.portal,
            category=self.category,
            coach=self.coach,
            company=self.company,
            groups=self.groups,
            tags=self.tags,
            permitted=self.permitted,
            opened=self.opened,
            owned=self.owned,
            agreements=self.agreements,
            enrollments=self.enrollments,
        )
