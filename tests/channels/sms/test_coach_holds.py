"""While a member waits for a coach or talks to one, what they text is theirs to say and the coach's to read."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.conversations.handoff import Role
from bot.conversations.model import Author, Channel, Draft, Holder, QuickReply
from bot.conversations.tables_store import conversations
from bot.engine_client import EngineQuickReply
from tests.channels.gateway import reply
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import Rig
from tests.channels.sms.texts import HELP, OPTED_OUT, said, say

BUTTONS = (EngineQuickReply("Yes, please", "/affirm"), EngineQuickReply("No", "/deny"))


async def hold(rig: Rig, until: Until, question: str | None = None) -> None:
    """A coach takes the conversation, which offered choices before, and may ask something."""
    rig.gateway.engine.replies = [reply("Shall I look it up?", quick_replies=BUTTONS)]
    await say(rig, until, "hello", "coach")
    coach = await rig.gateway.coaches.add_coach(username="c", name="Dana R., RN", role=Role.COACH, password_hash="-")
    assert coach is not None
    await rig.gateway.coaches.set_duty(coach.id, True)
    conversation = await rig.conversation()
    claimed = await rig.gateway.handoffs.claim(conversation.id, coach.id, conversation.handoff_version)
    if question:
        await rig.gateway.handoffs.write(conversation.id, coach.id, claimed.version, "id-1", question)
    await until(rig.is_idle)


async def last(rig: Rig) -> tuple[str, str | None]:
    message = [each for each in await rig.transcript() if each.author is Author.MEMBER][-1]
    return message.text, message.choice


@pytest.mark.parametrize("text", ["2", "No", "nurse", "COACH", "a person"])
async def test_a_coach_reads_the_members_own_words(sqlite_rig: Rig, until: Until, text: str) -> None:
    await hold(sqlite_rig, until, "How old is he, and who told you?")
    assert await say(sqlite_rig, until, text) == []
    assert await last(sqlite_rig) == (text, None)


async def test_a_number_after_a_coachs_message_takes_no_choice_from_before(sqlite_rig: Rig, until: Until) -> None:
    await hold(sqlite_rig, until, "How old is he?")
    await sqlite_rig.gateway.requests.cancel_handoff((await sqlite_rig.conversation()).id)
    assert (await sqlite_rig.conversation()).holder is Holder.ASSISTANT
    await say(sqlite_rig, until, "2")
    assert await last(sqlite_rig) == ("2", None)


async def test_what_is_offered_after_a_coach_has_gone_can_be_taken(sqlite_rig: Rig, until: Until) -> None:
    await hold(sqlite_rig, until)
    conversation = await sqlite_rig.conversation()
    await sqlite_rig.gateway.requests.cancel_handoff(conversation.id)
    offer = Draft(Author.ASSISTANT, "And now?", quick_replies=(QuickReply("Go on", "/go"),), channel=Channel.SMS)
    await sqlite_rig.gateway.conversations.record_saying(conversation.id, offer)
    await say(sqlite_rig, until, "1")
    # The member is quoted as they wrote.
    assert await last(sqlite_rig) == ("1", "/go")


@pytest.mark.parametrize("text", ["who is this", "I need help", "what is this", "more info"])
async def test_a_question_to_a_coach_goes_to_the_coach(sqlite_rig: Rig, until: Until, text: str) -> None:
    await hold(sqlite_rig, until)
    assert await say(sqlite_rig, until, text) == []
    assert await last(sqlite_rig) == (text, None)


@pytest.mark.parametrize(("word", "language"), [("HELP", "en"), ("info", "en"), ("AYUDA", "es")])
async def test_the_carriers_word_for_help_is_answered_and_read_by_the_coach(
    sqlite_rig: Rig, until: Until, word: str, language: str
) -> None:
    await hold(sqlite_rig, until)
    assert await say(sqlite_rig, until, word) == [said(HELP, language)]
    assert await last(sqlite_rig) == (word, None)


@pytest.mark.parametrize("text", ["no more", "ya no", "no más", "Baja", "alto", "para", "fin", "basta", "block"])
@pytest.mark.parametrize("is_held", [True, False])
async def test_a_short_answer_to_a_coach_is_no_opt_out(sqlite_rig: Rig, until: Until, text: str, is_held: bool) -> None:
    if is_held:
        await hold(sqlite_rig, until, "Is there any pain left?")
    else:
        await say(sqlite_rig, until, "coach")
    await say(sqlite_rig, until, text)
    assert not await sqlite_rig.opted_out()
    assert await last(sqlite_rig) == (text, None)


@pytest.mark.parametrize(
    "text", ["STOP", "StopAll", "unsubscribe", "cancel", "end", "QUIT", "revoke", "optout", "Parar", "stop texting me"]
)
async def test_an_opt_out_is_one_whoever_holds_and_the_coach_reads_it(sqlite_rig: Rig, until: Until, text: str) -> None:
    await hold(sqlite_rig, until)
    assert await say(sqlite_rig, until, text) == [said(OPTED_OUT, "es" if text == "Parar" else "en")]
    assert await sqlite_rig.opted_out()
    assert await last(sqlite_rig) == (text, None)


# What is recorded.


async def test_what_is_said_about_texting_is_recorded(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello", "HELP", "why am I getting these texts?", "STOP", "START", "please stop texting me")
    members = [message.text for message in await rig.transcript() if message.author is Author.MEMBER]
    assert members[1:] == ["HELP", "why am I getting these texts?", "STOP", "START", "please stop texting me"]
    assert len(rig.gateway.engine.turns) == 1


async def test_an_opt_out_in_free_words_is_recorded_and_greets_nobody(rig: Rig, until: Until) -> None:
    text = "stop texting me, my wife died last week"
    assert await say(rig, until, text) == [said(OPTED_OUT)]
    assert await last(rig) == (text, None)


# Pictures.


async def test_a_picture_beside_words_is_marked_and_said_to_be_unreadable_once(rig: Rig, until: Until) -> None:
    await say(rig, until, "hello")
    before = len(rig.phone())
    for text in ("is this covered?", "and this?"):
        await rig.text(text, num_media=2)
        await until(rig.is_idle)
    assert sorted(rig.phone()[before:]) == sorted([said("utter_sms_media").replace("’", "'"), *["An answer."] * 2])
    members = [message.text for message in await rig.transcript() if message.author is Author.MEMBER]
    assert members[1:] == ["[picture]", "is this covered?", "[picture]", "and this?"]
    assert [turn.text for turn in rig.gateway.engine.turns] == ["hello", "is this covered?", "and this?"]


async def test_a_picture_alone_reaches_the_coach(sqlite_rig: Rig, until: Until) -> None:
    await hold(sqlite_rig, until)
    await sqlite_rig.text("", num_media=1)
    await until(sqlite_rig.is_idle)
    assert await last(sqlite_rig) == ("[picture]", None)
    assert sqlite_rig.phone()[-1] == said("utter_sms_media")


# Language.


async def test_a_conversation_by_text_begins_in_the_members_language(sqlite_rig: Rig, until: Until) -> None:
    texts = await say(sqlite_rig, until, "¿El seguro cubre la terapia de mi hijo?")
    assert texts[0] == said("utter_sms_greeting", "es")
    assert (await sqlite_rig.conversation()).locale == "es"
    assert await say(sqlite_rig, until, "HELP") == [said(HELP, "es")]


async def test_two_texts_in_a_row_change_the_language(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "hello there", "¿cuánto cuesta la terapia?")
    assert (await sqlite_rig.conversation()).locale == "en"
    await say(sqlite_rig, until, "necesito ayuda con el seguro")
    assert (await sqlite_rig.conversation()).locale == "es"
    await say(sqlite_rig, until, "STOP")
    assert sqlite_rig.phone()[-1] == said(OPTED_OUT, "es")


async def test_a_phone_that_said_stop_is_not_called_back_to_the_page(rig: Rig, until: Until) -> None:
    await hold(rig, until)
    held = await rig.conversation()
    await rig.text("STOP")
    await until(rig.is_idle)
    # The member is in the secure chat now, which no page shows.
    change = sa.update(conversations).where(conversations.c.id == held.id).values(channel=Channel.WEB.value)
    await rig.database.write(lambda connection: connection.execute(change))
    before = rig.phone()
    assert held.coach is not None
    await rig.gateway.handoffs.write(held.id, held.coach.id, held.handoff_version, "id-2", "Take your time.")
    await until(rig.is_idle)
    assert rig.phone() == before
    assert [(row.kind, row.status) for row in await rig.deliveries()][-1] == ("link", "suppressed")
