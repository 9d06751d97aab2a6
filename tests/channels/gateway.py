"""A gateway with a scripted engine: everything else in it is real, and every answer is held against the contract."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.answering import Answering
from bot.channels.intake import Intake
from bot.channels.rate_limit import RateLimits
from bot.channels.text_privacy import ListNames, TextPrivacy
from bot.channels.turn_limit import TurnLimit
from bot.channels.web.app import WebSettings, create_web_app
from bot.channels.web.operations import MEMBER_API
from bot.conversations.announcements import Announcements
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.deliveries_store import deliveries
from bot.conversations.desk_store import DeskStore
from bot.conversations.duty import Duty
from bot.conversations.handoff import CoachId, Role
from bot.conversations.handoff_service import HandoffService
from bot.conversations.hours import CoachHours, HoursBook
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Channel, Conversation, Message, Turn
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.conversations.sweep import Sweep
from bot.database import Database
from bot.database.write_check_store import WriteCheck
from bot.engine_client import EngineReadiness, EngineReply, EngineTurn, EngineUnderstood
from bot.http.openapi import build_document
from bot.safety.gate import SafetyGate
from bot.safety.lexicon import load_gate
from bot.wording import Wording, load_wording
from tests.contract.published import Published

# A member's phone, and the number of the plan that it texts.
PHONE, PLAN_PHONE = "+12155550107", "+12155550199"
ROOT = Path(__file__).parents[2]
Json = dict[str, Any]


@cache
def gate() -> SafetyGate:
    """The shipped lexicon, read once for all tests."""
    return load_gate()


@cache
def wording() -> Wording:
    """The shipped wording, read once for all tests."""
    return load_wording(ROOT / "data/responses")


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def reply(text: str = "An answer.", **fields: Any) -> EngineReply:
    """One reply as the engine gives it."""
    return EngineReply(**{"key": "utter_test", "text": text, "outcome": "answer", **fields})


class ScriptedEngine:
    """Gives the replies that a test put in; remembers every turn, and can fail or take its time."""

    def __init__(self) -> None:
        self.replies: list[EngineReply] = [reply()]
        self.topics: tuple[str, ...] = ("coverage_general",)
        self.confidence = 0.9
        self.language = "und"
        self.turns: list[SimpleNamespace] = []
        self.failure: Exception | None = None
        self.before_answer: Callable[[SimpleNamespace], Awaitable[None]] | None = None
        self.running = 0
        self.forgotten: list[str] = []
        self.most_running: dict[str, int] = {}

    async def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)
        if self.failure is not None:
            raise self.failure

    async def take_turn(self, **asked: Any) -> EngineTurn:
        turn = SimpleNamespace(**asked)
        self.turns.append(turn)
        self.running += 1
        self.most_running[turn.conversation_id] = max(self.most_running.get(turn.conversation_id, 0), self.running)
        try:
            await asyncio.sleep(0)
            if self.before_answer is not None:
                await self.before_answer(turn)
            if self.failure is not None:
                raise self.failure
        finally:
            self.running -= 1
        understood = EngineUnderstood(self.topics, self.language, {"therapy": ("zolgensma",)}, self.confidence)
        return EngineTurn(turn.turn_id, tuple(self.replies), understood, "model-1")


class Plans:
    """The plans of these tests."""

    async def list_plans(self) -> tuple[Any, ...]:
        return (
            SimpleNamespace(id="independence", name="Independence Blue Cross"),
            SimpleNamespace(id="caresource", name="CareSource Marketplace"),
        )


@dataclass
class Answer:
    """An answer over HTTP."""

    status: int
    headers: Any
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


@dataclass
class Gateway:
    """The running gateway with its parts."""

    client: TestClient[Any, Any]
    conversations: ConversationService
    requests: HandoffRequests
    coaches: CoachService
    handoffs: HandoffService
    engine: ScriptedEngine
    live: LiveHub
    clock: Clock
    database: Database
    published: Published
    intake: Intake
    sweep: Sweep
    callbacks: CallbackService
    ready: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(ready=True, model_id="model-1"))

    async def call(self, method: str, path: str, *, token: str | None = None, **content: Any) -> Answer:
        """One request, its answer checked against the published document."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **content.pop("headers", {})}
        async with self.client.request(method, path, headers=headers, **content) as response:
            text = await response.text()
            is_json = response.content_type.endswith("json")
            answer = Answer(response.status, response.headers, json.loads(text) if text and is_json else text)
        self.published.check(method, path, answer.status, response.content_type, answer.body)
        return answer

    async def coach(self, username: str = "dana") -> CoachId:
        """A coach on duty."""
        coach = await self.coaches.add_coach(
            username=username, name=f"{username}, RN", role=Role.COACH, password_hash="-"
        )
        assert coach is not None
        await self.coaches.set_duty(coach.id, True)
        return coach.id

    async def claim(self, conversation_id: str, coach_id: CoachId | None = None) -> CoachId:
        """A coach takes the waiting conversation."""
        coach_id = coach_id or await self.coach()
        version = (await self.conversations.get_conversation(conversation_id)).handoff_version
        await self.handoffs.claim(conversation_id, coach_id, version)
        return coach_id

    async def text(self) -> Phone:
        """A member's phone that has just begun to text the plan."""
        addresses = {"member_address": PHONE, "plan_address": PLAN_PHONE}
        conversation, _ = await self.intake.open_or_resume_sms(**addresses, plan_id="independence")
        return Phone(self, conversation.id)

    async def rows(self, table: sa.Table) -> list[Any]:
        """The rows of a table, in the order of their keys."""
        query = sa.select(table).order_by(*table.primary_key.columns)
        return await self.database.read(lambda connection: list(connection.execute(query)))

    async def open(self, **fields: Any) -> Tab:
        """A new conversation."""
        answer = await self.call("POST", "/api/v1/conversations", json={"channel": "web", **fields})
        assert answer.status == 201, answer.body
        return Tab(self, answer.body["conversation_id"], answer.body["token"], answer.body)


