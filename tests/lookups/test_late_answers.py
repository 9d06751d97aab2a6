"""The result of a look-up behind the turn is said once, as it would have been at once; without one, an apology."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot import wording as words
from bot.channels.late_answers import LEASE, PAUSES_S, LateAnswers
from bot.conversations.lookups import Finding, Said
from bot.conversations.lookups_store import LookupStore, lookups
from bot.conversations.model import Author, Awaiting, Draft, QuickReply, Understood
from bot.database import Database, StoreUnavailable
from knowledge.bootstrap import build_knowledge
from knowledge.reliance.model import Reliance, digest_of
from tests.conversations.conftest import Clock, Desk, build_desk, wording
from tests.lookups.cast import ASKED, CARD, CITATION, FOUND, MEMBER_ID, RECORD, Asked, ask, ask_again


@pytest.fixture
def desk(database: Database) -> Desk:
    return build_desk(database, Clock())


@pytest.fixture
async def asked(desk: Desk) -> Asked:
    return await ask(desk)


async def test_the_result_is_what_the_answer_would_have_been(asked: Asked) -> None:
    await asked.work()
    (said,) = await asked.heard()
    assert (said.key, said.outcome, said.topic) == (RECORD, "eligibility", "eligibility_member")
    assert "It is active." in said.text
    assert (said.cards, said.citations, said.facts) == ((CARD,), (CITATION,), ("f1",))
    assert [reply.value for reply in said.quick_replies] == ["/precertification", "/coach_handoff"]
    assert [member for _, member in asked.source.asked] == [MEMBER_ID]
    conversation = await asked.desk.get(asked.id)
    assert (conversation.plan_id, conversation.state) == ("caresource", "OH")
    assert await asked.ends() == ["answered"]


async def test_the_result_can_be_made_again_from_what_it_relied_on(asked: Asked) -> None:
    phrase = "{plan} is active."
    traced = {"phrase": "utter_part", "wording": digest_of(phrase), "values": {"plan": "It"}}
    made_of = Reliance("", {"statement": traced}, date(2026, 11, 21), {digest_of(phrase): phrase})
    asked.source.finding = replace(FOUND, said=(replace(FOUND.said[0], reliance=made_of),))
    await asked.work()
    (said,) = await asked.heard()
    explained = await build_knowledge(asked.desk.database, asked.desk.clock).reliance.explain(said.id, said.text)
    assert (explained.replay.same, explained.as_of) == (True, date(2026, 11, 21))
    assert explained.values == {"statement": "It is active."}


async def test_the_same_message_again_has_the_answer_that_it_had(asked: Asked) -> None:
    await asked.work()
    message = asked.turn.message
    again = await asked.desk.conversations.find_turn(
        asked.id, message.client_message_id or "", text=message.text, choice=None
    )
    assert again is not None
    assert again.replies == asked.turn.replies


async def test_a_source_that_was_slow_just_now_is_left_alone_for_a_moment(asked: Asked) -> None:
    await asked.work(seconds=0.5)
    assert asked.source.asked == []
    await asked.work(seconds=0.5)
    assert await asked.ends() == ["answered"]


async def test_what_another_release_asked_for_ends_with_an_apology_and_is_told_once(asked: Asked) -> None:
    unknown = sa.update(lookups).where(lookups.c.conversation_id == asked.id).values(kind="lab_result")
    await asked.desk.database.write(lambda connection: connection.execute(unknown))
    with capture_logs() as log:
        for _ in range(3):
            await asked.work(seconds=60)
    assert asked.source.asked == []
    assert await asked.keys() == [words.LOOKUP_FAILED]
    assert await asked.ends() == ["failed"]
    assert [entry["event"] for entry in log] == ["lookup.unknown_kind", "lookup.ended"]


async def test_two_workers_act_once(asked: Asked) -> None:
    asked.desk.clock.pass_time(seconds=1)
    other = LateAnswers(asked.desk.record, LookupStore(asked.desk.database), asked.source, wording())
    (due,) = await asked.answers.find_due(10)
    await asyncio.gather(*(worker.handle(due) for worker in (asked.answers, other) * 3))
    assert len(asked.source.asked) == 1
    assert await asked.keys() == [RECORD]


async def test_what_a_dead_process_left_is_taken_over_and_said_once_even_if_it_lived(asked: Asked) -> None:
    async def taken_over() -> None:
        assert await asked.answers.find_due(10) == ()
        await asked.work(seconds=LEASE.total_seconds())

    # Without a card nobody can see that it was shown already: the row alone decides.
    asked.source.finding = Finding(tuple(replace(said, cards=()) for said in FOUND.said))
    asked.source.meanwhile = taken_over
    await asked.work()
    assert len(asked.source.asked) == 2
    assert await asked.keys() == [RECORD]
    assert await asked.ends() == ["answered"]


async def test_a_try_that_hangs_is_cut_and_made_again(asked: Asked) -> None:
    asked.answers._attempt_s = 0.05
    asked.source.meanwhile = asyncio.Event().wait
    await asked.work()
    assert await asked.heard() == []
    await asked.work(seconds=PAUSES_S[0])
    assert await asked.keys() == [RECORD]


@pytest.mark.parametrize("failure", [StoreUnavailable("the source is away"), RuntimeError("nonsense")])
async def test_a_source_that_never_answers_ends_in_one_apology_with_the_way_to_a_person(
    asked: Asked, failure: Exception
) -> None:
    asked.source.failure = failure
    await asked.work()
    for pause in PAUSES_S:
        assert await asked.heard() == []
        await asked.work(seconds=pause - 0.1)
        await asked.work(seconds=0.1)
    (said,) = await asked.heard()
    assert (said.key, said.outcome) == (words.LOOKUP_FAILED, "failure")
    assert "/coach_handoff" in [reply.value for reply in said.quick_replies]
    assert len(asked.source.asked) == len(PAUSES_S) + 1
    assert await asked.ends() == ["failed"]
    await asked.work(hours=1)
    assert len(asked.source.asked) == len(PAUSES_S) + 1


async def test_a_result_that_cannot_be_said_ends_in_one_apology_too(asked: Asked) -> None:
    (said,) = FOUND.said
    asked.source.finding = Finding((replace(said, key="utter_that_no_file_has"),))
    await asked.work()
    for pause in PAUSES_S:
        assert await asked.heard() == []
        await asked.work(seconds=pause)
    assert await asked.keys() == [words.LOOKUP_FAILED]
    assert await asked.ends() == ["failed"]
    await asked.work(hours=1)
    assert len(asked.source.asked) == len(PAUSES_S) + 1


async def test_a_question_about_the_result_can_be_answered(asked: Asked) -> None:
    buttons = (QuickReply("About me", "me"),)
    question = Said("utter_ask_for_whom", "ask", "eligibility_member", {}, quick_replies=buttons)
    asked.source.finding = Finding((replace(question, awaiting=Awaiting("for_whom", "choice")),))
    await asked.work()
    (said,) = await asked.heard()
    assert said.quick_replies == buttons
    conversation = await asked.desk.get(asked.id)
    assert conversation.awaiting == Awaiting("for_whom", "choice")
    assert await asked.desk.conversations.find_choice(asked.id, "me") == buttons[0]


async def test_a_question_that_was_asked_meanwhile_stays_open(asked: Asked) -> None:
    desk = asked.desk
    turn = await desk.say(asked.id, "which hospital is near me")
    await desk.conversations.record_answer(
        asked.id,
        turn,
        replies=asked.turn.replies,
        understood=Understood(),
        awaiting=Awaiting("zip_code", "postal_code"),
    )
    await asked.work()
    assert await asked.keys() == [words.LOOKUP_CHECKING, RECORD]
    assert (await desk.get(asked.id)).awaiting == Awaiting("zip_code", "postal_code")


async def test_a_late_question_does_not_take_the_place_of_one_that_was_asked_meanwhile(asked: Asked) -> None:
    desk, phone = asked.desk, Awaiting("phone", "phone")
    turn = await desk.say(asked.id, "please call me")
    await desk.conversations.record_answer(
        asked.id, turn, replies=asked.turn.replies, understood=Understood(), awaiting=phone
    )
    buttons = (QuickReply("About me", "me"),)
    question = Said("utter_ask_for_whom", "ask", "eligibility_member", {}, quick_replies=buttons)
    asked.source.finding = Finding((replace(question, awaiting=Awaiting("for_whom", "choice")),))
    await asked.work()
    assert (await desk.get(asked.id)).awaiting == phone
    # Its buttons are there all the same.
    assert await desk.conversations.find_choice(asked.id, "me") == buttons[0]


async def test_what_may_not_be_shown_is_not(asked: Asked) -> None:
    (said,) = FOUND.said
    asked.source.finding = Finding((replace(said, values={"statement": "You are covered for this therapy."}),))
    await asked.work()
    assert await asked.keys() == [words.BLOCKED]
    assert (await asked.heard())[0].cards == ()


async def test_what_was_shown_at_once_meanwhile_is_not_said_twice(asked: Asked) -> None:
    turn = await asked.desk.say(asked.id, "is my plan active")
    shown = Draft(Author.ASSISTANT, "It is active.", key=RECORD, outcome="eligibility", cards=(CARD,))
    await asked.desk.conversations.record_answer(asked.id, turn, replies=(shown,), understood=Understood())
    await asked.work()
    assert await asked.keys() == [RECORD]
    assert await asked.ends() == ["replaced"]


async def test_a_process_that_stops_keeps_nobody_waiting(asked: Asked) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    asked.source.meanwhile = hang
    working = asyncio.create_task(asked.work())
    await begun.wait()
    working.cancel()
    await asyncio.wait({working})
    await asked.work(seconds=0)
    assert await asked.keys() == [RECORD]


async def test_the_same_question_again_is_looked_up_once_and_another_one_for_itself(asked: Asked) -> None:
    await ask_again(asked.desk, asked.id)
    assert len(await asked.rows()) == 1
    await asked.work()
    await ask_again(asked.desk, asked.id, replace(ASKED, for_whom="child"))
    (said,) = FOUND.said
    asked.source.finding = Finding((replace(said, cards=({**CARD, "for_whom": "child"},)),))
    await asked.work()
    assert [key for key in await asked.keys() if key == RECORD] == [RECORD, RECORD]
    assert await asked.ends() == ["answered", "answered"]
