"""Nobody is on duty: the truth at once, and a call instead of the wait, by buttons or by typing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage
from tests.browser.coach import signed_in_coach
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALK = "Talk to a nurse health coach"
NO_CALL = "No call, keep my place"
IN_LINE = re.compile(r"number \d+ in line")
PHONE = "215-555-0142"
# For a minute after its start the product believes that coaches may still be on their way back to their desks.
NEWS_MS = 75_000


async def ask_with_nobody_there(chat: ChatPage) -> None:
    """Presses the button while no coach is on duty."""
    await chat.button(TALK).click()
    await chat.expect_holder("waiting")
    await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_unavailable")
    await expect(chat.coach_strip).to_contain_text("No nurse health coach is on duty right now")


async def expect_phone_asked(chat: ChatPage) -> None:
    """The box helps with a phone number."""
    await expect(chat.box).to_have_attribute("inputmode", "tel", timeout=TIMEOUT_MS)
    await expect(chat.box).to_have_attribute("autocomplete", "tel")
    await expect(chat.box).to_have_attribute("placeholder", re.compile("215-555-0142"))
    await expect(chat.page.locator("#hint")).to_contain_text("215-555-0142")


async def expect_recorded(chat: ChatPage) -> None:
    """The call is promised, the wait is over, and the coaches have it."""
    await expect(chat.answers.last).to_have_attribute("data-outcome", "callback_recorded")
    await expect(chat.answers.last).to_contain_text("0142")
    await chat.expect_holder("assistant")
    await expect(chat.coach_strip).to_be_hidden()
    await expect(chat.box).to_have_attribute("inputmode", "text")
    await expect(chat.box).to_have_attribute("autocomplete", "off")
    async with signed_in_coach(chat.base_url, "maria") as maria:
        mine = [
            each for each in await maria.list_callbacks() if each["conversation_id"] == await chat.conversation_id()
        ]
    assert [each["phone"] for each in mine] == ["+12155550142"]


async def test_a_call_is_agreed_on_by_buttons(visit: Visit) -> None:
    chat = await visit()
    await ask_with_nobody_there(chat)
    # A place in line would promise somebody who serves the line.
    await expect(chat.coach_strip).not_to_contain_text(IN_LINE)
    await expect(chat.coach_strip).not_to_contain_text("minutes")
    await expect(chat.choices.last).to_have_text(NO_CALL)
    count = await chat.answers.count()
    await chat.choices.first.click()
    await chat.answer_after(count)
    await expect_phone_asked(chat)
    await expect(chat.choices).to_have_count(0)
    await chat.reload()
    await expect_phone_asked(chat)
    await chat.ask(PHONE)
    await expect_recorded(chat)
    assert chat.console_errors == []


async def test_a_call_is_agreed_on_by_typing(visit: Visit) -> None:
    chat = await visit()
    await ask_with_nobody_there(chat)
    time = str(await chat.choices.nth(1).text_content())
    await chat.ask(f"{time.lower()} please")
    await expect_phone_asked(chat)
    await chat.ask("555")
    await expect_phone_asked(chat)
    await chat.ask("It's (215) 555 0142")
    await expect_recorded(chat)


async def test_the_times_stay_at_hand_while_the_member_asks_something_else(visit: Visit) -> None:
    chat = await visit(plan="independence", viewport={"width": 390, "height": 844})
    await ask_with_nobody_there(chat)
    times = chat.page.locator('[data-outcome="handoff_unavailable"] .choices button')
    await expect(chat.button("See call times")).to_be_hidden()
    count = await times.count()
    answer = await chat.ask("What are gene-based therapies?")
    await expect(answer).to_have_attribute("data-outcome", "answer")
    await expect(answer).to_be_in_viewport()
    await expect(chat.page.get_by_role("button", name="New message")).to_be_hidden()
    await expect(times).to_have_count(count)
    await chat.button("See call times").click()
    await expect(times.first).to_be_focused()
    await expect(times.first).to_be_in_viewport()
    await chat.page.keyboard.press("Enter")
    await expect_phone_asked(chat)
    await expect(times).to_have_count(0)
    await expect(chat.button("See call times")).to_be_hidden()


async def test_who_wants_no_call_keeps_the_place_and_hears_no_promise(visit: Visit) -> None:
    chat = await visit()
    await ask_with_nobody_there(chat)
    await chat.choose(NO_CALL)
    await chat.expect_holder("waiting")
    await expect(chat.choices).to_have_count(0)
    await expect(chat.coach_strip).to_contain_text("No nurse health coach is on duty right now")
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")
    await expect(chat.answers.last).to_have_attribute("data-outcome", "cancelled")
    await expect(chat.button(TALK)).to_be_focused()


async def test_a_coach_who_comes_on_duty_is_announced_and_one_who_leaves_too(visit: Visit) -> None:
    chat = await visit()
    await ask_with_nobody_there(chat)
    await chat.box.fill("draft")
    async with signed_in_coach(chat.base_url, "dana"):
        await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_waiting", timeout=TIMEOUT_MS)
        await expect(chat.coach_strip).to_contain_text(IN_LINE)
    await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_unavailable", timeout=NEWS_MS)
    await expect(chat.coach_strip).not_to_contain_text(IN_LINE)
    await expect(chat.box).to_be_focused()
    await expect(chat.box).to_have_value("draft")


async def test_the_times_fit_a_small_screen(visit: Visit) -> None:
    chat = await visit(viewport={"width": 320, "height": 568}, has_touch=True)
    await ask_with_nobody_there(chat)
    assert await chat.scroll_width() <= 320
    sizes = await chat.page.locator(".choices button, .strip button").evaluate_all(
        """items => items.filter((item) => item.getClientRects().length > 0).map((item) => {
            const box = item.getBoundingClientRect(); return Math.min(box.width, box.height); })"""
    )
    assert sizes
    assert min(sizes) >= 44


async def test_a_message_that_comes_meanwhile_is_counted_in_the_tabs_title(visit: Visit) -> None:
    chat = await visit()
    assert await chat.page.title() == "Gene Guide"
    title = await chat.page.evaluate(
        """async () => {
            const { countUnseen } = await import("/page/attention.js");
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            countUnseen([{ author: "coach" }, { author: "member" }]);
            const shown = document.title;
            delete document.hidden;
            document.dispatchEvent(new Event("visibilitychange"));
            return [shown, document.title];
        }"""
    )
    assert title == ["(1) Gene Guide", "Gene Guide"]
