"""Write the pages that follow from the tables and the code, so that no page says what the tables do not.

`python docs/generate.py` writes `docs/reference/` and the picture in `README.md`. With `--check` it writes nothing,
names what is stale, and exits with 1 if anything is.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Final, get_args, get_origin

from attrs import NOTHING, Attribute, fields

import funnelkit
from funnelkit import Funnel, FunnelService, Policy, Refused, cells, commands, errors, policy, rules, table, words
from funnelkit.cli import OURS
from funnelkit.commands import Command
from funnelkit.decisions import Mark, Rule
from funnelkit.life import Life
from funnelkit.machines import mermaid
from funnelkit.render import compare, markdown
from funnelkit.render.tables import figure
from funnelkit.statuses.appointment import APPOINTMENT
from funnelkit.statuses.invitation import INVITATION
from funnelkit.statuses.package import PACKAGE
from funnelkit.table import Whence
from funnelkit.values import client_events, events

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
REFERENCE: Final = DOCS / "reference"
README: Final = ROOT / "README.md"
SOURCE: Final = Path(inspect.getfile(funnelkit)).parent

MADE: Final = "<!-- Written by docs/generate.py from the tables and the code. Change those, then run `make docs`. -->"
PICTURE: Final = re.compile(r"(?<=<!-- picture: coaching -->\n\n).*?(?=\n\n<!-- end of picture -->)", re.DOTALL)
COMMANDS: Final = (
    "A command is a frozen value. Making one checks its fields, and `Invalid` names every problem at once. "
    "`crm.plan(command)` says what it would do, `crm.do(command)` does it. All stand in `funnelkit.commands`, and "
    "`Command` there is what they have in common."
)
LEGEND: Final = "What the keys in a *Source* column stand for says [choices](../choices.md#how-to-read-a-source)."


# ----------------------------------------------------------------------------------------------------- small parts


def sheet(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Write a table; a bar or a line break in a cell is written so that it stays inside."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Write as code; nothing as nothing."""
    return f"`{text}`" if str(text) else ""


def listed(name: str) -> str:
    """Write keys that are joined by commas as code, one by one."""
    return ", ".join(code(part) for part in name.split(", "))


def page(title: str, *parts: str) -> str:
    """Put a page together."""
    return "\n\n".join([MADE, f"# {title}", *(part for part in parts if part)]) + "\n"


def said(thing: object) -> str:
    """Give a docstring as Markdown paragraphs, with the source at its end as a line of its own."""
    return inspect.getdoc(thing) or ""


def first(thing: object) -> str:
    """Give the first line of a docstring, without the title in capitals that some modules have."""
    text = re.sub(r"^[A-Z ]{4,}: ", "", said(thing).partition("\n")[0])
    return text[:1].upper() + text[1:]


