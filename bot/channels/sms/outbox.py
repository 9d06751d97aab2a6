"""How does a delivery reach the phone, exactly once? Claimed, written as a text, handed over, and tried again.

Where nobody knows whether the carrier took a text, it is asked before anything is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.channels.sms.carrier import OPTED_OUT, TIMEOUT_S, Carrier, CarrierBusy, CarrierError, CarrierRefused
from bot.channels.sms.model import Delivery, DeliveryKind, DeliveryStatus, SmsSettings
from bot.channels.sms.outbox_store import OutboxStore
from bot.channels.sms.rendering import render_message
from bot.channels.sms.segments import count_segments, plain_for_phones, split_text
from bot.channels.sms.webhook import STATUS_PATH
from bot.conversations.ids import IdSource, hash_token
from bot.database import StoreUnavailable

log = structlog.get_logger()

# Longer than the calls to the carrier can take, so that nobody else begins while one is under way.
LEASE = timedelta(seconds=30)
# What must be left of it when a text is handed over: the call itself, and the note of its answer.
_LAST_CALL = timedelta(seconds=TIMEOUT_S + 4)
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 900.0
_UNCLEAR_WAIT_S = 10.0
# The carrier's clock and ours; RFC 2822 dates have no parts of a second either.
_CLOCKS_DIFFER_BY = timedelta(seconds=60)

# A secret stands here until the text is sent, so that the same message always gives the same texts.
_NO_SECRET = "x" * 43


@dataclass(frozen=True)
class _Body:
    """A text ready to go, but for the secret of its link, if it has one."""

    text: str
    has_link: bool

    def with_secret(self, secret: str) -> str:
        return self.text.replace(_NO_SECRET, secret)

    def is_that_of(self, sent: str) -> bool:
        """True when the carrier's text is this one, whatever its secret."""
        pattern = re.escape(self.text).replace(_NO_SECRET, r"[\w-]{43}") if self.has_link else re.escape(self.text)
        return re.fullmatch(pattern, sent.strip()) is not None


