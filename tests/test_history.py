"""What was true then, and what we knew: folding events gives the stored value, and a plan says it before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from funnelkit import (
    AGENCY,
    COACHING,
    FRANCHISE,
    Actor,
    Appointment,
    Category,
    Contact,
    Funnel,
    FunnelService,
    Invalid,
    Kind,
    NotFound,
    Plan,
    Portal,
    Refused,
    Right,
    Role,
    Standing,
)
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import (
    AddCompany,
    AddContact,
    Adopt,
    Archive,
    AssignCredentials,
    Book,
    Cancel,
    CompleteStage,
    Convert,
    Correct,
    DefinePipeline,
    Delete,
    Edit,
    Erase,
    Hide,
    JoinGroups,
    LeaveGroups,
    MarkHeld,
    MarkMissed,
    Merge,
    Permit,
    PutOnPipeline,
    Record,
    Reschedule,
    Restore,
    SetEngagement,
    SetPrimary,
    Show,
    SkipStage,
    Tag,
    TakeOffPipeline,
    Untag,
    Withdraw,
    WithdrawCredentials,
)
from funnelkit.policy import ContactPolicy, ConversionPolicy
from funnelkit.rules import history
from funnelkit.statuses.agency import READINGS as AGENCY_READINGS
from funnelkit.statuses.agency import Agency
from funnelkit.statuses.coaching import Coaching, Happening
from funnelkit.statuses.franchise import Franchise
from funnelkit.statuses.studio import READINGS as STUDIO_READINGS
from funnelkit.values.events import CompanyChanged, Event, StatusChanged, StatusCorrected, Why
from funnelkit.values.pipeline import Prepared, Stage
from funnelkit.values.plan import kind_of_noun

NOW: Final = datetime(2026, 3, 27, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
TICK: Final = timedelta(microseconds=1)
COACH: Final = Actor(id="m-1", role=Role.COACH)
OWNER: Final = Actor(id="o-1", role=Role.OWNER)
DESK: Final = Actor(id="m-2", role=Role.SPECIAL_DESK)
SYSTEM: Final = Actor(id="web", role=Role.SYSTEM)
PEOPLE: Final = ("c-1", "c-2")
VISITS: Final = ("a-1", "a-2", "a-3")
RUNS: Final = ("p-0", "p-1")
STAGES: Final = tuple(Stage(key=key, name=key, on_active=[Prepared(template=key)]) for key in ("s-0", "s-1", "s-2"))

FUNNELS: Final[dict[str, Funnel[Any, Any]]] = {
    "coaching": COACHING,
    "agency": AGENCY.with_policy(
        conversion=ConversionPolicy(corrections=True), contacts=ContactPolicy(unique_email=True)
    ),
    "franchise": FRANCHISE,
    "studio": STUDIO_READINGS["SC2 booking converts"],
    "leads": FRANCHISE.derive(
        "leads", pipelines=(Franchise.NEW_LEAD, Franchise.CONSULTATION_BOOKED, Franchise.CONSULTATION_CANCELLED)
    ),
}


class World:
    """An account whose clock the test moves."""

    def __init__(self, funnel: Funnel[Any, Any] = COACHING) -> None:
        self.clock = FixedClock(NOW)
        self.storage = MemoryStorage()
        self.crm: FunnelService[Any, Any] = FunnelService(
            funnel, account="acme", storage=self.storage, clock=self.clock, zone="Europe/Berlin"
        )

    @property
    def now(self) -> datetime:
        """This moment."""
        return self.clock.now()

    def do(self, command: Any) -> Any:
        """Do it, a day later."""
        self.clock.advance(DAY)
        return self.crm.do(command)

    def lives(self, status: Any = None, key: str = "c-1") -> Contact:
        """Given a contact that was added a day later."""
        added: Contact = self.do(AddContact(name="Ada", email=f"{key}@example.org", id=key, status=status, by=COACH))
        return added

    def meets(self, key: str = "a-1", **more: Any) -> Appointment:
        """Given a session of `c-1`, booked a day later for the day after."""
        start = self.now + 2 * DAY
        booked: Appointment = self.do(
            Book(**{"contacts": ["c-1"], "coach": "m-1", "kind": Kind.SESSION, "start": start, "minutes": 60,
                    "id": key, "by": COACH, **more})
        )  # fmt: skip
        return booked


# ---- random lives

Verb = Callable[[World, str, int, datetime | None], Any]


def _status(world: World, n: int) -> Any:
    every = list(world.crm.funnel.labels)
    return every[n % len(every)]


def _entry(world: World, n: int) -> Any:
    """Give a status that somebody may be entered with by hand; None: the funnel's own way in."""
    to = _status(world, n)
    return to if any(not row.automatic for row in world.crm.funnel.by_hand.get((None, to), ())) else None


