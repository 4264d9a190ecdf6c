"""What the shell tells, what the log and OpenTelemetry make of it, and that who only listens stops nothing."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from inspect import cleandoc
from typing import Any, Final

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from funnelkit import COACHING, Actor, FunnelService, Invalid, Refused, Role
from funnelkit.adapters.memory import FixedClock, MemoryNotifier, MemoryObserver, MemoryStorage
from funnelkit.adapters.observers import LEVELS, LoggingObserver
from funnelkit.adapters.opentelemetry import OpenTelemetryObserver
from funnelkit.commands import Adopt, Convert, SetDoNotContact, Tag
from funnelkit.ports.observer import Observer
from funnelkit.statuses.coaching import Coaching
from funnelkit.times import Span
from funnelkit.values.plan import Message
from funnelkit.words import Purpose

NIGHT: Final = datetime(2026, 3, 2, 23, tzinfo=UTC)
COACH: Final = Actor(id="cora", role=Role.COACH)
VIEWER: Final = Actor(id="vera", role=Role.VIEWER)
SHELL: Final = {"shell": {"deliveries": 2}}
QUIET: Final = COACHING.with_policy(outreach={"quiet": Span("22:00", "08:00")}, **SHELL)
WHATS: Final = {"planned", "applied", "refused", "retried", "swept", "sent", "failed", "held", "withheld"}


class Racing(MemoryStorage):
    """Storage in which somebody else comes first, once, when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Any = None

    def transaction(self, account: str, *, write: bool = True) -> Any:
        """Let the other one go first, where something is to be written."""
        if write and self.first is not None:
            first, self.first = self.first, None
            first()
        return super().transaction(account, write=write)


class World:
    """A practice that is quiet at night, with one contact whose name is planted, and somebody who listens."""

    def __init__(self, observer: Observer | None) -> None:
        self.clock, self.storage, self.notifier = FixedClock(NIGHT), Racing(), MemoryNotifier()
        self.crm = FunnelService(
            QUIET, account="acme", storage=self.storage, clock=self.clock, notifier=self.notifier, observer=observer
        )
        self.crm.do(
            Adopt(name="Planted", email="planted@example.org", id="c-1", status=Coaching.PROSPECT, since=None, by=COACH)
        )

    def waits(self, template: str, purpose: Purpose = Purpose.TRANSACTIONAL) -> None:
        """Given a message that has not left."""
        with self.storage.transaction("acme") as stores:
            stores.outbox.add([Message(key=template, to="c-1", template=template, purpose=purpose)])

    def changes(self) -> None:
        """Somebody changes the contact, and somebody else comes first; a viewer may not."""
        self.storage.first = lambda: self.crm.do(Tag(contact="c-1", tags=["vip"], by=COACH))
        self.crm.do(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
        with pytest.raises(Refused):
            self.crm.do(Convert(contact="c-1", to=Coaching.PROSPECT, by=VIEWER))

    def delivers(self) -> None:
        """One message leaves, one fails until it is given up, one is held, one never leaves."""
        self.notifier.failing = {"broken"}
        for template in ("good", "broken"):
            self.waits(template)
        self.waits("alert", Purpose.ALERT)
        assert 1 == self.crm.deliver()
        self.clock.advance(hours=1)
        assert 0 == self.crm.deliver()
        self.clock.advance(hours=10)
        self.crm.do(SetDoNotContact(contact="c-1", reason="asked us to", by=COACH))
        assert 0 == self.crm.deliver()

    def lives(self) -> None:
        """One of everything happens that can be heard."""
        self.changes()
        self.delivers()
        self.crm.sweep()


def heard(observer: MemoryObserver, what: str) -> list[Mapping[str, object]]:
    """Give the facts of everything of that kind, in order."""
    return [facts for told, _, facts in observer.heard if told == what]


# ---- what is told


def test_a_plan_that_nobody_applies_is_heard() -> None:
    """Which command, whether it is allowed, and which rules refuse; and nothing else, since nothing was done."""
    observer = MemoryObserver()
    world = World(observer)
    observer.heard.clear()
    world.crm.plan(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=COACH))
    refused = world.crm.plan(Convert(contact="c-1", to=Coaching.HOT_LEAD, by=VIEWER))
    rules = tuple(finding.rule for finding in refused.decision.refusals)
    assert rules
    assert [
        ("planned", "acme", {"command": "Convert", "allowed": True, "rules": ()}),
        ("planned", "acme", {"command": "Convert", "allowed": False, "rules": rules}),
    ] == observer.heard


