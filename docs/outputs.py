"""The examples of the pages: run them, and write down what they print.

Every Python block of a page is run, in order, in one namespace for the page. What a block prints stands in a text block
right below it; a block without one prints nothing. The tests hold every page to that. `python docs/outputs.py` runs all
pages and writes the outputs down: look at the difference before you keep it.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from attrs import frozen

ROOT: Final = Path(__file__).resolve().parent.parent
FENCE: Final = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@frozen
class Example:
    """A block of Python on a page: the line it starts on, its text, and the output that the page shows, if any."""

    line: int
    code: str
    shown: str | None
    place: tuple[int, int]
    """Where the shown output stands, or would stand, in the page."""


def pages() -> tuple[Path, ...]:
    """Give every page of the documentation, README first."""
    return (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def examples(page: str) -> Iterator[Example]:
    """Give the Python blocks of a page in order. A text block that follows one directly is what it prints."""
    fences = list(FENCE.finditer(page))
    for fence, after in zip(fences, [*fences[1:], None], strict=False):
        if fence["language"] != "python":
            continue
        line = page.count("\n", 0, fence.start("text")) + 1
        if after is not None and after["language"] == "text" and not page[fence.end() : after.start()].strip():
            yield Example(line, fence["text"], after["text"], (after.start("text"), after.end("text")))
        else:
            yield Example(line, fence["text"], None, (fence.end(), fence.end()))


def run(page: str, name: str) -> Iterator[tuple[Example, str]]:
    """Run the examples of a page in order, in one namespace, and give what each of them prints."""
    namespace: dict[str, object] = {"__name__": "page"}
    for example in examples(page):
        code = compile("\n" * (example.line - 1) + example.code, name, "exec")
        with redirect_stdout(io.StringIO()) as printed:
            exec(code, namespace)  # noqa: S102  # our own pages
        yield example, printed.getvalue()


def with_outputs(page: str, name: str) -> str:
    """Give a page with what its examples really print."""
    parts, end = [], 0
    for example, printed in run(page, name):
        parts.append(page[end : example.place[0]])
        if example.shown is not None:
            parts.append(printed)
        elif printed:
            parts.append(f"\n\n```text\n{printed}```")
        end = example.place[1]
    return "".join([*parts, page[end:]])


def main() -> int:
    """Write what the examples of every page print, where that has changed."""
    for path in pages():
        name, old = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        new = with_outputs(old, name)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
