"""Do the words of a text, each by itself, speak for the topics in whose examples they stand?"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.last_topic import find_last_topic
from bot.engine.topic_words import TOPIC_WORDS, TopicWords, find_lead

EXAMPLES = {
    "cost": ["what is the price", "how long do i pay the price", "is the price high", "do i pay"],
    "appeal_denial": ["how long do i have to appeal", "how do i appeal", "is the appeal free", "what is an appeal"],
}


def learned() -> TopicWords:
    pairs = [(text, topic) for topic, texts in EXAMPLES.items() for text in texts]
    return TopicWords.learn([text for text, _ in pairs], [topic for _, topic in pairs])


def test_words_of_all_questions_say_little_and_words_of_one_topic_much() -> None:
    words = learned()
    assert abs(find_lead(words.weigh("how long is it"), "cost", "appeal_denial")) < 1.0
    assert find_lead(words.weigh("the price"), "cost", "appeal_denial") > 1.0
    assert find_lead(words.weigh("APPEAL, appeal"), "cost", "appeal_denial") < -1.0


def test_words_that_no_example_has_say_nothing_of_their_own() -> None:
    words = learned()
    assert words.weigh("qqq zzz") == words.weigh("")


def test_what_was_learned_is_the_same_when_it_is_opened(tmp_path: Path) -> None:
    words = learned()
    words.save(tmp_path)
    assert TopicWords.open(tmp_path).weigh("what's the price") == pytest.approx(words.weigh("what's the price"))


@pytest.mark.parametrize(
    ("read_as", "sure", "lead", "topic"),
    [
        # Words that hardly speak for the reading go on with the talk, however sure the classifier is.
        ("medical_advice", 0.9, 0.0, "cost"),
        ("process_followup", 0.9, 0.5, "cost"),
        # Words that do are another subject.
        ("process_followup", 0.9, 8.0, None),
        ("medical_advice", 0.9, 3.0, None),
        # These are never taken for anything else.
        ("coach_handoff", 0.9, -5.0, None),
        ("out_of_scope", 0.9, -5.0, None),
        ("crisis", 0.3, -5.0, None),
        ("emergency", 0.3, -5.0, None),
    ],
)
def test_the_talk_is_weighed_against_a_reading(read_as: str, sure: float, lead: float, topic: str | None) -> None:
    parsed = {
        "intent": {"name": read_as, "confidence": sure},
        "intent_ranking": [{"name": read_as, "confidence": sure}],
        "entities": [],
        TOPIC_WORDS: {read_as: lead, "cost": 0.0},
    }
    assert find_last_topic("how long is that?", parsed, "cost") == topic
