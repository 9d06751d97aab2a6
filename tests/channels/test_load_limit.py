"""More turns than can be answered in time: who is taken is answered, who is refused hears it at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from uuid import uuid4

import pytest

from bot.channels.intake import MOST_IN_LINE
from bot.channels.turn_limit import TurnLimit
from bot.database import Database
from bot.metrics import REGISTRY
from tests.channels.gateway import Answer, Gateway, Tab, start_gateway
from tests.channels.test_socket import connect

LIMIT = 5


class SlowEngine:
    """Holds every turn until a test lets them go."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._go_on = asyncio.Event()
        self._freed = ""
        gateway.engine.before_answer = self._wait

    async def _wait(self, turn: SimpleNamespace) -> None:
        while not self._go_on.is_set() and turn.conversation_id != self._freed:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def is_busy_with(self, turns: int) -> None:
        """Waits until so many turns are held."""
        async with asyncio.timeout(20):
            while self._gateway.engine.running < turns:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def go_on_with(self, conversation_id: str) -> None:
        """Lets the turns of one conversation go."""
        self._freed = conversation_id

    def go_on(self) -> None:
        self._go_on.set()


@pytest.fixture
async def gateway(sqlite_database: Database) -> AsyncIterator[Gateway]:
    """A gateway that takes five turns at once; who is refused never reaches the database, so one kind is enough."""
    gateway = await start_gateway(sqlite_database, limit=TurnLimit(LIMIT))
    yield gateway
    await gateway.client.close()


@pytest.fixture
async def slow_engine(gateway: Gateway) -> SlowEngine:
    return SlowEngine(gateway)


async def fill(gateway: Gateway, slow_engine: SlowEngine) -> list[asyncio.Task[Answer]]:
    """As many turns as may be under way, each in a conversation of its own."""
    tabs = [await gateway.open() for _ in range(LIMIT)]
    taken = [asyncio.create_task(tab.say("is it covered")) for tab in tabs]
    await slow_engine.is_busy_with(LIMIT)
    return taken


async def test_what_is_refused_is_refused_at_once_and_recorded_once_when_it_comes_again(
    gateway: Gateway, slow_engine: SlowEngine
) -> None:
    late = [await gateway.open() for _ in range(20)]
    taken = await fill(gateway, slow_engine)
    ids = [str(uuid4()) for _ in late]
    before = figure("gene_guide_turns_refused_total")

    refused = await asyncio.gather(*(tab.say("and this", id_) for tab, id_ in zip(late, ids, strict=True)))

    # Nobody was answered yet: the refusals waited for none of the turns under way.
    assert not any(task.done() for task in taken)
    assert {(answer.status, answer.code) for answer in refused} == {(429, "OVERLOADED")}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 5 for answer in refused)
    assert figure("gene_guide_turns_refused_total") - before == len(late)
    assert len(gateway.engine.turns) == LIMIT
    assert [len(await tab.read()) for tab in late] == [1] * len(late)

    slow_engine.go_on()
    assert [answer.status for answer in await asyncio.gather(*taken)] == [200] * LIMIT
    for tab, id_ in zip(late, ids, strict=True):
        assert (await tab.say("and this", id_)).status == 200
        assert [message["author"] for message in await tab.read(after=1)] == ["member", "assistant"]


async def test_however_many_come_at_once_nothing_is_lost_and_no_more_than_the_limit_wait(gateway: Gateway) -> None:
    async def take_a_while(turn: SimpleNamespace) -> None:
        await asyncio.sleep(0.05)

    gateway.engine.before_answer = take_a_while
    tabs = [await gateway.open() for _ in range(40)]

    async def insist(tab: Tab) -> int:
        """As the page does, only sooner."""
        id_, refusals = str(uuid4()), 0
        while (answer := await tab.say("is it covered", id_)).status == 429:
            assert answer.code == "OVERLOADED"
            refusals += 1
            await asyncio.sleep(0.1)
        assert answer.status == 200
        return refusals

    refusals = await asyncio.gather(*map(insist, tabs))
    assert sum(refusals) > 0
    assert max(gateway.engine.most_running.values()) <= LIMIT
    assert [len(await tab.read(after=1)) for tab in tabs] == [2] * len(tabs)


async def test_danger_a_wish_for_a_coach_and_words_for_a_coach_are_never_refused(
    gateway: Gateway, slow_engine: SlowEngine
) -> None:
    held, wishing, typing, pressing, endangered, texting = [await gateway.open() for _ in range(6)]
    await held.call("POST", "handoff", json={})
    await gateway.claim(held.id)
    phone = await gateway.text()
    taken = await fill(gateway, slow_engine)

    to_coach = await held.say("my new number is on file")
    assert (to_coach.status, to_coach.body["replies"]) == (200, [])
    chosen = await wishing.choose("/coach_handoff")
    assert (chosen.status, chosen.body["state"]["holder"]) == (200, "waiting")
    assert (await pressing.call("POST", "handoff", json={})).status == 200
    danger = await endangered.say("i want to kill myself")
    assert (danger.status, danger.body["replies"][0]["outcome"]) == (200, "crisis")
    assert danger.body["state"]["holder"] == "waiting"
    assert (await texting.call("POST", "close", json={})).status == 200
    texted = asyncio.create_task(phone.say("is it covered"))
    typed = asyncio.create_task(typing.say("I want to talk to a nurse"))
    await slow_engine.is_busy_with(LIMIT + 2)

    slow_engine.go_on()
    assert (await texted).state is not None
    assert (await typed).status == 200
    assert [answer.status for answer in await asyncio.gather(*taken)] == [200] * LIMIT


