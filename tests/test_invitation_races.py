"""Many come with one link, or act on one invitation at once; and every bad link is answered in one way."""

from __future__ import annotations

import hmac
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import pytest
from attrs import frozen

from funnelkit import (
    AGENCY,
    TEAM,
    Actor,
    Conflict,
    Decision,
    Funnel,
    FunnelkitError,
    FunnelService,
    Portal,
    Refused,
    Role,
)
from funnelkit.adapters.memory import FixedClock, KnownTokens, MemoryNotifier, MemoryObserver, MemoryStorage
from funnelkit.commands import (
    Accept,
    Archive,
    AssignCredentials,
    AssignPackage,
    Convert,
    Decline,
    DefineOffer,
    Delete,
    Edit,
    ExpireInvitation,
    Invite,
    MintLink,
    RecordPayment,
    Restore,
    Revoke,
    SendAgain,
    TakeOffPackage,
    WithdrawCredentials,
)
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.invitation import InvitationStatus
from funnelkit.statuses.package import PackageStatus
from funnelkit.statuses.team import Team
from funnelkit.values import token as tokens
from funnelkit.values.actor import CLOCK
from funnelkit.values.client_events import InvitationAccepted
from funnelkit.values.plan import Letter
from funnelkit.values.token import Token
from funnelkit.words import Posting, Sender

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
DAY: Final = timedelta(days=1)
WEEK: Final = 7 * DAY
WORKERS: Final = 32
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)
UNIFORM: Final = ("invitation.link_opens",)
S: Final = InvitationStatus


class World:
    """An account in which Ada is invited with a package, and her link is known."""

    def __init__(self, funnel: Funnel[Any, Any] = TEAM, storage: MemoryStorage | None = None) -> None:
        self.clock, self.storage, self.notifier = FixedClock(NOON), storage or MemoryStorage(), MemoryNotifier()
        self.observer, self.tokens = MemoryObserver(), KnownTokens()
        self.funnel = funnel
        self.crm = self.service()
        self.crm.do(DefineOffer(id="five", name="Five", sessions=5, days=90, by=OWNER))
        status: Any = Team.CLIENT if funnel.name == "team" else Agency.CLIENT
        self.status = status
        invite: Any = Invite(name="Ada", email="ada@example.org", status=status, packages=["five"], id="c-1", by=OWNER)
        self.id = self.crm.do(invite).id
        self.link: Token = self.crm.do(MintLink(invitation=self.id, by=OWNER))

    def service(self, account: str = "acme", funnel: Funnel[Any, Any] | None = None) -> FunnelService[Any, Any]:
        """Give one of many services: each has nothing of its own."""
        return FunnelService(
            funnel or self.funnel, account=account, storage=self.storage, clock=self.clock, notifier=self.notifier,
            zone="Europe/Berlin", tokens=self.tokens, observer=self.observer,
        )  # fmt: skip

    @property
    def state(self) -> InvitationStatus:
        """How it stands with the invitation."""
        return self.crm.invitation(self.id).state

    def count(self, kind: type[Any], noun: str = "invitation", about: str | None = None) -> int:
        """Count events of a kind."""
        return sum(isinstance(event, kind) for event in self.crm.history_of(noun, about or self.id))

    def whole(self) -> None:
        """Then: one waits for each person, the portal goes with it, packages with the portal, the fold is stored."""
        for contact in self.crm.contacts():
            assert contact == history.contact_at(self.crm.history(contact.id))
            with self.storage.transaction("acme") as stores:
                stored = stores.invitations.of_contact(contact.id)
            waiting = [one for one in stored if one.state is S.PENDING]
            assert len(waiting) == (contact.portal is Portal.INVITED)
            for one in stored:
                assert self.count(InvitationAccepted, about=one.id) == (one.state is S.ACCEPTED)
                told = self.crm.history_of("invitation", one.id)
                assert list(range(1, len(told) + 1)) == [event.version for event in told]
            for held in self.crm.packages(contact.id):
                grants = [entry for entry in held.package.ledger if entry.what is Posting.GRANTED]
                assert len(grants) == (held.package.state is PackageStatus.USABLE)
                assert contact.portal is not Portal.ACTIVE or held.package.state is not PackageStatus.ASSIGNED