def _trigger(world: World, n: int) -> Any:
    funnel = world.crm.funnel
    happens = sorted({row.on for row in funnel.rows if row.automatic}) or [row.on for row in funnel.rows]
    return happens[n % len(happens)]


def _event(world: World, who: str, n: int) -> str | None:
    told = world.crm.history(who)
    return told[n % len(told)].id if n % 3 else None


def _kind(n: int) -> Kind:
    return list(Kind)[n % 3]


VERBS: Final[dict[str, Verb]] = {
    "add": lambda w, c, n, at: AddContact(
        name="Ada", email=f"{c}@example.org", id=c, status=_entry(w, n), by=COACH, at=at
    ),
    "come": lambda w, c, n, at: AddContact(name="Ada", id=c, trigger=_trigger(w, n), item="i-0", by=SYSTEM, at=at),
    "adopt": lambda w, c, n, at: Adopt(
        name="Ada", id=c, status=_status(w, n), since=at, groups=["g-1"], portal=Portal.ACTIVE, by=COACH
    ),
    "convert": lambda w, c, n, at: Convert(
        contact=c, to=_status(w, n), reason="so", by=DESK if n % 4 == 0 else COACH, at=at
    ),
    "record": lambda w, c, n, at: Record(
        contact=c, trigger=_trigger(w, n), item=f"i-{n % 3}", note="so", by=SYSTEM, at=at
    ),
    "correct": lambda w, c, n, at: Correct(contact=c, to=_status(w, n), event=_event(w, c, n), reason="so", by=COACH),
    "tag": lambda w, c, n, at: Tag(contact=c, tags=[f"t-{n % 3}"], by=COACH, at=at),
    "untag": lambda w, c, n, at: Untag(contact=c, tags=[f"t-{n % 3}"], by=COACH, at=at),
    "join": lambda w, c, n, at: JoinGroups(contact=c, groups=[f"g-{n % 2}"], by=COACH, at=at),
    "leave": lambda w, c, n, at: LeaveGroups(contact=c, groups=[f"g-{n % 2}"], by=COACH, at=at),
    "permit": lambda w, c, n, at: Permit(contact=c, items=[f"i-{n % 3}"], kinds=[_kind(n)], by=COACH, at=at),
    "withdraw": lambda w, c, n, at: Withdraw(contact=c, items=[f"i-{n % 3}"], kinds=[_kind(n)], by=COACH, at=at),
    "permit_all": lambda w, c, n, at: Permit(group=f"g-{n % 2}", items=[f"i-{n % 3}"], by=COACH, at=at),
    "withdraw_all": lambda w, c, n, at: Withdraw(group=f"g-{n % 2}", items=[f"i-{n % 3}"], by=COACH, at=at),
    "credentials": lambda w, c, n, at: AssignCredentials(contact=c, by=COACH, at=at),
    "no_credentials": lambda w, c, n, at: WithdrawCredentials(contact=c, by=COACH, at=at),
    "hide": lambda w, c, n, at: Hide(contact=c, by=COACH, at=at),
    "show": lambda w, c, n, at: Show(contact=c, by=COACH, at=at),
    "archive": lambda w, c, n, at: Archive(contact=c, reason="so", by=COACH, at=at),
    "restore": lambda w, c, n, at: Restore(contact=c, by=COACH, at=at),
    "name": lambda w, c, n, at: Edit(contact=c, name=f"Ada {n}", by=COACH, at=at),
    "edit": lambda w, c, n, at: Edit(
        contact=c, coach=f"m-{n % 2}", category=list(Category)[n % 4] if n % 5 else None, by=COACH, at=at
    ),
    "book": lambda w, c, n, at: Book(
        contacts=[c] if n % 3 else list(PEOPLE), coach=f"m-{n % 2}", kind=_kind(n), minutes=60, id=VISITS[n % 3],
        start=w.now + (n - 6) * 7 * HOUR, paid=bool(n % 2), note="so", by=COACH, at=at,
    ),
    "move": lambda w, c, n, at: Reschedule(
        appointment=VISITS[n % 3], start=w.now + (n - 6) * 5 * HOUR, by=COACH, at=at
    ),
    "engage": lambda w, c, n, at: SetEngagement(contact=c, by=COACH, at=at, **(
        {"consent": (True, False, None)[n % 3]} if n < 6 else {"since": date(2026, 1, n)}
    )),
    "cancel": lambda w, c, n, at: Cancel(appointment=VISITS[n % 3], note="so", by=COACH, at=at),
    "held": lambda w, c, n, at: MarkHeld(appointment=VISITS[n % 3], minutes=45 + n if n % 2 else None, by=COACH, at=at),
    "missed": lambda w, c, n, at: MarkMissed(appointment=VISITS[n % 3], by=COACH, at=at),
    "delete": lambda w, c, n, at: Delete(contact=c, reason="so", by=COACH, at=at),
    "erase": lambda w, c, n, at: Erase(contact=c, reason="so", by=OWNER),
    "merge": lambda w, c, n, at: Merge(contact=c, other=PEOPLE[c == PEOPLE[0]], reason="so", by=OWNER),
    "define": lambda w, c, n, at: DefinePipeline(
        pipeline=RUNS[n % 2], name="Leads", stages=STAGES[n % 3 :] if n % 4 else STAGES, default=n < 6,
        hidden=n > 9, responsible="m-1" if n % 5 else None, by=COACH, at=at,
    ),
    "put_on": lambda w, c, n, at: PutOnPipeline(
        contacts=[c] if n % 3 else PEOPLE, pipeline=RUNS[n % 2], note="so", by=COACH, at=at
    ),
    "complete": lambda w, c, n, at: CompleteStage(
        contact=c, stage=f"s-{n % 4}" if n % 4 < 3 else None, note="so", by=COACH, at=at
    ),
    "skip": lambda w, c, n, at: SkipStage(contact=c, reason="so", by=COACH, at=at),
    "take_off": lambda w, c, n, at: TakeOffPipeline(contact=c, reason="so", by=COACH, at=at),
}  # fmt: skip
"""What can be done to somebody, some way or other."""

