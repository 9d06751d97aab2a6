"""A hundred claims at once: each waiting member gets exactly one coach, and every other coach hears who it is."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.app import build_gateway, open_core, prepare_database
from bot.console.accounts import add_coach
from bot.conversations.handoff import Role
from bot.conversations.tables_store import conversations, handoff_events, handoff_requests, messages
from bot.core import Core, utc_now
from bot.engine_client import EngineClient
from bot.settings import Settings
from tests.crash.people import PASSWORD, CoachAtDesk, Refused, WebMember

COACHES = ("dana", "luis", "maria", "noor", "omar")
CLAIMED, UNTOUCHED = 20, 5


@dataclass
class Hall:
    """Gateways on one database, with coaches who are signed in across them, and members who wait in their order."""

    cores: list[Core]
    coaches: list[CoachAtDesk]
    waiting: list[str]

    async def rows(self, table: sa.Table) -> list[Any]:
        query = sa.select(table).order_by(*table.primary_key.columns)
        return await self.cores[0].database.read(lambda connection: list(connection.execute(query)))


@pytest.fixture(params=[1, 2], ids=["one_gateway", "two_gateways"])
async def hall(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(_open_gateway(database_url)) for _ in range(request.param)]
        cores = [core for core, _ in servers]
        await asyncio.to_thread(prepare_database, cores[0].database)
        coaches = []
        for number, username in enumerate(COACHES):
            await asyncio.to_thread(
                add_coach, cores[0].database, utc_now, username, f"{username.title()}, RN", Role.COACH, PASSWORD
            )
            coach = CoachAtDesk(servers[number % len(servers)][1], username)
            stack.push_async_callback(coach.close)
            await coach.sign_in()
            coaches.append(coach)
        waiting = []
        async with ClientSession() as http:
            for number in range(CLAIMED + UNTOUCHED):
                member = WebMember(http, servers[number % len(servers)][1])
                await member.open()
                await member.ask_for_coach()
                waiting.append(member.id)
        yield Hall(cores, coaches, waiting)


async def test_a_hundred_claims_at_once_give_each_member_one_coach(hall: Hall) -> None:
    items = await hall.coaches[0].queue()
    assert [item["conversation_id"] for item in items] == hall.waiting
    versions = {item["conversation_id"]: item["version"] for item in items}
    wanted = hall.waiting[:CLAIMED]
    go = asyncio.Event()

    async def claim(coach: CoachAtDesk, conversation_id: str) -> tuple[str, str, int, dict[str, Any]]:
        await go.wait()
        try:
            # Told that the record is busy, a coach presses again; nothing else is repeated.
            body = await coach.call(
                "POST", f"conversations/{conversation_id}/claim", {"version": versions[conversation_id]}
            )
        except Refused as refused:
            return conversation_id, coach.id, refused.status, refused.body
        return conversation_id, coach.id, 200, body

    claims = [asyncio.create_task(claim(coach, id_)) for id_ in wanted for coach in hall.coaches]
    assert len(claims) == 100
    await asyncio.sleep(0)
    go.set()
    answers = defaultdict(list)
    for conversation_id, coach_id, status, body in await asyncio.gather(*claims):
        answers[conversation_id].append((coach_id, status, body))

    names = {coach.id: coach.name for coach in hall.coaches}
    winners = {}
    for conversation_id in wanted:
        won = [coach_id for coach_id, status, _ in answers[conversation_id] if status == 200]
        assert len(won) == 1, [(status, body.get("code")) for _, status, body in answers[conversation_id]]
        winners[conversation_id] = won[0]
        lost = [
            (status, body["code"], body["coach"]["name"])
            for _, status, body in answers[conversation_id]
            if status != 200
        ]
        assert lost == [(409, "ALREADY_CLAIMED", names[won[0]])] * (len(COACHES) - 1)

    await _check_record(hall, winners, versions)
    await _check_queue(hall, winners)


async def _check_record(hall: Hall, winners: dict[str, str], versions: dict[str, int]) -> None:
    rows = {row.id: row for row in await hall.rows(conversations)}
    assert {id_: rows[id_].coach_id for id_ in winners} == winners
    assert {rows[id_].holder for id_ in winners} == {"coach"}
    # One change of hands each, and none where nobody claimed.
    assert {id_: rows[id_].handoff_version - versions[id_] for id_ in hall.waiting} == {
        id_: 1 if id_ in winners else 0 for id_ in hall.waiting
    }
    requests = {row.conversation_id: row.claimed_by for row in await hall.rows(handoff_requests)}
    assert requests == {id_: winners.get(id_) for id_ in hall.waiting}
    joined = Counter(
        row.conversation_id for row in await hall.rows(messages) if row.response_key == "utter_coach_joined"
    )
    assert joined == Counter(dict.fromkeys(winners, 1))
    events = [row for row in await hall.rows(handoff_events) if row.event == "claimed"]
    assert Counter(row.conversation_id for row in events) == Counter(dict.fromkeys(winners, 1))
    for row in events:
        assert (row.coach_id, row.holder_before, row.holder_after) == (
            winners[row.conversation_id], "waiting", "coach"
        )  # fmt: skip
        assert row.handoff_version == versions[row.conversation_id] + 1


async def _check_queue(hall: Hall, winners: dict[str, str]) -> None:
    left = hall.waiting[CLAIMED:]
    for coach in hall.coaches:
        items = await coach.queue()
        waiting = [(item["conversation_id"], item["position"]) for item in items if item["holder"] == "waiting"]
        assert waiting == [(id_, place) for place, id_ in enumerate(left, 1)]
        held = {item["conversation_id"]: (item["coach"]["id"], item["position"]) for item in items[len(left) :]}
        assert held == {id_: (coach_id, 0) for id_, coach_id in winners.items()}


@asynccontextmanager
async def _open_gateway(database_url: str) -> AsyncIterator[tuple[Core, str]]:
    settings = Settings(database_url=database_url, conversations_per_minute=1000, messages_per_minute=1000)
    engine = EngineClient("http://127.0.0.1:9", "nobody-is-there")
    async with (
        open_core(settings) as core,
        TestServer(build_gateway(settings, core, engine, "http://127.0.0.1")) as server,
    ):
        try:
            yield core, str(server.make_url("")).rstrip("/")
        finally:
            await engine.close()
