"""What is asked of a policy: where it stands on a day, one of its sections, what it says of something, or its words?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from actions.policy_match import is_specific, words_of_title
from knowledge.policies.model import Passage, PolicyDocument
from knowledge.policies.numbers import number_key
from knowledge.us_states import US_STATES

_MARK = r"(?:[a-z]|\d{1,2}|[ivxl]{1,6})(?:[.\s-](?:[ivxl]{1,6}|\d{1,2})|[.-][a-z](?!\w))*"
_SECTION = re.compile(
    rf"\b(?:sections?|(?P<part>parts?)|clause|paragraph)\s+(?P<mark>{_MARK})(?!\w|['’])"
    # Without such a word only in capitals, and no "A.I." or "I.V.".
    r"|(?<![\w.])(?P<bare>(?-i:[A-Z]\.[IVX]{1,5}))(?!\w|\.(?!\s*$))",
    re.I,
)
# Words too: they are marks only where no sentence goes on ("which section i should read").
_WORDS_TOO = frozenset({"a", "i", "I"})
_AFTER_MARK = re.compile(r"\s*(?:$|[?!.,;:)]|(?:and|or|says?|said|of|in|about|please|pls|covers?|means?)\b)", re.I)
# "Medicare Part D", "part b drugs", "under part d": a kind of insurance.
_MEDICARE = re.compile(r"\bmedicare\b", re.I)
_BEFORE_MEDICARE = re.compile(r"\b(?:under|through|with|have|my|your)\s+$", re.I)
_MEDICARE_MARKS = frozenset("abcd")
_AFTER_MEDICARE = re.compile(
    r"\s*(?:drugs?|medications?|medicines?|plans?|benefits?|coverage|insurance|premiums?|deductibles?|costs?|co-?pays?)\b",
    re.I,
)
_STANDING = re.compile(
    r"\bin (?:force|effect)\b|\beffective\b|\b(?:takes?|took|taken|go|goes|went) (?:in)?(?:to )?effect\b|"
    r"\bapp(?:ly|lies|lied|licable)\b|\bwhich\b.{0,30}\bpolic(?:y|ies)\b|\bpolicy number\b|\bwhich states?\b|"
    r"\b(?:since )?when\b|\b(?:issued?|revised|updated?|changed?|archived|expired?|current|version|edition|newer)\b|"
    r"\bold(?:er)? (?:version|edition|policy)\b|\bstill\b|\bwhat policy (?:was|is|will)\b",
    re.I,
)
_WORDS = re.compile(
    r"\b(?:says?|said|saying|read|text|contents?|contains?|summary|summari[sz]e|explain|mentions?|speaks?|describes?|"
    r"criteria|criterea|conditions|requirements?|requires?|rules?|tell me|show|pull up|go over|what(?:['’]?s| is) in|"
    r"list|means?|covers?|includes?|excludes?|allow(?:s|ed)?|ask for|asks for|need|limits?|definition|defines?)\b",
    re.I,
)
# Asks what stands in it; other words for it ("the criteria", "show me") ask for the whole.
_WITHIN = re.compile(
    r"\b(?:says?|said|mentions?|speaks?|talks?|covers?|includes?|excludes?|allow(?:s|ed)?|limits?|definitions?|defines?|"
    r"means?|requires?|asks? for|names?)\b",
    re.I,
)
_APPLIES_TO = re.compile(r"\bpolicy\b.{0,12}\bappl(?:y|ies)\b.{0,4}\b(?:to|for)\b", re.I)
_WHICH = re.compile(r"\b(?:which|what)\b.{0,20}\bpolic", re.I)
_DEFINITION = re.compile(r"\b(?:definitions?|meanings?) (?:of|for)\b|\bdefinitions?\W*$", re.I)
# What asks about a policy and names nothing in it.
_FILLER = frozenset(
    re.findall(
        r"\w+",
        "a about above all also am an and any anything are as ask asks at be can check could criteria criterea "
        "current did do does doc document documents every everything explain file find for from get give go got "
        "book u ur apply applies has have hello her here hey hi his how i if in insurance into is it its itself "
        "know let like link list look looking me mean means medical mention mentions more my need needs now "
        "number of ok okay on one open or our over page part paper plan plans please pls policies policy pull "
        "read really requirement requirements require requires right rule rules s said say saying says see send "
        "shall she should show shows so some someone speak speaks statement summary summarize tell text than that "
        "the their them then there these they thing things this those to today understand up us use uses wants "
        "was we were what whats when where which who why will with word words would wrote you your bulletin "
        "administrative clinical section sections contain contains content contents cover covers covered coverage "
        "include includes describe describes define defined defines approve approval approved states state member "
        "members many much before after during question written actually exactly just out",
    )
)
# Stands around what is asked and says nothing of it; the search would look for it.
_AROUND = re.compile(
    r"\b(?:cover(?:s|ed|age)?|appl(?:y|ies)|mentions?|includes?|polic(?:y|ies)|criteria|requires?|requirements?|says?|state[sd]?|"
    r"document|bulletin|statement|sections?|ask(?:s)? for|speaks? of|allow(?:s|ed)?|approve[sd]?)\b",
    re.I,
)
_POINTS_BACK = re.compile(r"\b(?:it|its|that (?:one|policy)|th(?:is|e) policy|the same)\b", re.I)
_HISTORY = re.compile(r"\b(?:changed?|revised|revisions?|updated?|history)\b", re.I)
_CRITERIA = re.compile(r"\b(?:criteria|criterea|requirements?|rules?|conditions? (?:for|of) coverage)\b", re.I)
_TOKEN = re.compile(r"[a-z0-9]+", re.I)


@dataclass(frozen=True)
class PolicyRequest:
    """What a message asks of one policy.

    `section` is a section's mark as documents write it ("D.I"). `topic` is what remains to be searched for, empty
    where nothing is asked about, and `words` are those of it that tell something. `wants_words` and `asks_standing`: it
    asks what it says, or whether it counts; `asks_history`: whether it was changed; `asks_within`: what stands in it;
    `asks_whom`: for what it is.
    """

    section: str | None
    topic: str
    words: str
    wants_words: bool
    asks_standing: bool
    asks_history: bool = False
    asks_within: bool = False
    asks_whom: bool = False


def read_request(text: str, document: PolicyDocument, names: Iterable[str] = ()) -> PolicyRequest:
    """What a message asks of this document; `names` are those of the product in question."""
    if text.lstrip().startswith("/"):
        # Our own buttons that name a policy by its number ask for its words.
        return PolicyRequest(None, "", "", True, False)
    rest = text if document.number is None else number_pattern(document.number).sub(" ", text)
    marked = next(_find_marks(rest), None)
    section = _normalise(marked["mark"] or marked["bare"]) if marked else None
    # What is no section is nothing to search for either: "part d", "section i".
    rest = _SECTION.sub(" ", rest)
    rest = re.sub(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", " ", rest)
    is_own = is_specific(document.title)
    told = {*words_of_title(document.title), *_tokens(document.payer_name)}
    is_within = bool(_WITHIN.search(text))
    if is_own or not is_within:
        # What a policy on all of them rules holds for each: "the criteria for Abecma" asks for its rules.
        told |= {*_tokens(" ".join(names)), "car", "t", "cart"}
    places = {*_tokens(" ".join(US_STATES.values())), *(code.lower() for code in document.states)}
    left = [
        word for word in _tokens(rest) if word not in _FILLER | told | places and not word.isdigit() and len(word) > 1
    ]
    if _CRITERIA.search(text) and not is_within:
        left = []
    asked = _AROUND.sub(" ", rest)
    if len(left) > 1:
        asked = _DEFINITION.sub(" ", asked)
    if is_own:
        own = told - {"age", "ages"}
        asked = re.sub(r"[\w'’-]+", lambda found: " " if set(_tokens(found[0])) <= own else found[0], asked)
    return PolicyRequest(
        section=section,
        topic=" ".join(asked.split()) if left else "",
        words=" ".join(word for word in _tokens(asked) if word not in _FILLER),
        wants_words=bool(_WORDS.search(text)),
        asks_within=is_within,
        asks_whom=bool(_APPLIES_TO.search(text)) and not _WHICH.search(text),
        asks_standing=bool(_STANDING.search(text)),
        asks_history=bool(_HISTORY.search(text)),
    )


def points_back(text: str) -> bool:
    """True for what goes on about the policy that was told of before: "what does it say", "and section C"."""
    return bool(_POINTS_BACK.search(text)) or names_section(text)


def names_section(text: str) -> bool:
    """True where a message names a section by its mark."""
    return any(_find_marks(text))


def normalise_number(number: str | None) -> str | None:
    """Upper-case with single dashes, as numbers stand on file: "mp ad 1623" is "MP-AD-1623"."""
    return re.sub(r"[\s_\-\u2010-\u2015]+", "-", number.strip()).upper() if number else None


def find_number(text: str, numbers: Iterable[str]) -> str | None:
    """The longest of these policy numbers that a message writes, in capitals; None where it writes none."""
    plain = number_key(text)
    written = [number for number in numbers if number_key(number) in plain]
    found = [number for number in sorted(written, key=len, reverse=True) if number_pattern(number).search(text)]
    return normalise_number(found[0]) if found else None


def find_sections(passages: Sequence[Passage], request: PolicyRequest) -> tuple[Passage, ...]:
    """The section that is named, with all its clauses, by its mark or by its heading; empty where there is none."""
    if request.section:
        own = [each for each in passages if _is_within(each.section, request.section)]
        return tuple(own)
    asked = {_stem(word) for word in _tokens(request.words)} if request.topic else set()
    if not asked:
        return ()
    return tuple(each for each in passages if asked <= {_stem(word) for word in _tokens(each.heading)})


def find_history(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The section in our words on how a policy came about and was changed."""
    return tuple(each for each in passages if each.rendering and _HISTORY.search(each.heading))


