"""The machine's own clock, and ids that nobody has to hand out."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime

from funnelkit.values.token import Token


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Give this moment in UTC."""
        return datetime.now(UTC)


class RandomIdentifiers:
    """Ids that sort as they were made in one process and are the same nowhere else: time, count and chance, in hex."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def fresh(self, kind: str) -> str:
        """Give the next one; a clock that steps back does not make it smaller than the last."""
        with self._lock:
            now = int(datetime.now(UTC).timestamp() * 1_000_000)
            self._last = max(now, self._last + 1)
            return f"{self._last:014x}{secrets.token_hex(8)}"


class RandomTokens:
    """Tokens that nobody can guess: 128 bits of chance to find a link by, 256 to prove it."""

    def fresh(self) -> Token:
        """Give one."""
        return Token(selector=secrets.token_urlsafe(16), verifier=secrets.token_urlsafe(32))
