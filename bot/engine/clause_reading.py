"""What does a clause of a message ask by itself, or with what its "it" stands for?"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol

from bot.engine.clauses import Clause
from bot.engine.pointing import say_what_is_meant
from bot.engine.question import Reading
from bot.engine.question_words import spell_out
from bot.engine.understood import TOPICS


class Parse(Protocol):
    """Reads a text, as said after a topic: without one, after what was answered last."""

    def __call__(self, words: str, after: str | None = None) -> Awaitable[Reading]: ...


DANGERS = frozenset({"emergency", "crisis"})
# What these say needs no answer of its own beside a question.
_COURTESIES = frozenset({"greeting", "thanks_goodbye", "affirm", "deny", "sms_stop", "sms_help", "gibberish"})
QUESTIONS = TOPICS - DANGERS - _COURTESIES
# From this confidence on a clause is taken for a question of its own. Where a message asks one thing in two ways ("why
# was it denied, can I fight it"), the second way was seen to be read as something else with less.
SURE = 0.6
# Reading a clause takes milliseconds; a pasted page has a hundred of them. So many that ask are read, and so many
# that tell something.
_MOST_READ = 6
# What is said of all therapies is another question where one is meant: "how does it work".
_OF_ALL = "therapy_basics"


async def read_clauses(
    clauses: Sequence[Clause], whole: Reading, parse: Parse, about: str | None
) -> list[Reading | None]:
    """What each clause means; of very many only the first that ask, and the first that tell something."""
    left = {True: _MOST_READ, False: _MOST_READ}
    readings: list[Reading | None] = []
    after: str | None = None
    for clause in clauses:
        left[clause.asks] -= 1
        reading = await read_clause(clause, whole, parse, about, after) if left[clause.asks] >= 0 else None
        readings.append(reading)
        # "Is it covered, and how long does that take": what was just asked will be answered first.
        after = topic_of(reading) if reading and clause.asks and topic_of(reading) in QUESTIONS else after
    return readings


async def read_clause(
    clause: Clause, whole: Reading, parse: Parse, about: str | None, after: str | None = None
) -> Reading:
    """What a clause means: by its words or, where these say too little, with the thing in them that "it" stands for.

    `whole` reads the text that it is of, `about` names what the dialogue has been about, and `after` is the topic of
    the question before it in the text, with which it may go on.
    """
    alone = await parse(spell_out(clause.text), after)
    is_plain = topic_of(alone) == after or (is_question(alone) and topic_of(alone) != _OF_ALL)
    if is_plain or not clause.asks or topic_of(alone) in DANGERS:
        return alone
    said = say_what_is_meant(whole["text"], clause.start, clause.end, whole.get("entities") or (), about)
    meant = await parse(spell_out(said), after) if said else alone
    return meant if is_question(meant) else alone


def is_question(reading: Reading) -> bool:
    """True for what is surely a question that needs an answer."""
    return topic_of(reading) in QUESTIONS and confidence_of(reading) >= SURE


def topic_of(reading: Reading) -> str:
    """Rasa's intent."""
    return str((reading.get("intent") or {}).get("name") or "")


def confidence_of(reading: Reading) -> float:
    """How sure the intent is, from 0 to 1."""
    return float((reading.get("intent") or {}).get("confidence") or 0.0)
