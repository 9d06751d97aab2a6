"""Which language is a message in, and what does one in Spanish ask for?"""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.language import tell_language
from bot.engine.spanish import LANGUAGE, SpanishReader, asks_for_english, read_spanish

# Members' lines by language; Spanish names in English lines, and Spanish's neighbours among the undetermined.
LINES = {
    path.stem: path.read_text("utf-8").splitlines() for path in (Path(__file__).parent / "languages").glob("*.txt")
}


@pytest.mark.parametrize("language", ["en", "es", "und"])
def test_the_language_of_every_line_is_told(language: str) -> None:
    told = {line: tell_language(line) for line in LINES[language]}
    assert {line: found for line, found in told.items() if found != language} == {}


@pytest.mark.parametrize("text", ["", "   ", "coach", "COACH", "ok", "/", "\u200b", "1. 2. 3."])
def test_a_word_of_no_language_tells_nothing(text: str) -> None:
    assert tell_language(text) == "und"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hola", "greeting"),
        ("ola nesesito alluda", "greeting"),
        ("cuanto cuesta", "cost"),
        ("cuánto dura el tratamiento", "process_followup"),
        ("el plan lo cubre?", "coverage_general"),
        ("me negaron la terapia", "appeal_denial"),
        ("necesito aprobacion previa", "precertification"),
        ("hospital cerca de 19104", "facility_search"),
        ("puedo ir a otro hospital", "facility_why"),
        ("estoy cubierto", "eligibility_member"),
        ("mi hijo califica?", "candidacy"),
        ("efectos secundarios", "safety_risks"),
        ("hay ensayos clínicos", "clinical_trials"),
        ("tiene fiebre", "medical_advice"),
        ("quiero hablar con alguien", "coach_handoff"),
        ("necesito un intérprete", "coach_handoff"),
        ("ya no quiero hablar con un asesor", "cancel"),
        ("no necesito una enfermera", "deny"),
        ("¿qué hace una enfermera?", "coach_about"),
        ("es usted una persona", "identity"),
        ("sí", "affirm"),
        ("si por favor", "affirm"),
        ("no gracias", "deny"),
        ("español por favor", "deny"),
        ("no hablo ingles", "deny"),
        ("no hay problema, en inglés", "english"),
        ("INGLES", "english"),
        ("sí, inglés está bien", "english"),
        ("muchas gracias", "thanks_goodbye"),
        ("quiero quejarme", "complaint"),
        ("dime más", "more"),
        ("mi perro es azul", None),
    ],
)
def test_a_rule_reads_what_is_asked_in_spanish(text: str, intent: str | None) -> None:
    assert read_spanish(text) == intent


def test_a_name_makes_a_question_of_a_few_words() -> None:
    assert read_spanish("¿qué es eso?", frozenset({"therapy"})) == "therapy_info"
    assert read_spanish("mi hijo tiene eso", frozenset({"condition"})) == "inform"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("english please", True),
        ("ok go on in english", True),
        ("ingles", True),
        ("do you speak english or spanish", False),
        ("is the policy in english", False),
        ("yes", False),
    ],
)
def test_who_asks_for_english_says_nothing_else(text: str, asks: bool) -> None:
    assert asks_for_english(text) is asks


def read(text: str, guess: str, confidence: float = 0.5, *, names: str | None = None) -> tuple[str, str]:
    entities = [{"entity": names, "value": "a name", "start": 0, "end": 1}] if names else []
    message = Message({TEXT: text, INTENT: {"name": guess, "confidence": confidence}, ENTITIES: entities})
    (done,) = SpanishReader().process([message])
    return done.get(LANGUAGE), done.get(INTENT)["name"]


def test_the_reader_leaves_english_to_the_classifier() -> None:
    assert read("what does it cost in San Antonio", "cost") == ("en", "cost")
    assert read("19104", "inform") == ("und", "inform")


def test_the_reader_guesses_nothing_in_spanish_and_keeps_danger() -> None:
    assert read("mi perro es azul", "therapy_info") == ("es", "nlu_fallback")
    assert read("mi perro es azul", "emergency") == ("es", "nlu_fallback")
    assert read("mi perro es azul", "emergency", 0.9) == ("es", "emergency")
    told = "mi hija tuvo la terapia y se desmayo y no despierta"
    assert read(told, "emergency", 0.9, names="therapy") == ("es", "emergency")
    assert read("a mi esposa le regreso la leucemia hace un mes", "cost", names="condition") == ("es", "therapy_info")


@pytest.mark.parametrize("text", ["\u0301" * 9, "\U000e0041\U000e0042", "\ue000", "\u200b\u200d"])
def test_signs_that_no_screen_shows_say_nothing(text: str) -> None:
    assert read(text, "affirm")[1] == "gibberish"
    assert read("👍", "affirm")[1] == "affirm"
