"""Does a text speak of texting itself? STOP, START, HELP and COACH, in the carriers' words and in free wording.

Fixed patterns over plain text, from `keywords.yml`; the same text always gives the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from bot.safety.gate import normalise

_FILE = Path(__file__).with_name("keywords.yml")
_NAME = re.compile(r"<([a-z_]+)>")
_SENTENCE_ENDS = re.compile(r"[.!?\n\r\u00a1\u00bf]+")
_PAUSES = re.compile(r"[,;:()\u2013\u2014]+|-{2,}| - ")
_OTHER = re.compile(r"[^a-z0-9.,]+")
_MARKS = re.compile(r"[.,]")
# What stands under a text: "- John", "Sent from my phone".
_SIGNATURE = re.compile(
    r"\n\s{0,20}(?:[-~\u2013\u2014]+ ?\w[\w .]{0,30}|(?:sent|enviado) (?:from|desde) .{0,40})\s{0,20}$", re.IGNORECASE
)
# A name alone under a word that stops: "STOP", "Mary Smith".
_NAME_PART = r"[^\W\d_a-z][\w.'\u2019-]*"
_SIGNED_STOP = re.compile(
    r"^(\W{0,20}(?i:stop ?(?:all)?|unsubscribe|cancel|quit|end|alto|parar|baja)\W{0,20}?)\n\s{0,20}"
    rf"{_NAME_PART}(?: {_NAME_PART}){{0,2}}\s{{0,20}}$"
)
# More is read of no text: what it wants of texting stands at its beginning or at its end.
_READ_FIRST, _READ_LAST = 320, 160
# No keyword with all its politeness is longer.
_LONGEST_WORDS = 150


class Keyword(str, Enum):
    """What a text wants of texting itself; the first three are the carrier's matter, `coach` asks for a person."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    COACH = "coach"


@dataclass(frozen=True)
class KeywordFound:
    """A keyword, the language it was said in, and the entry of `keywords.yml` for the log.

    `is_bare`: the text is that word and nothing else. `is_certain`: it means this to a coach, too, whose question a
    "no more" or a "who is this" may answer.
    """

    keyword: Keyword
    language: str
    entry: str
    is_bare: bool = False
    is_certain: bool = True


@dataclass(frozen=True)
class _Entry:
    id: str
    language: str
    pattern: re.Pattern[str]
    yields_to_call: bool
    is_certain: bool
    denies: bool


@dataclass(frozen=True)
class _Section:
    """One keyword: whole texts with their languages, whole texts that may be polite, and patterns.

    `certain` are the whole texts that mean it to a coach, too, and those of them with politeness around them.
    """

    keyword: Keyword
    words: Mapping[str, str]
    polite: Mapping[str, str]
    entries: tuple[_Entry, ...]
    certain: frozenset[str] = frozenset()
    certain_politely: frozenset[str] = frozenset()

    def is_certain(self, words: str, plain: str) -> bool:
        if self.keyword in (Keyword.COACH, Keyword.OPT_IN):
            return True
        return words in self.certain or plain in self.certain_politely


class Keywords:
    """Finds what a text says about texting."""

    def __init__(
        self,
        sections: tuple[_Section, ...],
        when_out: _Section,
        harmless: tuple[re.Pattern[str], ...],
        call_instead: re.Pattern[str],
        never_opts_in: re.Pattern[str],
        polite: re.Pattern[str],
    ) -> None:
        self._sections = sections
        self._when_out = when_out
        self._harmless = harmless
        self._call_instead = call_instead
        self._never_opts_in = never_opts_in
        self._polite = polite

    def find(self, text: str, *, is_opted_out: bool) -> KeywordFound | None:
        """The keyword that the text is or says; an opt-out before anything else.

        `is_opted_out` opens the words that mean an opt-in only then ("yes").
        """
        said = _prepare(text)
        words = " ".join(_MARKS.sub(" ", said).split())
        plain = self._without_politeness(words)
        for section in (*self._sections, *((self._when_out,) if is_opted_out else ())):
            if language := section.words.get(words):
                return KeywordFound(section.keyword, language, "word", True, section.is_certain(words, plain))
            if language := section.polite.get(plain):
                return KeywordFound(section.keyword, language, "word", True, section.is_certain(words, plain))
        serious = said
        for pattern in self._harmless:
            serious = pattern.sub(" … ", serious)
        wants_call = self._call_instead.search(said) is not None
        is_no_consent = is_opted_out and self._never_opts_in.search(said) is not None
        for section in (*self._sections, *((self._when_out,) if is_opted_out else ())):
            read = serious if section.keyword is Keyword.OPT_OUT else said
            for entry in section.entries:
                if (wants_call and entry.yields_to_call) or (
                    is_no_consent and section is self._when_out and not entry.denies
                ):
                    continue
                if entry.pattern.search(read):
                    return KeywordFound(section.keyword, entry.language, entry.id, False, entry.is_certain)
        return None

    def _without_politeness(self, words: str) -> str:
        before = ""
        while before != words and len(words) <= _LONGEST_WORDS:
            before, words = words, self._polite.sub("", words).strip()
        return words


