"""Is a text English, Spanish or neither? A handful of small words tells."""

from __future__ import annotations

from bot.engine.entities.words import split_words


def _words(text: str) -> frozenset[str]:
    return frozenset(word.text for word in split_words(text))


# Frequent in one language and rare in the other.
_ENGLISH = _words(
    """
    the is are was am be been i my you your we they he she it this that what which who how when where why do does did
    can could will would should have has need want get for with from of to in on at by about and or not if there any
    yes thanks thank please hello hi hey ok okay help find show tell approval coverage covered hospital near nearest
    therapy gene treatment cost price pay plan insurance member card nurse coach doctor person human appeal denied
    deny sick child baby wife husband mom dad adult year years month months old trial trials risk risks side effects
    unsure sure yeah yep nope bye stop cancel more never mind policy criteria precertification authorization
    """
)
_SPANISH = _words(
    """
    el los las un una unos unas es está este están soy mi mis su sus tu usted yo qué cuál quién cómo cuándo dónde
    porque por para con de del y o sí hay puedo puede quiero necesito tengo tiene ayuda gracias hola buenos buenas
    favor hijo hija niño niña terapia cubierto cubierta cobertura
    """
)


def tell_language(text: str) -> str:
    """`en`, `es`, or `und` for a text without any telling word ("19104", "Zolgensma")."""
    words = [word.text for word in split_words(text)]
    english = sum(word in _ENGLISH for word in words)
    spanish = sum(word in _SPANISH for word in words)
    if english == spanish == 0:
        return "und"
    return "es" if spanish > english else "en"
