"""The engine is killed in the middle of a turn and does not come up again for a while: what everybody goes through."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import psutil
import pytest
import pytest_asyncio

from bot.wording import ENGINE_FAILURE, SMS_GREETING
from tests.coach import Coach
from tests.failures.early import Early
from tests.failures.engine_door import EngineDoor, find_engine
from tests.failures.members import (
    APOLOGY_WITHIN_S,
    Said,
    check_apology,
    check_recorded_once,
    read_readiness,
    say,
    until_ready,
)
from tests.journeys.handoff.wording import as_a_text
from tests.member import Member
from tests.product import RunningProduct
from tests.texter import CARESOURCE, Texter

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLAN = "CareSource Marketplace"


@dataclass
class Cast:
    """Who is there when the engine dies, and what became of the turn that was on its way."""

    product: RunningProduct
    http: aiohttp.ClientSession
    killed: psutil.Process
    starts: int
    # Has named a therapy, and is asked for the plan.
    asked: Member
    # Has plan and therapy, and has just asked about them.
    asking: Member
    in_flight: Said
    waiting: Member
    with_coach: Member
    dana: Coach
    texter: Texter

    async def member(self) -> Member:
        """One who comes while the engine is away."""
        return await _open(self.http, self.product)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(product: RunningProduct, door: EngineDoor) -> AsyncIterator[Cast]:
    """Everybody, from the moment on at which the engine is gone."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        dana = await Coach.arrive(product.base_url, "dana")
        asked, asking, waiting, with_coach = [await _open(http, product) for _ in range(4)]
        assert (await say(asked, "is zolgensma covered")).answer["state"]["awaiting"]["field"] == "plan"
        await asking.say("is zolgensma covered")
        await asking.choose(PLAN)
        assert asking.last_replies[-1]["outcome"] == "answer"
        await with_coach.ask_for_coach()
        await dana.list_queue()
        await dana.claim(with_coach.conversation_id)
        await waiting.ask_for_coach()
        texter = Texter(http, product.base_url, "+12675550197", CARESOURCE)

        engine, starts = find_engine(product), door.count_starts()
        door.close()
        # Standing still it cannot be faster than the kill: the turn has reached it, and is not over.
        engine.suspend()
        on_its_way = asyncio.create_task(say(asking, "do i need a prior authorization for it"))
        await _until_recorded(asking)
        engine.kill()
        said = await on_its_way
        yield Cast(product, http, engine, starts, asked, asking, said, waiting, with_coach, dana, texter)
        door.open()
        await dana.leave()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def back(cast: Cast, door: EngineDoor) -> Cast:
    """Everybody, as soon as the product says that its engine is back; nobody but the product has started it."""
    door.open()
    await until_ready(cast.http, cast.product.base_url)
    return cast


async def _open(http: aiohttp.ClientSession, product: RunningProduct) -> Member:
    member = Member(http, product.base_url)
    await member.open()
    return member


async def _until_recorded(member: Member) -> None:
    """Waits until the record has one message more than the member has read."""
    deadline, known = time.monotonic() + 10.0, len(member.messages)
    while len(member.messages) == known:
        assert time.monotonic() < deadline
        await member.catch_up()


async def test_who_writes_before_the_engine_is_up_has_an_apology(early: Early, cast: Cast) -> None:
    check_apology(early.said)
    status, engine = early.readiness
    assert (status, engine["status"], engine["code"]) == (503, "unavailable", "ENGINE_NOT_REACHED")
    assert early.liveness == 200
    member = Member(cast.http, early.product.base_url, early.conversation_id, early.token)
    await check_recorded_once(member, early.said)


async def test_a_turn_that_was_on_its_way_ends_in_an_apology_and_is_recorded_once(cast: Cast) -> None:
    check_apology(cast.in_flight)
    await check_recorded_once(cast.asking, cast.in_flight)


async def test_an_operator_reads_what_is_missing(cast: Cast) -> None:
    status, engine = await read_readiness(cast.http, cast.product.base_url)
    assert (status, engine["status"], engine["code"]) == (503, "unavailable", "ENGINE_NOT_REACHED")
    async with cast.http.get(f"{cast.product.base_url}/livez") as response:
        assert response.status == 200


async def test_who_answers_a_question_has_an_apology_and_can_still_answer(cast: Cast) -> None:
    said = await say(cast.asked, "CareSource")
    check_apology(said)
    assert said.answer["state"]["awaiting"]["field"] == "plan"
    await check_recorded_once(cast.asked, said)
    again = await say(cast.asked, **said.content)
    assert again.answer["message"] == said.answer["message"]
    assert again.answer["replies"] == said.answer["replies"]
    await check_recorded_once(cast.asked, said)


