"""Does the member ask what a word means? Then the word's own definition is the answer, whatever the topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.phrases import Phrases
from actions.replies import Replies, Sources
from actions.said import say_fact
from actions.therapy_parts import cite, field_of
from actions.turn_context import Turn
from knowledge.policies.model import Fact
from knowledge.policies.service import PolicyService
from knowledge.therapies.model import Term
from knowledge.therapies.service import TherapyService

# "What does precertification mean?", "what's a viral vector", "define apheresis": nothing but the word may follow.
_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|so|and|but|please|pls|sorry|can you|could you|would you|tell me|explain|to me|"
    r"i (?:don['’]?t|do not) (?:know|understand|get))\b\W*)*"
    r"(?:what(?:['’]?s|\s+is|\s+are|\s+does|\s+do)?|define|explain|meaning of|definition of)\b\W*"
    r"(?:(?:the\s+)?(?:you mean by|meaning of|definition of|word|term|meant by)\W+)?(?:an?\s+|the\s+)?"
    r"(?P<name>[^?!.]{2,60}?)\W*(?:\b(?:mean|means|stands?\s+for|is|are|please|pls|exactly)\b\W*)*$",
    re.IGNORECASE,
)


async def find_asked_term(turn: Turn, topic: str, catalogue: TherapyService) -> Term | None:
    """The term that the message asks for and nothing else; None where the topic's own answer says it and more."""
    asked = _ASKS.match(turn.text)
    if asked is None:
        return None
    term = await catalogue.find_term(asked["name"], turn.scope.payer)
    return None if term is None or term.answered_by == topic else term


async def find_own_facts(term: Term, turn: Turn, policies: PolicyService) -> tuple[Fact, ...]:
    """What the member's own payer says that the word means, on the day asked about; empty where it says nothing."""
    if turn.plan is None or not term.own_facts:
        return ()
    found = await policies.find_named_facts(term.own_facts, turn.scope, turn.day)
    return tuple(fact for fact in found if fact.document.payer)


def say_term(
    term: Term, own_facts: Sequence[Fact], turn: Turn, topic: str, phrases: Phrases, replies: Replies
) -> list[EventType]:
    """The payer's own definition, else the neutral one; then what it must not be mixed up with."""
    parts: list[str] = [say_fact(fact) for fact in own_facts] or [field_of(term, "definition")]
    citations = () if own_facts else cite(term.sources)
    if term.do_not_mix_up:
        parts.append(field_of(term, "do_not_mix_up"))
        citations = cite(term.sources)
    if own_facts:
        replies = replace(replies, as_of=turn.day)
    replies.say(
        "utter_therapy_info_term",
        "answer",
        sources=Sources.of(own_facts, *citations),
        statement=phrases.join(parts),
    )
    return [SlotSet("last_topic", topic), SlotSet("facts_given", None)]
