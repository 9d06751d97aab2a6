"""Whatever is sent: a problem document with a code or a normal answer, nothing stored by halves, no 500."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from bot.database import Database
from tests.channels.gateway import Answer, Gateway, Tab


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Most of this never reaches a database, so one kind is enough."""
    return sqlite_database


JSON = {"Content-Type": "application/json"}
SECRET_WORDS = "my-secret-words"


async def post_raw(tab: Tab, body: bytes | str, headers: dict[str, str] | None = None) -> Answer:
    return await tab.call("POST", "messages", data=body, headers=JSON if headers is None else headers)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b"\xff\xfe", b'{"text": NaN}', b"[" * 60_000, b'{"text": ' + b"9" * 6000 + b"}"],
    ids=["empty", "cut off", "no json", "no utf-8", "NaN", "deep", "huge number"],
)
async def test_what_is_no_json_is_malformed(tab: Tab, body: bytes) -> None:
    answer = await post_raw(tab, body)
    assert (answer.status, answer.code) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"5"])
async def test_json_that_is_no_object_is_invalid(tab: Tab, body: bytes) -> None:
    answer = await post_raw(tab, body)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")


ID = str(uuid4())


@pytest.mark.parametrize(
    ("content", "field", "code"),
    [
        ({"client_message_id": ID}, "text", "REQUIRED"),
        ({"text": SECRET_WORDS}, "client_message_id", "REQUIRED"),
        ({"client_message_id": SECRET_WORDS, "text": "a"}, "client_message_id", "INVALID_UUID"),
        ({"client_message_id": 5, "text": "a"}, "client_message_id", "WRONG_TYPE"),
        ({"client_message_id": ID, "text": 5}, "text", "WRONG_TYPE"),
        ({"client_message_id": ID, "text": [SECRET_WORDS]}, "text", "WRONG_TYPE"),
        ({"client_message_id": ID, "text": {"a": SECRET_WORDS}}, "text", "WRONG_TYPE"),
        ({"client_message_id": ID, "text": True}, "text", "WRONG_TYPE"),
        ({"client_message_id": ID, "text": "x" * 2001}, "text", "TOO_LONG"),
        ({"client_message_id": ID, "text": ""}, "text", "EMPTY"),
        ({"client_message_id": ID, "text": " \n\t "}, "text", "EMPTY"),
        ({"client_message_id": ID, "text": "\x00\x07\ud800"}, "text", "EMPTY"),
        ({"client_message_id": ID, "choice": 7}, "choice", "WRONG_TYPE"),
        ({"client_message_id": ID, "choice": "x" * 1025}, "choice", "TOO_LONG"),
        ({"client_message_id": ID, "choice": "\ud800"}, "choice", "INVALID"),
        ({"client_message_id": ID, "text": "a", "choice": "/b"}, "choice", "ONE_OF_TEXT_AND_CHOICE"),
    ],
)
async def test_a_message_that_does_not_fit_names_field_and_code(
    tab: Tab, content: dict[str, Any], field: str, code: str
) -> None:
    answer = await post_raw(tab, json.dumps(content))
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert answer.body["errors"] == [{"field": field, "code": code}]
    assert SECRET_WORDS not in json.dumps(answer.body)
    assert len(await tab.read()) == 1


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({}, "channel", "REQUIRED"),
        ({"channel": "sms"}, "channel", "UNKNOWN_VALUE"),
        ({"channel": 3}, "channel", "UNKNOWN_VALUE"),
        ({"channel": "web", "plan": "no-such-plan"}, "plan", "UNKNOWN_VALUE"),
        ({"channel": "web", "plan": ["independence"]}, "plan", "WRONG_TYPE"),
        ({"channel": "web", "state": "Ohio"}, "state", "UNKNOWN_VALUE"),
        ({"channel": "web", "state": "XX"}, "state", "UNKNOWN_VALUE"),
        ({"channel": "web", "state": "GU"}, "state", "UNKNOWN_VALUE"),
        ({"channel": "web", "locale": "fr"}, "locale", "UNKNOWN_VALUE"),
        ({"channel": "web", "plan": "\x00"}, "plan", "UNKNOWN_VALUE"),
        ({"channel": "web", "plan": "\ud800"}, "plan", "INVALID"),
    ],
)
async def test_a_conversation_that_cannot_begin_names_field_and_code(
    gateway: Gateway, fields: dict[str, Any], field: str, code: str
) -> None:
    answer = await gateway.call("POST", "/api/v1/conversations", data=json.dumps(fields), headers=JSON)
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")
    assert answer.body["errors"] == [{"field": field, "code": code}]


async def test_fields_that_nobody_knows_are_ignored(tab: Tab) -> None:
    body = {"client_message_id": str(uuid4()), "text": "hello", SECRET_WORDS: 1, "\ud800": None}
    assert (await post_raw(tab, json.dumps(body))).status == 200


@pytest.mark.parametrize(
    ("score", "code"),
    [(0, "OUT_OF_RANGE"), (6, "OUT_OF_RANGE"), ("5", "WRONG_TYPE"), (True, "WRONG_TYPE"), (4.5, "WRONG_TYPE")],
)
async def test_a_rating_is_a_whole_number_from_one_to_five(tab: Tab, score: object, code: str) -> None:
    answer = await tab.call("POST", "rating", json={"score": score})
    assert answer.body["errors"] == [{"field": "score", "code": code}]


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}]
)
async def test_another_content_type_is_refused(tab: Tab, headers: dict[str, str]) -> None:
    answer = await post_raw(tab, b"text=hello", headers)
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_over_64_kib_is_refused(tab: Tab) -> None:
    answer = await post_raw(tab, b'{"text":"' + b"x" * 70_000 + b'"}')
    assert (answer.status, answer.code) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("after", ["-1", "abc", "1.5", "99999999999", "", "\u0661"])
async def test_after_is_a_seq(tab: Tab, after: str) -> None:
    answer = await tab.call("GET", f"messages?after={after}")
    assert (answer.status, answer.code) == (422, "VALIDATION_FAILED")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/v1", "/api/v1/conversations/x/nothing", "/page/../app.py", "/page/none.js"]
)
async def test_an_unknown_route_is_not_found(gateway: Gateway, path: str) -> None:
    answer = await gateway.call("GET", path)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


async def test_another_method_is_not_allowed(gateway: Gateway) -> None:
    answer = await gateway.call("PUT", "/api/v1/conversations", json={})
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer.headers["Allow"]


async def test_an_error_that_nobody_expected_says_nothing(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = await gateway.open()

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET_WORDS)

    monkeypatch.setattr(gateway.conversations, "list_messages", fail)
    answer = await tab.call("GET", "messages")
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    assert SECRET_WORDS not in json.dumps(answer.body)
