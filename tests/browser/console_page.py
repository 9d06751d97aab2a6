"""The coaches' desk as a coach uses it: what can be typed and pressed, and what is then to be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Locator, Page, Request, WebSocket, expect

from bot.console.accounts import DEMO_PASSWORD
from tests.browser.chat_page import TIMEOUT_MS, ChatPage

TITLE = re.compile(r"^(\(\d+\) )?Gene Guide desk$")
# What the browser itself writes down when an answer is a refusal or does not come; the page shows it in its own words.
_NO_ANSWER = re.compile(
    r"Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_)|WebSocket connection to"
)


async def conversation_of(chat: ChatPage) -> str:
    """The id of the conversation that a member's tab has open."""
    return str(await chat.page.evaluate("JSON.parse(sessionStorage.getItem('gene-guide')).conversation.id"))


@dataclass
class ConsolePage:
    """One tab with the desk; `errors`, `console_errors` and `addresses` are what the browser noted since it opened."""

    page: Page
    base_url: str
    errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @classmethod
    def watch(cls, page: Page, base_url: str) -> ConsolePage:
        """Begins to note what the tab does, before it goes anywhere."""
        desk = cls(page, base_url)
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: desk.errors.append(str(error)))
        page.on("console", desk._note_console)
        page.on("request", desk._note_request)
        page.on("websocket", desk._note_socket)
        return desk

    # What the coach does

    async def open(self) -> None:
        """Goes to the desk and waits for the sign-in."""
        await self.page.goto(f"{self.base_url}/console")
        await expect(self.name_field).to_be_visible()

    async def sign_in(self, username: str, password: str = DEMO_PASSWORD, *, on_duty: bool = True) -> None:
        """Types name and password, and waits for the desk; on duty unless asked otherwise."""
        await self.enter(username, password)
        await expect(self.duty).to_be_visible()
        await expect(self.line).to_have_attribute("data-status", "live")
        await self.be_on_duty(on_duty)

    async def enter(self, username: str, password: str) -> None:
        """Types name and password and presses Enter, without waiting for anything."""
        await self.name_field.fill(username)
        await self.password_field.fill(password)
        await self.password_field.press("Enter")

    async def be_on_duty(self, on_duty: bool) -> None:
        """Puts the switch where it should be."""
        wanted = str(on_duty).lower()
        if await self.duty.get_attribute("aria-checked") != wanted:
            await self.duty.click()
        await expect(self.duty).to_have_attribute("aria-checked", wanted)

    async def open_conversation(self, conversation_id: str) -> None:
        """Presses a conversation in the queue and waits until it is shown."""
        await self.item(conversation_id).click()
        await expect(self.item(conversation_id)).to_have_attribute("aria-current", "true")
        await expect(self.messages.first).to_be_visible()

    async def claim(self, conversation_id: str) -> None:
        """Opens a waiting conversation, claims it, and waits until it may be written in and the queue says so."""
        await self.open_conversation(conversation_id)
        await self.button("Claim this conversation").click()
        await expect(self.box).to_be_focused()
        # The queue is read by itself; on a narrow screen it is not to be seen.
        mine = self.page.locator(f'#queue [data-group="mine"] [data-conversation="{conversation_id}"]')
        await expect(mine).to_be_attached()

    async def write(self, text: str) -> None:
        """Writes to the member, and waits until the record has it."""
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.said("coach", text)).to_be_visible()

    async def add_note(self, text: str) -> None:
        """Writes a private note and waits until it is kept."""
        if not await self.note_box.is_visible():
            await self.button("Private notes").click()
        await self.note_box.fill(text)
        await self.button("Save private note").click()
        await expect(self.notes.get_by_text(text, exact=True)).to_be_visible()

    async def give_back(self, outcome: str = "Answered", note: str | None = None) -> None:
        """Returns the conversation to the assistant."""
        await self.button("Back to the assistant").click()
        await self.dialog.get_by_role("radio", name=outcome).check()
        if note:
            await self.dialog.get_by_role("textbox").fill(note)
        await self.dialog.get_by_role("button", name="Give back").click()
        await expect(self.box).to_be_hidden()

    async def leave(self) -> None:
        """Goes off duty and signs out, so that no later test meets this coach."""
        if not await self.duty.is_visible():
            return
        await self.page.keyboard.press("Escape")
        await self.be_on_duty(False)
        await self.button("Sign out").click()
        confirm = self.dialog.get_by_role("button", name="Sign out")
        await expect(confirm.or_(self.name_field).filter(visible=True).first).to_be_visible()
        if await confirm.is_visible():
            await confirm.click()
        await expect(self.name_field).to_be_visible()

    # What is to be seen

    @property
    def name_field(self) -> Locator:
        return self.page.get_by_label("User name")

    @property
    def password_field(self) -> Locator:
        return self.page.get_by_label("Password")

    @property
    def duty(self) -> Locator:
        return self.page.get_by_role("switch", name="On duty")

    @property
    def line(self) -> Locator:
        return self.page.locator("#line")

    @property
    def items(self) -> Locator:
        return self.page.locator("#queue .item")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#messages > [data-seq]")

    @property
    def unsent(self) -> Locator:
        return self.page.locator("#unsent > [data-entry]")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message to the member")

    @property
    def note_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="New private note")

    @property
    def notes(self) -> Locator:
        return self.page.locator("#notes")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#dialog")

    @property
    def notice(self) -> Locator:
        return self.page.locator("#conversation-notice")

    def item(self, conversation_id: str) -> Locator:
        """A conversation in the queue."""
        return self.page.locator(f'#queue [data-conversation="{conversation_id}"]')

    def button(self, name: str) -> Locator:
        """A button that is to be seen, by the beginning of its name."""
        return self.page.get_by_role("button", name=re.compile(f"^{re.escape(name)}"))

    def said(self, author: str, text: str) -> Locator:
        """The recorded messages of an author with exactly this text."""
        return self.page.locator(f'#messages > [data-author="{author}"] .text').get_by_text(text, exact=True)

    async def scroll_width(self) -> int:
        """How wide the page's content is, in CSS pixels."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth"))

    def outside_addresses(self) -> list[str]:
        """Every address that this tab asked for and that is not the product's own."""
        own = urlsplit(self.base_url).netloc
        return [address for address in self.addresses if urlsplit(address).netloc != own]

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _NO_ANSWER.match(message.text):
            self.console_errors.append(message.text)

    def _note_request(self, request: Request) -> None:
        self.addresses.append(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self.addresses.append(socket.url)
