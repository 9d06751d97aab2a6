"""The chat page as a member uses it: what can be typed and pressed, and what is then to be seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, WebSocket, expect

# How long anything is awaited, on a machine that has much else to do.
TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class Shown:
    """A message that stands in the log and in the record."""

    seq: int
    author: str
    outcome: str | None
    text: str


@dataclass
class ChatPage:
    """One tab with the chat; `errors`, `console_errors` and `addresses` are what the browser noted since it opened."""

    page: Page
    base_url: str
    errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @classmethod
    def watch(cls, page: Page, base_url: str) -> ChatPage:
        """Begins to note what the tab does, before it goes anywhere."""
        chat = cls(page, base_url)
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: chat.errors.append(str(error)))
        page.on("console", chat._note_console)
        page.on("request", chat._note_request)
        page.on("websocket", chat._note_socket)
        return chat

    async def open(self, *, plan: str | None = None) -> None:
        """Goes to the page and waits for the first words."""
        await self.page.goto(f"{self.base_url}/" + (f"?plan={plan}" if plan else ""))
        await expect(self.recorded.first).to_be_visible(timeout=TIMEOUT_MS)

    async def reload(self) -> None:
        """Loads the page anew, and waits until the conversation is back."""
        await self.page.reload()
        await expect(self.recorded.first).to_be_visible(timeout=TIMEOUT_MS)

    async def open_second_tab(self) -> ChatPage:
        """Opens another tab of the same conversation, as the browser's "duplicate tab" does."""
        async with self.page.context.expect_page() as opened:
            await self.page.evaluate("window.open('/')")
        other = self.watch(await opened.value, self.base_url)
        await expect(other.recorded.first).to_be_visible(timeout=TIMEOUT_MS)
        return other

    # What the member does

    async def say(self, text: str) -> None:
        """Types and presses Enter, without waiting for anything."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ask(self, text: str) -> Locator:
        """Types, and waits for the answer; returns the newest message."""
        count = await self.answers.count()
        await self.say(text)
        return await self.answer_after(count)

    async def choose(self, title: str) -> Locator:
        """Presses a quick reply, and waits for the answer; returns the newest message."""
        count = await self.answers.count()
        await self.choices.filter(has_text=title).click()
        return await self.answer_after(count)

    async def answer_after(self, count: int) -> Locator:
        """Waits until there are more than `count` messages from the other side; returns the newest one."""
        await expect(self.answers.nth(count)).to_be_visible(timeout=TIMEOUT_MS)
        return self.answers.last

    async def end(self) -> None:
        """Presses "End chat", and means it."""
        await self.button("End chat").click()
        await self.button("Yes, end it").click()

    # What is to be seen

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your message")

    @property
    def recorded(self) -> Locator:
        return self.page.locator("#messages > [data-seq]")

    @property
    def unsent(self) -> Locator:
        return self.page.locator("#messages > [data-entry]:not([data-seq])")

    @property
    def answers(self) -> Locator:
        return self.page.locator('#messages > [data-seq]:not([data-author="member"])')

    @property
    def choices(self) -> Locator:
        return self.page.locator("#messages .choices button")

    @property
    def cards(self) -> Locator:
        return self.page.locator("#messages article.card")

    @property
    def notice(self) -> Locator:
        return self.page.locator("#notice")

    @property
    def line(self) -> Locator:
        return self.page.locator("#line")

    @property
    def coach_strip(self) -> Locator:
        return self.page.locator("#coach-strip")

    @property
    def role(self) -> Locator:
        return self.page.locator("#role")

    @property
    def typing(self) -> Locator:
        return self.page.locator("#typing")

    @property
    def link_gone(self) -> Locator:
        return self.page.locator("#link-gone")

    @property
    def closing(self) -> Locator:
        return self.page.get_by_role("region", name="This chat has ended")

    def button(self, name: str) -> Locator:
        """A button outside the messages, by its words."""
        return self.page.locator("header, .panel").get_by_role("button", name=name, exact=True)

    def said(self, text: str) -> Locator:
        """The member's messages with exactly this text, recorded or not."""
        return self.page.locator('#messages > [data-author="member"] .text').get_by_text(text, exact=True)

    async def transcript(self) -> list[Shown]:
        """All recorded messages as they stand, from top to bottom."""
        rows = await self.recorded.evaluate_all(
            """items => items.map((item) => ({
                seq: Number(item.dataset.seq), author: item.dataset.author, outcome: item.dataset.outcome ?? null,
                text: item.querySelector(".text").textContent }))"""
        )
        return [Shown(**row) for row in rows]

    async def expect_holder(self, holder: str) -> None:
        """Waits until the page shows who holds the conversation."""
        await expect(self.page.locator("body")).to_have_attribute("data-holder", holder, timeout=TIMEOUT_MS)

    async def conversation_id(self) -> str:
        """Which conversation this tab has open."""
        return str(await self.page.evaluate("JSON.parse(sessionStorage.getItem('gene-guide')).conversation.id"))

    async def scroll_width(self) -> int:
        """How wide the page's content is, in CSS pixels."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth"))

    def outside_addresses(self) -> list[str]:
        """Every address that this tab asked for and that is not the product's own."""
        own = urlsplit(self.base_url).netloc
        return [address for address in self.addresses if urlsplit(address).netloc != own]

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)

    def _note_request(self, request: Request) -> None:
        self.addresses.append(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self.addresses.append(socket.url)


async def new_chat_page(context: BrowserContext, base_url: str) -> ChatPage:
    """A fresh tab, not yet anywhere."""
    return ChatPage.watch(await context.new_page(), base_url)


async def stop_clock(page: Page) -> None:
    """From its next load on no time passes on the page but what the test lets pass, however long this machine takes."""
    await page.clock.install()
    await page.clock.pause_at(datetime.now(timezone.utc) + timedelta(minutes=1))


async def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for something that happens outside the page, such as a request."""
    for _ in range(TIMEOUT_MS // 50):
        if is_so():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came so far")
