"""Does a question ask what something is of which nothing is on file? "What is a zebra review?"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from actions.services import ActionServices
from actions.turn_context import Turn
from knowledge.policies.model import Fact

# "What is the process?" asks about what was talked of; a name comes without "the".
_ASKS_WHAT = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|so|and|but|please)\b\W*)*"
    r"(?:what(?:['’]?s|\s+is)\s+(?:an?\s+)?(?!(?:the|my|your|our|his|her|their|it|this|that|next|new|special|involved|needed|included|different|wrong|best)\b)(?P<name>[^?!.,]+)"
    r"|what\s+does\s+(?P<word>[^?!.,]+?)\s+(?:mean|stand\s+for)\b|define\s+(?P<defined>[^?!.,]+)"
    r"|tell\s+me\s+about\s+(?P<told>[a-z]{5,}))\W*$",
    re.IGNORECASE,
)
# "Can you explain it?" asks for no yes.
_ASKS_IF = re.compile(
    r"^\W*(?:(?:so|and|but|ok)\b\W*)*(?:is|are|was|do|does|did|can|could|will|would|has|have)\b(?!\s+you\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_MOST_WORDS = 4
# Words are compared up to here: "edited" is near enough to "editing".
_STEM = 5
_OF_ANY_QUESTION = frozenset(
    ["does", "have", "this", "that", "they", "them", "these", "those", "what", "with", "from", "same", "thing",
     "reall", "just", "like", "your", "mean", "about", "also", "very", "kind", "more", "than", "ther", "gene", "genes",
     "genet", "cell", "cells", "thera", "treat", "medic", "work", "works"]
)  # fmt: skip


def find_asked_name(text: str) -> str | None:
    """The name in "what is X?", where the message asks for nothing else."""
    asked = _ASKS_WHAT.match(text)
    name = (asked["name"] or asked["word"] or asked["defined"] or asked["told"]).strip() if asked else ""
    return name if name and len(name.split()) <= _MOST_WORDS else None


def asks_beside(asked: str, facts: Sequence[Fact]) -> bool:
    """True for a question for yes or no with a word that stands in none of these facts: "is a vaccine gene therapy"."""
    if not _ASKS_IF.match(asked):
        return False
    return not _stems([asked]) - _OF_ANY_QUESTION <= _stems(fact.text for fact in facts)


async def names_unknown(turn: Turn, asked: str, facts: Sequence[Fact], services: ActionServices) -> bool:
    """True where a word of the name stands nowhere in these facts or in the catalogue's names and terms."""
    name = find_asked_name(asked)
    if name is None or turn.entities.keys() - {"plan", "state"}:
        return False
    terms = await services.therapies.list_terms()
    known = [*(fact.text for fact in facts), *(text for term in terms for text in (term.term, *term.also_asked_as))]
    names = await services.therapies.list_names()
    stems = _stems([*known, *(each for written in names.values() for each in written)])
    return not _stems([name]) <= stems


def _stems(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:_STEM] for text in texts for word in _WORD.findall(text.casefold()))
