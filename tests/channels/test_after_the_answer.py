"""What a process left undone is done by the next, once; what is over is forgotten."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bot.conversations.model import Turn
from tests.channels.gateway import Json, Tab
from tests.channels.test_socket import PATIENCE_S, connect


async def left_behind(tab: Tab, text: str) -> Turn:
    """A message that was recorded by a process that then ended."""
    return await tab.gateway.conversations.record_member_message(tab.id, client_message_id=str(uuid4()), text=text)


async def read_until(tab: Tab, count: int) -> list[Json]:
    deadline = time.monotonic() + PATIENCE_S
    while len(messages := await tab.read()) < count:
        assert time.monotonic() < deadline, f"{len(messages)} of {count} messages"
        await asyncio.sleep(0.02)
    return messages


async def test_reading_takes_up_what_was_not_answered_under_its_own_id(tab: Tab) -> None:
    turn = await left_behind(tab, "is zolgensma covered")
    messages = await read_until(tab, 3)
    assert [message["author"] for message in messages] == ["assistant", "member", "assistant"]
    assert [asked.turn_id for asked in tab.gateway.engine.turns] == [turn.message.id]
    # Whoever reads again takes nothing up a second time.
    for _ in range(20):
        assert len(await tab.read()) == 3
        await asyncio.sleep(0.02)
    assert len(tab.gateway.engine.turns) == 1


async def test_a_page_that_connects_gets_the_answer_that_was_missing(tab: Tab) -> None:
    await left_behind(tab, "i can't breathe")
    page = await connect(tab, after=2)
    assert (await page.receive_until("message"))[0]["message"]["outcome"] == "emergency"
    assert tab.gateway.engine.turns == []


async def test_many_readers_take_a_turn_up_once(tab: Tab) -> None:
    await left_behind(tab, "hello")
    await asyncio.gather(*(tab.read() for _ in range(8)), *(connect(tab, after=2) for _ in range(3)))
    await read_until(tab, 3)
    assert len(tab.gateway.engine.turns) == 1


async def test_a_turn_that_is_under_way_is_left_to_who_takes_it(tab: Tab) -> None:
    async def be_read(turn: SimpleNamespace) -> None:
        await tab.read()

    tab.gateway.engine.before_answer = be_read
    await tab.say("hello")
    assert len(tab.gateway.engine.turns) == 1
    assert len(await tab.read()) == 3


async def test_after_the_end_nothing_is_taken_up(tab: Tab) -> None:
    await left_behind(tab, "hello")
    await tab.call("POST", "close")
    await tab.read()
    await asyncio.sleep(0.05)
    assert tab.gateway.engine.turns == []


@pytest.mark.parametrize("failure", [None, RuntimeError("boom")])
async def test_the_engine_forgets_what_was_closed(tab: Tab, failure: Exception | None) -> None:
    tab.gateway.engine.failure = failure
    assert (await tab.call("POST", "close")).status == 200
    deadline = time.monotonic() + PATIENCE_S
    while not tab.gateway.engine.forgotten:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert tab.gateway.engine.forgotten == [tab.id]
