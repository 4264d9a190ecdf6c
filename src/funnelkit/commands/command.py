"""What every verb is: a frozen value that plans. None writes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import field, frozen

from funnelkit.commands.view import Moment, View
from funnelkit.funnel import Funnel
from funnelkit.table import Status
from funnelkit.values.actor import Actor
from funnelkit.values.checks import Checked, asks, identifier, instance, moment, optional
from funnelkit.values.plan import Plan

S_contra = TypeVar("S_contra", bound=Status, contravariant=True)
T_co = TypeVar("T_co", covariant=True)

AnyFunnel = Funnel[Status, StrEnum]


@frozen(kw_only=True)
class Command(Checked, Generic[S_contra, T_co]):
    """A verb. `by` acts; `at` is when it took effect (never in the future; None: now); `cause` ties commands together.

    The first parameter says for which funnel's statuses it is meant; one that names no status fits every funnel.
    """

    by: Actor = field(metadata=asks(instance(Actor, "an Actor")))
    at: datetime | None = field(default=None, metadata=asks(optional(moment)))
    cause: str | None = field(default=None, metadata=asks(optional(identifier)))

    def plan(self, funnel: AnyFunnel, moment: Moment, view: View) -> Plan[T_co]:
        """Say what this would do. Raises NotFound, and Invalid where the funnel does not know a word."""
        raise NotImplementedError
