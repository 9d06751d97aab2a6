"""Where does one thing that a message says end and the next begin? At sentences, and where a new question opens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.engine.question_words import (
    ANY,
    ANY_IS,
    ANY_OF,
    AUX,
    DID,
    HOW,
    PRONOUN,
    TO,
    WHAT,
    WHEN,
    WHERE,
    WHICH,
    WHO,
    WHOSE,
    WHY,
)

# What stands in the place of a name: one that can be asked about ("is Zolgensma"), and any other ("19104").
_NAME, _OTHER = "\x01", "\x02"

_OWN = r"(?:my|our|your|ur|his|her|their|its)"
_SUBJECT = (
    r"(?:(?:i|you|u|we|he|she|it|they|there|this|that|these|those|my|our|your|ur|his|her|their|any\w*|some\w+|the|gene|"
    r"cell|car|insurance|medicaid|travel|approval|precert\w*|pre-?auth\w*|prior|everything|all|treatments?|parents|kids|"
    rf"children|adults|doctors?|hospitals?|nurses?|coaches)\b|{_NAME})"
)
# Not "a doctor who does it".
_WHO_ASKED = rf"(?:{WHO} (?:{AUX} (?:i|you|u|we|they|he|she)|is (?:it|this|that))\b)"
# Not "my son, who is four", "which is a shot", "when he was born", "where we live".
_WH = (
    rf"(?:(?:{WHAT}|{HOW}|why|wy)\b|{ANY_IS}\b|{WHEN} {DID}\b|{WHERE} (?:{DID}\b|to\b|else\b)|y {DID}\b"
    r"|who (?:do|does|can|should|will|decides|asks|sends|pays|gets|makes|submits|sees|reads)\b"
    rf"|{WHICH} (?!is|are|was|will|means|can|has|had|would|i\b|we\b|he\b|she\b|it\b)\w+"
    rf"|whom {DID} {_SUBJECT}|{_WHO_ASKED}|{WHOSE} \w+ {DID} {PRONOUN}\b|{TO} {ANY}(?: \w+){{0,2}} {DID} {_SUBJECT})"
)
_WANT = (
    r"(?:(?:i(?:'d| would| do)? )?(?:also )?(?:need|want|like|wanna) to "
    r"(?:know|ask|talk|speak|find|see|understand|hear|complain|appeal)\b"
    r"|(?:i(?:'m| am| was)? )?(?:also )?(?:wondering|curious|looking for|looking into)\b|i (?:also )?wonder\b"
    r"|(?:i(?:'d| would| do)? )?(?:also |just |really )?(?:need|want|like|wanna) (?:(?:a|an|the|some) )?"
    r"(?:(?:real|live|health|actual) )*(?:nurse|coach|person|human|someone|somebody)\b"
    r"|have (?:(?:a|the) )?(?:nurse|coach|person|someone|somebody) (?:call|phone|contact) me\b"
    r"|(?:tell|show|give|send|connect) me\b|let me know\b)"
)
_REQUEST = (
    rf"(?:(?:(?:please|pls) )?{_WANT}|(?:please |pls )?(?:explain|describe|find|help me|get me|call me)\b"
    r"|(?:what|how) about\b|any\b)"
)
_OPENER = rf"(?:{_WH}|{AUX} {_SUBJECT}|{_REQUEST})"
_FILLERS = (
    r"(?:(?:hi|hello|hey|ok|okay|so|well|and|n|nd|also|plus|please|pls|then|but|now|oh|um+|yes|yeah|no|thanks|"
    r"thank you|first|second|third|finally|lastly|next|one more thing|another question|quick question|\d[.)])[,:!]* +)*"
)

_SENTENCE_END = re.compile(
    r"(?:(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bst)(?<!\bvs)(?<!\bno)(?<!\b[a-z])\.{1,9}|!{1,9})[\"')\]]*(?=\s)"
    r"|[?!]{0,9}\?+[\"')\]]*|[\n;]+",
    re.IGNORECASE,
)
_JOINED = re.compile(
    rf"(?:\s{{0,3}}[,:]\s{{0,3}}|\s{{1,3}}[-\u2013\u2014]{{1,3}}\s{{0,3}}|\s{{1,3}})"
    rf"(?P<joiners>(?:(?:and|n|nd|also|plus|then|but|&|\+)\s{{1,3}}){{0,3}})(?={_OPENER})",
    re.IGNORECASE,
)
_SECOND_IF = re.compile(r"(?:\s{0,3},\s{0,3}|\s{1,3})(?:and|n|also|plus)\s{1,3}(?=(?:if|whether)\b)", re.IGNORECASE)
_AFTER_AND = re.compile(r",?\s{1,3}(?:and|n|also|plus)\s{1,3}$", re.IGNORECASE)
_ASKS_IF = re.compile(r"\b(?:know?|tell|ask|wonder\w*|find out|see|check|sure)\b.*\b(?:if|whether)\b", re.IGNORECASE)
# Without a comma or an "and" in front only what can hardly be anything else opens a question: behind what is only told,
# it is a question word or a pronoun that stands behind its verb; behind another question, it may be less.
_RUNS_ON = re.compile(
    rf"\s(?=(?P<plain>(?:{WHAT}|{HOW}|{WHERE}|{WHEN}|{WHY}) {DID} {_SUBJECT}|{_WHO_ASKED}"
    rf"|{ANY_OF}(?: (?!(?:{DID}|{PRONOUN}|{_OWN}|to)\b)\w+){{1,2}} {DID} {_SUBJECT}"
    rf"|{TO} (?:whom|{WHICH} \w+) {DID} {_SUBJECT}|{ANY_IS} (?:it|that|this)\b"
    rf"|(?P<verb>(?!(?:do|does|did) (?:it|th\w+)\b){AUX}) {PRONOUN}\b)"
    rf"|{HOW} (?:long|much|many|often|far|soon)\b|{ANY_IS} (?:the|my|its)\b"
    rf"|{AUX} (?:(?:it|there|my)\b|(?P<name>{_NAME}+)))",
    re.IGNORECASE,
)
# A verb behind these opens nothing: "it is SMA", "yes I do they said", "the thing is we moved", "where in Ohio can I".
_TELLS = re.compile(
    rf"(?:(?:^|\s)(?!(?:{DID}|{ANY_IS})\s)\S+\s|^){PRONOUN}$|\b(?:thing|problem|issue|question|point|fact|truth|"
    rf"concern|worry|news|mean|neither|nor)$|\b{ANY}(?: (?!{AUX}\b)\S+){{0,6}}$",
    re.IGNORECASE,
)
# "The diagnosis is SMA": nothing is asked of it.
_ENDS_TELLING = re.compile(r"\s*(?:$|[^\w\s]|(?:and|n|nd|but|so|or|type)\b)", re.IGNORECASE)
# Behind these it is part of what was begun: "do you know how long it takes", "which plan do I have".
_GOVERNS = re.compile(
    r"\b(?:know|knew|tell|told|said|explain\w*|ask\w*|forgot|learn\w*|heard|read|wonder\w*"
    r"|about|of|on|for|to|with|see|says?|since|roughly|understand|sure|idea|(?<!for )(?:me|us)|exactly"
    r"|and|or|at|in|by|(?<!s )that|out|into|from|than|like|so|if"
    rf"|whether|find|(?:tell|show) me(?: (?!{ANY}|if|about|abt)\w+){{1,3}}"
    rf"|{ANY}|y|{ANY_OF}(?: (?!{AUX}\b)\S+){{1,3}})$",
    re.IGNORECASE,
)
# "Where do they do it", "can my doctor do that".
_DOES = re.compile(r"\b(?:do|does|did|can|could|will|would|should)(?: \w+){0,2}$", re.IGNORECASE)
_HAS_ASKED = re.compile(
    rf"\b(?!(?:{WHICH}|{WHOSE}) {DID}\b){ANY}(?: \w+){{0,2}} {DID}\b|\b{ANY_IS}\b"
    rf"|\b{AUX} {_SUBJECT}|\b{_WANT}",
    re.IGNORECASE,
)
_STARTS_ASKING = re.compile(rf"\W*{_FILLERS}{_OPENER}", re.IGNORECASE)
_WANTS = re.compile(rf"\b{_WANT}", re.IGNORECASE)

# "1 what is it 2 is it covered", "a) ... b) ...": the members' own list. A number with no sign behind it counts only
# before a question.
_MARK = re.compile(
    rf"(?<![\w./-])\(?(?P<mark>[1-5]|[a-e](?=[.)]))(?:[.)]{{1,2}}\s{{0,3}}|:?\s{{1,3}}(?={_FILLERS}{_OPENER}))",
    re.IGNORECASE,
)

# What belongs to no clause. With a slash in front typed text would count as a command.
_EDGES = " \t\r\n\xa0,;:-/"

# A pasted page is not a hundred questions, and must not cost seconds: so many questions are looked for, and so many
# characters before each are looked at.
_MOST_GAPS = 12
_LOOK_BACK, _GOVERNED_FROM = 200, 60


@dataclass(frozen=True)
class Clause:
    """A piece of a message: its place in the text, its words, and whether it seems to ask for something."""

    start: int
    end: int
    text: str
    asks: bool


@dataclass(frozen=True)
class Named:
    """The place of a name or number in a message, which is never cut apart, and whether it is one to ask about."""

    start: int
    end: int
    is_subject: bool


def cut_clauses(text: str, named: Sequence[Named] = ()) -> tuple[Clause, ...]:
    """The message's clauses in order; one where there is nothing to cut at."""
    read = list(text)
    for name in named:
        read[name.start : name.end] = (_NAME if name.is_subject else _OTHER) * (name.end - name.start)
    marked = "".join(read)
    for start, end in _find_marks(marked):
        marked, text = (f"{each[:start]}{chr(10) * (end - start)}{each[end:]}" for each in (marked, text))
    clauses = []
    for start, end in _spans(marked):
        said = text[start:end].strip(_EDGES)
        if re.search(r"\w", said):
            begins = text.index(said, start)
            asks = _seems_to_ask(marked[begins : begins + len(said)])
            asks = asks or (start > 0 and _goes_on_asking_if(marked, start))
            clauses.append(Clause(begins, begins + len(said), said, asks))
    return tuple(clauses)


