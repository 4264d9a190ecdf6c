"""Where messages wait: stored with the change that they tell of, released after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from attrs import frozen

from funnelkit.values.plan import Message


@frozen
class Waiting:
    """A message in the outbox, and how often sending it failed."""

    message: Message
    failures: int = 0


class Outbox(Protocol):
    """Messages that are stored with a change and released after it."""

    def add(self, messages: Iterable[Message]) -> None:
        """Store them; a key that is there already is not stored again."""
        ...

    def waiting(self, limit: int, now: datetime) -> tuple[Waiting, ...]:
        """Give messages that may be tried now: neither sent, given up, withheld, nor held until later.

        In the order of storing, at most so many: what is held takes nobody's place.
        """
        ...

    def claim(self, limit: int, now: datetime, until: datetime, but: Collection[str] = ()) -> tuple[Waiting, ...]:
        """Take such messages to try them: until that moment nobody else gets them. Those of these keys are passed over.

        Of many workers each message goes to one. Who is killed with it leaves it to the others when the time is up.
        """
        ...

    def hold(self, key: str, until: datetime) -> None:
        """Put it off: it waits again from then on."""
        ...

    def withhold(self, key: str) -> None:
        """Note that it is never sent: the person may not be contacted any more."""
        ...

    def withheld(self) -> tuple[Message, ...]:
        """Give those that are never sent."""
        ...

    def sent(self, key: str) -> None:
        """Note that it left."""
        ...

    def failed(self, key: str, until: datetime | None) -> None:
        """Note that sending it failed; it is tried again from then on, or (None) not by itself."""
        ...

    def dead(self) -> tuple[Message, ...]:
        """Give those that were given up."""
        ...

    def about(self, contact: str) -> tuple[Message, ...]:
        """Give those to a contact or about it that have not left (`Message.concerns`).

        First what waits or is held, then what is withheld, then what was given up; each in the order of storing.
        """
        ...

    def forget(self, contact: str) -> None:
        """Drop all of these."""
        ...

    def revive(self, key: str) -> bool:
        """Let one that was given up wait again, as if it had never failed; tell whether there was one."""
        ...
