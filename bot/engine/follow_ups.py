"""Does a message of few words go on with what was said: "and for hemophilia?", "not this, that", "the second one"?

The classifier reads each message by itself. What is read here is what only the dialogue before it makes plain, by
rules: such a message becomes an `inform`, which the actions answer as the question that it goes on with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.ending import asks_person_instead, calls_off
from bot.engine.entities.found import PROOF
from bot.engine.last_topic import find_last_topic, says_outright
from bot.engine.reading import BadChoice, read_choice
from bot.engine.references import Reference, Shown, find_reference, read_shown
from bot.engine.refused import without_refused
from bot.engine.variants import SIGN, find_variant

_INFORM, _UNCLEAR = "inform", "nlu_fallback"
_PLACES, _PERSON = "facility_search", "coach_handoff"
# Whatever else is in the words: these are never anything else.
_ALWAYS = frozenset({"emergency", "crisis", "sms_stop", "sms_help"})
# A wish for a person, read this surely, is taken for nothing else by any rule.
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
_WHERE = frozenset({"zip_code", "city", "state"})
_SLOT = SIGN
_CLASS = (
    r"car[\s-]?t(?:s|\scells?|\stherap(?:y|ies))?|crispr|t[\s-]?cell\stherap(?:y|ies)|(?:gene|cell|genetic)\s"
    r"(?:therap(?:y|ies)|editing)"
)
# Each takes some words that add nothing of their own to what is named. The longer ones come first.
_PIECE = re.compile(
    r"(?:what|wat|how|hows|whats|wbu|hbu)(?:\s+(?:about|abt|bout|if|of)|\s+would\s+change\s+(?:with|for))"
    r"|is\s+it\s+(?:any\s+)?(?:the\s+same|different)|(?:the\s+)?same(?:\s+(?:question|thing|q|here))?"
    r"|does\s+(?:that|this|it)(?:\s+also)?\s+(?:go|apply|hold|count|work)|what\s+changes"
    r"|(?:i|we)\s+(?:meant|mean|ment|said|say|was\s+asking|am\s+asking|wanted\s+to\s+ask|asked)|i\s*['’]?m\s+asking"
    r"|(?:i\s+)?(?:typed|wrote|put)(?:\s+(?:it|that)(?:\s+wrong)?)?|(?:that\s+was\s+)?(?:a\s+|my\s+)?(?:typo|bad|mistake)"
    r"|(?:make|change|try|use)\s+(?:it|that)(?:\s+to)?|(?:try|use)"
    r"|(?:it|that|he|she|this)(?:\s*['’]?s|\s+is|\s+was|\s+has)|(?:i|we)(?:\s*['’]?(?:m|re|ve)|\s+(?:am|are|have|was|live))"
    r"|(?:zip|code|plan|insurance|state|age|name|" + _SLOT + r")(?:\s+is|\s*['’]s|\s+was|\s+has)"
    r"|my|our|his|her|the|an?|question|to\s+ask|zip|code|plan|one"
    r"|and|n|an|or|but|so|ok|okay|k|well|oh|hmm|um|uh|then|also|too|please|pls|plz|thx|thanks|thank\s+you|hey|hi"
    r"|no|nope|nah|not|yes|yeah|yep|wait|sorry|oops|whoops|actually|correction|instead(?:\s+of)?|rather(?:\s+than)?"
    r"|though|tho|lol"
    r"|for|with|in|on|at|to|under|about|abt|by|as|if|from|near|around|of|only|just|now"
    r"|(?:someone|somebody|people|those)(?:\s+who)?"
    r"|" + _CLASS + r"|" + _SLOT,
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,.;:!?\"'’()&/*…+-]*")
_CLASS_WORDS = re.compile(rf"\b(?:{_CLASS})\b", re.IGNORECASE)
_ASKS_KIND = re.compile(r"^\W*(?:(?:and|so|but|ok)\b\W*)*is\s+(?:it|that|this)\s+(?:an?|the)\s", re.IGNORECASE)
_LEAD = r"^\W*(?:(?:and|so|ok|okay|but|oh|hmm|wait|well|um)\b\W*)*"
_WHY = re.compile(
    rf"{_LEAD}(?:why(?:\s+(?:not|so|is\s+(?:that|it)|only\s+(?:these|those|them)))?|how\s+come)\W*$", re.IGNORECASE
)
_MEANS = re.compile(
    rf"{_LEAD}(?:what\s+(?:does|do|did)\s+(?:that|this|it|you)\s+mean(?:\s+(?:by\s+(?:that|this)|exactly))?|meaning|"
    r"(?:like\s+what|such\s+as)(?:\s+what)?|what\s+(?:else|then)|then\s+what|then|after\s+that)\W*$",
    re.IGNORECASE,
)
# A no that may come: whatever was asked before, it is about what can be done then.
_IF_NO = re.compile(
    rf"{_LEAD}(?:what\s+)?(?:if|when|say)\s+(?:they|it|that|insurance|the\s+plan)(?:['’]?s|\s+\w+)?\s+(?:no|not|denied|"
    r"refused?|rejected|turned\s+down)\b(?:\s+(?:to\s+it|again|still|then|tho))*\W*$",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    rf"{_LEAD}(?:(?:just|please|pls|tell|me|a|simple|plain|say|answer|is\s+(?:it|that)|so)\b\W*)*yes\s+or\s+(?:a\s+)?no"
    r"(?:\W+\w+)?\W*$",
    re.IGNORECASE,
)
# "Yes but what about cost": a word that is a topic by itself.
_NAMES_TOPIC = re.compile(
    r"\b(?:what|how)\s+about\s+(?:(?:the|its|any)\s+)?(?P<word>costs?|prices?|risks?|side\s+effects|coverage|approval|"
    r"appeals?|trials?|hospitals?)\W*$",
    re.IGNORECASE,
)
_TOPIC_OF_WORD = {
    "cost": "cost", "price": "cost", "risk": "safety_risks", "side": "safety_risks", "coverage": "coverage_general",
    "approval": "precertification", "appeal": "appeal_denial", "trial": "clinical_trials", "hospital": _PLACES,
}  # fmt: skip
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
    r"\b(?:phone|number|address|call|far|miles|directions|drive|located|where|contact|website)\b", re.IGNORECASE
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
    if slots.get("requested_slot") and calls_off(text):
        return _as("cancel", parsed)
    entities = parsed.get("entities") or []
    rest = _blank(text, entities)
    shown = read_shown(slots.get("last_shown"))
    goes_on = any(slots.get(name) for name in ("last_topic", "topic_in_progress", "requested_slot"))
    names_place = any(each.get("entity") in _WHERE for each in entities)
    # Where a place is named it is looked for there, whatever list was shown before.
    reference = None if names_place else find_reference(rest, shown)
    if _is_kept(text, parsed, reference.rest if reference else rest, slots.get("last_topic")):
        return parsed
    if (variant := find_variant(text, entities, slots, adds_nothing)) is not None:
        return _as(_INFORM, {**parsed, "entities": [*entities, variant]})
    if reference:
        return _resolve(parsed, reference, shown, domain)
    if slots.get("requested_slot") == "zip_code" and _TRIES_ZIP_CODE.match(text):
        return _as(_INFORM, parsed)
    if not goes_on or _names_identity(entities):
        return parsed
    if (topic_word := _NAMES_TOPIC.search(rest)) and adds_nothing(rest[: topic_word.start()]):
        return _as(_TOPIC_OF_WORD[topic_word["word"].split()[0].lower().rstrip("s")], parsed)
    if (entities or _CLASS_WORDS.search(rest)) and adds_nothing(rest):
        return _as(_INFORM, parsed)
    last_topic = slots.get("last_topic")
    if not entities and (bare := _read_bare(rest, parsed, last_topic)):
        return bare
    if intent == _UNCLEAR and _WHERE_IT_IS.search(rest):
        return _as(_PLACES, parsed)
    if slots.get("therapy") and _ASKS_KIND.match(rest) and _CLASS_WORDS.search(rest):
        return _as("therapy_info", parsed)
    if last_topic == _PLACES and (_CALLS_PLACE.match(rest) or (_ASKS_PLACE.search(rest) and _THEIRS.search(rest))):
        told = shown.values if shown is not None and shown.kind == "facility" else ()
        return _resolve(parsed, Reference(told, rest), shown, domain) if told else _as(_PLACES, parsed)
    if not slots.get("requested_slot") and (topic := find_last_topic(text, parsed, last_topic)):
        return _as(topic, parsed)
    return parsed


def _is_kept(text: str, parsed: Mapping[str, Any], rest: str, last_topic: object) -> bool:
    """True for what no rule may take for anything else; "the second one" and "no, Independence" say none of it."""
    if adds_nothing(rest):
        return False
    intent = parsed.get("intent") or {}
    if intent.get("name") == _PERSON and float(intent.get("confidence") or 0.0) >= _SURE:
        return not (last_topic == _PLACES and _CALLS_PLACE.match(rest))
    return says_outright(text, parsed, last_topic)


def adds_nothing(rest: str) -> bool:
    """True for words that ask nothing beside what is named: "and for §?", "no, §", "sorry I meant §"."""
    at = _end_of_gap(rest, 0)
    while at < len(rest):
        piece = _PIECE.match(rest, at)
        if piece is None or (piece.end() < len(rest) and rest[piece.end()].isalnum() and piece[0] != _SLOT):
            # A shorter piece may end at the word's end where the longest does not.
            piece = _whole_piece(rest, at)
        if piece is None:
            return False
        at = _end_of_gap(rest, piece.end())
    return True


def _whole_piece(rest: str, at: int) -> re.Match[str] | None:
    end = at
    while end < len(rest) and (rest[end].isalnum() or rest[end] == _SLOT):
        end += 1
    return _PIECE.fullmatch(rest, at, end) if end > at else None


def _end_of_gap(rest: str, at: int) -> int:
    gap = _BETWEEN.match(rest, at)
    return gap.end() if gap else at


def _blank(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """The text with one sign in the place of each entity."""
    spans = sorted({(int(each.get("start") or 0), int(each.get("end") or 0)) for each in entities}, reverse=True)
    for start, end in spans:
        if end > start:
            text = f"{text[:start]} {_SLOT} {text[end:]}"
    return text


def _names_identity(entities: Iterable[Mapping[str, Any]]) -> bool:
    return any(each.get("entity") in _IDENTIFYING for each in entities)


def _read_bare(rest: str, parsed: dict[str, Any], last_topic: object) -> dict[str, Any] | None:
    """ "Why?", "what does that mean", "how long does that take": of the topic that was answered."""
    if not isinstance(last_topic, str):
        return None
    if _WHY.match(rest):
        is_place = last_topic in (_PLACES, "facility_why")
        return _as("facility_why" if is_place else _INFORM, parsed)
    if _MEANS.match(rest):
        return _as(_INFORM, parsed)
    if _IF_NO.match(rest):
        return _as("appeal_denial", parsed)
    if _YES_OR_NO.match(rest):
        return _as(last_topic, parsed)
    return None


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


def drop_refused(text: str, parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The reading without what the text refuses or corrects: "not 19104, 08540"."""
    named = parsed.get("entities") or []
    return {**parsed, "entities": without_refused(text, named, lambda: adds_nothing(_blank(text, named)))}


def find_class(text: str) -> list[re.Match[str]]:
    """Where the text names a kind of therapy: "CAR-T", "gene therapy"."""
    return list(_CLASS_WORDS.finditer(text))
