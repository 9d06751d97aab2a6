"""The desk serves coaches who use a keyboard, a tablet, a screen reader, or a dark room."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenDesk, Visit
from tests.browser.console_page import ConsolePage
from tests.browser.test_console_conversation import ask_for_a_coach

pytestmark = pytest.mark.asyncio(loop_scope="session")

# WCAG 2.2, 2.5.8; what stands inside a text or a row of text is exempt from it.
LEAST_TARGET_PX = 24
# WCAG 2.2, 1.4.3: text, and text of 24 px or bold text of 18.66 px.
CONTRAST, LARGE_CONTRAST = 4.5, 3.0

NAMELESS = """() => [...document.querySelectorAll("button, a, input, textarea, select, [tabindex='0'], dialog")]
    .filter((node) => node.getClientRects().length > 0)
    .filter((node) => {
        const labels = (node.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
        const named = labels.some((id) => document.getElementById(id)?.textContent.trim());
        const label = [...(node.labels ?? [])].some((one) => one.textContent.trim());
        return !named && !label && !node.getAttribute("aria-label") && !node.textContent.trim(); })
    .map((node) => node.outerHTML.slice(0, 120))"""

# Every text that is to be seen, with the colors of its own element and of the first background behind it.
PALE = """([least, leastLarge]) => {
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = (node) => {
        for (let one = node; one; one = one.parentElement) {
            const color = parse(getComputedStyle(one).backgroundColor);
            if (color.length < 4 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const node of document.querySelectorAll("body *")) {
        const text = [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data.trim()).join("");
        if (!text || node.getClientRects().length === 0 || node.closest(".unseen")) continue;
        const style = getComputedStyle(node);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const [one, other] = [light(parse(style.color)), light(behind(node))].sort((a, b) => b - a);
        const contrast = (one + 0.05) / (other + 0.05);
        if (contrast < (isLarge ? leastLarge : least)) found.push(`${text.slice(0, 40)}: ${contrast.toFixed(2)}`);
    }
    return found; }"""


async def press_until_focused(desk: ConsolePage, key: str, selector: str) -> None:
    """Presses a key until something that matches has the focus, which is then to be seen."""
    for _ in range(60):
        await desk.page.keyboard.press(key)
        if await desk.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            outline = await desk.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {selector} can't be seen"
            return
    raise AssertionError(f"{key} never reaches {selector}")


async def test_from_sign_in_to_return_by_keyboard_alone(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk()
    keyboard = desk.page.keyboard
    await expect(desk.name_field).to_be_focused()
    await keyboard.type("dana")
    await keyboard.press("Tab")
    await keyboard.type("gene-guide-demo")
    await keyboard.press("Enter")
    await expect(desk.duty).to_be_visible()
    await press_until_focused(desk, "Shift+Tab", "#duty")
    if await desk.duty.get_attribute("aria-checked") == "false":
        await keyboard.press("Space")
    await expect(desk.duty).to_have_attribute("aria-checked", "true")

    member, conversation = await ask_for_a_coach(visit)
    await expect(desk.item(conversation)).to_be_visible()
    await press_until_focused(desk, "Tab", f'#queue [data-conversation="{conversation}"]')
    await keyboard.press("Enter")
    await expect(desk.page.locator("#conversation-title")).to_be_focused()
    await press_until_focused(desk, "Tab", "#packet-lines button")
    await keyboard.press("Enter")
    await expect(desk.page.locator("#messages .found")).to_be_focused()
    await keyboard.press("Escape")
    await press_until_focused(desk, "Tab", "#claim")
    await keyboard.press("Enter")
    await expect(desk.box).to_be_focused()
    await keyboard.type("Hello")
    await keyboard.press("Shift+Enter")
    await keyboard.type("this is Dana")
    await keyboard.press("Enter")
    await expect(desk.said("coach", "Hello\nthis is Dana")).to_be_visible()

    await press_until_focused(desk, "Tab", "#note")
    await keyboard.type("Called back on Monday")
    await press_until_focused(desk, "Tab", "#note-form button")
    await keyboard.press("Enter")
    await expect(desk.notes).to_contain_text("Called back on Monday")

    await press_until_focused(desk, "Shift+Tab", "#return")
    await keyboard.press("Enter")
    await expect(desk.dialog).to_be_visible()
    await expect(desk.dialog.get_by_role("radio").first).to_be_focused()
    await keyboard.press("Space")
    await keyboard.press("Tab")
    await keyboard.type("All answered")
    await press_until_focused(desk, "Tab", "#dialog button[type=submit]")
    await keyboard.press("Enter")
    await member.expect_holder("assistant")
    await expect(desk.page.locator("#conversation-title")).to_be_focused()


async def test_the_keys_of_the_help_do_what_it_says(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    keyboard = desk.page.keyboard
    await keyboard.press("Alt+k")
    await expect(desk.dialog.get_by_role("heading", name="Help", exact=True)).to_be_focused()
    await keyboard.press("Escape")
    await expect(desk.dialog).to_be_hidden()
    _, conversation = await ask_for_a_coach(visit)
    await expect(desk.item(conversation)).to_be_visible()
    await keyboard.press("Alt+q")
    await expect(desk.items.first).to_be_focused()
    shown = await desk.items.evaluate_all("items => items.map((item) => item.dataset.conversation)")
    place = shown.index(conversation) + 1
    if place > 9:
        await desk.open_conversation(conversation)
    else:
        await keyboard.press(f"Alt+{place}")
    await expect(desk.item(conversation)).to_have_attribute("aria-current", "true")
    await expect(desk.page.locator("#claim")).to_be_visible()
    await keyboard.press("Alt+s")
    await expect(desk.page.locator("#packet-title")).to_be_focused()
    await keyboard.press("Alt+n")
    await expect(desk.note_box).to_be_focused()
    await keyboard.press("Alt+c")
    await expect(desk.box).to_be_focused()
    await keyboard.press("Alt+n")
    await keyboard.press("Alt+m")
    await expect(desk.box).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (768, 1024)])
async def test_everything_fits_has_a_name_and_can_be_read(
    visit: Visit, open_desk: OpenDesk, width: int, height: int, scheme: str
) -> None:
    desk = await open_desk(viewport={"width": width, "height": height}, color_scheme=scheme)
    await check(desk, width)
    await desk.sign_in("dana", on_duty=False)
    await check(desk, width)
    await desk.be_on_duty(True)
    member, conversation = await ask_for_a_coach(visit)
    await member.say("W" * 300)
    await desk.open_conversation(conversation)
    await check(desk, width)
    await desk.claim(conversation)
    await desk.write("V" * 300)
    await desk.add_note("N" * 300)
    await check(desk, width)
    await desk.page.get_by_role("tab", name="History").click()
    await check(desk, width)
    for button, closes in [("Back to the assistant", "Cancel"), ("Transfer", "Cancel"), ("Help", "Close")]:
        await desk.button(button).click()
        await expect(desk.dialog).to_be_visible()
        await check(desk, width)
        await desk.dialog.get_by_role("button", name=closes).click()
    box = await desk.box.bounding_box()
    assert box is not None
    assert box["width"] >= 200
    assert box["y"] + box["height"] <= height


async def check(desk: ConsolePage, width: int) -> None:
    """No scrolling sideways, no control without a name, no pale text, no small target."""
    assert await desk.scroll_width() <= width
    for pane in ("#queue", "#scroll", "#notes", "#history-panel", "#dialog"):
        overflow = await desk.page.locator(pane).evaluate("pane => pane.scrollWidth - pane.clientWidth")
        assert overflow <= 0, f"{pane} scrolls sideways"
    assert await desk.page.evaluate(NAMELESS) == []
    assert await desk.page.evaluate(PALE, [CONTRAST, LARGE_CONTRAST]) == []
    sizes = await desk.page.locator("button").evaluate_all(
        """items => items.filter((item) => item.getClientRects().length > 0).map((item) => {
            const box = item.getBoundingClientRect();
            return [item.id || item.textContent, Math.min(box.width, box.height)]; })"""
    )
    assert [name for name, size in sizes if size < LEAST_TARGET_PX] == []


async def test_the_desk_has_landmarks_and_headings_and_speaks_politely(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana")
    _, conversation = await ask_for_a_coach(visit)
    await desk.open_conversation(conversation)
    for role, name in [
        ("banner", None), ("main", None), ("complementary", "Private to coaches"),
        ("region", "Members"), ("region", "Conversation"), ("region", "Summary for you"),
    ]:  # fmt: skip
        await expect(desk.page.get_by_role(role, **({"name": name, "exact": True} if name else {}))).to_have_count(1)
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Gene Guide desk")
    await expect(desk.page.get_by_role("heading", level=2, name="Waiting")).to_be_visible()
    assert await desk.page.locator("html").get_attribute("lang") == "en"
    await expect(desk.page.locator("#live")).to_have_attribute("aria-live", "polite")
    await expect(desk.page.get_by_role("switch", name="Play a sound")).to_have_attribute("aria-checked", "false")


async def test_a_new_message_does_not_take_the_coach_away_from_the_summary(visit: Visit, open_desk: OpenDesk) -> None:
    desk = await open_desk("dana", viewport={"width": 1024, "height": 600})
    member, conversation = await ask_for_a_coach(visit)
    await desk.open_conversation(conversation)
    await expect(desk.page.locator("#packet")).to_be_in_viewport()
    await member.ask("Is gene therapy covered?")
    newer = desk.button("New message")
    await expect(newer).to_be_visible()
    await expect(desk.page.locator("#packet-title")).to_be_in_viewport()
    await newer.click()
    await expect(desk.messages.last).to_be_in_viewport()
    await expect(newer).to_be_hidden()
