"""A member's phone in the demo's simulated carrier: it texts the plan, and reads the link in the answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiohttp import ClientSession

from tests.browser.chat_page import TIMEOUT_MS

# Plan records are never texted: the answer to this is a link.
ASKS_FOR_RECORD = "Am I covered? Look at my plan record"
_LOOK_EVERY_MS = 100
_LINK = re.compile(r"https?://\S+/#join=[\w-]+")


@dataclass(frozen=True)
class Phone:
    """A fictional phone and the plan's number that it texts."""

    base_url: str
    number: str
    plan_number: str = "+12155550190"

    async def text_for_link(self, text: str = ASKS_FOR_RECORD) -> str:
        """Sends a text and waits for the new link that it is answered with."""
        async with ClientSession(f"{self.base_url}/demo/carrier/control/") as http:
            before = await self._list_links(http)
            body = {"from": self.number, "to": self.plan_number, "body": text}
            async with http.post("texts", json=body) as answer:
                assert answer.status == 201
            for _ in range(TIMEOUT_MS // _LOOK_EVERY_MS):
                if len(links := await self._list_links(http)) > len(before):
                    return links[-1]
                await asyncio.sleep(_LOOK_EVERY_MS / 1000)
        raise AssertionError("no link was texted")

    async def _list_links(self, http: ClientSession) -> list[str]:
        numbers = {"phone": self.number, "number": self.plan_number}
        async with http.get("texts", params=numbers) as answer:
            texts = (await answer.json())["texts"]
        return [link for text in texts for link in _LINK.findall(text["body"])]