def load_keywords(path: Path = _FILE) -> Keywords:
    """Reads the patterns. Raises ValueError, naming the entry, when one cannot be used."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = _Parts(content["parts"])

    def entries(rows: list[Mapping[str, Any]]) -> Iterator[_Entry]:
        for row in rows:
            pattern = parts.compile(row["id"], row["says"])
            is_certain = not row.get("not_to_a_coach")
            yields, denies = bool(row.get("yields_to_call")), bool(row.get("denies"))
            yield _Entry(row["id"], row["language"], pattern, yields, is_certain, denies)

    sections = tuple(
        _Section(
            keyword,
            _languages(content[keyword.value].get("words")),
            _languages(content[keyword.value].get("words_or_polite")),
            tuple(entries(content[keyword.value].get("entries", []))),
            frozenset(content[keyword.value].get("words_to_a_coach", [])),
            frozenset(content[keyword.value].get("polite_to_a_coach", [])),
        )
        for keyword in Keyword
    )
    opt_in = content[Keyword.OPT_IN.value]
    words_when_out = _languages(opt_in["words_when_out"])
    when_out = _Section(Keyword.OPT_IN, words_when_out, words_when_out, tuple(entries(opt_in["entries_when_out"])))
    harmless = tuple(parts.compile(row["id"], row["says"]) for row in content["harmless"])
    polite = re.compile(rf"^{parts.fill('<polite>')}(?= |$)|(?:^| ){parts.fill('<polite>')}$")
    call_instead = parts.compile("call_instead", content["call_instead"])
    never_opts_in = parts.compile("never_with", [opt_in["never_with"]])
    return Keywords(sections, when_out, harmless, call_instead, never_opts_in, polite)


def _prepare(text: str) -> str:
    """The text as the patterns expect it: plain words, ` . ` between sentences and ` , ` between clauses."""
    unsigned = _SIGNED_STOP.sub(r"\1", _SIGNATURE.sub("", text))
    if len(unsigned) > _READ_FIRST + _READ_LAST:
        # A sentence that is cut off could say the contrary.
        last = _SENTENCE_ENDS.split(unsigned[-_READ_LAST:], maxsplit=1)[1:]
        unsigned = "\n".join([unsigned[:_READ_FIRST].rpartition(" ")[0], *last])
    marked = _PAUSES.sub(" , ", _SENTENCE_ENDS.sub(" . ", unsigned))
    plain = " ".join(_OTHER.sub(" ", normalise(marked.replace("&", " and ").replace("#", " number "))).split()).strip(
        " .,"
    )
    return f". {plain} ."


def _languages(words: Mapping[str, list[str]] | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language, listed in (words or {}).items():
        for word in listed:
            found.setdefault(str(word), language)
    return found


class _Parts:
    """The named pieces, ready to be put into patterns."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        self._parts: dict[str, str] = {}
        for name, pattern in parts.items():
            self._parts[name] = self.fill(pattern)

    def fill(self, pattern: str) -> str:
        return _NAME.sub(lambda name: f"(?:{self._parts[name[1]]})", pattern)

    def compile(self, entry: str, says: list[str]) -> re.Pattern[str]:
        try:
            return re.compile(rf"(?<!\w)(?:{'|'.join(self.fill(pattern) for pattern in says)})(?!\w)")
        except (re.error, KeyError) as error:
            raise ValueError(f"the entry {entry} of the texting keywords is not a pattern: {error}") from None