# ---- threads


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Start all at one moment; give each one's result or error."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return act()
        except FunnelkitError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def many(world: World, make: Callable[[int], Any], count: int = WORKERS) -> tuple[list[Any], list[Any]]:
    """Do something of each of many services at one moment; give what was done, and what was not."""
    crms = [world.service() for _ in range(count)]
    found = together([lambda n=n, crm=crm: crm.do(make(n)) for n, crm in enumerate(crms)])  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    return [one for one in found if not isinstance(one, Exception)], [o for o in found if isinstance(o, Exception)]


def refusals(error: Exception) -> tuple[str, ...]:
    """Give the rules that refuse."""
    assert isinstance(error, Refused), error
    return tuple(finding.rule for finding in error.decision.refusals)


def heard(decision: Decision) -> object:
    """Give everything that the outside hears of a decision."""
    return decision.question, decision.findings, decision.notices, str(decision)


def test_of_many_who_accept_one_link_one_wins() -> None:
    """Thirty-one hear what a link that never was is told; one acceptance, one grant of five, in one history."""
    world = World()
    text = world.link.reveal()
    done, refused = many(world, lambda n: Accept(token=text))
    assert (1, WORKERS - 1) == (len(done), len(refused))
    unknown = world.crm.plan(Accept(token="fki_" + "u" * 22 + "." + "u" * 43)).decision
    assert {UNIFORM} == {refusals(error) for error in refused}
    assert all(heard(unknown) == heard(error.decision) for error in refused)
    assert 1 == len({str(error) for error in refused} | {str(Refused(unknown))})
    assert (1, S.ACCEPTED) == (world.count(InvitationAccepted), world.state)
    (held,) = world.crm.packages("c-1")
    assert [(Posting.GRANTED, 5)] == [(entry.what, entry.sessions) for entry in held.package.ledger]
    assert Portal.ACTIVE is world.crm.contact("c-1").portal
    world.whole()


def test_of_many_with_links_of_one_invitation_one_wins() -> None:
    """Each has a link of its own: it is the invitation that is accepted once."""
    world = World()
    links = [world.crm.do(MintLink(invitation=world.id, by=OWNER)) for _ in range(WORKERS)]
    done, refused = many(world, lambda n: Accept(token=links[n]))
    assert (1, {UNIFORM}) == (len(done), {refusals(error) for error in refused})
    assert 1 == world.count(InvitationAccepted)
    world.whole()


def test_of_many_who_invite_one_contact_one_does() -> None:
    """One waits; the others hear that one waits."""
    world = World()
    world.crm.do(Revoke(invitation=world.id, by=OWNER))
    done, refused = many(world, lambda n: Invite(contact="c-1", by=OWNER))
    assert (1, WORKERS - 1) == (len(done), len(refused))
    assert {("invitation.none_is_pending",)} == {refusals(error) for error in refused}
    assert [S.REVOKED, S.PENDING] == [one.state for one in world.crm.invitations("c-1")]
    world.whole()


def test_of_many_who_invite_one_address_one_does() -> None:
    """A new person, differently written by each: one contact, one invitation."""
    world = World()
    address = "ben@example.org"
    written = [address, address.upper(), address.title(), f" {address}"]
    done, refused = many(world, lambda n: Invite(name="Ben", email=written[n % 4], status=world.status, by=OWNER))
    assert (1, WORKERS - 1) == (len(done), len(refused))
    assert {("invitation.none_is_pending",)} == {refusals(error) for error in refused}
    assert 2 == len(world.crm.contacts())
    world.whole()


def test_of_many_who_supersede_the_last_one_waits() -> None:
    """All are done, one after another; each takes the place of the one before."""
    world = World()
    done, refused = many(world, lambda n: Invite(contact="c-1", supersede=True, by=OWNER))
    assert (WORKERS, []) == (len(done), refused)
    states = [one.state for one in world.crm.invitations("c-1")]
    assert [S.SUPERSEDED] * WORKERS + [S.PENDING] == states
    world.whole()


