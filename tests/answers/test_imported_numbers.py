"""Is a policy found by its number, however the payer writes it, and is it the same one in the next step?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers.asking import INDEPENDENCE, Question, RealStage
from tests.answers.importing import stage_with

INDEPENDENCE_HEAD = """# Independence Blue Cross Medical Policy

**Policy Number:** {number}
**Title:** {title}
**Effective Date:** 10/01/2026
**Policy Type:** Medical Policy

"""
CARESOURCE_HEAD = """# CareSource Medical Policy

**Policy Name:** {title}
**Policy Number:** {number}
**Date Effective:** 10/01/2026
**Policy Type:** MEDICAL

CareSource Marketplace

This policy applies to the following Marketplace(s):

[x] Georgia [x] Indiana [x] Ohio [x] West Virginia

"""
SHARED = "08.03.11b"
RULES = """## A. Policy

A genetic test must name the disease of the member.

## B. Repeat

One infusion is given, and no second one.

## C. Records

The {who} sends in the report of the test.
"""
FILES = {
    "spaced": INDEPENDENCE_HEAD.format(number="MM 0456", title="Gene Therapy") + RULES.format(who="hospital"),
    "low": INDEPENDENCE_HEAD.format(number="MED_205", title="Cell Therapy") + RULES.format(who="clinic"),
    "shared-ibx": INDEPENDENCE_HEAD.format(number=SHARED, title="Zolgensma") + RULES.format(who="parent"),
    "shared-cs": CARESOURCE_HEAD.format(number=SHARED, title="Zolgensma") + RULES.format(who="doctor"),
}


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """Numbers with a space and a low dash, and one number that two payers use."""
    with stage_with(sqlite_template, tmp_path_factory.mktemp("numbers"), FILES) as stage:
        yield stage


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("MM 0456", "MM 0456"),
        ("mm-0456", "MM 0456"),
        ("MED_205", "MED_205"),
        ("med 205", "MED_205"),
    ],
)
async def test_a_number_is_found_however_it_is_written_and_goes_on(stage: RealStage, written: str, stored: str) -> None:
    said = await stage.ask(Question("policy_lookup", INDEPENDENCE, text=f"what does {written} say"))

    assert [each.key for each in said] == ["utter_policy_lookup_in_force", *["utter_more_answer"] * 2]
    assert {citation.get("number") for each in said for citation in each.citations} == {stored}
