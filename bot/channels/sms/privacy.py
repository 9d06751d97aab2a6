"""Which therapies and conditions does a text name? So that we never name one first on somebody's phone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.safety.gate import normalise

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_MARKS = re.compile("[™℠®©]")
# The suffix of a biologic's proper name ("-xioi") that hardly anybody writes.
_SUFFIX = re.compile(r"-[a-z]{4}$")


class PrivateNames:
    """The catalogue's names: for each therapy's or condition's id, every way to write it."""

    def __init__(self, catalogue: Mapping[str, Sequence[str]]) -> None:
        ids: dict[str, set[str]] = {}
        for id_, names in catalogue.items():
            for name in names:
                for spelling in (name, _SUFFIX.sub("", name)):
                    if plain := _plain(spelling):
                        ids.setdefault(plain, set()).add(id_)
        self._ids: Mapping[str, frozenset[str]] = {name: frozenset(found) for name, found in ids.items()}
        # Longest first: "SMA type 1" is found as that, and not as "SMA" alone.
        longest_first = sorted(ids, key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})s?(?!\w)") if ids else None

    def names_in(self, text: str) -> frozenset[str]:
        """The ids of everything in the catalogue that the text names; a name of several gives them all."""
        if self._names is None:
            return frozenset()
        found: set[str] = set()
        for match in self._names.finditer(_plain(text)):
            name = match[0]
            found |= self._ids.get(name) or self._ids.get(name.removesuffix("s"), frozenset())
        return frozenset(found)


def _plain(text: str) -> str:
    # The marks first: spelled out as letters they would be part of the name.
    return _NOT_A_WORD.sub(" ", normalise(_MARKS.sub(" ", text))).strip()
