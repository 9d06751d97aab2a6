"""How do the entities get into Rasa? One component: it adds them to a message, and masks them for the classifier."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.entities.catalogue import Catalogue, Name
from bot.engine.entities.content import CITY_OR_WORD, OTHER_FACILITY, content_digest, read_names
from bot.engine.entities.dates import read_dates
from bot.engine.entities.found import Found, without_overlaps
from bot.engine.entities.numbers import read_numbers, read_phones
from bot.engine.entities.people import read_people
from bot.engine.entities.places import read_places, read_special_cities, state_names
from bot.engine.entities.words import split_words

# The message's attribute in which the classifier finds the text with kinds in the place of entities.
MASKED_TEXT = "masked_text"
_FILE = "names.json"
# `inform{"plan": "caresource"}`, `[caresource](plan)`: the syntax of machines, in which nobody says anything.
_SYNTAX = re.compile(r"\{[^{}]*\}?|\[[^\[\]]*\]\([^()]*\)")


def read_entities(text: str, catalogue: Catalogue, this_year: int) -> tuple[Found, ...]:
    """Every entity of a text, in its order, values normalised; of what overlaps the longer reading stays."""
    return tuple(each for each in _read_all(text, catalogue, this_year) if each.entity != OTHER_FACILITY)


def mask_entities(text: str, found: tuple[Found, ...]) -> str:
    """The text with a made-up word for its kind in the place of every entity: "is xxtherapy covered"."""
    pieces, at = [], 0
    for each in found:
        if each.start >= at:
            kind = "facility" if each.entity == OTHER_FACILITY else each.entity
            pieces += [text[at : each.start], f" xx{kind.replace('_', '')} "]
            at = each.end
    return "".join([*pieces, text[at:]])


def _read_all(text: str, catalogue: Catalogue, this_year: int) -> tuple[Found, ...]:
    """The entities, and the hospitals that have no id of ours."""
    text = _SYNTAX.sub(lambda syntax: " " * len(syntax[0]), text)
    phones = read_phones(text)
    dates = without_overlaps(read_dates(text, this_year), phones)
    numbers = without_overlaps(read_numbers(text, dates), phones)
    special = read_special_cities(text)
    found = without_overlaps(catalogue.find(split_words(text), text), [*phones, *dates, *numbers, *special])
    others = {(each.start, each.end) for each in found if each.entity != CITY_OR_WORD}
    names = [
        *special,
        *(each for each in found if each.entity != CITY_OR_WORD),
        # "independence": the plan, unless the words around it speak of the town alone.
        *(
            replace(each, entity="city")
            for each in found
            if each.entity == CITY_OR_WORD and (each.start, each.end) not in others
        ),
    ]
    places = read_places(text, (*phones, *dates, *numbers, *names))
    people = read_people(text, (*phones, *dates, *numbers, *names, *places))
    return tuple(sorted([*phones, *dates, *numbers, *names, *places, *people], key=lambda each: (each.start, each.end)))


# Registered as a featurizer, because those alone hand on what they add to the examples in training.
@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class EntityReader(GraphComponent):
    """Adds entities without training: names from the content folder, numbers, dates, ages and places from rules.

    "Training" copies the names into the model, so that a running engine reads nothing but its model.
    """

    def __init__(self, catalogue: Catalogue, storage: ModelStorage, resource: Resource, content: Path) -> None:
        self._catalogue = catalogue
        self._storage = storage
        self._resource = resource
        self._content = content

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`content` is the folder with the names, seen from where the training runs."""
        return {"content": "knowledge/content"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityReader:
        """An untrained reader, for training."""
        return cls(Catalogue(()), model_storage, resource, Path(config["content"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityReader:
        """The reader with the names that its model was trained with."""
        with model_storage.read_from(resource) as folder:
            rows = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        names = [Name(entity, value, tuple(words)) for entity, value, words in rows]
        return cls(Catalogue(names), model_storage, resource, Path(config["content"]))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changes with the names and with our reading rules, so that Rasa's cache never serves an older reader."""
        # Rasa asks for a node restored from its cache, too, and has emptied its settings by then.
        folder = config.get("content", cls.get_default_config()["content"])
        digest = hashlib.sha256(content_digest(Path(folder)).encode())
        for module in sorted(Path(__file__).parent.glob("*.py")):
            digest.update(module.read_bytes())
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Copies the names into the model."""
        self._catalogue = Catalogue([*read_names(self._content), *state_names()])
        rows = [[name.entity, name.value, list(name.words)] for name in self._catalogue.names]
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the masked text for the classifier; the entities that an example's author annotated stay as they are."""
        for message in training_data.training_examples:
            if message.get(TEXT):
                message.set(MASKED_TEXT, mask_entities(message.get(TEXT), self._read(message)))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities and the masked text to a member's message."""
        for message in messages:
            if not message.get(TEXT):
                continue
            found = self._read(message)
            # Other hospitals are told from places and people, and are no value for anybody.
            entities = [
                {
                    "entity": each.entity,
                    "value": each.value,
                    "start": each.start,
                    "end": each.end,
                    "extractor": "EntityReader",
                }
                for each in found
                if each.entity != OTHER_FACILITY
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)
            message.set(MASKED_TEXT, mask_entities(message.get(TEXT), found))
        return messages

    def _read(self, message: Message) -> tuple[Found, ...]:
        return _read_all(message.get(TEXT), self._catalogue, datetime.now(timezone.utc).year)
