"""The questions that were written for what is on file, as questions to learn from: each is asked without itself."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.policies.model import Passage, PayerId, Plan
from knowledge.search.asked_before import AskedBefore, read_asked_before
from knowledge.search.meanings import pieces_of
from knowledge.search.model import Entry
from knowledge.search.ranking import Ranking, payer_of
from tests.search.questions import Asked, Expected
from tests.search.shipped import Shipped


async def read_written_questions(shipped: Shipped) -> tuple[Asked, ...]:
    """Each question as a member of the plan asks it whose entry it was written for, in a state where that holds."""
    asked = read_asked_before()
    entries = (await shipped.knowledge.search.ranking()).index.entries
    return (*_answerable(entries, asked, shipped.plans), *_unanswerable(asked, shipped.plans))


def save_vectors(ranking: Ranking) -> None:
    """Writes the vectors of everything shipped, and of the questions for it."""
    if ranking.meanings is None:
        raise SystemExit("the sentence model is not installed")
    asked, entries = read_asked_before(), ranking.index.entries
    texts = {text for entry in entries for text in (*pieces_of(entry), *asked.of(entry))}
    ranking.meanings.vectors.save(texts | set(asked.not_on_file))


def _answerable(entries: tuple[Entry, ...], asked: AskedBefore, plans: tuple[Plan, ...]) -> Iterator[Asked]:
    for entry in entries:
        plan = _plan_of(payer_of(entry), plans)
        states = entry.document.states if entry.document else ()
        for number, question in enumerate(asked.of(entry)):
            yield Asked(
                id=f"{entry.id}/{number}",
                question=question,
                plan=plan.id if plan else None,
                state=states[number % len(states)] if states else None,
                expects=(_expected(entry),),
            )


def _unanswerable(asked: AskedBefore, plans: tuple[Plan, ...]) -> Iterator[Asked]:
    for number, question in enumerate(asked.not_on_file):
        plan = (None, *plans)[number % (len(plans) + 1)]
        state = plan.states[number % len(plan.states)] if plan and plan.states else None
        yield Asked(id=f"none/{number}", question=question, plan=plan.id if plan else None, state=state)


def _expected(entry: Entry) -> Expected:
    if isinstance(entry.source, Passage) and entry.document is not None:
        return Expected(document=entry.document.id, section=entry.source.section)
    return Expected.model_validate({entry.kind.value: entry.id})


def _plan_of(payer: PayerId | None, plans: tuple[Plan, ...]) -> Plan | None:
    return next((plan for plan in plans if plan.payer == payer), None)
