"""A real Chromium, with members and coaches who open the pages of the running product in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage, new_chat_page
from tests.browser.chromium import find_chromium
from tests.browser.console_page import ConsolePage
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

# What is awaited may come late on a busy machine; Playwright's own patience of 5 s is no claim of these tests.
expect.set_options(timeout=TIMEOUT_MS)

Visit = Callable[..., Awaitable[ChatPage]]
OpenDesk = Callable[..., Awaitable[ConsolePage]]


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


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(browser: Browser, running_product: RunningProduct) -> AsyncIterator[OpenDesk]:
    """Opens the desk for a coach: `await open_desk("dana", on_duty=True, viewport={...})`; without a name, the sign-in.

    Afterwards no coach is there any more. Whatever a test does, no script may fail, nothing may be refused by the
    page's own policy, and no request may leave the product.
    """
    contexts: list[BrowserContext] = []
    desks: list[ConsolePage] = []

    async def open_desk(username: str | None = None, *, on_duty: bool = True, **options: Any) -> ConsolePage:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        desk = ConsolePage.watch(await context.new_page(), running_product.base_url.rstrip("/"))
        desks.append(desk)
        await desk.open()
        if username:
            await desk.sign_in(username, on_duty=on_duty)
        return desk

    yield open_desk
    for desk in desks:
        if desk.page.is_closed():
            # The laptop was shut; after a minute the desk knows.
            continue
        await desk.page.unroute_all(behavior="ignoreErrors")
        await desk.page.context.set_offline(False)
        await desk.leave()
    for context in contexts:
        await context.close()
    assert [error for desk in desks for error in (*desk.errors, *desk.console_errors)] == []
    assert [address for desk in desks for address in desk.outside_addresses()] == []
