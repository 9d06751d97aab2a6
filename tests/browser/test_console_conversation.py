"""A coach and a member talk: packet, claim, words both ways, private notes, and back to the assistant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.chat_page import TIMEOUT_MS, ChatPage
from tests.browser.conftest import OpenDesk, Visit
from tests.browser.console_page import ConsolePage, conversation_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

TALK = "Talk to a nurse health coach"
QUESTION = "What are gene-based therapies?"


async def meanwhile(desk: ConsolePage, address: str, act: Callable[[], Awaitable[None]]) -> None:
    """Lets something else happen between this desk's next POST to an address and its arrival."""

    async def hold(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        await act()
        await route.continue_()

    await desk.page.route(address, hold, times=1)


async def ask_for_a_coach(visit: Visit) -> tuple[ChatPage, str]:
    """A member who asked a question and then for a coach."""
    member = await visit(plan="independence")
    await member.ask(QUESTION)
    await member.button(TALK).click()
    await member.expect_holder("waiting")
    return member, await conversation_of(member)


async def test_from_the_request_to_the_return_everybody_sees_the_same(visit: Visit, open_desk: OpenDesk) -> None:
    coach = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await coach.open_conversation(conversation)
    await expect(coach.page.locator("#claim-text")).to_contain_text("Dana R., RN")
    answer = coach.page.locator(".message", has_text="Sources").filter(has=coach.page.locator(".why")).first
    await answer.locator(".why summary").click()
    await expect(answer.locator(".why")).to_contain_text("utter_therapy_basics_answer")
    await expect(answer.locator(".why")).to_contain_text("the same text")
    await expect(coach.box).to_be_hidden()

    await coach.claim(conversation)
    await member.expect_holder("coach")
    await coach.write("Hello, this is Dana. How can I help?")
    await expect(member.answers.last).to_contain_text("Hello, this is Dana. How can I help?", timeout=TIMEOUT_MS)
    await expect(member.answers.last).to_have_attribute("data-author", "coach")

    await coach.box.press_sequentially("Tell me")
    await expect(member.page.locator("#typing")).to_contain_text("is writing")
    await coach.box.fill("")
    count = await member.answers.count()
    await member.say("My son starts treatment soon.")
    await expect(coach.said("member", "My son starts treatment soon.")).to_be_visible()
    assert await member.answers.count() == count, "the assistant is silent while a coach holds"

    await coach.give_back("Answered", "Explained the first steps.")
    await member.expect_holder("assistant")
    await expect(member.answers.last).to_have_attribute("data-outcome", "resumed")
    await expect(coach.page.locator("#claim-text")).to_contain_text("back with the assistant")
    await expect(coach.item(conversation)).to_have_count(0)
    answer = await member.ask("Is gene therapy covered?")
    await expect(answer).to_have_attribute("data-outcome", "answer")
    assert "Explained the first steps." not in str([shown.text for shown in await member.transcript()])


async def test_a_line_of_the_summary_leads_to_its_message_and_escape_leads_back(
    visit: Visit, open_desk: OpenDesk
) -> None:
    _, conversation = await ask_for_a_coach(visit)
    coach = await open_desk("dana")
    await coach.open_conversation(conversation)
    line = coach.page.locator('#packet-lines [data-kind="said"] button').first
    await line.click()
    found = coach.page.locator("#messages .found")
    await expect(found).to_be_focused()
    await expect(found).to_be_in_viewport()
    await expect(found).to_have_attribute("data-author", "assistant")
    await expect(found.locator(".cites")).to_be_visible()
    await coach.page.keyboard.press("Escape")
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()


async def test_who_wrote_a_message_is_said_in_words(visit: Visit, open_desk: OpenDesk) -> None:
    _, conversation = await ask_for_a_coach(visit)
    coach = await open_desk("dana")
    await coach.claim(conversation)
    await coach.write("Hello")
    for author, says in [("member", "Member"), ("assistant", "Assistant (automated)"), ("coach", "You (Dana R., RN)")]:
        first = coach.page.locator(f'#messages > [data-author="{author}"] .author').first
        await expect(first).to_have_text(says)


async def test_a_private_note_reaches_the_other_coach_and_never_the_member(visit: Visit, open_desk: OpenDesk) -> None:
    dana, luis = await open_desk("dana"), await open_desk("luis")
    member, conversation = await ask_for_a_coach(visit)
    await dana.claim(conversation)
    await dana.add_note("Sounds tired, go slowly.")
    await dana.write("I am here for you.")
    await expect(member.answers.last).to_contain_text("I am here for you.", timeout=TIMEOUT_MS)
    await member.reload()
    assert "go slowly" not in await member.page.content()

    await luis.open_conversation(conversation)
    await expect(luis.notes).to_contain_text("Sounds tired, go slowly.")
    await expect(luis.notes).to_contain_text("Dana R., RN")


async def test_nobody_takes_the_note_box_for_the_message_box(visit: Visit, open_desk: OpenDesk) -> None:
    coach = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await coach.claim(conversation)
    # That the coach has come is the last that the member reads here.
    await expect(member.answers.last).to_have_attribute("data-turning", "")
    await expect(coach.page.get_by_text("Only coaches see this", exact=True)).to_be_visible()
    await expect(coach.page.locator("#composer-where")).to_contain_text("The member sees this")
    count = await member.answers.count()
    await coach.note_box.fill("not for the member")
    await coach.note_box.press("Enter")
    # In a note Enter is a new line: a habit of the other box sends nothing.
    await expect(coach.note_box).to_have_value("not for the member\n")
    await expect(coach.notes.locator("li")).to_have_count(0)
    assert await member.answers.count() == count
    box, note = await coach.box.bounding_box(), await coach.note_box.bounding_box()
    assert box is not None
    assert note is not None
    assert note["x"] >= box["x"] + box["width"], "the two boxes do not stand in one column"


async def test_the_second_coach_hears_who_has_it(visit: Visit, open_desk: OpenDesk) -> None:
    dana, luis = await open_desk("dana"), await open_desk("luis")
    _, conversation = await ask_for_a_coach(visit)
    await luis.open_conversation(conversation)
    await meanwhile(luis, "**/claim", lambda: dana.claim(conversation))
    await luis.button("Claim this conversation").click()
    await expect(luis.notice).to_contain_text("Dana R., RN already has this conversation")
    await expect(luis.page.locator("#claim-text")).to_contain_text("Dana R., RN has this conversation")
    await expect(luis.button("Claim this conversation")).to_be_hidden()
    await expect(luis.box).to_be_hidden()
    await expect(luis.item(conversation)).to_contain_text("With Dana R., RN")


async def test_what_was_typed_survives_when_a_supervisor_takes_the_conversation_back(
    visit: Visit, open_desk: OpenDesk
) -> None:
    dana, maria = await open_desk("dana"), await open_desk("maria")
    _, conversation = await ask_for_a_coach(visit)
    await dana.claim(conversation)
    await maria.open_conversation(conversation)
    await meanwhile(dana, "**/conversations/*/messages", lambda: maria.give_back("Something else"))
    await dana.box.fill("I was about to say this")
    await dana.box.press("Enter")
    await expect(dana.notice).to_contain_text("what you typed is kept", ignore_case=True)
    await expect(dana.page.locator("#claim-text")).to_contain_text("back with the assistant")
    await expect(dana.unsent).to_have_count(0)
    await expect(dana.page.locator("#message")).to_have_value("I was about to say this")


async def test_a_transfer_hands_the_conversation_to_a_coach_on_duty(visit: Visit, open_desk: OpenDesk) -> None:
    dana, luis = await open_desk("dana"), await open_desk("luis")
    await open_desk("maria", on_duty=False)
    _, conversation = await ask_for_a_coach(visit)
    await dana.claim(conversation)
    await dana.button("Transfer").click()
    await expect(dana.dialog.get_by_role("radio")).to_have_count(1)
    await dana.dialog.get_by_role("radio", name="Luis M., RN").check()
    await dana.dialog.get_by_role("button", name="Transfer").click()
    await expect(dana.notice).to_contain_text("Luis M., RN has the conversation now")
    await expect(dana.box).to_be_hidden()
    await expect(luis.item(conversation)).to_contain_text("With you")
    await luis.open_conversation(conversation)
    await luis.write("Luis here now.")


async def test_closing_asks_how_it_ended_and_ends_it_for_the_member(visit: Visit, open_desk: OpenDesk) -> None:
    coach = await open_desk("dana")
    member, conversation = await ask_for_a_coach(visit)
    await coach.claim(conversation)
    await coach.button("Close").click()
    await coach.dialog.get_by_role("button", name="Close conversation").click()
    await expect(coach.dialog).to_contain_text("Please choose how it ended")
    await coach.dialog.get_by_role("radio", name="Follow-up agreed").check()
    await coach.dialog.get_by_role("button", name="Close conversation").click()
    await expect(coach.page.locator("#claim-text")).to_contain_text("closed")
    await expect(member.closing).to_be_visible(timeout=TIMEOUT_MS)