@pytest.mark.parametrize("known", [False, True])
def test_a_payment_that_is_told_to_many_workers_is_one(known: bool) -> None:
    """One package and one invitation, of somebody new or of a contact; everybody gets the same package."""
    world = World()
    who: dict[str, Any] = {"name": "Ben", "email": "ben@example.org"}
    if known:
        world.crm.do(Revoke(invitation=world.id, by=OWNER))
        who = {"contact": "c-1"}
    before = len(world.notifier.sent)
    done, refused = many(world, lambda n: RecordPayment(payment="pi-1", offer="five", by=SYSTEM, **who))
    assert (WORKERS, []) == (len(done), refused)
    (package,) = {package.id: package for package in done}.values()
    assert 1 == len([h for h in world.crm.packages(package.contact) if h.package.payment == "pi-1"])
    assert [S.PENDING] == [i.state for i in world.crm.invitations(package.contact) if i.id != world.id]
    world.crm.deliver()
    letters = [m for _, m in world.notifier.sent[before:] if isinstance(m, Letter)]
    assert 1 == sum(letter.to == package.contact and letter.invitation != world.id for letter in letters)
    world.whole()


def test_many_who_send_again_all_do_and_one_waits() -> None:
    """Each sending counts; only links of the last round are good."""
    world = World()
    done, refused = many(world, lambda n: SendAgain(invitation=world.id, by=OWNER))
    assert (WORKERS, []) == (len(done), refused)
    now = world.crm.invitation(world.id)
    assert (WORKERS + 1, WORKERS + 1, S.PENDING) == (now.round, now.sends, now.state)
    assert ["invitation.link_is_current"] == [f.rule for f in world.crm.why(world.link).refusals]
    world.whole()


RIVALS: Final[dict[str, Callable[[World], Any]]] = {
    "decline": lambda w: Decline(token=w.link),
    "revoke": lambda w: Revoke(invitation=w.id, by=OWNER),
    "send again": lambda w: SendAgain(invitation=w.id, by=OWNER),
    "mint": lambda w: MintLink(invitation=w.id, by=OWNER),
    "supersede": lambda w: Invite(contact="c-1", supersede=True, by=OWNER),
    "credentials": lambda w: AssignCredentials(contact="c-1", by=OWNER),
    "withdraw": lambda w: WithdrawCredentials(contact="c-1", by=OWNER),
    "archive": lambda w: Archive(contact="c-1", by=OWNER),
    "convert": lambda w: Convert(contact="c-1", to=Team.LEAD, by=OWNER),
    "address": lambda w: Edit(contact="c-1", email="other@example.org", by=OWNER),
    "pay": lambda w: RecordPayment(payment="pi-9", offer="five", contact="c-1", by=SYSTEM),
    "take off": lambda w: TakeOffPackage(package=w.crm.packages("c-1")[0].package.id, by=OWNER),
}
"""What somebody does while another one accepts."""


@pytest.mark.parametrize("rival", RIVALS)
def test_many_accept_while_many_do_something_else(rival: str) -> None:
    """Whoever comes first: the invitation was accepted once or never, and everything is whole."""
    world = World()
    command = RIVALS[rival](world)
    done, errors = many(world, lambda n: Accept(token=world.link) if n % 2 else command, 16)
    assert {Refused} >= {type(error) for error in errors}
    assert world.count(InvitationAccepted) <= 1
    assert sum(getattr(one, "state", None) is S.ACCEPTED for one in done) == world.count(InvitationAccepted)
    world.whole()


# ---- interleaved on purpose


@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("accept_first", [True, False])
def test_of_two_that_were_planned_on_the_same_grounds_one_is_applied(rival: str, accept_first: bool) -> None:
    """Planned both, applied in both orders: the second is a Conflict, and nothing of it is stored."""
    world = World()
    plans = [world.crm.plan(Accept(token=world.link)), world.crm.plan(RIVALS[rival](world))]
    assert [True, True] == [plan.allowed for plan in plans]
    first, second = plans if accept_first else reversed(plans)
    world.crm.apply(first)
    before = everything(world)
    with pytest.raises(Conflict):
        world.crm.apply(second)
    assert before == everything(world)
    assert accept_first == world.count(InvitationAccepted)
    world.whole()


@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("accept_first", [True, False])
def test_done_at_once_it_is_as_if_one_had_come_after_the_other(rival: str, accept_first: bool) -> None:
    """Somebody acts between the planning and the applying: it ends as if that had come first."""

    def wishes(world: World) -> tuple[Any, Any]:
        accept, other = Accept(token=world.link), RIVALS[rival](world)
        return (other, accept) if accept_first else (accept, other)

    storage = Meddling()
    world, alone = World(storage=storage), World()
    wish, before = wishes(world)
    storage.acts.append(lambda: world.crm.do(before))
    found = outcome(lambda: world.crm.do(wish))
    late, early = wishes(alone)
    assert [] == storage.acts
    assert [outcome(lambda: alone.crm.do(early)), outcome(lambda: alone.crm.do(late))] == ["done", found]
    assert summary(alone) == summary(world)
    world.whole()


