"""How does a web page become blocks? Its main part alone: no menus, forms, scripts or what is hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from knowledge.policies.reading.blocks import (
    TICKED,
    UNTICKED,
    Block,
    BlockKind,
    looks_like_heading,
    make_block,
    make_row,
    split_marker,
)
from knowledge.policies.reading.marks import roman
from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.sniff import clean

_LEFT_OUT = frozenset((
    "script", "style", "noscript", "template", "svg", "math", "head", "nav", "footer", "aside", "button", "select",
    "textarea", "iframe", "object", "dialog", "canvas", "audio", "video", "map",
))  # fmt: skip
# A form around a policy's boxes is content; one with fields to type in is none.
_TYPED_IN = (
    "descendant::input[not(@type='checkbox') and not(@type='radio') and not(@type='hidden')]|descendant::textarea"
)
_APART = frozenset((
    "p", "div", "section", "article", "main", "header", "blockquote", "pre", "figure", "figcaption", "address", "body",
    "fieldset", "details", "summary", "center", "hr", "ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "caption",
    "form", "html",
))  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ROMAN_STYLE = re.compile(r"upper-roman", re.IGNORECASE)
_LETTER_STYLE = re.compile(r"upper-(?:alpha|latin)", re.IGNORECASE)
_ASIDE_NAME = re.compile(r"breadcrumb|cookie|skip-?(?:link|nav)|site-?nav|menu", re.IGNORECASE)
# With what it declares of its own: entities are not taken from a page.
_DOCTYPE = re.compile(r"<!doctype[^<>\[\]]*(?:\[[^\]]*\])?\s*>", re.IGNORECASE)
_MAX_ELEMENTS = 300_000
_DEEPEST = 250


@dataclass
class _List:
    tag: str
    style: str
    count: int = 0

    def next_marker(self, item: Any) -> str:
        value = item.get("value", "")
        self.count = int(value) if value.isdecimal() and len(value) < 6 else self.count + 1
        if self.tag != "ol" or not 0 < self.count < 200:
            return "•"
        if self.style == "I":
            return f"{roman(self.count)}."
        if self.style in ("A", "a") and self.count <= 26:
            return f"{chr(ord(self.style) + self.count - 1)}."
        return f"{roman(self.count).lower() if self.style == 'i' else self.count}."


@dataclass
class _Reader:
    """Takes the events of a walk over the page and holds what has been read so far."""

    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    marker: str = ""
    cells: list[str] | None = None
    in_cell: bool = False
    term: str = ""

    def say(self, text: str | None, *, as_is: bool = False) -> None:
        if text:
            self.words.append(text if as_is else re.sub(r"\s+", " ", text))

    def take(self) -> str:
        # Once more: what a page writes as an entity has not been cleaned yet.
        text = clean("".join(self.words))
        self.words.clear()
        return "\n".join(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)

    def finish(self, level: int | None = None) -> None:
        """Ends the paragraph under way; in a cell a new line begins."""
        if self.in_cell:
            self.words.append("\n")
            return
        text = self.take()
        if not text:
            return
        if self.marker and level is None:
            own, rest = split_marker(text)
            # The text may bear the mark that the list would give it again.
            mark, text = (own, rest) if own and own != "•" else (self.marker, text)
            self.blocks.append(Block(BlockKind.ITEM, text, mark))
        else:
            self.blocks.append(make_block(text, level=level))
        self.marker = ""


def read_html(text: str) -> tuple[list[Block], str | None]:
    """The blocks of the page's main part, and what it says in <title>. Raises Unreadable."""
    root = _parse(text)
    title = " ".join(clean(root.findtext(".//head/title") or root.findtext(".//title") or "").split()) or None
    reader = _Reader()
    skipped: Any = None
    walk = etree.iterwalk(_main_part(root), events=("start", "end"))
    for count, (event, element) in enumerate(walk):
        if count > 2 * _MAX_ELEMENTS:
            raise Unreadable("the page has more elements than a policy has")
        if skipped is not None:
            if event == "end" and element is skipped:
                skipped = None
                reader.say(element.tail)
        elif event == "start":
            if _is_left_out(element):
                skipped = element
            else:
                _start(reader, element)
        else:
            _end(reader, element)
    reader.in_cell = False
    reader.finish()
    return reader.blocks, title