def test_a_command_is_heard_as_planned_and_then_as_what_became_of_it() -> None:
    """That it was stored, or that it was refused; planned again, and heard again, where somebody was quicker."""
    observer = MemoryObserver()
    world = World(observer)
    observer.heard.clear()
    world.changes()
    assert [
        ("planned", "Convert"),
        ("planned", "Tag"),
        ("applied", None),
        ("retried", "Convert"),
        ("planned", "Convert"),
        ("applied", None),
        ("planned", "Convert"),
        ("refused", None),
    ] == [(what, facts.get("command")) for what, _, facts in observer.heard]
    planned, refused = heard(observer, "planned")[-1], heard(observer, "refused")[0]
    assert planned["rules"] == refused["rules"] != ()


def test_each_end_of_a_delivery_is_heard() -> None:
    """What left, what failed and whether it was the last time, what is held, what never leaves."""
    observer = MemoryObserver()
    world = World(observer)
    observer.heard.clear()
    world.delivers()
    assert [
        ("sent", {"template": "good"}),
        ("failed", {"template": "broken", "error": "ConnectionError", "dead": False}),
        ("held", {"template": "alert"}),
        ("failed", {"template": "broken", "error": "ConnectionError", "dead": True}),
        ("withheld", {"template": "alert"}),
    ] == [(what, facts) for what, _, facts in observer.heard if "template" in facts]


def test_a_sweep_is_heard() -> None:
    """How many were done, how many failed, how many are left."""
    observer = MemoryObserver()
    World(observer).crm.sweep()
    assert [{"done": 0, "failed": 0, "left": 0}] == heard(observer, "swept")


def test_the_port_lists_all_that_is_told_and_every_fact() -> None:
    """The table in its docstring is what is heard, each with these facts; and none shows who somebody is."""
    observer = MemoryObserver()
    World(observer).lives()
    table = re.findall(r"^`(\w+)` .*?  +(`.*)$", cleandoc(Observer.__doc__ or ""), flags=re.MULTILINE)
    assert {what: set(re.findall(r"`(\w+)`", facts)) for what, facts in table} == {
        what: set(facts) for what, _, facts in observer.heard
    }
    assert WHATS == {what for what, _ in table}
    assert {"acme"} == {account for _, account, _ in observer.heard}
    assert "planted" not in repr(observer.heard).lower()


# ---- who listens stops nothing


class Raises:
    """An observer with a mistake in it, which shows what it should not."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
        """Hear it, and break."""
        self.heard.append(what)
        raise ZeroDivisionError("Planted")


@pytest.mark.parametrize("action", ["ignore", "error"])
def test_an_observer_that_raises_stops_nothing(action: Any) -> None:
    """Changes, refusals, retries, sweeps, deliveries end as with nobody listening; also where warnings are errors."""
    broken, alone = Raises(), World(None)
    alone.lives()
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        world = World(broken)
        world.lives()
    assert set(broken.heard) == WHATS
    assert alone.crm.contact("c-1") == world.crm.contact("c-1")
    assert alone.crm.history("c-1") == world.crm.history("c-1")
    assert alone.notifier.sent == world.notifier.sent
    assert alone.crm.given_up() == world.crm.given_up()
    assert alone.crm.withheld() == world.crm.withheld()


def test_an_observer_that_raises_does_not_undo_a_batch() -> None:
    """In the transaction of a batch, too, what was done stays done, and is an outcome without an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crm = World(Raises()).crm
        outcomes = list(crm.do_all([Tag(contact="c-1", tags=[tag], by=COACH) for tag in ("a", "b")]))
    assert [True, True] == [outcome.ok for outcome in outcomes]
    assert {"a", "b"} == crm.contact("c-1").tags


def test_an_observer_that_raises_is_warned_of() -> None:
    """By the kind of the error and what was to be heard; what the error says may show a name, and is left out."""
    with pytest.warns(RuntimeWarning) as caught:
        World(Raises())
    assert [
        "the observer raised ZeroDivisionError at 'planned'",
        "the observer raised ZeroDivisionError at 'applied'",
    ] == [str(each.message) for each in caught]


def test_who_stops_the_program_stops_it() -> None:
    """A key that ends the program is no mistake of an observer."""

    class Stops:
        def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        World(Stops())


# ---- the log


def test_each_thing_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """What, for whom, and the facts; at the level that stands in the list, one louder where something is lost."""
    caplog.set_level(logging.DEBUG, "funnelkit")
    World(LoggingObserver()).lives()
    assert {"funnelkit"} == {record.name for record in caplog.records}
    lines = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert ("DEBUG", "planned account=acme command=Convert allowed=True rules=-") in lines
    assert ("INFO", "applied account=acme events=1 messages=0") in lines
    assert ("INFO", "retried account=acme command=Convert") in lines
    assert ("INFO", "sent account=acme template=good") in lines
    assert ("INFO", "held account=acme template=alert") in lines
    assert ("INFO", "withheld account=acme template=alert") in lines
    assert ("WARNING", "failed account=acme template=broken error=ConnectionError dead=False") in lines
    assert ("ERROR", "failed account=acme template=broken error=ConnectionError dead=True") in lines
    assert ("INFO", "swept account=acme done=0 failed=0 left=0") in lines
    refused = [line for level, line in lines if line.startswith("refused") and level == "INFO"]
    assert 1 == len(refused)
    assert re.search(r" rules=\w+\.\w+(,\w+\.\w+)*$", refused[0])
    assert "planted" not in caplog.text.lower()


