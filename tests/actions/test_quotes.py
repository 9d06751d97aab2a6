"""Of a payer's own text a list is quoted whole with what leads into it, or not at all."""

from __future__ import annotations

import pytest

from actions.quotes import LONGEST_LIST, find_quote, narrow_quote, widen_quote
from knowledge.policies.model import Passage, VersionId

LEAD_IN = "These uses are not covered:"
ITEMS = ("• A second dose.", "• A dose at home.", "• A dose before birth.")
AROUND = "Members may ask."
LISTS = {
    "bullets": (LEAD_IN, *ITEMS),
    "numbers": (LEAD_IN, "1. A second dose.", "2. A dose at home.", "3. A dose before birth."),
    "letters": (LEAD_IN, "(a) A second dose", "(b) A dose at home", "(c) A dose before birth."),
    "rows": (LEAD_IN, "Use | Answer", "A second dose | no", "A dose at home | no", "A dose before birth | no."),
    "wrapped": ("These uses are, in all of the", "states, not covered:", *ITEMS),
    "between": (LEAD_IN, ITEMS[0], "AND", *ITEMS[1:]),
    "nested": (LEAD_IN, "• Any of these:", *ITEMS),
    "unmarked": (LEAD_IN, "A second dose.", "A dose at home.", "A dose before birth."),
}


def place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


@pytest.mark.parametrize("separator", ["\n", "\n\n"], ids=["lines", "paragraphs"])
@pytest.mark.parametrize("lines", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("words", ["A second dose", "A dose at home", "A dose before birth", "not covered:"])
def test_an_excerpt_of_a_list_becomes_the_list_and_what_leads_into_it(
    lines: tuple[str, ...], separator: str, words: str
) -> None:
    text = separator.join([AROUND, *lines])
    widened = widen_quote(text, place(text, words))

    assert widened is not None
    assert text[slice(*widened)] == separator.join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ITEMS),
        "\n".join(["Uses that are left out", *ITEMS]),
        "\n".join([LEAD_IN, *ITEMS, "• " + "long " * LONGEST_LIST]),
    ],
    ids=["no-lead-in", "heading", "long"],
)
def test_of_a_list_that_cannot_be_quoted_whole_nothing_is_quoted(text: str) -> None:
    assert widen_quote(text, place(text, "• A dose at home.")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is not so that a dose at home is covered.", "a dose at home is covered."),
        ("A dose is covered, but never at home. It is so.", "A dose is covered,"),
        ("Uses without cover\n\nA second dose.", "A second dose."),
        (f"It is so. {LEAD_IN}", LEAD_IN),
    ],
)
def test_no_sentence_is_cut(text: str, words: str) -> None:
    assert widen_quote(text, place(text, words)) is None


@pytest.mark.parametrize("words", ["First one.", "Second one.", "Second one. Third one."])
def test_whole_sentences_beside_a_list_are_quoted_as_they_are(words: str) -> None:
    text = "\n".join(["First one. Second one. Third one.", LEAD_IN, *ITEMS, "Last one."])
    assert widen_quote(text, place(text, words)) == place(text, words)
    assert widen_quote(text, place(text, "Last one.")) == place(text, "Last one.")


def passage(text: str, heading: str = "Policy", position: int = 1) -> Passage:
    return Passage(VersionId("policy@1"), position, "A", heading, "", text)


def quoted(text: str, words: str, heading: str = "Policy", asked: str = "") -> str | None:
    page = passage(text, heading)
    found = find_quote(page, place(text, words), [page], asked)
    return text[slice(*found)] if found else None


def test_the_lines_over_the_first_sentence_are_no_words_of_a_policy() -> None:
    head = "Policy Number: 08.03.11\nEffective Date: 10/01/2026"
    first = "One infusion is paid for in a life."

    assert quoted(head, head) is None
    assert quoted(f"{head}\n{first}", f"{head}\n{first}") == first


def test_a_definition_stands_alone_and_is_the_one_that_is_asked_for() -> None:
    text = "• Cell – A part of the body.\n• Vector – A carrier of a gene into a cell.\n• Drug – A thing that acts."

    assert quoted(text, text, "Definitions", "vector") == "Vector – A carrier of a gene into a cell."
    assert quoted(text, "• Vector – A carrier", "Policy", "vector") is None


def test_a_quote_is_narrowed_to_the_sentences_that_say_what_is_asked() -> None:
    text = "The form is sent in. Liver values are measured before. A visit follows."

    assert text[slice(*narrow_quote(text, (0, len(text)), "liver test"))] == "Liver values are measured before."
    assert narrow_quote(text, (0, len(text)), "hotel") == (0, len(text))
