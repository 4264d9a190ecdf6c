"""The command line: show, check, draw and compare funnels; who is due; a log of hours; tables of a database."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from funnelkit import cli_log
from funnelkit.agenda import Due, DueList
from funnelkit.errors import FunnelkitError, Invalid, unknown
from funnelkit.funnel import Funnel
from funnelkit.lint import lint
from funnelkit.machines import disagreements, mermaid
from funnelkit.render import compare, markdown
from funnelkit.rules.conversion import NAMES
from funnelkit.service import FunnelService
from funnelkit.statuses import agency, coaching, franchise, studio, team
from funnelkit.table import Status

Tables: TypeAlias = Funnel[Status, StrEnum]
Service: TypeAlias = FunnelService[Status, StrEnum]
Commands: TypeAlias = "_SubParsersAction[ArgumentParser]"

OURS: Final[Mapping[str, tuple[Tables, Mapping[str, Tables]]]] = {
    "coaching": (coaching.COACHING, coaching.READINGS),
    "agency": (agency.AGENCY, agency.READINGS),
    "franchise": (franchise.FRANCHISE, franchise.READINGS),
    "studio": (studio.STUDIO, studio.READINGS),
    "team": (team.TEAM, team.READINGS),
}

FINE, FAULTY, MISUSED = 0, 1, 2

NAMED: Final = """\
A NAME is one of these:
  coaching, agency, franchise, studio, team    a funnel of ours
  coaching/CC-A4                               one of its readings; the beginning of its name is enough
  myapp.funnels:SCHOOL                         your own: a module and the name in it
  path/to/own_funnel.py:SCHOOL                 your own: a file and the name in it
"""
"""How funnels are named, for the help text."""

EXITS: Final = (
    "Exit codes: 0 done, 1 the funnel has faults or the tables are not of the newest version, "
    "2 the command was not understood or found nothing."
)


class NotUnderstood(Exception):
    """What was typed names nothing, or cannot be loaded."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command: print what it gives, and what is wrong apart from it. Gives the exit code."""
    given = _parser().parse_args(argv)
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except Invalid as error:
        print(f"This funnel cannot be built; it has {_counted(len(error.problems))}:", file=sys.stderr)
        print("\n".join(f"  {problem}" for problem in error.problems), file=sys.stderr)
        return FAULTY
    except NotUnderstood as error:
        print(f"funnelkit: {error}", file=sys.stderr)
        return MISUSED
    except BrokenPipeError:
        # Whoever reads has read enough. What is still to be written goes nowhere, so that nothing complains at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return code


def show(given: Namespace) -> int:
    """Print the tables of a funnel as Markdown; without a name, the names that there are."""
    if given.name is None:
        print("\n".join(_names()))
    else:
        print(markdown(_found(given.name), aligned=sys.stdout.isatty()), end="")
    return FINE


def check(given: Namespace) -> int:
    """Build a funnel, lint it, and hold it against its machine; print every fault with its code."""
    funnel = _found(given.name)
    found = [str(problem) for problem in lint(funnel, NAMES)]
    found += _of_the_machine(funnel)
    print(f"{funnel.name}: {_counted(len(found)) if found else 'no faults'}")
    print("".join(f"  {text}\n" for text in found), end="")
    return FAULTY if found else FINE


def _of_the_machine(funnel: Tables) -> list[str]:
    try:
        return [f"machine: disagreement: {text}" for text in disagreements(funnel)]
    except Invalid as error:
        return [str(problem) for problem in error.problems]


def diagram(given: Namespace) -> int:
    """Print a funnel as a Mermaid state diagram."""
    print(mermaid(_found(given.name)), end="")
    return FINE


def comparison(given: Namespace) -> int:
    """Print what the second funnel has otherwise than the first."""
    print(compare(_found(given.was), _found(given.now)), end="")
    return FINE


