"""Which ages does a text state? "26 months", "my 4 yo", "she's 62": a number and a unit, and the age group of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ADULT_FROM_YEARS = 18
_OLDEST_YEARS = 120
_SMALL_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER_WORDS = {word: number for number, word in enumerate(_SMALL_NUMBERS, start=1)} | {
    word: tens * 10 for tens, word in enumerate(_TENS, start=2)
}
_NUMBER_WORDS |= {
    f"{ten} {unit}": _NUMBER_WORDS[ten] + _NUMBER_WORDS[unit] for ten in _TENS for unit in _SMALL_NUMBERS[:9]
}
_NUMBER = (
    r"(?P<number>\d{1,3}|"
    + "|".join(word.replace(" ", r"[\s-]") for word in sorted(_NUMBER_WORDS, key=len, reverse=True))
    + r")"
)
_HALF = r"(?:(?P<half>\s*(?:and\s+(?:a\s+|one\s+)?half|1/2|½)|\.5))?"
_UNIT = (
    r"(?:(?P<years>years?|yrs?|yeras?|y|años?)|(?P<months>months?|mos?|mths?|mnths?|meses)|(?P<weeks>weeks?|wks?|"
    r"semanas?)|"
    r"(?P<days>days?|días?))"
)
_EDGE = r"(?<![\w.$-])"
# "4 yo", "4 y/o", "26 month old", "two-year-old": always an age.
_WITH_OLD = re.compile(
    rf"{_EDGE}(?:{_NUMBER}|(?P<one>an?))[\s-]*{_HALF}[\s-]*{_UNIT}(?:[\s.-]*olds?|[\s.]*/?\s*o)(?!\w)", re.IGNORECASE
)
# "26 months", "18mo": an age where the words around it speak of somebody; else it is a length of time.
_WITH_UNIT = re.compile(
    rf"{_EDGE}{_NUMBER}{_HALF}[\s-]*{_UNIT}\.?"
    r"(?!\w|[\s-]+(?:ago|later|after|before|from|of|for|in\b|or\b|between|apart|long|now|out|down|since|supply|wait|"
    r"stay|study|"
    r"follow|check|post|remission|pregnant|deadline|notice|plan|trial|period|to\b|per|of|up|history|more|left|"
    r"already|along|into|behind|late|overdue|early|short))",
    re.IGNORECASE,
)
_SOMEBODY = (
    r"(?:he|she|they|hes|shes|they['’]?re|who|sons?|daughters?|dau\w{0,4}er|child|kids?|kiddos?|baby|babies|boys?|"
    r"girls?|toddlers?|infants?|newborn|"
    r"teens?|twins?|husband|wife|spouse|partner|mom|mother|dad|father|brother|sister|nephew|niece|cousin|aunt|uncle|"
    r"friend|"
    r"grand\w+|patient|hijo|hija|male|female|hubby|man|woman|guy|lady)"
)
_IS = (
    r"(?:\s*(?:['’]s|['’]re|is|are|was\s+just|will\s+be|at|age|aged|only|now|just|almost|about|around|nearly|like|a|my|tiene)"
    r"\b|\s*[,(:–—-]\s*)"
)
_BEFORE_UNIT = re.compile(
    rf"(?:(?<!\w){_SOMEBODY}{_IS}*\s*|\b(?:i['’]?m|i\s+am|aged?|tiene|tengo)\s*:?\s*(?:is|only|now|just|almost|"
    rf"about)?\s*|\b(?:my|our)\s+(?:\w+\s+)?)$",
    re.IGNORECASE,
)
_AFTER_UNIT = re.compile(
    r"[\s,]*(?:boys?|girls?|kids?|baby|sons?|daughters?|child|male|female|patient|toddler|infant|man|woman|"
    r"[mf]\b)(?!\w)|(?:\s*,?\s*is)?(?:\s+(?:that|it|he|she))?(?:\s+(?:still|really|just|already|way))?\s+too\s+"
    r"(?:old|young|little|small|big)\b",
    re.IGNORECASE,
)
# "age 4", "edad 4": said to be an age, whatever follows but another unit.
_AFTER_AGE = re.compile(
    rf"(?<!\w)(?:aged?(?:\s+is|\s+of|:)?|edad:?)(?:\s+|(?<=:))(?P<number>\d{{1,3}}|{'|'.join(_SMALL_NUMBERS[1:])})"
    r"(?![\w/%:-]|[.,]\d|\s*(?:months?|mos?|weeks?|wks?|days?)\b)",
    re.IGNORECASE,
)
# "I'm 45", "she is 12", "my son Leo is 7 and has": a number without a unit is an age only where nothing follows that it
# could count. What may be counted has no end ("2 payments behind", "6 foot tall"), what may follow an age has one.
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_FOLLOWS = (
    rf"{_HALF}(?=\s*(?:$|[!?;:)\n…]|[.,](?!\d)|[–—-]\s+(?!\d))"
    r"|\s+(?:and\s+\d{1,2}(?=\s*(?:$|[.,!?;)](?!\d)))|(?:and|&)(?!\s*(?:\d|½|(?:a|one)\s+(?:half|quarter)))|"
    r"with|w/?|but|tho|though|lol|btw|fyi|too|so|because|bc|since|if|now|today|soon|already|still|right\s+now|please|thanks|"
    rf"(?:this|next|last)\s+(?:year|month|week|spring|summer|fall|winter|{_MONTH})|"
    rf"in\s+(?:{_MONTH}|(?:a|one|two|\d+)\s+(?:weeks?|months?|days?))|"
    r"m|f|male|female|years?|yrs?|is|isn['’]?t|was|has|hasn['’]?t|have|had|needs?|got|gets|can|can['’]?t|could|will|"
    r"would|should|may|might|does|do|takes|took|lives?|weighs|wants|goes|diagnosed|suffers|tested|"
    r"too\s+(?:old|young|little|small|big)|tho|though|lol|n|any|anything|"
    r"(?:what|where|who|how)(?:['’]?s)?|when|which|why|are|im|i(?:['’]m)?|s?he(?:['’]?s)?|we|they|my|our)(?![\w/%]))"
)
_SMALL = rf"(?!one\b){_NUMBER}(?![^\W½])"
_NEARLY = r"(?:\s+(?:only|just|now|almost|about|already|nearly))?"
# Not "she owes 40": what stands between somebody and the number is a name, and "is" behind it.
_AFTER_WORD = re.compile(
    rf"(?<!\w)(?:(?:i['’]?m|i\s+am){_NEARLY}(?:\s+a)?|"
    rf"{_SOMEBODY}(?<!\bwho)(?:\s+(?!is\b|age)[a-z]+(?=\s+is\b|['’]s\b|\s+turn))?(?:\s+(?:is|are)|['’]s|['’]re)?"
    rf"{_NEARLY}(?:\s+turn(?:ed|s|ing))?|who(?:\s+(?:is|are)|['’]s){_NEARLY}|turned|turning|turns)\s+{_SMALL}{_FOLLOWS}",
    re.IGNORECASE,
)
# "Madison is 6": alone, or where what follows speaks of somebody; "Copay is 40." is no person.
_NO_NAME = (
    r"it|this|that|today|there|here|what|which|who|he|she|copay|coinsurance|deductible|premium|balance|bill|cost|price|"
    r"total|limit|maximum|max|minimum|score|dose|room|extension|ext|group|zip|plan|tier|level|stage|grade|type|number|"
    r"line|page|section|step|appointment|visit|distance|wait|age|rent|income|pay|fee|rate|weight|height|temperature"
)
_AFTER_NAME = re.compile(
    rf"(?<!\w)(?!(?:{_NO_NAME})\b)(?:(?<=[a-z] )(?-i:[A-Z][a-z]+)|^(?-i:[A-Z][a-z]+)(?=\s+is\s+\w+\W*$)|"
    rf"[a-z]+(?=\s+is\s+\w+\s*[.,]?\s*(?:(?:and|with|who)\s+)?(?:has|needs|was|got|she|he|sma|dmd)\b))"
    rf"\s+is\s+{_SMALL}{_FOLLOWS}",
    re.IGNORECASE,
)
# "my mother in law, 68, has": an aside behind somebody.
_ASIDE = re.compile(
    rf"(?<!\w){_SOMEBODY}(?:[\s-]in[\s-]law)?(?:\s+[a-z]+)?\s*[,(]\s*(?P<number>\d{{1,2}})(?=\s*(?:[,)]|$))",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?<!\w)(?:over|under)\s+(?:age\s+|the\s+age\s+of\s+)?"
    + _NUMBER
    + r"(?=\s*(?:[?.,!]|$|\s(?:years?|yrs?|only|can|get|too)))",
    re.IGNORECASE,
)
# "my bill is over 100": an amount, no age.
_AMOUNT_BEFORE = re.compile(
    r"\b(?:bills?|cop?ays?|coinsurance|deductible|premiums?|costs?|price|pays?|paid|owes?|owed|spend|spent|charges?|"
    r"charged|fees?|income|rent|balance|dollars|makes?|earns?|drive|miles|score|bmi|weighs?|weight)\b",
    re.IGNORECASE,
)
# "our appeal is 45 days old", "I feel 90 years old": nobody's age.
_THING_BEFORE = re.compile(
    r"\b(?:appeals?|results?|policy|claims?|letters?|denials?|cards?|data|news|info\w*|lists?|reports?|tests?|scans?|labs?|"
    r"request|page|website)\s+(?:is|are|was|were)\s+(?:\w+\s+)?$|\b(?:feel|feels|felt|look|looks)\s+(?:like\s+)?(?:a\s+)?$",
    re.IGNORECASE,
)
# "under 2 years old", "diagnosed at age 3", "when I was 12 years old": nobody's age today.
_NOBODYS = re.compile(
    r"\b(?:over|under|below|above|than|up\s+to|until|til+|least|most|before|after|since|between|minimum|maximum|by|"
    r"limit\s+(?:is|of)|"
    r"turn(?:s|ing)?)(?:\s+(?:age|the\s+age\s+of|ages))?\s*$"
    r"|\b(?:when|while)\b[^.?!,]{0,15}\bwas\s*$"
    r"|\b(?:diagnosed|died|passed|started|began|stopped|happened|found\s+out|got\s+(?:it|sick)|symptoms|"
    r"onset)\b[^.?!,]{0,25}\bat\s+"
    r"(?:(?:the\s+)?age\s+(?:of\s+)?)?(?:about\s+)?$",
    re.IGNORECASE,
)
_THING_AFTER = re.compile(
    r"[\s-]*(?:pregnant|policy|plan|study|drug|rule|law|letter|claim|bill|card|test|result|version|car|document)\b",
    re.IGNORECASE,
)
_SPAN_BEFORE = re.compile(
    r"(?:\b(?:for|in|every|within|after|last|past|next|takes?|took|least|about|over|than|first|of|per|wait\w*|"
    r"another|each|lasts?|lasted|"
    r"these|those|few|been|spent|until|to|by|and|or|on|the|stay\w*|hospital|follow\w*|up|how)\s+|\$|-)$",
    re.IGNORECASE,
)
_LOOK_BACK = 45


@dataclass(frozen=True)
class Age:
    """A stated age and where it stands; `is_somebodys` is False for a limit or an age of long ago."""

    number: int
    unit: str
    start: int
    end: int
    is_somebodys: bool

    @property
    def said(self) -> str:
        """The age as it is shown: "26 months", "1 year"."""
        return f"{self.number} {self.unit if self.number != 1 else self.unit.removesuffix('s')}"

    @property
    def group(self) -> str:
        """`adult` from 18 years on, else `pediatric`."""
        years = {"years": self.number, "months": self.number // 12}.get(self.unit, 0)
        return "adult" if years >= _ADULT_FROM_YEARS else "pediatric"


def read_ages(text: str) -> tuple[Age, ...]:
    """The ages in a text, limits ("over 65") among them; lengths of time are none. They may overlap."""
    found = [*_with_old(text), *_with_unit(text), *_after_word(text), *_limits(text)]
    return tuple(age for age in found if age.unit != "years" or 0 <= age.number <= _OLDEST_YEARS)


def _with_old(text: str) -> Iterator[Age]:
    for match in _WITH_OLD.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        if not (_THING_AFTER.match(text, match.end()) or _THING_BEFORE.search(before)):
            yield _age(match, text)


def _with_unit(text: str) -> Iterator[Age]:
    for match in _WITH_UNIT.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        is_alone = not before.strip(" .,!(") and not text[match.end() :].strip(" .,!)?")
        is_aside = before.rstrip().endswith((",", "(", ";")) and re.match(r"\s*(?:[,;).]|$)", text[match.end() :])
        starts = not before.strip(" (") and re.match(r"\s*[,;)]", text[match.end() :])
        near_somebody = _BEFORE_UNIT.search(before) or _AFTER_UNIT.match(text, match.end())
        if is_alone or starts or is_aside or (near_somebody and not _SPAN_BEFORE.search(before)):
            yield _age(match, text)


def _after_word(text: str) -> Iterator[Age]:
    for pattern in (_AFTER_AGE, _AFTER_WORD, _AFTER_NAME, _ASIDE):
        for match in pattern.finditer(text):
            yield _age(match, text)


def _limits(text: str) -> Iterator[Age]:
    for match in _LIMIT.finditer(text):
        if not _AMOUNT_BEFORE.search(text, max(0, match.start() - _LOOK_BACK), match.start()):
            yield _age(match, text, is_limit=True)


def _age(match: re.Match[str], text: str, *, is_limit: bool = False) -> Age:
    parts = match.groupdict()
    unit = next((name for name in ("years", "months", "weeks", "days") if parts.get(name)), "years")
    written = (parts["number"] or "one").lower()
    number = int(written) if written.isdigit() else _NUMBER_WORDS[re.sub(r"[\s-]+", " ", written)]
    if parts.get("half"):
        number, unit = (number * 12 + 6, "months") if unit == "years" else (number, unit)
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    is_somebodys = (
        not is_limit and not _NOBODYS.search(before) and not re.match(r"turn(?:s|ing)\b", match[0], re.IGNORECASE)
    )
    return Age(number, unit, *match.span(), is_somebodys)
