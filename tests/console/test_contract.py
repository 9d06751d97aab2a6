"""Every route of the console really answers as it is published; here each status is met at least once."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from openapi_spec_validator import validate

from bot.console.operations import CONSOLE_API
from bot.conversations.tables_store import callbacks
from bot.database import Database
from bot.http.openapi import build_document
from tests.console.desk import start_desk

# Seen by the socket's own tests, by those of the limits, and by those of a database that is away.
MET_ELSEWHERE = {101, 408, 429, 500, 503}


def test_the_document_is_valid_openapi() -> None:
    document = build_document(CONSOLE_API)
    validate(document)
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if field not in schema.get("required", []):
                assert {"type": "null"} not in described.get("anyOf", []), f"{name}.{field}"


def test_what_a_coach_sends_has_no_unknown_fields_and_limits() -> None:
    schemas = build_document(CONSOLE_API)["components"]["schemas"]
    for operation in CONSOLE_API.operations:
        if operation.body is not None:
            assert schemas[operation.body.__name__]["additionalProperties"] is False
    assert schemas["WriteMessage"]["properties"]["text"]["maxLength"] == 2000
    assert schemas["WriteNote"]["properties"]["text"]["maxLength"] == 4000


async def test_every_route_answers_as_it_is_published(sqlite_database: Database) -> None:
    """Each call is held against the document by the browser's `call`."""
    desk = await start_desk(sqlite_database)
    dana, luis, stranger = await desk.sign_in("dana"), await desk.sign_in("luis"), desk.browser()
    waiting, other, ended = await desk.ask(), await desk.ask(), await dana.claim(await desk.ask())
    message = {"client_message_id": str(uuid4()), "text": "Hello"}
    finish = {"outcome": "answered", "note": "Done."}
    values = {
        "conversation_id": other.id,
        "day": date(2026, 11, 24),
        "part_of_day": "afternoon",
        "phone": "+12155550108",
        "time_zone": "America/New_York",
        "status": "open",
        "created_at": desk.clock(),
    }
    await desk.database.write(lambda connection: connection.execute(sa.insert(callbacks).values(values)))

    for path in ("session", "queue", "coaches", "callbacks?done=1", "callbacks?done=2"):
        await dana.call("GET", path)
    await dana.call("POST", "heartbeat", {"active": False})
    await stranger.sign_in("dana", "wrong")
    for rest in ("", "/messages?after=1", "/messages?after=x"):
        await dana.call("GET", f"conversations/{waiting.id}{rest}")
        await dana.call("GET", f"conversations/{'0' * 32}{rest}")
    said = (await dana.call("GET", f"conversations/{waiting.id}/messages")).body["messages"][0]["id"]
    for conversation, asked in ((waiting.id, said), (waiting.id, "0" * 32), (other.id, said)):
        await dana.call("GET", f"conversations/{conversation}/messages/{asked}/why")
    await dana.call("GET", "socket")
    await dana.call("POST", f"conversations/{waiting.id}/notes", {"text": "A note."})
    await dana.claim(waiting)
    await luis.act(waiting, "claim")
    await dana.act(waiting, "messages", **message)
    await dana.call("POST", f"conversations/{waiting.id}/typing")
    await luis.call("POST", f"conversations/{waiting.id}/typing")
    await dana.call("POST", f"conversations/{'0' * 32}/typing")
    for action, fields in (("messages", message), ("return", finish), ("close", finish)):
        await luis.act(
            waiting, action, **{**fields, "client_message_id": str(uuid4())} if fields is message else fields
        )
    await luis.act(waiting, "transfer", coach_id=luis.coach["id"])
    await dana.act(waiting, "transfer", coach_id=luis.coach["id"])
    await luis.act(waiting, "return", **finish)
    await dana.act(ended, "close", **finish)
    for action in ("take", "finish"):
        body = {"version": 0 if action == "take" else 1, **({"reached": True} if action == "finish" else {})}
        await dana.call("POST", f"callbacks/1/{action}", body)
        await dana.call("POST", f"callbacks/1/{action}", {**body, "version": 7})
        await dana.call("POST", f"callbacks/2/{action}", body)

    paths = [
        each.path.replace("{message_id}", said).replace("{id}", "1" if "callbacks" in each.path else waiting.id)
        for each in CONSOLE_API.operations
    ]
    for operation, path in zip(CONSOLE_API.operations, paths, strict=True):
        await stranger.call(operation.method, path, {} if operation.body else None)
        await dana.call(operation.method, path, headers={"Origin": "https://evil.example"})
        if operation.body is None:
            continue
        for content, kind in ((b"{", "json"), (b"{}", "json"), (b"x" * 70_000, "json"), (b"a", "text")):
            headers = {"Content-Type": "application/json" if kind == "json" else "text/plain"}
            await dana.call(operation.method, path, data=content, headers=headers)
        if "conversations/{id}" in operation.path:
            body = {
                "claim_conversation": {"version": 1},
                "write_message": {"version": 1, **message},
                "add_note": {"text": "a"},
                "transfer_conversation": {"version": 1, "coach_id": luis.coach["id"]},
            }.get(operation.id, {"version": 1, **finish})
            await dana.call(operation.method, path.replace(waiting.id, "0" * 32), body)
    await dana.call("PUT", "duty", {"on_duty": False})
    await dana.call("DELETE", "session")
    await desk.close()

    expected = {
        (method, path, int(status))
        for path, methods in desk.published.document["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if int(status) not in MET_ELSEWHERE
    }
    assert expected - desk.published.seen == set()
