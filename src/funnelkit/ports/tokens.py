"""Where the clear text of links comes from."""

from __future__ import annotations

from typing import Protocol

from funnelkit.values.token import Token


class Tokens(Protocol):
    """Makes tokens that nobody can guess."""

    def fresh(self) -> Token:
        """Give one that was never given before: a selector of at least 96 bits and a verifier of 256 bits of chance."""
        ...
