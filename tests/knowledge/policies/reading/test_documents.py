"""Fictional documents in six layouts are read as they are meant, from every format that they come in."""

from __future__ import annotations

import re
from typing import Any

import pytest

from knowledge.policies.reading.model import Format
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.expected import DOCUMENTS, PAYERS, as_data, expected_of

# The file, and the name of its expected reading.
READINGS = [
    ("lettered.html", "lettered"),
    ("lettered.pdf", "lettered"),
    ("lettered.md", "lettered_text"),
    ("web_page.html", "web_page"),
    ("numbered.html", "numbered"),
    ("numbered.pdf", "numbered"),
    ("two_columns.html", "two_columns"),
    ("two_columns.pdf", "two_columns"),
    ("criteria_table.html", "criteria_table"),
    ("criteria_table.pdf", "criteria_table"),
    ("flat_rows.pdf", "flat_rows"),
]


def read(name: str) -> Any:
    path = DOCUMENTS / name
    return read_document(path.read_bytes(), path.suffix, PAYERS)


def without_signs(value: Any) -> Any:
    """The words alone: formats write bullets, cells and the ends of lines in different ways."""
    if isinstance(value, str):
        return " ".join(re.sub(r"[•|]", " ", value).split())
    if isinstance(value, list):
        return [without_signs(entry) for entry in value]
    return {name: without_signs(entry) for name, entry in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(("name", "expected"), READINGS)
def test_a_document_is_read_as_it_is_meant(name: str, expected: str) -> None:
    assert without_signs(as_data(read(name))) == without_signs(expected_of(expected))


def test_the_text_of_a_web_page_is_read_as_the_page() -> None:
    page, text = as_data(read("web_page.html")), as_data(read("web_page.txt"))
    assert text["passages"][:3] == page["passages"][:3]
    assert text["title"] == page["title"]
    assert "revised_on" not in text


def test_boxes_that_a_pdf_only_draws_count_as_they_are_ticked() -> None:
    found = read("lettered.pdf")
    assert (found.format, found.states) == (Format.PDF, ("KY", "WV"))
    assert [line for line in found.understood if "not ticked" in line] == ["states: TN, VA not ticked, left out"]


def test_what_every_page_repeats_is_in_no_passage() -> None:
    for name in ("lettered.pdf", "lettered.md"):
        words = " ".join(passage.text for passage in read(name).passages)
        assert "due consideration" not in words
        assert "Effective Date: 07/01/2026" not in words


def test_a_rows_cells_stay_together_in_a_table_of_criteria() -> None:
    criteria = next(passage.text for passage in read("criteria_table.pdf").passages if passage.section == "Criteria")
    rows = [row.split(" | ") for row in criteria.split("\n")]
    assert [row[0] for row in rows] == ["No.", "1", "2", "3", "4"]
    assert [len(row) for row in rows] == [3] * 5


def test_what_a_page_hides_and_what_stands_around_it_is_not_read() -> None:
    found = read("web_page.html")
    words = " ".join(passage.text for passage in found.passages)
    for hidden in ("Secret", "Flu shots", "Home", "LM-ZZ-9999", "rights reserved"):
        assert hidden not in words
    assert found.number is None
