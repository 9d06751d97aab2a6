"""Where do a document's sections and clauses begin? By their marks, else by its headings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.policies.reading.blocks import Block, BlockKind, looks_like_heading
from knowledge.policies.reading.cleaning import same_title
from knowledge.policies.reading.marks import Family, count_on, find_gaps
from knowledge.policies.reading.model import ReadPassage

FRONT_PAGE = "Front page"
_FEWEST_GUESSED, _FEWEST_REAL = 3, 2
_LONGEST_SECTION = 100


@dataclass
class Section:
    """One section: its mark (empty where sections have none), its title, and what stands in it."""

    mark: str
    title: str
    blocks: list[Block] = field(default_factory=list)
    level: int = 0


@dataclass(frozen=True)
class Outline:
    """The document's parts. `front` stands before the first section; `unplaced` is in no passage."""

    family: Family | None
    front: tuple[Block, ...]
    sections: tuple[Section, ...]
    passages: tuple[ReadPassage, ...]
    unplaced: tuple[str, ...]


def make_outline(blocks: Sequence[Block], contents: Sequence[tuple[str, str]]) -> Outline:
    """The document's sections and clauses; `contents` are the marks and titles of its own table of contents."""
    chains = [(family, _find_chain(blocks, family, contents)) for family in Family]
    begun = [(chain[0], -len(chain), family, chain) for family, chain in chains if chain]
    if begun:
        _, _, family, chain = min(begun, key=lambda entry: entry[:2])
        return _marked(blocks, family, chain)
    return _headed(blocks)


def text_of(blocks: Sequence[Block]) -> str:
    """The words of the blocks, one line each."""
    return "\n".join(line for line in (block.line for block in blocks) if line)


def _find_chain(blocks: Sequence[Block], family: Family, contents: Sequence[tuple[str, str]]) -> list[int]:
    """The places of the section headings that count on from the family's first mark; empty where there are none."""
    named = set(contents)
    candidates = [n for n, block in enumerate(blocks) if block.mark and _may_head(block)]
    told = [n for n in candidates if (blocks[n].mark, same_title(blocks[n].text)) in named]
    real = [n for n in candidates if blocks[n].is_real_heading]
    for places in (told, real):
        if len(chain := _count_on(blocks, places, family)) >= _FEWEST_REAL:
            return _go_on(blocks, chain, candidates, family) if places is told else chain
    # Where nothing but its place tells a heading from an item, only one of the family's letters may be left out.
    chain = _count_on(blocks, candidates, family, gaps=False)
    lines = [n for n in candidates if blocks[n].kind is BlockKind.HEADING]
    if family is Family.LETTERS and len(with_gaps := _count_on(blocks, lines, family)) > len(chain):
        chain = with_gaps
    # Numbers before short lines that follow each other are a list and no sections.
    apart = sum(1 for before, after in itertools.pairwise(chain) if after - before > 1)
    if len(chain) < _FEWEST_GUESSED or apart < 0.6 * (len(chain) - 1):
        return []
    return chain


def _go_on(blocks: Sequence[Block], chain: list[int], candidates: Sequence[int], family: Family) -> list[int]:
    """The chain of a table of contents that was not read to its end, with the headings that count on behind it."""
    further = [n for n in candidates if n > chain[-1] and blocks[n].kind is BlockKind.HEADING]
    for place in further:
        if family.count_of(blocks[place].mark) == family.count_of(blocks[chain[-1]].mark) + 1:
            chain = [*chain, place]
    return chain


def _may_head(block: Block) -> bool:
    return block.kind is BlockKind.HEADING or (
        block.kind is BlockKind.ITEM and looks_like_heading(block.text.rstrip(":"))
    )


def _count_on(blocks: Sequence[Block], places: Sequence[int], family: Family, *, gaps: bool = True) -> list[int]:
    return [places[number] for number in count_on([blocks[place].mark for place in places], family, gaps=gaps)]


def _marked(blocks: Sequence[Block], family: Family, chain: list[int]) -> Outline:
    front = tuple(blocks[: chain[0]])
    sections = [
        Section(blocks[start].mark, blocks[start].text, list(blocks[start + 1 : end]))
        for start, end in zip(chain, [*chain[1:], len(blocks)], strict=True)
    ]
    passages = [passage for section in sections for passage in _clauses(section, family)]
    if text := text_of([block for block in front if not _is_title(block)]):
        headings = sorted((block for block in front if block.kind is BlockKind.HEADING), key=lambda b: b.level == 0)
        heading = headings[0].text if headings else FRONT_PAGE
        passages.insert(0, ReadPassage(FRONT_PAGE, heading, text))
    empty = [f"section {section.mark} ({section.title}) has no text" for section in sections if not section.blocks]
    skipped = find_gaps([section.mark for section in sections], family)
    missing = [
        f"sections: {after} comes after {before}; look for what should stand between" for before, after in skipped
    ]
    for section in sections:
        marks = [mark for _, mark in _find_clauses(section, family)]
        missing += [
            f"clauses of section {section.mark}: {after} comes after {before}; look for what should stand between"
            for before, after in find_gaps(marks, family.below)
        ]
    return Outline(family, front, tuple(sections), _told_apart(passages), (*empty, *missing))


