"""What happens to a text after it was taken? On to the phone or to the product, with word of each step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from bot.demo.carrier.faults import Faults
from bot.demo.carrier.fields import describe_incoming, describe_status
from bot.demo.carrier.keywords import OptOutMode
from bot.demo.carrier.model import Answer, Status, Text
from bot.demo.carrier.network import Network, Received
from bot.demo.carrier.postman import Kind, Post, Postman


class Exchange:
    """Carries texts. `pace_s` is how long a text to a phone stays queued, and then under way."""

    def __init__(
        self,
        network: Network,
        postman: Postman,
        faults: Callable[[], Faults],
        *,
        account_sid: str,
        webhook_url: str,
        pace_s: float,
    ) -> None:
        self._network = network
        self._postman = postman
        self._faults = faults
        self._account_sid = account_sid
        self._webhook_url = webhook_url
        self._pace_s = pace_s
        self._work: set[asyncio.Task[None]] = set()

    def carry_out(self, text: Text) -> None:
        """Takes a text on its way to the phone."""
        self._start(self._deliver(text))

    def carry_in(self, received: Received) -> None:
        """Tells the product of a text from a phone, and sends the carrier's own reply."""
        self._start(self._tell(received.text))
        if received.reply:
            self.carry_out(received.reply)

    def redeliver(self, text: Text, times: int) -> None:
        """Tells the product of a text from a phone again, so many times at once."""
        for _ in range(times):
            self._start(self._tell(text))

    async def close(self) -> None:
        """Drops what is under way."""
        work = tuple(self._work)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _tell(self, text: Text) -> None:
        # Advanced Opt-Out belongs to a messaging service; a number of its own has none.
        is_advanced = self._network.mode is OptOutMode.ADVANCED
        service = "MG" + self._account_sid[2:] if is_advanced else None
        fields = describe_incoming(text, self._account_sid, messaging_service_sid=service)

        def note(is_taken: bool) -> None:
            self._network.note_answer(text.sid, Answer.TAKEN if is_taken else Answer.REFUSED)

        await self._postman.post(Post(Kind.WEBHOOK, self._webhook_url, fields, note))

    async def _deliver(self, text: Text) -> None:
        outcome = self._faults().next_outcome()
        word = self._call_back(text, None)
        if outcome and outcome.status == "failed":
            steps = [(Status.FAILED, outcome.error_code)]
        elif outcome and outcome.status == "undelivered":
            steps = [(Status.SENT, None), (Status.UNDELIVERED, outcome.error_code)]
        elif outcome:
            steps = [(Status.SENT, None)]
        else:
            steps = [(Status.SENT, None), (Status.DELIVERED, None)]
        for status, error_code in steps:
            await asyncio.sleep(self._pace_s)
            if text_now := self._network.advance(text.sid, status, error_code):
                word = self._call_back(text_now, word)

    def _call_back(self, text: Text, before: asyncio.Task[None] | None) -> asyncio.Task[None] | None:
        """Tells of a step, after the step before it was told; a text waits for none of this on its way."""
        if text.status_callback is None:
            return None
        post = Post(Kind.CALLBACK, text.status_callback, describe_status(text, self._account_sid))

        async def tell() -> None:
            if before:
                await before
            await self._postman.post(post)

        return self._start(tell())
