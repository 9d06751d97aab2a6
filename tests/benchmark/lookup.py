"""How long does a look-up take with 500 policies of 20 pages on file?

    python -m tests.benchmark.lookup

stores them in a database of its own, indexes them, asks for a minute at most, and prints the 50th and 95th percentile:
of the full-text part, and of the whole look-up with the meaning of the question. Nothing else should run meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
    stored, started = time.perf_counter() - started, time.perf_counter()
    await search.prepare(patience_s=None)
    indexed = time.perf_counter() - started
    ranking = await search.ranking()
    mask = ranking.mask(await shipped.knowledge.policies.list_current_documents(SCOPE, DAY), SCOPE.payer)
    asked = [questions[number % len(questions)] for number in range(QUESTIONS)]
    text = [_timed(lambda one=one: ranking.measure(one, mask, by_meaning=False)) for one in asked]
    whole = []
    for one in asked:
        started = time.perf_counter()
        await search.find(one, SCOPE, DAY)
        whole.append(time.perf_counter() - started)
    return [
        f"{POLICIES} policies of {PASSAGES} passages: {len(ranking.index.entries)} entries"
        f" (stored in {stored:.1f} s, indexed in {indexed:.1f} s)",
        _say("full text", [wall for wall, _ in text]),
        _say("  in CPU time", [cpu for _, cpu in text]),
        _say("whole look-up", whole),
    ]


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor: the second also tells on a busy machine."""
    started, used = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - started, time.thread_time() - used


def _say(what: str, seconds: Sequence[float]) -> str:
    return f"{what:14} p50 {_percentile(seconds, 50):.1f} ms, p95 {_percentile(seconds, 95):.1f} ms"


def _percentile(seconds: Sequence[float], percent: int) -> float:
    return sorted(seconds)[min(len(seconds) * percent // 100, len(seconds) - 1)] * 1000


async def main() -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_shipped(Path(folder), fresh_for_s=0.0) as shipped:
            print("\n".join(await measure(shipped)))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
