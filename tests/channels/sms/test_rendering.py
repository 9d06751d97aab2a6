"""A message as texts: its words, cards, choices and sources, and nothing that a phone cannot show."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from bot.channels.sms.rendering import render_message
from bot.channels.sms.segments import Encoding, encoding_of
from bot.conversations.model import Author, Message, MessageId, QuickReply

LINK = "https://chat.example.org/#join=secret"


def message(text: str = "An answer.", **fields: Any) -> Message:
    return Message(
        **{"author": Author.ASSISTANT, "text": text, **fields},
        id=MessageId("0" * 32),
        seq=2,
        created_at=datetime(2026, 11, 21, tzinfo=timezone.utc),
    )


def test_plain_words_are_one_text() -> None:
    assert render_message(message("It’s covered by the “medical benefit”."), "en") == (
        'It\'s covered by the "medical benefit".',
    )


def test_choices_are_numbered() -> None:
    choices = (QuickReply("Yes", "/affirm"), QuickReply("Talk to a coach", "/coach_handoff"))
    assert render_message(message("Shall I?", quick_replies=choices), "en") == (
        "Shall I?\n\n1) Yes\n2) Talk to a coach",
    )


def test_sources_are_short_and_told_once() -> None:
    cited = {"document": "Gene Therapy", "number": "08.01.55", "payer": "IBX", "effective_on": "2026-05-01"}
    other = {**cited, "section": "Policy"}
    read = {"document": "Product listing", "payer": "FDA", "read_on": "2026-11-02"}
    undated = {"document": "Handbook", "payer": "IBX"}
    (text,) = render_message(message(citations=(cited, other, read)), "en")
    assert text.splitlines()[2:] == [
        "Source: Gene Therapy 08.01.55, in force from 5/1/2026",
        "Source: Product listing, read on 11/2/2026",
    ]
    assert render_message(message(citations=(undated,)), "en")[0].endswith("Source: Handbook")


def test_the_words_around_a_message_are_in_its_language() -> None:
    cited = {"document": "Gene Therapy", "effective_on": "2026-05-01"}
    card = {"kind": "facility", "name": "CHOP", "distance_miles": 3.0}
    (text,) = render_message(message(citations=(cited,), cards=(card,)), "es")
    assert "3 millas" in text
    assert "Fuente: Gene Therapy, vigente desde 5/1/2026" in text


def test_a_facility_is_name_address_phone_and_miles() -> None:
    card = {
        "kind": "facility",
        "name": "Children’s Hospital",
        "address": "3401 Civic Center Blvd, Philadelphia, PA",
        "phone": "215-555-0100",
        "distance_miles": 1.0,
        "map_url": "https://example.org/map",
        "network": {"name": "x", "payer": "y"},
    }
    (text,) = render_message(message("Near you:", cards=(card, {"kind": "policy", "number": "x"})), "en")
    assert text.splitlines()[2:] == [
        "Children's Hospital",
        "3401 Civic Center Blvd, Philadelphia, PA",
        "215-555-0100",
        "1 mile",
    ]


def test_a_coach_is_named_and_the_assistant_is_not() -> None:
    assert render_message(message("Hello", author=Author.COACH, author_name="Dana R., RN"), "en") == (
        "Dana R., RN: Hello",
    )
    assert render_message(message("Hello", author_name="Gene Guide"), "en") == ("Hello",)


def test_the_link_stands_at_the_end() -> None:
    assert render_message(message("Open the secure chat:"), "en", LINK) == (f"Open the secure chat:\n\n{LINK}",)


def test_a_long_message_is_several_texts_and_the_same_ones_each_time() -> None:
    long = message("A sentence with some words in it. " * 120)
    texts = render_message(long, "en")
    assert len(texts) == 3
    assert texts == render_message(long, "en")
    assert {encoding_of(text) for text in texts} == {Encoding.GSM7}


def test_what_the_words_say_of_a_hospital_is_not_texted_twice() -> None:
    card = {"kind": "facility", "name": "CHOP", "address": "3401 Civic Center Blvd", "phone": "215-590-1000"}
    said = "Nearest: CHOP: 0.9 miles, phone 215-590-1000"
    (text,) = render_message(message(said, cards=({**card, "distance_miles": 0.9},)), "en")
    assert text == f"{said}\n\nCHOP\n3401 Civic Center Blvd"
