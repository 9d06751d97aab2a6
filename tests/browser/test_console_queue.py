"""The queue and the call-backs keep themselves up to date, urgent first, with or without the live line."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import Route, expect

from bot.console.accounts import DEMO_PASSWORD
from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.conftest import OpenDesk, Visit
from tests.browser.console_page import TITLE, conversation_of
from tests.browser.test_console_conversation import TALK, ask_for_a_coach

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_request_shows_up_by_itself_with_its_reason_and_its_wait(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    aloud = desk.page.locator("#aloud")
    member, conversation = await ask_for_a_coach(visit)
    item = desk.item(conversation)
    await expect(item).to_contain_text("Pressed “Talk to a coach”")
    await expect(item).to_contain_text("Web chat · English · Independence")
    await expect(aloud).to_contain_text("New in the queue")
    await expect(desk.page).to_have_title(TITLE)
    # Whoever another test left may come back to the queue meanwhile: both are read in one moment.
    await desk.page.wait_for_function(
        """() => document.title
            === `(${document.querySelectorAll('#queue [data-group="waiting"] .item').length}) Gene Guide desk`"""
    )
    since = item.locator(".since [aria-hidden]")
    before = await since.text_content()
    await expect(since).not_to_have_text(before or "")
    # What is heard counts in minutes, so that nothing is read out every second.
    await expect(item.locator(".since .unseen")).to_have_text("less than a minute")

    await member.button("Cancel request").click()
    await expect(item).to_have_count(0)


async def test_danger_goes_first_and_is_marked_in_words(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    _, calm = await ask_for_a_coach(visit)
    member = await visit(plan="independence")
    await member.say("I want to kill myself")
    urgent = desk.item(await conversation_of(member))
    await expect(urgent.locator(".urgent")).to_contain_text("Urgent")
    await expect(urgent).to_contain_text("Safety")
    order = await desk.page.locator('#queue [data-group="waiting"] .item').evaluate_all(
        "items => items.map((item) => item.dataset.conversation)"
    )
    assert order.index(await conversation_of(member)) < order.index(calm)
    pill = desk.page.locator("#urgent-pill")
    await expect(pill).to_contain_text("urgent")
    await pill.click()
    await expect(desk.page.locator("#conversation-title .urgent")).to_be_visible()
    await expect(desk.page.locator('#packet-lines [data-kind="urgency"]').first).to_contain_text("Urgent")
    await expect(desk.page.locator("#messages [data-safety]").first).to_be_visible()


async def test_words_that_came_while_nobody_looked_are_counted(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    first, conversation = await ask_for_a_coach(visit)
    _, other = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    await desk.open_conversation(other)
    await first.say("Are you still there?")
    await expect(desk.item(conversation).locator(".unread")).to_have_text("1 new", timeout=20_000)
    await desk.open_conversation(conversation)
    await expect(desk.item(conversation).locator(".unread")).to_have_count(0)
    await expect(desk.said("member", "Are you still there?")).to_be_visible()


async def test_without_the_live_line_the_desk_asks_every_few_seconds(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.page.route_web_socket("**/api/v1/console/socket", lambda socket: socket.close())
    await desk.enter("dana", "gene-guide-demo")
    await expect(desk.line).to_contain_text("every 5 seconds")
    await desk.be_on_duty(True)
    member, conversation = await ask_for_a_coach(visit)
    await expect(desk.item(conversation)).to_be_visible(timeout=TIMEOUT_MS)
    await desk.claim(conversation)
    await member.say("Hello nurse")
    await expect(desk.said("member", "Hello nurse")).to_be_visible(timeout=TIMEOUT_MS)
    await desk.write("Hello member")
    await expect(member.answers.last).to_contain_text("Hello member", timeout=TIMEOUT_MS)


async def test_what_is_written_without_a_connection_is_sent_once_when_it_is_back(
    visit: Visit, open_desk: OpenDesk
) -> None:
    desk = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    await desk.page.context.set_offline(True)
    await expect(desk.page.locator("#line-lost")).to_contain_text("What you typed is kept")
    await desk.box.fill("Sent in a tunnel")
    await desk.box.press("Enter")
    await desk.note_box.fill("Noted in a tunnel")
    await expect(desk.unsent).to_contain_text("Not sent yet")
    await desk.page.context.set_offline(False)
    await expect(desk.said("coach", "Sent in a tunnel")).to_have_count(1, timeout=TIMEOUT_MS)
    await expect(desk.unsent).to_have_count(0)
    await expect(desk.page.locator("#line-lost")).to_be_hidden()
    await expect(desk.note_box).to_have_value("Noted in a tunnel")
    await expect(member.answers.filter(has_text="Sent in a tunnel")).to_have_count(1)


async def test_an_answer_lost_on_its_way_sends_nothing_twice(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    sent: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        sent.append(str((route.request.post_data_json or {})["client_message_id"]))
        answer = await route.fetch()
        await (route.abort() if len(sent) == 1 else route.fulfill(response=answer))

    await desk.page.route("**/conversations/*/messages", lose_the_first_answer)
    await desk.write("Only once")
    await expect(desk.unsent).to_have_count(0, timeout=TIMEOUT_MS)
    await expect(desk.said("coach", "Only once")).to_have_count(1)
    await expect(member.answers.filter(has_text="Only once")).to_have_count(1)
    assert len(set(sent)) == 1


async def test_an_empty_queue_says_so(open_desk: OpenDesk) -> None:
    desk = await open_desk()

    async def nobody(route: Route) -> None:
        await route.fulfill(
            content_type="application/json", body=json.dumps({"items": [], "on_duty": [], "callbacks_open": 0})
        )

    await desk.page.route("**/api/v1/console/queue", nobody)
    await desk.page.route("**/api/v1/console/callbacks*", lambda route: route.fulfill(json={"callbacks": []}))
    await desk.sign_in("dana", on_duty=False)
    await expect(desk.page.get_by_text("Nobody is waiting", exact=True)).to_be_visible()
    await expect(desk.page).to_have_title("Gene Guide desk")
    await expect(desk.page.get_by_role("heading", name="No conversation open")).to_be_visible()
    await desk.page.get_by_role("tab", name="Call-backs").click()
    await expect(desk.page.get_by_text("No call-backs are due", exact=True)).to_be_visible()


async def test_a_promised_call_is_taken_tried_and_made(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana", on_duty=False)
    member = await visit(plan="independence")
    await member.button(TALK).click()
    await expect(member.answers.last).to_have_attribute("data-outcome", "handoff_unavailable")
    await member.choices.first.click()
    await expect(member.box).to_be_focused()
    await member.ask("215-555-0142")
    await expect(member.answers.last).to_have_attribute("data-outcome", "callback_recorded")

    tab = desk.page.get_by_role("tab", name="Call-backs")
    await expect(tab.locator(".count")).to_be_visible()
    await tab.click()
    await desk.be_on_duty(True)
    call = desk.page.locator(".callback", has_text="(215) 555-0142").last
    await expect(call).to_contain_text("Eastern Time")
    await expect(call.get_by_role("link", name="Call (215) 555-0142")).to_have_attribute("href", "tel:+12155550142")
    await call.get_by_role("button", name="Take").click()
    await call.get_by_role("button", name="No answer").click()
    await desk.dialog.get_by_role("textbox").fill("Line was busy.")
    await desk.dialog.get_by_role("button", name="Save").click()
    await expect(call).to_contain_text("Tried once, no answer")
    await expect(call).to_contain_text("Line was busy.")
    await call.get_by_role("button", name="Take").click()
    await call.get_by_role("button", name="Reached").click()
    await desk.dialog.get_by_role("button", name="Save").click()
    await expect(desk.page.locator(".callback", has_text="Line was busy.")).to_have_count(0)


@pytest.mark.parametrize("answers", [True, False], ids=["refuses", "hangs"])
async def test_the_desk_does_not_look_live_while_a_message_is_not_sent(
    visit: Visit, open_desk: OpenDesk, answers: bool
) -> None:
    desk = await open_desk("dana")
    _, conversation = await ask_for_a_coach(visit)
    await desk.claim(conversation)
    is_over = asyncio.Event()

    async def be_in_trouble(route: Route) -> None:
        if route.request.method == "POST" and not is_over.is_set():
            if answers:
                await route.fulfill(status=503, json={"status": 503, "code": "STORE_UNAVAILABLE"})
                return
            await is_over.wait()
        await route.continue_()

    await desk.page.route("**/api/v1/console/conversations/*/messages", be_in_trouble)
    await desk.box.fill("Not lost")
    await desk.box.press("Enter")
    await expect(desk.line).to_have_attribute("data-status", "trouble")
    await expect(desk.page.locator("#line-lost")).to_contain_text("1 message")
    await expect(desk.unsent).to_contain_text("Not sent yet")
    is_over.set()
    await expect(desk.line).to_have_attribute("data-status", "live")
    await expect(desk.page.locator("#line-lost")).to_be_hidden()
    await expect(desk.said("coach", "Not lost")).to_have_count(1)


async def test_the_desk_does_not_look_live_while_its_signs_of_life_are_not_kept(open_desk: OpenDesk) -> None:
    desk = await open_desk()

    async def be_in_trouble(route: Route) -> None:
        await route.fulfill(status=503, json={"status": 503, "code": "STORE_UNAVAILABLE"})

    await desk.page.route("**/api/v1/console/heartbeat", be_in_trouble)
    await desk.enter("dana", DEMO_PASSWORD)
    await expect(desk.line).to_have_attribute("data-status", "trouble")
    await expect(desk.page.locator("#line-lost")).to_contain_text("back to the queue")
    await desk.page.unroute_all()
    await expect(desk.line).to_have_attribute("data-status", "live")
    await expect(desk.page.locator("#line-lost")).to_be_hidden()
