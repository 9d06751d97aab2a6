"""What does the log tell of a process of the app, from its start to its end?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import structlog

from bot.failures import StartFailed
from bot.logs import configure_logs
from bot.metrics import TURNS_IN_FLIGHT
from bot.settings import Settings

log = structlog.get_logger()


class Lifecycle:
    """The life of this process, told as it goes on to its `log_stream`; what is counted are members' turns."""

    def __init__(self, log_stream: TextIO) -> None:
        self.log_stream = log_stream
        self._since = time.monotonic()
        self._under_way = 0
        self._left = 0

    def ready(self, **ports: int) -> None:
        """It serves, on these ports, which are known only now where a free one was taken."""
        log.info("serving.ready", pid=os.getpid(), **ports, ms=self._ms())

    def stopping(self) -> None:
        """It was told to stop; from here on counts how long that takes."""
        self._since = time.monotonic()
        self._under_way = count_turns()
        log.info("serving.stopping", pid=os.getpid(), turns=self._under_way)

    def drained(self) -> None:
        """What could come to its end has."""
        self._left = count_turns()

    def ended(self, error: str | None) -> None:
        """Nothing is left of it but this line; `error` is the kind of failure that ended it."""
        turns = {"drained": max(0, self._under_way - self._left), "cut_off": self._left}
        report = log.error if error else log.info
        report("serving.stopped", pid=os.getpid(), ms=self._ms(), **turns, **({"error": error} if error else {}))

    def _ms(self) -> int:
        return round((time.monotonic() - self._since) * 1000)


@contextmanager
def told_in_log(settings: Settings, process: str = "gateway") -> Iterator[Lifecycle]:
    """Opens the log of this `process`, and tells of its start and, after the block, of its end. Raises StartFailed."""
    with ExitStack() as stack:
        life = Lifecycle(_open_log(settings.log_file, stack))
        configure_logs(settings.log_level, life.log_stream, process)
        log.info(
            "serving.starting",
            pid=os.getpid(),
            version=version("gene-guide"),
            mode="demo" if settings.demo else "live",
            database=_kind_of(settings.database_url),
        )
        error: str | None = None
        try:
            yield life
        except BaseException as failure:
            error = type(failure).__name__
            raise
        finally:
            life.ended(error)


def _open_log(file: str, stack: ExitStack) -> TextIO:
    if not file:
        return sys.stderr
    path = Path(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Each line is written at its end, so that the child's and ours stand one after the other.
        return stack.enter_context(path.open("a", encoding="utf-8", buffering=1))
    except OSError as error:
        raise StartFailed(
            f"The log file {path} cannot be written ({error.strerror}): make it writable, "
            "or name another file with GENE_GUIDE_LOG_FILE."
        ) from None


def count_turns() -> int:
    """The turns of members that are under way in this process."""
    return round(sum(sample.value for metric in TURNS_IN_FLIGHT.collect() for sample in metric.samples))


def _kind_of(database_url: str) -> str:
    # Whatever else stands there by mistake may be a secret.
    return next((kind for kind in ("sqlite", "postgresql") if database_url.startswith(kind)), "unknown")
