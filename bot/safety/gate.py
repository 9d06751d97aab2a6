"""Does this message speak of an emergency or of self-harm? Decided before anything else reads it.

Fixed patterns over plain text: no model, no state, no network. The same text always gives the same finding.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

import structlog

from bot.safety.contexts import Contexts

log = structlog.get_logger()

# A message has 2,000 characters at most; what comes with a refused one is read this far.
READ_UP_TO = 4000


class SafetyLevel(str, Enum):
    """How a message is to be answered: with the emergency number, with the crisis line, or as usual."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    NONE = "none"


@dataclass(frozen=True)
class SafetyFinding:
    """What the gate saw.

    Which entry of the lexicon it was is not told: kept beside a conversation's id, it would say what somebody suffers
    from. `harmless` says at level none that words of danger were there, and were read as an idiom, a question or
    history.
    """

    level: SafetyLevel
    language: str = "und"
    harmless: bool = False


NOTHING_FOUND = SafetyFinding(SafetyLevel.NONE)
READ_AS_HARMLESS = SafetyFinding(SafetyLevel.NONE, harmless=True)


@dataclass(frozen=True)
class Entry:
    """One entry of the lexicon: what it looks for, what it means, and why it is there.

    A `sign` is a word that danger shares with questions and history, so its context decides. `needs` are pieces of
    text one of which every match has: looking for them first is what keeps the gate fast.
    """

    id: str
    level: SafetyLevel
    language: str
    reason: str
    pattern: re.Pattern[str]
    sign: bool = False
    needs: tuple[str, ...] = ("",)

    def is_in(self, text: str) -> bool:
        """True when the text says this."""
        # A plain loop: a generator for each entry was a third of what the gate cost.
        for piece in self.needs:
            if piece in text:
                return self.pattern.search(text) is not None
        return False


class SafetyGate:
    """Finds present danger in a member's words."""

    def __init__(self, entries: tuple[Entry, ...], idioms: tuple[re.Pattern[str], ...], contexts: Contexts) -> None:
        self._entries = entries
        self._idioms = idioms
        self._contexts = contexts

    def check(self, text: str) -> SafetyFinding:
        """The most urgent finding: a present emergency before a crisis. Never raises."""
        try:
            return self._find(normalise(text[:READ_UP_TO]))
        except Exception as error:
            # A fault in here must not take the conversation down with it.
            log.error("safety.gate_failed", error=type(error).__name__)
            return NOTHING_FOUND

    def _find(self, text: str) -> SafetyFinding:
        said = text
        for idiom in self._idioms:
            said = idiom.sub(" … ", said)
        suspected = [entry for entry in self._entries if entry.is_in(said)]
        reported = self._contexts.keep_reports(said) if any(entry.sign for entry in suspected) else said
        found = [entry for entry in suspected if not entry.sign or reported == said or entry.is_in(reported)]
        if not found:
            is_harmless = suspected or said != text or self._contexts.sets_aside(said)
            return READ_AS_HARMLESS if is_harmless else NOTHING_FOUND
        entry = min(found, key=lambda entry: entry.level is not SafetyLevel.EMERGENCY)
        return SafetyFinding(entry.level, entry.language)


_APOSTROPHES = re.compile("['\u2018\u2019\u201b\u02bc\u2032\u00b4`]")
_DIGIT_FOR_LETTER = re.compile(r"(?<=[a-z])[0134@$](?=[a-z])")
_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a", "@": "a", "$": "s"}


def normalise(text: str) -> str:
    """Lower case without accents, apostrophes and characters that no screen shows, and with single spaces."""
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", seen))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = " ".join(plain.casefold().split())
    return _DIGIT_FOR_LETTER.sub(lambda digit: _LETTERS[digit[0]], words)
