"""How do tests and demos steer the carrier? Texts from phones, faults, and what has happened.

    POST   {control}/texts       {"from", "to", "body", "num_media"?}  -> 201 {"sid"}: a phone sends a text
    GET    {control}/texts       ?phone=&number=  -> {"texts": [...]}, oldest first
    POST   {control}/redeliveries {"sid", "times"?} -> 202: the webhook about that text again, so many times at once
    GET    {control}/requests    ?kind=webhook|callback&sid=  -> {"requests": [...]}: requests made to the product
    GET    {control}/opt-outs    -> {"opt_outs": [{"phone", "number"}]}
    GET    {control}/faults      -> what goes wrong at present; PUT replaces it as a whole, DELETE ends it
    POST   {control}/release     -> 204: sends what `reorder` still holds back
    PUT    {control}/mode        {"mode": "default"|"advanced"|"gateway"} -> the same
    POST   {control}/reset       -> 204: forgets texts, opt-outs, faults and requests

Bodies are JSON, and must be called so: no form of a foreign page can steer the carrier.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.demo.carrier.errors import Refusal
from bot.demo.carrier.exchange import Exchange
from bot.demo.carrier.faults import Faults
from bot.demo.carrier.keywords import OptOutMode
from bot.demo.carrier.model import Text
from bot.demo.carrier.network import Network
from bot.demo.carrier.postman import Kind, Postman


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewText(_Body):
    """A text that a phone sends."""

    from_: str = Field(alias="from")
    to: str
    body: str = Field(max_length=5000)
    num_media: int = Field(default=0, ge=0, le=10)


class Redelivery(_Body):
    """A webhook that comes again."""

    sid: str
    times: int = Field(default=1, ge=1, le=100)


class Mode(_Body):
    """Who handles STOP, START and HELP."""

    mode: OptOutMode


AnyBody = TypeVar("AnyBody", bound=BaseModel)


class BadBody(Exception):
    """The body of a request can't be used."""


async def read_body(request: web.Request, model: type[AnyBody]) -> AnyBody:
    """The JSON body as this model. Raises BadBody."""
    if request.content_type != "application/json":
        raise BadBody
    try:
        return model.model_validate_json(await request.read())
    except ValidationError:
        raise BadBody from None


def refuse(status: int, code: str) -> web.Response:
    """An error of the control or phone API."""
    return web.json_response({"code": code}, status=status)


class ControlApi:
    """The routes under the control path."""

    def __init__(
        self,
        network: Network,
        exchange: Exchange,
        postman: Postman,
        get_faults: Callable[[], Faults],
        set_faults: Callable[[Faults], None],
    ) -> None:
        self._network = network
        self._exchange = exchange
        self._postman = postman
        self._get_faults = get_faults
        self._set_faults = set_faults

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """Adds the routes under the prefix."""
        router.add_post(f"{prefix}/texts", self.send_text)
        router.add_get(f"{prefix}/texts", self.list_texts)
        router.add_post(f"{prefix}/redeliveries", self.redeliver)
        router.add_get(f"{prefix}/requests", self.list_requests)
        router.add_get(f"{prefix}/opt-outs", self.list_opt_outs)
        router.add_get(f"{prefix}/faults", self.show_faults)
        router.add_put(f"{prefix}/faults", self.replace_faults)
        router.add_delete(f"{prefix}/faults", self.end_faults)
        router.add_post(f"{prefix}/release", self.release)
        router.add_put(f"{prefix}/mode", self.set_mode)
        router.add_post(f"{prefix}/reset", self.reset)

    async def send_text(self, request: web.Request) -> web.Response:
        """A phone sends a text."""
        try:
            new = await read_body(request, NewText)
            received = self._network.receive(new.from_, new.to, new.body, new.num_media)
        except BadBody:
            return refuse(400, "BAD_BODY")
        except Refusal as refusal:
            return refuse(422, f"BAD_NUMBER_{refusal.code}")
        self._exchange.carry_in(received)
        return web.json_response({"sid": received.text.sid}, status=201)

    async def list_texts(self, request: web.Request) -> web.Response:
        """The texts in both directions."""
        phone, number = request.query.get("phone"), request.query.get("number")
        texts = self._network.list_texts(phone=phone, number=number)
        return web.json_response({"texts": [describe_text(text) for text in texts]})

    async def redeliver(self, request: web.Request) -> web.Response:
        """The webhook about a text again."""
        try:
            wanted = await read_body(request, Redelivery)
        except BadBody:
            return refuse(400, "BAD_BODY")
        text = self._network.find_text(wanted.sid)
        if text is None:
            return refuse(404, "TEXT_NOT_FOUND")
        self._exchange.redeliver(text, wanted.times)
        return web.Response(status=202)

    async def list_requests(self, request: web.Request) -> web.Response:
        """The requests that were made to the product."""
        kind, sid = request.query.get("kind"), request.query.get("sid")
        return web.json_response(
            {
                "requests": [
                    {
                        "kind": attempt.kind.value,
                        "sid": attempt.sid,
                        "status": attempt.status,
                        "at": attempt.at.isoformat(),
                        "answer": attempt.answer,
                        "error_code": attempt.error_code,
                    }
                    for attempt in self._postman.attempts
                    if kind in (None, attempt.kind.value) and sid in (None, attempt.sid)
                ]
            }
        )

    async def list_opt_outs(self, request: web.Request) -> web.Response:
        """The pairs that may not be sent to."""
        pairs = self._network.list_blocks()
        return web.json_response({"opt_outs": [{"phone": phone, "number": number} for phone, number in pairs]})

    async def show_faults(self, request: web.Request) -> web.Response:
        """What goes wrong at present."""
        return web.json_response(self._get_faults().model_dump())

    async def replace_faults(self, request: web.Request) -> web.Response:
        """What goes wrong from now on."""
        try:
            self._set_faults(await read_body(request, Faults))
        except BadBody:
            return refuse(400, "BAD_BODY")
        return await self.show_faults(request)

    async def end_faults(self, request: web.Request) -> web.Response:
        """Nothing goes wrong any more; what was held back stays so until it is released."""
        self._set_faults(Faults())
        return web.Response(status=204)

    async def release(self, request: web.Request) -> web.Response:
        """Sends what is held back."""
        for kind in Kind:
            await self._postman.release(kind)
        return web.Response(status=204)

    async def set_mode(self, request: web.Request) -> web.Response:
        """Who handles STOP, START and HELP from now on."""
        try:
            self._network.mode = (await read_body(request, Mode)).mode
        except BadBody:
            return refuse(400, "BAD_BODY")
        return web.json_response({"mode": self._network.mode.value})

    async def reset(self, request: web.Request) -> web.Response:
        """Forgets everything that has happened."""
        self._network.forget()
        self._postman.forget()
        self._set_faults(Faults())
        return web.Response(status=204)


def describe_text(text: Text) -> dict[str, object]:
    """A text as the control and phone APIs show it."""
    return {
        "sid": text.sid,
        "direction": text.direction.value,
        "phone": text.phone,
        "number": text.number,
        "body": text.body,
        "num_media": text.num_media,
        "num_segments": text.num_segments,
        "status": text.status.value,
        "error_code": text.error_code,
        "answer": text.answer.value,
        "created_at": text.created_at.isoformat(),
    }
