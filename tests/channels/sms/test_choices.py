"""A number, or the words of a choice, takes it; a number that answers something else does not."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.channels.sms.choices import find_choice
from bot.conversations.model import Author, Awaiting, Message, MessageId, QuickReply

PLANS = (QuickReply("Independence Blue Cross", "/plan1"), QuickReply("CareSource", "/plan2"))


def said(text: str, **fields: Any) -> Message:
    moment = datetime(2026, 11, 21, tzinfo=timezone.utc)
    return Message(**{"author": Author.ASSISTANT, "text": text, **fields}, id=MessageId("0"), seq=1, created_at=moment)


OFFER = said("Which plan?", quick_replies=PLANS)
MEMBER = said("Hello", author=Author.MEMBER)


@pytest.mark.parametrize(
    "text",
    ["2", " 2 ", "2.", "2)", "#2", "option 2", "Option 2.", "number 2", "no. 2", "opción 2", "2 please",
     "CareSource", "caresource!", "CARESOURCE.", "second", "the second one", "2nd option."],
)  # fmt: skip
def test_the_second_choice_is_taken(text: str) -> None:
    assert find_choice(text, [OFFER, MEMBER], None) == PLANS[1]


@pytest.mark.parametrize(
    "text", ["3", "0", "22", "19104", "", "2 of them", "plan 2 or 1", "the second line", "-2", "1/2/2020"]
)
def test_anything_else_is_words(text: str) -> None:
    assert find_choice(text, [OFFER], None) is None


def test_the_newest_offer_counts() -> None:
    newer = said("For whom?", quick_replies=(QuickReply("Me", "/me"), QuickReply("My child", "/child")))
    choice = find_choice("1", [OFFER, MEMBER, newer], None)
    assert choice is not None
    assert choice.value == "/me"


def test_a_place_in_a_row_is_no_choice_once_something_else_was_told() -> None:
    told = said("Nearest: Temple, Jefferson.")
    assert find_choice("the second one", [OFFER, MEMBER, told], None) is None


def test_an_offer_stands_while_nothing_else_was_asked() -> None:
    assert find_choice("1", [OFFER, MEMBER, said("You're welcome.")], None) == PLANS[0]


def test_a_number_that_answers_another_question_is_no_choice() -> None:
    asked = [OFFER, MEMBER, said("How old is your child?")]
    awaiting = Awaiting("age_group", "text")
    assert find_choice("2", asked, awaiting) is None
    assert find_choice("CareSource", asked, awaiting) == PLANS[1]


def test_a_number_is_a_choice_where_the_question_itself_offers_it() -> None:
    asked = said("ZIP code?", quick_replies=(QuickReply("My home", "/home"),))
    choice = find_choice("1", [asked], Awaiting("zip_code", "postal_code"))
    assert choice is not None
    assert choice.value == "/home"


def test_without_an_offer_a_number_is_words() -> None:
    assert find_choice("1", [said("Hello"), MEMBER], None) is None
