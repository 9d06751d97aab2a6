"""One-time links of the tests: made as the outbox makes them, and followed as a member does."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.conversations.deliveries_store import sms_links
from bot.conversations.ids import hash_token
from tests.channels.gateway import Answer, Gateway, Tab

# Secrets of one-time links.
ONE, TWO = "abcdefghijkLMNOP" * 2 + "qrstuvwxyz1", "ABCDEFGHIJKlmnop" * 2 + "QRSTUVWXYZ2"


async def make_link(gateway: Gateway, conversation_id: str, secret: str) -> None:
    """The row that the outbox writes when it texts a link."""
    now = gateway.clock()
    values = {"secret_hash": hash_token(secret), "conversation_id": conversation_id, "created_at": now}
    values["expires_at"] = now + timedelta(minutes=30)
    await gateway.database.write(lambda connection: connection.execute(sa.insert(sms_links).values(values)))


async def follow(gateway: Gateway, secret: str) -> Answer:
    """What the page gets for the secret in its address."""
    return await gateway.call("POST", "/api/v1/links", json={"link": secret})


async def enter(gateway: Gateway, conversation_id: str, secret: str = ONE) -> Tab:
    """The secure chat that a new link opens."""
    await make_link(gateway, conversation_id, secret)
    answer = await follow(gateway, secret)
    assert answer.status == 201, answer.body
    return Tab(gateway, answer.body["conversation_id"], answer.body["token"], answer.body)
