"""What does the page do when the gateway refuses, is slow or gone? Danger gets through; nothing waits for a button."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Locator, Route, WebSocketRoute, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage, stop_clock, wait_until
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

OPEN = "**/api/v1/conversations"
SEND = "**/api/v1/conversations/*/messages"
HANDOFF = "**/api/v1/conversations/*/handoff"
API = "**/api/v1/**"

QUESTION = "What are gene-based therapies?"
DANGER = "My son can't breathe"
COACH = "Talk to a nurse health coach"
# Longer than any test waits: what happens, happens for another reason.
LATER_S = 50


@dataclass
class Refusal:
    """Answers POST requests in the gateway's place, as long as `applies` says so, and counts them."""

    status: int
    code: str
    retry_after_s: int | None = None
    applies: Callable[[Route], bool] = lambda _: True
    texts: list[str | None] = field(default_factory=list)
    safety: dict[str, object] | None = None

    async def __call__(self, route: Route) -> None:
        if route.request.method != "POST" or not self.applies(route):
            await route.continue_()
            return
        self.texts.append((route.request.post_data_json or {}).get("text"))
        headers = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        problem: dict[str, object] = {
            "type": "about:blank",
            "title": "Refused",
            "status": self.status,
            "code": self.code,
        }
        if self.safety is not None:
            problem["safety"] = self.safety
        await route.fulfill(status=self.status, headers=headers, json=problem)


def is_question(route: Route) -> bool:
    return (route.request.post_data_json or {}).get("text") == QUESTION


def emergency(chat: ChatPage) -> Locator:
    """The line with the numbers, each of which can be called."""
    return chat.page.locator("#emergency").get_by_role("link")


def safety(chat: ChatPage) -> Locator:
    """What the safety gate said, and the record has."""
    return chat.page.locator("#messages > [data-safety][data-seq]")


async def open_refused(visit: Visit, refusal: Refusal) -> ChatPage:
    """A page in a fresh tab whose opening is refused."""
    chat = await visit()
    await chat.page.evaluate("sessionStorage.clear()")
    await chat.page.route(OPEN, refusal)
    await chat.page.reload()
    await expect(chat.notice.get_by_role("button", name="Try again")).to_be_visible(timeout=TIMEOUT_MS)
    return chat


async def own_texts(chat: ChatPage) -> list[str]:
    return [message.text for message in await chat.transcript() if message.author == "member"]


async def expect_calm(chat: ChatPage) -> None:
    """Nothing is unsent, and nothing says that something is wrong."""
    await expect(chat.unsent).to_have_count(0, timeout=TIMEOUT_MS)
    for trouble in (chat.notice, chat.line, chat.page.locator("#emergency")):
        await expect(trouble).to_be_hidden(timeout=TIMEOUT_MS)


# The opening is refused


@pytest.mark.parametrize(
    ("status", "code"), [(503, "STORE_UNAVAILABLE"), (429, "RATE_LIMITED"), (500, "INTERNAL_ERROR")]
)
async def test_a_refused_opening_is_tried_again_by_itself(visit: Visit, status: int, code: str) -> None:
    chat = await open_refused(visit, Refusal(status, code, 1))
    await expect(chat.notice).to_contain_text("open the chat")
    await expect(emergency(chat)).to_have_count(2)
    await chat.page.unroute(OPEN)
    await expect(chat.recorded).to_have_count(1, timeout=TIMEOUT_MS)
    await expect_calm(chat)


async def test_danger_typed_before_the_chat_is_open_is_tried_at_once_and_answered_when_it_opens(visit: Visit) -> None:
    refusal = Refusal(429, "RATE_LIMITED", LATER_S)
    chat = await open_refused(visit, refusal)
    before = len(refusal.texts)
    await chat.say(QUESTION)
    await wait_until(lambda: len(refusal.texts) == before + 1)
    await expect(chat.notice.get_by_role("button", name="Try again")).to_be_visible()
    await expect(chat.unsent).to_have_attribute("data-status", "waiting")
    await expect(emergency(chat).filter(has_text="911")).to_have_attribute("href", "tel:911")
    await expect(emergency(chat).filter(has_text="988")).to_have_attribute("href", "tel:988")
    await chat.page.unroute(OPEN)
    await chat.say(DANGER)
    await expect(safety(chat)).to_contain_text("911", timeout=TIMEOUT_MS)
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION, DANGER]


async def test_a_coach_can_be_asked_for_before_the_chat_is_open(visit: Visit) -> None:
    chat = await open_refused(visit, Refusal(503, "STORE_UNAVAILABLE", LATER_S))
    await chat.page.unroute(OPEN)
    await chat.button(COACH).click()
    await chat.expect_holder("waiting")
    await expect_calm(chat)
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")


