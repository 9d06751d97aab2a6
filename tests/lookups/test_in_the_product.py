"""In the running product: a look-up that takes longer than a turn is answered later, by itself and once."""

from __future__ import annotations

import time
from uuid import uuid4

from aiohttp import ClientSession

from tests.lookups.source import SlowSource
from tests.member import Member
from tests.product import RunningProduct

CHECKING = "I'm checking"


async def verified(http: ClientSession, product: RunningProduct) -> Member:
    """A member who has just proven who they are, and was answered."""
    member = Member(http, product.base_url)
    await member.open(plan="independence")
    await member.say("is my plan active right now")
    await member.say("my number is GG1000001 and i was born 03/12/1984")
    assert member.last_replies[-1]["outcome"] == "eligibility"
    return member


async def test_the_member_hears_that_it_goes_on_and_then_the_answer(
    product: RunningProduct, source: SlowSource
) -> None:
    async with ClientSession() as http:
        member = await verified(http, product)
        direct = member.last_replies[-1]
        source.hang()
        started = time.monotonic()
        await member.say("does my record say I need approval?")
        assert time.monotonic() - started < 3
        (checking,) = member.last_replies
        assert (checking["outcome"], checking["topic"]) == ("answer", "eligibility_member")
        source.answer()
        late = await member.hears(direct["text"][:30], timeout_s=40)
        print(late)
        assert late["cards"] == direct["cards"]
