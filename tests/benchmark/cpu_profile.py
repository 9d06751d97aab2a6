"""What is a turn's CPU time used for? py-spy looks at the running processes from outside, many times a second."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SAMPLES_A_SECOND = 200
_PY_SPY = Path(sys.executable).with_name("py-spy")

# A thread that waits inside one of these does not use the CPU, whatever the system says of it.
_IDLE_ENDS = (
    "_worker (concurrent/futures/thread.py",
    "select (selectors.py",
    "_wait_for_the_end (bot/engine/lifetime.py",
    # uvloop waits in its own code, which shows as its caller.
    "run (asyncio/runners.py",
    "wait (threading.py",
)

# The first area that has a word of any frame of a stack takes it: from what is particular to what is general.
Areas = Mapping[str, Sequence[str]]
GATEWAY_AREAS: Areas = {
    "look-ups in the knowledge": ("(knowledge/",),
    "custom actions and their HTTP": ("(actions/", "(rasa_sdk/"),
    "texts, timers and other work in the background": (
        "(bot/channels/sms/",
        "/sweep.py",
        "/background.py",
        "(bot/demo/",
    ),
    "safety gate and wording lint": ("(bot/safety/",),
    "database: commits": ("do_commit (",),
    "database: statements": ("(bot/database/", "_store.py", "/store.py", "(sqlalchemy/"),
    "log and metrics": ("(structlog/", "(bot/logs.py", "(prometheus_client/", "(bot/metrics.py"),
    "calling the engine": ("(bot/engine_client.py", "(aiohttp/client"),
    "conversation and intake": ("(bot/conversations/", "(bot/channels/intake.py", "(bot/channels/answering.py"),
    "HTTP with members": ("(aiohttp/", "(bot/http/", "(bot/channels/web/"),
}
ENGINE_AREAS: Areas = {
    "understand: entities": ("(bot/engine/entities/",),
    "understand: topics": ("(bot/engine/topics.py",),
    "understand: the rest": ("parse_message (", "_parse_message_with_graph ("),
    "decide: rules": ("predict_next_with_tracker_if_should (", "_predict_next_with_tracker (", "(rasa/core/policies/"),
    "call the action over HTTP": ("(bot/engine/actions_endpoint.py",),
    "wording": ("(bot/engine/wording.py",),
    "load and save the dialogue": ("(bot/engine/tracker_store.py", "(bot/engine/snapshot.py", "(sqlalchemy/"),
    "the rest of Rasa's turn": ("(rasa/", "(bot/engine/turns.py", "(bot/engine/turn"),
    "HTTP with the gateway": ("(aiohttp/", "(bot/engine/server.py"),
}
AREAS: Mapping[str, Areas] = {"gateway and actions": GATEWAY_AREAS, "engine": ENGINE_AREAS}
_REST = "event loop and the rest"


@contextmanager
def record_stacks(parts: Mapping[str, int], seconds: float) -> Iterator[dict[str, list[str]]]:
    """While the block runs, the stacks of each part are written down; they are there after it. At most `seconds`.

    A part that cannot be looked at (not allowed, not Python) has no stacks.
    """
    stacks: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        recorders = {
            part: subprocess.Popen(
                [
                    str(_PY_SPY),
                    *("record", "--pid", str(pid), "--format", "raw", "--rate", str(SAMPLES_A_SECOND)),
                    *("--duration", str(round(seconds)), "--output", str(Path(folder) / str(pid))),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for part, pid in parts.items()
            if part in AREAS
        }
        yield stacks
        for part, recorder in recorders.items():
            recorder.wait(timeout=seconds + 60)
            output = Path(folder) / str(parts[part])
            if output.exists():
                stacks[part] = output.read_text(encoding="utf-8", errors="replace").splitlines()


def divide_cpu(stacks: Iterable[str], areas: Areas, total_ms: float) -> dict[str, float]:
    """`total_ms` divided among the areas as the samples fall; each line is `frame;frame;frame count`."""
    counts = dict.fromkeys([*areas, _REST], 0)
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        if any(end in stack.rpartition(";")[2] for end in _IDLE_ENDS):
            continue
        area = next((name for name, words in areas.items() if any(word in stack for word in words)), _REST)
        counts[area] += int(count)
    seen = sum(counts.values())
    return {area: total_ms * count / seen for area, count in counts.items()} if seen else {}