class Meddling(MemoryStorage):
    """Storage in which somebody else acts between the planning and the applying of whoever meddles not."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[Callable[[], object]] = []
        self._opened = 0
        self._busy = False

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Let the other one act before each second transaction: the one that applies."""
        if not self._busy and self.acts:
            self._opened += 1
            if self._opened % 2 == 0:
                self._busy = True
                self.acts.pop(0)()
                self._busy = False
        return super().transaction(account)


def outcome(do: Callable[[], object]) -> object:
    """Give what became of it."""
    try:
        do()
    except Refused as refused:
        return refusals(refused)
    except FunnelkitError as error:
        return type(error).__name__
    return "done"


def everything(world: World) -> object:
    """Give what is stored of the person."""
    crm = world.crm
    return (
        crm.contacts(), crm.invitations("c-1"), [held.package for held in crm.packages("c-1")], crm.history("c-1"),
        crm.person("c-1"), crm.history_of("invitation", world.id),
    )  # fmt: skip


def summary(world: World) -> object:
    """Give how it stands with the person, whatever ids were made on the way."""
    contact = world.crm.contact("c-1")
    return (
        contact.status, contact.portal, contact.standing, contact.onboarding,
        [(i.state, i.round, i.sends) for i in world.crm.invitations("c-1")],
        [(h.package.state, h.balance, h.package.acquired) for h in world.crm.packages("c-1")],
    )  # fmt: skip


# ---- the end of the term


@pytest.mark.parametrize("sweep", [True, False])
def test_an_acceptance_that_was_planned_in_time_comes_before_the_sweep_or_not_at_all(sweep: bool) -> None:
    """Planned a moment before the end and applied at it, it is too late: a Conflict, swept or not."""
    world = World()
    end = world.crm.invitation(world.id).expires
    world.clock.set(end - TICK)
    accept = world.crm.plan(Accept(token=world.link))
    world.clock.set(end)
    expire = world.crm.plan(ExpireInvitation(invitation=world.id, by=CLOCK))
    assert (True, True) == (accept.allowed, expire.allowed)
    if sweep:
        assert 1 == world.crm.sweep().done
    with pytest.raises(Conflict):
        world.crm.apply(accept)
    assert (0 if sweep else 1) == world.crm.sweep().done
    assert S.EXPIRED is world.state
    world.whole()


@pytest.mark.parametrize(("off", "accepted"), [(-TICK, True), (timedelta(), False), (TICK, False)])
@pytest.mark.parametrize("swept", [True, False])
def test_the_end_of_the_term_is_the_same_for_the_link_and_the_sweep(
    off: timedelta, accepted: bool, swept: bool
) -> None:
    """Until then it is accepted and not swept; from then on it is swept, or refused without a sweep."""
    world = World()
    world.clock.set(world.crm.invitation(world.id).expires + off)
    assert accepted is world.crm.plan(Accept(token=world.link)).allowed
    assert accepted is not world.crm.plan(ExpireInvitation(invitation=world.id, by=CLOCK)).allowed
    if swept:
        assert (not accepted) == world.crm.sweep().done
    assert ("done" if accepted else UNIFORM) == outcome(lambda: world.crm.do(Accept(token=world.link)))
    assert (S.ACCEPTED if accepted else S.EXPIRED) is world.state


@pytest.mark.parametrize("n", range(4))
def test_many_accept_and_sweep_while_the_term_ends(n: int) -> None:
    """The clock steps over the end meanwhile: accepted once or expired, never both, and whole after a last sweep."""
    world = World()
    end = world.crm.invitation(world.id).expires
    world.clock.set(end - TICK)
    crms = [world.service() for _ in range(12)]
    acts: list[Callable[[], Any]] = [lambda crm=crm: crm.do(Accept(token=world.link)) for crm in crms[::2]]  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    acts += [lambda crm=crm: crm.sweep() for crm in crms[1::2]]  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    acts.insert(3 * n, lambda: world.clock.set(end))
    errors = [one for one in together(acts) if isinstance(one, Exception)]
    assert {UNIFORM} >= {refusals(error) for error in errors}
    world.crm.sweep()
    accepted = world.count(InvitationAccepted)
    assert (S.ACCEPTED if accepted else S.EXPIRED) is world.state
    assert accepted == (5 - len(errors) + 1 > 0)
    assert accepted <= 1
    world.whole()


