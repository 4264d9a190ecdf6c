"""What a cell of a table says: one whole sentence for each grant. Its finding is made once, when a funnel is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from funnelkit.decisions import About, Consequence, Finding, Mark
from funnelkit.words import Grant, Removal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GRANTED: Final = {
    Grant.YES: "{funnel} gives {status} the right {right}",
    Grant.NO: "{funnel} does not give {status} the right {right}",
    Grant.PERMITTED: "{funnel} gives {status} the right {right} for single items, by permission",
    Grant.OWNED: "{funnel} gives {status} the right {right} for what was bought",
    Grant.UNSTATED: "the source of {funnel} says nothing about {right} for {status}, so it is refused",
}
BOOKABLE: Final = {
    Grant.YES: "{funnel} lets {status} book {kind}",
    Grant.NO: "{funnel} does not let {status} book {kind}",
    Grant.PERMITTED: "{funnel} lets {status} book {kind} where it was opened by permission",
    Grant.OWNED: "{funnel} lets {status} book {kind} where it was bought",
    Grant.UNSTATED: "the source of {funnel} does not say whether {status} may book {kind}, so it is refused",
}
COUNTED: Final = {
    Grant.YES: "{funnel} counts the hours of {status}",
    Grant.NO: "{funnel} does not count the hours of {status}",
    Grant.PERMITTED: "{funnel} counts the hours of {status} by permission only",
    Grant.OWNED: "{funnel} counts the hours of {status} for what was bought only",
    Grant.UNSTATED: "the source of {funnel} does not say whether the hours of {status} count, so they do not",
}
REMOVED: Final = {
    Removal.DELETED: "in {funnel} a contact that is {standing} and {ties} is deleted for good",
    Removal.ARCHIVED: "in {funnel} a contact that is {standing} and {ties} is archived instead of deleted",
    Removal.REFUSED: "in {funnel} a contact that is {standing} and {ties} is not deleted",
    Removal.UNSTATED: "the source of {funnel} does not say what deleting a contact that is {standing} and {ties} does",
}
LEADS: Final = "{funnel} has the move from {now} to {to}"
LEADS_NOT: Final = "{funnel} has no move from {now} to {to}"
TOLD: Final = "{sentence}"
OTHERWISE: Final = "{otherwise}"
TOLD_NO: Final = "it is not so that {sentence}"
NOT_TOLD: Final = "nobody told whether {sentence}"
RIGHT_QUESTION: Final = "may {status} have the right {right}"
MOVE_QUESTION: Final = "may {now} become {to}"

GRANT_MARKS: Final = {Grant.YES: Mark.OK, Grant.NO: Mark.NO, Grant.UNSTATED: Mark.NO}
REMOVAL_MARKS: Final = {Removal.DELETED: Mark.OK, Removal.ARCHIVED: Mark.OK}


def granted(
    rule: str, texts: Mapping[Grant, str], cell: Grant, words: Mapping[str, object], source: str, open_: Mark = Mark.OK
) -> Finding:
    """Make the finding of a grant; `open_` is the mark where an item decides (by permission, by ownership)."""
    return Finding(rule, GRANT_MARKS.get(cell, open_), texts[cell], source=source, params=words)


def removed(cell: Removal, words: Mapping[str, object], source: str) -> Finding:
    """Make the finding of a removal."""
    return Finding(
        "removal.standing_allows", REMOVAL_MARKS.get(cell, Mark.NO), REMOVED[cell], source=source, params=words
    )


def led(now: object, to: object, source: str | None) -> Finding:
    """Make the finding of a pair of statuses: whether a row leads from one to the other; no source, no row."""
    mark, text = (Mark.OK, LEADS) if source is not None else (Mark.NO, LEADS_NOT)
    return Finding(
        "conversion.a_row_leads_there", mark, text, source=source or "", params={"now": now or "new", "to": to}
    )


def passed_on(gained: tuple[object, ...], lost: tuple[object, ...]) -> Iterator[Consequence]:
    """Make the consequences of a pair of statuses: which rights are gained, and which are lost."""
    if gained:
        yield Consequence("rights_gained", "the contact gains {rights}", {"rights": gained})
    if lost:
        yield Consequence("rights_lost", "the contact loses {rights}", {"rights": lost})


def told(module: str, need: tuple[str, str, str, str], facts: Mapping[str, bool]) -> Finding:
    """Find whether a named fact was told, and how; one that nobody told refuses, and can still be supplied.

    `need` has the key, the sentence that must be true, the remedy, and the sentence that is true otherwise.
    """
    key, sentence, remedy, otherwise = need
    fact, address, words = facts.get(key), f"{module}.{key}", {"sentence": sentence, "otherwise": otherwise}
    if fact is None:
        return Finding(address, Mark.NEEDS, NOT_TOLD, About.FACT, remedy, params=words)
    if not fact:
        return Finding(address, Mark.NO, OTHERWISE if otherwise else TOLD_NO, About.FACT, remedy, params=words)
    return Finding(address, Mark.OK, TOLD, About.FACT, params=words)


@frozen
class Words:
    """The words of a shared answer, as a case gives them."""

    given: Mapping[str, object]

    def words(self) -> Mapping[str, object]:
        """Give them."""
        return self.given
