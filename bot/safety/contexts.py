"""Is a danger sign reported, or only talked about? Reads one clause at a time, by the patterns of `contexts.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass

Pattern = re.Pattern[str]

# What stands before it in a clause is an introduction: "Last year, he …".
_INTRODUCTION = 12
_NEXT_PIECE = re.compile(r",| and | plus | also ")


@dataclass(frozen=True)
class Contexts:
    """The patterns; each is explained where it is written."""

    joint: Pattern
    sign: Pattern
    general: Pattern
    past: Pattern
    denied: Pattern
    present: Pattern
    told: Pattern
    now: Pattern
    points_back: Pattern

    def sets_aside(self, text: str) -> bool:
        """True when signs are named, and each of them is only talked about."""
        return self.sign.search(text) is not None and self.sign.search(self.keep_reports(text)) is None

    def keep_reports(self, text: str) -> str:
        """The text without the clauses in which a sign is asked about in general, over, or denied."""
        is_report = self.points_back.search(text) is not None
        kept = []
        at, is_over = 0, False
        for joint in (*self.joint.finditer(text), None):
            clause = text[at : joint.start() if joint else len(text)]
            kept.append(self._keep(clause, is_report, is_over))
            # "In 2019, he …": the time stands in front, for the clause that follows.
            is_over = joint is not None and joint[0].startswith(",") and self._is_time(clause)
            at = joint.end() if joint else at
        return " … ".join(kept)

    def _is_time(self, clause: str) -> bool:
        found = self.past.match(clause.strip())
        return found is not None and len(clause.strip()) - found.end() < _INTRODUCTION

    def _keep(self, clause: str, is_report: bool, is_over: bool) -> str:
        clause = self.denied.sub(" … ", clause)
        if self.now.search(clause) or self.present.search(clause):
            return clause
        if is_over:
            return ""
        general = None if is_report or self.told.search(clause) else self.general.search(clause)
        return self._without_past(clause) if general is None else self._without_question(clause, general.end())

    def _without_question(self, clause: str, at: int) -> str:
        # "Does it cause fever, seizures, …" goes on as a list; "what are the side effects, chest pain" does not.
        comma = clause.find(",", at)
        return "" if comma < 0 or self.sign.search(clause, 0, comma) else clause[comma:]

    def _without_past(self, clause: str) -> str:
        markers = list(self.past.finditer(clause))
        if not markers:
            return clause
        if markers[0].start() < _INTRODUCTION:
            return ""
        # What follows the piece with the time in it is told for itself: "a seizure last year, chest pain".
        after = _NEXT_PIECE.search(clause, markers[-1].end())
        return clause[after.end() :] if after else ""
