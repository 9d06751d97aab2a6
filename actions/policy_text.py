"""What does a policy say, section by section, in our words or as a quote of the payer's?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from actions.phrases import Phrases
from actions.quotes import Excerpt, find_first_sentence, find_quote
from actions.said import say_fact, say_passage
from actions.services import ActionServices
from actions.topic_answers import MOST_SENTENCES, count_sentences
from bot.safety.lint import find_fault
from knowledge.citations import Citation
from knowledge.policies.model import Fact, Passage, PolicyDocument
from knowledge.search.entries import split_sentences
from knowledge.search.model import Hit, SearchResult

_SENTENCES = 3
# Told only where they are asked for by name: what stands behind a policy, not what it rules.
_BEHIND = re.compile(r"\b(?:references|bibliography|revision|history|table of contents)\b|^\W*contents\W*$", re.I)
_EMPTY = re.compile(r"^\W*(?:none|n/?a|not applicable)?\W*$", re.I)
# Where a policy says what it rules, rather than what it is about.
_RULES = re.compile(
    r"^\W*(?:medical |coverage |clinical )?(?:policy|criteria|position|guidelines?)\b|\bcriteria\b", re.I
)
_IS_MARK = re.compile(r"\w{1,4}(?:\.|$)")
_MOST_HEADINGS = 12


@dataclass(frozen=True)
class Piece:
    """One step of what a policy says: a sentence or more with its source.

    `fact` is the fact that it speaks, if any; `lead` stands before it where it answers a question. `is_told` is False
    where the section is named alone, because its text may not be quoted.
    """

    text: str
    citation: Citation
    passage: Passage | None = None
    fact: Fact | None = None
    lead: str = field(default="", compare=False)
    is_told: bool = True


class PolicyText:
    """Tells what one version says."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._services = services
        self._phrases = phrases

    async def read(self, document: PolicyDocument, own_facts: Sequence[Fact]) -> tuple[Piece, ...]:
        """All that it says, in steps: our facts, the sections that rule, the others, its front page at last."""
        passages = await self._services.policies.list_passages(document.version_id)
        told = [Piece(say_fact(fact), fact.citation(), fact=fact) for fact in own_facts]
        first = min((each.position for each in passages), default=0)
        sections = sorted(
            (each for each in passages if _says_something(each, passages)),
            key=lambda each: (not _RULES.search(each.heading), each.position == first, each.position),
        )
        return (*told, *(piece for each in sections for piece in self.tell_section(document, each, passages)))

    def tell_section(self, document: PolicyDocument, passage: Passage, passages: Sequence[Passage]) -> Iterator[Piece]:
        """One section in steps: our rendering where there is one, else the payer's text as far as it may be quoted."""
        citation = document.citation(passage.section)
        section = name_section(passage)
        if _EMPTY.match(passage.rendering or passage.payer_text or ""):
            text = self._phrases.say("utter_policy_lookup_part_section_empty", section=section)
            yield Piece(text, citation, passage)
        elif passage.rendering:
            for excerpt in _cut(passage.rendering):
                words = say_passage(passage, excerpt=excerpt)
                # Its heading is the payer's word, and may be a hard one.
                text = self._phrases.say("utter_policy_lookup_part_section_ours", section=passage.section, words=words)
                yield Piece(text, citation, passage)
        else:
            for quote in _cut_quotes(passage, passages):
                yield Piece(self._say_quote(document, passage, quote), citation, passage, is_told=quote is not None)

    async def tell_hits(self, document: PolicyDocument, found: SearchResult, asked: str) -> Piece | None:
        """The first part that was found, or its section where it may not be quoted; None where nothing was found."""
        passages = await self._services.policies.list_passages(document.version_id)
        hit = next((hit for hit in found.hits if _may_be_told(hit, passages)), None)
        if hit is None:
            return None
        if piece := self._tell_hit(document, hit, passages, asked):
            key = "utter_policy_lookup_part_found" if found.is_confident else "utter_policy_lookup_part_closest"
            return replace(piece, lead=self._phrases.say(key))
        # Not the next one instead: what may not be quoted could take back what that one says.
        if isinstance(hit.source, Passage):
            return Piece(self._say_quote(document, hit.source, None), hit.citation, hit.source, is_told=False)
        return None

    async def list_headings(self, document: PolicyDocument) -> str:
        """Its sections by mark and heading, for a member to choose from; empty where none may be named."""
        passages = await self._services.policies.list_passages(document.version_id)
        names = [
            name_section(each, is_whole=True)
            for each in passages
            if find_first_sentence(each, passages) < len(each.payer_text or each.rendering)
        ]
        names = [name for name in dict.fromkeys(names) if not find_fault(name)]
        return self._phrases.join(names[:_MOST_HEADINGS], separator="; ")

    def _tell_hit(self, document: PolicyDocument, hit: Hit, passages: Sequence[Passage], asked: str) -> Piece | None:
        source = hit.source
        if isinstance(source, Fact):
            return Piece(say_fact(source), hit.citation, fact=source)
        if not isinstance(source, Passage):
            return None
        if not hit.is_quote:
            words = say_passage(source, excerpt=hit.excerpt)
            text = self._phrases.say("utter_policy_lookup_part_section_ours", section=source.section, words=words)
            return Piece(text, hit.citation, source)
        excerpt = find_quote(source, hit.excerpt, passages, asked)
        return Piece(self._say_quote(document, source, excerpt), hit.citation, source) if excerpt else None

    def _say_quote(self, document: PolicyDocument, passage: Passage, excerpt: Excerpt | None) -> str:
        section = name_section(passage)
        if excerpt is None:
            return self._phrases.say("utter_policy_lookup_part_section_not_quoted", section=section)
        return self._phrases.say(
            "utter_policy_lookup_part_section_quote",
            section=section,
            payer=document.payer_name,
            quote=say_passage(passage, of_payer=True, excerpt=excerpt),
        )


