"""Does the product keep, in a whole dialogue, what holds in every one: a reply, no holes, no repetition, no promise?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.understanding.asking import Heard
from tests.understanding.expecting import Verdict

_HOLE = re.compile(r"\{|\bNone\b")
_ASKS = frozenset({"ask", "clarify", "verify_retry"})
_TIMES_TOO_MANY = 3
_QUESTION = re.compile(r"[^.!?\n]+\?")
_PROMISE = re.compile(
    r"\b(?:you|your (?:son|daughter|child|baby|mother|father|wife|husband|partner))\b(?:'re|’re)?\s*"
    r"(?:(?:are|is|have been|has been|were|was|will be)\s+(?:now\s+|already\s+)?(?:covered|approved|eligible|qualified)"
    r"|(?:covered|approved|eligible|qualified)\b|(?:do |does |will )?qualif(?:y|ies)\b)",
    re.IGNORECASE,
)
# What leaves it open whether: "this does not mean that you are covered", "a doctor can tell whether you qualify".
_LEAVES_OPEN = re.compile(
    r"\b(?:whether|if|not|no|never|can't|cannot|unless|until|when|who)\b|n't\b|n’t\b", re.IGNORECASE
)


def judge_conduct(heard: Sequence[Heard]) -> dict[str, Verdict]:
    """The verdict on each of the four rules, over everything that came back in one dialogue."""
    said = [reply["text"] for each in heard for reply in each.replies]
    asked = Counter(question for each in heard for question in _list_questions(each))
    holds = {
        "each message is replied to": all(each.replies for each in heard if each.holder != "coach"),
        "no reply has a hole": not any(_HOLE.search(text) for text in said),
        "no question thrice": max(asked.values(), default=0) < _TIMES_TOO_MANY,
        "nothing is promised": not any(_promises(text) for text in said),
    }
    return {rule: Verdict.HELD if kept else Verdict.FAILED for rule, kept in holds.items()}


def _list_questions(heard: Heard) -> Iterator[tuple[str | None, str]]:
    for reply in heard.replies:
        if reply.get("outcome") in _ASKS and (questions := _QUESTION.findall(reply["text"])):
            yield heard.awaiting, questions[-1].strip().casefold()


def _promises(text: str) -> bool:
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
        found = _PROMISE.search(sentence)
        # A question promises nothing, and what was left open before these words stays open.
        if found and not sentence.rstrip().endswith("?") and not _LEAVES_OPEN.search(sentence[: found.end()]):
            return True
    return False
