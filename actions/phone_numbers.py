"""Does a member ask for a number to call, rather than to be called? Whose is it, and is the plan's on file?"""

from __future__ import annotations

import re

from actions.services import ActionServices
from actions.turn_context import Turn
from knowledge.policies.model import Fact

# Whose facts a number for any question stands among.
_TOPIC = "coverage_general"
_NUMBER = r"(?:(?:tele)?phone|hotline|contact\s+number|numbers?(?!\s+(?:am|are|in|of)\b)|contact\s+info\w*)"
_ASKS = re.compile(
    rf"\b(?:what(?:['’]?s|\s+is|\s+are)?|which|give|get|have|need|want|find|where|any|there|send|tell|know)\b[^.?!]*\b{_NUMBER}\b"
    r"|\bphone\s*#|\bwho\s+(?:can|do|should|could|would)\s+(?:i|we)\s+(?:call|phone)\b"
    r"|\b(?:call|phone|contact|reach)\s+(?:you|(?:independence|caresource|(?:my|the|your)\s+plan)\b)"
    rf"|^\W*(?:the\s+|a\s+|my\s+)?(?:\w+\s+){{0,3}}{_NUMBER}(?:\s+(?:for|of|to|please|pls)\b[^.?!]*)?\W*$",
    re.IGNORECASE,
)
# Whoever wants a person has one asked for, also where a number is asked for beside it.
_WANTS_PERSON = re.compile(
    r"\bcall(?:s|ed|ing)?\s+(?:me|us|him|her|them|my|our|back|this|at)\b|\bcall[\s-]?backs?\b|\b(?:speak|talk|chat|connect|"
    r"transfer)\w*\b|\breach\s+(?:an?|some|any|out)\b|\b(?:nurse|coach|human|person|someone|somebody|agent|representative|rep)\w*\b"
    r"|\b(?:my|this|is)\b[\w\s]*\bnumber\s+(?:is\b|:)|\d{3}",
    re.IGNORECASE,
)
_CARE = r"(?:hospital|clinic|cent(?:er|re)|doctor|physician|specialist|pharmacy|lab|chop|penn)\b"
_ELSEWHERE = re.compile(
    rf"\b(?:number|phone|hotline)\s+(?:of|for|to|at)\s+(?:\w+\s+){{0,3}}?{_CARE}|\b{_CARE}(?:['’]?s)?\s+(?:phone|number|hotline)"
    rf"|\b(?:call|phone|contact|reach)\s+(?:the\s+|a\s+|my\s+)?{_CARE}",
    re.IGNORECASE,
)
# The plan's own line, whatever stands beside it: "number to call about my hospital bill".
_OF_PLAN = re.compile(
    r"\b(?:call cent(?:er|re)|(?:member|customer) (?:services?|care)|help ?(?:desk|line)|plan|insurance|insurer|bills?|"
    r"billing|claims?|pre-?approvals?|pre-?cert\w*|(?:prior )?authori[sz]ations?)\b",
    re.IGNORECASE,
)
_ON_FILE = re.compile(r"can be called at\b.*\d{3}-\d{3}-\d{4}", re.IGNORECASE | re.DOTALL)


def asks_for_number(text: str) -> bool:
    """True for "what number do I call"; False for a wish for a person, and for a number that is given."""
    return bool(_ASKS.search(text)) and not _WANTS_PERSON.search(text)


def asks_for_other_number(text: str) -> bool:
    """True where the number that is asked for is one of a hospital, a doctor or a pharmacy: never the plan's."""
    return bool(_ELSEWHERE.search(text)) and not _OF_PLAN.search(text)


async def find_number(turn: Turn, services: ActionServices) -> Fact | None:
    """What the member's payer says of how it is called; None where that is not on file, or the plan is not known."""
    if turn.plan is None:
        return None
    facts = await services.policies.find_facts(_TOPIC, turn.scope, turn.today)
    return next((fact for fact in facts if fact.document.payer and _ON_FILE.search(fact.text)), None)
