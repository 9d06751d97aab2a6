"""Of a payer's own text whole paragraphs are quoted, a list with all of it and what leads into it, or nothing."""

from __future__ import annotations

import pytest

from actions.quotes import LONGEST_QUOTE, find_quote, says_half
from knowledge.policies.model import Passage, VersionId

LEAD_IN = "The uses below are not covered:"
ITEMS = ("• A second dose.", "• A dose at home.", "• A dose before birth.")
LISTS = {
    "bullets": (LEAD_IN, *ITEMS),
    "numbers": (LEAD_IN, "1. A second dose.", "2. A dose at home.", "3. A dose before birth."),
    "letters": (LEAD_IN, "(a) A second dose", "(b) A dose at home", "(c) A dose before birth."),
    "rows": (LEAD_IN, "Use | Answer", "A second dose | no", "A dose at home | no", "A dose before birth | no."),
    "wrapped": ("The uses below are, in all of the", "states, not covered:", *ITEMS),
    "between": (LEAD_IN, ITEMS[0], "AND", *ITEMS[1:]),
    "nested": (LEAD_IN, "• Any of these:", *ITEMS),
    "unmarked": (LEAD_IN, "A second dose.", "A dose at home.", "A dose before birth."),
    "full-stop": (LEAD_IN.replace(":", "."), "A second dose.", "A dose at home.", "A dose before birth."),
}
# Sentences that stand by themselves, long enough that a text with one of them is not quoted as a whole.
LONG = " ".join(["The plan pays for one infusion in a life."] * 13)
LONGER = f"{LONG} {LONG}"


def place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def passage(text: str, heading: str = "Policy", position: int = 2, section: str = "A") -> Passage:
    return Passage(VersionId("policy@1"), position, section, heading, "", text)


FRONT = passage("Policy Number: 08.03.11\nEffective Date: 10/01/2026", "Front page", 1, "Front page")


def quoted(text: str, words: str, heading: str = "Policy", asked: str = "", section: str = "A") -> str | None:
    page = passage(text, heading, section=section)
    found = find_quote(page, place(text, words), [FRONT, page], asked)
    return text[slice(*found)] if found else None


@pytest.mark.parametrize("separator", ["\n", "\n\n"], ids=["lines", "paragraphs"])
@pytest.mark.parametrize("lines", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("words", ["A second dose", "A dose at home", "A dose before birth", "not covered"])
def test_of_a_list_all_is_quoted_with_what_leads_into_it(lines: tuple[str, ...], separator: str, words: str) -> None:
    listed = separator.join(lines)

    assert quoted(f"{LONGER}\n{listed}", words) == listed


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ITEMS),
        "\n".join(["Uses that are left out", *ITEMS]),
        "\n".join([LEAD_IN, *ITEMS, "• " + "long " * LONGEST_QUOTE]),
        "\n".join([LONGER, "Uses that are left out", "A dose at home."]),
        "\n".join([LONGER, "Three uses are left out.", "A dose at home."]),
        "\n".join([LONGER, "Three uses are left out.", "A dose at home for a member who has a nurse."]),
    ],
    ids=["no-lead-in", "heading", "long", "title", "fragment", "fragment-with-who"],
)
def test_of_a_list_that_cannot_be_quoted_whole_nothing_is_quoted(text: str) -> None:
    assert quoted(text, "A dose at home") is None


@pytest.mark.parametrize(
    "text",
    [
        "None of these limits hold for children. A child may receive it. This does not apply in two states.",
        "A child may receive it.\nThis does not apply in two states.",
        "It is false to say the following. A child may receive it.",
        "Two uses are out.\nA child may receive it.",
    ],
)
def test_a_short_text_is_quoted_as_a_whole(text: str) -> None:
    assert quoted(text, "A child may receive it.") == text


@pytest.mark.parametrize("after", ["This is not so for adults.", "However, adults may not.", "Exception: adults."])
def test_what_takes_a_paragraph_back_is_quoted_with_it(after: str) -> None:
    told = f"A child may receive it.\n{after}"

    assert quoted(f"{LONGER}\n{told}\n{LONG}", "A child may") == told
    assert quoted(f"{LONGER}\n{told}\n{LONG}", after) == told
    assert quoted(f"{LONGER}\n{after}", after) is None


@pytest.mark.parametrize(
    "lines",
    [
        ("Three uses are not paid for.", "A member may be older."),
        ("The points may not be met.", "A member may be older.", "No member is younger."),
        ("A member may be older.", "Excluded are members with antibodies."),
        ("A member may be older.", "The rule above holds for members in Ohio."),
        ("A member may be older.", "Members of plans in Ohio alone are meant."),
        ("The uses named here are experimental.", "A member may be older."),
    ],
)
def test_what_says_not_beside_a_paragraph_is_quoted_with_it(lines: tuple[str, ...]) -> None:
    told = "\n".join(lines)

    assert quoted(f"{LONGER}\n{told}\n{LONG}", "A member may be older.") == told
    assert quoted(f"{LONGER}\n{told} {LONGER}", "A member may be older.") is None


