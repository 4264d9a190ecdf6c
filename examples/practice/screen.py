"""What the demo prints with: headings, aligned tables, a progress bar. In colour on a terminal, plain when piped."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Final, TextIO

GREEN, RED, YELLOW, BOLD, DIM = "32", "31", "33", "1", "2"
TINTS: Final = {
    "yes": GREEN, "no": RED, "item": YELLOW, "silent": YELLOW, "counted": GREEN, "not": RED, "refused": RED,
    "allowed:": GREEN, "refused:": RED, "ok": GREEN, "NO": RED, "--": DIM, "needs": YELLOW, "then": YELLOW,
    "host": YELLOW, "note": YELLOW,
}  # fmt: skip
"""What is shown in which colour: a whole cell of a table, or the first word of a line of an answer."""

PLAIN_WIDTH: Final = 120


class Screen:
    """Prints on a stream."""

    def __init__(self, out: TextIO, *, plain: bool = False) -> None:
        """Use colours if the stream is a terminal that has them, and nobody asked for none (https://no-color.org)."""
        terminal = out.isatty()
        self.out = out
        self.colour = terminal and not plain and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = max(shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns, 80) if terminal else PLAIN_WIDTH

    def title(self, text: str) -> None:
        """Begin a chapter."""
        self.say(f"\n{self.paint(text, BOLD)}\n{self.paint('=' * len(text), DIM)}")

    def say(self, text: str = "") -> None:
        """Print a line."""
        print(text, file=self.out)

    def tell(self, text: str) -> None:
        """Print a paragraph, wrapped."""
        self.say("\n".join(wrap(text, self.width)))

    def answer(self, answer: object) -> None:
        """Print a decision or a plan as it reads, its marks in colour."""
        for line in str(answer).splitlines():
            word = re.match(r" *(\S+)", line)
            tint = TINTS.get(word.group(1), "") if word else ""
            self.say("  " + (line if word is None else self.paint(word.group(0), tint) + line[word.end() :]))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
        """Print rows in aligned columns; the last one takes several lines if it must. `right`: columns of numbers."""
        cells = [[str(cell) for cell in row] for row in rows]
        wide = [max(len(cell) for cell in column) for column in zip(head, *cells, strict=True)]
        wide[-1] = max(self.width - 2 - sum(width + 2 for width in wide[:-1]), 30)
        self._row(head, wide, right, DIM)
        for row in cells:
            self._row(row, wide, right, "")

    def _row(self, cells: Sequence[str], wide: Sequence[int], right: Sequence[int], tint: str) -> None:
        last = len(cells) - 1
        parts = [[cell] if place < last else wrap(cell, wide[place]) or [""] for place, cell in enumerate(cells)]
        for line in zip_longest(*parts, fillvalue=""):
            tints = [tint or TINTS.get(cell, "") for cell in line]
            shown = [
                " " * (width - len(cell)) + self.paint(cell, tinted)
                if place in right
                else self.paint(cell, tinted) + " " * (width - len(cell))
                for place, (cell, width, tinted) in enumerate(zip(line[:-1], wide, tints, strict=False))
            ]
            self.say(f"  {'  '.join([*shown, self.paint(line[-1], tints[-1])])}".rstrip())

    def paint(self, text: str, tint: str) -> str:
        """Give the text in this colour, where there are colours."""
        return f"\x1b[{tint}m{text}\x1b[0m" if self.colour and tint and text else text


class Bar:
    """A progress bar on one line of a terminal; on anything else it is silent."""

    def __init__(self, out: TextIO, what: str) -> None:
        """Show nothing yet."""
        self.out, self.what, self.shown = out, what, -1
        self.silent = not out.isatty()

    def __call__(self, done: int, of: int) -> None:
        """Show how much is done, if that has changed by a hundredth; take the bar away at the end."""
        share = 100 * done // max(of, 1)
        if self.silent or share == self.shown:
            return
        self.shown = share
        full = share * 40 // 100
        line = f"{self.what} [{'#' * full}{'.' * (40 - full)}] {share:3d} %"
        self.out.write(f"\r{line}" if done < of else f"\r{' ' * len(line)}\r")
        self.out.flush()
