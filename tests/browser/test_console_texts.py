"""A coach at the desk and a member with a phone: the request, texts both ways, STOP, a call, and danger."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.conftest import OpenDesk, Visit
from tests.browser.console_page import ConsolePage
from tests.browser.test_console_conversation import ask_for_a_coach
from tests.journeys.handoff.wording import as_a_text
from tests.product import RunningProduct
from tests.texter import Texter

pytestmark = pytest.mark.asyncio(loop_scope="session")

# 555-0100 to 555-0199 are reserved for fiction; no other test texts from this area.
_numbers = (f"+1484555{number:04}" for number in count(110))

NewPhone = Callable[[], Texter]
QUESTION = "Is gene therapy covered?"
ANSWER = "(?s)benefit.*Source: "
# The carrier answers STOP and START itself.
CARRIER_STOPPED = "successfully been unsubscribed"
CARRIER_STARTED = "successfully been re-subscribed"


@pytest_asyncio.fixture(loop_scope="session")
async def new_phone(running_product: RunningProduct) -> AsyncIterator[NewPhone]:
    """Gives phones that never texted before."""
    async with ClientSession() as http:
        yield lambda: Texter(http, running_product.base_url.rstrip("/"), next(_numbers))


def shown(phone: Texter) -> str:
    """The number as people write it."""
    return f"({phone.phone[2:5]}) {phone.phone[5:8]}-{phone.phone[8:]}"


async def list_waiting(desk: ConsolePage) -> list[str]:
    """The conversations that wait, from top to bottom."""
    ids: list[str] = await desk.page.locator('#queue [data-group="waiting"] .item').evaluate_all(
        "items => items.map((item) => item.dataset.conversation)"
    )
    return ids


async def arrival(desk: ConsolePage, before: list[str]) -> str:
    """The one conversation that waits now and did not before."""
    known = ",".join(f'[data-conversation="{each}"]' for each in before)
    # A web chat may come back to the queue meanwhile: another test left it.
    fresh = desk.page.locator(f'#queue [data-group="waiting"] .item{f":not({known})" if known else ""}').filter(
        has_text="Text message"
    )
    await expect(fresh).to_have_count(1, timeout=TIMEOUT_MS)
    return str(await fresh.get_attribute("data-conversation"))


async def ask_by_text(desk: ConsolePage, phone: Texter) -> str:
    """A phone asks for a coach while one is on duty; the conversation's id."""
    before = await list_waiting(desk)
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^A health coach is on duty")
    return await arrival(desk, before)


async def claim_by_text(desk: ConsolePage, phone: Texter) -> str:
    """The same, and the coach takes the conversation."""
    conversation = await ask_by_text(desk, phone)
    await desk.claim(conversation)
    await phone.reads(as_a_text("utter_coach_joined"))
    return conversation


async def test_from_the_first_text_to_the_return(open_desk: OpenDesk, new_phone: NewPhone) -> None:
    desk, phone = await open_desk("dana", on_duty=False), new_phone()
    before = await list_waiting(desk)
    await phone.text("I want to talk to a real nurse please")
    await phone.reads(as_a_text("utter_sms_greeting"))
    # Numbered times: what a "2" would take if the assistant read it.
    await phone.reads(r"(?s)^No health coach is on duty right now\..*\n2\) ")

    conversation = await arrival(desk, before)
    await expect(desk.item(conversation)).to_contain_text("Asked for a coach")
    await expect(desk.item(conversation)).to_contain_text("Text message · English · Independence")
    await desk.open_conversation(conversation)
    await expect(desk.page.locator("#conversation-title")).to_contain_text("Text message")
    await expect(desk.page.locator("#conversation-about")).to_contain_text(f"Texts from {shown(phone)}")
    await expect(desk.button("Claim this conversation")).to_be_hidden()

    await desk.be_on_duty(True)
    await phone.reads(as_a_text("utter_handoff_coach_here_now"))
    await desk.button("Claim this conversation").click()
    await expect(desk.box).to_be_focused()
    await phone.reads(as_a_text("utter_coach_joined", coach="Dana R., RN"))
    await expect(desk.page.locator("#composer-where")).to_contain_text("as a text message")

    words = "Hello, I'm a nurse. How many children do you have?"
    await desk.write(words)
    await phone.reads(f"^{re.escape(f'Dana R., RN: {words}')}$")
    mine = desk.page.locator('#messages > [data-author="coach"]', has_text=words)
    await expect(mine.locator(".delivery")).to_have_text("Text delivered", timeout=TIMEOUT_MS)
    await expect(mine.locator(".delivery[data-trouble]")).to_have_count(0)

    await phone.text("2")
    await expect(desk.said("member", "2")).to_be_visible(timeout=TIMEOUT_MS)
    await phone.reads_nothing()

    await desk.give_back("Answered")
    await phone.reads(as_a_text("utter_handoff_resumed_answered"))
    await expect(desk.item(conversation)).to_have_count(0)
    await expect(desk.page.locator("#claim-text")).to_contain_text("back with the assistant")
    await phone.text(QUESTION)
    await phone.reads(ANSWER)
    await phone.reads_nothing()
    # Who had the conversation may read along.
    await expect(desk.said("member", QUESTION)).to_be_visible()


