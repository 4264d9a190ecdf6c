"""The command line: what each command prints, how funnels are named, and which exit code says what."""

import subprocess
import sys
from pathlib import Path

import pytest

from examples.derived_funnel import PRACTICE
from examples.own_funnel import SCHOOL
from funnelkit import cli
from funnelkit.cli import main
from funnelkit.machines import mermaid
from funnelkit.render import compare, markdown
from funnelkit.statuses import agency, coaching
from funnelkit.statuses.coaching import COACHING

ROOT = Path(__file__).resolve().parent.parent
OWN = str(ROOT / "examples" / "own_funnel.py")
DERIVED = str(ROOT / "examples" / "derived_funnel.py")
PROGRAM = "import sys; from funnelkit.cli import main; sys.exit(main())"

FAULTY = '''"""A funnel with a trap and a trigger that nothing uses."""

from attrs import evolve

from funnelkit.statuses.agency import AGENCY

TRAP = evolve(AGENCY, ends=())
'''
UNBUILDABLE = '''"""A funnel with two faults in its tables."""

from attrs import evolve

from funnelkit.statuses.agency import AGENCY

HOLE = evolve(AGENCY, hours={}, name="no name")
'''
CLASHING = '''"""A funnel whose machine would mix up two happenings."""

from attrs import evolve

from funnelkit.statuses.agency import AGENCY, Agency
from funnelkit.table import ANY, NEW, STAFF, SYSTEM, Move, Trigger


class Doing(Trigger):
    """Two triggers, one of them called like the other with a target."""

    GO = "go"
    GO_CLIENT = "go_client"


CLASH = evolve(
    AGENCY,
    triggers=Doing,
    ends=(),
    forward_only=False,
    moves=(
        Move(NEW, Doing.GO, tuple(Agency), STAFF, (), "test"),
        Move((Agency.CLIENT,), Doing.GO_CLIENT, Agency.LEAD, SYSTEM, (), "test"),
        Move((Agency.LEAD, Agency.PROSPECT), Doing.GO, Agency.CLIENT, STAFF, (), "test"),
    ),
)
'''


def module(folder: Path, text: str) -> str:
    """Write a module of a host's, and give its path."""
    file = folder / "host_funnel.py"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.fixture(autouse=True)
def _same_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command adds to the path of imports is gone after the test."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.parametrize("name", cli.OURS)
def test_show_prints_the_tables_as_markdown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`show coaching` prints the page of that funnel, plain, since nothing here is a terminal."""
    assert 0 == main(["show", name])
    assert markdown(cli.OURS[name][0]) == capsys.readouterr().out


def test_show_without_a_name_lists_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Every funnel of ours and every reading is listed in the form in which `show` takes it."""
    assert 0 == main(["show"])
    names = capsys.readouterr().out.splitlines()
    assert [*cli.OURS] == [name for name in names if "/" not in name]
    assert sum(1 + len(readings) for _, readings in cli.OURS.values()) == len(names)
    assert all(0 == main(["show", name]) for name in names)


def test_a_terminal_gets_aligned_columns(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the columns stand below each other."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert 0 == main(["show", "coaching"])
    assert markdown(COACHING, aligned=True) == capsys.readouterr().out


def test_a_reading_is_named_by_the_beginning_of_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    """`coaching/CC-A4` is the reading that begins so; several or none is an error that lists them."""
    assert 0 == main(["show", "coaching/CC-A4"])
    assert markdown(coaching.READINGS["CC-A4 buyers count"]) == capsys.readouterr().out
    assert 2 == main(["show", "coaching/CC-A1"])
    assert "CC-A13 unchanged" in capsys.readouterr().err
    assert 2 == main(["show", "team/anything"])
    assert "none" in capsys.readouterr().err


def test_a_funnel_of_a_host_is_named_by_module_or_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host's own funnel is found by module and name, as seen from the current folder, and by file and name."""
    monkeypatch.chdir(ROOT)
    for name in ("examples.own_funnel:SCHOOL", f"{OWN}:SCHOOL"):
        assert 0 == main(["show", name])
        assert markdown(SCHOOL) == capsys.readouterr().out


def test_diagram_prints_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    """`diagram` prints the picture of a funnel of ours and of a host's."""
    assert 0 == main(["diagram", "franchise"])
    assert capsys.readouterr().out.startswith("stateDiagram-v2\n")
    assert 0 == main(["diagram", f"{OWN}:SCHOOL"])
    assert mermaid(SCHOOL) == capsys.readouterr().out


def test_compare_prints_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    """`compare` prints the differences of two funnels by key; that there are some is no failure."""
    assert 0 == main(["compare", "coaching", f"{DERIVED}:PRACTICE"])
    assert str(compare(COACHING, PRACTICE)) == capsys.readouterr().out
    assert 0 == main(["compare", "agency", "agency/SD-A1"])
    assert str(compare(agency.AGENCY, agency.READINGS["SD-A1 one step at a time"])) == capsys.readouterr().out


@pytest.mark.parametrize("name", [*cli.OURS, f"{OWN}:SCHOOL", f"{DERIVED}:PRACTICE"])
def test_check_finds_nothing_in_sound_funnels(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Our funnels and those of the examples have no faults, and the check says so with exit code 0."""
    assert 0 == main(["check", name])
    assert capsys.readouterr().out.endswith(": no faults\n")


def test_check_names_every_fault_of_a_funnel_that_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the linter finds is printed with table and code; the exit code is 1."""
    assert 1 == main(["check", f"{module(tmp_path, FAULTY)}:TRAP"])
    assert "agency: 1 fault\n  moves: trap: nothing leaves client, and it is not in ends\n" == capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "show", "diagram"])
