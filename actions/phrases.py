"""How is a part of a sentence put together from what is on file, with no word of it in code?

Some answers are made of parts that are there or not: what a plan record says, what the catalogue knows of a
product. Each part is a response of its own (`utter_<topic>_part_<what>`) in `data/responses/`, so that all
wording stays in one folder; the finished parts go into a frame as its `{statement}`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

RESPONSES_DIR = Path(__file__).resolve().parents[1] / "data" / "responses"
_PART = "_part_"


class UnknownPhrase(Exception):
    """No response with this key is a part; the message is the key."""

    code = "UNKNOWN_PHRASE"


class Phrases:
    """The parts of sentences, by response key."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, responses_dir: Path = RESPONSES_DIR) -> Phrases:
        """Reads every `utter_..._part_...` response of the folder."""
        texts: dict[str, str] = {}
        for path in sorted(responses_dir.glob("*.yml")):
            responses = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
            texts |= {key: str(variants[0]["text"]) for key, variants in responses.items() if _PART in key}
        return cls(texts)

    def say(self, key: str, **values: str) -> str:
        """The part with its values in place. Raises UnknownPhrase, and KeyError for a value that is missing."""
        if key not in self._texts:
            raise UnknownPhrase(key)
        return self._texts[key].format(**values)

    def join(self, parts: Iterable[str], *, separator: str = " ") -> str:
        """The parts that say something, in order."""
        return separator.join(part for part in parts if part)

    def list_of(self, items: Iterable[str], *, is_choice: bool = False) -> str:
        """Names in a row: "A", "A and B", "A, B and C"; with "or" where one is to be chosen."""
        names = list(items)
        if len(names) < 2:
            return "".join(names)
        return self.say("utter_part_or" if is_choice else "utter_part_and", first=", ".join(names[:-1]), last=names[-1])
