"""What did the member write, and what does the dialogue remember?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from actions.asked import Asked
from actions.plain_words import names_birth, names_therapy_class, read_relative_day, seems_to_name_day

# A member answers a question of ours with one of these.
_BARE_INTENTS = frozenset({"inform", "affirm", "deny", "nlu_fallback", "gibberish"})
# "04/12/1985" alone may be taken for a question about that day.
_BARE_WORDS = 4
# "Is that a CAR-T?" asks of what kind the product is.
_ASKS_KIND = re.compile(
    r"^\W*(?:(?:and|so|but|ok)\b\W*)*(?:is|are|was)\s+(?:it|that|this|they|these|those)\b", re.IGNORECASE
)
# "What about Ohio?" asks about a state, and says nothing of where the member is.
_IN_PASSING = re.compile(
    r"\b(?:what|wat|how)\s+(?:about|abt|bout|if)\b|\bwhat\s+changes\b|\b(?:same|different)\b.*\bin\b"
    r"|\bif\s+(?:i|we|he|she|they)\s+(?:lived?|moved?|were|was)\b",
    re.IGNORECASE,
)
# What proves who a member is; it is used for one attempt.
PROOF = frozenset({"member_id", "date_of_birth"})
# What says who a member is. It stands in nothing that is kept.
IDENTIFYING = PROOF | {"phone"}
# "A gene therapy for it", "is the gene therapy safe": the one for what was talked of.
_FOR_IT = re.compile(
    r"\bfor\s+(?:it|that|this|him|her|them)\b(?!\s+\w+\s+(?:is|are)\b)"
    r"|(?<!all )(?<!of )(?<!which )\b(?:the|this|that|his|her|its|their|my|our)\s+"
    r"(?:(?:gene|cell)\s+therapy|car[\s-]?t)\b",
    re.IGNORECASE,
)
_LIKE_A_DATE = re.compile(r"\d{2}|\d\W\d")
_PLACE_TOPIC, _PLACE_FORM = "facility_search", "facility_form"


@dataclass(frozen=True)
class Slots:
    """The dialogue's memory, by the names in domain.yml; None is "not set"."""

    therapy: str | None = None
    condition: str | None = None
    therapy_class: str | None = None
    state: str | None = None
    age_group: str | None = None
    for_whom: str | None = None
    plan: str | None = None
    zip_code: str | None = None
    town: str | None = None
    member_id: str | None = field(default=None, repr=False)
    date_of_birth: str | None = field(default=None, repr=False)
    waiting_question: str | None = field(default=None, repr=False)
    waiting_about: str | None = None
    topic_in_progress: str | None = None
    policy_number: str | None = None
    date: str | None = None
    interrupted_form: str | None = None
    last_topic: str | None = None
    facts_given: float | None = None
    lead_fact: str | None = None
    last_question: str | None = field(default=None, repr=False)
    last_shown: str | None = None
    missed_answers: float | None = None
    asked_fields: str | None = None
    unclear_times: float | None = None
    unclear_in_a_row: float | None = None
    unclear_question: str | None = field(default=None, repr=False)
    unclear_choices: str | None = None
    spanish_offers: float | None = None
    english_agreed: bool | None = None
    held_question: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Message:
    """One member message with the slots as they stand before its answer.

    `readings` are the topics that a message which was not understood may have, the likeliest first, each with its
    likelihood from 0 to 1; none for any other message. `alternatives` are the values of an entity whose one word stands
    for each of them.
    """

    intent: str
    text: str = field(repr=False)
    entities: Mapping[str, tuple[str, ...]] = field(repr=False)
    slots: Slots
    active_form: str | None
    requested_slot: str | None
    readings: tuple[tuple[str, float], ...]
    alternatives: Mapping[str, tuple[str, ...]] = field(repr=False)
    # "en", "es", or "und" where no word tells it, as of a quick reply.
    language: str

    def named(self, entity: str) -> str | None:
        """The entity's first value in this message."""
        return next(iter(self.entities.get(entity, ())), None)

    @property
    def asked(self) -> Asked:
        """The questions of ours that this dialogue has heard."""
        return Asked.read(self.slots.asked_fields)

    @property
    def is_bare_answer(self) -> bool:
        """True for what answers a question of ours; anything else is a question of its own."""
        is_short = bool(self.entities) and len(self.text.split()) <= _BARE_WORDS
        return self.intent in _BARE_INTENTS or is_short

    @property
    def names_birth_date(self) -> bool:
        """True where a date in this message is when somebody was born, not a day that is asked about."""
        return bool({"member_id", "date_of_birth"} & set(self.entities)) or names_birth(self.text)

    @property
    def names_identity(self) -> bool:
        """True where the words say who a member is: they are kept nowhere."""
        asked_for_it = self.requested_slot in IDENTIFYING or names_birth(self.text)
        return bool(IDENTIFYING & set(self.entities)) or (asked_for_it and bool(_LIKE_A_DATE.search(self.text)))

    @property
    def kept_entities(self) -> dict[str, tuple[str, ...]]:
        """What this message names and may be kept for a later one."""
        secret = {*IDENTIFYING, "date"} if self.names_identity else IDENTIFYING
        return {name: values for name, values in self.entities.items() if name not in secret}

    @property
    def kept_words(self) -> str | None:
        """The words that may be kept for a later message; None for a button's, and for what says who a member is."""
        return None if self.text.startswith("/") or self.names_identity else self.text

    @property
    def names_class(self) -> bool:
        """True for "CAR-T" or "gene therapy" with no product: it is not about the product talked about before.

        "The gene therapy" and "one for it" are about what was talked about.
        """
        is_of_product = self.named("therapy") or self.named("condition") or _ASKS_KIND.search(self.text)
        is_for_it = _FOR_IT.search(self.text) and (self.slots.therapy or self.slots.condition)
        return not is_of_product and not is_for_it and names_therapy_class(self.text)

    @property
    def about(self) -> str | None:
        """The therapy or condition in question: this message's, else the one talked about before.

        None where a word names two conditions ("hemophilia"): what holds for one of them is not told of the other.
        """
        if self.named("therapy") or len(set(self.entities.get("condition", ()))) > 1:
            return self.named("therapy")
        earlier = None if self.names_class else self.slots.therapy or self.slots.condition
        return self.named("condition") or earlier

    @property
    def place_state(self) -> str | None:
        """A state that says where a hospital is looked for, not where the plan is."""
        continues = self.is_bare_answer and self.slots.last_topic == _PLACE_TOPIC and not self.named("plan")
        is_place = self.intent == _PLACE_TOPIC or self.active_form == _PLACE_FORM or continues
        return self.named("state") if is_place else None

    @property
    def plan_state(self) -> str | None:
        """The state that this message names for the plan."""
        return None if self.place_state else self.named("state")

    @property
    def kept_state(self) -> str | None:
        """The state of the plan where this message says it; none where one is only asked about in passing."""
        return None if _IN_PASSING.search(self.text) else self.plan_state

    @property
    def has_unread_day(self) -> bool:
        """True where the message seems to name a day that nobody could read: "4/30", "02/29/2026"."""
        is_read = self.named("date") or self.names_birth_date or read_relative_day(self.text, date.min)
        return not is_read and seems_to_name_day(self.text)

    @property
    def question(self) -> str:
        """What the member asks, also where a question of ours came between and this message only answers that."""
        return self.slots.waiting_question if self.is_bare_answer and self.slots.waiting_question else self.text

    def find_named_day(self, today: date) -> date | None:
        """The day that this very message asks about."""
        return None if self.names_birth_date else read_day(self.named("date")) or read_relative_day(self.text, today)

    def find_day(self, today: date) -> date | None:
        """The day that the question names, in this message or before the form that interrupted it."""
        if named := self.find_named_day(today):
            return named
        if self.has_unread_day:
            return None
        # A new question has a day of its own, or today's.
        continues = self.is_bare_answer or self.slots.topic_in_progress
        return read_day(self.slots.date) if continues else None


def read_day(value: str | None) -> date | None:
    """The day of an ISO date, None for anything else."""
    try:
        return date.fromisoformat(value) if value and re.match(r"\d{4}-", value) else None
    except ValueError:
        return None
