"""Faults by a script: a storage or a notifier that breaks at the place, and in the way, that a test says.

Nothing here is left to chance. `FaultyStorage(storage, [None, crash_before(), busy(3)])` does the first transaction,
dies before the second is stored, and is busy three times before the third.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen

from funnelkit.errors import Unavailable
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.storage import Ripe, Storage, Transaction
from funnelkit.ports.tokens import Tokens
from funnelkit.values.plan import Message


class Crashed(BaseException):
    """The process is gone: nothing that catches errors catches this, as nothing catches SIGKILL."""


class At(Enum):
    """When a transaction breaks."""

    OPENING = "opening"
    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


@frozen
class Fault:
    """One fault of a script: when, with which error, and how many times, for `OPENING`."""

    at: At
    error: BaseException
    times: int = 1


def crash_before() -> Fault:
    """Die when everything is done and nothing is stored."""
    return Fault(At.BEFORE_COMMIT, Crashed("before the commit"))


def crash_after() -> Fault:
    """Die when everything is stored and nobody knows."""
    return Fault(At.AFTER_COMMIT, Crashed("after the commit"))


def disk_full(error: BaseException | None = None) -> Fault:
    """Find no room when it is to be stored. `error` is what the adapter makes of it."""
    full = OSError(errno.ENOSPC, "no space left on device")
    return Fault(At.BEFORE_COMMIT, error or full)


def busy(times: int = 1, error: BaseException | None = None) -> Fault:
    """Be opened by others so many times."""
    return Fault(At.OPENING, error or Unavailable("the database is busy"), times)


class Around:
    """A storage that does what another one does, but for what a class that is made of it does otherwise."""

    def __init__(self, storage: Storage) -> None:
        """Take the other one."""
        self.storage = storage

    @property
    def retries(self) -> bool:
        """As the storage says."""
        return self.storage.retries

    @property
    def identifiers(self) -> Identifiers:
        """Those of the storage."""
        return self.storage.identifiers

    @property
    def tokens(self) -> Tokens:
        """Those of the storage."""
        return self.storage.tokens

    def knows(self, funnel: Any) -> None:
        """Tell the storage."""
        self.storage.knows(funnel)

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Ask the storage."""
        return self.storage.ripe(until)


class FaultyStorage(Around):
    """Any storage, with faults in its transactions that write, in the order of the script; None: no fault.

    Transactions inside another, and those that only look, are no part of the script.
    """

    def __init__(self, storage: Storage, script: Iterable[Fault | None] = ()) -> None:
        """Take a storage and a script; after its end nothing breaks."""
        super().__init__(storage)
        self._script: list[Fault | None] = []
        for fault in script:
            times = fault.times if fault is not None else 1
            self._script += [fault] * times
        self._within = threading.local()
        self._lock = threading.Lock()
        self.broke: list[Fault] = []
        """The faults that came to pass."""

    @contextmanager
    def transaction(self, account: str, *, write: bool = True) -> Iterator[Transaction]:
        """Open one, and break as the script says."""
        inside = getattr(self._within, "depth", 0)
        fault = self._next() if write and not inside else None
        self._breaks(fault, At.OPENING)
        self._within.depth = inside + 1
        try:
            with self.storage.transaction(account, write=write) as stores:
                yield stores
                self._breaks(fault, At.BEFORE_COMMIT)
        finally:
            self._within.depth = inside
        self._breaks(fault, At.AFTER_COMMIT)

    def _next(self) -> Fault | None:
        with self._lock:
            return self._script.pop(0) if self._script else None

    def _breaks(self, fault: Fault | None, at: At) -> None:
        if fault is not None and fault.at is at:
            self.broke.append(fault)
            raise fault.error


class Delivery(Enum):
    """What becomes of one message that a notifier is asked to send."""

    FINE = "fine"
    REFUSED = "refused"  # it is not taken, and that is said
    LOST = "lost"  # it is taken, and the answer is lost: it will be asked again
    TWICE = "twice"  # it arrives twice
    DELAYED = "delayed"  # it arrives after the next one: they are reordered
    KILLED = "killed"  # the process dies before it is taken


class FaultyNotifier:
    """Any notifier, with faults in the order of the script; after its end everything is fine."""

    def __init__(self, notifier: Notifier, script: Iterable[Delivery] = ()) -> None:
        """Take a notifier and a script."""
        self._notifier = notifier
        self._script = list(script)
        self._late: list[tuple[str, Message]] = []
        self.asked: list[tuple[str, str]] = []
        """Account and key of everything that it was asked to send."""

    def send(self, account: str, message: Message) -> None:
        """Send it, or what the script has for it."""
        self.asked.append((account, message.key))
        fault = self._script.pop(0) if self._script else Delivery.FINE
        if fault is Delivery.REFUSED:
            raise ConnectionError("not taken")
        if fault is Delivery.KILLED:
            raise Crashed("in the middle of sending")
        late, self._late = self._late, []
        if fault is Delivery.DELAYED:
            self._late = [(account, message)]
        else:
            self._notifier.send(account, message)
        if fault is Delivery.TWICE:
            self._notifier.send(account, message)
        self._hand_over(late)
        if fault is Delivery.LOST:
            raise TimeoutError("taken, and the answer is lost")

    def flush(self) -> None:
        """Let everything arrive that is delayed."""
        late, self._late = self._late, []
        self._hand_over(late)

    def _hand_over(self, late: Iterable[tuple[str, Message]]) -> None:
        for account, message in late:
            self._notifier.send(account, message)
