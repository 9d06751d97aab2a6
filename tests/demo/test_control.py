"""The carrier is steered by JSON alone, keeps little, and stops at once."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.demo.carrier.app import create_carrier
from bot.demo.carrier.network import MAX_PHONES, MAX_TEXTS_PER_PHONE
from tests.demo.world import ACCOUNT_SID, DANA, PLAN, World, open_world, until

CONTROL = "/demo/carrier/control"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "faults", {"rest": [{"status": 200, "code": 1}]}),
        ("PUT", "faults", {"unheard_of": 1}),
        ("PUT", "faults", {"webhooks": {"copies": 101}}),
        ("PUT", "mode", {"mode": "other"}),
        ("POST", "texts", {"from": DANA, "to": PLAN}),
        ("POST", "redeliveries", {"sid": "SM1", "times": 0}),
    ],
)
async def test_a_body_that_cannot_be_used_changes_nothing(
    world: World, method: str, path: str, body: dict[str, object]
) -> None:
    async with world.http.request(method, f"{CONTROL}/{path}", json=body) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, "BAD_BODY")
    assert (await world.control("GET", "faults"))["rest"] == []


async def test_no_form_of_a_foreign_page_can_steer_it(world: World) -> None:
    body = json.dumps({"from": DANA, "to": PLAN, "body": "x"})
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"Content-Type": content_type}
        async with world.http.post(f"{CONTROL}/texts", data=body, headers=headers) as answer:
            assert answer.status == 400
    assert world.carrier.network.list_texts() == []


@pytest.mark.parametrize(("phone", "number"), [("12155550101", PLAN), (DANA, "+12155550199"), ("", PLAN)])
async def test_a_text_needs_a_phone_and_a_number_of_the_plan(world: World, phone: str, number: str) -> None:
    async with world.http.post(f"{CONTROL}/texts", json={"from": phone, "to": number, "body": "x"}) as answer:
        assert answer.status == 422


async def test_reset_forgets_texts_opt_outs_faults_and_requests(world: World) -> None:
    await world.text("STOP")
    await world.break_down(drop_answers=3)
    await until(lambda: world.product.webhooks)
    await world.control("POST", "reset")
    assert (await world.control("GET", "texts"))["texts"] == []
    assert (await world.control("GET", "opt-outs"))["opt_outs"] == []
    assert (await world.control("GET", "faults"))["drop_answers"] == 0
    assert (await world.control("GET", "requests"))["requests"] == []


async def test_the_texts_of_one_pair_are_listed_in_order(world: World) -> None:
    await world.text("1")
    await world.send("2")
    await world.text("3", phone="+12155550102")
    texts = (await world.control("GET", "texts", params={"phone": DANA, "number": PLAN}))["texts"]
    assert [(text["body"], text["direction"]) for text in texts] == [("1", "inbound"), ("2", "outbound-api")]


async def test_memory_is_bounded(world: World) -> None:
    network = world.carrier.network
    for number in range(MAX_TEXTS_PER_PHONE + 5):
        network.receive(DANA, PLAN, str(number))
    assert next(text.body for text in network.list_texts(phone=DANA)) == "5"
    for number in range(MAX_PHONES):
        network.receive(f"+1215{2_000_000 + number}", PLAN, "STOP")
    assert network.list_texts(phone=DANA) == []
    assert len({text.phone for text in network.list_texts()}) == MAX_PHONES


async def test_it_stops_at_once_while_a_phone_waits_and_texts_are_under_way() -> None:
    async with open_world(pace_s=30.0) as world:
        await world.send()
        async with world.http.get("/demo/phone/api/inbox", params={"phone": DANA}) as answer:
            version = (await answer.json())["version"]
        waiting = asyncio.create_task(
            world.http.get("/demo/phone/api/inbox", params={"phone": DANA, "seen": version}).__aenter__()
        )
        await asyncio.sleep(0.1)
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 5
    await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize(
    ("account_sid", "numbers", "reason"),
    [
        ("AC1", {PLAN: "x"}, "account sid"),
        (ACCOUNT_SID, {}, "needs a number"),
        (ACCOUNT_SID, {"2155550190": "x"}, "2155550190"),
    ],
)
def test_a_carrier_that_could_not_work_is_not_made(account_sid: str, numbers: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        create_carrier(account_sid=account_sid, auth_token="t", numbers=numbers, webhook_url="http://127.0.0.1/x")
