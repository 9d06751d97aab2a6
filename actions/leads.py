"""Which fact of a topic is asked for, and goes first? And which topic does "how long does it take?" go on with?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions.answer_openings import Opening
from actions.aspects import find_aspect
from actions.phrases import Phrases
from actions.plain_words import find_therapy_class
from actions.services import ActionServices
from actions.turn_context import Turn
from actions.unknown_names import asks_beside
from knowledge.policies.model import Fact

# The likelihood from which a hit is told although the question seems to be about something else.
SURE = 0.85
_STEPS, _BASICS = "process_followup", "therapy_basics"
# What has its own waiting: "how long does it take?" right after an answer on it is about it.
_WAITED_FOR = frozenset({"precertification", "appeal_denial"})
_HOW_LONG = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but)\b\W*)*(?:how\s+(?:long|soon|quick\w*|fast|many\s+(?:days|weeks))|when)\b"
    r"[^.?!]*\b(?:it|that|this|they|i|we|take|hear|know)\b[^.?!]*\W*$",
    re.IGNORECASE,
)
_OF_TREATMENT = re.compile(
    r"\b(?:hospital|home|infusion|treatment|therapy|recover\w*|cells?|work|school|drive|stay|wear|effects?|dose|shot|"
    r"injection|surgery|feel|results?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AskedFor:
    """The fact that is asked for; `missing` is the part that says that no fact tells what is asked."""

    fact_id: str | None = None
    missing: str | None = None


def asked_words(turn: Turn) -> str:
    """The question's own words; none where a button was pressed."""
    return "" if turn.question.startswith("/") else turn.question


def find_continued(topic: str, turn: Turn) -> str | None:
    """The topic that a bare "how long does it take?" goes on with; None where it stands for itself."""
    last = turn.slots.last_topic
    if topic != _STEPS or last not in _WAITED_FOR or turn.entities or turn.names_class:
        return None
    return last if _HOW_LONG.match(turn.text) and not _OF_TREATMENT.search(turn.text) else None


def is_passed_by(topic: str, asked: str, facts: Sequence[Fact]) -> bool:
    """True where the question asks for what none of these facts comes near: a hotel, step therapy."""
    aspect = find_aspect(topic, asked)
    return aspect is not None and aspect.missing is None and not aspect.list_telling(facts)


async def find_lead(topic: str, turn: Turn, facts: Sequence[Fact], services: ActionServices) -> AskedFor:
    """The fact that is asked for by name: "is there a deal with the maker" is no question on deductibles."""
    asked = _with_class(turn)
    aspect = find_aspect(topic, asked)
    found = await services.search.find_lead(asked, facts)
    if aspect is None:
        return AskedFor(found.id) if found else AskedFor(missing=_find_missing(topic, asked, facts))
    own = [fact for fact in facts if turn.about in fact.subjects] if turn.named("therapy") else []
    telling = aspect.list_telling(own) or aspect.list_telling(_of_class(asked, facts))
    # Of several the one that has more of the question's words.
    lead = next((fact for fact in telling if found and fact.id == found.id), telling[0] if telling else None)
    return AskedFor(lead.id) if lead else AskedFor(missing=aspect.missing)


def _with_class(turn: Turn) -> str:
    """The question's words with the class of therapies talked about, where they name no other subject."""
    asked = asked_words(turn)
    is_open = not (turn.names_class or turn.about)
    return f"{asked} {turn.slots.therapy_class}" if asked and is_open and turn.slots.therapy_class else asked


def _find_missing(topic: str, asked: str, facts: Sequence[Fact]) -> str | None:
    if topic == _BASICS and asks_beside(asked, facts):
        return "utter_part_not_just_that"
    return None


def _of_class(asked: str, facts: Sequence[Fact]) -> list[Fact]:
    """Without those about products of another class than the one that is asked about."""
    named = (find_therapy_class(asked) or "").casefold()
    return [fact for fact in facts if not named or not fact.subjects or named in fact.text.casefold()]


def open_with_lead(opening: Opening, asked_for: AskedFor, phrases: Phrases) -> Opening:
    """Before a fact that is asked for nothing stands that the catalogue knows of the product."""
    if asked_for.fact_id:
        return replace(opening, facts="")
    if asked_for.missing:
        return replace(opening, before=phrases.join([opening.before, phrases.say(asked_for.missing)]))
    return opening
