"""What is one question out of a message?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Reading = Mapping[str, Any]
# What tells what a question is about.
ABOUT = frozenset({"therapy", "condition"})


@dataclass(frozen=True)
class Question:
    """One question out of a message: its words with what was said around it, and how they are read.

    `topic` is what Rasa takes it for; `intent`, `entities` and the rest of the reading are as Rasa's parse data.
    """

    text: str
    reading: Reading

    @property
    def topic(self) -> str:
        """Rasa's intent."""
        return str((self.reading.get("intent") or {}).get("name") or "")

    def entities(self, *names: str) -> list[Mapping[str, Any]]:
        """What it names of these kinds, as Rasa has it."""
        return [each for each in self.reading["entities"] if each["entity"] in names]

    def values(self, *entities: str) -> set[str]:
        """What it names of these kinds."""
        return {str(each["value"]) for each in self.entities(*entities)}
