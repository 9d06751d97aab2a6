"""What may stand in the engine's log? Event names and listed fields; never a member's words, whoever logs them.

Rasa logs message texts, entities and slot values as fields of its events, and writes some into its sentences.
So nothing of others passes but where the line came from, and no field passes that is not on the list.

A line begins as the app's do (`bot/logs.py`): time, level, process, event, and the request if there is one.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, TextIO

import structlog

# The fields that may stand in a line; every other is dropped.
LISTED = frozenset(
    {
        "action", "channel", "code", "conversation_id", "error", "host", "key", "level", "line", "logger", "model_id",
        "ms", "pid", "placeholder", "port", "questions", "replies", "request_id", "turn_id", "where",
    }
)  # fmt: skip
_FIRST = ("time", "level", "process", "event", "request_id")
_EVENT_NAME = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)+")
# Ids, codes, addresses of code: signs that a sentence is not made of.
_HARMLESS = re.compile(r"[\w.:/@+-]{0,120}")
_FRAMES = 6


def configure_logs(level: str, stream: TextIO = sys.stderr) -> None:
    """Sends every log line of this process to `stream` as JSON; call it before Rasa is imported and used."""
    number = logging.getLevelName(level)
    log_file: Any = _NeverInTheWay(stream)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _describe_exception,
            _keep_listed_fields,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        # A line with its end at once: printed in two steps, lines of several threads are torn.
        logger_factory=structlog.WriteLoggerFactory(log_file),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(log_file)
    handler.setFormatter(_OriginOnly())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Below a warning the lines of libraries say nothing once their sentences are gone.
    root.setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    sys.excepthook = _log_uncaught


class _NeverInTheWay:
    """The log's stream; a line that cannot be written, because the disk is full, is lost, and no turn with it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _OriginOnly(logging.Formatter):
    """A library's log record as an event: who logged it, where, how severe, which exception; not what it says."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            **structlog.contextvars.get_contextvars(),
            "event": "library.log",
            "level": record.levelname.lower(),
            "logger": record.name,
            "line": f"{record.module}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields.update(_exception_fields(record.exc_info[1]))
        return _render(None, "", _keep_listed_fields(None, "", fields))


def _keep_listed_fields(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    name = event.get("event")
    kept: dict[str, Any] = {"event": name if isinstance(name, str) and _EVENT_NAME.fullmatch(name) else "unnamed"}
    for field, value in event.items():
        if field in LISTED:
            kept[field] = _harmless(value)
    return kept


def _harmless(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_harmless(each) for each in value]
    return value if isinstance(value, str) and _HARMLESS.fullmatch(value) else "?"


def _describe_exception(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event.update(_exception_fields(error))
    return event


def _exception_fields(error: BaseException) -> dict[str, Any]:
    """The type and the places in the code; not the message, which may quote a member."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "error": type(error).__name__,
        "where": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    }


def _render(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    line = {**event, "time": moment, "process": "engine"}
    first = {name: value for name in _FIRST if (value := line.pop(name, None)) is not None}
    return json.dumps({**first, **line})


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger().error("engine.crashed", exc_info=error)
