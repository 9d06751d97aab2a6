"""What happens to a member who writes while the engine still starts?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.failures.members import Said, read_readiness, say
from tests.member import Member
from tests.product import RunningProduct

_SERVED_WITHIN_S = 120.0


@dataclass(frozen=True)
class Early:
    """The product, what the member wrote before its engine was there, and what an operator read then."""

    product: RunningProduct
    token: str
    conversation_id: str
    said: Said
    readiness: tuple[int, dict[str, Any]]
    liveness: int


async def write_early(product: RunningProduct) -> Early:
    """Writes as soon as the chat can be opened."""
    async with aiohttp.ClientSession() as http:
        await _until_served(http, product)
        member = Member(http, product.base_url)
        await member.open(plan="caresource", state="OH")
        said = await say(member, "is zolgensma covered")
        readiness = await read_readiness(http, product.base_url)
        async with http.get(f"{product.base_url}/livez") as response:
            liveness = response.status
    return Early(product, member.token, member.conversation_id, said, readiness, liveness)


async def _until_served(http: aiohttp.ClientSession, product: RunningProduct) -> None:
    deadline = time.monotonic() + _SERVED_WITHIN_S
    while True:
        try:
            async with http.get(f"{product.base_url}/livez"):
                return
        except aiohttp.ClientConnectionError:
            assert product.process.poll() is None, product.log.read_text(encoding="utf-8", errors="replace")[-4000:]
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
