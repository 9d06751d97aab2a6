"""What a member types when asked for a window, a yes or no, or a phone number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversations.callback_answers import InvalidPhone, Phone, read_consent, read_phone, read_window
from bot.conversations.hours import CallbackWindow

# A Sunday.
TODAY = date(2026, 11, 22)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
OFFERED = (
    CallbackWindow(MONDAY, "morning"),
    CallbackWindow(MONDAY, "afternoon"),
    CallbackWindow(TUESDAY, "morning"),
    CallbackWindow(TUESDAY, "afternoon"),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("monday morning", 1),
        ("Monday, in the morning please!", 1),
        ("tomorrow afternoon", 2),
        ("Tmrw afternoon works best for me", 2),
        ("tuesday am", 3),
        ("call me tues pm", 4),
        ("Monday mornin", 1),
        ("I'd like tuesday morning, thanks", 3),
        ("I’d like tuesday morning, thanks", 3),
        ("can you call tuesday afternoon?", 4),
        ("1", 1),
        ("1.", 1),
        ("#2", 2),
        ("2)", 2),
        ("(3)", 3),
        ("3️⃣", 3),
        ("option 3", 3),
        ("number four", 4),
        ("the first one", 1),
        ("second", 2),
        ("the 2nd one", 2),
        ("the last one", 4),
        ("one", 1),
        ("2) Monday, November 23, afternoon", 2),
        ("2. Monday, Nov 23rd, in the afternoon", 2),
        ("monday 23 morning", 1),
        ("11/24 morning", 3),
        ("11/24/2026 in the afternoon", 4),
        ("the morning of november 24th, 2026", 3),
        ("as soon as possible", 1),
        ("asap please", 1),
        ("tuesday, the earliest", 3),
        ("mañana por la tarde", 2),
        ("manana por la manana", 1),
        ("el lunes por la mañana", 1),
        ("MARTES EN LA TARDE POR FAVOR", 4),
        ("martes mañana", 3),
        ("prefiero el martes por la mañana, gracias", 3),
        ("la primera", 1),
        ("la segunda opción", 2),
        ("opción 4", 4),
        ("24 de noviembre por la mañana", 3),
        ("lo antes posible", 1),
    ],
)
def test_the_window_that_was_meant(text: str, place: int) -> None:
    assert read_window(text, OFFERED, TODAY) == OFFERED[place - 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?",
        "monday",
        "lunes",
        "tomorrow",
        "mañana",
        "morning",
        "afternoon",
        "por la tarde",
        "today",
        "wednesday morning",
        "0",
        "5",
        "the fifth",
        "1 or 2",
        "1, 2",
        "1/2",
        "monday or tuesday morning",
        "monday and tuesday morning",
        "monday morning, tuesday morning",
        "not monday morning",
        "any time but monday morning",
        "no",
        "my surgery is monday morning",
        "what should I eat monday morning?",
        "monday evening",
        "monday at 9",
        "monday 9am",
        "2 in the afternoon",
        "2pm",
        "2:30",
        "a las 2 de la tarde",
        "a la una",
        "one o'clock",
        "next tuesday morning",
        "wednesday, november 25",
        "12/24 morning",
        "2 tuesday mornings from now",
        "lunes o martes por la mañana",
        "el lunes no",
        "más tarde",
        "понедельник",
        "please",
        "thanks",
        "2155550100",
        "I want to die",
    ],
)
def test_what_is_not_surely_one_of_them_is_asked_again(text: str) -> None:
    assert read_window(text, OFFERED, TODAY) is None


def test_a_day_is_enough_where_it_has_one_window() -> None:
    offered = (CallbackWindow(MONDAY, "afternoon"), CallbackWindow(TUESDAY, "morning"))
    assert read_window("lunes", offered, TODAY) == offered[0]
    assert read_window("tuesday works", offered, TODAY) == offered[1]
    assert read_window("morning", offered, TODAY) == offered[1]
    assert read_window("this afternoon", offered, TODAY) is None
    assert read_window("this afternoon", offered, MONDAY) == offered[0]
    assert read_window("esta tarde", offered, MONDAY) == offered[0]
    # Tomorrow or in the morning: here both are the same, and there they are not.
    assert read_window("mañana", offered, MONDAY) == offered[1]
    assert read_window("mañana", offered, TODAY) is None


def test_a_number_after_a_weekday_is_a_day_or_a_place_and_never_a_guess() -> None:
    first, second = date(2026, 12, 1), date(2026, 12, 2)
    offered = (
        CallbackWindow(first, "morning"),
        CallbackWindow(first, "afternoon"),
        CallbackWindow(second, "morning"),
    )
    assert read_window("wednesday the 2nd", offered, TODAY) == offered[2]
    assert read_window("the 2nd", offered, TODAY) is None
    assert read_window("2", offered, TODAY) == offered[1]
    assert read_window("1/12", offered, TODAY) is None


def test_where_nothing_is_offered_nothing_is_read() -> None:
    assert read_window("1", (), TODAY) is None
    assert read_window("asap", (), TODAY) is None
    assert read_window("the last one", (), TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "yes", "Yes please", "yes, please!", "Y", "yep", "yeah sure", "OK", "okay thanks", "sure, thank you", "please",
        "please do", "of course", "sounds good", "go ahead", "I'd like that", "I’d like that", "that works", "why not",
        "yes yes", "👍", "👍🏽", "sí", "si por favor", "¡Claro que sí!", "claro", "por supuesto, gracias", "está bien",
        "dale", "de acuerdo", "call me please", "sí, llámeme",
    ],
)  # fmt: skip
def test_a_yes(text: str) -> None:
    assert read_consent(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "no", "No.", "no thanks", "no, thank you", "not now", "not right now, thanks", "nope", "nah", "never mind",
        "please don't", "please don’t call me", "of course not", "no please", "I'm good, thanks", "👎",
        "ahora no", "no gracias", "No, gracias", "por ahora no", "claro que no", "todavía no", "mejor no", "no no no",
    ],
)  # fmt: skip
def test_a_no(text: str) -> None:
    assert read_consent(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "", "thanks", "gracias", "hello", "not sure", "no sé", "I don't know", "maybe", "later", "yes?", "¿sí?",
        "yes no",
        "yes but not today", "yes, and what does zolgensma cost", "no problem", "sure, my number is 215-555-0100",
        "is it covered", "I am not ok", "no puedo respirar", "yes my chest hurts", "ok I want to die", "1", "no. yes",
        "can I say no", "do you call at night", "depende", "quiero saber el costo",
    ],
)  # fmt: skip
def test_neither_a_yes_nor_a_no(text: str) -> None:
    assert read_consent(text) is None


@pytest.mark.parametrize("text", ["NEVERMIND", "nevermind", "RETIRAR", "retirar"])
def test_the_word_that_takes_a_request_back_does_more_than_turn_a_call_down(text: str) -> None:
    assert read_consent(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "(215) 555-0100", "215-555-0100", "215.555.0100", "215 555 0100", "2155550100", "12155550100", "+12155550100",
        "+1 (215) 555-0100", "1-215-555-0100", "215/555/0100", "215 – 555 – 0100", "２１５ ５５５ ０１００",
        "tel:2155550100",
        "#215-555-0100", "my number is (215) 555-0100, thanks", "mi número es 215-555-0100 gracias",
        "You can reach me at 215-555-0100.", "19104, 215-555-0100", "19104 215-555-0100", "215-555-0100 19104",
        "215-555-0100 after 5", "GG1000001 215-555-0100", "04/12/1985 215-555-0100",
        "it's 215-555-0100, again 2155550100",
    ],
)  # fmt: skip
def test_a_phone_number_however_it_is_written(text: str) -> None:
    assert read_phone(text) == Phone("+12155550100")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("555-0100", "form"),
        ("215-555-010", "form"),
        ("215-555-01000", "form"),
        ("22155550100", "form"),
        ("115-555-0100", "form"),
        ("215-155-0100", "form"),
        ("911-555-0100", "form"),
        ("215-411-0100", "form"),
        ("295-555-0100", "form"),
        ("0000000000", "form"),
        ("123-45-6789", "form"),
        ("900-555-0100", "form"),
        ("+44 20 7946 0958", "abroad"),
        ("+52 55 1234 5678", "abroad"),
        ("215-555-0100 or 267-555-0111", "several"),
        ("215-555-0100 ext. 5", "extension"),
        ("215-555-0100x12", "extension"),
    ],
)
def test_what_was_meant_as_a_number_and_cannot_be_called(text: str, fault: str) -> None:
    found = read_phone(text)
    assert isinstance(found, InvalidPhone)
    assert found.fault == fault


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "tomorrow morning", "911", "988", "1", "19104", "19104-1234", "19104 1234", "GG1000001",
        "gg1000001",
        "GG 1000001", "my ID is GG1000001", "04/12/1985", "4/12/85", "1985-04-12", "04-12-1985", "12.04.1985",
        "04121985",
        "04 12 1985", "$2,155,550,100", "I am 45 years old", "1200 Market Street, 19104", "version 1.2.3",
        "T2155550100",
        "the hospital told my mother last week that she should call them at 215-555-0100 about her next visit",
    ],
)  # fmt: skip
def test_what_is_no_phone_number(text: str) -> None:
    assert read_phone(text) is None


def test_a_number_is_not_shown_by_accident() -> None:
    assert "0100" not in repr(read_phone("215-555-0100"))


windows = st.builds(
    CallbackWindow,
    st.integers(0, 13).map(lambda ahead: TODAY + timedelta(days=ahead)),
    st.sampled_from(["morning", "afternoon"]),
)
offers = st.lists(windows, unique=True, max_size=5).map(
    lambda found: tuple(sorted(found, key=lambda each: (each.day, each.window == "afternoon")))
)
WORDS = (
    "monday tuesday lunes martes mañana morning afternoon tarde today tomorrow the first one 1 2 2nd 23 not or por la "
    "in asap last november 11/23 please ) . ? :"
)
words = st.sampled_from(WORDS.split(" "))


@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=7).map(" ".join)), offers)
def test_only_what_was_offered_is_ever_read(text: str, offered: tuple[CallbackWindow, ...]) -> None:
    assert read_window(text, offered, TODAY) in {None, *offered}


@given(offers, st.data())
def test_a_place_and_a_full_name_find_their_window(offered: tuple[CallbackWindow, ...], data: st.DataObject) -> None:
    for place, window in enumerate(offered, start=1):
        name = f"{window.day:%A, %B} {window.day.day}, in the {window.window}"
        assert read_window(str(place), offered, TODAY) == window
        assert read_window(name, offered, TODAY) == window
        assert read_window(f"{place}) {name}", offered, TODAY) == window
        negation = data.draw(st.sampled_from(["not {}", "no {}", "{} or never", "anything but {}", "I can't do {}"]))
        assert read_window(negation.format(name), offered, TODAY) is None


area_codes = st.integers(200, 999).filter(lambda code: code % 100 != 11 and code // 10 % 10 != 9 and code != 900)
exchanges = st.integers(200, 999).filter(lambda code: code % 100 != 11)
numbers = st.tuples(area_codes, exchanges, st.integers(0, 9999))
shapes = st.sampled_from(
    ["{}-{}-{}", "({}) {}-{}", "{}.{}.{}", "{}{}{}", "+1 {} {} {}", "1-{}-{}-{}", "call {} {} {} please", "{} {}-{}!"]
)


# The first number waits for the library to be loaded.
@settings(deadline=None)
@given(numbers, shapes)
def test_every_form_of_a_number_gives_the_same_number(number: tuple[int, int, int], shape: str) -> None:
    area, exchange, line = number
    assert read_phone(shape.format(area, exchange, f"{line:04}")) == Phone(f"+1{area}{exchange}{line:04}")


@given(st.text(alphabet="0123456789+-(). x#/abGé\u00a0", max_size=40))
def test_a_phone_has_ten_digits_that_stand_in_the_text(text: str) -> None:
    found = read_phone(text)
    if isinstance(found, Phone):
        digits = "".join(letter for letter in text if letter.isdigit())
        assert found.e164.startswith("+1")
        assert len(found.e164) == 12
        assert found.e164[2:] in digits


@given(st.from_regex(r"(?:[A-Z]{2}[0-9]{7}|[0-9]{5}(?:-[0-9]{4})?)", fullmatch=True))
def test_a_member_number_or_zip_code_is_never_a_phone_number(text: str) -> None:
    assert read_phone(text) is None
    assert read_phone(f"it is {text}, thanks") is None


@given(st.dates(date(1920, 1, 1), TODAY), st.sampled_from(["%m/%d/%Y", "%m-%d-%Y", "%Y-%m-%d", "%m%d%Y", "%m/%d/%y"]))
def test_a_birth_date_is_never_a_phone_number(day: date, shape: str) -> None:
    assert read_phone(day.strftime(shape)) is None
    assert read_phone(f"born {day.strftime(shape)}") is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read_consent(text) in {None, "yes", "no"}
    assert read_phone(text) is None or isinstance(read_phone(text), (Phone, InvalidPhone))
