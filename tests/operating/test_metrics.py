"""What an operator's Prometheus reads: every step of a turn, failures by code, and nothing of a person."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from bot import metrics
from bot.channels.web.operations import MEMBER_API
from bot.console.operations import CONSOLE_API
from tests.member import Member
from tests.operating.figures import metrics_address, read_figures, total
from tests.product import ROOT, RunningProduct
from tests.texter import Texter

PHONE = "+12155550177"
CANARIES = ("zebrafinch", "GG4711472", "4711472", "12/24/1931", "1931-12-24", PHONE[1:], "94117")

# What is no operation of an API: pages, health, the carrier, and in demo mode the simulated carrier.
OTHER_ROUTES = {"/", "/page/{name}", "/livez", "/readyz", "/console", "/console/{name}", "unknown"}
OTHER_ROUTES |= {"/sms/twilio", "/sms/twilio/status"}
ROUTES = {each.path for api in (MEMBER_API, CONSOLE_API) for each in api.operations} | OTHER_ROUTES
ACTIONS = set(yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"])
KNOWN = {
    "channel": {"web", "sms"},
    "step": {"wait", "record", "gate", "engine", "lint", "answer", "load", "understand", "act", "save"},
    "method": {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "OTHER"},
    "kind": {"timeout", "refused"},
    "part": {"database", "migrations", "engine"},
}
SHAPES = {
    "code": re.compile(r"[A-Z][A-Z0-9_]{2,40}"),
    "status": re.compile(r"\d{3}|queued|sending|accepted|sent|delivered|undelivered|failed|suppressed"),
    "reason": re.compile(r"[a-z_]+"),
    "model_id": re.compile(r"[0-9a-f]{32}"),
    "le": re.compile(r"[0-9.]+|\+Inf"),
}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def test_the_figures_are_on_a_private_port_alone(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    address = metrics_address(running_product)
    assert address.startswith("http://127.0.0.1:")
    assert not address.startswith(running_product.base_url)
    async with http.get(f"{running_product.base_url}/metrics") as response:
        assert response.status == 404
    async with http.get(address.replace("/metrics", "/api/v1/site")) as response:
        assert response.status == 404


async def test_a_turn_shows_in_every_step_of_it(running_product: RunningProduct, http: aiohttp.ClientSession) -> None:
    member = Member(http, running_product.base_url)
    await member.open(plan="independence")
    before = await read_figures(http, running_product)
    await member.say("is it covered")
    after = await read_figures(http, running_product)

    def grew(name: str, **labels: str) -> float:
        return total(after, name, **labels) - total(before, name, **labels)

    assert grew("gene_guide_turn_seconds_count", channel="web") == 1
    for step in ("wait", "record", "gate", "engine", "lint", "answer"):
        assert grew("gene_guide_turn_step_seconds_count", channel="web", step=step) == 1, step
    for step in ("load", "understand", "act", "save"):
        assert grew("gene_guide_engine_step_seconds_count", step=step) == 1, step
    assert grew("gene_guide_action_seconds_count", action="action_answer_coverage_general") == 1
    whole, steps = grew("gene_guide_turn_seconds_sum"), grew("gene_guide_turn_step_seconds_sum")
    assert 0 < steps <= whole
    assert grew("gene_guide_engine_step_seconds_sum") <= grew("gene_guide_turn_step_seconds_sum", step="engine")
    route = "/api/v1/conversations/{id}/messages"
    assert grew("gene_guide_requests_total", method="POST", route=route, status="200") == 1
    assert total(after, "gene_guide_turns_in_flight") == 0
    assert total(after, "gene_guide_engine_up") == 1
    assert {each.labels["part"]: each.value for each in after if each.name == "gene_guide_ready"} == {
        "database": 1, "migrations": 1, "engine": 1,
    }  # fmt: skip


async def test_what_is_open_and_what_is_refused_is_counted(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    member = Member(http, running_product.base_url)
    await member.open()
    before = await read_figures(http, running_product)
    token, member.token = member.token, "wrong"
    path = f"/api/v1/conversations/{member.conversation_id}"
    await member.call("POST", f"{path}/messages", 404, {"client_message_id": str(uuid4()), "text": "hello"})
    member.token = token
    url = f"{running_product.base_url}{path}/socket"
    async with http.ws_connect(url, protocols=("gene-guide.v1", f"token.{token}")) as socket:
        await socket.receive_json(timeout=60)
        during = await read_figures(http, running_product)
    route = "/api/v1/conversations/{id}/socket"
    name = "gene_guide_sockets_open"
    assert total(during, name, route=route) - total(before, name, route=route) == 1
    code = {"code": "CONVERSATION_NOT_FOUND"}
    assert total(during, "gene_guide_problems_total", **code) - total(before, "gene_guide_problems_total", **code) == 1


async def test_labels_come_from_closed_lists_and_hold_nothing_of_a_member(
    running_product: RunningProduct, http: aiohttp.ClientSession
) -> None:
    member = Member(http, running_product.base_url)
    await member.open(plan="independence")
    for text in ("zebrafinch zebrafinch", "is my plan active", "GG4711472 12/24/1931", "find a hospital near 94117"):
        await member.say(text)
    texter = Texter(http, running_product.base_url, PHONE)
    await texter.text("zebrafinch is gene therapy covered")
    await texter.reads("")
    strange = (("GET", "/zebrafinch/GG4711472"), ("ZEBRAFINCH", "/api/v1/site"), ("GET", "/page/zebrafinch.js"))
    for method, path in strange:
        async with http.request(method, running_product.base_url + path, headers={"X-Request-Id": "zebrafinch"}) as it:
            assert it.status in (400, 404, 405)

    # The first text to come may be the greeting, and the turn is not over then.
    deadline = time.monotonic() + 90
    counts = (("gene_guide_turn_seconds_count", {"channel": "sms"}), ("gene_guide_deliveries_total", {}))
    while True:
        samples = await read_figures(http, running_product)
        if all(total(samples, name, **labels) >= 1 for name, labels in counts):
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    shown = str(samples)
    assert [canary for canary in CANARIES if canary in shown] == []
    assert [each for each in samples if not all(_is_known(*label) for label in each.labels.items())] == []


def test_operating_lists_every_figure_with_its_labels() -> None:
    row = re.compile(r"^\| `(gene_guide_\w+)` \|([^|]*)\| [^|]+ \|$", re.MULTILINE)
    documented = dict(row.findall((ROOT / "docs/operating.md").read_text(encoding="utf-8")))
    assert {name: re.findall(r"`(\w+)`", labels) for name, labels in documented.items()} == _registered()


def _registered() -> dict[str, list[str]]:
    """Every figure of ours with its labels, under the name that Prometheus knows it by."""
    figures = {}
    for figure in vars(metrics).values():
        if isinstance(figure, MetricWrapperBase):
            name = f"{figure._name}_total" if figure._type == "counter" else figure._name
            figures[name] = list(figure._labelnames)
    return figures


def _is_known(name: str, value: str) -> bool:
    if name == "route":
        return value in ROUTES or re.fullmatch(r"/demo/[a-z/{}_.0-9A-Z-]*", value) is not None
    if name == "action":
        return value in ACTIONS
    return value in KNOWN[name] if name in KNOWN else SHAPES[name].fullmatch(value) is not None
