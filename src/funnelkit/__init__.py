"""funnelkit: the domain core of a practice's CRM, as tables; and answers that explain themselves."""

from importlib import import_module
from typing import TYPE_CHECKING

from funnelkit.decisions import Decision, Finding, Mark, Notice, Refused
from funnelkit.errors import (
    Conflict,
    FunnelkitError,
    Invalid,
    NotFound,
    NotLoaded,
    Problem,
    Unavailable,
    UnknownRight,
    UnknownStatus,
)
from funnelkit.funnel import Funnel
from funnelkit.policy import Policy
from funnelkit.statuses.agency import AGENCY
from funnelkit.statuses.coaching import COACHING
from funnelkit.statuses.franchise import FRANCHISE
from funnelkit.statuses.studio import STUDIO
from funnelkit.statuses.team import TEAM
from funnelkit.values.actor import Actor
from funnelkit.values.appointment import Appointment
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.package import Offer, Package
from funnelkit.values.person import Person
from funnelkit.values.team import Member
from funnelkit.words import Category, Channel, Kind, Portal, Removal, Right, Role, Standing, Where

if TYPE_CHECKING:
    from funnelkit.accounts import sweep_accounts
    from funnelkit.service import FunnelService, Outcome
    from funnelkit.values.plan import Plan
else:
    _WHEN_NAMED = {
        "FunnelService": "service",
        "Outcome": "service",
        "Plan": "values.plan",
        "sweep_accounts": "accounts",
    }

    def __getattr__(name: str) -> object:
        """Load the shell when it is named: who asks about rows of their own does without it."""
        if name not in _WHEN_NAMED:
            raise AttributeError(f"module 'funnelkit' has no attribute {name!r}")
        return getattr(import_module(f"funnelkit.{_WHEN_NAMED[name]}"), name)


__all__ = [
    "AGENCY",
    "COACHING",
    "FRANCHISE",
    "STUDIO",
    "TEAM",
    "Actor",
    "Appointment",
    "Category",
    "Channel",
    "Conflict",
    "Contact",
    "Decision",
    "Finding",
    "Funnel",
    "FunnelService",
    "FunnelkitError",
    "Invalid",
    "Invitation",
    "Kind",
    "Mark",
    "Member",
    "NotFound",
    "NotLoaded",
    "Notice",
    "Offer",
    "Outcome",
    "Package",
    "Person",
    "Plan",
    "Policy",
    "Portal",
    "Problem",
    "Refused",
    "Removal",
    "Right",
    "Role",
    "Standing",
    "Unavailable",
    "UnknownRight",
    "UnknownStatus",
    "Where",
    "sweep_accounts",
]
