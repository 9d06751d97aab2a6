"""Which part of a payer's own text may be quoted? Whole paragraphs whose sense hangs on nothing that is left out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from actions.paragraphs import (
    STOPS,
    Line,
    Paragraph,
    announces,
    goes_back,
    last_sentence,
    leads_in,
    read_lines,
    read_paragraphs,
)
from bot.safety.lint import find_fault
from knowledge.policies.model import Passage
from knowledge.search.entries import split_sentences

Excerpt = tuple[int, int]

# What is quoted stays this short; of a longer list or paragraph nothing is quoted.
LONGEST_QUOTE = 600
# The name of a section without a mark is cut there at import, and "... are not covered" may be what is cut off.
_LONGEST_HEADING = 100
_BULLET = re.compile(r"\s*[-–—*•▪◦●○■‣∙·]\s+")
# What a word means is said of that word alone, so it stands by itself where a section is nothing but definitions.
_GLOSSARY = re.compile(
    r"\W*(?:[A-Z\d]{1,4}[.)]\s+)?(?:key |general |important |list of )?(?:definitions?|glossary|terms)"
    r"(?: (?:of|and) (?:key )?(?:terms?|definitions?|glossary|words))?\W*",
    re.I,
)
_TERMS = re.compile(r"\b(?:terms?|definitions?|words?)\b", re.I)
_HEAD = re.compile(r"[^.:]{2,60}?(?:\s[–—-]\s|:\s)")
# What denies, and what narrows: "The rule above holds for plans in Ohio alone."
_DENIES = re.compile(
    r"\b(?:not?|never|none|cannot|except\w*|exclu\w+|den(?:y|ies|ied)|without|only|alone|solely|unless|provided|"
    r"limit(?:s|ed|ation|ations)?|restrict\w*|above|preceding|foregoing|neither|experimental|investigational|unproven|"
    r"refus\w+|declin\w+|reject\w+|prohibit\w+|contraindicat\w+)\b|n['’]t\b",
    re.I,
)
_CLAUSE = re.compile(r"(?:[A-Z]|\d{1,3}|[IVXLC]{1,6})(?:\.\w{1,6})+(?: \(\d+\))?")
# The lines over a policy's first sentence (number, title, dates) say nothing that it rules.
_WORDS_OF_SENTENCE = 6
# "Infusion in a member who has antibodies." is a point of a list and no sentence: its only verb is of "who".
_VERBS = (
    r"\b(?:is|are|was|were|has|have|had|may|must|can|cannot|could|will|would|shall|should|does|do|did|requires?|covers|"
    r"pays|appl(?:y|ies)|considers|includes?|excludes?|means|decides?|allows|receives?|reads|sends|meets?|gives|makes|"
    r"says|takes|looks)\b"
)
_VERB = re.compile(_VERBS, re.I)
_SUBORDINATE = re.compile(
    r"\b(?:who|whom|whose|that|which|when|where|if|because|while|once)\b|"
    rf"\b(?:after|before|until|as)\b(?=.*{_VERBS})",
    re.I,
)
# What could close our quotation marks, or ask a member for something in the payer's name.
_QUOTED = re.compile(r"“[^“”]*”")
_ASKS = re.compile(r"\b(?:https?://|www\.)|\]\(|\b(?:[Rr]eply|REPLY|[Tt]ext) [A-Z]{3,}\b")
_OF_ANY_QUESTION = frozenset(["the", "and", "for"])


def find_quote(passage: Passage, excerpt: Excerpt, passages: Sequence[Passage], asked: str = "") -> Excerpt | None:
    """What of a payer's text may be quoted around the excerpt; `passages` are all of the document.

    The whole passage where it is short, else whole paragraphs of it. Nothing under a heading that may not be said, of
    a clause that hangs on another one, of the lines over the first sentence, and of what may not be said to a member.
    In a section of definitions alone it is the one of the word in `asked`.
    """
    text = passage.payer_text or ""
    if not _has_sayable_heading(passage) or _hangs_on_others(passage, passages):
        return None
    above = find_first_sentence(passage, passages)
    start, end = max(excerpt[0], above), excerpt[1]
    if start >= end:
        return None
    found = _find_definition(text, above, (start, end), asked) if _GLOSSARY.fullmatch(passage.heading) else None
    found = found or _find_paragraphs(text, above, (start, end), is_clause=_is_clause(passage))
    return None if found is None or not _may_be_said(text[slice(*found)]) else found


def says_half(text: str, asked: str) -> bool:
    """True where a text has at least half of the telling words of a question, whatever their endings."""
    words, plain = _beginnings(asked), text.lower()
    return 2 * sum(bool(re.search(rf"\b{word}", plain)) for word in words) >= len(words)


def find_first_sentence(passage: Passage, passages: Sequence[Passage]) -> int:
    """Where a payer's text begins to say something: behind the lines over the first sentence of the document."""
    text = passage.payer_text or ""
    if any(other.position < passage.position for other in passages):
        return 0
    for line in read_lines(text):
        if len(line.text.split()) >= _WORDS_OF_SENTENCE and line.ends:
            return line.start
    return len(text)


def _hangs_on_others(passage: Passage, passages: Sequence[Passage]) -> bool:
    """True where another passage says something that changes what this one says, or where its title is not on file."""
    is_clause = _is_clause(passage)
    others = [other for other in passages if other.position != passage.position]
    siblings = [other for other in others if is_clause and _section_of(other) == _section_of(passage)]
    speaks_of_it = _speaks_of(passage.section)
    if any(speaks_of_it.search(other.payer_text or "") for other in others):
        return True
    for other in others:
        text, is_before = other.payer_text or "", other.position < passage.position
        if is_before and passage.section.startswith(f"{other.section}."):
            if announces(text) or _DENIES.search(last_sentence(text)):
                return True
        elif other.position == passage.position - 1 and leads_in(text):
            return True
    for other in siblings:
        text, is_before = other.payer_text or "", other.position < passage.position
        if announces(text) if is_before else other.position == passage.position + 1 and goes_back(text):
            return True
    # The title over clauses that have titles of their own is not kept, and it may be "Exclusions".
    return is_clause and (
        goes_back(passage.payer_text or "") or all(other.heading != passage.heading for other in siblings)
    )


