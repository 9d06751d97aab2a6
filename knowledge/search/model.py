"""What is searched, and what does a search find?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from knowledge.citations import Citation
from knowledge.policies.model import Fact, Passage, PolicyDocument
from knowledge.therapies.model import Condition, Term, Therapy

Source = Passage | Fact | Term | Therapy | Condition


class HitKind(str, Enum):
    """What a hit is: a section of a document, one statement of ours, a word, a product, a disease."""

    PASSAGE = "passage"
    FACT = "fact"
    TERM = "term"
    THERAPY = "therapy"
    CONDITION = "condition"


@dataclass(frozen=True)
class Entry:
    """One thing that can be found.

    `id` is the fact's, term's, therapy's or condition's; a passage's section. `spans` are the sentences of `text`, as
    places in it. `context` is searched and never spoken: headings, titles, whose document it is. `names` are the ways
    in which a term is asked for. `document` is None for an entry of the catalogue. `is_quote`: the payer's own text.
    """

    kind: HitKind
    id: str
    topic: str
    source: Source
    document: PolicyDocument | None
    text: str
    spans: tuple[tuple[int, int], ...]
    context: str
    names: tuple[str, ...] = ()
    is_quote: bool = False

    def say(self, first: int, last: int) -> str:
        """The sentences from number `first` to before `last`."""
        return self.text[slice(*self.excerpt(first, last))]

    def excerpt(self, first: int, last: int) -> tuple[int, int]:
        """Where these sentences stand in the text."""
        return (self.spans[first][0], self.spans[last - 1][1]) if self.spans else (0, 0)


@dataclass(frozen=True)
class Hit:
    """An entry that was found, where in it the answer stands, and how likely it is one (0 to 1).

    `text` is empty for a therapy or condition: what is said of those is made of their fields.
    """

    kind: HitKind
    id: str
    topic: str
    source: Source
    document: PolicyDocument | None
    section: str | None
    citation: Citation
    text: str
    excerpt: tuple[int, int]
    is_quote: bool
    score: float


@dataclass(frozen=True)
class SearchResult:
    """What was found, the best first. `is_confident`: the first may be offered as the answer.

    `asks_for` is how many things the question asks for, whether they are on file or not; 0 for what is no language.
    """

    hits: tuple[Hit, ...]
    is_confident: bool
    asks_for: int
