"""Every port in memory: complete, safe under threads, for tests, demos and scripts. Nothing survives the process."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from funnelkit.adapters.rows import summed
from funnelkit.adapters.system import RandomTokens
from funnelkit.adapters.tables import Account
from funnelkit.adapters.undo import GONE
from funnelkit.errors import invalid
from funnelkit.funnel import Funnel
from funnelkit.ports.storage import Ripe
from funnelkit.table import Status
from funnelkit.times import Elapsed, instant
from funnelkit.values.plan import Message
from funnelkit.values.token import Token


class CountedIdentifiers:
    """Ids that count: `contact-1`, `contact-2`, ...; each kind for itself, safe under threads."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def fresh(self, kind: str) -> str:
        """Give the next one."""
        with self._lock:
            count = self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}-{count:09d}" if kind == "event" else f"{kind}-{count}"


class MemoryStorage:
    """Storage in memory: one transaction at a time, undone when it is left with an error."""

    retries = True

    def __init__(self) -> None:
        self.identifiers = CountedIdentifiers()
        self.tokens = RandomTokens()
        self._accounts: dict[str, Account] = {}
        self._statuses: dict[str, type[Status]] = {}
        self.log: list[tuple[Any, Any, Any]] = []
        self.depth = 0
        self.lock = threading.RLock()

    def knows(self, funnel: Funnel[Status, Any]) -> None:
        """Take note of a funnel. Values stay what they are here, so its statuses cannot become another list's.

        Raises Invalid for a funnel of a known name with another list of statuses.
        """
        if self._statuses.setdefault(funnel.name, funnel.statuses) is not funnel.statuses:
            raise invalid("funnel", "its name is known here with another list of statuses; use a new storage")

    def transaction(self, account: str, *, write: bool = True) -> _Transaction:
        """Open one. Another thread waits; the same thread goes on in the one that is open."""
        return _Transaction(self, account)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Give every account and funnel in which something has run out by then, the oldest first."""
        with self.lock:
            return summed(
                (account, funnel, *times.count(funnel, until))
                for account, stores in self._accounts.items()
                for times in (stores.contacts.ripe_by, stores.invitations.ripe_by)
                for funnel in times.by_funnel
            )

    def stores(self, account: str) -> Account:
        """Give the stores of an account, new ones where there are none yet."""
        found = self._accounts.get(account)
        if found is None:
            found = self._accounts[account] = Account(self.log)
        return found


class _Transaction:
    """One transaction: what is done in it, in whatever account, is undone when it is left with an error."""

    def __init__(self, storage: MemoryStorage, account: str) -> None:
        self._storage = storage
        self._account = account

    def __enter__(self) -> Account:
        self._storage.lock.acquire()
        self._mark = len(self._storage.log)
        self._storage.depth += 1
        return self._storage.stores(self._account)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        storage = self._storage
        try:
            if kind is not None:
                for table, key, was in reversed(storage.log[self._mark :]):
                    if was is GONE:
                        table.pop(key, None)
                    else:
                        table[key] = was
                del storage.log[self._mark :]
            storage.depth -= 1
            if storage.depth == 0:
                storage.log.clear()
        finally:
            storage.lock.release()


class FixedClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self._now = instant(now, "now")

    def now(self) -> datetime:
        """Give the moment it stands at."""
        return self._now

    def set(self, now: datetime) -> None:
        """Put it to that moment, earlier or later."""
        self._now = instant(now, "now")

    def advance(
        self, length: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0
    ) -> None:
        """Let real time pass."""
        self._now += (length or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes)


class KnownTokens:
    """Tokens that count, so that a test knows them: nothing for a real link."""

    def __init__(self) -> None:
        self._identifiers = CountedIdentifiers()

    def fresh(self) -> Token:
        """Give the next one."""
        place = self._identifiers.fresh("token").rpartition("-")[2]
        return Token(selector=f"known-{place:0>12}", verifier=f"{place:0>43}")


class MemoryLimits:
    """Lets so many invitations out in a length of time: `MemoryLimits(inviter=50, address=3)` in a day.

    None: any number. One that is exactly that old does not count any more.
    """

    def __init__(
        self, *, inviter: int | None = None, address: int | None = None, within: Elapsed = Elapsed(hours=24)
    ) -> None:
        self._most = {"inviter": inviter, "address": address}
        self._within = within
        self._times: dict[tuple[str, str, str], list[datetime]] = {}
        self._lock = threading.Lock()

    def allows(self, account: str, what: str, key: str, now: datetime) -> bool:
        """Tell whether one more may go out now."""
        most = self._most[what]
        with self._lock:
            return most is None or len(self._recent(account, what, key, now)) < most

    def count(self, account: str, what: str, key: str, now: datetime) -> None:
        """Count one."""
        with self._lock:
            self._times[account, what, key] = [*self._recent(account, what, key, now), now]

    def _recent(self, account: str, what: str, key: str, now: datetime) -> list[datetime]:
        return [time for time in self._times.get((account, what, key), ()) if self._within.after(time) > now]


class MemoryNotifier:
    """Keeps what it is asked to send, once for each key; fails on purpose for the keys' templates in `failing`."""

    def __init__(self, failing: Iterable[str] = ()) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.failing = set(failing)
        self._keys: set[tuple[str, str]] = set()

    def send(self, account: str, message: Message) -> None:
        """Keep it."""
        if message.template in self.failing:
            raise ConnectionError(message.template)
        if (account, message.key) not in self._keys:
            self._keys.add((account, message.key))
            self.sent.append((account, message))


class MemoryObserver:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, object]]] = []

    def hears(self, what: str, account: str, facts: Any) -> None:  # any mapping will do
        """Keep it."""
        self.heard.append((what, account, dict(facts)))
