"""What is understood of a document, and what is left to a person: nothing is guessed where it says two things."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.policies.model import DocumentKind
from knowledge.policies.reading.blocks import join_lines
from knowledge.policies.reading.dates import find_dates
from knowledge.policies.reading.model import ReadPolicy
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.expected import PAYERS

POLICY = """Cedar Ridge Health

MEDICAL POLICY

Policy Number: CR-MM-0001
Effective Date: 05/01/2026

{front}

A. Subject

Samples

B. Policy

I. The first clause of this sample stands here and says something.

II. The second clause of this sample stands here and says more.

C. References

N/A
"""


def read(text: str, suffix: str = ".txt") -> ReadPolicy:
    return read_document(text.encode(), suffix, PAYERS)


def front(text: str) -> ReadPolicy:
    return read(POLICY.format(front=text))


def test_a_plain_policy_is_understood() -> None:
    found = front("This policy applies in Ohio and West Virginia.")
    assert (found.payer, found.number, found.kind) == ("cedar-ridge", "CR-MM-0001", DocumentKind.MEDICAL_POLICY)
    assert (found.effective_on, found.states) == (date(2026, 5, 1), ("OH", "WV"))
    assert [passage.section for passage in found.passages] == ["Front page", "A", "B.I", "B.II", "C"]


@pytest.mark.parametrize(
    "boxes",
    [
        "[x] Ohio [ ] Indiana",
        "☒ Ohio ☐ Indiana",
        "☑ Ohio □ Indiana",
        '<input checked type="checkbox"/> Ohio\t<input type="checkbox"/> Indiana',
    ],
)
def test_only_the_ticked_state_counts(boxes: str) -> None:
    assert front(boxes).states == ("OH",)


BOXES = ("[x] Ohio [ ] Indiana", '&lt;input checked type="checkbox"/&gt; Ohio &lt;input type="checkbox"/&gt; Indiana')


@pytest.mark.parametrize("boxes", BOXES)
def test_boxes_typed_into_a_page_are_boxes(boxes: str) -> None:
    page = "".join(f"<p>{line}</p>" for line in POLICY.format(front=f"It applies in: {boxes}").split("\n"))
    assert read(f"<!doctype html><body>{page}", ".html").states == ("OH",)


def test_boxes_that_are_cut_are_left_to_a_person() -> None:
    page = (
        "<table><tr><td>&lt;input</td><td>type=&quot;checkbox&quot;/&gt; Ohio</td></tr></table><p>It is for Ohio.</p>"
    )
    lines = "".join(f"<p>{line}</p>" for line in POLICY.format(front="").split("\n"))
    found = read(f"<!doctype html><body>{page}{lines}", ".html")
    assert (found.states, found.must_be_given) == ((), ("states",))


def test_a_ticked_box_with_half_a_name_is_left_to_a_person() -> None:
    rows = "<table><tr><td>☒ Ohio</td><td>☒ West</td></tr><tr><td></td><td>Virginia</td></tr></table>"
    lines = "".join(f"<p>{line}</p>" for line in POLICY.format(front="").split("\n"))
    found = read(f"<!doctype html><body><p>Cedar Ridge Health</p>{rows}{lines}", ".html")
    assert (found.states, found.must_be_given) == ((), ("states",))
    assert front("☒ Ohio ☐ West ☒ Marketplace").states == ("OH",)


def test_boxes_without_a_tick_are_left_to_a_person() -> None:
    found = front("[ ] Ohio [ ] Indiana")
    assert found.states == ()
    assert found.must_be_given == ("states",)


def test_two_effective_dates_are_left_to_a_person() -> None:
    found = front("Effective Date: 06/01/2026")
    assert found.effective_on is None
    assert found.must_be_given == ("effective date",)


def test_an_original_or_a_next_date_is_not_the_effective_date() -> None:
    found = front("Original Effective Date: 01/01/2019\nNext Review Date: 05/01/2027")
    assert found.effective_on == date(2026, 5, 1)
    assert found.revised_on is None


def test_two_payers_named_alike_are_left_to_a_person() -> None:
    found = front("Lakeshore Mutual and Lakeshore Mutual wrote it together.")
    assert found.payer is None
    assert "payer" in found.must_be_given


def test_a_criterion_that_comes_again_stays() -> None:
    criterion = "The chart holds a note of the specialist from the last twelve months."
    text = (
        POLICY.format(front="").replace("something.", f"something.\n\n{criterion}") + f"\n{criterion}\n\n{criterion}\n"
    )
    words = "\n".join(passage.text for passage in read(text).passages)
    assert words.count(criterion) == 3


def test_a_table_of_contents_is_no_section() -> None:
    contents = "Table of Contents\n\nA. Subject ........ 2\nB. Policy ........ 2\nC. References ..... 3"
    found = front(contents)
    assert [passage.section for passage in found.passages] == ["Front page", "A", "B.I", "B.II", "C"]
    assert "...." not in found.passages[0].text


def test_form_feeds_part_pages_whose_headers_are_dropped() -> None:
    pages = [
        f"Cedar Ridge Health sample header\n\n{part}\n\n{number}"
        for number, part in enumerate(
            ["1. Purpose\n\nThe first words run on", "to the next page.\n\n2. Scope\n\nMore.", "3. Terms\n\nLast."],
            start=1,
        )
    ]
    found = read("\f".join(pages))
    assert [passage.text for passage in found.passages] == [
        "The first words run on to the next page.",
        "More.",
        "Last.",
    ]


def test_sections_with_the_same_heading_are_told_apart() -> None:
    found = read("# Page\n\nLakeshore Mutual.\n\n## Costs\n\nOne.\n\n## Costs\n\nTwo.\n", ".md")
    assert [passage.section for passage in found.passages] == ["Page", "Costs", "Costs (2)"]


def test_the_content_decides_and_not_the_name() -> None:
    found = read("<!doctype html><title>Page</title><h1>Sample page</h1><p>Lakeshore Mutual has words.</p>", ".pdf")
    assert (found.title, found.format.value) == ("Sample page", "HTML")
    assert any(".pdf" in line for line in found.not_understood)


ROMANS = """Lakeshore Mutual
Clinical Policy: Sample Therapy
Reference Number: LM.CP.PHAR.123
Effective Date: 09.01.26
Line of Business: Commercial, Medicaid

