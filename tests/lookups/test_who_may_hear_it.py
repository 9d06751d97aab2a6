"""The result is said only where it may be said at that moment: to the proven member, by the assistant, on the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from bot import wording as words
from bot.conversations.coach_view import read_coach_view
from bot.conversations.deliveries_store import deliveries
from bot.conversations.handoff import HandoffOutcome
from bot.conversations.ids import hash_token
from bot.conversations.model import Channel
from bot.database import Database
from tests.conversations.conftest import Clock, Desk, build_desk
from tests.lookups.cast import FOUND, RECORD, Asked, ask, ask_again

Happens = Callable[[Asked], Awaitable[object]]


@pytest.fixture
def desk(database: Database) -> Desk:
    return build_desk(database, Clock())


@pytest.fixture
async def asked(desk: Desk) -> Asked:
    return await ask(desk)


async def the_proof_runs_out(asked: Asked) -> None:
    asked.desk.clock.pass_time(minutes=15)


async def a_link_is_opened(asked: Asked) -> None:
    """Whoever opens it has proven nothing."""
    values = {"verified_member_id": None, "verified_at": None, "token_hash": hash_token("another")}
    table = sa.table("conversations", *(sa.column(name) for name in ("id", *values)))
    statement = sa.update(table).where(table.c.id == asked.id).values(values)
    await asked.desk.database.write(lambda connection: connection.execute(statement))


async def the_member_closes(asked: Asked) -> None:
    await asked.desk.conversations.close_conversation(asked.id, farewell=None)


async def a_coach_claims(asked: Asked) -> None:
    await asked.desk.ask(asked.id)
    await asked.desk.claim(asked.id)


async def the_member_texts(asked: Asked) -> None:
    await asked.desk.conversations.record_member_message(
        asked.id, client_message_id="SM1", text="hello", channel=Channel.SMS
    )


ENDINGS = [
    (the_proof_runs_out, "unproven", [words.LOOKUP_UNPROVEN]),
    (a_link_is_opened, "unproven", [words.LOOKUP_UNPROVEN]),
    (the_member_closes, "closed", []),
    (a_coach_claims, "left_to_coach", []),
]


@pytest.mark.parametrize(("happens", "end", "said"), ENDINGS)
async def test_what_may_not_be_shown_any_more_is_not_even_looked_at(
    asked: Asked, happens: Happens, end: str, said: list[str]
) -> None:
    await happens(asked)
    before = await asked.keys()
    await asked.work()
    assert asked.source.asked == []
    assert (await asked.keys())[len(before) :] == said
    assert await asked.ends() == [end]
    await asked.work(hours=1)
    assert len(await asked.keys()) == len(before) + len(said)


@pytest.mark.parametrize(("happens", "end", "said"), ENDINGS)
async def test_what_may_not_be_shown_any_more_once_it_is_found_is_not_shown(
    asked: Asked, happens: Happens, end: str, said: list[str]
) -> None:
    asked.source.meanwhile = lambda: happens(asked)
    await asked.work()
    assert len(asked.source.asked) == 1
    told = await asked.keys()
    assert RECORD not in told
    assert [key for key in told if key in (words.LOOKUP_UNPROVEN, words.LOOKUP_FAILED)] == said
    assert all(not message.cards for message in await asked.heard())
    assert (await asked.desk.get(asked.id)).plan_id != FOUND.plan_id
    assert await asked.ends() == [end]


async def test_whoever_proves_it_meanwhile_sees_their_own_record(asked: Asked) -> None:
    asked.source.meanwhile = lambda: asked.desk.conversations.record_verification(asked.id, "n" * 32)
    await asked.work()
    assert await asked.heard() == []
    await asked.work()
    assert await asked.keys() == [RECORD]
    assert [member for _, member in asked.source.asked] == ["m" * 32, "n" * 32]


async def test_an_expired_conversation_is_told_nothing(asked: Asked) -> None:
    await asked.work(hours=25)
    assert (await asked.heard(), await asked.ends()) == ([], ["closed"])


async def test_a_coach_finds_the_question_open(asked: Asked) -> None:
    desk = asked.desk
    await desk.ask(asked.id)
    await desk.claim(asked.id)
    await asked.work()
    view = await read_coach_view(desk.record, desk.store, await desk.get(asked.id))
    (line,) = [line for line in view.packet.lines if line.kind in ("not_answered", "said")]
    assert (line.kind, line.message_id) == ("not_answered", asked.turn.message.id)


async def test_what_a_coach_took_over_is_not_answered_after_the_coach(asked: Asked) -> None:
    desk = asked.desk
    await desk.ask(asked.id)
    coach_id = await desk.claim(asked.id)
    version = await desk.version(asked.id)
    await desk.handoffs.give_back(asked.id, coach_id, version, HandoffOutcome.ANSWERED, None)
    await asked.work()
    assert RECORD not in await asked.keys()
    assert await asked.ends() == ["left_to_coach"]


async def test_the_same_question_after_a_coach_is_looked_up_for_itself(asked: Asked) -> None:
    desk = asked.desk
    await desk.ask(asked.id)
    coach_id = await desk.claim(asked.id)
    await desk.handoffs.give_back(asked.id, coach_id, await desk.version(asked.id), HandoffOutcome.ANSWERED, None)
    # The look-up that the coach took with the conversation has not been ended yet.
    assert await asked.ends() == [None]
    await ask_again(desk, asked.id)
    await asked.work()
    assert (await asked.keys())[-1] == RECORD
    assert sorted(end or "" for end in await asked.ends()) == ["answered", "left_to_coach"]


async def test_a_question_that_was_answered_later_is_no_open_one_for_a_coach(asked: Asked) -> None:
    await asked.work()
    await asked.desk.ask(asked.id)
    view = await read_coach_view(asked.desk.record, asked.desk.store, await asked.desk.get(asked.id))
    assert [line.kind for line in view.packet.lines if line.kind in ("not_answered", "said")] == ["said"]


async def test_whoever_waits_for_a_coach_hears_it(asked: Asked) -> None:
    await asked.desk.ask(asked.id)
    await asked.work()
    assert (await asked.keys())[-1] == RECORD


async def test_an_answer_that_a_claim_silenced_leaves_nothing_to_look_up(desk: Desk) -> None:
    conversation_id = await desk.hold(await desk.coach())
    turn = await ask_again(desk, conversation_id)
    assert turn.replies == ()
    assert await Asked(desk, conversation_id, *(None,) * 3).rows() == []  # type: ignore[arg-type]


async def test_no_record_is_texted_but_the_way_to_it_is(desk: Desk) -> None:
    asked = await ask(desk, channel=Channel.SMS)
    await asked.work()
    (said,) = await asked.heard()
    assert (said.key, said.cards, asked.source.asked) == (words.SMS_RECORD_LINK, (), [])
    query = sa.select(deliveries.c.kind).where(deliveries.c.message_id == said.id)
    kinds = await desk.database.read(lambda connection: list(connection.execute(query).scalars()))
    assert kinds == ["link"]


async def test_a_member_who_texts_meanwhile_is_texted(desk: Desk) -> None:
    asked = await ask(desk)
    asked.source.meanwhile = lambda: the_member_texts(asked)
    await asked.work()
    (said,) = await asked.heard()
    assert (said.key, said.channel) == (words.SMS_RECORD_LINK, Channel.SMS)
