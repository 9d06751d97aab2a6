"""Where does the gate get its patterns? The files of `lexicon/`, with the words of `words.yml` filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from bot.safety.contexts import Contexts
from bot.safety.gate import Entry, SafetyGate, SafetyLevel

_LEXICON = Path(__file__).with_name("lexicon")
_NAME = re.compile(r"<([a-z_]+)>")


def load_gate(folder: Path = _LEXICON) -> SafetyGate:
    """Reads the lexicon. Raises ValueError, naming the entry, when one cannot be used."""
    words = _Words(_read(folder, "words"))
    entries = tuple(
        Entry(
            row["id"],
            level,
            row["language"],
            row["reason"],
            words.compile(row, "says"),
            row.get("sign", False),
            tuple(row.get("needs", ("",))),
        )
        for level in (SafetyLevel.EMERGENCY, SafetyLevel.CRISIS)
        for row in _read(folder, level.value)
    )
    idioms = tuple(words.compile(row, "says") for row in _read(folder, "idioms"))
    found = _read(folder, "contexts")
    contexts = Contexts(
        # A joint is of spaces and commas; the others are of words.
        **{field.name: words.compile(found, field.name, whole=field.name != "joint") for field in fields(Contexts)}
    )
    return SafetyGate(entries, idioms, contexts)


def _read(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))


class _Words:
    """The named words, ready to be put into patterns."""

    def __init__(self, words: Mapping[str, str | list[str]]) -> None:
        self._words: dict[str, str] = {}
        for name, alternatives in words.items():
            self._words[name] = self._fill(alternatives)

    def compile(self, row: Mapping[str, Any], field: str, *, whole: bool = True) -> re.Pattern[str]:
        try:
            pattern = self._fill(row[field])
            return re.compile(rf"\b(?:{pattern})(?!\w)" if whole else pattern)
        except (re.error, KeyError) as error:
            raise ValueError(f"the safety lexicon's entry {row.get('id', field)} is not a pattern: {error}") from None

    def _fill(self, alternatives: str | list[str]) -> str:
        joined = alternatives if isinstance(alternatives, str) else "|".join(alternatives)
        return _NAME.sub(lambda name: f"(?:{self._words[name[1]]})", joined)
