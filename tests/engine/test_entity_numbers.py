"""Which numbers are read from a member's words: of members, policies and ZIP codes?"""

from __future__ import annotations

import pytest
from entity_reading import read

from bot.engine.entities.catalogue import Catalogue


@pytest.mark.parametrize(
    "text", ["GG1000001", "gg1000001", "Gg 1000001", "gg-1000001", "GG 100 0001", "gg 100-0001", "it's GG1000001.",
     "G G 1 0 0 0 0 0 1"],
)  # fmt: skip
def test_a_member_number_is_read_in_any_spelling(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == [("member_id", "GG1000001")]


@pytest.mark.parametrize("text", ["GG1000001 3/14/1962", "3/14/1962, GG 100 0001", "gg-1000001 born March 14 1962"])
def test_member_number_and_birth_date_stay_apart(catalogue: Catalogue, text: str) -> None:
    assert sorted(read(text, catalogue)) == [("date", "1962-03-14"), ("member_id", "GG1000001")]


@pytest.mark.parametrize(
    "text", ["GG", "gg 12", "eggs 1000001", "XGG1000001", "1000014", "10014", "GG100001", "GG10000011"]
)
def test_what_only_looks_like_a_member_number_is_none(catalogue: Catalogue, text: str) -> None:
    assert "member_id" not in dict(read(text, catalogue))


@pytest.mark.parametrize("text", ["MP-AD-1623", "mp-ad-1623", "MP AD 1623", "policy mpad1623?", "mp ad-1623"])
def test_a_policy_number_is_read_in_any_spelling(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == [("policy_number", "MP-AD-1623")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("what does policy 08.01.47 say", "08.01.47"),
        ("what does 08.01.47 say", "08.01.47"),
        ("the 08.02.99 bulletin", "08.02.99"),
        ("08.32.99 in force", "08.32.99"),
        ("is 08.01.50b in force?", "08.01.50b"),
        ("policy number 8-1-50b", "08.01.50b"),
        ("policy no. 08 02 99", "08.02.99"),
        ("bulletin # 11/02/18", "11.02.18"),
        ("MA08.102", "MA08.102"),
        ("what is ma08.102", "MA08.102"),
        ("MA 08.102a", "MA08.102a"),
    ],
)
def test_a_policy_number_with_points_is_no_day(catalogue: Catalogue, text: str, number: str) -> None:
    assert read(text, catalogue) == [("policy_number", number)]


@pytest.mark.parametrize(
    "text",
    [
        "04.30.2026", "policy number 04.30.2026", "in force on 04.30.26", "as of 04.30.26", "4.30.26",
        "was the policy 04/30/26 in force", "04.30.26", "was it in force for 04.30.26?", "is it in effect 04.30.26",
        "policy effective date 04.30.26", "policy valid at 04.30.26 covers what", "no, 04.30.26",
    ],
)  # fmt: skip
def test_a_day_with_points_stays_a_day(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == [("date", "2026-04-30")]


@pytest.mark.parametrize(
    "text", ["born 03.14.62", "dob: 03.14.62", "GG1000001, 03.14.62", "my daughter, 03.14.62", "03.14.62"]
)
def test_a_birth_date_with_points_is_no_policy_number(catalogue: Catalogue, text: str) -> None:
    found = dict(read(text, catalogue))
    assert found["date"] == "1962-03-14"
    assert "policy_number" not in found


@pytest.mark.parametrize("number", ["policy 08.02.99", "MP-AD-1623", "08.01.50b"])
def test_a_policy_number_and_a_day_stay_apart(catalogue: Catalogue, number: str) -> None:
    for day in ("on 11/10/2026", "11.10.26"):
        found = read(f"was {number} in force {day}", catalogue)
        assert found == [("policy_number", number.removeprefix("policy ")), ("date", "2026-11-10")]


def test_words_before_a_number_do_not_make_a_policy_number(catalogue: Catalogue) -> None:
    assert read("my ad 1623", catalogue) == []


@pytest.mark.parametrize("text", ["19104", "near 19104", "19104-2345", "ZIP is 19104.", "zip:19104", "I'm at 19104!"])
def test_a_zip_code_is_read(catalogue: Catalogue, text: str) -> None:
    assert ("zip_code", "19104") in read(text, catalogue)


def test_a_zip_code_keeps_its_leading_zero(catalogue: Catalogue) -> None:
    assert read("08033", catalogue) == [("zip_code", "08033")]


@pytest.mark.parametrize("text", ["$19104", "claim 19104", "CPT 38225", "191045", "1910", "12-19104", "19104%"])
def test_other_numbers_are_no_zip_codes(catalogue: Catalogue, text: str) -> None:
    assert "zip_code" not in dict(read(text, catalogue))
