"""Which of two things does a word mean that stands for both ("hemophilia"), where the answers differ?

One question with choices; what is chosen answers the question that was asked. Where it makes no difference nobody is
asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.phrases import Phrases
from actions.replies import Button, Replies
from actions.services import ActionServices
from actions.turn_context import Turn

Answer = Callable[[Turn, Replies], Awaitable[list[EventType]]]

# What a product is and what there is for a condition is told of both; a record is looked at once, and each look noted.
_NEVER_ASKED = frozenset({"therapy_info", "eligibility_member"})
# What may have offered something in answer to the same message.
_OFFERING = ("action_clarify", "action_answer_", "action_continue_topic")
_KINDS = ("condition", "therapy")
_PLACES = {"first": 0, "1st": 0, "1": 0, "second": 1, "2nd": 1, "2": 1, "third": 2, "3rd": 2, "3": 2}
_PLACE = re.compile(rf"(?:the |option |number |no )*({'|'.join(_PLACES)})(?: (?:one|option|choice))?")
# "B", "type b", "it's the b one": what a name ends in.
_ENDING = re.compile(
    r"(?:(?:its|it is|hes|shes|he has|she has|i have|the|type|kind|hemophilia|option) )*([a-e])(?: (?:one|type|kind))?"
)
_BOTH = re.compile(r"(?:(?:for|about|i want|i need|all|the) )*(?:both|either|all|any)(?: (?:of them|one|please))*")
_NOT_A_SIGN = re.compile(r"[^\w\s]")


@dataclass(frozen=True)
class Offered:
    """What was offered: the buttons' values, each with a topic and what it names."""

    payloads: tuple[str, ...]

    @classmethod
    def read(cls, written: str | None) -> Offered:
        """From what `write` wrote."""
        return cls(tuple(json.loads(written)) if written else ())

    @classmethod
    def of(cls, choices: list[Button]) -> Offered:
        """What these buttons offer."""
        return cls(tuple(choice.payload for choice in choices))

    def write(self) -> str:
        """For the slot `unclear_choices`."""
        return json.dumps(self.payloads)

    def take(self, text: str) -> str | None:
        """The payload that a few typed words choose: its place, or the letter in which its name ends."""
        said = " ".join(_NOT_A_SIGN.sub("", text).casefold().split())
        if place := _PLACE.fullmatch(said):
            at = _PLACES[place[1]]
            return self.payloads[at] if at < len(self.payloads) else None
        if _BOTH.fullmatch(said) and self.payloads:
            # The topic without any of them: what holds for both.
            return self.payloads[0].partition("{")[0]
        ending = _ENDING.fullmatch(said)
        named = [each for each in self.payloads if ending and each.endswith(f'_{ending[1]}"]}}')]
        return named[0] if len(named) == 1 else None


def take_choice(turn: Turn) -> Turn | None:
    """The turn in which the question that choices were offered for is asked with what this message chooses.

    None where nothing was offered just now, or the message chooses nothing of it.
    """
    if turn.last_outcome != "clarify" or not turn.slots.unclear_choices:
        return None
    payload = Offered.read(turn.slots.unclear_choices).take(turn.text)
    if payload is None:
        return None
    topic, brace, named = payload.removeprefix("/").partition("{")
    entities = {name: tuple(values) for name, values in json.loads(brace + named or "{}").items()}
    return replace(
        turn, intent=topic, text=turn.slots.unclear_question or turn.text, entities=entities, alternatives={}
    )


def offer(choices: list[Button], words: str | None) -> list[EventType]:
    """What is kept of an offer until the next message: the choices, and the words that they are for."""
    return [SlotSet("unclear_question", words), SlotSet("unclear_choices", Offered.of(choices).write())]


def forget_offer(turn: Turn, events: Sequence[EventType]) -> list[EventType]:
    """Ends what was offered before this message: whoever chose nothing of it has left it."""
    is_offered_now = any(event.get("name") == "unclear_choices" for event in events)
    has_run = any(name.startswith(_OFFERING) for name in turn.actions_run)
    if is_offered_now or has_run or not (turn.slots.unclear_question or turn.slots.unclear_choices):
        return []
    return [SlotSet("unclear_question", None), SlotSet("unclear_choices", None)]


async def ask_which(
    turn: Turn, topic: str, answer: Answer, services: ActionServices, phrases: Phrases, replies: Replies
) -> list[EventType] | None:
    """Asks which is meant where each has another answer; None, and nothing is said, where it makes no difference."""
    kind = next((name for name in _KINDS if name in turn.alternatives), None)
    is_open = kind is not None and kind not in turn.entities
    if kind is None or topic in _NEVER_ASKED or turn.active_form is not None:
        return None
    if is_open and turn.last_outcome == "clarify":
        # The member has heard the question and did not choose.
        return None
    values = turn.alternatives[kind]
    answers = [await _try(turn, kind, value, answer, replies) for value in values]
    if all(each == answers[0] for each in answers):
        return None
    titles = [await _name(kind, value, services) for value in values]
    choices = [
        Button(title, f"/{topic}{json.dumps({kind: [value]})}") for title, value in zip(titles, values, strict=True)
    ]
    # A bare answer to a question of ours lets one be answered that waited.
    words = turn.kept_words if turn.question == turn.text else turn.question
    replies.say(
        "utter_ambiguous_which",
        "clarify",
        topic=topic,
        awaiting=(kind, "choice"),
        buttons=[*choices, Button(phrases.say("utter_ambiguous_part_not_sure"), f"/{topic}")],
        numbered=True,
        choices=phrases.list_of(titles, is_choice=True),
    )
    return [*offer(choices, words), SlotSet("last_topic", topic), SlotSet("facts_given", None)]


async def _try(turn: Turn, kind: str, value: str, answer: Answer, replies: Replies) -> tuple[object, ...]:
    """What would be answered for this one; nobody hears it."""
    unheard = CollectingDispatcher()
    one = replace(turn, entities={**turn.entities, kind: (value,)}, alternatives={})
    await answer(one, replace(replies, dispatcher=unheard))
    return tuple((said.get("response"), said.get("statement")) for said in unheard.messages)


async def _name(kind: str, value: str, services: ActionServices) -> str:
    if kind == "condition":
        condition = await services.therapies.find_condition(value)
        return condition.name if condition else value
    therapy = await services.therapies.find_therapy(value)
    return therapy.brand if therapy else value
