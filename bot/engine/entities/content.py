"""Which names does the content folder hold, and for which entity? Its reviewed files, read as plain YAML at training.

A record with an `id` and names is enough: a product, condition or facility that is added there is understood.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.engine.entities.catalogue import Name
from bot.engine.entities.words import split_words

# A hospital without an id of ours: it is told from cities and states, and named to nobody.
OTHER_FACILITY = "other_facility"
# A city whose name is an ordinary word or a person's name, too.
CITY_OR_WORD = "city_or_word"
# Files of the content folder, and the entity that the records in them become.
_SOURCES = (
    ("therapies/*.yml", "therapy"),
    ("conditions/*.yml", "condition"),
    ("abbreviations.yml", "condition"),
    ("plans.yml", "plan"),
    ("hospitals.yml", "facility"),
    ("facilities.yml", "facility"),
    ("facilities/*.yml", "facility"),
    ("cities.yml", "city"),
)
_NAME_KEYS = ("name", "names", "brand", "proper_name", "aliases", "lay_synonyms", "misspellings")
# The four-letter suffix of a biologic's proper name ("-xioi") that hardly anybody types.
_PROPER_NAME_SUFFIX = re.compile(r"-[a-z]{4}$")
# The first of its two words says which gene it is and is used alone: "prademagene". Shorter ones are ordinary words.
_FIRST_OF_TWO = re.compile(r"(?P<first>[a-z]{9,}) [a-z-]+")
# A description is no product: "hemophilia B gene therapy" may be another one tomorrow. It speaks of the condition.
_DESCRIPTION = re.compile(r"\b(?:gene therapy|gene editing|crispr|tils?|implant)\b", re.IGNORECASE)
_HOSPITAL = re.compile(r"\bhospital\b", re.IGNORECASE)
_OF_CONDITION = re.compile(r"gene therapy$", re.IGNORECASE)
# Ids that are words of everyday life: the id alone is no name.
_ID_AS_NAME = frozenset({"therapy", "condition", "plan"})


def read_names(folder: Path) -> tuple[Name, ...]:
    """The names in the content folder, the cities of its facilities among them.

    Raises ValueError, naming the file, when one cannot be read; a folder without files has no names.
    """
    names: set[Name] = set()
    alone: dict[str, set[Name]] = {}
    cities: set[Name] = set()
    for path, entity in content_files(folder):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is not readable YAML") from error
        if entity == "city":
            names.update(_cities(content["cities"]))
            continue
        if isinstance(content, dict):
            names.update(_others(content.get("others") or ()))
        for record in _records(content):
            names.update(_names_of(entity, record))
            if two := _FIRST_OF_TWO.fullmatch(_PROPER_NAME_SUFFIX.sub("", str(record.get("proper_name")))):
                alone.setdefault(two["first"], set()).update(_spell(entity, str(record["id"]), two["first"]))
            if entity == "facility" and isinstance(record.get("city"), str):
                cities.update(_spell("city", record["city"], record["city"]))
    known = {name.words for name in names if name.entity == CITY_OR_WORD}
    # Two products may share the first word of their proper names.
    firsts = (name for each in alone.values() if len(each) == 1 for name in each)
    return (*names, *firsts, *(name for name in cities if name.words not in known))


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


def _names_of(entity: str, record: dict[str, Any]) -> Iterator[Name]:
    value = str(record["id"])
    for spelling in _spellings(record, with_id=entity in _ID_AS_NAME):
        if entity != "therapy" or not _DESCRIPTION.search(spelling):
            yield from _spell(entity, value, spelling)
            continue
        treats: list[Any] = record.get("conditions") or []
        if len(treats) == 1 and _OF_CONDITION.search(spelling):
            yield from _spell("condition", str(treats[0]), spelling)


def _spellings(record: dict[str, Any], *, with_id: bool) -> Iterator[str]:
    for key in _NAME_KEYS:
        values = record.get(key) or ()
        for value in (values,) if isinstance(values, str) else values:
            yield str(value)
            if key == "proper_name":
                yield _PROPER_NAME_SUFFIX.sub("", str(value))
    if with_id:
        yield str(record["id"]).replace("_", " ")


def _others(rows: Iterable[Iterable[str]]) -> Iterator[Name]:
    for row in rows:
        for name in row:
            yield from _spell(OTHER_FACILITY, name, name)


def _cities(content: dict[str, Any]) -> Iterator[Name]:
    for city in content["plain"]:
        yield from _spell("city", city, city)
    for city in content["also_words"]:
        yield from _spell(CITY_OR_WORD, city, city)
    for city, spellings in content["names"].items():
        for spelling in spellings:
            yield from _spell("city", city, spelling)


def _spell(entity: str, value: str, spelling: str) -> Iterator[Name]:
    # "Children's" is often typed without its apostrophe.
    spellings = {spelling, _HOSPITAL.sub("hosp", spelling)} if entity == "facility" else {spelling}
    for variant in {each for one in spellings for each in (one, re.sub(r"['’]", "", one))}:
        words = tuple(word.text for word in split_words(variant) if word.text)
        if words:
            yield Name(entity, value, words)