def name_section(passage: Passage, *, is_whole: bool = False) -> str:
    """A section as a member reads it: its mark and heading; `is_whole` leaves the mark of the clause out."""
    heading = "" if find_fault(passage.heading) else passage.heading
    mark = passage.section.split(".")[0] if is_whole and re.match(r"[A-Za-z]\.", passage.section) else passage.section
    # Where a section has no mark its name stands for one.
    return f"{mark}, {heading}" if heading not in ("", mark) and _IS_MARK.match(mark) else mark


def _may_be_told(hit: Hit, passages: Sequence[Passage]) -> bool:
    return isinstance(hit.source, Fact) or (isinstance(hit.source, Passage) and _says_something(hit.source, passages))


def _says_something(passage: Passage, passages: Sequence[Passage]) -> bool:
    """True where a section rules something: not for sources, a history, an empty one, and the page with its number."""
    if _BEHIND.search(passage.heading) or _EMPTY.match(passage.rendering or passage.payer_text or ""):
        return False
    return bool(passage.rendering) or find_first_sentence(passage, passages) < len(passage.payer_text or "")


def _cut(text: str) -> Iterator[Excerpt]:
    """A text in steps of three sentences; a last one is not left alone."""
    spans, at = split_sentences(text), 0
    while at < len(spans):
        end = len(spans) if len(spans) - at <= _SENTENCES + 1 else at + _SENTENCES
        yield spans[at][0], spans[end - 1][1]
        at = end


def _cut_quotes(passage: Passage, passages: Sequence[Passage]) -> Iterator[Excerpt | None]:
    """What may be quoted of a payer's text, in steps; None once for each stretch that may not."""
    at, is_gap = find_first_sentence(passage, passages), False
    spans = split_sentences(passage.payer_text or "")
    while rest := [span for span in spans if span[0] >= at]:
        quote = find_quote(passage, rest[0], passages)
        if quote is None or quote[1] <= rest[0][0]:
            if not is_gap:
                yield None
            at, is_gap = rest[0][1], True
            continue
        for count in range(min(_SENTENCES, len(rest)), 1, -1):
            if longer := find_quote(passage, (rest[0][0], rest[count - 1][1]), passages):
                quote = longer
                break
        yield quote
        at, is_gap = quote[1], False


def choose_pieces(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The next steps to tell: facts while they stay short together, or one step of a section."""
    chosen: list[Piece] = []
    sentences = 0
    for piece in pieces:
        sentences += count_sentences(piece.text)
        if chosen and (piece.passage or sentences > MOST_SENTENCES):
            break
        chosen.append(piece)
        if piece.passage:
            break
    return tuple(chosen)


def place_after(told: Sequence[Piece], pieces: Sequence[Piece]) -> int | None:
    """Where the rest begins: behind what was told or, of a part of a section, with that section. None: nowhere."""
    last = told[-1]
    if last in pieces:
        after = pieces.index(last) + 1
        return after if after < len(pieces) else None
    section = last.passage.section if last.passage else last.fact.section if last.fact else None
    places = [place for place, piece in enumerate(pieces) if piece.passage and piece.passage.section == section]
    return places[0] if places else None
