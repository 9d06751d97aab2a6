"""Which pieces of words does the sentence model know a text by? BERT's lower-case WordPiece, as its vocabulary says."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

_LONGEST_WORD = 100
_FIRST, _LAST, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"


class WordPieces:
    """Takes texts apart into numbers of the vocabulary."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path: Path) -> WordPieces:
        """Reads the vocabulary of a `tokenizer.json`. Raises OSError, ValueError or KeyError."""
        return cls(json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"])

    def read(self, text: str, most: int) -> list[int]:
        """The numbers of the text's pieces, at most `most` with the marks at the start and the end."""
        numbers: list[int] = []
        for word in _split(text):
            if word not in self._known:
                self._known[word] = self._take_apart(word)
            numbers += self._known[word]
        if len(self._known) > 20_000:
            self._known.clear()
        return [self._vocabulary[_FIRST], *numbers[: most - 2], self._vocabulary[_LAST]]

    def _take_apart(self, word: str) -> list[int]:
        numbers: list[int] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self._vocabulary:
                    numbers.append(self._vocabulary[piece])
                    start = end
                    break
            else:
                break
        return numbers if start == len(word) else [self._vocabulary[_UNKNOWN]]


def _split(text: str) -> Iterator[str]:
    """Words in small letters without accents; every mark is a word of its own."""
    plain = unicodedata.normalize("NFD", text.lower())
    word = ""
    for sign in plain:
        kind = unicodedata.category(sign)
        if kind == "Mn" or sign in "\0\ufffd" or (kind.startswith("C") and sign not in "\t\n\r"):
            continue
        is_mark = kind.startswith("P") or (sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " ")
        if sign.isspace() or is_mark or _is_cjk(sign):
            if word:
                yield word
            word = ""
            if not sign.isspace():
                yield sign
        else:
            word += sign
    if word:
        yield word


def _is_cjk(sign: str) -> bool:
    return 0x4E00 <= ord(sign) <= 0x9FFF or 0x3400 <= ord(sign) <= 0x4DBF or 0x20000 <= ord(sign) <= 0x2FA1F
