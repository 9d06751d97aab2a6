"""May this text be shown to a member? The last look at every reply, whoever wrote it."""

from __future__ import annotations

import re
from enum import Enum


class Fault(str, Enum):
    """Why a text may not be shown."""

    EMPTY = "EMPTY"
    UNFILLED = "UNFILLED"
    PRINTED_NONE = "PRINTED_NONE"
    DETERMINATION = "DETERMINATION"
    DOSING = "DOSING"


# "None of the hospitals …" is English; any other None is a value that was missing.
_PRINTED_NONE = re.compile(r"\bNone\b(?! of\b)")

_DECIDED = r"(?:covered|(?:pre-?)?approved|pre-?authorized|authorized|qualified|eligible|entitled|accepted)"
_SURELY = r"(?: now| already| also| fully| definitely| all| automatically| still| certainly)*"
_ARE = r"(?:'re|'ve been|'ll be| are| were| have been| will be| should be)"
_DO = r"(?:'ll|'ve)?(?: do| will| already| also| clearly| have)*"
_IS = rf"(?:is|was|has been|will be|gets|are){_SURELY}"
_MATTER = (
    r"(?:your|this|the|his|her) (?:child's |son's |daughter's |own )?(?:request|treatment|therapy|care|claim|infusion|"
    r"stay|medicine|drug|product|visit|test|procedure|son|daughter|child)"
)
_RULES = (
    r"(?:all |every |each )?(?:of )?(?:the |their |its |these |this |our )?(?:your |the )?(?:plan's )?(?:[a-z]+ )?"
    r"(?:criteri(?:a|on)|requirements?|rules?)"
)
_USTED = r"(?:usted|tú|ud\.?)(?: ya| sí)?"
_FUE = r"(?:está|esta|estás|será|fue|ha sido) (?:cubiert|aprobad|autorizad|calificad|aceptad)[oa]"

# Only the plan decides on coverage, and only a clinician on candidacy: the assistant never says either.
_DETERMINATION = re.compile(
    r"\b(?:"
    + "|".join(
        (
            rf"you{_ARE}{_SURELY} {_DECIDED}",
            rf"you{_ARE}{_SURELY} an? (?:[a-z]+ )?(?:candidate|match|fit)\b",
            rf"you{_DO} (?:qualify|qualified)",
            rf"you{_DO} (?:meet|met|fulfil+|satisfy) {_RULES}",
            rf"{_MATTER} {_IS} (?:covered|approved|authorized)(?! by the FDA| in the (?:US|United States))",
            # A name, alone: "Zolgensma is covered." What says where or when ("under", "if") decides for nobody.
            rf"(?-i:[A-Z])[\w-]+ {_IS} (?:covered|paid for)(?= for you| by your| under your|[.!]|$)",
            rf"{_USTED} {_FUE}",
            rf"{_USTED} (?:califica|reúne los requisitos|cumple (?:con )?(?:todos )?los (?:criterios|requisitos))",
            rf"{_USTED} es (?:un |una )?(?:buen[ao]? )?(?:candidat[oa]|elegible)",
            rf"su (?:solicitud|tratamiento|terapia|atención|reclamo|infusión)(?: ya)? {_FUE}",
        )
    )
    + ")",
    re.IGNORECASE,
)

# A condition or a question takes a claim back that it governs: "if you qualify", "whether the plan says you qualify",
# but not "when you ask you are covered". A denial reaches to the end of its clause: "this does not mean that you are".
_CONDITION = re.compile(
    r"\b(?:if|whether|unless|until|before|once|when|why|how|who|si|cuando|hasta|antes de que)"
    r"(?: (?:your|the|su|el) (?:\w+ )?(?:plan|payer|policy|doctor|team)(?: \w+){1,2})?(?: that| que)?\s*$",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|never|no one|nobody|cannot|nor|neither|no|nunca|nadie)\b|n't\b", re.IGNORECASE)

_CLAUSE_END = re.compile(
    r"(?<=[.!?:;])\s+|\n+|,\s+(?:and |but |so )?(?:then )?|\s+[-\u2013\u2014]\s+"
    r"|\s+(?:and|but|so|because|y|pero|porque)\s+",
    re.IGNORECASE,
)

# What to take, and how much, is a prescriber's to say.
_DOSING = re.compile(
    r"\b(?:take|inject|swallow|increase|lower|reduce|raise|double|give (?:him|her|your \w+)|tome|inyecte|use) "
    r"[^.!?\n]{0,40}?\b(?:\d[\d.,]*|one|two|three|half|un[ao]?|dos|tres) ?"
    r"(?:mg|mcg|milligrams?|micrograms?|ml|milliliters?|tablets?|pills?|capsules?|units?|drops?|pastillas?|tabletas?)\b",
    re.IGNORECASE,
)


def find_fault(text: str) -> Fault | None:
    """The first reason not to show this text, or None when it may be shown."""
    if not text.strip():
        return Fault.EMPTY
    if "{" in text:
        return Fault.UNFILLED
    if _PRINTED_NONE.search(text):
        return Fault.PRINTED_NONE
    plain = text.replace("\u2019", "'")
    if any(_determines(clause) for clause in _CLAUSE_END.split(plain) if clause):
        return Fault.DETERMINATION
    return Fault.DOSING if _DOSING.search(plain) else None


def _determines(clause: str) -> bool:
    for found in _DETERMINATION.finditer(clause):
        before = clause[: found.start()]
        if not (_CONDITION.search(before) or _DENIAL.search(before)):
            return True
    return False