async def test_a_text_that_does_not_arrive_is_said_to_be_lost(open_desk: OpenDesk, new_phone: NewPhone) -> None:
    desk, phone = await open_desk("dana"), new_phone()
    await claim_by_text(desk, phone)
    await desk.write("Arrives")
    await phone.reads("Arrives$")
    async with phone.http.put(
        f"{phone.base_url}/demo/carrier/control/faults",
        json={"outcomes": [{"status": "undelivered", "error_code": 30003}]},
    ) as answer:
        assert answer.ok, await answer.text()
    await desk.write("Does not arrive")
    lost = desk.page.locator('#messages > [data-author="coach"]', has_text="Does not arrive").locator(".delivery")
    await expect(lost).to_have_text("Text not delivered", timeout=TIMEOUT_MS)
    await expect(lost).to_have_attribute("data-trouble", "")
    arrived = desk.page.locator('#messages > [data-author="coach"]', has_text="Arrives").locator(".delivery")
    await expect(arrived).to_have_text("Text delivered")
    await desk.give_back()


async def test_after_stop_nothing_is_texted_and_the_desk_says_so(open_desk: OpenDesk, new_phone: NewPhone) -> None:
    desk, phone = await open_desk("dana"), new_phone()
    conversation = await claim_by_text(desk, phone)
    where, send = desk.page.locator("#composer-where"), desk.button("Send to member")
    await desk.box.fill("Are you still")

    await phone.text("STOP")

    await phone.reads(CARRIER_STOPPED)
    await expect(desk.said("member", "STOP")).to_be_visible()
    await expect(where).to_contain_text("Nothing can be texted")
    await expect(where).to_contain_text(f"You can call {shown(phone)}")
    await expect(desk.page.locator("#conversation-about")).to_contain_text(shown(phone))
    await expect(send).to_have_attribute("aria-disabled", "true")
    await desk.box.press("Enter")
    await send.click(force=True)
    await expect(desk.box).to_have_value("Are you still")
    await expect(desk.unsent).to_have_count(0)
    await phone.reads_nothing()

    # Who looks later sees it, too.
    await desk.page.reload()
    await expect(desk.item(conversation)).to_have_attribute("aria-current", "true")
    await expect(where).to_contain_text("Nothing can be texted")

    await phone.text("START")
    await phone.reads(CARRIER_STARTED)
    await phone.reads(as_a_text("utter_sms_opted_in"))
    await expect(where).to_contain_text("as a text message")
    await desk.write("Welcome back")
    await phone.reads("Welcome back$")
    await desk.give_back()


async def test_who_is_given_back_after_stop_hears_nothing(open_desk: OpenDesk, new_phone: NewPhone) -> None:
    desk, phone = await open_desk("dana"), new_phone()
    await claim_by_text(desk, phone)
    await phone.text("STOP")
    await phone.reads(CARRIER_STOPPED)
    await expect(desk.page.locator("#composer-where")).to_contain_text("Nothing can be texted")
    await desk.give_back("The member did not reply")
    await expect(desk.page.locator("#claim-text")).to_contain_text("back with the assistant")
    # What the member would have read stands there, and that it was not texted.
    said = desk.messages.last.locator(".delivery")
    await expect(said).to_have_text("Not texted: this member opted out", timeout=TIMEOUT_MS)
    await phone.reads_nothing()


