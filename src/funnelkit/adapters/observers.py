"""What the shell does, in the log of the standard library."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from funnelkit.errors import Invalid, Problem, kind_of

LEVELS: Final[Mapping[str, int]] = {
    "planned": logging.DEBUG,
    "applied": logging.INFO,
    "refused": logging.INFO,
    "retried": logging.INFO,
    "swept": logging.INFO,
    "sent": logging.INFO,
    "failed": logging.WARNING,
    "held": logging.INFO,
    "withheld": logging.INFO,
}
"""How loud each is. What is not listed is INFO."""


class LoggingObserver:
    """Writes a record for each thing that is done: `sent account=acme template=invitation`.

    The record carries the same apart, for handlers that write JSON: `funnelkit_what`, `funnelkit_account`, and each
    fact as `funnelkit_` and its name. No name and no address is in it, since an observer hears of none.
    """

    def __init__(self, logger: str = "funnelkit", levels: Mapping[str, int] | None = None) -> None:
        """Take the name of a logger, and levels that differ: `LoggingObserver(levels={"planned": logging.INFO})`.

        A message that is given up, and a sweep in which something failed, are one level louder than the others of
        their kind. Raises Invalid for a level that is no number.
        """
        given = dict(levels or {})
        wrong = [
            Problem(f"levels.{what}", f"a level is needed, e.g. logging.INFO, not {kind_of(level)}")
            for what, level in given.items()
            if type(level) is not int
        ]
        if wrong:
            raise Invalid(*wrong)
        self._logger = logging.getLogger(logger)
        self._levels = {**LEVELS, **given}

    def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
        """Write it, if anybody listens to that level."""
        level = self._levels.get(what, logging.INFO)
        if facts.get("dead") is True or (what == "swept" and facts.get("failed")):
            level += logging.INFO - logging.DEBUG  # from one level to the next
        if not self._logger.isEnabledFor(level):
            return
        told: dict[str, object] = {"account": account, **facts}
        text = " ".join(f"{name}={_written(value)}" for name, value in told.items())
        extra = {"funnelkit_what": what} | {f"funnelkit_{name}": value for name, value in told.items()}
        self._logger.log(level, "%s %s", what, text, extra=extra)


def _written(value: object) -> str:
    """Write a fact in one word, or in quotes: one record is one line, whatever is in it."""
    if isinstance(value, tuple):
        return ",".join(map(_written, value)) or "-"
    text = str(value)
    return text if text and text.isprintable() and not set(text) & set(" \"'=,") else repr(text)
