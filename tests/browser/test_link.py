"""A one-time link from a text: it opens its conversation, once, and never another one unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage
from tests.browser.conftest import Visit
from tests.browser.phone import ASKS_FOR_RECORD, Phone
from tests.product import RunningProduct

pytestmark = pytest.mark.asyncio(loop_scope="session")

Follow = Callable[[str], Awaitable[ChatPage]]
LINKS = "**/api/v1/links"
CONVERSATIONS = "/api/v1/conversations"


@pytest_asyncio.fixture(loop_scope="session")
async def follow(browser: Browser, running_product: RunningProduct) -> AsyncIterator[Follow]:
    """Opens a link in a browser that was never here: `await follow(link)`."""
    contexts: list[BrowserContext] = []
    chats: list[ChatPage] = []

    async def follow(link: str) -> ChatPage:
        contexts.append(await browser.new_context(viewport={"width": 390, "height": 844}))
        chats.append(ChatPage.watch(await contexts[-1].new_page(), running_product.base_url.rstrip("/")))
        await chats[-1].page.goto(link)
        return chats[-1]

    yield follow
    for context in contexts:
        await context.close()
    assert [error for chat in chats for error in chat.errors] == []
    assert [address for chat in chats for address in chat.outside_addresses()] == []


@pytest.fixture
def base_url(running_product: RunningProduct) -> str:
    """Where the product is."""
    return running_product.base_url.rstrip("/")


async def expect_gone(chat: ChatPage, button: str) -> None:
    """The page says that the link is of no use, and offers this one way on."""
    await expect(chat.page.get_by_role("heading", name="This link no longer works")).to_be_focused(timeout=TIMEOUT_MS)
    await expect(chat.link_gone).to_contain_text("once, for 30 minutes")
    await expect(chat.link_gone).to_contain_text("Text us again")
    await expect(chat.link_gone.get_by_role("button")).to_have_text(button)
    await expect(chat.box).to_be_hidden()
    await expect(chat.recorded).to_have_count(0)


async def test_a_link_goes_on_with_the_conversation_of_the_texts(base_url: str, follow: Follow) -> None:
    phone = Phone(base_url, "+12155550101")
    chat = await follow(await phone.text_for_link())
    await expect(chat.said(ASKS_FOR_RECORD)).to_be_visible(timeout=TIMEOUT_MS)
    assert chat.page.url == f"{base_url}/"
    before = await chat.transcript()
    await chat.reload()
    await expect(chat.recorded).to_have_count(len(before))
    await expect(chat.link_gone).to_be_hidden()
    await chat.ask("What are gene-based therapies?")
    assert (await chat.transcript())[: len(before)] == before
    assert chat.console_errors == []


async def test_only_the_page_itself_uses_a_link_up(base_url: str, follow: Follow) -> None:
    link = await Phone(base_url, "+12155550102").text_for_link()
    first = await follow(f"{base_url}/")
    assert (await first.page.request.get(link)).ok
    chat = await follow(link)
    await expect(chat.said(ASKS_FOR_RECORD)).to_be_visible(timeout=TIMEOUT_MS)


async def test_a_link_works_once_and_then_says_the_next_step(base_url: str, follow: Follow) -> None:
    link = await Phone(base_url, "+12155550103").text_for_link()
    first = await follow(link)
    await expect(first.said(ASKS_FOR_RECORD)).to_be_visible(timeout=TIMEOUT_MS)
    second = await follow(link)
    await expect_gone(second, "Start new chat")
    await second.page.reload()
    await expect_gone(second, "Start new chat")
    # Nothing was begun that the member did not ask for.
    assert not [address for address in second.addresses if address.endswith(CONVERSATIONS)]
    await second.link_gone.get_by_role("button").click()
    await expect(second.recorded).to_have_count(1, timeout=TIMEOUT_MS)
    await second.ask("What are gene-based therapies?")
    await first.ask("What are gene-based therapies?")


@pytest.mark.parametrize(
    "secret", ["", "wrong", "x" * 43, "%00", "<b>"], ids=["no", "short", "wrong", "null", "markup"]
)
async def test_a_link_that_was_never_given_out_opens_nothing(base_url: str, follow: Follow, secret: str) -> None:
    chat = await follow(f"{base_url}/#join={secret}")
    await expect_gone(chat, "Start new chat")
    assert chat.page.url == f"{base_url}/"


async def test_a_link_wins_over_the_chat_of_the_tab_which_is_kept_aside(base_url: str, visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("What are gene-based therapies?")
    own = await chat.transcript()
    # The same page with another fragment: the browser loads nothing anew by itself.
    await chat.page.goto(await Phone(base_url, "+12155550104").text_for_link())
    await expect(chat.said(ASKS_FOR_RECORD)).to_be_visible(timeout=TIMEOUT_MS)
    texts = await chat.transcript()
    for expected in (own, texts, own):
        await chat.button("Go to that chat").click()
        await expect(chat.recorded).to_have_count(len(expected), timeout=TIMEOUT_MS)
        assert await chat.transcript() == expected
    await chat.button("Forget that chat").click()
    await chat.reload()
    await expect(chat.button("Go to that chat")).to_be_hidden()
    assert await chat.transcript() == own


async def test_a_second_link_of_the_same_phone_goes_on_in_the_same_tab(base_url: str, follow: Follow) -> None:
    phone = Phone(base_url, "+12155550101", "+12155550191")
    chat = await follow(await phone.text_for_link())
    await expect(chat.said(ASKS_FOR_RECORD)).to_have_count(1, timeout=TIMEOUT_MS)
    await chat.page.goto(await phone.text_for_link())
    await expect(chat.said(ASKS_FOR_RECORD)).to_have_count(2, timeout=TIMEOUT_MS)
    await expect(chat.button("Go to that chat")).to_be_hidden()


async def test_from_a_link_that_is_gone_the_tabs_chat_is_one_press_away(base_url: str, visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("What are gene-based therapies?")
    own = await chat.transcript()
    await chat.page.goto(f"{base_url}/#join=wrong")
    await expect_gone(chat, "Go back to my chat")
    await chat.page.keyboard.press("Tab")
    await chat.page.keyboard.press("Enter")
    await expect(chat.recorded).to_have_count(len(own), timeout=TIMEOUT_MS)
    assert await chat.transcript() == own
    await expect(chat.box).to_be_focused()


async def test_a_link_is_not_lost_while_the_server_is_away(base_url: str, visit: Visit) -> None:
    link = await Phone(base_url, "+12155550102", "+12155550191").text_for_link()
    chat = await visit()

    async def be_away(route: Route) -> None:
        await route.fulfill(status=503, json={"status": 503, "code": "STORE_UNAVAILABLE"})

    await chat.page.route(LINKS, be_away)
    await chat.page.goto(link)
    await expect(chat.notice.get_by_role("button", name="Try again")).to_be_visible(timeout=TIMEOUT_MS)
    await chat.page.unroute(LINKS)
    await chat.page.reload()
    await expect(chat.said(ASKS_FOR_RECORD)).to_be_visible(timeout=TIMEOUT_MS)