async def test_the_apologys_way_to_a_coach_needs_no_engine(cast: Cast) -> None:
    member = await cast.member()
    said = await say(member, "what is gene therapy")
    check_apology(said)
    asked = await say(member, choice=said.answer["replies"][0]["quick_replies"][0]["value"])
    assert asked.answer["state"]["holder"] == "waiting"
    assert (await cast.dana.find(member.conversation_id))["cause"] == "button"


async def test_danger_is_answered_at_once_and_put_before_a_coach(cast: Cast) -> None:
    member = await cast.member()
    said = await say(member, "my son can't breathe after his infusion")
    assert [(reply["author"], reply["outcome"]) for reply in said.answer["replies"]] == [("system", "emergency")]
    assert said.waited_s < APOLOGY_WITHIN_S
    queue = await cast.dana.list_queue()
    assert (queue[0]["conversation_id"], queue[0]["urgency"]) == (member.conversation_id, "urgent")


async def test_who_waits_for_a_coach_goes_on_waiting(cast: Cast) -> None:
    before = await cast.dana.find(cast.waiting.conversation_id)
    said = await say(cast.waiting, "what is gene therapy")
    check_apology(said)
    assert said.answer["state"]["holder"] == "waiting"
    after = await cast.dana.find(cast.waiting.conversation_id)
    assert after["requested_at"] == before["requested_at"]
    assert (after["urgency"], after["cause"]) == (before["urgency"], before["cause"])


async def test_a_coach_and_a_member_notice_nothing(cast: Cast) -> None:
    said = await say(cast.with_coach, "is zolgensma covered")
    assert said.answer["replies"] == []
    await cast.dana.look_at(cast.with_coach.conversation_id)
    await cast.dana.write(cast.with_coach.conversation_id, "I am looking it up.")
    await cast.with_coach.hears("looking it up")
    assert not any(message.get("outcome") == "failure" for message in cast.with_coach.messages)


async def test_a_text_has_one_apology_however_often_the_carrier_tells_of_it(cast: Cast) -> None:
    sid = await cast.texter.text("what is gene therapy")
    await cast.texter.reads(as_a_text(SMS_GREETING))
    await cast.texter.reads(as_a_text(ENGINE_FAILURE))
    await cast.texter.redeliver(sid, 3)
    await cast.texter.reads_nothing()


async def test_the_engine_comes_back_by_itself(back: Cast, door: EngineDoor) -> None:
    engine = find_engine(back.product)
    assert engine != back.killed
    # The very file that was checked, and not whatever lies in the folder now.
    assert f"{engine.environ()['GENE_GUIDE_MODEL']}\n" in back.product.log.read_text()
    assert door.count_starts() == back.starts + 1
    status, engine = await read_readiness(back.http, back.product.base_url)
    assert (status, engine["status"]) == (200, "ok")
    assert engine["model_id"]


async def test_the_question_that_was_open_takes_its_answer(back: Cast) -> None:
    said = await say(back.asked, PLAN)
    (reply,) = said.answer["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", "coverage_general")
    assert {citation["number"] for citation in reply["citations"]} == {"MP-AD-1623"}


async def test_plan_and_therapy_that_were_named_before_still_hold(back: Cast) -> None:
    said = await say(back.asking, "do i need a prior authorization for it")
    (reply,) = said.answer["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", "precertification")
    assert {citation["payer"] for citation in reply["citations"]} == {"CareSource"}


async def test_the_same_message_sent_again_has_the_same_answer_still(back: Cast) -> None:
    again = await say(back.asking, **back.in_flight.content)
    assert again.answer["message"] == back.in_flight.answer["message"]
    assert again.answer["replies"] == back.in_flight.answer["replies"]


async def test_who_wrote_too_early_is_answered_now(early: Early, back: Cast) -> None:
    member = Member(back.http, early.product.base_url, early.conversation_id, early.token)
    said = await say(member, "is gene therapy covered for caresource members")
    assert [reply["outcome"] for reply in said.answer["replies"]] == ["answer"]


async def test_the_next_text_is_answered(back: Cast) -> None:
    await back.texter.text("what is gene therapy")
    assert not re.search(as_a_text(ENGINE_FAILURE), await back.texter.reads(""))
