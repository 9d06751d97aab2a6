"""How well does the search do on the held-out questions, which were written before it by someone who did not see it?

    python -m tests.search.scoring             the two figures
    python -m tests.search.scoring --details   and which questions were missed

The set is frozen: `set/set.sha256` names its files with their SHA-256.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.search.model import Hit, HitKind
from tests.search.questions import DAY, Asked, Expected, read_questions
from tests.search.shipped import Shipped, open_shipped

SET = Path(__file__).with_name("set")
ANSWERABLE, UNANSWERABLE, HASHES = SET / "answerable.yml", SET / "unanswerable.yml", SET / "set.sha256"
RECALL_BAR, REFUSAL_BAR = 0.90, 0.95
_AMONG = 3


@dataclass(frozen=True)
class Missed:
    """A question that was not found, was refused though it has an answer, or was answered though it has none."""

    asked: Asked
    is_confident: bool
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Score:
    """Shares from 0 to 1.

    Of the answerable questions `recall_at_3` (a right hit is among the first three) and `answered`
    (that, and it is offered to the member), of the unanswerable ones `refused`.
    """

    recall_at_3: float
    answered: float
    refused: float
    answerable: int
    unanswerable: int
    missed: tuple[Missed, ...]


async def score(answerable: Sequence[Asked], unanswerable: Sequence[Asked], shipped: Shipped) -> Score:
    """Asks every question as its member would."""
    facts = {fact.id: fact.text for record in await shipped.knowledge.policies.list_records() for fact in record.facts}
    missed, found, answered, refused = [], 0, 0, 0
    for asked in (*answerable, *unanswerable):
        result = await shipped.knowledge.search.find(asked.question, asked.scope(shipped.plans), DAY, limit=_AMONG)
        is_found = any(_meets(one, hit, facts) for one in asked.expects for hit in result.hits)
        found += is_found
        answered += is_found and result.is_confident
        refused += not asked.expects and not result.is_confident
        if not (is_found and result.is_confident) if asked.expects else result.is_confident:
            missed.append(Missed(asked, result.is_confident, result.hits))
    return Score(
        recall_at_3=found / max(len(answerable), 1),
        answered=answered / max(len(answerable), 1),
        refused=refused / max(len(unanswerable), 1),
        answerable=len(answerable),
        unanswerable=len(unanswerable),
        missed=tuple(missed),
    )


def check_set() -> list[str]:
    """The files of the set that are not what was frozen; each line of the file is a SHA-256 and a name."""
    changed = []
    for line in HASHES.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            digest, name = line.split()
            path = SET / Path(name.lstrip("*")).name
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                changed.append(path.name)
    return changed


async def score_set() -> Score:
    """The score on the held-out questions."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder)) as shipped:
            return await score(read_questions(ANSWERABLE), read_questions(UNANSWERABLE), shipped)


def _meets(expected: Expected, hit: Hit, facts: dict[str, str]) -> bool:
    # The same sentence may stand under two topics as two facts: found is found.
    is_twin = expected.fact is not None and hit.kind is HitKind.FACT and facts.get(expected.fact) == hit.text
    return is_twin or expected.is_met_by(hit)


def main() -> None:
    """Prints the figures; nothing of the questions unless it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--details", action="store_true", help="the questions that were missed, with what was found")
    details = parser.parse_args().details
    result = asyncio.run(score_set())
    lines = [f"{name} is not the file that was frozen" for name in check_set()]
    lines += [
        f"recall@3  {result.recall_at_3:.3f}  of {result.answerable} answerable questions (bar {RECALL_BAR:.2f})",
        f"answered  {result.answered:.3f}  of them: found, and offered to the member",
        f"refused   {result.refused:.3f}  of {result.unanswerable} unanswerable questions (bar {REFUSAL_BAR:.2f})",
    ]
    for missed in result.missed if details else ():
        found = ", ".join(f"{hit.kind.value} {hit.id} {hit.score:.2f}" for hit in missed.hits)
        answered = "answered" if missed.is_confident else "refused"
        lines.append(f"{missed.asked.id}: {missed.asked.question}\n    {answered}; found {found or 'nothing'}")
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()