def test_the_facts_stand_apart_in_the_record(caplog: pytest.LogCaptureFixture) -> None:
    """Under names that no field of a record has, as they were told."""
    caplog.set_level(logging.DEBUG, "funnelkit")
    LoggingObserver().hears("refused", "acme", {"rules": ("a.b", "c.d"), "name": 1, "message": True})
    record = vars(caplog.records[0])
    assert {
        "funnelkit_what": "refused",
        "funnelkit_account": "acme",
        "funnelkit_rules": ("a.b", "c.d"),
        "funnelkit_name": 1,
        "funnelkit_message": True,
    } == {name: value for name, value in record.items() if name.startswith("funnelkit_")}


def test_a_record_is_one_line_whatever_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    """Line breaks, blanks and signs of the format are written in quotes, and are not taken for another record."""
    LoggingObserver().hears("failed", "acme", {"template": "a\nsent account=x", "error": "a=b", "also": ("c d", "")})
    text = caplog.records[0].getMessage()
    assert r"failed account=acme template='a\nsent account=x' error='a=b' also='c d',''" == text


def test_logger_and_levels_are_the_hosts(caplog: pytest.LogCaptureFixture) -> None:
    """Another logger; other levels for what is named, the usual ones for the rest; INFO for what is not known yet."""
    caplog.set_level(logging.INFO, "crm.rules")
    observer = LoggingObserver("crm.rules", {"planned": logging.ERROR, "applied": logging.DEBUG})
    for what in ("planned", "applied", "failed", "something_new"):
        observer.hears(what, "acme", {})
    observer.hears("swept", "acme", {"done": 2, "failed": 1, "left": 0})
    assert [
        ("crm.rules", "ERROR", "planned"),
        ("crm.rules", "WARNING", "failed"),
        ("crm.rules", "INFO", "something_new"),
        ("crm.rules", "WARNING", "swept"),
    ] == [(record.name, record.levelname, record.getMessage().split()[0]) for record in caplog.records]


def test_levels_that_are_none_are_refused_together() -> None:
    """A level by its name, or by a truth, is a mistake that shows at once."""
    with pytest.raises(Invalid) as caught:
        LoggingObserver(levels={"sent": "INFO", "held": True, "failed": 50})  # type: ignore[dict-item]  # on purpose
    assert ["levels.sent", "levels.held"] == [problem.path for problem in caught.value.problems]


def test_every_what_has_its_level() -> None:
    """The list of levels is that of the port."""
    assert WHATS == set(LEVELS)


# ---- OpenTelemetry


class Telemetry:
    """An SDK that keeps everything in memory; no provider of the program is set."""

    def __init__(self) -> None:
        self.reader, self.spans = InMemoryMetricReader(), InMemorySpanExporter()
        self.meters = MeterProvider(metric_readers=[self.reader])
        traces = TracerProvider()
        traces.add_span_processor(SimpleSpanProcessor(self.spans))
        self.tracer = traces.get_tracer("tests")

    def points(self, name: str) -> dict[tuple[tuple[str, object], ...], int | float]:
        """Give the sums of a count or a histogram, by attributes."""
        data = self.reader.get_metrics_data()
        found: dict[tuple[tuple[str, object], ...], int | float] = {}
        for metric in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
            for point in metric.data.data_points if metric.name == name else ():
                assert isinstance(point, (NumberDataPoint, HistogramDataPoint))
                value = point.value if isinstance(point, NumberDataPoint) else point.sum
                found[tuple(sorted((point.attributes or {}).items()))] = value
        return found


def test_each_thing_is_counted() -> None:
    """Under its name, by the facts that are words; the account is none of them unless it is asked for."""
    telemetry = Telemetry()
    World(OpenTelemetryObserver(meters=telemetry.meters)).lives()
    assert {(("funnelkit.template", "good"),): 1} == telemetry.points("funnelkit.sent")
    assert {(("funnelkit.command", "Convert"),): 1} == telemetry.points("funnelkit.retried")
    assert {(): 4} == telemetry.points("funnelkit.applied")  # Adopt, Tag, Convert, SetDoNotContact
    failed = (("funnelkit.error", "ConnectionError"), ("funnelkit.template", "broken"))
    assert {
        (("funnelkit.dead", False), *failed): 1,
        (("funnelkit.dead", True), *failed): 1,
    } == telemetry.points("funnelkit.failed")
    planned = telemetry.points("funnelkit.planned")
    conversions = {key: count for key, count in planned.items() if ("funnelkit.command", "Convert") in key}
    assert [1, 2] == sorted(conversions.values())  # one refused, two allowed: the second after the race
    assert 1 == sum(telemetry.points("funnelkit.refused").values())


