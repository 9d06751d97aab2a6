"""Whatever stands in a file: it is read, or refused in the one way that is meant for it."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.reader import read_document
from tests.knowledge.policies.reading.expected import DOCUMENTS, PAYERS

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# The pieces that documents are made of, in an order that no document has.
_PIECES = (
    "A. Subject", "B. Policy", "D.", "I. Clause", "1.1", "(a)", "- ", "• ", "☒ Ohio", "[x]", "|", "\t", "\n", "\n\n",
    "Table of Contents", "Definitions", "Term – text", "Effective Date:", "05/01/2026", "Policy Number", "MP-AD-1",
    "<h1>", "</h1>", "<table><tr><td>", "</table>", "<li>", "<ol type=I>", "<input checked>", "<!--", "&lt;", "\x00",
    "References", "Revision History", "Cedar Ridge", "words that go on", "N/A", "**", "_", "#", "..... 3", "-", "é",
    "\u202e", "\f",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(_PIECES), max_size=60).map(" ".join)


def reads_or_refuses(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        found = read_document(data, ".txt", PAYERS)
        sections = [passage.section for passage in found.passages]
        assert sections
        assert len(set(sections)) == len(sections)
        assert all(passage.text.strip() for passage in found.passages)
        # What a database refuses and what a terminal acts on: neither gets so far.
        kept = "\n".join([*(f"{passage.heading}{passage.text}" for passage in found.passages), found.title or ""])
        assert not set(kept.encode().decode()) & {"\0", "\x1b", "\u202e"}


@QUICK
@given(PIECES)
def test_pieces_of_documents_in_any_order(text: str) -> None:
    reads_or_refuses(text.encode())


@QUICK
@given(PIECES)
@example("<table><tr><td> |")
def test_pieces_of_pages_in_any_order(text: str) -> None:
    reads_or_refuses(f"<!doctype html><body>{text}".encode())


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    reads_or_refuses(data)


@settings(QUICK, max_examples=40)
@given(st.integers(0, 32_000), st.binary(min_size=1, max_size=60))
def test_a_pdf_with_any_bytes_changed(place: int, change: bytes) -> None:
    data = (DOCUMENTS / "two_columns.pdf").read_bytes()
    reads_or_refuses(data[:place] + change + data[place + len(change) :])
