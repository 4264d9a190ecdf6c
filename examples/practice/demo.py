"""A coaching practice's year: read from its exports, lived through, and asked. `make demo` runs this.

Bad rows are refused with file, line, field and reason, and kept whole in `rejects-*.csv`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import elsewhere
import invited
import live
import scenes
from screen import Bar, Screen

from funnelkit.adapters.exports import write_refused
from funnelkit.adapters.sql import SqlStorage

HERE: Final = Path(__file__).parent
OWN: Final = HERE / "practice.db"
"""The one file that is thrown away by every run; no other is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the whole story on standard output; the progress bar goes to standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rejects", type=Path, default=HERE, metavar="FOLDER", help="where refused rows go")
    parser.add_argument("--database", type=Path, default=OWN, metavar="FILE", help="where it is kept; a new file")
    parser.add_argument("--memory", action="store_true", help="keep it in memory, and nowhere else")
    parser.add_argument("--plain", action="store_true", help="no colours, also on a terminal")
    options = parser.parse_args(arguments)
    if wrong := amiss(options):
        parser.error(wrong)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names have letters that not every terminal knows
    screen = Screen(sys.stdout, plain=options.plain)
    year = live.year(HERE, Bar(sys.stderr, "importing"), None if options.memory else fresh(options.database))
    scenes.imported(screen, year, refused(year, options.rejects))
    scenes.rights(screen, year)
    scenes.certification(screen, year)
    scenes.credential(screen, year)
    scenes.conversion(screen, year)
    elsewhere.agency(screen)
    elsewhere.franchise(screen)
    elsewhere.morning(screen)
    elsewhere.studio(screen)
    invited.team(screen)
    if not options.memory:
        anew = ", and made anew by the next run" if its_own(options.database) else ""
        screen.say(f"\nThe practice's year is kept in {os.path.relpath(options.database)}{anew}.")
    sys.stdout.flush()
    return 0


def amiss(options: argparse.Namespace) -> str:
    """Say what is wrong with the places that were given, before anything is written; nothing, if nothing is."""
    database: Path = options.database
    if any(path.is_file() for path in (options.rejects, *options.rejects.parents)):
        return f"--rejects: {options.rejects} is no folder"
    if options.memory:
        return ""
    if not database.parent.is_dir():
        return f"--database: there is no folder {database.parent}"
    if not its_own(database) and any(file.exists() for file in files(database)):
        return f"--database: {database} is there already, and might be yours; give a new name"
    return ""


def its_own(database: Path) -> bool:
    """Whether it is the file that every run makes anew."""
    return database.resolve() == OWN.resolve()


def files(database: Path) -> tuple[Path, ...]:
    """Give the files of a database: it, and what SQLite writes beside it."""
    return tuple(database.with_name(database.name + end) for end in ("", "-wal", "-shm"))


def fresh(database: Path) -> SqlStorage:
    """Give an empty database; what the last run has left in the demo's own goes."""
    for file in files(database) if its_own(database) else ():
        file.unlink(missing_ok=True)
    return SqlStorage(f"sqlite:///{database}")


def refused(year: live.Year, folder: Path) -> tuple[str, ...]:
    """Keep the refused rows, a file for each export; give the names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for file, rows in zip(live.FILES, (year.contacts, year.appointments), strict=True):
        path = folder / f"rejects-{file}"
        write_refused(path, [row for row in rows if row.faults])
        names.append(os.path.relpath(path))
    return tuple(names)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever reads has read enough, e.g. `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