def _find_marks(marked: str) -> list[tuple[int, int]]:
    """The places of a list's own marks, where at least two follow each other from the first: 1, 2 or a, b."""
    marks: list[re.Match[str]] = []
    for found in _MARK.finditer(marked):
        first = "1" if found["mark"].isdigit() else "a"
        if found["mark"].lower() == (chr(ord(marks[-1]["mark"].lower()) + 1) if marks else first):
            marks.append(found)
    return [found.span() for found in marks] if len(marks) > 1 else []


def _spans(marked: str) -> Iterator[tuple[int, int]]:
    """From where to where each clause goes; the "and" between two belongs to neither."""
    start = gaps = 0
    for end in (*(found.end() for found in _SENTENCE_END.finditer(marked)), len(marked)):
        while gaps < _MOST_GAPS and (gap := _find_gap(marked, start, end)) is not None:
            yield start, gap[0]
            start, gaps = gap[1], gaps + 1
        yield start, end
        start = end


def _find_gap(marked: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the next question opens within the sentence."""
    joined = (
        found.span()
        for found in _JOINED.finditer(marked, start, end)
        if (found["joiners"] or not found.group().isspace()) and found.start() > start
    )
    second_if = (
        found.span()
        for found in _SECOND_IF.finditer(marked, start, end)
        if _ASKS_IF.search(_before(marked, start, found.start()))
    )
    run_on = (
        found.span()
        for found in _RUNS_ON.finditer(marked, start, end)
        if _runs_on(_before(marked, start, found.start()), found, marked[found.end() : end])
    )
    return min((gap for gaps in (joined, second_if, run_on) if (gap := next(gaps, None))), default=None)


def _before(marked: str, start: int, end: int) -> str:
    return marked[max(start, end - _LOOK_BACK) : end]


def _runs_on(before: str, found: re.Match[str], behind: str) -> bool:
    near = before[-_GOVERNED_FROM:]
    if behind[:3].lower() == "do " and _DOES.search(near):
        return False
    if (found["verb"] or found["name"]) and _TELLS.search(near):
        return False
    if found["name"] and _ENDS_TELLING.match(found.string, found.end("name"), found.end() + len(behind)):
        return False
    return not _GOVERNS.search(near) and bool(found["plain"] or _HAS_ASKED.search(before))


def _goes_on_asking_if(marked: str, start: int) -> bool:
    """ "... and if it needs approval": what comes without an "and" in front is no question, but a condition."""
    found = _AFTER_AND.search(marked, max(0, start - _GOVERNED_FROM), start)
    return found is not None and bool(_SECOND_IF.match(marked, found.start()))


def _seems_to_ask(marked: str) -> bool:
    return marked.rstrip("\"')]").endswith("?") or bool(_STARTS_ASKING.match(marked) or _WANTS.search(marked))
