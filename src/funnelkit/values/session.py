"""What a session was, and since when somebody is coached: what a log of hours asks for beside the appointment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from attrs import evolve, field, frozen

from funnelkit.errors import Problem
from funnelkit.values.checks import Checked, asks, day, identifier, minutes, number, one_of, optional, truth
from funnelkit.words import Activity, Pay, Setting

ONE: Final = 1
CONTRARY: Final = ((True, Pay.PRO_BONO), (False, Pay.PAID))
"""What an appointment and its session cannot both say. Barter and the like are paid without money. Source: IC-A2."""


@frozen(kw_only=True)
class Session(Checked):
    """What a session was. None: nobody said, and it follows from the appointment. Source: IC4, IC5, IC7."""

    activity: Activity | None = field(default=None, metadata=asks(optional(one_of(Activity))))
    """None: coaching, for an appointment of the kind `session`; else what its kind says."""
    live: bool = field(default=True, metadata=asks(truth))
    """In person, by phone or by other live technology."""
    setting: Setting | None = field(default=None, metadata=asks(optional(one_of(Setting))))
    """None: a group for more than one head, or where `group` says which; else individual."""
    heads: int | None = field(default=None, metadata=asks(optional(number)))
    """How many people were coached, named or not; None: those who attended."""
    group: str | None = field(default=None, metadata=asks(optional(identifier)))
    """The id of the group or team, so that its sessions are known for one; None: known by who attended."""
    pay: Pay | None = field(default=None, metadata=asks(optional(one_of(Pay))))
    """None: paid or pro bono, as the appointment says."""
    organisation: str | None = field(default=None, metadata=asks(optional(identifier)))
    """The id of the company that employs or pays; None: the client's own at that time."""
    direct_report: bool = field(default=False, metadata=asks(truth))
    """Whether the client reports to the coach in the organisation."""
    engaged: bool | None = field(default=None, metadata=asks(optional(truth)))
    """Whether the client had engaged the person as coach; None: nobody doubts it."""
    as_coach: int | None = field(default=None, metadata=asks(optional(minutes)))
    """Minutes in which the person was the coach, of an exchange between peers; None: all of them."""

    def together(self) -> Iterable[Problem]:
        """Ask for one head in an individual session."""
        if self.setting is Setting.INDIVIDUAL and self.heads not in (None, ONE):
            yield Problem("heads", "an individual session has one; leave it out, or say that it was a group")

    def attended(self, people: int, path: str = "") -> Iterable[Problem]:
        """Ask that so many people fit into it: nobody who attends is lost to a log."""
        if self.setting is Setting.INDIVIDUAL and people > ONE:
            yield Problem(f"{path}setting", "an individual session has one; several attend")
        elif self.heads is not None and self.heads < people:
            yield Problem(f"{path}heads", "more attend; leave it out, or count everybody")

    def without(self, gone: int, people: int) -> Session:
        """Give it with so many heads less, and not less than so many people; nothing changes where nobody counted."""
        return self if self.heads is None else evolve(self, heads=max(self.heads - gone, people))

    def opposes(self, *, paid: bool | None) -> bool:
        """Whether it says the opposite of an appointment that was paid, or was not."""
        return (paid, self.pay) in CONTRARY


@frozen(kw_only=True)
class Engagement(Checked):
    """Since when a client is coached, by agreement; and whether a log may name it. None: nobody said. Source: IC4."""

    since: date | None = field(default=None, metadata=asks(optional(day)))
    until: date | None = field(default=None, metadata=asks(optional(day)))
    """The last day; None where it goes on, or nobody said."""
    consent: bool | None = field(default=None, metadata=asks(optional(truth)))
    """Whether the client agreed to be listed in a log that is handed in."""

    def together(self) -> Iterable[Problem]:
        """Ask for an end that is not before the beginning."""
        if self.since is not None and self.until is not None and self.until < self.since:
            yield Problem("until", "is before the beginning of the engagement")
