"""What does a message in Spanish ask for? Written rules, because the classifier learns from English.

A wrong guess would be answered in the wrong place, so what no rule reads counts as not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.entities.words import split_words
from bot.engine.language import tell_language

# In which language a message is, as the actions and the description of a turn read it.
LANGUAGE = "language"
# Goes on in English: agreed to, or asked for. An inner intent that no client sees.
ENGLISH_INTENT = "english"

_FILE = Path(__file__).with_name("spanish.yml")
_NOT_UNDERSTOOD = "nlu_fallback"
_NOTHING_SAID = "gibberish"
_DANGER = ("emergency", "crisis")
_CONFIDENCE = 0.9
# The classifier met few Spanish words: what it is less sure of is a guess at small ones ("mi hijo tiene ...").
_SURE_OF_DANGER = 0.7
_READ_UP_TO = 600
_MOST_SIGNS = 12
_FEW_WORDS, _SHORT = 6, 12
_NAMES = frozenset({"therapy", "condition"})

_REFUSES = r"\b(?:no|nada|sin|poco|tampoco|not|dont|cant) (?:\w+ ){{0,4}}(?:{0})\b|\b(?:{0}) no\b|\bvez de (?:{0})\b"
_FINE = re.compile(r"\bno (?:hay|importa|tengo|me molesta|es) (?:ningun )?(?:problema|inconveniente)\b|\bno importa\b")
_WHAT_IT_IS = re.compile(r"\b(?:que|q|ke|como) (?:es|son|funciona\w*|significa)\b|\bexpli\w+|\bcomo se llama\b")
# What may stand beside "English" in a message that asks for English and for nothing else.
_BESIDE_ENGLISH = """
    ok okay yes yeah sure please just only fine back now go going on keep continue answer reply switch talk speak use me
    us we i in to is its with can lets the thats good works prefer want thanks do it si en por favor no problem
"""


@dataclass(frozen=True)
class _Rule:
    """One entry of spanish.yml: a pattern, or words of which a short message consists."""

    intent: str
    pattern: re.Pattern[str] | None
    words: frozenset[str]
    around: frozenset[str]

    def fits(self, said: str, words: Sequence[str]) -> bool:
        if self.pattern is not None:
            return self.pattern.search(said) is not None
        allowed = self.words | self.around
        return any(word in self.words for word in words) and all(word in allowed for word in words)


@dataclass(frozen=True)
class _Rules:
    rules: tuple[_Rule, ...]
    english: re.Pattern[str]
    refuses_english: re.Pattern[str]


@lru_cache(maxsize=1)
def _load() -> _Rules:
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))

    def fill(pattern: str) -> str:
        return pattern.replace("<coach>", content["coach"])

    rules = tuple(
        _Rule(
            row["intent"],
            re.compile(rf"\b(?:{'|'.join(map(fill, row['says']))})\b") if "says" in row else None,
            frozenset(row.get("words", "").split()),
            frozenset(row.get("around", "").split()),
        )
        for row in content["rules"]
    )
    english = content["english"]
    return _Rules(rules, re.compile(rf"\b(?:{english})\b"), re.compile(_REFUSES.format(english)))


def read_spanish(text: str, names: frozenset[str] = frozenset()) -> str | None:
    """The intent that a text in Spanish plainly has; None for one that no rule reads.

    `names` are the kinds of entities in it: "¿qué es Zolgensma?" and "tengo CareSource" hang on them.
    """
    words = _words(text)
    said, found = " ".join(words), _load()
    if len(words) <= _SHORT and found.english.search(said):
        return "deny" if found.refuses_english.search(_FINE.sub("", said)) else ENGLISH_INTENT
    for rule in found.rules:
        if rule.fits(said, words):
            return rule.intent
    if _WHAT_IT_IS.search(said):
        return "therapy_info" if names & _NAMES else "therapy_basics"
    if names and len(words) <= _FEW_WORDS:
        return "inform"
    # Who tells of an illness or a product wants to know what there is on it.
    return "therapy_info" if names & _NAMES else None


def asks_for_english(text: str) -> bool:
    """True for "english please", "ok in English", "INGLES": words that ask for English and for nothing else."""
    words, beside = _words(text), _BESIDE_ENGLISH.split()
    english = _load().english
    asked = [word for word in words if english.fullmatch(word)]
    return bool(asked) and all(word in asked or word in beside for word in words)


def _words(text: str) -> list[str]:
    return [word.text for word in split_words(text[:_READ_UP_TO])]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SpanishReader(GraphComponent):
    """Tells each message's language, and takes the place of the classifier for what is in Spanish."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpanishReader:
        """The reader; it has nothing to learn."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the language, and the intent of what is in Spanish or asks for English."""
        for message in messages:
            text = message.get(TEXT) or ""
            language = tell_language(text)
            message.set(LANGUAGE, language, add_to_output=True)
            if text and not _says_anything(text):
                _set_intent(message, _NOTHING_SAID, 1.0)
            elif asks_for_english(text):
                _set_intent(message, ENGLISH_INTENT, 1.0)
            elif language == "es":
                names = frozenset(each["entity"] for each in message.get(ENTITIES) or ())
                _settle(message, read_spanish(text, names))
        return messages


def _says_anything(text: str) -> bool:
    """Whether there are letters, digits, or the few signs of a thumb held up: of other signs the classifier guesses."""
    kinds = {unicodedata.category(sign)[0] for sign in text}
    return bool(kinds & set("LN")) or (bool(kinds & set("PS")) and len(text) <= _MOST_SIGNS)


def _settle(message: Message, intent: str | None) -> None:
    """What a rule read; danger that the classifier is sure of is left for the gateway to judge."""
    guess = message.get(INTENT) or {}
    is_danger = guess.get("name") in _DANGER and guess.get("confidence", 0.0) >= _SURE_OF_DANGER
    if is_danger and intent in (None, "medical_advice", "inform", "therapy_info"):
        return
    _set_intent(message, intent or _NOT_UNDERSTOOD, _CONFIDENCE if intent else 0.0)


def _set_intent(message: Message, name: str, confidence: float) -> None:
    intent = {"name": name, "confidence": confidence}
    message.set(INTENT, intent, add_to_output=True)
    message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
