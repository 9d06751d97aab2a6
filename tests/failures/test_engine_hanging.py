"""The engine stands still in the middle of a turn: alive as a process, and answering nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
import psutil
import pytest
import pytest_asyncio

from tests.failures.engine_door import EngineDoor, find_engine
from tests.failures.members import Said, check_apology, check_recorded_once, read_readiness, say, until_ready
from tests.member import Member
from tests.product import RunningProduct

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Hang:
    """What was seen from the moment on at which the engine stood still until another one was there."""

    http: aiohttp.ClientSession
    product: RunningProduct
    engine: psutil.Process
    member: Member
    first: Said
    # The same message, sent again by the page while the first one was still without an answer.
    second: Said
    readiness: tuple[int, dict[str, str]]
    # What an answer took at that time that needs no engine: how busy the machine was.
    needs_no_engine: Said
    restarted_after_s: float


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hang(product: RunningProduct, door: EngineDoor) -> AsyncIterator[Hang]:
    """A member's turn while the engine hangs, up to the new engine that nobody but the product has started."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        await until_ready(http, product.base_url)
        member = Member(http, product.base_url)
        await member.open()
        await member.say("is zolgensma covered")
        engine, started = find_engine(product), time.monotonic()
        engine.suspend()
        content = {"client_message_id": str(uuid4()), "text": "CareSource Marketplace"}
        other = Member(http, product.base_url)
        await other.open()
        first, second, readiness, needs_no_engine = await asyncio.gather(
            say(member, **content),
            say(member, **content),
            read_readiness(http, product.base_url),
            say(other, "my son can't breathe after his infusion"),
        )
        await asyncio.to_thread(find_engine, product, after=engine)
        after_s = time.monotonic() - started
        await until_ready(http, product.base_url)
        yield Hang(http, product, engine, member, first, second, readiness, needs_no_engine, after_s)


async def test_the_member_has_an_apology_in_time_and_is_recorded_once(hang: Hang) -> None:
    check_apology(hang.first, busy_s=hang.needs_no_engine.waited_s)
    await check_recorded_once(hang.member, hang.first)


async def test_danger_does_not_wait_for_it(hang: Hang) -> None:
    assert [reply["outcome"] for reply in hang.needs_no_engine.answer["replies"]] == ["emergency"]
    assert hang.needs_no_engine.answer["state"]["holder"] == "waiting"
    assert hang.needs_no_engine.waited_s < hang.first.waited_s


async def test_the_page_that_asks_again_meanwhile_has_the_same_answer(hang: Hang) -> None:
    assert hang.second.answer["message"] == hang.first.answer["message"]
    assert hang.second.answer["replies"] == hang.first.answer["replies"]


async def test_an_operator_reads_that_it_hangs(hang: Hang) -> None:
    status, engine = hang.readiness
    assert (status, engine["status"], engine["code"]) == (503, "unavailable", "ENGINE_TOO_SLOW")


async def test_it_is_ended_by_force_and_another_one_comes(hang: Hang) -> None:
    assert not hang.engine.is_running()
    # Not at the first look: a machine that was busy for a moment must not lose its engine.
    assert hang.restarted_after_s > 3.0


async def test_the_question_that_was_open_takes_its_answer(hang: Hang) -> None:
    said = await say(hang.member, "CareSource Marketplace")
    (reply,) = said.answer["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", "coverage_general")
    assert {citation["number"] for citation in reply["citations"]} == {"MP-AD-1623"}


async def test_one_that_wakes_up_again_drops_the_turn_that_nobody_waits_for(hang: Hang) -> None:
    member = Member(hang.http, hang.product.base_url)
    await member.open()
    await member.say("is zolgensma covered")
    engine = find_engine(hang.product)
    engine.suspend()
    unheard = await say(member, "CareSource Marketplace")
    assert [reply["outcome"] for reply in unheard.answer["replies"]] == ["failure"]
    engine.resume()
    await until_ready(hang.http, hang.product.base_url)
    # Asked still: had the dialogue moved on unseen, this would be no answer to its question.
    said = await say(member, "CareSource Marketplace")
    (reply,) = said.answer["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", "coverage_general")
    assert find_engine(hang.product) == engine
