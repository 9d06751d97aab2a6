"""Which words does a text consist of, written so that spelling variants of a name meet?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# Words of everyday life that one slip separates from a name: they are never taken for it.
ORDINARY = frozenset(
    [
        "billing",
        "campaign",
        "champion",
        "duchesne",
        "georgian",
        "hellman",
        "independent",
        "independently",
        "indian",
        "indians",
        "johnson",
        "johnston",
        "morrison",
        "peterson",
        "proven",
        "rotation",
    ]
)


@dataclass(frozen=True)
class Word:
    """A word as it is compared (no case, accents, apostrophes or possessive s), and where it stands."""

    text: str
    start: int
    end: int


def split_words(text: str) -> tuple[Word, ...]:
    """The words of a text; hyphens, signs such as ® and underscores separate them."""
    return tuple(Word(_plain(match.group()), *match.span()) for match in _WORD.finditer(text))


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():
        # Most words: nothing to take off.
        return word.lower()
    word = re.sub(r"['’]s$", "", word.casefold())
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(sign for sign in decomposed if sign.isalnum())
