"""How is texting put together? The carrier's routes, and two workers that live with the application.

sms = create_sms(settings=SmsSettings(...), database=..., intake=..., conversations=..., wording=..., gate=...,
                 clock=..., ids=...)
sms.add_routes(app)
sms.wake()      # whenever something was recorded that may go out by text; without it the outbox looks twice a second
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from aiohttp import web

from bot.channels.sms.carrier import Carrier
from bot.channels.sms.inbox import Inbox
from bot.channels.sms.inbox_store import InboxStore
from bot.channels.sms.keywords import load_keywords
from bot.channels.sms.model import SmsSettings
from bot.channels.sms.outbox import Outbox
from bot.channels.sms.outbox_store import OutboxStore
from bot.channels.sms.ports import SmsIntake, Transcript
from bot.channels.sms.webhook import Webhooks
from bot.channels.worker import Worker
from bot.conversations.ids import IdSource
from bot.database import Database
from bot.http.server import finish_before_end
from bot.safety.gate import SafetyGate
from bot.wording import Wording

__all__ = ["Sms", "SmsIntake", "SmsSettings", "create_sms"]

# What is in flight when the process stops may take this long; a lease gives back what takes longer.
_LAST_WORK_S = 2.0


class Sms:
    """Texting, ready to be added to an application."""

    def __init__(self, webhooks: Webhooks, inbox: Worker, outbox: Worker, carrier: Carrier) -> None:
        self._webhooks = webhooks
        self._inbox = inbox
        self._outbox = outbox
        self._carrier = carrier

    def add_routes(self, app: web.Application) -> None:
        """Adds the carrier's routes; the workers start and stop with the application."""
        self._webhooks.add_routes(app)
        app.cleanup_ctx.append(self._run)
        for worker in (self._inbox, self._outbox):
            finish_before_end(app, worker.stop)

    def wake(self) -> None:
        """Something may have to go out now."""
        self._outbox.wake()

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        self._inbox.start()
        self._outbox.start()
        yield
        await asyncio.gather(self._inbox.stop(_LAST_WORK_S), self._outbox.stop(_LAST_WORK_S))
        await self._carrier.close()


def create_sms(
    *,
    settings: SmsSettings,
    database: Database,
    intake: SmsIntake,
    conversations: Transcript,
    wording: Wording,
    gate: SafetyGate,
    clock: Callable[[], datetime],
    ids: IdSource,
    random: Callable[[], float] = lambda: secrets.randbelow(1000) / 1000,
) -> Sms:
    """Texting on this database with this account at the carrier. Raises ValueError for patterns that cannot be used."""
    inbox_store, outbox_store = InboxStore(database), OutboxStore(database)
    carrier = Carrier(api_url=settings.api_url, account_sid=settings.account_sid, auth_token=settings.auth_token)
    outbox = Outbox(settings=settings, store=outbox_store, carrier=carrier, clock=clock, ids=ids, random=random)
    outbox_worker = Worker("outbox", outbox.find_due, outbox.deliver, settings.poll_s)
    inbox = Inbox(
        numbers=settings.numbers,
        store=inbox_store,
        intake=intake,
        transcript=conversations,
        keywords=load_keywords(),
        gate=gate,
        wording=wording,
        clock=clock,
        wake_outbox=outbox_worker.wake,
    )
    inbox_worker = Worker("inbox", inbox.find_due, inbox.handle, settings.poll_s)
    webhooks = Webhooks(
        settings=settings,
        inbox=inbox_store,
        outbox=outbox_store,
        gate=gate,
        wording=wording,
        clock=clock,
        wake=inbox_worker.wake,
        begin=inbox_worker.begin,
    )
    return Sms(webhooks, inbox_worker, outbox_worker, carrier)
