"""Who acts."""

from __future__ import annotations

from attrs import frozen

from funnelkit.values.checks import Checked, given, identifier, one_of
from funnelkit.words import Role


@frozen(kw_only=True)
class Actor(Checked):
    """Who acts: an id that the host chose, and a role. Raises Invalid when either is no such thing."""

    id: str = given(identifier)
    role: Role = given(one_of(Role))
