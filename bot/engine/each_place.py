"""Does one question ask about several places: "near 19104 and near 08540"? Each is answered for itself."""

from __future__ import annotations

import itertools
import re

from bot.engine.question import Question

_PLACES = "facility_search"
_KINDS = ("zip_code", "city", "state")
# Between two of a list stand only such words. ZIP codes of one search are both places to look at, whatever is between,
# but for a correction.
_LISTED = re.compile(
    r"(?:[\s,/&+]|\b(?:and|n|or|also|plus|then|near|in|by|at|around|for|from|with|the|ones?|zip|code)\b)*",
    re.IGNORECASE,
)
_CORRECTED = re.compile(r"\b(?:no|not|sorry|wait|actually|mea?nt?|instead|oops|rather|to|but)\b", re.IGNORECASE)
# What is compared is one question.
_COMPARES = re.compile(r"\b(?:differ\w*|diff|same|compar\w*|between|versus|vs)\b", re.IGNORECASE)


def ask_for_each_place(question: Question) -> tuple[Question, ...]:
    """The question for each of the places that it lists, in their order; itself alone where it lists none."""
    if _COMPARES.search(question.text):
        return (question,)
    for kind in _KINDS:
        found = [
            each for each in question.reading["entities"] if each["entity"] == kind and each["end"] > each["start"]
        ]
        found.sort(key=lambda each: int(each["start"]))
        if len({str(each["value"]) for each in found}) < 2:
            continue
        between = [question.text[one["end"] : other["start"]] for one, other in itertools.pairwise(found)]
        is_search = kind == "zip_code" and question.topic == _PLACES
        if is_search and not any(_CORRECTED.search(words) for words in between):
            return tuple(_only(question, found, value) for value in dict.fromkeys(each["value"] for each in found))
        if all(_LISTED.fullmatch(words) for words in between):
            return tuple(_only(question, found, value) for value in dict.fromkeys(each["value"] for each in found))
    return (question,)


def _only(question: Question, listed: list[dict[str, object]], value: object) -> Question:
    """The question as it names this one of what is listed; its words stay, which name the others, too."""
    entities = [each for each in question.reading["entities"] if each not in listed or each["value"] == value]
    return Question(question.text, {**question.reading, "entities": entities})
