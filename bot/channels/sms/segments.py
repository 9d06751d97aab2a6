"""How long is a text on its way to a phone, and where may it be cut?

A text travels in segments: 160 characters of the GSM alphabet in one, 153 each in several; 70 and 67 of UCS-2 when it
has any other character. (3GPP TS 23.038 and 23.040; https://www.twilio.com/docs/glossary/what-sms-character-limit)
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

MAX_SEGMENTS = 10

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as two: an escape, and the character.
_EXTENDED = frozenset("^{}\\[~]|€\f")

# What a text loses nothing by, and what would make all of it UCS-2.
_PLAIN = {
    **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•·●▪", "-"),
    **dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
    ),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad®™", ""),
    **dict.fromkeys("\u2028\u2029\u0085\v\f", "\n"),
    "…": "...",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "→": "->",
}
_PLAIN_TABLE = str.maketrans(_PLAIN)

_WORD = re.compile(r"\S+\s*")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*$")


class Encoding(Enum):
    """The alphabet in which a text travels: units in a single segment, and in each of several."""

    GSM7 = (160, 153)
    UCS2 = (70, 67)


def plain_for_phones(text: str) -> str:
    """The text without typographic characters that have a plain likeness; accents stay as they are."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN_TABLE)


def encoding_of(text: str) -> Encoding:
    """The alphabet that the text needs."""
    return Encoding.GSM7 if all(character in _BASIC or character in _EXTENDED for character in text) else Encoding.UCS2


def count_units(text: str) -> int:
    """Characters as the carrier counts them: an extended one of GSM is two, and so is one beyond the basic plane."""
    return sum(_widths(text))


def count_segments(text: str) -> int:
    """How many segments the text travels in; no character is cut in two. 0 for an empty text."""
    single, each = encoding_of(text).value
    widths = _widths(text)
    if sum(widths) <= single:
        return 1 if widths else 0
    segments, filled = 1, 0
    for width in widths:
        if filled + width > each:
            segments, filled = segments + 1, 0
        filled += width
    return segments


def split_text(text: str) -> tuple[str, ...]:
    """The text as texts of at most ten segments each: cut between sentences, where one is too long between words.

    A word is cut only when it fills a whole text alone. Space at the cuts is dropped; an empty text gives none.
    """
    texts: list[str] = []
    current = ""
    for sentence in _sentences(text.strip()):
        if _fits(current + sentence):
            current += sentence
            continue
        if current:
            texts.append(current.rstrip())
            current = ""
        for word in _WORD.findall(sentence):
            if not _fits(current + word):
                if current:
                    texts.append(current.rstrip())
                *full, word = _cut(word)
                texts += full
                current = ""
            current += word
    if current.strip():
        texts.append(current.rstrip())
    return tuple(texts)


def _widths(text: str) -> list[int]:
    if encoding_of(text) is Encoding.GSM7:
        return [2 if character in _EXTENDED else 1 for character in text]
    return [2 if ord(character) > 0xFFFF else 1 for character in text]


def _fits(text: str) -> bool:
    # Space at the end is never sent.
    text = text.rstrip()
    return count_segments(text) <= MAX_SEGMENTS


def _sentences(text: str) -> list[str]:
    """Sentences and lines, each with the space that follows it."""
    sentences: list[str] = []
    current = ""
    for word in _WORD.findall(text):
        current += word
        if "\n" in word or _SENTENCE_END.search(word.rstrip()):
            sentences.append(current)
            current = ""
    return [*sentences, current] if current else sentences


def _cut(word: str) -> list[str]:
    """The word in pieces that fit; more than one only when nothing else helps."""
    pieces = []
    while not _fits(word):
        # At most one unit in ten segments of either alphabet can be lost to a character that is two units wide.
        length = next(at for at in range(min(len(word), MAX_SEGMENTS * 153), 0, -1) if _fits(word[:at]))
        pieces.append(word[:length])
        word = word[length:]
    return [*pieces, word]
