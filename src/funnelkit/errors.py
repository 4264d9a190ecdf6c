"""What the caller did wrong. A refusal is no error of the caller: it is an answer (see `decisions`).

No text here shows a value that could speak of a person: an unknown word is quoted only when it is nearly a known one.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@frozen
class Problem:
    """One thing that is wrong with what was given: where (`contact.email`), and what would be right."""

    path: str
    message: str

    def __str__(self) -> str:
        """Read as `path: message`."""
        return f"{self.path}: {self.message}" if self.path else self.message


class FunnelkitError(Exception):
    """Every error that funnelkit raises on purpose."""


class Invalid(FunnelkitError):
    """What was given is not well formed; `problems` names every field at once (HTTP: 422)."""

    def __init__(self, *problems: Problem) -> None:
        """Take all problems; there is at least one."""
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        """One problem a line."""
        return "\n".join(map(str, self.problems))


class UnknownStatus(Invalid):
    """A status that this funnel does not have."""


class UnknownRight(Invalid):
    """A right that is no column of this funnel."""


class NotFound(FunnelkitError):
    """There is no such thing in this account and funnel (HTTP: 404)."""


class Unavailable(FunnelkitError):
    """The storage did not do it: the disk is full, the connection is gone, tables are missing (HTTP: 503)."""


class NotLoaded(FunnelkitError):
    """A plan asked for something that was not loaded for it: a mistake of the program, not of its user."""


class Conflict(FunnelkitError):
    """Somebody else was quicker, or a plan is used a second time (HTTP: 409)."""


def gather(*parts: Callable[[], object]) -> None:
    """Do all of these; raise what one of them raises, or one Invalid with the problems of several."""
    wrongs: list[Invalid] = []
    for part in parts:
        try:
            part()
        except Invalid as wrong:
            wrongs.append(wrong)
    if len(wrongs) == 1:
        raise wrongs[0]
    if wrongs:
        raise Invalid(*(problem for wrong in wrongs for problem in wrong.problems))


def invalid(path: str, message: str) -> Invalid:
    """Make an `Invalid` of one problem."""
    return Invalid(Problem(path, message))


def unknown(noun: str, given: object, owner: str, known: Iterable[str]) -> str:
    """Say that a word is unknown, and which one was meant. It is quoted only when one is near: it might be a name.

    `unknown status 'cleint' in agency; did you mean 'client'? known: lead, prospect, client`
    """
    words = list(known)
    tail = f"known: {', '.join(words)}"
    if not isinstance(given, str):
        return f"a {noun} of {owner} is needed, not {kind_of(given)}; {tail}"
    folded = {word.casefold(): word for word in words}
    near = get_close_matches(given.strip().casefold(), list(folded), n=1, cutoff=0.7)
    if near and str(given) not in words:
        return f"unknown {noun} {str(given)!r} in {owner}; did you mean {folded[near[0]]!r}? {tail}"
    return f"unknown {noun} in {owner}; {tail}"


def kind_of(value: object) -> str:
    """Say what sort of value this is, never which."""
    if value is None:
        return "nothing"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
