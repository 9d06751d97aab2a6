"""How is a text kept until it was acted on? Once, in order for each pair of numbers, by whoever claims it first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.channels.sms.consent_store import is_free, is_outdated, of_pair, read_consent_before, same_pair, write_consent
from bot.channels.sms.model import Addresses, Consent, DeliveryKind, DeliveryStatus, InboundText, Reply
from bot.channels.sms.pace import LOOK_BACK, TOLD_FOR, Pace, find_pace
from bot.conversations.deliveries_store import deliveries
from bot.database import Database, UtcDateTime, metadata

sms_inbox = sa.Table(
    "sms_inbox",
    metadata,
    # The carrier's id of the text: what comes twice is kept once.
    sa.Column("message_sid", sa.String(34), primary_key=True),
    sa.Column("member_address", sa.String(16), nullable=False),
    sa.Column("plan_address", sa.String(16), nullable=False),
    # Emptied when the text was acted on: the words then stand in the conversation, or nowhere.
    sa.Column("body", sa.Text),
    sa.Column("num_media", sa.Integer, nullable=False),
    sa.Column("opt_out_type", sa.String(16)),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("handled_at", UtcDateTime),
    sa.Index("ix_sms_inbox_open", "handled_at", "received_at"),
)

# A lease is shorter: what is free only later than this has failed again and again and was put off.
PUT_OFF = timedelta(seconds=15)
# Leases, and pauses after failures, are shorter than this.
_LONGEST_AHEAD = timedelta(minutes=2)


class InboxStore:
    """The texts that came in. Every method raises StoreUnavailable when the database cannot answer.

    Work is claimed by a lease, written in one transaction: of two processes on one database one gets it, and what a
    process left behind when it ended is free again when its lease is over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(self, text: InboundText, now: datetime) -> bool:
        """Keeps a text to be acted on; False when it came before, and then nothing is done."""
        values = {
            "message_sid": text.sid,
            "member_address": text.addresses.member,
            "plan_address": text.addresses.plan,
            "body": text.body,
            "num_media": text.media,
            "opt_out_type": text.carrier_answer,
            "received_at": now,
        }
        try:
            await self._database.write(lambda connection: connection.execute(sa.insert(sms_inbox).values(values)))
        except IntegrityError:
            return False
        return True

    async def find_texts(self, now: datetime, limit: int) -> Sequence[str]:
        """The sids of texts to act on: of each pair of numbers the oldest that waits, unless somebody is at it.

        One that was put off holds up nothing: a STOP behind it counts.
        """
        asked = {"now": now, "put_off": now + PUT_OFF, "too_far": now + _LONGEST_AHEAD, "limit": limit}
        return await self._database.read(lambda connection: connection.execute(_due_texts(), asked).scalars().all())

    async def claim_text(self, sid: str, now: datetime, lease_until: datetime) -> InboundText | None:
        """Takes a text for as long as the lease lasts; None when another was faster."""

        def work(connection: sa.Connection) -> InboundText | None:
            is_open = is_free(sms_inbox, now, now + _LONGEST_AHEAD)
            free = (sms_inbox.c.message_sid == sid, sms_inbox.c.handled_at.is_(None), is_open)
            claimed = connection.execute(sa.update(sms_inbox).where(*free).values(lease_until=lease_until))
            if not claimed.rowcount:
                return None
            row = connection.execute(sa.select(sms_inbox).where(sms_inbox.c.message_sid == sid)).one()
            addresses = Addresses(row.member_address, row.plan_address)
            body, media, answer = row.body or "", row.num_media, row.opt_out_type
            return InboundText(row.message_sid, addresses, body, media, answer, row.received_at)

        return await self._database.write(work)

    async def change_consent(self, text: InboundText, now: datetime, consent: Consent, reply: Reply | None) -> None:
        """Keeps what the text says about texts, with the reply to it; only the first opt-out is replied to.

        Before anything else is done with the text, and done once: the moment is that of the text.
        """

        moment = text.received_at or now

        def work(connection: sa.Connection) -> None:
            if is_outdated(connection, text.addresses, consent, moment):
                return
            changed = write_consent(connection, text.addresses, consent, moment)
            if reply is not None and (changed or consent is not Consent.OUT):
                _insert_reply(connection, text.addresses, reply, now)

        await self._database.write(work)

    async def finish_text(self, text: InboundText, now: datetime, *, reply: Reply | None = None) -> bool:
        """Ends the work on a text, with the reply about texting itself; once, and False when it was ended before."""

        def work(connection: sa.Connection) -> bool:
            open_row = (sms_inbox.c.message_sid == text.sid, sms_inbox.c.handled_at.is_(None))
            ended = sa.update(sms_inbox).where(*open_row).values(handled_at=now, lease_until=None, body=None)
            if not connection.execute(ended).rowcount:
                return False
            if reply is not None:
                _insert_reply(connection, text.addresses, reply, now)
            return True

        return await self._database.write(work)

    async def put_off(self, text: InboundText, until: datetime) -> None:
        """The text is acted on again then; put off for longer than PUT_OFF it holds up nothing meanwhile."""
        open_row = (sms_inbox.c.message_sid == text.sid, sms_inbox.c.handled_at.is_(None))
        change = sa.update(sms_inbox).where(*open_row).values(lease_until=until)
        await self._database.write(lambda connection: connection.execute(change))

    async def say(self, text: InboundText, now: datetime, reply: Reply) -> None:
        """Says something to a text that stays to be acted on."""
        await self._database.write(lambda connection: _insert_reply(connection, text.addresses, reply, now))

    async def read_consent_before(self, text: InboundText, now: datetime) -> Consent | None:
        """What this phone had said about texts from this number before this text; None when it never spoke of it."""
        moment = text.received_at or now
        return await self._database.read(lambda connection: read_consent_before(connection, text.addresses, moment))

    async def read_pace(self, text: InboundText) -> Pace:
        """How fast this phone had texted this number when the text came, from rows: every gateway reads the same."""

        def work(connection: sa.Connection) -> Pace:
            table = sms_inbox
            here = sa.select(table.c.received_at).where(table.c.message_sid == text.sid)
            now = connection.execute(here).scalar_one()
            since = now - LOOK_BACK
            query = sa.select(table.c.received_at).where(
                of_pair(table, text.addresses),
                table.c.received_at > since,
                sa.tuple_(table.c.received_at, table.c.message_sid)
                <= sa.tuple_(sa.literal(now, UtcDateTime), sa.literal(text.sid)),
                # True of every row that came since; it is what the index is for.
                sa.or_(table.c.handled_at.is_(None), table.c.handled_at > since),
            )
            came = connection.execute(query.order_by(table.c.received_at)).scalars().all()
            told = sa.select(deliveries.c.id).where(
                of_pair(deliveries, text.addresses),
                deliveries.c.kind == DeliveryKind.SLOW_DOWN.value,
                deliveries.c.created_at > now - TOLD_FOR,
            )
            return find_pace(came, was_told=connection.execute(told).first() is not None)

        return await self._database.read(work)


