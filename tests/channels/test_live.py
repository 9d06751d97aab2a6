"""The hub and the locks: nobody waits for a slow page, and nothing is kept for those who left."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.turn_locks import TurnLocks
from bot.conversations.live import MAX_SUBSCRIBERS, QUEUE_SIZE, LiveHub, TooManySubscribers, Typing
from bot.conversations.model import Author
from bot.database import StoreUnavailable

EVENT = Typing(Author.ASSISTANT)


async def test_events_reach_every_line_of_their_conversation_in_order() -> None:
    hub = LiveHub()
    first, second, other = hub.subscribe("a"), hub.subscribe("a"), hub.subscribe("b")
    hub.publish("a", EVENT, Typing(Author.COACH))
    for line in (first, second):
        assert [await line.next_event() for _ in range(2)] == [EVENT, Typing(Author.COACH)]
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(other.next_event(), 0.01)


def test_a_full_line_is_given_up_without_waiting() -> None:
    hub = LiveHub()
    slow = hub.subscribe("a")
    for _ in range(QUEUE_SIZE + 1):
        hub.publish("a", EVENT)
    assert slow.dropped.is_set()


def test_lines_are_limited_and_forgotten() -> None:
    hub = LiveHub()
    lines = [hub.subscribe("a") for _ in range(MAX_SUBSCRIBERS)]
    with pytest.raises(TooManySubscribers):
        hub.subscribe("a")
    for line in (*lines, *lines):
        hub.unsubscribe("a", line)
    assert hub.open_lines("a") == 0
    hub.publish("a", EVENT)


async def test_turns_of_one_conversation_wait_and_those_of_others_do_not() -> None:
    locks = TurnLocks()
    order: list[str] = []

    async def take(conversation: str, name: str) -> None:
        async with locks.hold(conversation):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(take("a", "1"), take("a", "2"), take("b", "3"))
    assert order == ["1 begins", "3 begins", "1 ends", "3 ends", "2 begins", "2 ends"] or order[:2] == [
        "1 begins",
        "3 begins",
    ]
    assert order.index("1 ends") < order.index("2 begins")
    assert order.index("3 begins") < order.index("1 ends")
    assert locks.held == 0


async def test_those_who_waited_for_a_dead_database_are_told_at_once() -> None:
    locks = TurnLocks()
    tried: list[int] = []

    async def take(number: int) -> None:
        async with locks.hold("a"):
            tried.append(number)
            await asyncio.sleep(0.01)
            raise StoreUnavailable("away")

    results = await asyncio.gather(*(take(number) for number in range(10)), return_exceptions=True)
    assert {type(result) for result in results} == {StoreUnavailable}
    assert tried == [0]
    # Whoever comes afterwards tries again.
    with pytest.raises(StoreUnavailable):
        await take(11)
    assert tried == [0, 11]
