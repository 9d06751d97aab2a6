"""Is a text English or Spanish? A handful of small words tells, enough to choose the gateway's own words."""

from __future__ import annotations

import re

from bot.safety.gate import normalise

_WORD = re.compile(r"[a-z]+")
# A text that needs more than its beginning to be told is of no use here.
_READ_UP_TO = 320


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Frequent in one language and no word of the other; without accents, as `normalise` leaves them.
_ENGLISH = _words(
    """
    the is are was am be been i my you your we they he she it this that what which who how when where why do does did
    can could will would should have has need want get for with from of to in on at by about and or not if there any
    yes thanks thank please hello hi hey help find show tell covered coverage hospital therapy gene treatment doctor
    """
)
_SPANISH = _words(
    """
    el la los las un una unos unas es esta estan este estoy soy mi mis su sus tu usted yo que cual quien como cuando
    donde porque por para con del y o si hay puedo puede pueden quiero necesito tengo tiene tienen ayuda gracias hola
    buenos buenas dias tardes favor hijo hija nino nina esposo esposa terapia cubierto cubierta cobertura seguro cubre
    cuesta cuanto medico enfermera hospitales cerca le nos lo de se ya muy pero tambien
    """
)


def tell_language(text: str) -> str | None:
    """`en` or `es`; None for a text without any telling word ("19104", "Zolgensma")."""
    said = _WORD.findall(normalise(text[:_READ_UP_TO]))
    english, spanish = sum(word in _ENGLISH for word in said), sum(word in _SPANISH for word in said)
    if english == spanish:
        return None
    return "es" if spanish > english else "en"
