"""Does what came back from one message meet what the set expects of it? One rule a field, as the set's README has it.

A field that can't be judged from outside is `OPEN`: it is listed, and never counts as held.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.understanding.asking import Heard
from tests.understanding.names import find_key, is_named, list_names, make_plain

_STATES_FACTS = frozenset({"answer", "policy", "facilities"})
_ASKS = frozenset({"ask", "clarify"})
# A question for plan or state, where it is unknown, may stand before any plan fact: then these are never a failure.
_EXCUSED_BY_PLAN_QUESTION = frozenset({"outcome", "about", "must_cite", "says_any", "choices", "asks_for", "may_ask"})
_PATIENT_WORDS = {
    "child": r"\byour (?:child|son|daughter|baby|kid)",
    "self": r"\b(?:for you|for yourself)\b",
    "other": r"\byour (?:mother|father|wife|husband|partner|sister|brother|parent)",
}


class Verdict(str, Enum):
    """How one field came out; `EXCUSED` is a field that waits behind an allowed question for the plan."""

    HELD = "held"
    EXCUSED = "excused"
    OPEN = "not judged"
    FAILED = "failed"


_WORST_FIRST = (Verdict.FAILED, Verdict.OPEN, Verdict.EXCUSED, Verdict.HELD)


@dataclass
class Before:
    """What was known before a message: kinds and values of entities, what the page told included."""

    values: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, entities: Mapping[str, Iterable[str]]) -> None:
        """Adds what a message was understood to say."""
        for name, values in entities.items():
            self.values.setdefault(find_key(name), set()).update(make_plain(find_key(name), each) for each in values)


def judge(expect: Mapping[str, Any], heard: Heard, before: Before) -> dict[str, Verdict]:
    """The verdict on each expected field; `also` is judged with `topic`, and a field without a rule is `OPEN`."""
    verdicts = {}
    for name, wanted in expect.items():
        if name == "also":
            continue
        if name == "any_of":
            verdicts[name] = _best(worst(judge(each, heard, before).values()) for each in wanted)
        elif name == "topic":
            accepted = {wanted, *expect.get("also", ())}
            verdicts[name] = _held(bool(heard.topics) and heard.topics[0] in accepted)
        elif name in _RULES:
            verdicts[name] = _RULES[name](wanted, heard, before)
        else:
            verdicts[name] = Verdict.OPEN
        if (
            verdicts[name] in (Verdict.FAILED, Verdict.OPEN)
            and name in _EXCUSED_BY_PLAN_QUESTION
            and _asks_for_unknown_plan(heard, before)
        ):
            verdicts[name] = Verdict.EXCUSED
    return verdicts


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on several fields together: one that fails decides."""
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), Verdict.HELD)


def _best(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    return next(verdict for verdict in reversed(_WORST_FIRST) if verdict in found)


def _held(holds: bool) -> Verdict:
    return Verdict.HELD if holds else Verdict.FAILED


def _asks_for_unknown_plan(heard: Heard, before: Before) -> bool:
    if heard.awaiting not in ("plan", "state") or not _outcomes(heard) & _ASKS:
        return False
    named_now = {find_key(name) for name in heard.entities}
    return find_key(heard.awaiting) not in before.values and find_key(heard.awaiting) not in named_now


def _judge_about(wanted: list[str], heard: Heard, before: Before) -> Verdict:
    shown, known = _shown(heard), {value for values in before.values.values() for value in values}
    known |= {make_plain(find_key(name), value) for name, values in heard.entities.items() for value in values}
    verdicts = []
    for about in wanted:
        if any(is_named(name, shown) for name in list_names(about)):
            verdicts.append(Verdict.HELD)
        else:
            # Enough where the true answer is the same for all therapies, and that can't be told from outside.
            verdicts.append(Verdict.OPEN if about.casefold() in known else Verdict.FAILED)
    return worst(verdicts)


def _judge_slots(wanted: Mapping[str, Any], heard: Heard, before: Before) -> Verdict:
    found = _found(heard)
    return worst(
        _judge_slot(name, str(value), found, heard)
        for name, values in wanted.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _judge_slot(name: str, value: str, found: Mapping[str, set[str]], heard: Heard) -> Verdict:
    if make_plain(name, value) in found.get(name, set()):
        return Verdict.HELD
    said = "\n".join(reply["text"] for reply in heard.replies)
    if name == "for_whom":
        used = re.search(_PATIENT_WORDS[value], said, re.IGNORECASE) is not None
    elif name in ("therapy", "condition", "payer"):
        used = any(is_named(each, said) for each in list_names(value))
    else:
        used = is_named(value, said)
    return _held(used)


def _judge_citing(wanted: bool, heard: Heard, before: Before) -> Verdict:
    if not wanted:
        return Verdict.OPEN
    cited = any(reply.get("citations") for reply in heard.replies) or any(
        card.get("verified_on") for reply in heard.replies for card in reply.get("cards") or ()
    )
    return _held(cited or not _outcomes(heard) & _STATES_FACTS)


def _judge_order(wanted: list[str], heard: Heard, before: Before) -> Verdict:
    left = iter(heard.topics)
    return _held(all(topic in left for topic in wanted))


def _judge_saying(wanted: list[str], heard: Heard, before: Before) -> Verdict:
    titles = [each["title"] for reply in heard.replies for each in reply.get("quick_replies") or ()]
    said = _bare("\n".join([*(reply["text"] for reply in heard.replies), *titles]))
    return _held(any(_bare(each) in said for each in wanted))


def _found(heard: Heard) -> dict[str, set[str]]:
    found = Before()
    found.learn(heard.entities)
    return found.values


def _outcomes(heard: Heard) -> set[str]:
    return {reply["outcome"] for reply in heard.replies if reply.get("outcome")}


def _shown(heard: Heard) -> str:
    parts = [(reply["text"], reply.get("cards") or [], reply.get("citations") or []) for reply in heard.replies]
    return json.dumps(parts, ensure_ascii=False)


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).casefold()


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


_RULES: Mapping[str, Callable[[Any, Heard, Before], Verdict]] = {
    "topics": _judge_order,
    "about": _judge_about,
    "outcome": lambda wanted, heard, _: _held(bool(_outcomes(heard) & set(_listed(wanted)))),
    "not_outcomes": lambda wanted, heard, _: _held(not _outcomes(heard) & set(wanted)),
    "asks_for": lambda wanted, heard, _: _held(heard.awaiting in wanted if wanted else heard.awaiting is None),
    "may_ask": lambda wanted, heard, _: _held(heard.awaiting is None or heard.awaiting in wanted),
    "slots": _judge_slots,
    "no_slots": lambda wanted, heard, _: _held(not set(wanted) & set(_found(heard))),
    "not_topics": lambda wanted, heard, _: _held(not set(wanted) & set(heard.topics)),
    "must_cite": _judge_citing,
    "says_nothing_of": lambda wanted, heard, _: _held(not any(is_named(each, _shown(heard)) for each in wanted)),
    "says_any": _judge_saying,
    "choices": lambda wanted, heard, _: _held(any(reply.get("quick_replies") for reply in heard.replies) == wanted),
    "language": lambda wanted, heard, _: _held(heard.language == wanted),
}
