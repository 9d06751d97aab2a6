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

from tests.databases import open_database
from tests.product import ROOT, RunningProduct, start_product
from tests.texter import Texter
from tests.understanding.asking import Heard, Walk, ask_alone, walk_through
from tests.understanding.copies import find_near_copies, list_examples
from tests.understanding.dialogue_scores import list_passed, score_dialogues
from tests.understanding.entity_scores import list_right_rows, score_entities, score_message_entities
from tests.understanding.figures import ByText, Run, describe_latency
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
from tests.understanding.texting import list_phones, needs_a_phone, text_alone, walk_by_text
from tests.understanding.topic_scores import list_right, score_topics


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
    by_text = [message for message in messages if message.channel == "sms"]
    text_dialogues = [dialogue for dialogue in dialogues if dialogue.channel == "sms"]
    folder = Path(tempfile.mkdtemp(prefix="gene-guide-evaluate-"))
    try:
        product = start_product(folder)
        try:
            walks, alone, single = asyncio.run(_ask(product, messages, rows, dialogues))
            texted, texted_alone = asyncio.run(_text(product, by_text, text_dialogues))
        finally:
            product.stop()
    finally:
        # The product's database holds what was asked.
        shutil.rmtree(folder, ignore_errors=True)
    # What only a text can do is judged by text.
    by_id = {walk.dialogue.id: walk for walk in texted if needs_a_phone(walk.dialogue)}
    walks = [by_id.get(walk.dialogue.id, walk) for walk in walks]
    copies = find_near_copies(list_texts(), list_examples())
    everything = [
        *alone,
        *single,
        *(heard for walk in walks if walk.dialogue.id not in by_id for heard in walk.heard),
    ]
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
        by_text=ByText(score_topics(by_text, texted_alone, frozenset()).everything, score_dialogues(texted).dialogues),
        right={
            "messages": list_right(messages, alone),
            "entities": list_right_rows(rows, single),
            "dialogues": list_passed(walks),
        },
    )


async def _ask(
    product: RunningProduct,
    messages: Sequence[LabelledMessage],
    rows: Sequence[LabelledEntities],
    dialogues: Sequence[Dialogue],
) -> tuple[list[Walk], list[Heard], list[Heard]]:
    base_url = product.base_url
    async with aiohttp.ClientSession() as http:
        # The dialogues first: what waits for a coach later does not lengthen their queue.
        walks = [await walk_through(http, base_url, dialogue) for dialogue in dialogues]
        alone = await ask_alone(http, base_url, [message.text for message in messages])
        single = await ask_alone(http, base_url, [row.text for row in rows])
    return walks, alone, single


async def _text(
    product: RunningProduct, messages: Sequence[LabelledMessage], dialogues: Sequence[Dialogue]
) -> tuple[list[Walk], list[Heard]]:
    phones, database = list_phones(), open_database(product.database_url)
    try:
        async with aiohttp.ClientSession() as http:
            # A carrier that acts on STOP itself may be faster than the text about it: then nobody asks for our words.
            await Texter(http, product.base_url, "").let_carrier_handle_keywords("gateway")
            walks = [
                await walk_by_text(http, product.base_url, database, dialogue, next(phones)) for dialogue in dialogues
            ]
            return walks, await text_alone(http, product.base_url, database, messages, phones)
    finally:
        await database.close()


def _describe_commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "bot", "actions", "knowledge", "data")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
