"""A source of records that takes its time: the turn says so within its limit, and nobody is answered by a guess."""

from __future__ import annotations

import asyncio

import pytest

from actions import patience
from knowledge.eligibility.model import Member, MemberId, MemberRecord
from tests.actions.fakes import FakeEligibilityStore
from tests.actions.stage import Stage

RECORD = "action_answer_eligibility_member"
MEMBER = "GG1000001"


class SlowStore(FakeEligibilityStore):
    """The same records, which come only when a test lets them."""

    def __init__(self, records: FakeEligibilityStore) -> None:
        super().__init__()
        self.records = records.records
        self.answers = asyncio.Event()

    async def find_member(self, member_number: str) -> Member | None:
        await self.answers.wait()
        return await super().find_member(member_number)

    async def find_record(self, member_id: MemberId) -> MemberRecord | None:
        await self.answers.wait()
        return await super().find_record(member_id)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long is waited is a matter of the limits; that it ends, of these tests."""
    for module in ("actions.turn_context", "actions.eligibility_member", "actions.verification_form"):
        for name in ("PLAN_BUDGET_S", "RECORD_BUDGET_S"):
            monkeypatch.setattr(f"{module}.{name}", 0.02, raising=False)


def slow(**fields: object) -> tuple[Stage, SlowStore]:
    stage = Stage(**fields)  # type: ignore[arg-type]
    store = SlowStore(stage.members)
    stage.services.eligibility._store = store
    return stage, store


def test_what_look_ups_may_take_fits_into_a_turn() -> None:
    assert patience.TURN_BUDGET_S < 2.4


async def test_the_look_ups_of_one_turn_share_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message with three questions waits no longer for a slow source than one with one."""
    monkeypatch.setattr(patience, "TURN_BUDGET_S", 0.4)

    async def wait_in_vain(conversation_id: str) -> float:
        began = asyncio.get_running_loop().time()
        with pytest.raises(patience.LookUpIsLate):
            await patience.within(10.0, asyncio.sleep(60), conversation_id=conversation_id)
        return asyncio.get_running_loop().time() - began

    assert await wait_in_vain("one") > 0.3
    assert await wait_in_vain("one") < 0.3
    assert await wait_in_vain("another") > 0.3


async def test_the_member_hears_that_it_goes_on_and_the_gateway_what_to_look_up() -> None:
    stage, _ = slow(verified=MEMBER)
    ran = await stage.run(RECORD, "eligibility_member", entities=[("date", "2026-04-30")])

    assert (ran.keys, ran.outcomes) == (["utter_lookup_checking"], ["answer"])
    assert ran.reply["look_up"] == {"kind": "plan_record", "day": "2026-04-30"}
    # The answer to "you or your child?" is for the same day.
    assert (ran.slots["last_topic"], ran.slots["date"]) == ("eligibility_member", "2026-04-30")
    assert "plan" not in ran.slots


async def test_whom_it_is_about_goes_with_it_and_no_number_or_name() -> None:
    stage, _ = slow(verified=MEMBER)
    ran = await stage.run(RECORD, "eligibility_member", entities=[("for_whom", "child"), ("zip_code", "19104")])

    assert ran.reply["look_up"] == {"kind": "plan_record", "day": "2026-11-21", "for_whom": "child"}
    assert ran.slots["for_whom"] is None


async def test_a_late_look_at_a_record_is_audited_all_the_same() -> None:
    stage, store = slow(verified=MEMBER)
    await stage.run(RECORD, "eligibility_member")
    assert stage.members.audited == []
    store.answers.set()
    for _ in range(20):
        await asyncio.sleep(0)
    assert {event.purpose for event in stage.members.audited} == {"plan_rules", "eligibility_member"}


async def test_a_proof_that_cannot_be_checked_in_time_is_no_job_and_is_forgotten() -> None:
    stage, _ = slow(slots={"member_id": MEMBER, "date_of_birth": "1985-04-12"})
    ran = await stage.run("action_verify_member", "inform")

    assert ran.outcomes == ["failure"]
    assert (ran.slots["member_id"], ran.slots["date_of_birth"]) == (None, None)
    assert stage.conversations.context.verified_member_id is None


@pytest.mark.parametrize("born", ["1985-04-12", "1985-04-13"])
async def test_a_proof_that_was_given_up_is_audited_as_that_and_nothing_comes_of_it_later(born: str) -> None:
    stage, store = slow(slots={"member_id": MEMBER, "date_of_birth": born})
    await stage.run("action_verify_member", "inform")
    store.answers.set()
    for _ in range(20):
        await asyncio.sleep(0)

    assert [(event.outcome, event.level, event.member_id) for event in stage.members.audited] == [
        ("abandoned", "anonymous", None)
    ]
    # Right or wrong, nobody was told: it is no failed attempt.
    assert store.counts == {}


async def test_a_verified_member_is_not_answered_by_the_plan_of_the_page() -> None:
    stage, _ = slow(plan_id="caresource", verified=MEMBER)
    ran = await stage.run("action_answer_coverage_general", "coverage_general")

    assert ran.outcomes == ["failure"]


async def test_a_plan_that_the_member_names_answers_and_takes_no_ones_place() -> None:
    stage, _ = slow(plan_id="independence", verified=MEMBER)
    ran = await stage.run("action_answer_coverage_general", "coverage_general", entities=[("plan", "caresource")])

    assert ran.payers == {"CareSource"}
    assert stage.conversations.context.plan_id == "independence"


async def test_what_is_no_matter_of_the_plan_is_answered() -> None:
    stage, _ = slow(plan_id="caresource", verified=MEMBER)
    ran = await stage.run("action_answer_process_followup", "process_followup")

    assert ran.outcomes == ["answer"]
    assert "CareSource" not in ran.payers


async def test_a_request_for_a_person_is_taken_whatever_the_source_does() -> None:
    stage, _ = slow(verified=MEMBER)
    ran = await stage.run("action_request_handoff", "coach_handoff")

    assert ran.outcomes == ["handoff_waiting"]
