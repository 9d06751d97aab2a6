"""What stands where on a page decides how it is read, not the order in which a program wrote it."""

from __future__ import annotations

import textwrap

from knowledge.policies.reading.model import ReadPolicy
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.drawn import Placed, draw_pdf
from tests.knowledge.policies.reading.expected import PAYERS

WORDS = (
    "Each request is looked at by the records that come with it, and the office that sent it hears from a nurse of "
    "the plan where a page is missing, where a date cannot be read on the copy, or where the name of the product is "
    "not the one that the letter has; the clock stands still until the office has sent what was asked for, and it "
    "goes on from there on the next day on which the plan is at work. Nobody has to send the whole request again."
)
TITLE: Placed = (60, 60, "*Cedar Ridge Health sample")


def read(*pages: list[Placed]) -> ReadPolicy:
    return read_document(draw_pdf(pages), ".pdf", PAYERS)


def lines(words: str, left: float, top: float, width: int) -> list[Placed]:
    return [(left, top + 12 * number, line) for number, line in enumerate(textwrap.wrap(words, width))]


def text(found: ReadPolicy) -> str:
    return "\n".join(passage.text for passage in found.passages)


def test_columns_that_are_written_line_by_line_are_read_one_after_the_other() -> None:
    placed = lines(WORDS, 60, 90, 48)
    half = len(placed) // 2
    right = [(330.0, 90.0 + 12 * number, line) for number, (_, _, line) in enumerate(placed[half:])]
    by_row = sorted([*placed[:half], *right], key=lambda entry: (entry[1], entry[0]))
    assert text(read([TITLE, *by_row])) == WORDS


def test_a_table_without_lines_is_read_row_by_row() -> None:
    table = [
        ("Code", "What it is", "Limit"),
        ("S1001", "A sample drug by vein", "once"),
        ("S1002", "Taking of cells", ""),
    ]
    placed = [
        (left, 90.0 + 12 * number, cell)
        for number, row in enumerate(table)
        for left, cell in zip((60.0, 140.0, 400.0), row, strict=True)
        if cell
    ]
    assert text(read([TITLE, *placed])).split("\n") == [" | ".join(cell for cell in row if cell) for row in table]


def test_a_mark_that_stands_apart_belongs_to_its_line() -> None:
    placed: list[Placed] = []
    for number, (mark, title) in enumerate((("A.", "Subject"), ("B.", "Policy"), ("C.", "Notes"))):
        top = 100.0 + 60 * number
        placed += [
            (60, top, f"*{mark}"),
            (96, top, f"*{title}"),
            (60, top + 20, f"These words are of {title.lower()}."),
        ]
    found = read([TITLE, *placed])
    assert [(passage.section, passage.heading) for passage in found.passages] == [
        ("A", "Subject"), ("B", "Policy"), ("C", "Notes")
    ]  # fmt: skip


def test_lines_that_differ_in_their_numbers_alone_are_no_footer() -> None:
    def page(first: int) -> list[Placed]:
        rows = [
            (60.0, 720.0 + 12 * n, f"{first + n}. Sample A. A title. Sample J. 2024;{first + n}:1-9.") for n in range(3)
        ]
        return [(60, 30, "Cedar Ridge Health samples"), *rows, (500, 770, f"Page {first // 3 + 1} of 3")]

    found = text(read(page(1), page(4), page(7)))
    assert [f"{number}. Sample A." in found for number in range(1, 10)] == [True] * 9
    assert "Page 2" not in found
    assert "samples" not in found


def test_what_a_browser_prints_around_a_single_page_is_no_text_of_it() -> None:
    around: list[Placed] = [
        (24, 20, "11/20/26, 9:12 AM"), (250, 20, "Cedar Ridge Health sample"),
        (24, 780, "https://www.example.org/samples"), (575, 780, "1/1"),
    ]  # fmt: skip
    assert text(read([*around, TITLE, *lines(WORDS, 60, 90, 90)])) == WORDS


def test_text_runs_on_over_the_end_of_a_page() -> None:
    placed = lines(WORDS, 60, 90, 90)
    half = len(placed) // 2
    second = [(left, top - 12 * half, line) for left, top, line in placed[half:]]
    assert text(read([TITLE, *placed[:half], (300, 770, "1")], [*second, (300, 770, "2")])) == WORDS
