"""WHAT A CREDENTIAL ASKS FOR: sets of figures, each with a version, and what of a session counts at all.

Whoever gives a credential changes its figures: then a row comes, and the old one stays. No number stands in code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from attrs import field, frozen

from funnelkit.errors import Problem, invalid, unknown
from funnelkit.values.checks import Checked, asks, checked, day, each, instance, number, optional, text, texts
from funnelkit.words import Activity, Kind, Pay

CENTURY: Final = 1200
"""Months of a century."""


@frozen(kw_only=True)
class Requirements(Checked):
    """What one credential asks for, in one version. Hours are whole; a recency window is in calendar months."""

    credential: str = field(metadata=asks(text))
    version: str = field(metadata=asks(text))
    hours: int = field(metadata=asks(number))
    paid: int = field(metadata=asks(number))
    """Of the hours, so many at least are paid."""
    clients: int = field(metadata=asks(number))
    recent: int | None = field(default=None, metadata=asks(optional(number)))
    """Of the hours, so many at least lie within the last `months`, paid or not."""
    months: int | None = field(default=None, metadata=asks(optional(number)))
    heads: int | None = field(default=None, metadata=asks(optional(number)))
    """So many people at most are a group that counts."""
    holds: tuple[str, ...] = field(default=(), converter=texts, metadata=asks(each(text)))
    """One of these credentials is or was held; empty: none is asked for."""
    source: str = field(default="", metadata=asks(instance(str, "a text")))

    def together(self) -> Iterable[Problem]:
        """Ask for no more paid or recent hours than hours, and for a window with recent ones, of a century at most."""
        for name, part in (("paid", self.paid), ("recent", self.recent)):
            if type(part) is type(self.hours) is int and part > self.hours:
                yield Problem(name, "these are of the hours; no more than those are needed")
        if (self.recent is None) is not (self.months is None):
            yield Problem("months", "recent hours and their window go together")
        if type(self.months) is int and self.months > CENTURY:
            yield Problem("months", f"at most {CENTURY} months are needed")

    def __str__(self) -> str:
        """Read as its name: `PCC 2022`."""
        return f"{self.credential} {self.version}"


@frozen(kw_only=True)
class Standard(Checked):
    """What a session has to be, to count for somebody."""

    trained: date | None = field(default=None, metadata=asks(optional(day)))
    """The day on which coach-specific training began: nothing before it counts. None: nobody said. Source: IC5."""
    heads: int | None = field(default=15, metadata=asks(optional(number)))
    """So many people at most are a group that counts; None: any number. Source: IC4, IC-A5."""


@frozen
class Says:
    """What a source says of something: whether it is so, and where that stands."""

    so: bool
    source: str


# fmt: off
REQUIREMENTS: Final[tuple[Requirements, ...]] = tuple(
    Requirements(
        credential=credential, version=version, hours=hours, paid=paid, clients=clients, recent=recent, months=months,
        heads=heads, holds=holds, source=source,
    )
    for credential, version, hours, paid, clients, recent, months, heads, holds,    source in (
    #    credential  version  hours  paid   clients  recent  months  heads  held before source
        ("ACC",      "2018",    100,    75,       8,     25,     18,    25, (),        "IC1; IC6: groups of 25"),
        ("ACC",      "2021",    100,    70,       8,     25,     24,    15, (),        "IC8, IC9: to the end of 2021"),
        ("ACC",      "2022",    100,    75,       8,     25,     18,    15, (),        "IC1, IC2, IC4"),
        ("PCC",      "2018",    500,   450,      25,     50,     18,    25, (),        "IC1; IC6: groups of 25"),
        ("PCC",      "2022",    500,   450,      25,     50,     18,    15, (),        "IC1, IC2, IC4"),
        ("MCC",      "2022",   2500,  2250,      35,   None,   None,    15, ("PCC",),  "IC3, IC12, IC4"),
    )
)
"""One row for each version; the last one of a credential is today's. Years name versions, ours."""

ACTIVITIES: Final[Mapping[Activity, Says]] = {
    # activity                 counts  source
    Activity.COACHING:        Says(True,   "IC5"),
    Activity.SAMPLE:          Says(False,  "IC5, IC-A1"),   # nobody has engaged a coach yet
    Activity.CONSULTATION:    Says(False,  "IC5, IC-A1"),
    Activity.MENTOR_COACHING: Says(False,  "IC5"),
    Activity.SUPERVISION:     Says(False,  "IC5"),
    Activity.ASSESSMENT:      Says(False,  "IC5"),
    Activity.TEACHING:        Says(False,  "IC5"),
    Activity.TRAINING:        Says(False,  "IC5"),
    Activity.WORKSHOP:        Says(False,  "IC5"),
    Activity.CLASS:           Says(False,  "IC5"),
}

PAYS: Final[Mapping[Pay, Says]] = {
    # the coach got           paid    source
    Pay.PAID:                Says(True,   "IC7"),
    Pay.BARTER:              Says(True,   "IC7, IC10"),
    Pay.INTERNAL:            Says(True,   "IC7, IC14"),
    Pay.THIRD_PARTY:         Says(True,   "IC7, IC14"),
    Pay.PEER_EXCHANGE:       Says(True,   "IC7, IC10"),
    Pay.PRO_BONO:            Says(False,  "IC7, IC-A2"),
}

KINDS: Final[Mapping[Kind, Activity]] = {
    # an appointment of this kind is, unless somebody says otherwise
    Kind.SESSION:      Activity.COACHING,
    Kind.SAMPLE:       Activity.SAMPLE,
    Kind.CONSULTATION: Activity.CONSULTATION,
}
# fmt: on


def requirements(credential: str, version: str | None = None) -> Requirements:
    """Give what a credential asks for: in that version, else in the last one. Raises Invalid with the known ones."""
    checked(credential=text(credential))
    of_it = {row.version: row for row in REQUIREMENTS if row.credential == credential.upper()}
    if not of_it:
        known = dict.fromkeys(row.credential for row in REQUIREMENTS)
        raise invalid("credential", unknown("credential", credential, "funnelkit", known))
    if version is None:
        return list(of_it.values())[-1]
    if version not in of_it:
        raise invalid("version", unknown("version", version, credential.upper(), of_it))
    return of_it[version]
