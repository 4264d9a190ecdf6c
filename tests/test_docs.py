"""The documentation is true: examples run, links lead somewhere, generated pages are fresh, names exist.

How examples are written stands in `docs/outputs.py`, which also writes down what they print.
"""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import funnelkit
from docs import generate, outputs
from funnelkit import FunnelService, Policy, commands, rules
from funnelkit.agenda import Agenda
from funnelkit.questions import Questions
from funnelkit.table import OWN_NEEDS

PAGES = outputs.pages()
NAMES = [path.relative_to(generate.ROOT).as_posix() for path in PAGES]
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in zip(NAMES, PAGES, strict=True)}
BY_HAND = {name: text for name, text in TEXTS.items() if not name.startswith("docs/reference/")}
WHOLE = "\n".join(TEXTS.values())
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted(generate.SOURCE.rglob("*.py"))}

LINK = re.compile(r"\]\((?P<file>[^)#\s]*)(?:#(?P<part>[^)\s]+))?\)")
CODE = re.compile(r"\b(?:CC|SD|BG|SC|DL|IC)-A[0-9]+\b")
QUESTIONS = "|".join(sorted(found.name for found in iter_modules(rules.__path__)))
ADDRESS = re.compile(rf"`({QUESTIONS})\.([a-z_]+)(?=[`(])")


def headings(text: str) -> set[str]:
    """The names by which other pages link to the headings of this one."""
    found = re.findall(r"^#+ (.*)$", outputs.FENCE.sub("", text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def exists(dotted: str) -> bool:
    """Whether this dotted name can be imported, or is an attribute of something that can."""
    parts = dotted.split(".")
    value: object = import_module(parts[0])
    for place, part in enumerate(parts[1:], start=2):
        if not hasattr(value, part):
            try:
                value = import_module(".".join(parts[:place]))
            except ModuleNotFoundError:
                return False
        else:
            value = getattr(value, part)
    return True


@pytest.mark.parametrize("name", NAMES)
def test_examples_print_what_the_page_says(name: str) -> None:
    """Every Python block runs, and prints exactly what stands in the text block right below it, or nothing."""
    for example, printed in outputs.run(TEXTS[name], name):
        assert (example.shown or "") == printed, f"{name}:{example.line}"


def test_the_front_page_and_the_tutorial_have_examples() -> None:
    """A page that lost its fences would pass unseen."""
    assert 4 <= len(list(outputs.examples(TEXTS["README.md"])))
    assert 10 <= len(list(outputs.examples(TEXTS["docs/tutorial.md"])))


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_files_and_headings(name: str) -> None:
    """Every relative link of a page names a file that is there and, behind a #, one of its headings."""
    broken = []
    for link in LINK.finditer(outputs.FENCE.sub("", TEXTS[name])):
        target = (generate.ROOT / name).parent / link["file"] if link["file"] else generate.ROOT / name
        there = target.is_file() and target.resolve().is_relative_to(generate.ROOT)
        if not there or (link["part"] and link["part"] not in headings(target.read_text(encoding="utf-8"))):
            broken.append(link[0])
    assert [] == broken


def test_every_page_can_be_reached() -> None:
    """From README, by links, a reader comes to every page."""
    seen, ways = set[Path](), [generate.README]
    while ways:
        page = ways.pop()
        seen.add(page)
        links = LINK.finditer(page.read_text(encoding="utf-8"))
        found = {(page.parent / link["file"]).resolve() for link in links if link["file"].endswith(".md")}
        ways += [path for path in found if path in PAGES and path not in seen]
    assert [] == sorted(set(PAGES) - seen)


def test_generated_pages_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    """The reference and the picture say what the tables and the code say."""
    code = generate.main(["--check"])
    assert (0, "generated documents: fresh\n") == (code, capsys.readouterr().out)


def test_a_stale_page_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The check ends with 1 and names every file that is not as it would be written."""
    fresh = {path: path.read_text(encoding="utf-8") for path in PAGES if path.parent == generate.REFERENCE}
    changed = generate.REFERENCE / "coaching.md"
    monkeypatch.setattr(generate, "generated", lambda: {**fresh, changed: fresh[changed] + "\nmore\n"})
    assert 1 == generate.main(["--check"])
    assert ["stale: docs/reference/coaching.md; run `make docs`"] == capsys.readouterr().out.splitlines()


def test_every_public_name_is_documented() -> None:
    """Every name of `funnelkit` and every command stands somewhere in the pages, as code."""
    public = [*funnelkit.__all__, *commands.__all__]
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`|^#+ .*$", WHOLE, flags=re.MULTILINE))))
    assert [] == [name for name in public if name not in told]


def test_every_name_in_the_pages_exists() -> None:
    """What a page calls `funnelkit.…` or `crm.…` is there."""
    dotted = sorted(set(re.findall(r"\bfunnelkit(?:\.\w+)+", WHOLE)))
    assert dotted
    assert [] == [name for name in dotted if not exists(name)]
    asked = sorted(set(re.findall(r"\bcrm\.(\w+)", WHOLE)))
    known = {*dir(FunnelService), *Questions.__annotations__, *Agenda.__annotations__}
    assert [] == [name for name in asked if name not in known]


def test_every_rule_in_the_pages_exists() -> None:
    """What a page gives as an address is a rule, a question, a figure, a need, or an answer of a table."""
    addresses = set(re.findall(r'"([a-z]+\.[a-z_]+)"', "\n".join(SOURCES.values())))
    needs = {need.key for need in OWN_NEEDS}

    def is_known(module: str, name: str) -> bool:
        part = getattr(Policy(), module, None)
        rule = hasattr(import_module(f"{rules.__name__}.{module}"), name)
        return rule or hasattr(part, name) or name in needs or f"{module}.{name}" in addresses

    found = sorted({match for text in BY_HAND.values() for match in ADDRESS.findall(text)})
    assert found
    assert [] == [f"{module}.{name}" for module, name in found if not is_known(module, name)]


def test_every_choice_is_explained() -> None:
    """A code that the source or a page names as decided has its line among the choices."""
    cited = {code for text in (*SOURCES.values(), *TEXTS.values()) for code in CODE.findall(text)}
    assert [] == sorted(cited - set(CODE.findall(TEXTS["docs/choices.md"])))


def test_every_fault_and_every_consequence_is_explained() -> None:
    """The codes of faults stand on the page about tables; those of consequences and obligations on that about plans."""
    lint = SOURCES[generate.SOURCE / "lint.py"]
    faults = set(re.findall(r'_fault\(\s*[^"]*"?\w*"?,\s*"([a-z_]+)"', lint))
    assert "hole" in faults
    assert [] == sorted(code for code in faults if f"`{code}`" not in TEXTS["docs/explanation/tables.md"])
    made = [re.findall(r'(?:Consequence|Obligation)\(\s*"([a-z_]+)"', text) for text in SOURCES.values()]
    codes = {code for found in made for code in found}
    assert "rights_gained" in codes
    assert [] == sorted(code for code in codes if f"`{code}`" not in TEXTS["docs/explanation/plans.md"])


def test_make_knows_what_the_pages_call() -> None:
    """Every `make …` in a page is a target of the Makefile."""
    makefile = (generate.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    called = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", "\n".join(BY_HAND.values()), flags=re.MULTILINE))
    assert set() == {name for pair in called for name in pair if name} - targets


def test_pages_name_no_host_and_no_machine() -> None:
    """Sources are cited by name, and nothing says where a page was written."""
    assert [] == re.findall(r"https?://\S+|(?:/home|/root|/tmp|/work|/Users)/\S*", WHOLE)