async def test_a_request_that_is_taken_back_by_text_leaves_the_desk_at_once(
    open_desk: OpenDesk, new_phone: NewPhone
) -> None:
    desk, phone = await open_desk("dana"), new_phone()
    conversation = await ask_by_text(desk, phone)
    await desk.open_conversation(conversation)
    await expect(desk.button("Claim this conversation")).to_be_visible()

    await phone.text("NEVERMIND")

    await phone.reads(as_a_text("utter_handoff_cancelled"))
    await expect(desk.item(conversation)).to_have_count(0)
    await expect(desk.page.locator("#claim-text")).to_contain_text("back with the assistant")
    await expect(desk.button("Claim this conversation")).to_be_hidden()
    await expect(desk.box).to_be_hidden()


async def test_a_call_agreed_on_by_text_is_found_tried_and_made(open_desk: OpenDesk, new_phone: NewPhone) -> None:
    phone = new_phone()
    await phone.text("can a nurse call me back")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads(r"(?s)^No health coach is on duty right now\..*\n1\) ")
    await phone.text("1")
    await phone.reads(as_a_text("utter_callback_confirm_phone_sms", phone=shown(phone)))
    await phone.text("yes")
    await phone.reads(as_a_text("utter_callback_recorded", phone=phone.phone[-4:]))

    desk = await open_desk("luis")
    tab = desk.page.get_by_role("tab", name="Call-backs")
    await expect(tab.locator(".count")).to_be_visible()
    await tab.click()
    call = desk.page.locator(".callback", has_text=shown(phone))
    await expect(call).to_have_count(1)
    await expect(call.get_by_role("link")).to_have_attribute("href", f"tel:{phone.phone}")
    await call.get_by_role("button", name="Conversation").click()
    await expect(desk.page.locator("#conversation-about")).to_contain_text(f"Texts from {shown(phone)}")
    await call.get_by_role("button", name="Take").click()
    await expect(call).to_contain_text("You took this")
    await call.get_by_role("button", name="No answer").click()
    await desk.dialog.get_by_role("textbox").fill("Nobody picked up.")
    await desk.dialog.get_by_role("button", name="Save").click()
    await expect(call).to_contain_text("Tried once, no answer")
    await expect(call).to_contain_text("Nobody picked up.")
    await call.get_by_role("button", name="Take").click()
    await call.get_by_role("button", name="Reached").click()
    await desk.dialog.get_by_role("button", name="Save").click()
    await expect(call).to_have_count(0)
    await phone.reads_nothing()


async def test_an_emergency_by_text_stands_before_who_came_first(
    visit: Visit, open_desk: OpenDesk, new_phone: NewPhone
) -> None:
    desk, phone = await open_desk("dana"), new_phone()
    _, calm = await ask_for_a_coach(visit)
    await expect(desk.item(calm)).to_be_visible()
    before = await list_waiting(desk)

    await phone.text("my son can't breathe after his infusion")

    # Before anything else, also before who this is.
    await phone.reads(as_a_text("utter_safety_emergency"))
    in_danger = await arrival(desk, before)
    item = desk.item(in_danger)
    await expect(item.locator(".urgent")).to_contain_text("Urgent")
    await expect(item).to_contain_text("Safety: words of danger")
    await expect(item).to_contain_text("Text message")
    await expect(desk.page.locator("#aloud")).to_contain_text("Urgent, new in the queue")
    order = await list_waiting(desk)
    assert order.index(in_danger) < order.index(calm)
    await expect(desk.item(calm).locator(".urgent")).to_have_count(0)

    await desk.claim(in_danger)
    await phone.reads(as_a_text("utter_coach_joined", coach="Dana R., RN"))
    await expect(desk.page.locator("#conversation-title .urgent")).to_be_visible()
    await expect(desk.page.locator("#conversation-about")).to_contain_text(shown(phone))
    await expect(desk.page.locator("#messages [data-safety]")).to_have_count(1)
    await desk.give_back("Sent to someone else")
