"""Whatever states a fact cites something that is in force that day for that payer, without an exception."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot.conversations.model import Channel
from knowledge.bootstrap import Knowledge
from knowledge.policies.model import PayerId, Scope
from knowledge.shipped.files import ShippedContent
from tests.actions.cast import TODAY
from tests.actions.test_responses_exist import RESPONSES, SPANISH
from tests.answers.asking import (
    ASKERS,
    FREE,
    GEORGIA,
    INDEPENDENCE,
    TOPICS,
    Asker,
    Question,
    RealStage,
    Spoken,
    ask_terms,
    read,
)
from tests.answers.frames import CLAIMS, LISTS, NOTHING_ON_FILE, QUESTIONS, RECORDS, STANDINGS, is_about_conversation
from tests.answers.sources import Sources

KEYS = sorted({key.removesuffix(SPANISH) for key in RESPONSES if "_part_" not in key})
DAYS = (None, None, TODAY, date(2026, 4, 30), date(2026, 5, 1), date(2026, 11, 20), date(2027, 3, 1), date(2023, 6, 1))
QUESTIONS_ASKED = 300
POLICY = "MP-AD-1623"
KENTUCKY = Asker("caresource", "KY")
# What no topic's own answer reaches: by number, elsewhere, and for a name that the catalogue does not have.
OTHERS = (
    Question("policy_lookup", GEORGIA, number=POLICY),
    Question("policy_lookup", GEORGIA, number=POLICY, day=date(2026, 4, 30)),
    Question("policy_lookup", Asker(), number=POLICY),
    Question("policy_lookup", KENTUCKY, number=POLICY),
    Question("policy_lookup", KENTUCKY),
    Question("policy_lookup", INDEPENDENCE, number=POLICY),
    Question("policy_lookup", GEORGIA, number="24-0284"),
    Question("policy_lookup", GEORGIA, number=POLICY, text="MP-AD-1623 section D"),
    Question("policy_lookup", GEORGIA, number=POLICY, text="MP-AD-1623 section K"),
    Question("policy_lookup", GEORGIA, number=POLICY, text="what does MP-AD-1623 say"),
    Question("policy_lookup", GEORGIA, number=POLICY, text="what does MP-AD-1623 say about CRISPR"),
    Question("policy_lookup", GEORGIA, number=POLICY, text="what does MP-AD-1623 say about wheelchairs"),
    Question("therapy_info", INDEPENDENCE, about="no-such-therapy"),
    Question("therapy_info", INDEPENDENCE, text="which products are there"),
    Question("coach_handoff", INDEPENDENCE, text="what is the phone number"),
    *(Question(topic, KENTUCKY) for topic in TOPICS),
)
# In words that fit no topic: of a payer's document, a fact, a term, and of nothing on file.
FREE_WORDS = (
    "which paper wins if the policy and my evidence of coverage disagree",
    "are mental health limits allowed to be stricter than medical ones",
    "what do outcomes based agreements with the makers do",
    "are bone marrow transplants from a donor part of the policy",
    "how were the hospitals in the advanced network chosen",
    "how many years will doctors check on me afterwards",
    "can the carrier virus make me sick",
    "what is the capital of mongolia and who rules it",
)
# How hospitals are asked for: from where, or in which words.
PLACES = (
    ("19104", "where can i get it"),
    ("90210", "where can i get it"),
    (None, "is penn medicine in the network"),
    (None, "is jefferson in the network"),
    (None, "list all hospitals in the network"),
    (None, "i have no zip code"),
)


def make_questions(content: ShippedContent) -> list[Question]:
    """The same 300 for the same content: topics, plans, states, channels, products, conditions and days."""
    draw = random.Random(1623)  # noqa: S311 (a draw of questions, not a secret)
    names = [*content.therapies, *content.conditions]
    return [
        Question(
            topic=TOPICS[number % len(TOPICS)],
            asker=draw.choice(ASKERS),
            channel=draw.choice((Channel.WEB, Channel.SMS)),
            day=draw.choice(DAYS),
            about=draw.choice([None, draw.choice(names).id]),
        )
        for number in range(QUESTIONS_ASKED)
    ]


@pytest.fixture
def sources(knowledge: Knowledge, content: ShippedContent) -> Sources:
    return Sources(knowledge, content)


def test_every_response_is_in_one_list() -> None:
    places = {key: sum(key in each for each in LISTS) + is_about_conversation(key) for key in KEYS}
    assert {key: count for key, count in places.items() if count != 1} == {}


def test_the_lists_name_no_response_that_is_gone() -> None:
    assert {key for each in LISTS for key in each} <= set(KEYS)


async def test_three_hundred_questions_and_all_that_follows_on_them(
    stage: RealStage, content: ShippedContent, sources: Sources
) -> None:
    asked = make_questions(content)
    assert len(set(asked)) > 250
    for question in (*asked, *OTHERS):
        for spoken in await stage.ask(question):
            await check(spoken, question, sources)


async def test_every_response_that_states_a_fact_was_walked(
    stage: RealStage, content: ShippedContent, sources: Sources
) -> None:
    reached = {spoken.key async for spoken in walk(stage, content, sources)}

    assert CLAIMS - reached == set()
    # Nothing that ships leads to these: a state is asked where a payer has plans beside the policy's own states, or
    # editions that differ; an operator can activate a text later than its day, or one on a product alone
    # (test_imported_policies.py).
    which = ("which_state", "which_edition", "not_on_file", "not_texted", "own_words_only")
    assert STANDINGS - reached == {f"utter_policy_lookup_{what}" for what in which}


async def walk(stage: RealStage, content: ShippedContent, sources: Sources) -> AsyncIterator[Spoken]:
    """The topics, the other questions and the hospitals; each message checked as it comes."""
    plain = [Question(topic, asker) for topic in TOPICS for asker in ASKERS]
    of_days = [Question(topic, GEORGIA, day=date(2026, 4, 30)) for topic in TOPICS]
    entries = (*content.therapies, *content.other_products, *content.conditions, *content.other_conditions)
    named = [Question("therapy_info", INDEPENDENCE, about=entry.id) for entry in entries]
    for question in (*plain, *of_days, *named, *ask_terms(content, INDEPENDENCE), *ask_freely(), *OTHERS):
        for spoken in await stage.ask(question):
            await check(spoken, question, sources)
            yield spoken
    question = Question("facility_search", INDEPENDENCE)
    for therapy in (None, "zolgensma", "luxturna"):
        for zip_code, text in PLACES:
            stage.begin(INDEPENDENCE)
            values = {"zip_code": zip_code, "therapy": therapy, "facility": "penn-medicine" if "penn" in text else None}
            entities = [(name, value) for name, value in values.items() if value]
            ran = await stage.run("action_answer_facility_search", "facility_search", text=text, entities=entities)
            for spoken in read(ran, question):
                await check(spoken, question, sources)
                yield spoken


def ask_freely() -> list[Question]:
    """Each of the free questions, of members of both payers and of nobody's, today and on other days."""
    return [
        Question(FREE, asker, channel, day=day, text=text)
        for text in FREE_WORDS
        for asker, channel in ((GEORGIA, Channel.WEB), (INDEPENDENCE, Channel.SMS), (Asker(), Channel.WEB))
        for day in (None, date(2026, 4, 30), date(2027, 3, 1))
    ]