async def test_try_again_opens_the_chat(visit: Visit) -> None:
    chat = await open_refused(visit, Refusal(503, "STORE_UNAVAILABLE", LATER_S))
    await chat.page.unroute(OPEN)
    await chat.button("Try again").click()
    await expect(chat.recorded).to_have_count(1, timeout=TIMEOUT_MS)
    await expect_calm(chat)


# A message has to wait


async def test_neither_danger_nor_the_coach_button_waits_behind_a_message_that_waits(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, Refusal(429, "OVERLOADED", LATER_S, is_question))
    await chat.say(QUESTION)
    await expect(chat.unsent).to_have_attribute("data-status", "busy")
    await chat.button(COACH).click()
    await chat.expect_holder("waiting")
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")
    await chat.say(DANGER)
    await expect(safety(chat)).to_contain_text("911", timeout=TIMEOUT_MS)
    await expect(chat.unsent).to_have_attribute("data-status", "busy")
    assert await own_texts(chat) == [DANGER]


async def test_danger_does_not_wait_behind_a_message_that_is_slow(visit: Visit) -> None:
    chat = await visit(plan="independence")
    goes_on = asyncio.Event()

    async def be_slow(route: Route) -> None:
        if is_question(route):
            await goes_on.wait()
        await route.continue_()

    await chat.page.route(SEND, be_slow)
    await chat.say(QUESTION)
    await chat.say(DANGER)
    await expect(safety(chat)).to_contain_text("911", timeout=TIMEOUT_MS)
    await expect(chat.unsent).to_have_attribute("data-status", "sending")
    goes_on.set()
    await expect_calm(chat)
    assert await own_texts(chat) == [DANGER, QUESTION]


@pytest.mark.parametrize("waits_for", [SEND, HANDOFF], ids=["answer", "coach"])
async def test_a_long_wait_names_the_numbers_until_it_is_over(visit: Visit, waits_for: str) -> None:
    chat = await visit(plan="independence")
    await stop_clock(chat.page)
    await chat.reload()
    is_asked, goes_on = asyncio.Event(), asyncio.Event()

    async def be_slow(route: Route) -> None:
        if route.request.method == "POST":
            is_asked.set()
            await goes_on.wait()
        await route.continue_()

    await chat.page.route(waits_for, be_slow)
    await (chat.say(QUESTION) if waits_for == SEND else chat.button(COACH).click())
    await is_asked.wait()
    await chat.page.clock.fast_forward(3_000)
    await expect(emergency(chat)).to_have_count(0)
    await chat.page.clock.fast_forward(1_000)
    await expect(emergency(chat)).to_have_count(2)
    await expect(chat.notice).to_be_hidden()
    goes_on.set()
    await expect_calm(chat)
    if waits_for == HANDOFF:
        await chat.button("Cancel request").click()
        await chat.expect_holder("assistant")


@pytest.mark.parametrize(("status", "code"), [(503, "STORE_UNAVAILABLE"), (429, "RATE_LIMITED"), (502, "HTTP_502")])
async def test_what_could_not_be_taken_is_sent_again_by_itself_in_order(visit: Visit, status: int, code: str) -> None:
    chat = await visit(plan="independence")
    refusal = Refusal(status, code, 1)
    await chat.page.route(SEND, refusal)
    await chat.say(QUESTION)
    await chat.say("Is it covered?")
    await wait_until(lambda: len(refusal.texts) >= 3)
    await expect(chat.unsent).to_have_count(2)
    await expect(chat.notice).to_be_hidden()
    await expect(emergency(chat)).to_have_count(2)
    await chat.page.unroute(SEND)
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION, "Is it covered?"]


async def test_an_alarm_that_is_not_recorded_sounds_once_and_gives_way_to_the_recorded_one(visit: Visit) -> None:
    chat = await visit()
    safety_message = {
        "seq": 0,
        "author": "system",
        "outcome": "emergency",
        "text": "Call 911 now.",
        "created_at": "2026-05-01T12:00:00Z",
    }
    refusal = Refusal(503, "STORE_UNAVAILABLE", 1, safety=safety_message)
    await chat.page.route(SEND, refusal)
    await chat.say(DANGER)
    alarm = chat.page.locator("#messages > [data-safety]")
    await expect(alarm).to_have_count(1)
    await alarm.evaluate("item => { item.dataset.first = 'yes'; }")
    await wait_until(lambda: len(refusal.texts) >= 3)
    await expect(alarm).to_have_attribute("data-first", "yes")
    await chat.page.unroute(SEND)
    await expect(safety(chat)).to_be_visible(timeout=TIMEOUT_MS)
    await expect(alarm).to_have_count(1)


