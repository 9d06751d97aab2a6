"""A value goes to its own label: not to a blank one before it, and to none where two could have it."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.policies.reading.label_values import find_labelled
from knowledge.policies.reading.labels import Field
from knowledge.policies.reading.model import ReadPolicy
from knowledge.policies.reading.reader import read_document
from knowledge.policies.reading.text_blocks import read_text
from tests.knowledge.policies.reading.expected import DOCUMENTS, PAYERS

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
SECTIONS = """

A. Subject

Samples of a kind

B. Policy

I. Cedar Ridge Health looks at the chart before anything else.

C. History

{history}

D. References

N/A
"""


def read(front: str, history: str = "N/A") -> ReadPolicy:
    return read_document((front + SECTIONS.format(history=history)).encode(), ".txt", PAYERS)


def values(text: str) -> list[tuple[Field, str]]:
    return [(entry.field, entry.value) for entry in find_labelled(read_text(text)[0]) if not entry.is_doubtful]


@pytest.mark.parametrize(
    "rows",
    [
        "Date Revised\n\nDate Effective 06/01/2026\n\nDate Archived",
        "Date Revised:\n\nDate Effective: 06/01/2026\n\nDate Archived:",
        "Date Revised: Date Effective 06/01/2026",
        "Date Revised\n\nDate Effective\n\n06/01/2026\n\nDate Archived",
        "Date Revised\t\t\nDate Effective\t06/01/2026\t\nDate Archived\t\t",
        "Date Revised\t\t\n\nDate Effective 06/01/2026",
    ],
)
def test_a_blank_label_takes_no_value_of_the_next_one(rows: str) -> None:
    found = read("Cedar Ridge Health", rows)
    assert (found.effective_on, found.revised_on, found.archived_on) == (JUNE, None, None)
    assert "revised date: not found" in found.not_understood


@pytest.mark.parametrize(
    "header",
    [
        "Policy Name & Number Date Effective\n\nNerve-Based Samples-CR-MP-0552 05/01/2026",
        "Policy Name & Number\tDate Effective\n\nNerve-Based Samples-CR-MP-0552 05/01/2026",
        "Policy Name & Number Date Effective\t\nNerve-Based Samples-CR-MP-0552\t05/01/2026",
        "Policy Name & Number Date Effective\n\nNerve-Based\n\nSamples-CR-MP-0552 05/01/2026",
        "Policy Name & Number\n\nDate Effective\n\nNerve-Based Samples-CR-MP-0552\n\n05/01/2026",
        "Policy Name & Number Date Effective Nerve-Based Samples-CR-MP-0552 05/01/2026 Policy Type MEDICAL",
        "Policy Name & Number: Nerve-Based Samples-CR-MP-0552 05/01/2026",
    ],
)
def test_the_values_of_a_header_stand_below_it(header: str) -> None:
    found = read(header, "Date Effective 05/01/2026")
    title = (found.title or "").replace("\n", " ")
    assert (found.number, title, found.effective_on) == ("CR-MP-0552", "Nerve-Based Samples", MAY)
    assert found.must_be_given == ()


def test_a_number_behind_a_name_and_a_dash_is_no_part_of_the_title() -> None:
    found = read("# Nerve-Based Samples - CR-MP-0552\n\nCedar Ridge Health")
    assert (found.number, found.title) == ("CR-MP-0552", "Nerve-Based Samples")
    assert read("Cedar Ridge Health\n\nNerve-Based Samples-CR-MP-0552").number == "CR-MP-0552"


@pytest.mark.parametrize(
    "rows",
    [
        "Date Revised Date Effective\n\n06/01/2026",
        "Date Issued 05/01/2026 First text. Date Revised Date Effective 06/01/2026 Date Archived",
        "Date Issued\n\nDate Revised\n\nDate Effective\n\n06/01/2026\n\n07/01/2026",
        "Revised: sent back by the panel, effective 06/01/2026",
        "Revised: the nurse of the plan saw the text on 06/01/2026",
    ],
)
def test_a_day_that_could_be_anothers_is_left_to_a_person(rows: str) -> None:
    found = read("Cedar Ridge Health", rows)
    assert (found.effective_on, found.revised_on) == (None, None)
    assert [line for line in found.not_understood if line.startswith("revised date:") and "06/01/2026" in line]


def test_as_many_days_as_labels_go_to_them_in_their_order() -> None:
    for rows in (
        "Date Issued Date Effective\n\n06/01/2026 07/01/2026",
        "Issued\n\nEffective\n\n06/01/2026\n\n07/01/2026",
    ):
        found = read("Cedar Ridge Health", rows)
        assert (found.issued_on, found.effective_on) == (JUNE, JULY)


def test_a_line_that_begins_with_a_label_is_no_title() -> None:
    assert read("Policy Number: CR-MP-0552\n\nCedar Ridge Health\n\nNerve Samples").title == "Nerve Samples"


def test_a_title_may_begin_with_a_word_that_is_a_label() -> None:
    assert values("Policy Title: Type 1 Sample Disease") == [(Field.TITLE, "Type 1 Sample Disease")]
    assert values("Policy Title\n\nState of the Sample") == [(Field.TITLE, "State of the Sample")]


def test_a_page_of_flat_rows_is_read_as_its_print() -> None:
    page, printed = (
        read_document((DOCUMENTS / f"flat_rows{suffix}").read_bytes(), suffix, PAYERS) for suffix in (".html", ".pdf")
    )
    for name in ("number", "title", "issued_on", "effective_on", "revised_on", "states", "history"):
        assert getattr(page, name) == getattr(printed, name)
