"""Who is told what the shell does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Observer(Protocol):
    """Hears of plans, refusals, retries, sweeps and deliveries; never of names, addresses or texts of people.

    Each what has its facts:

    ============ =============================================== ==================================================
    what         when                                            facts
    ============ =============================================== ==================================================
    `planned`    a command was planned, by `plan` or `do`        `command`, `allowed`, `rules`: those that refuse
    `applied`    a plan was stored                               `events`, `messages`: how many
    `refused`    a refused plan was to be applied                `question`, `rules`: those that refuse
    `retried`    somebody was quicker, `do` plans again          `command`
    `swept`      a sweep has ended                               `done`, `failed`, `left`: how many
    `sent`       the notifier took a message                     `template`
    `failed`     the notifier raised                             `template`, `error`: its kind, `dead`: was given up
    `held`       a message waits for the end of quiet hours      `template`
    `withheld`   a message may never leave                       `template`
    ============ =============================================== ==================================================

    `command` and `error` are names of classes, `rules` are addresses in a tuple, exact even where the answer to the
    outside is not. `question` is a sentence with its words left open. There may be more of both: take what you know.

    It is called in the thread that works, while that waits; within a host's own transaction `applied` comes before
    the host's commit. If it raises, the work goes on, and Python warns of it (RuntimeWarning).
    """

    def hears(self, what: str, account: str, facts: Mapping[str, object]) -> None:
        """Be told that something was done, in this account."""
        ...
