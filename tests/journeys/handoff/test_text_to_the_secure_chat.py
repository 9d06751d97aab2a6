"""A plan record by text: a one-time link, proof in the secure chat, and not one word of the record on the phone."""

from __future__ import annotations

import re

from tests.journeys.handoff.conftest import Cast
from tests.journeys.handoff.wording import as_a_text, on_the_page

# Of bot/demo/members.csv.
MEMBER_NUMBER, BORN = "GG1000001", "03/12/1984"
LINK = re.compile(r"http\S+/#join=[\w-]{20,}$")
# What of a record would show on the phone.
OF_THE_RECORD = re.compile(rf"{MEMBER_NUMBER}|1984|active|approval is|medical benefit", re.IGNORECASE)


async def test_the_record_is_shown_on_the_web_and_never_texted(cast: Cast) -> None:
    phone = cast.texter()
    await phone.text("is my plan active right now?")
    await phone.reads(as_a_text("utter_sms_greeting"))
    asked = await phone.reads(as_a_text("utter_sms_record_link"))
    link = LINK.search(asked)
    assert link, asked

    # The same conversation goes on in the secure chat, unproven.
    member = await cast.joining_member(link[0])
    assert on_the_page("utter_join_welcome").search(member.messages[-1]["text"])
    assert "is my plan active right now?" in [message["text"] for message in member.messages]
    assert member.state["verified"] is False

    # The link works once.
    again = await member.call("POST", "/api/v1/links", 404, {"link": link[0].rpartition("=")[2]})
    assert again["code"] == "LINK_NOT_FOUND"

    # Proven there, the record is there.
    await member.choose("Show my plan record")
    assert member.last_replies[-1]["outcome"] == "ask"
    await member.say(f"my number is {MEMBER_NUMBER} and i was born {BORN}")
    assert member.last_replies[-1]["outcome"] == "eligibility"
    assert [card["kind"] for card in member.last_replies[-1]["cards"]] == ["eligibility"]
    assert member.state["verified"] is True
    await phone.reads_nothing()

    # The next text goes on by text, and a proven conversation gives nothing away there.
    await phone.text("does my record say I need approval?")
    again = await phone.reads(as_a_text("utter_sms_record_link"))
    assert LINK.search(again)
    await phone.text("Is gene therapy covered?")
    await phone.reads("(?s)benefit.*Source: ")
    await phone.reads_nothing()
    assert not [text for text in phone.read[1:3] if OF_THE_RECORD.search(text)], phone.read
    assert not [text for text in phone.read if MEMBER_NUMBER in text or "1984" in text]


async def test_a_coach_follows_from_the_phone_to_the_secure_chat(cast: Cast) -> None:
    dana = await cast.coach("dana")
    phone = cast.texter()
    await phone.text("what does my plan record say?")
    await phone.reads(as_a_text("utter_sms_greeting"))
    asked = await phone.reads(as_a_text("utter_sms_record_link"))
    link = LINK.search(asked)
    assert link, asked
    member = await cast.joining_member(link[0])
    await member.choose("Talk to a coach")
    assert member.last_replies[-1]["outcome"] == "handoff_waiting"
    item = await dana.find(member.conversation_id)
    assert item["channel"] == "web"
    await dana.claim(member.conversation_id)
    await dana.write(member.conversation_id, "Hello in the secure chat.")
    await member.hears("Hello in the secure chat")
    await phone.reads_nothing()

    # They leave the page and text: the coach's words go there from now on.
    await phone.text("I am on the bus now")
    await member.hears("on the bus")
    await dana.write(member.conversation_id, "Then by text.")
    await phone.reads("Then by text\\.$")
    await phone.reads_nothing()


async def test_what_a_member_never_named_is_not_named_on_the_phone(cast: Cast) -> None:
    """Who asks about a condition has named no product, and reads its name in the secure chat."""
    phone = cast.texter()
    await phone.text("is there a gene therapy for sickle cell disease?")
    await phone.reads(as_a_text("utter_sms_greeting"))
    private = await phone.reads(as_a_text("utter_sms_private"))
    link = LINK.search(private)
    assert link, private
    await phone.reads_nothing()

    member = await cast.joining_member(link[0])
    (kept_back,) = [message for message in member.messages if message.get("topic") == "therapy_info"]
    assert re.search("casgevy|lyfgenia", kept_back["text"], re.IGNORECASE)
    assert not re.search("casgevy|lyfgenia", "\n".join(phone.read), re.IGNORECASE)


async def test_what_a_member_named_is_answered_by_text(cast: Cast) -> None:
    phone = cast.texter()
    await phone.text("Is Zolgensma covered?")
    await phone.reads(as_a_text("utter_sms_greeting"))
    await phone.reads("(?s)^You asked about Zolgensma.*Source: ")
    await phone.reads_nothing()