def _parse(text: str) -> Any:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(_DOCTYPE.sub("", text, count=1).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("the page is no HTML that can be read") from error
    # The parser stops at a depth and would keep quiet about what follows.
    if root is None or any("depth" in entry.message.lower() for entry in parser.error_log):
        raise Unreadable("the page is empty, or nested deeper than a page is")
    return root


def _main_part(root: Any) -> Any:
    mains = root.xpath("//main|//*[@role='main']")
    if len(mains) == 1 and len("".join(mains[0].itertext())) > 100:
        return mains[0]
    return root


def _is_left_out(element: Any) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return True
    if tag == "form":
        return bool(element.xpath(_TYPED_IN)) or not element.xpath(
            "descendant::p|descendant::h1|descendant::h2|descendant::li|descendant::input"
        )
    if tag in _LEFT_OUT or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if tag == "header" and element.xpath("descendant::nav|descendant::form"):
        return True
    if element.get("role") in ("navigation", "dialog", "search", "banner", "contentinfo"):
        return True
    name = f"{element.get('class', '')} {element.get('id', '')} {element.get('aria-label', '')}"
    # Named so by the page: but an element that holds most of the page is the page.
    if tag in ("div", "ul", "ol", "section", "a") and _ASIDE_NAME.search(name) and len(element) < 40:
        return not element.xpath("descendant::h1|descendant::h2|descendant::table|descendant::p[3]")
    return bool(_HIDDEN.search(element.get("style", "")))


def _start(reader: _Reader, element: Any) -> None:
    tag = element.tag
    if tag == "br":
        reader.say("\n", as_is=True)
    elif tag == "input":
        if element.get("type", "").lower() in ("checkbox", "radio"):
            reader.say(f" {TICKED if element.get('checked') is not None else UNTICKED} ", as_is=True)
    elif element.get("aria-checked") in ("true", "false"):
        reader.say(f" {TICKED if element.get('aria-checked') == 'true' else UNTICKED} ", as_is=True)
    elif tag == "tr" and not _is_layout(element):
        reader.finish()
        reader.cells = []
    elif tag in ("td", "th") and reader.cells is not None:
        reader.words.clear()
        reader.in_cell = True
    elif tag in _APART or tag in _HEADINGS or tag in ("li", "dt", "dd", "tr", "td", "th"):
        reader.finish()
        if tag in ("ul", "ol"):
            reader.lists.append(_list(element, tag))
        elif tag == "li" and not reader.in_cell:
            reader.marker = reader.lists[-1].next_marker(element) if reader.lists else "•"
    reader.say(element.text, as_is=tag == "pre")


def _end(reader: _Reader, element: Any) -> None:
    tag = element.tag
    if tag in ("td", "th") and reader.in_cell and reader.cells is not None:
        reader.cells.append(reader.take())
        reader.in_cell = False
        reader.cells.extend(
            [""] * (min(int(element.get("colspan")), 20) - 1 if element.get("colspan", "").isdecimal() else 0)
        )
    elif tag == "tr" and reader.cells is not None:
        if any(reader.cells):
            reader.blocks.append(make_row(reader.cells))
        reader.cells = None
    elif tag in _HEADINGS:
        reader.finish(_HEADINGS[tag])
    elif tag == "dt" and not reader.in_cell:
        reader.term = reader.take()
    elif tag == "dd" and reader.term and not reader.in_cell:
        reader.blocks.append(make_row([reader.term, reader.take()]))
        reader.term = ""
    elif tag == "p" and _is_bold_line(element):
        reader.finish(None if reader.marker else 5)
    elif tag in _APART or tag in ("li", "dt", "dd", "tr", "td", "th"):
        reader.finish()
        if tag in ("ul", "ol") and reader.lists:
            reader.lists.pop()
        elif tag == "li":
            reader.marker = ""
    reader.say(element.tail)


def _list(element: Any, tag: str) -> _List:
    start, style = element.get("start", ""), element.get("style", "")
    kind = element.get("type", "") or (
        "I" if _ROMAN_STYLE.search(style) else "A" if _LETTER_STYLE.search(style) else "1"
    )
    return _List(tag, kind, int(start) - 1 if start.isdecimal() and len(start) < 6 else 0)


def _is_layout(row: Any) -> bool:
    """True for a row of a table that only places things: headings, another table, or many paragraphs in one cell."""
    if row.xpath("descendant::table|descendant::h1|descendant::h2|descendant::h3"):
        return True
    return len(row) == 1 and bool(row.xpath("descendant::p[4]|descendant::li[6]"))


def _is_bold_line(element: Any) -> bool:
    if len(element) != 1 or element[0].tag not in ("b", "strong") or (element.text or "").strip():
        return False
    return not (element[0].tail or "").strip() and looks_like_heading(" ".join("".join(element.itertext()).split()))
