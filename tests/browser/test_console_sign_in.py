"""Who comes to the desk, and who leaves it: sign-in, sign-out, the end of a session, duty."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Dialog, Route, expect

from tests.browser.chat_page import stop_clock
from tests.browser.conftest import OpenDesk, Visit
from tests.browser.console_page import TITLE, ConsolePage
from tests.browser.test_console_conversation import ask_for_a_coach

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIGNED_OUT = "You were signed out after 15 minutes without activity."


async def test_a_coach_signs_in_and_out(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await expect(desk.page.locator("#demo")).to_contain_text("Do not enter real health information")
    await expect(desk.name_field).to_be_focused()
    await desk.sign_in("dana")
    await expect(desk.page.locator("#me")).to_contain_text("Dana R., RN")
    await expect(desk.page).to_have_title(TITLE)
    await desk.button("Sign out").click()
    await expect(desk.page.locator("#sign-in-reason")).to_have_text("You are signed out.")
    await desk.page.reload()
    await expect(desk.name_field).to_be_visible()


async def test_a_coach_who_signs_out_is_not_told_that_they_were_idle(open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")

    async def answer_after_the_line(route: Route) -> None:
        if route.request.method != "DELETE":
            await route.continue_()
            return
        answer = await route.fetch()
        # The live line says first that the session has ended.
        await expect(desk.name_field).to_be_visible()
        await route.fulfill(response=answer)

    await desk.page.route("**/api/v1/console/session", answer_after_the_line)
    await desk.button("Sign out").click()
    await expect(desk.page.locator("#sign-in-reason")).to_have_text("You are signed out.")
    await desk.page.unroute_all(behavior="wait")


async def test_a_wrong_password_says_so_and_keeps_the_name(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.enter("nobody-here", "not-the-password")
    problem = desk.page.locator("#sign-in-problem")
    await expect(problem).to_contain_text("don’t match")
    await expect(desk.name_field).to_have_value("nobody-here")
    await expect(desk.password_field).to_have_value("")
    await expect(desk.password_field).to_be_focused()
    await desk.password_field.press("Enter")
    await expect(problem).to_contain_text("Enter your user name and your password")
    await expect(desk.duty).to_be_hidden()


async def test_nothing_is_kept_in_the_browser(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    _, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    await desk.box.fill("Half a sentence")
    await desk.note_box.fill("Half a note")
    assert await desk.page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert conversation not in desk.page.url


async def test_a_reload_goes_on_with_the_member_who_is_with_this_coach(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    _, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    asked: list[str] = []

    async def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    desk.page.on("dialog", accept)
    await desk.page.reload()
    assert asked == ["beforeunload"], "leaving with a member in one's hands is asked about"
    await expect(desk.item(conversation)).to_have_attribute("aria-current", "true")
    await expect(desk.box).to_be_visible()


async def test_signing_out_with_a_member_is_asked_about_and_gives_them_back(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    await member.expect_holder("coach")
    await desk.button("Sign out").click()
    await expect(desk.dialog).to_contain_text("One conversation is still with you")
    await desk.dialog.get_by_role("button", name="Stay").click()
    await expect(desk.box).to_be_visible()
    await desk.button("Sign out").click()
    await desk.dialog.get_by_role("button", name="Sign out").click()
    await expect(desk.name_field).to_be_visible()
    await member.expect_holder("waiting")
    assert conversation not in await desk.page.content()


async def test_a_session_that_ended_leads_to_the_sign_in_and_keeps_the_drafts_for_the_same_coach(
    visit: Visit, open_desk: OpenDesk
) -> None:
    desk = await open_desk("dana")
    _, conversation = await ask_for_a_coach(visit)
    await desk.open_conversation(conversation)
    await desk.note_box.fill("Half a note")
    await end_the_session(desk)
    await desk.sign_in("dana")
    await desk.open_conversation(conversation)
    await expect(desk.note_box).to_have_value("Half a note")
    await end_the_session(desk)
    await desk.sign_in("luis")
    await desk.open_conversation(conversation)
    await expect(desk.note_box).to_have_value("")
    await desk.leave()
    await desk.sign_in("dana")
    await desk.open_conversation(conversation)
    await expect(desk.note_box).to_have_value("")


async def end_the_session(desk: ConsolePage) -> None:
    """The server no longer knows the session, as after an idle time in another tab."""
    await desk.page.context.clear_cookies()
    # News of the queue may have told the desk already; then the switch is not to be seen any more, and does nothing.
    await desk.page.locator("#duty").dispatch_event("click")
    await expect(desk.page.locator("#sign-in-reason")).to_contain_text(SIGNED_OUT)
    await expect(desk.page.locator("#messages li")).to_have_count(0)


async def test_without_activity_the_desk_warns_and_then_signs_out(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await stop_clock(desk.page)
    await desk.page.reload()
    await desk.sign_in("dana")
    idle = desk.page.get_by_role("dialog", name="Are you still there?")

    await desk.page.clock.fast_forward("12:00")
    await expect(idle).to_be_hidden()
    await desk.page.clock.fast_forward("01:15")
    await expect(idle).to_be_visible()
    await expect(idle).to_contain_text(re.compile(r"1 min \d\d s"))
    stay = idle.get_by_role("button", name="Stay signed in")
    await expect(stay).to_be_focused()
    # A browser tells that a dialog is closed with its next frame, however late: the answer counts from the press on.
    await desk.page.evaluate("addEventListener('close', (event) => event.stopImmediatePropagation(), true)")
    await stay.press("Enter")
    await expect(idle).to_be_hidden()

    await desk.page.clock.fast_forward("13:30")
    await expect(idle).to_be_visible()
    # The next load of the page asks the server, which must have heard of it.
    async with desk.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await desk.page.clock.fast_forward("02:00")
    await expect(desk.page.locator("#sign-in-reason")).to_have_text(SIGNED_OUT)
    await expect(idle).to_be_hidden()
    await desk.page.reload()
    await expect(desk.name_field).to_be_visible()


async def test_off_duty_the_desk_says_what_members_are_told(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana", on_duty=False)
    off_duty = desk.page.locator("#off-duty")
    await expect(off_duty).to_contain_text("members who ask for one are told so at once")
    member = await visit()
    await member.button("Talk to a nurse health coach").click()
    await expect(member.answers.last).to_have_attribute("data-outcome", "handoff_unavailable")
    await off_duty.get_by_role("button", name="Go on duty").click()
    await expect(desk.duty).to_have_attribute("aria-checked", "true")
    await expect(desk.duty).to_be_focused()
    await expect(off_duty).to_be_hidden()


async def test_off_duty_says_who_is_there_and_claims_nothing(visit: Visit, open_desk: OpenDesk) -> None:
    dana, _ = await open_desk("dana", on_duty=False), await open_desk("luis")
    await expect(dana.page.locator("#off-duty")).to_contain_text("On duty now: Luis M., RN")
    _, conversation = await ask_for_a_coach(visit)
    await dana.open_conversation(conversation)
    await expect(dana.button("Claim this conversation")).to_be_hidden()
    await dana.page.locator("#claim-duty").click()
    await expect(dana.button("Claim this conversation")).to_be_visible()
