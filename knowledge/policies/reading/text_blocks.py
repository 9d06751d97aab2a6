"""How does Markdown or plain text become blocks? The layouts that payers' texts have, not Markdown's finer points."""

from __future__ import annotations

import itertools
import re

from knowledge.policies.reading.blocks import (
    TICKED,
    UNTICKED,
    Block,
    ends_sentence,
    join,
    join_lines,
    looks_like_heading,
    make_block,
    make_row,
    runs_on,
    split_marker,
    words_of,
)
from knowledge.policies.reading.edges import drop_edges

_TITLE = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_RULE = re.compile(r"\s*(?:[-*_=|:+]\s*){3,}$")
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)([^*_]+)(?:\*\*|__):?\s*$")
_INPUT = re.compile(r"<input\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(
    r"<!--.*?-->|</?(?:b|i|u|em|strong|span|div|p|a|sup|sub|small|font|center|table|t[rhd]|br)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BOX = re.compile(r"(?<![\w)\]])\[(?P<tick>[xX✓✔ ])\](?!\()")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()\s]*)[^()]*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_])"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>])")
# A line much longer than a page is wide was not wrapped by hand.
_NARROWEST_WRAP, _WIDEST_WRAP = 60, 140
_LABEL = re.compile(r"\s*(?:\*\*)?[A-Z][\w ./#&()-]{1,40}:\s")
_LONGEST_LABEL = 60


def read_text(text: str) -> tuple[list[Block], list[str]]:
    """The blocks of the text in its order, and the lines that were left out because every page repeats them."""
    pages = [page.split("\n") for page in plain(text).split("\f")]
    pages, dropped = drop_edges(pages)
    blocks: list[Block] = []
    words = words_of(line for page in pages for line in page)
    width = _find_width([line for page in pages for line in page])
    for number, page in enumerate(pages, start=1):
        read = [block for block in _read_lines(page, width, number, words) if block.line.strip()]
        if blocks and read and runs_on(blocks[-1], read[0]):
            blocks.append(join(blocks.pop(), read.pop(0)))
        blocks.extend(read)
    return blocks, dropped


def plain(text: str) -> str:
    """The text without markup of its own; boxes of every writing are the same two signs."""
    return _MARKUP.sub("", _BREAK.sub("\n", mark_boxes(text)))


def mark_boxes(text: str) -> str:
    """The text with boxes of every writing as the same two signs: those typed into a page, too."""
    text = _INPUT.sub(lambda found: _tick(re.search(r"\bchecked\b", found[0], re.IGNORECASE) is not None), text)
    text = _BOX.sub(lambda found: _tick(found["tick"] != " "), text)
    return text.replace("☑", TICKED).replace("✅", TICKED).replace("🗹", TICKED)


def without_emphasis(text: str) -> str:
    """The words without Markdown's stars, links and escapes."""
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], text)
    return _ESCAPE.sub(r"\1", text).replace("`", "")


def _tick(is_ticked: bool) -> str:
    return f"{TICKED if is_ticked else UNTICKED} "


def _find_width(lines: list[str]) -> int:
    """Where the lines were wrapped by hand; 0: they were not."""
    longest = max((len(line) for line in lines if "|" not in line and "\t" not in line), default=0)
    return longest if _NARROWEST_WRAP <= longest <= _WIDEST_WRAP else 0


def _read_lines(lines: list[str], width: int, page: int, words: frozenset[str]) -> list[Block]:
    blocks: list[Block] = []
    paragraph: list[str] = []

    def finish(*, alone: bool) -> None:
        if paragraph:
            blocks.append(_paragraph(paragraph, width, page, words, alone=alone))
            paragraph.clear()

    for number, line in enumerate(lines):
        text = line.strip()
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if title := _TITLE.match(line):
            finish(alone=False)
            blocks.append(make_block(without_emphasis(title[2]), level=len(title[1]), page=page))
        elif paragraph and len(paragraph) == 1 and _UNDERLINE.match(line) and _is_title(paragraph[0]):
            level = 1 if text.startswith("=") else 2
            blocks.append(make_block(without_emphasis(paragraph.pop()), level=level, page=page))
        elif not text or _RULE.match(line):
            finish(alone=True)
        elif cells := _split_cells(line):
            finish(alone=False)
            blocks.append(make_row([without_emphasis(cell) for cell in cells], page))
        elif (bold := _BOLD_LINE.match(line)) and not paragraph and looks_like_heading(bold[1].rstrip(":")):
            blocks.append(make_block(bold[1].strip().rstrip(":"), level=5, page=page))
        elif split_marker(text)[0] and not _goes_on(paragraph, text):
            finish(alone=False)
            paragraph.append(line)
        elif paragraph and _stands_alone(paragraph, after, width):
            finish(alone=True)
            paragraph.append(line)
        else:
            paragraph.append(line)
    finish(alone=True)
    return blocks


def _is_title(line: str) -> bool:
    return looks_like_heading(without_emphasis(split_marker(line.strip())[1]))


def _goes_on(paragraph: list[str], text: str) -> bool:
    # "... of Section" and, on the next line, "3. of the": the sentence is not over and the number does not begin one.
    if not paragraph or not text[0].isdigit() or split_marker(paragraph[0].strip())[0]:
        return False
    last = paragraph[-1].rstrip()
    return len(last) > _LONGEST_LABEL and last[-1] not in ".:;!?)" and text.split(None, 1)[1][:1].islower()


def _stands_alone(paragraph: list[str], after: str, width: int) -> bool:
    # "D. Policy" with its text on the very next line: a marked short line is a heading, unless the file is wrapped
    # there. Anything else goes on.
    marker, rest = split_marker(paragraph[0].strip())
    is_section = marker[:-1].isupper() or marker[:1].isdigit()
    return len(paragraph) == 1 and is_section and looks_like_heading(rest) and len(paragraph[0]) < 0.7 * (width or 80)


def _paragraph(lines: list[str], width: int, page: int, words: frozenset[str], *, alone: bool) -> Block:
    text = lines[0].strip()
    for before, line in itertools.pairwise(lines):
        # A line was wrapped when the next line's first word would not have stood on it.
        was_wrapped = width > 0 and len(before.rstrip()) + 1 + len(line.split(None, 1)[0]) > 0.88 * width
        goes_on = len(before) > _LONGEST_LABEL and not ends_sentence(before) and line.lstrip()[:1].islower()
        joins = (was_wrapped or goes_on) and not _LABEL.match(line)
        text = join_lines(text, line.strip(), words) if joins else f"{text}\n{line.strip()}"
    text = without_emphasis(text)
    is_full = width > 0 and len(lines[-1].rstrip()) > 0.85 * width
    if alone and len(lines) == 1 and looks_like_heading(split_marker(text)[1]) and not text.startswith(("-", "*", "•")):
        return make_block(text, level=0, page=page)
    return make_block(text, page=page, is_open=is_full)


def _split_cells(line: str) -> list[str]:
    """The cells of a row: between bars or tabs; empty for a line that is no row."""
    text = line.strip()
    if text.startswith("|") and text.count("|") > 1:
        return re.split(r"(?<!\\)\|", text.strip("|"))
    body = line.lstrip()
    # A tab at the end is an empty cell, unless it hangs at the end of a sentence.
    if "\t" in text or ("\t" in body and len(text) <= _LONGEST_LABEL):
        return body.split("\t")
    return re.split(r"(?<!\\)\|", text) if re.search(r"\S\s+\|\s+\S", text) else []
