"""Whatever is refused, and wherever it was written: who speaks of danger gets the safety message."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from bot.database import Database
from bot.http.rate_limit import Limit
from tests.channels.gateway import Json, Tab, start_gateway
from tests.channels.test_protection import limits
from tests.channels.test_socket import connect

DANGER = "i want to kill myself"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is refused does not reach the database, so one kind is enough."""
    return sqlite_database


def message(**fields: Any) -> str:
    return json.dumps({"client_message_id": str(uuid4()), **fields})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (message(text=DANGER + " x" * 1000), "VALIDATION_FAILED"),
        (message(text="x " * 1500 + DANGER), "VALIDATION_FAILED"),
        (message(text=[DANGER]), "VALIDATION_FAILED"),
        (message(text=DANGER, choice="/affirm"), "VALIDATION_FAILED"),
        (json.dumps({"text": DANGER}), "VALIDATION_FAILED"),
        (json.dumps([DANGER]), "VALIDATION_FAILED"),
        (f'{{"text": "{DANGER}', "MALFORMED_JSON"),
        (message(text=DANGER + " x" * 35_000), "BODY_TOO_LARGE"),
    ],
)
async def test_a_message_that_does_not_fit_is_still_read_for_danger(tab: Tab, body: str, code: str) -> None:
    answer = await tab.call("POST", "messages", data=body, headers={"Content-Type": "application/json"})
    assert answer.code == code
    assert (answer.body["safety"]["outcome"], answer.body["safety"]["seq"]) == ("crisis", 0)
    assert len(await tab.read()) == 1


async def test_another_content_type_hides_no_danger(tab: Tab) -> None:
    answer = await tab.call("POST", "messages", data=DANGER, headers={"Content-Type": "text/plain"})
    assert (answer.code, answer.body["safety"]["outcome"]) == ("UNSUPPORTED_MEDIA_TYPE", "crisis")


async def test_a_missing_conversation_hides_no_danger(tab: Tab) -> None:
    tab.token = "wrong"
    assert (await tab.say(DANGER)).body["safety"]["outcome"] == "crisis"
    assert "safety" not in (await tab.say("hello")).body


async def test_danger_in_the_reason_for_a_person_is_answered_after_the_end(tab: Tab) -> None:
    await tab.call("POST", "close")
    answer = await tab.call("POST", "handoff", json={"reason": DANGER})
    assert (answer.status, answer.code) == (409, "CONVERSATION_CLOSED")
    assert answer.body["safety"]["outcome"] == "crisis"


async def test_a_repeated_request_for_a_person_repeats_its_warning_and_records_it_once(tab: Tab) -> None:
    first, again = [await tab.call("POST", "handoff", json={"reason": DANGER}) for _ in range(2)]
    assert again.body == first.body
    assert [said.get("outcome") for said in await tab.read(after=1)] == ["crisis", "handoff_unavailable"]


async def test_danger_in_a_rating_is_answered_in_the_open_conversation(tab: Tab) -> None:
    page = await connect(tab)
    for _ in range(2):
        assert (await tab.call("POST", "rating", json={"score": 1, "comment": DANGER})).status == 204
    assert (await page.receive_until("message"))[0]["message"]["outcome"] == "crisis"
    assert [said["outcome"] for said in await tab.read(after=1)] == ["crisis"]
    await tab.call("POST", "close")
    assert (await tab.call("POST", "rating", json={"score": 1, "comment": DANGER})).status == 204
    assert len(await tab.read()) == 3


async def test_unrecorded_messages_have_no_place_in_the_order(tab: Tab) -> None:
    await tab.call("POST", "close")
    answers = [await tab.say(text) for text in (DANGER, "i can't breathe")]
    assert [answer.body["safety"]["seq"] for answer in answers] == [0, 0]


@pytest.mark.parametrize("limited", ["messages", "conversation_messages"])
async def test_a_frame_over_the_limit_is_named_and_read_for_danger(sqlite_database: Database, limited: str) -> None:
    gateway = await start_gateway(sqlite_database, rate_limits=limits(**{limited: Limit(0.1, 1)}))
    try:
        tab = await gateway.open()
        page = await connect(tab)
        await page.say("hello")
        await page.receive_until("message", 2)
        ids = [str(uuid4()), str(uuid4())]
        await page.say("hello again", ids[0])
        refused: list[Json] = await page.receive_until("error")
        await page.say(DANGER, ids[1])
        refused += await page.receive_until("error")
    finally:
        await gateway.client.close()
    assert [(frame["code"], frame["client_message_id"]) for frame in refused] == [
        ("RATE_LIMITED", client_message_id) for client_message_id in ids
    ]
    assert "safety" not in refused[0]
    assert refused[1]["safety"]["outcome"] == "crisis"


async def test_a_frame_that_does_not_fit_is_read_for_danger(tab: Tab) -> None:
    page = await connect(tab)
    await page.receive()
    client_message_id = str(uuid4())
    await page.say(DANGER + "!" * 2000, client_message_id)
    await page.send(type="message", client_message_id="secret-words", text=DANGER)
    first, second = await page.receive_until("error", 2)
    assert (first["client_message_id"], first["safety"]["outcome"]) == (client_message_id, "crisis")
    assert second["safety"]["outcome"] == "crisis"
    assert "client_message_id" not in second
