"""What leans on a passage? The facts that cite it, the topics that they answer, and the responses that speak them.

Which responses speak facts is read from `data/responses/`, where it stands anyhow:
- a frame with the place `{statement}` speaks facts of the topic in its `metadata.topic`, if that is an informational
  one, and of every such topic where it names none; then it may quote any passage, too;
- one that speaks facts of other topics than its own lists these in `metadata.speaks`;
- one that states facts itself lists their ids in `metadata.facts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge.content_files import SAFE_LOADER
from knowledge.policies.differences import Change, Differences
from knowledge.policies.model import DocumentRecord, Fact
from knowledge.topics import INFORMATIONAL_TOPICS

_STATEMENT = "{statement}"


@dataclass(frozen=True)
class Frame:
    """A response that speaks facts: of these topics, and those with these ids."""

    key: str
    topics: frozenset[str]
    facts: frozenset[str]

    @property
    def quotes(self) -> bool:
        """True where it may quote a passage that no fact cites."""
        return self.topics >= INFORMATIONAL_TOPICS

    def speaks(self, fact: Fact) -> bool:
        """True where this response can say the fact."""
        return fact.topic in self.topics or fact.id in self.facts


@dataclass(frozen=True)
class Leaning:
    """`facts` of the older version cite what changed; `unsaid` are those that the newer version does not have at all.

    `others` are facts of other documents that name this one by its number. `topics` and `responses` speak any of them.
    """

    facts: tuple[Fact, ...]
    unsaid: tuple[Fact, ...]
    others: tuple[Fact, ...]
    topics: tuple[str, ...]
    responses: tuple[str, ...]


def read_frames(responses_dir: Path) -> tuple[Frame, ...]:
    """Every response that speaks facts, by key."""
    frames = []
    for path in sorted(responses_dir.glob("*.yml")):
        responses = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)["responses"]  # noqa: S506 - a safe loader
        frames += [_read_frame(key, variants) for key, variants in responses.items()]
    return tuple(sorted((frame for frame in frames if frame.topics or frame.facts), key=lambda frame: frame.key))


def find_leaning(
    older: DocumentRecord,
    newer: DocumentRecord,
    differences: Differences,
    spoken: Iterable[Fact],
    frames: Iterable[Frame],
) -> Leaning:
    """What must be looked at before `newer` takes the place of `older`; `spoken` are the facts of every document."""
    touched = differences.sections_touched
    removed = {change.before.id for change in differences.facts if change.change is Change.REMOVED and change.before}
    facts = [
        fact
        for fact in older.facts
        # A fact without a section leans on the document as a whole.
        if (fact.section in touched if fact.section else not differences.is_empty)
    ]
    unsaid = [fact for fact in older.facts if fact.id in removed]
    others = list(_name_it(older, newer, spoken)) if not differences.is_empty else []
    leaning = {fact.id: fact for fact in (*facts, *unsaid, *others)}.values()
    return Leaning(
        facts=tuple(facts),
        unsaid=tuple(unsaid),
        others=tuple(others),
        topics=tuple(sorted({fact.topic for fact in leaning})),
        responses=tuple(
            frame.key
            for frame in frames
            if any(frame.speaks(fact) for fact in leaning) or (differences.passages and frame.quotes)
        ),
    )


def _name_it(older: DocumentRecord, newer: DocumentRecord, spoken: Iterable[Fact]) -> Iterable[Fact]:
    numbers = {record.document.number for record in (older, newer) if record.document.number}
    if not numbers:
        return []
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(numbers)))})(?![\w-])", re.IGNORECASE)
    own = {older.document.id, newer.document.id}
    return {fact.id: fact for fact in spoken if fact.document.id not in own and named.search(fact.text)}.values()


def _read_frame(key: str, variants: Iterable[Mapping[str, Any]]) -> Frame:
    topics: set[str] = set()
    facts: set[str] = set()
    for variant in variants:
        metadata = variant.get("metadata") or {}
        topic = metadata.get("topic")
        if _STATEMENT in str(variant.get("text", "")):
            topics |= {topic} & INFORMATIONAL_TOPICS if topic else INFORMATIONAL_TOPICS
        topics |= set(metadata.get("speaks", ()))
        facts |= set(metadata.get("facts", ()))
    return Frame(key, frozenset(topics), frozenset(facts))
