"""Segments are counted as carriers count them, and no text is longer than ten of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.sms.segments import (
    MAX_SEGMENTS,
    Encoding,
    count_segments,
    count_units,
    encoding_of,
    plain_for_phones,
    split_text,
)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 1530, 10),
        ("a" * 1531, 11),
        # An extended character is two units and is not cut in two at the end of a segment.
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("é" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("á" * 670, 10),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        # 67 units hold 33 of them: a pair is not cut either.
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments_are_those_of_the_carriers(text: str, segments: int) -> None:
    assert count_segments(text) == segments


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“It’s here”", '"It\'s here"'),
        ("a – b — c − d", "a - b - c - d"),
        ("wait…", "wait..."),
        ("a\u00a0b\u202fc\td", "a b c d"),
        ("KYMRIAH®\u200b™", "KYMRIAH"),
        ("• one\r\n• two", "- one\n- two"),
        # Accents are words, and stay.
        ("¿Cuándo está?", "¿Cuándo está?"),
        ("cafe\u0301", "café"),
    ],
)
def test_typography_becomes_plain_and_accents_stay(text: str, plain: str) -> None:
    assert plain_for_phones(text) == plain


def test_what_only_typography_made_long_is_short_again() -> None:
    assert encoding_of("Don’t worry – we’re here…") is Encoding.UCS2
    assert encoding_of(plain_for_phones("Don’t worry – we’re here…")) is Encoding.GSM7


def test_a_long_answer_is_cut_between_sentences() -> None:
    sentence = "This sentence is about sixty characters long, give or take. "
    texts = split_text(sentence * 60)
    assert len(texts) == 3
    assert all(text.endswith("take.") for text in texts)
    assert all(text.startswith("This") for text in texts)


def test_a_long_sentence_is_cut_between_words() -> None:
    texts = split_text("word " * 1000)
    assert {word for text in texts for word in text.split()} == {"word"}
    assert sum(len(text.split()) for text in texts) == 1000


def test_a_link_is_never_cut() -> None:
    link = "https://chat.example.org/#join=" + "x" * 43
    for before in range(1440, 1535):
        assert sum(link in text for text in split_text("a" * before + " " + link)) == 1


def test_only_a_word_that_fills_a_text_alone_is_cut() -> None:
    texts = split_text("a" * 4000)
    assert [len(text) for text in texts] == [1530, 1530, 940]


_TEXTS = st.text(st.sampled_from("aé€😀á “…’.!?\n-"), max_size=3000)


@settings(max_examples=150, deadline=None)
@given(_TEXTS)
def test_no_text_is_longer_than_ten_segments_and_nothing_is_lost(text: str) -> None:
    texts = split_text(text)
    assert all(0 < count_segments(part) <= MAX_SEGMENTS for part in texts)
    assert all(count_units(part) <= (1530 if encoding_of(part) is Encoding.GSM7 else 670) for part in texts)
    assert "".join("".join(texts).split()) == "".join(text.split())
    if all(count_segments(word) <= MAX_SEGMENTS for word in text.split()):
        assert [word for part in texts for word in part.split()] == text.split()


@given(st.text(max_size=400))
def test_a_text_that_fits_is_one_and_the_same(text: str) -> None:
    plain = plain_for_phones(text).strip()
    if 0 < count_segments(plain) <= MAX_SEGMENTS:
        assert split_text(plain) == (plain,)


@given(st.text(max_size=200))
def test_making_plain_is_done_once(text: str) -> None:
    assert plain_for_phones(plain_for_phones(text)) == plain_for_phones(text)
