"""Texting for real: the product's own intake and record, a simulated carrier over HTTP, a scripted engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from bot.channels.answering import Answering
from bot.channels.intake import Intake
from bot.channels.sms.app import Sms, SmsSettings, create_sms
from bot.channels.sms.inbox_store import sms_inbox
from bot.channels.text_privacy import TextPrivacy
from bot.conversations.announcements import Announcements
from bot.conversations.coach_service import CoachService
from bot.conversations.coach_store import CoachStore
from bot.conversations.deliveries_store import deliveries, sms_opt_outs
from bot.conversations.desk_store import DeskStore
from bot.conversations.duty import Duty
from bot.conversations.handoff_service import HandoffService
from bot.conversations.hours import HoursBook
from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Conversation, Message
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.database import Database
from bot.demo.carrier.app import REST_PREFIX, Carrier, create_carrier, create_carrier_app
from bot.demo.carrier.keywords import OptOutMode
from bot.demo.carrier.model import Answer as Answered
from bot.demo.carrier.model import Direction
from bot.http.ports import free_port
from tests.channels.gateway import ScriptedEngine, gate, no_names, wording

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a-token-of-no-account"
PLAN = "+12155550190"
OTHER_PLAN = "+16145550190"
DANA = "+12155550101"
MARCUS = "+12155550102"
FORM = "application/x-www-form-urlencoded"
# Whoever waits so long for what should take a moment sees a machine so busy that a database gave up; what was claimed
# then is free again when its lease is over, and time must pass for that.
_TOO_LONG_S = 20.0


class Clock:
    """Time that passes only as a test says, so that a slow machine brings nothing on: no new try, no lost lease.

    Each look is a microsecond later than the one before, because what comes later must be known as later.
    """

    def __init__(self) -> None:
        self._now = datetime.now(timezone.utc)

    def __call__(self) -> datetime:
        self.pass_time(microseconds=1)
        return self._now

    def pass_time(self, **amount: float) -> None:
        self._now += timedelta(**amount)


@dataclass
class Answer:
    """The gateway's answer to a webhook."""

    status: int
    content_type: str
    text: str


@dataclass
class Gateway:
    """One running gateway process's worth of texting."""

    sms: Sms
    conversations: ConversationService
    requests: HandoffRequests
    coaches: CoachService
    handoffs: HandoffService
    engine: ScriptedEngine
    url: str
    server: TestServer