Step = tuple[str, str, int, int, int | None]
"""What is done to whom, which way, after how many hours, and how many hours back it took effect."""


def steps(*, late: bool, least: int = 1, of: tuple[str, ...] = tuple(VERBS)) -> st.SearchStrategy[list[Step]]:
    """Draw a life."""
    back = st.none() | st.integers(0, 240) if late else st.none()
    verbs = st.sampled_from(("add", *of))
    step = st.tuples(verbs, st.sampled_from(PEOPLE), st.integers(0, 11), st.integers(least, 48), back)
    return st.lists(step, min_size=1, max_size=12)


def planned(world: World, step: Step) -> Plan[Any] | None:
    """Let time pass and plan a step; None where it is refused or about nothing."""
    verb, who, n, hours, back = step
    world.clock.advance(hours=hours)
    try:
        plan = world.crm.plan(VERBS[verb](world, who, n, None if back is None else world.now - back * HOUR))
    except (Invalid, NotFound):
        return None
    return plan if plan.allowed else None


def held_by(world: World) -> dict[tuple[str, str], Any]:
    """Give every contact, appointment and group as it is stored."""
    crm = world.crm
    found: dict[tuple[str, str], Any] = {}
    for key in PEOPLE:
        found["contact", key] = _or_none(lambda k=key: crm.contact(k))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    for key in VISITS:
        found["appointment", key] = _or_none(lambda k=key: crm.appointment(k))  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    with world.storage.transaction("acme") as stores:
        found |= {("group", f"g-{n}"): stores.groups.get(f"g-{n}") for n in (0, 1)}
        found |= {("pipeline", key): stores.pipelines.get(key) for key in RUNS}
    return found


def told_of(world: World, known: datetime | None = None) -> dict[tuple[str, str], Any]:
    """Give the same by their histories."""
    crm = world.crm
    found: dict[tuple[str, str], Any] = {}
    for key in PEOPLE:
        found["contact", key] = history.contact_at(crm.history_of("contact", key), None, known)
    for key in VISITS:
        found["appointment", key] = history.appointment_at(crm.history_of("appointment", key), None, known)
    for key in ("g-0", "g-1"):
        group = history.group_at(key, crm.history_of("group", key), None, known)
        found["group", key] = group if group.version else None
    for key in RUNS:
        found["pipeline", key] = history.pipeline_at(crm.history_of("pipeline", key), None, known)
    return found


