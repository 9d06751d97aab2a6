"""How does one message over HTTP leave this process as one write, and not its head first and its body after it?"""

from __future__ import annotations

from typing import Any

from aiohttp import client_reqrep, web_protocol
from aiohttp.http_writer import StreamWriter, _serialize_headers


class WholeWriter(StreamWriter):
    """aiohttp's writer with the same bytes in fewer pieces: the head waits for the first of the body.

    This version of aiohttp writes them one after the other, and whoever reads is woken for each, twice a turn. Later
    versions do as we do.
    """

    _head = b""

    async def write_headers(self, status_line: str, headers: Any) -> None:
        """Keeps the head; it goes out with what is written next. The end of every message drains."""
        if self._on_headers_sent is not None:
            await self._on_headers_sent(headers)
        self._head = _serialize_headers(status_line, headers)

    async def drain(self) -> None:
        """Waits until the connection has taken what was written, the head included."""
        if self._head:
            self._write(b"")
        await super().drain()

    def _write(self, chunk: Any) -> None:
        head, self._head = self._head, b""
        super()._write(head + chunk)


def write_whole() -> None:
    """From now on every message over HTTP, sent or answered, is written so."""
    for module in (client_reqrep, web_protocol):
        vars(module).update(StreamWriter=WholeWriter)
