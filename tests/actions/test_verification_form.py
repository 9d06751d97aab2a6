"""Member number and birth date are taken in any order, tried once, and forgotten at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from knowledge.eligibility.service import EligibilityService
from tests.actions.stage import Ran, Stage

NUMBER = ("member_id", "GG1000001")
BORN = ("date", "1985-04-12")
RIGHT = {"member_id": "GG1000001", "date_of_birth": "1985-04-12"}
FORGOTTEN = {"member_id": None, "date_of_birth": None}


async def tell(
    *entities: tuple[str, str], asked: str | None = "member_id", intent: str = "inform", text: str = "words"
) -> Ran:
    stage = Stage()
    return await stage.run(
        "validate_verification_form", intent, text=text, form="verification_form", asked=asked, entities=entities
    )


@pytest.mark.parametrize(
    ("entities", "asked", "taken"),
    [
        ([NUMBER], "member_id", {"member_id": "GG1000001"}),
        ([BORN], "member_id", {"date_of_birth": "1985-04-12"}),
        ([NUMBER, BORN], "member_id", RIGHT),
        ([NUMBER, BORN], None, RIGHT),
        ([BORN], "date_of_birth", {"date_of_birth": "1985-04-12"}),
        ([NUMBER], "date_of_birth", {"member_id": "GG1000001"}),
    ],
)
async def test_both_are_taken_wherever_they_stand(
    entities: Sequence[tuple[str, str]], asked: str, taken: dict[str, str]
) -> None:
    assert taken.items() <= (await tell(*entities, asked=asked)).slots.items()


@pytest.mark.parametrize(("written", "born"), [("03.14.62", "1962-03-14"), ("01.02.03", "2003-01-02")])
async def test_a_birth_date_with_points_is_taken_where_one_was_asked_for(written: str, born: str) -> None:
    assert (await tell(("policy_number", written), asked="date_of_birth")).slots["date_of_birth"] == born


async def test_a_policy_number_is_no_birth_date_where_none_was_asked_for() -> None:
    assert (await tell(("policy_number", "03.14.62"), asked=None, intent="policy_lookup")).slots == {}


async def test_both_are_taken_from_the_question_itself() -> None:
    ran = await tell(NUMBER, BORN, asked=None, intent="eligibility_member", text="am I active? GG1000001 4/12/1985")

    assert RIGHT.items() <= ran.slots.items()


async def test_a_number_of_another_make_is_taken_when_it_is_asked_for() -> None:
    assert (await tell(text="it's QXA 12345678")).slots["member_id"] == "QXA 12345678"


async def test_a_question_of_its_own_fills_nothing() -> None:
    day = ("date", "2026-05-01")
    ran = await tell(day, intent="policy_lookup", text="was that policy in force on May 1 2026 or not")

    assert ran.events == []


async def test_nobody_is_born_in_the_future() -> None:
    assert (await tell(("date", "2030-01-01"), asked="date_of_birth")).events == []


async def test_the_right_data_verify_and_answer_at_once() -> None:
    stage = Stage(slots=dict(RIGHT))
    ran = await stage.run("action_verify_member")

    assert ran.outcomes == ["verified", "eligibility"]
    assert ran.slots.items() >= FORGOTTEN.items()
    assert stage.conversations.context.verified_member_id == "GG1000001"


@pytest.mark.parametrize("wrong", [{"member_id": "GG9999999"}, {"date_of_birth": "1985-04-13"}])
async def test_wrong_data_and_no_such_member_look_the_same_and_may_be_tried_again(wrong: dict[str, str]) -> None:
    stage = Stage(slots={**RIGHT, **wrong})
    ran = await stage.run("action_verify_member")

    assert ran.keys == ["utter_eligibility_member_verify_retry"]
    assert ran.follows == "verification_form"
    assert ran.slots.items() >= FORGOTTEN.items()
    assert stage.conversations.context.verified_member_id is None


async def test_the_third_failure_locks_and_offers_the_coach() -> None:
    stage = Stage()
    for _ in range(3):
        stage.slots |= {**RIGHT, "member_id": "GG9999999"}
        ran = await stage.run("action_verify_member")

    assert ran.outcomes == ["verify_locked"]
    assert ran.follows is None
    assert ran.slots.items() >= FORGOTTEN.items()


async def test_what_was_typed_is_forgotten_even_when_the_check_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(EligibilityService, "verify", break_down)
    ran = await Stage(slots=dict(RIGHT)).run("action_verify_member")

    assert ran.keys == ["utter_failure_action"]
    assert ran.slots.items() >= FORGOTTEN.items()


async def test_a_child_named_before_the_form_is_the_one_answered_for() -> None:
    stage = Stage(slots={**RIGHT, "member_id": "GG1000002", "for_whom": "child"})
    ran = await stage.run("action_verify_member")

    assert ran.reply["cards"][0]["for_whom"] == "child"


async def test_a_message_that_failed_is_not_tried_again_when_the_form_reopens() -> None:
    ran = await Stage().run(
        "validate_verification_form",
        form="verification_form",
        entities=[NUMBER, BORN],
        already_run=["action_verify_member"],
    )

    assert ran.events == []


async def test_the_birth_date_is_not_the_day_that_is_looked_up() -> None:
    ran = await Stage(slots=dict(RIGHT)).run("action_verify_member", entities=[BORN])

    assert ran.reply["cards"][0]["service_day"] == "2026-11-21"


async def test_the_day_asked_about_before_the_form_is_the_day_that_is_looked_up() -> None:
    stage = Stage()
    await stage.run("action_answer_eligibility_member", "eligibility_member", entities=[("date", "2026-03-01")])
    stage.slots |= RIGHT
    ran = await stage.run("action_verify_member", entities=[BORN])

    assert ran.reply["cards"][0]["service_day"] == "2026-03-01"


async def test_a_plan_named_in_a_question_leaves_the_form_open() -> None:
    ran = await tell(
        ("plan", "caresource"), intent="coverage_general", text="is gene therapy covered by caresource at all"
    )

    assert ran.events == []
