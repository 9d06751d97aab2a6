"""What a coach sees first: everything that the record says, each line at its message, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.conversations.handoff import Callback, HandoffOutcome, PastHandoff, Urgency
from bot.conversations.model import (
    Channel,
    Understood,
)
from bot.conversations.vocabulary import HANDOFF_CHOICE
from tests.conversations.cast import CITATION, NURSE, QUARTER, START, Cast, line, of


def test_a_whole_conversation() -> None:
    cast = Cast()
    cast.assistant("answer", "greeting")
    named = cast.priya("Is Zolgensma covered for my son?", "coverage_general", therapy="zolgensma", for_whom="child")
    cast.assistant("ask", "coverage_general")
    plan = cast.priya("CareSource", "coverage_general", plan="caresource")
    covered = cast.assistant("answer", "coverage_general", citations=(CITATION,))
    near = cast.priya("which hospital is near 43215", "facility_search", zip_code="43215")
    hospitals = cast.assistant("facilities", "facility_search")
    cost = cast.priya("how much will it cost us?", "cost")
    cast.assistant("handoff_offered", "cost")
    wants = cast.priya("can I talk to a person", "coach_handoff")
    told = cast.assistant("handoff_waiting", "coach_handoff")
    packet = cast.packet(cast.request(reason="cost", message_id=told.id), plan_id="caresource", state="OH")
    assert packet.lines == (
        line("request", wants, "words", value="cost", quote=wants.text, at=cast.now),
        line("question", cost, value="cost", quote=cost.text),
        line("not_answered", cost, "handoff_offered", value="cost", quote=cost.text),
        line("said", hospitals, "facilities", value="facility_search"),
        line("said", covered, "answer", value="coverage_general", citations=(CITATION,)),
        line("verified", None, value="no"),
        line("for_whom", named, value="child"),
        line("therapy", named, value="zolgensma"),
        line("zip_code", near, value="43215"),
        line("plan", plan, value="caresource"),
        line("state", None, "conversation", value="OH"),
        line("language", wants, value="en"),
        line("language", None, "locale", value="en"),
        line("channel", wants, value="web"),
    )


def test_an_empty_conversation_has_only_what_is_always_known() -> None:
    packet = Cast().packet(cause_of := Cast().request("button"), locale="es", channel=Channel.SMS)
    assert packet.lines == (
        line("request", None, "button", at=cause_of.requested_at),
        line("verified", None, value="no"),
        line("language", None, "locale", value="es"),
        line("channel", None, value="sms"),
    )


def test_a_pressed_button_is_not_quoted_and_its_reason_is() -> None:
    cast = Cast()
    cast.priya("Is it covered?", "coverage_general")
    pressed = cast.priya("Talk to a coach", "coach_handoff", choice=HANDOFF_CHOICE)
    told = cast.assistant("handoff_waiting", "coach_handoff")
    (asked,) = of(cast.packet(cast.request("button", message_id=told.id)), "request")
    assert (asked.quote, asked.value, asked.seq) == (None, None, pressed.seq)
    # Pressed on the page with words beside it: these stand in no message.
    told = replace(told, reply_to=None)
    first, second = of(cast.packet(cast.request("button", "my mother's letter", requested_at=START)), "request")
    assert first.message_id is None
    assert second == line("request", None, "reason", quote="my mother's letter")


def test_who_asks_again_later_asked_the_first_time() -> None:
    cast = Cast()
    first = cast.priya("a person please", "coach_handoff")
    request = cast.request()
    cast.assistant("handoff_waiting", "coach_handoff")
    cast.priya("hello? a person", "coach_handoff")
    again = cast.assistant("handoff_waiting", "coach_handoff")
    (asked,) = of(cast.packet(replace(request, message_id=again.id)), "request")
    assert (asked.quote, asked.seq) == (first.text, first.seq)


def test_a_request_by_repeated_failure_points_to_the_failure() -> None:
    cast = Cast()
    asked = cast.priya("wie viel kostet das alles")
    cast.assistant("failure")
    again = cast.priya("how much is all this then")
    failed = cast.assistant("failure")
    packet = cast.packet(cast.request("failure"))
    (request,) = of(packet, "request")
    assert (request.label_key, request.quote, request.seq) == ("failure", None, failed.seq)
    assert of(packet, "question") == [line("question", again, quote=again.text)]
    assert of(packet, "not_answered") == [
        line("not_answered", again, "failure", quote=again.text),
        line("not_answered", asked, "failure", quote=asked.text),
    ]


def test_danger_stands_first_with_the_words_that_caused_it() -> None:
    cast = Cast()
    cast.priya("is it covered?", "coverage_general")
    cast.assistant("answer", "coverage_general")
    said = cast.priya("my chest hurts and I can't breathe", "emergency")
    warning = cast.gate("emergency")
    request = cast.request("safety", "emergency", urgency=Urgency.URGENT, message_id=warning.id)
    packet = cast.packet(request)
    assert packet.lines[:2] == (
        line("request", said, "safety", value="emergency", quote=said.text, at=request.requested_at),
        line("urgency", said, "emergency", value="urgent", quote=said.text),
    )
    (question,) = of(packet, "question")
    assert question.quote == "is it covered?"
    # Whoever wrote it a while ago and waits for something else now: the coach still sees it.
    calm = of(cast.packet(cast.request()), "urgency")
    assert [(each.value, each.label_key, each.seq) for each in calm] == [("normal", "emergency", said.seq)]


def test_danger_from_a_number_that_may_not_be_texted_has_no_warning() -> None:
    cast = Cast()
    said = cast.priya("I want to die", "crisis")
    (urgency,) = of(cast.packet(cast.request("safety", "crisis", urgency=Urgency.URGENT)), "urgency")
    assert (urgency.quote, urgency.label_key, urgency.seq) == (said.text, "crisis", said.seq)


def test_danger_that_stands_in_no_message_points_to_the_warning() -> None:
    cast = Cast()
    cast.priya("is it covered?", "coverage_general")
    warning = replace(cast.gate("crisis"), reply_to=None)
    cast.messages[-1] = warning
    (urgency,) = of(cast.packet(cast.request("safety", "", urgency=Urgency.URGENT)), "urgency")
    assert (urgency.quote, urgency.seq) == (None, warning.seq)


@pytest.mark.parametrize(
    ("text", "topics", "choice"),
    [
        ("19104", ("cost",), None),
        ("thanks!", ("thanks_goodbye",), None),
        ("are you a robot?", ("identity",), None),
        ("yes", ("affirm",), None),
        ("asdf", ("gibberish",), None),
        ("ok then", (), None),
        ("Tell me more", ("cost",), "/more"),
        ("CareSource", ("cost",), '/inform{"plan": "caresource"}'),
        ("Talk to a coach", ("coach_handoff",), HANDOFF_CHOICE),
    ],
)
def test_small_talk_and_answers_are_not_the_question(text: str, topics: tuple[str, ...], choice: str | None) -> None:
    cast = Cast()
    question = cast.priya("how much does it cost?", "cost")
    cast.assistant("answer", "cost")
    cast.priya(text, *topics, choice=choice)
    assert of(cast.packet(), "question") == [line("question", question, value="cost", quote=question.text)]


def test_an_answer_to_the_assistant_s_question_is_not_the_question() -> None:
    cast = Cast()
    question = cast.priya("which hospital is near", "facility_search")
    cast.assistant("ask", "facility_search")
    cast.priya("we live in Bucks county near the river", "facility_search")
    assert [each.seq for each in of(cast.packet(), "question")] == [question.seq]
    cast.assistant("ask", "facility_search")
    other = cast.priya("wait what does it cost us", "cost")
    assert [each.seq for each in of(cast.packet(), "question")] == [other.seq]
    pressed = cast.priya("Is it covered?", "coverage_general", choice="/coverage_general")
    assert [each.seq for each in of(cast.packet(), "question")] == [pressed.seq]


def test_what_the_member_told_a_coach_is_not_a_question_to_the_assistant() -> None:
    cast = Cast()
    cast.ruth("How are you doing?")
    cast.priya("we are doing all right today")
    assert of(cast.packet(), "question") == []


def test_each_topic_was_said_once_with_its_newest_answer_and_at_most_five() -> None:
    cast = Cast()
    topics = ["cost", "candidacy", "precertification", "policy_lookup", "safety_risks", "coach_about", "cost"]
    for topic in topics:
        cast.priya(f"what about {topic}", topic)
        cast.assistant("answer", topic)
    said = of(cast.packet(), "said")
    assert [each.value for each in said] == ["cost", "coach_about", "safety_risks", "policy_lookup", "precertification"]
    assert said[0].seq == 14


def test_what_was_answered_later_is_not_open() -> None:
    cast = Cast()
    cast.priya("what does it cost?", "cost")
    cast.assistant("handoff_offered", "cost")
    advice = cast.priya("should I take it?", "medical_advice")
    cast.assistant("medical_boundary", "medical_advice")
    cast.priya("and with CareSource, what does it cost?", "cost")
    cast.assistant("answer", "cost")
    assert [(each.value, each.seq) for each in of(cast.packet(), "not_answered")] == [("medical_advice", advice.seq)]


def test_the_newest_value_wins_and_older_ones_are_earlier() -> None:
    cast = Cast()
    first = cast.priya("zolgensma for sma", "therapy_info", therapy="zolgensma", condition="sma")
    second = cast.priya("or is it luxturna", "therapy_info", therapy="luxturna")
    third = cast.priya("luxturna it is", "therapy_info", therapy="luxturna")
    assert second != third
    assert of(cast.packet(), "therapy", "condition") == [
        line("therapy", third, value="luxturna"),
        line("therapy", first, "earlier", value="zolgensma"),
        line("condition", first, value="sma"),
    ]
    both = cast.priya("both", "therapy_info")
    cast.understood[both.id] = Understood(("therapy_info",), "en", {"therapy": ("zolgensma", "kymriah")})
    labels = [(each.value, each.label_key) for each in of(cast.packet(), "therapy")]
    assert labels == [("zolgensma", None), ("kymriah", None), ("luxturna", "earlier")]


def test_who_does_not_know_their_plan_has_named_none() -> None:
    cast = Cast()
    cast.priya("Not sure", "cost", plan="unknown", choice='/inform{"plan": "unknown"}')
    assert of(cast.packet(), "plan") == []


def test_an_identity_proof_counts_while_it_stands() -> None:
    cast = Cast()
    cast.priya("GG1000003", "eligibility_member")
    proof = cast.assistant("verified", "eligibility_member")
    proven: dict[str, object] = {"verified_member_id": "m", "verified_at": START, "last_member_message_at": cast.now}
    assert of(cast.packet(**proven), "verified") == [line("verified", proof, value="yes", at=cast.now + QUARTER)]
    stale = {**proven, "last_member_message_at": START - QUARTER, "verified_at": START - QUARTER}
    assert of(cast.packet(**stale), "verified") == [line("verified", None, value="no")]


def test_the_language_is_the_one_mostly_written() -> None:
    cast = Cast()
    cast.priya("hola", "greeting", language="es")
    spanish = cast.priya("¿cuánto cuesta?", "cost", language="es")
    cast.priya("ok", "affirm", language="en")
    cast.priya("43215", "cost", language="und")
    assert of(cast.packet(), "language") == [
        line("language", spanish, value="es"),
        line("language", None, "locale", value="en"),
    ]


def test_the_call_back_and_the_last_coach_s_outcome() -> None:
    cast = Cast()
    answer = cast.ruth("I have sent you the form.")
    recorded = cast.assistant("callback_recorded", "coach_handoff")
    past = PastHandoff(NURSE, HandoffOutcome.FOLLOW_UP, "Wants the form again.", cast.now)
    callback = Callback(
        1, "a" * 32, date(2026, 11, 24), "morning", "+12155550100", "America/New_York", "open", None, 0, None, START, 1
    )
    packet = cast.packet(None, past, callback)
    assert packet.lines[-2:] == (
        line("callback", recorded, "morning", value="2026-11-24", at=START),
        line("before", answer, value="follow_up", quote="Wants the form again.", at=cast.now),
    )
    assert "0100" not in repr(packet)
    assert of(cast.packet(None, past, replace(callback, status="done")), "callback") == []
