"""The engine alone raises no alarm on a guess; what it is sure of is said as the safety gate says it."""

from __future__ import annotations

import pytest

from bot.channels.replies import SURE_OF_DANGER
from bot.database import Database
from bot.engine_client import EngineAwaiting
from tests.channels.gateway import Tab, reply


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What the engine says is judged before any database, so one kind is enough."""
    return sqlite_database


def hears(tab: Tab, level: str, confidence: float) -> None:
    tab.gateway.engine.topics = (level,)
    tab.gateway.engine.confidence = confidence
    tab.gateway.engine.replies = [reply("Call.", topic=level, outcome=level)]


@pytest.mark.parametrize("level", ["emergency", "crisis"])
@pytest.mark.parametrize("confidence", [0.3, 0.44, SURE_OF_DANGER - 0.01])
async def test_a_guess_becomes_one_question_with_the_numbers_in_it(tab: Tab, level: str, confidence: float) -> None:
    hears(tab, level, confidence)
    answer = await tab.say("and my son?")
    [said] = answer.body["replies"]
    assert (said["author"], said["outcome"]) == ("assistant", "clarify")
    assert "911" in said["text"]
    assert "988" in said["text"]
    assert answer.body["understood"]["topics"] == []


@pytest.mark.parametrize("level", ["emergency", "crisis"])
async def test_what_the_engine_is_sure_of_is_said_as_the_gate_says_it(tab: Tab, level: str) -> None:
    by_gate = await tab.say({"emergency": "i can't breathe", "crisis": "i want to kill myself"}[level])
    hears(tab, level, SURE_OF_DANGER)
    by_engine = await tab.say("and my son?")
    same = ("author", "outcome", "text", "topic")
    assert [{name: said[name] for name in same} for said in by_engine.body["replies"]] == [
        {name: said[name] for name in same} for said in by_gate.body["replies"]
    ]
    assert by_engine.body["understood"]["topics"] == [level]


@pytest.mark.parametrize("text", ["this wait is killing me", "he had a seizure last year, is he still eligible"])
async def test_what_the_gate_read_as_harmless_stays_harmless(tab: Tab, text: str) -> None:
    hears(tab, "emergency", 0.99)
    assert [said["outcome"] for said in (await tab.say(text)).body["replies"]] == ["clarify"]


async def test_the_question_that_was_open_stays_open(tab: Tab) -> None:
    tab.gateway.engine.replies = [reply(outcome="ask", awaiting=EngineAwaiting("zip_code", "postal_code"))]
    await tab.say("find a hospital")
    hears(tab, "emergency", 0.4)
    assert (await tab.say("and my son?")).body["state"]["awaiting"] == {"field": "zip_code", "kind": "postal_code"}


async def test_other_topics_are_left_as_they_are(tab: Tab) -> None:
    tab.gateway.engine.confidence = 0.4
    assert [said["outcome"] for said in (await tab.say("and my son?")).body["replies"]] == ["answer"]
