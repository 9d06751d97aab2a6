"""A coach asks why something was said: who may, what is told, and that the look is recorded."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from bot.conversations.handoff import HandoffEvent
from bot.conversations.model import Author, Draft
from knowledge.bootstrap import build_knowledge
from knowledge.policies.model import Scope
from knowledge.reliance.model import CatalogueNode, FactNode, Reliance
from knowledge.reliance.store import wordings
from knowledge.shipped.importer import load_content
from tests.console.desk import Browser, Desk, Waiting


async def say(desk: Desk, waiting: Waiting, draft: Draft) -> str:
    return (await desk.conversations.record_saying(waiting.id, draft))[0].id


async def why(browser: Browser, waiting: Waiting, message_id: str) -> object:
    answer = await browser.call("GET", f"conversations/{waiting.id}/messages/{message_id}/why")
    return answer.body if answer.status == 200 else (answer.status, answer.code)


async def test_a_coach_sees_version_fact_and_day_and_that_the_text_comes_out_again(
    desk: Desk, dana: Browser, waiting: Waiting
) -> None:
    load_content(desk.database)
    policies = build_knowledge(desk.database, desk.clock).policies
    fact, *_ = await policies.find_facts("therapy_basics", Scope(None, None, None), date(2026, 11, 22))
    values = {"statement": FactNode(fact.document.version_id, fact.id).as_json()}
    cited = ({"version": fact.document.version_id, **({"section": fact.section} if fact.section else {})},)
    made_of = Reliance("{statement} Ask a coach.", values, date(2026, 11, 22), sources=cited)
    draft = Draft(
        Author.ASSISTANT, f"{fact.text} Ask a coach.", topic="therapy_basics", key="utter_x", reliance=made_of
    )
    message_id = await say(desk, waiting, draft)

    told = await why(dana, waiting, message_id)
    assert isinstance(told, dict)
    assert (told["topic"], told["response_key"], told["as_of"]) == ("therapy_basics", "utter_x", "2026-11-22")
    assert told["values"] == {"statement": fact.text}
    [document] = told["documents"]
    assert (document["version"], document["checksum"]) == (fact.document.version_id, fact.document.checksum)
    stated = fact.document.effective_on
    assert document["effective_on"] == (stated.isoformat() if stated else None)
    assert document["read_on"] == fact.document.read_on.isoformat()
    assert document["label"] == fact.document.citation().version
    assert document["facts"] == [{"id": fact.id, "section": fact.section, "text": fact.text}]
    assert told["replay"] == {"same": True, "code": None, "what": None}
    assert [entry.event for entry in await desk.store.list_log(waiting.id)][-1] is HandoffEvent.VIEWED

    await desk.database.write(lambda connection: connection.execute(sa.delete(wordings)))
    told = await why(dana, waiting, message_id)
    assert isinstance(told, dict)
    assert told["replay"]["code"] == "WORDING_MISSING"


async def test_a_coach_sees_the_sources_given_and_what_was_said_of_the_catalogue(
    desk: Desk, dana: Browser, waiting: Waiting
) -> None:
    load_content(desk.database)
    entry = await build_knowledge(desk.database, desk.clock).therapies.find_therapy("zolgensma")
    assert entry is not None
    cited = entry.sources[0].citation().as_json()
    values = {
        "brand": CatalogueNode(entry.id, entry.checksum, "brand").as_json(),
        "gone": CatalogueNode(entry.id, entry.checksum, "no_such_field").as_json(),
    }
    made_of = Reliance("{brand}{gone}", values)
    message_id = await say(desk, waiting, Draft(Author.ASSISTANT, "Zolgensma", citations=(cited,), reliance=made_of))
    told = await why(dana, waiting, message_id)
    assert isinstance(told, dict)
    assert told["citations"] == [cited]
    [used] = told["catalogue"]
    assert used["spoken"] == [{"field": "brand", "text": "Zolgensma"}, {"field": "no_such_field", "text": None}]
    assert used["sources"] == [source.citation().as_json() for source in entry.sources]


async def test_a_message_of_another_conversation_is_not_explained_and_not_counted_as_seen(
    desk: Desk, dana: Browser, waiting: Waiting
) -> None:
    other = await desk.ask()
    message_id = await say(desk, other, Draft(Author.ASSISTANT, "Hello."))
    before = await desk.store.list_log(waiting.id)
    assert await why(dana, waiting, message_id) == (404, "MESSAGE_NOT_FOUND")
    assert await desk.store.list_log(waiting.id) == before
    assert isinstance(told := await why(dana, other, message_id), dict)
    assert told["replay"]["code"] == "NOT_RECORDED"
