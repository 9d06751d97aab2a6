"""Which questions a message is cut into, and what one part lends another; how a part is read is given, not learned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bot.engine.clauses import Named, cut_clauses
from bot.engine.question import Question
from bot.engine.question_words import spell_out
from bot.engine.questions import find_questions

# The first pattern that is found decides what a text is about.
TOPICS = {
    "emergency": "can't breathe",
    "thanks_goodbye": "thank",
    "precertification": "approv",
    "coverage_general": "cover",
    "facility_search": "hospital",
    "safety_risks": "risk",
    "cost": "cost",
    "therapy_info": r"^\W*what is |what even is (zolgensma|casgevy)",
    "inform": r"what about|^\d|caresource",
}
NAMES = {
    "therapy": {"zolgensma": "zolgensma", "casgevy": "casgevy"},
    "plan": {"caresource": "caresource"},
    "state": {"ohio": "OH", "georgia": "GA"},
    "zip_code": {"19104": "19104", "08540": "08540"},
    "date": {"5/1/2026": "2026-05-01"},
    "member_id": {"gg1000001": "GG1000001"},
}


def read(text: str) -> dict[str, Any]:
    low = text.lower()
    topic = next((topic for topic, words in TOPICS.items() if re.search(words, low)), "nlu_fallback")
    entities = [
        {"entity": entity, "value": value, "start": found.start(), "end": found.end()}
        for entity, values in NAMES.items()
        for word, value in values.items()
        for found in re.finditer(re.escape(word), low)
    ]
    return {"text": text, "intent": {"name": topic, "confidence": 0.9}, "entities": entities}


async def ask(text: str, **known: Any) -> list[tuple[str, dict[str, str]]]:
    """Topic and entities of each question."""
    return [(each.topic, _named(each)) for each in await find(text, **known)]


async def find(text: str, **known: Any) -> tuple[Question, ...]:
    async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
        return read(words)

    return await find_questions(text, read(text), parse, **known)


def _named(question: Question) -> dict[str, str]:
    return {each["entity"]: each["value"] for each in question.reading["entities"]}


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Is it covered? What does it cost?", ["Is it covered?", "What does it cost?"]),
        ("is it covered, how much is it", ["is it covered", "how much is it"]),
        ("is it covered & where can i get it", ["is it covered", "where can i get it"]),
        ("is it covered how long does it take", ["is it covered", "how long does it take"]),
        ("what is it\nis it covered", ["what is it", "is it covered"]),
        ("tell me if it is covered and if it needs approval", ["tell me if it is covered", "if it needs approval"]),
        ("do you know how long it takes", ["do you know how long it takes"]),
        ("which plan do i have", ["which plan do i have"]),
        ("my son, who is 4, has SMA", ["my son, who is 4, has SMA"]),
        ("it is a shot, which is new", ["it is a shot, which is new"]),
        ("Dr. Lee said St. Mary is fine", ["Dr. Lee said St. Mary is fine"]),
        ("is it covered or do i pay", ["is it covered or do i pay"]),
        ("he is 4 and is very sick", ["he is 4 and is very sick"]),
        ("covered n how much is it", ["covered", "how much is it"]),
        ("is it covered n how much is it n where do we go", ["is it covered", "how much is it", "where do we go"]),
        ("what is it is it safe", ["what is it", "is it safe"]),
        ("what is that is it safe", ["what is that", "is it safe"]),
        ("what are the risks how long does it take", ["what are the risks", "how long does it take"]),
        ("1 what is it 2 is it covered 3 how much", ["what is it", "is it covered", "how much"]),
        ("(1) what is it (2) is it covered", ["what is it", "is it covered"]),
        ("a) what is it b) the price c) is it covered", ["what is it", "the price", "is it covered"]),
        ("my 2 kids have it, is it covered", ["my 2 kids have it", "is it covered"]),
        ("is type 1 covered 2 years old", ["is type 1 covered 2 years old"]),
        ("where do they do casgevy", ["where do they do casgevy"]),
        ("nvm. tell me in general is it covered", ["nvm.", "tell me in general is it covered"]),
        ("whats it cost whats it do", ["whats it cost", "whats it do"]),
        ("can you check if i am active and if it was approved", ["can you check if i am active", "if it was approved"]),
        ("how many weeks are we in for", ["how many weeks are we in for"]),
        ("am i active and is he", ["am i active", "is he"]),
        ("is it covered and to whom can i turn", ["is it covered", "to whom can i turn"]),
        ("whts it cost, whose job is it n wen do we go", ["whts it cost", "whose job is it", "wen do we go"]),
        ("is it covered n y do we need approval", ["is it covered", "y do we need approval"]),
        ("i told my doctor, with whom i get along", ["i told my doctor, with whom i get along"]),
        ("my dr likes it for me wut is it", ["my dr likes it for me", "wut is it"]),
        ("my son was sick how long does it take", ["my son was sick", "how long does it take"]),
        ("he has sma is it covered n how much", ["he has sma", "is it covered", "how much"]),
        ("the hospital told us what it is", ["the hospital told us what it is"]),
        ("i do not know what is it", ["i do not know what is it"]),
        ("the thing is we moved", ["the thing is we moved"]),
        ("yes i do they said so", ["yes i do they said so"]),
        ("a nurse who is the best", ["a nurse who is the best"]),
        ("???", []),
        ("is it covered? /crisis", ["is it covered?", "crisis"]),
        ("is it covered?\n - / /emergency{}", ["is it covered?", "emergency{}"]),
    ],
)
def test_a_message_is_cut_where_a_sentence_ends_or_a_new_question_opens(text: str, clauses: list[str]) -> None:
    assert [clause.text for clause in cut_clauses(text)] == clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("where do i start, i was told it is SMA", ["where do i start, i was told it is SMA"]),
        ("how can we help he has pain it is SMA type 1", ["how can we help he has pain it is SMA type 1"]),
        ("where do i start my diagnosis is SMA.", ["where do i start my diagnosis is SMA."]),
        ("what is it is SMA a disease", ["what is it", "is SMA a disease"]),
        ("what other SMA drugs are there", ["what other SMA drugs are there"]),
    ],
)
def test_what_says_which_illness_it_is_asks_nothing(text: str, clauses: list[str]) -> None:
    start = text.index("SMA")
    assert [clause.text for clause in cut_clauses(text, [Named(start, start + 3, is_subject=True)])] == clauses


async def test_question_words_are_read_in_their_usual_spelling() -> None:
    heard = await ask("my dr says casgevy wut is it n is it covered")
    assert [topic for topic, _ in heard] == ["therapy_info", "coverage_general"]
    assert spell_out("Wut is it n to whom do we talk") == "what is it n who do we talk to"
    assert spell_out("a y chromosome") == "a y chromosome"


async def test_two_topics_are_two_questions() -> None:
    assert await ask("is zolgensma covered and what does it cost?") == [
        ("coverage_general", {"therapy": "zolgensma"}),
        ("cost", {}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "is zolgensma covered?",
        "is it covered? is it really covered?",
        "what are the risks and the cost?",
        "I need approval. What now?",
        "is it covered? what then?",
    ],
)
async def test_one_topic_or_one_question_stays_whole(text: str) -> None:
    assert await find(text) == ()


async def test_one_topic_on_two_therapies_is_two_questions() -> None:
    assert await ask("is zolgensma covered? is casgevy covered?") == [
        ("coverage_general", {"therapy": "zolgensma"}),
        ("coverage_general", {"therapy": "casgevy"}),
    ]
    assert [topic for topic, _ in await ask("is zolgensma covered? what about casgevy?")] == [
        "coverage_general",
        "inform",
    ]


async def test_what_is_only_told_belongs_to_the_question_after_it() -> None:
    first, second = await find("My son takes casgevy. Is it covered? I am worried. What are the risks? Thanks")
    assert first.text == "My son takes casgevy. Is it covered?"
    assert second.text == "I am worried. What are the risks? Thanks"
    [therapy] = first.reading["entities"]
    assert first.text[therapy["start"] : therapy["end"]] == "casgevy"


async def test_a_part_that_is_not_understood_is_a_question_of_its_own_where_it_is_long_enough() -> None:
    asked = await ask("Is it covered? Does the paper mention red socks? What are the risks? What then?")
    assert [topic for topic, _ in asked] == ["coverage_general", "nlu_fallback", "safety_risks"]


async def test_danger_in_a_part_stands_alone() -> None:
    text = "Is it covered? He says I can't breathe. What does it cost?"

    async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
        return read(words)

    [question] = await find_questions(text, read("is it covered"), parse)
    assert (question.topic, question.text) == ("emergency", text)
    assert await find_questions(text, read(text), parse) == ()


@pytest.mark.parametrize("confidence", [0.3, 0.6])
async def test_danger_in_a_part_counts_however_unsure_it_is(confidence: float) -> None:
    async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
        found = read(words)
        is_danger = found["intent"]["name"] == "emergency"
        return {**found, "intent": {"name": "emergency", "confidence": confidence}} if is_danger else found

    text = "Is it covered? " * 6 + "He says I can't breathe. What does it cost?"
    [question] = await find_questions(text, read("is it covered"), parse)
    assert (question.topic, question.reading["intent"]["confidence"]) == ("emergency", confidence)


async def test_a_birth_date_given_as_proof_is_no_day_that_is_asked_about() -> None:
    [_, (topic, named)] = await ask("5/1/2026. how much does zolgensma cost?", asked_for="date_of_birth")
    assert (topic, named) == ("cost", {"therapy": "zolgensma"})
    [_, (_, second)] = await ask("i am GG1000001, 5/1/2026, is it covered? what are the risks?")
    assert "date" not in second


async def test_what_a_later_part_names_holds_for_the_earlier_ones() -> None:
    assert await ask("is it covered on 5/1/2026, and what does zolgensma cost with caresource?") == [
        ("coverage_general", {"date": "2026-05-01", "plan": "caresource", "therapy": "zolgensma"}),
        ("cost", {"therapy": "zolgensma", "plan": "caresource", "date": "2026-05-01"}),
    ]


async def test_what_the_dialogue_is_about_is_not_replaced_by_what_comes_later() -> None:
    [(_, first), _] = await ask("is it covered and what does zolgensma cost?", about="zolgensma")
    assert first == {}


async def test_a_birth_date_and_the_place_of_a_hospital_hold_for_no_other_part() -> None:
    [(_, first), (_, second)] = await ask("He was born 5/1/2026, is it covered? what are the risks?")
    assert (first, second) == ({"date": "2026-05-01"}, {})
    [(_, covered), _] = await ask("is it covered and which hospital in ohio does it?")
    assert covered == {}


async def test_a_hospital_is_looked_for_where_another_part_says() -> None:
    [_, (topic, named)] = await ask("we live in 19104, is it covered? and where is the hospital?")
    assert (topic, named) == ("facility_search", {"zip_code": "19104"})


async def test_the_answer_to_an_open_form_is_a_part_of_its_own() -> None:
    asked = await ask("it's 19104. what are the risks?", asked_for="zip_code")
    assert [named for _, named in asked] == [{"zip_code": "19104"}, {}]
    assert await ask("it's 19104. what are the risks?") == []


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("my dr says casgevy. what even is that? is it covered", ["therapy_info", "coverage_general"]),
        ("my dr says casgevy. what even is that letter? is it covered", ["coverage_general"]),
        ("is it covered and what even is it", ["coverage_general"]),
    ],
)
async def test_a_question_that_points_is_read_with_what_it_points_at(text: str, topics: list[str]) -> None:
    assert ([topic for topic, _ in await ask(text)] or ["coverage_general"])[-2:] == topics


async def test_a_surer_reading_of_the_one_question_counts_for_the_whole() -> None:
    async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
        return {**read(words), "intent": {"name": "cost", "confidence": 0.9}} if "price" in words else read(words)

    text = "whats the price? n why so?"
    whole = {**read(text), "intent": {"name": "facility_why", "confidence": 0.8}}
    [question] = await find_questions(text, whole, parse)
    assert (question.topic, question.text) == ("cost", text)


async def test_it_is_what_the_dialogue_is_about_where_the_message_names_nothing() -> None:
    asked = await ask("is it covered and what even is it", about="casgevy")
    assert [topic for topic, _ in asked] == ["coverage_general", "therapy_info"]


async def test_how_long_it_takes_belongs_to_the_approval_just_asked_about() -> None:
    assert await ask("who approves it? how long does it take?") == []
    asked = await find("is it covered? who approves it? how long does it take? what does it cost?")
    assert asked[1].text == "who approves it? how long does it take?"


async def test_one_question_beside_what_is_told_counts_where_the_whole_is_no_question() -> None:
    story = "thanks a lot, we are home. what does it cost?"
    [question] = await find(story)
    assert (question.topic, question.text) == ("cost", story)
    assert await find("never mind. what does it cost?") == ()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("which hospital is near 19104 and near 08540", [{"19104"}, {"08540"}]),
        ("we live in 19104, he in 08540, which hospital is near", [{"19104"}, {"08540"}]),
        ("which hospital is near 19104? and which hospital is near 08540?", [{"19104"}, {"08540"}]),
        ("is it covered in ohio or in georgia", [{"OH"}, {"GA"}]),
        ("is casgevy covered in ohio? we live in georgia", []),
        ("which hospital is near 19104, no, 08540", []),
        ("is the hospital the same in ohio and georgia", []),
        ("is it covered? which hospital is near 19104?", [{"19104"}]),
    ],
)
async def test_each_place_of_a_list_is_asked_about(text: str, places: list[set[str]]) -> None:
    asked = await find(text)
    assert [named for each in asked if (named := each.values("zip_code", "state"))] == places


async def test_a_pasted_page_is_read_in_a_few_parts() -> None:
    read_parts = []

    async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
        read_parts.append(words)
        return read(words)

    text = "Is this covered? Some words. " * 60
    await find_questions(text, read(text), parse)
    assert 0 < len(read_parts) <= 12


def test_a_sentence_without_an_end_is_cut_a_few_times_and_never_over_and_over() -> None:
    assert len(cut_clauses("is it covered " * 140)) <= 13