def _or_none(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except NotFound:
        return None


def live(funnel: str, life: list[Step], *, steadily: bool = True) -> None:
    """Live it, and hold every law after each step; what was known when can be asked if time went on steadily."""
    world = World(FUNNELS[funnel])
    knew: list[tuple[datetime, dict[tuple[str, str], Any]]] = []
    for step in life:
        before = held_by(world)
        plan = planned(world, step)
        assert before == held_by(world), f"planning {step[0]} changes something"
        if plan is not None:
            _applied(world, plan)
        after = held_by(world)
        assert after == told_of(world), f"after {step[0]} the fold differs"
        knew.append((world.now, after))
    for moment, then in knew if steadily else ():
        assert then == told_of(world, moment)


def _applied(world: World, plan: Plan[Any]) -> None:
    """Apply a plan: what is stored is what it said, and its events are all that was added."""
    crm = world.crm
    told = {(e.noun, e.about): len(crm.history_of(e.noun, e.about)) for e in plan.events}
    assert plan.result == crm.apply(plan)
    for noun in plan.changed:
        kind: str = kind_of_noun(noun)
        if kind in ("contact", "appointment", "person", "company", "pipeline"):
            assert noun == getattr(crm, kind)(noun.id)
    for kind, key in plan.removed:
        assert _or_none(lambda k=kind, i=key: getattr(crm, k)(i)) is None  # type: ignore[misc]  # a lambda that keeps a loop variable has no type
    for (kind, key), count in told.items():
        said = tuple(e for e in plan.events if (e.noun, e.about) == (kind, key))
        assert said == crm.history_of(kind, key)[count:]
    for event in plan.events:
        assert (world.now, crm.funnel.fingerprint) == (event.recorded, event.funnel)
    for key, text in plan.texts:
        assert text == crm.reason(key)


quick = settings(
    max_examples=30,
    deadline=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("funnel", FUNNELS)
@quick
@given(life=steps(late=False))
def test_law_of_the_fold_for_what_is_told_in_time(funnel: str, life: list[Step]) -> None:
    """After every command the fold is the stored value: contacts, appointments and groups, and as was known then."""
    live(funnel, [("add", "c-1", 0, 1, None), *life])


@pytest.mark.parametrize("funnel", FUNNELS)
@quick
@given(life=steps(late=True))
def test_law_of_the_fold_for_what_is_told_late(funnel: str, life: list[Step]) -> None:
    """The same where effects lie in the past, in any order of telling."""
    live(funnel, [("add", "c-1", 0, 1, None), *life])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("funnel", ["coaching", "franchise"])
def test_law_of_the_fold_for_each_command(funnel: str, verb: str) -> None:
    """Each command alone, in each of its ways, in time and late: the shortest lives that could break the law."""
    for n in range(12):
        back = (None, 0, 30, None)[n // 3]
        if verb in ("add", "come", "adopt"):
            live(funnel, [(verb, "c-1", n, 1, back), ("tag", "c-1", 0, 5, None)])
        else:
            begun: list[Step] = [("add", "c-1", 0, 1, None), ("add", "c-2", 0, 1, None), ("book", "c-1", 7, 1, None)]
            live(funnel, [*begun, ("tag", "c-1", 1, 48, None), (verb, "c-1", n, 48, back), (verb, "c-1", n, 1, None)])


@pytest.mark.parametrize("funnel", ["coaching", "franchise"])
@quick
@given(life=steps(late=False, least=-30))
def test_law_of_the_fold_by_a_clock_that_steps_back(funnel: str, life: list[Step]) -> None:
    """What is done now comes after all that was done, whatever the clock says. Source: the port of clocks."""
    live(funnel, [("add", "c-1", 0, 1, None), *life], steadily=False)


OF_RUNS: Final = (
    "define", "put_on", "complete", "skip", "take_off", "convert", "record", "correct", "archive", "restore", "hide",
    "book", "tag", "adopt",
)  # fmt: skip


@pytest.mark.parametrize("funnel", ["studio", "leads"])
@pytest.mark.parametrize("late", [False, True])
@given(data=st.data())
@quick
def test_law_of_the_fold_for_pipelines(funnel: str, late: bool, data: st.DataObject) -> None:
    """Put on, moved on, switched, closed and corrected, in time and late: the fold is the stored value."""
    life = data.draw(steps(late=late, of=OF_RUNS))
    begun: list[Step] = [("define", "c-1", 0, 1, None), ("define", "c-1", 7, 1, None)]
    live(funnel, [*begun, *[("add", who, 0, 1, None) for who in PEOPLE], *life])


def test_law_of_the_fold_for_companies() -> None:
    """A company's last event says its primary contact, also when that contact was deleted."""
    world = World()
    world.do(AddCompany(name="Ada Ltd", id="f-1", by=COACH))
    world.do(AddContact(name="Ada", id="c-1", company="f-1", by=COACH))
    for command in (SetPrimary(company="f-1", contact="c-1", by=COACH), Delete(contact="c-1", by=COACH)):
        world.do(command)
        last = world.crm.history_of("company", "f-1")[-1]
        company = world.crm.company("f-1")
        assert isinstance(last, CompanyChanged)
        assert (company.primary, company.version) == (last.primary, last.version)


def test_one_id_for_a_contact_and_its_appointment_confuses_nothing() -> None:
    """Hosts choose ids; two nouns of one id have two histories."""
    for funnel in FUNNELS.values():
        world = World(funnel)
        world.do(AddContact(name="Ada", id="x-1", by=COACH))
        world.meets("x-1", contacts=["x-1"], kind=Kind.CONSULTATION)
        for change in (None, Cancel(appointment="x-1", by=COACH)):
            if change is not None:
                world.do(change)
            assert world.crm.contact("x-1") == history.contact_at(world.crm.history("x-1"))
            told = world.crm.history_of("appointment", "x-1")
            assert world.crm.appointment("x-1") == history.appointment_at(told)


def test_an_id_that_is_used_again_begins_anew() -> None:
    """The fold of a second life under one id is that life's; or the id is not free again."""
    world = World()
    world.lives()
    world.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
    world.do(Delete(contact="c-1", by=COACH))
    try:
        world.lives()
    except Refused:
        return
    assert world.crm.contact("c-1") == history.contact_at(world.crm.history("c-1"))
    assert frozenset() == world.crm.contact("c-1").tags


# ---- events


def test_event_ids_are_in_the_order_of_recording() -> None:
    """An id sorts as it was made, also the tenth and the hundredth."""
    world = World()
    world.lives()
    for n in range(120):
        world.do(Tag(contact="c-1", tags=[f"t-{n}"], by=COACH))
    ids = [event.id for event in world.crm.history("c-1")]
    assert sorted(ids) == ids


def test_saying_what_is_so_already_says_nothing() -> None:
    """No event, no version, no plan to apply."""
    world = World()
    world.lives()
    world.do(Tag(contact="c-1", tags=["t-1"], by=COACH))
    before, told = world.crm.contact("c-1"), world.crm.history("c-1")
    for command in (
        Tag(contact="c-1", tags=["t-1"], by=COACH),
        Untag(contact="c-1", tags=["t-2"], by=COACH),
        LeaveGroups(contact="c-1", groups=["g-1"], by=COACH),
        Show(contact="c-1", by=COACH),
        Restore(contact="c-1", by=COACH),
        WithdrawCredentials(contact="c-1", by=COACH),
        Edit(contact="c-1", name="Ada", email="c-1@example.org", coach=None, by=COACH),
    ):
        assert () == world.crm.plan(command).events
        assert before == world.do(command)
    assert (before, told) == (world.crm.contact("c-1"), world.crm.history("c-1"))


def test_every_event_carries_actor_times_cause_and_rules() -> None:
    """Who, since when, told when, tied to what, decided by which rules; and those are stored."""
    world = World()
    world.lives()
    at = world.now + HOUR
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, cause="call-7", at=at, by=COACH))
    event = world.crm.history("c-1")[-1]
    assert (COACH, at, world.now, "call-7") == (event.by, event.effective, event.recorded, event.cause)
    with world.storage.transaction("acme") as stores:
        assert stores.funnels.get(event.funnel) is not None


def test_reasons_stand_beside_events() -> None:
    """What may speak of a person is kept apart: an event has no text, its id leads to it."""
    world = World()
    world.lives()
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, reason="her sister asked", by=COACH))
    event = world.crm.history("c-1")[-1]
    assert "her sister asked" == world.crm.reason(event) == world.crm.reason(event.id)
    assert "sister" not in repr(world.crm.history("c-1"))
    assert world.crm.reason("event-999") is None