@cache
def classes(module: str) -> Mapping[str, ast.ClassDef]:
    """Give the classes of a module as they are written."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def notes(kind: type[object]) -> Mapping[str, str]:
    """Give the docstring that stands below each attribute of a class, those of its parents included."""
    found: dict[str, str] = {}
    for part in reversed(kind.__mro__):
        if part.__module__.partition(".")[0] != "funnelkit":
            continue
        for field, below in pairwise(classes(part.__module__)[part.__name__].body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
                case _:
                    pass
    return found


def types(kind: type[object]) -> Mapping[str, str]:
    """Give the annotation of each attribute as it is written."""
    found: dict[str, str] = {}
    for part in reversed(kind.__mro__):
        found |= {name: str(text) for name, text in vars(part).get("__annotations__", {}).items()}
    return {name: text.replace("S_contra", "Status").replace("OrKeep", "KEEP") for name, text in found.items()}


def default(field: Attribute[Any]) -> str:
    """Write the default of a field; a field without one is needed."""
    value: Any = field.default
    if value is NOTHING:
        return "*needed*"
    if hasattr(value, "factory"):
        value = value.factory()
    if isinstance(value, Enum):
        return code(value.name if type(value).__name__ == "Keep" else f"{type(value).__name__}.{value.name}")
    return code(repr(value))


def table_of_fields(kind: type[object], leave_out: frozenset[str] = frozenset()) -> str:
    """Write the fields of a class as a table; without a column for meanings where none is written down."""
    typed, noted = types(kind), notes(kind)
    known: tuple[Attribute[Any], ...] = fields(kind)  # type: ignore[arg-type]  # only attrs classes come here
    lines = [
        (code(f.name), code(typed.get(f.name, "")), default(f), noted.get(f.name, ""))
        for f in known
        if f.init and f.name not in leave_out
    ]
    heads = ("Field", "Type", "Default", "Meaning")
    wide = 4 if any(meaning for *_, meaning in lines) else 3
    return sheet(heads[:wide], [line[:wide] for line in lines]) if lines else ""


# ------------------------------------------------------------------------------------------------------- the pages


def of_a_funnel(name: str) -> str:
    """Write a funnel: its picture, its tables, and its other readings."""
    funnel, readings = OURS[name]
    module = import_module(f"funnelkit.statuses.{name}")
    tables = markdown(funnel).partition("\n\n")[2].strip()
    others = [f"### {title}\n\n{_otherwise(str(compare(funnel, other)))}" for title, other in readings.items()]
    home = f"funnelkit.statuses.{name}"
    where = f"In code: `funnelkit.{name.upper()}`; its statuses are `{home}.{funnel.statuses.__name__}`."
    again = f"`READINGS` of `{home}` has each of these as a funnel of its own, under the title given here."
    return page(
        f"The funnel {name}",
        first(module),
        f"{where} {LEGEND}",
        f"```mermaid\n{mermaid(funnel)}```",
        tables,
        f"## Other readings\n\n{again}" if others else "",
        *others,
    )


def _otherwise(text: str) -> str:
    """Take the title from a comparison, and put its headings below ours."""
    return re.sub(r"^## (.*)$", r"#### \1", text.partition("\n\n")[2], flags=re.MULTILINE).strip()


def of_a_life(life: Life[Any]) -> str:
    """Write the life of a noun that is no contact."""
    lines = [
        (
            move.start.value if isinstance(move.start, Whence) else ", ".join(move.start),
            code(move.on),
            ", ".join(move.to) if isinstance(move.to, tuple) else move.to.value,
            ", ".join(move.by),
            move.source,
        )
        for move in life.moves
    ]
    module = import_module(life.statuses.__module__)
    table = sheet(("While it is", "and this happens", "it becomes", "by", "Source"), lines)
    article = "an" if life.name[0] in "aeiou" else "a"
    return page(f"The life of {article} {life.name}", first(module), LEGEND, table)


def of_the_rules() -> str:
    """Write every rule under the question that it helps to answer, the answers of the tables, and the needs."""
    parts = [
        "A rule is a claim that is true when all is well. Its address is module and name: "
        "`conversion.never_backward` is the function `never_backward` in `rules/conversion.py`. "
        "What a finding is *about* decides [how to answer HTTP](../how-to/answer-http.md). " + LEGEND
    ]
    for module in map(_rule_module, sorted(found.name for found in iter_modules(rules.__path__))):
        own = [value for value in vars(module).values() if isinstance(value, Rule)]
        name = module.__name__.rpartition(".")[2]
        parts.append(f"## {name}\n\n{first(module)}")
        parts += map(_of_a_rule, (each for each in own if each.address.startswith(f"{name}.")))
    parts.append(
        "## Answers of the tables\n\nThese findings come from a cell or a row, not from a function. "
        "The source is the cell's own."
    )
    asked = (
        ("access.status_grants", cells.GRANTED),
        ("booking.status_may_book", cells.BOOKABLE),
        ("certification.status_counts", cells.COUNTED),
        ("removal.standing_allows", cells.REMOVED),
    )
    for address, texts in asked:
        parts.append(f"### `{address}`")
        parts.append(sheet(("Cell", "It says"), [(code(cell.value), text) for cell, text in texts.items()]))
    parts.append("### `conversion.a_row_leads_there`")
    parts.append(sheet(("Row", "It says"), [("there is one", cells.LEADS), ("there is none", cells.LEADS_NOT)]))
    parts.append(
        "## Needs\n\nWhat a row of moves, or a right, asks for besides. A finding of a need has the address of the "
        "question and its key: `conversion.email`. Our commands find these by themselves; a need of your own funnel "
        "is told as `facts=` of the call. It is about a fact."
    )
    lines = [(code(need.key), need.sentence, need.remedy) for need in table.OWN_NEEDS]
    parts.append(sheet(("Key", "What must be true", "Remedy"), lines))
    said_by = ((cells.TOLD, "told, and so"), (cells.TOLD_NO, "told, and not so"), (cells.NOT_TOLD, "not told"))
    parts.append(sheet(("When the fact is", "It says"), [(when, text) for text, when in said_by]))
    return page("Rules", *parts)


def _rule_module(name: str) -> Any:  # a module
    return import_module(f"funnelkit.rules.{name}")


def _of_a_rule(each: Rule[Any, Any, Any]) -> str:
    claim, _, source = said(each.claim).partition("Source:")
    lines = [(code(Mark.OK.value), each.ok.text), (code(each.no.mark.value), each.no.text)]
    if inspect.signature(each.claim).return_annotation == "bool | None":
        lines.append((code(Mark.NOTHING.value), each.nothing.text))
    facts = [f"About: {each.no.about.value}."]
    facts += [f"Remedy: {each.no.remedy}."] if each.no.remedy else []
    facts += [f"Source: {source.strip()}"] if source else []
    return f"### `{each.address}`\n\n{claim.strip()}\n\n{sheet(('Mark', 'It says'), lines)}\n\n{' '.join(facts)}"


def of_the_policies() -> str:
    """Write every figure with its default and its meaning; one that nothing reads yet says so."""
    files = (ast.parse(file.read_text(encoding="utf-8")) for file in SOURCE.rglob("*.py"))
    read = {node.attr for tree in files for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    parts = [
        f"{first(policy)} An account sets its own with `COACHING.with_policy(...)`: "
        "see [how to derive a funnel](../how-to/derive-a-funnel.md). The defaults here are those of a funnel that "
        "sets nothing; what each of ours sets stands at the end of its page. " + LEGEND
    ]
    usual = Policy()
    for part in fields(Policy):
        kind = type(getattr(usual, part.name))
        noted, lines = notes(kind), []
        for f in fields(kind):
            unread = "" if f.name in read else " *Nothing reads this yet.*"
            value = figure(getattr(getattr(usual, part.name), f.name))
            lines.append((code(f"{part.name}.{f.name}"), value, noted.get(f.name, "") + unread))
        parts.append(f"## {part.name}\n\n`{kind.__module__}.{kind.__name__}`: {first(kind)}")
        parts.append(sheet(("Figure", "Default", "Meaning"), lines))
    parts.append("## Words of the policies")
    kinds = [kind for kind in vars(policy).values() if isinstance(kind, type) and issubclass(kind, Enum)]
    parts += [_of_an_enum(kind, "###") for kind in kinds if kind.__module__ == policy.__name__]
    return page("Policies", *parts)


def of_the_errors() -> str:
    """Write the error classes, from the general to the special."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    lines = []
    for kind in (*kinds, Refused):
        text, _, rest = said(kind).partition("(HTTP: ")
        answer = rest.partition(")")[0] or _inherited(kind)
        lines.append((code(kind.__name__), code(kind.__mro__[1].__name__), text.strip().rstrip("."), answer))
    return page(
        "Errors",
        "An error says what the caller did wrong. `Refused` is the one that carries an answer: a command was well "
        "formed, and the rules said no. All of them are names of `funnelkit`. "
        "See [how to answer HTTP](../how-to/answer-http.md).",
        sheet(("Error", "is a", "It says", "HTTP"), lines),
        f"## Problem\n\n{said(errors.Problem)}",
        table_of_fields(errors.Problem),
    )