def test_of_an_expired_one_many_sweeps_make_one_end() -> None:
    """Swept by many and asked for by nobody: it ended when its term ran out, once."""
    world = World()
    end = world.crm.invitation(world.id).expires
    world.clock.set(end + DAY)
    crms = [world.service() for _ in range(WORKERS)]
    together([lambda crm=crm: crm.sweep() for crm in crms])  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    ends = [event for event in world.crm.history_of("invitation", world.id) if event.effective == end]
    assert ["InvitationExpired"] == [type(event).__name__ for event in ends]
    assert (S.EXPIRED, end) == (world.state, world.crm.invitation(world.id).ended)
    world.whole()


# ---- mails


def test_what_many_deliver_leaves_once_each_with_a_link_that_opens() -> None:
    """Twenty invitations, eight workers: each mail leaves once, and its link opens its own invitation only."""
    world = World()
    world.crm.deliver()
    sent = {
        world.crm.do(Invite(name="Ben", email=f"p-{n}@example.org", status=world.status, by=OWNER)).id
        for n in range(20)
    }
    crms = [world.service() for _ in range(8)]
    together([lambda crm=crm: crm.deliver() for crm in crms])  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    letters = [m for _, m in world.notifier.sent if isinstance(m, Letter) and m.invitation != world.id]
    assert (sent, 20) == ({letter.invitation for letter in letters}, len(letters))
    assert 20 == len({letter.token.reveal() for letter in letters})
    for letter in letters:
        peek = world.crm.peek(letter.token)
        assert (True, letter.to) == (peek.decision.allowed, peek.contact)
    assert 0 == world.crm.deliver()


def test_a_mail_that_is_delivered_twice_brings_two_links_of_one_invitation() -> None:
    """The first try fails after its link was made: the second brings another, and one of them is accepted."""
    world = World()
    world.notifier.failing = {"invitation"}
    world.crm.deliver()
    world.notifier.failing = set()
    world.crm.deliver()
    (letter,) = [m for _, m in world.notifier.sent if isinstance(m, Letter)]
    world.crm.do(Accept(token=letter.token))
    assert (1, UNIFORM) == (world.count(InvitationAccepted), outcome(lambda: world.crm.do(Accept(token=world.link))))


@pytest.mark.parametrize("act", ["accept", "revoke", "decline", "supersede", "archive"])
def test_a_mail_that_waits_is_not_sent_for_what_has_ended(act: str) -> None:
    """Between planning and delivery the invitation ended: no link leaves for it."""
    world = World()
    world.crm.do(Accept(token=world.link) if act == "accept" else RIVALS[act](world))
    world.crm.deliver()
    assert world.id not in {m.invitation for _, m in world.notifier.sent}
    assert [world.id] == [message.invitation for message in world.crm.withheld()]


# ---- one answer


@frozen
class Bad:
    """A link that opens nothing: who is asked, with what, and why it does not open, for the account's eyes."""

    crm: FunnelService[Any, Any]
    given: Any
    why: tuple[str, ...]


def unknown(world: World) -> Bad:
    """One that was never given out."""
    return Bad(world.crm, "fki_" + "u" * 22 + "." + "u" * 43, ("invitation.link_is_known",))


def garbage(world: World) -> Bad:
    """What is no link at all."""
    return Bad(world.crm, "Robert'); DROP TABLE links", ("invitation.link_is_known",))


def nothing(world: World) -> Bad:
    """An empty text."""
    return Bad(world.crm, "", ("invitation.link_is_known",))


def wrong_verifier(world: World) -> Bad:
    """Whose selector is known, and whose verifier is another one."""
    return Bad(world.crm, Token(world.link.selector, "x" * 43), ("invitation.link_is_known",))


def expired(world: World) -> Bad:
    """Whose term has run out, unswept."""
    world.clock.set(world.crm.invitation(world.id).expires)
    return Bad(world.crm, world.link, ("invitation.is_in_time",))


def swept(world: World) -> Bad:
    """Whose term has run out, swept."""
    bad = expired(world)
    world.crm.sweep()
    return bad


