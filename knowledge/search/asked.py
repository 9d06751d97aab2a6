"""What kind of answer does a question want, and does a text hold one? "How many …" wants a number of just those."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.search.words import Lexicon

_I = re.IGNORECASE
_NUMBER_WORDS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
)
_NUMBER = rf"(?:\d[\d,.]*|{'|'.join(_NUMBER_WORDS)})"
_WORD = re.compile(r"\d[\d,.]*|[a-z]+")
# What a question wants, and what an answer to it holds.
_WANTED = (
    (
        re.compile(r"\bhow (?:long|soon|quick\w*|fast|much time|old)\b|\bwhat age\b", _I),
        re.compile(
            rf"\b{_NUMBER}\b|\b(?:days?|weeks?|months?|years?|hours?|daily|weekly|early|whole|after|until|urgent)\b", _I
        ),
    ),
    (
        re.compile(r"\bhow much (?!time)(?!more)|\bprices?\b|\bwhat\b.*\bcosts?\b", _I),
        re.compile(r"\$|\b(?:million|percent|free|costs?|pays?|price|share|cap)\b", _I),
    ),
    (
        re.compile(r"\bhow often\b|\bpercent(?:age)?\b|\bodds\b|\bchances?\b|\brates?\b", _I),
        re.compile(rf"\b{_NUMBER}\b|\b(?:once|twice|daily|weekly|each|every|common)\b", _I),
    ),
    (
        re.compile(r"\bwhen\b(?! (?:i|you|we|my|the plan) )|\bwhat (?:day|date|year|month)\b", _I),
        re.compile(
            r"\b\d{4}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
            r"after|before|from|until|since|early|first|year)\b|\b\d+ days",
            _I,
        ),
    ),
    (
        re.compile(r"\b(?:phone|telephone|number to|fax|address|e-?mail|hotline)\b", _I),
        re.compile(r"\d{3}-\d{4}|\b\d{5}\b|P\.O\.|\bnumber\b|\bportal\b", _I),
    ),
    (
        re.compile(r"\bwhy\b", _I),
        re.compile(r"\b(?:because|so|reason|due|looked|chose|risk|to|for)\b", _I),
    ),
)
_HOW_MANY = re.compile(r"\bhow many (?:more |other |different |total )?([a-z-]+)(?: ([a-z-]+))?", _I)
_NOT_COUNTED = frozenset(["are", "is", "do", "does", "did", "have", "has", "will", "can", "in", "of", "there"])
_NEAR = 5
_DEFINITION = re.compile(
    r"^(?:so |ok |okay |and |um |hi |hello )*(?:what(?:'s|s| is| are| does| do)\b|explain\b|define\b|tell me what)"
    r"|\bmeans?\b|\bmeaning\b|\bstands? for\b|\bdifference between\b|\bcalled\b",
    _I,
)
_OF_PLAN = (
    r"(?:deductible|co-?pay\w*|premium|claims?|balance|status|case|appeal|request|card|number|coach|application|bill|"
    r"account|login|password|id|auth|authorization|precert\w*|approval|maximum|infusion|referral)"
)
# The member's own affairs: no document knows them.
_OWN_CASE = re.compile(
    r"\b(?:what(?:'s|s| is| was)|where(?:'s|s| is)|how much (?:is|are)|when (?:is|does)|has|have|did|was|is|"
    rf"check(?: on)?|look up|track) (?:my|our|his|her|their)(?: \w+){{0,2}} {_OF_PLAN}\b"
    r"|\b(?:did|have|am) i (?:already |still )?(?:meet|met|owe|qualify|eligible|been|hit|reached)\b"
    r"|\bdo i (?:already |still )?(?:owe|qualify)\b|\bleft (?:on|in|of) my\b|\bstatus of\b|\bso far\b|\byet\b"
    r"|\b(?:has|did|was|have) (?:my|the|they|you|anyone|somebody)\b.*\b(?:approved|sent?|received?|go through|gone "
    r"through|processed|decided)\b|\b(?:name|phone|number) of my\b|\bmy (?:copay|deductible|premium)\b"
    r"|\b(?:deductible|co-?pay\w*|coinsurance|maximum|premium)\b.*\b(?:on|in|of|for|under) my\b"
    r"|\bwill (?:i|my \w+|he|she|we) (?:ever )?(?:be|live|survive|die|walk|recover|feel|lose|gain|go|ever)\b",
    _I,
)


@dataclass(frozen=True)
class Asked:
    """What a question wants. `counted` are the search terms of what it counts, empty where it counts nothing."""

    is_definition: bool
    is_own_case: bool
    counted: frozenset[str]
    _wanted: tuple[re.Pattern[str], ...]

    def missing(self, text: str) -> int:
        """How many of the kinds of answer that are wanted the text does not hold."""
        return sum(not pattern.search(text) for pattern in self._wanted)

    @property
    def wanted(self) -> int:
        """How many kinds of answer are wanted."""
        return len(self._wanted)

    def counts(self, text: str, lexicon: Lexicon) -> bool:
        """True where a number stands just before what the question counts."""
        words = _WORD.findall(text.lower())
        for place, word in enumerate(words):
            if not (word in _NUMBER_WORDS or word[0].isdigit()):
                continue
            if any(self.counted & lexicon.terms_of(near) for near in words[place + 1 : place + 1 + _NEAR]):
                return True
        return False


def read_asked(question: str, lexicon: Lexicon) -> Asked:
    """Reads what a question wants from its words."""
    counted = frozenset[str]()
    if found := _HOW_MANY.search(question):
        noun = next((word for word in found.groups() if word and word.lower() not in _NOT_COUNTED), None)
        counted = lexicon.terms_of(noun.lower()) if noun else counted
    return Asked(
        is_definition=bool(_DEFINITION.search(question)),
        is_own_case=bool(_OWN_CASE.search(question)),
        counted=counted,
        _wanted=tuple(answer for asked, answer in _WANTED if asked.search(question)),
    )
