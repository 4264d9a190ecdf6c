"""Invitations and packages in every order: a machine plays them, and a naive model beside it says what is to be.

The model keeps plain dicts and shares nothing with what it checks but the words. After every step it is compared with
what is stored and asked; in the end the same commands are given again, swept after each one and never swept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from funnelkit import AGENCY, TEAM, Actor, Funnel, FunnelkitError, FunnelService, Kind, Refused, Role, ledger
from funnelkit.adapters.memory import FixedClock, KnownTokens, MemoryNotifier, MemoryStorage
from funnelkit.commands import (
    Accept,
    AddContact,
    AddMember,
    Archive,
    AssignCredentials,
    AssignPackage,
    Book,
    Cancel,
    Convert,
    Decline,
    DefineOffer,
    Delete,
    Edit,
    Invite,
    LiftDoNotContact,
    MarkHeld,
    MarkMissed,
    MintLink,
    RecordPayment,
    Reschedule,
    Restore,
    Revoke,
    SendAgain,
    SetDoNotContact,
    TakeOffPackage,
    WithdrawCredentials,
)
from funnelkit.errors import NotFound
from funnelkit.rules import history
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.team import Team
from funnelkit.values.client_events import InvitationAccepted, InvitationSent, PackageDeleted, PackageGiven
from funnelkit.values.plan import Letter

START: Final = datetime(2026, 3, 27, 20, tzinfo=UTC)
"""A Friday evening: on Sunday night the clock changes in Berlin, and in Tokyo it never does."""
TICK: Final = timedelta(microseconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = 7 * DAY
PHASES: Final = (Phase.explicit, Phase.generate, Phase.shrink)
EXAMPLES: Final = 60
ZONES: Final = {None: "Europe/Berlin", "m-1": "Asia/Tokyo", "m-2": "Europe/Berlin"}

OWNER: Final = Actor(id="o-1", role=Role.OWNER)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)

OFFERS: Final[dict[str, tuple[int | None, int | None]]] = {
    "one": (1, 10),
    "two": (2, 3),
    "free": (None, 5),
    "long": (2, None),
}
"""Packages in the list: how many sessions, for how many days."""
ADDRESSES: Final = ("ada@example.org", "ben@example.org", "cat@example.org")
SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    str, str.upper, str.title, lambda a: a.replace("@example", "@Example"), lambda a: f" {a} ",
)  # fmt: skip
LATER: Final = (TICK, HOUR, 5 * HOUR, 23 * HOUR, DAY, 3 * DAY, 8 * DAY)
STARTS: Final = (-2 * DAY, -HOUR, HOUR, 24 * HOUR, 24 * HOUR + TICK, 2 * DAY, 4 * DAY, 12 * DAY)
NOBODYS: Final = "fki_AAAAAAAAAAAAAAAAAAAA." + "A" * 43

Facts = dict[str, Any]


# ---- the model


def end_of(opened: datetime, days: int | None, zone: str) -> datetime | None:
    """Give the end of the last whole local day, counted on a paper calendar."""
    if days is None:
        return None
    local: date = opened.astimezone(ZoneInfo(zone)).date() + timedelta(days=days + 1)
    return datetime.combine(local, time(), ZoneInfo(zone)).astimezone(UTC)


class Model:
    """What ought to be so: persons, invitations, packages, appointments and mails in plain dicts."""

    def __init__(self, world: type[Played]) -> None:
        self.rules = world
        self.people: dict[str, Facts] = {}
        self.invitations: dict[str, Facts] = {}
        self.packages: dict[str, Facts] = {}
        self.meetings: dict[str, Facts] = {}
        self.links: list[Facts] = []
        self.waiting: list[Facts] = []
        self.mailed = {"invitation": 0, "invitation_again": 0}
        self.payments: dict[str, Facts] = {}
        self.moments: set[datetime] = set()

    # what is there

    def holders(self, address: str | None) -> list[str]:
        """Give who has an address, however it is written."""
        key = None if address is None else address.strip().lower()
        return [who for who, person in self.people.items() if key is not None and person["email"] == key]

    def pending(self, who: str) -> Facts | None:
        """Give the invitation of a person that waits."""
        return next((one for one in self.of(who) if one["state"] == "pending"), None)

    def of(self, who: str) -> list[Facts]:
        """Give the invitations of a person."""
        return [one for one in self.invitations.values() if one["contact"] == who]

    def had(self, who: str, *states: str) -> list[Facts]:
        """Give the packages of a person in these states."""
        return [one for one in self.packages.values() if one["contact"] == who and one["state"] in states]

    def assigned(self, who: str) -> list[Facts]:
        """Give what was assigned to a person and is not open yet."""
        return [one for one in self.had(who, "assigned") if not one["bought"]]

    # what time does

    def at(self, now: datetime) -> None:
        """Let every invitation run out whose term has ended."""
        self.now = now
        self.moments.add(now)
        for one in self.invitations.values():
            if one["state"] == "pending" and one["expires"] <= now:
                one.update(state="expired", ended=one["expires"])
                self.people[one["contact"]]["portal"] = "not_invited"

    # what acts do

    def invited(self, who: str, id: str, *, offers: Iterable[tuple[str, str]] = ()) -> None:
        """A person is invited: what is on the record comes with it, and so does what is new."""
        self.invitations[id] = {
            "id": id, "contact": who, "state": "pending", "made": self.now, "expires": self.now + WEEK, "ended": None,
            "round": 1, "sends": 1, "accepted": 0,
        }  # fmt: skip
        self.people[who]["portal"] = "invited"
        self.waiting.append({"template": "invitation", "invitation": id, "round": 1})
        for package in self.had(who, "assigned"):
            package["invitation"] = id
        for package_id, offer in offers:
            self.given(who, package_id, offer, invitation=id)

    def given(self, who: str, id: str, offer: str, *, bought: bool = False, invitation: str | None = None) -> None:
        """A package comes onto the record of a person; who has the portal can use it."""
        sessions, days = OFFERS[offer]
        self.packages[id] = {
            "id": id, "contact": who, "state": "assigned", "sessions": sessions, "days": days, "bought": bought,
            "invitation": invitation, "usable": None, "expires": None, "lines": [],
        }  # fmt: skip
        if self.people[who]["portal"] == "active":
            self.open(self.packages[id])

    def open(self, package: Facts) -> None:
        """A package can be used from now on."""
        zone = ZONES[self.people[package["contact"]]["coach"]]
        package.update(state="usable", usable=self.now, expires=end_of(self.now, package["days"], zone))

    def has_portal(self, who: str) -> None:
        """The portal opens, and all that is on the record."""
        self.people[who]["portal"] = "active"
        for package in self.had(who, "assigned"):
            self.open(package)

    def ends(self, who: str, state: str) -> None:
        """The invitation that waits ends; what was assigned with it goes, what was bought stays."""
        one = self.pending(who)
        if one is None:
            return
        one.update(state=state, ended=self.now)
        self.people[who]["portal"] = "not_invited"
        for package in self.had(who, "assigned"):
            if package["bought"]:
                package["invitation"] = None
            else:
                package["state"] = "removed"

    def enter(self, package: Facts, when: datetime, meeting: str, *lines: str) -> None:
        """Enter something about an appointment, not before what was entered about it already."""
        before = [at for at, _, about in package["lines"] if about == meeting]
        at = max([when, *before])
        self.moments.add(at)
        package["lines"] += [(at, line, meeting) for line in lines]

    def entered(self, package: Facts, meeting: str) -> str | None:
        """Give how an appointment stands in a package: reserved, used, or (None) not at all."""
        about = [line for _, line, which in package["lines"] if which == meeting]
        last = about[-1] if about else None
        return {"reserved": "reserved", "used": "used", "burned": "used"}.get(last or "")

    def count(self, package: Facts, moment: datetime) -> tuple[int | None, int, int, int, int | None]:
        """Count a package's sessions at a moment on one's fingers: granted, reserved, used, expired, left."""
        per = [
            [line for at, line, which in package["lines"] if at <= moment and which == meeting]
            for meeting in self.meetings
        ]
        last = [lines[-1] for lines in per if lines]
        reserved, used = last.count("reserved"), last.count("used") + last.count("burned")
        over = package["expires"] is not None and package["expires"] <= moment
        if package["usable"] is None or package["usable"] > moment:
            return 0, 0, 0, 0, 0
        if package["sessions"] is None:
            return None, reserved, used, 0, 0 if over else None
        left = package["sessions"] - reserved - used
        return package["sessions"], reserved, used, left if over else 0, 0 if over else left

    def covers(self, who: str, start: datetime, when: datetime, meeting: str) -> Facts | None:
        """Give the package of which a session is taken: of those that reach so far, the one that ends first.

        A session is free if it is so from when it is entered on, at every moment.
        """

        def free(package: Facts) -> bool:
            first = max([when, *(at for at, _, about in package["lines"] if about == meeting)])
            since = [first, *(at for at, _, _ in package["lines"] if at > first)]
            alive = [self.count({**package, "expires": None}, at)[4] for at in since]
            return all(left is None or left > 0 for left in alive)

        reach = [
            package
            for package in self.had(who, "usable")
            if package["usable"] <= min(when, start) and (package["expires"] is None or start < package["expires"])
        ]
        order = sorted(reach, key=lambda p: (p["expires"] is None, p["expires"] or START, p["usable"], p["id"]))
        return next((package for package in order if free(package)), None)


# ---- the machine


class Played(RuleBasedStateMachine):
    """What can be done to persons, invitations, packages and appointments, with what is to come of it."""

    funnel: ClassVar[Funnel[Any, Any]] = TEAM
    log_in: ClassVar[tuple[Any, ...]] = (Team.CLIENT, Team.PROSPECT)
    statuses: ClassVar[tuple[Any, ...]] = tuple(Team)
    pays_to: ClassVar[Any] = Team.CLIENT
    """What whoever pays becomes; None: nothing is said about it."""
    unique: ClassVar[bool] = False
    most: ClassVar[int] = 1
    to_clients: ClassVar[bool] = False
    replaces: ClassVar[bool] = False
    missed_burns: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.funnel)
        self.model = Model(type(self))
        self.model.at(START)
        self.script: list[tuple[datetime, Any]] = []

    # ---- doing

    def now(self) -> datetime:
        """This moment."""
        return self.world.clock.now()

    def tell(self, what: Any) -> Any:
        """Do something, and write it down for the second and third telling. A refusal is its codes."""
        self.model.at(self.now())
        self.script.append((self.now(), what))
        return self.world.tell(what)

    def expect(self, allowed: bool, what: Any) -> Any:
        """Do something that is allowed, or that is not, as the model says; give the result of what was done."""
        found = self.tell(what)
        assert allowed is not isinstance(found, tuple), (type(what).__name__, found)
        return found if allowed else None

    def new_ids(self, who: str) -> list[str]:
        """Give the packages of somebody that the model does not know yet, in the order in which they came."""
        with self.world.storage.transaction("acme") as stores:
            return [p.id for p in stores.packages.of_contact(who) if p.id not in self.model.packages]

    def pick(self, rows: Iterable[Any], n: int) -> Any:
        """Pick one of these."""
        every = list(rows)
        return every[n % len(every)]

    def there(self) -> list[str]:
        """Give who is there."""
        return list(self.model.people)

    @initialize(clients=st.lists(st.sampled_from([*OFFERS]), max_size=2), waits=st.sampled_from([None, None, *OFFERS]))
    def begin(self, clients: list[str], waits: str | None) -> None:
        """Given a team and its list of packages; clients who have one of them, and somebody who is invited to one."""
        for key, zone in ZONES.items():
            if key is not None:
                self.tell(AddMember(id=key, name="Cora", role=Role.COACH, zone=zone, by=SYSTEM))
        for key, (sessions, days) in OFFERS.items():
            self.tell(DefineOffer(id=key, name=key, sessions=sessions, days=days, by=OWNER))
        for place, offer in enumerate(clients):
            self.enter_somebody(self.log_in[0], ADDRESSES[place], None, (offer,))
            self.deliver()
            self.answer(-1, accept=True)
        if waits is not None:
            self.enter_somebody(self.log_in[0], ADDRESSES[2], "m-1", (waits,))

    def enter_somebody(
        self, status: Any, address: str, coach: str | None, offers: tuple[str, ...], *, allowed: bool = True,
        another: bool = False, typed: str | None = None,
    ) -> None:  # fmt: skip
        """Invite somebody new, if that is allowed."""
        invite: Any = Invite(
            name="Ada", email=typed or address, status=status, coach=coach, packages=offers, another=another, by=OWNER
        )
        found = self.expect(allowed, invite)
        if found is not None:
            self.add_person(found.contact, status, address, coach)
            self.model.invited(found.contact, found.id, offers=zip(self.new_ids(found.contact), offers, strict=True))

    # ---- persons come

    def add_person(self, who: str, status: Any, email: str | None, coach: str | None) -> None:
        """Note a new person in the model."""
        self.model.people[who] = {
            "status": status, "email": None if email is None else email.strip().lower(), "portal": "not_invited",
            "archived": False, "blocked": False, "coach": coach,
        }  # fmt: skip

    @precondition(lambda self: len(self.model.people) < 4)
    @rule(
        n=st.integers(0, 20), spell=st.sampled_from(SPELLINGS), coach=st.sampled_from(list(ZONES)),
        offers=st.sampled_from([(), (), ("one",), ("two",), ("free", "long"), ("one", "long")]), another=st.booleans(),
    )  # fmt: skip
    def invite_a_new_person(
        self, n: int, spell: Callable[[str], str], coach: str | None, offers: tuple[str, ...], another: bool
    ) -> None:
        """Invite by name, address and status; who is known by the address is not meant without a word."""
        status, address = self.pick(self.statuses, n // 3), self.pick(ADDRESSES, n)
        known = self.model.holders(address)
        free = not known or (another and not self.unique)
        allowed = free and status in self.log_in and len(offers) <= self.most
        self.enter_somebody(status, address, coach, offers, allowed=allowed, another=another, typed=spell(address))

    @precondition(lambda self: len(self.model.people) < 4)
    @rule(n=st.integers(0, 20))
    def add_without_inviting(self, n: int) -> None:
        """Create only: nothing is sent."""
        address = self.pick((*ADDRESSES, None), n)
        add: Any = AddContact(name="Ben", email=address, status=self.pick(self.statuses, n // 4), by=OWNER)
        found = self.tell(add)
        if not isinstance(found, tuple):
            self.add_person(found.id, found.status, address, None)

    # ---- invitations

    @precondition(lambda self: self.model.people)
    @rule(
        n=st.integers(0, 9), coach=st.sampled_from(list(ZONES)), supersede=st.booleans(),
        offers=st.sampled_from([(), (), ("one",), ("two",), ("long", "free")]),
    )  # fmt: skip
    def invite_a_contact(self, n: int, coach: str | None, supersede: bool, offers: tuple[str, ...]) -> None:
        """Invite who is there; supersede what waits, or be refused."""
        who, model = self.pick(self.there(), n), self.model
        model.at(self.now())
        person, waits = model.people[who], model.pending(who)
        stay = 0 if waits is not None and supersede else len(model.assigned(who))
        allowed = (
            person["status"] in self.log_in
            and not person["archived"]
            and not person["blocked"]
            and person["email"] is not None
            and person["portal"] != "active"
            and (waits is None or supersede)
            and (not offers or stay + len(offers) <= self.most)
        )
        found = self.expect(allowed, Invite(contact=who, coach=coach, supersede=supersede, packages=offers, by=OWNER))
        if found is not None:
            if waits is not None:
                model.ends(who, "superseded")
            person["coach"] = coach or person["coach"]
            model.invited(who, found.id, offers=zip(self.new_ids(who), offers, strict=True))

    def reachable(self, who: str) -> bool:
        """Whether a link may go out to somebody."""
        person = self.model.people[who]
        return (
            person["status"] in self.log_in
            and not person["archived"]
            and not person["blocked"]
            and person["email"] is not None
            and person["portal"] != "active"
        )

    def about(self, n: int) -> tuple[Facts, bool]:
        """Pick an invitation of somebody who is there; say whether another one of that person waits."""
        one = self.pick((i for i in self.model.invitations.values() if i["contact"] in self.model.people), n)
        waits = self.model.pending(one["contact"])
        return one, waits is not None and waits is not one

    def has_invitations(self) -> bool:
        """Whether somebody who is there was ever invited."""
        return any(one["contact"] in self.model.people for one in self.model.invitations.values())

    @precondition(has_invitations)
    @rule(n=st.integers(0, 9))
    def send_again(self, n: int) -> None:
        """What waits or has run out is sent again, with everything on the record; earlier links are worth nothing."""
        self.model.at(self.now())
        one, other = self.about(n)
        allowed = one["state"] in ("pending", "expired") and not other and self.reachable(one["contact"])
        if self.expect(allowed, SendAgain(invitation=one["id"], by=OWNER)) is not None:
            one.update(state="pending", ended=None, round=one["round"] + 1, sends=one["sends"] + 1)
            one["expires"] = self.now() + WEEK
            self.model.people[one["contact"]]["portal"] = "invited"
            self.model.waiting.append({"template": "invitation_again", "invitation": one["id"], "round": one["round"]})
            for package in self.model.had(one["contact"], "assigned"):
                package["invitation"] = one["id"]

    @precondition(has_invitations)
    @rule(n=st.integers(0, 9))
    def revoke(self, n: int) -> None:
        """Only what waits is taken back."""
        self.model.at(self.now())
        one, _ = self.about(n)
        if self.expect(one["state"] == "pending", Revoke(invitation=one["id"], by=OWNER)) is not None:
            self.model.ends(one["contact"], "revoked")

    @precondition(has_invitations)
    @rule(n=st.integers(0, 9))
    def mint(self, n: int) -> None:
        """A link for a host that mails its own way; those of before stay good."""
        self.model.at(self.now())
        one, other = self.about(n)
        allowed = one["state"] == "pending" and not other and self.reachable(one["contact"])
        token = self.expect(allowed, MintLink(invitation=one["id"], by=OWNER))
        if token is not None:
            self.model.links.append({"token": token, "invitation": one, "round": one["round"]})

    @rule()
    def deliver(self) -> None:
        """What is of the last round, and still waits for who may be mailed, leaves with a link of its own."""
        before = len(self.world.notifier.sent)
        self.tell("deliver")
        letters = [m for _, m in self.world.notifier.sent[before:] if isinstance(m, Letter)]
        gone = []
        for mail in self.model.waiting:
            one = self.model.invitations[mail["invitation"]]
            person = self.model.people.get(one["contact"])
            current = one["state"] == "pending" and mail["round"] == one["round"]
            if current and person is not None and not person["blocked"]:
                gone.append((mail["template"], one["id"]))
                self.model.mailed[mail["template"]] += 1
        assert gone == [(letter.template, letter.invitation) for letter in letters]
        for letter in letters:
            one = self.model.invitations[letter.invitation or ""]
            self.model.links.append({"token": letter.token, "invitation": one, "round": one["round"]})
        self.model.waiting = []

    def stands_against(self, link: Facts) -> set[str]:
        """Say why a link opens nothing: every reason."""
        one = link["invitation"]
        person = self.model.people.get(one["contact"])
        reasons = {
            "invitation.link_is_current": link["round"] != one["round"],
            "invitation.waits_for_an_answer": one["state"] not in ("pending", "expired"),
            "invitation.is_in_time": one["expires"] <= self.now(),
            "invitation.contact_is_there": person is None or person["archived"],
        }
        return {reason for reason, holds in reasons.items() if holds}

    def answer(self, n: int, accept: bool) -> None:
        """Come with one of all links that ever went out."""
        self.model.at(self.now())
        link = self.pick(self.model.links, n)
        one, against = link["invitation"], self.stands_against(link)
        why = self.world.crm.why(link["token"])
        assert against == {finding.rule for finding in why.refusals}
        found = self.expect(not against, (Accept if accept else Decline)(token=link["token"].reveal()))
        if found is None:
            assert ("invitation.link_opens",) == self.world.said
        elif accept:
            one.update(state="accepted", ended=self.now(), accepted=one["accepted"] + 1)
            self.model.has_portal(one["contact"])
        else:
            self.model.ends(one["contact"], "declined")

    @precondition(lambda self: self.model.links)
    @rule(n=st.integers(0, 30))
    def accept(self, n: int) -> None:
        """The first good one wins; any other is refused in one way."""
        self.answer(n, accept=True)

    @precondition(lambda self: self.model.links)
    @rule(n=st.integers(0, 30))
    def accept_the_latest(self, n: int) -> None:
        """Most people take the mail that came last."""
        self.answer(-1 - n % 2, accept=True)

    @precondition(lambda self: self.model.links)
    @rule(n=st.integers(0, 30))
    def decline(self, n: int) -> None:
        """The same with a no."""
        self.answer(-1 - n % 2, accept=False)

    @rule(text=st.sampled_from(["", "fki_", NOBODYS, "fki_known-000000000001." + "x" * 43, "known-000000000001"]))
    def come_with_garbage(self, text: str) -> None:
        """What is no link of ours is refused in the same way as all others."""
        found = self.tell(Accept(token=text))
        assert ("invitation.link_opens",) == found

    @precondition(lambda self: len(self.model.links) > 1)
    @rule(n=st.integers(0, 30), m=st.integers(0, 30))
    def come_with_half_of_another(self, n: int, m: int) -> None:
        """The selector of one link with the verifier of another opens neither."""
        one, other = self.pick(self.model.links, n)["token"], self.pick(self.model.links, m)["token"]
        if one != other:
            found = self.tell(Accept(token=f"fki_{one.selector}.{other.verifier}"))
            assert ("invitation.link_opens",) == found

    # ---- packages

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9), offer=st.sampled_from(sorted(OFFERS)))
    def assign(self, n: int, offer: str) -> None:
        """Assigned to who is new and not archived; with what waits, if something does."""
        who, model = self.pick(self.there(), n), self.model
        model.at(self.now())
        person, waits = model.people[who], model.pending(who)
        active, before = person["portal"] == "active", model.assigned(who)
        over = max(len(before) + 1 - self.most, 0)
        gone = before[:over] if self.replaces and waits is not None else []
        room = len(before) - len(gone) + 1 <= self.most
        allowed = person["status"] in self.log_in and not person["archived"] and (self.to_clients if active else room)
        if self.expect(allowed, AssignPackage(contact=who, offer=offer, by=OWNER)) is not None:
            for package in gone:
                package["state"] = "removed"
            (id,) = self.new_ids(who)  # it is the id
            model.given(who, id, offer, invitation=waits["id"] if waits else None)

    @precondition(lambda self: any(p["contact"] in self.model.people for p in self.model.packages.values()))
    @rule(n=st.integers(0, 9))
    def take_off(self, n: int) -> None:
        """What is not open yet and was not bought is taken off."""
        self.model.at(self.now())
        package = self.pick((p for p in self.model.packages.values() if p["contact"] in self.model.people), n)
        allowed = package["state"] == "assigned" and not package["bought"]
        if self.expect(allowed, TakeOffPackage(package=package["id"], by=OWNER)) is not None:
            package["state"] = "removed"

    def bought(self, who: str, id: str, offer: str) -> None:
        """Somebody has paid: a package, and an invitation where there is no portal and nothing waits."""
        model = self.model
        person, waits = model.people[who], model.pending(who)
        if self.pays_to is not None:
            person["status"] = self.pays_to
        model.given(who, id, offer, bought=True, invitation=waits["id"] if waits else None)
        if waits is None and self.reachable(who):
            with self.world.storage.transaction("acme") as stores:
                (new,) = (i.id for i in stores.invitations.of_contact(who) if i.id not in model.invitations)
            model.invited(who, new)

    @precondition(lambda self: len(self.model.people) < 4)
    @rule(n=st.integers(0, 9), spell=st.sampled_from(SPELLINGS), offer=st.sampled_from(sorted(OFFERS)))
    def pay_by_address(self, n: int, spell: Callable[[str], str], offer: str) -> None:
        """Who is known by the address is meant; of several nobody is; a new one comes in."""
        model, address = self.model, self.pick(ADDRESSES, n)
        model.at(self.now())
        known, payment = model.holders(address), f"pi-{len(model.payments)}"
        pay = RecordPayment(payment=payment, offer=offer, name="Cat", email=spell(address), by=OWNER)
        found = self.expect(len(known) <= 1, pay)
        if found is not None:
            if not known:
                self.add_person(found.contact, self.world.crm.contact(found.contact).status, address, None)
            assert [found.contact] == (known or [found.contact])
            self.bought(found.contact, found.id, offer)
            model.payments[payment] = {"offer": offer, "contact": found.contact, "id": found.id}

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9), offer=st.sampled_from(sorted(OFFERS)))
    def pay_as_contact(self, n: int, offer: str) -> None:
        """Known, pending, or with a portal: the package is kept whatever stands in the way of an invitation."""
        who, payment = self.pick(self.there(), n), f"pi-{len(self.model.payments)}"
        found = self.expect(True, RecordPayment(payment=payment, offer=offer, contact=who, by=SYSTEM))
        self.bought(who, found.id, offer)
        self.model.payments[payment] = {"offer": offer, "contact": who, "id": found.id}

    @precondition(lambda self: any(p["contact"] in self.model.people for p in self.model.payments.values()))
    @rule(n=st.integers(0, 9))
    def pay_twice(self, n: int) -> None:
        """The same payment again: the same package, and nothing else."""
        every = {key: one for key, one in self.model.payments.items() if one["contact"] in self.model.people}
        payment = self.pick(every, n)
        one = every[payment]
        again = RecordPayment(payment=payment, offer=one["offer"], contact=one["contact"], by=SYSTEM)
        assert one["id"] == self.expect(True, again).id

    # ---- what else happens to a person

    def act(self, n: int, make: Callable[[str], Any]) -> tuple[str, Facts] | None:
        """Do something that the model takes as it comes; give whom it was done to, if it was done."""
        who = self.pick(self.there(), n)
        if isinstance(self.tell(make(who)), tuple):
            return None
        return who, self.model.people[who]

    def follow(self, who: str) -> None:
        """Who is archived or may not log in waits for no answer any more."""
        person = self.model.people[who]
        if person["archived"] or person["status"] not in self.log_in:
            self.model.ends(who, "revoked")

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9), m=st.integers(0, 9))
    def convert(self, n: int, m: int) -> None:
        """To any status, and back."""
        to = self.pick(self.statuses, m)
        done = self.act(n, lambda who: Convert(contact=who, to=to, by=OWNER))
        if done is not None:
            done[1]["status"] = to
            self.follow(done[0])

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9))
    def archive(self, n: int) -> None:
        """Stop working with somebody."""
        done = self.act(n, lambda who: Archive(contact=who, by=OWNER))
        if done is not None:
            done[1]["archived"] = True
            self.follow(done[0])

    @precondition(lambda self: any(person["archived"] for person in self.model.people.values()))
    @rule(n=st.integers(0, 9))
    def restore(self, n: int) -> None:
        """Take somebody back; what was revoked stays so."""
        who = self.pick((who for who, person in self.model.people.items() if person["archived"]), n)
        self.expect(True, Restore(contact=who, by=OWNER))
        self.model.people[who]["archived"] = False

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9))
    def delete(self, n: int) -> None:
        """Who is deleted leaves no package; links open nothing any more."""
        who, model = self.pick(self.there(), n), self.model
        if isinstance(self.tell(Delete(contact=who, by=OWNER)), tuple):
            return
        model.ends(who, "revoked")
        del model.people[who]
        for package in model.had(who, "assigned", "usable", "removed"):
            package["state"] = "deleted"

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9))
    def credentials(self, n: int) -> None:
        """Made by hand: nobody waits for an answer, and all on the record can be used."""
        done = self.act(n, lambda who: AssignCredentials(contact=who, by=OWNER))
        if done is not None and done[1]["portal"] != "active":
            waits = self.model.pending(done[0])
            if waits is not None:
                waits.update(state="superseded", ended=self.now())
            self.model.has_portal(done[0])

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9))
    def no_credentials(self, n: int) -> None:
        """Withdrawn: what waits is taken back; what is open stays open."""
        done = self.act(n, lambda who: WithdrawCredentials(contact=who, by=OWNER))
        if done is not None:
            self.model.ends(done[0], "revoked")
            done[1]["portal"] = "not_invited"

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9), m=st.integers(0, 3), spell=st.sampled_from(SPELLINGS))
    def another_address(self, n: int, m: int, spell: Callable[[str], str]) -> None:
        """Links that went to the former address are worth nothing; written differently, it is the same one."""
        address = self.pick((*ADDRESSES, None), m)
        typed = None if address is None else spell(address)
        done = self.act(n, lambda who: Edit(contact=who, email=typed, by=OWNER))
        if done is not None and done[1]["email"] != address:
            done[1]["email"] = address
            waits = self.model.pending(done[0])
            if waits is not None:
                waits["round"] += 1

    @precondition(lambda self: self.model.people)
    @rule(n=st.integers(0, 9))
    def block(self, n: int) -> None:
        """Not to be contacted: what waits stays, and nothing more is sent."""
        done = self.act(n, lambda who: SetDoNotContact(contact=who, by=OWNER))
        if done is not None:
            done[1]["blocked"] = True

    @precondition(lambda self: any(person["blocked"] for person in self.model.people.values()))
    @rule(n=st.integers(0, 9))
    def lift(self, n: int) -> None:
        """To be contacted again."""
        who = self.pick((who for who, person in self.model.people.items() if person["blocked"]), n)
        self.expect(True, LiftDoNotContact(contact=who, by=OWNER))
        self.model.people[who]["blocked"] = False

    # ---- sessions

    @precondition(lambda self: self.model.people and len(self.model.meetings) < 8)
    @rule(n=st.integers(0, 9), m=st.integers(0, len(STARTS) - 1))
    def book(self, n: int, m: int) -> None:
        """A session, to come or past: reserved from what covers it and ends first."""
        self.meet(self.pick(self.there(), n), STARTS[m])

    @precondition(
        lambda self: len(self.model.meetings) < 8 and any(self.model.had(who, "usable") for who in self.model.people)
    )
    @rule(n=st.integers(0, 9), m=st.integers(0, len(STARTS) - 1))
    def book_on_a_package(self, n: int, m: int) -> None:
        """The same for somebody who has one."""
        self.meet(self.pick((who for who in self.model.people if self.model.had(who, "usable")), n), STARTS[m])

    def meet(self, who: str, ahead: timedelta) -> None:
        """Book a session of a coach who has no other."""
        key, start = f"a-{len(self.model.meetings)}", self.now() + ahead
        book = Book(contacts=[who], coach=f"x-{key}", kind=Kind.SESSION, start=start, minutes=60, id=key, by=OWNER)
        self.expect(True, book)
        self.model.meetings[key] = {"id": key, "contact": who, "start": start, "state": "booked"}
        since = self.now() if start > self.now() else self.entered_at(who, key)
        package = self.model.covers(who, start, since, key)
        if package is not None:
            self.model.enter(package, since, key, "reserved")

    def entered_at(self, who: str, key: str) -> datetime:
        """Give since when a session that has begun before it was booked is reserved: since now, or since its start."""
        about = [e.at for p in self.world.stored("packages", who) for e in p.ledger if e.appointment == key]
        start = self.model.meetings[key]["start"]
        assert {*about} <= {start, self.now()}
        since: datetime = about[0] if about else start
        return since

    def standing(self) -> list[Facts]:
        """Give the appointments of who is there."""
        return [one for one in self.model.meetings.values() if one["contact"] in self.model.people]

    def reserved(self, meeting: Facts) -> Facts | None:
        """Give the package of which a session is reserved for an appointment."""
        every = self.model.had(meeting["contact"], "usable")
        return next((p for p in every if self.model.entered(p, meeting["id"]) == "reserved"), None)

    @precondition(lambda self: any(one["state"] == "booked" for one in self.standing()))
    @rule(n=st.integers(0, 9), burns=st.sampled_from([None, False, True]), itself=st.booleans())
    def cancel(self, n: int, burns: bool | None, itself: bool) -> None:
        """By the client, until a day before; by the staff, as it says."""
        one = self.pick((one for one in self.standing() if one["state"] == "booked"), n)
        by = Actor(id=one["contact"], role=Role.CLIENT) if itself else OWNER
        allowed = not itself or self.now() < one["start"]
        if self.expect(allowed, Cancel(appointment=one["id"], burns=burns, by=by)) is None:
            return
        one["state"] = "cancelled"
        lost = one["start"] - self.now() < DAY if itself else burns is True
        package = self.reserved(one)
        if package is not None:
            self.model.enter(package, self.now(), one["id"], "burned" if lost else "released")

    @precondition(lambda self: any(one["state"] == "booked" for one in self.standing()))
    @rule(n=st.integers(0, 9), m=st.integers(0, len(STARTS) - 1))
    def move(self, n: int, m: int) -> None:
        """To another time; what does not reach so far gives way to what does."""
        one = self.pick((one for one in self.standing() if one["state"] == "booked"), n)
        start = self.now() + STARTS[m]
        self.expect(True, Reschedule(appointment=one["id"], start=start, by=OWNER))
        one["start"] = start
        package = self.reserved(one)
        if package is not None and (package["expires"] is None or start < package["expires"]):
            return
        if package is not None:
            self.model.enter(package, self.now(), one["id"], "released")
        when = min(self.now(), start)
        other = self.model.covers(one["contact"], start, when, one["id"])
        if other is not None:
            self.model.enter(other, when, one["id"], "reserved")

    @precondition(lambda self: any(one["state"] != "cancelled" for one in self.standing()))
    @rule(n=st.integers(0, 9))
    def held(self, n: int) -> None:
        """What was reserved is used; what was not is taken from what covered it when it began."""
        one = self.pick((one for one in self.standing() if one["state"] != "cancelled"), n)
        allowed = one["state"] != "held" and one["start"] <= self.now()
        if self.expect(allowed, MarkHeld(appointment=one["id"], by=OWNER)) is None:
            return
        one["state"] = "held"
        every = self.model.had(one["contact"], "usable")
        mine = next((p for p in every if self.model.entered(p, one["id"]) is not None), None)
        if mine is not None and self.model.entered(mine, one["id"]) == "reserved":
            self.model.enter(mine, self.now(), one["id"], "used")
        elif mine is None:
            found = self.model.covers(one["contact"], one["start"], one["start"], one["id"])
            if found is not None:
                self.model.enter(found, one["start"], one["id"], "reserved", "used")

    @precondition(lambda self: any(one["state"] != "cancelled" for one in self.standing()))
    @rule(n=st.integers(0, 9))
    def missed(self, n: int) -> None:
        """Lost or given back, as the account says."""
        one = self.pick((one for one in self.standing() if one["state"] != "cancelled"), n)
        allowed = one["state"] != "missed" and one["start"] <= self.now()
        if self.expect(allowed, MarkMissed(appointment=one["id"], by=OWNER)) is None:
            return
        one["state"] = "missed"
        for package in self.model.had(one["contact"], "usable"):
            stands = self.model.entered(package, one["id"])
            if stands == "reserved":
                self.model.enter(package, self.now(), one["id"], "burned" if self.missed_burns else "released")
            elif stands == "used" and not self.missed_burns:
                self.model.enter(package, self.now(), one["id"], "returned")

    # ---- time

    @rule(gap=st.sampled_from(LATER))
    def wait(self, gap: timedelta) -> None:
        """Let time pass."""
        self.world.clock.advance(gap)
        self.model.at(self.now())

    def ends_ahead(self) -> list[datetime]:
        """Give every end of a term, and every last moment to call off for free, that is still to come."""
        ends = [one["expires"] for one in self.model.invitations.values() if one["state"] == "pending"]
        ends += [one["expires"] for one in self.model.packages.values() if one["expires"] is not None]
        ends += [one["start"] - DAY for one in self.standing()] + [one["start"] for one in self.standing()]
        return sorted(end for end in ends if end - TICK > self.now())

    @precondition(lambda self: self.ends_ahead())
    @rule(n=st.integers(0, 1), off=st.sampled_from([-TICK, timedelta(), TICK]))
    def wait_until_an_end(self, n: int, off: timedelta) -> None:
        """Go to the end of a term: just before it, onto it, just behind it."""
        self.world.clock.set(self.pick(self.ends_ahead(), n) + off)
        self.model.at(self.now())

    @rule()
    def sweep(self) -> None:
        """Or do not."""
        self.world.crm.sweep()

    # ---- what always holds

    @invariant()
    def invitations_are_as_the_model_says(self) -> None:
        """One waits for each person, at most; each was accepted once, at most; asked or folded, they are the same."""
        for who in {one["contact"] for one in self.model.invitations.values()}:
            stored = {one.id: one for one in self.world.stored("invitations", who)}
            if who in self.model.people:
                mine = {one.id: one for one in self.world.crm.invitations(who)}
            else:
                with pytest.raises(NotFound):
                    self.world.crm.invitations(who)
                mine = {key: one.in_time(self.now()) for key, one in stored.items()}
            assert set(mine) == {one["id"] for one in self.model.of(who)}
            assert 1 >= sum(one.state.value == "pending" for one in stored.values())
            for one in self.model.of(who):
                found, told = mine[one["id"]], self.world.crm.history_of("invitation", one["id"])
                assert {"round": one["round"], "sends": one["sends"], "state": one["state"]} == {
                    "round": found.round, "sends": found.sends, "state": found.state.value
                }, one  # fmt: skip
                assert (one["made"], one["expires"], one["ended"]) == (found.made, found.expires, found.ended)
                assert one["accepted"] == sum(isinstance(event, InvitationAccepted) for event in told) <= 1
                assert isinstance(told[0], InvitationSent)
                folded = told[0].invitation
                for event in told[1:]:
                    folded = event.onto(folded)  # type: ignore[attr-defined]  # every later one has it
                assert stored[one["id"]] == folded

    @invariant()
    def persons_are_as_the_model_says(self) -> None:
        """The portal and the status are the model's, and the fold is what is stored."""
        assert set(self.model.people) == {contact.id for contact in self.world.crm.contacts()}
        for who, person in self.model.people.items():
            contact = self.world.crm.contact(who)
            assert contact == history.contact_at(self.world.crm.history(who))
            assert (person["status"], person["coach"]) == (contact.status, contact.coach)
            assert person["portal"] == self.world.portal(who)

    @invariant()
    def packages_add_up(self) -> None:
        """At every moment: what was granted is used, reserved, expired or left; the statement says the same."""
        for one in self.model.packages.values():
            told = self.world.crm.history_of("package", one["id"])
            assert isinstance(told[0], PackageGiven)
            if one["state"] == "deleted":
                assert isinstance(told[-1], PackageDeleted)
                continue
            found = self.world.crm.package(one["id"]).package
            folded = told[0].package
            for event in told[1:]:
                folded = event.onto(folded)  # type: ignore[attr-defined]  # every later one has it
            assert folded == found
            assert (one["state"], one["invitation"]) == (found.state.value, found.invitation)
            assert (one["usable"], one["expires"]) == (found.usable, found.expires)
            ends = {one["usable"], one["expires"], self.now(), *(at for at, _, _ in one["lines"])} - {None}
            for moment in sorted({end + off for end in ends for off in (-TICK, timedelta(), TICK)}):
                adds_up(found, moment, self.model.count(one, moment))

    @invariant()
    def mails_are_counted(self) -> None:
        """So many invitations left as the model says, and none that waits is of anybody else."""
        left = [message.template for _, message in self.world.notifier.sent]
        assert self.model.mailed == {template: left.count(template) for template in self.model.mailed}

    def teardown(self) -> None:
        """Tell the same again, swept after every step and never swept: the same is said, and the same is so."""
        swept, never = World(self.funnel), World(self.funnel)
        for now, what in self.script:
            for world in (swept, never):
                world.clock.set(now)
            swept.crm.sweep()
            assert codes(never.tell(what)) == codes(swept.tell(what))
            swept.crm.sweep()
            assert never.answers() == swept.answers()
        if self.script:
            assert self.world.clock.now() >= self.script[-1][0]
            for world in (swept, never):
                world.clock.set(self.now())
            assert self.world.answers() == never.answers() == swept.answers()


