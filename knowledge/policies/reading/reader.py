"""What does a payer's document say? From bytes to what was understood and what was not. Runs in the reading process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.policies.model import DocumentKind
from knowledge.policies.reading.appendices import find_definitions, find_history, find_references
from knowledge.policies.reading.blocks import Block, make_block
from knowledge.policies.reading.cleaning import clean_blocks
from knowledge.policies.reading.days import find_days
from knowledge.policies.reading.html_blocks import read_html
from knowledge.policies.reading.identity import find_kind, find_number, find_title, without_number
from knowledge.policies.reading.label_values import find_labelled
from knowledge.policies.reading.labels import DAYS, Field
from knowledge.policies.reading.marks import Family
from knowledge.policies.reading.model import Format, KnownPayer, ReadPolicy, Unreadable
from knowledge.policies.reading.outline import Outline, make_outline
from knowledge.policies.reading.pdf_blocks import read_pdf
from knowledge.policies.reading.pdf_boxes import tick_boxes
from knowledge.policies.reading.pdf_pages import open_pdf, read_pages
from knowledge.policies.reading.scope import ReadScope, find_scope
from knowledge.policies.reading.sniff import decode, find_format
from knowledge.policies.reading.text_blocks import mark_boxes, read_text

_LAYOUTS = {
    Family.LETTERS: "lettered sections",
    Family.ROMANS: "sections with roman numbers",
    Family.NUMBERS: "numbered sections",
    None: "headings",
}
_SUFFIXES = {
    Format.PDF: (".pdf",),
    Format.HTML: (".html", ".htm", ".xhtml"),
    Format.TEXT: (".txt", ".md", ".markdown", ".text"),
}
_SHOWN = 70
# As much text as one section rarely has, in characters.
_LONG = 3000


def read_document(data: bytes, suffix: str, payers: Sequence[KnownPayer]) -> ReadPolicy:
    """Reads one document; `suffix` is its name's ending, in small letters. Raises Unreadable."""
    kind_of_file = find_format(data)
    found, dropped, page_title, notes = _read_blocks(data, kind_of_file)
    # A row of empty cells, or of a lone sign between them, says nothing.
    blocks = [block for block in found if block.line.strip()]
    if not blocks:
        raise Unreadable("the document has no text")
    cleaned = clean_blocks(blocks)
    if not cleaned.blocks:
        raise Unreadable("the document has no text but what every page repeats")
    outline = make_outline(cleaned.blocks, cleaned.contents)
    if suffix not in _SUFFIXES[kind_of_file]:
        notes.append(f"the name ends in {suffix or 'nothing'}, the content is {kind_of_file.value}: read as that")
    return _understand(kind_of_file, cleaned.blocks, outline, (*dropped, *cleaned.repeated), page_title, payers, notes)


def _read_blocks(data: bytes, kind_of_file: Format) -> tuple[list[Block], list[str], str | None, list[str]]:
    if kind_of_file is Format.PDF:
        document = open_pdf(data)
        try:
            blocks, dropped = read_pdf(list(read_pages(document, tick_boxes)))
        finally:
            document.close()
        return _with_boxes(blocks), dropped, None, []
    text, encoding = decode(data)
    notes = [] if encoding.startswith("utf-8") else [f"the text is read as {encoding}: look at accents and signs"]
    if kind_of_file is Format.HTML:
        blocks, title = read_html(text)
        return _with_boxes(blocks), [], title, notes
    blocks, dropped = read_text(text)
    return blocks, dropped, None, notes


