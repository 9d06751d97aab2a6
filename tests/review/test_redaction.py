"""Nothing that could say who wrote a text stays in it; what it asks stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import MOST_CHARACTERS, SAMPLES, Redactor, fill_samples
from bot.review_command import make_redactor

KNOWN = """
    is it covered by my plan for son has sickle cell treatment near hospital called the we live at in call or need and
    zolgensma insurance name number born email see no said mi hijo tiene this will maria i am
"""
REDACTOR = Redactor(KNOWN.split())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("is zolgensma covered by my plan?", "is zolgensma covered by my plan?"),
        ("is zolgensma coverd by my insurence", "is zolgensma coverd by my insurence"),
        ("my son Jayden Whitlock has sickle cell", "my son [name] has sickle cell"),
        ("marisol need zolgensma", "[name] need zolgensma"),
        ("Maria need zolgensma", "[name] need zolgensma"),
        ("my name is will hospital", "my name is [name]"),
        ("called Hospital said no", "called [name] said no"),
        ("hospital near 19104", "hospital near [zip]"),
        ("hospital near 19104-2031", "hospital near [zip]"),
        ("my number is QWE 123 456 789", "my number is [number]"),
        ("my number is gg1000001", "my number is [number]"),
        ("MP-AD-1623", "[number]"),
        ("born 3/14/62", "born [date]"),
        ("born March 14, 1962", "born [date]"),
        ("born 14 de marzo de 1962", "born [date]"),
        ("call (215) 555-0142 or +1 215 555 0142", "call [phone] or [phone]"),
        ("we live at 12 North Walnut Street apt 4b", "we live at [address]"),
        ("email jo.smith@example.com", "email [email]"),
        ("email jo (at) example (dot) com", "email [email]"),
        ("see https://example.com/a?member=7", "see [link]"),
    ],
)
def test_what_identifies_is_taken_out(text: str, left: str) -> None:
    redacted = REDACTOR.redact(text)
    assert redacted == left


@pytest.fixture(scope="module")
def real() -> Redactor:
    """With the words that it has in the product."""
    return make_redactor()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I'm Max Penn and my son Leo has SMA", ["Max", "Penn", "Leo"]),
        ("this is Rose Hunter calling for Grant", ["Rose", "Hunter", "Grant"]),
        ("my boss Will Banks at Comcast", ["Will", "Banks", "Comcast"]),
        ("my son Ben Ford has sickle cell", ["Ben", "Ford"]),
        ("call two one five five five five oh one four three", ["two", "five", "oh", "three"]),
        ("born march first nineteen eighty five", ["march", "first", "eighty"]),
        ("my son leo has sma", ["leo"]),
    ],
)
def test_no_known_word_hides_a_person(text: str, names: list[str], real: Redactor) -> None:
    left = real.redact(text)
    assert not [name for name in names if name in left]


@pytest.mark.parametrize(
    "text",
    [
        "Is Zolgensma covered by Independence? What about CareSource",
        "I have sickle cell and I'm on Medicaid. Is it covered",
        "IS ZOLGENSMA COVERED",
        "do i need approval for Casgevy",
    ],
)
def test_what_is_asked_stays(text: str, real: Redactor) -> None:
    assert real.redact(text) == text


def test_a_place_that_the_engine_found_is_taken_out() -> None:
    assert REDACTOR.redact("hospital near Hospital", places=["hospital"]) == "[name] near [name]"


def test_a_long_text_is_cut() -> None:
    assert len(REDACTOR.redact("is it covered " * 200)) <= MOST_CHARACTERS + 10


@given(st.text(max_size=300))
def test_no_digit_and_no_sign_of_an_address_is_left_of_any_text(text: str) -> None:
    left = REDACTOR.redact(text)
    assert not any(sign.isdigit() and sign.isascii() for sign in left)
    assert "@" not in left
    assert "://" not in left


def test_a_gap_is_filled_with_fiction() -> None:
    assert fill_samples("".join(SAMPLES)) == "".join(SAMPLES.values())
