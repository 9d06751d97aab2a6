"""The page serves members who use a keyboard, a small screen, strong zoom or a screen reader."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

# WCAG 2.2, 2.5.8 asks for 24; 44 (2.5.5) is what a thumb needs.
LEAST_TARGET_PX = 44


async def press_until_focused(chat: ChatPage, key: str, selector: str) -> None:
    """Presses a key until something that matches has the focus."""
    for _ in range(40):
        await chat.page.keyboard.press(key)
        if await chat.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{key} never reaches {selector}")


async def test_a_whole_conversation_by_keyboard_alone(visit: Visit) -> None:
    chat = await visit()
    keyboard = chat.page.keyboard
    await press_until_focused(chat, "Tab", ".skip")
    await keyboard.press("Enter")
    await expect(chat.box).to_be_focused()
    count = await chat.answers.count()
    await keyboard.type("Is gene therapy covered?")
    await keyboard.press("Enter")
    await chat.answer_after(count)

    await press_until_focused(chat, "Shift+Tab", "#messages .choices button")
    await press_until_focused(chat, "Shift+Tab", "#messages .choices button:first-child")
    count = await chat.answers.count()
    await keyboard.press("Enter")
    await chat.answer_after(count)
    await expect(chat.box).to_be_focused()

    await press_until_focused(chat, "Shift+Tab", "summary")
    await keyboard.press("Enter")
    await expect(chat.page.locator(".source").first).to_be_visible()

    await press_until_focused(chat, "Shift+Tab", "#end-chat")
    await keyboard.press("Enter")
    await expect(chat.button("Keep chatting")).to_be_focused()
    await keyboard.press("Escape")
    await expect(chat.button("End chat")).to_be_focused()
    await keyboard.press("Enter")
    await press_until_focused(chat, "Shift+Tab", "#end-confirm")
    await keyboard.press("Enter")
    await expect(chat.closing).to_be_visible()
    await press_until_focused(chat, "Tab", "input[type=radio]")
    await keyboard.press("Space")
    await press_until_focused(chat, "Tab", "#rating button")
    await keyboard.press("Enter")
    await expect(chat.page.locator("#thanks")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (640, 400), (320, 256)], ids=["320 px", "zoom 200 %", "zoom 400 %"]
)
async def test_nothing_scrolls_sideways(visit: Visit, width: int, height: int) -> None:
    chat = await visit(plan="independence", viewport={"width": width, "height": height})
    await chat.ask("What are gene-based therapies?")
    await chat.answers.last.locator("summary").click()
    await chat.ask("Where is the closest hospital for gene therapy?")
    await chat.ask("19104")
    await chat.ask("W" * 300)
    await chat.ask("I have chest pain and I can't breathe")
    assert await chat.scroll_width() <= width
    assert await chat.page.locator("#log").evaluate("log => log.scrollWidth - log.clientWidth") <= 0
    await chat.end()
    await expect(chat.closing).to_be_visible()
    assert await chat.scroll_width() <= width


async def test_buttons_are_large_enough_for_a_thumb(visit: Visit) -> None:
    chat = await visit(plan="independence", viewport={"width": 390, "height": 844}, has_touch=True)
    await chat.ask("What are gene-based therapies?")
    sizes = await chat.page.locator("button, summary, textarea").evaluate_all(
        """items => items.filter((item) => item.getClientRects().length > 0).map((item) => {
            const box = item.getBoundingClientRect();
            return [item.textContent || item.id, Math.min(box.width, box.height)]; })"""
    )
    assert sizes
    assert [(name, size) for name, size in sizes if size < LEAST_TARGET_PX] == []


async def test_the_log_speaks_and_a_reloaded_history_stays_silent(visit: Visit) -> None:
    chat = await visit()
    log = chat.page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await chat.ask("I have chest pain and I can't breathe")
    await expect(log.get_by_role("alert")).to_have_count(1)
    await chat.reload()
    await expect(chat.recorded).to_have_count(3)
    await expect(log.get_by_role("alert")).to_have_count(0)
    await expect(log).to_have_attribute("aria-live", "polite")


async def test_the_page_has_landmarks_a_title_and_named_controls(visit: Visit) -> None:
    chat = await visit()
    await expect(chat.page).to_have_title("Gene Guide")
    await expect(chat.page.get_by_role("banner")).to_have_count(1)
    await expect(chat.page.get_by_role("main")).to_have_count(1)
    await expect(chat.page.get_by_role("heading", level=1)).to_have_text("Gene Guide")
    assert await chat.page.locator("html").get_attribute("lang") == "en"
    for button in await chat.page.get_by_role("button").all():
        assert (await button.text_content() or "").strip() or await button.get_attribute("aria-label")


async def test_a_new_message_does_not_take_the_reader_away_from_an_older_one(visit: Visit) -> None:
    first = await visit(plan="independence", viewport={"width": 390, "height": 640})
    await first.ask("Where is the closest hospital for gene therapy?")
    await first.ask("19104")
    second = await first.open_second_tab()
    await first.page.locator("#log").evaluate("log => log.scrollTo({ top: 0, behavior: 'instant' })")
    await expect(first.page.locator("#log-end")).not_to_be_in_viewport()
    await second.ask("What are gene-based therapies?")
    await expect(first.page.get_by_role("button", name="New message")).to_be_visible(timeout=TIMEOUT_MS)
    assert await first.page.locator("#log").evaluate("log => log.scrollTop") == 0
    await first.page.get_by_role("button", name="New message").click()
    await expect(first.answers.last).to_be_in_viewport()
