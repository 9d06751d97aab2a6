"""Where does it all happen? A database with its actions, one real engine behind a door, a carrier, and a gateway."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from actions.server import ROUTE
from bot.app import Core, build_actions, open_core
from bot.channels.sms.inbox_store import sms_inbox
from bot.conversations.deliveries_store import deliveries, sms_links, sms_opt_outs
from bot.conversations.handoff import Role
from bot.conversations.model import ConversationNotFound
from bot.conversations.tables_store import (
    callbacks,
    coach_notes,
    coach_sessions,
    coaches,
    conversations,
    handoff_events,
    handoff_requests,
    messages,
    ratings,
    turns,
)
from bot.core import DEMO
from bot.demo.carrier.app import REST_PREFIX, Carrier, create_carrier, create_carrier_app
from bot.demo.carrier.keywords import OptOutMode
from bot.http.ports import free_port
from bot.settings import Settings
from knowledge.reliance.store import reliance
from tests.crash.dying_gateway import quick_passwords
from tests.crash.gateways import Gateway, Launcher, Place
from tests.crash.people import PASSWORD, CoachAtDesk, Phone, WebMember, until

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a-token-of-no-account"
PLAN = "+12155550190"
PHONE = "+12155550101"
COACHES = (("dana", "Dana R., RN"), ("luis", "Luis M., RN"))

# As in the product, but shorter: leases, the sweep, and how long a console may be silent before its coach is gone.
TIMERS = {
    "bot.conversations.sweep:INTERVAL_S": 0.2,
    "bot.conversations.sweep:PRESENT_FOR": 4.0,
    "bot.conversations.handoff_service:PRESENT_FOR": 4.0,
    "bot.conversations.coach_service:PRESENT_FOR": 10.0,
    "bot.channels.sms.inbox:LEASE": 3.0,
    "bot.channels.sms.outbox:LEASE": 3.0,
    "bot.channels.sms.outbox:_LAST_CALL": 1.0,
    "bot.channels.sms.outbox:_UNCLEAR_WAIT_S": 1.0,
}
# Everything but the shipped content and the coaches' accounts, in an order in which it can be deleted.
_RECORD = (
    sms_links, sms_opt_outs, sms_inbox, deliveries, callbacks, coach_notes, coach_sessions, handoff_events,
    handoff_requests, ratings, turns, reliance, messages, conversations,
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    """The real engine, started once; `actions_port` is where it looks for its actions."""

    url: str
    secret: str
    actions_port: int
    actions_secret: str


@dataclass
class Door:
    """The only way to the engine: it remembers every turn, and can keep the answers back."""

    engine: Engine
    url: str = ""
    turns: list[dict[str, Any]] = field(default_factory=list)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    lanes: list[Lane] = field(default_factory=list)
    http: ClientSession = field(default_factory=ClientSession)

    def texts_of(self, conversation_id: str) -> list[str]:
        """What the engine was asked in this conversation."""
        turns = [turn for turn in self.turns if turn["conversation_id"] == conversation_id]
        return [turn.get("text") or turn.get("choice") for turn in turns]

    async def forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.path == "/turns":
            self.turns.append(json.loads(body))
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self.http.request(request.method, self.engine.url + request.path, data=body, headers=headers) as got:
            answer = web.Response(status=got.status, body=await got.read(), content_type=got.content_type)
        await self.is_open.wait()
        return answer

    async def run_action(self, request: web.Request) -> web.Response:
        """The engine's call of an action goes to the database in which its conversation stands."""
        body = await request.read()
        lane = await self._find_lane(json.loads(body)["sender_id"])
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self.http.post(lane.actions_url + ROUTE, data=body, headers=headers) as got:
            return web.Response(status=got.status, body=await got.read(), content_type=got.content_type)

    async def _find_lane(self, conversation_id: str) -> Lane:
        for lane in self.lanes:
            try:
                await lane.core.conversations.get_conversation(conversation_id)
            except ConversationNotFound:
                continue
            return lane
        raise web.HTTPNotFound


@dataclass
class Lane:
    """One database with the actions on it, in which one story after the other happens."""

    door: Door
    launcher: Launcher
    core: Core
    database_url: str
    actions_url: str
    folder: Path
    runs: int = 0

    async def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> Sequence[Any]:
        query = sa.select(table).where(*where).order_by(*table.primary_key.columns)
        return await self.core.database.read(lambda connection: connection.execute(query).all())

    async def clear(self) -> None:
        """Forgets the last story."""

        def work(connection: sa.Connection) -> None:
            for table in _RECORD:
                connection.execute(sa.delete(table))
            connection.execute(sa.update(coaches).values(is_on_duty=False, heartbeat_at=None))

        await self.core.database.write(work)