def used(world: World) -> Bad:
    """Which was accepted."""
    world.crm.do(Accept(token=world.link))
    return Bad(world.crm, world.link, ("invitation.waits_for_an_answer",))


def declined(world: World) -> Bad:
    """Which was declined."""
    world.crm.do(Decline(token=world.link))
    return Bad(world.crm, world.link, ("invitation.waits_for_an_answer",))


def revoked(world: World) -> Bad:
    """Which was taken back."""
    world.crm.do(Revoke(invitation=world.id, by=OWNER))
    return Bad(world.crm, world.link, ("invitation.waits_for_an_answer",))


def superseded(world: World) -> Bad:
    """In whose place another one came."""
    world.crm.do(Invite(contact="c-1", supersede=True, by=OWNER))
    return Bad(world.crm, world.link, ("invitation.waits_for_an_answer",))


def sent_again(world: World) -> Bad:
    """Of a former sending."""
    world.crm.do(SendAgain(invitation=world.id, by=OWNER))
    return Bad(world.crm, world.link, ("invitation.link_is_current",))


def other_address(world: World) -> Bad:
    """That went to another address."""
    world.crm.do(Edit(contact="c-1", email="other@example.org", by=OWNER))
    return Bad(world.crm, world.link, ("invitation.link_is_current",))


def archived(world: World) -> Bad:
    """Of somebody who is archived."""
    world.crm.do(Archive(contact="c-1", by=OWNER))
    return Bad(world.crm, world.link, ("invitation.waits_for_an_answer", "invitation.contact_is_there"))


def foreign_funnel(world: World) -> Bad:
    """Of another funnel of the account."""
    return Bad(world.service(funnel=AGENCY), world.link, ("invitation.link_is_of_this_funnel",))


def foreign_account(world: World) -> Bad:
    """Of another account in the same storage."""
    return Bad(world.service("beta"), world.link, ("invitation.link_is_known",))


BAD: Final = (
    unknown, garbage, nothing, wrong_verifier, expired, swept, used, declined, revoked, superseded, sent_again,
    other_address, archived, foreign_funnel, foreign_account,
)  # fmt: skip
EXPECTED: Final = heard(World().crm.plan(Accept(token="fki_" + "z" * 16 + "." + "z" * 43)).decision)


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_every_bad_link_is_answered_in_one_way(make: Callable[[World], Bad]) -> None:
    """Accepted, declined or looked at: the same findings, the same text; the account alone hears exactly why."""
    world = World()
    bad = make(world)
    before = everything(world)
    for command in (Accept(token=bad.given), Decline(token=bad.given)):
        with pytest.raises(Refused) as caught:
            bad.crm.do(command)
        assert EXPECTED == heard(caught.value.decision)
    peek = bad.crm.peek(bad.given)
    assert EXPECTED == heard(peek.decision)
    assert [None] * 6 == [peek.contact, peek.sender, peek.by, peek.coach, peek.expires, peek.note]
    assert bad.why == tuple(finding.rule for finding in bad.crm.why(bad.given).refusals)
    assert before == everything(world)


def test_the_observer_hears_exactly_why() -> None:
    """What the outside is not told, the account can count: for every bad link the rules that really refuse it."""
    heard_of, expected = {}, {}
    for make in BAD:
        world = World()
        bad = make(world)
        outcome(lambda bad=bad: bad.crm.do(Accept(token=bad.given)))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
        what, _, facts = world.observer.heard[-1]
        heard_of[make.__name__], expected[make.__name__] = (what, facts["rules"]), ("refused", bad.why)
    assert expected == heard_of


class Counted(MemoryStorage):
    """Storage that notes every call of a store: which store, which method."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Open one whose stores are counted."""
        return _CountedTransaction(super().transaction(account), self.calls)


class _CountedTransaction(AbstractContextManager[Any]):
    def __init__(self, inner: Any, calls: list[str]) -> None:
        self._inner, self._calls = inner, calls

    def __enter__(self) -> Any:
        self._calls.append("transaction")
        return _CountedStores(self._inner.__enter__(), self._calls)

    def __exit__(self, *error: object) -> None:
        self._inner.__exit__(*error)


class _CountedStores:
    def __init__(self, inner: Any, calls: list[str]) -> None:
        self._inner, self._calls = inner, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return found if callable(found) else _CountedStore(found, name, self._calls)