@dataclass
class Tab:
    """One member's page on one conversation."""

    gateway: Gateway
    id: str
    token: str
    opened: Json

    @property
    def path(self) -> str:
        return f"/api/v1/conversations/{self.id}"

    async def call(self, method: str, rest: str, **content: Any) -> Answer:
        return await self.gateway.call(method, f"{self.path}/{rest}", token=self.token, **content)

    async def say(self, text: str, client_message_id: str | None = None) -> Answer:
        body = {"client_message_id": client_message_id or str(uuid4()), "text": text}
        return await self.call("POST", "messages", json=body)

    async def choose(self, value: str) -> Answer:
        return await self.call("POST", "messages", json={"client_message_id": str(uuid4()), "choice": value})

    async def read(self, after: int = 0) -> list[Json]:
        answer = await self.call("GET", f"messages?after={after}")
        assert answer.status == 200
        messages: list[Json] = answer.body["messages"]
        return messages

    async def state(self) -> Json:
        state: Json = (await self.call("GET", "messages?after=2147483647")).body["state"]
        return state


@dataclass
class Phone:
    """One member's phone, behind the carrier: what it sends has been accepted, what it gets is queued."""

    gateway: Gateway
    id: str

    async def get(self) -> Conversation:
        return await self.gateway.conversations.get_conversation(self.id)

    async def say(self, text: str | None = None, *, choice: str | None = None, sid: str | None = None) -> Turn:
        sid = sid or f"SM{uuid4().hex}"
        return await self.gateway.intake.receive(
            await self.get(), client_message_id=sid, text=text, choice=choice, channel=Channel.SMS
        )

    async def messages(self) -> tuple[Message, ...]:
        """Everything that was said after the greeting."""
        return await self.gateway.conversations.list_messages(self.id, after=1)

    async def texts(self) -> list[tuple[str, str]]:
        """What is queued for the phone after the greeting: each text with its kind."""
        said = {message.id: message for message in await self.messages()}
        rows = sorted(await self.gateway.rows(deliveries), key=lambda row: row.place)
        return [(said[row.message_id].text, row.kind) for row in rows if row.message_id in said]


async def no_names() -> dict[str, tuple[str, ...]]:
    """A catalogue without entries: every answer may be texted."""
    return {}


async def start_gateway(
    database: Database,
    *,
    find_member: Any = None,
    hours: CoachHours | None = None,
    list_names: ListNames = no_names,
    limit: TurnLimit | None = None,
    **settings: Any,
) -> Gateway:
    """Starts a gateway on this database; the caller closes its client."""
    clock, engine, live = Clock(), ScriptedEngine(), LiveHub()
    ids = RandomIds()
    record = Record(SqlConversationStore(database), clock, ids, ConversationSettings(), live)
    conversations = ConversationService(record)
    coaches = CoachService(CoachStore(database), clock, ids, live)
    announcements = Announcements(wording(), Duty(coaches, HoursBook(hours), clock))
    requests = HandoffRequests(record, conversations, announcements)
    privacy = TextPrivacy(list_names, conversations, wording())
    store = DeskStore(database)
    handoffs = HandoffService(record, store, coaches, announcements, privacy)
    sweep = Sweep(record, store, coaches, handoffs, announcements, WriteCheck(database))
    answering = Answering(conversations, announcements, engine, gate(), wording(), live, privacy)
    intake = Intake(conversations, requests, answering, engine, gate(), wording(), limit)
    ready = SimpleNamespace(ready=True, model_id="model-1")

    async def readiness() -> EngineReadiness:
        return EngineReadiness(ready.ready, ready.model_id)

    async def nobody(member_number: str) -> None:
        return None

    app = create_web_app(
        settings=WebSettings(**{"rate_limits": RateLimits.demo(), **settings}),
        intake=intake,
        conversations=conversations,
        live=live,
        plans=Plans(),
        database=database,
        engine_readiness=readiness,
        find_member=find_member or nobody,
    )
    client = TestClient(TestServer(app))
    await client.start_server()
    published = Published(build_document(MEMBER_API))
    return Gateway(
        client=client,
        conversations=conversations,
        requests=requests,
        coaches=coaches,
        handoffs=handoffs,
        engine=engine,
        live=live,
        clock=clock,
        database=database,
        published=published,
        intake=intake,
        sweep=sweep,
        callbacks=CallbackService(record, store, coaches),
        ready=ready,
    )
