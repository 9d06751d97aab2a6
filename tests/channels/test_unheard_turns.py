"""The engine is told which of its answers never came through, so that the dialogue goes on from what was read."""

from __future__ import annotations

from uuid import uuid4

from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.engine_client import EngineUnavailable
from tests.channels.gateway import Gateway, Tab


async def say(tab: Tab, *, reached: bool = True) -> str:
    """The member says something, and the engine is heard or not; the id of the turn."""
    tab.gateway.engine.failure = None if reached else EngineUnavailable("not reached")
    return str((await tab.say("19104")).body["message"]["id"])


async def test_all_turns_since_the_engine_was_heard_last_are_named_until_it_is_heard(
    gateway: Gateway, tab: Tab
) -> None:
    await say(tab)
    first = await say(tab, reached=False)
    await tab.choose(HANDOFF_CHOICE)
    second = await say(tab, reached=False)
    await say(tab)
    await say(tab)
    third = await say(tab, reached=False)
    await say(tab)
    told = [set(turn.unheard) for turn in gateway.engine.turns]
    # The request for a coach in between never was a turn of the engine.
    asked = {each["id"] for each in await tab.read() if each["author"] == "member"} - {
        turn.turn_id for turn in gateway.engine.turns
    }
    assert len(asked) == 1
    assert told == [set(), set(), {first} | asked, {first, second} | asked, set(), set(), {third}]


async def test_whatever_went_wrong_with_its_answer_it_was_not_heard(gateway: Gateway, tab: Tab) -> None:
    gateway.engine.failure = RuntimeError("nonsense")
    lost = (await tab.say("19104")).body["message"]["id"]
    await say(tab)
    assert list(gateway.engine.turns[-1].unheard) == [lost]


async def test_other_conversations_are_told_nothing(gateway: Gateway, tab: Tab) -> None:
    await say(tab, reached=False)
    other = await gateway.open()
    await say(other)
    assert gateway.engine.turns[-1].unheard == ()


async def test_the_same_message_again_has_the_apology_again_and_asks_nobody(gateway: Gateway, tab: Tab) -> None:
    sent = str(uuid4())
    gateway.engine.failure = EngineUnavailable("not reached")
    first = await tab.say("19104", sent)
    gateway.engine.failure = None
    assert (await tab.say("19104", sent)).body == first.body
    assert len(gateway.engine.turns) == 1
