"""Which messages and dialogues are held out, and are they still the frozen ones?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
MESSAGES = FOLDER / "messages.yml"
DIALOGUES = FOLDER / "set/dialogues.yml"
ENTITIES = FOLDER / "set/entities.yml"
# Each list of hashes, and the file that it speaks of where a line names none.
_HASHES = {FOLDER / "messages.sha256": "messages.yml", FOLDER / "set/set.sha256": ""}


@dataclass(frozen=True)
class LabelledMessage:
    """A message with the topic that it is about (`also` are as good), and how it is written."""

    id: str
    text: str
    topic: str
    also: tuple[str, ...]
    channel: str
    slice: str
    entities: Mapping[str, list[str]]


@dataclass(frozen=True)
class LabelledEntities:
    """A message with the values in it by type; `may` are allowed, `open` ones only all together."""

    id: str
    text: str
    wanted: Mapping[str, list[Any]]
    may: Mapping[str, list[str]]
    open: Mapping[str, list[str]]


@dataclass(frozen=True)
class Turn:
    """What the member types or presses, and what must come back."""

    text: str
    is_press: bool
    expect: Mapping[str, Any]
    then_answer: bool
    finally_expect: Mapping[str, Any]


@dataclass(frozen=True)
class Dialogue:
    """One member's messages in order; `start` opens the conversation, `answers` are typed when a field is asked for."""

    id: str
    channel: str
    start: Mapping[str, str]
    answers: Mapping[str, str]
    turns: tuple[Turn, ...]


def find_changed_files() -> list[str]:
    """The names of the frozen files whose hash is another; empty while all hold."""
    return [str(path.relative_to(FOLDER)) for path, expected in _list_hashes() if _hash(path) != expected]


def load_messages() -> list[LabelledMessage]:
    """The messages with topics."""
    return [
        LabelledMessage(
            row["id"],
            row["text"],
            row["topic"],
            tuple(row.get("also", ())),
            row["channel"],
            row["slice"],
            row.get("entities", {}),
        )
        for row in _load(MESSAGES)
    ]


def load_entities() -> list[LabelledEntities]:
    """The messages with entities."""
    return [
        LabelledEntities(row["id"], row["text"], row["entities"], row.get("may", {}), row.get("open", {}))
        for row in _load(ENTITIES)["messages"]
    ]


def load_dialogues() -> list[Dialogue]:
    """The dialogues."""
    return [
        Dialogue(
            row["id"],
            row["channel"],
            row.get("start", {}),
            row.get("answers", {}),
            tuple(
                Turn(
                    turn["press"] if "press" in turn else turn["say"],
                    "press" in turn,
                    turn["expect"],
                    turn.get("then_answer", False),
                    turn.get("finally", {}),
                )
                for turn in row["turns"]
            ),
        )
        for row in _load(DIALOGUES)["dialogues"]
    ]


def list_texts() -> list[str]:
    """Every text that a member types in the sets."""
    return [
        *(message.text for message in load_messages()),
        *(message.text for message in load_entities()),
        *(turn.text for dialogue in load_dialogues() for turn in dialogue.turns if not turn.is_press),
    ]


def _list_hashes() -> Iterator[tuple[Path, str]]:
    for path, only in _HASHES.items():
        for line in path.read_text(encoding="utf-8").splitlines():
            expected, _, name = line.partition("  ")
            yield path.parent / (name.strip() or only), expected.strip()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
