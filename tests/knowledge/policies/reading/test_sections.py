"""Where a section or a clause begins, when marks or parts of the contents are left out: none takes another's text."""

from __future__ import annotations

import pytest

from knowledge.policies.reading.model import ReadPolicy
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.drawn import Placed, draw_pdf
from tests.knowledge.policies.reading.expected import PAYERS

FRONT = "Cedar Ridge Health\n\nPolicy Number: CR-MM-0001\n\n"
SECTIONS = {
    "A": ("Subject", "Samples of a kind."),
    "B": ("Background", "Samples are watched."),
    "D": ("Policy", "I. The chart is looked at first."),
    "H": ("History", "It was seen once."),
}
GAPS = ["sections: D comes after B", "sections: H comes after D"]


def read(text: str, suffix: str = ".txt") -> ReadPolicy:
    return read_document(text.encode(), suffix, PAYERS)


def names(found: ReadPolicy) -> list[str]:
    return [passage.section for passage in found.passages if passage.section != "Front page"]


def doubts(found: ReadPolicy) -> list[str]:
    """The doubts about marks, without what is to be done."""
    return [line.split(";")[0] for line in found.not_understood if " comes after " in line]


def as_text() -> ReadPolicy:
    return read(FRONT + "\n\n".join(f"{mark}. {title}\n\n{text}" for mark, (title, text) in SECTIONS.items()))


def as_page() -> ReadPolicy:
    parts = (f"<h5>{mark}. {title}</h5><p>{text}</p>" for mark, (title, text) in SECTIONS.items())
    return read(f"<!doctype html><h1>Samples</h1><p>Cedar Ridge Health</p>{''.join(parts)}", ".html")


def as_print() -> ReadPolicy:
    placed: list[Placed] = [(60, 60, "*Cedar Ridge Health sample")]
    for number, (mark, (title, text)) in enumerate(SECTIONS.items()):
        placed += [(60, 100 + 60 * number, f"*{mark}. {title}"), (60, 120 + 60 * number, text)]
    return read_document(draw_pdf([placed]), ".pdf", PAYERS)


@pytest.mark.parametrize("make", [as_text, as_page, as_print])
def test_sections_behind_one_that_is_left_out_are_sections_and_the_gap_is_told(make: object) -> None:
    found: ReadPolicy = make()  # type: ignore[operator]
    assert names(found) == ["A", "B", "D.I", "H"]
    assert doubts(found) == GAPS
    assert {passage.section: passage.text for passage in found.passages}["B"] == "Samples are watched."


def test_a_clause_behind_one_that_is_left_out_is_a_clause_and_the_gap_is_told() -> None:
    clauses = "I. The first clause stands here.\n\nIII. The third clause stands here.\n\nC. Samples like these."
    found = read(f"{FRONT}A. Subject\n\nSamples.\n\nB. Policy\n\n{clauses}\n\nC. References\n\nN/A\n")
    assert names(found) == ["A", "B.I", "B.III", "C"]
    assert doubts(found) == ["clauses of section B: III comes after I"]


def test_what_only_looks_like_a_later_mark_begins_no_section() -> None:
    notes = "F. Notes of a panel\n\nThe panel saw it."
    text = f"{FRONT}A. Subject\n\nSamples.\n\n{notes}\n\nB. Policy\n\nThe chart.\n\nC. Terms\n\nNone of ours.\n\n"
    found = read(text + "D. Rules\n\nNone at all.\n\nE. Lists\n\nThey are long.\n")
    assert names(found) == ["A", "B", "C", "D", "E"]
    assert doubts(found) == []


def test_a_long_text_without_any_section_is_doubted() -> None:
    line = "The chart is looked at before anything else is done. "
    noted = [
        [entry for entry in read(FRONT + line * count).not_understood if entry.startswith("sections:")]
        for count in (10, 100)
    ]
    assert [len(entries) for entries in noted] == [0, 1]


def test_a_table_of_contents_that_leaves_sections_out_cuts_off_none() -> None:
    contents = "Table of Contents\n\nA. Subject ..... 2\n\nB. Policy ..... 2\n\n"
    found = read(
        f"{FRONT}{contents}A. Subject\n\nSamples.\n\nB. Policy\n\nThe chart.\n\nC. Terms\n\nNone.\n\nD. Rules\n\nNo.\n"
    )
    assert names(found) == ["A", "B", "C", "D"]


def test_a_table_of_contents_that_a_browser_printed_over_two_pages_cuts_off_no_section() -> None:
    pages = (
        [
            "Cedar Ridge Health", "MEDICAL POLICY STATEMENT", "Policy Name & Number Date Effective",
            "Nerve-Based Samples-CR-MM-0633 07/01/2026", "Table of Contents", "A. Subject 2", "B. Policy 2",
        ],
        [
            "C. State Rules 3", "D. Review History 3", "A. Subject", "Samples of a kind are what this is about.",
            "B. Policy", "I. The chart is looked at before anything else is done.",
        ],
        [
            "C. State Rules", "No state has a rule of its own for these samples here.", "D. Review History",
            "Date Issued 03/04/2026 The first text.", "Date Revised", "Date Effective 07/01/2026",
        ],
    )  # fmt: skip
    address = "https://www.example.org/policies/cr-mm-0633"
    drawn = [
        [
            (24.0, 20.0, "11/20/26, 9:12 AM"), (24.0, 780.0, address), (575.0, 780.0, f"{number}/{len(pages)}"),
            *((72.0, 60.0 + 24 * place, line) for place, line in enumerate(lines)),
        ]
        for number, lines in enumerate(pages, start=1)
    ]  # fmt: skip
    found = read_document(draw_pdf(drawn), ".pdf", PAYERS)
    assert (found.number, found.title, found.revised_on) == ("CR-MM-0633", "Nerve-Based Samples", None)
    assert names(found) == ["A", "B.I", "C", "D"]
    assert not [passage for passage in found.passages if address in passage.text]
