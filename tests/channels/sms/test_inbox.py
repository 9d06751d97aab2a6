"""What a member's text does: consent before everything, danger before consent, choices as numbers, words as words."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot.channels.sms.dialogue import TextDialogue
from bot.channels.sms.inbox_store import InboxStore, sms_inbox
from bot.channels.sms.model import Addresses, DeliveryKind, InboundText, Reply
from bot.conversations.deliveries_store import deliveries, sms_links
from bot.conversations.handoff import MemberOptedOut, Role
from bot.conversations.ids import hash_token
from bot.conversations.model import Author, Channel, Draft, Holder, QuickReply
from bot.database import Database
from bot.demo.carrier.keywords import OptOutMode
from bot.engine_client import EngineQuickReply
from tests.channels.gateway import reply, wording
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import DANA, MARCUS, PLAN, Rig, inbound

DANGER = "my son stopped breathing canary"


def said(key: str, language: str = "en") -> str:
    return wording().say(key, Channel.SMS, language)


def plain(text: str) -> str:
    return text.replace("’", "'")


OPTED_OUT = "utter_sms_opted_out"
OPTED_IN = "utter_sms_opted_in"
HELP = "utter_sms_help_card"
EMERGENCY = "utter_safety_emergency"


async def say(rig: Rig, until: Until, *texts: str, phone: str = DANA) -> list[str]:
    """Sends texts one after the other; what came back for them."""
    before = len(rig.phone(phone))
    for text in texts:
        await rig.text(text, phone=phone)
        await until(rig.is_idle)
    return [plain(text) for text in rig.phone(phone)[before:]]


async def urgency(rig: Rig, phone: str = DANA) -> list[str]:
    conversation = await rig.conversation(phone)
    return [
        item.urgency.value
        for item in await rig.gateway.handoffs.list_queue()
        if item.conversation_id == conversation.id
    ]


async def test_the_first_text_begins_a_conversation_with_who_answers(rig: Rig, until: Until) -> None:
    texts = await say(rig, until, "is it covered?")
    assert texts == [said("utter_sms_greeting"), "An answer."]
    conversation = await rig.conversation()
    assert (conversation.channel, conversation.plan_id) == (Channel.SMS, "independence")
    assert await say(rig, until, "and now?") == ["An answer."]
    assert (await rig.conversation()).id == conversation.id


async def test_two_phones_and_two_numbers_are_conversations_of_their_own(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "hello")
    await say(sqlite_rig, until, "hello", phone=MARCUS)
    assert (await sqlite_rig.conversation()).id != (await sqlite_rig.conversation(MARCUS)).id


@pytest.mark.parametrize("stop", ["STOP", " stop. ", "Unsubscribe", "please stop texting me", "CANCEL"])
async def test_an_opt_out_is_confirmed_once_and_then_nothing_comes(rig: Rig, until: Until, stop: str) -> None:
    await say(rig, until, "hello")
    assert await say(rig, until, stop) == [said(OPTED_OUT)]
    assert await rig.opted_out()
    assert await say(rig, until, stop, "STOP", "hello?", "HELP", "coach", "2", "") == []
    assert len(rig.gateway.engine.turns) == 1


async def test_an_opt_out_of_somebody_who_never_wrote_begins_no_conversation(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "STOP") == [said(OPTED_OUT)]
    assert await sqlite_rig.gateway.conversations.find_by_addresses(DANA, PLAN) is None


async def test_an_opt_out_in_spanish_is_confirmed_in_spanish(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "por favor no me manden más mensajes") == [said(OPTED_OUT, "es")]


async def test_an_opt_out_of_one_number_is_none_of_another_and_of_nobody_else(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "STOP")
    assert len(await say(sqlite_rig, until, "hello", phone=MARCUS)) == 2


async def test_start_begins_the_texts_again(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "STOP")
    assert await say(rig, until, "START") == [said(OPTED_IN)]
    assert not await rig.opted_out()
    assert await say(rig, until, "hello") == ["An answer."]


async def test_yes_is_consent_only_from_who_stopped(sqlite_rig: Rig, until: Until) -> None:
    assert (await say(sqlite_rig, until, "yes"))[-1] == "An answer."
    await say(sqlite_rig, until, "STOP")
    assert await say(sqlite_rig, until, "YES") == [said(OPTED_IN)]
    assert await say(sqlite_rig, until, "yes") == ["An answer."]


async def test_start_is_a_word_like_others_from_who_never_stopped(sqlite_rig: Rig, until: Until) -> None:
    assert (await say(sqlite_rig, until, "START"))[-1] == "An answer."
    assert sqlite_rig.gateway.engine.turns[0].text == "START"


async def test_ten_stops_are_one_confirmation(rig: Rig, until: Until) -> None:
    await asyncio.gather(*(rig.text("STOP") for _ in range(10)))
    await until(rig.is_idle)
    assert rig.phone() == [said(OPTED_OUT)]


async def test_help_is_answered_without_the_engine(sqlite_rig: Rig, until: Until) -> None:
    assert await say(sqlite_rig, until, "HELP") == [said(HELP)]
    assert await say(sqlite_rig, until, "Ayuda") == [said(HELP, "es")]
    assert sqlite_rig.gateway.engine.turns == []


async def test_what_waited_to_be_sent_is_held_back_after_an_opt_out(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello")
    rig.carrier.faults.drop_requests = 1

    async def waits() -> bool:
        return "queued" in await rig.statuses() or "sending" in await rig.statuses()

    await rig.text("one")
    await until(waits)
    await rig.text("STOP")
    for _ in range(3):
        await asyncio.sleep(0.2)
        rig.clock.pass_time(seconds=60)
    await until(rig.is_idle)
    assert [plain(text) for text in rig.phone()[2:]] == [said(OPTED_OUT)]
    assert (await rig.statuses())[2:] == ["suppressed", "delivered"]


async def test_a_coachs_message_goes_out_with_the_name_and_not_to_who_stopped(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "coach")
    gateway = rig.gateway
    coach = await gateway.coaches.add_coach(username="c", name="Dana R., RN", role=Role.COACH, password_hash="-")
    assert coach is not None
    await gateway.coaches.set_duty(coach.id, True)
    conversation = await rig.conversation()
    claimed = await gateway.handoffs.claim(conversation.id, coach.id, conversation.handoff_version)
    await gateway.handoffs.write(conversation.id, coach.id, claimed.version, "id-1", "How can I help?")
    await until(rig.is_idle)
    assert rig.phone()[-1] == "Dana R., RN: How can I help?"
    await say(rig, until, "STOP")
    with pytest.raises(MemberOptedOut):
        await gateway.handoffs.write(conversation.id, coach.id, claimed.version, "id-2", "Are you there?")
    await until(rig.is_idle)
    assert rig.phone()[-1] == said(OPTED_OUT)


# Danger.


async def test_danger_is_answered_with_the_number_to_call_and_put_before_a_coach(rig: Rig, until: Until) -> None:
    texts = await say(rig, until, DANGER)
    # Nothing stands beside the number to call, not even a greeting.
    assert texts == [plain(said(EMERGENCY))]
    assert await urgency(rig) == ["urgent"]


@pytest.mark.parametrize("text", [f"stop texting me, {DANGER}", f"{DANGER}. leave me alone", f"HELP {DANGER}"])
async def test_danger_comes_before_consent_and_help(rig: Rig, until: Until, text: str) -> None:
    await say(rig, until, "hello")
    texts = await say(rig, until, text)
    is_opt_out = "HELP" not in text
    assert texts == [plain(said(EMERGENCY)), *([said(OPTED_OUT)] if is_opt_out else [])]
    assert await rig.opted_out() is is_opt_out
    assert await urgency(rig) == ["urgent"]


@pytest.mark.parametrize("text", [DANGER, f"stop texting me, {DANGER}", "i want to kill myself"])
async def test_danger_from_who_stopped_is_put_before_a_coach_and_nothing_is_sent(
    rig: Rig, until: Until, text: str
) -> None:
    await say(rig, until, "hello", "STOP")
    assert await say(rig, until, text) == []
    assert await urgency(rig) == ["urgent"]
    assert text in [message.text for message in await rig.transcript()]
    assert await rig.opted_out()


async def test_danger_beside_consent_given_anew_is_answered(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "STOP")
    texts = await say(rig, until, f"text me again, {DANGER}")
    assert texts == [plain(said(EMERGENCY)), said(OPTED_IN)]
    assert not await rig.opted_out()


async def test_a_stop_in_danger_and_no_words_of_texting_is_no_opt_out(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "my son stopped breathing")
    assert not await sqlite_rig.opted_out()


# What the carrier did itself.


async def test_what_the_carrier_answered_itself_is_kept_and_not_answered_again(sqlite_rig: Rig, until: Until) -> None:
    sqlite_rig.carrier.network.mode = OptOutMode.ADVANCED
    await say(sqlite_rig, until, "hello")
    for word, opted_out in (("STOP", True), ("START", False), ("HELP", False)):
        # The carrier's own words, and none of ours.
        texts = await say(sqlite_rig, until, word)
        assert len(texts) == 1
        assert texts[0] not in (said(OPTED_OUT), said(OPTED_IN), said(HELP))
        assert await sqlite_rig.opted_out() is opted_out
    assert len(await sqlite_rig.deliveries()) == 2


# Choices.


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


# Processes that end.


async def test_a_text_that_was_kept_and_not_acted_on_is_taken_up_by_the_next_process(rig: Rig, until: Until) -> None:
    gate = asyncio.Event()

    async def hang(turn: object) -> None:
        await gate.wait()

    rig.gateway.engine.before_answer = hang
    await rig.text("is it covered?")

    async def begun() -> bool:
        return bool(rig.gateway.engine.turns)

    await until(begun)
    # It does not come to an end in the time that a stopping process has.
    await rig.stop(rig.gateway)
    next_gateway = await rig.add_gateway()
    rig.clock.pass_time(minutes=1)
    await until(rig.is_idle)
    assert [turn.text for turn in next_gateway.engine.turns] == ["is it covered?"]
    assert [message.author.value for message in await rig.transcript()] == ["assistant", "member", "assistant"]
    assert len(rig.phone()) == 2


async def leave_undone(rig: Rig, sid: str, body: str) -> None:
    """A process ended after it had acted on the text, and before it could note that."""
    undone = sms_inbox.update().where(sms_inbox.c.message_sid == sid).values(handled_at=None, body=body)
    await rig.database.write(lambda connection: connection.execute(undone))


async def test_a_choice_stays_the_choice_that_it_was_when_it_is_taken_up_again(rig: Rig, until: Until) -> None:
    engine = rig.gateway.engine
    engine.replies = [
        reply("Shall I?", quick_replies=(EngineQuickReply("Y", "/affirm"), EngineQuickReply("N", "/deny")))
    ]
    await say(rig, until, "hello")
    # The answer offers something else under the same number.
    engine.replies = [reply("Which?", quick_replies=(EngineQuickReply("A", "/a"), EngineQuickReply("B", "/b")))]
    sid = await rig.text("2")
    await until(rig.is_idle)
    await leave_undone(rig, sid, "2")
    await until(rig.is_idle)
    assert [turn.choice for turn in engine.turns] == [None, "/deny"]
    assert len(rig.phone()) == 3


@pytest.mark.parametrize("text", ["is it covered?", "coach", "STOP", DANGER])
async def test_a_text_that_was_acted_on_and_is_taken_up_again_does_nothing_twice(
    sqlite_rig: Rig, until: Until, text: str
) -> None:
    await say(sqlite_rig, until, "hello")
    sid = await sqlite_rig.text(text)
    await until(sqlite_rig.is_idle)
    before = (sqlite_rig.phone(), await sqlite_rig.transcript(), len(await sqlite_rig.gateway.handoffs.list_queue()))
    await leave_undone(sqlite_rig, sid, text)
    await until(sqlite_rig.is_idle)
    after = (sqlite_rig.phone(), await sqlite_rig.transcript(), len(await sqlite_rig.gateway.handoffs.list_queue()))
    assert after == before


async def test_a_text_is_ended_once_whoever_was_at_it(database: Database) -> None:
    store, now = InboxStore(database), datetime(2026, 11, 21, tzinfo=timezone.utc)
    text = InboundText("SM" + "a" * 32, Addresses(DANA, PLAN), "HELP")
    assert await store.receive(text, now)
    assert not await store.receive(text, now)
    claims = [await store.claim_text(text.sid, now, now + timedelta(seconds=10)) for _ in range(2)]
    assert [claim is not None for claim in claims] == [True, False]
    assert await store.claim_text(text.sid, now + timedelta(seconds=10), now + timedelta(seconds=20)) is not None
    # The first one was slow and comes to its end after all.
    replies = [Reply(each * 32, "words", DeliveryKind.MESSAGE) for each in "ab"]
    ended = await asyncio.gather(*(store.finish_text(text, now, reply=reply) for reply in replies))
    assert sorted(ended) == [False, True]
    rows = await database.read(lambda connection: connection.execute(deliveries.select()).all())
    assert len(rows) == 1


async def test_two_gateways_act_on_each_text_once_and_in_order(rig: Rig, until: Until) -> None:
    other = await rig.add_gateway(poll_s=0.01)
    for number in range(10):
        await rig.text(f"text {number}")
    await until(rig.is_idle, 20.0)
    turns = [*rig.gateway.engine.turns, *other.engine.turns]
    assert len(turns) == 10
    members = [message.text for message in await rig.transcript() if message.author is Author.MEMBER]
    assert members == [f"text {number}" for number in range(10)]
    assert len(rig.phone()) == 11


async def test_a_fault_of_ours_is_told_in_the_end_and_holds_nobody_up(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*arguments: object, **fields: object) -> None:
        raise RuntimeError("canary")

    with monkeypatch.context() as broken:
        broken.setattr(TextDialogue, "converse", fail)
        await sqlite_rig.text("is it covered?")
        for _ in range(6):
            await asyncio.sleep(0.15)
            sqlite_rig.clock.pass_time(minutes=1)
        await until(sqlite_rig.is_idle)
    assert [plain(text) for text in sqlite_rig.phone()] == [plain(said("utter_failure_engine"))]
    assert (await say(sqlite_rig, until, "again"))[-1] == "An answer."


async def test_a_webhook_from_before_the_start_is_acted_on_after_it(sqlite_rig: Rig, until: Until) -> None:
    await sqlite_rig.post(form=inbound("STOP"))
    await sqlite_rig.stop(sqlite_rig.gateway)
    await sqlite_rig.add_gateway()
    sqlite_rig.clock.pass_time(minutes=1)
    await until(sqlite_rig.is_idle)
    assert sqlite_rig.phone() == [said(OPTED_OUT)]
