"""A real Chromium, and members who open the chat page of the running product in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.chat_page import ChatPage, new_chat_page
from tests.browser.chromium import find_chromium
from tests.product import RunningProduct

# Nothing that would let the browser itself speak to the outside.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Visit = Callable[..., Awaitable[ChatPage]]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without one these tests fail."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium: run `apt-get install chromium`, or name one in GENE_GUIDE_CHROMIUM")
    return path


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """One browser for all these tests; each member has a context of their own in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=list(_ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, running_product: RunningProduct) -> AsyncIterator[Visit]:
    """Opens the chat as a new member: `await visit(plan="independence", viewport={...})`.

    Whatever a test does, no script may fail and no request may leave the product.
    """
    contexts: list[BrowserContext] = []
    chats: list[ChatPage] = []

    async def visit(*, plan: str | None = None, **options: Any) -> ChatPage:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        chat = await new_chat_page(context, running_product.base_url.rstrip("/"))
        chats.append(chat)
        await chat.open(plan=plan)
        return chat

    yield visit
    for context in contexts:
        await context.close()
    assert [error for chat in chats for error in chat.errors] == []
    assert [address for chat in chats for address in chat.outside_addresses()] == []
