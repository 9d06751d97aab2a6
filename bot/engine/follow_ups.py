"""Does a message of few words go on with what was said: "and for hemophilia?", "not this, that", "the second one"?

The classifier knows which topic was answered before. What is read here is what only the rest of the dialogue makes
plain, by rules: such a message becomes an `inform`, which the actions answer as the question that it goes on with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.bare_questions import asks_difference, read_bare_question
from bot.engine.ending import asks_person_instead, calls_off, find_what_stays
from bot.engine.entities.found import PROOF
from bot.engine.naming import SIGN, adds_nothing, blank, find_class
from bot.engine.reading import BadChoice, read_choice
from bot.engine.references import Reference, Shown, find_reference, read_shown
from bot.engine.variants import asks_what_exists, find_variant

_INFORM, _UNCLEAR, _CANCEL = "inform", "nlu_fallback", "cancel"
_PLACES, _PERSON = "facility_search", "coach_handoff"
_PLAN, _THERAPY = "plan", "therapy"
# Whatever else is in the words: these are never anything else.
_ALWAYS = frozenset({"emergency", "crisis", "sms_stop", "sms_help"})
# A wish for a person, a complaint and what only a doctor can say: read this surely, no rule takes it for anything else.
_KEPT = frozenset({"coach_handoff", "complaint", "medical_advice"})
_SURE = 0.5
# But "can I call them" right after a hospital asks for its number.
_CALLS_PLACE = re.compile(
    r"^\W*(?:(?:and|so|ok|okay)\b\W*)*(?:can|could|do|may|should|how\s+(?:do|can|would))\s+(?:i|we)\s+"
    r"(?:call|phone|contact|reach)\s+(?:them|it|there|the\s+hospital)\W*$"
    r"|^\W*(?:(?:and|so|ok|okay|whats|what['’]?s|what\s+is|the|their|its|a)\b\W*)*(?:(?:tele)?phone|contact|number)\W*(?:(?:number|no|num|#|info)\W*)?(?:pls|please|for\s+(?:it|them|there))?\W*$",
    re.IGNORECASE,
)
# What identifies a member answers a question for proof, and goes on with nothing.
_IDENTIFYING = PROOF | {"phone"}
_PLACE = frozenset({"zip_code", "city"})
_WHERE = _PLACE | {"state"}
# What answers the question for a field, also in words that seem to end it.
_ANSWERS = {"zip_code": _PLACE, "plan": frozenset({"plan"}), "state": frozenset({"state"})}
# Beside the place that was asked for these are no question of their own: "quit asking, I live in Erie".
_NO_QUESTION = frozenset({"nlu_fallback", "out_of_scope", "out_of_scope_far", "complaint", "deny", "gibberish"})
# "Is it even considered a gene therapy": of which kind what was talked of is.
_ASKS_KIND = re.compile(
    r"^\W*(?:(?:and|so|but|ok)\b\W*)*(?:is|are|does|do|would)\s+(?:it|that|this|they|these|those)\b"
    r"(?:\s+(?:an?|the|even|really|technically|actually|still|also|be|counts?|considered|classed|called|seen|as|like|kind|"
    r"sort|type|form|of|some))*\s*$",
    re.IGNORECASE,
)
# "Is it the same as §?": the two are compared. "The same for §?" asks the same once more.
_COMPARES = re.compile(
    r"\b(?:same|similar|like|different|differ|better|worse|versus|vs)\b[\w\s]*\b(?:as|to|from|than)\s*$|\bvs\.?\s*$",
    re.IGNORECASE,
)
# "Only adults?": an age alone repeats an answer, one that limits or asks is about whom it suits.
_LIMITS = re.compile(r"\?|\b(?:only|just)\b", re.IGNORECASE)
_AGES = frozenset({"age", "age_group", "for_whom"})
_CANDIDACY, _NONSENSE = "candidacy", ("gibberish", "out_of_scope_far")
# From here on the classifier, which knows the topic before, is believed more than a rule.
_CERTAIN = 0.9
# An unclear message of no more words that names a plan or a state asks the last question for it.
_FEW_WORDS = 14
_THEIRS = re.compile(r"\b(?:their|its|them|it|they|the\s+hospital['’]?s?)\b", re.IGNORECASE)
# No ZIP code that there is, but meant as one.
_TRIES_ZIP_CODE = re.compile(r"^\W*(?:(?:it['’]?s|is|my|the|try|ok|sorry|no|zip|code)\W+)*\d{2,9}\W*$", re.IGNORECASE)
_WHERE_IT_IS = re.compile(
    r"^\W*(?:(?:and|so|ok|but)\b\W*)*where\s+(?:can|do|could|would|should)\s+\w+\s+(?:get|go|have)\b", re.IGNORECASE
)
# Asked with "that hospital" or "there" these are about the hospital, whatever the words alone seem to be about.
_NOT_OF_PLACE = frozenset(
    {
        "inform", "nlu_fallback", "gibberish", "candidacy", "therapy_info", "out_of_scope", "out_of_scope_far",
        "policy_lookup", "clinical_trials", "affirm", "deny",
    }
)  # fmt: skip
_ASKS_PLACE = re.compile(
    r"\b(?:phone|number|address|call(?!\s+(?:me|us|my))|far|miles|directions|drive|located|where|contact|website)\b",
    re.IGNORECASE,
)


def read_follow_up(
    text: str, parsed: Mapping[str, Any], before: DialogueStateTracker | None, domain: Domain
) -> dict[str, Any]:
    """The reading of a text with what the dialogue before it makes plain; the reading itself where nothing does.

    Where the words stand for a button that was shown, the reading is the button's, and its `text` the button's value.
    Other readings stay in it only where the message is unclear: the member chooses among the likeliest.
    """
    found = _read(text, {**parsed, "text": text}, before, domain)
    if found["intent"]["name"] != _UNCLEAR:
        found.pop("intent_ranking", None)
    return found


def _read(text: str, parsed: dict[str, Any], before: DialogueStateTracker | None, domain: Domain) -> dict[str, Any]:
    slots = before.current_slot_values() if before is not None else {}
    intent = (parsed.get("intent") or {}).get("name")
    if intent in _ALWAYS or not text:
        return parsed
    if asks_person_instead(text):
        return _as(_PERSON, parsed)
    entities = parsed.get("entities") or []
    is_asked = bool(slots.get("requested_slot"))
    if intent == _CANCEL or (is_asked and calls_off(text)):
        meant = _read_end(text, parsed, slots.get("requested_slot"))
        return parsed if meant == intent else _as(meant, parsed)
    rest = blank(text, entities)
    shown = read_shown(slots.get("last_shown"))
    goes_on = any(slots.get(name) for name in ("last_topic", "topic_in_progress", "requested_slot"))
    names_place = any(each.get("entity") in _WHERE for each in entities)
    # Where a place is named it is looked for there, whatever list was shown before.
    reference = None if names_place else find_reference(rest, shown, _list_named(before))
    if (variant := find_variant(text, entities, slots)) is not None:
        meant = "therapy_info" if asks_what_exists(text) else _INFORM
        return _as(meant, {**parsed, "entities": [*entities, variant]})
    if _is_kept(parsed, reference.rest if reference else rest, slots.get("last_topic")):
        return parsed
    if reference:
        return _resolve(parsed, reference, shown, domain)
    if _is_nonsense(parsed):
        return _as(_NONSENSE[0], parsed)
    gives_place = intent in _NO_QUESTION and any(each.get("entity") in _PLACE for each in entities)
    if slots.get("requested_slot") == "zip_code" and (gives_place or _TRIES_ZIP_CODE.match(text)):
        return _as(_INFORM, parsed)
    if not goes_on or _names_identity(entities):
        return parsed
    if _asks_anew(rest, parsed):
        return parsed
    names = {each.get("entity") for each in entities}
    is_unclear_change = intent == _UNCLEAR and names & {_PLAN, "state"} and len(text.split()) <= _FEW_WORDS
    if ((entities or find_class(rest)) and adds_nothing(rest)) or is_unclear_change:
        return _as(_INFORM, parsed)
    last_topic = slots.get("last_topic")
    if shown is not None and shown.kind == _THERAPY and len(shown.values) > 1 and asks_difference(rest):
        return _as("therapy_info", parsed)
    if not entities and (bare := read_bare_question(rest, last_topic)):
        return _as(bare, parsed)
    if intent == _UNCLEAR and _WHERE_IT_IS.search(rest):
        return _as(_PLACES, parsed)
    kind = next(iter(find_class(rest)), None)
    if slots.get("therapy") and kind and _ASKS_KIND.match(rest[: kind.start()]):
        return _as("therapy_info", parsed)
    if last_topic == _PLACES and (_CALLS_PLACE.match(rest) or (_ASKS_PLACE.search(rest) and _THEIRS.search(rest))):
        told = shown.values if shown is not None and shown.kind == "facility" else ()
        return _resolve(parsed, Reference(told, rest), shown, domain) if told else _as(_PLACES, parsed)
    return parsed


def _asks_anew(rest: str, parsed: Mapping[str, Any]) -> bool:
    """True for what names something and yet asks another question: a comparison, or whether an age is too young."""
    intent = parsed.get("intent") or {}
    if float(intent.get("confidence") or 0.0) < _CERTAIN:
        return False
    names = {each.get("entity") for each in parsed["entities"]}
    if intent["name"] == "therapy_info" and names & {_THERAPY, "condition"}:
        return bool(_COMPARES.search(rest[: rest.index(SIGN)] if SIGN in rest else ""))
    return intent["name"] == _CANDIDACY and bool(names) and names <= _AGES and bool(_LIMITS.search(rest))


def _is_nonsense(parsed: Mapping[str, Any]) -> bool:
    """True for what has no meaning or one far from ours, where that alone is undecided."""
    likeliest = [each["name"] for each in (parsed.get("intent_ranking") or ())[:2]]
    return parsed["intent"]["name"] == _UNCLEAR and sorted(likeliest) == sorted(_NONSENSE)


def _read_end(text: str, parsed: Mapping[str, Any], asked_for: object) -> str:
    """What a message that seems to end something is: an answer all the same, another question, or that end."""
    named = {each["entity"] for each in parsed["entities"]}
    if named & _ANSWERS.get(str(asked_for), frozenset()):
        return _INFORM
    return find_what_stays(text, parsed) or _CANCEL


def _is_kept(parsed: Mapping[str, Any], rest: str, last_topic: object) -> bool:
    """True for what no rule may take for anything else; "the second one" and "no, Independence" say none of it."""
    intent = parsed.get("intent") or {}
    if intent.get("name") not in _KEPT or float(intent.get("confidence") or 0.0) < _SURE or adds_nothing(rest):
        return False
    return not (last_topic == _PLACES and _CALLS_PLACE.match(rest))


def _list_named(before: DialogueStateTracker | None) -> tuple[str, ...]:
    """The choices for the products that the member has named, each once, the latest last."""
    named: dict[str, None] = {}
    for event in before.events if before is not None else ():
        if isinstance(event, SlotSet) and event.key == _THERAPY and event.value:
            for value in event.value if isinstance(event.value, list) else [event.value]:
                named.pop(str(value), None)
                named[str(value)] = None
    return tuple(f"/inform{json.dumps({_THERAPY: value})}" for value in named)


def _names_identity(entities: Iterable[Mapping[str, Any]]) -> bool:
    return any(each.get("entity") in _IDENTIFYING for each in entities)


def _resolve(parsed: dict[str, Any], reference: Reference, shown: Shown | None, domain: Domain) -> dict[str, Any]:
    """The message with what its words point at: a button as if it were pressed, anything else as entities."""
    try:
        chosen = [read_choice(value, domain) for value in reference.values]
    except BadChoice:
        # Shown by an older model, which knew another dialogue.
        return parsed
    entities = [each for choice in chosen for each in choice["entities"]]
    asks_nothing = adds_nothing(reference.rest)
    if shown is not None and shown.kind == "choice":
        if not asks_nothing or len(chosen) != 1:
            return parsed
        return dict(chosen[0])
    kinds = {each["entity"] for each in entities}
    if kinds & {each["entity"] for each in parsed["entities"]}:
        return parsed
    found = {**parsed, "entities": [*parsed["entities"], *entities]}
    if asks_nothing:
        return _as(_INFORM, found)
    intent = (parsed.get("intent") or {}).get("name")
    if "facility" in kinds and (intent in _NOT_OF_PLACE or _ASKS_PLACE.search(reference.rest)):
        return _as(_PLACES, found)
    return found


def _as(intent: str, parsed: dict[str, Any]) -> dict[str, Any]:
    reading = {"name": intent, "confidence": 1.0}
    return {**parsed, "intent": reading, "intent_ranking": [reading]}
