"""Which names of therapies, conditions, plans, facilities and places does a text contain?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.senses import is_meant
from bot.engine.entities.slips import SlipIndex
from bot.engine.entities.words import ORDINARY, Word

# Shorter names have too many neighbours among ordinary words to forgive a slip or a missing space in them.
_FORGIVING_FROM = 7
# Cities have the most neighbours: first names and surnames.
_FORGIVING_CITY_FROM = 8
_MOST_WORDS_AS_ONE = 3


@dataclass(frozen=True)
class Name:
    """One way to write one thing: the entity, its id, and the words as `split_words` gives them."""

    entity: str
    value: str
    words: tuple[str, ...]

    @property
    def letters(self) -> str:
        """All words as one."""
        return "".join(self.words)

    @property
    def forgives(self) -> bool:
        """True where a slip of the finger is forgiven."""
        if self.entity == "city_or_word" or (len(self.words) > 1 and self.entity == "city"):
            return False
        return len(self.letters) >= (_FORGIVING_CITY_FROM if self.entity == "city" else _FORGIVING_FROM)


class Catalogue:
    """Finds names in texts, in the sense in which they are meant; slips of the finger in long words are forgiven."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(sorted(set(names), key=lambda name: (name.entity, name.value, name.words)))
        self._by_first_word: dict[str, list[Name]] = {}
        self._by_letters: dict[str, list[Name]] = {}
        self._forgiving: dict[str, list[Name]] = {}
        for name in self.names:
            self._by_first_word.setdefault(name.words[0], []).append(name)
            if len(name.letters) > _FORGIVING_FROM and name.entity != "city_or_word":
                self._by_letters.setdefault(name.letters, []).append(name)
            if name.forgives:
                self._forgiving.setdefault(name.words[0], []).append(name)
        self._slips = SlipIndex(
            word
            for names_of_word in self._forgiving.values()
            for name in names_of_word
            for word in name.words
            if len(name.words) > 1 or len(word) >= _FORGIVING_FROM
        )

    def find(self, words: tuple[Word, ...], text: str) -> tuple[Found, ...]:
        """Every name in the text, longest first where they overlap; ids of the same words come all."""
        exact = [each for each in (*self._exact(words, text), *self._joined(words, text)) if is_meant(each, text)]
        kept = without_overlaps(exact)
        forgiven = [each for each in self._forgiven(words, kept) if is_meant(_doubtful(each), text)]
        # A mistyped long name stands for more than the short one inside of it: "sickle cell diseese".
        longer = [each for each in forgiven if _holds_more(each, kept)]
        rest = without_overlaps(kept, longer)
        return without_overlaps([*rest, *without_overlaps(forgiven, rest)])

    def _exact(self, words: tuple[Word, ...], text: str) -> Iterator[Found]:
        for at, word in enumerate(words):
            for name in self._by_first_word.get(word.text, ()):
                given = words[at : at + len(name.words)]
                if tuple(each.text for each in given) == name.words and _stand_together(given, text):
                    yield _locate(name, words, at, len(name.words))

    def _joined(self, words: tuple[Word, ...], text: str) -> Iterator[Found]:
        """Names whose words were written as one, or the reverse: "sicklecell", "care source"."""
        for at in range(len(words)):
            for length in range(1, min(_MOST_WORDS_AS_ONE, len(words) - at) + 1):
                letters = "".join(word.text for word in words[at : at + length])
                names = self._by_letters.get(letters, ())
                for name in names if names and _stand_together(words[at : at + length], text) else ():
                    yield _locate(name, words, at, length)

    def _forgiven(self, words: tuple[Word, ...], exact: tuple[Found, ...]) -> Iterator[Found]:
        covered = {position for found in exact for position in range(found.start, found.end)}
        near: dict[str, tuple[str, ...]] = {}
        for at, word in enumerate(words):
            first = self._readings(word, near)
            for reading in first:
                # A name that stands there as it is written was found already.
                candidates = [
                    name
                    for name in self._forgiving.get(reading, ())
                    if self._fits(name, words, at, near) and not (len(name.words) == 1 and word.start in covered)
                ]
                values = {name.value for name in candidates if len(name.words) == 1}
                for name in candidates:
                    if len(name.words) > 1 or len(values) == 1 or name.entity == "condition":
                        yield _locate(name, words, at, len(name.words))

    def _fits(self, name: Name, words: tuple[Word, ...], at: int, near: dict[str, tuple[str, ...]]) -> bool:
        if at + len(name.words) > len(words):
            return False
        given = words[at : at + len(name.words)]
        if len(name.words) == 1:
            return given[0].text != name.words[0] and len(given[0].text) >= _FORGIVING_FROM - 1
        fits = all(wanted in self._readings(word, near) for wanted, word in zip(name.words, given, strict=True))
        return fits and any(word.text != wanted for wanted, word in zip(name.words, given, strict=True))

    def _readings(self, word: Word, near: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The word as it stands, and what it may be a slip of; ordinary words are nothing but themselves."""
        readings = near.get(word.text)
        if readings is None:
            slips = () if word.text in ORDINARY else self._slips.find(word.text)
            readings = near[word.text] = (word.text, *slips)
        return readings


def _stand_together(words: tuple[Word, ...], text: str) -> bool:
    """No comma or end of a sentence between the words: "is it, visma?" names nothing."""
    return not any(sign in ",;!?\n" for one, next_one in pairwise(words) for sign in text[one.end : next_one.start])


def _doubtful(found: Found) -> Found:
    """A mistyped city may be somebody's surname: the words around it have to speak of a place."""
    return replace(found, entity="city_or_word") if found.entity == "city" else found


def _holds_more(found: Found, others: Iterable[Found]) -> bool:
    size = found.end - found.start
    return any(found.start <= each.start and each.end <= found.end and size > each.end - each.start for each in others)


def _locate(name: Name, words: tuple[Word, ...], at: int, length: int) -> Found:
    return Found(name.entity, name.value, words[at].start, words[at + length - 1].end)
