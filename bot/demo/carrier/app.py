"""How is the simulated carrier put together?

    carrier = create_carrier(
        account_sid="AC...", auth_token="...", numbers={"+12155550190": "Independence"},
        webhook_url="http://127.0.0.1:8080/sms/twilio",
    )
    carrier.add_routes(app)      # into a running gateway, or: web.run_app(create_carrier_app(carrier))

The product's REST address is then `http://127.0.0.1:8080/demo/carrier`, and the phone page is at `/demo/phone`.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timezone

from aiohttp import web

from bot.demo.carrier.control import ControlApi
from bot.demo.carrier.exchange import Exchange
from bot.demo.carrier.faults import Faults
from bot.demo.carrier.keywords import OptOutMode
from bot.demo.carrier.model import FICTIONAL_PHONES, Phone, is_phone_number
from bot.demo.carrier.network import Network
from bot.demo.carrier.phone import PhonePage
from bot.demo.carrier.postman import Postman
from bot.demo.carrier.rest import RestApi

REST_PREFIX = "/demo/carrier"
CONTROL_PREFIX = "/demo/carrier/control"
PHONE_PREFIX = "/demo/phone"


class Carrier:
    """The carrier: its routes, its memory (`network`) and its `faults`, both open to tests in the same process."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        webhook_url: str,
        network: Network,
        pace_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self.network = network
        self.faults = Faults()
        self._postman = Postman(auth_token, self._get_faults, now)
        self._exchange = Exchange(
            network,
            self._postman,
            self._get_faults,
            account_sid=account_sid,
            webhook_url=webhook_url,
            pace_s=pace_s,
        )
        self._rest = RestApi(network, self._exchange, self._get_faults, account_sid, auth_token)
        self._control = ControlApi(network, self._exchange, self._postman, self._get_faults, self._set_faults)
        self._page = PhonePage(network, self._exchange)

    def add_routes(self, app: web.Application) -> None:
        """Adds every route, and starts and stops the carrier with the application."""
        self._control.add_routes(app.router, CONTROL_PREFIX)
        self._rest.add_routes(app.router, REST_PREFIX)
        self._page.add_routes(app.router, PHONE_PREFIX)
        app.cleanup_ctx.append(self._run)
        app.on_shutdown.append(self._let_go)

    async def _run(self, app: web.Application) -> AsyncIterator[None]:
        await self._postman.open()
        yield
        await self._exchange.close()
        await self._postman.close()

    async def _let_go(self, app: web.Application) -> None:
        """Phones that wait for news would hold the server up."""
        self.network.changes.close()

    def _get_faults(self) -> Faults:
        return self.faults

    def _set_faults(self, faults: Faults) -> None:
        self.faults = faults


def create_carrier(
    *,
    account_sid: str,
    auth_token: str,
    numbers: Mapping[str, str],
    webhook_url: str,
    mode: OptOutMode = OptOutMode.DEFAULT,
    phones: Sequence[Phone] = FICTIONAL_PHONES,
    pace_s: float = 0.4,
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> Carrier:
    """A carrier with one account. Raises ValueError for an account sid or a number that can't be one.

    `numbers` are the product's own, in E.164, each with the name that the phone page shows. `webhook_url` is called
    for each text from a phone and is signed as it stands, so it must be the address that the product believes itself
    to be reached at. `pace_s` is how long a text to a phone stays queued and then under way, in seconds. `new_id` gives
    32 hex digits.
    """
    if len(account_sid) != 34 or not account_sid.startswith("AC"):
        raise ValueError("an account sid is AC and 32 hex digits")
    wrong = [number for number in (*numbers, *(phone.number for phone in phones)) if not is_phone_number(number)]
    if wrong or not numbers:
        raise ValueError(f"not phone numbers in E.164: {wrong}" if wrong else "a carrier needs a number")
    return Carrier(
        account_sid=account_sid,
        auth_token=auth_token,
        webhook_url=webhook_url,
        network=Network(numbers=numbers, phones=phones, mode=mode, now=now, new_id=new_id),
        pace_s=pace_s,
        now=now,
    )


def create_carrier_app(carrier: Carrier) -> web.Application:
    """The carrier as a server of its own."""
    app = web.Application()
    carrier.add_routes(app)
    return app
