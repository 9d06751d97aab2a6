"""Which part of a payer's own text may be quoted? No part of a list: what is said of all of it stands before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Excerpt = tuple[int, int]

# A list that is quoted whole, with what leads into it, stays this short; of a longer one nothing is quoted.
LONGEST_LIST = 400
_MARKED = re.compile(
    r"\s*(?:[-–—*•▪◦●○■□☐☒‣∙·]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXLCivxlc]{1,7})[.)]\s|\d{1,3}(?:\.\d{1,3})+\s)"
)
_CELLS = " | "
_STOPS = ".!?"
_CLOSING = "\"'”’)]*_"


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_item(self) -> bool:
        return bool(_MARKED.match(self.text)) or _CELLS in self.text

    @property
    def leads_in(self) -> bool:
        return leads_in(self.text)


def widen_quote(text: str, excerpt: Excerpt) -> Excerpt | None:
    """The excerpt, widened to the whole of each list that it touches and the lines that lead into it.

    None where it would be long, where nothing leads into the list, and where a sentence would be cut: then nothing
    of it may be quoted.
    """
    start, end = excerpt
    is_widened = False
    blocks = _find_lists(_read_lines(text))
    for first, last, has_lead_in in blocks:
        if first < end and start < last:
            if not has_lead_in:
                return None
            is_widened = is_widened or first < start or end < last
            start, end = min(first, start), max(last, end)
    if is_widened and end - start > LONGEST_LIST:
        return None
    return (start, end) if _is_whole(text, start, end) else None


def leads_in(text: str) -> bool:
    """True where this text ends by announcing what follows, as "These uses are not covered:" does."""
    return text.rstrip().rstrip(_CLOSING).endswith(":")


def _read_lines(text: str) -> list[_Line]:
    """The lines that say something."""
    found = re.finditer(r"[^\n]+", text)
    return [_Line(each.start(), each.end(), each.group()) for each in found if each.group().strip()]


def _find_lists(lines: Sequence[_Line]) -> list[tuple[int, int, bool]]:
    """Each list with its lead-in, as places in the text, and whether it has one."""
    blocks, at = [], 0
    while at < len(lines):
        follows = lines[at].leads_in and not lines[at].is_item
        if not (follows or lines[at].is_item):
            at += 1
            continue
        # What an unmarked list under "...:" ends with nobody can tell, so it goes on to the end.
        is_marked = not follows or (at + 1 < len(lines) and lines[at + 1].is_item)
        last = _last_item(lines, at) if is_marked else len(lines) - 1
        first = _first_of_sentence(lines, at) if follows else at
        blocks.append((lines[first].start, lines[last].end, follows))
        at = last + 1
    return blocks


def _last_item(lines: Sequence[_Line], at: int) -> int:
    """The last line of a list: lines between items ("AND", "any of these:") and ones that run on belong to it."""
    last = at
    for number in range(at + 1, len(lines)):
        line = lines[number]
        is_between = number + 1 < len(lines) and lines[number + 1].is_item
        if not (line.is_item or line.text.lstrip()[:1].islower() or is_between):
            break
        last = number
    return last


def _first_of_sentence(lines: Sequence[_Line], at: int) -> int:
    """The line with which the sentence begins that leads into the list."""
    while at and not lines[at - 1].is_item and not _ends(lines[at - 1].text):
        at -= 1
    return at


def _ends(text: str) -> bool:
    return text.rstrip().rstrip(_CLOSING)[-1:] in tuple(f"{_STOPS}:")


def _is_whole(text: str, start: int, end: int) -> bool:
    """True where the excerpt begins after a sentence and ends with one, or with the text."""
    before, after = text[:start].rstrip(), text[end:].strip()
    begins = not before or before.rstrip(_CLOSING)[-1:] in tuple(_STOPS)
    last = text[start:end].rstrip().rstrip(_CLOSING)[-1:]
    return begins and (last in tuple(_STOPS) or (not after and last != ":"))