class Outbox:
    """Sends what is due. `random` gives numbers from 0 to 1, so that not everything is tried again at once."""

    def __init__(
        self,
        *,
        settings: SmsSettings,
        store: OutboxStore,
        carrier: Carrier,
        clock: Callable[[], datetime],
        ids: IdSource,
        random: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._root = settings.public_url.rstrip("/")
        self._store = store
        self._carrier = carrier
        self._clock = clock
        self._ids = ids
        self._random = random

    async def find_due(self, limit: int) -> tuple[str, ...]:
        """The deliveries to send now."""
        return tuple(await self._store.find_deliveries(self._clock(), limit))

    async def deliver(self, delivery_id: str) -> None:
        """Sends one delivery, unless another process does, or plans when to try again. Raises StoreUnavailable."""
        now = self._clock()
        delivery = await self._store.claim_delivery(delivery_id, now, now + LEASE)
        if delivery is None:
            return
        try:
            await self._deliver(delivery, send_until=now + LEASE - _LAST_CALL)
        except StoreUnavailable:
            raise
        except Exception as error:
            # A fault of ours, in this one text: tried again like any other, and given up like any other.
            log.error("sms.delivery_failed", delivery_id=delivery.id, error=type(error).__name__)
            await self._try_later(delivery, CarrierError("UNEXPECTED"), is_unclear=True)

    async def _deliver(self, delivery: Delivery, *, send_until: datetime) -> None:
        body = await self._write(delivery)
        if body is None:
            await self._store.settle(delivery.id, DeliveryStatus.SUPPRESSED, self._clock(), code="NOTHING_TO_SEND")
            log.error("sms.nothing_to_send", delivery_id=delivery.id, part=delivery.part, of=delivery.of)
            return
        if delivery.unclear_since is not None:
            try:
                if await self._adopt(delivery, body):
                    return
            except CarrierError as error:
                await self._try_later(delivery, error, is_unclear=True)
                return
        now = self._clock()
        if now > send_until:
            # Asking took so long that another process may begin before our call is over.
            is_unclear = delivery.unclear_since is not None
            await self._store.postpone(delivery, now, now, code="LEASE_SHORT", is_unclear=is_unclear)
            log.warning("sms.given_back", delivery_id=delivery.id, attempts=delivery.attempts)
            return
        try:
            await self._send(delivery, body)
        except CarrierRefused as error:
            await self._refused(delivery, error)
        except CarrierError as error:
            await self._try_later(delivery, error, is_unclear=not isinstance(error, CarrierBusy))

    async def _write(self, delivery: Delivery) -> _Body | None:
        """The text of this part; None when there are no words for it."""
        if delivery.message is None:
            texts = split_text(plain_for_phones(delivery.text or ""))
        else:
            link = f"{self._root}/#join={_NO_SECRET}" if delivery.kind is DeliveryKind.LINK else None
            texts = render_message(delivery.message, delivery.locale, link)
            if delivery.of == 1 and len(texts) > 1:
                # Before the first part goes: a crash after it must not lose the others.
                ids = [self._ids.message_id() for _ in texts[1:]]
                await self._store.add_parts(delivery, ids, self._clock())
        if delivery.part > len(texts):
            return None
        text = texts[delivery.part - 1]
        return _Body(text, has_link=delivery.kind is DeliveryKind.LINK and _NO_SECRET in text)

    async def _adopt(self, delivery: Delivery, body: _Body) -> bool:
        """True when the carrier had taken the text after all; it is ours then. Raises CarrierError."""
        since = (delivery.unclear_since or delivery.created_at) - _CLOCKS_DIFFER_BY
        sent = await self._carrier.list_sent(delivery.addresses, since)
        same = [message for message in sent if body.is_that_of(message.body)]
        known = await self._store.find_known([message.sid for message in same])
        # The newest first: the oldest that belongs to nobody is the one that was sent first.
        found = next((message for message in reversed(same) if message.sid not in known), None)
        if found is None:
            return False
        await self._store.settle(delivery.id, found.status, self._clock(), sid=found.sid)
        log.info("sms.adopted", delivery_id=delivery.id, sid=found.sid, status=found.status.value)
        return True

    async def _send(self, delivery: Delivery, body: _Body) -> None:
        text = body.text
        if body.has_link and delivery.conversation_id is not None:
            secret, now = self._ids.token(), self._clock()
            expires_at = now + self._settings.link_lifetime
            await self._store.add_link(hash_token(secret), delivery.conversation_id, now, expires_at)
            text = body.with_secret(secret)
        callback = f"{self._root}{STATUS_PATH}?delivery={delivery.id}"
        taken = await self._carrier.send(delivery.addresses, text, callback)
        await self._store.settle(delivery.id, taken.status, self._clock(), sid=taken.sid)
        log.info(
            "sms.sent",
            delivery_id=delivery.id,
            sid=taken.sid,
            part=delivery.part,
            of=delivery.of,
            segments=count_segments(text),
            attempts=delivery.attempts,
        )

    async def _refused(self, delivery: Delivery, error: CarrierRefused) -> None:
        opts_out = error.code == OPTED_OUT
        await self._store.settle(delivery.id, DeliveryStatus.FAILED, self._clock(), code=error.code, opts_out=opts_out)
        log.warning("sms.refused", delivery_id=delivery.id, code=error.code, attempts=delivery.attempts)

    async def _try_later(self, delivery: Delivery, error: CarrierError, *, is_unclear: bool) -> None:
        now = self._clock()
        if now - delivery.created_at >= self._settings.give_up_after:
            await self._store.settle(delivery.id, DeliveryStatus.FAILED, now, code=error.code)
            log.error("sms.given_up", delivery_id=delivery.id, code=error.code, attempts=delivery.attempts)
            return
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(delivery.attempts - 1, 20))
        wait_s *= 0.5 + self._random() / 2
        if isinstance(error, CarrierBusy):
            wait_s = max(wait_s, error.retry_after_s or 0.0)
        if is_unclear:
            # A carrier that was slow may take the text yet, and must be able to tell us then.
            wait_s = max(wait_s, _UNCLEAR_WAIT_S)
        due_at = now + timedelta(seconds=wait_s)
        await self._store.postpone(delivery, now, due_at, code=error.code, is_unclear=is_unclear)
        log.warning(
            "sms.try_later",
            delivery_id=delivery.id,
            code=error.code,
            attempts=delivery.attempts,
            is_unclear=is_unclear,
            wait_s=round(wait_s),
        )
