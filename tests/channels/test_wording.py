"""The gateway's own words: all there, all fit to be shown, read from the same files as Rasa's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import wording as words
from bot.conversations.model import Channel
from bot.conversations.vocabulary import OUTCOMES, TOPICS
from bot.wording import KEYS, WordingError, load_wording
from tests.channels.gateway import wording

EXPECTED_OUTCOMES = {
    words.EMERGENCY: "emergency",
    words.CRISIS: "crisis",
    words.SAFETY_UNSURE: "clarify",
    words.RECORD_HIDDEN: "eligibility",
    words.ENGINE_FAILURE: "failure",
    words.SILENCE: "failure",
    words.BLOCKED: "failure",
    words.HANDOFF_WAITING: "handoff_waiting",
    words.ALREADY_WAITING: "handoff_waiting",
    words.HANDOFF_CANCELLED: "cancelled",
    words.COACH_ENDED: "resumed",
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("key", KEYS)
def test_every_response_of_the_gateway_can_be_said(key: str, channel: Channel, language: str) -> None:
    values = dict.fromkeys(KEYS[key].split(), "1")
    draft = wording().draft(key, channel, language, **values)
    assert draft.text
    assert draft.outcome == EXPECTED_OUTCOMES.get(key, draft.outcome)
    assert draft.outcome is None or draft.outcome in OUTCOMES
    assert draft.topic is None or draft.topic in TOPICS


@pytest.mark.parametrize("channel", list(Channel))
def test_the_numbers_to_call_are_in_the_safety_messages(channel: Channel) -> None:
    for language in ("en", "es"):
        assert "911" in wording().draft(words.EMERGENCY, channel, language).text
        assert "988" in wording().draft(words.CRISIS, channel, language).text


@pytest.mark.parametrize("key", [words.ENGINE_FAILURE, words.SILENCE, words.BLOCKED])
def test_every_failure_offers_a_person(key: str) -> None:
    assert "/coach_handoff" in [button.value for button in wording().draft(key, Channel.WEB).quick_replies]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("responses: {utter_other: [{text: Hello}]}", "utter_a"),
        ("responses: {utter_a: [{text: 'Hello {name}'}]}", "UNFILLED"),
        ("responses: {utter_a: [{text: ''}]}", "EMPTY"),
        ("responses: [", "words.yml"),
    ],
)
def test_words_that_cannot_be_said_stop_the_start(tmp_path: Path, content: str, named: str) -> None:
    (tmp_path / "words.yml").write_text(content, encoding="utf-8")
    with pytest.raises(WordingError, match=named):
        load_wording(tmp_path, {"utter_a": ""})


def test_a_channel_has_its_own_words_and_else_the_common_ones(tmp_path: Path) -> None:
    (tmp_path / "words.yml").write_text(
        "responses: {utter_a: [{text: common}, {text: short, channel: sms}], utter_b: [{text: only}]}", encoding="utf-8"
    )
    loaded = load_wording(tmp_path, {"utter_a": "", "utter_b": ""})
    assert loaded.draft("utter_a", Channel.WEB).text == "common"
    assert loaded.draft("utter_a", Channel.SMS).text == "short"
    assert loaded.draft("utter_b", Channel.SMS, "es").text == "only"
