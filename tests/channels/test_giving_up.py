"""When is a person asked for without the member's word? By what is not understood, and by no outage."""

from __future__ import annotations

import pytest

from bot.engine_client import EngineUnavailable
from tests.channels.gateway import Gateway, Tab, reply

OUTAGE = "outage"
KINDS = {
    "clarify": reply(key="utter_clarify", outcome="clarify"),
    "silence": reply(key="utter_failure_silence", outcome="failure"),
    "action": reply(key="utter_failure_action", outcome="failure"),
}


async def hear(tab: Tab, kind: str) -> list[str]:
    """The member says something, and has this kind of reply; what it did."""
    engine = tab.gateway.engine
    engine.failure = EngineUnavailable("not reached") if kind == OUTAGE else None
    engine.replies = [KINDS.get(kind, reply())]
    answer = await tab.say("qwrt zzxc")
    return [each["outcome"] for each in answer.body["replies"]]


async def waits(gateway: Gateway, tab: Tab) -> str | None:
    """What the member's request for a coach came from."""
    handoff = (await gateway.conversations.get_conversation(tab.id)).handoff
    return handoff.cause if handoff else None


@pytest.mark.parametrize("kinds", [(OUTAGE,) * 6, ("action",) * 4, (OUTAGE, "action", "silence", "action", OUTAGE)])
async def test_what_is_out_of_order_asks_for_nobody_and_offers_a_coach(
    kinds: tuple[str, ...], gateway: Gateway, tab: Tab
) -> None:
    for kind in kinds:
        assert await hear(tab, kind) == ["failure"]
    assert await waits(gateway, tab) is None
    last = (await tab.read())[-1]
    if kinds[-1] == OUTAGE:
        assert [button["value"] for button in last["quick_replies"]] == ["/coach_handoff"]
        await tab.choose("/coach_handoff")
        assert await waits(gateway, tab) == "button"


@pytest.mark.parametrize(
    "kinds",
    [
        ("clarify", OUTAGE, "clarify", OUTAGE, OUTAGE, "clarify"),
        ("silence", "action", "silence"),
        ("silence", OUTAGE, "silence"),
    ],
)
async def test_what_was_not_understood_before_an_outage_still_counts_after_it(
    kinds: tuple[str, ...], gateway: Gateway, tab: Tab
) -> None:
    for kind in kinds[:-1]:
        await hear(tab, kind)
        assert await waits(gateway, tab) is None
    await hear(tab, kinds[-1])
    assert await waits(gateway, tab) == "failure"


async def test_an_answer_in_between_ends_the_row_outage_or_not(gateway: Gateway, tab: Tab) -> None:
    for kind in ("clarify", "clarify", OUTAGE, "answer", OUTAGE, "clarify"):
        await hear(tab, kind)
    assert await waits(gateway, tab) is None


async def test_who_waits_by_choice_waits_when_the_assistant_is_well_again(gateway: Gateway, tab: Tab) -> None:
    await hear(tab, OUTAGE)
    assert (await tab.read())[-1]["outcome"] == "failure"
    await tab.choose("/coach_handoff")
    before = (await gateway.conversations.get_conversation(tab.id)).handoff
    assert before is not None
    assert await hear(tab, "answer") == ["answer"]
    after = (await gateway.conversations.get_conversation(tab.id)).handoff
    assert after is not None
    assert (after.id, after.position, after.cause) == (before.id, before.position, "button")
