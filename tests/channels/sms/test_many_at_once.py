"""More texts than can be answered at once: kept, answered in order, none lost; and danger waits behind none of them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from bot.conversations.model import Author
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import Rig

PHONES = [f"+121555501{number}" for number in range(20, 40)]


async def test_every_text_of_a_burst_is_answered_once_in_order_and_a_few_at_a_time(
    sqlite_rig: Rig, until: Until
) -> None:
    engine = sqlite_rig.gateway.engine

    async def take_a_while(turn: SimpleNamespace) -> None:
        await asyncio.sleep(0.02)

    engine.before_answer = take_a_while
    for words in ("first", "second"):
        await asyncio.gather(*(sqlite_rig.text(words, phone=phone) for phone in PHONES))
    await until(sqlite_rig.is_idle)

    assert max(engine.most_running.values()) <= 8
    for phone in PHONES:
        said = [message for message in await sqlite_rig.transcript(phone) if message.seq > 1]
        assert [message.text for message in said if message.author is Author.MEMBER] == ["first", "second"]
        assert [message.author for message in said] == [Author.MEMBER, Author.ASSISTANT] * 2


async def test_danger_waits_behind_no_other_text(sqlite_rig: Rig, until: Until) -> None:
    engine, go_on = sqlite_rig.gateway.engine, asyncio.Event()

    async def hold(turn: SimpleNamespace) -> None:
        await go_on.wait()

    async def is_full() -> bool:
        return engine.running == 8

    async def is_warned() -> bool:
        return len(sqlite_rig.phone(PHONES[-1])) == 1

    engine.before_answer = hold
    await asyncio.gather(*(sqlite_rig.text("hello", phone=phone) for phone in PHONES[:12]))
    await until(is_full)
    await sqlite_rig.text("i want to kill myself", phone=PHONES[-1])
    await until(is_warned)
    assert engine.running == 8
    said = await sqlite_rig.transcript(PHONES[-1])
    assert [message.outcome for message in said if message.author is Author.SYSTEM] == ["crisis"]
    go_on.set()
    await until(sqlite_rig.is_idle)
    assert all(len(sqlite_rig.phone(phone)) == 2 for phone in PHONES[:12])
