"""A reload, a second tab, a lost line, a refusal: every message is there once, and nothing that was typed is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage, wait_until
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEND = "**/api/v1/conversations/*/messages"


def refuse(status: int, code: str, **headers: str) -> Callable[[Route], Awaitable[None]]:
    """Answers in the server's place with a problem document."""

    async def handle(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        await route.fulfill(
            status=status,
            headers={"Content-Type": "application/problem+json", **headers},
            body=json.dumps({"type": "about:blank", "title": "Refused", "status": status, "code": code}),
        )

    return handle


async def in_order_and_once(chat: ChatPage) -> list[str]:
    """Checks the log's order and returns the member's messages in it."""
    messages = await chat.transcript()
    seqs = [message.seq for message in messages]
    assert seqs == sorted(set(seqs))
    return [message.text for message in messages if message.author == "member"]


async def test_a_reload_shows_the_same_messages_once_and_goes_on(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("What are gene-based therapies?")
    before = await chat.transcript()
    await chat.reload()
    await expect(chat.recorded).to_have_count(len(before))
    assert await chat.transcript() == before
    await chat.ask("Is it covered?")
    assert await in_order_and_once(chat) == ["What are gene-based therapies?", "Is it covered?"]


async def test_the_token_stands_in_no_address_and_in_no_storage_of_other_tabs(visit: Visit) -> None:
    chat = await visit()
    await chat.ask("Hello")
    token = json.loads(str(await chat.page.evaluate("sessionStorage.getItem('gene-guide')")))["conversation"]["token"]
    assert token
    assert not [address for address in [*chat.addresses, chat.page.url] if token in address]
    assert await chat.page.evaluate("localStorage.length + document.cookie.length") == 0


async def test_two_tabs_of_one_conversation_show_the_same(visit: Visit) -> None:
    first = await visit(plan="independence")
    second = await first.open_second_tab()
    await first.ask("What are gene-based therapies?")
    await expect(second.said("What are gene-based therapies?")).to_be_visible(timeout=TIMEOUT_MS)
    await asyncio.gather(first.say("Is it covered?"), second.say("Do I need approval?"))
    for chat in (first, second):
        await expect(chat.said("Is it covered?")).to_be_visible(timeout=TIMEOUT_MS)
        await expect(chat.said("Do I need approval?")).to_be_visible(timeout=TIMEOUT_MS)
        await expect(chat.unsent).to_have_count(0)
    for chat in (first, second):
        # The greeting, and three questions with their answers.
        await expect(chat.recorded).to_have_count(7, timeout=TIMEOUT_MS)
    assert len(await in_order_and_once(first)) == 3
    assert await first.transcript() == await second.transcript()


async def test_what_is_written_offline_is_sent_once_when_the_line_is_back(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.context.set_offline(True)
    await chat.say("What are gene-based therapies?")
    await expect(chat.line).to_contain_text("offline")
    await expect(chat.unsent).to_have_attribute("data-status", "waiting")
    count = await chat.answers.count()
    await chat.page.context.set_offline(False)
    await chat.answer_after(count)
    await expect(chat.line).to_be_hidden()
    await chat.reload()
    await expect(chat.recorded).to_have_count(3)
    assert await in_order_and_once(chat) == ["What are gene-based therapies?"]


async def test_an_answer_lost_on_its_way_is_fetched_and_the_message_acts_once(visit: Visit) -> None:
    chat = await visit(plan="independence")
    sent: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        sent.append(str((route.request.post_data_json or {})["client_message_id"]))
        answer = await route.fetch()
        await (route.abort() if len(sent) == 1 else route.fulfill(response=answer))

    await chat.page.route(SEND, lose_the_first_answer)
    await chat.ask("What are gene-based therapies?")
    await chat.ask("Is it covered?")
    # The answer has come by the socket meanwhile, so the second question may overtake what is sent again.
    await expect(chat.line).to_be_hidden(timeout=TIMEOUT_MS)
    await wait_until(lambda: len(sent) == 3)
    await chat.page.unroute_all(behavior="wait")
    assert sorted(sent.count(each) for each in set(sent)) == [1, 2]
    assert await in_order_and_once(chat) == ["What are gene-based therapies?", "Is it covered?"]


async def test_an_unsent_message_survives_a_reload(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, refuse(500, "INTERNAL_ERROR"))
    await chat.say("What are gene-based therapies?")
    await expect(chat.unsent).to_have_attribute("data-status", "failed")
    await chat.page.unroute(SEND)
    await chat.reload()
    count = await chat.answers.count()
    await chat.unsent.get_by_role("button", name="Try again").click()
    await chat.answer_after(count)
    assert await in_order_and_once(chat) == ["What are gene-based therapies?"]


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (429, "RATE_LIMITED", "90 seconds"),
        (503, "STORE_UNAVAILABLE", "try again"),
        (500, "INTERNAL_ERROR", "try again"),
    ],
)
async def test_a_refusal_says_the_next_step_and_keeps_the_words(
    visit: Visit, status: int, code: str, says: str
) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, refuse(status, code, **{"Retry-After": "90"}))
    await chat.say("What are gene-based therapies?")
    await expect(chat.notice).to_contain_text(says)
    await expect(chat.said("What are gene-based therapies?")).to_be_visible()
    await chat.page.unroute(SEND)
    count = await chat.answers.count()
    await chat.unsent.get_by_role("button", name="Try again").click()
    await chat.answer_after(count)
    await expect(chat.notice).to_be_hidden()
    assert await in_order_and_once(chat) == ["What are gene-based therapies?"]


async def test_a_page_waits_for_a_busy_gateway_and_sends_by_itself_in_order(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, refuse(429, "OVERLOADED", **{"Retry-After": "1"}))
    await chat.say("What are gene-based therapies?")
    await expect(chat.unsent).to_have_attribute("data-status", "busy")
    await expect(chat.unsent.get_by_role("button", name="Try again")).to_have_count(0)
    count = await chat.answers.count()
    await chat.page.unroute(SEND)
    await chat.answer_after(count)
    await expect(chat.notice).to_be_hidden()
    assert await in_order_and_once(chat) == ["What are gene-based therapies?"]


async def test_without_a_socket_the_page_asks_for_what_is_new(visit: Visit) -> None:
    first = await visit(plan="independence")
    second = await first.open_second_tab()
    await second.page.route_web_socket("**/socket", lambda socket: None)
    await second.reload()
    await first.ask("What are gene-based therapies?")
    await expect(second.recorded).to_have_count(await first.recorded.count(), timeout=TIMEOUT_MS)


async def test_a_conversation_that_the_server_no_longer_knows_gives_way_to_a_new_one(visit: Visit) -> None:
    chat = await visit()
    await chat.page.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage.getItem("gene-guide"));
            kept.conversation.token = "not-the-token";
            sessionStorage.setItem("gene-guide", JSON.stringify(kept));
        }"""
    )
    await chat.page.reload()
    await expect(chat.closing).to_be_visible()
    await expect(chat.page.locator("#rating")).to_be_hidden()
    await chat.button("Start new chat").click()
    await expect(chat.recorded).to_have_count(1)
    await chat.expect_holder("assistant")
    await chat.ask("What are gene-based therapies?")
