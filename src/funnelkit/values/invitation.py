"""An invitation to the portal; and of its links what is kept of them: hashes."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve, field, frozen

from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.words import Sender


@frozen(kw_only=True)
class Invitation:
    """An invitation of one contact. Times are UTC; `expires` does not belong to its term any more."""

    id: str
    funnel: str
    contact: str
    by: str
    """Who invited: the id of the actor."""
    sender: Sender
    made: datetime
    expires: datetime
    coach: str | None = None
    """For whom the contact was invited."""
    note: str | None = None
    """The event under which the personal message stands."""
    state: InvitationStatus = InvitationStatus.PENDING
    round: int = 1
    """Only links of this round are good; sending again begins another, and so does another address."""
    sends: int = 1
    """How often it was sent, the first time included."""
    ended: datetime | None = None
    """When it was answered, taken back, or ran out."""
    version: int = 1

    def over(self, moment: datetime) -> bool:
        """Whether its term has ended by then."""
        return self.expires <= moment

    def waits(self, moment: datetime) -> bool:
        """Whether it can be answered at that moment."""
        return self.state is InvitationStatus.PENDING and not self.over(moment)

    def in_time(self, moment: datetime) -> Invitation:
        """Give it as time has made it by then, whether a sweep has come or not."""
        if self.state is not InvitationStatus.PENDING or not self.over(moment):
            return self
        return evolve(self, state=InvitationStatus.EXPIRED, ended=self.expires)


@frozen(kw_only=True)
class Link:
    """What is kept of one link, under its public selector. It never changes."""

    id: str
    """The selector."""
    hash: str = field(repr=False)
    invitation: str
    round: int
    minted: datetime
    version: int = 1
