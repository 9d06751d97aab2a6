"""What does a member's question say? Taken apart once for all that look at it."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.search.spelling import Spelling
from knowledge.search.words import Lexicon, Unit


@dataclass(frozen=True)
class Reading:
    """A question with its units and stems, slips put right; `is_language` False where most of its words are none."""

    text: str
    units: tuple[Unit, ...]
    stems: tuple[str, ...]
    is_language: bool

    @property
    def asks_for(self) -> int:
        """How many things it asks for: words and names that tell something; 0 where most words are none."""
        return sum(not unit.is_light for unit in self.units) if self.is_language else 0


def read_question(text: str, lexicon: Lexicon, spelling: Spelling) -> Reading:
    """Takes a question apart."""
    words = lexicon.split(text)
    corrected = lexicon.split(text, spelling)
    known = sum(spelling.knows(word.written) for word in words)
    return Reading(
        text, tuple(lexicon.units(corrected)), tuple(word.stem for word in corrected), 2 * known > len(words)
    )
