"""A source of plan records that needs longer than a turn's limit is waited for behind the turn, at no turn's cost.

The member table is put behind a view that takes its time for one member alone, each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bot.app import build_late_answers
from bot.conversations.model import Author, Channel, Draft, Understood
from bot.core import Core, open_core
from bot.database import DEFAULT_TIMEOUT_S
from bot.settings import Settings
from knowledge.eligibility.model import EligibilityAnswer, MemberId
from knowledge.eligibility.service import EligibilityService
from knowledge.eligibility.store import members
from tests.failures.gateway_process import until
from tests.lookups.cast import ASKED, RECORD

SLOW, QUICK = MemberId("s" * 32), MemberId("q" * 32)
# More than what a turn's reads may take, however they are cut off.
TAKES_S = DEFAULT_TIMEOUT_S + 1.5
# A view's rows are made one by one: only the slow member's asks to sleep.
_VIEW = """CREATE VIEW members AS SELECT * FROM members_on_file
    WHERE CASE WHEN id = '{slow}' THEN pg_sleep({takes_s})::text IS NOT NULL ELSE true END"""


@pytest.fixture
async def core(postgres_url: str) -> AsyncIterator[Core]:
    """The services as the product opens them, on PostgreSQL."""
    async with open_core(Settings(database_url=postgres_url)) as core:
        await put_behind_a_view(core, TAKES_S)
        yield core


async def put_behind_a_view(core: Core, takes_s: float) -> None:
    shared = {"first_name": "Quinn", "date_of_birth": date(1980, 1, 2), "zip_code": "19104", "is_sample": False}
    people = [
        {**shared, "id": each, "member_number": f"AB-{each[:4]}", "relationship": "subscriber"}
        for each in (SLOW, QUICK)
    ]

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(members), people)
        connection.execute(sa.text("ALTER TABLE members RENAME TO members_on_file"))
        connection.execute(sa.text(_VIEW.format(slow=SLOW, takes_s=takes_s)))

    await core.database.write(work)


def look_up(records: EligibilityService, member_id: MemberId) -> asyncio.Task[EligibilityAnswer]:
    asked = records.look_up(member_id=member_id, as_of=ASKED.day, conversation_id="c" * 32, purpose="a test")
    return asyncio.create_task(asked)


async def test_a_source_that_always_takes_longer_than_a_turn_is_answered_at_the_first_try(core: Core) -> None:
    opened = await core.conversations.open_conversation(
        channel=Channel.WEB, greeting=(Draft(Author.ASSISTANT, "Hello."),), verified_member_id=SLOW
    )
    id_ = opened.conversation.id
    turn = await core.conversations.record_member_message(id_, client_message_id=str(uuid4()), text="am I active")
    checking = (Draft(Author.ASSISTANT, "I am checking.", outcome="answer"),)
    turn = await core.conversations.record_answer(
        id_, turn, replies=checking, understood=Understood(("eligibility_member",)), lookup=ASKED
    )
    answers = build_late_answers(core)

    async def is_due() -> bool:
        return bool(await answers.find_due(10))

    await until(is_due, "the look-up is due")
    (due,) = await answers.find_due(10)
    await answers.handle(due)
    heard = await core.conversations.list_messages(id_, after=turn.replies[-1].seq)
    assert [(message.key, message.outcome) for message in heard] == [(RECORD, "eligibility")]
    assert await answers.find_due(10) == ()


async def test_what_is_looked_up_behind_turns_keeps_no_turn_waiting(core: Core) -> None:
    # More than there are threads.
    behind = [look_up(core.patient_records, SLOW) for _ in range(6)]
    await asyncio.sleep(0.5)
    await look_up(core.knowledge.eligibility, QUICK)
    assert not any(each.done() for each in behind)
    for each in behind:
        each.cancel()


async def test_a_source_that_hangs_does_not_keep_a_process_that_stops(postgres_url: str) -> None:
    async with open_core(Settings(database_url=postgres_url)) as core:
        await put_behind_a_view(core, 600.0)
        behind = look_up(core.patient_records, SLOW)
        running = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")

        async def hangs() -> bool:
            return bool(await core.database.read(lambda connection: connection.execute(running).scalar_one()))

        await until(hangs, "the source is asked")
        behind.cancel()
        loop = asyncio.get_running_loop()
        began = loop.time()
    # A try may take 20 s; half of it is time enough for any machine.
    assert loop.time() - began < 10
