"""What did the member write, and which token did they bring? Read before anything believes the request."""

from __future__ import annotations

from contextlib import suppress

from aiohttp import web

from bot.http.problems import Refused
from bot.http.reading import BODY, parse_json, read_bytes

_FREE_TEXT = ("text", "reason", "comment")


async def find_words(request: web.Request) -> str:
    """What the member wrote, whether or not the request can be used."""
    if request.method != "POST" or not request.can_read_body:
        return ""
    with suppress(Refused):
        await read_bytes(request)
    return words_in(request[BODY])


def words_in(raw: bytes | str) -> str:
    """The free text of a body or a frame, for the safety gate: as a whole when it is none that can be read."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    try:
        content = parse_json(text)
    except Refused:
        return text
    if not isinstance(content, dict):
        return text
    return " . ".join(str(content[name]) for name in _FREE_TEXT if content.get(name))


def read_token(request: web.Request) -> str:
    """The bearer token, empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
