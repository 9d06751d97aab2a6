"""Who may be texted? What each phone said last about texts from each number of the plan."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.sms.model import Addresses, Consent, DeliveryStatus
from bot.conversations.deliveries_store import deliveries, sms_opt_outs
from bot.conversations.timers_store import Moment, is_due

_CLOCKS_DIFFER_BY = timedelta(minutes=1)


def of_pair(table: sa.Table, addresses: Addresses) -> sa.ColumnElement[bool]:
    """The rows of a table that belong to these two numbers."""
    return sa.and_(table.c.member_address == addresses.member, table.c.plan_address == addresses.plan)


def same_pair(one: sa.FromClause, other: sa.FromClause) -> sa.ColumnElement[bool]:
    """Two rows between the same two numbers."""
    return sa.and_(one.c.member_address == other.c.member_address, one.c.plan_address == other.c.plan_address)


def is_free(table: sa.Table, now: Moment, too_far: Moment) -> sa.ColumnElement[bool]:
    """Rows that nobody works on: never claimed, or by a process that did not come to the end of it."""
    return sa.or_(table.c.lease_until.is_(None), is_due(table.c.lease_until, now, too_far))


def read_consent(connection: sa.Connection, addresses: Addresses) -> Consent | None:
    """What this phone last said about texts from this number; None when it never spoke of it."""
    query = sa.select(sms_opt_outs.c.opted_out_at).where(of_pair(sms_opt_outs, addresses))
    row = connection.execute(query).first()
    return None if row is None else Consent.IN if row.opted_out_at is None else Consent.OUT


def read_consent_before(connection: sa.Connection, addresses: Addresses, moment: datetime) -> Consent | None:
    """What this phone had said before a text that came at this moment, which may have changed it already.

    A text that is taken up again is read as it was read the first time.
    """
    row = connection.execute(sa.select(sms_opt_outs).where(of_pair(sms_opt_outs, addresses))).first()
    if row is None:
        return None
    if row.opted_out_at is not None:
        since = Consent.IN if row.opted_in_at is not None else None
        return Consent.OUT if row.opted_out_at < moment else since
    return Consent.IN if row.opted_in_at < moment else Consent.OUT


def is_outdated(connection: sa.Connection, addresses: Addresses, consent: Consent, moment: datetime) -> bool:
    """True when the phone has said something else since this moment, and a text of then is only taken up again.

    The clocks of two gateways may differ: only what is clearly newer outdates an opt-out.
    """
    row = connection.execute(sa.select(sms_opt_outs).where(of_pair(sms_opt_outs, addresses))).first()
    if row is None:
        return False
    newest = max(each for each in (row.opted_out_at, row.opted_in_at) if each is not None)
    return bool(newest > moment + (_CLOCKS_DIFFER_BY if consent is Consent.OUT else timedelta(0)))


def write_consent(connection: sa.Connection, addresses: Addresses, consent: Consent, now: datetime) -> bool:
    """Keeps what the phone said; True when it had not said so before."""
    table = sms_opt_outs
    row = connection.execute(sa.select(table).where(of_pair(table, addresses)).with_for_update()).first()
    values = {"opted_out_at": now} if consent is Consent.OUT else {"opted_out_at": None, "opted_in_at": now}
    if row is None:
        pair = {"member_address": addresses.member, "plan_address": addresses.plan}
        connection.execute(sa.insert(table).values({**pair, **values}))
    elif (row.opted_out_at is not None) is (consent is Consent.OUT):
        return False
    else:
        connection.execute(sa.update(table).where(of_pair(table, addresses)).values(values))
    if consent is Consent.OUT:
        # What waits to be tried again is due now, to be suppressed: the confirmation stands behind it.
        waiting = sa.and_(of_pair(deliveries, addresses), deliveries.c.status == DeliveryStatus.QUEUED.value)
        connection.execute(sa.update(deliveries).where(waiting, deliveries.c.due_at > now).values(due_at=now))
    return True
