"""What may stand in the app's log? Events with fields as JSON lines; of libraries only where a line came from.

Our own modules log event names, ids, codes and counts. What a library logs may quote a request, a statement or an
exception's text, and with them a member's words: of those only the logger, the place and the exception's class pass.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any, TextIO

import structlog


def configure_logs(level: str, stream: TextIO) -> None:
    """Sends every log line of this process to `stream`; called once, at the start."""
    log_file: Any = _NeverInTheWay(stream)
    structlog.configure(
        processors=[
            # The request's id, in every line that belongs to it.
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # A line with its end at once: printed in two steps, lines of several threads are torn.
        logger_factory=structlog.WriteLoggerFactory(log_file),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(log_file)
    handler.setFormatter(_OriginOnly())
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


class _OriginOnly(logging.Formatter):
    """A library's log record without what it says."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        fields = {
            "event": "library.log",
            "logger": record.name,
            "line": f"{record.module}:{record.lineno}",
            "level": record.levelname.lower(),
        }
        return json.dumps({**fields, "error": error} if error else fields)
