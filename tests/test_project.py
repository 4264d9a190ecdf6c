"""The project keeps its own promises: few dependencies, a light import, honest names, small files, one way to check."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
SOURCES = sorted(SRC.rglob("*.py"))

DRAWERS = {"utils", "helpers", "common", "base", "core", "manager", "handlers", "models", "misc"}
HEAVY = {"asyncio", "cattrs", "sqlite3", "transitions", "funnelkit.adapters", "funnelkit.strict", "funnelkit.machines"}
LONGEST = 400


def from_root(path: Path) -> str:
    """The path as a reader of the repository writes it."""
    return path.relative_to(ROOT).as_posix()


def test_the_core_needs_three_packages_and_no_other() -> None:
    """Whoever installs funnelkit gets attrs, cattrs and transitions, and nothing else."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    named = sorted(re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0] for requirement in project["dependencies"])
    assert ["attrs", "cattrs", "transitions"] == named


def test_the_readme_names_every_extra() -> None:
    """What stands there can be asked of pip, and nothing is left out but what only we need."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = {*tomllib.load(file)["project"]["optional-dependencies"]} - {"dev"}
    told = (ROOT / "README.md").read_text(encoding="utf-8").partition("the extras that you need: ")[2].partition(".")[0]
    assert extras == {*re.findall(r"`(\w+)`", told)}


def test_what_a_tool_is_told_to_pass_over_has_its_reason_beside_it() -> None:
    """The calls that must fail have theirs at the top of their file."""
    bare = re.compile(r"# (type: ignore(\[[a-z, -]+\])?|noqa(: [A-Z0-9, ]+)?)$")
    files = (path for folder in ("src", "tests", "examples") for path in sorted((ROOT / folder).rglob("*.py")))
    found = [
        f"{from_root(path)}:{number}"
        for path in files
        if path.name != "wrong_calls.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert [] == found


def test_the_import_is_light() -> None:
    """A fresh `import funnelkit` loads no codec, no machine, no adapter, no database and no event loop."""
    program = (
        "import json, sys; old = set(sys.modules); import funnelkit; print(json.dumps(sorted({*sys.modules} - old)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, cwd=ROOT, text=True)
    loaded = set(json.loads(done.stdout))
    assert "funnelkit" in loaded
    assert set() == loaded & HEAVY


def test_no_file_is_a_drawer() -> None:
    """A name says what a file holds; only the Django app uses the names that Django asks for."""
    paths = [path.relative_to(SRC) for path in SRC.rglob("*") if "__pycache__" not in path.parts]
    drawers = [path.as_posix() for path in paths if path.stem in DRAWERS and "django" not in path.parts]
    assert [] == drawers


def test_every_public_module_says_what_it_is() -> None:
    """A module that others may import begins with a docstring, packages included."""
    public = [path for path in SOURCES if path.name == "__init__.py" or not path.name.startswith("_")]
    assert public
    silent = [from_root(path) for path in public if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert [] == silent


def test_source_files_stay_small() -> None:
    """A file of four hundred lines or more asks for another design."""
    lengths = {from_root(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {} == {name: length for name, length in lengths.items() if length >= LONGEST}


def test_what_ci_runs_is_what_a_developer_runs() -> None:
    """`.ci/run` can be run: the tests, the checks, the tests on further Pythons, and the slow proofs."""
    script = ROOT / ".ci" / "run"
    calls = re.findall(r"^make ([a-z-]+)", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert ["test", "check", "test-others", "proofs"] == calls
    assert os.access(script, os.X_OK)