def test_a_deleted_contact_keeps_its_history_without_a_name() -> None:
    """Gone, with its person and its sessions; what happened stays, and who was there is not said."""
    world = World()
    world.lives()
    world.meets()
    before = world.now
    world.do(Delete(contact="c-1", reason="asked for it", by=COACH))
    for ask in (world.crm.contact, world.crm.person):
        with pytest.raises(NotFound):
            ask("c-1")
    with pytest.raises(NotFound):
        world.crm.appointment("a-1")
    assert Coaching.PROSPECT is world.crm.status_at("c-1", before)
    assert world.crm.status_at("c-1", world.now) is None
    assert "Ada" not in repr(world.crm.history("c-1"))


def test_a_group_session_outlives_one_of_its_attendees() -> None:
    """Who is deleted leaves the session; the others keep it, and the fold knows."""
    world = World()
    world.lives()
    world.lives(key="c-2")
    world.meets(contacts=["c-1", "c-2"])
    world.do(Delete(contact="c-1", by=COACH))
    rest = world.crm.appointment("a-1")
    assert ["c-2"] == [attendee.contact for attendee in rest.attendees]
    assert rest == history.appointment_at(world.crm.history_of("appointment", "a-1"))
    with pytest.raises(NotFound):
        world.crm.appointments("c-1")