def codes(found: Any) -> Any:
    """Give what was said: codes of a refusal, or that it was done."""
    return found if isinstance(found, tuple) else "done"


def adds_up(package: Any, moment: datetime, expected: tuple[int | None, int, int, int, int | None]) -> None:
    """Hold the law of the ledger at a moment, and compare with what was counted by hand."""
    found = ledger.balance(package, moment)
    numbers = (found.granted, found.reserved, found.used, found.expired, found.left)
    said = ledger.statement(package, moment)
    assert expected == ((0, *numbers[1:4], 0) if package.usable is None or package.usable > moment else numbers)
    if found.granted is not None and found.left is not None:
        assert found.granted == found.used + found.reserved + found.expired + found.left
        assert min(found.left, found.expired, found.reserved, found.used) >= 0
        lost = sum(entry.sessions or 0 for entry in said if entry.what.value == "expired")
        assert found.expired == lost, (moment, said)
    assert list(said) == sorted(said, key=lambda entry: entry.at)
    assert all(entry.at <= moment for entry in said)


class World:
    """An account whose clock, storage and mails are at hand."""

    def __init__(self, funnel: Funnel[Any, Any]) -> None:
        self.clock, self.storage, self.notifier = FixedClock(START), MemoryStorage(), MemoryNotifier()
        self.crm: FunnelService[Any, Any] = FunnelService(
            funnel, account="acme", storage=self.storage, clock=self.clock, notifier=self.notifier,
            zone="Europe/Berlin", tokens=KnownTokens(),
        )  # fmt: skip
        self.said: tuple[str, ...] = ()

    def tell(self, what: Any) -> Any:
        """Do it; give the result, or the codes of what stood against it."""
        self.said = ()
        try:
            return self.crm.deliver() if what == "deliver" else self.crm.do(what)
        except Refused as refused:
            self.said = tuple(finding.rule for finding in refused.decision.refusals)
        except FunnelkitError as error:
            self.said = (type(error).__name__,)
        return self.said

    def stored(self, store: str, who: str) -> Any:
        """Give what lies in a store of somebody, as it lies there."""
        with self.storage.transaction("acme") as stores:
            return getattr(stores, store).of_contact(who)

    def portal(self, who: str) -> str:
        """Give how it stands with the portal of somebody by now: what has run out is no invitation."""
        portal: str = self.crm.contact(who).portal.value
        waits = any(one.state.value == "pending" for one in self.crm.invitations(who))
        return "not_invited" if portal == "invited" and not waits else portal

    def answers(self) -> Any:
        """Give what can be asked about everybody, whether a sweep has come or not."""
        found: dict[str, Any] = {}
        for contact in self.crm.contacts():
            who = contact.id
            found[who] = (
                contact.status, contact.standing, contact.coach, contact.onboarding, self.portal(who),
                [(i.id, i.state, i.round, i.sends, i.made, i.expires, i.ended) for i in self.crm.invitations(who)],
                [
                    (h.package.id, h.standing, h.balance, bool(h.usable), h.package.invitation, h.package.ledger)
                    for h in self.crm.packages(who)
                ],
            )  # fmt: skip
        return found, [(m.template, m.to, m.invitation) for _, m in self.notifier.sent]


