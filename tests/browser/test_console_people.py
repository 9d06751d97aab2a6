"""Members and coaches who leave in the middle: the desk shows it at once, and nobody is lost."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.conftest import OpenDesk, Visit
from tests.browser.test_console_conversation import ask_for_a_coach
from tests.browser.test_console_texts import NewPhone, claim_by_text, list_waiting, new_phone
from tests.journeys.handoff.wording import as_a_text

pytestmark = pytest.mark.asyncio(loop_scope="session")

__all__ = ["new_phone"]

# No sign of life for 60 s, and the sweep that looks for it every 3 s.
VANISHED_WITHIN_MS = 80_000


async def test_a_request_that_is_cancelled_cannot_be_claimed_any_more(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await desk.open_conversation(conversation)
    await expect(desk.button("Claim this conversation")).to_be_visible()

    await member.button("Cancel request").click()

    await expect(desk.page.locator("#claim-text")).to_contain_text("back with the assistant")
    await expect(desk.button("Claim this conversation")).to_be_hidden()
    await expect(desk.box).to_be_hidden()
    await expect(desk.item(conversation)).to_have_count(0)
    await desk.page.get_by_role("tab", name="History").click()
    await expect(desk.page.locator("#history")).to_contain_text("The member took the request back")


@pytest.mark.parametrize("is_live", [True, False])
async def test_a_member_who_goes_back_to_the_assistant_ends_the_coachs_part(
    visit: Visit, open_desk: OpenDesk, is_live: bool
) -> None:
    desk = await open_desk()
    if not is_live:
        await desk.page.route_web_socket("**/api/v1/console/socket", lambda socket: socket.close())
    await desk.enter("dana", "gene-guide-demo")
    await expect(desk.line).to_have_attribute("data-status", "live" if is_live else "polling")
    await desk.be_on_duty(True)
    member, conversation = await ask_for_a_coach(visit)
    await expect(desk.item(conversation)).to_be_visible(timeout=TIMEOUT_MS)
    await desk.claim(conversation)
    await member.expect_holder("coach")
    await desk.box.fill("I was about to say")

    await member.button("Go back to the assistant").click()
    await member.button("Yes, end the talk").click()

    await member.expect_holder("assistant")
    # Less than the 30 s after which even a live desk asks, and so it was told.
    within = 20_000 if is_live else TIMEOUT_MS
    await expect(desk.page.locator("#claim-text")).to_contain_text("back with the assistant", timeout=within)
    await expect(desk.box).to_be_hidden()
    for name in ("Back to the assistant", "Transfer", "Close"):
        await expect(desk.page.locator("#open").get_by_role("button", name=name, exact=True)).to_be_hidden()
    await expect(desk.item(conversation)).to_have_count(0)
    # What was not sent is not lost, and was not sent.
    await expect(desk.page.locator("#message")).to_have_value("I was about to say")
    await expect(member.answers.filter(has_text="I was about to say")).to_have_count(0)
    await desk.page.get_by_role("tab", name="History").click()
    await expect(desk.page.locator("#history")).to_contain_text("The member went back to the assistant")


async def test_a_laptop_is_shut_and_another_coach_goes_on(
    visit: Visit, open_desk: OpenDesk, new_phone: NewPhone
) -> None:
    dana, luis = await open_desk("dana"), await open_desk("luis")
    member, conversation = await ask_for_a_coach(visit)
    _, later = await ask_for_a_coach(visit)
    phone = new_phone()
    texted = await claim_by_text(dana, phone)
    await dana.claim(conversation)
    await dana.write("I am here for you.")
    await member.expect_holder("coach")
    await expect(luis.item(conversation)).to_contain_text("With Dana R., RN")
    await expect(luis.item(texted)).to_contain_text("With Dana R., RN")

    await dana.page.context.close()

    waiting = luis.page.locator('#queue [data-group="waiting"]')
    await expect(waiting.locator(f'[data-conversation="{conversation}"]')).to_be_visible(timeout=VANISHED_WITHIN_MS)
    await expect(waiting.locator(f'[data-conversation="{texted}"]')).to_be_visible()
    mine = [each for each in await list_waiting(luis) if each in (conversation, later, texted)]
    assert mine == [conversation, later, texted], "everybody is back at the old place"
    await member.expect_holder("waiting")
    await expect(member.answers.last).to_have_attribute("data-outcome", "handoff_waiting")
    await phone.reads(as_a_text("utter_coach_vanished"))

    await luis.claim(conversation)
    await member.expect_holder("coach")
    await expect(member.answers.last).to_contain_text("Luis M., RN")
    await expect(luis.said("coach", "I am here for you.")).to_be_visible()
    await luis.write("Luis here now.")
    await expect(member.answers.last).to_contain_text("Luis here now.", timeout=TIMEOUT_MS)
    await luis.page.get_by_role("tab", name="History").click()
    await expect(luis.page.locator("#history")).to_contain_text("Dana R., RN lost the connection: back in the queue")
    await luis.claim(texted)
    await phone.reads(as_a_text("utter_coach_joined", coach="Luis M., RN"))
    await luis.give_back()
    await luis.open_conversation(conversation)
    await luis.give_back()
