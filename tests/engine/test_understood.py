"""What the gateway is told about a message's meaning."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.channel import Reply
from bot.engine.reading import readable_text
from bot.engine.understood import Understood, describe_understanding


def understood(intent: str, *, entities: Any = (), text: str | None = "hello", **known: Any) -> Understood:
    reading = {"intent": {"name": intent, "confidence": 0.5}, "entities": list(entities)}
    context: dict[str, Any] = {"asked_for": None, "topic_in_progress": None, **known}
    replies = context.pop("replies", ())
    return describe_understanding(reading, [(reading, replies)], text=text, **context)


def reply(topic: str | None) -> Reply:
    return Reply("utter_x", "x", (), {"topic": topic} if topic else {})


def test_a_topic_of_the_contract_is_shown() -> None:
    assert understood("cost", replies=(reply("coverage_general"),)).topics == ("cost",)


@pytest.mark.parametrize("intent", ["inform", "cancel", "more", "english", "nlu_fallback"])
def test_an_inner_intent_shows_the_topic_that_it_continues(intent: str) -> None:
    assert understood(intent, replies=(reply(None), reply("facility_search"))).topics == ("facility_search",)
    assert understood(intent, topic_in_progress="cost").topics == ("cost",)
    assert understood(intent, replies=(reply("inform"),)).topics == ()


def test_an_unreadable_message_is_about_nothing() -> None:
    nothing = describe_understanding({}, [], text="x", asked_for=None, topic_in_progress=None)
    assert nothing == Understood((), "und", {}, 0.0)


def test_entities_come_by_name_each_value_once() -> None:
    entities = [
        {"entity": "therapy", "value": "zolgensma"},
        {"entity": "therapy", "value": "casgevy"},
        {"entity": "therapy", "value": "zolgensma"},
        {"entity": "plan", "value": ["caresource"]},
        {"entity": "shoe_size", "value": "44"},
    ]
    assert understood("cost", entities=entities).entities == {
        "therapy": ("zolgensma", "casgevy"),
        "plan": ("caresource",),
    }


@pytest.mark.parametrize("asked_for", ["member_id", "date_of_birth"])
def test_an_asked_for_birth_date_is_not_shown(asked_for: str) -> None:
    entities = [{"entity": "date", "value": "1962-03-14"}, {"entity": "date_of_birth", "value": "1962-03-14"}]
    assert understood("inform", entities=entities, asked_for=asked_for).entities == {}


def test_a_birth_date_read_as_a_policy_number_is_not_shown() -> None:
    entities = [{"entity": "policy_number", "value": "03.14.62"}]
    assert understood("inform", entities=entities, asked_for="date_of_birth").entities == {}
    assert understood("inform", entities=entities).entities == {"policy_number": ("03.14.62",)}


def test_a_day_beside_a_member_number_is_not_shown() -> None:
    entities = [{"entity": "date", "value": "1962-03-14"}, {"entity": "member_id", "value": "GG1000001"}]
    assert understood("eligibility_member", entities=entities).entities == {}


def test_a_quick_reply_has_no_language() -> None:
    assert understood("cost", text=None).language == "und"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/inform", "inform"),
        (" \t/ //inform", "inform"),
        ("/", "?"),
        ("", "?"),
        ("\u0000/x", "x"),
        ("a\u0007b", "a b"),
        ("\ud800", "?"),
        ("1/2", "1/2"),
    ],
)
def test_typed_text_is_made_harmless(typed: str, read: str) -> None:
    assert readable_text(typed) == read


def test_the_topics_of_several_questions_stand_in_their_order_with_the_lowest_confidence() -> None:
    read = [
        ({"intent": {"name": name, "confidence": confidence}}, replies)
        for name, confidence, replies in (
            ("cost", 0.9, ()),
            ("inform", 0.7, (reply("coverage_general"),)),
            ("cost", 0.8, ()),
        )
    ]
    told = describe_understanding(
        {"intent": {"name": "cost", "confidence": 1.0}}, read, text="x", asked_for=None, topic_in_progress=None
    )
    assert told == Understood(("cost", "coverage_general", "cost"), "und", {}, 0.7)
