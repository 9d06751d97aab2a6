"""A plan record in the conversation is shown again only while the proof of who reads it stands."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bot import wording as words
from bot.conversations.model import Channel
from tests.channels.gateway import Json, Tab, reply, wording
from tests.channels.test_socket import connect

SECRET = "coverage since 2024"
HIDDEN = wording().draft(words.RECORD_HIDDEN, Channel.WEB).text
CARD = {"kind": "eligibility", "plan_name": SECRET}


@pytest.fixture
async def client_message_id(tab: Tab) -> str:
    """The message that the record of a verified member was shown for."""
    await tab.gateway.conversations.record_verification(tab.id, "member-1")
    tab.gateway.engine.replies = [reply(SECRET, outcome="eligibility", topic="eligibility_member", cards=(CARD,))]
    client_message_id = str(uuid4())
    answer = await tab.say("my record", client_message_id)
    assert answer.body["replies"][0]["text"] == SECRET
    return client_message_id


async def see_everywhere(tab: Tab, client_message_id: str) -> list[Json]:
    """The reply with the record, on each of the ways on which it can be seen again."""
    page = await connect(tab, after=2)
    return [
        (await tab.read(after=2))[0],
        (await page.receive_until("message"))[0]["message"],
        (await tab.say("my record", client_message_id)).body["replies"][0],
    ]


async def test_while_the_proof_stands_the_record_is_shown_again(tab: Tab, client_message_id: str) -> None:
    for said in await see_everywhere(tab, client_message_id):
        assert (said["text"], said["cards"]) == (SECRET, [CARD])


@pytest.mark.parametrize("end", ["lapse", "close"])
async def test_without_the_proof_only_the_place_of_the_record_is_shown(
    tab: Tab, client_message_id: str, end: str
) -> None:
    if end == "lapse":
        tab.gateway.clock.pass_time(minutes=15)
    else:
        await tab.call("POST", "close")
    for said in await see_everywhere(tab, client_message_id):
        assert (said["text"], said["outcome"], said["seq"]) == (HIDDEN, "eligibility", 3)
        assert "cards" not in said
        assert SECRET not in str(said)


async def test_everything_else_is_shown_as_it_was(tab: Tab, client_message_id: str) -> None:
    before = await tab.read()
    tab.gateway.clock.pass_time(minutes=15)
    assert [message for message in await tab.read() if message["seq"] != 3] == [
        message for message in before if message["seq"] != 3
    ]
