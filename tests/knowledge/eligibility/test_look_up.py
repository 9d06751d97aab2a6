"""What the record of a verified member says, and what it leaves open."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.database import Database, StoreUnavailable
from knowledge.bootstrap import Knowledge
from knowledge.eligibility.importer import MemberRow, import_members
from knowledge.eligibility.model import Answer, EligibilityAnswer, Funding, MemberId, UnknownMember
from knowledge.eligibility.store import audit_events
from tests.knowledge.conftest import StoppedClock

TODAY = date(2026, 11, 21)
BORN = {
    "GG1000001": date(1984, 3, 12),
    "GG1000003": date(1990, 6, 5),
    "GG1000004": date(1988, 11, 23),
    "GG1000005": date(2024, 5, 14),
    "GG1000006": date(1966, 2, 17),
    "GG1000007": date(1979, 8, 8),
    "GG1000011": date(1992, 4, 19),
    "GG1000012": date(1983, 12, 2),
    "GG1000013": date(1975, 7, 27),
    "GG1000014": date(1996, 10, 10),
}

pytestmark = pytest.mark.usefixtures("with_members")


async def verified(knowledge: Knowledge, number: str, born: date | None = None) -> MemberId:
    found = await knowledge.eligibility.verify(
        member_number=number, date_of_birth=born or BORN[number], conversation_id=number
    )
    assert found.member_id is not None
    return found.member_id


async def look_up(knowledge: Knowledge, number: str, day: date = TODAY, born: date | None = None) -> EligibilityAnswer:
    member_id = await verified(knowledge, number, born)
    return await knowledge.eligibility.look_up(
        member_id=member_id, as_of=day, conversation_id=number, purpose="eligibility_member"
    )


async def test_an_active_member(knowledge: Knowledge, clock: StoppedClock) -> None:
    answer = await look_up(knowledge, "GG1000001")
    assert answer.active is Answer.YES
    assert (answer.starts_on, answer.ends_on) == (date(2025, 1, 1), None)
    assert (answer.plan_id, answer.plan_name, answer.line_of_business) == (
        "independence",
        "Independence Blue Cross",
        "commercial",
    )
    assert answer.medical_benefit is Answer.YES
    assert answer.approval_required is Answer.YES
    assert answer.is_sample
    assert answer.service_day == TODAY
    assert answer.as_of == clock.now
    assert answer.source == "sample member file"


@pytest.mark.parametrize(
    ("day", "active"),
    [
        (date(2023, 12, 31), Answer.NO),
        (date(2024, 1, 1), Answer.YES),
        (date(2026, 6, 30), Answer.YES),
        (date(2026, 7, 1), Answer.NO),
    ],
)
async def test_cover_lasts_from_the_first_day_to_the_last(knowledge: Knowledge, day: date, active: Answer) -> None:
    assert (await look_up(knowledge, "GG1000003", day)).active is active


async def test_a_self_funded_plan_says_so(knowledge: Knowledge) -> None:
    assert (await look_up(knowledge, "GG1000006")).funding is Funding.SELF_FUNDED


async def test_what_the_record_does_not_say_is_unknown(knowledge: Knowledge) -> None:
    answer = await look_up(knowledge, "GG1000007")
    assert answer.active is Answer.YES
    assert answer.approval_required is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("number", "state"), [("GG1000011", "GA"), ("GG1000012", "IN"), ("GG1000013", "OH"), ("GG1000014", "WV")]
)
async def test_each_marketplace_has_a_member(knowledge: Knowledge, number: str, state: str) -> None:
    answer = await look_up(knowledge, number)
    assert (answer.plan_id, answer.line_of_business, answer.state) == ("caresource", "marketplace", state)


async def test_a_parent_sees_the_small_child_without_name_or_birth_date(knowledge: Knowledge) -> None:
    answer = await look_up(knowledge, "GG1000004")
    (child,) = answer.dependents
    assert (child.relationship, child.age_group, child.active) == ("child", "pediatric", Answer.YES)
    assert not {"first_name", "date_of_birth", "member_number"} & set(vars(child))


async def test_a_dependent_sees_nobody_else(knowledge: Knowledge) -> None:
    assert (await look_up(knowledge, "GG1000005")).dependents == ()


async def test_a_childs_own_record_is_known_for_one(knowledge: Knowledge) -> None:
    child, parent = await look_up(knowledge, "GG1000005"), await look_up(knowledge, "GG1000004")
    assert (child.relationship, child.is_minor) == ("child", True)
    assert (parent.relationship, parent.is_minor) == ("subscriber", False)


def write_members(folder: Path, *rows: str) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join([",".join(MemberRow.model_fields), *rows]), encoding="utf-8")
    return path


async def test_a_childs_answer_is_the_childs_own_cover(
    knowledge: Knowledge, with_members: Database, tmp_path: Path, clock: StoppedClock
) -> None:
    parent = "P001,Ana,1980-01-01,19104,subscriber,,independence,PA,self_funded,2020-01-01,,yes,yes,no"
    child = "P002,Bo,2020-05-05,19104,child,P001,independence,PA,insured,2021-02-03,2026-12-31,no,,yes"
    silent = "P003,Cy,2021-05-05,19104,child,P001,independence,,,,,,,no"
    import_members(with_members, write_members(tmp_path, parent, child, silent), now=clock.now)
    children = (await look_up(knowledge, "P001", born=date(1980, 1, 1))).dependents
    told, untold = sorted(children, key=lambda child: child.starts_on is None)
    assert (told.active, told.starts_on, told.ends_on) == (Answer.YES, date(2021, 2, 3), date(2026, 12, 31))
    assert (told.medical_benefit, told.approval_required) == (Answer.NO, Answer.UNKNOWN)
    assert (told.funding, told.source, told.as_of) == (Funding.INSURED, "sample member file", clock.now)
    assert (untold.active, untold.starts_on, untold.ends_on) == (Answer.UNKNOWN, None, None)
    assert (untold.medical_benefit, untold.approval_required) == (Answer.UNKNOWN, Answer.UNKNOWN)
    assert (untold.funding, untold.source) == (Funding.UNKNOWN, "member file")


async def test_a_grown_child_is_not_shown_for_a_day_of_childhood(
    knowledge: Knowledge, with_members: Database, tmp_path: Path
) -> None:
    import_members(with_members, write_family(tmp_path))
    answer = await look_up(knowledge, "F001", date(2024, 1, 1), born=date(1980, 1, 1))
    assert len(answer.dependents) == 1, "Dee was 15 then and is 18 today"


def write_family(folder: Path) -> Path:
    rows = [
        "F001,Ana,1980-01-01,19104,subscriber,,independence,PA,insured,2020-01-01,,yes,yes,yes",
        "F002,Ben,1980-02-02,19104,spouse,F001,independence,PA,insured,2020-01-01,,yes,yes,yes",
        "F003,Cem,2008-11-22,19104,child,F001,independence,PA,insured,2020-01-01,,yes,yes,yes",
        "F004,Dee,2008-11-21,19104,child,F001,independence,PA,insured,2020-01-01,,yes,yes,yes",
        "F005,Eve,2015-01-01,19104,child,F001,caresource,OH,insured,2020-01-01,,yes,yes,yes",
    ]
    return write_members(folder, *rows)


async def test_spouse_grown_child_and_a_child_on_another_plan_stay_hidden(
    knowledge: Knowledge, with_members: Database, tmp_path: Path
) -> None:
    import_members(with_members, write_family(tmp_path))
    answer = await look_up(knowledge, "F001", born=date(1980, 1, 1))
    assert len(answer.dependents) == 1, "only the child who turns 18 tomorrow"
    later = await look_up(knowledge, "F001", date(2026, 11, 22), born=date(1980, 1, 1))
    assert later.dependents == ()


async def test_the_active_cover_answers_and_the_ended_one_is_kept(
    knowledge: Knowledge, with_members: Database, tmp_path: Path
) -> None:
    row = "GG1000003,Priya,1990-06-05,19320,subscriber,,caresource,OH,insured,2026-07-01,,yes,,yes"
    import_members(with_members, write_members(tmp_path, row))
    assert (await look_up(knowledge, "GG1000003")).plan_id == "caresource"
    assert (await look_up(knowledge, "GG1000003", date(2026, 6, 30))).plan_id == "independence"


async def test_the_plan_of_a_member_is_found_and_the_look_audited(knowledge: Knowledge, with_members: Database) -> None:
    chloe = await verified(knowledge, "GG1000013")
    assert await knowledge.eligibility.find_plan_id(chloe, conversation_id="c") == "caresource"
    assert await knowledge.eligibility.find_plan_id(MemberId("nobody")) is None
    rows = await with_members.read(lambda connection: connection.execute(sa.select(audit_events)).all())
    assert [(row.conversation_id, row.member_id, row.purpose, row.outcome) for row in rows[-2:]] == [
        ("c", chloe, "plan_of_member", "plan_found"),
        (None, "nobody", "plan_of_member", "unknown_member"),
    ]


async def test_a_members_own_number_is_told_from_every_other(knowledge: Knowledge, with_members: Database) -> None:
    chloe = await verified(knowledge, "GG1000013")
    is_own = knowledge.eligibility.is_own_number
    assert await is_own(chloe, "gg 100-0013", conversation_id="c")
    assert not await is_own(chloe, "GG1000001", conversation_id="c")
    assert not await is_own(chloe, "GG9999999", conversation_id="c")


async def test_every_look_up_is_audited_without_what_was_seen(knowledge: Knowledge, with_members: Database) -> None:
    await look_up(knowledge, "GG1000001")
    row = (await with_members.read(lambda connection: connection.execute(sa.select(audit_events)).all()))[-1]
    assert (row.actor, row.purpose, row.level, row.outcome) == (
        "assistant",
        "eligibility_member",
        "verified",
        "active_yes",
    )
    assert row.conversation_id == "GG1000001"


async def test_a_look_up_of_nobody_is_audited_and_refused(knowledge: Knowledge, with_members: Database) -> None:
    with pytest.raises(UnknownMember):
        await knowledge.eligibility.look_up(
            member_id=MemberId("nobody"), as_of=TODAY, conversation_id="c", purpose="eligibility_member"
        )
    rows = await with_members.read(lambda connection: connection.execute(sa.select(audit_events)).all())
    assert rows[-1].outcome == "unknown_member"


async def test_nothing_is_shown_when_it_cannot_be_audited(knowledge: Knowledge, with_members: Database) -> None:
    member_id = await verified(knowledge, "GG1000001")
    with_members.write_now(lambda connection: connection.exec_driver_sql("DROP TABLE audit_events"))
    with pytest.raises(StoreUnavailable):
        await knowledge.eligibility.look_up(
            member_id=member_id, as_of=TODAY, conversation_id="c", purpose="eligibility_member"
        )


@pytest.mark.parametrize("change", ["UPDATE audit_events SET outcome = 'verified'", "DELETE FROM audit_events"])
async def test_the_audit_only_grows(knowledge: Knowledge, with_members: Database, change: str) -> None:
    await look_up(knowledge, "GG1000001")
    with pytest.raises(DBAPIError), with_members.engine.begin() as connection:
        connection.exec_driver_sql(change)
