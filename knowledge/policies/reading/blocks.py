"""What is a document made of before anyone asks what it means? Blocks, the same for every format."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from enum import Enum

TICKED, UNTICKED = "☒", "☐"

_BULLET = r"[-–—*•▪◦●○■□‣∙·]"
_NUMERAL = r"(?:\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z]|[IVXLC]{2,7}|[a-z]|[ivxl]{2,6})"
_MARKER = re.compile(
    rf"(?:{_BULLET}\s+)?(?P<mark>{_NUMERAL}[.)](?=\s)|\({_NUMERAL}\)(?=\s)|\d{{1,3}}(?:\.\d{{1,3}}){{1,5}}(?=\s))\s+"
    rf"|(?P<bullet>{_BULLET})\s+"
)
_HEADING_MARK = re.compile(
    r"(?:(?:[Ss]ection|SECTION|[Aa]rticle|ARTICLE|[Pp]art|PART)\s+(?P<named>\d{1,2}|[A-Z]|[IVXL]{1,6})(?:\s*[.):]|\s[-–—])\s+"
    r"|(?P<mark>\d{1,2}(?:\.\d{1,3})*|[A-Z]|[IVXL]{2,6})(?:\s*[:)]|\s[-–—])\s+"
    r"|(?P<plain>\d{1,2}(?:\.\d{1,3})*)\s+)(?=[A-Z])"
)
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_MAX_HEADING, _MAX_HEADING_WORDS = 110, 14
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NOTHING = re.compile(r"(?:n/?a|none|not applicable)\.?", re.IGNORECASE)


class BlockKind(Enum):
    """What a block is; HEADING of level 0 only looks like one."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item or table row, in reading order.

    `marker` ("D.", "3.2", "•") stands before `text`; `cells` are a row's, and `text` is then empty. `level` is 1 to
    6 of a heading that the format says to be one. `is_open` says that the last line is full: the text may run on.
    """

    kind: BlockKind
    text: str
    marker: str = ""
    cells: tuple[str, ...] = ()
    level: int = 0
    page: int = 1
    is_open: bool = False

    @property
    def mark(self) -> str:
        """The marker without its signs: `D`, `3.2`; empty for a bullet or none."""
        mark = self.marker.strip("().")
        return mark if mark[:1].isalnum() else ""

    @property
    def line(self) -> str:
        """The block as it is kept in a passage."""
        if self.kind is BlockKind.ROW:
            return " | ".join(" ".join(cell.split()) for cell in self.cells).strip(" |")
        return f"{self.marker} {self.text}" if self.marker else self.text

    @property
    def is_real_heading(self) -> bool:
        """True when the format itself says that this is a heading."""
        return self.kind is BlockKind.HEADING and self.level > 0


def make_block(text: str, *, level: int | None = None, page: int = 1, is_open: bool = False) -> Block:
    """The block of a paragraph; `level` not None: a heading (0: it only looks like one)."""
    text = text.strip()
    marker, rest = split_marker(text)
    if level is not None:
        # A heading has no bullet, and its number may stand in more ways.
        if found := _HEADING_MARK.match(text):
            marker, rest = next(filter(None, found.groups())), text[found.end() :]
        elif marker == "•":
            marker = ""
        return Block(BlockKind.HEADING, rest if marker else text, marker, level=level, page=page)
    return Block(BlockKind.ITEM if marker else BlockKind.TEXT, rest, marker, page=page, is_open=is_open)


def make_row(cells: list[str], page: int = 1) -> Block:
    """The block of a table row."""
    return Block(BlockKind.ROW, "", cells=tuple(cell.strip() for cell in cells), page=page)


def split_marker(text: str) -> tuple[str, str]:
    """The marker at the beginning and what follows it; a bullet before a mark is dropped, any other becomes a dot."""
    found = _MARKER.match(text)
    if found is None or found.end() == len(text):
        return "", text
    return found["mark"] or "•", text[found.end() :]


def looks_like_heading(text: str) -> bool:
    """True for a few words that begin like a heading and do not end like a sentence."""
    text = text.strip()
    return (
        2 < len(text) <= _MAX_HEADING
        and len(text.split()) <= _MAX_HEADING_WORDS
        and "\n" not in text
        and text[0].isalnum()
        and not text[0].islower()
        and any(letter.isalpha() for letter in text)
        and not text.endswith(",")
        and not _SENTENCE_END.search(text)
        and not _NOTHING.fullmatch(text)
        and TICKED not in text
        and UNTICKED not in text
    )


def ends_sentence(text: str) -> bool:
    """True when nothing has to follow."""
    return bool(_SENTENCE_END.search(text.rstrip()))


def runs_on(before: Block, after: Block) -> bool:
    """True when `after` goes on with the sentence that `before` began, after a page break."""
    if after.kind is not BlockKind.TEXT or before.kind is BlockKind.ROW or before.is_real_heading:
        return False
    if not before.text or not after.text or ends_sentence(before.text):
        return False
    if before.kind is BlockKind.HEADING:
        return after.text[0].islower() and not before.marker
    return after.text[0].islower() or before.text[-1] in ",-–" or before.is_open


def join(before: Block, after: Block) -> Block:
    """The one block that a page break had made two."""
    kind = BlockKind.TEXT if before.kind is BlockKind.HEADING else before.kind
    return replace(before, kind=kind, text=join_lines(before.text, after.text), is_open=after.is_open)


def join_lines(before: str, after: str, words: Container[str] = frozenset()) -> str:
    """Two lines of one paragraph; a word cut at the end of the first is mended.

    `words` are the document's own, in small letters: they tell a cut word from one with a hyphen of its own.
    """
    if before.endswith("\u00ad") or (before.endswith("-") and before[-2:-1].isalpha() and after[:1].isalpha()):
        head = before[:-1].rsplit(None, 1)[-1]
        tail = _WORD.match(after)
        own = f"{head}-{tail.group()}" if tail else ""
        if not own or after[0].isupper() or own.lower() in words:
            return f"{before[:-1]}-{after}"
        parts = (head.rsplit("-", 1)[-1].lower(), own[len(head) + 1 :].lower())
        is_cut = own.replace("-", "").lower() in words or not all(part in words for part in parts)
        return before[:-1] + after if is_cut else f"{before[:-1]}-{after}"
    return f"{before} {after}"


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts, in small letters, with the hyphens within them."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))