def _speaks_of(mark: str) -> re.Pattern[str]:
    """What another passage says of this one by its mark: "Clause I is suspended in Pennsylvania"."""
    last = mark.rpartition(".")[2]
    kinds = r"(?:sections?|clauses?|items?|parts?|paragraphs?|criteri\w+|numbers?|points?|no\.)"
    return re.compile(rf"\b{kinds}\s+(?:{re.escape(mark)}|{re.escape(last)})(?!\w)", re.I)


def _has_sayable_heading(passage: Passage) -> bool:
    """False where the heading may not be said, or where not all of it would be."""
    return not (passage.heading and find_fault(passage.heading)) and len(passage.heading) <= _LONGEST_HEADING


def _is_clause(passage: Passage) -> bool:
    return bool(_CLAUSE.fullmatch(passage.section))


def _section_of(passage: Passage) -> str:
    return passage.section.split(".")[0] if _is_clause(passage) else passage.section


def _find_paragraphs(text: str, above: int, excerpt: Excerpt, *, is_clause: bool) -> Excerpt | None:
    """All of a short text; of a long one the paragraphs that are touched, where they are sentences."""
    paragraphs: Sequence[Paragraph] = read_paragraphs(text, above)
    if not paragraphs:
        return None
    is_part = paragraphs[-1].end - paragraphs[0].start > LONGEST_QUOTE
    if is_part:
        if any(each.has_title for each in paragraphs):
            return None
        paragraphs = _with_denials(text, paragraphs, excerpt)
    if not paragraphs or not all(each.is_whole for each in paragraphs):
        return None
    start, end = paragraphs[0].start, paragraphs[-1].end
    if end - start > LONGEST_QUOTE:
        return None
    stands_alone = all(_is_sentence(text[each.start : each.end]) for each in paragraphs)
    if is_part and goes_back(text[start:end]):
        return None
    return (start, end) if stands_alone or not (is_part or is_clause) else None


def _with_denials(text: str, paragraphs: Sequence[Paragraph], excerpt: Excerpt) -> Sequence[Paragraph]:
    """The paragraphs that are touched, with what says "not" right before them or behind them."""
    touched = [n for n, each in enumerate(paragraphs) if each.start < excerpt[1] and excerpt[0] < each.end]
    if not touched:
        return ()
    said = [text[each.start : each.end] for each in paragraphs]
    first, last = touched[0], touched[-1]
    while first and _DENIES.search(last_sentence(said[first - 1])):
        first -= 1
    while last + 1 < len(said) and _DENIES.search(_first_sentence(said[last + 1])):
        last += 1
    return paragraphs[first : last + 1]


def _first_sentence(text: str) -> str:
    spans = split_sentences(text)
    return text[slice(*spans[0])] if spans else ""


def _is_sentence(text: str) -> bool:
    first = _first_sentence(text)
    return len(_VERB.findall(first)) > len(_SUBORDINATE.findall(first))


def _find_definition(text: str, above: int, excerpt: Excerpt, asked: str) -> Excerpt | None:
    """The definition of the word that is asked for by name, without its mark; without `asked` the one at the excerpt.

    None where the section has more in it than definitions, so that a line could be a point of something else.
    """
    lines = read_lines(text, above)
    first = next((number for number, line in enumerate(lines) if line.is_item), len(lines))
    lead = " ".join(line.text for line in lines[:first])
    if lead and (not _TERMS.search(lead) or not announces(lead) or _DENIES.search(lead)):
        return None
    if any(not (line.is_item or line.runs_on) and before.ends for before, line in itertools.pairwise(lines[first:])):
        return None
    items = list(_read_definitions(text, lines[first:]))
    if not items or not all(_HEAD.match(text[start:end]) and text[start:end][-1] in STOPS for start, end in items):
        return None
    if not asked:
        return next((item for item in items if item[0] < excerpt[1] and excerpt[0] < item[1]), None)
    words = _beginnings(asked)

    def count(item: Excerpt) -> int:
        head = _HEAD.match(text[slice(*item)])
        return sum(bool(re.search(rf"\b{word}", head[0].lower())) for word in words) if head else 0

    best = max(items, key=count)
    return best if count(best) else None


def _read_definitions(text: str, lines: Sequence[Line]) -> Iterator[Excerpt]:
    """Each point of a list, without its mark and with the lines that go on with it."""
    begun = [number for number, line in enumerate(lines) if line.is_item]
    for number, after in zip(begun, [*begun[1:], len(lines)], strict=True):
        mark = _BULLET.match(lines[number].text)
        start = lines[number].start + (mark.end() if mark else 0)
        yield start, start + len(text[start : lines[after - 1].end].rstrip())


def _beginnings(asked: str) -> list[str]:
    """How the telling words of a question begin, so that "tests" finds "testing"."""
    words = (word for word in re.findall(r"[a-z0-9]{3,}", asked.lower()) if word not in _OF_ANY_QUESTION)
    return [word.removesuffix("s")[:5] for word in words]


def _may_be_said(text: str) -> bool:
    rest = _QUOTED.sub("", text)
    return not (find_fault(text) or "“" in rest or "”" in rest or _ASKS.search(text))
