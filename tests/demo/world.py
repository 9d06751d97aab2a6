"""A carrier on a port of its own, and a product that takes its webhooks and checks each as Twilio's own client does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.demo.carrier.app import Carrier, create_carrier, create_carrier_app

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a-token-of-no-account"
PLAN = "+12155550190"
OTHER_PLAN = "+16145550190"
DANA = "+12155550101"
MARCUS = "+12155550102"

Result = TypeVar("Result")
Prepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]


@dataclass(frozen=True)
class Heard:
    """A request that the product got: its full address, its form, its headers, and whether the signature is right."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]
    is_signed: bool

    @property
    def status(self) -> str:
        return self.form.get("MessageStatus", self.form.get("SmsStatus", ""))


@dataclass
class Product:
    """What the carrier calls. `answer` is the status that it gives; it hears everything all the same."""

    base_url: str = ""
    answer: int = 200
    content_type: str = "text/xml"
    webhooks: list[Heard] = field(default_factory=list)
    callbacks: list[Heard] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        url = self.base_url + request.path_qs
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        is_signed = RequestValidator(AUTH_TOKEN).validate(url, form, signature)
        heard = Heard(url, form, dict(request.headers), is_signed)
        (self.callbacks if request.path == "/sms/twilio/status" else self.webhooks).append(heard)
        return web.Response(status=self.answer, text="<Response/>", content_type=self.content_type)


class _Rewriting(TwilioHttpClient):
    """Twilio's own HTTP client, sent to the simulator instead of api.twilio.com."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10)
        self._base_url = base_url

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self._base_url), *args, **options)


@dataclass
class World:
    """The carrier, the product beside it, and the ways to reach the carrier."""

    carrier: Carrier
    product: Product
    base_url: str
    http: ClientSession

    def client(self, *, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN, path_of: str = "") -> Client:
        """Twilio's official client for the account, or with other credentials."""
        return Client(account_sid, auth_token, path_of or None, http_client=_Rewriting(f"{self.base_url}/demo/carrier"))

    async def ask(self, call: Callable[[], Result]) -> Result:
        """Runs a call of the official client, which blocks, beside the loop that serves it."""
        return await asyncio.to_thread(call)

    async def send(self, body: str = "Hello", *, to: str = DANA, from_: str = PLAN, **options: Any) -> Any:
        """A text from the plan by the official client."""
        return await self.ask(lambda: self.client().messages.create(to=to, from_=from_, body=body, **options))

    async def text(self, body: str, *, phone: str = DANA, to: str = PLAN, num_media: int = 0) -> str:
        """A text from a phone; returns its sid."""
        new = {"from": phone, "to": to, "body": body, "num_media": num_media}
        async with self.http.post("/demo/carrier/control/texts", json=new) as answer:
            assert answer.status == 201
            return str((await answer.json())["sid"])

    async def break_down(self, **faults: Any) -> None:
        """Sets what goes wrong, by the control API."""
        async with self.http.put("/demo/carrier/control/faults", json=faults) as answer:
            assert answer.status == 200

    async def control(self, method: str, path: str, **options: Any) -> Any:
        """A call of the control API; the JSON of its answer, or None."""
        async with self.http.request(method, f"/demo/carrier/control/{path}", **options) as answer:
            assert answer.status < 300
            return await answer.json() if answer.content_type == "application/json" else None

    def status_url(self, delivery: str = "d1") -> str:
        return f"{self.product.base_url}/sms/twilio/status?delivery={delivery}"


async def until(holds: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Waits until it holds; fails when it does not."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, "did not come about in time"
        await asyncio.sleep(0.01)


async def never(holds: Callable[[], object], for_s: float = 0.3) -> None:
    """Watches that it does not come about."""
    deadline = asyncio.get_running_loop().time() + for_s
    while asyncio.get_running_loop().time() < deadline:
        assert not holds()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def open_world(prepare: Prepare | None = None, **options: Any) -> AsyncIterator[World]:
    """A carrier without waiting times, or with other options of `create_carrier`; `prepare` sees every response."""
    product = Product()
    app = web.Application()
    app.router.add_post("/sms/twilio", product.hear)
    app.router.add_post("/sms/twilio/status", product.hear)
    async with TestServer(app) as product_server:
        product.base_url = str(product_server.make_url("")).rstrip("/")
        carrier = create_carrier(
            **{
                "account_sid": ACCOUNT_SID,
                "auth_token": AUTH_TOKEN,
                "numbers": {PLAN: "Independence", OTHER_PLAN: "CareSource"},
                "webhook_url": f"{product.base_url}/sms/twilio",
                "pace_s": 0.0,
                "now": lambda: datetime.now(timezone.utc),
                **options,
            }
        )
        carrier_app = create_carrier_app(carrier)
        if prepare:
            carrier_app.on_response_prepare.append(prepare)
        async with TestServer(carrier_app) as server:
            base_url = str(server.make_url("")).rstrip("/")
            async with ClientSession(base_url) as http:
                yield World(carrier, product, base_url, http)
