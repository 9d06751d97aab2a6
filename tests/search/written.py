"""The questions that were written for what is on file, as questions to learn from: each is asked without itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.policies.model import Passage, PayerId, Plan
from knowledge.search.asked_before import AskedBefore
from knowledge.search.meanings import pieces_of
from knowledge.search.model import Entry
from knowledge.search.ranking import payer_of
from tests.search.questions import Asked, Expected


def read_written_questions(
    entries: Sequence[Entry], asked: AskedBefore, plans: tuple[Plan, ...], half: int
) -> tuple[Asked, ...]:
    """The questions of even or odd place (`half` 0, 1), each as a member of its entry's plan asks it."""
    both = (*_answerable(entries, asked, plans), *_unanswerable(asked, plans))
    return tuple(each for each in both if int(each.id.rpartition("/")[2]) % 2 == half)


def shipped_texts(entries: Sequence[Entry], asked: AskedBefore) -> set[str]:
    """Everything whose vector is kept ahead: what is said in our own words, and the questions for it."""
    own = [entry for entry in entries if not entry.is_quote]
    return {text for entry in own for text in (*pieces_of(entry), *asked.of(entry))} | set(asked.not_on_file)


def _answerable(entries: Sequence[Entry], asked: AskedBefore, plans: tuple[Plan, ...]) -> Iterator[Asked]:
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