def test_a_funnel_that_does_not_build_names_every_fault(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A funnel that cannot even be built is no traceback: every fault is told with its code, and the exit code is 1."""
    assert 1 == main([command, f"{module(tmp_path, UNBUILDABLE)}:HOLE"])
    text = capsys.readouterr().err
    assert "This funnel cannot be built; it has 4 faults:\n" in text
    assert 3 == text.count("  hours: hole: ")
    assert "  name: no_name: " in text


def test_check_holds_the_machine_against_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A funnel that no machine can be made of is faulty; so is one whose machine comes to other ends."""
    assert 1 == main(["check", f"{module(tmp_path, CLASHING)}:CLASH"])
    assert "moves: one_event: two happenings would be go_client" in capsys.readouterr().out
    monkeypatch.setattr(cli, "disagreements", lambda funnel: ("lead on x: the machine says no, the rows say client",))
    assert 1 == main(["check", "agency"])
    assert "machine: disagreement: lead on x" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coachng", "did you mean 'coaching'?"),
        ("no.such.module:FUNNEL", "no.such.module cannot be imported: ModuleNotFoundError"),
        ("no_such_file.py:FUNNEL", "no_such_file.py cannot be imported: FileNotFoundError"),
        (f"{OWN}:DOJO", "has no Funnel called DOJO"),
        (f"{OWN}:School", "has no Funnel called School"),
    ],
)
def test_what_is_not_found_is_said_without_a_traceback(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that names no funnel is an error of one line with exit code 2, apart from the output."""
    assert 2 == main(["show", name])
    shown = capsys.readouterr()
    assert "" == shown.out
    assert said in shown.err
    assert 1 == shown.err.count("\n")


@pytest.mark.parametrize("given", [[], ["sing"], ["show", "a", "b"], ["check"], ["compare", "coaching"]])
def test_a_command_that_is_not_understood_shows_its_usage(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A missing or unknown command or argument ends with exit code 2 and the usage."""
    with pytest.raises(SystemExit) as caught:
        main(given)
    assert 2 == caught.value.code
    assert "usage: funnelkit" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["show"], ["check"], ["diagram"], ["compare"]])
