"""THE SHELL: load, plan, store, release. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from attrs import evolve, frozen

from funnelkit.agenda import RIPENS, Agenda, CommandFor, PlaceOf, about_whom
from funnelkit.asking import asked
from funnelkit.clients import Clients
from funnelkit.decisions import Refused
from funnelkit.errors import Conflict, FunnelkitError, Invalid, NotFound, invalid, kind_of
from funnelkit.funnel import Funnel
from funnelkit.outreach import Outreach
from funnelkit.pipelines import Board
from funnelkit.plain import digest
from funnelkit.planning import Command, Moment
from funnelkit.ports import PORTS
from funnelkit.ports.calendar import Calendar
from funnelkit.ports.clock import Clock
from funnelkit.ports.identifiers import Identifiers
from funnelkit.ports.limits import Limits
from funnelkit.ports.notifications import Notifier
from funnelkit.ports.observer import Observer
from funnelkit.ports.storage import Storage, Transaction
from funnelkit.ports.tokens import Tokens
from funnelkit.records import Records, forget
from funnelkit.reports import Reports
from funnelkit.stored import StoredView, as_expected, given_for, store_of
from funnelkit.table import Status
from funnelkit.times import instant
from funnelkit.times import zone as zone_of_name
from funnelkit.values.checks import checked, identifier, instance
from funnelkit.values.contact import Contact
from funnelkit.values.invitation import Invitation
from funnelkit.values.plan import Plan, kind_of_noun

S = TypeVar("S", bound=Status)
R = TypeVar("R", bound=StrEnum)
T = TypeVar("T")


ONCE: Final = "what this command gives is given once and stored nowhere, so there is no key for it"


@frozen
class Outcome(Generic[T]):
    """What became of one command of `do_all`: its place, and either a result or an error, a refusal among them."""

    place: int
    result: T | None = None
    error: Exception | None = None
    about: str | None = None
    """Which contact it was about, where a sweep says so; or which account, where none of it could be swept."""
    account: str | None = None
    """Whose, where a pass over all accounts says so."""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.error is None

    @property
    def codes(self) -> tuple[str, ...]:
        """What went wrong, for machines: the rules that refuse, the fields that are not well formed, else the error."""
        if isinstance(self.error, Refused):
            return tuple(finding.rule for finding in self.error.decision.refusals)
        if isinstance(self.error, Invalid):
            return tuple(problem.path for problem in self.error.problems)
        return () if self.error is None else (type(self.error).__name__,)

    @property
    def refused(self) -> Refused | None:
        """The refusal, if it was refused; it carries the decision."""
        return self.error if isinstance(self.error, Refused) else None


@frozen(kw_only=True)
class Swept:
    """What a sweep did, and what is left. `failed` are outcomes with errors; `oldest_left`: since when it waits."""

    done: int
    failed: tuple[Outcome[object], ...] = ()
    left: int = 0
    oldest_left: datetime | None = None


class FunnelService(Clients[S, R], Agenda[S, R], Outreach[S, R], Board[S, R], Records[S, R], Reports[S, R]):
    """One account and one funnel. Cheap to make: one for each request, if a host likes.

    Raises Invalid when the account is no id or the zone is none.
    """

    def __init__(  # noqa: PLR0913  # one argument for each need, all by name
        self,
        funnel: Funnel[S, R],
        *,
        account: str,
        storage: Storage,
        clock: Clock,
        notifier: Notifier | None = None,
        zone: str = "UTC",
        zones: Mapping[str, str] | None = None,
        calendar: Calendar | None = None,
        identifiers: Identifiers | None = None,
        tokens: Tokens | None = None,
        limits: Limits | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Take a funnel and the ports. `zone` is the account's.

        `zones` has those of members whom the host keeps itself; the others have their own.
        """
        checked(
            account=identifier(account), funnel=instance(Funnel, "a Funnel")(funnel),
            **{name: PORTS[name](port) for name, port in (
                ("storage", storage), ("clock", clock), ("notifier", notifier), ("calendar", calendar),
                ("identifiers", identifiers), ("tokens", tokens), ("limits", limits), ("observer", observer),
            )},
        )  # fmt: skip
        self.funnel = funnel
        self.account = account
        self.zone = zone_of_name(zone, "zone")
        if zones is not None and not isinstance(zones, Mapping):
            raise invalid("zones", f"a table of zones by member is needed, not {kind_of(zones)}")
        for member in zones or {}:
            checked(zones=identifier(member))
        self.zones = {member: zone_of_name(name, f"zones.{member}") for member, name in (zones or {}).items()}
        self._open_on = None if calendar is None else calendar.open_on
        self._storage = storage
        self._clock = clock
        self._notifier = notifier
        self._fresh = (identifiers or storage.identifiers).fresh
        self._token = (tokens or storage.tokens).fresh
        self._limits = limits
        self._observer = observer
        storage.knows(funnel)

    # ---- verbs

    @asked
    def plan(self, command: Command[S, T], *, facts: Mapping[str, bool] | None = None) -> Plan[T]:
        """Say what a command would do; nothing is changed. `facts` are what only the host knows, by the need's key."""
        with self._storage.transaction(self.account, write=False) as stores:
            view = StoredView(stores, self.funnel.name)
            plan = command.plan(self.funnel, self._moment(facts), view)
        if self._observer is not None:
            exact = plan.decision if plan.exact is None else plan.exact
            rules = tuple(f.rule for f in exact.refusals)
            self._tell("planned", command=type(command).__name__, allowed=plan.allowed, rules=rules)
        return plan

    @asked
    def apply(self, plan: Plan[T]) -> T:
        """Store exactly what a plan says, and give its result.

        Raises Refused when it is not allowed; Conflict when something that it read has changed, when it is applied
        twice, or when it is older than the policy allows.
        """
        return self._apply(plan, None, "")

    @asked
    def do(
        self,
        command: Command[S, T],
        *,
        expect: int | str | None = None,
        key: str | None = None,
        facts: Mapping[str, bool] | None = None,
    ) -> T:
        """Plan and apply; plan again when somebody was quicker. Raises Refused, NotFound, Invalid, Conflict.

        `expect`: the version of what the command is about, or a `plan.basis`: if that is no longer so, Conflict. `key`:
        delivered twice, the command gives its first result again; the same key with another command is a Conflict.
        """
        if key is not None:
            checked(key=None if command.repeats else ONCE)
            key = f"{self.funnel.name}:{key}"
        asked = "" if key is None else digest((type(command).__name__, command))
        tries = self.funnel.policy.shell.tries if self._storage.retries and expect is None else 1
        for left in reversed(range(tries)):
            known, plan = self._planned(command, facts, key, asked)
            if plan is None or known:
                return known[1]  # type: ignore[no-any-return]  # what the same command gave
            if expect is not None:
                as_expected(command, plan, expect)
            try:
                return self._apply(plan, key, asked)  # type: ignore[no-any-return]  # what a plan of this command gives
            except Conflict:
                if not left:
                    raise
                self._tell("retried", command=type(command).__name__)
        raise Conflict("too many others were quicker; try again")

    @asked
    def do_all(
        self, commands: Iterable[Command[S, object]], *, batch: int = 500, facts: Mapping[str, bool] | None = None
    ) -> Iterator[Outcome[object]]:
        """Do many, one outcome for each as they come. Memory holds one batch; a batch becomes visible together."""
        source, place = iter(commands), 0
        while True:
            some, broken = _take(source, batch)
            with self._storage.transaction(self.account):
                outcomes = [self._outcome(place + n, command, facts) for n, command in enumerate(some)]
            place += len(some)
            yield from outcomes
            if broken is not None:
                raise broken
            if len(some) < batch:
                return

    @asked
    def sweep(self, limit: int = 1000) -> Swept:
        """Do what time alone has made true, as the system: last follow-ups and invitations whose time has run out.

        At most so many. It may run at any time, as often as one likes, in any number of places: what comes out is the
        same, with the times at which it became true. What cannot be done is an outcome, and stops nothing else.
        """
        now = instant(self._clock.now(), "clock")
        swept = Swept(done=0)
        for store, place, command in RIPENS:
            swept = self._swept(store, place, command, now, limit, swept)
        with self._storage.transaction(self.account, write=False) as stores:
            waiting = [getattr(stores, store).count_ripe(self.funnel.name, now) for store, _, _ in RIPENS]
        left, oldest = sum(count for count, _ in waiting), min((time for _, time in waiting if time), default=None)
        swept = evolve(swept, left=left, oldest_left=oldest)
        self._tell("swept", done=swept.done, failed=len(swept.failed), left=left)
        return swept

    # ---- inside

    def _swept(  # what a sweep goes by
        self, store: str, place: PlaceOf, command: CommandFor, now: datetime, limit: int, so_far: Swept
    ) -> Swept:
        """Sweep what ripens in one store, page by page; what somebody else has done already is fine.

        A page that cannot be stored as a whole is swept again, each row alone: what is wrong with one stops no other.
        """
        done, failed, after, tried, alone = so_far.done, list(so_far.failed), None, 0, 0
        page = self.funnel.policy.shell.page
        while done < limit:
            ripe: tuple[Contact | Invitation, ...] = ()
            try:
                with self._storage.transaction(self.account) as stores:
                    some = 1 if alone else min(limit - done, page)
                    ripe = getattr(stores, store).ripe(self.funnel.name, now, after, some, claim=True)
                    outcomes = [self._done(tried + n, command(row.id), row) for n, row in enumerate(ripe)]
            except Exception as error:
                if not ripe:
                    raise
                if not alone:
                    alone = len(ripe)
                    continue
                outcomes = [Outcome(tried, error=error, about=about_whom(ripe[0]))]
            if not ripe:
                break
            done, tried, alone = done + sum(o.ok for o in outcomes), tried + len(ripe), max(alone - 1, 0)
            failed += [o for o in outcomes if o.error is not None and not isinstance(o.error, (Refused, NotFound))]
            after = place(ripe[-1])
        return Swept(done=done, failed=tuple(failed))

    def _done(self, place: int, command: Command[S, object], row: Contact | Invitation) -> Outcome[object]:
        try:
            return Outcome(place, self.do(command), about=about_whom(row))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one row, the others are swept
            return Outcome(place, error=error, about=about_whom(row))

    def _moment(self, facts: Mapping[str, bool] | None) -> Moment:
        now = instant(self._clock.now(), "clock")
        return Moment(
            now, self._fresh, facts or {}, self.zone, self.account, self.zones, self._open_on, self._token,
            None if self._limits is None else partial(self._allows, self._limits, now),
        )  # fmt: skip

    def _allows(self, limits: Limits, now: datetime, what: str, key: str) -> bool:
        return limits.allows(self.account, what, key, now)

    def _planned(self, command: Command[S, T], facts: Mapping[str, bool] | None, key: str | None, asked: str) -> Any:
        """Give what the same command gave, or a plan; what goes wrong may have been done while we planned."""
        if known := self._before(key, asked):
            return known, None
        try:
            plan = self.plan(command, facts=facts)
        except FunnelkitError:
            if known := self._before(key, asked):
                return known, None
            raise
        return None if plan.decision else self._before(key, asked), plan

    def _before(self, key: str | None, asked: str) -> tuple[str, object] | None:
        if key is None:
            return None
        with self._storage.transaction(self.account, write=False) as stores:
            return given_for(stores, key, asked)

    def _apply(self, plan: Plan[T], key: str | None, asked: str) -> T:
        if not plan.decision:
            exact = plan.decision if plan.exact is None else plan.exact
            self._tell("refused", question=exact.question, rules=tuple(f.rule for f in exact.refusals))
            raise Refused(plan.decision)
        if (plan.account, plan.funnel) != (self.account, self.funnel.fingerprint):
            raise Conflict("the plan was made in another account or by another funnel; plan again")
        now = instant(self._clock.now(), "clock")
        made = plan.made
        late = plan.until is not None and now >= plan.until
        if made is None or late or (now > made and now > self.funnel.policy.shell.plan_valid.after(made)):
            raise Conflict("the plan is too old; plan again")
        with self._storage.transaction(self.account) as stores:
            if key is not None:
                known = given_for(stores, key, asked)
                if known is not None:
                    return known[1]  # type: ignore[return-value]  # what the same command gave
            self._guard(stores, plan)
            self._count(plan, now)
            self._store(stores, plan)
            if key is not None:
                stores.keys.save(key, asked, plan.outcome)
        self._tell("applied", events=len(plan.events), messages=len(plan.messages))
        return plan.result

    def _count(self, plan: Plan[Any], now: datetime) -> None:
        """Count what goes out. Raises Conflict where a limit was reached since it was planned."""
        if self._limits is None:
            return
        for what, whose in plan.counted:
            if not self._limits.allows(self.account, what, whose, now):
                raise Conflict(f"the limit of the {what} was reached since this was planned; plan again")
        for what, whose in plan.counted:
            self._limits.count(self.account, what, whose, now)

    def _guard(self, stores: Transaction, plan: Plan[Any]) -> None:
        found = stores.changed(plan.read, self.funnel.name)
        if found is not None:
            kind, key, _ = found
            which = "" if kind == "address" else f" {key!r}"
            raise Conflict(f"somebody was quicker: {kind}{which} has changed since it was read; plan again")

    def _store(self, stores: Transaction, plan: Plan[Any]) -> None:
        for noun in plan.changed:
            if isinstance(noun, Contact):
                stores.contacts.save(self.funnel.name, noun)
            else:
                store_of(stores, kind_of_noun(noun)).save(noun)
        for kind, key in plan.removed:
            if kind == "contact":
                stores.contacts.remove(self.funnel.name, key)
            else:
                store_of(stores, kind).remove(key)
        for kind, key in plan.touched:
            stores.guards.touch(kind, key)
        forget(stores, plan)
        if plan.events:
            stores.history.append(plan.events, plan.texts)
            if stores.funnels.get(self.funnel.fingerprint) is None:
                stores.funnels.save(self.funnel.fingerprint, self._document())
        if plan.messages:
            stores.outbox.add(plan.messages)

    def _document(self) -> object:
        from funnelkit.documents import write_funnel  # noqa: PLC0415  # the front door loads no codec

        return write_funnel(self.funnel)

    def _outcome(self, place: int, command: Command[S, object], facts: Mapping[str, bool] | None) -> Outcome[object]:
        try:
            return Outcome(place, self.do(command, facts=facts))
        except FunnelkitError as error:
            return Outcome(place, error=error)


def _take(source: Iterator[T], most: int) -> tuple[list[T], Exception | None]:
    """Take up to so many; an iterator that breaks gives what came before, and the error."""
    some: list[T] = []
    try:
        some.extend(islice(source, most))
    except Exception as error:  # noqa: BLE001  # it is raised again when what came before is done
        return some, error
    return some, None
