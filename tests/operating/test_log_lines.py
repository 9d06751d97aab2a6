"""A line of the log has the same form whoever wrote it, and says to which request it belongs."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import structlog

from bot.engine.logs import configure_logs as configure_engine_logs
from bot.logs import configure_logs
from bot.request_ids import request_id_bound
from tests.member import Member
from tests.operating.test_request_ids import lines, lines_of
from tests.product import RunningProduct

FIRST = ["time", "level", "process", "event"]
CANARY = "zebrafinch"

Configure = Callable[[str, io.StringIO], None]
APP_AND_ENGINE = pytest.mark.parametrize(
    ("configure", "process"), [(configure_logs, "gateway"), (configure_engine_logs, "engine")]
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where a test lets the log go; what was configured before is put back."""
    before, root, hook = structlog.get_config(), logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    structlog.configure(**before)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@APP_AND_ENGINE
def test_every_line_begins_with_the_same_fields(configure: Configure, process: str, stream: io.StringIO) -> None:
    configure("INFO", stream)
    logger = structlog.get_logger()
    logger.info("engine.turn", ms=5)
    logging.getLogger("aiohttp.server").warning(CANARY)
    with request_id_bound("request-1"):
        logger.info("engine.turn", ms=5)
        logging.getLogger("aiohttp.server").error("%s", CANARY)
    said = read(stream)
    assert [list(line)[:5] for line in said] == [
        [*FIRST, "ms"],
        [*FIRST, "logger"],
        [*FIRST, "request_id"],
        [*FIRST, "request_id"],
    ]
    assert [line["event"] for line in said] == ["engine.turn", "library.log"] * 2
    assert [line.get("request_id") for line in said] == [None, None, "request-1", "request-1"]
    assert {line["process"] for line in said} == {process}
    assert CANARY not in stream.getvalue()


@APP_AND_ENGINE
def test_a_time_is_told_in_milliseconds_of_utc(configure: Configure, process: str, stream: io.StringIO) -> None:
    configure("INFO", stream)
    structlog.get_logger().info("engine.turn")
    (line,) = read(stream)
    moment = datetime.fromisoformat(line["time"])
    assert moment.utcoffset() == timedelta(0)
    assert moment.isoformat(timespec="milliseconds") == line["time"]


def test_what_is_no_plain_value_is_named_by_its_kind(stream: io.StringIO) -> None:
    configure_logs("INFO", stream)
    structlog.get_logger().info("turn.answered", why=ValueError(CANARY))
    (line,) = read(stream)
    assert line["why"] == "ValueError"


async def test_gateway_and_engine_write_one_form_and_a_refusal_tells_its_code(running_product: RunningProduct) -> None:
    async with aiohttp.ClientSession() as http:
        member = Member(http, running_product.base_url)
        await member.open(plan="independence")
        await member.say("is gene therapy covered")
        codes = []
        for token, body in (
            (member.token, {"text": CANARY}),
            ("another", {"client_message_id": str(uuid4()), "text": CANARY}),
        ):
            request_id = uuid4().hex
            url = f"{member.base_url}/api/v1/conversations/{member.conversation_id}/messages"
            headers = {"Authorization": f"Bearer {token}", "X-Request-Id": request_id}
            async with http.post(url, json=body, headers=headers) as response:
                refused = await response.json()
            (done,) = (await lines_of(running_product, request_id, "request.done"))["request.done"]
            assert (done["status"], done["code"]) == (response.status, refused["code"])
            codes.append(done["code"])
    assert codes == ["VALIDATION_FAILED", "CONVERSATION_NOT_FOUND"]
    said = lines(running_product)
    assert {line["process"] for line in said} == {"gateway", "engine"}
    assert [line for line in said if list(line)[:4] != FIRST] == []
    assert all("code" not in line for line in said if line["event"] == "request.done" and line["status"] < 400)
