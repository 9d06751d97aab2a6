"""What does a question ask for within its topic: a time, an outside review, travel? Which fact on file tells it?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.policies.model import DETAIL, Fact

_APPROVAL = frozenset({"precertification"})
_ANY = frozenset({"process_followup", "precertification", "coverage_general", "candidacy", "cost", "facility_why"})


@dataclass(frozen=True)
class Aspect:
    """`asks` finds it in a member's words and `told` in a fact, within these topics.

    Where no fact tells it, `missing` is the part that says so before what is on file; None means that nothing on file
    comes near it, and nothing else is said.
    """

    topics: frozenset[str]
    asks: re.Pattern[str]
    told: re.Pattern[str]
    missing: str | None = None

    def list_telling(self, facts: Sequence[Fact]) -> list[Fact]:
        """The facts that tell it: the payer's own and a state's before those for everybody, details last."""
        telling = [fact for fact in facts if self.told.search(fact.text)]
        return sorted(telling, key=lambda fact: (_is_for_all(fact), DETAIL in fact.tags))


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


# The first that fits counts.
_ASPECTS = (
    Aspect(
        frozenset({"appeal_denial"}),
        _words(
            r"(?:external|outside|independent)(?:ly)?\s+(?:medical\s+)?(?:review|doctor|expert|party|person)|iro\b|"
            r"some(?:one|body)\s+(?:else|outside)|"
            r"who\s+(?:will\s+|would\s+)?(?:reviews?|decides?|looks?\s+at)\b"
        ),
        _words(r"outside reviewer|for an outside review(?! along)|free outside review"),
    ),
    Aspect(
        frozenset({"appeal_denial"}),
        _words(
            r"fast(?:er)?\b|urgent\w*|expedit\w*|speed\w*|quick\w*|sooner|rush\w*|"
            r"(?:can['’]?t|cannot|no time to|waiting|wait)\b.*\b(?:wait|weeks?|months?|bad|long|worse)"
        ),
        _words(r"urgent|72 hours|fast outside review"),
    ),
    Aspect(
        frozenset({"appeal_denial"}),
        _words(
            r"deadlines?|too late|time limit|how (?:long|much time)\b.*\b(?:have|got|i|we)\b|"
            r"how many (?:\w+ )?(?:days|weeks|months)|by when|until when|last day"
        ),
        _words(r"(?:have|within) \d+ days|days to appeal"),
    ),
    Aspect(
        _ANY,
        _words(
            r"where (?:can|do|could|will|would|should) (?:\w+ ){1,2}(?:stay|sleep|live)\b|"
            r"hotel|motel|lodging|place to (?:stay|sleep)|housing|airfare|flight|mileage|gas money|parking|taxi|"
            r"(?:travel|transport\w*)(?: (?:cost|expense|money|help|benefit)s?)?\b|ronald mcdonald|meals?\b"
        ),
        _words(r"hotel|lodging|travel|transport"),
    ),
    Aspect(
        _ANY,
        _words(r"step therapy|fail first|try (?:an?other|other|a cheaper|cheaper|all)\b.*\bfirst"),
        _words(r"step therapy|tried first"),
    ),
    Aspect(
        _APPROVAL,
        _words(r"who\b.*\b(?:sends?|submits?|files?|fills?|asks?|puts?|requests?|starts?|appl(?:y|ies)|gets?|does)\b"),
        _words(r"your doctor(?: or hospital)? (?:will|to) ask"),
        "utter_part_not_just_that",
    ),
    Aspect(
        _APPROVAL,
        _words(r"how long (?:is|does|will|are)\b.*\b(?:good for|valid|last|expire)|(?:when\b.*\b|does it )expire"),
        _words(r"expires?\b|(?:good|valid) for"),
        "utter_part_no_time",
    ),
    Aspect(
        _APPROVAL,
        _words(
            r"how (?:long|soon|quick\w*|fast|many (?:\w+ )?(?:hours|days|weeks|months))\b|turn\s?around|"
            r"time\s?(?:frame|line)|when (?:will|do|does|can|should|would)\b.*"
            r"\b(?:hear|know|answer|decide|decision|repl\w+|respond|response|yes)"
        ),
        _words(r"\d+ (?:\w+ )?(?:hours|days|weeks|months)|sets no time"),
        "utter_part_no_time",
    ),
    Aspect(
        frozenset({"process_followup"}),
        _words(
            r"(?:hospital|inpatient) stay|how (?:long|many \w+)\b.*\b(?:hospital|stay|inpatient|admitted)|"
            r"go(?:ing)? home|hospitali[sz]\w+|discharged?|sent home"
        ),
        _words(r"in the hospital|stay near"),
        "utter_part_no_time",
    ),
    Aspect(
        frozenset({"process_followup"}),
        _words(r"chemo\w*|conditioning|lymphodepletion"),
        _words(r"chemo\w*|conditioning"),
        "utter_part_not_just_that",
    ),
    # Checks for years are not those of the first weeks: what tells of these alone is no answer.
    Aspect(
        frozenset({"process_followup"}),
        _words(
            r"(?:years?|long[- ]term|life(?:long|time)?)\b.*\b(?:follow|check|monitor|watch)\w*|"
            r"how (?:long|many)\b.*\bfollow|"
            r"(?:follow|check|monitor|watch)\w*\b.*\b(?:years?|long[- ]term|life(?:long|time)?)\b"
        ),
        _words(r"up to \d+ years|watched for a long time"),
        "utter_part_no_time",
    ),
    Aspect(
        frozenset({"process_followup"}),
        _words(r"how (?:long|often|many)\b.*\b(?:check|monitor|watch|follow)\w*"),
        _words(r"up to \d+ years|watched for a long time|daily checks"),
        "utter_part_no_time",
    ),
)


def find_aspect(topic: str, asked: str) -> Aspect | None:
    """What these words ask for within the topic; None for the topic as a whole."""
    return next((each for each in _ASPECTS if topic in each.topics and each.asks.search(asked)), None)


def _is_for_all(fact: Fact) -> bool:
    return fact.document.payer is None and not fact.document.states
