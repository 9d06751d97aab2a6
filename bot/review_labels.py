"""How do labelled questions get into the training data? All of them or none, and never a copy of what is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.failures import OperatorError
from bot.redaction import SAMPLES, fill_samples

_WORD = re.compile(r"\w+")
_INDENT = "      - "


class LabelsRefused(OperatorError):
    """The labelled file cannot be taken; nothing was changed."""


@dataclass(frozen=True)
class Added:
    """How many examples went into each topic's file, and how many entries had no label or were there before."""

    by_topic: Mapping[str, int]
    unlabelled: int
    copies: int


def read_words(folder: Path) -> set[str]:
    """Every word of the training data, lower case: what may stay in a redacted text."""
    return {word for path in folder.glob("*.yml") for text in _examples(path) for word in _words(text)}


def add_labelled(file: Path, folder: Path) -> Added:
    """Adds the entries with a topic to the topics' files in `folder`. Raises LabelsRefused."""
    entries = _read(file)
    known = {text for path in folder.glob("*.yml") for text in map(_plain, _examples(path))}
    news: dict[str, list[str]] = {}
    unlabelled = copies = 0
    for number, (text, topic) in enumerate(entries, start=1):
        if not topic:
            unlabelled += 1
            continue
        if not re.fullmatch(r"[a-z_]+", topic) or not (folder / f"{topic}.yml").is_file():
            raise LabelsRefused(
                f"Entry {number} has the topic {topic!r}, and there is no {topic}.yml. Nothing was added."
            )
        example = _as_example(text)
        if not example:
            raise LabelsRefused(f"Entry {number} has no words to learn from. Nothing was added.")
        if _plain(example) in known:
            copies += 1
            continue
        known.add(_plain(example))
        news.setdefault(topic, []).append(example)
    _write({folder / f"{topic}.yml": examples for topic, examples in news.items()})
    return Added({topic: len(examples) for topic, examples in sorted(news.items())}, unlabelled, copies)


def _read(file: Path) -> list[tuple[str, str]]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return [(str(row["text"]), str(row.get("topic") or "").strip()) for row in content["missed"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise LabelsRefused(f"{file.name} is not a file that `gene-guide review` wrote. Nothing was added.") from None


def _as_example(text: str) -> str:
    """One line without Rasa's marks for entities; gaps filled with fictional values."""
    filled = fill_samples(text)
    is_empty = not _WORD.search(re.sub("|".join(map(re.escape, SAMPLES)), "", text))
    return "" if is_empty else " ".join(re.sub(r"[\[\]{}]", " ", filled).split()).removesuffix("...").strip()


def _write(news: Mapping[Path, list[str]]) -> None:
    """Every file beside its old self first; only when all are written they take their places."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, examples in news.items():
            text = path.read_text(encoding="utf-8").rstrip("\n")
            beside = path.with_name(f".{path.name}.new")
            written.append((beside, path))
            beside.write_text(text + "\n" + "".join(f"{_INDENT}{each}\n" for each in examples), encoding="utf-8")
        for beside, path in written:
            beside.replace(path)
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)


def _examples(path: Path) -> list[str]:
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    blocks = [str(block.get("examples") or "") for block in content.get("nlu") or ()]
    return [line.strip()[2:] for block in blocks for line in block.splitlines() if line.strip().startswith("- ")]


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