# ---- corrections


def test_a_correction_of_the_entry() -> None:
    """The contact was another one from the start; what came later stands."""
    world = World()
    added = world.lives()
    world.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    entry = world.crm.history("c-1")[0]
    fixed = world.do(Correct(contact="c-1", to=Coaching.HOT_LEAD, event=entry.id, reason="mistyped", by=COACH))
    assert Coaching.ACTIVE_CLIENT is fixed.status
    assert added.since is not None
    assert Coaching.HOT_LEAD is world.crm.status_at("c-1", added.since)
    assert world.crm.status_at("c-1", added.since - TICK) is None
    assert Coaching.PROSPECT is world.crm.status_at("c-1", added.since, known=world.now - TICK)


def test_a_correction_of_an_adoption() -> None:
    """Brought in with the wrong label, since a moment or since unknown: put right at that time."""
    for since in (None, NOW - 100 * DAY):
        world = World()
        world.do(Adopt(name="Ada", id="c-1", status=Coaching.BUYER, since=since, by=COACH))
        adopted = world.crm.history("c-1")[0]
        fixed = world.do(Correct(contact="c-1", to=Coaching.INACTIVE_CLIENT, reason="wrong label", by=COACH))
        assert (Coaching.INACTIVE_CLIENT, since) == (fixed.status, fixed.since)
        assert Coaching.INACTIVE_CLIENT is world.crm.status_at("c-1", adopted.effective)


def test_a_correction_of_a_correction() -> None:
    """It speaks for the event that the first one names; the later recorded is true."""
    world = World()
    world.lives()
    world.do(Convert(contact="c-1", to=Coaching.BUYER, by=COACH))
    wrong = world.crm.history("c-1")[-1]
    moments = [world.now]
    for to, event in ((Coaching.HOT_LEAD, wrong.id), (Coaching.ACTIVE_CLIENT, None), (Coaching.INACTIVE_CLIENT, None)):
        name = event or world.crm.history("c-1")[-1].id
        world.do(Correct(contact="c-1", to=to, event=name, reason="again", by=COACH))
        moments.append(world.now)
    fixes = [e for e in world.crm.history("c-1") if isinstance(e, StatusCorrected)]
    assert [wrong.id] * 3 == [fix.corrects for fix in fixes]
    expected = [Coaching.BUYER, Coaching.HOT_LEAD, Coaching.ACTIVE_CLIENT, Coaching.INACTIVE_CLIENT]
    assert expected == [world.crm.status_at("c-1", wrong.effective, known=moment) for moment in moments]
    assert wrong.effective == world.crm.contact("c-1").since


def test_two_corrections_of_one_event() -> None:
    """Both name the same event; the later recorded is true, and each remembers what it replaced."""
    world = World()
    world.lives()
    entry = world.crm.history("c-1")[0]
    for to in (Coaching.BUYER, Coaching.HOT_LEAD):
        world.do(Correct(contact="c-1", to=to, event=entry.id, reason="mistyped", by=COACH))
    fixes = [e for e in world.crm.history("c-1") if isinstance(e, StatusCorrected)]
    assert [(Coaching.PROSPECT, Coaching.BUYER), (Coaching.BUYER, Coaching.HOT_LEAD)] == [(f.was, f.to) for f in fixes]
    assert Coaching.HOT_LEAD is world.crm.contact("c-1").status


def test_a_correction_between_two_moves_leaves_the_later_one() -> None:
    """Later events stand; time in the middle is another."""
    world = World()
    world.lives()
    first = world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    middle = world.crm.history("c-1")[-1]
    world.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    fixed = world.do(Correct(contact="c-1", to=Coaching.BUYER, event=middle.id, reason="mistyped", by=COACH))
    assert Coaching.ACTIVE_CLIENT is fixed.status
    assert Coaching.BUYER is world.crm.status_at("c-1", first.since)
    assert Coaching.PROSPECT is world.crm.status_at("c-1", first.since - TICK)


