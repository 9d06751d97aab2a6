"""A desk for tests: a real console on a real record, browsers that are signed in, and members who wait.

Every answer is held against the published document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher

from bot.console.app import ConsoleSettings, create_console
from bot.console.operations import CONSOLE_API
from bot.console.passwords import Passwords
from bot.conversations.announcements import Announcements
from bot.conversations.callbacks import CallbackService
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.desk_store import DeskStore
from bot.conversations.duty import Duty
from bot.conversations.handoff import Coach, Role
from bot.conversations.handoff_service import HandoffService
from bot.conversations.hours import HoursBook
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, Draft
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.conversations.sweep import Sweep
from bot.database import Database
from bot.database.write_check_store import WriteCheck
from bot.http.openapi import build_document
from bot.wording import Wording, load_wording
from knowledge.bootstrap import build_knowledge
from tests.contract.published import Published

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
API = "/api/v1/console"
PASSWORD = "a-password-of-the-tests"
MEMBER_NUMBER = "+12155550101"
PLAN_NUMBER = "+12155550199"
COACHES = (
    ("dana", "Dana R., RN", Role.COACH),
    ("luis", "Luis M., RN", Role.COACH),
    ("maria", "Maria S., RN", Role.SUPERVISOR),
)


@cache
def wording() -> Wording:
    """The shipped wording, read once for all tests."""
    return load_wording(ROOT / "data/responses")


def passwords() -> Passwords:
    """As the product's, but cheap: what is tested here is not how long a hash takes."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """A clock that stands still until a test moves it; calling `seconds` gives it as monotonic seconds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


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
class Waiting:
    """A member's conversation."""

    id: str
    version: int