async def check(spoken: Spoken, question: Question, sources: Sources) -> None:
    """This message has the sources that it must have, and no other."""
    scope, where = question.asker.scope, (str(question), spoken.key)
    if question.number and scope.payer is None:
        # A number alone names its payer too.
        scope = Scope(PayerId("caresource"), None, None)
    assert spoken.key not in RECORDS, where
    if spoken.key in CLAIMS | STANDINGS:
        assert spoken.reply["reliance"]["as_of"] == question.as_of.isoformat(), where
    if spoken.key in CLAIMS:
        assert spoken.citations, where
        for citation in spoken.citations:
            assert await sources.resolves(citation, scope, question.as_of), (*where, citation)
        for fact in spoken.facts:
            assert await sources.has_fact(fact, scope, question.as_of), (*where, fact)
    elif spoken.key in STANDINGS:
        assert spoken.citations, where
        assert not spoken.facts, where
        assert {citation["payer"] for citation in spoken.citations} <= {"CareSource", "Independence Blue Cross"}
    else:
        assert spoken.key in NOTHING_ON_FILE | QUESTIONS, where
        assert not spoken.facts, where
        assert not spoken.citations, where


async def test_a_record_is_cited_with_what_it_says(stage: RealStage) -> None:
    reached: set[str] = set()
    for member, whom in (("GG1000001", "self"), ("GG1000002", "child"), ("GG1000004", "self"), ("GG1000001", "child")):
        stage.begin(Asker(), verified=member)
        entities = [("for_whom", whom)]
        ran = await stage.run("action_answer_eligibility_member", "eligibility_member", entities=entities)
        for spoken in read(ran, Question("eligibility_member", Asker())):
            assert spoken.key in RECORDS
            assert "Sample member file" in {citation["document"] for citation in spoken.citations}, spoken.key
            reached.add(spoken.key)
    assert reached == RECORDS
