"""Which values are found, missed and wrongly found, by type?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from tests.understanding.asking import Heard
from tests.understanding.names import find_key, make_plain
from tests.understanding.sets import LabelledEntities, LabelledMessage
from tests.understanding.topic_scores import FAR, NONSENSE

# What the sets label. Other types (age words in the entity set, member numbers) are not judged there.
ENTITY_TYPES = (
    "therapy", "condition", "payer", "state", "city", "facility", "zip_code", "date", "age", "policy_number", "phone",
)  # fmt: skip
MESSAGE_TYPES = ("therapy", "condition", "payer", "state", "zip_code", "date", "age_group", "for_whom")
# A word that leaves the type open, read as all its candidates: as right as nothing, in the topic messages as well.
_OPEN_WORDS = (
    {"hemophilia_a", "hemophilia_b"},
    {"large_b_cell_lymphoma", "follicular_lymphoma", "mantle_cell_lymphoma"},
    {"b_all", "cll_sll"},
)


@dataclass(frozen=True)
class Found:
    """Counts of values: rightly found, wrongly found, missed; in the first run some that the API did not show yet."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    not_judged: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
            self.not_judged + other.not_judged,
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    @property
    def f1_unshown_missed(self) -> float:
        """The same with the values that the API never shows counted as missed."""
        return Found(self.right, self.wrong, self.missed + self.not_judged).f1


def score_entities(rows: Sequence[LabelledEntities], heard: Sequence[Heard]) -> dict[str, Found]:
    """The counts by type on the entity set: every value found beside the wanted and the allowed is wrong."""
    scores = {kind: Found() for kind in ENTITY_TYPES}
    for row, answer in zip(rows, heard, strict=True):
        found = _find(answer)
        for kind in ENTITY_TYPES:
            wanted = [_plain_options(kind, value) for value in row.wanted.get(kind, ())]
            # Of values that the text leaves open all are right, one alone is wrong.
            candidates = _plain(kind, row.open.get(kind, ()))
            allowed = _plain(kind, row.may.get(kind, ()))
            values = found.get(kind, set())
            allowed |= candidates if candidates <= values else set()
            scores[kind] += _compare(wanted, values, allowed, bare=bool(candidates))
    return scores


def score_message_entities(rows: Sequence[LabelledMessage], heard: Sequence[Heard]) -> dict[str, Found]:
    """The counts by type on the messages with topics, as their README has it."""
    scores = {kind: Found() for kind in MESSAGE_TYPES}
    for row, answer in zip(rows, heard, strict=True):
        if row.topic in (FAR, NONSENSE):
            continue
        found, labelled = _find(answer), {find_key(name): values for name, values in row.entities.items()}
        for kind in MESSAGE_TYPES:
            wanted = [_plain_options(kind, value) for value in labelled.get(kind, ())]
            allowed = {"self"} if kind == "for_whom" and kind not in labelled else set[str]()
            values = found.get(kind, set())
            if kind == "condition":
                allowed |= {each for word in _OPEN_WORDS if word <= values for each in word}
            scores[kind] += _compare(wanted, values, allowed, bare=False)
    return scores


def list_right_rows(rows: Sequence[LabelledEntities], heard: Sequence[Heard]) -> list[str]:
    """The ids of the entity set's messages in which nothing is wrong and nothing missed."""
    scores = ((row.id, add_up(score_entities([row], [answer]))) for row, answer in zip(rows, heard, strict=True))
    return [row_id for row_id, found in scores if not found.wrong and not found.missed]


def add_up(scores: Mapping[str, Found]) -> Found:
    """All types together."""
    return sum(scores.values(), Found())


def _compare(wanted: list[set[str]], values: set[str], allowed: set[str], *, bare: bool) -> Found:
    right = sum(bool(options & values) for options in wanted)
    extra = values - set(chain.from_iterable(wanted)) - allowed
    # The bare word ("hemophilia") is as right as nothing.
    wrong = sum(not (bare and value.isalpha()) for value in extra)
    return Found(right, wrong, len(wanted) - right)


def _find(heard: Heard) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, values in heard.entities.items():
        found.setdefault(find_key(name), set()).update(_plain(find_key(name), values))
    return found


def _plain(kind: str, values: Iterable[object]) -> set[str]:
    return {make_plain(kind, value) for value in values}


def _plain_options(kind: str, value: object) -> set[str]:
    return _plain(kind, value if isinstance(value, list) else [value])
