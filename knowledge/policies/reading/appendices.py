"""What do a document's definitions, its history of reviews and its references hold, one by one?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from knowledge.policies.reading.blocks import Block, BlockKind
from knowledge.policies.reading.dates import find_date, split_at_day
from knowledge.policies.reading.model import Definition, Revision
from knowledge.policies.reading.outline import Section

_DEFINITIONS = re.compile(
    r"\b(?:definitions?|glossary|terms|defined terms|key terms|what the words mean)\b", re.IGNORECASE
)
_HISTORY = re.compile(
    r"\b(?:history|change log|changelog|revisions?|document control|changes to this)\b|^changes?$", re.IGNORECASE
)
_REFERENCES = re.compile(r"\b(?:references?|bibliography|sources|works cited|literature|citations)\b", re.IGNORECASE)
_TERM = re.compile(r"(?P<term>[^\n.:;–—]{2,80}?)\s*(?:\s[–—-]|[–—:])\s+(?P<text>\S.*)", re.DOTALL)
_TABLE_HEAD = re.compile(
    r"(?:date|term|word|definition|meaning|action|description|change|event|what changed|version|by)s?", re.IGNORECASE
)

# A cell with more than a day in it says what was done.
_LONGEST_DAY = 30


def find_definitions(sections: Sequence[Section]) -> tuple[Definition, ...]:
    """The words that the document defines, in its order."""
    found: list[Definition] = []
    term = ""
    for block in _blocks_of(sections, _DEFINITIONS):
        if block.kind is BlockKind.ROW:
            cells = [cell for cell in block.cells if cell]
            if len(cells) > 1 and not _is_head(cells):
                found.append(Definition(cells[0], " ".join(cells[1:])))
        elif block.kind is BlockKind.HEADING and not block.marker:
            # A word on a line of its own, and what it means below.
            term = block.text
        elif term:
            found.append(Definition(term, block.text))
            term = ""
        elif match := _TERM.fullmatch(block.text.strip()):
            found.append(Definition(match["term"].strip(), match["text"].strip()))
        elif found and block.kind in (BlockKind.TEXT, BlockKind.ITEM):
            found[-1] = Definition(found[-1].term, f"{found[-1].text}\n{block.line}")
    return tuple(found)


def find_history(sections: Sequence[Section]) -> tuple[Revision, ...]:
    """The rows of the history that state a day or an action."""
    found = []
    for block in _blocks_of(sections, _HISTORY):
        for cells in [block.cells] if block.kind is BlockKind.ROW else _lines(block):
            filled = [cell.strip() for cell in cells if cell.strip()]
            day = next((day for cell in filled if (day := find_date(cell))), None)
            if not filled or _is_head(filled) or (day is None and len(filled) < 2):
                continue
            found.append(_revision(filled, day))
    return tuple(found)


def _revision(cells: Sequence[str], day: date | None) -> Revision:
    if len(cells) == 1:
        label, day, action = split_at_day(cells[0])
        return Revision(label, day, action)
    words = [cell for cell in cells if find_date(cell) is None or len(cell) > _LONGEST_DAY]
    has_label = len(words) > 1 or (bool(words) and cells[0] == words[0])
    return Revision(words[0] if has_label else "", day, " ".join(words[1:] if has_label else words))


def find_references(sections: Sequence[Section]) -> tuple[str, ...]:
    """The sources that the document names, in its order."""
    found: list[str] = []
    blocks = [block for block in _blocks_of(sections, _REFERENCES) if block.line]
    is_list = any(block.marker for block in blocks)
    for block in blocks:
        if not is_list or block.marker or block.kind is BlockKind.ROW or not found:
            found.extend(block.text.split("\n") if not is_list and block.text else [block.text or block.line])
        else:
            found[-1] = f"{found[-1]} {block.text}"
    return tuple(" ".join(reference.split()) for reference in found)


def _blocks_of(sections: Sequence[Section], title: re.Pattern[str]) -> list[Block]:
    """What stands in the sections of that title; headings below them belong to them only where they have marks."""
    return [block for section in sections if title.search(section.title) for block in section.blocks]


def _lines(block: Block) -> list[tuple[str, ...]]:
    return [tuple(re.split(r"\s*[:–—|]\s+|\s{2,}", line)) for line in block.line.split("\n")]


def _is_head(cells: Sequence[str]) -> bool:
    return all(_TABLE_HEAD.fullmatch(cell) or len(cell) < 2 for cell in cells)