async def test_after_some_tries_the_member_decides(visit: Visit) -> None:
    chat = await visit(plan="independence")
    refusal = Refusal(503, "STORE_UNAVAILABLE")
    await chat.page.route(SEND, refusal)
    await chat.page.evaluate("() => { const wait = setTimeout; window.setTimeout = (run, ms) => wait(run, ms / 50); }")
    await chat.say(QUESTION)
    await expect(chat.unsent).to_have_attribute("data-status", "failed", timeout=TIMEOUT_MS)
    assert refusal.texts == [QUESTION] * 7
    await expect(chat.notice).to_be_visible()
    await expect(emergency(chat)).to_have_count(2)
    await chat.page.unroute(SEND)
    await chat.unsent.get_by_role("button", name="Try again").click()
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION]


async def test_who_would_have_to_wait_for_minutes_is_told_at_once(visit: Visit) -> None:
    chat = await visit()
    await chat.page.route(SEND, Refusal(429, "RATE_LIMITED", 600))
    await chat.say(QUESTION)
    await expect(chat.unsent).to_have_attribute("data-status", "failed")
    await expect(chat.notice).to_contain_text("10 minutes")


# The gateway is gone


async def with_socket(visit: Visit) -> tuple[ChatPage, Callable[[], Awaitable[None]]]:
    """A page, and what cuts its socket."""
    chat = await visit(plan="independence")
    sockets: list[WebSocketRoute] = []

    def keep(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    await chat.page.route_web_socket("**/socket", keep)
    await chat.reload()
    await wait_until(lambda: len(sockets) > 0)

    async def cut() -> None:
        await sockets[-1].close(code=1001)

    return chat, cut


async def test_a_gateway_that_restarts_costs_no_message(visit: Visit) -> None:
    chat, cut = await with_socket(visit)
    gone: list[str] = []

    async def be_gone(route: Route) -> None:
        gone.append(route.request.method)
        await route.abort()

    await chat.page.route(API, be_gone)
    await cut()
    await expect(chat.line).to_be_visible()
    await expect(emergency(chat)).to_have_count(2)
    for text in (QUESTION, "Is it covered?", "Do I need approval?", "Who pays for it?"):
        await chat.say(text)
    await wait_until(lambda: gone.count("POST") >= 4 and gone.count("GET") >= 3)
    await expect(chat.page.locator('[data-status="waiting"]')).to_have_count(4)
    await expect(chat.notice).to_be_hidden()
    await chat.page.unroute(API)
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION, "Is it covered?", "Do I need approval?", "Who pays for it?"]


async def test_a_line_that_is_lost_is_seen_by_the_first_message(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(API, lambda route: route.abort())
    await chat.say(DANGER)
    await expect(chat.unsent).to_have_attribute("data-status", "waiting")
    await expect(chat.line).to_be_visible()
    await expect(emergency(chat)).to_have_count(2)
    await chat.page.unroute(API)
    await expect(safety(chat)).to_contain_text("911", timeout=TIMEOUT_MS)
    await expect_calm(chat)


async def test_what_was_given_up_for_want_of_a_line_is_sent_when_it_is_back(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    await chat.say(QUESTION)
    await expect(chat.unsent).to_have_attribute("data-status", "failed", timeout=TIMEOUT_MS)
    await expect(chat.notice).to_be_visible()
    await chat.page.context.set_offline(True)
    await expect(chat.line).to_be_visible()
    await chat.page.unroute(SEND)
    await chat.page.context.set_offline(False)
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION]


async def test_what_was_typed_before_the_chat_is_back_keeps_what_an_earlier_load_left(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.page.route(SEND, Refusal(503, "STORE_UNAVAILABLE", LATER_S))
    await chat.say(QUESTION)
    await expect(chat.unsent).to_have_attribute("data-status", "busy")
    await chat.page.route(API, lambda route: route.abort())
    await chat.page.reload()
    await chat.say("Is it covered?")
    await expect(chat.unsent).to_have_count(2)
    await chat.page.unroute_all()
    await expect_calm(chat)
    assert await own_texts(chat) == [QUESTION, "Is it covered?"]


# The coach button


@pytest.mark.parametrize(("status", "code"), [(503, "STORE_UNAVAILABLE"), (429, "RATE_LIMITED")])
async def test_a_coach_who_could_not_be_asked_for_is_asked_for_by_try_again(
    visit: Visit, status: int, code: str
) -> None:
    chat = await visit()
    await chat.page.route(HANDOFF, Refusal(status, code, LATER_S))
    await chat.button(COACH).click()
    await expect(chat.notice).to_be_visible()
    await expect(emergency(chat)).to_have_count(2)
    await chat.page.unroute(HANDOFF)
    await chat.button("Try again").click()
    await chat.expect_holder("waiting")
    await expect_calm(chat)
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")
