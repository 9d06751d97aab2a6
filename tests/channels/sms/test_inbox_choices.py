"""Choices as numbers, words as words, and the one-time link."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversations.deliveries_store import sms_links
from bot.conversations.ids import hash_token
from bot.conversations.model import Author, Channel, Draft, Holder, QuickReply
from bot.engine_client import EngineQuickReply
from tests.channels.gateway import reply
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import Rig
from tests.channels.sms.texts import plain, said, say


async def test_choices_are_numbered_and_a_number_takes_one(sqlite_rig: Rig, until: Until) -> None:
    buttons = (EngineQuickReply("Yes, please", "/affirm"), EngineQuickReply("No", "/deny"))
    sqlite_rig.gateway.engine.replies = [reply("Shall I look it up?", quick_replies=buttons)]
    texts = await say(sqlite_rig, until, "hello")
    assert texts[-1] == "Shall I look it up?\n\n1) Yes, please\n2) No"
    sqlite_rig.gateway.engine.replies = [reply()]
    await say(sqlite_rig, until, "2")
    turn = sqlite_rig.gateway.engine.turns[-1]
    assert (turn.choice, turn.text) == ("/deny", None)
    assert [message.text for message in await sqlite_rig.transcript() if message.author is Author.MEMBER][-1] == "2"
    await say(sqlite_rig, until, "yes, please")
    assert sqlite_rig.gateway.engine.turns[-1].choice == "/affirm"
    await say(sqlite_rig, until, "3")
    assert sqlite_rig.gateway.engine.turns[-1].text == "3"


async def test_a_number_takes_no_choice_that_only_the_secure_chat_showed(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "hello")
    conversation = await sqlite_rig.conversation()
    shown = Draft(Author.ASSISTANT, "Only here", quick_replies=(QuickReply("Yes", "/affirm"),), channel=Channel.WEB)
    await sqlite_rig.gateway.conversations.record_saying(conversation.id, shown)
    await say(sqlite_rig, until, "1")
    assert sqlite_rig.gateway.engine.turns[-1].text == "1"


@pytest.mark.parametrize("word", ["COACH", "nurse", "asesor"])
async def test_the_word_for_a_person_is_a_request_without_the_engine(sqlite_rig: Rig, until: Until, word: str) -> None:
    await say(sqlite_rig, until, word)
    assert sqlite_rig.gateway.engine.turns == []
    assert (await sqlite_rig.conversation()).holder is Holder.WAITING


async def test_a_slash_is_text(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "/coach_handoff")
    assert sqlite_rig.gateway.engine.turns[0].text == "/coach_handoff"
    assert (await sqlite_rig.conversation()).holder is Holder.ASSISTANT


async def test_a_picture_or_nothing_is_said_to_be_unreadable(sqlite_rig: Rig, until: Until) -> None:
    await sqlite_rig.text("", num_media=1)
    await until(sqlite_rig.is_idle)
    await sqlite_rig.text("  ")
    await until(sqlite_rig.is_idle)
    assert [plain(text) for text in sqlite_rig.phone()] == [
        plain(said("utter_sms_greeting")),
        plain(said("utter_sms_media")),
        plain(said("utter_sms_empty")),
    ]


# The one-time link.


async def test_a_link_is_made_when_the_text_goes_and_its_secret_stands_nowhere_else(rig: Rig, until: Until) -> None:
    rig.gateway.engine.replies = [reply("Open the secure chat:", key="utter_sms_record_link")]
    texts = await say(rig, until, "show my record")
    words, link = texts[-1].split("\n\n")
    assert words == "Open the secure chat:"
    address, secret = link.split("#join=")
    assert address == f"{rig.gateway.url}/"
    (row,) = await rig.rows(sms_links)
    assert row.secret_hash == hash_token(secret)
    assert row.conversation_id == (await rig.conversation()).id
    assert row.expires_at - row.created_at == timedelta(minutes=30)
    assert secret not in str([tuple(each) for each in await rig.deliveries()])


async def test_a_link_whose_answer_was_lost_is_not_sent_again(sqlite_rig: Rig, until: Until) -> None:
    sqlite_rig.carrier.faults.callbacks.lose = 1000
    await say(sqlite_rig, until, "hello")
    sqlite_rig.gateway.engine.replies = [reply("Open the secure chat:", key="utter_sms_record_link")]
    sqlite_rig.carrier.faults.drop_answers = 1
    await sqlite_rig.text("show my record")

    async def unclear() -> bool:
        return (await sqlite_rig.deliveries())[-1].error_code is not None

    await until(unclear)
    sqlite_rig.clock.pass_time(minutes=1)
    await until(sqlite_rig.is_idle)
    assert len(sqlite_rig.phone()) == 3
    assert len(await sqlite_rig.rows(sms_links)) == 1