def _clauses(section: Section, family: Family) -> list[ReadPassage]:
    """The passages of one section: what stands before its first clause, and each clause."""
    begun = dict(_find_clauses(section, family))
    found: list[tuple[str, list[Block]]] = [(section.mark, [])]
    for place, block in enumerate(section.blocks):
        if place in begun:
            mark = begun[place]
            found.append((mark if family is Family.NUMBERS else f"{section.mark}.{mark}", [block]))
        else:
            found[-1][1].append(block)
    passages = []
    for number, (mark, blocks) in enumerate(found):
        heading, text = (section.title, text_of(blocks)) if number == 0 else _read_clause(section, blocks)
        if text:
            passages.append(ReadPassage(mark, heading, text))
    return passages


def _find_clauses(section: Section, family: Family) -> list[tuple[int, str]]:
    """Where the clauses of the section begin, by the place of the block, and their marks."""
    if family is not Family.NUMBERS:
        marks = [block.mark for block in section.blocks]
        return [(place, marks[place]) for place in count_on(marks, family.below)]
    numbered = ((place, _number_of(block)) for place, block in enumerate(section.blocks))
    return [
        (place, mark)
        for place, mark in numbered
        if mark.startswith(f"{section.mark}.") and mark.replace(".", "").isdigit()
    ]


def _number_of(block: Block) -> str:
    if block.kind is BlockKind.ROW:
        return next(iter(block.cells), "").strip().rstrip(".")
    return block.mark


def _read_clause(section: Section, blocks: list[Block]) -> tuple[str, str]:
    first, rest = blocks[0], text_of(blocks[1:])
    if first.kind is BlockKind.ROW:
        return section.title, text_of(blocks)
    if rest and looks_like_heading(first.text):
        return first.text, rest
    return section.title, "\n".join(part for part in (first.text, rest) if part)


def _is_title(block: Block) -> bool:
    return block.is_real_heading


def _headed(blocks: Sequence[Block]) -> Outline:
    real = sum(1 for block in blocks if block.is_real_heading)
    sections: list[Section] = []
    front: list[Block] = []
    for number, block in enumerate(blocks):
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        # Where the format has no headings, a short line is one if text follows it.
        guessed = block.kind is BlockKind.HEADING and after is not None and after.kind is not BlockKind.HEADING
        if block.is_real_heading if real else guessed:
            sections.append(Section("", _title(block), [], block.level))
        elif sections:
            sections[-1].blocks.append(block)
        else:
            front.append(block)
    unplaced = [
        f'before the first heading: "{_shorten(block.line)}"' for block in front if looks_like_heading(block.line)
    ]
    intro = [block for block in front if not looks_like_heading(block.line)]
    passages = [
        ReadPassage(section.title[:_LONGEST_SECTION], section.title, text_of(section.blocks))
        for section in sections
        if section.blocks
    ]
    # The heading over a whole page is its title, and has no text of its own.
    untold = [
        section for number, section in enumerate(sections) if not section.blocks and (number or section.level != 1)
    ]
    unplaced.extend(f'heading without text: "{_shorten(section.title)}"' for section in untold)
    if intro:
        passages.insert(0, ReadPassage(FRONT_PAGE, sections[0].title if sections else FRONT_PAGE, text_of(intro)))
    return Outline(None, tuple(front), tuple(sections), _told_apart(passages), tuple(unplaced))


def _title(block: Block) -> str:
    return f"{block.marker} {block.text}".strip()


def _told_apart(passages: Sequence[ReadPassage]) -> tuple[ReadPassage, ...]:
    """The passages with different section names: the second of a name gets a number."""
    counts: dict[str, int] = {}
    named: list[ReadPassage] = []
    for passage in passages:
        counts[passage.section] = count = counts.get(passage.section, 0) + 1
        section = passage.section if count == 1 else f"{passage.section} ({count})"
        named.append(ReadPassage(section, passage.heading, passage.text))
    return tuple(named)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
