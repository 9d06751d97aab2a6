"""A text message is short, works without buttons, and never tells a member to write a word that carriers act on."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.wording import KEYS as GATEWAY_KEYS
from tests.actions.test_responses_exist import RESPONSES, WEB_ONLY
from tests.knowledge.reading_grade import reading_grade

# The alphabet that a text of 160 characters is made of (3GPP TS 23.038); those of the second set count as two.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED = frozenset("^{}\\[~]|€")
# Two parts of 153; a Spanish text with an accent that the alphabet lacks is worth three parts of 67.
MOST_GSM_7, MOST_UCS_2 = 306, 201
# A one-time link: a long public address, "/#join=" and a secret of 43 characters.
LINK = " https://gene-guide.example-plan.org/#join=" + "x" * 43
WITH_LINK = {"utter_sms_private", "utter_sms_record_link"}

# The longest values that the gateway fills in.
VALUES = {
    "position": "88",
    "low": "88",
    "high": "188",
    "coach": "Alexandria Montgomery, RN",
    "phone": "(215) 555-0142",
    "zone": "Mountain time",
    "weekday": "Wednesday",
    "day": "September 23",
    "month": "September",
    "number": "23",
    "time": "10:00",
    "half": "a. m.",
    "opens": "Wednesday, September 23 at 10:00 AM Mountain time",
    "window": "Wednesday afternoon, September 23",
}
SPANISH_VALUES = {
    **VALUES,
    "zone": "hora de la Montaña",
    "opens": "el miércoles 23 de septiembre, 10:00 a. m., hora del Este",
    "window": "el miércoles 23 de septiembre por la tarde",
}
# What a reply may not ask for: carriers end all texts at these words (and begin again at START, UNSTOP, YES).
OPT_OUT_WORDS = re.compile(r"\b(?:CANCEL|END|QUIT|STOPALL|UNSUBSCRIBE|REVOKE|OPTOUT|UNSTOP|YES)\b")
# Each may be named only where it means just that.
MAY_NAME = {
    "STOP": re.compile(r"(?:STOP (?:to end|para terminar)|(?:one word|responda) STOP|reply STOP)"),
    "START": re.compile(r"(?:reply|responda) START"),
}
# Words of a fixed meaning that a text cannot do without.
HARD_NAMES = ("Gene Guide", "automated assistant", "Alexandria Montgomery", "emergency", "privacy")
MOST_GRADE = 8
ON_A_PAGE = re.compile(r"\b(?:press|buttons?|tap|click|below|bot[oó]n|presione|pulse|haga clic)\b", re.IGNORECASE)


def texted(key: str) -> dict[str, Any]:
    """The variant of a response that goes to a phone."""
    variants = {variant.get("channel"): variant for variant in RESPONSES[key]}
    return variants.get("sms") or variants[None]


KEYS = sorted(key for key in RESPONSES if "_part_" not in key and key not in WEB_ONLY)
TEXTS = [pytest.param(key, str(texted(key)["text"]), id=key) for key in KEYS]


def fill(key: str, text: str) -> str:
    values = SPANISH_VALUES if key.endswith("_es") else VALUES
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), text)


def count_gsm_7(text: str) -> int | None:
    """Its length in the alphabet of text messages, None when it has other letters."""
    if not set(text) <= GSM_7 | GSM_7_ESCAPED:
        return None
    return len(text) + sum(letter in GSM_7_ESCAPED for letter in text)


@pytest.mark.parametrize(("key", "text"), TEXTS)
def test_no_text_asks_for_a_word_that_ends_all_texts(key: str, text: str) -> None:
    assert not OPT_OUT_WORDS.search(text)
    for word, meant in MAY_NAME.items():
        assert len(re.findall(rf"\b{word}\b", text)) == len(meant.findall(text))


@pytest.mark.parametrize(("key", "text"), TEXTS)
def test_no_text_speaks_of_a_page(key: str, text: str) -> None:
    assert not ON_A_PAGE.search(text)


@pytest.mark.parametrize(("key", "text"), TEXTS)
def test_a_text_is_at_most_two_parts_long(key: str, text: str) -> None:
    filled = fill(key, text) + (LINK if key.removesuffix("_es") in WITH_LINK else "")
    length = count_gsm_7(filled)
    if length is None:
        assert key.endswith("_es"), "an English text needs no letters outside of GSM-7"
        assert len(filled) <= MOST_UCS_2 + (len(LINK) if LINK in filled else 0)
    else:
        assert length <= MOST_GSM_7


@pytest.mark.parametrize(("key", "values"), sorted(GATEWAY_KEYS.items()))
def test_what_the_gateway_says_it_can_fill_and_says_in_spanish_too(key: str, values: str) -> None:
    assert placeholders(key) <= set(values.split())
    assert placeholders(f"{key}_es") <= set(values.split())


def placeholders(key: str) -> set[str]:
    return {name for variant in RESPONSES[key] for name in re.findall(r"\{(\w+)\}", variant["text"])}


def test_nothing_of_a_record_and_no_question_for_proof_is_texted() -> None:
    for key in KEYS:
        assert texted(key)["metadata"].get("outcome") not in {"eligibility", "verified", "verify_retry"}
        assert (texted(key)["metadata"].get("awaiting") or {}).get("field") not in {"member_id", "date_of_birth"}


@pytest.mark.parametrize("key", sorted(key for key in GATEWAY_KEYS if not re.search("_part_|_window_[dt]", key)))
def test_what_the_gateway_says_is_easy_to_read(key: str) -> None:
    for variant in RESPONSES[key]:
        assert reading_grade(fill(key, variant["text"]), HARD_NAMES) <= MOST_GRADE
