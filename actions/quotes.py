"""Which part of a payer's own text may be quoted? No part of a list: what is said of all of it stands before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.safety.lint import find_fault
from knowledge.policies.model import Passage
from knowledge.search.entries import split_sentences

Excerpt = tuple[int, int]

# A list that is quoted whole, with what leads into it, stays this short; of a longer one nothing is quoted.
LONGEST_LIST = 400
_MARKED = re.compile(
    r"\s*(?:[-–—*•▪◦●○■□☐☒‣∙·]\s|\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXLCivxlc]{1,7})[.)]\s|\d{1,3}(?:\.\d{1,3})+\s)"
)
_BULLET = re.compile(r"\s*[-–—*•▪◦●○■‣∙·]\s+")
_CELLS = " | "
# What a word means is said of that word alone, so its line in a list of definitions stands by itself.
_GLOSSARY = re.compile(r"\bdefinitions?\b|\bglossary\b", re.I)
# The lines over a policy's first sentence (number, title, dates) say nothing that it rules.
_WORDS_OF_SENTENCE = 6
_HEAD_END = re.compile(r"\s[–—-]\s|:\s")
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


def find_quote(passage: Passage, excerpt: Excerpt, passages: Sequence[Passage], asked: str = "") -> Excerpt | None:
    """What of a payer's text may be quoted around the excerpt; `passages` are all of the document.

    Nothing of a passage that is itself a point of another section's list, of the lines over the first sentence, and of
    what may not be said to a member. In a list of definitions it is the one that says most of the words in `asked`.
    """
    text = passage.payer_text or ""
    for other in passages:
        is_above = other.position < passage.position and passage.section.startswith(f"{other.section}.")
        if (is_above or other.position == passage.position - 1) and leads_in(other.payer_text or ""):
            return None
    start, end = max(excerpt[0], find_first_sentence(passage, passages)), excerpt[1]
    if start >= end:
        return None
    widened = _find_definition(text, (start, end), asked) if _GLOSSARY.search(passage.heading) else None
    if widened is None:
        # What stands over the first sentence is no sentence that the quote could cut.
        above = find_first_sentence(passage, passages)
        found = widen_quote(text[above:], (start - above, end - above))
        widened = (found[0] + above, found[1] + above) if found else None
    return None if widened is None or find_fault(text[slice(*widened)]) else widened


def narrow_quote(text: str, excerpt: Excerpt, asked: str) -> Excerpt:
    """The excerpt without the sentences around those that say a word of `asked`; whole where none does."""
    words = _beginnings(asked)
    spans = [span for span in split_sentences(text) if span[0] < excerpt[1] and excerpt[0] < span[1]]
    saying = [span for span in spans if any(word in text[slice(*span)].lower() for word in words)]
    return (saying[0][0], saying[-1][1]) if saying else excerpt


def says_half(text: str, asked: str) -> bool:
    """True where a text has at least half of the telling words of a question, whatever their endings."""
    words, plain = _beginnings(asked), text.lower()
    return 2 * sum(word in plain for word in words) >= len(words)


def find_first_sentence(passage: Passage, passages: Sequence[Passage]) -> int:
    """Where a payer's text begins to say something: behind the lines over the first sentence of the document."""
    text = passage.payer_text or ""
    if any(other.position < passage.position for other in passages):
        return 0
    for line in _read_lines(text):
        if len(line.text.split()) >= _WORDS_OF_SENTENCE and _ends(line.text):
            return line.start
    return len(text)


def leads_in(text: str) -> bool:
    """True where this text ends by announcing what follows, as "These uses are not covered:" does."""
    return text.rstrip().rstrip(_CLOSING).endswith(":")


def _find_definition(text: str, excerpt: Excerpt, asked: str) -> Excerpt | None:
    """The line of one word, without its mark; None where no line of a list is touched."""
    items = [line for line in _read_lines(text) if line.is_item]
    words = _beginnings(asked)
    # Asked for by name, any line may be it; else the one at the excerpt.
    lines = items if words else [line for line in items if line.start < excerpt[1] and excerpt[0] < line.end]
    if not lines:
        return None

    def count(line: _Line) -> int:
        head = _HEAD_END.split(line.text, maxsplit=1)[0].lower()
        return sum((word in line.text.lower()) + 2 * (word in head) for word in words)

    line = max(lines, key=count)
    mark = _BULLET.match(line.text)
    return line.start + (mark.end() if mark else 0), line.end


def _beginnings(asked: str) -> list[str]:
    """How the telling words of a question begin, so that "tests" finds "testing"."""
    return [word.removesuffix("s")[:5] for word in re.findall(r"[a-z0-9]{3,}", asked.lower())]


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