def number_pattern(number: str) -> re.Pattern[str]:
    """A policy's number as members write it: "mp ad 1623" for "MP-AD-1623", "mm 0456" for "MM0456"."""
    parts = map(re.escape, re.split(r"[\s_\-\u2010-\u2015]+|(?<=[A-Za-z])(?=\d)", number.strip()))
    return re.compile(r"(?<![\w.-])" + r"[\s_\-\u2010-\u2015]*".join(parts) + r"(?![\w-]|\.\d)", re.I)


def _find_marks(text: str) -> Iterator[re.Match[str]]:
    """Where a text names a section by its mark."""
    for found in _SECTION.finditer(text):
        mark, after = found["mark"] or "", text[found.end() :]
        is_word = mark in _WORDS_TOO and not _AFTER_MARK.match(after)
        is_insurance = (
            found["part"]
            and mark.lower() in _MEDICARE_MARKS
            and (
                _MEDICARE.search(text) or _AFTER_MEDICARE.match(after) or _BEFORE_MEDICARE.search(text[: found.start()])
            )
        )
        if not (is_word or is_insurance):
            yield found


def _is_within(section: str, mark: str) -> bool:
    own = _normalise(section)
    return own == mark or own.startswith(f"{mark}.")


def _normalise(mark: str) -> str:
    return re.sub(r"[.\s-]+", ".", mark.strip().rstrip(".")).upper()


def _tokens(text: str) -> list[str]:
    return [word.lower() for word in _TOKEN.findall(text)]


def _stem(word: str) -> str:
    """Singular and plural alike: "definition" asks for "Definitions"."""
    return re.sub(r"(?:ies|y)$", "i", word) if word.endswith(("ies", "y")) else word.removesuffix("s")
