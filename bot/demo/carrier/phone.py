"""What does a person see on their phone? The phone page's files and its small API.

    GET  {phone}                  the page; GET {phone}/{file}: its files
    GET  {phone}/api/setup        {"phones": [{"number", "name"}], "plans": [{"number", "name"}]}
    GET  {phone}/api/inbox        ?phone=&seen=  -> {"version", "texts": [...], "opted_out": [number]}
    POST {phone}/api/texts        {"from", "to", "body"} -> 201 {"sid"}

The inbox is the whole of what is on that phone. With `seen`, the version that the page has already, it answers when
there is something new, or after 20 seconds.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from aiohttp import web

from bot.demo.carrier.control import BadBody, NewText, describe_text, read_body, refuse
from bot.demo.carrier.errors import Refusal
from bot.demo.carrier.exchange import Exchange
from bot.demo.carrier.model import Direction, Status, Text
from bot.demo.carrier.network import MAX_BODY_LENGTH, Network

_PAGE = Path(__file__).with_name("page")
_PATIENCE_S = 20.0


class PhonePage:
    """The routes of the phone page. Only the fictional phones can be held in one's hand here."""

    def __init__(self, network: Network, exchange: Exchange) -> None:
        self._network = network
        self._exchange = exchange
        self._numbers = {phone.number for phone in network.phones}
        self._files = {path.name: path for path in _PAGE.iterdir() if path.is_file()}
        # Versions of another process mean nothing here.
        self._process = uuid.uuid4().hex[:8]

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """Adds the routes under the prefix."""
        router.add_get(prefix, self.show_page)
        router.add_get(f"{prefix}/api/setup", self.show_setup)
        router.add_get(f"{prefix}/api/inbox", self.show_inbox)
        router.add_post(f"{prefix}/api/texts", self.send_text)
        router.add_get(f"{prefix}/{{name}}", self.show_file)

    async def show_page(self, request: web.Request) -> web.StreamResponse:
        """The page."""
        return web.FileResponse(self._files["index.html"])

    async def show_file(self, request: web.Request) -> web.StreamResponse:
        """One of its files."""
        path = self._files.get(request.match_info["name"])
        return web.FileResponse(path) if path else refuse(404, "FILE_NOT_FOUND")

    async def show_setup(self, request: web.Request) -> web.StreamResponse:
        """The phones, and the plans that they can text."""
        return web.json_response(
            {
                "phones": [{"number": phone.number, "name": phone.name} for phone in self._network.phones],
                "plans": [{"number": number, "name": name} for number, name in self._network.numbers.items()],
            }
        )

    async def show_inbox(self, request: web.Request) -> web.StreamResponse:
        """Everything on one phone, as soon as it is news."""
        phone = request.query.get("phone", "")
        if phone not in self._numbers:
            return refuse(404, "PHONE_NOT_FOUND")
        changes = self._network.changes
        process, _, count = request.query.get("seen", "").partition(".")
        if process == self._process and count.isascii() and count.isdigit():
            await changes.wait(int(count), _PATIENCE_S)
        version = f"{self._process}.{changes.count}"
        texts = [describe_text(text) for text in self._network.list_texts(phone=phone) if _is_on_phone(text)]
        opted_out = [number for number in self._network.numbers if self._network.is_blocked(phone, number)]
        return web.json_response({"version": version, "texts": texts, "opted_out": opted_out})

    async def send_text(self, request: web.Request) -> web.StreamResponse:
        """The person sends a text."""
        try:
            new = await read_body(request, NewText)
            if new.from_ not in self._numbers or not new.body.strip() or len(new.body) > MAX_BODY_LENGTH:
                return refuse(422, "BAD_TEXT")
            received = self._network.receive(new.from_, new.to, new.body)
        except BadBody:
            return refuse(400, "BAD_BODY")
        except Refusal:
            return refuse(422, "BAD_NUMBER")
        self._exchange.carry_in(received)
        return web.json_response({"sid": received.text.sid}, status=201)


def _is_on_phone(text: Text) -> bool:
    """Whether the person sees this text: their own, and those that have arrived."""
    return text.direction is Direction.INBOUND or text.status is Status.DELIVERED
