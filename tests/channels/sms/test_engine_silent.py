"""The engine gives a text no answer: those that waited behind it are told so at once, later ones ask it again."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from bot import wording as words
from bot.engine_client import EngineUnavailable
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import Rig
from tests.channels.sms.texts import DANGER, EMERGENCY, said, say


async def test_texts_that_waited_behind_it_have_the_apology_and_danger_the_warning_before(
    rig: Rig, until: Until
) -> None:
    await say(rig, until, "hello")
    engine, go_on = rig.gateway.engine, asyncio.Event()

    async def hang(turn: SimpleNamespace) -> None:
        await go_on.wait()
        raise EngineUnavailable("too slow")

    engine.before_answer = hang
    before = len(rig.phone())
    for text in ("is it covered", "what does it cost", "are you there"):
        await rig.text(text)

    async def is_asked() -> bool:
        return len(engine.turns) == 2

    await until(is_asked)
    await rig.text(DANGER)

    async def is_warned() -> bool:
        return rig.phone()[before:] == [said(EMERGENCY)]

    await until(is_warned)
    go_on.set()
    await until(rig.is_idle)
    assert rig.phone()[before:] == [said(EMERGENCY), *[said(words.ENGINE_FAILURE)] * 3]
    assert len(engine.turns) == 2
    recorded = [message.text for message in await rig.transcript() if message.author.value == "member"]
    assert recorded == ["hello", "is it covered", DANGER, "what does it cost", "are you there"]
    engine.before_answer = None
    assert await say(rig, until, "and now?") == ["An answer."]
    assert len(engine.turns) == 3


async def test_an_apology_from_before_a_text_came_does_not_keep_it_from_the_engine(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello")
    rig.gateway.engine.failure = EngineUnavailable("not reached")
    assert await say(rig, until, "is it covered") == [said(words.ENGINE_FAILURE)]
    rig.gateway.engine.failure = None
    assert await say(rig, until, "what does it cost") == ["An answer."]
