"""A contact: a person's place in one funnel, with everything that stands beside the status. No name, no address."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from funnelkit.table import Status
from funnelkit.values.follow_up import FollowUp
from funnelkit.values.making import opened
from funnelkit.values.pipeline import AtStage
from funnelkit.values.session import Engagement
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
    coaches: frozenset[str] = frozenset()
    """Further coaches beside the primary one. Source: DL3."""
    onboarding: frozenset[str] = frozenset()
    """Steps that are left between accepting an invitation and the dashboard. Source: S4."""
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
    follow_up: FollowUp | None = None
    """The follow-up that stands; every change of the status ends it. Source: BG-A4."""
    pipeline: AtStage | None = None
    """Where it stands in a lead pipeline. Source: SC3."""
    touched: datetime | None = None
    """The last time that somebody was in touch with the contact, if it was logged."""
    engagement: Engagement | None = None
    """Since when the contact is coached, by agreement, and whether a log may name it; None: nobody said."""

    def becoming(
        self, status: Status, when: datetime, attempt: int, follow_up: FollowUp | None, *, runs_on: bool
    ) -> Contact:
        """Give this contact with another status since then. Filled while it is open: six times as quick as `evolve`.

        `runs_on`: a pipeline goes on in that status.
        """
        new = OPEN()
        new.id, new.status, new.since, new.changed = self.id, status, when, when
        new.version, new.attempt = self.version + 1, attempt
        new.standing, new.former, new.portal, new.category = self.standing, self.former, self.portal, self.category
        new.coach, new.company, new.groups, new.tags = self.coach, self.company, self.groups, self.tags
        new.coaches, new.onboarding = self.coaches, self.onboarding
        new.permitted, new.opened, new.owned = self.permitted, self.opened, self.owned
        new.agreements, new.enrollments = self.agreements, self.enrollments
        new.follow_up, new.pipeline, new.touched = follow_up, self.pipeline if runs_on else None, self.touched
        new.engagement = self.engagement
        new.__class__ = Contact
        return new  # type: ignore[no-any-return]  # closed, it is one


OPEN: Final = opened(Contact)
