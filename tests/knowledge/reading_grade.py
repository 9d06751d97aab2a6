"""How hard is a text to read? Flesch-Kincaid grade, with a plain count of syllables."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
# "CareSource" is read as two words.
_PARTS = re.compile(r"[A-Z]{2,}|[A-Z]?[a-z']+|[A-Z]")
# "care", "called", "genes", but not "table", "treated", "diseases".
_SILENT_ENDING = re.compile(r"[^aeiouyl]e$|[aeiou]le$|[^aeiouytd]ed$|[^aeiouyszxcgh]es$")
_HISSING = re.compile(r"([sxz]|[cg]e|[cs]h|se|ze)$")


def reading_grade(text: str, excepted: Iterable[str] = ()) -> float:
    """The Flesch-Kincaid grade of `text`; each of the `excepted` names counts as one short word."""
    for name in sorted(excepted, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(name)}\b", "drug", text, flags=re.IGNORECASE)
    words = _WORD.findall(text)
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    syllables = sum(count_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def count_syllables(word: str) -> int:
    """Groups of vowels without the silent ones, at least one; the letters of an abbreviation are read one by one."""
    stem, is_possessive = (word[:-2], True) if word.endswith("'s") else (word, False)
    parts = _PARTS.findall(stem) or [stem]
    count = sum(len(part) if part.isupper() and len(part) > 1 else _count_in_part(part.lower()) for part in parts)
    return count + (is_possessive and bool(_HISSING.search(stem)))


def _count_in_part(part: str) -> int:
    count = len(_VOWELS.findall(part))
    if _SILENT_ENDING.search(part):
        count -= 1
    return max(1, count)
