"""Which of the members' questions did the assistant miss? Told from how it answered and what they did next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot import wording as words
from bot.redaction import Redactor
from bot.review_store import Said

# A reading less sure than this sent the member away perhaps wrongly.
_UNSURE = 0.6
_LOW_RATING = 2
_ALIKE = 0.5
_COACH_TOPIC = "coach_handoff"
_SENT_AWAY = frozenset({"out_of_scope", "redirect"})
# What is broken on our side says nothing about understanding; danger is the safety gate's matter.
_OUT_OF_ORDER = frozenset({words.ENGINE_FAILURE, "utter_failure_action"})
_DANGER = frozenset({"emergency", "crisis"})
_NOTHING_ON_FILE = re.compile(r"_unknown$|_not_on_file$|_nothing$")
_GAVE_UP = frozenset({"utter_clarify_gave_up", words.HANDOFF_FAILURE})
_WORDS = re.compile(r"\[\w+\]|\w+")
_FILLER = frozenset("a an the is are do does it to for of in on my me i you and or please hi hello ok so".split())  # noqa: SIM905


@dataclass(frozen=True)
class Missed:
    """One question to look at, redacted: what it was taken for, how sure, what was replied, why it is here.

    `count` is how many texts like it came, `day` the last day on which one did.
    """

    text: str
    count: int
    day: date
    taken_for: tuple[str, ...]
    confidence: float
    replied: tuple[str, ...]
    why: tuple[str, ...]


def find_missed(said: Sequence[Said], redactor: Redactor) -> list[Missed]:
    """The missed questions, the most frequent first; texts that differ in small words alone are one."""
    groups: dict[frozenset[str], list[tuple[Said, str, tuple[str, ...]]]] = {}
    for at, each in enumerate(said):
        following = said[at + 1] if at + 1 < len(said) and said[at + 1].conversation == each.conversation else None
        why = _reasons(each, following)
        text = redactor.redact(each.text, each.places) if why else ""
        if key := _key(text):
            groups.setdefault(key, []).append((each, text, why))
    missed = [_merge(group) for group in groups.values()]
    return sorted(missed, key=lambda one: (-one.count, -one.day.toordinal(), one.text))


def _merge(group: Sequence[tuple[Said, str, tuple[str, ...]]]) -> Missed:
    last, text, _ = max(group, key=lambda one: one[0].at)
    return Missed(
        text=text,
        count=len(group),
        day=last.at.date(),
        taken_for=last.topics,
        confidence=round(last.confidence, 2),
        replied=tuple(dict.fromkeys(outcome for outcome in last.outcomes if outcome)),
        why=tuple(dict.fromkeys(reason for _, _, why in group for reason in why)),
    )


def _reasons(said: Said, following: Said | None) -> tuple[str, ...]:
    if said.is_choice or _DANGER & set(said.outcomes) or not said.outcomes or _OUT_OF_ORDER & set(said.keys):
        return ()
    why: list[str] = [outcome for outcome in ("clarify", "failure") if outcome in said.outcomes]
    if _SENT_AWAY & set(said.outcomes) and said.confidence < _UNSURE:
        why.append("sent_away_unsure")
    if any(_NOTHING_ON_FILE.search(key) for key in said.keys):
        why.append("nothing_on_file")
    if _GAVE_UP & set(said.keys):
        why.append("gave_up")
    if following is not None and (why or said.confidence < _UNSURE) and _COACH_TOPIC in following.topics:
        why.append("coach_taken")
    if following is not None and not following.is_choice and _is_reworded(said.text, following.text):
        why.append("reworded")
    if said.rating is not None and said.rating <= _LOW_RATING and _COACH_TOPIC not in said.topics:
        why.append("rated_low")
    return tuple(why)


def _is_reworded(text: str, later: str) -> bool:
    first, second = _key(text), _key(later)
    return len(first) > 1 and len(first & second) >= _ALIKE * len(first | second)


def _key(text: str) -> frozenset[str]:
    return frozenset(_said_words(text))


def _said_words(text: str) -> Iterable[str]:
    return (word for word in _WORDS.findall(text.casefold()[:2000]) if word not in _FILLER)
