"""Which products and conditions of the catalogue does the title of a policy name, and what else does it say?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

# The four letters that the FDA puts behind a proper name tell two products apart: they are never cut off.
_WORD = re.compile(r"[a-z0-9]*(?:vec|cel)-[a-z]{4}(?![a-z0-9])|[a-z0-9]+")
_SUFFIX = re.compile(r"(?<=vec|cel)-[a-z]{4}$")
# "Hemophilia B gene therapy" is another way to call a product, and in a title it is the class and a condition.
_CLASS_IN_NAME = re.compile(r"\bgene (?:therap|edit)", re.I)

Words = tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """A name in a title: how it is written there, and the ids of the entries that are written so."""

    words: Words
    ids: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """What a title names, in its order, and the words that are part of no name."""

    named: tuple[Named, ...]
    rest: Words


class TitleReader:
    """Finds the names of the catalogue in titles, the longer one where two begin at the same word."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        ids: dict[Words, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        for entry, spellings in names.items():
            for spelling in spellings:
                self._stems.setdefault(_without_suffix(spelling), set()).add(entry)
                if (words := split_title(spelling)) and not _CLASS_IN_NAME.search(spelling):
                    ids.setdefault(words, set()).add(entry)
        self._by_first: dict[str, list[Named]] = {}
        for words in sorted(ids, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append(Named(words, frozenset(ids[words])))

    def read(self, title: str) -> Reading:
        """The names in a title, which never overlap, and the rest of it."""
        words, at = split_title(title), 0
        named: list[Named] = []
        rest: list[str] = []
        while at < len(words):
            here = self._by_first.get(words[at], ())
            found = next((name for name in here if words[at : at + len(name.words)] == name.words), None)
            if found:
                named.append(found)
            else:
                rest.append(words[at])
            at += len(found.words) if found else 1
        return Reading(tuple(named), tuple(rest))

    def names_any(self, text: str, ids: Set[str]) -> bool:
        """True where a title or a message names one of these entries, in whatever way."""
        return any(name.ids & ids for name in self.read(text).named)

    def whole_names(self, names: Iterable[str]) -> frozenset[Words]:
        """These names of one entry as a title may write them: without the FDA's suffix only where no other has it."""
        whole: set[Words] = set()
        for name in names:
            whole.add(split_title(name))
            stem = _without_suffix(name)
            if len(self._stems.get(stem, ())) <= 1:
                whole.add(split_title(stem))
        return frozenset(whole)


def split_title(text: str) -> Words:
    """The words of a title or a name, in small letters: "onasemnogene", "abeparvovec-xioi"."""
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=4)
def title_reader(names: tuple[tuple[str, tuple[str, ...]], ...]) -> TitleReader:
    """The reader for these names by their ids, made once for each state of the catalogue."""
    return TitleReader(dict(names))


def _without_suffix(name: str) -> str:
    return _SUFFIX.sub("", name.lower())
