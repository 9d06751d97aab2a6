"""What is a document called? Its number, its title and what kind of document it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.policies.model import DocumentKind
from knowledge.policies.reading.blocks import Block, BlockKind, ends_sentence
from knowledge.policies.reading.dates import split_at_day
from knowledge.policies.reading.label_values import Labelled
from knowledge.policies.reading.labels import Field, begins_with_label
from knowledge.policies.reading.model import KnownPayer
from knowledge.policies.reading.outline import Outline
from knowledge.policies.reading.places import is_nothing_but_a_scope

_NUMBER = re.compile(r"(?:[A-Za-z]{1,8}[ .-])?(?=[\w./-]*\d)[A-Za-z0-9]+(?:[./_-][A-Za-z0-9]+)*")
_AT_THE_END = re.compile(
    r"[\s,:(#–—-]*(?<![A-Za-z])((?:[A-Z]{1,6}[-. ]){0,3}[A-Z]{0,6}[-.]?\d{2,6}(?:[-.]\d{1,5}){0,3}[A-Z]?)\)?\s*$"
)
# Alone, or behind a name and a dash.
_ALONE = re.compile(r"(?:(?<![\w/-])|(?<=[a-z)]-))[A-Z]{2,6}(?:-[A-Z]{1,6}){1,3}-\d{2,6}(?![\w/])")
_LONGEST_NUMBER, _LONGEST_TITLE = 40, 300
_LONGEST_KIND = 10  # words
_KINDS = (
    (re.compile(r"\badministrative\b", re.IGNORECASE), DocumentKind.ADMINISTRATIVE_POLICY),
    (
        re.compile(r"\bevidence of coverage\b|\bschedule of benefits\b|\bplan document\b", re.IGNORECASE),
        DocumentKind.PLAN_DOCUMENT_POINTER,
    ),
    (
        re.compile(
            r"\b(?:medical|clinical|pharmacy|coverage|drug|medication|utilization)\b.{0,30}"
            r"\b(?:polic|guideline|criteria|bulletin|determination)|^\W*(?:medical|clinical|pharmacy)\W*$",
            re.IGNORECASE,
        ),
        DocumentKind.MEDICAL_POLICY,
    ),
    (re.compile(r"\bmember page\b|\bweb page\b|\bmember information\b", re.IGNORECASE), DocumentKind.MEMBER_PAGE),
)
# "Medical Policy Statement" over the page says what it is and is not its title.
_KIND_WORDS = re.compile(
    r"(?:administrative|medical|clinical|pharmacy|reimbursement|payment|coverage|drug|utilization management|benefit"
    r"|policy|statement|guideline|criteria|bulletin|document|and|&|\W)+s?",
    re.IGNORECASE,
)
# A title behind the kind of the document, such as that of a clinical policy.
_NAMED = re.compile(
    r"(?:[^\n]*\n)?(?:clinical|medical|coverage|pharmacy|administrative|drug) (?:policy|guideline|criteria)\s*:\s*"
    r"([^\n|]{3,200})",
    re.IGNORECASE,
)
_COMMON = re.compile(
    r"(?:description|overview|background|purpose|introduction|summary|policy(?:/criteria)?|scope|revision log"
    r"|(?:table of )?contents)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?:subject|title|policy name|topic)", re.IGNORECASE)
_SITE = re.compile(r"\s+[|–—·-]\s+")


def find_number(labelled: Sequence[Labelled], lines: Sequence[str]) -> str | None:
    """The payer's number: behind its label, else the only one of its kind in `lines`."""
    for entry in labelled:
        if entry.field is Field.NUMBER and (found := _NUMBER.match(entry.value)):
            return found.group()[:_LONGEST_NUMBER]
        if entry.field is Field.TITLE_AND_NUMBER and (end := _AT_THE_END.search(_without_day(entry.value))):
            return end[1]
    alone = {match.group() for line in lines for match in _ALONE.finditer(line)}
    return alone.pop() if len(alone) == 1 else None


def without_number(title: str | None, number: str | None) -> str | None:
    """The title without the number that it ends in, behind a dash."""
    if not title or not number or not title.endswith(number):
        return title
    name = title.removesuffix(number).rstrip()
    return name.rstrip(" -–—") or title if name.endswith(("-", "–", "—")) else title


def find_title(
    labelled: Sequence[Labelled], outline: Outline, page_title: str | None, payers: Sequence[KnownPayer]
) -> str | None:
    """The title: behind its label, else the front's largest heading, else the section "Subject", else the page's."""
    for entry in labelled:
        if entry.field is Field.TITLE:
            return entry.value[:_LONGEST_TITLE]
        if entry.field is Field.TITLE_AND_NUMBER:
            title = _AT_THE_END.sub("", _without_day(entry.value)).strip(" -–—,:#(")
            return (title or entry.value)[:_LONGEST_TITLE]
    for block in _kind_blocks(outline):
        if named := _NAMED.match(block.line):
            return named[1].strip()[:_LONGEST_TITLE]
    if outline.family is None:
        # The first section of a page has the page's name; what stands before it is the way there.
        headings = [section.title for section in outline.sections if section.level == 1][:1]
        headings.extend(section.title for section in outline.sections if section.blocks)
    else:
        real = sorted((block.level, n) for n, block in enumerate(outline.front) if block.is_real_heading)
        headings = [outline.front[number].text for _, number in real]
        guessed = [
            block.text for block in outline.front if block.kind is BlockKind.HEADING and not block.is_real_heading
        ]
        headings.extend(guessed if not real else [])
        subjects = [section for section in outline.sections if _SUBJECT.fullmatch(section.title) and section.blocks]
        if subjects and len(subjects[0].blocks) == 1:
            headings.append(subjects[0].blocks[0].text)
    headings.append(_SITE.split(page_title)[0] if page_title else "")
    return next((text[:_LONGEST_TITLE] for text in headings if text and not _is_no_title(text, payers)), None)


def find_kind(labelled: Sequence[Labelled], outline: Outline, title: str | None) -> DocumentKind | None:
    """What the document is: behind its label, else by the short lines of its front page, else by its title."""
    stated = [entry.value for entry in labelled if entry.field is Field.KIND]
    parts = (part for block in _kind_blocks(outline) for part in re.split(r"\s\|\s|\n", block.line))
    front = [part for part in parts if _may_name_kind(part)]
    for text in (*stated, *front, title or ""):
        for pattern, kind in _KINDS:
            if pattern.search(text):
                return kind
    return None


def _without_day(text: str) -> str:
    return split_at_day(text)[0] or text


def _kind_blocks(outline: Outline) -> Sequence[Block]:
    """Where a document says what it is: before its first section, or below the heading of a page."""
    if outline.family is None and outline.sections:
        return (*outline.front, *outline.sections[0].blocks)
    return outline.front


def _may_name_kind(text: str) -> bool:
    return len(text.split()) <= _LONGEST_KIND and not ends_sentence(text)


def _is_no_title(text: str, payers: Sequence[KnownPayer]) -> bool:
    if any(text.strip() in payer.names for payer in payers):
        return True
    return (
        bool(_KIND_WORDS.fullmatch(text) or _COMMON.fullmatch(text))
        or is_nothing_but_a_scope(text)
        or begins_with_label(text)
    )
