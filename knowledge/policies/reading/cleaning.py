"""What of a document's blocks says nothing by itself? Its table of contents, and what comes again on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.policies.reading.blocks import Block, BlockKind, ends_sentence, join, runs_on, split_marker

_CONTENTS = re.compile(r"(?:table of )?contents:?|on this page:?|in this (?:policy|document):?", re.IGNORECASE)
_PAGE_OF = re.compile(r"\W*page\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_ENTRY = re.compile(r"(?P<title>.*?\S)(?:[\s.·…_|]*[.·…_]{2,}[\s.·…_|]*|[\s|]+)\d{1,4}")
_LEADERS = re.compile(r"[.·…_]{2,}\s*$")
_OWNERS = re.compile(r"©|\(c\) ?\d{4}|all rights reserved", re.IGNORECASE)
# Said at the foot of pages, however often it comes.
_FOOT = re.compile(
    r"detailed above has received due consideration|page \d+ of \d+|confidential|proprietary|all rights reserved|©"
    r"|printed (?:copies|versions?) (?:are|is) (?:un|not )controlled",
    re.IGNORECASE,
)
_SHORTEST_REPEAT = 40
_MOST_ENTRIES = 150


@dataclass(frozen=True)
class Cleaned:
    """The blocks that are left, the section titles that a table of contents gave, and what was dropped, each once."""

    blocks: list[Block]
    contents: tuple[tuple[str, str], ...]
    repeated: tuple[str, ...]


def clean_blocks(blocks: Sequence[Block]) -> Cleaned:
    """The document without its contents table, page numbers and sentences that every page repeats."""
    kept, contents = _drop_contents(list(blocks))
    kept, repeated = _drop_repeated(kept)
    while kept and kept[-1].kind is not BlockKind.ROW and _OWNERS.match(kept[-1].text):
        repeated.append(kept.pop().text)
    return Cleaned(kept, tuple(contents), tuple(repeated))


def same_title(text: str) -> str:
    """A title in the form in which two writings of it are the same."""
    return " ".join(re.sub(r"[^\w\s]", " ", text).casefold().split())


def _drop_contents(blocks: list[Block]) -> tuple[list[Block], list[tuple[str, str]]]:
    start = next((n for n, block in enumerate(blocks) if _CONTENTS.fullmatch(block.text.strip())), None)
    if start is None:
        return [block for block in blocks if not _is_led(block)], []
    entries: list[tuple[str, str]] = []
    end = start + 1
    later = Counter(same_title(block.text) for block in blocks[end:] if block.text)
    while end < len(blocks) and len(entries) < _MOST_ENTRIES:
        found = _entries(blocks[end], later)
        if not found:
            break
        entries.extend(found)
        # What is left of a title is its heading, which ends the table.
        later.subtract(title for _, title in found)
        end += 1
    if not entries:
        return blocks, []
    return blocks[:start] + blocks[end:], entries


def _entries(block: Block, later: Counter[str]) -> list[tuple[str, str]]:
    """The entries that a block of the contents holds; empty where it is none."""
    if block.kind is BlockKind.ROW:
        cells = [cell for cell in block.cells if cell]
        lines = [" ".join(cells)] if cells and cells[-1].strip(". ").isdigit() else []
        if not lines and len(cells) == 1 and later[same_title(cells[0])] > 1:
            lines = [cells[0]]
    else:
        lines = block.line.split("\n")
    entries = []
    for line in lines:
        found = _ENTRY.fullmatch(line.strip())
        title = _LEADERS.sub("", found["title"] if found else line.strip())
        marker, rest = split_marker(title.strip())
        # Without a page number an entry is known by its heading, which comes again.
        if found is None and later[same_title(rest)] < 2:
            return []
        entries.append((marker.strip("()."), same_title(rest)))
    return entries


def _is_led(block: Block) -> bool:
    return bool(re.search(r"[.·…_]{4,}[\s|]*\d{1,4}$", block.line))


def _drop_repeated(blocks: list[Block]) -> tuple[list[Block], list[str]]:
    counts = Counter(block.text for block in blocks if _may_repeat(block))
    interrupting = {
        block.text
        for before, block, after in zip(blocks, blocks[1:], blocks[2:], strict=False)
        if counts[block.text] > 1 and before.text and not ends_sentence(before.text) and runs_on(before, after)
    }
    kept: list[Block] = []
    dropped: dict[str, None] = {}
    was_dropped = False
    for block in blocks:
        is_foot = _may_repeat(block) and (
            (counts[block.text] > 1 and bool(_FOOT.search(block.text)))
            or (counts[block.text] > 2 and block.text in interrupting)
        )
        if is_foot or (block.kind is not BlockKind.ROW and _PAGE_OF.fullmatch(block.line)):
            dropped[block.line] = None
            was_dropped = True
            continue
        if was_dropped and kept and runs_on(kept[-1], block):
            kept[-1] = join(kept[-1], block)
        else:
            kept.append(block)
        was_dropped = False
    return kept, list(dropped)


def _may_repeat(block: Block) -> bool:
    return block.kind in (BlockKind.TEXT, BlockKind.HEADING) and len(block.text) >= _SHORTEST_REPEAT