@cache
def _due_texts() -> sa.Select[tuple[str]]:
    """Asked several times a second, so it is built once."""
    now, put_off_until, too_far = (sa.bindparam(name, type_=UtcDateTime()) for name in ("now", "put_off", "too_far"))
    other = sms_inbox.alias()
    earlier = sa.tuple_(other.c.received_at, other.c.message_sid) < sa.tuple_(
        sms_inbox.c.received_at, sms_inbox.c.message_sid
    )
    put_off = sa.and_(other.c.lease_until.is_not(None), other.c.lease_until > put_off_until)
    holds_up = sa.and_(other.c.handled_at.is_(None), same_pair(other, sms_inbox), earlier, sa.not_(put_off))
    return (
        sa.select(sms_inbox.c.message_sid)
        .where(sms_inbox.c.handled_at.is_(None), is_free(sms_inbox, now, too_far))
        .where(~sa.exists().where(holds_up))
        .order_by(sms_inbox.c.received_at, sms_inbox.c.message_sid)
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )


def _insert_reply(connection: sa.Connection, addresses: Addresses, reply: Reply, now: datetime) -> None:
    if connection.execute(sa.select(deliveries.c.id).where(deliveries.c.id == reply.id)).first() is not None:
        return
    values = {
        "id": reply.id,
        "part": 1,
        "of": 1,
        "member_address": addresses.member,
        "plan_address": addresses.plan,
        "kind": reply.kind.value,
        "text": reply.text,
        "status": DeliveryStatus.QUEUED.value,
        "due_at": now + timedelta(seconds=reply.after_s),
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(sa.insert(deliveries).values(values))
