"""What a language is: whole sentences keyed by their English template, and labels keyed by the word that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve, field, frozen


@frozen(kw_only=True)
class Texts:
    """One language. What is missing is said in English, so that a text never breaks an answer.

    `sentences`: the English template, as it stands in the rules and tables, to the translated one; `{name}` stays.
    `labels`: a word to what people call it: `coaching.hot_lead`, `right.log_in`, `role.coach`. A status is looked up
    under its funnel's name first, then under its enum's, so that a derived funnel may say it differently.
    `marks`: what stands before a finding (`ok`, `NO`, `--`, `needs`) and before a text (`allowed`, `refused`, `note`).
    """

    language: str
    sentences: Mapping[str, str] = field(factory=dict)
    labels: Mapping[str, str] = field(factory=dict)
    marks: Mapping[str, str] = field(factory=dict)

    def and_more(
        self,
        *,
        sentences: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        marks: Mapping[str, str] | None = None,
    ) -> Texts:
        """Give this language with a host's own texts beside it, or in place of ours."""
        return evolve(
            self,
            sentences={**self.sentences, **(sentences or {})},
            labels={**self.labels, **(labels or {})},
            marks={**self.marks, **(marks or {})},
        )


ENGLISH: Final = Texts(language="en")
"""English needs no table: the templates are its sentences. Keys of words without a label are shown as they are."""
