"""Which questions is the search measured with, and what answers them? Reads a set of questions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.policies.model import Fact, Passage, Plan, PlanId, Scope
from knowledge.search.model import Entry, Hit, HitKind
from knowledge.therapies.model import Term

# The day on which the shipped content was read last: nothing of it has ended.
DAY = date(2026, 11, 22)


class Expected(BaseModel):
    """What answers a question: a section of a document, or one fact, therapy or condition by its id.

    A term goes by its id or by the word itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str | None = None
    section: str | None = None
    fact: str | None = None
    term: str | None = None
    therapy: str | None = None
    condition: str | None = None

    def is_met_by(self, found: Entry | Hit) -> bool:
        """True for what was expected: the very entry, or what is cited from the section of the document."""
        if self.document is not None:
            section = found.source.section if isinstance(found.source, (Passage, Fact)) else None
            return found.document is not None and found.document.id == self.document and section == self.section
        if isinstance(found.source, Term):
            return self.term in (found.source.id, found.source.term)
        wanted = {
            HitKind.FACT: self.fact,
            HitKind.THERAPY: self.therapy,
            HitKind.CONDITION: self.condition,
        }
        return wanted.get(found.kind) == found.id


class Asked(BaseModel):
    """One question as a member of a plan in a state asks it; `expects` is empty where nothing on file answers it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    plan: str | None
    state: str | None
    expects: tuple[Expected, ...] = ()

    def scope(self, plans: tuple[Plan, ...]) -> Scope:
        """Whose rules are asked about."""
        own = {plan.id: plan for plan in plans}
        return own[PlanId(self.plan)].scope(self.state) if self.plan else Scope(None, None, self.state)


_QUESTIONS = TypeAdapter(tuple[Asked, ...])


def read_questions(path: Path, part: str | None = None) -> tuple[Asked, ...]:
    """The questions of a file; `part` where the file has several lists."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return _QUESTIONS.validate_python(data[part] if part else data)
