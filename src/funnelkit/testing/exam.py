"""THE EXAM for adapters: which contracts there are, how they are run without pytest, and what comes out as a table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from attrs import evolve, frozen

from funnelkit.errors import invalid
from funnelkit.ports.storage import Ripe, Storage, Transaction
from funnelkit.testing.client_contracts import (
    InvitationsContract,
    LinksContract,
    MembersContract,
    OffersContract,
    PackagesContract,
)
from funnelkit.testing.contact_contracts import ContactsContract
from funnelkit.testing.contracts import Capabilities, Contract, lacks, name_of, tests_of
from funnelkit.testing.faults import Around
from funnelkit.testing.machine import MachineContract
from funnelkit.testing.outbox_contracts import OutboxContract
from funnelkit.testing.port_contracts import (
    CalendarContract,
    ClockContract,
    IdentifiersContract,
    LimitsContract,
    NotifierContract,
    TokensContract,
)
from funnelkit.testing.race_contracts import (
    InterleavedContract,
    ParallelContract,
    ProcessesContract,
    SurvivesContract,
    ThreadsContract,
)
from funnelkit.testing.record_contracts import FunnelsContract, GuardsContract, HistoryContract, KeysContract
from funnelkit.testing.service_contracts import FaultsContract, LifeContract
from funnelkit.testing.storage_contracts import (
    ChangedContract,
    NestedContract,
    RipeContract,
    StorageIdentifiersContract,
    TransactionContract,
)
from funnelkit.testing.store_contracts import (
    AppointmentsContract,
    CampaignsContract,
    CompaniesContract,
    GroupsContract,
    PersonsContract,
    PipelinesContract,
)
from funnelkit.values.checks import checked, having, instance

STORE_CONTRACTS: Final[tuple[type[Contract], ...]] = (
    ContactsContract,
    PersonsContract,
    CompaniesContract,
    GroupsContract,
    AppointmentsContract,
    PipelinesContract,
    CampaignsContract,
    MembersContract,
    InvitationsContract,
    LinksContract,
    OffersContract,
    PackagesContract,
    HistoryContract,
    KeysContract,
    FunnelsContract,
    GuardsContract,
    OutboxContract,
)
STORAGE: Final[tuple[type[Contract], ...]] = (
    *STORE_CONTRACTS,
    TransactionContract,
    NestedContract,
    ChangedContract,
    RipeContract,
    StorageIdentifiersContract,
    LifeContract,
    InterleavedContract,
    ThreadsContract,
    ParallelContract,
    ProcessesContract,
    SurvivesContract,
    FaultsContract,
    MachineContract,
)
"""Everything about a storage: supply `funnelkit_storage`."""

CLOCK: Final[tuple[type[Contract], ...]] = (ClockContract,)
"""Supply `funnelkit_clock`."""
NOTIFIER: Final[tuple[type[Contract], ...]] = (NotifierContract,)
"""Supply `funnelkit_notifier`, and `funnelkit_received`."""
IDENTIFIERS: Final[tuple[type[Contract], ...]] = (IdentifiersContract,)
"""Supply `funnelkit_identifiers`."""
TOKENS: Final[tuple[type[Contract], ...]] = (TokensContract,)
"""Supply `funnelkit_tokens`."""
LIMITS: Final[tuple[type[Contract], ...]] = (LimitsContract,)
"""Supply `funnelkit_limits`."""
CALENDAR: Final[tuple[type[Contract], ...]] = (CalendarContract,)
"""Supply `funnelkit_calendar`."""
PORTS: Final = (*CLOCK, *NOTIFIER, *IDENTIFIERS, *TOKENS, *LIMITS, *CALENDAR)
"""All that is no storage."""


@frozen
class Result:
    """What became of one test: `why` is the reason of a skip, or the error of a failure."""

    contract: str
    test: str
    outcome: str
    why: str = ""
    adapter: str = "adapter"


def table(results: Iterable[Result]) -> str:
    """Write down which contracts an adapter keeps, and why it was not asked about the others."""
    rows = tuple(results)
    contracts = tuple(dict.fromkeys(row.contract for row in rows))
    width = max(map(len, ("contract", *contracts)))
    lines = [f"{'contract':{width}}  passed  skipped  failed"]
    for contract in contracts:
        own = [row for row in rows if row.contract == contract]
        counts = {outcome: sum(row.outcome == outcome for row in own) for outcome in ("passed", "skipped", "failed")}
        line = f"{contract:{width}}  {counts['passed']:6}  {counts['skipped']:7}  {counts['failed']:6}"
        why = dict.fromkeys(row.why for row in own if row.outcome == "skipped")
        lines += [f"{line}  {'; '.join(why)}".rstrip()]
        lines += [f"{'':{width}}  failed: {row.test}" for row in own if row.outcome == "failed"]
    return "\n".join(lines)


EVERYTHING: Final = Capabilities()
"""What an adapter can do that declares nothing."""
FIXTURES: Final[Mapping[str, object]] = {
    "funnelkit_again": None,
    "funnelkit_documents": None,
    "funnelkit_received": None,
}
"""Fixtures that need not be supplied."""


def run(
    contracts: Iterable[type[Contract]],
    fixtures: Callable[[], Mapping[str, object]],
    capabilities: Capabilities = EVERYTHING,
    only: str | None = None,
) -> tuple[Result, ...]:
    """Examine an adapter without pytest: `run(STORAGE, lambda: {"funnelkit_storage": MemoryStorage()})`.

    `fixtures` is called for each test, and gives the adapter anew. `only` is the name of a test; None: all of them.
    Raises Invalid where there is nothing to examine.
    """
    asked: Any = contracts
    given: tuple[Any, ...] = tuple(asked) if isinstance(asked, Iterable) else (None,)
    fit = all(isinstance(one, type) and issubclass(one, Contract) for one in given)
    checked(
        contracts=None if fit else "classes of contracts are needed, such as exam.STORAGE",
        fixtures=having("__call__", "a function that gives the fixtures")(fixtures),
        capabilities=instance(Capabilities, "Capabilities")(capabilities),
    )
    tests = [(one, *test) for one in given for test in tests_of(one) if only in (None, test[0])]
    if not tests:
        raise invalid("contracts" if only is None else "only", "no such test is found, so nothing would be examined")
    return tuple(_examined(*one, fixtures, capabilities) for one in tests)


def _examined(
    contract: type[Contract],
    name: str,
    test: Callable[..., object],
    fixtures: Callable[[], Mapping[str, object]],
    capabilities: Capabilities,
) -> Result:
    head = (name_of(contract), name)
    why = lacks(contract, test, capabilities)
    if why is not None:
        return Result(*head, "skipped", why, capabilities.adapter)
    given: dict[str, Any] = {**FIXTURES, "funnelkit_capabilities": capabilities, **fixtures()}
    wanted = [one for one in inspect.signature(test).parameters if one != "self"]
    try:
        test(contract(), **{one: given[one] for one in wanted})
    except Exception as error:  # noqa: BLE001  # whatever an adapter raises, it has failed
        return Result(*head, "failed", f"{type(error).__name__}: {error}", capabilities.adapter)
    return Result(*head, "passed", "", capabilities.adapter)


class FreshAccounts(Around):
    """A storage whose accounts bear a name that nobody had before: `FreshAccounts(storage, "test-17:")`.

    What other tests left in the database is in other accounts, and is not seen: making tables takes longer than a test.
    """

    def __init__(self, storage: Storage, prefix: str) -> None:
        """Take a storage, and what stands before the name of each account."""
        super().__init__(storage)
        self.prefix = prefix

    def ripe(self, until: datetime) -> tuple[Ripe, ...]:
        """Ask the storage, and leave out the accounts of others."""
        found = (row for row in self.storage.ripe(until) if row.account.startswith(self.prefix))
        return tuple(evolve(row, account=row.account.removeprefix(self.prefix)) for row in found)

    def transaction(self, account: str, *, write: bool = True) -> AbstractContextManager[Transaction]:
        """Open one in the account of that name with the prefix."""
        return self.storage.transaction(self.prefix + account, write=write)
