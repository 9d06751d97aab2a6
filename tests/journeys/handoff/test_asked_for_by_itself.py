"""A coach is asked for by itself when the assistant does not understand, and not because the engine is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text
from tests.product import RunningProduct

# The product may have ended the hanging engine and be starting another, which takes long on a busy machine.
_ENGINE_RETURNS_WITHIN_S = 180.0


async def test_after_three_questions_back(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member = await cast.member()
    for words in ("qwrt zzxc", "blorp grmf"):
        await member.say(words)
        assert member.last_replies[-1]["outcome"] == "clarify"
        assert await dana.list_queue() == []

    await member.say("fnord wibble xx")

    assert [reply["outcome"] for reply in member.last_replies] == ["clarify", "handoff_waiting", "handoff_waiting"]
    item = await dana.find(member.conversation_id)
    assert (item["cause"], item["urgency"], item["position"]) == ("failure", "normal", 1)


async def test_after_three_questions_back_by_text(cast: Cast) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("qwrt zzxc")
    await phone.reads(as_a_text("utter_sms_greeting"))
    clarifies = [await phone.reads(".")]
    await phone.text("blorp grmf")
    clarifies.append(await phone.reads("."))
    assert await dana.list_queue() == []
    await phone.text("fnord wibble xx")
    clarifies.append(await phone.reads("."))
    await phone.reads(as_a_text("utter_handoff_failure"))
    await phone.reads("^A health coach is on duty, and I've recorded your request. You're number 1 in line.")
    (item,) = await dana.list_queue()
    assert (item["cause"], item["channel"]) == ("failure", "sms")
    await phone.reads_nothing()


async def test_not_while_the_engine_is_away_but_by_the_members_choice(cast: Cast) -> None:
    dana = await cast.coach("dana")
    member, other = await cast.member(), await cast.member()
    with _engine_frozen(cast.product):
        for words in ("Is gene therapy covered?", "What does it cost?"):
            await member.say(words)
            assert [reply["outcome"] for reply in member.last_replies] == ["failure"]
        assert await dana.list_queue() == []
        await member.choose("Talk to a coach")
        assert [reply["outcome"] for reply in member.last_replies] == ["handoff_waiting"]
        assert (await dana.find(member.conversation_id))["cause"] == "button"

        # A person can be asked for, reached and left without the engine.
        await other.ask_for_coach()
        assert other.messages[-1]["outcome"] == "handoff_waiting"
        await dana.claim(other.conversation_id)
        await dana.write(other.conversation_id, "The assistant is out of order today.")
        await other.hears("out of order")
        await dana.give_back(other.conversation_id)
        await other.hears("assistant")
    await _until_answered(cast)
    # Whoever was told that they wait for a coach does.
    await member.say("Is gene therapy covered?")
    assert member.last_replies[-1]["outcome"] == "answer"
    assert (await dana.find(member.conversation_id))["cause"] == "button"


@contextmanager
def _engine_frozen(product: RunningProduct) -> Iterator[None]:
    """The engine hangs, as a process does on a machine without memory."""
    children = psutil.Process(product.process.pid).children(recursive=True)
    (engine,) = [child for child in children if "bot.engine" in child.cmdline()]
    engine.suspend()
    try:
        yield
    finally:
        # It hung so long that the product has ended it, and starts another.
        with suppress(psutil.NoSuchProcess):
            engine.resume()


async def _until_answered(cast: Cast) -> None:
    """The journeys after this one find the engine well again."""
    member = await cast.member()
    deadline = time.monotonic() + _ENGINE_RETURNS_WITHIN_S
    while True:
        await member.say("Is gene therapy covered?")
        if member.last_replies[-1]["outcome"] == "answer":
            return
        assert time.monotonic() < deadline, "the engine did not recover"
        await asyncio.sleep(0.5)
