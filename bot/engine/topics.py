"""Rasa's component for the topic of a message: what the entity reader left of its words, and what they mean."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine import said_after, softmax, topic_model
from bot.engine.entities.component import MASKED_TEXT
from bot.engine.said_after import Example
from bot.engine.topic_model import TopicModel
from knowledge.meaning import encoder, sentence_model, word_pieces
from knowledge.meaning.sentence_model import Meaning, check_genuine

# What a message's metadata calls the topic that was answered before it.
AFTER = "after"
_RANKED = 10
_DANGERS = ("emergency", "crisis")
# A danger this likely is asked about, whatever is likelier: of 2,800 harmless examples that were held back, 22 are
# asked in vain, of 163 dangers 13 are not. What is asked has this confidence; from 0.85 on the gateway asks no more.
_DANGER_FROM = 0.3
_ASKED_ABOUT = 0.6
_MASK = re.compile(r"xx(?P<kind>[a-z]+)")
# The sentence model reads plain words: a name that it never saw would be noise, and its kind is all that counts.
_PLAIN_WORDS = {
    "age": "4 years old",
    "agegroup": "4 years old",
    "condition": "disease",
    "dateofbirth": "date of birth",
    "facility": "hospital",
    "forwhom": "my son",
    "memberid": "member number",
    "phone": "phone number",
    "plan": "insurance",
    "policynumber": "policy",
    "therapy": "gene therapy",
    "zipcode": "zip code",
}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent):
    """Rasa's intent, learned from texts in which the EntityReader has put kinds in the place of names and numbers.

    So a product that no example names is understood like those that examples name. Training is deterministic.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: TopicModel | None = None
        self._meaning: Meaning | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`regularisation` is scikit-learn's C (higher trusts the examples more), `max_iter` bounds the fitting."""
        return {"regularisation": 30.0, "max_iter": 40}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version goes into the fingerprint."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changes with the code, so that Rasa's cache never serves a model of another kind."""
        files = [
            __file__,
            *(module.__file__ for module in (softmax, said_after, topic_model, encoder, sentence_model, word_pieces)),
        ]
        return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files if file)).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """An untrained classifier, for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """The trained classifier. Raises MeaningUnavailable."""
        classifier = cls(config, model_storage, resource)
        classifier._meaning = Meaning.load()
        with model_storage.read_from(resource) as folder:
            classifier._model = TopicModel.open(folder)
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples. Raises ValueError for fewer than two topics, and MeaningUnavailable."""
        check_genuine()
        examples = [
            Example(_readable(example), example.get(INTENT), _find_after(example))
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        meanings = Meaning.load().read_all([_in_plain_words(example.text) for example in examples])
        model = TopicModel(self._config["regularisation"], self._config["max_iter"])
        model.fit(examples, meanings)
        with self._storage.write_to(self._resource) as folder:
            model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the topic and the ranking of the likeliest ones, confidences from 0 to 1."""
        assert self._model is not None  # noqa: S101 - Rasa processes with loaded components only
        assert self._meaning is not None  # noqa: S101
        for message in messages:
            text = _readable(message)
            ranked = self._model.rank(text, self._meaning.read(_in_plain_words(text)), _find_after(message))
            likeliest = put_danger_first(ranked)[:_RANKED]
            ranking = [{"name": topic, "confidence": confidence} for topic, confidence in likeliest]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def put_danger_first(ranked: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The ranking with a danger in front where one is likely enough to be asked about; confidences add up as before."""
    danger, likely = next((each for each in ranked if each[0] in _DANGERS), ("", 0.0))
    if ranked[0][0] in _DANGERS or likely < _DANGER_FROM:
        return list(ranked)
    left = (1 - _ASKED_ABOUT) / (1 - likely)
    return [(danger, _ASKED_ABOUT), *((topic, left * confidence) for topic, confidence in ranked if topic != danger)]


def _find_after(message: Message) -> str | None:
    """The topic that was answered before: of an example as its file says, of a member's message as the turn does."""
    metadata = message.get(METADATA) or {}
    return (metadata.get(METADATA_INTENT) or metadata).get(AFTER)


def _readable(message: Message) -> str:
    return str(message.get(MASKED_TEXT) or message.get(TEXT) or "")


def _in_plain_words(masked: str) -> str:
    """The masked text for the sentence model: "is gene therapy covered"."""
    return _MASK.sub(lambda mask: _PLAIN_WORDS.get(mask["kind"], mask["kind"]), masked)
