"""The words of a reply: every value is there, or there is no reply."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.channel import TurnChannel, read_reply
from bot.engine.wording import WORDED_FROM, Wording, WordingError

RESPONSES: dict[str, list[dict[str, Any]]] = {
    "utter_answer": [
        {
            "text": "On the web: {statement}",
            "buttons": [{"title": "About {name}", "payload": '/inform{"plan": "{name}"}'}],
        },
        {"text": "By SMS: {statement}", "channel": "sms"},
    ],
    "utter_button": [{"text": "Which?", "buttons": [{"title": "A", "payload": '/inform{{"plan": "a"}}'}]}],
    "utter_two": [{"text": "first"}, {"text": "second"}],
    "utter_blank": [{"text": "  "}],
    "utter_sms_only": [{"text": "short", "channel": "sms"}],
    "utter_hello": [{"text": "Hello"}],
    "utter_hello_es": [{"text": "Hola"}],
}
VALUES = {"statement": "It depends.", "name": "x"}


def _from(template: str, **values: str) -> dict[str, Any]:
    """What a worded response says of where its text is from."""
    return {WORDED_FROM: {"template": template, "values": values}}


def test_values_are_filled_into_text_and_buttons() -> None:
    worded = Wording(RESPONSES).word("utter_answer", "web", VALUES)
    assert worded is not None
    assert worded["text"] == "On the web: It depends."
    assert worded["buttons"] == [{"title": "About x", "payload": '/inform{"plan": "x"}'}]


def test_the_variant_of_the_channel_wins() -> None:
    worded = Wording(RESPONSES).word("utter_answer", "sms", VALUES)
    assert worded is not None
    assert worded["text"] == "By SMS: It depends."


def test_the_same_key_always_gets_the_same_words() -> None:
    wording = Wording(RESPONSES)
    assert {str(wording.word("utter_two", "web", {})) for _ in range(20)} == {str({"text": "first", **_from("first")})}


def test_wording_leaves_the_model_as_it_was() -> None:
    Wording(RESPONSES).word("utter_answer", "web", VALUES)
    assert RESPONSES["utter_answer"][0]["text"] == "On the web: {statement}"


def test_doubled_braces_in_a_payload_are_braces() -> None:
    worded = Wording(RESPONSES).word("utter_button", "web", {})
    assert worded is not None
    assert worded["buttons"][0]["payload"] == '/inform{"plan": "a"}'


@pytest.mark.parametrize(("locale", "text"), [("es", "Hola"), ("en", "Hello"), (None, "Hello")])
def test_a_spanish_variant_is_preferred_where_there_is_one(locale: str | None, text: str) -> None:
    worded = Wording(RESPONSES, locale=locale).word("utter_hello", "web", {})
    assert worded is not None
    assert worded["text"] == text


def test_braces_in_a_value_are_not_filled_again() -> None:
    worded = Wording(RESPONSES).word("utter_answer", "sms", {"statement": "{name}", "name": "x"})
    assert worded is not None
    assert worded["text"] == "By SMS: {name}"


@pytest.mark.parametrize(
    ("key", "values", "code", "placeholder"),
    [
        ("utter_answer", {"name": "x"}, "MISSING_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": None}, "MISSING_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": ""}, "EMPTY_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": "   "}, "EMPTY_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": "None"}, "EMPTY_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": ["a"]}, "UNUSABLE_VALUE", "statement"),
        ("utter_answer", {**VALUES, "statement": True}, "UNUSABLE_VALUE", "statement"),
        ("utter_answer", {"statement": "It depends."}, "MISSING_VALUE", "name"),
        ("utter_nowhere", {}, "UNKNOWN_RESPONSE", ""),
        ("utter_blank", {}, "EMPTY_TEXT", ""),
        ("utter_sms_only", {}, "NO_VARIANT_FOR_CHANNEL", ""),
    ],
)
def test_a_gap_is_an_error_and_is_heard_of(key: str, values: dict[str, Any], code: str, placeholder: str) -> None:
    heard: list[WordingError] = []
    with pytest.raises(WordingError) as error:
        Wording(RESPONSES, heard.append).word(key, "web", values)
    assert (error.value.code, error.value.key, error.value.placeholder) == (code, key, placeholder)
    assert heard == [error.value]


def test_the_error_does_not_quote_values() -> None:
    with pytest.raises(WordingError) as error:
        Wording(RESPONSES).word("utter_answer", "web", {"statement": ["GG1000001"], "name": "x"})
    assert "GG1000001" not in repr(error.value)


def test_the_optional_fallback_of_rasa_may_be_missing() -> None:
    assert Wording(RESPONSES).word("utter_default", "web", {}) is None


async def test_slots_fill_what_the_action_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    domain = Domain.from_dict({"slots": {"statement": {"type": "text", "mappings": [{"type": "custom"}]}}})
    tracker = DialogueStateTracker("c", domain.slots)
    tracker.slots["statement"].value = "from a slot"
    worded = await Wording(RESPONSES).generate("utter_answer", tracker, "sms")
    assert worded is not None
    assert worded["text"] == "By SMS: from a slot"


async def test_a_text_says_from_which_variant_and_which_values_it_was_made() -> None:
    domain = Domain.from_dict({"slots": {"statement": {"type": "text", "mappings": [{"type": "custom"}]}}})
    tracker = DialogueStateTracker("c", domain.slots)
    tracker.slots["statement"].value = "from a slot"
    wording = Wording(RESPONSES, locale="es")
    worded = await wording.generate("utter_answer", tracker, "sms", name="not in this text")
    assert worded is not None
    assert worded[WORDED_FROM] == _from("By SMS: {statement}", statement="from a slot")[WORDED_FROM]
    translated = wording.word("utter_hello", "web", {})
    assert translated is not None
    assert translated[WORDED_FROM] == _from("Hola")[WORDED_FROM]


def test_rasa_can_build_it_from_endpoints_yml() -> None:
    domain = Domain.from_dict({"responses": {"utter_hello": [{"text": "Hello"}]}})
    assert Wording(endpoint_config=None, domain=domain).word("utter_hello", "web", {}) == {
        "text": "Hello",
        **_from("Hello"),
    }


def test_the_action_wins_over_the_response_and_wrong_types_are_dropped() -> None:
    reply = read_reply(
        {
            "utter_action": "utter_answer",
            "text": "Words.",
            "metadata": {"topic": "cost", "outcome": "ask", "awaiting": {"field": "plan", "kind": "choice"}},
            "reply": {"topic": "coverage_general", "outcome": "", "citations": "none", "facts": ["f"], "secret": "x"},
        }
    )
    assert reply is not None
    assert reply.as_json() == {
        "key": "utter_answer",
        "text": "Words.",
        "quick_replies": [],
        "topic": "coverage_general",
        "outcome": "ask",
        "awaiting": {"field": "plan", "kind": "choice"},
        "facts": ["f"],
    }


async def test_the_channel_drops_and_counts_what_has_no_key() -> None:
    channel = TurnChannel("web")
    await channel.send_response("c", {"text": "free words"})
    await channel.send_response("c", {"utter_action": "utter_hello", "text": "Hello"})
    assert [reply.key for reply in channel.replies] == ["utter_hello"]
    assert channel.dropped == 1
