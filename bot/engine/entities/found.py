"""What one entity in a message looks like, and which of two overlapping ones stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# What says who a member is. It serves one attempt at proof, and is shown to nobody and kept for nothing else.
PROOF = frozenset({"member_id", "date_of_birth"})


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
    candidates = sorted(found, key=lambda each: (each.start - each.end, each.start))
    if not candidates:
        return ()
    size = max(each.end for each in candidates)
    blocked = bytearray(size)
    for other in taken:
        blocked[other.start : other.end] = b"\1" * (min(other.end, size) - min(other.start, size))
    # Whose words each sign is. What was kept is as long as what comes now, or longer: so it has one of its ends.
    owners: list[tuple[int, int] | None] = [None] * size
    kept: set[Found] = set()
    for candidate in candidates:
        start, end = words = (candidate.start, candidate.end)
        if any(owners[at] not in (None, words) for at in (start, end - 1)) or blocked.find(1, start, end) >= 0:
            continue
        kept.add(candidate)
        owners[start:end] = [words] * (end - start)
    return tuple(sorted(kept, key=lambda each: (each.start, each.end, each.entity, each.value)))