class OfATeam(Played):
    """A team: addresses may be shared, nobody is deleted, and who pays becomes a client."""


class OfAnAgency(Played):
    """An agency: forward only, an address is one person's, and who is archived can be deleted."""

    funnel = AGENCY
    log_in = (Agency.PROSPECT, Agency.CLIENT)
    statuses = tuple(Agency)
    pays_to = None
    unique = True


class OfAGenerousTeam(Played):
    """A team that gives two packages, gives to clients too, and takes nothing for a session that was missed."""

    funnel = TEAM.with_policy(package={"per_invitation": 2, "to_clients": True, "missed_burns": False})
    most = 2
    to_clients = True
    missed_burns = False


class OfATeamThatReplaces(Played):
    """A team where what is assigned while an invitation waits takes the place of what was assigned before."""

    funnel = TEAM.with_policy(package={"replace_pending": True})
    replaces = True


MACHINES: Final = (OfATeam, OfAnAgency, OfAGenerousTeam, OfATeamThatReplaces)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
def test_whatever_is_done_in_whatever_order_it_is_as_the_model_says(machine: type[Played]) -> None:
    """One invitation waits, one acceptance counts, every ledger adds up; and sweeps make no difference."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, phases=PHASES,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )  # fmt: skip


# ---- what a machine found, or might have

Story = tuple[type[Played], Callable[[Any], object]]
NOTHING: Final[list[str]] = []


def _late(play: Any) -> None:
    play.begin(clients=["one"], waits=None)
    play.wait(gap=9 * DAY)
    play.wait(gap=3 * DAY)
    play.book(n=0, m=STARTS.index(-2 * DAY))
    play.held(n=0)


def _overdrawn(play: Any) -> None:
    play.begin(clients=["one"], waits=None)
    play.book(n=0, m=STARTS.index(4 * DAY))
    play.book(n=0, m=STARTS.index(HOUR))
    play.wait(gap=DAY)
    play.cancel(n=0, burns=False, itself=False)
    play.wait(gap=HOUR)
    play.held(n=0)


def _held_again(play: Any) -> None:
    play.begin(clients=["one"], waits=None)
    play.wait(gap=8 * DAY)
    play.book(n=0, m=STARTS.index(HOUR))
    play.wait(gap=23 * HOUR)
    play.held(n=0)
    play.wait(gap=3 * DAY)
    play.missed(n=0)
    play.wait(gap=HOUR)
    play.held(n=0)


def _assigned_between(play: Any) -> None:
    play.begin(clients=NOTHING, waits=None)
    play.invite_a_new_person(n=9, spell=str, coach=None, offers=(), another=False)
    play.wait(gap=8 * DAY)
    play.assign(n=0, offer="one")
    play.send_again(n=0)
    play.revoke(n=0)


def _an_older_one_again(play: Any) -> None:
    play.begin(clients=NOTHING, waits="one")
    play.wait(gap=8 * DAY)
    play.invite_a_contact(n=0, coach=None, supersede=False, offers=())
    play.wait(gap=8 * DAY)
    play.send_again(n=0)
    play.revoke(n=0)


def _one_too_many(play: Any) -> None:
    play.begin(clients=NOTHING, waits="one")
    play.wait(gap=8 * DAY)
    play.invite_a_contact(n=0, coach=None, supersede=True, offers=("two",))


def _again_while_it_waits(play: Any) -> None:
    play.begin(clients=NOTHING, waits="one")
    play.send_again(n=0)


def _end_to_end(play: Any) -> None:
    play.begin(clients=["two", "free"], waits="long")
    play.deliver()
    play.wait_until_an_end(n=0, off=-TICK)
    play.book_on_a_package(n=0, m=STARTS.index(24 * HOUR + TICK))
    play.wait(gap=TICK)
    play.cancel(n=0, burns=None, itself=True)
    play.accept_the_latest(n=0)
    play.sweep()


STORIES: Final[dict[str, Story]] = {
    "a session is entered after the end of the package that it was held on": (OfATeam, _late),
    "the one session is given back, and another one was held meanwhile": (OfATeam, _overdrawn),
    "held, missed and held again, after the end": (OfAGenerousTeam, _held_again),
    "a package is assigned while nothing waits, then it is sent again and revoked": (OfATeam, _assigned_between),
    "of two that ran out the older one is sent again and revoked": (OfATeam, _an_older_one_again),
    "superseded where nothing waits, with a package too many": (OfATeam, _one_too_many),
    "sent again while it waits": (OfATeam, _again_while_it_waits),
    "two clients and one who is invited": (OfATeam, _end_to_end),
}


@pytest.mark.parametrize("name", STORIES)
def test_these_stories_are_as_the_model_says(name: str) -> None:
    """Each by the steps of a machine, so that it is held to all that always holds."""
    machine, story = STORIES[name]
    play = machine()
    story(play)
    for holds in (
        play.invitations_are_as_the_model_says,
        play.persons_are_as_the_model_says,
        play.packages_add_up,
        play.mails_are_counted,
        play.teardown,
    ):
        holds()
