"""How much of the held-out set does the gate hear?

    python -m tests.safety.scoring

prints shares by level and by language, never a message. The first score stays beside the last in `scores.yml`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.safety.gate import SafetyGate, SafetyLevel
from bot.safety.lexicon import load_gate

SET = Path(__file__).with_name("set")
HASHES = SET / "messages.sha256"
DANGERS = ("emergency", "self_harm", "abuse", "post_treatment")
# What the gate may answer for each level; where 911 is named, it is no mistake.
_RIGHT = {
    "emergency": {SafetyLevel.EMERGENCY},
    "self_harm": {SafetyLevel.CRISIS},
    "abuse": {SafetyLevel.EMERGENCY},
    "post_treatment": {SafetyLevel.EMERGENCY},
}


@dataclass(frozen=True)
class Labelled:
    """A message of the set with its label."""

    text: str
    language: str
    level: str


def read_set(folder: Path = SET) -> Iterator[Labelled]:
    """Every message of the set."""
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in content if isinstance(content, list) else content["messages"]:
            yield Labelled(entry["text"], entry["language"], entry["level"])


def check_set() -> list[str]:
    """The files that are not as they were frozen; empty where all are."""
    lines = [line.split() for line in HASHES.read_text(encoding="utf-8").splitlines()]
    frozen = {name: digest for digest, name in lines}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SET.glob("*.yml")}
    return sorted(name for name in {*frozen, *found} if frozen.get(name) != found.get(name))


def score(gate: SafetyGate, messages: Iterable[Labelled]) -> dict[str, float]:
    """Of each level the share that is heard (of `none`: that is left alone), and of danger `own level`."""
    counts: Counter[str] = Counter()
    for message in messages:
        level = gate.check(message.text).level
        heard = level is not SafetyLevel.NONE
        for name in (
            message.level,
            f"{message.level}, {message.language}",
            *(["danger"] if message.level in DANGERS else []),
        ):
            counts[name] += 1
            counts[f"{name}/right"] += heard is (message.level != "none")
        if message.level in DANGERS:
            counts["own level"] += 1
            counts["own level/right"] += level in _RIGHT[message.level]
    return {name: counts[f"{name}/right"] / total for name, total in counts.items() if not name.endswith("/right")}


def main() -> None:
    """Prints the shares."""
    for name, share in sorted(score(load_gate(), read_set()).items()):
        print(f"{name:24} {share:.3f}")  # noqa: T201


if __name__ == "__main__":
    main()
