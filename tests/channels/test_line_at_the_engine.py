"""While turns of a conversation wait for the engine: what does not wait behind them, and how long the others do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import pytest

from bot.channels import answering
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import Database
from bot.engine_client import EngineUnavailable
from tests.channels.gateway import Answer, Gateway, Tab, start_gateway
from tests.channels.test_load_limit import SlowEngine, in_line
from tests.conversations.conftest import HOURS

DANGER = "i want to kill myself"


@pytest.fixture
def engine(gateway: Gateway) -> SlowEngine:
    return SlowEngine(gateway)


async def ask(tab: Tab, engine: SlowEngine) -> tuple[asyncio.Task[Answer], asyncio.Task[Answer]]:
    """A question that is at the engine, and one that waits behind it."""
    first = asyncio.create_task(tab.say("is it covered"))
    await engine.is_busy_with(1)
    second = asyncio.create_task(tab.say("and what does it cost"))
    await in_line(tab.gateway, tab, 2)
    return first, second


async def at_once(answer: Coroutine[Any, Any, Answer]) -> Answer:
    """The answer, for which nothing at the engine has to end first."""
    return await asyncio.wait_for(answer, 30)


async def test_danger_is_answered_and_put_before_the_coaches_before_them(
    gateway: Gateway, tab: Tab, engine: SlowEngine
) -> None:
    first, second = await ask(tab, engine)
    danger = await at_once(tab.say(DANGER))
    assert [reply["outcome"] for reply in danger.body["replies"]] == ["crisis"]
    assert danger.body["state"]["holder"] == "waiting"
    assert [first.done(), second.done()] == [False, False]

    engine.go_on()
    answers = [danger, await first, await second]
    assert {answer.status for answer in answers} == {200}
    recorded = await tab.read(after=1)
    assert [message["seq"] for message in recorded] == list(range(2, 8))
    authors = [message["author"] for message in recorded]
    assert authors == ["member", "member", "system", "assistant", "member", "assistant"]
    for answer in answers:
        sent, (reply,) = answer.body["message"], answer.body["replies"]
        assert [message for message in recorded if message["id"] == sent["id"]] == [sent]
        assert reply in recorded


@pytest.mark.parametrize("way", ["button", "choice"])
async def test_the_wish_for_a_coach_is_taken_before_them(
    gateway: Gateway, tab: Tab, engine: SlowEngine, way: str
) -> None:
    first, second = await ask(tab, engine)
    wish = await at_once(tab.choose(HANDOFF_CHOICE) if way == "choice" else tab.call("POST", "handoff", json={}))
    assert (wish.status, wish.body["state"]["holder"]) == (200, "waiting")
    assert [first.done(), second.done()] == [False, False]
    engine.go_on()
    assert [len((await each).body["replies"]) for each in (first, second)] == [1, 1]


async def test_the_same_words_of_danger_twice_at_once_are_recorded_and_answered_once(
    gateway: Gateway, tab: Tab, engine: SlowEngine
) -> None:
    first, second = await ask(tab, engine)
    sent = str(uuid4())
    once, again = await asyncio.gather(*(at_once(tab.say(DANGER, sent)) for _ in range(2)))
    assert (once.status, once.body) == (200, again.body)
    assert [message["author"] for message in await tab.read(after=2)] == ["member", "system"]
    engine.go_on()
    await asyncio.gather(first, second)


async def test_when_a_coach_comes_meanwhile_they_are_not_answered_and_stay_in_the_record(
    gateway: Gateway, tab: Tab, engine: SlowEngine
) -> None:
    first, second = await ask(tab, engine)
    await at_once(tab.say(DANGER))
    await gateway.claim(tab.id)
    engine.go_on()
    assert [(each.status, each.body["replies"]) for each in (await first, await second)] == [(200, [])] * 2
    said = [message["text"] for message in await tab.read(after=1) if message["author"] == "member"]
    assert said == ["is it covered", DANGER, "and what does it cost"]
    assert len(gateway.engine.turns) == 1


async def test_what_is_asked_after_the_press_of_the_button_is_asked_still_after_their_answer(
    sqlite_database: Database,
) -> None:
    gateway = await start_gateway(sqlite_database, hours=HOURS)
    engine, tab = SlowEngine(gateway), await gateway.open()
    first, second = await ask(tab, engine)
    pressed = await at_once(tab.call("POST", "handoff", json={}))
    assert pressed.body["state"]["awaiting"]["field"] == "callback_window"
    engine.go_on()
    assert (await first).body["replies"][0]["outcome"] == "answer"
    assert (await second).status == 200
    assert (await tab.state())["awaiting"]["field"] == "callback_window"
    await gateway.client.close()


async def test_who_waits_has_what_is_left_of_the_time_since_they_asked(
    gateway: Gateway, tab: Tab, engine: SlowEngine
) -> None:
    first, second = await ask(tab, engine)
    await asyncio.sleep(0.2)
    engine.go_on()
    await asyncio.gather(first, second)
    within = [turn.within_s for turn in gateway.engine.turns]
    assert within[0] < answering.ENGINE_WITHIN_S
    assert within[1] < answering.ENGINE_WITHIN_S - 0.2


async def test_whose_time_is_over_has_the_apology_and_the_engine_is_not_asked(
    gateway: Gateway, tab: Tab, engine: SlowEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await ask(tab, engine)
    monkeypatch.setattr(answering, "ENGINE_WITHIN_S", 0.0)
    gateway.engine.failure = EngineUnavailable("too slow")
    engine.go_on()
    for answer in (await first, await second):
        (reply,) = answer.body["replies"]
        assert (answer.status, reply["outcome"]) == (200, "failure")
        assert [each["value"] for each in reply["quick_replies"]] == [HANDOFF_CHOICE]
    assert len(gateway.engine.turns) == 1
    monkeypatch.undo()
    gateway.engine.failure = None
    assert (await tab.say("and now")).body["replies"][0]["outcome"] == "answer"