class _CountedStore:
    def __init__(self, inner: Any, name: str, calls: list[str]) -> None:
        self._inner, self._name, self._calls = inner, name, calls

    def __getattr__(self, method: str) -> Any:
        call = getattr(self._inner, method)

        def counted(*given: Any, **named: Any) -> Any:
            self._calls.append(f"{self._name}.{method}")
            return call(*given, **named)

        return counted


LOOKED_UP: Final = ["transaction", "links.get", "invitations.get", "contacts.get"]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_every_bad_link_takes_the_same_way(make: Callable[[World], Bad], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look-ups in the same order, one hash and one comparison, whatever is wrong with it."""
    storage = Counted()
    bad = make(World(storage=storage))
    work: list[str] = []
    compare = hmac.compare_digest

    def compared(left: Any, right: Any) -> bool:
        work.append(f"compared {len(left)} with {len(right)}")
        return compare(left, right)

    def counted(data: bytes) -> Any:
        work.append("hashed")
        return sha256(data)

    monkeypatch.setattr(hmac, "compare_digest", compared)
    monkeypatch.setattr(tokens, "sha256", counted)
    asks: list[Callable[[], Any]] = [
        lambda: bad.crm.do(Accept(token=bad.given)),
        lambda: bad.crm.do(Decline(token=bad.given)),
        lambda: bad.crm.peek(bad.given),
        lambda: bad.crm.why(bad.given),
    ]
    for ask in asks:
        storage.calls.clear()
        work.clear()
        outcome(ask)
        assert LOOKED_UP == storage.calls
        assert ["hashed", "compared 64 with 64"] == work


def test_a_link_that_opens_is_looked_at_on_the_same_way() -> None:
    """Looking at a good one is no longer, but for the personal message, where there is one."""
    storage = Counted()
    world = World(storage=storage)
    storage.calls.clear()
    assert world.crm.peek(world.link).decision
    assert LOOKED_UP == storage.calls


def test_whoever_is_logged_in_as_another_is_answered_in_the_same_way() -> None:
    """A link is one person's: also somebody else who shares the address opens nothing with it."""
    world = World()
    shared: Any = Invite(name="Eve", email="ADA@example.org", status=world.status, another=True, id="c-2", by=OWNER)
    world.crm.do(shared)
    for by in (Actor(id="c-2", role=Role.CLIENT), OWNER):
        with pytest.raises(Refused) as caught:
            world.crm.do(Accept(token=world.link, by=by))
        assert EXPECTED == heard(caught.value.decision)
        assert ["invitation.is_ones_own"] == [f.rule for f in world.crm.why(world.link, by=by).refusals]
    assert S.ACCEPTED is world.crm.do(Accept(token=world.link, by=Actor(id="c-1", role=Role.CLIENT))).state
    assert Portal.INVITED is world.crm.contact("c-2").portal
    world.whole()


def test_a_link_of_who_was_deleted_is_answered_in_the_same_way() -> None:
    """Gone is gone: the invitation was taken back, and nobody is there."""
    world = World(AGENCY)
    expected = heard(world.crm.plan(Accept(token="fki_" + "z" * 16 + "." + "z" * 43)).decision)
    world.crm.do(Archive(contact="c-1", by=OWNER))
    world.crm.do(Delete(contact="c-1", by=OWNER))
    assert expected == heard(world.crm.plan(Accept(token=world.link)).decision)
    assert ["invitation.waits_for_an_answer", "invitation.contact_is_there"] == [
        finding.rule for finding in world.crm.why(world.link).refusals
    ]


def test_who_was_archived_and_taken_back_is_invited_anew() -> None:
    """The link of before stays worthless; the next one opens."""
    world = World()
    world.crm.do(Archive(contact="c-1", by=OWNER))
    world.crm.do(Restore(contact="c-1", by=OWNER))
    assert UNIFORM == outcome(lambda: world.crm.do(Accept(token=world.link)))
    again = world.crm.do(Invite(contact="c-1", sender=Sender.ACCOUNT, by=OWNER))
    world.crm.do(AssignPackage(contact="c-1", offer="five", by=OWNER))
    world.crm.do(Accept(token=world.crm.do(MintLink(invitation=again.id, by=OWNER))))
    assert [PackageStatus.REMOVED, PackageStatus.USABLE] == sorted(
        (held.package.state for held in world.crm.packages("c-1")), key=lambda state: state.value
    )
    world.whole()