@dataclass
class Desk:
    """The running console with its parts."""

    server: TestServer
    database: Database
    clock: Clock
    live: LiveHub
    conversations: ConversationService
    requests: HandoffRequests
    handoffs: HandoffService
    callbacks: CallbackService
    coaches: CoachService
    sweep: Sweep
    store: DeskStore
    published: Published
    people: dict[str, Coach]
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        """A browser in which nobody is signed in."""
        session = ClientSession(base_url=self.server.make_url("/"), cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(Browser(self, session))
        return self.browsers[-1]

    async def sign_in(self, username: str, *, on_duty: bool = True) -> Browser:
        """A browser in which this coach is signed in."""
        browser = self.browser()
        assert (await browser.sign_in(username)).status == 200
        if on_duty:
            assert (await browser.call("PUT", "duty", {"on_duty": True})).status == 200
        return browser

    async def open(self, *, text: str = "Is Zolgensma covered?", channel: Channel = Channel.WEB) -> str:
        """A conversation in which the member wrote something and asked for nobody."""
        opened = await self.conversations.open_conversation(
            channel=channel,
            greeting=(Draft(Author.ASSISTANT, "I am an automated assistant."),),
            plan_id="independence",
            addresses=(MEMBER_NUMBER, PLAN_NUMBER) if channel is Channel.SMS else None,
        )
        await self.conversations.record_member_message(
            opened.conversation.id, client_message_id=str(uuid4()), text=text, channel=channel
        )
        return str(opened.conversation.id)

    async def ask(self, *, channel: Channel = Channel.WEB, cause: Any = "button") -> Waiting:
        """A conversation whose member asked for a coach and waits."""
        conversation_id = await self.open(channel=channel)
        await self.requests.request_handoff(conversation_id, reason="", cause=cause, announces=True)
        return Waiting(conversation_id, await self.version(conversation_id))

    async def version(self, conversation_id: str) -> int:
        return (await self.conversations.get_conversation(conversation_id)).handoff_version

    async def holder(self, conversation_id: str) -> tuple[str, str | None]:
        """Who holds the conversation by the record: the holder, and the coach's name."""
        found = await self.conversations.get_conversation(conversation_id)
        return found.holder.value, found.coach.name if found.coach else None

    async def texts(self, conversation_id: str) -> list[str]:
        return [message.text for message in await self.conversations.list_messages(conversation_id)]

    async def close(self) -> None:
        for browser in self.browsers:
            await browser.session.close()
        await self.server.close()


@dataclass
class Browser:
    """One browser with its cookies, and the page's knowledge of its CSRF token."""

    desk: Desk
    session: ClientSession
    csrf_token: str = ""
    coach: Json = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        csrf: str | None = None,
        headers: dict[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        """One request as the page makes it, its answer checked against the published document."""
        given = {"X-CSRF-Token": self.csrf_token if csrf is None else csrf} if method != "GET" else {}
        if body is not None:
            content["json"] = body
        address = path if path.startswith("/") else f"{API}/{path}"
        async with self.session.request(method, address, headers={**given, **(headers or {})}, **content) as response:
            text = await response.text()
            is_json = response.content_type.endswith("json")
            answer = Answer(response.status, response.headers, json.loads(text) if text and is_json else text)
        self.desk.published.check(method, address, answer.status, response.content_type, answer.body)
        return answer

    async def sign_in(self, username: str, password: str = PASSWORD) -> Answer:
        answer = await self.call("POST", "session", {"username": username, "password": password})
        if answer.status == 200:
            self.csrf_token, self.coach = answer.body["csrf_token"], answer.body["coach"]
        return answer

    async def act(self, conversation: Waiting, action: str, **fields: Any) -> Answer:
        """An action on a conversation with the version that was seen last, which it takes up when it works."""
        body = {"version": conversation.version, **fields}
        answer = await self.call("POST", f"conversations/{conversation.id}/{action}", body)
        if answer.status == 200:
            conversation.version = answer.body["version"]
        return answer

    async def claim(self, conversation: Waiting) -> Waiting:
        answer = await self.act(conversation, "claim")
        assert answer.status == 200, answer.body
        return conversation

    async def write(self, conversation: Waiting, text: str, **fields: Any) -> Answer:
        return await self.act(conversation, "messages", **{"client_message_id": str(uuid4()), "text": text, **fields})

    async def connect(self, **headers: str) -> ClientWebSocketResponse:
        return await self.session.ws_connect(f"{API}/socket", headers=headers)

    @property
    def cookie(self) -> str:
        """The session's token as the browser keeps it."""
        cookies = self.session.cookie_jar.filter_cookies(self.desk.server.make_url(API))
        return cookies["gene_guide_console"].value if "gene_guide_console" in cookies else ""


async def start_desk(database: Database, **settings: Any) -> Desk:
    """Starts a console on this database; the caller closes it."""
    clock, live, ids, checks = Clock(), LiveHub(), RandomIds(), passwords()
    record = Record(SqlConversationStore(database), clock, ids, ConversationSettings(), live)
    conversations = ConversationService(record)
    coaches = CoachService(CoachStore(database), clock, ids, live)
    announcements = Announcements(wording(), Duty(coaches, HoursBook(), clock))
    store = DeskStore(database)
    handoffs = HandoffService(record, store, coaches, announcements)
    callbacks = CallbackService(record, store, coaches)
    app = web.Application()
    create_console(
        app,
        settings=ConsoleSettings(**{"demo": True, **settings}),
        handoffs=handoffs,
        callbacks=callbacks,
        coaches=coaches,
        conversations=conversations,
        reliance=build_knowledge(database, clock).reliance,
        live=live,
        clock=clock,
        passwords=checks,
        monotonic=clock.seconds,
    )
    server = TestServer(app)
    await server.start_server()
    people = {}
    for username, name, role in COACHES:
        added = await coaches.add_coach(username=username, name=name, role=role, password_hash=checks.hash(PASSWORD))
        assert added is not None
        people[username] = added
    return Desk(
        server=server,
        database=database,
        clock=clock,
        live=live,
        conversations=conversations,
        requests=HandoffRequests(record, conversations, announcements),
        handoffs=handoffs,
        callbacks=callbacks,
        coaches=coaches,
        sweep=Sweep(record, store, coaches, handoffs, announcements, WriteCheck(database)),
        store=store,
        published=Published(build_document(CONSOLE_API)),
        people=people,
    )
