"""The page runs nothing that a member types, speaks to nobody else, and works without an error."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

INJECTIONS = (
    "<img src=x onerror=\"window.injected='img'\">",
    "<script>window.injected='script'</script>",
    "<svg/onload=\"window.injected='svg'\"><a href=\"javascript:window.injected='link'\">press</a>",
)


@pytest.mark.parametrize("text", INJECTIONS, ids=["img", "script", "svg"])
async def test_markup_that_a_member_types_is_shown_as_text(visit: Visit, text: str) -> None:
    chat = await visit()
    await chat.ask(text)
    await expect(chat.said(text)).to_have_count(1)
    await chat.reload()
    await expect(chat.said(text)).to_have_count(1)
    assert await chat.page.evaluate("window.injected") is None
    await expect(chat.page.locator("#messages").locator("img, script, iframe, [onload], [onerror]")).to_have_count(0)


async def test_every_link_of_the_page_is_https_or_a_phone_number(visit: Visit) -> None:
    chat = await visit(plan="independence")
    await chat.ask("What are gene-based therapies?")
    await chat.ask("Where is the closest hospital for gene therapy?")
    await chat.ask("19104")
    links = await chat.page.locator("#messages a").evaluate_all(
        "links => links.map((link) => [link.getAttribute('href'), link.rel, link.target])"
    )
    assert links
    for href, rel, target in links:
        assert href.startswith(("https://", "tel:")), href
        if href.startswith("https://"):
            assert "noopener" in rel
            assert target == "_blank"


async def test_data_that_is_no_safe_address_becomes_no_link(visit: Visit) -> None:
    chat = await visit()
    card = await chat.page.evaluate_handle(
        """async () => {
            const { cardElement } = await import("/page/cards.js");
            return cardElement({ kind: "facility", name: "<b>Name</b>", address: "1 Street", phone: "javascript:1",
                url: "http://plain.example", map_url: "javascript:window.injected='map'", serves: ["adult"],
                therapies: ["<i>one</i>"], network: null, verified_on: "2026-05-01" });
        }"""
    )
    assert await card.evaluate("card => card.querySelectorAll('a, b, i').length") == 0
    assert await card.evaluate("card => card.querySelector('h3').textContent") == "<b>Name</b>"
    # A day is a day: no time zone moves it.
    assert "May 1, 2026" in str(await card.evaluate("card => card.textContent"))


async def test_a_field_of_a_record_that_is_not_known_is_never_shown_as_no(visit: Visit) -> None:
    chat = await visit()
    lines = await chat.page.evaluate(
        """async () => {
            const { cardElement } = await import("/page/cards.js");
            const card = cardElement({ kind: "eligibility", approval_required: "unknown", ends_on: null,
                medical_benefit: "no", active: true, is_sample: true });
            const rows = [...card.querySelectorAll("dl > div")];
            return [card.querySelector(".badge").textContent,
                ...rows.map((row) => row.querySelector("dd").textContent)];
        }"""
    )
    assert lines == ["Sample data", "Not known", "Not known", "No", "Yes"]


async def test_the_page_is_served_with_a_policy_that_allows_nothing_inline_and_nobody_else(visit: Visit) -> None:
    chat = await visit()
    answer = await chat.page.request.get(chat.base_url + "/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_whole_conversation_leaves_no_error_in_the_console_and_asks_only_the_product(visit: Visit) -> None:
    chat = await visit(plan="independence")
    answer = await chat.ask("What are gene-based therapies?")
    await answer.locator("summary").click()
    await chat.ask("Where is the closest hospital for gene therapy?")
    await chat.ask("19104")
    await chat.ask("I have chest pain and I can't breathe")
    # Whoever is in danger is put before a coach unasked.
    await chat.expect_holder("waiting")
    await chat.reload()
    await chat.button("Cancel request").click()
    await chat.expect_holder("assistant")
    await chat.end()
    await expect(chat.closing).to_be_visible()
    await chat.button("Start new chat").click()
    await expect(chat.recorded).to_have_count(1)
    assert chat.console_errors == []
    assert chat.outside_addresses() == []
    assert any(address.startswith("ws") for address in chat.addresses)
