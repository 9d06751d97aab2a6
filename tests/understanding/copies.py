"""Does a held-out text, or a near copy of one, stand in the training data?

`python -m tests.understanding.copies` prints where, without a word of the held-out texts.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.understanding.sets import list_texts

NLU = Path(__file__).parents[2] / "data/nlu"
# Texts of fewer words are what everybody types, and can't be kept apart.
LEAST_WORDS = 4
# Two texts are near copies above this share of common groups of three letters (Dice).
LIKENESS = 0.9
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_EXAMPLE = re.compile(r"\s+- (?!(?:intent|lookup|regex|synonym):)(.+)")


@dataclass(frozen=True)
class Example:
    """A training text as a member would type it, without annotations, and where it stands (`cost.yml:12`)."""

    text: str
    place: str


def list_examples(folder: Path = NLU) -> list[Example]:
    """Every example of the training data."""
    return [example for path in sorted(folder.rglob("*.yml")) for example in _read(path)]


def find_near_copies(held_out: Sequence[str], examples: Sequence[Example]) -> dict[str, list[str]]:
    """The held-out texts of four words or more that stand in the training data, word for word or nearly: where."""
    groups_of = [_groups(example.text) for example in examples]
    how_common = Counter(group for groups in groups_of for group in groups)
    holders: dict[str, list[int]] = defaultdict(list)
    for number, groups in enumerate(groups_of):
        for group in groups:
            holders[group].append(number)
    copies: dict[str, list[str]] = {}
    for text in held_out:
        groups = _groups(text)
        if len(_plain(text).split()) < LEAST_WORDS:
            continue
        # A near copy misses so few of the text's groups that it must hold one of its rarest.
        allowed_to_miss = int(len(groups) * (1 - LIKENESS / (2 - LIKENESS))) + 1
        rarest = sorted(groups, key=lambda group: (how_common[group], group))[: allowed_to_miss + 1]
        candidates = sorted({number for group in rarest for number in holders[group]})
        if places := [examples[number].place for number in candidates if _is_near(groups, groups_of[number])]:
            copies[text] = places
    return copies


def _is_near(one: frozenset[str], other: frozenset[str]) -> bool:
    return 2 * len(one & other) > LIKENESS * (len(one) + len(other))


def _groups(text: str) -> frozenset[str]:
    padded = f"  {_plain(text)} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _plain(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w\s]|_", " ", bare.casefold().replace("'", "").replace("’", "")).split())


def _read(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if found := _EXAMPLE.match(line):
            yield Example(_ANNOTATION.sub(r"\1", found[1]).strip(), f"{path.name}:{number}")


if __name__ == "__main__":
    # Places alone: the held-out texts themselves are to be read by nobody who writes training data.
    for places in find_near_copies(list_texts(), list_examples()).values():
        sys.stdout.write(" ".join(places) + "\n")