def test_a_correction_restates_what_was_booked_since() -> None:
    """What says the status at booking is put right, the plan lists it, and hours forget the mistake. Source: CC-A1."""
    world = World()
    world.lives()
    early = world.meets("a-1", start=NOW + 5 * DAY)
    world.do(Convert(contact="c-1", to=Coaching.ACTIVE_CLIENT, by=COACH))
    late = world.meets("a-2", start=NOW + 6 * DAY)
    world.clock.advance(10 * DAY)
    assert 60 == world.crm.certification().minutes
    told = world.now
    world.clock.advance(DAY)
    plan = world.crm.plan(Correct(contact="c-1", to=Coaching.BUYER, reason="mistyped", by=COACH))
    assert ["a-2"] == [c.params["appointment"] for c in plan.consequences if c.code == "appointment_restated"]
    world.crm.apply(plan)
    assert early == world.crm.appointment("a-1")
    assert Coaching.BUYER is world.crm.appointment("a-2").attendees[0].status
    assert 0 == world.crm.certification().minutes
    assert 60 == world.crm.certification(known=told).minutes
    assert late == history.appointment_at(world.crm.history_of("appointment", "a-2"), None, told)


def test_a_correction_needs_a_reason_a_hand_and_a_difference() -> None:
    """Nobody corrects silently, nothing corrects by itself, and to what is true already there is nothing to correct."""
    world = World()
    world.lives()
    client = Actor(id="c-1", role=Role.CLIENT)
    for command, rule in (
        (Correct(contact="c-1", to=Coaching.BUYER, by=COACH), "conversion.reason"),
        (Correct(contact="c-1", to=Coaching.BUYER, reason="so", by=SYSTEM), "conversion.corrector_may"),
        (Correct(contact="c-1", to=Coaching.BUYER, reason="so", by=client), "conversion.corrector_may"),
        (Correct(contact="c-1", to=Coaching.PROSPECT, reason="so", by=COACH), "conversion.is_a_change"),
    ):
        plan = world.crm.plan(command)
        assert [rule] == [finding.rule for finding in plan.decision.refusals]


def test_a_forward_only_funnel_corrects_by_policy_only() -> None:
    """At the agency a way back is refused, and so is a correction, unless the account wants it. Source: S1."""
    world = World(AGENCY)
    world.lives(Agency.CLIENT)
    fix = Correct(contact="c-1", to=Agency.LEAD, reason="mistyped", by=COACH)
    plan = world.crm.plan(fix)
    assert ["conversion.corrections_are_offered"] == [finding.rule for finding in plan.decision.refusals]
    allowing = World(AGENCY_READINGS["corrections by policy"])
    allowing.lives(Agency.CLIENT)
    assert Agency.LEAD is allowing.do(fix).status


def test_a_regression_is_told_apart_from_a_correction() -> None:
    """A regression really went back, and history keeps both moves; a correction says that the move never was."""
    both_ways = World(STUDIO_READINGS["SC-A5 client goes back"])
    statuses = both_ways.crm.funnel.statuses
    both_ways.lives(statuses("client"))
    since = both_ways.now
    both_ways.do(Convert(contact="c-1", to=statuses("lead"), reason="sold the camera", by=COACH))
    event = both_ways.crm.history("c-1")[-1]
    assert isinstance(event, StatusChanged)
    assert Why.REGRESSION is event.why
    assert statuses("client") is both_ways.crm.status_at("c-1", since)
    both_ways.do(Correct(contact="c-1", to=statuses("prospective_client"), reason="mistyped", by=COACH))
    assert statuses("prospective_client") is both_ways.crm.status_at("c-1", event.effective)


# ---- as of, and as known


def test_as_of_is_inclusive_on_its_moment() -> None:
    """What takes effect at a moment is so at that moment, and not a microsecond before."""
    world = World()
    world.lives()
    moved = world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    since = moved.since
    expected = [Coaching.PROSPECT, Coaching.HOT_LEAD, Coaching.HOT_LEAD]
    assert expected == [world.crm.status_at("c-1", since + n * TICK) for n in (-1, 0, 1)]
    assert [1, 2, 2] == [world.crm.contact_at("c-1", since + n * TICK).version for n in (-1, 0, 1)]  # type: ignore[union-attr]  # a contact is there at each of them


def test_as_known_is_inclusive_on_its_moment() -> None:
    """What is recorded at a moment is known at that moment, and not a microsecond before."""
    world = World()
    added = world.lives()
    at = world.now + HOUR
    world.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, at=at, by=COACH))
    told = world.now
    assert added.since is not None
    expected = [Coaching.PROSPECT, Coaching.HOT_LEAD, Coaching.HOT_LEAD]
    assert expected == [world.crm.status_at("c-1", told, known=told + n * TICK) for n in (-1, 0, 1)]
    assert expected == [world.crm.status_at("c-1", at + n * TICK, known=told) for n in (-1, 0, 1)]
    assert world.crm.status_at("c-1", at, known=added.since - TICK) is None


