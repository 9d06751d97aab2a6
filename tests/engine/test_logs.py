"""No log line holds a member's words, whoever writes it and however much is logged."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from engine_cast import Actions, Member

from bot.engine.logs import configure_logs
from bot.engine.server import create_app
from bot.engine.tracker_store import DialogueStore, StoreUnavailable
from bot.engine.turns import TurnTaker

CANARY = "Quokka"


@pytest.fixture(params=["DEBUG", "INFO", "ERROR"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """The log at a level; what was configured before is put back."""
    stream = io.StringIO()
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    configure_logs(request.param, stream)
    yield stream
    structlog.configure(**before)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    """Every line is an event as JSON."""
    events = [json.loads(line) for line in log.getvalue().splitlines()]
    assert all(set(event) >= {"event", "time", "level"} for event in events)
    return events


@pytest.mark.parametrize("source", ["rasa.core.processor", "sanic.root", "sanic.error", "asyncio", "aiohttp.server"])
def test_what_libraries_say_is_reduced_to_where_they_said_it(log: io.StringIO, source: str) -> None:
    logger = logging.getLogger(source)
    for method in (logger.debug, logger.info, logger.warning, logger.error, logger.critical):
        method(f"Member said {CANARY}")
        method("Member said %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.exception("Failed on %s", CANARY)
    assert CANARY not in log.getvalue()
    assert {"error": "ValueError", "level": "error"}.items() <= lines(log)[-1].items()


def test_what_rasa_logs_as_fields_is_dropped(log: io.StringIO) -> None:
    logger = structlog.get_logger()
    fields = ("parse_data_text", "parse_data_entities", "slot_values", "rasa_events", "response", "event_info", "text")
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(logger, level)("processor.message.parse", **dict.fromkeys(fields, CANARY))
        getattr(logger, level)(f"The member {CANARY} wrote", turn_id="turn-1")
    try:
        raise KeyError(CANARY)
    except KeyError:
        logger.exception("interpolator.interpolate.text", placeholder_key=CANARY)
    assert CANARY not in log.getvalue()
    assert lines(log)[-1]["error"] == "KeyError"


def test_a_listed_field_with_words_in_it_is_not_shown(log: io.StringIO) -> None:
    structlog.get_logger().error("engine.test", code=f"{CANARY} is my name", where=["a.py:1", f"my {CANARY}"])
    assert lines(log)[-1]["code"] == "?"
    assert lines(log)[-1]["where"] == ["a.py:1", "?"]


def test_warnings_and_crashes_are_told_without_their_text(log: io.StringIO) -> None:
    warnings.warn(f"Invalid entity {CANARY}", UserWarning, stacklevel=1)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert CANARY not in log.getvalue()
    assert lines(log)[-1]["event"] == "engine.crashed"


async def test_whole_conversations_leave_no_word_in_the_log(
    log: io.StringIO,
    member: Member,
    actions: Actions,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = [
        f"my name is {CANARY}, is zolgensma covered",
        f"find a hospital for {CANARY}",
        f"/{CANARY}",
        "is my coverage active",
        "GG1000001",
        "March 14, 1962",
        f"thank you {CANARY}",
        f"this is useless {CANARY}",
        f"{{{CANARY}}} %s {CANARY}",
    ]
    for text in said:
        await member.says(text)
    await member.chooses('/facility_search{"zip_code": "19104"}')
    # Everything breaks now, and every failure has the member's words at hand.
    actions.answer_raw("action_answer_coverage", 200, json.dumps({"events": [{"text": CANARY}]}).encode())
    await member.says(f"is casgevy covered, {CANARY}?")
    actions.answer("action_answer_coverage", {"response": f"utter_{CANARY}"}, {"text": CANARY})
    await member.says(f"is casgevy covered, {CANARY}?")
    actions.answer("action_answer_coverage", events=[{"event": "slot", "name": "no_such_slot", "value": CANARY}])
    await member.says(f"is casgevy covered, {CANARY}?")

    async def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"could not read {CANARY}")

    monkeypatch.setattr("rasa.core.processor.MessageProcessor.parse_message", crash)
    await member.says(CANARY)
    monkeypatch.setattr("bot.engine.tracker_store._upsert", lambda *args: 1 / 0)
    with pytest.raises((StoreUnavailable, ZeroDivisionError)):
        await member.says(CANARY)

    printed = capfd.readouterr()
    for output in (log.getvalue(), printed.out, printed.err):
        for secret in (CANARY, "1000001", "1962", "19104"):
            assert secret not in output.replace("conversation-1", "")
    assert lines(log)


@pytest.mark.parametrize("log", ["INFO"], indirect=True)
async def test_the_id_of_a_request_stands_in_its_lines_and_goes_on_to_the_actions(
    log: io.StringIO, turns: TurnTaker, store: DialogueStore, actions: Actions
) -> None:
    async with TestClient(TestServer(create_app(turns, store, "secret"))) as client:
        for number, given in enumerate(({"X-Request-Id": "request-number-1"}, {})):
            turn = {
                "turn_id": f"turn-{number}",
                "conversation_id": "c-1",
                "channel": "web",
                "text": "is casgevy covered",
            }
            headers = {"Authorization": "Bearer secret", **given}
            assert (await client.post("/turns", json=turn, headers=headers)).status == 200
    assert actions.request_ids == ["request-number-1", None]
    said = {line["turn_id"]: line.get("request_id") for line in lines(log) if line["event"] == "engine.turn"}
    assert said == {"turn-0": "request-number-1", "turn-1": None}


@pytest.fixture
def full_disk(log: io.StringIO) -> Iterator[None]:
    """The log's file is on a disk that is full."""
    with Path("/dev/full").open("w", buffering=1) as full:
        configure_logs("INFO", full)
        yield
        configure_logs("INFO", log)
        # What the file still held would be written when it is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())


@pytest.mark.usefixtures("log")
def test_a_line_is_written_whole_so_that_nobody_elses_stands_in_it() -> None:
    class Pieces(io.StringIO):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[str] = []

        def write(self, text: str) -> int:
            self.pieces.append(text)
            return len(text)

    stream = Pieces()
    configure_logs("INFO", stream)
    structlog.get_logger().error("engine.died", status=1)
    logging.getLogger("rasa").error("a sentence")
    assert [json.loads(piece)["event"] for piece in stream.pieces] == ["engine.died", "library.log"]
    assert all(piece.endswith("\n") for piece in stream.pieces)


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_is_full_takes_the_log_and_nothing_else() -> None:
    structlog.get_logger().info("engine.ready")
    logging.getLogger("rasa").warning("a sentence")


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("log", ["INFO"], indirect=True)
async def test_a_turn_is_answered_on_a_full_disk(turns: TurnTaker, store: DialogueStore) -> None:
    turn = {"turn_id": "turn-1", "conversation_id": "c-1", "channel": "web", "text": "is casgevy covered"}
    async with TestClient(TestServer(create_app(turns, store, "secret"))) as client:
        answer = await client.post("/turns", json=turn, headers={"Authorization": "Bearer secret"})
        assert answer.status == 200
        assert (await answer.json())["turn_id"] == "turn-1"
