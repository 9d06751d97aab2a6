"""Which names of therapies, conditions, plans, facilities and places does a text contain?

The names are data: the reviewed files in `knowledge/content`, read as plain YAML when the model is trained.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.words import Word, split_words

# Files of the content folder, and the entity that the records in them become.
_SOURCES = (
    ("therapies/*.yml", "therapy"),
    ("conditions/*.yml", "condition"),
    ("plans.yml", "plan"),
    ("facilities.yml", "facility"),
    ("facilities/*.yml", "facility"),
)
_NAME_KEYS = ("name", "names", "brand", "proper_name", "aliases", "lay_synonyms", "misspellings")
# The four-letter suffix of a biologic's proper name ("-xioi") that hardly anybody types.
_PROPER_NAME_SUFFIX = re.compile(r"-[a-z]{4}$")
# The first of its two words says which gene it is and is used alone: "prademagene". Shorter ones are ordinary words.
_FIRST_OF_TWO = re.compile(r"(?P<first>[a-z]{9,}) [a-z-]+")
# Shorter names have too many neighbours among ordinary words to forgive a slip or a missing space in them.
_FORGIVING_FROM = 7
_MOST_WORDS_AS_ONE = 3


@dataclass(frozen=True)
class Name:
    """One way to write one thing: the entity, its id, and the words as `split_words` gives them."""

    entity: str
    value: str
    words: tuple[str, ...]


class Catalogue:
    """Finds names in texts; one slip of the finger in a long single-word name is forgiven."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(sorted(set(names), key=lambda name: (name.entity, name.value, name.words)))
        self._by_first_word: dict[str, list[Name]] = {}
        self._by_letters: dict[str, list[Name]] = {}
        self._by_slip: dict[str, list[Name]] = {}
        for name in self.names:
            self._by_first_word.setdefault(name.words[0], []).append(name)
            letters = "".join(name.words)
            if len(letters) > _FORGIVING_FROM:
                self._by_letters.setdefault(letters, []).append(name)
            if len(name.words) == 1 and len(name.words[0]) >= _FORGIVING_FROM and name.words[0].isalpha():
                for slip in _slips(name.words[0]):
                    self._by_slip.setdefault(slip, []).append(name)

    def find(self, words: tuple[Word, ...]) -> tuple[Found, ...]:
        """Every name in the text, longest first where they overlap; ids of the same words come all."""
        exact = without_overlaps([*self._exact(words), *self._joined(words)])
        return without_overlaps([*exact, *self._forgiven(words, exact)])

    def _exact(self, words: tuple[Word, ...]) -> Iterator[Found]:
        for at, word in enumerate(words):
            for name in self._by_first_word.get(word.text, ()):
                if tuple(each.text for each in words[at : at + len(name.words)]) == name.words:
                    yield _locate(name, words, at, len(name.words))

    def _joined(self, words: tuple[Word, ...]) -> Iterator[Found]:
        """Names whose words were written as one, or the reverse: "sicklecell", "care source"."""
        for at in range(len(words)):
            for length in range(1, _MOST_WORDS_AS_ONE + 1):
                letters = "".join(word.text for word in words[at : at + length])
                for name in self._by_letters.get(letters, ()) if at + length <= len(words) else ():
                    yield _locate(name, words, at, length)

    def _forgiven(self, words: tuple[Word, ...], exact: tuple[Found, ...]) -> Iterator[Found]:
        covered = {position for found in exact for position in range(found.start, found.end)}
        for at, word in enumerate(words):
            if len(word.text) < _FORGIVING_FROM - 1 or word.start in covered or not word.text.isalpha():
                continue
            candidates = {name for slip in _slips(word.text) for name in self._by_slip.get(slip, ())}
            # The first letter is hardly ever the wrong one, and asking for it keeps ordinary words out.
            near = {name for name in candidates if name.words[0][0] == word.text[0]}
            if len({name.value for name in near}) == 1:
                yield _locate(near.pop(), words, at, 1)


def read_names(folder: Path) -> tuple[Name, ...]:
    """The names in the content folder, the cities of its facilities among them.

    Raises ValueError, naming the file, when one cannot be read; a folder without files has no names.
    """
    names: set[Name] = set()
    alone: dict[str, set[Name]] = {}
    for path, entity in content_files(folder):
        try:
            records = list(_records(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is not readable YAML") from error
        for record in records:
            value = str(record["id"])
            for spelling in _spellings(record):
                names.update(_names(entity, value, spelling))
            if two := _FIRST_OF_TWO.fullmatch(_PROPER_NAME_SUFFIX.sub("", str(record.get("proper_name")))):
                alone.setdefault(two["first"], set()).update(_names(entity, value, two["first"]))
            if entity == "facility" and isinstance(record.get("city"), str):
                names.update(_names("city", record["city"], record["city"]))
    # Two products may share it.
    return (*names, *(name for each in alone.values() if len(each) == 1 for name in each))


def content_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files that names come from, each with its entity, in a stable order."""
    for pattern, entity in _SOURCES:
        for path in sorted(folder.glob(pattern)):
            yield path, entity


def content_digest(folder: Path) -> str:
    """A digest that changes when a file with names changes, comes or goes."""
    digest = hashlib.sha256()
    for path, _ in content_files(folder):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _records(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "id" in node and any(key in node for key in _NAME_KEYS):
            yield node
        else:
            for child in node.values():
                yield from _records(child)
    elif isinstance(node, list):
        for child in node:
            yield from _records(child)


def _spellings(record: dict[str, Any]) -> Iterator[str]:
    for key in _NAME_KEYS:
        values = record.get(key) or ()
        for value in (values,) if isinstance(values, str) else values:
            yield str(value)
            if key == "proper_name":
                yield _PROPER_NAME_SUFFIX.sub("", str(value))
    yield str(record["id"]).replace("_", " ")


def _names(entity: str, value: str, spelling: str) -> Iterator[Name]:
    # "Children's" is often typed without its apostrophe.
    for variant in {spelling, re.sub(r"['’]", "", spelling)}:
        words = tuple(word.text for word in split_words(variant) if word.text)
        if words:
            yield Name(entity, value, words)


def _locate(name: Name, words: tuple[Word, ...], at: int, length: int) -> Found:
    return Found(name.entity, name.value, words[at].start, words[at + length - 1].end)


def _slips(word: str) -> set[str]:
    """The word and every form of it that lacks one letter: two words meet there when one slip separates them."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}
