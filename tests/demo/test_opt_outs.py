"""STOP, START and HELP at the carrier, in its three modes."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from bot.demo.carrier.keywords import REPLIES, Keyword
from tests.demo.world import DANA, MARCUS, OTHER_PLAN, PLAN, World, until


async def code_of(world: World, **options: str) -> int | None:
    """The code with which a text to the phone is refused, None when it is taken."""
    try:
        await world.send(**options)
    except TwilioRestException as refused:
        return int(refused.code or 0)
    return None


async def replies(world: World) -> list[str]:
    """What the carrier said itself."""
    texts = world.carrier.network.list_texts()
    return [text.body for text in texts if text.direction.value == "outbound-reply"]


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop\n", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
async def test_a_stop_word_blocks_the_pair_and_the_carrier_says_so_once(world: World, word: str) -> None:
    await world.text(word)
    assert await code_of(world) == 21610
    await world.text(word)
    assert await replies(world) == [REPLIES[Keyword.STOP]]
    await until(lambda: len(world.product.webhooks) == 2)
    assert "OptOutType" not in world.product.webhooks[0].form


async def test_a_block_is_of_one_phone_and_one_number(world: World) -> None:
    await world.text("STOP")
    assert await code_of(world, from_=OTHER_PLAN) is None
    assert await code_of(world, to=MARCUS) is None
    assert (await world.control("GET", "opt-outs"))["opt_outs"] == [{"phone": DANA, "number": PLAN}]


@pytest.mark.parametrize("text", ["stop please", "Please cancel my appointment", "the end", "STOP.", "yes", "alto"])
async def test_other_words_block_nothing(world: World, text: str) -> None:
    await world.text(text)
    assert await code_of(world) is None
    assert await replies(world) == []


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
async def test_a_start_word_lifts_the_block(world: World, word: str) -> None:
    await world.text("STOP")
    await world.text(word)
    assert await code_of(world) is None
    assert await replies(world) == [REPLIES[Keyword.STOP], REPLIES[Keyword.START]]


async def test_start_and_yes_from_a_number_that_is_not_blocked_are_words_like_others(world: World) -> None:
    await world.text("START")
    await world.text("YES")
    assert await replies(world) == []


async def test_help_is_answered_but_not_to_a_blocked_number(world: World) -> None:
    await world.text("info")
    assert await replies(world) == [REPLIES[Keyword.HELP]]
    await world.text("STOP")
    await world.text("HELP")
    assert await replies(world) == [REPLIES[Keyword.HELP], REPLIES[Keyword.STOP]]


async def test_advanced_opt_out_says_in_the_webhook_what_was_handled(world: World) -> None:
    await world.control("PUT", "mode", json={"mode": "advanced"})
    for word in ("STOP", "START", "HELP", "hello"):
        await world.text(word)
        await until(lambda: len(world.product.webhooks))
    await until(lambda: len(world.product.webhooks) == 4)
    types = {heard.form["Body"]: heard.form.get("OptOutType") for heard in world.product.webhooks}
    assert types == {"STOP": "STOP", "START": "START", "HELP": "HELP", "hello": None}
    assert all(heard.form["MessagingServiceSid"].startswith("MG") for heard in world.product.webhooks)
    assert all(heard.is_signed for heard in world.product.webhooks)
    assert await replies(world) == [REPLIES[keyword] for keyword in (Keyword.STOP, Keyword.START, Keyword.HELP)]


async def test_advanced_opt_out_blocks_as_well(world: World) -> None:
    await world.control("PUT", "mode", json={"mode": "advanced"})
    await world.text("QUIT")
    assert await code_of(world) == 21610


async def test_where_the_gateway_handles_opt_outs_the_carrier_does_nothing(world: World) -> None:
    await world.control("PUT", "mode", json={"mode": "gateway"})
    for word in ("STOP", "HELP"):
        await world.text(word)
    await until(lambda: len(world.product.webhooks) == 2)
    assert all("OptOutType" not in heard.form for heard in world.product.webhooks)
    assert await code_of(world) is None
    assert await replies(world) == []
