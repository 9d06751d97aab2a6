"""What may stand in the app's log? Events with fields as JSON lines; of libraries only where a line came from.

Our own modules log event names, ids, codes and counts. What a library logs may quote a request, a statement or an
exception's text, and with them a member's words: of those only the logger, the place and the exception's class pass.

A line begins as the engine's do (`bot/engine/logs.py`): time, level, process, event, and the request if there is one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, TextIO

import structlog

_FIRST = ("time", "level", "process", "event", "request_id")


def configure_logs(level: str, stream: TextIO, process: str = "gateway") -> None:
    """Sends every log line of this process to `stream`, each with the name of the `process`; once, at the start."""
    log_file: Any = _NeverInTheWay(stream)
    line = _Line(process)
    structlog.configure(
        processors=[
            # The request's id, in every line that belongs to it.
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            line.render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # A line with its end at once: printed in two steps, lines of several threads are torn.
        logger_factory=structlog.WriteLoggerFactory(log_file),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(log_file)
    handler.setFormatter(_OriginOnly(line))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Below a warning the lines of libraries say nothing once their sentences are gone.
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


class _NeverInTheWay:
    """The log's stream; a line that cannot be written is lost, and whoever wrote it goes on.

    A disk that is full takes the log as well as the database, and just then members must be told what is so.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Line:
    """An event as one line of JSON, laid out the same in every process."""

    def __init__(self, process: str) -> None:
        self._process = process

    def render(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = {**event, "time": moment, "process": self._process}
        first = {name: value for name in _FIRST if (value := line.pop(name, None)) is not None}
        return json.dumps({**first, **line}, default=_name_kind)


class _OriginOnly(logging.Formatter):
    """A library's log record without what it says, and with the request that it was logged in."""

    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        fields = {
            **structlog.contextvars.get_contextvars(),
            "event": "library.log",
            "level": record.levelname.lower(),
            "logger": record.name,
            "line": f"{record.module}:{record.lineno}",
        }
        return self._line.render(None, "", {**fields, "error": error} if error else fields)


def _name_kind(value: object) -> str:
    """What is no plain value may hold anything: its kind says enough."""
    return type(value).__name__
