"""How messages leave."""

from __future__ import annotations

from typing import Protocol

from funnelkit.values.plan import Message


class Notifier(Protocol):
    """Sends messages."""

    def send(self, account: str, message: Message) -> None:
        """Send this, once for each `message.key`: it may be asked again after a failure. Raises whatever went wrong."""
        ...
