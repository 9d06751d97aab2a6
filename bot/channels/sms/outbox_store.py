"""How are deliveries kept on their way out? Claimed, sent, tried again, and moved on by what the carrier tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.channels.sms.consent_store import is_free, read_consent, same_pair, write_consent
from bot.channels.sms.model import (
    UNFINISHED,
    Addresses,
    Consent,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    moves_on,
)
from bot.conversations import rows
from bot.conversations.deliveries_store import deliveries, sms_links
from bot.conversations.model import Author, Message
from bot.conversations.tables_store import conversations, messages
from bot.conversations.timers_store import is_due
from bot.database import Database, UtcDateTime
from bot.metrics import DELIVERIES

_UNFINISHED = tuple(status.value for status in UNFINISHED)
_DANGER = ("emergency", "crisis")
# A delivery that was tried and could not be sent for so long lets the later ones pass.
_HOLDS_UP_FOR = timedelta(minutes=2)
# The carrier may ask for a pause of 15 minutes.
_LONGEST_AHEAD = timedelta(minutes=20)


class OutboxStore:
    """The deliveries. Every method raises StoreUnavailable when the database cannot answer.

    A claim is a lease that is written under the row's lock: of two processes on one database one gets it, and what a
    process left behind when it ended is due again when its lease is over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_deliveries(self, now: datetime, limit: int) -> Sequence[str]:
        """The ids of deliveries that are due, urgent ones first, without those that wait for an earlier one."""
        asked = {"now": now, "stuck_since": now - _HOLDS_UP_FOR, "too_far": now + _LONGEST_AHEAD, "limit": limit}
        return await self._database.read(lambda connection: connection.execute(_due(), asked).scalars().all())

    async def claim_delivery(self, delivery_id: str, now: datetime, lease_until: datetime) -> Delivery | None:
        """Takes a delivery to be sent; None when another was faster, or when it may not be sent and is suppressed now.

        An opted-out phone gets the confirmation alone, and what the safety gate says: to such a phone it speaks only
        where danger stands in the very text that opts out.
        """
        table = deliveries

        def work(connection: sa.Connection) -> Delivery | DeliveryStatus | None:
            row = connection.execute(sa.select(table).where(table.c.id == delivery_id).with_for_update()).first()
            if row is None or row.status not in _UNFINISHED:
                return None
            unclear = row.status == DeliveryStatus.SENDING.value
            timer = (row.lease_until or now) if unclear else row.due_at
            if now < timer <= now + _LONGEST_AHEAD:
                return None
            message = _read_message(connection, row.message_id)
            change = sa.update(table).where(table.c.id == delivery_id)
            addresses = Addresses(row.member_address, row.plan_address)
            kind = DeliveryKind(row.kind)
            is_allowed = kind is DeliveryKind.CONFIRMATION or (message is not None and _is_safety(message))
            if not is_allowed and read_consent(connection, addresses) is Consent.OUT:
                connection.execute(change.values(status=DeliveryStatus.SUPPRESSED.value, updated_at=now))
                return DeliveryStatus.SUPPRESSED
            connection.execute(
                change.values(
                    status=DeliveryStatus.SENDING.value,
                    attempts=row.attempts + 1,
                    # Of several unclear attempts the first is the one to look back to.
                    attempted_at=row.attempted_at if unclear and row.attempted_at else now,
                    lease_until=lease_until,
                    updated_at=now,
                )
            )
            locale = sa.select(conversations.c.locale).where(conversations.c.id == row.conversation_id)
            return Delivery(
                id=row.id,
                addresses=addresses,
                kind=kind,
                part=row.part,
                of=row.of,
                attempts=row.attempts + 1,
                created_at=row.created_at,
                conversation_id=row.conversation_id,
                locale=connection.execute(locale).scalar_one_or_none() or "en",
                message=message,
                text=row.text,
                unclear_since=(row.attempted_at or row.created_at) if unclear else None,
            )

        claimed = await self._database.write(work)
        if isinstance(claimed, DeliveryStatus):
            # Counted here: inside, it would be counted even if it were taken back.
            DELIVERIES.labels(claimed.value).inc()
            return None
        return claimed

    async def add_parts(self, delivery: Delivery, ids: Sequence[str], now: datetime) -> None:
        """Plans the further parts of a message that needs several texts; planned already, nothing changes."""
        table = deliveries

        def work(connection: sa.Connection) -> None:
            row = connection.execute(sa.select(table).where(table.c.id == delivery.id).with_for_update()).one()
            if row.of > 1:
                return
            shared = {
                name: getattr(row, name)
                for name in (
                    "message_id", "conversation_id", "member_address", "plan_address", "kind", "place", "created_at"
                )
            }  # fmt: skip
            connection.execute(sa.update(table).where(table.c.id == delivery.id).values(of=len(ids) + 1))
            queued = {"of": len(ids) + 1, "status": DeliveryStatus.QUEUED.value, "due_at": now, "updated_at": now}
            parts = [{**shared, **queued, "id": id_, "part": part} for part, id_ in enumerate(ids, 2)]
            connection.execute(sa.insert(table), parts)

        await self._database.write(work)

    async def find_known(self, sids: Sequence[str]) -> frozenset[str]:
        """Those of the carrier's ids that belong to a delivery already."""
        query = sa.select(deliveries.c.provider_sid).where(deliveries.c.provider_sid.in_(sids))
        return frozenset(await self._database.read(lambda connection: connection.execute(query).scalars().all()))

    async def postpone(
        self, delivery: Delivery, now: datetime, due_at: datetime, *, code: str, is_unclear: bool
    ) -> None:
        """Tries again later. `is_unclear` when this attempt may have reached the carrier, which is asked first then."""
        table = deliveries
        mine = (
            table.c.id == delivery.id,
            table.c.status == DeliveryStatus.SENDING.value,
            table.c.attempts == delivery.attempts,
        )
        later: dict[str, object] = {"error_code": code[:32], "updated_at": now}
        if is_unclear:
            later["lease_until"] = due_at
        else:
            later |= {"status": DeliveryStatus.QUEUED.value, "due_at": due_at, "lease_until": None}
        await self._database.write(lambda connection: connection.execute(sa.update(table).where(*mine).values(later)))

    async def settle(
        self,
        delivery_id: str,
        status: DeliveryStatus,
        now: datetime,
        *,
        sid: str | None = None,
        code: str | None = None,
        opts_out: bool = False,
    ) -> bool:
        """Moves a delivery on, never backwards; False when it stands there or further already.

        `opts_out` when the carrier says that the phone wants no texts, whoever it told so.
        """
        return await self._move(deliveries.c.id == delivery_id, status, now, sid=sid, code=code, opts_out=opts_out)

    async def record_callback(
        self,
        sid: str,
        delivery_id: str | None,
        status: DeliveryStatus,
        now: datetime,
        *,
        code: str | None,
        opts_out: bool,
    ) -> bool:
        """The same, as the carrier tells it later: by its own id, else by ours where no text of its is known yet."""
        known = deliveries.c.provider_sid == sid
        if await self._move(known, status, now, code=code, opts_out=opts_out):
            return True
        if delivery_id is None:
            return False
        unnamed = sa.and_(deliveries.c.id == delivery_id, deliveries.c.provider_sid.is_(None))
        return await self._move(unnamed, status, now, sid=sid, code=code, opts_out=opts_out)

    async def add_link(self, secret_hash: str, conversation_id: str, now: datetime, expires_at: datetime) -> None:
        """Makes a one-time link that opens the conversation until it expires."""
        values = {
            "secret_hash": secret_hash,
            "conversation_id": conversation_id,
            "created_at": now,
            "expires_at": expires_at,
        }
        await self._database.write(lambda connection: connection.execute(sa.insert(sms_links).values(values)))

    async def _move(
        self,
        which: sa.ColumnElement[bool],
        status: DeliveryStatus,
        now: datetime,
        *,
        sid: str | None = None,
        code: str | None,
        opts_out: bool,
    ) -> bool:
        table = deliveries

        def work(connection: sa.Connection) -> bool:
            row = connection.execute(sa.select(table).where(which).with_for_update()).first()
            if row is None:
                return False
            if opts_out:
                write_consent(connection, Addresses(row.member_address, row.plan_address), Consent.OUT, now)
            if not moves_on(DeliveryStatus(row.status), status):
                return False
            values = {
                "status": status.value,
                "provider_sid": row.provider_sid or sid,
                "error_code": code[:32] if code else None,
                "lease_until": None,
                "updated_at": now,
            }
            connection.execute(sa.update(table).where(table.c.id == row.id).values(values))
            return True

        try:
            moved = await self._database.write(work)
        except IntegrityError:
            # The carrier's id belongs to another delivery already.
            return False
        if moved:
            DELIVERIES.labels(status.value).inc()
        return moved


