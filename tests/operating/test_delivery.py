"""What must hold of the whole product when messages repeat, race or meet a dead engine, and of its log."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from uuid import uuid4

import aiohttp
import psutil

from tests.member import Json, Member
from tests.product import RunningProduct, start_product

APOLOGY_WITHIN_S = 3.0
# No claim: it only must come back.
ENGINE_RETURNS_WITHIN_S = 180.0


async def test_the_same_message_ten_times_acts_once(running_product: RunningProduct) -> None:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(plan="independence")
        body = {"client_message_id": str(uuid4()), "text": "I want to talk to a nurse"}
        answers = await asyncio.gather(*(member.call("POST", _messages(member), 200, body) for _ in range(10)))
        assert all(answer == answers[0] for answer in answers)
        record = await _record(member)
        assert [message["author"] for message in record] == ["assistant", "member", "assistant"]


async def test_two_tabs_at_once_are_recorded_in_order_and_each_answered_once(running_product: RunningProduct) -> None:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(plan="independence")
        questions = [
            "what is gene therapy",
            "is gene therapy covered",
            "do I need precertification",
            "what does it cost",
        ]
        bodies = [{"client_message_id": str(uuid4()), "text": question} for question in questions * 2]
        await asyncio.gather(*(member.call("POST", _messages(member), 200, body) for body in bodies))
        record = await _record(member)
        assert [message["seq"] for message in record] == list(range(1, len(record) + 1))
        authors = [message["author"] for message in record[1:]]
        assert authors == ["member", "assistant"] * len(bodies)
        sent = {message["client_message_id"] for message in record if message["author"] == "member"}
        assert sent == {body["client_message_id"] for body in bodies}


async def test_a_dead_engine_is_apologised_for_and_comes_back_in_context(tmp_path: Path) -> None:
    product = start_product(tmp_path / "product")
    try:
        async with aiohttp.ClientSession() as http:
            member = Member(http, product.base_url)
            await member.open(plan="independence")
            await member.say("where is the nearest hospital")
            assert member.state["awaiting"]["field"] == "zip_code"
            for child in psutil.Process(product.process.pid).children():
                child.kill()
            started = time.monotonic()
            answer = await member.say("19104")
            assert time.monotonic() - started < APOLOGY_WITHIN_S
            assert [reply["outcome"] for reply in answer["replies"]] == ["failure"]
            assert any(reply["value"] == "/coach_handoff" for reply in answer["replies"][0]["quick_replies"])
            await _until_ready(http, product)
            await member.say("19104")
            assert [reply["outcome"] for reply in member.last_replies] == ["facilities"]
    finally:
        product.stop()


async def test_no_log_holds_what_a_member_wrote(running_product: RunningProduct) -> None:
    canaries = ["zebrafinch", "GG4711471", "4711471", "12/24/1931", "1931-12-24", "94117"]
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(plan="independence")
        await member.say("zebrafinch zebrafinch what is gene therapy")
        await member.say("is my plan active")
        await member.say("GG4711471 12/24/1931")
        await member.say("never mind")
        await member.say("find a hospital near 94117")
    logged = running_product.log.read_text(encoding="utf-8")
    assert "turn.answered" in logged, "the log is where we look"
    # Random ids of 32 hexadecimal digits hold any five digits sooner or later.
    without_ids = re.sub(r"\b[0-9a-f]{32}\b", "", logged)
    assert [canary for canary in canaries if canary in without_ids] == []


def _messages(member: Member) -> str:
    return f"/api/v1/conversations/{member.conversation_id}/messages"


async def _record(member: Member) -> list[Json]:
    answer = await member.call("GET", f"{_messages(member)}?after=0", 200)
    record: list[Json] = answer["messages"]
    return record


async def _until_ready(http: aiohttp.ClientSession, product: RunningProduct) -> None:
    deadline = time.monotonic() + ENGINE_RETURNS_WITHIN_S
    while time.monotonic() < deadline:
        async with http.get(f"{product.base_url}/readyz") as response:
            if response.status == 200:
                return
        await asyncio.sleep(0.2)
    raise AssertionError("the engine did not come back")
