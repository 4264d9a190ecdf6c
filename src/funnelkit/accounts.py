"""ALL ACCOUNTS: what a host's timer runs over every account, each by its own funnel's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from attrs import evolve, frozen

from funnelkit.errors import invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.ports.clock import Clock
from funnelkit.ports.observer import Observer
from funnelkit.ports.storage import Ripe, Storage
from funnelkit.service import FunnelService, Outcome, Swept
from funnelkit.table import Status
from funnelkit.times import Elapsed, instant

AnyFunnel: TypeAlias = Funnel[Status, Any]
FunnelFor: TypeAlias = Callable[[str], AnyFunnel | Iterable[AnyFunnel]]
"""Gives the funnel, or the funnels, that an account works with."""

SHARE = 100
"""So much is done for one account before the next has its turn."""


@frozen(kw_only=True)
class SweptAccounts:
    """What a pass over all accounts did. `failed`: rows and accounts that could not be swept, each with its error."""

    done: int = 0
    accounts: int = 0
    """How many were visited."""
    failed: tuple[Outcome[object], ...] = ()
    left: int = 0
    oldest_left: datetime | None = None
    """Since when the oldest waits that is left: when an operator has to worry."""


def sweep_accounts(  # the needs of a pass, by name
    storage: Storage,
    funnel_for: FunnelFor,
    clock: Clock,
    limit: int = 10_000,
    stop_after: Elapsed | None = None,
    *,
    observer: Observer | None = None,
) -> SweptAccounts:
    """Sweep every account in which time has made something true, the one that has waited longest first.

    Each gets its turn for a share, round by round, so that a large account keeps nobody waiting. It ends when nothing
    is left, after `limit` in all, or when `stop_after` has gone by. A row or an account that fails is an outcome.
    Raises Invalid.
    """
    if type(limit) is not int or limit < 1:
        raise invalid("limit", "a whole number from 1 is needed")
    if stop_after is not None and not isinstance(stop_after, Elapsed):
        raise invalid("stop_after", f"an Elapsed is needed, not {kind_of(stop_after)}")
    started = instant(clock.now(), "clock")
    end = None if stop_after is None else stop_after.after(started)
    done, visited, turns = 0, set(), list(storage.ripe(started))
    failed: dict[tuple[str | None, str | None], Outcome[object]] = {}
    while turns and done < limit:
        again: list[Ripe] = []
        for ripe in turns:
            if done >= limit or (end is not None and instant(clock.now(), "clock") >= end):
                again = []
                break
            visited.add(ripe.account)
            swept = _swept(storage, funnel_for, clock, ripe, min(SHARE, limit - done), observer)
            done += swept.done
            told = (evolve(outcome, place=len(failed), account=ripe.account) for outcome in swept.failed)
            failed |= {(o.account, o.about): o for o in told if (o.account, o.about) not in failed}
            if swept.done and swept.left:
                again.append(ripe)
        turns = again
    rest = storage.ripe(started)
    return SweptAccounts(
        done=done, accounts=len(visited), failed=tuple(failed.values()), left=sum(ripe.count for ripe in rest),
        oldest_left=rest[0].oldest if rest else None,
    )  # fmt: skip


def _swept(  # the needs of one turn
    storage: Storage, funnel_for: FunnelFor, clock: Clock, ripe: Ripe, share: int, observer: Observer | None
) -> Swept:
    """Sweep one account's funnel; whatever goes wrong with it is an outcome."""
    try:
        funnel = _funnel(funnel_for(ripe.account), ripe.funnel)
        crm: FunnelService[Status, StrEnum] = FunnelService(
            funnel, account=ripe.account, storage=storage, clock=clock, observer=observer
        )
        return crm.sweep(limit=share)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one account, the others are swept
        return Swept(done=0, failed=(Outcome(0, error=error, about=ripe.account),))


def _funnel(given: AnyFunnel | Iterable[AnyFunnel], name: str) -> AnyFunnel:
    try:
        known = {funnel.name: funnel for funnel in ((given,) if isinstance(given, Funnel) else given)}
    except (AttributeError, TypeError):
        raise invalid("funnel_for", f"a Funnel, or several, are needed, not {kind_of(given)}") from None
    if name not in known:
        raise invalid("funnel_for", f"gives no funnel called {name} for this account")
    return known[name]