def test_numbers_are_histograms() -> None:
    """What can be added up is added up, under the name of the thing and the fact."""
    telemetry = Telemetry()
    observer = OpenTelemetryObserver(meters=telemetry.meters)
    observer.hears("swept", "acme", {"done": 2, "failed": 0, "left": 5})
    observer.hears("swept", "acme", {"done": 3, "failed": 1, "left": 0})
    sums = [telemetry.points(f"funnelkit.swept{fact}") for fact in ("", ".done", ".failed", ".left")]
    assert [{(): 2}, {(): 5}, {(): 1}, {(): 5}] == sums


def test_the_account_is_an_attribute_where_it_is_asked_for() -> None:
    """Then counts are apart by account."""
    telemetry = Telemetry()
    observer = OpenTelemetryObserver(account=True, meters=telemetry.meters)
    for account in ("acme", "acme", "beta"):
        observer.hears("retried", account, {"command": "Tag"})
    assert {
        (("funnelkit.account", "acme"), ("funnelkit.command", "Tag")): 2,
        (("funnelkit.account", "beta"), ("funnelkit.command", "Tag")): 1,
    } == telemetry.points("funnelkit.retried")


def test_the_current_span_gets_an_event_for_each_thing() -> None:
    """With all the facts, numbers included; and no span is made, nor touched where none is open."""
    telemetry = Telemetry()
    world = World(OpenTelemetryObserver(meters=telemetry.meters))
    with telemetry.tracer.start_as_current_span("request"):
        world.crm.do(Tag(contact="c-1", tags=["vip"], by=COACH))
    world.crm.sweep()
    (span,) = telemetry.spans.get_finished_spans()
    assert [
        ("funnelkit.planned", {"funnelkit.command": "Tag", "funnelkit.allowed": True, "funnelkit.rules": ""}),
        ("funnelkit.applied", {"funnelkit.events": 1, "funnelkit.messages": 0}),
    ] == [(event.name, dict(event.attributes or {})) for event in span.events]


def test_the_rules_that_refuse_are_one_attribute() -> None:
    """Their addresses in one text, in the order of the decision."""
    telemetry = Telemetry()
    observer = OpenTelemetryObserver(meters=telemetry.meters)
    observer.hears("refused", "acme", {"rules": ("a.b", "c.d")})
    assert {(("funnelkit.rules", "a.b,c.d"),): 1} == telemetry.points("funnelkit.refused")


def test_nothing_shows_who_somebody_is() -> None:
    """Neither counts nor events hold a name or an address."""
    telemetry = Telemetry()
    with telemetry.tracer.start_as_current_span("request"):
        World(OpenTelemetryObserver(account=True, meters=telemetry.meters)).lives()
    shown = f"{telemetry.reader.get_metrics_data()}{[span.to_json() for span in telemetry.spans.get_finished_spans()]}"
    assert "funnelkit.withheld" in shown
    assert "planted" not in shown.lower()


WITHOUT_SDK: Final = """
import sys
sys.modules["opentelemetry.sdk"] = None
from datetime import UTC, datetime
from funnelkit import COACHING, Actor, FunnelService, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.adapters.opentelemetry import OpenTelemetryObserver
from funnelkit.commands import AddContact
clock = FixedClock(datetime(2026, 3, 2, tzinfo=UTC))
crm = FunnelService(COACHING, account="acme", storage=MemoryStorage(), clock=clock, observer=OpenTelemetryObserver())
print(crm.do(AddContact(name="Ada", by=Actor(id="cora", role=Role.COACH))).id)
"""

WITHOUT_API: Final = """
import sys
sys.modules["opentelemetry"] = None
try:
    import funnelkit.adapters.opentelemetry
except ImportError as missing:
    print(missing)
"""


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        (WITHOUT_SDK, "contact-1"),
        (WITHOUT_API, "the package opentelemetry-api is missing; pip install funnelkit[otel]"),
    ],
)
def test_it_needs_the_api_and_no_sdk(program: str, printed: str) -> None:
    """With the API alone everything goes on and nothing is recorded; without it, the import says what is missing."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, check=False, text=True)
    assert (printed, "") == (done.stdout.strip(), done.stderr)