def test_rights_as_of_and_as_known() -> None:
    """Access asks the contact of that day: status, credentials and permissions, in person and by group."""
    world, documents = World(), Right.DOCUMENTS
    world.lives(Coaching.HOT_LEAD)
    world.do(AssignCredentials(contact="c-1", by=COACH))
    world.do(JoinGroups(contact="c-1", groups=["g-1"], by=COACH))
    world.do(Permit(group="g-1", items=["d-1"], by=COACH))
    permitted = world.now
    world.do(Withdraw(group="g-1", items=["d-1"], by=COACH))
    world.do(Convert(contact="c-1", to=Coaching.PROSPECT, by=COACH))
    ask = world.crm.may
    assert not ask("c-1", documents, item="d-1")
    assert ask("c-1", documents, item="d-1", as_of=permitted)
    assert not ask("c-1", documents, item="d-1", as_of=permitted - TICK)
    assert ask("c-1", documents, item="d-1", known=permitted)
    assert not ask("c-1", documents, item="d-1", known=permitted - TICK)
    with pytest.raises(NotFound):
        ask("c-1", documents, item="d-1", as_of=NOW)


def test_hours_as_of_and_as_known() -> None:
    """A report of then: what had ended, what was said, what was known."""
    world = World()
    world.lives(Coaching.ACTIVE_CLIENT)
    session = world.meets()
    world.clock.set(session.end)
    assert (60, 0) == (world.crm.certification().minutes, world.crm.certification(as_of=session.end - TICK).minutes)
    before = world.now
    world.do(MarkHeld(appointment="a-1", minutes=90, by=COACH))
    held = world.now
    world.do(MarkMissed(appointment="a-1", by=COACH))
    report = world.crm.certification
    assert 0 == report().minutes
    assert [60, 90] == [report(as_of=before).minutes, report(as_of=held).minutes]
    assert [60, 90, 90] == [report(known=held + n * TICK).minutes for n in (-1, 0, 1)]


def test_an_adoption_since_unknown_has_no_status_before() -> None:
    """Nobody knows what it was; since it was brought in, it is what was said."""
    world = World()
    world.do(Adopt(name="Ada", id="c-1", status=Coaching.ACTIVE_CLIENT, by=COACH))
    adopted = world.now
    assert world.crm.contact("c-1").since is None
    assert world.crm.status_at("c-1", adopted - TICK) is None
    assert Coaching.ACTIVE_CLIENT is world.crm.status_at("c-1", adopted)
    booked = world.meets(at=adopted - DAY, start=adopted + DAY)
    assert booked.attendees[0].status is None


def test_a_standing_is_history_too() -> None:
    """Archived and restored: a report of then sees what stood then."""
    world = World()
    world.lives()
    hidden = world.do(Hide(contact="c-1", by=COACH)).changed
    archived = world.do(Archive(contact="c-1", by=COACH)).changed
    restored = world.do(Restore(contact="c-1", by=COACH)).changed
    found = [world.crm.contact_at("c-1", moment) for moment in (hidden - TICK, hidden, archived, restored)]
    expected = [Standing.ACTIVE, Standing.HIDDEN, Standing.ARCHIVED, Standing.HIDDEN]
    assert expected == [contact.standing for contact in found if contact is not None]


def test_planning_twice_gives_one_plan() -> None:
    """A dry run is a plan that nobody applies: as often as one likes, with one answer."""
    world = World(FRANCHISE)
    world.do(AddContact(name="Ada", id="c-1", by=COACH))
    command = Convert(contact="c-1", to=Franchise.FOLLOW_UP_1, by=COACH)
    first, second = world.crm.plan(command), world.crm.plan(command)
    assert first.basis == second.basis
    assert first.changed == second.changed
    assert [type(e) for e in first.events] == [type(e) for e in second.events]
    assert world.crm.contact("c-1").version == 1


def test_a_record_tells_what_happened_even_where_it_moves_nobody() -> None:
    """It is in the history, with what it was about. Source: CC-A9."""
    world = World()
    world.lives()
    before: tuple[Event, ...] = world.crm.history("c-1")
    world.do(Record(contact="c-1", trigger=Happening.PRODUCT_PURCHASED, item="p-1", by=SYSTEM))
    added = world.crm.history("c-1")[len(before) :]
    assert ["TriggerRecorded", "ContactChanged"] == [type(event).__name__ for event in added]
