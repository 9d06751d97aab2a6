"""What is read from a member's words, and what is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rasa.core.agent import Agent

from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.component import EntityReader, read_entities
from bot.engine.entities.content import content_digest, read_names
from bot.engine.entities.places import state_names

CONTENT = Path(__file__).parent / "project/knowledge/content"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([*read_names(CONTENT), *state_names()])


def read(text: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(found.entity, found.value) for found in read_entities(text, catalogue, 2026)]


@pytest.mark.parametrize(
    "text",
    [
        "April 30, 2026",
        "april 30 2026",
        "Apr. 30, 2026",
        "Apr 30th 2026",
        "the 30th of April, 2026",
        "30 apr 2026",
        "30 April 2026",
        "30 de abril de 2026",
        "2026-04-30",
        "2026/4/30",
        "4/30/26",
        "04/30/2026",
        "4-30-2026",
        "04.30.2026",
        "30/4/2026",
        "04302026",
    ],
)
def test_a_day_is_read_however_it_is_written(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == [("date", "2026-04-30")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/14/62", "1962-03-14"),
        ("12/1/31", "2031-12-01"),
        ("12/1/32", "1932-12-01"),
        ("1/2/03", "2003-01-02"),
        ("March 14, '62", "1962-03-14"),
        ("02/29/2024", "2024-02-29"),
    ],
)
def test_birth_dates_of_two_digits_fall_into_the_last_hundred_years(catalogue: Catalogue, text: str, day: str) -> None:
    assert read(f"born {text}", catalogue) == [("date", day)]


@pytest.mark.parametrize(
    "text",
    [
        "13/13/2026", "13/45/2026", "2/30/2026", "02/29/2025", "02/29/2026", "April 31, 2026", "on april 31", "1/2",
        "on 2/29", "available 24/7", "in May", "24/7", "version 1.2.3", "1.2.3.4", "pays 1/2", "and 1/2 of the cost",
        "april 30, 1650",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_read_as_one(catalogue: Catalogue, text: str) -> None:
    assert [name for name, _ in read(text, catalogue)] == []


@pytest.mark.parametrize(
    "text",
    [
        "was the policy in force on 4/30",
        "what about 04/30?",
        "as of april 30",
        "April 30?",
        "on the 30th of april",
        "am I covered on apr. 30th",
        "el 30 de abril",
        "was it in effect 30 april",
    ],
)
def test_a_day_without_a_year_is_this_years(catalogue: Catalogue, text: str) -> None:
    assert ("date", "2026-04-30") in read(text, catalogue)


@pytest.mark.parametrize(
    "text", ["april 30", "4/30", "born april 30", "my birthday is april 30th", "GG1000001 april 30"]
)
def test_half_a_birth_date_is_not_completed(catalogue: Catalogue, text: str) -> None:
    assert "date" not in dict(read(text, catalogue))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8 8 79", "1979-08-08"),
        ("12 02 1983", "1983-12-02"),
        ("GG1000001 12 02 1983", "1983-12-02"),
        ("GG 100 0001, 12 02 83", "1983-12-02"),
        ("my number is gg1000001 and i was born 12 02 1983.", "1983-12-02"),
    ],
)
def test_three_groups_of_digits_are_a_birth_date(catalogue: Catalogue, text: str, day: str) -> None:
    assert ("date", day) in read(text, catalogue)


@pytest.mark.parametrize("text", ["call 8 8 79", "13 13 1983", "8 8 79 2", "he took 2 3 20 mg pills"])
def test_other_groups_of_digits_are_no_day(catalogue: Catalogue, text: str) -> None:
    assert "date" not in dict(read(text, catalogue))


@pytest.mark.parametrize("text", ['inform{"plan":"caresource"}', '/inform{"zip_code": "19104"', "[caresource](plan)"])
def test_what_stands_in_machine_syntax_is_not_read(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == []


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


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("26 months", "pediatric"),
        ("26-month-old", "pediatric"),
        ("my 4 yo", "pediatric"),
        ("two year old", "pediatric"),
        ("she is 9", "pediatric"),
        ("17 years old", "pediatric"),
        ("18 years old", "adult"),
        ("I'm 45", "adult"),
        ("age 67", "adult"),
        ("220 months old", "adult"),
        ("adult", "adult"),
        ("an adult patient", "adult"),
        ("pediatric", "pediatric"),
        ("for a toddler", "pediatric"),
        ("my 26 year old kid", "adult"),
        ("mi hijo tiene 3 años", "pediatric"),
        ("my teenage daughter", "pediatric"),
        ("are they covered over 65?", "adult"),
        ("under two?", "pediatric"),
    ],
)
def test_an_age_becomes_an_age_group(catalogue: Catalogue, text: str, group: str) -> None:
    assert dict(read(text, catalogue))["age_group"] == group


@pytest.mark.parametrize(
    "text",
    [
        "it takes 6 months",
        "approved 3 years ago",
        "for 15 years of follow-up",
        "I'm 45 minutes away",
        "within 30 days",
        "heard 8 wks no driving",
        "waiting 3 weeks",
        "ten years out",
        "Nationwide Children's",
    ],
)
def test_a_span_of_time_is_no_age(catalogue: Catalogue, text: str) -> None:
    assert read(text, catalogue) == []


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("my son", "child"),
        ("for my little girl", "child"),
        ("my 4 yo", "child"),
        ("our newborn", "child"),
        ("daughter", "child"),
        ("mi hija", "child"),
        ("my wife", "other"),
        ("my husband's doctor", "other"),
        ("it's for my mom", "other"),
        ("my grandmother", "other"),
        ("my brother", "other"),
        ("me", "self"),
        ("it's for me", "self"),
        ("myself", "self"),
        ("I have hemophilia", "self"),
        ("our sma kiddo", "child"),
        ("my dauhgter", "child"),
    ],
)
def test_for_whom_somebody_asks(catalogue: Catalogue, text: str, whom: str) -> None:
    assert dict(read(text, catalogue))["for_whom"] == whom


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("OH", "OH"),
        ("wv", "WV"),
        ("I live in Ohio", "OH"),
        ("west virginia", "WV"),
        ("Washington DC", "DC"),
        ("is it covered in nj", "NJ"),
        ("Wheeling, WV", "WV"),
        ("in Columbus oh", "OH"),
        ("columbus oh 43215", "OH"),
        ("CareSource IN", "IN"),
        ("I'm in GA", "GA"),
        ("philadelphia pa", "PA"),
    ],
)
def test_a_state_becomes_its_code(catalogue: Catalogue, text: str, state: str) -> None:
    assert [value for name, value in read(text, catalogue) if name == "state"] == [state]


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "OK",
        "hi",
        "in",
        "me",
        "or",
        "oh i see",
        "HI",
        "id on card",
        "a CT scan",
        "my member ID",
        "is PA needed",
        "mi hijo",
        "co pay",
    ],
)
def test_words_and_abbreviations_are_no_states(catalogue: Catalogue, text: str) -> None:
    assert "state" not in dict(read(text, catalogue))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is ZOLGENSMA®?", ("therapy", "zolgensma")),
        ("Zolgensma's price", ("therapy", "zolgensma")),
        ("onasemnogene abeparvovec", ("therapy", "zolgensma")),
        ("onasemnogene abeparvovec-xioi", ("therapy", "zolgensma")),
        ("zolgesma", ("therapy", "zolgensma")),
        ("zolgensmma", ("therapy", "zolgensma")),
        ("zolgnesma", ("therapy", "zolgensma")),
        ("casgevi", ("therapy", "casgevy")),
        ("S.M.A. and sma", ("condition", "sma")),
        ("care source", ("plan", "caresource")),
        ("Independance", ("plan", "independence")),
        ("Childrens Hospital of Philadelphia", ("facility", "chop")),
        ("CHOP", ("facility", "chop")),
        ("near Philadelphia", ("city", "Philadelphia")),
        ("Columbus, OH", ("city", "Columbus")),
    ],
)
def test_names_are_found_in_spite_of_spelling(catalogue: Catalogue, text: str, found: tuple[str, str]) -> None:
    assert found in read(text, catalogue)


def test_the_longer_name_wins(catalogue: Catalogue) -> None:
    assert read("children's hospital of philadelphia", catalogue) == [("facility", "chop")]
    assert read("Washington DC", catalogue) == [("city", "Washington"), ("state", "DC")]


def test_a_description_is_no_product_but_names_its_condition(catalogue: Catalogue) -> None:
    assert read("gene therapy for SMA", catalogue) == [("condition", "sma")]


def test_a_name_of_two_things_means_both(catalogue: Catalogue) -> None:
    assert read("hemophilia", catalogue) == [("condition", "hemophilia_a"), ("condition", "hemophilia_b")]


def test_positions_point_at_the_words(catalogue: Catalogue) -> None:
    text = "My son (26 months) needs Zolgensma in 19104"
    words = {found.entity: text[found.start : found.end] for found in read_entities(text, catalogue, 2026)}
    assert words == {
        "for_whom": "son",
        "age_group": "26 months",
        "age": "26 months",
        "therapy": "Zolgensma",
        "zip_code": "19104",
    }


def test_a_new_name_changes_the_digest_that_the_training_looks_at(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    before, addon = content_digest(content), EntityReader.fingerprint_addon({"content": str(content)})
    (content / "therapies/new.yml").write_text("- {id: novelty, brand: Novelty}\n", encoding="utf-8")
    assert content_digest(content) != before
    assert EntityReader.fingerprint_addon({"content": str(content)}) != addon


def test_an_unreadable_content_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "plans.yml").write_text("plans: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"plans\.yml"):
        read_names(tmp_path)


async def test_the_trained_model_reads_names_from_itself_alone(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    reading = await agent.parse_message("does CareSource pay for casgevy in 43215")
    assert {(each["entity"], each["value"]) for each in reading["entities"]} == {
        ("plan", "caresource"),
        ("therapy", "casgevy"),
        ("zip_code", "43215"),
    }
