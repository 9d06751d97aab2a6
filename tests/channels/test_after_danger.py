"""What becomes of danger that was put before the coaches: told after the warning, by call-back too, and never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot import wording as words
from bot.conversations.handoff import Urgency
from bot.conversations.hours import CoachHours
from bot.database import Database
from tests.channels.gateway import Gateway, Tab, start_gateway
from tests.conversations.conftest import HOURS

DANGER = "i want to kill myself"


@pytest.fixture(params=[HOURS, None], ids=["hours", "no hours"])
async def gateway(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Gateway]:
    """A gateway that knows the coaches' hours, and one that does not."""
    gateway = await start_gateway(database, hours=request.param)
    gateway.hours = request.param  # type: ignore[attr-defined]
    yield gateway
    await gateway.client.close()


def hours(gateway: Gateway) -> CoachHours | None:
    found: CoachHours | None = gateway.hours  # type: ignore[attr-defined]
    return found


async def keys(tab: Tab) -> list[str | None]:
    """What was said of danger and of the request."""
    messages = await tab.gateway.conversations.list_messages(tab.id, after=1)
    return [message.key for message in messages if message.key]


async def seconds_later(gateway: Gateway, seconds: float = 11) -> None:
    gateway.clock.pass_time(seconds=seconds)
    await gateway.sweep.run_once()


async def test_with_a_coach_there_the_member_hears_so_some_seconds_later(gateway: Gateway) -> None:
    tab = await gateway.open()
    await gateway.coach()
    await tab.say(DANGER)
    await seconds_later(gateway, 9)
    assert await keys(tab) == [words.CRISIS]
    for _ in range(3):
        await seconds_later(gateway, 2)
    assert await keys(tab) == [words.CRISIS, words.SAFETY_WAITING]
    assert (await tab.state())["queue"]["on_duty"] is True


async def test_with_nobody_there_the_member_hears_who_to_call_and_may_choose_a_call(gateway: Gateway) -> None:
    tab = await gateway.open()
    await tab.say(DANGER)
    for _ in range(3):
        await seconds_later(gateway)
    message = (await tab.read())[-1]
    if hours(gateway) is None:
        assert await keys(tab) == [words.CRISIS, words.SAFETY_NO_CALLBACK]
        assert "quick_replies" not in message
        return
    assert await keys(tab) == [words.CRISIS, words.SAFETY_UNAVAILABLE]
    assert len(message["quick_replies"]) == 5
    await tab.choose(message["quick_replies"][1]["value"])
    answer = await tab.say("215-555-0107")
    assert [each["outcome"] for each in answer.body["replies"]] == ["callback_recorded"]
    # The call is promised, and whoever was in danger stays before the coaches' eyes.
    assert answer.body["state"]["holder"] == "waiting"
    assert answer.body["state"]["awaiting"] is None
    (call,) = await gateway.callbacks.list_callbacks()
    assert call.phone == "+12155550107"
    (item,) = await gateway.handoffs.list_queue()
    assert (item.urgency, item.holder) == (Urgency.URGENT, "waiting")
    # "No call" ends the promise alone.
    await tab.choose(message["quick_replies"][-1]["value"])
    assert (await keys(tab))[-1] == words.CALLBACK_DECLINED
    assert await gateway.callbacks.list_callbacks() == ()
    assert len(await gateway.handoffs.list_queue()) == 1


async def test_a_calm_request_ends_with_the_call(gateway: Gateway) -> None:
    if hours(gateway) is None:
        return
    tab = await gateway.open()
    await tab.call("POST", "handoff", json={})
    await tab.choose((await tab.read())[-1]["quick_replies"][1]["value"])
    answer = await tab.say("215-555-0107")
    assert answer.body["state"]["holder"] == "assistant"
    assert await gateway.handoffs.list_queue() == ()
    assert len(await gateway.callbacks.list_callbacks()) == 1


async def test_danger_that_a_coach_reads_is_warned_of_and_told_no_more(gateway: Gateway) -> None:
    tab = await gateway.open()
    await tab.call("POST", "handoff", json={})
    coach = await gateway.claim(tab.id)
    before = await keys(tab)
    await tab.say(DANGER)
    for _ in range(4):
        await gateway.coaches.heartbeat(coach)
        await seconds_later(gateway)
    assert await keys(tab) == [*before, words.CRISIS]
    (item,) = await gateway.handoffs.list_queue()
    assert (item.urgency, item.holder) == (Urgency.URGENT, "coach")


async def test_danger_in_the_reason_for_a_coach_is_told_the_place_of_the_urgent(gateway: Gateway) -> None:
    await gateway.coach()
    for _ in range(3):
        await (await gateway.open()).call("POST", "handoff", json={})
    tab = await gateway.open()
    answer = await tab.call("POST", "handoff", json={"reason": DANGER})
    assert answer.body["state"]["queue"]["position"] == 1
    said = answer.body["messages"][-1]
    assert said["outcome"] == "handoff_waiting"
    assert "4" not in said["text"]
    assert "1" in said["text"]
