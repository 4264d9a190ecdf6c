"""Documents of one's own storage: the quick way gives what the codec gives, and leaves to it what it cannot."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from attrs import evolve

from funnelkit import AGENCY, COACHING, Invalid
from funnelkit.adapters import quick
from funnelkit.adapters.papers import Papers
from funnelkit.codec import load_stored, write
from funnelkit.documents import write_funnel
from funnelkit.planning import Command
from funnelkit.schema import FORM
from funnelkit.tags import TAGS
from tests.test_codec import specimens

KEPT = {tag: value for tag, value in specimens().items() if not isinstance(value, Command)}
"""What a storage keeps: nouns, events, messages, results."""

SLOW = {"removal"}
"""What is left to the codec: a word that stands alone."""


@pytest.mark.parametrize("tag", sorted(KEPT))
def test_the_quick_way_gives_what_the_codec_gives(tag: str) -> None:
    """The same document, and the same value of it."""
    value = KEPT[tag]
    document = write(value, COACHING)
    if tag in SLOW:
        assert (None, None) == (quick.write(value), quick.read(document, type(value), COACHING))
    else:
        assert document == quick.write(value)
        assert value == quick.read(document, type(value), COACHING)
        assert value == load_stored(document, COACHING).value


@pytest.mark.parametrize("tag", sorted(KEPT.keys() - SLOW))
def test_what_another_form_wrote_is_left_to_the_codec(tag: str) -> None:
    """One field more, one less, another form, another class, a word that is none: nothing is guessed."""
    kind = type(KEPT[tag])
    document = write(KEPT[tag], COACHING)
    field = next(name for name in document if name not in ("type", "schema"))
    less = {name: held for name, held in document.items() if name != field}
    others = [{**document, "more": 1}, less, {**document, "schema": FORM - 1}, {**document, "type": "nothing"}]
    assert [None] * len(others) == [quick.read(other, kind, COACHING) for other in others]
    stranger = next(other for other in TAGS if other is not kind and not issubclass(kind, other))
    assert quick.read(document, stranger, COACHING) is None


def test_a_word_that_is_none_is_told_by_the_codec() -> None:
    """The quick way gives up, so that the error names the field."""
    document = {**write(KEPT["contact"], COACHING), "status": "nobody"}
    assert quick.read(document, object, COACHING) is None
    with pytest.raises(Invalid, match="status"):
        Papers().read(type(KEPT["contact"]), {"document": document}, COACHING)


@pytest.mark.parametrize("wrong", [{"standing": "active"}, {"since": "today"}, {"tags": 3}])
def test_what_holds_something_else_than_it_says_is_left_to_the_codec(wrong: dict[str, Any]) -> None:
    """The quick way writes no guess."""
    assert quick.write(evolve(KEPT["contact"], **wrong)) is None


@pytest.mark.parametrize("place", ["here", "within"])
def test_what_newer_code_has_added_goes_with_a_new_value(place: str) -> None:
    """On the document itself, and inside one of its lists."""
    papers, value = Papers(), KEPT["appointment"]
    before: dict[str, Any] = copy.deepcopy(write(value, COACHING))
    (before if place == "here" else before["attendees"][0])["weather"] = "fine"
    row = {"document": before}
    assert value == papers.read(type(value), row, COACHING)
    written = papers.write(value, COACHING, row)
    assert "fine" == (written if place == "here" else written["attendees"][0])["weather"]


def test_a_funnel_that_nobody_told_of_is_made_of_its_document() -> None:
    """Its statuses have their keys, so that what is stored can be read without the program that stored it."""
    papers = Papers()
    made = papers.funnel("agency", lambda: write_funnel(AGENCY))
    assert [status.value for status in AGENCY.statuses] == [status.value for status in made.statuses]
    papers.knows(AGENCY)
    assert AGENCY is papers.funnel("agency", lambda: None)
    assert AGENCY is papers.named(AGENCY.fingerprint, lambda _: None)