async def test_who_waits_behind_their_own_words_takes_nobodys_place(gateway: Gateway, slow_engine: SlowEngine) -> None:
    talking, other = await gateway.open(), await gateway.open()
    queued = [asyncio.create_task(talking.say(f"question {number}")) for number in range(LIMIT + 3)]
    await slow_engine.is_busy_with(1)
    await in_line(gateway, talking, LIMIT + 3)
    heard = asyncio.create_task(other.say("is it covered"))
    await slow_engine.is_busy_with(2)

    slow_engine.go_on()
    assert {answer.status for answer in await asyncio.gather(*queued, heard)} == {200}
    assert [message["author"] for message in await talking.read(after=1)] == ["member", "assistant"] * (LIMIT + 3)


async def test_one_conversation_lets_so_many_wait_and_refuses_the_next_at_once(
    gateway: Gateway, slow_engine: SlowEngine
) -> None:
    tab = await gateway.open()
    queued = [asyncio.create_task(tab.say(f"question {number}")) for number in range(MOST_IN_LINE)]
    await in_line(gateway, tab, MOST_IN_LINE)
    refused = await tab.say("and this")
    assert (refused.status, refused.code) == (429, "OVERLOADED")
    urgent = await tab.say("i want to kill myself")
    assert urgent.body["replies"][0]["outcome"] == "crisis"
    assert not any(task.done() for task in queued)

    slow_engine.go_on()
    assert {answer.status for answer in await asyncio.gather(*queued)} == {200}
    assert "and this" not in {message["text"] for message in await tab.read()}


async def test_who_comes_to_the_front_of_the_line_in_a_full_house_is_refused_and_not_recorded(
    gateway: Gateway, slow_engine: SlowEngine
) -> None:
    tab = await gateway.open()
    first = asyncio.create_task(tab.say("is it covered"))
    await slow_engine.is_busy_with(1)
    second = asyncio.create_task(tab.say("and this"))
    await in_line(gateway, tab, 2)
    others = [asyncio.create_task((await gateway.open()).say("is it covered")) for _ in range(LIMIT - 1)]
    await slow_engine.is_busy_with(LIMIT)
    phone = await gateway.text()
    texted = asyncio.create_task(phone.say("is it covered"))
    await slow_engine.is_busy_with(LIMIT + 1)
    # The first of the conversation ends, and all others are still under way.
    slow_engine.go_on_with(tab.id)
    assert (await first).status == 200
    refused = await second
    assert (refused.status, refused.code) == (429, "OVERLOADED")
    slow_engine.go_on()
    assert {answer.status for answer in await asyncio.gather(*others)} == {200}
    assert (await texted).state is not None
    assert len(await tab.read(after=1)) == 2


async def test_a_frame_is_refused_as_a_request_is(gateway: Gateway, slow_engine: SlowEngine) -> None:
    tab = await gateway.open()
    taken = await fill(gateway, slow_engine)
    page, id_ = await connect(tab), str(uuid4())
    await page.say("is it covered", id_)
    (frame,) = await page.receive_until("error")
    assert (frame["status"], frame["code"], frame["client_message_id"]) == (429, "OVERLOADED", id_)
    assert frame["retry_after_s"] >= 1
    slow_engine.go_on()
    await asyncio.gather(*taken)
    assert len(await tab.read()) == 1
    await page.socket.close()


async def test_the_count_of_turns_comes_back_to_nothing(gateway: Gateway, slow_engine: SlowEngine) -> None:
    before = REGISTRY.get_sample_value("gene_guide_turns_in_flight") or 0.0
    taken = await fill(gateway, slow_engine)
    assert REGISTRY.get_sample_value("gene_guide_turns_in_flight") == before + LIMIT
    gateway.engine.failure = RuntimeError()
    slow_engine.go_on()
    assert [answer.body["replies"][0]["outcome"] for answer in await asyncio.gather(*taken)] == ["failure"] * LIMIT
    assert REGISTRY.get_sample_value("gene_guide_turns_in_flight") == before


async def in_line(gateway: Gateway, tab: Tab, count: int) -> None:
    """Waits until so many messages of the conversation are under way or wait to be."""
    async with asyncio.timeout(20):
        while gateway.intake._locks.count(tab.id) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"channel": "web"}) or 0.0