def _with_boxes(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the boxes that somebody typed as signs: "[x] Ohio"."""
    return [
        replace(block, text=mark_boxes(block.text), cells=tuple(mark_boxes(cell) for cell in block.cells))
        for block in blocks
    ]


def _understand(
    kind_of_file: Format,
    blocks: Sequence[Block],
    outline: Outline,
    repeated: Sequence[str],
    page_title: str | None,
    payers: Sequence[KnownPayer],
    notes: list[str],
) -> ReadPolicy:
    front = outline.front if outline.family else _first_blocks(blocks)
    every = list(find_labelled(blocks))
    labelled = [entry for entry in every if not entry.is_doubtful]
    notes.extend(
        f'{entry.field.value}: "{_shorten(entry.value)}" may be it or not: look at its table'
        for entry in every
        if entry.is_doubtful
    )
    # What stands on every page also says what the document is, where its front page does not.
    found_at_edges = [entry for line in repeated for entry in find_labelled([make_block(line)])]
    at_the_edges = [entry for entry in found_at_edges if not entry.is_doubtful]
    identity = [entry for entry in labelled if entry.place < len(front)] + at_the_edges
    days = find_days(labelled or at_the_edges, front, len(front))
    if not days.found and not days.contradicted:
        noticed = days.notes
        days = find_days(at_the_edges, front, len(front))
        days.notes = list(dict.fromkeys([*noticed, *days.notes]))
    whole = "\n".join([*(block.line for block in blocks), *repeated, page_title or ""])
    scope = find_scope(front, identity, whole, payers)
    number = find_number(identity, [*(block.line for block in front), *repeated])
    title = without_number(find_title(identity, outline, page_title, payers), number)
    kind = find_kind(identity, outline, title)
    if kind is None and number is None and outline.family is None:
        kind = DocumentKind.MEMBER_PAGE
        notes.append("type: not stated; taken for a member page, because it has headings and no number")
    version = next((entry.value[:60] for entry in identity if entry.field is Field.VERSION), None)
    definitions = find_definitions(outline.sections)
    history = find_history(outline.sections)
    references = find_references(outline.sections)
    if not outline.passages:
        raise Unreadable("the document has no text that could be kept")
    understood = [
        f"format: {kind_of_file.value}, laid out in {_LAYOUTS[outline.family]}",
        *([f"payer: named {scope.payer_count} times"] if scope.payer else []),
        *([f"states: {', '.join(scope.unticked)} not ticked, left out"] if scope.unticked and scope.states else []),
        *(f'left out, because pages repeat it: "{_shorten(line)}"' for line in _distinct(repeated)),
    ]
    missing = [
        *(f"{name}: not found" for name, value in (("number", number), ("title", title), ("type", kind)) if not value),
        *(f"{day.value}: not found" for day in DAYS if day not in days.found and day not in days.contradicted),
        *_unscoped(scope),
        *_unparted(outline),
    ]
    return ReadPolicy(
        format=kind_of_file,
        payer=scope.payer,
        number=number,
        title=title,
        kind=kind,
        lines_of_business=scope.lines_of_business,
        states=scope.states,
        version=version,
        issued_on=days.found.get(Field.ISSUED),
        effective_on=days.found.get(Field.EFFECTIVE),
        revised_on=days.found.get(Field.REVISED),
        archived_on=days.found.get(Field.ARCHIVED),
        passages=outline.passages,
        definitions=definitions,
        history=history,
        references=references,
        must_be_given=(*scope.undecided, *(day.value for day in days.contradicted)),
        understood=tuple(understood),
        not_understood=(*missing, *scope.notes, *days.notes, *outline.unplaced, *notes),
    )


def _unscoped(scope: ReadScope) -> list[str]:
    lines = []
    if not scope.states and "states" not in scope.undecided:
        lines.append("states: none named; it would count in every state of its payer")
    if not scope.lines_of_business and "lines of business" not in scope.undecided:
        lines.append("lines of business: none named; it would count for all of them")
    return lines


def _unparted(outline: Outline) -> list[str]:
    if len(outline.passages) > 1 or len(outline.passages[0].text) < _LONG:
        return []
    return ["sections: none found; all of it is one passage"]


def _first_blocks(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Of a page with headings: what may say what it is. Tables and short lines stand anywhere in it."""
    return tuple(blocks[:40])


def _distinct(lines: Sequence[str]) -> list[str]:
    """The repeated lines without those that differ in a page number alone."""
    seen: dict[str, str] = {}
    for line in lines:
        seen.setdefault("".join(sign for sign in line if not sign.isdigit()), line)
    return [line for line in seen.values() if len(line) > 4]


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
