"""Does this message speak of an emergency or of self-harm? Decided before anything else reads it.

Fixed patterns over plain text: no model, no state, no network. The same text always gives the same finding.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import structlog
import yaml

log = structlog.get_logger()

_LEXICON = Path(__file__).with_name("lexicon")


class SafetyLevel(str, Enum):
    """How a message is to be answered: with the emergency number, with the crisis line, or as usual."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    NONE = "none"


@dataclass(frozen=True)
class SafetyFinding:
    """What the gate saw; `entry` names the lexicon's entry for the log, and is None at level none."""

    level: SafetyLevel
    entry: str | None = None
    language: str = "und"


NOTHING_FOUND = SafetyFinding(SafetyLevel.NONE)


@dataclass(frozen=True)
class Entry:
    """One line of the lexicon: what it looks for, what it means, and why it is there."""

    id: str
    level: SafetyLevel
    language: str
    reason: str
    pattern: re.Pattern[str]


class SafetyGate:
    """Finds present danger in a member's words; idioms and general questions are taken out before."""

    def __init__(self, entries: tuple[Entry, ...], idioms: tuple[re.Pattern[str], ...]) -> None:
        self._entries = entries
        self._idioms = idioms

    def check(self, text: str) -> SafetyFinding:
        """The most urgent finding: a present emergency before a crisis. Never raises."""
        try:
            return self._find(normalise(text))
        except Exception as error:
            # A fault in here must not take the conversation down with it.
            log.error("safety.gate_failed", error=type(error).__name__)
            return NOTHING_FOUND

    def _find(self, text: str) -> SafetyFinding:
        # Idioms are looked up only where something sounded like danger: most messages are done after one pass.
        suspected = [entry for entry in self._entries if entry.pattern.search(text)]
        if not suspected:
            return NOTHING_FOUND
        for idiom in self._idioms:
            text = idiom.sub(" … ", text)
        found = (entry for entry in suspected if entry.pattern.search(text))
        entry = min(found, key=lambda entry: entry.level is not SafetyLevel.EMERGENCY, default=None)
        return SafetyFinding(entry.level, entry.id, entry.language) if entry else NOTHING_FOUND


def normalise(text: str) -> str:
    """Lower case without accents, one kind of apostrophe, and single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u2018", "'"))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.casefold().split())


def load_gate(folder: Path = _LEXICON) -> SafetyGate:
    """Reads the lexicon. Raises ValueError, naming the entry, when one cannot be used."""
    entries = []
    for level in (SafetyLevel.EMERGENCY, SafetyLevel.CRISIS):
        for row in yaml.safe_load((folder / f"{level.value}.yml").read_text(encoding="utf-8")):
            pattern = _compile(row["pattern"], row["id"])
            entries.append(Entry(row["id"], level, row["language"], row["reason"], pattern))
    idioms = yaml.safe_load((folder / "idioms.yml").read_text(encoding="utf-8"))
    return SafetyGate(tuple(entries), tuple(_compile(row["pattern"], row["id"]) for row in idioms))


def _compile(pattern: str, entry_id: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.VERBOSE)
    except re.error as error:
        raise ValueError(f"the safety lexicon's entry {entry_id} is not a pattern: {error}") from None
