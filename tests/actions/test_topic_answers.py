"""Facts reach a member with their sources, one payer at a time, and the plan is asked for once."""

from __future__ import annotations

import pytest

from actions.topic_answers import MOST_SENTENCES, NEUTRAL_TOPICS, PLAN_TOPICS, choose_facts, count_sentences
from bot.conversations.model import Channel
from tests.actions.cast import FDA_PAGE, make_fact
from tests.actions.stage import Stage

CARESOURCE_IN_OHIO = {"plan_id": "caresource", "state": "OH"}


@pytest.mark.parametrize(
    ("known", "payer"),
    [({"plan_id": "independence"}, "Independence Blue Cross"), (CARESOURCE_IN_OHIO, "CareSource")],
)
async def test_an_answer_cites_the_members_payer_alone(known: dict[str, str], payer: str) -> None:
    ran = await Stage(**known).run("action_answer_coverage_general", "coverage_general")

    assert ran.keys == ["utter_coverage_general_answer"]
    assert ran.payers == {payer}
    assert ran.reply["outcome"] == "answer"
    assert ran.reply["topic"] == "coverage_general"
    assert all(fact.split("/")[1] == "coverage_general" for fact in ran.reply["facts"])


async def test_a_known_plans_own_definition_is_not_blended_with_a_neutral_one() -> None:
    ran = await Stage(**CARESOURCE_IN_OHIO).run("action_answer_therapy_basics", "therapy_basics")

    assert "CareSource" in ran.payers
    assert "Independence Blue Cross" not in ran.payers


@pytest.mark.parametrize("topic", PLAN_TOPICS)
async def test_without_a_plan_a_plan_topic_asks_which(topic: str) -> None:
    ran = await Stage().run(f"action_answer_{topic}", topic, entities=[("date", "2026-04-30")])

    assert ran.responses == []
    assert ran.follows == "plan_form"
    assert ran.slots["topic_in_progress"] == topic
    assert ran.slots["date"] == "2026-04-30"


async def test_without_a_plan_basics_are_answered_from_neutral_sources() -> None:
    ran = await Stage().run("action_answer_therapy_basics", "therapy_basics")

    assert ran.keys == ["utter_therapy_basics_answer"]
    assert ran.payers == {"FDA"}


async def test_without_a_plan_and_without_a_neutral_source_the_plan_is_asked() -> None:
    ran = await Stage().run("action_answer_clinical_trials", "clinical_trials")

    assert ran.follows == "plan_form"


async def test_two_plans_in_one_message_are_not_blended_but_asked_about() -> None:
    both = [("plan", "independence"), ("plan", "caresource")]
    ran = await Stage(plan_id="independence").run("action_answer_coverage_general", "coverage_general", entities=both)

    assert ran.follows == "plan_form"


async def test_a_plan_named_in_the_question_is_used_and_kept() -> None:
    stage = Stage()
    ran = await stage.run("action_answer_coverage_general", "coverage_general", entities=[("plan", "caresource")])

    assert ran.payers == {"CareSource"}
    assert stage.conversations.context.plan_id == "caresource"


async def test_a_verified_members_own_plan_needs_no_question() -> None:
    ran = await Stage(verified="GG1000001").run("action_answer_coverage_general", "coverage_general")

    assert ran.payers == {"Independence Blue Cross"}


async def test_a_member_who_does_not_know_the_plan_is_not_asked_again() -> None:
    stage = Stage(slots={"plan": "unknown"})
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert ran.keys == ["utter_plan_unknown"]
    assert ran.outcomes == ["handoff_offered"]
    assert ran.follows is None


async def test_what_holds_for_every_plan_is_said_to_a_member_who_does_not_know_theirs() -> None:
    ran = await Stage(slots={"plan": "unknown"}).run("action_answer_appeal_denial", "appeal_denial")

    assert ran.keys == ["utter_plan_unknown_answer"]
    assert ran.payers == {"FDA"}


@pytest.mark.parametrize("topic", ["candidacy", "cost", "clinical_trials", "facility_why"])
async def test_nothing_on_file_is_said_and_the_coach_is_offered(topic: str) -> None:
    ran = await Stage(plan_id="independence").run(f"action_answer_{topic}", topic)

    assert ran.keys == [f"utter_{topic}_unknown"]
    assert ran.outcomes == ["handoff_offered"]


