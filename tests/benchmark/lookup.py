"""How long does a look-up take with 500 policies of 20 pages on file?

    python -m tests.benchmark.lookup

stores them in a database of its own, indexes them, asks for a minute at most, and prints the 50th and 95th percentile,
by the clock and of the processor: of the full-text part, of the meaning of the question, of the whole look-up, and of a
look-up of the policies in force with what they say. Nothing else should run meanwhile; on a busy machine the time of
the processor tells more.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from datetime import date
from pathlib import Path

from knowledge.origin import Origin
from knowledge.policies.import_store import add_version
from knowledge.policies.model import (
    DocumentId,
    DocumentKind,
    DocumentRecord,
    Passage,
    PayerId,
    PolicyDocument,
    Scope,
)
from tests.search.questions import DAY, read_questions
from tests.search.shipped import NOW, Shipped, open_shipped

POLICIES, PASSAGES, WORDS = 500, 60, 130
QUESTIONS = 300
# As in the product: how long content counts as unchanged.
FRESH_FOR_S = 1.0
SCOPE = Scope(PayerId("caresource"), "marketplace", "OH")
_DEVELOPMENT = Path(__file__).parents[1] / "search" / "development.yml"


def make_policies(words: Sequence[str], chance: random.Random) -> Iterator[DocumentRecord]:
    """Policies of one payer: 60 passages of 130 words each make 20 pages. A word is the rarer the later it stands."""
    shares = [1 / (place + 10) for place in range(len(words))]
    for number in range(POLICIES):
        document = PolicyDocument(
            id=DocumentId(f"benchmark-{number}"), payer=SCOPE.payer, payer_name="CareSource", number=f"BM-{number:04}",
            title=f"Policy {number}", kind=DocumentKind.MEDICAL_POLICY, lines_of_business=(), states=(), version=None,
            issued_on=None, effective_on=date(2026, 1, 1), revised_on=None, archived_on=None,
            read_on=date(2026, 1, 1), url=None, checksum=f"{number:064x}", rank=2,
        )  # fmt: skip
        passages = []
        for position in range(1, PASSAGES + 1):
            chosen = chance.choices(words, shares, k=WORDS)
            sentences = [" ".join(chosen[at : at + 13]).capitalize() + "." for at in range(0, WORDS, 13)]
            text = " ".join(sentences)
            passages.append(Passage(document.version_id, position, f"{position}", f"Section {position}", "", text))
        yield DocumentRecord(document, tuple(passages), ())


async def measure(shipped: Shipped) -> list[str]:
    """Stores, indexes, asks; the lines to print."""
    chance = random.Random(7)  # noqa: S311 - the same policies each time
    search, questions = (
        shipped.knowledge.search,
        [asked.question for asked in read_questions(_DEVELOPMENT, "answerable")],
    )
    own = (await search.ranking()).index
    words = sorted({word.written for entry in own.entries for word in own.lexicon.split(entry.text)})
    words += [f"{word}{ending}" for word in words[::2] for ending in ("ova", "ium", "ase", "ine", "oid")]
    chance.shuffle(words)
    records = list(make_policies(words, chance))
    started = time.perf_counter()
    shipped.database.write_now(
        lambda connection: [add_version(connection, each, Origin.IMPORTED, NOW) for each in records]
    )
    stored = time.perf_counter() - started
    await asyncio.sleep(FRESH_FOR_S)
    started = time.perf_counter()
    await search.prepare(patience_s=None)
    indexed = time.perf_counter() - started
    ranking, policies = await search.ranking(), shipped.knowledge.policies
    view = ranking.view(await policies.list_current_documents(SCOPE, DAY), SCOPE.payer)
    asked = [questions[number % len(questions)] for number in range(QUESTIONS)]

    async def full_text(question: str) -> None:
        ranking.measure(ranking.read(question), view, by_meaning=False)

    async def meaning(question: str) -> None:
        if ranking.meanings is None:
            raise RuntimeError("the sentence model is not installed")
        ranking.meanings.compare(question, view)

    async def whole(question: str) -> None:
        await search.find(question, SCOPE, DAY)

    async def policy(_: str) -> None:
        await policies.find_documents(SCOPE, DAY)
        await policies.find_facts("policy_lookup", SCOPE, DAY)

    lines = [
        f"{POLICIES} policies of {PASSAGES} passages: {len(ranking.index.entries)} entries"
        f" (stored in {stored:.1f} s, read and indexed in {indexed:.1f} s)"
    ]
    for what, work in (("full text", full_text), ("meaning", meaning), ("whole", whole), ("policy", policy)):
        lines.append(_say(what, [await _timed(work(question)) for question in asked]))
    return lines


async def _timed(work: Awaitable[None]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor in all threads."""
    started, used = time.perf_counter(), time.process_time()
    await work
    return time.perf_counter() - started, time.process_time() - used


def _say(what: str, seconds: Sequence[tuple[float, float]]) -> str:
    by_clock, of_processor = zip(*seconds, strict=True)
    clock = [f"{_percentile(by_clock, percent):5.1f}" for percent in (50, 95)]
    processor = [f"{_percentile(of_processor, percent):5.1f}" for percent in (50, 95)]
    return f"{what:10} p50 {clock[0]} ms, p95 {clock[1]} ms; processor p50 {processor[0]} ms, p95 {processor[1]} ms"


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return sorted(seconds)[min(len(seconds) * percent // 100, len(seconds) - 1)] * 1000


async def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder), fresh_for_s=FRESH_FOR_S) as shipped:
            print("\n".join(await measure(shipped)))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
