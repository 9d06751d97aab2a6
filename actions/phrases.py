"""How is a part of a sentence put together from what is on file, with no word of it in code?

Some answers are made of parts that are there or not: what a plan record says, what the catalogue knows of a
product. Each part is a response of its own (`utter_<topic>_part_<what>`) in `data/responses/`, so that all
wording stays in one folder; the finished parts go into a frame as its `{statement}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from actions.said import Said, join_said, node_of
from knowledge.reliance.model import PhraseNode, digest_of

RESPONSES_DIR = Path(__file__).resolve().parents[1] / "data" / "responses"
_PART = "_part_"
_PLACE = re.compile(r"\{(\w+)\}")


class UnknownPhrase(Exception):
    """No response with this key is a part; the message is the key."""

    code = "UNKNOWN_PHRASE"


@dataclass(frozen=True)
class _Phrase:
    text: str
    digest: str
    places: tuple[str, ...]


class Phrases:
    """The parts of sentences, by response key. What is put together here knows what it was made from (`Said`)."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._phrases = {
            key: _Phrase(text, digest_of(text), tuple(dict.fromkeys(_PLACE.findall(text))))
            for key, text in texts.items()
        }

    @classmethod
    def load(cls, responses_dir: Path = RESPONSES_DIR) -> Phrases:
        """Reads every `utter_..._part_...` response of the folder."""
        texts: dict[str, str] = {}
        for path in sorted(responses_dir.glob("*.yml")):
            responses = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
            texts |= {key: str(variants[0]["text"]) for key, variants in responses.items() if _PART in key}
        return cls(texts)

    def say(self, key: str, **values: str) -> Said:
        """The part with its values in place. Raises UnknownPhrase, and KeyError for a value that is missing."""
        if key not in self._phrases:
            raise UnknownPhrase(key)
        phrase = self._phrases[key]
        used = {name: node_of(values[name]) for name in phrase.places}
        return Said.of(phrase.text.format(**values), PhraseNode(key, phrase.digest, used, phrase.text))

    def join(self, parts: Iterable[str], *, separator: str = " ") -> Said:
        """The parts that say something, in order."""
        return join_said(parts, separator)

    def list_of(self, items: Iterable[str], *, is_choice: bool = False) -> Said:
        """Names in a row: "A", "A and B", "A, B and C"; with "or" where one is to be chosen."""
        names = list(items)
        if len(names) < 2:
            return join_said(names, "")
        key = "utter_part_or" if is_choice else "utter_part_and"
        return self.say(key, first=join_said(names[:-1], ", "), last=names[-1])