def _inherited(kind: type[Exception]) -> str:
    parents = (said(parent) for parent in kind.__mro__[1:])
    return next((text.partition("(HTTP: ")[2].partition(")")[0] for text in parents if "(HTTP: " in text), "")


def of_the_commands() -> str:
    """Write every command with its fields, and what stands beside them."""
    kinds = [getattr(commands, name) for name in commands.__all__]
    verbs = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Command) and kind is not Command]
    shared = frozenset({"by", "at", "cause"})
    parts = [
        COMMANDS,
        f"## Fields of every command\n\n{said(Command)}",
        table_of_fields(Command),
    ]
    for kind in sorted(verbs, key=lambda kind: kind.__name__):
        parts.append(f"## {kind.__name__}\n\n{said(kind)}\n\nIt gives: {code(_gives(kind))}.")
        parts.append(table_of_fields(kind, shared))
    parts.append("## Beside the commands")
    parts.append(f"`KEEP` is the default of fields that change something. {first(type(commands.KEEP))}")
    parts.append(f"`vocabulary{_signature(commands.vocabulary)}`\n\n{said(commands.vocabulary)}")
    return page("Commands", *parts)


def _gives(kind: type[Any]) -> str:
    for part in kind.__mro__:
        for base in vars(part).get("__orig_bases__", ()):
            origin = get_origin(base)
            if isinstance(origin, type) and issubclass(origin, Command):
                result = get_args(base)[1]
                return result.__name__ if isinstance(result, type) else re.sub(r"\w+\.", "", str(result))
    raise LookupError(kind)


def _signature(function: Any) -> str:
    """Write a signature by its names and defaults; types stand in the code."""
    parts, starred = [], False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            parts.append("*")
        given = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parts.append(f"{parameter.name}{given}")
    return f"({', '.join(parts)})"


def of_the_service() -> str:
    """Write what the shell offers."""
    parts = [f"`funnelkit.FunnelService`. {said(FunnelService)}", f"`FunnelService{_signature(FunnelService)}`"]
    for kind in (kind for kind in FunnelService.__mro__ if kind.__module__.partition(".")[0] == "funnelkit"):
        parts.append("## Verbs" if kind is FunnelService else f"## {kind.__name__}\n\n{said(kind)}")
        for name, method in vars(kind).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                parts.append(f"### `crm.{name}{_signature(method)}`\n\n{said(method)}")
    return page("The service", *parts)


