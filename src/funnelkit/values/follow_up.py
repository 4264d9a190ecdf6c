"""A follow-up that stands: when we get back to a contact, and when we stop."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen


@frozen(kw_only=True)
class FollowUp:
    """When we get back to a contact. Times are UTC."""

    id: str = field(eq=False)
    """That of the event that set it."""
    noted: str = field(eq=False)
    """That of the event with its notes: who moves a date without a word keeps them."""
    due: datetime
    attempt: int
    """Its number in this cycle."""
    set: datetime
    """When it was set."""
    exact: bool = False
    """Whether somebody chose the date."""
    gives_up: datetime | None = None
    """When the lead is cold unless something happens before; only the last attempt has it. Source: BG-A7."""

    def over(self, moment: datetime) -> bool:
        """Whether it has run out by then, inclusive; only the last attempt does."""
        return self.gives_up is not None and self.gives_up <= moment


def same(was: FollowUp | None, now: FollowUp | None) -> bool:
    """Whether it is the one that it was, with the date that it had: one that was set anew may have the same date."""
    return was is now or (was is not None and now is not None and was.id == now.id and was == now)
