"""Does a message ask for a person, plainly enough to be taken at its word when the engine cannot read it?

Understanding is the engine's matter. But the apology for an engine that is away says "ask for a coach", and whoever
does must not read the same apology again. A wish that is missed is offered a coach with a button as before.
"""

from __future__ import annotations

import re

from bot.safety.gate import normalise

# Who asks for a person says so in few words; a long message is about something.
_LONGEST = 120
_EN_PERSON = (
    r"(?:(?:health |nurse |real |live |actual |human )*"
    r"(?:nurse|coach|person|human|agent|operator|representative|rep|somebody|someone)(?: coach)?)"
)
_ES_PERSON = r"(?:enfermer[ao]|persona|humano|agente|operador[a]?|representante|alguien|coach|asesor[a]?)"
_ALONE = re.compile(
    rf"(?:please )?(?:a |an |the |my )?{_EN_PERSON}(?: please| pls| now)*"
    rf"|(?:una? |la |el )?{_ES_PERSON}(?: real)?(?: por favor)?"
)
_WISH = re.compile(
    rf"\b(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|put me (?:through|on)) (?:directly )?(?:to|with) "
    rf"(?:a |an |the |my |your )?{_EN_PERSON}\b"
    r"|\b(?:i (?:want|need|would like)|id like|ask for|get me|give me|connect me to) "
    rf"(?:a |an |the |my )?{_EN_PERSON}\b"
    rf"|\b(?:hablar|comunicar(?:me)?|conectar(?:me)?|chatear|paseme|pasame|comuniqueme) con (?:una? |la |el |mi )?"
    rf"{_ES_PERSON}\b"
    rf"|\b(?:quiero|necesito|deseo|quisiera) (?:a )?(?:una? )?{_ES_PERSON}\b"
)
# "I don't want a coach", "do I need a nurse after it": no wish.
_NOT = re.compile(
    r"\b(?:dont|do not|doesnt|didnt|not|never|no|without|stop|cancel|instead of|(?:do|did|will|would|should|if|when) i"
    r"|after i|sin|nunca)\b"
)
_MARKS = re.compile(r"[^\w\s]+")


def is_coach_wish(text: str) -> bool:
    """True for "talk to a nurse", "coach please", "quiero hablar con una persona"; False in any doubt."""
    if len(text) > _LONGEST:
        return False
    said = " ".join(_MARKS.sub(" ", normalise(text)).split())
    if _ALONE.fullmatch(said):
        return True
    return _WISH.search(said) is not None and _NOT.search(said) is None
