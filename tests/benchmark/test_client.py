"""Does the client count turns without an answer and wrong answers, and go on? A server plays the product here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.benchmark.client import Order, Samples, measure

# What each conversation says to its turns in a row; one without turns is not even opened.
CONVERSATIONS = (("answer", "policy", "answer"), ("answer", "failure", "ask"), (), ("ask", "answer"), ("answer",) * 3)


class _Product:
    """Answers as it was told to, and takes note of how often it was asked in each conversation."""

    def __init__(self, conversations: Sequence[Sequence[str]]) -> None:
        self._conversations = conversations
        self.asked: list[int] = []

    async def open(self, request: web.Request) -> web.Response:
        self.asked.append(0)
        number = len(self.asked) - 1
        if not self._conversations[number]:
            return web.Response(status=503)
        return web.json_response({"conversation_id": str(number), "token": "token"}, status=201)

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.asked[number] += 1
        outcome = self._conversations[number][self.asked[number] - 1]
        return web.json_response({"replies": [{"outcome": outcome}]})


@pytest.fixture
def product() -> _Product:
    """A product of five conversations."""
    return _Product(CONVERSATIONS)


@pytest.fixture
async def base_url(product: _Product) -> AsyncIterator[str]:
    """Where it answers."""
    app = web.Application()
    app.router.add_post("/api/v1/conversations", product.open)
    app.router.add_post("/api/v1/conversations/{number}/messages", product.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_what_follows_a_turn_without_an_answer_is_not_asked_and_the_next_conversation_is(
    base_url: str, product: _Product
) -> None:
    samples: Samples = await measure(Order("product", base_url, 1, turns=3, seconds=0, rounds=5))
    assert product.asked == [3, 2, 0, 1, 3]
    assert samples.places == [1, 2, 3, 1, 1, 2, 3]
    assert len(samples.milliseconds) == 7
    # Two after the apology with it, three that were never begun, and three from the wrong answer on.
    assert samples.unanswered == 8
    assert len(samples.wrong) == 1
    assert "ask" in samples.wrong[0]


async def test_a_server_that_is_gone_leaves_turns_unanswered_and_no_error() -> None:
    samples = await measure(Order("product", "http://127.0.0.1:9", 1, turns=4, seconds=0, rounds=1))
    assert samples.unanswered == 4
    assert samples.wrong == []
