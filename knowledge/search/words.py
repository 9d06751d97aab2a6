"""Which words does a text search by? Stems, and in their place or beside them what means the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import Stemmer
from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.content_files import read_content_file
from knowledge.search.spelling import Spelling

LEXICON = Path(__file__).parents[1] / "content" / "search_words.yml"

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_LONGEST_PHRASE = 6
_WHOSE = frozenset({"my", "our", "his", "her", "your", "a", "an"})


class _LexiconFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    silent: str
    light: str
    people: str
    degrees: str
    no_slips: str
    groups: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Word:
    """One word of a text: as written (small letters, no apostrophe) and its stem."""

    written: str
    stem: str


@dataclass(frozen=True)
class Unit:
    """One thing that a question asks for: the search terms that stand for it, any of which will do.

    `terms` is empty for a word that nothing on file has. `is_light` for what nearly every question is about.
    """

    written: str
    stem: str
    terms: tuple[str, ...]
    is_light: bool
    is_name: bool


class Lexicon:
    """Knows which words say nothing, which mean the same, and by which names the catalogue's entries go.

    `names` are the catalogue's: an entry's id with every way in which it is written.
    """

    def __init__(self, names: Mapping[str, Iterable[str]], path: Path = LEXICON) -> None:
        file = read_content_file(path, _LEXICON)
        self._stemmer = Stemmer.Stemmer("english")
        self._stems: dict[str, str] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._silent = frozenset(file.silent.split())
        self._light = frozenset(self.stem(word) for word in file.light.split())
        self._degrees = frozenset(file.degrees.split())
        self._people = frozenset(file.people.split())
        self._written = {*file.light.split(), *file.people.split()}
        self.real_words = frozenset(file.no_slips.split())
        self._phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._starts: dict[str, int] = {}
        for group, phrases in file.groups.items():
            for phrase in phrases:
                self._add(phrase, f"={group}")
        for entry, written in names.items():
            for name in written:
                self._add(name, f"@{entry}")

    def stem(self, word: str) -> str:
        """The word without its ending; kept, because texts have few different words."""
        known = self._stems.get(word)
        if known is None:
            known = self._stems[word] = self._stemmer.stemWord(word)
        return known

    def split(self, text: str, spelling: Spelling | None = None) -> list[Word]:
        """The words of a text, in order; slips are put right with `spelling`."""
        plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").lower())
        found = []
        for match in _WORD.finditer(plain.encode("ascii", "ignore").decode()):
            written = match[0].removesuffix("'s").replace("'", "")
            if spelling is not None and written not in self._silent:
                written = spelling.correct(written)
            if written:
                found.append(Word(written, self.stem(written)))
        return found

    def stems(self, name: str) -> tuple[str, ...]:
        """The stems of a name of the catalogue; kept, because each question is compared with many of them."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = tuple(word.stem for word in self.split(name))
        return known

    def index_terms(self, text: str) -> Iterator[str]:
        """What a text is found by: its stems, and every group and name that it says."""
        words = self.split(text)
        stems = [word.stem for word in words]
        for start, word in enumerate(words):
            if word.written not in self._silent:
                yield word.stem
            if word.stem in self._starts:
                for _, terms in self._phrases_at(stems, start):
                    yield from terms

    def read(self, question: str, spelling: Spelling | None = None) -> list[Unit]:
        """What a question asks for, without what says nothing; a phrase that is known is one unit."""
        return self.units(self.split(question, spelling))

    def units(self, words: Sequence[Word]) -> list[Unit]:
        """What these words of a question ask for."""
        stems = [word.stem for word in words]
        units: list[Unit] = []
        start = 0
        while start < len(words):
            length, terms = max(self._phrases_at(stems, start), default=(0, ()))
            phrase = words[start : start + max(length, 1)]
            stem, written = phrase[0].stem, " ".join(word.written for word in phrase)
            is_name = any(term.startswith("@") for term in terms)
            if length > 1 or is_name:
                units.append(Unit(written, stem, terms, False, is_name))
            elif not self._says_nothing(words, start):
                units.append(Unit(written, stem, (stem, *terms), stem in self._light, False))
            start += len(phrase)
        return units

    def plain_units(self, words: Sequence[Word]) -> list[Unit]:
        """Each of these words by itself, also those that nearly every question has; without what says nothing."""
        written = dict.fromkeys(word.written for word in words if word.written not in self._silent)
        return [Unit(word, self.stem(word), tuple(self.terms_of(word)), False, False) for word in written]

    def terms_of(self, word: str) -> frozenset[str]:
        """The stem of one word, and the groups that it belongs to."""
        stem = self.stem(word)
        return frozenset({stem, *self._phrases.get((stem,), ())})

    def _says_nothing(self, words: Sequence[Word], start: int) -> bool:
        word, before = words[start].written, words[start - 1].written if start else ""
        if word in self._degrees:
            return before != "how"
        return word in self._silent or (before in _WHOSE and word in self._people)

    @property
    def words(self) -> frozenset[str]:
        """Every word that the lexicon and the names are made of, as written."""
        return frozenset(self._written | self._silent)

    def _add(self, phrase: str, term: str) -> None:
        words = self.split(phrase)
        stems = tuple(word.stem for word in words)
        if not stems or len(stems) > _LONGEST_PHRASE:
            return
        self._written.update(word.written for word in words)
        self._phrases[stems] = tuple(dict.fromkeys((*self._phrases.get(stems, ()), term)))
        self._starts[stems[0]] = max(len(stems), self._starts.get(stems[0], 0))

    def _phrases_at(self, stems: Sequence[str], start: int) -> Iterator[tuple[int, tuple[str, ...]]]:
        for length in range(1, self._starts.get(stems[start], 0) + 1):
            terms = self._phrases.get(tuple(stems[start : start + length]))
            if terms and start + length <= len(stems):
                yield length, terms


_LEXICON = TypeAdapter(_LexiconFile)