@dataclass
class Rig:
    """The carrier, the gateways on one database, and the hands of the people with phones."""

    database: Database
    clock: Clock
    carrier: Carrier
    carrier_url: str
    http: ClientSession
    stack: AsyncExitStack
    gateways: list[Gateway] = field(default_factory=list)
    _busy_since: float | None = None

    @property
    def gateway(self) -> Gateway:
        return self.gateways[0]

    async def add_gateway(
        self, *, port: int | None = None, database: Database | None = None, **options: Any
    ) -> Gateway:
        """One more gateway; the first is the one that the carrier calls."""
        gateway = await start_gateway(
            database or self.database, self.clock, self.carrier_url, port or free_port(), **options
        )
        self.stack.push_async_callback(gateway.server.close)
        self.gateways.append(gateway)
        return gateway

    async def stop(self, gateway: Gateway) -> None:
        """Stops a gateway as an operator does."""
        await gateway.server.close()
        self.gateways.remove(gateway)

    async def text(
        self, body: str, *, phone: str = DANA, to: str = PLAN, num_media: int = 0, arrives: bool = True
    ) -> str:
        """A text from a phone; returns its sid, when the gateway has it."""
        new = {"from": phone, "to": to, "body": body, "num_media": num_media}
        async with self.http.post(f"{self.carrier_url}/demo/carrier/control/texts", json=new) as answer:
            assert answer.status == 201, await answer.text()
            sid = str((await answer.json())["sid"])
        while arrives and self.carrier.network.find_text(sid).answer is not Answered.TAKEN:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return sid

    async def redeliver(self, sid: str, times: int) -> None:
        body = {"sid": sid, "times": times}
        async with self.http.post(f"{self.carrier_url}/demo/carrier/control/redeliveries", json=body) as answer:
            assert answer.status == 202

    async def release(self) -> None:
        """The carrier sends what its fault "reorder" held back."""
        async with self.http.post(f"{self.carrier_url}/demo/carrier/control/release") as answer:
            assert answer.status == 204

    def phone(self, phone: str = DANA, number: str = PLAN) -> list[str]:
        """What the phone has got from us and from the carrier, in order."""
        texts = self.carrier.network.list_texts(phone=phone, number=number)
        return [text.body for text in texts if text.direction is not Direction.INBOUND]

    async def rows(self, table: sa.Table, *order: sa.ColumnElement[Any]) -> list[Any]:
        query = sa.select(table).order_by(*order)
        return await self.database.read(lambda connection: list(connection.execute(query)))

    async def deliveries(self) -> list[Any]:
        return await self.rows(deliveries, deliveries.c.created_at, deliveries.c.place, deliveries.c.part)

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.deliveries()]

    async def opted_out(self, phone: str = DANA) -> bool:
        return any(
            row.member_address == phone and row.opted_out_at is not None for row in await self.rows(sms_opt_outs)
        )

    async def is_idle(self) -> bool:
        """True when nothing waits: no text to act on, no delivery on its way."""
        waiting = [row for row in await self.rows(sms_inbox) if row.handled_at is None]
        is_idle = not waiting and not {"queued", "sending"} & set(await self.statuses())
        self._busy_since = None if is_idle else (self._busy_since or monotonic())
        if self._busy_since and monotonic() - self._busy_since > _TOO_LONG_S:
            self.clock.pass_time(seconds=1)
        return is_idle

    def as_time_passes(self, holds: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
        """The same question, a second later each time that it is asked: what was put off is tried again meanwhile."""

        async def ask() -> bool:
            self.clock.pass_time(seconds=1)
            return await holds()

        return ask

    async def conversation(self, phone: str = DANA) -> Conversation:
        found = await self.gateway.conversations.find_by_addresses(phone, PLAN)
        assert found is not None
        return found

    async def transcript(self, phone: str = DANA) -> tuple[Message, ...]:
        conversation = await self.conversation(phone)
        return await self.gateway.conversations.list_messages(conversation.id)

    async def post(
        self,
        path: str = "/sms/twilio",
        form: dict[str, str] | None = None,
        *,
        signed_for: str | None = None,
        signature: str | None = "",
        body: bytes | None = None,
        content_type: str = FORM,
        token: str = AUTH_TOKEN,
        url: str | None = None,
    ) -> Answer:
        """A webhook made by hand, rightly signed unless something else is asked for."""
        form = form if form is not None else inbound()
        url = url or self.gateway.url
        headers = {"Content-Type": content_type}
        if signature == "":
            signature = RequestValidator(token).compute_signature(signed_for or url + path, form)
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        data = urlencode(form).encode() if body is None else body
        async with self.http.post(url + path, data=data, headers=headers) as answer:
            return Answer(answer.status, answer.content_type, await answer.text())


def inbound(body: str = "Is it covered?", sid: str = "SM" + "a" * 32, **fields: str) -> dict[str, str]:
    """The fields of a text that came in."""
    return {
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": DANA,
        "To": PLAN,
        "Body": body,
        "NumMedia": "0",
        **fields,
    }


async def start_gateway(database: Database, clock: Clock, carrier_url: str, port: int, **options: Any) -> Gateway:
    """A gateway's texting with everything under it."""
    ids, live, engine = RandomIds(), LiveHub(), ScriptedEngine()
    record = Record(SqlConversationStore(database), clock, ids, ConversationSettings(), live)
    conversations = ConversationService(record)
    coaches = CoachService(CoachStore(database), clock, ids, live)
    announcements = Announcements(wording(), Duty(coaches, HoursBook(None), clock))
    requests = HandoffRequests(record, conversations, announcements)
    privacy = TextPrivacy(no_names, conversations, wording())
    handoffs = HandoffService(record, DeskStore(database), coaches, announcements, privacy)
    answering = Answering(conversations, announcements, engine, gate(), wording(), live, privacy)
    intake = Intake(conversations, requests, answering, engine, gate(), wording())
    url = f"http://127.0.0.1:{port}"
    sms = create_sms(
        settings=SmsSettings(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            numbers={PLAN: "independence", OTHER_PLAN: "caresource"},
            public_url=options.pop("public_url", url),
            api_url=carrier_url + REST_PREFIX,
            poll_s=options.pop("poll_s", 0.05),
            **options,
        ),
        database=database,
        intake=intake,
        conversations=conversations,
        wording=wording(),
        gate=gate(),
        clock=clock,
        ids=ids,
    )
    app = web.Application()
    sms.add_routes(app)
    server = TestServer(app, port=port)
    await server.start_server()
    return Gateway(sms, conversations, requests, coaches, handoffs, engine, url, server)


@asynccontextmanager
async def open_rig(
    database: Database, *, gateways: int = 1, mode: OptOutMode = OptOutMode.GATEWAY
) -> AsyncIterator[Rig]:
    """A carrier without waiting times and so many gateways on one database."""
    clock = Clock()
    port = free_port()
    carrier = create_carrier(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        numbers={PLAN: "Independence", OTHER_PLAN: "CareSource"},
        webhook_url=f"http://127.0.0.1:{port}/sms/twilio",
        mode=mode,
        pace_s=0.0,
        now=clock,
    )
    async with AsyncExitStack() as stack:
        carrier_server = await stack.enter_async_context(TestServer(create_carrier_app(carrier)))
        http = await stack.enter_async_context(ClientSession())
        rig = Rig(database, clock, carrier, str(carrier_server.make_url("")).rstrip("/"), http, stack)
        for index in range(gateways):
            await rig.add_gateway(port=port if index == 0 else None)
        yield rig
