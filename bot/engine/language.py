"""Is a text English, Spanish or neither? Small words tell, and what only Spanish writes; names of places do not."""

from __future__ import annotations

import re
import unicodedata

from bot.engine.entities.words import split_words
from bot.engine.language_words import ENGLISH, OTHER_LANGUAGES, SHARED, SPANISH

TOLD_LANGUAGES = ("en", "es")
# What a text is written in shows at its beginning; what is pasted behind it may be anything.
_READ_UP_TO = 600
# Spanish names in a text of any language: "San Antonio", "Los Angeles", "Dr. de la Cruz", "Maria de los Santos".
_CAPITAL = r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+"
_NAMES = re.compile(
    rf"\b(?:[Dd]el|[Dd]e [Ll][ao]s?|[Ss]an|[Ss]anta|[Ss]anto|[Ll]os|[Ll]as|El|La|[Dd]e|[Hh]ospital)"
    rf"(?: (?:del?|de l[ao]s?))? {_CAPITAL}(?: {_CAPITAL})?\b"
)
_TITLES = re.compile(r"\b(?:dra?|doctor|mr|mrs|ms|miss|nurse)\b\.? (?:\w+ )?(?:de la|de los|del|de|la|los) \w+", re.I)
_PLACES = re.compile(
    r"\b(?:los angeles|las vegas|el paso|el cajon|el camino|el centro|el monte|la jolla|la mesa|la crosse|la habra"
    r"|la puente|las cruces|los alamos|los gatos|los banos|san \w+|santa \w+|del rio|del mar|del valle|puerto rico"
    r"|palo alto|costa mesa|hospital del? \w+|corpus christi|buena vista|de la \w+|de los santos|de leon)\b",
    re.I,
)
# Spanish alone has these; a name with an ñ begins with a capital letter.
_MARKS = re.compile(r"[¿¡]|\b[a-záéíóúü]*ñ[a-záéíóúñ]*\b")
_OTHER_MARKS = re.compile(r"[ãõçêôàèìòùâîûœßäöøåłşğ]|\b(?:c|d|l|j|qu|n)['’](?=[aeiouhyàâéèêïîôù])", re.I)
_LATIN = re.compile(r"[^\W\d_]")
_ENDINGS = re.compile(
    r"\w{3,}(?:cion|ciones|miento|mientos|iendo|idad|idades|ieron|aron|amos|emos|imos|adora?|ado|ada)"
)
_ENGLISH_ENDINGS = re.compile(r"\w{3,}(?:tion|tions|ing|ness|ment|able|ful|ally|ity|ed)")
_SURE, _LIKELY, _HINT = 2.0, 1.0, 0.5
_SHORTEST_SLIP = 5


def _without_one_letter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _slips(words: frozenset[str]) -> frozenset[str]:
    """Every word of some length, and it without any one letter: two words with one slip between them meet here."""
    return frozenset().union(*({word, *_without_one_letter(word)} for word in words if len(word) >= _SHORTEST_SLIP))


_KNOWN = ENGLISH | SPANISH | SHARED
_ENGLISH_SLIPS, _SPANISH_SLIPS = _slips(ENGLISH), _slips(SPANISH)


def tell_language(text: str) -> str:
    """`en`, `es`, or `und`: another language, or no telling word ("19104", "Zolgensma", "San Antonio")."""
    text = unicodedata.normalize("NFC", text[:_READ_UP_TO])
    other = _SURE * len(_OTHER_MARKS.findall(text)) + _SURE * _has_other_letters(text)
    spanish = _SURE * len(_MARKS.findall(text))
    # English words look like slips of Spanish ones too often ("recipe", "politics") for these to tell it alone.
    english, is_told = 0.0, spanish > 0
    for name in (_NAMES, _TITLES, _PLACES):
        text = name.sub(" ", text)
    words = [word.text for word in split_words(text)]
    for word in words:
        english += _weigh(word, ENGLISH, _ENGLISH_SLIPS, _ENGLISH_ENDINGS, against=SPANISH | SHARED)
        spanish += _weigh(word, SPANISH, _SPANISH_SLIPS, _ENDINGS, against=ENGLISH | OTHER_LANGUAGES)
        spanish += _LIKELY * (word in SHARED)
        is_told = is_told or word in SPANISH or word in SHARED
        other += (_SURE if word not in _KNOWN else _HINT) * (word in OTHER_LANGUAGES)
    spanish = spanish if is_told else 0.0
    if other >= max(english, spanish):
        # No word that tells, or rather another language.
        return "und"
    return "es" if spanish > english else "en"


def _weigh(
    word: str, known: frozenset[str], slips: frozenset[str], endings: re.Pattern[str], *, against: frozenset[str]
) -> float:
    if word in known:
        return _LIKELY if word in against else _SURE
    if word in against:
        return 0.0
    is_slip = len(word) >= _SHORTEST_SLIP and (word in slips or not slips.isdisjoint(_without_one_letter(word)))
    return _LIKELY if is_slip else _HINT if endings.fullmatch(word) else 0.0


def _has_other_letters(text: str) -> bool:
    """Whether most of its letters are of another alphabet."""
    letters: list[str] = _LATIN.findall(text)
    others = sum(letter > "\u024f" and not "\u1e00" <= letter <= "\u1eff" for letter in letters)
    return others * 2 > len(letters)
