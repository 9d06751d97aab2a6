"""How do members ask for what is on file, and for what is not? Questions that were written for that, as content files.

`knowledge/content/asked/` has a file for each document (`facts` and `sections`), one for `terms`, `therapies` and
`conditions`, each perhaps with a further voice (`<name>.second.yml`), and `not_on_file*.yml` for what nothing answers.
A question of a member is compared with them in meaning; none is ever shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.content_files import read_content_file
from knowledge.policies.model import Fact, Passage
from knowledge.search.model import Entry, HitKind

FOLDER = Path(__file__).parents[1] / "content" / "asked"
NOT_ON_FILE = "not_on_file"

Questions = Mapping[str, tuple[str, ...]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: Questions = {}
    sections: Questions = {}
    terms: Questions = {}
    therapies: Questions = {}
    conditions: Questions = {}


_FILE = TypeAdapter(_File)
_NOT_ON_FILE: TypeAdapter[Questions] = TypeAdapter(Questions)


@dataclass(frozen=True)
class AskedBefore:
    """The questions for each thing on file, and those that nothing on file answers.

    A section's key is its document's id and its mark; anything else's its kind and id.
    """

    by_entry: Mapping[tuple[str, str], tuple[str, ...]]
    not_on_file: tuple[str, ...]

    def of(self, entry: Entry) -> tuple[str, ...]:
        """The questions that are asked for an entry; none for a payer's own text, which nobody wrote them for."""
        return () if entry.is_quote else self.by_entry.get(key_of(entry), ())


def read_asked_before(folder: Path = FOLDER) -> AskedBefore:
    """Reads every file. Raises ContentError."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    not_on_file: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        if path.stem.startswith(NOT_ON_FILE):
            groups = read_content_file(path, _NOT_ON_FILE).values()
            not_on_file += [question for group in groups for question in group]
            continue
        file = read_content_file(path, _FILE)
        parts = (
            (HitKind.FACT.value, file.facts),
            (path.stem.partition(".")[0], file.sections),
            (HitKind.TERM.value, file.terms),
            (HitKind.THERAPY.value, file.therapies),
            (HitKind.CONDITION.value, file.conditions),
        )
        for kind, questions in parts:
            for name, asked in questions.items():
                found[kind, name] = (*found.get((kind, name), ()), *asked)
    return AskedBefore(found, tuple(not_on_file))


def key_of(entry: Entry) -> tuple[str, str]:
    """By which name an entry's questions stand in the files."""
    if isinstance(entry.source, Passage) and entry.document is not None:
        return entry.document.id, entry.source.section
    return (HitKind.FACT.value if isinstance(entry.source, Fact) else entry.kind.value), entry.id
