"""Who takes part in a journey to a coach: members, phones and coaches of a product with a desk of its own.

Duty and the queue are the whole product's, so these journeys do not share the one of the other tests, and each leaves
the desk empty.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count

import aiohttp
import pytest

from bot.console.accounts import DEMO_PASSWORD
from tests.coach import Coach
from tests.member import Member
from tests.product import RunningProduct, start_product
from tests.texter import INDEPENDENCE, Texter

# 555-0100 to 555-0199 are reserved for fiction; the product has two of them, and the phone page four.
_phone_numbers = (f"+1267555{number:04}" for number in count(105))


@dataclass
class Cast:
    """Everybody of one journey."""

    product: RunningProduct
    http: aiohttp.ClientSession
    members: list[Member] = field(default_factory=list)
    texters: list[Texter] = field(default_factory=list)
    coaches: list[Coach] = field(default_factory=list)

    async def member(self, **opens_with: str) -> Member:
        """A member who has opened the chat."""
        member = Member(self.http, self.product.base_url)
        self.members.append(member)
        await member.open(**{"plan": "independence", **opens_with})
        return member

    async def joining_member(self, link: str) -> Member:
        """A member who opens the link of a text."""
        member = Member(self.http, self.product.base_url)
        self.members.append(member)
        await member.join(link)
        return member

    def texter(self, number: str = INDEPENDENCE) -> Texter:
        """A member with a phone that never texted before."""
        texter = Texter(self.http, self.product.base_url, next(_phone_numbers), number)
        self.texters.append(texter)
        return texter

    async def coach(self, username: str, *, on_duty: bool = True) -> Coach:
        """A demo coach who signs in."""
        coach = await Coach.arrive(self.product.base_url, username, on_duty=on_duty)
        self.coaches.append(coach)
        return coach

    async def clear_the_desk(self) -> None:
        """Everybody goes home; whoever still waits is seen to."""
        for coach in self.coaches:
            await coach.leave()
        supervisor = await Coach.arrive(self.product.base_url, "maria")
        for item in await supervisor.list_queue():
            if item["holder"] == "waiting":
                await supervisor.claim(item["conversation_id"])
            await supervisor.close(item["conversation_id"])
        for callback in await supervisor.list_callbacks():
            taken = callback if callback["coach"] else await supervisor.take_callback(callback)
            await supervisor.finish_callback(taken, reached=True, note="called")
        await supervisor.leave()

    def list_private(self) -> list[str]:
        """Everything in this journey that may stand in no log."""
        said = [message["text"] for member in self.members for message in member.messages]
        texted = [body for texter in self.texters for body in (*texter.sent, *texter.read)]
        written = [text for coach in self.coaches for text in coach.written]
        # One word alone ("COACH", "yes") stands in a log for other reasons.
        words = [text for text in (*said, *texted, *written) if " " in text.strip()]
        return [*words, *(texter.phone for texter in self.texters)]


@dataclass
class Desk:
    """The product of these journeys, and what was said in them so far that may stand in no log."""

    product: RunningProduct
    private: list[str] = field(default_factory=lambda: [DEMO_PASSWORD])


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A product of its own, started once for all journeys to a coach."""
    product = start_product(tmp_path_factory.mktemp("desk"))
    yield Desk(product)
    product.stop()


@pytest.fixture
async def cast(desk: Desk) -> AsyncIterator[Cast]:
    """The people of one journey, who find the desk empty and leave it so."""
    async with aiohttp.ClientSession() as http:
        cast = Cast(desk.product, http)
        yield cast
        await cast.clear_the_desk()
        desk.private += cast.list_private()
