"""What was asked and what was shown, so that "and for hemophilia?" and "the second one" can go on with it?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.message import IDENTIFYING
from actions.plain_words import find_therapy_class
from actions.services import ActionServices
from actions.turn_context import Turn

# Longer texts are no questions that a few words go on with.
_LONGEST_QUESTION = 500
# Kept in slots of their own, and read anew with each message.
_NOT_CARRIED = IDENTIFYING | {"plan", "state"}
_SUBJECTS = frozenset({"therapy", "condition"})
_PLACES = frozenset({"zip_code", "city", "facility"})
_PERSONS = frozenset({"age_group", "for_whom", "age"})
# What each kind of entity takes the place of. A condition replaces no product that was named beside another condition.
_REPLACES = {
    "therapy": _SUBJECTS | {"policy_number"},
    "condition": _SUBJECTS | {"policy_number"},
    "policy_number": _SUBJECTS | {"policy_number"},
    **dict.fromkeys(_PLACES, _PLACES),
    **dict.fromkeys(_PERSONS, _PERSONS),
}
_FACTS = frozenset({"answer", "policy", "facilities"})
_CHOICES = frozenset({"ask", "clarify"})


@dataclass(frozen=True)
class _Named:
    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """What a member asked: its topic, its words, and what those name with the places where it stands."""

    topic: str
    text: str
    named: tuple[_Named, ...]

    @classmethod
    def read(cls, written: str | None) -> Question | None:
        """The question as `write` left it; None where there is none."""
        if not written:
            return None
        found = json.loads(written)
        return cls(found["topic"], found["text"], tuple(_Named(*each) for each in found["named"]))

    @classmethod
    def of(cls, message: Mapping[str, Any], topic: str) -> Question | None:
        """The question that this message of the tracker asks; None for a button and a long text."""
        text, entities = str(message.get("text") or ""), message.get("entities") or []
        if not text or text.startswith("/") or len(text) > _LONGEST_QUESTION:
            return None
        named = (
            _Named(each["entity"], str(value), int(each.get("start") or 0), int(each.get("end") or 0))
            for each in entities
            for value in (each["value"] if isinstance(each["value"], list) else [each["value"]])
        )
        return cls(topic, text, tuple(each for each in named if each.entity not in _NOT_CARRIED))

    def write(self) -> str:
        """The question as it is kept in its slot."""
        named = [(each.entity, each.value, each.start, each.end) for each in self.named]
        return json.dumps({"topic": self.topic, "text": self.text, "named": named}, ensure_ascii=False)

    def ask_for(self, turn: Turn) -> Question:
        """The same question for what this turn names instead."""
        has_both = {each.entity for each in self.named} >= _SUBJECTS
        only_condition = has_both and not turn.named("therapy")
        new_class = find_therapy_class(turn.text) if turn.names_class else None
        gone = set(_SUBJECTS | {"policy_number"} if new_class else ())
        for entity in turn.entities:
            gone |= _REPLACES.get(entity, {entity})
        if only_condition and "condition" in turn.entities:
            gone.discard("therapy")
        kept = [each for each in self.named if each.entity not in gone]
        subject = new_class or _say(turn, "therapy") or _say(turn, "condition")
        text, moved = self._say_instead(gone, subject)
        added = [
            _Named(entity, value, 0, 0)
            for entity, values in turn.kept_entities.items()
            if entity not in _NOT_CARRIED
            for value in values
        ]
        return Question(self.topic, text, (*(moved[each] for each in kept), *added))

    def _say_instead(self, gone: set[str], subject: str) -> tuple[str, dict[_Named, _Named]]:
        """The words with the subject in the place of the first that is gone; what stays, where it stands then."""
        said, at, moved = "", 0, {}
        for each in sorted(self.named, key=lambda named: named.start):
            if each.start < at or each.end == 0:
                moved[each] = replace(each, start=0, end=0)
                continue
            said += self.text[at : each.start]
            words = self.text[each.start : each.end]
            if each.entity in gone:
                is_subject = each.entity in _SUBJECTS | {"policy_number"}
                words, subject = (subject, "") if is_subject else ("", subject)
            moved[each] = replace(each, start=len(said), end=len(said) + len(words))
            said += words
            at = each.end
        said += self.text[at:]
        return (f"{said.rstrip(' ?.!')} {subject}" if subject else said), moved

    def as_turn(self, turn: Turn) -> Turn:
        """The turn as if this question had been written in it."""
        entities: dict[str, tuple[str, ...]] = {
            name: values for name, values in turn.entities.items() if name in _NOT_CARRIED
        }
        for each in self.named:
            entities[each.entity] = tuple(dict.fromkeys((*entities.get(each.entity, ()), each.value)))
        return replace(turn, intent=self.topic, text=self.text, entities=entities)


def _say(turn: Turn, entity: str) -> str:
    """The value in words; of several that one word stands for what they share: "hemophilia"."""
    either = turn.alternatives.get(entity, ())
    parts = [value.split("_") for value in either or turn.entities.get(entity, ())[:1]]
    same = (each[0] for each in zip(*parts, strict=False) if len(set(each)) == 1)
    return " ".join(same) or (turn.named(entity) or "")


def remember_question(message: Mapping[str, Any], turn: Turn, events: Sequence[EventType]) -> list[EventType]:
    """Keeps what was asked with the topic that answered it, or that waits for an answer; nothing for a bare answer."""
    left = {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
    answers_question = turn.intent == "inform" and (
        turn.active_form or turn.slots.topic_in_progress or turn.entities.keys() <= _NOT_CARRIED
    )
    if answers_question or turn.names_identity or "last_question" in left:
        return []
    topic = left.get("last_topic") or left.get("topic_in_progress")
    question = Question.of(message, str(topic)) if topic else None
    return [SlotSet("last_question", question.write())] if question else []


async def remember_shown(
    turn: Turn, messages: Iterable[Mapping[str, Any]], services: ActionServices
) -> list[EventType]:
    """Keeps the hospitals, products or choices that these replies show; what was shown before stays where none is.

    Choices go with their question: whoever does not answer it has left it.
    """
    before = json.loads(turn.slots.last_shown) if turn.slots.last_shown else None
    shown = None
    for message in messages:
        shown = await _find_shown(turn, message, services) or shown
    if shown is None:
        return [SlotSet("last_shown", None)] if before and before["kind"] == "choice" else []
    kind, values = shown
    told = 0 if len(values) == 1 else None
    if before and before["kind"] == kind != "choice" and set(values) <= set(before["values"]):
        # The list stays as the member saw it; one of it was told of.
        about = json.dumps({kind: turn.about}) if turn.about else ""
        one = values[0] if len(values) == 1 else f"/inform{about}"
        values = before["values"]
        told = values.index(one) if one in values else None
    return [SlotSet("last_shown", json.dumps({"kind": kind, "values": values, "told": told}))]


def list_shown(turn: Turn, kind: str) -> tuple[str, ...]:
    """What was shown last, where it is of this kind: "which one is newer" is about the products of the last list."""
    shown = json.loads(turn.slots.last_shown) if turn.slots.last_shown else None
    if not shown or shown["kind"] != kind:
        return ()
    return tuple(str(json.loads(value.removeprefix("/inform"))[kind]) for value in shown["values"])


async def _find_shown(turn: Turn, message: Mapping[str, Any], services: ActionServices) -> tuple[str, list[str]] | None:
    reply = message.get("reply") or {}
    outcome = reply.get("outcome")
    if outcome in _CHOICES and (buttons := message.get("buttons")):
        return "choice", [str(button["payload"]) for button in buttons]
    if outcome not in _FACTS:
        return None
    if names := [card["name"] for card in reply.get("cards", ()) if card.get("kind") == "facility"]:
        return "facility", await _list_facilities(turn, names, services)
    products: Sequence[str] = turn.entities.get("therapy", ())
    if len(set(products)) < 2:
        words = "\n".join(value for name, value in message.items() if name != "response" and isinstance(value, str))
        products = await _find_products(words, services)
    return ("therapy", _choices("therapy", products)) if products else None


async def _list_facilities(turn: Turn, names: Sequence[str], services: ActionServices) -> list[str]:
    if turn.plan is None:
        return []
    network = await services.facilities.list_network(payer=turn.plan.payer, as_of=turn.today)
    ids = {match.facility.name: match.facility.id for match in network}
    return _choices("facility", [ids[name] for name in names if name in ids])


async def _find_products(words: str, services: ActionServices) -> list[str]:
    """The products that the words name by brand, in their order."""
    known = await services.therapies.list_names()
    brands = {written[0].casefold(): name for name, written in known.items() if written}
    found = dict.fromkeys(brands[word] for word in re.findall(r"[\w-]+", words.casefold()) if word in brands)
    # A condition is no product, and its names stand in the same list.
    return [name for name in found if await services.therapies.find_therapy(name)]


def _choices(entity: str, values: Iterable[str]) -> list[str]:
    return [f"/inform{json.dumps({entity: value})}" for value in dict.fromkeys(values)]
