"""A member with a phone asks for a coach, waits, texts with a coach, and is back with the assistant."""

from __future__ import annotations

import re

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text

QUESTION = "Is gene therapy covered?"


async def test_nobody_is_there_then_a_coach_comes_and_texts_and_the_assistant_is_back(cast: Cast) -> None:
    phone = cast.texter()

    # The first text is answered with who this is, and the request with the truth and numbered times.
    await phone.text("I want to talk to a real nurse please")
    await phone.reads(as_a_text("utter_sms_greeting"))
    offer = await phone.reads(r"^No health coach is on duty right now\.")
    numbered = re.findall(r"^(\d)\) (.+)$", offer, re.MULTILINE)
    assert [number for number, _ in numbered] == [str(number) for number in range(1, len(numbered) + 1)]
    assert numbered[-1][1] == "No call, keep my place"

    # A number takes a choice.
    await phone.text(numbered[-1][0])
    await phone.reads(as_a_text("utter_callback_declined"))

    # A coach comes on duty: told by text. The assistant still answers meanwhile, with its sources.
    dana = await cast.coach("dana")
    await phone.reads(as_a_text("utter_handoff_coach_here_now"))
    await phone.text(QUESTION)
    await phone.reads("(?s)benefit.*Source: ")

    # The claim comes as a text, and so do the coach's words, signed.
    (item,) = await dana.list_queue()
    conversation = item["conversation_id"]
    assert (item["cause"], item["channel"], item["holder"]) == ("words", "sms", "waiting")
    await dana.claim(conversation)
    await phone.reads(as_a_text("utter_coach_joined", coach=dana.name))
    for words in ("Hello, I'm a nurse.", "How can I help?", "Take your time."):
        await dana.write(conversation, words)
    for words in ("Hello, I'm a nurse.", "How can I help?", "Take your time."):
        await phone.reads(f"^{re.escape(dana.name)}: {re.escape(words)}$")

    # The member's texts reach the coach, each once, however often the carrier tells of them; nobody else answers.
    sid = await phone.text(QUESTION)
    await phone.redeliver(sid, 5)
    await phone.text("It is for my son.")
    await phone.reads_nothing()
    messages = (await dana.look_at(conversation))["messages"]
    assert [(message["author"], message["text"]) for message in messages[-2:]] == [
        ("member", QUESTION),
        ("member", "It is for my son."),
    ]

    # Back with the assistant, which takes up nothing of the coach's part and answers the next question.
    await dana.give_back(conversation, "follow_up")
    await phone.reads(as_a_text("utter_handoff_resumed_follow_up", coach=dana.name))
    await phone.reads_nothing()
    await phone.text(QUESTION)
    await phone.reads("(?s)benefit.*Source: ")

    # And they may ask again, with the one word.
    await phone.text("COACH")
    await phone.reads("^A health coach is on duty, and I've recorded your request. You're number 1 in line.")
    await phone.text("NEVERMIND")
    await phone.reads(as_a_text("utter_handoff_cancelled"))
    assert await dana.list_queue() == []
    await phone.reads_nothing()


async def test_a_number_that_a_member_texts_a_coach_is_a_number(cast: Cast) -> None:
    """A "1" answers the coach's question, and not what the assistant had offered before."""
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^No health coach is on duty")
    dana = await cast.coach("dana")
    await phone.reads(as_a_text("utter_handoff_coach_here_now"))
    (item,) = await dana.list_queue()
    await dana.claim(item["conversation_id"])
    await phone.reads(as_a_text("utter_coach_joined"))
    await dana.write(item["conversation_id"], "How many children do you have?")
    await phone.reads("How many children")

    await phone.text("1")

    await phone.reads_nothing()
    assert (await dana.look_at(item["conversation_id"]))["messages"][-1]["text"] == "1"


async def test_texts_that_come_at_once_are_each_answered_once_and_in_order(cast: Cast) -> None:
    phone = cast.texter()
    sids = [await phone.text(text) for text in ("COACH", "NEVERMIND", "COACH", "NEVERMIND")]
    for sid in sids:
        await phone.redeliver(sid, 3)

    await phone.reads(as_a_text("utter_sms_greeting"))
    for _ in range(2):
        await phone.reads("^No health coach is on duty")
        await phone.reads(as_a_text("utter_handoff_cancelled"))
    await phone.reads_nothing()


async def test_a_conversation_that_the_coach_ended_begins_anew_with_the_next_text(cast: Cast) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("COACH")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("^A health coach is on duty")
    (item,) = await dana.list_queue()
    await dana.claim(item["conversation_id"])
    await phone.reads(as_a_text("utter_coach_joined", coach=dana.name))

    await dana.close(item["conversation_id"])

    await phone.reads(as_a_text("utter_coach_closed"))
    await phone.text(QUESTION)
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("(?s)benefit.*Source: ")
    await phone.reads_nothing()