async def test_a_state_that_the_policy_does_not_name_gets_no_answer_from_it() -> None:
    ran = await Stage(plan_id="caresource", state="PA").run("action_answer_coverage_general", "coverage_general")

    assert ran.keys == ["utter_plan_other_state"]
    assert ran.values["state_name"] == "Pennsylvania"


async def test_more_gives_what_a_short_answer_held_back_and_then_says_that_it_is_all() -> None:
    stage = Stage(plan_id="independence")
    first = await stage.run("action_answer_coverage_general", "coverage_general")
    second = await stage.run("action_answer_more", "more")
    third = await stage.run("action_answer_more", "more")

    assert "/more" in first.titles
    assert "/more" not in second.titles
    assert set(first.reply["facts"]).isdisjoint(second.reply["facts"])
    assert len(first.reply["facts"]) + len(second.reply["facts"]) == 3
    assert third.keys == ["utter_more_nothing"]


async def test_more_of_another_day_is_of_that_day() -> None:
    stage = Stage(plan_id="independence")
    first = await stage.run("action_answer_coverage_general", "coverage_general", entities=[("date", "2026-05-02")])
    second = await stage.run("action_answer_more", "more")

    assert first.slots["date"] == "2026-05-02"
    assert "05/02/2026" in second.values["statement"]
    assert set(first.reply["facts"]).isdisjoint(second.reply["facts"])
    assert second.slots["date"] is None


async def test_a_new_question_after_one_about_another_day_is_about_today() -> None:
    stage = Stage(plan_id="independence")
    await stage.run("action_answer_coverage_general", "coverage_general", entities=[("date", "2026-05-02")])
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert "05/02/2026" not in ran.values["statement"]
    assert ran.slots["date"] is None


async def test_on_a_phone_more_is_a_word_to_reply() -> None:
    stage = Stage(plan_id="independence", channel=Channel.SMS)
    first = await stage.run("action_answer_coverage_general", "coverage_general")
    second = await stage.run("action_answer_more", "more")

    assert first.titles == []
    assert "MORE" in first.values["statement"]
    assert "MORE" not in second.values["statement"]


async def test_more_goes_on_where_no_plan_is_known() -> None:
    stage = Stage(slots={"plan": "unknown"})
    first = await stage.run("action_answer_appeal_denial", "appeal_denial")
    second = await stage.run("action_answer_more", "more")

    assert "/more" in first.titles
    assert (first.keys, second.keys) == (["utter_plan_unknown_answer"], ["utter_more_answer"])
    assert set(first.reply["facts"]).isdisjoint(second.reply["facts"])


async def test_more_without_anything_before_it_says_so() -> None:
    assert (await Stage().run("action_answer_more", "more")).keys == ["utter_more_nothing"]


async def test_a_product_in_question_is_told_from_the_catalogue_and_facts_follow() -> None:
    stage = Stage()
    ran = await stage.run("action_answer_process_followup", "process_followup", entities=[("therapy", "zolgensma")])
    more = await stage.run("action_answer_more", "more")

    assert "Zolgensma" in ran.values["statement"]
    assert [citation["document"] for citation in ran.reply["citations"]] == ["List"]
    assert more.reply["facts"] == ["fda-page/process_followup/1"]


async def test_a_payers_facts_and_neutral_ones_are_not_spoken_in_one_breath() -> None:
    stage = Stage(**CARESOURCE_IN_OHIO)
    first = await stage.run("action_answer_safety_risks", "safety_risks")
    second = await stage.run("action_answer_more", "more")

    assert (first.payers, second.payers) == ({"CareSource"}, {"FDA"})


def test_a_spoken_answer_is_at_most_three_sentences_but_never_empty() -> None:
    long = [make_fact("cost", FDA_PAGE, position, sentences=MOST_SENTENCES + 1) for position in (1, 2)]
    short = [make_fact("cost", FDA_PAGE, position) for position in range(1, 9)]

    assert choose_facts(long) == (long[0],)
    assert choose_facts(long, 1) == (long[1],)
    assert choose_facts(short) == tuple(short[:3])
    assert choose_facts(short, 6) == tuple(short[6:])
    assert choose_facts(short, 8) == ()


