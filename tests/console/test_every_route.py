"""What no route lets through: nobody signed in, a wrong or missing CSRF token, another site, fields nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest

from bot.console.operations import CONSOLE_API
from bot.database import Database
from bot.http.operations import Operation
from bot.http.rate_limit import Limit
from tests.console.desk import API, Browser, Desk, Json, Waiting, start_desk

OPERATIONS = CONSOLE_API.operations
BEHIND_THE_DOOR = [operation for operation in OPERATIONS if operation.security]
CHANGES = [operation for operation in BEHIND_THE_DOOR if operation.method != "GET"]
WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]

BODIES: dict[str, dict[str, Any]] = {
    "sign_in": {"username": "dana", "password": "x"},
    "give_heartbeat": {"active": True},
    "set_duty": {"on_duty": True},
    "claim_conversation": {"version": 1},
    "write_message": {"version": 1, "client_message_id": str(uuid4()), "text": "a"},
    "add_note": {"text": "a"},
    "return_conversation": {"version": 1, "outcome": "answered"},
    "end_conversation": {"version": 1, "outcome": "answered"},
    "transfer_conversation": {"version": 1, "coach_id": "0" * 32},
    "take_callback": {"version": 0},
    "finish_callback": {"version": 0, "reached": True},
}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """None of this reaches a database, so one kind is enough."""
    return sqlite_database


def path_of(operation: Operation, record_id: str) -> str:
    """The address with this id in it, of a message that is not there."""
    return operation.path.replace("{message_id}", "0" * 32).replace("{id}", record_id)


def address(operation: Operation, waiting: Waiting) -> str:
    return path_of(operation, "1" if "callbacks" in operation.path else waiting.id)


async def call_all(
    browser: Browser, operations: Iterable[Operation], waiting: Waiting, **content: Any
) -> dict[str, tuple[int, str]]:
    """Status and code of each operation, by its id."""
    answers = {}
    for operation in operations:
        path = address(operation, waiting)
        answer = await browser.call(operation.method, path, BODIES.get(operation.id), **content)
        answers[operation.id] = (answer.status, answer.code)
    return answers


async def events(desk: Desk, waiting: Waiting) -> tuple[object, ...]:
    """What the record has of the conversation."""
    return (
        await desk.holder(waiting.id),
        await desk.version(waiting.id),
        await desk.texts(waiting.id),
        await desk.store.list_log(waiting.id),
        await desk.store.list_notes(waiting.id),
    )


def test_only_signing_in_is_open_to_everybody() -> None:
    assert [operation.id for operation in OPERATIONS if not operation.security] == ["sign_in"]


def test_every_change_needs_the_csrf_token() -> None:
    assert all(operation.security == ("session", "csrf") for operation in CHANGES)
    assert all(operation.security == ("session",) for operation in BEHIND_THE_DOOR if operation.method == "GET")


@pytest.mark.parametrize("cookie", ["", "no-such-token", "x" * 3000])
async def test_nobody_signed_in_is_refused(desk: Desk, waiting: Waiting, cookie: str) -> None:
    before = await events(desk, waiting)
    headers = {"Cookie": f"gene_guide_console={cookie}"} if cookie else {}
    answers = await call_all(desk.browser(), BEHIND_THE_DOOR, waiting, csrf="x", headers=headers)
    assert set(answers.values()) == {(401, "SIGN_IN_REQUIRED")}
    assert await events(desk, waiting) == before


@pytest.mark.parametrize("csrf", ["", "wrong", "é"])
async def test_a_wrong_csrf_token_is_refused_and_changes_nothing(
    desk: Desk, dana: Browser, waiting: Waiting, csrf: str
) -> None:
    before = await events(desk, waiting)
    answers = await call_all(dana, CHANGES, waiting, csrf=csrf)
    assert set(answers.values()) == {(403, "CSRF_INVALID")}
    assert await events(desk, waiting) == before
    assert (await dana.call("GET", "session")).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://", "file://", "http://127.0.0.1.evil.example"]
)
async def test_another_site_is_refused_and_changes_nothing(
    desk: Desk, dana: Browser, waiting: Waiting, origin: str
) -> None:
    before = await events(desk, waiting)
    answers = await call_all(dana, OPERATIONS, waiting, headers={"Origin": origin})
    assert set(answers.values()) == {(403, "ORIGIN_NOT_ALLOWED")}
    assert await events(desk, waiting) == before


@pytest.mark.parametrize(
    ("unknown", "error"),
    [
        ("role", {"field": "role", "code": "UNKNOWN_FIELD"}),
        ("x" * 65, {"field": "body", "code": "UNKNOWN_FIELD"}),
        ("a secret word", {"field": "body", "code": "UNKNOWN_FIELD"}),
        ("\ud800", {"field": "body", "code": "INVALID"}),
    ],
    ids=["plain", "long", "words", "half a character"],
)
async def test_a_field_that_nobody_knows_is_refused_and_not_repeated(
    desk: Desk, dana: Browser, waiting: Waiting, unknown: str, error: Json
) -> None:
    before = await events(desk, waiting)
    for operation in WITH_BODY:
        answer = await dana.call(
            operation.method, address(operation, waiting), {**BODIES[operation.id], unknown: "supervisor"}
        )
        assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
        assert answer.body["errors"] == [error]
    assert await events(desk, waiting) == before


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", "application/json", 400, "MALFORMED_JSON"),
        (b"{", "application/json", 400, "MALFORMED_JSON"),
        (b"\xff", "application/json", 400, "MALFORMED_JSON"),
        (b"[]", "application/json", 422, "VALIDATION_FAILED"),
        (b"{}", "application/json", 422, "VALIDATION_FAILED"),
        (b"version=1", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"text":"' + b"x" * 70_000 + b'"}', "application/json", 413, "BODY_TOO_LARGE"),
    ],
    ids=["empty", "cut off", "no utf-8", "no object", "nothing", "form", "plain", "too large"],
)
async def test_what_is_no_request_is_refused(
    dana: Browser, waiting: Waiting, body: bytes, content_type: str, status: int, code: str
) -> None:
    for operation in WITH_BODY:
        answer = await dana.call(
            operation.method, address(operation, waiting), data=body, headers={"Content-Type": content_type}
        )
        assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("wrong_id", ["0" * 32, "x", "%00", "..%2f", "1" * 500, "-1", "99999999999"])
async def test_what_is_not_there_is_not_found(dana: Browser, wrong_id: str) -> None:
    for operation in (each for each in BEHIND_THE_DOOR if "{id}" in each.path):
        path = path_of(operation, wrong_id)
        answer = await dana.call(operation.method, path, BODIES.get(operation.id))
        found = "CALLBACK_NOT_FOUND" if "callbacks" in path else "CONVERSATION_NOT_FOUND"
        codes = {found, "COACH_NOT_FOUND"} if operation.id == "transfer_conversation" else {found}
        assert answer.status == 404
        assert answer.code in codes


async def test_a_conversation_that_never_asked_for_a_person_is_not_there(desk: Desk, dana: Browser) -> None:
    conversation_id = await desk.open()
    for operation in (each for each in BEHIND_THE_DOOR if "conversations/{id}" in each.path):
        body = dict(BODIES.get(operation.id, {}))
        if "coach_id" in body:
            body["coach_id"] = dana.coach["id"]
        answer = await dana.call(operation.method, path_of(operation, conversation_id), body or None)
        # Typing is the one thing that looks no further than at who holds.
        expected = (409, "NOT_HOLDER") if operation.id == "tell_typing" else (404, "CONVERSATION_NOT_FOUND")
        assert (answer.status, answer.code) == expected
    assert await desk.holder(conversation_id) == ("assistant", None)
    assert await desk.store.list_log(conversation_id) == ()
    assert await desk.store.list_notes(conversation_id) == ()


async def test_no_answer_may_be_kept_or_framed(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    for browser in (desk.browser(), dana):
        for operation in sorted(OPERATIONS, key=lambda each: each.id == "sign_out"):
            answer = await browser.call(operation.method, address(operation, waiting), BODIES.get(operation.id))
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert "Server" not in answer.headers
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_csrf_token_of_another_session_is_refused(dana: Browser, luis: Browser, waiting: Waiting) -> None:
    answer = await dana.call(
        "POST", f"conversations/{waiting.id}/claim", {"version": waiting.version}, csrf=luis.csrf_token
    )
    assert (answer.status, answer.code) == (403, "CSRF_INVALID")


async def test_our_own_page_is_let_in(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    origin = str(desk.server.make_url("/")).rstrip("/")
    answer = await dana.call(
        "POST", f"conversations/{waiting.id}/claim", {"version": waiting.version}, headers={"Origin": origin}
    )
    assert answer.status == 200


async def test_the_page_behind_a_proxy_is_let_in(sqlite_database: Database) -> None:
    desk = await start_desk(sqlite_database, public_url="https://Desk.example")
    browser = desk.browser()
    body = {"username": "dana", "password": "wrong"}
    assert (await browser.call("POST", "session", body, headers={"Origin": "https://desk.example"})).status == 401
    assert (await browser.call("POST", "session", body, headers={"Origin": "https://other.example"})).status == 403
    await desk.close()


async def test_too_many_requests_of_one_address_are_refused(sqlite_database: Database) -> None:
    desk = await start_desk(sqlite_database, requests=Limit(per_s=0.1, burst=3))
    browser = desk.browser()
    answers = [await browser.call("GET", "session") for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    await desk.close()


async def test_the_database_away_claims_nothing(desk: Desk, dana: Browser, waiting: Waiting) -> None:
    await desk.database.close()
    answer = await dana.call("POST", f"{API}/conversations/{waiting.id}/claim", {"version": waiting.version})
    assert answer.status in (500, 503)
