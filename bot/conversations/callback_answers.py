"""Which window, or which yes or no, did the member type?

Read without the engine, because a call-back must be had when the engine is down. Only words that are known here count:
a sentence with anything else in it ("not monday", "my surgery is monday") is not guessed at, and the member is asked
again. The answers are those of one question each; they are never read out of other talk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from bot.conversations.hours import CallbackWindow
from bot.conversations.phone_answers import InvalidPhone, Phone, read_phone

__all__ = ["Consent", "InvalidPhone", "Phone", "read_consent", "read_phone", "read_window"]

Consent = Literal["yes", "no"]


def _table(*rows: str) -> dict[str, int]:
    return {word: number for number, row in enumerate(rows) for word in row.split()}


def _set(row: str) -> frozenset[str]:
    return frozenset(row.split())


# Without accents and in lower case, as `_plain` gives them; with the misspellings that people make.
_WEEKDAYS = _table(
    "monday mondays mon munday lunes lun",
    "tuesday tuesdays tue tues tusday teusday martes",
    "wednesday wednesdays wed weds wensday wendesday wednsday miercoles mie",
    "thursday thursdays thu thur thurs thrusday thersday jueves jue",
    "friday fridays fri firday viernes vie",
    "saturday saturdays sat saterday sabado sab",
    "sunday sundays sun domingo dom",
)
_MONTHS = _table(
    "january jan enero ene",
    "february feb febrero",
    "march mar marzo",
    "april apr abril abr",
    "may mayo",
    "june jun junio",
    "july jul julio",
    "august aug agosto ago",
    "september sept sep septiembre setiembre",
    "october oct octubre",
    "november nov noviembre",
    "december dec diciembre dic",
)
_NUMBERS = _table(
    "one uno first primera primero primer",
    "two dos second segunda segundo",
    "three tres third tercera tercero tercer",
    "four cuatro fourth cuarta cuarto",
    "five cinco fifth quinta quinto",
    "six seis sixth sexta sexto",
)
_MORNING = _set("morning mornings mornin am")
_AFTERNOON = _set("afternoon afternoons afternon pm tarde tardes")
_TODAY = _set("today hoy")
_TOMORROW = _set("tomorrow tomorow tommorow tommorrow tmrw tmw")
_SOONEST = _set("soonest earliest asap")
_LAST = _set("last latest ultima ultimo")
# Words that change nothing.
_FILLERS = _set(
    "the in on of this for to it and is be will would would'll id i'd i i'll ill please pls plz thanks thank you ty "
    "like prefer want choose pick take let's lets do go with works work best better great good fine ok okay yes yeah "
    "yep sure me my call callback call-back can could slot option number window time day hi hello sounds perfect "
    "el la los las de del en por para a que al gusta gustaria quiero prefiero mejor bien favor gracias si dia hora "
    "opcion numero llame llamen llamame llamenme puede pueden ser seria esta bueno perfecto con hola"
)
_PHRASES = (
    (re.compile(r"\b(?:as soon as possible|first available|lo antes posible|cuanto antes)\b"), "asap"),
    (re.compile(r"\b(?:this|esta) (?:morning|manana)\b"), "today morning"),
    (re.compile(r"\b(?:this|esta) (?:afternoon|tarde)\b"), "today afternoon"),
    (re.compile(r"\b(?:por|en|a|de) la manana\b"), "morning"),
)  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER_DAY = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](?:\d{4}|\d{2}))?\b(?![/-])")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of |de )?({_MONTH})\b\.?(?:(?:,| de)? \d{{4}}\b)?")
# A member who names an hour means that hour, and a window is no hour.
_HOUR = re.compile(r"\d\s*(?:am|pm|a\.m|p\.m|o'?clock)\b|\d[:.]\d|\ba las? (?:\d|una)|\bat \d")
_LIST_MARK = re.compile(r"^\(?#?(\d{1,2})[).:](?= |$)")
_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+[^\W\d_]*")
_ORDINAL = re.compile(r"(\d{1,2})(st|nd|rd|th|ra|ro|er|da|do|ta|to|a|o)?")

# Each phrase of an answer to an offer; "" changes nothing, and "please" is a yes unless a no stands beside it.
# NEVERMIND is none of them: our texts name it as the word that takes the whole request back.
_ANSWERS: dict[str, str] = {
    phrase: meaning
    for meaning, phrases in {
        "yes": "yes|y|ya|yea|yeah|yeh|yep|yup|yes i do|yes i would|i do|i would|i'd like that|i want that|"
        "sure|sure thing|ok|okay|k|kk|okey|alright|all right|absolutely|definitely|certainly|of course|go ahead|do it|"
        "please do|do that|let's do it|let's do that|sounds good|sounds great|that works|works for me|that's fine|"
        "that is fine|that would be great|that'd be great|that would be good|why not|agreed|i agree|call me|👍|"
        "si|sip|claro|claro que si|por supuesto|dale|vale|esta bien|de acuerdo|bueno|okey|como no|perfecto|correcto|"
        "si quiero|quiero|me gustaria|adelante|llameme|llamenme|acepto",
        "no": "no|n|nope|nah|naw|no way|not now|not today|not yet|not at this time|not right now|not really|"
        "not interested|i'm not interested|don't|do not|please don't|i don't|i do not|i'd rather not|rather not|"
        "i don't want that|i don't want to|never|never mind|of course not|no need|that's ok no|don't call|"
        "don't call me|do not call|do not call me|please don't call|please don't call me|"
        "i'm good|no i'm good|i'm fine|👎|"
        "ahora no|hoy no|todavia no|por ahora no|no por ahora|claro que no|no quiero|por supuesto que no|nunca|"
        "no hace falta|no es necesario|mejor no|no me llame|no me llamen|no acepto",
        "please": "please|pls|plz|por favor|porfa|porfavor",
        "": "thanks|thank you|thank you so much|thanks so much|thank you very much|thx|ty|gracias|muchas gracias|"
        "mil gracias|hi|hello|hola|oh|um|well|pues|now|right now|ahora|ma'am|sir|senor|senora",
    }.items()
    for phrase in phrases.split("|")
}
_LONGEST_ANSWER = max(len(phrase.split()) for phrase in _ANSWERS)


def read_window(text: str, offered: Sequence[CallbackWindow], today: date) -> CallbackWindow | None:
    """The one offered window that the text can only mean; None where it means none, several, or something else.

    `today` is the day in the plan's time zone.
    """
    plain = _plain(text)
    if _HOUR.search(plain):
        return None
    reading = _Reading(offered, today)
    if mark := _LIST_MARK.match(plain):
        reading.keep_number(int(mark.group(1)))
        plain = plain[mark.end() :]
    for pattern, meaning in _PHRASES:
        plain = pattern.sub(f" {meaning} ", plain)
    plain = _take_days(plain, reading)
    words = _TOKEN.findall(plain)
    if not all(reading.hear(word, words) for word in words):
        return None
    return reading.answer()


def read_consent(text: str) -> Consent | None:
    """Whether the text says yes or no to an offer, and nothing else; None for a doubt, a question or other talk."""
    if {"?", "¿"} & set(text):
        return None
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[👍👎]", _plain(text))
    said: set[str] = set()
    while words:
        sizes = range(min(_LONGEST_ANSWER, len(words)), 0, -1)
        size = next((size for size in sizes if " ".join(words[:size]) in _ANSWERS), None)
        if size is None:
            return None
        said.add(_ANSWERS[" ".join(words[:size])])
        words = words[size:]
    if "no" in said:
        return None if "yes" in said else "no"
    return "yes" if said & {"yes", "please"} else None


class _Reading:
    """The offered windows that are still possible after what was read so far."""

    def __init__(self, offered: Sequence[CallbackWindow], today: date) -> None:
        self._offered = tuple(offered)
        self._today = today
        self._kept = set(range(len(self._offered)))
        self._has_clue = False
        self._wants_first = False

    def keep(self, fits: Callable[[int, CallbackWindow], bool]) -> None:
        self._has_clue = True
        self._kept = {index for index in self._kept if fits(index, self._offered[index])}

    def keep_number(self, number: int) -> None:
        self.keep(lambda index, _: index == number - 1)

    def hear(self, word: str, words: Sequence[str]) -> bool:
        """Takes one word of the answer; False for a word that is not known here."""
        tomorrow = self._today + timedelta(days=1)
        if word in _WEEKDAYS:
            self.keep(lambda _, each: each.day.weekday() == _WEEKDAYS[word])
        elif word in _TODAY:
            self.keep(lambda _, each: each.day == self._today)
        elif word in _TOMORROW:
            self.keep(lambda _, each: each.day == tomorrow)
        elif word in _MORNING or word in _AFTERNOON:
            self.keep(lambda _, each: each.window == ("morning" if word in _MORNING else "afternoon"))
        elif word == "manana":
            # Tomorrow, or in the morning: only the other words can tell.
            is_day = not {*_MORNING, *_AFTERNOON}.isdisjoint(words)
            self.keep(lambda _, each: each.day == tomorrow or (each.window == "morning" and not is_day))
        elif word in _LAST:
            self.keep_number(len(self._offered))
        elif word in _SOONEST:
            self._has_clue = self._wants_first = True
        elif word == "one" and len({*words} - _FILLERS) > 1:
            pass  # "the second one", "the morning one"
        elif word in _NUMBERS:
            self.keep_number(_NUMBERS[word] + 1)
        elif match := _ORDINAL.fullmatch(word):
            return self._hear_number(int(match.group(1)), bool(match.group(2)), words)
        else:
            return word in _FILLERS
        return True

    def _hear_number(self, number: int, is_ordinal: bool, words: Sequence[str]) -> bool:
        names_day = not _WEEKDAYS.keys().isdisjoint(words)
        if not names_day and not is_ordinal and not (_MORNING | _AFTERNOON).isdisjoint(words):
            return False  # "2 in the afternoon" is an hour
        # "Tuesday the 2nd" may be a day of the month, "2" alone is a place in the list.
        may_be_day = is_ordinal or names_day or "the" in words or "el" in words
        self.keep(lambda index, each: index == number - 1 or (may_be_day and each.day.day == number))
        return True

    def answer(self) -> CallbackWindow | None:
        if not self._has_clue or not self._kept:
            return None
        if len(self._kept) > 1 and not self._wants_first:
            return None
        return self._offered[min(self._kept)]


def _take_days(plain: str, reading: _Reading) -> str:
    """Keeps what the written dates say, and gives the text without them."""

    def numbers(match: re.Match[str]) -> str:
        month, day = int(match.group(1)), int(match.group(2))
        # Month first, as in the US, unless only the other order makes a day.
        keep(month, day) if month <= len(set(_MONTHS.values())) else keep(day, month)
        return " "

    def month_day(match: re.Match[str]) -> str:
        keep(_MONTHS[match.group(1)] + 1, int(match.group(2)))
        return " "

    def day_month(match: re.Match[str]) -> str:
        keep(_MONTHS[match.group(2)] + 1, int(match.group(1)))
        return " "

    def keep(month: int, day: int) -> None:
        reading.keep(lambda _, each: (each.day.month, each.day.day) == (month, day))

    return _DAY_MONTH.sub(day_month, _MONTH_DAY.sub(month_day, _NUMBER_DAY.sub(numbers, plain)))


def _plain(text: str) -> str:
    """Lower case without accents, with straight apostrophes and single spaces."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept: Iterable[str] = (letter for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).casefold().split())
