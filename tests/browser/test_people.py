"""A member asks for a coach, thinks better of it, ends the chat and rates it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALK = "Talk to a nurse health coach"


async def test_a_request_for_a_coach_is_shown_kept_and_cancelled(visit: Visit) -> None:
    chat = await visit()
    await chat.button(TALK).click()
    await chat.expect_holder("waiting")
    # Nobody is on duty here, and it is said at once: a place in line would promise what is not there.
    await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_unavailable")
    await expect(chat.coach_strip).to_contain_text("on duty right now")
    await expect(chat.coach_strip).not_to_contain_text("number")
    await expect(chat.button(TALK)).to_be_hidden()
    await expect(chat.button("Cancel request")).to_be_focused()

    await chat.reload()
    await chat.expect_holder("waiting")
    await expect(chat.coach_strip).to_contain_text("on duty right now")

    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")
    await expect(chat.coach_strip).to_be_hidden()
    await expect(chat.button(TALK)).to_be_focused()


async def test_the_assistant_goes_on_answering_while_the_member_waits(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.button(TALK).click()
    await chat.expect_holder("waiting")
    answer = await chat.ask("What are gene-based therapies?")
    await expect(answer).to_have_attribute("data-outcome", "answer")
    await expect(chat.coach_strip).to_be_visible()


async def test_the_chat_does_not_end_at_the_first_press(visit: Visit) -> None:
    chat = await visit()
    await chat.button("End chat").click()
    await chat.button("Keep chatting").click()
    await chat.expect_holder("assistant")
    await expect(chat.box).to_be_visible()
    await expect(chat.button("Yes, end it")).to_be_hidden()


async def test_an_ended_chat_is_rated_and_a_new_one_begins(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("What are gene-based therapies?")
    await chat.end()
    await expect(chat.closing).to_be_visible()
    await expect(chat.box).to_be_hidden()
    await expect(chat.page.get_by_role("heading", name="This chat has ended")).to_be_focused()

    await chat.closing.get_by_role("radio", name="4").check(force=True)
    await chat.closing.get_by_role("textbox").fill("Clear answers")
    async with chat.page.expect_response("**/rating") as answered:
        await chat.button("Send rating").click()
    assert (await answered.value).status == 204
    await expect(chat.page.locator("#thanks")).to_be_visible()
    await expect(chat.page.locator("#rating")).to_be_hidden()

    await chat.reload()
    await expect(chat.closing).to_be_visible()
    await expect(chat.page.locator("#rating")).to_be_hidden()

    await chat.button("Start new chat").click()
    await expect(chat.recorded).to_have_count(1)
    await expect(chat.box).to_be_focused()
    await expect(chat.closing).to_be_hidden()


async def test_a_chat_ended_in_one_tab_is_ended_in_the_other_and_its_words_are_kept(visit: Visit) -> None:
    first = await visit()
    second = await first.open_second_tab()
    await second.box.fill("I was still writing this")
    await first.end()
    await expect(second.closing).to_be_visible(timeout=TIMEOUT_MS)
    await second.button("Start new chat").click()
    await expect(second.box).to_have_value("I was still writing this")


async def test_the_plan_is_picked_beside_the_greeting(visit: Visit) -> None:
    chat = await visit()
    plan = chat.page.locator("#starter").get_by_role("button", name="CareSource")
    await plan.click()
    await expect(plan).to_have_attribute("aria-pressed", "true", timeout=TIMEOUT_MS)
    await expect(chat.recorded).to_have_count(1)
    answer = await chat.ask("Is gene therapy covered?")
    await expect(answer).to_have_attribute("data-outcome", "answer")
    await answer.locator("summary").click()
    await expect(answer.locator(".source").first).to_contain_text("CareSource")
    await expect(chat.page.locator("#starter")).to_be_hidden()


async def test_the_demo_says_so_on_top(visit: Visit) -> None:
    chat = await visit()
    banner = chat.page.get_by_role("banner").locator("#demo")
    await expect(banner).to_be_visible()
    await expect(banner).to_contain_text("Do not enter real health information")