def due(given: Namespace) -> int:
    """Print who is due on a day, as a coach sees it at log-in: overdue first, then today's, with notes and reasons."""
    crm = _service(given.name)
    try:
        found = crm.due(on=given.on, coach=given.coach, limit=given.limit)
    except FunnelkitError as error:
        raise NotUnderstood(str(error)) from error
    who = "" if given.coach is None else f" for {given.coach}"
    print(f"{found.on:%A, %d %B %Y}{who}, {found.zone}: {len(found.overdue)} overdue, {len(found.today)} due")
    for title, entries in (("overdue", found.overdue), ("today", found.today)):
        if entries:
            print(f"\n{title}")
            print("\n".join(line for entry in entries for line in _entry(crm, found, entry)))
    if found.next is not None:
        print(f"\nThere are more than {given.limit}; say --limit for all of them.")
    return FINE


def log(given: Namespace) -> int:
    """Make the log of a coach's hours out of two exports, and say how far it is to a credential."""
    try:
        said = cli_log.run(given, datetime.now(UTC))
    except Invalid as error:
        raise NotUnderstood("\n".join(["no log was made:", *(f"  {one}" for one in error.problems)])) from error
    except OSError as error:
        raise NotUnderstood(f"{error.filename}: {error.strerror}") from error
    print("\n".join(said))
    return FINE


def upgrade(given: Namespace) -> int:
    """Bring the tables of a database to the newest version, or make them. Take a copy first: there is no way back."""
    was, now = _tables(given.url, upgrades=True)
    print(f"the tables are of version {now}" + {None: ", and new", now: " already"}.get(was, f", and were of {was}"))
    return FINE


def status(given: Namespace) -> int:
    """Say which version the tables of a database have, and change nothing."""
    was, now = _tables(given.url, upgrades=False)
    print("there are no tables" if was is None else f"the tables are of version {was}")
    print("that is the newest" if was == now else f"the newest is {now}: run funnelkit db upgrade")
    return FINE if was == now else FAULTY


def _tables(url: str, *, upgrades: bool) -> tuple[str | None, str]:
    """Give the version that the tables have, or had, and the newest. Raises NotUnderstood."""
    try:
        from funnelkit.adapters.sql import upgrade as versions  # noqa: PLC0415  # nothing else here needs a database

        was = versions.current(url)
        return was, versions.upgrade(url) if upgrades else versions.newest()
    except ImportError as error:
        raise NotUnderstood("the packages for databases are not installed: see the extra `sql`") from error
    except FunnelkitError as error:
        raise NotUnderstood(str(error)) from error


def _entry(crm: Service, found: DueList[Status], entry: Due[Status]) -> Iterator[str]:
    when = _clock(entry.due, found.zone)
    steps = len(crm.funnel.follow_ups)
    number = f"{entry.attempt} of {steps}" if steps else f"{entry.attempt}"
    yield f"  {when}  {entry.contact}  {entry.name or '(name not kept here)'}  follow-up {number}"
    if entry.notes is not None:
        yield from (f"      {line}" for line in entry.notes.splitlines())
    how = "for a date that was chosen" if entry.exact else "and due after the usual delay"
    yield f"      set {_clock(entry.set, found.zone)}, {how}"
    if entry.gives_up is not None:
        yield f"      given up {_clock(entry.gives_up, found.zone)} unless something happens before"


def _clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"


