"""A member talks to a coach: who is there is said rightly at every step, and nothing contradicts it."""

from __future__ import annotations

import re

import pytest
from aiohttp import ClientSession
from playwright.async_api import Route, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage
from tests.browser.coach import Coach, signed_in_coach
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALK = "Talk to a nurse health coach"
BACK = "Go back to the assistant"
SEND = "**/api/v1/conversations/*/messages"
IN_LINE = re.compile(r"number \d+ in line")
# For a minute after its start the product believes that coaches may still be on their way back to their desks.
NEWS_MS = 75_000


async def ask_for_coach(chat: ChatPage) -> str:
    """Presses the button; returns the conversation's id."""
    await chat.button(TALK).click()
    await chat.expect_holder("waiting")
    return await chat.conversation_id()


async def join(coach: Coach, chat: ChatPage) -> str:
    """The member asks, and the coach comes; returns the conversation's id."""
    conversation_id = await ask_for_coach(chat)
    await coach.claim(conversation_id)
    await chat.expect_holder("coach")
    return conversation_id


async def test_a_talk_from_the_request_to_the_return(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await ask_for_coach(chat)
        await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_waiting")
        await expect(chat.coach_strip).to_contain_text(IN_LINE)
        await expect(chat.role).to_contain_text("not a nurse")

        await dana.claim(conversation_id)
        await chat.expect_holder("coach")
        await expect(chat.answers.last).to_have_attribute("data-turning", "")
        await expect(chat.answers.last).to_contain_text(dana.name)
        # The name stands there before the coach has written a word.
        await expect(chat.role).to_contain_text(dana.name)
        await expect(chat.coach_strip).to_contain_text("a person, not the assistant")
        await expect(chat.coach_strip).not_to_contain_text("in line")
        await expect(chat.button(TALK)).to_be_hidden()
        await expect(chat.button("Cancel request")).to_be_hidden()

        await dana.type_in(conversation_id)
        await expect(chat.typing).to_have_text(re.compile(f"{re.escape(dana.name)} is writing"))
        await dana.write(conversation_id, "Hello, how can I help?")
        await expect(chat.typing).to_be_hidden()
        said = chat.answers.last
        await expect(said).to_have_attribute("data-author", "coach")
        await expect(said.locator(".head")).to_contain_text(dana.name)
        await expect(said.locator(".head")).to_contain_text("Health coach")
        await expect(said.locator(".head")).not_to_contain_text("assistant")

        count = await chat.answers.count()
        await chat.say("It is about my son.")
        await expect(chat.unsent).to_have_count(0)
        await dana.type_in(conversation_id)
        await expect(chat.typing).to_be_visible()
        await dana.give_back(conversation_id)
        await chat.expect_holder("assistant")
        await expect(chat.answers.last).to_have_attribute("data-outcome", "resumed")
        # The assistant was silent all the time.
        await expect(chat.answers).to_have_count(count + 1)
        await expect(chat.typing).to_be_hidden()
        await expect(chat.coach_strip).to_be_hidden()
        await expect(chat.role).to_contain_text("not a nurse")
        await chat.ask("What are gene-based therapies?")
    assert chat.console_errors == []


async def test_a_reload_in_the_middle_of_a_talk_changes_nothing(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await join(dana, chat)
        await dana.write(conversation_id, "Hello")
        await expect(chat.answers.last).to_have_attribute("data-author", "coach")
        before = await chat.transcript()
        await chat.reload()
        await chat.expect_holder("coach")
        await expect(chat.role).to_contain_text(dana.name)
        assert await chat.transcript() == before
        await dana.write(conversation_id, "Still here")
        await expect(chat.recorded).to_have_count(len(before) + 1)
        await dana.give_back(conversation_id)


async def test_another_coach_who_takes_over_is_named_at_once(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana, signed_in_coach(chat.base_url, "luis") as luis:
        conversation_id = await join(dana, chat)
        await dana.write(conversation_id, "My colleague knows more.")
        await dana.transfer(conversation_id, luis)
        await expect(chat.role).to_contain_text(luis.name)
        await expect(chat.role).not_to_contain_text(dana.name)
        await luis.type_in(conversation_id)
        await expect(chat.typing).to_contain_text(luis.name)
        # Who spoke before stays who they were.
        await expect(chat.page.locator('[data-author="coach"] .author')).to_have_text([dana.name])
        await luis.give_back(conversation_id)


async def test_a_coach_who_is_gone_leaves_the_member_in_line_and_the_truth_follows(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        await join(dana, chat)
    await chat.expect_holder("waiting")
    await expect(chat.role).to_contain_text("not a nurse")
    # The last coach has left the house, and the strip says the same as the message.
    await expect(chat.answers.last).to_have_attribute("data-outcome", "handoff_unavailable", timeout=NEWS_MS)
    await expect(chat.coach_strip).to_contain_text("on duty right now")
    await expect(chat.coach_strip).not_to_contain_text(IN_LINE)
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")


async def test_a_coach_ends_the_conversation(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        await dana.close(await join(dana, chat))
    await expect(chat.closing).to_be_visible(timeout=TIMEOUT_MS)
    await expect(chat.coach_strip).to_be_hidden()
    await expect(chat.role).to_contain_text("ended")


async def test_a_talk_is_ended_by_keyboard_and_not_at_the_first_press(visit: Visit) -> None:
    chat = await visit()
    keyboard = chat.page.keyboard
    async with signed_in_coach(chat.base_url, "dana") as dana:
        await chat.button(TALK).focus()
        await keyboard.press("Enter")
        await expect(chat.button("Cancel request")).to_be_focused()
        await dana.claim(await chat.conversation_id())
        await chat.expect_holder("coach")
        # Whoever was about to press "Cancel request" must not end the talk with it.
        await expect(chat.button(BACK)).to_be_focused()
        await keyboard.press("Enter")
        await expect(chat.button("Keep talking")).to_be_focused()
        await keyboard.press("Escape")
        await expect(chat.button(BACK)).to_be_focused()
        await chat.expect_holder("coach")
        await keyboard.press("Enter")
        await keyboard.press("Shift+Tab")
        await expect(chat.button("Yes, end the talk")).to_be_focused()
        await keyboard.press("Enter")
        await chat.expect_holder("assistant")
        await expect(chat.answers.last).to_have_attribute("data-outcome", "resumed")
        await expect(chat.button(TALK)).to_be_focused()


async def test_a_coach_who_leaves_while_the_member_decides_takes_the_question_away(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await join(dana, chat)
        await chat.button(BACK).click()
        await dana.give_back(conversation_id)
        await chat.expect_holder("assistant")
        await expect(chat.button("Yes, end the talk")).to_be_hidden()
        await expect(chat.button(TALK)).to_be_focused()


async def test_an_answer_that_is_late_does_not_hide_the_coach(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await ask_for_coach(chat)

        async def answer_after_the_claim(route: Route) -> None:
            if route.request.method != "POST":
                await route.continue_()
                return
            answer = await route.fetch()
            assert (await answer.json())["state"]["holder"] == "waiting"
            await dana.claim(conversation_id)
            await chat.expect_holder("coach")
            await route.fulfill(response=answer)

        await chat.page.route(SEND, answer_after_the_claim)
        await chat.say("What are gene-based therapies?")
        await expect(chat.page.locator('[data-status="sent"]')).to_have_count(1, timeout=TIMEOUT_MS)
        await chat.expect_holder("coach")
        await expect(chat.role).to_contain_text(dana.name)
        await chat.page.unroute_all(behavior="wait")
        await dana.give_back(conversation_id)


async def test_a_coach_does_not_take_the_reader_away_nor_the_focus(visit: Visit) -> None:
    chat = await visit(plan="independence", viewport={"width": 390, "height": 640})
    log = chat.page.locator("#log")
    await chat.ask("What are gene-based therapies?")
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await ask_for_coach(chat)
        await chat.box.fill("I am still wri")
        await log.evaluate("log => log.scrollTo({ top: 0, behavior: 'instant' })")
        await expect(chat.page.locator("#log-end")).not_to_be_in_viewport()
        await dana.claim(conversation_id)
        await dana.write(conversation_id, "Hello")
        await expect(chat.page.get_by_role("button", name="New message")).to_be_visible(timeout=TIMEOUT_MS)
        assert await log.evaluate("log => log.scrollTop") == 0
        await expect(chat.box).to_be_focused()
        await expect(chat.box).to_have_value("I am still wri")
        # What came is said politely, and only once: the strip beside it is no live region.
        polite = chat.page.get_by_role("log")
        await expect(polite).to_have_attribute("aria-live", "polite")
        await expect(polite.locator('[data-author="coach"]')).to_have_count(1)
        await expect(chat.page.locator("[aria-live] #coach-strip, [role=status] #coach-strip")).to_have_count(0)
        await dana.give_back(conversation_id)


async def test_the_wait_is_shown_once_it_was_measured(visit: Visit) -> None:
    chat = await visit()
    async with signed_in_coach(chat.base_url, "dana") as dana:
        for _ in range(5):
            await wait_and_be_served(chat.base_url, dana)
        conversation_id = await ask_for_coach(chat)
        await expect(chat.coach_strip).to_contain_text(IN_LINE)
        await expect(chat.coach_strip).to_contain_text("The wait is about")
        await dana.claim(conversation_id)
        await dana.give_back(conversation_id)


@pytest.mark.parametrize(("width", "height"), [(320, 568), (640, 400)], ids=["320 px", "zoom 200 %"])
async def test_a_talk_fits_a_small_screen(visit: Visit, width: int, height: int) -> None:
    chat = await visit(viewport={"width": width, "height": height}, has_touch=True)
    async with signed_in_coach(chat.base_url, "dana") as dana:
        conversation_id = await join(dana, chat)
        await dana.write(conversation_id, "W" * 300)
        await expect(chat.answers.last).to_have_attribute("data-author", "coach")
        await chat.button(BACK).click()
        await expect(chat.button("Keep talking")).to_be_visible()
        assert await chat.scroll_width() <= width
        for button in ("Yes, end the talk", "Keep talking"):
            box = await chat.button(button).bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
        await dana.give_back(conversation_id)


async def wait_and_be_served(base_url: str, coach: Coach) -> None:
    """Somebody else asks for a coach, and one comes."""
    async with ClientSession(f"{base_url}/api/v1/conversations/") as http:
        async with http.post(f"{base_url}/api/v1/conversations", json={"channel": "web"}) as answer:
            opened = await answer.json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        async with http.post(f"{opened['conversation_id']}/handoff", json={}, headers=headers) as answer:
            assert answer.status == 200
    await coach.claim(opened["conversation_id"])
    await coach.give_back(opened["conversation_id"])
