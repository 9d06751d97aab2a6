"""Which states and lines of business does a text name?"""

from __future__ import annotations

import re

from knowledge.policies.reading.blocks import TICKED, UNTICKED

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "District of Columbia": "DC", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY",
    "Louisiana": "LA", "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC", "North Dakota": "ND",
    "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Puerto Rico": "PR", "Rhode Island": "RI",
    "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "Washington": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip

# The longest first, so that West Virginia is not taken for Virginia.
_NAME = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, STATES), key=len, reverse=True)) + r")\b")
_CODE = re.compile(r"\b(?:" + "|".join(STATES.values()) + r")\b")
_BOX = re.compile(rf"([{TICKED}{UNTICKED}])\s*([^{TICKED}{UNTICKED}\n|]+)")

# The word of a document, and the line of business as plans on file name it.
_LINES = (
    (re.compile(r"\bmarketplace\b|\bexchange\b|\bACA\b", re.IGNORECASE), "marketplace"),
    (re.compile(r"\bcommercial\b|\bemployer group\b", re.IGNORECASE), "commercial"),
    (re.compile(r"\bmedicaid\b", re.IGNORECASE), "medicaid"),
    (re.compile(r"\bdual[- ]|\bD-?SNP\b", re.IGNORECASE), "dual"),
    (re.compile(r"\bmedicare\b", re.IGNORECASE), "medicare"),
)


def find_states(text: str, *, codes: bool = False) -> tuple[str, ...]:
    """The states that the text names, two letters each, in its order; two-letter codes count only with `codes`."""
    found = {match.start(): STATES[match.group()] for match in _NAME.finditer(text)}
    if codes:
        taken = [match.span() for match in _NAME.finditer(text)]
        for match in _CODE.finditer(text):
            if not any(start <= match.start() < end for start, end in taken):
                found[match.start()] = match.group()
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


def find_lines_of_business(text: str) -> tuple[str, ...]:
    """The lines of business that the text names."""
    return tuple(name for pattern, name in _LINES if pattern.search(text))


def find_boxes(text: str) -> tuple[tuple[bool, str], ...]:
    """Every box of the text: whether it is ticked, and what stands behind it."""
    return tuple((match[1] == TICKED, " ".join(match[2].split())) for match in _BOX.finditer(text))


def is_nothing_but_a_scope(text: str) -> bool:
    """True for a line of its own that only names a line of business, such as "Marketplace"."""
    return len(text.split()) <= 4 and bool(find_lines_of_business(text)) and not text.rstrip().endswith(".")


def begins_with_a_scope(text: str) -> bool:
    """True for a short text that begins with a state or a line of business, as the name behind a box does."""
    if len(text.split()) > 5:
        return False
    return bool(_NAME.match(text)) or any(pattern.match(text) for pattern, _ in _LINES)
