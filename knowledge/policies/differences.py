"""What differs between two versions of a document? Their metadata, their passages, and the words in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import Enum

from knowledge.policies.model import DocumentRecord, Fact, Passage, PolicyDocument

# What a reader is told of a document, in this order; its checksum and standing are no content of it.
METADATA = (
    "title",
    "number",
    "kind",
    "payer",
    "payer_name",
    "lines_of_business",
    "states",
    "version",
    "issued_on",
    "effective_on",
    "revised_on",
    "archived_on",
    "read_on",
    "url",
    "rank",
)
# Words that stay the same are shown this far around a change; more of them are left out.
_AROUND = 6
# In a longer sentence (a table, a text without stops) frequent words are no landmarks: that would take seconds.
_MANY_WORDS = 1000
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\s*\n\s*")


class Change(str, Enum):
    """What became of a passage or a fact; MOVED: its words are the same under another section."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class FieldChange:
    """A field of the metadata, as it is written for people; an empty string where there is nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class PassageChange:
    """What became of a passage: as it is now (as it was, where it was removed), and as it was (None: it is new)."""

    change: Change
    passage: Passage
    before: Passage | None


@dataclass(frozen=True)
class FactChange:
    """A fact by its id; None where the version has no such fact."""

    change: Change
    before: Fact | None
    after: Fact | None


@dataclass(frozen=True)
class Differences:
    """Everything that differs, in the order of the documents; all empty: the two say the same."""

    fields: tuple[FieldChange, ...]
    passages: tuple[PassageChange, ...]
    facts: tuple[FactChange, ...]

    @property
    def is_empty(self) -> bool:
        """True where nothing differs."""
        return not (self.fields or self.passages or self.facts)

    @property
    def sections_touched(self) -> frozenset[str]:
        """The sections of the older version whose passages are not as they were in the newer one."""
        return frozenset(change.before.section for change in self.passages if change.before)

    def count_passages(self, change: Change) -> int:
        """How many passages this became of."""
        return sum(found.change is change for found in self.passages)


def compare(older: DocumentRecord, newer: DocumentRecord) -> Differences:
    """What is not the same in `newer` as in `older`."""
    return Differences(
        fields=tuple(_compare_metadata(older.document, newer.document)),
        passages=tuple(_compare_passages(older.passages, newer.passages)),
        facts=tuple(_compare_facts(older.facts, newer.facts)),
    )


def show_words(before: str, after: str) -> tuple[str, ...]:
    """The places where two texts differ, a line each: "... within [-30-] {+60+} days of ..."."""
    old, new = _sentences(before), _sentences(after)
    found: list[str] = []
    # Sentences first: a payer's section may have ten thousand words, and word by word that takes minutes.
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(_show_change(" ".join(old[start:end]), " ".join(new[new_start:new_end])))
    return tuple(found)


def write_field(value: object) -> str:
    """A field of the metadata as people read it: days as 05/01/2026, several values with commas between."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%m/%d/%Y}"
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _compare_metadata(older: PolicyDocument, newer: PolicyDocument) -> Iterator[FieldChange]:
    for name in METADATA:
        before, after = getattr(older, name), getattr(newer, name)
        if before != after:
            yield FieldChange(name, write_field(before), write_field(after))


def _compare_passages(older: Sequence[Passage], newer: Sequence[Passage]) -> Iterator[PassageChange]:
    before, after = _by_section(older), _by_section(newer)
    moved = _find_moved(
        [passage for key, passage in before.items() if key not in after],
        [passage for key, passage in after.items() if key not in before],
    )
    gone = {id(passage) for passage in moved.values()}
    for key, passage in after.items():
        known = before.get(key)
        if known is None:
            origin = moved.get(passage.position)
            yield PassageChange(Change.MOVED if origin else Change.ADDED, passage, origin)
        elif _content(known) != _content(passage):
            yield PassageChange(Change.CHANGED, passage, known)
    for key, passage in before.items():
        if key not in after and id(passage) not in gone:
            yield PassageChange(Change.REMOVED, passage, passage)


def _by_section(passages: Iterable[Passage]) -> dict[tuple[str, int], Passage]:
    """By section mark; where a document uses a mark twice, by the how-manieth it is."""
    seen: Counter[str] = Counter()
    found = {}
    for passage in passages:
        found[passage.section, seen[passage.section]] = passage
        seen[passage.section] += 1
    return found


def _find_moved(gone: Sequence[Passage], new: Sequence[Passage]) -> dict[int, Passage]:
    """Which passages only changed their place: the position in the newer version, and the passage before."""
    found: dict[int, Passage] = {}
    left = list(gone)
    for passage in new:
        same = next((known for known in left if _content(known) == _content(passage)), None)
        if same is not None:
            found[passage.position] = same
            left.remove(same)
    return found


def _content(passage: Passage) -> tuple[str, str, str | None]:
    return passage.heading, passage.rendering, passage.payer_text


def _compare_facts(older: Sequence[Fact], newer: Sequence[Fact]) -> Iterator[FactChange]:
    before, after = {fact.id: fact for fact in older}, {fact.id: fact for fact in newer}
    for name, fact in after.items():
        known = before.get(name)
        if known is None:
            yield FactChange(Change.ADDED, None, fact)
        elif _spoken(known) != _spoken(fact):
            yield FactChange(Change.CHANGED, known, fact)
    for name, fact in before.items():
        if name not in after:
            yield FactChange(Change.REMOVED, fact, None)


def _spoken(fact: Fact) -> tuple[object, ...]:
    return fact.topic, fact.position, fact.text, fact.section, fact.tags


def _sentences(text: str) -> list[str]:
    return [" ".join(sentence.split()) for sentence in _SENTENCE.split(text) if sentence.strip()]


def _show_change(before: str, after: str) -> str:
    old, new = before.split(), after.split()
    parts: list[str] = []
    is_long = len(old) > _MANY_WORDS
    steps = SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes()
    for number, (kind, start, end, new_start, new_end) in enumerate(steps):
        if kind == "equal":
            parts += _shorten(old[start:end], is_first=number == 0, is_last=number == len(steps) - 1)
            continue
        if end > start:
            parts.append(f"[-{' '.join(old[start:end])}-]")
        if new_end > new_start:
            parts.append(f"{{+{' '.join(new[new_start:new_end])}+}}")
    return " ".join(parts)


def _shorten(words: list[str], *, is_first: bool, is_last: bool) -> list[str]:
    """The words that stand next to a change; what lies further off is "..."."""
    kept_after, kept_before = (0 if is_first else _AROUND), (0 if is_last else _AROUND)
    if len(words) <= kept_after + kept_before:
        return words
    return [*words[:kept_after], "...", *words[len(words) - kept_before :]]