@pytest.mark.parametrize(
    "heading",
    ["Zolgensma is covered under your plan if none of these apply", "You are covered", "Uses " * 20 + "left out"],
)
def test_under_a_heading_that_may_not_be_said_nothing_is_quoted(heading: str) -> None:
    assert quoted("A child may receive it.", "A child", "Policy") is not None
    assert quoted("A child may receive it.", "A child", heading) is None


@pytest.mark.parametrize(
    ("above", "own", "after", "is_quoted"),
    [
        ("Each request is read by itself.", "A second infusion is looked at by two doctors.", "A visit is paid.", True),
        ("The following is never paid.", "A second infusion is looked at by two doctors.", "A visit is paid.", False),
        ("Two things are not paid.", "A second infusion is looked at by two doctors.", "A visit is paid.", False),
        ("Each request is read by itself.", "A second infusion in five years.", "A visit is paid.", False),
        ("Each request is read by itself.", "The plan for the time after a dose is given.", "A visit is paid.", False),
        ("Each request is read by itself.", "A test is done before a dose is given.", "A visit is paid.", True),
        ("Each request is read by itself.", "This is paid for adults.", "A visit is paid.", False),
        ("Each request is read by itself.", "A second infusion is paid.", "However, not at home.", False),
        ("Each request is read by itself.", "A second infusion is paid.", "Clause I is void in Ohio.", False),
        ("Each request is read by itself.", "A second infusion is paid.", "A part in it is a visit.", True),
    ],
)
def test_a_clause_that_hangs_on_another_is_not_quoted(above: str, own: str, after: str, is_quoted: bool) -> None:
    pages = [
        passage(text, position=number, section=section)
        for number, (section, text) in enumerate((("B", above), ("B.I", own), ("B.II", after)), start=2)
    ]

    assert bool(find_quote(pages[1], (0, len(own)), [FRONT, *pages])) is is_quoted


def test_clauses_with_titles_of_their_own_are_not_quoted_without_the_title_over_them() -> None:
    pages = [
        passage("The child is younger than two.", heading, number, f"B.{number}")
        for number, heading in enumerate(("Age", "Weight"), start=2)
    ]

    assert find_quote(pages[0], (0, 10), [FRONT, *pages]) is None


def test_the_lines_over_the_first_sentence_are_no_words_of_a_policy() -> None:
    head = "Policy Number: 08.03.11\nEffective Date: 10/01/2026"
    first = "One infusion is paid for in a life."
    page = passage(f"{head}\n{first}", position=1)

    found = find_quote(page, (0, len(head) + 5), [page])
    assert found == place(f"{head}\n{first}", first)
    assert find_quote(page, (0, len(head)), [page]) is None


DEFINITIONS = "• Cell – A part of the body.\n• Vector – A carrier of a gene\ninto a cell.\n• Drug – A thing that acts."


@pytest.mark.parametrize("lead", ["", "These terms are used here:\n"])
def test_a_definition_stands_alone_and_is_the_one_that_is_asked_for(lead: str) -> None:
    text = lead + DEFINITIONS

    assert quoted(text, "Cell", "Definitions", "vector") == "Vector – A carrier of a gene\ninto a cell."
    assert quoted(text, "Cell", "Glossary") == "Cell – A part of the body."


@pytest.mark.parametrize(
    ("text", "heading", "asked"),
    [
        (DEFINITIONS, "Policy", "vector"),
        (DEFINITIONS, "Definitions and exclusions", "vector"),
        (DEFINITIONS, "Definitions", "otter act"),
        (f"The act of the state is used here.\n{DEFINITIONS}", "Definitions", "vector"),
        (f"{DEFINITIONS}\n• Care that meets all of these:\n• It is needed.", "Definitions", "vector"),
        (f"{DEFINITIONS}\nNever paid for.\n• Repeat: a second one.", "Definitions", "repeat"),
    ],
    ids=["no-definitions", "other-heading", "not-there", "other-words", "points-within", "another-list"],
)
def test_where_a_list_holds_more_than_definitions_none_of_it_stands_alone(text: str, heading: str, asked: str) -> None:
    assert quoted(text, "• Cell – A part of the body.", heading, asked) is None


def test_under_the_plan_never_pays_no_line_stands_alone() -> None:
    lead = "The plan never pays for these terms of care:"
    text = f"{lead}\n• Repeat infusion: a second one.\n• Home infusion: one at home."

    assert quoted(text, "Repeat infusion", "Definitions", "repeat infusion") == text


@pytest.mark.parametrize(
    "words",
    [
        "The test is done.” Good news. “It is done.",
        "See https://example.org now.",
        "Reply STOP to get it.",
        "[a](b) is so.",
    ],
)
def test_what_could_speak_for_us_is_not_quoted(words: str) -> None:
    assert quoted(words, words) is None
    assert quoted("The word “dose” is so.", "dose") == "The word “dose” is so."


def test_a_word_that_stands_within_another_is_not_said() -> None:
    assert says_half("An age of two years and a genetic test.", "ages and tests")
    assert not says_half("The coverage of a detest.", "ages and tests")
