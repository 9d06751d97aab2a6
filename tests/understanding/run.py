"""How well does the product understand members, on the held-out sets, now? `make evaluate`.

Starts the whole product, asks it everything through its public API, and writes scorecard.md and scorecard.json beside
this file. Prints totals alone. The exit status is 1 where a frozen file was changed: then nothing is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import aiohttp

from tests.product import ROOT, start_product
from tests.understanding.asking import Heard, Walk, ask_alone, walk_through
from tests.understanding.copies import find_near_copies, list_examples
from tests.understanding.dialogue_scores import score_dialogues
from tests.understanding.entity_scores import score_entities, score_message_entities
from tests.understanding.figures import Run, describe_latency
from tests.understanding.scorecard import record, render
from tests.understanding.sets import (
    Dialogue,
    LabelledEntities,
    LabelledMessage,
    find_changed_files,
    list_texts,
    load_dialogues,
    load_entities,
    load_messages,
)
from tests.understanding.topic_scores import score_topics


def main() -> int:
    """Measures, writes the scorecard, and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-record", dest="record", action="store_false", help="print the scorecard, write nothing")
    options = parser.parse_args()
    if changed := find_changed_files():
        sys.stderr.write(f"Nothing is measured: {', '.join(changed)} is not the frozen file.\n")
        return 1
    run = measure()
    sys.stdout.write(record(run) if options.record else render([run]))
    return 0


def measure() -> Run:
    """One run over all sets, on a product of its own."""
    messages, rows, dialogues = load_messages(), load_entities(), load_dialogues()
    measured_at, commit = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), _describe_commit()
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-evaluate-"))
    try:
        product = start_product(folder)
        try:
            walks, alone, single = asyncio.run(_ask(product.base_url, messages, rows, dialogues))
        finally:
            product.stop()
    finally:
        # The product's database holds what was asked.
        shutil.rmtree(folder, ignore_errors=True)
    copies = find_near_copies(list_texts(), list_examples())
    everything = [*alone, *single, *(heard for walk in walks for heard in walk.heard)]
    return Run(
        measured_at=measured_at,
        commit=commit,
        texts_trained_on=len(copies),
        topics=score_topics(messages, alone, frozenset(copies)),
        entities=score_entities(rows, single),
        message_entities=score_message_entities(messages, alone),
        dialogues=score_dialogues(walks),
        latency=describe_latency([heard.took_ms for heard in everything]),
        refused_messages=sum(heard.refused for heard in everything),
    )


async def _ask(
    base_url: str, messages: Sequence[LabelledMessage], rows: Sequence[LabelledEntities], dialogues: Sequence[Dialogue]
) -> tuple[list[Walk], list[Heard], list[Heard]]:
    async with aiohttp.ClientSession() as http:
        # The dialogues first: what waits for a coach later does not lengthen their queue.
        walks = [await walk_through(http, base_url, dialogue) for dialogue in dialogues]
        alone = await ask_alone(http, base_url, [message.text for message in messages])
        single = await ask_alone(http, base_url, [row.text for row in rows])
    return walks, alone, single


def _describe_commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "bot", "actions", "knowledge", "data")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
