"""Who is let through, who is not, and that nobody learns more from it than that."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
import sqlalchemy as sa

from bot.database import Database
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.eligibility.model import Verification, VerificationOutcome
from knowledge.eligibility.store import audit_events, verification_failures
from tests.knowledge.conftest import StoppedClock

DANA = ("GG1000001", date(1984, 3, 12))
MARCUS = ("GG1000002", date(1971, 9, 30))
WRONG_DAY = date(1984, 3, 13)

pytestmark = pytest.mark.usefixtures("with_members")


async def verify(
    knowledge: Knowledge, number: str, born: date, conversation: str = "conversation-1", origin: str | None = None
) -> VerificationOutcome:
    found = await knowledge.eligibility.verify(
        member_number=number, date_of_birth=born, conversation_id=conversation, origin=origin
    )
    assert (found.member_id is not None) == (found.outcome is VerificationOutcome.VERIFIED)
    return found.outcome


@pytest.mark.parametrize("written", ["GG1000001", "gg1000001", " GG-100 0001 ", "gg–1000001"])
async def test_number_and_birth_date_in_any_writing_verify(knowledge: Knowledge, written: str) -> None:
    assert await verify(knowledge, written, DANA[1]) is VerificationOutcome.VERIFIED


async def test_a_wrong_date_and_no_such_member_are_the_same_answer(knowledge: Knowledge) -> None:
    service = knowledge.eligibility
    wrong = await service.verify(member_number=DANA[0], date_of_birth=WRONG_DAY, conversation_id="a")
    nobody = await service.verify(member_number="GG9999999", date_of_birth=DANA[1], conversation_id="b")
    assert wrong == nobody == Verification(VerificationOutcome.NO_MATCH, None)


async def test_another_members_birth_date_does_not_verify(knowledge: Knowledge) -> None:
    assert await verify(knowledge, DANA[0], MARCUS[1]) is VerificationOutcome.NO_MATCH


async def test_the_third_failure_locks_the_conversation_even_for_the_right_data(knowledge: Knowledge) -> None:
    outcomes = [await verify(knowledge, f"GG900000{n}", WRONG_DAY) for n in range(3)]
    assert outcomes == [VerificationOutcome.NO_MATCH, VerificationOutcome.NO_MATCH, VerificationOutcome.LOCKED]
    assert await verify(knowledge, *DANA) is VerificationOutcome.LOCKED
    assert await verify(knowledge, *DANA, conversation="conversation-2") is VerificationOutcome.VERIFIED


async def test_three_failures_lock_the_number_in_every_conversation(knowledge: Knowledge) -> None:
    for n in range(3):
        await verify(knowledge, DANA[0], WRONG_DAY, conversation=f"guess-{n}")
    assert await verify(knowledge, *DANA, conversation="own") is VerificationOutcome.LOCKED
    assert await verify(knowledge, *MARCUS, conversation="other") is VerificationOutcome.VERIFIED


async def test_a_number_that_no_member_has_locks_in_the_same_way(knowledge: Knowledge) -> None:
    outcomes = [await verify(knowledge, "GG9999999", WRONG_DAY, conversation=f"guess-{n}") for n in range(4)]
    assert outcomes[2:] == [VerificationOutcome.LOCKED, VerificationOutcome.LOCKED]


async def test_the_lock_ends_after_15_minutes_and_attempts_do_not_prolong_it(
    knowledge: Knowledge, clock: StoppedClock
) -> None:
    for _ in range(3):
        await verify(knowledge, DANA[0], WRONG_DAY)
    for _ in range(14):
        clock.forward(minutes=1)
        assert await verify(knowledge, *DANA) is VerificationOutcome.LOCKED
    clock.forward(minutes=1)
    assert await verify(knowledge, *DANA) is VerificationOutcome.VERIFIED


async def test_after_a_lock_the_count_begins_anew(knowledge: Knowledge, clock: StoppedClock) -> None:
    for _ in range(3):
        await verify(knowledge, DANA[0], WRONG_DAY)
    clock.forward(minutes=15)
    assert await verify(knowledge, DANA[0], WRONG_DAY) is VerificationOutcome.NO_MATCH
    assert await verify(knowledge, *DANA) is VerificationOutcome.VERIFIED


async def test_a_success_forgives_slips_with_ones_own_number(knowledge: Knowledge) -> None:
    for n in range(3):
        assert await verify(knowledge, DANA[0], WRONG_DAY, f"visit-{n}") is VerificationOutcome.NO_MATCH
        assert await verify(knowledge, *DANA, f"visit-{n}") is VerificationOutcome.VERIFIED


async def test_knowing_one_members_data_does_not_buy_guesses_at_others(knowledge: Knowledge) -> None:
    for n in range(2):
        assert await verify(knowledge, f"GG900000{n}", WRONG_DAY) is VerificationOutcome.NO_MATCH
        assert await verify(knowledge, *DANA) is VerificationOutcome.VERIFIED
    assert await verify(knowledge, "GG9000009", WRONG_DAY) is VerificationOutcome.LOCKED


async def test_one_birth_date_tried_on_many_numbers_locks_the_origin(knowledge: Knowledge, clock: StoppedClock) -> None:
    outcomes = [
        await verify(knowledge, f"GG80000{n:02}", DANA[1], f"conversation-{n // 2}", origin="198.51.100.7")
        for n in range(30)
    ]
    assert outcomes[:9] == [VerificationOutcome.NO_MATCH] * 9
    assert outcomes[9:] == [VerificationOutcome.LOCKED] * 21
    assert await verify(knowledge, *DANA, "own", origin="198.51.100.7") is VerificationOutcome.LOCKED
    assert await verify(knowledge, *DANA, "own", origin="198.51.100.8") is VerificationOutcome.VERIFIED
    clock.forward(minutes=15)
    assert await verify(knowledge, *DANA, "own", origin="198.51.100.7") is VerificationOutcome.VERIFIED


async def test_a_restart_does_not_forget_a_lock(
    knowledge: Knowledge, with_members: Database, clock: StoppedClock
) -> None:
    for _ in range(3):
        await verify(knowledge, DANA[0], WRONG_DAY)
    restarted = build_knowledge(with_members, clock)
    assert await verify(restarted, *DANA) is VerificationOutcome.LOCKED


async def test_guesses_at_the_same_time_are_counted_one_by_one(knowledge: Knowledge) -> None:
    guesses = [verify(knowledge, DANA[0], date(1984, 1, day), f"guess-{day}") for day in range(1, 11)]
    outcomes = await asyncio.gather(*guesses)
    assert outcomes.count(VerificationOutcome.NO_MATCH) == 2
    assert outcomes.count(VerificationOutcome.LOCKED) == 8


async def test_the_table_of_failures_names_no_number_and_no_address(
    knowledge: Knowledge, with_members: Database
) -> None:
    await verify(knowledge, DANA[0], WRONG_DAY, origin="198.51.100.7")
    keys = await with_members.read(
        lambda connection: connection.execute(sa.select(verification_failures.c.key)).scalars().all()
    )
    assert len(keys) == 3
    assert not any(DANA[0] in key or "198.51" in key for key in keys)


async def test_every_attempt_is_audited_without_what_was_typed(knowledge: Knowledge, with_members: Database) -> None:
    await verify(knowledge, DANA[0], WRONG_DAY)
    await verify(knowledge, *DANA)
    rows = await with_members.read(
        lambda connection: connection.execute(sa.select(audit_events).order_by(audit_events.c.id)).all()
    )
    assert [(row.purpose, row.level, row.outcome) for row in rows] == [
        ("verification", "anonymous", "no_match"),
        ("verification", "verified", "verified"),
    ]
    assert rows[0].member_id is None
    assert rows[1].member_id is not None
    assert DANA[0] not in str(rows)