def _service(name: str) -> Service:
    """Give the service that is called so, or that what is called so makes. Raises NotUnderstood."""
    module, colon, attribute = name.rpartition(":")
    try:
        found = getattr(_loaded(module), attribute, None) if colon else None
        made = found() if callable(found) and not isinstance(found, FunnelService) else found
    except NotUnderstood:
        raise
    except Exception as error:
        raise NotUnderstood(f"{name} makes no FunnelService: {type(error).__name__}: {error}") from error
    if not isinstance(made, FunnelService):
        raise NotUnderstood(f"{name} is no FunnelService, and makes none; say MODULE:NAME or FILE.py:NAME")
    return made


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a date is needed, e.g. 2026-11-24") from None


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="funnelkit", description=__doc__, epilog=f"{NAMED}\n{EXITS}", formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, run, arguments in (
        ("show", show, {"name": "the funnel to show; without it, the names that there are"}),
        ("check", check, {"name": "the funnel to check, e.g. myapp.funnels:SCHOOL"}),
        ("diagram", diagram, {"name": "the funnel to draw"}),
        ("compare", comparison, {"was": "the first funnel", "now": "the second one, matched by key"}),
    ):
        about = (run.__doc__ or "").strip()
        command = commands.add_parser(
            name, help=about, description=about, epilog=NAMED, formatter_class=RawDescriptionHelpFormatter
        )
        for argument, help_ in arguments.items():
            command.add_argument(argument, metavar="NAME", nargs="?" if run is show else None, help=help_)
        command.set_defaults(run=run)
    _add_due(commands)
    _add_db(commands)
    about = (log.__doc__ or "").strip()
    command = commands.add_parser("log", help=about, description=about)
    cli_log.add(command, _date)
    command.set_defaults(run=log)
    return parser


def _add_due(commands: Commands) -> None:
    about = (due.__doc__ or "").strip()
    command = commands.add_parser("due", help=about, description=about)
    command.add_argument("name", metavar="SERVICE", help="yours: myapp.crm:crm, or path/to/file.py:make_crm")
    command.add_argument("--on", type=_date, metavar="DATE", help="a local day; without it, today")
    command.add_argument("--coach", metavar="ID", help="only this coach's, by this coach's clock")
    command.add_argument("--limit", type=int, default=100, metavar="N", help="at most so many (100)")
    command.set_defaults(run=due)


def _add_db(commands: Commands) -> None:
    about = "Bring the tables of a database to the newest version, or say which one they have."
    ours = commands.add_parser("db", help=about, description=about)
    ways = ours.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for run in (upgrade, status):
        about = (run.__doc__ or "").strip()
        command = ways.add_parser(run.__name__, help=about, description=about)
        command.add_argument("url", metavar="URL", help="e.g. sqlite:///crm.db or postgresql://server/crm")
        command.set_defaults(run=run)


def _names() -> Iterator[str]:
    """Give the names that there are: our funnels, and their readings below them."""
    for name, (_, readings) in OURS.items():
        yield name
        yield from (f"{name}/{reading}" for reading in readings)


def _found(name: str) -> Tables:
    """Give the funnel that is called so. Raises NotUnderstood, and Invalid for one that cannot be built."""
    module, colon, attribute = name.rpartition(":")
    if colon:
        found = getattr(_loaded(module), attribute, None)
        if not isinstance(found, Funnel):
            raise NotUnderstood(f"{module} has no Funnel called {attribute}")
        return found
    own, slash, reading = name.partition("/")
    if own not in OURS:
        raise NotUnderstood(f"{unknown('funnel', own, 'funnelkit', OURS)}, or MODULE:NAME for your own")
    funnel, readings = OURS[own]
    if not slash:
        return funnel
    near = [reading] if reading in readings else [each for each in readings if each.startswith(reading)]
    if len(near) != 1:
        raise NotUnderstood(
            f"{own} has {len(near) or 'no'} readings that begin so; it has: {'; '.join(readings) or 'none'}"
        )
    return readings[near[0]]


def _loaded(name: str) -> ModuleType:
    """Import a host's module: by its name, seen from where the command is run, or by its file."""
    try:
        if not name.endswith(".py"):
            _see(Path.cwd())
            return import_module(name)
        file = Path(name).resolve(strict=True)
        _see(file.parent)
        spec = spec_from_file_location(f"given_{file.stem}", file)
        module = module_from_spec(spec)  # type: ignore[arg-type]  # a file that is there and called .py has one
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)  # type: ignore[union-attr]  # the same
    except Invalid:
        raise
    except Exception as error:
        raise NotUnderstood(f"{name} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _see(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _counted(faults: int) -> str:
    return f"{faults} fault" if faults == 1 else f"{faults} faults"
