"""What do plain words say that no entity carries: other plans, classes of therapy, days nobody could read?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

_BIRTH = re.compile(r"\b(born|birth|birthday|birthdate|dob)\b", re.IGNORECASE)

# Kinds of plan for which nothing is on file, whoever sells them.
_OTHER_KIND = re.compile(
    r"\b(medicaid|medi-cal|medicare|dual[\s-]+(?:advantage|eligibles?|special|plan|complete)|d-?snp|s?chip|peachcare|"
    r"hoosier\s+(?:healthwise|care\s+connect)|hip\s*2\.0|healthy\s+indiana\s+plan|tricare|champva)\b",
    re.IGNORECASE,
)
# Payers with no source on file, none whose name is a hospital's too. A Blue Cross plan of another place is not
# Independence Blue Cross.
_OTHER_PAYER = re.compile(
    r"\b(aetna|cigna|humana|kaiser|anthem|united\s*health\s*care|uhc|optum|molina|ambetter|centene|oscar\s+health|highmark|"
    r"florida\s+blue|horizon\s+(?:blue|bcbs)|carefirst|premera|regence|wellcare|medical\s+mutual|"
    r"(?:bcbs|blue\s*cross(?:\s*(?:and|&)?\s*blue\s*shield)?|blue\s*shield)\s+of\s+\w+)\b",
    re.IGNORECASE,
)

# What stands around a plan that a member says is not theirs.
_DENIES_BEFORE = (
    r"(?:\b(?:i|we)\s+(?:(?:do\s+not|don['’]?t|did\s+not|didn['’]?t|no\s+longer|never)\s+(?:have|had|use)|used\s+to\s+have"
    r"|(?:just\s+)?(?:left|dropped)|had)|\bnot|\b(?:it|that|this|plan|insurance)(?:\s+(?:isn|wasn)['’]?t)"
    r"|\b(?:i|we)\s+(?:switched|moved)\s+(?:away\s+)?from|\bmy\s+(?:old|last|former|previous)(?:\s+(?:plan|insurance))?(?:\s+(?:is|was))?)"
    r"\s+(?:(?:the|my|our|with|on|in|under|from|for|a|member|of|by)\s+)*"
)
_DENIES_AFTER = (
    r"\s+(?:(?:plan|insurance)\s+)?(?:(?:(?:is|was)\s+(?:not|no\s+longer)|(?:isn|wasn)['’]?t)\s+"
    r"(?:mine|it|right|the\s+right\s+one|(?:my|our)\s+(?:plan|insurance))\b|(?:is|was)\s+my\s+(?:old|last|former)\b"
    r"|(?:is|was)\s+wrong\W*$)"
)
_ENDS_DENIAL = r"(?=\s+(?:any\s*more|now|plan|insurance|but|and|i|we|it|sorry)\b|\s*[,.;:!)-]|\s*$)"

_CLASS = re.compile(
    r"\b(car[\s-]?t|t[\s-]?cell|crispr|(?:gene|genetic|cell|stem[\s-]cell|viral[\s-]vector)[\s-]?(?:based[\s-])?"
    r"(?:therap(?:y|ies)|editing|treatments?)|gene[\s-]based|base[\s-]editing|aav|oncolytic)\b",
    re.IGNORECASE,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_IN_FORCE = (
    r"(?:\b(?:in\s+force|in\s+effect|effective|valid|active|covered|apply|applied|current)\s+"
    r"|^\W*(?:(?:and|what\s+about|how\s+about)\s+)*)"
)
_DAY_LIKE = re.compile(
    r"(?<![\w/.-])(?!24/7\b)(?:0?[1-9]|[12]\d|3[01])[/-](?:0?[1-9]|[12]\d|3[01])(?:[/-]\d{2,4})?(?![\w/-])"
    rf"|\b{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?!\w)"
    # A month or a week is the day asked about only beside what may change with it, or alone: "my son turns two next
    # month" asks nothing about that month.
    rf"|{_IN_FORCE}(?:in|on|since|until|before|after|by|during)\s+(?:early\s+|late\s+|mid[\s-])?"
    rf"(?:{_MONTH}|20\d\d)(?!\w)"
    rf"|{_IN_FORCE}(?:last|next)\s+(?:week|month|year|spring|summer|fall|autumn|winter|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(yesterday|today|tomorrow)\b", re.IGNORECASE)
_DAYS_AWAY = {"yesterday": -1, "today": 0, "tomorrow": 1}


def names_birth(text: str) -> bool:
    """True where the words speak of a birth."""
    return bool(_BIRTH.search(text))


def names_plan_not_on_file(text: str, *, names_plan_on_file: bool) -> bool:
    """True for Medicaid, Medicare and the like; for another payer where no plan on file is named beside it."""
    return bool(_OTHER_KIND.search(text) or (not names_plan_on_file and _OTHER_PAYER.search(text)))


def denies_plan(text: str, names: Iterable[str]) -> bool:
    """True where the member says that the plan with these names is not theirs: "not CareSource", "I left IBX"."""
    plan = rf"(?:{'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))})"
    return bool(
        re.search(rf"{_DENIES_BEFORE}\b{plan}\b{_ENDS_DENIAL}", text, re.IGNORECASE)
        or re.search(rf"(?<!why )\b{plan}{_DENIES_AFTER}", text, re.IGNORECASE)
    )


def names_therapy_class(text: str) -> bool:
    """True for a class of therapies: "CAR-T", "gene therapy"."""
    return bool(_CLASS.search(text))


def find_therapy_class(text: str) -> str | None:
    """The class as it is written: "CAR-T", "gene therapy"; None where none is named."""
    found = _CLASS.search(text)
    return found[0] if found else None


def seems_to_name_day(text: str) -> bool:
    """True for what a person would take for a day or a month: "4/30", "in April", "last month"."""
    return bool(_DAY_LIKE.search(text))


def read_relative_day(text: str, today: date) -> date | None:
    """The day of "yesterday", "today" or "tomorrow"."""
    found = _RELATIVE.search(text)
    if found is None:
        return None
    return today if today == date.min else today + timedelta(days=_DAYS_AWAY[found[1].lower()])