@dataclass
class World:
    """A gateway with its people around it."""

    lane: Lane
    carrier: Carrier
    gateway: Gateway
    http: ClientSession
    coaches: list[CoachAtDesk] = field(default_factory=list)

    def web_member(self) -> WebMember:
        return WebMember(self.http, self.gateway.url)

    def phone(self, number: str = PHONE) -> Phone:
        return Phone(self.carrier, number, PLAN, self.arrived)

    async def coach(self, username: str) -> CoachAtDesk:
        """A coach who is signed in and on duty."""
        self.coaches.append(CoachAtDesk(self.gateway.url, username))
        await self.coaches[-1].sign_in()
        return self.coaches[-1]

    async def arrived(self, sid: str) -> bool:
        return bool(await self.lane.rows(sms_inbox, sms_inbox.c.message_sid == sid))

    async def holder(self, conversation_id: str) -> str:
        return (await self.lane.core.conversations.get_conversation(conversation_id)).holder.value

    async def conversation_of(self, number: str = PHONE) -> str:
        found = await self.lane.core.conversations.find_by_addresses(number, PLAN)
        assert found is not None
        return found.id

    async def settle(self) -> None:
        """Waits until every text that came in was acted on, and every one that goes out is at the carrier."""

        async def is_idle() -> bool:
            unhandled = await self.lane.rows(sms_inbox, sms_inbox.c.handled_at.is_(None))
            return not unhandled and not await self.lane.rows(
                deliveries, deliveries.c.status.in_(("queued", "sending"))
            )

        await until(is_idle, "nothing is left to be done with texts")


def copy_file(source: Path, target: Path) -> Path:
    """A copy of a SQLite file that nobody has open."""
    target.write_bytes(source.read_bytes())
    return target


@asynccontextmanager
async def open_door(engine: Engine) -> AsyncIterator[Door]:
    """The way to the engine, and its way to the actions."""
    door = Door(engine)
    door.is_open.set()
    outside, inside = web.Application(), web.Application(client_max_size=4 * 1024 * 1024)
    outside.router.add_route("*", "/{path:.*}", door.forward)
    inside.router.add_post(ROUTE, door.run_action)
    async with door.http, TestServer(outside) as server, TestServer(inside, port=engine.actions_port):
        door.url = str(server.make_url("")).rstrip("/")
        yield door


@asynccontextmanager
async def open_lane(door: Door, launcher: Launcher, database_url: str, folder: Path) -> AsyncIterator[Lane]:
    """A prepared database with its actions and the accounts of the coaches."""
    async with open_core(Settings(database_url=database_url)) as core:
        for username, name in COACHES:
            kept = quick_passwords().hash(PASSWORD)
            await core.coaches.add_coach(username=username, name=name, role=Role.COACH, password_hash=kept)
        async with TestServer(build_actions(core, door.engine.actions_secret)) as actions:
            url = str(actions.make_url("")).rstrip("/")
            lane = Lane(door, launcher, core, database_url, url, folder)
            door.lanes.append(lane)
            yield lane


@asynccontextmanager
async def open_world(lane: Lane, die_at: Place | None = None, **timers: float) -> AsyncIterator[World]:
    """A fresh record with a gateway that dies once at that place and is started again by its supervisor."""
    await lane.clear()
    lane.runs += 1
    folder = lane.folder / str(lane.runs)
    folder.mkdir(parents=True)
    port = free_port()
    carrier = create_carrier(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        numbers={PLAN: "Independence"},
        webhook_url=f"http://127.0.0.1:{port}/sms/twilio",
        mode=OptOutMode.GATEWAY,
        pace_s=0.0,
    )
    async with TestServer(create_carrier_app(carrier)) as server, ClientSession() as http:
        environment = {
            "GENE_GUIDE_DATABASE_URL": lane.database_url,
            "GENE_GUIDE_ENGINE_URL": lane.door.url,
            "GENE_GUIDE_ENGINE_SECRET": lane.door.engine.secret,
            # How long a busy machine takes for a turn is not what is tested here.
            "GENE_GUIDE_ENGINE_TIMEOUT_S": "20",
            "GENE_GUIDE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GENE_GUIDE_COACH_HOURS": str(DEMO / "coach_hours.yml"),
            "GENE_GUIDE_SMS_ACCOUNT_SID": ACCOUNT_SID,
            "GENE_GUIDE_SMS_AUTH_TOKEN": AUTH_TOKEN,
            "GENE_GUIDE_SMS_NUMBERS": f"{PLAN}=independence",
            "GENE_GUIDE_SMS_API_URL": str(server.make_url("")).rstrip("/") + REST_PREFIX,
        }
        gateway = Gateway(lane.launcher, environment, {**TIMERS, **timers}, port, folder)
        world = World(lane, carrier, gateway, http)
        try:
            await gateway.start(die_at)
            gateway.restart_when_dead()
            yield world
        finally:
            for coach in world.coaches:
                await coach.close()
            await gateway.close()
