"""Who acts."""

from __future__ import annotations

from typing import Final

from attrs import field, frozen

from funnelkit.values.checks import Checked, asks, identifier, one_of
from funnelkit.words import Role


@frozen(kw_only=True)
class Actor(Checked):
    """Who acts: an id that the host chose, and a role. Raises Invalid when either is no such thing."""

    id: str = field(metadata=asks(identifier))
    role: Role = field(metadata=asks(one_of(Role)))


CLOCK: Final = Actor(id="funnelkit.clock", role=Role.SYSTEM)
"""Who does what time alone makes true."""
