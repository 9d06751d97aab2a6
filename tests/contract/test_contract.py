"""The published document says what the contract says, and every route really answers as it is published."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from openapi_spec_validator import validate

from bot.channels.web.operations import MEMBER_API
from bot.console.operations import CONSOLE_API
from bot.conversations.deliveries_store import sms_links
from bot.conversations.ids import hash_token
from bot.engine_client import EngineAwaiting, EngineQuickReply
from bot.http.openapi import build_document
from tests.channels.gateway import Gateway, Tab, reply, start_gateway
from tests.databases import open_database

Json = dict[str, Any]

CONTRACT: Json = yaml.safe_load(Path(__file__).with_name("contract.yml").read_text(encoding="utf-8"))
# As the product publishes it, and the member's part of it, as the gateway of these tests does.
WHOLE = build_document(MEMBER_API, CONSOLE_API)
DOCUMENT = build_document(MEMBER_API)
SCHEMAS: Json = DOCUMENT["components"]["schemas"]


def operation_of(route: str) -> Json:
    method, path = route.split()
    operation: Json = DOCUMENT["paths"][path][method.lower()]
    return operation


def resolve(schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    return SCHEMAS[name] if name else schema


def content_of(answer: Json) -> Json:
    (media,) = answer["content"].values()
    return resolve(media["schema"])


@pytest.mark.parametrize("document", [WHOLE, DOCUMENT], ids=["whole", "member"])
def test_the_document_is_valid_openapi_3_1(document: Json) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_exactly_the_contracts_routes_are_published_and_those_that_only_add() -> None:
    published = {f"{method.upper()} {path}" for path, methods in WHOLE["paths"].items() for method in methods}
    wanted = [*CONTRACT["routes"], *CONTRACT["added_routes"], *CONTRACT["console_routes"]]
    assert published == set(wanted)


def test_the_coaches_part_changes_nothing_of_the_members() -> None:
    assert {path: WHOLE["paths"][path] for path in DOCUMENT["paths"]} == DOCUMENT["paths"]
    assert {name: WHOLE["components"]["schemas"][name] for name in SCHEMAS} == SCHEMAS


@pytest.mark.parametrize("route", CONTRACT["console_routes"])
def test_a_coachs_route_asks_for_a_session_and_for_the_token_of_a_change(route: str) -> None:
    method, path = route.split()
    wanted: list[Json] = [{"session": []} if method == "GET" else {"session": [], "csrf": []}]
    if route == "POST /api/v1/console/session":
        wanted = []
    assert WHOLE["paths"][path][method.lower()]["security"] == wanted


@pytest.mark.parametrize("route", CONTRACT["routes"])
def test_a_route_takes_answers_and_refuses_as_the_contract_says(route: str) -> None:
    wanted, operation = CONTRACT["routes"][route], operation_of(route)
    takes = wanted.get("takes")
    if takes is not None:
        body = resolve(operation["requestBody"]["content"]["application/json"]["schema"])
        assert {name if name in body.get("required", []) else f"{name}?" for name in body["properties"]} == set(
            takes.split()
        )
    else:
        assert "requestBody" not in operation
    good = {status: answer for status, answer in operation["responses"].items() if int(status) < 400}
    assert set(good) == {str(status) for status in wanted["answers"]}
    for status, names in wanted["answers"].items():
        if names:
            assert content_of(good[str(status)])["required"] == names
    for status, codes in wanted.get("refuses", {}).items():
        refusal = operation["responses"][str(status)]
        assert set(codes) <= set(refusal["description"].split(" or "))
        assert list(refusal["content"]) == ["application/problem+json"]
    query = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"]
    assert set(wanted.get("query", [])) <= set(query)
    assert "token" not in query


@pytest.mark.parametrize("route", CONTRACT["routes"])
def test_a_token_is_asked_for_where_the_contract_says(route: str) -> None:
    assert bool(operation_of(route)["security"]) == (route in CONTRACT["token_routes"])


@pytest.mark.parametrize("name", CONTRACT["objects"])
def test_an_object_has_the_contracts_fields(name: str) -> None:
    schema = SCHEMAS[name]
    required = schema.get("required", [])
    published = set()
    for field, described in schema["properties"].items():
        nullable = {"type": "null"} in described.get("anyOf", [])
        published.add(field + ("" if field in required else "?") + ("|null" if nullable else ""))
    wanted = set(CONTRACT["objects"][name].split())
    assert wanted <= published
    assert all(added.endswith("?") for added in published - wanted), "only optional fields may be added"


@pytest.mark.parametrize("name", CONTRACT["enums"])
def test_an_enumeration_has_the_contracts_values(name: str) -> None:
    owner, _, field = name.partition(".")
    described = SCHEMAS[owner]["properties"][field]
    described = described.get("items", described)
    assert described.get("enum", [described.get("const")]) == CONTRACT["enums"][name]


@pytest.mark.parametrize("name", CONTRACT["limits"])
def test_a_limit_is_the_contracts(name: str) -> None:
    owner, _, field = name.partition(".")
    described = SCHEMAS[owner]["properties"][field]
    assert {rule: described.get(rule) for rule in CONTRACT["limits"][name]} == CONTRACT["limits"][name]


def test_an_optional_field_is_left_out_and_never_null() -> None:
    for name, schema in SCHEMAS.items():
        for field, described in schema.get("properties", {}).items():
            if field not in schema.get("required", []):
                assert "default" not in described, f"{name}.{field}"
                assert {"type": "null"} not in described.get("anyOf", []), f"{name}.{field}"


@pytest.fixture
async def gateway(sqlite_url: str) -> AsyncIterator[Gateway]:
    database = open_database(sqlite_url)
    gateway = await start_gateway(database)
    yield gateway
    await gateway.client.close()
    await database.close()


async def test_every_route_answers_as_it_is_published(gateway: Gateway) -> None:
    """Each call is held against the document by the gateway's `call`; here every route and status is really met."""
    gateway.engine.replies = [
        reply(
            "Two hospitals are near you.",
            topic="facility_search",
            outcome="facilities",
            citations=({"document": "A list", "payer": "A payer", "read_on": "2026-11-01", "url": "https://a.example"},),
            cards=(
                {
                    "kind": "facility", "name": "A hospital", "address": "1 Street", "phone": "215-555-0100",
                    "url": "https://h.example", "distance_miles": 1.5, "serves": ["adult", "pediatric"],
                    "therapies": ["zolgensma"], "network": {"name": "Advanced", "payer": "A payer"},
                    "verified_on": "2026-11-01", "map_url": "https://m.example",
                },
                {"kind": "policy", "number": "MP-1"},
            ),
        ),
        reply(
            "For whom?",
            outcome="ask",
            quick_replies=(EngineQuickReply("Me", "/inform"),),
            awaiting=EngineAwaiting("for_whom", "choice"),
        ),
    ]  # fmt: skip
    tab = await gateway.open(plan="caresource", locale="es", state="OH")
    gone = Tab(gateway, tab.id, "wrong", {})
    message = {"client_message_id": str(uuid4()), "text": "near me"}
    long = b'{"text":"' + b"x" * 70_000 + b'"}'

    assert (await tab.call("POST", "messages", json=message)).status == 200
    for page in (tab, gone):
        await page.call("GET", "messages?after=1")
        await page.call("GET", "socket")
        await page.call("POST", "messages", json={**message, "text": "other"})
        await page.call("POST", "handoff", json={"reason": "a question"})
        await page.call("DELETE", "handoff")
        await page.call("POST", "rating", json={"score": 5, "comment": "good"})
    await tab.call("GET", "messages?after=x")
    for path in (
        f"{tab.path}/messages",
        f"{tab.path}/handoff",
        f"{tab.path}/rating",
        "/api/v1/conversations",
        "/api/v1/links",
    ):
        for body, kind in (
            (b"{", "application/json"),
            (b"[]", "application/json"),
            (long, "application/json"),
            (b"a", "a/b"),
        ):
            await gateway.call("POST", path, token=tab.token, data=body, headers={"Content-Type": kind})
    await gone.call("POST", "close")
    await tab.call("POST", "close")
    await tab.say("i want to kill myself")
    await tab.call("POST", "handoff")
    await tab.call("DELETE", "handoff")
    link = "abcdefghijkLMNOP" * 2
    now = gateway.clock()
    row = {"secret_hash": hash_token(link), "conversation_id": (await gateway.text()).id}
    row |= {"created_at": now, "expires_at": now + timedelta(minutes=30)}
    await gateway.database.write(lambda connection: connection.execute(sms_links.insert().values(row)))
    for content in ({"link": link}, {"link": link[::-1]}, {"link": "x"}):
        await gateway.call("POST", "/api/v1/links", json=content)
    await gateway.call("GET", "/api/v1/site")
    document = await gateway.call("GET", "/api/v1/openapi.json")
    assert document.body == DOCUMENT

    # A switch of protocols is seen by the socket's own tests; the rest is met by design of other tests.
    met_elsewhere = {"101", "408", "426", "429", "500", "503"}
    expected = {
        (method, path, int(status))
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status not in met_elsewhere and not (path.endswith("/socket") and status in ("404", "422"))
    }
    assert expected - gateway.published.seen == set()


async def test_frames_are_what_is_published(gateway: Gateway) -> None:
    tab = await gateway.open()
    socket = await gateway.client.ws_connect(f"{tab.path}/socket")
    sent = [
        {"type": "auth", "token": tab.token, "after": 0},
        {"type": "typing"},
        {"type": "ack", "seq": 1},
        {"type": "message", "client_message_id": str(uuid4()), "text": "hello"},
        {"type": "message", "client_message_id": str(uuid4()), "choice": "/never_offered"},
    ]
    for frame in sent:
        gateway.published.check_schema({"$ref": "#/components/schemas/ClientFrame"}, frame)
        await socket.send_json(frame)
    kinds: set[str] = set()
    while kinds != {"message", "state", "typing", "error"}:
        frame = await socket.receive_json(timeout=10)
        gateway.published.check_schema({"$ref": "#/components/schemas/ServerFrame"}, frame)
        kinds.add(frame["type"])
    await socket.close()
