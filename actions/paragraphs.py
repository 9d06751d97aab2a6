"""Which paragraphs does a payer's text have, with each list and what leads into it as one of them?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.search.entries import split_sentences

_MARKED = re.compile(
    r"\s*(?:[-–—*•▪◦●○■□☐☒‣∙·]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXLCivxlc]{1,7})[.)]\s|\d{1,3}(?:\.\d{1,3})+\s)"
)
_CELLS = " | "
# What stands between the points of a list.
_JOINS = re.compile(r"\W*(?:and|or|and/or|plus)\W*", re.I)
STOPS = ".!?"
_CLOSING = "\"'”’)]*_"
# A sentence that announces what follows it, also where it ends with a full stop.
_ANNOUNCES = re.compile(
    r"\b(?:following|as follows|below|these|those|listed|this section|next|hereafter|"
    r"set (?:out|forth)|cases? (?:that|where))\b",
    re.I,
)
# What begins so says something about what stands before it: an exception, or of whom it speaks.
_GOES_BACK = re.compile(
    r"\W*(?:this|that|these|those|it|its|they|their|such|he|she|however|except|exceptions?|excluding|exclusions?|but|"
    r"unless|otherwise|notwithstanding|nor|neither|none of|both|only|also|and|or|note|provided|"
    r"the (?:\w+ ){0,3}(?:above|preceding|foregoing)|"
    r"(?:in|for|to|under|with) (?:this|that|these|those|such|either|both)|limits?|limitations?)\b",
    re.I,
)


@dataclass(frozen=True)
class Line:
    """A line that says something, and its place in the text."""

    start: int
    end: int
    text: str

    @property
    def is_item(self) -> bool:
        """True for a point of a list and a row of a table."""
        return bool(_MARKED.match(self.text)) or _CELLS in self.text

    @property
    def ends(self) -> bool:
        """True where a sentence ends with the line, and for what stands between two points of a list."""
        return bool(_JOINS.fullmatch(self.text)) or self.text.rstrip().rstrip(_CLOSING)[-1:] in tuple(f"{STOPS}:")

    @property
    def runs_on(self) -> bool:
        """True where the line goes on with the sentence of the line before."""
        return self.text.lstrip()[:1].islower() and not self.is_item


@dataclass(frozen=True)
class Paragraph:
    """A part of a text that may stand by itself.

    `is_whole`: no list in it lacks what leads into it, and its last sentence ends. `has_title`: a line in it is no
    sentence, so it may be the title of more than this paragraph.
    """

    start: int
    end: int
    is_whole: bool
    has_title: bool


def read_lines(text: str, start: int = 0) -> list[Line]:
    """The lines from a place on that say something."""
    found = re.finditer(r"[^\n]+", text[start:])
    return [Line(each.start() + start, each.end() + start, each.group()) for each in found if each.group().strip()]


@lru_cache(maxsize=256)
def read_paragraphs(text: str, start: int = 0) -> tuple[Paragraph, ...]:
    """The paragraphs from a place on. What belongs to what stands before it is one paragraph with that.

    What an unmarked list under "The following is not covered." ends with nobody can tell, so it goes on to the end.
    """
    lines = read_lines(text, start)
    groups: list[list[Line]] = []
    goes_to_end = False
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else None
        before = lines[number - 1] if number else None
        if before is None:
            groups.append([line])
            continue
        is_announced = announces(before.text)
        goes_to_end = goes_to_end or (is_announced and not line.is_item)
        is_in_list = any(each.is_item for each in groups[-1])
        continues_list = is_in_list and (line.is_item or bool(after and after.is_item) or not before.ends)
        is_title = not before.is_item and not before.ends
        if goes_to_end or is_announced or continues_list or is_title or line.runs_on or goes_back(line.text):
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(_make(group, is_last=group is groups[-1]) for group in groups)


def leads_in(text: str) -> bool:
    """True where this text ends with a colon: "These uses are not covered:"."""
    return text.rstrip().rstrip(_CLOSING).endswith(":")


def announces(text: str) -> bool:
    """True where this text ends by announcing what follows, with a colon or without one."""
    return leads_in(text) or bool(_ANNOUNCES.search(last_sentence(text)))


def goes_back(text: str) -> bool:
    """True where this text begins by pointing at what stands before it, as "However" and "This" do."""
    return bool(_GOES_BACK.match(text))


def last_sentence(text: str) -> str:
    """The last sentence of a text, empty for an empty one."""
    line = text.rstrip().rpartition("\n")[2]
    spans = split_sentences(line)
    return line[slice(*spans[-1])] if spans else ""


def _make(group: Sequence[Line], *, is_last: bool) -> Paragraph:
    last = group[-1].text.rstrip().rstrip(_CLOSING)[-1:]
    first = next((number for number, line in enumerate(group) if line.is_item), None)
    is_led = first is None or (first > 0 and announces(group[first - 1].text))
    # A text may end without a full stop; what is cut off before its end may not.
    ends = last in tuple(STOPS) or (is_last and last != ":")
    has_title = any(not (line.ends or line.is_item or after.runs_on) for line, after in itertools.pairwise(group))
    return Paragraph(group[0].start, group[-1].end, is_led and ends, has_title)
