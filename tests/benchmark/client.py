"""How long does each turn take for those who ask? One process of its own: an order on standard input, samples out.

Closed loop: each conversation sends its next message as soon as the answer to the one before is there.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

# Each runs a custom action that looks something up. The five kinds in a row are the unit of everything that is
# compared; a conversation asks in one of several wordings, the next conversation in another.
PRODUCT_QUESTIONS = (
    ("is zolgensma covered", "is luxturna covered", "is hemgenix covered for me", "will you cover casgevy"),
    (
        "what are gene-based therapies?",
        "what is gene therapy",
        "how does gene therapy work",
        "what kinds of gene therapies are there",
    ),
    (
        "do I need prior authorization for it",
        "who asks for the approval",
        "how long does precertification take",
        "does zolgensma need prior approval",
    ),
    (
        "what are the side effects of zolgensma",
        "is gene therapy safe",
        "what are the risks of luxturna",
        "are there long term risks of hemgenix",
    ),
    (
        "what does the medical policy say about luxturna",
        "which policy applies to zolgensma",
        "what are the criteria for hemgenix",
        "show me the medical policy for casgevy",
    ),
)
PRODUCT_MEMBERS = ({"plan": "caresource", "state": "WV"}, {"plan": "independence"})
STOCK_QUESTIONS = (
    "is zolgensma covered",
    "is the treatment covered",
    "does my plan cover zolgensma",
    "is gene therapy covered",
    "will my plan pay for luxturna",
)
STOCK_ACTION_SAYS = "Your plan covers it when it is medically necessary."
_REAL_ANSWERS = {"answer", "policy"}
TIMEOUT_S = 60.0
# Who was refused or not answered is in no hurry, so that a system that is down is not asked a thousand times.
_PAUSE_AFTER_NONE_S = 0.5


class WrongAnswer(Exception):
    """A turn was answered with something else than what was asked for, so that its time says nothing."""


class Unanswered(Exception):
    """A turn was refused, or answered with an apology: under too much load that is right, and it is counted."""


@dataclass(frozen=True)
class Order:
    """What to ask: of `kind` product or stock; `turns` a conversation, then the next one begins; for `seconds`,
    or for `rounds` conversations each when `seconds` is 0."""

    kind: str
    base_url: str
    conversations: int
    turns: int
    seconds: float
    rounds: int = 0


@dataclass
class Samples:
    """What was seen: milliseconds of every answered turn and its place in its conversation, from 1; `in_time` of them
    were answered before the order's seconds were over. `wrong` says what was answered wrongly. After such a turn, or
    one without an answer, what follows in that conversation cannot be compared: it is not asked, and from that turn on
    all of it counts as `unanswered`."""

    in_time: int = 0
    milliseconds: list[float] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    unanswered: int = 0
    wrong: list[str] = field(default_factory=list)
    client_cpu_s: float = 0.0


class Talk(Protocol):
    """One conversation with one of the two."""

    async def open(self) -> None:
        """Begins it."""

    async def ask(self, place: int) -> None:
        """Asks question number `place` (from 1) and reads the whole answer. Raises WrongAnswer, Unanswered."""


@dataclass
class ProductTalk:
    """A member's conversation over the public API."""

    http: aiohttp.ClientSession
    base_url: str
    number: int
    _url: str = ""
    _headers: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Begins it."""
        body = {"channel": "web", **PRODUCT_MEMBERS[self.number % len(PRODUCT_MEMBERS)]}
        async with self.http.post(f"{self.base_url}/api/v1/conversations", json=body) as response:
            answer = await _read(response, 201)
        self._url = f"{self.base_url}/api/v1/conversations/{answer['conversation_id']}/messages"
        self._headers = {"Authorization": f"Bearer {answer['token']}"}

    async def ask(self, place: int) -> None:
        """Asks; every answer must come from a look-up."""
        text = choose_question(place, self.number)
        body = {"client_message_id": str(uuid4()), "text": text}
        async with self.http.post(self._url, json=body, headers=self._headers) as response:
            answer = await _read(response, 200)
        outcomes = {reply.get("outcome") for reply in answer["replies"]}
        if "failure" in outcomes:
            raise Unanswered
        if not outcomes & _REAL_ANSWERS:
            raise WrongAnswer(f"{text!r} was answered with {sorted(map(str, outcomes))}")


@dataclass
class StockTalk:
    """A sender's conversation over Rasa's REST channel."""

    http: aiohttp.ClientSession
    base_url: str
    number: int
    _sender: str = ""

    async def open(self) -> None:
        """Begins it."""
        self._sender = uuid4().hex

    async def ask(self, place: int) -> None:
        """Asks; every answer must come from the custom action."""
        text = STOCK_QUESTIONS[(place - 1) % len(STOCK_QUESTIONS)]
        body = {"sender": self._sender, "message": text}
        async with self.http.post(f"{self.base_url}/webhooks/rest/webhook", json=body) as response:
            answer = await _read(response, 200)
        if not answer:
            raise Unanswered
        if [reply.get("text") for reply in answer] != [STOCK_ACTION_SAYS]:
            raise WrongAnswer(f"{text!r} did not run the action")


def choose_question(place: int, number: int) -> str:
    """What a member asks at this place (from 1) of their conversation with this number."""
    wordings = PRODUCT_QUESTIONS[(place - 1) % len(PRODUCT_QUESTIONS)]
    return wordings[number % len(wordings)]


async def _read(response: aiohttp.ClientResponse, status: int) -> Any:
    body = await response.read()
    if response.status in (429, 503):
        raise Unanswered
    if response.status != status:
        raise WrongAnswer(f"{response.url.path.rpartition('/')[2]} answered {response.status}")
    return json.loads(body)


async def measure(order: Order) -> Samples:
    """Carries the order out."""
    samples = Samples()
    cpu = time.process_time()
    began = time.perf_counter()
    await asyncio.gather(*(_converse(order, number, began, samples) for number in range(order.conversations)))
    samples.client_cpu_s = time.process_time() - cpu
    return samples


async def _converse(order: Order, number: int, began: float, samples: Samples) -> None:
    # An address for each, as members have: the limits are per client address.
    connector = aiohttp.TCPConnector(local_addr=(f"127.0.1.{number + 1}", 0))
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    kind = ProductTalk if order.kind == "product" else StockTalk
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        opened = 0
        while not _is_over(order, began, opened):
            answered = 0
            try:
                async for milliseconds in _talk(kind(http, order.base_url, number + opened), order, began):
                    answered += 1
                    samples.milliseconds.append(milliseconds)
                    samples.places.append(answered)
                    samples.in_time += time.perf_counter() - began <= order.seconds
            except (WrongAnswer, Unanswered, aiohttp.ClientError, asyncio.TimeoutError) as error:
                samples.unanswered += order.turns - answered
                if isinstance(error, WrongAnswer):
                    samples.wrong.append(str(error))
                await asyncio.sleep(_PAUSE_AFTER_NONE_S)
            opened += 1


async def _talk(talk: Talk, order: Order, began: float) -> AsyncIterator[float]:
    """One conversation, until the order's seconds are over: the milliseconds of each turn."""
    await talk.open()
    for place in range(1, order.turns + 1):
        if order.seconds and time.perf_counter() - began > order.seconds:
            return
        asked = time.perf_counter()
        await talk.ask(place)
        yield (time.perf_counter() - asked) * 1000


def _is_over(order: Order, began: float, opened: int) -> bool:
    return time.perf_counter() - began > order.seconds if order.seconds else opened >= order.rounds


def main() -> None:
    """Reads one order and writes its samples."""
    order = Order(**json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(asdict(asyncio.run(measure(order)))))


if __name__ == "__main__":
    main()
