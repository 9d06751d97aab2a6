"""A member asks, and sees answers with their sources, buttons, facilities and safety messages."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_first_message_says_that_this_is_an_automated_assistant(visit: Visit) -> None:
    chat = await visit()
    first = chat.recorded.first
    await expect(first).to_have_attribute("data-author", "assistant")
    await expect(first.locator(".text")).to_contain_text("automated assistant")
    assert (await chat.transcript())[0].seq == 1


async def test_an_answer_names_its_source_on_demand(visit: Visit) -> None:
    chat = await visit(plan="independence")
    answer = await chat.ask("What are gene-based therapies?")
    await expect(answer).to_have_attribute("data-outcome", "answer")
    source = answer.locator("details.sources .source").first
    await expect(source).to_be_hidden()
    await answer.locator("details.sources summary").click()
    await expect(source).to_be_visible()
    await expect(source).to_contain_text("Independence Blue Cross")
    await expect(source).to_contain_text(re.compile(r"(Effective|Read on) \w{3} \d{1,2}, \d{4}"))
    link = source.get_by_role("link")
    await expect(link).to_have_attribute("href", re.compile("^https://"))
    await expect(link).to_have_attribute("rel", re.compile("noopener"))


async def test_buttons_stand_only_under_the_latest_message_and_go_when_one_is_pressed(visit: Visit) -> None:
    chat = await visit()
    question = await chat.ask("Is gene therapy covered?")
    await expect(question).to_have_attribute("data-outcome", "ask")
    await expect(chat.page.locator("#messages > [data-seq]:has(.choices)")).to_have_count(1)
    await expect(question.locator(".choices button")).not_to_have_count(0)
    title = await question.locator(".choices button").filter(has_text="CareSource").text_content()
    answer = await chat.choose("CareSource")
    await expect(chat.said(str(title))).to_have_count(1)
    await expect(answer.locator("details.sources")).to_have_count(1)
    await expect(chat.box).to_be_focused()


async def test_free_text_answers_a_question_that_offers_buttons(visit: Visit) -> None:
    chat = await visit()
    await chat.ask("Is gene therapy covered?")
    answer = await chat.ask("CareSource")
    await expect(answer).to_have_attribute("data-outcome", "answer")


async def test_facilities_near_19104_are_cards_with_distance_phone_and_day(visit: Visit) -> None:
    chat = await visit(plan="independence")
    question = await chat.ask("Where is the closest hospital for gene therapy?")
    await expect(question).to_have_attribute("data-outcome", "ask")
    await expect(chat.box).to_have_attribute("inputmode", "numeric")
    answer = await chat.ask("19104")
    await expect(answer).to_have_attribute("data-outcome", "facilities")
    for name in ("Penn Medicine", "Children's Hospital of Philadelphia"):
        card = chat.cards.filter(has=chat.page.get_by_role("heading", name=name)).first
        await expect(card).to_contain_text(re.compile(r"\d+(\.\d)? miles?, straight line"))
        await expect(card).to_contain_text(re.compile(r"As reported on \w{3} \d{1,2}, \d{4}"))
        await expect(card.get_by_role("link", name="Map")).to_have_attribute(
            "href", re.compile(r"^https://www\.openstreetmap\.org/")
        )
    for link in await chat.cards.get_by_role("link", name=re.compile("^Call ")).all():
        assert re.fullmatch(r"tel:\+?\d+", str(await link.get_attribute("href")))
    await expect(chat.box).not_to_have_attribute("inputmode", "numeric")


async def test_a_birth_date_is_asked_for_with_its_form(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("Does my plan record say that I need approval?")
    await chat.ask("GG1000001")
    await expect(chat.box).to_have_attribute("placeholder", "MM/DD/YYYY")
    await expect(chat.box).to_have_attribute("spellcheck", "false")
    await expect(chat.box).to_have_attribute("autocomplete", "off")


async def test_an_emergency_is_announced_at_once_with_a_number_to_call(visit: Visit) -> None:
    chat = await visit()
    answer = await chat.ask("I have chest pain and I can't breathe")
    await expect(answer).to_have_attribute("data-outcome", "emergency")
    alert = answer.get_by_role("alert")
    await expect(alert).to_contain_text("Safety message")
    await expect(alert.get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")


async def test_a_crisis_leads_to_988(visit: Visit) -> None:
    chat = await visit()
    answer = await chat.ask("I want to kill myself")
    await expect(answer).to_have_attribute("data-outcome", "crisis")
    await expect(answer.get_by_role("link", name="Call 988")).to_have_attribute("href", "tel:988")


async def test_enter_sends_and_shift_enter_starts_a_line(visit: Visit) -> None:
    chat = await visit()
    await chat.box.press_sequentially("What are")
    await chat.box.press("Shift+Enter")
    await chat.box.press_sequentially("gene-based therapies?")
    await chat.box.press("Enter")
    await expect(chat.box).to_have_value("")
    await expect(chat.recorded.nth(1).locator(".text")).to_have_text("What are\ngene-based therapies?")


async def test_two_thousand_characters_are_counted_and_more_are_kept_but_not_sent(visit: Visit) -> None:
    chat = await visit()
    counter = chat.page.locator("#counter")
    await chat.box.fill("short")
    await expect(counter).to_be_hidden()
    await chat.box.fill("🧬" * 1_990)
    await expect(counter).to_contain_text("10")
    await chat.box.fill("a" * 2_001)
    await chat.box.press("Enter")
    await expect(chat.notice).to_be_visible()
    assert len(await chat.box.input_value()) == 2_001
    assert [message.author for message in await chat.transcript()] == ["assistant"]


async def test_danger_in_a_text_that_is_too_long_is_answered_under_everything_else(visit: Visit) -> None:
    chat = await visit()
    await chat.box.fill("I want to kill myself. " + "a " * 1_000)
    await chat.box.press("Enter")
    alert = chat.page.locator("#messages > :last-child").get_by_role("alert")
    await expect(alert.get_by_role("link", name="Call 988")).to_be_visible(timeout=TIMEOUT_MS)
    assert (await chat.box.input_value()).startswith("I want to kill myself.")
