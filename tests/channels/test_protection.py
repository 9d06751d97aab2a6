"""How the gateway protects itself and its members: limits, headers, identity tokens, a database that is away."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.channels.rate_limit import RateLimits
from bot.channels.web.identity import IdentityVerifier, Portal
from bot.database import Database
from bot.http.rate_limit import Limit
from tests.channels.gateway import Gateway, Tab, start_gateway


def limits(**given: Limit) -> RateLimits:
    plenty = Limit(1000, 1000)
    return RateLimits(
        **{"conversations": plenty, "messages": plenty, "conversation_messages": plenty, "requests": plenty, **given}
    )


@pytest.mark.parametrize("limited", ["conversations", "messages", "conversation_messages", "requests"])
async def test_too_much_is_refused_with_the_time_to_wait(sqlite_database: Database, limited: str) -> None:
    gateway = await start_gateway(sqlite_database, rate_limits=limits(**{limited: Limit(0.1, 3)}))
    answers = []
    try:
        for _ in range(2 if limited == "conversations" else 1):
            tab = await gateway.open()
        for _ in range(4):
            if limited == "conversations":
                answers.append(await gateway.call("POST", "/api/v1/conversations", json={"channel": "web"}))
            else:
                answers.append(await tab.say("hello"))
    finally:
        await gateway.client.close()
    refused = answers[-1]
    assert (refused.status, refused.code) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert answers[0].status in (200, 201)


@pytest.mark.parametrize("limited", ["conversation_messages", "messages", "requests"])
async def test_danger_is_answered_whichever_limit_is_reached(sqlite_database: Database, limited: str) -> None:
    gateway = await start_gateway(sqlite_database, rate_limits=limits(**{limited: Limit(0.1, 2)}))
    try:
        tab = await gateway.open()
        await tab.say("hello")
        await tab.say("hello")
        answer = await tab.say("i want to kill myself")
    finally:
        await gateway.client.close()
    assert (answer.code, answer.body["safety"]["outcome"]) == ("RATE_LIMITED", "crisis")


async def test_the_limits_of_a_demo_let_fifty_conversations_and_two_hundred_messages_through(sqlite_url: str) -> None:
    # About the limits alone: a disk that is busy with other work may take its time here.
    database = Database.open(sqlite_url, timeout_s=60)
    gateway = await start_gateway(database)
    try:
        tabs = await asyncio.gather(*(gateway.open() for _ in range(50)))
        answers = await asyncio.gather(*(tabs[number % 50].say(f"question {number}") for number in range(200)))
    finally:
        await gateway.client.close()
        await database.close()
    assert {answer.status for answer in answers} == {200}


async def test_only_a_trusted_proxy_names_the_client(sqlite_database: Database) -> None:
    async def statuses(trusted_proxies: int) -> list[int]:
        gateway = await start_gateway(
            sqlite_database, rate_limits=limits(conversations=Limit(0.01, 1)), trusted_proxies=trusted_proxies
        )
        try:
            return [
                (
                    await gateway.call(
                        "POST",
                        "/api/v1/conversations",
                        json={"channel": "web"},
                        headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.{number}"},
                    )
                ).status
                for number in range(3)
            ]
        finally:
            await gateway.client.close()

    assert await statuses(0) == [201, 429, 429]
    assert await statuses(1) == [201, 201, 201]


async def test_every_answer_carries_the_security_headers(sqlite_database: Database) -> None:
    gateway = await start_gateway(sqlite_database, embed_origins=("https://plan.example",))
    try:
        answers = [
            await gateway.call("GET", path)
            for path in ("/", "/nowhere", "/livez", "/api/v1/site", "/api/v1/openapi.json")
        ]
    finally:
        await gateway.client.close()
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'self' https://plan.example" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in answer.headers
    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-cache"] + ["no-store"] * 4


async def test_the_site_says_whether_it_is_a_demo(sqlite_database: Database) -> None:
    for demo in (True, False):
        gateway = await start_gateway(sqlite_database, demo=demo)
        try:
            site = await gateway.call("GET", "/api/v1/site")
        finally:
            await gateway.client.close()
        assert site.body["demo"] is demo
        assert [plan["id"] for plan in site.body["plans"]] == ["independence", "caresource"]


async def test_readiness_names_the_part_that_is_missing(gateway: Gateway) -> None:
    ready = await gateway.call("GET", "/readyz")
    assert (ready.status, ready.body["status"]) == (200, "ready")
    assert ready.body["parts"]["engine"] == {"status": "ok", "model_id": "model-1"}
    gateway.ready.ready = False
    assert (await gateway.call("GET", "/readyz")).body["parts"]["engine"]["status"] == "unavailable"
    gateway.ready.ready = True
    await gateway.database.write(
        lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num='0001'")
    )
    behind = await gateway.call("GET", "/readyz")
    assert (behind.status, behind.body["parts"]["migrations"]["status"]) == (503, "pending")
    assert (await gateway.call("GET", "/livez")).status == 200


async def test_a_locked_database_is_told_in_time_and_the_message_acts_once_later(
    sqlite_url: str,
) -> None:
    # With the limit that the product has; the other tests' databases are patient.
    database = Database.open(sqlite_url)
    gateway = await start_gateway(database)
    ids = [str(uuid4()) for _ in range(5)]
    try:
        tab = await gateway.open()
        with database.engine.connect() as other:
            other = other.execution_options(sqlite_begin="IMMEDIATE")
            with other.begin():
                started = time.monotonic()
                answers = await asyncio.gather(
                    *(tab.say("hello", client_message_id) for client_message_id in ids),
                    tab.say("my chest hurts and I can't breathe"),
                    gateway.call("POST", "/api/v1/conversations", json={"channel": "web"}),
                )
                # The database's own limit of 2.5 s, once for all of them, and what a busy machine needs.
                assert time.monotonic() - started < 5
        assert {(answer.status, answer.code) for answer in answers} == {(503, "STORE_UNAVAILABLE")}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
        assert answers[5].body["safety"]["outcome"] == "emergency"
        assert gateway.engine.turns == []
        for client_message_id in (*ids, *ids):
            assert (await tab.say("hello", client_message_id)).status == 200
        assert len(await tab.read()) == 1 + 2 * len(ids)
    finally:
        await gateway.client.close()
        await database.close()


KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PORTAL = Portal(PEM, "https://portal.example", "gene-guide")


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    given = {"iss": PORTAL.issuer, "aud": PORTAL.audience, "sub": "GG1", "exp": now + timedelta(minutes=5), **changes}
    return {name: value for name, value in given.items() if value is not None}


def sign(key: Any = KEY, algorithm: str = "ES256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


async def find_member(member_number: str) -> str | None:
    return "member-1" if member_number == "GG1" else None


async def open_with_token(database: Database, token: str, portal: Portal | None = PORTAL) -> tuple[int, Any]:
    gateway = await start_gateway(database, portal=portal, find_member=find_member)
    try:
        answer = await gateway.call("POST", "/api/v1/conversations", json={"channel": "web", "identity_token": token})
        return answer.status, answer.body
    finally:
        await gateway.client.close()


async def test_a_member_whom_the_portal_names_is_verified_from_the_start(sqlite_database: Database) -> None:
    status, body = await open_with_token(sqlite_database, sign())
    assert status == 201
    assert body["state"]["verified"] is True


@pytest.mark.parametrize(
    "token",
    [
        sign(key=OTHER_KEY),
        sign(exp=datetime.now(timezone.utc) - timedelta(minutes=5)),
        sign(exp=None),
        sign(iss=None),
        sign(aud=None),
        sign(sub=None),
        sign(iss="https://elsewhere.example"),
        sign(aud="another"),
        sign(sub="GG2"),
        jwt.encode(claims(), None, algorithm="none"),
        jwt.encode(claims(), "a secret of thirty-two characters", algorithm="HS256"),
        sign(key=rsa.generate_private_key(65537, 2048), algorithm="RS256"),
        "nonsense",
        "",
    ],
    ids=[
        "foreign key", "expired", "no exp", "no iss", "no aud", "no sub", "wrong iss", "wrong aud", "unknown member",
        "unsigned", "symmetric", "another kind of key", "nonsense", "empty",
    ],
)  # fmt: skip
async def test_a_token_that_proves_nothing_is_not_accepted(sqlite_database: Database, token: str) -> None:
    status, body = await open_with_token(sqlite_database, token)
    assert (status, body["code"]) == (422, "IDENTITY_TOKEN_NOT_ACCEPTED")


async def test_without_a_portal_no_token_is_accepted(sqlite_database: Database) -> None:
    status, body = await open_with_token(sqlite_database, sign(), portal=None)
    assert (status, body["code"]) == (422, "IDENTITY_TOKEN_NOT_ACCEPTED")


@pytest.mark.parametrize("key", [ec.SECP384R1(), 1024], ids=["P-384", "RSA of 1024 bits"])
def test_a_key_that_is_too_weak_or_unknown_is_refused_at_the_start(key: Any) -> None:
    private = ec.generate_private_key(key) if not isinstance(key, int) else rsa.generate_private_key(65537, key)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="public key"):
        IdentityVerifier(Portal(pem, "a", "b"), find_member)


async def test_no_log_line_carries_a_members_words(gateway: Gateway, capsys: pytest.CaptureFixture[str]) -> None:
    tab: Tab = await gateway.open()
    await tab.say("zebra-giraffe-words")
    await tab.call("POST", "handoff", json={"reason": "zebra-giraffe-words"})
    await tab.call("POST", "messages", data=b'{"text": "zebra-giraffe-words"')
    gateway.engine.failure = RuntimeError("zebra-giraffe-words")
    await tab.say("zebra-giraffe-words")
    seen = capsys.readouterr()
    assert "turn.answered" in seen.out + seen.err
    assert "zebra" not in seen.out + seen.err
    assert tab.token not in seen.out + seen.err