def test_help_says_what_a_command_does_and_how_funnels_are_named(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--help` explains each command and the forms that a name can have."""
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert 0 == caught.value.code
    assert "myapp.funnels:SCHOOL" in capsys.readouterr().out


def test_a_reader_who_has_enough_is_no_error() -> None:
    """Piped into a program that stops reading, the command ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "show", "franchise"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert b"" == started.stderr.read()
    assert 0 == started.returncode


def test_the_installed_command_runs() -> None:
    """Started as a program, the command prints what `main` prints, in plain text."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "check", "coaching"], capture_output=True, check=True, cwd=ROOT, text=True
    )
    assert "coaching: no faults\n" == done.stdout


# ---- who is due

MORNING = str(ROOT / "examples" / "practice" / "morning.py")
TUESDAY = """\
Tuesday, 24 November 2026 for m-1, Europe/Berlin: 1 overdue, 2 due

overdue
  Tue 17 Nov 10:00  contact-3  Eva Lind  follow-up 2 of 6
      was on holiday
      set Sun 15 Nov 10:00, and due after the usual delay

today
  Tue 24 Nov 10:00  contact-6  Hana Sato  follow-up 6 of 6
      last call; offer the summer course
      set Sun 22 Nov 10:00, and due after the usual delay
      given up Tue 24 Nov 12:00 unless something happens before
  Tue 24 Nov 16:00  contact-4  Finn Wolf  follow-up 2 of 6
      call after school, not before three
      set Sun 22 Nov 10:00, for a date that was chosen
"""


SERVICE = """\
from funnelkit import COACHING, FunnelService
from funnelkit.adapters.memory import MemoryNotifier, MemoryStorage
from funnelkit.adapters.system import SystemClock


def made(zone):
    return FunnelService(
        COACHING, account="acme", storage=MemoryStorage(), clock=SystemClock(), notifier=MemoryNotifier(), zone=zone
    )


"""


def test_due_prints_a_coach_s_morning(capsys: pytest.CaptureFixture[str]) -> None:
    """Overdue first, then today's: by the coach's clock, with the number of the call, notes, and when time runs out."""
    assert 0 == main(["due", f"{MORNING}:crm", "--on", "2026-11-24", "--coach", "m-1"])
    assert TUESDAY == capsys.readouterr().out


def test_due_without_a_day_is_today_for_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    """The clock of the service says which day it is; a coach with nobody due gets a line, and no heading."""
    assert 0 == main(["due", f"{MORNING}:crm"])
    assert TUESDAY.replace(" for m-1", "") == capsys.readouterr().out
    assert 0 == main(["due", f"{MORNING}:crm", "--coach", "m-9"])
    assert "Tuesday, 24 November 2026 for m-9, Europe/Berlin: 0 overdue, 0 due\n" == capsys.readouterr().out


def test_due_says_when_there_are_more(capsys: pytest.CaptureFixture[str]) -> None:
    """A limit cuts the list, and the last line says so."""
    assert 0 == main(["due", f"{MORNING}:crm", "--limit", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert "There are more than 1; say --limit for all of them." == lines[-1]
    assert 1 == sum("follow-up" in line for line in lines)


def test_due_takes_a_service_as_well_as_what_makes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A host's module may hold the service itself; a name that is not kept, and a number without an end, are said."""
    text = '''"""A coach's own follow-ups."""

from datetime import UTC, datetime

from funnelkit import COACHING, Actor, FunnelService, Role
from funnelkit.adapters.memory import FixedClock, MemoryStorage
from funnelkit.commands import AddContact, ScheduleFollowUp

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
COACH = Actor(id="m-1", role=Role.COACH)
STORAGE = MemoryStorage()
CRM = FunnelService(COACHING, account="acme", storage=STORAGE, clock=FixedClock(NOW))
ADA = CRM.do(AddContact(name="Ada", by=COACH))
CRM.do(ScheduleFollowUp(contact=ADA.id, due=NOW, by=COACH))
with STORAGE.transaction("acme") as stores:
    stores.persons.remove(ADA.id)
'''
    assert 0 == main(["due", f"{module(tmp_path, text)}:CRM"])
    assert "contact-1  (name not kept here)  follow-up 1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([f"{MORNING}:FIRST"], "is no FunnelService, and makes none"),
        ([f"{MORNING}:nothing"], "is no FunnelService, and makes none"),
        (["morning"], "is no FunnelService, and makes none"),
        ([f"{MORNING}:crm", "--limit", "0"], "limit: a whole number from 1 to 2147483647 is needed"),
        ([f"{MORNING}:crm", "--coach", " "], "coach: an id is needed"),
    ],
)
def test_due_says_what_it_does_not_understand(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no service, no limit and no id is told in a line, with exit code 2."""
    assert 2 == main(["due", *arguments])
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def crm():\n    raise RuntimeError('no database')", "RuntimeError: no database"),
        ("def crm(settings):\n    return settings", "missing 1 required positional argument"),
        (f"{SERVICE}def crm():\n    return made('nowhere')", "zone: is no known time zone"),
        (f"{SERVICE}crm = made('nowhere')", "zone: is no known time zone"),
    ],
)
def test_what_a_maker_of_a_service_raises_is_told_in_a_line(
    text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no fault of a funnel, and no traceback: the command was not understood, exit code 2."""
    assert 2 == main(["due", f"{module(tmp_path, text)}:crm"])
    err = capsys.readouterr().err
    assert says in err
    assert "This funnel cannot be built" not in err


def test_a_day_is_a_date(capsys: pytest.CaptureFixture[str]) -> None:
    """What is no date is told with an example, and the command is not run."""
    with pytest.raises(SystemExit) as caught:
        main(["due", f"{MORNING}:crm", "--on", "tomorrow"])
    assert 2 == caught.value.code
    assert "a date is needed, e.g. 2026-11-24" in capsys.readouterr().err
