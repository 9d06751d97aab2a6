"""Over text messages nobody proves who they are, and no plan record is shown: the secure chat does both."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversations.model import Channel
from tests.actions.stage import Ran, Stage

LINK = "utter_sms_record_link"
NUMBER = ("member_id", "GG1000001")
BORN = ("date", "1985-04-12")
FORM = "verification_form"
RIGHT = {"member_id": "GG1000001", "date_of_birth": "1985-04-12"}
FORGOTTEN = {"member_id": None, "date_of_birth": None, "interrupted_form": None}


def text(**known: Any) -> Stage:
    return Stage(channel=Channel.SMS, **known)


def ended_form(ran: Ran) -> bool:
    return any(event["event"] == "active_loop" and event["name"] is None for event in ran.events)


@pytest.mark.parametrize("verified", [None, "GG1000001", "GG1000002"])
@pytest.mark.parametrize("entities", [[], [NUMBER], [NUMBER, BORN], [("for_whom", "child")], [("date", "2026-03-01")]])
async def test_a_question_for_the_record_gets_the_link_once_and_nothing_is_looked_up(
    verified: str | None, entities: list[tuple[str, str]]
) -> None:
    stage = text(verified=verified, plan_id="independence")
    ran = await stage.run("action_answer_eligibility_member", "eligibility_member", entities=entities)

    assert (ran.keys, ran.outcomes, ran.follows) == ([LINK], ["refused_privacy"], None)
    assert "cards" not in ran.reply
    assert stage.members.audited == []


async def test_a_member_number_alone_is_not_checked() -> None:
    stage = text(plan_id="independence")
    ran = await stage.run("action_answer_inform", entities=[NUMBER])

    assert (ran.keys, ran.follows) == ([LINK], None)
    assert stage.members.audited == []
    assert stage.conversations.context.verified_member_id is None


async def test_for_somebody_else_it_is_refused_as_anywhere() -> None:
    ran = await text().run("action_answer_eligibility_member", "eligibility_member", entities=[("for_whom", "other")])

    assert ran.keys == ["utter_eligibility_member_refused_privacy"]


@pytest.mark.parametrize("for_whom", ["self", "child"])
async def test_my_child_continues_to_the_link_and_not_to_a_record(for_whom: str) -> None:
    stage = text(verified="GG1000002", slots={"last_topic": "eligibility_member"})
    ran = await stage.run("action_answer_inform", entities=[("for_whom", for_whom)])

    assert ran.keys == [LINK]
    assert stage.members.audited == []


async def test_what_was_proven_on_the_web_changes_no_answer_by_text() -> None:
    stage = text(verified="GG1000004")
    ran = await stage.run("action_answer_inform", entities=[("plan", "caresource")])

    assert ran.keys == ["utter_inform_plan_kept"]
    assert stage.members.audited == []


@pytest.mark.parametrize("entities", [[NUMBER], [NUMBER, BORN], [BORN], []])
async def test_the_check_of_an_open_form_takes_nothing_from_a_text(entities: list[tuple[str, str]]) -> None:
    ran = await text().run("validate_verification_form", form=FORM, asked="member_id", entities=entities)

    assert ran.slots == {"requested_slot": None}
    assert ran.responses == []


@pytest.mark.parametrize("asked", ["member_id", "date_of_birth"])
@pytest.mark.parametrize(
    ("action", "intent", "words"),
    [
        ("action_answer_inform", "inform", "QXA 12345678"),
        ("action_clarify", "nlu_fallback", "its qxa 1234 5678"),
        ("action_clarify", "gibberish", "qxa"),
    ],
)
async def test_an_answer_by_text_to_a_question_of_the_web_gets_the_link_and_ends_the_form(
    asked: str, action: str, intent: str, words: str
) -> None:
    stage = text(slots={"member_id": "GG1000001"})
    ran = await stage.run(action, intent, text=words, form=FORM, asked=asked)

    assert (ran.keys, ran.outcomes) == ([LINK], ["refused_privacy"])
    assert ended_form(ran)
    assert ran.slots.items() >= FORGOTTEN.items()


@pytest.mark.parametrize(
    ("action", "intent", "keys"),
    [
        ("action_answer_coverage_general", "coverage_general", ["utter_coverage_general_answer"]),
        ("action_answer_eligibility_member", "eligibility_member", [LINK]),
        ("action_cancel", "cancel", ["utter_cancel_nothing"]),
        ("action_request_handoff", "coach_handoff", ["utter_handoff_waiting"]),
        ("action_answer_yes_or_no", "deny", ["utter_deny"]),
    ],
)
async def test_a_question_of_its_own_is_answered_and_the_form_is_left(
    action: str, intent: str, keys: list[str]
) -> None:
    stage = text(plan_id="independence", slots={"member_id": "GG1000001"})
    ran = await stage.run(action, intent, form=FORM, asked="date_of_birth")

    assert ran.keys == keys
    assert ended_form(ran)
    assert ran.slots.items() >= FORGOTTEN.items()


async def test_another_form_does_not_keep_the_open_one_aside() -> None:
    stage = text(plan_id="independence")
    ran = await stage.run("action_answer_facility_search", "facility_search", form=FORM, asked="member_id")

    assert ran.follows == "facility_form"
    assert ran.slots["interrupted_form"] is None


async def test_a_form_that_stood_aside_does_not_come_back() -> None:
    stage = text(plan_id="independence", slots={"topic_in_progress": "coverage_general", "interrupted_form": FORM})
    ran = await stage.run("action_continue_topic", entities=[("plan", "independence")])

    assert ran.keys == ["utter_coverage_general_answer"]
    assert ran.follows is None
    assert ran.slots.items() >= FORGOTTEN.items()


async def test_no_attempt_is_made_even_with_both_at_hand() -> None:
    stage = text(slots=dict(RIGHT))
    ran = await stage.run("action_verify_member")

    assert (ran.keys, ran.follows) == ([LINK], None)
    assert ran.slots.items() >= FORGOTTEN.items()
    assert stage.members.audited == []
    assert stage.conversations.context.verified_member_id is None


@pytest.mark.parametrize("known", [{}, {"member_id": "GG1000001"}])
async def test_a_form_that_ends_after_another_answer_adds_no_word(known: dict[str, str]) -> None:
    ran = await text(slots=known).run("action_verify_member", "greeting", already_run=["utter_greeting"])

    assert (ran.keys, ran.follows) == ([], None)
    assert ended_form(ran)
    assert ran.slots.items() >= FORGOTTEN.items()


async def test_on_the_web_the_same_form_goes_on() -> None:
    stage = Stage(plan_id="independence", slots={"member_id": "GG1000001"})
    ran = await stage.run("action_answer_coverage_general", "coverage_general", form=FORM, asked="date_of_birth")

    assert ran.keys == ["utter_coverage_general_answer"]
    assert not ended_form(ran)
    assert "member_id" not in ran.slots
