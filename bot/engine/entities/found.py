"""What one entity in a message looks like, and which of two overlapping ones stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """An entity in a text: its name, its normalised value, and where it stands (end not included)."""

    entity: str
    value: str
    start: int
    end: int


def without_overlaps(found: Iterable[Found], taken: Iterable[Found] = ()) -> tuple[Found, ...]:
    """Keeps the longest of what overlaps, in the order of the text.

    Two readings of the very same words stay both: "hemophilia" may name two conditions. Nothing that overlaps
    `taken` stays.
    """
    blocked = list(taken)
    kept: list[Found] = []
    for candidate in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        rivals = [other for other in kept if _overlap(candidate, other)]
        same_words = all((other.start, other.end) == (candidate.start, candidate.end) for other in rivals)
        if same_words and not any(_overlap(candidate, other) for other in blocked) and candidate not in kept:
            kept.append(candidate)
    return tuple(sorted(kept, key=lambda each: (each.start, each.end, each.entity, each.value)))


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end