def test_what_stands_before_the_facts_is_counted_with_them() -> None:
    facts = [make_fact("cost", FDA_PAGE, position) for position in (1, 2)]

    assert choose_facts(facts, before="One. Two.") == (facts[0],)
    assert choose_facts(facts, before="One. Two. Three.") == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One.", 1),
        ("One. Two? Three!", 3),
        ('Write to P.O. Box 1947. Write "Appeals." on it.', 3),
        ("It costs $2.2 million (about 1.9 percent more).", 1),
        ("This is hemophilia B. It is not A.", 2),
        ("", 0),
    ],
)
def test_sentences_are_counted_as_they_are_read(text: str, sentences: int) -> None:
    assert count_sentences(text) == sentences


def test_no_topic_is_both_the_plans_and_neutral() -> None:
    assert not set(PLAN_TOPICS) & set(NEUTRAL_TOPICS)


async def test_a_rule_is_not_spoken_for_a_day_before_it_took_effect() -> None:
    ran = await Stage(**CARESOURCE_IN_OHIO).run(
        "action_answer_coverage_general", "coverage_general", entities=[("date", "2026-04-30")]
    )

    assert ran.keys == ["utter_not_on_day"]
    assert (ran.values["day"], "05/01/2026" in ran.values["since"]) == ("04/30/2026", True)
    assert "facts" not in ran.reply


async def test_a_rule_of_another_day_is_said_to_be_of_that_day() -> None:
    ran = await Stage(**CARESOURCE_IN_OHIO).run(
        "action_answer_coverage_general", "coverage_general", entities=[("date", "2026-05-02")]
    )

    assert ran.values["statement"].startswith("This is what my sources set for 05/02/2026")


async def test_a_verified_members_own_plan_and_state_win_over_page_and_slots() -> None:
    stage = Stage(plan_id="independence", state="PA", verified="GG1000005", slots={"plan": "independence"})
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert ran.payers == {"CareSource"}


async def test_a_plan_named_in_passing_by_a_verified_member_answers_once() -> None:
    stage = Stage(verified="GG1000001")
    named = await stage.run("action_answer_coverage_general", "coverage_general", entities=[("plan", "caresource")])
    later = await stage.run("action_answer_coverage_general", "coverage_general")

    assert (named.payers, later.payers) == ({"CareSource"}, {"Independence Blue Cross"})
    assert stage.conversations.context.plan_id is None


async def test_where_a_hospital_is_wanted_says_nothing_of_the_plans_state() -> None:
    stage = Stage(plan_id="caresource")
    await stage.run(
        "action_answer_facility_search", "facility_search", entities=[("state", "MD"), ("zip_code", "21201")]
    )
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert ran.keys == ["utter_coverage_general_answer"]
    assert stage.conversations.context.state is None


async def test_coverage_that_ended_is_said_before_the_plans_rules() -> None:
    ran = await Stage(verified="GG1000004").run("action_answer_coverage_general", "coverage_general")

    assert "06/30/2026" in ran.values["statement"].split("\n\n")[0]
    assert "Sample member file" in {citation["document"] for citation in ran.reply["citations"]}


@pytest.mark.parametrize(
    "text", ["does medicaid cover it", "is it covered by caresource dual advantage", "my medicare"]
)
async def test_a_kind_of_plan_that_is_not_on_file_gets_no_other_plans_rules(text: str) -> None:
    ran = await Stage(plan_id="caresource").run("action_answer_coverage_general", "coverage_general", text=text)

    assert ran.keys == ["utter_plan_not_on_file"]
    assert ran.outcomes == ["handoff_offered"]


@pytest.mark.parametrize("text", ["which medical policy applies", "is it a medical benefit", "the marketplace plan"])
async def test_other_words_name_no_plan_without_sources(text: str) -> None:
    ran = await Stage(plan_id="caresource").run("action_answer_coverage_general", "coverage_general", text=text)

    assert ran.keys == ["utter_coverage_general_answer"]


async def test_a_class_of_therapies_is_not_answered_for_the_product_before() -> None:
    stage = Stage(slots={"therapy": "zolgensma"})
    ran = await stage.run("action_answer_process_followup", "process_followup", text="and how is car-t done")

    assert "Zolgensma" not in ran.values["statement"]
    assert stage.slots["therapy"] is None


async def test_the_product_in_question_is_named_beside_rules_that_are_general() -> None:
    ran = await Stage(plan_id="independence").run(
        "action_answer_coverage_general", "coverage_general", entities=[("therapy", "zolgensma")]
    )

    assert "no rule on file for Zolgensma" in ran.values["statement"]
