"""How good and how costly is one pipeline on our training data? Run by the engine environment, which has Rasa.

    python -m tests.benchmark.nlu_engine <configuration> <folder with examples> <seed> <most examples, 0 for all>

Trains from nothing, asks what was left out, one message after the other, and prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmark.nlu_split import FALLBACK, split

# Asked before the clock runs: the first message of a process meets cold caches.
_WARM_UP = 20


def main(configuration: str, data: str, seed: int, most: int | None) -> dict[str, Any]:
    """The figures of one pipeline; seconds and milliseconds by the clock and of CPU, all threads together."""
    # Here, after the environment with the number of threads and the folder of the cache was read by nobody else.
    from rasa.core.agent import load_agent
    from rasa.model_training import train_nlu
    from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
    from rasa.shared.nlu.training_data.loading import load_data
    from rasa.shared.nlu.training_data.training_data import TrainingData

    everything = load_data(data)
    # What is said after an answer is for a reader that knows the answer; Rasa's own know of none.
    examples = [each for each in everything.intent_examples if each.get(TEXT) and not each.get(METADATA)]
    rows = sorted(((each.get(INTENT), each) for each in examples), key=lambda row: (row[0], row[1].get(TEXT)))
    trained_on, asked = split(rows, seed, most)
    with tempfile.TemporaryDirectory(prefix="gene-guide-nlu-") as folder:
        lean = TrainingData(
            [example for _, example in trained_on],
            everything.entity_synonyms,
            everything.regex_features,
            everything.lookup_tables,
        )
        path = Path(folder) / "nlu.yml"
        path.write_text(lean.nlu_as_yaml(), encoding="utf-8")
        wall, cpu = time.perf_counter(), time.process_time()
        model = train_nlu(configuration, str(path), folder, domain="domain.yml")
        training_s, training_cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        trained_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        agent = asyncio.run(load_agent(model_path=str(model)))
        read = asyncio.run(_ask(agent, [(topic, example.get(TEXT)) for topic, example in asked]))
        model_mb = Path(str(model)).stat().st_size / 1024**2
    return {
        "data": hashlib.sha256("\n".join(f"{topic} {each.get(TEXT)}" for topic, each in rows).encode()).hexdigest(),
        "trained_on": len(trained_on),
        "training_s": training_s,
        "training_cpu_s": training_cpu_s,
        "trained_mb": trained_mb,
        "model_mb": model_mb,
        "read": read,
    }


async def _ask(agent: Any, asked: list[tuple[str, str]]) -> list[dict[str, Any]]:
    for _, text in asked[:_WARM_UP]:
        await agent.parse_message(text)
    read = []
    for topic, text in asked:
        wall, cpu = time.perf_counter(), time.process_time()
        found = await agent.parse_message(text)
        took_ms, cpu_ms = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
        taken_as = (found.get("intent") or {}).get("name") or ""
        # What the pipeline would say without its threshold.
        guesses = [each["name"] for each in found.get("intent_ranking") or () if each["name"] != FALLBACK]
        read.append(
            {
                "topic": topic,
                "taken_as": taken_as,
                "guess": guesses[0] if guesses else taken_as,
                "words": len(text.split()),
                "ms": took_ms,
                "cpu_ms": cpu_ms,
            }
        )
    return read


if __name__ == "__main__":
    _configuration, _data, _seed, _most = sys.argv[1:]
    # Rasa prints as it trains; the last line is ours.
    _figures = main(_configuration, _data, int(_seed), int(_most) or None)
    sys.stdout.write("\n" + json.dumps({**_figures, "threads": os.environ.get("OMP_NUM_THREADS", "")}) + "\n")
