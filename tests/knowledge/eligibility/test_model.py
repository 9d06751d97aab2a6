"""Dates, ages and numbers of a member record."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest

from knowledge.eligibility.model import Answer, Coverage, Funding, Member, MemberId, normalise_member_number
from knowledge.policies.model import PlanId


def coverage(starts_on: date | None, ends_on: date | None) -> Coverage:
    return Coverage(
        plan_id=PlanId("independence"),
        plan_name=None,
        line_of_business=None,
        state=None,
        funding=Funding.UNKNOWN,
        starts_on=starts_on,
        ends_on=ends_on,
        medical_benefit=Answer.UNKNOWN,
        approval_required=Answer.UNKNOWN,
        source="",
        recorded_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
    )


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "active"),
    [
        (None, None, Answer.UNKNOWN),
        (None, date(2026, 11, 20), Answer.NO),
        (None, date(2026, 11, 21), Answer.UNKNOWN),
        (date(2026, 11, 21), None, Answer.YES),
        (date(2026, 11, 22), None, Answer.NO),
    ],
)
def test_a_missing_first_day_is_unknown_and_never_no(
    starts_on: date | None, ends_on: date | None, active: Answer
) -> None:
    assert coverage(starts_on, ends_on).active_on(date(2026, 11, 21)) is active


@pytest.mark.parametrize(("born", "age"), [(date(2008, 11, 21), 18), (date(2008, 11, 22), 17), (date(2024, 2, 29), 2)])
def test_age_is_in_completed_years(born: date, age: int) -> None:
    member = Member(MemberId("m"), "X", born, "child", None, True)
    assert member.age_on(date(2026, 11, 21)) == age


@pytest.mark.parametrize("written", ["GG1000001", "gg 100-0001", "\tgg—1000001\n", "G G 1 0 0 0 0 0 1"])
def test_a_member_number_reads_the_same_in_any_writing(written: str) -> None:
    assert normalise_member_number(written) == "GG1000001"
