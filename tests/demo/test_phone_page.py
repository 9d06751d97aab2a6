"""A person can text a plan from the phone page, with a mouse, by keyboard and with a screen reader."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.chat_page import TIMEOUT_MS
from tests.browser.chromium import find_chromium
from tests.demo.world import DANA, MARCUS, OTHER_PLAN, PLAN, World, open_world, until

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

# What is awaited may come late on a busy machine; Playwright's own patience of 5 s is no claim of these tests.
expect.set_options(timeout=TIMEOUT_MS)

OpenPhone = Callable[..., Awaitable[Page]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A carrier under the headers of the gateway that it is mounted into."""

    async def secure(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update({"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"})

    async with open_world(prepare=secure) as world:
        yield world


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without one these tests fail."""
    path = find_chromium()
    assert path, "no Chromium: run `apt-get install chromium`, or name one in GENE_GUIDE_CHROMIUM"
    return path


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """A browser for this test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def open_phone(world: World, browser: Browser) -> AsyncIterator[OpenPhone]:
    """Opens the page; whatever a test does, no script may fail and no request may leave the carrier."""
    errors: list[str] = []
    addresses: list[str] = []
    pages: list[Page] = []

    async def open_phone(address: str = "/demo/phone", **options: Any) -> Page:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        page.on("request", lambda request: addresses.append(request.url))
        await page.goto(world.base_url + address)
        await expect(page.get_by_role("radio", name="Dana")).to_be_visible()
        pages.append(page)
        return page

    yield open_phone
    for page in pages:
        await page.context.close()
    assert errors == []
    assert [address for address in addresses if not address.startswith(world.base_url)] == []


async def send(page: Page, words: str) -> None:
    await page.get_by_label("Your text").fill(words)
    await page.keyboard.press("Enter")


async def test_it_says_that_it_is_simulated(open_phone: OpenPhone) -> None:
    page = await open_phone()
    await expect(page.locator(".demo")).to_contain_text("simulated")


async def test_a_text_goes_out_and_an_answer_comes_in(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await send(page, "Hello there")
    own = page.locator('[data-direction="inbound"]')
    await expect(own).to_contain_text("Hello there")
    await expect(own.get_by_role("img")).to_have_attribute("aria-label", "The plan has it")
    assert world.product.webhooks[0].form["Body"] == "Hello there"
    assert (world.product.webhooks[0].form["From"], world.product.webhooks[0].form["To"]) == (DANA, PLAN)
    await world.send("x" * 161)
    answer = page.locator('[data-direction="outbound-api"]')
    await expect(answer).to_contain_text("2 segments")
    assert await page.get_by_role("log").locator(".text").count() == 2


async def test_a_text_that_the_plan_did_not_take_says_so(world: World, open_phone: OpenPhone) -> None:
    world.product.answer = 503
    page = await open_phone()
    await send(page, "Hello")
    await expect(page.locator(".text").get_by_role("img")).to_have_attribute("aria-label", "The plan did not take it")


async def test_a_text_that_was_never_delivered_is_not_on_the_phone(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await world.break_down(outcomes=[{"status": "undelivered", "error_code": 30003}])
    await world.send("lost")
    await world.send("arrived")
    await expect(page.locator(".text")).to_have_count(1)
    await expect(page.locator(".text")).to_contain_text("arrived")


async def test_links_open_in_a_new_tab_and_markup_stays_text(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await world.send("<b>Go</b> to http://127.0.0.1:1/#join=abc_-9. Or javascript:alert(1)")
    link = page.locator(".bubble a")
    await expect(link).to_have_count(1)
    assert await link.get_attribute("href") == "http://127.0.0.1:1/#join=abc_-9"
    assert await link.get_attribute("target") == "_blank"
    assert "noopener" in (await link.get_attribute("rel") or "")
    await expect(page.locator(".bubble")).to_contain_text("<b>Go</b>")


async def test_stop_and_start_work_as_with_a_real_carrier(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await send(page, "STOP")
    await expect(page.locator("#opted-out")).to_be_visible()
    await expect(page.locator('[data-direction="outbound-reply"]')).to_contain_text("Automatic reply")
    await send(page, "START")
    await expect(page.locator("#opted-out")).to_be_hidden()


async def test_each_phone_and_each_plan_has_its_own_texts(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await world.send("for Dana")
    await world.send("for Marcus", to=MARCUS)
    await expect(page.locator(".text")).to_contain_text(["for Dana"])
    await world.send("from the other plan", from_=OTHER_PLAN)
    await expect(page.locator(".unread")).to_contain_text("1")
    await page.get_by_label("Your text").fill("half a text")
    await page.get_by_role("radio", name="CareSource").check()
    await expect(page.locator(".text")).to_contain_text(["from the other plan"])
    await expect(page.locator(".unread")).to_have_count(0)
    await expect(page.get_by_label("Your text")).to_have_value("")
    await page.get_by_role("radio", name="Independence").check()
    await expect(page.get_by_label("Your text")).to_have_value("half a text")
    await page.get_by_role("radio", name="Marcus").check()
    await expect(page.locator(".text")).to_contain_text(["for Marcus"])
    await expect(page.get_by_label("Your text")).to_have_value("")
    await page.reload()
    await expect(page.get_by_role("radio", name="Marcus")).to_be_checked()
    await expect(page.locator(".text")).to_contain_text(["for Marcus"])


async def test_it_works_by_keyboard_alone(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Marcus")).to_be_checked()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="CareSource")).to_be_checked()
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your text")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("two")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("lines")
    await page.keyboard.press("Enter")
    await until(lambda: world.product.webhooks)
    assert world.product.webhooks[0].form["Body"] == "two\nlines"
    assert (world.product.webhooks[0].form["From"], world.product.webhooks[0].form["To"]) == (MARCUS, OTHER_PLAN)


async def test_a_text_that_the_carrier_refuses_stays_in_the_box(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await page.route("**/api/texts", lambda route: route.abort())
    await send(page, "Hello")
    await expect(page.get_by_role("alert")).to_contain_text("not sent")
    await expect(page.get_by_label("Your text")).to_have_value("Hello")


async def test_a_lost_connection_is_said_and_found_again(world: World, open_phone: OpenPhone) -> None:
    page = await open_phone()
    await page.route("**/api/inbox*", lambda route: route.abort())
    await world.send("first")
    await expect(page.locator("#line")).to_contain_text("No connection")
    await page.unroute("**/api/inbox*")
    await expect(page.locator(".text")).to_contain_text(["first"])
    await expect(page.locator("#line")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (820, 1100), (390, 780), (320, 500), (740, 340)])
async def test_nothing_is_cut_off_sideways_and_the_newest_text_is_in_view(
    world: World, open_phone: OpenPhone, width: int, height: int
) -> None:
    page = await open_phone(viewport={"width": width, "height": height})
    for number in range(12):
        await world.send(f"Text number {number}. " + "http://127.0.0.1/" + "long" * 30)
    await expect(page.locator(".text")).to_have_count(12)
    await send(page, "mine")
    last = page.locator(".text").last
    await expect(last).to_contain_text("mine")
    await asyncio.sleep(0.3)
    await expect(last).to_be_in_viewport()
    await expect(page.get_by_label("Your text")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_the_log_speaks_of_new_texts_only(world: World, open_phone: OpenPhone) -> None:
    await world.send("before")
    page = await open_phone()
    await expect(page.locator(".text")).to_have_count(1)
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    node = await page.locator(".text").element_handle()
    await world.send("after")
    await expect(page.locator(".text")).to_have_count(2)
    assert node is not None
    assert await node.evaluate("node => node.isConnected")


async def test_only_the_pages_own_files_are_served(world: World) -> None:
    for path in ("..%2fphone.py", "phone.py", "%2e%2e/app.py", ".hidden"):
        async with world.http.get(f"/demo/phone/{path}") as answer:
            assert answer.status == 404


async def test_the_phone_api_knows_the_fictional_phones_alone(world: World) -> None:
    async with world.http.get("/demo/phone/api/inbox", params={"phone": "+12155550177"}) as answer:
        assert answer.status == 404
    bodies = [
        {"from": "+12155550177", "to": PLAN, "body": "x"},
        {"from": DANA, "to": "+12155550188", "body": "x"},
        {"from": DANA, "to": PLAN, "body": " "},
        {"from": DANA, "to": PLAN, "body": "x" * 1601},
    ]
    for body in bodies:
        async with world.http.post("/demo/phone/api/texts", json=body) as answer:
            assert answer.status == 422
    async with world.http.post("/demo/phone/api/texts", data="{}") as answer:
        assert answer.status == 400
    assert world.carrier.network.list_texts() == []


async def test_numbers_are_from_the_range_that_is_reserved_for_fiction(world: World) -> None:
    async with world.http.get("/demo/phone/api/setup") as answer:
        setup = await answer.json()
    assert len(setup["phones"]) == 4
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone["number"]) for phone in setup["phones"])