Description

Samples are given once by vein.

I. First Approval
   A. Sample disease:
      1. Diagnosis by a blood test;
      2. Seen by a specialist;
   Approved for 3 months

II. Going On
   A. A second sample is not given.

III. Uses that are NOT looked at:
   A. Any other use.

IV. References
1. Sample A. A title. Sample J. 2020;1:2-3.
"""


def test_roman_sections_with_lettered_clauses_are_found() -> None:
    found = read(ROMANS)
    assert [passage.section for passage in found.passages] == ["Front page", "I.A", "II.A", "III.A", "IV"]
    assert (found.title, found.number, found.effective_on) == ("Sample Therapy", "LM.CP.PHAR.123", date(2026, 9, 1))
    assert found.lines_of_business == ("commercial", "medicaid")


def test_lettered_clauses_of_a_section_are_no_sections() -> None:
    clauses = "".join(f"  {letter}. sub clause\n" for letter in "ABCDEFGH")
    text = (
        POLICY.format(front="")
        .replace("I. The first", f"I. All of these:\n{clauses}\nII. The first")
        .replace("II. The second", "III. The second")
    )
    assert [passage.section for passage in read(text).passages][1:] == ["A", "B.I", "B.II", "B.III", "C"]


def test_a_name_in_capitals_is_the_payers_and_no_title() -> None:
    found = read(
        "LAKESHORE MUTUAL\n\nSAMPLE DRUGS\n\nPolicy #: 0231\nCurrent Effective Date: 05/15/2026\n\nCOVERAGE\n\nWords.\n"
    )
    assert (found.payer, found.title, found.effective_on) == ("lakeshore", "SAMPLE DRUGS", date(2026, 5, 15))


def test_a_table_that_only_places_things_is_no_table() -> None:
    cell = "<h2>A. Subject</h2><p>Samples</p><h2>B. Policy</h2><p>Lakeshore Mutual asks.</p>"
    found = read(f"<html><body><table><tr><td>{cell}</td></tr></table></body></html>", ".html")
    assert [(passage.section, passage.text) for passage in found.passages] == [
        ("A", "Samples"), ("B", "Lakeshore Mutual asks.")
    ]  # fmt: skip


def test_a_page_brings_no_sign_that_a_terminal_would_act_on() -> None:
    found = read("<!doctype html><h1>Sample &#27;[31mred&#x202e;</h1><p>Lakeshore Mutual &#0;has&#7; words&shy;.</p>")
    assert found.title == "Sample [31mred"
    assert found.passages[0].text.isprintable()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    text = POLICY.format(front="A café’s “sample”.")
    found = read_document(text.encode(encoding), ".txt", PAYERS)
    assert "café’s “sample”" in found.passages[0].text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/01/2026", date(2026, 5, 1)),
        ("2026-05-01", date(2026, 5, 1)),
        ("May 1, 2026", date(2026, 5, 1)),
        ("1 May 2026", date(2026, 5, 1)),
        ("Sept. 3rd, 2026", date(2026, 9, 3)),
        ("13/45/2026", None),
        ("May 2026", None),
        ("call 1-800-555-0100", None),
    ],
)
def test_a_day_is_read_as_americans_write_it(text: str, day: date | None) -> None:
    assert next(iter(find_dates(text)), None) == day


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("a treat-", "ment of", "a treatment of"),
        ("a gene-", "based way", "a gene-based way"),
        ("the follow-", "up visit", "the follow-up visit"),
        ("MP-", "AD", "MP-AD"),
        ("blind\u00ad", "ness", "blindness"),
        ("one word", "and more", "one word and more"),
    ],
)
def test_a_word_cut_at_the_end_of_a_line_is_mended(before: str, after: str, whole: str) -> None:
    assert join_lines(before, after, {"gene", "based", "follow", "up"}) == whole
