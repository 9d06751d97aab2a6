"""How is a request read, before anything believes it? Body, numbers, and the address that it came from."""

from __future__ import annotations

import asyncio
import json
from ipaddress import ip_address
from typing import NoReturn, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.http.operations import MAX_SEQ
from bot.http.problems import Refused, describe_fields, refuse, refuse_field

M = TypeVar("M", bound=BaseModel)

MAX_BODY_BYTES = 64 * 1024
# What was read of the body, kept because it can be read only once.
BODY = web.RequestKey("body", bytes)
_LATE = web.RequestKey("late", bool)
# For 64 KB that is less than a modem sends.
BODY_WITHIN_S = 10.0


async def read_body(request: web.Request, model: type[M], *, required: bool = True) -> M:
    """The JSON body as this model. Raises Refused; a body that may be missing then counts as an empty object."""
    if not required and not request.can_read_body and not request.get(BODY):
        return read_model({}, model)
    if request.content_type != "application/json":
        raise refuse(415, "UNSUPPORTED_MEDIA_TYPE")
    return read_model(parse_json(await read_bytes(request)), model)


async def read_bytes(request: web.Request) -> bytes:
    """The body, read once. Raises Refused when it is too large, or takes too long to come."""
    if BODY not in request:
        await _read_once(request)
    body = request[BODY]
    if len(body) > MAX_BODY_BYTES:
        raise refuse(413, "BODY_TOO_LARGE")
    if request.get(_LATE):
        raise refuse(408, "BODY_TOO_SLOW")
    return body


async def _read_once(request: web.Request) -> None:
    """Keeps what came of the body, and whether that was not all of it in time."""
    read = bytearray()

    async def read_on() -> None:
        while len(read) <= MAX_BODY_BYTES and (chunk := await request.content.readany()):
            read.extend(chunk)

    try:
        if request.content.is_eof():
            # Almost always: the body came with the head, and nothing has to be waited for.
            await read_on()
        else:
            await asyncio.wait_for(read_on(), BODY_WITHIN_S)
    except (asyncio.TimeoutError, ConnectionError, web.RequestPayloadError):
        # It drips, or the line was lost: nobody believes a part of a message, but it is read for danger.
        request[_LATE] = True
    request[BODY] = bytes(read)


def parse_json(raw: bytes | str) -> object:
    """JSON as RFC 8259 has it, in UTF-8. Raises Refused."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise refuse(400, "MALFORMED_JSON") from None


def read_model(value: object, model: type[M]) -> M:
    """The value as this model. Raises Refused, naming fields and codes."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Refused(describe_fields(error)) from None


def read_seq(request: web.Request, name: str) -> int | None:
    """A seq from the query, None when it is not there. Raises Refused."""
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MAX_SEQ):
        raise refuse_field(name, "WRONG_TYPE")
    return int(text)


def read_client(request: web.Request, trusted_proxies: int) -> str:
    """The address that limits are counted for: the one that our outermost trusted proxy saw."""
    seen = [entry.strip() for line in request.headers.getall("X-Forwarded-For", []) for entry in line.split(",")]
    if 0 < trusted_proxies <= len(seen):
        try:
            return str(ip_address(seen[-trusted_proxies]))
        except ValueError:
            return request.remote or ""
    return request.remote or ""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
