"""A plain wish for a person is heard without the engine, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from bot.channels.coach_wish import is_coach_wish
from bot.engine_client import EngineUnavailable
from tests.channels.gateway import Gateway, Tab

WISHES = [
    "coach",
    "a nurse please",
    "Nurse!!",
    "real person",
    "ask for a coach",
    "I want to talk to a nurse",
    "can I speak with a real person?",
    "connect me to a health coach",
    "I'd like a nurse coach",
    "put me through to someone",
    "I need to talk to a real person",
    "Quiero hablar con una enfermera",
    "necesito una persona",
    "enfermera por favor",
]
NO_WISHES = [
    "",
    "is zolgensma covered",
    "I don't want to talk to a nurse",
    "no coach please",
    "do I need a nurse after the infusion?",
    "will I need a person with me",
    "what does a coach do",
    "my nurse said it is safe",
    "the person at the desk was rude",
    "stop, I need a nurse no more",
    "no quiero hablar con una persona",
    "I talked to a nurse and she said that my son may get it, so is it covered by the plan, and what comes next?",
]


@pytest.mark.parametrize("text", WISHES)
def test_a_plain_wish_is_heard(text: str) -> None:
    assert is_coach_wish(text)


@pytest.mark.parametrize("text", NO_WISHES)
def test_whatever_leaves_a_doubt_is_none(text: str) -> None:
    assert not is_coach_wish(text)


@pytest.mark.parametrize(("text", "holder"), [("I want to talk to a nurse", "waiting"), ("is it covered", "assistant")])
async def test_with_a_silent_engine_the_wish_is_recorded_as_from_the_button(
    gateway: Gateway, tab: Tab, text: str, holder: str
) -> None:
    gateway.engine.failure = EngineUnavailable("refused")
    answer = await tab.say(text)
    assert (answer.status, answer.body["state"]["holder"]) == (200, holder)
    (reply,) = answer.body["replies"]
    assert (reply["outcome"] == "failure") == (holder == "assistant")
    # Whatever the engine knows of it and nobody heard is taken back with the next turn.
    gateway.engine.failure = None
    await tab.say("and what does it cost")
    assert list(gateway.engine.turns[-1].unheard) == [answer.body["message"]["id"]]
