"""The console beside the member's entrance, put together as the product does it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from bot.app import build_gateway, open_core, prepare_database
from bot.console.accounts import DEMO_PASSWORD
from bot.engine_client import EngineClient
from bot.settings import read_settings
from tests.databases import open_database

API = "/api/v1/console"
DANGER = "i want to kill myself"


@pytest.fixture(scope="module")
def prepared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the demo has it when it starts, made once for these tests."""
    path = tmp_path_factory.mktemp("gateway") / "gene-guide.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    prepare_database(database, demo=True)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture
async def gateway(prepared: Path, tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """The whole gateway in demo mode; its engine is away, which the console does not need."""
    path = shutil.copy(prepared, tmp_path)
    settings = read_settings(demo=True, database_url=f"sqlite:///{path}", log_file="")
    async with open_core(settings) as core:
        engine = EngineClient("http://127.0.0.1:9", "no-secret")
        async with TestClient(TestServer(build_gateway(settings, core, engine, "http://127.0.0.1:8080"))) as client:
            yield client


async def test_one_document_publishes_the_member_api_and_the_console(gateway: TestClient[Any, Any]) -> None:
    document = await (await gateway.get("/api/v1/openapi.json")).json()
    validate(document)
    assert "/api/v1/conversations" in document["paths"]
    assert f"{API}/conversations/{{id}}/claim" in document["paths"]
    assert set(document["components"]["securitySchemes"]) == {"token", "session", "csrf"}


async def test_the_demos_coaches_sign_in_and_see_who_waits(gateway: TestClient[Any, Any]) -> None:
    opened = await (await gateway.post("/api/v1/conversations", json={"channel": "web"})).json()
    member = {"Authorization": f"Bearer {opened['token']}"}
    handoff = f"/api/v1/conversations/{opened['conversation_id']}/handoff"
    assert (await gateway.post(handoff, headers=member)).status == 200
    assert (await gateway.get(f"{API}/queue")).status == 401
    for username in ("luis", "maria", "dana"):
        body = {"username": username, "password": DEMO_PASSWORD}
        signed = await gateway.post(f"{API}/session", json=body)
        assert signed.status == 200
    queue = await (await gateway.get(f"{API}/queue")).json()
    assert [item["conversation_id"] for item in queue["items"]] == [opened["conversation_id"]]
    # What opens the console opens no conversation of a member, and the other way round.
    assert (await gateway.get(f"{handoff.removesuffix('handoff')}messages")).status == 404
    gateway.session.cookie_jar.clear()
    assert (await gateway.get(f"{API}/queue", headers=member)).status == 401


async def test_that_a_member_writes_is_seen_by_the_coach_who_reads_along(gateway: TestClient[Any, Any]) -> None:
    opened = await (await gateway.post("/api/v1/conversations", json={"channel": "web"})).json()
    conversation = f"/api/v1/conversations/{opened['conversation_id']}"
    await gateway.post(f"{conversation}/handoff", headers={"Authorization": f"Bearer {opened['token']}"})
    await gateway.post(f"{API}/session", json={"username": "dana", "password": DEMO_PASSWORD})
    console = await gateway.ws_connect(f"{API}/socket")
    await console.send_json({"type": "watch", "conversation_id": opened["conversation_id"], "after": 0})
    while (await console.receive_json(timeout=60))["type"] != "state":
        pass
    page = await gateway.ws_connect(f"{conversation}/socket")
    await page.send_json({"type": "auth", "token": opened["token"]})
    assert (await page.receive_json(timeout=60))["type"] == "state"
    await page.send_json({"type": "typing"})
    while (frame := await console.receive_json(timeout=60))["type"] == "queue_changed":
        pass
    assert frame == {"type": "typing", "conversation_id": opened["conversation_id"], "author": "member"}
    with pytest.raises(asyncio.TimeoutError):
        await page.receive(timeout=0.2)


@pytest.mark.parametrize(("method", "path"), [("POST", "session"), ("POST", "nothing"), ("POST", "queue")])
async def test_what_a_coach_sends_is_no_members_cry_for_help(
    gateway: TestClient[Any, Any], method: str, path: str
) -> None:
    answer = await gateway.request(method, f"{API}/{path}", json={"text": DANGER})
    body = await answer.json()
    assert answer.status in (404, 405, 422)
    assert "safety" not in body
    member = await gateway.post("/api/v1/conversations/none/messages", json={"text": DANGER})
    assert "safety" in await member.json()


async def test_what_is_not_there_is_a_problem_document(gateway: TestClient[Any, Any]) -> None:
    missing = await gateway.get(f"{API}/nothing")
    assert (missing.status, missing.content_type, (await missing.json())["code"]) == (
        404,
        "application/problem+json",
        "NOT_FOUND",
    )
    wrong = await gateway.delete(f"{API}/queue")
    assert (wrong.status, (await wrong.json())["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert "GET" in wrong.headers["Allow"]


async def test_the_desk_is_framed_by_nobody_and_the_chat_by_its_own_site(gateway: TestClient[Any, Any]) -> None:
    for path, ancestors in (("/console", "'none'"), ("/", "'self'")):
        answer = await gateway.get(path)
        assert answer.status == 200
        assert f"frame-ancestors {ancestors}" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-cache"
    refused = await gateway.get(f"{API}/queue")
    assert "frame-ancestors 'none'" in refused.headers["Content-Security-Policy"]
    assert refused.headers["Cache-Control"] == "no-store"


async def test_no_word_name_or_secret_reaches_the_log(
    gateway: TestClient[Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"username": "dana", "password": "canary-password"}
    await gateway.post(f"{API}/session", json=body)
    signed = await gateway.post(f"{API}/session", json={"username": "dana", "password": DEMO_PASSWORD})
    token, csrf = signed.cookies["gene_guide_console"].value, (await signed.json())["csrf_token"]
    headers = {"Cookie": f"gene_guide_console={token}", "X-CSRF-Token": csrf}
    await gateway.post(f"{API}/conversations/{'0' * 32}/notes", json={"text": "canary-note"}, headers=headers)
    await gateway.post(f"{API}/conversations/canary-id/notes", data="canary-body", headers=headers)
    await gateway.delete(f"{API}/session", headers=headers)
    logged = "".join(capsys.readouterr())
    assert "console.signed_in" in logged
    assert "console.signed_out" in logged
    assert logged.count("console.refused") == 3
    for secret in ("canary", DEMO_PASSWORD, token, csrf, "Dana", "dana"):
        assert secret not in logged