def of_the_words() -> str:
    """Write the closed lists that all funnels share."""
    kinds = [kind for kind in vars(words).values() if isinstance(kind, type) and issubclass(kind, Enum) and len(kind)]
    return page("Words", "The closed lists that all funnels share. " + LEGEND, *map(_of_an_enum, kinds))


def _of_an_enum(kind: type[Enum], level: str = "##") -> str:
    node = classes(kind.__module__)[kind.__name__]
    written = inspect.getsource(import_module(kind.__module__)).splitlines()[node.lineno : node.end_lineno]
    meaning = dict(re.findall(r"^ +([A-Z_]+) = [^#\n]*# (.*)$", "\n".join(written), flags=re.MULTILINE))
    lines = [(code(m.name), code(m.value), meaning.get(m.name, "")) for m in kind]
    return f"{level} {kind.__name__}\n\n{said(kind)}\n\n{sheet(('Name', 'Key', 'Meaning'), lines)}"


def of_the_events() -> str:
    """Write what a history is made of."""
    said_in = {**vars(events), **vars(client_events)}
    kinds = [
        kind
        for name, kind in said_in.items()
        if isinstance(kind, type) and issubclass(kind, events.Event) and not name.startswith("_")
    ]
    shared = frozenset(f.name for f in fields(events.Event))
    parts = [first(events), f"## Fields of every event\n\n{said(events.Event)}", table_of_fields(events.Event)]
    for kind in kinds[1:]:
        parts.append(f"## {kind.__name__}\n\n{said(kind)}\n\nAbout: {kind.noun}.")
        parts.append(table_of_fields(kind, shared))
    return page("Events", *parts, _of_an_enum(events.Why))


def of_the_names() -> str:
    """Write every name that `import funnelkit` gives."""
    lines = []
    for name in funnelkit.__all__:
        value = getattr(funnelkit, name)
        funnel = isinstance(value, Funnel)
        about = f"The funnel [{name.lower()}]({name.lower()}.md)." if funnel else first(value)
        lines.append((code(f"funnelkit.{name}"), about))
    return page(
        "Names",
        "What `import funnelkit` gives. Commands stand in `funnelkit.commands`, questions in `funnelkit.rules`, "
        "storage and clocks in `funnelkit.adapters`.",
        sheet(("Name", "What it is"), lines),
    )


def of_the_reference(titles: Mapping[str, str]) -> str:
    """Write the first page of the reference."""
    links = "\n".join(f"- [{title}]({name})" for name, title in titles.items())
    return page("Reference", "Written from the tables and the code.", links)


# ------------------------------------------------------------------------------------------------------ the writing


def generated() -> Mapping[Path, str]:
    """Give everything that is generated: each file and its text."""
    made = {f"{name}.md": of_a_funnel(name) for name in OURS}
    made |= {
        **{f"{life.name}.md": of_a_life(life) for life in (APPOINTMENT, INVITATION, PACKAGE)},
        "rules.md": of_the_rules(),
        "policies.md": of_the_policies(),
        "commands.md": of_the_commands(),
        "service.md": of_the_service(),
        "events.md": of_the_events(),
        "words.md": of_the_words(),
        "errors.md": of_the_errors(),
        "names.md": of_the_names(),
    }
    titles = {name: text.split("\n")[2].removeprefix("# ") for name, text in made.items()}
    made["index.md"] = of_the_reference(titles)
    readme = README.read_text(encoding="utf-8")
    drawn = f"```mermaid\n{mermaid(OURS['coaching'][0])}```"
    return {REFERENCE / name: text for name, text in made.items()} | {
        README: PICTURE.sub(lambda _: drawn, readme, count=1)
    }


def stale() -> tuple[str, ...]:
    """Give the names of the files that are not what they would be, and of those that nothing writes any more."""
    made = generated()
    wrong = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    left = [path for path in sorted(REFERENCE.glob("*")) if path not in made]
    return tuple(path.relative_to(ROOT).as_posix() for path in (*wrong, *left))


def main(given: Sequence[str]) -> int:
    """Write or check. Gives the exit code."""
    if list(given) == ["--check"]:
        found = stale()
        print("\n".join(f"stale: {name}; run `make docs`" for name in found) or "generated documents: fresh")
        return 1 if found else 0
    if given:
        print(__doc__)
        return 2
    REFERENCE.mkdir(exist_ok=True)
    made = generated()
    for name in stale():
        path = ROOT / name
        if path in made:
            path.write_text(made[path], encoding="utf-8")
        else:
            path.unlink()
        print(f"{'wrote' if path in made else 'removed'} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
