"""An answer is three sentences in plain words, and ends with what to do next."""

from __future__ import annotations

import re
from datetime import date

import pytest

from actions.topic_answers import count_sentences
from bot.conversations.model import Channel
from knowledge.shipped.files import ShippedContent
from tests.answers.asking import ASKERS, GEORGIA, INDEPENDENCE, TOPICS, Asker, Question, RealStage, Spoken
from tests.answers.frames import CLAIMS
from tests.knowledge.reading_grade import reading_grade

MOST_GRADE = 8
MOST_SENTENCES = 3
# In general, and for what is answered differently: in the body, from one's own cells, with a warning, a condition.
NAMED = ("zolgensma", "kymriah", "elevidys", "hemophilia_a")
DAYS = (date(2026, 4, 30), date(2027, 3, 1))
TOLD_BY_NAME = {"safety_risks", "process_followup", "candidacy", "therapy_info"}
# Nobody's documents say anything on these: the plan is needed.
ONLY_WITH_PLAN = {"evidence_of_coverage", "policy_lookup", "coach_about"}
NEXT_STEP = re.compile(
    r"\b(?:coach|care team|ask (?:me|your)|text me|reply|tell me|your member ID card|your plan papers)\b", re.IGNORECASE
)


def questions(topic: str, channel: Channel) -> list[Question]:
    """Everybody's question on the topic in general, three members' by name, and two members' of other days."""
    if topic == "therapy_info":
        general, of_days = [], []
    else:
        general = [Question(topic, asker, channel) for asker in ASKERS]
        of_days = [Question(topic, asker, channel, day=day) for asker in (INDEPENDENCE, GEORGIA) for day in DAYS]
    members = (INDEPENDENCE, GEORGIA, Asker()) if topic in TOLD_BY_NAME else ()
    named = [Question(topic, asker, channel, about=name) for asker in members for name in NAMED]
    return [*general, *of_days, *named]


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.SMS], ids=lambda channel: str(channel.value))
@pytest.mark.parametrize("topic", TOPICS)
async def test_every_step_of_every_answer_is_short_easy_to_read_and_says_what_is_next(
    stage: RealStage, content: ShippedContent, topic: str, channel: Channel
) -> None:
    texts = {fact.id: fact.text for record in content.documents for fact in record.facts}
    for question in questions(topic, channel):
        said = await stage.ask(question)
        told = [fact for spoken in said for fact in spoken.facts]
        assert len(set(told)) == len(told), (str(question), "a fact is told twice")
        for spoken in said:
            where = (str(question), spoken.text)
            assert sum(count_sentences(texts[fact]) for fact in spoken.facts) <= MOST_SENTENCES, where
            assert reading_grade(spoken.text, excepted(topic, spoken.text, content)) <= MOST_GRADE, where
            assert has_next_step(spoken, channel), where
            assert offers_more(spoken, channel) is (spoken is not said[-1]), where


@pytest.mark.parametrize("topic", TOPICS)
async def test_every_topic_is_answered_from_sources_for_every_plan(stage: RealStage, topic: str) -> None:
    for asker in ASKERS:
        first = (await stage.ask(Question(topic, asker, about="zolgensma" if topic == "therapy_info" else None)))[0]
        if asker == Asker() and topic in ONLY_WITH_PLAN:
            assert first.key == "utter_plan_unknown"
        else:
            assert first.key in CLAIMS, (topic, str(asker))
            assert first.citations


def excepted(topic: str, text: str, content: ShippedContent) -> list[str]:
    """The names that the grade does not count: of medicines, and what a product is for where just that is asked."""
    names = [name for therapy in content.therapies for name in (therapy.brand, therapy.proper_name)]
    if topic == "therapy_info":
        names += [name for found in content.conditions for name in (found.name, *found.names, *found.aliases)]
    return [name for name in names if name.casefold() in text.casefold()]


def has_next_step(spoken: Spoken, channel: Channel) -> bool:
    """A button on the page, a sentence on a phone."""
    return bool(spoken.buttons) if channel is Channel.WEB else bool(NEXT_STEP.search(spoken.text))


def offers_more(spoken: Spoken, channel: Channel) -> bool:
    """True where the member is told how to get the rest."""
    return "Tell me more" in spoken.buttons if channel is Channel.WEB else "reply MORE" in spoken.text
