"""Before a document changes, an operator reads how many recorded answers spoke its facts, on a real database."""

from __future__ import annotations

from dataclasses import replace

from bot.conversations.service import ConversationService
from bot.conversations.spoken_store import Spoken, find_spoken
from bot.database import Database
from tests.conversations.test_record import ANSWER, answer, open_conversation, say


async def test_answers_are_counted_by_the_facts_that_they_spoke(
    service: ConversationService, database: Database
) -> None:
    conversation = (await open_conversation(service)).conversation.id
    for facts, key in [
        (("fact-1",), "utter_cost_answer"),
        (("fact-1",), "utter_cost_answer"),
        (("fact-2", "fact-1"), "utter_plan_unknown_answer"),
        (("fact-12",), "utter_candidacy_answer"),
        (("fact-2",), "utter_candidacy_answer"),
        ((), "utter_failure"),
    ]:
        await answer(service, conversation, await say(service, conversation), replace(ANSWER, facts=facts, key=key))

    async def count(*facts: str) -> Spoken:
        return await database.read(lambda connection: find_spoken(connection, facts))

    assert await count("fact-1") == Spoken(3, frozenset({"utter_cost_answer", "utter_plan_unknown_answer"}))
    assert await count("fact-2") == Spoken(2, frozenset({"utter_plan_unknown_answer", "utter_candidacy_answer"}))
    assert (await count("fact-1", "fact-2")).messages == 4
    assert await count("fact") == await count() == Spoken(0, frozenset())
