"""A policy is found by number or by plan, state and day, and is spoken as current only when it is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from actions.document_days import say_next
from actions.phrases import Phrases
from actions.said import node_of
from knowledge.reliance.model import PhraseNode
from tests.actions.cast import MP_AD_1623
from tests.actions.stage import Ran, Stage

NUMBER = ("policy_number", "MP-AD-1623")


async def look_up(stage: Stage, *entities: tuple[str, str], intent: str = "policy_lookup") -> Ran:
    return await stage.run("action_answer_policy_lookup", intent, entities=entities)


@pytest.mark.parametrize(
    ("day", "key"),
    [
        ("2026-04-30", "utter_policy_lookup_not_in_force"),
        ("2026-05-01", "utter_policy_lookup_in_force"),
        ("2026-11-21", "utter_policy_lookup_in_force"),
    ],
)
async def test_a_policy_counts_from_its_effective_day(day: str, key: str) -> None:
    ran = await look_up(Stage(plan_id="caresource", state="OH"), NUMBER, ("date", day))

    assert ran.keys == [key]
    assert ran.outcomes == ["policy"]
    assert "05/01/2026" in ran.values["statement"]
    assert [card["kind"] for card in ran.reply["cards"]] == ["policy"]
    assert ran.reply["citations"][0]["number"] == "MP-AD-1623"


async def test_a_number_alone_names_its_policy_and_more_tells_what_it_says() -> None:
    stage = Stage()
    ran = await look_up(stage, NUMBER)
    more = await stage.run("action_answer_more", "more")

    assert ran.keys == ["utter_policy_lookup_in_force"]
    assert (ran.payers, more.payers) == ({"CareSource"}, {"CareSource"})
    assert "/more" in ran.titles
    assert (more.keys, more.reply["facts"]) == (["utter_more_answer"], ["mp-ad-1623/policy_lookup/1"])
    assert (await stage.run("action_answer_more", "more")).keys == ["utter_more_nothing"]


@pytest.mark.parametrize("written", ["mp-ad-1623", "MP AD 1623", "mp_ad\u20131623"])
async def test_a_number_is_found_however_it_is_written(written: str) -> None:
    assert (await look_up(Stage(), ("policy_number", written))).keys == ["utter_policy_lookup_in_force"]


async def test_the_plan_and_state_find_the_policy_that_applies() -> None:
    ran = await look_up(Stage(plan_id="caresource", state="WV"))

    assert ran.keys == ["utter_policy_lookup_in_force"]
    assert ran.reply["citations"][0]["number"] == "MP-AD-1623"


async def test_another_state_has_nothing_on_file() -> None:
    ran = await look_up(Stage(plan_id="caresource"), ("state", "KY"))

    assert ran.keys == ["utter_policy_lookup_other_state"]
    assert ran.values["state_name"] == "Kentucky"
    assert ran.values["states"] == "Georgia, Indiana, Ohio and West Virginia"


async def test_independence_has_no_policy_text_on_file() -> None:
    ran = await look_up(Stage(plan_id="independence"))

    assert ran.keys == ["utter_policy_lookup_no_text"]
    assert ran.payers == {"Independence Blue Cross"}
    assert "cards" not in ran.reply


async def test_of_another_payers_policy_nothing_is_told() -> None:
    ran = await look_up(Stage(plan_id="independence"), NUMBER)

    assert ran.keys == ["utter_policy_lookup_other_payer"]
    assert {"facts", "citations", "cards"}.isdisjoint(ran.reply)
    assert "CareSource" not in str(ran.values)


async def test_an_unknown_number_is_said_to_be_unknown() -> None:
    ran = await look_up(Stage(), ("policy_number", "MP-AD-9999"))

    assert ran.keys == ["utter_policy_lookup_unknown_number"]


async def test_without_a_number_the_plan_is_asked_and_the_day_is_kept() -> None:
    ran = await look_up(Stage(), ("date", "2026-04-30"))

    assert ran.follows == "plan_form"
    assert ran.slots["date"] == "2026-04-30"


async def test_a_later_day_is_asked_about_the_same_policy() -> None:
    stage = Stage()
    await look_up(stage, NUMBER, ("date", "2026-04-30"))
    ran = await stage.run("action_answer_inform", entities=[("date", "2026-05-01")])

    assert ran.keys == ["utter_policy_lookup_in_force"]


async def test_a_new_question_does_not_go_by_an_old_number() -> None:
    stage = Stage(plan_id="independence")
    await look_up(stage, NUMBER)

    assert (await look_up(stage)).keys == ["utter_policy_lookup_no_text"]


@pytest.mark.parametrize(
    ("day", "standing"),
    [("2026-04-30", "was not yet"), ("2026-06-01", "was in"), ("2026-11-21", "is in"), ("2027-01-01", "will be in")],
)
async def test_a_past_day_is_told_in_the_past(day: str, standing: str) -> None:
    ran = await look_up(Stage(), NUMBER, ("date", day))

    assert ran.values["standing"].startswith(standing)


@pytest.mark.parametrize("text", ["was it in force on 4/30", "on april 30?", "on 02/29/2026", "in march", "last month"])
async def test_a_day_that_nobody_could_read_is_asked_for_and_the_day_used_is_said(text: str) -> None:
    ran = await Stage().run("action_answer_policy_lookup", "policy_lookup", text=text, entities=[NUMBER])

    assert ran.keys == ["utter_policy_lookup_in_force", "utter_day_unclear"]
    assert ran.values["day"] == "11/21/2026"


@pytest.mark.parametrize(
    ("text", "day"),
    [("yesterday", "11/20/2026"), ("today", "11/21/2026"), ("tomorrow", "11/22/2026"), ("24/7", "11/21/2026")],
)
async def test_yesterday_and_tomorrow_are_days(text: str, day: str) -> None:
    ran = await Stage().run("action_answer_policy_lookup", "policy_lookup", text=text, entities=[NUMBER])

    assert ran.keys == ["utter_policy_lookup_in_force"]
    assert ran.values["day"] == day


@pytest.mark.parametrize(
    ("effective_on", "active_on", "key"),
    [
        (date(2027, 1, 1), None, "next"),
        (date(2026, 5, 1), date(2026, 11, 22), "next_same"),
    ],
)
def test_a_newer_copy_with_the_same_date_is_not_told_as_a_newer_version(
    effective_on: date, active_on: date | None, key: str
) -> None:
    newer = replace(MP_AD_1623, checksum="2", effective_on=effective_on, active_on=active_on)
    said = node_of(say_next(newer, MP_AD_1623, Phrases.load()))

    assert isinstance(said, PhraseNode)
    assert said.key == f"utter_policy_lookup_part_{key}"
