"""The two example funnels: short, sound, and given everything that our own funnels have."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from examples import derived_funnel, own_funnel
from examples.derived_funnel import PRACTICE, Practice
from examples.own_funnel import SCHOOL, Door, Happening, School
from funnelkit.documents import assert_unchanged, lock, read_funnel, write_funnel
from funnelkit.funnel import Funnel
from funnelkit.lint import lint
from funnelkit.machines import disagreements, machine, mermaid
from funnelkit.render import compare, markdown, render
from funnelkit.rules import access, conversion
from funnelkit.statuses.coaching import COACHING
from funnelkit.table import Status
from funnelkit.texts.german import GERMAN
from funnelkit.times import Elapsed
from funnelkit.values.actor import Actor
from funnelkit.words import Portal, Right, Role

Tables = Funnel[Status, StrEnum]
COACH = Actor(id="m-1", role=Role.COACH)
BOTH: tuple[Tables, ...] = (SCHOOL, PRACTICE)

each_example = pytest.mark.parametrize("funnel", BOTH, ids=lambda funnel: funnel.name)


@pytest.mark.parametrize("module", [own_funnel, derived_funnel])
def test_an_example_is_less_than_sixty_lines(module: object) -> None:
    """A funnel of one's own, or a variant of ours, is declared in a module of less than sixty lines."""
    text = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60


@each_example
def test_an_example_gets_everything(funnel: Tables, tmp_path: Path) -> None:
    """It has no faults, agrees with its machine, is drawn, printed, written down, read back, compared and locked."""
    assert () == lint(funnel, conversion.NAMES)
    assert () == disagreements(funnel)
    assert mermaid(funnel).startswith("stateDiagram-v2\n")
    assert markdown(funnel).startswith(f"# {funnel.name}\n")
    assert funnel.fingerprint == read_funnel(write_funnel(funnel)).fingerprint
    assert compare(funnel, funnel).same
    assert not compare(COACHING, funnel).same
    file = tmp_path / "funnel.lock.json"
    file.write_text(lock(funnel), encoding="utf-8")
    assert_unchanged(funnel, file)


def test_the_school_answers_by_its_own_words() -> None:
    """The rules of funnelkit answer for the school's statuses and doors, and say what is missing."""
    wish = conversion.Case(now=School.VISITOR, to=School.TRIAL, by=COACH, facts={"email": True})
    assert conversion.may_convert(SCHOOL, wish)
    by_hand = conversion.may_convert(SCHOOL, conversion.Case(now=School.TRIAL, to=School.MEMBER, by=COACH))
    assert ["conversion.set_by_hand"] == [finding.rule for finding in by_hand.refusals]
    videos = access.Case(status=School.MEMBER, right=Door.VIDEOS, portal=Portal.ACTIVE)
    assert access.may(SCHOOL, videos)
    assert "contract_signed" in machine(SCHOOL).events
    assert School.TRIAL is SCHOOL.recorded[School.TRIAL, Happening.CONTRACT_SIGNED].now


def test_the_practice_is_coaching_with_alumni() -> None:
    """The alumni have a status of their own; labels and the follow-up delay are others; all else is coaching's."""
    assert "Former Client" == PRACTICE.labels[Practice.INACTIVE_CLIENT]
    assert "Hot Lead" == PRACTICE.labels[Practice.HOT_LEAD]
    assert Elapsed(hours=24) == PRACTICE.policy.follow_up.delay
    assert Elapsed(hours=48) == COACHING.policy.follow_up.delay
    step = conversion.Case(now=Practice.ACTIVE_CLIENT, to=Practice.ALUMNI, by=COACH)
    assert conversion.may_convert(PRACTICE, step)
    assert PRACTICE.answers[Practice.ALUMNI, Right.LOG_IN].allowed
    assert "»Alumni«" in render(PRACTICE.answers[Practice.ALUMNI, Right.LOG_IN], GERMAN)


def test_the_derived_example_shows_what_it_changes() -> None:
    """Started as a script, the derived funnel prints what it has otherwise than coaching."""
    script = str(derived_funnel.__file__)
    done = subprocess.run([sys.executable, script], capture_output=True, check=True, text=True)
    assert str(compare(COACHING, PRACTICE)) == done.stdout.removesuffix("\n")