@cache
def _due() -> sa.Select[tuple[str]]:
    """Asked several times a second, so it is built once."""
    now, stuck_since, too_far = (sa.bindparam(name, type_=UtcDateTime()) for name in ("now", "stuck_since", "too_far"))
    table, other = deliveries, deliveries.alias()
    urgent = _is_urgent(table)
    waits = sa.and_(table.c.status == DeliveryStatus.QUEUED.value, is_due(table.c.due_at, now, too_far))
    left = sa.and_(table.c.status == DeliveryStatus.SENDING.value, is_free(table, now, too_far))
    return (
        sa.select(table.c.id)
        .where(sa.or_(waits, left))
        .where(~sa.exists().where(other.c.status.in_(_UNFINISHED), _holds_up(other, table, urgent, stuck_since)))
        .order_by(sa.case((urgent, 0), else_=1), table.c.created_at, table.c.place, table.c.part, table.c.id)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _holds_up(
    other: sa.FromClause,
    table: sa.FromClause,
    urgent: sa.ColumnElement[bool],
    stuck_since: sa.BindParameter[datetime],
) -> sa.ColumnElement[bool]:
    """True of an `other` that must go before: parts in order, then a conversation's messages, then words about texting.

    Nothing goes round in a circle: a conversation's order is the order of its record, whatever the clocks of two
    gateways say, and nothing waits for words about texting. What cannot be sent for a while holds up nothing more:
    order matters less than silence. Only the parts of one message make no sense without those before them.
    """
    same_message = sa.and_(other.c.message_id == table.c.message_id, other.c.part < table.c.part)
    same_conversation = sa.and_(other.c.conversation_id == table.c.conversation_id, other.c.place < table.c.place)
    about_texting = sa.and_(
        table.c.conversation_id.is_(None),
        other.c.conversation_id.is_not(None),
        same_pair(other, table),
        other.c.created_at <= table.c.created_at,
    )
    stuck = sa.and_(other.c.attempts > 0, other.c.created_at <= stuck_since)
    return sa.or_(same_message, sa.and_(sa.not_(urgent), sa.or_(same_conversation, about_texting), sa.not_(stuck)))


def _is_urgent(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """What waits for nothing: what the safety gate says, and the confirmation of an opt-out."""
    safety = sa.exists().where(
        messages.c.id == table.c.message_id,
        messages.c.author == Author.SYSTEM.value,
        messages.c.outcome.in_(_DANGER),
    )
    return sa.or_(table.c.kind == DeliveryKind.CONFIRMATION.value, safety)


def _is_safety(message: Message) -> bool:
    return message.author is Author.SYSTEM and message.outcome in _DANGER


def _read_message(connection: sa.Connection, message_id: str | None) -> Message | None:
    row = connection.execute(sa.select(messages).where(messages.c.id == message_id)).first()
    return rows.read_message(row) if row is not None else None
